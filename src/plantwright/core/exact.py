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

from plantwright.core.exact_numbers import (
    FAULTS,
    LARGEST,
    SCALE,
    Parsed,
    Rounding,
    as_decimal,
    div,
    exact,
    format_boolean,
    format_decimal,
    mul,
    parse_boolean,
    parse_decimal,
    round_ratio,
    to_decimal,
)
from plantwright.core.exact_times import (
    LONGEST,
    TIME_ZONE_UNKNOWN,
    DurationUnit,
    as_date,
    as_datetime,
    as_duration,
    check_zone,
    format_day,
    format_duration,
    format_moment,
    parse_day,
    parse_duration,
    parse_moment,
)

__all__ = [
    "FAULTS",
    "LARGEST",
    "LONGEST",
    "SCALE",
    "TIME_ZONE_UNKNOWN",
    "DurationUnit",
    "Parsed",
    "Rounding",
    "as_date",
    "as_datetime",
    "as_decimal",
    "as_duration",
    "check_zone",
    "div",
    "exact",
    "format_boolean",
    "format_day",
    "format_decimal",
    "format_duration",
    "format_moment",
    "mul",
    "parse_boolean",
    "parse_day",
    "parse_decimal",
    "parse_duration",
    "parse_moment",
    "round_ratio",
    "to_decimal",
]
