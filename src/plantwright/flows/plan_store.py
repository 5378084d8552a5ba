"""Plan a plant that lives in a store: read once, plan, write once, and let messages and old plans follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.settings import Settings
from plantwright.core.store import Store
from plantwright.flows.exchange import moment_of, quiet, read_plant, seen_at, zone_of
from plantwright.flows.messages import merge_messages
from plantwright.flows.plan import make_plan
from plantwright.flows.scenario import apply_scenario
from plantwright.plant import Plan, Plant, read_settings

PLANT_CHANGED = problem_kind(
    "plan-of-earlier-plant",
    "The plant has changed since plan {value} was made.",
    "Plan again; what is found below may be because of the changes.",
    "warning",
)
Progress = Callable[[str, float], object]


@dataclass(frozen=True)
class Wishes:
    """How a plan is wanted: see `plantwright.plan` for the meaning of each.

    `beside` keeps it beside the plan in force, until `put_in_force` makes it that.
    """

    as_of: str = ""
    scenario: str = ""
    schedule: bool = True
    horizon_days: int | None = None
    seconds: float | None = None
    seed: int = 0
    beside: bool = False


BESIDE = "not in force"
"""Stands in the place of the scenario of a plan that is kept beside the one in force."""


def beside(scenario: str) -> str:
    """Name what a plan beside the one in force is kept under.

    Examples
    --------
    >>> beside(""), behind(beside("")), behind(beside("night-shift")), behind("night-shift")
    ('not in force', '', 'night-shift', 'night-shift')
    """
    return f"{BESIDE}: {scenario}" if scenario else BESIDE


def behind(name: str) -> str:
    """Give the scenario of a plan, wherever it is kept."""
    return name.removeprefix(BESIDE).removeprefix(": ") if name.startswith(BESIDE) else name


def plan_store(store: Store, wishes: Wishes | None = None, *, by: str = "", progress: Progress = quiet) -> Plan:
    """Plan the plant of a store, and keep the plan.

    Parameters
    ----------
    store : the plant
    wishes : how the plan is wanted
    by : who plans, for the journal
    progress : called with the stage and the share done

    Returns
    -------
    The plan, with its number and the seconds of loading and saving.

    Raises
    ------
    ProblemError
        With everything that makes the plant impossible to plan; nothing is kept then.
    """
    wishes = wishes or Wishes()
    begun = time.perf_counter()
    progress("load", 0.0)
    entry = _last_entry(store)  # before the rows are read: what comes between counts as a change since
    base = read_plant(store)
    if wishes.as_of:
        base = seen_at(base, moment_of(wishes.as_of, base.settings.zone))
    plant, odd = apply_scenario(base, wishes.scenario) if wishes.scenario else (base, [])
    previous = _in_force(store, plant.settings, wishes.scenario) if wishes.schedule else None
    loaded = time.perf_counter()
    made = make_plan(
        seen_at(plant, base.as_of), schedule=wishes.schedule, seed=wishes.seed, seconds=wishes.seconds,
        horizon_days=wishes.horizon_days, previous=previous, progress=progress,
    )  # fmt: skip
    kept = {"entry": entry} | ({"previous": previous.number} if previous else {})
    options = MappingProxyType({**made.options, **kept})
    scenario = beside(wishes.scenario) if wishes.beside else wishes.scenario
    plan = replace(made, problems=(*odd, *made.problems), scenario=scenario, options=options)
    return keep_plan(store, _timed(plan, load=loaded - begun), base.settings, by=by)


def _last_entry(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT max(number) FROM journal").scalar() or 0)


_FROZEN = ("planned_order", "scheduled_operation")
"""What is read of the plan in force."""


def _in_force(store: Store, settings: Settings, scenario: str) -> Plan | None:
    """Give the plan in force, where its frozen part is kept: the latest of the scenario, else of the plant as it is."""
    if not settings.minutes("frozen_zone"):
        return None
    return _found(store, None, scenario) or (_found(store, None, "") if scenario else None)


def _found(store: Store, number: int | None, scenario: str) -> Plan | None:
    """Give the schedule of a kept plan; None where there is no such plan or it has none."""
    try:
        return load_plan(store, number, scenario, tables=_FROZEN)
    except ProblemError:
        return None


def _timed(plan: Plan, **seconds: float) -> Plan:
    more = {stage: round(value, 4) for stage, value in seconds.items()}
    return replace(plan, seconds=MappingProxyType({**plan.seconds, **more}))


def keep_plan(store: Store, plan: Plan, settings: Settings, *, by: str = "") -> Plan:
    """Keep a plan in a store, set its messages against the earlier ones, and prune old plans.

    Parameters
    ----------
    store : where it is kept
    plan : the plan
    settings : tolerance of messages, and how many plans are kept
    by : who made it

    Returns
    -------
    The plan with its number, and the seconds that keeping it took.
    """
    begun = time.perf_counter()
    number = store.save_plan(meta_of(plan, by), plan.raw)
    with store.begin(by, "plan", {"plan": number, "scenario": plan.scenario, **plan.options}) as tx:
        if not plan.scenario:  # what if is not what is
            merge_messages(tx, plan.raw["message_draft"], number, settings.minutes("message_tolerance"))
        kept = _timed(replace(plan, number=number), save=time.perf_counter() - begun)
        # The time of saving is known only now; the plan's own row is all that changes after it was written.
        statement = tx.driver.marked("UPDATE plan SET seconds = ? WHERE number = ?")
        tx.connection.exec_driver_sql(statement, (_as_json(kept.seconds), number))
        tx.answer({"plan": number})
    store.prune_plans(int(settings["keep_plans"]))
    return kept


def put_in_force(store: Store, number: int, *, by: str = "") -> Plan:
    """Keep a plan once more as the latest: one that was made beside the plan in force, or an earlier one.

    Parameters
    ----------
    store : the plant
    number : the plan; it stays as it is
    by : who wants it

    Returns
    -------
    The plan with its new number; its option `copy_of` has the old one.

    Raises
    ------
    ProblemError : store-plan-missing
    """
    plan = load_plan(store, number)
    options = MappingProxyType({**plan.options, "copy_of": number})
    settings = read_settings(store.read("setting"))
    return keep_plan(store, replace(plan, scenario=behind(plan.scenario), options=options), settings, by=by)


def _as_json(values: Mapping[str, float]) -> str:
    from plantwright.core.store.plain import to_json  # noqa: PLC0415

    return to_json(dict(values))


def meta_of(plan: Plan, by: str = "") -> dict[str, Any]:
    """Give what is kept of a plan besides its tables."""
    return {
        "scenario": plan.scenario, "as_of": plan.as_of, "options": dict(plan.options), "inputs": plan.inputs,
        "engine": plan.engine, "seed": int(plan.options.get("seed") or 0), "status": plan.status,
        "verified": plan.verified, "seconds": dict(plan.seconds), "totals": dict(plan.totals),
        "problems": list(plan.problems), "by": by,
    }  # fmt: skip


def load_plan(
    store: Store, number: int | None = None, scenario: str = "", tables: tuple[str, ...] | None = None
) -> Plan:
    """Give a plan of a store; without a number the latest one of the scenario."""
    meta, found = store.load_plan(number, tables, scenario)
    zone = zone_of(store)
    problems = tuple(Problem(**problem) for problem in meta["problems"])
    names = ("as_of", "inputs", "engine", "scenario", "number", "status", "verified")
    return Plan(
        MappingProxyType(found), zone=zone, options=meta["options"], problems=problems, seconds=meta["seconds"],
        totals=meta["totals"], **{name: meta[name] for name in names},
    )  # fmt: skip


def judge_plan(store: Store, number: int | None = None, scenario: str = "") -> tuple[Plan, list[Problem]]:
    """Judge a kept plan again, against the plant as it is now.

    Returns
    -------
    The plan, and everything that breaks a rule; a warning first where the plant has changed since.
    """
    from plantwright.flows.foreseen import as_foreseen  # noqa: PLC0415
    from plantwright.flows.plan.make import with_horizon  # noqa: PLC0415
    from plantwright.flows.plan.verify import verify  # noqa: PLC0415

    plan = load_plan(store, number, scenario)
    plant: Plant = seen_at(read_plant(store), plan.as_of)
    if behind(plan.scenario):
        plant = seen_at(apply_scenario(plant, behind(plan.scenario))[0], plan.as_of)
    plant = with_horizon(plant, plan.options.get("horizon_days"))
    changed = [] if plant.hash() == plan.inputs else [PLANT_CHANGED.at(value=plan.number)]
    scheduled = bool(plan.options.get("schedule", True))
    # A plan that was in force then may have been pruned since.
    number = plan.options.get("previous")
    previous = _found(store, int(number), "") if number else None
    seen = as_foreseen(plant, plan.raw)
    faults = verify(seen, plan.raw, plan.as_of, scheduled, plan.totals, previous.raw if previous else None)
    return plan, [*changed, *faults]
