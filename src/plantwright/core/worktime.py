"""From calendars as people declare them to the minutes in which work is done.

A calendar has weekly shifts in local wall time, public holidays, and exceptions. They are laid over each other in
this order, the later ones winning:

1. Weekly shifts open time; weekly rows that are not open (breaks) take it away again.
2. A shift that *starts* on a public holiday is closed, its part after midnight included; a shift that started the
   evening before runs on into the holiday.
3. Exceptions, in the order in which they are given: an open one opens its time, a closed one closes it.

Wall time becomes UTC only at the very end of step 1, so a shift from 22:00 to 06:00 has seven or nine real hours in
the nights in which the clocks change. A wall time that the clocks skip means the first instant after the gap; one
that comes twice means the first of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import NamedTuple, TypeVar, cast
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.column import EVER, FOREVER
from plantwright.core.exact import check_zone
from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, problem_kind, stop_on_errors

Minutes = NDArray[np.int64]

CALENDAR_NEVER_OPENS = problem_kind(
    "calendar-never-opens",
    "Calendar {key} has no shift and no exception that opens it, so nothing can ever be done on it.",
    "Give it at least one shift, or leave the calendar empty where the resource is always open.",
)
CALENDAR_MISSING = problem_kind(
    "calendar-missing", "Calendar {value} is not declared.", "Declare the calendar, or correct the name."
)
SHIFT_WRONG = problem_kind(
    "shift-wrong", "The {column} of a shift must be {must}; it is {value}.", "Correct the row of the shift."
)
EXCEPTION_EMPTY = problem_kind(
    "exception-empty", "An exception of calendar {key} ends at or before its start.", "Let it end after it starts."
)
HOLIDAYS_UNKNOWN = problem_kind(
    "holidays-unknown",
    "Public holidays of {value} are not known.",
    "Write the ISO 3166 code of a country, such as DE, and of its state or province, such as BY.",
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar: the zone of its wall time (IANA name) and whose public holidays it keeps (ISO 3166 codes)."""

    code: str
    zone: str
    country: str = ""
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of every week in wall time; an end at or before the start is on the next day.

    Parameters
    ----------
    calendar
        Code of its calendar.
    weekday
        Day on which it starts, 0 for Monday to 6 for Sunday.
    start, end
        Minutes of the day, 0 to 1439 and 0 to 1440.
    effective_from, effective_to
        First and last day on which it may start, in days since 1970-01-01.
    open
        False for a break, which takes its time away from the shifts of the calendar.
    """

    calendar: str
    weekday: int
    start: int
    end: int
    effective_from: int = EVER
    effective_to: int = FOREVER
    open: bool = True


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Time that differs from the weekly pattern: `start` up to `end`, in minutes since 1970-01-01 UTC."""

    calendar: str
    start: int
    end: int
    open: bool = False
    name: str = ""


Row = TypeVar("Row", Shift, CalendarException)


class Intervals(NamedTuple):
    """Half-open intervals ``[start, end)``, sorted and apart: two int64[n] in minutes since 1970-01-01 UTC."""

    starts: Minutes
    ends: Minutes

    @property
    def minutes(self) -> int:
        """Minutes in all intervals together."""
        return int((self.ends - self.starts).sum())


