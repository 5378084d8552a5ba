"""Flow shops in which all machines take the jobs in one order: its schedule, and a search for a good one."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.problem import NO, Integers, Numbers, Schedule, Shop
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.scheduling.search.searching import SearchResult, Status
from plantwright.methods.working_time import NEVER

Chance = NDArray[np.uint64]
"""The state of what is drawn: one number, so that each thread draws its own."""

REMOVED = 4
WARMTH = 0.5
"""Jobs that are taken out and put back at each step, and the temperature of acceptance in tenths of the mean minutes of
an operation (Ruiz and Stuetzle 2008)."""

STEPS = 20


class Flow(NamedTuple):
    """A permutation flow shop, as kernels take it: minutes[job, machine], change[machine, job before or n, job]."""

    minutes: Integers
    change: Integers
    release: Integers
    due: Integers
    weight: Numbers


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
    change = np.zeros((m, n + 1, n), np.int64)
    for k in range(m):
        center = int(shop.mode_center[jobs[0, k]])
        matrix = int(shop.center_matrix[center])
        if matrix >= 0:
            family = shop.family[jobs[:, k]]
            before = np.append(family, shop.unit_family[shop.unit_pointer[center]])
            there = (before >= 0)[:, None] & (family >= 0)[None, :]
            change[k] = np.where(there, shop.setup_matrix[matrix][before[:, None], family[None, :]], 0)
    due, weight = np.full(n, NEVER, np.int64), np.zeros(n)
    due[shop.sink_op // m], weight[shop.sink_op // m] = shop.sink_due - shop.sink_lag, shop.sink_weight
    return Flow((shop.mode_setup + shop.mode_minutes)[jobs], change, shop.release[jobs[:, 0]], due, weight)


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
        and (np.diff(shop.sink_pointer) == 1).all()
        and (shop.sink_op % max(m, 1) == m - 1).all()
        and (shop.sink_release <= 0).all()
        and ((shop.mode_minutes > 0) | (shop.center_matrix[shop.mode_center] < 0)).all()  # no minutes leave no set-up
    )
    must = "a flow shop: each job once on each machine, in one order, minutes on all with set-ups, open, nothing fixed"
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
    _heads(flow, order, n, heads, setup_ahead)
    finish = np.empty((n, m), np.int64)
    finish[order] = heads
    change = np.empty((n, m), np.int64)
    change[order] = flow.change[:, np.append(n, order[:-1]), order].T
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
    return _by_insertion(flow, tardy)


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
    problems = no_flow(shop) + _faults(shop, objective, seconds, iterations, threads, ahead=setup_ahead)
    if problems:
        raise ProblemError(problems)
    tardy = objective.only("weighted_tardiness")
    begun = clock()
    flow = flow_of(shop)
    bound = _bound(flow, tardy=tardy)
    order = _by_insertion(flow, tardy)
    pool = _Pool(order, _worth(flow, order, tardy))
    pool.history.append((clock() - begun, pool.value, bound))

    def over() -> bool:
        late = seconds is not None and clock() - begun >= seconds
        enough = iterations is not None and pool.steps >= iterations
        return late or enough or pool.value <= bound or (stop is not None and bool(stop()))

    def work(number: int) -> None:
        random = np.array([seed * 1_000_003 + number * 7919 + 88_172_645_463_325_252], np.uint64)
        own = pool.order.copy()
        while not over():
            best, value = _iterate(flow, own, tardy, STEPS, random)
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
    gap = (value - bound) / value if value > bound else 0.0
    status: Status = "optimal" if value <= bound else "feasible"
    return SearchResult(
        schedule, status, values, value, min(bound, value), gap, clock() - begun, seed, pool.steps, tuple(pool.history)
    )


def _faults(
    shop: Shop, objective: Objective, seconds: float | None, iterations: int | None, threads: int, *, ahead: bool
) -> list[Problem]:
    problems = []
    if not (objective.only("weighted_tardiness") or objective.only("makespan")):
        must = "the makespan or the weighted tardiness alone"
        problems.append(BAD_ARGUMENT.at("", "", "objective", [term.name for term in objective.terms], must=must))
    if seconds is None and iterations is None:
        problems.append(BAD_ARGUMENT.at("", "", "seconds", "missing", must="given, or iterations"))
    if threads < 1:
        problems.append(BAD_ARGUMENT.at("", "", "threads", threads, must="1 or more"))
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
    others = flow.change[:, :n, :] + np.where(np.eye(n, dtype=np.bool_), NEVER, 0)
    least = np.sort(others.min(axis=1), axis=1)[:, : n - 1].sum(axis=1) if n > 1 else 0
    machines = before.min(axis=0) + minutes.sum(axis=0) + least + behind.min(axis=0)
    return float(max(machines.max(), (before[:, -1] + minutes[:, -1]).max()))


@compiled
def _heads(flow: Flow, order: Integers, count: int, heads: Integers, ahead: bool) -> None:  # noqa: FBT001
    """Work out when each job, by its place, is done on each machine."""
    machines = flow.minutes.shape[1]
    for i in range(count):
        job = order[i]
        before = order[i - 1] if i else len(flow.release)
        arrives = flow.release[job]
        for k in range(machines):
            free = heads[i - 1, k] if i else 0
            change = flow.change[k, before, job]
            begin = max(arrives, free + change) if ahead else max(arrives, free) + change
            arrives = begin + flow.minutes[job, k]
            heads[i, k] = arrives


@compiled
def _tails(flow: Flow, order: Integers, count: int, rest: Integers) -> None:
    """Work out the longest way from the start of each job, by its place, on each machine to the end."""
    machines = flow.minutes.shape[1]
    for i in range(count - 1, -1, -1):
        job = order[i]
        leaves = 0
        for k in range(machines - 1, -1, -1):
            follows = rest[i + 1, k] + flow.change[k, job, order[i + 1]] if i + 1 < count else 0
            leaves = max(leaves, follows) + flow.minutes[job, k]
            rest[i, k] = leaves


@compiled
def _lateness(
    flow: Flow, order: Integers, count: int, begin: int, heads: Integers, room: Integers, limit: float
) -> float:
    """Sum the weighted tardiness of an order whose first places stand in `heads`; stop when it is beyond a limit."""
    machines = flow.minutes.shape[1]
    total: float = 0.0
    for i in range(begin):
        total += flow.weight[order[i]] * max(heads[i, machines - 1] - flow.due[order[i]], 0)
    for k in range(machines):
        room[k] = heads[begin - 1, k] if begin else 0
    for i in range(begin, count):
        job = order[i]
        before = order[i - 1] if i else len(flow.release)
        arrives = flow.release[job]
        for k in range(machines):
            arrives = max(arrives, room[k] + flow.change[k, before, job]) + flow.minutes[job, k]
            room[k] = arrives
        total += flow.weight[job] * max(arrives - flow.due[job], 0)
        if total >= limit:
            return total
    return total


@compiled
def _worth(flow: Flow, order: Integers, tardy: bool) -> float:  # noqa: FBT001
    """Give the objective of an order."""
    n, machines = flow.minutes.shape
    heads = np.zeros((n + 1, machines), np.int64)
    _heads(flow, order, n, heads, True)  # noqa: FBT003
    if tardy:
        return _lateness(flow, order, n, n, heads, np.zeros(machines, np.int64), np.inf)
    last: float = heads[n - 1, machines - 1] * 1.0
    return last


@compiled
def _end_at(flow: Flow, order: Integers, count: int, job: int, place: int, heads: Integers, rest: Integers) -> float:
    """Give the last finish if a job is put at a place, from heads and tails."""
    before = order[place - 1] if place else len(flow.release)
    arrives = flow.release[job]
    longest = 0
    for k in range(flow.minutes.shape[1]):
        free = heads[place - 1, k] if place else 0
        arrives = max(arrives, free + flow.change[k, before, job]) + flow.minutes[job, k]
        behind = rest[place, k] + flow.change[k, job, order[place]] if place < count else 0
        longest = max(longest, arrives + behind)
    return longest * 1.0


@compiled
def _late_at(
    flow: Flow, order: Integers, count: int, job: int, place: int, heads: Integers, room: Integers, limit: float
) -> float:
    """Give the weighted tardiness if a job is put at a place, or some value beyond the limit."""
    for j in range(count, place, -1):
        order[j] = order[j - 1]
    order[place] = job
    value = _lateness(flow, order, count + 1, place, heads, room, limit)
    for j in range(place, count):
        order[j] = order[j + 1]
    return value


@compiled
def _insert(
    flow: Flow, order: Integers, count: int, job: int, tardy: bool, heads: Integers, rest: Integers, room: Integers,  # noqa: FBT001
    random: Chance,
) -> float:  # fmt: skip
    """Put a job where it is best among the first places of an order; gives the objective."""
    _heads(flow, order, count, heads, True)  # noqa: FBT003
    if not tardy:
        _tails(flow, order, count, rest)
    best, where, ties = np.inf, 0, 0
    for i in range(count + 1):
        if tardy:
            value = _late_at(flow, order, count, job, i, heads, room, best + 1e-9)
        else:
            value = _end_at(flow, order, count, job, i, heads, rest)
        if value < best:
            best, where, ties = value, i, 1
        elif value == best:
            ties += 1
            if _draw(random, ties) == 0:
                where = i
    for j in range(count, where, -1):
        order[j] = order[j - 1]
    order[where] = job
    return best


@compiled
def _draw(random: Chance, below: int) -> int:
    """Draw a whole number from 0 on and below a limit (xorshift, Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    drawn: int = int(x >> np.uint64(11)) % below
    return drawn


@compiled
def _by_insertion(flow: Flow, tardy: bool) -> Integers:  # noqa: FBT001
    """Insert the jobs one by one where they are best: the longest first, or the earliest due first."""
    n, machines = flow.minutes.shape
    heads, rest = np.zeros((n + 1, machines), np.int64), np.zeros((n + 1, machines), np.int64)
    random = np.array([88_172_645_463_325_252], np.uint64)
    first = np.argsort(flow.due) if tardy else np.argsort(-flow.minutes.sum(axis=1))
    order = np.zeros(n, np.int64)
    for count in range(n):
        _insert(flow, order, count, first[count], tardy, heads, rest, np.zeros(machines, np.int64), random)
    return order


@compiled
def _without(order: Integers, count: int, place: int) -> int:
    """Take the job at a place out of the first places of an order."""
    job: int = order[place]
    for j in range(place, count - 1):
        order[j] = order[j + 1]
    return job


@compiled
def _iterate(flow: Flow, order: Integers, tardy: bool, steps: int, random: Chance) -> tuple[Integers, float]:  # noqa: FBT001
    """Make some steps from an order, which is changed; gives the best order met and its worth."""
    n, machines = flow.minutes.shape
    heads, rest = np.zeros((n + 1, machines), np.int64), np.zeros((n + 1, machines), np.int64)
    room = np.zeros(machines, np.int64)
    warmth = WARMTH * flow.minutes.mean() / 10 * (np.sqrt(n) if tardy else 1.0)
    value = _worth(flow, order, tardy)
    best, best_value = order.copy(), value
    removed = min(REMOVED, n - 1)
    taken = np.zeros(max(removed, 1), np.int64)
    for _ in range(steps):
        trial = order.copy()
        for r in range(removed):
            taken[r] = _without(trial, n - r, _draw(random, n - r))
        new = value
        for r in range(removed):
            new = _insert(flow, trial, n - removed + r, taken[r], tardy, heads, rest, room, random)
        new = _settle(flow, trial, new, tardy, heads, rest, room, random)
        chance = _draw(random, 1_000_000) / 1e6
        if new <= value or chance < np.exp((value - new) / warmth):
            order[:], value = trial, new
        if new < best_value:
            best, best_value = trial.copy(), new
    return best, best_value


@compiled
def _settle(
    flow: Flow, order: Integers, value: float, tardy: bool, heads: Integers, rest: Integers, room: Integers,  # noqa: FBT001
    random: Chance,
) -> float:  # fmt: skip
    """Take out each job in turn, in an order that is drawn, and put it back where it is best, while that gains."""
    n = len(order)
    better = True
    while better:
        better = False
        jobs = order.copy()
        for i in range(n - 1, 0, -1):
            j = _draw(random, i + 1)
            jobs[i], jobs[j] = jobs[j], jobs[i]
        for job in jobs:
            place = 0
            while order[place] != job:
                place += 1
            old = order.copy()
            _without(order, n, place)
            new = _insert(flow, order, n - 1, job, tardy, heads, rest, room, random)
            if new < value:
                value, better = new, True
            elif new > value:
                order[:] = old
    return value


def warm_up() -> None:
    """Compile the kernels."""
    row = np.ones((3, 2), np.int64)
    flow = Flow(row, np.zeros((2, 4, 3), np.int64), row[:, 0].copy(), row[:, 0].copy(), np.ones(3))
    for tardy in (False, True):
        _iterate(flow, _by_insertion(flow, tardy), tardy, 1, np.array([1], np.uint64))
    _heads(flow, np.arange(3), 3, np.zeros((3, 2), np.int64), False)  # noqa: FBT003
