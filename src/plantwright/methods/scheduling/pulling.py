"""Match a schedule up with the one in force: begin earlier where an event takes time away, later only where need be."""

from __future__ import annotations

import numpy as np

from plantwright.core.problem import stop_on_errors
from plantwright.methods.scheduling.deferring import before_overlapped
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.problem import NO, Crews, Flags, Integers, Links, Modes, Schedule, Shop, Units
from plantwright.methods.scheduling.pushing import Line, push_through
from plantwright.methods.scheduling.repairing import Repair, faults_of, schedule_of
from plantwright.methods.scheduling.serving import held_calendars
from plantwright.methods.scheduling.settling import EARLIER, STAYS
from plantwright.methods.scheduling.state import Blocks, Placed, empty_placed
from plantwright.methods.scheduling.timing import Flat, begin, done, latest
from plantwright.methods.scheduling.yielding import standing_in
from plantwright.methods.working_time import NEVER, primitive


def match_up(
    shop: Shop, before: Schedule, *, start: int = 0, order: Integers | None = None, patience: int = NEVER,
    by: Integers | None = None, leeway: Integers | None = None,
) -> Repair:  # fmt: skip
    """Keep every sequence; what is displaced begins earlier where there is time, and only else later.

    Parameters
    ----------
    shop, before, start, order, patience, by, leeway
        See `right_shift`.

    Returns
    -------
    The schedule. An operation begins later than in force only if it would, were everything in its sequence done as soon
    as can be; what need not move stays.

    Raises
    ------
    ProblemError
        As `right_shift` does.

    Notes
    -----
    Forward, everything begins as soon as its sequence lets it, ``e_j``. Backward, each operation goes back to its start
    in force ``s_j``, or where it cannot run then, to the latest start before it that lets those behind it begin as they
    do; where ``e_j > s_j`` it begins at ``e_j``. A schedule just in time has its idle time ahead of its work: what a
    stop takes away is won back there, where a right shift makes everything behind it late. O(n log n). Match-up
    scheduling: Bean, Birge, Mittenthal and Noon, Matchup scheduling with multiple resources, release dates and
    disruptions, Operations Research 39 (1991), 470-483.

    Examples
    --------
    The machine is down when the second of two jobs should run. It runs before; nothing is late.

    >>> from plantwright.methods.scheduling import build_shop, defer, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> parts = dict(unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[60, 60],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[200, 300])
    >>> shop = build_shop(working_time([([0], [900])]), **parts)
    >>> before = defer(shop, dispatch(shop, "edd"))
    >>> after = build_shop(working_time([([0, 300], [240, 900])]), **parts)
    >>> before.start.tolist(), match_up(after, before).schedule.start.tolist()
    ([140, 240], [120, 180])
    """
    stop_on_errors(faults_of(shop, before))
    standing = standing_in(shop, before, by, leeway)
    line = push_through(shop, before, start, order, _behind_fixed(shop, before, start), patience, standing)
    placed, turns = line.placed, line.turns
    units, members = len(shop.unit_calendar), len(shop.member_calendar)
    crew = int(np.diff(placed.member_pointer).max(initial=0)) + 1
    _go_back(
        shop.time.flat, shop.modes, shop.units, shop.links, shop.crews, shop.pausable, line.sequence, turns.began,
        line.blocks, line.member_blocks, placed, np.full(units + 1, NEVER, np.int64),
        np.full(members + 1, NEVER, np.int64), np.empty(crew, np.int64), np.empty(crew, np.int64),
    )  # fmt: skip
    return Repair(schedule_of(shop, placed), *_causes(line, before), 1)


def _behind_fixed(shop: Shop, before: Schedule, start: int) -> Integers:
    """Give the end of the fixed work that each operation stands behind, on its unit and with its people."""
    found = np.full(shop.operations, start, np.int64)
    blocks, member_blocks = place_fixed(shop, empty_placed(shop))
    every = np.arange(shop.operations)
    seat = np.repeat(every, np.diff(before.member_pointer))
    for own, op, holder in ((blocks, every, before.unit), (member_blocks, seat, before.member)):
        for one in np.flatnonzero(np.diff(own.pointer)):
            part = slice(own.pointer[one], own.pointer[one + 1])
            ends = np.append(start, np.maximum.accumulate(own.finish[part]))
            mine = op[holder == one]
            mine = mine[before.start[mine] < NEVER]
            np.maximum.at(found, mine, ends[np.searchsorted(own.start[part], before.start[mine])])
    return found


