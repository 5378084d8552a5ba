"""Schedules of the plan's shop: dispatch rules are tried, what they give is improved for as long as is wished."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.material import Numbered
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
