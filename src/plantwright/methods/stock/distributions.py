"""Distributions of demand: what stock methods need of them, the same for each kind.

`sd` is the standard deviation. ``loss(x)`` is what is short on average when x is in stock, E[(X - x)+]; `second_loss`
is E[((X - x)+)^2], which averages the shortage over a cycle. All are in units of the item.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import (
    Floats,
    above_zero,
    fault,
    finite,
    numbers,
    same_length,
    stop,
)
from plantwright.methods.stock.special import gamma_tail, normal_density, normal_tail

STANDARD = NormalDist()
LONGEST = 4_000_000
"""So many values a discrete distribution may have at most: a bound on memory."""
CUT = 1e-17
"""Probabilities below this share of the largest are left out of a discrete distribution."""


class Distribution(Protocol):
    """What every distribution of demand can tell."""

    @property
    def mean(self) -> float:
        """Give the mean, in units."""

    @property
    def sd(self) -> float:
        """Give the standard deviation, in units."""

    def cdf(self, x: float) -> float:
        """Give the probability of `x` or less."""

    def quantile(self, p: float) -> float:
        """Give the least value that is not passed with probability `p`, above 0 and below 1."""

    def loss(self, x: float) -> float:
        """Give E[(X - x)+]."""

    def second_loss(self, x: float) -> float:
        """Give E[((X - x)+)^2]."""


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution.

    Parameters
    ----------
    mean
        Units.
    sd
        Units, above 0; `fixed` is the distribution without spread.

    Examples
    --------
    >>> round(Normal(50, 8).quantile(0.7 / 0.88), 4), round(Normal(50, 8).loss(50), 4)
    (56.604, 3.1915)
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        stop([*finite(mean=self.mean), *above_zero(sd=self.sd)])

    def cdf(self, x: float) -> float:
        """Give the probability of `x` or less."""
        return normal_tail((self.mean - x) / self.sd)

    def quantile(self, p: float) -> float:
        """Give the value that is not passed with probability `p`."""
        return self.mean + self.sd * STANDARD.inv_cdf(p)

    def loss(self, x: float) -> float:
        """Give E[(X - x)+] = sd (phi(z) - z (1 - Phi(z)))."""
        z = (x - self.mean) / self.sd
        return max(0.0, self.sd * (normal_density(z) - z * normal_tail(z)))

    def second_loss(self, x: float) -> float:
        """Give E[((X - x)+)^2] = sd^2 ((1 + z^2) (1 - Phi(z)) - z phi(z))."""
        z = (x - self.mean) / self.sd
        return max(0.0, self.sd**2 * ((1 + z * z) * normal_tail(z) - z * normal_density(z)))


@dataclass(frozen=True, slots=True)
class Gamma:
    """A gamma distribution, never negative and skewed to the right: the usual one for lead-time demand of slow items.

    Parameters
    ----------
    mean, sd
        Units, above 0.

    Examples
    --------
    A gamma distribution whose deviation is its mean is exponential:

    >>> round(Gamma(10, 10).quantile(0.95), 3), round(Gamma(10, 10).loss(10), 4)
    (29.957, 3.6788)
    """

    mean: float
    sd: float

    def __post_init__(self) -> None:
        stop(above_zero(mean=self.mean, sd=self.sd))

    @property
    def shape(self) -> float:
        """Give mean^2 / sd^2."""
        return (self.mean / self.sd) ** 2

    @property
    def scale(self) -> float:
        """Give sd^2 / mean, in units."""
        return self.sd**2 / self.mean

    def cdf(self, x: float) -> float:
        """Give the probability of `x` or less."""
        return 1.0 - gamma_tail(self.shape, x / self.scale)

    def quantile(self, p: float) -> float:
        """Give the value that is not passed with probability `p`, by halving."""
        return continuous_quantile(self, p)

    def loss(self, x: float) -> float:
        """Give E[(X - x)+] = mean Q(a + 1, x / b) - x Q(a, x / b), with shape a and scale b."""
        if x <= 0:
            return self.mean - x
        at = x / self.scale
        return max(0.0, self.mean * gamma_tail(self.shape + 1, at) - x * gamma_tail(self.shape, at))

    def second_loss(self, x: float) -> float:
        """Give E[((X - x)+)^2] from the same tails."""
        if x <= 0:
            return self.sd**2 + (self.mean - x) ** 2
        a, b = self.shape, self.scale
        tails = [gamma_tail(a + more, x / b) for more in (0, 1, 2)]
        return max(0.0, a * (a + 1) * b * b * tails[2] - 2 * x * self.mean * tails[1] + x * x * tails[0])


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A distribution whose logarithm is normal.

    Parameters
    ----------
    mu, sigma
        Mean and deviation of the logarithm; sigma above 0.

    Examples
    --------
    >>> round(Lognormal(6, 0.3).quantile(0.15), 3)
    295.619
    """

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        stop([*finite(mu=self.mu), *above_zero(sigma=self.sigma)])

    @property
    def mean(self) -> float:
        """Give exp(mu + sigma^2 / 2)."""
        return math.exp(self.mu + self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        """Give mean sqrt(exp(sigma^2) - 1)."""
        return self.mean * math.sqrt(math.expm1(self.sigma**2))

    def cdf(self, x: float) -> float:
        """Give the probability of `x` or less."""
        return 1.0 - self._moment_above(0, x)

    def quantile(self, p: float) -> float:
        """Give the value that is not passed with probability `p`."""
        return math.exp(self.mu + self.sigma * STANDARD.inv_cdf(p))

    def loss(self, x: float) -> float:
        """Give E[(X - x)+]."""
        return max(0.0, self._moment_above(1, x) - x * self._moment_above(0, x))

    def second_loss(self, x: float) -> float:
        """Give E[((X - x)+)^2]."""
        two, one, none = (self._moment_above(power, x) for power in (2, 1, 0))
        return max(0.0, two - 2 * x * one + x * x * none)

    def _moment_above(self, power: int, x: float) -> float:
        """Give E[X^power; X > x] = exp(n mu + n^2 sigma^2 / 2) Phi((mu + n sigma^2 - ln x) / sigma)."""
        whole = math.exp(power * self.mu + (power * self.sigma) ** 2 / 2)
        if x <= 0:
            return whole
        return whole * normal_tail((math.log(x) - self.mu - power * self.sigma**2) / self.sigma)


@dataclass(frozen=True, slots=True, eq=False)
class Discrete:
    """A distribution of single values: Poisson, negative binomial, what was seen, or a table.

    Parameters
    ----------
    values
        float64[n], rising, in units.
    probabilities
        float64[n], 0 or above; they are made to add up to 1.

    Examples
    --------
    >>> die = Discrete([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1])
    >>> die.mean, die.quantile(0.5), round(die.loss(5), 4)
    (3.5, 3.0, 0.1667)
    """

    values: Floats
    probabilities: Floats

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        values = numbers("values", self.values, problems, least=None)
        weights = numbers("probabilities", self.probabilities, problems)
        same_length(problems, values=values, probabilities=weights)
        falls = np.flatnonzero(np.diff(values) <= 0) + 1
        problems += [fault("values", float(values[j]), f"above {values[j - 1]:g}", int(j)) for j in falls]
        if not problems and not weights.sum() > 0:
            problems.append(fault("probabilities", "empty or all 0", "above 0 for one value or more"))
        stop(problems)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "probabilities", weights / weights.sum())

    @property
    def mean(self) -> float:
        """Give the mean."""
        return float(self.values @ self.probabilities)

    @property
    def sd(self) -> float:
        """Give the standard deviation."""
        return math.sqrt(max(0.0, float((self.values - self.mean) ** 2 @ self.probabilities)))

    def cdf(self, x: float) -> float:
        """Give the probability of `x` or less."""
        count = int(np.searchsorted(self.values, x, side="right"))
        return min(1.0, float(self.probabilities[:count].sum()))

    def quantile(self, p: float) -> float:
        """Give the least value that is not passed with probability `p`."""
        running = np.cumsum(self.probabilities)
        place = int(np.searchsorted(running, p - 1e-12, side="left"))  # 0.7 as a sum of tenths is a hair below 0.7
        return float(self.values[min(place, self.values.size - 1)])

    def loss(self, x: float) -> float:
        """Give E[(X - x)+]."""
        first = int(np.searchsorted(self.values, x, side="right"))
        return float((self.values[first:] - x) @ self.probabilities[first:])

    def second_loss(self, x: float) -> float:
        """Give E[((X - x)+)^2]."""
        first = int(np.searchsorted(self.values, x, side="right"))
        return float((self.values[first:] - x) ** 2 @ self.probabilities[first:])


