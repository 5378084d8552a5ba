"""Reports on the screen: a sentence, then tables that fit the width, the most important columns first."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from plantwright.core import wording
from plantwright.core.column import TEXTUAL, Column, Kind
from plantwright.core.pages import Page, Sheet, View
from plantwright.doors.cli.grid import FOLDED, Strip, fitting, show_grid

MOST_DECIMALS = 3
_DATES = {Kind.MOMENT, Kind.DAY}


@dataclass(frozen=True)
class Look:
    """How values are written: time zone, year that goes without saying, rows shown of a table (0 for all), columns."""

    zone: str
    year: int
    limit: int = 60
    columns: tuple[str, ...] = ()


def as_text(page: Page, view: View) -> str:
    """Write a report as it looks on a screen, all its rows."""
    file, zone = io.StringIO(), view.settings.zone
    show_page(Console(file=file, width=120), page, Look(zone, wording.year_of(view.as_of, zone), 0))
    return file.getvalue()


def show_page(console: Console, page: Page, look: Look) -> None:
    """Print a report."""
    console.print(Text(page.sentence, style="bold"))
    for sheet in page.sheets:
        if sheet.rows.height:
            console.print()
            show_sheet(console, sheet, look, titled=len(page.sheets) > 1)
    if page.notes:
        console.print()
    for note in page.notes:
        console.print(Text(note, style="dim"))


def show_sheet(console: Console, sheet: Sheet, look: Look, *, titled: bool) -> None:
    """Print one table: the columns that fit, and below it the names of those that do not."""
    if titled:
        console.print(Text(sheet.title, style="cyan"))
    strips = {name: _strip(sheet, name, look) for name in sheet.columns if name in (look.columns or sheet.columns)}
    # A column that is empty in all rows tells nothing; it only takes room.
    full = [name for name, strip in strips.items() if look.columns or not {"", wording.NONE}.issuperset(strip.cells)]
    full = full or list(strips)[:1]
    chosen = [strips[name] for name in full]
    shown = fitting(chosen, console.width)
    show_grid(console, [chosen[place] for place in shown], console.width)
    _tell_rest(console, sheet, len(chosen[0].cells), [full[i] for i in range(len(full)) if i not in shown])


def _strip(sheet: Sheet, name: str, look: Look) -> Strip:
    column = sheet.columns[name]
    cells = _cells(sheet, name, look)
    text = column.kind in TEXTUAL
    right = not (text or column.kind in _DATES or column.kind is Kind.FLAG) or name in sheet.right
    styles = [_style(name, column, cell) for cell in cells]
    return Strip(header(name, column), cells, right, text, styles, 36 if name in {"text", "cause", "help"} else FOLDED)


def header(name: str, column: Column) -> str:
    """Head a column: its name in words, with the unit."""
    words = name.replace("_", " ")
    # The cells of durations say hours and days themselves.
    return (
        f"{words} [{column.unit}]" if column.unit and (column.kind is not Kind.DURATION or in_hours(column)) else words
    )


def in_hours(column: Column) -> bool:
    """Tell whether durations are written as plain hours, as working time is, whose days are not of 24 hours."""
    return column.kind is Kind.DURATION and column.unit == "h"


def _cells(sheet: Sheet, name: str, look: Look) -> list[str]:
    rows = sheet.rows.head(look.limit) if look.limit else sheet.rows
    column, values = sheet.columns[name], rows[name].to_list()
    if column.kind is Kind.QUANTITY:
        texts = _days(values) if column.unit == "d" else _aligned(values, MOST_DECIMALS)
        return [wording.NONE if name in sheet.dashed and not v else text for v, text in zip(values, texts, strict=True)]
    if column.kind is Kind.DURATION:
        return [_duration(value, column) for value in values]
    if name in sheet.clock:
        how = {"clock": True, "ends": wording.is_end(column)}
        return [_padded("" if v is None else wording.moment(v, look.zone, look.year, **how)) for v in values]
    texts = [wording.shown(value, column, look.zone, look.year) for value in values]
    if column.kind in _DATES:
        return [_padded(text) for text in texts]
    if name == sheet.tree:
        return [wording.SPACE * 2 * (level - 1) + text for level, text in zip(rows["level"], texts, strict=True)]
    return texts


def _padded(date: str) -> str:
    """Put a space before a day of one digit, so that dates stand below each other."""
    weekday, space, rest = date.partition(wording.SPACE)
    return f"{weekday}{space}{wording.SPACE}{rest}" if rest[1:2] == wording.SPACE else date


def _days(values: Sequence[int | None]) -> list[str]:
    """Write days with one decimal, or with none where all of them are whole."""
    step = 100_000
    rounded = [None if value is None else round(value / step) * step for value in values]
    decimals = max((wording.needed_decimals(value) for value in rounded if value is not None), default=0)
    return ["" if value is None else wording.decimal(value, decimals) for value in rounded]


def _aligned(values: Sequence[int | None], most: int) -> list[str]:
    """Write quantities with the decimals they need, up to so many, the points below each other."""
    step = 10 ** (6 - most)
    rounded = [None if value is None else round(value / step) * step for value in values]
    own = [0 if value is None else wording.needed_decimals(value) for value in rounded]
    widest = max(own, default=0)
    texts = []
    for value, decimals in zip(rounded, own, strict=True):
        room = widest - decimals + (1 if widest and not decimals else 0)
        texts.append("" if value is None else wording.decimal(value, decimals) + wording.SPACE * room)
    return texts


def _duration(value: int | None, column: Column) -> str:
    if value is None:
        return ""
    if in_hours(column):
        return wording.number(value / 3_600_000, 1)
    return wording.duration(value) if value else wording.NONE


def _style(name: str, column: Column, cell: str) -> str:
    if name in {"status", "status_after"}:
        return {"late": "red", "short": "bold red"}.get(cell, "")
    return "red" if name == "late" and column.kind is Kind.FLAG else ""


def _tell_rest(console: Console, sheet: Sheet, shown: int, hidden: Sequence[str]) -> None:
    if sheet.rows.height > shown:
        left = wording.count(sheet.rows.height - shown, "more row")
        console.print(Text(f"… {left}: --limit 0 shows all, --where chooses, --out FILE keeps them", style="dim"))
    if hidden:
        console.print(Text(f"Also there, with --columns: {', '.join(hidden)}", style="dim"))
