"""The journal: who did what and when, with the rows before and after; and taking an act back, whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import polars as pl
from sqlalchemy import Connection

from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.store.blocks import Many
from plantwright.core.store.driver import Driver
from plantwright.core.store.journal_rows import (
    ENTRY_COLUMNS,
    Change,
    Entry,
    entries_of,
    entry_of,
    schema_of,
    unpacked,
)
from plantwright.core.store.reading import Reader
from plantwright.core.store.rows import SHOWN
from plantwright.core.store.store import Store
from plantwright.core.store.tables import ROW_VERSION
from plantwright.core.store.transaction import Transaction

__all__ = ["Change", "Entry", "Step", "changes", "entries", "entry", "history", "reversal_of", "reverse"]

ENTRY_MISSING = problem_kind("journal-entry-missing", "The journal has no entry {value}.", "See the list of entries.")
REVERSED = problem_kind(
    "journal-reversed", "Entry {value} was taken back already, by entry {later}.", "Take back entry {later} instead."
)
NOTHING = problem_kind(
    "journal-nothing", "Entry {value} changed no rows; there is nothing to take back.", "Choose another entry."
)
CHANGED_SINCE = problem_kind(
    "journal-changed-since",
    "{table} {key} was changed again by {who} at {when} (entry {later}).",
    "Take back entry {later} first.",
)
NO_REVERSAL = problem_kind(
    "journal-no-reversal", "Rows of {table} cannot be taken back by themselves.", "Record the opposite by hand."
)

Reversal = Callable[[Transaction, dict[str, Any]], dict[str, Any]]
REVERSALS: dict[str, Reversal] = {}
"""How a row of a ledger is taken back, by the entity: a function from the raw row to the raw row that reverses it."""


def reversal_of(entity: str) -> Callable[[Reversal], Reversal]:
    """Declare how rows of a ledger are taken back; the transaction gives the number of the new row."""

    def declare(function: Reversal) -> Reversal:
        REVERSALS[entity] = function
        return function

    return declare


def entries(
    store: Store, limit: int = 100, by: str | None = None, action: str | None = None, before: int | None = None
) -> list[Entry]:
    """Give entries, the latest first.

    Parameters
    ----------
    store : whose journal
    limit : how many at most
    by, action : only those of a person, of an action
    before : only those before this number, for reading on
    """
    tests = {"by = ?": by, "action = ?": action, "number < ?": before}
    wanted = {test: value for test, value in tests.items() if value is not None}
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    statement = f"SELECT {ENTRY_COLUMNS} FROM journal{where} ORDER BY number DESC LIMIT ?"
    with store.reading() as connection:
        rows = connection.exec_driver_sql(store.driver.marked(statement), (*wanted.values(), limit)).fetchall()
    return [entry_of(row) for row in rows]


def entry(store: Store, number: int) -> Entry:
    """Give one entry."""
    with store.reading() as connection:
        return _entry(connection, store.driver, number)


def _entry(connection: Connection, driver: Driver, number: int) -> Entry:
    statement = driver.marked(f"SELECT {ENTRY_COLUMNS} FROM journal WHERE number = ?")
    row = connection.exec_driver_sql(statement, (number,)).fetchone()
    if row is None:
        raise ProblemError([ENTRY_MISSING.at(value=number)])
    return entry_of(row)


def changes(store: Store, number: int) -> list[Change]:
    """Give what an entry changed, step by step, as raw rows before and after; of ledgers the keys only."""
    with store.reading() as connection:
        return _changes(connection, store.driver, number)


def _changes(connection: Connection, driver: Driver, number: int) -> list[Change]:
    reader = Reader(driver, connection)
    statement = "SELECT entity, before, after FROM journal_change WHERE journal = ? ORDER BY step"
    rows = connection.exec_driver_sql(driver.marked(statement), (number,)).fetchall()
    found = []
    for name, before, after in rows:
        if name in ENTITIES:  # a table that a later version no longer has is passed over
            schema = schema_of(reader.columns(name))
            old, new = unpacked(before, schema), unpacked(after, schema)
            found.append(Change(name, None if old is None else Many(old), None if new is None else Many(new)))
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one row: its entry, and the raw row before and after, None where there was or is none."""

    entry: Entry
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def history(store: Store, name: str, key: Any) -> list[Step]:
    """Give every change of a row, the latest first.

    Parameters
    ----------
    store : whose journal
    name : the table
    key : the key of the row, a tuple where it has several columns
    """
    entity = ENTITIES[name]
    values = key if isinstance(key, tuple) else (key,)
    tests = [pl.col(column) == value for column, value in zip(entity.key, values, strict=True)]
    steps = []
    with store.reading() as connection:
        for found in entries_of(connection, store.driver, entity, values):
            touched = [part for part in _changes(connection, store.driver, found.number) if part.entity == name]
            for change in reversed(touched):
                before, after = _row(change.before, tests), _row(change.after, tests)
                if before is not None or after is not None:
                    steps.append(Step(found, before, after))
    return steps


