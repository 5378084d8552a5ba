"""Days, weeks and months as buckets of time, for reports that sum by period."""

from __future__ import annotations

from typing import Literal

import polars as pl

Bucket = Literal["day", "week", "month"]


def bucket_start(day: pl.Expr, bucket: str) -> pl.Expr:
    """Give the first day of the bucket of a day: weeks begin on Monday.

    Parameters
    ----------
    day : days since 1970-01-01
    bucket : day, week or month
    """
    if bucket == "week":
        return (day - (day + 3) % 7).cast(pl.Int64)  # 1970-01-01 was a Thursday
    if bucket == "month":
        return day.cast(pl.Int32).cast(pl.Date).dt.month_start().cast(pl.Int32).cast(pl.Int64)
    return day.cast(pl.Int64)


def local_day(moment: pl.Expr, zone: str) -> pl.Expr:
    """Give the day of a moment in a time zone, in days since 1970-01-01."""
    local = (moment * 60_000).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    return local.dt.date().cast(pl.Int32).cast(pl.Int64)


def following(day: int, bucket: str, count: int) -> list[int]:
    """Give the first days of `count` buckets in a row, the first being that of `day`.

    Examples
    --------
    >>> following(20_526, "week", 2)  # 2026-03-14, a Saturday
    [20521, 20528]
    >>> following(20_526, "month", 3)
    [20513, 20544, 20574]
    """
    step = {"day": "1d", "week": "1w", "month": "1mo"}[bucket]
    first = pl.select(bucket_start(pl.lit(day), bucket).cast(pl.Int32).cast(pl.Date)).to_series()
    days = pl.Series([first[0]] * count).dt.offset_by(pl.Series([f"{n}{step[1:]}" for n in range(count)]))
    return [int(one) for one in days.cast(pl.Int32).to_list()]
