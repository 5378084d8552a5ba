"""The tables are those of the declarations, by migrations that are written out; each release can be upgraded from."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Column, Text, inspect

from plantwright.core import journal
from plantwright.core.column import Kind
from plantwright.core.entity import ENTITIES, stored_entities
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store, metadata, schema
from plantwright.core.store.driver import driver_for
from plantwright.core.store.tables import ROW_VERSION, USER_FIELDS, sql_type
from plantwright.migrations import draft

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.sql"))
HOW_TO = "the declarations have changed: run python -m plantwright.migrations.draft 'what changes'"


def differences(store, tables):
    with store.reading() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), tables)


def test_tables_after_all_migrations_are_those_of_the_declarations(store):
    assert differences(store, metadata()) == [], HOW_TO


def test_comparison_sees_a_column_that_is_missing_extra_of_another_type_or_nullable(store):
    changed = metadata()
    changed.tables["item"].append_column(Column("colour", Text))
    changed.tables["site"].append_column(Column("name", Boolean, nullable=False), replace_existing=True)
    changed.tables["site"].append_column(Column("country", Text, nullable=True), replace_existing=True)
    changed.remove(changed.tables["peg" if "peg" in changed.tables else "skill"])
    kinds = sorted(str(part[0] if isinstance(part, tuple) else part[0][0]) for part in differences(store, changed))
    assert kinds == ["add_column", "modify_nullable", "modify_type", "remove_table"]


def test_every_stored_entity_has_its_table_and_results_have_none(store):
    with store.reading() as connection:
        tables = set(inspect(connection).get_table_names())
        assert {name for name, entity in ENTITIES.items() if entity.role != "result"} <= tables
        assert not {name for name, entity in ENTITIES.items() if entity.role == "result"} & tables
        for name, entity in stored_entities().items():
            columns = [column["name"] for column in inspect(connection).get_columns(name)]
            assert columns == [*entity.columns, ROW_VERSION, USER_FIELDS]
            assert inspect(connection).get_pk_constraint(name)["constrained_columns"] == key_in_order(entity)


def key_in_order(entity):
    return [name for name in entity.columns if name in entity.key]


def test_numbers_are_kept_as_whole_numbers_texts_as_texts_and_flags_as_flags():
    kinds = {kind: type(sql_type(kind)).__name__ for kind in Kind}
    assert {kind for kind, name in kinds.items() if name == "Text"} == {Kind.CODE, Kind.TEXT, Kind.REF, Kind.CHOICE}
    assert {kind for kind, name in kinds.items() if name == "Boolean"} == {Kind.FLAG}
    assert set(kinds.values()) == {"Text", "Boolean", "BigInteger"}


def test_versions_are_one_line_and_the_file_names_tell_them():
    script = ScriptDirectory(str(schema.MIGRATIONS))
    known = [revision.revision for revision in script.walk_revisions()][::-1]
    assert known == schema.revisions()
    assert script.get_heads() == [schema.revisions()[-1]]


def test_draft_of_the_next_version_names_what_differs(tmp_path):
    driver = driver_for(str(tmp_path / "old.sqlite"))
    with driver.engine.begin() as connection:
        schema.upgrade(connection)
        assert draft.draft(connection) == "", HOW_TO
        connection.exec_driver_sql("ALTER TABLE item DROP COLUMN family")
        assert "sa.Column('family', sa.Text()" in draft.draft(connection).replace('"', "'")
    driver.engine.dispose()


def test_first_version_can_be_written_out_again_while_nothing_of_it_is_in_use():
    text = draft.first_version()
    compile(text, "0001.py", "exec")
    assert all(f'"{name}": ' in text for name in metadata().tables)
    assert "user_fields text null" in text


def test_draft_is_written_beside_the_other_versions(tmp_path, monkeypatch):
    assert draft.main("nothing", first=False) is None, HOW_TO
    (tmp_path / "versions").mkdir()
    for path in (schema.MIGRATIONS / "env.py", schema.MIGRATIONS / "versions" / "0001_first_version.py"):
        copy = tmp_path / path.relative_to(schema.MIGRATIONS)
        copy.write_text(
            path.read_text().replace('"code text key, name text, row_version', '"code text key, row_version')
        )
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    written = draft.main("Skills and scenarios get a name", first=False)
    assert written.name == "0002_skills_and_scenarios_get_a_name.py"
    assert 'down_revision = "0001"' in written.read_text()


def test_each_version_of_the_schema_has_a_release_to_upgrade_from():
    assert [path.stem for path in RELEASES] == schema.revisions()


def load(release, path):
    connection = sqlite3.connect(path)
    connection.executescript(release.read_text(encoding="utf-8"))
    connection.close()


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_store_of_a_release_is_upgraded_with_all_that_is_in_it(release, tmp_path):
    path = tmp_path / "plant.sqlite"
    load(release, path)
    assert Store.upgrade(path) == release.stem
    holds_all(path)


BEFORE = (
    ('"code text key, name text, row_version', '"code text key, row_version'),
    ('    "own_setting": ("user text key, name text key, value text"),\n', ""),
)
"""What the first version lacks in the test below: columns and a table that a second one adds."""


def test_store_of_an_earlier_version_is_upgraded_by_a_migration_with_all_that_is_in_it(tmp_path, monkeypatch):
    path, versions = tmp_path / "plant.sqlite", tmp_path / "versions"
    versions.mkdir()
    shutil.copy(schema.MIGRATIONS / "env.py", tmp_path)
    text = (schema.MIGRATIONS / "versions" / "0001_first_version.py").read_text()
    for now, then in BEFORE:
        assert now in text
        text = text.replace(now, then)
    (versions / "0001_first_version.py").write_text(text)
    load(RELEASES[0], path)
    connection = sqlite3.connect(path)
    connection.executescript(
        "ALTER TABLE skill DROP COLUMN name; ALTER TABLE scenario DROP COLUMN name; DROP TABLE own_setting"
    )
    connection.close()
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    draft.main("Names and own settings", first=False)
    with pytest.raises(ProblemError, match="store-older"):
        Store.open(path)
    assert Store.upgrade(path) == "0001"
    assert schema.revisions() == ["0001", "0002"]
    holds_all(path)


def holds_all(path):
    """A store that has the tables of now, and in them what `make_release` put in; its past can be taken back."""
    with Store.open(path) as store:
        assert differences(store, metadata()) == [], HOW_TO
        read = store.read("item")
        assert read.select("code", "price", "colour").rows() == [("BIKE", 0, None), ("WHEEL", 7_000_000, "black")]
        assert store.read("bom_line")["quantity"].to_list() == [2_000_000]
        assert store.read("stock_move")["number"].to_list() == ["M-000001"]
        assert store.load_plan()[0]["options"] == {"capacity": True}
        journal.reverse(store, 2, "anna")
        assert store.read("item")["price"].to_list() == [0, 5_500_000]
        with store.begin("anna", "import", {"folder": "plant"}, key="first") as tx:
            assert tx.answered == "6 rows"


def test_upgrading_what_is_up_to_date_changes_nothing(store, target):
    store.close()
    assert Store.upgrade(target) == schema.revisions()[-1]
    Store.open(target).close()
