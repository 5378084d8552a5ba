"""What a schedule costs, as kernels take it."""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.scheduling.problem import Integers, Numbers
from plantwright.methods.working_time import NEVER, primitive


class Costs(NamedTuple):
    """What a schedule costs, as kernels take it: by sink a minute late, being late, a minute early, a minute of flow.

    `setup` is the cost of a minute of change of family, `span` that of a minute of the makespan, `drift` by operation
    that of a minute between its finish and `anchor`.
    """

    op_pointer: Integers
    op_sink: Integers
    sink_pointer: Integers
    sink_op: Integers
    sink_lag: Integers
    release: Integers
    due: Integers
    tardy: Numbers
    late: Numbers
    early: Numbers
    flow: Numbers
    anchor: Integers
    drift: Numbers
    setup: float
    span: float


@primitive
def completion(costs: Costs, finish: Integers, sink: int) -> int:
    """Give when a sink is complete."""
    complete: int = costs.release[sink]
    for k in range(costs.sink_pointer[sink], costs.sink_pointer[sink + 1]):
        complete = max(complete, min(finish[costs.sink_op[k]] + costs.sink_lag[k], NEVER))
    return complete


@primitive
def sink_cost(costs: Costs, sink: int, complete: int) -> float:
    """Give what it costs that a sink is complete at a moment."""
    cost: float = costs.flow[sink] * complete
    if complete > costs.due[sink]:
        cost += costs.late[sink] + costs.tardy[sink] * (complete - costs.due[sink])
    elif costs.early[sink] > 0 and costs.due[sink] < NEVER:
        cost += costs.early[sink] * (costs.due[sink] - complete)
    return cost


@primitive
def slope(costs: Costs, sink: int, complete: int, width: float) -> float:
    """Give what another minute costs a sink, evened out over so many minutes before and after its due time."""
    over = complete - costs.due[sink]
    share = min(max(0.5 + over / (2 * width), 0.0), 1.0)
    cost: float = costs.flow[sink] + costs.tardy[sink] * share
    if 0.0 < share < 1.0:
        cost += costs.late[sink] / (2 * width)
    if costs.due[sink] < NEVER:
        cost -= costs.early[sink] * (1.0 - share)
    return cost
