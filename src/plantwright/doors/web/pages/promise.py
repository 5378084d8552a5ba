"""Promise: an item, a quantity and a date; the answer is the date that can be kept, and what decides it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.pages import Page
from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web.forms import Field, Form
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread

FIELDS = (
    Field("item", later("Item"), required=True, target="item"),
    Field("quantity", later("Quantity"), kind="number", required=True),
    Field("date", later("Wanted by"), later("empty for the first date"), kind="day"),
    Field("customer", later("Customer"), target="customer"),
)


@screen("/promise", "Promise", "event_available", "Orders", right="report:promise")
async def promise(seat: Seat) -> None:
    """Ask for a promise; what is asked stands in the address, so that it can be sent to somebody."""
    head(
        "Promise a date",
        "What can be delivered when, beside all that is in the schedule already. Nothing is booked.",
    )
    if not any(one["scenario"] == seat.scenario for one in await in_thread(seat.store.plans)):
        empty("Plan again, at the top, makes the schedule that promises rest on.")
        return
    given = {one.name: seat.query.get(one.name, "") for one in FIELDS}
    with box("pw-card") as card:
        form = Form(seat, [Field(**{**vars(one), "value": given[one.name]}) for one in FIELDS])
        ask = partial(_ask, seat, form)
        asked = button("When can it be?", lambda: ask(answer), icon="event_available", main=True)
    answer = box().props("aria-live=polite")
    card.on("keydown.enter", lambda: ask(answer))
    asked.props["id"] = "pw-ask"
    if given["item"] and given["quantity"]:
        await _ask(seat, form, answer)
    else:
        ui.run_javascript("document.querySelector('#pw-main input[name=item]').focus()")


async def _ask(seat: Seat, form: Form, answer: Element) -> None:
    """Answer below the form, and put what was asked into the address."""
    answer.clear()
    form.note([])
    try:
        told: dict[str, Any] = dict(form.given())
        lacking = [one.name for one in FIELDS if one.required and not told.get(one.name)]
        if lacking:
            form.note([BAD_ARGUMENT.at(column=name, value="nothing", must="filled in") for name in lacking])
            return
        here = address(seat, "/promise", **told)
        ui.run_javascript(f"history.replaceState(null, '', {json.dumps(here)})")
        page = await seat.report("promise", **told)
    except ProblemError as error:
        form.note(error.problems)
        return
    with answer:
        await _draw(seat, page, told)


async def _draw(seat: Seat, page: Page, told: dict[str, Any]) -> None:
    view, year = await seat.view(), await seat.year()
    with box("pw-answer").props("role=status"):
        words("p", page.sentence)
    for sheet in page.sheets:
        heading(sheet.title)
        if sheet.rows.height:
            sheet_grid(seat, sheet, year, view.settings.zone, mark=sheet.title)
        else:
            words("p", say("Nothing."), "pw-dim")
    for note in page.notes:
        words("p", note, "pw-dim")
    if seat.person.may("write:sales_order_line") and not seat.scenario and seat.plan is None:
        with box("pw-bar"):
            button(
                "Enter the order",
                to=address(seat, "/tables/sales_order_line", item=told["item"]),
                icon="add",
            )
