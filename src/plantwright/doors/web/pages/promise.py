"""Promise: an item, a quantity and a date; the answer is the date that can be kept, and what decides it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet
from plantwright.core.problem import BAD_ARGUMENT, ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web.charts import PALETTE, QUIET, chart_of, sheet_chart
from plantwright.doors.web.forms import Field, Form
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, chip, empty, head, heading, words
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
    """Show the answer: how sure it is, how it is got, and what is free without making more."""
    view, year = await seat.view(), await seat.year()
    with box("pw-answer").props("role=status"):
        words("p", page.sentence)
    _acts(seat, page, told)
    curve = next((one for one in page.sheets if one.chart), None)
    if curve is not None and curve.rows.height:
        heading(curve.title)
        with box("pw-card"):
            words("p", say("Probability that all of it is there by the end of the day, in %"), "pw-dim")
            sure_chart(curve, view.settings.zone, year)
    for sheet in (one for one in page.sheets if one is not curve):
        heading(sheet.title)
        if sheet.rows.height:
            sheet_grid(seat, sheet, year, view.settings.zone, mark=sheet.title)
        else:
            words("p", say("Nothing."), "pw-dim")
    for note in page.notes:
        if not note.startswith("Next:"):
            words("p", note, "pw-dim")
    await _free(seat, told, view.settings.zone, year)


def _acts(seat: Seat, page: Page, told: dict[str, Any]) -> None:
    days = page.figures.get("days_after_wanted")
    chance = page.figures.get("chance_in_time")
    with box("pw-bar"):
        if chance is not None:
            mood = "late" if chance < 0.5 else "risk" if chance < 0.95 else ""
            share = wording.percent(round(chance * SCALE))
            chip(say("{share} in time", share=share), mood)
        if seat.person.may("write:sales_order_line") and not seat.scenario and seat.plan is None:
            button("Enter the order", to=address(seat, "/tables/sales_order_line", item=told["item"]), icon="add")
        if days:
            place = box()
            button(
                "What would the wanted date displace?", partial(_displaced, seat, told, place),
                icon="low_priority", hint="Try it with the first rank; nothing is changed",
            )  # fmt: skip


async def _displaced(seat: Seat, told: dict[str, Any], place: Element) -> None:
    """Try the wanted date, and tell what it costs others."""
    place.clear()
    with place:
        words("p", say("The schedule is mended with it …"), "pw-dim")
    asked = {name: told[name] for name in ("item", "quantity", "date", "customer") if told.get(name)}
    try:
        page = await seat.report("displaced", **asked)
    except ProblemError as error:
        place.clear()
        with place:
            words("p", "; ".join(problem.message for problem in error.problems), "pw-late")
        return
    view, year = await seat.view(), await seat.year()
    place.clear()
    with place:
        words("p", page.sentence)
        for sheet in page.sheets:
            heading(sheet.title)
            sheet_grid(seat, sheet, year, view.settings.zone, mark=sheet.title)
        for note in page.notes:
            words("p", note, "pw-dim")


async def _free(seat: Seat, told: dict[str, Any], zone: str, year: int) -> None:
    """Show what is free of stock and receipts, and what is kept for whom."""
    asked = {name: told[name] for name in ("item", "customer", "site") if told.get(name)}
    try:
        page = await seat.report("atp", **asked)
    except ProblemError:
        return  # the answer above says what is wrong with the question
    heading("Free without making or buying more")
    words("p", page.sentence)
    with box("pw-card"):
        sheet_chart(page.sheets[0], zone, year)
    for sheet in page.sheets[1:]:
        heading(sheet.title)
        sheet_grid(seat, sheet, year, zone, mark=sheet.title)


def sure_chart(sheet: Sheet, zone: str, year: int) -> Element:
    """Draw the probability of each day, with a line where it reaches 50, 80 and 95 %, and at the day of the plan."""
    day = sheet.columns["day"]
    across = [wording.shown(value, day, zone, year) for value in sheet.rows["day"]]
    lines = [
        {"xAxis": place, "label": {"formatter": mark, "color": QUIET}}
        for place, mark in enumerate(sheet.rows["mark"]) if mark
    ]  # fmt: skip
    series = {
        "type": "line", "step": "end", "name": "Probability [%]", "symbolSize": 5, "areaStyle": {"opacity": 0.12},
        "data": [round(value * 100 / SCALE, 1) for value in sheet.rows["chance"]], "itemStyle": {"color": PALETTE[0]},
        "markLine": {"symbol": "none", "silent": True, "lineStyle": {"color": QUIET, "type": "dashed"}, "data": lines},
    }  # fmt: skip
    assert day.kind is Kind.DAY  # noqa: S101 - the curve is by day
    chart = chart_of(across, [series], height="280px")
    chart.options["yAxis"] |= {"min": 0, "max": 100}  # type: ignore[attr-defined]
    return chart
