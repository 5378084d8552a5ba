"""The way through the plan, stage by stage; each stage takes tables and gives new ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.problem import errors, stop_on_errors
from plantwright.core.settings import Settings
from plantwright.core.stage import Stage
from plantwright.flows.check import check_plant
from plantwright.flows.foresee import foresee
from plantwright.flows.plan import loads, reasons, results
from plantwright.flows.plan.best import Build, best_schedule
from plantwright.flows.plan.demands import FIRM_TRANSFER
from plantwright.flows.plan.material import Material, Numbered, number_plant, plan_material
from plantwright.flows.plan.messages import draft_messages
from plantwright.flows.plan.pegs import (
    PegRows,
    earliest,
    fences,
    never_made,
    number_pegs,
    order_of_requirement,
    schedule_links,
    without_demands,
)
from plantwright.flows.plan.pins import settle_pins
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.repeg import other_pegs, regranted, with_fixed_served
from plantwright.flows.plan.schedule import Scheduled, never_placed
from plantwright.flows.plan.shop import Given, plan_shop
from plantwright.flows.plan.steps import Steps, order_patterns, order_steps, reported, with_frozen
from plantwright.flows.plan.timing import Dates, dates_by_schedule, dates_without_schedule, order_holding
from plantwright.flows.plan.totals import lateness_totals, plan_totals
from plantwright.flows.plan.verify import verify
from plantwright.methods.scheduling import Shop
from plantwright.methods.working_time import NEVER
from plantwright.plant import Plan, Plant

Progress = Callable[[str, float], object]


@dataclass
class Watch:
    """Takes the time of each stage and tells how far the plan is."""

    progress: Progress | None
    seconds: dict[str, float] = field(default_factory=dict)
    begun: float = field(default_factory=time.perf_counter)

    def done(self, stage: str, share: float) -> None:
        """Note that a stage is over."""
        now = time.perf_counter()
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + now - self.begun, 4)
        self.begun = now
        if self.progress:
            self.progress(stage, share)

    def improving(self, seconds: float, late: float, bound: float, limit: float) -> bool:
        """Tell how far the search for a better schedule is; gives true where somebody wants what it has."""
        if not self.progress:
            return False
        words = f"schedule: {late:.1f} weighted late days, at least {bound:.1f}"
        stage = Stage(words, objective=late, bound=bound, seconds=seconds)
        return self.progress(stage, 0.35 + 0.25 * min(seconds / limit, 1.0)) is True


def make_plan(
    plant: Plant,
    *,
    schedule: bool = True,
    seed: int = 0,
    seconds: float | None = None,
    horizon_days: int | None = None,
    progress: Progress | None = None,
    previous: Plan | None = None,
) -> Plan:
    """Plan a plant: check, forecast, requirements, finite schedule, promises, reasons, messages, and the judge.

    Parameters
    ----------
    plant : the tables, as of a moment
    schedule : whether to make the finite schedule; without it, orders are dated by planned lead times
    seed : of the chance in the improvement of the schedule
    seconds : time to improve the schedule after the dispatch rules have been tried; None: no improvement
    horizon_days : how far ahead demand is planned; None: as the settings say
    progress : called with the name of each finished stage and the share of the whole that is done
    previous : the plan in force, whose starts within the frozen zone are kept

    Returns
    -------
    The plan, with the problems found on the way; `verified` tells that the judge found no fault.

    Raises
    ------
    ProblemError
        With everything that makes the plant impossible to plan.
    """
    watch = Watch(progress)
    plant = with_horizon(plant, horizon_days)
    problems = check_plant(plant, scenarios=False)
    stop_on_errors(problems)
    watch.done("check", 0.1)
    foreseen = foresee(plant)
    watch.done("forecast", 0.15)
    numbered = number_plant(foreseen.plant)
    material = plan_material(numbered)
    watch.done("mrp", 0.35)
    tables, totals, status = _dated_tables(
        numbered, material, watch, schedule=schedule, seed=seed, seconds=seconds, previous=previous
    )
    tables |= foreseen.tables
    in_force = previous.raw if previous else None
    faults = verify(foreseen.plant, tables, plant.as_of, scheduled=schedule, totals=totals, previous=in_force)
    watch.done("verify", 1.0)
    options = {"schedule": schedule, "seed": seed, "seconds": seconds, "horizon_days": horizon_days}
    return Plan(
        MappingProxyType(tables), plant.as_of, plant.settings.zone, MappingProxyType(options), plant.hash(),
        version("plantwright"), plant.scenario, status=status, verified=not errors(faults),
        problems=(*problems, *foreseen.problems, *faults), seconds=MappingProxyType(watch.seconds),
        totals=MappingProxyType(totals),
    )  # fmt: skip


def with_horizon(plant: Plant, days: int | None) -> Plant:
    """Give the plant with another horizon."""
    if days is None:
        return plant
    return replace(plant, settings=Settings({**plant.settings, "horizon": days * 86_400_000}))


def _dated_tables(
    n: Numbered,
    material: Material,
    watch: Watch,
    *,
    schedule: bool,
    seed: int,
    seconds: float | None,
    previous: Plan | None,
) -> tuple[dict[str, pl.DataFrame], dict[str, Any], str]:
    pegs = number_pegs(n, material)
    _, consumer, place = order_of_requirement(n, material)
    missing = never_made(material, pegs, consumer)
    lost = reasons.without_source(n, material, pegs, missing)
    pegs = without_demands(pegs, missing)
    hold = order_holding(n, material, consumer)
    extra: dict[str, pl.DataFrame] = {}
    lateness: dict[str, float] = {}
    cause, operations, status = None, 0, "no schedule"
    if schedule:
        soonest = earliest(n, material)
        pegs = with_fixed_served(n, material, pegs, soonest, consumer, place)
        pegs, made = _schedule(
            n, material, pegs, soonest, hold, consumer, place, watch, seed=seed, seconds=seconds, previous=previous
        )
        dates = dates_by_schedule(n, made.given, material, pegs, made.steps, made.late, soonest, consumer, place)
        watch.done("schedule", 0.6)
        extra, cause = _schedule_tables(n, material, pegs, made, soonest, dates)
        operations, status = len(made.steps), made.late.status
        lateness = lateness_totals(made, material.demands.height)
    else:
        dates = dates_without_schedule(n, material, pegs, consumer)
    extra["reason"] = pl.concat([extra["reason"], lost]) if "reason" in extra else lost
    words = lost.select("demand", cause="text")
    cause = words if cause is None else pl.concat([cause.join(words, on="demand", how="anti"), words])
    demand = results.demand_plans(n, material, pegs, dates, cause)
    tables = {
        "planned_order": results.planned_orders(n, material, dates),
        "planned_component": results.planned_components(n, material, dates, consumer, place),
        "peg": results.pegs_table(n, material, pegs, dates),
        "demand_plan": demand,
        "consumed_forecast": results.consumed_table(material),
        "message_draft": draft_messages(n, material, pegs, dates),
        **extra,
    }
    totals = plan_totals(n, material, pegs, dates, demand, operations, hold) | lateness
    watch.done("tables", 0.75)
    return tables, totals, status


def _schedule(
    n: Numbered, material: Material, pegs: PegRows, soonest: Ints, hold: np.ndarray, consumer: Ints, place: Ints,
    watch: Watch, *, seed: int, seconds: float | None, previous: Plan | None,
) -> tuple[PegRows, Scheduled]:  # fmt: skip
    pegs, made = best_schedule(
        pegs,
        shop_builder(n, material, soonest, hold, previous),
        lambda rows, made: other_pegs(material, rows, made, soonest, consumer, place),
        lambda rows, made: regranted(material, rows, made, soonest, consumer, place),
        n.plant.settings["dispatch_rule"], seconds, seed,
        lambda at, late, bound: watch.improving(at, late, bound, seconds or 1.0),
    )  # fmt: skip
    stop_on_errors(never_placed(n, made.steps, made.shop, made.early))
    return pegs, made


def build_shop_of(
    n: Numbered, material: Material, pegs: PegRows, soonest: Ints, hold: np.ndarray, previous: Plan | None = None
) -> tuple[Given, Steps, Shop]:
    """Make the finite shop of a material plan; what the plan in force starts within the frozen zone stays there."""
    return shop_builder(n, material, soonest, hold, previous)(pegs)


def shop_builder(n: Numbered, material: Material, soonest: Ints, hold: np.ndarray, previous: Plan | None) -> Build:
    """Prepare what the finite shops of a material plan have in common, whichever pegs are tried."""
    given = Given(n.plant, n.centers, n.clocks, n.routings, order_patterns(n.plant, n.nodes, n.routings))
    orders = _with_leads(n, material).with_columns(hold=pl.Series(hold) / 1440)
    progress = reported(n.plant, orders, n.centers, n.routings)
    zone = (n.plant.as_of, n.plant.as_of + n.plant.settings.minutes("frozen_zone"))
    if previous is not None and zone[1] > zone[0] and "scheduled_operation" in previous.raw:
        progress = with_frozen(progress, previous.raw["scheduled_operation"], orders, n.centers, zone)
    steps = order_steps(orders, progress, given.pattern, n.routings)

    def build(pegs: PegRows) -> tuple[Given, Steps, Shop]:
        links = schedule_links(pegs, material, soonest, n.plant.as_of)
        return given, steps, settle_pins(plan_shop(given, orders, steps, links, material.demands), steps, zone[0])

    return build


def _with_leads(n: Numbered, material: Material) -> pl.DataFrame:
    """Add the time of orders without operations, when each may start at the soonest, and what keeps it early."""
    as_of = n.plant.as_of
    placed = ~pl.col("existing") | FIRM_TRANSFER
    lead = pl.when(~placed).then((pl.col("projected") - as_of).clip(0)).otherwise(
        (pl.col("projected") - pl.col("start")).clip(0, NEVER)
    )  # fmt: skip
    early = material.demands.filter(pl.col("wanted") < pl.col("due"))["node"].unique()
    guarded = n.nodes.frame.select("node", "safety_stock", "safety_time", ahead=pl.col("node").is_in(early.implode()))
    rows = material.orders.join(guarded, on="node", how="left", maintain_order="left")
    rows = rows.with_columns(lead=lead, fence=pl.Series(fences(n, material.orders)))
    holds = n.plant.raw["order_hold"].filter(~pl.col("released")).group_by("order").agg(
        until=pl.col("until").fill_null(as_of + n.plant.settings.minutes("horizon")).max()
    )  # fmt: skip
    rows = rows.join(holds, on="order", how="left", maintain_order="left")
    fenced = pl.when(pl.col("fenced") | FIRM_TRANSFER).then(pl.col("start")).otherwise(as_of)
    return rows.with_columns(release=pl.max_horizontal(pl.col("until").fill_null(as_of), fenced)).drop("until")


def _schedule_tables(
    n: Numbered, material: Material, pegs: PegRows, made: Scheduled, soonest: Ints, dates: Dates
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Give the schedule's own tables, and the cause of every late demand."""
    late = np.flatnonzero(dates.projected > material.demands["due"].to_numpy())
    tracer = reasons.make_tracer(n, made.given, material, pegs, made.steps, made.shop, made.early, soonest)
    reason, cause = reasons.trace(tracer, late)
    load = loads.center_loads(n, made.shop, made.late)
    waits = reasons.waits_by_center(made.shop, made.early, made.steps, n.plant.as_of)
    return {
        "scheduled_operation": results.scheduled_operations(n, material, made.steps, made.shop, made.late),
        "center_load": load,
        "reason": reason,
        "bottleneck": loads.bottlenecks(n, load, waits, reason),
        "plan_improvement": results.improvement_table(made.improvement),
    }, cause
