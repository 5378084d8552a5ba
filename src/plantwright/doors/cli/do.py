"""``plantwright do DB ACTION``: every declared action becomes a command, with the arguments of its function."""
# ruff: noqa: PLC0415 - the work is imported when an action is asked for

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from plantwright.doors.cli.options import Db, command, person
from plantwright.doors.cli.show import dashed, parameter, parameters, single

if TYPE_CHECKING:
    from plantwright.core.action import Action


class Actions(TyperGroup):
    """A group of commands made from the declared actions, when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names of the actions."""
        del ctx
        from plantwright.flows.catalog import load_actions

        return [dashed(name) for name in load_actions()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Make the command of one action."""
        del ctx
        from plantwright.flows.catalog import load_actions

        declared = load_actions().get(cmd_name.replace("-", "_"))
        if declared is None:
            return None
        return typer.main.get_command(single(dashed(declared.name), declared.help.splitlines()[0], done(declared)))


COMMON = (
    parameter("key", Annotated[str | None, typer.Option("--key", help="Done once, however often it is sent.")], None),
    # Not called user: some actions have a parameter of that name, whom they are about.
    parameter("acting", Annotated[str, typer.Option("--user", help="Who acts, for the journal.")], ""),
    parameter("as_json", Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout.")], default=False),
)


def done(declared: Action) -> Callable[..., Any]:
    """Make the function of the command of an action."""

    @command
    def run(**given: Any) -> None:
        from plantwright.doors.cli.records import act

        db = given.pop("context").obj
        arguments = {name: given[name] for name in declared.parameters}
        act(db, declared, arguments, by=person(given["acting"]), key=given["key"], as_json=given["as_json"])

    context = parameter("context", typer.Context)
    own = parameters(declared.parameters.values())
    run.__signature__ = inspect.Signature([context, *own, *COMMON])  # type: ignore[attr-defined]
    return run


do_app = typer.Typer(cls=Actions, rich_markup_mode=None, no_args_is_help=True)


@do_app.callback(invoke_without_command=True)
def _do(context: typer.Context, db: Db) -> None:
    """Do something with the plant; it is kept in the journal and can be undone."""
    context.obj = db
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
