"""Hierarchies: which series are sums of which, built from codes; and whether given figures do add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.stock.arguments import Floats, Ints, fault, stop, whole

DOES_NOT_ADD_UP = problem_kind(
    "hierarchy-does-not-add-up",
    "{key} must be the sum of the series below it, {total}; it is {value}.",
    "Correct the figure or the series below it, or reconcile the forecasts first.",
)
TWO_PARENTS = problem_kind(
    "hierarchy-two-parents",
    "{key} must stand below one {column}; it stands below {value}.",
    "Give each code one code above it, or use the two as crossed levels.",
)

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Which bottom series each row sums: aggregates first, in the order of their levels, then the bottom series.

    Parameters
    ----------
    names
        One a row: the codes of its level, such as ``("north", "pumps")``; ``()`` is the total.
    level
        int64[rows]; the number of the level; the bottom is the last.
    levels
        The dimensions of each level, such as ``("region", "family")``.
    pointer, member
        int64; the bottom series of aggregate r are ``member[pointer[r]:pointer[r + 1]]``.
    bottom
        How many bottom series there are.
    """

    names: tuple[Row, ...]
    level: Ints
    levels: tuple[tuple[str, ...], ...]
    pointer: Ints
    member: Ints
    bottom: int

    @property
    def rows(self) -> int:
        """Give the number of rows, aggregates and bottom."""
        return self.pointer.size - 1 + self.bottom

    @property
    def aggregates(self) -> int:
        """Give the number of rows that are sums."""
        return self.pointer.size - 1

    def sums(self, bottom: Floats) -> Floats:
        """Sum bottom figures, (bottom, ...), to the aggregates; O(entries of the structure)."""
        return _added(self._owner(), bottom[self.member], self.aggregates)

    def spread(self, aggregate: Floats) -> Floats:
        """Add to each bottom series what the aggregates above it hold: the transpose of `sums`."""
        return _added(self.member, aggregate[self._owner()], self.bottom)

    def _owner(self) -> Ints:
        return np.repeat(np.arange(self.aggregates), np.diff(self.pointer))

    def all_rows(self, bottom: ArrayLike) -> Floats:
        """Give every row from the bottom figures, (bottom, ...): coherent by construction."""
        lowest = np.asarray(bottom, np.float64)
        return np.concatenate((self.sums(lowest), lowest))

    def matrix(self) -> Floats:
        """Give the summing matrix S, (rows, bottom), in full; for small structures and for reading."""
        return self.all_rows(np.eye(self.bottom))


def build_hierarchy(
    codes: Mapping[str, Sequence[object]],
    levels: Sequence[Sequence[str]],
    within: Mapping[str, str] | None = None,
) -> Hierarchy:
    """Build the summing structure over item, place, customer or anything else from the codes of the bottom series.

    Parameters
    ----------
    codes
        By dimension the code of each bottom series, such as ``{"family": [...], "site": [...]}``.
    levels
        The dimensions of each level of sums, from the top; ``()`` is the total. The bottom needs no level.
    within
        Dimensions that must nest, such as ``{"item": "family"}``: each item in one family.

    Returns
    -------
    The structure; rows of a level come in the order in which their codes first occur.

    Raises
    ------
    ProblemError
        With every dimension that is missing or of another length, two bottom series with the same codes, and every
        code with two codes above it.

    Notes
    -----
    Cost O(bottom series x levels).

    References
    ----------
    R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., OTexts, 2021, chapter 11.

    Examples
    --------
    >>> tree = build_hierarchy({"item": ["A", "B", "C"], "family": ["x", "x", "y"]}, [(), ("family",)])
    >>> tree.names, tree.matrix().astype(int).tolist()[:3]
    (((), ('x',), ('y',), ('A', 'x'), ('B', 'x'), ('C', 'y')), [[1, 1, 1], [1, 1, 0], [0, 0, 1]])
    """
    sizes = {name: len(column) for name, column in codes.items()}
    bottom = next(iter(sizes.values()), 0)
    problems = [fault("codes", "none", "one dimension with one code or more")] if not bottom else []
    problems += [fault(n, f"{s} long", f"as long as the first, {bottom}") for n, s in sizes.items() if s != bottom]
    asked = {name for level in levels for name in level} | {n for pair in (within or {}).items() for n in pair}
    problems += [fault("levels", name, "one of " + ", ".join(codes)) for name in sorted(asked - set(codes))]
    stop(problems)
    texts = {name: [str(code) for code in column] for name, column in codes.items()}
    stop(_nesting(texts, within or {}))
    lowest = list(zip(*texts.values(), strict=True))
    stop(_twice(lowest))
    names: list[Row] = []
    number: list[int] = []
    members: list[list[int]] = []
    for place, level in enumerate(levels):
        groups: dict[Row, list[int]] = {}
        for series in range(bottom):
            groups.setdefault(tuple(texts[name][series] for name in level), []).append(series)
        names += groups
        number += [place] * len(groups)
        members += groups.values()
    return Hierarchy(
        (*names, *lowest), np.array([*number, *[len(levels)] * bottom], np.int64),
        (*(tuple(level) for level in levels), tuple(codes)), np.cumsum([0, *map(len, members)]),
        np.array([one for member in members for one in member], np.int64), bottom,
    )  # fmt: skip