def _row(rows: pl.DataFrame | None, tests: list[pl.Expr]) -> dict[str, Any] | None:
    found = rows.filter(*tests) if rows is not None else None
    return found.row(0, named=True) if found is not None and found.height else None


def reverse(store: Store, number: int, by: str, key: str | None = None) -> int:
    """Take back an entry whole: new rows go, changed and deleted rows come back, ledgers get the reversing rows.

    Parameters
    ----------
    store : whose journal
    number : the entry
    by : who takes it back
    key : idempotency key, as for any act

    Returns
    -------
    The number of the entry that took it back; taking that one back restores the first.

    Raises
    ------
    ProblemError : rows were changed since (all of them, with the later entry), it was taken back already, it changed
        nothing, or a ledger has no reversal
    """
    with store.begin(by, "reverse", {"number": number}, key) as tx:
        if not tx.replayed:
            _reverse(tx, number)
            tx.answer(tx.number)
    return cast("int", tx.answered)


def _reverse(tx: Transaction, number: int) -> None:
    taken_back = _entry(tx.connection, tx.driver, number)
    if taken_back.reversed_by is not None:
        raise ProblemError([REVERSED.at(value=number, later=taken_back.reversed_by)])
    steps = _changes(tx.connection, tx.driver, number)
    if not steps:
        raise ProblemError([NOTHING.at(value=number)])
    for change in reversed(steps):
        stop_on_errors(_changed_since(tx, number, change))
        _undo(tx, change)
    tx.reverses = number
    tx.mark_reversed(number, tx.number)
    if taken_back.reverses is not None:
        tx.mark_reversed(taken_back.reverses, None)  # its work stands again, so it can be taken back again


def _changed_since(tx: Transaction, number: int, change: Change) -> list[Problem]:
    entity = ENTITIES[change.entity]
    if entity.ledger:
        return []
    after = change.after if change.after is not None else cast("pl.DataFrame", change.before).clear()
    touched = pl.concat([part.select(entity.key) for part in (change.before, after) if part is not None]).unique()
    now = tx.read_keys(entity.name, touched)
    same = [name for name in after.columns if name in now.columns and name != ROW_VERSION]
    expected = after.select(same).with_columns(_expected=True)
    found = now.select(same).with_columns(_found=True)
    pairs = expected.join(found, on=same, how="full", nulls_equal=True, coalesce=True)
    odd = pairs.filter(pl.col("_expected").is_null() | pl.col("_found").is_null())
    keys = odd.select(entity.key).unique(maintain_order=True).head(SHOWN)
    return [_later(tx, number, entity, key) for key in keys.rows()]


def _later(tx: Transaction, number: int, entity: type[Entity], key: tuple[Any, ...]) -> Problem:
    last = next(entries_of(tx.connection, tx.driver, entity, key), None)
    known = last if last is not None and last.number > number else None
    who, when, later = (known.by, known.at, known.number) if known else ("somebody", "an unknown time", "unknown")
    return CHANGED_SINCE.at(table=entity.name, key=key, who=who, when=when, later=later)


def _undo(tx: Transaction, change: Change) -> None:
    entity = ENTITIES[change.entity]
    if change.before is None:
        rows = cast("pl.DataFrame", change.after)
        if entity.ledger:
            tx.insert(entity.name, _reversing(tx, entity, rows))
        else:
            tx.delete(entity.name, rows.select(entity.key))
    elif change.after is None:
        tx.put_back(entity.name, change.before)
    else:
        tx.update(entity.name, change.before.drop(ROW_VERSION))


def _reversing(tx: Transaction, entity: type[Entity], keys: pl.DataFrame) -> pl.DataFrame:
    if entity.name not in REVERSALS:
        raise ProblemError([NO_REVERSAL.at(table=entity.name)])
    rows = tx.read_keys(entity.name, keys).drop(ROW_VERSION)
    back = [REVERSALS[entity.name](tx, row) for row in rows.iter_rows(named=True)]
    return pl.DataFrame(back, schema=rows.schema)
