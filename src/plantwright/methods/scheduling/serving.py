"""Find the unit, the mode and the crew for the operation whose turn it is."""

from __future__ import annotations

from plantwright.methods.scheduling.crew import find_crew
from plantwright.methods.scheduling.problem import (
    Crews,
    Flags,
    Integers,
    Links,
    Modes,
    Units,
)
from plantwright.methods.scheduling.state import (
    Bench,
    Blocks,
    Floor,
    Placed,
    block_end,
    next_block,
)
from plantwright.methods.scheduling.timing import (
    Flat,
    after_tails,
    begin,
    calendar_of,
    changeover,
    done,
)
from plantwright.methods.working_time import NEVER, open_from, primitive

LOOK = 64
"""How many waiting operations a work center looks at when the first ones cannot start."""

FINISH, START, UNIT, MODE = range(4)


@primitive
def free_units(
    flat: Flat,
    unit_pointer: Integers,
    unit_calendar: Integers,
    unit_free: Integers,
    blocks: Blocks,
    floor: Floor,
    free: Integers,
    centers: int,
    c: int,
    t: int,
) -> tuple[int, int]:
    """List the units of a work center that are free and open at `t`; gives when the next of the closed ones opens."""
    pointer, start, end, before = flat
    if c == centers:
        free[0] = -1
        return 1, NEVER
    frees, again = 0, NEVER
    calendar, opens = -2, NEVER
    for unit in range(unit_pointer[c], unit_pointer[c + 1]):
        if unit_free[unit] > t:
            continue
        if unit_calendar[unit] != calendar:
            calendar = unit_calendar[unit]
            opens = open_from(pointer, start, end, before, calendar, t)
        at = opens
        if blocks.pointer[unit + 1] > blocks.pointer[unit] and next_block(blocks, floor, unit, t) <= t:
            at = max(at, block_end(blocks, floor, unit))
        if at <= t:
            free[frees] = unit
            frees += 1
        else:
            again = min(again, at)
    return frees, again


@primitive
def find_place(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    floor: Floor,
    bench: Bench,
    frees: int,
    o: int,
    t: int,
) -> int:
    """Choose mode, unit and crew with the earliest finish; the rank of the mode, then less set-up, break ties.

    With one mode, or with a crew, only what can start now counts. An operation with several modes may also be
    promised to a unit that is still busy, if it ends earlier there.
    Gives the first moment after `t` at which it is worth trying again; what was found is in ``bench.best``.
    """
    only = modes.pointer[o + 1] - modes.pointer[o] == 1
    soonest, rank, least = NEVER, 0, 0
    for mode in range(modes.pointer[o], modes.pointer[o + 1]):
        center = modes.center[mode]
        low, high = 0, 1
        if center >= 0:
            low, high = (0, frees) if only else (units.pointer[center], units.pointer[center + 1])
        for k in range(low, high):
            unit = -1 if center < 0 else bench.free[k] if only else k
            s, f, setup = _try(
                flat,
                modes,
                units,
                links,
                crews,
                family,
                pausable,
                tailed,
                blocks,
                member_blocks,
                placed,
                floor,
                bench,
                o,
                mode,
                unit,
                only,
                t,
            )
            if f >= NEVER:
                soonest = min(soonest, s) if s > t else soonest
                continue
            same = f == bench.best[FINISH]
            if f < bench.best[FINISH] or (same and (modes.rank[mode], setup) < (rank, least)):
                bench.best[FINISH] = f
                bench.best[START] = s
                bench.best[UNIT] = unit
                bench.best[MODE] = mode
                rank, least = modes.rank[mode], setup
                for j in range(placed.member_pointer[o + 1] - placed.member_pointer[o]):
                    placed.member[placed.member_pointer[o] + j] = bench.chosen[j]
    return soonest


