"""``plantwright bench``: measure the methods on published instances. What it does is loaded when it is run."""
# ruff: noqa: PLC0415 - loads Numba

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plantwright.doors.cli.options import Json, command

bench_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@bench_app.callback()
def _bench() -> None:
    """Keep the name of the command, though there is one alone."""


@bench_app.command("schedule")
@command
def schedule(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Instances, or folders of them.")],
    *,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for each instance.")] = 30.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Threads for each instance.")] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the chance in the search.")] = 1,
    objective: Annotated[
        str, typer.Option("--objective", help="makespan or weighted_tardiness.", show_default="that of the instance")
    ] = "",
    best: Annotated[
        Path | None,
        typer.Option(
            "--best", metavar="CSV", help="Best-known values.", show_default="best_known*.csv beside the file"
        ),
    ] = None,
    peers: Annotated[bool, typer.Option("--peers", help="CP-SAT alone and the best dispatch rule beside it.")] = False,
    as_json: Json = False,
) -> int:
    """Schedule published instances, judge each schedule, and compare it with the best-known value."""
    from plantwright.doors.cli import benching

    wanted = benching.Wanted(seconds, workers, seed, objective, best, peers)
    return benching.schedule(files, wanted, as_json=as_json)
