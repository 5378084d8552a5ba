"""The best order quantity when the price falls with the quantity: all-units and incremental discounts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.stock.arguments import Floats, above_zero, fault, numbers, same_length, stop
from plantwright.methods.stock.order_quantity import SNYDER_SHEN, OrderQuantity
from plantwright.methods.working import Step, Working, given

PRICE_RISES = problem_kind(
    "discount-rises",
    "The price from {key} units on is {value}, more than the {before} that smaller orders pay.",
    "Put in prices that fall, or stay, from step to step; leave a step out that is no discount.",
)
"""A table of discounts that goes up: the larger order would pay more."""


def all_units_discount(
    demand: float, order_cost: float, holding_rate: float, breakpoints: ArrayLike, unit_costs: ArrayLike
) -> OrderQuantity:
    """Give the best quantity when every unit of an order has the price of the step that the order reaches.

    On step j the cost is c_j D + K D / Q + i c_j Q / 2; the best of each step is its square-root quantity, or the
    breakpoint where that lies below it, and the cheapest step wins.

    Parameters
    ----------
    demand
        D, units in a unit of time, above 0.
    order_cost
        K, money for an order, above 0.
    holding_rate
        i, share of the price that keeping a unit for a unit of time costs, above 0.
    breakpoints
        float64[n], rising from 0: the least quantity that has each price.
    unit_costs
        float64[n], above 0 and not rising: the price of a unit on each step.

    Returns
    -------
    The quantity; its cost has the purchase in it.

    Raises
    ------
    ProblemError
        With every argument that is out of range; ``discount-rises`` where a price is above the one before.

    Notes
    -----
    Cost O(n).

    References
    ----------
    Snyder and Shen 2019, section 3.4.

    Examples
    --------
    Snyder and Shen 2019, example 3.5:

    >>> best = all_units_discount(1300, 8, 0.3, breakpoints=[0, 400, 800], unit_costs=[0.75, 0.72, 0.68])
    >>> best.quantity, round(best.cost, 2), best.unit_cost
    (800.0, 978.6, 0.68)
    """
    breaks, prices = _table(demand, order_cost, holding_rate, breakpoints, unit_costs)
    free = np.sqrt(2 * order_cost * demand / (holding_rate * prices))
    quantity = np.maximum(free, breaks)
    ordering, holding = order_cost * demand / quantity, holding_rate * prices * quantity / 2
    cost = prices * demand + ordering + holding
    ends = np.append(breaks[1:], np.inf)
    cost[quantity >= ends] = np.inf  # such an order already has the next price, which is counted there
    best = int(np.argmin(cost))
    steps = (
        *_given(demand, order_cost, holding_rate),
        Step("c", "price of a unit on the cheapest step", float(prices[best])),
        Step("Q0", "quantity without steps, units", float(free[best]), "sqrt(2 K D / (i c))"),
        Step("Q*", "order quantity, units", float(quantity[best]), "max(Q0, breakpoint of the step)"),
    )
    return OrderQuantity(
        float(quantity[best]),
        float(cost[best]),
        float(ordering[best]),
        float(holding[best]),
        float(quantity[best] / demand),
        unit_cost=float(prices[best]),
        working=Working(f"{SNYDER_SHEN}, section 3.4", steps),
    )


def incremental_discount(
    demand: float, order_cost: float, holding_rate: float, breakpoints: ArrayLike, unit_costs: ArrayLike
) -> OrderQuantity:
    """Give the best quantity when only the units beyond a breakpoint have the lower price.

    What the units below step j cost more is a fixed sum b_j, so on step j the quantity is
    sqrt(2 (K + b_j) D / (i c_j)) where that lies on the step, at the cost
    c_j D + i b_j / 2 + sqrt(2 (K + b_j) D i c_j).

    Parameters
    ----------
    demand, order_cost, holding_rate, breakpoints, unit_costs
        See `all_units_discount`.

    Returns
    -------
    The quantity; its cost has the purchase in it, its unit cost is the price of the last unit.

    Raises
    ------
    ProblemError
        With every argument that is out of range; ``discount-rises`` where a price is above the one before.

    References
    ----------
    Snyder and Shen 2019, section 3.4.

    Examples
    --------
    Snyder and Shen 2019, problem 3.12:

    >>> best = incremental_discount(182500, 2250, 0.25, [0, 1200, 2400], [1490, 1220, 1100])
    >>> round(best.quantity, 4), round(best.cost, 2)
    (28553.0607, 208678591.68)
    """
    breaks, prices = _table(demand, order_cost, holding_rate, breakpoints, unit_costs)
    saved = np.append(0.0, np.cumsum((prices[:-1] - prices[1:]) * breaks[1:]))
    quantity = np.sqrt(2 * (order_cost + saved) * demand / (holding_rate * prices))
    fixed = holding_rate * saved / 2
    cost = prices * demand + fixed + np.sqrt(2 * (order_cost + saved) * demand * holding_rate * prices)
    outside = (quantity < breaks) | (quantity >= np.append(breaks[1:], np.inf))
    cost[outside] = np.inf  # the cost has a kink downwards at a breakpoint, so the best never lies on one
    best = int(np.argmin(cost))
    steps = (
        *_given(demand, order_cost, holding_rate),
        Step("c", "price of the last unit", float(prices[best])),
        Step("b", "paid more for the units below the step", float(saved[best]), "sum (c_j - c_j+1) breakpoint_j+1"),
        Step("Q*", "order quantity, units", float(quantity[best]), "sqrt(2 (K + b) D / (i c))"),
    )
    return OrderQuantity(
        float(quantity[best]),
        float(cost[best]),
        float(order_cost * demand / quantity[best]),
        float(fixed[best] + holding_rate * prices[best] * quantity[best] / 2),
        float(quantity[best] / demand),
        unit_cost=float(prices[best]),
        working=Working(f"{SNYDER_SHEN}, section 3.4", steps),
    )


def _table(
    demand: float, order_cost: float, holding_rate: float, breakpoints: ArrayLike, unit_costs: ArrayLike
) -> tuple[Floats, Floats]:
    problems = above_zero(demand=demand, order_cost=order_cost, holding_rate=holding_rate)
    breaks = numbers("breakpoints", breakpoints, problems)
    prices = numbers("unit_costs", unit_costs, problems)
    same_length(problems, breakpoints=breaks, unit_costs=prices)
    if not problems:
        problems += _table_faults(breaks, prices)
    stop(problems)
    return breaks, prices


def _table_faults(breaks: Floats, prices: Floats) -> list[Problem]:
    if not breaks.size:
        return [fault("breakpoints", "empty", "one step or more")]
    found = [] if breaks[0] == 0 else [fault("breakpoints", float(breaks[0]), "0 in the first place", 0)]
    stuck = np.flatnonzero(np.diff(breaks) <= 0) + 1
    found += [fault("breakpoints", float(breaks[j]), f"above {breaks[j - 1]:g}", int(j)) for j in stuck]
    found += [fault("unit_costs", 0, "above 0", int(j)) for j in np.flatnonzero(prices <= 0)]
    rising = np.flatnonzero(np.diff(prices) > 0) + 1
    found += [
        PRICE_RISES.at("", f"{breaks[j]:g}", "unit_costs", f"{prices[j]:g}", before=f"{prices[j - 1]:g}")
        for j in rising
    ]
    return found


def _given(demand: float, order_cost: float, holding_rate: float) -> tuple[Step, ...]:
    return given(
        D=("demand, units in a unit of time", demand),
        K=("order cost, money for an order", order_cost),
        i=("share of the price that keeping costs in a unit of time", holding_rate),
    )


__all__ = ["PRICE_RISES", "all_units_discount", "incremental_discount"]
