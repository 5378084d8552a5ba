"""In which order to plan the nodes: users before what they use, and loops named.

A node comes after everything that can put a requirement or a supply on it. Bills of material, transfers and
co-products are strict. Substitutes and alternatives are wishes: where two nodes may each serve the other, one of the
wishes is dropped, because a draw on free stock is right in either order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import ProblemError, problem_kind
from plantwright.methods.compiled import compiled
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.problem import RequirementsProblem
from plantwright.methods.working_time import primitive

Flags = NDArray[np.bool_]

MATERIAL_LOOP = problem_kind(
    "material-loop",
    "{key} use each other in a loop.",
    "Break the loop in the bill of material, transfer or co-product.",
)


def planning_order(problem: RequirementsProblem, names: Sequence[object] | None = None) -> tuple[Ints, Ints]:
    """Give the nodes in an order in which they can be planned, and the low-level code of each.

    Parameters
    ----------
    problem
        The inputs.
    names
        What to call the nodes in a problem; their numbers if left out.

    Returns
    -------
    int64[nodes], the nodes in order, and int64[nodes], the length of the longest chain of users above each.

    Raises
    ------
    ProblemError
        With one problem for each loop found, its nodes in order.

    Notes
    -----
    Topological sorting (A. B. Kahn, Communications of the ACM 5(11), 1962, pp. 558-562), O(nodes + lines).
    """
    first, last, strict = problem.arcs
    order, level, done = _sorted(problem.nodes, first, last, strict)
    if done < problem.nodes:
        left = np.ones(problem.nodes, bool)
        left[order[:done]] = False
        loops = _loops(left, first[strict == 1], last[strict == 1])
        called = list(range(problem.nodes)) if names is None else names
        raise ProblemError([MATERIAL_LOOP.at("nodes", tuple(called[node] for node in loop)) for loop in loops])
    return order, level


@compiled
def _sorted(nodes: int, first: Ints, last: Ints, strict: Ints) -> tuple[Ints, Ints, int]:
    """Sort the nodes; one that only wishes hold back is taken when no other is free."""
    begin, place = _by_first(nodes, first)
    wait, must_wait = np.zeros(nodes, np.int64), np.zeros(nodes, np.int64)
    for arc in range(first.size):
        wait[last[arc]] += 1
        must_wait[last[arc]] += strict[arc]
    order, held = np.empty(nodes, np.int64), np.empty(nodes, np.int64)
    level, queued = np.zeros(nodes, np.int64), np.zeros(nodes, np.bool_)
    done = made = held_done = held_made = 0
    for node in range(nodes):
        made, held_made = _put_by(node, wait, must_wait, order, queued, held, made, held_made)
    while True:
        while done == made and held_done < held_made:
            made = _take(held[held_done], order, queued, made)
            held_done += 1
        if done == made:
            return order, level, done
        for at in range(begin[order[done]], begin[order[done] + 1]):
            other = last[place[at]]
            wait[other] -= 1
            must_wait[other] -= strict[place[at]]
            if not queued[other]:
                level[other] = max(level[other], level[order[done]] + 1)
                made, held_made = _put_by(other, wait, must_wait, order, queued, held, made, held_made)
        done += 1


@primitive
def _take(node: int, order: Ints, queued: Flags, made: int) -> int:
    """Put a node into the order, unless it is there already, and give how many are."""
    if queued[node]:
        return made
    order[made] = node
    queued[node] = True
    return made + 1


@primitive
def _put_by(
    node: int, wait: Ints, must_wait: Ints, order: Ints, queued: Flags, held: Ints, made: int, held_made: int
) -> tuple[int, int]:
    """Put a node that nothing holds back into the order, and note one that only wishes hold back, once."""
    if wait[node] == 0:
        return _take(node, order, queued, made), held_made
    if must_wait[node] == 0:
        must_wait[node] = -1
        held[held_made] = node
        return made, held_made + 1
    return made, held_made


@compiled
def _by_first(nodes: int, first: Ints) -> tuple[Ints, Ints]:
    """Give, for each node, where its arcs lie in a list of arcs sorted by their first node."""
    begin = np.zeros(nodes + 1, np.int64)
    for arc in range(first.size):
        begin[first[arc] + 1] += 1
    for node in range(nodes):
        begin[node + 1] += begin[node]
    free = begin[:-1].copy()
    place = np.empty(first.size, np.int64)
    for arc in range(first.size):
        place[free[first[arc]]] = arc
        free[first[arc]] += 1
    return begin, place


def _loops(left: Flags, first: Ints, last: Ints) -> Iterator[list[int]]:
    """Give the loops met when going from each node that is left to one that uses it, in the order of use."""
    inside = np.flatnonzero(left[first] & left[last])
    user = {int(last[arc]): int(first[arc]) for arc in inside[::-1]}
    seen: dict[int, int] = {}
    for start in np.flatnonzero(left).tolist():
        path: list[int] = []
        node = start
        while node not in seen:
            seen[node] = start
            path.append(node)
            node = user[node]
        if seen[node] == start and node in path:
            loop = path[path.index(node) :][::-1]
            smallest = loop.index(min(loop))
            yield loop[smallest:] + loop[:smallest]
