"""Exact schedules of small shops by CP-SAT, and bounds of larger ones."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling.dispatching import dispatch, sink_completions
from plantwright.methods.scheduling.exact_crews import crews_of
from plantwright.methods.scheduling.exact_model import build, circuit_arcs, jobs_of, not_stated
from plantwright.methods.scheduling.exact_parts import Parts, change_of
from plantwright.methods.scheduling.permutation import no_flow, order_of, schedule_in_order
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult, Status, gap_between, limit_faults
from plantwright.methods.scheduling.search.objective import Objective

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

MOST_ARCS = 400_000
"""Above so many arcs of circuits the model would take longer to make than to be of use."""


def solve_exact(
    shop: Shop,
    *,
    objective: Objective | None = None,
    seconds: float = 30.0,
    workers: int = 1,
    seed: int = 0,
    hint: Schedule | None = None,
    setup_ahead: bool = False,
    permutation: bool = False,
    on_progress: Callable[[float, float, float], object] | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> SearchResult:
    """Solve a shop as one model: the best schedule of all if there is time, else the best found and how good it is.

    Parameters
    ----------
    shop
        Units, modes, arcs with lags and maximum lags, overlap, blocking, releases, deadlines, families, costs, crews,
        fixed starts; calendars that work must not pause over. Batches are not stated, nor helpers at set-ups.
    objective
        One or more terms of one priority; left out, the makespan.
    seconds
        The limit, the making of the model included.
    workers
        Threads of the solver. With one, and no limit met, the result follows from the seed.
    seed
        Of the solver's chance.
    hint
        A schedule to begin with; left out, that of a dispatch rule. The result is never worse.
    setup_ahead
        A unit may be set up before the operation can begin; otherwise the set-up is part of the operation.
    permutation
        All units take the jobs of a flow shop in one order.
    on_progress
        Is told seconds, objective and bound at each improvement.
    stop
        Is asked at each improvement; true ends the solver.
    clock
        Gives seconds.

    Returns
    -------
    The result, as a search gives it. Its status is ``optimal`` only where the solver has proved it.

    Raises
    ------
    ProblemError
        With everything that the model cannot state, such as batches or work that pauses.

    Notes
    -----
    Intervals on units that must not overlap; where set-ups depend on the order, a circuit of arcs through the
    operations of each unit, quadratic in their number. Beyond `MOST_ARCS` arcs the hint comes back as it is. Probing is
    switched off: on large models it can take all of the time. Perron and Furnon, OR-Tools,
    https://developers.google.com/optimization

    Examples
    --------
    Two jobs on two machines, in opposite directions:

    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1, 1, 0],
    ...     mode_minutes=[3, 2, 4, 1], pred_pointer=[0, 0, 1, 1, 2], pred_op=[0, 2],
    ...     sink_pointer=[0, 1, 2], sink_op=[1, 3])
    >>> found = solve_exact(shop, seconds=10)
    >>> found.status, found.value, found.bound
    ('optimal', 6.0, 6.0)
    """
    begun = clock()
    objective = objective or Objective.of("makespan")
    problems = (
        not_stated(shop, objective, ahead=setup_ahead, permutation=permutation)
        + objective.faults(shop)
        + limit_faults(seconds, workers=workers)
    )
    problems += no_flow(shop) if permutation else []
    if problems:
        raise ProblemError(problems)
    first = hint or _first(shop, objective, ahead=setup_ahead, permutation=permutation)
    if first.status == "unfinished" or shop.operations == 0 or _too_large(shop, permutation=permutation):
        return _result(shop, objective, first, 0.0, clock() - begun, seed, ())
    parts = build(shop, objective, first, ahead=setup_ahead, permutation=permutation)
    left = max(seconds - (clock() - begun), 0.1)
    solved, history = run_solver(parts.model, left, workers, seed, clock, begun, on_progress, stop)
    bound = max(0.0, float(solved.best_objective_bound))
    schedule = first if not solved.found else _decoded(parts, solved.value)
    worth = [objective.worth(objective.measure(shop, one)) for one in (first, schedule)]
    if first.status == "complete" and worth[0] < worth[1]:
        schedule = first
    return _result(shop, objective, schedule, bound, clock() - begun, seed, history)


def _too_large(shop: Shop, *, permutation: bool) -> bool:
    arcs = len(jobs_of(shop)) ** 2 * len(shop.unit_center) if permutation else circuit_arcs(shop)
    return arcs > MOST_ARCS


def _first(shop: Shop, objective: Objective, *, ahead: bool, permutation: bool) -> Schedule:
    """Give a schedule to begin with: the best of a few rules, or any order of the jobs of a flow shop."""
    if permutation:
        return schedule_in_order(shop, order_of(shop), setup_ahead=ahead)
    made = [dispatch(shop, rule) for rule in ("atcs", "atc", "edd", "spt")]
    return min(
        made, key=lambda schedule: (schedule.status != "complete", objective.worth(objective.measure(shop, schedule)))
    )


class Solved:
    """What is left of a solver when it has ended."""

    def __init__(self, solver: cp_model.CpSolver, status: Any, found: bool) -> None:  # noqa: FBT001
        self.found = found
        self.value = solver.value
        self.status = solver.status_name(status)
        self.best_objective_bound = solver.best_objective_bound if found else 0.0


def run_solver(
    model: cp_model.CpModel,
    seconds: float,
    workers: int,
    seed: int,
    clock: Callable[[], float],
    begun: float,
    on_progress: Callable[[float, float, float], object] | None,
    stop: Callable[[], bool] | None,
) -> tuple[Solved, tuple[tuple[float, float, float], ...]]:
    """Run CP-SAT; gives what it found, and seconds, objective and bound at each improvement."""
    from ortools.sat.python import cp_model  # noqa: PLC0415

    history: list[tuple[float, float, float]] = []

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            history.append((clock() - begun, self.objective_value, self.best_objective_bound))
            if on_progress is not None:
                on_progress(*history[-1])
            if stop is not None and stop():
                self.stop_search()

    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.cp_model_probing_level = 0
    status = solver.solve(model, Watch())
    return Solved(solver, status, status in (cp_model.OPTIMAL, cp_model.FEASIBLE)), tuple(history)


def _decoded(parts: Parts, value: Callable[[Any], int]) -> Schedule:
    """Read the schedule from the values of the variables."""
    shop = parts.shop
    begin = np.array([value(var) for var in parts.begin], np.int64)
    finish = np.array([value(var) for var in parts.end], np.int64)
    chosen = [next(way for way in ways if way.taken is True or value(way.taken)) for ways in parts.ways]
    mode = np.array([way.mode for way in chosen], np.int64)
    unit = np.array([way.unit for way in chosen], np.int64)
    works = np.array([way.minutes > 0 for way in chosen])
    change = changes_of(shop, begin, finish, np.where(works, unit, NO))
    start = begin - change if parts.ahead else begin
    sinks = sink_completions(shop.sinks, finish)
    pointer, member = crews_of(parts, value)
    setup = shop.mode_setup[mode] + change
    status = "unmet" if (finish > shop.deadline).any() else "complete"  # what is fixed may miss its deadline
    return Schedule(start, finish, setup, mode, unit, pointer, member, sinks, status)


def changes_of(shop: Shop, begin: Integers, finish: Integers, unit: Integers) -> Integers:
    """Give the minutes of the change of family of each operation, from the order on its unit (-1: on none)."""
    lines: dict[int, list[int]] = defaultdict(list)
    for o in np.lexsort((finish, begin)).tolist():
        if unit[o] >= 0:
            lines[int(unit[o])].append(o)
    change = np.zeros(len(begin), np.int64)
    for here, line in lines.items():
        for o, other in pairwise([NO, *line]):
            change[other] = change_of(shop, here, o, other)
    return change


def _whole(shop: Shop) -> bool:
    """Tell whether every objective is a whole number, so that a bound may be rounded up."""
    return all(bool(np.all(row == np.rint(row))) for row in (shop.sink_weight, shop.mode_cost, shop.setup_cost))


def _result(
    shop: Shop,
    objective: Objective,
    schedule: Schedule,
    bound: float,
    seconds: float,
    seed: int,
    history: tuple[tuple[float, float, float], ...],
) -> SearchResult:
    values = objective.measure(shop, schedule)
    value = objective.worth(values)[0]
    whole = all(float(part).is_integer() for part in (value, *(term.weight for term in objective.terms)))
    bound = min(float(math.ceil(bound - 1e-6)) if whole and _whole(shop) else bound, value)
    gap = gap_between(value, bound)
    status: Status = "unfinished" if schedule.status != "complete" else "optimal" if value <= bound else "feasible"
    return SearchResult(schedule, status, values, value, bound, gap, seconds, seed, len(history), history)
