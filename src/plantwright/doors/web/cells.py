"""The cells of a table as people read them: heads with units, values as they are written everywhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import EVER, FOREVER, TEXTUAL, Column, Kind
from plantwright.core.reader import say

WRITTEN = "_shown"
"""Ends the name of the text beside a value."""


def used_columns(rows: pl.DataFrame, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Leave out columns that are empty in every row: they tell nothing."""
    return {name: column for name, column in columns.items() if not _empty(rows[name])} or dict(columns)


def _empty(cells: pl.Series) -> bool:
    if cells.dtype == pl.String():
        return bool((cells.fill_null("") == "").all())
    return cells.null_count() == len(cells)


def grid_rows(
    rows: pl.DataFrame, columns: Mapping[str, Column], zone: str, year: int, *,
    clock: frozenset[str] = frozenset(), dashed: frozenset[str] = frozenset(),
) -> list[dict[str, Any]]:  # fmt: skip
    """Give rows for a grid: for each column the value to sort by, and the text to show where they differ."""
    found: dict[str, list[Any]] = {"_row": list(range(rows.height))}
    mixed = "unit" in rows.columns and rows["unit"].n_unique() > 1
    for name, column in columns.items():
        values = rows[name].to_list()
        found[name] = values
        if column.kind not in TEXTUAL:
            texts = cell_texts(values, column, zone, year, clock=name in clock, mixed=mixed)
            found[name + WRITTEN] = [
                wording.NONE if name in dashed and value == 0 else text
                for value, text in zip(values, texts, strict=True)
            ]
            if column.kind is Kind.DAY:
                found[name] = [None if value in {EVER, FOREVER} else value for value in values]
    return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)]


def cell_texts(
    values: list[Any], column: Column, zone: str, year: int, *, clock: bool = False, mixed: bool = False
) -> list[str]:
    """Write the cells of a column as people read them, quantities with the same decimals where their unit is one."""
    if column.kind is Kind.QUANTITY:
        most = 1 if column.unit == "d" else 3
        step = 10 ** (6 - most)
        rounded = [None if value is None else round(value / step) * step for value in values]
        decimals = max((wording.needed_decimals(value) for value in rounded if value is not None), default=0)
        same = None if mixed else decimals
        return ["" if value is None else wording.decimal(value, same) for value in rounded]
    if column.kind is Kind.DURATION and column.unit == "h":
        return ["" if value is None else wording.number(value / 3_600_000, 1) for value in values]
    if clock and column.kind is Kind.MOMENT:
        ends = wording.is_end(column)
        return ["" if value is None else wording.moment(value, zone, year, clock=True, ends=ends) for value in values]
    return [wording.shown(value, column, zone, year) for value in values]


def axis_texts(values: list[Any], column: Column, zone: str, year: int) -> list[str]:
    """Write what stands along the axis of a chart: days that all begin a month as months.

    Examples
    --------
    >>> from plantwright.core import column as col
    >>> [text.replace(wording.SPACE, " ") for text in axis_texts([20_513, 20_544], col.day("Month"), "UTC", 2026)]
    ['Mar 2026', 'Apr 2026']
    """
    months = column.kind is Kind.DAY and len(values) > 1 and None not in values
    if months and all(wording.begins_month(one) for one in values):
        return [wording.month_of_year(one) for one in values]
    return cell_texts(values, column, zone, year)


def column_label(name: str, column: Column) -> str:
    """Head a column: its name in words, with its unit."""
    unit = column.unit if column.kind is not Kind.DURATION or column.unit == "h" else ""
    label = say(wording.titled(name))
    return f"{label} [{unit}]" if unit else label
