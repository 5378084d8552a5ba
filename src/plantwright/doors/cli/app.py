"""The commands of ``plantwright``: names, options and help. What they do stands in the modules they load when run.

Nothing here may load Polars or Numba: ``plantwright --help`` must answer at once.
"""
# ruff: noqa: PLC0415 - the work is imported when its command is run

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from plantwright.doors.cli.bench import bench_app
from plantwright.doors.cli.do import do_app
from plantwright.doors.cli.options import NO_USER, Db, Json, User, command, person
from plantwright.doors.cli.show import show_app

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
PlanNumber = Annotated[int | None, typer.Option("--plan", help="Number of the plan; else the latest.")]
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


app.add_typer(show_app, name="show", help="Show a report: on the screen, or as CSV, JSON or Excel.")


@app.command()
@command
def plan(
    db: Db,
    *,
    as_of: As_of = "",
    horizon: Annotated[int | None, typer.Option("--horizon", metavar="DAYS", help="Plan so many days ahead.")] = None,
    scenario: Annotated[str, typer.Option("--scenario", metavar="NAME", help="Plan the edits of a scenario.")] = "",
    seconds: Annotated[float | None, typer.Option("--seconds", help="Time to improve the schedule.")] = None,
    no_schedule: Annotated[bool, typer.Option("--no-schedule", help="Plan material only, by lead times.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the chance in the improvement.")] = 0,
    user: User = NO_USER,
    as_json: Json = False,
) -> int:
    """Plan the plant: orders, schedule, promises, reasons and messages, all judged."""
    from plantwright.doors.cli import planning
    from plantwright.flows.plan_store import Wishes

    wishes = Wishes(as_of, scenario, not no_schedule, horizon, seconds, seed)
    return planning.plan(db, wishes, by=person(user), as_json=as_json)


@app.command()
@command
def verify(
    db: Db,
    *,
    plan: PlanNumber = None,
    scenario: Annotated[str, typer.Option("--scenario", help="The latest plan of a scenario.")] = "",
    as_json: Json = False,
) -> int:
    """Judge a plan by the rules alone, with code that shares nothing with the planner."""
    from plantwright.doors.cli import planning

    return planning.verify(db, plan, scenario, as_json=as_json)


