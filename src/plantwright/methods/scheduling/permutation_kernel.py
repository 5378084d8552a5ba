"""The order of a permutation flow shop: heads and tails, insertion, and steps of an iterated greedy search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers, Numbers

Chance = NDArray[np.uint64]
"""The state of what is drawn: one number, so that each thread draws its own."""

REMOVED = 4
WARMTH = 0.5
"""Jobs that are taken out and put back at each step, and the temperature of acceptance in tenths of the mean minutes of
an operation (Ruiz and Stuetzle 2008)."""


class Flow(NamedTuple):
    """A permutation flow shop, as kernels take it: minutes[job, machine], change[machine, job before or n, job]."""

    minutes: Integers
    change: Integers
    release: Integers
    due: Integers
    weight: Numbers


@compiled
def fill_heads(flow: Flow, order: Integers, count: int, heads: Integers, ahead: bool) -> None:  # noqa: FBT001
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
def worth_of(flow: Flow, order: Integers, tardy: bool) -> float:  # noqa: FBT001
    """Give the objective of an order."""
    n, machines = flow.minutes.shape
    heads = np.zeros((n + 1, machines), np.int64)
    fill_heads(flow, order, n, heads, True)  # noqa: FBT003
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
    fill_heads(flow, order, count, heads, True)  # noqa: FBT003
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
def by_insertion(flow: Flow, tardy: bool) -> Integers:  # noqa: FBT001
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
def iterate(flow: Flow, order: Integers, tardy: bool, steps: int, random: Chance) -> tuple[Integers, float]:  # noqa: FBT001
    """Make some steps from an order, which is changed; gives the best order met and its worth."""
    n, machines = flow.minutes.shape
    heads, rest = np.zeros((n + 1, machines), np.int64), np.zeros((n + 1, machines), np.int64)
    room = np.zeros(machines, np.int64)
    warmth = WARMTH * flow.minutes.mean() / 10 * (np.sqrt(n) if tardy else 1.0)
    value = worth_of(flow, order, tardy)
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
