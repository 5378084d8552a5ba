"""Circles among things that refer to each other: bills of material, operations that wait, places inside places."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def circles(first: pl.Series, last: pl.Series) -> list[tuple[str, ...]]:
    """Find the circles of a graph of names.

    Parameters
    ----------
    first, last : where each arc begins and ends

    Returns
    -------
    Each circle found as its names in order, the smallest one first; a thing that refers to itself is a circle of one.
    At least one circle comes from every knot of circles. Cost: linear in the arcs (A. B. Kahn, Communications of the
    ACM 5(11), 1962, pp. 558-562, once from the top and once from the bottom).

    Examples
    --------
    >>> circles(pl.Series(["A", "B", "C", "D", "E"]), pl.Series(["B", "C", "A", "A", "E"]))
    [('A', 'B', 'C'), ('E',)]
    """
    names = pl.concat([first, last]).unique().drop_nulls().sort()
    numbers = names.to_frame("name").with_row_index("number")
    arcs = pl.DataFrame({"first": first, "last": last})
    arcs = arcs.join(numbers, left_on="first", right_on="name").join(numbers, left_on="last", right_on="name")
    a, b = (arcs[name].to_numpy().astype(np.int64) for name in ("number", "number_right"))
    a, b = _left_after_peeling(a, b, len(names))
    b, a = _left_after_peeling(b, a, len(names))
    found = _walk(a, b)
    return sorted(tuple(str(names[node]) for node in circle) for circle in found)


def _left_after_peeling(first: Ints, last: Ints, size: int) -> tuple[Ints, Ints]:
    """Take away, again and again, the nodes to which nothing leads, with their arcs."""
    order = np.argsort(first, kind="stable")
    target = last[order]
    begin = np.concatenate(([0], np.cumsum(np.bincount(first, minlength=size)))) if size else np.zeros(1, np.int64)
    waits = np.bincount(last, minlength=size)
    front = np.flatnonzero(waits == 0)
    gone = np.zeros(size, bool)
    while front.size:
        gone[front] = True
        counts = begin[front + 1] - begin[front]
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        reached, times = np.unique(target[np.repeat(begin[front], counts) + within], return_counts=True)
        waits[reached] -= times
        front = reached[waits[reached] == 0]
    keep = ~gone[first] & ~gone[last]
    return first[keep], last[keep]


def _walk(first: Ints, last: Ints) -> list[list[int]]:
    """Go from node to node until one comes again; every node that is left has a next one."""
    following = dict(zip(first[::-1].tolist(), last[::-1].tolist(), strict=True))
    seen: dict[int, int] = {}
    found = []
    for start in sorted(following):
        path, node = [], start
        while node not in seen:
            seen[node] = start
            path.append(node)
            node = following[node]
        if seen[node] == start and node in path:
            circle = path[path.index(node) :]
            smallest = circle.index(min(circle))
            found.append(circle[smallest:] + circle[:smallest])
    return found
