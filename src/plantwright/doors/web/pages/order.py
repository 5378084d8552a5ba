"""One order of any kind: what it is, its operations and components, what it hangs on, and what may be done about it."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.areas.planning.lookup import demand_row, order_row
from plantwright.core import wording
from plantwright.core.action import ACTIONS
from plantwright.core.column import Column, Kind
from plantwright.core.journal import history
from plantwright.core.pages import Sheet, listed, named, sheet
from plantwright.core.problem import ProblemError
from plantwright.core.reader import retold, say
from plantwright.doors.web.acts import act, preview, show_problems
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, chip, empty, facts, head, heading, words
from plantwright.doors.web.pages.messages import message_name
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.documents import stored_document
from plantwright.flows.views import StoreView

MOST_STEPS = 30
SURE = 950_000
"""Chance with which a day is proposed as a promise (scaled)."""
EPOCH = date(1970, 1, 1).toordinal()


@screen("/order/{number:path}", "Order")
async def order(seat: Seat) -> None:
    """Show an order by the number that plans and people give it."""
    number = seat.query["number"]
    view = await seat.view()
    asked, made = await in_thread(lambda: (demand_row(view, number), order_row(view, number)))
    stored = await in_thread(lambda: stored_document(view, number))
    if asked is None and made is None and stored is None:
        empty(say("There is no order {number} in the plan, and none is kept under that number.", number=number),
              ("All orders", address(seat, "/orders")))  # fmt: skip
        return
    zone, year = view.settings.zone, await seat.year()
    sentence = (await seat.report("why", order=number)).sentence if asked or made else "It is not in this plan."
    with head(f"{_title(asked, made, stored)} {number}", sentence):
        _acts(seat, number, asked, made, stored)
    with box("pw-cols"):
        with box():
            heading("Facts")
            with box("pw-card"):
                _facts(view, asked, made, stored, zone, year)
        with box():
            _messages(seat, view, number)
    for title, found in _sheets(view, number, made):
        heading(title)
        sheet_grid(seat, found, year, zone)
    if asked or made:
        for found in (await seat.report("pegging", order=number)).sheets:
            heading(found.title)
            sheet_grid(seat, found, year, zone)
    if stored:
        await _history(seat, view, stored, year, zone)


def _title(asked: Any, made: Any, stored: Any) -> str:
    if asked:
        return str(asked["kind"]).capitalize() if asked["kind"] == "forecast" else "Sales order"
    kinds = {"make": "Production order", "buy": "Purchase order", "transfer": "Transfer", "subcontract": "Subcontract"}
    tables = {"sales_order_line": "Sales order", "production_order": "Production order",
              "purchase_order_line": "Purchase order", "transfer_order": "Transfer"}  # fmt: skip
    name = kinds[made["source"]] if made else tables[stored[0]]
    return say("Planned {name}", name=name.lower()) if made and made["state"] == "planned" else name


def _acts(seat: Seat, number: str, asked: Any, made: Any, stored: Any) -> None:
    if (asked and asked["status"] == "late") or (made and made["late"]):
        to = "/why/" if asked else "/reports/why"
        button("Why late", to=address(seat, f"/why/{number}") if asked else address(seat, to, order=number),
               icon="schedule", main=bool(asked))  # fmt: skip
    if asked and asked["kind"] == "sales order" and seat.person.may("report:chances"):
        button("How sure", to=address(seat, "/reports/chances", order=number), icon="percent",
               hint="The probability of each day")  # fmt: skip
    if asked and stored and stored[0] == "sales_order_line" and not seat.scenario and _may_promise(seat):
        button("Promise a date", partial(_promise, seat, number, stored[1]), icon="event_available",
               hint="The day that holds with 95 %, to be looked over first")  # fmt: skip
    if made and made["state"] == "planned" and not seat.scenario and seat.person.may("planning.orders"):

        async def firm(_note: str) -> None:
            await act(seat, "firm_order", {"order": number}, say("{number} was made firm.", number=number))

        said = {"quantity": wording.decimal(made["quantity"]), "item": made["item"]}
        lines = [say("{quantity} of {item} become a firm order with a number of its own.", **said),
                 "The next plans keep it as it is."]  # fmt: skip
        button(
            "Make it firm",
            lambda: preview(say("Make {number} firm?", number=number), lines, "Make it firm", firm),
            icon="push_pin",
        )
    if stored and seat.person.may(f"read:{stored[0]}"):
        button("In its table", to=address(seat, f"/tables/{stored[0]}", row=number), icon="table_chart")


def _may_promise(seat: Seat) -> bool:
    return all(seat.person.may(right) for right in ("report:chances", ACTIONS["keep_promise"].permission))


async def _promise(seat: Seat, number: str, row: dict[str, Any]) -> None:
    """Open the form of a promise, with the first day on which the order is complete with 95 %."""
    try:
        page = await seat.report("chances", order=number)
    except ProblemError as error:
        show_problems(error.problems)
        return
    told = {"order": row["order"], "line": row["line"]}
    curve = page.sheets[0].rows
    if curve.height:
        sure = curve.filter(pl.col("chance") >= SURE)
        day, chance = (sure if sure.height else curve.tail(1)).select("day", "chance").row(0)
        told |= {"day": str(date.fromordinal(day + EPOCH)), "probability": wording.decimal(chance)}
    ui.navigate.to(address(seat, "/do/keep_promise", **told))


OPERATION = ("sequence", "work_center", "unit", "start", "finish", "due", "setup", "run", "quantity", "people", "state")
COMPONENT = ("item", "quantity", "operation", "needed", "taken", "replaces", "site")
SAID = frozenset({"item", "site", "quantity", "due", "order", "line", "serves_line", "state"})
"""What of a stored order stands elsewhere on the page."""
FACTS = {
    "demand_plan": "item customer site quantity planned due projected priority value",
    "planned_order": "item site state quantity start finish due order_by supplier from_site unit_cost",
}


def _facts(view: StoreView, asked: Any, made: Any, stored: Any, zone: str, year: int) -> None:
    rows: list[tuple[str, str]] = []
    for row, name in ((asked, "demand_plan"), (made, "planned_order")):
        if row:
            columns = view.columns(name)
            rows += [_fact(part, row[part], columns[part], zone, year) for part in FACTS[name].split()]
    if stored:
        columns = view.columns(stored[0])
        own = [part for part in columns if stored[1].get(part) and part not in SAID]
        rows += [_fact(part, stored[1][part], columns[part], zone, year) for part in own]
    facts(list({name: (name, text) for name, text in rows if text}.values()))


def _fact(name: str, value: Any, column: Column, zone: str, year: int) -> tuple[str, str]:
    return name.replace("_", " ").capitalize(), wording.shown(value, column, zone, year)


def _messages(seat: Seat, view: StoreView, number: str) -> None:
    rows = view.table("action_message").filter(pl.col("order") == number, pl.col("state") == "open")
    heading("What the plan asks")
    with box("pw-card"):
        if not rows.height:
            words("p", say("Nothing: it stands as the plan wants it."), "pw-dim").style("margin: 0")
        texts = view.result("message_draft").filter(pl.col("order") == number)
        said = {(row["action"], row["item"]): row["text"] for row in texts.iter_rows(named=True)}
        for row in rows.iter_rows(named=True):
            _message(seat, row, said.get((row["action"], row["item"]), ""))


def _message(seat: Seat, row: dict[str, Any], text: str) -> None:
    name, shown = message_name(row), retold(text) or f"{row['action']} {row['order']}"
    with box("pw-remedy") as line:
        with box():
            chip(row["action"], "risk" if row["action"] in {"expedite", "release"} else "")
            words("span", f" {shown}")
        with box("pw-acts"):
            if seat.person.may("planning.messages") and not seat.scenario:
                for label, what in (("Do it", "accept_messages"), ("Dismiss", "dismiss_messages")):

                    async def go(note: str, what: str = what, label: str = label) -> None:
                        await act(seat, what, {"messages": [name], "note": note}, f"{label}: {shown}",
                                  lambda: line.set_visibility(not line.visible))  # fmt: skip

                    button(label, lambda label=label, go=go: preview(f"{label}?", [shown], label, go, "Note"),
                           main=what == "accept_messages")  # fmt: skip


def _sheets(view: StoreView, number: str, made: Any) -> list[tuple[str, Sheet]]:
    """Give the tables of the operations and components of an order."""
    if not made:
        return []
    found = []
    operations = view.result("scheduled_operation").filter(pl.col("order") == number).sort("sequence")
    if operations.height:
        shown = sheet(view, "Operations", "scheduled_operation", operations, *OPERATION, clock="start finish")
        found.append(("Operations", shown))
    parts = view.result("planned_component").filter(pl.col("order") == number).sort("operation", "item")
    if parts.height:
        found.append(("Components", sheet(view, "Components", "planned_component", parts, *COMPONENT)))
    return found


async def _history(seat: Seat, view: StoreView, stored: tuple[str, dict[str, Any], Any], year: int, zone: str) -> None:
    table, _, key = stored
    steps = await in_thread(lambda: history(seat.store, table, key))
    if not steps:
        return
    heading("What was done to it")
    columns = view.columns(table)
    lines = []
    for step in steps[:MOST_STEPS]:
        before, after = step.before or {}, step.after or {}
        changed = [name for name in columns if before.get(name) != after.get(name)]
        said = "; ".join(
            f"{name.replace('_', ' ')}: {wording.shown(before.get(name), columns[name], zone, year) or wording.NONE} "
            f"→ {wording.shown(after.get(name), columns[name], zone, year) or wording.NONE}"
            for name in changed
        )
        text = said if before and after else "was added" if after else "was deleted"
        lines.append({"entry": step.entry.number, "at": str(step.entry.at)[:16].replace("T", " "), "by": step.entry.by,
                      "action": step.entry.action.replace("_", " "), "text": text})  # fmt: skip
    shown = (named(Kind.WHOLE, "entry", "Entry of the journal"), named(Kind.TEXT, "at", "When, UTC"),
             named(Kind.TEXT, "by", "Who"), named(Kind.TEXT, "action", "Act"),
             named(Kind.TEXT, "text", "What was changed"))  # fmt: skip
    sheet_grid(seat, listed(view, "History", shown, lines), year, zone)
