"""Solve an instance within a time, judge the schedule, and set it beside the best-known value and other solvers."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from plantwright.core.problem import Problem, ProblemError
from plantwright.instances.instance import Instance
from plantwright.instances.judge import judge
from plantwright.methods.scheduling import Schedule, Shop, dispatch
from plantwright.methods.scheduling.exact import solve_exact
from plantwright.methods.scheduling.exact_model import circuit_arcs, not_stated
from plantwright.methods.scheduling.findings import findings
from plantwright.methods.scheduling.permutation import no_flow, schedule_in_order, search_order
from plantwright.methods.scheduling.project import ProjectSchedule
from plantwright.methods.scheduling.projects import ProjectResult, solve_project
from plantwright.methods.scheduling.result import SearchResult, gap_between
from plantwright.methods.scheduling.rules import Rule
from plantwright.methods.scheduling.search.objective import Objective, Term, TermName
from plantwright.methods.scheduling.search.searching import search
from plantwright.methods.scheduling.search.shape import fits
from plantwright.methods.working_time import NEVER

Result = SearchResult | ProjectResult
Tell = Callable[[float, float, float], object]

RULES: tuple[Rule, ...] = ("atcs", "atc", "edd", "latest_start", "slack", "cr", "spt", "fcfs")

EXACT_OPERATIONS = 600
EXACT_ARCS = 20_000
EXACT_SHARE = 0.25
"""Shops of at most so many operations and arcs of set-ups are left to the exact model for the last share of the time:
there it proves many results of the search, and betters some."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a solver may take: seconds, threads, and the seed of its chance."""

    seconds: float = 30.0
    workers: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of a benchmark.

    Parameters
    ----------
    instance, kind, group, size
        Name and kind of the instance, the group that it counts in, and how many operations it has.
    objective
        What was minimised.
    value, bound, status, seconds
        As the solver gives them.
    checked
        Whether the judge found every rule kept and counted the same objective.
    problems
        What the judge found, and what keeps any schedule of the shop from being complete (see `doubts`).
    best, gap
        The best-known value, and (value - best) / best; None where nothing is known, or the best is 0 and was missed.
    peers
        Values of other solvers by their names, where they were asked for.
    """

    instance: str
    kind: str
    group: str
    size: int
    objective: str
    value: float
    bound: float
    status: str
    seconds: float
    checked: bool
    problems: tuple[Problem, ...]
    best: float | None
    gap: float | None
    peers: dict[str, float | None]

    def as_dict(self) -> dict[str, Any]:
        """Give the line as plain values, for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "problems"}
        return plain | {"problems": [problem.as_dict() for problem in self.problems]}


def solve(
    instance: Instance, limits: Limits, tell: Tell | None = None, stop: Callable[[], bool] | None = None
) -> Result:
    r"""Solve an instance with what fits its kind and size best.

    Parameters
    ----------
    instance
        The problem.
    limits
        Seconds, threads, seed.
    tell
        Is told seconds, objective and bound at each improvement.
    stop
        Is asked now and then; true ends the solver.

    Returns
    -------
    The result of the solver.

    Notes
    -----
    A project: activity lists, then an exact model (`solve_project`). A flow shop of one order: iterated greedy search
    (`search_order`). Any other shop: search of sequences (`search`), and if it is small, the exact model at the end.
    What none of them states: the best dispatch rule.

    Examples
    --------
    >>> from plantwright.instances import instance_of
    >>> solve(instance_of("2\n2\n10 20\n5 5\n5 5\n", "flow"), Limits(seconds=5)).value
    0.0
    """
    if not isinstance(instance.problem, Shop):
        return solve_project(
            instance.project,
            seconds=limits.seconds,
            workers=limits.workers,
            seed=limits.seed,
            on_progress=tell,
            stop=stop,
        )
    objective = aim_of(instance)
    if instance.permutation and not no_flow(instance.shop):
        return search_order(
            instance.shop, objective=objective, seconds=limits.seconds, threads=limits.workers, seed=limits.seed,
            setup_ahead=True, on_progress=tell, stop=stop,
        )  # fmt: skip
    if instance.permutation or fits(instance.shop, setup_ahead=instance.setup_ahead):
        return _without_search(instance, limits, tell, stop)
    return _searched(instance, objective, limits, tell, stop)


