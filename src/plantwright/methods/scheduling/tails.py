"""What lies ahead of each operation when capacity is no limit: need-by times, latest starts, remaining work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers, Links, Numbers, Shop, Sinks
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import LONG_AGO, NEVER, start_before

CLOSED_SHARE = 2
"""Elapsed minutes a working minute counts for before a calendar begins, where nothing better is known."""


@dataclass(frozen=True, slots=True)
class Tails:
    """What lies ahead of each operation.

    Parameters
    ----------
    due
        int64[n]; the earliest due time among the sinks it serves, its own, and the deadlines up to there.
    last_finish, last_start
        int64[n]; latest times that keep every due time, with unlimited capacity; `NEVER` where nothing is due.
    work, left
        int64[n]; minutes of set-up and run, and number of operations, on the longest way to the end, its own included.
    weight
        float64[n]; its own weight and the weights of the sinks it serves, once for each way to them.
    """

    due: Integers
    last_finish: Integers
    last_start: Integers
    work: Integers
    left: Integers
    weight: Numbers


def tails(shop: Shop) -> Tails:
    """Look from the sinks back through the arcs, with unlimited capacity.

    Each operation counts in its preferred mode on the first unit of its work center. O(operations + modes + arcs)
    and one calendar search each.
    """
    mode = preferred_modes(shop)
    unit = np.where(shop.mode_center[mode] >= 0, _first_units(shop)[shop.mode_center[mode]], -1)
    calendar = shop.mode_calendar[mode]
    if len(shop.unit_calendar):
        calendar = np.where(unit >= 0, shop.unit_calendar[unit], calendar)
    minutes = shop.mode_setup[mode] + shop.mode_minutes[mode]
    return Tails(
        *_tails(
            shop.time.flat,
            shop.links,
            shop.sinks,
            shop.sink_weight,
            shop.order,
            np.minimum(shop.due, shop.deadline),
            shop.weight,
            minutes,
            calendar,
        )
    )


def preferred_modes(shop: Shop) -> Integers:
    """Give the first mode of the smallest rank of each operation."""
    first = shop.mode_pointer[:-1]
    if len(first) == len(shop.mode_center):
        return first
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    by_rank = np.lexsort((np.arange(len(owner)), shop.mode_rank, owner))
    return by_rank[first]


def _first_units(shop: Shop) -> Integers:
    """Give the first unit of each work center; one more entry, so that -1 can be looked up."""
    return np.append(shop.unit_pointer[:-1], -1)


@compiled
def _tails(
    flat: Flat,
    links: Links,
    sinks: Sinks,
    sink_weight: Numbers,
    order: Integers,
    due: Integers,
    weight: Numbers,
    minutes: Integers,
    calendar: Integers,
) -> tuple[Integers, Integers, Integers, Integers, Integers, Numbers]:
    """Run the backward pass; see `tails`."""
    pointer, start, end, before = flat
    n = len(order)
    final, last, first = due.copy(), due.copy(), np.empty(n, np.int64)
    work, left, heavy = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n)
    for sink in range(len(sinks.due)):
        for k in range(sinks.pointer[sink], sinks.pointer[sink + 1]):
            o = sinks.op[k]
            final[o] = min(final[o], sinks.due[sink])
            last[o] = min(last[o], sinks.due[sink] - sinks.lag[k])
            heavy[o] += sink_weight[sink]
    for i in range(n - 1, -1, -1):
        o = order[i]
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            s, arc = links.succ_op[k], links.succ_arc[k]
            work[o] = max(work[o], work[s])
            left[o] = max(left[o], left[s])
            final[o] = min(final[o], final[s])
            heavy[o] += heavy[s]
            if last[s] >= NEVER:
                continue
            if links.overlap[arc] < 0:
                last[o] = min(last[o], first[s] - links.lag[arc])
            else:
                rest = max(minutes[o] - links.overlap[arc], 0)
                last[o] = min(last[o], first[s] - links.lag[arc] + rest, last[s] - links.lag[arc] - links.tail[arc])
        heavy[o] *= weight[o]
        work[o] += minutes[o]
        left[o] += 1
        if last[o] < NEVER:
            first[o] = start_before(pointer, start, end, before, calendar[o], last[o], minutes[o])
            if first[o] <= LONG_AGO:
                first[o] = last[o] - CLOSED_SHARE * minutes[o]
        else:
            first[o] = NEVER
    return final, last, first, work, left, heavy
