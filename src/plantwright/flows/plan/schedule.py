"""The schedule of the plan: dispatch rules are tried, the best is improved for as long as is wished."""

from __future__ import annotations

import time

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.material import Numbered
from plantwright.flows.plan.steps import Steps
from plantwright.methods.scheduling import Rule, Schedule, Shop, defer, dispatch
from plantwright.methods.working_time import NEVER

NEVER_PLACED = problem_kind(
    "operation-never-placed",
    "Operation {operation} of {item} can never be done: {work_center} and what else it needs are never free and open "
    "together.",
    "Look at the shifts of the work center, of people with the skill, and of the tool; or at what is pinned there.",
)

TRIALS: tuple[tuple[Rule, float], ...] = (
    ("atc", 4.0), ("latest_start", 4.0), ("atcs", 2.0), ("edd", 4.0), ("atc", 1.0), ("atcs", 8.0), ("slack", 4.0),
    ("atc", 8.0),
)  # fmt: skip
"""Dispatch rules with their look-ahead, the most promising first."""
TRIED = 250_000
"""Operations that are scheduled in all while rules are tried: small shops try every rule, large ones the first."""
LEAST_SHAKE, MOST_SHAKE = 240, 20_160
"""Minutes by which the order of operations is shaken when nothing gets better: from four hours to two weeks."""


def make_schedule(shop: Shop, seconds: float | None = None, seed: int = 0) -> tuple[Schedule, Schedule]:
    """Make the schedule: several dispatch rules, then improvement for the seconds that are given.

    Parameters
    ----------
    shop : the finite shop of the plan
    seconds : time for improvement; None: only the dispatch rules are tried
    seed : of the chance in the improvement

    Returns
    -------
    The forward schedule, everything as early as it can be, and the same deferred to just in time.
    """
    count = max(1, min(len(TRIALS), TRIED // max(shop.operations, 1)))
    best = min(
        (dispatch(shop, rule, look_ahead=ahead) for rule, ahead in TRIALS[:count]),
        key=lambda one: weighted_lateness(shop, one),
    )
    if seconds:
        best = improved(shop, best, seconds, seed)
    return best, defer(shop, best)


def improved(shop: Shop, best: Schedule, seconds: float, seed: int) -> Schedule:
    """Repeat right shift and forward dispatch in its order, shaken more while nothing gets better.

    Forward-backward improvement after P. Tormos and A. Lova (2001), Annals of Operations Research 102, 65-81.
    """
    random = np.random.default_rng(seed)
    until, shake = time.perf_counter() + seconds, 0
    worth = weighted_lateness(shop, best)
    order = defer(shop, best).start
    while time.perf_counter() < until and worth > 0:
        tried = dispatch(shop, priorities=order + random.integers(0, shake + 1, len(order)))
        found = weighted_lateness(shop, tried)
        if found < worth:
            best, worth, shake = tried, found, 0
            order = defer(shop, best).start
        else:
            shake = LEAST_SHAKE if shake >= MOST_SHAKE else max(2 * shake, LEAST_SHAKE)
    return best


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
