"""One series from its values to its forecast: methods tried out on the last periods, weighed, and put together."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.members import MEMBERS, NAIVE, SHORT, Bools, Grids, Work, all_members
from plantwright.methods.forecasting.seasons import fill_gaps

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COUNT = len(MEMBERS)

ORIGINS = 2
"""So many times each method is tried out on periods that it has not seen."""

TRUST = 0.9
"""So much of the weights follows from how the methods did in all trials; the rest is the same for all series."""

POWER = 3.0
"""Weights by trial go with error^(-POWER)."""

LEAST = 0.05
"""Added to a scaled error before that: a trial without error proves little."""

DOUBT = 16.0
"""As many errors as this would the model's own variance be worth, against the errors when it was tried out."""

FLOOR = 0.03
"""Values are taken as logarithms where none is below this share of their mean."""

FEW, CONSTANT, ZERO, NEGATIVE = 1, 2, 4, 8


class Trials(NamedTuple):
    """What each method said from each origin: row 0 from the end, the others from before it."""

    mean: Floats
    spread: Floats
    usable: Bools
    size: Ints


class Answer(NamedTuple):
    """Where the results of all series go; see `Forecasts`."""

    mean: Floats
    spread: Floats
    weight: Floats
    score: Floats
    origins: Ints
    gaps: Ints
    flags: Ints
    positive: Bools


def trials(horizon: int) -> Trials:
    """Make room for what the methods say."""
    table = np.zeros((ORIGINS + 1, COUNT, horizon))
    return Trials(table, table.copy(), np.zeros((ORIGINS + 1, COUNT), np.bool_), np.zeros(ORIGINS + 1, np.int64))


@compiled
def forecast_chunk(
    values: Floats, pointer: Ints, season: Ints, horizon: Ints, wanted: Bools, prior: Floats, chosen: Ints,
    grids: Grids, rough: Grids, work: Work, tried: Trials, y: Floats, answer: Answer,
) -> None:  # fmt: skip
    """Forecast the series that are chosen; methods are fitted with `grids` and tried out with the `rough` ones.

    Fitting stands in the loop itself: a function around it would be compiled with all that it calls once more.
    """
    longest = answer.mean.shape[1]
    for i in chosen:
        size, scale = take_series(values, pointer, season[i], i, work, y, answer)
        if scale == 0.0:
            answer.weight[i, NAIVE] = 1.0
            continue
        steps, origins = trial_origins(size, season[i], horizon[i], tried.size)
        for r in range(origins + 1):
            all_members(y, tried.size[r], season[i], steps if r else longest, answer.positive[i], wanted[i],
                        rough if r else grids, work, tried.mean[r], tried.spread[r], tried.usable[r])  # fmt: skip
        join_members(y, size, season[i], steps, origins, prior[i], tried, i, answer)
        for h in range(longest):
            answer.mean[i, h] *= scale
            answer.spread[i, h] = math.sqrt(answer.spread[i, h]) * scale


@compiled
def take_series(
    values: Floats, pointer: Ints, period: int, i: int, work: Work, y: Floats, answer: Answer
) -> tuple[int, float]:
    """Put a series into `y` without gaps and of mean size 1; give how long it is, and what its mean size was."""
    begin, end = pointer[i], pointer[i + 1]
    while math.isnan(values[begin]):
        begin += 1
    size = end - begin
    y[:size] = values[begin:end]
    answer.gaps[i] = fill_gaps(y, size, period, work.trend, work.pattern)
    scale = look(y, size, i, answer)
    for t in range(size):
        y[t] /= scale if scale > 0.0 else 1.0
    return size, scale


@compiled
def look(y: Floats, size: int, i: int, answer: Answer) -> float:
    """Note what is unusual about a series; give its mean size."""
    low, high, total = y[0], y[0], 0.0
    for t in range(size):
        low, high = min(low, y[t]), max(high, y[t])
        total += abs(y[t]) / size
    flags = 0
    if size - answer.gaps[i] < SHORT:
        flags += FEW
    if total == 0.0:
        flags += ZERO
    elif low == high:
        flags += CONSTANT
    if low < 0.0:
        flags += NEGATIVE
    answer.flags[i] = flags
    answer.positive[i] = low > FLOOR * total
    return total


