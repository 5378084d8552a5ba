"""Simulated annealing on sequences and modes, each move worked out exactly, for any objective and with calendars.

A move puts one operation elsewhere; finishes change only where the move is felt, in topological order, so that a move
costs about as much as the operations it shifts. What is not accepted is taken back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.scheduling.search.graph import State, load, makespan, relocate
from plantwright.methods.scheduling.search.net import Net, change, draw
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import NEVER, ending_after, finish_of, primitive

STEPS = 60
"""How far a chain is followed back from a sink."""


class Costs(NamedTuple):
    """What a schedule costs, as kernels take it: by sink a minute late, being late, a minute early, a minute of flow.

    `setup` is the cost of a minute of change of family, `span` that of a minute of the makespan, `drift` by operation
    that of a minute between its finish and `anchor`, and `main` is the sink that it matters
    most to, or -1.
    """

    op_pointer: Integers
    op_sink: Integers
    sink_pointer: Integers
    sink_op: Integers
    sink_lag: Integers
    release: Integers
    due: Integers
    tardy: Numbers
    late: Numbers
    early: Numbers
    flow: Numbers
    anchor: Integers
    drift: Numbers
    main: Integers
    setup: float
    span: float


class Journal(NamedTuple):
    """What the last move has changed, so that it can be taken back."""

    op: Integers
    finish: Integers
    ready: Integers
    length: Integers
    touched: Integers
    sink: Integers
    complete: Integers
    seen: Integers
    done: Integers


def empty_journal(n: int, sinks: int) -> Journal:
    """Give an empty journal; `done` holds the completion of each sink."""
    made = [np.zeros(n + 1, np.int64) for _ in range(5)]
    return Journal(*made, *[np.zeros(sinks + 1, np.int64) for _ in range(4)])


@primitive
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


@primitive
def completion(costs: Costs, finish: Integers, sink: int) -> int:
    """Give when a sink is complete."""
    complete: int = costs.release[sink]
    for k in range(costs.sink_pointer[sink], costs.sink_pointer[sink + 1]):
        complete = max(complete, min(finish[costs.sink_op[k]] + costs.sink_lag[k], NEVER))
    return complete


@primitive
def sink_cost(costs: Costs, sink: int, complete: int) -> float:
    """Give what it costs that a sink is complete at a moment."""
    cost: float = costs.flow[sink] * complete
    if complete > costs.due[sink]:
        cost += costs.late[sink] + costs.tardy[sink] * (complete - costs.due[sink])
    elif costs.early[sink] > 0 and costs.due[sink] < NEVER:
        cost += costs.early[sink] * (costs.due[sink] - complete)
    return cost


@primitive
def op_cost(costs: Costs, state: State, v: int) -> float:
    """Give what one operation costs by its set-up and its distance from where it was."""
    cost: float = costs.setup * (state.length[v] - state.minutes[v])
    if len(costs.drift):
        cost += costs.drift[v] * abs(state.finish[v] - costs.anchor[v])
    return cost


@primitive
def enter(state: State, journal: Journal, v: int, count: int) -> None:
    """Note the times of an operation before they change."""
    journal.op[count] = v
    journal.finish[count] = state.finish[v]
    journal.ready[count] = state.ready[v]
    journal.length[count] = state.length[v]


@primitive
def felt(  # noqa: C901  a call costs more than its work
    net: Net,
    flat: Flat,
    costs: Costs,
    state: State,
    journal: Journal,
    low: int,
    high: int,
    stamp: int,
    most: int,
) -> float:
    """Work out what a move has changed, from place `low`, where all marked lie up to `high`; gives the change of cost.

    Marked with ``-stamp`` is what has to be timed anew. After `most` operations, what is still marked is timed alone,
    and the sink behind it is taken to be as much earlier or later; `journal.touched` tells how many operations and
    sinks are entered, and 1 where it was cut short so.
    """
    n = len(net.release)
    mark = state.mark
    count, sinks = 0, 0
    delta = 0.0
    i = low
    while i <= high and count < most:
        v = state.order[i]
        i += 1
        if mark[v] != -stamp:
            continue
        old = state.finish[v]
        enter(state, journal, v, count)
        count += 1
        delta -= op_cost(costs, state, v)
        timed(net, flat, state, v)
        delta += op_cost(costs, state, v)
        if state.finish[v] == old:
            continue
        a = state.after[v]
        if a < n:
            mark[a] = -stamp
            high = max(high, state.place[a])
        for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
            s = net.succ_op[k]
            mark[s] = -stamp
            high = max(high, state.place[s])
        for k in range(costs.op_pointer[v], costs.op_pointer[v + 1]):
            sink = costs.op_sink[k]
            if journal.seen[sink] != stamp:
                journal.seen[sink] = stamp
                journal.sink[sinks] = sink
                journal.complete[sinks] = journal.done[sink]
                sinks += 1
    for k in range(sinks):
        sink = journal.sink[k]
        complete = completion(costs, state.finish, sink)
        delta += sink_cost(costs, sink, complete) - sink_cost(costs, sink, journal.complete[k])
        journal.done[sink] = complete
    journal.touched[2] = 1 if i <= high else 0
    while i <= high:
        v = state.order[i]
        i += 1
        sink = costs.main[v]
        if mark[v] == -stamp and sink >= 0 and journal.seen[sink] != stamp:
            old = state.finish[v]
            enter(state, journal, v, count)
            count += 1
            timed(net, flat, state, v)
            if state.finish[v] != old:
                journal.seen[sink] = stamp
                done = journal.done[sink]
                journal.sink[sinks] = sink
                journal.complete[sinks] = done
                journal.done[sink] = done + state.finish[v] - old
                sinks += 1
                delta += sink_cost(costs, sink, journal.done[sink]) - sink_cost(costs, sink, done)
    journal.touched[0] = count
    journal.touched[1] = sinks
    return delta


@primitive
def take_back(state: State, journal: Journal) -> None:
    """Put back the times that the last move has changed."""
    for k in range(journal.touched[0]):
        v = journal.op[k]
        state.finish[v] = journal.finish[k]
        state.ready[v] = journal.ready[k]
        state.length[v] = journal.length[k]
    for k in range(journal.touched[1]):
        journal.done[journal.sink[k]] = journal.complete[k]


@primitive
def try_move(
    net: Net,
    flat: Flat,
    costs: Costs,
    state: State,
    journal: Journal,
    v: int,
    option: int,
    a: int,
    stamp: int,
    limit: float,
    most: int,
    far: int,
) -> float:
    """Make a move and give the change of cost; NaN, and nothing changed, where it would be a circle.

    It is worked out as far as `far` operations only where the first `most` let hope that it does not cost more than
    `limit`. Uses `stamp` and the number after it.
    """
    n = len(net.release)
    old_after = state.after[v]
    span = relocate(net, state, v, option, a, stamp)
    if span < 0:
        return np.nan
    delta = 0.0
    for turn in range(2):
        low, high = n, 0
        for k in range(3):
            x = v
            if k < 2:
                x = old_after if k else state.after[v]
            if x < n:
                state.mark[x] = -(stamp + turn)
                low = min(low, state.place[x])
                high = max(high, state.place[x])
        delta = felt(net, flat, costs, state, journal, low, high, stamp + turn, far if turn else most)
        if turn or journal.touched[2] == 0 or delta > limit:
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
def beside(net: Net, state: State, v: int, unit: int, random: Integers) -> int:
    """Pick the operation of another unit behind which `v` would go by time, or one a little before or after."""
    n = len(net.release)
    a: int = state.last[unit]
    while a < n and state.finish[a] > state.ready[v]:
        a = state.before[a]
    for _ in range(draw(random, 4)):
        following = state.after[a] if a < n else state.first[unit]
        if following < n:
            a = following
    return a


@compiled
def anneal(  # noqa: C901, PLR0912, PLR0915  the one hot loop
    net: Net,
    flat: Flat,
    costs: Costs,
    state: State,
    journal: Journal,
    order: Integers,
    option: Integers,
    random: Integers,
    heat: Numbers,
    iterations: int,
    best: float,
    fresh: bool,  # noqa: FBT001
    most: int,
    far: int,
) -> float:
    """Make `iterations` tries while the temperature goes from ``heat[0]`` to ``heat[1]``; gives the best cost.

    Begins from the plan in `order` and `option` where `fresh`, else from the state as it is; the best plan is left in
    `order` and `option`. `most` and `far`: see `try_move`; where `far` is not all, what lies further is taken to stay
    as it is until the end of the call, when all is worked out once. The current cost is left in ``heat[1]``.
    """
    n = len(net.release)
    lazy = far < n
    if fresh:
        load(net, state, order, option)
    if fresh or lazy:
        for i in range(n):
            timed(net, flat, state, state.order[i])
    state.mark[:] = 0
    journal.seen[:] = 0
    current = total_cost(net, costs, state, journal)
    span = makespan(net, state)
    current += costs.span * span
    unsaved = False
    if current < best:
        best, unsaved = current, True
    sinks = len(costs.due)
    cooling = (heat[1] / heat[0]) ** (1.0 / max(iterations, 1)) if heat[0] > 0 else 1.0
    temperature = heat[0]
    stamp, made = -2, 0
    again = False
    v, new, a, limit = n, 0, n, 0.0
    while made < iterations:
        stamp += 3
        if not again:
            made += 1
            temperature *= cooling
            limit = -temperature * np.log((draw(random, 1 << 30) + 1) / (1 << 30))
            v = -1
            kind = draw(random, 16)
            if kind > 2:
                if costs.span > 0 and (sinks == 0 or draw(random, 2) == 0):
                    for x in net.ends:
                        if state.finish[x] == span:
                            v = x
                else:
                    sink = chosen_sink(costs, journal, random)
                    if sink >= 0:
                        v = last_of(costs, state, sink)
                if v >= 0:
                    v = held_up(net, state, v, random)
            if v < 0:
                v = draw(random, n)
            new = state.option[v]
            options = net.option_pointer[v + 1] - net.option_pointer[v]
            if options > 1 and draw(random, 2) == 0:
                new = net.option_pointer[v] + draw(random, options)
            unit = net.option_unit[new]
            a = n
            if unit < 0:
                if new == state.option[v]:
                    continue
            elif unit != state.unit[v]:
                a = beside(net, state, v, unit, random)
            else:
                steps = 1
                while steps < 12 and draw(random, 2):
                    steps += 1
                a = state.before[v]
                if kind % 4 == 0 or kind % 4 == 3:  # behind others, or the one before goes behind
                    if kind % 4 == 3:
                        a, v = v, a
                        if v == n:
                            continue
                        new = state.option[v]
                        steps -= 1
                    else:
                        a = v
                    for _ in range(steps):
                        if state.after[a] < n:
                            a = state.after[a]
                    if a == v:
                        continue
                elif a == n and new == state.option[v]:
                    continue
                else:
                    for _ in range(steps):
                        if a < n:
                            a = state.before[a]
        old_option, old_before, last = state.option[v], state.before[v], span
        delta = try_move(net, flat, costs, state, journal, v, new, a, stamp, limit, most, far)
        again = False
        if np.isnan(delta):
            continue
        if costs.span > 0:
            span = makespan(net, state)
            delta += costs.span * (span - last)
        if delta > limit or (delta > 0 and unsaved and not lazy):
            take_back(state, journal)
            relocate(net, state, v, old_option, old_before, stamp + 2)
            span = last
            if delta <= limit:  # the best so far is about to be left: keep it, then make the move
                order[:] = state.order[:n]
                option[:] = state.option[:n]
                unsaved = False
                again = True
            continue
        current += delta
        if current < best - 1e-7 and not lazy:
            best, unsaved = current, True
    if lazy:
        for i in range(n):
            timed(net, flat, state, state.order[i])
        current = total_cost(net, costs, state, journal) + costs.span * makespan(net, state)
        if current < best - 1e-7:
            best, unsaved = current, True
    heat[1] = current
    if unsaved:
        order[:] = state.order[:n]
        option[:] = state.option[:n]
    return best
