"""How the journal keeps rows: all of a change in one compressed JSON text, column by column."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection

from plantwright.core.column import Column
from plantwright.core.entity import Entity
from plantwright.core.store.blocks import Block
from plantwright.core.store.driver import Driver
from plantwright.core.store.tables import ROW_VERSION

FAST = 1
"""Level of compression: a higher one saves a tenth of the room and takes four times as long."""


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one table that one step of a transaction changed.

    There are no old rows where rows were added, and no new ones where rows were deleted; of a ledger, the journal
    keeps the keys of the new ones only.
    """

    entity: str
    old: Block | None
    new: Block | None

    @property
    def before(self) -> pl.DataFrame | None:
        """The old rows as a raw frame."""
        return None if self.old is None else self.old.frame()

    @property
    def after(self) -> pl.DataFrame | None:
        """The new rows as a raw frame."""
        return None if self.new is None else self.new.frame()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the journal: who did what, and when (UTC)."""

    number: int
    at: str
    by: str
    action: str
    arguments: Mapping[str, Any]
    key: str | None
    answer: Any
    reverses: int | None
    reversed_by: int | None


ENTRY_COLUMNS = "number, at, by, action, arguments, journal.key, answer, reverses, reversed_by"


def entry_of(row: Any) -> Entry:
    """Read an entry from a row with `ENTRY_COLUMNS`."""
    number, at, by, action, arguments, key, answer, reverses, reversed_by = row
    given = None if answer is None else json.loads(answer)
    return Entry(number, at, by, action, json.loads(arguments), key, given, reverses, reversed_by)


def entries_of(connection: Connection, driver: Driver, entity: type[Entity], key: tuple[Any, ...]) -> Iterator[Entry]:
    """Give the entries that changed a row, the latest first.

    Changes of one row are found by their key; those of many rows are opened, one after the other.
    """
    statement = driver.marked(
        f"SELECT {ENTRY_COLUMNS}, step, journal_change.key FROM journal_change JOIN journal ON number = journal"
        " WHERE entity = ? AND (journal_change.key = ? OR journal_change.key IS NULL) ORDER BY number DESC, step DESC"
    )
    last = 0
    rows = connection.exec_driver_sql(statement, (entity.name, key_text(key))).fetchall()
    for *row, step, one in rows:
        entry = entry_of(row)
        if entry.number != last and (one is not None or _holds(connection, driver, entity, key, (entry.number, step))):
            last = entry.number
            yield entry


def _holds(
    connection: Connection, driver: Driver, entity: type[Entity], key: tuple[Any, ...], place: tuple[int, int]
) -> bool:
    statement = driver.marked("SELECT before, after FROM journal_change WHERE journal = ? AND step = ?")
    parts = connection.exec_driver_sql(statement, place).one()
    schema = {name: entity.columns[name].dtype for name in entity.key}
    tests = [pl.col(name) == value for name, value in zip(entity.key, key, strict=True)]
    rows = [unpacked(part, schema) for part in parts]
    return any(part is not None and part.filter(*tests).height for part in rows)


def schema_of(columns: Mapping[str, Column]) -> dict[str, pl.DataType]:
    """Give the types of rows in the journal."""
    return {name: column.dtype for name, column in columns.items()} | {ROW_VERSION: pl.Int64()}


def packed(rows: Block | None) -> bytes | None:
    """Write rows as compressed JSON, ``{"column": [values]}``."""
    return None if rows is None else zlib.compress(rows.text().encode(), FAST)


def unpacked(data: bytes | None, schema: Mapping[str, pl.DataType]) -> pl.DataFrame | None:
    """Read rows that `packed` wrote; columns that the table has no more are left out."""
    if data is None:
        return None
    columns = json.loads(zlib.decompress(data))
    return pl.DataFrame([pl.Series(name, values, schema[name]) for name, values in columns.items() if name in schema])


def row_key(entity: type[Entity], change: Change) -> str | None:
    """Give the key of the row as JSON, where the change is of one row."""
    rows = change.new if change.new is not None else change.old
    if rows is None or rows.height != 1:
        return None
    return key_text(rows.keys(entity.key)[0])


def key_text(key: tuple[object, ...]) -> str:
    """Write a key as JSON, as it stands in the journal."""
    return json.dumps(list(key), ensure_ascii=False)
