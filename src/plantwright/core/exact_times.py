"""Exact durations, days and moments: text to whole numbers and back; `plantwright.core.exact` is the door to it."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from plantwright.core.exact_numbers import (
    LARGEST,
    SCALE,
    Parsed,
    finish,
    format_decimal,
    odd_decimal,
    plain_decimal,
    stripped,
    write,
)
from plantwright.core.problem import ProblemError, problem_kind

LONGEST = LARGEST // SCALE
"""The longest duration that is held, in milliseconds: 292 years, so that it has six decimals in every unit."""

DurationUnit = Literal["ms", "s", "min", "h", "d"]

_MILLISECONDS: dict[str, int] = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_UNIT_NAMES: dict[str, str] = {
    **{name: name for name in _MILLISECONDS},
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}

MICROSECONDS = 60_000_000  # in a minute
_FIRST_DAY = 1 - date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - date(1970, 1, 1).toordinal()

TIME_ZONE_UNKNOWN = problem_kind(
    "time-zone-unknown", "{value} is not a time zone.", "Write an IANA name such as Europe/Berlin."
)


# --- durations ------------------------------------------------------------------------------------------------------


def parse_duration(texts: pl.Series, unit: DurationUnit = "min") -> Parsed:
    """Read durations as milliseconds; a plain number is in `unit`, and a day is 24 hours.

    Also read: ``20 s``, ``1.5 h``, ``90 min``, ``2 d``, ``1:30`` (hours and minutes), ``1:30:15`` and ``PT1H30M``.

    Examples
    --------
    >>> parse_duration(pl.Series(["90", "20 s", "1.5 h", "1:30", "PT1H30M"])).values.to_list()
    [5400000, 20000, 5400000, 5400000, 5400000]
    """
    text = stripped(texts)
    quick = _plain_duration(text, unit)
    seconds = text.str.ends_with(" s")
    if seconds.any():  # as the program itself writes what minutes cannot hold
        quick = quick.zip_with(~seconds, _plain_duration(text.str.strip_suffix(" s"), "s"))
    return finish(text, quick, lambda odd: _odd_duration(odd, unit))


def _plain_duration(text: pl.Series, unit: str) -> pl.Series:
    """Read plain numbers of a unit as milliseconds; all else is null."""
    step, size = _step(unit)
    value = pl.col("value")
    # Whole steps first, then their size, so that nothing overflows on the way.
    fits = (value % step == 0) & ((value // step).abs() <= LONGEST // size)
    return plain_decimal(text).to_frame("value").select(pl.when(fits).then(value // step * size)).to_series()


def format_duration(values: pl.Series, unit: DurationUnit = "min") -> pl.Series:
    """Write milliseconds as a plain number of `unit` where six decimals hold it exactly, else in seconds.

    Examples
    --------
    >>> format_duration(pl.Series([5_400_000, 20_000])).to_list()
    ['90', '20 s']
    """
    step, size = _step(unit)
    value = pl.col("value")
    frame = values.cast(pl.Int64).to_frame("value")
    value_in_seconds = frame.select(value * 1_000).to_series()
    columns = frame.select(
        unit=format_decimal(frame.select(pl.when(value % size == 0).then(value // size * step)).to_series()),
        seconds=format_decimal(value_in_seconds) + " s",
    )
    return columns.select(pl.coalesce("unit", "seconds").alias(values.name)).to_series()


def _step(unit: str) -> tuple[int, int]:
    """Give the smallest step of `unit` that is whole milliseconds: in millionths of the unit, in milliseconds."""
    share = Fraction(_MILLISECONDS[unit], SCALE)
    return share.denominator, share.numerator


_CLOCK = re.compile(r"([+-]?)([0-9]{1,9}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?")
_COUNT = r"([0-9]{1,12}(?:[.,][0-9]{1,12})?)"
_ISO = re.compile(rf"([+-]?)P(?:{_COUNT}W)?(?:{_COUNT}D)?(?:T(?=[0-9])(?:{_COUNT}H)?(?:{_COUNT}M)?(?:{_COUNT}S)?)?")


def _odd_duration(text: str, unit: str) -> tuple[int | None, str | None]:
    """Read one duration in any spelling, or name its fault."""
    found = re.fullmatch(r"(.*?[0-9.])\s*([A-Za-z]*)", text)
    name = _UNIT_NAMES.get(found[2].lower()) if found and found[2] else unit
    if found and name:
        number, fault = odd_decimal(found[1])
        if number is not None:
            return _whole(Fraction(number, SCALE) * _MILLISECONDS[name])
        if fault != "not-a-number":
            return None, fault
    return _clock_or_iso(text)


def _clock_or_iso(text: str) -> tuple[int | None, str | None]:
    """Read ``1:30``, ``1:30:15`` and ``P1DT2H``; months and years are refused, for they have no fixed length."""
    if found := _CLOCK.fullmatch(text):
        parts = [(found[2], "h"), (found[3], "min"), (found[4], "s")]
    elif (found := _ISO.fullmatch(text.upper())) and any(found.groups()[1:]):
        weeks = str(7 * Fraction(found[2].replace(",", "."))) if found[2] else None
        parts = [(weeks, "d"), (found[3], "d"), (found[4], "h"), (found[5], "min"), (found[6], "s")]
    else:
        return None, "not-a-duration"
    total = sum(Fraction(part.replace(",", ".")) * _MILLISECONDS[name] for part, name in parts if part)
    return _whole(Fraction(-total if found[1] == "-" else total))


def _whole(milliseconds: Fraction) -> tuple[int | None, str | None]:
    if milliseconds.denominator != 1:
        return None, "finer-than-a-millisecond"
    if abs(milliseconds.numerator) > LONGEST:
        return None, "absurd"
    return milliseconds.numerator, None


# --- days and moments -----------------------------------------------------------------------------------------------


def parse_day(texts: pl.Series) -> Parsed:
    """Read ``2026-01-05`` as days since 1970-01-01; a time of day is a fault unless it is midnight.

    Examples
    --------
    >>> parse_day(pl.Series(["1970-01-02", "2026-01-05 00:00:00", "05/01/2026"])).values.to_list()
    [1, 20458, None]
    """
    text = stripped(texts)
    dates = pl.when(pl.col("text").str.contains("^[0-9]{4}-")).then(_date(pl.col("text")))
    return finish(text, text.to_frame("text").select(dates).to_series(), _odd_day)


def format_day(values: pl.Series) -> pl.Series:
    """Write days as ``2026-01-05``.

    Examples
    --------
    >>> format_day(pl.Series([0, 20458, None])).to_list()
    ['1970-01-01', '2026-01-05', None]
    """
    return write(values, as_date(pl.col("value")).cast(pl.String))


def parse_moment(texts: pl.Series, zone: str, day_means: Literal["start", "end"] = "start") -> Parsed:
    """Read moments as minutes since 1970-01-01 UTC.

    A text without offset is wall time in `zone`. A day alone means its first instant, or with ``day_means="end"``
    the first instant of the next day. Where clocks go back, the first of the two instants is taken unless an offset
    says otherwise; where they go forward, the skipped times are a fault. Seconds are dropped: the plant keeps whole
    minutes, and the minute in which a thing happened is the one that had begun.

    Parameters
    ----------
    texts
        ``2026-01-05``, ``2026-01-05T12:00``, ``2026-01-05 12:00:00.000``, each time with ``Z`` or ``+01:00`` at will.
    zone
        IANA name, such as ``Europe/Berlin``.
    day_means
        Which end of the day a day alone stands for.

    Examples
    --------
    >>> parse_moment(pl.Series(["1970-01-01 01:30", "1970-01-01T00:30Z"]), "Europe/Berlin").values.to_list()
    [30, 30]
    """
    check_zone(zone)
    text = stripped(texts)
    hour, minute = (pl.col(name).cast(pl.Int64, strict=False) for name in ("hour", "minute"))
    frame = _moment_parts(text).select(day=_date(pl.col("day")), minute=hour * 60 + minute, offset=_offset("offset"))
    day_alone = frame["minute"].is_null()
    local = pl.col("day") * 1440 + pl.col("minute").fill_null(1440 if day_means == "end" else 0)
    frame = frame.select("offset", local=pl.when(pl.col("minute").fill_null(0) <= 1440).then(local))
    wall = _utc_minutes(frame["local"], zone, day_alone)
    values = frame.select(pl.coalesce(pl.col("local") - pl.col("offset"), wall)).to_series().rename(texts.name)
    read = text.to_frame("text").select(value=values, wall=frame["local"], text="text")
    fault = pl.when(pl.col("value").is_null() & (pl.col("text") != "")).then(
        pl.when(pl.col("wall").is_null()).then(pl.lit("not-a-moment")).otherwise(pl.lit("nonexistent-time"))
    )
    return Parsed(values, read.select(fault.alias(texts.name)).to_series())


def format_moment(values: pl.Series, zone: str) -> pl.Series:
    """Write moments as wall time in `zone`; with the offset where the clocks show the same time twice.

    Examples
    --------
    >>> format_moment(pl.Series([29_382_720, 29_881_530]), "Europe/Berlin").to_list()
    ['2025-11-12 17:00', '2026-10-25 02:30+01:00']
    """
    check_zone(zone)
    moment = as_datetime(pl.col("value"), zone)
    wall = moment.dt.replace_time_zone(None)
    first, last = (wall.dt.replace_time_zone(zone, ambiguous=which) for which in ("earliest", "latest"))
    plain = wall.dt.strftime("%Y-%m-%d %H:%M")
    written = (
        # Before standard time, offsets had seconds; such a moment is written in UTC so that it reads back exactly.
        pl.when(wall.dt.second() != 0)
        .then(as_datetime(pl.col("value"), "UTC").dt.strftime("%Y-%m-%d %H:%MZ"))
        .when(first != last)
        .then(moment.dt.strftime("%Y-%m-%d %H:%M%:z"))
        .otherwise(plain)
    )
    return write(values, written)


def check_zone(zone: str) -> None:
    """Raise a `ProblemError` when `zone` is not an IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProblemError([TIME_ZONE_UNKNOWN.at(column="time_zone", value=zone)]) from error


