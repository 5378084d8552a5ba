"""What arguments of forecasting methods must be; all faults are told together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, problem_kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST = 1e15
"""The largest value of a series: sums of squares then stay far from the end of floating point."""

LONGEST_SEASON = 10_000
LONGEST_HORIZON = 10_000

EMPTY = problem_kind(
    "series-empty",
    "A series needs one known value or more; series {key} has none.",
    "Leave the series out, or give it the history of an item like it.",
)
VALUE = problem_kind(
    "series-value",
    "Each value of a series must be a number of at most 1e15 in size, or NaN where it is not known; value {column} of "
    "series {key} is {value}.",
    "Correct the value, or mark it as not known.",
)


def fault(column: str, value: object, must: str, key: object = "") -> Problem:
    """Give the problem of one argument."""
    return BAD_ARGUMENT.at("", key, column, value, must=must)


def stop(problems: Iterable[Problem]) -> None:
    """Raise all problems, if there are any."""
    found = list(problems)
    if found:
        raise ProblemError(found)


def read_series(values: ArrayLike, pointer: ArrayLike, problems: list[Problem]) -> tuple[Floats, Ints]:
    """Read series one after the other and where each begins; faults are added to `problems`."""
    flat, ends = _numbers("values", values, problems), _whole("pointer", pointer, problems)
    if problems:
        return flat, ends
    if ends.size < 2 or ends[0] != 0 or ends[-1] != flat.size or (np.diff(ends) < 0).any():
        must = f"0, then where each series ends, rising to the number of values, {flat.size}"
        problems.append(fault("pointer", _short(ends), must))
        return flat, ends
    of = np.repeat(np.arange(ends.size - 1), np.diff(ends))
    bad = np.flatnonzero(np.isinf(flat) | (np.abs(flat) > LARGEST))
    problems += [VALUE.at("", int(of[k]), str(k - ends[of[k]]), float(flat[k])) for k in bad]
    known = np.bincount(of[~np.isnan(flat)], minlength=ends.size - 1)
    problems += [EMPTY.at("", int(k)) for k in np.flatnonzero(known == 0)]
    return flat, ends


def a_number_each(name: str, value: ArrayLike, count: int, most: int, problems: list[Problem]) -> Ints:
    """Read a whole number from 1 to `most` for each series, or one for all."""
    row = _whole(name, np.atleast_1d(np.asarray(value)), problems)
    if row.size not in (1, count):
        problems.append(fault(name, f"{row.size} long", f"one number, or one for each of the {count} series"))
        return np.ones(count, np.int64)
    bad = np.flatnonzero((row < 1) | (row > most))
    problems += [fault(name, int(row[k]), f"a whole number from 1 to {most}", int(k)) for k in bad]
    return np.ascontiguousarray(np.broadcast_to(row, (count,)))


def read_levels(levels: Sequence[float], problems: list[Problem]) -> tuple[float, ...]:
    """Read the probabilities of intervals."""
    found = tuple(float(level) for level in levels)
    problems += [fault("levels", level, "above 0 and below 1", k) for k, level in enumerate(found) if not 0 < level < 1]
    return found


def _numbers(name: str, values: ArrayLike, problems: list[Problem]) -> Floats:
    """Read one row of numbers."""
    try:
        row = np.require(values, np.float64, ("C", "W"))
    except (TypeError, ValueError, OverflowError):
        problems.append(fault(name, type(values).__name__, "numbers"))
        return np.zeros(0)
    if row.ndim != 1:
        problems.append(fault(name, f"of shape {row.shape}", "one row of numbers"))
        return np.zeros(0)
    return row


def _whole(name: str, values: ArrayLike, problems: list[Problem]) -> Ints:
    """Read one row of whole numbers."""
    row = _numbers(name, values, problems)
    bad = ~((np.abs(row) < 2.0**53) & (np.floor(row) == row))
    if bad.any():
        problems.append(fault(name, _short(row), "whole numbers"))
        return np.ones(row.size, np.int64)
    return row.astype(np.int64)


def _short(row: Floats | Ints) -> str:
    return ", ".join(str(one) for one in row[:6].tolist()) + (", …" if row.size > 6 else "")
