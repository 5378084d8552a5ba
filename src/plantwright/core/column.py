"""Columns: what they hold, and the constructors by which tables declare them.

Tables import this module by name, ``from plantwright.core import column as col``, so that a column may be called
`quantity` or `text` like its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import polars as pl

from plantwright.core.exact import SCALE

EVER = -719_162
"""The day 0001-01-01 as a number: "since ever", written as an empty cell."""
FOREVER = 2_932_896
"""The day 9999-12-31 as a number: "for ever", written as an empty cell."""


class Kind(StrEnum):
    """What a column holds, and so how it is stored, written, checked and shown."""

    CODE = "code"
    TEXT = "text"
    REF = "reference"
    CHOICE = "choice"
    WHOLE = "whole number"
    QUANTITY = "quantity"
    MONEY = "money"
    RATIO = "ratio"
    DURATION = "duration"
    DAY = "day"
    MOMENT = "moment"
    CLOCK = "time of day"
    FLAG = "yes or no"


TEXTUAL = frozenset({Kind.CODE, Kind.TEXT, Kind.REF, Kind.CHOICE})
EXACT = frozenset({Kind.QUANTITY, Kind.MONEY, Kind.RATIO})
"""Kinds stored as decimals scaled by a million."""


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, meaning, unit, default, bounds and reference.

    `target` is the entity whose rows it names. Of a reference the row must be there; a text or code may name what is
    gone, or a row of the same plan. `shared` says that an empty reference stands for all of them, not for none; `kept`
    that its texts were written in English when the data were, and are said again for who reads another language.
    """

    kind: Kind
    help: str
    name: str = ""
    unit: str = ""
    default: Any = REQUIRED
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    target: str = ""
    shared: bool = False
    kept: bool = False
    day_means: Literal["start", "end"] = "start"

    @property
    def required(self) -> bool:
        """Whether a row must give a value."""
        return self.default is REQUIRED

    @property
    def nullable(self) -> bool:
        """Whether the column may stay empty, which then means "not known" or "not used"."""
        return self.default is None

    @property
    def raw_default(self) -> Any:
        """Give the default as it is stored: scaled for exact decimals, milliseconds for durations."""
        if self.default is None or self.default is REQUIRED:
            return None
        return self.raw(self.default)

    def raw(self, value: Any) -> Any:
        """Turn a plain value, as it stands in a declaration, into its stored form."""
        if self.kind in EXACT:
            return int((Decimal(str(value)) * SCALE).to_integral_exact())
        if self.kind is Kind.DURATION:
            return int((Decimal(str(value)) * 60_000).to_integral_exact())
        return value

    @property
    def dtype(self) -> pl.DataType:
        """Type of the column in a raw frame: text, or a whole number that stands for the exact value."""
        if self.kind in TEXTUAL:
            return pl.String()
        return pl.Boolean() if self.kind is Kind.FLAG else pl.Int64()

    def describe_bounds(self) -> str:
        """Say in words what a value must be, for messages and documentation."""
        words = [
            f"{word} {limit:g}"
            for word, limit in (
                ("at least", self.at_least),
                ("above", self.above),
                ("at most", self.at_most),
                ("below", self.below),
            )
            if limit is not None
        ]
        return " and ".join(words)


def code(help: str, **more: Any) -> Any:
    """Column with the short name by which people and files know the row."""
    return Column(Kind.CODE, help, **more)


def text(help: str, **more: Any) -> Any:
    """Column of free text; empty unless said otherwise."""
    more.setdefault("default", "")
    return Column(Kind.TEXT, help, **more)


def ref(target: str, help: str, **more: Any) -> Any:
    """Column that names a row of another entity by its code."""
    return Column(Kind.REF, help, target=target, **more)


def choice(choices: Sequence[str], help: str, **more: Any) -> Any:
    """Column that holds one of a few words."""
    return Column(Kind.CHOICE, help, choices=tuple(choices), **more)


def whole(help: str, **more: Any) -> Any:
    """Column of whole numbers."""
    return Column(Kind.WHOLE, help, **more)


def quantity(help: str, **more: Any) -> Any:
    """Column of exact quantities in the item's unit (six decimals)."""
    return Column(Kind.QUANTITY, help, **more)


def money(help: str, **more: Any) -> Any:
    """Column of exact amounts of money (six decimals)."""
    return Column(Kind.MONEY, help, **more)


def ratio(help: str, **more: Any) -> Any:
    """Column of exact shares, 0.05 for five per cent (six decimals)."""
    return Column(Kind.RATIO, help, **more)


def duration(help: str, **more: Any) -> Any:
    """Column of lengths of time; a plain number means minutes; kept to the millisecond."""
    more.setdefault("unit", "min")
    more.setdefault("at_least", 0)
    return Column(Kind.DURATION, help, **more)


def day(help: str, **more: Any) -> Any:
    """Column of calendar days."""
    return Column(Kind.DAY, help, **more)


def moment(help: str, **more: Any) -> Any:
    """Column of moments to the minute; local time of the plant unless an offset is given."""
    return Column(Kind.MOMENT, help, **more)


def clock(help: str, **more: Any) -> Any:
    """Column of times of the day to the minute, 24:00 for its end."""
    return Column(Kind.CLOCK, help, **more)


def flag(help: str, **more: Any) -> Any:
    """Column of yes or no."""
    return Column(Kind.FLAG, help, **more)
