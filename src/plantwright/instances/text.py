"""Texts of numbers: rows with their lines, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from plantwright.core.problem import Problem, problem_kind

FORMAT = problem_kind(
    "instance-format",
    "The file is in none of the formats that are read.",
    "See the page on benchmarks of schedules for the formats.",
)
NUMBER = problem_kind(
    "instance-number",
    "{column} must be a whole number from {low} to {high}; it is {value}.",
    "Compare the line with the format of the file.",
)
LENGTH = problem_kind(
    "instance-length",
    "{column} must be {must}; there are {value}.",
    "Complete the file, or correct the numbers that say how long it is.",
)
UNREADABLE = problem_kind(
    "instance-unreadable", "The file cannot be read as text: {reason}.", "Name a text file that is there."
)
STRUCTURE = problem_kind(
    "instance-structure", "{column} must be {must}; it is {value}.", "Compare it with the format of the file."
)

MOST = 2**31 - 1
"""The largest number that a file may hold: minutes of schedules then stay far from the end of 64 bits."""

LARGEST_COUNT = 1_000_000
"""The most jobs, machines or operations that a first line may promise."""


class Row(NamedTuple):
    """The numbers of a line."""

    line: int
    values: list[int]


@dataclass
class Faults:
    """Collects what is wrong with one text."""

    name: str
    found: list[Problem] = field(default_factory=list)

    def where(self, line: int) -> str:
        """Name the place."""
        return f"{self.name} line {line}"

    def number(self, line: int, column: str, value: object, low: int, high: int) -> None:
        """Tell of a number that is none, or out of its range."""
        self.found.append(NUMBER.at("", "", column, value, self.where(line), low=low, high=high))

    def length(self, line: int, column: str, value: int, must: str) -> None:
        """Tell of too many or too few."""
        self.found.append(LENGTH.at("", "", column, value, self.where(line), must=must))

    def structure(self, where: str, column: str, value: object, must: str) -> None:
        """Tell of a value that is not of the kind that it must be."""
        self.found.append(STRUCTURE.at("", "", column, value, where, must=must))

    def check(self, row: Row, column: str, low: int, high: int) -> bool:
        """Check all numbers of a row against one range."""
        wrong = [value for value in row.values if not low <= value <= high]
        for value in wrong:
            self.number(row.line, column, value, low, high)
        return not wrong


def rows_of(text: str, faults: Faults) -> list[Row]:
    """Give the numbers of each line that has any; what follows a ``#`` is a comment."""
    rows: list[Row] = []
    for line, whole in enumerate(text.splitlines(), start=1):
        tokens = whole.split("#", 1)[0].split()
        if tokens:
            rows.append(Row(line, _numbers(tokens, line, faults, header=not rows)))
    return rows


def _numbers(tokens: Sequence[str], line: int, faults: Faults, *, header: bool) -> list[int]:
    try:
        return [int(token) for token in tokens]
    except ValueError:
        return [_number(token, line, faults, loose=header and place == 2) for place, token in enumerate(tokens)]


def _number(token: str, line: int, faults: Faults, *, loose: bool) -> int:
    """Give one number; a fraction passes only where it is a mean that nobody needs."""
    try:
        value = float(token)
        if loose or value.is_integer():
            return int(value)
    except (ValueError, OverflowError):
        pass
    faults.number(line, "A value", token, 0, MOST)
    return 0


def header(row: Row, names: Sequence[str], faults: Faults) -> list[int]:
    """Give the first numbers of a row, each of which counts something and must be 1 or more."""
    for name, value in zip(names, row.values, strict=False):
        if not 1 <= value <= LARGEST_COUNT:
            faults.number(row.line, name, value, 1, LARGEST_COUNT)
    return row.values[: len(names)]
