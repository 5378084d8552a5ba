"""What each stage of a plan came to, from the forecast to the schedule: the line by which people follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Sheet, View, listed, named
from plantwright.core.reader import say


def stage_sheet(plan: View) -> Sheet:
    """List the stages of a plan with what they came to; a stage that was left out says why."""
    columns = (named(Kind.TEXT, "stage", "Stage of planning"), named(Kind.TEXT, "result", "What it came to"))
    words = {
        say("Forecast"): _forecast(plan), say("Stock targets"): _targets(plan), say("Aggregate plan"): _aggregate(plan),
        say("Material"): _material(plan.plan.get("totals", {})), say("Schedule"): _schedule(plan),
    }  # fmt: skip
    return listed(plan, say("Stages"), columns, ({"stage": one, "result": told} for one, told in words.items()))


def _forecast(plan: View) -> str:
    series = plan.result("forecast_series")
    if not series.height:
        return say("nothing is computed; what was typed holds")
    return say(
        "{series} computed, {used} of them planned", series=wording.count(series.height, "series", "series"),
        used=wording.number(series.filter(pl.col("used")).height),
    )  # fmt: skip


def _targets(plan: View) -> str:
    targets = plan.result("stock_target")
    if not targets.height:
        return say("no item has a service level; typed levels hold")
    return say(
        "{items}, mean stock {value}", items=wording.count(targets.height, "item"), value=_money(plan, targets["value"])
    )


def _aggregate(plan: View) -> str:
    periods, costs = plan.result("aggregate_period"), plan.result("aggregate_cost")
    if not periods.height:
        return say("none; the setting aggregate_months asks for it")
    from plantwright.flows.aggregate.weekly import followed  # noqa: PLC0415 - a report, which nothing here needs

    told = say(
        "{families} over {months}, {cost} ({strategy})",
        families=wording.count(periods["family"].n_unique(), "family", "families"),
        months=wording.count(periods["month"].n_unique(), "month"), cost=_money(plan, costs["amount"]),
        strategy=costs["strategy"][0] if costs.height else plan.settings["aggregate_strategy"],
    )  # fmt: skip
    return f"{told}. {followed(plan)}"


def _material(totals: Mapping[str, Any]) -> str:
    new, kept = (int(totals.get(name) or 0) for name in ("planned_orders", "existing_orders"))
    return say("{new}, {kept} kept", new=wording.count(new, "new order"), kept=wording.number(kept))


def _schedule(plan: View) -> str:
    operations = int(plan.plan.get("totals", {}).get("operations") or 0)
    if not operations:
        return say("none; orders are dated by planned lead times")
    late = plan.result("demand_plan").filter(pl.col("status") == "late").height
    return say(
        "{operations} placed, {late} late", operations=wording.count(operations, "operation"),
        late=wording.count(late, "demand"),
    )  # fmt: skip


def _money(plan: View, amounts: pl.Series) -> str:
    return f"{wording.number(float(amounts.sum()) / SCALE)} {plan.settings['currency']}"


__all__ = ["stage_sheet"]
