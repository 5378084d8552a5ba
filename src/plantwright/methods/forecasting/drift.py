"""A level that moves on by the mean change of the whole series.

With a weight of 1 for the last value it is the random walk with drift (R. J. Hyndman and G. Athanasopoulos,
Forecasting: Principles and Practice, 3rd edition 2021, section 5.2); below that, simple smoothing with drift (R. J.
Hyndman and B. Billah, "Unmasking the Theta method", International Journal of Forecasting 19, 2003, 287-290). Where it
is asked for, the drift is shrunk towards 0 by how sure it is, as W. James and C. Stein's estimator does: a mean change
that may well be chance goes to 0.
"""

# ruff: noqa: FBT001 - kernels take no keywords
from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.smoothing import TINY

Floats = NDArray[np.float64]


@compiled
def mean_change(x: Floats, size: int, shrunk: bool) -> float:
    """Give the mean change a period; shrunk, times 1 - variance of the mean / its square, not below 0."""
    mean, square = float(x[size - 1] - x[0]) / (size - 1), 0.0
    if not shrunk:
        return mean
    for t in range(1, size):
        square += (x[t] - x[t - 1] - mean) ** 2
    variance = square / (size - 1) / (size - 1)
    return float(mean * max(0.0, 1.0 - variance / (mean * mean + TINY)))


@compiled
def project_drift(
    x: Floats, size: int, weights: Floats, shrunk: bool, sharpness: float, horizon: int, mean: Floats, spread: Floats
) -> None:
    """Follow the level with each weight of the last value, and give mean and variance of each step by their shares.

    The variance is sigma^2 (1 + (h - 1) a^2 + (h a)^2 / (n - 1)) for a weight a: that of the level, and of the drift.
    """
    slope = mean_change(x, size, shrunk)
    level, loss = np.empty(weights.size), np.empty(weights.size)
    for k in range(weights.size):
        level[k], loss[k] = x[0], 0.0
        for t in range(1, size):
            error = x[t] - level[k] - slope
            loss[k] += error * error
            level[k] += slope + weights[k] * error
    least, power, total, share = loss.min() / size + TINY, 0.5 * sharpness * size, 0.0, np.empty(weights.size)
    for k in range(weights.size):
        share[k] = math.exp(-power * math.log((loss[k] / size + TINY) / least))
        total += share[k]
    for h in range(horizon):
        mean[h], spread[h] = 0.0, 0.0
        for k in range(weights.size):
            part = share[k] / total
            ahead, gain = level[k] + (h + 1) * slope, weights[k] * weights[k]
            growth = 1.0 + h * gain + (h + 1) ** 2 * gain / (size - 1)
            mean[h] += part * ahead
            spread[h] += part * (ahead * ahead + loss[k] / max(size - 2.0, 1.0) * growth)
        spread[h] = max(spread[h] - mean[h] * mean[h], 0.0)
