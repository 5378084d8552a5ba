"""Columns of the inputs: each is declared once, with its default and its range, and checked and packed from that.

The kernels read one matrix of whole numbers and one of real numbers for each table; a column's place in its matrix is
its place among the declared columns of that type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem
from plantwright.methods.requirements.exact import Floats, Ints
from plantwright.methods.working_time import LONG_AGO, NEVER


@dataclass(frozen=True, slots=True)
class Range:
    """What a column may hold: real or whole numbers, from `low` to `high`; `rows` names the table it points into."""

    real: bool
    low: float
    high: float
    rows: str


def whole(default: Any = None, low: int = 0, high: int = NEVER) -> Any:
    """Declare a column of whole numbers."""
    return _declared(default, Range(real=False, low=low, high=high, rows=""))


def moment(default: Any = None) -> Any:
    """Declare a column of moments, in minutes."""
    return _declared(default, Range(real=False, low=LONG_AGO, high=NEVER, rows=""))


def real(default: Any = None) -> Any:
    """Declare a column of real numbers, 0 or above."""
    return _declared(default, Range(real=True, low=0.0, high=1e15, rows=""))


def refers(rows: str, default: Any = None, low: int = 0) -> Any:
    """Declare a column of row numbers of another table; `low` -1 lets it be empty."""
    return _declared(default, Range(real=False, low=low, high=NEVER, rows=rows))


def _declared(default: Any, allowed: Range) -> Any:
    return (
        field(metadata={"range": allowed}) if default is None else field(default=default, metadata={"range": allowed})
    )


def column_names(table: Any, *, real: bool) -> list[str]:
    """Give the names of the columns of one type, in the order in which they are packed."""
    return [f.name for f in fields(table) if "range" in f.metadata and f.metadata["range"].real == real]


def pack(table: Any, rows: int) -> tuple[Ints, Floats]:
    """Put the columns side by side in one matrix of whole and one of real numbers, each with a spare last row."""
    ints = np.zeros((rows + 1, len(column_names(table, real=False))), np.int64)
    reals = np.zeros((rows + 1, len(column_names(table, real=True))), np.float64)
    for place, name in enumerate(column_names(table, real=False)):
        ints[:rows, place] = getattr(table, name)
    for place, name in enumerate(column_names(table, real=True)):
        reals[:rows, place] = getattr(table, name)
    return ints, reals


def column_faults(name: str, table: Any, rows: int, sizes: Mapping[str, int]) -> list[Problem]:
    """Give every value of a table that is of the wrong shape, not whole, or out of range."""
    found: list[Problem] = []
    for column in fields(table):
        if "range" in column.metadata:
            found += _faults(name, column.name, getattr(table, column.name), rows, column.metadata["range"], sizes)
    return found


def _faults(table: str, column: str, given: Any, rows: int, allowed: Range, sizes: Mapping[str, int]) -> list[Problem]:
    values = np.asarray(given)
    if values.ndim > 1 or (values.ndim == 1 and values.size != rows):
        must = f"one value or {rows} values"
        return [BAD_ARGUMENT.at(table, "", column, f"of shape {values.shape}", must=must)]
    if values.dtype.kind not in ("iub" if not allowed.real else "iubf"):
        must = "numbers" if allowed.real else "whole numbers"
        return [] if values.size == 0 else [BAD_ARGUMENT.at(table, "", column, values.dtype, must=must)]
    high = min(allowed.high, sizes[allowed.rows] - 1) if allowed.rows else allowed.high
    wrong = np.flatnonzero(~((values >= allowed.low) & (values <= high)))
    must = f"from {_bound(allowed.low)} to {_bound(high)}"
    return [BAD_ARGUMENT.at(table, int(row), column, values.flat[row], must=must) for row in wrong]


def _bound(value: float) -> str:
    if value <= LONG_AGO:
        return "long ago"
    return "any size" if value >= NEVER else f"{value:g}"


def pointer_faults(table: str, pointer: Any, owners: int, rows: int) -> list[Problem]:
    """Give what is wrong with a pointer list that cuts `rows` rows among `owners` owners."""
    values = np.asarray(pointer)
    if values.shape != (owners + 1,) or values.dtype.kind not in "iu":
        must = f"{owners + 1} whole numbers"
        return [BAD_ARGUMENT.at(table, "", "pointer", f"of shape {values.shape}", must=must)]
    if values[0] != 0 or values[-1] != rows or np.any(np.diff(values) < 0):
        must = f"a list that never falls, from 0 to {rows}"
        return [BAD_ARGUMENT.at(table, "", "pointer", f"{values[0]} to {values[-1]}", must=must)]
    return []


def pointer_of(owner: Any, owners: int) -> Ints:
    """Make the pointer list of rows that are sorted by owner.

    Examples
    --------
    >>> pointer_of([0, 0, 2], 4).tolist()
    [0, 2, 2, 3, 3]
    """
    return np.searchsorted(np.asarray(owner, dtype=np.int64), np.arange(owners + 1)).astype(np.int64)
