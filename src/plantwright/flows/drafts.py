"""What somebody has changed in a table and not yet saved: cells, new rows, deleted rows, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import Entity
from plantwright.core.frames import written
from plantwright.core.problem import Problem
from plantwright.core.store.tables import ROW_VERSION
from plantwright.flows.edits import RowEdit, fault_of, tidied


@dataclass
class DraftRow:
    """One row as it was read and as it shall be, in texts; `key` is None for a new row."""

    ident: str
    key: tuple[Any, ...] | None
    version: int
    was: dict[str, str]
    now: dict[str, str]
    gone: bool = False
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """Columns whose text differs from what was read; of a new row those that are filled in."""
        return [name for name, text in self.now.items() if text != self.was.get(name, "")]

    @property
    def pending(self) -> bool:
        """Whether anything of the row is to be saved."""
        return self.gone or self.key is None or bool(self.changed)


@dataclass(frozen=True)
class DraftChange:
    """One change that waits to be saved: its row, column (empty for a whole row), and the texts before and after."""

    row: str
    what: str
    column: str = ""
    before: str = ""
    after: str = ""
    fault: str = ""


class Draft:
    """Changes of a table that wait to be saved.

    Parameters
    ----------
    entity : the table
    columns : all its columns, those of the plant last
    zone : time zone in which moments are written
    fixed : texts that every new row has, such as the scenario whose edits are listed
    """

    def __init__(
        self, entity: type[Entity], columns: Mapping[str, Column], zone: str, fixed: Mapping[str, str] | None = None
    ) -> None:
        self.entity, self.columns, self.zone, self.fixed = entity, columns, zone, dict(fixed or {})
        self.rows: dict[str, DraftRow] = {}
        self._back: list[list[Callable[[], DraftRow]]] = []
        self._news = 0

    def load(self, rows: pl.DataFrame) -> list[DraftRow]:
        """Take rows as they are in the store now; rows with changes that wait keep them and stand first if new."""
        kept = {ident: row for ident, row in self.rows.items() if row.pending}
        texts = written(rows.drop(ROW_VERSION), self.columns, self.zone).rows(named=True)
        keys, versions = rows.select(self.entity.key).rows(), rows[ROW_VERSION].to_list()
        self.rows = kept
        shown = [row for row in kept.values() if row.key is None]
        for key, version, was in zip(keys, versions, texts, strict=True):
            ident = "/".join(quote(str(part), safe="") for part in key)
            if ident not in kept:
                self.rows[ident] = DraftRow(ident, key, version, was, dict(was))
            shown.append(self.rows[ident])
        return shown

    def put(self, cells: Iterable[Sequence[str]], added: Iterable[Mapping[str, str]] = ()) -> list[DraftRow]:
        """Write texts into cells, each a row, a column and a text, and add rows; one step back undoes it all."""
        touched: dict[str, DraftRow] = {}
        step: dict[str, Callable[[], DraftRow]] = {}
        for ident, column, text in cells:
            row = self.rows.get(ident)
            if row is None or column not in self.columns or column in self.fixed:
                continue
            step.setdefault(ident, self._memory(row))
            self._write(row, column, str(text))
            touched[ident] = row
        for texts in added:
            row = self._new(texts)
            step[row.ident] = self._forgetting(row)
            touched[row.ident] = row
        if step:
            self._back.append(list(step.values()))
        return list(touched.values())

    def _write(self, row: DraftRow, column: str, text: str) -> None:
        declared = self.columns[column]
        row.now[column] = tidied(text, declared, self.zone)
        fault = fault_of(row.now[column], declared, self.zone) if row.now[column] != row.was.get(column) else ""
        row.faults.pop(column, None)
        if fault:
            row.faults[column] = fault

    def _new(self, texts: Mapping[str, str]) -> DraftRow:
        self._news += 1
        row = DraftRow(f"new {self._news}", None, 0, {}, dict.fromkeys(self.columns, "") | self.fixed)
        self.rows[row.ident] = row
        for column, text in texts.items():
            if column in self.columns and column not in self.fixed:
                self._write(row, column, str(text))
        return row

    def delete(self, idents: Iterable[str]) -> list[DraftRow]:
        """Mark rows to be deleted; new ones are dropped at once."""
        rows = [self.rows[ident] for ident in idents if ident in self.rows]
        self._back.append([self._memory(row) for row in rows])
        for row in rows:
            row.gone = True
            if row.key is None:
                del self.rows[row.ident]
        return rows

    def undo(self) -> list[DraftRow]:
        """Take the last step back; gives the rows that it touched, `gone` where they are there no more."""
        return [back() for back in self._back.pop()] if self._back else []

    def _memory(self, row: DraftRow) -> Callable[[], DraftRow]:
        now, gone, faults = dict(row.now), row.gone, dict(row.faults)

        def back() -> DraftRow:
            row.now, row.gone, row.faults = now, gone, faults
            self.rows[row.ident] = row
            return row

        return back

    def _forgetting(self, row: DraftRow) -> Callable[[], DraftRow]:
        def back() -> DraftRow:
            row.gone = True
            self.rows.pop(row.ident, None)
            return row

        return back

    def forget(self) -> None:
        """Drop everything that waits."""
        self.rows, self._back = {}, []

    def renewed(self, ident: str, now: Mapping[str, Any] | None, *, mine: bool) -> DraftRow:
        """Set a row that somebody else has changed onto what it is now, with or without one's own changes.

        Parameters
        ----------
        ident : the row
        now : its raw values with row_version, None where it was deleted
        mine : whether what was changed here still stands
        """
        row = self.rows[ident]
        own = {name: row.now[name] for name in row.changed}
        if now is None:
            row.key, row.version, row.was = None, 0, {}
            row.gone = not mine
            return row
        raw = pl.DataFrame([{name: now[name] for name in self.columns}], schema=self._schema())
        row.was = written(raw, self.columns, self.zone).row(0, named=True)
        row.version, row.faults = int(now[ROW_VERSION]), {}
        row.now = {**row.was, **(own if mine else {})}
        row.gone = row.gone and mine
        return row

    def _schema(self) -> dict[str, pl.DataType]:
        return {name: column.dtype for name, column in self.columns.items()}

    def note(self, problems: Iterable[tuple[str, Problem]]) -> list[DraftRow]:
        """Set problems at the cells that they are about; gives the rows that have any."""
        touched = {}
        for ident, problem in problems:
            row = self.rows.get(ident)
            if row is not None:
                column = problem.column if problem.column in self.columns else self.entity.key[0]
                row.faults[column] = f"{problem.message} {problem.remedy}"
                touched[ident] = row
        return list(touched.values())

    def pending(self) -> list[DraftRow]:
        """Give the rows that wait to be saved."""
        return [row for row in self.rows.values() if row.pending]

    def edits(self) -> list[RowEdit]:
        """Give what is to be saved."""
        return [
            RowEdit(row.ident, row.key, row.version, row.now if row.key is None else self._cells(row), row.gone)
            for row in self.pending()
        ]

    def _cells(self, row: DraftRow) -> dict[str, str]:
        return {name: row.now[name] for name in row.changed}

    def changes(self) -> list[DraftChange]:
        """List what waits to be saved, cell by cell."""
        found = []
        for row in self.pending():
            name = self.name_of(row)
            if row.gone:
                found.append(DraftChange(name, "delete"))
                continue
            what = "add" if row.key is None else "change"
            parts = [
                DraftChange(name, what, column, row.was.get(column, ""), row.now[column], row.faults.get(column, ""))
                for column in row.changed
                if column not in self.fixed
            ]
            found += parts or [DraftChange(name, what)]
        return found

    def name_of(self, row: DraftRow) -> str:
        """Name a row by its key, as people know it."""
        texts = row.was or row.now
        return " / ".join(filter(None, (texts.get(part, "") for part in self.entity.key))) or "new row"