@compiled
def trial_origins(size: int, period: int, horizon: int, start: Ints) -> tuple[int, int]:
    """Fill in how many values each fit sees, all of them first; give how long a trial is, and how many there are."""
    start[0] = size
    steps, origins = test_length(size, period, horizon), 0
    for r in range(1, ORIGINS + 1):
        start[r] = size - steps - (r - 1) * ((steps + 1) // 2)
        if steps < 1 or start[r] < least_start(size, period):
            break
        origins = r
    return steps, origins


@compiled
def join_members(
    y: Floats, size: int, period: int, steps: int, origins: int, prior: Floats, tried: Trials, i: int, answer: Answer
) -> None:
    """Weigh what the methods said by how they did when tried out, and put it together."""
    longest = answer.mean.shape[1]
    answer.origins[i] = origins
    score_members(y, size, period, steps, origins, tried, answer.score[i])
    weigh_members(prior, origins, tried.usable[0], answer.score[i], answer.weight[i])
    put_together(tried, 0, longest, answer.weight[i], answer.mean[i], answer.spread[i])
    widen = spread_ratio(y, steps, origins, tried, answer.weight[i])
    floor = 0.0 if (answer.flags[i] & NEGATIVE) == 0 else -np.inf
    for h in range(longest):
        answer.mean[i, h] = max(answer.mean[i, h], floor)
        answer.spread[i, h] *= widen


@compiled
def least_start(size: int, period: int) -> int:
    """Give from how many values on a method may be tried out."""
    return max(SHORT + 1, 2 * period + 1 if size > 2 * period else 0)


@compiled
def test_length(size: int, period: int, horizon: int) -> int:
    """Give over how many of the last periods methods are tried out: the horizon, or a quarter of a short series."""
    return min(horizon, max(2, size // 4), size - least_start(size, period))


@compiled
def score_members(y: Floats, size: int, period: int, steps: int, origins: int, tried: Trials, score: Floats) -> None:
    """Give the mean absolute error of each method over all trials, over that of the past's seasonal naive forecast."""
    score[:] = 0.0
    if origins == 0:
        return
    step = period if size > period else 1
    scale = 1e-9
    for t in range(step, size):
        scale += abs(y[t] - y[t - step]) / (size - step)
    for m in range(COUNT):
        for r in range(1, origins + 1):
            for h in range(steps):
                if tried.usable[r, m]:
                    score[m] += abs(y[tried.size[r] + h] - tried.mean[r, m, h])
        score[m] /= origins * steps * scale


@compiled
def weigh_members(prior: Floats, origins: int, usable: Bools, score: Floats, weight: Floats) -> None:
    """Give each method its share: partly the same for all series, partly by how it did when tried out."""
    whole, part = 0.0, 0.0
    for m in range(COUNT):
        whole += prior[m] if usable[m] else 0.0
        if usable[m] and prior[m] > 0.0 and origins > 0:
            part += prior[m] * (score[m] + LEAST) ** -POWER
    if whole == 0.0:  # nothing of what was asked for can be fitted
        weight[:] = 0.0
        weight[NAIVE] = 1.0
        return
    trust = TRUST * origins / ORIGINS
    for m in range(COUNT):
        weight[m] = 0.0
        if usable[m] and prior[m] > 0.0:
            weight[m] = (1.0 - trust) * prior[m] / whole
            if origins > 0:
                weight[m] += trust * prior[m] * (score[m] + LEAST) ** -POWER / part


@compiled
def put_together(tried: Trials, r: int, steps: int, weight: Floats, mean: Floats, spread: Floats) -> None:
    """Give the weighted mean, and the variance: that of the methods and that between them."""
    for h in range(steps):
        mean[h], deviation, total = 0.0, 0.0, 0.0
        for m in range(COUNT):
            if weight[m] > 0.0 and tried.usable[r, m]:
                total += weight[m]
                mean[h] += weight[m] * tried.mean[r, m, h]
                deviation += weight[m] * math.sqrt(tried.spread[r, m, h])
        if total == 0.0:
            mean[h], spread[h] = tried.mean[r, NAIVE, h], tried.spread[r, NAIVE, h]
            continue
        mean[h] /= total
        spread[h] = (deviation / total) ** 2
        for m in range(COUNT):
            if weight[m] > 0.0 and tried.usable[r, m]:
                spread[h] += weight[m] / total * (tried.mean[r, m, h] - mean[h]) ** 2


@compiled
def spread_ratio(y: Floats, steps: int, origins: int, tried: Trials, weight: Floats) -> float:
    """Give how much larger the squares of the errors in the trials were than said, towards 1 where there are few."""
    total, count = DOUBT, DOUBT
    mean, spread = np.zeros(max(steps, 1)), np.zeros(max(steps, 1))
    for r in range(1, origins + 1):
        put_together(tried, r, steps, weight, mean, spread)
        for h in range(steps):
            error = y[tried.size[r] + h] - mean[h]
            total += min(error * error / (spread[h] + 1e-12), 16.0)
            count += 1.0
    return total / count
