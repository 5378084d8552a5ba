"""Rows on their way into the store: few of them as plain values, many as a frame, with the same handful of steps.

A frame costs a tenth of a millisecond at each touch, however few rows it has, and most acts write one row. What must
hold of rows is said once, in `rows`, `references` and `transaction`, in terms of these steps; a property test holds
both kinds equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from plantwright.core.entity import Entity
from plantwright.core.store.tables import ROW_VERSION

FEW = 50
"""Up to so many rows plain values are quicker than a frame."""

Schema = Mapping[str, pl.DataType]
Key = Sequence[str]
_BEFORE = "\0before"
_LARGEST = 2**63


class Block(Protocol):
    """Rows of one table."""

    @property
    def schema(self) -> Schema:
        """The columns with their types."""

    @property
    def names(self) -> list[str]:
        """The columns."""

    @property
    def height(self) -> int:
        """How many rows."""

    def misfits(self, known: Schema) -> list[tuple[str, str]]:
        """Give the columns that hold something else than their type, with what they hold."""

    def shaped(self, known: Schema) -> Block:
        """Put the columns in the order of their table, and in its types."""

    def lacks(self, name: str) -> bool:
        """Tell whether a row has no value in a column."""

    def values(self, name: str) -> list[Any]:
        """Give a column."""

    def keys(self, key: Key, most: int | None = None) -> list[tuple[Any, ...]]:
        """Give the keys of the rows, or of the first of them."""

    def repeated(self, key: Key) -> list[tuple[Any, ...]]:
        """Give the keys that stand in more than one row, each once."""

    def named(self, name: str, values: Collection[Any], key: Key) -> list[tuple[Any, ...]]:
        """Give, of the rows with one of the values in a column, the key and the value, each pair once."""

    def without(self, other: Block, key: Key) -> Block:
        """Keep the rows whose key does not stand in the other block."""

    def within(self, other: Block, key: Key) -> Block:
        """Keep the rows whose key stands in the other block."""

    def outdated(self, now: Block, key: Key) -> Block:
        """Keep the rows that have another version now."""

    def changed(self, before: Block, key: Key, given: Sequence[str], whole: Sequence[str]) -> Block:
        """Keep the rows that differ from before in a given column, whole: what they do not give is as before."""

    def filled(self, values: Mapping[str, tuple[Any, pl.DataType]]) -> Block:
        """Add columns with the same value in each row."""

    def risen(self, before: Block, key: Key) -> Block:
        """Give each row the version after that of before."""

    def select(self, names: Sequence[str]) -> Block:
        """Keep some columns, in this order."""

    def ordered(self, key: Key) -> Block:
        """Put the rows in the order of their key, in which the database takes them fastest."""

    def frame(self) -> pl.DataFrame:
        """Give a raw frame."""

    def text(self) -> str:
        """Write the rows as JSON, column by column."""


@dataclass(frozen=True, slots=True)
class Few:
    """A few rows as tuples of plain values."""

    schema: Schema
    rows: Sequence[tuple[Any, ...]]

    @property
    def names(self) -> list[str]:
        """The columns."""
        return list(self.schema)

    @property
    def height(self) -> int:
        """How many rows."""
        return len(self.rows)

    def misfits(self, known: Schema) -> list[tuple[str, str]]:
        """Give the columns that hold something else than their type, with what they hold."""
        found = []
        for name, dtype in known.items():
            if name in self.schema:
                fits = _FITS[type(dtype)]
                wrong = next((value for value in self.values(name) if not fits(value)), None)
                found += [] if wrong is None else [(name, _type_of(wrong))]
        return found

    def shaped(self, known: Schema) -> Few:
        """Put the columns in the order of their table, and in its types."""
        names = [name for name in known if name in self.schema]
        if names == list(self.schema):
            return Few({name: known[name] for name in names}, self.rows)
        return Few({name: known[name] for name in names}, self._picked(names))

    def lacks(self, name: str) -> bool:
        """Tell whether a row has no value in a column."""
        place = self._place(name)
        return any(row[place] is None for row in self.rows)

    def values(self, name: str) -> list[Any]:
        """Give a column."""
        place = self._place(name)
        return [row[place] for row in self.rows]

    def keys(self, key: Key, most: int | None = None) -> list[tuple[Any, ...]]:
        """Give the keys of the rows, or of the first of them."""
        return self._picked(key)[:most]

    def repeated(self, key: Key) -> list[tuple[Any, ...]]:
        """Give the keys that stand in more than one row, each once."""
        counts: dict[tuple[Any, ...], int] = {}
        for one in self.keys(key):
            counts[one] = counts.get(one, 0) + 1
        return [one for one, count in counts.items() if count > 1]

    def named(self, name: str, values: Collection[Any], key: Key) -> list[tuple[Any, ...]]:
        """Give, of the rows with one of the values in a column, the key and the value, each pair once."""
        pairs = zip(self.keys(key), self.values(name), strict=True)
        return list(dict.fromkeys((*one, value) for one, value in pairs if value in values))

    def without(self, other: Block, key: Key) -> Few:
        """Keep the rows whose key does not stand in the other block."""
        there = set(other.keys(key))
        return Few(self.schema, [row for one, row in self._by_key(key) if one not in there])

    def within(self, other: Block, key: Key) -> Few:
        """Keep the rows whose key stands in the other block."""
        there = set(other.keys(key))
        return Few(self.schema, [row for one, row in self._by_key(key) if one in there])

    def outdated(self, now: Block, key: Key) -> Few:
        """Keep the rows that have another version now."""
        place, versions = self._place(ROW_VERSION), _versions(now, key)
        stale = [
            row
            for one, row in self._by_key(key)
            if one in versions and row[place] is not None and row[place] != versions[one]
        ]
        return Few(self.schema, stale)

    def changed(self, before: Block, key: Key, given: Sequence[str], whole: Sequence[str]) -> Few:
        """Keep the rows that differ from before in a given column, whole: what they do not give is as before."""
        old = zip(before.keys(key), before.keys(before.names), strict=True)
        known = {one: dict(zip(before.names, row, strict=True)) for one, row in old}
        found = []
        for one, row in self._by_key(key):
            if one in known:
                new = known[one] | dict(zip(self.schema, row, strict=True))
                if any(new[name] != known[one][name] for name in given):
                    found.append(tuple(new[name] for name in whole))
        types = {**before.schema, **self.schema}
        return Few({name: types[name] for name in whole}, found)

    def filled(self, values: Mapping[str, tuple[Any, pl.DataType]]) -> Few:
        """Add columns with the same value in each row."""
        more = tuple(value for value, _ in values.values())
        schema = {**self.schema, **{name: dtype for name, (_, dtype) in values.items()}}
        return Few(schema, [row + more for row in self.rows])

    def risen(self, before: Block, key: Key) -> Few:
        """Give each row the version after that of before."""
        versions = _versions(before, key)
        names = [name for name in self.schema if name != ROW_VERSION]
        rows = zip(self.keys(key), self._picked(names), strict=True)
        schema = {**{name: self.schema[name] for name in names}, ROW_VERSION: pl.Int64()}
        return Few(schema, [(*row, versions[one] + 1) for one, row in rows])

    def select(self, names: Sequence[str]) -> Few:
        """Keep some columns, in this order."""
        if list(names) == list(self.schema):
            return self
        return Few({name: self.schema[name] for name in names}, self._picked(names))

    def ordered(self, key: Key) -> Few:
        """Put the rows in the order of their key, in which the database takes them fastest."""
        if len(self.rows) < 2:
            return self
        pairs = sorted(self._by_key(key), key=lambda pair: [(part is not None, part) for part in pair[0]])
        return Few(self.schema, [row for _, row in pairs])

    def frame(self) -> pl.DataFrame:
        """Give a raw frame."""
        return pl.DataFrame(self.rows, schema=dict(self.schema), orient="row")

    def text(self) -> str:
        """Write the rows as JSON, column by column."""
        columns = {name: self.values(name) for name in self.schema}
        return json.dumps(columns, ensure_ascii=False, separators=(",", ":"))

    def _place(self, name: str) -> int:
        return list(self.schema).index(name)

    def _picked(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        at = {name: place for place, name in enumerate(self.schema)}
        places = [at[name] for name in names]
        return [tuple([row[place] for place in places]) for row in self.rows]

    def _by_key(self, key: Key) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        return list(zip(self.keys(key), self.rows, strict=True))


@dataclass(frozen=True, slots=True)
class Many:
    """Any number of rows as a frame."""

    rows: pl.DataFrame

    @property
    def schema(self) -> Schema:
        """The columns with their types."""
        return self.rows.schema

    @property
    def names(self) -> list[str]:
        """The columns."""
        return self.rows.columns

    @property
    def height(self) -> int:
        """How many rows."""
        return self.rows.height

    def misfits(self, known: Schema) -> list[tuple[str, str]]:
        """Give the columns that hold something else than their type, with what they hold."""
        schema = self.rows.schema
        return [
            (name, str(schema[name]))
            for name, dtype in known.items()
            if name in schema and not _castable(schema[name], dtype)
        ]

    def shaped(self, known: Schema) -> Many:
        """Put the columns in the order of their table, and in its types."""
        parts = [self.rows[name].cast(dtype) for name, dtype in known.items() if name in self.rows.columns]
        return Many(pl.DataFrame(parts))

    def lacks(self, name: str) -> bool:
        """Tell whether a row has no value in a column."""
        return self.rows[name].null_count() > 0

    def values(self, name: str) -> list[Any]:
        """Give a column."""
        return self.rows[name].to_list()

    def keys(self, key: Key, most: int | None = None) -> list[tuple[Any, ...]]:
        """Give the keys of the rows, or of the first of them."""
        keys = self.rows.select(key)
        return (keys if most is None else keys.head(most)).rows()

    def repeated(self, key: Key) -> list[tuple[Any, ...]]:
        """Give the keys that stand in more than one row, each once."""
        keys = self.rows.select(key)
        return keys.filter(keys.is_duplicated()).unique(maintain_order=True).rows()

    def named(self, name: str, values: Collection[Any], key: Key) -> list[tuple[Any, ...]]:
        """Give, of the rows with one of the values in a column, the key and the value, each pair once."""
        bad = self.rows.filter(pl.col(name).is_in(list(values))).select(*key, pl.col(name).alias(""))
        return bad.unique(maintain_order=True).rows()

    def without(self, other: Block, key: Key) -> Many:
        """Keep the rows whose key does not stand in the other block."""
        return Many(self.rows.join(other.frame(), on=list(key), how="anti", maintain_order="left"))

    def within(self, other: Block, key: Key) -> Many:
        """Keep the rows whose key stands in the other block."""
        return Many(self.rows.join(other.frame(), on=list(key), how="semi", maintain_order="left"))

    def outdated(self, now: Block, key: Key) -> Many:
        """Keep the rows that have another version now."""
        versions = now.frame().select(*key, ROW_VERSION)
        pairs = self.rows.join(versions, on=list(key), how="inner", suffix=_BEFORE, maintain_order="left")
        return Many(pairs.filter(pl.col(ROW_VERSION) != pl.col(ROW_VERSION + _BEFORE)).select(self.names))

    def changed(self, before: Block, key: Key, given: Sequence[str], whole: Sequence[str]) -> Many:
        """Keep the rows that differ from before in a given column, whole: what they do not give is as before."""
        pairs = self.rows.join(before.frame(), on=list(key), how="inner", suffix=_BEFORE, maintain_order="left")
        differ = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name + _BEFORE)) for name in given)
        return Many(pairs.filter(differ).select(list(whole)))

    def filled(self, values: Mapping[str, tuple[Any, pl.DataType]]) -> Many:
        """Add columns with the same value in each row."""
        return Many(self.rows.with_columns(pl.lit(value, dtype).alias(name) for name, (value, dtype) in values.items()))

    def risen(self, before: Block, key: Key) -> Many:
        """Give each row the version after that of before."""
        versions = before.frame().select(*key, pl.col(ROW_VERSION) + 1)
        return Many(
            self.rows.drop(ROW_VERSION, strict=False).join(versions, on=list(key), how="left", maintain_order="left")
        )

    def select(self, names: Sequence[str]) -> Many:
        """Keep some columns, in this order."""
        return Many(self.rows.select(list(names)))

    def ordered(self, key: Key) -> Many:
        """Put the rows in the order of their key, in which the database takes them fastest."""
        return Many(self.rows.sort(key)) if self.height > 1 else self

    def frame(self) -> pl.DataFrame:
        """Give a raw frame."""
        return self.rows

    def text(self) -> str:
        """Write the rows as JSON, column by column."""
        return str(self.rows.select(pl.struct(pl.all().implode()).struct.json_encode()).item())


def _versions(rows: Block, key: Key) -> dict[tuple[Any, ...], int]:
    """Give the version of each row by its key."""
    return dict(zip(rows.keys(key), rows.values(ROW_VERSION), strict=True))


Given = pl.DataFrame | Sequence[Mapping[str, Any]]
"""Rows as acts give them: a raw frame, or one mapping a row, all with the same columns."""


def block_of(entity: type[Entity], given: Given) -> Block:
    """Take up rows that an act gives, as they are."""
    if isinstance(given, pl.DataFrame):
        return Many(given)
    if not given:
        return Many(entity.empty())
    names = list(given[0])
    if any(row.keys() != given[0].keys() for row in given):
        raise ValueError("the rows must all give the same columns")
    return Few(dict.fromkeys(names, pl.Null()), [tuple([row[name] for name in names]) for row in given])


def fitting(block: Block) -> Block:
    """Give a block whose types are right as that kind which is quicker."""
    if block.height <= FEW:
        return block if isinstance(block, Few) else Few(dict(block.schema), block.frame().rows())
    return Many(block.frame())


_FITS: dict[type[pl.DataType], Callable[[Any], bool]] = {
    pl.String: lambda value: value is None or isinstance(value, str),
    pl.Boolean: lambda value: value is None or isinstance(value, bool),
    pl.Int64: lambda value: value is None or _is_int64(value),
}
_TYPES = {bool: "Boolean", float: "Float64", str: "String"}


def _is_int64(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST <= value < _LARGEST


def _type_of(value: Any) -> str:
    """Name the type of a value as a frame would."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "Int64" if _is_int64(value) else "Int128"
    return _TYPES.get(type(value), type(value).__name__)


def _castable(found: pl.DataType, wanted: pl.DataType) -> bool:
    return found in {wanted, pl.Null()} or (found.is_integer() and wanted == pl.Int64)
