"""Solving the aggregate plan of a plant, with what people edited on the way; and what came out, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from plantwright.core import wording
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.reader import say
from plantwright.flows.aggregate.inputs import Inputs, aggregate_inputs
from plantwright.flows.aggregate.load import Floats
from plantwright.methods.optimisation import STRATEGIES, AggregateResult, aggregate_plan
from plantwright.plant import Plant

EDITS_WRONG = problem_kind(
    "aggregate-edits", "The edits of an aggregate plan must be a list of changes as JSON; it is {value}.",
    "Write for each change an object with what, of, site, month and value.",
)  # fmt: skip
EDIT_PLACE = problem_kind(
    "aggregate-edit-place", "The aggregate plan has no {what} of {of} at {site} in {month}.",
    "Take the names and months from its tables; what can be edited is demand, capacity, overtime and subcontract.",
)  # fmt: skip
HOURS_LACKING = problem_kind(
    "aggregate-hours-lacking",
    "The aggregate plan cannot be met: {group} at {site} lacks {hours} hours in {month}.",
    "Allow overtime, a subcontractor or later delivery, or lower the demand.",
    "warning",
)
UNITS_LACKING = problem_kind(
    "aggregate-units-lacking",
    "The aggregate plan cannot be met: {quantity} of {family} at {site} in {month} can be had from nowhere.",
    "Give a site that makes it or a lane that brings it, or lower the demand.",
    "warning",
)
NOTHING_ASKED = problem_kind(
    "aggregate-nothing-asked",
    "Nothing that is made is asked for in the {months} months of the aggregate plan.",
    "Enter sales orders or a forecast, or ask for more months.",
    "warning",
)
SHOWN = 20
"""What is lacking is told so many times at most."""


@dataclass(frozen=True)
class Solved:
    """An aggregate plan with what it was made from."""

    inputs: Inputs
    result: AggregateResult


def solve(plant: Plant, months: int, strategy: str = "mixed", edits: str = "") -> Solved | None:
    """Make the aggregate plan of a plant.

    Parameters
    ----------
    plant : the plant, with the forecasts that are to be planned
    months : how many months
    strategy : mixed, chase or level
    edits : changes of numbers as JSON, see `edited`

    Returns
    -------
    The plan; None where nothing that is made is asked for.
    """
    inputs = inputs_of(plant, months, edits)
    return None if inputs is None else Solved(inputs, aggregate_plan(inputs.problem, strategy))


def inputs_of(plant: Plant, months: int, edits: str = "") -> Inputs | None:
    """Give what the aggregate plan of a plant is made from, with edited numbers; None where nothing is asked for."""
    inputs = aggregate_inputs(plant, months)
    return None if inputs is None else edited(inputs, edits)


def compared(inputs: Inputs) -> list[AggregateResult]:
    """Make the plan by each strategy."""
    return [aggregate_plan(inputs.problem, one, ranges=False) for one in STRATEGIES]


# --- edits ----------------------------------------------------------------------------------------------------------

_ARRAYS = {"demand": "demand", "subcontract": "subcontract", "capacity": "capacity", "overtime": "overtime"}


def edited(inputs: Inputs, edits: str) -> Inputs:
    """Give the inputs with numbers that people changed.

    Parameters
    ----------
    inputs : as the plant has them
    edits : a list as JSON of objects with `what` (demand or subcontract of a family; capacity or overtime, in hours, of
        a group), `of` (its name), `site`, `month` (any day of it) and `value`

    Raises
    ------
    ProblemError : aggregate-edits, aggregate-edit-place
    """
    if not edits:
        return inputs
    arrays = {name: getattr(inputs.problem, name).copy() for name in _ARRAYS.values()}
    problems: list[Problem] = []
    for one in read_edits(edits):
        place = _place(inputs, one)
        value = one.get("value")
        if place is None or isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e12:
            told = {name: str(one.get(name, ""))[:60] for name in ("what", "of", "site", "month")}
            problems.append(EDIT_PLACE.at(value=value, **told))
            continue
        arrays[_ARRAYS[one["what"]]][place] = float(value)
    stop_on_errors(problems)
    return replace(inputs, problem=replace(inputs.problem, **arrays))


def read_edits(edits: str) -> list[dict[str, Any]]:
    """Read edits from JSON; raises aggregate-edits."""
    try:
        found = json.loads(edits)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise ProblemError([EDITS_WRONG.at("aggregate", column="edits", value=edits[:80])])
    return [dict(one) for one in found]


def _place(inputs: Inputs, edit: Mapping[str, Any]) -> tuple[int, ...] | None:
    """Find the place of an edit in its array; None where there is none."""
    of, site, month = str(edit.get("of")), str(edit.get("site") or ""), _month(inputs, str(edit.get("month")))
    if month is None:
        return None
    if edit.get("what") in {"demand", "subcontract"}:
        site = site or inputs.load.n.nodes.main
        if of in inputs.families and site in inputs.sites:
            return inputs.families.index(of), inputs.sites.index(site), month
    if edit.get("what") in {"capacity", "overtime"}:
        site = site or inputs.load.n.nodes.main
        if (of, site) in inputs.load.groups:
            return inputs.load.groups.index((of, site)), month
    return None


def _month(inputs: Inputs, text: str) -> int | None:
    try:
        day = (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        return None
    found = int(np.searchsorted(inputs.months, day, side="right")) - 1
    inside = 0 <= found < len(inputs.months) and day < int(inputs.months[found]) + 31
    return found if inside else None


# --- words ----------------------------------------------------------------------------------------------------------


def month_name(day: int) -> str:
    """Write a month, such as May 2026.

    Examples
    --------
    >>> month_name(20_574)
    'May 2026'
    """
    return date.fromordinal(day + date(1970, 1, 1).toordinal()).strftime("%B %Y")


def price_words(group: str, month: int, price: float, money: str, more: float) -> str:
    """Say what one more hour is worth.

    Parameters
    ----------
    group : group of work centers
    month : first day of the month
    price : money for one more hour
    money : currency
    more : hours for which that holds; infinite for any, NaN where it is not known

    Examples
    --------
    >>> price_words("Painting", 20_574, 412, "EUR", 30.0)
    'One more hour on Painting in May 2026 is worth 412 EUR, for up to 30 hours.'
    """
    worth = wording.number(price, 0 if price >= 100 else 2)
    first = say("One more hour on {group} in {month} is worth {worth} {money}", group=group, month=month_name(month),
                worth=worth, money=money)  # fmt: skip
    if not np.isfinite(more):
        return f"{first}."
    if more < 1:
        return say("{first}; only the first part of an hour is.", first=first)
    return say("{first}, for up to {hours}.", first=first, hours=wording.count(round(more), "hour"))


def dearest(solved: Solved, most: int = 5) -> list[str]:
    """Give the hours that would be worth most, in words."""
    inputs, result = solved.inputs, solved.result
    price = result.price + result.work_price
    order = np.argsort(-price, axis=None, kind="stable")[:most]
    places = [np.unravel_index(int(one), price.shape) for one in order]
    money = str(inputs.load.n.plant.settings["currency"])
    return [
        price_words(inputs.load.groups[g][0], int(inputs.months[t]), float(price[g, t]), money,
                    float(result.highest[g, t] - inputs.problem.capacity[g, t]))
        for g, t in places if price[g, t] > 0.005
    ]  # fmt: skip


def lacking(inputs: Inputs, result: AggregateResult) -> list[Problem]:
    """Give what is lacking as problems: which group or family, which month, and by how much."""
    found: list[Problem] = []
    hours = result.lacking_hours + result.lacking_work
    for g, t in _largest(hours):
        group, site = inputs.load.groups[g]
        found.append(HOURS_LACKING.at("resource_cost", (group, site), group=group, site=site,
                                      month=month_name(int(inputs.months[t])),
                                      hours=wording.number(float(hours[g, t]), 1)))  # fmt: skip
    for f, s, t in _largest(result.lacking_units):
        family, site = inputs.families[f], inputs.sites[s]
        found.append(UNITS_LACKING.at("family_cost", (family, site), family=family, site=site,
                                      month=month_name(int(inputs.months[t])),
                                      quantity=wording.number(result.lacking_units[f, s, t], 1)))  # fmt: skip
    return found


def _largest(amounts: Floats) -> Sequence[tuple[int, ...]]:
    order = np.argsort(-amounts, axis=None, kind="stable")[:SHOWN]
    places = [tuple(int(k) for k in np.unravel_index(int(one), amounts.shape)) for one in order]
    return [place for place in places if amounts[place] > 1e-6]
