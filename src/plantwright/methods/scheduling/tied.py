"""Schedules of shops whose operations are bound to each other: maximum lags, blocking, batches, helpers at set-ups."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.scheduling.fitting import Facts, Site
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.lines import Lines, empty_lines
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Shop
from plantwright.methods.scheduling.serial import place_all
from plantwright.methods.scheduling.state import Blocks, Placed, empty_bench, empty_floor, empty_placed
from plantwright.methods.scheduling.ties import Groups, groups_of
from plantwright.methods.working_time import LONG_AGO, NEVER


def place_in_order(shop: Shop, order: ArrayLike, release: Integers, start: int) -> Placed:
    """Place the operations of a shop one group after the other, each as early as it can be.

    Parameters
    ----------
    shop
        The shop; every rule of it is kept.
    order
        One number an operation: the group with the smallest goes first, among those that wait for no other.
    release
        int[n]; moments before which the operations do not start.
    start
        The moment before which nothing free begins.

    Returns
    -------
    What has been placed. Finish `NEVER`: a group of operations that nothing can keep together, and what waits for it.

    Notes
    -----
    Serial schedule generation with groups: O(n x stays on a unit) as long as no group has to be moved on.
    """
    placed = empty_placed(shop)
    ready = np.zeros(shop.operations, np.int64)
    place_fixed(shop, placed, ready)
    groups = groups_of(shop)
    facts = Facts(
        shop.time.flat,
        shop.modes,
        shop.units,
        shop.links,
        shop.crews,
        shop.ties,
        shop.family,
        shop.pausable,
        _tailed(shop),
        np.maximum(release, start),
        shop.fixed_start,
    )
    site = _site(shop, placed, facts, ready)
    key = _keys(groups, order)
    heap = np.sort(key[groups.waits == 0])
    heap = np.concatenate([heap, np.zeros(len(key) - len(heap), np.int64)])
    free = int(np.count_nonzero(groups.waits == 0))
    later, best = np.empty(len(key), np.int64), np.empty(7, np.int64)
    place_all(facts, groups, key, heap, free, later, site, placed, empty_bench(shop, placed, 1), best)
    return placed


def _keys(groups: Groups, order: ArrayLike) -> Integers:
    """Give the smallest number of each group as a rank, packed with the group."""
    numbers = np.asarray(order, np.float64)
    first = np.full(len(groups.waits), np.inf)
    np.minimum.at(first, np.repeat(np.arange(len(first)), np.diff(groups.pointer)), numbers[groups.op])
    _, rank = np.unique(first, return_inverse=True)
    return np.asarray(rank, np.int64) << 32 | np.arange(len(first), dtype=np.int64)


def _tailed(shop: Shop) -> Flags:
    """Mark the operations that wait for a last transfer batch."""
    tailed = np.zeros(shop.operations, np.bool_)
    tailed[np.searchsorted(shop.pred_pointer, np.flatnonzero(shop.pred_overlap >= 0), side="right") - 1] = True
    return tailed


def _site(shop: Shop, placed: Placed, facts: Facts, ready: Integers) -> Site:
    """Give the site with only what is fixed on it."""
    n = shop.operations
    units = empty_lines(_unit_room(shop))
    members = empty_lines(_member_room(shop))
    floor = empty_floor(shop, LONG_AGO)
    hold = _fixed_after(shop)
    leader, load, work = np.full(n, NO, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    fixed = np.flatnonzero(shop.fixed_start != NO)
    stays = fixed[(placed.unit[fixed] >= 0) & (placed.finish[fixed] > placed.start[fixed])]
    leader[stays] = stays
    until = np.maximum(placed.finish, hold)
    until[_awaited(shop)] = NEVER
    _fill(units, placed.unit[stays], placed.start[stays], until[stays], stays)
    seats = np.repeat(np.arange(n), np.diff(placed.member_pointer))
    ends = np.where(facts.ties.seat_in_setup, ready[seats], placed.finish[seats])
    held = np.flatnonzero((placed.member >= 0) & (shop.fixed_start[seats] != NO) & (ends > placed.start[seats]))
    _fill(members, placed.member[held], placed.start[seats[held]], ends[held], seats[held])
    return Site(
        units,
        members,
        Blocks(members.pointer, members.start, members.end, members.op),
        floor,
        leader,
        np.full(n, NO, np.int64),
        load,
        work,
        ready,
        facts.release.copy(),
        hold,
        np.array([int(placed.finish[fixed].max(initial=LONG_AGO))], np.int64),
    )


def _fixed_after(shop: Shop) -> Integers:
    """Give the start of the last fixed successor of each operation that blocks its unit, or `LONG_AGO`."""
    hold = np.full(shop.operations, LONG_AGO, np.int64)
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    arcs = np.flatnonzero((shop.fixed_start[after] != NO) & shop.blocking[shop.pred_op])
    np.maximum.at(hold, shop.pred_op[arcs], shop.fixed_start[after[arcs]])
    return hold


def _awaited(shop: Shop) -> Integers:
    """List the fixed operations that block their unit until a free one begins."""
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    arcs = (shop.fixed_start[after] == NO) & shop.blocking[shop.pred_op] & (shop.fixed_start[shop.pred_op] != NO)
    return np.unique(shop.pred_op[arcs])


def _unit_room(shop: Shop) -> Integers:
    """Give how many operations may come to each unit."""
    centers = len(shop.center_matrix)
    modes = np.bincount(shop.mode_center[shop.mode_center >= 0], minlength=centers)
    return np.asarray(modes[shop.unit_center], np.int64)


def _member_room(shop: Shop) -> Integers:
    """Give how many places may be taken by each member."""
    groups = len(shop.group_pointer) - 1
    wanted = np.bincount(shop.need_group, weights=shop.need_count, minlength=groups).astype(np.int64)
    room = np.zeros(len(shop.member_calendar), np.int64)
    np.add.at(room, shop.group_member, np.repeat(wanted, np.diff(shop.group_pointer)))
    return room


def _fill(lines: Lines, row: Integers, start: Integers, end: Integers, op: Integers) -> None:
    """Put stays on empty rows."""
    by = np.lexsort((end, start, row))
    row, start, end, op = row[by], start[by], end[by], op[by]
    lines.size[:] = np.bincount(row, minlength=len(lines.size))
    place = lines.pointer[row] + np.arange(len(row)) - np.searchsorted(row, row)
    lines.start[place], lines.end[place], lines.op[place] = start, end, op


def warm_up() -> None:
    """Compile the kernels for bound operations by a call of each with the types that are used."""
    from plantwright.methods.scheduling.build import build_shop  # noqa: PLC0415 - it stands above this module
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0], mode_minutes=[5, 5],
        pred_pointer=[0, 0, 1], pred_op=[0], pred_max_lag=[0],
    )  # fmt: skip
    place_in_order(shop, [0, 1], shop.release, 0)
