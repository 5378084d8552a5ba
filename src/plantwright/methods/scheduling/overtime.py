"""Overtime: hours in which a unit can work beside its regular ones, what a schedule works in them, and at what cost.

A unit has the hours of `unit_calendar`, of which those of `unit_regular` are regular. Work goes on in every regular
minute; in the others it goes on or rests, as is chosen stretch by stretch. So what an operation works in overtime
follows from the schedule alone: its minutes less the regular ones between its start and its finish.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from plantwright.methods.scheduling.problem import NO, Flags, Integers, Schedule, Shop
from plantwright.methods.working_time import NEVER, WorkingTime, intersect, minutes_worked, subtract, working_time


def has_overtime(shop: Shop) -> bool:
    """Tell whether some unit has regular hours, so that its other hours are overtime."""
    return bool((shop.unit_regular != NO).any())


def overtime_worked(shop: Shop, schedule: Schedule) -> Integers:
    """Give the minutes of overtime that each operation works; a batch works once, by its first operation.

    Parameters
    ----------
    shop
        The shop, see `build_shop`: `unit_regular` tells the regular hours.
    schedule
        A schedule of it, in which work rests in overtime or goes on.

    Returns
    -------
    int64[n], minutes; 0 for what is not placed, and on units whose hours are all regular.

    Notes
    -----
    ``minutes(o) = max(0, setup(o) + run(o) - regular(o))``, where ``regular(o)`` counts the minutes between start and
    finish in which the unit has regular hours and all whom the operation holds to its end are there. Who helps at the
    set-up only is taken to be there. O(n log k), and O(k) for each crew of other calendars.

    Examples
    --------
    A day of eight regular hours, two more in which the unit can work, and nine hours of work:

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> time = working_time([([480, 1920], [1080, 2520]), ([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], mode_center=[0],
    ...     mode_minutes=[540])
    >>> overtime_worked(shop, dispatch(shop)).tolist()
    [60]
    """
    minutes = np.zeros(shop.operations, np.int64)
    if not has_overtime(shop):
        return minutes
    regular = np.append(shop.unit_regular, NO)[schedule.unit]
    on = np.flatnonzero((regular != NO) & (schedule.finish < NEVER))
    work = (schedule.setup + shop.mode_minutes[schedule.mode])[on]
    crewed = np.diff(schedule.member_pointer)[on] > 0
    alone, together = on[~crewed], on[crewed]
    minutes[on] = work
    minutes[alone] -= minutes_worked(shop.time, regular[alone], schedule.start[alone], schedule.finish[alone])
    minutes[together] -= _worked_together(shop, schedule, together, regular)
    return _once_a_batch(shop, schedule, np.maximum(minutes, 0))


def _worked_together(shop: Shop, schedule: Schedule, rows: Integers, regular: Integers) -> Integers:
    """Count the regular minutes of operations with crews, each set of calendars made once."""
    seat_in_setup = np.repeat(shop.need_in_setup, shop.need_count)
    sets: dict[frozenset[int], int] = {}
    number = np.zeros(len(rows), np.int64)
    for place, o in enumerate(rows.tolist()):
        seats = slice(int(schedule.member_pointer[o]), int(schedule.member_pointer[o + 1]))
        held = schedule.member[seats][~seat_in_setup[seats]]
        calendars = frozenset({int(regular[o]), *shop.member_calendar[held[held >= 0]].tolist()} - {NO})
        number[place] = sets.setdefault(calendars, len(sets))
    time = working_time([_common(shop.time, calendars) for calendars in sets])
    return minutes_worked(time, number, schedule.start[rows], schedule.finish[rows])


def _common(time: WorkingTime, calendars: frozenset[int]) -> tuple[Integers, Integers]:
    first, *others = sorted(calendars)
    starts, ends = time.intervals(first)
    for other in others:
        starts, ends = intersect(starts, ends, *time.intervals(other))
    return starts, ends


def _once_a_batch(shop: Shop, schedule: Schedule, minutes: Integers) -> Integers:
    """Count what operations of one batch work together once, as much as the longest of them."""
    several = np.append(shop.center_capacity > 1, False)[np.append(shop.unit_center, NO)[schedule.unit]]
    rows = np.flatnonzero(several & (minutes > 0))
    rows = rows[np.lexsort((-minutes[rows], schedule.start[rows], schedule.unit[rows]))]
    unit, start = schedule.unit[rows], schedule.start[rows]
    again = np.append(False, (unit[1:] == unit[:-1]) & (start[1:] == start[:-1]))[: len(rows)]
    minutes[rows[again]] = 0
    return minutes


def overtime_cost(shop: Shop, schedule: Schedule) -> float:
    """Give the minutes of overtime, each at the rate of its unit. As dear as `overtime_worked`.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> time = working_time([([480, 1920], [1080, 2520]), ([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], overtime_rate=[0.5],
    ...     mode_center=[0], mode_minutes=[540])
    >>> overtime_cost(shop, dispatch(shop))
    30.0
    """
    if not has_overtime(shop):
        return 0.0
    return float(overtime_worked(shop, schedule) @ np.append(shop.overtime_rate, 0.0)[schedule.unit])


# --- the hours that are worked -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretches:
    """The overtime that each unit can work, stretch by stretch; make it with `stretches_of`.

    Parameters
    ----------
    shop
        The shop with all its hours.
    unit, start, end
        int64[k]; each stretch, by unit and time.
    line_unit, line_start, line_end, line_stretch
        int64[m]; regular hours and stretches of each unit in order of time; `line_stretch` is -1 for regular ones.
    """

    shop: Shop
    unit: Integers
    start: Integers
    end: Integers
    line_unit: Integers
    line_start: Integers
    line_end: Integers
    line_stretch: Integers


def stretches_of(shop: Shop) -> Stretches:
    """List the overtime that the units of a shop can work. O(m log m) for m intervals of all such units.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> time = working_time([([480, 1920], [1080, 2520]), ([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], mode_center=[0],
    ...     mode_minutes=[540])
    >>> found = stretches_of(shop)
    >>> list(zip(found.unit.tolist(), found.start.tolist(), found.end.tolist()))
    [(0, 960, 1080), (0, 2400, 2520)]
    """
    owners = np.flatnonzero(shop.unit_regular != NO)
    more = [_beside(shop.time, int(shop.unit_calendar[u]), int(shop.unit_regular[u])) for u in owners]
    own = [shop.time.intervals(int(shop.unit_regular[u])) for u in owners]
    unit, start, end = _rows(owners, more)
    regular = _rows(owners, own)
    stretch = np.concatenate((np.full(len(regular[0]), NO), np.arange(len(unit)))).astype(np.int64)
    line = [np.concatenate(pair) for pair in zip(regular, (unit, start, end), strict=True)]
    order = np.lexsort((line[1], line[0]))
    return Stretches(shop, unit, start, end, line[0][order], line[1][order], line[2][order], stretch[order])


def _beside(time: WorkingTime, whole: int, regular: int) -> tuple[Integers, Integers]:
    return subtract(*time.intervals(whole), *time.intervals(regular))


def _rows(owners: Integers, parts: list[tuple[Integers, Integers]]) -> tuple[Integers, Integers, Integers]:
    none = np.zeros(0, np.int64)
    unit = np.repeat(owners, [len(starts) for starts, _ in parts])
    starts, ends = (np.concatenate([none, *(part[side] for part in parts)]) for side in (0, 1))
    return unit.astype(np.int64), starts, ends


def with_hours(stretches: Stretches, since: Integers, until: Integers) -> Shop:
    """Give the shop in which units work their regular hours and a part of each stretch of overtime, and no more.

    Parameters
    ----------
    stretches
        The overtime of the shop.
    since, until
        int64[k], minutes; each stretch is worked from `since` up to `until`, both within it; equal where it is left
        out.

    Returns
    -------
    The shop with a calendar of its own for each unit that has regular hours. A schedule of it is one of the whole shop
    too, in which work rests in the overtime that is left out. O(m) for m intervals of such units.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> time = working_time([([480, 1920], [1080, 2520]), ([480, 1920], [960, 2400])])
    >>> found = stretches_of(build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1],
    ...     mode_center=[0], mode_minutes=[540]))
    >>> shop = with_hours(found, np.array([960, 2400]), np.array([1000, 2400]))
    >>> [hours.tolist() for hours in shop.time.intervals(shop.unit_calendar[0])]
    [[480, 1920], [1000, 2400]]
    """
    shop, chosen = stretches.shop, stretches.line_stretch
    start = np.where(chosen < 0, stretches.line_start, np.append(since, 0)[chosen])
    end = np.where(chosen < 0, stretches.line_end, np.append(until, 0)[chosen])
    kept = end > start
    unit, start, end = stretches.line_unit[kept], start[kept], end[kept]
    apart = np.ones(len(unit) + 1, np.bool_)
    apart[1:-1] = (unit[1:] != unit[:-1]) | (start[1:] > end[:-1])
    unit, start, end = unit[apart[:-1]], start[apart[:-1]], end[apart[1:]]
    owners = np.flatnonzero(shop.unit_regular != NO)
    pointer = np.searchsorted(unit, np.append(owners, len(shop.unit_calendar)))
    calendar = shop.unit_calendar.copy()
    calendar[owners] = len(shop.time.pointer) - 1 + np.arange(len(owners))
    return replace(shop, time=_added(shop.time, pointer, start, end), unit_calendar=calendar)


def _added(time: WorkingTime, pointer: Integers, start: Integers, end: Integers) -> WorkingTime:
    """Put more calendars behind those there are."""
    length = end - start
    gone = np.concatenate(([0], np.cumsum(length)))
    before = gone[:-1] - np.repeat(gone[pointer[:-1]], np.diff(pointer))
    return WorkingTime(
        np.concatenate((time.pointer, len(time.start) + pointer[1:])).astype(np.int64),
        np.concatenate((time.start, start)),
        np.concatenate((time.end, end)),
        np.concatenate((time.before, before)).astype(np.int64),
    )


def hours_worked(stretches: Stretches, schedule: Schedule, since: Integers, until: Integers) -> Flags:
    """Shorten each stretch that is chosen to what a schedule works in it, in place; gives those that are worked.

    What the schedule does not touch is left out, so it stays a schedule of the shop `with_hours`. O((n + k) log n).
    """
    rows = np.flatnonzero((schedule.unit >= 0) & (schedule.finish > schedule.start) & (schedule.finish < NEVER))
    rows = rows[np.lexsort((schedule.start[rows], schedule.unit[rows]))]
    if not len(rows):
        until[:] = since
        return np.zeros(len(since), np.bool_)
    first, last = int(schedule.start[rows].min()), int(schedule.finish[rows].max())
    far = last - first + 1  # one axis for all units, one behind the other
    begins = schedule.unit[rows] * far + schedule.start[rows] - first
    ends = np.maximum.accumulate(schedule.unit[rows] * far + schedule.finish[rows] - first)
    base = stretches.unit * far - first
    low, high = base + np.clip(since, first, last), base + np.clip(until, first, last)
    head = np.minimum(np.searchsorted(ends, low, side="right"), len(rows) - 1)
    tail = np.maximum(np.searchsorted(begins, high, side="left") - 1, 0)
    low, high = np.maximum(low, begins[head]), np.minimum(high, ends[tail])
    worked = high > low
    since[:] = np.where(worked, low - base, since)
    until[:] = np.where(worked, high - base, since)
    return np.asarray(worked)
