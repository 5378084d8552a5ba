"""Classes of items: ABC by value, XYZ by how steady the demand is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import Floats, Ints, fault, numbers, stop


@dataclass(frozen=True, slots=True)
class Classes:
    """Items in classes.

    Parameters
    ----------
    code
        int64[n]; 0 is the first class (A, X), 1 the second, and so on.
    letter
        The same in letters, one an item.
    measure
        float64[n]; what the class was taken from: share of the value up to and with the item, or variation.
    rank
        int64[n]; 0 for the item of most value, or of the steadiest demand.
    """

    code: Ints
    letter: tuple[str, ...]
    measure: Floats
    rank: Ints


def abc_classes(value: ArrayLike, limits: Sequence[float] = (0.80, 0.95)) -> Classes:
    """Put items into classes by their share of all value: the few that make most of it are A.

    Items are taken by falling value. One is in class A as long as those *before* it make less than the first limit, so
    the item that crosses a limit still belongs to the class above, and there is always an A item. An item without
    value is in the last class.

    Parameters
    ----------
    value
        float64[n], 0 or above; usually what was used in a year at its cost.
    limits
        Rising shares, above 0 and below 1; k limits make k + 1 classes A, B, C ...

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n log n). Equal values keep the order in which they came.

    References
    ----------
    E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 3rd ed.,
    Wiley, 1998, chapter 3.

    Examples
    --------
    >>> abc_classes([90_000, 77_000, 26_351, 15_001, 12_500, 14_175, 8_502, 1_200, 850, 504]).letter
    ('A', 'A', 'A', 'A', 'B', 'B', 'C', 'C', 'C', 'C')
    """
    problems: list[Problem] = []
    worth = numbers("value", value, problems)
    bounds = _limits("limits", limits, problems, below=1.0)
    stop(problems)
    order = np.argsort(-worth, kind="stable")
    running = np.cumsum(worth[order])
    total = float(running[-1]) if running.size else 0.0
    before = (running - worth[order]) / total if total > 0 else np.ones(worth.size)
    code = np.empty(worth.size, np.int64)
    code[order] = np.where(worth[order] > 0, np.searchsorted(bounds, before + 1e-12, side="right"), bounds.size)
    reached = np.empty(worth.size)
    reached[order] = running / total if total > 0 else 0.0
    return Classes(code, tuple("ABCDEFGHIJ"[place] for place in code), reached, _ranks(order))


def xyz_classes(mean: ArrayLike, deviation: ArrayLike, limits: Sequence[float] = (0.5, 1.0)) -> Classes:
    """Put items into classes by the variation of their demand, deviation over mean: X is steady, Z is not.

    A variation on a limit belongs to the steadier class. An item without demand is in the last class.

    Parameters
    ----------
    mean, deviation
        float64[n], 0 or above; of the demand in a period, in units.
    limits
        Rising, above 0: the most variation of each class but the last.

    Returns
    -------
    The classes; `measure` is the variation, 0 where there is no demand at all.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    R. Scholz-Reiter, J. Heger, C. Meinecke and J. Bergmann, "Integration of demand forecasts in ABC-XYZ analysis:
    practical investigation at an industrial company", International Journal of Productivity and Performance Management
    61(4), 2012, 445-451.

    Examples
    --------
    >>> xyz_classes(mean=[100, 100, 10, 0], deviation=[20, 70, 30, 0]).letter
    ('X', 'Y', 'Z', 'Z')
    """
    problems: list[Problem] = []
    average, spread = numbers("mean", mean, problems), numbers("deviation", deviation, problems)
    bounds = _limits("limits", limits, problems, below=np.inf)
    if average.size != spread.size:
        problems.append(fault("deviation", f"{spread.size} long", f"as long as mean, {average.size}"))
    stop(problems)
    asked = average > 0
    variation = np.divide(spread, average, out=np.zeros(average.size), where=asked)
    code = np.where(asked, np.searchsorted(bounds, variation, side="left"), bounds.size).astype(np.int64)
    order = np.lexsort((variation, ~asked))
    return Classes(code, tuple("XYZVWUTSRQ"[place] for place in code), variation, _ranks(order))


def _limits(name: str, limits: Sequence[float], problems: list[Problem], below: float) -> Floats:
    bounds = numbers(name, limits, problems)
    if not 1 <= bounds.size <= 9:
        problems.append(fault(name, f"{bounds.size} values", "one to nine values"))
    elif bounds[0] <= 0 or bounds[-1] >= below or (np.diff(bounds) <= 0).any():
        most = "" if np.isinf(below) else f" and below {below:g}"
        problems.append(fault(name, bounds.tolist(), f"rising, above 0{most}"))
    return bounds


def _ranks(order: Ints) -> Ints:
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    return rank
