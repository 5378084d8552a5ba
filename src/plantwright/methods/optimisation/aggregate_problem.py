"""The aggregate plan as a problem: families, sites and months, what making takes, what it costs, and what limits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, stop_on_errors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
STRATEGIES = ("mixed", "chase", "level")


@dataclass(frozen=True, slots=True, eq=False)
class AggregateProblem:
    """What is asked for by family, site and month, and what making it takes; `aggregate_problem` makes it checked.

    Below, F is the number of families, S of sites, T of months, G of groups of resources, K of uses and L of lanes.

    Parameters
    ----------
    demand
        float64[F, S, T]; units that are asked for.
    receipts
        float64[F, S, T]; units that come anyway.
    start_stock, end_stock
        float64[F, S]; units in stock at first, and at least to be left at the end.
    least_stock
        float64[F, S, T]; units that stock is kept above at the end of each month.
    can_make
        bool[F, S]; where a family can be made.
    use_family, use_site, use_group, use_hours
        int64[K] and float64[K]; hours of a group that a unit of a family takes when it is made at a site.
    capacity, overtime
        float64[G, T]; hours of regular time, and hours of overtime at most.
    make_cost, subcontract_cost, holding_cost, back_order_cost
        float64[F, S]; money for a unit made (without the hours), bought from a subcontractor, held for a month, and
        late for a month; infinite where nothing may be late.
    owed_cost
        float64[F, S]; money for a unit that is still owed at the end; infinite where nothing may be.
    subcontract
        float64[F, S, T]; units at most that a subcontractor makes.
    hour_cost, overtime_cost
        float64[G]; money for an hour of regular time and of overtime.
    lane_family, lane_from, lane_to, lane_cost
        int64[L] and float64[L]; which family can be moved from which site to which, for how much a unit.
    workers, wage, hire_cost, fire_cost
        float64[G]; people at first (NaN where people are no limit), money for one a month, to hire and to let go one.
    worker_hours
        float64[G, T]; hours of regular time that one person works.
    share
        float64[T]; length of each month in working time, of which level production makes the same in each unit.
    """

    demand: Floats
    receipts: Floats
    start_stock: Floats
    least_stock: Floats
    end_stock: Floats
    can_make: Bools
    use_family: Ints
    use_site: Ints
    use_group: Ints
    use_hours: Floats
    capacity: Floats
    overtime: Floats
    make_cost: Floats
    subcontract_cost: Floats
    holding_cost: Floats
    back_order_cost: Floats
    owed_cost: Floats
    subcontract: Floats
    hour_cost: Floats
    overtime_cost: Floats
    lane_family: Ints
    lane_from: Ints
    lane_to: Ints
    lane_cost: Floats
    workers: Floats
    wage: Floats
    hire_cost: Floats
    fire_cost: Floats
    worker_hours: Floats
    share: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        """Numbers of families, sites and months."""
        families, sites, months = self.demand.shape
        return families, sites, months

    @property
    def manned(self) -> Ints:
        """Groups in which people are a limit."""
        return np.flatnonzero(~np.isnan(self.workers))


def aggregate_problem(
    demand: ArrayLike,
    *,
    capacity: ArrayLike,
    uses: Sequence[tuple[int, int, int, float]] = (),
    lanes: Sequence[tuple[int, int, int, float]] = (),
    can_make: ArrayLike = True,
    receipts: ArrayLike = 0.0,
    start_stock: ArrayLike = 0.0,
    least_stock: ArrayLike = 0.0,
    end_stock: ArrayLike = 0.0,
    overtime: ArrayLike = 0.0,
    make_cost: ArrayLike = 0.0,
    subcontract: ArrayLike = 0.0,
    subcontract_cost: ArrayLike = 0.0,
    holding_cost: ArrayLike = 0.0,
    back_order_cost: ArrayLike = np.inf,
    owed_cost: ArrayLike = np.inf,
    hour_cost: ArrayLike = 0.0,
    overtime_cost: ArrayLike = 0.0,
    workers: ArrayLike = np.nan,
    worker_hours: ArrayLike = 0.0,
    wage: ArrayLike = 0.0,
    hire_cost: ArrayLike = 0.0,
    fire_cost: ArrayLike = 0.0,
    share: ArrayLike = 1.0,
) -> AggregateProblem:
    """Check what an aggregate plan is made from, and bring it to one form.

    Parameters
    ----------
    demand
        float[F, S, T]; units that are asked for by family, site and month.
    capacity
        float[G, T]; hours of regular time of each group of resources in each month.
    uses
        (family, site, group, hours for a unit) for each group that making a family at a site takes.
    lanes
        (family, from site, to site, money for a unit) for each way on which a family can be moved within a month.
    can_make, receipts, start_stock, least_stock, end_stock, overtime, make_cost, subcontract, subcontract_cost
        See `AggregateProblem`; each is broadcast to its shape.
    holding_cost, back_order_cost, owed_cost, hour_cost, overtime_cost, workers, worker_hours, wage, hire_cost,
    fire_cost, share
        Likewise. What is left out costs nothing, limits nothing and allows nothing: no overtime, no subcontractor, and
        no unit late or owed at the end.

    Returns
    -------
    The problem.

    Raises
    ------
    ProblemError
        With every argument that is no number, below 0, or of a shape that does not fit.

    Examples
    --------
    >>> problem = aggregate_problem([[[10, 30]]], capacity=[[20, 20]], uses=[(0, 0, 0, 1.0)])
    >>> problem.shape
    (1, 1, 2)
    """
    found: list[Problem] = []
    wanted = _read("demand", demand, None, found)
    hours = _read("capacity", capacity, None, found)
    if wanted.ndim != 3:
        found.append(BAD_ARGUMENT.at(column="demand", value=f"of {wanted.ndim} axes", must="by family, site and month"))
    if hours.ndim != 2 or (wanted.ndim == 3 and hours.shape[1] != wanted.shape[2]):
        found.append(BAD_ARGUMENT.at(column="capacity", value=f"of shape {hours.shape}", must="by group and month"))
    if wanted.ndim != 3 or hours.ndim != 2:
        stop_on_errors(found)
    families, sites, months = wanted.shape
    groups = hours.shape[0]
    by_site, by_group, by_month = (families, sites), (groups,), (groups, months)
    read = {
        name: _read(name, values, shape, found)
        for name, values, shape in (
            ("receipts", receipts, wanted.shape), ("start_stock", start_stock, by_site),
            ("end_stock", end_stock, by_site), ("overtime", overtime, by_month),
            ("make_cost", make_cost, by_site), ("subcontract_cost", subcontract_cost, by_site),
            ("holding_cost", holding_cost, by_site), ("hour_cost", hour_cost, by_group),
            ("overtime_cost", overtime_cost, by_group), ("wage", wage, by_group), ("hire_cost", hire_cost, by_group),
            ("fire_cost", fire_cost, by_group), ("worker_hours", worker_hours, by_month), ("share", share, (months,)),
        )
    }  # fmt: skip
    read["back_order_cost"] = _read("back_order_cost", back_order_cost, by_site, found, infinite=True)
    read["owed_cost"] = _read("owed_cost", owed_cost, by_site, found, infinite=True)
    read["workers"] = _read("workers", workers, by_group, found, missing=True)
    for name, values in (("subcontract", subcontract), ("least_stock", least_stock)):
        limit = np.asarray(values, np.float64)
        read[name] = _read(name, limit[..., None] if limit.ndim == 2 else limit, wanted.shape, found)
    use = _links("uses", uses, (families, sites, groups), found)
    lane = _links("lanes", lanes, (families, sites, sites), found)
    stop_on_errors(found)
    return AggregateProblem(
        demand=wanted, capacity=hours, can_make=np.broadcast_to(np.asarray(can_make, np.bool_), by_site).copy(),
        use_family=use[0], use_site=use[1], use_group=use[2], use_hours=use[3],
        lane_family=lane[0], lane_from=lane[1], lane_to=lane[2], lane_cost=lane[3], **read,
    )  # fmt: skip


def _read(
    name: str, values: ArrayLike, shape: tuple[int, ...] | None, found: list[Problem], *, infinite: bool = False,
    missing: bool = False,
) -> Floats:  # fmt: skip
    """Read an array of numbers, 0 or above, and broadcast it; what is wrong is added to `found`."""
    nothing = np.zeros(shape or (1, 1, 1))
    try:
        given = np.asarray(values, np.float64)
        given = given.copy() if shape is None else np.broadcast_to(given, shape).copy()
    except (TypeError, ValueError):
        must = "numbers" if shape is None else f"numbers of shape {shape}"
        found.append(BAD_ARGUMENT.at(column=name, value="something else", must=must))
        return nothing
    bad = ~((given >= 0) | (np.isnan(given) & missing)) | (np.isinf(given) & (not infinite))
    if np.any(bad):
        place = tuple(int(one) for one in np.argwhere(bad)[0])
        must = "0 or above" + ("" if infinite else " and finite")
        found.append(BAD_ARGUMENT.at(key=place, column=name, value=given[place] if place else given, must=must))
    return given


def _links(
    name: str, rows: Sequence[tuple[int, int, int, float]], sizes: tuple[int, int, int], found: list[Problem]
) -> tuple[Ints, Ints, Ints, Floats]:
    """Read rows of three numbers that name something and an amount."""
    table: Any = np.asarray(rows, np.float64).reshape(-1, 4)
    for place, size in enumerate(sizes):
        bad = (table[:, place] < 0) | (table[:, place] >= size)
        if np.any(bad):
            value = table[np.flatnonzero(bad)[0]].tolist()
            found.append(BAD_ARGUMENT.at(column=name, value=value, must=f"numbers below {sizes}"))
    if np.any(~(table[:, 3] >= 0)):
        found.append(BAD_ARGUMENT.at(column=name, value=float(table[:, 3].min()), must="amounts of 0 or above"))
    first, second, third = (table[:, place].astype(np.int64) for place in range(3))
    return first, second, third, table[:, 3].copy()
