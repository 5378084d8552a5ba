"""Exponential smoothing with many sets of parameters at once, and what the sets say together.

One step of a set: e = y - (l + phi b + s), l <- l + phi b + alpha e, b <- phi b + beta e, s <- s + gamma e. It is the
error-correction form of simple smoothing, Holt, damped trends and Holt-Winters (Hyndman, Koehler, Ord and Snyder,
Forecasting with Exponential Smoothing, 2008, section 2.5). Blocks of `WIDTH` sets run side by side, so that the
processor's vector units have something to do, and no search has to be guided.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.grids import WIDTH, Grid

Floats = NDArray[np.float64]

TREND, LOSS, RELATIVE = WIDTH, 2 * WIDTH, 3 * WIDTH
STATES = 4
BETA, GAMMA, PHI, SHARE = WIDTH, 2 * WIDTH, 3 * WIDTH, 4 * WIDTH
LITTLE = 0.02
"""A set whose share is less than this part of the largest is left out."""

LOW, MOVING = 0.05, 0.4
"""Levels by which errors are divided: 0.05 of the mean size at least, 0.4 of each new value."""

TINY = 1e-14
"""Added to a mean square error: a series that a set fits exactly has a logarithm too."""


@compiled
def smooth_block(x: Floats, size: int, period: int, numbers: Floats, state: Floats, seasonal: Floats) -> None:
    """Run a block of sets over a series; `state` holds level, trend and loss, `seasonal` the season by place."""
    place = 0
    for t in range(size):
        value = x[t]
        season = seasonal[place * WIDTH : (place + 1) * WIDTH]
        for k in range(WIDTH):
            slope = numbers[PHI + k] * state[TREND + k]
            base = state[k] + slope
            error = value - base - season[k]
            state[k] = base + numbers[k] * error
            state[TREND + k] = slope + numbers[BETA + k] * error
            season[k] += numbers[GAMMA + k] * error
            state[LOSS + k] += error * error
        place += 1
        if place == period:
            place = 0


@compiled
def smooth_plain(x: Floats, size: int, over: Floats, numbers: Floats, state: Floats) -> None:
    """Run a block of sets without a season over a series; a loop of its own, because it is most of all work.

    Squares of errors are summed up as they are, and once more times `over`.
    """
    for t in range(size):
        value, part = x[t], over[t]
        for k in range(WIDTH):
            slope = numbers[PHI + k] * state[TREND + k]
            base = state[k] + slope
            error = value - base
            state[k] = base + numbers[k] * error
            state[TREND + k] = slope + numbers[BETA + k] * error
            state[LOSS + k] += error * error
            state[RELATIVE + k] += error * error * part


@compiled
def over_level(x: Floats, size: int, level: float) -> Floats:
    """Give 1 / the level of the series just before each value."""
    over = np.empty(size)
    for t in range(size):
        over[t] = 1.0 / max(abs(level), LOW)
        level += MOVING * (x[t] - level)
    return over


@compiled
def first_line(x: Floats, size: int, period: int, index: Floats) -> tuple[float, float]:
    """Give mean and slope of the least-squares line through the first values less their season."""
    mean = 0.0
    for t in range(size):
        mean += (x[t] - index[t % period]) / size
    if size < 2:
        return mean, 0.0
    middle, top, below = 0.5 * (size - 1), 0.0, 0.0
    for t in range(size):
        top += (t - middle) * (x[t] - index[t % period])
        below += (t - middle) ** 2
    return mean, top / below


@compiled
def run_grid(x: Floats, size: int, period: int, index: Floats, grid: Grid, state: Floats, seasonal: Floats) -> None:
    """Run every set of a grid over a series, from the line through its first values and the given season."""
    window = min(size, max(5, min(12, size // 4)))
    window = max(window, min(period, size))
    mean, slope = first_line(x, window, period, index)
    over = over_level(x, size if period == 1 else 0, mean)
    for block in range(grid.numbers.shape[0]):
        for k in range(WIDTH):
            trend = grid.numbers[block, SHARE + k] * slope
            state[block, k] = mean - trend * 0.5 * (window + 1)
            state[block, TREND + k] = trend
            state[block, LOSS + k] = 0.0
            state[block, RELATIVE + k] = 0.0
        for j in range(period):
            seasonal[block, j * WIDTH : (j + 1) * WIDTH] = index[j]
        if period == 1:
            smooth_plain(x, size, over, grid.numbers[block], state[block])
        else:
            smooth_block(x, size, period, grid.numbers[block], state[block], seasonal[block])


@compiled
def least_loss(grid: Grid, state: Floats, which: int, low: int, high: int) -> float:
    """Give the least sum of squares, `LOSS` or `RELATIVE`, among the sets of some kinds."""
    best = np.inf
    for block in range(grid.kind.shape[0]):
        for k in range(WIDTH):
            if low <= grid.kind[block, k] <= high:
                best = min(best, state[block, which + k])
    return best


@compiled
def share_out(weight: Floats, most: float) -> None:
    """Leave out what has little weight, and let the rest add up to 1."""
    total = 0.0
    for block in range(weight.shape[0]):
        for k in range(WIDTH):
            if weight[block, k] < LITTLE * most:
                weight[block, k] = 0.0
            total += weight[block, k]
    for block in range(weight.shape[0]):
        for k in range(WIDTH):
            weight[block, k] /= total


@compiled
def weigh_sets(
    grid: Grid, state: Floats, which: int, size: int, low: int, high: int, sharpness: float, weight: Floats
) -> float:
    """Share 1 among the sets of some kinds by how well they fitted; give the least mean square error.

    The share of a set is its prior times (loss)^(-sharpness n / 2): the posterior of normal errors of unknown variance,
    raised to the power `sharpness`. A sharpness of infinity would leave the best set alone.
    """
    best = least_loss(grid, state, which, low, high) / size + TINY
    power = 0.5 * sharpness * size
    most = 0.0
    for block in range(grid.kind.shape[0]):
        for k in range(WIDTH):
            weight[block, k] = 0.0
            if not low <= grid.kind[block, k] <= high:
                continue
            loss = state[block, which + k] / size + TINY
            if power * (1.0 - best / loss) < 6.0:
                weight[block, k] = math.exp(grid.prior[block, k] - power * math.log(loss / best))
                most = max(most, weight[block, k])
    share_out(weight[: grid.kind.shape[0]], most)
    return best


@compiled
def project_sets(
    grid: Grid,
    state: Floats,
    seasonal: Floats,
    period: int,
    size: int,
    weight: Floats,
    horizon: int,
    mean: Floats,
    spread: Floats,
) -> None:
    """Give mean and variance of each step ahead, over the sets by their shares.

    The variance is that within the sets, sigma^2 (1 + sum c_j^2) with c_j = alpha + beta (phi + ... + phi^j) + gamma in
    each whole season (Hyndman and others 2008, section 6.3), and that between them.
    """
    mean[:horizon] = 0.0
    spread[:horizon] = 0.0
    freedom = max(size - 2.0, 0.5 * size)
    for block in range(grid.kind.shape[0]):
        numbers = grid.numbers[block]
        for k in range(WIDTH):
            share = weight[block, k]
            if share == 0.0:
                continue
            variance = state[block, LOSS + k] / freedom
            reach, fade, growth = 0.0, 1.0, 1.0
            first = size % period
            place = first
            for h in range(horizon):
                fade *= numbers[PHI + k]
                reach += fade
                ahead = state[block, k] + reach * state[block, TREND + k] + seasonal[block, place * WIDTH + k]
                mean[h] += share * ahead
                spread[h] += share * (ahead * ahead + variance * growth)
                gain = numbers[k] + numbers[BETA + k] * reach
                place += 1
                if place == period:
                    place = 0
                if place == first:
                    gain += numbers[GAMMA + k]
                growth += gain * gain
    for h in range(horizon):
        spread[h] = max(spread[h] - mean[h] * mean[h], 0.0)
