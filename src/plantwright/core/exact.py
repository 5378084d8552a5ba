"""Exact values: text to whole numbers and back, a million rows at a time, and nothing rounded in silence.

The store and the arrays hold whole numbers only:

===================  =====================================================================
kind of value        held as (int64)
===================  =====================================================================
quantity, money,     millionths (`SCALE` = 1 000 000), so six decimals are exact
ratio
duration             milliseconds
moment               whole minutes since 1970-01-01 00:00 UTC
day                  days since 1970-01-01
boolean              0 or 1
===================  =====================================================================

Every ``parse_…`` function answers with `Parsed`: the values, and beside them a short fault code for each text that
could not be read. Blank text is neither a value nor a fault. Common spellings are read by column expressions; only
the odd ones, each distinct text once, go through plain Python. For every kind, ``parse(format(x)) == x``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from plantwright.core.problem import BAD_ARGUMENT, ProblemError, problem_kind

SCALE = 1_000_000
"""Millionths in one: the scale of quantities, money and ratios."""

LARGEST = 2**63 - 1
"""The largest value that is held; the smallest is its negative, so that changing the sign never overflows."""

FAULTS: dict[str, str] = {
    "not-a-number": "Write a number such as 1234.5.",
    "decimal-comma": "Write a point before the decimals and nothing between thousands, such as 1234.5.",
    "thousands-separator": "Write the number without marks between thousands, such as 1234.5.",
    "too-many-decimals": "Round it to six decimals; the program never rounds an input in silence.",
    "absurd": "Check the value and its unit; it is too large or too far away to be meant.",
    "not-a-duration": "Write minutes such as 90, or a duration such as 20 s, 1.5 h, 2 d, 1:30 or PT1H30M.",
    "finer-than-a-millisecond": "Round it to whole milliseconds.",
    "not-a-day": "Write the day as year-month-day, such as 2026-01-05.",
    "day-with-time": "Leave the time of day away; this column holds days.",
    "not-a-moment": "Write a day or a moment such as 2026-01-05 or 2026-01-05 12:00.",
    "nonexistent-time": "The clocks skip this time in the site's time zone; write a time that exists, or an offset.",
    "not-a-boolean": "Write yes or no.",
}
"""What each fault code asks for; the remedy that is shown beside it."""

Rounding = Literal["half-up", "half-even", "up", "down", "ceiling", "floor", "exact"]
"""How a result is brought to a whole number: ``up`` and ``down`` are away from and towards zero; ``exact`` refuses."""

DurationUnit = Literal["ms", "s", "min", "h", "d"]

_MILLISECONDS: dict[str, int] = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_UNIT_NAMES: dict[str, str] = {
    **{name: name for name in _MILLISECONDS},
    **dict.fromkeys(("sec", "second", "seconds"), "s"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
}

_MICROSECONDS = 60_000_000  # in a minute
_FIRST_DAY = 1 - date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - date(1970, 1, 1).toordinal()

TIME_ZONE_UNKNOWN = problem_kind(
    "time-zone-unknown", "{value} is not a time zone.", "Write an IANA name such as Europe/Berlin."
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read from a column of text.

    Parameters
    ----------
    values
        Int64, null where the text was blank or at fault.
    fault
        String, a code from `FAULTS` where the text was at fault, else null.
    """

    values: pl.Series
    fault: pl.Series


# --- decimals -------------------------------------------------------------------------------------------------------


def parse_decimal(texts: pl.Series) -> Parsed:
    """Read exact decimals: an optional sign, digits, an optional point and up to six decimals, or ``2.5E-3``.

    Decimals beyond the sixth are a fault unless they are zeros. A comma or a mark between thousands is a fault of its
    own, because ``1,234`` means two different numbers in two countries. Cost: linear.

    Examples
    --------
    >>> read = parse_decimal(pl.Series(["1.5", "1e3", "1,5", ""]))
    >>> read.values.to_list(), read.fault.to_list()
    ([1500000, 1000000000, None, None], [None, None, 'decimal-comma', None])
    """
    text = _stripped(texts)
    return _finish(text, _plain_decimal(text), _odd_decimal)


