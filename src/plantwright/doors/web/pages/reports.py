"""Every declared report as a screen, with fields for what it is told."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from plantwright.core.pages import Page
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.core.report import REPORTS, Report
from plantwright.doors.web.charts import sheet_chart
from plantwright.doors.web.forms import Form, field_of
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, link, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread


@screen("/reports", "Reports", "list_alt", "Data")
async def reports(seat: Seat) -> None:
    """List the reports."""
    head("Reports", "Every list and figure, on the screen and as a file.")
    with box("pw-card pw-lines"):
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
        empty(say("There is no report {name}.", name=seat.query["name"]), ("All reports", "/reports"))
        return
    told = {name: seat.query[name] for name in declared.parameters if seat.query.get(name)}
    missing = [name for name, one in declared.parameters.items() if one.required and name not in told]
    if missing:
        head(declared.label, declared.help.splitlines()[0])
        ask(seat, declared, told)
        return
    other = await _other(seat) if "other" in declared.wants else None
    if "other" in declared.wants and other is None:
        head(declared.label, declared.help.splitlines()[0])
        empty("There is no second plan to compare with.", ("Plans", "/plans"))
        return
    page = await seat.report(declared.name, seat.query.get("where", ""), other, **told)
    with head(page.title, page.sentence):
        files(seat, declared.name, told)
    ask(seat, declared, told)
    await show_page(seat, page)


async def _other(seat: Seat) -> int | None:
    """Give the plan to compare with: the one that is named, else the latest other one."""
    named = seat.query.get("other", "")
    plans = [one["number"] for one in await in_thread(seat.store.plans)]
    here = (await seat.view()).number if plans else 0
    others = [number for number in plans if number != here]
    return int(named) if named.isdigit() else next(iter(others), None)


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

    def show() -> None:
        try:
            told = form.given()
        except ProblemError as error:
            form.note(error.problems)
            return
        ui.navigate.to(address(seat, f"/reports/{declared.name}", **told))

    with box("pw-bar pw-ask") as bar:
        form = Form(seat, [field_of(one, str(told.get(one.name, ""))) for one in declared.parameters.values()])
        button("Show", show)
    bar.on("keydown.enter", show)
