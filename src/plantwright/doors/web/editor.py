"""Tables that are edited in place: a grid over a `Draft`, with the bar that saves, reviews and discards."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.column import TEXTUAL, Column, Kind
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.cells import column_label
from plantwright.doors.web.grid import plain_grid, table_bar
from plantwright.doors.web.kit import box, button, drawer, heading, problem_panel, tell, words
from plantwright.doors.web.layouts import Columns
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.typed import Typed
from plantwright.flows.drafts import Draft, DraftRow
from plantwright.flows.edits import Saved, completions, current_row, save_edits

SCRIPT = '<script src="/static/sheet.js"></script>'
Load = Callable[[], Awaitable[Any]]


class Editor:
    """A grid whose cells are edited; nothing is written before it is saved, and then all of it or nothing.

    Parameters
    ----------
    seat : who edits
    draft : the changes that wait
    reload : reads the rows anew after they were saved or discarded, and hands them to `show`
    editable : whether anything may be changed
    hidden : columns that are not shown
    """

    def __init__(
        self, seat: Seat, draft: Draft, reload: Load, *, editable: bool = True, hidden: tuple[str, ...] = ()
    ) -> None:
        self.seat, self.draft, self.reload, self.editable = seat, draft, reload, editable
        self.hidden = {*hidden, *draft.fixed}
        self.name = f"pw-sheet-{draft.entity.name}"
        self.typed = Typed(draft)
        self.grid: Any = None
        self.root: Element = None  # type: ignore[assignment]
        self.bar: Element = None  # type: ignore[assignment]
        self.panel: Element = None  # type: ignore[assignment]

    def draw(self, rows: list[DraftRow], height: str, filters: Mapping[str, str] | None = None) -> None:
        """Draw the grid, the place for problems above it, and the bar below."""
        ui.add_head_html(SCRIPT)
        self.panel = box().props("aria-live=polite")
        shown = {name: column for name, column in self.draft.columns.items() if name not in self.hidden}
        usual = [self._column(name, column, rows) for name, column in shown.items()]
        liked = Columns(self.seat, f"table:{self.draft.entity.name}", usual)
        with table_bar(liked):
            pass
        with box("pw-edit").props(f"id={self.name}") as self.root:
            self.grid = plain_grid(self._options(liked.now(), rows, filters or {}), height, several=self.editable)
            self.grid.mark(self.draft.entity.name)
        liked.attach(self.grid)
        self.bar = box("pw-changes").props("aria-live=polite")
        if self.editable:
            self.grid.on("cellValueChanged", self._edited, args=["data", "colId", "newValue"])
        ui.on(f"pw_sheet_{self.event}", self._asked)

    def _options(
        self, columns: list[dict[str, Any]], rows: list[DraftRow], filters: Mapping[str, str]
    ) -> dict[str, Any]:
        quoted = json.dumps(self.event)
        model = {name: {"filterType": "text", "type": "contains", "filter": text} for name, text in filters.items()}
        return {
            "columnDefs": columns,
            "rowData": [self.row(one) for one in rows],
            ":getRowId": "p => p.data._id",
            ":onGridReady": f"p => pwSheet.attach(p, {quoted}, {json.dumps(self.name)})",
            ":onCellFocused": f"p => pwSheet.focused(p, {quoted})",
            ":onCellMouseOver": f"p => pwSheet.over(p, {quoted})",
            ":rowClassRules": "({'pw-gone': p => p.data && p.data._gone, 'pw-new': p => p.data && p.data._new})",
            "enableCellTextSelection": False,
            "selectionColumnDef": {"pinned": "left", "width": 44},
            "stopEditingWhenCellsLoseFocus": True,
            "initialState": {"filter": {"filterModel": model}},
            "defaultColDef": {
                "minWidth": 64, "suppressHeaderMenuButton": True, "floatingFilter": True, "sortable": True,
                "resizable": True, "suppressFloatingFilterButton": True, "suppressHeaderFilterButton": True,
                ":suppressKeyboardEvent": f"p => pwSheet.key(p, {quoted})",
                ":cellClassRules": (
                    "({'pw-range': p => pwSheet.chosen(p, " + quoted + "),"
                    " 'pw-changed': p => p.data && p.data._changed.includes(p.colDef.field),"
                    " 'pw-fault': p => p.data && !!p.data._faults[p.colDef.field]})"
                ),
                ":tooltipValueGetter": "p => p.data && p.data._faults[p.colDef.field] || undefined",
            },
        }  # fmt: skip

    @property
    def event(self) -> str:
        """Name by which the grid and the script know each other."""
        return self.draft.entity.name

    def _column(self, name: str, column: Column, rows: list[DraftRow]) -> dict[str, Any]:
        made: dict[str, Any] = {
            "field": name, "headerName": column_label(name, column) + " *" * (column.required and self.editable),
            "headerTooltip": column.help, "filter": "agTextColumnFilter", "editable": self.editable,
            "filterParams": {"filterOptions": ["contains"], "maxNumConditions": 1, "debounceMs": 250,
                             ":textMatcher": "pwSheet.matches"},
            **_width(name, column, rows),
        }  # fmt: skip
        if name == next(one for one in self.draft.columns if one not in self.hidden):
            made["pinned"] = "left"
        numbers = column.kind not in TEXTUAL | {Kind.DAY, Kind.MOMENT, Kind.FLAG, Kind.CLOCK}
        if numbers:
            decimals = 2 * (column.kind is Kind.MONEY)
            made |= {"cellClass": "pw-num", "headerClass": "pw-num", ":comparator": "pwSheet.order",
                     ":valueFormatter": f"p => pwSheet.number(p, {decimals})"}  # fmt: skip
        elif column.kind in {Kind.DAY, Kind.MOMENT}:
            made[":valueFormatter"] = "p => pwSheet.day(p)"
        kind = "number" if numbers else "day" if column.kind in {Kind.DAY, Kind.MOMENT} else ""
        return made | {"context": {"kind": kind}} | _editor(column, self.event)

    def row(self, row: DraftRow) -> dict[str, Any]:
        """Give a row as the grid takes it."""
        marks = {"_id": row.ident, "_new": row.key is None, "_gone": row.gone, "_faults": row.faults,
                 "_changed": row.changed}  # fmt: skip
        return {**row.now, **marks}

    def show(self, rows: list[DraftRow]) -> None:
        """Show other rows, such as those of a filter."""
        self.grid.run_grid_method("setGridOption", "rowData", [self.row(one) for one in rows])
        self.tell_changes()

    def _update(self, rows: list[DraftRow]) -> None:
        there = [self.row(row) for row in rows if row.ident in self.draft.rows]
        gone = [{"_id": row.ident} for row in rows if row.ident not in self.draft.rows]
        if rows:
            self.grid.run_grid_method("applyTransaction", {"update": there, "remove": gone})
            self.grid.run_grid_method("refreshCells", {"force": True, "suppressFlash": True})
        self.tell_changes()

    async def _edited(self, event: Any) -> None:
        data, column = event.args["data"], event.args["colId"]
        await self.put([(data["_id"], column, str(event.args.get("newValue") or ""))], [])

    async def _asked(self, event: Any) -> None:
        asked = event.args
        if asked["kind"] == "put":
            await self.put(asked["cells"], asked["added"])
        elif asked["kind"] == "undo":
            await self.undo()
        elif asked["kind"] == "save":
            await self.save()
        elif asked["kind"] == "complete":
            view = await self.seat.view(need_plan=False)
            pairs = await in_thread(lambda: completions(view, asked["target"], asked["text"]))
            ui.run_javascript(f"pwSheet.options({json.dumps(asked['list'])}, {json.dumps(pairs)})")

    async def put(self, cells: list[Any], added: list[Any]) -> None:
        """Write texts into cells and add rows."""
        if not self.editable:
            return
        rows = await in_thread(lambda: self.typed.put(cells, added))
        new = [row for row in rows if row.key is None]
        if added and new:
            self.grid.run_grid_method(
                "applyTransaction", {"add": [self.row(row) for row in new[-len(added) :]], "addIndex": 0}
            )
        self._update(rows)

    async def add(self) -> None:
        """Add an empty row at the top, and begin to edit it."""
        await self.put([], [{}])
        self.grid.run_grid_method("ensureIndexVisible", 0)
        first = next(one for one in self.draft.columns if one not in self.hidden)
        self.grid.run_grid_method("setFocusedCell", 0, first)

    async def delete(self) -> None:
        """Mark the chosen rows to be deleted."""
        chosen = await self.grid.get_selected_rows()
        if not chosen:
            tell("Choose rows first, by the boxes at the left.")
            return
        self._update(self.draft.delete([row["_id"] for row in chosen]))
        self.grid.run_grid_method("deselectAll")

    async def undo(self) -> None:
        """Take the last step back."""
        rows = self.draft.undo()
        lost = {row.ident for row in rows if row.key is None and row.ident in self.draft.rows}
        if lost:  # a new row that was dropped comes back
            self.grid.run_grid_method(
                "applyTransaction", {"add": [self.row(row) for row in rows if row.ident in lost], "addIndex": 0}
            )
        self._update(rows)

    def tell_changes(self) -> None:
        """Say how many changes wait, with what can be done about them."""
        changes = self.draft.changes()
        ui.run_javascript(f"pwSheet.dirty[{json.dumps(self.event)}] = {json.dumps(bool(changes))}")
        self.bar.clear()
        if not changes:
            return
        faults = sum(len(row.faults) for row in self.draft.pending())
        with self.bar:
            words("b", wording.count(len(changes), "change"))
            if faults:
                words("span", say("{cells} to correct", cells=wording.count(faults, "cell")), "pw-late")
            button("Review", self.review, icon="difference")
            button("Undo the last", self.undo, icon="undo", hint="Undo the last change (Ctrl+Z)")
            button("Save", self.save, icon="save", main=True, hint="Save all changes (Ctrl+S)")
            button("Discard", self.discard, bad=True)

    def review(self) -> None:
        """List what waits to be saved."""
        changes = self.draft.changes()
        with drawer(say("Changes of {title}", title=say(self.draft.entity.title).lower())):
            words(
                "p",
                say("{changes} that will be saved together.", changes=wording.count(len(changes), "change")),
                "pw-dim",
            )
            change_table(
                [(one.row, one.what, one.column, one.before, one.after, one.fault) for one in changes],
                ("Row", "What", "Column", "Before", "After", "To correct"),
            )

    async def discard(self) -> None:
        """Drop what waits."""
        self.draft.forget()
        self.panel.clear()
        await self.reload()

    async def save(self) -> None:
        """Write everything that waits, or nothing of it."""
        edits = self.draft.edits()
        if not edits:
            return
        self.panel.clear()
        if unread := self.typed.unread():
            with self.panel:
                problem_panel(unread, "Nothing was saved yet")
            return
        try:
            saved = await in_thread(
                lambda: save_edits(self.seat.store, self.draft.entity.name, edits, self.seat.person)
            )
        except ProblemError as error:
            with self.panel:
                problem_panel(error.problems)
            return
        with self.root:  # the button that was pressed may be gone by then
            if saved.entry or not saved.problems:
                await self._saved(saved)
            else:
                await self._refused(saved)

    async def _saved(self, saved: Saved) -> None:
        self.draft.forget()
        await self.reload()
        parts = [
            (saved.added, say("{rows} added")), (saved.changed, say("{rows} changed")),
            (saved.deleted, say("{rows} deleted")),
        ]  # fmt: skip
        said = ", ".join(what.format(rows=wording.count(count, "row")) for count, what in parts if count)

        async def back() -> None:
            try:
                await in_thread(lambda: reverse(self.seat.store, saved.entry, self.seat.person.name))
            except ProblemError as error:
                tell(str(error.problems[0].message), bad=True)
                return
            await self.reload()
            tell("Taken back.")

        tell(say("Saved: {said}.", said=said or say("nothing had changed")), undo=back if said else None)

    async def _refused(self, saved: Saved) -> None:
        self._update(self.draft.note(saved.problems))
        clashes = [ident for ident, problem in saved.problems if problem.code == "changed-meanwhile" and ident]
        with self.panel:
            problem_panel([problem for _, problem in saved.problems], "Nothing was saved yet")
            for ident in dict.fromkeys(clashes):
                await self._clash(ident)

    async def _clash(self, ident: str) -> None:
        """Show what somebody else wrote beside what is written here, and let one of them stand."""
        row = self.draft.rows[ident]
        now = None
        if row.key is not None:
            key = row.key
            now = await in_thread(lambda: current_row(self.seat.store, self.draft.entity.name, key))
        mine, before = {name: row.now[name] for name in row.changed}, dict(row.was)
        theirs = self.draft.renewed(ident, now, mine=True).was
        names = [name for name in self.draft.columns if name in mine or theirs.get(name, "") != before.get(name, "")]
        with box("pw-card") as card:
            heading(say("{name_of}: two people have changed this row", name_of=self.draft.name_of(row)))
            lines = [
                (name, before.get(name, ""), theirs.get(name, say("deleted")), mine.get(name, "")) for name in names
            ]
            change_table(lines, ("Column", "You had read", "Now it is", "You wrote"))
            with box("pw-bar"):
                button("Keep mine", lambda: self._settle(card, ident, now, mine=True), main=True)
                button("Take theirs", lambda: self._settle(card, ident, now, mine=False))

    def _settle(self, card: Element, ident: str, now: Any, *, mine: bool) -> None:
        row = self.draft.renewed(ident, now, mine=mine)
        row.faults = {}
        if now is None and not mine:
            del self.draft.rows[ident]
        self._update([row])
        card.delete()


def change_table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> None:
    """List changes in a plain table."""
    with box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for name in header:
                words("th", say(name))
        with box(tag="tbody"):
            for row in rows[:500]:
                with box(tag="tr"):
                    for text in row:
                        words("td", text)
    if len(rows) > 500:
        words("p", say("… and {rows} more.", rows=wording.number(len(rows) - 500)), "pw-dim")


def _width(name: str, column: Column, rows: list[DraftRow]) -> dict[str, int]:
    """Give a column room for its head and for its longest text; long texts share what is left of the grid."""
    longest = max((len(row.now.get(name, "")) for row in rows[:300]), default=0)
    if column.kind in {Kind.DAY, Kind.MOMENT}:
        longest += 6
    width = max(min(int(longest * 7.2) + 28, 320), int(len(column_label(name, column)) * 7.4) + 38, 84)
    return {"flex": 1, "minWidth": width} if column.kind is Kind.TEXT and longest > 30 else {"width": width}


def _editor(column: Column, sheet: str) -> dict[str, Any]:
    """Give the editor that fits what a column holds."""
    if column.kind is Kind.CHOICE or column.kind is Kind.FLAG:
        values = column.choices or ("yes", "no")
        empty = () if column.required else ("",)
        return {"cellEditor": "agSelectCellEditor", "cellEditorParams": {"values": [*empty, *values]}}
    if column.kind is Kind.REF:
        return {":cellEditor": "pwSheet.Ref", "cellEditorParams": {"target": column.target, "sheet": sheet}}
    if column.kind is Kind.DAY:
        return {"cellEditor": "agDateStringCellEditor"}
    return {"cellEditor": "agTextCellEditor", ":cellEditorParams": "p => ({ value: pwSheet.spelt(p) })"}
