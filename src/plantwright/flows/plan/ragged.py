"""Small tools for lists of lists in flat arrays, so that a million operations need no loop in Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def pointer_of(counts: Ints) -> Ints:
    """Give where each list begins, from the lengths of the lists."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def spread(start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Unroll ranges: for each ``start[i]`` the numbers ``start[i] ... start[i] + count[i] - 1``.

    Returns
    -------
    The owner ``i`` of each number, and the numbers, both in order.

    Examples
    --------
    >>> owner, number = spread(np.array([10, 20]), np.array([2, 3]))
    >>> owner.tolist(), number.tolist()
    ([0, 0, 1, 1, 1], [10, 11, 20, 21, 22])
    """
    owner = np.repeat(np.arange(len(count), dtype=np.int64), count)
    ahead = np.cumsum(count) - count
    return owner, np.arange(len(owner), dtype=np.int64) - ahead[owner] + start[owner]


def grouped(owner: Ints, owners: int) -> tuple[Ints, Ints]:
    """Sort rows by owner: the pointer list, and the rows in the order of their owners (stable)."""
    order = np.argsort(owner, kind="stable").astype(np.int64)
    counts = np.bincount(owner, minlength=owners).astype(np.int64) if len(owner) else np.zeros(owners, np.int64)
    return pointer_of(counts), order
