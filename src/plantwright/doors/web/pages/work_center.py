"""Work center: what it does next, how full it is, its set-ups, and why it stands idle; also as a list on paper."""

from __future__ import annotations

from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.pages import Page, Sheet
from plantwright.core.reader import later, say
from plantwright.doors.web.charts import PALETTE, chart_of
from plantwright.doors.web.choices import segments
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import (
    address,
    box,
    button,
    empty,
    facts,
    head,
    heading,
    tile,
    words,
)
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat
from plantwright.flows.views import StoreView

SPANS = {"7": later("1 week"), "14": later("2 weeks"), "28": later("4 weeks")}
"""Days that are looked at."""
USUAL = "14"
WORK = {"run": later("Run"), "setup": later("Set-up")}
IDLE = {
    "no_work": later("Idle: no work"), "waits_material": later("Idle: waits for material"),
    "no_person": later("Idle: waits for people or a tool"), "other": later("Idle: held back"),
}  # fmt: skip
"""Parts of the open time by their columns."""
CAUSES = {
    "no_work": later("hours idle without work"), "waits_material": later("hours idle, waiting for material"),
    "no_person": later("hours idle, waiting for people or a tool"), "other": later("hours idle, work being held back"),
}  # fmt: skip
IN_HOURS = 3_600_000


@screen("/work-center/{code:path}", "Work center", right="report:center_state")
async def work_center(seat: Seat) -> None:
    """Show one work center from the plan's moment on."""
    code = seat.query["code"]
    days = seat.query["days"] if seat.query.get("days") in SPANS else USUAL
    view = await seat.view()
    found = view.table("work_center").filter(pl.col("code") == code)
    if not found.height:
        empty(
            say("There is no work center {code}.", code=code),
            ("Schedule", address(seat, "/schedule")),
        )
        return
    page = await seat.report("center_state", work_center=code, days=int(days))
    row = found.row(0, named=True)
    with head(f"{code} · {row['name']}" if row["name"] else code, page.sentence):
        _acts(seat, code)
    with box("pw-tiles"):
        _tiles(seat, page, code)
    with box("pw-bar"):
        words("span", say("Looked at"))
        segments("Looked at", SPANS, days, lambda value: _look(seat, code, value))
    year, zone = await seat.year(), view.settings.zone
    queue, load = page.sheet("What it does next"), page.sheet("Day by day")
    with box("pw-cols"):
        with box():
            heading("Open time by day")
            _load(load, zone, year)
        with box():
            heading("Facts")
            with box("pw-card"):
                facts(_facts(view, row))
    heading("What it does next")
    if queue.rows.height:
        sheet_grid(seat, queue, year, zone, mark="queue")
    else:
        empty("No operation is planned here in this time.")
    heading("Day by day")
    sheet_grid(seat, load, year, zone, mark="load")
    for note in page.notes:
        words("p", note, "pw-dim")


def _acts(seat: Seat, code: str) -> None:
    button(
        "In the schedule",
        to=address(seat, "/schedule", center=code),
        icon="view_timeline",
    )
    button(
        "Print",
        lambda: ui.run_javascript("window.print()"),
        icon="print",
        hint="Print the dispatch list",
    )
    button("Shift by shift", to=address(seat, "/reports/dispatch", work_center=code), icon="groups",
           hint="The dispatch list by shifts")  # fmt: skip
    if seat.person.may("jobs.run") and seat.plan is None and not seat.scenario:
        button("It stands still …", to=address(seat, "/reschedule", kind="down", work_center=code), icon="event_busy",
               hint="Reschedule after a breakdown")  # fmt: skip


def _look(seat: Seat, code: str, days: str) -> None:
    ui.navigate.to(address(seat, f"/work-center/{code}", days=days))


def _tiles(seat: Seat, page: Page, code: str) -> None:
    rows = page.sheet("Day by day").rows
    sums = {name: int(rows[name].sum()) for name in (*WORK, *IDLE, "open")}
    queue = page.sheet("What it does next").rows
    tile(
        wording.number(queue.height),
        "operations in the queue",
        address(seat, "/reports/dispatch", work_center=code),
    )
    full = round(1_000_000 * (sums["run"] + sums["setup"]) / sums["open"]) if sums["open"] else 0
    tile(
        wording.percent(full),
        "of the open time is work",
        "",
        "risk" if full >= 950_000 else "",
    )
    tile(hours(sums["setup"]), "hours of set-up")
    for name, label in CAUSES.items():
        if sums[name]:
            tile(hours(sums[name]), label)


def hours(milliseconds: int) -> str:
    """Write a working time in hours.

    Examples
    --------
    >>> hours(5_400_000), hours(0) == wording.NONE
    ('1.5', True)
    """
    return wording.number(milliseconds / IN_HOURS, 1) if milliseconds else wording.NONE


def _facts(view: StoreView, row: dict[str, Any]) -> list[tuple[str, str]]:
    columns = view.columns("work_center")
    shown = [name for name in columns if name not in {"code", "name"} and row.get(name) not in (None, "", 0)]
    return [
        (
            name.replace("_", " ").capitalize(),
            wording.shown(row[name], columns[name], view.settings.zone),
        )
        for name in shown
    ]


def _load(load: Sheet, zone: str, year: int) -> None:
    days = [wording.shown(day, load.columns["day"], zone, year) for day in load.rows["day"]]
    colours = dict(
        zip(
            (*WORK, *IDLE),
            (PALETTE[0], PALETTE[1], "#c3c9d1", PALETTE[3], PALETTE[5], PALETTE[4]),
            strict=True,
        )
    )
    series = [
        {"type": "bar", "stack": "time", "name": label, "itemStyle": {"color": colours[name]}, "barMaxWidth": 26,
         "data": [round(value / IN_HOURS, 1) for value in load.rows[name]]}
        for name, label in {**WORK, **IDLE}.items() if load.rows[name].sum()
    ]  # fmt: skip
    chart_of(days, series, "Hours", "280px")