@app.command()
@command
def reschedule(
    db: Db,
    *,
    after: Annotated[
        list[str] | None,
        typer.Option(
            "--after",
            metavar="EVENT",
            help="What happened; may be given several times: down WORK_CENTER FROM TO [UNITS], "
            "rush ITEM QUANTITY DUE [PRIORITY], urgent SALES_ORDER[/LINE] [DUE] [PRIORITY], "
            "late PURCHASE_ORDER[/LINE] DATE, late ITEM DAYS, absent PERSON FROM TO.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would move, and keep nothing.")] = False,
    seconds: Annotated[float, typer.Option("--seconds", help="Time to lower lateness further.")] = 0.0,
    most_moved: Annotated[
        float | None,
        typer.Option("--most-moved", help="Operations that may move, in percent; 10 where nothing is said."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the chance in that search.")] = 0,
    user: User = NO_USER,
    as_json: Json = False,
) -> int:
    """Make a new plan from the plan in force after something has happened; it moves little and says what and why."""
    from plantwright.doors.cli import rescheduling

    wanted = rescheduling.Wanted(tuple(after or ()), dry_run, seconds, seed, most_moved)
    return rescheduling.reschedule(db, wanted, by=person(user), as_json=as_json)


@app.command()
@command
def forecast(
    db: Db,
    *,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers do it; else threads here.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", min=0, max=64, help="Threads; 0 for as many as cores.")] = 0,
    as_json: Json = False,
) -> int:
    """Forecast what has sales history, and show it without planning."""
    from plantwright.doors.cli import forecasting

    return forecasting.forecast(db, cluster, workers, as_json=as_json)


@app.command()
@command
def promise(
    db: Db,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Item that is asked for.")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="How much of it.")],
    date: Annotated[str, typer.Argument(metavar="[DATE]", help="Day by whose end it is wanted.")] = "",
    *,
    customer: Annotated[str, typer.Option("--customer", help="For whom.")] = "",
    site: Annotated[str, typer.Option("--site", help="Site that delivers; else the main one.")] = "",
    replications: Annotated[str, typer.Option("--replications", help="How often the plan is followed; 0: not.")] = "",
    seed: Annotated[str, typer.Option("--seed", help="Of the chance in that.")] = "",
    plan: PlanNumber = None,
    as_json: Json = False,
) -> int:
    """Tell from when on a quantity can be delivered beside the plan in force, what decides that, and how sure it is."""
    from plantwright.doors.cli import promising

    wanted = promising.Wanted(item, quantity, date, customer, site, plan, replications, seed)
    return promising.promise(db, wanted, as_json=as_json)


@app.command()
@command
def explain(
    db: Db,
    topic: Annotated[
        str, typer.Argument(metavar="[TOPIC]", help="What is explained; without it, all are listed.")
    ] = "",
    of: Annotated[str, typer.Argument(metavar="[NAME]", help="What it is asked about: an item, an order.")] = "",
    *,
    site: Annotated[str, typer.Option("--site", help="Site; else the main one.")] = "",
    plan: PlanNumber = None,
    as_json: Json = False,
) -> None:
    """Show how a number was computed: what went in, each step with its formula, and the source."""
    from plantwright.doors.cli.showing import Wanted, show
    from plantwright.flows.catalog import load_reports

    arguments = {"what": topic, "of": of, "site": site}
    show(load_reports()["explain"], db, arguments, Wanted(as_json=as_json, plan=plan))


@app.command()
@command
def plans(db: Db, *, as_json: Json = False) -> None:
    """List the plans that are kept; do pin-plan and do prune-plans tend them."""
    from plantwright.doors.cli import records

    records.list_plans(db, as_json=as_json)


app.add_typer(bench_app, name="bench", help="Measure the methods on published instances.")

app.add_typer(do_app, name="do", help="Do something: messages, orders, stock; every act can be undone.")


@app.command()
@command
def journal(
    db: Db,
    *,
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.")] = 20,
    by: Annotated[str | None, typer.Option("--by", help="Only what this person did.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="Only this action, such as import.")] = None,
    as_json: Json = False,
) -> None:
    """List who did what and when."""
    from plantwright.doors.cli import records

    records.show_journal(db, limit=limit, by=by, action=action, as_json=as_json)


@app.command()
@command
def undo(
    db: Db,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the entry in the journal.")],
    *,
    user: User = NO_USER,
    as_json: Json = False,
) -> None:
    """Take back what was done, whole; refused where it was changed again since."""
    from plantwright.doors.cli import records

    records.undo(db, number, by=person(user), as_json=as_json)


@app.command()
@command
def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Plan, print and end; keep nothing.")] = False,
    user: User = NO_USER,
    as_json: Json = False,
) -> int:
    """Make the demo plant in ./demo, plan it, and open it in the browser."""
    from plantwright.doors.cli import planning

    return planning.demo(once=once, by=person(user), as_json=as_json)


@app.command()
@command
def settings(db: Db, *, as_json: Json = False) -> None:
    """List the settings of the plant."""
    _report(db, "settings", as_json=as_json)


@app.command()
@command
def compare(
    db: Db,
    plan: Annotated[int, typer.Argument(metavar="PLAN", help="Number of the first plan.")],
    other: Annotated[int, typer.Argument(metavar="OTHER", help="Number of the second plan.")],
    *,
    as_json: Json = False,
) -> None:
    """Set two plans side by side."""
    _report(db, "compare", plan=plan, other=other, as_json=as_json)


def _report(db: str, name: str, **wanted: Any) -> None:
    from plantwright.doors.cli.showing import Wanted, show
    from plantwright.flows.catalog import load_reports

    show(load_reports()[name], db, {}, Wanted(**wanted))


@app.command()
@command
def upgrade(db: Db, *, as_json: Json = False) -> None:
    """Bring the database of an earlier version to this one."""
    from plantwright.doors.cli import files

    files.upgrade(db, as_json=as_json)


@app.command()
@command
def work(
    db: Db,
    *,
    once: Annotated[bool, typer.Option("--once", help="End when no job waits any more.")] = False,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="End when the process that began this one has ended.")
    ] = False,
) -> None:
    """Do the long work that is asked for: plans, imports, and what is due by the clock."""
    parent = os.getppid() if with_parent else 0  # asked at once: it may end while the worker still loads
    from plantwright.doors.cli import work as worker

    worker.run(db, once=once, parent=parent)


@app.command()
@command
def serve(
    db: Db,
    *,
    host: Annotated[str, typer.Option("--host", help="Address on which it listens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on which it listens.")] = 8321,
    workers: Annotated[
        int, typer.Option("--workers-for-jobs", min=0, max=64, help="Processes for plans and other long work.")
    ] = 1,
    no_web: Annotated[bool, typer.Option("--no-web", help="The API alone, beside a process with the page.")] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    certificate: Annotated[str, typer.Option("--certificate", metavar="FILE", help="Certificate for TLS.")] = "",
    key: Annotated[str, typer.Option("--key", metavar="FILE", help="Key of the certificate.")] = "",
) -> int:
    """Open the plant in the browser and over HTTP, until Ctrl-C."""
    from plantwright.doors.cli import serve as server

    return server.serve(db, server.Wanted(host, port, workers, not no_web, open_, certificate, key))
