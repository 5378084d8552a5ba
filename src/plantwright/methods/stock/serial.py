"""Stages in a row with stochastic service: echelon base stocks of least cost, and simple bounds of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import Floats, above_zero, fault, numbers, same_length, stop
from plantwright.methods.stock.distributions import Normal

FINE = 60
"""Steps of the grid in a deviation of the demand of a period."""
LARGEST = 400_000
"""So many points the grid may have."""


@dataclass(frozen=True, slots=True, eq=False)
class SerialBaseStock:
    """Base stocks of stages in a row, the one at the customer first.

    Parameters
    ----------
    echelon
        float64[n]; echelon base stocks: what is at a stage, downstream of it and on the way there, less what waits.
    local
        float64[n]; the same by stage.
    lower, upper
        float64[n]; bounds of the echelon base stocks; their middle is a good quick answer.
    cost
        Money in a period, with holding of what is on the way between stages.
    """

    echelon: Floats
    local: Floats
    lower: Floats
    upper: Floats
    cost: float


def serial_base_stock(
    lead_times: ArrayLike, holding_costs: ArrayLike, back_order_cost: float, mean: float, sd: float
) -> SerialBaseStock:
    """Give the echelon base stocks of least average cost, for normal demand that is independent by period.

    With h_j the echelon holding cost (what stage j adds) and D_j the demand within the lead time of stage j:
    C^_j(x) = h_j x + C_(j-1)(min(S_(j-1), x)), C_j(y) = E[C^_j(y - D_j)], S_j = argmin C_j; at the customer
    C^_1(x) = h_1 x + (p + h_1 + ... + h_n) x^-. Computed on a grid of a sixtieth of a deviation.

    Parameters
    ----------
    lead_times
        float64[n], periods from the stage before to this one, above 0; the stage at the customer first. Where stock is
        looked at every period, one period more belongs to the first.
    holding_costs
        float64[n], money for a unit at the stage (and on the way to the next) for a period, above 0, falling from the
        customer on.
    back_order_cost
        p, money for a unit that waits for a period, above 0.
    mean, sd
        Of the demand in a period, units, above 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n g m) for a grid of g points, of which m have some probability.

    References
    ----------
    A. J. Clark and H. Scarf, "Optimal policies for a multi-echelon inventory problem", Management Science 6(4), 1960,
    475-490; F. Chen and Y.-S. Zheng, "Lower bounds for multi-echelon stochastic inventory systems", Management Science
    40(11), 1994, 1426-1443; K. H. Shang and J.-S. Song, "Newsvendor bounds and heuristic for optimal policies in serial
    supply chains", Management Science 49(5), 2003, 618-638; Snyder and Shen 2019, section 6.2.

    Examples
    --------
    Snyder and Shen 2019, example 6.1:

    >>> best = serial_base_stock([1, 1, 2], [7, 4, 2], back_order_cost=37.12, mean=5, sd=1)
    >>> best.echelon.round(1).tolist(), round(best.cost, 1)
    ([6.5, 12.0, 22.7], 47.7)
    """
    problems: list[Problem] = above_zero(back_order_cost=back_order_cost, mean=mean, sd=sd)
    times, holding = numbers("lead_times", lead_times, problems), numbers("holding_costs", holding_costs, problems)
    same_length(problems, lead_times=times, holding_costs=holding)
    for name, row in (("lead_times", times), ("holding_costs", holding)):
        problems += [fault(name, 0, "above 0", int(place)) for place in np.flatnonzero(row == 0)]
    rising = np.flatnonzero(np.diff(holding) >= 0) + 1
    problems += [fault("holding_costs", float(holding[j]), f"below {holding[j - 1]:g}", int(j)) for j in rising]
    if not problems and not times.size:
        problems.append(fault("lead_times", "empty", "one stage or more"))
    stop(problems)
    added = holding - np.append(holding[1:], 0.0)
    levels, cost = _recursion(times, added, back_order_cost, mean, sd)
    lower, upper = _newsvendor_bounds(times, holding, back_order_cost, mean, sd)
    kept = np.minimum.accumulate(levels[::-1])[::-1]  # more than the stages behind hold never comes
    return SerialBaseStock(levels, np.diff(kept, prepend=0.0), lower, upper, cost)


def _recursion(times: Floats, added: Floats, back_order_cost: float, mean: float, sd: float) -> tuple[Floats, float]:
    """Give the echelon base stocks and the cost of the last stage's; each convolution keeps only what is whole."""
    step = sd / FINE
    shares = [_shares(mean * span, sd * math.sqrt(span), step) for span in times.tolist()]
    far = sum(max(low + share.size, 0) - min(low, 0) for low, share in shares)
    if 2 * far > LARGEST:
        stop([fault("lead_times", times.tolist(), "shorter, or demand more spread out: the grid is too large")])
    first = -far
    at = np.arange(-far, far + 1) * step
    row = added[0] * at + (back_order_cost + added.sum()) * np.maximum(-at, 0.0)
    levels = np.zeros(times.size)
    for j, (low, share) in enumerate(shares):
        row = np.convolve(row, share, "valid")
        first += low + share.size - 1
        best = int(np.argmin(row))
        levels[j] = (first + best) * step
        least = float(row[best])
        if j + 1 < times.size:
            row[best:] = least
            row = row + added[j + 1] * (first + np.arange(row.size)) * step
    return levels, least


def _shares(mean: float, sd: float, step: float) -> tuple[int, Floats]:
    """Give the probabilities of a normal demand on the grid, and the place of the first."""
    of = Normal(mean, sd)
    low, high = math.floor((mean - 8 * sd) / step), math.ceil((mean + 8 * sd) / step)
    edges = np.array([of.cdf((place - 0.5) * step) for place in range(low, high + 2)])
    share = np.diff(edges)
    return low, share / share.sum()


def _newsvendor_bounds(
    times: Floats, holding: Floats, back_order_cost: float, mean: float, sd: float
) -> tuple[Floats, Floats]:
    """Give the quantiles of the demand down to the customer that bound each echelon base stock."""
    spans = np.cumsum(times)
    before = back_order_cost + np.append(holding[1:], 0.0)
    demands = [Normal(mean * span, sd * math.sqrt(span)) for span in spans.tolist()]
    lower = [of.quantile(part / (back_order_cost + holding[0])) for of, part in zip(demands, before, strict=True)]
    pairs = zip(demands, before, back_order_cost + holding, strict=True)
    return np.array(lower), np.array([of.quantile(part / whole) for of, part, whole in pairs])
