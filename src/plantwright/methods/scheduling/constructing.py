"""Try several rules, look-aheads and windows, improve the best, and keep a table of what each gave."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.evaluation import Evaluation, evaluate, objective
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Links, Schedule, Shop, Sinks
from plantwright.methods.scheduling.rules import Rule
from plantwright.methods.scheduling.tails import Tails, tails

WINDOWS = (None, 28_800, 43_200, 64_800)
"""As soon as possible, or 20, 30 or 45 days before the latest start."""

SLACKS = (0, 0, 1_440, 7_200, 14_400)
"""How much before its deferred start an operation on time may begin in an improvement pass: none, 1, 5 or 10 days."""

ELITE = 8
CHILDREN = ("hold", "hold", "hold", "order")
PICK = 0.35
SPREAD = 0.5
NOISE = 0.15
"""An improvement pass makes schedules from the `ELITE` best, the k-th of them picked with odds falling by
1 - `PICK`; look-aheads vary by a factor of exp(`SPREAD`), and weights, in half of the cases, by exp(`NOISE`)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a schedule was made: rule, look-ahead, window; in which improvement pass (0: none), how, and by what draw."""

    rule: Rule
    look_ahead: float
    window: int | None
    step: int = 0
    kind: str = "dispatch"
    slack: int = 0
    noise: int = NO


@dataclass(frozen=True, slots=True)
class Trial:
    """One schedule that was tried: its recipe and its worth."""

    recipe: Recipe
    worth: Evaluation
    objective: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Construction:
    """The best schedule found, and the table of trials in the order in which they were made."""

    schedule: Schedule
    best: Trial
    trials: tuple[Trial, ...]


def construct(
    shop: Shop,
    rules: Sequence[Rule] = ("atc",),
    *,
    look_aheads: Sequence[float] = (1.0, 2.0, 4.0, 8.0),
    windows: Sequence[int | None] = WINDOWS,
    passes: int = 0,
    late_cost: float | None = None,
    start: int = 0,
    seed: int = 0,
    workers: int = 1,
) -> Construction:
    """Dispatch by every combination of rule, look-ahead and window, defer, and improve the best.

    An improvement pass makes four more schedules from the best ones so far: by the same rule with another look-ahead
    and, in half of the cases, weights that vary a little, while the operations that serve only sinks on time wait
    until a little before their deferred start, so that late work finds the units free; or, one in four, in order of
    the deferred starts (forward-backward improvement).

    Parameters
    ----------
    shop
        The shop, see `build_shop`.
    rules, look_aheads, windows
        See `dispatch`. Rules without a look-ahead are tried with the first one only.
    passes
        How many improvement passes.
    late_cost
        Cost of a late minute of a sink of weight 1, in the money of `hold_rate`. None: the least lateness first, held
        value only between schedules that are equally late.
    start
        The moment before which nothing free begins.
    seed
        Of what the improvement passes draw.
    workers
        Threads; the result does not depend on it.

    Returns
    -------
    The best schedule, deferred, with the table of trials.

    Raises
    ------
    ProblemError
        When there is nothing to try, or a number is out of range.

    Notes
    -----
    For very large shops one rule, one look-ahead and one window, without passes, is the cost of one dispatch and one
    right shift. Forward-backward improvement: Tormos and Lova (2001), Annals of Operations Research 102, 65-81.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[2400, 960])
    >>> found = construct(shop, ("edd", "spt"), windows=(None,))
    >>> found.best.worth.total_late, found.schedule.start.tolist()
    (0, [2100, 720])
    """
    recipes = _recipes(rules, look_aheads, windows)
    faults = (
        [] if recipes else [BAD_ARGUMENT.at("", "", "rules", rules, must="one rule, look-ahead and window at least")]
    )
    faults += [
        BAD_ARGUMENT.at("", "", name, value, must=f"{low} or more")
        for name, value, low in (("passes", passes, 0), ("workers", workers, 1))
        if value < low
    ]
    if faults:
        raise ProblemError(faults)
    ahead = tails(shop)
    with ThreadPoolExecutor(workers) as pool:
        made = list(pool.map(lambda recipe: _make(shop, ahead, recipe, late_cost, start), recipes))
        elite = sorted(made, key=_worth)[:ELITE]
        trials = [trial for _, trial in made]
        random = np.random.default_rng(seed)
        for step in range(1, passes + 1):
            tries = [_child(random, elite, step, kind) for kind in CHILDREN]
            children = list(pool.map(lambda one: _improve(shop, ahead, one[0], one[1], late_cost, start), tries))
            trials += [trial for _, trial in children]
            elite = sorted([*elite, *children], key=_worth)[:ELITE]
    schedule, best = elite[0]
    return Construction(schedule, best, tuple(trials))


def _worth(pair: tuple[Schedule, Trial]) -> tuple[float, float]:
    return pair[1].objective


def _child(
    random: np.random.Generator, elite: list[tuple[Schedule, Trial]], step: int, kind: str
) -> tuple[Schedule, Recipe]:
    """Draw a parent, and how its child is to be made."""
    schedule, trial = elite[min(int(random.geometric(PICK)) - 1, len(elite) - 1)]
    look_ahead = trial.recipe.look_ahead * float(np.exp(random.normal(0, SPREAD)))
    slack = SLACKS[int(random.integers(len(SLACKS)))]
    noise = int(random.integers(2**31)) if random.random() < 0.5 else NO
    return schedule, replace(trial.recipe, look_ahead=look_ahead, step=step, kind=kind, slack=slack, noise=noise)


def _recipes(rules: Sequence[Rule], look_aheads: Sequence[float], windows: Sequence[int | None]) -> list[Recipe]:
    """List what to try; only the tardiness cost rules have a look-ahead."""
    return [
        Recipe(rule, look_ahead, window)
        for rule in rules
        for look_ahead in (look_aheads if rule in ("atc", "atcs") else look_aheads[:1])
        for window in windows
    ]


def _make(shop: Shop, ahead: Tails, recipe: Recipe, late_cost: float | None, start: int) -> tuple[Schedule, Trial]:
    schedule = dispatch(shop, recipe.rule, start=start, look_ahead=recipe.look_ahead, window=recipe.window, ahead=ahead)
    return _tried(shop, schedule, recipe, late_cost)


def _tried(shop: Shop, schedule: Schedule, recipe: Recipe, late_cost: float | None) -> tuple[Schedule, Trial]:
    deferred = defer(shop, schedule)
    worth = evaluate(shop, deferred)
    return deferred, Trial(recipe, worth, objective(worth, late_cost))


def _improve(
    shop: Shop, ahead: Tails, schedule: Schedule, recipe: Recipe, late_cost: float | None, start: int
) -> tuple[Schedule, Trial]:
    """Make one more schedule out of a deferred one."""
    if recipe.kind == "order":
        again = dispatch(shop, start=start, priorities=schedule.start, window=recipe.window, ahead=ahead)
        return _tried(shop, again, recipe, late_cost)
    late = serves_late(shop.links, shop.sinks, shop.order, schedule.sink_finish)
    held = np.where(late, shop.release, np.maximum(shop.release, schedule.start - recipe.slack))
    if recipe.noise != NO:
        varied = np.exp(np.random.default_rng(recipe.noise).normal(0, NOISE, shop.operations))
        ahead = replace(ahead, weight=ahead.weight * varied)
    waiting = replace(shop, release=held)
    again = dispatch(waiting, recipe.rule, start=start, look_ahead=recipe.look_ahead, ahead=ahead)
    return _tried(shop, again, recipe, late_cost)


@compiled
def serves_late(links: Links, sinks: Sinks, order: Integers, sink_finish: Integers) -> Flags:
    """Mark the operations that serve a sink that is late."""
    late = np.zeros(len(order), np.bool_)
    for sink in range(len(sinks.due)):
        for k in range(sinks.pointer[sink], sinks.pointer[sink + 1]):
            late[sinks.op[k]] |= sink_finish[sink] > sinks.due[sink]
    for i in range(len(order) - 1, -1, -1):
        o = order[i]
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            late[o] |= late[links.succ_op[k]]
    return late
