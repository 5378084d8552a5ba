"""Heads and tails of the disjunctive graph on calendars that are always open, computed anew only where they change.

The head of an operation is the longest way to its finish, its tail the longest way from its finish to the end. After a
move only a few operations are *stale*: what their head or tail follows from has changed. In topological order each of
them is computed anew, and wakes those that follow from it only if its own value has changed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.graph import State, relocate
from plantwright.methods.scheduling.search.net import Net, change
from plantwright.methods.working_time import primitive


class Stale(NamedTuple):
    """Operations whose head or tail must be computed anew, and how many of each there are."""

    head: NDArray[np.bool_]
    tail: NDArray[np.bool_]
    heads: Integers
    tails: Integers


@primitive
def wake(flags: NDArray[np.bool_], count: Integers, v: int) -> None:
    """Count an operation among the stale ones."""
    if not flags[v]:
        flags[v] = True
        count[0] += 1


@primitive
def wake_all(stale: Stale, n: int) -> None:
    """Let everything be computed anew."""
    stale.head[:n] = True
    stale.tail[:n] = True
    stale.heads[0] = n
    stale.tails[0] = n


@primitive
def renew_heads(net: Net, state: State, stale: Stale, low: int) -> None:
    """Compute stale heads, the first of which is at place `low` or later. O(operations + arcs) at worst."""
    n = len(net.release)
    order, before, after, finish, unit = state.order, state.before, state.after, state.finish, state.unit
    flags, waiting = stale.head, stale.heads[0]
    i = low
    while waiting > 0:
        v = order[i]
        i += 1
        if not flags[v]:
            continue
        flags[v] = False
        waiting -= 1
        ready = net.release[v]
        for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
            ready = max(ready, finish[net.pred_op[k]] + net.pred_lag[k])
        state.ready[v] = ready
        work = state.minutes[v]
        done, length = ready + work, work
        if unit[v] >= 0:
            free = finish[before[v]]
            s = change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit[v], before[v], v)
            length = work + s
            done = max(ready, max(free, net.release[v]) + s) + work if net.early else max(ready, free) + s + work
        if length != state.length[v]:
            state.length[v] = length
            wake_before(net, state, stale, v)
        if done != finish[v]:
            finish[v] = done
            for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
                s = net.succ_op[k]
                waiting += not flags[s]
                flags[s] = True
            s = after[v]
            if s < n:
                waiting += not flags[s]
                flags[s] = True
    stale.heads[0] = 0


@primitive
def wake_before(net: Net, state: State, stale: Stale, v: int) -> None:
    """Let the tails of all just before an operation be computed anew: its own length counts in them."""
    for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
        wake(stale.tail, stale.tails, net.pred_op[k])
    if state.before[v] < len(net.release):
        wake(stale.tail, stale.tails, state.before[v])


@primitive
def renew_tails(net: Net, state: State, stale: Stale, high: int) -> None:
    """Compute stale tails, the last of which is at place `high` or before. O(operations + arcs) at worst."""
    n = len(net.release)
    order, before, after, tail, length = state.order, state.before, state.after, state.tail, state.length
    body = state.minutes if net.early else length
    flags, waiting = stale.tail, stale.tails[0]
    i = high
    while waiting > 0:
        v = order[i]
        i -= 1
        if not flags[v]:
            continue
        flags[v] = False
        waiting -= 1
        way = 0
        for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
            s = net.succ_op[k]
            way = max(way, net.succ_lag[k] + body[s] + tail[s])
        state.rest[v] = way
        a = after[v]
        if a < n:
            way = max(way, length[a] + tail[a])
        if way != tail[v]:
            tail[v] = way
            for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
                p = net.pred_op[k]
                waiting += not flags[p]
                flags[p] = True
            p = before[v]
            if p < n:
                waiting += not flags[p]
                flags[p] = True
    stale.tails[0] = 0


@primitive
def move(net: Net, state: State, stale: Stale, v: int, option: int, a: int, stamp: int) -> bool:
    """Move an operation behind `a` in an option and renew heads and tails; tells whether that is no circle."""
    n = len(net.release)
    old_before, old_after, work = state.before[v], state.after[v], state.minutes[v]
    if relocate(net, state, v, option, a, stamp) < 0:
        return False
    b = state.after[v]
    low = high = state.place[v]
    wake(stale.head, stale.heads, v)
    wake(stale.tail, stale.tails, v)
    if work != state.minutes[v]:
        wake_before(net, state, stale, v)
    for x in (old_after, b):
        if x < n:
            wake(stale.head, stale.heads, x)
            low, high = min(low, state.place[x]), max(high, state.place[x])
    for x in (old_before, a):
        if x < n:
            wake(stale.tail, stale.tails, x)
            high = max(high, state.place[x])
    renew_heads(net, state, stale, low)
    renew_tails(net, state, stale, high)
    return True
