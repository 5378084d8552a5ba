"""The sets of smoothing parameters that are tried side by side; plain arrays, made once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WIDTH = 64
"""So many sets run side by side: a multiple of what the processor's vector units hold."""

SES, HOLT, DAMPED = 0, 1, 2
"""Kinds of sets: no trend, a trend that lasts, a trend that fades."""

NEVER = -1e9
"""The logarithm of the prior share of a set that only fills a block."""

STEPS = (0.03, 0.08, 0.16, 0.27, 0.4, 0.56, 0.75, 0.96)
FINE = (0.01, 0.02, 0.04, 0.06, 0.09, 0.13, 0.18, 0.23, 0.28, 0.34, 0.4, 0.46, 0.52, 0.58, 0.64, 0.7, 0.76, 0.82, 0.88,
        0.94, 0.98, 1.0)  # fmt: skip
SHARES = (0.0, 0.06, 0.2)
FADES = (0.8, 0.9, 0.97)
SWAYS = (0.0, 0.03, 0.1, 0.25, 0.5)
ROUGH = (0.02, 0.06, 0.12, 0.2, 0.28, 0.37, 0.46, 0.56, 0.66, 0.77, 0.88, 1.0)
ANGLES = (1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 1000.0)
LAST = (1.0,)
FOLLOWING = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
GROWTHS = (-0.04, 0.0, 0.02, 0.05, 0.09, 0.14, 0.2, 0.28)


class Grid(NamedTuple):
    """Sets of parameters in blocks of `WIDTH`.

    Parameters
    ----------
    numbers
        float64[blocks, 5 * WIDTH]; alpha, beta, gamma, phi, and the share of the first slope to begin with.
    prior
        float64[blocks, WIDTH]; logarithm of the share that each set has before the data speak.
    kind
        int64[blocks, WIDTH]; `SES`, `HOLT` or `DAMPED`.
    """

    numbers: Floats
    prior: Floats
    kind: Ints


def _grid(sets: Iterable[tuple[float, float, float, float, float]]) -> Grid:
    rows = list(sets)
    blocks = -(-len(rows) // WIDTH)
    table = np.array(rows + [rows[-1]] * (blocks * WIDTH - len(rows)))
    prior = np.where(np.arange(len(table)) < len(rows), 0.0, NEVER)
    trend = (table[:, 1] > 0) | (table[:, 4] > 0)
    kind = np.where(trend, np.where(table[:, 3] < 1, DAMPED, HOLT), SES).astype(np.int64)
    for one in (SES, HOLT, DAMPED):  # each kind begins with the same share, however many sets it has
        prior -= np.where(kind == one, np.log(max(1, int(((kind == one) & (prior == 0)).sum()))), 0.0)
    numbers = np.ascontiguousarray(table.reshape(blocks, WIDTH, 5).transpose(0, 2, 1)).reshape(blocks, 5 * WIDTH)
    return Grid(numbers, prior.reshape(blocks, WIDTH), kind.reshape(blocks, WIDTH))


def trend_grid() -> Grid:
    """Give sets without a season: simple smoothing on a fine scale, and trends that last or fade."""
    simple = [(alpha, 0.0, 0.0, 1.0, 0.0) for alpha in FINE]
    trends = [
        (alpha, alpha * share, 0.0, fade, start)
        for alpha, share, fade, start in product(STEPS, SHARES, (*FADES, 1.0), (0.0, 1.0))
        if share > 0 or start > 0
    ]
    return _grid(simple + trends)


def rough_trend_grid() -> Grid:
    """Give one block for trials: what the sets say together hardly changes, and it takes a third of the time."""
    trends = ((0.0, 1.0, 1.0), (0.06, 0.9, 0.0), (0.06, 0.97, 0.0), (0.06, 0.97, 1.0), (0.06, 1.0, 0.0),
              (0.06, 1.0, 1.0), (0.2, 0.8, 0.0), (0.2, 0.9, 0.0), (0.2, 0.9, 1.0), (0.2, 0.97, 0.0), (0.2, 0.97, 1.0),
              (0.2, 1.0, 0.0), (0.2, 1.0, 1.0))  # fmt: skip
    moving = product((0.07, 0.22, 0.48, 0.85), trends)
    return _grid(
        [(alpha, 0.0, 0.0, 1.0, 0.0) for alpha in ROUGH]
        + [(alpha, alpha * share, 0.0, fade, start) for alpha, (share, fade, start) in moving]
    )


def rough_season_grid() -> Grid:
    """Give one block for trials."""
    trends = ((0.0, 1.0, 0.0), (0.04, 1.0, 1.0), (0.12, 0.9, 1.0), (0.0, 0.97, 1.0))
    return _grid(
        (alpha, alpha * share, (1 - alpha) * sway, fade, start)
        for alpha, sway, (share, fade, start) in product((0.04, 0.16, 0.38, 0.72), (0.0, 0.05, 0.2, 0.5), trends)
    )


def season_grid() -> Grid:
    """Give sets that learn the season as well."""
    trends = ((0.0, 1.0, 0.0), (0.04, 1.0, 1.0), (0.12, 0.9, 1.0), (0.04, 0.97, 0.0), (0.0, 0.97, 1.0))
    return _grid(
        (alpha, alpha * share, (1 - alpha) * sway, fade, start)
        for alpha, sway, (share, fade, start) in product((0.04, 0.12, 0.25, 0.45, 0.75), SWAYS, trends)
    )


def theta_grid() -> Floats:
    """Give float64[3, WIDTH]: alpha, 1 - 1 / theta, and 1 / alpha."""
    alphas = (0.05, 0.12, 0.22, 0.35, 0.5, 0.65, 0.8, 0.95)
    return np.array([(alpha, 1 - 1 / angle, 1 / alpha) for alpha, angle in product(alphas, ANGLES)]).T.copy()


def complex_grid() -> Floats:
    """Give float64[2, WIDTH], a0 and a1: a1 - 1 is about by what share the level grows, a0 - a1 how fast it moves."""
    gains = (0.05, 0.12, 0.2, 0.3, 0.42, 0.56, 0.72, 0.9)
    return np.array([(1 + growth + gain, 1 + growth) for gain, growth in product(gains, GROWTHS)]).T.copy()
