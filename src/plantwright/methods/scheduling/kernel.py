"""The event-driven dispatch: one pass through time, one decision whenever a unit is free and work waits for it.

Events lie in one heap of packed numbers, ``minutes since the beginning << 32 | what``, where what is an operation
that arrives, a unit that becomes free, or a work center that should look again. All events of a minute are taken in
before anything is decided in that minute, so that the order of rows does not matter.
"""

from __future__ import annotations

from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.problem import (
    Crews,
    Flags,
    Integers,
    Links,
    Modes,
    Units,
)
from plantwright.methods.scheduling.queues import (
    ATC,
    MASK,
    Choice,
    Line,
    put,
    put_by_time,
    take_by_index,
    take_by_time,
    take_first,
)
from plantwright.methods.scheduling.serving import (
    LOOK,
    find_place,
    free_units,
    held_calendars,
)
from plantwright.methods.scheduling.spliced import spliced
from plantwright.methods.scheduling.state import Agenda, Bench, Blocks, Floor, Placed
from plantwright.methods.scheduling.timing import Flat, changeover, done
from plantwright.methods.working_time import NEVER, finish_of, primitive

FAR = 2**30
"""Minutes from the beginning (two thousand years) beyond which nothing is looked at."""

FINISH, START, UNIT, MODE = range(4)


@primitive
def run(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    easy: Flags,
    tailed: Flags,
    release: Integers,
    fixed: Integers,
    roots: Integers,
    pending: Integers,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    floor: Floor,
    choice: Choice,
    line: Line,
    bench: Bench,
    agenda: Agenda,
    beginning: int,
) -> int:
    """Place every operation that is not placed yet; gives how many are placed, -1: there was no room for all events.

    `roots` lists the free operations that wait for none, in order of release; `pending` counts, for every operation,
    the predecessors that it still waits for. Operations that are fixed have been placed. `easy` marks operations
    with one mode, on a work center without set-up matrix and fixed blocks, that can pause, need nobody, and wait for
    no last transfer batch (`tailed`): whichever free unit ends first will do.
    """
    n, unit_count = len(release), len(units.calendar)
    count = list_placed(placed, agenda.fresh)
    total, next_root, now, size, mark_count = count, 0, 0, 0, 0
    while True:
        for k in range(count):
            size = let_followers_come(
                flat, modes, units, links, crews, fixed, pending, placed, bench, agenda, agenda.fresh[k], size, now,
                beginning,
            )  # fmt: skip
        count = 0
        if mark_count == 0:
            now = next_minute(roots, agenda, next_root, size, beginning)
            if now >= FAR:
                break
            size, next_root, mark_count = take_in(
                modes, units, roots, floor, choice, line, agenda, size, next_root, now, beginning
            )
            continue
        c = pop(agenda.marks, 0, mark_count)
        mark_count -= 1
        agenda.marked[c] = False
        count, asides, again = decide(
            flat, modes, units, links, crews, family, pausable, easy, tailed, blocks, member_blocks, placed, floor,
            choice, line, bench, agenda.fresh, c, now, beginning,
        )  # fmt: skip
        total += count
        for k in range(asides):
            put(choice, line, c, bench.aside[k], now)
        if line.waiting[c] and again < agenda.wake[c] and again - beginning < FAR:
            if size + n + unit_count >= len(agenda.events):
                return -1
            agenda.wake[c] = again
            push(agenda.events, 0, size, (again - beginning) << 32 | (n + unit_count + c))
            size += 1
    return total


@spliced
def list_placed(placed: Placed, fresh: Integers) -> int:
    """List the operations that have been placed already, and count them."""
    count = 0
    for o in range(len(placed.finish)):
        if placed.finish[o] < NEVER:
            fresh[count] = o
            count += 1
    return count


