"""Material: the projected stock of all items week by week, what is short first."""

from __future__ import annotations

from datetime import date
from typing import Any

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Sheet
from plantwright.doors.web.cells import grid_rows
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import ROWS_SHOWN, definition, opening, plain_grid, table_bar
from plantwright.doors.web.kit import address, box, button, empty, head
from plantwright.doors.web.layouts import Columns
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

SHOWS = (("", "all items"), ("short", "short"), ("excess", "in excess"))
COUNT = 13
FIRST = {"item": 110, "name": 190, "site": 76, "on_hand": 92, "safety_stock": 100, "short": 84, "excess": 90}


@screen("/material", "Material", "inventory", "Plan")
async def material(seat: Seat) -> None:
    """Show how the stock of every item goes; what is below zero is needed before the plan has it."""
    view = await seat.view()
    names = ("show", "site", "family", "bucket")
    told: dict[str, Any] = {name: seat.query[name] for name in names if seat.query.get(name)}
    page = await seat.report("material", **{**told, "count": COUNT})
    with head("Material", page.sentence):
        button("Stock", to=address(seat, "/stock"), icon="warehouse")
    families = sorted({one for one in view.table("item")["family"] if one})
    sites = tuple((one, one) for one in view.table("site")["code"])
    filter_bar(seat, "/material", [
        Filter("show", "Show", SHOWS), Filter("bucket", "By", (("", "week"), ("day", "day"), ("month", "month"))),
        Filter("site", "Site", (("", "all"), *sites)), Filter("family", "Family", known=families),
    ])  # fmt: skip
    sheet = page.sheets[0]
    if not sheet.rows.height:
        empty("No item is like that.", ("All items", address(seat, "/material")))
        return
    _grid(seat, sheet, list(page.figures["periods"]), view.settings.zone, await seat.year())


def _grid(seat: Seat, sheet: Sheet, periods: list[str], zone: str, year: int) -> None:
    rows = sheet.rows.head(ROWS_SHOWN)
    columns = {name: sheet.columns[name] for name in (*FIRST, *periods)}
    data = grid_rows(rows, columns, zone, year, dashed=sheet.dashed)
    for line, stock in zip(data, rows["projected"], strict=True):
        line["course"] = [value / SCALE for value in stock]
    made = [definition(name, columns[name]) | {"width": FIRST[name]} for name in FIRST]
    made[0] |= {"pinned": "left", **opening(seat, "/item/{}")}
    made.append({"field": "course", "headerName": "Course", "width": 140, "sortable": False, "filter": False,
                 "cellDataType": False, ":cellRenderer": "p => pwSpark(p.value)",
                 "headerTooltip": "Projected stock over the periods"})  # fmt: skip
    for name in periods:
        column = definition(name, columns[name])
        below = "p => p.value < 0 ? 'pw-num pw-late' : 'pw-num'"
        column |= {"width": 88, ":cellClass": below, "headerName": _short(name, year)}
        column.pop("cellClass", None)
        made.append(column)
    liked = Columns(seat, "table:material", made)
    with box("pw-gridbox").style("height: calc(100vh - 230px)"):
        with table_bar(liked, wording.count(rows.height, "item")):
            pass
        grid = plain_grid({"columnDefs": liked.now(), "rowData": data}, "100%").mark("material")
    liked.attach(grid)


def _short(day: str, year: int) -> str:
    """Write the day of a column.

    Examples
    --------
    >>> _short("2026-03-02", 2026).replace(wording.SPACE, " ")
    '2 Mar'
    """
    when = date.fromisoformat(day)
    number = (when - date(1970, 1, 1)).days
    return wording.day_of_month(number) if when.year == year else wording.day(number, year).split(wording.SPACE, 1)[1]
