"""Names of users, roles, tokens and webhooks: how they may look."""

from __future__ import annotations

import re

from plantwright.core.problem import Problem, problem_kind

NAME = problem_kind(
    "access-name",
    "{value} cannot be the name of a {table}.",
    "Use 1 to 60 letters, digits and the signs . _ - @, beginning with a letter or digit.",
)


def tidy(name: str) -> str:
    """Give a name as it is kept: without blanks around it, in small letters."""
    return name.strip().lower()


def faults_of_name(table: str, name: str) -> list[Problem]:
    """Give what is wrong with a tidy name."""
    return (
        [] if re.fullmatch(r"[^\W_][\w.@-]{0,59}", name) else [NAME.at(table, column="name", value=name or "Nothing")]
    )