@spliced
def let_followers_come(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    fixed: Integers,
    pending: Integers,
    placed: Placed,
    bench: Bench,
    agenda: Agenda,
    p: int,
    size: int,
    now: int,
    beginning: int,
) -> int:
    """Let a placed operation occupy its unit, and its successors come; gives the number of events."""
    events, ready, n = agenda.events, agenda.ready, len(fixed)
    unit = placed.unit[p]
    if unit >= 0 and fixed[p] < 0:
        if not agenda.busy[unit]:
            agenda.busy[unit] = True
            agenda.idle[units.center[unit]] -= 1
        if placed.finish[p] - beginning < FAR:
            push(events, 0, size, (placed.finish[p] - beginning) << 32 | (n + unit))
            size += 1
    for j in range(links.succ_pointer[p], links.succ_pointer[p + 1]):
        o, arc = links.succ_op[j], links.succ_arc[j]
        if links.overlap[arc] < 0:
            at = placed.finish[p] + links.lag[arc]
        else:
            held = held_calendars(modes, units, crews, placed, bench.calendars, p)
            minutes = placed.setup[p] + min(links.overlap[arc], modes.minutes[placed.mode[p]])
            at = done(flat, bench.calendars, held, placed.start[p], minutes) + links.lag[arc]
        ready[o] = max(ready[o], at)
        pending[o] -= 1
        if pending[o] == 0 and fixed[o] < 0 and ready[o] - beginning < FAR:
            push(events, 0, size, max(ready[o] - beginning, now) << 32 | o)
            size += 1
    return size


@spliced
def next_minute(roots: Integers, agenda: Agenda, next_root: int, size: int, beginning: int) -> int:
    """Give the minute of the next event since the beginning, or `FAR`."""
    now = FAR
    if size:
        now = agenda.events[0] >> 32
    if next_root < len(roots):
        now = min(now, agenda.ready[roots[next_root]] - beginning)
    return now


@spliced
def take_in(
    modes: Modes,
    units: Units,
    roots: Integers,
    floor: Floor,
    choice: Choice,
    line: Line,
    agenda: Agenda,
    size: int,
    next_root: int,
    now: int,
    beginning: int,
) -> tuple[int, int, int]:
    """Take in all events of a minute, and mark the work centers that have to decide.

    Gives how many events are left, how many of the roots have come, and how many work centers are marked.
    """
    n = len(agenda.ready)
    mark_count = 0
    while True:
        if next_root < len(roots) and agenda.ready[roots[next_root]] - beginning == now:
            what = roots[next_root]
            next_root += 1
        elif size and agenda.events[0] >> 32 == now:
            what = pop(agenda.events, 0, size) & MASK
            size -= 1
        else:
            break
        low, high, c = 0, 1, -1
        if what < n:
            low, high = modes.pointer[what], modes.pointer[what + 1]
        else:
            c = woken(units, floor, agenda, what - n, beginning + now)
            if c < 0:
                continue
        for mode in range(low, high):
            if what < n:
                c = stand_in_line(modes, choice, line, len(units.matrix), what, mode, now)
            if agenda.idle[c] > 0 and line.waiting[c] and not agenda.marked[c]:
                agenda.marked[c] = True
                push(agenda.marks, 0, mark_count, c)
                mark_count += 1
    return size, next_root, mark_count


@spliced
def woken(units: Units, floor: Floor, agenda: Agenda, event: int, t: int) -> int:
    """Give the work center whose unit has become free, or that was to look again."""
    unit_count = len(units.calendar)
    if event < unit_count:
        if not agenda.busy[event] or floor.unit_free[event] != t:
            return -1  # it has been promised to another operation since
        agenda.busy[event] = False
        agenda.idle[units.center[event]] += 1
        return int(units.center[event])
    c = event - unit_count
    if agenda.wake[c] == t:
        agenda.wake[c] = NEVER
    return c


@spliced
def stand_in_line(modes: Modes, choice: Choice, line: Line, centers: int, o: int, mode: int, now: int) -> int:
    """Let a mode of an operation that has come wait for its work center, and give that."""
    c = int(modes.center[mode]) if modes.center[mode] >= 0 else centers
    if choice.rule == ATC:
        put_by_time(line, c, mode, choice.key[o], choice.past_key[o], choice.last_start[o], now)
    else:
        put(choice, line, c, mode, now)
    return c


