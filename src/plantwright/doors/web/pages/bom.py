"""What an item is made of, as a tree that unfolds, with cost and time rolled up; or where it is used."""

from __future__ import annotations

from functools import partial
from typing import Any

from plantwright.core.column import TEXTUAL, Column
from plantwright.core.pages import Page, Sheet
from plantwright.core.reader import say
from plantwright.doors.web.cells import cell_texts, column_label
from plantwright.doors.web.filters import Filter, filter_bar, tabs
from plantwright.doors.web.kit import address, box, button, head, link, tile, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat
from plantwright.flows.roll_up import USUAL

VIEWS = (("", "Made of"), ("used", "Used in"))
MADE_OF = (
    "component",
    "name",
    "quantity",
    "total",
    "unit",
    "scrap",
    "material",
    "work",
    "cost",
    "own_time",
    "time",
    "kind",
)
USED_IN = ("parent", "name", "quantity", "total")
ORDERS = (("1", "1"), ("", str(USUAL)), ("100", "100"), ("1000", "1 000"))
"""Units that may be ordered at once; set-up is spread over them."""
UNFOLDED = 2
"""Levels that are open at first."""
MOST = 1_000
"""Lines that are shown at once; more unfold when others are folded."""


@screen("/bom/{item:path}", "Bill of material")
async def bom(seat: Seat) -> None:
    """Show the tree of an item, downwards or upwards."""
    code, order = seat.query["item"], seat.query.get("order", "") or str(USUAL)
    upwards = seat.query.get("view", "") == "used"
    page = await (seat.report("where_used", item=code) if upwards else seat.report("roll_up", item=code, order=order))
    with head(say("Bill of material of {code}", code=code), page.sentence):
        button("Routing", to=address(seat, f"/routing/{code}"), icon="account_tree")
        button("Item", to=address(seat, f"/item/{code}"), icon="category")
    tabs(seat, f"/bom/{code}", "view", VIEWS, "used" if upwards else "")
    view = await seat.view(need_plan=False)
    if not upwards:
        _figures(page, str(view.settings["currency"]))
        _order(seat, code)
    sheet = page.sheets[0]
    names = [name for name in (USED_IN if upwards else MADE_OF) if name in sheet.columns]
    if sheet.rows.height > (0 if upwards else 1):
        _Tree(seat, sheet, names, view.settings.zone, await seat.year()).draw()
    else:
        words("p", say("Nothing is made of it.") if upwards else say("It has no bill of material."), "pw-dim")
        if not upwards:
            link(say("The lines of all bills of material"), address(seat, "/tables/bom_line"))


def _figures(page: Page, currency: str) -> None:
    sheet, figures = page.sheets[0], page.figures
    with box("pw-tiles"):
        for name, label in (("cost", "cost of one"), ("material", "bought material"), ("making", "work")):
            column = sheet.columns["cost"]
            tile(cell_texts([round(figures[name], -4)], column, "UTC", 0)[0], f"{label} [{currency}]")
        tile(cell_texts([figures["time"]], sheet.columns["time"], "UTC", 0)[0], "from nothing, closed time not counted")


def _order(seat: Seat, code: str) -> None:
    filter_bar(seat, address(seat, f"/bom/{code}").split("?")[0], (Filter("order", "Ordered at once", ORDERS),))


class _Tree:
    """Lines of which those with a level below them unfold."""

    def __init__(self, seat: Seat, sheet: Sheet, names: list[str], zone: str, year: int) -> None:
        self.seat, self.sheet, self.names = seat, sheet, names
        self.rows = sheet.rows.to_dicts()
        self.texts = {
            name: self.rows_of(name) if sheet.columns[name].kind in TEXTUAL
            else cell_texts([row[name] for row in self.rows], sheet.columns[name], zone, year)
            for name in names
        }  # fmt: skip
        base = self.rows[0]["level"]
        self.open = {n for n, row in enumerate(self.rows) if self.has_parts(n) and row["level"] < base + UNFOLDED}

    def rows_of(self, name: str) -> list[str]:
        return [str(row[name] or "") for row in self.rows]

    def has_parts(self, place: int) -> bool:
        """Tell whether a line has lines below it."""
        return place + 1 < len(self.rows) and bool(self.rows[place + 1]["level"] > self.rows[place]["level"])

    def draw(self) -> None:
        """Draw the lines that are open."""
        with box("pw-bar"):
            button("Unfold all", partial(self._all, unfold=True), icon="unfold_more")
            button("Fold all", partial(self._all, unfold=False), icon="unfold_less")
        with box("pw-card pw-scroll"), box("pw-table pw-tree", "table").props("role=treegrid"):
            with box(tag="thead"), box(tag="tr"):
                for name in self.names:
                    column = self.sheet.columns[name]
                    cell = words("th", column_label(name, column), "" if column.kind in TEXTUAL else "pw-num")
                    cell.props["title"] = column.help
            self.body = box(tag="tbody")
        self._draw_lines()

    def _all(self, *, unfold: bool) -> None:
        self.open = {n for n in range(len(self.rows)) if self.has_parts(n)} if unfold else set()
        self._draw_lines()

    def _turn(self, place: int) -> None:
        self.open ^= {place}
        self._draw_lines()

    def _draw_lines(self) -> None:
        self.body.clear()
        shown, hidden_below = 0, None
        with self.body:
            for place, row in enumerate(self.rows):
                if hidden_below is not None and row["level"] > hidden_below:
                    continue
                hidden_below = None if place in self.open else row["level"]
                self._line(place, row)
                shown += 1
                if shown == MOST:
                    break

    def _line(self, place: int, row: dict[str, Any]) -> None:
        line = box(tag="tr").props(f"aria-level={row['level']}")
        if self.has_parts(place):
            line.props["aria-expanded"] = "true" if place in self.open else "false"
        with line:
            for name in self.names:
                if name == self.names[0]:
                    self._first(place, row, name)
                else:
                    self._cell(place, row, name, self.sheet.columns[name])

    def _cell(self, place: int, row: dict[str, Any], name: str, column: Column) -> None:
        nothing = column.kind not in TEXTUAL and row[name] == 0
        words("td", "–" if nothing else self.texts[name][place], "" if column.kind in TEXTUAL else "pw-num")  # noqa: RUF001 - a dash for nothing

    def _first(self, place: int, row: dict[str, Any], name: str) -> None:
        indent = 18 * (row["level"] - self.rows[0]["level"])
        with box(tag="td"), box("pw-node").style(f"padding-left: {indent}px"):
            if self.has_parts(place):
                is_open = place in self.open
                icon, hint = ("expand_more", "Fold") if is_open else ("chevron_right", "Unfold")
                button("", partial(self._turn, place), icon=icon, hint=f"{hint} {row[name]}").classes("pw-fold")
            else:
                box("pw-fold-none")
            link(row[name], address(self.seat, f"/item/{row[name]}"))
