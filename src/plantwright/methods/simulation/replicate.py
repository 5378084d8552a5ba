"""Follow a plan many times under random durations: when each delivery is complete, how often in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.methods.compiled import compiled, whole_row
from plantwright.methods.scheduling.timing import Flat, begin, done, open_together
from plantwright.methods.simulation.draws import Spread, durations
from plantwright.methods.simulation.network import Arcs, Ends, Network, Nodes, build_network
from plantwright.methods.working_time import NEVER, primitive, working_time

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
BLOCK, CELLS = 250, 8_000_000
"""Replications that are followed at once, and numbers that each of their arrays may have: they must fit into memory."""
FEWEST = 25
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


def replicate(network: Network, spread: Spread, *, replications: int = 1000, seed: int = 0) -> Outcome:
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
        Of the chance: the same seed gives the same outcome.

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
    durations, whose sample means stay the same (Latin hypercube). Cost O(replications x (n + a)), memory O(n) times
    the block of 250 replications.

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
    random = np.random.default_rng(seed)
    parts = []
    block = min(BLOCK, max(CELLS // max(len(network.nodes.start), 1), FEWEST))
    for first in range(0, replications, block):
        work = durations(network, spread, min(block, replications - first), random)
        parts.append(_follow(network.time.flat, network.nodes, network.arcs, network.ends, work))
    complete = np.concatenate(parts, axis=1)
    complete.sort(axis=1)
    return Outcome(complete, network.ends.planned)


@compiled
def _follow(flat: Flat, nodes: Nodes, arcs: Arcs, ends: Ends, work: Integers) -> Integers:
    """Give when each delivery is complete in each replication; `work` has the run or the delay of each node."""
    count, size = work.shape
    started, finished = np.empty((count, size), np.int64), np.empty((count, size), np.int64)
    for o in range(count):
        for r in range(size):
            t, least = nodes.earliest[o], 0
            for arc in range(arcs.pointer[o], arcs.pointer[o + 1]):
                p = arcs.before[arc]
                if arcs.overlap[arc] < 0 or finished[p, r] >= NEVER:
                    t = max(t, finished[p, r] + arcs.lag[arc])
                else:
                    out, last = _batches(flat, nodes, arcs, arc, o, started[p, r], finished[p, r], work[p, r])
                    t, least = max(t, out), max(least, last)
            begun, end = _done(flat, nodes, o, min(t, NEVER), work[o, r])
            started[o, r], finished[o, r] = begun, min(max(end, least), NEVER)
    complete = np.empty((len(ends.planned), size), np.int64)
    for d in range(len(ends.planned)):
        for r in range(size):
            t = ends.planned[d]
            for k in range(ends.pointer[d], ends.pointer[d + 1]):
                t = max(t, finished[ends.node[k], r])
            complete[d, r] = t
    return complete


@primitive
def _batches(
    flat: Flat, nodes: Nodes, arcs: Arcs, arc: int, o: int, started: int, finished: int, run: int
) -> tuple[int, int]:
    """Give when the first batch of what comes before is there, and the soonest end of work on its last one."""
    p = arcs.before[arc]
    first, last = nodes.calendar_pointer[p], nodes.calendar_pointer[p + 1]
    share = arcs.overlap[arc] * run // max(nodes.run[p], 1) + nodes.setup[p]
    out = started + share
    if last > first:
        out = done(flat, nodes.calendar[first:last], last - first, started, share)
    first, last = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1]
    come = finished + arcs.lag[arc]
    end = come + arcs.tail[arc]
    if last > first:
        end = done(flat, nodes.calendar[first:last], last - first, come, arcs.tail[arc])
    return out + arcs.lag[arc], end


@primitive
def _done(flat: Flat, nodes: Nodes, o: int, t: int, work: int) -> tuple[int, int]:
    """Give when a node that may begin at `t` begins and ends; what happens as planned ends as planned."""
    first, last = nodes.calendar_pointer[o], nodes.calendar_pointer[o + 1]
    own, many = nodes.calendar[first:last], last - first
    planned = nodes.start[o]
    if nodes.receipt[o]:
        t = max(t, planned + work)
        if many and work != 0:
            t = open_together(flat, own, many, t)
        return min(t, NEVER), min(t, NEVER)
    minutes = nodes.setup[o] + work
    if t >= NEVER:
        return NEVER, NEVER
    if t == planned and work == nodes.run[o]:
        return planned, nodes.finish[o]
    if not many:
        return t, t + minutes
    # Nobody knows beforehand how long it will take: what must not pause begins where its standard fits, and goes on.
    t = begin(flat, own, many, nodes.pausable[o], t, nodes.setup[o] + nodes.run[o])
    if t >= NEVER:
        return NEVER, NEVER
    end: int = min(done(flat, own, many, t, minutes), NEVER) if nodes.pausable[o] else t + minutes
    return t, end


def warm_up() -> None:
    """Compile the kernel."""
    time = working_time([([0], [600])])
    network = build_network(
        time, start=[0, 10], finish=[10, 20], run=[10, 10], calendar_pointer=[0, 1, 2], calendar=whole_row([0, 0]),
        before=[0], after=[1], end_pointer=[0, 1], end_node=[1], end_planned=[20],
    )  # fmt: skip
    replicate(network, Spread(np.ones(2), np.full(2, 0.1), np.zeros(2), np.zeros(2)), replications=2)
