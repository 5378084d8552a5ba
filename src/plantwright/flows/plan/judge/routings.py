"""Routings as the plant declares them: which rows hold at a site, and what yields do to what goes in."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.judge.case import Case

Losses = dict[int, list[tuple[int, Fraction]]]
"""By item and site: each sequence with the yield from it to the end, the last one first."""


def routing_rows(case: Case) -> pl.DataFrame:
    """Give the operations of every item and site for which the plan has orders that make.

    Returns
    -------
    Columns of operation; `node` and `site` are those of the order, `row_site` the site of the row; `passed` is the
    share of what goes into the operation that is good after the last one, as a float, `after` the share after the
    operation; `before` is the sequence before it in the line. Sorted by node and sequence.
    """
    orders = case.orders.select("item", "site", "makes", pl.Series("node", case.order_nodes))
    pairs = orders.filter("makes").drop("makes").unique("node")
    rows = pairs.join(case.raw("operation").rename({"site": "row_site"}), on="item", how="inner")
    rows = rows.filter((pl.col("row_site") == pl.col("site")) | (pl.col("row_site") == ""))
    own = (pl.col("row_site") != "").any().over("node")
    rows = rows.filter(~own | (pl.col("row_site") != "")).sort("node", "sequence")
    share = pl.col("yield_ratio") / SCALE
    passed = share.cum_prod(reverse=True).over("node")
    return rows.with_columns(passed=passed, after=passed / share, before=pl.col("sequence").shift(1).over("node"))


def yields_from(rows: pl.DataFrame) -> Losses:
    """Give the exact yields of the items that have losses."""
    lossy = rows.filter((pl.col("yield_ratio") != SCALE).any().over("node"))
    found: Losses = {}
    for node, sequence, share in lossy.select("node", "sequence", "yield_ratio").reverse().iter_rows():
        steps = found.setdefault(node, [])
        before = steps[-1][1] if steps else Fraction(1)
        steps.append((sequence, before * Fraction(share, SCALE)))
    return found


def yield_at(steps: list[tuple[int, Fraction]], operation: int) -> Fraction:
    """Give the yield from an operation to the end."""
    found = Fraction(1)
    for sequence, share in steps:
        if sequence < operation:
            break
        found = share
    return found