def work_intervals(
    calendars: Sequence[Calendar],
    shifts: Iterable[Shift],
    exceptions: Iterable[CalendarException],
    first_day: int,
    last_day: int,
) -> dict[str, Intervals]:
    """Give the open time of every calendar from the start of `first_day` to the end of `last_day`, both local.

    Cost: linear in days, shifts and exceptions; twenty calendars over six years take some hundredths of a second.

    Parameters
    ----------
    calendars, shifts, exceptions
        The declarations. The order of the exceptions matters where they overlap: the later one wins.
    first_day, last_day
        Days since 1970-01-01. A shift that starts the day before is included with its part in the span.

    Returns
    -------
    dict
        `Intervals` by calendar code; touching ones are merged.

    Raises
    ------
    ProblemError
        With everything that `check_calendars` finds, or when the span is empty.

    Examples
    --------
    >>> berlin = Calendar("NIGHT", "Europe/Berlin")
    >>> saturday_night = Shift("NIGHT", weekday=5, start=22 * 60, end=6 * 60)
    >>> march_28 = (date(2026, 3, 28) - date(1970, 1, 1)).days
    >>> work_intervals([berlin], [saturday_night], [], march_28, march_28 + 1)["NIGHT"].minutes / 60
    7.0
    """
    shifts, exceptions = list(shifts), list(exceptions)
    problems = check_calendars(calendars, shifts, exceptions)
    if last_day < first_day:
        problems.append(BAD_ARGUMENT.at(column="last_day", value=last_day, must=f"at or after first_day {first_day}"))
    stop_on_errors(problems)
    # Calendars share zones and countries; each is worked out once.
    days_off = cache(lambda country, subdivision: public_holidays(country, subdivision, first_day - 1, last_day))
    clocks = cache(lambda zone: ZoneClock.of(zone, first_day - 1, last_day))
    own_shifts, own_exceptions = _by_calendar(shifts), _by_calendar(exceptions)
    result = {}
    for calendar in calendars:
        clock, off = clocks(calendar.zone), days_off(calendar.country, calendar.subdivision)
        weekly = _weekly(own_shifts.get(calendar.code, []), clock, off, first_day, last_day)
        whole = _with_exceptions(weekly, own_exceptions.get(calendar.code, []))
        ends = clock.to_utc(np.array([first_day, last_day + 1]) * 1440)
        result[calendar.code] = intersect(whole, Intervals(ends[:1], ends[1:]))
    return result


def check_calendars(
    calendars: Iterable[Calendar], shifts: Iterable[Shift], exceptions: Iterable[CalendarException]
) -> list[Problem]:
    """Find every fault of the declarations.

    Examples
    --------
    >>> [problem.code for problem in check_calendars([Calendar("A", "Europe/Berlin")], [], [])]
    ['calendar-never-opens']
    """
    shifts, exceptions, calendars = list(shifts), list(exceptions), list(calendars)
    known = {calendar.code for calendar in calendars}
    opened = {row.calendar for row in shifts if row.open} | {row.calendar for row in exceptions if row.open}
    problems = [problem for calendar in calendars for problem in _calendar_faults(calendar)]
    problems += [CALENDAR_NEVER_OPENS.at("calendar", code) for code in sorted(known - opened)]
    used = {
        "calendar_shift": {row.calendar for row in shifts},
        "calendar_exception": {row.calendar for row in exceptions},
    }
    for table, codes in used.items():
        problems += [CALENDAR_MISSING.at(table, code, "calendar", code) for code in sorted(codes - known)]
    problems += [problem for shift in shifts for problem in _shift_faults(shift)]
    late = [row for row in exceptions if row.end <= row.start]
    return problems + [EXCEPTION_EMPTY.at("calendar_exception", row.calendar, "end", row.end) for row in late]


def public_holidays(country: str, subdivision: str, first_day: int, last_day: int) -> Minutes:
    """Give the public holidays of a country, and of its state or province, as days since 1970-01-01.

    No country means no holidays. Days given in lieu of a holiday on a weekend are among them.

    Raises
    ------
    ProblemError
        When the country or the subdivision is not known.

    Examples
    --------
    >>> public_holidays("DE", "BY", 20_454, 20_470)  # New Year's Day and Epiphany of 2026
    array([20454, 20459])
    """
    if not country:
        return np.zeros(0, np.int64)
    years = range(_date(first_day).year, _date(last_day).year + 1)
    found = _holidays_of(country, subdivision, years)
    days = np.array(sorted(day.toordinal() - _EPOCH for day in found), dtype=np.int64)
    return days[(days >= first_day) & (days <= last_day)]


def _holidays_of(country: str, subdivision: str, years: Iterable[int]) -> Iterable[date]:
    try:
        return cast("Iterable[date]", holidays.country_holidays(country.upper(), subdivision or None, years=years))
    except NotImplementedError as error:
        place = f"{country} {subdivision}".strip()
        raise ProblemError([HOLIDAYS_UNKNOWN.at("calendar", column="country", value=place)]) from error


