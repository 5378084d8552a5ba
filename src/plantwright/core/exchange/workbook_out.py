"""Write the plant's tables as an Excel workbook, one sheet a table; reading it again gives the same raw frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from plantwright.core.column import EXACT, Column, Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.exchange.parse import ColumnsOf, declared_columns
from plantwright.core.exchange.write import CANNOT_WRITE, completed, texts, writing_errors
from plantwright.core.problem import Problem, ProblemError, problem_kind, stop_on_errors
from plantwright.core.reading import must_be

SHEET_FULL = problem_kind(
    "sheet-full",
    "{table} has {count} rows; a sheet of a workbook holds {most}.",
    "Write a folder of CSV files instead.",
)
CELL_FULL = problem_kind(
    "cell-full",
    "A text has {count} characters; a cell of a workbook holds {most}.",
    "Write a folder of CSV files instead.",
)

HELP_SHEET = "_help"
_MOST_ROWS, _MOST_CHARACTERS, _MOST_DIGITS = 1_048_575, 32_767, 15
_NUMERIC = EXACT | {Kind.WHOLE, Kind.DURATION}
_FIRST_DATE = (date(1900, 3, 1) - date(1970, 1, 1)).days
_EPOCH = date(1970, 1, 1)


def write_workbook(
    tables: Mapping[str, pl.DataFrame],
    path: str | Path,
    zone: str,
    columns_of: ColumnsOf = declared_columns,
    *,
    template: bool = False,
) -> Path:
    """Write each table as a sheet: header with help, choices as lists, numbers as numbers where that is exact.

    Parameters
    ----------
    tables : raw frames by the name of their table; of them `user_field` tells the plant's own columns
    path : the ``.xlsx`` file; it takes its name only when it is complete
    zone : IANA time zone in which moments are written; they are texts, because a date cell cannot tell a day from its
        first minute
    columns_of : gives the columns of a table with those that the plant adds
    template : write headers and help only, for somebody to fill in

    Returns
    -------
    The file.

    Raises
    ------
    ProblemError
        When the file cannot be written, or a table or text is larger than a workbook holds.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to import, and needed for workbooks alone
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415

    file = Path(path)
    shown = {name: frame.clear() if template else frame for name, frame in tables.items()}
    columns = {name: columns_of(ENTITIES[name], tables) for name in tables}
    stop_on_errors(_too_large(shown, columns))
    with writing_errors(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
    with completed([file]) as (part,):
        try:
            with xlsxwriter.Workbook(str(part), {"constant_memory": True, "tmpdir": str(file.parent)}) as book:
                _write_sheets(book, shown, columns, zone)
        except XlsxWriterException as error:
            raise ProblemError([CANNOT_WRITE.at(where=str(file), value=str(file), message=str(error))]) from error
    return file


def _too_large(tables: Mapping[str, pl.DataFrame], columns: Mapping[str, Mapping[str, Column]]) -> list[Problem]:
    problems = []
    for name, frame in tables.items():
        if frame.height > _MOST_ROWS:
            problems.append(SHEET_FULL.at(name, count=frame.height, most=_MOST_ROWS))
        for column in columns[name].values():
            # A character beyond the basic plane counts twice in Excel; four bytes in UTF-8 bound both.
            longest = frame[column.name].str.len_chars().max() if column.dtype == pl.String else 0
            if longest and longest > _MOST_CHARACTERS:  # type: ignore[operator]
                problems.append(CELL_FULL.at(name, column=column.name, count=longest, most=_MOST_CHARACTERS))
    return problems


def _write_sheets(
    book: Any, tables: Mapping[str, pl.DataFrame], columns: Mapping[str, Mapping[str, Column]], zone: str
) -> None:
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E7ECF2", "bottom": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for name, frame in tables.items():
        sheet = book.add_worksheet(name)
        _write_head(sheet, columns[name], frame.height, formats)
        _write_rows(sheet, frame, columns[name], zone, formats)
    _write_help(book.add_worksheet(HELP_SHEET), columns, formats)


def _write_head(sheet: Any, columns: Mapping[str, Column], height: int, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    last = max(height, 5_000)
    for index, column in enumerate(columns.values()):
        sheet.set_column(index, index, _width(column))
        choices = ("yes", "no") if column.kind is Kind.FLAG else column.choices
        if choices and len(",".join(choices)) <= 255:
            sheet.data_validation(1, index, last, index, {"validate": "list", "source": list(choices)})
    for index, column in enumerate(columns.values()):
        sheet.write_string(0, index, column.name, formats["head"])
        sheet.write_comment(0, index, _help(column), {"x_scale": 2})


def _width(column: Column) -> int:
    wide = {Kind.MOMENT: 17, Kind.DAY: 11, Kind.TEXT: 20, Kind.CODE: 16, Kind.REF: 16}
    return max(len(column.name) + 2, wide.get(column.kind, 10), *(len(choice) + 2 for choice in column.choices), 0)


def _help(column: Column) -> str:
    if column.required:
        default = "Must be given."
    else:
        default = f"Empty: {column.default}." if column.default not in ("", None) else "May stay empty."
    return f"{column.help}. Must be {must_be(column)}. {default}"


def _write_rows(
    sheet: Any, frame: pl.DataFrame, columns: Mapping[str, Column], zone: str, formats: Mapping[str, Any]
) -> None:
    if not frame.height:
        return
    written = texts(frame, columns, zone)
    cells = [_cells(written[name].to_list(), frame[name].to_list(), column) for name, column in columns.items()]
    writers: dict[type, Callable[..., Any]] = {str: sheet.write_string, float: sheet.write_number}
    for row, values in enumerate(zip(*cells, strict=True), start=1):
        for index, value in enumerate(values):
            if value == "":
                continue
            writer = writers.get(type(value))
            # Never sheet.write: it would take a text that begins with = for a formula.
            if writer:
                writer(row, index, value)
            else:
                sheet.write_datetime(row, index, value, formats["day"])


def _cells(written: list[str], raw: list[Any], column: Column) -> Iterator[str | float | date]:
    """Give numbers and days as such where a workbook keeps them exactly, all else as text."""
    if column.kind in _NUMERIC:
        return (float(text) if _fits(text) else text for text in written)
    if column.kind is Kind.DAY:
        pairs = zip(written, raw, strict=True)
        return (_EPOCH + timedelta(day) if text and day >= _FIRST_DATE else text for text, day in pairs)
    return iter(written)


def _fits(text: str) -> bool:
    """Tell whether a double and Excel's fifteen digits hold a number exactly."""
    return text != "" and text[-1] != "s" and len(text.replace(".", "").lstrip("-0")) <= _MOST_DIGITS


def _write_help(sheet: Any, columns: Mapping[str, Mapping[str, Column]], formats: Mapping[str, Any]) -> None:
    """List every column with its meaning on a sheet that is not read."""
    sheet.freeze_panes(1, 0)
    for index, (title, width) in enumerate((("table", 24), ("column", 20), ("meaning", 60), ("must be", 40))):
        sheet.set_column(index, index, width)
        sheet.write_string(0, index, title, formats["head"])
    lines = [(name, column) for name, each in columns.items() for column in each.values()]
    for row, (name, column) in enumerate(lines, start=1):
        for index, text in enumerate((name, column.name, column.help, must_be(column))):
            sheet.write_string(row, index, text)
