"""Reschedule a plant that lives in a store: try what happened, and keep it where that is wanted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from plantwright.core.action import run_action
from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
from plantwright.core.store import Store
from plantwright.flows.exchange import Progress, quiet, read_plant
from plantwright.flows.plan.make import with_horizon
from plantwright.flows.plan_store import keep_plan, load_plan
from plantwright.flows.reschedule.events import read_events
from plantwright.flows.reschedule.make import TABLES, replan
from plantwright.flows.reschedule.recording import NOTHING_HAPPENED
from plantwright.flows.reschedule.result import Rescheduled, rescheduled
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan, Plant


def reschedule(
    plant: Plant, base: Plan, texts: Sequence[str], *, seconds: float = 0.0, seed: int = 0,
    most_moved: float | None = None, progress: Progress = quiet,
) -> Rescheduled:  # fmt: skip
    """Try what events do to the plan in force; nothing is written.

    Parameters
    ----------
    plant : the plant before the events
    base : the plan in force, with the tables that `make.TABLES` names
    texts : the events as people type them, see `events.FORMS`
    seconds : time to lower lateness further
    seed : of the chance in that search
    most_moved : how many operations may move, in percent of those in force; see `make.replan`
    progress : told of each stage

    Returns
    -------
    The new plan, what moved and why, and what it costs.

    Raises
    ------
    ProblemError
        With every fault of every event, or everything that makes the plant impossible to plan.
    """
    wrong = [] if texts else [NOTHING_HAPPENED.at(column="after")]
    if most_moved is not None and not 0 <= most_moved <= 100:
        wrong.append(BAD_ARGUMENT.at(column="most_moved", value=most_moved, must="a share from 0 to 100 percent"))
    stop_on_errors(wrong)
    events = read_events(texts, plant)
    made = replan(plant, base, events, seconds=seconds, seed=seed, most_moved=most_moved, progress=progress)
    return rescheduled(plant, base, events, made)


def reschedule_store(
    store: Store, texts: Sequence[str], *, by: str = "", dry_run: bool = False, seconds: float = 0.0, seed: int = 0,
    most_moved: float | None = None, progress: Progress = quiet,
) -> Rescheduled:  # fmt: skip
    """Make a new plan from the plan in force after some events, write the events down and keep the plan.

    Parameters
    ----------
    store : the plant
    texts : the events as people type them
    by : who does it, for the journal
    dry_run : whether nothing is kept
    seconds, seed, most_moved, progress : see `reschedule`

    Returns
    -------
    What moved; `entry` is the journal entry that wrote the events down, which can be taken back.

    Raises
    ------
    ProblemError
        As `reschedule` does; nothing is written then.
    """
    begun = time.perf_counter()
    progress("load", 0.0)
    base = plan_in_force(store)
    plant = read_plant(store)
    read = time.perf_counter() - begun
    found = reschedule(plant, base, texts, seconds=seconds, seed=seed, most_moved=most_moved, progress=progress)
    if not dry_run:
        found = _kept(store, plant, found, texts, by, read)
    figures = {**found.figures, "seconds_read": round(read, 3), "seconds_all": round(time.perf_counter() - begun, 3)}
    return replace(found, figures=MappingProxyType(figures))


def plan_in_force(store: Store) -> Plan:
    """Load what a reschedule needs of the plan in force, as far as that plan has it."""
    there = store.load_plan(None, ())[0]["tables"]
    return load_plan(store, tables=tuple(name for name in TABLES if name in there))


def _kept(store: Store, plant: Plant, found: Rescheduled, texts: Sequence[str], by: str, read: float) -> Rescheduled:
    """Write the events down, then the plan; its inputs are the plant with the events."""
    answer = run_action(store, "record_events", {"events": list(texts)}, by)
    entry = int(answer["entry"])
    written = {table: store.read(table) for event in found.events for table in event.rows}
    plant = with_horizon(replace(plant, raw=MappingProxyType({**plant.raw, **written})), _horizon(found.plan))
    options = MappingProxyType({**found.plan.options, "entry": entry, "after": list(texts)})
    seconds = MappingProxyType({"load": round(read, 4), **found.plan.seconds})
    plan = replace(found.plan, options=options, seconds=seconds, inputs=plant.hash())
    plan = keep_plan(store, plan, plant.settings, by=by)
    return replace(found, plan=plan, entry=entry, view=MemoryView(plant, plan))


def _horizon(plan: Plan) -> int | None:
    days: int | None = plan.options.get("horizon_days")
    return days
