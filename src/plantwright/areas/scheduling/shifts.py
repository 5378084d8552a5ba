"""Which shift an operation falls in: the shifts of a work center by day, and the operations in each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

EPOCH = date(1970, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 1440
EXTRA = "extra time"
"""Name of an exception that opens and has none."""
SCHEMA = {"day": pl.Int64, "shift": pl.String, "begin": pl.Int64, "end": pl.Int64}


def day_number(moment: int, zone: str) -> int:
    """Give the local day of a moment, in days since 1970-01-01.

    Examples
    --------
    >>> day_number(23 * 60, "Europe/Berlin")
    1
    """
    local = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=moment)
    return (local.astimezone(ZoneInfo(zone)).date() - EPOCH).days


def shift_windows(
    shifts: pl.DataFrame, exceptions: pl.DataFrame, zone: str, first_day: int, last_day: int
) -> pl.DataFrame:
    """Give the shifts that begin in a span of days, and the time that exceptions open.

    Parameters
    ----------
    shifts, exceptions : rows of calendar_shift and calendar_exception of one calendar
    zone : time zone of that calendar
    first_day, last_day : days since 1970-01-01, both included

    Returns
    -------
    Columns day, shift (its name; its times where it has none), begin, end (moments), by begin. Stretches of one name
    on one day, such as before and after lunch, are one shift.

    Examples
    --------
    >>> rows = {"weekday": ["mon", "mon"], "start": [390, 750], "end": [720, 900], "effective_from": [0, 0],
    ...     "effective_to": [99_999, 99_999], "name": ["day", "day"]}
    >>> none = pl.DataFrame(schema={"start": pl.Int64, "end": pl.Int64, "open": pl.Boolean, "name": pl.String})
    >>> shift_windows(pl.DataFrame(rows), none, "UTC", 0, 7).rows()
    [(4, 'day', 6150, 6660)]
    """
    from plantwright.core.worktime import ZoneClock  # noqa: PLC0415 - loads numbers, which a list of reports need not

    walls = pl.DataFrame(list(_walls(shifts, first_day, last_day)), schema=SCHEMA, orient="row")
    walls = walls.group_by("day", "shift").agg(pl.col("begin").min(), pl.col("end").max())
    clock = ZoneClock.of(zone, first_day - 1, last_day + 1)
    weekly = walls.with_columns(
        begin=pl.Series(clock.to_utc(walls["begin"].to_numpy()), dtype=pl.Int64),
        end=pl.Series(clock.to_utc(walls["end"].to_numpy()), dtype=pl.Int64),
    )
    opened = [
        (day_number(row["start"], zone), row["name"] or EXTRA, row["start"], row["end"])
        for row in exceptions.filter("open").iter_rows(named=True)
    ]
    extra = pl.DataFrame(opened, schema=SCHEMA, orient="row").filter(pl.col("day").is_between(first_day, last_day))
    return pl.concat([weekly.select(list(SCHEMA)), extra]).sort("begin", "shift")


def _walls(shifts: pl.DataFrame, first_day: int, last_day: int) -> Iterator[tuple[int, str, int, int]]:
    """Give each day of each shift with its wall times in minutes since 1970-01-01."""
    for row in shifts.iter_rows(named=True):
        begin, end = row["start"], row["end"] + (DAY if row["end"] <= row["start"] else 0)
        name = row["name"] or f"{_clock(row['start'])}-{_clock(row['end'])}"
        first = max(first_day, row["effective_from"])
        first += (WEEKDAYS.index(row["weekday"]) - first - 3) % 7  # day 0 was a Thursday
        for day in range(first, min(last_day, row["effective_to"]) + 1, 7):
            yield day, name, day * DAY + begin, day * DAY + end


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def in_shifts(rows: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Say of operations in which shift they begin.

    Parameters
    ----------
    rows : operations, column start
    windows : as `shift_windows` gives them

    Returns
    -------
    The rows with day, shift and begin of the shift; null for what begins in none.

    Examples
    --------
    >>> windows = pl.DataFrame([(4, "early", 360, 840), (4, "late", 840, 1320)], schema=SCHEMA, orient="row")
    >>> in_shifts(pl.DataFrame({"start": [840, 400, 1400]}), windows)["shift"].to_list()
    ['late', 'early', None]
    """
    numbered = rows.with_row_index("place")
    held = windows.sort("begin").with_columns(shift_begin="begin")
    found = numbered.sort("start").join_asof(held, left_on="start", right_on="begin", strategy="backward")
    outside = pl.col("start") >= pl.col("end")
    names = {"day": "day", "shift": "shift", "begin": "shift_begin"}
    found = found.with_columns(pl.when(~outside).then(pl.col(old)).alias(new) for new, old in names.items())
    return found.sort("place").select(*rows.columns, *names)


def within_shifts(rows: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Give the operations that run in some shifts: one row for each operation and shift.

    Parameters
    ----------
    rows : operations, columns start and finish
    windows : as `shift_windows` gives them

    Returns
    -------
    The rows with day, shift, begin of the shift, and `goes_on`: whether the operation began before it.

    Examples
    --------
    >>> windows = pl.DataFrame([(4, "early", 360, 840), (4, "late", 840, 1320)], schema=SCHEMA, orient="row")
    >>> found = within_shifts(pl.DataFrame({"start": [400, 900], "finish": [850, 910]}), windows)
    >>> found.select("start", "shift", "goes_on").rows()
    [(400, 'early', False), (400, 'late', True), (900, 'late', False)]
    """
    both = rows.join(windows, how="cross")
    both = both.filter((pl.col("start") < pl.col("end")) & (pl.col("finish") > pl.col("begin")))
    both = both.with_columns(goes_on=pl.col("start") < pl.col("begin"))
    return both.select(*rows.columns, "day", "shift", "begin", "goes_on").sort("begin", "start", maintain_order=True)


__all__ = ["day_number", "in_shifts", "shift_windows", "within_shifts"]
