"""Simulated annealing on sequences and modes, each move worked out exactly, for any objective and with calendars.

A move puts one operation elsewhere. What is not accepted is taken back.
"""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.scheduling.search.costs import Costs
from plantwright.methods.scheduling.search.effects import Journal, take_back, timed, total_cost, try_move
from plantwright.methods.scheduling.search.graph import State, load, makespan, relocate
from plantwright.methods.scheduling.search.net import Net, draw
from plantwright.methods.scheduling.search.prices import Prices, reckon
from plantwright.methods.scheduling.search.proposals import Stretch, proposal
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import primitive

HOT, COLD, NOW = range(3)


@primitive
def begin_from(
    net: Net, flat: Flat, costs: Costs, state: State, journal: Journal, stretch: Stretch, order: Integers,
    option: Integers,
) -> float:  # fmt: skip
    """Take over a plan, time everything, and give its whole cost."""
    n = len(net.release)
    load(net, state, order, option)
    for i in range(n):
        timed(net, flat, state, state.order[i])
    stretch.border[:] = n
    for i in range(n - 1, stretch.stop - 1, -1):
        if state.unit[order[i]] >= 0:
            stretch.border[state.unit[order[i]]] = order[i]
    cost: float = total_cost(net, costs, state, journal) + costs.span * makespan(net, state)
    return cost


@primitive
def keep(state: State, stretch: Stretch, order: Integers, option: Integers) -> None:
    """Write the stretch as it is into a plan."""
    for i in range(stretch.low, stretch.stop):
        v = state.order[i]
        order[i] = v
        option[v] = state.option[v]


@compiled
def anneal(  # noqa: C901  the one hot loop
    net: Net, flat: Flat, costs: Costs, state: State, journal: Journal, prices: Prices, stretch: Stretch,
    order: Integers, option: Integers, random: Integers, heat: Numbers, iterations: int, best: float,
    fresh: bool, most: int,  # noqa: FBT001
) -> float:  # fmt: skip
    """Make `iterations` tries while the temperature goes from ``heat[0]`` to ``heat[1]``; gives the best cost.

    Begins from the plan in `order` and `option` where `fresh`, else from the state as it is, which costs ``heat[2]``;
    the best plan is left in `order` and `option`. Only the stretch changes. What a move changes behind it is valued at
    the prices of the plan that it began with, so that costs are exact only where the stretch is everything. `most`: see
    `try_move`.
    """
    whole = stretch.stop - stretch.low >= len(net.release)
    current = heat[NOW]
    if fresh:
        current = begin_from(net, flat, costs, state, journal, stretch, order, option)
    elif whole:
        current = total_cost(net, costs, state, journal) + costs.span * makespan(net, state)
    if iterations > 0 and (fresh or whole):
        reckon(net, costs, state, prices, journal.done, stretch.low)
    state.mark[:] = 0
    journal.seen[:] = 0
    unsaved = current < best
    best = min(best, current)
    span = makespan(net, state)
    cooling = (heat[COLD] / heat[HOT]) ** (1.0 / max(iterations, 1)) if heat[HOT] > 0 else 1.0
    temperature = heat[HOT]
    stamp, made = -2, 0
    again = False
    v, new, a, limit = 0, 0, 0, 0.0
    while made < iterations:
        stamp += 3
        if not again:
            made += 1
            temperature *= cooling
            limit = -temperature * np.log((draw(random, 1 << 30) + 1) / (1 << 30))
            v, new, a = proposal(net, costs, state, journal, prices, stretch, random, span)
            if v < 0:
                continue
        old_option, old_before, last = state.option[v], state.before[v], span
        delta = try_move(net, flat, costs, state, journal, prices, v, new, a, stretch.until, stamp, limit, most)
        again = False
        if np.isnan(delta):
            continue
        if costs.span > 0:
            span = makespan(net, state)
            delta += costs.span * (span - last)
        if delta > limit or (delta > 0 and unsaved):
            take_back(state, journal)
            relocate(net, state, v, old_option, old_before, stamp + 2)
            span = last
            if delta <= limit:  # the best so far is about to be left: keep it, then make the move
                keep(state, stretch, order, option)
                unsaved = False
                again = True
            continue
        current += delta
        if current < best - 1e-7:
            best, unsaved = current, True
    heat[NOW] = current
    if unsaved:
        keep(state, stretch, order, option)
    return best
