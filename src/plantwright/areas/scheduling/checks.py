"""What must hold of starts that people have fixed: pins that cannot be kept, and what the plan does instead."""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.core import worktime
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.finding import Tables, found, zone_of
from plantwright.core.problem import Problem, ProblemError, ProblemKind, problem_kind
from plantwright.core.worktime import Intervals

PIN_STARTED = problem_kind(
    "pin-on-started",
    "It is to start at {wanted}, but operation {operation} has already started or is done; it goes on from there.",
    "Take the fixed start away, or correct what was reported of the operation.",
    "warning",
)
PIN_HELD = problem_kind(
    "pin-before-hold-ends",
    "Operation {operation} is to start at {wanted}, but its order is held until {until}; it is planned from then on.",
    "Release the hold, or fix a start after it.",
    "warning",
)
PIN_CLOSED = problem_kind(
    "pin-when-closed",
    "Operation {operation} is to start at {wanted}, when {center} is closed; it is planned from {opens} on.",
    "Fix a start within the working time, or open the work center then by an exception of its calendar.",
    "warning",
)
PINS_OVERLAP = problem_kind(
    "pins-overlap",
    "Operation {operation} is to start at {wanted} on {center}, which does other fixed work until {until}; it is "
    "planned after that.",
    "Fix another start, or one on another work center.",
    "warning",
)
MINUTE = 60_000
_LIVE = ["firm", "released", "started"]
_AHEAD = 400
"""Days for which open time is looked at after the last pin: work that takes longer is not followed."""


def check_pins(tables: Tables, as_of: int) -> list[Problem]:
    """Find fixed starts of operations and orders that contradict what has happened, holds, calendars, or each other."""
    rows = _fixed(tables)
    pins = rows.filter(pl.col("wanted").is_not_null())
    if not pins.height:
        return []
    held = _after_holds(tables, pins.filter(~pl.col("begun")), as_of)
    # What is past has a problem of its own.
    due = held.filter(pl.col("wanted") >= as_of)
    time = _center_times(tables, rows, as_of)
    shut = [_opens(time, center, wanted) for center, wanted in due.select("work_center", "wanted").iter_rows()]
    shut_rows = due.with_columns(opens=pl.Series(shut, dtype=pl.Int64)).filter(pl.col("opens") > pl.col("wanted"))
    begun = rows.filter("begun").with_columns(from_moment=pl.lit(as_of, pl.Int64))
    wanted = held.with_columns(from_moment=pl.max_horizontal("wanted", "until", pl.lit(as_of, pl.Int64)))
    busy = _overlapping(tables, pl.concat([begun, wanted], how="diagonal"), time)
    return [
        *_told(PIN_STARTED, tables, pins.filter("begun"), ()),
        *_told(PIN_HELD, tables, held.filter(pl.col("until") > pl.max_horizontal("wanted", pl.lit(as_of))), ("until",)),
        *_told(PIN_CLOSED, tables, shut_rows, ("opens",)),
        *_told(PINS_OVERLAP, tables, busy, ("until",)),
    ]


def _told(kind: ProblemKind, tables: Tables, rows: pl.DataFrame, moments: tuple[str, ...]) -> list[Problem]:
    """Write problems of operations at the operation, and those of orders at the order."""
    problems: list[Problem] = []
    for table, column in (("production_operation", "pinned_start"), ("production_order", "start")):
        own = rows.filter(pl.col("of") == table).with_columns(
            pl.col("wanted").alias(column), operation="sequence", center="work_center"
        )
        problems += found(kind, tables, table, own, column, moments=("wanted", *moments))
    return problems


# --- what is fixed --------------------------------------------------------------------------------------------------


