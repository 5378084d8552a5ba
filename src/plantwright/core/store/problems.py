"""What can be wrong with a store or a write to it, and how the faults of the two databases become such problems."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from plantwright.core.problem import Problem, ProblemError, problem_kind

MISSING = problem_kind("store-missing", "{where} does not exist.", "Create it first: plantwright init {where}.")
FOLDER_MISSING = problem_kind("store-folder-missing", "The folder of {where} does not exist.", "Make the folder first.")
EXISTS = problem_kind(
    "store-exists", "{where} exists already; it was left as it is.", "Open it, or choose another name."
)
FOREIGN = problem_kind(
    "store-foreign", "{where} is not a plant of Plantwright: {why}.", "Check the name; restore a copy if it was one."
)
DAMAGED = problem_kind(
    "store-damaged", "{where} is damaged: {why}.", "Restore the latest copy; keep the damaged file for a rescue."
)
OLDER = problem_kind(
    "store-older",
    "{where} was made by an earlier version (schema {found}, this is {expected}).",
    "Make a copy, then run: plantwright upgrade {where}.",
)
NEWER = problem_kind(
    "store-newer",
    "{where} was made by a later version (schema {found}, this is {expected}).",
    "Install the newer version of Plantwright.",
)
READ_ONLY = problem_kind(
    "store-read-only",
    "{where} cannot be written: {why}.",
    "Give the right to write to the file and its folder, or copy it to a place that can be written.",
)
FULL = problem_kind(
    "store-full", "There is no room left for {where}; nothing of this change was kept.", "Free some space, then repeat."
)
LOCKED = problem_kind(
    "store-locked",
    "{where} is being written by somebody else; nothing was changed.",
    "Try again in a moment.",
)
UNREACHABLE = problem_kind(
    "store-unreachable", "{where} cannot be reached: {why}.", "Check that the server runs, and the address and account."
)
REFUSED = problem_kind("store-refused", "The database refused the change: {why}.", "Correct the values, then repeat.")

CHANGED_MEANWHILE = problem_kind(
    "changed-meanwhile",
    "{table} {key} was {what} by {who} at {when}, after you had read it.",
    "Read it again and repeat your change.",
)
ROW_EXISTS = problem_kind(
    "store-row-exists", "{table} {key} exists already.", "Change the existing row, or choose another key."
)
ROW_MISSING = problem_kind("store-row-missing", "{table} {key} does not exist.", "Read the table again.")
KEY_TWICE = problem_kind("store-key-twice", "{table} {key} is given more than once.", "Keep one of the rows.")
VALUE_MISSING = problem_kind("store-value-missing", "{table}.{column} must not be empty.", "Give a value in each row.")
COLUMN_UNKNOWN = problem_kind(
    "store-column-unknown", "{table} has no column {column}.", "Remove it, or declare it as a field of the plant."
)
COLUMN_TYPE = problem_kind(
    "store-column-type", "{table}.{column} must hold {must}; it holds {value}.", "Convert the column first."
)
LEDGER = problem_kind(
    "store-ledger", "Rows of {table} are never changed or deleted.", "Reverse the row, then record it anew."
)
REFERENCE_BROKEN = problem_kind(
    "store-reference-broken",
    "{table} {key}: {column} names {target} {value}, which does not exist.",
    "Add the {target} first, or name another.",
)
STILL_USED = problem_kind(
    "store-still-used",
    "{table} {key} cannot be deleted: {count} rows of {user} name it in {column}.",
    "Delete or change those rows first.",
)
KEY_REUSED = problem_kind(
    "store-key-reused",
    "The idempotency key {value} was used before for another act ({action}).",
    "Use a new key for a new act.",
)
PLAN_MISSING = problem_kind("store-plan-missing", "There is no plan {value}.", "See the list of plans.")


@contextmanager
def translated(target: str) -> Iterator[None]:
    """Turn faults of the databases into problems; other exceptions pass."""
    try:
        yield
    except DBAPIError as error:
        raise ProblemError([problem_of(error.orig or error, target)]) from error
    except _driver_errors() as error:
        raise ProblemError([problem_of(error, target)]) from error


def _driver_errors() -> tuple[type[Exception], ...]:
    """Give the errors of the drivers that are loaded: a plant in a file does without that of PostgreSQL."""
    psycopg = sys.modules.get("psycopg")
    return (sqlite3.Error,) if psycopg is None else (sqlite3.Error, psycopg.Error)


def problem_of(error: BaseException, target: str) -> Problem:
    """Give the problem that a fault of a database stands for."""
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error, target)
    return _of_postgres(error, target)


_SQLITE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_NOTADB": FOREIGN,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": READ_ONLY,
    "SQLITE_PERM": READ_ONLY,
    "SQLITE_IOERR_WRITE": FULL,  # a limit on the size of a file, or a quota
    "SQLITE_IOERR": DAMAGED,
}


def _of_sqlite(error: sqlite3.Error, target: str) -> Problem:
    name = getattr(error, "sqlite_errorname", "") or ""
    kind = next((kind for start, kind in _SQLITE.items() if name.startswith(start)), REFUSED)
    return kind.at(where=target, why=str(error))


_POSTGRES = {
    "55P03": LOCKED,
    "40P01": LOCKED,
    "40001": LOCKED,
    "53100": FULL,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "08": UNREACHABLE,
    "57": UNREACHABLE,
    "28": UNREACHABLE,
    "3D": UNREACHABLE,
    "53": UNREACHABLE,
    "XX": DAMAGED,
}


def _of_postgres(error: BaseException, target: str) -> Problem:
    # Without a state no server has answered: it was not reached, or the driver itself refused a value.
    import psycopg  # noqa: PLC0415 - slow to import, and loaded already when one of its errors comes

    state = getattr(error, "sqlstate", None) or ("22" if isinstance(error, psycopg.DataError) else "08")
    kind = next((kind for start, kind in _POSTGRES.items() if state.startswith(start)), REFUSED)
    return kind.at(where=target, why=" ".join(str(error).split()))
