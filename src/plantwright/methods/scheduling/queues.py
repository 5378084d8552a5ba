"""Which waiting operation next on this unit: the one place where a dispatch chooses.

A rule with fixed keys keeps each queue as a heap of packed numbers, ``key << 32 | mode``. Apparent tardiness cost
changes with time, but in only one way: operations whose latest start is ahead keep their order among themselves, and
so do those whose latest start is past; two heaps, and a third to move operations from the first to the second when
their moment comes, give the exact choice in O(log n). The other rules look through a plain list.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.problem import Integers, Numbers, Units
from plantwright.methods.scheduling.timing import changeover
from plantwright.methods.working_time import primitive

BY_KEY, FIRST_COME, ATC, ATCS, CRITICAL_RATIO, SLACK_PER_OPERATION = range(6)
UNSEEN = -(2**31)
"""The key of an operation that has not arrived yet, under first come first served."""

MASK = 0xFFFFFFFF
AHEAD, PAST, TAKEN = range(3)


class Choice(NamedTuple):
    """A rule, and what it needs to know of each operation.

    `key` orders by a fixed key, and operations with slack under ATC; `past_key` orders those without slack. `speed`
    is what the passing of a minute adds to the index in units of the keys. `worth` is the logarithm of weight over
    minutes; `scale` holds the look-ahead and the set-up scale of ATCS in minutes. All times count from the beginning.
    """

    rule: int
    key: Integers
    past_key: Integers
    speed: float
    worth: Numbers
    due: Integers
    last_start: Integers
    work: Integers
    left: Integers
    scale: Numbers


class Line(NamedTuple):
    """The waiting operations of all work centers: entries are modes, center ``c`` owns ``pointer[c]:pointer[c+1]``."""

    pointer: Integers
    waiting: Integers
    first: Integers
    first_size: Integers
    second: Integers
    second_size: Integers
    coming: Integers
    coming_size: Integers
    state: Integers
    owner: Integers


def empty_line(center: Integers, owner: Integers, centers: int, rule: int) -> Line:
    """Give empty queues; work without a center waits in a queue of its own, the last one."""
    counts = np.bincount(np.where(center >= 0, center, centers), minlength=centers + 1)
    pointer = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    m, more = len(center), len(center) if rule == ATC else 0
    sizes = [np.zeros(centers + 1, np.int64) for _ in range(4)]
    rooms = [np.empty(size, np.int64) for size in (m, more, more)]
    state = np.full(more, PAST, np.int64)
    return Line(pointer, sizes[0], rooms[0], sizes[1], rooms[1], sizes[2], rooms[2], sizes[3], state, owner)


@primitive
def put_by_time(line: Line, c: int, mode: int, key: int, past_key: int, last_start: int, t: int) -> None:
    """Let a mode wait under apparent tardiness cost: with those that have slack at `t`, or with those without."""
    base = line.pointer[c]
    line.waiting[c] += 1
    if last_start <= t:
        line.state[mode] = PAST
        push(line.second, base, line.second_size[c], past_key << 32 | mode)
        line.second_size[c] += 1
        return
    if line.state[mode] != TAKEN:  # one that was taken and set aside still has its entry there
        push(line.coming, base, line.coming_size[c], last_start << 32 | mode)
        line.coming_size[c] += 1
    line.state[mode] = AHEAD
    push(line.first, base, line.first_size[c], key << 32 | mode)
    line.first_size[c] += 1


@primitive
def put(choice: Choice, line: Line, c: int, mode: int, t: int) -> None:
    """Let an operation wait at work center `c` to be done in `mode`."""
    o = line.owner[mode]
    if choice.rule == ATC:
        put_by_time(line, c, mode, choice.key[o], choice.past_key[o], choice.last_start[o], t)
        return
    base = line.pointer[c]
    line.waiting[c] += 1
    line.first_size[c] += 1
    if choice.rule > ATC:
        line.first[base + line.first_size[c] - 1] = mode
        return
    if choice.rule == FIRST_COME and choice.key[o] == UNSEEN:
        choice.key[o] = t
    push(line.first, base, line.first_size[c] - 1, choice.key[o] << 32 | mode)


@primitive
def take_first(line: Line, c: int) -> int:
    """Take the mode with the smallest key."""
    line.waiting[c] -= 1
    line.first_size[c] -= 1
    return pop(line.first, line.pointer[c], line.first_size[c] + 1) & MASK


@primitive
def take_by_time(line: Line, past_key: Integers, speed: float, c: int, t: int) -> int:
    """Take the mode with the largest apparent tardiness cost, out of the heap with slack or the one without."""
    base = line.pointer[c]
    line.waiting[c] -= 1
    while line.coming_size[c] and line.coming[base] >> 32 <= t:
        mode = pop(line.coming, base, line.coming_size[c]) & MASK
        line.coming_size[c] -= 1
        if line.state[mode] == AHEAD:
            line.state[mode] = PAST
            push(line.second, base, line.second_size[c], past_key[line.owner[mode]] << 32 | mode)
            line.second_size[c] += 1
    while line.first_size[c] and line.state[line.first[base] & MASK] != AHEAD:
        pop(line.first, base, line.first_size[c])
        line.first_size[c] -= 1
    ahead = line.first_size[c] > 0
    if ahead and line.second_size[c]:
        ahead = (line.first[base] >> 32) - speed * t < line.second[base] >> 32
    if ahead:
        mode = pop(line.first, base, line.first_size[c]) & MASK
        line.first_size[c] -= 1
        line.state[mode] = TAKEN
        return mode
    mode = pop(line.second, base, line.second_size[c]) & MASK
    line.second_size[c] -= 1
    return mode


@primitive
def take_by_index(
    choice: Choice, line: Line, units: Units, unit_family: Integers, family: Integers, c: int, unit: int, t: int
) -> int:
    """Take the mode with the largest index at `t` on `unit`, by looking through the queue."""
    base = line.pointer[c]
    line.waiting[c] -= 1
    line.first_size[c] -= 1
    best, place = -np.inf, 0
    for k in range(line.first_size[c] + 1):
        o = line.owner[line.first[base + k]]
        setup = changeover(units, c, unit_family[unit], family[o]) if unit >= 0 else 0
        index = urgency(choice, o, t, setup)
        if index > best or (index == best and line.first[base + k] < line.first[base + place]):
            best, place = index, k
    chosen: int = line.first[base + place]
    line.first[base + place] = line.first[base + line.first_size[c]]
    return chosen


@primitive
def urgency(choice: Choice, o: int, t: int, setup: int) -> float:
    """Give the index of an operation at `t`, the largest first, for rules that look through their queue.

    Critical ratio and slack per remaining operation: Pinedo, Scheduling (5th ed.), section 14.1, with the sign turned.
    Apparent tardiness cost with set-ups: Lee, Bhaskaran and Pinedo (1997), IIE Transactions 29, 45-52; the logarithm
    of the index is used, which keeps the order and cannot underflow.
    """
    index: float = 0.0
    if choice.rule == CRITICAL_RATIO:
        index = -(choice.due[o] - t) / max(choice.work[o], 1)
    elif choice.rule == SLACK_PER_OPERATION:
        index = -(choice.due[o] - t - choice.work[o]) / max(choice.left[o], 1)
    else:
        slack = max(choice.last_start[o] - t, 0)
        index = choice.worth[o] - slack / choice.scale[0] - setup / choice.scale[1]
    return index
