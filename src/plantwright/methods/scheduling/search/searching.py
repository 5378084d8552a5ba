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
from plantwright.methods.scheduling.bounds import Bounds, lower_bounds
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.overtime import Stretches, has_overtime, stretches_of, with_hours
from plantwright.methods.scheduling.problem import NO, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult, Status, gap_between, limit_faults
from plantwright.methods.scheduling.search.bounds import lower_bound
from plantwright.methods.scheduling.search.hours import Hours, Plan, improve_hours, plan_of
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
    Overtime among the terms, where units have regular hours: see `search_hours`.

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
    if has_overtime(shop) and any(term.name == "overtime" for term in objective.terms):
        return search_hours(
            shop, objective, seconds=seconds, iterations=iterations, seed=seed, threads=threads, start=start,
            start_only=start_only, begin=begin, on_progress=on_progress, stop=stop, clock=clock,
        )[0]  # fmt: skip
    race = Race(clock, seconds or math.inf, iterations or math.inf, -math.inf, 0.5, on_progress, stop, clock())
    first = starts_of(shop, start, begin, rules=start is None or not start_only)
    if unfit:
        return _by_dispatch(shop, race, objective, first, begin, seed, threads)
    net, options = make_net(shop, begin, setup_ahead)
    measured = [objective.measure(shop, schedule) for schedule in first]
    best = min(range(len(first)), key=lambda k: objective.worth(measured[k]))
    costs = costs_of(objective, shop, measured[best])
    case = Case(shop, net, options, costs, [])
    case.starts = [rated(case, schedule) for schedule in first]
    bounds = lower_bound(shop, net, objective)
    race.bound = race_bound(objective, bounds)
    for plan in case.starts:
        race.report(plan, 0)
    _run(case, race, objective, seed, threads, start_only=start_only and start is not None)
    if race.best is None:
        raise RuntimeError("a search has one start at least")
    return result_of(shop, schedule_of(case, race.best.order, race.best.option), race, objective, bounds, seed)


