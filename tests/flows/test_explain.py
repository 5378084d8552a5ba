"""The working behind a computed number, as every door shows it."""

from pathlib import Path

import pytest

import plantwright as pw
from plantwright.core.explaining import TOPICS, explained, explains
from plantwright.core.problem import ProblemError
from plantwright.flows.catalog import load_reports
from plantwright.flows.explain import working_page
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.methods.working import Step, Working


@pytest.fixture(scope="module")
def planned():
    plant = pw.load(Path(pw.__file__).parent / "samples" / "pumps")
    return MemoryView(plant, pw.plan(plant, schedule=False))


def test_the_cost_of_a_pump_is_the_sum_of_its_parts_and_its_work(planned):
    load_reports()
    page = explained(planned, "unit-cost", "P-100-2")
    values = page.figures["values"]
    parts = [name for name in values if name.startswith("q")]
    total = sum(values[name] * values["c" + name[1:]] for name in parts) + values["w"]
    assert parts
    assert page.figures["answer"] == pytest.approx(total)
    rolled = run_report(planned, "roll_up", {"item": "P-100-2"})
    assert page.figures["answer"] == pytest.approx(rolled.figures["cost"] / 1_000_000)


def test_without_a_topic_all_are_listed_and_an_unknown_one_is_told_with_the_nearest(planned):
    load_reports()
    page = run_report(planned, "explain", {})
    assert set(page.sheets[0].rows["topic"]) == set(TOPICS)
    with pytest.raises(ProblemError, match="unit-cost"):
        run_report(planned, "explain", {"what": "unit-costs", "of": "P-100-2"})


def test_a_working_page_parts_what_was_given_from_what_follows(planned):
    working = Working("a book", (Step("D", "demand", 1300.0), Step("n", "orders", 5.0, "D / 260")))
    page = working_page(planned, "Orders", "5 orders.", working, "a year")
    assert [sheet.title for sheet in page.sheets] == ["Given", "Steps"]
    assert page.figures["values"] == {"D": 1300.0, "n": 5.0}
    assert page.figures["answer"] == 5.0
    assert "a book" in page.notes[0]


def test_a_topic_needs_a_docstring_and_a_name_of_its_own():
    with pytest.raises(TypeError, match="docstring"):
        explains("unit-cost", label="Again")(lambda plan, of, site: None)
