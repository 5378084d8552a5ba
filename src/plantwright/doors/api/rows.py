"""Rows of tables as JSON, both ways, without losing a digit.

Exact decimals are texts ("12.5"), because most programs read a JSON number as a double; both are taken. Durations are
minutes, as in files. Moments are ISO 8601 with the offset of the plant's time zone. Null is an empty cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from plantwright.core.column import EVER, EXACT, FOREVER, TEXTUAL, Column, Kind
from plantwright.core.entity import Entity
from plantwright.core.exact import SCALE, as_datetime
from plantwright.core.frames import write_series
from plantwright.core.problem import BAD_ARGUMENT, Problem
from plantwright.core.reading import ROW, Place, read_table
from plantwright.core.store.tables import ROW_VERSION

_FIRST_DAY = date(1970, 1, 1).toordinal()
AS_THEY_ARE = TEXTUAL | {Kind.WHOLE, Kind.FLAG}


def to_json(rows: pl.DataFrame, columns: Mapping[str, Column], zone: str) -> list[dict[str, Any]]:
    """Give raw rows in the terms of JSON."""
    cells = {name: _cells(rows[name], columns.get(name), zone) for name in rows.columns}
    return [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]


def _cells(values: pl.Series, column: Column | None, zone: str) -> list[Any]:
    if column is None or column.kind in AS_THEY_ARE:
        return values.to_list()
    if column.kind is Kind.MOMENT:
        shown = values.to_frame("v").select(as_datetime(pl.col("v"), zone).dt.strftime("%Y-%m-%dT%H:%M:%S%:z"))
        return shown.to_series().to_list()
    if column.kind in EXACT:
        return [None if value is None else _decimal(value) for value in values.to_list()]
    if column.kind is Kind.DAY:
        return [None if value in {None, EVER, FOREVER} else _day(value) for value in values.to_list()]
    return [text or None for text in write_series(values, column, zone)]


def _decimal(value: int) -> str:
    """Write millionths as a decimal; for the few rows of a page this is quicker than a whole column at once.

    >>> [_decimal(value) for value in (0, 2_500_000, -1, 12_000_000)]
    ['0', '2.5', '-0.000001', '12']
    """
    whole, part = divmod(abs(value), SCALE)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part:06d}".rstrip("0") if part else f"{sign}{whole}"


def _day(value: int) -> str:
    return date.fromordinal(value + _FIRST_DAY).isoformat()


def from_json(
    entity: type[Entity], given: Sequence[Mapping[str, Any]], columns: Mapping[str, Column], zone: str
) -> tuple[list[pl.DataFrame], list[Problem]]:
    """Read rows in the terms of JSON into raw frames; what a row leaves out is left out of its frame.

    Returns
    -------
    Frames with the columns that their rows give, one for each choice of columns, and every problem with its row.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    problems: list[Problem] = []
    for place, row in enumerate(given):
        names = tuple(name for name in row if name != ROW_VERSION)
        problems += [
            BAD_ARGUMENT.at(
                entity.name, column=n, value=type(row[n]).__name__, where=f"row {place + 1}", must="one value"
            )
            for n in names
            if isinstance(row[n], (dict, list))
        ]
        groups.setdefault(tuple(sorted(names)), []).append(place)
    if problems:
        return [], problems
    frames = []
    for names, places in groups.items():
        rows = [given[place] for place in places]
        frame, found = _frame(entity, names, rows, places, columns, zone)
        problems += found
        frames.append(frame)
    return frames, problems


def _frame(
    entity: type[Entity], names: Sequence[str], rows: Sequence[Mapping[str, Any]], places: Sequence[int],
    columns: Mapping[str, Column], zone: str,
) -> tuple[pl.DataFrame, list[Problem]]:  # fmt: skip
    texts = pl.DataFrame(
        {ROW: [place + 1 for place in places]} | {name: [as_text(row[name]) for row in rows] for name in names},
        schema={ROW: pl.Int64} | dict.fromkeys(names, pl.String),
    )
    # Of the columns that are left out only those of the key are read: they take their defaults.
    read = {name: column for name, column in columns.items() if name in names or name in entity.key}
    frame, problems = read_table(entity, texts, read, zone, Place("request"))
    versions = [row.get(ROW_VERSION) for row in rows]
    if any(version is not None for version in versions):
        wrong = [i for i, version in enumerate(versions) if not isinstance(version, int) or isinstance(version, bool)]
        problems += [
            BAD_ARGUMENT.at(entity.name, column=ROW_VERSION, value=versions[i], where=f"row {places[i] + 1}",
                            must="the whole number that was read")
            for i in wrong
        ]  # fmt: skip
        if not wrong:
            frame = frame.with_columns(pl.Series(ROW_VERSION, versions, pl.Int64))
    return frame, problems


def as_text(value: Any) -> str:
    """Write a value of JSON as it would stand in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


# --- the shape of rows in OpenAPI -----------------------------------------------------------------------------------

_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,6})?$"}


def schema_of(column: Column, *, given: bool) -> dict[str, Any]:
    """Describe a column as JSON schema; `given` for what people send, else for what is answered."""
    found: dict[str, Any] = dict(_SHAPES.get(column.kind, {"type": "string"}))
    if column.kind is Kind.CHOICE:
        found["enum"] = list(column.choices)
    if column.kind in EXACT and given:
        found = {"anyOf": [{**_DECIMAL}, {"type": "number", **_bounds(column)}]}
    if column.kind is Kind.WHOLE:
        found |= _bounds(column)
    if column.nullable or (given and not column.required) or column.kind is Kind.DAY:
        found = {"anyOf": [found, {"type": "null"}]}
    words = [column.help, f"in {column.unit}" if column.unit else "", column.describe_bounds()]
    found["description"] = "; ".join(word for word in words if word) + "."
    if not column.required and column.default not in (None, "") and given:
        found["description"] += f" Left out: {column.default}."
    if column.unit:
        found["x-unit"] = column.unit
    if column.target:
        found["x-names"] = column.target
    return found


_SHAPES: dict[Kind, dict[str, Any]] = {
    Kind.WHOLE: {"type": "integer", "format": "int64"},
    Kind.FLAG: {"type": "boolean"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.CLOCK: {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"},
    Kind.DURATION: {"type": "string", "examples": ["90", "20 s"]},
    Kind.QUANTITY: _DECIMAL,
    Kind.MONEY: _DECIMAL,
    Kind.RATIO: _DECIMAL,
}


def _bounds(column: Column) -> dict[str, float]:
    words = {
        "minimum": column.at_least, "exclusiveMinimum": column.above, "maximum": column.at_most,
        "exclusiveMaximum": column.below,
    }  # fmt: skip
    return {word: limit for word, limit in words.items() if limit is not None}


def row_schema(entity: type[Entity], *, given: bool, change: bool = False) -> dict[str, Any]:
    """Describe a row as JSON schema: as it is answered, as a new one is given, or as a change is."""
    left_out = entity.key if change else ()
    columns = {n: schema_of(c, given=given) for n, c in entity.columns.items() if n not in left_out}
    required = [n for n, c in entity.columns.items() if c.required and not change] if given else list(columns)
    if change or not given:
        columns[ROW_VERSION] = {
            "type": "integer",
            "description": "Version of the row, by which changes of others are seen",
        }
        required.append(ROW_VERSION)
    found: dict[str, Any] = {"type": "object", "properties": columns, "description": (entity.__doc__ or "").strip()}
    # The plant's own fields are columns too.
    return found | ({"required": required} if required else {})
