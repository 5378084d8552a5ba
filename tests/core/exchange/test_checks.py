"""Across tables: references exist, keys are unique, settings and own fields are known and readable."""

import polars as pl
import pytest

from plantwright.core.checks import check_import, check_plant
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exchange import parse_source, read_source
from plantwright.core.reading import CAP
from plantwright.plant import VIRTUAL_LOCATIONS

PLACES = {"location": VIRTUAL_LOCATIONS}


def tables(**rows):
    return {name: raw_frame(ENTITIES[name], each) for name, each in rows.items()}


ITEMS = [{"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}]


def told(problems):
    return [(problem.code, problem.table, problem.key, problem.column, problem.value) for problem in problems]


def test_a_sound_plant_has_no_problem():
    plant = tables(item=ITEMS, bom_line=[{"parent": "A", "component": "B"}], site=[{"code": "S"}])
    plant |= tables(location=[{"code": "STOCK", "site": "S"}])
    move = {"number": "1", "item": "A", "from_location": "OPENING", "to_location": "STOCK", "quantity": 1, "at": 0}
    assert check_plant(plant | tables(stock_move=[move]), PLACES) == []


def test_a_reference_that_leads_nowhere_names_key_and_value():
    plant = tables(item=ITEMS, bom_line=[{"parent": "A", "component": "b", "effective_from": 20_458}])
    (problem,) = check_plant(plant)
    assert told([problem]) == [("reference-missing", "bom_line", "A / b / 0 / 2026-01-05", "component", "b")]
    assert problem.message == "component names b, which is not in item. Did you mean B?"


def test_a_near_code_is_suggested_in_a_long_list_by_case_only():
    items = [{"code": f"P{number}", "kind": "buy"} for number in range(1_500)]
    lines = [{"parent": "p7", "component": "P8"}, {"parent": "P1", "component": "PP"}]
    assert [problem.message for problem in check_plant(tables(item=items, bom_line=lines))] == [
        "parent names p7, which is not in item. Did you mean P7?",
        "component names PP, which is not in item.",
    ]


def test_an_empty_reference_is_none_where_the_column_has_that_default():
    plant = tables(item=ITEMS, sales_order_line=[{"order": "1", "item": "A", "quantity": 1, "due": 0}])
    assert check_plant(plant) == []
    lane = tables(transfer_lane=[{"from_site": "", "to_site": "", "item": ""}])
    assert [problem.column for problem in check_plant(lane)] == ["from_site", "to_site"]


def test_cells_that_could_not_be_read_are_not_reported_again():
    frame = tables(item=ITEMS, bom_line=[{"parent": None, "component": "B"}])
    assert check_plant(frame) == []


def test_new_rows_may_name_rows_that_the_plant_has(tmp_path):
    (tmp_path / "bom_line.csv").write_text("parent,component\nA,B\nA,C\nD,B\n", encoding="utf-8")
    parsed = parse_source(read_source(tmp_path))
    problems = check_import(parsed.tables, tables(item=ITEMS), PLACES, parsed.places)
    assert [(problem.value, problem.where) for problem in problems] == [
        ("D", "bom_line.csv row 4"),
        ("C", "bom_line.csv row 3"),
    ]


def test_virtual_places_exist_only_when_they_are_passed():
    move = {"number": "1", "item": "A", "from_location": "OPENING", "to_location": "LOSS", "quantity": 1, "at": 0}
    plant = tables(item=ITEMS, stock_move=[move])
    assert check_plant(plant, PLACES) == []
    assert [problem.value for problem in check_plant(plant)] == ["OPENING", "LOSS"]


def test_long_lists_are_cut_and_counted():
    lines = [{"parent": "A", "component": f"X{number}"} for number in range(CAP + 9)]
    problems = check_plant(tables(item=ITEMS, bom_line=lines))
    assert len(problems) == CAP + 1
    assert problems[-1].message == "And 9 more of the same: reference-missing."


def test_keys_that_are_there_twice_are_found():
    (problem,) = check_plant(tables(item=[*ITEMS, {"code": "A", "kind": "buy"}]))
    assert told([problem]) == [("key-twice", "item", "A", "code", "")]
    assert problem.message == "item A is there twice: row 1 and row 3."


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("time_zne", "UTC", "setting-unknown"),
        ("time_zone", "Middle/Earth", "time-zone-unknown"),
        ("currency", "Euro", "currency-unknown"),
        ("as_of", "now", "not-a-moment"),
        ("horizon", "-1", "out-of-range"),
        ("keep_plans", "many", "not-a-number"),
    ],
)
def test_a_setting_that_is_unknown_or_unreadable_is_a_problem(name, value, code):
    (problem,) = check_plant(tables(setting=[{"name": name, "value": value}]))
    assert (problem.code, problem.key, problem.value) == (code, name, value if code != "setting-unknown" else name)


def test_settings_that_can_be_read_are_no_problem():
    values = {"time_zone": "Europe/Berlin", "currency": "USD", "as_of": "", "horizon": "90 d", "plant_name": "Mill"}
    assert check_plant(tables(setting=[{"name": name, "value": value} for name, value in values.items()])) == []


@pytest.mark.parametrize(
    ("entity", "name", "code"),
    [("itm", "colour", "field-of-nothing"), ("planned_order", "colour", "field-of-nothing"),
     ("item", "family", "field-clash"), ("item", "Colour!", "field-name"), ("item", "", "field-name")],
)  # fmt: skip
def test_a_field_of_the_plant_needs_a_table_and_a_free_name(entity, name, code):
    (problem,) = check_plant(tables(user_field=[{"entity": entity, "name": name, "kind": "text"}]))
    assert problem.code == code


def test_a_sound_field_is_no_problem():
    assert check_plant(tables(user_field=[{"entity": "item", "name": "colour_2", "kind": "text"}])) == []


def test_tables_that_are_not_declared_are_left_alone():
    assert check_plant({"something": pl.DataFrame({"x": [1]})}) == []
