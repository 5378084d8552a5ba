"""One warehouse that feeds retailers, with stochastic service: base stocks everywhere, Poisson demand at the retailers.

Each unit that a customer takes is ordered again at once, at the retailer and so at the warehouse. What the warehouse
lacks waits for its next receipts, first come, first served; transport takes the same time always. The `exact` method
uses that of the units that wait at the warehouse each belongs to a retailer with the retailer's share of all demand,
independently; ``metric`` only adds their average delay to the time of transport.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import (
    Floats,
    Ints,
    fault,
    not_negative,
    numbers,
    one_of,
    same_length,
    stop,
    whole,
    whole_numbers,
)
from plantwright.methods.stock.distributions import poisson

Method = Literal["exact", "metric"]
METHODS = ("exact", "metric")
LARGEST = 3_000
"""So many units may be on order at the warehouse, at the most that can matter: a bound on time."""


@dataclass(frozen=True, slots=True, eq=False)
class WarehouseService:
    """What base stocks give, on average over a long time.

    Parameters
    ----------
    on_hand, waiting, fill_rate
        float64[n]; at each retailer: units in stock, units that customers wait for, share of demand that finds stock.
    warehouse_on_hand, warehouse_waiting
        Units at the warehouse: in stock, and owed to retailers.
    delay
        Time that a retailer's order waits at the warehouse, on average.
    """

    on_hand: Floats
    waiting: Floats
    fill_rate: Floats
    warehouse_on_hand: float
    warehouse_waiting: float
    delay: float


@dataclass(frozen=True, slots=True, eq=False)
class WarehouseBaseStock:
    """Base stocks of least cost.

    Parameters
    ----------
    warehouse
        Units.
    retailers
        int64[n]; units.
    cost
        Money in a unit of time: holding, and what customers wait for; what is on the way is not counted.
    service
        What they give.
    """

    warehouse: int
    retailers: Ints
    cost: float
    service: WarehouseService


def warehouse_service(
    demand: ArrayLike,
    transport: ArrayLike,
    warehouse_time: float,
    warehouse_stock: int,
    retailer_stock: ArrayLike,
    *,
    method: Method = "exact",
) -> WarehouseService:
    """Give the service of base stocks at a warehouse and its retailers.

    What retailer i has on order, at a moment t + Li, is what was owed to it at t and what was asked for since:
    Ni = B0i + Di(Li), with B0 = (D0(L0) - S0)+ and B0i, given B0, binomial with the share di / d0.

    Parameters
    ----------
    demand
        float64[n], d; Poisson demand of each retailer, units in a unit of time, above 0.
    transport
        float64[n], L; time from the warehouse to each retailer, 0 or above.
    warehouse_time
        L0; time from the warehouse's order to its receipt, 0 or above.
    warehouse_stock
        S0; base stock, a whole number of 0 or above.
    retailer_stock
        int64[n], S; base stocks, 0 or above.
    method
        ``exact``, or ``metric`` for the approximation that takes Ni as Poisson with mean di (Li + E[B0] / d0).

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n b^2) for b units that the warehouse may owe.

    References
    ----------
    C. C. Sherbrooke, "METRIC: a multi-echelon technique for recoverable item control", Operations Research 16(1), 1968,
    122-141; S. C. Graves, "A multi-echelon inventory model for a repairable item with one-for-one replenishment",
    Management Science 31(10), 1985, 1247-1256; S. Axsäter, "Simple solution procedures for a class of two-echelon
    inventory problems", Operations Research 38(1), 1990, 64-69.

    Examples
    --------
    One retailer behind a warehouse that keeps nothing waits for both times, and with plenty there for its own alone:

    >>> from plantwright.methods.stock import base_stock_level, poisson
    >>> empty, full = (float(warehouse_service([1.5], [2], 2, stock, [8]).fill_rate[0]) for stock in (0, 30))
    >>> round(empty, 6) == round(poisson(6).cdf(7), 6), round(full, 6) == round(poisson(3).cdf(7), 6)
    (True, True)
    """
    rates, spans, problems = _read(demand, transport, warehouse_time, method)
    stocks = whole_numbers("retailer_stock", retailer_stock, problems)
    same_length(problems, demand=rates, retailer_stock=stocks)
    stop([*problems, *whole(0, warehouse_stock=warehouse_stock)])
    owed = _owed(rates, warehouse_time)
    outstanding = _outstanding(rates, spans, owed, int(warehouse_stock), method)
    return _service(rates, owed, int(warehouse_stock), stocks, outstanding)


def warehouse_base_stock(
    demand: ArrayLike,
    transport: ArrayLike,
    warehouse_time: float,
    holding_costs: ArrayLike,
    warehouse_holding_cost: float,
    back_order_costs: ArrayLike,
    *,
    method: Method = "exact",
) -> WarehouseBaseStock:
    """Give the base stocks of least cost at a warehouse and its retailers.

    For each stock of the warehouse the best one of a retailer is a quantile of what it has on order,
    P(Ni <= Si) >= pi / (hi + pi); all stocks of the warehouse that can matter are tried.

    Parameters
    ----------
    demand, transport, warehouse_time, method
        See `warehouse_service`.
    holding_costs, back_order_costs
        float64[n], h and p; money for a unit in stock, or that a customer waits for, in a unit of time; above 0.
    warehouse_holding_cost
        Money for a unit in the warehouse in a unit of time, 0 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(s n b^2) for s stocks of the warehouse that are tried.

    References
    ----------
    See `warehouse_service`.

    Examples
    --------
    >>> best = warehouse_base_stock([0.5, 0.5, 1.0], [1, 1, 1], 3, [2, 2, 2], 1, [20, 20, 20])
    >>> best.warehouse, best.retailers.tolist(), round(best.cost, 3)
    (7, [2, 2, 3], 14.087)
    """
    rates, spans, problems = _read(demand, transport, warehouse_time, method)
    held = numbers("holding_costs", holding_costs, problems)
    paid = numbers("back_order_costs", back_order_costs, problems)
    same_length(problems, demand=rates, holding_costs=held, back_order_costs=paid)
    for name, row in (("holding_costs", held), ("back_order_costs", paid)):
        problems += [fault(name, 0, "above 0", int(place)) for place in np.flatnonzero(row == 0)]
    stop([*problems, *not_negative(warehouse_holding_cost=warehouse_holding_cost)])
    owed = _owed(rates, warehouse_time)
    best: WarehouseBaseStock | None = None
    for stock in range(owed.size):
        outstanding = _outstanding(rates, spans, owed, stock, method)
        levels = np.array(
            [_quantile(row, p / (p + h)) for row, h, p in zip(outstanding, held, paid, strict=True)], np.int64
        )
        service = _service(rates, owed, stock, levels, outstanding)
        cost = float(held @ service.on_hand + paid @ service.waiting)
        cost += warehouse_holding_cost * service.warehouse_on_hand
        if best is None or cost < best.cost - 1e-12:
            best = WarehouseBaseStock(stock, levels, cost, service)
    assert best is not None  # noqa: S101 - a stock of 0 is always tried
    return best


def _read(
    demand: ArrayLike, transport: ArrayLike, warehouse_time: float, method: str
) -> tuple[Floats, Floats, list[Problem]]:
    problems: list[Problem] = [*not_negative(warehouse_time=warehouse_time), *one_of("method", method, METHODS)]
    rates, spans = numbers("demand", demand, problems), numbers("transport", transport, problems)
    same_length(problems, demand=rates, transport=spans)
    problems += [fault("demand", 0, "above 0", int(place)) for place in np.flatnonzero(rates == 0)]
    if not rates.size:
        problems.append(fault("demand", "empty", "one retailer or more"))
    if not problems and _most(float(rates.sum() * warehouse_time)) > LARGEST:
        must = f"shorter: at most {LARGEST} units may be on order at the warehouse"
        problems.append(fault("warehouse_time", warehouse_time, must))
    return rates, spans, problems


def _most(mean: float) -> int:
    """Give so many units that more of a Poisson demand never matters."""
    return math.ceil(mean + 8 * math.sqrt(mean) + 12)


def _owed(rates: Floats, warehouse_time: float) -> Floats:
    """Give the probabilities of 0, 1, 2 ... units on order at the warehouse."""
    return _poisson_row(float(rates.sum() * warehouse_time))


def _poisson_row(mean: float) -> Floats:
    row = np.zeros(_most(mean) + 1)
    if mean == 0:
        row[0] = 1.0
        return row
    of = poisson(mean)
    inside = of.values < row.size
    row[of.values[inside].astype(np.int64)] = of.probabilities[inside]
    row /= row.sum()
    return row


def _waiting_row(owed: Floats, stock: int) -> Floats:
    """Give the probabilities that 0, 1, 2 ... units wait at the warehouse."""
    return np.append(owed[: stock + 1].sum(), owed[stock + 1 :])


def _outstanding(rates: Floats, spans: Floats, owed: Floats, stock: int, method: str) -> list[Floats]:
    """Give for each retailer the probabilities of what it has on order."""
    waiting, total = _waiting_row(owed, stock), float(rates.sum())
    if method == "metric":
        delay = float(np.arange(waiting.size) @ waiting) / total
        return [_poisson_row(float(rate * (span + delay))) for rate, span in zip(rates, spans, strict=True)]
    shares: dict[float, Floats] = {}
    found = []
    for rate, span in zip(rates.tolist(), spans.tolist(), strict=True):
        if rate not in shares:
            shares[rate] = _thinned(waiting, rate / total)
        found.append(np.convolve(shares[rate], _poisson_row(rate * span)))
    return found


def _thinned(row: Floats, share: float) -> Floats:
    """Give the probabilities of how many of a random number of units are one retailer's, by Horner's scheme."""
    made = np.zeros(row.size)
    made[0] = row[-1]
    for chance in row[-2::-1]:
        made[1:] = (1 - share) * made[1:] + share * made[:-1]
        made[0] = (1 - share) * made[0] + chance
    return made


def _quantile(row: Floats, p: float) -> int:
    return int(np.searchsorted(np.cumsum(row), p - 1e-12))


def _service(rates: Floats, owed: Floats, stock: int, levels: Ints, outstanding: list[Floats]) -> WarehouseService:
    waiting = _waiting_row(owed, stock)
    late = float(np.arange(waiting.size) @ waiting)
    mean = float(np.arange(owed.size) @ owed)
    rows = [_of_retailer(row, int(level)) for row, level in zip(outstanding, levels, strict=True)]
    on_hand, short, fill = np.array(rows).T
    return WarehouseService(on_hand, short, fill, stock - mean + late, late, late / float(rates.sum()))


def _of_retailer(row: Floats, level: int) -> tuple[float, float, float]:
    """Give units in stock, units that wait, and the probability that a customer finds stock."""
    position = np.arange(row.size)
    on_hand = float(np.maximum(level - position, 0) @ row)
    short = float(np.maximum(position - level, 0) @ row)
    return on_hand, short, float(row[:level].sum())


__all__ = ["WarehouseBaseStock", "WarehouseService", "warehouse_base_stock", "warehouse_service"]
