"""What differs between SQLite and PostgreSQL: connecting, locking, and rows in bulk.

Rows are read as one JSON text a column, which both databases build in C and Polars reads in Rust: a third of the time
that the driver's tuples take. Whole numbers of 64 bits stay exact that way.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

WRITE = "plantwright_write"
"""Execution option of a connection that is going to write."""
WRITER_LOCK = 0x506C616E74
"""Number of PostgreSQL's advisory lock that a writing transaction holds."""

JOBS_LOCK = WRITER_LOCK + 1
"""Number of the lock of those who give out jobs: they need not wait for an import that writes."""

SHORT = 20_000
"""Length of a JSON text up to which Python reads it faster than Polars begins."""

Where = Mapping[str, Any]


class Driver(Protocol):
    """One kind of database."""

    target: str
    """Path or address as people may see it, without a password."""
    engine: Engine

    def marked(self, statement: str) -> str:
        """Give a statement whose values are marked by ? in the way of the driver."""

    def lock(self, connection: Connection, number: int = WRITER_LOCK) -> None:
        """Wait until this transaction is the only one that writes, and hold off the others until it ends.

        With the number of another lock, only those who ask for the same one wait for each other.
        """

    def hurried(self, connection: Connection) -> AbstractContextManager[None]:
        """Let a transaction that is begun in this block fail at once where it would wait for the one writer."""

    def read(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], where: Where
    ) -> pl.DataFrame:
        """Read rows in the order of their key; `where` gives for a column a value or a list of values."""

    def read_keys(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], keys: pl.DataFrame
    ) -> pl.DataFrame:
        """Read the rows whose keys are given."""

    def insert(self, connection: Connection, table: str, rows: pl.DataFrame) -> None:
        """Add rows; in the order of their key it is twice as fast."""

    def delete(self, connection: Connection, table: str, keys: pl.DataFrame) -> None:
        """Delete the rows whose keys are given."""


Schema = Mapping[str, pl.DataType]


def quoted(names: Sequence[str], prefix: str = "") -> str:
    """Write column names for SQL; some, such as order, are words of SQL."""
    return ", ".join(f'{prefix}"{name}"' for name in names)


