"""``plantwright show DB REPORT``: every declared report becomes a command, with the arguments of its function."""
# ruff: noqa: PLC0415 - the work is imported when a report is asked for

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from plantwright.doors.cli.options import Db, command

if TYPE_CHECKING:
    from plantwright.core.parameters import Parameter
    from plantwright.core.report import Report

Format = Literal["table", "csv", "json", "xlsx"]


class Reports(TyperGroup):
    """A group of commands made from the declared reports, when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the reports."""
        del ctx
        from plantwright.flows.catalog import load_reports

        return [dashed(name) for name in load_reports()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Make the command of one report."""
        del ctx
        from plantwright.flows.catalog import load_reports

        declared = load_reports().get(cmd_name.replace("-", "_"))
        if declared is None:
            return None
        app = single(dashed(declared.name), declared.help.splitlines()[0], shown(declared), more=True)
        return typer.main.get_command(app)


def single(name: str, help: str, function: Callable[..., Any], *, more: bool = False) -> typer.Typer:
    """Make an app of one command; `more` leaves words that it has no place for to the function, in its context."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    said = "What stands behind the arguments fills the first options below, in their order." if more else None
    app.command(name, help=help, epilog=said, context_settings={"allow_extra_args": more})(function)
    return app


def parameters(declared: Iterable[Parameter]) -> list[inspect.Parameter]:
    """Make the parameters of a command from those of a declaration: required ones stand, the others are options."""
    found = []
    for one in declared:
        kind: Any = Literal[one.choices] if one.choices and all(isinstance(c, str) for c in one.choices) else _type(one)
        if one.required:
            mark = typer.Argument(metavar=one.name.strip("_").upper(), help=one.help)
            found.append(parameter(one.name, Annotated[kind, mark]))
        elif one.type is bool and not one.optional:
            off = f"/--no-{dashed(one.name)}" if one.default else ""
            found.append(
                parameter(
                    one.name, Annotated[bool, typer.Option(f"--{dashed(one.name)}{off}", help=one.help)], one.default
                )
            )
        else:
            mark_option = typer.Option("--" + dashed(one.name), help=one.help)
            found.append(parameter(one.name, Annotated[kind | None, mark_option], one.default))
    return found


def in_their_order(declared: Iterable[Parameter], words: Sequence[str]) -> dict[str, str]:
    """Read words behind the required arguments as the next parameters in the order of the declaration.

    So `promise PUMP 20 2026-05-01` is `promise PUMP --quantity 20 --date 2026-05-01`.

    Raises
    ------
    typer.BadParameter : there are more words than parameters
    """
    names = [one.name for one in declared if not one.required and one.type is not bool]
    if len(words) > len(names):
        raise typer.BadParameter(f"got unexpected extra arguments ({' '.join(words[len(names) :])})")
    return dict(zip(names, words, strict=False))


def _type(one: Parameter) -> Any:
    """Take whole numbers as such, and all else as text: the declaration reads it, with its own words for a fault."""
    return int if one.type is int else str


def dashed(name: str) -> str:
    """Write a name of the program as people type it."""
    return name.strip("_").replace("_", "-")


def parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """Make a parameter of a command, for Typer to read."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


COMMON = (
    parameter("format", Annotated[Format, typer.Option("--format", help="How it is given.")], "table"),
    parameter("as_json", Annotated[bool, typer.Option("--json", help="The same as --format json.")], default=False),
    parameter("out", Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to a file.")], None),
    parameter("where", Annotated[str, typer.Option("--where", help='Rows, as: "item = P-100 and late = yes".')], ""),
    parameter("columns", Annotated[str, typer.Option("--columns", help="Columns on the screen, apart by commas.")], ""),
    parameter("limit", Annotated[int, typer.Option("--limit", help="Rows on the screen; 0 for all.")], 60),
)
OF_PLAN = (
    parameter("plan", Annotated[int | None, typer.Option("--plan", help="Number of the plan.")], None),
    parameter("scenario", Annotated[str, typer.Option("--scenario", help="The latest plan of a scenario.")], ""),
)


def shown(declared: Report) -> Callable[..., Any]:
    """Make the function of the command of a report."""

    @command
    def run(**given: Any) -> None:
        from plantwright.doors.cli.showing import Wanted, show

        context = given.pop("context")
        arguments = {name: given.pop(name) for name in declared.parameters}
        arguments |= in_their_order(declared.parameters.values(), context.args)
        show(declared, context.obj, arguments, Wanted(**given))

    own = parameters(declared.parameters.values())
    common = [*COMMON, *_plan_options(declared)]
    # The database was given before the report; the group hands it down in the context.
    context = parameter("context", typer.Context)
    run.__signature__ = inspect.Signature([context, *own, *common])  # type: ignore[attr-defined]
    return run


TWO_PLANS = (
    parameter("plan", Annotated[int, typer.Argument(metavar="PLAN", help="Number of the first plan.")]),
    parameter("other", Annotated[int, typer.Argument(metavar="OTHER", help="Number of the second plan.")]),
)
show_app = typer.Typer(cls=Reports, rich_markup_mode=None, no_args_is_help=True)


def _plan_options(declared: Report) -> tuple[inspect.Parameter, ...]:
    if "other" in declared.wants:
        return TWO_PLANS
    return OF_PLAN if "plan" in declared.wants else ()


@show_app.callback(invoke_without_command=True)
def _show(context: typer.Context, db: Db) -> None:
    """Show a report: on the screen, or as CSV, JSON or Excel."""
    context.obj = db
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
