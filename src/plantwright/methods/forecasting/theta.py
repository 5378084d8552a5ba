"""The Theta family: simple smoothing and a line, with an angle that is chosen by fit and a slope that may move.

The optimised (static) and the dynamic optimised Theta model of J. A. Fiorucci, T. R. Pellegrini, F. Louzada,
F. Petropoulos and A. B. Koehler, "Models for optimising the theta method and their relationship to state space models",
International Journal of Forecasting 32, 2016, 1151-1161, equations 10 to 17; theta 2 is the method of V. Assimakopoulos
and K. Nikolopoulos, the same 16, 2000, 521-530.
"""

# ruff: noqa: FBT001 - kernels take no keywords
from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.grids import WIDTH
from plantwright.methods.forecasting.smoothing import LITTLE, TINY, first_line

Floats = NDArray[np.float64]

DECAY, LOSS = WIDTH, 2 * WIDTH


@compiled
def theta_block(x: Floats, size: int, sets: Floats, state: Floats, moving: bool) -> tuple[float, float, float]:
    """Run all pairs of alpha and theta; `state` holds level, (1 - alpha)^t and loss. Give mean, intercept and slope."""
    mean, whole = first_line(x, size, 1, np.zeros(1))
    slope = 0.0 if moving else whole
    start = x[0] if moving else mean - 0.5 * (size + 1) * whole
    mean = 0.0
    for k in range(WIDTH):
        state[k] = x[0] - sets[1, k] * (start + slope)
        state[DECAY + k] = 1.0
        state[LOSS + k] = 0.0
    for t in range(size):
        value = x[t]
        for k in range(WIDTH):
            alpha, rest = sets[0, k], 1.0 - sets[0, k]
            decay = state[DECAY + k]
            line = decay * start + (1.0 - decay * rest) * sets[2, k] * slope
            error = value - state[k] - sets[1, k] * line
            state[k] = alpha * value + rest * state[k]
            state[DECAY + k] = decay * rest
            state[LOSS + k] += error * error
        if moving:
            mean, start, slope = next_line(value, t + 1, mean, slope)
        if t == 2 and size > 8:
            for k in range(WIDTH):
                state[LOSS + k] = 0.0
    return mean, start, slope


@compiled
def next_line(value: float, count: int, mean: float, slope: float) -> tuple[float, float, float]:
    """Take one more value into mean, intercept and slope of the least-squares line."""
    turned = ((count - 2) * slope + 6.0 / count * (value - mean)) / (count + 1) if count > 1 else 0.0
    mean += (value - mean) / count
    return mean, mean - 0.5 * (count + 1) * turned, turned


@compiled
def project_theta(
    x: Floats,
    size: int,
    sets: Floats,
    state: Floats,
    moving: bool,
    sharpness: float,
    horizon: int,
    mean: Floats,
    spread: Floats,
) -> int:
    """Fit, and give mean and variance of each step ahead over all pairs by their shares; gives the best pair."""
    first, start, slope = theta_block(x, size, sets, state, moving)
    best = 0
    for k in range(1, WIDTH):
        if state[LOSS + k] < state[LOSS + best]:
            best = k
    least = state[LOSS + best] / size + TINY
    power, total = 0.5 * sharpness * size, 0.0
    mean[:horizon] = 0.0
    spread[:horizon] = 0.0
    for k in range(WIDTH):
        loss = state[LOSS + k] / size + TINY
        if power * (1.0 - least / loss) >= 4.0:
            continue
        share = math.exp(-power * math.log(loss / least))
        if share < LITTLE:
            continue
        total += share
        alpha, rest = sets[0, k], 1.0 - sets[0, k]
        level, decay = state[k], state[DECAY + k]
        middle, begin, turn, growth = first, start, slope, 1.0
        for h in range(horizon):
            line = decay * begin + (1.0 - decay * rest) * sets[2, k] * turn
            ahead = level + sets[1, k] * line
            mean[h] += share * ahead
            spread[h] += share * (ahead * ahead + state[LOSS + k] / max(size - 4.0, 0.5 * size) * growth)
            growth += alpha * alpha
            level = alpha * ahead + rest * level
            decay *= rest
            if moving:
                middle, begin, turn = next_line(ahead, size + h + 1, middle, turn)
    for h in range(horizon):
        mean[h] /= total
        spread[h] = max(spread[h] / total - mean[h] * mean[h], 0.0)
    return best
