"""The journal: who did what and when, with every cell before and after, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.access.audit import SignEvent, sign_events
from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.journal import Change, Entry, changes, entries, entry
from plantwright.core.pages import Sheet, named
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.editor import change_table
from plantwright.doors.web.forms import take_back
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, drawer, empty, facts, head, heading, problem_panel, words
from plantwright.doors.web.pages.plans import when
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.looking_back import cells_changed, day_bounds, reversal_problems

SHOWN = 200
READ = 5_000
"""Entries that are looked through for a day."""


@screen("/journal", "Journal", "history", "System", right="admin.audit")
async def journal(seat: Seat) -> None:
    """List what was done, the latest first."""
    if seat.query.get("list") == "sign-ins":
        await _sign_ins(seat)
        return
    by, action, day = (seat.query.get(name, "") for name in ("by", "action", "day"))
    before = seat.query.get("before", "")
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    found = await in_thread(lambda: _found(seat, by, action, day, int(before) if before.isdigit() else None, zone))
    head("Journal", "Everything that was done to the plant. A line opens what it changed; most can be taken back.")
    with box("pw-bar"):
        button("Sign-ins", to=address(seat, "/journal", list="sign-ins"), icon="login")
    _filters(seat, by, action, day)
    if not found:
        empty("Nothing fits these filters.", ("Show all", "/journal"))
        return
    sheet_grid(seat, _sheet(found, zone, year), year, zone, mark="journal",
               on_row=lambda row: _open(seat, int(row["number"])))  # fmt: skip
    if len(found) == SHOWN:
        with box("pw-bar"):
            query = {"by": by, "action": action, "day": day, "before": found[-1].number}
            button("Earlier", to=address(seat, "/journal", **query), icon="chevron_right")
    if seat.query.get("entry", "").isdigit():
        await _open(seat, int(seat.query["entry"]))


async def _sign_ins(seat: Seat) -> None:
    """List who came in, who was refused, and whose passwords and tokens were made or ended."""
    view, year = await seat.view(need_plan=False), await seat.year()
    text = seat.query.get("before", "")
    found = await in_thread(lambda: sign_events(seat.store, SHOWN, before=int(text) if text.isdigit() else 0))
    head("Sign-ins", "Who came in, was refused or locked out, and whose passwords and tokens were made or ended.")
    with box("pw-bar"):
        button("Journal", to=address(seat, "/journal"), icon="history")
        if len(found) == SHOWN:
            query = {"list": "sign-ins", "before": found[-1].number}
            button("Earlier", to=address(seat, "/journal", **query), icon="chevron_right")
    if not found:
        empty("Nobody has signed in yet.")
        return
    sheet_grid(seat, _signs(found, view.settings.zone, year), year, view.settings.zone, mark="sign-ins")


def _signs(found: list[SignEvent], zone: str, year: int) -> Sheet:
    lines = [
        {"at": when(datetime.fromtimestamp(row.last, UTC).isoformat(), zone, year), "what": row.what,
         "user": row.user or say("unknown name"), "by": row.by, "count": row.count,
         "address": row.address or say("this machine"), "agent": row.agent, "detail": row.detail}
        for row in found
    ]  # fmt: skip
    said = {"at": "When, the last time", "what": "What", "user": "Account", "by": "Who did it", "address": "From where",
            "agent": "Program", "detail": "Token"}  # fmt: skip
    columns = {name: named(Kind.TEXT, name, text) for name, text in said.items()}
    columns["count"] = named(Kind.WHOLE, "count", "How often within the hour")
    return Sheet("Sign-ins", pl.DataFrame(lines), columns)


def _found(seat: Seat, by: str, action: str, day: str, before: int | None, zone: str) -> list[Entry]:
    bounds = day_bounds(day, zone)
    rows = entries(seat.store, READ if bounds else SHOWN, by or None, action or None, before)
    if bounds:
        rows = [row for row in rows if bounds[0] <= row.at < bounds[1]]
    return rows[:SHOWN]


def _filters(seat: Seat, by: str, action: str, day: str) -> None:
    with ui.element("form").classes("pw-bar").props("method=get"):
        for name, value, kind, label in (
            ("by", by, "text", "Who"),
            ("action", action, "text", "What"),
            ("day", day, "date", "Day"),
        ):
            with box(tag="label"):
                words("span", label + " ", "pw-dim")
                made = ui.element("input").classes("pw-input").props(f"name={name} type={kind}")
                made.props["defaultValue"] = value
        words("button", say("Show"), "pw-btn").props("type=submit")
        if by or action or day:
            button("Show all", to=address(seat, "/journal"))


def _sheet(found: list[Entry], zone: str, year: int) -> Sheet:
    lines = [
        {"number": row.number, "at": when(row.at, zone, year), "by": row.by or say("somebody"),
         "action": row.action.replace("_", " "), "told": told(row),
         "state": say("taken back by {entry}", entry=row.reversed_by) if row.reversed_by else ""}
        for row in found
    ]  # fmt: skip
    said = {"at": "When", "by": "Who", "action": "What", "told": "What it was told", "state": "Whether it still stands"}
    columns = {"number": named(Kind.WHOLE, "number", "Number of the entry")}
    columns |= {name: named(Kind.TEXT, name, text) for name, text in said.items()}
    return Sheet("Journal", pl.DataFrame(lines), columns)


def told(row: Entry) -> str:
    """Write shortly what an act was told."""
    parts = (
        f"{name.replace('_', ' ')} {_short(value)}"
        for name, value in row.arguments.items()
        if value not in (None, "", [], {})
    )
    return ", ".join(parts)


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


async def _open(seat: Seat, number: int) -> None:
    """Show an entry with what it changed."""
    try:
        row = await in_thread(lambda: entry(seat.store, number))
    except ProblemError as error:
        problem_panel(error.problems)
        return
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    steps = await in_thread(lambda: changes(seat.store, number))
    with drawer(say("Entry {number}: {action}", number=number, action=row.action.replace("_", " "))):
        facts([("Who", row.by or say("somebody")), ("When", when(row.at, zone, year)),
               ("Told", told(row) or wording.NONE),
               ("Takes back", say("entry {entry}", entry=row.reverses) if row.reverses else wording.NONE)])  # fmt: skip
        await _way_back(seat, row, bool(steps))
        for step in steps:
            _step(step, view, zone)
        if not steps:
            empty("It changed no rows.")


async def _way_back(seat: Seat, row: Entry, changed: bool) -> None:  # noqa: FBT001
    if row.reversed_by:
        words("p", say("It was taken back by entry {entry}.", entry=row.reversed_by), "pw-dim")
        return
    if not changed or not seat.person.may("admin.audit"):
        return
    place = box().style("margin: 10px 0")

    async def preview() -> None:
        """Say what stands against taking the entry back, or offer to do it."""
        problems = await in_thread(lambda: reversal_problems(seat.store, row.number))
        place.clear()
        with place:
            if problems:
                problem_panel(problems, "It cannot be taken back as it is")
                return
            words("p", say("Nothing stands against it: what is listed below comes back as it was before."))
            button("Take it back", partial(_back, seat, row.number), icon="undo", main=True)

    with place:
        button("Undo: see what would happen", preview, icon="undo")


async def _back(seat: Seat, number: int) -> None:
    if await take_back(seat, number):
        ui.navigate.to("/journal")


def _step(step: Change, view: Any, zone: str) -> None:
    entity = ENTITIES[step.entity]
    lines = cells_changed(step, view.columns(step.entity), zone)
    rows = step.after if step.after is not None else step.before
    count = wording.count(0 if rows is None else rows.height, "row")
    heading(
        f"{entity.title}: {count} {'added' if step.before is None else 'deleted' if step.after is None else 'changed'}"
    )
    change_table(lines, ("Row", "Column", "Before", "After"))
