"""Tabu search for the makespan, with calendars that are always open.

Moves take an operation of a critical path to the ends of its block (Balas and Vazacopoulos 1998; Zhang, Li, Guan and
Rao 2007), anywhere in it where set-ups depend on the sequence, or to another unit (Mastrolilli and Gambardella 2000).
Their worth is estimated from heads and tails; the best that is not tabu is made, and heads and tails are computed anew
where they can have changed.
"""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.graph import State, backward, forward, load, makespan, relocate
from plantwright.methods.scheduling.search.net import Net, change, draw
from plantwright.methods.working_time import NEVER, primitive

REACH = 24
"""How far from its place an operation is moved within a block where set-ups depend on the sequence."""


@primitive
def critical_path(net: Net, state: State, latest: int, path: Integers, random: Integers) -> int:
    """Walk a critical path from its end to its beginning, by chance where there are several; gives its length."""
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


@compiled
def tabu(  # noqa: C901, PLR0912, PLR0915  the one hot loop
    net: Net,
    state: State,
    order: Integers,
    option: Integers,
    table: Integers,
    kept: Integers,
    random: Integers,
    count: Integers,
    tenure: int,
    patience: int,
    iterations: int,
    goal: int,
) -> int:
    """Search from a plan until `patience` moves have found nothing better; leaves the best plan in `order`, `option`.

    Stops also after `iterations` moves, to be called again, or when the makespan is down to `goal`; gives the best.
    `count` holds the moves made, 0 for a new plan, and those since the best.
    """
    n = len(net.release)
    mask = len(table) - 1
    path = np.empty(n + 1, np.int64)
    chain = np.empty(n + 1, np.int64)
    heads = np.empty(n + 1, np.int64)
    made, idle = count[0], count[1]
    if made == 0:
        table[:] = 0
        kept[:] = 0
        load(net, state, order, option)
        forward(net, state, 0)
        backward(net, state, n - 1)
        count[2] = makespan(net, state)
    current = makespan(net, state)
    best = count[2]
    flexible = len(net.option_unit) > n
    last = made + iterations
    while made < last and idle < patience and best > goal:
        made += 1
        idle += 1
        size = critical_path(net, state, current, path, random)
        # path runs from the end to the beginning: turn it round
        for i in range(size // 2):
            path[i], path[size - 1 - i] = path[size - 1 - i], path[i]
        move_v, move_option, move_a, move_from, move_to = n, 0, n, 0, 0
        worth, ties = NEVER, 0
        any_v, any_option, any_a, any_from, any_to, anyway = n, 0, n, 0, 0, 0
        low = 0
        while low < size:
            unit = state.unit[path[low]]
            high = low
            while high + 1 < size and unit >= 0 and state.before[path[high + 1]] == path[high]:
                high += 1
            long = high - low + 1
            mixed = unit >= 0 and net.unit_matrix[unit] >= 0
            a, b = state.before[path[low]], state.after[path[high]]
            for i in range(long):
                if long == 1:
                    break
                for j in range(long):
                    # operation i goes to the place of j
                    if i == j or (i == j + 1):
                        continue
                    if mixed:
                        if abs(i - j) > REACH:
                            continue
                    elif not ((j == long - 1) or (j == 0) or (i == 0 and j > 0) or (i == long - 1)):
                        continue
                    v = path[low + i]
                    w = path[low + j]
                    tabued = False
                    members = 0
                    if i < j:
                        if not may_follow(net, state, v, w):
                            continue
                        for x in range(i + 1, j + 1):
                            chain[members] = path[low + x]
                            tabued = tabued or table[(v * n + chain[members]) & mask] > made
                            members += 1
                        chain[members] = v
                        way = estimate(net, state, chain, members + 1, state.before[v], state.after[w], heads)
                    else:
                        if not may_precede(net, state, v, w):
                            continue
                        chain[0] = v
                        for x in range(j, i):
                            members += 1
                            chain[members] = path[low + x]
                            tabued = tabued or table[(chain[members] * n + v) & mask] > made
                        way = estimate(net, state, chain, members + 1, state.before[w], state.after[v], heads)
                    if tabued and way >= best:
                        anyway += 1
                        if draw(random, anyway) == 0:
                            any_v, any_option, any_a, any_from, any_to = (
                                v,
                                state.option[v],
                                w if i < j else state.before[w],
                                low + i,
                                low + j,
                            )
                        continue
                    if way < worth:
                        ties = 0
                        worth = way
                    if way == worth:
                        ties += 1
                        if draw(random, ties) == 0:
                            move_v, move_option, move_a, move_from, move_to = (
                                v,
                                state.option[v],
                                w if i < j else state.before[w],
                                low + i,
                                low + j,
                            )
            low = high + 1
        if flexible:
            for i in range(size):
                v = path[i]
                for k in range(net.option_pointer[v], net.option_pointer[v + 1]):
                    unit = net.option_unit[k]
                    if k == state.option[v] or unit == state.unit[v]:
                        continue
                    if unit < 0:
                        continue
                    tabued = kept[k] > made
                    a, b = n, state.first[unit]
                    while b < n and state.finish[b] <= state.ready[v]:
                        a, b = b, state.after[b]
                    while True:
                        way = insertion(net, state, v, k, a, b)
                        if tabued:
                            anyway += 1
                            if draw(random, anyway) == 0:
                                any_v, any_option, any_a = v, k, a
                        else:
                            if way < worth:
                                ties = 0
                                worth = way
                            if way == worth:
                                ties += 1
                                if draw(random, ties) == 0:
                                    move_v, move_option, move_a = v, k, a
                        if b == n or state.minutes[b] + state.tail[b] <= state.rest[v]:
                            break
                        a, b = b, state.after[b]
        if move_v == n:
            if any_v == n:
                break
            move_v, move_option, move_a, move_from, move_to = any_v, any_option, any_a, any_from, any_to
        until = made + tenure + draw(random, max(tenure // 2, 1))
        v = move_v
        if move_option != state.option[v]:
            kept[state.option[v]] = until
        elif move_from < move_to:
            for x in range(move_from + 1, move_to + 1):
                table[(path[x] * n + v) & mask] = until
        else:
            for x in range(move_to, move_from):
                table[(v * n + path[x]) & mask] = until
        span = relocate(net, state, v, move_option, move_a, made)
        if span < 0:
            continue
        forward(net, state, span >> 32)
        backward(net, state, span & 0x7FFFFFFF)
        current = makespan(net, state)
        if current < best:
            best = current
            idle = 0
            order[:] = state.order[:n]
            option[:] = state.option[:n]
    count[0], count[1], count[2] = made, idle, best
    found: int = best
    return found