@primitive
def _try(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    floor: Floor,
    bench: Bench,
    o: int,
    mode: int,
    unit: int,
    only: bool,  # noqa: FBT001
    t: int,
) -> tuple[int, int, int]:
    """Give start, finish and set-up of `o` in this mode on this unit; finish `NEVER`: not now, look again at start."""
    crowd = placed.member_pointer[o + 1] > placed.member_pointer[o]
    only_now = only or crowd or unit < 0
    at = t
    if unit >= 0 and floor.unit_free[unit] > t:
        if only_now:
            return NEVER, NEVER, 0
        at = floor.unit_free[unit]
    ahead, setup = NEVER, modes.setup[mode]
    if unit >= 0:
        if blocks.pointer[unit + 1] > blocks.pointer[unit]:
            ahead = next_block(blocks, floor, unit, at)
        if setup + modes.minutes[mode] > 0:
            setup += changeover(units, modes.center[mode], floor.unit_family[unit], family[o])
    minutes = setup + modes.minutes[mode]
    bench.calendars[0] = calendar_of(modes, units, mode, unit)
    s, f = _span(flat, links, pausable[o], tailed[o], placed.finish, bench.calendars, 1, o, at, minutes)
    if s > t and only_now:
        return s, NEVER, setup
    if crowd and f < NEVER:
        s, f = _crew_span(
            flat, links, crews, pausable[o], tailed[o], member_blocks, placed, floor, bench, o, t, f, minutes
        )
    if ahead < f < NEVER:
        return block_end(blocks, floor, unit), NEVER, setup
    return s, f, setup


@primitive
def _span(
    flat: Flat,
    links: Links,
    pausable: bool,  # noqa: FBT001
    tailed: bool,  # noqa: FBT001
    finish: Integers,
    calendars: Integers,
    count: int,
    o: int,
    t: int,
    minutes: int,
) -> tuple[int, int]:
    """Give start and finish of `o` from `t` on the first `count` calendars."""
    s = begin(flat, calendars, count, pausable, t, minutes)
    if tailed and s < NEVER:
        later = after_tails(flat, links, finish, o, calendars, count, pausable, s, minutes)
        if later > s:
            s = begin(flat, calendars, count, pausable, later, minutes)
    if s >= NEVER:
        return NEVER, NEVER
    return s, done(flat, calendars, count, s, minutes)


@primitive
def _crew_span(
    flat: Flat,
    links: Links,
    crews: Crews,
    pausable: bool,  # noqa: FBT001
    tailed: bool,  # noqa: FBT001
    member_blocks: Blocks,
    placed: Placed,
    floor: Floor,
    bench: Bench,
    o: int,
    t: int,
    f: int,
    minutes: int,
) -> tuple[int, int]:
    """Choose a crew for `o` at `t`; gives start and finish, finish `NEVER` meaning: look again at the start.

    Members must stay free until the finish, which depends on their calendars: the span is widened until it holds.
    """
    places = placed.member_pointer[o + 1] - placed.member_pointer[o]
    until = f
    for _ in range(LOOK):
        for k in range(places):
            bench.seats[3, k] = until
        again = find_crew(flat, crews, floor, member_blocks, o, t, bench.chosen, bench.seats)
        if again > t:
            return again, NEVER
        for k in range(places):
            bench.calendars[1 + k] = crews.calendar[bench.chosen[k]]
        s, f = _span(flat, links, pausable, tailed, placed.finish, bench.calendars, 1 + places, o, t, minutes)
        if s > t:
            return s, NEVER
        if f <= until or f >= NEVER:
            return s, f
        until = f
    return t + 1, NEVER


@primitive
def held_calendars(modes: Modes, units: Units, crews: Crews, placed: Placed, calendars: Integers, o: int) -> int:
    """List the calendars of the unit and members of a placed operation; gives how many."""
    calendars[0] = calendar_of(modes, units, placed.mode[o], placed.unit[o])
    count = 1
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[k] >= 0:
            calendars[count] = crews.calendar[placed.member[k]]
            count += 1
    return count
