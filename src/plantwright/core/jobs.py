"""Long work: kinds of jobs, declared once, and the table in which they are asked for, watched and stopped.

A kind is a function with typed parameters, like an action; the worker gives it the store, who asked, and `tell`::

    @job(help="Plan the plant")
    def plan(store: Store, by: str, tell: Tell, scenario: str = "") -> dict[str, Any]:
        \"\"\"Plan the plant and keep the plan.\"\"\"

Nothing here does the work: see `plantwright.core.worker`.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from plantwright.core.parameters import Parameter, parameters_of, read_arguments
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.store import Store
from plantwright.core.store.driver import JOBS_LOCK
from plantwright.core.store.plain import plain, to_json

KIND_UNKNOWN = problem_kind("job-unknown", "There is no kind of job {value}.", "Choose one of: {known}.")
JOB_MISSING = problem_kind("job-missing", "There is no job {value}.", "See the list of jobs.")
JOB_OVER = problem_kind("job-over", "Job {value} is over already: it is {state}.", "Ask for it again if it is wanted.")

Tell = Callable[[str, float], object]
"""Says which stage a job is in and the share done, 0 to 1; raises `Stopped` when somebody asked to stop.

Its answer is true where somebody wants what the job has found by now: what searches ends with the best so far.
"""
Function = TypeVar("Function", bound=Callable[..., Any])

GIVEN = ("store", "by", "tell")
"""Parameters that the worker fills; all others are arguments."""
ENDED = ("done", "failed", "stopped")
ENOUGH = "enough: "
"""Stands in `stop_by` before the name of who wants what a job has found by now, rather than nothing."""
KEPT_SECONDS = 90 * 86_400
"""Jobs that ended longer ago than this are forgotten."""


class Stopped(Exception):  # noqa: N818 - no fault: somebody asked for it
    """Somebody asked to stop the job; it passes through what the job does and leaves nothing half-done."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """One declared kind of job; `permission` is what a user must hold to ask for it."""

    name: str
    permission: str
    label: str
    help: str
    parameters: Mapping[str, Parameter]
    function: Callable[..., Any]


JOBS: dict[str, JobKind] = {}
"""Every declared kind of job by name."""


def job(
    name: str = "", help: str = "", permission: str = "jobs.run", *, label: str = ""
) -> Callable[[Function], Function]:
    """Declare a function as a kind of job.

    Parameters
    ----------
    name : the name, where it shall not be the function's
    help : what it does, in a sentence; the function's docstring where it is left out
    permission : what a user must hold to ask for it
    label : how people see it; its name with spaces where it is left out

    Raises
    ------
    TypeError : the function does not begin with store, by, tell; it has no text; the name is taken
    """

    def declare(function: Function) -> Function:
        called = name or function.__name__
        said = help or inspect.getdoc(function) or ""
        if tuple(inspect.signature(function).parameters)[:3] != GIVEN or not said:
            raise TypeError(f"the job {called} needs a text and the first parameters store, by, tell")
        if called in JOBS:
            raise TypeError(f"the job {called} is declared twice")
        shown = label or called.replace("_", " ").capitalize()
        JOBS[called] = JobKind(called, permission, shown, said, parameters_of(function, GIVEN), function)
        return function

    return declare


@dataclass(frozen=True, slots=True)
class Job:
    """One job: what was asked, how far it is, and what came of it. Times are milliseconds since 1970, UTC.

    While it runs, `result` has the figures that it tells beside its stage, such as objective, bound and seconds of a
    search.
    """

    number: int
    kind: str
    arguments: Mapping[str, Any]
    by: str
    state: str
    stage: str
    share: float
    result: Any
    problems: tuple[Problem, ...]
    stop_by: str
    schedule: str
    asked: int
    began: int | None
    ended: int | None
    beat: int | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


_COLUMNS = (
    "number, kind, arguments, by, state, stage, share, result, problems, stop_by, schedule, asked, began, ended, beat"
)


def _job_of(row: Any) -> Job:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    values["arguments"] = json.loads(values["arguments"])
    values["result"] = None if values["result"] is None else json.loads(values["result"])
    values["problems"] = tuple(Problem(**problem) for problem in json.loads(values["problems"]))
    return Job(**{**values, "share": values["share"] / 1_000_000})


def milliseconds(store: Store) -> int:
    """Give the moment now in milliseconds since 1970, by the clock of the store."""
    return int(store.clock().timestamp() * 1000)


# --- asking and looking ---------------------------------------------------------------------------------------------


def ask_job(store: Store, kind: str, arguments: Mapping[str, Any] | None = None, by: str = "") -> int:
    """Ask for a job; whether that user may is asked before.

    Parameters
    ----------
    store : the plant
    kind : kind of job
    arguments : values or their texts
    by : who asks, for the journal

    Returns
    -------
    The number of the job, which is waiting now.

    Raises
    ------
    ProblemError : there is no such kind, or the arguments are wrong (all faults at once)
    """
    wanted = checked_arguments(kind, arguments or {})
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        return insert_job(store, connection, kind, wanted, by)


def checked_arguments(kind: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check the arguments of a kind of job, and give them in the terms of JSON."""
    if kind not in JOBS:
        raise ProblemError([KIND_UNKNOWN.at(value=kind, known=", ".join(JOBS) or "none")])
    read = read_arguments(kind, JOBS[kind].parameters, arguments)
    return {name: plain(value) for name, value in read.items()}


