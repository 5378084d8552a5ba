"""Jobs: long work that other processes do, such as a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from plantwright.core.jobs import JOBS, KIND_UNKNOWN, Job, JobKind, ask_again, ask_job, jobs, one_job, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.store.plain import plain
from plantwright.doors.api.acts import arguments_schema, example_of, said, told
from plantwright.doors.api.endpoint import Ask, Endpoint, Operation, endpoint, option, options
from plantwright.doors.http.told import as_list

OBJECT = {"type": "object"}
LISTED = options(
    option("limit", "Jobs at most, up to 1000", int, 100),
    option("before", "Only jobs before this number, for reading on", int, 0),
    option("state", "Only jobs in this state", choices=("", "waiting", "running", "done", "failed", "stopped")),
    option("kind", "Only jobs of this kind"),
)


@endpoint("GET", "/jobs/kinds", "Jobs", gives=OBJECT, example='.get("/jobs/kinds")')
def list_kinds(ask: Ask) -> dict[str, Any]:
    """List the kinds of jobs that you may ask for, with what they want to know."""
    return {"kinds": [told(one) for one in JOBS.values() if ask.person.may(one.permission)]}


@endpoint("GET", "/jobs", "Jobs", query=LISTED, gives=OBJECT, example='.get("/jobs")')
def list_jobs(ask: Ask) -> dict[str, Any]:
    """List jobs, the latest first."""
    wanted = ask.read(LISTED)
    limit = min(max(wanted["limit"], 1), 1000)
    found = jobs(ask.store, limit, wanted["state"], wanted["kind"], before=max(wanted["before"], 0))
    return {"jobs": [job_told(one) for one in found if _seen(ask, one)]}


def _seen(ask: Ask, one: Job) -> bool:
    """Tell whether a person may look at a job: those who may ask for its kind, and whoever asked for it."""
    kind = JOBS.get(one.kind)
    return one.by == ask.person.name or ask.person.may(kind.permission if kind else "jobs.run")


def job_told(one: Job) -> dict[str, Any]:
    """Give a job in the terms of JSON; times are milliseconds since 1970, UTC."""
    names = ("number", "kind", "arguments", "by", "state", "stage", "share", "result", "asked", "began", "ended")
    return {**{name: plain(getattr(one, name)) for name in names}, "problems": as_list(one.problems)}


def _job(ask: Ask) -> Job:
    one = one_job(ask.store, ask.number())
    if not _seen(ask, one):
        ask.person.must("jobs.run")
    return one


@endpoint("GET", "/jobs/{number}", "Jobs", gives=OBJECT, example='.get(f"/jobs/{job}")')
def get_job(ask: Ask) -> dict[str, Any]:
    """Tell how far a job is, and what came of it."""
    return job_told(_job(ask))


def _kinds(_one: Endpoint) -> Iterable[Operation]:
    for name, one in JOBS.items():
        yield Operation(f"/jobs/{name}", f"ask_{name}", one.label, said(one.help),
                        one.permission, {}, arguments_schema(one.parameters), OBJECT,
                        example=f'.post("/jobs/{name}", json={example_of(one.parameters)})')  # fmt: skip


@endpoint("POST", "/jobs/{kind}", "Jobs", body="json", status=202, each=_kinds)
def ask_for(ask: Ask) -> dict[str, Any]:
    """Ask for a job; a worker process does it when it has time."""
    name = ask.path["kind"]
    kind: JobKind | None = JOBS.get(name)
    if kind is None:
        raise ProblemError([KIND_UNKNOWN.at(value=name, known=", ".join(JOBS) or "none")])
    ask.person.must(kind.permission)
    with ask.desk.writing:
        number = ask_job(ask.store, name, ask.object(), ask.person.name)
    return job_told(one_job(ask.store, number))


@endpoint("POST", "/jobs/{number}/stop", "Jobs", gives=OBJECT, right="jobs.run", example='.post(f"/jobs/{job}/stop")')
def stop(ask: Ask) -> dict[str, Any]:
    """Stop a job: a waiting one at once, a running one at its next step; nothing half-done stays."""
    _must_tend(ask)
    with ask.desk.writing:
        stop_job(ask.store, ask.number(), ask.person.name)
    return job_told(one_job(ask.store, ask.number()))


@endpoint("POST", "/jobs/{number}/again", "Jobs", gives=OBJECT, right="jobs.run", status=202,
          example='.post(f"/jobs/{job}/again")')  # fmt: skip
def again(ask: Ask) -> dict[str, Any]:
    """Ask for a job once more, with the same arguments."""
    _must_tend(ask)
    with ask.desk.writing:
        number = ask_again(ask.store, ask.number(), ask.person.name)
    return job_told(one_job(ask.store, number))


def _must_tend(ask: Ask) -> None:
    ask.person.must("jobs.run")
    kind = JOBS.get(_job(ask).kind)
    ask.person.must(kind.permission if kind else "jobs.run")
