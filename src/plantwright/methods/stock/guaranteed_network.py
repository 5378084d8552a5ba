"""Guaranteed service in any network without circles: a search with a bound, exact where there is time to end it.

Some arcs make a forest, which is solved exactly. Each arc that is left out is paid for by a price on the time by which
its two ends disagree; the prices are moved to raise the bound. Where a price is not enough, two cases are told apart by
a moment t: what feeds is quicker, S <= t, or what is fed waits longer, SI > t. Placements come from random forests in
which every other arc keeps a moment between its two ends, so that none of them is ever worse than the best so far.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from plantwright.methods.stock.arguments import Floats, Ints, not_negative, stop, whole
from plantwright.methods.stock.guaranteed import (
    Forest,
    GuaranteedService,
    SupplyChain,
    build_forest,
    fold,
    inbound_of,
    place_on_tree,
    placement,
    rows_of,
)

CLOSE = 1e-9
"""Cost and bound this close, as a share, are the same."""
STARTS = 12
"""So many beginnings in a row without a better placement end the search."""
IDLE = 80
"""So many forests in a row without a better placement end a beginning."""
STEPS = 150
"""So often the prices are moved: four times that for the first bound, a third and a fifth of it later."""


@dataclass(slots=True)
class Effort:
    """What may still be spent: forests to solve, and time by a clock where there is one."""

    left: int
    clock: Callable[[], float] | None
    end: float

    def more(self) -> bool:
        """Take one forest, and tell whether it may be solved."""
        self.left -= 1
        return self.left >= 0 and (self.clock is None or self.clock() < self.end)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A part of all placements: no SI below `least_in`, no S above `most_out`; and the prices to begin with."""

    least_in: Ints
    most_out: Ints
    price: Floats


