"""Repair a schedule after an event: what cannot stay moves, everything else keeps its time, unit and people.

The schedule in force stands; an operation is taken out of it only where a rule of the shop breaks (its unit is closed,
what it waits for comes later, somebody else is in its place). What has been taken out is dispatched around the rest in
the order in which it stood, and the rest is looked at again, until nothing breaks. Taking out only grows, so it ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, stop_on_errors
from plantwright.methods.scheduling.dispatching import dispatch, sink_completions
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Schedule, Shop
from plantwright.methods.scheduling.settling import CAUSES, EARLIER, EVENT, NEW, STAYS, Ledger, settle
from plantwright.methods.scheduling.state import Placed, empty_placed
from plantwright.methods.working_time import NEVER

MOST_ROUNDS = 40
"""After so many rounds all that starts later than the first fault is taken out at once: that always fits."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A repaired schedule, and why each operation was taken out of the one before.

    Parameters
    ----------
    schedule
        The schedule, which keeps the rules of the shop.
    free
        bool[n]; which operations were taken out and placed again.
    cause
        int64[n]; a number of `CAUSES`: stays, event (closed, released later, or no longer possible), waits (for an
        operation before it), room (its unit or its people are needed by another), new, earlier (taken out so that
        others are less late).
    behind
        int64[n]; the operation that it waits for or made room for; -1 for none.
    rounds
        How often the schedule was looked through.
    """

    schedule: Schedule
    free: Flags
    cause: Integers
    behind: Integers
    rounds: int


def repair(
    shop: Shop,
    before: Schedule,
    *,
    start: int = 0,
    taken_out: Flags | None = None,
    earliest: Integers | None = None,
    order: Integers | None = None,
) -> Repair:
    """Repair a schedule so that it keeps the rules of a shop that has changed.

    Parameters
    ----------
    shop
        The shop after the event, see `build_shop`; what is fixed in it counts more than the schedule before.
    before
        The schedule in force in the numbers of this shop: start, mode, unit and members of each operation, with start
        `NEVER` for one that is new.
    start
        The moment before which nothing that is free begins.
    taken_out
        bool[n]; operations that are placed again in any case.
    earliest
        int64[n]; the moment from which what is taken out may begin; None: not before it began in force (right shift).
    order
        int64[n]; the order in which what is taken out is dispatched, smallest first; None: as it began in force.

    Returns
    -------
    The repaired schedule, and the reason of each move.

    Raises
    ------
    ProblemError
        When the schedule is of another shop; for a shop whose operations are bound by maximum lags, blocking, batches,
        or helpers at set-ups, which a repair does not keep.

    Notes
    -----
    O(rounds x (n + arcs) log n). An operation that may pause and is under way when its unit closes keeps its start and
    ends later. This is matchup by right shift with gaps: Vieira, Herrmann, Lin, Rescheduling manufacturing systems,
    Journal of Scheduling 6 (2003), section 4; Abumaizar, Svestka, Rescheduling job shops under random disruptions,
    International Journal of Production Research 35 (1997): only what is affected moves.

    Examples
    --------
    The second of three jobs on a machine cannot start any more when it did: the third keeps its place.

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> parts = dict(unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0, 0], mode_minutes=[60, 60, 60],
    ...     sink_pointer=[0, 1, 2, 3], sink_op=[0, 1, 2], sink_due=[60, 120, 180])
    >>> before = dispatch(build_shop(working_time([([0], [900])]), **parts), "edd")
    >>> after = build_shop(working_time([([0, 120], [60, 900])]), **parts)
    >>> found = repair(after, before)
    >>> found.schedule.start.tolist(), found.free.tolist()
    ([0, 180, 120], [False, True, False])
    """
    n = shop.operations
    stop_on_errors(faults_of(shop, before))
    fixed = shop.fixed_start != NO
    state = _kept(shop, before)
    free = ~fixed & ((state.start >= NEVER) | (np.zeros(n, np.bool_) if taken_out is None else taken_out))
    cause = np.where(free, np.where(state.start >= NEVER, NEW, EARLIER), STAYS).astype(np.int64)
    ledger = Ledger(free, cause, np.full(n, NO, np.int64))
    settle(shop, state, ledger, start, guess=True)
    began = np.where(before.start < NEVER, before.start, 0)
    earliest = np.maximum(shop.release, began if earliest is None else earliest)
    order = np.where(before.start < NEVER, before.start, shop.due) if order is None else order
    rounds = 0
    while True:
        rounds += 1
        _dispatch_around(shop, state, ledger.free, earliest, order, start)
        first = settle(shop, state, ledger, start)
        if first >= NEVER:
            break
        if rounds % MOST_ROUNDS == 0:
            rest = ~fixed & ~ledger.free & (state.start >= first)
            ledger.free[rest], ledger.cause[rest] = True, EVENT
    return Repair(schedule_of(shop, state), ledger.free | (ledger.cause != STAYS), ledger.cause, ledger.behind, rounds)


def faults_of(shop: Shop, before: Schedule) -> list[Problem]:
    """Say why a schedule cannot be repaired: it is of another shop, or something binds operations to each other."""
    n, found = shop.operations, []
    if len(before.start) != n or len(before.sink_finish) != len(shop.sink_due):
        must = f"a schedule of {n} operations and {len(shop.sink_due)} sinks"
        found.append(BAD_ARGUMENT.at("", "", "before", f"of {len(before.start)}", must=must))
    if shop.tied:
        must = "without maximum lags, blocking, batches and helpers at set-ups, which a repair does not keep"
        found.append(BAD_ARGUMENT.at("", "", "shop", "one that has some", must=must))
    return found


def schedule_of(shop: Shop, placed: Placed) -> Schedule:
    """Give the schedule with what there is to say of it: unfinished, unmet where a deadline is missed, or complete."""
    status = "complete"
    if (placed.finish >= NEVER).any():
        status = "unfinished"
    elif (placed.finish > shop.deadline).any():
        status = "unmet"
    return Schedule(*placed, sink_completions(shop.sinks, placed.finish), status)


def _kept(shop: Shop, before: Schedule) -> Placed:
    """Give the schedule before, with what is fixed in the shop in its own place."""
    own = empty_placed(shop)
    place_fixed(shop, own)
    fixed = shop.fixed_start != NO
    seats = np.repeat(fixed, np.diff(own.member_pointer))
    return Placed(
        np.where(fixed, own.start, before.start),
        np.where(fixed, own.finish, before.finish),
        np.where(fixed, own.setup, before.setup),
        np.where(fixed, own.mode, before.mode),
        np.where(fixed, own.unit, before.unit),
        own.member_pointer,
        np.where(seats, own.member, before.member),
    )


def _dispatch_around(shop: Shop, placed: Placed, free: Flags, release: Integers, order: Integers, start: int) -> None:
    """Place what is free anew around the rest, in place."""
    # Who holds work that stays is known, also where it takes no time and they are away.
    seats = np.repeat(~free & (placed.start < NEVER), np.diff(placed.member_pointer))
    member = placed.member.copy()
    found = dispatch(bound(shop, placed, free, np.maximum(release, start)), priorities=order, start=start)
    placed.start[:], placed.finish[:], placed.setup[:] = found.start, found.finish, found.setup
    placed.mode[:], placed.unit[:] = found.mode, found.unit
    placed.member[:] = np.where(seats, member, found.member)


def bound(shop: Shop, placed: Placed, free: Flags, release: Integers) -> Shop:
    """Give the shop in which all that is not free is fixed where it is: start, unit, set-up, people and tools.

    A seat of what is fixed gets a group of one, so that nobody else is chosen for it.
    """
    kept = ~free & (placed.start < NEVER)
    setup = shop.mode_setup.copy()
    setup[placed.mode[kept]] = placed.setup[kept]
    parts: dict[str, Any] = {}
    if len(shop.need_group):
        parts = _own_groups(shop, placed, kept)
    return replace(
        shop,
        mode_setup=setup,
        release=np.where(free, release, shop.release),
        fixed_start=np.where(kept, placed.start, NO),
        fixed_unit=np.where(kept, placed.unit, NO),
        **parts,
    )


def _own_groups(shop: Shop, placed: Placed, kept: Flags) -> dict[str, Integers]:
    """Write the needs seat by seat, those of what is kept with the member that sits there."""
    seats = np.repeat(shop.need_group, shop.need_count)
    owner = np.repeat(np.arange(shop.operations), np.diff(placed.member_pointer))
    taken = kept[owner] & (placed.member >= 0)
    groups, members = len(shop.group_pointer) - 1, len(shop.member_calendar)
    alone = int(shop.group_pointer[-1]) + np.arange(1, members + 1)
    return {
        "need_pointer": placed.member_pointer,
        "need_group": np.where(taken, groups + placed.member, seats),
        "need_count": np.ones(len(seats), np.int64),
        "need_in_setup": np.repeat(shop.need_in_setup, shop.need_count),
        "group_pointer": np.concatenate([shop.group_pointer, alone]).astype(np.int64),
        "group_member": np.concatenate([shop.group_member, np.arange(members)]).astype(np.int64),
    }


__all__ = ["CAUSES", "Repair", "faults_of", "repair", "schedule_of"]
