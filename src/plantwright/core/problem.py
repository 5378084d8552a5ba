"""A fault is a value: what is wrong, where it stands, and what to do about it.

A *kind* of problem is declared once, with its wording; a `Problem` is one case of it. Checks return lists of
problems and never raise; the doors print them, and `ProblemError` carries them where a caller asked for a result
that cannot be had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from plantwright.core.reader import say

Severity = Literal["error", "warning", "info"]

KINDS: dict[str, ProblemKind] = {}
"""Every kind of problem by its code, in the order of declaration; the gallery page is made from it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: its code, its place (table, key, column, value) and its remedy.

    `where` is the place outside the plant where the value was read, such as ``bom_line.csv row 12``.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    table: str = ""
    key: str = ""
    column: str = ""
    value: str = ""
    where: str = ""

    def __str__(self) -> str:
        """Give the problem in one line: place, what is wrong, remedy."""
        place = self.where or " ".join(part for part in (self.table, self.key) if part)
        head = f"{place}: " if place else ""
        return f"{head}{self.message} {self.remedy} [{self.code}]"

    def as_dict(self) -> dict[str, str]:
        """Give the problem as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem, declared once: code, severity, and the wording with named places to fill."""

    code: str
    text: str
    remedy: str
    severity: Severity = "error"

    def at(
        self, table: str = "", key: object = "", column: str = "", value: object = "", where: str = "", **more: Any
    ) -> Problem:
        """Make the problem for one place, in the reader's language; `more` fills the other names in the wording."""
        names = {"table": table, "key": _text(key), "column": column, "value": _text(value), "where": where, **more}
        return Problem(
            code=self.code,
            severity=self.severity,
            message=say(self.text).format(**names),
            remedy=say(self.remedy).format(**names),
            table=table,
            key=_text(key),
            column=column,
            value=_text(value),
            where=where,
        )


def problem_kind(code: str, text: str, remedy: str, severity: Severity = "error") -> ProblemKind:
    """Declare a kind of problem; `code` is a short slug that never changes once it is out."""
    if code in KINDS:
        raise ValueError(f"problem code {code} is declared twice")
    kind = ProblemKind(code, text, remedy, severity)
    KINDS[code] = kind
    return kind


@dataclass
class ProblemError(ValueError):
    """Carries every problem that was found to a caller that cannot go on."""

    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        """Give one line a problem."""
        return "\n".join(str(problem) for problem in self.problems)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Keep the problems that forbid going on."""
    return [problem for problem in problems if problem.severity == "error"]


def stop_on_errors(problems: Iterable[Problem]) -> None:
    """Raise a `ProblemError` with all problems when one of them is an error."""
    found = list(problems)
    if errors(found):
        raise ProblemError(found)


def _text(value: object) -> str:
    if isinstance(value, (tuple, list)):
        return " / ".join(str(part) for part in value)
    return "" if value is None else str(value)


BAD_ARGUMENT = problem_kind(
    "bad-argument", "{column} must be {must}; it is {value}.", "Call it again with a value that fits."
)
"""An argument of a method is out of its range; `must` says what it has to be."""
