"""Open time of whatever an operation holds, and the judge's own count of the minutes worked between two moments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.areas.process.tables import WEEKDAYS
from plantwright.core import worktime
from plantwright.core.worktime import Intervals
from plantwright.flows.plan.judge.case import DAY, Case

Ints = NDArray[np.int64]
_APART = 1 << 36
"""Minutes between one calendar and the next on a common axis: more than any plan lasts."""


@dataclass(frozen=True)
class OpenTime:
    """Calendars one after the other on a common axis, so that one search serves all of them."""

    start: Ints
    end: Ints
    before: Ints
    first: Ints

    def worked(self, calendar: Ints, start: Ints, finish: Ints) -> Ints:
        """Count the open minutes from `start` to `finish`, row by row, by numbers of calendars."""
        minutes: Ints = np.maximum(self._until(calendar, finish) - self._until(calendar, start), 0)
        return minutes

    def _until(self, calendar: Ints, moment: Ints) -> Ints:
        if not len(self.start):
            return np.zeros(len(moment), np.int64)
        place = calendar * _APART + moment
        at = np.searchsorted(self.start, place, side="right") - 1
        begun = at >= self.first[calendar]
        at = np.maximum(at, 0)
        inside = np.minimum(place, self.end[at]) - self.start[at]
        return np.where(begun, self.before[at] + inside, 0)


def open_time(calendars: list[Intervals]) -> OpenTime:
    """Lay calendars one after the other.

    Examples
    --------
    >>> time = open_time([worktime.union([0, 20], [10, 30])])
    >>> time.worked(np.array([0]), np.array([5]), np.array([25])).tolist()
    [10]
    """
    lengths = [len(one.starts) for one in calendars]
    none = np.zeros(0, np.int64)
    start = np.concatenate([none, *(one.starts + number * _APART for number, one in enumerate(calendars))])
    end = np.concatenate([none, *(one.ends + number * _APART for number, one in enumerate(calendars))])
    before = np.concatenate([none, *(np.cumsum(one.ends - one.starts) - (one.ends - one.starts) for one in calendars)])
    first = np.cumsum([0, *lengths[:-1]]) if lengths else none
    return OpenTime(start, end, before, first.astype(np.int64))


class Calendars:
    """Open time of calendars, work centers, people and tools over the span of a plan."""

    def __init__(self, case: Case) -> None:
        self.case = case
        first, last = _span(case)
        self.always = worktime.union([first * DAY], [(last + 1) * DAY])
        self.declared = _declared(case, first, last)
        site = dict(case.raw("site").select("code", "calendar").iter_rows())
        self._site = {code: calendar for code, calendar in site.items() if calendar}
        self.centers = self._centers()
        self.people = self._people()
        tools = case.raw("tool").select("code", "calendar").iter_rows()
        self.tools = {code: self.of(calendar) for code, calendar in tools}

    def of(self, calendar: str, site: str = "") -> Intervals:
        """Give the open time of a calendar; without one, of the site; without that, always."""
        return self.declared.get(calendar or self._site.get(site, ""), self.always)

    def _centers(self) -> dict[str, Intervals]:
        """Open time of work centers: their calendar less the time in which all units are down."""
        found = {}
        rows = self.case.raw("work_center").with_columns(self.case.site())
        whole = full_down(self.case)
        for code, calendar, site in rows.select("code", "calendar", "site").iter_rows():
            own = self.of(calendar, site)
            found[code] = worktime.subtract(own, whole[code]) if code in whole else own
        return found

    def _people(self) -> dict[str, Intervals]:
        """Open time of people: their shifts less their absences."""
        away = _by_code(self.case.raw("absence"), "person")
        rows = self.case.raw("person").with_columns(self.case.site()).select("code", "calendar", "site")
        own = {code: self.of(calendar, site) for code, calendar, site in rows.iter_rows()}
        return {code: worktime.subtract(time, away[code]) if code in away else time for code, time in own.items()}

    def together(self, center: str, codes: Iterable[str]) -> Intervals:
        """Give the time in which a work center and everyone it holds are there at once."""
        time = self.centers.get(center, self.always)
        for code in codes:
            tool = self.tools.get(code.partition("#")[0], self.always)
            time = worktime.intersect(time, self.people.get(code, tool))
        return time

    def numbered(self, rows: pl.DataFrame) -> tuple[OpenTime, Ints]:
        """Give the open time of each work center with those it holds, and the number of each row's open time.

        Numbers -1 to the last work center, shifted by one, are work centers alone; those with people follow.
        """
        codes = self.case.raw("work_center")["code"]
        times = [self.always, *(self.centers[code] for code in codes)]
        number = rows["center"].to_numpy() + 1
        held = np.flatnonzero((rows["people"] != "").to_numpy())
        if len(held):
            pairs = rows[held].select("work_center", "people")
            once = pairs.unique(maintain_order=True)
            times += [self.together(center, split_codes(people)) for center, people in once.iter_rows()]
            once = once.with_row_index("pair", offset=len(codes) + 1)
            found = pairs.join(once, on=["work_center", "people"], how="left", maintain_order="left")["pair"]
            number = number.copy()
            number[held] = found.cast(pl.Int64).to_numpy()
        return open_time(times), number


def split_codes(text: str) -> list[str]:
    """Read codes that are separated by commas.

    Examples
    --------
    >>> split_codes("ANNA, BEN")
    ['ANNA', 'BEN']
    """
    return [code.strip() for code in text.split(",") if code.strip()]


def full_down(case: Case) -> dict[str, Intervals]:
    """Give, by work center, the time in which all its units are down."""
    units = case.raw("work_center").select(pl.col("code").alias("work_center"), pl.col("units").alias("have"))
    rows = case.raw("down_time").join(units, on="work_center", how="inner")
    return _by_code(rows.filter(pl.col("units").is_null() | (pl.col("units") >= pl.col("have"))), "work_center")


def _by_code(rows: pl.DataFrame, column: str) -> dict[str, Intervals]:
    return {
        str(code): worktime.union(part["start"].to_numpy(), part["end"].to_numpy())
        for (code,), part in rows.group_by(column)
    }


def _span(case: Case) -> tuple[int, int]:
    """First and last day that the plan touches, with a week to spare on either side."""
    moments = [case.as_of]
    for name in ("scheduled_operation", "planned_order"):
        rows = case.result(name)
        if rows.height:
            moments += rows.select(pl.col("start").min(), last=pl.col("finish").max()).row(0)
    return min(moments) // DAY - 7, max(moments) // DAY + 7


def _declared(case: Case, first: int, last: int) -> dict[str, Intervals]:
    """Open the declared calendars; one that never opens is closed for ever."""
    rows = list(case.raw("calendar").iter_rows(named=True))
    shifts = [
        worktime.Shift(
            row["calendar"], WEEKDAYS.index(row["weekday"]), row["start"], row["end"],
            row["effective_from"], row["effective_to"],
        )
        for row in case.raw("calendar_shift").iter_rows(named=True)
    ]  # fmt: skip
    exceptions = [
        worktime.CalendarException(row["calendar"], row["start"], row["end"], row["open"])
        for row in case.raw("calendar_exception").sort("calendar", "start").iter_rows(named=True)
    ]
    opened = {row.calendar for row in shifts} | {row.calendar for row in exceptions if row.open}
    calendars = [
        worktime.Calendar(row["code"], row["time_zone"] or case.zone, row["country"], row["subdivision"])
        for row in rows
        if row["code"] in opened
    ]
    closed = {row["code"]: worktime.union([], []) for row in rows}
    return closed | worktime.work_intervals(calendars, shifts, exceptions, first, last)
