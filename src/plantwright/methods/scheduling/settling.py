"""Look through a schedule in order of time for what cannot stay where it is, and say why."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import (
    NO,
    Crews,
    Flags,
    Integers,
    Links,
    Modes,
    Shop,
    Units,
)
from plantwright.methods.scheduling.serving import held_calendars
from plantwright.methods.scheduling.state import Placed
from plantwright.methods.scheduling.timing import Flat, after_tails, begin, changeover, done
from plantwright.methods.working_time import NEVER, primitive

STAYS, EVENT, WAITS, ROOM, NEW, EARLIER = range(6)
CAUSES = ("stays", "event", "waits", "room", "new", "earlier")
"""Why an operation was taken out of a schedule."""


class Ledger(NamedTuple):
    """What is taken out of a schedule, why, and behind which operation it is; written as it is found."""

    free: Flags
    cause: Integers
    behind: Integers


def settle(shop: Shop, placed: Placed, ledger: Ledger, start: int, *, guess: bool = False) -> int:
    """Take out what cannot stay; set-up and finish of the rest follow from what runs before it.

    Parameters
    ----------
    shop
        The shop.
    placed
        The schedule; changed in place.
    ledger
        What is taken out already; more is written in place.
    start
        The moment before which nothing begins.
    guess
        What is taken out gets the time at which it could be done with nothing in its way, so that one look finds all
        that has to wait for it.

    Returns
    -------
    The start of the first operation that cannot stay; `NEVER` where the schedule keeps all rules.
    """
    key = np.where(placed.start < NEVER, placed.start * 2 + (placed.finish > placed.start), NEVER)
    order = shop.order[np.argsort(key[shop.order], kind="stable")]
    units, members = len(shop.unit_calendar), len(shop.member_calendar)
    crew = int(np.diff(placed.member_pointer).max(initial=0)) + 1
    on_unit = np.full((2, units + 1), NO, np.int64)
    on_unit[1, :units] = shop.unit_family
    return int(
        _look_through(
            shop.time.flat, shop.modes, shop.units, shop.links, shop.crews, shop.family, shop.pausable,
            tailed_ops(shop), shop.fixed_start, shop.release, order, placed, ledger, start, guess,
            on_unit, np.full(members + 1, NO, np.int64), np.empty(crew, np.int64),
            np.empty(crew, np.int64),
        )
    )  # fmt: skip


def tailed_ops(shop: Shop) -> Flags:
    """Mark the operations that wait for a last transfer batch."""
    tailed = np.zeros(shop.operations, np.bool_)
    tailed[np.searchsorted(shop.pred_pointer, np.flatnonzero(shop.pred_overlap >= 0), side="right") - 1] = True
    return tailed


@primitive
def _look_through(  # noqa: C901, PLR0912  the one hot loop: a call that hands over tuples costs more
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    family: Integers,
    pausable: Flags,
    tailed: Flags,
    fixed: Integers,
    release: Integers,
    order: Integers,
    placed: Placed,
    ledger: Ledger,
    start: int,
    guess: bool,  # noqa: FBT001
    on_unit: Integers,
    on_member: Integers,
    calendars: Integers,
    others: Integers,
) -> int:
    """Go through the operations in order of time; `on_unit` holds the last one on each unit, and the last family."""
    first = NEVER
    for o in order:
        s = placed.start[o]
        if s >= NEVER:
            continue
        mode, unit = placed.mode[o], placed.unit[o]
        minutes = modes.minutes[mode]
        count = held_calendars(modes, units, crews, placed, calendars, o)
        ready, before = arcs_let(flat, modes, units, links, crews, placed, others, o)
        if guess and ledger.free[o]:
            _let_wait(flat, placed, calendars, count, o, max(ready, s), placed.setup[o] + minutes)
            continue
        setup = placed.setup[o]
        if fixed[o] < 0 and not ledger.free[o]:
            setup = modes.setup[mode]
            if unit >= 0 and setup + minutes > 0:
                setup += changeover(units, units.center[unit], on_unit[1, unit], family[o])
        work = setup + minutes
        f = placed.finish[o] if fixed[o] >= 0 else done(flat, calendars, count, s, work)
        cause, behind = STAYS, NO
        if fixed[o] < 0:
            if ready > s:
                cause, behind = WAITS, before
            elif s < max(release[o], start) or f >= NEVER or begin(flat, calendars, count, pausable[o], s, work) != s:
                cause = EVENT
            elif tailed[o] and after_tails(flat, links, placed.finish, o, calendars, count, pausable[o], s, work) > s:
                cause, behind = WAITS, before
        blocking = _in_the_way(placed, on_unit, on_member, o, s, f)
        if blocking >= 0 and cause == STAYS:
            if fixed[o] < 0:
                cause, behind = ROOM, blocking
            elif fixed[blocking] < 0 and not ledger.free[blocking]:
                ledger.free[blocking], ledger.cause[blocking], ledger.behind[blocking] = True, ROOM, o
                first = min(first, placed.start[blocking])
        if cause != STAYS:
            first = min(first, s)
            if not ledger.free[o]:
                ledger.free[o], ledger.cause[o], ledger.behind[o] = True, cause, behind
            if guess:
                _let_wait(flat, placed, calendars, count, o, max(ready, s), work)
                continue
        else:
            placed.setup[o], placed.finish[o] = setup, f
        if f > s:
            if unit >= 0:
                if on_unit[0, unit] < 0 or placed.finish[on_unit[0, unit]] <= placed.finish[o]:
                    on_unit[0, unit] = o
                if family[o] >= 0:
                    on_unit[1, unit] = family[o]
            for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
                if placed.member[k] >= 0:
                    on_member[placed.member[k]] = o
    return first


@primitive
def arcs_let(
    flat: Flat, modes: Modes, units: Units, links: Links, crews: Crews, placed: Placed, others: Integers, o: int
) -> tuple[int, int]:
    """Give when all that an operation waits for has come, and what comes last; what has no place is left out."""
    ready, last = -NEVER, NO
    for arc in range(links.pred_pointer[o], links.pred_pointer[o + 1]):
        p = links.pred_op[arc]
        if placed.finish[p] >= NEVER:
            continue
        at = placed.finish[p]
        if links.overlap[arc] >= 0:
            count = held_calendars(modes, units, crews, placed, others, p)
            out = placed.setup[p] + min(links.overlap[arc], modes.minutes[placed.mode[p]])
            at = done(flat, others, count, placed.start[p], out)
        if at + links.lag[arc] > ready:
            ready, last = at + links.lag[arc], p
    return ready, last


@primitive
def _in_the_way(placed: Placed, on_unit: Integers, on_member: Integers, o: int, s: int, f: int) -> int:
    """Give an operation that holds the unit or a member of `o` when it begins; -1 where nobody does."""
    if f <= s:
        return -1
    unit = placed.unit[o]
    if unit >= 0 and on_unit[0, unit] >= 0 and placed.finish[on_unit[0, unit]] > s:
        found: int = on_unit[0, unit]
        return found
    for k in range(placed.member_pointer[o], placed.member_pointer[o + 1]):
        who = placed.member[k]
        if who >= 0 and on_member[who] >= 0 and placed.finish[on_member[who]] > s:
            held: int = on_member[who]
            return held
    return -1


@primitive
def _let_wait(flat: Flat, placed: Placed, calendars: Integers, count: int, o: int, ready: int, work: int) -> None:
    """Give an operation that is taken out the time at which it could be done with nothing in its way."""
    s = begin(flat, calendars, count, True, ready, work)  # noqa: FBT003
    placed.start[o] = s
    placed.finish[o] = done(flat, calendars, count, s, work) if s < NEVER else NEVER


def warm_up() -> None:
    """Compile the kernels."""
    from plantwright.methods.scheduling.dispatching import dispatch  # noqa: PLC0415 - not at import
    from plantwright.methods.scheduling.repairing import repair  # noqa: PLC0415
    from plantwright.methods.warm import small_shop  # noqa: PLC0415

    shop = small_shop()
    repair(shop, dispatch(shop))
