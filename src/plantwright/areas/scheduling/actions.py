"""What people fix in the schedule: when and where an operation starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import polars as pl

from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.parameters import Ref
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.store import Transaction

OPEN = ("firm", "released", "started")
PIN_NO_ORDER = problem_kind(
    "pin-no-order",
    "There is no open production order {value}.",
    "Firm the planned order first: it gets a number of its own, which the next plans keep.",
)
PIN_NO_OPERATION = problem_kind(
    "pin-no-operation",
    "Order {order} for {item} has no operation {value}.",
    "Name one of its operations: {known}.",
)
PIN_BEGUN = problem_kind(
    "pin-operation-begun",
    "Operation {value} of order {order} has already started or is done.",
    "Pin an operation that still waits.",
)
PIN_WRONG_CENTER = problem_kind(
    "pin-work-center",
    "Operation {operation} of {item} cannot run on {value}.",
    "Choose one of {known}, or add an alternate to the operation.",
)
Read = Callable[[str, Mapping[str, list[Any]]], pl.DataFrame]
"""Gives the rows of a table whose columns have one of the given values."""


def pin_row(read: Read, order: str, operation: int, start: int | None, work_center: str) -> dict[str, Any]:
    """Give the row of production_operation that fixes an operation.

    Parameters
    ----------
    read : reads the tables of the plant
    order, operation : which operation
    start : moment of its start; None to leave it free
    work_center : where it runs; empty for free choice

    Raises
    ------
    ProblemError : the order is not open, it has no such operation, the operation has begun, or may not run there
    """
    orders = read("production_order", {"order": [order]}).filter(pl.col("state").is_in(OPEN))
    if not orders.height:
        raise ProblemError([PIN_NO_ORDER.at("production_order", order, value=order)])
    item, site = orders.row(0, named=True)["item"], orders.row(0, named=True)["site"]
    reported = read("production_operation", {"order": [order]}).filter(pl.col("sequence") == operation)
    if reported.height and reported["state"][0] != "waiting":
        raise ProblemError([PIN_BEGUN.at("production_operation", (order, operation), value=operation, order=order)])
    faults = _faults(read, order, item, site, operation, work_center)
    if faults:
        raise ProblemError(faults)
    if reported.height:
        return {**reported.row(0, named=True), "pinned_start": start, "work_center": work_center}
    return {"order": order, "sequence": operation, "pinned_start": start, "work_center": work_center}


def _faults(read: Read, order: str, item: str, site: str, operation: int, work_center: str) -> list[Problem]:
    routing = read("operation", {"item": [item]}).filter(pl.col("site").is_in(["", site]))
    place = ("production_operation", (order, operation))
    if operation not in routing["sequence"]:
        known = ", ".join(map(str, routing["sequence"].unique().sort())) or "none"
        return [PIN_NO_OPERATION.at(*place, "sequence", operation, order=order, item=item, known=known)]
    other = read("operation_alternate", {"item": [item]}).filter(pl.col("site").is_in(["", site]))
    able = pl.concat([rows.filter(pl.col("sequence") == operation)["work_center"] for rows in (routing, other)])
    if work_center and work_center not in able:
        known = ", ".join(able.unique(maintain_order=True))
        more = {"operation": str(operation), "item": item, "known": known}
        return [PIN_WRONG_CENTER.at(*place, "work_center", work_center, **more)]
    return []


@action("scheduling.pins", label="Pin an operation")
def pin_operation(
    tx: Transaction,
    order: Annotated[str, Ref("production_order")],
    operation: int,
    start: datetime,
    work_center: Annotated[str, Ref("work_center")] = "",
) -> dict[str, Any]:
    """Fix when an operation starts, and where: the next plans keep it as far as they can.

    Parameters
    ----------
    tx : the open transaction
    order : production order
    operation : operation of its routing
    start : when it starts, set-up included, with its offset
    work_center : where it runs, the operation's own or one of its alternates; empty for the planner's choice
    """
    moment = int(start.timestamp()) // 60
    row = pin_row(tx.read, order, operation, moment, work_center)
    tx.upsert("production_operation", raw_frame(ENTITIES["production_operation"], [row]))
    return {"order": order, "operation": operation, "start": moment, "work_center": work_center}


@action("scheduling.pins", label="Free a pinned operation")
def unpin_operation(tx: Transaction, order: Annotated[str, Ref("production_order")], operation: int) -> dict[str, Any]:
    """Let the planner choose again when and where an operation runs.

    Parameters
    ----------
    tx : the open transaction
    order : production order
    operation : operation of its routing
    """
    row = pin_row(tx.read, order, operation, None, "")
    tx.upsert("production_operation", raw_frame(ENTITIES["production_operation"], [row]))
    return {"order": order, "operation": operation}


__all__ = ["pin_operation", "pin_row", "unpin_operation"]
