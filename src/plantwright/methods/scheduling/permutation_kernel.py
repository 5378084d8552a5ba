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
TARDY_WARMTH = 2.0
"""Jobs that are taken out and put back at each step, and the temperature of acceptance in tenths of the mean minutes of
an operation (Ruiz and Stuetzle 2008); for tardiness, by the root of the number of jobs."""

LEAST = 1e-9
"""Differences of objectives below this are of rounding."""


class Flow(NamedTuple):
    """A permutation flow shop, as kernels take it: minutes[job, machine], change[job before or n, job, machine].

    Without set-ups, `change` has one row of zeros for all jobs and `apart` is 0, else 1; what is read most stays near
    the processor.
    """

    minutes: Integers
    change: Integers
    apart: int
    release: Integers
    due: Integers
    weight: Numbers


class Desk(NamedTuple):
    """Where a thread works: heads and tails by place and machine, tardiness from each place on, one row of machines."""

    heads: Integers
    rest: Integers
    late: Numbers
    room: Integers


@compiled
def desk_of(flow: Flow) -> Desk:
    """Give room to work with a flow shop."""
    n, machines = flow.minutes.shape
    return Desk(
        np.zeros((n + 1, machines), np.int64),
        np.zeros((n + 1, machines), np.int64),
        np.zeros(n + 2),
        np.zeros(machines, np.int64),
    )


@compiled
def fill_heads(flow: Flow, order: Integers, count: int, heads: Integers, ahead: bool) -> None:  # noqa: FBT001
    """Work out when each job, by its place, is done on each machine."""
    machines = flow.minutes.shape[1]
    for i in range(count):
        job = order[i]
        before = order[i - 1] if i else len(flow.release)
        change = flow.change[before * flow.apart, job * flow.apart]
        arrives = flow.release[job]
        for k in range(machines):
            free = heads[i - 1, k] if i else 0
            begin = max(arrives, free + change[k]) if ahead else max(arrives, free) + change[k]
            arrives = begin + flow.minutes[job, k]
            heads[i, k] = arrives


@compiled
def _tails(flow: Flow, order: Integers, count: int, rest: Integers) -> None:
    """Work out the longest way from the start of each job, by its place, on each machine to the end."""
    machines = flow.minutes.shape[1]
    for i in range(count - 1, -1, -1):
        job = order[i]
        leaves = 0
        change = flow.change[job * flow.apart, order[i + 1] * flow.apart if i + 1 < count else 0]
        for k in range(machines - 1, -1, -1):
            follows = rest[i + 1, k] + change[k] if i + 1 < count else 0
            leaves = max(leaves, follows) + flow.minutes[job, k]
            rest[i, k] = leaves


@compiled
def _fill_late(flow: Flow, order: Integers, count: int, heads: Integers, late: Numbers) -> None:
    """Sum the weighted tardiness of all from each place on."""
    late[count] = 0.0
    for i in range(count - 1, -1, -1):
        late[i] = late[i + 1] + _tardiness(flow, order[i], heads[i, -1])


@compiled
def _tardiness(flow: Flow, job: int, finish: int) -> float:
    late: float = flow.weight[job] * max(finish - flow.due[job], 0)
    return late


@compiled
def worth_of(flow: Flow, order: Integers, tardy: bool) -> float:  # noqa: FBT001
    """Give the objective of an order."""
    n, desk = len(order), desk_of(flow)
    fill_heads(flow, order, n, desk.heads, True)  # noqa: FBT003
    worth: float = desk.heads[n - 1, -1] * 1.0
    if tardy:
        _fill_late(flow, order, n, desk.heads, desk.late)
        worth = desk.late[0]
    return worth


