"""Raw frames and what people see of them.

Inside, a frame holds stored values: scaled whole numbers, minutes, days. At the edge the same frame holds decimals,
dates and times of the plant's time zone. These two functions are the only way between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from plantwright.core import exact
from plantwright.core.column import EVER, EXACT, FOREVER, Column, Kind


def present(frame: pl.DataFrame, columns: Mapping[str, Column], zone: str) -> pl.DataFrame:
    """Turn a raw frame into the one that people and analysts see.

    Parameters
    ----------
    frame : raw frame; columns that are not declared pass unchanged
    columns : declared columns by name
    zone : IANA time zone in which moments are shown

    Returns
    -------
    The frame with decimals, dates, moments and durations in place of the stored whole numbers.
    """
    return frame.with_columns(_presented(columns[name], zone).alias(name) for name in frame.columns if name in columns)


def _presented(column: Column, zone: str) -> pl.Expr:
    value = pl.col(column.name)
    if column.kind in EXACT:
        return exact.as_decimal(value)
    if column.kind is Kind.MOMENT:
        return exact.as_datetime(value, zone)
    if column.kind is Kind.DAY:
        return exact.as_date(pl.when((value == EVER) | (value == FOREVER)).then(None).otherwise(value))
    if column.kind is Kind.DURATION:
        return exact.as_duration(value)
    return value


def written(frame: pl.DataFrame, columns: Mapping[str, Column], zone: str) -> pl.DataFrame:
    """Turn a raw frame into texts, as they stand in a CSV file; reading them again gives the same raw frame."""
    return pl.DataFrame(
        [write_series(frame[name], columns[name], zone) if name in columns else frame[name] for name in frame.columns]
    )


def write_series(values: pl.Series, column: Column, zone: str) -> pl.Series:
    """Write one column of stored values as texts; nulls become empty texts."""
    writers: dict[Kind, Callable[[pl.Series], pl.Series]] = {
        Kind.QUANTITY: exact.format_decimal,
        Kind.MONEY: exact.format_decimal,
        Kind.RATIO: exact.format_decimal,
        Kind.DURATION: exact.format_duration,
        Kind.DAY: _write_days,
        Kind.MOMENT: lambda series: exact.format_moment(series, zone),
        Kind.FLAG: exact.format_boolean,
        Kind.CLOCK: write_clock,
        Kind.WHOLE: lambda series: series.cast(pl.String),
    }
    writer = writers.get(column.kind)
    return (writer(values) if writer else values).fill_null("").alias(values.name)


def _write_days(values: pl.Series) -> pl.Series:
    ends = values.is_in([EVER, FOREVER])
    return exact.format_day(values.set(ends, None))


def write_clock(values: pl.Series) -> pl.Series:
    """Write minutes since midnight as hours and minutes."""
    hours = (values // 60).cast(pl.String).str.zfill(2)
    return hours + ":" + (values % 60).cast(pl.String).str.zfill(2)


_FORMULA = "^'*[=+\\-@\\t\\r]"
_DEFUSED = "^'+[=+\\-@\\t\\r]"


def defused(texts: pl.DataFrame, columns: Mapping[str, Column]) -> pl.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would take for a formula; numbers stay numbers.

    A text that looks as if it had been given one gets another, so that `armed` gives back exactly what was there.

    Examples
    --------
    >>> from plantwright.core import column as col
    >>> from dataclasses import replace
    >>> note = replace(col.text("Note"), name="note")
    >>> cells = defused(pl.DataFrame({"note": ["=1+1", "'=1", "- to do", "fine"]}), {"note": note})
    >>> cells["note"].to_list(), armed(cells)["note"].to_list()
    (["'=1+1", "''=1", "'- to do", 'fine'], ['=1+1', "'=1", '- to do', 'fine'])
    """
    names = [name for name, column in columns.items() if name in texts.columns and column.dtype == pl.String]
    cells = (pl.when(pl.col(name).str.contains(_FORMULA)).then("'" + pl.col(name)).otherwise(name) for name in names)
    return texts.with_columns(cell.alias(name) for name, cell in zip(names, cells, strict=True))


def armed(texts: pl.DataFrame) -> pl.DataFrame:
    """Take the apostrophe of `defused` away again, wherever it stands."""
    names = [name for name, dtype in texts.schema.items() if dtype == pl.String]
    return texts.with_columns(
        pl.when(pl.col(name).str.contains(_DEFUSED)).then(pl.col(name).str.slice(1)).otherwise(name).alias(name)
        for name in names
    )
