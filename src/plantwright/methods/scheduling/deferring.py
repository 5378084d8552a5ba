"""Right shift: make the same schedule just in time, without making any delivery later."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.gaps import (
    Gaps,
    fill,
    latest_gap,
    moment_of,
    worked_until,
)
from plantwright.methods.scheduling.problem import (
    Crews,
    Flags,
    Integers,
    Links,
    Modes,
    Schedule,
    Shop,
    Sinks,
    Units,
)
from plantwright.methods.scheduling.serving import held_calendars
from plantwright.methods.scheduling.spliced import spliced
from plantwright.methods.scheduling.state import Placed
from plantwright.methods.scheduling.timing import Flat, done, latest
from plantwright.methods.working_time import LONG_AGO, NEVER, finish_of, primitive


def defer(shop: Shop, schedule: Schedule) -> Schedule:
    """Push every operation as late as possible without delaying any sink beyond its due time or present completion.

    From the end back, each operation moves to its latest place that its successors (lags and overlaps), its sinks,
    its calendars and what else occupies its unit and members allow. On work centers without set-up matrix an
    operation that can pause and holds nobody may move past others, to any unit of the work center; everything else
    keeps its unit and its place in the sequence, and with it its set-up and its members. An operation that serves no
    sink is held to its own due time or its present finish. Fixed operations stay. Nothing starts earlier than before.
    Nor does anything move that a maximum lag binds, that blocks its unit, or that is done where something blocks or
    where there are batches, nor what has a helper at its set-up. No deadline is missed that was met.

    Parameters
    ----------
    shop
        The shop.
    schedule
        A schedule that keeps the rules of the shop, such as `dispatch` gives.

    Returns
    -------
    The schedule just in time. Its sinks are complete at their due time at the latest, or as late as before.

    Notes
    -----
    O((n + arcs) log n) and, for each operation, a look at the gaps of its work center. Right justification:
    Valls, Ballestin and Quintanilla (2005), European Journal of Operational Research 165, 375-386.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[960, 2400])
    >>> defer(shop, dispatch(shop, "edd")).start.tolist()
    [660, 2160]
    """
    limit = finish_limits(shop.links, shop.sinks, shop.order, shop.due, schedule.finish, schedule.sink_finish)
    limit = np.minimum(limit, np.maximum(shop.deadline, schedule.finish))
    placed = Placed(
        schedule.start.copy(),
        schedule.finish.copy(),
        schedule.setup,
        schedule.mode,
        schedule.unit.copy(),
        schedule.member_pointer,
        schedule.member,
    )
    _defer(
        shop.time.flat,
        shop.modes,
        shop.units,
        shop.links,
        shop.crews,
        shop.pausable,
        np.where(bound(shop), 0, shop.fixed_start) if shop.tied else shop.fixed_start,
        limit,
        in_order_of_start(shop, schedule),
        placed,
        _gaps(shop, schedule),
        _room(shop, placed),
    )
    return Schedule(*placed, sink_completions(shop.sinks, placed.finish), schedule.status)


def bound(shop: Shop) -> Flags:
    """Mark the operations that cannot move alone, because of what binds them to others."""
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    found = shop.blocking.copy()
    tied = (shop.pred_max_lag >= 0) | shop.blocking[shop.pred_op]
    found[after[tied]] = True
    found[shop.pred_op[tied]] = True
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    center = np.append(shop.center_capacity > 1, False)
    center[shop.mode_center[shop.blocking[owner] & (shop.mode_center >= 0)]] = True
    found[owner[center[shop.mode_center]]] = True
    helped = np.repeat(np.arange(shop.operations), np.diff(shop.need_pointer))
    found[helped[shop.need_in_setup]] = True
    return found


class Room(NamedTuple):
    """Room to work in, and what has been seen so far of members and units."""

    member_next: Integers
    calendars: Integers
    others: Integers
    unit_last: Integers
    previous: Integers


def _room(shop: Shop, placed: Placed) -> Room:
    crew = int(np.diff(placed.member_pointer).max(initial=0)) + 1
    return Room(
        np.full(len(shop.member_calendar), NEVER, np.int64),
        np.empty(crew, np.int64),
        np.empty(crew, np.int64),
        np.full(len(shop.unit_calendar), -1, np.int64),
        np.full(shop.operations, -1, np.int64),
    )


def _gaps(shop: Shop, schedule: Schedule) -> Gaps:
    """Give room for the gaps: twice what a unit would get if the work were spread evenly over its work center."""
    units = np.diff(shop.unit_pointer)
    center = shop.mode_center[np.maximum(schedule.mode, 0)]
    load = np.bincount(center[center >= 0], minlength=len(units))
    room = (2 * load // np.maximum(units, 1) + 16)[shop.unit_center]
    pointer = np.concatenate(([0], np.cumsum(room))).astype(np.int64)
    k = len(shop.unit_calendar)
    first, last = np.empty(int(pointer[-1]), np.int64), np.empty(int(pointer[-1]), np.int64)
    low, high = np.full(k, LONG_AGO, np.int64), np.full(k, NEVER, np.int64)
    return Gaps(pointer, np.zeros(k, np.int64), first, last, low, high)


def in_order_of_start(shop: Shop, schedule: Schedule) -> Integers:
    """List operations by start; among equal ones those without length come first, then those others wait for."""
    key = schedule.start * 2 + (schedule.finish > schedule.start)
    return shop.order[np.argsort(key[shop.order], kind="stable")]


@compiled
def finish_limits(
    links: Links, sinks: Sinks, order: Integers, due: Integers, finish: Integers, sink_finish: Integers
) -> Integers:
    """Give the latest finish that no sink minds; an operation that serves none has its own due time or its finish."""
    limit = np.full(len(order), NEVER, np.int64)
    for sink in range(len(sinks.due)):
        latest_end = max(sinks.due[sink], sink_finish[sink])
        for k in range(sinks.pointer[sink], sinks.pointer[sink + 1]):
            o = sinks.op[k]
            limit[o] = min(limit[o], latest_end - sinks.lag[k])
    serves = limit < NEVER
    for i in range(len(order) - 1, -1, -1):
        o = order[i]
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            serves[o] |= serves[links.succ_op[k]]
        if not serves[o]:
            limit[o] = max(due[o], finish[o]) if due[o] < NEVER else finish[o]
    return limit


@primitive
def _defer(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    pausable: Flags,
    fixed: Integers,
    limit: Integers,
    order: Integers,
    placed: Placed,
    gaps: Gaps,
    room: Room,
) -> None:
    """Push each operation as late as what follows it lets it, the last one first.

    Operations that have not been pushed yet stand still: all begin before the one in hand, so on each unit only the
    end of the last of them matters (`gaps.low`), and the place the operation comes from is always free for it.
    """
    _last_before(flat, units.calendar, order, placed, gaps.low, room.unit_last, room.previous)
    for i in range(len(order) - 1, -1, -1):
        o = order[i]
        unit, f = placed.unit[o], placed.finish[o]
        if f >= NEVER:
            continue
        occupies = unit >= 0 and f > placed.start[o]
        if occupies:
            gaps.low[unit] = _end_before(flat, units.calendar[unit], placed, room.previous[o])
        minutes = placed.setup[o] + modes.minutes[placed.mode[o]]
        last, begin_by = _by_followers(flat, modes, units, links, crews, placed, room, limit[o], o)
        crowd = placed.member_pointer[o + 1] > placed.member_pointer[o]
        free = fixed[o] < 0 and f < last < NEVER
        alone = occupies and not crowd and pausable[o] and begin_by >= NEVER
        if free and alone and units.matrix[units.center[unit]] < 0:
            _into_latest_gap(flat, units, placed, gaps, o, last, minutes)
            continue
        if free:
            last = _by_unit_and_members(flat, units, placed, gaps, room, o, last, occupies)
            held = held_calendars(modes, units, crews, placed, room.calendars, o)
            _shift(flat, placed, room.calendars, held, pausable[o], o, last, begin_by, minutes)
        if occupies:
            _fill_place(flat, units.calendar[unit], placed, gaps, o)
        for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
            if placed.member[k] >= 0:
                room.member_next[placed.member[k]] = min(room.member_next[placed.member[k]], placed.start[o])


@spliced
def _end_before(flat: Flat, calendar: int, placed: Placed, previous: int) -> int:
    """Give where the operation before ends on its unit, in working minutes; the beginning where there is none."""
    pointer, start, end, before = flat
    if previous >= 0:
        return worked_until(start, end, before, pointer, calendar, placed.finish[previous])
    return 0 if calendar >= 0 else LONG_AGO


@spliced
def _by_followers(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    placed: Placed,
    room: Room,
    limit: int,
    o: int,
) -> tuple[int, int]:
    """Give the latest finish, and the latest start, that its limit and what follows it allow an operation."""
    last, begin_by = limit, NEVER
    for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
        follower, arc = links.succ_op[k], links.succ_arc[k]
        if placed.finish[follower] >= NEVER:
            last = min(last, placed.finish[o])
        elif links.overlap[arc] < 0:
            last = min(last, placed.start[follower] - links.lag[arc])
        else:
            by_end, by_start = before_overlapped(
                flat, modes, units, links, crews, placed, room.calendars, room.others, o, follower, arc
            )
            last, begin_by = min(last, by_end), min(begin_by, by_start)
    return last, begin_by


@spliced
def _by_unit_and_members(
    flat: Flat,
    units: Units,
    placed: Placed,
    gaps: Gaps,
    room: Room,
    o: int,
    last: int,
    occupies: bool,  # noqa: FBT001
) -> int:
    """Give the latest finish, no later than `last`, at which its own unit and its members are free."""
    pointer, start, _, before = flat
    unit = placed.unit[o]
    if occupies and gaps.high[unit] < NEVER:
        last = min(last, moment_of(pointer, start, before, units.calendar[unit], gaps.high[unit]))
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[k] >= 0:
            last = min(last, room.member_next[placed.member[k]])
    return last


@spliced
def _into_latest_gap(flat: Flat, units: Units, placed: Placed, gaps: Gaps, o: int, last: int, minutes: int) -> None:
    """Move an operation into the latest gap on any unit of its work center; the place it comes from is one of them."""
    pointer, start, end, before = flat
    unit, s, calendar, by = placed.unit[o], placed.start[o], -2, 0
    center = units.center[unit]
    best_unit, best_gap, best_end, best_start = -1, -1, 0, LONG_AGO
    best_here = LONG_AGO
    for other in range(units.pointer[center], units.pointer[center + 1]):
        if units.calendar[other] != calendar:
            calendar = units.calendar[other]
            by = worked_until(start, end, before, pointer, calendar, last)
            best_here = LONG_AGO
        if by - minutes <= best_here:
            continue
        at, gap = latest_gap(gaps.pointer, gaps.size, gaps.first, gaps.last, gaps.low, gaps.high, other, by, minutes)
        if at - minutes <= best_here:
            continue
        best_here = at - minutes
        moved = moment_of(pointer, start, before, calendar, at - minutes)
        if moved > best_start:
            best_unit, best_gap, best_end, best_start = other, gap, at, moved
    if best_start <= s:
        best_unit, best_gap, best_start = unit, -1, s
        best_end = worked_until(start, end, before, pointer, units.calendar[unit], placed.finish[o])
    begin = best_end - minutes
    fill(gaps.pointer, gaps.size, gaps.first, gaps.last, gaps.high, best_unit, best_gap, begin, best_end)
    placed.unit[o], placed.start[o] = best_unit, best_start
    placed.finish[o] = finish_of(pointer, start, end, before, units.calendar[best_unit], best_start, minutes)


@spliced
def _fill_place(flat: Flat, calendar: int, placed: Placed, gaps: Gaps, o: int) -> None:
    """Take the place of an operation out of the gaps of its unit."""
    pointer, start, end, before = flat
    first = worked_until(start, end, before, pointer, calendar, placed.start[o])
    after = worked_until(start, end, before, pointer, calendar, placed.finish[o])
    fill(gaps.pointer, gaps.size, gaps.first, gaps.last, gaps.high, placed.unit[o], -1, first, after)


@primitive
def _last_before(
    flat: Flat,
    unit_calendar: Integers,
    order: Integers,
    placed: Placed,
    low: Integers,
    unit_last: Integers,
    previous: Integers,
) -> None:
    """Give the operation before each on its unit, and where the last one on each unit ends, in working minutes."""
    pointer, start, end, before = flat
    for o in order:
        u = placed.unit[o]
        if u >= 0 and placed.start[o] < placed.finish[o] < NEVER:
            previous[o] = unit_last[u]
            unit_last[u] = o
    for u in range(len(unit_calendar)):
        low[u] = 0 if unit_calendar[u] >= 0 else LONG_AGO
        if unit_last[u] >= 0:
            low[u] = worked_until(start, end, before, pointer, unit_calendar[u], placed.finish[unit_last[u]])


@primitive
def _shift(
    flat: Flat,
    placed: Placed,
    calendars: Integers,
    count: int,
    pausable: bool,  # noqa: FBT001
    o: int,
    last: int,
    begin_by: int,
    work: int,
) -> None:
    """Move `o` to its latest start on its own unit, if that is later."""
    s = latest(flat, calendars, count, pausable, last, work)
    if s > begin_by:
        s = begin_by if pausable else latest(flat, calendars, count, False, begin_by + work, work)  # noqa: FBT003
    if s > placed.start[o]:
        placed.start[o] = s
        placed.finish[o] = done(flat, calendars, count, s, work)


@primitive
def before_overlapped(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    placed: Placed,
    calendars: Integers,
    others: Integers,
    o: int,
    follower: int,
    arc: int,
) -> tuple[int, int]:
    """Give the latest finish, and the latest start, that a follower by transfer batches allows."""
    count = held_calendars(modes, units, crews, placed, calendars, o)
    out = placed.setup[o] + min(links.overlap[arc], modes.minutes[placed.mode[o]])
    by = placed.start[follower] - links.lag[arc]
    by, out = (by, out) if out > 0 else (by + 1, 1)  # its start itself, which has to lie in open time
    start_by = latest(flat, calendars, count, True, by, out)  # noqa: FBT003
    size = held_calendars(modes, units, crews, placed, others, follower)
    minutes = placed.setup[follower] + modes.minutes[placed.mode[follower]]
    tail = min(max(links.tail[arc], 1), minutes)
    come_by = latest(flat, others, size, True, placed.finish[follower], tail)  # noqa: FBT003
    return come_by - links.lag[arc], start_by
