"""The earliest place for one more operation beside a schedule that stays as it is.

The free time of a unit is what its calendar has open and the schedule does not hold. It falls into gaps: what lies
between two operations is one gap, however often the unit closes meanwhile. Work that may pause at closing time needs a
gap with enough open minutes; work that must not pause needs them in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.working_time import NEVER, intersect, subtract


@dataclass(frozen=True, slots=True)
class FreeTime:
    """The free time of one unit; make it with `free_time`.

    Parameters
    ----------
    start, end
        int64[k]; pieces of free open time, sorted and apart, each ``[start, end)``.
    gap
        int64[k]; number of the gap that a piece belongs to, rising; a gap ends where an operation of the schedule runs.
    before
        int64[k + 1]; free minutes before each piece, and in all of them.
    """

    start: Integers
    end: Integers
    gap: Integers
    before: Integers


def free_time(
    open_start: ArrayLike, open_end: ArrayLike, busy_start: ArrayLike = (), busy_end: ArrayLike = ()
) -> FreeTime:
    """Give what a unit has open and a schedule does not hold.

    Parameters
    ----------
    open_start, open_end
        Open intervals of the unit, in minutes, sorted and apart.
    busy_start, busy_end
        When the operations of the schedule run on it, closed time between their start and finish included; any order.

    Returns
    -------
    Its free time. Cost O((m + d) log d).

    Raises
    ------
    ProblemError
        Where starts and ends are not as many, or an interval ends before it starts.

    Examples
    --------
    >>> free = free_time([480, 1920], [960, 2400], [540, 900], [600, 1980])
    >>> list(zip(free.start.tolist(), free.end.tolist(), free.gap.tolist()))
    [(480, 540, 0), (600, 900, 1), (1980, 2400, 2)]
    """
    opens, closes = (np.atleast_1d(np.asarray(one, np.int64)) for one in (open_start, open_end))
    begins, ends = (np.atleast_1d(np.asarray(one, np.int64)) for one in (busy_start, busy_end))
    must = "as many starts as ends, none after its end"
    problems = [
        BAD_ARGUMENT.at("", "", name, f"{len(a)} starts, {len(b)} ends", must=must)
        for name, a, b in (("open", opens, closes), ("busy", begins, ends))
        if len(a) != len(b) or np.any(b < a)
    ]  # fmt: skip
    if problems:
        raise ProblemError(problems)
    lasting = ends > begins
    begins, ends = np.sort(begins[lasting]), ends[lasting][np.argsort(begins[lasting], kind="stable")]
    start, end = subtract(opens, closes, begins, ends) if len(begins) else (opens, closes)
    return _pieces(start, end, np.searchsorted(begins, start, side="right").astype(np.int64))


def _pieces(start: Integers, end: Integers, gap: Integers) -> FreeTime:
    return FreeTime(start, end, gap, np.concatenate(([0], np.cumsum(end - start))).astype(np.int64))


def taken(free: FreeTime, start: int, finish: int) -> FreeTime:
    """Give the free time that is left once an operation runs from `start` to `finish`; cost O(k).

    Examples
    --------
    >>> left = taken(free_time([480], [960]), 540, 600)
    >>> list(zip(left.start.tolist(), left.end.tolist(), left.gap.tolist()))
    [(480, 540, 0), (600, 960, 1)]
    """
    if finish <= start:
        return free
    begin, end = subtract(free.start, free.end, [start], [finish])
    piece = np.searchsorted(free.start, begin, side="right") - 1
    return _pieces(begin, end, free.gap[piece] + (begin >= finish))


def free_together(free: FreeTime, other: FreeTime) -> FreeTime:
    """Give when two are free at once, such as a unit and a person; a gap ends where one of them is held.

    Cost O((k + k') log k').

    Examples
    --------
    >>> both = free_together(free_time([0], [60], [20], [30]), free_time([10], [50]))
    >>> list(zip(both.start.tolist(), both.end.tolist(), both.gap.tolist()))
    [(10, 20, 0), (30, 50, 1)]
    """
    start, end = intersect(free.start, free.end, other.start, other.end)
    own, others = (np.searchsorted(one.start, start, side="right") - 1 for one in (free, other))
    return _pieces(start, end, free.gap[own] + other.gap[others])


def earliest_place(
    free: FreeTime, ready: int, minutes: int, *, after: int = 0, pausable: bool = True
) -> tuple[int, int]:
    """Find the earliest place for one more operation on a unit.

    Parameters
    ----------
    free
        Free time of the unit.
    ready
        Moment from which the operation can run.
    minutes
        Its work, set-up included.
    after
        Free minutes that must follow it in the same gap: the longest change to what runs next on the unit.
    pausable
        Whether it may pause at closing time; if not, it and what follows need one piece of free time.

    Returns
    -------
    Its start and finish; both `NEVER` where it has no place. Without work both are `ready`.

    Notes
    -----
    With free pieces ``[s_i, e_i)`` of gap ``g``, work ``p``, ready at ``r``, and ``a`` minutes after it, the place is
    in the first gap with ``sum over i in g of max(0, e_i - max(s_i, r)) >= p + a``, and starts at its first free
    minute from ``r`` on. Cost O(k) at most, by array operations, where k is the number
    of pieces from `ready` on.

    Examples
    --------
    A day of eight hours, of which an operation holds the second hour; two hours fit only behind it:

    >>> free = free_time([480, 1920], [960, 2400], [540], [600])
    >>> earliest_place(free, 480, 60), earliest_place(free, 480, 120)
    ((480, 540), (600, 720))

    Seven hours pause at closing time, or wait for the next day where they must not pause:

    >>> earliest_place(free, 480, 420), earliest_place(free, 480, 420, pausable=False)
    ((600, 1980), (1920, 2340))
    """
    if minutes <= 0:
        return ready, ready
    first = int(np.searchsorted(free.end, ready, side="right"))
    if first >= len(free.start):
        return NEVER, NEVER
    return (_within_gap if pausable else _in_piece)(free, first, ready, minutes, minutes + after)


def _in_piece(free: FreeTime, first: int, ready: int, minutes: int, needed: int) -> tuple[int, int]:
    begin = np.maximum(free.start[first:], ready)
    fits = np.flatnonzero(free.end[first:] - begin >= needed)
    if not len(fits):
        return NEVER, NEVER
    start = int(begin[fits[0]])
    return start, start + minutes


def _within_gap(free: FreeTime, first: int, ready: int, minutes: int, needed: int) -> tuple[int, int]:
    own = free.gap[first:]
    heads = np.concatenate(([0], np.flatnonzero(own[1:] != own[:-1]) + 1)) + first
    tails = np.append(heads[1:], len(free.start))
    gone = np.zeros(len(heads), np.int64)
    gone[0] = max(ready - int(free.start[first]), 0)
    fits = np.flatnonzero(free.before[tails] - free.before[heads] - gone >= needed)
    if not len(fits):
        return NEVER, NEVER
    head, lost = int(heads[fits[0]]), int(gone[fits[0]])
    done = int(free.before[head]) + lost + minutes
    last = int(np.searchsorted(free.before, done, side="left")) - 1
    return int(free.start[head]) + lost, int(free.start[last]) + done - int(free.before[last])