def search_hours(
    shop: Shop,
    objective: Objective,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    start: Schedule | None = None,
    start_only: bool = False,
    begin: int = 0,
    on_progress: Callable[[Progress], object] | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[SearchResult, Shop]:
    """Search for a schedule and for the overtime that is worth its cost.

    Parameters
    ----------
    shop
        A shop some of whose units have regular hours, see `build_shop`.
    objective
        What to minimise, such as ``Objective.of("weighted_tardiness") + Objective.of("overtime", 0.2)``, or
        ``Objective.of("weighted_tardiness").then(Objective.of("overtime"))`` for overtime only where it saves lateness.
    seconds, iterations
        The limits; one of them must be given. An iteration is a schedule by dispatch, or a move of sequences.
    seed, threads, start_only, begin, on_progress, stop, clock
        As in `search`.
    start
        A schedule of the shop in which all its hours are worked.

    Returns
    -------
    The result, and the shop with the hours that are worked in it: `evaluate`, `defer` and whatever else goes on from
    the schedule takes that shop.

    Raises
    ------
    ProblemError
        With every argument out of range.

    Notes
    -----
    A try costs one `dispatch` and O(m) for the m intervals of units with regular hours. A shop that fits the search of
    sequences has it for half of the limits. Leaving out by halves is delta debugging (Zeller and Hildebrandt 2002, IEEE
    Transactions on Software Engineering 28, 183-200). Overtime has no bound but 0.

    Examples
    --------
    Nine hours of work, due after a day of eight; an hour of overtime is worth it only while it is cheap:

    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [1080, 2520]), ([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], mode_center=[0],
    ...     mode_minutes=[540], sink_pointer=[0, 1], sink_op=[0], sink_due=[960])
    >>> for rate in (1, 100):
    ...     aim = Objective.of("weighted_tardiness") + Objective.of("overtime", rate)
    ...     search_hours(shop, aim, iterations=20)[0].objective
    {'weighted_tardiness': 60.0, 'overtime': 60.0}
    {'weighted_tardiness': 1020.0, 'overtime': 0.0}
    """
    problems = objective.faults(shop) + limit_faults(seconds, iterations, threads=threads)
    if problems:
        raise ProblemError(problems)
    bounds = chain_bounds(objective, shop, lower_bounds(shop, start=begin))
    race = Race(clock, seconds or math.inf, iterations or math.inf, -math.inf, 0.5, on_progress, stop, clock())
    race.bound = race_bound(objective, bounds)
    stretches = stretches_of(shop)
    best = _first_hours(stretches, objective, start, begin, rules=start is None or not start_only)
    race.report(best, 0)

    def sequences(worked: Shop, aim: Objective, now: Schedule, share: float) -> SearchResult:
        return search(
            worked, objective=aim, seconds=seconds and share * seconds,
            iterations=iterations and max(int(share * iterations), 1), seed=seed, threads=threads, start=now,
            start_only=True, begin=begin, stop=race.over, clock=clock,
        )  # fmt: skip

    if shop.operations and best.made.schedule.status == "complete":
        hours = Hours(stretches, objective, np.random.default_rng(seed), begin, best)
        best = improve_hours(hours, race, threads, sequences)
    worked = with_hours(stretches, best.since, best.until)
    return result_of(worked, best.made.schedule, race, objective, bounds, seed), worked


def _first_hours(
    stretches: Stretches, objective: Objective, start: Schedule | None, begin: int, *, rules: bool
) -> Plan:
    """Give the best plan of the rules and of the given schedule, with all hours and with the regular ones alone."""
    made = [(one, stretches.end) for one in starts_of(stretches.shop, start, begin, rules=rules)]
    if rules:
        regular = with_hours(stretches, stretches.start, stretches.start)
        made += [(one, stretches.start) for one in starts_of(regular, None, begin, rules=True)]
    plans = [
        plan_of(stretches, objective, one, stretches.start, until, one.start.astype(np.float64)) for one, until in made
    ]
    return min(plans, key=lambda plan: plan.worth)


def _by_dispatch(
    shop: Shop, race: Race, objective: Objective, first: list[Schedule], begin: int, seed: int, threads: int
) -> SearchResult:
    """Search in orders of dispatch."""
    chains = lower_bounds(shop, start=begin)
    bounds = chain_bounds(objective, shop, chains)
    race.bound = race_bound(objective, bounds)
    start = min((made_of(shop, objective, schedule) for schedule in first), key=lambda made: made.worth)
    best: Made = start
    if shop.operations and start.schedule.status == "complete":
        best = redispatch(Redispatch(shop, objective, np.random.default_rng(seed), start, begin), race, threads)
    return result_of(shop, best.schedule, race, objective, bounds, seed)


def chain_bounds(objective: Objective, shop: Shop, chains: Bounds) -> dict[str, float]:
    """Give what no schedule can beat, term by term, from the chains alone; 0 where nothing is known."""
    known = {
        "makespan": float(chains.makespan),
        "weighted_tardiness": chains.weighted_late,
        "number_late": float(np.count_nonzero(chains.sink_finish > shop.sink_due)),
    }
    return {term.name: known.get(term.name, 0.0) for term in objective.terms}


def starts_of(shop: Shop, start: Schedule | None, begin: int, *, rules: bool) -> list[Schedule]:
    """Give the schedules of the rules, and the given one."""
    few = RULES[:3] if shop.operations > LARGE else RULES
    chosen = few if rules else ()
    never_due = bool((shop.sink_due >= NEVER).all())  # then the longest way to the end is urgent
    aimed = replace(shop, sink_due=np.zeros_like(shop.sink_due)) if never_due else shop
    made = [dispatch(aimed, rule, start=begin, look_ahead=look) for rule, look in chosen]  # type: ignore[arg-type]
    return made if start is None else [start, *made]


def race_bound(objective: Objective, bounds: dict[str, float]) -> float:
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


def result_of(
    shop: Shop, schedule: Schedule, race: Race, objective: Objective, bounds: dict[str, float], seed: int
) -> SearchResult:
    """Measure a schedule, and set it beside the bounds."""
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
