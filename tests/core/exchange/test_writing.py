"""Files take their names only when they are complete; what the disk refuses is a problem."""

import os
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter.worksheet

from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exchange import write_folder, write_workbook
from plantwright.core.problem import ProblemError

ITEMS = raw_frame(ENTITIES["item"], [{"code": "A", "kind": "buy"}])
SITES = raw_frame(ENTITIES["site"], [{"code": "S"}])
TABLES = {"item": ITEMS, "site": SITES}
FULL = OSError(28, "No space left on device")


def contents(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_folder_is_made_and_other_files_in_it_stay(tmp_path):
    folder = tmp_path / "out" / "plant"
    folder.mkdir(parents=True)
    (folder / "notes.md").write_text("mine", encoding="utf-8")
    files = write_folder(TABLES, folder, "UTC")
    assert [file.name for file in files] == ["item.csv", "site.csv"]
    assert sorted(contents(folder)) == ["item.csv", "notes.md", "site.csv"]
    assert contents(folder)["site.csv"] == "code,name,time_zone,country,calendar\nS,,,,\n"


def test_a_full_disk_leaves_the_old_files(tmp_path, monkeypatch):
    write_folder(TABLES, tmp_path, "UTC")
    before = contents(tmp_path)
    write = pl.DataFrame.write_csv

    def full(frame, file):
        write(frame.head(0), file)
        if file.name.startswith(".site"):
            raise FULL

    monkeypatch.setattr(pl.DataFrame, "write_csv", full)
    with pytest.raises(ProblemError, match="No space left on device") as raised:
        write_folder(TABLES, tmp_path, "UTC")
    assert [problem.code for problem in raised.value.problems] == ["cannot-write"]
    assert contents(tmp_path) == before


def test_an_interruption_leaves_the_old_files(tmp_path, monkeypatch):
    write_folder(TABLES, tmp_path, "UTC")
    before = contents(tmp_path)

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder({"item": ITEMS.clear(), "site": SITES.clear()}, tmp_path, "UTC")
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_the_old_workbook(tmp_path, monkeypatch):
    path = write_workbook(TABLES, tmp_path / "plant.xlsx", "UTC")
    before = path.read_bytes()

    def full(*_):
        raise FULL

    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "write_comment", full)
    with pytest.raises(ProblemError, match="No space left on device"):
        write_workbook(TABLES, path, "UTC")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["plant.xlsx"]


@pytest.mark.parametrize("write", [write_folder, write_workbook])
def test_a_place_that_cannot_be_written_is_a_problem(tmp_path, write):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ProblemError) as raised:
        write(TABLES, tmp_path / "file" / "plant.xlsx", "UTC")
    assert [problem.code for problem in raised.value.problems] == ["cannot-write"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
@pytest.mark.parametrize("write", [write_folder, write_workbook])
def test_a_read_only_folder_is_a_problem(tmp_path, write):
    folder = tmp_path / "locked"
    folder.mkdir()
    folder.chmod(0o500)
    with pytest.raises(ProblemError) as raised:
        write(TABLES, folder / "plant.xlsx", "UTC")
    assert [problem.code for problem in raised.value.problems] == ["cannot-write"]
    assert list(Path(folder).iterdir()) == []
