"""Guaranteed service: how much safety stock to hold at which stages of a supply chain.

Each stage quotes a service time to those that it feeds, and always keeps it while demand stays within its bound. What
it cannot wait for, it covers from stock. Times are whole periods, costs money in a period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import (
    Floats,
    Ints,
    above_zero,
    fault,
    numbers,
    same_length,
    stop,
    whole_numbers,
)
from plantwright.methods.stock.guaranteed_kernel import fold_tree, peel

Status = Literal["optimal", "feasible"]
UNBOUNDED = -1
LONGEST = 20_000
"""So many periods may lie between the first supply and the last demand: a bound on memory."""


@dataclass(frozen=True, slots=True, eq=False)
class SupplyChain:
    """Stages and what feeds what, checked; `build_chain` makes it.

    Parameters
    ----------
    time
        int64[n]; T, periods that a stage takes.
    weight
        float64[n]; money in a period for the stock that covers one period: holding cost times demand bound.
    bound
        float64[n]; demand bound of one period above the mean, units: z sigma, pooled over what a stage feeds.
    source, target
        int64[m]; the arcs.
    most_in, most_out
        int64[n]; the longest inbound and outbound service time that can make sense.
    """

    time: Ints
    weight: Floats
    bound: Floats
    source: Ints
    target: Ints
    most_in: Ints
    most_out: Ints


@dataclass(frozen=True, slots=True, eq=False)
class GuaranteedService:
    """Where safety stock lies, and what it costs.

    Parameters
    ----------
    service, inbound
        int64[n]; S and SI, periods.
    covered
        int64[n]; net replenishment time SI + T - S, periods that the stock covers.
    safety_stock
        float64[n]; units.
    cost
        Money in a period.
    bound
        No placement costs less.
    status
        ``optimal`` when cost and bound agree.
    """

    service: Ints
    inbound: Ints
    covered: Ints
    safety_stock: Floats
    cost: float
    bound: float
    status: Status


def build_chain(
    lead_time: ArrayLike,
    holding_cost: ArrayLike,
    demand_sd: ArrayLike,
    arcs: Sequence[tuple[int, int]],
    *,
    usage: ArrayLike | None = None,
    service_factor: float = 1.645,
    max_service: ArrayLike | None = None,
    pooling: float = 2.0,
) -> SupplyChain:
    """Check a supply chain and work out demand bounds and longest service times.

    Parameters
    ----------
    lead_time
        int64[n], T, whole periods, 0 or above.
    holding_cost
        float64[n], money for a unit in a period, 0 or above.
    demand_sd
        float64[n], deviation of what outside customers ask of a stage in a period, 0 where none does; it must be above
        0 at every stage that feeds no other.
    arcs
        Pairs (feeding, fed) of stages by number, from 0, without circles.
    usage
        float64[m], units of the feeding stage in one of the fed one, above 0; 1 without it.
    service_factor
        z: demand over x periods is taken to stay below its mean by z sigma sqrt(x), above 0.
    max_service
        int64[n], the longest service time that a stage may quote, -1 for any. A stage that customers ask of and that
        feeds nothing may quote 0 where none is given, for else it would never hold stock.
    pooling
        p: bounds add up as (sum bound^p)^(1/p); 1 for demands that move together, 2 for independent ones.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Examples
    --------
    >>> chain = build_chain([28, 10, 0], [12, 36, 0], [0, 0, 2], [(0, 1), (1, 2)], service_factor=1.645)
    >>> chain.most_out.tolist()
    [28, 38, 0]
    """
    problems = above_zero(service_factor=service_factor, pooling=pooling)
    time = whole_numbers("lead_time", lead_time, problems)
    holding, spread = numbers("holding_cost", holding_cost, problems), numbers("demand_sd", demand_sd, problems)
    flat = whole_numbers("arcs", np.array(arcs).reshape(-1), problems)
    used = np.ones(len(arcs)) if usage is None else numbers("usage", usage, problems)
    limit = np.full(time.size, UNBOUNDED) if max_service is None else max_service
    most = whole_numbers("max_service", limit, problems, least=UNBOUNDED)
    same_length(problems, lead_time=time, holding_cost=holding, demand_sd=spread, max_service=most)
    same_length(problems, arcs=np.zeros(len(arcs)), usage=used)
    stop(problems)
    source, target = flat[0::2], flat[1::2]
    order = _order(time.size, source, target)
    ends = np.ones(time.size, np.bool_)
    ends[source] = False
    problems += [fault("demand_sd", 0, "above 0: this stage feeds no other", int(k)) for k in np.flatnonzero(ends)
                 if spread[k] == 0]  # fmt: skip
    problems += [fault("usage", float(u), "above 0", k) for k, u in enumerate(used.tolist()) if u <= 0]
    stop(problems)
    bound = _bounds(service_factor * spread, order, source, target, used, pooling)
    most = np.where(ends & (most == UNBOUNDED), 0, most)
    most_in, most_out = _longest(time, most, order, source, target)
    return SupplyChain(time, holding * bound, bound, source, target, most_in, most_out)


def _order(count: int, source: Ints, target: Ints) -> list[int]:
    """Give the stages so that what feeds comes first; a circle or a stage that is not there is a problem."""
    wrong = np.flatnonzero((source >= count) | (target >= count) | (source == target))
    must = f"two different stages below {count}"
    problems: list[Problem] = [fault("arcs", f"{source[a]} to {target[a]}", must, int(a)) for a in wrong]
    if not count:
        problems.append(fault("lead_time", "empty", "one stage or more"))
    stop(problems)
    waits = np.bincount(target, minlength=count)
    fed: list[list[int]] = [[] for _ in range(count)]
    for a, b in zip(source.tolist(), target.tolist(), strict=True):
        fed[a].append(b)
    order = np.flatnonzero(waits == 0).tolist()
    for k in order:
        for j in fed[k]:
            waits[j] -= 1
            if waits[j] == 0:
                order.append(j)
    if len(order) < count:
        circle = np.flatnonzero(waits > 0).tolist()
        stop([fault("arcs", f"a circle among the stages {circle[:10]}", "without circles")])
    return order


def _bounds(own: Floats, order: list[int], source: Ints, target: Ints, used: Floats, pooling: float) -> Floats:
    """Give the demand bound of each stage, the last ones first."""
    powers = own**pooling
    arcs = _arcs_of(source, own.size)
    for k in reversed(order):
        for a in arcs[k]:
            powers[k] += used[a] ** pooling * powers[target[a]]
    return np.asarray(powers ** (1 / pooling), np.float64)


def _longest(time: Ints, most: Ints, order: list[int], source: Ints, target: Ints) -> tuple[Ints, Ints]:
    """Give the longest SI and S that can make sense: what feeds a stage cannot be slower than its own supply."""
    longest_in, longest_out = np.zeros(time.size, np.int64), np.zeros(time.size, np.int64)
    arcs = _arcs_of(target, time.size)
    for k in order:
        longest_in[k] = max((int(longest_out[source[a]]) for a in arcs[k]), default=0)
        free = longest_in[k] + time[k]
        longest_out[k] = free if most[k] == UNBOUNDED else min(int(free), int(most[k]))
    longest = int((longest_in + time).max())
    if longest > LONGEST:
        stop([fault("lead_time", f"{longest} in all", f"at most {LONGEST} periods along a way: use longer periods")])
    return longest_in, longest_out


def _arcs_of(ends: Ints, count: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for a, k in enumerate(ends.tolist()):
        found[k].append(a)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """A forest over the stages, in the order of folding: see `guaranteed_kernel`.

    `rest` are the arcs that are not in the forest.
    """

    rank: Ints
    parent: Ints
    feeds_parent: Ints
    in_at: Ints
    out_at: Ints
    rest: Ints


def build_forest(chain: SupplyChain, first: ArrayLike | None = None) -> Forest:
    """Take a forest of arcs, those of the least `first` before the others, and say in which order to fold it.

    Notes
    -----
    Cost O(n) where the chain is a forest already, else O(n + m log m).
    """
    count, arcs = chain.time.size, chain.source.size
    kept = np.ones(arcs, np.bool_)
    if arcs >= count or peel(count, chain.source, chain.target, kept)[0] < count:
        ranked = np.argsort(np.zeros(arcs) if first is None else np.asarray(first), kind="stable").tolist()
        kept = _spanning(count, ranked, list(zip(chain.source.tolist(), chain.target.tolist(), strict=True)))
    _, rank, parent, feeds = peel(count, chain.source, chain.target, kept)
    in_at = np.append(0, np.cumsum(chain.most_in + 1)).astype(np.int64)
    out_at = np.append(0, np.cumsum(chain.most_out + 1)).astype(np.int64)
    return Forest(rank, parent, feeds, in_at, out_at, np.flatnonzero(~kept).astype(np.int64))


def _spanning(count: int, ranked: list[int], ends: list[tuple[int, int]]) -> NDArray[np.bool_]:
    """Keep each arc that joins two parts that were apart."""
    part = list(range(count))

    def root(k: int) -> int:
        while part[k] != k:
            part[k] = part[part[k]]
            k = part[k]
        return k

    kept = np.zeros(len(ends), np.bool_)
    for a in ranked:
        one, other = root(ends[a][0]), root(ends[a][1])
        kept[a] = one != other
        part[one] = other
    return kept


def rows_of(forest: Forest) -> tuple[Floats, Floats]:
    """Give rows of nothing over every SI and every S, for `fold` to begin with."""
    return np.zeros(forest.in_at[-1]), np.zeros(forest.out_at[-1])


def fold(chain: SupplyChain, forest: Forest, up: Floats, down: Floats) -> tuple[float, Ints, Ints]:
    """Solve a forest with the costs on SI and on S that `up` and `down` hold; give the least value, S and SI.

    The rows are used up.
    """
    curve = np.sqrt(np.arange(int((chain.most_in + chain.time).max()) + 1, dtype=np.float64))
    service, inbound = np.zeros(chain.time.size, np.int64), np.zeros(chain.time.size, np.int64)
    value = fold_tree(
        forest.rank, forest.parent, forest.feeds_parent, chain.time, chain.weight, curve, forest.in_at, forest.out_at,
        up, down, service, inbound,
    )  # fmt: skip
    return value, service, inbound


def inbound_of(chain: SupplyChain, service: Ints) -> Ints:
    """Give the inbound service times: the slowest of what feeds a stage, and no less than its own promise needs."""
    inbound: Ints = np.maximum(service - chain.time, 0)
    np.maximum.at(inbound, chain.target, service[chain.source])
    return inbound


def placement(chain: SupplyChain, service: Ints, bound: float) -> GuaranteedService:
    """Give the whole answer for service times, with its cost added up anew."""
    inbound = inbound_of(chain, service)
    covered = inbound + chain.time - service
    roots = np.sqrt(covered)
    cost = float(chain.weight @ roots)
    least = min(bound, cost)
    status: Status = "optimal" if cost - least <= 1e-9 * max(cost, 1.0) else "feasible"
    return GuaranteedService(service, inbound, covered, chain.bound * roots, cost, least, status)


def place_on_tree(chain: SupplyChain) -> GuaranteedService:
    """Place safety stock at least cost in a chain whose arcs, taken without direction, form no ring: exact.

    Least of sum h_k z sigma_k sqrt(SI_k + T_k - S_k) with SI_k >= S_j for each j that feeds k, by dynamic programming
    over the tree.

    Parameters
    ----------
    chain
        See `build_chain`.

    Raises
    ------
    ProblemError
        When the arcs form a ring; `place_in_network` takes such chains.

    Notes
    -----
    Cost O(sum over stages of M_k b_k) for the longest service time M_k and the number b_k of places at which the costs
    of what is folded into a stage bend upwards: few where costs are concave; O(n M^2) at worst.

    References
    ----------
    S. C. Graves and S. P. Willems, "Optimizing strategic safety stock placement in supply chains", Manufacturing &
    Service Operations Management 2(1), 2000, 68-83; Snyder and Shen 2019, section 6.3.

    Examples
    --------
    Three stages in a row: the cheap first one holds the stock for all the time before the last:

    >>> chain = build_chain([5, 4, 1], [1, 3, 9], [0, 0, 10], [(0, 1), (1, 2)], service_factor=1.0)
    >>> best = place_on_tree(chain)
    >>> best.service.tolist(), best.covered.tolist(), round(best.cost, 2), best.status
    ([0, 0, 0], [5, 4, 1], 172.36, 'optimal')
    """
    forest = build_forest(chain)
    if forest.rest.size:
        a = int(forest.rest[0])
        closing = f"{chain.source[a]} to {chain.target[a]}"
        stop([fault("arcs", closing, "without rings; place_in_network takes chains with rings", a)])
    value, service, _ = fold(chain, forest, *rows_of(forest))
    return placement(chain, service, value)


def warm_up() -> None:
    """Compile the dynamic programme."""
    place_on_tree(build_chain([2, 1], [1.0, 2.0], [0.0, 1.0], [(0, 1)]))
