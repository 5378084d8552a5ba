"""Read a CSV file into texts; what is wrong with the file itself is found here, what is in its cells is not.

The file is looked at as bytes once: quotes tell which line ends and separators count, and so which record is ragged.
Only records that are whole go to the reader.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.core.exchange.packed import ungzipped
from plantwright.core.exchange.source import FILE_UNREADABLE, SourceTable
from plantwright.core.frames import armed
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.reading import CAP, COLUMN_TWICE, ROW, Place, more

WRONG_ENCODING = problem_kind(
    "wrong-encoding", "The file is not UTF-8: {what}.", "Save it as CSV UTF-8; in Excel: Save as, CSV UTF-8."
)
FILE_EMPTY = problem_kind("file-empty", "The file is empty.", "Write the names of the columns in its first row.")
QUOTE_OPEN = problem_kind(
    "quote-open", "A quoted text begins here and never ends.", "Close the quote, or double it if it is meant as a sign."
)
QUOTE_STRAY = problem_kind(
    "quote-stray",
    "A quote stands in the middle of a cell.",
    'Put the whole cell in quotes and write the quote twice, such as "5"" pipe".',
)
ROW_RAGGED = problem_kind(
    "row-ragged",
    "The row has {count} cells; the header has {expected}.",
    "Give every row as many cells as the header; put a cell that holds the separator {separator} in quotes.",
)
HEADER_EMPTY = problem_kind(
    "header-empty", "Column {column} has values and no name.", "Name the column, or remove its values."
)

_QUOTE, _LINE_END = ord('"'), ord("\n")
_BOM = b"\xef\xbb\xbf"
SUFFIXES = (".csv", ".csv.gz")


def table_name(path: Path) -> str:
    """Give the name of a file without ``.csv`` or ``.csv.gz``.

    Examples
    --------
    >>> table_name(Path("export/Production.Product.csv.gz"))
    'Production.Product'
    """
    name = path.name
    return name[: -len(".csv.gz")] if name.lower().endswith(".csv.gz") else path.stem


def read_csv(path: Path) -> tuple[SourceTable | None, list[Problem]]:
    """Read one file into texts.

    Parameters
    ----------
    path : file in UTF-8 with or without byte-order mark, separated by commas (or, where the header is clearly so, by
        semicolons or tabs), plain or compressed with gzip

    Returns
    -------
    The table, without the rows at fault, or None where the file as a whole cannot be read; and every problem.
    """
    place = Place(path.name)
    try:
        data = ungzipped(path) if path.suffix.lower() == ".gz" else path.read_bytes()
    except ProblemError as error:
        return None, error.problems
    except (OSError, EOFError, zlib.error) as error:
        return None, [FILE_UNREADABLE.at(where=path.name, value=path.name, message=str(error))]
    texts, problems = read_csv_bytes(data, place)
    return (None if texts is None else SourceTable(table_name(path), place, texts)), problems


def read_csv_bytes(data: bytes, place: Place) -> tuple[pl.DataFrame | None, list[Problem]]:
    """Read the bytes of a CSV file into texts; see `read_csv`."""
    encoding = _check_encoding(data, place)
    if encoding:
        return None, encoding
    data = data.removeprefix(_BOM)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        return None, [FILE_EMPTY.at(where=place.source)]
    if not data.endswith(b"\n"):
        data += b"\n"
    return _read_records(data, place)


def _check_encoding(data: bytes, place: Place) -> list[Problem]:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return [WRONG_ENCODING.at(where=place.source, value="UTF-16", what="it is UTF-16")]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02X}"
        row = data.count(b"\n", 0, error.start) + 1
        what = f"the byte {byte} in line {row} belongs to another encoding, such as Windows-1252"
        return [WRONG_ENCODING.at(where=place.at(row), value=byte, what=what)]
    return []


@dataclass(frozen=True)
class _Records:
    """Where the records of a file end (exclusive), and how many separators each has."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    separators: NDArray[np.int64]


def _read_records(data: bytes, place: Place) -> tuple[pl.DataFrame | None, list[Problem]]:
    array = np.frombuffer(data, dtype=np.uint8)
    quotes = array == _QUOTE
    inside = np.logical_xor.accumulate(quotes)
    ends = np.flatnonzero((array == _LINE_END) & ~inside) + 1
    header_end = int(ends[0]) if len(ends) else len(data)
    separator = _separator(array[:header_end], inside[:header_end])
    faults = _check_quotes(array, quotes, inside, separator, ends, place)
    if faults:
        return None, faults
    places = np.flatnonzero((array == ord(separator)) & ~inside)
    starts = np.concatenate(([0], ends[:-1]))
    records = _Records(starts, ends, np.searchsorted(places, ends) - np.searchsorted(places, starts))
    return _read_whole_records(data, records, separator, place)


