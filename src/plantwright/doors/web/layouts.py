"""How a person likes a table to look: which columns, their order and width; kept on the server by person and table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core.access import set_own
from plantwright.doors.web.kit import box, button, drawer, words
from plantwright.doors.web.seat import Seat, in_thread

NARROWEST, WIDEST, MOST = 40, 2000, 200
EVENTS = ("columnMoved", "columnResized", "columnVisible")
CHECKED = "(event) => emit(event.target.checked)"

Layout = list[dict[str, Any]]
"""Columns in their order: `id`, and where they differ from what is usual `width` and `hide`."""


def table_name(seat: Seat, title: str) -> str:
    """Name a table for its settings: by the screen, by what the screen is told to show, and by its title."""
    kind = seat.query.get("name") or seat.query.get("kind") or ""
    return ":".join(("table", str(ui.context.client.page.path), kind, title))[:200]


def read_layout(text: str) -> Layout:
    """Read what was kept or sent; what is not as it should be is passed over.

    Examples
    --------
    >>> read_layout('[{"id": "due", "width": 80.4}, {"id": 3}, {"id": "item", "hide": true, "width": null}]')
    [{'id': 'due', 'width': 80}, {'id': 'item', 'hide': True}]
    >>> read_layout("nothing")
    []
    """
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return [made for one in found[:MOST] if (made := _column(one))] if isinstance(found, list) else []


def _column(one: Any) -> dict[str, Any]:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        return {}
    made: dict[str, Any] = {"id": one["id"]}
    width = one.get("width")
    if isinstance(width, int | float) and NARROWEST <= width <= WIDEST:
        made["width"] = round(width)
    if one.get("hide") is True:
        made["hide"] = True
    return made


def laid_out(columns: Sequence[dict[str, Any]], layout: Layout) -> list[dict[str, Any]]:
    """Put the columns of a grid as a person likes them; columns that are new since then follow at the end.

    Examples
    --------
    >>> usual = [{"field": "item", "flex": 1}, {"field": "due"}, {"field": "late"}]
    >>> laid_out(usual, [{"id": "due", "hide": True}, {"id": "item", "width": 90}, {"id": "gone"}])
    [{'field': 'due', 'hide': True}, {'field': 'item', 'width': 90}, {'field': 'late'}]
    """
    by_name = {one["field"]: one for one in columns}
    liked = [(by_name[one["id"]], one) for one in layout if one["id"] in by_name]
    known = {one["id"] for _, one in liked}
    return [_as_liked(usual, one) for usual, one in liked] + [one for one in columns if one["field"] not in known]


def _as_liked(usual: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    made = {name: value for name, value in usual.items() if not ("width" in one and name == "flex")}
    return made | {name: one[name] for name in ("width", "hide") if name in one}


@dataclass
class Columns:
    """The columns of one table before one person: as they are now, and how they are changed and kept.

    Parameters
    ----------
    seat : who looks
    name : of the table, see `table_name`
    usual : the columns as they are at first
    """

    seat: Seat
    name: str
    usual: list[dict[str, Any]]
    grid: Any = None
    line: Element | None = None

    @property
    def kept(self) -> Layout:
        """What the person has set for this table."""
        return read_layout(self.seat.own.get(self.name, ""))

    def now(self) -> list[dict[str, Any]]:
        """Give the columns as they stand now."""
        return laid_out(self.usual, self.kept)

    def attach(self, grid: Any) -> None:
        """Keep what is done to the heads of a grid with the pointer or with keys."""
        self.grid = grid
        send = f"(event) => pwColumns.told({grid.id}, event?.source, emit)"
        for event in EVENTS:
            grid.on(event, lambda told: self.keep(read_layout(str(told.args))), js_handler=send)

    async def keep(self, layout: Layout) -> None:
        """Keep how the table looks now; nothing is kept where it looks as at first."""
        text = json.dumps(layout, separators=(",", ":")) if layout else ""
        self.seat.own[self.name] = text
        await in_thread(lambda: set_own(self.seat.store, self.seat.person.name, self.name, text))

    async def change(self, layout: Layout) -> None:
        """Set the columns and show them so."""
        await self.keep(layout)
        state = [{"colId": one["field"], "hide": bool(one.get("hide"))} for one in self.now()]
        self.grid.run_grid_method("applyColumnState", {"state": state, "applyOrder": True})

    def choose(self) -> None:
        """Offer the columns to be shown, hidden and moved, and the way back."""
        with drawer("Columns"):
            words("p", "What you set here is kept for you, for this table.", "pw-dim")
            place = box("pw-columns", "ul")
            self._list(place)
            with box("pw-bar"):
                button("As at first", self.reset, icon="restart_alt", hint="Show this table as it was at first")

    def _list(self, place: Element) -> None:
        place.clear()
        with place:
            columns = self.now()
            for at, one in enumerate(columns):
                label = str(one.get("headerName") or one["field"])
                with box(tag="li"):
                    self._shown(one, label)
                    up = button("", lambda at=at: self._moved(place, at, -1), icon="arrow_upward", hint=f"{label} up")
                    down = button("", lambda at=at: self._moved(place, at, 1), icon="arrow_downward",
                                  hint=f"{label} down")  # fmt: skip
                    up.props["disabled"], down.props["disabled"] = at == 0, at == len(columns) - 1

    def _shown(self, one: dict[str, Any], label: str) -> None:
        with box(tag="label"):
            tick = ui.element("input").props("type=checkbox")
            tick.props["checked"] = not one.get("hide")
            words("span", label)
        tick.on("change", lambda event: self._set(one["field"], shown=bool(event.args)), js_handler=CHECKED)

    def _layout(self) -> Layout:
        kept = {one["id"]: one for one in self.kept}
        return [kept.get(one["field"], {"id": one["field"]}) for one in self.now()]

    async def _set(self, field: str, *, shown: bool) -> None:
        layout = [one | {"hide": not shown} if one["id"] == field else one for one in self._layout()]
        await self.change(read_layout(json.dumps(layout)))

    async def _moved(self, place: Element, at: int, by: int) -> None:
        layout = self._layout()
        layout.insert(at + by, layout.pop(at))
        await self.change(layout)
        self._list(place)
        with place:  # the button that was pressed is gone: the one that moves the same column on takes the keys
            ui.run_javascript(f"pwColumns.on({place.html_id!r}, {at + by}, {by})")

    async def reset(self) -> None:
        """Show the table as it was at first."""
        await self.keep([])
        ui.navigate.reload()