def fixed(value: float) -> Discrete:
    """Give the distribution that is always `value`: demand within a lead time of 0, or without spread.

    Examples
    --------
    >>> fixed(4.0).quantile(0.95), fixed(4.0).loss(3.0), fixed(4.0).sd
    (4.0, 1.0, 0.0)
    """
    return Discrete(np.array([value]), np.array([1.0]))


def empirical(seen: ArrayLike) -> Discrete:
    """Give the distribution of what was seen: each observation with the same weight.

    Examples
    --------
    >>> empirical([3, 0, 0, 5]).probabilities.tolist()
    [0.5, 0.25, 0.25]
    """
    problems: list[Problem] = []
    row = numbers("seen", seen, problems)
    if not problems and not row.size:
        problems.append(fault("seen", "empty", "one observation or more"))
    stop(problems)
    values, counts = np.unique(row, return_counts=True)
    return Discrete(values, counts.astype(np.float64))


def poisson(mean: float) -> Discrete:
    """Give the Poisson distribution: demand of single units that come independently of each other.

    Parameters
    ----------
    mean
        Units, above 0 and at most 1e10.

    Examples
    --------
    >>> poisson(6).quantile(0.8), round(poisson(6).loss(8), 4)
    (8.0, 0.314)
    """
    problems = above_zero(mean=mean)
    if not problems and mean > 1e10:
        problems.append(fault("mean", mean, "at most 1e10 (use Normal for more)"))
    stop(problems)
    values = _around(mean, math.sqrt(mean), tail=1.0)
    return _of_ratios(values, mean / values[1:])