# --- wall time ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ZoneClock:
    """How far a zone is ahead of UTC over a span of days.

    Parameters
    ----------
    change
        int64[n]; UTC minutes at which the offset changes.
    offset
        int64[n + 1]; minutes ahead of UTC before the first change, between changes, and after the last.
    """

    change: Minutes
    offset: Minutes

    @classmethod
    def of(cls, zone: str, first_day: int, last_day: int) -> ZoneClock:
        """Read the offsets of a zone; one look at each day, and a search by halving within the days of a change."""
        info = ZoneInfo(zone)
        noons = range((first_day - 2) * 1440, (last_day + 4) * 1440, 1440)
        offsets = [_offset(info, noon) for noon in noons]
        found = [
            _change_between(info, before, after)
            for before, after, old, new in zip(noons, noons[1:], offsets, offsets[1:], strict=False)
            if old != new
        ]
        known = [offsets[0], *(_offset(info, minute) for minute in found)]
        return cls(np.array(found, dtype=np.int64), np.array(known, dtype=np.int64))

    def to_utc(self, wall: ArrayLike) -> Minutes:
        """Bring minutes of wall time, counted from 1970-01-01 00:00 as the clock shows it, to UTC.

        The order of moments is kept: skipped ones become the end of the gap, repeated ones the first of the two.

        Examples
        --------
        >>> clock = ZoneClock.of("Europe/Berlin", 20_540, 20_541)  # forward in the night to 29 March 2026
        >>> (clock.to_utc([20_541 * 1440 + 90, 20_541 * 1440 + 150]) - 20_541 * 1440).tolist()
        [30, 60]
        """
        shown = np.asarray(wall, dtype=np.int64)
        # A change is past once the clock shows a time that it shows only afterwards.
        past = self.change + np.maximum(self.offset[:-1], self.offset[1:])
        after = np.searchsorted(past, shown, side="right")
        limit = np.append(self.change, np.iinfo(np.int64).max)
        return np.asarray(np.minimum(shown - self.offset[after], limit[after]), dtype=np.int64)


