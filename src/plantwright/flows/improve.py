"""A better schedule beside the plan in force: the search as long work, what it tells, and what it gains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.jobs import Job, Tell, job
from plantwright.core.pages import Sheet, View, named, sheet
from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.store import Store
from plantwright.flows.jobs import STAGES
from plantwright.flows.lateness import lateness
from plantwright.flows.plan_store import Wishes, load_plan, plan_store
from plantwright.flows.trial import named_as

MOST_SECONDS = 3_600
HOUR = 60
"""Starts that differ by less than an hour are no news."""


@job(label="Improve the schedule")
def improve(
    store: Store, by: str, tell: Tell, seconds: Decimal = Decimal(30), scenario: str = "", seed: int = 0
) -> dict[str, Any]:
    """Search for a better schedule, and keep the plan with it beside the plan in force.

    Asked for what it has found by now, it ends the search with the best so far; stopped, it keeps nothing.

    Parameters
    ----------
    store, by, tell : given by the worker
    seconds : time that the search may take
    scenario : the scenario whose schedule is improved; empty for the plant as it is
    seed : number that decides random choices
    """
    if not 0 < seconds <= MOST_SECONDS:
        raise ProblemError([BAD_ARGUMENT.at(column="seconds", value=seconds, must=f"above 0, at most {MOST_SECONDS}")])
    from plantwright.methods.warm import compile_planner  # noqa: PLC0415 - loads Numba

    compile_planner(lambda words: tell(words, 0.0))
    days = load_plan(store, None, scenario, tables=()).options.get("horizon_days")
    wishes = Wishes(scenario=scenario, horizon_days=days, seconds=float(seconds), seed=seed, beside=True)
    made = plan_store(store, wishes, by=by, progress=lambda stage, share: tell(STAGES.get(stage, stage), share))
    return {"plan": made.number, "scenario": scenario, "verified": made.verified, "status": made.status,
            "problems": len(made.problems)}  # fmt: skip


# --- while it runs --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a search is: weighted late days of the best schedule, and the fewest that any schedule has."""

    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """The share of the objective that might still be saved."""
        return max(self.objective - self.bound, 0.0) / self.objective if self.objective > 0 else 0.0


def reached(job: Job) -> Reached | None:
    """Read how far a search is from the figures that its job tells; None while it does not search."""
    told = job.result if not job.over and isinstance(job.result, dict) else {}
    return Reached(told["objective"], told["bound"]) if {"objective", "bound"} <= told.keys() else None


# --- what it gains --------------------------------------------------------------------------------------------------


def gains(before: View, after: View) -> dict[str, float]:
    """Set the figures of two plans side by side: orders late, their days and value, and operations that move.

    Parameters
    ----------
    before, after : the plan in force, and the one beside it

    Returns
    -------
    Each of `lateness` before and after, such as late_before and late_after (customers' orders); moved and
    operations (of the plan in force)
    """
    found: dict[str, float] = {}
    for name, view in (("before", before), ("after", after)):
        found |= {f"{key}_{name}": value for key, value in lateness(view.result("demand_plan")).items()}
    found["moved"] = moved_operations(before, after).height
    found["operations"] = before.result("scheduled_operation").height
    return found


def moved_operations(before: View, after: View) -> pl.DataFrame:
    """Find the operations that start at another time or run elsewhere in another plan, those that move most first.

    New orders get their numbers plan by plan; they are matched by what they are, and those that have no match are
    left out.

    Returns
    -------
    order, sequence, item, work_center_before, work_center, start_before, start, days (later above 0, scaled)
    """
    old, tables = before.result("scheduled_operation"), ("planned_order", "scheduled_operation")
    new = named_as(before.result("planned_order"), {name: after.result(name) for name in tables})["scheduled_operation"]
    key = ["order", "sequence"]
    both = new.join(old.select(*key, work_center_before="work_center", start_before="start"), on=key)
    shift = pl.col("start") - pl.col("start_before")
    both = both.filter((shift.abs() >= HOUR) | (pl.col("work_center") != pl.col("work_center_before")))
    days = (shift.cast(pl.Float64) / 1440 * SCALE).round().cast(pl.Int64)
    names = ("item", "work_center_before", "work_center", "start_before", "start", "days")
    return both.with_columns(days=days).select(*key, *names).sort(-pl.col("days").abs(), *key)


def moves_sheet(view: View, rows: pl.DataFrame) -> Sheet:
    """Make a table of the operations that move."""
    columns = (
        "order", "sequence", "item", named(Kind.TEXT, "work_center_before", "Work center in the plan in force"),
        "work_center", named(Kind.MOMENT, "start_before", "Start in the plan in force"), "start",
        named(Kind.QUANTITY, "days", "Days by which it moves; later above 0", unit="d"),
    )  # fmt: skip
    return sheet(view, "Operations that move", "scheduled_operation", rows, *columns, clock="start_before start")


def curve(view: View) -> list[tuple[float, float, float]]:
    """Give the improvement that a plan keeps: seconds, objective and bound at each step."""
    rows = view.result("plan_improvement").sort("step").select("seconds", "objective", "bound")
    return [tuple(value / SCALE for value in row) for row in rows.iter_rows()]


def beside_state(plans: Sequence[Mapping[str, Any]], number: int, scenario: str) -> tuple[int, int]:
    """Tell with which plan to compare one that was made beside it, and as which number it is in force itself.

    Parameters
    ----------
    plans : data of all plans, the latest first
    number : a plan beside the one in force
    scenario : whose plan is in force

    Returns
    -------
    The number of the plan in force, or of the one before it where the latest is a copy of this one; and the number of
    that copy. 0 where there is none.
    """
    own = [one for one in plans if one["scenario"] == scenario]
    if own and own[0]["options"].get("copy_of") == number:
        return next((int(one["number"]) for one in own[1:]), 0), int(own[0]["number"])
    return next((int(one["number"]) for one in own), 0), 0


__all__ = ["Reached", "beside_state", "curve", "gains", "improve", "moved_operations", "moves_sheet", "reached"]
