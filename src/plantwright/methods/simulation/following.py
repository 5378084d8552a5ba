"""The kernel that follows a plan: node by node, all replications of a block at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.timing import Flat, begin, done, open_together
from plantwright.methods.simulation.draws import Chance, draw
from plantwright.methods.simulation.network import Arcs, Ends, Nodes
from plantwright.methods.working_time import LONG_AGO, NEAR, NEVER, WorkingTime, last_below, primitive

Integers = NDArray[np.int64]
STRETCHES = 2
"""Steps of the table of a calendar for each of its open intervals."""


class Steps(NamedTuple):
    """A table for each calendar that tells near which interval a moment lies, so that nobody has to search.

    Step ``(t - origin) >> shift`` of calendar ``c`` has, in ``first[pointer[c]:pointer[c + 1]]``, the first interval
    that ends after the step begins.
    """

    pointer: Integers
    origin: Integers
    shift: Integers
    first: Integers


def steps_of(time: WorkingTime) -> Steps:
    """Make the tables; cost O(number of intervals).

    Examples
    --------
    >>> from plantwright.methods.working_time import working_time
    >>> made = steps_of(working_time([([0, 1440], [480, 1920])]))
    >>> made.shift.tolist(), made.first.tolist()
    ([9], [0, 1, 1, 1])
    """
    origin, shift, first = [], [], []
    for one in range(len(time.pointer) - 1):
        starts, ends = time.intervals(one)
        begins, span = (int(starts[0]), int(ends[-1] - starts[0])) if len(starts) else (0, 0)
        origin.append(begins)
        shift.append(max((span // (STRETCHES * len(starts) + 1)).bit_length(), 0))
        moments = begins + (np.arange((span >> shift[-1]) + 1, dtype=np.int64) << shift[-1])
        first.append(time.pointer[one] + np.searchsorted(ends, moments, side="right"))
    pointer = np.cumsum([0, *(len(one) for one in first)]).astype(np.int64)
    table = np.concatenate([np.zeros(0, np.int64), *first]).astype(np.int64)
    return Steps(pointer, np.array(origin, np.int64), np.array(shift, np.int64), table)


@compiled
def follow(
    flat: Flat, steps: Steps, nodes: Nodes, arcs: Arcs, ends: Ends, kept: Integers, chance: Chance, block: int,
    size: int,
) -> Integers:  # fmt: skip
    """Give when each delivery is complete in each replication of a block; `kept` numbers what others overlap with."""
    count, some = len(nodes.start), np.max(kept) + 1 if len(kept) else 0
    finished = np.empty((count, size), np.int64)
    started, runs = np.empty((some, size), np.int64), np.empty((some, size), np.int64)
    random, order = np.zeros(1, np.uint64), np.empty(chance.values.shape[1], np.float64)
    begun, least, work = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    for o in range(count):
        draw(chance, o, block, random, order, work)
        begun[:], least[:] = nodes.earliest[o], 0
        for arc in range(arcs.pointer[o], arcs.pointer[o + 1]):
            p, k = arcs.before[arc], kept[arcs.before[arc]]
            if arcs.overlap[arc] < 0:
                _after(finished[p], arcs.lag[arc], begun)
            else:
                _overlap(flat, nodes, arcs, arc, o, started[k], finished[p], runs[k], begun, least)
        _do(flat, steps, nodes, o, work, begun, finished[o])
        for r in range(size):
            finished[o, r] = min(max(finished[o, r], least[r]), NEVER)
        if kept[o] >= 0:
            started[kept[o]], runs[kept[o]] = begun, work
    return _complete(ends, finished)


@primitive
def _after(finished: Integers, lag: int, begun: Integers) -> None:
    """Let a node begin no sooner than something before it is done, in each replication."""
    for r in range(len(begun)):
        begun[r] = max(begun[r], finished[r] + lag)


@compiled
def _complete(ends: Ends, finished: Integers) -> Integers:
    """Give when each delivery is complete: with the last of what serves it, and not before the plan has it."""
    complete = np.empty((len(ends.planned), finished.shape[1]), np.int64)
    for d in range(len(ends.planned)):
        complete[d] = ends.planned[d]
        for k in range(ends.pointer[d], ends.pointer[d + 1]):
            _after(finished[ends.node[k]], 0, complete[d])
    return complete


@primitive
def _overlap(
    flat: Flat, nodes: Nodes, arcs: Arcs, arc: int, o: int, started: Integers, finished: Integers, runs: Integers,
    begun: Integers, least: Integers,
) -> None:  # fmt: skip
    """Let a node begin no sooner than the first batch of what comes before, and end no sooner than its last allows."""
    for r in range(len(begun)):
        if finished[r] >= NEVER:
            begun[r] = NEVER
            continue
        out, last = _batches(flat, nodes, arcs, arc, o, started[r], finished[r], runs[r])
        begun[r], least[r] = max(begun[r], out), max(least[r], last)


@primitive
def _batches(
    flat: Flat, nodes: Nodes, arcs: Arcs, arc: int, o: int, started: int, finished: int, run: int
) -> tuple[int, int]:
    """Give when the first batch of what comes before is there, and the soonest end of work on its last one."""
    p = arcs.before[arc]
    first, last = nodes.calendar_pointer[p], nodes.calendar_pointer[p + 1]
    share = arcs.overlap[arc] * run // max(nodes.run[p], 1) + nodes.setup[p]
    out = started + share
    if last > first:
        out = done(flat, nodes.calendar[first:last], last - first, started, share)
    first, last = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1]
    come = finished + arcs.lag[arc]
    end = come + arcs.tail[arc]
    if last > first:
        end = done(flat, nodes.calendar[first:last], last - first, come, arcs.tail[arc])
    return out + arcs.lag[arc], end


@primitive
def _do(
    flat: Flat, steps: Steps, nodes: Nodes, o: int, work: Integers, begun: Integers, finished: Integers
) -> None:  # fmt: skip
    """Give when a node that may begin at `begun` does begin and end; what happens as planned ends as planned."""
    own, many = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1] - nodes.calendar_pointer[o]
    setup, run, planned, size = nodes.setup[o], nodes.run[o], nodes.start[o], len(begun)
    for r in range(size):
        finished[r] = nodes.finish[o] if begun[r] == planned and work[r] == run else LONG_AGO
    if nodes.receipt[o]:
        for r in range(size):
            begun[r] = finished[r] = _received(flat, nodes, o, begun[r], work[r])
    elif not many:
        for r in range(size):
            finished[r] = begun[r] + setup + work[r] if finished[r] == LONG_AGO else finished[r]
    elif many == 1 and nodes.pausable[o] and setup + run > 0:
        _pause(flat, steps, nodes.calendar[own], setup, work, begun, finished)
    else:
        for r in range(size):
            if finished[r] == LONG_AGO:
                begun[r], finished[r] = _worked(flat, nodes, o, begun[r], setup + work[r])


@primitive
def _received(flat: Flat, nodes: Nodes, o: int, t: int, delay: int) -> int:
    """Give when something comes from outside: so much after the plan has it, when its supplier delivers."""
    first, last = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1]
    t = max(t, nodes.start[o] + delay)
    if last > first and delay != 0:
        t = open_together(flat, nodes.calendar[first:last], last - first, t)
    return min(t, NEVER)


@primitive
def _worked(flat: Flat, nodes: Nodes, o: int, t: int, minutes: int) -> tuple[int, int]:
    """Give when work begins and ends that several calendars hold, or that must not pause.

    Nobody knows beforehand how long it will take: what must not pause begins where its standard fits, and goes on.
    """
    if t >= NEVER:
        return NEVER, NEVER
    first, last = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1]
    own, many, pausable = nodes.calendar[first:last], last - first, nodes.pausable[o]
    t = begin(flat, own, many, pausable, t, nodes.setup[o] + nodes.run[o])
    if t >= NEVER:
        return NEVER, NEVER
    end: int = min(done(flat, own, many, t, minutes), NEVER) if pausable else t + minutes
    return t, end


@primitive
def _pause(
    flat: Flat, steps: Steps, c: int, setup: int, work: Integers, begun: Integers, finished: Integers
) -> None:  # fmt: skip
    """Give when work begins and ends that pauses when its one calendar closes: `open_from` and `finish_of`, quicker.

    An end that is known already stays.
    """
    pointer, start, end, before = flat
    high, origin, shift = pointer[c + 1], steps.origin[c], steps.shift[c]
    low, last = steps.pointer[c], steps.pointer[c + 1] - 1
    for r in range(len(begun)):
        if finished[r] > LONG_AGO:
            continue
        t, minutes = begun[r], setup + work[r]
        i = steps.first[min(low + max((t - origin) >> shift, 0), last)]
        while i < high and end[i] <= t:
            i += 1
        if i == high:
            begun[r], finished[r] = NEVER, NEVER
            continue
        first = max(t, start[i])
        begun[r], finished[r] = first, first + minutes
        if first + minutes > end[i]:
            target = before[i] + first - start[i] + minutes
            j = i + 1
            while j < high and j < i + NEAR and before[j] < target:  # most work ends within a few intervals
                j += 1
            j = last_below(before, j - 1, high, target) if j == i + NEAR else j - 1
            finish = start[j] + target - before[j]
            finished[r] = finish if finish <= end[j] else NEVER
