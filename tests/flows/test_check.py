"""The check of a whole plant: nothing is raised, the gravest comes first, long lists are cut and counted."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plantwright
from plantwright.core.circles import circles
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.finding import SHOWN
from plantwright.core.problem import errors
from plantwright.flows.check import check_plant
from plantwright.flows.exchange import load_plant, seen_at
from plantwright.plant import make_plant

MONDAY = 20_458 * 1440
SAMPLE = Path(plantwright.__file__).parent / "samples" / "pumps"


@pytest.fixture(scope="module")
def sample():
    return load_plant(SAMPLE)


def plant(**tables):
    return make_plant({name: raw_frame(ENTITIES[name], rows) for name, rows in tables.items()}, MONDAY)


def test_sample_plant_has_no_error_and_every_problem_says_what_to_do(sample):
    problems = check_plant(sample)
    assert errors(problems) == []
    assert all(problem.message and problem.remedy and problem.table for problem in problems)


def test_empty_plant_has_no_problem():
    assert check_plant(make_plant({}, MONDAY)) == []


def test_problems_come_gravest_first():
    lines = [{"parent": "A", "component": "A", "quantity": 0}]
    found = check_plant(plant(item=[{"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}], bom_line=lines))
    gravity = [problem.severity for problem in found]
    assert gravity == sorted(gravity, key=["error", "warning", "info"].index)
    assert set(gravity) == {"error", "warning", "info"}


def test_problems_of_one_kind_are_cut_and_the_rest_is_counted():
    rows = [{"order": f"S{n:04}", "item": "A", "quantity": 1, "due": MONDAY - 1440} for n in range(SHOWN + 7)]
    found = check_plant(plant(item=[{"code": "A", "kind": "buy"}], sales_order_line=rows))
    late = [problem for problem in found if problem.code == "sales-order-overdue"]
    assert len(late) == SHOWN + 1
    assert late[-1].message == "And 7 more like these."
    assert late[-1].severity == "warning"


def test_same_plant_in_another_order_of_rows_gives_the_same_problems(sample):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=5) for name, frame in sample.raw.items()}
    again = make_plant({**shuffled, "site": sample.raw["site"]}, sample.as_of)
    assert sorted(map(str, check_plant(again))) == sorted(map(str, check_plant(sample)))


def test_moments_are_told_in_the_time_of_the_plant():
    rows = [{"order": "S", "item": "A", "quantity": 1, "due": MONDAY - 60}]
    zone = [{"name": "time_zone", "value": "Asia/Tokyo"}]
    found = check_plant(plant(item=[{"code": "A", "kind": "buy"}], sales_order_line=rows, setting=zone))
    (late,) = [problem for problem in found if problem.code == "sales-order-overdue"]
    assert "2026-01-05 08:00" in late.message


def test_fault_of_a_scenario_is_a_warning_because_the_plant_itself_can_be_planned():
    edit = {"scenario": "S", "sequence": 1, "table": "itm", "change": "set", "column": "price", "value": "5"}
    tables = {"scenario": [{"code": "S"}], "scenario_edit": [edit]}
    assert check_plant(plant(**tables), scenarios=False) == []  # a plan of the plant itself does not look into it
    found = check_plant(plant(**tables))
    assert [(problem.code, problem.severity) for problem in found] == [("scenario-table", "warning")]


def test_wrong_setting_of_the_time_zone_does_not_stop_the_other_checks():
    setting = [{"name": "time_zone", "value": "Mars"}]
    found = check_plant(plant(item=[{"code": "A", "kind": "make"}], setting=setting))
    assert {"time-zone-unknown", "made-of-nothing"} <= {problem.code for problem in found}


@settings(max_examples=15)
@given(data=st.data())
def test_nothing_is_raised_whatever_cells_are_empty(sample, data):
    names = sorted(name for name, frame in sample.raw.items() if frame.height)
    name = data.draw(st.sampled_from(names))
    column = data.draw(st.sampled_from(sample.raw[name].columns))
    rows = data.draw(st.integers(1, sample.raw[name].height))
    frame = sample.raw[name].with_row_index("#")
    frame = frame.with_columns(pl.when(pl.col("#") < rows).then(None).otherwise(pl.col(column)).alias(column)).drop("#")
    check_plant(seen_at(make_plant({**sample.raw, name: frame}, sample.as_of), sample.as_of))


def reaches_itself(start, arcs):
    seen, todo = set(), [last for first, last in arcs if first == start]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += [last for first, last in arcs if first == node]
    return start in seen


@given(st.lists(st.tuples(st.sampled_from("ABCDEFG"), st.sampled_from("ABCDEFG")), max_size=20))
def test_circles_are_circles_and_are_found_whenever_there_is_one(arcs):
    first, last = (pl.Series([arc[end] for arc in arcs], dtype=pl.String) for end in (0, 1))
    found = circles(first, last)
    for circle in found:
        assert len(set(circle)) == len(circle)
        assert all(step in arcs for step in zip(circle, circle[1:] + circle[:1], strict=True))
    assert bool(found) == any(reaches_itself(node, arcs) for node in "ABCDEFG")
