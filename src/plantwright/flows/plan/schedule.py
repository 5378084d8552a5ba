"""The schedule of the plan: dispatch rules are tried, the best is improved for as long as is wished."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.material import Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.shop import Given
from plantwright.flows.plan.steps import Steps
from plantwright.methods.scheduling import Rule, Schedule, Shop, blame, defer, dispatch
from plantwright.methods.scheduling.problem import Numbers
from plantwright.methods.working_time import NEVER

NEVER_PLACED = problem_kind(
    "operation-never-placed",
    "Operation {operation} of {item} can never be done: {work_center} and what else it needs are never free and open "
    "together.",
    "Look at the shifts of the work center, of people with the skill, and of the tool; or at what is pinned there.",
)

Trial = tuple[Rule, float]
TRIALS: tuple[Trial, ...] = (
    ("atc", 4.0), ("latest_start", 4.0), ("atcs", 2.0), ("edd", 4.0), ("atc", 1.0), ("atcs", 8.0), ("slack", 4.0),
    ("atc", 8.0),
)  # fmt: skip
"""Dispatch rules with their look-ahead, the most promising first."""
LOOK_AHEAD = 4.0
"""Look-ahead of a rule that is chosen by the plant, in mean processing times."""
TRIED = 250_000
"""Operations that are scheduled in all while rules are tried: small shops try every rule, large ones the first."""
REPEGGED, MOST_PEGGINGS = 100_000, 12
"""Operations that are scheduled in all while other pegs are tried, and how often they are tried at most."""
SIDE_BY_SIDE = 2
"""Orders of dispatch that one round of the improvement tries, whatever the machine, so that a seed gives one plan."""
SHARES_OF_DEMANDS = (0.02, 0.05, 0.2, 0.6, 1.0)
SHARES_OF_OPERATIONS = (0.1, 0.3, 1.0)
SHARES_OF_DELAY = (0.03, 0.1, 0.2, 0.4, 0.8, 1.5)
"""What a round draws from: which of the late demands, which of the operations that hold them back, how far forward."""


@dataclass(frozen=True)
class Scheduled:
    """The finite shop of some pegs, with two schedules of it: as early as possible, and just in time."""

    given: Given
    steps: Steps
    shop: Shop
    early: Schedule
    late: Schedule


Build = Callable[[PegRows], tuple[Given, Steps, Shop]]
Repeg = Callable[[PegRows, Scheduled], Iterable[PegRows]]


def best_schedule(
    pegs: PegRows, build: Build, repeg: Repeg, rule: str = "best", seconds: float | None = None, seed: int = 0
) -> tuple[PegRows, Scheduled]:
    """Make the schedule of the plan: several dispatch rules, then other pegs, then improvement for the given seconds.

    Parameters
    ----------
    pegs : which supply serves which requirement, by planned dates
    build : makes the finite shop of pegs
    repeg : gives other pegs to try, seen from a schedule
    rule : the only dispatch rule to use; best: several are tried
    seconds : time for improvement; None: only rules and pegs are tried
    seed : of the chance in the improvement

    Returns
    -------
    The pegs with the least lateness, weighed by priority, and the schedule that they allow.
    """
    given, steps, shop = build(pegs)
    wanted = TRIALS if rule == "best" else ((cast("Rule", rule), LOOK_AHEAD),)
    early, trial = first_schedule(shop, wanted)
    best, worth = Scheduled(given, steps, shop, early, defer(shop, early)), weighted_lateness(shop, early)
    left = min(MOST_PEGGINGS, REPEGGED // max(shop.operations, 1))
    better = True
    while better and left > 0 and worth > 0:
        better = False
        for other in itertools.islice(repeg(pegs, best), left):
            left -= 1
            given, steps, shop = build(other)
            early, _ = first_schedule(shop, (trial, *wanted[:2]))
            found = weighted_lateness(shop, early)
            if found < worth:
                better, worth, chosen = True, found, (other, Scheduled(given, steps, shop, early, early))
        if better:
            pegs, best = chosen
            best = replace(best, late=defer(best.shop, best.early))
    if seconds:
        until = time.perf_counter() + seconds
        early = improved(best.shop, best.early, lambda: time.perf_counter() < until, seed)
        best = replace(best, early=early, late=defer(best.shop, early))
    return pegs, best


def first_schedule(shop: Shop, trials: Sequence[Trial] = TRIALS) -> tuple[Schedule, Trial]:
    """Try dispatch rules side by side, as many as the size of the shop allows.

    Returns
    -------
    The best schedule and the rule that made it; of equal ones the first.
    """
    count = max(1, min(len(trials), TRIED // max(shop.operations, 1)))
    chosen = list(dict.fromkeys(trials[:count]))
    with ThreadPoolExecutor(os.cpu_count()) as threads:  # the compiled dispatch lets other threads run
        made = threads.map(lambda one: dispatch(shop, one[0], look_ahead=one[1]), chosen)
        return min(zip(made, chosen, strict=True), key=lambda one: weighted_lateness(shop, one[0]))


def improved(shop: Shop, early: Schedule, going: Callable[[], bool], seed: int) -> Schedule:
    """Put what holds late demands back forward in the order of dispatch, as long as `going` says so.

    Each round draws some late demands, and as many changed orders as are tried side by side; a round that is no worse
    is gone on from. The same seed and number of rounds give the same schedule on any machine.
    """
    random = np.random.default_rng(seed)
    order, now = early.start.astype(np.float64), early
    worth = weighted_lateness(shop, early)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        while worth > 0 and going():
            orders = [_put_forward(shop, now, order, random) for _ in range(SIDE_BY_SIDE)]
            made = list(threads.map(lambda one: dispatch(shop, priorities=one.astype(np.int64)), orders))
            found, place = min((weighted_lateness(shop, one), place) for place, one in enumerate(made))
            if found <= worth:
                worth, now, order = found, made[place], orders[place]
    return now


def _put_forward(shop: Shop, now: Schedule, order: Numbers, random: np.random.Generator) -> Numbers:
    """Draw late demands, and put some of what holds them back forward by a share of the delay."""
    late = np.flatnonzero(now.sink_finish > shop.sink_due)
    chosen = np.zeros(len(shop.sink_due), np.bool_)
    chosen[late] = random.random(len(late)) < random.choice(SHARES_OF_DEMANDS)
    chosen[random.choice(late)] = True
    held = blame(shop, now, chosen) * (random.random(len(order)) < random.choice(SHARES_OF_OPERATIONS))
    return np.asarray(order - random.choice(SHARES_OF_DELAY) * held)


def weighted_lateness(shop: Shop, schedule: Schedule) -> float:
    """Sum the minutes by which demands are late, each by its weight."""
    late = np.maximum(schedule.sink_finish - shop.sink_due, 0)
    return float((late * shop.sink_weight).sum())


def never_placed(n: Numbered, steps: Steps, shop: Shop, schedule: Schedule) -> list[Problem]:
    """Name the operations for which there is no time at all; those that wait for them are not named."""
    lost = schedule.start >= NEVER // 2
    if not lost.any():
        return []
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    waits = np.zeros(shop.operations, bool)
    np.logical_or.at(waits, after, lost[shop.pred_op])
    ops, found = n.routings.operations, {}
    for step in np.flatnonzero(lost & ~waits & (steps.row >= 0)).tolist():
        row = ops.row(int(steps.row[step]), named=True)
        key = (row["item"], row["sequence"], row["site"])
        found[key] = NEVER_PLACED.at(
            "operation", key, "work_center", row["work_center"],
            operation=row["sequence"], item=row["item"], work_center=row["work_center"] or "its supplier",
        )  # fmt: skip
    return list(found.values())