@compiled
def _end_at(flow: Flow, order: Integers, count: int, job: int, place: int, heads: Integers, rest: Integers) -> float:
    """Give the last finish if a job is put at a place, from heads and tails."""
    before = order[place - 1] if place else len(flow.release)
    change = flow.change[before * flow.apart, job * flow.apart]
    changes = flow.change[job * flow.apart, order[place] * flow.apart if place < count else 0]
    arrives = flow.release[job]
    longest = 0
    for k in range(flow.minutes.shape[1]):
        free = heads[place - 1, k] if place else 0
        arrives = max(arrives, free + change[k]) + flow.minutes[job, k]
        behind = rest[place, k] + changes[k] if place < count else 0
        longest = max(longest, arrives + behind)
    return longest * 1.0


@compiled
def _late_at(flow: Flow, order: Integers, count: int, job: int, place: int, desk: Desk, limit: float) -> float:
    """Give the weighted tardiness if a job is put at a place, or some value at the limit or beyond.

    The jobs behind it come no earlier than without it, so that their tardiness without it is a bound of the rest.
    """
    minutes, change, due, room, late = flow.minutes, flow.change, flow.due, desk.room, desk.late
    before = order[place - 1] if place else len(flow.release)
    for k in range(len(room)):
        room[k] = desk.heads[place - 1, k] if place else 0
    total: float = late[0] - late[place]
    i = place
    while True:
        arrives, row, column = flow.release[job], before * flow.apart, job * flow.apart
        for k in range(len(room)):
            arrives = max(arrives, room[k] + change[row, column, k]) + minutes[job, k]
            room[k] = arrives
        total += flow.weight[job] * max(arrives - due[job], 0)
        if i == count or total + late[i] >= limit:
            break
        before, job = job, order[i]
        i += 1
    return total + float(late[i])


@compiled
def _insert(
    flow: Flow, order: Integers, count: int, job: int, tardy: bool, desk: Desk, limit: float, random: Chance  # noqa: FBT001
) -> float:  # fmt: skip
    """Put a job where it is best among the first places of an order; gives the objective, infinite if over a limit."""
    fill_heads(flow, order, count, desk.heads, True)  # noqa: FBT003
    if tardy:
        _fill_late(flow, order, count, desk.heads, desk.late)
    else:
        _tails(flow, order, count, desk.rest)
    best, where, ties = limit, 0, 0
    for i in range(count + 1):
        if tardy:
            value = _late_at(flow, order, count, job, i, desk, best + LEAST)
        else:
            value = _end_at(flow, order, count, job, i, desk.heads, desk.rest)
        if value < best - LEAST:
            best, where, ties = value, i, 1
        elif value <= best + LEAST / 2:
            ties += 1
            if _draw(random, ties) == 0:
                where = i
    if ties == 0:
        return np.inf
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
    n, desk = len(flow.release), desk_of(flow)
    random = np.array([88_172_645_463_325_252], np.uint64)
    first = np.argsort(flow.due) if tardy else np.argsort(-flow.minutes.sum(axis=1))
    order = np.zeros(n, np.int64)
    for count in range(n):
        _insert(flow, order, count, first[count], tardy, desk, np.inf, random)
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
    n, desk = len(order), desk_of(flow)
    warmth = flow.minutes.mean() / 10 * (TARDY_WARMTH * np.sqrt(n) if tardy else WARMTH)
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
            new = _insert(flow, trial, n - removed + r, taken[r], tardy, desk, np.inf, random)
        new = _settle(flow, trial, new, tardy, desk, random)
        chance = _draw(random, 1_000_000) / 1e6
        if new <= value or chance < np.exp((value - new) / warmth):
            order[:], value = trial, new
        if new < best_value - LEAST:
            best, best_value = trial.copy(), new
    return best, best_value


@compiled
def _settle(flow: Flow, order: Integers, value: float, tardy: bool, desk: Desk, random: Chance) -> float:  # noqa: FBT001
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
            new = _insert(flow, order, n - 1, job, tardy, desk, value, random)
            if new < value - LEAST:
                value, better = new, True
            elif new > value:
                order[:] = old
    return value
