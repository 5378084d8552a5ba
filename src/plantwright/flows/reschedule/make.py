"""A new plan from the plan in force after something has happened: what need not move stays where it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.problem import ProblemError, errors, problem_kind, stop_on_errors
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import Progress, quiet
from plantwright.flows.plan import loads, reasons, results
from plantwright.flows.plan.calendars import plan_clocks
from plantwright.flows.plan.make import shop_builder, with_horizon
from plantwright.flows.plan.material import Material, Numbered, number_plant, plan_material
from plantwright.flows.plan.messages import draft_messages
from plantwright.flows.plan.pegs import (
    PegRows,
    earliest,
    never_made,
    number_pegs,
    order_of_requirement,
    without_demands,
)
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.schedule import Scheduled, never_placed
from plantwright.flows.plan.timing import dates_by_schedule, order_holding
from plantwright.flows.plan.totals import lateness_totals, plan_totals
from plantwright.flows.plan.verify import verify
from plantwright.flows.reschedule.events import Event, with_rows
from plantwright.flows.reschedule.in_force import kept_pegs, schedule_in_force, with_names
from plantwright.methods.scheduling import Schedule
from plantwright.methods.scheduling.mending import Mended, mend
from plantwright.plant import Plan, Plant

NO_SCHEDULE = problem_kind(
    "reschedule-no-schedule", "Plan {value} has no schedule that could be kept.",
    "Plan the plant with its schedule first: plantwright plan DB.",
)  # fmt: skip
TABLES = ("planned_order", "planned_component", "peg", "scheduled_operation", "demand_plan")
"""What is read of the plan in force."""


@dataclass(frozen=True)
class Replanned:
    """A new plan, with what its schedule was made from.

    Parameters
    ----------
    plan : the new plan
    n, material, scheduled : its plant in numbers, its orders, its shop and schedule
    before : the schedule in force, in the numbers of that shop
    mended : the new schedule with the reason of each move
    """

    plan: Plan
    n: Numbered
    material: Material
    scheduled: Scheduled
    before: Schedule
    mended: Mended


@dataclass(frozen=True)
class Prepared:
    """The plant after the events as a shop, and the schedule in force in its numbers; made before anything moves."""

    plant: Plant
    n: Numbered
    material: Material
    pegs: PegRows
    lost: pl.DataFrame
    soonest: Ints
    hold: np.ndarray
    consumer: Ints
    place: Ints
    scheduled: Scheduled
    before: Schedule


def prepare(plant: Plant, base: Plan, events: Sequence[Event]) -> Prepared:
    """Make the shop of a plant after some events, with the schedule in force in it.

    Raises
    ------
    ProblemError
        With everything that makes the plant impossible to plan; where the plan has no schedule.
    """
    if "scheduled_operation" not in base.raw or not base.raw["scheduled_operation"].height:
        raise ProblemError([NO_SCHEDULE.at(value=base.number)])
    plant = with_horizon(plant, base.options.get("horizon_days"))
    after = with_events(plant, events)
    stop_on_errors(check_plant(after, scenarios=False))
    n, material = _material(plant, after, events)
    material = with_names(n, material, base.raw)
    pegs = number_pegs(n, material)
    _, consumer, place = order_of_requirement(n, material)
    if len(pegs.quantity):
        pegs = kept_pegs(n, material, pegs, consumer, place, base.raw)
    missing = never_made(material, pegs, consumer)
    lost = reasons.without_source(n, material, pegs, missing)
    pegs = without_demands(pegs, missing)
    hold, soonest = order_holding(n, material, consumer), earliest(n, material)
    given, steps, shop = shop_builder(n, material, soonest, hold, base)(pegs)
    before = schedule_in_force(n, material, steps, shop, base.raw)
    scheduled = Scheduled(given, steps, shop, before, before)
    return Prepared(after, n, material, pegs, lost, soonest, hold, consumer, place, scheduled, before)


def with_events(plant: Plant, events: Sequence[Event]) -> Plant:
    """Give the plant with what the events say of it."""
    for event in events:
        plant = with_rows(plant, event.rows)
    return plant


def _material(plant: Plant, after: Plant, events: Sequence[Event]) -> tuple[Numbered, Material]:
    """Plan the material; what only takes working time away leaves lots and need dates as they are."""
    loud = with_events(plant, [event for event in events if not event.quiet])
    n = number_plant(loud)
    material = plan_material(n)
    return replace(n, plant=after, clocks=plan_clocks(after, n.nodes.main, n.centers)), material


def replan(
    plant: Plant,
    base: Plan,
    events: Sequence[Event],
    *,
    seconds: float = 0.0,
    seed: int = 0,
    progress: Progress = quiet,
) -> Replanned:
    """Make a new plan from the plan in force after some events.

    Parameters
    ----------
    plant : the plant before the events
    base : the plan in force, with its tables
    events : what happened
    seconds : time to lower lateness further, by moves as few as possible
    seed : of the chance in that search
    progress : told of each stage

    Returns
    -------
    The new plan and its schedule; `plan.seconds` has the time of each stage, `repair` that of the schedule alone.

    Raises
    ------
    ProblemError
        With everything that makes the plant impossible to plan.
    """
    begun = time.perf_counter()
    made = prepare(plant, base, events)
    progress("mrp", 0.4)
    prepared = time.perf_counter()
    # Where lots have changed, times in force may fit nothing any more; then all of it may be placed anew.
    anew = not all(event.quiet for event in events)
    mended = mend(made.scheduled.shop, made.before, start=made.plant.as_of, seconds=seconds, seed=seed, anew=anew)
    repaired = time.perf_counter()
    steps, shop = made.scheduled.steps, made.scheduled.shop
    stop_on_errors(never_placed(made.n, steps, shop, mended.schedule))
    scheduled = replace(made.scheduled, early=mended.schedule, late=mended.schedule)
    progress("schedule", 0.6)
    tables, totals = _tables(made, scheduled)
    progress("tables", 0.8)
    tabled = time.perf_counter()
    plan = _plan(made, base, tables, totals, mended, seed, seconds)
    seconds_of = {
        "prepare": prepared - begun, "repair": repaired - prepared, "tables": tabled - repaired,
        "verify": time.perf_counter() - tabled,
    }  # fmt: skip
    plan = replace(plan, seconds=MappingProxyType({name: round(value, 4) for name, value in seconds_of.items()}))
    return Replanned(plan, made.n, made.material, scheduled, made.before, mended)


def _tables(made: Prepared, scheduled: Scheduled) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Give the result tables of the new schedule, and its figures."""
    n, material, pegs, steps, shop = made.n, made.material, made.pegs, scheduled.steps, scheduled.shop
    dates = dates_by_schedule(
        n, scheduled.given, material, pegs, steps, scheduled.late, made.soonest, made.consumer, made.place
    )
    late = np.flatnonzero(dates.projected > material.demands["due"].to_numpy())
    tracer = reasons.make_tracer(n, scheduled.given, material, pegs, steps, shop, scheduled.early, made.soonest)
    reason, cause = reasons.trace(tracer, late)
    words = made.lost.select("demand", cause="text")
    cause = pl.concat([cause.join(words, on="demand", how="anti"), words])
    load = loads.center_loads(n, shop, scheduled.late)
    waits = reasons.waits_by_center(shop, scheduled.early, steps, n.plant.as_of)
    demand = results.demand_plans(n, material, pegs, dates, cause)
    tables = {
        "planned_order": results.planned_orders(n, material, dates),
        "planned_component": results.planned_components(n, material, dates, made.consumer, made.place),
        "peg": results.pegs_table(n, material, pegs, dates),
        "demand_plan": demand,
        "consumed_forecast": results.consumed_table(material),
        "message_draft": draft_messages(n, material, pegs, dates),
        "scheduled_operation": results.scheduled_operations(n, material, steps, shop, scheduled.late),
        "center_load": load,
        "reason": pl.concat([reason, made.lost]),
        "bottleneck": loads.bottlenecks(n, load, waits, reason),
    }
    totals = plan_totals(n, material, pegs, dates, demand, len(steps), made.hold)
    return tables, totals | lateness_totals(scheduled, material.demands.height)


def _plan(
    made: Prepared, base: Plan, tables: Mapping[str, pl.DataFrame], totals: Mapping[str, Any], mended: Mended,
    seed: int, seconds: float,
) -> Plan:  # fmt: skip
    plant = made.plant
    faults = verify(plant, tables, plant.as_of, scheduled=True, totals=totals, previous=base.raw)
    problems = check_plant(plant, scenarios=False)
    options = {
        "schedule": True, "seed": seed, "seconds": seconds or None, "horizon_days": base.options.get("horizon_days"),
        "previous": base.number, "rescheduled": True,
    }  # fmt: skip
    return Plan(
        MappingProxyType(dict(tables)), plant.as_of, plant.settings.zone, MappingProxyType(options), plant.hash(),
        version("plantwright"), base.scenario, status=mended.schedule.status, verified=not errors(faults),
        problems=(*problems, *faults), totals=MappingProxyType(dict(totals)),
    )  # fmt: skip
