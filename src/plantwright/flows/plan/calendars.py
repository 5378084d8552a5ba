"""Working time of everything that works: units of work centers, people, tools, sites; each gets a calendar number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.areas.process.tables import WEEKDAYS
from plantwright.core import worktime
from plantwright.core.worktime import Intervals
from plantwright.flows.plan.nodes import at_site
from plantwright.methods.working_time import ALWAYS_OPEN, WorkingTime, working_time
from plantwright.plant import Plant

DAY = 1440
BEFORE = 90
"""Days of working time known before the plan starts, for orders that have been started."""
AFTER = 1100
"""Days known after the horizon, because an overloaded plant finishes late."""


@dataclass(frozen=True)
class Clocks:
    """Calendars by number, and who has which.

    Parameters
    ----------
    time : all calendars in flat arrays; number -1 is always open
    by_code : number of each calendar that is declared
    unit_pointer, unit_calendar : units of each work center and their calendars
    members : people and copies of tools. Columns: member, code, calendar
    groups : who can serve a need. Columns: group, name (skill or tool), kind (people, tool), member, until (moment)
    site_calendar : number by site
    """

    time: WorkingTime
    by_code: dict[str, int]
    unit_pointer: np.ndarray
    unit_calendar: np.ndarray
    members: pl.DataFrame
    groups: pl.DataFrame
    site_calendar: dict[str, int]


class _Numbered:
    """Gives a number to each distinct set of intervals."""

    def __init__(self) -> None:
        self.intervals: list[Intervals] = []

    def add(self, one: Intervals) -> int:
        self.intervals.append(one)
        return len(self.intervals) - 1


def plan_clocks(plant: Plant, main: str, centers: pl.DataFrame) -> Clocks:
    """Build the working time of the plant around the plan's moment."""
    first, last = plan_span(plant)
    found = declared_calendars(plant, first, last)
    numbered = _Numbered()
    by_code = {code: numbered.add(one) for code, one in found.items()}
    sites = plant.raw["site"].select("code", "calendar")
    site_calendar = {code: by_code.get(calendar, ALWAYS_OPEN) for code, calendar in sites.iter_rows()}

    def number(calendar: str, site: str) -> int:
        return by_code.get(calendar, site_calendar.get(site, ALWAYS_OPEN))

    pointer, unit_calendar = _units(plant, centers, number, numbered, (first, last))
    members, groups = _members(plant, main, number, numbered, (first, last))
    time = working_time([(one.starts, one.ends) for one in numbered.intervals])
    return Clocks(time, by_code, pointer, unit_calendar, members, groups, site_calendar)


def plan_span(plant: Plant) -> tuple[int, int]:
    """Give the first and last day for which working time is worked out."""
    today = plant.as_of // DAY
    horizon = plant.settings.minutes("horizon") // DAY
    return today - BEFORE, today + horizon + AFTER


def declared_calendars(plant: Plant, first: int, last: int) -> dict[str, Intervals]:
    """Give the open time of each declared calendar over a span of days."""
    raw, zone = plant.raw, plant.settings.zone
    calendars = [
        worktime.Calendar(row["code"], row["time_zone"] or zone, row["country"], row["subdivision"])
        for row in raw["calendar"].iter_rows(named=True)
    ]
    return worktime.work_intervals(calendars, shifts_of(plant), exceptions_of(plant), first, last)


def shifts_of(plant: Plant) -> list[worktime.Shift]:
    """Give the weekly shifts in the kernel's form."""
    return [
        worktime.Shift(
            row["calendar"], WEEKDAYS.index(row["weekday"]), row["start"], row["end"],
            row["effective_from"], row["effective_to"],
        )
        for row in plant.raw["calendar_shift"].iter_rows(named=True)
    ]  # fmt: skip


def exceptions_of(plant: Plant) -> list[worktime.CalendarException]:
    """Give the exceptions in the kernel's form, the earlier start first."""
    return [
        worktime.CalendarException(row["calendar"], row["start"], row["end"], row["open"], row["name"])
        for row in plant.raw["calendar_exception"].sort("calendar", "start").iter_rows(named=True)
    ]


def _always(span: tuple[int, int]) -> Intervals:
    return worktime.union([span[0] * DAY], [(span[1] + 1) * DAY])


