"""Place what is fixed (started, pinned or frozen operations) before anything else."""

from __future__ import annotations

import numpy as np

from plantwright.methods.scheduling.crew import find_crew
from plantwright.methods.scheduling.problem import (
    NO,
    Crews,
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
from plantwright.methods.scheduling.timing import Flat, calendar_of, done
from plantwright.methods.working_time import LONG_AGO, primitive


def place_fixed(shop: Shop, placed: Placed) -> tuple[Blocks, Blocks]:
    """Place the fixed operations; gives the blocks they make on units and on members."""
    fixed = np.flatnonzero(shop.fixed_start != NO)
    if len(fixed):
        by_start = fixed[np.argsort(shop.fixed_start[fixed], kind="stable")]
        floor = empty_floor(shop, LONG_AGO)
        _place(
            shop.time.flat,
            shop.modes,
            shop.units,
            shop.crews,
            shop.fixed_start,
            shop.fixed_unit,
            by_start,
            placed,
            floor,
            _no_blocks(len(shop.member_calendar)),
            empty_bench(shop, placed, 1),
        )
    start, finish = placed.start[fixed], placed.finish[fixed]
    blocks = blocks_of(len(shop.unit_calendar), placed.unit[fixed], start, finish, shop.family[fixed])
    places = np.diff(placed.member_pointer)[fixed]
    owner = np.repeat(fixed, places)
    first = np.repeat(placed.member_pointer[fixed] - (np.cumsum(places) - places), places)
    who = placed.member[np.arange(len(owner)) + first]
    nothing = np.full(len(owner), NO, np.int64)
    return blocks, blocks_of(len(shop.member_calendar), who, placed.start[owner], placed.finish[owner], nothing)


def _no_blocks(count: int) -> Blocks:
    none = np.zeros(0, np.int64)
    return Blocks(np.zeros(count + 1, np.int64), none, none, none)


@primitive
def _place(
    flat: Flat,
    modes: Modes,
    units: Units,
    crews: Crews,
    fixed_start: Integers,
    fixed_unit: Integers,
    by_start: Integers,
    placed: Placed,
    floor: Floor,
    nobody: Blocks,
    bench: Bench,
) -> None:
    """Place the fixed operations in order of their starts, each with the members it needs if they are free then."""
    for o in by_start:
        unit, s = fixed_unit[o], fixed_start[o]
        mode = _mode_on(modes, units, o, unit)
        bench.calendars[0] = calendar_of(modes, units, mode, unit)
        first, places = placed.member_pointer[o], placed.member_pointer[o + 1] - placed.member_pointer[o]
        count = 1
        if places and find_crew(flat, crews, floor, nobody, o, s, s + 1, bench.chosen, bench.seats) == s:
            for k in range(places):
                placed.member[first + k] = bench.chosen[k]
                bench.calendars[1 + k] = crews.calendar[bench.chosen[k]]
            count = 1 + places
        placed.start[o] = s
        placed.setup[o] = modes.setup[mode]
        placed.mode[o] = mode
        placed.unit[o] = unit
        placed.finish[o] = done(flat, bench.calendars, count, s, modes.setup[mode] + modes.minutes[mode])
        for k in range(count - 1):
            floor.member_free[placed.member[first + k]] = placed.finish[o]


@primitive
def _mode_on(modes: Modes, units: Units, o: int, unit: int) -> int:
    """Give the first mode of an operation that runs on this unit's work center, or on none where there is no unit."""
    center = units.center[unit] if unit >= 0 else -1
    mode: int = modes.pointer[o]
    while modes.center[mode] != center:
        mode += 1
    return mode
