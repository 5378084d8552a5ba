"""Options that many commands share, and how a command ends: what it may raise becomes words and an exit status."""

from __future__ import annotations

import functools
import getpass
import os
from collections.abc import Callable
from typing import Annotated, Any

import typer

Db = Annotated[str, typer.Argument(metavar="DB", help="The plant: an SQLite file or a postgresql:// address.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout, for programs.")]
User = Annotated[str, typer.Option("--user", help="Who acts, for the journal.", show_default="you")]
NO_USER = ""


def person(user: str) -> str:
    """Give the name for the journal: the option, PLANTWRIGHT_USER, or the name of the login."""
    if user or os.environ.get("PLANTWRIGHT_USER"):
        return user or os.environ["PLANTWRIGHT_USER"]
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may have no account for its user
        return "somebody"


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command end well: problems are listed with exit status 1."""

    @functools.wraps(function)
    def run(*arguments: Any, **options: Any) -> None:
        as_json = bool(options.get("as_json")) or options.get("format") == "json"
        try:
            status = function(*arguments, **options)
        except Exception as error:
            raise typer.Exit(told(error, as_json=as_json)) from error
        raise typer.Exit(status or 0)

    return run


def told(error: Exception, *, as_json: bool) -> int:
    """Tell what stopped a command, and give the exit status; what is no fault of the input is raised again."""
    if isinstance(error, typer.Exit) or type(error).__module__.startswith("typer."):
        raise error
    from plantwright.core.problem import ProblemError  # noqa: PLC0415 - not needed for --help
    from plantwright.doors.cli import output  # noqa: PLC0415

    if not isinstance(error, ProblemError):
        raise error
    if as_json:
        output.print_json({"problems": [problem.as_dict() for problem in error.problems]})
    else:
        output.tell_problems(error.problems)
    return 1
