"""When are orders received that start at given moments, and whose operations wait for material: all in one call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.inputs import NodeKind, Nodes
from plantwright.methods.requirements.lead_time import offer_for, receipt_with_waits, release_of
from plantwright.methods.requirements.problem import RequirementsProblem, requirements_problem
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import LONG_AGO


@dataclass(frozen=True, slots=True)
class ProjectedOrders:
    """When orders start and are received, and when their operations begin.

    Parameters
    ----------
    start
        int64[orders]; the latest release from which the first operation begins as it does, in `begin`.
    receipt
        int64[orders]; `NEVER` where a calendar ends first.
    pointer
        int64[orders + 1]; where the operations of each order lie in `begin`. An order without operations has one.
    begin
        int64; the latest start of each operation that gives this receipt, `NEVER` where there is none.
    """

    start: Ints
    receipt: Ints
    pointer: Ints
    begin: Ints


@dataclass(frozen=True, slots=True)
class Waits:
    """What operations wait for: row of the order, number of the operation (0 or below is the first), and the moment."""

    order: ArrayLike
    operation: ArrayLike
    moment: ArrayLike


def project_orders(
    problem: RequirementsProblem, node: ArrayLike, quantity: ArrayLike, release: ArrayLike, waits: Waits | None = None
) -> ProjectedOrders:
    """Project orders forward from their release, in working time, as the planner projects an order that starts now.

    Parameters
    ----------
    problem
        The inputs; lead times, routings and calendars are taken from it.
    node, quantity, release
        int64[orders]: what, how much (scaled), and the moment from which each order may run.
    waits
        Moments before which operations do not begin, in any order; of several the last one counts. A number beyond the
        last operation means the last.

    Returns
    -------
    The receipts, and the starts of the operations.

    Raises
    ------
    ProblemError
        With the columns of unequal length, and every node or order that does not exist.

    Notes
    -----
    An operation begins when the one before is done and has been moved, its queue is over and its material is there.
    O(log m) for each operation, m the intervals of its calendar.

    Examples
    --------
    A lot takes an hour, and the shift opens at 8:00 of each day; the material comes on day 1 at 20:00:

    >>> from plantwright.methods.requirements import NodeKind, Nodes, Routing, SCALE, requirements_problem
    >>> from plantwright.methods.working_time import working_time
    >>> shifts = working_time([([480, 1920, 3360], [960, 2400, 3840])])
    >>> routing = Routing([0, 1], calendar=[0], setup=[60.0])
    >>> problem = requirements_problem(0, Nodes([NodeKind.MAKE]), routing=routing, calendars=shifts)
    >>> found = project_orders(problem, [0, 0], [SCALE, SCALE], [480, 480], Waits([1], [0], [1440 + 1200]))
    >>> found.begin.tolist(), found.receipt.tolist()
    ([480, 3360], [540, 3420])
    """
    nodes, amounts, moments = (np.atleast_1d(np.asarray(values, np.int64)) for values in (node, quantity, release))
    wait = waits or Waits([], [], [])
    order, operation, until = (np.asarray(v, np.int64) for v in (wait.order, wait.operation, wait.moment))
    problems = [
        *_faults("orders", {"node": nodes, "quantity": amounts, "release": moments}, problem.nodes),
        *_faults("waits", {"order": order, "operation": operation, "moment": until}, nodes.size),
    ]
    if problems:
        raise ProblemError(problems)
    count = np.maximum(operation_counts(problem)[nodes], 1)
    pointer = np.concatenate(([0], np.cumsum(count))).astype(np.int64)
    begin = np.full(pointer[-1], LONG_AGO, np.int64)
    place = pointer[order] + np.clip(operation, 0, count[order] - 1)
    np.maximum.at(begin, place, until)
    start, receipt = _project(problem.tables, problem.calendars, nodes, amounts, moments, pointer, begin)
    return ProjectedOrders(start, receipt, pointer, begin)


def operation_counts(problem: RequirementsProblem) -> Ints:
    """Count the operations that give each node its lead time: none unless it is made."""
    records = problem.tables.data[: (problem.nodes + 1) * c.NODE_WIDTH].reshape(-1, c.NODE_WIDTH)
    counts = np.diff(records[:, c.OPS]) // c.OP_WIDTH
    return np.where(records[:-1, c.KIND] == NodeKind.MAKE, counts, 0).astype(np.int64)


def _faults(table: str, columns: dict[str, Ints], rows: int) -> list[Problem]:
    """Give columns of unequal length, and numbers in the first one that mean no row."""
    name, first = next(iter(columns.items()))
    found = [
        BAD_ARGUMENT.at(table, "", column, f"of shape {values.shape}", must=f"{first.size} values, as {name} has")
        for column, values in columns.items()
        if values.shape != (first.size,)
    ]
    wrong = np.flatnonzero((first < 0) | (first >= rows))
    return found + [BAD_ARGUMENT.at(table, int(i), name, int(first[i]), must=f"from 0 to {rows - 1}") for i in wrong]


@compiled
def _project(
    t: Tables, times: Calendars, node: Ints, quantity: Ints, release: Ints, pointer: Ints, step: Ints
) -> tuple[Ints, Ints]:
    """Project each order; its waits lie in `step`, and the starts of its operations are written there."""
    start, receipt = np.empty(node.size, np.int64), np.empty(node.size, np.int64)
    for row in range(node.size):
        offer, at = offer_for(t, node[row], quantity[row]), pointer[row]
        receipt[row] = receipt_with_waits(t, times, node[row], quantity[row], offer, release[row], step, at)
        start[row] = max(release[row], release_of(t, node[row], step, at))
    return start, receipt


def warm_up() -> None:
    """Compile the projection by projecting one order."""
    project_orders(requirements_problem(0, Nodes([0])), [0], [1], [0])
