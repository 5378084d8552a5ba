"""New items that take the course of a like one: from its first sale on, at the level that they have shown so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from plantwright.flows.forecasting.past import Floats, Past, days_of
from plantwright.flows.forecasting.periods import numbers_of

if TYPE_CHECKING:
    from plantwright.methods.forecasting.new_items import AnalogueForecast

LAUNCH_DAYS = 90
"""Days of records of a site before the first sale of an item, from which on that is taken for its launch."""
LEAST = 3
"""Periods of a life from which on it is a course."""
TRUST = 3.0
"""Periods of a new item's own that its stated share is worth."""
DOUBT = 0.5
"""How far off the level of a new item is before anything is known of it: a planner's guess, as a share of it."""
CURVE = "life curve"
"""Name of the method."""


def with_lives(past: Past, whole: Past, made: Any) -> tuple[Any, list[str]]:
    """Give the new items among the series the course that their like items took.

    An item is new while the past of another stands in for its own. The like one's course is known where the site has
    records from `LAUNCH_DAYS` before its first sale on; otherwise the forecast from its past stays.

    Parameters
    ----------
    past : the series, up to what is known
    whole : the series among which the like items are; nothing after the end of each of `past` is looked at
    made : forecasts: mean, lower, upper, sigma, method

    Returns
    -------
    The forecasts, and a note for each series, empty for most.
    """
    new = [row for row in np.flatnonzero(np.bincount(past.series, past.stood_in, past.count)).tolist()
           if past.keys["like"][row]]  # fmt: skip
    notes = [""] * past.count
    if not new:
        return made, notes
    mean, lower, upper = (np.array(one) for one in (made.mean, made.lower, made.upper))
    sigma, method = np.array(made.sigma), list(made.method)
    for row in new:
        like = past.keys["like"][row]
        life = _life(whole, like, past.keys["site"][row], int(past.last[row]))
        own, wait = _own(past, row)
        if life is None or len(own) >= len(life):
            continue
        done = course(own, life, past.keys["like_share"][row], mean.shape[1])
        mean[row] = np.concatenate([np.zeros(wait), done.mean])[: mean.shape[1]]
        spread = mean[row] * doubt(life, len(own))
        lower[row], upper[row] = _limits(mean[row], spread)
        sigma[row], method[row] = spread, CURVE
        notes[row] = f"the course of {like} from its first sale"
    return replace(made, mean=mean, lower=lower, upper=upper, sigma=sigma, method=tuple(method)), notes


def course(own: Floats, life: Floats, share: float | None, horizon: int) -> AnalogueForecast:
    """Forecast a new item by the course of one like item; a share that is stated is of that one's mean demand."""
    from plantwright.methods.forecasting.new_items import analogue_forecast  # noqa: PLC0415 - loads Numba

    guess = None if share is None else share * float(life.mean())
    return analogue_forecast(own, [life], horizon, guess=guess, trust=TRUST)


def from_first_demand(values: Floats) -> Floats:
    """Give a life from its first demand on; what is not known between is drawn straight."""
    known = np.flatnonzero(~np.isnan(values))
    sold = np.flatnonzero(np.nan_to_num(values) > 0)
    if not len(sold):
        return np.zeros(0)
    return np.asarray(np.interp(np.arange(sold[0], len(values)), known, values[known]))


def doubt(life: Floats, known: int) -> float:
    """Give the deviation of a new item's periods as a share: of the like one around its course, and of the level."""
    smooth = np.convolve(life, np.ones(3) / 3, mode="same") if len(life) > LEAST else np.full(len(life), life.mean())
    rough = float(np.std(life[1:-1] - smooth[1:-1])) / float(life.mean())
    return float(np.hypot(rough, DOUBT * np.sqrt(TRUST / (TRUST + known))))


def _life(whole: Past, like: str, site: str, last: int) -> Floats | None:
    """Give the like item's demand from its first sale up to a period, where that sale is known to be its launch."""
    at_site = (pl.col("site") == site).alias("here")
    keys = whole.keys.with_row_index("row").filter(at_site)
    row = keys.filter((pl.col("item") == like) & (pl.col("customer") == ""))["row"]
    if not len(row):
        return None
    begin, end = whole.pointer[row[0]], whole.pointer[row[0] + 1]
    own = np.where(whole.stood_in[begin:end], np.nan, whole.values[begin:end])[: max(last - whole.first[row[0]] + 1, 0)]
    life = from_first_demand(own)
    launch = int(whole.first[row[0]]) + len(own) - len(life)
    records = int(whole.first[keys["row"].to_numpy()].min())
    first, begun = days_of(whole, np.array([records, launch]))[0].tolist()
    return life if len(life) >= LEAST and begun - first >= LAUNCH_DAYS else None


def _own(past: Past, row: int) -> tuple[Floats, int]:
    """Give what a new item was asked for by period since its first sale, and the periods until its launch."""
    begin, end = past.pointer[row], past.pointer[row + 1]
    mine = np.flatnonzero(~past.stood_in[begin:end] & (past.values[begin:end] > 0))
    if len(mine):
        return np.nan_to_num(past.values[begin + mine[0] : end]), 0
    launch = int(numbers_of(np.array([past.keys["since"][row]]), past.period)[0]) if past.keys["since"][row] > 0 else 0
    return np.zeros(0), max(launch - int(past.last[row]) - 1, 0)


def _limits(mean: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Give the limits of 80 and 95 per cent, (H, 2) each: skewed, for nothing falls below 0."""
    from plantwright.methods.forecasting.results import SKEWED, spread_quantiles  # noqa: PLC0415 - loads Numba

    ends = spread_quantiles(mean[None], sigma[None], np.array([SKEWED]), np.array([0.1, 0.025, 0.9, 0.975]))[0]
    return ends[:, :2], ends[:, 2:]
