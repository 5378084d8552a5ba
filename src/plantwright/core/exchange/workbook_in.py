"""Read an Excel workbook into texts: one sheet a table, its first row the names of the columns.

What a workbook shows is not always what it holds: the result of a formula is whatever the last program computed, and
a merged cell has one value for many rows. Both are faults here. Numbers are read in their shortest exact form, dates
as dates, so that a table reads the same from a workbook as from a CSV file.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl
import python_calamine

from plantwright.core.exchange.csv_in import name_columns
from plantwright.core.exchange.packed import DAMAGED, check_zip, declares, wrong
from plantwright.core.exchange.source import FILE_UNREADABLE, Source, SourceTable, gather
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.reading import CAP, ROW, Place, as_text, more

CELL_FORMULA = problem_kind(
    "cell-formula",
    "The cell holds a formula; its value is not known for certain.",
    "Copy the cells and paste them as values.",
)
CELL_MERGED = problem_kind(
    "cell-merged", "The cells {value} are merged, so only the first of them has a value.", "Unmerge and fill them."
)

CELL_ERROR = problem_kind(
    "cell-error", "The cell shows an error such as #N/A.", "Write the value, or leave the cell empty."
)

_ERROR = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=\"e\"[^>]*)>(?!\s*<(?:\w+:)?f[\s/>])")
_FORMULA = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f[\s/>]")
_ADDRESS = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(path: Path) -> Source:
    """Read every sheet that is visible and not a note (its name begins with ``_``) into texts.

    Parameters
    ----------
    path : an ``.xlsx`` file

    Returns
    -------
    A table of texts a sheet, and a problem for each formula and each merged cell; nothing but a problem where it
    would grow without bounds.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(archive, path.name)
            files = _sheet_files(archive, path.name)
            with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
                found = [_read_sheet(book, archive, files, path, name) for name in _sheet_names(book)]
    except ProblemError as error:
        return Source(path, problems=error.problems)
    except (python_calamine.CalamineError, *DAMAGED, KeyError, ET.ParseError) as error:
        problem = FILE_UNREADABLE.at(where=path.name, value=path.name, message=str(error) or type(error).__name__)
        return Source(path, problems=[problem])
    return gather(path, found, [path.name])


def _sheet_names(book: Any) -> list[str]:
    visible = python_calamine.SheetVisibleEnum.Visible
    return [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible and not sheet.name.startswith("_")]


def _read_sheet(
    book: Any, archive: zipfile.ZipFile, files: dict[str, str], path: Path, name: str
) -> tuple[SourceTable | None, list[Problem]]:
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    plain = Place(f"{path.name} sheet {name}")
    problems = [*_odd_cells(archive, files[name], plain), *_merged(sheet, plain)]
    if not rows:
        return None, problems  # an empty sheet is what a new workbook has
    header = [cell_text(value).strip() for value in rows[0]]
    # A column without a name is known by its number.
    letters = {title or str(index + 1): column_letters(index) for index, title in enumerate(header)}
    place = Place(plain.source, letters)
    columns = {
        str(number): pl.Series([cell_text(row[number]) for row in rows[1:]], dtype=pl.String)
        for number in range(len(header))
    }
    texts = pl.DataFrame(columns).with_columns(pl.Series(ROW, range(2, len(rows) + 1), dtype=pl.Int64))
    named, faults = name_columns(texts, header, place)
    return SourceTable(name, place, named), problems + faults


def cell_text(value: Any) -> str:
    """Write the value of a cell as it would stand in a CSV file.

    Examples
    --------
    >>> cell_text(0.1), cell_text(12.0), cell_text(dt.datetime(2026, 1, 5, 12, 0))
    ('0.1', '12', '2026-01-05 12:00')
    """
    if type(value) is str:
        return value
    if isinstance(value, dt.datetime):
        return _moment_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("minutes" if value.second == 0 and value.microsecond == 0 else "seconds")
    if isinstance(value, dt.timedelta):
        return as_text(value.total_seconds()) + " s"
    return as_text(value)


def _moment_text(value: dt.datetime) -> str:
    # A date is a fraction of days in a double; the nearest second is what was typed.
    value = (value + dt.timedelta(milliseconds=500)).replace(microsecond=0)
    if value.time() == dt.time():
        return value.date().isoformat()
    return value.strftime("%Y-%m-%d %H:%M" if value.second == 0 else "%Y-%m-%d %H:%M:%S")


def column_letters(index: int) -> str:
    """Give the letters of a column by its number from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


# --- what the values do not show ------------------------------------------------------------------------------------


def _sheet_files(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    """Find the file of each sheet inside the workbook."""
    rels, book = (_parsed(archive, part, name) for part in ("xl/_rels/workbook.xml.rels", "xl/workbook.xml"))
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    return {
        sheet.get("name", ""): _inside(targets[sheet.get(_REL)])
        for sheet in book.iter()
        if sheet.tag.rpartition("}")[2] == "sheet"
    }


def _parsed(archive: zipfile.ZipFile, part: str, name: str) -> ET.Element:
    xml = archive.read(part)
    if declares(xml):
        raise ProblemError([wrong(name, f"{part!r} in it declares entities of XML")])
    return ET.fromstring(xml)  # noqa: S314 - it declares no entity that could be expanded


def _inside(target: str) -> str:
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _odd_cells(archive: zipfile.ZipFile, file: str, place: Place) -> list[Problem]:
    """Find cells with a formula, and those with an error, which the reader takes for empty."""
    xml = archive.read(file)
    problems = []
    for kind, pattern in ((CELL_FORMULA, _FORMULA), (CELL_ERROR, _ERROR)):
        addresses = list(_addresses(xml, pattern))
        problems += [kind.at(where=f"{place.source} cell {address}", value=address) for address in addresses[:CAP]]
        problems += more(len(addresses), kind, where=place.source)
    return problems


def _addresses(xml: bytes, pattern: re.Pattern[bytes]) -> Iterator[str]:
    for cell in pattern.finditer(xml):
        address = _ADDRESS.search(cell[1])
        yield address[1].decode() if address else "?"


def _merged(sheet: Any, place: Place) -> list[Problem]:
    found = []
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        first, last = f"{column_letters(left)}{top + 1}", f"{column_letters(right)}{bottom + 1}"
        found.append(CELL_MERGED.at(where=f"{place.source} cell {first}", value=f"{first}:{last}"))
    return found[:CAP] + more(len(found), CELL_MERGED, where=place.source)
