"""When must an order start to be received in time, and when is it received if it starts at a moment.

An order waits `lead_extra` elapsed minutes after its release, and then either passes its operations (queue, work in
working time, move), or takes the lead of its supplier's offer, or its own fixed and per-unit lead time.
"""

from __future__ import annotations

import numpy as np

from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import SCALE, Ints
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import LONG_AGO, NEVER, finish_of, primitive, start_before


@primitive
def whole_minutes(minutes: float) -> int:
    """Round up to whole minutes, forgiving the error of real arithmetic."""
    return int(np.ceil(minutes - 1e-9))


@primitive
def offer_for(t: Tables, node: int, quantity: int) -> int:
    """Give the position of the offer that a lot takes, or -1 when there is none or the node is not bought."""
    n = node * c.NODE_WIDTH
    if t.data[n + c.KIND] != 1:
        return -1
    chosen = smallest = -1
    for offer in range(t.data[n + c.OFFERS], t.data[n + c.NODE_WIDTH + c.OFFERS], c.OPTION_WIDTH):
        minimum = t.data[offer + c.OFFER_MINIMUM]
        if minimum <= quantity and (chosen < 0 or minimum > t.data[chosen + c.OFFER_MINIMUM]):
            chosen = offer
        if smallest < 0 or minimum < t.data[smallest + c.OFFER_MINIMUM]:
            smallest = offer
    return chosen if chosen >= 0 else smallest


@primitive
def operations_of(t: Tables, node: int) -> int:
    """Count the operations that give the node its lead time: none unless it is made."""
    n = node * c.NODE_WIDTH
    if t.data[n + c.KIND] != 0:
        return 0
    return int(t.data[n + c.NODE_WIDTH + c.OPS] - t.data[n + c.OPS]) // c.OP_WIDTH


