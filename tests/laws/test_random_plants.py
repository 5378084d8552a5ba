"""The judge passes every plan of random plants, and laws that hold for all of them."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.flows.plan import make_plan
from plantwright.plant import make_plant

NOW = 29_540_580  # Monday 2026-03-02 05:00 UTC
MINUTE, DAY = 60_000, 1440
RULES = ("lot-for-lot", "fixed", "period", "economic", "part-period", "silver-meal", "wagner-whitin", "min-max")


def rows_of(name, rows):
    return {name: raw_frame(ENTITIES[name], rows)}


def base(r):
    calendars = [{"code": "DAY"}, {"code": "TWO"}, {"code": "NIGHT"}]
    shifts = {"DAY": (360, 840), "TWO": (360, 1320), "NIGHT": (1320, 360)}
    days = ("mon", "tue", "wed", "thu", "fri")
    patterns = [
        {"calendar": code, "weekday": day, "start": start, "end": end}
        for code, (start, end) in shifts.items()
        for day in days
    ]
    centers = [
        {
            "code": f"W{i}", "units": int(r.integers(1, 3)), "calendar": str(r.choice(["DAY", "TWO", "NIGHT"])),
            "efficiency": int(r.choice([1.0, 0.8, 1.25]) * SCALE), "setup_matrix": str(r.choice(["", "M"])),
        }
        for i in range(4)
    ]  # fmt: skip
    changes = [
        {"matrix": "M", "from_family": a, "to_family": b, "minutes": int(r.integers(5, 60)) * MINUTE}
        for a in "AB" for b in "AB" if a != b
    ]  # fmt: skip
    people = [{"code": f"P{i}", "calendar": code} for i, code in enumerate(("DAY", "TWO", "NIGHT"))]
    skills = [{"person": p["code"], "skill": "WELD"} for p in people]
    stops = [{"work_center": "W0", "start": NOW + 3 * DAY, "end": NOW + 4 * DAY}]
    return {
        **rows_of("setting", [{"name": "time_zone", "value": "Europe/Berlin"}]),
        **rows_of("site", [{"code": "MAIN", "calendar": "DAY"}]), **rows_of("calendar", calendars),
        **rows_of("calendar_shift", patterns), **rows_of("work_center", centers), **rows_of("setup_change", changes),
        **rows_of("person", people), **rows_of("skill", [{"code": "WELD"}]), **rows_of("person_skill", skills),
        **rows_of("down_time", stops), **rows_of("location", [{"code": "STORE", "site": "MAIN", "nettable": True}]),
    }  # fmt: skip


def planning(r, item):
    rule = str(r.choice(RULES))
    return {
        "item": item, "site": "MAIN", "lot_rule": rule, "lot_quantity": int(r.integers(5, 20)) * SCALE,
        "lot_period": int(r.integers(1, 8)) * DAY * MINUTE, "order_cost": 50 * SCALE, "holding_rate": SCALE // 4,
        "reorder_point": 3 * SCALE, "order_up_to": 20 * SCALE,
        "lot_minimum": int(r.integers(0, 4)) * SCALE, "lot_multiple": int(r.choice([0, 0, 2, 5])) * SCALE,
        "safety_stock": int(r.choice([0, 0, 3])) * SCALE, "safety_time": int(r.choice([0, DAY])) * MINUTE,
        "planning_fence": int(r.choice([0, 0, 5])) * DAY * MINUTE,
    }  # fmt: skip


def operations(r, item):
    return [
        {
            "item": item, "sequence": 10 * (k + 1), "work_center": f"W{r.integers(0, 4)}",
            "setup": int(r.integers(0, 60)) * MINUTE, "run": int(r.integers(1, 40)) * MINUTE,
            "yield_ratio": int(r.choice([1.0, 1.0, 0.9])*SCALE), "queue": int(r.choice([0, 30])) * MINUTE,
            "move": int(r.choice([0, 45])) * MINUTE, "transfer_batch": int(r.choice([0, 0, 3])) * SCALE,
            "setup_family": str(r.choice(["", "A", "B"])), "pausable": True,
            "skill": str(r.choice(["", "", "", "WELD"])),
        }
        for k in range(int(r.integers(1, 4)))
    ]  # fmt: skip


def line(r, parent, component):
    return {
        "parent": parent, "component": str(component), "quantity": int(r.integers(1, 4)) * SCALE,
        "scrap_factor": int(r.choice([0, 0, 0.05]) * SCALE), "setup_quantity": int(r.choice([0, 1])) * SCALE,
        "operation": int(r.choice([0, 10])),
    }  # fmt: skip


def random_plant(seed):
    r = np.random.default_rng(seed)
    levels = [[f"L{level}{i}" for i in range(int(r.integers(1, 4)))] for level in range(3)]
    bought = [f"B{i}" for i in range(3)]
    made = [item for level in levels for item in level]
    items = [
        {"code": i, "kind": "make", "standard_cost": int(r.integers(5, 50)) * SCALE, "price": 100 * SCALE} for i in made
    ]
    items += [{"code": i, "kind": "buy", "standard_cost": int(r.integers(1, 9)) * SCALE} for i in bought]
    lines = []
    for depth, level in enumerate(levels):
        below = [i for rest in levels[depth + 1 :] for i in rest] + bought
        lines += [line(r, parent, component) for parent in level for component in r.choice(below, 2, replace=False)]
    sales = [
        {
            "order": f"S{i}", "item": str(r.choice(levels[0] + levels[1])), "quantity": int(r.integers(1, 15)) * SCALE,
            "due": NOW + int(r.integers(-2, 60)) * DAY + 600, "priority": int(r.integers(1, 9)),
        }
        for i in range(12)
    ]  # fmt: skip
    moves = [
        {
            "number": f"M{i}", "item": item, "from_location": "OPENING", "to_location": "STORE",
            "quantity": int(r.integers(1, 12)) * SCALE, "at": NOW - DAY,
        }
        for i, item in enumerate(made + bought) if r.random() < 0.5
    ]  # fmt: skip
    offers = [
        {"supplier": "ACME", "item": i, "from_quantity": q, "lead_time": int(r.integers(1, 15)) * DAY * MINUTE}
        for i in bought for q in (0, 20 * SCALE)
    ]  # fmt: skip
    bought_open = [
        {
            "order": f"P{i}", "supplier": "ACME", "item": str(r.choice(bought)),
            "quantity": int(r.integers(5, 40)) * SCALE, "due": NOW + int(r.integers(-1, 30)) * DAY,
        }
        for i in range(3)
    ]  # fmt: skip
    floor = [
        {
            "order": f"W{i}", "item": str(r.choice(made)), "quantity": int(r.integers(2, 9)) * SCALE,
            "due": NOW + int(r.integers(1, 20)) * DAY, "state": str(r.choice(["firm", "released"])),
        }
        for i in range(3)
    ]  # fmt: skip
    forecast = [
        {"item": levels[0][0], "start": NOW // DAY + 7 * k, "end": NOW // DAY + 7 * k + 6, "quantity": 8 * SCALE}
        for k in range(4)
    ]
    tables = {
        **base(r), **rows_of("item", items), **rows_of("bom_line", lines),
        **rows_of("operation", [op for item in made for op in operations(r, item)]),
        **rows_of("item_site", [planning(r, item) for item in made + bought if r.random() < 0.7]),
        **rows_of("supplier", [{"code": "ACME"}]), **rows_of("supplier_item", offers),
        **rows_of("purchase_order_line", bought_open), **rows_of("production_order", floor),
        **rows_of("sales_order_line", sales), **rows_of("stock_move", moves), **rows_of("forecast", forecast),
    }  # fmt: skip
    return make_plant(tables, NOW)


def faults(plan):
    return [str(problem) for problem in plan.problems if problem.severity == "error"]


@cache
def plan_of(seed, *, schedule=True):
    """The plan of a random plant, made once for all the laws that it is held to."""
    return make_plan(random_plant(seed), schedule=schedule)


@pytest.mark.parametrize("seed", range(60))
def test_the_judge_finds_no_fault_in_scheduled_plans(seed):
    plan = plan_of(seed)
    assert faults(plan) == []
    assert plan.verified


@pytest.mark.parametrize("seed", range(20))
def test_the_judge_finds_no_fault_in_plans_without_a_schedule(seed):
    plan = plan_of(seed, schedule=False)
    assert faults(plan) == []


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("schedule", [True, False])
def test_orders_of_one_date_for_a_min_max_item_fill_more_than_the_gap_between_its_levels(seed, schedule):
    plant = random_plant(seed)
    plan = plan_of(seed) if schedule else plan_of(seed, schedule=False)
    rules = plant.raw["item_site"].filter(pl.col("lot_rule") == "min-max")
    orders = plan.raw["planned_order"].filter(pl.col("state") == "planned").join(rules, on=["item", "site"])
    together = orders.group_by("item", "due").agg(
        pl.col("quantity").sum(), gap=(pl.col("order_up_to") - pl.col("reorder_point")).first()
    )
    assert (together["quantity"] > together["gap"]).all()


@pytest.mark.parametrize("seed", range(12))
def test_without_a_schedule_an_order_whose_material_comes_late_starts_in_open_time(seed):
    plant = random_plant(seed)
    plan = plan_of(seed, schedule=False)
    orders = plan.raw["planned_order"].filter((pl.col("source") == "make") & (pl.col("state") == "planned"))
    late = orders.filter(pl.col("start") > pl.max_horizontal("order_by", pl.lit(NOW)))
    first = plant.raw["operation"].sort("sequence").group_by("item", maintain_order=True).first()
    centers = plant.raw["work_center"].select(work_center="code", calendar="calendar")
    begun = late.join(first.select("item", "work_center", "queue"), on="item").join(centers, on="work_center")
    local = pl.from_epoch((pl.col("start") + pl.col("queue") // MINUTE) * 60).dt.replace_time_zone("UTC")
    begun = begun.with_columns(local.dt.convert_time_zone("Europe/Berlin").alias("at"))
    minute = pl.col("at").dt.hour().cast(pl.Int64) * 60 + pl.col("at").dt.minute()
    opens = pl.col("calendar").replace_strict({"DAY": 360, "TWO": 360, "NIGHT": 1320}, return_dtype=pl.Int64)
    length = pl.col("calendar").replace_strict({"DAY": 480, "TWO": 960, "NIGHT": 480}, return_dtype=pl.Int64)
    since = (minute - opens) % DAY
    day = (pl.col("at").dt.offset_by("-6h")).dt.weekday()
    assert begun.filter((since >= length) | (day > 5)).height == 0


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_rows_changes_nothing(seed):
    plant = random_plant(seed)
    turned = make_plant({name: rows.reverse() for name, rows in plant.raw.items()}, NOW)
    one, other = plan_of(seed), make_plan(turned)
    assert one.totals == other.totals
    assert one["demand_plan"].sort("demand").equals(other["demand_plan"].sort("demand"))


@pytest.mark.parametrize("seed", range(4))
def test_the_same_plant_gives_the_same_plan(seed):
    plant = random_plant(seed)
    one, other = plan_of(seed), make_plan(plant)
    assert all(one.raw[name].equals(other.raw[name]) for name in one.raw)
    assert one.inputs == other.inputs


@pytest.mark.parametrize("seed", range(6))
def test_pegs_sum_to_needs_and_never_exceed_supplies(seed):
    plan = plan_of(seed)
    pegs, orders, components = plan.raw["peg"], plan.raw["planned_order"], plan.raw["planned_component"]
    given = pegs.filter(pl.col("supply") != "").group_by("supply").agg(pl.col("quantity").sum())
    over = given.join(orders.select(supply="order", most="quantity"), on="supply").filter(
        pl.col("quantity") > pl.col("most")
    )
    assert over.height == 0
    taken = pegs.filter(pl.col("component").is_not_null()).group_by("component").agg(pl.col("quantity").sum())
    wrong = components.join(taken, left_on="number", right_on="component").filter(
        pl.col("quantity") != pl.col("quantity_right")
    )
    assert wrong.height == 0


@pytest.mark.parametrize("seed", range(4))
def test_time_to_improve_never_makes_demands_later(seed):
    plant = random_plant(seed)
    one, other = plan_of(seed), make_plan(plant, seconds=0.2, seed=1)
    weight = 1.25 ** (5 - one.raw["demand_plan"]["priority"])
    assert (other.raw["demand_plan"]["late_days"] * weight).sum() <= (
        one.raw["demand_plan"]["late_days"] * weight
    ).sum()
    assert faults(other) == []
