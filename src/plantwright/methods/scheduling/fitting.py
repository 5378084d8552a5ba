"""Find the first gap for one operation among what has been placed: unit, mode, crew, batch."""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.scheduling.crew import find_crew
from plantwright.methods.scheduling.lines import Lines, begun_by
from plantwright.methods.scheduling.problem import Crews, Flags, Integers, Links, Modes, Ties, Units
from plantwright.methods.scheduling.serving import LOOK
from plantwright.methods.scheduling.state import Bench, Blocks, Floor, Placed
from plantwright.methods.scheduling.timing import (
    Flat,
    begin,
    calendar_of,
    changeover,
    done_both,
    open_minutes,
)
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive

TRIES = 1_000_000
"""Moments that are looked at for one operation on one unit before it is given up."""

FINISH, START, UNIT, MODE, SETUP, READY, JOIN = range(7)


class Facts(NamedTuple):
    """What never changes while operations are placed."""

    flat: Flat
    modes: Modes
    units: Units
    links: Links
    crews: Crews
    ties: Ties
    family: Integers
    pausable: Flags
    tailed: Flags
    release: Integers
    fixed: Integers


class Site(NamedTuple):
    """What stands where: stays on units and members; and of each operation its batch and what it has come to.

    `leader` is the first operation of the batch (itself, mostly; -1: it occupies nothing), `mate` the next one of it;
    `load` and `work` are the sizes summed and the minutes of the longest. `ready` is the end of the set-up, `earliest`
    the moment before which an operation is not tried again, `hold` the start of the last fixed successor that it blocks
    its unit for. `far` is the latest end so far.
    """

    units: Lines
    members: Lines
    blocks: Blocks
    floor: Floor
    leader: Integers
    mate: Integers
    load: Integers
    work: Integers
    ready: Integers
    earliest: Integers
    hold: Integers
    far: Integers


@primitive
def find_place_for(
    facts: Facts, site: Site, placed: Placed, bench: Bench, best: Integers, o: int, t: int, by: int
) -> None:
    """Find the place for `o` with the earliest finish, of those that start by `by` if there are any.

    The rank of the mode, then less set-up, break ties. What was found is in `best`, and the crew in ``placed.member``.
    """
    best[FINISH] = NEVER
    rank, late, first = 0, True, placed.member_pointer[o]
    for mode in range(facts.modes.pointer[o], facts.modes.pointer[o + 1]):
        center = facts.modes.center[mode]
        low, high = (facts.units.pointer[center], facts.units.pointer[center + 1]) if center >= 0 else (-1, 0)
        for unit in range(low, high):
            s, f, setup, ready = _on_unit(facts, site, placed, bench, o, mode, unit, t)
            join = -1
            if center >= 0 and facts.ties.capacity[center] > 1:
                join = _batch(facts, site, placed, o, mode, unit, t, f)
                if join >= 0:
                    s, f = placed.start[join], placed.finish[join]
                    setup = placed.setup[join] - facts.modes.setup[placed.mode[join]] + facts.modes.setup[mode]
                    ready = s + setup
            if f >= NEVER:
                continue
            told = (s > by, f, facts.modes.rank[mode], setup)
            if best[FINISH] >= NEVER or told < (late, best[FINISH], rank, best[SETUP]):
                best[FINISH], best[START], best[UNIT], best[MODE] = f, s, unit, mode
                best[SETUP], best[READY], best[JOIN] = setup, ready, join
                late, rank = s > by, facts.modes.rank[mode]
                for j in range(placed.member_pointer[o + 1] - first):
                    placed.member[first + j] = bench.chosen[j]


