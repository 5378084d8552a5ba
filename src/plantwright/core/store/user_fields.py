"""The plant's own fields: kept as one JSON text a row, seen as columns after the declared ones."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl

from plantwright.core.column import Column
from plantwright.core.store.blocks import Block, Few, Many
from plantwright.core.store.tables import USER_FIELDS


def unpack(rows: pl.DataFrame, fields: Mapping[str, Column]) -> pl.DataFrame:
    """Replace the JSON text by one column a field."""
    shape = pl.Struct({name: column.dtype for name, column in fields.items()})
    return rows.with_columns(pl.col(USER_FIELDS).str.json_decode(shape)).unnest(USER_FIELDS)


def unpack_few(rows: Few, fields: Mapping[str, Column]) -> Few:
    """Replace the JSON text of a few rows by one value a field."""
    place = rows.names.index(USER_FIELDS)
    texts = [json.loads(text) if text else {} for text in rows.values(USER_FIELDS)]
    schema = {name: dtype for name, dtype in rows.schema.items() if name != USER_FIELDS}
    values = zip(rows.rows, texts, strict=True)
    return Few(
        {**schema, **{name: column.dtype for name, column in fields.items()}},
        [(*row[:place], *row[place + 1 :], *(own.get(name) for name in fields)) for row, own in values],
    )


def pack(rows: Block, fields: Mapping[str, Column]) -> Block:
    """Replace the columns of the fields by one JSON text, null where all of them are empty."""
    if not fields:
        return rows.filled({USER_FIELDS: (None, pl.String())})
    names = list(fields)
    if isinstance(rows, Few):
        return _pack_few(rows, names)
    text = pl.when(pl.any_horizontal(pl.col(names).is_not_null())).then(pl.struct(names).struct.json_encode())
    return Many(rows.frame().with_columns(text.alias(USER_FIELDS)).drop(names))


def _pack_few(rows: Few, names: list[str]) -> Few:
    kept = rows.select([name for name in rows.names if name not in names])
    texts = [
        None if all(value is None for value in own) else json.dumps(dict(zip(names, own, strict=True)))
        for own in rows.select(names).rows
    ]
    pairs = zip(kept.rows, texts, strict=True)
    return Few({**kept.schema, USER_FIELDS: pl.String()}, [(*row, text) for row, text in pairs])
