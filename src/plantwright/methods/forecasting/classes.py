"""Demand classes: what kind of series this is, from the series alone.

Series stand one behind the other in one flat row; ``pointer[i]`` is where series i begins and ``pointer[i + 1]`` where
it ends. NaN is a period that is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import Floats, Ints, fault, stop, whole_numbers

Bools = NDArray[np.bool_]

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new", "ending")
"""Names by code: the four of Syntetos, Boylan and Croston, and the two that a series leaves and enters by."""
SMOOTH, ERRATIC, INTERMITTENT, LUMPY, NEW, ENDING = range(6)

INTERVAL_LIMIT = 1.32
VARIATION_LIMIT = 0.49
ENDING_CHANCE = 0.01
"""A run of zeros at the end is no accident when periods like the item's own would give it this rarely."""
SEASONAL_SCORE = 2.326
"""Upper 1 % point of the standard normal distribution."""
HUGE = 1e150
"""Above it squares overflow; no quantity of this world comes near."""


@dataclass(frozen=True, slots=True, eq=False)
class DemandClasses:
    """The class of each series and what it was taken from.

    Parameters
    ----------
    code
        int64[n]; place in `CLASSES`.
    interval
        float64[n]; ADI, the mean number of periods from one demand to the next; without any demand the number of
        periods that are known.
    variation
        float64[n]; squared coefficient of variation of the demands that are not 0; 0 below two of them.
    seasonal
        bool[n]; whether the means of the periods of a season differ by more than chance.
    known
        int64[n]; periods that are known, from the first demand on.
    tail
        int64[n]; periods known to be without demand at the end.
    """

    code: Ints
    interval: Floats
    variation: Floats
    seasonal: Bools
    known: Ints
    tail: Ints

    @property
    def names(self) -> tuple[str, ...]:
        """Give the classes in words, one a series."""
        return tuple(CLASSES[code] for code in self.code)


def classify(values: ArrayLike, pointer: ArrayLike, season: ArrayLike = 1) -> DemandClasses:
    """Put each series into its demand class.

    A series is looked at from its first demand on; what is not above 0 counts as no demand.

    ``new``
        Known for less than half a season, at least 4 and at most 13 periods.
    ``ending``
        The zeros at its end are more than 1.5 times its longest earlier gap, at least 4 and at least half a season
        (of 13 at most), and periods with its own share of zeros would give such a run in less than one of a hundred
        cases: (1 - 1/ADI)^run < 0.01. A series that never had a demand is ending too, once it is not new.
    ``smooth``, ``erratic``, ``intermittent``, ``lumpy``
        By ADI, the mean interval between demands, below or from 1.32 on, and by the squared variation of the demands
        that are not 0, below or from 0.49 on.

    A series is seasonal when an analysis of variance of what a straight line leaves tells its periods of the season
    apart at 1 %; two whole seasons must be known.

    Parameters
    ----------
    values
        float64, all series one behind the other, units by period; NaN is not known.
    pointer
        int64[n + 1], where each series begins, and the end.
    season
        Periods of a season, one for all series or int64[n]; 1 is none.

    Raises
    ------
    ProblemError
        With every argument that is out of range: infinite values, a pointer that falls, a season below 1.

    Notes
    -----
    ADI = known periods / periods with demand. CV2 = (standard deviation / mean)^2 of the demands that are not 0, the
    deviation from n - 1. The tail of F is taken by Paulson's normal approximation. Cost O(total periods): 100,000
    series of 100 periods in three to four seconds.

    References
    ----------
    A. A. Syntetos, J. E. Boylan and J. D. Croston, "On the categorization of demand patterns", Journal of the
    Operational Research Society 56(5), 2005, 495-503.
    E. Paulson, "An approximate normalization of the analysis of variance distribution", Annals of Mathematical
    Statistics 13(2), 1942, 233-235.

    Examples
    --------
    >>> kinds = classify([5, 6, 5, 7, 6, 5, 0, 0, 4, 0, 0, 0, 5, 0, 3, 2], [0, 6, 14, 16])
    >>> kinds.names, kinds.interval.round(2).tolist()
    (('smooth', 'intermittent', 'new'), [1.0, 3.0, 1.0])
    """
    rows, starts, seasons = read_series(values, pointer, season)
    return _classes(rows, starts, seasons)


