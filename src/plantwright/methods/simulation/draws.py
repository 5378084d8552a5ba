"""Random durations with a given spread, drawn so that few replications tell much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import compiled
from plantwright.methods.simulation.network import Network
from plantwright.methods.working_time import primitive

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
Words = NDArray[np.uint64]
SHAPE = 4
"""Shape of the gamma distribution of durations: skewness 1, so that long delays are likelier than great gains."""
LEAST = 0.05
"""No run is shorter than this part of its standard."""
GOLDEN, ODD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95)
"""Odd numbers whose multiples are spread well over all of 64 bits."""
HALF, REST = np.uint64(32), np.uint64(11)
"""Bits that are left out of a word where 32, or 53 as a fraction has them, are wanted."""


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


class Chance(NamedTuple):
    """What decides the durations of nodes, one entry each, as kernels take it.

    `usual` and `spread` are the mean and the standard deviation of a run or a delay in minutes, `least` the shortest
    of it; `breaks` and `repair` are those of a `Spread`. `number` is what each node was called when the network was
    built: it decides the draws, so that a part of a network draws what the whole does. Row ``k`` of `values` has every
    so manieth of the standard draws, from the ``k``-th on: together the rows have each of them once.
    """

    usual: Numbers
    spread: Numbers
    least: Numbers
    breaks: Numbers
    repair: Numbers
    number: Integers
    values: Numbers
    seed: int


def chance_of(network: Network, spread: Spread, replications: int, block: int, seed: int) -> Chance:
    """Bring the spreads to minutes, and lay the standard draws out in blocks of at most so many replications."""
    _check(network, spread)
    nodes, own = network.nodes, network.number
    rows = -(-replications // block)
    values = np.array(standard_draws(rows * -(-replications // rows))).reshape(-1, rows).T
    mean, deviation = spread.mean[own], spread.deviation[own]
    return Chance(
        np.where(nodes.receipt, mean, nodes.run * mean), np.where(nodes.receipt, deviation, nodes.run * deviation),
        np.where(nodes.receipt, -np.inf, nodes.run * LEAST), np.where(nodes.receipt, 0.0, spread.failures[own]),
        spread.repair[own], own, np.ascontiguousarray(values), seed,
    )  # fmt: skip


def durations(network: Network, spread: Spread, count: int, seed: int = 0) -> Integers:
    """Draw the run, or the delay, of every node for some replications.

    Parameters
    ----------
    network
        The network.
    spread
        How much each varies.
    count
        Replications.
    seed
        Of the chance.

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
    exponential, and the work goes on where it was. The numbers of a node come from a generator of its own (SplitMix64)
    that starts from the seed and the node's number: what else is in the network changes nothing. Cost O(n count).

    References
    ----------
    M. D. McKay, R. J. Beckman and W. J. Conover, "A comparison of three methods for selecting values of input
    variables in the analysis of output from a computer code", Technometrics 21(2), 1979, 239-245. Breakdowns that
    depend on operation: J. A. Buzacott and J. G. Shanthikumar, Stochastic Models of Manufacturing Systems, Prentice
    Hall, 1993, section 6.2. G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators",
    OOPSLA 2014, 453-472.

    Examples
    --------
    >>> from plantwright.methods.simulation import build_network
    >>> from plantwright.methods.working_time import working_time
    >>> made = build_network(working_time([]), start=[0], finish=[60], run=[60])
    >>> steady = Spread(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1))
    >>> durations(made, steady, 3).tolist()
    [[60, 60, 60]]
    """
    return _durations(chance_of(network, spread, count, count, seed), count)


@compiled
def _durations(chance: Chance, count: int) -> Integers:
    found = np.empty((len(chance.usual), count), np.int64)
    random, order = np.zeros(1, np.uint64), np.empty(chance.values.shape[1], np.float64)
    for o in range(len(found)):
        draw(chance, o, 0, random, order, found[o])
    return found


@primitive
def draw(chance: Chance, o: int, block: int, random: Words, order: Numbers, minutes: Integers) -> None:
    """Fill `minutes` with the runs or delays of a node in the replications of a block; `order` is room to shuffle."""
    # A start of its own for each seed, node and block, well mixed, for neighbours would draw alike.
    random[0] = np.uint64(chance.seed) * ODD + np.uint64(chance.number[o])
    random[0] = next_word(random)
    rows, size = chance.values.shape
    row = (int(next_word(random) >> HALF) + block) % rows  # each row once over all blocks
    random[0] = next_word(random) + np.uint64(block) * ODD
    random[0] = next_word(random)
    usual, spread, least = chance.usual[o], chance.spread[o], chance.least[o]
    for r in range(size):
        order[r] = chance.values[row, r]
    for r in range(len(minutes)):
        if spread > 0:
            other = r + (int(next_word(random) >> HALF) * (size - r) >> 32)
            order[r], order[other] = order[other], order[r]
        taken = max(usual + spread * order[r], least) if spread > 0 else max(usual, least)
        if chance.breaks[o] > 0:
            taken += _repairs(random, taken, chance.breaks[o], chance.repair[o])
        minutes[r] = np.int64(np.rint(taken))


@primitive
def _repairs(random: Words, run: float, rate: float, repair: float) -> float:
    """Give the minutes that the breakdowns of a run take."""
    lost, worked = 0.0, _exponential(random) / rate
    while worked < run:
        lost += _exponential(random) * repair
        worked += _exponential(random) / rate
    return lost


@primitive
def _exponential(random: Words) -> float:
    return -np.log((float(next_word(random) >> REST) + 0.5) * 2.0**-53)  # type: ignore[no-any-return]


@primitive
def next_word(random: Words) -> np.uint64:
    """Give the next 64 random bits: SplitMix64."""
    random[0] += GOLDEN
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))  # type: ignore[no-any-return]


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
