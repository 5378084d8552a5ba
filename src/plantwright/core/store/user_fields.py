"""The plant's own fields: kept as one JSON text a row, seen as columns after the declared ones."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from plantwright.core.column import Column
from plantwright.core.store.tables import USER_FIELDS


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
