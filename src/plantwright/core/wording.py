"""Values as people read them: ``Tue 14 Mar``, ``3 h 20``, thousands set apart, a true minus.

Each function takes a stored value (see `core.exact`) and gives a short text. Screens, sentences and printed lists use
these, so that a value looks the same wherever it stands; files for other programs use `core.frames.written`. How it
looks, the reader decides (`core.reader`); the examples are written for the plain one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from plantwright.core import reader
from plantwright.core.column import EVER, FOREVER, Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.reader import READER, plural, retold, say

SPACE = reader.SPACE
MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
"""Stands where zero or an empty cell means nothing."""
_EPOCH = date(1970, 1, 1)


INITIALS = frozenset({"abc", "atp", "bom", "id", "mrp", "mae", "mase", "rmsse", "smape", "wape", "xyz"})
"""Short words that are read letter by letter."""


def titled(name: str) -> str:
    """Write the name of a column or parameter as people read it.

    Examples
    --------
    >>> titled("due_date"), titled("mase"), titled("abc_class")
    ('Due date', 'MASE', 'ABC class')
    """
    words = [word.upper() if word in INITIALS else word for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def number(value: float, decimals: int = 0) -> str:
    """Write a plain number with the thousands set apart.

    Examples
    --------
    >>> number(1234567).replace(SPACE, "_"), number(-0.5, 1).replace(MINUS, "-")
    ('1_234_567', '-0.5')
    """
    text = f"{abs(value):.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    whole, _, rest = text.partition(".")
    text = _joined(whole, rest)
    return MINUS + text if negative else text


def figure(value: float, digits: int = 5) -> str:
    """Write a computed number with so many digits that tell, whatever its size; whole parts are never cut.

    Examples
    --------
    >>> [figure(one).replace(SPACE, "_") for one in (304.046781, 0.000123456, 1234567.8, 12.5, 0)]
    ['304.05', '0.00012346', '1_234_568', '12.5', '0']
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else NONE
    before = math.floor(math.log10(abs(value))) + 1
    text = number(value, max(digits - before, 0))
    return text.rstrip("0").rstrip(READER.get().point) if READER.get().point in text else text


def _joined(whole: str, decimals: str) -> str:
    here = READER.get()
    return here.grouped(whole) + (here.point + decimals if decimals else "")


def decimal(value: int, decimals: int | None = None) -> str:
    """Write a stored decimal, with as many decimals as it needs or as are asked for.

    Examples
    --------
    >>> decimal(12_500_000), decimal(3_000_000), decimal(12_500_000, 2)
    ('12.5', '3', '12.50')
    """
    if decimals is None:
        decimals = needed_decimals(value)
    whole, rest = divmod(abs(value) + _half(decimals), SCALE)
    digits = f"{rest:06d}"[:decimals]
    text = _joined(str(whole), digits)
    return MINUS + text if value < 0 and (whole or digits.strip("0")) else text


