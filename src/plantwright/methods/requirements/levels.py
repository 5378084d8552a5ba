"""In which order to plan the nodes: users before what they use, and loops named.

A node comes after everything that can put a requirement or a supply on it. Bills of material, transfers and
co-products are strict. Substitutes and alternatives are wishes: where two nodes may each serve the other, one of the
wishes is dropped, because a draw on free stock is right in either order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from plantwright.core.problem import ProblemError, problem_kind
from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.problem import RequirementsProblem
from plantwright.methods.requirements.tables import Tables

MATERIAL_LOOP = problem_kind(
    "material-loop", "{key} use each other in a loop.", "Break the loop in the bill of material, transfer or co-product."
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
    first, last, strict = _arcs(problem.tables)
    order, level, done = _sorted(problem.nodes, first, last, strict)
    if done < problem.nodes:
        left = np.ones(problem.nodes, bool)
        left[order[:done]] = False
        loops = _loops(left, first[strict == 1], last[strict == 1])
        called = list(range(problem.nodes)) if names is None else names
        raise ProblemError([MATERIAL_LOOP.at("nodes", tuple(called[node] for node in loop)) for loop in loops])
    return order, level


def _arcs(t: Tables) -> tuple[Ints, Ints, Ints]:
    """Give the arcs from user to used, strict ones with 1, wishes with 0."""
    nodes = np.arange(t.node.shape[0] - 1)
    lines = t.line[:-1]
    moved = np.flatnonzero(t.node[:-1, c.KIND] == 2)
    wished = np.repeat(lines[:, c.COMPONENT], np.diff(t.first_substitute))
    pairs = [
        (np.repeat(nodes, np.diff(t.begin[:, c.LINES])), lines[:, c.COMPONENT], 1),
        (np.repeat(nodes, np.diff(t.begin[:, c.BYPRODUCTS])), t.byproduct[:-1, c.BYPRODUCT], 1),
        (moved, t.node[moved, c.SUPPLYING_NODE], 1),
        (wished, t.substitute[:-1, c.SUBSTITUTE], 0),
        (np.repeat(nodes, np.diff(t.begin[:, c.OTHERS])), t.other[:-1, c.OTHER], 0),
    ]
    first = np.concatenate([a for a, _, _ in pairs]).astype(np.int64)
    last = np.concatenate([b for _, b, _ in pairs]).astype(np.int64)
    strict = np.concatenate([np.full(a.size, kind) for a, _, kind in pairs]).astype(np.int64)
    return first, last, strict


@compiled
def _sorted(nodes: int, first: Ints, last: Ints, strict: Ints) -> tuple[Ints, Ints, int]:
    """Sort the nodes; a node that only wishes hold back is taken when no other is free."""
    begin, target = _by_first(nodes, first)
    wait = np.zeros(nodes, np.int64)
    must_wait = np.zeros(nodes, np.int64)
    for arc in range(first.size):
        wait[last[arc]] += 1
        must_wait[last[arc]] += strict[arc]
    order = np.empty(nodes, np.int64)
    held = np.empty(nodes, np.int64)
    level = np.zeros(nodes, np.int64)
    queued = np.zeros(nodes, np.bool_)
    done = made = held_done = held_made = 0
    for node in range(nodes):
        if wait[node] == 0:
            order[made] = node
            queued[node] = True
            made += 1
        elif must_wait[node] == 0:
            held[held_made] = node
            held_made += 1
    while True:
        if done == made:
            while held_done < held_made and queued[held[held_done]]:
                held_done += 1
            if held_done == held_made:
                return order, level, done
            order[made] = held[held_done]
            queued[held[held_done]] = True
            made += 1
        node = order[done]
        done += 1
        for place in range(begin[node], begin[node + 1]):
            arc = target[place]
            other = last[arc]
            wait[other] -= 1
            must_wait[other] -= strict[arc]
            if queued[other]:
                continue
            level[other] = max(level[other], level[node] + 1)
            if wait[other] == 0:
                order[made] = other
                queued[other] = True
                made += 1
            elif must_wait[other] == 0 and strict[arc] == 1:
                held[held_made] = other
                held_made += 1


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


def _loops(left: np.ndarray[tuple[int], np.dtype[np.bool_]], first: Ints, last: Ints) -> Iterator[list[int]]:
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
