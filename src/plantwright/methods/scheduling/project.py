"""A project: activities with several modes that share what is renewed each minute and what is used up for good.

Unlike a `Shop`, where an operation holds units one by one, an activity here takes amounts of many resources at once,
and the amounts depend on the mode. This is the (multi-mode) resource-constrained project scheduling problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.scheduling.build import CYCLE, derive
from plantwright.methods.scheduling.problem import Integers

LARGEST = 2**31 - 1


class Precedence(NamedTuple):
    """Arcs by successor and by predecessor, as kernels take them."""

    pred_pointer: Integers
    pred_op: Integers
    lag: Integers
    succ_pointer: Integers
    succ_arc: Integers
    succ_op: Integers


@dataclass(frozen=True, slots=True)
class Project:
    """A project; make it with `build_project`, which explains each array and checks it."""

    mode_pointer: Integers
    mode_minutes: Integers
    demand: Integers
    consumption: Integers
    capacity: Integers
    stock: Integers
    release: Integers
    pred_pointer: Integers
    pred_op: Integers
    pred_lag: Integers
    succ_pointer: Integers
    succ_arc: Integers
    succ_op: Integers
    order: Integers

    @property
    def activities(self) -> int:
        """How many activities there are."""
        return len(self.mode_pointer) - 1

    @property
    def precedence(self) -> Precedence:
        """The arcs, for kernels."""
        return Precedence(
            self.pred_pointer, self.pred_op, self.pred_lag, self.succ_pointer, self.succ_arc, self.succ_op
        )

    @property
    def shortest(self) -> Integers:
        """int64[n]; the minutes of each activity in its quickest mode."""
        return np.minimum.reduceat(self.mode_minutes, self.mode_pointer[:-1])


@dataclass(frozen=True, slots=True)
class ProjectSchedule:
    """When and in which mode each activity is done.

    Parameters
    ----------
    start, finish
        int64[n]; minutes.
    mode
        int64[n]; a place in the mode arrays.
    """

    start: Integers
    finish: Integers
    mode: Integers

    @property
    def makespan(self) -> int:
        """The last finish."""
        return int(self.finish.max(initial=0))


def build_project(
    *,
    mode_minutes: ArrayLike,
    demand: ArrayLike,
    capacity: ArrayLike,
    mode_pointer: ArrayLike | None = None,
    consumption: ArrayLike | None = None,
    stock: ArrayLike | None = None,
    release: ArrayLike | None = None,
    pred_pointer: ArrayLike | None = None,
    pred_op: ArrayLike | None = None,
    pred_lag: ArrayLike | None = None,
) -> Project:
    """Make a project from arrays, filling in what is left out and checking all of it.

    Parameters
    ----------
    mode_pointer, mode_minutes
        Activity ``o`` can be done in the modes ``mode_pointer[o]:mode_pointer[o + 1]`` (left out: one each), each of
        which takes so many minutes without a pause.
    demand, capacity
        int[modes, r] and int[r]; how much of each renewable resource (people, machines) a mode holds while it runs,
        and how much there is at any moment.
    consumption, stock
        int[modes, s] and int[s]; how much of each non-renewable resource (material, money) a mode uses up, and how
        much there is for the whole project. Left out: none.
    release
        int[n]; the earliest start of each activity. Left out: 0.
    pred_pointer, pred_op, pred_lag
        Activity ``o`` starts `pred_lag` or more minutes after the finish of each of its predecessors, the arcs
        ``pred_pointer[o]:pred_pointer[o + 1]``.

    Returns
    -------
    The project, with the arcs also listed by predecessor and the activities in an order that respects the arcs.

    Raises
    ------
    ProblemError
        With every fault that was found: lengths, ranges, an activity no mode of which fits the capacity, circles.

    Notes
    -----
    O(modes x resources + arcs). Kolisch and Sprecher (1997), European Journal of Operational Research 96, 205-216.

    Examples
    --------
    Two activities of three minutes need two of three workers each, so that one waits for the other:

    >>> project = build_project(mode_minutes=[3, 3], demand=[[2], [2]], capacity=[3])
    >>> project.activities, project.shortest.tolist()
    (2, [3, 3])
    """
    minutes = _row(mode_minutes)
    pointer = _row(np.arange(len(minutes) + 1) if mode_pointer is None else mode_pointer)
    n, arcs = len(pointer) - 1, 0 if pred_op is None else len(_row(pred_op))
    given = {
        "mode_pointer": pointer,
        "mode_minutes": minutes,
        "demand": _table(demand, len(minutes)),
        "consumption": _table(consumption, len(minutes)),
        "capacity": _row(capacity),
        "stock": _row([] if stock is None else stock),
        "release": _row(np.zeros(n) if release is None else release),
        "pred_pointer": _row(np.zeros(n + 1) if pred_pointer is None else pred_pointer),
        "pred_op": _row([] if pred_op is None else pred_op),
        "pred_lag": _row(np.zeros(arcs) if pred_lag is None else pred_lag),
    }
    problems = _shape_faults(given, n, arcs) or _value_faults(given, n)
    if problems:
        raise ProblemError(problems)
    succ_pointer, succ_arc, succ_op, order, around = derive(n, given["pred_pointer"], given["pred_op"])
    if around.any():
        raise ProblemError([CYCLE.at("pred", int(o)) for o in np.flatnonzero(around)])
    return Project(**given, succ_pointer=succ_pointer, succ_arc=succ_arc, succ_op=succ_op, order=order)


def _row(values: ArrayLike) -> Integers:
    return np.array(values, np.int64, order="C", ndmin=1)


def _table(values: ArrayLike | None, modes: int) -> Integers:
    return np.zeros((modes, 0), np.int64) if values is None else np.array(values, np.int64, order="C", ndmin=2)


def _shape_faults(given: dict[str, Integers], n: int, arcs: int) -> list[Problem]:
    modes = len(given["mode_minutes"])
    shapes = {
        "demand": (modes, len(given["capacity"])),
        "consumption": (modes, len(given["stock"])),
        "release": (n,),
        "pred_pointer": (n + 1,),
        "pred_lag": (arcs,),
    }
    problems = [
        BAD_ARGUMENT.at("", "", name, given[name].shape, must=f"of shape {shape}")
        for name, shape in shapes.items()
        if given[name].shape != shape
    ]
    problems += [
        BAD_ARGUMENT.at("", "", name, given[name].tolist()[:10], must=f"rising from 0 to {last}")
        for name, last, step in (("mode_pointer", modes, 1), ("pred_pointer", arcs, 0))
        if given[name][0] != 0 or given[name][-1] != last or np.any(np.diff(given[name]) < step)
    ]
    return problems


def _value_faults(given: dict[str, Integers], n: int) -> list[Problem]:
    ranges = {
        "mode_minutes": (0, LARGEST),
        "demand": (0, LARGEST),
        "consumption": (0, LARGEST),
        "capacity": (0, LARGEST),
        "stock": (0, LARGEST),
        "release": (0, LARGEST),
        "pred_op": (0, n - 1),
        "pred_lag": (0, LARGEST),
    }
    problems = [
        BAD_ARGUMENT.at("", tuple(int(i) for i in at), name, int(given[name][tuple(at)]), must=f"from {low} to {high}")
        for name, (low, high) in ranges.items()
        for at in np.argwhere((given[name] < low) | (given[name] > high))
    ]
    if problems:
        return problems
    fits = np.all(given["demand"] <= given["capacity"], axis=1)
    any_fits = np.logical_or.reduceat(fits, given["mode_pointer"][:-1]) if n else fits
    must = "such that one mode of each activity fits the capacity"
    return [
        BAD_ARGUMENT.at("", int(o), "demand", given["demand"][given["mode_pointer"][o]].tolist(), must=must)
        for o in np.flatnonzero(~any_fits)
    ]
