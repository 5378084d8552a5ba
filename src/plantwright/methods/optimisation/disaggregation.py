"""From families to items: what is made of a family is shared so that all its items last equally long."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
from plantwright.methods.optimisation.solution import Floats
from plantwright.methods.reading import read_numbers


def split_family(made: float, demand: ArrayLike, stock: ArrayLike, rate: ArrayLike) -> Floats:
    """Share what is made of a family among its items, so that their stocks run out at the same time.

    With stock s, demand d of the period and rate r of the time after it, q = max(0, d - s + r·τ), where the time τ
    for which each item lasts is chosen so that Σ q is what is made. An item that lasts longer anyway gets nothing.

    Parameters
    ----------
    made
        Units of the family.
    demand, stock, rate
        float[n]; of each item: units asked for in the period, units in stock at its start, and units a period later on,
        which also decide where nothing is known of the future.

    Returns
    -------
    float64[n]; units of each item, which add up to what is made.

    Raises
    ------
    ProblemError
        Where an amount is below 0, infinite or no number.

    Notes
    -----
    Equalisation of run-out times: Hax and Meal 1975, "Hierarchical integration of production planning and scheduling";
    Bitran, Haas and Hax 1981, Operations Research 29. O(n log n).

    Examples
    --------
    Thirty units for two items alike, of which one has ten in stock:

    >>> split_family(30, [10, 10], [10, 0], [10, 10]).tolist()
    [10.0, 20.0]
    """
    total, wanted, held, later = _family(made, demand, stock, rate)
    lack = wanted - held
    if later.sum() <= 1e-9:
        later = wanted if wanted.sum() > 0 else np.ones(len(wanted))
    later = later / later.max()  # only their proportions count, and those of very small rates would be lost
    moving = later > 1e-9
    fixed = np.where(moving, 0.0, np.maximum(lack, 0.0))
    if fixed.sum() > total:
        less: Floats = fixed * (total / fixed.sum())
        return less
    rest = total - fixed.sum()
    out = fixed
    out[moving] = _level(rest, lack[moving], later[moving])
    return out


def _family(made: float, demand: ArrayLike, stock: ArrayLike, rate: ArrayLike) -> tuple[float, Floats, Floats, Floats]:
    """Read what a family is given; every fault is told."""
    total = read_numbers("made", made)
    rows = {name: np.atleast_1d(read_numbers(name, row))
            for name, row in (("demand", demand), ("stock", stock), ("rate", rate))}  # fmt: skip
    count = rows["demand"].size
    faults = [
        BAD_ARGUMENT.at(
            column=name, value=f"of shape {row.shape}", must="a row of as many items as demand, one or more"
        )
        for name, row in rows.items()
        if row.shape != (count,) or not count
    ]
    least = {"made": 0.0, "demand": 0.0, "stock": -np.inf, "rate": 0.0}
    faults += [
        BAD_ARGUMENT.at(column=name, value=row.ravel().tolist()[:4], must=f"finite, {least[name]:g} or above")
        for name, row in {"made": total, **rows}.items()
        if not np.all(np.isfinite(row) & (row >= least[name])) or (name == "made" and row.ndim)
    ]
    stop_on_errors(faults)
    return float(total), rows["demand"], rows["stock"], rows["rate"]


def _level(made: float, lack: Floats, rate: Floats) -> Floats:
    """Find the τ at which Σ max(0, lack + rate · τ) is what is made; it may be below 0 where too little is."""
    begins = -lack / rate  # τ from which an item takes part
    order = np.argsort(begins, kind="stable")
    slope, level = np.cumsum(rate[order]), np.cumsum(lack[order])
    tau = (made - level) / slope
    following = np.append(begins[order][1:], np.inf)
    last = int(np.argmax(tau <= following + 1e-12 * np.maximum(np.abs(following), 1.0)))
    shares: Floats = np.maximum(lack + rate * tau[last], 0.0)
    total = shares.sum()
    if total > 0:
        shares *= made / total
    return shares


def whole_units(values: ArrayLike, step: float, carried: float = 0.0) -> tuple[Floats, float]:
    """Round a row of amounts to whole steps, so that every sum from the first on is off by less than a step.

    Parameters
    ----------
    values
        float[n]; amounts in the order in which they come.
    step
        The smallest amount there is.
    carried
        What an earlier row left over.

    Returns
    -------
    The rounded amounts, and what is left over.

    Raises
    ------
    ProblemError
        Where something is no number, or the step is not above 0.

    Examples
    --------
    >>> rounded, left = whole_units([1.4, 1.4, 1.4], 1)
    >>> rounded.tolist(), round(left, 6)
    ([1.0, 1.0, 2.0], 0.2)
    """
    row = np.atleast_1d(read_numbers("values", values))
    size, left = read_numbers("step", step), read_numbers("carried", carried)
    fits = (
        ("values", row, row.ndim == 1 and np.isfinite(row).all(), "one row of numbers"),
        ("step", size, not size.ndim and 0 < float(size) < np.inf, "above 0"),
        ("carried", left, not left.ndim and np.isfinite(left), "a number"),
    )
    stop_on_errors(
        BAD_ARGUMENT.at(column=name, value=given.tolist(), must=must) for name, given, good, must in fits if not good
    )
    upto = np.floor((np.cumsum(row) + carried) / step + 1e-6)
    steps = np.diff(np.concatenate([[0.0], upto]))
    return steps * step, float(row.sum() + carried - (upto[-1] if len(upto) else 0.0) * step)