def _separator(header: NDArray[np.uint8], inside: NDArray[np.bool_]) -> str:
    """Tell the separator: a comma unless the header has none and holds semicolons or tabs instead."""
    counts = {sign: int(np.count_nonzero((header == ord(sign)) & ~inside)) for sign in ",;\t"}
    return "," if counts[","] else max(counts, key=lambda sign: counts[sign])


def _check_quotes(
    array: NDArray[np.uint8],
    quotes: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    separator: str,
    ends: NDArray[np.int64],
    place: Place,
) -> list[Problem]:
    """Find quotes that open or close in the middle of a cell, and one that never closes."""
    at = np.flatnonzero(quotes)
    if not len(at):
        return []
    borders = np.array([ord(separator), _LINE_END, _QUOTE], dtype=np.uint8)
    opening, closing = at[::2], at[1::2]
    stray_open = opening[(opening > 0) & ~np.isin(array[opening - 1], borders)]
    stray_close = closing[
        (closing + 1 < len(array)) & ~np.isin(array[np.minimum(closing + 1, len(array) - 1)], borders)
    ]
    stray = np.sort(np.concatenate((stray_open, stray_close)))
    if len(stray):
        # One stray quote shifts all that follow, so the first is the one to tell.
        row = int(np.searchsorted(ends, stray[0], side="right")) + 1
        return [QUOTE_STRAY.at(where=place.at(row))]
    if inside[-1]:
        row = int(np.searchsorted(ends, opening[-1], side="right")) + 1
        return [QUOTE_OPEN.at(where=place.at(row))]
    return []


def _read_whole_records(
    data: bytes, records: _Records, separator: str, place: Place
) -> tuple[pl.DataFrame | None, list[Problem]]:
    header = next(csv.reader([data[: records.ends[0]].decode("utf-8")], delimiter=separator))
    header = [name.strip() for name in header]
    blank = records.ends - records.starts == 1
    whole = records.separators == records.separators[0]
    problems = _ragged(np.flatnonzero(~whole & ~blank), records, separator, place)
    kept = whole & ~blank
    kept[0] = False
    rows = np.flatnonzero(kept)
    body = data[records.ends[0] :] if kept[1:].all() else _cut(data, records, rows)
    texts = _parse(body, len(header), separator).with_columns(pl.Series(ROW, rows + 1, dtype=pl.Int64))
    named, faults = name_columns(texts, header, place)
    return named, problems + faults


def _cut(data: bytes, records: _Records, rows: NDArray[np.int64]) -> bytes:
    return b"".join([data[start:end] for start, end in zip(records.starts[rows], records.ends[rows], strict=True)])


def _parse(body: bytes, width: int, separator: str) -> pl.DataFrame:
    schema = {str(number): pl.String for number in range(width)}
    if not body:
        return pl.DataFrame(schema=schema)
    texts = pl.read_csv(body, has_header=False, schema=schema, separator=separator)
    texts = texts.fill_null("")
    return armed(texts) if b"'" in body else texts


def _ragged(rows: NDArray[np.int64], records: _Records, separator: str, place: Place) -> list[Problem]:
    expected = int(records.separators[0]) + 1
    name = {"\t": "tab"}.get(separator, separator)
    found = [
        ROW_RAGGED.at(
            where=place.at(int(row) + 1), count=int(records.separators[row]) + 1, expected=expected, separator=name
        )
        for row in rows[:CAP]
    ]
    return found + more(len(rows), ROW_RAGGED, where=place.source)


def name_columns(texts: pl.DataFrame, header: Sequence[str], place: Place) -> tuple[pl.DataFrame, list[Problem]]:
    """Give numbered columns of texts the names of the header; rows without any text go, and so do empty columns.

    Parameters
    ----------
    texts : columns "0", "1", … and `ROW`
    header : names, "" for none
    place : where the table stands

    Returns
    -------
    The texts under their names, and a problem for each name that is missing or there twice.
    """
    numbers = [str(number) for number in range(len(header))]
    texts = texts.filter(pl.any_horizontal(pl.col(numbers).str.len_bytes() > 0)) if texts.height else texts
    names: dict[str, str] = {}
    problems = []
    for number, name in zip(numbers, header, strict=True):
        if not name and (texts[number] == "").all():
            continue
        if not name:
            problems.append(HEADER_EMPTY.at(column=str(int(number) + 1), where=place.at(1, str(int(number) + 1))))
        elif name in names.values():
            problems.append(COLUMN_TWICE.at(column=name, where=place.at(1)))
        else:
            names[number] = name
    return texts.select(ROW, *(pl.col(number).alias(name) for number, name in names.items())), problems
