"""Tables of the page: AG Grid from the columns that are declared, each value written as everywhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.column import TEXTUAL, Column, Kind
from plantwright.core.pages import Sheet
from plantwright.core.reader import say
from plantwright.doors.web.cells import WRITTEN, column_label, grid_rows, used_columns
from plantwright.doors.web.grid_words import grid_words
from plantwright.doors.web.kit import address, box, button, words
from plantwright.doors.web.layouts import Columns, table_name
from plantwright.doors.web.seat import Seat
from plantwright.doors.web.summing import sum_up

ROWS_SHOWN = 5_000
"""Rows of a table that go to a browser; a filter brings others."""
SMALL = 8
"""Rows below which a table has no bar of its own: it is read at a glance."""
WIDE = {"text", "cause", "help", "name", "message", "remedy"}
DATES = {Kind.MOMENT, Kind.DAY}
OPENS = {
    "demand": "/why/{}", "order": "/order/{}", "item": "/item/{}", "parent": "/item/{}", "component": "/item/{}",
    "work_center": "/work-center/{}",
}  # fmt: skip
"""Where the values of a column lead, by its name or by the table that it names."""


@dataclass(frozen=True)
class Cells:
    """What a grid shows of a sheet: its columns, and for each row the values with their texts.

    Two of them are the same where people see the same.
    """

    columns: dict[str, Column]
    data: list[dict[str, Any]]
    sheet: Sheet = field(compare=False)


def cells_of(sheet: Sheet, year: int, zone: str) -> Cells:
    """Write a sheet for a grid; it holds nothing of who looks at it but how a reader likes it written."""
    rows = sheet.rows.head(ROWS_SHOWN)
    columns = used_columns(rows, sheet.columns)
    return Cells(columns, grid_rows(rows, columns, zone, year, clock=sheet.clock, dashed=sheet.dashed), sheet)


def sheet_grid(
    seat: Seat, sheet: Sheet, year: int, zone: str, *,
    height: str = "", on_row: Callable[[dict[str, Any]], Any] | None = None, mark: str = "", several: bool = False,
    cells: Cells | None = None, opens: Mapping[str, str] | None = None,
) -> Element | None:  # fmt: skip
    """Show a table of a report.

    Parameters
    ----------
    seat : who looks
    sheet : the table
    year, zone : how dates are written
    height : CSS height; by the number of rows where it is empty
    on_row : called with the raw row that was clicked
    mark : name of the grid for tests and styles
    several : whether rows can be chosen, several at a time
    cells : what `cells_of` gives for the sheet, where somebody has it already
    opens : where the texts of columns lead, with {} for the text, where that differs from `OPENS`

    Returns
    -------
    The grid; None where there are no rows.
    """
    if not sheet.rows.height:
        words("p", say("Nothing."), "pw-dim")
        return None
    cells = cells or cells_of(sheet, year, zone)
    columns, data = cells.columns, cells.data
    usual = [
        _definition(seat, name, column, sheet, opens or {}) | _width(name, column, data, tree=name == sheet.tree)
        for name, column in columns.items()
    ]
    liked = Columns(seat, table_name(seat, mark or sheet.title), usual)
    large = sheet.rows.height >= SMALL
    options = {"columnDefs": liked.now() if large else usual, "rowData": data}
    with box("pw-gridbox").style(f"height: {_with_bar(height or height_of(len(data)), large=large)}"):
        bar = box()
        grid = plain_grid(options, "100%", several=several)
    if large:
        liked.attach(grid)
        with bar, table_bar(liked, wording.count(sheet.rows.height, "row")):
            summed = replace(sheet, columns=columns)
            button("", lambda: sum_up(summed, grid, zone, year), icon="functions", hint="Sums of this table")
    if mark:
        grid.mark(mark)
    if on_row:
        raw = sheet.rows.head(ROWS_SHOWN).to_dicts()
        grid.on("cellClicked", lambda event: on_row(raw[event.args["data"]["_row"]]), args=["data"])
    if sheet.rows.height > ROWS_SHOWN:
        words(
            "p",
            say(
                "The first {rows_shown} of {rows} rows.",
                rows_shown=wording.number(ROWS_SHOWN),
                rows=wording.number(sheet.rows.height),
            ),
            "pw-dim",
        )
    return grid


def _with_bar(height: str, *, large: bool) -> str:
    """Give the height of a table with its bar; one that fills the page stays as high as it was."""
    return height if not large or "calc" in height else f"calc({height} + 30px)"


@contextmanager
def table_bar(liked: Columns, said: str = "") -> Iterator[None]:
    """Draw the bar above a table: how much it holds, and at the right what can be done with it."""
    with box("pw-gridbar"):
        words("span", said, "pw-dim")
        box("pw-space")
        yield
        button("", liked.choose, icon="view_column", hint="Columns of this table")


def _definition(seat: Seat, name: str, column: Column, sheet: Sheet, own: Mapping[str, str]) -> dict[str, Any]:
    made = definition(name, column)
    opens = own.get(name) or OPENS.get(name) or OPENS.get(column.target)
    if name == "what" == sheet.tree:  # of pegging: orders and demands of every kind, and stock
        opens = "/order/{}"
    if opens and column.kind in TEXTUAL:
        made |= opening(seat, opens)
    if name == sheet.tree:
        made["cellRendererParams"] = {"tree": True}
        made[":valueFormatter"] = "p => '   '.repeat((p.data.level || 1) - 1) + p.value"
    return made


def opening(seat: Seat, opens: str) -> dict[str, Any]:
    """Give what makes the texts of a column links; `opens` is an address with {} for the text."""
    kept = address(seat, "")
    return {"cellClass": "pw-link", ":cellRenderer": f"p => pwLink(p.value, {opens!r}, {kept!r}, p)"}


def _width(name: str, column: Column, data: list[dict[str, Any]], *, tree: bool = False) -> dict[str, Any]:
    """Give a column the width of its longest text; long texts share what is left of the grid."""
    shown = name if column.kind in TEXTUAL else name + WRITTEN
    longest = max((len(str(row[shown] or "")) for row in data[:400]), default=0)
    head = len(column_label(name, column)) * 7.4 + 48
    if tree:  # each level is set in by four spaces
        longest += 3 * max((row["level"] or 1 for row in data[:400]), default=1)
    width = int(min(max(longest * 7.4 + 24, head), 420))
    return {"flex": 1, "minWidth": 240} if name in WIDE and longest > 30 else {"width": width}


def definition(name: str, column: Column) -> dict[str, Any]:
    """Give the column of a grid for a declared column."""
    number = column.kind not in TEXTUAL and column.kind not in DATES and column.kind is not Kind.FLAG
    made: dict[str, Any] = {
        "field": name, "headerName": column_label(name, column), "headerTooltip": column.help, "sortable": True,
        "resizable": True, "filter": "agTextColumnFilter",
    }  # fmt: skip
    if column.kind not in TEXTUAL:
        made[":valueFormatter"] = f"p => p.data ? p.data['{name}{WRITTEN}'] : ''"
        made[":filterValueGetter"] = f"p => p.data['{name}{WRITTEN}']"
    if words_of := choice_words(column):
        made[":valueFormatter"] = f"p => ({json.dumps(words_of)})[p.value] ?? p.value"
        made[":filterValueGetter"] = f"p => ({json.dumps(words_of)})[p.data['{name}']] ?? p.data['{name}']"
    if number:
        made |= {"cellClass": "pw-num", "headerClass": "pw-num"}
    if name in WIDE:
        made[":tooltipValueGetter"] = "p => p.value"
    if name in {"status", "status_after"}:
        made[":cellClass"] = "p => p.value === 'late' || p.value === 'short' ? 'pw-late' : ''"
    return made


def plain_grid(options: dict[str, Any], height: str, *, several: bool = False) -> Element:
    """Make a grid with the manners of all grids: keyboard, copying, tooltips, columns as wide as their content."""
    manners: dict[str, Any] = {
        "rowHeight": 30, "headerHeight": 32, "tooltipShowDelay": 300, "enableCellTextSelection": True,
        "ensureDomOrder": True, "suppressCellFocus": False, "animateRows": False, "suppressDragLeaveHidesColumns": True,
        "defaultColDef": {"minWidth": 64, "suppressHeaderMenuButton": True}, "localeText": grid_words(),
    }  # fmt: skip
    options = options | {"columnDefs": [_worded(one) for one in options["columnDefs"]]}
    if several:
        manners["rowSelection"] = {"mode": "multiRow", "enableClickSelection": False}
    with box().style(f"height: {height}"):
        grid = ui.aggrid({**manners, **options}, theme="quartz", auto_size_columns=False).classes("pw-grid")
        return grid.style("height: 100%")


def _worded(column: dict[str, Any]) -> dict[str, Any]:
    """Give a column its head and its tooltip in the language of the reader."""
    return column | {name: say(column[name]) for name in ("headerName", "headerTooltip") if column.get(name)}


def choice_words(column: Column) -> dict[str, str]:
    """Give the words of a choice that read differently in the language of the reader."""
    return {one: said for one in column.choices if (said := say(one)) != one}


def height_of(rows: int, most: int = 18) -> str:
    """Give the height of a grid: as many rows as there are, up to so many."""
    return f"{34 + 30 * min(max(rows, 1), most) + 4}px"
