"""Frames that are to be written: checked and completed before the database sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import Entity
from plantwright.core.problem import Problem, ProblemKind, stop_on_errors
from plantwright.core.store import problems
from plantwright.core.store.tables import ROW_VERSION

SHOWN = 20
"""So many rows of a fault are named; the rest would not be read."""


def checked(entity: type[Entity], columns: Mapping[str, Column], rows: pl.DataFrame) -> pl.DataFrame:
    """Check a raw frame against the columns of its table, and give it in their types and order.

    Raises
    ------
    ProblemError : columns that are unknown, of the wrong type or without a value; keys that are missing or given twice
    """
    known = {name: column.dtype for name, column in columns.items()} | {ROW_VERSION: pl.Int64()}
    found = [problems.COLUMN_UNKNOWN.at(table=entity.name, column=name) for name in rows.columns if name not in known]
    found += [
        problems.VALUE_MISSING.at(table=entity.name, column=name) for name in entity.key if name not in rows.columns
    ]
    typed, wrong = _typed(entity, rows, known)
    stop_on_errors([*found, *wrong])
    stop_on_errors([*_empty(entity, columns, typed), *_twice(entity, typed)])
    return typed


def _typed(
    entity: type[Entity], rows: pl.DataFrame, known: Mapping[str, pl.DataType]
) -> tuple[pl.DataFrame, list[Problem]]:
    parts, found = [], []
    for name, dtype in known.items():
        if name not in rows.columns:
            continue
        values = rows[name]
        if values.dtype in {dtype, pl.Null()} or (values.dtype.is_integer() and dtype == pl.Int64):
            parts.append(values.cast(dtype))
        else:
            found.append(
                problems.COLUMN_TYPE.at(table=entity.name, column=name, value=str(values.dtype), must=str(dtype))
            )
    return pl.DataFrame(parts), found


def _empty(entity: type[Entity], columns: Mapping[str, Column], rows: pl.DataFrame) -> list[Problem]:
    return [
        problems.VALUE_MISSING.at(table=entity.name, column=name)
        for name in rows.columns
        if name in columns and not columns[name].nullable and rows[name].null_count()
    ]


def _twice(entity: type[Entity], rows: pl.DataFrame) -> list[Problem]:
    if rows.height < 2:
        return []
    keys = rows.select(entity.key)
    return about_keys(problems.KEY_TWICE, entity, keys.filter(keys.is_duplicated()).unique(maintain_order=True))


def completed(entity: type[Entity], columns: Mapping[str, Column], rows: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that new rows lack, with their defaults; a required one must be there."""
    lacking = [column for name, column in columns.items() if name not in rows.columns]
    stop_on_errors(problems.VALUE_MISSING.at(table=entity.name, column=c.name) for c in lacking if c.required)
    full = rows.with_columns(pl.lit(column.raw_default, column.dtype).alias(column.name) for column in lacking)
    return full.select(list(columns))


def about_keys(kind: ProblemKind, entity: type[Entity], keys: pl.DataFrame) -> list[Problem]:
    """Give a problem for each of the first keys."""
    return [kind.at(table=entity.name, key=key) for key in keys.select(entity.key).head(SHOWN).rows()]


def joined(left: pl.DataFrame, right: pl.DataFrame, key: Sequence[str], how: str) -> pl.DataFrame:
    """Join on the key, which may hold no null."""
    return left.join(right, on=list(key), how=how, maintain_order="left")  # type: ignore[arg-type]
