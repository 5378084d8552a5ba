"""What must hold of production orders and how far they are."""

from __future__ import annotations

import polars as pl

from plantwright.areas.production.standards import check_standards
from plantwright.core.finding import Tables, found
from plantwright.core.problem import Problem, problem_kind

PRODUCTION_DATES = problem_kind(
    "production-dates",
    "It is to start at {start}, after it is due at {due}.",
    "Correct one of the two.",
    "warning",
)
PRODUCTION_OVERDUE = problem_kind(
    "production-overdue",
    "It was due on {due}, {days} days ago, and {rest} are still to make.",
    "Report what has been made, or enter a new date.",
    "warning",
)
PRODUCTION_OF_BOUGHT = problem_kind(
    "production-of-bought",
    "{item} is an item to buy, so there is no bill of material and no routing to make it by.",
    "Make it an item to make, or cancel the order.",
    "warning",
)
PRODUCTION_OF_PHANTOM = problem_kind(
    "production-of-phantom",
    "{item} is a phantom, which is exploded into the order that uses it and never made.",
    "Cancel the order, or make the item one to make.",
    "warning",
)
PRODUCTION_INACTIVE = problem_kind(
    "production-inactive",
    "{item} is being made, but not active any more.",
    "Cancel the order, or make the item active again.",
    "warning",
)
PRODUCTION_OVER = problem_kind(
    "over-produced",
    "{completed} were made of {quantity} ordered.",
    "Check the reports; complete the order if they are right.",
    "warning",
)
PRODUCTION_COMPLETE = problem_kind(
    "production-complete", "All of it has been made, but the order is {state}.", "Complete the order.", "info"
)
STARTED_WITHOUT_OPERATIONS = problem_kind(
    "started-without-operations",
    "The order is started, but nothing says how far its operations are; the plan takes none as done.",
    "Report what has been done at each operation.",
    "info",
)
NOT_STARTED = problem_kind(
    "operation-ahead-of-order",
    "The operation is {operation_state}, but its order is only {order_state}.",
    "Start the order, or correct the report.",
    "warning",
)
OPERATION_OVER = problem_kind(
    "operation-over-done",
    "{done_quantity} were done of {quantity} ordered.",
    "Correct the report, or raise the quantity of the order.",
    "warning",
)
OPERATION_STATE = problem_kind(
    "operation-state",
    "The operation is waiting, but {evidence}.",
    "Set its state to started or done, or correct the report.",
    "warning",
)
OPERATION_ORDER = problem_kind(
    "operation-before-its-turn",
    "{done_quantity} were done here, but only {before} at operation {earlier} before it.",
    "Report what was done at the operation before.",
    "warning",
)
OPERATION_UNROUTED = problem_kind(
    "operation-not-in-routing",
    "Operation {sequence} is none of the routing of {item}, so what is reported for it does not count.",
    "Correct the number, or add the operation to the routing.",
    "warning",
)
PIN_PAST = problem_kind(
    "pin-in-the-past",
    "It is pinned to {pinned_start}, which is past, and has not been started; it is planned from now.",
    "Start it, or pin it to another moment.",
    "warning",
)
OVER_ISSUED = problem_kind(
    "over-issued",
    "{issued} of {component} were issued, but {required} are required.",
    "Return what is left over, or correct the report.",
    "info",
)
COMPONENT_ITSELF = problem_kind(
    "order-takes-itself",
    "The order takes {component}, which is what it makes.",
    "Remove the component, unless it is rework.",
    "warning",
)
SERVES_UNKNOWN = problem_kind(
    "serves-unknown",
    "It is kept for sales order {serves_order} line {serves_line}, which is not there or not open.",
    "Correct the number, or leave it empty to make it for stock.",
    "warning",
)
HOLD_BACKWARDS = problem_kind(
    "hold-backwards", "The hold ends at {until}, before it starts at {start}.", "Correct one of the two."
)
HELD = problem_kind(
    "order-held",
    "The order is held until {end}: {reason}.",
    "Release the hold when the reason is gone.",
    "info",
)

_OPEN = pl.col("state").is_in(["firm", "released", "started"])


