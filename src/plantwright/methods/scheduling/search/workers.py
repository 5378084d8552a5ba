"""What a thread of a search works on, and what it does where it anneals: the whole order, or stretch by stretch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from plantwright.methods.scheduling.problem import Integers, Numbers, Schedule, Shop
from plantwright.methods.scheduling.search.anneal import NOW, anneal
from plantwright.methods.scheduling.search.costs import Costs
from plantwright.methods.scheduling.search.effects import Journal, empty_journal
from plantwright.methods.scheduling.search.graph import State, empty_state
from plantwright.methods.scheduling.search.net import Net, Options, plan_of
from plantwright.methods.scheduling.search.prices import Prices, empty_prices
from plantwright.methods.scheduling.search.proposals import Stretch
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan, Pool
from plantwright.methods.scheduling.search.rows import Rows
from plantwright.methods.scheduling.search.turns import Turns

POOL = 12
"""How many plans are kept."""

MOST = 25
"""Operations after which what a move changes is valued at prices first."""

MEETINGS = 12
"""How often in all a thread that anneals goes over to the best of all threads."""

BATCH = 3000
"""Tries of annealing between two looks at the clock."""

HOT, COLD = 0.05, 0.001
"""Temperatures at the beginning and the end, as a share of the mean cost of a sink at the beginning."""

WHOLE = 20_000
"""Shops of more operations are annealed stretch by stretch."""

STRETCH = 5000
TRIES = 20
MARGIN = 10_000
"""How many operations a stretch has at most, how many tries each of them gets, and how many operations behind it are
worked out exactly."""


@dataclass
class Case:
    """A shop as the threads take it."""

    shop: Shop
    net: Net
    options: Options
    costs: Costs
    starts: list[Plan]
    pool: Pool = field(default_factory=lambda: Pool(POOL))
    turns: Turns = field(default_factory=Turns)
    common: Rows | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the kernel of annealing works with, for one thread."""

    state: State
    journal: Journal
    prices: Prices
    border: Integers
    draws: Integers
    heat: Numbers


def desk_of(case: Case, seed: int = 1) -> Desk:
    """Give a thread what it works with."""
    n, units = case.shop.operations, len(case.shop.unit_calendar)
    return Desk(
        empty_state(n, units, side_by_side=True), empty_journal(n, len(case.shop.sink_due)), empty_prices(case.shop),
        np.zeros(units, np.int64), seed_of(np.random.default_rng(seed)), np.zeros(3),
    )  # fmt: skip


def seed_of(random: np.random.Generator) -> Integers:
    """Draw the state of the kernels' generator; never zero."""
    return random.integers(1, 2**62, 1)


def annealed(
    case: Case, desk: Desk, order: Integers, option: Integers, *, best: float, fresh: bool, tries: int = 0,
    heat: tuple[float, float] = (1.0, 1.0), low: int = 0, stop: int | None = None, until: int | None = None,
) -> float:  # fmt: skip
    """Call the kernel for a stretch, left out: for all; gives the best cost."""
    n = case.shop.operations
    desk.heat[:NOW] = heat
    most = n + 1 if case.costs.span else MOST
    stretch = Stretch(low, n if stop is None else stop, n if until is None else min(until, n), desk.border)
    return float(
        anneal(
            case.net, case.shop.time.flat, case.costs, desk.state, desk.journal, desk.prices, stretch, order, option,
            desk.draws, desk.heat, tries, best, fresh, most,
        )
    )  # fmt: skip


