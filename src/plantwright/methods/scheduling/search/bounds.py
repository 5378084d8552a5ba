"""What no schedule can beat: chains of arcs, and single units relaxed so that work may be interrupted."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np

from plantwright.methods.scheduling.bounds import lower_bounds
from plantwright.methods.scheduling.problem import Integers, Shop
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.scheduling.search.objective import Objective, first_release


def lower_bound(shop: Shop, net: Net, objective: Objective) -> dict[str, float]:
    """Give what no schedule can beat, term by term; 0 where nothing is known.

    The makespan is bounded by the longest chain, with calendars; by each unit alone, from heads and tails, where work
    may be interrupted (Jackson's preemptive schedule; Carlier 1982); and by the whole work over all units. Tardiness,
    lateness and flow are bounded by the chains. O(arcs + operations log operations).
    """
    chains = lower_bounds(shop, start=net.begin)
    late = chains.sink_finish > shop.sink_due
    known = {
        "makespan": 0.0,
        "weighted_tardiness": chains.weighted_late,
        "number_late": float(np.count_nonzero(late)),
        "total_flow": 0.0,
    }
    if any(term.name == "makespan" for term in objective.terms):
        known["makespan"] = float(max(chains.makespan, units_bound(net)))
    if any(term.name == "total_flow" for term in objective.terms):
        known["total_flow"] = float((chains.sink_finish - first_release(shop)).sum())
    return {term.name: known.get(term.name, 0.0) for term in objective.terms}


def units_bound(net: Net) -> int:
    """Give the best of the bounds by units, where set-ups take no time and calendars are always open."""
    n = len(net.release)
    if n == 0:
        return net.begin
    first = net.option_pointer[:-1]
    least = np.minimum.reduceat(net.option_minutes, first)
    head, tail = _heads_and_tails(net, least)
    low = np.minimum.reduceat(net.option_unit, first)
    high = np.maximum.reduceat(net.option_unit, first)
    alone = (low == high) & (low >= 0)
    best = int((head + least + tail).max())
    for unit in np.unique(low[alone]):
        own = np.flatnonzero(alone & (low == unit))
        best = max(best, preemptive(head[own], least[own], tail[own]))
    on_units = np.flatnonzero(low >= 0)
    units = len(np.unique(net.option_unit[net.option_unit >= 0]))
    if len(on_units):
        share = -(-int(least[on_units].sum()) // units)
        best = max(best, int(head[on_units].min()) + share + int(tail[on_units].min()))
    return best


def _heads_and_tails(net: Net, least: Integers) -> tuple[Integers, Integers]:
    """Give earliest starts, and the longest ways from finishes to the end, through arcs alone."""
    n = len(net.release)
    head, tail = net.release.copy(), np.zeros(n, np.int64)
    order = _order(net)
    for o in order:
        for k in range(net.pred_pointer[o], net.pred_pointer[o + 1]):
            p = net.pred_op[k]
            head[o] = max(head[o], head[p] + least[p] + net.pred_lag[k])
    for o in order[::-1]:
        for k in range(net.succ_pointer[o], net.succ_pointer[o + 1]):
            s = net.succ_op[k]
            tail[o] = max(tail[o], tail[s] + least[s] + net.succ_lag[k])
    return head, tail


def _order(net: Net) -> list[int]:
    waiting = np.diff(net.pred_pointer)
    order = np.flatnonzero(waiting == 0).tolist()
    for o in order:  # grows while it is walked
        for s in net.succ_op[net.succ_pointer[o] : net.succ_pointer[o + 1]]:
            waiting[s] -= 1
            if waiting[s] == 0:
                order.append(int(s))
    return order


def preemptive(head: Integers, minutes: Integers, tail: Integers) -> int:
    """Give the least end on one unit where work may be interrupted: always the one with the longest tail. O(n log n).

    Examples
    --------
    Two operations of 4 and 3 minutes; the second comes at 1 and has 5 minutes to go afterwards:

    >>> preemptive(np.array([0, 1]), np.array([4, 3]), np.array([0, 5]))
    9
    """
    coming = [(int(h), -int(q), int(p)) for h, p, q in zip(head, minutes, tail, strict=True)]
    heapify(coming)
    waiting: list[tuple[int, int]] = []
    now, end = 0, 0
    while coming or waiting:
        if not waiting:
            now = max(now, coming[0][0])
        while coming and coming[0][0] <= now:
            _, q, p = heappop(coming)
            heappush(waiting, (q, p))
        q, p = heappop(waiting)
        until = min(now + p, coming[0][0]) if coming else now + p
        if until - now < p:
            heappush(waiting, (q, p - (until - now)))
        else:
            end = max(end, until - q)
        now = until
    return end
