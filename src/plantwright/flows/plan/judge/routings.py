"""Routings as the plant declares them: which rows hold at a site, and what yields do to what goes in."""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.judge.case import Case


def routing_rows(case: Case) -> pl.DataFrame:
    """Give the operations of every item and site for which the plan has orders that make.

    Returns
    -------
    Columns of operation; `site` is the site of the order, `row_site` that of the row; `passed` is the share of what
    goes into the operation that is good after the last one, as a float, `after` the share after the operation.
    """
    pairs = case.orders.filter("makes").select("item", "site").unique()
    rows = pairs.join(case.raw("operation").rename({"site": "row_site"}), on="item", how="inner")
    rows = rows.filter((pl.col("row_site") == pl.col("site")) | (pl.col("row_site") == ""))
    own = (pl.col("row_site") != "").any().over("item", "site")
    rows = rows.filter(~own | (pl.col("row_site") != "")).sort("item", "site", "sequence")
    share = pl.col("yield_ratio") / SCALE
    passed = share.cum_prod(reverse=True).over("item", "site")
    return rows.with_columns(passed=passed, after=passed / share)


def yields_from(rows: pl.DataFrame) -> dict[tuple[str, str], list[tuple[int, Fraction]]]:
    """Give, for items with losses, each sequence with the exact yield from it to the end, the last one first."""
    lossy = rows.filter((pl.col("yield_ratio") != SCALE).any().over("item", "site"))
    found: dict[tuple[str, str], list[tuple[int, Fraction]]] = {}
    for item, site, sequence, share in lossy.select("item", "site", "sequence", "yield_ratio").reverse().iter_rows():
        steps = found.setdefault((item, site), [])
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
