"""Ruin and recreate: what makes a sink late is taken out with some of what stands in its way, and put in again.

The late chain goes first, each operation where it ends first; then the others. What a successor cannot wait for pushes
the successor out. Only sinks of what was out can change, so that a try costs as much as the places it looks for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.scheduling.search.costs import Costs, completion, sink_cost
from plantwright.methods.scheduling.search.net import Net, draw
from plantwright.methods.scheduling.search.rows import Rows, place_early, place_late, put, ready_of, take
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import NEVER, primitive

STEPS = 60
"""How many operations of the chain to a late sink are taken out at most."""
MOST = 400
"""How many operations are out at once at most."""
GROUP = 1 << 40
HEAPED = 16 * MOST
"""Room for what is to be put in again; an operation may be noted several times."""
MOVED = 60
"""Room in a log for so many operations of each try that was kept."""


class Tray(NamedTuple):
    """What is out, with its places before, the sinks it changes, and the sinks that cost something.

    `loss` is what each of the changed sinks costs by what has been put in again so far.
    """

    op: Integers
    start: Integers
    finish: Integers
    option: Integers
    heap: Integers
    size: Integers
    seen: Integers
    sink: Integers
    complete: Integers
    done: Integers
    costly: Integers
    where: Integers
    worth: Numbers
    loss: Numbers


def empty_tray(sinks: int) -> Tray:
    """Give an empty tray."""
    op, start, finish, option = (np.zeros(MOST + 1, np.int64) for _ in range(4))
    seen, sink, complete, done, costly, where = (np.zeros(sinks + 1, np.int64) for _ in range(6))
    heap, size, worth = np.zeros(HEAPED, np.int64), np.zeros(4, np.int64), np.zeros(2)
    loss = np.zeros(sinks + 1)
    return Tray(op, start, finish, option, heap, size, seen, sink, complete, done, costly, where, worth, loss)


class Log(NamedTuple):
    """What the tries that were kept have moved, try by try: where each operation stands now, and what it cost more.

    Try ``k`` moved the operations from ``pointer[k]`` to ``pointer[k + 1]``; ``size[0]`` tries are noted. What finds
    no room is not noted.
    """

    op: Integers
    start: Integers
    finish: Integers
    option: Integers
    pointer: Integers
    delta: Numbers
    size: Integers


def empty_log(tries: int) -> Log:
    """Give room for so many tries that were kept."""
    op, start, finish, option = (np.zeros(tries * MOVED, np.int64) for _ in range(4))
    return Log(op, start, finish, option, np.zeros(tries + 1, np.int64), np.zeros(tries), np.zeros(1, np.int64))


@primitive
def note(rows: Rows, tray: Tray, log: Log, delta: float) -> None:
    """Note what a try has moved; nothing where it moved nothing, or where there is no room."""
    count = log.size[0]
    if count == len(log.delta):
        return
    at = log.pointer[count]
    for k in range(tray.size[OUT]):
        v = tray.op[k]
        if rows.start[v] != tray.start[k] or rows.option[v] != tray.option[k]:
            if at == len(log.op):
                return
            log.op[at], log.start[at] = v, rows.start[v]
            log.finish[at], log.option[at] = rows.finish[v], rows.option[v]
            at += 1
    if at > log.pointer[count]:
        log.pointer[count + 1], log.delta[count] = at, delta
        log.size[0] = count + 1


OUT, SINKS, HEAP, COSTLY = range(4)
GAIN, LOSS = range(2)


@primitive
def take_out(net: Net, costs: Costs, rows: Rows, tray: Tray, rank: Integers, v: int, group: int, stamp: int) -> bool:
    """Take an operation out, and note it to be put in again; gives false where too many are out."""
    count = tray.size[OUT]
    if count >= MOST or tray.size[HEAP] >= HEAPED - 8:
        return False
    tray.op[count], tray.start[count] = v, rows.start[v]
    tray.finish[count], tray.option[count] = rows.finish[v], rows.option[v]
    tray.size[OUT] = count + 1
    take(net, rows, v)
    push(tray.heap, 0, tray.size[HEAP], group * GROUP + rank[v])
    tray.size[HEAP] += 1
    for k in range(costs.op_pointer[v], costs.op_pointer[v + 1]):
        sink = costs.op_sink[k]
        if tray.seen[sink] != stamp:
            tray.seen[sink] = stamp
            tray.loss[sink] = 0.0
            tray.sink[tray.size[SINKS]] = sink
            tray.complete[tray.size[SINKS]] = tray.done[sink]
            tray.size[SINKS] += 1
            tray.worth[GAIN] += sink_cost(costs, sink, tray.done[sink])
    return True


@primitive
def last_of(costs: Costs, rows: Rows, sink: int) -> int:
    """Give the operation that decides when a sink is complete, or -1."""
    v, latest = -1, -NEVER
    for k in range(costs.sink_pointer[sink], costs.sink_pointer[sink + 1]):
        done = rows.finish[costs.sink_op[k]] + costs.sink_lag[k]
        if done > latest:
            v, latest = costs.sink_op[k], done
    return v


@primitive
def waited_for(net: Net, rows: Rows, v: int, random: Integers) -> int:
    """Give the predecessor that an operation waits for longest, now and then another; -1 where there is none left."""
    found, latest = -1, -NEVER
    low, high = net.pred_pointer[v], net.pred_pointer[v + 1]
    for k in range(low, high):
        p = net.pred_op[k]
        if rows.finish[p] + net.pred_lag[k] > latest and not rows.out[p]:
            found, latest = p, rows.finish[p] + net.pred_lag[k]
    if high - low > 1 and draw(random, 8) == 0:
        p = net.pred_op[low + draw(random, high - low)]
        if not rows.out[p]:
            found = p
    return found


@primitive
def ruin(
    net: Net, costs: Costs, rows: Rows, tray: Tray, rank: Integers, random: Integers, sink: int, share: int, stamp: int
) -> bool:
    """Take out the chain to a sink and, of what stands in its way, so many of 16."""
    v = last_of(costs, rows, sink)
    for _ in range(STEPS):
        if v < 0:
            break
        ready = ready_of(net, rows, v)
        begun = rows.start[v]
        if not take_out(net, costs, rows, tray, rank, v, 0, stamp):
            return False
        if begun > ready and share:
            for option in range(net.option_pointer[v], net.option_pointer[v + 1]):
                if not clear(net, costs, rows, tray, rank, random, net.option_unit[option], ready, begun, share, stamp):
                    return False
        v = waited_for(net, rows, v, random)
    return True


@primitive
def clear(
    net: Net, costs: Costs, rows: Rows, tray: Tray, rank: Integers, random: Integers, unit: int, low: int, high: int,
    share: int, stamp: int,
) -> bool:  # fmt: skip
    """Take out, of what a unit does in a time, so many of 16."""
    if unit < 0:
        return True
    first = rows.pointer[unit]
    k = first + rows.held[unit] - 1
    while k >= first and rows.begins[k] >= high:
        k -= 1
    while k >= first and rows.ends[k] > low:
        if draw(random, 16) < share and not take_out(net, costs, rows, tray, rank, rows.op[k], 1, stamp):
            return False
        k -= 1
    return True


@primitive
def note_before(net: Net, rows: Rows, tray: Tray, rank: Integers, v: int, key: int) -> bool:
    """Note what is out of an operation's predecessors, and itself again behind them; gives false where none is out."""
    found = False
    for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
        p = net.pred_op[k]
        if rows.out[p]:
            found = True
            push(tray.heap, 0, tray.size[HEAP], key // GROUP * GROUP + rank[p])
            tray.size[HEAP] += 1
            if tray.size[HEAP] > HEAPED - 8:
                break
    if found:
        push(tray.heap, 0, tray.size[HEAP], key)
        tray.size[HEAP] += 1
    return found


@primitive
def until_of(net: Net, costs: Costs, rows: Rows, v: int) -> int:
    """Give by when an operation must be done for its successors and sinks, as late as they were."""
    until: int = NEVER
    for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
        until = min(until, rows.start[net.succ_op[k]] - net.succ_lag[k])
    for k in range(costs.op_pointer[v], costs.op_pointer[v + 1]):
        until = min(until, max(costs.due[costs.op_sink[k]], rows.finish[v]))
    return until


@primitive
def push_out(net: Net, costs: Costs, rows: Rows, tray: Tray, rank: Integers, v: int, group: int, stamp: int) -> bool:
    """Take out the successors that begin too early now; gives false where too many are out."""
    for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
        s = net.succ_op[k]
        early = not rows.out[s] and rows.start[s] < rows.finish[v] + net.succ_lag[k]
        if early and not take_out(net, costs, rows, tray, rank, s, group, stamp):
            return False
    return True


@primitive
def recreate(
    net: Net, flat: Flat, costs: Costs, rows: Rows, tray: Tray, rank: Integers, at_rank: Integers, late: int,
    stamp: int, limit: float,
) -> bool:  # fmt: skip
    """Put in what is out: the late chain first, what it waits for before it; with `late`, the others late.

    Gives false where there is no place, or where it costs more than `limit` already.
    """
    while tray.size[HEAP]:
        key = pop(tray.heap, 0, tray.size[HEAP])
        tray.size[HEAP] -= 1
        group, v = key // GROUP, at_rank[key % GROUP]
        if not rows.out[v]:
            continue
        if note_before(net, rows, tray, rank, v, key):
            if tray.size[HEAP] > HEAPED - 8:
                return False
            continue
        until = until_of(net, costs, rows, v) if late and group else NEVER
        placed = until < NEVER and place_late(net, flat, rows, v, until)
        if not placed and not place_early(net, flat, rows, v):
            return False
        for k in range(costs.op_pointer[v], costs.op_pointer[v + 1]):
            sink = costs.op_sink[k]
            cost = sink_cost(costs, sink, rows.finish[v])
            if cost > tray.loss[sink]:  # the last of its operations decides, however often they are put in
                tray.worth[LOSS] += cost - tray.loss[sink]
                tray.loss[sink] = cost
        if tray.worth[LOSS] > tray.worth[GAIN] + limit:
            return False
        if not push_out(net, costs, rows, tray, rank, v, group, stamp):
            return False
    return True


@primitive
def undo(net: Net, rows: Rows, tray: Tray) -> None:
    """Put everything that was out back where it was."""
    for k in range(tray.size[OUT]):
        if not rows.out[tray.op[k]]:
            take(net, rows, tray.op[k])
    for k in range(tray.size[OUT]):
        if rows.out[tray.op[k]]:  # what was out twice belongs where it was first
            put(net, rows, tray.op[k], tray.option[k], tray.start[k], tray.finish[k])


@primitive
def keep_costly(costs: Costs, tray: Tray, sink: int) -> None:
    """Note whether a sink costs something."""
    where = tray.where[sink]
    cost = sink_cost(costs, sink, tray.done[sink])
    if cost > 0 and where < 0:
        tray.costly[tray.size[COSTLY]] = sink
        tray.where[sink] = tray.size[COSTLY]
        tray.size[COSTLY] += 1
    elif cost <= 0 and where >= 0:
        last = tray.costly[tray.size[COSTLY] - 1]
        tray.costly[where] = last
        tray.where[last] = where
        tray.where[sink] = -1
        tray.size[COSTLY] -= 1


@primitive
def drawn_sink(costs: Costs, tray: Tray, random: Integers) -> int:
    """Draw a sink that costs something, the costlier of two."""
    count = tray.size[COSTLY]
    one, other = tray.costly[draw(random, count)], tray.costly[draw(random, count)]
    if sink_cost(costs, other, tray.done[other]) > sink_cost(costs, one, tray.done[one]):
        one = other
    drawn: int = one
    return drawn


@primitive
def counted(costs: Costs, rows: Rows, tray: Tray) -> float:
    """Note what each sink costs; gives the whole cost."""
    cost = 0.0
    tray.size[COSTLY] = 0
    tray.where[:] = -1
    tray.seen[:] = 0
    for sink in range(len(costs.due)):
        tray.done[sink] = completion(costs, rows.finish, sink)
        cost += sink_cost(costs, sink, tray.done[sink])
        keep_costly(costs, tray, sink)
    return cost


@primitive
def changed(costs: Costs, rows: Rows, tray: Tray) -> float:
    """Note what the sinks of what was out cost now; gives how much more that is in all."""
    delta = 0.0
    for k in range(tray.size[SINKS]):
        sink = tray.sink[k]
        complete = completion(costs, rows.finish, sink)
        delta += sink_cost(costs, sink, complete) - sink_cost(costs, sink, tray.complete[k])
        tray.done[sink] = complete
    return delta


@primitive
def give_up(net: Net, rows: Rows, tray: Tray) -> None:
    """Put everything back, and let its sinks cost what they did."""
    undo(net, rows, tray)
    for k in range(tray.size[SINKS]):
        tray.done[tray.sink[k]] = tray.complete[k]


@compiled
def reinsert(
    net: Net, flat: Flat, costs: Costs, rows: Rows, tray: Tray, log: Log, rank: Integers, at_rank: Integers,
    random: Integers, heat: float, iterations: int,
) -> float:  # fmt: skip
    """Make so many tries at a temperature; gives the cost that is reached. The rows hold the schedule."""
    cost = counted(costs, rows, tray)
    for stamp in range(1, iterations + 1):
        if tray.size[COSTLY] == 0:
            break
        tray.size[OUT] = tray.size[SINKS] = tray.size[HEAP] = 0
        tray.worth[:] = 0
        limit = -heat * np.log((draw(random, 1 << 30) + 1) / (1 << 30))
        sink = drawn_sink(costs, tray, random)
        share = min(draw(random, 17), draw(random, 17))  # small shares find more in the same time
        good = ruin(net, costs, rows, tray, rank, random, sink, share if draw(random, 4) else 0, stamp)
        good = good and recreate(net, flat, costs, rows, tray, rank, at_rank, draw(random, 2), stamp, limit)
        if not good:
            undo(net, rows, tray)
            continue
        delta = changed(costs, rows, tray)
        if delta > limit:
            give_up(net, rows, tray)
            continue
        cost += delta
        note(rows, tray, log, delta)
        for k in range(tray.size[SINKS]):
            keep_costly(costs, tray, tray.sink[k])
    return cost
