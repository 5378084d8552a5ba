"""What is displaced gives way to what still stands: it looks for a gap between the places of others, for some time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import NO, Flags, Integers, Links, Modes, Schedule, Shop, Units
from plantwright.methods.scheduling.shifting import Ends, fit
from plantwright.methods.scheduling.state import Blocks, Placed
from plantwright.methods.scheduling.timing import Flat, calendar_of
from plantwright.methods.working_time import LONG_AGO, NEVER, ending_after, primitive


class Standing(NamedTuple):
    """Where operations stood in force, and until when each of them that is displaced looks for a gap between others.

    Row ``h`` is a unit, or a member with the number of units added; it has ``op[pointer[h]:pointer[h + 1]]`` in order
    of time, with their `begin` and `end`. An operation looks for a gap that ends by `by`, or by the first moment at
    which it could end, with `leeway` minutes more; below zero it does not look at all. `until` is when that is, known
    once it has been displaced.
    """

    pointer: Integers
    op: Integers
    begin: Integers
    end: Integers
    by: Integers
    leeway: Integers
    until: Integers


def standing_in(shop: Shop, before: Schedule, by: Integers | None, leeway: Integers | None) -> Standing:
    """List where everything stood on its unit and with its people; without `leeway` nobody looks for a gap."""
    n = shop.operations
    none = np.full(n, NO, np.int64)
    if leeway is None:
        empty = np.zeros(0, np.int64)
        return Standing(np.zeros(1, np.int64), empty, empty, empty, none, none, none)
    seat = np.repeat(np.arange(n), np.diff(before.member_pointer))
    units = len(shop.unit_calendar)
    rows = units + len(shop.member_calendar)
    op = np.concatenate([np.arange(n), seat])
    holder = np.concatenate([before.unit, np.where(before.member >= 0, before.member + units, NO)])
    stands = (holder >= 0) & (shop.fixed_start == NO)[op] & (before.start < before.finish)[op]
    stands &= (before.finish < NEVER)[op]
    kept = np.flatnonzero(stands)
    kept = kept[np.lexsort((before.finish[op[kept]], holder[kept]))]
    row = op[kept].astype(np.int64)
    pointer = np.searchsorted(holder[kept], np.arange(rows + 1)).astype(np.int64)
    limit = none if by is None else by.astype(np.int64)
    return Standing(
        pointer, row, before.start[row], before.finish[row], limit, leeway.astype(np.int64), np.full(n, NEVER, np.int64)
    )


@primitive
def give_way(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    key: Integers,
    standing: Standing,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    ends: Ends,
    calendars: Integers,
    count: int,
    o: int,
    now: int,
    ready: int,
    s: int,
    f: int,
) -> int:
    """Give the turn at which a displaced operation takes a gap, and bring it to the unit of that gap.

    `NO`: it is in nobody's way between `s` and `f`, or finds no gap in time; then it goes where it is.
    """
    if standing.leeway[o] < 0 or _in_the_way(key, standing, units, placed, ends, placed.unit[o], o, now, s, f) < 0:
        return NO
    fresh = standing.until[o] >= NEVER
    if fresh:
        standing.until[o] = min(max(f, standing.by[o]) + standing.leeway[o], NEVER - 1)
    mode, unit = placed.mode[o], placed.unit[o]
    if placed.member_pointer[o] < placed.member_pointer[o + 1]:
        _, turn = _gap(
            flat, modes, units, links, family, pausable, tailed, key, standing, blocks, member_blocks, placed, ends,
            calendars, count, o, now, mode, unit, s, standing.until[o],
        )  # fmt: skip
        return turn
    best, found = standing.until[o], NO
    for other in range(modes.pointer[o], modes.pointer[o + 1]):
        center = modes.center[other]
        low, high = (units.pointer[center], units.pointer[center + 1]) if center >= 0 else (NO, 0)
        for u in range(low, high):
            calendars[0] = calendar_of(modes, units, other, u)
            t = max(ready, ends.unit_free[u]) if u >= 0 else ready
            end, turn = _gap(
                flat, modes, units, links, family, pausable, tailed, key, standing, blocks, member_blocks, placed, ends,
                calendars, 1, o, now, other, u, t, best,
            )  # fmt: skip
            if turn >= 0:
                best, found = end - 1, turn
                mode, unit = other, u
    # A turn at once lets it take the unit of the gap; that it waits for one twice would have no end.
    if found < 0 or not (fresh or found > now):
        return NO
    placed.mode[o], placed.unit[o] = mode, unit
    return found


@primitive
def _gap(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    key: Integers,
    standing: Standing,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    ends: Ends,
    calendars: Integers,
    count: int,
    o: int,
    now: int,
    mode: int,
    unit: int,
    t: int,
    until: int,
) -> tuple[int, int]:
    """Find the first gap from `t` on that ends by `until`: its end, and the turn after those who stand before it."""
    after = LONG_AGO
    while True:
        s, f, _ = fit(
            flat, modes, units, links, family, pausable, tailed, blocks, member_blocks, placed, ends, calendars, count,
            o, mode, unit, t,
        )  # fmt: skip
        if f > until:
            return f, NO
        k = _in_the_way(key, standing, units, placed, ends, unit, o, now, s, f)
        if k < 0:
            return f, max(after + 1, now)
        t = max(standing.end[k], t + 1)
        after = max(after, key[standing.op[k]])


@primitive
def _in_the_way(
    key: Integers,
    standing: Standing,
    units: Units,
    placed: Placed,
    ends: Ends,
    unit: int,
    o: int,
    now: int,
    s: int,
    f: int,
) -> int:
    """Give a row of who still stands on a unit, or with the people of `o`, between two moments; `NO` for nobody.

    Who should have had their turn by now does not stand any more: they wait for something themselves.
    """
    if unit >= 0:
        k = _first_in_row(key, standing, ends, unit, o, now, s, f)
        if k >= 0:
            return k
    for seat in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[seat] >= 0:
            k = _first_in_row(key, standing, ends, len(units.calendar) + placed.member[seat], o, now, s, f)
            if k >= 0:
                return k
    return NO


@primitive
def _first_in_row(key: Integers, standing: Standing, ends: Ends, row: int, o: int, now: int, s: int, f: int) -> int:
    high = standing.pointer[row + 1]
    k = ending_after(standing.end, standing.pointer[row], high, s)
    while k < high and standing.begin[k] < f:
        v = standing.op[k]
        if v != o and not ends.settled[v] and key[v] >= now:
            return k
        k += 1
    return NO