def read_series(values: ArrayLike, pointer: ArrayLike, season: ArrayLike = 1) -> tuple[Floats, Ints, Ints]:
    """Read flat series, their pointer and a season for each; all faults are raised together."""
    problems: list[Problem] = []
    try:
        rows = np.atleast_1d(np.array(values, dtype=np.float64)).ravel()
    except (TypeError, ValueError):
        rows = np.zeros(0)
        problems.append(fault("values", values, "numbers"))
    bad = np.flatnonzero(np.abs(rows) > HUGE)
    problems += [fault("values", float(rows[place]), "finite, or not known", int(place)) for place in bad[:20]]
    starts = whole_numbers("pointer", pointer, problems)
    if not problems and (starts.size < 1 or starts[0] != 0 or starts[-1] != rows.size or (np.diff(starts) < 0).any()):
        problems.append(fault("pointer", starts[:5].tolist(), f"rising from 0 to the number of values, {rows.size}"))
    seasons = whole_numbers("season", season, problems, least=1)
    count = max(starts.size - 1, 0)
    if seasons.size == 1:
        seasons = np.full(count, seasons[0])
    if not problems and seasons.size != count:
        problems.append(fault("season", f"{seasons.size} long", f"one number, or one a series, {count}"))
    stop(problems)
    return rows, starts, seasons


def series_numbers(pointer: Ints) -> Ints:
    """Give for each value the number of its series."""
    return np.repeat(np.arange(pointer.size - 1), np.diff(pointer))


def class_codes(values: Floats, pointer: Ints, season: Ints) -> Ints:
    """Give the place in `CLASSES` of each series, of arguments that are checked; seasons are not looked for."""
    return _look(values, pointer, season).code


class _Looked(NamedTuple):
    """What is seen of each series, and of each value: whether it counts, whose it is, where its series begins."""

    code: Ints
    interval: Floats
    variation: Floats
    known: Ints
    tail: Ints
    seen: Bools
    number: Ints
    first: Ints


def _classes(values: Floats, pointer: Ints, season: Ints) -> DemandClasses:
    found = _look(values, pointer, season)
    seasonal = _seasonal(values, found.seen, found.number, found.first, season)
    return DemandClasses(found.code, found.interval, found.variation, seasonal, found.known, found.tail)


