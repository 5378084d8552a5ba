"""When an operation can run on given calendars together: its unit's and those of everyone it holds."""

from __future__ import annotations

from plantwright.methods.scheduling.problem import Integers, Links, Modes, Units
from plantwright.methods.working_time import (
    LONG_AGO,
    NEVER,
    ending_after,
    finish_of,
    fits_before,
    fits_from,
    last_below,
    open_from,
    primitive,
    start_before,
)

Flat = tuple[Integers, Integers, Integers, Integers]


@primitive
def open_together(flat: Flat, calendars: Integers, count: int, t: int) -> int:
    """Give the first minute at or after `t` at which all calendars are open, or `NEVER`."""
    pointer, start, end, before = flat
    agreed = 0
    place = 0
    while agreed < count:
        moved = open_from(pointer, start, end, before, calendars[place], t)
        if moved >= NEVER:
            return NEVER
        agreed = 1 if moved > t else agreed + 1
        t = moved
        place = place + 1 if place + 1 < count else 0
    return t


@primitive
def closes(flat: Flat, calendars: Integers, count: int, t: int) -> int:
    """Give the moment at which the first of the calendars, all open at `t`, closes."""
    pointer, _, end, _ = flat
    soonest = NEVER
    for k in range(count):
        c = calendars[k]
        if c >= 0:
            soonest = min(soonest, end[ending_after(end, pointer[c], pointer[c + 1], t)])
    return soonest


@primitive
def _opened(flat: Flat, calendars: Integers, count: int, t: int) -> int:
    """Give the moment since which all calendars, open just before `t`, have been open."""
    pointer, start, _, _ = flat
    latest = LONG_AGO
    for k in range(count):
        c = calendars[k]
        if c >= 0:
            latest = max(latest, start[last_below(start, pointer[c], pointer[c + 1], t)])
    return latest


@primitive
def _closed_until(flat: Flat, calendars: Integers, count: int, t: int) -> int:
    """Give the last moment at or before `t` just before which all calendars are open, or `LONG_AGO`."""
    pointer, start, end, _ = flat
    agreed = 0
    place = 0
    while agreed < count:
        c = calendars[place]
        moved = t
        if c >= 0:
            i = last_below(start, pointer[c], pointer[c + 1], t)
            if i < pointer[c]:
                return LONG_AGO
            moved = min(t, end[i])
        agreed = 1 if moved < t else agreed + 1
        t = moved
        place = place + 1 if place + 1 < count else 0
    return t


@primitive
def begin(flat: Flat, calendars: Integers, count: int, pausable: bool, t: int, minutes: int) -> int:  # noqa: FBT001
    """Give the earliest start at or after `t` at which the work may begin, or `NEVER`."""
    if minutes <= 0:
        return t
    pointer, start, end, before = flat
    if count == 1:
        if pausable:
            return open_from(pointer, start, end, before, calendars[0], t)
        return fits_from(pointer, start, end, before, calendars[0], t, minutes)
    t = open_together(flat, calendars, count, t)
    while not pausable and t < NEVER and closes(flat, calendars, count, t) - t < minutes:
        t = open_together(flat, calendars, count, closes(flat, calendars, count, t))
    return t


@primitive
def done(flat: Flat, calendars: Integers, count: int, t: int, minutes: int) -> int:
    """Give the moment at which work begun at or after `t` is done, or `NEVER`; no work: `t`."""
    pointer, start, end, before = flat
    if count == 1:
        return finish_of(pointer, start, end, before, calendars[0], t, minutes)
    while minutes > 0:
        t = open_together(flat, calendars, count, t)
        if t >= NEVER:
            return NEVER
        close = closes(flat, calendars, count, t)
        if t + minutes <= close:
            return t + minutes
        minutes -= close - t
        t = close
    return t


@primitive
def latest(flat: Flat, calendars: Integers, count: int, pausable: bool, t: int, minutes: int) -> int:  # noqa: FBT001
    """Give the latest start with which the work is done by `t`, or `LONG_AGO`; no work: `t`."""
    pointer, start, end, before = flat
    if count == 1:
        if pausable:
            return start_before(pointer, start, end, before, calendars[0], t, minutes)
        return fits_before(pointer, start, end, before, calendars[0], t, minutes)
    left = minutes
    while left > 0:
        t = _closed_until(flat, calendars, count, t)
        if t <= LONG_AGO:
            return LONG_AGO
        first = _opened(flat, calendars, count, t)
        if t - left >= first:
            return t - left
        left = left - (t - first) if pausable else minutes
        t = first
    return t


@primitive
def after_tails(
    flat: Flat,
    links: Links,
    finish: Integers,
    o: int,
    calendars: Integers,
    count: int,
    pausable: bool,  # noqa: FBT001
    t: int,
    work: int,
) -> int:
    """Give the earliest moment from `t` at which `o` may start and still have its last batches to do.

    With an overlap, the successor may not end before the predecessor's last batch has come and been worked on.
    """
    for arc in range(links.pred_pointer[o], links.pred_pointer[o + 1]):
        if links.overlap[arc] < 0:
            continue
        come = finish[links.pred_op[arc]] + links.lag[arc]
        if work <= 0:
            t = max(t, come)
            continue
        tail = min(max(links.tail[arc], 1), work)
        needed = done(flat, calendars, count, come, tail)
        if needed >= NEVER:
            return NEVER
        t = max(t, latest(flat, calendars, count, True, needed, work) if pausable else needed - work)  # noqa: FBT003
    return t


@primitive
def changeover(units: Units, center: int, previous: int, following: int) -> int:
    """Give the minutes of set-up for the change of family at a work center."""
    matrix = units.matrix[center]
    if matrix < 0 or previous < 0 or following < 0:
        return 0
    minutes: int = units.changeover[matrix, previous, following]
    return minutes


@primitive
def calendar_of(modes: Modes, units: Units, mode: int, unit: int) -> int:
    """Give the calendar of the unit, or of the mode that needs none."""
    own: int = units.calendar[unit] if unit >= 0 else modes.calendar[mode]
    return own


@primitive
def open_minutes(flat: Flat, calendars: Integers, count: int, t: int, until: int) -> int:
    """Count the minutes from `t` until another moment at which all calendars are open."""
    minutes = 0
    t = open_together(flat, calendars, count, t)
    while t < until:
        close = min(closes(flat, calendars, count, t), until)
        minutes += close - t
        t = open_together(flat, calendars, count, close)
    return minutes


@primitive
def done_both(
    flat: Flat, calendars: Integers, whole: int, count: int, t: int, setup: int, minutes: int
) -> tuple[int, int]:
    """Give when set-up and run, begun at or after `t`, are done; the calendars from `whole` on bind the set-up only."""
    ready = done(flat, calendars, count, t, setup)
    if ready >= NEVER:
        return NEVER, NEVER
    return ready, done(flat, calendars, whole, ready, minutes)
