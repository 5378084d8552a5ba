"""Complex smoothing: a level, and what the last errors say of where it goes, so that growth goes with the level.

I. Svetunkov, N. Kourentzes and J. K. Ord, "Complex exponential smoothing", Naval Research Logistics 69, 2022,
1108-1123, equations of the form without season: forecast l, and with e = y - l

    l <- l - (1 - a1) c + (a0 - a1) e
    c <- l + (1 - a0) c + (a0 + a1) e

With a1 = 1 it is simple smoothing of the size a0 - 1; above it the level grows by a share of itself.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.grids import WIDTH
from plantwright.methods.forecasting.smoothing import LITTLE, TINY

Floats = NDArray[np.float64]

OTHER, LOSS = WIDTH, 2 * WIDTH

FURTHEST = 1e9
"""Growth without end stops here, in mean sizes of the series, however long the horizon."""


@compiled
def complex_block(x: Floats, size: int, sets: Floats, state: Floats) -> None:
    """Run all pairs of parameters; `state` holds l, c and loss. It begins with the mean of the first values."""
    window = max(2, min(size, max(5, min(12, size // 4))) // 2)
    start = 0.0
    for t in range(window):
        start += x[t] / window
    for k in range(WIDTH):
        state[k] = start
        state[OTHER + k] = start / sets[0, k]
        state[LOSS + k] = 0.0
    for t in range(size):
        value = x[t]
        for k in range(WIDTH):
            level, other = state[k], state[OTHER + k]
            error = value - level
            state[k] = level - (1.0 - sets[1, k]) * other + (sets[0, k] - sets[1, k]) * error
            state[OTHER + k] = level + (1.0 - sets[0, k]) * other + (sets[0, k] + sets[1, k]) * error
            state[LOSS + k] += error * error


@compiled
def move_on(level: float, other: float, a0: float, a1: float) -> tuple[float, float]:
    """Give both parts a step later, without an error."""
    after = level - (1.0 - a1) * other
    return max(min(after, FURTHEST), -FURTHEST), max(min(level + (1.0 - a0) * other, FURTHEST), -FURTHEST)


@compiled
def project_complex(
    x: Floats, size: int, sets: Floats, state: Floats, sharpness: float, horizon: int, mean: Floats, spread: Floats
) -> None:
    """Fit, and give mean and variance of each step ahead over all pairs by their shares.

    The variance of a set is sigma^2 (1 + sum c_j^2), c_j what one error of size 1 has come to after j steps.
    """
    complex_block(x, size, sets, state)
    least = state[LOSS]
    for k in range(1, WIDTH):
        least = min(least, state[LOSS + k])
    least = least / size + TINY
    power, total, freedom = 0.5 * sharpness * size, 0.0, max(size - 3.0, 0.5 * size)
    mean[:horizon] = 0.0
    spread[:horizon] = 0.0
    for k in range(WIDTH):
        share = math.exp(-power * math.log((state[LOSS + k] / size + TINY) / least))
        if share < LITTLE:
            continue
        total += share
        level, other, growth = state[k], state[OTHER + k], 1.0
        gain, later = sets[0, k] - sets[1, k], sets[0, k] + sets[1, k]
        for h in range(horizon):
            mean[h] += share * level
            spread[h] += share * (level * level + state[LOSS + k] / freedom * growth)
            growth += gain * gain
            level, other = move_on(level, other, sets[0, k], sets[1, k])
            gain, later = move_on(gain, later, sets[0, k], sets[1, k])
    for h in range(horizon):
        mean[h] /= total
        spread[h] = max(spread[h] / total - mean[h] * mean[h], 0.0)
