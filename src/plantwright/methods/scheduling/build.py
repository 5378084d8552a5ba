"""Make a `Shop`: fill in what is left out, check everything, report all faults at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, problem_kind
from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.checking import (
    hours_faults,
    lag_circles,
    mode_faults,
    number_faults,
    rule_faults,
)
from plantwright.methods.scheduling.filling import filled, shape_faults, sizes_of
from plantwright.methods.scheduling.problem import NO, Integers, Shop
from plantwright.methods.working_time import WorkingTime

CYCLE = problem_kind(
    "operation-cycle",
    "Operation {key} waits for itself through the operations before it.",
    "Take one of the arcs out of the circle.",
)
"""The arcs between operations go round in a circle."""

LARGEST = 2**31 - 1


def build_shop(
    time: WorkingTime,
    *,
    unit_pointer: ArrayLike,
    unit_calendar: ArrayLike,
    mode_center: ArrayLike,
    mode_minutes: ArrayLike,
    mode_pointer: ArrayLike | None = None,
    mode_setup: ArrayLike | None = None,
    mode_rank: ArrayLike | None = None,
    mode_calendar: ArrayLike | None = None,
    family: ArrayLike | None = None,
    pausable: ArrayLike | None = None,
    release: ArrayLike | None = None,
    due: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    hold_rate: ArrayLike | None = None,
    unit_family: ArrayLike | None = None,
    center_matrix: ArrayLike | None = None,
    setup_matrix: ArrayLike | None = None,
    pred_pointer: ArrayLike | None = None,
    pred_op: ArrayLike | None = None,
    pred_lag: ArrayLike | None = None,
    pred_overlap: ArrayLike | None = None,
    pred_tail: ArrayLike | None = None,
    need_pointer: ArrayLike | None = None,
    need_group: ArrayLike | None = None,
    need_count: ArrayLike | None = None,
    group_pointer: ArrayLike | None = None,
    group_member: ArrayLike | None = None,
    member_calendar: ArrayLike | None = None,
    fixed_start: ArrayLike | None = None,
    fixed_unit: ArrayLike | None = None,
    sink_pointer: ArrayLike | None = None,
    sink_op: ArrayLike | None = None,
    sink_lag: ArrayLike | None = None,
    sink_due: ArrayLike | None = None,
    sink_weight: ArrayLike | None = None,
    sink_release: ArrayLike | None = None,
    mode_cost: ArrayLike | None = None,
    pred_max_lag: ArrayLike | None = None,
    blocking: ArrayLike | None = None,
    center_capacity: ArrayLike | None = None,
    size: ArrayLike | None = None,
    batch_family: ArrayLike | None = None,
    deadline: ArrayLike | None = None,
    need_in_setup: ArrayLike | None = None,
    setup_cost: ArrayLike | None = None,
    unit_regular: ArrayLike | None = None,
    overtime_rate: ArrayLike | None = None,
) -> Shop:
    """Make a shop from arrays, filling in what is left out and checking all of it.

    Parameters
    ----------
    time
        The calendars, see `working_time`.
    unit_pointer, unit_calendar, unit_family
        Work center ``c`` has the parallel units ``unit_pointer[c]:unit_pointer[c + 1]``. A unit has a calendar (-1:
        always open) and the family it is set up for at the outset (-1: any; the first operation needs no change).
    mode_pointer, mode_center, mode_setup, mode_minutes, mode_rank, mode_calendar
        Operation ``o`` can be done in the modes ``mode_pointer[o]:mode_pointer[o + 1]`` (left out: one each). A mode
        has a work center (-1: none, the work runs on `mode_calendar`, where -1 means elapsed time), working minutes
        of set-up and of run, and a rank that breaks ties between equal finishes (0 is preferred).
    family
        int[n]; the set-up family of the operation, -1: it neither needs nor leaves a set-up, and no more does an
        operation without any minutes of its own.
    pausable
        bool[n]; false where set-up and run must fit into one open interval. Left out: all can pause.
    release, due
        int[n]; earliest start, and need-by time (`NEVER` where there is none) of each operation.
    weight, hold_rate
        float[n]; the priority of the operation in rules that use one, and the cost of a minute in which what the
        operation puts in at its start lies in the house.
    center_matrix, setup_matrix
        Each work center has the set-up matrix ``setup_matrix[center_matrix[c], from, to]`` of working minutes that
        come on top of the mode's own set-up, or none (-1).
    pred_pointer, pred_op, pred_lag, pred_overlap, pred_tail
        Operation ``o`` has the arcs ``pred_pointer[o]:pred_pointer[o + 1]`` from its predecessors. `pred_lag` is
        elapsed minutes (queue and move). `pred_overlap` -1 means that the successor starts `lag` after the
        predecessor's finish; otherwise it is the working minutes after the predecessor's set-up until its first
        transfer batch is out, and `pred_tail` the successor's working minutes on the last transfer batch, which it
        can only do after the predecessor's finish and the lag (one minute at least).
    need_pointer, need_group, need_count, group_pointer, group_member, member_calendar
        Operation ``o`` holds, for its whole span, `need_count` members of each group it needs; it makes progress only
        while its unit and all of them are open. A member may be in several groups; a group's order is its
        preference.
    fixed_start, fixed_unit
        int[n]; the given start of started, pinned or frozen operations (-1: free), and their unit (-1: in a mode
        without work center). What remains to do is in the mode; no change of family is added. Their arcs from
        predecessors do not move them.
    sink_pointer, sink_op, sink_lag, sink_due, sink_weight, sink_release
        A sink, such as a customer's demand, is complete when all its operations have finished (plus the lag of each)
        and not before its release (such as the arrival of other stock); it is due, and has a weight for lateness.
    mode_cost, setup_cost
        float; what it costs to do the operation in each mode, and to change from family to family, in the shape of
        `setup_matrix`. They count in objectives that ask for them.
    pred_max_lag
        The most elapsed minutes from the predecessor's finish to the successor's start, -1: any. The same as `pred_lag`
        is *no wait*. Arcs into fixed operations do not bind.
    blocking
        bool[n]; the finished work stays on its unit, which does nothing else until all successors have begun.
    center_capacity, size, batch_family
        A work center of capacity above 1 does several operations at once on a unit, as an oven does: those of one batch
        have one start, the same `batch_family` and the same `family`, and sizes that add up to no more than the
        capacity; all take as long as the longest of them. Family -1 goes alone. Left out: capacity 1, size 1, one
        family.
    deadline
        int[n]; the moment by which each operation must have finished, come what may; `NEVER` where there is none.
    need_in_setup
        bool; of each need, whether it holds only during the set-up. Without set-up minutes nobody is held.
    unit_regular, overtime_rate
        int and float, of each unit: the calendar of its regular hours, all of them within `unit_calendar` (-1: all its
        hours are regular), and what a minute worked outside of them costs (left out: 1). A schedule may work in the
        other hours or leave them out; what is worked there counts in objectives that ask for it. See `overtime`.

    Returns
    -------
    The shop, with the arcs also listed by predecessor and the operations in an order that respects the arcs.

    Raises
    ------
    ProblemError
        With every fault that was found: lengths, ranges, references, circles, lags that cannot hold, deadlines before
        releases, batches larger than their unit, regular hours outside of a unit's hours. What only keeps a schedule
        from being complete, `findings` tells.

    Notes
    -----
    O(operations + modes + arcs).

    Examples
    --------
    Two operations of an order on two machines, a day of eight hours on each:

    >>> from plantwright.methods.working_time import working_time
    >>> time = working_time([([480, 1920], [960, 2400])])
    >>> shop = build_shop(time, unit_pointer=[0, 1, 2], unit_calendar=[0, 0],
    ...     mode_center=[0, 1], mode_minutes=[300, 240], pred_pointer=[0, 0, 1], pred_op=[0],
    ...     sink_pointer=[0, 1], sink_op=[1], sink_due=[960])
    >>> shop.operations
    2
    """
    asked = {name: value for name, value in locals().items() if name != "time"}
    given = filled(asked)
    problems = shape_faults(given, sizes_of(asked)) or _value_faults(given, time)
    if problems:
        raise ProblemError(problems)
    derived = _derived(given, len(given["family"]))
    around = np.flatnonzero(derived.pop("waiting"))
    problems = [CYCLE.at("pred", int(o)) for o in around]
    problems += rule_faults(given) or ([] if len(around) else lag_circles(given, derived["order"]))
    if problems:
        raise ProblemError(problems)
    return Shop(time=time, **given, **derived)


def _value_faults(given: dict[str, Any], time: WorkingTime) -> list[Problem]:
    """Check every value against its range, and every code against what it points to."""
    n, calendars = len(given["family"]), len(time.pointer) - 1
    centers, groups = len(given["unit_pointer"]) - 1, len(given["group_pointer"]) - 1
    matrix = given["setup_matrix"]
    if matrix.ndim != 3:
        return [BAD_ARGUMENT.at("", "", "setup_matrix", matrix.shape, must="of three dimensions: matrix, from, to")]
    if given["setup_cost"].shape != matrix.shape:
        must = f"of the shape of setup_matrix, {matrix.shape}"
        return [BAD_ARGUMENT.at("", "", "setup_cost", given["setup_cost"].shape, must=must)]
    matrices, families = matrix.shape[0], matrix.shape[1] if matrix.shape[0] else LARGEST
    ranges = {
        "mode_calendar": (NO, calendars - 1),
        "family": (NO, families - 1),
        "unit_calendar": (NO, calendars - 1),
        "unit_family": (NO, families - 1),
        "unit_regular": (NO, calendars - 1),
        "center_matrix": (NO, matrices - 1),
        "setup_matrix": (0, LARGEST),
        "pred_op": (0, n - 1),
        "pred_lag": (0, LARGEST),
        "pred_overlap": (NO, LARGEST),
        "pred_tail": (0, LARGEST),
        "pred_max_lag": (NO, LARGEST),
        "center_capacity": (1, LARGEST),
        "size": (1, LARGEST),
        "batch_family": (NO, LARGEST),
        "need_group": (0, groups - 1),
        "need_count": (1, LARGEST),
        "group_member": (0, len(given["member_calendar"]) - 1),
        "member_calendar": (NO, calendars - 1),
        "fixed_unit": (NO, len(given["unit_calendar"]) - 1),
        "sink_op": (0, n - 1),
        "sink_lag": (0, LARGEST),
    }
    problems = [fault for name, (low, high) in ranges.items() for fault in _outside(given[name], name, low, high)]
    problems += number_faults(given) + mode_faults(given, centers, LARGEST)
    return problems or _mode_faults(given) + hours_faults(given, time)


def _outside(values: Integers, name: str, low: int, high: int) -> list[Problem]:
    if not values.size or (values.min() >= low and values.max() <= high):
        return []
    wrong = np.argwhere((values < low) | (values > high))
    return [
        BAD_ARGUMENT.at("", tuple(int(i) for i in at), name, int(values[tuple(at)]), must=f"from {low} to {high}")
        for at in wrong
    ]


def _mode_faults(given: dict[str, Any]) -> list[Problem]:
    """Check what the modes have to do with needs, fixed units and units at all."""
    problems = []
    sizes = np.diff(given["unit_pointer"])
    used = np.unique(given["mode_center"][given["mode_center"] >= 0])
    problems += [
        BAD_ARGUMENT.at("", int(c), "unit_pointer", 0, must="at least one unit for a work center that is used")
        for c in used[sizes[used] == 0]
    ]
    center_of_unit = np.repeat(np.arange(len(sizes)), sizes)
    for o in np.flatnonzero(given["fixed_start"] != NO):
        unit = given["fixed_unit"][o]
        center = center_of_unit[unit] if unit >= 0 else NO
        own = given["mode_center"][given["mode_pointer"][o] : given["mode_pointer"][o + 1]]
        if center not in own:
            must = "a unit of a work center of one of the operation's modes"
            problems.append(BAD_ARGUMENT.at("", int(o), "fixed_unit", int(unit), must=must))
    return problems


def _derived(given: dict[str, Any], n: int) -> dict[str, Any]:
    """List the arcs by predecessor, and put the operations in an order that respects the arcs."""
    sizes = np.diff(given["unit_pointer"])
    unit_center = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    names = ("succ_pointer", "succ_arc", "succ_op", "order", "waiting")
    return {
        "unit_center": unit_center,
        **dict(zip(names, derive(n, given["pred_pointer"], given["pred_op"]), strict=True)),
    }


def derive(
    n: int, pred_pointer: Integers, pred_op: Integers
) -> tuple[Integers, Integers, Integers, Integers, NDArray[np.bool_]]:
    """Give the arcs by predecessor (pointer, arc, successor), an order after the arcs, and what waits in a circle."""
    succ_pointer, succ_arc, succ_op = _successors(n, pred_pointer, pred_op)
    order, placed = _topological(n, pred_pointer, succ_pointer, succ_op)
    waiting = np.ones(n, np.bool_)
    waiting[order[:placed]] = False
    return succ_pointer, succ_arc, succ_op, order, waiting


@compiled
def _successors(n: int, pred_pointer: Integers, pred_op: Integers) -> tuple[Integers, Integers, Integers]:
    """Turn arcs by successor into arcs by predecessor, in the order of the successors."""
    pointer = np.zeros(n + 1, np.int64)
    for arc in range(len(pred_op)):
        pointer[pred_op[arc] + 1] += 1
    for o in range(n):
        pointer[o + 1] += pointer[o]
    place = pointer.copy()
    arcs = np.empty(len(pred_op), np.int64)
    ops = np.empty(len(pred_op), np.int64)
    for o in range(n):
        for arc in range(pred_pointer[o], pred_pointer[o + 1]):
            p = pred_op[arc]
            arcs[place[p]] = arc
            ops[place[p]] = o
            place[p] += 1
    return pointer, arcs, ops


@compiled
def _topological(n: int, pred_pointer: Integers, succ_pointer: Integers, succ_op: Integers) -> tuple[Integers, int]:
    """Order the operations after their predecessors (Kahn 1962); gives how many could be placed."""
    waiting = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    size = 0
    for o in range(n):
        waiting[o] = pred_pointer[o + 1] - pred_pointer[o]
        if waiting[o] == 0:
            order[size] = o
            size += 1
    head = 0
    while head < size:
        o = order[head]
        head += 1
        for k in range(succ_pointer[o], succ_pointer[o + 1]):
            s = succ_op[k]
            waiting[s] -= 1
            if waiting[s] == 0:
                order[size] = s
                size += 1
    return order, size