def check_orders(tables: Tables, as_of: int) -> list[Problem]:
    """Find orders whose dates, quantities or items do not fit."""
    name = "production_order"
    rows = tables[name].filter(_OPEN)
    rows = rows.join(tables["item"].select(item="code", item_kind="kind", active="active"), on="item", how="left")
    rest = pl.col("quantity") - pl.col("completed")
    late = rows.filter((pl.col("due") < as_of) & (rest > 0))
    late = late.with_columns(rest=rest, days=(as_of - pl.col("due")) // 1440)
    here = tables["item_site"].filter(pl.col("source") == "make").select("item").unique()
    bought = rows.filter(pl.col("item_kind") == "buy").join(here, on="item", how="anti")
    return [
        *found(PRODUCTION_DATES, tables, name, rows.filter(pl.col("start") > pl.col("due")), "start"),
        *found(PRODUCTION_OVERDUE, tables, name, late, "due", amounts=("rest",)),
        *found(PRODUCTION_OF_BOUGHT, tables, name, bought, "item"),
        *found(PRODUCTION_OF_PHANTOM, tables, name, rows.filter(pl.col("item_kind") == "phantom"), "item"),
        *found(PRODUCTION_INACTIVE, tables, name, rows.filter(~pl.col("active")), "item"),
        *found(PRODUCTION_OVER, tables, name, rows.filter(rest < 0), "completed"),
        *found(PRODUCTION_COMPLETE, tables, name, rows.filter(rest == 0), "state"),
    ]


def check_progress(tables: Tables, as_of: int) -> list[Problem]:
    """Find reports of operations that contradict the order, the routing or each other."""
    name = "production_operation"
    orders = tables["production_order"].select("order", "item", "quantity", order_state="state")
    rows = tables[name].join(orders, on="order")
    state, done = pl.col("state"), pl.col("done_quantity")
    moved = pl.when(done > 0).then(pl.lit("a quantity has been done")).when(pl.col("started_at").is_not_null())
    evidence = pl.when(state == "waiting").then(moved.then(pl.lit("it was started")))
    odd = rows.with_columns(evidence=evidence).filter(pl.col("evidence").is_not_null())
    ahead = rows.filter(pl.col("order_state").is_in(["firm", "released"]) & (state != "waiting"))
    ahead = ahead.with_columns(operation_state="state")
    past = rows.filter((state == "waiting") & (pl.col("pinned_start") < as_of) & pl.col("order_state").is_in(_LIVE))
    return [
        *found(NOT_STARTED, tables, name, ahead, "state"),
        *found(OPERATION_OVER, tables, name, rows.filter(done > pl.col("quantity")), "done_quantity", ("quantity",)),
        *found(OPERATION_STATE, tables, name, odd, "state"),
        *found(PIN_PAST, tables, name, past, "pinned_start"),
        *_against_routing(tables, rows.filter(pl.col("order_state").is_in(_LIVE))),
    ]


_LIVE = ["firm", "released", "started"]


def _against_routing(tables: Tables, rows: pl.DataFrame) -> list[Problem]:
    """Compare what was reported with the routing of the item."""
    routing = tables["operation"].select("item", "sequence").unique()
    routed = rows.join(routing.select("item").unique(), on="item", how="semi")
    lost = routed.join(routing, on=["item", "sequence"], how="anti")
    started = tables["production_order"].filter(pl.col("state") == "started")
    silent = started.join(routing, on="item", how="semi").join(tables["production_operation"], on="order", how="anti")
    networks = tables["operation_link"].select("item").unique()
    turns = rows.join(networks, on="item", how="anti").sort("order", "sequence")
    turns = turns.with_columns(
        before=pl.col("done_quantity").shift(1).over("order"), earlier=pl.col("sequence").shift(1).over("order")
    )
    name = "production_operation"
    early = turns.filter(pl.col("done_quantity") > pl.col("before"))
    return [
        *found(OPERATION_UNROUTED, tables, name, lost, "sequence"),
        *found(OPERATION_ORDER, tables, name, early, "done_quantity", ("before",)),
        *found(STARTED_WITHOUT_OPERATIONS, tables, "production_order", silent, "state"),
    ]


def check_components(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find orders that take themselves, or were given more than they need."""
    name = "production_component"
    rows = tables[name].join(tables["production_order"].filter(_OPEN).select("order", "item"), on="order")
    return [
        *found(OVER_ISSUED, tables, name, rows.filter(pl.col("issued") > pl.col("required")), "issued"),
        *found(COMPONENT_ITSELF, tables, name, rows.filter(pl.col("component") == pl.col("item")), "component"),
    ]


def check_pledges(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find orders that are kept for a sales order which is not open."""
    rows = tables["production_order"].filter(_OPEN & (pl.col("serves_order") != ""))
    lines = tables["sales_order_line"].filter(pl.col("state") == "open")
    lines = lines.select(serves_order="order", serves_line="line")
    lost = rows.join(lines, on=["serves_order", "serves_line"], how="anti")
    return found(SERVES_UNKNOWN, tables, "production_order", lost, "serves_order")


def check_holds(tables: Tables, as_of: int) -> list[Problem]:
    """Find holds that end before they start, and tell which orders are held."""
    rows = tables["order_hold"]
    live = tables["production_order"].filter(_OPEN).select("order")
    until = pl.col("until").is_null() | (pl.col("until") > as_of)
    held = rows.filter(~pl.col("released") & until).join(live, on="order", how="semi")
    ends = held.with_columns(end=pl.col("until")) if held.height else held
    return [
        *found(HOLD_BACKWARDS, tables, "order_hold", rows.filter(pl.col("until") < pl.col("start")), "until"),
        *found(HELD, tables, "order_hold", ends, "reason", moments=("end",)),
    ]


CHECKS = (check_orders, check_progress, check_components, check_pledges, check_holds, check_standards)
"""Everything that is checked of production."""
