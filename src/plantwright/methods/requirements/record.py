"""The material requirements record of one node: the time-phased table that planners read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.plan import MaterialPlan
from plantwright.methods.requirements.problem import RequirementsProblem


@dataclass(frozen=True, slots=True)
class RequirementsRecord:
    """One column a bucket, all scaled quantities; what lies before the first bucket counts in it.

    Parameters
    ----------
    gross_requirement
        int64[b]; what is wanted of the node.
    scheduled_receipt
        int64[b]; what open orders and co-products bring.
    projected_available
        int64[b]; stock at the end of the bucket, with the planned receipts; below 0 where something waits.
    net_requirement
        int64[b]; what is missing, safety stock included, before the planned receipts of the bucket.
    planned_receipt
        int64[b]; planned orders by the moment at which they are projected to come in.
    planned_release
        int64[b]; the same orders by their start.
    """

    gross_requirement: Ints
    scheduled_receipt: Ints
    projected_available: Ints
    net_requirement: Ints
    planned_receipt: Ints
    planned_release: Ints


def requirements_record(
    problem: RequirementsProblem, plan: MaterialPlan, node: int, edges: ArrayLike
) -> RequirementsRecord:
    """Sum up a plan for one node in buckets of time.

    Parameters
    ----------
    problem, plan
        The inputs and the plan made of them.
    node
        Which node.
    edges
        int64[b + 1], rising; bucket ``i`` goes from ``edges[i]`` up to, and without, ``edges[i + 1]``.

    Raises
    ------
    ProblemError
        When there is no such node, or the edges do not rise.

    Notes
    -----
    O(requirements + orders + receipts). The record is that of J. Orlicky, Material Requirements Planning, 1975, ch. 4.

    Examples
    --------
    Four a day on days 1 and 3, five on hand, bought in lots of ten with a day of lead time:

    >>> from plantwright.methods.requirements import Demands, NodeKind, Nodes, plan_requirements, requirements_problem
    >>> bought = Nodes([NodeKind.BUY], quantum=1, on_hand=5, minimum=10, lead_fixed=1440)
    >>> problem = requirements_problem(0, bought, demands=Demands([0, 0], [1440, 4320], [4, 4]))
    >>> record = requirements_record(problem, plan_requirements(problem), 0, [0, 1440, 2880, 4320, 5760])
    >>> record.gross_requirement, record.net_requirement
    (array([0, 4, 0, 4]), array([0, 0, 0, 3]))
    >>> record.planned_receipt, record.planned_release, record.projected_available
    (array([ 0,  0,  0, 10]), array([ 0,  0, 10,  0]), array([5, 1, 1, 7]))
    """
    moments = np.atleast_1d(np.asarray(edges))
    problems = list(_faults(problem, node, moments))
    if problems:
        raise ProblemError(problems)
    moments = moments.astype(np.int64)
    needs, orders, extra = plan.requirements, plan.orders, plan.co_products
    mine, own, brought = needs.node == node, orders.node == node, extra.node == node
    gross = _summed(moments, needs.time[mine], needs.quantity[mine])
    supply_time, supply_quantity = _open_supplies(problem, node)
    scheduled = _summed(moments, supply_time, supply_quantity)
    scheduled += _summed(moments, extra.time[brought], extra.quantity[brought])
    receipt = _summed(moments, orders.projected[own], orders.quantity[own])
    release = _summed(moments, orders.start[own], orders.quantity[own])
    on_hand = int(problem.tables.data[node * c.NODE_WIDTH + c.ON_HAND])
    safety = int(problem.tables.data[node * c.NODE_WIDTH + c.SAFETY_STOCK])
    available = on_hand + np.cumsum(scheduled + receipt - gross)
    return RequirementsRecord(
        gross_requirement=gross,
        scheduled_receipt=scheduled,
        projected_available=available,
        net_requirement=np.clip(safety - (available - receipt), 0, None),
        planned_receipt=receipt,
        planned_release=release,
    )


def _faults(problem: RequirementsProblem, node: int, edges: Ints) -> list[Problem]:
    found = []
    if not 0 <= node < problem.nodes:
        found.append(BAD_ARGUMENT.at(column="node", value=node, must=f"from 0 to {problem.nodes - 1}"))
    if edges.ndim != 1 or edges.size < 2 or edges.dtype.kind not in "iu" or np.any(np.diff(edges) <= 0):
        found.append(BAD_ARGUMENT.at(column="edges", value=edges.tolist(), must="two or more whole numbers that rise"))
    return found


def _open_supplies(problem: RequirementsProblem, node: int) -> tuple[Ints, Ints]:
    data = problem.tables.data
    first = data[node * c.NODE_WIDTH + c.SUPPLIES]
    rows = data[first : data[(node + 1) * c.NODE_WIDTH + c.SUPPLIES]].reshape(-1, c.SUPPLY_WIDTH)
    return rows[:, c.SUPPLY_TIME], rows[:, c.SUPPLY_QUANTITY]


def _summed(edges: Ints, time: Ints, quantity: Ints) -> Ints:
    """Add quantities up by bucket, exactly; what is earlier goes into the first, what is later is left out."""
    bucket = np.maximum(np.searchsorted(edges, time, side="right") - 1, 0)
    inside = bucket < edges.size - 1
    total = np.zeros(edges.size - 1, np.int64)
    np.add.at(total, bucket[inside], quantity[inside])
    return total
