"""What a move changes: worked out exactly while it is near, at prices where it is far, and taken back.

Finishes change only where a move is felt, in topological order, so that a move costs about as much as the operations
it shifts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.scheduling.gaps import worked_until
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.costs import Costs, completion, sink_cost
from plantwright.methods.scheduling.search.graph import State, relocate
from plantwright.methods.scheduling.search.inline import inlined
from plantwright.methods.scheduling.search.net import Net, change
from plantwright.methods.scheduling.search.prices import Prices
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import NEVER, ending_after, finish_of, primitive

OPS, SINKS, BEYOND, CUT = range(4)


class Journal(NamedTuple):
    """What the last move has changed, so that it can be taken back.

    `size` counts the operations and sinks entered and what is `beyond` the stretch; its last place tells whether some
    of the stretch itself was valued at prices. `flag` marks by place what has to be timed anew, and `word` is the same
    memory, eight places at a time.
    """

    op: Integers
    finish: Integers
    ready: Integers
    length: Integers
    beyond: Integers
    size: Integers
    sink: Integers
    complete: Integers
    seen: Integers
    done: Integers
    flag: NDArray[np.uint8]
    word: Integers


def empty_journal(n: int, sinks: int) -> Journal:
    """Give an empty journal; `done` holds the completion of each sink."""
    op, finish, ready, length, beyond = (np.zeros(n + 1, np.int64) for _ in range(5))
    sink, complete, seen, done = (np.zeros(sinks + 1, np.int64) for _ in range(4))
    flag = np.zeros((n // 8 + 1) * 8, np.uint8)
    size = np.zeros(4, np.int64)
    return Journal(op, finish, ready, length, beyond, size, sink, complete, seen, done, flag, flag.view(np.int64))


@inlined
def timed(net: Net, flat: Flat, state: State, v: int) -> None:
    """Compute ready, length and finish of one operation from those before it."""
    r = net.release[v]
    for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
        r = max(r, state.finish[net.pred_op[k]] + net.pred_lag[k])
    state.ready[v] = r
    work = state.minutes[v]
    unit = state.unit[v]
    free, s = r, 0
    if unit >= 0:
        m = state.before[v]
        s = change(net.unit_matrix, net.unit_family, net.family, net.changeover, unit, m, v)
        free = state.finish[m]
    state.length[v] = work + s
    if net.early:
        state.finish[v] = max(r, max(free, net.release[v]) + s) + work
        return
    t = max(r, free)
    minutes = work + s
    c = net.option_calendar[state.option[v]]
    if c < 0 or minutes == 0:
        state.finish[v] = t + minutes
        return
    pointer, start, end, before = flat
    low, high = pointer[c], pointer[c + 1]
    i = state.slot[v]  # where it was the last time is nearly always right
    if i < low or i >= high or end[i] <= t or (i > low and end[i - 1] > t):
        i = ending_after(end, low, high, t)
        state.slot[v] = i
    if i < high:
        first = max(t, start[i])
        if first + minutes <= end[i]:
            state.finish[v] = first + minutes
            return
    if net.pausable[v]:
        state.finish[v] = finish_of(pointer, start, end, before, c, t, minutes)
        return
    while i < high and max(t, start[i]) + minutes > end[i]:
        i += 1
    state.finish[v] = max(t, start[i]) + minutes if i < high else NEVER


@inlined
def op_cost(costs: Costs, state: State, v: int) -> float:
    """Give what one operation costs by its set-up and its distance from where it was."""
    cost: float = costs.setup * (state.length[v] - state.minutes[v])
    if len(costs.drift):
        cost += costs.drift[v] * abs(state.finish[v] - costs.anchor[v])
    return cost


@inlined
def enter(state: State, journal: Journal, v: int) -> None:
    """Note the times of an operation before they change."""
    count = journal.size[OPS]
    journal.op[count] = v
    journal.finish[count] = state.finish[v]
    journal.ready[count] = state.ready[v]
    journal.length[count] = state.length[v]
    journal.size[OPS] = count + 1


@inlined
def wake(state: State, journal: Journal, v: int, stop: int, stamp: int, high: int) -> int:
    """Let an operation be timed anew: in its turn, or beyond place `stop`; gives the last place that waits."""
    here = state.place[v]
    if here < stop:
        journal.flag[here] = 1
        latest: int = max(high, here)
        return latest
    if state.mark[v] != -stamp:
        state.mark[v] = -stamp
        journal.beyond[journal.size[BEYOND]] = v
        journal.size[BEYOND] += 1
    return high


@inlined
def shift_cost(net: Net, flat: Flat, state: State, prices: Prices, v: int, old: int) -> float:
    """Give what it costs, at its prices, that an operation ends when it does now and not as before."""
    pointer, start, end, before = flat
    new = state.finish[v]
    cost: float = prices.job[v] * (new - old)
    if prices.unit[v] != 0.0:
        c = net.option_calendar[state.option[v]]
        worked = worked_until(start, end, before, pointer, c, new)
        cost += prices.unit[v] * (worked - worked_until(start, end, before, pointer, c, old))
    return cost


@inlined
def note_sinks(costs: Costs, journal: Journal, v: int, stamp: int) -> None:
    """Note the sinks of an operation, whose completion may have changed."""
    for k in range(costs.op_pointer[v], costs.op_pointer[v + 1]):
        sink = costs.op_sink[k]
        if journal.seen[sink] != stamp:
            journal.seen[sink] = stamp
            journal.sink[journal.size[SINKS]] = sink
            journal.complete[journal.size[SINKS]] = journal.done[sink]
            journal.size[SINKS] += 1


@inlined
def sinks_cost(costs: Costs, state: State, journal: Journal) -> float:
    """Give by how much the sinks that were noted cost more than before."""
    delta = 0.0
    for k in range(journal.size[SINKS]):
        sink = journal.sink[k]
        complete = completion(costs, state.finish, sink)
        delta += sink_cost(costs, sink, complete) - sink_cost(costs, sink, journal.complete[k])
        journal.done[sink] = complete
    return delta


@primitive
def felt(
    net: Net, flat: Flat, costs: Costs, state: State, journal: Journal, prices: Prices, low: int, high: int, stop: int,
    stamp: int, most: int,
) -> float:  # fmt: skip
    """Work out what a move has changed, from place `low`; what waits lies up to `high`. Gives the change of cost.

    After `most` operations, and beyond place `stop`, each operation that waits is timed alone, at its prices.
    """
    n = len(net.release)
    flag, word, size = journal.flag, journal.word, journal.size
    size[OPS] = size[SINKS] = size[CUT] = 0
    delta = 0.0
    i, outside = low, 0
    while True:
        if i <= high:
            if word[i >> 3] == 0:
                i = (i | 7) + 1
                continue
            i += 1
            if flag[i - 1] == 0:
                continue
            flag[i - 1] = 0
            v = state.order[i - 1]
            exact = size[OPS] < most
            size[CUT] |= not exact
        elif outside < size[BEYOND]:
            v, exact = journal.beyond[outside], False
            outside += 1
        else:
            break
        old = state.finish[v]
        enter(state, journal, v)
        delta -= op_cost(costs, state, v)
        timed(net, flat, state, v)
        delta += op_cost(costs, state, v)
        if state.finish[v] == old:
            continue
        if not exact:
            delta += shift_cost(net, flat, state, prices, v, old)
            continue
        if state.after[v] < n:
            high = wake(state, journal, state.after[v], stop, stamp, high)
        for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
            high = wake(state, journal, net.succ_op[k], stop, stamp, high)
        note_sinks(costs, journal, v, stamp)
    size[BEYOND] = 0
    return delta + sinks_cost(costs, state, journal)


@primitive
def take_back(state: State, journal: Journal) -> None:
    """Put back the times that the last move has changed."""
    for k in range(journal.size[OPS]):
        v = journal.op[k]
        state.finish[v] = journal.finish[k]
        state.ready[v] = journal.ready[k]
        state.length[v] = journal.length[k]
    for k in range(journal.size[SINKS]):
        journal.done[journal.sink[k]] = journal.complete[k]


@primitive
def try_move(
    net: Net, flat: Flat, costs: Costs, state: State, journal: Journal, prices: Prices, v: int, option: int, a: int,
    stop: int, stamp: int, limit: float, most: int,
) -> float:  # fmt: skip
    """Make a move and give the change of cost; NaN, and nothing changed, where it would be a circle.

    It is worked out to its end, or to place `stop`, only where the first `most` operations, and the prices of what
    they wake, let hope that it does not cost more than `limit`. Uses `stamp` and the number after it.
    """
    n = len(net.release)
    old_after = state.after[v]
    if relocate(net, state, v, option, a, stamp) < 0:
        return np.nan
    delta = 0.0
    for turn in range(2):
        low, high = n, 0
        for k in range(3):
            x = v
            if k < 2:
                x = old_after if k else state.after[v]
            if x < n:
                low = min(low, state.place[x])
                high = wake(state, journal, x, stop, stamp + turn, high)
        delta = felt(net, flat, costs, state, journal, prices, low, high, stop, stamp + turn, n + 1 if turn else most)
        if turn or journal.size[CUT] == 0 or delta > limit:
            break
        take_back(state, journal)
    return delta


@primitive
def total_cost(net: Net, costs: Costs, state: State, journal: Journal) -> float:
    """Give the whole cost without the makespan, and note the completion of each sink."""
    cost = 0.0
    for v in range(len(net.release)):
        cost += op_cost(costs, state, v)
    for sink in range(len(costs.due)):
        journal.done[sink] = completion(costs, state.finish, sink)
        cost += sink_cost(costs, sink, journal.done[sink])
    return cost
