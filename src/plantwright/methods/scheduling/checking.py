"""What is wrong with the modes, lags, deadlines, batches, hours and weights of a shop; each fault names its place."""

from __future__ import annotations

from typing import Any

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, problem_kind
from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import NO, Integers
from plantwright.methods.working_time import NEVER, WorkingTime, intersect

NO_MODE = problem_kind(
    "operation-no-mode", "Operation {key} has no mode, so there is no way to do it.", "Give it a mode."
)
NO_RESOURCE = problem_kind(
    "operation-no-resource",
    "Operation {key} has a mode on work center {value}; work centers go from 0 to {last}.",
    "Add the work center, or take the mode out; -1 stands for none.",
)
MINUTES = problem_kind(
    "operation-minutes",
    "Operation {key} has {value} minutes in {column}; they must be from 0 to {last}.",
    "Give the minutes that the work takes.",
)
WEIGHT = problem_kind(
    "shop-weight",
    "{column} of {key} is {value}; sums with it would overflow.",
    "Give a number from -1e15 to 1e15, in larger units if need be.",
)
MAX_LAG = problem_kind(
    "lag-max-below-min",
    "Operation {key} must start {value} minutes after operation {first} at the latest, but waits for {must}.",
    "Raise the maximum lag, or lower the lag.",
)
LAG_CIRCLE = problem_kind(
    "lags-cannot-hold",
    "Operation {key} must start {value} minutes after operation {first} at the latest; what is between takes longer.",
    "Raise the maximum lag, or take out an arc between the two.",
)
DEADLINE = problem_kind(
    "deadline-before-release",
    "Operation {key} must have finished by {value}, but cannot before {must}, by its release and its minutes.",
    "Move the deadline, or the release.",
)
BATCH_SIZE = problem_kind(
    "batch-too-large",
    "Operation {key} has size {value}, more than the capacity {must} of work center {center}.",
    "Split the operation, or take the mode out.",
)
REGULAR = problem_kind(
    "regular-hours",
    "The regular hours of unit {key}, calendar {value}, are not all among its hours, calendar {must}.",
    "Give the unit a calendar of all hours that it can work in, the regular ones among them.",
)

HEAVIEST = 1e15
"""Times the minutes of a century, still a number whose sums keep their order."""


def mode_faults(given: dict[str, Any], centers: int, largest: int) -> list[Problem]:
    """Check that each operation has a mode, on a work center that there is, with minutes that can be."""
    pointer = given["mode_pointer"]
    owner = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))
    center = given["mode_center"]
    astray = np.flatnonzero((center < NO) | (center >= centers))
    return [
        *(NO_MODE.at("", int(o), "mode_pointer") for o in np.flatnonzero(np.diff(pointer) == 0)),
        *(NO_RESOURCE.at("", int(owner[m]), "mode_center", int(center[m]), last=centers - 1) for m in astray),
        *(
            MINUTES.at("", int(owner[mode]), name, int(given[name][mode]), last=largest)
            for name in ("mode_setup", "mode_minutes")
            for mode in np.flatnonzero((given[name] < 0) | (given[name] > largest))
        ),
    ]


def number_faults(given: dict[str, Any]) -> list[Problem]:
    """Check that weights, rates and costs are numbers whose sums do not overflow."""
    names = ("weight", "hold_rate", "sink_weight", "mode_cost", "setup_cost", "overtime_rate")
    return [
        WEIGHT.at("", tuple(int(i) for i in at), name, float(given[name][tuple(at)]))
        for name in names
        for at in np.argwhere(~(np.abs(given[name]) <= HEAVIEST))
    ]


def least_minutes(given: dict[str, Any]) -> Integers:
    """Give the fewest minutes that each operation takes in any of its modes."""
    if len(given["mode_pointer"]) == 1:
        return np.zeros(0, np.int64)
    both = given["mode_setup"] + given["mode_minutes"]
    return np.asarray(np.minimum.reduceat(both, given["mode_pointer"][:-1]), np.int64)


def rule_faults(given: dict[str, Any]) -> list[Problem]:
    """Check maximum lags against lags, deadlines against releases, and sizes against capacities."""
    after = np.repeat(np.arange(len(given["family"])), np.diff(given["pred_pointer"]))
    first, most, lag = given["pred_op"], given["pred_max_lag"], given["pred_lag"]
    tight = np.flatnonzero((most >= 0) & (given["pred_overlap"] < 0) & (most < lag))
    found = [MAX_LAG.at("", int(after[a]), "", int(most[a]), first=int(first[a]), must=int(lag[a])) for a in tight]
    can = np.maximum(given["release"], 0) + least_minutes(given)
    due = given["deadline"]
    hopeless = np.flatnonzero((due < can) & (due < NEVER) & (given["fixed_start"] == NO))
    found += [DEADLINE.at("", int(o), "deadline", int(due[o]), must=int(can[o])) for o in hopeless]
    return found + _size_faults(given)