def anneal_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Anneal from the best start until the race is over."""
    desk = desk_of(case, seed)
    start = min(case.starts, key=lambda plan: plan.value)
    order, option = start.order.copy(), start.option.copy()
    best, fresh, met = math.inf, True, 0
    scale = mean_cost(case, start)
    while not race.over():
        heat = scale * HOT * (COLD / HOT) ** race.share()
        allowed = race.left(BATCH, threads)
        was = best
        best = annealed(case, desk, order, option, best=best, fresh=fresh, tries=allowed, heat=(heat, heat))
        fresh = False
        race.report(Plan(order.copy(), option.copy(), best) if best < was else None, allowed)
        if int(race.share() * MEETINGS) > met:
            met = int(race.share() * MEETINGS)
            if race.best is not None and race.best.value < best:
                order[:], option[:], best, fresh = race.best.order, race.best.option, race.best.value, True


def stretches(case: Case) -> bool:
    """Tell whether a shop is annealed stretch by stretch."""
    return case.shop.operations > WHOLE and not case.costs.span


def stretch_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Anneal one stretch of the order after the other until the race is over; the threads work on different ones."""
    desk, turns, n = desk_of(case, seed), case.turns, case.shop.operations
    start = min(case.starts, key=lambda plan: plan.value)
    scale = mean_cost(case, start)
    size = max(min(STRETCH, n // (2 * threads)), 1)
    with race.lock:
        if turns.plan is None or start.value < turns.plan.value:
            turns.plan = start
    while not race.over():
        with race.lock:
            low, stop = turns.take(n, size)
            order, option = turns.plan.order.copy(), turns.plan.option.copy()
        hot = scale * HOT * (COLD / HOT) ** race.share()
        _anneal_stretch(case, race, desk, order, option, (low, stop), (hot, scale * COLD), threads)
        with race.lock:
            plan = joined(turns.plan, order, option, low, stop)
            plan, finish = _timed(case, desk, plan.order, plan.option)
            better = plan.value < turns.plan.value - 1e-7
            if better:
                own = plan.order[low:stop]
                plan.order[low:stop] = own[np.argsort(finish[own], kind="stable")]
                turns.plan = plan
            turns.busy.remove((low, stop))
        race.report(plan if better else None, 0)


def _anneal_stretch(
    case: Case, race: Race, desk: Desk, order: Integers, option: Integers, span: tuple[int, int],
    heats: tuple[float, float], threads: int,
) -> None:  # fmt: skip
    """Anneal one stretch from hot to cold."""
    low, stop = span
    hot, cold = heats
    wanted, done, best = TRIES * (stop - low), 0, math.inf
    while done < wanted and not race.over():
        allowed = race.left(min(BATCH, wanted - done), threads)
        now, then = (hot * (cold / hot) ** (part / wanted) for part in (done, done + allowed))
        best = annealed(
            case,
            desk,
            order,
            option,
            best=best,
            fresh=done == 0,
            tries=allowed,
            heat=(now, then),
            low=low,
            stop=stop,
            until=stop + MARGIN,
        )
        done += allowed
        race.report(None, allowed)


def joined(plan: Plan, order: Integers, option: Integers, low: int, stop: int) -> Plan:
    """Put a stretch of another order, of the same operations, into a plan; its value is not known yet."""
    together, chosen = plan.order.copy(), plan.option.copy()
    own = order[low:stop]
    together[low:stop] = own
    chosen[own] = option[own]
    return Plan(together, chosen, math.inf)


def mean_cost(case: Case, plan: Plan) -> float:
    """Give the mean cost of a sink."""
    return max(plan.value, 1.0) / max(len(case.shop.sink_due), 1)


def rated(case: Case, schedule: Schedule) -> Plan:
    """Turn a schedule into a plan, and time it."""
    order, option = plan_of(case.shop, case.options, case.net, schedule)
    return timed_plan(case, order, option)[0]


def timed_plan(case: Case, order: Integers, option: Integers) -> tuple[Plan, Integers, Integers, Integers]:
    """Work out a plan: its cost, and finish, ready and the operation before each."""
    desk = desk_of(case)
    plan, finish = _timed(case, desk, order, option)
    return plan, finish, desk.state.ready, desk.state.before


def _timed(case: Case, desk: Desk, order: Integers, option: Integers) -> tuple[Plan, Integers]:
    cost = annealed(case, desk, order, option, best=math.inf, fresh=True)
    return Plan(order, option, cost), desk.state.finish
