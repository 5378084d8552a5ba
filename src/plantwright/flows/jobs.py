"""The kinds of long work: planning, and bringing files in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from plantwright.core.access import has_users, person_named
from plantwright.core.jobs import Tell, job
from plantwright.core.problem import Problem, ProblemError, errors, problem_kind
from plantwright.core.store import Store
from plantwright.flows.exchange import Imported, import_files
from plantwright.flows.plan_store import Wishes, plan_store
from plantwright.flows.reschedule import recording  # noqa: F401 - its action stands with the jobs

UPLOAD_MISSING = problem_kind(
    "upload-missing", "There is no uploaded file {value}.", "Upload it again; uploads are named without a folder."
)
MAPPING_FOREIGN = problem_kind(
    "mapping-foreign", "{value} is not the name of a mapping.", "Name one that comes with the program."
)

STAGES = {
    "load": "Reading the plant", "check": "Forecasting", "forecast": "Planning material",
    "mrp": "Scheduling operations",
    "schedule": "Tracing reasons", "tables": "Judging the plan", "verify": "Keeping the plan",
}  # fmt: skip
"""What goes on after each stage of the planner is over."""


@job(label="Plan the plant")
def plan(
    store: Store, by: str, tell: Tell, as_of: str = "", scenario: str = "", schedule: bool = True,  # noqa: FBT001, FBT002 - given by name
    horizon_days: int | None = None, seconds: Decimal | None = None, seed: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """Plan the plant: orders, schedule, promises, reasons and messages, all judged.

    Parameters
    ----------
    store, by, tell : given by the worker
    as_of : moment for which the plan is made; the plant's setting, or now
    scenario : name of the scenario whose edits are made first
    schedule : whether operations are scheduled at finite capacity
    horizon_days : how far ahead demand is planned
    seconds : time that the search for a better schedule may take
    seed : number that decides random choices
    """
    from plantwright.methods.warm import compile_planner  # noqa: PLC0415 - loads Numba

    compile_planner(lambda words: tell(words, 0.0))
    wishes = Wishes(as_of, scenario, schedule, horizon_days, None if seconds is None else float(seconds), seed)
    made = plan_store(store, wishes, by=by, progress=lambda stage, share: tell(STAGES.get(stage, stage), share))
    return {"plan": made.number, "scenario": made.scenario, "verified": made.verified, "status": made.status,
            "problems": len(made.problems)}  # fmt: skip


@job(label="Reschedule after an event")
def reschedule(
    store: Store, by: str, tell: Tell, after: list[str], dry_run: bool = False,  # noqa: FBT001, FBT002 - given by name
    seconds: Decimal | None = None, seed: int = 0, most_moved: Decimal | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Make a new plan from the plan in force after something has happened: little moves, and each move has its reason.

    Parameters
    ----------
    store, by, tell : given by the worker
    after : what happened, such as "down PAINT 2026-03-02T06:00 2026-03-03T06:00"; each may also be rush, urgent, late
        or absent
    dry_run : tell what would move, and keep nothing
    seconds : time to lower lateness further
    seed : number that decides random choices
    most_moved : how many operations may move, in percent; 10 where nothing is said
    """
    from plantwright.flows.reschedule.store import reschedule_store  # noqa: PLC0415 - loads Numba
    from plantwright.methods.warm import compile_planner  # noqa: PLC0415

    compile_planner(lambda words: tell(words, 0.0))
    made = reschedule_store(
        store, after, by=by, dry_run=dry_run, seconds=float(seconds or 0), seed=seed,
        most_moved=None if most_moved is None else float(most_moved),
        progress=lambda stage, share: tell(STAGES.get(stage, stage), share),
    )  # fmt: skip
    return made.told()


@job("import", permission="data.import", label="Bring files in")
def import_upload(
    store: Store, by: str, tell: Tell, source: str, mapping: str = "", dry_run: bool = False,  # noqa: FBT001, FBT002 - given by name
) -> dict[str, Any]:  # fmt: skip
    """Bring uploaded files in: all faults at once, and nothing is written unless all is well.

    Parameters
    ----------
    store, by, tell : given by the worker
    source : name of a file or folder among the uploads
    mapping : name of a mapping, with the export of another system
    dry_run : tell what would change, and write nothing
    """
    if mapping and not mapping.replace("_", "").isalnum():  # a folder of the server would be read as one
        raise ProblemError([MAPPING_FOREIGN.at(value=mapping)])
    files = uploaded(store, source)
    done = import_files(
        store, files, mapping or None, by=by, dry_run=dry_run, progress=tell, may_write=_may_write(store, by)
    )
    wrong = errors(done.problems)
    if wrong and not dry_run:
        raise ProblemError(list(done.problems))
    return told(done)


def told(done: Imported) -> dict[str, Any]:
    """Give what an import did, or would do, in plain values."""
    counts = {
        name: {"inserted": count.inserted, "updated": count.updated, "same": count.same}
        for name, count in done.counts.items()
    }
    problems: list[Problem] = list(done.problems)
    return {"tables": counts, "entry": done.entry, "written": done.written, "files": list(done.files),
            "problems": [problem.as_dict() for problem in problems]}  # fmt: skip


def uploads(store: Store) -> Path:
    """Give the folder in which doors put what is to be brought in; only what is in it can be named.

    It is PLANTWRIGHT_UPLOADS where that is set; else it stands beside the file of the plant, or with a server of
    databases in the folder for passing files.
    """
    named = os.environ.get("PLANTWRIGHT_UPLOADS")
    if named:
        return Path(named)
    # The file itself is not looked into: closing it again would take SQLite's locks from the store that is open, and
    # another process would then clear the log away under it.
    if "://" not in store.target:
        return Path(f"{store.target}.uploads")
    return Path(tempfile.gettempdir()) / "plantwright-uploads"


def uploaded(store: Store, name: str) -> Path:
    """Give the path of an upload; raises upload-missing where it is none."""
    folder = uploads(store)
    # A name must be one of those that are there, whatever else it could mean to the system.
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if name.startswith(".") or name not in there:
        raise ProblemError([UPLOAD_MISSING.at(value=name[:100] or "without a name")])
    return folder / name


def _may_write(store: Store, by: str) -> Callable[[str], bool]:
    """Give what tells whether the one who asked may write a table; without users the machine itself is trusted."""
    if not has_users(store):
        return lambda _table: True
    person = person_named(store, by)
    return lambda table: person is not None and person.may(f"write:{table}")
