"""What a reschedule moved, why, and what it costs: as rows, as words, and for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet, named, with_units
from plantwright.core.reader import say
from plantwright.core.store.plain import plain
from plantwright.flows.lateness import lateness
from plantwright.flows.plan.steps import NO
from plantwright.flows.reschedule.events import Event
from plantwright.flows.reschedule.make import Replanned
from plantwright.flows.views import MemoryView
from plantwright.methods.scheduling.settling import CAUSES, EARLIER, EVENT, NEW, ROOM, STAYS, WAITS
from plantwright.methods.working_time import NEVER
from plantwright.plant import Plan, Plant

DAY = 1440
BEHIND = {WAITS: "waits for {behind}, which has moved", ROOM: "makes room for {behind}"}
WORDS = {
    EVENT: "can no longer run when it did", NEW: "is new", EARLIER: "moves so that other orders are less late",
    WAITS: "waits for what comes before it", ROOM: "makes room for others", STAYS: "its unit is held by fixed work",
}  # fmt: skip
MOVED_KEY = ("order", "sequence")


@dataclass(frozen=True)
class Rescheduled:
    """A new plan after some events, beside the plan in force.

    Parameters
    ----------
    plan : the new plan; its number is 0 until it is kept
    view, before : plant and plan after the events, and before them
    events : what happened
    moved : a row for each operation that has another start or place; `minutes` is null for a new one
    late : a row for each demand whose projected date is another; `days` are later above zero
    figures : the same in figures
    entry : journal entry that wrote the events down, 0 where they are not
    """

    plan: Plan
    view: MemoryView
    before: MemoryView
    events: tuple[Event, ...]
    moved: pl.DataFrame
    late: pl.DataFrame
    figures: Mapping[str, Any]
    entry: int = 0

    def page(self) -> Page:
        """Give the answer as a report does."""
        sheets = (_moved_sheet(self), _late_sheet(self))
        notes = (*(event.said for event in self.events), *(text for text in (limit_of(self.figures),) if text))
        return Page(sentence_of(self), tuple(one for one in sheets if one.rows.height), dict(self.figures), notes,
                    say("Reschedule"))  # fmt: skip

    def told(self) -> dict[str, Any]:
        """Give the answer in the terms of JSON."""
        return {
            "plan": self.plan.number, "entry": self.entry, "verified": self.plan.verified,
            "sentence": sentence_of(self), "limit": limit_of(self.figures), "figures": dict(self.figures),
            "events": [{"kind": one.kind, "text": one.text, "said": one.said} for one in self.events],
            "moved": plain(self.moved.to_dicts()), "late": plain(self.late.to_dicts()),
        }  # fmt: skip


def rescheduled(plant: Plant, base: Plan, events: list[Event], made: Replanned) -> Rescheduled:
    """Set a new plan beside the plan in force."""
    moved, late = moved_rows(made), late_rows(base, made.plan)
    before = MemoryView(plant, base)
    view = MemoryView(replace(made.n.plant), made.plan)
    figures = _figures(base, made, moved, late)
    return Rescheduled(made.plan, view, before, tuple(events), moved, late, figures)


def moved_rows(made: Replanned) -> pl.DataFrame:
    """List the operations that have another start or place, by their new start, with the reason of each."""
    steps, before, after = made.scheduled.steps, made.before, made.scheduled.late
    mended, routed = made.mended, steps.row >= 0
    new = (before.finish >= before.start.max(initial=0) + 1) & (mended.cause == NEW)
    rows = np.flatnonzero((mended.moved | new) & routed)
    rows = rows[np.argsort(after.start[rows], kind="stable")]
    names = made.material.orders["order"]
    sequence = made.n.routings.operations["sequence"].to_numpy()
    items = made.n.nodes.frame["item"].gather(made.material.orders["node"])
    order = steps.order[rows]
    cause, behind = mended.cause[rows], mended.behind[rows]
    whose = [names[int(steps.order[one])] if one >= 0 else "" for one in behind.tolist()]
    fresh = pl.Series(mended.cause[rows] == NEW)
    frame = pl.DataFrame({
        "order": names.gather(order), "sequence": pl.Series(sequence[steps.row[rows]], dtype=pl.Int64),
        "item": items.gather(order), **_place(made, rows, after, ""), **_place(made, rows, before, "_before"),
        "kind": [CAUSES[one] for one in cause.tolist()], "behind": whose,
        "text": [_reason(one, name) for one, name in zip(cause.tolist(), whose, strict=True)],
    })  # fmt: skip
    old = [name for name in frame.columns if name.endswith("_before")]
    frame = frame.with_columns(pl.when(~fresh).then(pl.col(name)).alias(name) for name in old)
    return frame.with_columns(minutes=pl.col("start") - pl.col("start_before")).select(
        "order", "sequence", "item", "work_center", "unit", "start", "finish", "work_center_before", "unit_before",
        "start_before", "finish_before", "minutes", "kind", "behind", "text",
    )  # fmt: skip


def _place(made: Replanned, rows: np.ndarray, schedule: Any, ending: str) -> dict[str, pl.Series]:
    shop = made.scheduled.shop
    unit = schedule.unit[rows]
    center = np.where(unit >= 0, shop.unit_center[np.maximum(unit, 0)], NO)
    codes = pl.concat([made.n.centers["code"], pl.Series([""])])
    place = np.where(unit >= 0, unit - shop.unit_pointer[np.maximum(center, 0)] + 1, 0)
    return {
        f"work_center{ending}": codes.gather(np.where(center >= 0, center, len(codes) - 1)),
        f"unit{ending}": pl.Series(place).replace(0, None),
        f"start{ending}": pl.Series(schedule.start[rows]), f"finish{ending}": pl.Series(schedule.finish[rows]),
    }  # fmt: skip


def _reason(cause: int, behind: str) -> str:
    return say(BEHIND[cause], behind=behind) if behind and cause in BEHIND else say(WORDS[cause])


def late_rows(base: Plan, plan: Plan) -> pl.DataFrame:
    """List the demands that are complete at another moment than in the plan in force, the most delayed first."""
    names = ("demand", "item", "customer", "due", "projected", "status", "value", "late_days")
    after = plan.raw["demand_plan"].select(names)
    before = base.raw["demand_plan"].select("demand", projected_before="projected", status_before="status")
    rows = after.join(before, on="demand", how="left", maintain_order="left")
    other = pl.col("projected").ne_missing(pl.col("projected_before"))
    days = (pl.col("projected") - pl.col("projected_before")) * SCALE // DAY
    rows = rows.filter(other).with_columns(days=days).sort("days", "demand", descending=[True, False], nulls_last=True)
    return rows.select(
        "demand", "item", "customer", "due", "projected_before", "projected", "days", "status_before", "status", "value"
    )


def _figures(base: Plan, made: Replanned, moved: pl.DataFrame, late: pl.DataFrame) -> dict[str, Any]:
    there = base.raw["scheduled_operation"].height
    own = moved.filter(pl.col("start_before").is_not_null()).height
    before, after = (lateness(one.raw["demand_plan"]) for one in (base, made.plan))
    figures: dict[str, Any] = {
        "operations": there, "moved": own, "new": moved.height - own,
        "share_moved": round(own / there, 4) if there else 0.0, "demands_moved": late.height,
    }  # fmt: skip
    for name in before:
        figures[f"{name}_before"], figures[f"{name}_after"] = before[name], after[name]
    seconds = made.plan.seconds
    figures["seconds_repair"] = round(seconds["repair"], 3)
    figures["tried"], figures["way"] = made.mended.tried, made.mended.way
    return figures | _limit_figures(made, there)


def _limit_figures(made: Replanned, there: int) -> dict[str, Any]:
    """Tell whether the limit was kept, and what moving more would gain; days are those of customers' orders."""
    figures: dict[str, Any] = {"may_move": made.most, "limit_kept": made.mended.kept}
    wider = made.mended.wider
    if wider is None or not there:
        return figures
    demands = made.material.demands
    counts = np.flatnonzero((demands["kind"] == "sales order").to_numpy())
    due = demands["due"].to_numpy()[counts]
    after, other = (np.maximum(one.sink_finish[counts] - due, 0) for one in (made.scheduled.late, wider.schedule))
    both = np.maximum(after, other) < NEVER // 2
    saved = float((after - other)[both].sum()) / DAY
    if saved < 0.05:
        return figures
    share = int((wider.moved & (made.scheduled.steps.row >= 0)).sum()) / there
    return figures | {"wider_share": math.ceil(10_000 * share) / 10_000, "wider_saves_days": round(saved, 1)}


