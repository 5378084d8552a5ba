"""Load and capacity in buckets of time: what work falls into each, and how much could.

Open time and work are cut at the edges of the buckets, so that the sum over buckets is exactly the whole.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import compiled, whole_row
from plantwright.methods.working_time import WorkingTime, minutes_worked

Ints = NDArray[np.int64]


def capacity_by_bucket(time: WorkingTime, calendar: ArrayLike, edges: ArrayLike) -> Ints:
    """Give the open minutes of calendars in each bucket.

    Parameters
    ----------
    time : the calendars
    calendar : int[n]; calendar of each row, -1 for always open
    edges : int[b + 1]; moments at which the buckets begin, and the end of the last, rising

    Returns
    -------
    int64[n, b]; open minutes.

    Raises
    ------
    ProblemError
        When the edges do not rise.

    Notes
    -----
    O(n b log m) for calendars of m intervals.

    Examples
    --------
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> capacity_by_bucket(time, [0], [0, 1440, 2880]).tolist()
    [[480, 480]]
    """
    cuts = _edges(edges)
    rows = np.atleast_1d(np.asarray(calendar, np.int64))
    distinct, back = np.unique(rows, return_inverse=True)
    pairs = np.repeat(distinct, len(cuts) - 1)
    first = np.tile(cuts[:-1], len(distinct))
    last = np.tile(cuts[1:], len(distinct))
    return minutes_worked(time, pairs, first, last).reshape(len(distinct), -1)[back]


def load_by_bucket(
    time: WorkingTime, calendar: ArrayLike, center: ArrayLike, start: ArrayLike, setup: ArrayLike, run: ArrayLike,
    centers: int, edges: ArrayLike,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Give the set-up and run minutes that fall on each center in each bucket.

    Work begins at its start with the set-up, goes on while its calendar is open, and is counted in the bucket in which
    it is done; what lies outside the edges is left out.

    Parameters
    ----------
    time : the calendars
    calendar, center : int[n]; calendar and center of each piece of work
    start : int[n]; moment at which it begins
    setup, run : int[n]; working minutes
    centers : how many centers there are
    edges : int[b + 1]; see `capacity_by_bucket`

    Returns
    -------
    Two arrays int64[centers, b]: set-up and run minutes.

    Raises
    ------
    ProblemError
        When the edges do not rise.

    Notes
    -----
    O(n (log m + k)) for work that touches k intervals and buckets; memory O(centers x b).

    Examples
    --------
    Ten hours of work from 08:00, of which one is set-up, in a day of eight hours:

    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> setup, run = load_by_bucket(time, [0], [0], [480], [60], [540], 1, [0, 1440, 2880])
    >>> setup.tolist(), run.tolist()
    ([[60, 0]], [[420, 120]])
    """
    cuts = _edges(edges)
    out = np.zeros((2, centers, len(cuts) - 1), np.int64)
    rows = (whole_row(values) for values in (calendar, center, start, setup, run))
    _spread_load(time.pointer, time.start, time.end, *rows, cuts, out)  # type: ignore[call-arg]
    return out[0], out[1]


def _edges(edges: ArrayLike) -> Ints:
    cuts = whole_row(edges)
    if len(cuts) < 2 or np.any(np.diff(cuts) <= 0):
        raise ProblemError(
            [BAD_ARGUMENT.at(column="edges", value=cuts[:5].tolist(), must="two or more rising moments")]
        )
    return cuts


@compiled
def _spread_load(
    pointer: Ints, begin: Ints, end: Ints, calendar: Ints, center: Ints, start: Ints, setup: Ints, run: Ints,
    edges: Ints, out: Ints,
) -> None:  # fmt: skip
    """Walk through the open intervals of each piece of work and book its minutes, set-up first."""
    for row in range(start.size):
        left_setup, left_run, now = setup[row], run[row], start[row]
        c = calendar[row]
        interval = 0 if c < 0 else pointer[c] + np.searchsorted(end[pointer[c] : pointer[c + 1]], now, side="right")
        bucket = np.searchsorted(edges, now, side="right") - 1
        while left_setup + left_run > 0 and bucket < edges.size - 1:
            if c >= 0:
                if interval >= pointer[c + 1]:
                    break
                now = max(now, begin[interval])
            while bucket < edges.size - 1 and (bucket < 0 or edges[bucket + 1] <= now):
                bucket += 1
            if bucket >= edges.size - 1 and now >= edges[-1]:
                break
            stop = edges[bucket + 1]
            if c >= 0:
                stop = min(stop, end[interval])
            piece = min(stop - now, left_setup + left_run)
            first = min(piece, left_setup)
            if now >= edges[0]:
                out[0, center[row], bucket] += first
                out[1, center[row], bucket] += piece - first
            left_setup -= first
            left_run -= piece - first
            now += piece
            if c >= 0 and now >= end[interval]:
                interval += 1


def warm_up() -> None:
    """Compile the kernel of this module."""
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    load_by_bucket(working_time([([0], [10])]), [0], [0], [0], [1], [2], 1, [0, 5, 10])
