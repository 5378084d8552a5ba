"""Whatever is wrong with a store is said in words, with what to do about it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy

from plantwright.core.problem import ProblemError
from plantwright.core.store import Store, schema

from .conftest import codes, codes_of, items, write

ROOT = Path(__file__).resolve().parents[3]


def code_of_opening(target, how=Store.open):
    with pytest.raises(ProblemError) as raised:
        how(target)
    (problem,) = raised.value.problems
    assert problem.remedy
    return problem.code


def test_new_store_is_made_once(kind, request, tmp_path):
    target = tmp_path / "new.sqlite" if kind == "sqlite" else request.getfixturevalue("postgres_database")
    with Store.create(target) as store:
        write(store, "item", items("A"))
    assert code_of_opening(target, Store.create) == "store-exists"
    with Store.open(target) as store:
        assert codes(store) == ["A"]


def test_file_that_is_missing_must_be_created_first(tmp_path):
    assert code_of_opening(tmp_path / "none.sqlite") == "store-missing"
    assert not (tmp_path / "none.sqlite").exists()
    assert code_of_opening(tmp_path / "none" / "a.sqlite", Store.create) == "store-folder-missing"


def test_file_of_something_else_is_left_alone(tmp_path):
    other = tmp_path / "other.sqlite"
    for content in (b"", b"name,quantity\nA,5\n", b"SQLite format 3\0" + b"\xff" * 5000):
        other.write_bytes(content)
        assert code_of_opening(other) in {"store-foreign", "store-damaged"}
        assert other.read_bytes() == content
    assert code_of_opening(tmp_path) == "store-foreign"
    other.unlink()
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE item (code TEXT)")
    connection.close()
    assert code_of_opening(other) == "store-foreign"
    assert code_of_opening(other, Store.upgrade) == "store-foreign"


def foreign(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE item (code TEXT)")
    connection.close()


def foreign_with_log(path):
    """Another program's file that is in use: its table stands in the write-ahead log alone."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE item (code TEXT)")
    for part in folder_of(path):
        part.with_name("held-" + part.name).write_bytes(part.read_bytes())
    connection.close()
    for part in folder_of(path):
        part.rename(part.with_name(part.name.removeprefix("held-")))


def foreign_with_log_alone(path):
    foreign_with_log(path)
    Path(f"{path}-shm").unlink()


def without_tables(path):
    connection = sqlite3.connect(path)
    connection.execute("VACUUM")
    connection.execute("PRAGMA user_version = 1")
    connection.close()


def truncated(path):
    path.write_bytes(path.read_bytes()[:50_000])


def of_a_newer_version(path):
    set_version(path, "9999")


def of_no_version(path):
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM alembic_version")
    connection.commit()
    connection.close()


def folder_of(path):
    return sorted(path.parent.iterdir())


FOREIGN = [foreign, foreign_with_log, foreign_with_log_alone, without_tables]
REFUSED = [*FOREIGN, truncated, of_a_newer_version, of_no_version]


@pytest.mark.parametrize("how", [Store.open, Store.upgrade])
@pytest.mark.parametrize("make", REFUSED)
def test_file_that_is_refused_keeps_every_byte_and_gets_nothing_beside_it(tmp_path, empty_file, make, how):
    path = tmp_path / "some ?%41.sqlite"
    if make not in FOREIGN:
        shutil.copy(empty_file, path)
    make(path)
    before = {part.name: part.read_bytes() for part in folder_of(path)}
    code_of_opening(path, how)
    assert {part.name: part.read_bytes() for part in folder_of(path)} == before


def test_file_in_a_folder_that_is_read_only_keeps_every_byte(tmp_path, empty_file, monkeypatch):
    path = Path(shutil.copy(empty_file, tmp_path))
    before = path.read_bytes()
    monkeypatch.setattr(os, "access", lambda place, _how: Path(place) != tmp_path)
    assert code_of_opening(path) == "store-read-only"
    assert [part.read_bytes() for part in folder_of(path)] == [before]


def test_plant_that_was_copied_out_of_its_log_is_opened(tmp_path, empty_file):
    path = tmp_path / "copy.sqlite"
    connection = sqlite3.connect(empty_file)
    connection.execute("VACUUM INTO ?", (str(path),))
    connection.close()
    assert path.read_bytes()[18:20] == b"\x01\x01"
    with Store.open(path) as store:
        write(store, "item", items("A"))
        with Store.open(path) as second:
            assert codes(second) == ["A"]
    assert path.read_bytes()[18:20] == b"\x02\x02"


def test_database_with_other_tables_or_none_is_no_plant(postgres_database):
    assert code_of_opening(postgres_database) == "store-foreign"
    engine = sqlalchemy.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE cats (name TEXT)")
    engine.dispose()
    assert code_of_opening(postgres_database) == "store-foreign"
    assert code_of_opening(postgres_database, Store.create) == "store-exists"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_truncated_file_is_told_as_damaged(tmp_path, empty_file, share):
    path = Path(shutil.copy(empty_file, tmp_path))
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    assert code_of_opening(path) == "store-damaged"


def test_page_overwritten_in_the_middle_is_told_as_damaged_when_it_is_read(tmp_path, empty_file):
    path = Path(shutil.copy(empty_file, tmp_path))
    with Store.open(path) as store:
        write(store, "item", items(*(f"I{number:05d}" for number in range(20_000))))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 40_960)
    with Store.open(path) as store, pytest.raises(ProblemError) as raised:
        store.read_all()
    assert codes_of(raised) == ["store-damaged"]


def set_version(target, version):
    file = sqlalchemy.URL.create("sqlite", database=str(target))
    engine = sqlalchemy.create_engine(target if "://" in str(target) else file)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
    engine.dispose()