def _look(values: Floats, pointer: Ints, season: Ints) -> _Looked:
    count = pointer.size - 1
    number = series_numbers(pointer)
    place = np.arange(values.size)
    asked = values > 0
    first = np.full(count, values.size)
    last = np.full(count, -1)
    hits, at = number[asked], place[asked]
    first[hits[::-1]] = at[::-1]  # the last writer wins: the first demand
    last[hits] = at
    none = last < 0
    first[none] = pointer[:-1][none]
    seen = ~np.isnan(values) & (place >= first[number])
    known = np.bincount(number[seen], minlength=count)
    demands = np.bincount(hits, minlength=count)
    tail = np.where(none, known, np.bincount(number[seen & (place > last[number])], minlength=count))
    interval = np.where(none, known, known / np.maximum(demands, 1)).astype(np.float64)
    variation = _variation(values[asked], hits, demands)
    code = (interval >= INTERVAL_LIMIT) * 2 + (variation >= VARIATION_LIMIT)
    half = np.clip(season // 2, 4, 13)
    code[_ending(known, demands, tail, half, _longest_gap(asked, seen, number, count))] = ENDING
    code[known < half] = NEW
    return _Looked(code, interval, variation, known, tail, seen, number, first)


def _variation(demand: Floats, number: Ints, demands: Ints) -> Floats:
    """Give the squared variation of the demands of each series, free of the scale they are in."""
    many = np.maximum(demands, 1)
    mean = np.bincount(number, demand, minlength=demands.size) / many
    off = demand / np.where(mean > 0, mean, 1.0)[number] - 1.0
    square = np.bincount(number, off * off, minlength=demands.size)
    return np.where(demands > 1, square / np.maximum(demands - 1, 1), 0.0)


def _longest_gap(asked: Bools, seen: Bools, number: Ints, count: int) -> Ints:
    """Give the most periods known without demand between two demands of each series."""
    steps: Ints = np.cumsum(seen, dtype=np.int64)
    at = np.flatnonzero(asked)
    same = number[at[1:]] == number[at[:-1]]
    gaps = (steps[at[1:]] - steps[at[:-1]] - 1)[same]
    longest = np.zeros(count, np.int64)
    np.maximum.at(longest, number[at[1:]][same], gaps)
    return longest


def _ending(known: Ints, demands: Ints, tail: Ints, half: Ints, gap: Ints) -> Bools:
    alive = np.maximum(known - tail, 1)
    idle = np.clip(1.0 - demands / alive, 0.0, 1.0)
    rare = idle**tail < ENDING_CHANCE
    return np.asarray((demands == 0) | (rare & (tail >= half) & (tail > 1.5 * gap)))


def _seasonal(values: Floats, seen: Bools, number: Ints, first: Ints, season: Ints) -> Bools:
    """Tell where the means of the phases, after a straight line is taken off, differ by more than chance."""
    count = season.size
    at = np.flatnonzero(seen)
    which = number[at]
    size = np.bincount(which, minlength=count)
    able = (season > 1) & (size >= 2 * season) & (size > season + 1)
    keep = able[which]
    at, which = at[keep], which[keep]
    rest = _off_the_line(values[at], (at - first[which]).astype(np.float64), which, np.maximum(size, 1))
    begin = np.concatenate(([0], np.cumsum(np.where(able, season, 0))))
    phase = begin[which] + (at - first[which]) % season[which]
    cells, owner = int(begin[-1]), np.repeat(np.arange(count), np.diff(begin))
    filled = np.bincount(phase, minlength=cells)
    sums = np.bincount(phase, rest, minlength=cells)
    between = np.bincount(owner, sums * sums / np.maximum(filled, 1), minlength=count)
    total = np.bincount(which, rest * rest, minlength=count)
    groups = np.bincount(owner[filled > 0], minlength=count)
    few, many = np.maximum(groups - 1, 1), np.maximum(size - groups - 1, 1)
    within = np.maximum(total - between, 1e-12 * total)
    ratio = np.divide(between * many, within * few, out=np.zeros(count), where=within > 0)
    return able & (total > 0) & (_normal_score(ratio, few, many) > SEASONAL_SCORE)


def _off_the_line(values: Floats, time: Floats, number: Ints, size: Ints) -> Floats:
    """Take the least-squares line of each series off, in units of its mean size so that squares stay small."""
    count = size.size
    scale = np.bincount(number, np.abs(values), minlength=count) / size
    level = values / np.where(scale > 0, scale, 1.0)[number]
    middle = np.bincount(number, time, minlength=count) / size
    time = time - middle[number]
    spread = np.bincount(number, time * time, minlength=count)
    slope = np.bincount(number, time * level, minlength=count) / np.where(spread > 0, spread, 1.0)
    mean = np.bincount(number, level, minlength=count) / size
    return np.asarray(level - mean[number] - slope[number] * time)


def _normal_score(ratio: Floats, few: Ints, many: Ints) -> Floats:
    """Give the normal score of a variance ratio F (Paulson 1942)."""
    root = np.cbrt(ratio)
    a, b = 2.0 / (9.0 * few), 2.0 / (9.0 * many)
    return np.asarray(((1.0 - b) * root - (1.0 - a)) / np.sqrt(a + b * root * root))
