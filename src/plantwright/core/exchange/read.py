"""Find the tables of a folder of CSV files, of one CSV file, or of a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from plantwright.core.exchange.csv_in import SUFFIXES, read_csv
from plantwright.core.exchange.source import FILE_MISSING, FILE_UNKNOWN, NOTHING_FOUND, Source, gather
from plantwright.core.exchange.workbook_in import read_workbook


def read_source(path: str | Path) -> Source:
    """Read a folder of ``<table>.csv`` files, one CSV file, or an Excel workbook with one sheet a table, as texts.

    Parameters
    ----------
    path : the folder or file

    Returns
    -------
    The tables of texts and every problem of the files themselves; a folder with files that cannot be read gives the
    others all the same.
    """
    path = Path(path)
    if not path.exists():
        return Source(path, problems=[FILE_MISSING.at(where=str(path), value=str(path))])
    if path.is_dir():
        files = csv_files(path.iterdir())
        source = gather(path, [read_csv(file) for file in files], [file.name for file in files])
    elif path.name.lower().endswith(SUFFIXES):
        source = gather(path, [read_csv(path)], [path.name])
    elif path.suffix.lower() == ".xlsx":
        source = read_workbook(path)
    else:
        return Source(path, problems=[FILE_UNKNOWN.at(where=str(path), value=path.name)])
    if not source.tables and not source.problems:
        source.problems.append(NOTHING_FOUND.at(where=str(path), value=path.name))
    return source


def csv_files(paths: Iterable[Path]) -> list[Path]:
    """Keep the CSV files that are not hidden, in the order of their names."""
    return sorted(p for p in paths if p.name.lower().endswith(SUFFIXES) and not p.name.startswith((".", "~", "_")))
