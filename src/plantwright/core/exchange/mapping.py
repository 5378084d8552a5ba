"""Read another system's export through a mapping: one SQL query a table, over the files as they are.

A mapping is a folder with ``mapping.toml`` and one ``<table>.sql`` for each table it fills. Every CSV file and sheet
below the source folder is a table of texts named after its file without suffix, every JSON file a table with one row
and one column, `json`. SQLite runs the queries in memory; their columns are those of the plant's table.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from plantwright.core.exchange.csv_in import read_csv, table_name
from plantwright.core.exchange.read import csv_files
from plantwright.core.exchange.source import FILE_MISSING, FILE_UNREADABLE, Source, SourceTable, gather
from plantwright.core.exchange.workbook_in import read_workbook
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.reading import ROW, Place, as_text

MAPPING_UNKNOWN = problem_kind(
    "mapping-unknown",
    "There is no mapping {value}.",
    "Use one of: {known}; or name a folder with a mapping.toml.",
)
MAPPING_FAULTY = problem_kind("mapping-faulty", "The mapping cannot be read: {message}.", "Correct mapping.toml.")
QUERY_FAILED = problem_kind(
    "query-failed", "The query cannot be run: {message}.", "Correct the query, or bring the file. Files found: {found}."
)
FILE_NAME_TWICE = problem_kind(
    "file-name-twice", "Two files are called {value}: {first} and {second}.", "Keep one of them in the folder."
)

SHIPPED = Path(__file__).resolve().parents[2] / "mappings"
"""Folder of the mappings that come with the program."""


@dataclass(frozen=True)
class Mapping:
    """A mapping: its name, what it reads, the settings it gives, and its queries by the table they fill."""

    name: str
    reads: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)


def shipped_mappings() -> list[str]:
    """Give the names of the mappings that come with the program."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/mapping.toml"))


def load_mapping(name_or_folder: str | Path) -> tuple[Mapping | None, list[Problem]]:
    """Load a mapping that comes with the program, by name, or one from a folder."""
    folder = Path(name_or_folder)
    if str(name_or_folder) in shipped_mappings():
        folder = SHIPPED / str(name_or_folder)
    if not (folder / "mapping.toml").is_file():
        known = ", ".join(shipped_mappings())
        return None, [MAPPING_UNKNOWN.at(value=str(name_or_folder), known=known)]
    try:
        about = tomllib.loads((folder / "mapping.toml").read_text(encoding="utf-8"))
        queries = {file.stem: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}
    except (OSError, ValueError) as error:
        return None, [MAPPING_FAULTY.at(where=str(folder / "mapping.toml"), message=str(error))]
    settings = {name: as_text(value) for name, value in about.get("settings", {}).items()}
    return Mapping(about.get("name", folder.name), about.get("reads", ""), settings, queries), []


def read_mapping(name_or_folder: str | Path, path: str | Path) -> Source:
    """Read a folder or file of another system as texts of the plant's tables.

    Parameters
    ----------
    name_or_folder : name of a mapping that comes with the program, or folder of one's own
    path : the export: a folder (all that is below it is read), a CSV file or a workbook

    Returns
    -------
    The tables of texts; a row's place is the query and the number of its result row.
    """
    path = Path(path)
    mapping, problems = load_mapping(name_or_folder)
    if not path.exists():
        problems.append(FILE_MISSING.at(where=str(path), value=str(path)))
    if mapping is None or problems:
        return Source(path, problems=problems)
    text = "\n".join(mapping.queries.values())
    with closing(sqlite3.connect(":memory:")) as database:
        loaded = _load_all(database, path, text)
        database.set_authorizer(_only_reads)
        found = [_run(database, mapping, name, loaded.tables) for name in mapping.queries]
    source = gather(path, found, loaded.files)
    source.problems[:0] = loaded.problems
    _add_settings(source, mapping)
    return source


