"""``plantwright bench``: measure the methods on published instances. What it does is loaded when it is run."""
# ruff: noqa: PLC0415 - loads Numba

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plantwright.doors.cli.options import Json, command

bench_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@bench_app.command("schedule")
@command
def schedule(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Instances, or folders of them.")],
    *,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for each instance.")] = 30.0,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Threads for each instance.")] = 2,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the chance in the search.")] = 1,
    objective: Annotated[
        str,
        typer.Option(
            "--objective",
            help="makespan, weighted_tardiness, or weighted_tardiness+overtime.",
            show_default="that of the instance",
        ),
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


@bench_app.command("forecast")
@command
def forecast(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV files with a series a row, packed or not.")
    ],
    *,
    period: Annotated[
        str, typer.Option("--period", help="yearly, quarterly, monthly …", show_default="as the file says")
    ] = "",
    horizon: Annotated[
        int | None, typer.Option("--horizon", min=1, help="Periods held out.", show_default="as the file says")
    ] = None,
    every: Annotated[int, typer.Option("--every", min=1, help="Take every so-manieth series.")] = 1,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Threads.")] = 1,
    simple: Annotated[bool, typer.Option("--simple/--alone", help="The simple methods beside ours.")] = True,
    as_json: Json = False,
) -> int:
    """Forecast published series, hold the forecasts against what came, and compare them with simple methods."""
    from plantwright.doors.cli import bench_forecast

    wanted = bench_forecast.Wanted(period, horizon, workers, every, simple)
    return bench_forecast.forecast(files, wanted, as_json=as_json)


@bench_app.command("lot-sizing")
@command
def lot_sizing(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Instances of lots with set-up times.")],
    *,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for each instance.")] = 30.0,
    best: Annotated[
        Path | None,
        typer.Option("--best", metavar="CSV", help="Known values.", show_default="best_known*.csv above the file"),
    ] = None,
    as_json: Json = False,
) -> int:
    """Plan lots of many items on one resource, judge each plan, and compare its cost with the known value."""
    from plantwright.doors.cli import bench_stock

    return bench_stock.lot_sizing(files, seconds, best, as_json=as_json)


@bench_app.command("guaranteed-service")
@command
def guaranteed_service(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Tables of stages; random trees without any.")
    ] = None,
    *,
    stages: Annotated[int, typer.Option("--stages", min=2, max=100_000, help="Stages of each tree.")] = 2000,
    trees: Annotated[int, typer.Option("--trees", min=1, max=10_000, help="Trees.")] = 20,
    longest: Annotated[int, typer.Option("--longest", min=1, max=100, help="Longest time of a stage.")] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the first tree.")] = 0,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time for a chain that is no tree.")] = 10.0,
    as_json: Json = False,
) -> int:
    """Place safety stock in published chains or random trees of stages, check each placement, and take the time."""
    from plantwright.doors.cli import bench_stock

    return bench_stock.guaranteed_service(files or [], stages, trees, longest, seed, seconds, as_json=as_json)