def _offset(info: ZoneInfo, minute: int) -> int:
    """Look up how many whole minutes a zone is ahead of UTC at a UTC minute."""
    ahead = (_START + timedelta(minutes=minute)).astimezone(info).utcoffset()
    return int((ahead or timedelta()).total_seconds() // 60)


def _change_between(info: ZoneInfo, before: int, after: int) -> int:
    old = _offset(info, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(info, middle) == old else (before, middle)
    return after


# --- laying the layers ----------------------------------------------------------------------------------------------


def _weekly(shifts: Sequence[Shift], clock: ZoneClock, off: Minutes, first_day: int, last_day: int) -> Intervals:
    """Open the weekly shifts that do not start on a day off, and take the breaks away."""
    layers = []
    for is_open in (True, False):
        walls = [_wall_times(shift, off, first_day - 1, last_day) for shift in shifts if shift.open == is_open]
        starts, ends = np.concatenate(walls, axis=1) if walls else np.zeros((2, 0), np.int64)
        layers.append(union(clock.to_utc(starts), clock.to_utc(ends)))
    return subtract(*layers)


def _wall_times(shift: Shift, off: Minutes, first_day: int, last_day: int) -> Minutes:
    """Give the wall-clock starts and ends of one shift in a span of days, as int64[2, n]."""
    first, last = max(first_day, shift.effective_from), min(last_day, shift.effective_to)
    first += (shift.weekday - first - _WEEKDAY_OF_DAY_0) % 7
    days = np.arange(first, last + 1, 7, dtype=np.int64)
    # A break that belongs to a closed shift has nothing to take away, so breaks keep their holidays.
    days = days[~np.isin(days, off)] if shift.open else days
    length = shift.end - shift.start + (1440 if shift.end <= shift.start else 0)
    starts = days * 1440 + shift.start
    return np.stack((starts, starts + length))


def _with_exceptions(weekly: Intervals, exceptions: Sequence[CalendarException]) -> Intervals:
    """Lay the exceptions over the weekly pattern, those in a row that say the same at once."""
    for is_open, group in groupby(exceptions, key=lambda row: row.open):
        rows = list(group)
        layer = union([row.start for row in rows], [row.end for row in rows])
        weekly = union(*map(np.concatenate, zip(weekly, layer, strict=True))) if is_open else subtract(weekly, layer)
    return weekly


# --- intervals ------------------------------------------------------------------------------------------------------


def union(starts: ArrayLike, ends: ArrayLike) -> Intervals:
    """Bring any intervals into order, those that overlap or touch as one; empty ones are dropped.

    Examples
    --------
    >>> [part.tolist() for part in union([5, 0, 2, 9], [8, 3, 5, 9])]
    [[0], [8]]
    """
    first, last = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
    order = np.flatnonzero(last > first)
    order = order[np.argsort(first[order], kind="stable")]
    first, last = first[order], np.maximum.accumulate(last[order])
    apart = first[1:] > last[:-1]
    head, tail = np.ones(len(first), bool), np.ones(len(first), bool)
    head[1:], tail[:-1] = apart, apart
    return Intervals(first[head], last[tail])


def intersect(one: Intervals, other: Intervals) -> Intervals:
    """Keep the time that is in both.

    Examples
    --------
    >>> [part.tolist() for part in intersect(union([0, 10], [5, 20]), union([3], [12]))]
    [[3, 10], [5, 12]]
    """
    return _where(one, other, np.logical_and)


def subtract(one: Intervals, other: Intervals) -> Intervals:
    """Keep the time of `one` that is not in `other`, such as work without absence.

    Examples
    --------
    >>> [part.tolist() for part in subtract(union([0], [20]), union([3, 12], [5, 30]))]
    [[0, 5], [3, 12]]
    """
    return _where(one, other, np.greater)


def _where(one: Intervals, other: Intervals, rule: Callable[..., NDArray[np.bool_]]) -> Intervals:
    """Cut time at every start and end, and keep the pieces for which the rule on (in one, in other) holds."""
    # A cut that comes twice makes an empty piece, which `union` drops; to sort runs is cheaper than to find them.
    cuts = np.sort(np.concatenate((*one, *other)), kind="stable")
    kept = rule(_inside(one, cuts[:-1]), _inside(other, cuts[:-1]))
    return union(cuts[:-1][kept], cuts[1:][kept])


def _inside(intervals: Intervals, moments: Minutes) -> NDArray[np.bool_]:
    # A moment is inside where more intervals have begun than have ended.
    begun = np.searchsorted(intervals.starts, moments, side="right")
    ended = np.searchsorted(intervals.ends, moments, side="right")
    return np.asarray(begun > ended)


# --- faults and small helpers ---------------------------------------------------------------------------------------

_EPOCH = date(1970, 1, 1).toordinal()
_START = datetime(1970, 1, 1, tzinfo=UTC)
_WEEKDAY_OF_DAY_0 = 3  # 1970-01-01 was a Thursday


def _date(day: int) -> date:
    return date.fromordinal(day + _EPOCH)


def _by_calendar(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.calendar, []).append(row)
    return groups


def _calendar_faults(calendar: Calendar) -> list[Problem]:
    """Look up the names that a calendar uses; the problems are given the key of the calendar."""
    problems: list[Problem] = []
    try:
        check_zone(calendar.zone)
    except ProblemError as error:
        problems += error.problems
    try:
        if calendar.country:
            _holidays_of(calendar.country, calendar.subdivision, [])
    except ProblemError as error:
        problems += error.problems
    return [replace(problem, table="calendar", key=calendar.code) for problem in problems]


def _shift_faults(shift: Shift) -> list[Problem]:
    rules = (
        ("weekday", shift.weekday, 0 <= shift.weekday <= 6, "0 for Monday to 6 for Sunday"),
        ("start", shift.start, 0 <= shift.start < 1440, "a minute of the day, 0 to 1439"),
        ("end", shift.end, 0 <= shift.end <= 1440, "a minute of the day, 0 to 1440"),
        ("effective_to", shift.effective_to, shift.effective_from <= shift.effective_to, "at or after effective_from"),
    )
    key = (shift.calendar, shift.weekday, shift.start)
    return [SHIFT_WRONG.at("calendar_shift", key, name, value, must=must) for name, value, ok, must in rules if not ok]
