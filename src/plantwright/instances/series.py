"""Published time series: files with a series a row, and the periods at its end that forecasts are held against."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.instances.text import UNREADABLE

Floats = NDArray[np.float64]

SEASONS = {"yearly": 1, "quarterly": 4, "monthly": 12, "weekly": 52, "daily": 7, "hourly": 24, "other": 1}
"""Periods in a season, by the name of the period."""

HELD_OUT = {"yearly": 6, "quarterly": 8, "monthly": 12, "weekly": 13, "daily": 14, "hourly": 48, "other": 8}
"""So many last periods are held out where a file does not say."""

LARGEST = 200_000_000
"""Characters that a file may have once it is unpacked."""

UNKNOWN = ("", "NA", "NaN", "nan")
VALUE_COLUMN = re.compile(r"[A-Za-z]?\d+|\d{4}[A-Za-z]\d+")
MOST_TOLD = 50

COLUMNS = problem_kind(
    "series-columns",
    "The file must have a series a row: the columns train and test, or a column for each period such as X1 or 2012W01; "
    "its columns are {value}.",
    "Compare the first line with the files that are read, in the page on forecasting.",
)
PERIOD = problem_kind(
    "series-period",
    "The period of a series must be one of {known}; it is {value}.",
    "Name it in the column period, in the name of the file, or with --period.",
)
CELL = problem_kind(
    "series-cell", "{column} must be {must}; it is {value}.", "Correct the row, or take the series out of the file."
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A series and what came after it.

    Parameters
    ----------
    name
        What the file calls it.
    period
        A name of `SEASONS`.
    train, test
        float64; the past, and the periods after it that forecasts are held against; NaN is not known.
    """

    name: str
    period: str
    train: Floats
    test: Floats

    @property
    def season(self) -> int:
        """Periods in a season."""
        return SEASONS[self.period]


def read_series(path: str | Path, period: str = "", horizon: int | None = None) -> list[Series]:
    r"""Read a file with a series a row, plain or packed by gzip.

    Parameters
    ----------
    path
        A CSV file. With columns ``train`` and ``test``, each holds values joined by ``;``. Else each column named
        like X1, m01 or 2012W01 holds a period, and the last ones are held out.
    period
        The period of all series; without it, that of the column ``period``, else the one in the name of the file.
    horizon
        Periods to hold out where the file does not say; without it, by the period (`HELD_OUT`).

    Raises
    ------
    ProblemError
        With every fault of the file, each with its line.

    Notes
    -----
    A series that is known for less than two periods before those held out is left out of a file without ``test``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "two_yearly.csv"
    ...     _ = file.write_text("id,train,test\nA,1;2;3,4;5\nB,7;8;9,9;9\n")
    ...     [(one.name, one.season, one.train.tolist(), one.test.tolist()) for one in read_series(file)]
    [('A', 1, [1.0, 2.0, 3.0], [4.0, 5.0]), ('B', 1, [7.0, 8.0, 9.0], [9.0, 9.0])]
    """
    where = Path(path)
    reader = csv.reader(io.StringIO(_text(where)))
    try:
        head, *rows = [row for row in reader if row] or [[]]
    except csv.Error as error:
        raise ProblemError([UNREADABLE.at(where=str(where), reason=str(error))]) from error
    name = period or next((known for known in SEASONS if known in where.name.lower()), "")
    problems: list[Problem] = []
    if "train" in head and "test" in head:
        found = list(_joined(head, rows, where, name, problems))
    else:
        found = list(_wide(head, rows, where, name, horizon, problems))
    if problems:
        raise ProblemError(problems[:MOST_TOLD])
    return found


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        packed = raw[:2] == b"\x1f\x8b"
        with gzip.open(io.BytesIO(raw)) if packed else io.BytesIO(raw) as file:
            text = file.read(LARGEST + 1)
        if len(text) <= LARGEST:
            return text.decode("utf-8-sig")
        reason = f"it is larger than {LARGEST} bytes"
    except UnicodeDecodeError:
        reason = "it is not in UTF-8"
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise ProblemError([UNREADABLE.at(where=str(path), reason=reason)])


def _joined(
    head: Sequence[str], rows: Sequence[list[str]], path: Path, period: str, problems: list[Problem]
) -> Iterator[Series]:
    """Give the series of a file with the columns train and test."""
    places = {name: head.index(name) for name in ("train", "test")}
    named = head.index("period") if "period" in head else -1
    for line, row in enumerate(rows, start=2):
        place = f"{path.name} line {line}"
        if len(row) != len(head):
            problems.append(CELL.at("", row[0], "The line", f"{len(row)} cells", place, must=f"{len(head)} cells"))
            continue
        what = row[named].lower() if named >= 0 else period
        if what not in SEASONS:
            problems.append(_no_period(what, place))
            continue
        train, test = (_values(row[k].split(";"), name, place, problems) for name, k in places.items())
        if train.size and test.size:
            yield Series(row[0], what, train, test)


def _wide(
    head: Sequence[str], rows: Sequence[list[str]], path: Path, period: str, horizon: int | None,
    problems: list[Problem],
) -> Iterator[Series]:  # fmt: skip
    """Give the series of a file with a column for each period."""
    columns = [place for place, name in enumerate(head) if place and VALUE_COLUMN.fullmatch(name)]
    if len(columns) < 3:
        problems.append(COLUMNS.at(value=", ".join(head[:8]) or "none", where=str(path)))
        return
    if period not in SEASONS:
        problems.append(_no_period(period, path.name))
        return
    ahead = horizon or min(HELD_OUT[period], len(columns) // 3)
    for line, row in enumerate(rows, start=2):
        place = f"{path.name} line {line}"
        if len(row) != len(head):
            problems.append(CELL.at("", row[0], "The line", f"{len(row)} cells", place, must=f"{len(head)} cells"))
            continue
        values = _values([row[k] for k in columns], "A value", place, problems)
        known = np.flatnonzero(~np.isnan(values))
        values = values[known[0] : known[-1] + 1] if known.size else values[:0]
        if values.size >= ahead + 2:
            yield Series(row[0], period, values[:-ahead], values[-ahead:])


def _no_period(period: str, place: str) -> Problem:
    return PERIOD.at(value=period or "not told", where=place, known=", ".join(SEASONS))


def _values(cells: Sequence[str], column: str, place: str, problems: list[Problem]) -> Floats:
    try:
        found = np.array([math.nan if cell in UNKNOWN else float(cell) for cell in cells])
    except ValueError:
        problems.append(CELL.at("", "", column, ";".join(cells)[:60], place, must="numbers"))
        return np.zeros(0)
    if np.isinf(found).any() or np.isnan(found).all():
        problems.append(CELL.at("", "", column, ";".join(cells)[:60], place, must="finite numbers, one or more"))
        return np.zeros(0)
    return found