def _units(
    plant: Plant, centers: pl.DataFrame, number: Callable[[str, str], int], numbered: _Numbered, span: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Give each unit of each work center its calendar, planned down time taken away."""
    down = plant.raw["down_time"].partition_by("work_center", as_dict=True) if plant.raw["down_time"].height else {}
    calendars: list[int] = []
    pointer = [0]
    for row in centers.select("code", "calendar", "site", "units").iter_rows(named=True):
        base = number(row["calendar"], row["site"])
        stops = down.get((row["code"],))
        calendars += [base] * row["units"] if stops is None else _stopped(base, stops, row["units"], numbered, span)
        pointer.append(len(calendars))
    return np.array(pointer, np.int64), np.array(calendars, np.int64)


def _stopped(base: int, stops: pl.DataFrame, units: int, numbered: _Numbered, span: tuple[int, int]) -> list[int]:
    """Take down time away: a stop of some units hits the last ones, so that the first keep running."""
    open_time = numbered.intervals[base] if base != ALWAYS_OPEN else _always(span)
    out: list[int] = []
    for unit in range(units):
        hit = stops.filter(pl.col("units").is_null() | (pl.col("units") >= units - unit))
        if hit.height:
            off = worktime.union(hit["start"].to_numpy(), hit["end"].to_numpy())
            out.append(numbered.add(worktime.subtract(open_time, off)))
        else:
            out.append(base)
    return out


def _members(
    plant: Plant, main: str, number: Callable[[str, str], int], numbered: _Numbered, span: tuple[int, int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give numbers to people and copies of tools, and say who can serve which skill or tool."""
    raw = plant.raw
    absences = raw["absence"].partition_by("person", as_dict=True) if raw["absence"].height else {}
    unskilled = _skilled_until(plant)
    rows: list[dict[str, object]] = []
    for person in raw["person"].with_columns(at_site("site", main)).sort("code").iter_rows(named=True):
        calendar = number(person["calendar"], person["site"])
        away = absences.get((person["code"],))
        starts, ends = (away["start"].to_list(), away["end"].to_list()) if away is not None else ([], [])
        if person["code"] in unskilled:
            starts, ends = [*starts, unskilled[person["code"]]], [*ends, (span[1] + 1) * DAY]
        if starts:
            base = numbered.intervals[calendar] if calendar != ALWAYS_OPEN else _always(span)
            calendar = numbered.add(worktime.subtract(base, worktime.union(starts, ends)))
        rows.append({"code": person["code"], "calendar": calendar, "tool": ""})
    for tool in raw["tool"].sort("code").iter_rows(named=True):
        calendar = number(tool["calendar"], "")
        rows += [{"code": tool["code"], "calendar": calendar, "tool": tool["code"]} for _ in range(tool["units"])]
    members = pl.DataFrame(rows, schema={"code": pl.String, "calendar": pl.Int64, "tool": pl.String}).with_row_index(
        "member"
    )
    return members.with_columns(pl.col("member").cast(pl.Int64)), _groups(plant, members)


def _lasting(plant: Plant, able: pl.DataFrame) -> pl.DataFrame:
    """Leave out skills that expire within the horizon: the schedule holds no end of a skill.

    A person whose only skills expire is kept: there the end of the last one ends the person's calendar.
    """
    end = plant.as_of + plant.settings.minutes("horizon")
    return able.filter(
        (pl.col("until") >= end)
        | (pl.col("until") == pl.col("until").max().over("person")) & (pl.col("until").max().over("person") < end)
    )


def _skilled_until(plant: Plant) -> dict[str, int]:
    """Give the moment at which people lose their last skill, for those who lose it within the horizon."""
    from plantwright.flows.plan.boms import day_starts  # noqa: PLC0415

    skills = plant.raw["person_skill"]
    ends = skills.select("person", until=day_starts(skills["valid_to"] + 1, plant.settings.zone))
    last = ends.group_by("person").agg(pl.col("until").max())
    limit = plant.as_of + plant.settings.minutes("horizon")
    return dict(last.filter(pl.col("until") < limit).select("person", "until").iter_rows())


def _groups(plant: Plant, members: pl.DataFrame) -> pl.DataFrame:
    from plantwright.flows.plan.boms import day_starts  # noqa: PLC0415

    skills = plant.raw["person_skill"]
    until = day_starts(skills["valid_to"] + 1, plant.settings.zone)
    able = skills.select("skill", "person", until=until).filter(pl.col("until") > plant.as_of)
    able = _lasting(plant, able)
    people = able.join(members.filter(pl.col("tool") == ""), left_on="person", right_on="code").select(
        name="skill", kind=pl.lit("people"), member="member", until="until"
    )
    tools = members.filter(pl.col("tool") != "").select(
        name="tool", kind=pl.lit("tool"), member="member", until=pl.lit(2**60, pl.Int64)
    )
    rows = pl.concat([people, tools]).sort("kind", "name", "member")
    names = rows.select("kind", "name").unique(maintain_order=True).with_row_index("group")
    return rows.join(names, on=["kind", "name"], maintain_order="left").with_columns(
        pl.col("group").cast(pl.Int64), pl.col("member").cast(pl.Int64)
    )
