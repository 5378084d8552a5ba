"""Write the plant's tables as a folder of CSV files; reading it again gives the same raw frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.exchange.parse import ColumnsOf, declared_columns
from plantwright.core.frames import defused, written
from plantwright.core.problem import ProblemError, problem_kind

CANNOT_WRITE = problem_kind(
    "cannot-write",
    "{value} cannot be written: {message}.",
    "Choose a folder that can be written and has room; what was there is unchanged.",
)


def write_folder(
    tables: Mapping[str, pl.DataFrame], path: str | Path, zone: str, columns_of: ColumnsOf = declared_columns
) -> list[Path]:
    """Write each table as ``<table>.csv`` in UTF-8; texts that a spreadsheet would take for formulas get an apostrophe.

    Parameters
    ----------
    tables : raw frames by the name of their table; of them `user_field` tells the plant's own columns
    path : the folder; made if it is missing. Files of other tables in it are left alone
    zone : IANA time zone in which moments are written
    columns_of : gives the columns of a table with those that the plant adds

    Returns
    -------
    The files. They take their names only when all of them are complete, so that nothing half written is ever seen.

    Raises
    ------
    ProblemError
        When the folder or a file cannot be written.
    """
    folder = Path(path)
    with writing_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.csv" for name in tables]
    with completed(files) as temporary:
        for (name, frame), file in zip(tables.items(), temporary, strict=True):
            columns = columns_of(ENTITIES[name], tables)
            # An empty text is written as nothing; the writer would put it in quotes.
            safe = defused(texts(frame, columns, zone), columns)
            safe.select(pl.all().replace("", None)).write_csv(file)
    return files


def texts(frame: pl.DataFrame, columns: Mapping[str, Column], zone: str) -> pl.DataFrame:
    """Write the declared columns of a raw frame as texts, in the order of their declaration."""
    return written(frame.select(list(columns)), columns, zone)


@contextmanager
def writing_errors(path: Path) -> Iterator[None]:
    """Turn a fault of the disk into a problem."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        message = getattr(error, "strerror", None) or str(error)
        raise ProblemError([CANNOT_WRITE.at(where=str(path), value=str(path), message=message)]) from error


@contextmanager
def completed(files: list[Path]) -> Iterator[list[Path]]:
    """Give a temporary name for each file; when all are written they get their names, otherwise they go."""
    temporary = [file.with_name(f".{file.name}.{os.getpid()}.part") for file in files]
    try:
        with writing_errors(files[0].parent if files else Path()):
            yield temporary
            for part in temporary:
                _settle(part)
            for part, file in zip(temporary, files, strict=True):
                part.replace(file)
    finally:
        for part in temporary:
            _quietly(part.unlink)


def _settle(file: Path) -> None:
    """See that the file is on the disk, so that a power cut after the renaming loses nothing."""
    with file.open("rb+") as handle:
        os.fsync(handle.fileno())


def _quietly(act: Callable[[], None]) -> None:
    try:
        act()
    except OSError:
        return
