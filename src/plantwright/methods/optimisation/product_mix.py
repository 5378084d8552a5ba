"""What to make when something is scarce: the most throughput from limited hours, and what one hour more is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, stop_on_errors
from plantwright.methods.optimisation.blocks import Program
from plantwright.methods.optimisation.solution import Floats, Status
from plantwright.methods.reading import read_numbers

Ints = NDArray[np.int64]
FULL = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class MixResult:
    """The best mix, and what limits it.

    Parameters
    ----------
    status
        optimal, or infeasible where the least quantities take more hours than there are.
    quantity
        float64[n]; units of each product.
    throughput
        money; contribution of all products, before the costs that do not depend on the mix.
    used
        float64[m]; hours of each resource.
    price, lowest, highest
        float64[m]; money that one more hour of each resource adds, and the hours of it between which that holds.
    constraint
        The resource whose hours are worth most in all; -1 where none is full.
    per_hour
        float64[n]; throughput of each product for an hour of the constraint; infinite where it takes none.
    rank
        int64[n]; products in the order of `per_hour`, the best first.
    missed
        float64[n]; what one more unit of a product would change the throughput by, at the limit of its demand.
    lacking
        float64[m]; hours by which there is too little for the least quantities.
    """

    status: Status
    quantity: Floats
    throughput: float
    used: Floats
    price: Floats
    lowest: Floats
    highest: Floats
    constraint: int
    per_hour: Floats
    rank: Ints
    missed: Floats
    lacking: Floats


def product_mix(
    throughput: ArrayLike,
    hours: ArrayLike,
    available: ArrayLike,
    *,
    most: ArrayLike = np.inf,
    least: ArrayLike = 0.0,
) -> MixResult:
    """Find how much of each product to make, so that the scarce hours bring the most money.

    max Σ throughput · q   under   Σ hours · q ≤ available,   least ≤ q ≤ most

    Parameters
    ----------
    throughput
        float[n]; price less the costs that one unit more causes (material, commission), in money.
    hours
        float[m, n]; hours of each resource for a unit of each product.
    available
        float[m]; hours of each resource.
    most, least
        float[n]; units that can be sold, and units that must be made.

    Returns
    -------
    The mix, the constraint, and what an hour of each resource is worth.

    Raises
    ------
    ProblemError
        With every argument that does not fit.

    Notes
    -----
    Goldratt 1990, The Haystack Syndrome, chapters 12 and 13 (throughput per hour of the constraint), and the linear
    program that it agrees with where there is one constraint: Luebbe and Finch 1992, "Theory of constraints and linear
    programming", International Journal of Production Research 30.

    Examples
    --------
    The two products of Goldratt's example, with 2,400 minutes a week of four resources; B is the constraint, and Q,
    which brings more a unit, brings less a minute of it:

    >>> minutes = [[15, 10], [15, 30], [15, 5], [15, 5]]
    >>> found = product_mix([45, 60], minutes, [2400] * 4, most=[100, 50])
    >>> found.quantity.tolist(), found.throughput, found.constraint, found.rank.tolist()
    ([100.0, 30.0], 6300.0, 1, [0, 1])
    >>> found.price.tolist(), found.per_hour.tolist()
    ([0.0, 2.0, 0.0, 0.0], [3.0, 2.0])
    """
    money, table, open_hours, top, bottom = _arguments(throughput, hours, available, most, least)
    resources, products = table.shape
    program = Program()
    made = program.variables("made", {"product": products}, lower=bottom, upper=top, cost=-money)
    rows = program.rows("hours", {"resource": resources}, upper=open_hours)
    program.put(rows.index[:, None], made.index, table)
    found = program.solve(ranges=True)
    lacking = np.zeros(resources)
    if not found.found:
        solution, by = program.lacking({"hours": 1.0})
        quantity, lacking, prices = solution.of(made), np.maximum(by["hours"], 0.0), np.zeros(resources)
    else:
        quantity, prices = found.of(made), np.maximum(-found.dual_of(rows), 0.0)
    low, high = found.range_of(rows)
    constraint = int(np.argmax(prices * open_hours)) if np.any(prices > FULL) else -1
    taken = table[constraint] if constraint >= 0 else np.zeros(products)
    per_hour = np.divide(money, taken, out=np.full(products, np.inf), where=taken > 0)
    return MixResult(
        found.status, quantity, float(money @ quantity), table @ quantity, prices + 0.0, low, high, constraint,
        per_hour, np.argsort(-per_hour, kind="stable").astype(np.int64), -found.reduced[made.index] + 0.0, lacking,
    )  # fmt: skip


def _arguments(
    throughput: ArrayLike, hours: ArrayLike, available: ArrayLike, most: ArrayLike, least: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    money, table = np.atleast_1d(read_numbers("throughput", throughput)), np.atleast_2d(read_numbers("hours", hours))
    open_hours = np.atleast_1d(read_numbers("available", available))
    found: list[Problem] = []
    stop_on_errors(
        BAD_ARGUMENT.at(column=name, value=f"of shape {row.shape}", must="one row of numbers")
        for name, row in (("throughput", money), ("available", open_hours))
        if row.ndim != 1
    )
    if table.shape != (len(open_hours), len(money)):
        must = f"of shape {(len(open_hours), len(money))}, by resource and product"
        found.append(BAD_ARGUMENT.at(column="hours", value=f"of shape {table.shape}", must=must))
    limits = [read_numbers(name, one) for name, one in (("most", most), ("least", least))]
    for name, limit in zip(("most", "least"), limits, strict=True):
        if limit.ndim > 1 or (limit.ndim == 1 and len(limit) != len(money)):
            found.append(BAD_ARGUMENT.at(column=name, value=f"of shape {limit.shape}", must=f"{len(money)} numbers"))
    stop_on_errors(found)
    top, bottom = (np.broadcast_to(one, money.shape).astype(np.float64) for one in limits)
    named: Sequence[tuple[str, Floats]] = (
        ("hours", table), ("available", open_hours), ("most", top), ("least", bottom),
    )  # fmt: skip
    for name, values in named:
        bad = ~(values >= 0) | (np.isinf(values) if name != "most" else False)
        if np.any(bad):
            found.append(BAD_ARGUMENT.at(column=name, value=values[bad][0], must="0 or above"))
    if not np.all(np.isfinite(money)):
        found.append(BAD_ARGUMENT.at(column="throughput", value=money.tolist(), must="finite numbers"))
    endless = (money > 0) & np.isinf(top) & ~np.any(table > 0, axis=0)
    if np.any(endless):
        must = "given for what takes no hours"
        found.append(
            BAD_ARGUMENT.at(key=int(np.flatnonzero(endless)[0]), column="most", value="without end", must=must)
        )
    if np.any(bottom > top):
        found.append(BAD_ARGUMENT.at(column="least", value=bottom[bottom > top][0], must="at most `most`"))
    stop_on_errors(found)
    return money, table, open_hours, top, bottom
