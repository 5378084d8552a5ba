"""The schedule of the plan: dispatch rules are tried, the best is improved for as long as is wished."""

from __future__ import annotations

import itertools
import os
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
from plantwright.methods.scheduling import Rule, Schedule, Shop, defer, dispatch
from plantwright.methods.scheduling.search import Objective, Progress, search
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
DAY = 1440
THREADS = 2
"""Threads of the search, whatever the machine."""

Tell = Callable[[float, float, float], object]
"""Is told the seconds of the search, the weighted late days of the best schedule and the fewest that are possible; its
answer is true where the search should end with what it has."""


@dataclass(frozen=True)
class Scheduled:
    """The finite shop of some pegs, with two schedules of it: as early as possible, and just in time.

    `improvement` has seconds, weighted late minutes and their bound, step by step, where a search was made.
    """

    given: Given
    steps: Steps
    shop: Shop
    early: Schedule
    late: Schedule
    improvement: tuple[tuple[float, float, float], ...] = ()


Build = Callable[[PegRows], tuple[Given, Steps, Shop]]
Repeg = Callable[[PegRows, Scheduled], Iterable[PegRows]]


def best_schedule(
    pegs: PegRows,
    build: Build,
    repeg: Repeg,
    rule: str = "best",
    seconds: float | None = None,
    seed: int = 0,
    tell: Tell | None = None,
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
    tell : is told how far the improvement is, and answers whether it is enough

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
    if seconds and worth > 0 and best.early.status == "complete":
        best = improved(best, seconds, seed, tell)
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


def improved(made: Scheduled, seconds: float, seed: int, tell: Tell | None = None) -> Scheduled:
    """Search for a schedule with less weighted lateness; what is found is never worse.

    The record begins with the schedule that was given.
    """
    begun, enough = weighted_lateness(made.shop, made.early), False

    def told(step: Progress) -> None:
        nonlocal enough
        if tell is not None and tell(step.seconds, min(step.objective, begun) / DAY, step.bound / DAY):
            enough = True

    found = search(
        made.shop, objective=Objective.of("weighted_tardiness"), seconds=seconds, seed=seed, threads=THREADS,
        start=made.early, start_only=True, on_progress=told, stop=lambda: enough,
    )  # fmt: skip
    record = tuple((at, value, found.bound) for at, value, _ in found.history if value < begun)
    record = ((0.0, begun, found.bound), *record)
    if found.value >= begun:
        return replace(made, improvement=record)
    return replace(made, early=found.schedule, late=defer(made.shop, found.schedule), improvement=record)


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
