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

from plantwright.core.problem import Problem, ProblemError, errors, problem_kind, stop_on_errors
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import Progress, quiet
from plantwright.flows.foreseen import CARRIED, as_foreseen
from plantwright.flows.plan import loads, reasons, results
from plantwright.flows.plan.calendars import plan_clocks
from plantwright.flows.plan.make import shop_builder, with_horizon
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.messages import draft_messages
from plantwright.flows.plan.schedule import Scheduled, never_placed
from plantwright.flows.plan.timing import dates_by_schedule
from plantwright.flows.plan.totals import lateness_totals, plan_totals
from plantwright.flows.plan.verify import verify
from plantwright.flows.reschedule.events import Event, with_rows
from plantwright.flows.reschedule.in_force import schedule_in_force
from plantwright.flows.reschedule.known import Known, known_anew, known_around, known_of
from plantwright.methods.scheduling import Schedule
from plantwright.methods.scheduling.mending import Mended, mend
from plantwright.plant import Plan, Plant

NO_SCHEDULE = problem_kind(
    "reschedule-no-schedule", "Plan {value} has no schedule that could be kept.",
    "Plan the plant with its schedule first: plantwright plan DB.",
)  # fmt: skip
TABLES = (
    "planned_order", "planned_component", "peg", "scheduled_operation", "demand_plan", "plan_improvement", *CARRIED,
)  # fmt: skip
"""What is read of the plan in force."""
MOST_MOVED = 10.0
"""Operations that may move where nobody says how many, in percent of those in force."""
FEW = 20
"""So many may move in any case then: in a small plant they are not few."""


@dataclass(frozen=True)
class Replanned:
    """A new plan, with what its schedule was made from.

    Parameters
    ----------
    plan : the new plan
    n, material, scheduled : its plant in numbers, its orders, its shop and schedule
    before : the schedule in force, in the numbers of that shop
    mended : the new schedule with the reason of each move
    most : how many operations might move
    """

    plan: Plan
    n: Numbered
    material: Material
    scheduled: Scheduled
    before: Schedule
    mended: Mended
    most: int


@dataclass(frozen=True)
class Prepared:
    """The plant after the events as a shop, and the schedule in force in its numbers; made before anything moves.

    Parameters
    ----------
    plant : the plant with the events, and with the forecasts and stock targets of the plan in force
    known : its orders and pegs; its numbered plant has the working time after the events
    scheduled : its shop, with the schedule in force
    before : the schedule in force
    problems : what the check of the plant has found
    """

    plant: Plant
    known: Known
    scheduled: Scheduled
    before: Schedule
    problems: Sequence[Problem]


def prepare(plant: Plant, base: Plan, events: Sequence[Event]) -> Prepared:
    """Make the shop of a plant after some events, with the schedule in force in it.

    What only takes working time away leaves lots and need dates as they are: for such events the material is planned
    once, however often is asked.

    Raises
    ------
    ProblemError
        With everything that makes the plant impossible to plan; where the plan has no schedule.
    """
    if "scheduled_operation" not in base.raw or not base.raw["scheduled_operation"].height:
        raise ProblemError([NO_SCHEDULE.at(value=base.number)])
    plant = with_horizon(plant, base.options.get("horizon_days"))
    problems = check_plant(with_events(plant, events), scenarios=False)
    stop_on_errors(problems)
    plant = as_foreseen(plant, base.raw)
    after = with_events(plant, events)
    loud = [event for event in events if not event.quiet]
    if not loud:
        known = known_of(plant, base)
    elif all(event.kind == "rush" for event in loud):
        known = known_around(with_events(plant, loud), base, known_of(plant, base))
    else:
        known = known_anew(with_events(plant, loud), base)
    n = replace(known.n, plant=after, clocks=plan_clocks(after, known.n.nodes.main, known.n.centers))
    known, material = replace(known, n=n), known.material
    given, steps, shop = shop_builder(n, material, known.soonest, known.hold, base)(known.pegs)
    before = schedule_in_force(n, material, steps, shop, base.raw)
    return Prepared(after, known, Scheduled(given, steps, shop, before, before), before, problems)


def with_events(plant: Plant, events: Sequence[Event]) -> Plant:
    """Give the plant with what the events say of it."""
    for event in events:
        plant = with_rows(plant, event.rows)
    return plant


