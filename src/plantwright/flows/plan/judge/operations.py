"""Is every operation there, at a place that may do it, with the time it needs, when that place is open."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import MINUTE
from plantwright.flows.plan.judge.codes import ints, pick, place_of
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.work import Work

_FIX = "This is a fault of the planner: report it with the plant."
MISSING = problem_kind("verify-operation-missing", "The order needs this operation; the schedule has none.", _FIX)
EXTRA = problem_kind("verify-operation-extra", "The order has no such operation, or it is done.", _FIX)
RECORD = problem_kind("verify-operation-record", "{column} is {said} in the schedule; it should be {should}.", _FIX)
DATES = problem_kind("verify-operation-dates", "It finishes at {finish}, before its start at {start}.", _FIX)
CENTER = problem_kind("verify-work-center", "It may not be done at {work_center}.", _FIX)
UNIT = problem_kind("verify-unit", "Unit {unit} is not one of the {center_units} of {work_center}.", _FIX)
TIME = problem_kind("verify-operation-time", "{has} min of {part} are planned; it needs {needs} min.", _FIX)
WORKED = problem_kind(
    "verify-working-time", "{start} to {finish} has {has} min of open time; it needs {needs} min.", _FIX
)
PAUSE = problem_kind("verify-pause", "It may not pause, but {start} to {finish} is not open throughout.", _FIX)
PAST = problem_kind("verify-operation-past", "It starts at {start}, before the plan begins at {now}.", _FIX)
START = problem_kind(
    "verify-operation-start", "It is recorded as started at {started_at}, but starts at {start}.", _FIX
)
SPAN = problem_kind("verify-order-span", "The order has {start} to {finish}, its operations {first} to {last}.", _FIX)
SUBCONTRACT = problem_kind("verify-subcontract", "{start} to {finish} is less than its lead time of {lead} min.", _FIX)
HOLD = problem_kind("verify-hold", "It starts at {start}; its order is held until {until}.", _FIX)

TABLE = "scheduled_operation"
KEY = ("order", "sequence")


def check_operations(work: Work) -> Iterator[Fault]:
    """Run every check of this module."""
    asked, planned = ints(work.asked, "key"), ints(work.planned, "key")
    yield Fault(MISSING, pick(work.asked, place_of(asked, planned) < 0), TABLE, KEY)
    yield Fault(EXTRA, pick(work.planned, place_of(planned, asked) < 0), TABLE, KEY, "sequence")
    yield from _records(work)
    yield from _places(work)
    yield from _times(work)
    yield from _open(work)
    yield from _starts(work)
    yield from _spans(work)
    yield from _holds(work)


def _records(work: Work) -> Iterator[Fault]:
    items = work.case.items
    steps = np.append(items["step"].to_numpy(), 1)[work.case.item_numbers(work.rows["item"])]
    rows = work.rows.with_columns(pl.Series("step", steps))
    for column, said, should in (
        ("item", pl.col("said_item"), pl.col("item")),
        ("family", pl.col("family"), pl.col("setup_family")),
        ("alternate", pl.col("alternate"), ~(pl.col("own") | pl.col("outside"))),
    ):
        off = rows.filter(said != should).with_columns(said=said, should=should)
        yield Fault(RECORD, off, TABLE, KEY, column)
    # A schedule may give the good units of the operation or those of the order; between the two it is right.
    out = (pl.col("ordered") / pl.col("after")).ceil().cast(pl.Int64)
    step = pl.col("step")
    fine = pl.col("quantity").is_between(pl.min_horizontal("ordered", out) - step, out + step)
    off = rows.filter(~fine & (pl.col("p_done") == 0)).with_columns(said=pl.col("quantity"), should=out)
    yield Fault(RECORD, off, TABLE, KEY, "quantity", amounts=("said", "should"))
    reverse = work.planned.filter(pl.col("start") > pl.col("finish"))
    yield Fault(DATES, reverse, TABLE, KEY, "finish", moments=("start", "finish"))


def _places(work: Work) -> Iterator[Fault]:
    """Own work is done at its work center or an alternate, on a unit of it; a supplier's step at none."""
    rows = work.rows
    inside = ~pl.col("outside")
    wrong = (inside & ~pl.col("known")) | (pl.col("outside") & (pl.col("work_center") != ""))
    yield Fault(CENTER, rows.filter(wrong), TABLE, KEY, "work_center")
    fits = pl.col("unit").is_between(1, pl.col("center_units")).fill_null(value=False)
    placed = inside & pl.col("center_units").is_not_null()
    yield Fault(UNIT, rows.filter(placed & ~fits), TABLE, KEY, "unit")