def _half(decimals: int) -> int:
    return 0 if decimals >= 6 else int(SCALE // 10**decimals // 2)


def needed_decimals(value: int) -> int:
    """Count the decimals that a stored decimal needs.

    Examples
    --------
    >>> needed_decimals(12_500_000), needed_decimals(7_000_000)
    (1, 0)
    """
    return len(f"{abs(value) % SCALE:06d}".rstrip("0"))


def percent(value: int, decimals: int = 0) -> str:
    """Write a stored ratio in per cent.

    Examples
    --------
    >>> percent(935_000).replace(SPACE, " ")
    '94 %'
    """
    return READER.get().percent(number(value * 100 / SCALE, decimals))


def duration(milliseconds: int) -> str:
    """Write a length of time: hours and minutes, or days from two on.

    Examples
    --------
    >>> [duration(m * 60_000).replace(SPACE, " ") for m in (0, 12, 200, 120, 2_880, 3_000)]
    ['0 min', '12 min', '3 h 20', '2 h', '2 d', '2 d 2 h']
    """
    sign = MINUS if milliseconds < 0 else ""
    minutes = abs(milliseconds) / 60_000
    if minutes < 60 and minutes != int(minutes):
        return f"{sign}{number(minutes, 1)}{SPACE}min"
    whole = round(minutes)
    if whole < 60:
        return f"{sign}{whole}{SPACE}min"
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return f"{sign}{hours}{SPACE}h" + (f"{SPACE}{rest:02d}" if rest else "")
    days, hours = divmod(hours, 24)
    return f"{sign}{days}{SPACE}d" + (f"{SPACE}{hours}{SPACE}h" if hours else "")


def day(value: int, year: int | None = None) -> str:
    """Write a day; the year only where it is not the one given.

    Examples
    --------
    >>> day(20_526).replace(SPACE, " "), day(20_526, 2026).replace(SPACE, " ")
    ('Sat 14 Mar 2026', 'Sat 14 Mar')
    """
    if value in {EVER, FOREVER}:
        return ""
    when = _EPOCH + timedelta(days=value)
    return READER.get().day(when, year=when.year != year)


def day_of_month(value: int) -> str:
    """Write a day where neither its weekday nor its year matters.

    Examples
    --------
    >>> day_of_month(20_526).replace(SPACE, " ")
    '14 Mar'
    """
    return READER.get().day_of_month(_EPOCH + timedelta(days=value))


def month_of_year(value: int) -> str:
    """Write the month of a day, with its year.

    Examples
    --------
    >>> month_of_year(20_526).replace(SPACE, " ")
    'Mar 2026'
    """
    return READER.get().month_of_year(_EPOCH + timedelta(days=value))


def begins_month(value: int) -> bool:
    """Tell whether a day is the first of its month.

    Examples
    --------
    >>> begins_month(20_513), begins_month(20_514)
    (True, False)
    """
    return (_EPOCH + timedelta(days=value)).day == 1


def moment(value: int, zone: str, year: int | None = None, *, clock: bool = False, ends: bool = False) -> str:
    """Write a moment in a time zone: the day, and the time of day where it matters.

    Parameters
    ----------
    value : minutes since 1970-01-01 UTC
    zone : IANA name of the time zone
    year : year that is left out
    clock : whether to give the time of day
    ends : whether something ends then: midnight is then the end of the day before, not the first moment of the next

    Examples
    --------
    >>> moment(29_557_800, "Europe/Berlin", clock=True).replace(SPACE, " ")
    'Sat 14 Mar 2026 07:00'
    >>> moment(29_557_380, "Europe/Berlin", 2026, clock=True, ends=True).replace(SPACE, " ")
    'Fri 13 Mar 24:00'
    """
    try:
        local = datetime.fromtimestamp(value * 60, tz=UTC).astimezone(ZoneInfo(zone))
    except (OverflowError, ValueError, OSError):
        return say("never")
    if local.year >= 9000:
        return say("never")
    time = f"{local:%H:%M}"
    if ends and time == "00:00":
        local, time = local - timedelta(days=1), "24:00"
    return READER.get().day(local.date(), year=local.year != year) + (f"{SPACE}{time}" if clock else "")


def year_of(value: int, zone: str) -> int:
    """Give the year of a moment in a time zone.

    Examples
    --------
    >>> year_of(29_557_800, "UTC")
    2026
    """
    return datetime.fromtimestamp(value * 60, tz=UTC).astimezone(ZoneInfo(zone)).year


def count(value: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "order"), count(12, "order"), count(2, "day late", "days late")
    ('1 order', '12 orders', '2 days late')
    """
    return plural(f"{{n}} {one}", f"{{n}} {many or one + 's'}", value).replace("{n}", number(value))


def days(value: float) -> str:
    """Write a number of days: whole from ten on, with one decimal below where it needs it.

    Examples
    --------
    >>> days(1.0), days(2.43), days(12.6)
    ('1 day', '2.4 days', '13 days')
    """
    text = number(value, 0 if abs(value) >= 10 or float(round(value, 1)).is_integer() else 1)
    return plural("{n} day", "{n} days", 1 if text == "1" else max(abs(value), 2), n=text)


ENDS = frozenset(
    {"due", "new_due", "needed", "finish", "finish_before", "projected", "before", "after", "end", "until"}
)
"""Columns of moments at which something ends, besides those that say so in their declaration."""


def is_end(column: Column) -> bool:
    """Tell whether something ends at the moments of a column."""
    return column.day_means == "end" or column.name in ENDS


def shown(value: Any, column: Column, zone: str, year: int | None = None, decimals: int | None = None) -> str:
    """Write one stored value as its column says; nothing where there is none.

    Parameters
    ----------
    value : stored value, or None
    column : what it is
    zone : time zone of moments
    year : year that is left out of dates
    decimals : decimals of quantities, so that a column can be aligned; None for as many as needed

    Examples
    --------
    >>> shown(True, Column(Kind.FLAG, "Late"), "UTC"), shown(None, Column(Kind.DAY, "Due"), "UTC")
    ('yes', '')
    """
    if value is None:
        return ""
    if column.kind is Kind.MONEY:
        return decimal(value, 2 if decimals is None else decimals)
    if column.kind is Kind.RATIO:
        return percent(value)
    if column.kind is Kind.QUANTITY:
        return decimal(value, decimals)
    if column.kind is Kind.MOMENT:
        return moment(value, zone, year, ends=is_end(column))
    simple: dict[Kind, Callable[[Any], str]] = {
        Kind.DURATION: duration,
        Kind.DAY: lambda raw: day(raw, year),
        Kind.WHOLE: number,
        Kind.FLAG: lambda raw: say("yes") if raw else "",
        Kind.CLOCK: lambda raw: f"{raw // 60:02d}:{raw % 60:02d}",
        Kind.TEXT: lambda raw: retold(raw) if column.kept else str(raw),
    }
    return simple.get(column.kind, str)(value)
