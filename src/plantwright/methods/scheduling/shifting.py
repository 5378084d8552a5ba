"""Where an operation fits that is placed behind others: since when its unit and people are free, and what is fixed."""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.scheduling.problem import Flags, Integers, Links, Modes, Units
from plantwright.methods.scheduling.state import Blocks, Placed
from plantwright.methods.scheduling.timing import Flat, after_tails, begin, changeover, done
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive


class Ends(NamedTuple):
    """What has been placed so far: since when each unit and member is free, and who was last on it.

    `since` is when the last operation on a unit began, `unit_family` what it left there.
    """

    unit_free: Integers
    unit_last: Integers
    unit_family: Integers
    since: Integers
    member_free: Integers
    member_last: Integers
    settled: Flags


@primitive
def fit(  # noqa: C901  one search for a place, told in order
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    ends: Ends,
    calendars: Integers,
    count: int,
    o: int,
    mode: int,
    unit: int,
    t: int,
) -> tuple[int, int, int]:
    """Give the earliest start from `t` on, clear of what is fixed, with finish and set-up; `NEVER`: there is none."""
    own = modes.setup[mode] + modes.minutes[mode]
    while t < NEVER:
        setup = modes.setup[mode]
        if unit >= 0 and own > 0:
            setup += changeover(units, units.center[unit], family_at(blocks, ends, unit, t), family[o])
        work = setup + modes.minutes[mode]
        s = begin(flat, calendars, count, pausable[o], t, work)
        if s < NEVER and tailed[o]:
            later = after_tails(flat, links, placed.finish, o, calendars, count, pausable[o], s, work)
            if later > s:
                s = begin(flat, calendars, count, pausable[o], later, work)
        f = done(flat, calendars, count, s, work) if s < NEVER else NEVER
        if f >= NEVER:
            break
        clear = LONG_AGO
        if f > s:
            if unit >= 0:
                clear = clash(blocks, unit, s, f)
            for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
                if placed.member[k] >= 0:
                    clear = max(clear, clash(member_blocks, placed.member[k], s, f))
        if clear > s:
            t = clear
        elif unit >= 0 and own > 0 and family_at(blocks, ends, unit, s) != family_at(blocks, ends, unit, t):
            t = s
        else:
            return s, f, setup
    return NEVER, NEVER, 0


@primitive
def family_at(blocks: Blocks, ends: Ends, unit: int, t: int) -> int:
    """Give what stands set up on a unit just before a moment: what was placed last, or something fixed after it."""
    found: int = ends.unit_family[unit]
    for k in range(blocks.pointer[unit], blocks.pointer[unit + 1]):
        if blocks.start[k] >= t:
            break
        if blocks.start[k] >= ends.since[unit] and blocks.family[k] >= 0:
            found = blocks.family[k]
    return found


@primitive
def clash(blocks: Blocks, holder: int, s: int, f: int) -> int:
    """Give the end of what is fixed on a unit, or with a member, between two moments; `LONG_AGO` if nothing is."""
    until = LONG_AGO
    for k in range(blocks.pointer[holder], blocks.pointer[holder + 1]):
        if blocks.start[k] >= f:
            break
        if blocks.finish[k] > s:
            until = max(until, blocks.finish[k])
    return until


@primitive
def hold(blocks: Blocks, family: Integers, placed: Placed, ends: Ends, o: int) -> None:
    """Note that an operation holds its unit and its people until its finish."""
    s, f, unit = placed.start[o], placed.finish[o], placed.unit[o]
    if f <= s or f >= NEVER:
        return
    if unit >= 0:
        left = family_at(blocks, ends, unit, s)
        ends.unit_family[unit] = family[o] if family[o] >= 0 else left
        ends.unit_free[unit], ends.unit_last[unit], ends.since[unit] = f, o, s
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        m = placed.member[k]
        if m >= 0:
            ends.member_free[m], ends.member_last[m] = f, o
