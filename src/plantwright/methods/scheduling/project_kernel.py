"""Serial schedule generation for projects, justification to both sides, and a population of activity lists."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import Flags, Integers, Numbers
from plantwright.methods.scheduling.project import Precedence, Project

Chance = NDArray[np.uint64]

WORD = 62
"""Bits of a word in which amounts of several resources stand side by side."""


FINE = 2**20
"""Parts of a minute in a worth: of two that end together, the one whose work is done earlier is better."""


class Work(NamedTuple):
    """A project, as kernels take it.

    The amounts of all resources stand side by side in few words: `need` of each mode, `full` when nothing is held. The
    bits of `guard` lead each amount; they are set in `full`, and taking away more than is free clears one of them.
    `energy` is the minutes of a mode times its shares of the capacities.
    """

    pointer: Integers
    minutes: Integers
    need: Integers
    full: Integers
    guard: Integers
    fits: Flags
    consumption: Integers
    stock: Integers
    release: Integers
    arcs: Precedence
    order: Integers
    energy: Numbers


class People(NamedTuple):
    """A population: lists, modes, starts, worths and marks of starts; `room` is a board of what is free each minute."""

    order: Integers
    mode: Integers
    start: Integers
    worth: Integers
    mark: Integers
    room: Integers


def work_of(project: Project) -> Work:
    """Give a project as kernels take it."""
    need, full, guard = _packed(project)
    return Work(
        project.mode_pointer,
        project.mode_minutes,
        need,
        full,
        guard,
        np.all(project.demand <= project.capacity, axis=1),
        project.consumption,
        project.stock,
        project.release,
        project.precedence,
        project.order,
        project.mode_minutes * (project.demand / np.maximum(project.capacity, 1)).sum(axis=1),
    )


def _packed(project: Project) -> tuple[Integers, Integers, Integers]:
    """Give need, full and guard (see `Work`); where a mode needs too much, and is never taken, all there is."""
    need, full, guard = [np.zeros(len(project.mode_minutes), np.int64)], [0], [0]
    used = 0
    for demand, capacity in zip(project.demand.T, project.capacity.tolist(), strict=True):
        width = capacity.bit_length()
        if used + width + 1 > WORD:
            need.append(np.zeros(len(project.mode_minutes), np.int64))
            full.append(0)
            guard.append(0)
            used = 0
        need[-1] |= np.minimum(demand, capacity) << used
        full[-1] |= (capacity | 1 << width) << used
        guard[-1] |= 1 << (used + width)
        used += width + 1
    return np.ascontiguousarray(np.array(need).T), np.array(full, np.int64), np.array(guard, np.int64)


def horizon_of(project: Project) -> int:
    """Give a moment by which everything is done if it is done one after the other."""
    longest = np.maximum.reduceat(project.mode_minutes, project.mode_pointer[:-1])
    return int(project.release.max(initial=0) + longest.sum() + project.pred_lag.sum())


def empty_people(work: Work, size: int, horizon: int) -> People:
    """Give room for a population."""
    n = len(work.order)
    tables = [np.zeros((size, n), np.int64) for _ in range(3)]
    room = np.zeros((horizon + 1, len(work.guard)), np.int64)
    return People(tables[0], tables[1], tables[2], np.zeros(size, np.int64), np.zeros(size, np.int64), room)


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
def _hold(room: Integers, need: Integers, mode: int, start: int, end: int) -> None:
    for t in range(start, end):
        for w in range(need.shape[1]):
            room[t, w] -= need[mode, w]


@compiled
def _blocked(room: Integers, need: Integers, guard: Integers, mode: int, t: int) -> bool:
    """Tell whether a mode finds too little of some resource at a minute."""
    missing = 0
    for w in range(len(guard)):
        missing |= ~(room[t, w] - need[mode, w]) & guard[w]
    return missing != 0


@compiled
def forward(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers) -> int:
    """Start each activity of a list, in turn, as early as precedence and capacity let it; gives the last finish."""
    for w in range(len(work.full)):
        room[:, w] = work.full[w]
    last = 0
    for o in order:
        m, t = mode[o], work.release[o]
        for arc in range(work.arcs.pred_pointer[o], work.arcs.pred_pointer[o + 1]):
            p = work.arcs.pred_op[arc]
            t = max(t, start[p] + work.minutes[mode[p]] + work.arcs.lag[arc])
        minutes = work.minutes[m]
        t = _first_free(room, work.need, work.guard, m, t, minutes)
        _hold(room, work.need, m, t, t + minutes)
        start[o] = t
        last = max(last, t + minutes)
    return last


@compiled
def _first_free(room: Integers, need: Integers, guard: Integers, mode: int, t: int, minutes: int) -> int:
    """Give the first start from `t` on with room for all minutes; looked at from behind, to leap what is blocked."""
    unseen, u = t, t + minutes - 1
    while u >= unseen:
        if _blocked(room, need, guard, mode, u):
            unseen, t = t + minutes, u + 1
            u = t + minutes
        u -= 1
    return t


@compiled
def backward(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers, end: int) -> None:
    """Move each activity of a list, in turn, as late as its successors, the end and capacity let it."""
    for w in range(len(work.full)):
        room[:, w] = work.full[w]
    for o in order:
        m, t = mode[o], end
        for k in range(work.arcs.succ_pointer[o], work.arcs.succ_pointer[o + 1]):
            t = min(t, start[work.arcs.succ_op[k]] - work.arcs.lag[work.arcs.succ_arc[k]])
        minutes = work.minutes[m]
        t = _last_free(room, work.need, work.guard, m, t, minutes)
        _hold(room, work.need, m, t - minutes, t)
        start[o] = t - minutes


@compiled
def _last_free(room: Integers, need: Integers, guard: Integers, mode: int, t: int, minutes: int) -> int:
    """Give the last finish up to `t` with room for all minutes, as `_first_free` gives the first start."""
    unseen, u = t, t - minutes
    while u < unseen:
        if _blocked(room, need, guard, mode, u):
            unseen, t = t - minutes, u
            u = t - minutes - 1
        u += 1
    return t


@compiled
def _by_time(work: Work, time: Integers, list_: Integers) -> None:
    """Sort the activities by times of theirs, by counting; those at the same time keep the order of the arcs."""
    place = np.zeros(time.max() + 2, np.int64)
    for t in time:
        place[t + 1] += 1
    for t in range(1, len(place)):
        place[t] += place[t - 1]
    for o in work.order:
        list_[place[time[o]]] = o
        place[time[o]] += 1


@compiled
def justify(work: Work, order: Integers, mode: Integers, start: Integers, room: Integers) -> int:
    """Decode a list, shift all to the right, then to the left; the list becomes that of the starts (Valls et al.)."""
    n = len(order)
    last = forward(work, order, mode, start, room)
    finish, ranked = np.empty(n, np.int64), np.empty(n, np.int64)
    for _ in range(2):
        for o in range(n):
            finish[o] = start[o] + work.minutes[mode[o]]
        _by_time(work, finish, ranked)
        backward(work, ranked[::-1], mode, start, room, last)
        _by_time(work, start, order)
        now = forward(work, order, mode, start, room)
        if now >= last:
            break
        last = now
    _by_time(work, start, order)
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
    """Give the last finish, or something beyond every finish where too much is used up, in parts of a minute.

    What is below a minute is the mean start of all work, as a part of the last finish: work that is packed closely at
    first leaves less for the end, and so there is a way to a better schedule where most end at the same time.
    """
    over = excess(work, mode)
    if over:
        start[:] = 0
        return (len(room) + over) * FINE
    last = justify(work, order, mode, start, room)
    early, all_ = 0.0, 0.0
    for o in range(len(mode)):
        early += work.energy[mode[o]] * start[o]
        all_ += work.energy[mode[o]]
    return last * FINE + (int((FINE - 1) * early / (all_ * last)) if early > 0 else 0)


@compiled
def _mark(worth: int, start: Integers) -> int:
    """Give a number that tells one schedule of a population from another."""
    mark = worth
    for t in start:
        mark = mark * 1_000_003 + t
    return mark


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
        if not work.fits[mode[o]]:
            mode[o] = old
            continue
        now = excess(work, mode)
        if now <= over:
            over = now
        else:
            mode[o] = old


@compiled
def _fit_capacity(work: Work, mode: Integers) -> None:
    for o in range(len(mode)):
        m = work.pointer[o]
        while not work.fits[mode[o]]:
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
        people.mark[i] = _mark(people.worth[i], people.start[i])


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
            if work.fits[m]:
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
        if worth <= people.worth[worse]:
            mark = _mark(worth, start)
            if not _known(people, mark):
                people.order[worse], people.mode[worse], people.start[worse] = order, mode, start
                people.worth[worse], people.mark[worse] = worth, mark


@compiled
def _known(people: People, mark: int) -> bool:
    known = False
    for one in people.mark:
        known |= one == mark
    return known


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