def replan(
    plant: Plant,
    base: Plan,
    events: Sequence[Event],
    *,
    seconds: float = 0.0,
    seed: int = 0,
    most_moved: float | None = None,
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
    most_moved : how many operations may move, in percent of those in force; None: `MOST_MOVED`, at least `FEW` of them.
        Where every way moves more, the one that moves least is taken
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
    steps, shop = made.scheduled.steps, made.scheduled.shop
    most = allowed(base, most_moved)
    mended = mend(
        shop, made.before, start=made.plant.as_of, seconds=seconds, seed=seed, anew=anew,
        most=most, counted=steps.row >= 0,
    )  # fmt: skip
    repaired = time.perf_counter()
    stop_on_errors(never_placed(made.known.n, steps, shop, mended.schedule))
    scheduled = replace(made.scheduled, early=mended.schedule, late=mended.schedule)
    progress("schedule", 0.6)
    tables, totals = _tables(made.known, scheduled)
    # The record of the search stays: the schedule that it found is the one that was repaired.
    tables["plan_improvement"] = base.raw.get("plan_improvement", results.improvement_table(()))
    tables |= {name: base.raw[name] for name in CARRIED if name in base.raw}
    progress("tables", 0.8)
    tabled = time.perf_counter()
    plan = _plan(made, base, tables, totals, mended, seed, seconds)
    inputs = with_events(with_horizon(plant, base.options.get("horizon_days")), events)
    seconds_of = {
        "prepare": prepared - begun, "repair": repaired - prepared, "tables": tabled - repaired,
        "verify": time.perf_counter() - tabled,
    }  # fmt: skip
    plan = replace(
        plan,
        seconds=MappingProxyType({name: round(value, 4) for name, value in seconds_of.items()}),
        inputs=inputs.hash(),
    )
    return Replanned(plan, made.known.n, made.known.material, scheduled, made.before, mended, most)


def allowed(base: Plan, most_moved: float | None) -> int:
    """Give how many operations of a plan may move; see `replan`."""
    count = base.raw["scheduled_operation"].height
    if most_moved is None:
        return max(int(count * MOST_MOVED) // 100, FEW)
    return int(count * most_moved / 100 + 1e-6)


def _tables(known: Known, scheduled: Scheduled) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    """Give the result tables of the new schedule, and its figures."""
    n, material, pegs, steps, shop = known.n, known.material, known.pegs, scheduled.steps, scheduled.shop
    dates = dates_by_schedule(
        n, scheduled.given, material, pegs, steps, scheduled.late, known.soonest, known.consumer, known.place
    )
    late = np.flatnonzero(dates.projected > material.demands["due"].to_numpy())
    tracer = reasons.make_tracer(n, scheduled.given, material, pegs, steps, shop, scheduled.early, known.soonest)
    reason, cause = reasons.trace(tracer, late)
    words = known.lost.select("demand", cause="text")
    cause = pl.concat([cause.join(words, on="demand", how="anti"), words])
    load = loads.center_loads(n, shop, scheduled.late)
    waits = reasons.waits_by_center(shop, scheduled.early, steps, n.plant.as_of)
    demand = results.demand_plans(n, material, pegs, dates, cause)
    tables = {
        "planned_order": results.planned_orders(n, material, dates),
        "planned_component": results.planned_components(n, material, dates, known.consumer, known.place),
        "peg": results.pegs_table(n, material, pegs, dates),
        "demand_plan": demand,
        "consumed_forecast": results.consumed_table(material),
        "message_draft": draft_messages(n, material, pegs, dates),
        "scheduled_operation": results.scheduled_operations(n, material, steps, shop, scheduled.late),
        "center_load": load,
        "reason": pl.concat([reason, known.lost]),
        "bottleneck": loads.bottlenecks(n, load, waits, reason),
    }
    totals = plan_totals(n, material, pegs, dates, demand, len(steps), known.hold)
    return tables, totals | lateness_totals(scheduled, material.demands.height)


def _plan(
    made: Prepared, base: Plan, tables: Mapping[str, pl.DataFrame], totals: Mapping[str, Any], mended: Mended,
    seed: int, seconds: float,
) -> Plan:  # fmt: skip
    plant = made.plant
    faults = verify(plant, tables, plant.as_of, scheduled=True, totals=totals, previous=base.raw)
    options = {
        "schedule": True, "seed": seed, "seconds": seconds or None, "horizon_days": base.options.get("horizon_days"),
        "previous": base.number, "rescheduled": True,
    }  # fmt: skip
    return Plan(
        MappingProxyType(dict(tables)), plant.as_of, plant.settings.zone, MappingProxyType(options), "",
        version("plantwright"), base.scenario, status=mended.schedule.status, verified=not errors(faults),
        problems=(*made.problems, *faults), totals=MappingProxyType(dict(totals)),
    )  # fmt: skip
