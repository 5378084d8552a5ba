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
from plantwright.methods.scheduling.state import Agenda, Bench, Blocks, Floor, Placed
from plantwright.methods.scheduling.timing import Flat, changeover, done
from plantwright.methods.working_time import NEVER, finish_of, primitive

FAR = 2**30
"""Minutes from the beginning (two thousand years) beyond which nothing is looked at."""

FINISH, START, UNIT, MODE = range(4)


@primitive
def run(  # noqa: C901, PLR0912, PLR0915  the one hot loop: a call that hands over tuples of arrays costs more than its work
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
    n, unit_count, centers = len(release), len(units.calendar), len(units.matrix)
    pointer, start, end, before = flat
    mode_pointer, mode_center, mode_setup, mode_minutes = modes.pointer, modes.center, modes.setup, modes.minutes
    unit_center, unit_calendar = units.center, units.calendar
    succ_pointer, succ_arc, succ_op, lag, overlap = (
        links.succ_pointer,
        links.succ_arc,
        links.succ_op,
        links.lag,
        links.overlap,
    )
    op_start, op_finish, op_setup, op_mode, op_unit = (
        placed.start,
        placed.finish,
        placed.setup,
        placed.mode,
        placed.unit,
    )
    unit_free, unit_family = floor.unit_free, floor.unit_family
    waiting, owner, free, best, aside = line.waiting, line.owner, bench.free, bench.best, bench.aside
    key, past_key, last_start = choice.key, choice.past_key, choice.last_start
    by_time, by_index, speed = choice.rule == ATC, choice.rule > ATC, choice.speed
    events, ready, busy, idle, wake = agenda.events, agenda.ready, agenda.busy, agenda.idle, agenda.wake
    marked, marks, fresh = agenda.marked, agenda.marks, agenda.fresh
    size = 0
    mark_count = 0
    count = 0
    for o in range(n):
        if op_finish[o] < NEVER:
            fresh[count] = o
            count += 1
    total, next_root, now = count, 0, 0
    while True:
        # what has been placed occupies its unit and lets its successors come
        for k in range(count):
            p = fresh[k]
            unit = op_unit[p]
            if unit >= 0 and fixed[p] < 0:
                if not busy[unit]:
                    busy[unit] = True
                    idle[unit_center[unit]] -= 1
                if op_finish[p] - beginning < FAR:
                    push(events, 0, size, (op_finish[p] - beginning) << 32 | (n + unit))
                    size += 1
            for j in range(succ_pointer[p], succ_pointer[p + 1]):
                o, arc = succ_op[j], succ_arc[j]
                if overlap[arc] < 0:
                    at = op_finish[p] + lag[arc]
                else:
                    held = held_calendars(modes, units, crews, placed, bench.calendars, p)
                    minutes = op_setup[p] + min(overlap[arc], mode_minutes[op_mode[p]])
                    at = done(flat, bench.calendars, held, op_start[p], minutes) + lag[arc]
                ready[o] = max(ready[o], at)
                pending[o] -= 1
                if pending[o] == 0 and fixed[o] < 0 and ready[o] - beginning < FAR:
                    push(events, 0, size, max(ready[o] - beginning, now) << 32 | o)
                    size += 1
        count = 0
        if mark_count == 0:
            # take in all events of the next minute, and mark the work centers that have to decide
            now = FAR
            if size:
                now = events[0] >> 32
            if next_root < len(roots):
                now = min(now, ready[roots[next_root]] - beginning)
            if now >= FAR:
                break
            while True:
                if next_root < len(roots) and ready[roots[next_root]] - beginning == now:
                    what = roots[next_root]
                    next_root += 1
                elif size and events[0] >> 32 == now:
                    what = pop(events, 0, size) & MASK
                    size -= 1
                else:
                    break
                low, high = 0, 1
                c = -1
                if what < n:
                    low, high = mode_pointer[what], mode_pointer[what + 1]
                elif what < n + unit_count:
                    if not busy[what - n] or unit_free[what - n] != beginning + now:
                        continue  # it has been promised to another operation since
                    busy[what - n] = False
                    c = unit_center[what - n]
                    idle[c] += 1
                else:
                    c = what - n - unit_count
                    if wake[c] == beginning + now:
                        wake[c] = NEVER
                for mode in range(low, high):
                    if what < n:
                        c = mode_center[mode] if mode_center[mode] >= 0 else centers
                        if by_time:
                            put_by_time(line, c, mode, key[what], past_key[what], last_start[what], now)
                        else:
                            put(choice, line, c, mode, now)
                    if idle[c] > 0 and waiting[c] and not marked[c]:
                        marked[c] = True
                        push(marks, 0, mark_count, c)
                        mark_count += 1
            continue
        # decide at one work center
        c = pop(marks, 0, mark_count)
        mark_count -= 1
        marked[c] = False
        t = beginning + now
        frees, again = free_units(flat, units.pointer, unit_calendar, unit_free, blocks, floor, free, centers, c, t)
        asides = 0
        while frees and waiting[c] and asides < LOOK:
            if by_time:
                mode = take_by_time(line, past_key, speed, c, now)
            elif by_index:
                mode = take_by_index(choice, line, units, unit_family, family, c, free[0], now)
            else:
                mode = take_first(line, c)
            o = owner[mode]
            if op_finish[o] < NEVER:
                continue
            best[FINISH] = NEVER
            soonest = NEVER
            if easy[o]:
                minutes = mode_setup[mode] + mode_minutes[mode]
                calendar = -2
                for k in range(frees):
                    if unit_calendar[free[k]] == calendar:
                        continue
                    calendar = unit_calendar[free[k]]
                    f = finish_of(pointer, start, end, before, calendar, t, minutes)
                    if f < best[FINISH]:
                        best[FINISH], best[START], best[UNIT], best[MODE] = f, t, free[k], mode
            else:
                soonest = find_place(
                    flat,
                    modes,
                    units,
                    links,
                    crews,
                    family,
                    pausable,
                    tailed,
                    blocks,
                    member_blocks,
                    placed,
                    floor,
                    bench,
                    frees,
                    o,
                    t,
                )
            if best[FINISH] >= NEVER:
                aside[asides] = mode
                asides += 1
                if soonest > t:
                    again = min(again, soonest)
                continue
            unit, mode = best[UNIT], best[MODE]
            if c < centers and unit >= 0 and unit_free[unit] <= t:
                kept = 0
                for k in range(frees):
                    if free[k] != unit:
                        free[kept] = free[k]
                        kept += 1
                frees = kept
            op_start[o], op_finish[o], op_mode[o], op_unit[o], op_setup[o] = (
                best[START],
                best[FINISH],
                mode,
                unit,
                mode_setup[mode],
            )
            if unit >= 0:
                unit_free[unit] = best[FINISH]
                if not easy[o] and family[o] >= 0 and mode_setup[mode] + mode_minutes[mode] > 0:
                    op_setup[o] += changeover(units, unit_center[unit], unit_family[unit], family[o])
                    unit_family[unit] = family[o]
            for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
                floor.member_free[placed.member[k]] = best[FINISH]
            fresh[count] = o
            count += 1
        total += count
        for k in range(asides):
            put(choice, line, c, aside[k], now)
        if waiting[c] and again < wake[c] and again - beginning < FAR:
            if size + n + unit_count >= len(events):
                return -1
            wake[c] = again
            push(events, 0, size, (again - beginning) << 32 | (n + unit_count + c))
            size += 1
    return total
