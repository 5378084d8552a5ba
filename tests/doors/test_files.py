"""init, import, export, check, upgrade: what they say, write and leave alone."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from plantwright import migrations


def rows_of(db, table):
    with closing(sqlite3.connect(db)) as connection, connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def contents(db):
    with closing(sqlite3.connect(db)) as connection, connection:
        return list(connection.iterdump())


@pytest.fixture
def items(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "item.csv").write_text("code,name,kind\nA,Pump,make\nB,Bolt,buy\n")
    (folder / "bom_line.csv").write_text("parent,component,quantity\nA,B,4\n")
    return folder


def test_init_makes_a_database_and_says_what_to_do_next(run, tmp_path):
    answer = run("init", tmp_path / "plant.db")
    assert answer.status == 0
    assert "plantwright import" in answer.out
    assert rows_of(tmp_path / "plant.db", "item") == 0


def test_init_leaves_a_database_that_is_there(run, empty):
    before = empty.read_bytes()
    answer = run("init", empty, "--json")
    assert answer.status == 1
    assert answer.codes == {"store-exists"}
    assert empty.read_bytes() == before


def test_import_adds_rows_and_counts_them(run, empty, items):
    answer = run("import", empty, items, "--json")
    assert answer.status == 0
    assert answer.json["written"] is True
    assert answer.json["tables"]["item"] == {"inserted": 2, "updated": 0, "same": 0}
    assert rows_of(empty, "bom_line") == 1


def test_import_again_changes_nothing_and_leaves_no_entry(run, empty, items):
    run("import", empty, items)
    answer = run("import", empty, items, "--json")
    assert answer.json["tables"]["item"] == {"inserted": 0, "updated": 0, "same": 2}
    assert answer.json["entry"] == 0
    assert "Everything was there already." in run("import", empty, items).out


def test_dry_run_counts_and_writes_nothing(run, empty, items):
    before = contents(empty)
    answer = run("import", empty, items, "--dry-run")
    assert answer.status == 0
    assert "nothing was written" in answer.out
    assert contents(empty) == before


def test_every_fault_is_told_with_place_value_and_remedy_and_nothing_is_written(run, empty, items):
    (items / "item.csv").write_text("code,name,kind\nA,Pump,make\nB,Bolt,by\n")
    (items / "bom_line.csv").write_text("parent,component,quantity\nA,B,four\nA,C,1\n")
    before = contents(empty)
    answer = run("import", empty, items, "--json")
    assert answer.status == 1
    assert answer.codes == {"not-a-choice", "not-a-number", "reference-missing"}
    missing = next(one for one in answer.json["problems"] if one["code"] == "reference-missing")
    assert (missing["where"], missing["value"]) == ("bom_line.csv row 3", "C")
    assert missing["remedy"]
    assert contents(empty) == before


def test_faults_are_grouped_and_cut_on_the_screen_and_complete_in_json(run, empty, items):
    lines = "".join(f"A,X{number},1\n" for number in range(30))
    (items / "bom_line.csv").write_text("parent,component,quantity\n" + lines)
    answer = run("import", empty, items)
    assert answer.status == 1
    assert "✗ reference-missing  30" in answer.err
    assert "… and 20 more (--json lists all)" in answer.err
    assert "30 faults." in answer.err
    assert "Nothing was written." in answer.out
    assert len(run("import", empty, items, "--json").json["problems"]) == 30


def test_reference_may_name_a_row_that_is_there_already(run, empty, items):
    run("import", empty, items)
    (items / "item.csv").unlink()
    (items / "bom_line.csv").write_text("parent,component,quantity\nA,B,5\n")
    answer = run("import", empty, items, "--json")
    assert answer.json["tables"]["bom_line"] == {"inserted": 0, "updated": 1, "same": 0}


def test_mapping_reads_another_system(run, empty, shared, tmp_path):
    generator = shared / "tools" / "gen_plant.py"
    size = ("--items", "50", "--demands", "20", "--resources", "4")
    subprocess.run([sys.executable, generator, *size, "--out", tmp_path / "g"], check=True, capture_output=True)
    answer = run("import", empty, tmp_path / "g", "--mapping", "gen_plant", "--json")
    assert answer.status == 0
    assert answer.json["tables"]["sales_order_line"]["inserted"] == 20
    assert run("import", empty, tmp_path / "g", "--mapping", "gen_plan", "--json").codes == {"mapping-unknown"}


def test_sample_goes_out_as_a_folder_and_comes_back_the_same(run, imported, tmp_path):
    assert run("export", imported, tmp_path / "out").status == 0
    assert run("init", tmp_path / "again.db").status == 0
    assert run("import", tmp_path / "again.db", tmp_path / "out").status == 0
    assert run("export", tmp_path / "again.db", tmp_path / "out2").status == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "out2").iterdir())
    for name in names:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "out2" / name).read_bytes()


def test_sample_goes_out_as_a_workbook_and_comes_back_the_same(run, imported, tmp_path):
    assert run("export", imported, tmp_path / "plant.xlsx").status == 0
    answer = run("import", imported, tmp_path / "plant.xlsx", "--json")
    assert answer.status == 0
    assert sum(counts["inserted"] + counts["updated"] for counts in answer.json["tables"].values()) == 0


def test_places_that_every_plant_has_are_not_exported(run, empty, items, tmp_path):
    (items / "location.csv").write_text("code,name,kind\nWH,Warehouse,store\nLOSS,Where losses go,virtual\n")
    run("import", empty, items)
    run("export", empty, tmp_path / "out")
    assert pl.read_csv(tmp_path / "out" / "location.csv")["code"].to_list() == ["LOSS", "WH"], "the own LOSS stays"


def test_template_has_headers_of_all_tables_and_no_rows(run, imported, tmp_path):
    answer = run("export", imported, tmp_path / "t", "--template", "--json")
    assert len(answer.json["files"]) > 30
    assert pl.read_csv(tmp_path / "t" / "item.csv").height == 0
    assert "drawing" in pl.read_csv(tmp_path / "t" / "item.csv").columns, "the plant's own fields are in it"


def test_check_lists_what_is_odd_and_passes_without_errors(run, imported):
    answer = run("check", imported, "--json")
    assert answer.status == 0
    assert {problem["severity"] for problem in answer.json["problems"]} <= {"warning", "info"}
    assert "warning" in run("check", imported).err


def test_check_fails_on_an_error(run, imported, tmp_path):
    (tmp_path / "item.csv").write_text("code,kind\nX,make\nY,make\n")
    (tmp_path / "bom_line.csv").write_text("parent,component,quantity\nX,Y,1\nY,X,1\n")
    for name in ("item", "bom_line"):
        assert run("import", imported, tmp_path / f"{name}.csv").status == 0
    answer = run("check", imported, "--json")
    assert answer.status == 1
    assert "bom-circle" in answer.codes or any("X" in one["message"] for one in answer.json["problems"])


def test_upgrade_of_a_new_database_has_nothing_to_do(run, empty):
    newest = max(file.name[:4] for file in (Path(migrations.__file__).parent / "versions").glob("0*.py"))
    assert run("upgrade", empty, "--json").json["found"] == newest


# --- databases and files that cannot be used ------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("check",), ("plan",), ("show", "summary"), ("journal",), ("upgrade",)])
def test_missing_database_is_told_calmly(run, tmp_path, command):
    first, *rest = command
    answer = run(first, tmp_path / "no.db", *rest, "--json")
    assert answer.status == 1
    assert answer.codes == {"store-missing"}


def test_missing_source_is_told(run, empty, tmp_path):
    assert run("import", empty, tmp_path / "no", "--json").codes == {"file-missing"}


def test_foreign_sqlite_file_is_left_alone(run, tmp_path):
    db = tmp_path / "other.db"
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("CREATE TABLE song (title text)")
    before = contents(db)
    answer = run("check", db, "--json")
    assert (answer.status, answer.codes) == (1, {"store-foreign"})
    assert contents(db) == before


def test_file_that_is_no_database_is_told(run, tmp_path):
    (tmp_path / "x.db").write_text("hello")
    assert run("check", tmp_path / "x.db", "--json").codes == {"store-foreign"}


def test_truncated_database_is_told(run, imported):
    data = imported.read_bytes()
    imported.write_bytes(data[: len(data) // 3])
    answer = run("export", imported, imported.parent / "out", "--json")
    assert answer.status == 1
    assert answer.codes <= {"store-damaged", "store-foreign"}


def test_database_of_a_newer_version_is_told(run, empty):
    with closing(sqlite3.connect(empty)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    answer = run("check", empty, "--json")
    assert (answer.status, answer.codes) == (1, {"store-newer"})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder_is_told(run, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    assert run("init", folder / "plant.db", "--json").codes == {"store-read-only"}


def test_target_that_cannot_be_a_folder_is_told(run, imported, tmp_path):
    (tmp_path / "file").write_text("")
    assert run("export", imported, tmp_path / "file", "--json").codes == {"target-unknown"}
    assert run("export", imported, tmp_path / "file" / "below", "--json").codes == {"cannot-write"}


def test_plant_lives_in_postgresql_too(run, postgres_database, items):
    assert run("init", postgres_database).status == 0
    assert run("import", postgres_database, items).status == 0
    assert "B" in run("show", postgres_database, "bom", "A").out
    assert run("init", postgres_database, "--json").codes == {"store-exists"}