@primitive
def _on_unit(
    facts: Facts, site: Site, placed: Placed, bench: Bench, o: int, mode: int, unit: int, t: int
) -> tuple[int, int, int, int]:
    """Give start, finish, set-up and end of set-up of `o` in the first gap of a unit; finish `NEVER`: there is none."""
    own, minutes = facts.modes.setup[mode], facts.modes.minutes[mode]
    occupies = unit >= 0 and own + minutes > 0
    lines = site.units
    for _ in range(TRIES):
        if t >= NEVER:
            break
        setup, k, end = own, 0, 0
        if occupies:
            k, end = begun_by(lines, unit, t), lines.pointer[unit] + lines.size[unit]
            clear = _clear(facts, lines, unit, k)
            if clear > t:
                t = clear
                continue
            setup += changeover(
                facts.units, facts.modes.center[mode], _family_before(facts, lines, unit, k), facts.family[o]
            )
        s, f, ready = _span(facts, site, placed, bench, o, mode, unit, t, setup, minutes)
        if s > t:
            t = s
            continue
        if f >= NEVER:
            break
        if k < end and (lines.start[k] < max(f, site.hold[o]) or _disturbs(facts, site, placed, unit, k, end, o)):
            t = lines.end[k]
            continue
        return s, f, setup, ready
    return NEVER, NEVER, 0, NEVER


@primitive
def _clear(facts: Facts, lines: Lines, unit: int, k: int) -> int:
    """Give when the stays before place `k` have ended; fixed ones may overlap."""
    clear = LONG_AGO
    k -= 1
    while k >= lines.pointer[unit]:
        clear = max(clear, lines.end[k])
        if facts.fixed[lines.op[k]] < 0:
            break
        k -= 1
    return clear


@primitive
def _family_before(facts: Facts, lines: Lines, unit: int, k: int) -> int:
    """Give the family that a unit is set up for before place `k`."""
    for j in range(k - 1, lines.pointer[unit] - 1, -1):
        if facts.family[lines.op[j]] >= 0:
            family: int = facts.family[lines.op[j]]
            return family
    return int(facts.units.family[unit])


@primitive
def _disturbs(facts: Facts, site: Site, placed: Placed, unit: int, k: int, end: int, o: int) -> bool:
    """Tell whether `o` before place `k` would change the set-up of what follows."""
    if facts.family[o] < 0 or facts.units.matrix[facts.units.center[unit]] < 0:
        return False
    for j in range(k, end):
        q = site.units.op[j]
        if facts.family[q] >= 0:
            change = changeover(facts.units, facts.units.center[unit], facts.family[o], facts.family[q])
            now: int = placed.setup[q] - facts.modes.setup[placed.mode[q]]
            return bool(facts.fixed[q] < 0 and change != now)
    return False


@primitive
def _batch(facts: Facts, site: Site, placed: Placed, o: int, mode: int, unit: int, t: int, f: int) -> int:
    """Give a batch that `o` may join from `t` on and with which it ends by `f`, or -1."""
    lines = site.units
    if facts.modes.setup[mode] + facts.modes.minutes[mode] <= 0:
        return -1
    for k in range(begun_by(lines, unit, t - 1), lines.pointer[unit] + lines.size[unit]):
        q = lines.op[k]
        if lines.start[k] >= f:
            return -1
        if placed.finish[q] <= f and _joins(facts, site, placed, o, mode, q):
            return int(q)
    return -1


@primitive
def _joins(facts: Facts, site: Site, placed: Placed, o: int, mode: int, q: int) -> bool:
    """Tell whether `o` may join the batch of `q` without making it longer; whoever needs a crew does not."""
    ties = facts.ties
    change = placed.setup[q] - facts.modes.setup[placed.mode[q]]
    work = change + facts.modes.setup[mode] + facts.modes.minutes[mode]
    alike = ties.batch_family[o] == ties.batch_family[q] and facts.family[o] == facts.family[q]
    room = site.load[q] + ties.size[o] <= ties.capacity[facts.modes.center[mode]]
    alone = placed.member_pointer[o + 1] == placed.member_pointer[o] and not facts.tailed[o]
    straight = facts.pausable[o] or placed.finish[q] - placed.start[q] == site.work[q]
    free = facts.fixed[q] < 0 and ties.batch_family[o] >= 0 and site.hold[o] <= placed.finish[q]
    fits: bool = alike and room and alone and straight and free and work <= site.work[q]
    return fits


