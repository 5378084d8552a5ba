"""Serial schedule generation for projects, justification to both sides, and a population of activity lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.scheduling.project import Precedence, Project

Chance = NDArray[np.uint64]


class Work(NamedTuple):
    """A project, as kernels take it."""

    pointer: Integers
    minutes: Integers
    demand: Integers
    consumption: Integers
    capacity: Integers
    stock: Integers
    release: Integers
    arcs: Precedence
    order: Integers


class People(NamedTuple):
    """A population: activity lists, modes, starts and worths; `room` is a board of what is held at each minute."""

    order: Integers
    mode: Integers
    start: Integers
    worth: Integers
    room: Integers


def work_of(project: Project) -> Work:
    """Give a project as kernels take it."""
    return Work(
        project.mode_pointer,
        project.mode_minutes,
        project.demand,
        project.consumption,
        project.capacity,
        project.stock,
        project.release,
        project.precedence,
        project.order,
    )


def horizon_of(project: Project) -> int:
    """Give a moment by which everything is done if it is done one after the other."""
    longest = np.maximum.reduceat(project.mode_minutes, project.mode_pointer[:-1])
    return int(project.release.max(initial=0) + longest.sum() + project.pred_lag.sum())


def empty_people(project: Project, size: int, horizon: int) -> People:
    """Give room for a population."""
    n = project.activities
    tables = [np.zeros((size, n), np.int64) for _ in range(3)]
    room = np.zeros((horizon + 1, len(project.capacity)), np.int64)
    return People(tables[0], tables[1], tables[2], np.zeros(size, np.int64), room)


@compiled
def draw(random: Chance, below: int) -> int:
    """Draw a whole number from 0 on and below a limit (xorshift, Marsaglia 2003)."""
    x = random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    random[0] = x
    return int(x >> np.uint64(11)) % below


@compiled
def _hold(work: Work, room: Integers, mode: int, start: int, sign: int) -> None:
    for t in range(start, start + work.minutes[mode]):
        for r in range(len(work.capacity)):
            room[t, r] += sign * work.demand[mode, r]


@compiled
def _blocked(work: Work, room: Integers, mode: int, t: int) -> bool:
    """Tell whether a mode finds too little of some resource at a minute."""
    blocked = False
    for r in range(len(work.capacity)):
        blocked |= room[t, r] + work.demand[mode, r] > work.capacity[r]
    return blocked


@compiled
def forward(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers) -> int:
    """Start each activity of a list, in turn, as early as precedence and capacity let it; gives the last finish."""
    room[:] = 0
    last = 0
    for o in order:
        m, t = mode[o], work.release[o]
        for arc in range(work.arcs.pred_pointer[o], work.arcs.pred_pointer[o + 1]):
            p = work.arcs.pred_op[arc]
            t = max(t, start[p] + work.minutes[mode[p]] + work.arcs.lag[arc])
        u = t
        while u < t + work.minutes[m]:
            if _blocked(work, room, m, u):
                t = u + 1
            u += 1
        start[o] = t
        _hold(work, room, m, t, 1)
        last = max(last, t + work.minutes[m])
    return last


@compiled
def backward(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers, end: int) -> None:
    """Move each activity of a list, in turn, as late as its successors, the end and capacity let it."""
    room[:] = 0
    for o in order:
        m, t = mode[o], end
        for k in range(work.arcs.succ_pointer[o], work.arcs.succ_pointer[o + 1]):
            t = min(t, start[work.arcs.succ_op[k]] - work.arcs.lag[work.arcs.succ_arc[k]])
        u = t - 1
        while u >= t - work.minutes[m]:
            if _blocked(work, room, m, u):
                t = u
            u -= 1
        start[o] = t - work.minutes[m]
        _hold(work, room, m, start[o], 1)


@compiled
def _by_key(work: Work, key: Integers, list_: Integers) -> None:
    """Sort the activities by a key; those with equal keys keep the order of the arcs."""
    ranked = work.order[np.argsort(key[work.order], kind="mergesort")]
    list_[:] = ranked


@compiled
def justify(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers) -> int:
    """Decode a list, shift all to the right, then to the left; the list becomes that of the starts (Valls et al.)."""
    n = len(order)
    last = forward(work, order, mode, start, room)
    key = np.empty(n, np.int64)
    for _ in range(2):
        for o in range(n):
            key[o] = start[o] + work.minutes[mode[o]]
        ranked = work.order[np.argsort(key[work.order], kind="mergesort")][::-1].copy()
        backward(work, ranked, mode, start, room, last)
        _by_key(work, start, order)
        now = forward(work, order, mode, start, room)
        if now >= last:
            break
        last = now
    _by_key(work, start, order)
    return last


@compiled
def excess(work: Work, mode: Integers) -> int:
    """Give by how much the modes use up more than there is."""
    over = 0
    for s in range(len(work.stock)):
        used = 0
        for m in mode:
            used += work.consumption[m, s]
        over += max(used - work.stock[s], 0)
    return over


@compiled
def _worth(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers) -> int:
    """Give the last finish, or something beyond every finish where too much is used up."""
    over = excess(work, mode)
    if over:
        start[:] = 0
        return len(room) + over
    return justify(work, order, mode, start, room)


@compiled
def _sample(work: Work, latest: Integers, spread: float, order: Integers, random: Chance) -> None:
    """Make a list: of the activities that may come next, mostly the one that must be done first."""
    n = len(latest)
    waiting = np.empty(n, np.int64)
    open_ = np.empty(n, np.int64)
    count = 0
    for o in range(n):
        waiting[o] = work.arcs.pred_pointer[o + 1] - work.arcs.pred_pointer[o]
        if waiting[o] == 0:
            open_[count] = o
            count += 1
    for i in range(n):
        best, where = np.inf, 0
        for k in range(count):
            value = latest[open_[k]] + spread * draw(random, 1_000_000) / 1e6
            if value < best:
                best, where = value, k
        o = open_[where]
        order[i] = o
        count -= 1
        open_[where] = open_[count]
        for k in range(work.arcs.succ_pointer[o], work.arcs.succ_pointer[o + 1]):
            s = work.arcs.succ_op[k]
            waiting[s] -= 1
            if waiting[s] == 0:
                open_[count] = s
                count += 1


@compiled
def _pick_modes(work: Work, mode: Integers, random: Chance) -> None:
    """Draw modes that fit the capacity, then change some until no more is used up than there is, if that can be."""
    n = len(mode)
    for o in range(n):
        mode[o] = work.pointer[o] + draw(random, work.pointer[o + 1] - work.pointer[o])
    _fit_capacity(work, mode)
    over = excess(work, mode)
    for _ in range(20 * n):
        if over == 0:
            return
        o = draw(random, n)
        old = mode[o]
        mode[o] = work.pointer[o] + draw(random, work.pointer[o + 1] - work.pointer[o])
        if not _fits(work, mode[o]):
            mode[o] = old
            continue
        now = excess(work, mode)
        if now <= over:
            over = now
        else:
            mode[o] = old


@compiled
def _fits(work: Work, mode: int) -> bool:
    return bool(np.all(work.demand[mode] <= work.capacity))


@compiled
def _fit_capacity(work: Work, mode: Integers) -> None:
    for o in range(len(mode)):
        m = work.pointer[o]
        while not _fits(work, mode[o]):
            mode[o] = m
            m += 1


@compiled
def settle(work: Work, latest: Integers, people: People, random: Chance) -> None:
    """Make the first population, from latest finishes with more and more chance."""
    size = len(people.worth)
    for i in range(size):
        _sample(work, latest, latest.max() * 0.3 * i / size, people.order[i], random)
        _pick_modes(work, people.mode[i], random)
        people.worth[i] = _worth(work, people.order[i], people.mode[i], people.start[i], people.room)


@compiled
def _child(people: People, one: int, other: int, order: Integers, mode: Integers, random: Chance) -> None:
    """Cross two lists at two points (Hartmann 1998): the middle comes from the other parent."""
    n = len(order)
    low, high = draw(random, n + 1), draw(random, n + 1)
    if low > high:
        low, high = high, low
    taken = np.zeros(n, np.bool_)
    at = 0
    for part in range(3):
        parent = other if part == 1 else one
        end = low if part == 0 else high if part == 1 else n
        for i in range(n):
            if at >= end:
                break
            o = people.order[parent, i]
            if not taken[o]:
                taken[o] = True
                order[at] = o
                mode[o] = people.mode[parent, o]
                at += 1


@compiled
def _shake(work: Work, order: Integers, mode: Integers, random: Chance) -> None:
    """Swap a few neighbours that no arc joins, and change a mode now and then."""
    n = len(order)
    for i in range(n - 1):
        if draw(random, 20) == 0:
            a, b = order[i], order[i + 1]
            joined = False
            for arc in range(work.arcs.pred_pointer[b], work.arcs.pred_pointer[b + 1]):
                joined |= work.arcs.pred_op[arc] == a
            if not joined:
                order[i], order[i + 1] = b, a
    if len(work.minutes) > n:
        for _ in range(1 + draw(random, 3)):
            o = draw(random, n)
            m = work.pointer[o] + draw(random, work.pointer[o + 1] - work.pointer[o])
            if _fits(work, m):
                mode[o] = m


@compiled
def _resample(work: Work, order: Integers, spread: float, random: Chance) -> None:
    """Draw a stretch of the list anew: each place goes to one that may come next, early ones with better odds."""
    n = len(order)
    size = min(n, 6 + draw(random, 25))
    low = draw(random, n - size + 1)
    old = order[low : low + size].copy()
    key = np.empty(size, np.float64)
    inside = np.full(n, -1, np.int64)
    for i in range(size):
        inside[old[i]] = i
        key[i] = i + spread * size * draw(random, 1_000_000) / 1e6
    for at in range(low, low + size):
        best, where = np.inf, 0
        for i in range(size):
            if inside[old[i]] >= 0 and key[i] < best:
                free = True
                for arc in range(work.arcs.pred_pointer[old[i]], work.arcs.pred_pointer[old[i] + 1]):
                    free &= inside[work.arcs.pred_op[arc]] < 0
                if free:
                    best, where = key[i], i
        order[at] = old[where]
        inside[old[where]] = -1


@compiled
def evolve(work: Work, people: People, steps: int, random: Chance) -> None:
    """Breed: cross two lists, or draw a stretch of one anew; a child that is no worse takes the place of its parent.

    That only parents give way keeps the population apart for long.
    """
    size, n = people.order.shape
    order, mode, start = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for _ in range(steps):
        one, other = draw(random, size), draw(random, size)
        if draw(random, 3) == 0:
            _child(people, one, other, order, mode, random)
            _shake(work, order, mode, random)
        else:
            other = one
            order[:], mode[:] = people.order[one], people.mode[one]
            _resample(work, order, 0.5 + 1.5 * draw(random, 100) / 100, random)
            if len(work.minutes) > n:
                _shake(work, order, mode, random)
        worth = _worth(work, order, mode, start, people.room)
        worse = one if people.worth[one] >= people.worth[other] else other
        if worth <= people.worth[worse] and not _twin(people, worth, start):
            people.order[worse], people.mode[worse], people.start[worse] = order, mode, start
            people.worth[worse] = worth


@compiled
def _twin(people: People, worth: int, start: Integers) -> bool:
    twin = False
    for i in range(len(people.worth)):
        if people.worth[i] == worth:
            same = True
            for o in range(len(start)):
                same &= people.start[i, o] == start[o]
            twin |= same
    return twin


@compiled
def chains(work: Work, shortest: Integers) -> tuple[Integers, Integers]:
    """Give the longest way to the start of each activity, and from its finish to the end, in the quickest modes."""
    n = len(shortest)
    head, tail = work.release.copy(), np.zeros(n, np.int64)
    for o in work.order:
        for arc in range(work.arcs.pred_pointer[o], work.arcs.pred_pointer[o + 1]):
            p = work.arcs.pred_op[arc]
            head[o] = max(head[o], head[p] + shortest[p] + work.arcs.lag[arc])
    for i in range(n - 1, -1, -1):
        o = work.order[i]
        for k in range(work.arcs.succ_pointer[o], work.arcs.succ_pointer[o + 1]):
            s = work.arcs.succ_op[k]
            tail[o] = max(tail[o], tail[s] + shortest[s] + work.arcs.lag[work.arcs.succ_arc[k]])
    return head, tail


@compiled
def energy_bound(energy: Numbers, capacity: float, head: Integers, tail: Integers) -> int:
    """Give the longest of: some head, the energy of all with that head and tail or more, by capacity, some tail."""
    best = 0
    for a in np.unique(head):
        for b in np.unique(tail):
            total = 0.0
            for o in range(len(head)):
                if head[o] >= a and tail[o] >= b:
                    total += energy[o]
            if total > 0:
                best = max(best, a + b + int(np.ceil(total / capacity - 1e-9)))
    return best
