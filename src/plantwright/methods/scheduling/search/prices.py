"""What it costs that an operation ends a minute later: worked out once from the end, for all that follows from it.

An operation begins when the one before it on its unit is done or when its arcs let it, whichever is later; what a
minute costs it, it costs the one that it waits for. Where both come at about the same time, each has a share. The far
effect of a move is taken to be the shift of the last operations that were timed, at these prices.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import Integers, Numbers, Shop
from plantwright.methods.scheduling.search.costs import Costs, slope
from plantwright.methods.scheduling.search.graph import State
from plantwright.methods.scheduling.search.net import Net
from plantwright.methods.working_time import primitive


class Prices(NamedTuple):
    """By operation: what a minute costs by arcs and sinks (`job`), and a working minute by what follows on its unit.

    `pace` is how many minutes pass on each unit for an open one.
    """

    job: Numbers
    unit: Numbers
    pace: Numbers


def empty_prices(shop: Shop) -> Prices:
    """Give room for the prices of a shop."""
    pace = np.ones(len(shop.time.pointer))
    for calendar in range(len(pace) - 1):
        start, end = shop.time.intervals(calendar)
        if len(start):
            pace[calendar] = (end[-1] - start[0]) / (end - start).sum()
    n = shop.operations
    return Prices(np.zeros(n + 1), np.zeros(n + 1), pace[shop.unit_calendar])  # the calendar -1 is the last one


@primitive
def seed_prices(costs: Costs, state: State, prices: Prices, done: Integers, width: float) -> None:
    """Give the last operation of each sink what a minute costs the sink."""
    for sink in range(len(costs.due)):
        for k in range(costs.sink_pointer[sink], costs.sink_pointer[sink + 1]):
            v = costs.sink_op[k]
            if state.finish[v] + costs.sink_lag[k] == done[sink]:
                prices.job[v] += slope(costs, sink, done[sink], width)
                break


@primitive
def reckon(net: Net, costs: Costs, state: State, prices: Prices, done: Integers, low: int) -> None:
    """Work out the prices of all operations from place `low` on. O(operations + arcs)."""
    n = len(net.release)
    total = 0
    for v in range(n):
        prices.job[v] = 0.0
        prices.unit[v] = 0.0
        total += state.minutes[v]
    width = max(total / max(n, 1), 1.0)
    seed_prices(costs, state, prices, done, width)
    for i in range(n - 1, low - 1, -1):
        v = state.order[i]
        by_time = prices.job[v]
        if len(costs.drift):
            by_time += costs.drift[v] if state.finish[v] >= costs.anchor[v] else -costs.drift[v]
        unit, m = state.unit[v], state.before[v]
        pace = prices.pace[unit] if unit >= 0 else 1.0
        price = prices.unit[v] + pace * by_time
        if price == 0.0:
            continue
        share = 0.0
        if unit >= 0 and m < n:
            share = min(max(0.5 + (state.finish[m] - state.ready[v]) / (2 * width), 0.0), 1.0)
            prices.unit[m] += share * price
        for k in range(net.pred_pointer[v], net.pred_pointer[v + 1]):
            p = net.pred_op[k]
            if state.finish[p] + net.pred_lag[k] == state.ready[v]:
                prices.job[p] += (1.0 - share) * price / pace
                break
