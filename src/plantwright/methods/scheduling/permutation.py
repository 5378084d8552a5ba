"""Flow shops in which all machines take the jobs in one order: its schedule, and a search for a good one."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.permutation_kernel import Flow, by_insertion, fill_heads, iterate, worth_of
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.result import SearchResult, Status, gap_between, limit_faults
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.working_time import NEVER

STEPS = 20


def flow_of(shop: Shop) -> Flow:
    """Give the flow shop in a shop: each job visits the same machines in the same order, without alternatives.

    Raises
    ------
    ProblemError
        Where the shop is none.
    """
    problems = no_flow(shop)
    if problems:
        raise ProblemError(problems)
    jobs = _jobs(shop)
    n, m = jobs.shape
    apart = int((shop.center_matrix >= 0).any())
    change = np.zeros((n + 1, n, m) if apart else (1, 1, m), np.int64)
    for k in range(m):
        center = int(shop.mode_center[jobs[0, k]])
        matrix = int(shop.center_matrix[center])
        if matrix >= 0:
            family = shop.family[jobs[:, k]]
            before = np.append(family, shop.unit_family[shop.unit_pointer[center]])
            there = (before >= 0)[:, None] & (family >= 0)[None, :]
            change[:, :, k] = np.where(there, shop.setup_matrix[matrix][before[:, None], family[None, :]], 0)
    due, weight = np.full(n, NEVER, np.int64), np.zeros(n)
    due[shop.sink_op // m], weight[shop.sink_op // m] = shop.sink_due - shop.sink_lag, shop.sink_weight
    return Flow((shop.mode_setup + shop.mode_minutes)[jobs], change, apart, shop.release[jobs[:, 0]], due, weight)


def _jobs(shop: Shop) -> Integers:
    machines = len(shop.unit_calendar)
    return np.arange(shop.operations, dtype=np.int64).reshape(-1, machines)


def no_flow(shop: Shop) -> list[Problem]:
    """Tell why a shop is no flow shop, in which one order of the jobs says all; an empty list: it is one."""
    m, n = len(shop.unit_calendar), shop.operations
    place = np.arange(n) % max(m, 1)
    plain = (
        n % max(m, 1) == 0
        and len(shop.mode_center) == n
        and len(shop.center_matrix) == m
        and np.array_equal(shop.mode_center, place)
        and np.array_equal(shop.pred_op, np.flatnonzero(place) - 1)
        and not shop.pred_lag.any()
        and (shop.pred_overlap == NO).all()
        and (shop.unit_calendar == NO).all()
        and (shop.fixed_start == NO).all()
        and not len(shop.need_group)
        and not shop.tied
        and (shop.deadline >= NEVER).all()
        and (np.diff(shop.sink_pointer) == 1).all()
        and (shop.sink_op % max(m, 1) == m - 1).all()
        and (shop.sink_release <= 0).all()
        and ((shop.mode_minutes > 0) | (shop.center_matrix[shop.mode_center] < 0)).all()  # no minutes leave no set-up
    )
    must = "a flow shop: each job once on each machine, minutes on all with set-ups, nothing closed, fixed or tied"
    return [] if plain else [BAD_ARGUMENT.at("", "", "shop", "another", must=must)]


def schedule_in_order(shop: Shop, order: Integers, *, setup_ahead: bool = False) -> Schedule:
    """Give the schedule in which each machine of a flow shop takes the jobs in one order, as early as possible.

    Parameters
    ----------
    shop
        A flow shop.
    order
        int[jobs]; the jobs, the first one first.
    setup_ahead
        A machine may be set up before the job arrives; else the set-up is part of the operation.

    Notes
    -----
    O(jobs x machines).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1, 0, 1],
    ...     mode_minutes=[3, 2, 1, 4], pred_pointer=[0, 0, 1, 1, 2], pred_op=[0, 2],
    ...     sink_pointer=[0, 1, 2], sink_op=[1, 3])
    >>> schedule_in_order(shop, [1, 0]).finish.tolist()
    [4, 7, 1, 5]
    """
    flow = flow_of(shop)
    order = np.array(order, np.int64)
    n, m = flow.minutes.shape
    if not np.array_equal(np.sort(order), np.arange(n)):
        raise ProblemError([BAD_ARGUMENT.at("", "", "order", order.tolist()[:10], must=f"each of {n} jobs once")])
    heads = np.zeros((n, m), np.int64)
    fill_heads(flow, order, n, heads, setup_ahead)
    finish = np.empty((n, m), np.int64)
    finish[order] = heads
    change = np.empty((n, m), np.int64)
    change[order] = flow.change[np.append(n, order[:-1]) * flow.apart, order * flow.apart]
    end, setup = finish.ravel(), change.ravel()
    mode = np.arange(n * m, dtype=np.int64)
    start = end - flow.minutes.ravel() - setup
    sinks = sink_completions(shop.sinks, end)
    none, unit = np.zeros(0, np.int64), shop.unit_pointer[shop.mode_center]
    pointer = np.zeros(n * m + 1, np.int64)
    return Schedule(start, end, setup + shop.mode_setup, mode, unit, pointer, none, sinks, "complete")


def order_of(shop: Shop) -> Integers:
    """Give a first order of the jobs of a flow shop: by insertion, the longest job first (Nawaz, Enscore, Ham 1983)."""
    flow = flow_of(shop)
    tardy = bool((flow.due < NEVER).any())
    return by_insertion(flow, tardy)


@dataclass
class _Pool:
    """What the threads share."""

    order: Integers
    value: float
    history: list[tuple[float, float, float]] = field(default_factory=list)
    steps: int = 0
    lock: Lock = field(default_factory=Lock)


def search_order(
    shop: Shop,
    *,
    objective: Objective | None = None,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    setup_ahead: bool = False,
    on_progress: Callable[[float, float, float], object] | None = None,
    stop: Callable[[], bool] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> SearchResult:
    """Search the order of the jobs of a permutation flow shop: take some out, put each back where it is best, repeat.

    Parameters
    ----------
    shop
        A flow shop; every machine will take its jobs in one order.
    objective
        The makespan (also if left out), or the weighted tardiness.
    seconds, iterations
        The limits; one of them must be given.
    seed
        Of all that is drawn; by iterations, on one thread, the result follows from it.
    threads
        Threads that search from the best of all.
    setup_ahead
        A machine may be set up before the job arrives. Set-ups that are part of the operation are not searched.
    on_progress, stop, clock
        As in `search`.

    Returns
    -------
    The result, as a search gives it.

    Raises
    ------
    ProblemError
        Where the shop is no flow shop, or an argument is out of range.

    Notes
    -----
    Iterated greedy search. For the makespan, all places of a job are tried in O(jobs x machines) from heads and tails
    (Taillard 1990, with set-ups: Ruiz and Stuetzle 2008, European Journal of Operational Research 187, 1143-1159).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1, 0, 1],
    ...     mode_minutes=[3, 2, 1, 4], pred_pointer=[0, 0, 1, 1, 2], pred_op=[0, 2],
    ...     sink_pointer=[0, 1, 2], sink_op=[1, 3])
    >>> found = search_order(shop, iterations=10)
    >>> found.value, found.bound, found.status
    (7.0, 7.0, 'optimal')
    """
    objective = objective or Objective.of("makespan")
    problems = no_flow(shop) + limit_faults(seconds, iterations, threads=threads)
    problems += _faults(shop, objective, ahead=setup_ahead)
    if problems:
        raise ProblemError(problems)
    tardy = objective.only("weighted_tardiness")
    begun = clock()
    flow = flow_of(shop)
    bound = _bound(flow, tardy=tardy)
    order = by_insertion(flow, tardy)
    pool = _Pool(order, worth_of(flow, order, tardy))
    pool.history.append((clock() - begun, pool.value, bound))

    def over() -> bool:
        late = seconds is not None and clock() - begun >= seconds
        enough = iterations is not None and pool.steps >= iterations
        return late or enough or pool.value <= bound or (stop is not None and bool(stop()))

    def work(number: int) -> None:
        random = np.array([seed * 1_000_003 + number * 7919 + 88_172_645_463_325_252], np.uint64)
        own = pool.order.copy()
        while not over():
            best, value = iterate(flow, own, tardy, STEPS, random)
            with pool.lock:
                pool.steps += STEPS
                if value < pool.value:
                    pool.order, pool.value = best, float(value)
                    pool.history.append((clock() - begun, pool.value, bound))
                    if on_progress is not None:
                        on_progress(*pool.history[-1])

    with ThreadPoolExecutor(threads) as crew:
        for done in [crew.submit(work, number) for number in range(threads)]:
            done.result()
    schedule = schedule_in_order(shop, pool.order, setup_ahead=setup_ahead)
    values = objective.measure(shop, schedule)
    value = objective.worth(values)[0]
    gap = gap_between(value, bound)
    status: Status = "optimal" if value <= bound else "feasible"
    return SearchResult(
        schedule, status, values, value, min(bound, value), gap, clock() - begun, seed, pool.steps, tuple(pool.history)
    )


def _faults(shop: Shop, objective: Objective, *, ahead: bool) -> list[Problem]:
    problems = []
    if not (objective.only("weighted_tardiness") or objective.only("makespan")):
        must = "the makespan or the weighted tardiness alone"
        problems.append(BAD_ARGUMENT.at("", "", "objective", [term.name for term in objective.terms], must=must))
    if (shop.center_matrix != NO).any() and not ahead:
        must = "true for machines with set-up matrices"
        problems.append(BAD_ARGUMENT.at("", "", "setup_ahead", ahead, must=must))
    return problems


def _bound(flow: Flow, *, tardy: bool) -> float:
    """Give what no order can beat: each machine with its least head and tail and least changes, and each job alone."""
    minutes = flow.minutes
    before = np.cumsum(minutes, axis=1) - minutes + flow.release[:, None]
    behind = np.cumsum(minutes[:, ::-1], axis=1)[:, ::-1] - minutes
    if tardy:
        late = np.maximum(before[:, -1] + minutes[:, -1] - flow.due, 0)
        return float(late @ flow.weight)
    n = len(minutes)
    changes = np.broadcast_to(flow.change, (n + 1, n, flow.change.shape[2]))[:n]
    others = changes + np.where(np.eye(n, dtype=np.bool_), NEVER, 0)[:, :, None]
    least = np.sort(others.min(axis=0), axis=0)[: n - 1].sum(axis=0) if n > 1 else 0
    machines = before.min(axis=0) + minutes.sum(axis=0) + least + behind.min(axis=0)
    return float(max(machines.max(), (before[:, -1] + minutes[:, -1]).max()))


def warm_up() -> None:
    """Compile the kernels."""
    row = np.ones((3, 2), np.int64)
    flow = Flow(row, np.zeros((1, 1, 2), np.int64), 0, row[:, 0].copy(), row[:, 0].copy(), np.ones(3))
    for tardy in (False, True):
        iterate(flow, by_insertion(flow, tardy), tardy, 1, np.array([1], np.uint64))
    fill_heads(flow, np.arange(3), 3, np.zeros((3, 2), np.int64), False)  # noqa: FBT003
