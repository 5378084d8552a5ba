"""Forecasts of series: cleaned, freed of events, classed, projected, and held against the end of their own past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from plantwright.flows.forecasting.events import Events
from plantwright.flows.forecasting.past import Bools, Floats, Past, days_of
from plantwright.flows.forecasting.periods import HELD_OUT, Ints

LEVELS = (0.8, 0.95)
LEAST = 3
"""Periods that are left at the least before those that are held out."""
MOST_TRIALS = 20_000
"""Series that are forecast again for the hold-out; plants with more of them measure from fewer days."""

Forecaster = Callable[..., Any]
"""As `plantwright.methods.forecasting.forecast`; a cluster has one that does the same elsewhere."""


@dataclass(frozen=True, eq=False)
class Projected:
    """The forecasts of some series.

    Parameters
    ----------
    mean : float64[n, H], expected in each of the periods that follow the series
    lower, upper : float64[n, H, 2], limits at `LEVELS`
    sigma : float64[n], standard deviation of the error one period ahead
    method, kind, note : how each was forecast, its demand class, and what was unusual
    seen, used : float64, flat: what was recorded and what the forecast was made of
    flags : flat, bits as `plantwright.methods.forecasting.cleaning.FLAGS` names them
    event : flat, whether an event moved the period
    """

    mean: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    method: tuple[str, ...]
    kind: tuple[str, ...]
    note: tuple[str, ...]
    seen: Floats
    used: Floats
    flags: Ints
    event: Bools


def project(past: Past, events: Events, horizon: int, forecaster: Forecaster, *, workers: int = 1) -> Projected:
    """Forecast series from what is known of them.

    Parameters
    ----------
    past : the series
    events : what moves demand for a time
    horizon : periods ahead of the end of each series
    forecaster : does the work
    workers : threads

    Returns
    -------
    Forecasts at or above 0, of the days on which the items are sold.
    """
    from plantwright.methods.forecasting.classes import classify  # noqa: PLC0415 - loads Numba
    from plantwright.methods.forecasting.cleaning import clean  # noqa: PLC0415

    free = events.free(past)
    cleaned = clean(
        free.values, past.pointer, past.season, returned=past.returned,
        stocked_out=past.stocked_out,
    )  # fmt: skip
    learnt = events.learnt(past, free, cleaned.used)
    classes = classify(cleaned.used, past.pointer, past.season)
    made = forecaster(
        cleaned.used, past.pointer, season=past.season, horizon=horizon, levels=LEVELS,
        methods=past.keys["method"].to_list(), workers=workers,
    )  # fmt: skip
    numbers = past.last[:, None] + np.arange(1, horizon + 1)
    factor = events.factors(past, learnt, numbers) * _sold(past, numbers)
    kinds = tuple(f"{name}, seasonal" if seasonal else name
                  for name, seasonal in zip(classes.names, classes.seasonal, strict=True))  # fmt: skip
    return Projected(
        np.maximum(made.mean, 0.0) * factor, np.maximum(made.lower, 0.0) * factor[:, :, None],
        np.maximum(made.upper, 0.0) * factor[:, :, None], np.asarray(made.sigma)[:, 0], tuple(map(str, made.method)),
        kinds, tuple("; ".join(one) for one in made.notes),
        np.where(past.stood_in, np.nan, past.values), cleaned.used, cleaned.flags, free.moved,
    )  # fmt: skip


def _sold(past: Past, numbers: Ints) -> Floats:
    """Give the share of each period to come in which each item is still sold."""
    start, end = days_of(past, numbers)
    until = past.keys["until"].to_numpy()[:, None]
    return np.asarray(np.clip((until - start + 1) / (end - start + 1), 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What the end of each past would have been forecast to be, from each of its last days.

    Parameters
    ----------
    series : int64[m], the series of each forecast
    number : int64[m], number of the period that was forecast
    ahead : int64[m], how many periods before its end it was made, 1 for the one before
    mean : float64[m]
    lower, upper : float64[m, 2]
    naive : float64[m], the last demand known then
    scale, squares : float64[m], mean absolute and squared change over a season in what was known then
    """

    series: Ints
    number: Ints
    ahead: Ints
    mean: Floats
    lower: Floats
    upper: Floats
    naive: Floats
    scale: Floats
    squares: Floats


def held_out(past: Past, events: Events, forecaster: Forecaster, *, workers: int = 1) -> HeldOut:
    """Forecast the last periods of each series again from what was known before them, choice of the method included.

    The last `HELD_OUT` periods, but no more than a third, are forecast from each period before them to the end.
    """
    most = min(HELD_OUT[past.period], max(MOST_TRIALS // max(past.count, 1), 1))
    held = np.minimum(np.minimum(most, past.lengths // 3), past.lengths - LEAST).clip(0)
    which = np.repeat(np.arange(past.count), held)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(held) - held, held)  # 0 for the shortest of what was known
    known = past.lengths[which] - held[which] + rank
    if not len(which):
        return _nothing()
    cut = past.chosen(which, known)
    made = project(cut, events, int(held.max()), forecaster, workers=workers)
    ahead = held[which] - rank  # periods from the end of what was known to the end of the past
    row = np.repeat(np.arange(len(which)), ahead)
    step = np.arange(len(row)) - np.repeat(np.cumsum(ahead) - ahead, ahead)
    naive, scale, squares = _naive(cut)
    return HeldOut(
        which[row], cut.last[row] + 1 + step, step + 1, made.mean[row, step], made.lower[row, step],
        made.upper[row, step], naive[row], scale[row], squares[row],
    )  # fmt: skip


def _nothing() -> HeldOut:
    none, two = np.zeros(0), np.zeros((0, 2))
    whole = np.zeros(0, np.int64)
    return HeldOut(whole, whole, whole, none, two, two, none, none, none)


def _naive(past: Past) -> tuple[Floats, Floats, Floats]:
    """Give the last known demand of each series, and its mean absolute and squared change over a season.

    A series that is no longer than a season is compared with the period before.
    """
    values, series, lengths = past.values, past.series, past.lengths
    known = np.flatnonzero(~np.isnan(values))
    last = np.full(past.count, np.nan)
    last[series[known]] = values[known]
    step = np.where(lengths > past.season, past.season, 1)[series]
    within = np.arange(len(values)) - past.pointer[series]
    later = np.flatnonzero(within >= step)
    change = values[later] - values[later - step[later]]
    told = ~np.isnan(change)
    of, change = series[later][told], change[told]
    count = np.maximum(np.bincount(of, minlength=past.count), 1)
    scale = np.bincount(of, np.abs(change), minlength=past.count) / count
    squares = np.bincount(of, change * change, minlength=past.count) / count
    return last, scale, squares


def actual(past: Past, series: Ints, number: Ints) -> Floats:
    """Give what was asked for in periods of series; NaN where it is not known, or the stock was out."""
    at = past.pointer[series] + number - past.first[series]
    return np.where(past.stocked_out[at] | past.stood_in[at], np.nan, past.values[at])