def format_decimal(values: pl.Series) -> pl.Series:
    """Write scaled values in the shortest exact form.

    Examples
    --------
    >>> format_decimal(pl.Series([1_500_000, 1, -3_000_000, None])).to_list()
    ['1.5', '0.000001', '-3', None]
    """
    value = pl.col("value")
    decimals = value.abs() % SCALE
    written = pl.concat_str(
        pl.when(value < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (value.abs() // SCALE).cast(pl.String),
        pl.when(decimals == 0)
        .then(pl.lit(""))
        .otherwise(pl.lit(".") + decimals.cast(pl.String).str.zfill(6).str.strip_chars_end("0")),
    )
    return _write(values, written)


def exact(value: str | int | Decimal | Fraction) -> int:
    """Give the scaled whole number of one exact value; anything that six decimals cannot hold is refused.

    Raises
    ------
    ProblemError
        When the value is not a number, needs more than six decimals, or is out of range.

    Examples
    --------
    >>> exact("2.5"), exact(3), exact(Decimal("0.000001"))
    (2500000, 3000000, 1)
    """
    if isinstance(value, (int, Fraction)):
        scaled = Fraction(value) * SCALE
        number = scaled.numerator if scaled.denominator == 1 else None
        fault = None if number is not None else "too-many-decimals"
        if number is not None and abs(number) > LARGEST:
            fault = "absurd"
    else:
        number, fault = _odd_decimal(str(value).strip())
    if number is None or fault is not None:
        must = f"a number with at most six decimals ({fault})"
        raise ProblemError([BAD_ARGUMENT.at(column="value", value=value, must=must)])
    return number


def to_decimal(value: int) -> Decimal:
    """Give the `Decimal` of a scaled whole number, exactly.

    Examples
    --------
    >>> to_decimal(2_500_000)
    Decimal('2.5')
    """
    sign, whole = int(value < 0), abs(int(value))
    places = 6
    while places and whole % 10 == 0:
        whole, places = whole // 10, places - 1
    return Decimal((sign, tuple(map(int, str(whole))), -places))


def mul(a: int, b: int, rounding: Rounding) -> int:
    """Multiply two scaled values and round to a millionth as named.

    Examples
    --------
    >>> mul(exact("2.5"), exact("0.2"), "exact")
    500000
    """
    return round_ratio(int(a) * int(b), SCALE, rounding)


def div(a: int, b: int, rounding: Rounding) -> int:
    """Divide two scaled values and round to a millionth as named.

    Examples
    --------
    >>> div(exact("1"), exact("3"), "half-even")
    333333
    """
    return round_ratio(int(a) * SCALE, int(b), rounding)


def round_ratio(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Bring a ratio of whole numbers to a whole number as named; safe at any size.

    Raises
    ------
    ProblemError
        When the denominator is 0, the rounding has no such name, or ``exact`` was asked and a remainder is left.

    Examples
    --------
    >>> [round_ratio(-5, 2, way) for way in ("half-up", "half-even", "up", "down", "ceiling", "floor")]
    [-3, -2, -3, -2, -2, -3]
    """
    if denominator == 0:
        raise ProblemError([BAD_ARGUMENT.at(column="denominator", value=0, must="other than 0")])
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    floor, rest = divmod(numerator, denominator)
    if rest == 0:
        return floor
    rule = _ROUND_UP.get(rounding)
    if rule is None:
        must = f"one of {', '.join(_ROUND_UP)}, or exact with no remainder"
        raise ProblemError([BAD_ARGUMENT.at(column="rounding", value=rounding, must=must)])
    return floor + int(rule(floor, 2 * rest - denominator))


# Each rule is given the floor and how far the rest lies beyond one half, and says whether to go up from the floor.
_ROUND_UP: dict[str, Callable[[int, int], bool]] = {
    "half-up": lambda floor, beyond: beyond > 0 or (beyond == 0 and floor >= 0),
    "half-even": lambda floor, beyond: beyond > 0 or (beyond == 0 and floor % 2 == 1),
    "up": lambda floor, _: floor >= 0,
    "down": lambda floor, _: floor < 0,
    "ceiling": lambda _floor, _beyond: True,
    "floor": lambda _floor, _beyond: False,
}


def _plain_decimal(text: pl.Series) -> pl.Series:
    """Read the numbers in plain spelling; all else is null."""
    column = pl.col("text")
    part = column.str.strip_prefix("+").str.splitn(".", 2)
    decimals = part.struct.field("field_1").fill_null("").str.strip_chars_end("0")
    # Whole part and padded decimals side by side are the scaled number already, sign included.
    digits = part.struct.field("field_0") + decimals.str.pad_end(6, "0")
    # Without the pattern a lone point would read as 0, and "+-5" as -5.
    plain = (decimals.str.len_bytes() <= 6) & column.str.contains("^[+-]?[.]?[0-9]")
    number = digits.cast(pl.Int64, strict=False)
    kept = plain & number.is_between(-LARGEST, LARGEST)
    return text.to_frame("text").select(pl.when(kept).then(number)).to_series()


_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")


def _odd_decimal(text: str) -> tuple[int | None, str | None]:
    """Read one decimal in any spelling, or name its fault."""
    found = _NUMBER.fullmatch(text)
    if found is None or not (found[2] or found[3]):
        return None, _comma_or_text(text)
    digits = (found[2] + (found[3] or "")).lstrip("0")
    kept = digits.rstrip("0")
    if not kept:
        return 0, None
    # The number is kept * 10**power millionths; the length test keeps absurd exponents from becoming absurd integers.
    power = int((found[4] or "0")[:9]) - len(found[3] or "") + len(digits) - len(kept) + 6
    if power < 0:
        return None, "too-many-decimals"
    if len(kept) + power > 19 or int(kept) * 10**power > LARGEST:
        return None, "absurd"
    return int(kept) * 10**power * (-1 if found[1] == "-" else 1), None


def _comma_or_text(text: str) -> str:
    """Tell the marks of other countries from plain text."""
    if re.fullmatch(r"[+-]?[0-9.]*,[0-9]*", text) and re.search("[0-9]", text):
        return "decimal-comma"
    grouped = r"[+-]?[0-9]{1,3}([,.'\u2019 _\u00a0\u202f\u2009][0-9]{3})+([.,][0-9]*)?"
    return "thousands-separator" if re.fullmatch(grouped, text) else "not-a-number"


# --- durations ------------------------------------------------------------------------------------------------------


def parse_duration(texts: pl.Series, unit: DurationUnit = "min") -> Parsed:
    """Read durations as milliseconds; a plain number is in `unit`, and a day is 24 hours.

    Also read: ``20 s``, ``1.5 h``, ``90 min``, ``2 d``, ``1:30`` (hours and minutes), ``1:30:15`` and ``PT1H30M``.

    Examples
    --------
    >>> parse_duration(pl.Series(["90", "20 s", "1.5 h", "1:30", "PT1H30M"])).values.to_list()
    [5400000, 20000, 5400000, 5400000, 5400000]
    """
    text = _stripped(texts)
    step, size = _step(unit)
    value = pl.col("value")
    # Whole steps first, then their size, so that nothing overflows on the way.
    fits = (value % step == 0) & ((value // step).abs() <= LARGEST // size)
    quick = _plain_decimal(text).to_frame("value").select(pl.when(fits).then(value // step * size)).to_series()
    return _finish(text, quick, lambda odd: _odd_duration(odd, unit))


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
    # A value beyond the held range of the unit is written in milliseconds, which every value fits.
    in_unit = (value % size == 0) & ((value // size).abs() <= LARGEST // step)
    in_seconds = value.abs() <= LARGEST // 1_000
    columns = frame.select(
        unit=format_decimal(frame.select(pl.when(in_unit).then(value // size * step)).to_series()),
        seconds=format_decimal(frame.select(pl.when(in_seconds).then(value * 1_000)).to_series()) + " s",
        milliseconds=value.cast(pl.String) + " ms",
    )
    return columns.select(pl.coalesce("unit", "seconds", "milliseconds").alias(values.name)).to_series()


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
        number, fault = _odd_decimal(found[1])
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
    if abs(milliseconds.numerator) > LARGEST:
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
    text = _stripped(texts)
    dates = pl.when(pl.col("text").str.contains("^[0-9]{4}-")).then(_date(pl.col("text")))
    return _finish(text, text.to_frame("text").select(dates).to_series(), _odd_day)


def format_day(values: pl.Series) -> pl.Series:
    """Write days as ``2026-01-05``.

    Examples
    --------
    >>> format_day(pl.Series([0, 20458, None])).to_list()
    ['1970-01-01', '2026-01-05', None]
    """
    return _write(values, as_date(pl.col("value")).cast(pl.String))


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
    text = _stripped(texts)
    part = pl.col("text").str.extract_groups(_MOMENT).struct
    frame = text.to_frame("text").select(
        day=_date(part.field("day")),
        minute=part.field("hour").cast(pl.Int64) * 60 + part.field("minute").cast(pl.Int64),
        offset=_offset(part.field("offset")),
    )
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
    return _write(values, written)


def check_zone(zone: str) -> None:
    """Raise a `ProblemError` when `zone` is not an IANA time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ProblemError([TIME_ZONE_UNKNOWN.at(column="time_zone", value=zone)]) from error


_MOMENT = (
    r"^(?P<day>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r"(?:[T ](?P<hour>[01][0-9]|2[0-3]|24):(?P<minute>[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:?[0-5][0-9])?)?$"
)


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


def _offset(text: pl.Expr) -> pl.Expr:
    """Read ``Z`` or ``+01:00`` as minutes ahead of UTC."""
    digits = text.str.replace_all("[^0-9]", "").str.zfill(4).cast(pl.Int64, strict=False)
    size = digits // 100 * 60 + digits % 100
    return pl.when(text.str.starts_with("-")).then(-size).otherwise(size)


def _utc_minutes(local: pl.Series, zone: str, day_alone: pl.Series) -> pl.Series:
    """Bring minutes of wall time to UTC, null where the clocks skip them."""
    wall = (pl.col("local") * _MICROSECONDS).cast(pl.Datetime("us"))
    in_zone = wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    frame = local.to_frame("local")
    utc = frame.select(in_zone.dt.epoch("us") // _MICROSECONDS).to_series()
    # A few zones change clocks at midnight: there the day begins an hour late, at the first instant that exists.
    late = utc.is_null() & local.is_not_null() & day_alone
    if not late.any():
        return utc
    hour_later = frame.select(pl.col("local") + 60).to_series()
    moved = _utc_minutes(hour_later, zone, local.is_null())
    return utc.zip_with(~late, moved)


# --- booleans -------------------------------------------------------------------------------------------------------


def parse_boolean(texts: pl.Series) -> Parsed:
    """Read ``yes``/``no``, ``true``/``false`` and ``1``/``0`` in any case as 1 and 0.

    Examples
    --------
    >>> parse_boolean(pl.Series(["Yes", "0", "maybe"])).values.to_list()
    [1, 0, None]
    """
    text = _stripped(texts)
    words = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
    values = text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Int64)
    return _finish(text, values, lambda _: (None, "not-a-boolean"))


def format_boolean(values: pl.Series) -> pl.Series:
    """Write 1 and 0, or true and false, as ``yes`` and ``no``.

    Examples
    --------
    >>> format_boolean(pl.Series([1, 0, None])).to_list()
    ['yes', 'no', None]
    """
    yes = pl.col("value") != 0
    return _write(values, pl.when(yes).then(pl.lit("yes")).when(yes.not_()).then(pl.lit("no")))


# --- to the types that users see ------------------------------------------------------------------------------------


def as_decimal(value: pl.Expr) -> pl.Expr:
    """Show scaled values as `polars.Decimal` with six decimals, exactly."""
    return value.cast(pl.Decimal(38, 6)) * pl.lit(Decimal("0.000001"))


def as_datetime(value: pl.Expr, zone: str) -> pl.Expr:
    """Show minutes since 1970-01-01 UTC as `polars.Datetime` in `zone`."""
    return (value * _MICROSECONDS).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)


def as_date(value: pl.Expr) -> pl.Expr:
    """Show days since 1970-01-01 as `polars.Date`."""
    return value.cast(pl.Int32).cast(pl.Date)


def as_duration(value: pl.Expr) -> pl.Expr:
    """Show milliseconds as `polars.Duration`."""
    return value.cast(pl.Duration("ms"))


# --- shared ---------------------------------------------------------------------------------------------------------


def _stripped(texts: pl.Series) -> pl.Series:
    """Take the white space off both ends; a null becomes blank."""
    return texts.cast(pl.String).fill_null("").str.strip_chars()


def _finish(text: pl.Series, quick: pl.Series, odd: Callable[[str], tuple[int | None, str | None]]) -> Parsed:
    """Read each distinct text that the quick way left with `odd`, and put values and faults together."""
    frame = pl.DataFrame({"text": text, "quick": quick})
    left = frame.filter(pl.col("quick").is_null() & (pl.col("text") != ""))["text"].unique(maintain_order=True)
    read = [odd(one) for one in left]
    found = pl.DataFrame(
        {"text": left, "value": [value for value, _ in read], "fault": [fault for _, fault in read]},
        schema={"text": pl.String, "value": pl.Int64, "fault": pl.String},
    )
    whole = (
        frame.join(found, on="text", how="left", maintain_order="left")
        if read
        else frame.with_columns(value=pl.lit(None, pl.Int64), fault=pl.lit(None, pl.String))
    )
    values = whole.select(pl.coalesce("quick", "value")).to_series()
    return Parsed(values.rename(text.name), whole["fault"].rename(text.name))


def _write(values: pl.Series, written: pl.Expr) -> pl.Series:
    """Write each value with the expression over the column ``value``, keeping the name of the series."""
    frame = values.cast(pl.Int64).to_frame("value")
    return frame.select(pl.when(pl.col("value").is_not_null()).then(written).alias(values.name)).to_series()
