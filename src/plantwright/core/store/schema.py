"""Which version of the tables a store has, and bringing it to this program's."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from plantwright.core.problem import ProblemError
from plantwright.core.store import problems

MIGRATIONS = Path(__file__).parents[2] / "migrations"
OURS = {"alembic_version", "schema_info", "journal"}
"""Tables by which a database is known as a plant."""


def revisions() -> list[str]:
    """Give the versions of the schema, the oldest first: the numbers at the head of the migrations' file names."""
    return sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest version, in the transaction of the connection."""
    from alembic import command  # noqa: PLC0415 - slow to import, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def found_version(connection: Connection, target: str) -> str:
    """Give the version of the schema in the database.

    Raises
    ------
    ProblemError : it holds other tables, or none
    """
    check_tables(set(inspect(connection).get_table_names()), target)
    rows = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchall()
    return _one_version(rows, target)


def _one_version(rows: Sequence[Sequence[Any]], target: str) -> str:
    if len(rows) != 1:
        raise ProblemError([problems.FOREIGN.at(where=target, why="it does not say its version")])
    return str(rows[0][0])


def check_tables(tables: set[str], target: str) -> None:
    """Raise a problem unless the tables are those of a plant."""
    if not tables >= OURS:
        why = "it has other tables" if tables else "it is empty"
        raise ProblemError([problems.FOREIGN.at(where=target, why=why)])


def check_version(found: str, target: str) -> None:
    """Raise a problem unless the version of the schema is this program's."""
    expected = revisions()[-1]
    if found != expected:
        kind = problems.OLDER if found in revisions() or found < expected else problems.NEWER
        raise ProblemError([kind.at(where=target, found=found, expected=expected)])


MAGIC = b"SQLite format 3\0"


def check_file(path: Path) -> None:
    """Raise a problem unless the file is there, SQLite's, and can be written.

    The right to write is asked of the system: SQLite would show it at the first write only, which comes too late, and
    to try one here would make opening wait for an import that runs. The folder is needed for SQLite's write-ahead log.
    """
    target = str(path)
    if not path.is_file():
        kind = (
            problems.FOREIGN.at(where=target, why="it is a folder")
            if path.is_dir()
            else problems.MISSING.at(where=target)
        )
        raise ProblemError([kind])
    try:
        if not is_sqlite(path):
            why = "it is no SQLite file" if path.stat().st_size else "it is empty"
            raise ProblemError([problems.FOREIGN.at(where=target, why=why)])
    except OSError as error:
        raise ProblemError([problems.READ_ONLY.at(where=target, why=str(error.strerror))]) from error
    for place, what in ((path, "the file"), (path.absolute().parent, "its folder")):
        if not os.access(place, os.W_OK):
            raise ProblemError([problems.READ_ONLY.at(where=target, why=f"{what} is read-only")])


_SQLITE_FILES: set[tuple[int, int]] = set()


def is_sqlite(path: Path) -> bool:
    """Tell by its first bytes whether a file is SQLite's.

    They are read once in a process: on POSIX, closing a file drops every lock that the process holds on it, those of a
    connection to the same plant included, and another process could then take its log away.
    """
    found = path.stat()
    if (found.st_dev, found.st_ino) not in _SQLITE_FILES:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                return False
        _SQLITE_FILES.add((found.st_dev, found.st_ino))
    return True


def check_untouched(path: Path) -> str:
    """Look at a SQLite file without changing a byte of it or beside it, and raise a problem unless it is a plant.

    An ordinary connection writes: it switches the file to the write-ahead log, and empties the log when it is closed.

    Returns
    -------
    The version of the schema; empty where only an ordinary connection may say, because the log may hold another.
    """
    log, index = (Path(f"{path.absolute()}{ending}") for ending in ("-wal", "-shm"))
    in_use = log.is_file() and log.stat().st_size > 0
    # With both files of the log there, SQLite reads it without writing; without the second it would make one.
    in_log = in_use and index.is_file()
    how = "mode=ro&readonly_shm=1" if in_log else "immutable=1"
    with problems.translated(str(path)), closing(_looking(path, how)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        check_tables({name for (name,) in found}, str(path))
        version = _one_version(connection.execute("SELECT version_num FROM alembic_version").fetchall(), str(path))
    return "" if in_use and not in_log else version


def _looking(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def check_writable(connection: Connection, target: str) -> None:
    """Raise a problem if the server takes no changes."""
    if connection.dialect.name == "sqlite":
        return
    if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
        raise ProblemError([problems.READ_ONLY.at(where=target, why="the server takes no changes")])
