"""Autoregression: the next change from the last changes and from how far the level is off its mean, with a ridge."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled

Floats = NDArray[np.float64]

LAGS = 4
"""Changes that are looked at."""

RIDGE = 0.1
"""Weight of the prior that nothing follows from the past, as a share of the observations' own."""


@compiled
def project_changes(x: Floats, size: int, horizon: int, mean: Floats, spread: Floats) -> None:
    """Forecast by ridge regression of x_t - x_(t-1) on x_(t-1) - mean and the last changes.

    It holds the random walk (all coefficients 0), return to a mean, and ARIMA(p, 1, 0) with p up to `LAGS`. A. E. Hoerl
    and R. W. Kennard, "Ridge regression", Technometrics 12, 1970, 55-67.
    """
    lags = min(LAGS, max(0, (size - 4) // 3))
    terms = lags + 1
    middle = 0.0
    for t in range(size):
        middle += x[t] / size
    normal, row = np.zeros((terms, terms + 1)), np.zeros(terms + 1)
    for t in range(lags + 1, size):
        look_back(x, t, lags, middle, row)
        row[terms] = x[t] - x[t - 1]
        for i in range(terms):
            for j in range(terms + 1):
                normal[i, j] += row[i] * row[j]
    for i in range(terms):
        normal[i, i] *= 1.0 + RIDGE + 2.0 / (size - lags)
        normal[i, i] += 1e-12
    factor = solve(normal, terms)
    factor[0] = min(factor[0], 0.0)
    loss, count = 1e-14, max(size - 2.0 * lags - 2.0, 2.0)
    for t in range(lags + 1, size):
        look_back(x, t, lags, middle, row)
        loss += (x[t] - x[t - 1] - dot(factor, row, terms)) ** 2 / count
    run_on(x, size, lags, middle, factor, loss, horizon, mean, spread)


@compiled
def look_back(x: Floats, t: int, lags: int, middle: float, row: Floats) -> None:
    """Fill in what is known before moment t."""
    row[0] = x[t - 1] - middle
    for j in range(lags):
        row[1 + j] = x[t - 1 - j] - x[t - 2 - j]


@compiled
def dot(factor: Floats, row: Floats, terms: int) -> float:
    """Give the sum of products."""
    total = 0.0
    for i in range(terms):
        total += factor[i] * row[i]
    return total


@compiled
def solve(table: Floats, terms: int) -> Floats:
    """Solve positive definite equations, whose right side is the last column, by elimination."""
    for i in range(terms):
        for r in range(i + 1, terms):
            share = table[r, i] / table[i, i]
            for c in range(i, terms + 1):
                table[r, c] -= share * table[i, c]
    found = np.zeros(terms)
    for i in range(terms - 1, -1, -1):
        total = table[i, terms]
        for c in range(i + 1, terms):
            total -= table[i, c] * found[c]
        found[i] = total / table[i, i]
    return found


@compiled
def run_on(
    x: Floats, size: int, lags: int, middle: float, factor: Floats, loss: float, horizon: int, mean: Floats,
    spread: Floats,
) -> None:  # fmt: skip
    """Go on from the last values; the variance follows one error of size 1 through the same equation."""
    reach = lags + 2
    ahead, error, row = np.zeros(reach + horizon), np.zeros(reach + horizon), np.zeros(lags + 2)
    ahead[:reach] = x[size - reach : size]
    error[reach] = 1.0
    growth = 0.0
    for h in range(horizon):
        t = reach + h
        look_back(ahead, t, lags, middle, row)
        ahead[t] = ahead[t - 1] + dot(factor, row, lags + 1)
        if h > 0:
            look_back(error, t, lags, 0.0, row)
            error[t] = error[t - 1] + dot(factor, row, lags + 1)
        growth += error[t] ** 2
        mean[h], spread[h] = ahead[t], loss * growth
