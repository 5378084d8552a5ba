"""Give a report in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from plantwright.core import wording
from plantwright.core.pages import Page
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.report import Report
from plantwright.core.store import Store
from plantwright.doors.cli.output import print_json, say, screen
from plantwright.doors.cli.render import Look, as_text, show_page
from plantwright.doors.formats import as_csv, as_json, write_xlsx
from plantwright.flows.reporting import run_report
from plantwright.flows.views import StoreView

OUT_MISSING = problem_kind(
    "out-missing", "A workbook is not printed on the screen.", "Name the file: --out {value}.xlsx"
)
COLUMN_NOT_THERE = problem_kind("report-column", "The report has no column {value}.", "Use one of: {known}.")
_BY_SUFFIX = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".txt": "table"}


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
