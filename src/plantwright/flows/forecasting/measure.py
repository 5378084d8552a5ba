"""How good the forecasts were of what was held out: for each series, and for groups of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.forecasting.past import Past
from plantwright.flows.forecasting.project import LEVELS, HeldOut, Projected, actual

MEASURES = ("mae", "mase", "rmsse", "smape", "wape", "bias", "pinball", "coverage_80", "coverage_95")
LARGEST = 9e12
"""Quantities above it do not fit the store; no forecast says more."""


def errors_of(past: Past, made: Projected, held: HeldOut) -> pl.DataFrame:
    """Give the errors of every forecast that was held against the past.

    Returns
    -------
    Columns: series, number, ahead, demand_class, method, came, told, naive, and one a measure; rows of which it is not
    known what came are left out.
    """
    from plantwright.methods.forecasting import accuracy  # noqa: PLC0415 - loads Numba

    schema = {"series": pl.Int64, "number": pl.Int64, "ahead": pl.Int64, "demand_class": pl.String,
              "method": pl.String, **dict.fromkeys(("came", "told", "naive"), pl.Float64),
              **dict.fromkeys(MEASURES, pl.Float64)}  # fmt: skip
    came = actual(past, held.series, held.number)
    keep = np.flatnonzero(~np.isnan(came))
    if not len(keep):
        return pl.DataFrame(schema=schema)
    told = held.mean[keep]
    found = accuracy(came[keep, None], told[:, None], lower=held.lower[keep, None], upper=held.upper[keep, None],
                     levels=LEVELS)  # fmt: skip
    scale, squares = _none(held.scale[keep]), _none(held.squares[keep])
    series = held.series[keep]
    return pl.DataFrame({
        "series": series, "number": held.number[keep], "ahead": held.ahead[keep],
        "demand_class": pl.Series([made.kind[one] for one in series.tolist()], dtype=pl.String),
        "method": pl.Series([made.method[one] for one in series.tolist()], dtype=pl.String),
        "came": came[keep], "told": told, "naive": held.naive[keep], "mae": found.mae, "mase": found.mae / scale,
        "rmsse": found.rmse**2 / squares, "smape": found.smape / 100, "wape": found.mae, "bias": found.bias,
        "pinball": found.pinball / scale, "coverage_80": found.coverage[:, 0], "coverage_95": found.coverage[:, 1],
    }).select(pl.col(name).cast(kind) for name, kind in schema.items()).fill_nan(None)  # fmt: skip


def _none(values: Any) -> Any:
    return np.where(values > 0, values, np.nan)


def _summed(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Take the measures of groups together: means over series of what is free of units, sums for shares."""
    of = rows.group_by(*by, "series", maintain_order=True).agg(
        pl.len().alias("forecasts"), pl.col("mae", "mase", "smape", "pinball", "coverage_80", "coverage_95").mean(),
        pl.col("rmsse").mean().sqrt(), error=pl.col("wape").sum(), over=pl.col("bias").sum(), came=pl.col("came").sum(),
    )  # fmt: skip
    came = pl.when(pl.col("came").sum() > 0).then(pl.col("came").sum())
    return of.group_by(by, maintain_order=True).agg(
        pl.len().alias("series"), pl.col("forecasts").sum(),
        pl.col("mae", "mase", "rmsse", "smape", "pinball", "coverage_80", "coverage_95").mean(),
        wape=pl.col("error").sum() / came, bias=pl.col("over").sum() / came,
    )  # fmt: skip


def by_series(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the measures of each series one period ahead. Columns: series, held_out, and one a measure."""
    ahead = rows.filter(pl.col("ahead") == 1)
    came = pl.when(pl.col("came").sum() > 0).then(pl.col("came").sum())
    return ahead.group_by("series").agg(
        pl.len().alias("held_out"), pl.col("mae", "mase", "coverage_80", "coverage_95").mean(),
        wape=pl.col("wape").sum() / came, bias=pl.col("bias").sum() / came,
    )  # fmt: skip


GROUPS: Mapping[str, str] = {"all": "", "class": "demand_class", "method": "method"}
"""By what series are grouped, and the column that tells it."""


def by_group(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of the result table `forecast_accuracy`, in stored form but for their columns' order."""
    parts = []
    for grouped, column in GROUPS.items():
        name = pl.col(column) if column else pl.lit("", pl.String)
        named = rows.with_columns(name=name.str.split(",").list.first(), grouped=pl.lit(grouped))
        for horizon in (pl.lit(0, pl.Int64), pl.col("ahead")):
            parts.append(_summed(named.with_columns(horizon=horizon), ["grouped", "name", "horizon"]))  # noqa: PERF401
    return stored(pl.concat(parts), MEASURES).sort("grouped", "name", "horizon")


def stored(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Write numbers as the store holds quantities and shares; what is not a number is empty."""
    here = [name for name in names if name in rows.columns]
    scaled = (pl.col(name).fill_nan(None).clip(-LARGEST, LARGEST) * SCALE for name in here)
    return rows.with_columns(one.round().cast(pl.Int64).alias(name) for one, name in zip(scaled, here, strict=True))
