"""The generated reference is complete: every table, column, setting, report and action has its place."""

import importlib.util
from pathlib import Path

import pytest

import gallery
from plantwright.core.action import ACTIONS
from plantwright.core.entity import ENTITIES
from plantwright.core.report import REPORTS
from plantwright.core.settings import SETTINGS

gallery.import_everything()
_spec = importlib.util.spec_from_file_location("generate", Path(__file__).parents[2] / "docs" / "generate.py")
generate = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", ENTITIES)
def test_page_of_a_table_tells_each_column_and_who_names_it(name):
    page = generate.entity_page(ENTITIES[name])
    for column in ENTITIES[name].columns.values():
        assert f"`{column.name}`" in page
        assert generate.cell(column.help) in page
    users = {user.name for user in ENTITIES.values() if name in user.references().values()}
    assert all(f"[{user}]({user}.md)" in page for user in users)


def test_index_leads_to_every_table():
    index = generate.index_page()
    assert all(f"(tables/{name}.md)" in index for name in ENTITIES)


def test_settings_reports_and_actions_are_all_described():
    assert all(f"`{name}`" in generate.settings_page() for name in SETTINGS)
    for declared in (REPORTS, ACTIONS):
        page = generate.declared_page("Title", "Sentence.", declared)
        assert all(f"## {name}" in page for name in declared)
        assert all(f"`{part}`" in page for one in declared.values() for part in one.parameters)


def test_defaults_are_written_as_in_a_file():
    columns = ENTITIES["item_site"].columns
    assert generate.default_of(columns["item"]) == "required"
    assert generate.default_of(columns["lead_time"]) == "empty"
    assert generate.default_of(columns["safety_stock"]) == "`0`"
    assert generate.default_of(SETTINGS["horizon"]) == "`1051200 min`"


def test_cells_keep_their_signs_apart_from_those_of_the_table():
    assert generate.table(["A"], [["x | y\n z <b>"]]) == ["| A |", "| --- |", "| x \\| y z &lt;b> |"]
