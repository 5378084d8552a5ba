"""Forward dispatch: an event-driven schedule on finite capacity by a rule, or by given priorities."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.kernel import run
from plantwright.methods.scheduling.problem import (
    NO,
    Flags,
    Integers,
    Schedule,
    Shop,
    Sinks,
)
from plantwright.methods.scheduling.queues import Choice, empty_line
from plantwright.methods.scheduling.rules import RULES, Rule, by_priority, choose_by
from plantwright.methods.scheduling.serving import LOOK
from plantwright.methods.scheduling.state import (
    Blocks,
    Placed,
    empty_agenda,
    empty_bench,
    empty_floor,
    empty_placed,
)
from plantwright.methods.scheduling.tails import Tails, tails
from plantwright.methods.scheduling.tied import place_in_order
from plantwright.methods.working_time import NEVER


def dispatch(
    shop: Shop,
    rule: Rule = "atc",
    *,
    start: int = 0,
    priorities: ArrayLike | None = None,
    look_ahead: float = 4.0,
    window: int | None = None,
    ahead: Tails | None = None,
) -> Schedule:
    """Make a forward schedule: whenever a unit is free and open, the most urgent operation that waits for it begins.

    The schedule is non-delay: no unit stays idle while an operation that could begin on it waits, apart from what
    `window` holds back. An operation with several modes goes where it ends first, even to a unit that is still busy.
    Fixed operations are placed first, and the others go around them.

    In a shop with maximum lags, blocking, batches or helpers at set-ups, groups of operations that are bound to each
    other are placed whole, each operation in the first gap, in the order of such a schedule without what binds them (or
    of the priorities).

    Parameters
    ----------
    shop
        The shop, see `build_shop`.
    rule
        Which waiting operation next:

        ``atc``
            the largest weight / minutes x exp(-slack / (`look_ahead` x mean minutes)), where slack is what is left to
            the latest start, and the weight is that of all sinks the operation serves: late work by worth, early
            work by time. The best of these rules where a plant cannot be on time everywhere.
        ``atcs``
            the same, times exp(-set-up / scale) for the change of family it would take.
        ``edd``
            the earliest due time among the sinks it serves.
        ``latest_start``
            the earliest latest start, from the due times back through the arcs with unlimited capacity.
        ``slack``
            the least slack to the due time per remaining operation.
        ``cr``
            the smallest critical ratio, time to the due time over remaining work.
        ``spt``, ``fcfs``
            the shortest; the first to arrive.
    start
        The moment before which nothing free begins.
    priorities
        float[n]; given in place of a rule: the smallest number first. This is how a search steers the schedule.
    look_ahead
        Mean operation times over which ``atc`` and ``atcs`` look ahead.
    window
        Minutes before its latest start from which an operation may begin; None: as soon as it can.
    ahead
        The result of `tails(shop)` if it is at hand, to save time.

    Returns
    -------
    The schedule. Its status is ``unfinished`` where some operations could not be placed (calendars or members end
    before the work, or lags cannot be kept), and ``unmet`` where some miss their deadline; see `evaluate`.

    Raises
    ------
    ProblemError
        For an unknown rule, priorities of another length, or a look-ahead or window out of range.

    Notes
    -----
    O((n + arcs) log n) for rules with fixed keys and for ``atc``; the others look through the queue at each decision.
    Pinedo, Scheduling: Theory, Algorithms, and Systems (5th ed.), section 14.1 (rules) and section 14.2 (ATC).

    Examples
    --------
    Two jobs on one machine of eight hours a day; the second is due first:

    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[2400, 960])
    >>> schedule = dispatch(shop, "edd")
    >>> schedule.start.tolist(), schedule.finish.tolist()
    ([720, 480], [1980, 720])
    """
    faults = _faults(shop, rule, priorities, look_ahead, window)
    if faults:
        raise ProblemError(faults)
    if ahead is None and (priorities is None or window is not None):
        ahead = tails(shop)
    if priorities is not None:
        choice = by_priority(priorities)
    else:
        choice = choose_by(shop, _known(ahead), rule, start, look_ahead)
    release = shop.release if window is None else held_back(shop.release, _known(ahead).last_start, window)
    if shop.tied and priorities is not None:
        return in_order(shop, priorities, release, start)
    return run_forward(shop, choice, release, start)


def held_back(release: Integers, last_start: Integers, window: int) -> Integers:
    """Give the releases that keep an operation from beginning more than `window` before its latest start."""
    return np.maximum(release, np.where(last_start < NEVER, last_start - window, release))


def run_forward(shop: Shop, choice: Choice, release: Integers, start: int, room: int = 0) -> Schedule:
    """Run the compiled dispatch with the choice and the releases given; `room` is for events of looking again.

    Where operations are bound to each other, the dispatch without what binds them gives the order in which groups of
    them are placed.
    """
    if shop.tied:
        order = run_forward(shop.untied(), choice, release, start).start
        return in_order(shop, order, release, start)
    room = room or 16 * len(shop.center_matrix) + 1024
    placed = empty_placed(shop)
    blocks, member_blocks = place_fixed(shop, placed)
    pending = np.diff(shop.pred_pointer)
    free = np.flatnonzero((pending == 0) & (shop.fixed_start == NO))
    roots = free[np.argsort(release[free], kind="stable")]
    centers = len(shop.center_matrix)
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    easy, tailed = _easy(shop, blocks)
    count = run(
        shop.time.flat,
        shop.modes,
        shop.units,
        shop.links,
        shop.crews,
        shop.family,
        shop.pausable,
        easy,
        tailed,
        release,
        shop.fixed_start,
        roots,
        pending,
        blocks,
        member_blocks,
        placed,
        empty_floor(shop, start),
        choice,
        empty_line(shop.mode_center, owner, centers, choice.rule),
        empty_bench(shop, placed, LOOK),
        empty_agenda(shop, release, start, room),
        start,
    )
    if count < 0:
        return run_forward(shop, choice, release, start, room=4 * room)
    return _told(shop, placed)


def in_order(shop: Shop, order: ArrayLike, release: Integers, start: int) -> Schedule:
    """Place the operations one group after the other, the smallest number first; see `place_in_order`."""
    return _told(shop, place_in_order(shop, order, release, start))


def _told(shop: Shop, placed: Placed) -> Schedule:
    """Give the schedule, with what there is to say of it."""
    status = "complete"
    if (placed.finish >= NEVER).any():
        status = "unfinished"
    elif (placed.finish > shop.deadline).any():
        status = "unmet"
    return Schedule(*placed, sink_completions(shop.sinks, placed.finish), status)


def _faults(
    shop: Shop, rule: str, priorities: ArrayLike | None, look_ahead: float, window: int | None
) -> list[Problem]:
    faults = []
    if rule not in RULES:
        faults.append(BAD_ARGUMENT.at("", "", "rule", rule, must="one of " + ", ".join(RULES)))
    if priorities is not None and np.shape(priorities) != (shop.operations,):
        must = f"one number for each of the {shop.operations} operations"
        faults.append(BAD_ARGUMENT.at("", "", "priorities", f"of shape {np.shape(priorities)}", must=must))
    if not look_ahead > 0:
        faults.append(BAD_ARGUMENT.at("", "", "look_ahead", look_ahead, must="above 0"))
    if window is not None and window < 0:
        faults.append(BAD_ARGUMENT.at("", "", "window", window, must="None, or 0 or more"))
    return faults


def _known(ahead: Tails | None) -> Tails:
    if ahead is None:
        raise ValueError("the tails are needed here")
    return ahead


@compiled
def sink_completions(sinks: Sinks, finish: Integers) -> Integers:
    """Give when each sink is complete: all its operations finished and moved, and its release past."""
    complete = sinks.release.copy()
    for sink in range(len(complete)):
        for k in range(sinks.pointer[sink], sinks.pointer[sink + 1]):
            complete[sink] = max(complete[sink], min(finish[sinks.op[k]] + sinks.lag[k], NEVER))
    return complete


def _easy(shop: Shop, blocks: Blocks) -> tuple[Flags, Flags]:
    """Mark the operations for which any free unit will do, and those that wait for a last transfer batch."""
    tailed = np.zeros(shop.operations, np.bool_)
    overlapping = np.flatnonzero(shop.pred_overlap >= 0)
    tailed[np.searchsorted(shop.pred_pointer, overlapping, side="right") - 1] = True
    plain = np.append(shop.center_matrix < 0, False)
    plain[shop.unit_center[np.flatnonzero(np.diff(blocks.pointer))]] = False
    single = np.diff(shop.mode_pointer) == 1
    alone = np.diff(shop.need_pointer) == 0
    return single & alone & shop.pausable & ~tailed & plain[shop.mode_center[shop.mode_pointer[:-1]]], tailed
