"""The best schedule of a plan: rules, then other pegs, then turns of search and of pegs that leave it as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import cast

import numpy as np

from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.schedule import (
    LOOK_AHEAD,
    TRIALS,
    Scheduled,
    Tell,
    Trial,
    first_schedule,
    improved,
    weighted_lateness,
)
from plantwright.flows.plan.shop import Given
from plantwright.flows.plan.steps import Steps
from plantwright.methods.scheduling import Rule, Schedule, Shop, defer
from plantwright.methods.scheduling.dispatching import sink_completions

REPEGGED, MOST_PEGGINGS = 100_000, 12
"""Operations that are scheduled in all while other pegs are tried, and how often they are tried at most, where no time
is given for improvement."""
PEGGING_SHARE = 0.25
"""Of the time for improvement, the share in which other pegs are tried, however large the shop."""
TURNS = 3
"""Turns of search; between them, what is late is given supplies that others can do without."""

Build = Callable[[PegRows], tuple[Given, Steps, Shop]]
Repeg = Callable[[PegRows, Scheduled], Iterable[PegRows]]
Regrant = Callable[[PegRows, Scheduled], PegRows]


def best_schedule(
    pegs: PegRows,
    build: Build,
    repeg: Repeg,
    regrant: Regrant,
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
    regrant : gives pegs that leave a schedule as it is, and what is late more room to come earlier
    rule : the only dispatch rule to use; best: several are tried
    seconds : time for other pegs and improvement; None: only rules and a few pegs are tried
    seed : of the chance in the improvement
    tell : is told how far the improvement is, and answers whether it is enough

    Returns
    -------
    The pegs with the least lateness, weighed by priority, and the schedule that they allow.
    """
    begun = time.perf_counter()
    given, steps, shop = build(pegs)
    wanted = TRIALS if rule == "best" else ((cast("Rule", rule), LOOK_AHEAD),)
    early, trial = first_schedule(shop, wanted)
    best = Scheduled(given, steps, shop, early, defer(shop, early))
    pegs, best = _best_pegs(pegs, best, build, repeg, (trial, *wanted[:2]), PEGGING_SHARE * (seconds or 0.0))
    left = (seconds or 0.0) - (time.perf_counter() - begun)
    if left > 0 and weighted_lateness(best.shop, best.early) > 0 and best.early.status == "complete":
        return _in_turns(pegs, best, build, regrant, left, seed, tell)
    return pegs, best


def _best_pegs(
    pegs: PegRows, best: Scheduled, build: Build, repeg: Repeg, trials: tuple[Trial, ...], seconds: float
) -> tuple[PegRows, Scheduled]:
    """Try other pegs for as long as they make the schedule better, up to a number of tries or for some seconds."""
    begun = time.perf_counter()
    left = min(MOST_PEGGINGS, REPEGGED // max(best.shop.operations, 1))
    worth, better = weighted_lateness(best.shop, best.early), True
    while better and worth > 0:
        better = False
        for other in repeg(pegs, best):
            if left <= 0 and time.perf_counter() - begun >= seconds:
                break
            left -= 1
            given, steps, shop = build(other)
            early, _ = first_schedule(shop, trials)
            found = weighted_lateness(shop, early)
            if found < worth:
                better, worth, chosen = True, found, (other, Scheduled(given, steps, shop, early, early))
        if better:
            pegs, best = chosen
            best = replace(best, late=defer(best.shop, best.early))
    return pegs, best


def _in_turns(
    pegs: PegRows, best: Scheduled, build: Build, regrant: Regrant, seconds: float, seed: int, tell: Tell | None
) -> tuple[PegRows, Scheduled]:
    """Search, hand supplies on to what is late, and search again; the record goes on from turn to turn."""
    begun, enough = time.perf_counter(), False
    record: list[tuple[float, float, float]] = []

    def told(at: float, late: float, bound: float) -> bool:
        nonlocal enough
        enough = enough or bool(tell is not None and tell(at + since, late, bound))
        return enough

    for turn in range(TURNS):
        other, start = (pegs, best) if turn == 0 else _handed_on(pegs, best, build, regrant)
        since = time.perf_counter() - begun
        if enough or since >= seconds:
            break
        found = improved(start, (seconds - since) / (TURNS - turn), seed + turn, told)
        record += [(at + since, late, bound) for at, late, bound in found.improvement[turn > 0 :]]
        if turn == 0 or found.early is not start.early:
            pegs, best = other, found
    return pegs, replace(best, improvement=tuple(record))


def _handed_on(pegs: PegRows, best: Scheduled, build: Build, regrant: Regrant) -> tuple[PegRows, Scheduled]:
    """Let what is late have supplies that others can do without; all as it is where the schedule cannot stay."""
    other = regrant(pegs, best)
    given, steps, shop = build(other)
    same = replace(best.late, sink_finish=sink_completions(shop.sinks, best.late.finish))
    if stands(shop, same) and weighted_lateness(shop, same) <= weighted_lateness(best.shop, best.early):
        return other, Scheduled(given, steps, shop, same, same)
    return pegs, best


def stands(shop: Shop, schedule: Schedule) -> bool:
    """Tell whether a schedule keeps the releases and the plain arcs of a shop with the same operations."""
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    plain = shop.pred_overlap < 0
    free = shop.fixed_start < 0
    ready = schedule.finish[shop.pred_op] + shop.pred_lag
    late = plain & free[after] & (schedule.start[after] < ready)
    return not late.any() and not (free & (schedule.start < shop.release)).any()
