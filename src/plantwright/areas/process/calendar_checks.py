"""What must hold of sites, calendars and down time."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from plantwright.areas.process.tables import WEEKDAYS
from plantwright.core import worktime
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import TIME_ZONE_UNKNOWN, check_zone
from plantwright.core.finding import SHOWN, Tables, at_site, found, main_site, zone_of
from plantwright.core.problem import Problem, ProblemError, problem_kind

DOWN_TIME_EMPTY = problem_kind(
    "down-time-empty",
    "The down time ends at {end}, not after it starts at {start}.",
    "Let it end after it starts.",
)
DOWN_TIME_UNITS = problem_kind(
    "down-time-units",
    "{units} units are down, but {work_center} has {has}.",
    "Correct the units; leave them empty if all are down.",
    "warning",
)
CALENDAR_UNUSED = problem_kind(
    "calendar-unused",
    "No site, work center, tool, person or supplier works by this calendar.",
    "Give it to those who work by it, or remove it.",
    "info",
)
ALWAYS_OPEN = problem_kind(
    "always-open",
    "{code} has no calendar, and neither has its site, so it works day and night all year.",
    "Give the work center or its site a calendar, unless that is so.",
    "info",
)


def check_calendars(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find calendars that never open, and shifts, exceptions, time zones and countries that cannot be."""
    calendars, shifts, exceptions = calendar_rows(tables)
    known = {calendar.code for calendar in calendars}
    shifts = [shift for shift in shifts if shift.calendar in known]
    exceptions = [one for one in exceptions if one.calendar in known]
    return worktime.check_calendars(calendars, shifts, exceptions)


def calendar_rows(
    tables: Tables,
) -> tuple[list[worktime.Calendar], list[worktime.Shift], list[worktime.CalendarException]]:
    """Give calendars, shifts and exceptions in the kernel's form; rows with an empty cell are left out."""
    zone = zone_of(tables)
    calendars = tables["calendar"].select("code", "time_zone", "country", "subdivision").drop_nulls()
    shifts = tables["calendar_shift"].drop(
        *(name for name in tables["calendar_shift"].columns if name not in ENTITIES["calendar_shift"].columns)
    )
    exceptions = tables["calendar_exception"].select("calendar", "start", "end", "open").drop_nulls()
    return (
        [worktime.Calendar(code, own or zone, *place) for code, own, *place in calendars.iter_rows()],
        [
            worktime.Shift(
                row["calendar"], WEEKDAYS.index(row["weekday"]), row["start"], row["end"],
                row["effective_from"], row["effective_to"],
            )
            for row in shifts.drop_nulls().iter_rows(named=True)
        ],
        [worktime.CalendarException(*row) for row in exceptions.sort("calendar", "start").iter_rows()],
    )  # fmt: skip


def check_sites(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find sites in time zones or countries that nobody knows."""
    problems = []
    for code, zone, country in tables["site"].select("code", "time_zone", "country").drop_nulls().iter_rows():
        try:
            check_zone(zone or "UTC")
        except ProblemError:
            problems.append(TIME_ZONE_UNKNOWN.at("site", code, "time_zone", zone))
        try:
            worktime.public_holidays(country, "", 0, 0)
        except ProblemError as error:
            problems += [replace(one, table="site", key=code) for one in error.problems]
    return problems[:SHOWN]


def check_down_time(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find down time that ends before it starts, or of more units than there are."""
    rows = tables["down_time"]
    centers = tables["work_center"].select(work_center="code", has="units")
    many = rows.join(centers, on="work_center").filter(pl.col("units") > pl.col("has"))
    return [
        *found(DOWN_TIME_EMPTY, tables, "down_time", rows.filter(pl.col("end") <= pl.col("start")), "end"),
        *found(DOWN_TIME_UNITS, tables, "down_time", many, "units"),
    ]


def check_use_of_calendars(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find calendars that nobody works by, and work centers that are never closed."""
    users = [
        tables[name][column]
        for name, entity in ENTITIES.items()
        for column, target in entity.references().items()
        if target == "calendar" and name not in {"calendar_shift", "calendar_exception"} and name in tables
    ]
    used = pl.concat(users).unique()
    unused = tables["calendar"].filter(~pl.col("code").is_in(used.implode()))
    return [
        *found(CALENDAR_UNUSED, tables, "calendar", unused),
        *found(
            ALWAYS_OPEN, tables, "work_center", center_calendars(tables).filter(pl.col("calendar") == ""), "calendar"
        ),
    ]


def center_calendars(tables: Tables) -> pl.DataFrame:
    """Give the work centers with the calendar that each works by: its own, or that of its site; empty for none."""
    sites = tables["site"].select(site="code", site_calendar="calendar")
    rows = tables["work_center"].with_columns(at_site("site", main_site(tables))).join(sites, on="site", how="left")
    own = pl.when(pl.col("calendar") == "").then(pl.col("site_calendar").fill_null("")).otherwise("calendar")
    return rows.with_columns(calendar=own)


CALENDAR_CHECKS = (check_calendars, check_sites, check_down_time, check_use_of_calendars)
"""Everything that is checked of sites, calendars and down time."""
