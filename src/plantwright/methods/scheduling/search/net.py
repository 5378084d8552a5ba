"""The disjunctive shop as the search sees it: operations, arcs, and for each operation the options to do it.

An *option* is one unit of the work center of one mode. Operations without minutes of work occupy nothing, so they get
options without a unit. A *plan* of the search is a linear order of all operations that respects the arcs, and the
chosen option of each: the sequence on every unit is the order restricted to it, so a plan is never circular.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.working_time import primitive


class Net(NamedTuple):
    """What never changes during a search, as kernels take it.

    Operation ``n`` is nobody: it stands before the first and after the last operation of each unit. `early` is 1 where
    a unit may be set up before the operation can begin; otherwise the set-up is part of the operation.
    """

    pred_pointer: Integers
    pred_op: Integers
    pred_lag: Integers
    succ_pointer: Integers
    succ_op: Integers
    succ_lag: Integers
    release: Integers
    option_pointer: Integers
    option_unit: Integers
    option_minutes: Integers
    option_calendar: Integers
    family: Integers
    pausable: Integers
    unit_matrix: Integers
    unit_family: Integers
    changeover: Integers
    ends: Integers
    early: int
    begin: int


class Options(NamedTuple):
    """What the options are in terms of the shop: their mode, and the unit that the schedule shows."""

    mode: Integers
    unit: Integers


def make_net(shop: Shop, begin: int, early: bool) -> tuple[Net, Options]:  # noqa: FBT001
    """Flatten a shop that `fits`; O(operations + arcs + modes x units)."""
    pointer, mode, unit = _options(shop)
    minutes = shop.mode_minutes[mode] + shop.mode_setup[mode]
    calendar = np.where(unit >= 0, np.append(shop.unit_calendar, NO)[unit], shop.mode_calendar[mode])
    return Net(
        shop.pred_pointer,
        shop.pred_op,
        shop.pred_lag,
        shop.succ_pointer,
        shop.succ_op,
        np.ascontiguousarray(shop.pred_lag[shop.succ_arc]),
        np.maximum(shop.release, begin),
        pointer,
        np.where(minutes > 0, unit, NO),
        minutes,
        calendar,
        np.append(shop.family, NO),
        shop.pausable.astype(np.int64),
        np.ascontiguousarray(shop.center_matrix[shop.unit_center]),
        shop.unit_family,
        _changes_of_family(shop),
        np.flatnonzero(np.diff(shop.succ_pointer) == 0).astype(np.int64),
        int(early),
        begin,
    ), Options(mode, unit)


def _changes_of_family(shop: Shop) -> Integers:
    """Give the set-up matrices; where there is none, one without minutes, for kernels index it all the same."""
    if len(shop.setup_matrix):
        return shop.setup_matrix
    families = int(shop.family.max(initial=0)) + 1
    return np.zeros((1, families, families), np.int64)


def _options(shop: Shop) -> tuple[Integers, Integers, Integers]:
    """List every mode once for each unit that can do it; modes of no minutes take the first one."""
    centers = shop.mode_center
    idle = (shop.mode_minutes + shop.mode_setup == 0) | (centers < 0)
    sizes = np.append(np.diff(shop.unit_pointer), 1)
    count = np.where(idle, 1, sizes[centers])
    mode = np.repeat(np.arange(len(centers)), count)
    first = np.cumsum(count) - count
    nth = np.arange(len(mode)) - first[mode]
    unit = np.where(centers[mode] < 0, NO, shop.unit_pointer[centers[mode]] + nth)
    pointer = np.append(first, len(mode))[shop.mode_pointer]
    return pointer.astype(np.int64), mode.astype(np.int64), unit.astype(np.int64)


def plan_of(shop: Shop, options: Options, net: Net, schedule: Schedule) -> tuple[Integers, Integers]:
    """Give the order and the options of a schedule."""
    n = shop.operations
    place = np.empty(n, np.int64)
    place[shop.order] = np.arange(n)
    begun = schedule.finish - (schedule.finish > schedule.start) if net.early else schedule.start
    order = np.lexsort((place, schedule.finish, begun)).astype(np.int64)
    key = options.mode * (len(shop.unit_calendar) + 1) + options.unit
    owner = np.repeat(np.arange(n), np.diff(net.option_pointer))
    wanted = schedule.mode * (len(shop.unit_calendar) + 1) + schedule.unit
    match = key == wanted[owner]
    option = net.option_pointer[:-1].copy()
    found = np.flatnonzero(match)
    option[owner[found]] = found
    return order, option


@primitive
def change(
    unit_matrix: Integers, unit_family: Integers, family: Integers, changeover: Integers, unit: int, a: int, b: int
) -> int:
    """Give the minutes of set-up for `b` after `a` on a unit; nobody before: from the family it is set up for."""
    matrix = unit_matrix[unit]
    if matrix < 0 or family[b] < 0:
        return 0
    previous = family[a] if a < len(family) - 1 else unit_family[unit]
    if previous < 0:
        return 0
    minutes: int = changeover[matrix, previous, family[b]]
    return minutes


@primitive
def draw(state: Integers, below: int) -> int:
    """Draw a whole number from 0 up to, and without, `below` (xorshift, Marsaglia 2003)."""
    x = state[0]
    x ^= x << 13
    x ^= (x >> 7) & 0x01FFFFFFFFFFFFFF
    x ^= x << 17
    state[0] = x
    drawn: int = ((x >> 20) & 0x7FFFFFFF) % below
    return drawn
