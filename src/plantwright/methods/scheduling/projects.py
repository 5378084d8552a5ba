"""Schedule projects: lists and justification first, then an exact model with the best of them as hint."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from plantwright.core.problem import ProblemError, problem_kind
from plantwright.methods.scheduling.exact import run_solver
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.project import Project, ProjectSchedule
from plantwright.methods.scheduling.project_kernel import (
    FINE,
    Chance,
    Work,
    chains,
    empty_people,
    energy_bound,
    evolve,
    horizon_of,
    settle,
    work_of,
)
from plantwright.methods.scheduling.result import Result, gap_between, limit_faults

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

NO_MODES = problem_kind(
    "project-without-modes",
    "No choice of modes was found that uses up no more than there is.",
    "Raise the stock of the resources that are used up, or give the search more seconds.",
)
"""A project whose resources that are used up do not suffice, as far as was found."""

PEOPLE = 60
"""Lists in the first population of a thread."""

PATIENCE = 150
"""After so many children for each list without anything better, a population of twice the size begins anew."""

STEPS = 200
"""Children between two looks at the clock."""

SHARES = ((40, 0.2), (80, 0.6), (10**9, 0.85))
"""Up to so many activities, the share of the time that the lists get; the exact model has the rest."""


ProjectResult = Result[ProjectSchedule]


@dataclass
class _Best:
    """What the threads share."""

    bound: float
    value: float = math.inf
    start: Integers | None = None
    mode: Integers | None = None
    tried: int = 0
    history: list[tuple[float, float, float]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


def solve_project(
    project: Project,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    workers: int = 1,
    seed: int = 0,
    exact: bool = True,
    lists: bool = True,
    on_progress: Callable[[float, float, float], object] | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> ProjectResult:
    """Schedule a project so that it ends as early as possible.

    Parameters
    ----------
    project
        The project, see `build_project`.
    seconds, iterations
        The limits; one must be given. `iterations` counts schedules and leaves the exact model out.
    workers
        Threads.
    seed
        Of all that is drawn; by iterations, on one thread, the result follows from it.
    exact, lists
        Whether the exact model, and whether the lists are used; with the exact model alone, its hint is the first list.
    on_progress
        Is told seconds, last finish and bound at each improvement.
    stop
        Is asked now and then; true ends the search.
    clock
        Gives seconds.

    Returns
    -------
    The best schedule with the bound and the record of improvement.

    Raises
    ------
    ProblemError
        Where an argument is out of range, or no modes were found that use up no more than there is.

    Notes
    -----
    A population of activity lists, decoded by serial schedule generation and justified to the right and the left, on
    each thread (Hartmann 1998, Naval Research Logistics 45; Valls, Ballestin and Quintanilla 2005, European Journal of
    Operational Research 165); then CP-SAT with cumulative resources. Bounds: the longest chain, the energy that each
    resource must give between heads and tails, and that of CP-SAT.

    Examples
    --------
    >>> from plantwright.methods.scheduling.project import build_project
    >>> project = build_project(mode_minutes=[3, 3, 2], demand=[[2], [2], [1]], capacity=[3])
    >>> found = solve_project(project, iterations=100)
    >>> found.value, found.bound, found.status
    (6.0, 5.0, 'feasible')
    >>> solve_project(project, seconds=10).status
    'optimal'
    """
    faults = limit_faults(seconds, iterations, workers=workers)
    if faults:
        raise ProblemError(faults)
    begun = clock()
    work = work_of(project)
    best = _Best(project_bound(project))
    exact = exact and seconds is not None
    share = next(share for most, share in SHARES if project.activities <= most) if exact else 1.0
    until = math.inf if seconds is None else seconds * (share if lists else 0.0)

    def over() -> bool:
        return (
            clock() - begun >= until
            or (iterations is not None and best.tried >= iterations)
            or best.value <= best.bound
            or (stop is not None and bool(stop()))
        )

    def note(value: float, start: Integers, mode: Integers, tried: int) -> None:
        with best.lock:
            best.tried += tried
            if value < best.value:
                best.value, best.start, best.mode = value, start.copy(), mode.copy()
                best.history.append((clock() - begun, value, best.bound))
                if on_progress is not None:
                    on_progress(*best.history[-1])

    _breed(project, work, workers, seed, over, note)
    if exact and seconds is not None and best.value > best.bound and not (stop is not None and stop()):
        _solve(project, best, max(seconds - (clock() - begun), 0.2), workers, seed, clock, begun, on_progress, stop)
    return _result(project, best, clock() - begun, seed)


def _breed(
    project: Project,
    work: Work,
    workers: int,
    seed: int,
    over: Callable[[], bool],
    note: Callable[[float, Integers, Integers, int], None],
) -> None:
    """Let populations live on each thread, each twice as large as the one before; a first one is made in any case."""
    horizon = horizon_of(project)
    head, tail = chains(work, project.shortest)
    latest = int((head + project.shortest + tail).max(initial=0)) - tail

    def live(size: int, random: Chance) -> None:
        """Let one population evolve until it finds nothing better for long, or time is over."""
        people = empty_people(work, size, horizon)
        settle(work, latest, people, random)
        made, idle, least = size, 0, math.inf
        while True:
            place = int(people.worth.argmin())
            worth = int(people.worth[place])
            value = float(worth // FINE)
            note(value if value <= horizon else math.inf, people.start[place], people.mode[place], made)
            idle = 0 if worth < least else idle + made
            least = min(least, float(worth))
            if over() or idle >= PATIENCE * size:
                return
            evolve(work, people, STEPS, random)
            made = STEPS

    def grow(number: int) -> None:
        random = np.array([seed * 1_000_003 + number * 7919 + 88_172_645_463_325_252], np.uint64)
        size = PEOPLE
        live(size, random)
        while not over():
            size *= 2
            live(size, random)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(grow, number) for number in range(workers)]:
            done.result()


def project_bound(project: Project) -> float:
    """Give what no schedule can beat: the longest chain, and the energy of each resource between heads and tails.

    Notes
    -----
    O(activities^3) at most, for each resource. An activity needs at least the least product of minutes and demand among
    its modes that fit.

    Examples
    --------
    >>> from plantwright.methods.scheduling.project import build_project
    >>> project_bound(build_project(mode_minutes=[3, 3, 2], demand=[[2], [2], [1]], capacity=[3]))
    5.0
    """
    if project.activities == 0:
        return 0.0
    head, tail = chains(work_of(project), project.shortest)
    best = int((head + project.shortest + tail).max())
    fits = np.all(project.demand <= project.capacity, axis=1)
    for resource, capacity in enumerate(project.capacity.tolist()):
        if capacity:
            energy = np.where(fits, project.mode_minutes * project.demand[:, resource], np.iinfo(np.int64).max)
            least = np.minimum.reduceat(energy, project.mode_pointer[:-1])
            best = max(best, int(energy_bound(least.astype(np.float64), float(capacity), head, tail)))
    return float(best)


def _solve(
    project: Project,
    best: _Best,
    seconds: float,
    workers: int,
    seed: int,
    clock: Callable[[], float],
    begun: float,
    on_progress: Callable[[float, float, float], object] | None,
    stop: Callable[[], bool] | None,
) -> None:
    """Let the exact model go on from the best schedule so far."""
    model, start, modes = _model(project, best)
    solved, history = run_solver(model, seconds, workers, seed, clock, begun, on_progress, stop)
    if not solved.found:
        return
    best.bound = max(best.bound, math.ceil(solved.best_objective_bound - 1e-6))
    chosen = [next(m for m, lit in own if lit is True or solved.value(lit)) for own in modes]
    mode = np.array(chosen, np.int64)
    begin = np.array([solved.value(var) for var in start], np.int64)
    value = float((begin + project.mode_minutes[mode]).max(initial=0))
    if value < best.value:
        best.value, best.start, best.mode = value, begin, mode
    best.history += [one for one in history if one[1] < best.history[-1][1]] if best.history else history


def _model(project: Project, best: _Best) -> tuple[cp_model.CpModel, list[Any], list[list[tuple[int, Any]]]]:
    """State the project: an interval for each mode, cumulative resources, sums of what is used up."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to import, and seldom needed

    model = cp_model.CpModel()
    known = best.start is not None and math.isfinite(best.value)
    horizon = int(best.value) if known else horizon_of(project)
    fits = np.all(project.demand <= project.capacity, axis=1)
    start: list[Any] = []
    end: list[Any] = []
    ways: list[list[tuple[int, Any]]] = []
    intervals: list[tuple[int, Any]] = []
    for o in range(project.activities):
        own = [m for m in range(project.mode_pointer[o], project.mode_pointer[o + 1]) if fits[m]]
        begin = model.new_int_var(int(project.release[o]), horizon, f"s{o}")
        if len(own) == 1:
            minutes = int(project.mode_minutes[own[0]])
            finish: Any = begin + minutes
            ways.append([(own[0], True)])
            intervals.append((own[0], model.new_fixed_size_interval_var(begin, minutes, f"i{o}")))
        else:
            finish = model.new_int_var(0, horizon, f"e{o}")
            lits = [(m, model.new_bool_var(f"m{m}")) for m in own]
            model.add_exactly_one(lit for _, lit in lits)
            for m, lit in lits:
                size = int(project.mode_minutes[m])
                intervals.append((m, model.new_optional_interval_var(begin, size, finish, lit, f"i{m}")))
            ways.append(list(lits))
        start.append(begin)
        end.append(finish)
    _relations(model, project, start, end, ways, intervals)
    last = model.new_int_var(int(best.bound), horizon, "last")
    for o in range(project.activities):
        model.add(last >= end[o])
    model.minimize(last)
    if known and best.start is not None and best.mode is not None:
        _hint(model, project, best, start, end, ways)
        model.add_hint(last, int(best.value))
    return model, start, ways


