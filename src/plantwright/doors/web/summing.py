"""Sums of a table by one of its columns, in the drawer; a line of them shows its rows in the table."""

from __future__ import annotations

from functools import partial
from typing import Any

from nicegui.element import Element

from plantwright.core.pages import Sheet
from plantwright.doors.web.cells import cell_texts, column_label
from plantwright.doors.web.choices import choice
from plantwright.doors.web.kit import box, button, drawer, words
from plantwright.flows.sums import group_columns, sums_by

MOST = 300
"""Lines of sums that are shown."""


def sum_up(sheet: Sheet, grid: Any, zone: str, year: int) -> None:
    """Open the sums of a table; `grid` shows its rows."""
    by = group_columns(sheet.columns)
    with drawer(f"Sums of {sheet.title.lower() or 'this table'}"):
        if not by:
            words("p", "No column of this table puts rows together.", "pw-dim")
            return
        names = {name: f"By {name.replace('_', ' ')}" for name in by}
        bar, place = box("pw-bar"), box("pw-scroll")
        show = partial(_show, place, sheet, grid, zone, year)
        with bar:
            choice("Put together by", names, by[0], "", show)
            button("All rows", lambda: grid.run_grid_method("setFilterModel", None), hint="Show all rows in the table")
        show(by[0])


def _show(place: Element, sheet: Sheet, grid: Any, zone: str, year: int, by: str) -> None:
    rows, columns = sums_by(sheet.rows, sheet.columns, by)
    shown = rows.head(MOST)
    mixed = "unit" in columns
    texts = {name: cell_texts(shown[name].to_list(), one, zone, year, mixed=mixed) for name, one in columns.items()}
    place.clear()
    with place:
        with box("pw-table", "table"):
            with box(tag="thead"), box(tag="tr"):
                for name, column in columns.items():
                    words("th", column_label(name, column), "" if name in {by, "unit"} else "pw-num")
            with box(tag="tbody"):
                for at in range(shown.height):
                    _line(grid, by, {name: cells[at] for name, cells in texts.items()})
        if rows.height > MOST:
            words("p", f"The first {MOST} of {rows.height} sums.", "pw-dim")


def _line(grid: Any, by: str, texts: dict[str, str]) -> None:
    with box(tag="tr"):
        for name, text in texts.items():
            if name == by:
                with box(tag="td"):
                    show = partial(_filter, grid, by, text)
                    button(text or "\N{EN DASH}", show, hint="Show these rows").classes(replace="pw-plain")
            else:
                words("td", text, "" if name == "unit" else "pw-num")


def _filter(grid: Any, by: str, text: str) -> None:
    one = {"filterType": "text", "type": "equals", "filter": text} if text else {"filterType": "text", "type": "blank"}
    grid.run_grid_method("setFilterModel", {by: one})
