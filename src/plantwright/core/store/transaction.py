"""A write to the store: everything in it is kept, or nothing is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.problem import Problem, ProblemError, stop_on_errors
from plantwright.core.store import problems, references
from plantwright.core.store.blocks import Block, Few, Given, Many
from plantwright.core.store.driver import Driver, Where, execute, quoted
from plantwright.core.store.journal_rows import Change, entries_of, packed, row_key
from plantwright.core.store.plain import plain, to_json
from plantwright.core.store.reading import Reader
from plantwright.core.store.rows import SHOWN, about_keys, checked, completed
from plantwright.core.store.tables import ROW_VERSION
from plantwright.core.store.user_fields import pack


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows an upsert added, changed, and found as they were."""

    inserted: int = 0
    updated: int = 0
    same: int = 0


@dataclass
class Transaction:
    """One act on the store. Made by `Store.begin`; committed when its block ends, rolled back if that fails."""

    driver: Driver
    connection: Connection
    by: str
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))
    reverses: int | None = None
    guard: Callable[[Transaction], list[Problem]] | None = None
    number: int = 0
    replayed: bool = False
    answered: Any = None
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Wait for the right to write, take the number of the entry, and look up the idempotency key."""
        self.driver.lock(self.connection)
        self._reader = Reader(self.driver, self.connection)
        (last,) = self._execute("SELECT max(number) FROM journal").fetchone()
        self.number = (last or 0) + 1
        if self.key is not None:
            self._look_up_key(self.key)

    def _look_up_key(self, key: str) -> None:
        found = self._execute("SELECT number, action, arguments, answer FROM journal WHERE key = ?", key).fetchone()
        if found is None:
            return
        number, action, arguments, answer = found
        if (action, arguments) != (self.action, to_json(self.arguments)):
            raise ProblemError([problems.KEY_REUSED.at(value=key, action=action)])
        self.number, self.replayed = number, True
        self.answered = None if answer is None else json.loads(answer)

    @property
    def now(self) -> int:
        """The moment of the act, in whole minutes since 1970-01-01 UTC, as moments are stored."""
        return int(self.moment.timestamp()) // 60

    def read(self, name: str, where: Where | None = None, *, versions: bool = False) -> pl.DataFrame:
        """Read a raw table, this transaction's own changes included; see `Store.read`."""
        return self._reader.read(name, where, versions=versions)

    def read_keys(self, name: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Read the rows with the given keys, with the column row_version."""
        return self._reader.read_keys(name, keys.select(ENTITIES[name].key))

    def answer(self, value: Any) -> None:
        """Keep what is answered to the caller; a repetition with the same idempotency key gets it again."""
        self.answered = plain(value)

    def insert(self, name: str, rows: Given) -> int:
        """Add rows; columns that lack get their defaults.

        Parameters
        ----------
        name : the table
        rows : a raw frame; or, for few rows, a list with a mapping for each, which is quicker

        Returns
        -------
        How many rows were added.

        Raises
        ------
        ProblemError : a row with the same key exists, or a value lacks or does not fit
        """
        entity, columns = self._table(name)
        block = checked(entity, columns, rows)
        stop_on_errors(about_keys(problems.ROW_EXISTS, entity, self._present(entity, block)))
        return self._add(entity, columns, block)

    def upsert(self, name: str, rows: Given) -> Counts:
        """Add rows whose key is new, change those that differ, leave the others; columns that lack stay as they are.

        Returns
        -------
        How many rows were added, changed, and left.
        """
        entity, columns = self._table(name)
        block = checked(entity, columns, rows)
        if not block.height:
            return Counts()
        before = self._present(entity, block)
        new, old = block.without(before, entity.key), block.within(before, entity.key)
        updated = self._change(entity, columns, old, before)
        return Counts(self._add(entity, columns, new), updated, old.height - updated)

    def update(self, name: str, rows: Given) -> int:
        """Change rows that exist; columns that lack stay as they are.

        Parameters
        ----------
        name : the table
        rows : raw rows with at least the key; with the column row_version, as `read` gave it, a row that somebody
            changed since is refused

        Returns
        -------
        How many rows differ from before.

        Raises
        ------
        ProblemError : changed-meanwhile with who did it and when; store-row-missing; store-ledger
        """
        entity, columns = self._table(name)
        block = checked(entity, columns, rows)
        before = self._present(entity, block)
        gone = block.without(before, entity.key)
        if ROW_VERSION in block.names:
            stop_on_errors(self._meanwhile(entity, gone, "deleted"))
        stop_on_errors(about_keys(problems.ROW_MISSING, entity, gone))
        return self._change(entity, columns, block, before)

    def delete(self, name: str, keys: Given) -> int:
        """Delete rows by their keys; with the column row_version, a row that somebody changed since is refused.

        Returns
        -------
        How many rows were deleted; keys without a row are passed over.
        """
        entity, columns = self._table(name)
        self._refuse_ledger(entity)
        block = checked(entity, columns, keys)
        before = self._present(entity, block)
        self._check_versions(entity, block, before)
        if before.height:
            self._remove(entity, before)
            self._note(Change(name, before, None))
        return before.height

    def put_back(self, name: str, rows: pl.DataFrame) -> int:
        """Add rows again that were deleted; their row_version goes on from the one they had."""
        entity, columns = self._table(name)
        block = checked(entity, columns, rows)
        stop_on_errors(about_keys(problems.ROW_EXISTS, entity, self._present(entity, block)))
        return self._add(entity, columns, block, again=True)

    def mark_reversed(self, number: int, by: int | None) -> None:
        """Note at an entry of the journal by which entry it was taken back, or that it stands again."""
        self._execute("UPDATE journal SET reversed_by = ? WHERE number = ?", by, number)

    def next_number(self, series: str, prefix: str = "", digits: int = 6) -> str:
        """Give the next number of a kind of document, such as PO-000001, without gaps.

        Parameters
        ----------
        series : kind of document, such as production_order
        prefix, digits : how the numbers look where the plant has not said it in number_series
        """
        return self.next_numbers(series, 1, prefix, digits)[0]

    def next_numbers(self, series: str, count: int, prefix: str = "", digits: int = 6) -> list[str]:
        """Give the next `count` numbers of a kind of document; see `next_number`."""
        self._refuse_replay()
        found = self._execute("SELECT prefix, digits, next FROM number_series WHERE series = ?", series).fetchone()
        if found is None:
            columns = "series, prefix, digits, next, row_version"
            self._execute(f"INSERT INTO number_series ({columns}) VALUES (?, ?, ?, 1, 1)", series, prefix, digits)
            found = prefix, digits, 1
        prefix, digits, first = found
        change = "UPDATE number_series SET next = next + ?, row_version = row_version + 1 WHERE series = ?"
        self._execute(change, count, series)
        return [f"{prefix}{number:0{digits}d}" for number in range(first, first + count)]

    def finish(self) -> None:
        """Check who may write the rows, and the references, and write the journal; called before the act is kept."""
        if self.replayed or not (self.changes or self.key is not None or self.answered is not None):
            return
        if self.guard is not None and self.changes:
            stop_on_errors(self.guard(self))
        stop_on_errors(references.check(self.changes, self._reader.among))
        answer = None if self.answered is None else to_json(self.answered)
        entry = (
            self.number,
            self._iso(),
            self.by,
            self.action,
            to_json(self.arguments),
            self.key,
            answer,
            self.reverses,
        )
        columns = '"number", "at", "by", "action", "arguments", "key", "answer", "reverses"'
        self._execute(f"INSERT INTO journal ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *entry)
        for step, change in enumerate(self.changes, start=1):
            row = self._journal_row(change)
            values = "(journal, step, entity, key, before, after) VALUES (?, ?, ?, ?, ?, ?)"
            self._execute(f"INSERT INTO journal_change {values}", self.number, step, change.entity, *row)

    def _journal_row(self, change: Change) -> tuple[str | None, bytes | None, bytes | None]:
        entity = ENTITIES[change.entity]
        new = change.new
        if entity.ledger and new is not None:
            new = new.select(entity.key)  # the rows themselves stay in the ledger for ever
        return row_key(entity, change), packed(change.old), packed(new)

    def _iso(self) -> str:
        return self.moment.astimezone(UTC).isoformat(timespec="milliseconds")

    def _execute(self, statement: str, *values: Any) -> Any:
        return execute(self.driver, self.connection, statement, values)

    def _table(self, name: str) -> tuple[type[Entity], dict[str, Column]]:
        self._refuse_replay()
        return ENTITIES[name], self._reader.columns(name)

    def _refuse_replay(self) -> None:
        if self.replayed:
            raise RuntimeError("this idempotency key was answered before: give back `answered` where `replayed` is set")

    def _refuse_ledger(self, entity: type[Entity]) -> None:
        if entity.ledger:
            raise ProblemError([problems.LEDGER.at(table=entity.name)])

    def _present(self, entity: type[Entity], rows: Block) -> Block:
        """Read the rows that stand in the store with the keys of those that are given."""
        if isinstance(rows, Few):
            return self._reader.read_few(entity.name, rows.keys(entity.key))
        return Many(self.read_keys(entity.name, rows.frame()))

    def _add(self, entity: type[Entity], columns: Mapping[str, Column], rows: Block, *, again: bool = False) -> int:
        """Add rows; those that are there again go on from the version they had."""
        if rows.height:
            full = completed(entity, columns, rows)
            new = full.risen(rows, entity.key) if again else full.filled({ROW_VERSION: (1, pl.Int64())})
            self._put(entity, columns, new)
            self._note(Change(entity.name, None, new))
        return rows.height

    def _put(self, entity: type[Entity], columns: Mapping[str, Column], rows: Block) -> None:
        fields = {name: column for name, column in columns.items() if name not in entity.columns}
        stored = pack(rows.ordered(entity.key), fields)
        if not isinstance(stored, Few):
            self.driver.insert(self.connection, entity.name, stored.frame())
            return
        marks = ", ".join("?" * len(stored.names))
        for row in stored.rows:
            self._execute(f'INSERT INTO "{entity.name}" ({quoted(stored.names)}) VALUES ({marks})', *row)

    def _remove(self, entity: type[Entity], rows: Block) -> None:
        if not isinstance(rows, Few):
            self.driver.delete(self.connection, entity.name, rows.frame().select(entity.key))
            return
        test = " AND ".join(f'"{name}" = ?' for name in entity.key)
        for key in rows.keys(entity.key):
            self._execute(f'DELETE FROM "{entity.name}" WHERE {test}', *key)

    def _change(self, entity: type[Entity], columns: Mapping[str, Column], rows: Block, before: Block) -> int:
        self._check_versions(entity, rows, before)
        given = [name for name in rows.names if name in columns and name not in entity.key]
        if not given or not rows.height:
            return 0
        changed = rows.changed(before, entity.key, given, list(columns))
        if changed.height:
            self._refuse_ledger(entity)
            self._replace(entity, columns, changed, before)
        return changed.height

    def _replace(self, entity: type[Entity], columns: Mapping[str, Column], rows: Block, before: Block) -> None:
        """Put whole rows in the place of the old ones: one way for both databases, and fast in bulk."""
        old = before.within(rows, entity.key)
        new = rows.risen(old, entity.key)
        self._remove(entity, old)
        self._put(entity, columns, new)
        self._note(Change(entity.name, old, new))

    def _note(self, change: Change) -> None:
        self.changes.append(change)
        if change.entity == "user_field":
            self._reader.forget_fields()

    def _check_versions(self, entity: type[Entity], rows: Block, before: Block) -> None:
        if ROW_VERSION in rows.names:
            stop_on_errors(self._meanwhile(entity, rows.outdated(before, entity.key), "changed"))

    def _meanwhile(self, entity: type[Entity], rows: Block, what: str) -> list[Problem]:
        found = []
        for key in rows.keys(entity.key, SHOWN):
            entry = next(entries_of(self.connection, self.driver, entity, key), None)
            who, when = (entry.by, entry.at) if entry else ("somebody", "a moment that is not in the journal")
            found.append(problems.CHANGED_MEANWHILE.at(table=entity.name, key=key, what=what, who=who, when=when))
        return found
