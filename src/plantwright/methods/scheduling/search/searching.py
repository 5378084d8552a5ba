"""The search for a better schedule: starts by rules, an engine that fits the objective, limits, and a result."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling.bounds import lower_bounds
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.problem import NO, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult, Status, gap_between, limit_faults
from plantwright.methods.scheduling.search.bounds import lower_bound
from plantwright.methods.scheduling.search.inserting import insert_worker, inserts
from plantwright.methods.scheduling.search.lists import after_lists, listed
from plantwright.methods.scheduling.search.makespan import assign_worker, tabu_worker
from plantwright.methods.scheduling.search.net import Net, make_net
from plantwright.methods.scheduling.search.objective import Objective, costs_of
from plantwright.methods.scheduling.search.race import Progress, Race
from plantwright.methods.scheduling.search.redispatch import Made, Redispatch, made_of, redispatch
from plantwright.methods.scheduling.search.schedules import schedule_of
from plantwright.methods.scheduling.search.shape import fits
from plantwright.methods.scheduling.search.workers import Case, anneal_worker, rated, stretch_worker, stretches
from plantwright.methods.working_time import NEVER

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
    start_only: bool = False,
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
        Any shop. One that `fits` is searched by sequences, any other in orders of dispatch.
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
    start_only
        Whether rules are left out where there is a `start`.
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
        With every argument out of range, and every reason why there is no set-up ahead.

    Notes
    -----
    Makespan on calendars that are always open: tabu search on the disjunctive graph from plans between those of a pool
    (see `tabu`, `between`). Lateness in large shops without set-ups: ruin and recreate (see `reinsert`). Everything
    else: annealing with moves that are worked out exactly (see `anneal`), in shops of more than 20,000 operations
    stretch by stretch. Where set-ups depend on the sequence and sinks are due, lists give starts (see `list_starts`).
    Shops that do not fit: orders of dispatch in which what holds late work back is put forward (see `redispatch`).

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
    unfit = fits(shop, setup_ahead=setup_ahead)
    problems = (
        objective.faults(shop) + limit_faults(seconds, iterations, threads=threads) + (unfit if setup_ahead else [])
    )
    if problems:
        raise ProblemError(problems)
    race = Race(clock, seconds or math.inf, iterations or math.inf, -math.inf, 0.5, on_progress, stop, clock())
    first = _starts(shop, start, begin, rules=start is None or not start_only)
    if unfit:
        return _by_dispatch(shop, race, objective, first, begin, seed, threads)
    net, options = make_net(shop, begin, setup_ahead)
    measured = [objective.measure(shop, schedule) for schedule in first]
    best = min(range(len(first)), key=lambda k: objective.worth(measured[k]))
    costs = costs_of(objective, shop, measured[best])
    case = Case(shop, net, options, costs, [])
    case.starts = [rated(case, schedule) for schedule in first]
    bounds = lower_bound(shop, net, objective)
    race.bound = _race_bound(objective, bounds)
    for plan in case.starts:
        race.report(plan, 0)
    _run(case, race, objective, seed, threads, start_only=start_only and start is not None)
    if race.best is None:
        raise RuntimeError("a search has one start at least")
    return _result(shop, schedule_of(case, race.best.order, race.best.option), race, objective, bounds, seed)


def _by_dispatch(
    shop: Shop, race: Race, objective: Objective, first: list[Schedule], begin: int, seed: int, threads: int
) -> SearchResult:
    """Search in orders of dispatch."""
    chains = lower_bounds(shop, start=begin)
    late = chains.sink_finish > shop.sink_due
    known = {
        "makespan": float(chains.makespan),
        "weighted_tardiness": chains.weighted_late,
        "number_late": float(np.count_nonzero(late)),
    }
    bounds: dict[str, float] = {term.name: known.get(term.name, 0.0) for term in objective.terms}
    race.bound = _race_bound(objective, bounds)
    start = min((made_of(shop, objective, schedule) for schedule in first), key=lambda made: made.worth)
    best: Made = start
    if shop.operations and start.schedule.status == "complete":
        best = redispatch(Redispatch(shop, objective, np.random.default_rng(seed), start, begin), race, threads)
    return _result(shop, best.schedule, race, objective, bounds, seed)


def _starts(shop: Shop, start: Schedule | None, begin: int, *, rules: bool) -> list[Schedule]:
    """Give the schedules of the rules, and the given one."""
    few = RULES[:3] if shop.operations > LARGE else RULES
    chosen = few if rules else ()
    never_due = bool((shop.sink_due >= NEVER).all())  # then the longest way to the end is urgent
    aimed = replace(shop, sink_due=np.zeros_like(shop.sink_due)) if never_due else shop
    made = [dispatch(aimed, rule, start=begin, look_ahead=look) for rule, look in chosen]  # type: ignore[arg-type]
    return made if start is None else [start, *made]


def _race_bound(objective: Objective, bounds: dict[str, float]) -> float:
    """Give the bound in the terms of the search; with further priorities nothing is proved by the first alone."""
    if len({term.priority for term in objective.terms}) > 1:
        return -math.inf
    return objective.worth(bounds)[0]


def _run(case: Case, race: Race, objective: Objective, seed: int, threads: int, *, start_only: bool) -> None:
    if case.shop.operations == 0 or race.over():
        return
    work = stretch_worker if stretches(case) else anneal_worker
    if listed(case) and not start_only:
        work = partial(after_lists, work)
    if inserts(case):
        work = insert_worker
    elif objective.only("makespan") and not (case.net.option_calendar != NO).any():
        work = assign_worker if loose(case.net) else tabu_worker
    seeds = np.random.default_rng(seed).integers(0, 2**31, threads).tolist()
    if threads == 1:
        work(case, race, seeds[0], 1)
        return
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(race.guard, partial(work, case, race, one, threads)) for one in seeds]
        race.guard(lambda: [done.result() for done in running])


def loose(net: Net) -> bool:
    """Tell whether nothing counts but which unit does which operation: no arcs, releases or set-ups."""
    return not (
        len(net.pred_op) or (net.option_unit < 0).any() or net.changeover.any() or (net.release > net.begin).any()
    )


def _result(
    shop: Shop, schedule: Schedule, race: Race, objective: Objective, bounds: dict[str, float], seed: int
) -> SearchResult:
    values = objective.measure(shop, schedule)
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
    sinks = {"sink_pointer": [0, 1], "sink_op": [1], "sink_due": [0]}
    matrix = [[[0, 1], [1, 0]]]
    shop = build_shop(
        time, unit_calendar=[0, 0], family=[0, 1], center_matrix=[0, 0], setup_matrix=matrix, **modes, **arc, **sinks
    )
    search(shop, objective=Objective.of("weighted_tardiness"), iterations=2)