def _size_faults(given: dict[str, Any]) -> list[Problem]:
    owner = np.repeat(np.arange(len(given["family"])), np.diff(given["mode_pointer"]))
    center = given["mode_center"]
    capacity = np.append(given["center_capacity"], 1)[center]
    size = given["size"][owner]
    return [
        BATCH_SIZE.at("", int(owner[m]), "size", int(size[m]), must=int(capacity[m]), center=int(center[m]))
        for m in np.flatnonzero((capacity > 1) & (size > capacity))
    ]


def lag_circles(given: dict[str, Any], order: Integers) -> list[Problem]:
    """List the maximum lags that no times can keep, even with every unit free and open.

    They close a circle of positive length in the graph of time differences (Bartusch, Moehring and Radermacher 1988,
    Annals of Operations Research 16, 201-240). O(maximum lags x arcs) where they cannot hold; as a rule a few passes.
    """
    most = given["pred_max_lag"]
    if not (most >= 0).any():
        return []
    shortest = np.minimum.reduceat(
        given["mode_setup"] + given["mode_minutes"], given["mode_pointer"][:-1], dtype=np.int64
    )
    open_arc = np.repeat(given["fixed_start"] == NO, np.diff(given["pred_pointer"]))
    open_arc &= given["fixed_start"][given["pred_op"]] == NO
    before = given["pred_pointer"], given["pred_op"]
    rising = _rising(order, *before, given["pred_lag"], given["pred_overlap"], most, open_arc, shortest)
    after = np.repeat(np.arange(len(order)), np.diff(given["pred_pointer"]))
    return [
        LAG_CIRCLE.at("", int(after[a]), "", int(most[a]), first=int(given["pred_op"][a]))
        for a in np.flatnonzero(rising)
    ]


@compiled
def _rising(
    order: Integers,
    pred_pointer: Integers,
    pred_op: Integers,
    lag: Integers,
    overlap: Integers,
    most: Integers,
    open_arc: Integers,
    shortest: Integers,
) -> Integers:
    """Mark the arcs whose maximum lag still pushes its predecessor after as many passes as there are maximum lags."""
    n = len(order)
    start, finish = np.zeros(n, np.int64), shortest.copy()
    rising = np.zeros(len(pred_op), np.int64)
    for _ in range(np.count_nonzero(most >= 0) + 1):
        rising[:] = 0
        pushed = False
        for o in order:
            for arc in range(pred_pointer[o], pred_pointer[o + 1]):
                p = pred_op[arc]
                if not open_arc[arc]:
                    continue
                if overlap[arc] < 0:
                    start[o] = max(start[o], finish[p] + lag[arc])
                else:
                    start[o] = max(start[o], start[p] + min(overlap[arc], shortest[p]) + lag[arc])
                    finish[o] = max(finish[o], finish[p] + lag[arc])
            finish[o] = max(finish[o], start[o] + shortest[o])
        for i in range(n - 1, -1, -1):
            o = order[i]
            for arc in range(pred_pointer[o], pred_pointer[o + 1]):
                p = pred_op[arc]
                if open_arc[arc] and most[arc] >= 0 and finish[p] < start[o] - most[arc]:
                    finish[p] = start[o] - most[arc]
                    rising[arc] = 1
                    pushed = True
        if not pushed:
            break
    return rising


def hours_faults(given: dict[str, Any], time: WorkingTime) -> list[Problem]:
    """Check that each unit can work in all its regular hours, and that overtime is not paid for by the plant."""
    rate = given["overtime_rate"]
    found = [
        BAD_ARGUMENT.at("", int(unit), "overtime_rate", float(rate[unit]), must="0 or more")
        for unit in np.flatnonzero(rate < 0)
    ]
    within: dict[tuple[int, int], bool] = {}
    for unit in np.flatnonzero(given["unit_regular"] != NO).tolist():
        regular, whole = int(given["unit_regular"][unit]), int(given["unit_calendar"][unit])
        if (regular, whole) not in within:
            within[regular, whole] = _is_within(time, regular, whole)
        if not within[regular, whole]:
            found.append(REGULAR.at("", unit, "unit_regular", regular, must=whole))
    return found


def _is_within(time: WorkingTime, regular: int, whole: int) -> bool:
    """Tell whether one calendar is open only when another is; one that is always open has no hours to leave out."""
    if whole == NO:
        return False
    starts, ends = time.intervals(regular)
    common_starts, common_ends = intersect(starts, ends, *time.intervals(whole))
    return int((ends - starts).sum()) == int((common_ends - common_starts).sum())
