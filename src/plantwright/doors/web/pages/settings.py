"""The settings of the plant, each with what it means and what holds where nothing is set."""

from __future__ import annotations

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.column import REQUIRED, Column, Kind
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.core.settings import SETTINGS
from plantwright.doors.web.forms import Field, Form, take_back
from plantwright.doors.web.kit import box, button, facts, head, tell
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.typed import NUMBERS
from plantwright.flows.edits import RowEdit, save_edits


@screen("/settings", "Settings", "tune", "System", right="read:setting")
async def settings(seat: Seat) -> None:
    """Show the settings, to be changed by who may."""
    rows = await in_thread(lambda: seat.store.read("setting", versions=True))
    given = dict(rows.select("name", "value").iter_rows())
    head(
        "Settings",
        say(
            "{settings} settings, {own} of them set by the plant.",
            settings=len(SETTINGS),
            own=sum(map(bool, given.values())),
        ),
    )
    fields = [field(name, column, given.get(name, "")) for name, column in SETTINGS.items()]
    if not seat.person.may("write:setting"):
        with box("pw-card"):
            facts([(one.label, f"{one.value or wording.NONE}  ({one.help})") for one in fields])
        return
    with box("pw-card"):
        form = Form(seat, fields)

        async def save() -> None:
            try:
                edits = changes(rows, form.given())
            except ProblemError as error:
                form.note(error.problems)
                return
            if not edits:
                tell("Nothing had changed.")
                return
            saved = await in_thread(lambda: save_edits(seat.store, "setting", edits, seat.person))
            if saved.problems and not saved.entry:
                form.note([problem for _, problem in saved.problems])
                return
            form.note([])

            async def back() -> None:
                if await take_back(seat, saved.entry):
                    ui.navigate.reload()

            tell(say("Saved: {settings}.", settings=wording.count(len(edits), "setting")), undo=back)

        with box("pw-bar"):
            button("Save", save, main=True, icon="save")


def field(name: str, column: Column, value: str) -> Field:
    """Give the field of a setting; its help tells the default.

    Examples
    --------
    >>> made = field("currency", SETTINGS["currency"], "")
    >>> made.label, made.help
    ('Currency', 'Currency of the plant by its ISO 4217 code. Otherwise: EUR.')
    """
    default = ""
    if column.default not in ("", None, REQUIRED):
        default = wording.shown(column.raw_default, column, "UTC").replace(wording.SPACE, " ")
    said = say(column.help) + (say(". Otherwise: {default}.", default=default) if default else ".")
    choices = ("yes", "no") if column.kind is Kind.FLAG else column.choices
    kind = "choice" if choices else "amount" if column.kind in NUMBERS else "text"
    return Field(name, name.replace("_", " ").capitalize(), said, kind, choices, value=value)


def changes(rows: pl.DataFrame, values: dict[str, str]) -> list[RowEdit]:
    """Give what has to be written so that the settings have these values; an emptied one goes back to its default."""
    known = {row["name"]: row for row in rows.iter_rows(named=True)}
    found = []
    for name, value in values.items():
        row, text = known.get(name), value.strip()
        if row is None and text:
            found.append(RowEdit(name, None, 0, {"name": name, "value": text}))
        elif row is not None and text != row["value"]:
            cells = {"value": text} if text else {}
            found.append(RowEdit(name, (name,), int(row["row_version"]), cells, gone=not text))
    return found
