"""Capacitated lot sizing: many items on one resource whose time both lots and set-ups take.

An item that is made in a period needs a set-up there, which costs money and takes time; what is made early is held. No
demand is late and nothing is in stock at first. `size_capacitated_lots` in ``capacitated_search.py`` plans it; here are
the problem, its plan, the judge that adds a plan up anew, and a reader of published instances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.reading import read_numbers

Floats = NDArray[np.float64]
Status = Literal["optimal", "feasible", "no plan found", "infeasible"]
SLACK = 1e-6
"""Quantities and times this small are nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class CapacitatedLots:
    """What is asked for and what making it takes; `capacitated_problem` makes it from checked values.

    Parameters
    ----------
    demand
        float64[n, T]; units of each item that are needed in each period.
    capacity
        float64[T]; time of the resource in each period.
    unit_time, setup_time
        float64[n]; time for a unit, and for a set-up.
    holding_cost
        float64[n]; money for a unit that is held from one period to the next.
    setup_cost
        float64[n]; money for a set-up.
    """

    demand: Floats
    capacity: Floats
    unit_time: Floats
    setup_time: Floats
    holding_cost: Floats
    setup_cost: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CapacitatedPlan:
    """Lots of all items, and how good they are.

    Parameters
    ----------
    quantity
        float64[n, T]; units made; all 0 where no plan was found.
    setup
        bool[n, T]; where a set-up is made.
    cost
        Money for set-ups and holding; infinity where no plan was found.
    bound
        No plan costs less.
    status
        ``optimal`` when cost and bound agree within 1e-6 of the cost.
    """

    quantity: Floats
    setup: NDArray[np.bool_]
    cost: float
    bound: float
    status: Status


def capacitated_problem(
    demand: ArrayLike,
    capacity: ArrayLike,
    unit_time: ArrayLike,
    setup_time: ArrayLike,
    holding_cost: ArrayLike,
    setup_cost: ArrayLike,
) -> CapacitatedLots:
    """Check the values of a capacitated lot-sizing problem.

    Parameters
    ----------
    demand
        float64[n, T], 0 or above.
    capacity
        One value, or float64[T], 0 or above.
    unit_time, setup_time, holding_cost, setup_cost
        One value, or float64[n], 0 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range, and the first period up to which demand takes more time than there
        is.

    Examples
    --------
    >>> asked = capacitated_problem([[5, 0, 5], [0, 4, 4]], 12, 1, 2, [1, 2], 10)
    >>> asked.capacity.tolist()
    [12.0, 12.0, 12.0]
    """
    needs = np.atleast_2d(read_numbers("demand", demand))
    items, periods = needs.shape
    sizes = {"capacity": periods, "unit_time": items, "setup_time": items, "holding_cost": items, "setup_cost": items}
    values = dict(zip(sizes, (capacity, unit_time, setup_time, holding_cost, setup_cost), strict=True))
    rows = {"demand": needs, **{name: read_numbers(name, value) for name, value in values.items()}}
    problems = [
        BAD_ARGUMENT.at(column=name, value=f"of shape {rows[name].shape}", must=f"one value or {size} values")
        for name, size in sizes.items()
        if rows[name].shape not in {(), (size,)}
    ]
    for name, row in rows.items():
        if not (np.isfinite(row) & (row >= 0)).all():
            problems.append(BAD_ARGUMENT.at(column=name, value="negative, or no number", must="0 or above everywhere"))
    if needs.ndim != 2 or not needs.size:
        problems.append(BAD_ARGUMENT.at(column="demand", value=f"of shape {needs.shape}", must="items by periods"))
    if problems:
        raise ProblemError(problems)
    full = [np.broadcast_to(rows[name], (size,)).astype(np.float64) for name, size in sizes.items()]
    asked = CapacitatedLots(needs, *full)
    if late := _overload(asked):
        raise ProblemError(late)
    return asked


def _overload(asked: CapacitatedLots) -> list[Problem]:
    """Give the first period up to which the demand, with one set-up of each item, takes more time than there is."""
    needed = np.cumsum(asked.unit_time @ asked.demand)
    needed += asked.setup_time @ (np.cumsum(asked.demand, axis=1) > 0)
    short = needed - np.cumsum(asked.capacity)
    over = np.flatnonzero(short > SLACK)
    must = "enough for the demand up to each period and a set-up of each item"
    return [BAD_ARGUMENT.at("", int(t), "capacity", f"{short[t]:g} short by period {t}", must=must) for t in over[:1]]


def judge_capacitated(asked: CapacitatedLots, quantity: ArrayLike) -> float:
    """Add up what a plan costs, from nothing but the rules; infinity where it breaks one.

    Parameters
    ----------
    asked
        The problem.
    quantity
        float64[n, T], units made.

    Examples
    --------
    >>> asked = capacitated_problem([[5, 0, 5], [0, 4, 4]], 12, 1, 2, [1, 2], 10)
    >>> judge_capacitated(asked, [[5, 0, 5], [0, 8, 0]]), judge_capacitated(asked, [[5, 0, 5], [0, 4, 3]])
    (38.0, inf)
    """
    made = np.asarray(quantity, np.float64)
    setups = made > SLACK
    stock = np.cumsum(made - asked.demand, axis=1)
    used = asked.unit_time @ made + asked.setup_time @ setups
    if made.min() < -SLACK or stock.min() < -SLACK * 10 or (used > asked.capacity + SLACK * 10).any():
        return float("inf")
    return float(asked.holding_cost @ stock.sum(axis=1) + asked.setup_cost @ setups.sum(axis=1))


def read_capacitated(text: str) -> CapacitatedLots:
    r"""Read an instance in the form of Trigeiro, Thomas and McClain.

    Items and periods; a number that is not used; the capacity of a period; a line an item with unit time, holding cost,
    set-up time and set-up cost; a line a period with the demands of the items. With more than 15 items the demands may
    stand in blocks of 15 and the rest.

    References
    ----------
    W. W. Trigeiro, L. J. Thomas and J. O. McClain, "Capacitated lot sizing with setup times", Management Science 35(3),
    1989, 353-366.

    Examples
    --------
    >>> read_capacitated("2 3\n1\n12\n1 1 2 10\n1 2 2 10\n5 0\n0 4\n5 4\n").demand.tolist()
    [[5.0, 0.0, 5.0], [0.0, 4.0, 4.0]]
    """
    lines = [numbers for line in str(text or "").splitlines() if (numbers := _numbers(line))]
    if len(lines) < 3 or len(lines[0]) < 2 or len(lines) < 3 + int(lines[0][0]) + int(lines[0][1]):
        raise ProblemError(
            [BAD_ARGUMENT.at(column="text", value=str(text)[:30], must="an instance of lots with set-up times")]
        )
    items, periods = int(lines[0][0]), int(lines[0][1])
    costs = np.array([line[:4] for line in lines[3 : 3 + items]])
    rest = lines[3 + items :]
    blocks = [rest[start : start + periods] for start in range(0, len(rest) - periods + 1, periods)]
    demand = np.hstack([np.array(block) for block in blocks])[:, :items].T
    unit_time, holding_cost, setup_time, setup_cost = costs.T
    return capacitated_problem(demand, lines[2][0], unit_time, setup_time, holding_cost, setup_cost)


def _numbers(line: str) -> list[float]:
    """Read a line of numbers; a line with anything else in it is a remark."""
    try:
        return [float(word) for word in line.split()]
    except ValueError:
        return []