def test_store_of_an_older_or_newer_version_is_told_apart(store, target):
    store.close()
    set_version(target, "0000")
    assert code_of_opening(target) == "store-older"
    set_version(target, "9999")
    assert code_of_opening(target) == "store-newer"
    assert code_of_opening(target, Store.upgrade) == "store-newer"
    set_version(target, schema.revisions()[-1])
    Store.open(target).close()


def test_server_that_cannot_be_reached_is_named_without_its_password(postgres_url):
    with pytest.raises(ProblemError) as raised:
        Store.open("postgresql://anna:secret@127.0.0.1:1/plant")
    assert codes_of(raised) == ["store-unreachable"]
    assert "secret" not in str(raised.value)
    assert "postgres@127.0.0.1" in postgres_url
    missing = postgres_url.removesuffix("postgres").replace("+psycopg", "") + "nowhere"
    assert code_of_opening(missing) == "store-unreachable"


def test_second_writer_waits_and_is_then_told_that_the_store_is_locked(store):
    entered, done = threading.Event(), threading.Event()

    def hold():
        with store.begin("anna", "import") as tx:
            tx.insert("item", items("A"))
            entered.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(20)
    with pytest.raises(ProblemError) as raised:
        write(store, "item", items("B"))
    assert codes(store) == []
    done.set()
    holder.join()
    assert codes_of(raised) == ["store-locked"]
    assert codes(store) == ["A"]


AS_NOBODY = """
import os, sys
import alembic.command
import plantwright.plant
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
for line in sys.stdin:
    how, target = line.rstrip().split(" ", 1)
    try:
        getattr(Store, how)(target).close()
        print("well", flush=True)
    except ProblemError as error:
        print(*(problem.code for problem in error.problems), flush=True)
"""


@pytest.fixture
def as_nobody():
    """What an ordinary user is told, by a process that has given up its rights: root itself may write everywhere."""
    command = [sys.executable, "-W", "error", "-c", AS_NOBODY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/") as process:

        def ask(target, how="open"):
            process.stdin.write(f"{how} {target}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield ask


@pytest.fixture
def open_folder(tmp_path):
    """A folder that every user may enter, since pytest's own are closed to others."""
    folder = tmp_path
    while folder != folder.parent and folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 0o1:
        folder.chmod(folder.stat().st_mode | 0o055)
        folder = folder.parent
    return tmp_path


def test_file_or_folder_that_cannot_be_written_is_told_as_such(open_folder, empty_file, as_nobody):
    path = Path(shutil.copy(empty_file, open_folder / "plant.sqlite"))
    path.chmod(0o444)
    open_folder.chmod(0o555)
    assert as_nobody(path) == "store-read-only"
    assert as_nobody(open_folder / "new.sqlite", "create") == "store-read-only"
    open_folder.chmod(0o777)
    assert as_nobody(path) == "store-read-only"
    path.chmod(0o000)
    assert as_nobody(path) == "store-read-only"
    path.chmod(0o666)
    assert as_nobody(path) == "well"


def test_server_that_takes_no_changes_is_told_as_read_only(postgres_database):
    Store.create(postgres_database).close()
    engine = sqlalchemy.create_engine(postgres_database)
    with engine.begin() as connection:
        name = postgres_database.rsplit("/", 1)[1]
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    engine.dispose()
    assert code_of_opening(postgres_database) == "store-read-only"


def fill_up(store):
    """Let the file grow by a few pages only, as on a full disk."""
    count = sqlite3.connect(store.target).execute("PRAGMA page_count").fetchone()[0]

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {count + 4}")

    sqlalchemy.event.listen(store.driver.engine, "connect", limit)
    store.close()


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.filterwarnings("ignore:unclosed database")
def test_full_disk_is_told_and_nothing_of_the_act_is_kept(store):
    write(store, "item", items("A"))
    fill_up(store)
    with pytest.raises(ProblemError) as raised:
        write(store, "item", items(*(f"I{number:05d}" for number in range(5000))))
    assert codes_of(raised) == ["store-full"]
    assert codes(store) == ["A"]


WRITE_WITH_LITTLE_ROOM = """
import resource, signal, sys
import plantwright.plant
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(sys.argv[1]) as store:
    rows = raw_frame(ENTITIES["item"], [{"code": str(n), "name": "x" * 100, "kind": "buy"} for n in range(20_000)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
    try:
        with store.begin("anna", "import") as tx:
            tx.insert("item", rows)
    except ProblemError as error:
        print(*(problem.code for problem in error.problems))
"""


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_limit_on_the_size_of_files_is_told_like_a_full_disk(store, target):
    command = [sys.executable, "-c", WRITE_WITH_LITTLE_ROOM, target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("store-full", "")
    assert codes(store) == []


def test_store_that_could_not_be_made_leaves_no_file_behind(tmp_path, monkeypatch):
    def fail(_connection):
        raise KeyboardInterrupt

    monkeypatch.setattr("plantwright.core.store.schema.upgrade", fail)
    with pytest.raises(KeyboardInterrupt):
        Store.create(tmp_path / "new.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_opening_a_plant_twice_leaves_the_locks_of_the_first_one(tmp_path):
    """Closing a file drops the locks that its process holds; then another process could write where it must not."""
    target = tmp_path / "plant.db"
    with Store.create(target) as first, first.begin("ann", "hold"):
        Store.open(target).close()
        attempt = (
            "import sqlite3, sys\n"
            "connection = sqlite3.connect(sys.argv[1], timeout=0)\n"
            "try:\n    connection.execute('BEGIN IMMEDIATE')\n"
            "except sqlite3.OperationalError as error:\n    print(error)\n"
        )
        found = subprocess.run([sys.executable, "-c", attempt, str(target)], capture_output=True, text=True, check=True)
    assert "locked" in found.stdout
