"""Files that are sent: laid down in one way for the page and the API, under plain names, and swept away in time."""

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

import plantwright.plant  # noqa: F401 - declares the tables
from plantwright.core.jobs import ask_job
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_jobs
from plantwright.flows.jobs import uploaded, uploads
from plantwright.flows.parcels import KEPT_SECONDS, lay_down, put_down, sweep_uploads, unpacked

load_jobs()


@pytest.fixture
def store(tmp_path):
    with Store.create(tmp_path / "plant.db") as made:
        yield made


def packed(files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return memory.getvalue()


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_tables_and_zips_of_them_come_into_one_folder_and_a_workbook_stays_a_file(store):
    files = [("C:\\data\\item.csv", b"code\n"), ("more.zip", packed({"x/site.csv": b"code\n", "x/.hidden": b""}))]
    assert names_in(uploaded(store, lay_down(store, files))) == ["item.csv", "site.csv"]
    book = uploaded(store, lay_down(store, [("plant.xlsx", packed({"xl/workbook.xml": b""}))]))
    assert (book.is_file(), book.suffix) == (True, ".xlsx")
    assert len(names_in(uploads(store))) == 2


@pytest.mark.parametrize(
    "files",
    [[("notes.pdf", b"")], [("", b"")], [("..", b"")], [("a/.csv", b"")], [("a|b.csv", b"")],
     [("item.csv", b""), ("x/item.csv", b"")], [("plant.xlsx", b""), ("item.csv", b"")], [("no.zip", b"PK no more")],
     [("more.zip", packed({"readme.txt": b""}))], [("bomb.zip", packed({"item.csv": b"0" * 3_000_000}))],
     [("bomb.xlsx", packed({"item.csv": b"0" * 3_000_000}))]],
)  # fmt: skip
def test_what_is_no_table_or_would_do_harm_is_refused_and_leaves_nothing(store, files):
    with pytest.raises(ProblemError, match=r"parcel-|archive-wrong"):
        lay_down(store, files)
    assert names_in(uploads(store)) == []


def test_names_lead_nowhere(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    put_down(folder, [("../../item.csv", b""), ("a.zip", packed({"../../../site.csv": b""}))])
    assert (names_in(folder), names_in(tmp_path)) == (["item.csv", "site.csv"], ["in"])
    assert [name for name, _ in unpacked("a.zip", packed({"x/y/item.csv.gz": b""}))] == ["item.csv.gz"]


def test_old_uploads_are_swept_but_those_of_waiting_jobs_and_of_others_stay(store):
    made = [lay_down(store, [("item.csv", b"code\n")]) for _ in range(3)]
    (uploads(store) / "by-hand.csv").write_text("code")
    long_ago = (datetime.now(UTC) - timedelta(seconds=KEPT_SECONDS + 60)).timestamp()
    for name in (made[0], made[1], "by-hand.csv"):
        os.utime(uploads(store) / name, (long_ago, long_ago))
    ask_job(store, "import", {"source": made[1]}, "anna")
    assert sweep_uploads(store) == [made[0]]
    assert names_in(uploads(store)) == sorted(["by-hand.csv", made[1], made[2]])