def negative_binomial(mean: float, sd: float) -> Discrete:
    """Give the negative binomial distribution: whole units, more spread out than Poisson.

    Parameters
    ----------
    mean
        Units, above 0.
    sd
        Units; its square must be above the mean, else Poisson or a narrower distribution fits.

    Examples
    --------
    >>> slow = negative_binomial(2, 3)
    >>> round(slow.mean, 6), round(slow.sd, 6), slow.quantile(0.95)
    (2.0, 3.0, 8.0)
    """
    problems = above_zero(mean=mean, sd=sd)
    if not problems and sd * sd <= mean * (1 + 1e-9):
        problems.append(fault("sd", sd, f"above the square root of the mean, {math.sqrt(mean):g}; else use poisson"))
    if not problems and sd > LONGEST / 50:
        problems.append(fault("sd", sd, f"at most {LONGEST // 50} (use Gamma for more)"))
    stop(problems)
    size = mean * mean / (sd * sd - mean)
    if not size:
        stop([fault("mean", mean, f"larger beside the deviation, {sd}")])
    share = mean / (sd * sd)
    values = _around(mean, sd, tail=1 / share)
    return _of_ratios(values, (values[1:] - 1 + size) / values[1:] * (1 - share))


def _around(mean: float, sd: float, tail: float) -> Floats:
    """Give the whole numbers that can matter: ten deviations below, and as far above as the tail needs.

    Far out a tail falls by half every 0.7 `tail` units or faster, so 40 of these reach 1e-17.
    """
    low = max(0, math.floor(mean - 10 * sd))
    high = min(math.ceil(mean + 12 * sd + 40 * tail), low + LONGEST)
    return np.arange(low, high + 1, dtype=np.float64)


def _of_ratios(values: Floats, ratios: Floats) -> Discrete:
    """Give the distribution in which each probability is `ratios` times the one before, without the smallest."""
    logs = np.append(0.0, np.cumsum(np.log(ratios)))
    weights = np.exp(logs - logs.max())
    kept = np.flatnonzero(weights > CUT)
    return Discrete(values[kept[0] : kept[-1] + 1], weights[kept[0] : kept[-1] + 1])


def continuous_quantile(of: Distribution, p: float) -> float:
    """Find the value that a distribution on 0 and above does not pass with probability `p`, by halving an interval."""
    high = of.mean + of.sd
    while of.cdf(high) < p:
        high *= 2.0
    return bisect(lambda x: of.cdf(x) - p, 0.0, high)


def bisect(rising: Callable[[float], float], low: float, high: float) -> float:
    """Find where a rising function passes 0, to the last bit that floating point has."""
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
