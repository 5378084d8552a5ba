"""The forms of a report for programs and sheets: JSON, CSV, an Excel workbook; the same at every door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from plantwright.core.column import EXACT, Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.frames import defused, written
from plantwright.core.pages import Page, Sheet


def as_json(page: Page, name: str, plan: int, zone: str) -> dict[str, Any]:
    """Give a report as one JSON object: its figures, its sentence, and the rows of its tables."""
    sheets = [sheet for sheet in page.sheets if not sheet.in_words]
    found: dict[str, Any] = {"report": name, "plan": plan, "sentence": page.sentence, **page.figures, "problems": []}
    if len(sheets) == 1 and len(page.sheets) == 1:
        return {**found, "rows": _rows(sheets[0], zone)}
    return {**found, "tables": {sheet.title: _rows(sheet, zone) for sheet in sheets}} if sheets else found


def _rows(sheet: Sheet, zone: str) -> list[dict[str, Any]]:
    rows = sheet.shown()
    texts = written(rows, sheet.columns, zone)
    cells = {name: _json_cells(rows[name], texts[name], column) for name, column in sheet.columns.items()}
    return [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]


def _json_cells(raw: pl.Series, texts: pl.Series, column: Column) -> list[Any]:
    if column.kind in EXACT:
        return [None if value is None else _number(value, SCALE) for value in raw]
    if column.kind is Kind.DURATION:  # minutes
        return [None if value is None else _number(value, 60_000) for value in raw]
    if column.kind in {Kind.WHOLE, Kind.FLAG}:
        return raw.to_list()
    if column.kind in {Kind.MOMENT, Kind.DAY}:
        return [text or None for text in texts]
    return texts.to_list()


def _number(value: int, scale: int) -> float:
    return value // scale if value % scale == 0 else value / scale


def as_csv(page: Page, zone: str) -> str:
    """Write the tables of a report as CSV, one after the other, a line between them."""
    parts = [defused(written(sheet.shown(), sheet.columns, zone), sheet.columns).write_csv() for sheet in page.sheets]
    return "\n".join(parts)


def write_xlsx(page: Page, path: Path, zone: str) -> None:
    """Write the tables of a report as a workbook, one sheet a table; texts are written as texts, never as formulas."""
    import xlsxwriter  # noqa: PLC0415

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E7ECF2", "bottom": 1})
        for number, sheet in enumerate(page.sheets or (Sheet("Report", pl.DataFrame(), {}),), start=1):
            _write_sheet(book.add_worksheet(_sheet_name(sheet.title, number)), sheet, zone, head, page.sentence)


def _sheet_name(title: str, number: int) -> str:
    kept = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip()
    return kept[:31] or f"Sheet {number}"


def _write_sheet(target: Any, sheet: Sheet, zone: str, head: Any, sentence: str) -> None:
    target.write_string(0, 0, sentence)
    target.freeze_panes(3, 0)
    rows = _rows(sheet, zone)
    for index, (name, column) in enumerate(sheet.columns.items()):
        unit = "min" if column.kind is Kind.DURATION else column.unit
        target.write_string(2, index, f"{name.replace('_', ' ')} [{unit}]" if unit else name.replace("_", " "), head)
        target.set_column(index, index, 12 if column.dtype != pl.String else 18)
    for row, values in enumerate(rows, start=3):
        for index, value in enumerate(values.values()):
            if isinstance(value, bool):
                target.write_string(row, index, "yes" if value else "no")
            elif isinstance(value, (int, float)):
                target.write_number(row, index, value)
            elif value:
                target.write_string(row, index, str(value))
