"""Does every operation wait for those before it, or for their first transfer batch."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import MINUTE
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


def _pairs(work: Work) -> pl.DataFrame:
    """Give which operation waits for which: by the network where there is one, else along the line."""
    line = work.routing.select(
        "item", "site", "row_site", "sequence", before=pl.col("sequence").shift(1).over("item", "site")
    )
    links = work.case.raw("operation_link").rename({"site": "row_site", "after": "sequence"})
    linked = links.select("item", "row_site").unique()
    network = work.routing.select("item", "site", "row_site").unique().join(links, on=["item", "row_site"], how="inner")
    alone = line.join(linked, on=["item", "row_site"], how="anti").filter(pl.col("before").is_not_null())
    return pl.concat([alone.select(*_PAIR), network.select(*_PAIR)])


_PAIR = ("item", "site", "sequence", "before")


def _neighbours(work: Work) -> pl.DataFrame:
    """Set each operation beside every one that it waits for; what has started is past judging."""
    out = pl.col("ordered") / pl.col("after")
    rows = work.rows.with_columns(pl.Series("calendar", work.calendar), out=out)
    rows = rows.with_columns(share=pl.when(out > 0).then(pl.col("transfer_batch") / out).otherwise(1.0))
    earlier = rows.select(
        "n", pl.col("sequence").alias("before"),
        *(pl.col(name).alias(f"b_{name}") for name in (
            "start", "finish", "setup", "need_run", "transfer_batch", "share", "out", "move", "outside", "started",
            "calendar", "p_done",
        )),
    )  # fmt: skip
    after = rows.filter(~pl.col("started")).join(_pairs(work), on=["item", "site", "sequence"], how="inner")
    return after.join(earlier, on=["n", "before"], how="inner")


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