def _fixed(tables: Tables) -> pl.DataFrame:
    """Give operations that have begun or are pinned, and the first ones of orders that are frozen or pinned.

    Columns: of (table that says so), order, sequence, item, quantity (left), wanted (start), begun, remaining,
    work_center, setup, run (milliseconds in all).
    """
    orders = tables["production_order"].filter(pl.col("state").is_in(_LIVE)).select(
        "order", "item", "firmness", "start", "completed", whole="quantity"
    )  # fmt: skip
    routing = tables["operation"].sort("item", "sequence", "site").unique(["item", "sequence"], keep="last")
    reports = tables["production_operation"].rename({"work_center": "own_center"})
    own = reports.join(orders, on="order").with_columns(
        of=pl.lit("production_operation"), wanted="pinned_start", begun=pl.col("state") != "waiting"
    )
    own = own.filter(pl.col("begun") | pl.col("wanted").is_not_null())
    firm = orders.filter((pl.col("firmness") != "free") & pl.col("start").is_not_null())
    first = firm.join(routing.group_by("item").agg(pl.col("sequence").min()), on="item")
    first = first.join(reports.filter(pl.col("pinned_start").is_not_null()), on=["order", "sequence"], how="anti")
    begun = reports.filter(pl.col("state") != "waiting").select("order").unique()
    first = first.with_columns(
        of=pl.lit("production_order"), wanted="start", begun=pl.col("order").is_in(begun["order"].implode())
    )
    rows = pl.concat([own, first], how="diagonal_relaxed")
    rows = rows.join(routing.drop("quantity", strict=False), on=["item", "sequence"], how="left", suffix="_of_routing")
    left = pl.col("whole") - pl.max_horizontal(pl.col("done_quantity").fill_null(0), "completed")
    center = pl.when(pl.col("own_center").fill_null("") != "").then("own_center").otherwise("work_center")
    return rows.with_columns(quantity=left.clip(0), work_center=center.fill_null("")).select(
        "of", "order", "sequence", "item", "quantity", "wanted", "begun", "state", "remaining", "work_center",
        "setup", "run", "run_per", "batch_size", "rate",
    )  # fmt: skip


def _after_holds(tables: Tables, pins: pl.DataFrame, as_of: int) -> pl.DataFrame:
    """Add until when the order is held; a hold that nobody has set an end to has no moment to tell."""
    holds = tables["order_hold"].filter(~pl.col("released") & (pl.col("until") > as_of))
    until = holds.group_by("order").agg(pl.col("until").max())
    return pins.join(until, on="order", how="left")


# --- open time ------------------------------------------------------------------------------------------------------


