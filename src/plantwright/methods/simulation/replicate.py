"""Follow a plan many times under random durations: when each delivery is complete, how often in time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import whole_row
from plantwright.methods.simulation.draws import Spread, chance_of, durations
from plantwright.methods.simulation.following import follow, steps_of
from plantwright.methods.simulation.network import Network, build_network
from plantwright.methods.working_time import working_time

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
BLOCK = 100
"""Replications that are followed at once, at most."""
CELLS = 100_000_000
"""Moments that all threads may hold together, so that they fit into memory: 0.8 GB."""
MOST = 100_000
"""Replications that may be asked for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """When each delivery was complete in each replication.

    Parameters
    ----------
    complete
        int64[d, r]; moments, sorted by replication within each delivery: the earliest first.
    planned
        int64[d]; when the plan has it complete.
    """

    complete: Integers
    planned: Integers

    def probability(self, due: ArrayLike) -> Numbers:
        """Give for each delivery the share of replications in which it was complete by its due moment.

        Parameters
        ----------
        due
            int64[d] or one moment for all.
        """
        limit = np.broadcast_to(np.asarray(due, np.int64), self.planned.shape)
        met: Numbers = (self.complete <= limit[:, None]).mean(axis=1)
        return met

    def quantiles(self, levels: ArrayLike) -> Integers:
        """Give the first moments by which each delivery is complete with the given probabilities.

        Parameters
        ----------
        levels
            float64[q], above 0 and at most 1.

        Returns
        -------
        int64[d, q]: the least moment that was enough in at least this share of the replications.
        """
        wanted = np.atleast_1d(np.asarray(levels, np.float64))
        if not np.all((wanted > 0) & (wanted <= 1)):
            must = "above 0 and at most 1"
            raise ProblemError([BAD_ARGUMENT.at("", "", "levels", wanted.tolist(), must=must)])
        count = self.complete.shape[1]
        place = np.clip(np.ceil(wanted * count - 1e-9).astype(np.int64) - 1, 0, count - 1)
        return self.complete[:, place]


def replicate(
    network: Network, spread: Spread, *, replications: int = 1000, seed: int = 0, threads: int = 1,
    progress: Callable[[float], object] | None = None,
) -> Outcome:  # fmt: skip
    """Follow a plan many times under random durations.

    Everything keeps its place in the row of its machine, its people and its tools. It begins when all that it waits
    for is there, but not before its `earliest` moment; what is complete before the plan wants it waits until then.
    What must not pause begins where its standard time fits into one stretch of open time, and goes on to its end.

    Parameters
    ----------
    network
        The graph of the plan.
    spread
        How much each node varies.
    replications
        How often; 1 to 100,000. The standard error of a probability p is at most ``sqrt(p (1 - p) / replications)``.
    seed
        Of the chance: the same seed gives the same outcome, whatever else is in the network.
    threads
        How many follow it side by side; the outcome is the same.
    progress
        Is told, after each block of replications, which part is done; what it raises ends the work.

    Returns
    -------
    When each delivery was complete.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Without spread every delivery is complete when the plan says. As long as calendars are always open, more spread
    never makes the mean of a moment earlier, for the same seed: moments are sums and maxima, so convex in the
    durations, whose sample means stay the same (Latin hypercube). Cost O(replications x (n + a)), memory 8 bytes for
    each node, replication of a block of 100, and thread.

    References
    ----------
    D. R. Fulkerson, "Expected critical path lengths in PERT networks", Operations Research 10(6), 1962, 808-817 (why
    the plan's own date is too early on average). A. M. Law, Simulation Modeling and Analysis, 5th ed., McGraw-Hill,
    2015, chapter 9 (estimates from independent replications).

    Examples
    --------
    Two steps of an hour, one after the other; a fifth of spread makes half of the deliveries late, by few minutes:

    >>> made = build_network(working_time([]), start=[0, 60], finish=[60, 120], run=[60, 60], before=[0], after=[1],
    ...     end_pointer=[0, 1], end_node=[1], end_planned=[120])
    >>> steady = Spread(np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2))
    >>> replicate(made, steady, replications=10).complete.max().item()
    120
    >>> shaky = Spread(np.ones(2), np.full(2, 0.2), np.zeros(2), np.zeros(2))
    >>> found = replicate(made, shaky)
    >>> found.quantiles(1.0).item() > 120, 0.1 < found.probability(120).item() < 0.5
    (True, True)
    """
    if not 1 <= replications <= MOST:
        raise ProblemError([BAD_ARGUMENT.at("", "", "replications", replications, must=f"from 1 to {MOST}")])
    chance = chance_of(network, spread, replications, BLOCK, seed)
    blocks, size = chance.values.shape
    lengths = [min(size, replications - block * size) for block in range(blocks)]
    wide = max(min(threads, blocks, CELLS // max(len(network.nodes.start) * size, 1)), 1)
    near, kept = steps_of(network.time), _overlapped(network)
    flat, nodes, arcs, ends = network.time.flat, network.nodes, network.arcs, network.ends
    parts: list[Integers] = []
    with ThreadPoolExecutor(wide) as pool:
        asked = [pool.submit(follow, flat, near, nodes, arcs, ends, kept, chance, *one) for one in enumerate(lengths)]
        try:
            for one in asked:
                parts.append(one.result())
                if progress is not None:
                    progress(len(parts) / blocks)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    complete = np.concatenate(parts, axis=1)
    complete.sort(axis=1)
    return Outcome(complete, network.ends.planned)


def _overlapped(network: Network) -> Integers:
    """Give a number to each node whose first batches others wait for, to keep its start and run too; -1 to the rest."""
    found = np.full(len(network.nodes.start), -1, np.int64)
    some = np.unique(network.arcs.before[network.arcs.overlap >= 0])
    found[some] = np.arange(len(some))
    return found


def warm_up() -> None:
    """Compile the kernels."""
    time = working_time([([0], [600])])
    network = build_network(
        time, start=[0, 10], finish=[10, 20], run=[10, 10], calendar_pointer=[0, 1, 2], calendar=whole_row([0, 0]),
        before=[0], after=[1], end_pointer=[0, 1], end_node=[1], end_planned=[20],
    )  # fmt: skip
    spread = Spread(np.ones(2), np.full(2, 0.1), np.zeros(2), np.zeros(2))
    replicate(network, spread, replications=2)
    durations(network, spread, 2)