class Sqlite:
    """A plant in one SQLite file."""

    def __init__(self, target: str, busy_seconds: float = 10.0) -> None:
        self.target = target
        self._busy_seconds = busy_seconds
        self.engine = create_engine(
            URL.create("sqlite", database=str(Path(target).absolute())), connect_args={"timeout": busy_seconds}
        )
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _begin)

    def marked(self, statement: str) -> str:
        """Give the statement as it is."""
        return statement

    def lock(self, connection: Connection, number: int = WRITER_LOCK) -> None:
        """Do nothing: BEGIN IMMEDIATE has made this the only writer."""

    @contextmanager
    def hurried(self, connection: Connection) -> Iterator[None]:
        """Wait for nobody at BEGIN IMMEDIATE."""
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")

    def read(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], where: Where
    ) -> pl.DataFrame:
        """Read rows in the order of their key."""
        tests, arguments = [], []
        for name, value in where.items():
            tests.append(f'"{name}" IN (SELECT value FROM json_each(?))')
            arguments.append(json.dumps(value if isinstance(value, (list, tuple)) else [value]))
        return self._select(connection, table, schema, key, " AND ".join(tests), arguments)

    def read_keys(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], keys: pl.DataFrame
    ) -> pl.DataFrame:
        """Read the rows whose keys are given, looked up one by one in the index."""
        parts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(key)))
        test = f"({quoted(key)}) IN (SELECT {parts} FROM json_each(?))"
        given = json.dumps(keys.select(key).rows())
        return self._select(connection, table, schema, key, test, [given])

    def _select(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], test: str, arguments: list[str]
    ) -> pl.DataFrame:
        arrays = ", ".join(f'json_group_array("{name}")' for name in schema)
        where = f" WHERE {test}" if test else ""
        found = connection.exec_driver_sql(f'SELECT {arrays} FROM "{table}"{where}', tuple(arguments)).one()
        return frame_of(found, schema, pl.Int64(), key)

    def insert(self, connection: Connection, table: str, rows: pl.DataFrame) -> None:
        """Add rows through the driver."""
        statement = f'INSERT INTO "{table}" ({quoted(rows.columns)}) VALUES ({", ".join("?" * rows.width)})'
        values = list(zip(*[column.to_list() for column in rows], strict=True))
        connection.connection.cursor().executemany(statement, values)

    def delete(self, connection: Connection, table: str, keys: pl.DataFrame) -> None:
        """Delete rows through the driver."""
        test = " AND ".join(f'"{name}" = ?' for name in keys.columns)
        connection.connection.cursor().executemany(f'DELETE FROM "{table}" WHERE {test}', keys.rows())


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is sent by _begin: the driver's own way reads outside of a transaction
    for setting in ("journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("PRAGMA journal_size_limit = 67108864")  # gives the room of a big import back to the disk


def _begin(connection: Connection) -> None:
    how = "IMMEDIATE" if connection.get_execution_options().get(WRITE) else "DEFERRED"
    connection.connection.cursor().execute(f"BEGIN {how}")


class Postgres:
    """A plant in a PostgreSQL database."""

    def __init__(self, target: str, busy_seconds: float = 10.0) -> None:
        url = make_url("postgresql+psycopg://" + target.split("://", 1)[1])
        self.target = url.render_as_string(hide_password=True)
        self.engine = create_engine(url, pool_pre_ping=True)
        self._wait = f"SET LOCAL lock_timeout = {int(busy_seconds * 1000)}"

    def marked(self, statement: str) -> str:
        """Give the statement with the marks of psycopg."""
        return statement.replace("?", "%s")

    def lock(self, connection: Connection, number: int = WRITER_LOCK) -> None:
        """Take the lock that all writers take.

        One writer at a time, as in SQLite: numbers without gaps, references and lost updates then need no locks of
        their own. The transactions are short; readers never wait.
        """
        connection.exec_driver_sql(self._wait)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({number})")

    @contextmanager
    def hurried(self, connection: Connection) -> Iterator[None]:  # noqa: ARG002 - only SQLite needs it
        """Do nothing: rows of other tables are written beside the one writer."""
        yield

    def read(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], where: Where
    ) -> pl.DataFrame:
        """Read rows in the order of their key."""
        tests, arguments = [], []
        for name, value in where.items():
            tests.append(f'"{name}" = ANY(%s)')
            arguments.append(list(value) if isinstance(value, (list, tuple)) else [value])
        return self._select(connection, table, schema, key, " AND ".join(tests), arguments)

    def read_keys(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], keys: pl.DataFrame
    ) -> pl.DataFrame:
        """Read the rows whose keys are given."""
        arguments = [keys[name].to_list() for name in key]
        return self._select(connection, table, schema, key, _among(keys.select(key)), arguments)

    def _select(
        self, connection: Connection, table: str, schema: Schema, key: Sequence[str], test: str, arguments: list[Any]
    ) -> pl.DataFrame:
        arrays = ", ".join(f"coalesce(json_agg(\"{name}\"), '[]')::text" for name in schema)
        where = f" WHERE {test}" if test else ""
        found = connection.exec_driver_sql(f'SELECT {arrays} FROM "{table}"{where}', tuple(arguments)).one()
        return frame_of(found, schema, pl.Boolean(), key)

    def insert(self, connection: Connection, table: str, rows: pl.DataFrame) -> None:
        """Add rows by COPY."""
        statement = f"COPY \"{table}\" ({quoted(rows.columns)}) FROM STDIN (FORMAT csv, NULL '\\N')"
        text = rows.write_csv(include_header=False, quote_style="non_numeric", null_value="\\N")
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            copy.write(text.encode())

    def delete(self, connection: Connection, table: str, keys: pl.DataFrame) -> None:
        """Delete rows in one statement."""
        arguments = tuple(column.to_list() for column in keys)
        connection.exec_driver_sql(f'DELETE FROM "{table}" WHERE {_among(keys)}', arguments)


def _among(keys: pl.DataFrame) -> str:
    types = {pl.String: "text", pl.Int64: "bigint", pl.Boolean: "boolean"}
    arrays = ", ".join(f"%s::{types[type(dtype)]}[]" for dtype in keys.dtypes)
    return f"({quoted(keys.columns)}) IN (SELECT * FROM unnest({arrays}))"


def frame_of(texts: Sequence[str], schema: Schema, flag: pl.DataType, key: Sequence[str]) -> pl.DataFrame:
    """Read columns, each written as a JSON array, in the order of the key.

    `flag` is the type as which the database writes flags.
    """
    if sum(map(len, texts)) < SHORT:
        lists = {name: json.loads(text) for name, text in zip(schema, texts, strict=True)}
        for name in (name for name, dtype in schema.items() if dtype == pl.Boolean):
            lists[name] = [None if value is None else bool(value) for value in lists[name]]
        rows = pl.DataFrame(lists, schema=schema)
    else:
        parts = zip(texts, schema.items(), strict=True)
        rows = pl.DataFrame([_series(text, dtype, flag).alias(name) for text, (name, dtype) in parts])
    return rows if rows.height < 2 else rows.sort(key)


def _series(text: str, dtype: pl.DataType, flag: pl.DataType) -> pl.Series:
    if dtype != pl.Boolean:
        flag = dtype
    values: pl.Series = pl.Series([text]).str.json_decode(pl.List(flag))[0]
    return values.cast(dtype)


def execute(driver: Driver, connection: Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    """Run a statement, its values marked by ?, on the driver's own cursor, and give the cursor.

    SQLAlchemy's way costs ten times as much as such a statement itself; an act has a dozen of them.
    """
    cursor: Any = connection.connection.cursor()
    cursor.execute(driver.marked(statement), tuple(values))
    return cursor


def driver_for(target: str, busy_seconds: float = 10.0) -> Driver:
    """Give the driver for a target: the path of a file, or a URL of PostgreSQL."""
    if target.startswith(("postgresql://", "postgresql+psycopg://")):
        return Postgres(target, busy_seconds)
    return Sqlite(target, busy_seconds)
