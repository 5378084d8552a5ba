"""How much to order at once when demand is steady: the economic order quantity and its kin.

Demand is units in a unit of time (a year, a week), holding cost is money for one unit kept for that same unit of time,
order cost is money for an order, whatever its size. Every cost that comes out is money in that unit of time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from plantwright.methods.stock.arguments import Floats, above_zero, fault, numbers, stop
from plantwright.methods.working import Step, Working, given

SNYDER_SHEN = "L. V. Snyder and Z.-J. M. Shen, Fundamentals of Supply Chain Theory, 2nd ed., Wiley, 2019"


@dataclass(frozen=True, slots=True)
class OrderQuantity:
    """How much to order at once, and what that costs.

    Parameters
    ----------
    quantity
        Units in an order.
    cost
        Money in a unit of time: ordering, holding, back-orders, and the purchase where prices depend on the quantity.
    order_cost, holding_cost
        The parts of it, money in a unit of time.
    cycle
        Time from order to order.
    back_order
        Units that wait when an order comes in; 0 where none are planned.
    unit_cost
        Price of the last unit, where prices depend on the quantity; else 0.
    working
        The formula, what went in, and the source.
    """

    quantity: float
    cost: float
    order_cost: float
    holding_cost: float
    cycle: float
    back_order: float = 0.0
    unit_cost: float = 0.0
    working: Working = field(default=Working("", ()), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CostCurve:
    """What order quantities cost: float64 rows, one value a quantity, money in a unit of time."""

    quantity: Floats
    order_cost: Floats
    holding_cost: Floats
    total: Floats


def economic_order_quantity(demand: float, order_cost: float, holding_cost: float) -> OrderQuantity:
    """Give the quantity at which ordering and holding cost least: Q* = sqrt(2 K D / h), cost sqrt(2 K D h).

    Parameters
    ----------
    demand
        D, units in a unit of time, above 0.
    order_cost
        K, money for an order, above 0.
    holding_cost
        h, money for one unit kept for a unit of time, above 0: if keeping cost nothing, no order would be too large.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(1). No limit of lots is known here; see `plantwright.methods.lot_sizing.adjust_lot`.

    References
    ----------
    F. W. Harris, "How Many Parts to Make at Once", Factory, The Magazine of Management 10(2), 1913;
    Snyder and Shen 2019, section 3.2, equations 3.4 and 3.5.

    Examples
    --------
    Candy bars, Snyder and Shen 2019, example 3.1:

    >>> best = economic_order_quantity(demand=1300, order_cost=8, holding_cost=0.225)
    >>> round(best.quantity, 4), round(best.cost, 4), round(best.cycle, 4)
    (304.0468, 68.4105, 0.2339)
    >>> print(best.working.steps[-1])
    Q* = sqrt(2 K D / h) = 304.047 (order quantity, units)
    """
    stop(above_zero(demand=demand, order_cost=order_cost, holding_cost=holding_cost))
    quantity = math.sqrt(2 * order_cost * demand / holding_cost)
    step = Step("Q*", "order quantity, units", quantity, "sqrt(2 K D / h)")
    steps = (*_given(demand, order_cost, holding_cost), step)
    working = Working(f"Harris 1913; {SNYDER_SHEN}, section 3.2", steps)
    return OrderQuantity(
        quantity,
        math.sqrt(2 * order_cost * demand * holding_cost),
        order_cost * demand / quantity,
        holding_cost * quantity / 2,
        quantity / demand,
        working=working,
    )


def order_cost_curve(demand: float, order_cost: float, holding_cost: float, quantities: ArrayLike) -> CostCurve:
    """Give what each quantity costs: K D / Q + h Q / 2, which is flat around its lowest point.

    Parameters
    ----------
    demand, order_cost, holding_cost
        See `economic_order_quantity`.
    quantities
        float64[n], above 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Snyder and Shen 2019, section 3.2.

    Examples
    --------
    Twice the best quantity costs a quarter more:

    >>> curve = order_cost_curve(1300, 8, 0.225, [304.0468, 608.0936])
    >>> (curve.total / curve.total[0]).round(3).tolist()
    [1.0, 1.25]
    """
    problems = above_zero(demand=demand, order_cost=order_cost, holding_cost=holding_cost)
    quantity = numbers("quantities", quantities, problems, least=None)
    problems += [fault("quantities", value, "above 0") for value in quantity[quantity <= 0].tolist()]
    stop(problems)
    ordering, holding = order_cost * demand / quantity, holding_cost * quantity / 2
    return CostCurve(quantity, ordering, holding, ordering + holding)


def economic_production_quantity(
    demand: float, order_cost: float, holding_cost: float, production_rate: float
) -> OrderQuantity:
    """Give the best lot when it comes in at a rate rather than at once: Q* = sqrt(2 K D / (h (1 - D/P))).

    Parameters
    ----------
    demand, order_cost, holding_cost
        See `economic_order_quantity`; the order cost is that of a set-up.
    production_rate
        P, units in a unit of time, above the demand.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    E. W. Taft, "The most economical production lot", The Iron Age 101, 1918; Snyder and Shen 2019, section 3.6.

    Examples
    --------
    Snyder and Shen 2019, problem 3.22:

    >>> best = economic_production_quantity(demand=80, order_cost=4, holding_cost=0.08, production_rate=110)
    >>> round(best.quantity, 4), round(best.cost, 4)
    (171.2698, 3.7368)
    """
    problems = above_zero(demand=demand, order_cost=order_cost, holding_cost=holding_cost)
    problems += above_zero(production_rate=production_rate)
    if not problems and production_rate <= demand:
        problems.append(fault("production_rate", production_rate, f"above the demand, {demand}"))
    stop(problems)
    share = 1 - demand / production_rate
    best = economic_order_quantity(demand, order_cost, holding_cost * share)
    steps = (
        *_given(demand, order_cost, holding_cost),
        *given(P=("production rate, units in a unit of time", production_rate)),
        Step("h'", "holding cost while the lot is still coming in", holding_cost * share, "h (1 - D / P)"),
        Step("Q*", "lot, units", best.quantity, "sqrt(2 K D / h')"),
    )
    working = Working(f"Taft 1918; {SNYDER_SHEN}, section 3.6", steps)
    return OrderQuantity(best.quantity, best.cost, best.order_cost, best.holding_cost, best.cycle, working=working)


def planned_back_orders(demand: float, order_cost: float, holding_cost: float, back_order_cost: float) -> OrderQuantity:
    """Give the best quantity when customers may wait at a price: Q* = sqrt(2 K D (h + p) / (h p)).

    The share h / (h + p) of the demand waits.

    Parameters
    ----------
    demand, order_cost, holding_cost
        See `economic_order_quantity`.
    back_order_cost
        p, money for one unit that waits for a unit of time, above 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Snyder and Shen 2019, section 3.5.

    Examples
    --------
    Snyder and Shen 2019, example 3.8:

    >>> best = planned_back_orders(demand=1300, order_cost=8, holding_cost=0.225, back_order_cost=5)
    >>> round(best.quantity, 4), round(best.cost, 4), round(best.back_order, 2)
    (310.8126, 66.9214, 13.38)
    """
    stop(above_zero(demand=demand, order_cost=order_cost, holding_cost=holding_cost, back_order_cost=back_order_cost))
    share = holding_cost / (holding_cost + back_order_cost)
    quantity = math.sqrt(2 * order_cost * demand * (holding_cost + back_order_cost) / (holding_cost * back_order_cost))
    held = holding_cost * quantity * (1 - share) ** 2 / 2
    waiting = back_order_cost * quantity * share**2 / 2
    ordering = order_cost * demand / quantity
    steps = (
        *_given(demand, order_cost, holding_cost),
        *given(p=("back-order cost, money for a unit and a unit of time", back_order_cost)),
        Step("Q*", "order quantity, units", quantity, "sqrt(2 K D (h + p) / (h p))"),
        Step("x*", "share of the demand that waits", share, "h / (h + p)"),
        Step("B*", "most units that wait", share * quantity, "x* Q*"),
    )
    return OrderQuantity(
        quantity,
        ordering + held + waiting,
        ordering,
        held,
        quantity / demand,
        back_order=share * quantity,
        working=Working(f"{SNYDER_SHEN}, section 3.5", steps),
    )


def _given(demand: float, order_cost: float, holding_cost: float) -> tuple[Step, ...]:
    return given(
        D=("demand, units in a unit of time", demand),
        K=("order cost, money for an order", order_cost),
        h=("holding cost, money for a unit and a unit of time", holding_cost),
    )