def _times(work: Work) -> Iterator[Fault]:
    """Check that set-up and run are what the quantity needs; a supplier's step takes its lead time."""
    rows = work.rows
    parts = {
        "set-up": (pl.col("setup"), pl.col("need_setup")),
        "run": (pl.col("run"), pl.col("need_run")),
        "work": (pl.col("setup") + pl.col("run"), pl.col("need")),
    }
    told = pl.lit(value=False)
    for part, (has, needs) in parts.items():
        less = has + MINUTE < needs
        # Where a part is short the whole is too: it is said once.
        short = rows.filter(less & ~told)
        told = told | less
        short = short.with_columns(part=pl.lit(part), has=has / MINUTE, needs=(needs / MINUTE).round(1))
        yield Fault(TIME, short, TABLE, KEY, value="has")
    away = rows.filter(pl.col("outside")).with_columns(lead=pl.col("lead_time") // MINUTE)
    early = away.filter(pl.col("finish") - pl.col("start") < pl.col("lead"))
    yield Fault(SUBCONTRACT, early, TABLE, KEY, "finish", moments=("start", "finish"))


def _open(work: Work) -> Iterator[Fault]:
    """Check that the open minutes within hold the work, without a pause where none is allowed."""
    rows = work.rows.with_columns(pl.Series("has", work.worked)).filter(~pl.col("outside"))
    planned = pl.when("started").then(0).otherwise(pl.col("setup") + pl.col("run"))
    rows = rows.with_columns(needs=(pl.max_horizontal("need", planned) / MINUTE))
    short = rows.filter(pl.col("has") + 1 < pl.col("needs")).with_columns(pl.col("needs").round(1))
    yield Fault(WORKED, short, TABLE, KEY, "finish", moments=("start", "finish"))
    closed = rows.filter(~pl.col("pausable") & (pl.col("has") < pl.col("finish") - pl.col("begin")))
    yield Fault(PAUSE, closed, TABLE, KEY, "finish", moments=("start", "finish"))


def _starts(work: Work) -> Iterator[Fault]:
    """Check that what has started keeps its start, and the rest starts from now on."""
    now = work.case.as_of
    early = work.rows.filter((pl.col("start") < now) & ~pl.col("started")).with_columns(now=pl.lit(now, pl.Int64))
    yield Fault(PAST, early, TABLE, KEY, "start", moments=("start", "now"))
    moved = work.rows.filter(
        pl.col("started") & pl.col("started_at").is_not_null() & (pl.col("start") != pl.col("started_at"))
    )
    yield Fault(START, moved, TABLE, KEY, "start", moments=("started_at", "start"))


def _spans(work: Work) -> Iterator[Fault]:
    """Check that an order starts with its first operation and finishes with its last."""
    n, orders = ints(work.planned, "n"), work.case.orders
    first = np.full(orders.height, np.iinfo(np.int64).max)
    last = np.full(orders.height, np.iinfo(np.int64).min)
    np.minimum.at(first, n, ints(work.planned, "start"))
    np.maximum.at(last, n, ints(work.planned, "finish"))
    rows = orders.with_columns(pl.Series("first", first), pl.Series("last", last)).filter(
        pl.col("first") <= pl.col("last")
    )
    off = rows.filter((pl.col("start") != pl.col("first")) | (pl.col("finish") != pl.col("last")))
    done = work.case.raw("production_operation").filter(pl.col("state") != "waiting")["order"].unique()
    begun = pl.col("order").is_in(done.implode()) & (pl.col("start") < pl.col("first"))
    off = off.filter(~begun | (pl.col("finish") != pl.col("last")))
    moments = ("start", "finish", "first", "last")
    yield Fault(SPAN, off.sort("n"), "planned_order", ("order",), "start", moments=moments)


def _holds(work: Work) -> Iterator[Fault]:
    """Operations of an order that is held wait until the hold ends."""
    until = work.held_until
    if not until.height:
        return
    rows = work.rows.filter(~pl.col("started")).join(until, on="order", how="inner")
    early = rows.filter(pl.col("start") < pl.col("until"))
    yield Fault(HOLD, early, TABLE, KEY, "start", moments=("start", "until"))
