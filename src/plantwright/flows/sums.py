"""A table summed up by one of its columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from plantwright.core import column as col
from plantwright.core.column import TEXTUAL, Column, Kind

COUNT = "rows"
SUMMED = frozenset({Kind.QUANTITY, Kind.MONEY, Kind.DURATION})
"""Kinds of which a sum says something; shares and numbers of a line do not add up."""
EACH = frozenset({"price", "standard_cost", "unit_cost", "cost_rate", "lead_time", "projected"})
"""Columns of those kinds that are for one piece or for a moment."""


def group_columns(columns: Mapping[str, Column]) -> list[str]:
    """Give the columns by which rows can be put together: names, choices and days."""
    return [name for name, column in columns.items() if column.kind in TEXTUAL | {Kind.DAY, Kind.FLAG}]


def summed_columns(columns: Mapping[str, Column]) -> list[str]:
    """Give the columns that add up."""
    return [name for name, one in columns.items() if one.kind in SUMMED and one.unit != "%" and name not in EACH]


def sums_by(rows: pl.DataFrame, columns: Mapping[str, Column], by: str) -> tuple[pl.DataFrame, dict[str, Column]]:
    """Sum a table up by one column, the most rows first; what is counted in several units is kept apart.

    Parameters
    ----------
    rows : raw rows
    columns : what they hold
    by : one of `group_columns`

    Returns
    -------
    A row for each value of `by` (and unit), with the count of its rows and its sums; and the columns of that.

    Examples
    --------
    >>> rows = pl.DataFrame({"site": ["N", "S", "N"], "value": [1_000_000, 2_000_000, 5_000_000]})
    >>> found, _ = sums_by(rows, {"site": col.code("Site"), "value": col.money("Value")}, "site")
    >>> found.rows()
    [('N', 2, 6000000), ('S', 1, 2000000)]
    """
    units = ["unit"] if by != "unit" and "unit" in columns and rows["unit"].n_unique() > 1 else []
    names = summed_columns(columns)
    found = rows.group_by([by, *units], maintain_order=True).agg(
        pl.len().cast(pl.Int64()).alias(COUNT), *(pl.col(name).sum() for name in names if name != by)
    )
    shown = {by: columns[by], **{name: columns[name] for name in units}, COUNT: col.whole("Rows of the table")}
    shown |= {name: columns[name] for name in names if name != by}
    return found.select(list(shown)).sort(COUNT, descending=True, maintain_order=True), shown
