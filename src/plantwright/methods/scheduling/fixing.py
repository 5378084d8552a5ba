"""Place what is fixed (started, pinned or frozen operations) before anything else."""

from __future__ import annotations

import numpy as np

from plantwright.methods.scheduling.crew import find_crew
from plantwright.methods.scheduling.problem import (
    NO,
    Crews,
    Flags,
    Integers,
    Modes,
    Shop,
    Units,
)
from plantwright.methods.scheduling.state import (
    Bench,
    Blocks,
    Floor,
    Placed,
    blocks_of,
    empty_bench,
    empty_floor,
)
from plantwright.methods.scheduling.timing import Flat, calendar_of, done_both
from plantwright.methods.working_time import LONG_AGO, primitive


def place_fixed(shop: Shop, placed: Placed, ready: Integers | None = None) -> tuple[Blocks, Blocks]:
    """Place the fixed operations; gives the blocks they make on units and on members, in `ready` when set-ups end."""
    fixed = np.flatnonzero(shop.fixed_start != NO)
    if len(fixed):
        by_start = fixed[np.argsort(shop.fixed_start[fixed], kind="stable")]
        floor = empty_floor(shop, LONG_AGO)
        _place(
            shop.time.flat,
            shop.modes,
            shop.units,
            shop.crews,
            shop.ties.seat_in_setup,
            shop.fixed_start,
            shop.fixed_unit,
            by_start,
            placed,
            floor,
            _no_blocks(len(shop.member_calendar)),
            empty_bench(shop, placed, 1),
            np.empty(shop.operations, np.int64) if ready is None else ready,
        )
        _end_together(shop, placed, fixed)
    start, finish = placed.start[fixed], placed.finish[fixed]
    blocks = blocks_of(len(shop.unit_calendar), placed.unit[fixed], start, finish, shop.family[fixed])
    places = np.diff(placed.member_pointer)[fixed]
    owner = np.repeat(fixed, places)
    first = np.repeat(placed.member_pointer[fixed] - (np.cumsum(places) - places), places)
    who = placed.member[np.arange(len(owner)) + first]
    nothing = np.full(len(owner), NO, np.int64)
    return blocks, blocks_of(len(shop.member_calendar), who, placed.start[owner], placed.finish[owner], nothing)


def _end_together(shop: Shop, placed: Placed, fixed: Integers) -> None:
    """Let fixed operations that begin together on a unit for batches end together, with the longest."""
    capacity = shop.center_capacity[shop.unit_center] if len(shop.unit_center) else shop.unit_center
    inside = fixed[placed.unit[fixed] >= 0]
    inside = inside[(capacity[placed.unit[inside]] > 1) & (placed.finish[inside] > placed.start[inside])]
    if len(inside):
        both = np.stack([placed.unit[inside], placed.start[inside]])
        _, batch = np.unique(both, axis=1, return_inverse=True)
        longest = np.full(len(inside), LONG_AGO, np.int64)
        np.maximum.at(longest, batch.ravel(), placed.finish[inside])
        placed.finish[inside] = longest[batch.ravel()]


def _no_blocks(count: int) -> Blocks:
    none = np.zeros(0, np.int64)
    return Blocks(np.zeros(count + 1, np.int64), none, none, none)


@primitive
def _place(
    flat: Flat,
    modes: Modes,
    units: Units,
    crews: Crews,
    in_setup: Flags,
    fixed_start: Integers,
    fixed_unit: Integers,
    by_start: Integers,
    placed: Placed,
    floor: Floor,
    nobody: Blocks,
    bench: Bench,
    ready: Integers,
) -> None:
    """Place the fixed operations in order of their starts, each with the members it needs if they are free then."""
    for o in by_start:
        unit, s = fixed_unit[o], fixed_start[o]
        mode = _mode_on(modes, units, o, unit)
        bench.calendars[0] = calendar_of(modes, units, mode, unit)
        first, places = placed.member_pointer[o], placed.member_pointer[o + 1] - placed.member_pointer[o]
        whole, count = 1, 1
        for k in range(places):
            needed = modes.setup[mode] > 0 or not in_setup[first + k]
            bench.seats[3, k] = s + 1 if needed else LONG_AGO
        if places and find_crew(flat, crews, floor, nobody, o, s, bench.chosen, bench.seats) == s:
            for k in range(places):
                placed.member[first + k] = bench.chosen[k]
            whole, count = _calendars(crews, placed, in_setup, bench.calendars, o)
        placed.start[o] = s
        placed.setup[o] = modes.setup[mode]
        placed.mode[o] = mode
        placed.unit[o] = unit
        ready[o], placed.finish[o] = done_both(
            flat, bench.calendars, whole, count, s, modes.setup[mode], modes.minutes[mode]
        )
        for k in range(first, first + places):
            if placed.member[k] >= 0:
                floor.member_free[placed.member[k]] = ready[o] if in_setup[k] else placed.finish[o]


@primitive
def _calendars(crews: Crews, placed: Placed, in_setup: Flags, calendars: Integers, o: int) -> tuple[int, int]:
    """List the calendars of the crew of `o`, those of the set-up only last; gives how many bind the run, and all."""
    whole = 1
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[k] >= 0 and not in_setup[k]:
            calendars[whole] = crews.calendar[placed.member[k]]
            whole += 1
    count = whole
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[k] >= 0 and in_setup[k]:
            calendars[count] = crews.calendar[placed.member[k]]
            count += 1
    return whole, count


@primitive
def _mode_on(modes: Modes, units: Units, o: int, unit: int) -> int:
    """Give the first mode of an operation that runs on this unit's work center, or on none where there is no unit."""
    center = units.center[unit] if unit >= 0 else -1
    mode: int = modes.pointer[o]
    while modes.center[mode] != center:
        mode += 1
    return mode