def _relations(
    model: cp_model.CpModel,
    project: Project,
    start: list[Any],
    end: list[Any],
    ways: list[list[tuple[int, Any]]],
    intervals: list[tuple[int, Any]],
) -> None:
    """State precedence, capacity, and what is used up."""
    for o in range(project.activities):
        for arc in range(project.pred_pointer[o], project.pred_pointer[o + 1]):
            model.add(start[o] >= end[int(project.pred_op[arc])] + int(project.pred_lag[arc]))
    for resource, capacity in enumerate(project.capacity.tolist()):
        held = [
            (interval, int(project.demand[m, resource])) for m, interval in intervals if project.demand[m, resource]
        ]
        model.add_cumulative([interval for interval, _ in held], [demand for _, demand in held], capacity)
    for resource, stock in enumerate(project.stock.tolist()):
        model.add(sum(lit * int(project.consumption[m, resource]) for own in ways for m, lit in own) <= stock)


def _hint(
    model: cp_model.CpModel,
    project: Project,
    best: _Best,
    start: list[Any],
    end: list[Any],
    ways: list[list[tuple[int, Any]]],
) -> None:
    if best.start is None or best.mode is None:
        return
    for o in range(project.activities):
        begin, mode = int(best.start[o]), int(best.mode[o])
        model.add_hint(start[o], begin)
        if len(ways[o]) > 1:
            model.add_hint(end[o], begin + int(project.mode_minutes[mode]))
            for m, lit in ways[o]:
                model.add_hint(lit, m == mode)


def _result(project: Project, best: _Best, seconds: float, seed: int) -> ProjectResult:
    if best.start is None or best.mode is None or not math.isfinite(best.value):
        raise ProblemError([NO_MODES.at()])
    finish = best.start + project.mode_minutes[best.mode]
    value, bound = best.value, min(best.bound, best.value)
    gap = gap_between(value, bound)
    return ProjectResult(
        ProjectSchedule(best.start, finish, best.mode), "optimal" if value <= bound else "feasible",
        {"makespan": value}, value, float(bound), gap, seconds, seed, best.tried, tuple(best.history),
    )  # fmt: skip


def warm_up() -> None:
    """Compile the kernels."""
    from plantwright.methods.scheduling.project import build_project  # noqa: PLC0415

    project = build_project(
        mode_minutes=[1, 2, 1], mode_pointer=[0, 2, 3], demand=[[1], [1], [1]], capacity=[1],
        consumption=[[1], [0], [0]], stock=[1],
    )  # fmt: skip
    solve_project(project, iterations=PEOPLE + STEPS)
