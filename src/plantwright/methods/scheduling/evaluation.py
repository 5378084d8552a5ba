"""What a schedule is worth: lateness, set-up, stock, overtime; counted from the schedule alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.overtime import overtime_worked
from plantwright.methods.scheduling.problem import (
    NO,
    Integers,
    Links,
    Schedule,
    Shop,
    Sinks,
)
from plantwright.methods.working_time import NEVER


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a schedule is worth.

    Parameters
    ----------
    late
        int64[d]; minutes each sink is complete after it is due.
    number_late, total_late, greatest_late, weighted_late
        How many sinks are late, their minutes summed, the most, and summed by weight.
    unfinished
        How many operations could not be placed; with any, the sinks that wait for them count as late for ever.
    makespan
        The last finish, or `NEVER` if nothing is placed.
    setup, run
        Working minutes of set-up and of run over all placed operations.
    held
        Cost of what lies in the house: each operation's `hold_rate` from its start until the last sink it serves
        leaves (complete and due), or its own finish if it serves none.
    broken
        Arcs into fixed operations that their predecessors do not keep, minimum or maximum lag.
    unmet
        int64[]; the operations that end after their deadline, or have one and could not be placed.
    mode_cost, setup_cost
        Cost of the modes that are used, and of the changes of family on each unit.
    overtime, overtime_cost
        Minutes worked outside of the regular hours of the units, and what they cost at the rates of the units.
    """

    late: Integers
    number_late: int
    total_late: int
    greatest_late: int
    weighted_late: float
    unfinished: int
    makespan: int
    setup: int
    run: int
    held: float
    broken: int
    unmet: Integers
    mode_cost: float
    setup_cost: float
    overtime: int
    overtime_cost: float


def evaluate(shop: Shop, schedule: Schedule) -> Evaluation:
    """Count lateness, set-up, run, held value and overtime of a schedule. O(operations + arcs).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[300, 240],
    ...     sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[960, 960])
    >>> worth = evaluate(shop, dispatch(shop, "edd"))
    >>> worth.number_late, worth.total_late, worth.run
    (1, 1020, 540)
    """
    late = np.maximum(schedule.sink_finish - shop.sink_due, 0)
    placed = schedule.finish < NEVER
    leaves = _leaves(shop.links, shop.sinks, shop.order, schedule.finish, schedule.sink_finish)
    stays = np.where(placed, np.minimum(leaves, NEVER) - schedule.start, 0).astype(np.float64)
    extra = overtime_worked(shop, schedule)
    return Evaluation(
        late=late,
        number_late=int(np.count_nonzero(late)),
        total_late=int(late.sum(dtype=np.float64)),  # minutes of unfinished sinks would overflow
        greatest_late=int(late.max(initial=0)),
        weighted_late=float(late @ shop.sink_weight),
        unfinished=int(np.count_nonzero(~placed)),
        makespan=int(schedule.finish[placed].max()) if placed.any() else NEVER,
        setup=int(schedule.setup[placed].sum()),
        run=int(shop.mode_minutes[schedule.mode[placed]].sum()),
        held=float(stays @ shop.hold_rate),
        broken=_broken(shop, schedule),
        unmet=np.flatnonzero((shop.deadline < NEVER) & (schedule.finish > shop.deadline)),
        mode_cost=float(shop.mode_cost[schedule.mode[placed]].sum()),
        setup_cost=cost_of_changes(shop, schedule),
        overtime=int(extra.sum()),
        overtime_cost=float(extra @ np.append(shop.overtime_rate, 0.0)[schedule.unit]),
    )


def cost_of_changes(shop: Shop, schedule: Schedule) -> float:
    """Give what the changes of family cost, unit by unit in the order of starts; a batch changes once. O(n log n).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop, dispatch
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0, 0],
    ...     mode_minutes=[5, 5, 5], family=[0, 1, 0], center_matrix=[0], setup_matrix=[[[0, 1], [2, 0]]],
    ...     setup_cost=[[[0, 10.0], [20.0, 0]]])
    >>> cost_of_changes(shop, dispatch(shop, "fcfs"))
    30.0
    """
    if not shop.setup_cost.any():
        return 0.0
    works = (schedule.unit >= 0) & (schedule.finish > schedule.start) & (schedule.finish < NEVER) & (shop.family >= 0)
    line = np.flatnonzero(works)
    line = line[np.lexsort((schedule.finish[line], schedule.start[line], schedule.unit[line]))]
    unit, start, family = schedule.unit[line], schedule.start[line], shop.family[line]
    same = np.append(False, unit[1:] == unit[:-1])
    before = np.where(same, np.append(NO, family[:-1]), shop.unit_family[unit])
    together = same & np.append(False, start[1:] == start[:-1])
    matrix = shop.center_matrix[shop.unit_center[unit]]
    counts = (matrix >= 0) & (before >= 0) & ~together & (shop.fixed_start[line] == NO)
    return float(shop.setup_cost[matrix[counts], before[counts], family[counts]].sum())


def _broken(shop: Shop, schedule: Schedule) -> int:
    """Count the arcs into fixed operations that start too early for their predecessor."""
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    into = np.flatnonzero(shop.fixed_start[after] != NO)
    first, arc = shop.pred_op[into], shop.pred_overlap[into]
    ready = np.where(arc < 0, schedule.finish[first], schedule.start[first]) + shop.pred_lag[into]
    most = shop.pred_max_lag[into]
    late = (most >= 0) & (schedule.start[after[into]] > np.minimum(schedule.finish[first], NEVER) + most)
    return int(np.count_nonzero((schedule.start[after[into]] < ready) | late))


@compiled
def _leaves(links: Links, sinks: Sinks, order: Integers, finish: Integers, sink_finish: Integers) -> Integers:
    """Give when the last sink that each operation serves leaves the house."""
    out = np.full(len(order), -NEVER, np.int64)
    for sink in range(len(sinks.due)):
        due = sinks.due[sink] if sinks.due[sink] < NEVER else -NEVER
        for k in range(sinks.pointer[sink], sinks.pointer[sink + 1]):
            out[sinks.op[k]] = max(out[sinks.op[k]], due, sink_finish[sink])
    for i in range(len(order) - 1, -1, -1):
        o = order[i]
        for k in range(links.succ_pointer[o], links.succ_pointer[o + 1]):
            out[o] = max(out[o], out[links.succ_op[k]])
        out[o] = max(out[o], finish[o])
    return out


def objective(worth: Evaluation, late_cost: float | None) -> tuple[float, float]:
    """Give what to minimise: lateness before held value, or one sum of both when a late minute has a cost."""
    if late_cost is None:
        return worth.weighted_late, worth.held
    return late_cost * worth.weighted_late + worth.held, worth.weighted_late
