"""The order of the disjunctive graph, and what is known of its operations, while single ones move.

The head of an operation is the longest way to its finish, its tail the longest way from its finish to the end. All
sequences of the units are linked lists; the order is topological for arcs and sequences together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.working_time import primitive


class State(NamedTuple):
    """A plan with all that is known of it; arrays by operation, with nobody at the end, or by unit.

    `minutes` is the work itself, `length` with the set-up after the operation before it; `ready` is when arcs and
    release let it begin, `finish` its completion; `rest` is the longest way from its finish to the end through arcs,
    `tail` through arcs or its unit; `slot` is the opening of the calendar in which it was timed.
    """

    order: Integers
    place: Integers
    option: Integers
    unit: Integers
    minutes: Integers
    length: Integers
    before: Integers
    after: Integers
    ready: Integers
    finish: Integers
    rest: Integers
    tail: Integers
    first: Integers
    last: Integers
    mark: Integers
    spare: Integers
    slot: Integers


SIDE_BY_SIDE = (
    "mark", "finish", "ready", "length", "minutes", "before", "after", "unit",
    "option", "slot", "place", "rest", "tail",
)  # fmt: skip
"""What is looked at together for one operation lies together in memory where `empty_state` is asked to."""


def empty_state(n: int, units: int, *, side_by_side: bool = False) -> State:
    """Give room for a plan of `n` operations; side by side pays where they are many and few are looked at."""
    rows = {name: np.zeros(n + 1, np.int64) for name in State._fields}
    rows["first"], rows["last"] = np.zeros(units, np.int64), np.zeros(units, np.int64)
    if side_by_side:
        block = np.zeros((n + 1, 16), np.int64)
        rows |= {name: block[:, k] for k, name in enumerate(SIDE_BY_SIDE)}
    return State(**rows)


@primitive
def load(net: Net, state: State, order: Integers, option: Integers) -> None:
    """Take over a plan: link the operations of each unit in the order."""
    n = len(order)
    state.first[:] = n
    state.last[:] = n
    for i in range(n):
        v = order[i]
        state.order[i] = v
        state.place[v] = i
        state.option[v] = option[v]
        unit = net.option_unit[option[v]]
        state.unit[v] = unit
        state.minutes[v] = net.option_minutes[option[v]]
        state.after[v] = n
        state.before[v] = n
        if unit >= 0:
            p = state.last[unit]
            state.before[v] = p
            if p < n:
                state.after[p] = v
            else:
                state.first[unit] = v
            state.last[unit] = v
    state.finish[n] = net.begin
    state.order[n] = n
    state.place[n] = n
    state.unit[n] = -1
    state.mark[:] = 0


@primitive
def unlink(state: State, v: int, n: int) -> None:
    """Take an operation off its unit."""
    a, b = state.before[v], state.after[v]
    if a < n:
        state.after[a] = b
    else:
        state.first[state.unit[v]] = b
    if b < n:
        state.before[b] = a
    else:
        state.last[state.unit[v]] = a


@primitive
def link(state: State, v: int, a: int, unit: int, n: int) -> None:
    """Put an operation on a unit behind `a`, or first where that is nobody."""
    b = state.after[a] if a < n else state.first[unit]
    state.before[v] = a
    state.after[v] = b
    if a < n:
        state.after[a] = v
    else:
        state.first[unit] = v
    if b < n:
        state.before[b] = v
    else:
        state.last[unit] = v


@primitive
def reorder(net: Net, state: State, v: int, stamp: int) -> int:
    """Make the order topological again after `v` was linked; gives the span of places changed, packed, -1: a circle.

    Only operations between the two that are out of order can have to move (Pearce and Kelly 2006): those that can be
    reached from the later of the two go behind the other.
    """
    n = len(net.release)
    a, b = state.before[v], state.after[v]
    here = state.place[v]
    if a < n and state.place[a] > here:
        source, target = v, a
    elif b < n and state.place[b] < here:
        source, target = b, v
    else:
        same: int = here << 32 | here
        return same
    low, high = state.place[source], state.place[target]
    mark, spare, order, place, before = state.mark, state.spare, state.order, state.place, state.before
    mark[source] = stamp
    held = 0
    spare[held] = source
    held += 1
    for i in range(low + 1, high + 1):
        x = order[i]
        reached = mark[before[x]] == stamp and before[x] < n
        k = net.pred_pointer[x]
        while not reached and k < net.pred_pointer[x + 1]:
            reached = mark[net.pred_op[k]] == stamp
            k += 1
        if reached:
            if x == target:
                return -1
            mark[x] = stamp
            spare[held] = x
            held += 1
    at = low
    for i in range(low + 1, high + 1):
        x = order[i]
        if mark[x] != stamp:
            order[at] = x
            place[x] = at
            at += 1
    for i in range(held):
        order[at] = spare[i]
        place[spare[i]] = at
        at += 1
    moved: int = low << 32 | high
    return moved


@primitive
def relocate(  # noqa: C901
    net: Net, state: State, v: int, option: int, a: int, stamp: int
) -> int:
    """Move an operation behind `a` in an option; gives the span of places to compute anew, packed, or -1 for a circle.

    Nothing changes where that would be a circle.
    """
    n = len(net.release)
    old_before, old_after, old_option, old_unit = state.before[v], state.after[v], state.option[v], state.unit[v]
    unit = net.option_unit[option]
    if old_unit >= 0:
        unlink(state, v, n)
    state.unit[v] = unit
    state.option[v] = option
    state.before[v] = n
    state.after[v] = n
    span = state.place[v] << 32 | state.place[v]
    if unit >= 0:
        link(state, v, a, unit, n)
        span = reorder(net, state, v, stamp)
        if span < 0:
            unlink(state, v, n)
            state.unit[v] = old_unit
            state.option[v] = old_option
            state.before[v] = n
            state.after[v] = n
            if old_unit >= 0:
                link(state, v, old_before, old_unit, n)
            return -1
    state.minutes[v] = net.option_minutes[option]
    low, high = span >> 32, span & 0x7FFFFFFF
    b = state.after[v]
    for k in range(5):
        x = v
        if k == 0:
            x = old_before
        elif k == 1:
            x = old_after
        elif k == 2:
            x = state.before[v]
        elif k == 3:
            x = b
        if x < n:
            high = max(high, state.place[x])
            if k % 2 or k > 2:
                low = min(low, state.place[x])
    moved: int = low << 32 | high
    return moved


@primitive
def makespan(net: Net, state: State) -> int:
    """Give the last finish. O(operations without successor)."""
    latest: int = net.begin
    for v in net.ends:
        latest = max(latest, state.finish[v])
    return latest
