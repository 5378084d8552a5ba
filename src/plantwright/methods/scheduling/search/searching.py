"""The search for a better schedule: starts by rules, an engine that fits the objective, limits, and a result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling.dispatching import dispatch, sink_completions
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult, Status, gap_between, limit_faults
from plantwright.methods.scheduling.search.bounds import lower_bound
from plantwright.methods.scheduling.search.makespan import assign_worker, tabu_worker
from plantwright.methods.scheduling.search.net import Net, make_net
from plantwright.methods.scheduling.search.objective import Objective, costs_of
from plantwright.methods.scheduling.search.race import Progress, Race
from plantwright.methods.scheduling.search.shape import fits
from plantwright.methods.scheduling.search.workers import Case, anneal_worker, rated, timed_plan
from plantwright.methods.working_time import NEVER, earliest_fits, open_times

RULES: tuple[tuple[str, float], ...] = (
    ("atcs", 4.0), ("atc", 4.0), ("atcs", 8.0), ("atcs", 2.0), ("atc", 2.0), ("atc", 8.0), ("edd", 1.0), ("slack", 1.0),
    ("latest_start", 1.0), ("spt", 1.0),
)  # fmt: skip
"""Dispatching rules and look-aheads that give the starts."""

LARGE = 30_000
"""From so many operations on, only three rules are tried."""


def search(
    shop: Shop,
    *,
    objective: Objective | None = None,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    start: Schedule | None = None,
    begin: int = 0,
    setup_ahead: bool = False,
    on_progress: Callable[[Progress], object] | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> SearchResult:
    """Improve a schedule until the time is over, the bound is met, or the caller stops it.

    Parameters
    ----------
    shop
        A shop that `fits`: units with calendars, modes, arcs with lags, releases, due times, families.
    objective
        What to minimise; left out, the makespan.
    seconds, iterations
        The limits; one of them must be given. By iterations alone, on one thread, the result follows from the seed.
    seed
        Of all that is drawn.
    threads
        Threads that search together; each keeps one core busy.
    start
        A schedule to improve, as well as those of the dispatching rules.
    begin
        The moment before which nothing begins.
    setup_ahead
        A unit may be set up before the operation can begin; otherwise the set-up is part of the operation.
    on_progress
        Is told of each improvement, and now and then, from the thread that made it.
    stop
        Is asked now and then; true ends the search.
    clock
        Gives seconds.

    Returns
    -------
    The best schedule with its value, the bound and the record of improvement.

    Raises
    ------
    ProblemError
        With every reason why the shop is not searched, and every argument out of range.

    Notes
    -----
    Makespan on calendars that are always open: tabu search on the disjunctive graph from plans between those of a pool
    (see `tabu`, `between`). Everything else: annealing with moves that are worked out exactly (see `anneal`).

    Examples
    --------
    Two jobs on two machines, in opposite directions:

    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1, 1, 0],
    ...     mode_minutes=[3, 2, 4, 1], pred_pointer=[0, 0, 1, 1, 2], pred_op=[0, 2],
    ...     sink_pointer=[0, 1, 2], sink_op=[1, 3])
    >>> found = search(shop, iterations=100)
    >>> found.status, found.value, found.bound
    ('optimal', 6.0, 6.0)
    """
    objective = objective or Objective.of("makespan")
    problems = fits(shop, setup_ahead=setup_ahead) + objective.faults(shop)
    problems += limit_faults(seconds, iterations, threads=threads)
    if problems:
        raise ProblemError(problems)
    begun = clock()
    net, options = make_net(shop, begin, setup_ahead)
    first = _starts(shop, start, begin)
    measured = [objective.measure(shop, schedule) for schedule in first]
    best = min(range(len(first)), key=lambda k: objective.worth(measured[k]))
    costs = costs_of(objective, shop, measured[best])
    case = Case(shop, net, options, costs, [])
    case.starts = [rated(case, schedule) for schedule in first]
    bounds = lower_bound(shop, net, objective)
    race = Race(
        clock,
        seconds or math.inf,
        iterations or math.inf,
        _race_bound(objective, bounds),
        0.5,
        on_progress,
        stop,
        begun,
    )
    for plan in case.starts:
        race.report(plan, 0)
    _run(case, race, objective, seed, threads)
    return _result(case, race, objective, bounds, seed)


def _starts(shop: Shop, start: Schedule | None, begin: int) -> list[Schedule]:
    """Give the schedules of the rules, and the given one."""
    rules = RULES[:3] if shop.operations > LARGE else RULES
    made = [dispatch(shop, rule, start=begin, look_ahead=look) for rule, look in rules]  # type: ignore[arg-type]
    return made if start is None else [start, *made]


def _race_bound(objective: Objective, bounds: dict[str, float]) -> float:
    """Give the bound in the terms of the search; with further priorities nothing is proved by the first alone."""
    if len({term.priority for term in objective.terms}) > 1:
        return -math.inf
    return objective.worth(bounds)[0]


def _run(case: Case, race: Race, objective: Objective, seed: int, threads: int) -> None:
    if case.shop.operations == 0 or race.over():
        return
    work = anneal_worker
    if objective.only("makespan") and not (case.net.option_calendar != NO).any():
        work = assign_worker if loose(case.net) else tabu_worker
    seeds = np.random.default_rng(seed).integers(0, 2**31, threads).tolist()
    if threads == 1:
        work(case, race, seeds[0], 1)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, case, race, one, threads) for one in seeds]:
            done.result()


def loose(net: Net) -> bool:
    """Tell whether nothing counts but which unit does which operation: no arcs, releases or set-ups."""
    return not (
        len(net.pred_op) or (net.option_unit < 0).any() or net.changeover.any() or (net.release > net.begin).any()
    )


def _result(case: Case, race: Race, objective: Objective, bounds: dict[str, float], seed: int) -> SearchResult:
    if race.best is None:
        raise RuntimeError("a search has one start at least")
    schedule = schedule_of(case, race.best.order, race.best.option)
    values = objective.measure(case.shop, schedule)
    value, bound = objective.worth(values)[0], objective.worth(bounds)[0]
    gap = gap_between(value, bound)
    status: Status = "feasible"
    if schedule.status == "unfinished":
        status = "unfinished"
    elif value <= bound and math.isfinite(race.bound):
        status = "optimal"
    return SearchResult(
        schedule, status, values, value, min(bound, value), gap, race.elapsed(), seed, race.made, tuple(race.history)
    )


def schedule_of(case: Case, order: Integers, option: Integers) -> Schedule:
    """Turn a plan into the schedule in which everything starts as soon as the plan allows."""
    shop, net, options = case.shop, case.net, case.options
    n = shop.operations
    _, finish, ready, before = timed_plan(case, order.copy(), option.copy())
    mode, unit = options.mode[option], options.unit[option]
    works = net.option_minutes[option] > 0
    setup = shop.mode_setup[mode] + _changes(net, option, before[:n])
    work = np.where(works, shop.mode_minutes[mode] + setup, 0)
    free = np.where(net.option_unit[option] >= 0, finish[before[:n]], net.begin)
    start = np.maximum(ready[:n], free)
    start = np.where(shop.pausable, open_times_of(shop, net, option, start), fits_of(shop, net, option, start, work))
    start = np.where(works, start, ready[:n])
    if net.early:
        start = finish[:n] - work
    done = np.minimum(finish[:n], NEVER)
    placed = bool((done < NEVER).all())
    return Schedule(
        np.minimum(start, NEVER), done, np.where(works, setup, 0), mode, unit, np.zeros(n + 1, np.int64),
        np.zeros(0, np.int64), sink_completions(shop.sinks, done), "complete" if placed else "unfinished",
    )  # fmt: skip


def open_times_of(shop: Shop, net: Net, option: Integers, start: Integers) -> Integers:
    """Give the first open minute from each start on."""
    return open_times(shop.time, net.option_calendar[option], start)


def fits_of(shop: Shop, net: Net, option: Integers, start: Integers, work: Integers) -> Integers:
    """Give the earliest start from which the work fits into one opening."""
    return earliest_fits(shop.time, net.option_calendar[option], start, work)


def _changes(net: Net, option: Integers, before: Integers) -> Integers:
    """Give the minutes of the change of family of each operation."""
    unit = net.option_unit[option]
    matrix = np.where(unit >= 0, np.append(net.unit_matrix, NO)[unit], NO)
    own = net.family[:-1]
    previous = np.where(before < len(own), net.family[before], np.append(net.unit_family, NO)[unit])
    there = (matrix >= 0) & (own >= 0) & (previous >= 0)
    return np.where(there, net.changeover[np.maximum(matrix, 0), np.maximum(previous, 0), np.maximum(own, 0)], 0)


def warm_up() -> None:
    """Compile the kernels."""
    from plantwright.methods.scheduling.build import build_shop  # noqa: PLC0415
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    time = working_time([([0], [600])])
    modes = {
        "unit_pointer": [0, 1, 2],
        "mode_pointer": [0, 2, 4],
        "mode_center": [0, 1] * 2,
        "mode_minutes": [2, 3, 5, 4],
    }
    arc = {"pred_pointer": [0, 0, 1], "pred_op": [0]}
    search(build_shop(time, unit_calendar=[0, 0], sink_pointer=[0, 1], sink_op=[1], **modes, **arc), iterations=2)
    search(build_shop(time, unit_calendar=[NO, NO], **modes, **arc), iterations=2)
    search(build_shop(time, unit_calendar=[NO, NO], **modes), iterations=2)