def sentence_of(one: Rescheduled) -> str:
    """Say in a sentence what moved and what it costs."""
    figures = one.figures
    moved = say(
        "{moved} of {operations} moved ({share})",
        moved=wording.number(figures["moved"]), operations=wording.count(figures["operations"], "operation"),
        share=wording.percent(round(figures["share_moved"] * SCALE), 1),
    )  # fmt: skip
    late = say(
        "{after} late orders instead of {before}, {days_after} late instead of {days_before}",
        after=wording.number(figures["late_after"]), before=wording.number(figures["late_before"]),
        days_after=wording.days(figures["late_days_after"]), days_before=wording.days(figures["late_days_before"]),
    )  # fmt: skip
    return f"{moved}; {late}."


def limit_of(figures: Mapping[str, Any]) -> str:
    """Say that no way moves so few, or what moving more would gain; empty where there is nothing to say."""
    if not figures["limit_kept"]:
        return say("Every way moves more than {most}; this one moves least.",
                   most=wording.count(figures["may_move"], "operation"))  # fmt: skip
    if "wider_share" not in figures:
        return ""
    need = math.ceil(round(100 * figures["wider_share"], 2))
    return say(
        "Moving {wider} instead of {share} would save {days} late: --most-moved {need}",
        wider=wording.percent(round(figures["wider_share"] * SCALE), 1),
        share=wording.percent(round(figures["share_moved"] * SCALE), 1),
        days=wording.days(figures["wider_saves_days"]), need=need,
    )  # fmt: skip


