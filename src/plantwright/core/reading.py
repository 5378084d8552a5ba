"""Read texts, as they stand in files and forms, into stored values; every bad cell becomes a problem with its place.

This is the one way by which texts enter the plant: CSV files, workbooks, mappings, scenario edits and settings all
come through `read_texts`, whole tables through `read_table`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from plantwright.core import exact
from plantwright.core.column import EVER, EXACT, FOREVER, Column, Kind
from plantwright.core.entity import Entity
from plantwright.core.exact import FAULTS, SCALE
from plantwright.core.problem import Problem, ProblemKind, problem_kind

ROW = "#row"
"""Column of a frame of texts that holds the row of the file each text stands in."""

CAP = 100
"""Problems of one kind that are listed for one column; the rest is counted."""

_WORDING = "{column} must be {must}; it is {value}."
_OWN_FAULTS = {
    "not-a-whole-number": "Write a number without decimals.",
    "not-a-time-of-day": "Write hours and minutes such as 07:30, at most 24:00.",
    "not-a-choice": "Write one of: {choices}.",
    "out-of-range": "Correct the value.",
    "unprintable": "Take out the control characters; a code stands on one line.",
}
CELL_FAULTS: dict[str, ProblemKind] = {
    code: problem_kind(code, _WORDING, remedy) for code, remedy in {**FAULTS, **_OWN_FAULTS}.items()
}
"""What can be wrong with one cell that is not empty, by the code of the fault."""
CELL_FAULTS["missing-value"] = problem_kind(
    "missing-value", "{column} is empty; it must be {must}.", "Fill in the value; the column has no default."
)

COLUMN_UNKNOWN = problem_kind(
    "column-unknown", "{table} has no column {column}.{hint}", "Rename or remove it; or declare it in user_field."
)
COLUMN_MISSING = problem_kind(
    "column-missing", "The column {column} is missing; it must hold {must}.", "Add the column: {help}."
)
COLUMN_TWICE = problem_kind(
    "column-twice", "The column {column} is there twice.", "Keep one of them, or rename the other."
)
KEY_TWICE = problem_kind(
    "key-twice", "{table} {key} is there twice: {first} and {second}.", "Keep one of the two rows."
)
MORE = problem_kind("more-problems", "And {count} more of the same: {of}.", "Correct those above first.")

_DAY = 1440
_FIRST_MOMENT, _LAST_MOMENT = 0, 84_006 * _DAY  # 1970-01-01 to 2200-01-01
_FIRST_DAY, _LAST_DAY = -25_567, 84_006  # 1900-01-01 to 2200-01-01
_LARGEST = dict.fromkeys(EXACT, 10**12 * SCALE) | {Kind.WHOLE: 10**12}
_ARTICLES = {
    Kind.CODE: "a code",
    Kind.TEXT: "a text",
    Kind.WHOLE: "a whole number",
    Kind.QUANTITY: "a number",
    Kind.MONEY: "an amount",
    Kind.RATIO: "a number",
    Kind.DURATION: "a duration",
    Kind.DAY: "a day",
    Kind.MOMENT: "a day or a moment",
    Kind.CLOCK: "a time of day",
    Kind.FLAG: "yes or no",
}


@dataclass(frozen=True, slots=True)
class Read:
    """What was read from a column of texts.

    Parameters
    ----------
    values : stored values; null where the cell is at fault, or empty where that means "not known"
    fault : code from `CELL_FAULTS` where the cell is at fault, else null
    """

    values: pl.Series
    fault: pl.Series


@dataclass(frozen=True)
class Place:
    """Where texts come from: ``bom_line.csv``, or ``plant.xlsx sheet bom_line`` with the letters of its columns."""

    source: str
    letters: Mapping[str, str] = field(default_factory=dict)

    def at(self, row: int | None = None, column: str = "") -> str:
        """Give the place of a row or cell in words."""
        if row is None:
            return self.source
        if column in self.letters:
            return f"{self.source} cell {self.letters[column]}{row}"
        return f"{self.source} row {row}"


@dataclass(frozen=True)
class RowPlaces:
    """Where the rows of a raw frame stand in their file."""

    place: Place
    rows: pl.Series

    def at(self, index: int, column: str = "") -> str:
        """Give the place of one row, or one cell, by its index in the frame."""
        return self.place.at(int(self.rows[index]), column)


def must_be(column: Column) -> str:
    """Say in words what a value of a column must be.

    Examples
    --------
    >>> must_be(Column(Kind.QUANTITY, "Stock", at_least=0))
    'a number at least 0'
    """
    if column.kind is Kind.CHOICE:
        return "one of " + ", ".join(column.choices)
    if column.kind is Kind.REF:
        return f"the code of a row of {column.target}"
    unit = f" {column.unit}" if column.kind is Kind.DURATION and column.describe_bounds() else ""
    return f"{_ARTICLES[column.kind]} {column.describe_bounds()}".rstrip() + unit


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give " Did you mean …?" for the nearest known word, or nothing."""
    by_lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(word.lower(), list(by_lower), n=1, cutoff=0.6)
    return f" Did you mean {by_lower[near[0]]}?" if near else ""


