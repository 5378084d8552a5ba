"""The exchange curve: what service costs in stock, over many items together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import (
    Floats,
    distribution,
    fault,
    numbers,
    one_of,
    same_length,
    service_level,
    stop,
)
from plantwright.methods.stock.distributions import Distribution
from plantwright.methods.stock.policies import reorder_point

RULES = ("cycle", "fill", "shared")
HALVINGS = 32
"""So often the price of a shortage is halved in: to a billionth of its range."""


@dataclass(frozen=True, slots=True, eq=False)
class ExchangeCurve:
    """Points of the curve, one a service level that was asked for.

    Parameters
    ----------
    service
        float64[k]; what was asked for.
    fill_rate
        float64[k]; share of the demand, in money, that is served over all items.
    safety_money, cycle_money
        float64[k]; money in safety stock, and in half the order quantities.
    reorder_point
        float64[k, n]; units.
    """

    service: Floats
    fill_rate: Floats
    safety_money: Floats
    cycle_money: Floats
    reorder_point: Floats


def exchange_curve(
    demands: Sequence[Distribution],
    quantities: ArrayLike,
    unit_costs: ArrayLike,
    rates: ArrayLike,
    services: ArrayLike,
    rule: str = "fill",
) -> ExchangeCurve:
    """Give the money in stock for each service, over items under (r, Q) policies.

    Parameters
    ----------
    demands
        Within the lead time, one an item; see `lead_time_demand`.
    quantities
        float64[n], order quantities, units, above 0.
    unit_costs
        float64[n], money for a unit, above 0.
    rates
        float64[n], demand of a period, units, above 0: weighs the items' fill rates.
    services
        float64[k], above 0 and below 1.
    rule
        ``cycle`` or ``fill``: each item gets that service. ``shared``: that fill over all demand in money with least
        money in stock: each item is raised to where one more unit of money saves the same shortage, P(D > r) =
        x Q / rate for one x.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(k n) reorder points, times the halvings of x for ``shared``.

    References
    ----------
    E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 3rd ed.,
    Wiley, 1998, chapter 7 (exchange curves and allocations of safety stock).

    Examples
    --------
    >>> from plantwright.methods.stock import lead_time_demand
    >>> items = [lead_time_demand(100, 30, 4), lead_time_demand(10, 9, 4, kind="gamma")]
    >>> each, shared = (exchange_curve(items, [300, 60], [5, 80], [100, 10], [0.95, 0.99], rule) for rule in
    ...                 ("fill", "shared"))
    >>> each.fill_rate.round(4).tolist(), bool((shared.safety_money <= each.safety_money).all())
    ([0.95, 0.99], True)
    """
    if not isinstance(demands, Sequence) or isinstance(demands, str):
        stop([fault("demands", demands, "a list of distributions")])
    stop([wrong for of in demands for wrong in distribution(demands=of)])
    problems: list[Problem] = one_of("rule", rule, RULES)
    lots, costs = numbers("quantities", quantities, problems), numbers("unit_costs", unit_costs, problems)
    asked, levels = numbers("rates", rates, problems), numbers("services", services, problems, least=None)
    same_length(problems, demands=np.zeros(len(demands)), quantities=lots, unit_costs=costs, rates=asked)
    for name, row in (("quantities", lots), ("unit_costs", costs), ("rates", asked)):
        problems += [fault(name, 0, "above 0", int(place)) for place in np.flatnonzero(row == 0)]
    for level in levels.tolist():
        problems += service_level(services=level)
    if not len(demands):
        problems.append(fault("demands", "empty", "one item or more"))
    stop(problems)
    points = np.array([_points(demands, lots, costs, asked, level, rule) for level in levels.tolist()])
    points = points.reshape(levels.size, lots.size)
    means = np.array([of.mean for of in demands])
    fills = np.array([_fill(demands, lots, costs, asked, row) for row in points])
    cycle = np.full(levels.size, costs @ lots / 2)
    return ExchangeCurve(levels, fills, (points - means) @ costs, cycle, points)


def _points(
    demands: Sequence[Distribution], lots: Floats, costs: Floats, rates: Floats, service: float, rule: str
) -> Floats:
    if rule != "shared":
        return np.array([reorder_point(of, lot, service, rule).level for of, lot in zip(demands, lots, strict=True)])
    low, high = 0.0, float((rates / lots).max())
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        points = _with_tail(demands, middle * lots / rates)
        low, high = (middle, high) if _fill(demands, lots, costs, rates, points) >= service else (low, middle)
    return _with_tail(demands, low * lots / rates)


def _with_tail(demands: Sequence[Distribution], tails: Floats) -> Floats:
    """Give the reorder point of each item at which more than it is asked with the given probability."""
    tails = np.maximum(tails, 1e-15)
    return np.array([max(0.0, of.quantile(1 - p)) if p < 1 else 0.0 for of, p in zip(demands, tails, strict=True)])


def _fill(demands: Sequence[Distribution], lots: Floats, costs: Floats, rates: Floats, points: Floats) -> float:
    short = [of.loss(r) - of.loss(r + lot) for of, r, lot in zip(demands, points, lots, strict=True)]
    money = costs * rates
    return float(1 - money @ (np.array(short) / lots) / money.sum())
