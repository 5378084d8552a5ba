"""The compiled dynamic programme over a tree of stages: which service times cost least.

A stage k quotes S_k to the stages it feeds, waits at most SI_k for those that feed it, and covers the rest,
x = SI_k + T_k - S_k, from stock at the cost w_k b(x) with b concave. Each stage is folded into the neighbour that is
left when all its other neighbours have been folded into it. `rank` is the order of folding, `parent` the neighbour.

All rows of a stage (over SI or over S) stand in flat arrays from ``in_at[k]`` and ``out_at[k]`` on.

What makes it fast: folded rows are piecewise concave, and so is w b(x) in either service time. A sum of concave pieces
has its least value at the end of a piece, so only places where a row bends upwards are tried, and the two ends of the
range. They are found by looking at the rows, so nothing is assumed of them: a row that bends everywhere is tried
everywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.stock.arguments import Floats, Ints


@compiled
def peel(count: int, source: Ints, target: Ints, kept: NDArray[np.bool_]) -> tuple[int, Ints, Ints, Ints]:
    """Take leaves off a forest until nothing is left: how many came off, in which order, and what each hung on.

    A stage with one arc left knows it as the exclusive-or of all arcs that it had and lost. Where arcs form a ring, its
    stages do not come off.
    """
    degree, arcs = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for a in range(source.size):
        if kept[a]:
            for k in (source[a], target[a]):
                degree[k] += 1
                arcs[k] ^= a
    rank, parent, feeds = np.zeros(count, np.int64), np.full(count, -1, np.int64), np.zeros(count, np.int64)
    done = 0
    for start in range(count):
        k = start
        while degree[k] == 1 or (degree[k] == 0 and k == start):
            rank[done] = k
            done += 1
            if degree[k] == 0:
                degree[k] = -1
                break
            a = arcs[k]
            feeds[k] = source[a] == k
            parent[k] = target[a] if source[a] == k else source[a]
            degree[k] = -1
            k = parent[k]
            degree[k] -= 1
            arcs[k] ^= a
            if degree[k] == 0 or (degree[k] == 1 and k > start):
                break
    return done, rank, parent, feeds


@compiled
def fold_tree(
    rank: Ints,
    parent: Ints,
    feeds_parent: Ints,
    time: Ints,
    weight: Floats,
    curve: Floats,
    in_at: Ints,
    out_at: Ints,
    up: Floats,
    down: Floats,
    service: Ints,
    inbound: Ints,
) -> float:
    """Give the least cost of a forest, and write the service times of each stage.

    `up` and `down` begin with costs that depend on SI and on S alone (0 in the plain problem); the rows of folded
    stages are added to them. A stage without a parent has the parent -1.
    """
    count = rank.size
    row = np.zeros(curve.size)
    bends = np.zeros(curve.size, np.int64)
    total = 0.0
    for place in range(count):
        k = rank[place]
        ins = up[in_at[k] : in_at[k + 1]]
        outs = down[out_at[k] : out_at[k + 1]]
        if parent[k] < 0:
            total += _best_root(ins, outs, time[k], weight[k], curve, bends)
        elif feeds_parent[k]:
            _over_service(ins, outs, time[k], weight[k], curve, bends, row)
            _add_least_up_to(row, outs.size, up[in_at[parent[k]] : in_at[parent[k] + 1]])
        else:
            _over_inbound(ins, outs, time[k], weight[k], curve, bends, row)
            _add_least_from(row, ins.size, down[out_at[parent[k]] : out_at[parent[k] + 1]])
    for place in range(count - 1, -1, -1):
        _unfold(
            rank[place], parent, feeds_parent, time, weight, curve, in_at, out_at, up, down, service, inbound, bends
        )
    return total


@compiled
def _bends(row: Floats, bends: Ints) -> int:
    """List the places, but the two ends, at which a row bends upwards."""
    count = 0
    for x in range(1, row.size - 1):
        if row[x - 1] - row[x] + row[x + 1] - row[x] > 1e-12 * abs(row[x]):
            bends[count] = x
            count += 1
    return count


@compiled
def _over_service(ins: Floats, outs: Floats, time: int, weight: float, curve: Floats, bends: Ints, row: Floats) -> None:
    """Write, for each S, the least cost of a stage over SI; SI is at least S - T."""
    count = _bends(ins, bends)
    last = ins.size - 1
    first = 0
    for s in range(outs.size):
        low = max(0, s - time)
        best = min(weight * curve[low + time - s] + ins[low], weight * curve[last + time - s] + ins[last])
        while first < count and bends[first] < low:
            first += 1
        for place in range(first, count):
            best = min(best, weight * curve[bends[place] + time - s] + ins[bends[place]])
        row[s] = best + outs[s]


@compiled
def _over_inbound(ins: Floats, outs: Floats, time: int, weight: float, curve: Floats, bends: Ints, row: Floats) -> None:
    """Write, for each SI, the least cost of a stage over S; S is at most SI + T."""
    count = _bends(outs, bends)
    for x in range(ins.size):
        high = min(outs.size - 1, x + time)
        best = min(weight * curve[x + time] + outs[0], weight * curve[x + time - high] + outs[high])
        for place in range(count):
            if bends[place] >= high:
                break
            best = min(best, weight * curve[x + time - bends[place]] + outs[bends[place]])
        row[x] = best + ins[x]


@compiled
def _best_root(ins: Floats, outs: Floats, time: int, weight: float, curve: Floats, bends: Ints) -> float:
    row = np.zeros(outs.size)
    _over_service(ins, outs, time, weight, curve, bends, row)
    return float(row.min())


@compiled
def _add_least_up_to(row: Floats, size: int, into: Floats) -> None:
    """Add, for each SI, the least of a row over S <= SI: what feeds a stage may be quicker than it is waited for."""
    best = np.inf
    for x in range(into.size):
        if x < size:
            best = min(best, row[x])
        into[x] += best


@compiled
def _add_least_from(row: Floats, size: int, into: Floats) -> None:
    """Add, for each S, the least of a row over SI >= S."""
    best = np.inf
    for x in range(size - 1, -1, -1):
        best = min(best, row[x])
        if x < into.size:
            into[x] += best


@compiled
def _unfold(
    k: int,
    parent: Ints,
    feeds_parent: Ints,
    time: Ints,
    weight: Floats,
    curve: Floats,
    in_at: Ints,
    out_at: Ints,
    up: Floats,
    down: Floats,
    service: Ints,
    inbound: Ints,
    bends: Ints,
) -> None:
    """Choose S and SI of a stage whose parent has its own: the first best pair that the parent's choice allows."""
    ins = up[in_at[k] : in_at[k + 1]]
    outs = down[out_at[k] : out_at[k + 1]]
    most, least = outs.size - 1, 0
    if parent[k] >= 0:
        if feeds_parent[k]:
            most = min(most, inbound[parent[k]])
        else:
            least = service[parent[k]]
    best = np.inf
    count = _bends(ins, bends)
    for s in range(most + 1):
        low = max(least, s - time[k], 0)
        for place in range(-2, count):
            x = low if place == -2 else (ins.size - 1 if place == -1 else bends[place])
            if x < low:
                continue
            value = weight[k] * curve[x + time[k] - s] + ins[x] + outs[s]
            if value < best:
                best = value
                service[k] = s
                inbound[k] = x