def _center_times(tables: Tables, rows: pl.DataFrame, as_of: int) -> dict[str, Intervals]:
    """Give the open time of the work centers with fixed work; without those that are always open."""
    centers = tables["work_center"].filter(pl.col("code").is_in(rows["work_center"].implode()))
    sites = dict(tables["site"].select("code", "calendar").iter_rows())
    main = next(iter(sites), "")
    named = {
        code: calendar or sites.get(site or main, "")
        for code, calendar, site in centers.select("code", "calendar", "site").iter_rows()
    }
    last = max([as_of, *rows["wanted"].drop_nulls().to_list()]) // 1440 + _AHEAD
    try:
        opened = _calendars(tables, set(named.values()) - {""}, as_of // 1440 - 2, last)
    except ProblemError:
        return {}  # calendars that cannot be read are told elsewhere
    found_times = {code: opened[calendar] for code, calendar in named.items() if calendar in opened}
    units = dict(centers.select("code", "units").iter_rows())
    for (code,), down in tables["down_time"].drop_nulls(["start", "end"]).group_by("work_center"):
        whole = down.filter(pl.col("units").is_null() | (pl.col("units") >= units.get(code, 0)))
        if code in found_times and whole.height:
            away = worktime.union(whole["start"].to_numpy(), whole["end"].to_numpy())
            found_times[str(code)] = worktime.subtract(found_times[str(code)], away)
    return found_times


def _calendars(tables: Tables, codes: set[str], first: int, last: int) -> dict[str, Intervals]:
    """Open the calendars that are named."""
    days = list(ENTITIES["calendar_shift"].columns["weekday"].choices)
    zone = zone_of(tables)
    rows = tables["calendar"].filter(pl.col("code").is_in(list(codes)))
    own = pl.col("calendar").is_in(rows["code"].implode())
    calendars = [
        worktime.Calendar(row["code"], row["time_zone"] or zone, row["country"], row["subdivision"])
        for row in rows.iter_rows(named=True)
    ]
    shifts = [
        worktime.Shift(
            row["calendar"], days.index(row["weekday"]), row["start"], row["end"],
            row["effective_from"], row["effective_to"],
        )
        for row in tables["calendar_shift"].filter(own).drop_nulls().iter_rows(named=True)
    ]  # fmt: skip
    exceptions = [
        worktime.CalendarException(*row)
        for row in tables["calendar_exception"]
        .filter(own)
        .select("calendar", "start", "end", "open")
        .drop_nulls()
        .sort("calendar", "start")
        .iter_rows()
    ]
    return worktime.work_intervals(calendars, shifts, exceptions, first, last)


def _opens(time: dict[str, Intervals], center: str, moment: int) -> int:
    """Give the first open minute from a moment on; the moment itself where nothing is known."""
    if center not in time:
        return moment
    place = int(np.searchsorted(time[center].ends, moment, side="right"))
    return max(moment, int(time[center].starts[place])) if place < len(time[center].starts) else moment


def _finish(time: dict[str, Intervals], center: str, start: int, minutes: int) -> int:
    """Give when work ends that starts at a moment; at once after as many minutes where nothing is known."""
    if center not in time:
        return start + minutes
    open_time = time[center]
    starts = np.maximum(open_time.starts, start)
    length = np.maximum(open_time.ends - starts, 0)
    done = np.cumsum(length)
    place = int(np.searchsorted(done, minutes))
    return int(open_time.ends[place] - (done[place] - minutes)) if place < len(done) else start + minutes


# --- units ----------------------------------------------------------------------------------------------------------


def _overlapping(tables: Tables, rows: pl.DataFrame, time: dict[str, Intervals]) -> pl.DataFrame:
    """Put fixed work on the units of each work center in the order of its starts; give what finds none free.

    Adds: until (when the first unit is free).
    """
    rows = rows.filter((pl.col("work_center") != "") & (~pl.col("begun") | (pl.col("state") == "started")))
    rows = rows.with_columns(minutes=_minutes(tables, rows)).sort(~pl.col("begun"), "from_moment", "order", "sequence")
    count = dict(tables["work_center"].select("code", "units").iter_rows())
    units = {code: [0] * (count.get(code) or 1) for code in rows["work_center"].unique()}
    late = []
    for row in rows.iter_rows(named=True):
        center = row["work_center"]
        start = _opens(time, center, row["from_moment"])
        free = min(units[center])
        late.append(free if free > start and not row["begun"] else None)
        units[center].remove(free)
        units[center].append(_finish(time, center, max(start, free), row["minutes"]))
    return rows.with_columns(until=pl.Series(late, dtype=pl.Int64)).filter(pl.col("until").is_not_null())


def _minutes(tables: Tables, rows: pl.DataFrame) -> pl.Series:
    """Give the working minutes of fixed operations: what is left of those that have started."""
    speeds = dict(tables["work_center"].select("code", "efficiency").iter_rows())
    speed = pl.col("work_center").replace_strict(speeds, default=SCALE, return_dtype=pl.Int64) / SCALE
    amount = pl.col("quantity") / SCALE
    hours = pl.when(pl.col("rate") > 0).then(amount / (pl.col("rate") / SCALE)).otherwise(0.0)
    run = (
        pl.when(pl.col("run_per") == "hour").then(hours * 60 * MINUTE)
        .when(pl.col("run_per") == "batch").then((amount / (pl.col("batch_size") / SCALE)).ceil() * pl.col("run"))
        .otherwise(amount * pl.col("run"))
    )  # fmt: skip
    setup = pl.when("begun").then(0).otherwise("setup")
    work = (
        pl.when(pl.col("begun") & pl.col("remaining").is_not_null()).then("remaining").otherwise((setup + run) / speed)
    )
    return rows.select((work.fill_null(0) / MINUTE).ceil().cast(pl.Int64)).to_series()


CHECKS = (check_pins,)
"""Everything that is checked of the schedule."""