def _searched(
    instance: Instance, objective: Objective, limits: Limits, tell: Tell | None, stop: Callable[[], bool] | None
) -> Result:
    """Search sequences, then let the exact model prove or better the result of a small shop."""
    shop = instance.shop
    small = not not_stated(shop, objective) and shop.operations <= EXACT_OPERATIONS and circuit_arcs(shop) <= EXACT_ARCS
    seconds = limits.seconds * (1 - EXACT_SHARE if small else 1.0)
    begun = time.perf_counter()
    found = search(
        shop, objective=objective, seconds=seconds, threads=limits.workers, seed=limits.seed,
        setup_ahead=instance.setup_ahead, stop=stop,
        on_progress=None if tell is None else lambda step: tell(step.seconds, step.objective, step.bound),
    )  # fmt: skip
    left = limits.seconds - (time.perf_counter() - begun)
    if not small or found.status == "optimal" or left <= 0 or (stop is not None and stop()):
        return found
    exact = solve_exact(
        shop, objective=objective, seconds=left, workers=limits.workers, seed=limits.seed, hint=found.schedule,
        setup_ahead=instance.setup_ahead, on_progress=tell, stop=stop,
    )  # fmt: skip
    best = exact if exact.value < found.value else found
    bound = max(found.bound, exact.bound)
    later = tuple((found.seconds + at, value, low) for at, value, low in exact.history if value < found.value)
    return replace(
        best, bound=bound, gap=gap_between(best.value, bound),
        status="optimal" if best.status != "unfinished" and best.value <= bound else best.status,
        seconds=time.perf_counter() - begun, iterations=found.iterations, history=found.history + later,
    )  # fmt: skip


def _without_search(
    instance: Instance, limits: Limits, tell: Tell | None, stop: Callable[[], bool] | None
) -> SearchResult:
    """Take the best rule, and the exact model where it can state the shop."""
    begun = time.perf_counter()
    objective = aim_of(instance)
    schedule = best_rule(instance)
    if not not_stated(instance.shop, objective):
        return solve_exact(
            instance.shop, objective=objective, seconds=limits.seconds, workers=limits.workers, seed=limits.seed,
            hint=schedule, setup_ahead=instance.setup_ahead, on_progress=tell, stop=stop,
        )  # fmt: skip
    values = objective.measure(instance.shop, schedule)
    value = objective.worth(values)[0]
    status: Any = "feasible" if schedule.status == "complete" else "unfinished"
    seconds = time.perf_counter() - begun
    gap = 1.0 if value else 0.0
    return SearchResult(schedule, status, values, value, 0.0, gap, seconds, limits.seed, len(RULES), ())


def best_rule(instance: Instance) -> Schedule:
    """Give the best schedule of the dispatch rules; of a flow shop of one order, that of orders by the same ideas.

    Rules that look at due times take the end of a job as due at once where the makespan is the objective: then the
    longest remaining way comes first.
    """
    shop, objective = instance.shop, aim_of(instance)
    if instance.permutation and not no_flow(shop):
        made = [schedule_in_order(shop, order, setup_ahead=True) for order in _orders(shop)]
    else:
        due = np.where(shop.sink_due < NEVER, shop.sink_due, 0)
        made = [dispatch(replace(shop, sink_due=due), rule) for rule in RULES]
    return min(made, key=lambda one: (one.status != "complete", objective.worth(objective.measure(shop, one))))


def aim_of(instance: Instance) -> Objective:
    """Give what is minimised as an objective: the terms that the instance names, each with weight 1."""
    return Objective(tuple(Term(cast("TermName", name)) for name in instance.objective.split("+")))


