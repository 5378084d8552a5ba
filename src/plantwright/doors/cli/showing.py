"""Give a report in the form that was asked for."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import EXACT, Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.frames import written
from plantwright.core.pages import Page, Sheet
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.report import Report
from plantwright.core.store import Store
from plantwright.doors.cli.output import print_json, say, screen
from plantwright.doors.cli.render import Look, show_page
from plantwright.flows.views import StoreView, run_report

OUT_MISSING = problem_kind(
    "out-missing", "A workbook is not printed on the screen.", "Name the file: --out {value}.xlsx"
)
COLUMN_NOT_THERE = problem_kind("report-column", "The report has no column {value}.", "Use one of: {known}.")
_BY_SUFFIX = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".txt": "table"}
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Wanted:
    """What was asked for besides the report's own arguments."""

    format: str = "table"
    as_json: bool = False
    out: Path | None = None
    where: str = ""
    limit: int = 60
    columns: str = ""
    plan: int | None = None
    other: int | None = None
    scenario: str = ""


def show(declared: Report, db: str, arguments: Mapping[str, Any], wanted: Wanted) -> None:
    """Make a report and give it."""
    with Store.open(db) as store:
        view = StoreView(store, wanted.plan, wanted.scenario, need_plan="plan" in declared.wants)
        other = None if wanted.other is None else view.other(wanted.other)
        page = run_report(view, declared.name, arguments, wanted.where, other)
    page = named_for(page, db)
    form, columns = _format(wanted), tuple(part.strip() for part in wanted.columns.split(",") if part.strip())
    stop_on_errors(_unknown(page, columns))
    zone = view.settings.zone
    if form == "xlsx" and wanted.out is None:
        raise ProblemError([OUT_MISSING.at(value=declared.name)])
    if form == "table" and wanted.out is None:
        show_page(screen(), page, Look(zone, wording.year_of(view.as_of, zone), wanted.limit, columns))
    elif form == "json" and wanted.out is None:
        print_json(as_json(page, declared.name, view.number, zone))
    elif wanted.out is None:
        sys.stdout.write(as_csv(page, zone))
    else:
        _write(page, declared.name, view, form, wanted.out)


def named_for(page: Page, db: str) -> Page:
    """Name the database in the commands that a report proposes."""
    notes = tuple(note.replace(" show DB ", f" show {db} ") for note in page.notes)
    return replace(page, sentence=page.sentence.replace(" verify DB.", f" verify {db}."), notes=notes)


def _unknown(page: Page, columns: tuple[str, ...]) -> list[Problem]:
    known = {name for sheet in page.sheets for name in sheet.columns}
    return [
        COLUMN_NOT_THERE.at(column="--columns", value=name, known=", ".join(sorted(known)))
        for name in columns
        if known and name not in known
    ]


def _format(wanted: Wanted) -> str:
    if wanted.as_json:
        return "json"
    by_name = _BY_SUFFIX.get(wanted.out.suffix.lower(), "csv") if wanted.out else "table"
    return by_name if wanted.format == "table" else wanted.format


def _write(page: Page, name: str, view: StoreView, form: str, out: Path) -> None:
    import json  # noqa: PLC0415

    from plantwright.core.exchange.write import completed, writing_errors  # noqa: PLC0415 - loads all of the exchange

    zone = view.settings.zone
    with writing_errors(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
    with completed([out]) as (part,):
        if form == "xlsx":
            write_xlsx(page, part, zone)
        elif form == "json":
            part.write_text(json.dumps(as_json(page, name, view.number, zone), ensure_ascii=False, indent=1))
        elif form == "csv":
            part.write_text(as_csv(page, zone), encoding="utf-8")
        else:
            part.write_text(as_text(page, view))
    rows = sum(sheet.rows.height for sheet in page.sheets)
    say(f"{out} written: {wording.count(rows, 'row')}.")


def as_text(page: Page, view: StoreView) -> str:
    """Write a report as it looks on a screen, all its rows."""
    from rich.console import Console  # noqa: PLC0415

    file = io.StringIO()
    zone = view.settings.zone
    show_page(Console(file=file, width=120), page, Look(zone, wording.year_of(view.as_of, zone), 0))
    return file.getvalue()


# --- for programs ---------------------------------------------------------------------------------------------------


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
    parts = [_safe(written(sheet.shown(), sheet.columns, zone), sheet).write_csv() for sheet in page.sheets]
    return "\n".join(parts)


def _safe(texts: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would take for a formula; numbers stay numbers."""
    cells = []
    for name in (name for name, column in sheet.columns.items() if column.dtype == pl.String):
        first = pl.col(name).str.slice(0, 1)
        cells.append(pl.when(first.is_in(_STARTS_FORMULA)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name))
    return texts.with_columns(cells)


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
