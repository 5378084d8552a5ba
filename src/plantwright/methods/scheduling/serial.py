"""Place operations one by one, in the earliest gap, where they are bound to each other: groups, holds, batches, crews.

A group is placed whole or not at all. When an operation cannot keep a maximum lag, or a blocked unit is needed before
the successor begins, the predecessor moves later and what came after it in the group is placed again, as in the
unscheduling step of Franck, Neumann and Schwindt (2001), OR Spektrum 23, 297-324. Moments only rise, and so the work
ends.
"""

from __future__ import annotations

from plantwright.methods.scheduling.fitting import (
    FINISH,
    JOIN,
    MODE,
    READY,
    SETUP,
    START,
    UNIT,
    Facts,
    Site,
    find_place_for,
)
from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.lines import place_of, put_in, take_out
from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.scheduling.state import Bench, Placed
from plantwright.methods.scheduling.ties import Groups
from plantwright.methods.scheduling.timing import calendar_of, done, latest
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive

PATIENCE = 2_000
"""How often predecessors in a group are moved before the group is put behind everything, and then given up."""


@primitive
def place_all(
    facts: Facts,
    groups: Groups,
    key: Integers,
    heap: Integers,
    size: int,
    later: Integers,
    site: Site,
    placed: Placed,
    bench: Bench,
    best: Integers,
) -> int:
    """Place the groups, of those that wait for none the one with the smallest key first; gives how many operations.

    `key` holds ``rank << 32 | group`` of every group, `heap` those that wait for none in its first `size` places;
    `later` is room for as many. What finds no place is tried again as long as something else has been placed meanwhile.
    """
    asides, count = 0, 0
    while size:
        moved = False
        while size:
            top = pop(heap, 0, size)
            size -= 1
            g = top & 0xFFFFFFFF
            if not place_group(facts, groups.op, groups.pointer[g], groups.pointer[g + 1], site, placed, bench, best):
                later[asides] = top
                asides += 1
                continue
            moved = True
            count += groups.pointer[g + 1] - groups.pointer[g]
            for k in range(groups.after_pointer[g], groups.after_pointer[g + 1]):
                other = groups.after[k]
                groups.waits[other] -= 1
                if groups.waits[other] == 0:
                    push(heap, 0, size, key[other])
                    size += 1
        if not moved:
            break
        for k in range(asides):
            push(heap, 0, size, later[k])
            size += 1
        asides = 0
    return count


@primitive
def place_group(
    facts: Facts, op: Integers, low: int, high: int, site: Site, placed: Placed, bench: Bench, best: Integers
) -> bool:
    """Place the operations of a group, or none of them."""
    patience, chances = PATIENCE + 20 * (high - low), 2
    k = low
    while k < high:
        o = op[k]
        t = max(site.earliest[o], _arrival(facts, site, placed, bench, o))
        by, guilty = _start_by(facts, placed, o)
        find_place_for(facts, site, placed, bench, best, o, t, by)
        if best[FINISH] >= NEVER or (best[START] > by and facts.fixed[guilty] >= 0):
            chances = 0
            break
        if best[START] > by:
            _move_on(facts, site, placed, bench, guilty, best[START] - by + placed.finish[guilty])
        else:
            _commit(facts, site, placed, bench, best, o)
            guilty = _blocked(facts, site, placed, o)
            k += 1
            if guilty < 0:
                continue
        patience -= 1
        if patience < 0:
            chances -= 1
            if chances == 0:
                break
            patience, guilty = PATIENCE + 20 * (high - low), op[low]
            _behind_all(site, op, low, high)
        k = _back_to(facts, site, placed, op, low, k, guilty)
    if chances:
        return True
    _back_to(facts, site, placed, op, low, k, -1)
    for j in range(low, high):
        site.earliest[op[j]] = facts.release[op[j]]
    return False


@primitive
def _behind_all(site: Site, op: Integers, low: int, high: int) -> None:
    """Let a group be tried only behind everything that has been placed."""
    for j in range(low, high):
        site.earliest[op[j]] = max(site.earliest[op[j]], site.far[0])


@primitive
def _back_to(facts: Facts, site: Site, placed: Placed, op: Integers, low: int, k: int, guilty: int) -> int:
    """Take operations of a group out again, the last one first, back to a guilty one (-1: all); gives how far."""
    while k > low and (guilty < 0 or placed.finish[guilty] < NEVER):
        k -= 1
        _remove(facts, site, placed, op[k])
    return k


@primitive
def _move_on(facts: Facts, site: Site, placed: Placed, bench: Bench, p: int, target: int) -> None:
    """Let `p` be tried again only from where it may end at `target`, or later than now at least."""
    minutes = placed.setup[p] + facts.modes.minutes[placed.mode[p]]
    bench.calendars[0] = calendar_of(facts.modes, facts.units, placed.mode[p], placed.unit[p])
    start = latest(facts.flat, bench.calendars, 1, facts.pausable[p], target, minutes)
    site.earliest[p] = max(placed.start[p] + 1, start)


@primitive
def _start_by(facts: Facts, placed: Placed, o: int) -> tuple[int, int]:
    """Give the latest start that the maximum lags allow, and the predecessor that sets it."""
    by, guilty = NEVER, -1
    for arc in range(facts.links.pred_pointer[o], facts.links.pred_pointer[o + 1]):
        if facts.ties.max_lag[arc] >= 0:
            p = facts.links.pred_op[arc]
            if placed.finish[p] + facts.ties.max_lag[arc] < by:
                by, guilty = placed.finish[p] + facts.ties.max_lag[arc], p
    return by, guilty


