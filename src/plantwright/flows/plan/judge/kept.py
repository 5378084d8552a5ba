"""Does what may not be moved stay: pinned operations, frozen orders, and what the plan in force was about to start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from plantwright.core import worktime
from plantwright.core.entity import ENTITIES
from plantwright.core.problem import problem_kind
from plantwright.core.worktime import Intervals
from plantwright.flows.plan.judge.calendars import split_codes
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.work import Work

_FIX = "This is a fault of the planner: report it with the plant."
PIN = problem_kind("verify-pin", "It is pinned to {fixed}, but starts at {start}.", _FIX)
FIRM_MOVED = problem_kind("verify-firm-moved", "It may not be moved from {fixed}, but starts at {start}.", _FIX)
FROZEN = problem_kind(
    "verify-frozen",
    "The plan before starts it at {fixed}, within the frozen zone, on {fixed_place}; now it starts at {start} on "
    "{place}.",
    _FIX,
)
TABLE = "scheduled_operation"
KEY = ("order", "sequence")
PIN_OF, ORDER_OF, PLAN_OF = 1, 2, 3
"""What fixes an operation: its own pin, the start of its order, or the plan in force; the first one counts."""


def check_kept(work: Work, previous: Mapping[str, pl.DataFrame]) -> Iterator[Fault]:
    """Run every check of this module; without a plan in force nothing is asked of the frozen zone."""
    rows = _fixed(work, previous).filter(pl.col("started") | pl.col("fixed").is_not_null())
    moved = rows.filter(~pl.col("started") & (pl.col("start") != pl.col("fixed")))
    moved = moved.filter(pl.Series(_inexcusable(work, rows, moved), dtype=pl.Boolean))
    moments = ("fixed", "start")
    yield Fault(PIN, moved.filter(pl.col("by") == PIN_OF), TABLE, KEY, "start", moments=moments)
    firm = moved.filter(pl.col("by") == ORDER_OF)
    yield Fault(FIRM_MOVED, firm, "planned_order", ("order",), "start", moments=moments)
    yield from _frozen(rows, moved)


def _frozen(rows: pl.DataFrame, moved: pl.DataFrame) -> Iterator[Fault]:
    """Check start, work center and unit of what the plan in force starts within the frozen zone."""
    place = pl.concat_str("work_center", pl.lit(" "), pl.col("unit").fill_null(0))
    before = pl.concat_str("fixed_center", pl.lit(" "), pl.col("fixed_unit").fill_null(0))
    frozen = rows.filter(~pl.col("started") & (pl.col("by") == PLAN_OF)).with_columns(place=place, fixed_place=before)
    late = frozen.join(moved.select(KEY), on=KEY, how="semi")
    yield Fault(FROZEN, late, TABLE, KEY, "start", moments=("fixed", "start"))
    other = frozen.filter((pl.col("start") == pl.col("fixed")) & (pl.col("place") != pl.col("fixed_place")))
    # Another work center is never excused; another unit is where other fixed work needs it.
    centre = pl.col("work_center") != pl.col("fixed_center")
    needed = pl.Series([_is_busy(rows, row) for row in other.iter_rows(named=True)], dtype=pl.Boolean)
    yield Fault(FROZEN, other.filter(centre | ~needed), TABLE, KEY, "unit", moments=("fixed", "start"))


# --- what is fixed --------------------------------------------------------------------------------------------------


def _fixed(work: Work, previous: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give the operations with the moment at which each must start and what says so.

    Adds to `Work.rows`: fixed (null where free), by, fixed_center, fixed_unit.
    """
    now, names = work.case.as_of, ("order", "sequence")
    rows = work.rows.select(
        *names, "start", "begin", "finish", "started", "new", "work_center", "unit", "center", "center_units",
        "pinned_start", "people", pl.Series("calendar", work.calendar),
    )  # fmt: skip
    rows = rows.join(_order_starts(work), on=names, how="left", maintain_order="left")
    rows = rows.join(_frozen_starts(work, previous), on=names, how="left", maintain_order="left")
    rows = rows.join(work.held_until, on="order", how="left", maintain_order="left")
    pinned, ordered = pl.col("pinned_start").is_not_null(), pl.col("order_start").is_not_null()
    # What is held cannot be frozen by a plan; a pin waits for the end of the hold.
    frozen = pl.col("frozen_start").is_not_null() & ~pl.col("new") & (
        pl.col("until").fill_null(now) <= pl.col("frozen_start")
    )  # fmt: skip
    by = pl.when(pinned).then(PIN_OF).when(ordered).then(ORDER_OF).when(frozen).then(PLAN_OF)
    moment = pl.coalesce("pinned_start", "order_start", pl.when(frozen).then("frozen_start"))
    floor = pl.max_horizontal("until", pl.lit(now, pl.Int64))
    fixed = pl.when(moment.is_not_null()).then(pl.max_horizontal(moment, floor))
    return rows.with_columns(by=by, fixed=fixed)


