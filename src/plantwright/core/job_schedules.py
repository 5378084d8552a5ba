"""Jobs by the clock: the table of schedules, what of it is due, and what people do with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from plantwright.core import column as col
from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, Entity, raw_frame
from plantwright.core.jobs import checked_arguments, insert_job, run
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.store import Store, Transaction
from plantwright.core.store.driver import JOBS_LOCK

SCHEDULE_WRONG = problem_kind(
    "job-schedule-wrong", "{column} of a job's schedule must be {must}; it is {value}.", "Give a value that fits."
)
SCHEDULE_MISSING = problem_kind("job-schedule-missing", "There is no schedule {value}.", "See the list of schedules.")

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATEST = timedelta(hours=12)
"""A job whose moment was missed, because no worker ran, is made up for until so long after it."""
_EPOCH = date(1970, 1, 1)


class JobSchedule(Entity, key="name", role="system"):
    """A job that the worker asks for by itself, at a time of the day on some days of the week."""

    name = col.code("Name of the schedule")
    kind = col.code("Kind of the job")
    arguments = col.text("Its arguments as JSON", default="{}")
    at = col.clock("Time of the day in the time zone of the plant")
    weekdays = col.text("Days of the week, apart by blanks", default=" ".join(WEEKDAYS))
    active = col.flag("Whether it is in force", default=True)
    by = col.text("Who wants it, for the journal")
    since = col.moment("From when on it is in force; what was due before is not made up for")


# --- what is due ----------------------------------------------------------------------------------------------------


def due_day(schedule: Mapping[str, Any], now: datetime, zone: str) -> int | None:
    """Give the day, in days since 1970, whose job is due now by a schedule; None where none is.

    Parameters
    ----------
    schedule : a raw row of the table
    now : the moment, with its time zone
    zone : time zone of the plant
    """
    local = now.astimezone(_zone(zone))
    for day in (local.date(), local.date() - timedelta(days=1)):
        # What falls into the hour that a clock change skips comes an hour later by the clock.
        start = datetime(day.year, day.month, day.day, tzinfo=local.tzinfo)
        moment = (start + timedelta(minutes=schedule["at"])).astimezone(UTC)
        in_force = moment.timestamp() // 60 >= schedule["since"]
        if WEEKDAYS[day.weekday()] in schedule["weekdays"].split() and in_force and moment <= now <= moment + LATEST:
            return (day - _EPOCH).days
    return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `check` reports a wrong setting; the worker goes on
        return ZoneInfo("UTC")


def ask_due(store: Store) -> list[int]:
    """Ask for the jobs that are due by their schedules, each once, however many workers look.

    Returns
    -------
    The numbers of the jobs.
    """
    rows = store.read("job_schedule", {"active": True}).to_dicts()
    now, zone = store.clock(), _zone_of(store) if rows else "UTC"
    days = {row["name"]: due_day(row, now, zone) for row in rows}
    wanted = [(row, day) for row in rows if (day := days[row["name"]]) is not None]
    if not wanted or not (wanted := _not_asked(store, wanted)):
        return []
    numbers = []
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        for row, day in wanted:
            if not _asked(store, connection, row["name"], day):
                arguments = json.loads(row["arguments"])
                numbers.append(
                    insert_job(store, connection, row["kind"], arguments, row["by"], schedule=row["name"], due=day)
                )
    return numbers


def _not_asked(store: Store, wanted: list[tuple[dict[str, Any], int]]) -> list[tuple[dict[str, Any], int]]:
    with store.reading() as connection:
        return [(row, day) for row, day in wanted if not _asked(store, connection, row["name"], day)]


def _asked(store: Store, connection: Any, name: str, day: int) -> bool:
    statement = "SELECT 1 FROM job WHERE schedule = ? AND due >= ?"
    return run(store, connection, statement, name, day).fetchone() is not None


def _zone_of(store: Store) -> str:
    values = store.read("setting", {"name": "time_zone"})["value"].to_list()
    return values[0] if values and values[0] else "UTC"


# --- what people do -------------------------------------------------------------------------------------------------


@action("jobs.schedule", label="Schedule a job")
def schedule_job(
    tx: Transaction, name: str, kind: str, at: str, weekdays: list[str] | None = None, arguments: str = "{}",
    active: bool = True,  # noqa: FBT001, FBT002 - an argument of an action is given by name
) -> dict[str, Any]:  # fmt: skip
    """Have a job done at a time of the day, such as a plan each night.

    Parameters
    ----------
    tx : the open transaction
    name : name of the schedule
    kind : kind of the job, such as plan
    at : time of the day in the time zone of the plant, such as 02:30
    weekdays : days of the week, mon to sun; all where none is given
    arguments : arguments of the job as a JSON object
    active : whether it is in force
    """
    days = [day.strip().lower()[:3] for day in weekdays or WEEKDAYS]
    minute, given = _minute(at), _given(arguments)
    wrong = [
        SCHEDULE_WRONG.at("job_schedule", name, "weekdays", day, must="mon to sun") for day in set(days) - set(WEEKDAYS)
    ]
    if minute is None:
        wrong.append(SCHEDULE_WRONG.at("job_schedule", name, "at", at, must="a time of the day such as 02:30"))
    if given is None:
        wrong.append(SCHEDULE_WRONG.at("job_schedule", name, "arguments", arguments, must="a JSON object"))
    if not name.strip():
        wrong.append(SCHEDULE_WRONG.at("job_schedule", name, "name", "empty", must="a text"))
    stop_on_errors(wrong)
    kept = json.dumps(checked_arguments(kind, given or {}), sort_keys=True)
    row = {
        "name": name.strip(), "kind": kind, "arguments": kept,
        "at": minute, "weekdays": " ".join(days), "active": active, "by": tx.by, "since": tx.now,
    }  # fmt: skip
    tx.upsert("job_schedule", raw_frame(ENTITIES["job_schedule"], [row]))
    return {"schedule": name.strip()}


@action("jobs.schedule", label="Delete a schedule of a job")
def unschedule_job(tx: Transaction, name: str) -> dict[str, Any]:
    """Have a job done by the clock no more.

    Parameters
    ----------
    tx : the open transaction
    name : name of the schedule
    """
    if not tx.delete("job_schedule", pl.DataFrame({"name": [name.strip()]})):
        raise ProblemError([SCHEDULE_MISSING.at("job_schedule", name, value=name)])
    return {"schedule": name.strip()}


def _minute(text: str) -> int | None:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        return None
    return int(hours) * 60 + int(minutes) if int(hours) < 24 and int(minutes) < 60 else None


def _given(text: str) -> dict[str, Any] | None:
    try:
        given = json.loads(text)
    except ValueError:
        return None
    return given if isinstance(given, dict) else None
