"""Which operations have to be placed together: those that a maximum lag or a blocked unit binds to each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Shop


class Groups(NamedTuple):
    """Groups of free operations, each in an order that respects the arcs; and what waits for which group.

    Group ``g`` has the operations ``op[pointer[g]:pointer[g + 1]]``; the groups
    ``after[after_pointer[g]:after_pointer[g + 1]]`` wait for it, as often as there are arcs; `waits` counts them.
    """

    pointer: Integers
    op: Integers
    waits: Integers
    after_pointer: Integers
    after: Integers


def tied_arcs(shop: Shop) -> Flags:
    """Mark the arcs that also bind the predecessor, between operations that are both free."""
    binds = (shop.pred_max_lag >= 0) | shop.blocking[shop.pred_op]
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    return np.asarray(binds & (shop.fixed_start[after] == NO) & (shop.fixed_start[shop.pred_op] == NO), np.bool_)


def groups_of(shop: Shop) -> Groups:
    """Group the free operations: the strongly connected parts of arcs and of tied arcs turned round. O(n + arcs)."""
    n = shop.operations
    after = np.repeat(np.arange(n), np.diff(shop.pred_pointer))
    tied = tied_arcs(shop)
    tail = np.concatenate([shop.pred_op, after[tied]])
    head = np.concatenate([after, shop.pred_op[tied]])
    by_tail = np.argsort(tail, kind="stable")
    pointer = np.searchsorted(tail[by_tail], np.arange(n + 1)).astype(np.int64)
    label, count = _strong_parts(pointer, head[by_tail].astype(np.int64))
    free = np.flatnonzero(shop.fixed_start == NO)
    rank = np.empty(n, np.int64)
    rank[shop.order] = np.arange(n)
    op = free[np.lexsort((rank[free], label[free]))]
    pointer = np.searchsorted(label[op], np.arange(count + 1)).astype(np.int64)
    between = (shop.fixed_start[after] == NO) & (shop.fixed_start[shop.pred_op] == NO)
    first, then = label[shop.pred_op[between]], label[after[between]]
    first, then = first[first != then], then[first != then]
    waits = np.bincount(then, minlength=count).astype(np.int64)
    by_first = np.argsort(first, kind="stable")
    after_pointer = np.searchsorted(first[by_first], np.arange(count + 1)).astype(np.int64)
    return Groups(pointer, op, waits, after_pointer, then[by_first].astype(np.int64))


@compiled
def _strong_parts(pointer: Integers, head: Integers) -> tuple[Integers, int]:  # noqa: C901  Tarjan without recursion
    """Give the number of the strongly connected part of each node (Tarjan 1972), and how many there are."""
    n = len(pointer) - 1
    label, low, seen = np.full(n, -1, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    place, path, stack = pointer[:-1].copy(), np.empty(n, np.int64), np.empty(n, np.int64)
    count, clock, high = 0, 0, 0
    for root in range(n):
        if seen[root] >= 0:
            continue
        path[0], depth = root, 1
        while depth:
            node = path[depth - 1]
            if seen[node] < 0:
                seen[node] = low[node] = clock
                clock += 1
                stack[high] = node
                high += 1
            if place[node] < pointer[node + 1]:
                other = head[place[node]]
                place[node] += 1
                if seen[other] < 0:
                    path[depth] = other
                    depth += 1
                elif label[other] < 0:
                    low[node] = min(low[node], seen[other])
                continue
            depth -= 1
            if depth:
                low[path[depth - 1]] = min(low[path[depth - 1]], low[node])
            if low[node] == seen[node]:
                while label[node] < 0:
                    high -= 1
                    label[stack[high]] = count
                count += 1
    return label, count
