"""One work center: what it does next, how its open time is used day by day, and why it stands idle."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.pages import Chart, Page, View, hours, missing, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.plant import make_plant

DAY = 1440
CALENDARS = ("setting", "calendar", "calendar_shift", "calendar_exception")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
IDLE = {
    "no_work": "Idle: nothing is planned, or it is not needed yet",
    "waits_material": "Idle: the next operation waits for its parts or its step before",
    "no_person": "Idle: the next operation is late and waits for people or a tool",
    "other": "Idle: the next operation is late and is held back by something else",
}
"""Why a work center stands idle, by the columns of the report."""

Gap = tuple[int, int, str]
"""Start and end of idle time of one unit (minutes), with its cause."""


@report(label="Work center")
def center_state(plan: View, work_center: Annotated[str, Ref("work_center")], days: int = 14) -> Page:
    """Show what a work center does next, and how its open time is used: run, set-up, and idle time by its cause.

    Idle time before an operation is due to material while the order's parts or its step before are not there; after
    that to people or a tool, where the operation needs them and is late; to other things where it is late without
    needing any; and else there is no work: nothing is planned, or it is not needed yet.

    Parameters
    ----------
    plan : plant and plan
    work_center : code of the work center
    days : how many days are shown
    """
    centers = plan.table("work_center")["code"]
    stop_on_errors([] if work_center in centers else [missing("work_center", work_center, centers)])
    last = plan.as_of + max(days, 1) * DAY
    own = plan.result("scheduled_operation").filter(pl.col("work_center") == work_center).sort("start", "unit")
    queue = own.filter((pl.col("finish") > plan.as_of) & (pl.col("start") < last))
    gaps = within(idle_gaps(plan, own, plan.as_of, last), open_time(plan, work_center, plan.as_of, last))
    load = _used(plan, work_center, max(days, 1), gaps)
    columns = (
        "unit", "start", "order", "sequence", "item", "quantity", "setup", "run", "family", "people", "finish", "due",
        "state",
    )  # fmt: skip
    told: tuple[str | Column, ...] = (
        "day", named(Kind.DURATION, "open", "Open time of all units"), "setup", "run",
        *(named(Kind.DURATION, name, meaning) for name, meaning in IDLE.items()),
    )  # fmt: skip
    by_day = hours(sheet(plan, "Day by day", "center_load", load, *told))
    by_day = replace(by_day, chart=Chart("bar", "day", ("run", "setup", *IDLE)))
    next_ones = sheet(
        plan,
        "What it does next",
        "scheduled_operation",
        queue,
        *columns,
        clock="start finish",
    )
    return Page(_sentence(work_center, queue, load), (next_ones, by_day))


def _sentence(work_center: str, queue: pl.DataFrame, load: pl.DataFrame) -> str:
    setup, run, opened = (int(load[name].sum()) for name in ("setup", "run", "open"))
    return say(
        "{work_center} has {operations} to do; {share} of its open time is work, {setup} of it set-up.",
        work_center=work_center,
        operations=wording.count(queue.height, "operation"),
        share=wording.percent(round(1_000_000 * (setup + run) / opened)) if opened else wording.NONE,
        setup=wording.duration(setup),
    )


# --- idle time and its cause ----------------------------------------------------------------------------------------


def idle_gaps(plan: View, own: pl.DataFrame, first: int, last: int) -> list[Gap]:
    """Find when each unit of a work center does nothing, and why.

    Parameters
    ----------
    plan : plant and plan
    own : its operations
    first, last : moments between which is looked
    """
    there = arrivals(plan, own)
    found: list[Gap] = []
    for _, rows in own.sort("unit", "start").group_by("unit", maintain_order=True):
        free = first
        for row in rows.iter_rows(named=True):
            found += _before(row, free, there.get((row["order"], row["sequence"]), first))
            free = max(free, row["finish"])
        found.append((free, last, "no_work"))
    return [(max(a, first), min(b, last), cause) for a, b, cause in found if min(b, last) > max(a, first)]


def _before(row: dict[str, Any], free: int, there: int) -> Iterator[Gap]:
    """Give the idle time before an operation, parted by its cause."""
    start, late = row["start"], row["finish"] > row["due"]
    come = min(max(there, free), start)
    yield free, come, "waits_material"
    yield (
        come,
        start,
        "no_work" if not late else "no_person" if row["people"] else "other",
    )


def open_time(plan: View, work_center: str, first: int, last: int) -> list[tuple[int, int]]:
    """Give when a work center is open between two moments, by its calendar or that of its site."""
    from plantwright.core import worktime  # noqa: PLC0415 - loads NumPy
    from plantwright.flows.plan.calendars import declared_calendars  # noqa: PLC0415 - loads Numba

    row = plan.table("work_center").filter(pl.col("code") == work_center).row(0, named=True)
    sites = dict(plan.table("site").select("code", "calendar").iter_rows())
    calendar = row["calendar"] or sites.get(row["site"] or next(iter(sites), ""), "")
    plant = make_plant({name: plan.table(name) for name in CALENDARS}, plan.as_of)
    found = declared_calendars(plant, first // DAY - 1, last // DAY + 2).get(calendar)
    if found is None:  # it never closes
        return [(first, last)]
    joined = worktime.union(found.starts, found.ends)
    return list(zip(joined.starts.tolist(), joined.ends.tolist(), strict=True))


def within(gaps: Iterable[Gap], opened: Sequence[tuple[int, int]]) -> list[Gap]:
    """Give the parts of gaps that lie in open time.

    Examples
    --------
    >>> within([(0, 30, "no_work")], [(5, 10), (20, 40)])
    [(5, 10, 'no_work'), (20, 30, 'no_work')]
    """
    ends = [end for _, end in opened]
    found: list[Gap] = []
    for start, end, cause in gaps:
        for a, b in opened[bisect_right(ends, start) :]:
            if a >= end:
                break
            found.append((max(a, start), min(b, end), cause))
    return found


def arrivals(plan: View, own: pl.DataFrame) -> dict[tuple[str, int], int]:
    """Give when each operation could begin at its work center: its step before is done, the orders it takes from are.

    What needs to wait for neither is left out.
    """
    every = plan.result("scheduled_operation").filter(pl.col("order").is_in(own["order"].unique().implode()))
    every = every.sort("order", "sequence").with_columns(before=pl.col("finish").shift(1).over("order"))
    made = plan.result("planned_order").select(supply="order", made="finish")
    pegs = plan.result("peg").filter(pl.col("supply_kind") == "order", pl.col("demand_kind") == "order")
    parts = pegs.join(made, on="supply").group_by("demand").agg(pl.col("made").max())
    every = every.join(parts, left_on="order", right_on="demand", how="left")
    every = every.with_columns(ready=pl.coalesce("before", "made")).drop_nulls("ready")
    return {(order, step): at for order, step, at in every.select("order", "sequence", "ready").iter_rows()}


# --- by day ---------------------------------------------------------------------------------------------------------


def _used(plan: View, work_center: str, days: int, gaps: list[Gap]) -> pl.DataFrame:
    """Give each day with its open time, and the idle part of it shared out as its gaps are."""
    zone = plan.settings.zone
    today = datetime.fromtimestamp(plan.as_of * 60, tz=UTC).astimezone(ZoneInfo(zone)).toordinal() - EPOCH
    rows = plan.result("center_load").filter(pl.col("work_center") == work_center).sort("day")
    rows = rows.filter((pl.col("day") >= today) & (pl.col("day") < today + days))
    found = []
    for row in rows.iter_rows(named=True):
        idle = max(row["capacity"] - row["setup"] - row["run"], 0)
        found.append(
            {
                **row,
                "open": row["capacity"],
                **shared(idle, _minutes(gaps, row["day"], zone)),
            }
        )
    return pl.DataFrame(found, schema={**rows.schema, "open": pl.Int64, **dict.fromkeys(IDLE, pl.Int64)})


def _minutes(gaps: list[Gap], day: int, zone: str) -> dict[str, int]:
    """Give the minutes of a day that lie in gaps, by cause."""
    first = int(datetime.fromordinal(EPOCH + day).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60
    found = dict.fromkeys(IDLE, 0)
    for start, end, cause in gaps:
        found[cause] += max(min(end, first + DAY) - max(start, first), 0)
    return found


def shared(idle: int, minutes: dict[str, int]) -> dict[str, int]:
    """Share idle time out by minutes; where there are none, there was no work.

    Examples
    --------
    >>> shared(90, {"no_work": 10, "waits_material": 20, "no_person": 0, "other": 0})
    {'no_work': 30, 'waits_material': 60, 'no_person': 0, 'other': 0}
    """
    whole = sum(minutes.values())
    parts = {name: idle * minutes[name] // whole if whole else 0 for name in IDLE}
    return {**parts, "no_work": parts["no_work"] + idle - sum(parts.values())}