def insert_job(
    store: Store, connection: Connection, kind: str, arguments: Mapping[str, Any], by: str,
    schedule: str = "", due: int = 0,
) -> int:  # fmt: skip
    """Add the row of a job, under the lock of jobs."""
    number = int(connection.exec_driver_sql("SELECT max(number) FROM job").scalar() or 0) + 1
    row = {
        "number": number, "kind": kind, "arguments": to_json(arguments), "by": by, "state": "waiting", "stage": "",
        "problems": "[]", "stop_by": "", "worker": "", "schedule": schedule, "share": 0, "asked": milliseconds(store),
        "due": due,
    }  # fmt: skip
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    run(store, connection, f"INSERT INTO job ({names}) VALUES ({marks})", *row.values())
    return number


def run(store: Store, connection: Connection, statement: str, *values: Any) -> Any:
    """Run a statement whose values are marked by ?."""
    return connection.exec_driver_sql(store.driver.marked(statement), values)


def jobs(store: Store, limit: int = 100, state: str = "", kind: str = "", by: str = "", before: int = 0) -> list[Job]:
    """Give jobs, the latest first.

    Parameters
    ----------
    store : the plant
    limit : how many at most
    state, kind, by : only those in a state, of a kind, of a person
    before : only those before this number, for reading on
    """
    tests = {"state = ?": state, "kind = ?": kind, "by = ?": by, "number < ?": before}
    wanted = {test: value for test, value in tests.items() if value}
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    with store.reading() as connection:
        statement = f"SELECT {_COLUMNS} FROM job{where} ORDER BY number DESC LIMIT ?"
        return [_job_of(row) for row in run(store, connection, statement, *wanted.values(), limit).fetchall()]


def one_job(store: Store, number: int) -> Job:
    """Give a job; raises job-missing."""
    with store.reading() as connection:
        return _job(store, connection, number)


def _job(store: Store, connection: Connection, number: int) -> Job:
    row = run(store, connection, f"SELECT {_COLUMNS} FROM job WHERE number = ?", number).fetchone()
    if row is None:
        raise ProblemError([JOB_MISSING.at(value=number)])
    return _job_of(row)


def stop_job(store: Store, number: int, by: str = "") -> str:
    """Ask to stop a job: a waiting one is stopped at once, a running one when it next tells how far it is.

    Returns
    -------
    The state it has now: stopped, or still running.

    Raises
    ------
    ProblemError : job-missing, job-over
    """
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        found = _job(store, connection, number)
        if found.over:
            raise ProblemError([JOB_OVER.at(value=number, state=found.state)])
        state = "stopped" if found.state == "waiting" else found.state
        ended = milliseconds(store) if state == "stopped" else None
        statement = "UPDATE job SET stop_by = ?, state = ?, ended = ? WHERE number = ?"
        run(store, connection, statement, by or "somebody", state, ended, number)
    return state


def end_job(store: Store, number: int, by: str = "") -> None:
    """Ask a running job for what it has found by now: one that searches ends with the best so far, others go on.

    Raises
    ------
    ProblemError : job-missing, job-over
    """
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        found = _job(store, connection, number)
        if found.over:
            raise ProblemError([JOB_OVER.at(value=number, state=found.state)])
        statement = "UPDATE job SET stop_by = ? WHERE number = ? AND stop_by = ''"
        run(store, connection, statement, ENOUGH + (by or "somebody"), number)


def ask_again(store: Store, number: int, by: str = "") -> int:
    """Ask for a job that is over once more, with the same arguments; gives the number of the new one."""
    found = one_job(store, number)
    return ask_job(store, found.kind, found.arguments, by or found.by)
