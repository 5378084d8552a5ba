"""Periods by number: days, weeks from Monday, months and quarters, counted from 1970."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SEASON = {"day": 7, "week": 52, "month": 12, "quarter": 4}
"""Periods of a season."""
YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4}
HELD_OUT = {"day": 28, "week": 13, "month": 6, "quarter": 4}
"""Periods at the end of a past that are held out to measure the forecast, where it is long enough."""


def numbers_of(days: Ints, period: str) -> Ints:
    """Give the number of the period of each day.

    Examples
    --------
    >>> [int(numbers_of(np.array([20_526]), period)[0]) for period in SEASON]  # 2026-03-14
    [20526, 2932, 674, 224]
    """
    days = np.asarray(days, np.int64)
    if period == "day":
        return days
    if period == "week":
        return (days + 3) // 7  # 1970-01-01 was a Thursday
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months if period == "month" else months // 3


def starts_of(numbers: Ints, period: str) -> Ints:
    """Give the first day of each period.

    Examples
    --------
    >>> [int(starts_of(numbers_of(np.array([20_526]), period), period)[0]) for period in SEASON]
    [20526, 20521, 20513, 20454]
    """
    numbers = np.asarray(numbers, np.int64)
    if period == "day":
        return numbers
    if period == "week":
        return numbers * 7 - 3
    months = numbers if period == "month" else numbers * 3
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def days_ahead(day: int, months: int) -> int:
    """Give the last day of a time of so many months that begins on a day.

    Examples
    --------
    >>> days_ahead(20_513, 12) - 20_513  # from 2026-03-01 to 2027-02-28
    364
    """
    at = np.datetime64(day, "D")
    month = at.astype("datetime64[M]")
    into = (at - month.astype("datetime64[D]")).astype(int)
    return int(((month + months).astype("datetime64[D]") + into).astype(int)) - 1
