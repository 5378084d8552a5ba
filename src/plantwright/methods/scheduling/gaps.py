"""Free time on units, counted in each unit's own working minutes, for schedules built from the end.

In working minutes a gap is just an interval, and work that may pause at closing time just needs one long enough.
Each unit has a list of gaps, the latest first, and one open gap below them all, between what stands still (`low`)
and what has been placed (`high`). Building from the end touches mostly the last gaps of the list, which is cheap.
"""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.working_time import LONG_AGO, NEVER, last_below, primitive


class Gaps(NamedTuple):
    """The gaps of all units, in working minutes of each unit's calendar."""

    pointer: Integers
    size: Integers
    first: Integers
    last: Integers
    low: Integers
    high: Integers


@primitive
def worked_until(start: Integers, end: Integers, before: Integers, pointer: Integers, c: int, t: int) -> int:
    """Count the open minutes of calendar `c` before `t`; the moment itself for a calendar that never closes."""
    if c < 0 or t >= NEVER:
        return t
    i = last_below(start, pointer[c], pointer[c + 1], t)
    if i < pointer[c]:
        return 0
    count: int = before[i] + min(t, end[i]) - start[i]
    return count


@primitive
def moment_of(pointer: Integers, start: Integers, before: Integers, c: int, worked: int) -> int:
    """Give the open minute before which `worked` minutes of calendar `c` have passed."""
    if c < 0:
        return worked
    i = last_below(before, pointer[c], pointer[c + 1], worked + 1)
    moment: int = start[i] + worked - before[i]
    return moment


@primitive
def latest_gap(
    pointer: Integers,
    size: Integers,
    first: Integers,
    last: Integers,
    low: Integers,
    high: Integers,
    unit: int,
    by: int,
    work: int,
) -> tuple[int, int]:
    """Find the latest place for `work` that ends by `by`: its end, and its gap (-1: the open one).

    The end is `LONG_AGO` where there is no place.
    """
    base = pointer[unit]
    many = size[unit]
    left, right = 0, many
    while left < right:
        middle = (left + right) >> 1
        if first[base + middle] < by:
            right = middle
        else:
            left = middle + 1
    for k in range(left, many):
        end = min(by, last[base + k])
        if end - work >= first[base + k]:
            return end, k
    end = min(by, high[unit])
    if end - work >= low[unit]:
        return end, -1
    return LONG_AGO, -1


@primitive
def fill(
    pointer: Integers,
    size: Integers,
    first: Integers,
    last: Integers,
    high: Integers,
    unit: int,
    gap: int,
    begin: int,
    end: int,
) -> None:
    """Take ``begin:end`` out of a gap; when the list is full, what is left after it is given up, which is safe."""
    base, many = pointer[unit], size[unit]
    room = many < pointer[unit + 1] - base
    if gap < 0:
        if end < high[unit] and room:
            first[base + many] = end
            last[base + many] = high[unit]
            size[unit] += 1
        high[unit] = begin
        return
    before, after = begin - first[base + gap], last[base + gap] - end
    if before > 0 and after > 0 and room:
        for k in range(base + many, base + gap + 1, -1):
            first[k] = first[k - 1]
            last[k] = last[k - 1]
        first[base + gap + 1] = first[base + gap]
        last[base + gap + 1] = begin
        first[base + gap] = end
        size[unit] += 1
    elif before >= after and before > 0:
        last[base + gap] = begin
    elif after > 0:
        first[base + gap] = end
    else:
        for k in range(base + gap, base + many - 1):
            first[k] = first[k + 1]
            last[k] = last[k + 1]
        size[unit] -= 1
