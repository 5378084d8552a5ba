"""The table of jobs that are asked for by the clock."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
