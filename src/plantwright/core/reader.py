"""For whom something is written: each reader has marks for numbers, an order of dates, and words of a language.

Where nobody says otherwise, the reader is a plain one: English, with the form of dates and numbers in which the command
line writes them. A door whose readers differ sets `READER` for as long as it answers one of them; whatever is written
meanwhile, by `core.wording` or by `say`, is written for that reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any

SPACE = "\N{NO-BREAK SPACE}"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Reader:
    """The plain reader; others have other marks and answer the methods in their own way.

    Parameters
    ----------
    point : mark before the decimals
    group : mark between groups of digits
    first_group, next_groups : digits of the last group before the point, and of those to its left
    least_grouped : digits that must stand before the last group, so that there is a mark
    language : tag of the language of words
    """

    point: str = "."
    group: str = SPACE
    first_group: int = 3
    next_groups: int = 3
    least_grouped: int = 1
    language: str = "en"

    def grouped(self, digits: str) -> str:
        """Set the groups of a whole number apart.

        Examples
        --------
        >>> Reader(group="_").grouped("1234567"), Reader(group="_", next_groups=2).grouped("1234567")
        ('1_234_567', '12_34_567')
        """
        if len(digits) < self.first_group + self.least_grouped:
            return digits
        rest, parts = digits[: -self.first_group], [digits[-self.first_group :]]
        while rest:
            parts.append(rest[-self.next_groups :])
            rest = rest[: -self.next_groups]
        return self.group.join(reversed(parts))

    def percent(self, number: str) -> str:
        """Put the sign of per cent to a number."""
        return f"{number}{SPACE}%"

    def day(self, when: date, *, year: bool) -> str:
        """Write a day with its weekday, with or without its year."""
        text = f"{_WEEKDAYS[when.weekday()]}{SPACE}{self.day_of_month(when)}"
        return f"{text}{SPACE}{when.year}" if year else text

    def day_of_month(self, when: date) -> str:
        """Write a day where neither its weekday nor its year matters."""
        return f"{when.day}{SPACE}{_MONTHS[when.month - 1]}"

    def month_of_year(self, when: date) -> str:
        """Write a month with its year."""
        return f"{_MONTHS[when.month - 1]}{SPACE}{when.year}"

    def text(self, english: str) -> str:
        """Give a text in the language of the reader."""
        return english

    def plural(self, one: str, many: str, number: float) -> str:
        """Give the one of several texts that fits a number."""
        return one if number == 1 else many


PLAIN = Reader()
READER: ContextVar[Reader] = ContextVar("reader", default=PLAIN)
"""The reader for whom is written now."""


def say(text: str, /, **places: Any) -> str:
    """Give a text in the language of the reader, its named places filled.

    Parameters
    ----------
    text : the English text, by which catalogues know it
    places : what stands in its places, such as ``{order}``; without any, the text is taken as it is

    Examples
    --------
    >>> say("{order} was made firm.", order="MO-7")
    'MO-7 was made firm.'
    """
    found = READER.get().text(text) if text else ""
    return found.format(**places) if places else found


def plural(one: str, many: str, number: float, /, **places: Any) -> str:
    """Give the text that fits a number, its named places filled.

    Examples
    --------
    >>> [plural("{n} order is late", "{n} orders are late", late, n=late) for late in (1, 2)]
    ['1 order is late', '2 orders are late']
    """
    found = READER.get().plural(one, many, number)
    return found.format(**places) if places else found


def later(text: str) -> str:
    """Mark a text for the catalogues where it is declared; whoever shows it gives it to `say`."""
    return text


KEPT: dict[str, re.Pattern[str]] = {}
"""Texts that are kept with data, each with what finds it and its places again, the more particular ones first."""


def kept(text: str) -> str:
    """Mark a text whose places are filled when data are written, such as why an order is late.

    Data are the same for everybody, so they hold the English text; `retold` finds it again for who reads another
    language. Where two texts may fit, the one declared first is taken.

    Examples
    --------
    >>> kept("{item} is in stock").format(item="P-100")
    'P-100 is in stock'
    """
    parts = re.split(r"\{(\w+)\}", text)
    KEPT[text] = re.compile(
        "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL
    )
    return text


def retold(text: str) -> str:
    """Say a text that was kept with data in the language of the reader; one that nobody declared stays as it is."""
    if READER.get().language == "en":
        return text
    for template, pattern in KEPT.items():
        found = pattern.fullmatch(text)
        if found:
            return say(template, **{name: retold(value) for name, value in found.groupdict().items()})
    return text


@contextmanager
def reading(reader: Reader) -> Iterator[None]:
    """Write for a reader until the block ends."""
    token = READER.set(reader)
    try:
        yield
    finally:
        READER.reset(token)