@spliced
def decide(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    easy: Flags,
    tailed: Flags,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    floor: Floor,
    choice: Choice,
    line: Line,
    bench: Bench,
    fresh: Integers,
    c: int,
    now: int,
    beginning: int,
) -> tuple[int, int, int]:
    """Place what waits for a work center on its free units, the first one first.

    Gives how many operations were placed, listed in `fresh`; how many were set aside, since they cannot start now,
    in ``bench.aside``; and when it is worth looking again.
    """
    free, best, t = bench.free, bench.best, beginning + now
    centers, count, asides = len(units.matrix), 0, 0
    frees, again = free_units(flat, units.pointer, units.calendar, floor.unit_free, blocks, floor, free, centers, c, t)
    while frees and line.waiting[c] and asides < LOOK:
        if choice.rule == ATC:
            mode = take_by_time(line, choice.past_key, choice.speed, c, now)
        elif choice.rule > ATC:
            mode = take_by_index(choice, line, units, floor.unit_family, family, c, free[0], now)
        else:
            mode = take_first(line, c)
        o = line.owner[mode]
        if placed.finish[o] < NEVER:
            continue
        best[FINISH] = NEVER
        soonest = NEVER
        if easy[o]:
            first_to_end(flat, units, free, best, frees, t, mode, modes.setup[mode] + modes.minutes[mode])
        else:
            soonest = find_place(
                flat, modes, units, links, crews, family, pausable, tailed, blocks, member_blocks, placed, floor, bench,
                frees, o, t,
            )  # fmt: skip
        if best[FINISH] >= NEVER:
            bench.aside[asides] = mode
            asides += 1
            if soonest > t:
                again = min(again, soonest)
            continue
        if c < centers and best[UNIT] >= 0 and floor.unit_free[best[UNIT]] <= t:
            frees = without(free, frees, best[UNIT])
        put_down(modes, units, family, placed, floor, best, o, easy[o])
        fresh[count] = o
        count += 1
    return count, asides, again


@spliced
def first_to_end(
    flat: Flat, units: Units, free: Integers, best: Integers, frees: int, t: int, mode: int, minutes: int
) -> None:
    """Find the free unit on which so many minutes of work end first."""
    pointer, start, end, before = flat
    calendar = -2
    for k in range(frees):
        if units.calendar[free[k]] == calendar:
            continue
        calendar = units.calendar[free[k]]
        f = finish_of(pointer, start, end, before, calendar, t, minutes)
        if f < best[FINISH]:
            best[FINISH], best[START], best[UNIT], best[MODE] = f, t, free[k], mode


@spliced
def without(free: Integers, frees: int, unit: int) -> int:
    """Take a unit off the list of the free ones; gives how many are left."""
    kept = 0
    for k in range(frees):
        if free[k] != unit:
            free[kept] = free[k]
            kept += 1
    return kept


@spliced
def put_down(
    modes: Modes,
    units: Units,
    family: Integers,
    placed: Placed,
    floor: Floor,
    best: Integers,
    o: int,
    easy: bool,  # noqa: FBT001
) -> None:
    """Put an operation where it fits best, with the set-up that this takes there."""
    unit, mode = best[UNIT], best[MODE]
    placed.start[o], placed.finish[o], placed.mode[o], placed.unit[o] = best[START], best[FINISH], mode, unit
    placed.setup[o] = modes.setup[mode]
    if unit >= 0:
        floor.unit_free[unit] = best[FINISH]
        if not easy and family[o] >= 0 and modes.setup[mode] + modes.minutes[mode] > 0:
            placed.setup[o] += changeover(units, units.center[unit], floor.unit_family[unit], family[o])
            floor.unit_family[unit] = family[o]
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        floor.member_free[placed.member[k]] = best[FINISH]