def _orders(shop: Shop) -> list[Any]:
    """Give orders of the jobs: as they come, the longest first, the shortest first, the earliest due first."""
    machines = len(shop.unit_calendar)
    work = shop.mode_minutes.reshape(-1, machines).sum(axis=1)
    due = np.zeros(len(work))
    due[shop.sink_op // machines] = shop.sink_due
    return [
        np.arange(len(work)),
        np.argsort(-work, kind="stable"),
        np.argsort(work, kind="stable"),
        np.argsort(due, kind="stable"),
    ]


def exact_alone(instance: Instance, limits: Limits) -> Result | None:
    """Give what CP-SAT finds on the whole model from the best rule; None where the model cannot state the shop."""
    if not isinstance(instance.problem, Shop):
        return solve_project(
            instance.project, seconds=limits.seconds, workers=limits.workers, seed=limits.seed, lists=False
        )
    objective = aim_of(instance)
    if not_stated(instance.shop, objective) or (instance.permutation and no_flow(instance.shop)):
        return None
    return solve_exact(
        instance.shop, objective=objective, seconds=limits.seconds, workers=limits.workers, seed=limits.seed,
        hint=best_rule(instance), setup_ahead=instance.setup_ahead, permutation=instance.permutation,
    )  # fmt: skip


def measure(
    instance: Instance,
    limits: Limits,
    *,
    group: str = "",
    peers: bool = False,
    tell: Tell | None = None,
    stop: Callable[[], bool] | None = None,
) -> Outcome:
    """Solve an instance, judge the schedule, and compare it with the best-known value and, if wished, with peers.

    The peers have the same seconds and threads, one after the other: ``cp_sat``, the whole model from the best rule,
    and ``best_rule``. Their schedules are judged too; a value of None means that there is none that keeps the rules.
    """
    found = solve(instance, limits, tell, stop)
    verdict = judge(instance, found.schedule, found.value)
    problems = (*verdict.problems, *doubts(instance))
    best = None if instance.best is None else instance.best.value
    return Outcome(
        instance.name, instance.kind, group, instance.size, instance.objective, found.value, found.bound, found.status,
        found.seconds, verdict.feasible, problems, best, gap_to(found.value, best),
        _peers(instance, limits) if peers else {},
    )  # fmt: skip


def doubts(instance: Instance) -> tuple[Problem, ...]:
    r"""List what keeps every schedule of a shop from being complete, and what is fixed against the rules.

    Operations without minutes are left out: in the literature that is how a job passes a machine by.

    Examples
    --------
    >>> from plantwright.instances import instance_of
    >>> doubts(instance_of("1 2\n0 3 1 0\n", "passes-by"))
    ()
    """
    if not isinstance(instance.problem, Shop):
        return ()
    return tuple(problem for problem in findings(instance.shop) if problem.code != "operation-no-minutes")


def _peers(instance: Instance, limits: Limits) -> dict[str, float | None]:
    exact = _or_none(lambda: exact_alone(instance, limits))
    rule: Schedule | ProjectSchedule | None
    if isinstance(instance.problem, Shop):
        rule = best_rule(instance)
    else:
        first = _or_none(lambda: solve_project(instance.project, iterations=1, seed=limits.seed))
        rule = None if first is None else first.schedule
    return {
        "cp_sat": None if exact is None else _judged(instance, exact.schedule),
        "best_rule": None if rule is None else _judged(instance, rule),
    }


def _or_none(call: Callable[[], Result | None]) -> Result | None:
    try:
        return call()
    except ProblemError:
        return None


def _judged(instance: Instance, schedule: Schedule | ProjectSchedule) -> float | None:
    verdict = judge(instance, schedule)
    return verdict.objective if verdict.feasible else None


def gap_to(value: float, best: float | None) -> float | None:
    """Give the share by which a value is above the best known one.

    Examples
    --------
    >>> gap_to(105, 100), gap_to(0, 0), gap_to(5, 0)
    (0.05, 0.0, None)
    """
    if best is None:
        return None
    if best == 0:
        return 0.0 if value == 0 else None
    return (value - best) / best


def mean_gaps(outcomes: Iterable[Outcome]) -> dict[str, dict[str, float]]:
    """Give for each group the number of its instances, and the mean gaps of ours and of each peer, where known.

    Examples
    --------
    >>> mean_gaps([])
    {}
    """
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.group].append(outcome)
    return {group: {"instances": len(own)} | _means(own) for group, own in groups.items()}


def _means(outcomes: Sequence[Outcome]) -> dict[str, float]:
    columns: dict[str, list[float | None]] = {"gap": [one.gap for one in outcomes]}
    for name in outcomes[0].peers:
        columns[f"{name}_gap"] = [
            None if one.peers[name] is None else gap_to(float(one.peers[name] or 0), one.best) for one in outcomes
        ]
    known = {name: [gap for gap in gaps if gap is not None] for name, gaps in columns.items()}
    return {name: math.fsum(gaps) / len(gaps) for name, gaps in known.items() if gaps}


def warm_engines(kinds: Iterable[Instance]) -> None:
    """Run each engine that the instances need for a moment, so that no compiling counts in their seconds."""
    from plantwright.methods.scheduling import permutation, projects  # noqa: PLC0415
    from plantwright.methods.scheduling.search import makespan, searching  # noqa: PLC0415

    some = list(kinds)
    if any(not isinstance(one.problem, Shop) for one in some):
        projects.warm_up()
    if any(one.permutation for one in some):
        permutation.warm_up()
    if any(isinstance(one.problem, Shop) and not one.permutation for one in some):
        searching.warm_up()
        makespan.warm_up()