_COMMON_MOMENT = (
    r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)?)?$"
)
_MOMENT = (
    r"^(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r"(?:[T ](?P<hour>[01][0-9]|2[0-3]|24):(?P<minute>[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:?[0-5][0-9])?)?$"
)


def _moment_parts(text: pl.Series) -> pl.DataFrame:
    """Cut texts into day, hour, minute and offset; by place where all are in the common layout, for it is faster."""
    column, frame = pl.col("text"), text.to_frame("text")
    if text.str.contains(_COMMON_MOMENT).all():
        return frame.select(
            day=column.str.slice(0, 10),
            hour=column.str.slice(11, 2),
            minute=column.str.slice(14, 2),
            offset=pl.lit(None, pl.String),
        )
    return frame.select(column.str.extract_groups(_MOMENT).alias("part")).unnest("part")


def _date(text: pl.Expr) -> pl.Expr:
    """Read a day as days since 1970-01-01, null where it is none."""
    days = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Int64)
    return pl.when(days.is_between(_FIRST_DAY, _LAST_DAY)).then(days)


def _odd_day(text: str) -> tuple[int | None, str | None]:
    """Read a day with a time of day that is midnight, as databases and workbooks write it."""
    found = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)Z?", text)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        return None, "not-a-day"
    midnight = not found[2].strip("0:.")
    return (day.toordinal() + _FIRST_DAY - 1, None) if midnight else (None, "day-with-time")


