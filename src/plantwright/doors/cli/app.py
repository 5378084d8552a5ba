"""The commands of ``plantwright``: names, options and help. What they do stands in the modules they load when run.

Nothing here may load Polars or Numba: ``plantwright --help`` must answer at once.
"""
# ruff: noqa: PLC0415 - the work is imported when its command is run

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plantwright.doors.cli.options import NO_USER, Db, Json, User, command, person

app = typer.Typer(
    name="plantwright",
    help="Plan production: from the tables of a plant to a plan that can be believed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

As_of = Annotated[str, typer.Option("--as-of", metavar="DATE", help="Plan as of this day or moment.")]
Mapping_ = Annotated[
    str, typer.Option("--mapping", metavar="NAME_OR_DIR", help="Read another system's export through a mapping.")
]


def _version(asked: bool) -> None:  # noqa: FBT001 - the shape of a Typer callback
    if asked:
        from importlib.metadata import version

        typer.echo(f"plantwright {version('plantwright')}")
        raise typer.Exit


@app.callback()
def _main(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


@app.command()
@command
def init(db: Db, *, as_json: Json = False) -> None:
    """Make the database of a new plant."""
    from plantwright.doors.cli import files

    files.init(db, as_json=as_json)


@app.command("import")
@command
def import_(
    db: Db,
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="Folder of CSV files, one CSV file, or an Excel workbook.")
    ],
    *,
    mapping: Mapping_ = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and write nothing.")] = False,
    user: User = NO_USER,
    as_json: Json = False,
) -> int:
    """Bring tables in: all faults at once, and nothing is written unless all is well."""
    from plantwright.doors.cli import files

    return files.import_(db, source, mapping or None, dry_run=dry_run, by=person(user), as_json=as_json)


@app.command()
@command
def export(
    db: Db,
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="Folder for CSV files, or a name that ends in .xlsx.")
    ],
    *,
    template: Annotated[bool, typer.Option("--template", help="Only headers, of all tables, to be filled in.")] = False,
    as_json: Json = False,
) -> None:
    """Write the tables as CSV files or as an Excel workbook."""
    from plantwright.doors.cli import files

    files.export(db, target, template=template, as_json=as_json)


@app.command()
@command
def check(db: Db, *, as_json: Json = False) -> int:
    """Check the whole plant: everything that is odd, with its place and remedy."""
    from plantwright.doors.cli import files

    return files.check(db, as_json=as_json)


@app.command()
@command
def upgrade(db: Db, *, as_json: Json = False) -> None:
    """Bring the database of an earlier version to this one."""
    from plantwright.doors.cli import files

    files.upgrade(db, as_json=as_json)