def _order_starts(work: Work) -> pl.DataFrame:
    """Give the first operation of each order that is frozen or pinned, or that its record starts in the frozen zone.

    Orders that have begun are free: their operations say where they stand. Columns: order, sequence, order_start.
    """
    case = work.case
    now, zone = case.as_of, case.as_of + case.plant.settings.minutes("frozen_zone")
    near = (pl.col("start") >= now) & (pl.col("start") < zone)
    orders = case.raw("production_order").filter((pl.col("state") != "started") & pl.col("start").is_not_null())
    orders = orders.filter((pl.col("firmness") != "free") | near)
    total = case.raw("production_order").select("order", "quantity", "completed")
    done = case.raw("production_operation").join(total, on="order", how="left")
    full = pl.max_horizontal("done_quantity", "completed") >= pl.col("quantity")
    begun = done.filter((pl.col("state") != "waiting") | full).select("order")
    orders = orders.join(begun, on="order", how="anti").select("order", order_start="start")
    first = work.asked.filter(~pl.col("new")).group_by("order").agg(pl.col("sequence").min())
    return orders.join(first, on="order", how="inner").select("order", "sequence", "order_start")


def _frozen_starts(work: Work, previous: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give what the plan in force starts within the frozen zone, with its place."""
    case = work.case
    now, zone = case.as_of, case.as_of + case.plant.settings.minutes("frozen_zone")
    rows = previous.get("scheduled_operation", ENTITIES["scheduled_operation"].empty())
    rows = rows.filter((pl.col("start") >= now) & (pl.col("start") < zone) & (pl.col("state") != "started"))
    return rows.select(*KEY, frozen_start="start", fixed_center="work_center", fixed_unit="unit")


# --- excuses --------------------------------------------------------------------------------------------------------


def _inexcusable(work: Work, rows: pl.DataFrame, moved: pl.DataFrame) -> list[bool]:
    """Say of each operation that was moved whether it could have started when it was to."""
    return [
        not (row["start"] > row["fixed"] and _had_to_wait(work, rows, row)) and not _was_not_ready(work, row)
        for row in moved.iter_rows(named=True)
    ]


def _was_not_ready(work: Work, row: dict[str, Any]) -> bool:
    """Say whether what the plan in force started soon has no material yet, or an operation before it is not done."""
    if row["by"] != PLAN_OF:
        return False
    case, order = work.case, pl.col("order") == row["order"]
    due = (pl.col("demand") == row["order"]) & (pl.col("demand_kind") == "order")
    before = work.rows.filter(order & (pl.col("sequence") < row["sequence"]) & (pl.col("finish") > row["fixed"]))
    return before.height > 0 or case.pegs.filter(due & (pl.col("available") > row["fixed"])).height > 0


def _had_to_wait(work: Work, rows: pl.DataFrame, row: dict[str, Any]) -> bool:
    """Say whether from the fixed moment to the start everything was closed, or busy with what is fixed too."""
    wait = worktime.union([row["fixed"]], [row["start"]])
    beside = _beside(rows, row)
    free = worktime.subtract(wait, _units_busy(beside, row))
    free = worktime.subtract(free, _people_busy(beside, row))
    same = np.full(len(free.starts), row["calendar"], np.int64)
    return int(work.time.worked(same, free.starts, free.ends).sum()) == 0


def _beside(rows: pl.DataFrame, row: dict[str, Any]) -> pl.DataFrame:
    """Give what else is fixed or has started between the fixed moment of an operation and its finish."""
    other = (pl.col("order") != row["order"]) | (pl.col("sequence") != row["sequence"])
    return rows.filter(other & (pl.col("begin") < row["finish"]) & (pl.col("finish") > row["fixed"]))


def _units_busy(beside: pl.DataFrame, row: dict[str, Any]) -> Intervals:
    """Give the time in which every unit of the work center does something else that is fixed."""
    whole = worktime.union([row["fixed"]], [row["finish"]])
    for unit in range(1, (row["center_units"] or 1) + 1):
        own = beside.filter((pl.col("center") == row["center"]) & (pl.col("unit") == unit))
        whole = worktime.intersect(whole, worktime.union(own["begin"].to_numpy(), own["finish"].to_numpy()))
    return whole


def _people_busy(beside: pl.DataFrame, row: dict[str, Any]) -> Intervals:
    """Give the time in which somebody or a tool that it holds is held by something else that is fixed."""
    own = set(split_codes(row["people"]))
    shared = [bool(own & set(split_codes(people))) for people in beside["people"]]
    held = beside.filter(pl.Series(shared, dtype=pl.Boolean))
    return worktime.union(held["begin"].to_numpy(), held["finish"].to_numpy())


def _is_busy(rows: pl.DataFrame, row: dict[str, Any]) -> bool:
    """Say whether the unit of the plan in force does something else that is fixed in the time of an operation."""
    own = (pl.col("work_center") == row["work_center"]) & (pl.col("unit") == row["fixed_unit"])
    return bool(_beside(rows, row).filter(own).height)
