"""What people type, read by their locale: numbers and days as the page shows them, given in the program's own spelling.

Nothing is guessed. A number is read by the marks of the reader alone, each group of digits whole; whatever else it
might mean elsewhere, it is refused with the way to write it. A day is read in the order of the locale with all four
digits of its year, or as year-month-day, which means one day everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

from babel import Locale

from plantwright.core.column import EXACT, Column, Kind
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.reader import READER, SPACE, Reader
from plantwright.core.wording import MINUS
from plantwright.flows.drafts import Draft, DraftRow

NUMBER_UNREAD = problem_kind(
    "number-not-by-locale",
    "{value} is not a number as it is written here.",
    "Write it like {example}; marks between thousands may be left out, and stand nowhere else.",
)
DAY_UNREAD = problem_kind(
    "day-not-by-locale", "{value} is not a day as it is written here.", "Write it like {example}, or like 2026-12-31."
)
BLANKS = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
QUOTES = "'\N{RIGHT SINGLE QUOTATION MARK}"
NUMBERS = EXACT | {Kind.WHOLE, Kind.DURATION}
TIME = r"(?:[T \u00a0]+(\d{1,2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?))?"


def plain_cell(text: str, column: Column, name: str = "") -> str:
    """Give what was typed for a column in the program's own spelling.

    Raises
    ------
    ProblemError : number-not-by-locale, day-not-by-locale
    """
    if column.kind in NUMBERS:
        return plain_number(text, name or column.name)
    return plain_day(text, name or column.name) if column.kind in {Kind.DAY, Kind.MOMENT} else text


def plain_number(text: str, column: str = "") -> str:
    """Give a number, which may have a unit, in plain spelling: a point before the decimals, nothing between thousands.

    Raises
    ------
    ProblemError : number-not-by-locale

    Examples
    --------
    >>> plain_number("1 234.5"), plain_number("-1.5 h"), plain_number("1:30")
    ('1234.5', '-1.5 h', '1:30')
    """
    here, given = READER.get(), text.strip()
    found = re.fullmatch(r"([^A-Za-z]*?)(\s*[A-Za-z%]*)", given)
    if not given or found is None or ":" in given or not re.search(r"\d", found[1]):
        return text  # of no number, or a span of time as clocks have it: the declarations say what is wrong with it
    read = _read(found[1].strip(BLANKS), here)
    if read is not None:
        return read + (" " + found[2].strip() if found[2].strip() else "")
    if not getattr(here, "tag", ""):
        return text  # the plain form has its own faults, each with its remedy
    example = here.grouped("1234") + here.point + "5"
    raise ProblemError([NUMBER_UNREAD.at(column=column, value=given, example=example)])


def _read(text: str, reader: Reader) -> str | None:
    marks = BLANKS if reader.group in BLANKS else QUOTES if reader.group in QUOTES else reader.group
    first, following = reader.first_group, reader.next_groups
    mark = f"[{re.escape(marks)}]"
    grouped = rf"\d{{1,{following}}}(?:{mark}\d{{{following}}})*{mark}\d{{{first}}}"
    shape = rf"([+\-{MINUS}]?)(\d+|{grouped})?(?:{re.escape(reader.point)}(\d*))?"
    found = re.fullmatch(shape, text, re.ASCII)
    if found is None or not (found[2] or found[3]):
        return None
    whole = re.sub(r"\D", "", found[2] or "0")
    return ("-" if found[1] in {"-", MINUS} else "") + whole + (f".{found[3]}" if found[3] else "")


def plain_day(text: str, column: str = "") -> str:
    """Give a day, which may have a time of day, as year-month-day.

    Raises
    ------
    ProblemError : day-not-by-locale

    Examples
    --------
    >>> plain_day("2026-03-14 07:00")
    '2026-03-14 07:00'
    """
    given = text.strip()
    tag = getattr(READER.get(), "tag", "")
    if not given or not tag or re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", given):
        return text
    order, _, _ = _order(tag)
    found = re.fullmatch(r"(\d{1,4})[./\- \u00a0]+(\d{1,2})[./\- \u00a0]+(\d{1,4})\.?" + TIME, given)
    if found:
        parts = dict(zip(order, found.groups()[:3], strict=True))
        day = _day(parts)
        if day:
            return day + (f" {found[4]}" if found[4] else "")
    raise ProblemError([DAY_UNREAD.at(column=column, value=given, example=spelt_day("2026-12-31"))])


def _day(parts: Mapping[str, str]) -> str:
    if len(parts["y"]) != 4 or len(parts["d"]) > 2:
        return ""
    try:
        return date(int(parts["y"]), int(parts["M"]), int(parts["d"])).isoformat()
    except ValueError:
        return ""


@lru_cache
def _order(tag: str) -> tuple[str, str, str]:
    """Give the order of year, month and day in a locale, the mark between them, and what ends the day."""
    pattern = Locale.parse(tag, sep="-").date_formats["short"].pattern
    order = "".join(dict.fromkeys(re.findall("[yMd]", pattern)))
    marks = re.findall(r"[./-]", pattern)
    return order, marks[0] if marks else "-", "." if pattern.endswith(".") else ""


class Typed:
    """What is typed or pasted into a draft: read by the locale, and what cannot be read is kept as it was typed."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._unread: dict[tuple[str, str], tuple[str, Problem]] = {}

    def put(self, cells: Iterable[Sequence[str]], added: Iterable[Mapping[str, str]] = ()) -> list[DraftRow]:
        """Write texts into cells and add rows, see `Draft.put`; gives the rows that are to be shown anew."""
        faults: list[tuple[str, str, Problem]] = []
        given: dict[tuple[str, str], str] = {}
        same: dict[str, DraftRow] = {}
        for ident, name, text in cells:
            plain = self._plain(name, str(text), ident, faults)
            row = self.draft.rows.get(ident)
            if row is not None and plain == row.now.get(name) and not row.faults.get(name):
                same[ident] = row
            else:
                given[ident, name] = plain
        news: list[list[tuple[str, str, Problem]]] = []
        texts = []
        for one in added:
            news.append([])
            texts.append({name: self._plain(name, str(text), "", news[-1]) for name, text in one.items()})
        rows = self.draft.put([(ident, name, text) for (ident, name), text in given.items()], texts)
        fresh = rows[len(rows) - len(texts) :] if texts else []
        for row, own in zip(fresh, news, strict=True):
            faults += [(row.ident, name, problem) for _, name, problem in own]
        self._note(faults)
        return rows + [row for ident, row in same.items() if row not in rows]

    def _plain(self, name: str, text: str, ident: str, faults: list[tuple[str, str, Problem]]) -> str:
        column = self.draft.columns.get(name)
        try:
            return plain_cell(text, column, name) if column is not None else text
        except ProblemError as error:
            faults.append((ident, name, error.problems[0]))
            return text

    def _note(self, faults: Iterable[tuple[str, str, Problem]]) -> None:
        for ident, name, problem in faults:
            row = self.draft.rows.get(ident)
            if row is not None and name in row.now:
                row.faults[name] = f"{problem.message} {problem.remedy}"
                self._unread[ident, name] = row.now[name], problem

    def unread(self) -> list[Problem]:
        """Give the problems of cells that still hold what could not be read."""
        return [
            problem for (ident, name), (text, problem) in self._unread.items()
            if ident in self.draft.rows and self.draft.rows[ident].now.get(name) == text
            and name in self.draft.rows[ident].faults
        ]  # fmt: skip


def spelt_number(text: str) -> str:
    """Write a plain number as people would type it, without marks between thousands.

    Examples
    --------
    >>> spelt_number("1234.5 h")
    '1234.5 h'
    """
    return text.replace(".", READER.get().point)


def spelt_day(text: str) -> str:
    """Write the day at the head of a text as people would type it.

    Examples
    --------
    >>> spelt_day("2026-03-14 07:00")
    '2026-03-14 07:00'
    """
    tag, found = getattr(READER.get(), "tag", ""), re.match(r"(\d{4})-(\d{2})-(\d{2})(?!\d)", text)
    if not tag or not found:
        return text
    order, mark, end = _order(tag)
    parts = dict(zip("yMd", found.groups(), strict=True))
    return mark.join(parts[one] for one in order) + end + text[found.end() :]


def marks() -> dict[str, str | int]:
    """Give what scripts of the page need to write and read as the server does."""
    here = READER.get()
    tag = getattr(here, "tag", "")
    order, mark, end = _order(tag) if tag else ("yMd", "-", "")
    return {
        "locale": tag, "point": here.point, "group": here.group.replace(" ", SPACE), "first": here.first_group,
        "next": here.next_groups, "order": order, "mark": mark, "end": end,
    }  # fmt: skip