@primitive
def work_minutes(t: Tables, op: int, quantity: int) -> int:
    """Give the minutes of work of one operation for an order of this size."""
    batch, real = t.data[op + c.BATCH], t.data[op + c.OP_REAL]
    runs = float(-(-quantity // batch)) if batch > 0 else quantity / SCALE
    return whole_minutes(t.factor * (t.real[real] + t.real[real + 1] * runs))


@primitive
def lead_minutes(t: Tables, node: int, quantity: int, offer: int) -> int:
    """Give the lead time of an order without operations, in minutes of the lead calendar."""
    if offer >= 0:
        return int(t.data[offer + c.OFFER_LEAD])
    n = node * c.NODE_WIDTH
    per_unit = t.real[node * c.NODE_REALS + c.LEAD_PER_UNIT]
    minutes = t.data[n + c.LEAD_FIXED] + per_unit * (quantity / SCALE)
    kind = t.data[n + c.KIND]
    return whole_minutes(t.factor * minutes if kind == 0 or kind == 3 else minutes)  # noqa: PLR1714 - as Numba likes it


@primitive
def start_for(t: Tables, times: Calendars, node: int, quantity: int, offer: int, due: int, step: Ints, at: int) -> int:
    """Give the latest release that is received by `due`; write the start of each operation from ``step[at]`` on."""
    n = node * c.NODE_WIDTH
    moment = due
    count = operations_of(t, node)
    if count == 0:
        work = lead_minutes(t, node, quantity, offer)
        calendar = t.data[n + c.LEAD_CALENDAR]
        moment = start_before(times.begin, times.start, times.end, times.before, calendar, due, work)
    for number in range(count - 1, -1, -1):
        op = t.data[n + c.OPS] + number * c.OP_WIDTH
        before, further, waiting = due, 0, t.data[op + c.LEADS_TO]
        while waiting > 0 and number + further + 1 < count:
            further += 1
            if waiting & 1:
                before = min(before, step[at + number + further] - t.data[op + further * c.OP_WIDTH + c.QUEUE])
            waiting >>= 1
        calendar, work = t.data[op + c.CALENDAR], work_minutes(t, op, quantity)
        before -= t.data[op + c.MOVE]
        begin = start_before(times.begin, times.start, times.end, times.before, calendar, before, work)
        step[at + number] = begin
        moment = min(moment, begin - t.data[op + c.QUEUE])
    return int(max(moment - t.data[n + c.LEAD_EXTRA], LONG_AGO))


@primitive
def receipt_for(
    t: Tables, times: Calendars, node: int, quantity: int, offer: int, release: int, step: Ints, at: int
) -> int:
    """Give the receipt of an order released at `release`, or `NEVER`; write the start of each operation."""
    n = node * c.NODE_WIDTH
    moment = release + t.data[n + c.LEAD_EXTRA]
    count = operations_of(t, node)
    if count == 0:
        work = lead_minutes(t, node, quantity, offer)
        calendar = t.data[n + c.LEAD_CALENDAR]
        moment = finish_of(times.begin, times.start, times.end, times.before, calendar, moment, work)
    for number in range(count):
        step[at + number] = moment
    if count > 0:
        moment = through_operations(t, times, node, quantity, moment, step, at)
    return int(min(moment, NEVER))


@primitive
def through_operations(t: Tables, times: Calendars, node: int, quantity: int, moment: int, step: Ints, at: int) -> int:
    """Give when all operations are done that may begin at `moment` and not before what stands from ``step[at]`` on.

    The starts take the place of the moments. An operation waits for the last of those that lead to it.
    """
    n = node * c.NODE_WIDTH
    count, last = operations_of(t, node), moment
    for number in range(count):
        op = t.data[n + c.OPS] + number * c.OP_WIDTH
        work, after = work_minutes(t, op, quantity), max(moment + t.data[op + c.QUEUE], step[at + number])
        done = work_from(times, t.data[op + c.CALENDAR], after, work, step, at + number) + t.data[op + c.MOVE]
        further, waiting = 0, t.data[op + c.LEADS_TO]
        while waiting > 0 and number + further + 1 < count:
            further += 1
            if waiting & 1:
                ready = done + t.data[op + further * c.OP_WIDTH + c.QUEUE]
                step[at + number + further] = max(step[at + number + further], ready)
            waiting >>= 1
        last = max(last, done)
    return int(last)


@primitive
def release_of(t: Tables, node: int, step: Ints, at: int) -> int:
    """Give the last release that lets every operation begin when it does, by the starts from ``step[at]`` on."""
    n = node * c.NODE_WIDTH
    first = step[at]
    for number in range(operations_of(t, node)):
        op = t.data[n + c.OPS] + number * c.OP_WIDTH
        begin = step[at + number] - t.data[op + c.QUEUE]
        first = begin if number == 0 else min(first, begin)
    return int(first - t.data[n + c.LEAD_EXTRA])


@primitive
def work_from(times: Calendars, calendar: int, after: int, work: int, step: Ints, at: int) -> int:
    """Give when work that may begin at `after` is done, or `NEVER`; write the latest start that gives that."""
    done = finish_of(times.begin, times.start, times.end, times.before, calendar, after, work)
    step[at] = NEVER
    if done < NEVER:
        step[at] = start_before(times.begin, times.start, times.end, times.before, calendar, done, work)
    return int(done)


@primitive
def receipt_with_waits(
    t: Tables, times: Calendars, node: int, quantity: int, offer: int, release: int, step: Ints, at: int
) -> int:
    """Give the receipt of an order as `receipt_for` does, but let each operation wait for a moment of its own.

    The moments are read from ``step[at]`` on, and the starts of the operations are written in their place; an order
    without operations is one operation.
    """
    n = node * c.NODE_WIDTH
    moment = release + t.data[n + c.LEAD_EXTRA]
    count = operations_of(t, node)
    if count == 0:
        work, after = lead_minutes(t, node, quantity, offer), max(moment, step[at])
        moment = work_from(times, t.data[n + c.LEAD_CALENDAR], after, work, step, at)
    if count > 0:
        moment = through_operations(t, times, node, quantity, moment, step, at)
    return int(min(moment, NEVER))
