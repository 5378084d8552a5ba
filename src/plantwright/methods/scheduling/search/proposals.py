"""Which operation annealing moves, and where to: before others, beside its family, or to another unit."""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.costs import Costs, sink_cost
from plantwright.methods.scheduling.search.effects import Journal
from plantwright.methods.scheduling.search.graph import State
from plantwright.methods.scheduling.search.net import Net, draw
from plantwright.methods.scheduling.search.prices import Prices
from plantwright.methods.working_time import NEVER, primitive

STEPS = 60
"""How far a chain is followed back from a sink."""

LOOK = 30
"""How many operations of a unit are looked at to find one of the same family."""

DRAWN = 4
"""Of so many operations of a stretch, the one that waits at the highest price is moved."""


class Stretch(NamedTuple):
    """The places of the order from `low` up to, and without, `stop`: what lies outside keeps its place.

    What a move changes is worked out up to place `until`, and valued at prices behind it.
    `border` has the first operation of each unit behind the stretch, or nobody.
    """

    low: int
    stop: int
    until: int
    border: Integers


@primitive
def last_of(costs: Costs, state: State, sink: int) -> int:
    """Give the operation that decides when a sink is complete, or -1."""
    found: int = -1
    latest = -NEVER
    for k in range(costs.sink_pointer[sink], costs.sink_pointer[sink + 1]):
        v = costs.sink_op[k]
        if state.finish[v] + costs.sink_lag[k] > latest:
            found, latest = v, state.finish[v] + costs.sink_lag[k]
    return found


@primitive
def held_up(net: Net, state: State, v: int, random: Integers) -> int:
    """Pick an operation that waits for its unit on the chain that leads to `v`; -1: there is none."""
    n = len(net.release)
    found, seen = -1, 0
    for _ in range(STEPS):
        if v < 0:
            break
        m = state.before[v]
        waits = m < n and state.finish[m] > state.ready[v]
        if waits:
            seen += 1
            if draw(random, seen) == 0:
                found = v
        following = m if waits else -1
        if not waits or draw(random, 4) == 0:
            for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
                if state.finish[net.pred_op[k]] + net.pred_lag[k] >= state.ready[v]:
                    following = net.pred_op[k]
        v = following
    return found


@primitive
def chosen_sink(costs: Costs, journal: Journal, random: Integers) -> int:
    """Draw a sink, the costlier of two that are late where some can be found."""
    count = len(costs.due)
    best, worst = -1, 0.0
    found = 0
    for _ in range(30):
        sink = draw(random, count)
        cost = sink_cost(costs, sink, journal.done[sink])
        if cost > 0:
            found += 1
            if cost > worst:
                best, worst = sink, cost
            if found == 2:
                break
    return best


@primitive
def on_costly_chain(net: Net, costs: Costs, state: State, journal: Journal, random: Integers, span: int) -> int:
    """Pick an operation that waits on the chain to the makespan or to a costly sink; -1: there is none."""
    v = -1
    if costs.span > 0 and (len(costs.due) == 0 or draw(random, 2) == 0):
        for x in net.ends:
            if state.finish[x] == span:
                v = x
    else:
        sink = chosen_sink(costs, journal, random)
        if sink >= 0:
            v = last_of(costs, state, sink)
    return held_up(net, state, v, random)


@primitive
def at_high_price(net: Net, state: State, prices: Prices, stretch: Stretch, random: Integers) -> int:
    """Pick an operation of the stretch that waits for its unit, the dearest of a few; -1: there is none."""
    n = len(net.release)
    best, worth = -1, -1.0
    for _ in range(DRAWN):
        x = state.order[stretch.low + draw(random, stretch.stop - stretch.low)]
        m = state.before[x]
        if m < n and state.finish[m] > state.ready[x] and prices.job[x] > worth:
            best, worth = x, prices.job[x]
    return best


