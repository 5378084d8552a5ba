"""Where the operations of a routing stand in its picture: columns from left to right, those side by side in rows."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """An operation with its column and row, both from 0, and its other work centers."""

    operation: Line
    column: int
    row: int
    alternates: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Picture:
    """The operations of an item with their places, and the pairs of which one waits for the other."""

    places: tuple[Place, ...] = ()
    arrows: tuple[tuple[int, int], ...] = ()

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return max((one.column for one in self.places), default=-1) + 1

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return max((one.row for one in self.places), default=-1) + 1


def sites_of_routing(operations: pl.DataFrame, item: str) -> list[str]:
    """Give the sites for which an item has a routing; empty for the one of every site."""
    return sorted(set(operations.filter(pl.col("item") == item)["site"]))


def picture(operations: pl.DataFrame, links: pl.DataFrame, alternates: pl.DataFrame, item: str, site: str) -> Picture:
    """Lay out the routing of an item.

    Parameters
    ----------
    operations, links, alternates : tables operation, operation_link and operation_alternate
    item : the item
    site : site of the rows; empty for those of every site

    Returns
    -------
    One operation after the other by their numbers, or, where there are links, each behind all that it waits for.
    """
    own = (pl.col("item") == item) & (pl.col("site") == site)
    steps = operations.filter(own).sort("sequence").to_dicts()
    numbers = [step["sequence"] for step in steps]
    pairs = [(a, b) for a, b in links.filter(own).select("before", "after").rows() if {a, b} <= set(numbers)]
    arrows = sorted(set(pairs)) if pairs else list(itertools.pairwise(numbers))
    columns = depths(numbers, arrows)
    others: dict[int, list[Line]] = defaultdict(list)
    for row in alternates.filter(own).sort("rank", "work_center").iter_rows(named=True):
        others[row["sequence"]].append(row)
    taken: dict[int, int] = defaultdict(int)
    places = []
    for step in steps:
        column = columns[step["sequence"]]
        places.append(Place(step, column, taken[column], tuple(others[step["sequence"]])))
        taken[column] += 1
    return Picture(tuple(places), tuple(arrows))


def depths(numbers: Sequence[int], arrows: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Give how many arrows lead to each number at most; of a circle, which the checks report, none counts.

    Examples
    --------
    >>> depths([10, 20, 30, 40], [(10, 30), (20, 30), (30, 40)])
    {10: 0, 20: 0, 30: 1, 40: 2}
    """
    before: dict[int, list[int]] = defaultdict(list)
    for first, last in arrows:
        before[last].append(first)
    found: dict[int, int] = {}

    def depth(one: int, above: frozenset[int]) -> int:
        if one in found:
            return found[one]
        earlier = [depth(first, above | {one}) for first in before[one] if first not in above and first != one]
        result = 1 + max(earlier, default=-1)
        if not above:
            found[one] = result
        return result

    return {one: depth(one, frozenset()) for one in numbers}


__all__ = ["Picture", "Place", "depths", "picture", "sites_of_routing"]
