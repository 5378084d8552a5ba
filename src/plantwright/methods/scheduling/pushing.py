"""Repair a schedule by pushing: each unit keeps its sequence, and what can no longer be in time moves to the right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, stop_on_errors
from plantwright.methods.scheduling.deferring import in_order_of_start
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.heap import pop, push
from plantwright.methods.scheduling.problem import (
    NO,
    Crews,
    Flags,
    Integers,
    Links,
    Modes,
    Schedule,
    Shop,
    Units,
)
from plantwright.methods.scheduling.repairing import Repair, faults_of, schedule_of
from plantwright.methods.scheduling.serving import held_calendars
from plantwright.methods.scheduling.settling import (
    EARLIER,
    EVENT,
    NEW,
    ROOM,
    STAYS,
    WAITS,
    Ledger,
    arcs_let,
    tailed_ops,
)
from plantwright.methods.scheduling.shifting import Ends, fit, hold
from plantwright.methods.scheduling.state import Blocks, Placed, empty_placed
from plantwright.methods.scheduling.timing import Flat, begin, calendar_of
from plantwright.methods.scheduling.yielding import Standing, give_way, standing_in
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive

BEYOND = 2**40
"""Later than any moment of a schedule, and small enough to be numbered together with an operation."""


class Turns(NamedTuple):
    """In which order operations have their turn, and the sequence on each unit in which they stood.

    `key` is the moment of the turn, `rank` a number that parts equal ones, `by_rank` the operation of each number;
    `floor` is the moment before which an operation does not begin, `began` when it began in force. Row ``u`` has
    ``row_op[row_pointer[u]:row_pointer[u + 1]]``, of which those before `row_at` have had their turn.
    """

    key: Integers
    rank: Integers
    by_rank: Integers
    floor: Integers
    began: Integers
    row_pointer: Integers
    row_op: Integers
    row_at: Integers


class Line(NamedTuple):
    """What has been placed, why it moved, the turns, what is fixed, and the order in which the rest was placed."""

    placed: Placed
    ledger: Ledger
    turns: Turns
    blocks: Blocks
    member_blocks: Blocks
    sequence: Integers


def right_shift(
    shop: Shop,
    before: Schedule,
    *,
    start: int = 0,
    order: Integers | None = None,
    earliest: Integers | None = None,
    patience: int = NEVER,
    by: Integers | None = None,
    leeway: Integers | None = None,
) -> Repair:
    """Push what can no longer be in time to the right; every unit and member keeps its sequence.

    Parameters
    ----------
    shop
        The shop after the event, see `build_shop`; what is fixed in it counts more than the schedule before.
    before
        The schedule in force in the numbers of this shop. Each operation needs a mode and unit in it, and people where
        it holds some; its start may be `NEVER` where it is new.
    start
        The moment before which nothing that is free begins.
    order
        int64[n]; the turn of each operation on its unit, smallest first; None: as they began in force.
    earliest
        int64[n]; the moment before which each does not begin; None: not before it began in force.
    patience
        Minutes for which a unit waits for an operation that comes late, before others go first; `NEVER`: as long as it
        takes, so that the sequence is the one in force.
    by, leeway
        int64[n]; an operation that is displaced and would take the time of others first looks for a gap between them
        that ends at the moment `by`, or at the first at which it could end, or `leeway` minutes after; with a negative
        leeway it does not look. None: nothing does. With a `leeway`, `patience` should be 0.

    Returns
    -------
    The schedule, with which operations moved and why. None begins before it did in force, and none later than its
    predecessors, its calendars, its people, what is fixed, and the sequence on its unit make it.

    Raises
    ------
    ProblemError
        When the schedule is of another shop or leaves a mode or a place open, for negative patience, and for a shop
        whose operations are bound by maximum lags, blocking, batches, or helpers at set-ups.

    Notes
    -----
    In the order of turns ``s_j = max(s_j in force, release_j, max_i (f_i + lag_ij), finish of the one before j on its
    unit and with its people)``, moved on to where the calendars of all of them let it begin. An operation that is
    displaced and holds nobody goes to another unit, or mode, where it ends sooner and before the next one there begins:
    pushing on a unit to which it does not belong would take time twice. O(n log n), and a look at the units of the work
    center for each that is displaced. Right shift of affected operations: Abumaizar and Svestka, Rescheduling job shops
    under random disruptions, International Journal of Production Research 35 (1997), 2065-2082.

    Examples
    --------
    The machine is down when the second of three jobs should run: it keeps its turn, and the third makes room.

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> parts = dict(unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0, 0], mode_minutes=[60, 60, 60],
    ...     sink_pointer=[0, 1, 2, 3], sink_op=[0, 1, 2], sink_due=[60, 120, 180])
    >>> before = dispatch(build_shop(working_time([([0], [900])]), **parts), "edd")
    >>> after = build_shop(working_time([([0, 120], [60, 900])]), **parts)
    >>> found = right_shift(after, before)
    >>> found.schedule.start.tolist(), found.free.tolist()
    ([0, 120, 180], [False, True, True])
    """
    line = push_through(shop, before, start, order, earliest, patience, standing_in(shop, before, by, leeway))
    ledger = line.ledger
    return Repair(schedule_of(shop, line.placed), ledger.cause != STAYS, ledger.cause, ledger.behind, 1)


def push_through(
    shop: Shop, before: Schedule, start: int, order: Integers | None, earliest: Integers | None, patience: int,
    standing: Standing,
) -> Line:  # fmt: skip
    """Place everything in the order of turns; see `right_shift` for what is given and refused."""
    stop_on_errors(faults_of(shop, before))
    stop_on_errors(_faults(shop, before, patience))
    placed = empty_placed(shop)
    blocks, member_blocks = place_fixed(shop, placed)
    fixed = shop.fixed_start != NO
    seats = np.repeat(fixed, np.diff(placed.member_pointer))
    placed.mode[~fixed], placed.unit[~fixed] = before.mode[~fixed], before.unit[~fixed]
    placed.member[~seats] = before.member[~seats]
    n = shop.operations
    ledger = Ledger(np.zeros(n, np.bool_), np.full(n, STAYS, np.int64), np.full(n, NO, np.int64))
    turns = _turns(shop, before, start, order, earliest)
    units, members = len(shop.unit_calendar), len(shop.member_calendar)
    crew = int(np.diff(placed.member_pointer).max(initial=0)) + 1
    ends = Ends(
        np.full(units, start, np.int64), np.full(units, NO, np.int64), shop.unit_family.copy(),
        np.full(units, LONG_AGO, np.int64), np.full(members, start, np.int64), np.full(members, NO, np.int64),
        fixed.copy(),
    )  # fmt: skip
    sequence = np.full(n, NO, np.int64)
    _push_all(
        shop.time.flat, shop.modes, shop.units, shop.links, shop.crews, shop.family, shop.pausable, tailed_ops(shop),
        shop.fixed_start, turns, standing, blocks, member_blocks, placed, ledger, ends, _pending(shop),
        min(patience, BEYOND), sequence, np.empty(n + 1, np.int64), np.empty(crew, np.int64), np.empty(crew, np.int64),
    )  # fmt: skip
    return Line(placed, ledger, turns, blocks, member_blocks, sequence)


def _faults(shop: Shop, before: Schedule, patience: int) -> list[Problem]:
    found = []
    open_mode = (before.mode < shop.mode_pointer[:-1]) | (before.mode >= shop.mode_pointer[1:])
    if (open_mode & (shop.fixed_start == NO)).any():
        found.append(BAD_ARGUMENT.at("", "", "before", "without some modes", must="a mode for each operation"))
    owner = np.repeat(np.arange(shop.operations), np.diff(before.member_pointer))
    if ((before.member < 0) & (shop.fixed_start[owner] == NO)).any():
        found.append(BAD_ARGUMENT.at("", "", "before", "without some people", must="somebody on each place"))
    if patience < 0:
        found.append(BAD_ARGUMENT.at("", "", "patience", patience, must="0 or more"))
    return found


def _turns(shop: Shop, before: Schedule, start: int, order: Integers | None, earliest: Integers | None) -> Turns:
    n = shop.operations
    by_rank = in_order_of_start(shop, before)
    rank = np.empty(n, np.int64)
    rank[by_rank] = np.arange(n)
    began = np.where(before.start < NEVER, before.start, LONG_AGO)
    floor = np.maximum(began, shop.release) if earliest is None else np.maximum(earliest, shop.release)
    key = np.clip(before.start if order is None else order, 0, BEYOND)
    row = np.lexsort((rank, key, before.unit))
    row = row[(before.unit[row] >= 0) & (shop.fixed_start[row] == NO)]
    pointer = np.searchsorted(before.unit[row], np.arange(len(shop.unit_calendar) + 1)).astype(np.int64)
    return Turns(
        key.astype(np.int64), rank, by_rank.astype(np.int64), np.maximum(floor, start).astype(np.int64),
        began.astype(np.int64), pointer, row.astype(np.int64), pointer[:-1].copy(),
    )  # fmt: skip


def _pending(shop: Shop) -> Integers:
    """Count for each operation the arcs from what is not fixed."""
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    waits = shop.fixed_start[shop.pred_op] == NO
    return np.bincount(after[waits], minlength=shop.operations).astype(np.int64)


@primitive
def _push_all(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    fixed: Integers,
    turns: Turns,
    standing: Standing,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    ledger: Ledger,
    ends: Ends,
    pending: Integers,
    patience: int,
    sequence: Integers,
    heap: Integers,
    calendars: Integers,
    others: Integers,
) -> None:
    """Give each operation its turn once all that it waits for has been placed, the earliest turn first."""
    n = len(turns.key)
    size, turn, now = 0, 0, 0
    for o in range(n):
        if pending[o] == 0 and fixed[o] < 0:
            at = _turn_of(flat, modes, units, links, crews, pausable, placed, turns, others, calendars, patience, o)
            push(heap, 0, size, at * n + turns.rank[o])
            size += 1
    while size > 0:
        number = pop(heap, 0, size)
        size -= 1
        o, now = turns.by_rank[number % n], max(now, number // n)
        ends.settled[o] = True
        later = _shift_one(
            flat, modes, units, links, crews, family, pausable, tailed, turns, standing, blocks, member_blocks, placed,
            ledger, ends, calendars, others, o, now,
        )  # fmt: skip
        if later >= 0:
            push(heap, 0, size, min(later, BEYOND) * n + turns.rank[o])
            size += 1
            continue
        sequence[turn] = o
        turn += 1
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            v = links.succ_op[k]
            pending[v] -= 1
            if pending[v] == 0 and fixed[v] < 0:
                at = _turn_of(flat, modes, units, links, crews, pausable, placed, turns, others, calendars, patience, v)
                push(heap, 0, size, at * n + turns.rank[v])
                size += 1


@primitive
def _turn_of(
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    pausable: Flags,
    placed: Placed,
    turns: Turns,
    others: Integers,
    calendars: Integers,
    patience: int,
    o: int,
) -> int:
    """Give the turn of an operation: as it stood, or later where it comes so late that others go first."""
    key: int = turns.key[o]
    if patience >= BEYOND:
        return key
    ready, _ = arcs_let(flat, modes, units, links, crews, placed, others, o)
    work = modes.setup[placed.mode[o]] + modes.minutes[placed.mode[o]]
    count = held_calendars(modes, units, crews, placed, calendars, o)
    s = begin(flat, calendars, count, pausable[o], max(ready, turns.floor[o]), work)
    return min(max(key, s - patience), BEYOND)


@primitive
def _shift_one(  # noqa: C901, PLR0912  one decision, told in order: a call that hands over tuples costs more
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    turns: Turns,
    standing: Standing,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    ledger: Ledger,
    ends: Ends,
    calendars: Integers,
    others: Integers,
    o: int,
    now: int,
) -> int:
    """Place one operation behind what was placed before it; where that moves it, perhaps on another unit.

    Gives `NO`, or the turn that it waits for because it gives way to others.
    """
    mode, unit = placed.mode[o], placed.unit[o]
    came, last = arcs_let(flat, modes, units, links, crews, placed, others, o)
    ready = max(came, turns.floor[o])
    works = modes.setup[mode] + modes.minutes[mode] > 0
    free, who = LONG_AGO, NO
    if works and unit >= 0:
        free, who = ends.unit_free[unit], ends.unit_last[unit]
    first, behind = placed.member_pointer[o], placed.member_pointer[o + 1]
    for k in range(first, behind):
        m = placed.member[k]
        if works and m >= 0 and ends.member_free[m] > free:
            free, who = ends.member_free[m], ends.member_last[m]
    count = held_calendars(modes, units, crews, placed, calendars, o)
    s, f, setup = fit(
        flat, modes, units, links, family, pausable, tailed, blocks, member_blocks, placed, ends, calendars, count, o,
        mode, unit, max(ready, free),
    )  # fmt: skip
    began = turns.began[o]
    if s != began:
        if not ledger.free[o]:  # who gave way keeps the reason for which they did
            _tell_why(ledger, o, s, began, came, last, free, who)
        settled_on = standing.leeway[o] >= 0 and standing.until[o] < NEVER  # it has chosen the unit of a gap before
        if first == behind and s > began and not settled_on:
            for other in range(modes.pointer[o], modes.pointer[o + 1]):
                center = modes.center[other]
                low, high = (units.pointer[center], units.pointer[center + 1]) if center >= 0 else (NO, 0)
                for u in range(low, high):
                    if u == unit and other == mode:
                        continue
                    calendars[0] = calendar_of(modes, units, other, u)
                    at = max(ready, ends.unit_free[u]) if u >= 0 else ready
                    if at >= f:
                        continue
                    s2, f2, setup2 = fit(
                        flat, modes, units, links, family, pausable, tailed, blocks, member_blocks, placed, ends,
                        calendars, 1, o, other, u, at,
                    )  # fmt: skip
                    if f2 < f and f2 <= _next_start(turns, ends, u):
                        s, f, setup = s2, f2, setup2
                        placed.mode[o], placed.unit[o] = other, u
        if s > began and f > s:
            later = give_way(
                flat, modes, units, links, family, pausable, tailed, turns.key, standing, blocks, member_blocks, placed,
                ends, calendars, count, o, now, ready, s, f,
            )  # fmt: skip
            if later >= 0:
                return later
    placed.start[o], placed.finish[o], placed.setup[o] = s, f, setup
    hold(blocks, family, placed, ends, o)
    return NO


@primitive
def _tell_why(ledger: Ledger, o: int, s: int, began: int, came: int, last: int, free: int, who: int) -> None:
    """Write down what moves an operation: what it waits for, who is in its place, or else the event itself."""
    ledger.free[o] = True
    if LONG_AGO < s < began:
        ledger.cause[o] = EARLIER
    elif began <= LONG_AGO:
        ledger.cause[o] = NEW
    elif came > began and came >= free:
        ledger.cause[o], ledger.behind[o] = WAITS, last
    elif free > began and who >= 0:
        ledger.cause[o], ledger.behind[o] = ROOM, who
    else:
        ledger.cause[o] = EVENT


@primitive
def _next_start(turns: Turns, ends: Ends, unit: int) -> int:
    """Give when the next operation began in force that has not had its turn on a unit; `NEVER` where there is none."""
    if unit < 0:
        return NEVER
    k = turns.row_at[unit]
    while k < turns.row_pointer[unit + 1] and ends.settled[turns.row_op[k]]:
        k += 1
    turns.row_at[unit] = k
    if k == turns.row_pointer[unit + 1] or turns.began[turns.row_op[k]] <= LONG_AGO:
        return NEVER
    began: int = turns.began[turns.row_op[k]]
    return began


def warm_up() -> None:
    """Compile the kernel."""
    from plantwright.methods.scheduling.dispatching import dispatch  # noqa: PLC0415 - not at import
    from plantwright.methods.warm import small_shop  # noqa: PLC0415

    shop = small_shop()
    right_shift(shop, dispatch(shop))


__all__ = ["right_shift"]
