"""From the variance of a forecast to the ends of its intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.forecasting.members import SHORT
from plantwright.methods.forecasting.results import Floats, Ints, spread_quantiles
from plantwright.methods.forecasting.shares import family_of

WIDEN = {"none": (1.0, 0.04, 5), "quarter": (1.05, 0.12, 4), "season": (0.95, 0.04, 8), "day": (1.04, 0.0, 0)}
"""By length of the season: a factor of the deviation, how much of it is added a season ahead, and how many values a fit
uses up beside those of the season; so that published series are covered as often as is said."""

LEAST_FREE = 0.3
"""So much of the values counts as left over at least, however short the series."""


def widened(deviation: Floats, season: Ints, known: Ints) -> Floats:
    """Give the deviations, corrected by what published series have shown, the more the fewer values were fitted to.

    The factor is sqrt(n / (n - p)) for n values, p of which the fit used up: errors of the past are those of what was
    fitted to it. `known` is n of each series, int64[n]; 0 where nothing was fitted, as with naive forecasts.

    Examples
    --------
    >>> widened(np.ones((2, 1)), np.array([1, 1]), np.array([12, 600])).round(2).tolist()
    [[1.41], [1.01]]
    """
    lengths, place = np.unique(season, return_inverse=True)
    factor, growth, used = np.array([WIDEN[family_of(periods)] for periods in lengths.tolist()])[place].T
    used = used + np.where((known >= 2 * season) & (used > 0), season, 1)
    many = np.maximum(known, 1)
    few = np.sqrt(many / np.maximum(many - used, LEAST_FREE * many))
    factor = factor * np.where(known < SHORT, 1.0, few)
    seasons = np.arange(deviation.shape[1]) / season[:, None]
    found: Floats = deviation * factor[:, None] * (1.0 + growth[:, None] * np.minimum(seasons, 10.0))
    return found


def interval_ends(
    mean: Floats, sigma: Floats, shape: Ints, levels: tuple[float, ...], never_negative: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Give lower and upper ends, as float64[n, H, L]; never below 0 where no value was."""
    tails = [(1 - level) / 2 for level in levels]
    ends = spread_quantiles(mean, sigma, shape, np.array([*tails, *(1 - tail for tail in tails)]))
    ends = np.where(never_negative[:, None, None], np.maximum(ends, 0.0), ends)
    return ends[:, :, : len(levels)].copy(), ends[:, :, len(levels) :].copy()