# --- one column -----------------------------------------------------------------------------------------------------


def read_texts(texts: pl.Series, column: Column, zone: str) -> Read:
    """Read one column of texts into stored values.

    Parameters
    ----------
    texts : strings; null and "" are empty cells, which take the default of the column
    column : its declaration: kind, default, bounds, choices
    zone : IANA time zone of moments without an offset

    Returns
    -------
    The stored values and the fault of each cell. Cost: linear; each distinct odd spelling is read once.

    Examples
    --------
    >>> from plantwright.core import column as col
    >>> read = read_texts(pl.Series(["2.5", "", "-1", "x"]), col.quantity("Stock", default=0, at_least=0), "UTC")
    >>> read.values.to_list(), read.fault.to_list()
    ([2500000, 0, None, None], [None, None, 'out-of-range', 'not-a-number'])
    """
    text = texts.cast(pl.String).fill_null("")
    if column.kind is not Kind.TEXT:
        text = text.str.strip_chars()
    empty = text.str.len_bytes() == 0
    if empty.all():
        return _all_empty(text, column)
    parsed = _parse_distinct(text, column, zone)
    frame = pl.DataFrame({"value": parsed.values, "fault": parsed.fault, "empty": empty})
    value, blank = pl.col("value"), pl.col("empty")
    fault = (
        pl.when(blank)
        .then(pl.lit("missing-value" if column.required else None, pl.String))
        .when(pl.col("fault").is_not_null())
        .then("fault")
        .when(_absurd(value, column))
        .then(pl.lit("absurd"))
        .when(_outside(value, column))
        .then(pl.lit("out-of-range"))
    )
    default = pl.lit(column.raw_default, column.dtype)
    frame = frame.with_columns(fault=fault)
    kept = pl.when(blank).then(default).when(pl.col("fault").is_null()).then(value.cast(column.dtype))
    return Read(frame.select(kept.alias(texts.name)).to_series(), frame["fault"].alias(texts.name))


def _all_empty(text: pl.Series, column: Column) -> Read:
    fault = "missing-value" if column.required else None
    values = pl.repeat(column.raw_default, len(text), dtype=column.dtype, eager=True)
    faults = pl.repeat(fault, len(text), dtype=pl.String(), eager=True)
    return Read(values.alias(text.name), faults.alias(text.name))


def _parse_distinct(text: pl.Series, column: Column, zone: str) -> exact.Parsed:
    """Parse each distinct text once where they repeat, as days, moments and counts do."""
    if column.kind in {Kind.TEXT, Kind.CODE, Kind.REF} or len(text) < 10_000:
        return _parse(text, column, zone)
    distinct = text.unique()
    if 2 * len(distinct) > len(text):
        return _parse(text, column, zone)
    read = _parse(distinct, column, zone)
    known = pl.DataFrame({"text": distinct, "value": read.values, "fault": read.fault})
    frame = text.to_frame("text").join(known, on="text", how="left", maintain_order="left")
    return exact.Parsed(frame["value"], frame["fault"])


def _parse(text: pl.Series, column: Column, zone: str) -> exact.Parsed:
    kind = column.kind
    if kind in EXACT:
        return exact.parse_decimal(text)
    if kind is Kind.DURATION:
        return exact.parse_duration(text)
    if kind is Kind.MOMENT:
        return exact.parse_moment(text, zone, column.day_means)
    if kind is Kind.CHOICE:
        return _read_choices(text, column)
    plain = {Kind.WHOLE: _read_whole, Kind.DAY: exact.parse_day, Kind.FLAG: exact.parse_boolean, Kind.CLOCK: read_clock}
    return plain.get(kind, _read_words if kind is Kind.TEXT else _read_codes)(text)


