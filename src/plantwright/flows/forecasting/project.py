"""Forecasts of series: cleaned, freed of events, classed, projected, and held against the end of their own past."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from plantwright.flows.forecasting.events import Events
from plantwright.flows.forecasting.levels import Sums, reconciled
from plantwright.flows.forecasting.lives import with_lives
from plantwright.flows.forecasting.past import Bools, Floats, Past, days_of, worked
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
    alone : float64[n, H], the means before levels were made to add up
    standard : float64[n], working days of the mean period of each series; NaN where it is not counted by them
    levels : what families and sites foretell as a whole
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
    alone: Floats
    standard: Floats
    levels: tuple[Sums, ...] = ()


def project(
    past: Past, events: Events, horizon: int, forecaster: Forecaster, *,
    whole: Past | None = None, way: str = "bottom_up", shown: bool = False, workers: int = 1,
) -> Projected:  # fmt: skip
    """Forecast series from what is known of them.

    Parameters
    ----------
    past : the series
    events : what moves demand for a time
    horizon : periods ahead of the end of each series
    forecaster : does the work
    whole : the series among which like items are; those of `past` without it
    way : how families and sites are made to add up, see `levels.WAYS`
    shown : whether the levels are given where they change nothing
    workers : threads

    Returns
    -------
    Forecasts at or above 0, of the days on which the items are sold.
    """
    from plantwright.methods.forecasting.classes import classify  # noqa: PLC0415 - loads Numba
    from plantwright.methods.forecasting.cleaning import clean  # noqa: PLC0415

    free = events.free(past)
    days = worked(past, past.series, past.numbers)
    cleaned = clean(
        free.values, past.pointer, past.season, returned=past.returned, stocked_out=past.stocked_out,
        workdays=None if past.days is None else np.nan_to_num(days, nan=1.0),
    )  # fmt: skip
    standard = _standard(past, cleaned.standard)
    learnt = events.learnt(past, free, cleaned.used * _share(days, standard[past.series]))
    classes = classify(cleaned.used, past.pointer, past.season)
    made = forecaster(
        cleaned.used, past.pointer, season=past.season, horizon=horizon, levels=LEVELS,
        methods=past.keys["method"].to_list(), workers=workers,
    )  # fmt: skip
    made = replace(made, **{name: np.maximum(getattr(made, name), 0.0) for name in ("mean", "lower", "upper")})
    made, lives = with_lives(past, whole or past, made)
    mean, levels = reconciled(
        past, cleaned.used, cleaned.expected, made, way, forecaster, shown=shown, workers=workers
    )  # fmt: skip
    factor = _factor(past, events.factors, learnt, standard, horizon)
    kinds = tuple(f"{name}, seasonal" if seasonal else name
                  for name, seasonal in zip(classes.names, classes.seasonal, strict=True))  # fmt: skip
    notes = tuple("; ".join([*own, *([life] if life else [])]) for own, life in zip(made.notes, lives, strict=True))
    lower, upper = (_moved(made.mean, mean, ends) * factor[:, :, None] for ends in (made.lower, made.upper))
    return Projected(
        mean * factor, lower, upper, np.asarray(made.sigma)[:, 0], tuple(map(str, made.method)), kinds, notes,
        np.where(past.stood_in, np.nan, past.values), cleaned.used, cleaned.flags, free.moved,
        made.mean * factor, standard, tuple(one.times(mean, factor) for one in levels),
    )  # fmt: skip


def _standard(past: Past, days: Floats) -> Floats:
    """Give the working days of the mean period of each series; NaN where it is not counted by them."""
    counted = () if past.days is None else tuple(past.days.sums)
    return np.where(past.keys["site"].is_in(counted).to_numpy() & (days > 0), days, np.nan)


def _share(days: Floats, standard: Floats) -> Floats:
    """Give periods as shares of the mean one; 1 where they are not counted by working days."""
    share = days / standard
    return np.where(np.isnan(share), 1.0, share)


def _factor(
    past: Past, factors: Callable[..., Floats], learnt: dict[str, Floats], standard: Floats, horizon: int
) -> Floats:
    """Give what the mean of each period to come is multiplied with: events, working days, the last day of sale."""
    numbers = past.last[:, None] + np.arange(1, horizon + 1)
    series = np.repeat(np.arange(past.count), horizon)
    days = worked(past, series, numbers.ravel()).reshape(numbers.shape)
    return factors(past, learnt, numbers) * _sold(past, numbers) * _share(days, standard[:, None])


def _moved(before: Floats, after: Floats, ends: Floats) -> Floats:
    """Move limits with their mean, in proportion where there was one."""
    times = np.divide(after, before, out=np.ones_like(after), where=before > 0)[:, :, None]
    return np.asarray(np.maximum(ends * times + np.where(before > 0, 0.0, after)[:, :, None], 0.0))


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


def held_out(
    past: Past, events: Events, forecaster: Forecaster, *, way: str = "bottom_up", most: int = 0, workers: int = 1
) -> HeldOut:
    """Forecast the last periods of each series again from what was known before them, choice of the method included.

    The last `HELD_OUT` periods, or `most`, but no more than a third, are forecast from each period before them to the
    end.
    """
    most = min(most or HELD_OUT[past.period], max(MOST_TRIALS // max(past.count, 1), 1))
    held = np.minimum(np.minimum(most, past.lengths // 3), past.lengths - LEAST).clip(0)
    which = np.repeat(np.arange(past.count), held)
    rank = np.arange(len(which)) - np.repeat(np.cumsum(held) - held, held)  # 0 for the shortest of what was known
    known = past.lengths[which] - held[which] + rank
    if not len(which):
        return _nothing()
    cut = past.chosen(which, known)
    made = project(cut, events, int(held.max()), forecaster, whole=past, way=way, workers=workers)
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
