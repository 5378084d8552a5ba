"""The plant's own fields: kept as one JSON text a row, seen as columns after the declared ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from plantwright.core import column as col
from plantwright.core.column import Column
from plantwright.core.entity import Entity
from plantwright.core.store.tables import USER_FIELDS

KINDS = {
    "text": col.text,
    "whole number": col.whole,
    "quantity": col.quantity,
    "money": col.money,
    "ratio": col.ratio,
    "day": col.day,
    "yes or no": col.flag,
}
"""Constructor of the column for each kind that a field of the plant may have."""


def user_columns(entity: type[Entity], user_field: pl.DataFrame) -> dict[str, Column]:
    """Give the columns that the plant itself adds to a table; each may be empty."""
    rows = user_field.filter(pl.col("entity") == entity.name).iter_rows(named=True)
    return {
        row["name"]: replace(KINDS[row["kind"]](row["help"], unit=row["unit"], default=None), name=row["name"])
        for row in rows
    }


def unpack(rows: pl.DataFrame, fields: Mapping[str, Column]) -> pl.DataFrame:
    """Replace the JSON text by one column a field."""
    shape = pl.Struct({name: column.dtype for name, column in fields.items()})
    return rows.with_columns(pl.col(USER_FIELDS).str.json_decode(shape)).unnest(USER_FIELDS)


def pack(rows: pl.DataFrame, fields: Mapping[str, Column]) -> pl.DataFrame:
    """Replace the columns of the fields by one JSON text, null where all of them are empty."""
    if not fields:
        return rows.with_columns(pl.lit(None, pl.String).alias(USER_FIELDS))
    names = list(fields)
    text = pl.when(pl.any_horizontal(pl.col(names).is_not_null())).then(pl.struct(names).struct.json_encode())
    return rows.with_columns(text.alias(USER_FIELDS)).drop(names)
