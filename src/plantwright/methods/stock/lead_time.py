"""Demand within the lead time, from the spread of the demand and of the lead time itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem, ProblemError
from plantwright.methods.stock.arguments import (
    above_zero,
    distribution,
    fault,
    not_negative,
    numbers,
    one_of,
    stop,
    whole_numbers,
)
from plantwright.methods.stock.distributions import (
    LONGEST,
    Discrete,
    Distribution,
    Gamma,
    Normal,
    fixed,
    negative_binomial,
    poisson,
)

KINDS = ("normal", "gamma", "negative-binomial", "poisson")


def lead_time_demand(
    mean: float, sd: float, lead_time: float, lead_time_sd: float = 0.0, *, kind: str = "normal"
) -> Distribution:
    """Give the distribution of the demand within a lead time that itself may vary.

    Mean = d L; variance = L s^2 + d^2 sL^2, for demands that are independent of each other and of the lead time.

    Parameters
    ----------
    mean, sd
        d and s of the demand in a period, units, above 0 and 0 or above. The deviation of the forecast's own error
        serves better than that of the demand, where there is one.
    lead_time, lead_time_sd
        L and sL in periods, 0 or above; add the review interval to L where stock is only looked at every so often.
    kind
        ``normal``; ``gamma`` for skewed demand, never below 0; ``negative-binomial`` for few units that come
        irregularly (where the variance is not above the mean, it is Poisson); ``poisson`` takes only the mean.

    Returns
    -------
    The distribution. With a lead time of 0, or no spread at all, it is the one fixed value, so that the safety stock is
    0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 3rd ed.,
    Wiley, 1998, chapter 7; for the gamma distribution T. A. Burgin, "The gamma distribution and inventory control",
    Operational Research Quarterly 26(3), 1975, 507-525.

    Examples
    --------
    A hundred a week, give or take 30, for four weeks, give or take one:

    >>> demand = lead_time_demand(100, 30, lead_time=4, lead_time_sd=1)
    >>> demand.mean, round(demand.sd, 2)
    (400.0, 116.62)
    """
    problems = [*above_zero(mean=mean), *not_negative(sd=sd, lead_time=lead_time, lead_time_sd=lead_time_sd)]
    stop([*problems, *one_of("kind", kind, KINDS)])
    middle = float(mean * lead_time)
    try:
        spread = math.sqrt(lead_time * sd**2 + (mean * lead_time_sd) ** 2)
    except OverflowError:
        raise ProblemError([fault("mean", mean, "smaller, as the deviations: their squares are no numbers")]) from None
    if middle == 0 or (spread == 0 and kind != "poisson"):
        return fixed(middle)
    if kind == "normal":
        return Normal(middle, spread)
    if kind == "gamma":
        return Gamma(middle, spread)
    if kind == "poisson" or spread**2 <= middle * (1 + 1e-9):
        return poisson(middle)
    return negative_binomial(middle, spread)


def windowed_lead_time_demand(history: ArrayLike, lead_times: ArrayLike) -> Discrete:
    """Give the distribution of lead-time demand as it was: every stretch of the history as long as a lead time.

    Nothing is assumed: what one period has to do with the next stays as it is, which suits demand that comes in bursts.

    Parameters
    ----------
    history
        float64[n], units by period, 0 or above.
    lead_times
        int64[m], the lead times that were seen, in periods, 0 or above and at most n; each has the same weight.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n) for each different lead time.

    References
    ----------
    E. Porras and R. Dekker, "An inventory control system for spare parts at a refinery: an empirical comparison of
    different re-order point methods", European Journal of Operational Research 184(1), 2008, 101-132.

    Examples
    --------
    >>> seen = windowed_lead_time_demand([0, 0, 4, 0, 0, 2], lead_times=[2])
    >>> seen.values.tolist(), seen.probabilities.tolist()
    ([0.0, 2.0, 4.0], [0.4, 0.2, 0.4])
    """
    problems: list[Problem] = []
    row, spans = numbers("history", history, problems), whole_numbers("lead_times", lead_times, problems)
    problems += [fault(name, "empty", "one value or more") for name, of in _named(row, spans) if not of.size]
    problems += [
        fault("lead_times", int(span), f"at most the {row.size} periods of the history")
        for span in spans[spans > row.size]
    ]
    stop(problems)
    running = np.append(0.0, np.cumsum(row))
    values, weights = [], []
    for span, times in zip(*np.unique(spans, return_counts=True), strict=True):
        sums = running[span:] - running[: running.size - span]
        values.append(sums)
        weights.append(np.full(sums.size, times / sums.size))
    return _gathered(np.concatenate(values), np.concatenate(weights))


def convolved_lead_time_demand(demand: Discrete, lead_times: ArrayLike) -> Discrete:
    """Give the exact distribution of the sum of independent whole demands over a lead time that was seen to vary.

    Parameters
    ----------
    demand
        Of a period, in whole units of 0 and above, such as `poisson`, `negative_binomial` or `empirical` give.
    lead_times
        int64[m], the lead times that were seen, in periods, 0 or above; each has the same weight.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(L n log n) for the longest lead time L, by one fast Fourier transform of the demand and its powers.

    References
    ----------
    P. Zipkin, Foundations of Inventory Management, McGraw-Hill, 2000, chapter 7 (stochastic lead times).

    Examples
    --------
    >>> from plantwright.methods.stock import Discrete
    >>> both = convolved_lead_time_demand(Discrete([0, 1], [0.5, 0.5]), lead_times=[1, 3])
    >>> both.probabilities.round(4).tolist()
    [0.3125, 0.4375, 0.1875, 0.0625]
    """
    problems: list[Problem] = []
    spans = whole_numbers("lead_times", lead_times, problems)
    stop(distribution(single=True, demand=demand))
    if (demand.values < 0).any() or (demand.values % 1 != 0).any():
        problems.append(fault("demand", "of other values", "of whole units, 0 and above"))
    longest = int(spans.max()) if spans.size else 0
    if not spans.size:
        problems.append(fault("lead_times", "empty", "one value or more"))
    elif not problems and longest * demand.values[-1] > LONGEST:
        problems.append(fault("lead_times", longest, "shorter, or the demand smaller: use Normal or Gamma for more"))
    stop(problems)
    most = int(demand.values[-1])
    size = 1 << max(max(longest, 1) * most, 1).bit_length()
    single = np.zeros(size)
    single[demand.values.astype(np.int64)] = demand.probabilities
    wave = np.fft.rfft(single)
    mixed = np.zeros_like(wave)
    for span, times in zip(*np.unique(spans, return_counts=True), strict=True):
        mixed += times / spans.size * wave**span
    shares = np.maximum(np.fft.irfft(mixed, size)[: longest * most + 1], 0.0)
    kept = np.flatnonzero(shares > 1e-15)  # what the transform leaves of nothing
    return Discrete(kept.astype(np.float64), shares[kept])


def _named(*rows: np.ndarray) -> zip[tuple[str, np.ndarray]]:
    return zip(("history", "lead_times"), rows, strict=True)


def _gathered(values: np.ndarray, weights: np.ndarray) -> Discrete:
    distinct, place = np.unique(values, return_inverse=True)
    return Discrete(distinct, np.bincount(place, weights).astype(np.float64))