def _offset(name: str) -> pl.Expr:
    """Read a column of ``Z`` or ``+01:00`` as minutes ahead of UTC."""
    text = pl.col(name)
    digits = text.str.replace_all("[^0-9]", "").str.zfill(4).cast(pl.Int64, strict=False)
    size = digits // 100 * 60 + digits % 100
    return pl.when(text.str.starts_with("-")).then(-size).otherwise(size)


def _utc_minutes(local: pl.Series, zone: str, day_alone: pl.Series) -> pl.Series:
    """Bring minutes of wall time to UTC, null where the clocks skip them."""
    wall = (pl.col("local") * MICROSECONDS).cast(pl.Datetime("us"))
    in_zone = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    frame = local.to_frame("local")
    utc = frame.select(in_zone.dt.epoch("us") // MICROSECONDS).to_series()
    # A few zones change clocks at midnight: there the day begins an hour late, at the first instant that exists.
    late = utc.is_null() & local.is_not_null() & day_alone
    if not late.any():
        return utc
    hour_later = frame.select(pl.col("local") + 60).to_series()
    moved = _utc_minutes(hour_later, zone, local.is_null())
    return utc.zip_with(~late, moved)


def as_datetime(value: pl.Expr, zone: str) -> pl.Expr:
    """Show minutes since 1970-01-01 UTC as `polars.Datetime` in `zone`."""
    return (value * MICROSECONDS).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)


def as_date(value: pl.Expr) -> pl.Expr:
    """Show days since 1970-01-01 as `polars.Date`."""
    return value.cast(pl.Int32).cast(pl.Date)


def as_duration(value: pl.Expr) -> pl.Expr:
    """Show milliseconds as `polars.Duration`."""
    return value.cast(pl.Duration("ms"))