@primitive
def _span(
    facts: Facts,
    site: Site,
    placed: Placed,
    bench: Bench,
    o: int,
    mode: int,
    unit: int,
    t: int,
    setup: int,
    minutes: int,
) -> tuple[int, int, int]:
    """Give start, finish and end of set-up of `o` at `t`; a later start, without finish: look again then."""
    flat, calendars = facts.flat, bench.calendars
    calendars[0] = calendar_of(facts.modes, facts.units, mode, unit)
    s = begin(flat, calendars, 1, facts.pausable[o], t, setup + minutes)
    if s > t:
        return s, NEVER, 0
    whole, count = 1, 1
    ready, f = done_both(flat, calendars, 1, 1, t, setup, minutes)
    if placed.member_pointer[o + 1] > placed.member_pointer[o]:
        again, whole, count = _with_crew(facts, site, placed, bench, o, t, setup, minutes, ready, f)
        if again > t:
            return again, NEVER, 0
        ready, f = done_both(flat, calendars, whole, count, t, setup, minutes)
    if f >= NEVER:
        return NEVER, NEVER, 0
    if facts.tailed[o]:
        late = _too_soon(facts, placed, calendars, whole, count, o, t, ready, f, setup + minutes)
        if late > 0:
            return t + late, NEVER, 0
    return t, f, ready


@primitive
def _with_crew(
    facts: Facts,
    site: Site,
    placed: Placed,
    bench: Bench,
    o: int,
    t: int,
    setup: int,
    minutes: int,
    ready: int,
    f: int,
) -> tuple[int, int, int]:
    """Choose a crew for `o` at `t`; gives `t` or when to look again, and how many calendars bind the run, and all.

    Members must stay free to the end, which depends on their calendars: the span is widened until it holds.
    """
    flat, calendars = facts.flat, bench.calendars
    first, places = placed.member_pointer[o], placed.member_pointer[o + 1] - placed.member_pointer[o]
    for _ in range(LOOK):
        for j in range(places):
            bench.seats[3, j] = f
            if facts.ties.seat_in_setup[first + j]:
                bench.seats[3, j] = ready if setup > 0 else LONG_AGO
        again = find_crew(flat, facts.crews, site.floor, site.blocks, o, t, bench.chosen, bench.seats)
        if again > t:
            return again, 1, 1
        whole, count = _crew_calendars(facts, bench, first, places, setup)
        s = begin(flat, calendars, whole, facts.pausable[o], t, setup + minutes)
        if s == t and setup > 0:
            s = begin(flat, calendars, count, facts.pausable[o], t, setup)
        if s > t:
            return s, whole, count
        prepared, end = done_both(flat, calendars, whole, count, t, setup, minutes)
        if end >= NEVER:
            return NEVER, whole, count
        if end <= f and prepared <= ready:
            return t, whole, count
        f, ready = max(f, end), max(ready, prepared)
    return t + 1, 1, 1


@primitive
def _crew_calendars(facts: Facts, bench: Bench, first: int, places: int, setup: int) -> tuple[int, int]:
    """List the calendars of a chosen crew, helpers at the set-up last; gives how many bind the run, and all."""
    whole = 1
    for j in range(places):
        if not facts.ties.seat_in_setup[first + j]:
            bench.calendars[whole] = facts.crews.calendar[bench.chosen[j]]
            whole += 1
    count = whole
    for j in range(places):
        if facts.ties.seat_in_setup[first + j] and setup > 0:
            bench.calendars[count] = facts.crews.calendar[bench.chosen[j]]
            count += 1
    return whole, count


@primitive
def _too_soon(
    facts: Facts,
    placed: Placed,
    calendars: Integers,
    whole: int,
    count: int,
    o: int,
    s: int,
    ready: int,
    f: int,
    work: int,
) -> int:
    """Give by how many minutes at least `o` begins too soon to have its last batches still before it when they come."""
    late = 0
    for arc in range(facts.links.pred_pointer[o], facts.links.pred_pointer[o + 1]):
        if facts.links.overlap[arc] < 0:
            continue
        come = placed.finish[facts.links.pred_op[arc]] + facts.links.lag[arc]
        if come <= s:
            continue
        if work <= 0:
            late = max(late, come - s)
            continue
        tail = min(max(facts.links.tail[arc], 1), work)
        gone = open_minutes(facts.flat, calendars, count, s, min(come, ready))
        gone += open_minutes(facts.flat, calendars, whole, ready, min(come, f))
        late = max(late, gone - (work - tail), min(come - f, 1))
    return late
