"""Joint replenishment: items that share the cost of an order, each in a whole multiple of a common rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.stock.arguments import Floats, Ints, above_zero, fault, numbers, same_length, stop

MOST_CHANGES = 5_000_000
"""So many changes of a multiple are looked at: a bound on memory, far beyond sensible costs."""


@dataclass(frozen=True, slots=True)
class JointReplenishment:
    """A common rhythm for items that are ordered together.

    Parameters
    ----------
    interval
        Time from joint order to joint order.
    multiple
        int64[n]; the item is in every ``multiple``-th joint order.
    quantity
        float64[n]; units of the item each time.
    cost
        Money in a unit of time: joint orders, items' orders and holding.
    apart
        The same if every item were ordered by itself and paid the whole order cost.
    """

    interval: float
    multiple: Ints
    quantity: Floats
    cost: float
    apart: float


def joint_replenishment(
    demand: ArrayLike, holding_cost: ArrayLike, item_cost: ArrayLike, order_cost: float
) -> JointReplenishment:
    """Give the cheapest rhythm T and multiples m_i: least of K / T + sum k_i / (m_i T) + T / 2 sum m_i h_i D_i.

    Exact among plans in which something is ordered at every joint order time. For a given T the best multiple of an
    item is the m with m (m - 1) <= 2 k_i / (h_i D_i T^2) <= m (m + 1); between two times at which some multiple
    changes, the cost is a plain square-root cost. All such stretches down to a lower bound of T are looked at.

    Parameters
    ----------
    demand
        float64[n], D_i, units in a unit of time, above 0.
    holding_cost
        float64[n], h_i, money for a unit and a unit of time, above 0.
    item_cost
        float64[n], k_i, money for having the item in an order, 0 or above.
    order_cost
        K, money for a joint order, above 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(N log N) in the number N of changes, about the sum over items of sqrt(2 k_i / (h_i D_i)) over the least T.
    As the best rhythm costs no more than the best with all multiples 1 (UB), and every item at least its own
    square-root cost (sum LB), K / T <= UB - LB bounds T from below.

    References
    ----------
    S. K. Goyal, "Determination of optimum packaging frequency of items jointly replenished", Management Science 21(4),
    1974, 436-443; M. J. G. van Eijs, "A note on the joint replenishment problem under constant demand", Journal of the
    Operational Research Society 44(2), 1993, 185-191.

    Examples
    --------
    >>> plan = joint_replenishment([600, 900, 2400, 120], [10, 10, 10, 10], [3, 3, 3, 3], order_cost=15)
    >>> plan.multiple.tolist(), plan.quantity.round(1).tolist(), round(plan.cost, 2)
    ([1, 1, 1, 2], [21.1, 31.6, 84.2, 8.4], 1453.07)
    """
    problems = above_zero(order_cost=order_cost)
    rate, holding = numbers("demand", demand, problems), numbers("holding_cost", holding_cost, problems)
    own = numbers("item_cost", item_cost, problems)
    same_length(problems, demand=rate, holding_cost=holding, item_cost=own)
    for name, row in (("demand", rate), ("holding_cost", holding)):
        problems += [fault(name, 0, "above 0", int(place)) for place in np.flatnonzero(row == 0)]
    if not rate.size:
        problems.append(fault("demand", "empty", "one item or more"))
    stop(problems)
    weight = rate * holding
    interval, cost = _best_interval(own, weight, order_cost)
    multiple = _multiples(own, weight, interval)
    apart = float(np.sqrt(2 * (order_cost + own) * weight).sum())
    return JointReplenishment(interval, multiple, rate * multiple * interval, cost, apart)


def _best_interval(own: Floats, weight: Floats, order_cost: float) -> tuple[float, float]:
    """Give the best rhythm and its cost by looking at every stretch on which no multiple changes."""
    longest = float(np.sqrt(2 * (order_cost + own.sum()) / weight.sum()))
    upper = float(np.sqrt(2 * (order_cost + own.sum()) * weight.sum()))
    slack = upper - float(np.sqrt(2 * own * weight).sum())
    shortest = min(order_cost / slack if slack > 0 else longest, longest)
    times, fixed, slopes = _changes(own, weight, shortest)
    ends = np.concatenate([times[::-1], [np.inf]])
    starts = np.concatenate([[shortest], times[::-1]])
    fixed = order_cost + own.sum() + np.append(0.0, np.cumsum(fixed))[::-1]
    slopes = weight.sum() + np.append(0.0, np.cumsum(slopes))[::-1]
    middle = np.clip(np.sqrt(2 * fixed / slopes), starts, np.maximum(ends, starts))
    cost = fixed / middle + slopes * middle / 2
    best = int(np.argmin(cost))
    return float(middle[best]), float(cost[best])


def _changes(own: Floats, weight: Floats, shortest: float) -> tuple[Floats, Floats, Floats]:
    """Give the times at which a multiple goes up as T falls, the longest first, and how the two sums change there.

    At T = sqrt(2 k / (h D m (m + 1))) the multiple m becomes m + 1: k / m becomes k / (m + 1), and m h D (m + 1) h D.
    """
    too_small = fault("order_cost", "very small", "large enough, beside the items' costs, to order jointly")
    if not shortest**2 > 0:
        stop([too_small])
    square = 2 * own / weight / shortest**2
    whole = np.floor((np.sqrt(1 + 4 * square) - 1) / 2)
    if not whole.sum() <= MOST_CHANGES:
        stop([too_small])
    most = whole.astype(np.int64)
    item = np.repeat(np.arange(own.size), most)
    firsts = np.repeat(np.cumsum(most) - most, most)
    step = np.arange(item.size) - firsts + 1.0
    time = np.sqrt(2 * own[item] / (weight[item] * step * (step + 1)))
    order = np.argsort(-time, kind="stable")
    return time[order], (-own[item] / (step * (step + 1)))[order], weight[item][order]


def _multiples(own: Floats, weight: Floats, interval: float) -> Ints:
    square = 2 * own / weight / interval**2
    # the least m with m (m + 1) >= square; a hair is taken off so that a tie gives the smaller multiple
    return np.maximum(1, np.ceil((np.sqrt(1 + 4 * square) - 1) / 2 - 1e-9)).astype(np.int64)
