"""Which version of the tables a store has, and bringing it to this program's."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Connection, inspect

from plantwright.core.problem import ProblemError
from plantwright.core.store import problems

MIGRATIONS = Path(__file__).parents[2] / "migrations"


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
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "schema_info", "journal"} <= tables:
        why = "it has other tables" if tables else "it is empty"
        raise ProblemError([problems.FOREIGN.at(where=target, why=why)])
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def check_version(found: str, target: str) -> None:
    """Raise a problem unless the version of the schema is this program's."""
    expected = revisions()[-1]
    if found != expected:
        kind = problems.OLDER if found in revisions() or found < expected else problems.NEWER
        raise ProblemError([kind.at(where=target, found=found, expected=expected)])


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
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise ProblemError([problems.READ_ONLY.at(where=target, why=str(error.strerror))]) from error
    if not head:
        raise ProblemError([problems.FOREIGN.at(where=target, why="it is empty")])
    if not head.startswith(b"SQLite format 3\0"):
        raise ProblemError([problems.FOREIGN.at(where=target, why="it is no SQLite file")])
    for place, what in ((path, "the file"), (path.absolute().parent, "its folder")):
        if not os.access(place, os.W_OK):
            raise ProblemError([problems.READ_ONLY.at(where=target, why=f"{what} is read-only")])


def check_writable(connection: Connection, target: str) -> None:
    """Raise a problem if the server takes no changes."""
    if connection.dialect.name == "sqlite":
        return
    if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
        raise ProblemError([problems.READ_ONLY.at(where=target, why="the server takes no changes")])
