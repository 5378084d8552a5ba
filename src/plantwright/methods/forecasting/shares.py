"""What share of the combination each method has before its own trial: chosen on published series, see the page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.forecasting.members import LONG_SEASONS, MEMBERS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMBINED = {
    "none": {
        "naive": 0.5,
        "drift": 4.0,
        "optimised-theta": 1.0,
        "proportional": 2.0,
        "log-trend": 1.0,
        "complex": 2.0,
    },
    "quarter": {
        "seasonal-naive": 0.5,
        "drift": 2.0,
        "theta": 3.0,
        "optimised-theta": 2.0,
        "seasonal": 2.0,
        "proportional": 1.0,
        "damped": 1.0,
        "complex": 1.0,
    },
    "season": {
        "seasonal-naive": 0.5,
        "log-drift": 4.0,
        "theta": 2.0,
        "proportional": 2.0,
        "seasonal": 2.0,
        "aggregated": 2.0,
    },
    "day": {"seasonal-naive": 2.0, "log-trend": 2.0, "log-seasonal": 1.0, "autoregression": 4.0},
}
"""By length of the season: none, up to six periods as in quarters of a year, more, and the hours of a day."""

QUARTERS = 6


def family_of(season: int) -> str:
    """Give the row of `COMBINED` for a season.

    Examples
    --------
    >>> [family_of(season) for season in (1, 4, 12, 24)]
    ['none', 'quarter', 'season', 'day']
    """
    if season == 1:
        return "none"
    if season <= QUARTERS:
        return "quarter"
    return "day" if season in LONG_SEASONS else "season"


def prior_shares(season: Ints, methods: tuple[str, ...]) -> Floats:
    """Give the share of each method for each series: one alone where it is named.

    Examples
    --------
    >>> shares = prior_shares(np.array([12, 4]), ("auto", "naive"))
    >>> shares.sum(axis=1).round(9).tolist(), shares[1, 0]
    ([1.0, 1.0], np.float64(1.0))
    """
    lengths, place = np.unique(season, return_inverse=True)
    table = np.array([_combined(family_of(periods)) for periods in lengths.tolist()])[place]
    for name in {*methods} & {*MEMBERS}:
        table[[one == name for one in methods]] = np.eye(len(MEMBERS))[MEMBERS.index(name)]
    return table


def _combined(family: str) -> list[float]:
    """Give the row of a family, adding up to 1."""
    shares = COMBINED[family]
    return [shares.get(member, 0.0) / sum(shares.values()) for member in MEMBERS]
