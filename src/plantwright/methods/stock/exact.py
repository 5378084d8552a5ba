"""Reorder point and order-up-to level (s, S) under periodic review: exact for whole units, and an approximation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.stock.arguments import Floats, above_zero, distribution, fault, not_negative, stop
from plantwright.methods.stock.distributions import Discrete, poisson
from plantwright.methods.stock.order_quantity import SNYDER_SHEN
from plantwright.methods.working import Step, Working, given

WIDEST = 1 << 15
"""So many positions on each side of the cheapest an (s, S) policy is searched in: a bound on time, n^2."""
LARGEST = 1 << 22
"""So large an order quantity is searched at most: a bound on memory."""


@dataclass(frozen=True, slots=True)
class MinMax:
    """A policy: when the position is at or below ``reorder_point``, order up to ``order_up_to``.

    Parameters
    ----------
    reorder_point, order_up_to
        s and S, units of the inventory position: on hand and on order less what waits.
    cost
        Money in a period; NaN never: 0 where the method gives no cost.
    working
        The formulas, what went in, and the source.
    """

    reorder_point: float
    order_up_to: float
    cost: float = 0.0
    working: Working = field(default=Working("", ()), compare=False, repr=False)


def exact_min_max(
    demand: Discrete,
    order_cost: float,
    holding_cost: float,
    back_order_cost: float,
    lead_time_demand: Discrete | None = None,
) -> MinMax:
    """Give the (s, S) policy of least average cost in a period, exactly, for demand in whole units.

    With m(j) the renewal density of the demand and M its sum, a policy costs
    c(s, S) = (K + sum over j < S - s of m(j) G(S - j)) / M(S - s), where G(y) = h E[(y - D)+] + p E[(D - y)+] is the
    cost of a period that begins with position y. The search moves s up and S up, never back, and stops where G(S)
    passes the best cost.

    Parameters
    ----------
    demand
        The distribution of a period's demand, in whole units of 0 and above; some demand must be possible.
    order_cost
        K, money for an order, 0 or above: with 0 the policy is a base stock, s = S - 1.
    holding_cost, back_order_cost
        h and p, money for a unit that is kept, and that waits, at the end of a period; above 0.
    lead_time_demand
        The distribution of what is asked from an order until the end of the period after it comes in: of L + 1
        periods for a lead time of L. Without it the lead time is 0.

    Returns
    -------
    The policy: an order is made when the position is at or below s.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n^2) for n = S - s, compiled; G is summed once for each position.

    References
    ----------
    Y.-S. Zheng and A. Federgruen, "Finding optimal (s, S) policies is about as simple as evaluating a single policy",
    Operations Research 39(4), 1991, 654-665; Snyder and Shen 2019, section 4.4.

    Examples
    --------
    Snyder and Shen 2019, example 4.7:

    >>> best = exact_min_max(poisson(6), order_cost=5, holding_cost=1, back_order_cost=4)
    >>> best.reorder_point, best.order_up_to, round(best.cost, 4)
    (4.0, 10.0, 8.0341)
    """
    problems = [*not_negative(order_cost=order_cost)]
    problems += above_zero(holding_cost=holding_cost, back_order_cost=back_order_cost)
    waiting = demand if lead_time_demand is None else lead_time_demand
    stop(distribution(single=True, demand=demand, lead_time_demand=waiting))
    for name, of in (("demand", demand), ("lead_time_demand", waiting)):
        if (of.values < 0).any() or (of.values % 1 != 0).any():
            problems.append(fault(name, "of other values", "of whole units, 0 and above"))
    if demand.mean <= 0:
        problems.append(fault("demand", 0, "above 0 at times"))
    stop(problems)
    share = np.zeros(int(demand.values[-1]) + 1)
    share[demand.values.astype(np.int64)] = demand.probabilities
    best = int(waiting.quantile(back_order_cost / (back_order_cost + holding_cost)))
    low, high, cost = _search(share, waiting, best, order_cost, holding_cost, back_order_cost)
    steps = (
        *given(
            mu=("mean demand of a period, units", demand.mean),
            K=("order cost", order_cost),
            h=("holding cost of a unit and period", holding_cost),
            p=("back-order cost of a unit and period", back_order_cost),
        ),
        Step("y*", "cheapest position of a single period, units", best, "least y with F(y) >= p / (p + h)"),
        Step("s", "reorder point, units", low),
        Step("S", "order-up-to level, units", high),
        Step("c", "cost of a period", cost, "(K + sum m(j) G(S - j)) / M(S - s)"),
    )
    return MinMax(float(low), float(high), cost, Working("Zheng and Federgruen 1991", steps))


def _search(
    share: Floats, waiting: Discrete, best: int, order_cost: float, holding: float, back_order: float
) -> tuple[int, int, float]:
    """Search in a window of positions around the cheapest, and in one twice as wide where its edge was reached."""
    width = 64 + int(4 * waiting.sd)
    too_large = fault("order_cost", order_cost, "smaller beside the other costs: the lots are too large to search")
    while True:
        stop([too_large] if width > WIDEST else [])
        cost = _period_costs(waiting, best - width, best + width, holding, back_order)
        low, high, least = _zheng_federgruen(share, cost, width, order_cost)
        if low > 0 and high < cost.size - 1:
            return int(low) + best - width, int(high) + best - width, float(least)
        width *= 2


def _period_costs(waiting: Discrete, low: int, high: int, holding: float, back_order: float) -> Floats:
    """Give G for the positions `low` to `high`: E[(D - y)+] falls by P(D > y) from one position to the next."""
    position = np.arange(low, high + 1, dtype=np.float64)
    below = np.append(0.0, np.cumsum(waiting.probabilities))
    passed = 1.0 - below[np.searchsorted(waiting.values, position, side="right")]
    short = np.empty(position.size)
    short[-1] = waiting.loss(position[-1])
    short[:-1] = short[-1] + np.cumsum(passed[-2::-1])[::-1]
    return holding * (position - waiting.mean + short) + back_order * short


@compiled
def _zheng_federgruen(share: Floats, cost: Floats, start: int, order_cost: float) -> tuple[int, int, float]:
    """Give places of s and S in `cost`, and the least cost; a place on the edge means that the window is too small."""
    size = cost.size
    renewal = np.zeros(size + 1)  # m(j)
    total = np.zeros(size + 2)  # M(j)
    renewal[0] = 1.0 / (1.0 - share[0])
    total[1] = renewal[0]
    for j in range(1, size + 1):
        value = 0.0
        for u in range(1, min(j, share.size - 1) + 1):
            value += share[u] * renewal[j - u]
        renewal[j] = value * renewal[0]
        total[j + 1] = total[j] + renewal[j]
    high = start
    low = start
    least = np.inf
    paid = order_cost
    while low > 0:
        low -= 1
        paid += renewal[high - low - 1] * cost[low + 1]
        least = paid / total[high - low]
        if least <= cost[low]:
            break
    top = high + 1
    while top < size - 1 and cost[top] <= least:
        value = _cost_of(renewal, total, cost, low, top, order_cost)
        if value < least:
            high = top
            while low + 1 < high and value <= cost[low + 1]:
                low += 1
                value = _cost_of(renewal, total, cost, low, high, order_cost)
            least = value
        top += 1
    return low, (high if top < size - 1 else top), least


@compiled
def _cost_of(renewal: Floats, total: Floats, cost: Floats, low: int, high: int, order_cost: float) -> float:
    value = order_cost
    for j in range(high - low):
        value += renewal[j] * cost[high - j]
    return float(value / total[high - low])


def power_approximation(
    mean: float,
    sd: float,
    order_cost: float,
    holding_cost: float,
    back_order_cost: float,
    lead_time: float = 0.0,
) -> MinMax:
    """Give an (s, S) policy by regression on optimal ones, for quick work and demand that is not in whole units.

    Q = 1.30 mu^0.494 (K/h)^0.506 (1 + sL^2 / mu^2)^0.116 and s = 0.973 muL + sL (0.183 / z + 1.063 - 2.192 z) with
    z = sqrt(Q h / (sL p)), where muL and sL are mean and deviation over L + 1 periods.

    Parameters
    ----------
    mean, sd
        Of the demand in a period, units, above 0.
    order_cost, holding_cost, back_order_cost
        K, h and p as in `exact_min_max`, above 0.
    lead_time
        L, periods, 0 or above.

    Returns
    -------
    The policy, without a cost.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    R. Ehrhardt and C. Mosier, "A revision of the power approximation for computing (s, S) policies", Management Science
    30(5), 1984, 618-622; Snyder and Shen 2019, section 4.4.

    Examples
    --------
    Snyder and Shen 2019, example 4.8:

    >>> best = power_approximation(50, 8, order_cost=2.5, holding_cost=0.18, back_order_cost=0.7)
    >>> round(best.reorder_point, 4), round(best.order_up_to, 4)
    (40.1946, 74.2902)
    """
    problems = above_zero(mean=mean, sd=sd, order_cost=order_cost, holding_cost=holding_cost)
    stop([*problems, *above_zero(back_order_cost=back_order_cost), *not_negative(lead_time=lead_time)])
    mean_lead, sd_lead = mean * (lead_time + 1), sd * math.sqrt(lead_time + 1)
    lot = 1.30 * mean**0.494 * (order_cost / holding_cost) ** 0.506 * (1 + (sd_lead / mean) ** 2) ** 0.116
    z = math.sqrt(lot * holding_cost / (sd_lead * back_order_cost))
    low = 0.973 * mean_lead + sd_lead * (0.183 / z + 1.063 - 2.192 * z)
    steps = (
        *given(
            mu=("mean demand of a period, units", mean),
            K=("order cost", order_cost),
            h=("holding cost of a unit and period", holding_cost),
            p=("back-order cost of a unit and period", back_order_cost),
            muL=("mean demand of lead time and a period, units", mean_lead),
            sL=("its deviation, units", sd_lead),
        ),
        Step("Q", "lot, units", lot, "1.30 mu^0.494 (K/h)^0.506 (1 + sL^2/mu^2)^0.116"),
        Step("z", "", z, "sqrt(Q h / (sL p))"),
        Step("s", "reorder point, units", low, "0.973 muL + sL (0.183/z + 1.063 - 2.192 z)"),
        Step("S", "order-up-to level, units", low + lot, "s + Q"),
    )
    return MinMax(low, low + lot, 0.0, Working(f"Ehrhardt and Mosier 1984; {SNYDER_SHEN}, section 4.4", steps))


def exact_reorder_policy(
    demand_rate: float, lead_time_demand: Discrete, order_cost: float, holding_cost: float, back_order_cost: float
) -> MinMax:
    """Give the (r, Q) policy of least average cost, exactly, when whole units are asked for one by one.

    The cost is (K d + sum of G(y) for y = r + 1 ... r + Q) / Q. G has one valley, so the best set of Q positions grows
    by the cheaper of its two neighbours, as long as that one is cheaper than the cost so far.

    Parameters
    ----------
    demand_rate
        d, units in a unit of time, above 0.
    lead_time_demand
        The demand within the lead time, in whole units; see `poisson`.
    order_cost
        K, money for an order, 0 or above.
    holding_cost, back_order_cost
        h and p, money for a unit that is kept, and that waits, for a unit of time; above 0.

    Returns
    -------
    The policy: r is its reorder point, and Q = S - r.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(Q) after G is summed.

    References
    ----------
    A. Federgruen and Y.-S. Zheng, "An efficient algorithm for computing an optimal (r, Q) policy in continuous review
    stochastic inventory systems", Operations Research 40(4), 1992, 808-813.

    Examples
    --------
    >>> best = exact_reorder_policy(50, poisson(5), order_cost=100, holding_cost=10, back_order_cost=25)
    >>> best.reorder_point, best.order_up_to, round(best.cost, 2)
    (-6.0, 31.0, 269.53)
    """
    problems = [*above_zero(demand_rate=demand_rate), *not_negative(order_cost=order_cost)]
    problems += above_zero(holding_cost=holding_cost, back_order_cost=back_order_cost)
    stop(distribution(single=True, lead_time_demand=lead_time_demand))
    if (lead_time_demand.values % 1 != 0).any():
        problems.append(fault("lead_time_demand", "of other values", "of whole units"))
    stop(problems)
    start = int(lead_time_demand.quantile(back_order_cost / (back_order_cost + holding_cost)))
    free = math.sqrt(2 * order_cost * demand_rate * (1 / holding_cost + 1 / back_order_cost))
    width = int(64 + 4 * lead_time_demand.sd + 2 * free)
    if width > LARGEST:
        stop([fault("order_cost", order_cost, "smaller beside the other costs: the lots are too large to search")])
    costs = _period_costs(lead_time_demand, start - width, start + width, holding_cost, back_order_cost).tolist()
    low = high = width
    total = order_cost * demand_rate + costs[low]
    while min(costs[low - 1], costs[high + 1]) * (high - low + 1) < total:
        if low == 1 or high == len(costs) - 2:
            stop([fault("back_order_cost", back_order_cost, f"nearer to the holding cost, {holding_cost}")])
        down = costs[low - 1] <= costs[high + 1]
        low, high = (low - 1, high) if down else (low, high + 1)
        total += costs[low] if down else costs[high]
    cost = total / (high - low + 1)
    point, top = low - 1 + start - width, high + start - width
    steps = (
        *given(
            d=("demand, units in a unit of time", demand_rate),
            K=("order cost", order_cost),
            h=("holding cost of a unit and unit of time", holding_cost),
            p=("back-order cost of a unit and unit of time", back_order_cost),
        ),
        Step("r", "reorder point, units", point),
        Step("Q", "order quantity, units", top - point, "positions with G(y) below the cost"),
        Step("c", "cost in a unit of time", cost, "(K d + sum G(y)) / Q"),
    )
    return MinMax(float(point), float(top), cost, Working("Federgruen and Zheng 1992", steps))


def warm_up() -> None:
    """Compile the search for the exact policy."""
    exact_min_max(poisson(2.0), 5.0, 1.0, 4.0)
