"""Exact numbers and booleans: text to scaled whole numbers and back; `plantwright.core.exact` is the door to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import polars as pl

from plantwright.core.problem import BAD_ARGUMENT, ProblemError

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
    text = stripped(texts)
    return finish(text, plain_decimal(text), odd_decimal)


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
    return write(values, written)


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
        number, fault = odd_decimal(str(value).strip())
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


def plain_decimal(text: pl.Series) -> pl.Series:
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


def odd_decimal(text: str) -> tuple[int | None, str | None]:
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


def as_decimal(value: pl.Expr) -> pl.Expr:
    """Show scaled values as `polars.Decimal` with six decimals, exactly."""
    return value.cast(pl.Decimal(38, 6)) * pl.lit(Decimal("0.000001"))


# --- booleans -------------------------------------------------------------------------------------------------------


def parse_boolean(texts: pl.Series) -> Parsed:
    """Read ``yes``/``no``, ``true``/``false`` and ``1``/``0`` in any case as 1 and 0.

    Examples
    --------
    >>> parse_boolean(pl.Series(["Yes", "0", "maybe"])).values.to_list()
    [1, 0, None]
    """
    text = stripped(texts)
    words = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
    values = text.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Int64)
    return finish(text, values, lambda _: (None, "not-a-boolean"))


def format_boolean(values: pl.Series) -> pl.Series:
    """Write 1 and 0, or true and false, as ``yes`` and ``no``.

    Examples
    --------
    >>> format_boolean(pl.Series([1, 0, None])).to_list()
    ['yes', 'no', None]
    """
    yes = pl.col("value") != 0
    return write(values, pl.when(yes).then(pl.lit("yes")).when(yes.not_()).then(pl.lit("no")))


# --- shared with the times --------------------------------------------------------------------------------------


def stripped(texts: pl.Series) -> pl.Series:
    """Take the white space off both ends; a null becomes blank."""
    return texts.cast(pl.String).fill_null("").str.strip_chars()


def finish(text: pl.Series, quick: pl.Series, odd: Callable[[str], tuple[int | None, str | None]]) -> Parsed:
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


def write(values: pl.Series, written: pl.Expr) -> pl.Series:
    """Write each value with the expression over the column ``value``, keeping the name of the series."""
    frame = values.cast(pl.Int64).to_frame("value")
    return frame.select(pl.when(pl.col("value").is_not_null()).then(written).alias(values.name)).to_series()
