"""What each thread of a search does: tabu search between plans of a pool, or annealing."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.problem import Integers, Schedule, Shop
from plantwright.methods.scheduling.search.anneal import Costs, anneal, empty_journal
from plantwright.methods.scheduling.search.assign import assign
from plantwright.methods.scheduling.search.graph import empty_state
from plantwright.methods.scheduling.search.net import Net, Options, plan_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan, Pool, between, parts
from plantwright.methods.scheduling.search.tabu import tabu

SLICE = 4_000_000
"""Operations looked at, about, between two looks at the clock."""

POOL = 12
PATIENCE = 8000
"""How many plans are kept, and after how many moves without anything better a tabu search ends."""

RENEW = 30
"""Plans refused one after the other until the pool is begun anew around its best."""

MOST_STATES = 1 << 20
"""Places to remember what is tabu, a power of two."""

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

TRIES = 2_000_000
"""Tries of one annealing of a distribution over units."""

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


def next_start(case: Case, race: Race, random: np.random.Generator, part: Integers) -> tuple[Integers, Integers]:
    """Take a start that is left, make one by chance while the pool fills, or relink two plans of the pool."""
    with race.lock:
        if case.starts:
            start = case.starts.pop(0)
            return start.order.copy(), start.option.copy()
        plans = list(case.pool.plans)
    if len(plans) < case.pool.size:
        schedule = dispatch(case.shop, start=case.net.begin, priorities=random.random(case.shop.operations))
        return plan_of(case.shop, case.options, case.net, schedule)
    one, other = random.choice(len(plans), 2, replace=False)
    share = random.random(case.shop.operations)[part] if part.any() else np.full(len(part), random.uniform(0.3, 0.7))
    return between(plans[one], plans[other], share, random)


def tabu_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Run tabu searches from plans between those of the pool until the race is over."""
    random = np.random.default_rng(seed)
    n, units = case.shop.operations, len(case.shop.unit_calendar)
    state = empty_state(n, units)
    table = np.zeros(MOST_STATES, np.int64)
    kept = np.zeros(len(case.net.option_unit), np.int64)
    part = parts(case.shop)
    tenure = 10 + len(case.net.ends) // max(units, 1)
    most = max(SLICE // max(n, 1), 50)
    while not race.over():
        order, option = next_start(case, race, random, part)
        count, state_of = np.zeros(3, np.int64), seed_of(random)
        value, best = math.inf, math.inf
        while count[1] < PATIENCE and not race.over():
            allowed = race.left(most, threads)
            before = int(count[0])
            best = tabu(
                case.net, state, order, option, table, kept, state_of, count, tenure, PATIENCE, allowed, int(race.bound)
            )
            plan = Plan(order.copy(), option.copy(), float(best)) if best < value else None
            value = min(value, best)
            race.report(plan, int(count[0]) - before)
            if count[0] == before or int(count[0]) - before < allowed:
                break
        if value < math.inf:
            with race.lock:
                case.pool.add(Plan(order, option, float(value)))
                case.pool.renew(RENEW)


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


def assign_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Distribute the operations over the units, again and again from the best, until the race is over."""
    draws = seed_of(np.random.default_rng(seed))
    start = min(case.starts, key=lambda plan: plan.value)
    load = np.zeros(len(case.shop.unit_calendar), np.int64)
    best = start.option.copy()
    value = start.value
    while not race.over():
        choice = best.copy()
        hot = max(1.0, (value - case.net.begin) / 20)
        allowed = race.left(TRIES, threads)
        found = float(assign(case.net, choice, best, load, draws, hot, allowed))
        race.report(Plan(start.order, best.copy(), found) if found < value else None, allowed)
        value = min(value, found)


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
