"""Aggregate plans that are asked for what cannot be."""

from provokes import new_store, provokes, raised, rows

from plantwright.areas.planning.actions import accept_aggregate
from plantwright.core.entity import ENTITIES, plant_entities
from plantwright.flows.aggregate.solving import edited, lacking, solve
from plantwright.flows.aggregate.stage import aggregate_stage
from plantwright.plant import make_plant

DAYS = ("mon", "tue", "wed", "thu", "fri")
SHIFT = {"calendar": "DAY", "start": 480, "end": 960}
DUE = 29_537_000


def plant(quantity=1_000_000, **more):
    """Make a plant that can make 160 hours a month of A, and is asked for some of it in February."""
    tables = {
        "site": rows("site", {"code": "MAIN", "calendar": "DAY"}), "calendar": rows("calendar", {"code": "DAY"}),
        "calendar_shift": rows("calendar_shift", *({"weekday": day, **SHIFT} for day in DAYS)),
        "work_center": rows("work_center", {"code": "SAW", "site": "MAIN"}),
        "item": rows("item", {"code": "A", "kind": "make"}),
        "operation": rows("operation", {"item": "A", "sequence": 10, "work_center": "SAW", "run": 3_600_000}),
        "sales_order_line": rows("sales_order_line", {"order": "S1", "item": "A", "quantity": quantity, "due": DUE}),
        **more,
    }  # fmt: skip
    return make_plant({name: tables.get(name, ENTITIES[name].empty()) for name in plant_entities()}, 29_500_000)


STRICT = {"family": "A", "site": "", "back_orders": False}


@provokes("aggregate-edits")
def aggregate_edits(folder):
    return raised(lambda: solve(plant(), 2, edits="demand = 5"))


@provokes("aggregate-edit-place")
def aggregate_edit_place(folder):
    inputs = solve(plant(), 2).inputs
    edit = '[{"what": "demand", "of": "Pumps", "site": "MAIN", "month": "2026-02-01", "value": 5}]'
    return raised(lambda: edited(inputs, edit))


@provokes("aggregate-hours-lacking")
def aggregate_hours_lacking(folder):
    found = solve(plant(9_000_000_000, family_cost=rows("family_cost", STRICT)), 2)
    return lacking(found.inputs, found.result)


@provokes("aggregate-units-lacking")
def aggregate_units_lacking(folder):
    inputs = solve(plant(9_000_000, family_cost=rows("family_cost", STRICT)), 2).inputs
    from dataclasses import replace

    from plantwright.methods.optimisation import aggregate_plan

    problem = replace(inputs.problem, can_make=inputs.problem.can_make & False)
    return lacking(inputs, aggregate_plan(problem))


@provokes("aggregate-nothing-asked")
def aggregate_nothing_asked(folder):
    months = rows("setting", {"name": "aggregate_months", "value": "3"})
    nothing = ENTITIES["sales_order_line"].empty()
    return aggregate_stage(plant(setting=months, sales_order_line=nothing), {})[2]


@provokes("aggregate-overtime")
def aggregate_overtime(folder):
    with new_store(folder) as store, store.begin("anna", "accept") as tx:
        return raised(lambda: accept_aggregate(tx, "mixed", 12, ["Painting = a lot"]))
