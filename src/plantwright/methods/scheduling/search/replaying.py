"""What one thread has found is done again in the schedule of all threads, wherever it still fits.

Tries take out little and put it in near where it was, so those of several threads seldom meet. A thread that goes on
from the schedule of all has what every thread found, and not only what the best of them did.
"""

from __future__ import annotations

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.costs import Costs
from plantwright.methods.scheduling.search.insertion import (
    HEAP,
    OUT,
    SINKS,
    Log,
    Tray,
    changed,
    counted,
    give_up,
    take_out,
    undo,
)
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.scheduling.search.rows import Rows, put, ready_of
from plantwright.methods.working_time import ending_after, primitive


@primitive
def has_room(net: Net, rows: Rows, option: int, start: int, finish: int) -> bool:
    """Tell whether nothing stands in a time on the unit of an option."""
    unit = net.option_unit[option]
    if unit < 0:
        return True
    low = rows.pointer[unit]
    high = low + rows.held[unit]
    if high >= rows.pointer[unit + 1]:
        return False
    at = ending_after(rows.begins, low, high, start)
    behind: bool = at == low or rows.ends[at - 1] <= start
    return behind and (at == high or rows.begins[at] >= finish)


@primitive
def in_order(net: Net, rows: Rows, v: int) -> bool:
    """Tell whether an operation begins after all that it waits for, and what waits for it after its end."""
    if rows.start[v] < ready_of(net, rows, v):
        return False
    for k in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
        if rows.start[net.succ_op[k]] < rows.finish[v] + net.succ_lag[k]:
            return False
    return True


@primitive
def done_again(
    net: Net, costs: Costs, rows: Rows, tray: Tray, log: Log, rank: Integers, low: int, high: int, stamp: int
) -> bool:
    """Move the operations of one try where the log has them; gives false where they no longer fit there."""
    for k in range(low, high):
        v = log.op[k]
        if not rows.out[v] and not take_out(net, costs, rows, tray, rank, v, 0, stamp):
            return False
    for k in range(low, high):
        v = log.op[k]
        if rows.out[v]:  # what a try took out twice is in the log twice
            if not has_room(net, rows, log.option[k], log.start[k], log.finish[k]):
                return False
            put(net, rows, v, log.option[k], log.start[k], log.finish[k])
    for k in range(low, high):  # noqa: SIM110  a kernel has no generators
        if not in_order(net, rows, log.op[k]):
            return False
    return True


@compiled
def replay(net: Net, costs: Costs, rows: Rows, tray: Tray, log: Log, rank: Integers) -> float:
    """Do the tries of a log again, each where it fits and costs no more than it did then; gives the cost reached."""
    cost = counted(costs, rows, tray)
    for k in range(log.size[0]):
        tray.size[OUT] = tray.size[SINKS] = tray.size[HEAP] = 0
        tray.worth[:] = 0
        if not done_again(net, costs, rows, tray, log, rank, log.pointer[k], log.pointer[k + 1], k + 1):
            undo(net, rows, tray)
            continue
        delta = changed(costs, rows, tray)
        if delta > max(log.delta[k], 0.0) + 1e-6:
            give_up(net, rows, tray)
            continue
        cost += delta
    return cost
