"""What arguments of stock methods must be; every helper gives problems and raises nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fault(column: str, value: object, must: str, key: object = "") -> Problem:
    """Give the problem of one argument."""
    return BAD_ARGUMENT.at("", key, column, value, must=must)


def distribution(*, single: bool = False, **values: object) -> list[Problem]:
    """Give a problem for each value that is no distribution, or none of single values where only these will do."""
    must = "a distribution of single values, as poisson(5)" if single else "a distribution, as Normal(50, 8)"
    needed = ("mean", "quantile", "loss", *(("values", "probabilities") if single else ()))
    bad = {name: value for name, value in values.items() if not all(hasattr(value, part) for part in needed)}
    return [fault(name, value, must) for name, value in bad.items()]


def _out_of_range(name: str, value: object, must: str) -> Problem:
    """Give the problem of a number; a text is shown as one, so that "5" is not told to be above 0."""
    return fault(name, repr(value), f"a number, {must}") if isinstance(value, str) else fault(name, value, must)


def above_zero(**values: object) -> list[Problem]:
    """Give a problem for each value that is not a finite number above 0."""
    return [_out_of_range(name, value, "above 0") for name, value in values.items() if not _number(value) > 0]


def not_negative(**values: object) -> list[Problem]:
    """Give a problem for each value that is not a finite number, 0 or above."""
    return [_out_of_range(name, value, "0 or above") for name, value in values.items() if not _number(value) >= 0]


def finite(**values: object) -> list[Problem]:
    """Give a problem for each value that is no finite number."""
    return [fault(name, value, "a number") for name, value in values.items() if math.isnan(_number(value))]


def whole(least: int = 0, **values: object) -> list[Problem]:
    """Give a problem for each value that is not a whole number of `least` or above."""
    must = f"a whole number, {least} or above"
    bad = {name: value for name, value in values.items() if not (_number(value) >= least and _number(value) % 1 == 0)}
    return [fault(name, value, must) for name, value in bad.items()]


def service_level(**values: object) -> list[Problem]:
    """Give a problem for each service level that no finite stock, or any stock, gives."""
    must = "above 0 and below 1: no finite stock serves all of an unbounded demand"
    return [_out_of_range(name, value, must) for name, value in values.items() if not 0 < _number(value) < 1]


def one_of(name: str, value: object, allowed: Iterable[str]) -> list[Problem]:
    """Give a problem when a word is none of those allowed."""
    words = list(allowed)
    return [] if value in words else [fault(name, value, "one of " + ", ".join(words))]


def numbers(column: str, values: ArrayLike, problems: list[Problem], *, least: float | None = 0.0) -> Floats:
    """Read a row of finite numbers, and add a problem for each that is none or is below `least`."""
    try:
        row = np.atleast_1d(np.array(values, dtype=np.float64))
    except (TypeError, ValueError):
        problems.append(fault(column, values, "numbers"))
        return np.zeros(0)
    if row.ndim != 1:
        problems.append(fault(column, f"of shape {row.shape}", "one row of numbers"))
        return np.zeros(0)
    bad = ~np.isfinite(row) | (row < (-np.inf if least is None else least))
    must = "a number" if least is None else f"{least:g} or above"
    problems += [fault(column, float(row[place]), must, int(place)) for place in np.flatnonzero(bad)]
    return row


def whole_numbers(column: str, values: ArrayLike, problems: list[Problem], *, least: float | None = 0.0) -> Ints:
    """Read a row of whole numbers, and add a problem for each that is none or is below `least`."""
    row = numbers(column, values, problems, least=least)
    bad = np.flatnonzero(np.isfinite(row) & ((row != np.floor(row)) | (np.abs(row) > 2**53)))
    problems += [fault(column, float(row[place]), "a whole number", int(place)) for place in bad]
    if bad.size or not np.isfinite(row).all():
        return np.zeros(row.size, np.int64)
    return row.astype(np.int64)


def same_length(problems: list[Problem], **rows: NDArray[np.generic]) -> None:
    """Add a problem for each row that is not as long as the first."""
    first, *others = rows
    size = rows[first].size
    other = [name for name in others if rows[name].size != size]
    problems += [fault(name, f"{rows[name].size} long", f"as long as {first}, {size}") for name in other]


def stop(problems: Iterable[Problem]) -> None:
    """Raise all problems, if there are any."""
    found = list(problems)
    if found:
        raise ProblemError(found)


def _number(value: object) -> float:
    """Read a finite number; what is none is NaN, which no comparison lets through.

    A text is none, though `float` would read it: what is computed next would fail on it, or repeat it.
    """
    if isinstance(value, (str, bytes, bytearray)) or (isinstance(value, np.ndarray) and value.ndim):
        return math.nan
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return read if math.isfinite(read) else math.nan