def _read_whole(text: pl.Series) -> exact.Parsed:
    read = exact.parse_decimal(text)
    frame = pl.DataFrame({"value": read.values, "fault": read.fault}).select(
        value=pl.when(pl.col("value") % SCALE == 0).then(pl.col("value") // SCALE),
        fault=pl.when(pl.col("value") % SCALE != 0)
        .then(pl.lit("not-a-whole-number"))
        .when(pl.col("fault") == "too-many-decimals")
        .then(pl.lit("not-a-whole-number"))
        .otherwise("fault"),
    )
    return exact.Parsed(frame["value"], frame["fault"])


def _read_choices(text: pl.Series, column: Column) -> exact.Parsed:
    words = {word.lower(): word for word in column.choices}
    values = text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.String)
    return _with_fault(text, values, "not-a-choice")


def _read_words(text: pl.Series) -> exact.Parsed:
    # A workbook knows one line end only, so both kinds of file read the same.
    lines = text.str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
    odd = lines.str.contains(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
    return _with_fault(text, lines.zip_with(~odd, pl.Series([None], dtype=pl.String)), "unprintable")


def _read_codes(text: pl.Series) -> exact.Parsed:
    odd = text.str.contains(r"[\x00-\x1f\x7f\u2028\u2029\ufffe\uffff]")
    return _with_fault(text, text.zip_with(~odd, pl.Series([None], dtype=pl.String)), "unprintable")


def read_clock(text: pl.Series) -> exact.Parsed:
    """Read times of the day such as ``7:30``, ``07:30:00`` and ``24:00`` as minutes since midnight."""
    part = pl.col("text").str.extract_groups(r"^([0-9]{1,2}):([0-5][0-9])(?::00(?:\.0+)?)?$").struct
    minutes = part.field("1").cast(pl.Int64) * 60 + part.field("2").cast(pl.Int64)
    values = text.to_frame("text").select(pl.when(minutes <= _DAY).then(minutes)).to_series()
    return _with_fault(text, values, "not-a-time-of-day")


def _with_fault(text: pl.Series, values: pl.Series, code: str) -> exact.Parsed:
    frame = pl.DataFrame({"text": text, "value": values})
    at_fault = pl.col("value").is_null() & (pl.col("text") != "")
    return exact.Parsed(values, frame.select(pl.when(at_fault).then(pl.lit(code))).to_series())


def _absurd(value: pl.Expr, column: Column) -> pl.Expr:
    if column.kind is Kind.MOMENT:
        return ~value.is_between(_FIRST_MOMENT, _LAST_MOMENT)
    if column.kind is Kind.DAY:
        ends = [day for day in (EVER, FOREVER) if day == column.default]
        return ~value.is_between(_FIRST_DAY, _LAST_DAY) & ~value.is_in(ends or [0])
    if column.kind in _LARGEST:
        return value.abs() > _LARGEST[column.kind]
    return pl.lit(value=False)


def _outside(value: pl.Expr, column: Column) -> pl.Expr:
    outside = pl.lit(value=False)
    if column.at_least is not None:
        outside = outside | (value < column.raw(column.at_least))
    if column.above is not None:
        outside = outside | (value <= column.raw(column.above))
    if column.at_most is not None:
        outside = outside | (value > column.raw(column.at_most))
    if column.below is not None:
        outside = outside | (value >= column.raw(column.below))
    return outside


# --- one table ------------------------------------------------------------------------------------------------------


def read_table(
    entity: type[Entity], texts: pl.DataFrame, columns: Mapping[str, Column], zone: str, source: Place | str
) -> tuple[pl.DataFrame, list[Problem]]:
    """Read a table of texts into a raw frame.

    Parameters
    ----------
    entity : the declared table
    texts : strings under the headers of the file; the column `ROW`, when it is there, holds the row of the file
    columns : all columns of the table by name, those that the plant adds included
    zone : IANA time zone of moments without an offset
    source : where the texts stand

    Returns
    -------
    A frame with exactly `columns`, one row a row of `texts`, null where a cell is at fault; and every problem.
    """
    place = source if isinstance(source, Place) else Place(source)
    headers, problems = _match_headers(entity, texts, columns, place)
    cells = _Cells(entity, texts, headers, place)
    values = []
    for name, column in columns.items():
        read = read_texts(texts[headers[name]] if name in headers else _blanks(texts.height), column, zone)
        values.append(read.values.alias(name))
        if name in headers:
            problems += cells.problems(read.fault, column)
    frame = pl.DataFrame(values)
    return frame, problems + _repeated_keys(frame, cells)


def _blanks(height: int) -> pl.Series:
    return pl.repeat("", height, dtype=pl.String(), eager=True)


def _match_headers(
    entity: type[Entity], texts: pl.DataFrame, columns: Mapping[str, Column], place: Place
) -> tuple[dict[str, str], list[Problem]]:
    """Find the header of each column; "Effective from" is as good as ``effective_from``."""
    headers: dict[str, str] = {}
    problems = []
    for header in texts.columns:
        if header == ROW:
            continue
        name = header if header in columns else "_".join(header.lower().split())
        if name not in columns:
            hint = did_you_mean(name, columns)
            problems.append(COLUMN_UNKNOWN.at(entity.name, column=header, where=place.at(1, header), hint=hint))
        elif name in headers:
            problems.append(COLUMN_TWICE.at(entity.name, column=name, where=place.at(1, header)))
        else:
            headers[name] = header
    problems += [
        COLUMN_MISSING.at(entity.name, column=name, where=place.source, must=must_be(column), help=column.help)
        for name, column in columns.items()
        if column.required and name not in headers
    ]
    return headers, problems


@dataclass(frozen=True)
class _Cells:
    """The cells of one table, to say where a problem stands."""

    entity: type[Entity]
    texts: pl.DataFrame
    headers: Mapping[str, str]
    place: Place

    def where(self, index: int, column: str = "") -> str:
        row = int(self.texts[ROW][index]) if ROW in self.texts.columns else None
        return self.place.at(row, self.headers.get(column, ""))

    def text(self, index: int, column: str) -> str:
        return str(self.texts[self.headers[column]][index] or "").strip() if column in self.headers else ""

    def key(self, index: int) -> tuple[str, ...]:
        return tuple(self.text(index, name) for name in self.entity.key)

    def problems(self, fault: pl.Series, column: Column) -> list[Problem]:
        """Give a problem for each cell of a column that is at fault."""
        if fault.null_count() == len(fault):
            return []
        found = []
        for code in fault.drop_nulls().unique(maintain_order=True):
            rows = (fault == code).arg_true()
            found += [self._problem(code, index, column) for index in rows.head(CAP)]
            found += more(len(rows), CELL_FAULTS[code], self.entity.name, column.name, self.place.source)
        return found

    def _problem(self, code: str, index: int, column: Column) -> Problem:
        return CELL_FAULTS[code].at(
            self.entity.name,
            self.key(index),
            column.name,
            self.text(index, column.name),
            self.where(index, column.name),
            must=must_be(column),
            choices=", ".join(column.choices),
        )


def more(count: int, kind: ProblemKind, table: str = "", column: str = "", where: str = "") -> list[Problem]:
    """Give the problem that closes a list that was cut at `CAP`, if it was; it weighs as much as what was cut."""
    if count <= CAP:
        return []
    closing = MORE.at(table, column=column, where=where, count=count - CAP, of=kind.code)
    return [replace(closing, severity=kind.severity)]


def _repeated_keys(frame: pl.DataFrame, cells: _Cells) -> list[Problem]:
    """Give a problem for each row whose key stands in an earlier row already."""
    entity = cells.entity
    keys = frame.select(entity.key).with_row_index("#index").drop_nulls()
    if keys.height == 0 or not (again := keys.select(entity.key).is_duplicated()).any():
        return []
    repeated = keys.filter(again).with_columns(first=pl.col("#index").first().over(entity.key))
    repeated = repeated.filter(pl.col("first") != pl.col("#index"))
    found = [
        _key_twice(cells, int(first), int(second))
        for first, second in repeated.head(CAP).select("first", "#index").iter_rows()
    ]
    return found + more(repeated.height, KEY_TWICE, entity.name, " / ".join(entity.key), cells.place.source)


def _key_twice(cells: _Cells, first: int, second: int) -> Problem:
    there, here = cells.where(first), cells.where(second)
    column = cells.entity.key[0]
    key = cells.key(second)
    return KEY_TWICE.at(cells.entity.name, key, column, where=here, first=there, second=here)


def as_text(value: Any) -> str:
    """Write a value of a database or workbook as text.

    A float is written with the fifteen digits that Excel and SQLite show: those that were typed, without the noise
    that sums of doubles leave behind them.

    Examples
    --------
    >>> [as_text(value) for value in (None, 3.0, 0.1 + 0.2, 7, True, "x")]
    ['', '3', '0.3', '7', 'yes', 'x']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else f"{value:.15g}"
    return str(value)
