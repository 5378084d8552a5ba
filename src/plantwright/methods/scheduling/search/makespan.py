"""What a thread does to find a makespan: tabu search between plans of a pool, or a distribution over units."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.search.assign import assign
from plantwright.methods.scheduling.search.graph import empty_state
from plantwright.methods.scheduling.search.net import plan_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan, between, parts
from plantwright.methods.scheduling.search.tabu import empty_memory, tabu
from plantwright.methods.scheduling.search.workers import Case, seed_of

SLICE = 4_000_000
"""Operations looked at, about, between two looks at the clock."""

PATIENCE = 8000
"""Moves without anything better after which a tabu search ends."""

RENEW = 30
"""Plans refused one after the other until the pool is begun anew around its best."""

MOST_KEYS = 20
"""Two to the power of this is the most places to remember which pairs are tabu."""

TRIES = 1_000_000
LONGEST = 128
COLD = 0.2
"""A distribution over units is annealed in slices of so many tries, at most so many, down to this temperature."""


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
    memory = empty_memory(1 << min(MOST_KEYS, (n * n).bit_length()), len(case.net.option_unit))
    part = parts(case.shop)
    tenure = 10 + len(case.net.ends) // max(units, 1)
    most = max(SLICE // max(n, 1), 50)
    while not race.over():
        order, option = next_start(case, race, random, part)
        count = np.zeros(3, np.int64)
        memory.random[:] = seed_of(random)
        value, best = math.inf, math.inf
        while count[1] < PATIENCE and not race.over():
            allowed = race.left(most, threads)
            before = int(count[0])
            best = tabu(case.net, state, memory, order, option, count, tenure, PATIENCE, allowed, int(race.bound))
            plan = Plan(order.copy(), option.copy(), float(best)) if best < value else None
            value = min(value, best)
            race.report(plan, int(count[0]) - before)
            if count[0] == before or int(count[0]) - before < allowed:
                break
        if value < math.inf:
            with race.lock:
                case.pool.add(Plan(order, option, float(value)))
                case.pool.renew(RENEW)


def assign_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Distribute the operations over the units, again and again from the best, until the race is over.

    Each annealing that finds nothing better is followed by one of twice the length.
    """
    draws = seed_of(np.random.default_rng(seed))
    start = min(case.starts, key=lambda plan: plan.value)
    load = np.zeros(len(case.shop.unit_calendar), np.int64)
    best, value, slices = start.option.copy(), start.value, 1
    while not race.over():
        choice, before = best.copy(), value
        hot = max(1.0, (value - case.net.begin) / 20)
        heats = np.geomspace(hot, COLD, slices + 1)
        for warmer, colder in pairwise(heats.tolist()):
            allowed = race.left(TRIES, threads)
            found = float(assign(case.net, choice, best, load, draws, warmer, colder, allowed))
            race.report(Plan(start.order, best.copy(), found) if found < value else None, allowed)
            value = min(value, found)
            if race.over():
                break
        slices = slices if value < before else min(2 * slices, LONGEST)


def warm_up() -> None:
    """Compile the kernels."""
    from plantwright.methods.scheduling.build import build_shop  # noqa: PLC0415
    from plantwright.methods.scheduling.search.net import make_net  # noqa: PLC0415
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    shop = build_shop(
        working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_pointer=[0, 2, 4],
        mode_center=[0, 1] * 2, mode_minutes=[2, 3, 5, 4],
    )  # fmt: skip
    net, options = make_net(shop, 0, False)  # noqa: FBT003
    order, option = plan_of(shop, options, net, dispatch(shop))
    assign(net, option.copy(), option, np.zeros(2, np.int64), np.ones(1, np.int64), 2.0, 1.0, 2)
    tabu(net, empty_state(2, 2), empty_memory(4, 4), order, option, np.zeros(3, np.int64), 2, 2, 2, 0)
