"""When lots were cut: the moment whose bill of material says what an order takes, wherever the schedule carries it."""

from __future__ import annotations

import numpy as np

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.ragged import Ints
from plantwright.methods.requirements import Origin, project_orders
from plantwright.methods.requirements.problem import RequirementsProblem

NO = -1


def cut_times(n: Numbered, material: Material) -> Ints:
    """Give for each order when it starts by planned lead times, as the requirements planner has exploded its bill.

    An order on the floor whose components are recorded takes them when it was to start; one that still takes what its
    bill says, at the latest start that has it done when it is expected.
    """
    orders, rows = material.orders, material.plan.requirements
    cut = orders["start"].to_numpy().copy()
    existing = int(orders["existing"].sum())
    asks = np.flatnonzero((rows.origin_kind == Origin.OPEN) & (rows.origin < existing))
    recorded = asks[rows.line[asks] == NO]
    cut[rows.origin[recorded]] = rows.time[recorded]
    exploded = np.unique(rows.origin[asks[rows.line[asks] != NO]])
    if len(exploded):
        node, quantity, due = (orders[name].to_numpy()[exploded] for name in ("node", "quantity", "projected"))
        cut[exploded] = latest_releases(material.problem, node, quantity, due, n.plant.as_of)
    return cut


def latest_releases(problem: RequirementsProblem, node: Ints, quantity: Ints, due: Ints, as_of: int) -> Ints:
    """Give the latest release from which each order is received by its due time, and `as_of` where none is.

    Whoever is released later is not received earlier, so halving finds it: O(log m) projections, m the longest span.
    """
    low, high = np.full(len(node), as_of, np.int64), np.maximum(due, as_of)
    while (low < high).any():
        middle = (low + high + 1) // 2
        in_time = project_orders(problem, node, quantity, middle).receipt <= due
        low, high = np.where(in_time, middle, low), np.where(in_time, high, middle - 1)
    return low
