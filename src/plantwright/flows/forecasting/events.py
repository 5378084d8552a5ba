"""What moves demand for a time: how far each event covers a period, and by how much it moved earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.forecasting.past import Bools, Floats, Past, days_of
from plantwright.flows.forecasting.periods import Ints

DOUBT = 1.0
"""Whole periods of no effect that stand beside what was seen, so that one lucky promotion is not taken for the rule."""


@dataclass(frozen=True, eq=False)
class Free:
    """Series without what events did to them.

    Parameters
    ----------
    values : float64, flat; NaN where the effect of an event is still to be learnt
    moved : bool, flat, whether an event covers part of the period
    """

    values: Floats
    moved: Bools


@dataclass(frozen=True, eq=False)
class Events:
    """The events of a plant, as of its moment.

    Parameters
    ----------
    rows : rows of demand_event with the site in full
    """

    rows: pl.DataFrame

    @property
    def kinds(self) -> list[str]:
        """Give the kinds of those whose effect is to be learnt."""
        return sorted(self.rows.filter(pl.col("uplift").is_null())["kind"].unique())

    def free(self, past: Past) -> Free:
        """Take the effect of events off what was seen: divided by what is known of it, else left open."""
        numbers, series = past.numbers, past.series
        stated = self._stated(past, series, numbers)
        covered = np.zeros(len(numbers))
        for kind in self.kinds:
            covered += self._covered(past, series, numbers, kind)
        values = np.where(covered > 0, np.nan, past.values / stated)
        # A series of which nothing else is known is taken as it is.
        blind = np.bincount(series[~np.isnan(values)], minlength=past.count) < 2
        values = np.where(blind[series], past.values, values)
        return Free(values, ((covered > 0) & ~blind[series]) | (stated != 1.0))

    def learnt(self, past: Past, free: Free, expected: Floats) -> dict[str, Floats]:
        """Give by kind how much its events raised each series, as a share of what was to be expected without.

        The sum of what was seen above that, over the sum of what was expected on their days and `DOUBT` periods more.
        """
        found = {}
        numbers, series = past.numbers, past.series
        mean = np.bincount(series, expected, minlength=past.count) / np.maximum(past.lengths, 1)
        for kind in self.kinds:
            share = np.where(free.moved, self._covered(past, series, numbers, kind), 0.0)
            more = np.where((share > 0) & ~np.isnan(past.values), past.values - expected, 0.0)
            base = np.bincount(series, share * expected, minlength=past.count) + DOUBT * mean
            raised = np.bincount(series, more, minlength=past.count)
            found[kind] = np.maximum(np.divide(raised, base, out=np.zeros(past.count), where=base > 0), -0.95)
        return found

    def factors(self, past: Past, learnt: dict[str, Floats], numbers: Ints) -> Floats:
        """Give by how much events move each of the periods to come; `numbers` has a row of periods for each series."""
        series = np.repeat(np.arange(past.count), numbers.shape[1])
        factor = self._stated(past, series, numbers.ravel())
        for kind, raised in learnt.items():
            factor *= 1.0 + raised[series] * self._covered(past, series, numbers.ravel(), kind)
        return factor.reshape(numbers.shape)

    def _stated(self, past: Past, series: Ints, numbers: Ints) -> Floats:
        """Give the factor of the events whose effect is stated."""
        factor = np.ones(len(numbers))
        for row in self.rows.filter(pl.col("uplift").is_not_null()).iter_rows(named=True):
            factor *= 1.0 + row["uplift"] / SCALE * _cover(past, series, numbers, row)
        return factor

    def _covered(self, past: Past, series: Ints, numbers: Ints, kind: str) -> Floats:
        """Give the share of each period that events of a kind cover, those with a stated effect left out."""
        share = np.zeros(len(numbers))
        mine = self.rows.filter(pl.col("uplift").is_null() & (pl.col("kind") == kind))
        for row in mine.iter_rows(named=True):
            share += _cover(past, series, numbers, row)
        return np.minimum(share, 1.0)


def _cover(past: Past, series: Ints, numbers: Ints, row: dict[str, object]) -> Floats:
    """Give the share of each period that one event covers, for the series that it is about."""
    about: pl.Expr = pl.lit(value=True)
    if row["item"]:
        about = pl.col("item") == pl.lit(row["item"])
    elif row["family"]:
        about = pl.col("family") == pl.lit(row["family"])
    if row["site"]:
        about = about & (pl.col("site") == pl.lit(row["site"]))
    mine = past.keys.select(about.alias("mine"))["mine"].to_numpy()
    if len(mine) != past.count:  # a condition that holds for all
        mine = np.full(past.count, mine[0] if len(mine) else False)
    start, end = days_of(past, numbers)
    common = np.minimum(end, int(str(row["end"]))) - np.maximum(start, int(str(row["start"]))) + 1
    return np.where(mine[series], np.clip(common, 0, None) / (end - start + 1), 0.0)
