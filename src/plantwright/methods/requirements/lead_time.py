"""When must an order start to be received in time, and when is it received if it starts at a moment.

An order waits `lead_extra` elapsed minutes after its release, and then either passes its operations (queue, work in
working time, move), or takes the lead of its supplier's offer, or its own fixed and per-unit lead time.
"""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import SCALE, Ints
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import LONG_AGO, NEVER, finish_of, start_before


@compiled
def whole_minutes(minutes: float) -> int:
    """Round up to whole minutes, forgiving the error of real arithmetic."""
    return int(np.ceil(minutes - 1e-9))


@compiled
def offer_for(t: Tables, node: int, quantity: int) -> int:
    """Give the row of the offer that a lot of this size takes, or -1 when there is none."""
    chosen = -1
    smallest = -1
    for row in range(t.begin[node, c.OFFERS], t.begin[node + 1, c.OFFERS]):
        minimum = t.offer[row, c.OFFER_MINIMUM]
        if minimum <= quantity and (chosen < 0 or minimum > t.offer[chosen, c.OFFER_MINIMUM]):
            chosen = row
        if smallest < 0 or minimum < t.offer[smallest, c.OFFER_MINIMUM]:
            smallest = row
    return int(chosen if chosen >= 0 else smallest)


@compiled
def operations_of(t: Tables, node: int) -> int:
    """Count the operations that give the node its lead time: none unless it is made."""
    return int(t.begin[node + 1, c.OPS] - t.begin[node, c.OPS]) if t.node[node, c.KIND] == 0 else 0


@compiled
def work_minutes(t: Tables, op: int, quantity: int) -> int:
    """Give the minutes of work of one operation for an order of this size."""
    batch = t.op[op, c.BATCH]
    runs = float(-(-quantity // batch)) if batch > 0 else quantity / SCALE
    return whole_minutes(t.factor * (t.op_real[op, c.SETUP] + t.op_real[op, c.RUN] * runs))


@compiled
def lead_minutes(t: Tables, node: int, quantity: int, offer: int) -> int:
    """Give the lead time of an order without operations, in minutes of the lead calendar."""
    if offer >= 0:
        return int(t.offer[offer, c.OFFER_LEAD])
    minutes = t.node[node, c.LEAD_FIXED] + t.node_real[node, c.LEAD_PER_UNIT] * (quantity / SCALE)
    made = t.node[node, c.KIND] == 0 or t.node[node, c.KIND] == 3  # noqa: PLR1714 - as Numba likes it
    return whole_minutes(t.factor * minutes if made else minutes)


@compiled
def _finish(t: Tables, calendar: int, moment: int, minutes: int) -> int:
    return finish_of(
        t.calendar_begin, t.calendar_start, t.calendar_end, t.calendar_before, calendar, moment, minutes
    )  # fmt: skip


@compiled
def _start(t: Tables, calendar: int, moment: int, minutes: int) -> int:
    return start_before(
        t.calendar_begin, t.calendar_start, t.calendar_end, t.calendar_before, calendar, moment, minutes
    )  # fmt: skip


@compiled
def start_for(t: Tables, node: int, quantity: int, offer: int, due: int, step: Ints, at: int) -> int:
    """Give the latest release that is received by `due`; write the start of each operation from ``step[at]`` on."""
    moment = due
    count = operations_of(t, node)
    if count == 0:
        moment = _start(t, t.node[node, c.LEAD_CALENDAR], due, lead_minutes(t, node, quantity, offer))
    for number in range(count - 1, -1, -1):
        op = t.begin[node, c.OPS] + number
        moment = _start(t, t.op[op, c.CALENDAR], moment - t.op[op, c.MOVE], work_minutes(t, op, quantity))
        step[at + number] = moment
        moment -= t.op[op, c.QUEUE]
    return int(max(moment - t.node[node, c.LEAD_EXTRA], LONG_AGO))


@compiled
def receipt_for(t: Tables, node: int, quantity: int, offer: int, release: int, step: Ints, at: int) -> int:
    """Give the receipt of an order released at `release`, or `NEVER`; write the start of each operation."""
    moment = release + t.node[node, c.LEAD_EXTRA]
    count = operations_of(t, node)
    if count == 0:
        moment = _finish(t, t.node[node, c.LEAD_CALENDAR], moment, lead_minutes(t, node, quantity, offer))
    for number in range(count):
        op = t.begin[node, c.OPS] + number
        work = work_minutes(t, op, quantity)
        finish = _finish(t, t.op[op, c.CALENDAR], moment + t.op[op, c.QUEUE], work)
        step[at + number] = _start(t, t.op[op, c.CALENDAR], finish, work) if finish < NEVER else NEVER
        moment = finish + t.op[op, c.MOVE]
    return int(min(moment, NEVER))
