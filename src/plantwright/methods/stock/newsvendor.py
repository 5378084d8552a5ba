"""How much to have when there is one chance to order: the newsvendor, for any distribution of demand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from plantwright.methods.stock.arguments import above_zero, distribution, fault, finite, not_negative, stop
from plantwright.methods.stock.distributions import Distribution
from plantwright.methods.stock.order_quantity import SNYDER_SHEN
from plantwright.methods.working import Step, Working, given


@dataclass(frozen=True, slots=True)
class Newsvendor:
    """What to have before the demand is known.

    Parameters
    ----------
    quantity
        Units to have.
    cost
        Expected money: what is left over and what is short.
    profit
        Expected money earned, where prices are stated; else minus the cost.
    critical_ratio
        The probability that the quantity suffices, where demand has no steps.
    left_over, short
        Expected units.
    cycle_service
        Probability that all demand is served.
    fill_rate
        Share of the demand that is served.
    working
        The formula, what went in, and the source.
    """

    quantity: float
    cost: float
    profit: float
    critical_ratio: float
    left_over: float
    short: float
    cycle_service: float
    fill_rate: float
    working: Working = field(default=Working("", ()), compare=False, repr=False)


def newsvendor(demand: Distribution, overage: float, underage: float) -> Newsvendor:
    """Give the quantity that costs least when what is left over and what is short both cost money.

    S* = F^-1(p / (p + h)), the least quantity that suffices with the critical ratio; its cost is
    h E[(S - D)+] + p E[(D - S)+].

    Parameters
    ----------
    demand
        Its distribution: `Normal`, `Gamma`, `Lognormal`, `poisson`, `negative_binomial`, `empirical` or `Discrete`.
    overage
        h, money lost with each unit left over, above 0: if left-overs cost nothing, no quantity would be too large.
    underage
        p, money lost with each unit short, above 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Snyder and Shen 2019, section 4.3.

    Examples
    --------
    Snyder and Shen 2019, examples 4.3 and 4.7:

    >>> from plantwright.methods.stock import Normal, newsvendor, poisson
    >>> best = newsvendor(Normal(50, 8), overage=0.18, underage=0.70)
    >>> round(best.quantity, 4), round(best.cost, 4)
    (56.604, 1.9976)
    >>> best = newsvendor(poisson(6), overage=1, underage=4)
    >>> best.quantity, round(best.cost, 4)
    (8.0, 3.5701)
    """
    stop([*distribution(demand=demand), *above_zero(overage=overage, underage=underage)])
    ratio = underage / (underage + overage)
    if not 0 < ratio < 1:
        # A ratio that rounds to 0 or 1 asks for the end of a distribution that has none.
        stop([fault("overage", overage, f"nearer to the underage, {underage}: the critical ratio rounds to {ratio:g}")])
    quantity = demand.quantile(ratio)
    return newsvendor_at(quantity, demand, overage, underage)


def newsvendor_at(quantity: float, demand: Distribution, overage: float, underage: float) -> Newsvendor:
    """Give what a quantity costs and serves, whether it is the best one or not.

    Parameters
    ----------
    quantity
        Units to have.
    demand, overage, underage
        See `newsvendor`.

    Examples
    --------
    >>> from plantwright.methods.stock import Normal
    >>> round(newsvendor_at(50, Normal(50, 8), overage=0.18, underage=0.70).cost, 4)
    2.8086
    """
    stop([*distribution(demand=demand), *finite(quantity=quantity), *above_zero(overage=overage, underage=underage)])
    short = demand.loss(quantity)
    left = quantity - demand.mean + short
    cost = overage * left + underage * short
    ratio = underage / (underage + overage)
    steps = (
        *given(
            mu=("mean demand, units", demand.mean),
            sigma=("deviation of demand, units", demand.sd),
            h=("overage cost, money for a unit left over", overage),
            p=("underage cost, money for a unit short", underage),
        ),
        Step("a", "critical ratio", ratio, "p / (p + h)"),
        Step("S", "quantity, units", quantity, "F^-1(a) where it is the best one"),
        Step("n(S)", "short, units", short, "E[(D - S)+]"),
        Step("g(S)", "expected cost, money", cost, "h (S - mu + n(S)) + p n(S)"),
    )
    served = 1 - short / demand.mean if demand.mean > 0 else 1.0
    working = Working(f"{SNYDER_SHEN}, section 4.3", steps)
    return Newsvendor(quantity, cost, -cost, ratio, left, short, demand.cdf(quantity), served, working)


def newsvendor_profit(
    demand: Distribution, revenue: float, purchase_cost: float, salvage_value: float = 0.0, goodwill: float = 0.0
) -> Newsvendor:
    """Give the quantity that earns most: overage is purchase less salvage, underage is revenue less purchase.

    Parameters
    ----------
    demand
        See `newsvendor`.
    revenue, purchase_cost
        Money for a unit sold and for a unit bought; the revenue (with the goodwill) above the purchase cost.
    salvage_value
        Money for a unit left over, below the purchase cost; may be negative where it must be paid for.
    goodwill
        Money lost with a unit short, beside the sale, 0 or above.

    Returns
    -------
    The quantity; its profit is (r - c) mean - cost.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Snyder and Shen 2019, section 4.3.

    Examples
    --------
    Snyder and Shen 2019, problem 4.3 (b):

    >>> from plantwright.methods.stock import Normal
    >>> best = newsvendor_profit(Normal(50, 10), revenue=7, purchase_cost=2.5, salvage_value=1.5)
    >>> round(best.quantity, 4), round(best.profit, 4)
    (59.0846, 210.4768)
    """
    problems = [*distribution(demand=demand), *above_zero(revenue=revenue)]
    problems += [*not_negative(purchase_cost=purchase_cost, goodwill=goodwill)]
    problems += finite(salvage_value=salvage_value)
    if not problems and revenue + goodwill <= purchase_cost:
        problems.append(fault("revenue", revenue, f"above the purchase cost, {purchase_cost} (less the goodwill)"))
    if not problems and salvage_value >= purchase_cost:
        problems.append(fault("salvage_value", salvage_value, f"below the purchase cost, {purchase_cost}"))
    stop(problems)
    best = newsvendor(demand, purchase_cost - salvage_value, revenue - purchase_cost + goodwill)
    profit = (revenue - purchase_cost) * demand.mean - best.cost
    return replace(best, profit=profit)
