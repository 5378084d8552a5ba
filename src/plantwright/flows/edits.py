"""Edit tables by hand: a window of rows as texts, and changes of texts that are checked and written in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import polars as pl

from plantwright.core.access.sight import Sight
from plantwright.core.access.sites import FORBIDDEN, site_column
from plantwright.core.checks import check_import
from plantwright.core.column import TEXTUAL, Column, Kind
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.finding import main_site
from plantwright.core.frames import written
from plantwright.core.problem import Problem, ProblemError, errors, problem_kind
from plantwright.core.reading import CELL_FAULTS, must_be, read_texts
from plantwright.core.store import Store, Transaction
from plantwright.core.store.reading import Reader
from plantwright.core.store.tables import ROW_VERSION
from plantwright.flows.exchange import EXTRA, zone_of
from plantwright.flows.views import StoreView

READ_ONLY = problem_kind(
    "table-read-only", "Rows of {table} are not written by hand.", "Use the actions that are offered with the table."
)
WINDOW = 1_000
"""Rows of a table that go to a screen at once; filters and the next window bring others."""


class Writer(Protocol):
    """Who edits: a name, rights, and sites; None of them means all."""

    name: str

    def must(self, permission: str) -> None:
        """Raise a problem where something is not allowed."""


@dataclass(frozen=True)
class Window:
    """Some rows of a table: raw rows with their versions, and how many there are in all and that fit the filter."""

    rows: pl.DataFrame
    columns: Mapping[str, Column]
    fitting: int
    total: int


@dataclass(frozen=True)
class RowEdit:
    """What shall become of one row, in texts as in a file.

    Parameters
    ----------
    ident : what the caller calls the row; problems come back with it
    key : raw key of the row as it is; None for a new row
    version : its row_version when it was read
    cells : new texts by column; of a new row all that are given
    gone : whether the row is to be deleted
    """

    ident: str
    key: tuple[Any, ...] | None = None
    version: int = 0
    cells: Mapping[str, str] = field(default_factory=dict)
    gone: bool = False


@dataclass(frozen=True)
class Saved:
    """What was written: the journal entry and the rows by kind of change; or the problems, with the row of each."""

    entry: int = 0
    added: int = 0
    changed: int = 0
    deleted: int = 0
    problems: tuple[tuple[str, Problem], ...] = ()


def sites_of(person: object) -> frozenset[str] | None:
    """Give the sites whose rows somebody may see and write; None for all."""
    found = getattr(person, "sites", None)
    return None if found is None else frozenset(found)


def is_written_by_hand(entity: type[Entity]) -> bool:
    """Tell whether rows of a table are edited freely, not only by actions."""
    return entity.role == "input" and not entity.ledger


# --- looking --------------------------------------------------------------------------------------------------------


def window(
    store: Store, view: StoreView, name: str, filters: Mapping[str, str], order: Sequence[tuple[str, bool]] = (),
    start: int = 0, count: int = WINDOW, sites: frozenset[str] | None = None,
) -> Window:  # fmt: skip
    """Give a window of a table.

    Parameters
    ----------
    store, view : the plant; the view is what others may have read of it already
    name : the table
    filters : texts that must stand in columns, upper or lower case
    order : columns with whether they fall
    start, count : which rows of those that fit
    sites : sites whose rows may be seen, None for all
    """
    entity, columns = ENTITIES[name], view.columns(name)
    rows = view.table(name)
    if sites is not None:
        main = main_site({"setting": view.table("setting"), "site": view.table("site")})
        rows = Sight(sites, main, view.table).of(name, rows)
    total = rows.height
    for column, text in filters.items():
        if column in columns and text:
            rows = rows.filter(holds(rows[column], columns[column], text, view.settings.zone))
    known = [(column, falling) for column, falling in order if column in columns]
    if known:
        rows = rows.sort([c for c, _ in known], descending=[f for _, f in known], nulls_last=True, maintain_order=True)
    part = rows.slice(start, count)
    with store.reading() as connection:
        fresh = Reader(store.driver, connection).read_keys(name, part.select(entity.key))
    keys = part.select(entity.key)
    return Window(keys.join(fresh, on=entity.key, how="inner", maintain_order="left").select(fresh.columns), columns,
                  rows.height, total)  # fmt: skip


def holds(cells: pl.Series, column: Column, text: str, zone: str) -> pl.Series:
    """Find the cells in whose text a text stands; a text after = must be the whole of it.

    Examples
    --------
    >>> column = Column(Kind.CODE, "Item", name="item")
    >>> holds(pl.Series("item", ["P-100", "P-1000"]), column, "=p-100", "UTC").to_list()
    [True, False]
    """
    texts = written(cells.to_frame(column.name), {column.name: column}, zone)[column.name].str.to_lowercase()
    wanted = text.lower()
    if wanted.startswith("="):
        return texts == wanted[1:].strip()
    return texts.str.contains(wanted.strip(), literal=True)


def completions(view: StoreView, target: str, text: str, most: int = 40) -> list[tuple[str, str]]:
    """Give codes of a table, with their names, that begin with a text or hold it."""
    rows, key = view.table(target), ENTITIES[target].key[0]
    wanted = text.strip().lower()
    name = next((c for c in ("name", "help", "item") if c in rows.columns and c != key), key)
    texts = pl.concat_str(pl.col(key), pl.lit(" "), pl.col(name).fill_null("")).str.to_lowercase()
    found = rows.filter(texts.str.contains(wanted, literal=True)).unique(key, maintain_order=True)
    found = found.sort(~pl.col(key).str.to_lowercase().str.starts_with(wanted), pl.col(key).str.len_chars(), key)
    pairs = found.select(key, pl.col(name).alias("_")).head(most).iter_rows()
    return [(str(code), "" if name == key else str(label)) for code, label in pairs]


def fault_of(text: str, column: Column, zone: str) -> str:
    """Say what is wrong with one cell; nothing where it can be read."""
    code = read_texts(pl.Series(column.name, [text], dtype=pl.String), column, zone).fault[0]
    if code is None:
        return ""
    made = _cell_problem(code, "", "", column, text)
    return f"{made.message} {made.remedy}"


def tidied(text: str, column: Column, zone: str) -> str:
    """Write a text as the plant writes the value it stands for; what cannot be read stays as it is.

    Examples
    --------
    >>> tidied(" 12.50 ", Column(Kind.QUANTITY, "", name="q"), "UTC"), tidied("?", Column(Kind.DAY, "", name="d"), "")
    ('12.5', '?')
    """
    if column.kind in TEXTUAL - {Kind.CHOICE} or not text.strip():
        return text if column.kind is Kind.TEXT else text.strip()
    read = read_texts(pl.Series(column.name, [text], dtype=pl.String), column, zone)
    if read.fault[0] is not None:
        return text.strip()
    return str(written(read.values.to_frame(column.name), {column.name: column}, zone)[column.name][0])


# --- writing --------------------------------------------------------------------------------------------------------


def save_edits(store: Store, name: str, edits: Sequence[RowEdit], person: Writer) -> Saved:
    """Write changes of rows in one act, or none of them.

    Parameters
    ----------
    store : the plant
    name : the table
    edits : what shall become of each row
    person : who edits

    Returns
    -------
    What was written; or every problem, each with the `ident` of its row, empty where it belongs to none. A row that
    somebody else has changed since it was read is a problem (changed-meanwhile).

    Raises
    ------
    ProblemError : the table is not written by hand, or the person may not write it
    """
    entity = ENTITIES[name]
    if not is_written_by_hand(entity):
        raise ProblemError([READ_ONLY.at(table=name)])
    person.must(f"write:{name}")
    work = _Work(store, entity, zone_of(store), edits)
    found = [*work.read(), *_outside_sites(work, person)]
    if not errors(one for _, one in found):
        found += work.references()
    if errors(one for _, one in found):
        return Saved(problems=tuple(found))
    try:
        with store.begin(person.name, "edit", {"table": name, "rows": len(edits)}) as tx:
            counts = work.write(tx)
            tx.answer({"added": counts[0], "changed": counts[1], "deleted": counts[2]})
    except ProblemError as error:
        return Saved(problems=tuple((work.ident_of(problem), problem) for problem in error.problems))
    return Saved(tx.number, *counts, problems=tuple(found))


def current_row(store: Store, name: str, key: tuple[Any, ...]) -> dict[str, Any] | None:
    """Give a row as it is now, with its row_version; None where it is gone."""
    entity = ENTITIES[name]
    wanted = pl.DataFrame([dict(zip(entity.key, key, strict=True))],
                          schema={part: entity.columns[part].dtype for part in entity.key})  # fmt: skip
    with store.reading() as connection:
        found = Reader(store.driver, connection).read_keys(name, wanted)
    return found.row(0, named=True) if found.height else None


class _Work:
    """The changes of one table while they are read and written."""

    def __init__(self, store: Store, entity: type[Entity], zone: str, edits: Sequence[RowEdit]) -> None:
        self.store, self.entity, self.zone = store, entity, zone
        self.edits = list(edits)
        with store.reading() as connection:
            self.columns = Reader(store.driver, connection).columns(entity.name)
        self.values: dict[str, dict[str, Any]] = {}
        self.frame: pl.DataFrame = entity.empty()

    def read(self) -> list[tuple[str, Problem]]:
        """Read all texts, column by column; give what cannot be read."""
        found = []
        for name, column in self.columns.items():
            rows = [edit for edit in self.edits if not edit.gone and (name in edit.cells or edit.key is None)]
            texts = [edit.cells.get(name, "") for edit in rows]
            read = read_texts(pl.Series(name, texts, dtype=pl.String), column, self.zone)
            for edit, text, value, code in zip(rows, texts, read.values, read.fault, strict=True):
                self.values.setdefault(edit.ident, {})[name] = value
                if code is not None:
                    found.append((edit.ident, _cell_problem(code, self.entity.name, edit.key or "", column, text)))
        return found

    def references(self) -> list[tuple[str, Problem]]:
        """Find names of rows that are not there, and settings that cannot be."""
        rows = [self._whole(edit) for edit in self.edits if not edit.gone and self.values.get(edit.ident)]
        if not rows:
            return []
        schema = {name: column.dtype for name, column in self.columns.items()}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        known = self.store.read_all(sorted(set(self.entity.references().values())))
        problems = check_import({self.entity.name: frame}, known, EXTRA, None, self.zone)
        return [(self.ident_of(problem), replace(problem, where="")) for problem in problems]

    def _whole(self, edit: RowEdit) -> dict[str, Any]:
        """Give a row for the checks: its own values, and for the rest of a changed one its key, or nothing."""
        own = self.values[edit.ident]
        if edit.key is None:
            return own
        empty = {name: "" if column.default == "" else None for name, column in self.columns.items()}
        unread = {name: None if column.kind is Kind.REF else empty[name] for name, column in self.columns.items()}
        return {**unread, **dict(zip(self.entity.key, edit.key, strict=True)), **own}

    def write(self, tx: Transaction) -> tuple[int, int, int]:
        """Write everything; gives the rows added, changed and deleted."""
        gone = [edit for edit in self.edits if edit.key is not None and edit.gone]
        moved = [edit for edit in self.edits if edit.key is not None and not edit.gone and self._key_differs(edit)]
        kept = [edit for edit in self.edits if edit.key is not None and not edit.gone and edit not in moved]
        new = [edit for edit in self.edits if edit.key is None and not edit.gone]
        renamed = [self._renamed(tx, edit) for edit in moved]
        if gone or moved:
            tx.delete(self.entity.name, self._keys([*gone, *moved]))
        added = [self.values[edit.ident] for edit in new] + [row for row in renamed if row]
        if added:
            tx.insert(self.entity.name, pl.DataFrame(added, schema=self._schema(self.columns), orient="row"))
        changed = sum(self._update(tx, columns, kept) for columns in self._shapes(kept))
        return len(new), changed + len(moved), len(gone)

    def _update(self, tx: Transaction, columns: tuple[str, ...], kept: list[RowEdit]) -> int:
        """Change the rows of which the same columns were edited."""
        rows = [edit for edit in kept if self._shape(edit) == columns]
        frame = self._keys(rows).with_columns(
            pl.Series(name, [self.values[edit.ident][name] for edit in rows], dtype=self.columns[name].dtype)
            for name in columns
        )
        return tx.update(self.entity.name, frame)

    def _shapes(self, kept: list[RowEdit]) -> list[tuple[str, ...]]:
        return list(dict.fromkeys(filter(None, map(self._shape, kept))))

    def _shape(self, edit: RowEdit) -> tuple[str, ...]:
        return tuple(name for name in self.values.get(edit.ident, {}) if name not in self.entity.key)

    def _key_differs(self, edit: RowEdit) -> bool:
        own = self.values.get(edit.ident, {})
        assert edit.key is not None  # noqa: S101 - asked of rows that exist
        return any(own.get(name, value) != value for name, value in zip(self.entity.key, edit.key, strict=True))

    def _renamed(self, tx: Transaction, edit: RowEdit) -> dict[str, Any]:
        """Give the whole row under its new key; the old one goes."""
        before = tx.read_keys(self.entity.name, self._keys([edit])).drop(ROW_VERSION)
        return {**before.row(0, named=True), **self.values[edit.ident]} if before.height else {}

    def _keys(self, edits: Sequence[RowEdit]) -> pl.DataFrame:
        rows = [(*(edit.key or ()), edit.version) for edit in edits]
        schema = {**self._schema(self.entity.key), ROW_VERSION: pl.Int64()}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _schema(self, names: Any) -> dict[str, pl.DataType]:
        return {name: self.columns[name].dtype for name in names}

    def ident_of(self, problem: Problem) -> str:
        """Find the row that a problem is about, by its key as it is written or stored."""
        for edit in self.edits:
            if problem.key in self._names(edit):
                return edit.ident
        return ""

    def _names(self, edit: RowEdit) -> set[str]:
        now = dict(zip(self.entity.key, edit.key, strict=True)) if edit.key is not None else {}
        after = {**now, **{n: v for n, v in self.values.get(edit.ident, {}).items() if n in self.entity.key}}
        found = set()
        for row in (now, after):
            if len(row) == len(self.entity.key):
                raw = pl.DataFrame([row], schema=self._schema(self.entity.key))
                texts = written(raw, self.columns, self.zone).row(0)
                found |= {" / ".join(str(row[part]) for part in self.entity.key), " / ".join(texts)}
        return found


def _cell_problem(code: str, table: str, key: Any, column: Column, text: str) -> Problem:
    words = {"must": must_be(column), "choices": ", ".join(column.choices)}
    return CELL_FAULTS[code].at(table, key, column.name, text, **words)


def _outside_sites(work: _Work, person: Writer) -> list[tuple[str, Problem]]:
    """Find rows of sites that the person may not write: as they were and as they shall be."""
    sites, column = sites_of(person), site_column(work.entity)
    if sites is None or not column:
        return []
    main = main_site(work.store.read_all(["setting", "site"]))
    found = []
    for edit in work.edits:
        now = current_row(work.store, work.entity.name, edit.key) if edit.key is not None else None
        named = {row[column] or main for row in (now, work.values.get(edit.ident)) if row and column in row}
        found += [
            (edit.ident, FORBIDDEN.at(work.entity.name, edit.key or "", column, site, who=person.name))
            for site in sorted(named - sites)
        ]
    return found
