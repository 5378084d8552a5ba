"""Which step of capacity pays: a machine, a shift or a site, by its net present value over scenarios of demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, stop_on_errors
from plantwright.methods.optimisation.blocks import Program
from plantwright.methods.optimisation.solution import Block, Floats, Status

Ints = NDArray[np.int64]
HALVINGS = 24
"""Steps of the search for a break-even; the factor is then known to a few millionths."""


@dataclass(frozen=True, slots=True)
class CapacityStep:
    """One way to have more hours.

    Parameters
    ----------
    name
        What it is, such as: second paint line.
    resource
        Number of the resource whose hours it adds.
    hours
        Hours that it adds in each year from its first on.
    investment
        Money paid at the start of its first year.
    yearly
        Money paid in each year, such as wages of a further shift.
    rest
        Money that it is still worth at the end of the years that are looked at.
    """

    name: str
    resource: int
    hours: float
    investment: float
    yearly: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class StepsResult:
    """What each step is worth alone, and which of them to take when.

    Parameters
    ----------
    status
        Of the choice among the steps: optimal, or feasible where its time was over.
    value
        float64[k]; net present value in money of each step, taken alone in the first year.
    gain
        float64[k, years]; throughput that the step adds in each year, expected over the scenarios.
    payback
        float64[k]; years after which the money is back, without interest; infinite where it never is.
    break_even
        float64[k]; the factor on all demand at which the net present value is nought: 0 where the step pays at any
        demand, infinite where it pays at none up to `most_factor`.
    chosen
        int64[k]; year in which each step is taken in the best choice, counted from 0; -1 for never.
    chosen_value
        money; net present value of that choice, beside doing nothing.
    price
        float64[resources, years]; what one more hour is worth without any step, expected over the scenarios.
    """

    status: Status
    value: Floats
    gain: Floats
    payback: Floats
    break_even: Floats
    chosen: Ints
    chosen_value: float
    price: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """The numbers of a question: scenarios n, years y, products f, resources g."""

    throughput: Floats
    hours: Floats
    available: Floats
    demand: Floats
    chance: Floats
    discount: Floats


def capacity_steps(
    steps: Sequence[CapacityStep],
    throughput: ArrayLike,
    hours: ArrayLike,
    available: ArrayLike,
    demand: ArrayLike,
    *,
    chance: ArrayLike = 1.0,
    interest: float = 0.08,
    most_factor: float = 4.0,
    seconds: float = 10.0,
) -> StepsResult:
    """Weigh steps of capacity against what they bring.

    In each year of each scenario the best product mix is made with the hours there are. A step brings the difference
    that its hours make:

    NPV = -investment + Σ (gain(y) - yearly) / (1 + i)^(y + 1) + rest / (1 + i)^years

    Parameters
    ----------
    steps
        The ways to have more hours.
    throughput
        float[f]; money that a unit of each product brings, less what it takes from outside.
    hours
        float[g, f]; hours of each resource for a unit.
    available
        float[g]; hours of each resource in a year.
    demand
        float[scenarios, years, f]; units that can be sold.
    chance
        float[scenarios]; how likely each scenario is; alike where it is left out. They are brought to a sum of 1.
    interest
        Rate of interest a year, as a share.
    most_factor
        How far the search for a break-even goes up.
    seconds
        Time for the choice among the steps.

    Returns
    -------
    Each step by itself, and the best choice of steps and years.

    Raises
    ------
    ProblemError
        With every argument that does not fit.

    Notes
    -----
    The value of a step at a demand is found by linear programs, one block a scenario and year; the choice by a mixed
    integer program with a variable for each step and first year. The break-even is found by halving between the factors
    0 and `most_factor`, which finds the lowest where more demand never makes a step worth less. Nahmias 2005,
    Production and Operations Analysis, section on capacity expansion; Luss 1982, "Operations research and capacity
    expansion problems", Operations Research 30.

    Examples
    --------
    A product that brings 10 and takes an hour, 100 hours a year, and 150 that could be sold; 40 hours more for 500:

    >>> found = capacity_steps([CapacityStep("shift", 0, 40, 500)], [10], [[1]], [100], [[[150], [150]]], interest=0.1)
    >>> found.gain.tolist(), found.value.round(2).tolist(), found.payback.tolist()
    ([[400.0, 400.0]], [194.21], [1.25])
    >>> found.chosen.tolist(), found.break_even.round(3).tolist()
    ([0], [0.859])
    """
    case = _checked(steps, throughput, hours, available, demand, chance, interest)
    base, price = _best(case, case.available)
    gain = np.array([_best(case, _with(case, one))[0] - base for one in steps]).reshape(len(steps), -1)
    years = len(case.discount)
    value = np.array([_worth(one, row, case, interest) for one, row in zip(steps, gain, strict=True)])
    payback = np.array([_payback(one, row) for one, row in zip(steps, gain, strict=True)])
    even = np.array([_break_even(case, one, interest, most_factor) for one in steps])
    status, chosen, best = _choice(case, steps, interest, seconds)
    return StepsResult(status, value, gain, payback, even, chosen, best, price.reshape(-1, years))


def _with(case: _Case, step: CapacityStep) -> Floats:
    more = case.available.copy()
    more[step.resource] += step.hours
    return more


def _worth(step: CapacityStep, gain: Floats, case: _Case, interest: float) -> float:
    end = (1 + interest) ** -len(gain)
    return float(-step.investment + (gain - step.yearly) @ case.discount + step.rest * end)


def _payback(step: CapacityStep, gain: Floats) -> float:
    """Give the years until the sum of what comes in reaches the investment, within a year in proportion."""
    left = step.investment
    for year, net in enumerate(gain - step.yearly):
        if net > 0 and net >= left:
            return float(year + left / net)
        left -= net
    return float("inf") if left > 0 else 0.0


def _best(case: _Case, available: Floats, factor: float = 1.0) -> tuple[Floats, Floats]:
    """Give the expected throughput of each year, and the expected worth of an hour by resource and year."""
    program = Program()
    made, rows = _blocks(program, case, available, factor)
    found = program.solve()
    money = (found.of(made) * case.throughput).sum(axis=2)
    weight = np.where(case.chance > 0, case.chance, 1.0)[:, None, None]
    price = np.maximum(-found.dual_of(rows), 0.0) / weight
    return case.chance @ money, np.einsum("n,nyg->gy", case.chance, price) + 0.0


def _blocks(program: Program, case: _Case, available: Floats, factor: float = 1.0) -> tuple[Block, Block]:
    scenarios, years, products = case.demand.shape
    axes = {"scenario": scenarios, "year": years}
    weight = np.where(case.chance > 0, case.chance, 1.0)[:, None, None]
    made = program.variables(
        "made", {**axes, "product": products}, upper=case.demand * factor, cost=-case.throughput * weight
    )
    rows = program.rows("hours", {**axes, "resource": len(available)}, upper=available)
    program.put(rows.index[:, :, :, None], made.index[:, :, None, :], case.hours)
    return made, rows


def _break_even(case: _Case, step: CapacityStep, interest: float, most: float) -> float:
    def worth(factor: float) -> float:
        gain = _best(case, _with(case, step), factor)[0] - _best(case, case.available, factor)[0]
        return _worth(step, gain, case, interest)

    low, high = 0.0, most
    if worth(low) >= 0:
        return 0.0
    if worth(high) < 0:
        return float("inf")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if worth(middle) >= 0 else (middle, high)
    return high


def _choice(case: _Case, steps: Sequence[CapacityStep], interest: float, seconds: float) -> tuple[Status, Ints, float]:
    """Choose steps and their first years for the highest net present value."""
    years, count = len(case.discount), len(steps)
    if not count:
        return "optimal", np.zeros(0, np.int64), 0.0
    scenarios, _, products = case.demand.shape
    program = Program()
    axes = {"scenario": scenarios, "year": years}
    worth = case.throughput * case.chance[:, None, None] * case.discount[:, None]
    made = program.variables("made", {**axes, "product": products}, upper=case.demand, cost=-worth)
    rows = program.rows("hours", {**axes, "resource": len(case.available)}, upper=case.available)
    program.put(rows.index[:, :, :, None], made.index[:, :, None, :], case.hours)
    taken = program.variables("taken", {"step": count, "year": years}, upper=1, whole=True,
                              cost=_costs(steps, case.discount, interest))  # fmt: skip
    once = program.rows("once", {"step": count}, upper=1)
    program.put(once.index[:, None], taken.index, 1.0)
    for number, step in enumerate(steps):
        for year in range(years):
            program.put(rows.index[:, year:, step.resource], taken.index[number, year], -step.hours)
    found = program.solve(seconds=seconds)
    if not found.found:
        return found.status, np.full(count, -1, np.int64), float("nan")
    when = found.of(taken) > 0.5
    base = float(_best(case, case.available)[0] @ case.discount)
    return found.status, np.where(when.any(axis=1), when.argmax(axis=1), -1).astype(np.int64), -found.objective - base


def _costs(steps: Sequence[CapacityStep], discount: Floats, interest: float) -> Floats:
    """Give the present cost of each step by its first year."""
    years = len(discount)
    start = (1 + interest) ** -np.arange(years)
    later = np.cumsum(discount[::-1])[::-1]  # of one unit of money a year from then on
    end = (1 + interest) ** -years
    return np.array([one.investment * start + one.yearly * later - one.rest * end for one in steps])


def _checked(
    steps: Sequence[CapacityStep], throughput: ArrayLike, hours: ArrayLike, available: ArrayLike, demand: ArrayLike,
    chance: ArrayLike, interest: float,
) -> _Case:  # fmt: skip
    money, table = np.atleast_1d(np.asarray(throughput, np.float64)), np.atleast_2d(np.asarray(hours, np.float64))
    there, asked = np.atleast_1d(np.asarray(available, np.float64)), np.asarray(demand, np.float64)
    found = _shapes(money, table, there, asked)
    if not np.all(np.isfinite(money)):
        found.append(BAD_ARGUMENT.at(column="throughput", value=money.tolist(), must="finite numbers"))
    if not interest > -1:
        found.append(BAD_ARGUMENT.at(column="interest", value=interest, must="above -1"))
    found += _step_faults(steps, len(there))
    stop_on_errors(found)
    years = np.arange(1, asked.shape[1] + 1)
    discount = (1 + interest) ** -years.astype(np.float64)
    return _Case(money, table, there, asked, _chances(chance, len(asked)), discount)


def _shapes(money: Floats, table: Floats, there: Floats, asked: Floats) -> list[Problem]:
    found: list[Problem] = []
    if asked.ndim != 3 or asked.shape[2] != len(money) or 0 in asked.shape:
        must = f"by scenario, year and the {len(money)} products"
        found.append(BAD_ARGUMENT.at(column="demand", value=f"of shape {asked.shape}", must=must))
    if table.shape != (len(there), len(money)):
        must = f"of shape {(len(there), len(money))}"
        found.append(BAD_ARGUMENT.at(column="hours", value=f"of shape {table.shape}", must=must))
    for name, values in (("hours", table), ("available", there), ("demand", asked)):
        if not np.all((values >= 0) & np.isfinite(values)):
            found.append(BAD_ARGUMENT.at(column=name, value="something else", must="numbers of 0 or above"))
    return found


def _step_faults(steps: Sequence[CapacityStep], resources: int) -> list[Problem]:
    found = []
    for one in steps:
        if not 0 <= one.resource < resources:
            must = f"0 to {resources - 1}"
            found.append(BAD_ARGUMENT.at(key=one.name, column="resource", value=one.resource, must=must))
        if not (one.hours >= 0 and one.investment >= 0):
            must = "0 or above, as the investment"
            found.append(BAD_ARGUMENT.at(key=one.name, column="hours", value=one.hours, must=must))
    return found


def _chances(chance: ArrayLike, scenarios: int) -> Floats:
    likely = np.asarray(chance, np.float64)
    fits = likely.ndim < 2 and likely.size in {1, scenarios} and np.all(likely >= 0) and likely.sum() > 0
    if not fits:
        must = f"{scenarios} numbers of 0 or above, not all 0"
        stop_on_errors([BAD_ARGUMENT.at(column="chance", value=likely.tolist(), must=must)])
    weights = np.broadcast_to(likely, (scenarios,))
    out: Floats = weights / weights.sum()
    return out
