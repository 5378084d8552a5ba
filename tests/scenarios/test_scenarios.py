"""One folder for each planning idea: a small plant as CSV files, and the plan that is expected of it as readable text.

The first line of `expected.txt` says what the scenario proves. After a deliberate change of the planner, write all
texts anew with ``PLANTWRIGHT_WRITE_SCENARIOS=1 pytest tests/scenarios`` and read the difference before committing it.
Files that a folder does not have itself come from `_base`: one site, one work center, one shift from Monday to Friday.
A folder `before` within it holds the files as they were when the plan in force was made; its frozen part is kept.
"""

import os
import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest

import plantwright as pw
from plantwright.core.problem import ProblemError
from plantwright.plant import Plan, Plant

HERE = Path(__file__).parent
FOLDERS = sorted(folder for folder in HERE.iterdir() if (folder / "expected.txt").exists())
BASE = HERE / "_base"
WRITE = os.environ.get("PLANTWRIGHT_WRITE_SCENARIOS") == "1"
SECTIONS = {
    "demand": ("demand_plan", "demand, item, quantity, due, projected, status, cause"),
    "orders": (
        "planned_order",
        "order, state, source, item, site, quantity, start, finish, due, supplier, from_site",
    ),
    "costs": ("planned_order", "order, item, quantity, supplier, unit_cost"),
    "components": ("planned_component", "order, item, site, operation, quantity, taken, replaces"),
    "pegs": ("peg", "demand, item, quantity, supply_kind, supply"),
    "operations": (
        "scheduled_operation",
        "order, sequence, work_center, unit, start, finish, setup, run, people, state",
    ),
    "reasons": ("reason", "demand, step, kind, object, order, days, text, binding"),
    "messages": ("message_draft", "action, order, quantity, new_quantity, due, new_due"),
    "consumed": ("consumed_forecast", "forecast, order, quantity"),
}
"""Parts of a plan that a scenario may show; the second line of expected.txt names those that it is about."""


def shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:%a %d %b %H:%M}" if hasattr(value, "hour") else str(value)
    if text.replace(".", "").replace("-", "").isdigit() and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text or "-"


def as_text(frame: pl.DataFrame, columns: list[str]) -> list[str]:
    if frame.is_empty():
        return ["  none"]
    rows = [columns] + [[shown(value) for value in row] for row in frame.select(columns).iter_rows()]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    used = [place for place in range(len(columns)) if any(row[place] != "-" for row in rows[1:])]
    return ["  " + "  ".join(row[place].ljust(widths[place]) for place in used).rstrip() for row in rows]


def load_over_base(*folders: Path) -> Plant:
    with tempfile.TemporaryDirectory() as whole:
        for part in (BASE, *folders):
            shutil.copytree(part, whole, dirs_exist_ok=True, ignore=shutil.ignore_patterns("before"))
        return pw.load(whole)


def plan_in_force(folder: Path) -> Plan | None:
    before = folder / "before"
    return pw.plan(load_over_base(folder, before)) if before.exists() else None


def plan_text(folder: Path, sections: list[str]) -> list[str]:
    lines: list[str] = []
    try:
        plant = load_over_base(folder)
        plan = pw.plan(plant, schedule="no schedule" not in sections, previous=plan_in_force(folder))
    except ProblemError as error:
        return [f"  {problem}" for problem in error.problems]
    for section in sections:
        if section in SECTIONS:
            table, columns = SECTIONS[section]
            lines += [section, *as_text(plan[table], columns.split(", "))]
    faults = [str(problem) for problem in plan.problems if problem.severity == "error"]
    lines.append("judge: no fault" if plan.verified else "judge: " + "; ".join(faults))
    return lines


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_plan_is_as_expected(folder: Path):
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    title, about = expected[0], expected[1]
    sections = [part.strip() for part in about.removeprefix("shows:").split(",")]
    found = [title, about, *plan_text(folder, sections)]
    if WRITE:
        (folder / "expected.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == expected or WRITE


def test_there_are_scenarios():
    assert FOLDERS
