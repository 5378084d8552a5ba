"""Try remedies on copies of the plant: each is planned, priced, and set against the plan without it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.pages import View
from plantwright.core.problem import ProblemError
from plantwright.flows.remedies.case import DAY, Case, Edit, Remedy, Window
from plantwright.flows.remedies.orders import other_machines, purchases, sooner_parts, splits, swaps
from plantwright.flows.remedies.overtime import overtime
from plantwright.flows.scenario import apply_scenario
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan, Plant

SANDBOX = "\0sandbox"
MOST = 12
LEAST_DAYS = 0.1
"""What wins less is not worth a line."""
KINDS = (sooner_parts, overtime, other_machines, splits, swaps, purchases)
EACH = 3
"""Remedies of a kind that are tried before the other kinds have had their turn."""
Tell = Callable[[str, float], object]


@dataclass(frozen=True)
class Tried:
    """A remedy with what it does.

    Parameters
    ----------
    remedy : what is done
    days : days that the demand is complete sooner
    projected : when it is complete then
    late_days : days that it is still late
    others : days that other sales orders are later in all; below zero where they are sooner
    cost : scaled money; None where no cost is known
    seconds : time that the planning took
    """

    remedy: Remedy
    days: float
    projected: int | None
    late_days: float
    others: float
    cost: int | None
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """Everything that was tried for a demand.

    Parameters
    ----------
    tried : what helps, the best first
    idle : what was tried and wins nothing
    refused : what cannot be planned
    """

    tried: tuple[Tried, ...]
    idle: tuple[Tried, ...]
    refused: tuple[Remedy, ...]
    seconds: float


def propose(view: View, demand: str, share: float = 0.1, most: int = MOST) -> list[Remedy]:
    """Propose what may bring a late demand forward; nothing is planned yet.

    Parameters
    ----------
    view : plant and plan
    demand : a demand of the plan
    share : what a supplier asks for coming sooner, as a share of the value
    most : how many are given

    Returns
    -------
    Remedies of every kind that fits; none where the demand is not late.
    """
    rows = view.result("demand_plan").filter(pl.col("demand") == demand, pl.col("status") == "late")
    if not rows.height:
        return []
    case = Case(view, rows.row(0, named=True), share)
    found = [_apart(kind(case)) for kind in KINDS]
    first = [one for kind in found for one in kind[:EACH]]
    rest = [one for kind in found for one in kind[EACH:]]
    return (first + rest)[:most]


def _apart(remedies: Iterator[Remedy]) -> list[Remedy]:
    """Leave out what was proposed before."""
    found: dict[str, Remedy] = {}
    for one in itertools.islice(remedies, 50):
        found.setdefault(repr([sorted(edit.items()) for edit in one.edits]), one)
    return list(found.values())


def edited(plant: Plant, edits: Sequence[Edit]) -> Plant:
    """Give a copy of a plant with some edits made, in the terms of a scenario.

    Raises
    ------
    ProblemError : an edit does not fit the plant
    """
    rows = [{"scenario": SANDBOX, "sequence": place, **edit} for place, edit in enumerate(edits, 1)]
    more = {
        "scenario": raw_frame(ENTITIES["scenario"], [{"code": SANDBOX}]),
        "scenario_edit": raw_frame(ENTITIES["scenario_edit"], rows),
    }
    raw = {**plant.raw, **{name: pl.concat([plant.raw[name], new], how="diagonal") for name, new in more.items()}}
    made, _ = apply_scenario(replace(plant, raw=MappingProxyType(raw)), SANDBOX)
    return replace(made, scenario=plant.scenario, as_of=plant.as_of)


def try_all(
    plant: Plant, demand: str, previous: Plan | None = None, share: float = 0.1, most: int = MOST,
    tell: Tell = lambda _words, _share: None,
) -> Outcome:  # fmt: skip
    """Plan the plant with each remedy for a late demand, and rank what helps.

    Parameters
    ----------
    plant : the plant
    demand : the late demand
    previous : the plan in force, whose frozen part is kept
    share : what a supplier asks for coming sooner, as a share of the value
    most : how many are tried
    tell : called with what is tried and the share done; what it raises ends the search

    Returns
    -------
    What helps, the best first, and what does not.
    """
    from plantwright.flows.plan import make_plan  # noqa: PLC0415 - loads Numba

    begun = time.perf_counter()
    tell("Planning as it is", 0.0)
    base = make_plan(plant, previous=previous)
    proposals = propose(MemoryView(plant, base), demand, share, most)
    tried: list[Tried] = []
    refused: list[Remedy] = []
    for place, remedy in enumerate(proposals):
        tell(f"{place + 1} of {len(proposals)}: {remedy.text}", (place + 1) / (len(proposals) + 1))
        try:
            tried.append(_try(plant, base, previous, demand, remedy))
        except ProblemError:
            refused.append(remedy)
    helps = [one for one in tried if one.days >= LEAST_DAYS]
    idle = [one for one in tried if one.days < LEAST_DAYS]
    return Outcome(tuple(ranked(helps)), tuple(idle), tuple(refused), time.perf_counter() - begun)


def _try(plant: Plant, base: Plan, previous: Plan | None, demand: str, remedy: Remedy) -> Tried:
    from plantwright.flows.plan import make_plan  # noqa: PLC0415 - loads Numba

    begun = time.perf_counter()
    plan = make_plan(edited(plant, remedy.edits), previous=previous)
    if not plan.verified:
        raise ProblemError(list(plan.problems))
    before, after = (_row(one, demand) for one in (base, plan))
    never = after["projected"] is None or before["projected"] is None
    days = 0.0 if never else (before["projected"] - after["projected"]) / DAY
    cost = _overtime_cost(plant, plan, remedy.windows) if remedy.windows else remedy.cost
    return Tried(
        remedy, days, after["projected"], after["late_days"] / SCALE, _others(base, plan, demand), cost,
        time.perf_counter() - begun,
    )  # fmt: skip


def _row(plan: Plan, demand: str) -> dict[str, Any]:
    return plan.raw["demand_plan"].filter(pl.col("demand") == demand).row(0, named=True)


def _others(base: Plan, plan: Plan, demand: str) -> float:
    """Sum by how many days the other sales orders are later than without the remedy."""
    mine = (pl.col("kind") != "sales order") | (pl.col("demand") == demand)
    before, after = (int(one.raw["demand_plan"].filter(~mine)["late_days"].sum()) for one in (base, plan))
    return (after - before) / SCALE


def _overtime_cost(plant: Plant, plan: Plan, windows: Sequence[Window]) -> int | None:
    """Price the hours that the plan works in the time that was opened, at the rates of the work centers."""
    sites = dict(plant.raw["site"].select("code", "calendar").iter_rows())
    rates = {
        row["code"]: (row["calendar"] or sites.get(row["site"], ""), row["cost_rate"])
        for row in plant.raw["work_center"].iter_rows(named=True)
    }
    cost = 0.0
    for window in windows:
        rows = plan.raw["scheduled_operation"].filter(pl.col("start") < window.end, pl.col("finish") > window.start)
        for center, start, finish in rows.select("work_center", "start", "finish").iter_rows():
            calendar, rate = rates.get(center, ("", 0))
            if calendar not in window.calendars:
                continue
            if not rate:
                return None
            cost += (min(finish, window.end) - max(start, window.start)) / 60 * rate
    return round(cost)


def ranked(tried: Sequence[Tried]) -> list[Tried]:
    """Put what helps in order: by days won for the money, and last what takes more days from others than it wins.

    Parameters
    ----------
    tried : what was tried

    Returns
    -------
    The same, the best first. What costs nothing stands before what costs, what has no known cost after it.
    """

    def place(one: Tried) -> tuple[bool, int, float, float]:
        harms = one.others > one.days
        if one.cost is None:
            return harms, 1, 0.0, -one.days
        return harms, 0, -one.days / max(one.cost / SCALE, 0.01), -one.days

    return sorted(tried, key=place)
