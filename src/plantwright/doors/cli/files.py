"""Commands about the plant's tables: init, import, export, check, upgrade."""

from __future__ import annotations

from pathlib import Path

from plantwright.core.problem import errors
from plantwright.core.store import Counts, Store
from plantwright.core.wording import NONE, count, number
from plantwright.doors.cli.output import list_rows, print_json, progress, say, summary, tell_problems
from plantwright.flows import exchange


def init(db: str, *, as_json: bool) -> None:
    """Make a store."""
    Store.create(db).close()
    if as_json:
        print_json({"db": db, "created": True, "problems": []})
    else:
        say(f"{db} is ready. Bring your tables in: plantwright import {db} FOLDER")


def import_(db: str, source: Path, mapping: str | None, *, dry_run: bool, by: str, as_json: bool) -> int:
    """Bring files into a store; gives the exit status."""
    with Store.open(db) as store, progress(shown=not as_json) as step:
        done = exchange.import_files(store, source, mapping, by=by, dry_run=dry_run, progress=step)
    failed = bool(errors(done.problems))
    if as_json:
        tables = {name: _plain(counts) for name, counts in done.counts.items()}
        problems = [problem.as_dict() for problem in done.problems]
        print_json({"written": done.written, "entry": done.entry, "tables": tables, "problems": problems})
    else:
        _tell_import(db, done, dry_run=dry_run, failed=failed)
    return int(failed)


def _plain(counts: Counts) -> dict[str, int]:
    return {"inserted": counts.inserted, "updated": counts.updated, "same": counts.same}


def _tell_import(db: str, done: exchange.Imported, *, dry_run: bool, failed: bool) -> None:
    if done.problems:
        tell_problems(done.problems)
    if failed:
        say("Nothing was written.")
        return
    heads = ("table", *(("would be added", "would change") if dry_run else ("added", "changed")), "as before")
    cells = [(name, *(number(n) if n else NONE for n in _plain(c).values())) for name, c in done.counts.items()]
    list_rows(heads, cells, heads[1:])
    rows = sum(c.inserted + c.updated for c in done.counts.values())
    if dry_run:
        say(f"A dry run: {count(rows, 'row')} would be added or changed; nothing was written.")
    elif rows:
        say(f"{count(rows, 'row')} added or changed, entry {done.entry} of the journal. Next: plantwright check {db}")
    else:
        say("Everything was there already.")


def export(db: str, target: Path, *, template: bool, as_json: bool) -> None:
    """Write the tables of a store."""
    with Store.open(db) as store, progress(shown=not as_json) as step:
        step("Reading the plant", 0.0)
        plant = exchange.read_plant(store)
        step("Writing", 0.5)
        files = exchange.export_files(plant, target, template=template)
    if as_json:
        print_json({"files": [str(file) for file in files], "problems": []})
    else:
        say(f"{target} written: {count(len(files), 'file')}.")


def check(db: str, *, as_json: bool) -> int:
    """Check a store; gives the exit status."""
    from plantwright.flows.check import check_plant  # noqa: PLC0415

    with Store.open(db) as store, progress(shown=not as_json) as step:
        step("Reading the plant", 0.0)
        plant = exchange.read_plant(store)
        step("Checking", 0.5)
        problems = check_plant(plant)
    if as_json:
        print_json({"problems": [problem.as_dict() for problem in problems], "summary": summary(problems)})
    elif problems:
        tell_problems(problems)
    else:
        say(f"No faults. Next: plantwright plan {db}")
    return int(bool(errors(problems)))


def upgrade(db: str, *, as_json: bool) -> None:
    """Bring a store to this version."""
    found = Store.upgrade(db)
    if as_json:
        print_json({"db": db, "found": found, "problems": []})
    else:
        say(f"{db} had schema {found} and is up to date.")