def _moved_sheet(one: Rescheduled) -> Sheet:
    known = ENTITIES["scheduled_operation"].columns

    def as_known(name: str, source: str, help: str) -> Column:
        return replace(known[source], name=name, help=help, default=None)

    columns = {
        "order": known["order"], "sequence": known["sequence"], "work_center": known["work_center"],
        "start": known["start"], "start_before": as_known("start_before", "start", "Start in the plan in force"),
        "text": named(Kind.TEXT, "text", "Why"),
        "hours": named(Kind.QUANTITY, "hours", "Hours later; earlier below zero", unit="h"),
        "item": known["item"], "unit": known["unit"],
        "work_center_before": as_known("work_center_before", "work_center", "Work center in the plan in force"),
        "unit_before": as_known("unit_before", "unit", "Unit in the plan in force"),
        "finish": known["finish"], "finish_before": as_known("finish_before", "finish", "Finish in the plan in force"),
        "kind": named(Kind.TEXT, "kind", "Kind of reason"), "behind": named(Kind.TEXT, "behind", "Order behind it"),
    }  # fmt: skip
    rows = one.moved.with_columns(hours=pl.col("minutes") * SCALE // 60)
    clock = frozenset({"start", "start_before", "finish", "finish_before"})
    return Sheet(say("What moved"), rows, columns, clock)


def _late_sheet(one: Rescheduled) -> Sheet:
    known = one.view.columns("demand_plan")
    columns = {
        "demand": known["demand"], "item": known["item"], "due": known["due"],
        "projected_before": replace(known["projected"], name="projected_before", help="When in the plan in force"),
        "projected": known["projected"],
        "days": named(Kind.QUANTITY, "days", "Days later; earlier below zero", unit="d"),
        "status_before": replace(known["status"], name="status_before", help="How it stood"),
        "status": known["status"], "value": known["value"], "customer": known["customer"],
    }  # fmt: skip
    return Sheet(say("What it costs"), one.late, with_units(one.view, columns))
