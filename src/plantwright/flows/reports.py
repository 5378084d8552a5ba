"""Reports that cross areas: the summary of a plan, the difference of two, and the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from plantwright.areas.demand.reports import lateness
from plantwright.core import wording
from plantwright.core.column import REQUIRED, Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.frames import write_series
from plantwright.core.pages import Page, Sheet, View, hours, listed, named
from plantwright.core.reader import later, say
from plantwright.core.report import report
from plantwright.core.settings import SETTINGS
from plantwright.flows.compare import Differences, compare_plans, plan_figures
from plantwright.flows.stages import stage_sheet

LABELS = {
    "service": "Sales orders on time",
    "orders": "Sales orders",
    "late_orders": "Late orders and forecasts",
    "late_days": "Late days",
    "late_days_bound": "Late days that no schedule avoids",
    "short_orders": "Short orders and forecasts",
    "planned_orders": "New orders",
    "operations": "Operations",
    "load_hours": "Load [h]",
    "cost_of_new_orders": "Cost of new orders [{currency}]",
    "stock_value": "Stock value [{currency}]",
    "wip_value_days": "Work in process [{currency} x days]",
    "stock_value_days": "Stock of made items [{currency} x days]",
}
STAGES = ("load", "check", "forecast", "mrp", "schedule", "verify", "save")


@report
def summary(plan: View) -> Page:
    """Sum up a plan: how many orders are late, what they wait for, and the figures by which plans are compared.

    Parameters
    ----------
    plan : plant and plan
    """
    demands = plan.result("demand_plan")
    figures = _figures(plan)
    found = (
        later("The judge found no fault.")
        if plan.plan["verified"]
        else later("The judge found faults: plantwright verify DB.")
    )
    judged = say(found)
    sentence = f"{lateness(demands, plan.result('bottleneck'))} {judged}"
    return Page(
        sentence, (_figure_sheet(plan), stage_sheet(plan)), figures, (*_stage_words(plan), *_next_steps(figures))
    )


def _figures(plan: View) -> dict[str, Any]:
    """Give the figures under the names by which programs know them."""
    totals = dict(plan.plan.get("totals", {}))
    seconds = {stage: plan.plan.get("seconds", {}).get(stage, 0.0) for stage in STAGES}
    extra = {name: value for name, value in plan_figures(plan).items() if name not in totals}
    return {
        **totals,
        **extra,
        "seconds": {**seconds, **plan.plan.get("seconds", {})},
        "verified": plan.plan["verified"],
        "scenario": plan.plan.get("scenario", ""),
        "status": plan.plan.get("status", ""),
        "messages": plan.result("message_draft").height,
    }


def _figure_sheet(plan: View) -> Sheet:
    lines = [{"figure": label(name, plan), "value": words(name, value)} for name, value in plan_figures(plan).items()]
    scenario = plan.plan.get("scenario", "")
    title = say("Plan {number}", number=plan.number) + (
        say(" of scenario {scenario}", scenario=scenario) if scenario else ""
    )
    year = wording.year_of(plan.as_of, plan.settings.zone)
    as_of = wording.moment(plan.as_of, plan.settings.zone, None if year else year, clock=True)
    columns = (named(Kind.TEXT, "figure", "What is counted"), named(Kind.TEXT, "value", "How much"))
    shown = [line for line in lines if line["value"]]
    return replace(listed(plan, f"{title}, as of {as_of}", columns, shown, right="value"), in_words=True)


def label(name: str, plan: View) -> str:
    """Name a figure as people know it."""
    return LABELS[name].format(currency=plan.settings["currency"])


def words(name: str, value: float | None) -> str:
    """Write a figure."""
    if value is None:
        return ""
    if name == "service":
        return wording.number(value * 100, 1) + wording.SPACE + "%"
    return wording.number(value, 1 if name in {"late_days", "late_days_bound", "load_hours"} else 0)


def _stage_words(plan: View) -> tuple[str, ...]:
    seconds = plan.plan.get("seconds", {})
    order = {stage: place for place, stage in enumerate(STAGES)}
    parts = [f"{stage} {seconds[stage]:.1f}" for stage in sorted(seconds, key=lambda one: order.get(one, 4.5))]
    return (say("Seconds: {parts}", parts=", ".join(parts)),) if parts else ()


def _next_steps(figures: dict[str, Any]) -> tuple[str, ...]:
    late = figures.get("late_orders") or figures.get("short_orders")
    reports = ("late-orders", "messages", "bottlenecks")
    return tuple(f"Next: plantwright show DB {report}" for report in (reports if late else reports[1:])[:1])


# --- two plans ------------------------------------------------------------------------------------------------------


@report
def compare(plan: View, other: View) -> Page:
    """Set two plans side by side: figures, dates that moved, orders that changed, and load.

    Parameters
    ----------
    plan : the first plan
    other : the plan that is set against it
    """
    found = compare_plans(plan, other)
    sheets = (
        _totals_sheet(plan, other, found),
        *_if_any(_demands_sheet(other, found)),
        *_if_any(_orders_sheet(other, found)),
        *_if_any(_loads_sheet(other, found)),
    )
    totals = {row["measure"]: {k: row[k] for k in ("before", "after", "change")} for row in found.totals.to_dicts()}
    return Page(_compare_words(plan, other, found), sheets, {"totals": totals, "plans": [plan.number, other.number]})


def _if_any(sheet: Sheet) -> tuple[Sheet, ...]:
    return (sheet,) if sheet.rows.height else ()


def name_of(plan: View) -> str:
    """Name a plan: its number and scenario."""
    scenario = plan.plan.get("scenario", "")
    return say("Plan {number}", number=plan.number) + (f" ({scenario})" if scenario else "")


def _compare_words(plan: View, other: View, found: Differences) -> str:
    one, two = plan_figures(plan), plan_figures(other)
    days = (two["late_days"] or 0) - (one["late_days"] or 0)
    more = (
        say("no change in late days")
        if not days
        else say("{days} more late", days=wording.days(days))
        if days > 0
        else say("{days} less late", days=wording.days(-days))
    )
    late = say(
        "{now} late orders instead of {before}",
        now=wording.number(two["late_orders"] or 0),
        before=wording.number(one["late_orders"] or 0),
    )
    moved = wording.count(found.demands.height, "date")
    return say(
        "{plan} against {other}: {late}, {more}; {moved} moved, {orders} changed.",
        plan=name_of(other),
        other=name_of(plan).lower(),
        late=late,
        more=more,
        moved=moved,
        orders=wording.count(found.orders.height, "order"),
    )


def _totals_sheet(plan: View, other: View, found: Differences) -> Sheet:
    lines = [
        {
            "figure": label(row["measure"], plan),
            "before": words(row["measure"], row["before"]),
            "after": words(row["measure"], row["after"]),
            "change": _signed(row["measure"], row["change"]),
        }
        for row in found.totals.iter_rows(named=True)
        if row["before"] is not None or row["after"] is not None
    ]
    columns = (
        named(Kind.TEXT, "figure", "What is counted"),
        named(Kind.TEXT, "before", name_of(plan)),
        named(Kind.TEXT, "after", name_of(other)),
        named(Kind.TEXT, "change", "Difference"),
    )
    return replace(listed(plan, "Figures", columns, lines, right="before after change"), in_words=True)


def _signed(name: str, value: float | None) -> str:
    if value is None or round(value, 4) == 0:
        return wording.NONE
    return ("+" if value > 0 else "") + words(name, value)


def _demands_sheet(view: View, found: Differences) -> Sheet:
    columns = _renamed(
        view, "demand_plan", demand="demand", item="item", due="due", before="projected", after="projected"
    )
    columns |= {
        "days": named(Kind.QUANTITY, "days", "Days later; earlier below zero", unit="d"),
        "status_before": named(Kind.TEXT, "status_before", "How it stood"),
        "status_after": named(Kind.TEXT, "status_after", "How it stands"),
        **_renamed(view, "demand_plan", cause="cause", customer="customer", quantity="quantity"),
    }
    return Sheet("Dates that moved", found.demands, columns)


def _orders_sheet(view: View, found: Differences) -> Sheet:
    columns = {"change": named(Kind.TEXT, "change", "What changed")}
    columns |= _renamed(
        view, "planned_order", order="order", item="item", quantity_before="quantity", quantity="quantity",
        start_before="start", start="start", finish_before="finish", finish="finish",
    )  # fmt: skip
    columns |= {"days": named(Kind.QUANTITY, "days", "Days later; earlier below zero", unit="d")}
    columns |= _renamed(view, "planned_order", source="source", site="site")
    return Sheet("Orders that changed", found.orders, columns)


def _loads_sheet(view: View, found: Differences) -> Sheet:
    columns = {
        **_renamed(view, "center_load", work_center="work_center"),
        "load_before": named(Kind.DURATION, "load_before", "Load in the first plan"),
        "load": named(Kind.DURATION, "load", "Load in the second plan"),
        "change": named(Kind.DURATION, "change", "More load; less below zero"),
        "utilisation_before": named(Kind.RATIO, "utilisation_before", "Load over capacity in the first plan"),
        "utilisation": named(Kind.RATIO, "utilisation", "Load over capacity in the second plan"),
    }
    return hours(Sheet("Load", found.loads.filter(pl.col("change") != 0), columns))


def _renamed(view: View, entity: str, **names: str) -> dict[str, Column]:
    """Give columns of an entity under the names they have in a comparison."""
    known = view.columns(entity)
    return {name: replace(known[source], name=name) for name, source in names.items()}


# --- settings -------------------------------------------------------------------------------------------------------


@report
def settings(plant: View) -> Page:
    """List the settings of the plant with their values and defaults.

    Parameters
    ----------
    plant : the plant
    """
    given = dict(plant.table("setting").select("name", "value").iter_rows())
    lines = [
        {"name": name, "value": given.get(name) or _default(one), "given": bool(given.get(name)), "help": one.help}
        for name, one in SETTINGS.items()
    ]
    columns = (
        named(Kind.TEXT, "name", "Name of the setting"),
        named(Kind.TEXT, "value", "Its value"),
        named(Kind.TEXT, "help", "What it means"),
        named(Kind.FLAG, "given", "Whether the plant has set it"),
    )
    own = sum(bool(line["given"]) for line in lines)
    sentence = say(
        "{settings}, {own} of them set by the plant.",
        settings=wording.count(len(lines), "setting"),
        own=wording.number(own),
    )
    return Page(sentence, (listed(plant, "Settings", columns, lines),))


def _default(column: Column) -> str:
    if column.default in ("", None, REQUIRED):
        return ""
    return str(write_series(pl.Series([column.raw_default], dtype=column.dtype), column, "UTC")[0])


__all__ = ["SCALE", "compare", "settings", "summary"]
