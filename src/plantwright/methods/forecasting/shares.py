"""What share of the combination each method has before its own trial: chosen on published series, see the page."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.forecasting.members import LONG_SEASONS, MEMBERS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COMBINED = {
    "none": {"dynamic-theta": 1.0, "optimised-theta": 0.5, "trend": 1.0, "log-trend": 1.0},
    "quarter": {"seasonal-naive": 1.0, "theta": 3.0, "damped": 2.0, "trend": 1.0, "seasonal": 3.0, "aggregated": 1.0},
    "season": {
        "seasonal-naive": 0.5,
        "theta": 2.0,
        "dynamic-theta": 2.0,
        "trend": 2.0,
        "log-trend": 1.0,
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
    """Give the share of each method for each series: one alone where it is named."""
    table = np.zeros((season.size, len(MEMBERS)))
    rows = {
        name: np.array([shares.get(member, 0.0) for member in MEMBERS]) / sum(shares.values())
        for name, shares in COMBINED.items()
    }
    for i, (periods, name) in enumerate(zip(season.tolist(), methods, strict=True)):
        if name in MEMBERS:
            table[i, MEMBERS.index(name)] = 1.0
        else:
            table[i] = rows[family_of(periods)]
    return table
