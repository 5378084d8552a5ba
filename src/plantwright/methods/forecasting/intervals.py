"""From the variance of a forecast to the ends of its intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.forecasting.results import Floats, Ints, spread_quantiles
from plantwright.methods.forecasting.shares import family_of

WIDEN = {"none": (1.08, 0.05), "quarter": (1.08, 0.08), "season": (1.06, 0.06), "day": (1.04, 0.0)}
"""By length of the season: a factor of the deviation, and how much of it is added a season ahead, so that published
series are covered as often as is said."""


def widened(deviation: Floats, season: Ints) -> Floats:
    """Give the deviations, corrected by what published series have shown."""
    factor, growth = np.array([WIDEN[family_of(periods)] for periods in season.tolist()]).T
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