def place_in_network(
    chain: SupplyChain,
    *,
    evaluations: int = 20_000,
    seconds: float = 10.0,
    clock: Callable[[], float] | None = None,
    seed: int = 0,
) -> GuaranteedService:
    """Place safety stock in a chain whose arcs may form rings: search, with a bound on what any placement costs.

    Parameters
    ----------
    chain
        See `build_chain`.
    evaluations
        So many forests are solved at most.
    seconds
        So long is searched at most, where there is a `clock`.
    clock
        Gives seconds, as `time.perf_counter` does; without it only `evaluations` counts, and two runs are equal.
    seed
        Of the random forests.

    Returns
    -------
    The best placement found, with a bound below which none can be. ``optimal`` is proved.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Half of the effort at most goes into placements, the rest into the bound. A forest costs what `place_on_tree` costs.

    References
    ----------
    S. Humair and S. P. Willems, "Optimizing strategic safety stock placement in general acyclic networks", Operations
    Research 59(3), 2011, 781-787, for the branching; M. Held and R. M. Karp, "The traveling-salesman problem and
    minimum spanning trees: part II", Mathematical Programming 1, 1971, 6-25, for moving the prices.

    Examples
    --------
    Two parts that both go into two machines, each sold:

    >>> from plantwright.methods.stock import build_chain
    >>> arcs = [(0, 2), (0, 3), (1, 2), (1, 3)]
    >>> chain = build_chain([20, 12, 4, 6], [1, 2, 9, 8], [0, 0, 5, 3], arcs, service_factor=1.0)
    >>> best = place_in_network(chain)
    >>> best.service.tolist(), round(best.cost, 3), best.status
    ([0, 0, 0, 0], 215.263, 'optimal')
    """
    stop([*whole(1, evaluations=evaluations), *not_negative(seconds=seconds), *whole(seed=seed)])
    if build_forest(chain).rest.size == 0:
        return place_on_tree(chain)
    begin = clock() if clock else 0.0
    effort = Effort(evaluations // 2, clock, begin + seconds / 2)
    best = _search(chain, effort, np.random.default_rng(seed))
    effort = Effort(effort.left + evaluations - evaluations // 2, clock, begin + seconds)
    return _prove(chain, best, effort)


def _cost(chain: SupplyChain, service: Ints) -> float:
    return float(chain.weight @ np.sqrt(inbound_of(chain, service) + chain.time - service))


def _search(chain: SupplyChain, effort: Effort, random: np.random.Generator) -> Ints:
    """Begin with what a bound over a random forest meets, improve it, and begin again while there is effort."""
    best = np.zeros(chain.time.size, np.int64)
    since = 0
    while effort.more() and since < STARTS:
        forest = build_forest(chain, random.random(chain.source.size))
        start = Case(np.zeros_like(best), chain.most_out, np.zeros(forest.rest.size))
        _, _, _, found = _bound(chain, forest, start, np.inf, STEPS // 3, effort)
        found = _improved(chain, best if found is None else found, effort, random)
        since = 0 if _cost(chain, found) < _cost(chain, best) * (1 - CLOSE) else since + 1
        best = found if since == 0 else best
    return best


def _improved(chain: SupplyChain, service: Ints, effort: Effort, random: np.random.Generator) -> Ints:
    """Solve random forests in which the other arcs keep a moment between their ends; none makes the placement worse.

    Forests are drawn around random stages, so that all that feeds such a stage moves together.
    """
    cost = _cost(chain, service)
    idle = 0
    while idle < IDLE and effort.more():
        near = random.random(chain.time.size) ** 3
        drawn = np.minimum(near[chain.source], near[chain.target])
        forest = build_forest(chain, drawn + 1e-3 * random.random(drawn.size))
        tried = _kept_moments(chain, forest, service, random)
        value = _cost(chain, tried)
        idle = 0 if value < cost * (1 - CLOSE) else idle + 1
        if value <= cost:
            service, cost = tried, value
    return service


def _kept_moments(chain: SupplyChain, forest: Forest, service: Ints, random: np.random.Generator) -> Ints:
    """Solve a forest; other arcs keep a moment that their feeding end is not above and their fed end not below."""
    rest, inbound = forest.rest, inbound_of(chain, service)
    low, high = service[chain.source[rest]], inbound[chain.target[rest]]
    moment = np.where(random.random(rest.size) < 0.5, high, random.integers(low, high + 1))
    least_in, most_out = np.zeros_like(service), chain.most_out.copy()
    np.maximum.at(least_in, chain.target[rest], moment)
    np.minimum.at(most_out, chain.source[rest], moment)
    return fold(chain, forest, *_limited(chain, forest, least_in, most_out))[1]


def _limited(chain: SupplyChain, forest: Forest, least_in: Ints, most_out: Ints) -> tuple[Floats, Floats]:
    """Give rows that are far too dear outside the limits."""
    up, down = rows_of(forest)
    dear = 10.0 * (1.0 + float(chain.weight @ np.sqrt(chain.most_in + chain.time)))
    up[_places(forest.in_at) < np.repeat(least_in, np.diff(forest.in_at))] = dear
    down[_places(forest.out_at) > np.repeat(most_out, np.diff(forest.out_at))] = dear
    return up, down


def _places(at: Ints) -> Ints:
    return np.arange(at[-1]) - np.repeat(at[:-1], np.diff(at))


def _prove(chain: SupplyChain, service: Ints, effort: Effort) -> GuaranteedService:
    """Take the case of the least bound, raise its bound, and split it, until the cost is reached or effort is spent."""
    forest = build_forest(chain, -(chain.weight[chain.source] + chain.weight[chain.target]))
    cost = _cost(chain, service)
    start = Case(np.zeros_like(service), chain.most_out, np.zeros(forest.rest.size))
    open_cases: list[tuple[float, int, Case]] = [(0.0, 0, start)]
    made = 0
    while open_cases and open_cases[0][0] < cost * (1 - CLOSE) and effort.left > 0:
        known, _, case = heapq.heappop(open_cases)
        steps = 4 * STEPS if made == 0 else STEPS // 5
        bound, price, split, found = _bound(chain, forest, case, cost, steps, effort)
        if found is not None and _cost(chain, found) < cost:
            service, cost = found, _cost(chain, found)
        if split is None:
            heapq.heappush(open_cases, (max(bound, known), made + 1, case))
            break
        for part in _parts(chain, forest, case, price, *split):
            made += 1
            heapq.heappush(open_cases, (max(bound, known), made, part))
    least = open_cases[0][0] if open_cases else cost
    return placement(chain, service, least)


def _parts(chain: SupplyChain, forest: Forest, case: Case, price: Floats, a: int, moment: int) -> list[Case]:
    """Tell two cases apart: what feeds by the arc is at most `moment`, or what is fed waits longer than that."""
    source, target = chain.source[forest.rest[a]], chain.target[forest.rest[a]]
    quick, slow = case.most_out.copy(), case.least_in.copy()
    quick[source], slow[target] = min(quick[source], moment), max(slow[target], moment + 1)
    return [Case(case.least_in, quick, price), Case(slow, case.most_out, price)]


def _bound(
    chain: SupplyChain, forest: Forest, case: Case, cost: float, steps: int, effort: Effort
) -> tuple[float, Floats, tuple[int, int] | None, Ints | None]:
    """Raise the bound of a case by moving prices; also give the prices, where to split, and the best placement met."""
    rest, price = forest.rest, case.price.copy()
    fixed_up, fixed_down = _limited(chain, forest, case.least_in, case.most_out)
    best, kept, split = -np.inf, price, None
    found, found_cost, pace, idle = None, np.inf, 1.0, 0
    for _ in range(steps):
        if not effort.more():
            break
        up, down = _priced(chain, forest, fixed_up, fixed_down, price)
        value, service, inbound = fold(chain, forest, up, down)
        gap = service[chain.source[rest]] - inbound[chain.target[rest]]
        tried = _cost(chain, service)
        if tried < found_cost:
            found, found_cost = service, tried
        idle = 0 if value > best + CLOSE * cost else idle + 1
        if value > best:
            best, kept = value, price.copy()
        if value >= best or split is None:
            split = _widest(chain, rest, gap, service, inbound, price)
        if idle >= 8:
            pace, idle = pace / 2, 0
        norm = float(gap @ gap)
        if norm == 0 or best >= cost * (1 - CLOSE) or pace < 1e-3:
            break
        price = np.maximum(0.0, price + pace * (1.02 * min(cost, found_cost) - value) / norm * gap)
    return best, kept, split, found


def _priced(
    chain: SupplyChain, forest: Forest, fixed_up: Floats, fixed_down: Floats, price: Floats
) -> tuple[Floats, Floats]:
    """Add to the rows what each period of S costs at the feeding end of an arc and brings at the fed end."""
    count = chain.time.size
    per_in = np.bincount(chain.target[forest.rest], price, count)
    per_out = np.bincount(chain.source[forest.rest], price, count)
    up = fixed_up - _places(forest.in_at) * np.repeat(per_in, np.diff(forest.in_at))
    return up, fixed_down + _places(forest.out_at) * np.repeat(per_out, np.diff(forest.out_at))


def _widest(chain: SupplyChain, rest: Ints, gap: Ints, service: Ints, inbound: Ints, price: Floats) -> tuple[int, int]:
    """Choose the arc whose ends disagree at most, as a cost, and a moment between them."""
    weight = np.abs(gap) * (chain.weight[chain.source[rest]] + chain.weight[chain.target[rest]])
    a = int(np.argmax(np.where(gap > 0, weight + 1e-9, weight * price)))
    low, high = int(inbound[chain.target[rest[a]]]), int(service[chain.source[rest[a]]])
    return a, max(0, min((low + high) // 2, int(chain.most_out[chain.source[rest[a]]]) - 1))
