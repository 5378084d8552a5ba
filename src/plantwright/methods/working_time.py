"""Calendar arithmetic in whole minutes: when does work end, when must it start, how much gets done between.

Many calendars lie one after the other in flat arrays (`WorkingTime`). Calendar ``c`` owns the open intervals
``pointer[c]`` to ``pointer[c + 1]``; each is half open, ``[start, end)``. Calendar ``-1`` is always open, so that
elapsed time needs no special case. Moments are minutes since any origin, durations are minutes.

Two layers: functions on arrays for analysts (`finish_times`, `latest_starts`, ...), and compiled primitives for use
inside other kernels (`finish_of`, `start_before`, ...), which take the four flat arrays and one calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.compiled import compiled, inside

Minutes = NDArray[np.int64]

NEVER = int(np.iinfo(np.int64).max // 4)
"""The moment that stands for "not while the calendar lasts"; small enough to add durations without overflow."""

LONG_AGO = -NEVER
"""The moment that stands for "before the calendar begins"."""

ALWAYS_OPEN = -1
"""The calendar without closed time."""


NEAR = 6
"""How many intervals to try one by one before searching by halves."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Open intervals of many calendars in flat arrays; make it with `working_time`.

    Parameters
    ----------
    pointer
        int64[k + 1]; calendar ``c`` owns intervals ``pointer[c]:pointer[c + 1]``.
    start, end
        int64[m]; each interval is open from ``start`` up to, and without, ``end``; sorted and apart within a calendar.
    before
        int64[m]; open minutes of the same calendar before the interval.
    """

    pointer: Minutes
    start: Minutes
    end: Minutes
    before: Minutes

    @property
    def flat(self) -> tuple[Minutes, Minutes, Minutes, Minutes]:
        """The four arrays in the order in which the compiled primitives take them."""
        return self.pointer, self.start, self.end, self.before

    def intervals(self, calendar: int) -> tuple[Minutes, Minutes]:
        """Give the starts and ends of one calendar."""
        own = slice(int(self.pointer[calendar]), int(self.pointer[calendar + 1]))
        return self.start[own], self.end[own]


def working_time(calendars: Sequence[tuple[ArrayLike, ArrayLike]]) -> WorkingTime:
    """Make a `WorkingTime` from the starts and ends of each calendar.

    Intervals that touch are joined, so that work which must not pause may run across them.

    Parameters
    ----------
    calendars
        For each calendar its starts and its ends, in minutes, in order of time. A calendar may have no interval.

    Raises
    ------
    ProblemError
        With one problem for each interval that is empty, out of order, or overlaps the one before.

    Examples
    --------
    Two days of eight hours, with a break after four hours on the first:

    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> time.before.tolist()
    [0, 240, 480]
    """
    pairs = [(_minutes(starts), _minutes(ends)) for starts, ends in calendars]
    problems = [problem for number, pair in enumerate(pairs) for problem in _faults(number, *pair)]
    if problems:
        raise ProblemError(problems)
    joined = [_joined(starts, ends) for starts, ends in pairs]
    lengths = np.array([len(starts) for starts, _ in joined], dtype=np.int64)
    return WorkingTime(
        pointer=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        start=_flat([starts for starts, _ in joined]),
        end=_flat([ends for _, ends in joined]),
        before=_flat([np.cumsum(ends - starts) - (ends - starts) for starts, ends in joined]),
    )


def _minutes(values: ArrayLike) -> Minutes:
    return np.atleast_1d(np.asarray(values, dtype=np.int64))


def _flat(parts: list[Minutes]) -> Minutes:
    return np.ascontiguousarray(np.concatenate([np.zeros(0, np.int64), *parts]), dtype=np.int64)


def _faults(number: int, starts: Minutes, ends: Minutes) -> list[Problem]:
    if starts.shape != ends.shape or starts.ndim != 1:
        must = "two flat lists of one length"
        return [BAD_ARGUMENT.at("calendars", number, "starts and ends", (starts.shape, ends.shape), must=must)]
    empty = np.flatnonzero(ends <= starts)
    early = np.flatnonzero(starts[1:] < ends[:-1]) + 1
    return [
        BAD_ARGUMENT.at("calendars", (number, int(i)), "end", int(ends[i]), must=f"after its start {starts[i]}")
        for i in empty
    ] + [
        BAD_ARGUMENT.at(
            "calendars", (number, int(i)), "start", int(starts[i]), must=f"at or after the end before it, {ends[i - 1]}"
        )
        for i in early
    ]


def _joined(starts: Minutes, ends: Minutes) -> tuple[Minutes, Minutes]:
    if len(starts) == 0:
        return starts, ends
    apart = starts[1:] > ends[:-1]
    return starts[np.concatenate(([True], apart))], ends[np.concatenate((apart, [True]))]


Function = TypeVar("Function", bound=Callable[..., Any])


def primitive(function: Function) -> Function:
    """Compile a function that allocates nothing, for use inside kernels; it need not count references to arrays.

    Counting is most of the work where a function takes many arrays and does little with each.
    """
    return inside(function, _nrt=False)


# --- compiled primitives -------------------------------------------------------------------------------------------


@primitive
def ending_after(end: Minutes, low: int, high: int, t: int) -> int:
    """Find the first interval in ``low:high`` that ends after `t`; `high` if there is none."""
    size = high - low
    while size > 0:  # halves by arithmetic instead of a branch, which a processor cannot foresee
        half = (size + 1) >> 1
        low += half if end[low + half - 1] <= t else 0
        size -= half
    return low


@primitive
def last_below(values: Minutes, low: int, high: int, t: int) -> int:
    """Find the last place in ``low:high`` whose value is below `t`; ``low - 1`` if there is none."""
    size = high - low
    while size > 0:
        half = (size + 1) >> 1
        low += half if values[low + half - 1] < t else 0
        size -= half
    return low - 1


@primitive
def open_from(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, t: int) -> int:  # noqa: ARG001
    """Give the first open minute of calendar `c` at or after `t`, or `NEVER`."""
    if c < 0:
        return t
    i = ending_after(end, pointer[c], pointer[c + 1], t)
    if i == pointer[c + 1]:
        return NEVER
    first: int = max(t, start[i])
    return first


@primitive
def finish_of(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, t: int, minutes: int) -> int:
    """Give the earliest moment by which `minutes` of work begun at or after `t` are done, or `NEVER`; no work: `t`."""
    if minutes <= 0 or t >= NEVER:
        return t
    if c < 0:
        return t + minutes
    high = pointer[c + 1]
    i = ending_after(end, pointer[c], high, t)
    if i == high:
        return NEVER
    first: int = max(t, start[i])
    if first + minutes <= end[i]:
        return first + minutes
    target = before[i] + first - start[i] + minutes
    j = i + 1
    while j < high and j < i + NEAR and before[j] < target:  # most work ends within a few intervals
        j += 1
    j = last_below(before, j - 1, high, target) if j == i + NEAR else j - 1
    done: int = start[j] + target - before[j]
    return done if done <= end[j] else NEVER


@primitive
def start_before(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, t: int, minutes: int) -> int:
    """Give the latest open minute at which `minutes` of work can begin and be done by `t`, or `LONG_AGO`.

    No work: `t` itself.
    """
    if minutes <= 0 or t <= LONG_AGO:
        return t
    if c < 0:
        return t - minutes
    low = pointer[c]
    i = last_below(start, low, pointer[c + 1], t)
    if i < low:
        return LONG_AGO
    last: int = min(t, end[i])
    if last - minutes >= start[i]:
        return last - minutes
    target: int = before[i] + last - start[i] - minutes
    if target < 0:
        return LONG_AGO
    j = i
    while j > low and j > i - NEAR and before[j] > target:
        j -= 1
    if before[j] > target:
        j = last_below(before, low, j, target + 1)
    latest: int = start[j] + target - before[j]
    return latest


@primitive
def worked_between(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, a: int, b: int) -> int:
    """Count the open minutes of calendar `c` from `a` up to `b`; none if `b` is not after `a`."""
    if b <= a:
        return 0
    if c < 0:
        return b - a
    low, high = pointer[c], pointer[c + 1]
    total: int = 0
    i = last_below(start, low, high, b)
    if i >= low:
        total += before[i] + min(b, end[i]) - start[i]
    i = last_below(start, low, high, a)
    if i >= low:
        total -= before[i] + min(a, end[i]) - start[i]
    return total


@primitive
def fits_from(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, t: int, minutes: int) -> int:  # noqa: ARG001
    """Give the earliest start at or after `t` with all `minutes` in one open interval, or `NEVER`; no work: `t`."""
    if c < 0 or minutes <= 0 or t >= NEVER:
        return t
    high = pointer[c + 1]
    i = ending_after(end, pointer[c], high, t)
    while i < high:
        first: int = max(t, start[i])
        if first + minutes <= end[i]:
            return first
        i += 1
    return NEVER


@primitive
def fits_before(pointer: Minutes, start: Minutes, end: Minutes, before: Minutes, c: int, t: int, minutes: int) -> int:  # noqa: ARG001
    """Give the latest start with all `minutes` in one open interval that ends by `t`, or `LONG_AGO`; no work: `t`."""
    if minutes <= 0 or t <= LONG_AGO:
        return t
    if c < 0:
        return t - minutes
    low = pointer[c]
    i = last_below(start, low, pointer[c + 1], t)
    while i >= low:
        last: int = min(t, end[i])
        if last - minutes >= start[i]:
            return last - minutes
        i -= 1
    return LONG_AGO


@compiled
def _each(kind: int, flat: tuple[Minutes, Minutes, Minutes, Minutes], c: Minutes, t: Minutes, x: Minutes) -> Minutes:
    """Run one primitive for each row; one kernel for all six keeps compile time down."""
    pointer, start, end, before = flat
    out = np.empty(len(t), np.int64)
    for i in range(len(t)):
        if kind == 0:
            out[i] = finish_of(pointer, start, end, before, c[i], t[i], x[i])
        elif kind == 1:
            out[i] = start_before(pointer, start, end, before, c[i], t[i], x[i])
        elif kind == 2:
            out[i] = worked_between(pointer, start, end, before, c[i], t[i], x[i])
        elif kind == 3:
            out[i] = fits_from(pointer, start, end, before, c[i], t[i], x[i])
        elif kind == 4:
            out[i] = fits_before(pointer, start, end, before, c[i], t[i], x[i])
        else:
            out[i] = open_from(pointer, start, end, before, c[i], t[i])
    return out


def _rows(kind: int, time: WorkingTime, calendar: ArrayLike, t: ArrayLike, x: ArrayLike) -> Minutes:
    shaped = np.broadcast_arrays(*(np.asarray(values, dtype=np.int64) for values in (calendar, t, x)))
    rows = [np.array(values).ravel() for values in shaped]  # copies: what is broadcast may not be handed on
    known = len(time.pointer) - 1
    wrong = np.flatnonzero((rows[0] < ALWAYS_OPEN) | (rows[0] >= known))
    if len(wrong):
        must = f"-1 or a calendar from 0 to {known - 1}"
        raise ProblemError([BAD_ARGUMENT.at("", int(i), "calendar", int(rows[0][i]), must=must) for i in wrong])
    return _each(kind, time.flat, *rows).reshape(shaped[0].shape)


# --- the same, for arrays ------------------------------------------------------------------------------------------


def finish_times(time: WorkingTime, calendar: ArrayLike, moment: ArrayLike, minutes: ArrayLike) -> Minutes:
    """Give the earliest moments by which `minutes` of work, begun at or after `moment`, are done.

    Parameters
    ----------
    time
        The calendars.
    calendar, moment, minutes
        int64 arrays, or single values, that broadcast together. Calendar -1 is always open.

    Returns
    -------
    int64 array of moments; `NEVER` where the calendar ends first; the moment itself where there is no work.

    Notes
    -----
    O(log m) a row, by two binary searches over the cumulated open minutes.

    Examples
    --------
    The first day is open from 8:00 to 12:00 and 13:00 to 17:00, the next from 8:00; work begins at 11:00:

    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> finish_times(time, 0, 660, [60, 300, 360]).tolist()
    [720, 1020, 1980]
    """
    return _rows(0, time, calendar, moment, minutes)


def latest_starts(time: WorkingTime, calendar: ArrayLike, moment: ArrayLike, minutes: ArrayLike) -> Minutes:
    """Give the latest open minutes at which `minutes` of work can begin and be done by `moment`.

    The mirror of `finish_times`; `LONG_AGO` where the calendar begins too late.

    Examples
    --------
    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> latest_starts(time, 0, 1980, [60, 300, 360]).tolist()
    [1920, 780, 660]
    """
    return _rows(1, time, calendar, moment, minutes)


def minutes_worked(time: WorkingTime, calendar: ArrayLike, first: ArrayLike, last: ArrayLike) -> Minutes:
    """Count the open minutes from `first` up to `last`; none where `last` is not after `first`.

    Examples
    --------
    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> minutes_worked(time, [0, -1], 660, 840).tolist()
    [120, 180]
    """
    return _rows(2, time, calendar, first, last)


def earliest_fits(time: WorkingTime, calendar: ArrayLike, moment: ArrayLike, minutes: ArrayLike) -> Minutes:
    """Give the earliest starts at or after `moment` with the whole work in one open interval, or `NEVER`.

    For work that must not pause. The cost is O(log m) and one step for each interval that is too short.

    Examples
    --------
    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> earliest_fits(time, 0, 660, [60, 120, 300]).tolist()
    [660, 780, 1920]
    """
    return _rows(3, time, calendar, moment, minutes)


def latest_fits(time: WorkingTime, calendar: ArrayLike, moment: ArrayLike, minutes: ArrayLike) -> Minutes:
    """Give the latest starts with the whole work in one open interval that ends by `moment`, or `LONG_AGO`.

    Examples
    --------
    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> latest_fits(time, 0, 800, [10, 60]).tolist()
    [790, 660]
    """
    return _rows(4, time, calendar, moment, minutes)


def open_times(time: WorkingTime, calendar: ArrayLike, moment: ArrayLike) -> Minutes:
    """Give the first open minutes at or after `moment`, or `NEVER`.

    Examples
    --------
    >>> time = working_time([([480, 780, 1920], [720, 1020, 2400])])
    >>> open_times(time, 0, [0, 500, 750, 2400]).tolist() == [480, 500, 780, NEVER]
    True
    """
    return _rows(5, time, calendar, moment, 0)


# --- one calendar with another -------------------------------------------------------------------------------------


def intersect(
    starts: ArrayLike, ends: ArrayLike, other_starts: ArrayLike, other_ends: ArrayLike
) -> tuple[Minutes, Minutes]:
    """Give the intervals that are open in both of two sorted lists of intervals.

    Cost O((m + m') log m').

    Examples
    --------
    >>> [part.tolist() for part in intersect([0, 100], [60, 200], [50], [150])]
    [[50, 100], [60, 150]]
    """
    a, b, x, y = (_minutes(values) for values in (starts, ends, other_starts, other_ends))
    first = np.searchsorted(y, a, side="right")
    count = np.maximum(np.searchsorted(x, b, side="left") - first, 0)
    left = np.repeat(np.arange(len(a)), count)
    right = np.arange(len(left)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    return np.maximum(a[left], x[right]), np.minimum(b[left], y[right])


def subtract(
    starts: ArrayLike, ends: ArrayLike, lost_starts: ArrayLike, lost_ends: ArrayLike
) -> tuple[Minutes, Minutes]:
    """Give what is left of sorted intervals when others, such as downtime, are taken out.

    What is lost may come in any order and overlap. Cost O((m + d) log d).

    Examples
    --------
    >>> [part.tolist() for part in subtract([0, 100], [60, 200], [150, 50], [160, 120])]
    [[0, 120, 160], [50, 150, 200]]
    """
    down, up = _minutes(lost_starts), _minutes(lost_ends)
    order = np.argsort(down, kind="stable")
    down, up = down[order], np.maximum.accumulate(up[order]) if len(order) else up
    kept_starts = np.concatenate(([LONG_AGO], up)).astype(np.int64)
    kept_ends = np.concatenate((down, [NEVER])).astype(np.int64)
    kept = kept_ends > kept_starts
    return intersect(starts, ends, kept_starts[kept], kept_ends[kept])
