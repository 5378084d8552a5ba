"""Does every operation wait for those before it, or for their first transfer batch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import LAST_SEQUENCE, MINUTE
from plantwright.flows.plan.judge.codes import Ints, ints, place_of
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.work import Work

_FIX = "This is a fault of the planner: report it with the plant."
PRECEDENCE = problem_kind(
    "verify-precedence", "It starts at {start}; operation {before} lets it start at {ready}.", _FIX
)
OVERLAP = problem_kind(
    "verify-overlap", "It runs {start} to {finish} beside operation {before}: {fault} of a transfer batch.", _FIX
)
TABLE = "scheduled_operation"
KEY = ("order", "sequence")


def check_precedence(work: Work) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = _neighbours(work)
    # A transfer batch lets own work overlap; what a supplier does is sent and comes back whole.
    overlaps = (pl.col("b_transfer_batch") > 0) & (pl.col("b_share") < 1) & ~pl.col("b_outside") & ~pl.col("outside")
    ready = pl.col("b_finish") + (pl.col("b_move") + pl.col("queue")) // MINUTE
    whole = rows.filter(~overlaps).with_columns(ready=ready)
    early = whole.filter(pl.col("start") < pl.col("ready"))
    yield Fault(PRECEDENCE, early, TABLE, KEY, "start", moments=("start", "ready"))
    # A successor that starts when its predecessor has moved as a whole needs no overlap.
    yield from _overlaps(work, rows.filter(overlaps).filter(pl.col("start") < ready))


def _pairs(work: Work) -> tuple[Ints, Ints]:
    """Give, as rows of `work.rows`, which operation waits for which.

    The network decides where there is one, else the line. What has started is past judging.
    """
    rows, links = work.rows, work.case.raw("operation_link")
    waiting = ~rows["started"].to_numpy()
    before = rows["before"].fill_null(-1).to_numpy()
    later = np.flatnonzero(waiting & (before >= 0))
    earlier = before[later]
    if links.height:
        network = links.rename({"site": "row_site", "after": "sequence", "before": "first"})
        linked = network.select("item", "row_site").unique().with_columns(linked=pl.lit(value=True))
        frame = rows.select("item", "row_site", "sequence").with_row_index("row")
        in_line = frame.join(linked, on=["item", "row_site"], how="left", maintain_order="left")["linked"].is_null()
        later = np.flatnonzero(waiting & (before >= 0) & in_line.to_numpy())
        pairs = frame.filter(pl.Series(waiting)).join(network, on=["item", "row_site", "sequence"], how="inner")
        earlier = np.concatenate([before[later], ints(pairs, "first")])
        later = np.concatenate([later, ints(pairs, "row")])
    place = place_of(ints(rows, "n")[later] * LAST_SEQUENCE + earlier, ints(rows, "key"))
    return later[place >= 0], place[place >= 0]


def _neighbours(work: Work) -> pl.DataFrame:
    """Set each operation beside every one that it waits for."""
    later, earlier = _pairs(work)
    out = pl.col("ordered") / pl.col("after")
    names = ("order", "sequence", "start", "finish", "outside", "queue", "need_run")
    rows = work.rows.select(
        *names, "setup", "transfer_batch", "move", "started", "p_done", pl.Series("calendar", work.calendar), out=out,
        share=pl.when(out > 0).then(pl.col("transfer_batch") / out).otherwise(1.0),
    )  # fmt: skip
    before = rows.select(
        pl.col("sequence").alias("before"), *(pl.col(name).alias(f"b_{name}") for name in (
            "start", "finish", "setup", "need_run", "transfer_batch", "share", "out", "move", "outside", "started",
            "calendar", "p_done",
        )),
    )  # fmt: skip
    return rows.select(*names, "calendar")[later].with_columns(before[earlier].get_columns())


def _overlaps(work: Work, rows: pl.DataFrame) -> Iterator[Fault]:
    """Start after the first batch is out; after the last one comes, its own run is still to do."""
    # Of a batch that began before the plan, nobody knows when it was out.
    fresh = ~pl.col("b_started") & (pl.col("b_p_done") == 0)
    first = pl.col("b_setup") + pl.col("b_need_run") * pl.col("b_share")
    seen = work.time.worked(rows["b_calendar"].to_numpy(), rows["b_start"].to_numpy(), rows["start"].to_numpy())
    early = rows.with_columns(pl.Series("seen", seen)).filter(fresh & ((pl.col("seen") + 1) * MINUTE < first))
    last = pl.col("b_out") - pl.col("b_transfer_batch") * ((pl.col("b_out") / pl.col("b_transfer_batch")).ceil() - 1)
    rest = pl.col("need_run") * last / pl.col("b_out")
    left = work.time.worked(rows["calendar"].to_numpy(), rows["b_finish"].to_numpy(), rows["finish"].to_numpy())
    hasty = rows.with_columns(pl.Series("left", left)).filter(
        ((pl.col("left") + 1) * MINUTE < rest) | (pl.col("finish") < pl.col("b_finish"))
    )
    for found, fault in ((early, "before the first"), (hasty, "no time for the last")):
        words = found.with_columns(fault=pl.lit(fault))
        yield Fault(OVERLAP, words, TABLE, KEY, "start", moments=("start", "finish"))