@primitive
def onward(state: State, stretch: Stretch, unit: int, a: int, n: int) -> int:
    """Give the operation after `a` on its unit, or `a` itself where that is the last one of the stretch."""
    following: int = state.after[a] if a < n else state.first[unit]
    if following < n and state.place[following] < stretch.stop:
        return following
    return a


@primitive
def by_time(state: State, stretch: Stretch, v: int, unit: int, n: int) -> int:
    """Give the operation of another unit behind which `v` would go by time."""
    e = stretch.border[unit]
    a: int = state.before[e] if e < n else state.last[unit]
    while a < n and state.place[a] >= stretch.low and state.finish[a] > state.ready[v]:
        a = state.before[a]
    return a


@primitive
def beside_family(net: Net, state: State, stretch: Stretch, v: int, unit: int, random: Integers) -> int:
    """Give the operation of a unit behind which `v` stands beside one of its own family; -1: there is none near."""
    n = len(net.release)
    back = draw(random, 2) == 0
    same = unit == state.unit[v]
    x = v
    if not same:
        x = by_time(state, stretch, v, unit, n)
        if not back:
            x = state.after[x] if x < n else state.first[unit]
    else:
        x = state.before[v] if back else state.after[v]
    skip = same  # the run in which it stands already
    for _ in range(LOOK):
        if x >= n or state.place[x] < stretch.low or state.place[x] >= stretch.stop:
            return -1
        if net.family[x] != net.family[v]:
            skip = False
        elif not skip:
            behind: int = x if back else state.before[x]
            return behind
        x = state.before[x] if back else state.after[x]
    return -1


@primitive
def on_same_unit(
    state: State, stretch: Stretch, v: int, new: int, kind: int, random: Integers, n: int
) -> tuple[int, int]:
    """Give which operation goes behind which: `v` before or behind others, or the one before `v` behind; -1: none."""
    steps = 1
    while steps < 12 and draw(random, 2):
        steps += 1
    unit, a = state.unit[v], state.before[v]
    if kind in (0, 3):
        if kind == 3:
            a, v = v, a
            steps -= 1
            if v == n or state.place[v] < stretch.low:
                return -1, n
        else:
            a = v
        for _ in range(steps):
            a = onward(state, stretch, unit, a, n)
        return (-1 if a == v else v), a
    if new == state.option[v] and (a == n or state.place[a] < stretch.low):
        return -1, n
    for _ in range(steps):
        if a < n and state.place[a] >= stretch.low:
            a = state.before[a]
    return v, a


@primitive
def proposal(
    net: Net, costs: Costs, state: State, journal: Journal, prices: Prices, stretch: Stretch, random: Integers,
    span: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Draw a move: the operation, -1 where the draw has none, its option, and behind which operation it goes."""
    n = len(net.release)
    kind = draw(random, 16)
    v = -1
    if kind > 2:
        if stretch.stop - stretch.low < n:
            v = at_high_price(net, state, prices, stretch, random)
        else:
            v = on_costly_chain(net, costs, state, journal, random, span)
    if v < 0:
        v = state.order[stretch.low + draw(random, stretch.stop - stretch.low)]
    new = state.option[v]
    options = net.option_pointer[v + 1] - net.option_pointer[v]
    if options > 1 and draw(random, 2) == 0:
        new = net.option_pointer[v] + draw(random, options)
    unit = net.option_unit[new]
    if unit < 0:
        return (-1 if new == state.option[v] else v), new, n
    if net.unit_matrix[unit] >= 0 and draw(random, 3) == 0:
        a = beside_family(net, state, stretch, v, unit, random)
        if a >= 0:
            return v, new, a
    if unit != state.unit[v]:
        a = by_time(state, stretch, v, unit, n)
        for _ in range(draw(random, 4)):
            a = onward(state, stretch, unit, a, n)
        return v, new, a
    x, a = on_same_unit(state, stretch, v, new, kind % 4, random, n)
    return x, (new if x == v else state.option[max(x, 0)]), a
