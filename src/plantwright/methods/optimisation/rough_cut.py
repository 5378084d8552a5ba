"""Rough-cut capacity: bills of resources, and the load of a master schedule against the hours there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError, stop_on_errors
from plantwright.methods.optimisation.solution import Floats
from plantwright.methods.reading import is_whole, read_numbers

Ints = NDArray[np.int64]

MOST_NODES = 100_000_000
"""No structure has more nodes: its rows would not fit a common memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """What takes what, sorted so that sums go through it once.

    Parameters
    ----------
    parent, component
        int64[e]; numbers of nodes, sorted by the level of the parent, the lowest first.
    ratio
        float64[e]; units of the component for a unit of the parent.
    levels
        int64[h + 1]; where the edges of each level begin.
    nodes
        How many nodes there are.
    """

    parent: Ints
    component: Ints
    ratio: Floats
    levels: Ints
    nodes: int


def structure(parent: ArrayLike, component: ArrayLike, ratio: ArrayLike, nodes: int) -> Structure:
    """Sort a bill of material by levels, so that `bill_of_resources` and `gross_requirements` go through it once.

    Parameters
    ----------
    parent, component
        int[e]; numbers of what is made and of what it takes.
    ratio
        float[e]; units of the component for a unit of the parent.
    nodes
        How many numbers there are.

    Returns
    -------
    The sorted structure.

    Raises
    ------
    ProblemError
        Where something takes itself, over however many levels; where an edge names no node, or its ratio is no number.

    Notes
    -----
    O(e h) for h levels.

    Examples
    --------
    >>> structure([0, 1], [1, 2], [2, 3], 3).parent.tolist()
    [1, 0]
    """
    up, down, amount = _edges(parent, component, ratio, nodes)
    height = np.zeros(nodes, np.int64)
    for _ in range(nodes + 1):
        raised = height.copy()
        np.maximum.at(raised, up, height[down] + 1)
        if np.array_equal(raised, height):
            break
        height = raised
    else:
        raise ProblemError(
            [BAD_ARGUMENT.at(column="parent", value="a loop", must="a structure in which nothing takes itself")]
        )
    order = np.argsort(height[up], kind="stable")
    levels = np.searchsorted(height[up][order], np.arange(1, int(height.max(initial=0)) + 2))
    return Structure(up[order], down[order], amount[order], levels.astype(np.int64), nodes)


def _edges(parent: ArrayLike, component: ArrayLike, ratio: ArrayLike, nodes: int) -> tuple[Ints, Ints, Floats]:
    if not is_whole(nodes) or nodes > MOST_NODES:
        raise ProblemError([BAD_ARGUMENT.at(column="nodes", value=nodes, must=f"a whole number up to {MOST_NODES}")])
    rows = {"parent": parent, "component": component, "ratio": ratio}
    up, down, amount = (np.atleast_1d(read_numbers(name, row)) for name, row in rows.items())
    found = [
        BAD_ARGUMENT.at(column=name, value=f"of shape {row.shape}", must=f"as long as parent, {up.size}")
        for name, row in (("parent", up), ("component", down), ("ratio", amount))
        if row.shape != (up.size,)
    ]
    for name, row in (("parent", up), ("component", down)):
        bad = ~((row >= 0) & (row < nodes) & (row % 1 == 0))
        if bad.any():
            found.append(BAD_ARGUMENT.at(column=name, value=row[bad][0], must=f"a number of a node, below {nodes}"))
    bad = ~np.isfinite(amount)
    if bad.any():
        found.append(BAD_ARGUMENT.at(column="ratio", value=amount[bad][0], must="a number"))
    stop_on_errors(found)
    return up.astype(np.int64), down.astype(np.int64), amount


def bill_of_resources(bill: Structure, own_hours: ArrayLike) -> Floats:
    """Give the hours of each group of resources that a unit takes, with all that goes into it.

    hours(product) = own hours + Σ ratio · hours(component)

    Parameters
    ----------
    bill
        What `structure` gives.
    own_hours
        float[nodes, groups]; hours of a unit's own routing.

    Returns
    -------
    float64[nodes, groups]; hours for a unit.

    Notes
    -----
    The bill of resources of Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control, chapter on
    capacity planning. O(edges x groups).

    Examples
    --------
    A table takes 0.2 hours of its own and four legs, each half an hour on a lathe:

    >>> bill = structure([0], [1], [4], 2)
    >>> bill_of_resources(bill, [[0.2, 0], [0, 0.5]]).tolist()
    [[0.2, 2.0], [0.0, 0.5]]
    """
    hours = np.array(own_hours, np.float64)
    for start, end in zip(bill.levels[:-1], bill.levels[1:], strict=True):
        part = slice(int(start), int(end))
        np.add.at(hours, bill.parent[part], bill.ratio[part, None] * hours[bill.component[part]])
    return hours


def gross_requirements(bill: Structure, demand: ArrayLike) -> Floats:
    """Give how much of everything a demand takes, stock and lead times left aside.

    Parameters
    ----------
    bill
        What `structure` gives.
    demand
        float[nodes, periods]; units that are asked for from outside.

    Returns
    -------
    float64[nodes, periods]; units in all.

    Examples
    --------
    >>> gross_requirements(structure([0], [1], [4], 2), [[10], [3]]).tolist()
    [[10.0], [43.0]]
    """
    need = np.array(demand, np.float64)
    for start, end in zip(bill.levels[-2::-1], bill.levels[:0:-1], strict=True):
        part = slice(int(start), int(end))
        np.add.at(need, bill.component[part], bill.ratio[part, None] * need[bill.parent[part]])
    return need


def rough_cut(quantity: ArrayLike, hours: ArrayLike, available: ArrayLike) -> tuple[Floats, Floats]:
    """Set the load of a master schedule against the hours there are.

    Parameters
    ----------
    quantity
        float[products, periods]; units of the master schedule.
    hours
        float[products, groups]; the bill of resources.
    available
        float[groups, periods]; hours of each group.

    Returns
    -------
    Two arrays float64[groups, periods]: hours of load, and hours by which there is too little (0 where it is enough).

    Raises
    ------
    ProblemError
        Where a shape does not fit the others, or something is no number.

    Examples
    --------
    >>> load, lacking = rough_cut([[10, 30]], [[2]], [[40, 40]])
    >>> load.tolist(), lacking.tolist()
    ([[20.0, 60.0]], [[0.0, 20.0]])
    """
    rows = (("quantity", quantity), ("hours", hours), ("available", available))
    made, table, there = (np.atleast_2d(read_numbers(name, row)) for name, row in rows)
    shapes = {"quantity": (table.shape[0], made.shape[-1]), "available": (table.shape[-1], made.shape[-1])}
    stop_on_errors(
        BAD_ARGUMENT.at(column=name, value=f"of shape {row.shape}", must=f"of shape {shapes[name]}, by periods")
        for name, row in (("quantity", made), ("available", there))
        if row.shape != shapes[name]
    )
    stop_on_errors(
        BAD_ARGUMENT.at(column=name, value=row[~np.isfinite(row)][0], must="a number")
        for name, row in (("quantity", made), ("hours", table), ("available", there))
        if not np.isfinite(row).all()
    )
    load = table.T @ made
    return load, np.maximum(load - there, 0.0)
