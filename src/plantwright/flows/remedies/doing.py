"""Remedies at the doors: a report, a job, and the actions that accept one or keep it as a scenario."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import polars as pl

from plantwright.areas.planning.lookup import demand_row
from plantwright.core import wording
from plantwright.core.action import action
from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES, plant_entities, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.jobs import Tell, job
from plantwright.core.pages import Page, View, listed, missing, named
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.report import report
from plantwright.core.settings import Settings
from plantwright.core.store import Store, Transaction
from plantwright.flows.remedies.case import Edit
from plantwright.flows.remedies.trying import MOST, Outcome, Tried, edited, try_all
from plantwright.flows.scenario import apply_scenario
from plantwright.flows.views import StoreView
from plantwright.plant import Plan, Plant, make_plant

EDITS_WRONG = problem_kind(
    "remedy-edits", "The edits of a remedy must be a list of changes as JSON; it is {value}.",
    "Take them from the report remedies.",
)  # fmt: skip
TABLE_FOREIGN = problem_kind(
    "remedy-table", "A remedy changes no table {value}.", "Change it where the table is edited."
)
TABLES = frozenset({
    "calendar_exception", "item_site", "production_component", "production_operation", "production_order",
    "purchase_order_line", "sales_order_line",
})  # fmt: skip
"""What a remedy may change."""
SERIES = {"production_order": ("production_order", "MO-"), "purchase_order_line": ("purchase_order", "PO-")}


# --- looking --------------------------------------------------------------------------------------------------------


@report
def remedies(plan: View, order: str, expedite_percent: int = 10, most: int = MOST) -> Page:
    """Try what would bring a late order forward: overtime, another machine, split lots, sooner parts, swaps.

    Parameters
    ----------
    plan : plant and plan
    order : sales order line, or forecast, that is late
    expedite_percent : what suppliers ask for coming sooner, in per cent of the value
    most : how many are tried; each is planned, which takes as long as a plan
    """
    asked = demand_row(plan, order)
    if asked is None:
        stop_on_errors([missing("order", order, plan.result("demand_plan")["demand"], " in the plan")])
    outcome = _tried(plan, order, expedite_percent, most)
    return page_of(plan, order, outcome, expedite_percent)


def _tried(plan: View, order: str, percent: int, most: int, tell: Tell = lambda _words, _share: None) -> Outcome:
    plant = plant_of(plan)
    return try_all(plant, order, _in_force(plan, plant.settings), percent / 100, most, tell)


def plant_of(view: View) -> Plant:
    """Give the plant that a view looks at, with the edits of its scenario."""
    tables = {name: view.table(name) for name in plant_entities()}
    plant = make_plant(tables, view.as_of)
    scenario = str(view.plan.get("scenario") or "")
    found = apply_scenario(plant, scenario)[0] if scenario else plant
    return replace(found, as_of=view.as_of)


def _in_force(view: View, settings: Settings) -> Plan | None:
    """Give the plan that is looked at as the one whose frozen part is kept."""
    if not settings.minutes("frozen_zone") or not view.result("scheduled_operation").height:
        return None
    raw = {name: view.result(name) for name in ("planned_order", "scheduled_operation")}
    empty: Mapping[str, Any] = MappingProxyType({})
    return Plan(MappingProxyType(raw), view.as_of, settings.zone, empty, "", "")


def page_of(view: View, order: str, outcome: Outcome, percent: int) -> Page:
    """Say what was found."""
    lines = [line_of_remedy(one) for one in outcome.tried]
    money = view.settings["currency"]
    columns = (
        named(Kind.TEXT, "remedy", "What is done"),
        named(Kind.QUANTITY, "days", "Days that the order is complete sooner", unit="d"),
        named(Kind.MONEY, "cost", f"What it costs, in {money}; empty where no cost is known"),
        named(Kind.MOMENT, "projected", "When the order is complete then"),
        named(Kind.QUANTITY, "late_days", "Days that it is still late", unit="d"),
        named(Kind.QUANTITY, "others", "Days that other sales orders are later in all; sooner below zero", unit="d"),
        named(Kind.TEXT, "basis", "What the cost is reckoned from"),
        named(Kind.TEXT, "kind", "Kind of remedy"),
        named(Kind.TEXT, "edits", "Changes of the plant"),
    )
    sheets = (listed(view, "Remedies", columns, lines),) if lines else ()
    notes = (f"Coming sooner is priced at {percent} % of the value.",)
    return Page(sentence_of(order, outcome, money), sheets, {"tried": counted(outcome)}, notes)


def counted(outcome: Outcome) -> int:
    """Count what was tried."""
    return len(outcome.tried) + len(outcome.idle) + len(outcome.refused)


def sentence_of(order: str, outcome: Outcome, money: str) -> str:
    """Say how much the best remedy wins."""
    number = counted(outcome)
    if not number:
        return f"Nothing was found that could bring {order} forward."
    if not outcome.tried:
        return f"{wording.count(number, 'remedy', 'remedies')} tried for {order}; none wins a day."
    best = outcome.tried[0]
    cost = "at no known cost" if best.cost is None else f"for {wording.decimal(best.cost, 0)} {money}"
    helps = wording.count(len(outcome.tried), "helps", "help")
    return (
        f"{wording.count(number, 'remedy', 'remedies')} tried for {order}, {helps}. "
        f"Best: {best.remedy.text}, {wording.days(best.days)} sooner {cost}."
    )


def line_of_remedy(one: Tried) -> dict[str, Any]:
    """Give a tried remedy as a row of the report, its days scaled."""
    return {
        "remedy": one.remedy.text, "days": round(one.days * SCALE), "cost": one.cost, "projected": one.projected,
        "late_days": round(one.late_days * SCALE), "others": round(one.others * SCALE), "basis": one.remedy.basis,
        "kind": one.remedy.kind, "edits": json.dumps(one.remedy.edits, ensure_ascii=False),
    }  # fmt: skip


@job("remedies", label="Try remedies")
def try_remedies(
    store: Store, by: str, tell: Tell, order: str, scenario: str = "", expedite_percent: int = 10, most: int = MOST
) -> dict[str, Any]:
    """Try what would bring a late order forward; the plant stays as it is.

    Parameters
    ----------
    store, by, tell : given by the worker
    order : sales order line, or forecast, that is late
    scenario : scenario whose latest plan is meant
    expedite_percent : what suppliers ask for coming sooner, in per cent of the value
    most : how many are tried
    """
    del by
    view = StoreView(store, None, scenario)
    outcome = _tried(view, order, expedite_percent, most, tell)
    return {
        "order": order, "plan": view.number, "tried": counted(outcome), "seconds": round(outcome.seconds, 1),
        "sentence": sentence_of(order, outcome, view.settings["currency"]),
        "remedies": [line_of_remedy(one) for one in outcome.tried],
        "idle": [one.remedy.text for one in outcome.idle],
    }  # fmt: skip


# --- doing ----------------------------------------------------------------------------------------------------------


@action("planning.orders", label="Accept a remedy")
def accept_remedy(tx: Transaction, edits: str, note: str = "") -> dict[str, Any]:
    """Make the changes of a remedy in the plant, all of them or none; new orders get their numbers.

    Parameters
    ----------
    tx : the open transaction
    edits : the changes, as the report remedies gives them
    note : what the remedy was, for the journal
    """
    del note
    given = _with_numbers(tx, read_edits(edits))
    names = sorted({edit["table"] for edit in given})
    before = {name: tx.read(name) for name in plant_entities()}
    after = edited(make_plant(before, 0), given)
    for name in names:
        _write(tx, name, before[name], after.raw[name])
    return {"entry": tx.number, "tables": names}


def read_edits(text: str) -> list[dict[str, str]]:
    """Read the edits of a remedy; raises remedy-edits, remedy-table."""
    try:
        given = json.loads(text)
        edits = [{name: str(edit[name]) for name in ("table", "change", "rows", "column", "value")} for edit in given]
    except (ValueError, TypeError, KeyError):
        raise ProblemError([EDITS_WRONG.at(column="edits", value=text[:60])]) from None
    foreign = sorted({edit["table"] for edit in edits} - TABLES)
    stop_on_errors(TABLE_FOREIGN.at(column="edits", value=name) for name in foreign)
    return edits


def _with_numbers(tx: Transaction, edits: Sequence[Edit]) -> list[dict[str, str]]:
    """Give new orders their numbers wherever they are named."""
    numbers: dict[str, str] = {}
    for edit in edits:
        name = next(
            (part.removeprefix("order = ") for part in edit["rows"].split(" and ") if "order = NEW-" in part), ""
        )
        if name and name not in numbers and edit["change"] == "insert" and edit["table"] in SERIES:
            numbers[name] = tx.next_number(*SERIES[edit["table"]], 6)
    return [{**edit, "rows": _numbered(edit["rows"], numbers)} for edit in edits]


def _numbered(rows: str, numbers: Mapping[str, str]) -> str:
    parts = rows.split(" and ")
    known = {f"order = {name}": f"order = {number}" for name, number in numbers.items()}
    return " and ".join(known.get(part, part) for part in parts)


def _write(tx: Transaction, name: str, before: pl.DataFrame, after: pl.DataFrame) -> None:
    key = list(ENTITIES[name].key)
    new = after.join(before, on=key, how="anti", nulls_equal=True)
    old = after.join(before, on=key, how="semi", nulls_equal=True)
    changed = old.join(before, on=before.columns, how="anti", nulls_equal=True)
    if new.height:
        tx.insert(name, new)
    if changed.height:
        tx.update(name, changed.select(before.columns))


@action("planning.scenarios", label="Keep a remedy as a scenario")
def keep_remedy(tx: Transaction, code: str, edits: str, name: str = "") -> dict[str, Any]:
    """Keep the changes of a remedy as a scenario, to be planned and compared.

    Parameters
    ----------
    tx : the open transaction
    code : short name of the new scenario
    edits : the changes, as the report remedies gives them
    name : what the scenario asks
    """
    given = read_edits(edits)
    tx.insert("scenario", raw_frame(ENTITIES["scenario"], [{"code": code, "name": name}]))
    rows = [{"scenario": code, "sequence": place, **edit} for place, edit in enumerate(given, 1)]
    tx.insert("scenario_edit", raw_frame(ENTITIES["scenario_edit"], rows))
    return {"entry": tx.number, "scenario": code}