def _add_settings(source: Source, mapping: Mapping) -> None:
    """Put the settings of ``mapping.toml`` before those that a query gives."""
    if not mapping.settings:
        return
    place = Place(f"{mapping.name}/mapping.toml")
    rows = {"name": list(mapping.settings), "value": list(mapping.settings.values())}
    frame = pl.DataFrame({ROW: range(1, len(mapping.settings) + 1), **rows}, schema_overrides={ROW: pl.Int64})
    if "setting" in source.tables:
        place = Place(f"{mapping.name}/mapping.toml and setting.sql")
        frame = pl.concat([frame, source.tables["setting"].texts], how="diagonal")
    source.tables["setting"] = SourceTable("setting", place, frame)


# --- the files ------------------------------------------------------------------------------------------------------


@dataclass
class _Loaded:
    tables: dict[str, str] = field(default_factory=dict)
    """File of each table."""
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def _load_all(database: sqlite3.Connection, path: Path, text: str) -> _Loaded:
    """Make a table of each file that the queries name."""
    loaded = _Loaded()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in [*csv_files(files), *(file for file in files if file.suffix.lower() in {".xlsx", ".json"})]:
        for name, texts in _tables_of(file, text, loaded):
            where = str(file.relative_to(path)) if path.is_dir() else file.name
            if name in loaded.tables:
                first = loaded.tables[name]
                loaded.problems.append(FILE_NAME_TWICE.at(where=where, value=name, first=first, second=where))
                continue
            loaded.tables[name] = where
            loaded.files.append(where)
            _make_table(database, name, texts)
    return loaded


def _tables_of(file: Path, text: str, loaded: _Loaded) -> Iterator[tuple[str, pl.DataFrame]]:
    if file.suffix.lower() == ".json":
        if file.stem in text:
            yield from _json_table(file, loaded)
        return
    if file.suffix.lower() == ".xlsx":
        workbook = read_workbook(file)
        loaded.problems += workbook.problems
        yield from ((name, table.texts.drop(ROW)) for name, table in workbook.tables.items() if name in text)
        return
    if table_name(file) in text:
        table, problems = read_csv(file)
        loaded.problems += problems
        if table is not None:
            yield table.name, table.texts.drop(ROW)


def _json_table(file: Path, loaded: _Loaded) -> Iterator[tuple[str, pl.DataFrame]]:
    try:
        yield file.stem, pl.DataFrame({"json": [file.read_text(encoding="utf-8")]})
    except (OSError, UnicodeDecodeError) as error:
        loaded.problems.append(FILE_UNREADABLE.at(where=file.name, value=file.name, message=str(error)))


def _make_table(database: sqlite3.Connection, name: str, texts: pl.DataFrame) -> None:
    columns = ", ".join(f"{_quoted(column)} text" for column in texts.columns)
    database.execute(f"create table {_quoted(name)} ({columns})")
    marks = ", ".join("?" * texts.width)
    database.executemany(f"insert into {_quoted(name)} values ({marks})", texts.iter_rows())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# --- the queries ----------------------------------------------------------------------------------------------------


def _only_reads(action: int, *_: object) -> int:
    """Let queries read and nothing else: a mapping from elsewhere writes no file."""
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
    return sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY


def _run(
    database: sqlite3.Connection, mapping: Mapping, name: str, found: dict[str, str]
) -> tuple[SourceTable | None, list[Problem]]:
    place = Place(f"{mapping.name}/{name}.sql")
    try:
        with closing(database.execute(mapping.queries[name])) as cursor:
            header = [column[0] for column in cursor.description or ()]
            rows = cursor.fetchall()
        fault = "" if header else "it selects nothing"
    except (sqlite3.Error, sqlite3.Warning) as error:
        fault = str(error)
    if fault:
        files = ", ".join(sorted(found.values())) or "none"
        return None, [QUERY_FAILED.at(name, where=place.source, message=fault, found=files)]
    texts = pl.DataFrame(
        [pl.Series(head, values, dtype=pl.String) for head, values in zip(header, _columns(rows, header), strict=True)]
    ).with_columns(pl.Series(ROW, range(1, len(rows) + 1), dtype=pl.Int64))
    return SourceTable(name, place, texts), []


def _columns(rows: list[tuple[Any, ...]], header: list[str]) -> Iterator[list[str]]:
    for values in zip(*rows, strict=True) if rows else ([] for _ in header):
        yield [value if type(value) is str else as_text(value) for value in values]
