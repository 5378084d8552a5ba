"""Hot loops of intermittent demand: smoothing with fitted constants, the typical level, quantiles of sums."""

from __future__ import annotations

import math

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.stock.arguments import Floats, Ints

SES, CROSTON, SBA, TSB, ADIDA, IMAPA = range(6)
"""Columns of what `smooth_all` fills."""
RATE, SIZE = 6, 7
"""TSB's two parts, beside them."""
COLUMNS = 8

TERMS = 400
"""Terms of the incomplete gamma function; it converges long before for the shapes that occur."""


@compiled
def smooth_all(values: Floats, pointer: Ints, constants: Floats, out: Floats, fitted: Floats) -> None:
    """Fill the level of each method for each series, and the constants that had the least squared one-step errors.

    ``out`` is (n, COLUMNS); ``fitted`` (n, 4): alpha of SES, of Croston, alpha and beta of TSB.
    """
    for i in range(pointer.size - 1):
        y = values[pointer[i] : pointer[i + 1]]
        demands = 0
        for t in range(y.size):
            demands += y[t] > 0
        if demands == 0:
            continue
        out[i, SES], fitted[i, 0] = _fit_level(y, constants)
        _fit_croston(y, constants, out[i], fitted[i])
        _fit_rate_and_size(y, constants, out[i], fitted[i])
        buckets = max(1, round(y.size / demands))
        total = 0.0
        for k in range(1, min(buckets, y.size) + 1):
            level = _aggregate(y, k, constants)
            total += level
            out[i, ADIDA] = level
        out[i, IMAPA] = total / min(buckets, y.size)


@compiled
def _fit_level(y: Floats, constants: Floats) -> tuple[float, float]:
    """Fit simple exponential smoothing; it begins with the mean of the first half."""
    head = (y.size + 1) // 2
    start = 0.0
    for t in range(head):
        start += y[t] / head
    best, level_at_best, alpha_at_best = math.inf, start, constants[0]
    for alpha in constants:
        level, square = start, 0.0
        for value in y:
            error = value - level
            square += error * error
            level += alpha * error
        if square < best:
            best, level_at_best, alpha_at_best = square, level, alpha
    return level_at_best, alpha_at_best