def time_hierarchy(periods: int) -> Hierarchy:
    """Build the structure of a cycle's periods: sums of k periods for every k that divides the cycle.

    Parameters
    ----------
    periods
        Periods of the cycle, 2 or above: 12 months make quarters, thirds, halves and the year.

    Returns
    -------
    The structure; row names are ``(k, number)``, the year first.

    Raises
    ------
    ProblemError
        When `periods` is no whole number of 2 or above.

    References
    ----------
    G. Athanasopoulos, R. J. Hyndman, N. Kourentzes and F. Petropoulos, "Forecasting with temporal hierarchies",
    European Journal of Operational Research 262(1), 2017, 60-74.

    Examples
    --------
    >>> time_hierarchy(4).matrix().astype(int).tolist()[:3]
    [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]]
    """
    stop(whole(2, periods=periods))
    widths = [k for k in range(periods, 1, -1) if periods % k == 0]
    codes = {str(k): [str(period // k) for period in range(periods)] for k in [*widths, 1]}
    made = build_hierarchy(codes, [(str(k),) for k in widths])
    names = [(made.levels[level][0], name[0]) for level, name in zip(made.level, made.names, strict=True)]
    lowest = [("1", str(period)) for period in range(periods)]
    return Hierarchy(
        (*names[: made.aggregates], *lowest), made.level, (*((str(k),) for k in widths), ("1",)), made.pointer,
        made.member, made.bottom,
    )  # fmt: skip


def check_adds_up(hierarchy: Hierarchy, values: ArrayLike, tolerance: float = 1e-6) -> list[Problem]:
    """Give a problem for each aggregate that is not the sum of the bottom series below it.

    Parameters
    ----------
    hierarchy
        The structure.
    values
        float64 (rows,) or (rows, periods), in the order of the structure's rows, units.
    tolerance
        Greatest difference as a share of the sum of the absolute bottom figures; 0 or above.

    Returns
    -------
    The problems, one a row of the structure, at the first period in which it fails; `key` names the row.

    Raises
    ------
    ProblemError
        When there are not as many rows as the structure has, or one is not finite.

    Examples
    --------
    >>> tree = build_hierarchy({"item": ["A", "B"]}, [()])
    >>> [problem.message for problem in check_adds_up(tree, [10, 4, 5])]
    ['total must be the sum of the series below it, 9; it is 10.']
    """
    figures = read_rows(hierarchy, values, "values")
    lowest = figures[hierarchy.aggregates :]
    sums, size = hierarchy.sums(lowest), hierarchy.sums(np.abs(lowest))
    off = np.abs(figures[: hierarchy.aggregates] - sums) > tolerance * np.maximum(size, 1e-9)
    return [
        DOES_NOT_ADD_UP.at(
            "", row_name(hierarchy, int(row)), value=f"{figures[row, at]:.10g}", total=f"{sums[row, at]:.10g}"
        )
        for row in np.flatnonzero(off.any(axis=1))
        for at in np.flatnonzero(off[row])[:1]
    ]


def row_name(hierarchy: Hierarchy, row: int) -> str:
    """Give the name of a row in words: its codes, or ``total``."""
    return " / ".join(hierarchy.names[row]) or "total"


def read_rows(hierarchy: Hierarchy, values: ArrayLike, name: str) -> Floats:
    """Read one row of finite figures for each row of the structure; (rows, periods)."""
    figures = np.array(values, dtype=np.float64)
    figures = figures[:, None] if figures.ndim == 1 else figures
    if figures.ndim != 2 or figures.shape[0] != hierarchy.rows:
        stop([fault(name, f"of shape {figures.shape}", f"{hierarchy.rows} rows, as the structure has")])
    bad = np.flatnonzero(~np.isfinite(figures).all(axis=1))
    stop(fault(name, "not finite", "finite numbers", row_name(hierarchy, int(row))) for row in bad[:20])
    return figures


def _added(place: Ints, rows: Floats, size: int) -> Floats:
    """Add rows, (entries, ...), into `size` places."""
    wide = int(np.prod(rows.shape[1:]))
    cells = (place[:, None] * wide + np.arange(wide)).ravel()
    return np.bincount(cells, rows.ravel(), minlength=size * wide).astype(np.float64).reshape(size, *rows.shape[1:])


def _nesting(texts: Mapping[str, Sequence[str]], within: Mapping[str, str]) -> list[Problem]:
    problems = []
    for inner, outer in within.items():
        above: dict[str, set[str]] = {}
        for code, parent in zip(texts[inner], texts[outer], strict=True):
            above.setdefault(code, set()).add(parent)
        torn = {code: parents for code, parents in above.items() if len(parents) > 1}
        problems += [TWO_PARENTS.at("", code, outer, " and ".join(sorted(p))) for code, p in torn.items()]
    return problems


def _twice(lowest: Sequence[Row]) -> list[Problem]:
    seen: set[Row] = set()
    double = []
    for row in lowest:
        if row in seen:
            double.append(fault("codes", " / ".join(row), "given once for each bottom series"))
        seen.add(row)
    return double
