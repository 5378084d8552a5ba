"""Small plants as plain Python lists, and their conversion to the planner's inputs."""

from dataclasses import dataclass, field
from typing import Any

from plantwright.methods.requirements import (
    Alternatives,
    Bom,
    CoProducts,
    Demands,
    Nodes,
    OpenNeeds,
    OpenSupplies,
    PriceBreaks,
    Routing,
    Substitutes,
    compile_formula,
    formulas,
    plan_requirements,
    pointer_of,
    requirements_problem,
)

DAY = 1440
UNIT = 1_000_000
Rows = list[dict[str, Any]]


@dataclass
class Plant:
    """Rows as dictionaries; `owner` is the node (or the BOM line, for substitutes) that a row belongs to."""

    nodes: Rows
    lines: Rows = field(default_factory=list)
    ops: Rows = field(default_factory=list)
    substitutes: Rows = field(default_factory=list)
    alternatives: Rows = field(default_factory=list)
    co_products: Rows = field(default_factory=list)
    offers: Rows = field(default_factory=list)
    demands: Rows = field(default_factory=list)
    supplies: Rows = field(default_factory=list)
    open_needs: Rows = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    calendars: Any = None
    as_of: int = 0
    lead_factor: float = 1.0


DEFAULTS = {
    Nodes: {"kind": 0},
    Routing: {"calendar": -1, "setup": 0.0, "run": 0.0, "batch": 0, "queue": 0, "move": 0},
    Bom: {"per": UNIT, "denominator": UNIT, "fixed": 0, "scrap": 0, "rounding": 0, "op": -1, "formula": -1},
    Demands: {"priority": 0},
    OpenSupplies: {"kind": 0, "serves": -1, "firm": 0, "explode": 0},
    Substitutes: {"ratio": UNIT},
    Alternatives: {"lead": 0},
}


def table(kind, rows, owners=0):
    """Make one input table; columns that no row gives keep the planner's default."""
    rows = sorted(rows, key=lambda row: row["owner"]) if owners else rows
    rows = [DEFAULTS.get(kind, {}) | row for row in rows]
    names = sorted({name for row in rows for name in row if name != "owner"})
    default = {name: kind.__dataclass_fields__[name].default for name in names}
    columns = {name: [row.get(name, default[name]) for row in rows] for name in names}
    if owners:
        columns["pointer"] = pointer_of([row["owner"] for row in rows], owners)
    return kind(**columns)


def problem_of(plant):
    """Convert a plant to the planner's inputs."""
    count = len(plant.nodes)
    return requirements_problem(
        plant.as_of,
        table(Nodes, plant.nodes),
        routing=table(Routing, plant.ops, count) if plant.ops else None,
        bom=table(Bom, plant.lines, count) if plant.lines else None,
        formula=formulas([compile_formula(text) for text in plant.formulas]),
        substitutes=table(Substitutes, plant.substitutes, len(plant.lines)) if plant.substitutes else None,
        alternatives=table(Alternatives, plant.alternatives, count) if plant.alternatives else None,
        co_products=table(CoProducts, plant.co_products, count) if plant.co_products else None,
        price_breaks=table(PriceBreaks, plant.offers, count) if plant.offers else None,
        demands=table(Demands, plant.demands) if plant.demands else None,
        supplies=table(OpenSupplies, plant.supplies) if plant.supplies else None,
        open_needs=table(OpenNeeds, plant.open_needs) if plant.open_needs else None,
        calendars=plant.calendars,
        lead_factor=plant.lead_factor,
    )


def plan_of(plant):
    """Plan a plant."""
    return plan_requirements(problem_of(plant))


def orders_of(plan, node, scale=UNIT):
    """Give the planned orders of a node as (start, due, quantity), in days and units."""
    mine = plan.orders.node == node
    columns = (plan.orders.start[mine] / DAY, plan.orders.due[mine] / DAY, plan.orders.quantity[mine] / scale)
    return [tuple(map(float, row)) for row in zip(*columns, strict=True)]


def weeks(quantities, first=1):
    """Give the demands of node 0, one a week, in whole units; weeks are taken as days to keep the numbers small."""
    return [
        {"node": 0, "time": (first + week) * DAY, "quantity": quantity * UNIT}
        for week, quantity in enumerate(quantities)
        if quantity
    ]
