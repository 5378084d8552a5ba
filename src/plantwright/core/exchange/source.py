"""What was found in a folder, a workbook or another system's export, before any of it is read as the plant's."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from plantwright.core.problem import Problem, problem_kind
from plantwright.core.reading import Place

FILE_MISSING = problem_kind("file-missing", "There is no file or folder {value}.", "Check the path.")
FILE_UNREADABLE = problem_kind(
    "file-unreadable", "{value} cannot be read: {message}.", "Write the file again, or check its permissions."
)
FILE_UNKNOWN = problem_kind(
    "file-unknown",
    "{value} is neither a folder of CSV files nor a CSV file nor an Excel workbook (.xlsx).",
    "Save it as .csv or .xlsx.",
)
NOTHING_FOUND = problem_kind(
    "nothing-found", "{value} holds no table.", "Name a folder with files such as item.csv, or a workbook."
)
TABLE_TWICE = problem_kind(
    "table-twice", "The table {table} is there twice: {first} and {second}.", "Keep one of them."
)


@dataclass(frozen=True)
class SourceTable:
    """One table as texts, as it stands in its file; `ROW` in `texts` holds the rows of the file."""

    name: str
    place: Place
    texts: pl.DataFrame


@dataclass(frozen=True)
class Source:
    """The tables of texts that were found, the faults of their files, and the names of the files that were read."""

    path: Path
    tables: dict[str, SourceTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def gather(path: Path, found: list[tuple[SourceTable | None, list[Problem]]], files: list[str]) -> Source:
    """Put tables that were read one by one together into a source."""
    source = Source(path, files=files)
    for table, problems in found:
        source.problems.extend(problems)
        if table is None:
            continue
        if table.name in source.tables:
            first = source.tables[table.name].place.source
            second = table.place.source
            source.problems.append(TABLE_TWICE.at(table.name, where=second, first=first, second=second))
        else:
            source.tables[table.name] = table
    return source
