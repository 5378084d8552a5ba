"""Every declared report as a screen, with fields for what it is told."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from plantwright.core.pages import Page
from plantwright.core.parameters import Parameter
from plantwright.core.report import REPORTS, Report
from plantwright.doors.web.charts import sheet_chart
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat


@screen("/reports", "Reports", "list_alt", "Data")
async def reports(seat: Seat) -> None:
    """List the reports."""
    head("Reports", "Every list and figure, on the screen and as a file.")
    with box("pw-card"):
        for one in REPORTS.values():
            if seat.person.may(f"report:{one.name}"):
                with box().style("padding: 4px 0"):
                    link(one.label, address(seat, f"/reports/{one.name}"))
                    words("span", "  " + one.help.splitlines()[0], "pw-dim")


@screen("/reports/{name}", "Report")
async def report(seat: Seat) -> None:
    """Show a report with what it was told in the address."""
    declared = REPORTS.get(seat.query["name"])
    if declared is None:
        empty(f"There is no report {seat.query['name']}.", ("All reports", "/reports"))
        return
    told = {name: seat.query[name] for name in declared.parameters if seat.query.get(name)}
    missing = [name for name, one in declared.parameters.items() if one.required and name not in told]
    if missing:
        head(declared.label, declared.help.splitlines()[0])
        ask(seat, declared, told)
        return
    other = seat.query.get("other", "")
    page = await seat.report(
        declared.name, seat.query.get("where", ""), int(other) if other.isdigit() else None, **told
    )
    with head(page.title, page.sentence):
        files(seat, declared.name, told)
    ask(seat, declared, told)
    await show_page(seat, page)


async def show_page(seat: Seat, page: Page) -> None:
    """Show the tables of a report, each drawn where it says how, and its notes."""
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    for sheet in page.sheets:
        if len(page.sheets) > 1:
            heading(sheet.title)
        if sheet.chart:
            sheet_chart(sheet, zone, year)
        sheet_grid(seat, sheet, year, zone)
    for note in page.notes:
        if "plantwright " not in note:  # what to type next is for the command line
            words("p", note, "pw-dim")


def files(seat: Seat, name: str, told: dict[str, Any]) -> None:
    """Offer a report as files."""
    for label, form in (("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")):
        button(label, to=address(seat, f"/api/v1/reports/{name}", format=form, **told), icon="download")


def ask(seat: Seat, declared: Report, told: dict[str, Any]) -> None:
    """Offer fields for what a report is told; they go into the address."""
    if not declared.parameters:
        return
    with ui.element("form").classes("pw-bar").props('method="get"'):
        for name in ("scenario", "plan"):
            if seat.query.get(name):
                ui.element("input").props(f'type=hidden name={name} value="{seat.query[name]}"')
        for one in declared.parameters.values():
            field(one, str(told.get(one.name, "")))
        words("button", "Show", "pw-btn").props("type=submit")


def field(one: Parameter, value: str) -> None:
    """Make the field of a parameter in a form."""
    with box(tag="label").props(f'title="{one.help}"'):
        words("span", one.name.replace("_", " ") + " ", "pw-dim")
        if one.choices or one.type is bool:
            with ui.element("select").classes("pw-input").props(f"name={one.name}"):
                for choice in one.choices or (False, True):
                    text = {True: "yes", False: "no"}.get(choice, str(choice))
                    chosen = value or {True: "yes", False: "no"}.get(one.default, str(one.default))
                    words("option", text).props(f'value="{text}"' + " selected" * (text == chosen))
        else:
            kind = "number" if one.type is int else "text"
            default = "" if one.default in (None, "") else str(one.default)
            made = ui.element("input").classes("pw-input").props(f'name={one.name} type={kind} placeholder="{default}"')
            made.props["value"] = value
