"""Raw tables as they are read: the declared columns, then the plant's own fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.store.blocks import FEW, Few
from plantwright.core.store.driver import Driver, Where, execute, quoted
from plantwright.core.store.tables import ROW_VERSION, USER_FIELDS
from plantwright.core.store.user_fields import unpack, unpack_few
from plantwright.core.system import FIELD_COLUMNS, added_columns

MANY = 1000
"""Fewer rows than this are looked up by their key; more may be found faster by reading the table."""


class Reader:
    """Reads tables on one connection; knows the plant's own fields."""

    def __init__(self, driver: Driver, connection: Connection) -> None:
        self._driver = driver
        self._connection = connection
        self._fields: tuple[tuple[str, ...], ...] | None = None

    def forget_fields(self) -> None:
        """Read the plant's own fields again at the next use, because they were changed."""
        self._fields = None

    def columns(self, name: str) -> dict[str, Column]:
        """Give all columns of a table, the plant's own fields last."""
        entity = ENTITIES[name]
        if self._fields is None:
            statement = f'SELECT {quoted(FIELD_COLUMNS)} FROM "user_field"'
            self._fields = tuple(sorted(map(tuple, execute(self._driver, self._connection, statement).fetchall())))
        return {**entity.columns, **added_columns(entity, self._fields)}

    def read(self, name: str, where: Where | None = None, *, versions: bool = False) -> pl.DataFrame:
        """Read a table, or the rows with the given values."""
        entity, columns = ENTITIES[name], self.columns(name)
        schema = _schema(entity, columns, versions=versions)
        return _shaped(self._driver.read(self._connection, name, schema, entity.key, where or {}), entity, columns)

    def read_keys(self, name: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Read the rows with the given keys, with their versions."""
        entity, columns = ENTITIES[name], self.columns(name)
        schema = _schema(entity, columns, versions=True)
        if self._better_all(name, keys.height):
            found = self._driver.read(self._connection, name, schema, entity.key, {})
            rows = found.join(keys, on=entity.key, how="semi", maintain_order="left")
        else:
            rows = self._driver.read_keys(self._connection, name, schema, entity.key, keys)
        return _shaped(rows, entity, columns)

    def read_few(self, name: str, keys: Sequence[tuple[Any, ...]]) -> Few:
        """Read the rows with a few keys, with their versions, as plain values."""
        entity, columns = ENTITIES[name], self.columns(name)
        schema = _schema(entity, columns, versions=True)
        one = " AND ".join(f'"{part}" = ?' for part in entity.key)
        statement = f'SELECT {quoted(list(schema))} FROM "{name}" WHERE {" OR ".join([f"({one})"] * len(keys))}'
        values = [value for key in keys for value in key]
        found = execute(self._driver, self._connection, statement, values).fetchall() if keys else []
        rows = Few(schema, _with_flags(found, schema)).ordered(entity.key)
        fields = {field: column for field, column in columns.items() if field not in entity.columns}
        return unpack_few(rows, fields).select([*columns, ROW_VERSION]) if fields else rows

    def _better_all(self, name: str, wanted: int) -> bool:
        """Tell whether the whole table is read faster than the rows that are wanted."""
        if wanted < MANY:
            return False
        count = self._connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
        return bool(count < 10 * wanted)

    def among(self, name: str, column: str, values: Collection[str]) -> list[str]:
        """Read, of a column of texts, the cells that hold one of the values."""
        if len(values) <= FEW:
            marks = ", ".join("?" * len(values))
            statement = f'SELECT "{column}" FROM "{name}" WHERE "{column}" IN ({marks})'
            found = execute(self._driver, self._connection, statement, list(values)).fetchall() if values else []
            return sorted(cell for (cell,) in found)
        schema = {column: ENTITIES[name].columns[column].dtype}
        if not self._better_all(name, len(values)):
            return self._driver.read(self._connection, name, schema, [column], {column: list(values)})[column].to_list()
        wanted = set(values)
        cells = self._driver.read(self._connection, name, schema, [column], {})[column].to_list()
        return [cell for cell in cells if cell in wanted]


def _with_flags(rows: Sequence[tuple[Any, ...]], schema: Mapping[str, pl.DataType]) -> Sequence[tuple[Any, ...]]:
    """Give rows of the driver with their flags as such; SQLite has none and gives numbers."""
    flags = [place for place, dtype in enumerate(schema.values()) if dtype == pl.Boolean]
    if not flags:
        return [tuple(row) for row in rows]
    return [
        tuple(bool(cell) if place in flags and cell is not None else cell for place, cell in enumerate(row))
        for row in rows
    ]


def _schema(entity: type[Entity], columns: dict[str, Column], *, versions: bool) -> dict[str, pl.DataType]:
    schema = entity.schema()
    if versions:
        schema[ROW_VERSION] = pl.Int64()
    if len(columns) > len(entity.columns):
        schema[USER_FIELDS] = pl.String()
    return schema


def _shaped(rows: pl.DataFrame, entity: type[Entity], columns: dict[str, Column]) -> pl.DataFrame:
    fields = {name: column for name, column in columns.items() if name not in entity.columns}
    if not fields:
        return rows
    rows = unpack(rows, fields)
    return rows.select(*columns, ROW_VERSION) if ROW_VERSION in rows.columns else rows.select(list(columns))
