"""Backward scheduling: the forward dispatch on the shop seen in a mirror, from the due times back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plantwright.methods.scheduling.build import derive
from plantwright.methods.scheduling.dispatching import run_forward
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop, changed
from plantwright.methods.scheduling.rules import by_priority
from plantwright.methods.scheduling.state import empty_placed
from plantwright.methods.scheduling.tails import tails
from plantwright.methods.working_time import NEVER, WorkingTime, working_time

LONG = 2**28
"""Minutes (five centuries) for which a calendar counts as open before it begins, so that what is too late shows."""


def backward(shop: Shop) -> Schedule:
    """Schedule every operation as late as finite capacity lets it, so that all sinks are complete when due.

    The result need not be possible: operations may start in the past. Its starts are finite latest starts, to be
    used as priorities of a forward dispatch. Changes of family are left out, and a set-up is taken at the end of an
    operation rather than at its beginning, where that matters to overlap. What serves no due time goes last. Maximum
    lags, blocking and batches are left out too; deadlines count as due times.

    Returns
    -------
    The schedule, in which `start` and `finish` are latest times.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[2400, 2400])
    >>> backward(shop).start.tolist()
    [900, 2160]
    """
    shop = shop.untied()
    ahead = tails(shop)
    placed = empty_placed(shop)
    place_fixed(shop, placed)
    known = ahead.last_finish[ahead.last_finish < NEVER]
    fixed = shop.fixed_start != NO
    top = max(int(known.max(initial=0)), int(placed.finish[fixed].max(initial=0)), int(shop.time.end.max(initial=0)))
    finish_by = np.minimum(ahead.last_finish, top)
    fixed_start = np.where(fixed, top - np.minimum(placed.finish, top), NO)
    mirror = _mirrored(shop, top, finish_by, fixed_start)
    # the operation that must end last goes first, seen from the end
    schedule = run_forward(mirror, by_priority(-ahead.last_start), mirror.release, 0)
    start = np.where(schedule.finish < NEVER, top - schedule.finish, -NEVER)
    finish = np.where(schedule.finish < NEVER, top - schedule.start, -NEVER)
    due = np.maximum(shop.sink_due, shop.sink_release)
    return changed(schedule, start=start, finish=finish, sink_finish=due)


def _mirrored(shop: Shop, top: int, finish_by: Integers, fixed_start: Integers) -> Shop:
    """Give the shop seen from `top` back: arcs turned round, calendars reversed, need-by times as releases."""
    first, arcs = shop.succ_op, shop.succ_arc
    overlap, tail = shop.pred_overlap[arcs], shop.pred_tail[arcs]
    succ_pointer, succ_arc, succ_op, order, _ = derive(shop.operations, shop.succ_pointer, first)
    centers = len(shop.center_matrix)
    return replace(
        shop,
        time=_mirrored_time(shop.time, top),
        release=top - finish_by,
        due=np.full(shop.operations, NEVER, np.int64),
        deadline=np.full(shop.operations, NEVER, np.int64),
        pred_max_lag=np.full(len(arcs), NO, np.int64),
        center_matrix=np.full(centers, NO, np.int64),
        pred_pointer=shop.succ_pointer,
        pred_op=first,
        pred_lag=shop.pred_lag[arcs],
        pred_overlap=np.where(overlap < 0, NO, tail),
        pred_tail=np.where(overlap < 0, 0, overlap),
        fixed_start=fixed_start,
        succ_pointer=succ_pointer,
        succ_arc=succ_arc,
        succ_op=succ_op,
        order=order,
    )


def _mirrored_time(time: WorkingTime, top: int) -> WorkingTime:
    """Turn the calendars round, and let them be open without end beyond their first interval."""
    turned = []
    for calendar in range(len(time.pointer) - 1):
        starts, ends = time.intervals(calendar)
        if len(starts):
            ends = np.append(ends, starts[0])
            starts = np.append(starts, starts[0] - LONG)
            by_start = np.argsort(starts)
            starts, ends = starts[by_start], ends[by_start]
        turned.append(((top - ends)[::-1], (top - starts)[::-1]))
    return working_time(turned)
