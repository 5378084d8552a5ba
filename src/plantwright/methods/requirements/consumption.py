"""Forecast consumption: what customers have ordered is taken off what was expected, so that nothing counts twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import compiled, whole_row
from plantwright.methods.requirements.exact import Ints


@dataclass(frozen=True, slots=True)
class NetForecast:
    """What is left of a forecast, and what took the rest.

    Parameters
    ----------
    quantity
        int64[forecasts]; what is still to be planned for.
    forecast, order, amount
        One row a taking: the forecast, the order that took from it (-1: dropped inside the demand fence), how much.
    """

    quantity: Ints
    forecast: Ints
    order: Ints
    amount: Ints


def consume_forecast(
    *,
    order_node: ArrayLike,
    order_time: ArrayLike,
    order_quantity: ArrayLike,
    forecast_node: ArrayLike,
    forecast_start: ArrayLike,
    forecast_end: ArrayLike,
    forecast_quantity: ArrayLike,
    backward: ArrayLike,
    forward: ArrayLike,
    fence: ArrayLike,
) -> NetForecast:
    """Take orders off the forecast of the same node.

    Orders are taken in order of time. Each takes first from the period that it falls into, then from earlier periods
    that end within its backward window, the latest first, then from later periods that begin within its forward
    window, the earliest first. What it finds no forecast for is demand beyond the forecast. In the end, what is left
    of periods that begin before the demand fence is dropped: there only orders count.

    Parameters
    ----------
    order_node, order_time, order_quantity
        int[o]; node, due moment and scaled quantity of each order.
    forecast_node, forecast_start, forecast_end, forecast_quantity
        int[f]; node, period ``[start, end)`` and scaled quantity of each forecast.
    backward, forward, fence
        int[nodes]; windows in minutes, and the moment of the demand fence.

    Returns
    -------
    The net forecast, and who took what.

    Raises
    ------
    ProblemError
        When the rows of the orders or of the forecasts are not equally many, or a quantity is below 0.

    Notes
    -----
    O(o log o + f log f) and one step for each period looked at. Forecast consumption as in T. Vollmann, W. Berry,
    D. Whybark, R. Jacobs, Manufacturing Planning and Control for Supply Chain Management, 5th edition 2005.

    Examples
    --------
    Two weeks of 100; an order of 30 in the second week, one of 90 that also reaches back:

    >>> net = consume_forecast(order_node=[0, 0], order_time=[12_000, 15_000], order_quantity=[30, 90],
    ...     forecast_node=[0, 0], forecast_start=[0, 10_080], forecast_end=[10_080, 20_160],
    ...     forecast_quantity=[100, 100], backward=[10_080], forward=[0], fence=[0])
    >>> net.quantity.tolist(), net.amount.tolist()
    ([80, 0], [30, 70, 20])
    """
    orders = [whole_row(one) for one in (order_node, order_time, order_quantity)]
    rows = (forecast_node, forecast_start, forecast_end, forecast_quantity)
    forecasts = [whole_row(one) for one in rows]
    faults = [
        BAD_ARGUMENT.at(column=name, value=[len(one) for one in group], must="rows of one length, quantities 0 or more")
        for name, group in (("order", orders), ("forecast", forecasts))
        if len({len(one) for one in group}) > 1 or np.any(group[-1] < 0)
    ]
    if faults:
        raise ProblemError(faults)
    by_time = np.argsort(orders[1], kind="stable")
    place = np.lexsort((forecasts[1], forecasts[0]))
    windows = [whole_row(one) for one in (backward, forward, fence)]
    left, taken = _consume(*orders, by_time, *forecasts, place, *windows)  # type: ignore[call-arg]
    return NetForecast(left, *(np.ascontiguousarray(taken[:, column]) for column in range(3)))


@compiled
def _consume(
    order_node: Ints, order_time: Ints, order_quantity: Ints, by_time: Ints,
    node: Ints, start: Ints, end: Ints, quantity: Ints, place: Ints,
    backward: Ints, forward: Ints, fence: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    left = quantity.copy()
    taken = np.empty((2 * quantity.size + order_node.size + 1, 3), np.int64)
    count = 0
    nodes = node[place]
    for order in by_time:
        need, own, due = order_quantity[order], order_node[order], order_time[order]
        low = np.searchsorted(nodes, own, side="left")
        high = np.searchsorted(nodes, own, side="right")
        first_after = low
        while first_after < high and start[place[first_after]] <= due:
            first_after += 1
        for direction in (-1, 1):
            row = first_after - 1 if direction < 0 else first_after
            while need > 0 and low <= row < high:
                period = place[row]
                if direction < 0 and end[period] <= due - backward[own]:
                    break
                if direction > 0 and start[period] > due + forward[own]:
                    break
                amount = min(need, left[period])
                if amount > 0:
                    taken[count] = (period, order, amount)
                    count += 1
                    left[period] -= amount
                    need -= amount
                row += direction
    for period in range(quantity.size):
        if left[period] > 0 and start[period] < fence[node[period]]:
            taken[count] = (period, -1, left[period])
            count += 1
            left[period] = 0
    return left, taken[:count].copy()


def warm_up() -> None:
    """Compile the kernel of this module."""
    consume_forecast(
        order_node=[0], order_time=[0], order_quantity=[1], forecast_node=[0], forecast_start=[0], forecast_end=[1],
        forecast_quantity=[1], backward=[0], forward=[0], fence=[0],
    )  # fmt: skip
