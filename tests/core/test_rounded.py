"""Quantities of a report that are computed are written as far as they are known."""

from __future__ import annotations

import polars as pl

from plantwright.core.column import Column, Kind
from plantwright.core.pages import Sheet, named, rounded


def _sheet(values: list[int | None], units: list[str] | None = None) -> Sheet:
    rows: dict[str, list[int | None] | list[str]] = {"mean": values, "value": values}
    columns: dict[str, Column] = {
        "mean": named(Kind.QUANTITY, "mean", "Mean"),
        "value": named(Kind.MONEY, "value", "Value"),
    }
    if units:
        rows["unit"], columns["unit"] = units, named(Kind.TEXT, "unit", "Unit")
    return Sheet("Stock", pl.DataFrame(rows), columns)


def test_a_column_is_rounded_alike_by_its_largest_quantity_and_money_is_left_alone() -> None:
    found = rounded(_sheet([12_721_456, -384_212, None])).rows
    assert found["mean"].to_list() == [12_700_000, -400_000, None]
    assert found["value"].to_list() == [12_721_456, -384_212, None]


def test_small_quantities_keep_more_decimals() -> None:
    assert rounded(_sheet([1_234_567])).rows["mean"].to_list() == [1_230_000]
    assert rounded(_sheet([34_567])).rows["mean"].to_list() == [35_000]


def test_a_small_quantity_beside_large_ones_of_another_unit_does_not_vanish() -> None:
    assert rounded(_sheet([120_040_000, 41_300], ["pcs", "kg"])).rows["mean"].to_list() == [120_000_000, 41_000]
