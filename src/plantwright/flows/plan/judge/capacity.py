"""Does a work center ever do more at once than it can, and is there time to change it over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import MINUTE
from plantwright.flows.plan.judge.codes import Ints, ints, running
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.work import Work

_FIX = "This is a fault of the planner: report it with the plant."
CAPACITY = problem_kind("verify-capacity", "At {at} it does {busy} operations at once; it has {have} units.", _FIX)
UNIT_OVERLAP = problem_kind(
    "verify-unit-overlap",
    "It starts at {start} on unit {unit} of {work_center}, busy with {other} until {until}.",
    _FIX,
)
CHANGEOVER = problem_kind(
    "verify-changeover", "Set-up of {has} min after family {previous} on {work_center}; it needs {needs} min.", _FIX
)
TABLE = "scheduled_operation"
KEY = ("order", "sequence")


def check_capacity(work: Work) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = work.rows.filter(~pl.col("outside") & (pl.col("center") >= 0))
    yield from _centers(work, rows)
    yield from _partly_down(work)
    placed, after = _on_units(rows)
    yield from _units(placed, after)
    yield from _changeovers(work, placed, after)


def busy_over_time(rows: pl.DataFrame, held: Ints) -> pl.DataFrame:
    """Count how often each thing is held at once, at every start, by the numbers in `held`.

    Where all that holds it has started before the plan, records say so and no planner could help it: `fixed`.

    Returns
    -------
    Columns: held, at, busy, fixed; sorted by the first two.
    """
    begin, finish = ints(rows, "begin"), ints(rows, "finish")
    real = np.flatnonzero(finish > begin)
    thing, at = np.tile(held[real], 2), np.concatenate([finish[real], begin[real]])
    change = np.repeat(np.array([-1, 1]), len(real))
    fact = np.tile(rows["started"].to_numpy()[real], 2) * change
    order = np.lexsort((change, at, thing))
    thing, change = thing[order], change[order]
    busy, facts = running(thing, change), running(thing, fact[order])
    starts = change > 0
    columns = {"held": thing, "at": at[order], "busy": busy, "fixed": busy == facts}
    return pl.DataFrame({name: values[starts] for name, values in columns.items()})


def _centers(work: Work, rows: pl.DataFrame) -> Iterator[Fault]:
    centers = work.case.raw("work_center")
    busy = busy_over_time(rows, ints(rows, "center"))
    busy = busy.with_columns(centers["units"].gather(busy["held"]).alias("have"))
    over = busy.filter((pl.col("busy") > pl.col("have")) & ~pl.col("fixed"))
    first = over.unique("held", keep="first", maintain_order=True)
    first = first.with_columns(centers["code"].gather(first["held"]).alias("work_center"))
    yield Fault(CAPACITY, first, "work_center", ("work_center",), moments=("at",), value="busy")


def _partly_down(work: Work) -> Iterator[Fault]:
    """While some units are down, no more operations run than are left; the others would have to pause."""
    units = work.case.raw("work_center").select("code", pl.col("units").alias("have"))
    down = work.case.raw("down_time").join(units, left_on="work_center", right_on="code", how="inner")
    down = down.filter(pl.col("units") < pl.col("have")).filter(pl.col("end") > work.case.as_of)
    if not down.height:
        return
    rows = work.rows.with_columns(pl.Series("calendar", work.calendar), pl.Series("has", work.worked))
    spare = pl.col("has") - pl.col("need") / MINUTE
    rows = rows.with_columns(spare=pl.when("pausable").then(spare + 1).otherwise(0.0))
    for row in down.iter_rows(named=True):
        yield from _running(work, rows, row)


def _running(work: Work, rows: pl.DataFrame, down: dict[str, int]) -> Iterator[Fault]:
    """Count the operations that cannot have paused throughout one down time."""
    near = rows.filter(
        (pl.col("work_center") == down["work_center"])
        & (pl.col("begin") < down["end"])
        & (pl.col("finish") > down["start"])
    ).with_columns(
        begin=pl.max_horizontal("begin", pl.lit(down["start"], pl.Int64)),
        finish=pl.min_horizontal("finish", pl.lit(down["end"], pl.Int64)),
    )
    inside = work.time.worked(near["calendar"].to_numpy(), near["begin"].to_numpy(), near["finish"].to_numpy())
    present = near.with_columns(pl.Series("inside", inside)).filter(pl.col("spare") < pl.col("inside"))
    have = down["have"] - down["units"]
    busy = busy_over_time(present, ints(present, "center")).filter(pl.col("busy") > have).head(1)
    named = busy.with_columns(have=have, work_center=pl.lit(down["work_center"]))
    yield Fault(CAPACITY, named, "work_center", ("work_center",), moments=("at",), value="busy")


_ON_UNIT = (
    "order", "sequence", "work_center", "center", "unit", "start", "begin", "finish", "started", "setup", "need_setup",
    "setup_family", "setup_matrix", "efficiency",
)  # fmt: skip


def _on_units(rows: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """Put each operation after the one before it on its unit; give also the rows that have one before."""
    rows = rows.select(_ON_UNIT).filter(pl.col("unit").is_not_null())
    center, unit = ints(rows, "center"), ints(rows, "unit")
    order = np.lexsort((ints(rows, "finish"), ints(rows, "begin"), unit, center))
    center, unit = center[order], unit[order]
    return rows[order], np.flatnonzero((center[1:] == center[:-1]) & (unit[1:] == unit[:-1])) + 1


def _units(rows: pl.DataFrame, after: Ints) -> Iterator[Fault]:
    begin, finish, started = ints(rows, "begin"), ints(rows, "finish"), rows["started"].to_numpy()
    recorded = started[after] & started[after - 1]
    over = after[(begin[after] < finish[after - 1]) & (finish[after] > begin[after]) & ~recorded]
    found = rows[over].with_columns(
        rows["order"].gather(over - 1).alias("other"), rows["finish"].gather(over - 1).alias("until")
    )
    yield Fault(UNIT_OVERLAP, found, TABLE, KEY, "unit", moments=("start", "until"))


def _changeovers(work: Work, rows: pl.DataFrame, after: Ints) -> Iterator[Fault]:
    """Check that the set-up column holds the own set-up and the change from the family before."""
    if (work.case.raw("work_center")["setup_matrix"] == "").all():
        return
    rows = rows[after].with_columns(rows["setup_family"].gather(after - 1).alias("previous"))
    rows = rows.filter((pl.col("setup_matrix") != "") & ~pl.col("started"))
    rows = rows.filter((pl.col("previous") != "") & (pl.col("setup_family") != ""))
    if not rows.height:
        return
    change = pl.Series("change", _changes(work, rows), dtype=pl.Float64)
    # Whether a fast work center also changes over faster is left open: the shorter of the two is asked.
    speed = pl.max_horizontal(pl.col("efficiency").fill_null(SCALE) / SCALE, pl.lit(1.0))
    rows = rows.with_columns(change).with_columns(needs=pl.col("need_setup") + pl.col("change") / speed)
    short = rows.filter((pl.col("change") > 0) & (pl.col("setup") + MINUTE < pl.col("needs")))
    # What lacks even the own set-up is another fault.
    short = short.filter(pl.col("setup") + MINUTE >= pl.col("need_setup"))
    short = short.with_columns(has=pl.col("setup") / MINUTE, needs=(pl.col("needs") / MINUTE).round(1))
    yield Fault(CHANGEOVER, short, TABLE, KEY, "setup")


def _changes(work: Work, rows: pl.DataFrame) -> list[float]:
    """Look up the minutes (as milliseconds) between families; a star stands for any other family."""
    table = {row[:3]: float(row[3]) for row in work.case.raw("setup_change").iter_rows()}
    pairs = rows.select("setup_matrix", "previous", "setup_family")
    known = {pair: _change(table, *pair) for pair in pairs.unique().iter_rows()}
    return [known[pair] for pair in pairs.iter_rows()]


def _change(table: dict[tuple[str, ...], float], matrix: str, before: str, after: str) -> float:
    if (matrix, before, after) in table:
        return table[matrix, before, after]
    if before == after:
        return 0.0
    half = [table[key] for key in ((matrix, before, "*"), (matrix, "*", after)) if key in table]
    return min(half) if half else table.get((matrix, "*", "*"), 0.0)