def _causes(line: Line, before: Schedule) -> tuple[Flags, Integers, Integers]:
    """Say why each operation moved: later for the reason for which it was pushed, earlier so that others can stay."""
    placed, ledger = line.placed, line.ledger
    there = before.start < NEVER
    same = there & (placed.start == before.start) & (placed.unit == before.unit) & (placed.mode == before.mode)
    earlier = there & (placed.start < before.start)
    cause = np.where(same, STAYS, np.where(earlier, EARLIER, ledger.cause))
    return cause != STAYS, cause, np.where(same | earlier, NO, ledger.behind)


@primitive
def _go_back(  # noqa: C901, PLR0912  one hot loop: a call that hands over tuples costs more
    flat: Flat,
    modes: Modes,
    units: Units,
    links: Links,
    crews: Crews,
    pausable: Flags,
    sequence: Integers,
    began: Integers,
    blocks: Blocks,
    member_blocks: Blocks,
    placed: Placed,
    unit_next: Integers,
    member_next: Integers,
    calendars: Integers,
    others: Integers,
) -> None:
    """Bring each operation back to its start in force, or as near as those behind it let it, the last one first."""
    for i in range(len(sequence) - 1, -1, -1):
        o = sequence[i]
        if o < 0 or placed.finish[o] >= NEVER:
            continue
        s, f, unit = placed.start[o], placed.finish[o], placed.unit[o]
        first, behind = placed.member_pointer[o], placed.member_pointer[o + 1]
        last, begin_by = NEVER, NEVER
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            v, arc = links.succ_op[k], links.succ_arc[k]
            if placed.finish[v] >= NEVER:
                continue
            if links.overlap[arc] < 0:
                last = min(last, placed.start[v] - links.lag[arc])
            else:
                by_end, by_start = before_overlapped(
                    flat, modes, units, links, crews, placed, calendars, others, o, v, arc
                )
                last, begin_by = min(last, by_end), min(begin_by, by_start)
        if f > s:
            if unit >= 0:
                last = min(last, unit_next[unit], _block_after(blocks, unit, f))
            for k in range(first, behind):
                m = placed.member[k]
                if m >= 0:
                    last = min(last, member_next[m], _block_after(member_blocks, m, f))
        if s < began[o]:
            work = placed.setup[o] + modes.minutes[placed.mode[o]]
            count = held_calendars(modes, units, crews, placed, calendars, o)
            wanted = began[o]
            if begin(flat, calendars, count, pausable[o], wanted, work) != wanted:
                wanted = latest(flat, calendars, count, pausable[o], wanted, work)
            if wanted > s and (wanted > begin_by or done(flat, calendars, count, wanted, work) > last):
                wanted = min(wanted, latest(flat, calendars, count, pausable[o], last, work))
                if wanted > begin_by:
                    wanted = s
            if wanted > s:
                placed.start[o], placed.finish[o] = wanted, done(flat, calendars, count, wanted, work)
                s = wanted
        if f > s or placed.finish[o] > s:
            if unit >= 0:
                unit_next[unit] = s
            for k in range(first, behind):
                if placed.member[k] >= 0:
                    member_next[placed.member[k]] = s


@primitive
def _block_after(blocks: Blocks, holder: int, f: int) -> int:
    """Give the start of the next fixed work on a unit, or with a member, from a moment on."""
    for k in range(blocks.pointer[holder], blocks.pointer[holder + 1]):
        if blocks.start[k] >= f:
            ahead: int = blocks.start[k]
            return ahead
    return NEVER


def warm_up() -> None:
    """Compile the kernel."""
    from plantwright.methods.scheduling.dispatching import dispatch  # noqa: PLC0415 - not at import
    from plantwright.methods.warm import small_shop  # noqa: PLC0415

    shop = small_shop()
    match_up(shop, dispatch(shop))


__all__ = ["match_up"]
