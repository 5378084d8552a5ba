"""One folder for each event: a plant as CSV files, what happens in `events.txt`, and what moves as readable text.

As in `test_scenarios`, which see: `expected.txt` begins with what is proved, and is written anew by
``PLANTWRIGHT_WRITE_SCENARIOS=1 pytest tests/scenarios``.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.scenarios.test_scenarios import HERE, SECTIONS, WRITE, as_text, load_over_base

import plantwright as pw
from plantwright.core.frames import present
from plantwright.flows.reschedule.store import reschedule

FOLDERS = sorted(folder for folder in (HERE / "events").iterdir() if (folder / "expected.txt").exists())
MOVED = "order, sequence, start_before, start, work_center, unit_before, unit, text"


def event_text(folder: Path, sections: list[str]) -> list[str]:
    plant = load_over_base(folder)
    plan = replace(pw.plan(plant), number=1)
    found = reschedule(plant, plan, (folder / "events.txt").read_text(encoding="utf-8").splitlines())
    page = found.page()
    lines = [*page.notes, page.sentence]
    for section in sections:
        if section == "moved":
            moved = [one for one in page.sheets if one.title == "What moved"]
            rows = [present(one.rows, one.columns, plant.settings.zone) for one in moved]
            lines += [section, *(as_text(rows[0], MOVED.split(", ")) if rows else ["  none"])]
        else:
            table, columns = SECTIONS[section]
            lines += [section, *as_text(found.plan[table], columns.split(", "))]
    faults = [str(problem) for problem in found.plan.problems if problem.severity == "error"]
    lines.append("judge: no fault" if found.plan.verified else "judge: " + "; ".join(faults))
    return lines


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_moves_is_as_expected(folder: Path):
    expected = (folder / "expected.txt").read_text(encoding="utf-8").splitlines()
    title, about = expected[0], expected[1]
    sections = [part.strip() for part in about.removeprefix("shows:").split(",")]
    found = [title, about, *event_text(folder, sections)]
    if WRITE:
        (folder / "expected.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == expected or WRITE
