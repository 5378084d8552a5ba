"""Tabu search for the makespan, with calendars that are always open.

Moves take an operation of a critical path to the ends of its block (Balas and Vazacopoulos 1998; Zhang, Li, Guan and
Rao 2007), anywhere in it where set-ups depend on the sequence, or to another unit (Mastrolilli and Gambardella 2000).
Their worth is estimated from heads and tails; the best that is not tabu is made. Tabu is to turn
round again any pair of operations that a move has turned round, and to go back to an option that was left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.graph import State, load, makespan
from plantwright.methods.scheduling.search.net import Net, change, draw
from plantwright.methods.scheduling.search.ways import Stale, move, renew_heads, renew_tails, wake_all
from plantwright.methods.working_time import NEVER, primitive

REACH = 24
"""How far from its place an operation is moved within a block where set-ups depend on the sequence."""

WORTH, TIES, OP, OPTION, BEHIND, LOW, HIGH = range(7)
"""What is held of the best move: its estimate, how many are as good, the operation, where it goes, and the part of the
critical path that it changes."""


class Room(NamedTuple):
    """Room to work in: the critical path, a new sequence and its heads, the best move, and the one if all are tabu."""

    path: Integers
    chain: Integers
    heads: Integers
    found: Integers
    spare: Integers


class Memory(NamedTuple):
    """What is tabu: until which move each pair of operations, by its key, and each option; and what is drawn from."""

    until: Integers
    kept: Integers
    random: Integers


def empty_memory(keys: int, options: int) -> Memory:
    """Give room to remember; `keys`, a power of two, of pairs: fewer than there are make some tabu without need."""
    return Memory(np.zeros(keys, np.int64), np.zeros(options, np.int64), np.ones(1, np.int64))


@primitive
def critical_path(net: Net, state: State, latest: int, path: Integers, random: Integers) -> int:
    """Find a critical path, by chance where there are several; gives how many operations it has."""
    n = len(net.release)
    v, seen = n, 0
    for x in net.ends:
        if state.finish[x] == latest:
            seen += 1
            if draw(random, seen) == 0:
                v = x
    size = 0
    while v < n:
        path[size] = v
        size += 1
        work = state.minutes[v]
        m = state.before[v]
        setup = state.length[v] - work
        starts = state.finish[v] - work if net.early else state.finish[v] - state.length[v]
        following, seen = n, 0
        if m < n and state.finish[m] + (setup if net.early else 0) == starts:
            following, seen = m, 1
        for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
            p = net.pred_op[k]
            if state.finish[p] + net.pred_lag[k] == starts:
                seen += 1
                if draw(random, seen) == 0:
                    following = p
        v = following
    for i in range(size // 2):
        path[i], path[size - 1 - i] = path[size - 1 - i], path[i]
    return size


@primitive
def estimate(net: Net, state: State, chain: Integers, size: int, a: int, b: int, heads: Integers) -> int:
    """Estimate the longest path through a new sequence of operations of one unit between `a` and `b`.

    Balas and Vazacopoulos (1998), section 2: heads from the front, tails from the back, as if all else stayed.
    """
    n = len(net.release)
    unit = state.unit[chain[0]]
    plain = net.unit_matrix[unit] < 0
    free, previous = state.finish[a], a
    for i in range(size):
        w = chain[i]
        s = 0 if plain else change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit, previous, w)
        if net.early:
            free = max(state.ready[w], free + s) + state.minutes[w]
        else:
            free = max(state.ready[w], free) + s + state.minutes[w]
        heads[i] = free
        previous = w
    way = 0
    following = b
    t = 0
    if b < n:
        t = state.minutes[b] + state.tail[b]
    for i in range(size - 1, -1, -1):
        w = chain[i]
        q = state.rest[w]
        if following < n:
            s = 0 if plain else change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit, w, following)
            q = max(q, s + t)
        way = max(way, heads[i] + q)
        t = state.minutes[w] + q
        following = w
    return way


@primitive
def may_follow(net: Net, state: State, u: int, v: int) -> bool:
    """Tell whether `u`, now before `v` on its unit, may be moved behind it: no way leads from `u` by arcs to `v`."""
    body = state.minutes if net.early else state.length
    for k in range(net.succ_pointer[u], net.succ_pointer[u + 1]):
        s = net.succ_op[k]
        if body[v] + state.tail[v] < body[s] + state.tail[s] and state.finish[v] >= state.finish[s] + state.minutes[v]:
            return False
    return True


@primitive
def may_precede(net: Net, state: State, v: int, u: int) -> bool:
    """Tell whether `v`, now behind `u` on its unit, may be moved before it: no way leads from `u` by arcs to `v`."""
    body = state.minutes if net.early else state.length
    for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
        p = net.pred_op[k]
        if state.finish[u] < state.finish[p] and body[u] + state.tail[u] >= body[p] + state.tail[p] + state.minutes[u]:
            return False
    return True


@primitive
def insertion(net: Net, state: State, v: int, option: int, a: int, b: int) -> int:
    """Estimate the longest path through an operation put between `a` and `b` on another unit.

    Where `b` ends after `v` is ready, and `a` with its tail is longer than what follows `v` by arcs, the graph has no
    circle (Mastrolilli and Gambardella 2000, theorem 1).
    """
    n = len(net.release)
    unit, work = net.option_unit[option], net.option_minutes[option]
    s = change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit, a, v)
    free = state.finish[a]
    head = max(state.ready[v], free + s) + work if net.early else max(state.ready[v], free) + s + work
    tail = state.rest[v]
    if b < n:
        s = change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit, v, b)
        tail = max(tail, s + state.minutes[b] + state.tail[b])
    way: int = head + tail
    return way


@primitive
def offer(found: Integers, random: Integers, way: int, v: int, option: int, a: int, low: int, high: int) -> None:
    """Hold a move if it is better than the one held; among equals, each with the same chance."""
    if way < found[WORTH]:
        found[WORTH], found[TIES] = way, 0
    if way == found[WORTH]:
        found[TIES] += 1
        if draw(random, found[TIES]) == 0:
            found[OP], found[OPTION], found[BEHIND], found[LOW], found[HIGH] = v, option, a, low, high


@primitive
def copy_move(one: Integers, other: Integers) -> None:
    """Hold the same move in another place."""
    for k in range(len(one)):
        other[k] = one[k]


@primitive
def sequence_with(path: Integers, low: int, high: int, back: bool, chain: Integers) -> int:  # noqa: FBT001
    """Write the sequence of places `low` to `high` with the last one first, or the first one last; gives its length."""
    size = high - low + 1
    for x in range(size - 1):
        chain[x + back] = path[low + x + (not back)]
    chain[0 if back else size - 1] = path[high if back else low]
    return size


@primitive
def turns_tabu(memory: Memory, n: int, path: Integers, low: int, high: int, back: bool, now: int) -> bool:  # noqa: FBT001
    """Tell whether one of the pairs that a move turns round is tabu."""
    mask = len(memory.until) - 1
    for x in range(low, high):
        key = path[x] * n + path[high] if back else path[low] * n + path[x + 1]
        if memory.until[key & mask] > now:
            return True
    return False


@primitive
def forbid(net: Net, state: State, memory: Memory, room: Room, until: int) -> None:
    """Make tabu what the held move undoes: the order of pairs, or the option that the operation leaves."""
    n, mask, path = len(net.release), len(memory.until) - 1, room.path
    v, low, high = room.found[OP], room.found[LOW], room.found[HIGH]
    if low > high:
        memory.kept[state.option[v]] = until
    for x in range(low, high):
        key = v * n + path[x] if v == path[high] else path[x + 1] * n + v
        memory.until[key & mask] = until


@primitive
def in_block(net: Net, state: State, memory: Memory, room: Room, first: int, long: int, now: int, best: int) -> None:
    """Offer the moves within a block of the critical path, `long` operations from place `first` on."""
    path, n = room.path, len(net.release)
    mixed = net.unit_matrix[state.unit[path[first]]] >= 0
    for i in range(long):
        for j in range(long):  # operation i goes to the place of j
            if i == j or i == j + 1:
                continue
            if abs(i - j) > REACH if mixed else j not in (0, long - 1) and i not in (0, long - 1):
                continue
            back = i > j
            low, high = first + min(i, j), first + max(i, j)
            v, w = path[first + i], path[first + j]
            if not (may_precede(net, state, v, w) if back else may_follow(net, state, v, w)):
                continue
            size = sequence_with(path, low, high, back, room.chain)
            a, b = state.before[path[low]], state.after[path[high]]
            way = estimate(net, state, room.chain, size, a, b, room.heads)
            behind = a if back else w
            if way >= best and turns_tabu(memory, n, path, low, high, back, now):
                offer(room.spare, memory.random, 0, v, state.option[v], behind, low, high)
            else:
                offer(room.found, memory.random, way, v, state.option[v], behind, low, high)


@primitive
def to_other_options(net: Net, state: State, memory: Memory, room: Room, v: int, now: int) -> None:
    """Offer the places on other units at which a critical operation could stand between its neighbours by arcs."""
    n = len(net.release)
    for k in range(net.option_pointer[v], net.option_pointer[v + 1]):
        unit = net.option_unit[k]
        if unit < 0 or unit == state.unit[v]:
            continue
        a, b = n, state.first[unit]
        while b < n and state.finish[b] <= state.ready[v]:
            a, b = b, state.after[b]
        while True:
            if memory.kept[k] > now:
                offer(room.spare, memory.random, 0, v, k, a, 0, -1)
            else:
                offer(room.found, memory.random, insertion(net, state, v, k, a, b), v, k, a, 0, -1)
            if b == n or state.minutes[b] + state.tail[b] <= state.rest[v]:
                break
            a, b = b, state.after[b]


@primitive
def look_round(net: Net, state: State, memory: Memory, room: Room, size: int, now: int, best: int) -> bool:
    """Find the best move along a critical path, or any where all are tabu; tells whether there is one."""
    room.found[WORTH], room.found[OP], room.found[LOW], room.found[HIGH] = NEVER, -1, 0, -1
    copy_move(room.found, room.spare)
    low = 0
    while low < size:
        unit = state.unit[room.path[low]]
        high = low
        while high + 1 < size and unit >= 0 and state.before[room.path[high + 1]] == room.path[high]:
            high += 1
        if high > low:
            in_block(net, state, memory, room, low, high - low + 1, now, best)
        low = high + 1
    if len(net.option_unit) > len(net.release):
        for i in range(size):
            to_other_options(net, state, memory, room, room.path[i], now)
    if room.found[OP] < 0:
        copy_move(room.spare, room.found)
    return bool(room.found[OP] >= 0)


@compiled
def tabu(
    net: Net, state: State, memory: Memory, order: Integers, option: Integers, count: Integers,
    tenure: int, patience: int, iterations: int, goal: int,
) -> int:  # fmt: skip
    """Search from a plan until `patience` moves have found nothing better; leaves the best plan in `order`, `option`.

    Stops also after `iterations` moves, to be called again, or when the makespan is down to `goal`; gives the best.
    `count` holds the moves made, 0 for a new plan, those since the best, and the best.
    """
    n = len(net.release)
    rows = np.empty((3, n + 1), np.int64)
    room = Room(rows[0], rows[1], rows[2], np.zeros(7, np.int64), np.zeros(7, np.int64))
    stale = Stale(np.zeros(n + 1, np.bool_), np.zeros(n + 1, np.bool_), np.zeros(1, np.int64), np.zeros(1, np.int64))
    made, idle = count[0], count[1]
    if made == 0:
        memory.until[:] = 0
        memory.kept[:] = 0
        load(net, state, order, option)
        wake_all(stale, n)
        renew_heads(net, state, stale, 0)
        renew_tails(net, state, stale, n - 1)
        count[2] = makespan(net, state)
    current, best = makespan(net, state), count[2]
    last = made + iterations
    while made < last and idle < patience and best > goal:
        made += 1
        idle += 1
        size = critical_path(net, state, current, room.path, memory.random)
        if not look_round(net, state, memory, room, size, made, best):
            break
        forbid(net, state, memory, room, made + tenure + draw(memory.random, max(tenure // 2, 1)))
        if not move(net, state, stale, room.found[OP], room.found[OPTION], room.found[BEHIND], made):
            continue
        current = makespan(net, state)
        if current < best:
            best, idle = current, 0
            order[:] = state.order[:n]
            option[:] = state.option[:n]
    count[0], count[1], count[2] = made, idle, best
    found: int = best
    return found
