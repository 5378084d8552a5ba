"""A schedule as what stands on each unit, in order of time, with gaps: operations are taken out and put in between.

Nothing else moves when one operation does, so that a change costs no more than finding its place.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import NO, Flags, Integers, Schedule
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import (
    LONG_AGO,
    NEVER,
    ending_after,
    finish_of,
    fits_before,
    fits_from,
    open_from,
    primitive,
    start_before,
)

SPARE = 64
"""Room on each unit besides twice what stands there at the beginning."""


class Rows(NamedTuple):
    """When and in which option each operation is done, and what stands on each unit.

    Unit ``u`` has ``held[u]`` operations in ``op[pointer[u]:pointer[u] + held[u]]``, with their starts and finishes
    beside them. An operation that is `out` has no place; its times are those it had.
    """

    start: Integers
    finish: Integers
    option: Integers
    out: Flags
    pointer: Integers
    held: Integers
    op: Integers
    begins: Integers
    ends: Integers


def rows_of(net: Net, option: Integers, schedule: Schedule) -> Rows:
    """Lay out a complete schedule. O(operations log operations)."""
    units = len(net.unit_matrix)
    unit = net.option_unit[option]
    by = np.lexsort((schedule.start, unit))
    by = by[unit[by] >= 0]
    count = np.bincount(unit[by], minlength=units).astype(np.int64)
    pointer = np.concatenate(([0], np.cumsum(2 * count + SPARE))).astype(np.int64)
    place = np.arange(len(by)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(pointer[:-1], count)
    made = [np.zeros(pointer[-1], np.int64) for _ in range(3)]
    for row, values in zip(made, (by, schedule.start[by], schedule.finish[by]), strict=True):
        row[place] = values
    out = np.zeros(len(schedule.start), np.bool_)
    return Rows(schedule.start.copy(), schedule.finish.copy(), option.copy(), out, pointer, count, *made)


def copied(rows: Rows) -> Rows:
    """Copy the rows."""
    start, finish, option, out, *more = (row.copy() for row in rows)
    return Rows(start, finish, option, out.astype(np.bool_), *more)  # type: ignore[arg-type]


def take_over(rows: Rows, other: Rows) -> None:
    """Write other rows of the same shop over these."""
    for own, new in zip(rows, other, strict=True):
        own[:] = new


@primitive
def put(net: Net, rows: Rows, v: int, option: int, start: int, finish: int) -> None:
    """Put an operation where there is room for it."""
    rows.start[v], rows.finish[v], rows.option[v] = start, finish, option
    rows.out[v] = False
    unit = net.option_unit[option]
    if unit < 0:
        return
    low = rows.pointer[unit]
    high = low + rows.held[unit]
    at = ending_after(rows.begins, low, high, start)
    for k in range(high, at, -1):
        rows.op[k], rows.begins[k], rows.ends[k] = rows.op[k - 1], rows.begins[k - 1], rows.ends[k - 1]
    rows.op[at], rows.begins[at], rows.ends[at] = v, start, finish
    rows.held[unit] += 1


@primitive
def take(net: Net, rows: Rows, v: int) -> None:
    """Take an operation out."""
    rows.out[v] = True
    unit = net.option_unit[rows.option[v]]
    if unit < 0:
        return
    low = rows.pointer[unit]
    high = low + rows.held[unit]
    at = ending_after(rows.begins, low, high, rows.start[v]) - 1
    for k in range(at, high - 1):
        rows.op[k], rows.begins[k], rows.ends[k] = rows.op[k + 1], rows.begins[k + 1], rows.ends[k + 1]
    rows.held[unit] -= 1


@primitive
def ready_of(net: Net, rows: Rows, v: int) -> int:
    """Give when the arcs and its release let an operation begin."""
    ready: int = net.release[v]
    for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
        ready = max(ready, rows.finish[net.pred_op[k]] + net.pred_lag[k])
    return ready


@primitive
def first_place(net: Net, flat: Flat, rows: Rows, v: int, option: int, ready: int, before: int) -> tuple[int, int]:
    """Find the earliest start and finish in an option from `ready` on; `NEVER` where none ends before `before`."""
    pointer, start, end, worked = flat
    minutes, c, unit = net.option_minutes[option], net.option_calendar[option], net.option_unit[option]
    t = ready
    at, high = 0, 0
    if unit >= 0:
        low = rows.pointer[unit]
        high = low + rows.held[unit]
        if high >= rows.pointer[unit + 1]:
            return NEVER, NEVER
        at = ending_after(rows.ends, low, high, t)
    while t + minutes < before:
        gap = rows.begins[at] if at < high else NEVER
        if t + minutes <= gap:
            if minutes <= 0:
                return t, t
            if net.pausable[v]:
                finish = finish_of(pointer, start, end, worked, c, t, minutes)
                if finish <= gap and finish < before:
                    return open_from(pointer, start, end, worked, c, t), finish
            else:
                begun = fits_from(pointer, start, end, worked, c, t, minutes)
                if begun < NEVER and begun + minutes <= gap and begun + minutes < before:
                    return begun, begun + minutes
        if at >= high:
            break
        t = max(t, rows.ends[at])
        at += 1
    return NEVER, NEVER


@primitive
def last_place(net: Net, flat: Flat, rows: Rows, v: int, option: int, ready: int, limit: int) -> tuple[int, int]:
    """Find the latest start and finish in an option from `ready` up to `limit`; `LONG_AGO` where there is none."""
    pointer, start, end, worked = flat
    minutes, c, unit = net.option_minutes[option], net.option_calendar[option], net.option_unit[option]
    t = limit
    at, low = 0, 0
    if unit >= 0:
        low = rows.pointer[unit]
        high = low + rows.held[unit]
        if high >= rows.pointer[unit + 1]:
            return LONG_AGO, LONG_AGO
        at = ending_after(rows.begins, low, high, limit - 1)
    while t - minutes >= ready:
        gap = max(ready, rows.ends[at - 1]) if at > low else ready
        if t - minutes >= gap:
            if minutes <= 0:
                return t, t
            if net.pausable[v]:
                begun = start_before(pointer, start, end, worked, c, t, minutes)
            else:
                begun = fits_before(pointer, start, end, worked, c, t, minutes)
            if begun >= gap:
                return begun, finish_of(pointer, start, end, worked, c, begun, minutes)
        if at <= low:
            break
        at -= 1
        t = min(t, rows.begins[at])
    return LONG_AGO, LONG_AGO


@primitive
def place_early(net: Net, flat: Flat, rows: Rows, v: int) -> bool:
    """Put an operation where it ends first; gives false, and does nothing, where there is no place."""
    ready = ready_of(net, rows, v)
    best, begun, chosen = NEVER, NEVER, NO
    for option in range(net.option_pointer[v], net.option_pointer[v + 1]):
        start, finish = first_place(net, flat, rows, v, option, ready, best)
        if finish < best:
            best, begun, chosen = finish, start, option
    if chosen >= 0:
        put(net, rows, v, chosen, begun, best)
    return chosen >= 0


@primitive
def place_late(net: Net, flat: Flat, rows: Rows, v: int, limit: int) -> bool:
    """Put an operation where it begins last and is done by `limit`; gives false where there is no place."""
    ready = ready_of(net, rows, v)
    best, done, chosen = LONG_AGO, LONG_AGO, NO
    for option in range(net.option_pointer[v], net.option_pointer[v + 1]):
        start, finish = last_place(net, flat, rows, v, option, max(ready, best), limit)
        if start > best:
            best, done, chosen = start, finish, option
    if chosen >= 0:
        put(net, rows, v, chosen, best, done)
    return chosen >= 0