@primitive
def _arrival(facts: Facts, site: Site, placed: Placed, bench: Bench, o: int) -> int:
    """Give the earliest start that the predecessors allow."""
    t = LONG_AGO
    for arc in range(facts.links.pred_pointer[o], facts.links.pred_pointer[o + 1]):
        p = facts.links.pred_op[arc]
        at = placed.finish[p]
        if facts.links.overlap[arc] >= 0 and at < NEVER:
            count = _whole_calendars(facts, placed, bench, p)
            run = min(facts.links.overlap[arc], facts.modes.minutes[placed.mode[p]])
            at = done(facts.flat, bench.calendars, count, site.ready[p], run)
        t = max(t, at + facts.links.lag[arc])
    return min(t, NEVER)


@primitive
def _whole_calendars(facts: Facts, placed: Placed, bench: Bench, o: int) -> int:
    """List the calendars that bind the run of a placed operation; gives how many."""
    bench.calendars[0] = calendar_of(facts.modes, facts.units, placed.mode[o], placed.unit[o])
    count = 1
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        if placed.member[k] >= 0 and not facts.ties.seat_in_setup[k]:
            bench.calendars[count] = facts.crews.calendar[placed.member[k]]
            count += 1
    return count


@primitive
def _commit(facts: Facts, site: Site, placed: Placed, bench: Bench, best: Integers, o: int) -> None:
    """Put `o` where `find_place_for` found it, with its crew."""
    s, f, unit, mode, join = best[START], best[FINISH], best[UNIT], best[MODE], best[JOIN]
    placed.start[o], placed.finish[o], placed.mode[o], placed.unit[o], placed.setup[o] = s, f, mode, unit, best[SETUP]
    site.ready[o] = best[READY]
    if join >= 0:
        bench.calendars[0] = facts.units.calendar[unit]
        site.ready[o] = done(facts.flat, bench.calendars, 1, s, best[SETUP])
        site.leader[o], site.mate[o] = join, site.mate[join]
        site.mate[join] = o
        site.load[join] += facts.ties.size[o]
    elif unit >= 0 and f > s:
        site.leader[o], site.mate[o] = o, -1
        site.load[o], site.work[o] = facts.ties.size[o], best[SETUP] + facts.modes.minutes[mode]
        put_in(site.units, unit, s, max(f, site.hold[o]), o)
    site.far[0] = max(site.far[0], f)
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        end = site.ready[o] if facts.ties.seat_in_setup[k] else f
        if placed.member[k] >= 0 and end > s:
            put_in(site.members, placed.member[k], s, end, o)


@primitive
def _remove(facts: Facts, site: Site, placed: Placed, o: int) -> None:
    """Take `o` out again; it is the last one that was put in."""
    s, f, unit = placed.start[o], placed.finish[o], placed.unit[o]
    leader = site.leader[o]
    if leader == o:
        take_out(site.units, unit, o, s)
    elif leader >= 0:
        site.mate[leader] = site.mate[o]
        site.load[leader] -= facts.ties.size[o]
    site.leader[o] = -1
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        end = site.ready[o] if facts.ties.seat_in_setup[k] else f
        if placed.member[k] >= 0 and end > s:
            take_out(site.members, placed.member[k], o, s)
        placed.member[k] = -1
    placed.start[o] = placed.finish[o] = NEVER
    placed.mode[o] = placed.unit[o] = -1
    placed.setup[o] = 0
    _blocked(facts, site, placed, o)


@primitive
def _blocked(facts: Facts, site: Site, placed: Placed, o: int) -> int:
    """Let the predecessors that block their unit hold it until `o` begins; gives one that cannot, or -1."""
    guilty = -1
    for arc in range(facts.links.pred_pointer[o], facts.links.pred_pointer[o + 1]):
        p = facts.links.pred_op[arc]
        q = site.leader[p]
        if q < 0 or not facts.ties.blocking[p] or placed.finish[p] >= NEVER:
            continue
        unit = placed.unit[q]
        k = place_of(site.units, unit, q, placed.start[q])
        site.units.end[k] = hold_of(facts, site, placed, q)
        if site.units.end[k] < NEVER:
            site.far[0] = max(site.far[0], site.units.end[k])
        after = k + 1
        end = site.units.pointer[unit] + site.units.size[unit]
        if after < end and facts.fixed[p] < 0 and site.units.start[after] < site.units.end[k]:
            site.earliest[p] = max(site.units.end[after], placed.start[p] + 1)
            guilty = p
    return guilty


@primitive
def hold_of(facts: Facts, site: Site, placed: Placed, q: int) -> int:
    """Give until when the batch of `q` holds its unit: its end, or the start of the last successor it is blocked for.

    What is fixed holds its unit without end as long as a successor has no place; what is free is placed with it.
    """
    until = placed.finish[q]
    m = q
    while m >= 0:
        until = max(until, site.hold[m])
        if facts.ties.blocking[m]:
            for k in range(facts.links.succ_pointer[m], facts.links.succ_pointer[m + 1]):
                s = facts.links.succ_op[k]
                if placed.finish[s] < NEVER and facts.fixed[s] < 0:
                    until = max(until, placed.start[s])
                elif facts.fixed[m] >= 0 and facts.fixed[s] < 0:
                    return NEVER
        m = site.mate[m]
    return int(until)
