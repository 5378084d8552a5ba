"""Random durations with a given spread, drawn so that few replications tell much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.simulation.network import Network

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
SHAPE = 4
"""Shape of the gamma distribution of durations: skewness 1, so that long delays are likelier than great gains."""
LEAST = 0.05
"""No run is shorter than this part of its standard."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How much each node of a network varies; by the numbers that the nodes had when it was built.

    Parameters
    ----------
    mean, deviation
        float64[n]. Of an operation: mean and standard deviation of its run, in parts of the standard. Of a receipt:
        of its delay, in minutes.
    failures
        float64[n]; breakdowns in a minute of run, 0 for none.
    repair
        float64[n]; mean minutes of working time that a breakdown takes.
    """

    mean: Numbers
    deviation: Numbers
    failures: Numbers
    repair: Numbers


@lru_cache(maxsize=8)
def standard_draws(count: int) -> tuple[float, ...]:
    """Give `count` equally likely values of the standardised gamma distribution: mean 0 and variance 1 exactly.

    They are its quantiles at the middles of `count` equal parts of probability, brought to mean 0 and variance 1; a
    single value is 0. Cost O(count log count).

    Examples
    --------
    >>> values = standard_draws(1000)
    >>> abs(sum(values)) < 1e-9, round(min(values), 1), values == tuple(sorted(values))
    (True, -1.8, True)
    """
    if count == 1:
        return (0.0,)
    values = _gamma_quantiles((np.arange(count) + 0.5) / count)
    values -= values.mean()
    return tuple((values / values.std()).tolist())


def _gamma_quantiles(probability: Numbers) -> Numbers:
    """Invert 1 - exp(-x) (1 + x + x^2/2 + x^3/6), the gamma distribution of shape 4, by halving; it rises."""
    low, high = np.zeros_like(probability), np.full_like(probability, 60.0)
    for _ in range(60):
        x = (low + high) / 2
        below = 1 - np.exp(-x) * (1 + x + x**2 / 2 + x**3 / 6) < probability
        low, high = np.where(below, x, low), np.where(below, high, x)
    return (low + high) / 2


def durations(network: Network, spread: Spread, count: int, random: np.random.Generator) -> Integers:
    """Draw the run, or the delay, of every node for some replications at once.

    Parameters
    ----------
    network
        The network.
    spread
        How much each varies.
    count
        Replications.
    random
        The source of chance.

    Returns
    -------
    int64[n, count]; working minutes of run for operations, breakdowns included; minutes of delay for receipts.

    Raises
    ------
    ProblemError
        For spreads of a wrong length, below 0, or no numbers.

    Notes
    -----
    Latin hypercube sampling: each node takes each of the `standard_draws` once, in a random order of its own, so that
    the mean of each is right however few replications there are; a run is ``standard (mean + deviation x)``, at least
    `LEAST` of it. Breakdowns come by an exponential law of the time that a machine runs, each repair too is
    exponential, and the work goes on where it was. Cost O(n count).

    References
    ----------
    M. D. McKay, R. J. Beckman and W. J. Conover, "A comparison of three methods for selecting values of input
    variables in the analysis of output from a computer code", Technometrics 21(2), 1979, 239-245. Breakdowns that
    depend on operation: J. A. Buzacott and J. G. Shanthikumar, Stochastic Models of Manufacturing Systems, Prentice
    Hall, 1993, section 6.2.

    Examples
    --------
    >>> from plantwright.methods.simulation import build_network
    >>> from plantwright.methods.working_time import working_time
    >>> made = build_network(working_time([]), start=[0], finish=[60], run=[60])
    >>> steady = Spread(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))
    >>> durations(made, steady, 3, np.random.default_rng(0)).tolist()
    [[60, 60, 60]]
    """
    _check(network, spread)
    nodes, own = network.nodes, network.number
    mean, deviation = spread.mean[own], spread.deviation[own]
    found = np.repeat(np.where(nodes.receipt, mean, nodes.run * mean)[:, None], count, axis=1)
    vary = np.flatnonzero(deviation > 0)
    if len(vary):
        tiled = np.tile(np.array(standard_draws(count)), (len(vary), 1))
        size = np.where(nodes.receipt, deviation, nodes.run * deviation)[vary]
        found[vary] += random.permuted(tiled, axis=1) * size[:, None]
    works = np.flatnonzero(~nodes.receipt)
    found[works] = np.maximum(found[works], (nodes.run * LEAST)[works][:, None])
    fails = np.flatnonzero((spread.failures[own] > 0) & ~nodes.receipt)
    if len(fails):
        times = random.poisson(spread.failures[own][fails][:, None] * found[fails])
        # The sum of so many exponential repairs is a gamma; a shape of 0 is not allowed, and stands for none.
        lost = np.where(times > 0, random.standard_gamma(np.maximum(times, 1)), 0.0)
        found[fails] += lost * spread.repair[own][fails][:, None]
    return np.asarray(np.rint(found), np.int64)


def _check(network: Network, spread: Spread) -> None:
    problems = []
    count = int(network.number.max(initial=-1)) + 1
    for name in ("mean", "deviation", "failures", "repair"):
        values = getattr(spread, name)
        if len(values) < count:
            must = f"of length {count}"
            problems.append(BAD_ARGUMENT.at("", "", name, f"of length {len(values)}", must=must))
        elif not np.isfinite(values).all() or (name != "mean" and (values < 0).any()):
            problems.append(BAD_ARGUMENT.at("", "", name, float(np.nanmin(values)), must="0 or above"))
    if problems:
        raise ProblemError(problems)
