"""Taking the season out of a series, and putting values where there are gaps."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled

Floats = NDArray[np.float64]

RECENT = 0.7
"""A season counts so much of the one after it: seasons change."""


@compiled
def fill_gaps(x: Floats, size: int, period: int, trend: Floats, index: Floats) -> int:
    """Put values for NaN in place: on the line between the neighbours, less and plus the season; give how many."""
    gaps = 0
    for t in range(size):
        gaps += math.isnan(x[t])
    if gaps == 0:
        return 0
    missing = np.isnan(x[:size])
    index[:period] = 0.0
    join(x, size, missing, 1, index)
    if period > 1 and size >= 2 * period:
        season_index(x, size, period, trend, index)
        join(x, size, missing, period, index)
    return gaps


@compiled
def join(x: Floats, size: int, missing: NDArray[np.bool_], period: int, index: Floats) -> None:
    """Draw the line over each gap, in terms of what is left without the season; the last value lasts."""
    before = 0
    for t in range(size):
        if missing[t]:
            continue
        for g in range(before + 1, t):
            share = (g - before) / (t - before)
            left, right = x[before] - index[before % period], x[t] - index[t % period]
            x[g] = left + share * (right - left) + index[g % period]
        before = t
    for g in range(before + 1, size):
        x[g] = x[before] - index[before % period] + index[g % period]


@compiled
def season_index(x: Floats, size: int, period: int, trend: Floats, index: Floats) -> float:
    """Give what each place of the season adds, shrunk by how sure it is; give the factor of the shrinking.

    Classical decomposition by a centred moving average, then once more against a local line through the values without
    season, which reaches both ends. Later seasons count more. The indices are shrunk to 0 by James and Stein's factor:
    D. M. Miller and D. Williams, "Shrinkage estimators of time series seasonal factors and their effect on forecasting
    accuracy", International Journal of Forecasting 19, 2003, 669-684.
    """
    index[:period] = 0.0
    if size < 2 * period or period < 2:
        return 0.0
    half = period // 2
    centred_average(x, size, period, trend)
    places(x, trend, half, size - half, period, index)
    local_line(x, size, period, index, trend)
    places(x, trend, 0, size, period, index)
    return shrink(x, size, period, trend, index)


@compiled
def centred_average(x: Floats, size: int, period: int, trend: Floats) -> None:
    """Give the mean over the season around each moment that has a whole one; even seasons take half of both ends."""
    half, total = period // 2, 0.0
    for t in range(2 * half + 1):
        total += x[t]
    for t in range(half, size - half):
        ends = 0.5 * (x[t - half] + x[t + half]) if period % 2 == 0 else 0.0
        trend[t] = (total - ends) / period
        if t + half + 1 < size:
            total += x[t + half + 1] - x[t - half]


@compiled
def places(x: Floats, trend: Floats, start: int, end: int, period: int, index: Floats) -> None:
    """Give the weighted mean of x - trend at each place of the season, less their mean."""
    total, count = np.zeros(period), np.zeros(period)
    weight, place, left = 1.0, (end - 1) % period, period
    for t in range(end - 1, start - 1, -1):
        total[place] += weight * (x[t] - trend[t])
        count[place] += weight
        place = place - 1 if place > 0 else period - 1
        left -= 1
        if left == 0:
            weight *= RECENT
            left = period
    mean = 0.0
    for j in range(period):
        index[j] = total[j] / count[j] if count[j] > 0 else 0.0
        mean += index[j] / period
    for j in range(period):
        index[j] -= mean


@compiled
def local_line(x: Floats, size: int, period: int, index: Floats, trend: Floats) -> None:
    """Give at each moment the least-squares line through a season before and after it, without the season."""
    rest, place = np.empty(size), 0
    for t in range(size):
        rest[t] = x[t] - index[place]
        place = place + 1 if place + 1 < period else 0
    low, high, total, moment = 0, 0, 0.0, 0.0
    for t in range(size):
        while high < min(size, t + period + 1):
            total += rest[high]
            moment += high * rest[high]
            high += 1
        while low < t - period:
            total -= rest[low]
            moment -= low * rest[low]
            low += 1
        count, middle = high - low, 0.5 * (low + high - 1)
        below = count * (count * count - 1.0) / 12.0
        trend[t] = total / count + (moment - middle * total) / below * (t - middle)


@compiled
def shrink(x: Floats, size: int, period: int, trend: Floats, index: Floats) -> float:
    """Shrink the indices towards 0 by their share of noise."""
    noise, signal, place = 0.0, 0.0, 0
    for t in range(size):
        noise += (x[t] - trend[t] - index[place]) ** 2
        place = place + 1 if place + 1 < period else 0
    for j in range(period):
        signal += index[j] ** 2
    seasons = size / period
    variance = noise / max(size - period - seasons, 0.25 * size) / seasons
    if signal <= 0.0:
        return 0.0
    factor = max(0.0, 1.0 - max(period - 3, 1) * variance / signal)
    for j in range(period):
        index[j] *= factor
    return factor
