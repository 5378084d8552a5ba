"""When to order and how much to keep: policies that reach a service, or that cost least.

`demand` below is the demand from an order until the next one can come in: within the lead time where stock is watched
all the time, within the lead time and a review interval where it is looked at every so often. ``lead_time.py`` gives
it. Two measures of service are kept apart: the *cycle* service is the probability that a cycle has no stock-out (type
1), the *fill* rate the share of the demand that is served from stock (type 2). What cannot be served waits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import above_zero, distribution, not_negative, one_of, service_level, stop
from plantwright.methods.stock.distributions import Discrete, Distribution, bisect
from plantwright.methods.stock.exact import MinMax
from plantwright.methods.working import Step, Working, given

SILVER = "E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 1998"
MEASURES = ("cycle", "fill")


@dataclass(frozen=True, slots=True)
class StockPolicy:
    """A level of stock, and what service it gives.

    Parameters
    ----------
    level
        The reorder point r, or the order-up-to level S, in units of the inventory position.
    safety_stock
        The level less the mean demand that it has to last for, units; below 0 where the lot alone gives the service.
    cycle_service, fill_rate
        What the level gives, as shares.
    mean_stock
        Units on hand on average: half a cycle's demand and the safety stock, and what waits.
    working
        The formulas, what went in, and the source.
    """

    level: float
    safety_stock: float
    cycle_service: float
    fill_rate: float
    mean_stock: float
    working: Working = field(default=Working("", ()), compare=False, repr=False)


def reorder_point(demand: Distribution, quantity: float, service: float, measure: str = "cycle") -> StockPolicy:
    """Give the reorder point of a policy (r, Q): order Q as soon as the position is at r.

    Cycle service a: r = F^-1(a). Fill rate b: n(r) - n(r + Q) = (1 - b) Q with n(x) = E[(D - x)+]; a reorder point
    below 0 is cut to 0.

    Parameters
    ----------
    demand
        Within the lead time; see `lead_time_demand`.
    quantity
        Q, units, above 0.
    service
        a or b, above 0 and below 1.
    measure
        ``cycle`` or ``fill``.

    Returns
    -------
    The policy; for a distribution of whole units the level is the least whole number that suffices.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Silver, Pyke and Peterson 1998, chapter 7; for the second term n(r + Q), which matters where Q is small, P.
    Zipkin, Foundations of Inventory Management, McGraw-Hill, 2000, chapter 6.

    Examples
    --------
    >>> from plantwright.methods.stock import lead_time_demand
    >>> policy = reorder_point(lead_time_demand(100, 30, 4, 1), quantity=500, service=0.95)
    >>> round(policy.level, 1), round(policy.safety_stock, 1), round(policy.fill_rate, 4)
    (591.8, 191.8, 0.9951)
    >>> round(reorder_point(lead_time_demand(100, 30, 4, 1), 500, 0.95, "fill").level, 1)
    452.2
    """
    stop([*distribution(demand=demand), *_service_faults(service, measure), *above_zero(quantity=quantity)])
    if measure == "cycle":
        level = max(0.0, demand.quantile(service))
    else:
        level = _least(demand, lambda x: (1 - service) * quantity - (demand.loss(x) - demand.loss(x + quantity)))
    short = demand.loss(level) - demand.loss(level + quantity)
    how = "F^-1(a)" if measure == "cycle" else "n(r) - n(r + Q) = (1 - b) Q"
    source = f"{SILVER}, chapter 7"
    return _described(demand, level, quantity, short, source, ("r", "reorder point, units", how), service)


def order_up_to_level(
    demand: Distribution, lead_demand: Distribution, service: float, measure: str = "cycle"
) -> StockPolicy:
    """Give the order-up-to level of a policy (R, S): every R periods, order up to S.

    Cycle service a: S = F^-1(a). Fill rate b: n(S) - nL(S) = (1 - b) (mean of what is asked in R).

    Parameters
    ----------
    demand
        Within review interval and lead time, R + L.
    lead_demand
        Within the lead time L alone.
    service, measure
        See `reorder_point`.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Silver, Pyke and Peterson 1998, chapter 7.

    Examples
    --------
    >>> from plantwright.methods.stock import lead_time_demand
    >>> weeks = lead_time_demand(100, 30, 4 + 2), lead_time_demand(100, 30, 4)
    >>> round(order_up_to_level(*weeks, 0.95).level, 1), round(order_up_to_level(*weeks, 0.95, "fill").level, 1)
    (720.9, 653.5)
    """
    stop(distribution(demand=demand, lead_demand=lead_demand))
    problems = _service_faults(service, measure)
    asked = demand.mean - lead_demand.mean
    if asked <= 0:
        problems += above_zero(review_demand=asked)
    stop(problems)

    def short(x: float) -> float:
        return demand.loss(x) - lead_demand.loss(x)

    if measure == "cycle":
        level = max(0.0, demand.quantile(service))
    else:
        level = _least(demand, lambda x: (1 - service) * asked - short(x))
    how = "F^-1(a)" if measure == "cycle" else "n(S) - nL(S) = (1 - b) d R"
    named = ("S", "order-up-to level, units", how)
    return _described(demand, level, asked, short(level), f"{SILVER}, chapter 7", named, service)


def base_stock_level(demand: Distribution, service: float, measure: str = "fill") -> StockPolicy:
    """Give the base stock when each unit that is asked for is ordered again at once.

    Parameters
    ----------
    demand
        Within the lead time.
    service
        Above 0 and below 1.
    measure
        ``fill``: the probability that a unit finds stock, P(D <= S - 1) for whole units and P(D <= S) else.
        ``cycle``: the probability that nothing waits at any moment, P(D <= S).

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    G. J. Feeney and C. C. Sherbrooke, "The (S-1, S) inventory policy under compound Poisson demand", Management Science
    12(5), 1966, 391-411; P. Zipkin, Foundations of Inventory Management, McGraw-Hill, 2000, chapter 6.

    Examples
    --------
    >>> from plantwright.methods.stock import poisson
    >>> policy = base_stock_level(poisson(6), 0.95)
    >>> policy.level, round(policy.fill_rate, 4)
    (11.0, 0.9574)
    """
    stop([*distribution(demand=demand), *_service_faults(service, measure)])
    one = 1.0 if _is_whole(demand) else 0.0
    level = max(0.0, demand.quantile(service) + (one if measure == "fill" else 0.0))
    stock = level - demand.mean + demand.loss(level)
    how = "least S with P(D <= S - 1) >= b" if measure == "fill" else "least S with P(D <= S) >= a"
    steps = (*_given(demand, service), Step("S", "base stock, units", level, how))
    fill = demand.cdf(level - one)
    working = Working("Feeney and Sherbrooke 1966", steps)
    return StockPolicy(level, level - demand.mean, demand.cdf(level), fill, stock, working)


def service_min_max(
    demand: Distribution, lead_demand: Distribution, review_sd: float, lot: float, fill_rate: float
) -> MinMax:
    """Give an (s, S) policy under periodic review that reaches a fill rate, with S - s given.

    When stock is looked at, it is already below s by the undershoot, on average U = (sR^2 + dR^2) / (2 dR). With
    J(x) = E[((D - x)+)^2], s is where J(s) - JL(s) = 2 (1 - b) dR (S - s + U).

    Parameters
    ----------
    demand, lead_demand
        Within review interval and lead time, and within the lead time alone.
    review_sd
        sR, deviation of the demand in a review interval, units, 0 or above.
    lot
        S - s, units, above 0; the economic order quantity is usual. The approximation is meant for lots of 1.5 times
        the demand of a review interval or more.
    fill_rate
        b, above 0 and below 1.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    H. C. Tijms and H. Groenevelt, "Simple approximations for the reorder point in periodic and continuous review (s, S)
    inventory systems with service level constraints", European Journal of Operational Research 17(2), 1984, 175-190.

    Examples
    --------
    >>> from plantwright.methods.stock import lead_time_demand
    >>> weeks = lead_time_demand(100, 30, 5, kind="gamma"), lead_time_demand(100, 30, 4, kind="gamma")
    >>> policy = service_min_max(*weeks, review_sd=30, lot=400, fill_rate=0.98)
    >>> round(policy.reorder_point, 1), round(policy.order_up_to, 1)
    (510.9, 910.9)
    """
    stop(distribution(demand=demand, lead_demand=lead_demand))
    asked = demand.mean - lead_demand.mean
    problems = [*service_level(fill_rate=fill_rate), *above_zero(lot=lot), *not_negative(review_sd=review_sd)]
    if asked <= 0:
        problems += above_zero(review_demand=asked)
    stop(problems)
    under = (review_sd**2 + asked**2) / (2 * asked)
    bound = 2 * (1 - fill_rate) * asked * (lot + under)
    low = _least(demand, lambda x: bound - (demand.second_loss(x) - lead_demand.second_loss(x)))
    steps = (
        *_given(demand, fill_rate),
        Step("U", "mean undershoot, units", under, "(sR^2 + dR^2) / (2 dR)"),
        Step("s", "reorder point, units", low, "J(s) - JL(s) = 2 (1 - b) dR (S - s + U)"),
        Step("S", "order-up-to level, units", low + lot, "s + lot"),
    )
    return MinMax(low, low + lot, 0.0, Working("Tijms and Groenevelt 1984", steps))


def _least(demand: Distribution, rising: Callable[[float], float]) -> float:
    """Give the least level of 0 or above at which a rising function is 0 or above; whole where the demand is whole."""
    if rising(0.0) >= 0:
        return 0.0
    high = demand.mean + demand.sd + 1.0
    while rising(high) < 0:
        high *= 2.0
    return _least_whole(rising, math.ceil(high)) if _is_whole(demand) else bisect(rising, 0.0, high)


def _least_whole(rising: Callable[[float], float], high: int) -> float:
    """Give the least whole number at which a rising function is 0 or above, within what rounding may take away."""
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rising(middle) < -1e-12 else (low, middle)
    return float(high)


def _is_whole(demand: Distribution) -> bool:
    return isinstance(demand, Discrete) and not (demand.values % 1).any()


def _service_faults(service: float, measure: str) -> list[Problem]:
    return [*service_level(service=service), *one_of("measure", measure, MEASURES)]


def _given(demand: Distribution, service: float) -> tuple[Step, ...]:
    return given(
        muL=("mean demand until the next order can be in, units", demand.mean),
        sL=("its deviation, units", demand.sd),
        service=("service that is asked for", service),
    )


def _described(
    demand: Distribution,
    level: float,
    cycle: float,
    short: float,
    source: str,
    named: tuple[str, str, str],
    service: float,
) -> StockPolicy:
    """Describe a level that a cycle's demand is ordered to; `short` is what a cycle leaves unserved at first."""
    symbol, meaning, how = named
    safety = level - demand.mean
    fill = min(1.0, max(0.0, 1.0 - short / cycle))
    steps = (
        *_given(demand, service),
        Step(symbol, meaning, level, how),
        Step("SS", "safety stock, units", safety, f"{symbol} - muL"),
        Step("n", "short in a cycle, units", short),
        Step("P2", "fill rate", fill, "1 - n / (demand of a cycle)"),
    )
    stock = max(0.0, safety + cycle / 2) + short / 2
    return StockPolicy(level, safety, demand.cdf(level), fill, stock, Working(source, steps))
