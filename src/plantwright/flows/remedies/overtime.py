"""Overtime: a Saturday shift, or longer days, where the chain of a late demand waits or works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.flows.remedies.case import DAY, Case, Edit, Remedy, Row, Window, new_row

ELSEWHERE = frozenset({"material", "supplier", "fence", "hold", "frozen", "no source"})
"""Where one of these binds, more time helps only where much is lost besides."""
MOST_SATURDAYS = 3
MOST_CENTERS = 2
LONGER = 2
"""Hours by which days are made longer."""
LATEST = 20 * 60
"""Shifts that end later than this minute of the day leave no room for longer days."""
BASIS = "hours worked in it, at the rates of the work centers"


def overtime(case: Case) -> Iterator[Remedy]:
    """Propose overtime at the work centers that hold the demand up most."""
    for center, until in list(_places(case).items())[:MOST_CENTERS]:
        calendars = _calendars(case, center)
        shift = _first_shift(case, calendars[0]) if calendars else None
        if shift is None:
            continue
        saturdays = [one for one in _saturdays(case, shift, until) if _closed(case, calendars, one)]
        for chosen in (saturdays[-1:], saturdays[-MOST_SATURDAYS:] if len(saturdays) > 1 else []):
            if chosen:
                yield _remedy(case, center, calendars, chosen, _saturday_words(case, center, shift, chosen))
        longer = [one for one in _evenings(case, center, calendars[0], until) if _closed(case, calendars, one)]
        if longer:
            words = f"{LONGER} hours more on {wording.count(len(longer), 'day')} at {center}, from {_day(case, longer)}"
            yield _remedy(case, center, calendars, longer, words)


def _places(case: Case) -> dict[str, int]:
    """Give the work centers of the chain with the moment until which more time there would help, the worst first."""
    binding = case.links[0] if case.links else {"kind": ""}
    least = 1.0 if binding["kind"] in ELSEWHERE else 0.0
    weight: dict[str, float] = {}
    until: dict[str, int] = {}
    for link in case.links:
        center = case.center_of(link)
        if center and link["end"] is not None:
            # Time lost in waiting counts in full; where nothing waits, work itself may be done sooner.
            length = (link["end"] - link["start"]) / DAY
            weight[center] = weight.get(center, 0.0) + link["days"] / SCALE + (0.0 if least else 0.1 * length)
            until[center] = max(until.get(center, 0), link["end"])
    return {center: until[center] for center in sorted(weight, key=lambda one: -weight[one]) if weight[center] > least}


def _calendars(case: Case, center: str) -> list[str]:
    """Give the calendar of a work center, and those of the people whom the chain needs there."""
    sites = {row["code"]: row["calendar"] for row in case.view.table("site").iter_rows(named=True)}
    row = case.centers[center]
    own = row["calendar"] or sites.get(row["site"] or case.view.settings["main_site"], "")
    skills = {link["object"] for link in case.links if link["kind"] == "people" and case.center_of(link) == center}
    able = case.view.table("person_skill").filter(pl.col("skill").is_in(list(skills)))["person"]
    people = case.view.table("person").filter(pl.col("code").is_in(able.implode()))
    theirs = [one["calendar"] or sites.get(one["site"], "") for one in people.iter_rows(named=True)]
    return list(dict.fromkeys(name for name in (own, *theirs) if name)) if own else []


def _shifts(case: Case, calendar: str) -> pl.DataFrame:
    today = case.view.as_of // DAY
    rows = case.view.table("calendar_shift").filter(pl.col("calendar") == calendar)
    return rows.filter(pl.col("effective_to") >= today, pl.col("effective_from") <= today)


def _first_shift(case: Case, calendar: str) -> Row | None:
    """Give name, start and end of the first shift of a day from Monday to Friday, its breaks included."""
    rows = _shifts(case, calendar)
    if rows.filter(pl.col("weekday").is_in(["sat"])).height:
        return None
    weekdays = rows.filter(~pl.col("weekday").is_in(["sat", "sun"]), pl.col("end") > pl.col("start"))
    if not weekdays.height:
        return None
    name = weekdays.sort("start")["name"][0]
    same = weekdays.filter(pl.col("name") == name) if name else weekdays
    start = int(same["start"].min())  # type: ignore[arg-type]
    end = int(same["end"].max() if name else same.filter(pl.col("start") == start)["end"].max())  # type: ignore[arg-type]
    return {"name": name or "first", "start": start, "end": end}


def _saturdays(case: Case, shift: Row, until: int) -> list[Window]:
    day = case.local(case.view.as_of).date()
    day += timedelta(days=(5 - day.weekday()) % 7)
    found = []
    while (start := case.moment(_at(day, shift["start"]))) < until:
        if start >= case.view.as_of:
            found.append(Window((), start, case.moment(_at(day, shift["end"]))))
        day += timedelta(days=7)
    return found


def _at(day: object, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)  # type: ignore[arg-type]


def _evenings(case: Case, center: str, calendar: str, until: int) -> list[Window]:
    """Give the last five working days before the end of the wait, each made longer at its end."""
    rows = _shifts(case, calendar)
    load = case.view.result("center_load").filter(pl.col("work_center") == center, pl.col("capacity") > 0)
    worked = set(load["day"])
    if rows.filter(pl.col("end") <= pl.col("start")).height:
        return []  # somebody works through the night
    day = case.local(case.view.as_of).date()
    found = []
    while (moment := case.moment(_at(day, 0))) < until:
        ends = rows.filter(pl.col("weekday") == f"{day:%a}".lower())["end"]
        last = ends.max()
        if isinstance(last, int) and last <= LATEST and (day - datetime(1970, 1, 1).date()).days in worked:  # noqa: DTZ001
            start = case.moment(_at(day, last))
            if start > max(case.view.as_of, moment):
                found.append(Window((), start, start + LONGER * 60))
        day += timedelta(days=1)
    return found[-5:]


def _closed(case: Case, calendars: list[str], window: Window) -> bool:
    """Tell whether nobody has said anything else about that time."""
    rows = case.view.table("calendar_exception").filter(pl.col("calendar").is_in(calendars))
    return not rows.filter(pl.col("start") < window.end, pl.col("end") > window.start).height


def _remedy(case: Case, center: str, calendars: list[str], windows: list[Window], words: str) -> Remedy:
    others = [
        code
        for code, row in case.centers.items()
        if code != center and row["calendar"] in calendars
    ]  # fmt: skip
    names = ", ".join(others[:2]) + (f" and {len(others) - 2} more" if len(others) > 2 else "")
    shared = f"; {names} work by the same calendar" if others else ""
    edits = [_opened(case, calendar, one) for one in windows for calendar in calendars]
    opened = tuple(Window(tuple(calendars), one.start, one.end) for one in windows)
    return Remedy("overtime", words + shared, tuple(edits), None, BASIS, opened)


def _opened(case: Case, calendar: str, window: Window) -> Edit:
    times = {"start": case.text(window.start), "end": case.text(window.end)}
    return new_row("calendar_exception", {"calendar": calendar, **times, "open": "yes", "name": "overtime"})


def _saturday_words(case: Case, center: str, shift: Row, windows: list[Window]) -> str:
    first = windows[0]
    hours = f"{case.local(first.start):%H:%M} to {case.local(first.end):%H:%M}"
    named = "Saturday shift" if shift["name"] == "first" else f"Saturday {shift['name']} shift"
    if len(windows) == 1:
        return f"{named} at {center} on {_day(case, windows)}, {hours}"
    return f"{wording.number(len(windows))} {named}s at {center} from {_day(case, windows)}, {hours}"


def _day(case: Case, windows: list[Window]) -> str:
    zone = case.view.settings.zone
    return wording.moment(windows[0].start, zone, wording.year_of(case.view.as_of, zone))
