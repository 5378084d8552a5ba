"""What a dispatch changes while it runs, and what it was told at the outset, as kernels take it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import NO, Flags, Integers, Shop
from plantwright.methods.working_time import NEVER, primitive


class Placed(NamedTuple):
    """What is known of each operation: when, how, where, with whom; the parts of a `Schedule` in their order."""

    start: Integers
    finish: Integers
    setup: Integers
    mode: Integers
    unit: Integers
    member_pointer: Integers
    member: Integers


class Floor(NamedTuple):
    """The units and members: since when they are free, and the next fixed block on each."""

    unit_free: Integers
    unit_family: Integers
    unit_block: Integers
    member_free: Integers


class Blocks(NamedTuple):
    """Fixed operations on units, or on members, in order of time, and the family each leaves."""

    pointer: Integers
    start: Integers
    finish: Integers
    family: Integers


class Bench(NamedTuple):
    """Room to work in, so that nothing is allocated at a decision."""

    free: Integers
    aside: Integers
    calendars: Integers
    chosen: Integers
    best: Integers
    seats: Integers


def empty_placed(shop: Shop) -> Placed:
    """Give the state in which nothing is placed."""
    n = shop.operations
    counts = np.zeros(len(shop.need_group) + 1, np.int64)
    np.cumsum(shop.need_count, out=counts[1:])
    pointer = counts[shop.need_pointer]
    never, none = np.full(n, NEVER, np.int64), np.full(n, NO, np.int64)
    nobody = np.full(int(pointer[-1]), NO, np.int64)
    return Placed(never, never.copy(), np.zeros(n, np.int64), none, none.copy(), pointer, nobody)


def empty_floor(shop: Shop, start: int) -> Floor:
    """Give the state in which every unit and member is free from `start`."""
    units, members = len(shop.unit_calendar), len(shop.member_calendar)
    return Floor(
        np.full(units, start, np.int64),
        shop.unit_family.copy(),
        np.zeros(units, np.int64),
        np.full(members, start, np.int64),
    )


def empty_bench(shop: Shop, placed: Placed, look: int) -> Bench:
    """Give room for the largest work center, the largest crew, and `look` operations set aside."""
    largest = int(np.diff(shop.unit_pointer).max(initial=1))
    crew = int(np.diff(placed.member_pointer).max(initial=0))
    free, aside, calendars = np.empty(largest, np.int64), np.empty(look, np.int64), np.empty(crew + 1, np.int64)
    return Bench(free, aside, calendars, np.empty(crew, np.int64), np.empty(4, np.int64), np.empty((4, crew), np.int64))


def blocks_of(count: int, owner: Integers, start: Integers, finish: Integers, family: Integers) -> Blocks:
    """List fixed operations by the unit or member they occupy, in order of time; those without length are left out."""
    kept = np.flatnonzero((owner >= 0) & (finish > start))
    order = kept[np.lexsort((start[kept], owner[kept]))]
    pointer = np.searchsorted(owner[order], np.arange(count + 1)).astype(np.int64)
    return Blocks(pointer, start[order], finish[order], family[order])


@primitive
def next_block(blocks: Blocks, floor: Floor, unit: int, t: int) -> int:
    """Step over the fixed blocks of a unit that end by `t`; gives the start of the next one, or `NEVER`."""
    place = blocks.pointer[unit] + floor.unit_block[unit]
    last = blocks.pointer[unit + 1]
    while place < last and blocks.finish[place] <= t:
        if blocks.family[place] >= 0:
            floor.unit_family[unit] = blocks.family[place]
        place += 1
    floor.unit_block[unit] = place - blocks.pointer[unit]
    ahead: int = blocks.start[place] if place < last else NEVER
    return ahead


@primitive
def block_end(blocks: Blocks, floor: Floor, unit: int) -> int:
    """Give the end of the next fixed block of a unit."""
    end: int = blocks.finish[blocks.pointer[unit] + floor.unit_block[unit]]
    return end


class Agenda(NamedTuple):
    """What is to come: the heap of events, and what is known of operations, units and work centers meanwhile."""

    events: Integers
    ready: Integers
    busy: Flags
    idle: Integers
    wake: Integers
    marked: Flags
    marks: Integers
    fresh: Integers


def empty_agenda(shop: Shop, release: Integers, start: int, room: int) -> Agenda:
    """Give the agenda at the outset, with room for `room` more events than operations and units call for."""
    n, units, centers = shop.operations, len(shop.unit_calendar), len(shop.center_matrix)
    return Agenda(
        np.empty(2 * n + units + room, np.int64),
        np.maximum(release, start),
        np.zeros(units, np.bool_),
        np.append(np.diff(shop.unit_pointer), 1).astype(np.int64),
        np.full(centers + 1, NEVER, np.int64),
        np.zeros(centers + 1, np.bool_),
        np.empty(centers + 1, np.int64),
        np.empty(n + 1, np.int64),
    )
