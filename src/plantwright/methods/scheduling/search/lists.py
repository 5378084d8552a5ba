"""Starts for shops with due times: each unit, when it is free, takes the best of all that waits for it.

An operation waits at every unit that can do it, and the first that is free takes it. What the best one is follows from
four numbers, the *knobs*, which are drawn again and again around the best that were found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.scheduling.search.net import Net, change
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan
from plantwright.methods.scheduling.search.workers import Case, Desk, annealed, desk_of
from plantwright.methods.scheduling.tails import tails
from plantwright.methods.scheduling.timing import Flat
from plantwright.methods.working_time import NEVER, ending_after, finish_of, fits_from, open_from

MASK = 0xFFFFFFFF
TRIALS = 60
SHARE = 0.2
"""Knobs are tried so often, and for so long a share of the limits, at most."""

FIRST = (4.0, 0.5, 1.0, 0.3)
"""Mean operations of look-ahead, mean set-ups of the set-up scale, minutes of waiting for a minute of work ahead, and
what a minute of work ahead counts, against one of the operation itself, where short ones come first."""


@compiled
def serve(  # noqa: C901, PLR0912, PLR0915  the one hot loop: a call with many arrays costs more than its work
    net: Net, flat: Flat, worth: Numbers, last_start: Integers, ahead: Integers, owner: Integers, knobs: Numbers,
    order: Integers, option: Integers,
) -> int:  # fmt: skip
    """Write order and options of a schedule by lists; gives how many operations have a place.

    The index of Lee, Bhaskaran and Pinedo (1997), in logarithms: `worth`, the weight over the minutes, less slack over
    knobs[0] and set-up over knobs[1], where each minute of work ahead is taken to wait knobs[2] minutes.
    O(operations x waiting).
    """
    pointer, start, end, before = flat
    n, units = len(net.release), len(net.unit_matrix)
    base = np.zeros(units + 1, np.int64)
    for u in net.option_unit:
        if u >= 0:
            base[u + 1] += 1
    base = np.cumsum(base)
    queue, held = np.empty(max(base[units], 1), np.int64), np.zeros(units, np.int64)
    last, wake = np.full(units, n, np.int64), np.full(units, NEVER, np.int64)
    free = np.full(units, net.begin, np.int64)
    ready, taken = net.release.copy(), np.zeros(n, np.bool_)
    pending = net.pred_pointer[1:] - net.pred_pointer[:-1]
    heap = np.empty(2 * (n + len(net.option_unit) + units), np.int64)
    size = count = 0
    for v in range(n):
        if pending[v] == 0:
            push(heap, 0, size, (ready[v] - net.begin) << 32 | v)
            size += 1
    while size:
        key = pop(heap, 0, size)
        size -= 1
        t, u = (key >> 32) + net.begin, (key & MASK) - n
        v, chosen, done = -1, -1, NEVER
        if u < 0:
            v = u + n
            for k in range(net.option_pointer[v], net.option_pointer[v + 1]):
                unit = net.option_unit[k]
                if unit < 0:
                    chosen = k
                    break
                queue[base[unit] + held[unit]] = k
                held[unit] += 1
                at = max(t, free[unit])
                if at < wake[unit]:
                    wake[unit] = at
                    push(heap, 0, size, (at - net.begin) << 32 | (n + unit))
                    size += 1
            if chosen < 0:
                continue
            done = finish_of(pointer, start, end, before, net.option_calendar[chosen], t, net.option_minutes[chosen])
        else:
            if wake[u] != t:
                continue
            wake[u] = NEVER
            begun, closes = t, NEVER
            if held[u]:
                c = net.option_calendar[queue[base[u]]]
                begun = open_from(pointer, start, end, before, c, t)
                if c >= 0 and begun < NEVER:
                    closes = end[ending_after(end, pointer[c], pointer[c + 1], begun)]
            best, length, soonest, i = -np.inf, 0, NEVER, 0
            while i < held[u]:
                k = queue[base[u] + i]
                x = owner[k]
                if taken[x]:
                    held[u] -= 1
                    queue[base[u] + i] = queue[base[u] + held[u]]
                    continue
                i += 1
                setup = change(net.unit_matrix, net.unit_family, net.family, net.changeover, u, last[u], x)
                minutes = net.option_minutes[k] + setup
                at = begun
                if begun + minutes > closes and not net.pausable[x]:
                    if chosen < 0:
                        soonest = min(
                            soonest, fits_from(pointer, start, end, before, net.option_calendar[k], begun, minutes)
                        )
                    continue
                slack = max(last_start[x] - begun - knobs[2] * ahead[x], 0.0)
                index = worth[x] - slack / knobs[0] - setup / knobs[1]
                if index > best:
                    best, v, chosen, length = index, x, k, minutes
            if chosen >= 0 and begun > t:
                v, chosen, soonest = -1, -1, begun
            if chosen < 0:
                if soonest < NEVER:
                    wake[u] = soonest
                    push(heap, 0, size, (soonest - net.begin) << 32 | (n + u))
                    size += 1
                continue
            done = finish_of(pointer, start, end, before, net.option_calendar[chosen], begun, length)
        if done >= NEVER:
            continue
        taken[v] = True
        order[count] = v
        option[v] = chosen
        count += 1
        if u >= 0:
            last[u], free[u], wake[u] = v, done, done
            push(heap, 0, size, (done - net.begin) << 32 | (n + u))
            size += 1
        for j in range(net.succ_pointer[v], net.succ_pointer[v + 1]):
            s = net.succ_op[j]
            ready[s] = max(ready[s], done + net.succ_lag[j])
            pending[s] -= 1
            if pending[s] == 0:
                push(heap, 0, size, (ready[s] - net.begin) << 32 | s)
                size += 1
    return count


class Lists:
    """Makes plans by lists for a shop."""

    def __init__(self, case: Case, desk: Desk) -> None:
        net, ahead = case.net, tails(case.shop)
        least = np.minimum.reduceat(net.option_minutes, net.option_pointer[:-1])
        changes = net.changeover[net.changeover > 0]
        self.case, self.desk = case, desk
        self.weight, self.least = np.log(np.maximum(ahead.weight, 1e-9)), np.maximum(least, 1)
        self.last_start = np.minimum(ahead.last_start, np.int64(2**40))
        self.ahead = ahead.work - least
        self.owner = np.repeat(np.arange(case.shop.operations), np.diff(net.option_pointer))
        self.unit = np.array([max(float(least.mean()), 1.0), float(changes.mean()) if len(changes) else 1.0, 1.0])

    def plan(self, knobs: Numbers) -> Plan | None:
        """Give the plan by the knobs; None where not all operations find a place."""
        n = self.case.shop.operations
        worth = self.weight - np.log(self.least + knobs[3] * self.ahead)
        order, option = np.zeros(n, np.int64), np.zeros(n, np.int64)
        count = serve(
            self.case.net, self.case.shop.time.flat, worth, self.last_start, self.ahead, self.owner,
            knobs[:3] * self.unit, order, option,
        )  # fmt: skip
        if count < n:
            return None
        plan = Plan(order, option, np.inf)
        return replace(plan, value=annealed(self.case, self.desk, order, option, best=np.inf, fresh=True))


def listed(case: Case) -> bool:
    """Tell whether lists give starts: sequences cost set-ups, and sinks are due."""
    return bool(case.net.changeover.any() and (case.costs.tardy.any() or case.costs.late.any()) and not case.net.early)


def list_starts(case: Case, race: Race, seed: int) -> None:
    """Try knobs around the best ones for a while, and leave the best plan among the starts."""
    random = np.random.default_rng(seed)
    lists = Lists(case, desk_of(case))
    best, knobs, found = np.inf, np.array(FIRST), None
    for trial in range(TRIALS):
        if race.over() or (trial and race.share() > SHARE):
            break
        tried = knobs * (np.exp(random.normal(0.0, 0.5, len(FIRST))) if trial else 1.0)
        plan = lists.plan(tried)
        better = plan is not None and plan.value < best
        if plan is not None and better:
            best, knobs, found = plan.value, tried, plan
        race.report(found if better else None, 1)
    if found is not None:
        with race.lock:
            case.starts.append(found)


def after_lists(work: Callable[[Case, Race, int, int], None], case: Case, race: Race, seed: int, threads: int) -> None:
    """Let a thread look for a start by lists, and then do its work."""
    list_starts(case, race, seed)
    work(case, race, seed, threads)
