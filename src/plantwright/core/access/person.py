"""Who asks: a person with permissions, and how a permission is found among patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from plantwright.core.problem import ProblemError, problem_kind

NOT_ALLOWED = problem_kind(
    "not-allowed",
    "{who} may not do this: the right {value} is missing.",
    "Ask an administrator for a role that has it.",
)
MUST_CHANGE = problem_kind(
    "password-must-change", "{who} has a temporary password.", "Choose a password of your own first."
)

EVERYTHING = "*"


@dataclass(frozen=True)
class Person:
    """Who asks, and what that person may do.

    `permissions` are patterns such as ``planning.*`` or ``read:item``; `sites` are those whose rows the person may see
    and write, None for all. With `must_change` nothing is allowed but to choose a password.
    """

    name: str
    permissions: frozenset[str]
    sites: frozenset[str] | None = None
    must_change: bool = False

    def may(self, permission: str) -> bool:
        """Tell whether a right is among those of the person.

        >>> anna = Person("anna", frozenset({"planning.*", "read:item"}))
        >>> anna.may("planning.messages"), anna.may("read:item"), anna.may("write:item")
        (True, True, False)
        """
        return not self.must_change and allows(self.permissions, permission)

    def must(self, permission: str) -> None:
        """Raise a `ProblemError` (not-allowed, password-must-change) unless the person has the right."""
        if self.must_change:
            raise ProblemError([MUST_CHANGE.at(who=self.name)])
        if not self.may(permission):
            raise ProblemError([NOT_ALLOWED.at(value=permission, who=self.name)])


def local_person(name: str) -> Person:
    """Give the person at the machine itself, who may do all."""
    return Person(name, frozenset({EVERYTHING}))


@lru_cache(maxsize=4096)
def allows(patterns: frozenset[str], permission: str) -> bool:
    """Tell whether one of the patterns covers a right."""
    return any(matches(pattern, permission) for pattern in patterns)


def matches(pattern: str, permission: str) -> bool:
    """Tell whether a pattern covers a right: part by part, where ``*`` stands for any part, at the end for all others.

    >>> matches("*", "read:item"), matches("*:item", "write:item"), matches("read:*", "write:item")
    (True, True, False)
    """
    wanted, given = _parts(pattern), _parts(permission)
    if wanted[-1] == EVERYTHING and len(given) > len(wanted):
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(w in {EVERYTHING, g} for w, g in zip(wanted, given, strict=True))


def _parts(right: str) -> list[str]:
    """Split a right into its parts and the signs between them, which count as well."""
    return re.split(r"([.:])", right)


def narrowed(person: Person, rights: Iterable[str]) -> Person:
    """Give a person who may only what both the person and a list of patterns allow, without a password to change.

    >>> anna = Person("anna", frozenset({"read:*", "planning.*"}))
    >>> sorted(narrowed(anna, ["*:item", "planning.plans", "write:*"]).permissions)
    ['planning.plans', 'read:item']
    """
    both = (meet(own, right) for own in person.permissions for right in rights)
    return Person(person.name, frozenset(filter(None, both)), person.sites)


def meet(one: str, other: str) -> str:
    """Give the pattern of what two patterns both cover; empty where that is nothing."""
    long, short = sorted((_parts(one), _parts(other)), key=len, reverse=True)
    if len(long) > len(short):
        if short[-1] != EVERYTHING:
            return ""
        short = short[:-1] + [EVERYTHING] * (len(long) - len(short) + 1)
    return _joined(long, short)


def _joined(long: list[str], short: list[str]) -> str:
    """Join two patterns of as many parts, part by part."""
    pairs = list(zip(long, short, strict=True))
    if any(EVERYTHING not in pair and pair[0] != pair[1] for pair in pairs):
        return ""
    return "".join(a if a != EVERYTHING else b for a, b in pairs)