@compiled
def _aggregate(y: Floats, k: int, constants: Floats) -> float:
    """Smooth the sums of k periods each, which end with the last period; give the level of one period."""
    blocks = y.size // k
    sums = np.zeros(blocks)
    skip = y.size - blocks * k
    for t in range(skip, y.size):
        sums[(t - skip) // k] += y[t]
    return _fit_level(sums, constants)[0] / k


@compiled
def _begin(y: Floats) -> tuple[float, float]:
    """Give the mean size and the share of periods with demand: of the first half, or of all where it has none."""
    for end in ((y.size + 1) // 2, y.size):
        count, total = 0, 0.0
        for t in range(end):
            if y[t] > 0:
                count += 1
                total += y[t]
        if count > 0:
            return total / count, count / end
    return 0.0, 0.0


@compiled
def _fit_croston(y: Floats, constants: Floats, out: Floats, fitted: Floats) -> None:
    size_begin, rate_begin = _begin(y)
    best = math.inf
    for alpha in constants:
        size, interval, since, square = size_begin, 1.0 / rate_begin, 1.0, 0.0
        for value in y:
            error = value - size / interval
            square += error * error
            if value > 0:
                size += alpha * (value - size)
                interval += alpha * (since - interval)
                since = 1.0
            else:
                since += 1.0
        if square < best:
            best, fitted[1], out[CROSTON] = square, alpha, size / interval
            out[SBA] = (1.0 - alpha / 2.0) * size / interval


@compiled
def _fit_rate_and_size(y: Floats, constants: Floats, out: Floats, fitted: Floats) -> None:
    size_begin, rate_begin = _begin(y)
    best = math.inf
    for beta in constants:
        for alpha in constants:
            size, rate, square = size_begin, rate_begin, 0.0
            for value in y:
                error = value - size * rate
                square += error * error
                if value > 0:
                    size += alpha * (value - size)
                    rate += beta * (1.0 - rate)
                else:
                    rate -= beta * rate
            if square < best:
                best, fitted[2], fitted[3] = square, alpha, beta
                out[TSB], out[RATE], out[SIZE] = size * rate, rate, size


@compiled
def typical_all(values: Floats, pointer: Ints, horizon: int, memory: float, out: Floats) -> None:
    """Fill the constant level that lies nearest, as the crow flies, to the stretches of `horizon` periods seen so far.

    Least sum of w sqrt(sum over the stretch of (y - f)^2), w falling with age; convex in f, so its slope is halved in.
    """
    for i in range(pointer.size - 1):
        y = values[pointer[i] : pointer[i + 1]]
        h = min(horizon, y.size)
        if h == 0:
            continue
        count = y.size - h + 1
        sums, squares = np.zeros(count), np.zeros(count)
        top = 0.0
        for t in range(count):
            for step in range(h):
                sums[t] += y[t + step]
                squares[t] += y[t + step] * y[t + step]
            top = max(top, sums[t] / h)
        low, high = 0.0, top
        if _slope(0.0, sums, squares, h, memory) >= 0.0:
            high = 0.0
        for _ in range(40):
            if high - low <= 1e-9 * top:
                break
            middle = 0.5 * (low + high)
            if _slope(middle, sums, squares, h, memory) > 0.0:
                high = middle
            else:
                low = middle
        out[i] = 0.5 * (low + high)


@compiled
def _slope(level: float, sums: Floats, squares: Floats, h: int, memory: float) -> float:
    total, weight = 0.0, 1.0
    for t in range(sums.size - 1, -1, -1):
        distance = squares[t] - 2.0 * level * sums[t] + h * level * level
        if distance > 1e-18 * squares[t]:
            total += weight * (h * level - sums[t]) / math.sqrt(distance)
        elif level == 0.0:  # an empty stretch: from 0 the distance grows by sqrt(h) a unit
            total += weight * math.sqrt(h)
        weight *= memory
    return total


@compiled
def gamma_share(shape: float, x: float) -> float:
    """Give P(a, x), the share of a gamma distribution of scale 1 below x (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    if x <= 0.0:
        return 0.0
    factor = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for step in range(1, TERMS):
            term *= x / (shape + step)
            total += term
            if term < total * 1e-12:
                break
        return min(1.0, factor * total)
    b = x + 1.0 - shape
    c, d = 1e300, 1.0 / b
    fraction = d
    for step in range(1, TERMS):
        a = -step * (step - shape)
        b += 2.0
        d = 1.0 / (a * d + b)
        c = b + a / c
        change = c * d
        fraction *= change
        if abs(change - 1.0) < 1e-12:
            break
    return max(0.0, 1.0 - factor * fraction)


@compiled
def gamma_quantile(shape: float, share: float) -> float:
    """Give x with P(a, x) = share by halving; between 0 and what no share of interest lies above."""
    low, high = 0.0, shape + 10.0 * math.sqrt(shape) + 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if gamma_share(shape, middle) < share:
            low = middle
        else:
            high = middle
        if high - low <= 1e-9 * high:
            break
    return 0.5 * (low + high)


@compiled
def hurdle_quantiles(none: Floats, mean: Floats, variance: Floats, shares: Floats, out: Floats) -> None:
    """Fill (n, k) quantiles of a demand that is 0 with probability ``none`` and else gamma.

    ``mean`` and ``variance`` are those of the demands above 0.
    """
    for i in range(mean.size):
        for k in range(shares.size):
            share = (shares[k] - none[i]) / (1.0 - none[i]) if none[i] < 1.0 else 0.0
            if share <= 0.0 or mean[i] <= 0.0:
                out[i, k] = 0.0
            elif variance[i] <= 1e-6 * mean[i] * mean[i]:
                out[i, k] = mean[i]
            else:
                shape = mean[i] * mean[i] / variance[i]
                out[i, k] = gamma_quantile(shape, share) * mean[i] / shape


@compiled
def window_quantiles(values: Floats, pointer: Ints, periods: int, memory: float, shares: Floats, out: Floats) -> None:
    """Fill (n, k) quantiles of the sums of every stretch of `periods` periods seen, the later ones of more weight."""
    for i in range(pointer.size - 1):
        y = values[pointer[i] : pointer[i + 1]]
        h = min(periods, y.size)
        if h == 0:
            continue
        count = y.size - h + 1
        sums = np.zeros(count)
        for t in range(count):
            for step in range(h):
                sums[t] += y[t + step]
            sums[t] *= periods / h
        order = np.argsort(sums)
        weight = np.empty(count)
        for t in range(count):
            weight[t] = memory ** (count - 1 - t)
        total = weight.sum()
        for k in range(shares.size):
            reached, place = 0.0, 0
            while place < count - 1 and reached + weight[order[place]] < shares[k] * total:
                reached += weight[order[place]]
                place += 1
            out[i, k] = sums[order[place]]


def warm_up() -> None:
    """Compile the kernels with the types that the package uses."""
    values, pointer, half = np.array([0.0, 2.0, 0.0, 3.0]), np.array([0, 4]), np.array([0.5])
    smooth_all(values, pointer, half, np.zeros((1, COLUMNS)), np.zeros((1, 4)))
    typical_all(values, pointer, 2, 0.9, np.zeros(1))
    hurdle_quantiles(half, values[1:2], values[1:2], half, np.zeros((1, 1)))
    window_quantiles(values, pointer, 2, 0.9, half, np.zeros((1, 1)))
