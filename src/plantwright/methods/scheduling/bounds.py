"""What no schedule can beat: the longest chain to each sink, and the load of each work center."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.problem import (
    Flags,
    Integers,
    Links,
    Modes,
    Numbers,
    Shop,
    Units,
)
from plantwright.methods.scheduling.timing import Flat, begin, done
from plantwright.methods.working_time import NEVER, minutes_worked


@dataclass(frozen=True, slots=True)
class Bounds:
    """What no schedule can beat.

    Parameters
    ----------
    earliest_start, earliest_finish
        int64[n]; with unlimited units and members.
    sink_finish
        int64[d]; the earliest completion of each sink.
    weighted_late
        Weighted late minutes that no schedule can avoid.
    makespan
        No schedule ends before.
    load, capacity
        int64[c]; minutes of the operations that can only be done at the work center (without changes of family), and
        open minutes of its units from the beginning to the last due time. Of batches, minutes times size over capacity.
    utilisation
        float64[c]; load over capacity; above 1 the work center cannot do it all by the last due time.
    """

    earliest_start: Integers
    earliest_finish: Integers
    sink_finish: Integers
    weighted_late: float
    makespan: int
    load: Integers
    capacity: Integers
    utilisation: Numbers


def lower_bounds(shop: Shop, *, start: int = 0) -> Bounds:
    """Give bounds from chains with unlimited capacity, and the load of the work centers. O(arcs + modes x units).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[960, 960])
    >>> bounds = lower_bounds(shop)
    >>> bounds.sink_finish.tolist(), bounds.load.tolist(), bounds.capacity.tolist()
    ([780, 720], [540], [480])
    """
    earliest, finish = _chains(
        shop.time.flat,
        shop.modes,
        shop.units,
        shop.links,
        shop.pausable,
        shop.release,
        shop.fixed_start,
        shop.fixed_unit,
        shop.order,
        start,
    )
    sinks = sink_completions(shop.sinks, finish)
    late = np.maximum(sinks - shop.sink_due, 0)
    load, capacity = _loads(shop, start)
    return Bounds(
        earliest_start=earliest,
        earliest_finish=finish,
        sink_finish=sinks,
        weighted_late=float(late @ shop.sink_weight),
        makespan=int(finish.max(initial=start)),
        load=load,
        capacity=capacity,
        utilisation=load / np.maximum(capacity, 1),
    )


def _loads(shop: Shop, start: int) -> tuple[Integers, Integers]:
    """Give the minutes that only each work center can do, and its open minutes up to the last due time."""
    centers = len(shop.center_matrix)
    first = shop.mode_pointer[:-1]
    minutes = np.minimum.reduceat(shop.mode_setup + shop.mode_minutes, first) if len(first) else first
    lowest = np.minimum.reduceat(shop.mode_center, first) if len(first) else first
    highest = np.maximum.reduceat(shop.mode_center, first) if len(first) else first
    bound = (lowest == highest) & (lowest >= 0)
    load = np.zeros(centers, np.int64)
    capacity_of = np.append(shop.center_capacity, 1)[lowest]
    np.add.at(load, lowest[bound], np.where(capacity_of > 1, minutes * shop.size, minutes)[bound])
    load = -(-load // shop.center_capacity)
    known = shop.sink_due[shop.sink_due < NEVER]
    end = int(known.max()) if len(known) else start
    capacity = np.zeros(centers, np.int64)
    np.add.at(capacity, shop.unit_center, minutes_worked(shop.time, shop.unit_calendar, start, end))
    return load, capacity


@compiled
def _chains(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    pausable: Flags,
    release: Integers,
    fixed: Integers,
    fixed_unit: Integers,
    order: Integers,
    start: int,
) -> tuple[Integers, Integers]:
    """Give earliest starts and finishes when every operation has all units of all its modes to itself."""
    n = len(order)
    earliest, finish = np.maximum(release, start), np.empty(n, np.int64)
    out = np.empty(1, np.int64)
    for o in order:
        floor = -NEVER
        if fixed[o] >= 0:
            earliest[o] = fixed[o]
        else:
            for arc in range(links.pred_pointer[o], links.pred_pointer[o + 1]):
                p = links.pred_op[arc]
                if links.overlap[arc] < 0:
                    earliest[o] = max(earliest[o], finish[p] + links.lag[arc])
                    continue
                _soonest(
                    flat,
                    modes,
                    units,
                    True,  # noqa: FBT003
                    p,
                    earliest[p],
                    links.overlap[arc],
                    fixed_unit[p],
                    fixed[p] >= 0,
                    out,
                )
                earliest[o] = max(earliest[o], out[0] + links.lag[arc])
                floor = max(floor, finish[p] + links.lag[arc])
        earliest[o] = min(earliest[o], NEVER)
        _soonest(flat, modes, units, pausable[o], o, earliest[o], NEVER, fixed_unit[o], fixed[o] >= 0, out)
        finish[o] = min(max(out[0], floor), NEVER)
    return earliest, finish


@compiled
def _soonest(
    flat: Flat,
    modes: Modes,
    units: Units,
    pausable: bool,  # noqa: FBT001
    o: int,
    t: int,
    run: int,
    fixed_unit: int,
    is_fixed: bool,  # noqa: FBT001
    out: Integers,
) -> None:
    """Give in `out` the earliest moment by which the set-up and at most `run` minutes of the run of `o` are done."""
    one = np.empty(1, np.int64)
    best = NEVER
    for mode in range(modes.pointer[o], modes.pointer[o + 1]):
        minutes = modes.setup[mode] + min(modes.minutes[mode], run)
        center = modes.center[mode]
        low, high = (units.pointer[center], units.pointer[center + 1]) if center >= 0 else (-1, 0)
        for unit in range(low, high):
            if is_fixed and unit != fixed_unit:
                continue
            one[0] = units.calendar[unit] if unit >= 0 else modes.calendar[mode]
            if is_fixed or pausable:
                best = min(best, done(flat, one, 1, t, minutes))
            else:
                s = begin(flat, one, 1, pausable, t, minutes)
                best = min(best, done(flat, one, 1, s, minutes))
    out[0] = best
