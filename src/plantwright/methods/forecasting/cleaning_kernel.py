"""Hot loops of cleaning: what was to be expected in each period, and the spread around it, from medians."""

from __future__ import annotations

import math

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.stock.arguments import Floats, Ints

REACH = 6
"""Known periods on each side that a running median looks at: 13 in all."""
TO_DEVIATION = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""


@compiled
def expect_all(values: Floats, pointer: Ints, season: Ints, expected: Floats, spread: Floats) -> None:
    """Fill what each period was to be expected to have, level by running median plus season, and the robust spread.

    NaN in ``values`` is not known; ``season`` 1 for series that are not seasonal. A series of which nothing is known
    keeps 0.
    """
    for i in range(pointer.size - 1):
        y = values[pointer[i] : pointer[i + 1]]
        at = np.flatnonzero(~np.isnan(y))
        if at.size == 0:
            continue
        own = expected[pointer[i] : pointer[i + 1]]
        m = season[i]
        reach = max(REACH, (m + 1) // 2)
        taken = at.size / (2.0 * reach + 1.0)
        _running_median(y, at, reach, own)
        if m > 1 and at.size >= 2 * m:
            phases = np.zeros(m)
            for _ in range(2):  # the level is wrong while the season is in it, and the season while the level is
                _phase_medians(y - own + _repeated(phases, y.size), at, phases)
                _running_median(y - _repeated(phases, y.size), at, reach, own)
                own += _repeated(phases, y.size)
            taken += 1.5 * m
        # what medians pass through lies nearer to them than it should: fewer periods are free than are known
        free = at.size / max(at.size - taken, at.size / 3.0)
        spread[i] = TO_DEVIATION * free * np.median(np.abs(y[at] - own[at]))


@compiled
def _running_median(y: Floats, at: Ints, reach: int, out: Floats) -> None:
    """Fill each place with the median of the known values around it; near an end, of the last ones, with their slope.

    The window is kept sorted: one value leaves and one comes in at each step.
    """
    count = at.size
    wide = min(count, 2 * reach + 1)
    window = np.sort(y[at[:wide]])
    medians = np.empty(count)
    low = 0
    for j in range(count):
        if low < min(j - reach, count - wide):
            place = np.searchsorted(window, y[at[low]])
            window[place] = y[at[low + wide]]
            _settle(window, place)
            low += 1
        medians[j] = 0.5 * (window[wide // 2] + window[(wide - 1) // 2])
        shift = j - low - 0.5 * (wide - 1)
        half = wide // 2
        if wide >= 4 and abs(shift) > 0.5:
            first, last = np.median(y[at[low : low + half]]), np.median(y[at[low + wide - half : low + wide]])
            medians[j] += shift * (last - first) / (wide - half)
    known = 0
    for t in range(y.size):
        while known < count and at[known] <= t:
            known += 1
        out[t] = medians[max(known - 1, 0)]


@compiled
def _settle(window: Floats, place: int) -> None:
    """Move one value of a sorted row to where it belongs."""
    while place > 0 and window[place - 1] > window[place]:
        window[place - 1], window[place] = window[place], window[place - 1]
        place -= 1
    while place < window.size - 1 and window[place + 1] < window[place]:
        window[place + 1], window[place] = window[place], window[place + 1]
        place += 1


@compiled
def _phase_medians(rest: Floats, at: Ints, phases: Floats) -> None:
    m = phases.size
    for phase in range(m):
        own = at[at % m == phase]
        phases[phase] = np.median(rest[own]) if own.size else 0.0
    phases -= np.mean(phases)


@compiled
def _repeated(phases: Floats, size: int) -> Floats:
    out = np.empty(size)
    for t in range(size):
        out[t] = phases[t % phases.size]
    return out


@compiled
def above_all(rest: Floats, pointer: Ints, cut: Floats, out: Floats, rounds: int) -> None:
    """Fill for censored periods what is expected, given that it was at least what was sold.

    ``rest`` is demand less what was to be expected; ``cut`` 1.0 where demand was at least this. Mean and deviation of a
    normal distribution are fitted by expectation and maximisation.
    """
    for i in range(pointer.size - 1):
        y, c = rest[pointer[i] : pointer[i + 1]], cut[pointer[i] : pointer[i + 1]]
        own = out[pointer[i] : pointer[i + 1]]
        free = y[(c == 0.0) & ~np.isnan(y)]
        if free.size == 0:
            continue
        mean, variance = np.mean(free), np.var(free)
        held = np.flatnonzero((c > 0.0) & ~np.isnan(y))
        count = free.size + held.size
        for _ in range(rounds):
            total, square = np.sum(free), np.sum(free * free)
            deviation = math.sqrt(variance)
            for t in held:
                first, second = _moments_above(mean, deviation, y[t])
                own[t] = first
                total += first
                square += second
            before = mean
            mean = total / count
            variance = max(square / count - mean * mean, 0.0)
            if abs(mean - before) <= 1e-9 * (deviation + abs(mean)):
                break


@compiled
def _moments_above(mean: float, deviation: float, least: float) -> tuple[float, float]:
    """Give E[X | X >= least] and E[X^2 | X >= least] of a normal distribution."""
    if deviation <= 0.0:
        top = max(mean, least)
        return top, top * top
    z = (least - mean) / deviation
    if z > 30.0:  # the tail: the excess is exponential there
        first = least + deviation / z
        return first, first * first
    hazard = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) / (0.5 * math.erfc(z / math.sqrt(2.0)))
    first = mean + deviation * hazard
    return first, mean * mean + deviation * deviation + deviation * (least + mean) * hazard


def warm_up() -> None:
    """Compile the kernels with the types that the package uses."""
    values, pointer = np.array([1.0, 2.0, np.nan, 3.0]), np.array([0, 4])
    expect_all(values, pointer, np.array([2]), np.zeros(4), np.zeros(1))
    above_all(values, pointer, np.array([0.0, 1.0, 0.0, 0.0]), np.zeros(4), 2)
