"""One table as a grid that is filtered, sorted, edited in place and saved in one act."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.action import ACTIONS
from plantwright.core.entity import Entity, plant_entities
from plantwright.core.exchange import write_workbook
from plantwright.core.frames import written
from plantwright.core.journal import Step, history
from plantwright.core.reader import say
from plantwright.core.store.tables import ROW_VERSION
from plantwright.doors.web.editor import Editor, change_table
from plantwright.doors.web.kit import address, box, button, drawer, empty, head, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.drafts import Draft
from plantwright.flows.edits import WINDOW, Window, is_written_by_hand, sites_of, window

FILTER = "f."
"""Begins the name of a filter in the address."""


@screen("/tables/{entity}", "Table")
async def table(seat: Seat) -> None:
    """Show a table; what can be edited by hand is edited here."""
    entity = plant_entities().get(seat.query["entity"])
    if entity is None:
        empty(say("There is no table {entity}.", entity=seat.query["entity"]), ("All tables", "/tables"))
        return
    seat.person.must(f"read:{entity.name}")
    await _Table(seat, entity).draw()


class _Table:
    """The screen of one table: the window that is looked at, its filters and its order."""

    def __init__(self, seat: Seat, entity: type[Entity]) -> None:
        self.seat, self.entity = seat, entity
        self.by_hand = is_written_by_hand(entity)
        self.editable = self.by_hand and seat.person.may(f"write:{entity.name}")
        self.filters = {name[len(FILTER) :]: text for name, text in seat.query.items() if name.startswith(FILTER)}
        if seat.query.get("row"):
            self.filters[entity.key[0]] = "=" + seat.query["row"]
        self.order: list[tuple[str, bool]] = []
        self.start = 0

    async def draw(self) -> None:
        """Draw title, acts, grid and the line below."""
        found = await self._read()
        self.draft = Draft(self.entity, found.columns, (await self.seat.view(need_plan=False)).settings.zone)
        title = self.entity.title
        with head(title, (self.entity.__doc__ or "").splitlines()[0]):
            self._acts()
        rows = self.draft.load(found.rows)
        self.editor = Editor(self.seat, self.draft, self.reload, editable=self.editable)
        if not found.total:
            self._nothing()
        with box("pw-fill"):
            self.editor.draw(rows, "100%", self.filters)
        self.editor.grid.on("filterChanged", self._narrowed, args=[])
        self.editor.grid.on("sortChanged", self._sorted, args=[])
        self.line = box("pw-bar").style("margin: 8px 0 0")
        self._tell(found)

    def _acts(self) -> None:
        if self.editable:
            button("Add a row", self._add, icon="add")
            button("Delete rows", self._delete, icon="delete")
        for one in ACTIONS.values():
            if not self.by_hand and _area(one.function) == self.entity.area and self.seat.person.may(one.permission):
                button(one.label, to=address(self.seat, f"/do/{one.name}"))
        button("History", self._history, icon="history", hint="What happened to the row that is chosen")
        button("Excel", self._export, icon="download", hint="These rows as a workbook")
        if self.editable:
            button("Import", to=address(self.seat, "/import"), icon="upload", hint="Rows from a file")

    def _nothing(self) -> None:
        if not self.by_hand:
            empty("Nothing yet; what happens in the plant is written here.")
        elif self.editable:
            with box("pw-empty"):
                words(
                    "p",
                    say(
                        "{title}: {doc} Nothing is here yet.",
                        title=self.entity.title,
                        doc=(self.entity.__doc__ or "").splitlines()[0],
                    ),
                )
                words("p", say("Add a row, paste a block from a spreadsheet, or import a file."))

    async def _add(self) -> None:
        await self.editor.add()

    async def _delete(self) -> None:
        await self.editor.delete()

    async def _read(self, count: int = WINDOW) -> Window:
        """Read the rows that are looked at; of a small table all of them, which the browser filters by itself."""
        view = await self.seat.view(need_plan=False)
        sites, start = sites_of(self.seat.person), self.start if count == WINDOW else 0

        def read() -> Window:
            wanted = (self.seat.store, view, self.entity.name)
            found = window(*wanted, self.filters, self.order, start, count, sites)
            if count == WINDOW and self.filters and found.total <= WINDOW:
                return replace(found, rows=window(*wanted, {}, self.order, sites=sites).rows)
            return found

        return await in_thread(read)

    async def reload(self) -> None:
        """Read the window anew."""
        found = await self._read()
        self.editor.show(self.draft.load(found.rows))
        self._tell(found)

    async def _narrowed(self) -> None:
        """Take the filters of the headers: into the address, and, where not all rows are here, to the server."""
        model = await self.editor.grid.run_grid_method("getFilterModel") or {}
        wanted = {name: str(part.get("filter", "")) for name, part in model.items() if name in self.draft.columns}
        if wanted == self.filters:
            return
        self.filters, self.start = wanted, 0
        kept = {name: text for name, text in self.seat.query.items() if name in {"scenario", "plan"} and text}
        query = urlencode({**kept, **{FILTER + name: text for name, text in wanted.items()}})
        ui.navigate.history.replace(f"/tables/{self.entity.name}" + (f"?{query}" if query else ""))
        await self._again()

    async def _sorted(self) -> None:
        state = await self.editor.grid.run_grid_method("getColumnState") or []
        chosen = sorted((part for part in state if part.get("sort")), key=lambda part: part.get("sortIndex") or 0)
        order = [(part["colId"], part["sort"] == "desc") for part in chosen if part["colId"] in self.draft.columns]
        if order != self.order:
            self.order, self.start = order, 0
            if self.total > WINDOW:
                await self._again()

    async def _again(self) -> None:
        if self.total > WINDOW:
            await self.reload()
            return
        self._tell(await self._read())

    async def _turn(self, by: int) -> None:
        self.start = max(0, self.start + by)
        await self.reload()

    def _tell(self, found: Window) -> None:
        self.total, shown = found.total, found.rows.height
        self.line.clear()
        with self.line:
            if found.fitting > WINDOW:
                first = wording.number(self.start + 1)
                last = wording.number(self.start + shown)
                words(
                    "span",
                    say(
                        "Rows {first} to {last} of {fitting}",
                        first=first,
                        last=last,
                        fitting=wording.number(found.fitting),
                    ),
                    "pw-dim",
                )
                if self.start:
                    button("Before", lambda: self._turn(-WINDOW), icon="chevron_left")
                if self.start + shown < found.fitting:
                    button("Next", lambda: self._turn(WINDOW), icon="chevron_right")
            elif found.fitting < found.total:
                of = say(
                    "{fitting} of {total} rows fit the filter",
                    fitting=wording.number(found.fitting),
                    total=wording.number(found.total),
                )
                words("span", of, "pw-dim")
                button("Show all", to=f"/tables/{self.entity.name}")
            else:
                words("span", wording.count(found.total, "row"), "pw-dim")
            if self.editable:
                words(
                    "span", say("Enter edits, Ctrl+C and Ctrl+V take blocks, Ctrl+Z goes back."), "pw-dim pw-wide-only"
                )

    async def _export(self) -> None:
        found = await self._read(10**7)
        zone = self.draft.zone
        content = await in_thread(lambda: workbook(self.entity.name, found, zone))
        ui.download.content(content, f"{self.entity.name}.xlsx")

    async def _history(self) -> None:
        cell = await self.editor.grid.run_grid_method("getFocusedCell")
        ident = (
            await ui.run_javascript(
                f"getElement({self.editor.grid.id}).api.getDisplayedRowAtIndex({int(cell['rowIndex'])})?.data._id"
            )
            if cell
            else None
        )
        row = self.draft.rows.get(str(ident))
        if row is None or row.key is None:
            with drawer("History"):
                empty("Click a row first; then its history is shown here.")
            return
        key = row.key
        steps = await in_thread(lambda: history(self.seat.store, self.entity.name, key))
        with drawer(f"{self.entity.title} {self.draft.name_of(row)}"):
            self._steps(steps)

    def _steps(self, steps: list[Step]) -> None:
        if not steps:
            empty("Nothing is known of this row: it was there before the journal began.")
        for step in steps:
            with box("pw-card").style("margin-bottom: 10px"):
                when = step.entry.at[:16].replace("T", " ")
                words(
                    "b",
                    say(
                        "{by}: {action}, {when} UTC",
                        by=step.entry.by or "Somebody",
                        action=step.entry.action.replace("_", " "),
                        when=when,
                    ),
                )
                lines = differences(step.before, step.after, self.draft)
                change_table(lines, ("Column", "Before", "After"))


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, draft: Draft
) -> list[tuple[str, ...]]:
    """List the cells in which a row differs before and after, as texts."""
    names = [name for name in draft.columns if name in (after or before or {})]

    def texts(row: Mapping[str, Any] | None) -> dict[str, str]:
        if row is None:
            return {}
        schema = {name: draft.columns[name].dtype for name in names}
        return written(pl.DataFrame([{n: row.get(n) for n in names}], schema=schema), draft.columns, draft.zone).row(
            0, named=True
        )

    old, new = texts(before), texts(after)
    return [(n, old.get(n, ""), new.get(n, "")) for n in names if old.get(n, "") != new.get(n, "")]


def workbook(name: str, found: Window, zone: str) -> bytes:
    """Write the rows of a table as a workbook, as an import takes it back."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_workbook(
            {name: found.rows.drop(ROW_VERSION)}, Path(folder) / f"{name}.xlsx", zone, lambda _e, _t: found.columns
        )
        return path.read_bytes()


def _area(function: Any) -> str:
    return str(function.__module__).rsplit(".", 2)[-2]
