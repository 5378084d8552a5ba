"""Reads what methods are given into arrays, so that what is no number is told and not stumbled over."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError

LARGEST = 2.0**62
"""No whole number is as large as this: the sum of two still fits 64 bits."""


def read_numbers(column: str, values: ArrayLike) -> NDArray[np.float64]:
    """Give what is asked for as an array of float64, of any shape.

    Raises
    ------
    ProblemError
        Where it holds what is no number, or rows of different lengths.

    Examples
    --------
    >>> read_numbers("hours", [[1, 2], [3, 4]]).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ProblemError([BAD_ARGUMENT.at(column=column, value=repr(values)[:60], must="numbers")]) from None


def is_whole(value: object, least: int = 0) -> bool:
    """Tell whether a value is a whole number of `least` or above that a kernel takes; a text is none.

    Examples
    --------
    >>> is_whole(3), is_whole(3.0), is_whole(2.5), is_whole("3"), is_whole(float("nan"))
    (True, True, False, False, False)
    """
    if isinstance(value, (str, bytes)) or np.ndim(value):  # type: ignore[arg-type]
        return False
    try:
        read = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return False
    return math.isfinite(read) and least <= read < LARGEST and read % 1 == 0
