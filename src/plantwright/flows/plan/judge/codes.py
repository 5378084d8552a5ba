"""Names to numbers, and sums by number: what makes the judge fast on plans of a million operations."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
FEW = 50_000
"""Up to so many names an enumeration is the faster way to number them; above, a join is."""


class Names:
    """Names with their places, looked up as often as need be.

    Examples
    --------
    >>> Names(pl.Series(["a", "b"])).places(pl.Series(["b", "x", "a"])).tolist()
    [1, -1, 0]
    """

    def __init__(self, known: pl.Series) -> None:
        rows = pl.DataFrame({"name": known, "place": np.arange(len(known), dtype=np.int64)})
        self.are_unique = known.n_unique() == len(known)
        self._rows = rows if self.are_unique else rows.unique("name", keep="first", maintain_order=True)
        self._kind = pl.Enum(self._rows["name"]) if len(known) <= FEW else None

    def places(self, values: pl.Series) -> Ints:
        """Give the first place of each value, -1 where it is not there."""
        if self._kind is not None:
            at = values.cast(self._kind, strict=False).to_physical().cast(pl.Int64)
            found = at if self.are_unique else self._rows["place"].gather(at)
        else:
            rows = values.alias("name").to_frame().join(self._rows, on="name", how="left", maintain_order="left")
            found = rows["place"]
        return found.cast(pl.Int64).fill_null(-1).to_numpy(writable=True)


def place_of(values: Ints, known: Ints) -> Ints:
    """Give a place of each number in `known`, -1 where it is not there.

    Examples
    --------
    >>> place_of(np.array([7, 5, 6]), np.array([5, 7])).tolist()
    [1, 0, -1]
    """
    if not len(known):
        return np.full(len(values), -1, np.int64)
    order = None if (known[1:] >= known[:-1]).all() else np.argsort(known, kind="stable")
    ranked = known if order is None else known[order]
    at = np.minimum(np.searchsorted(ranked, values), len(known) - 1)
    place = at if order is None else order[at]
    return np.where(ranked[at] == values, place, -1)


def sums_at(places: Ints, values: Ints, size: int) -> Ints:
    """Add the values up by place; places below 0 count nowhere.

    Examples
    --------
    >>> sums_at(np.array([1, -1, 1]), np.array([5, 9, 6]), 2).tolist()
    [0, 11]
    """
    sums = np.zeros(size, np.int64)
    kept = places >= 0
    np.add.at(sums, places[kept], values[kept])
    return sums


def summed(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """Give each key once, in order, with the sum of its values.

    Examples
    --------
    >>> [part.tolist() for part in summed(np.array([3, 1, 3]), np.array([1, 2, 4]))]
    [[1, 3], [2, 5]]
    """
    if not len(keys):
        return keys, values
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    heads = np.flatnonzero(np.concatenate(([True], ranked[1:] != ranked[:-1])))
    return ranked[heads], np.add.reduceat(values[order], heads)


def running(group: Ints, change: Ints) -> Ints:
    """Give running sums that begin anew with each group; rows of a group stand together.

    Examples
    --------
    >>> running(np.array([0, 0, 4]), np.array([1, 2, 5])).tolist()
    [1, 3, 5]
    """
    if not len(group):
        return change
    total = np.cumsum(change)
    heads = np.flatnonzero(np.concatenate(([True], group[1:] != group[:-1])))
    before = total[heads] - change[heads]
    return total - np.repeat(before, np.diff(np.append(heads, len(group))))


def ints(frame: pl.DataFrame, column: str) -> Ints:
    """Give a column of whole numbers as an array."""
    return frame[column].cast(pl.Int64).to_numpy()


def pick(frame: pl.DataFrame, which: Flags | Ints, **more: Ints) -> pl.DataFrame:
    """Keep the rows of a mask or of row numbers, with further columns of the whole frame's length."""
    rows = np.flatnonzero(which) if which.dtype == np.bool_ else which
    kept = frame[rows]
    return kept.with_columns(pl.Series(name, values[rows]) for name, values in more.items())
