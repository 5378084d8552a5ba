"""What a thread of a search works on, and what it does where it anneals."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from plantwright.methods.scheduling.problem import Integers, Schedule, Shop
from plantwright.methods.scheduling.search.anneal import Costs, anneal, empty_journal
from plantwright.methods.scheduling.search.graph import empty_state
from plantwright.methods.scheduling.search.net import Net, Options, plan_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan, Pool

POOL = 12
"""How many plans are kept."""

MOST = 25
"""Operations after which the rest of what a move changes is guessed first."""

FAR = 3000
REACH = 300
"""From so many operations on, what a move changes beyond so many operations is worked out only now and then."""

MEETINGS = 12
"""How often in all a thread that anneals goes over to the best of all threads."""

STRAY = 0.02
"""How far the current plan may be above the best, as a share, where moves are not worked out to their end."""

BATCH = 3000
"""Tries of annealing between two looks at the clock."""

HOT, COLD = 0.1, 0.002
"""Temperatures at the beginning and the end, as a share of the mean cost of a sink at the beginning; lower
in proportion where there are more than `FEW` operations, for which there is less time each."""

FEW = 1000


@dataclass
class Case:
    """A shop as the threads take it."""

    shop: Shop
    net: Net
    options: Options
    costs: Costs
    starts: list[Plan]
    pool: Pool = field(default_factory=lambda: Pool(POOL))


def seed_of(random: np.random.Generator) -> Integers:
    """Draw the state of the kernels' generator; never zero."""
    return random.integers(1, 2**62, 1)


def anneal_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Anneal from the best start until the race is over."""
    random = np.random.default_rng(seed)
    n, sinks = case.shop.operations, len(case.shop.sink_due)
    state = empty_state(n, len(case.shop.unit_calendar), side_by_side=True)
    journal = empty_journal(n, sinks)
    start = min(case.starts, key=lambda plan: plan.value)
    order, option = start.order.copy(), start.option.copy()
    best, fresh = math.inf, True
    scale = max(start.value, 1.0) / max(sinks, 1) * min(1.0, FEW / max(n, 1))
    draws = seed_of(random)
    all_of_it = n + 1
    most = all_of_it if case.costs.span else MOST
    far = REACH if n > FAR and not case.costs.span else all_of_it
    synced = 0
    while not race.over():
        heat = scale * HOT * (COLD / HOT) ** race.share()
        allowed = race.left(BATCH, threads)
        was, heats = best, np.array([heat, heat])
        best = anneal(
            case.net, case.shop.time.flat, case.costs, state, journal, order, option, draws,
            heats, allowed, best, fresh, most, far,
        )  # fmt: skip
        fresh = far < n and heats[1] > best + STRAY * abs(best)
        race.report(Plan(order.copy(), option.copy(), best) if best < was else None, allowed)
        if int(race.share() * MEETINGS) > synced:
            synced = int(race.share() * MEETINGS)
            if race.best is not None and race.best.value < best:
                order[:], option[:], best, fresh = race.best.order, race.best.option, race.best.value, True


def rated(case: Case, schedule: Schedule) -> Plan:
    """Turn a schedule into a plan, and time it."""
    order, option = plan_of(case.shop, case.options, case.net, schedule)
    return timed_plan(case, order, option)[0]


def timed_plan(case: Case, order: Integers, option: Integers) -> tuple[Plan, Integers, Integers, Integers]:
    """Work out a plan: its cost, and finish, ready and the operation before each."""
    state = empty_state(len(order), len(case.shop.unit_calendar), side_by_side=True)
    journal = empty_journal(len(order), len(case.shop.sink_due))
    cost = anneal(
        case.net, case.shop.time.flat, case.costs, state, journal, order, option, np.ones(1, np.int64),
        np.ones(2), 0, math.inf, True, 1, len(order) + 1,  # noqa: FBT003
    )  # fmt: skip
    return Plan(order, option, cost), state.finish, state.ready, state.before
