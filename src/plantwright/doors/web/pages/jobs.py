"""Jobs: long work that runs, that waits and that is over, and what is done by the clock. The page lives."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from nicegui import ui

from plantwright.core import wording
from plantwright.core.jobs import ENOUGH, JOBS, Job, ask_again, jobs, milliseconds, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.forms import act_form
from plantwright.doors.web.kit import (
    aria,
    box,
    button,
    chip,
    drawer,
    empty,
    facts,
    head,
    heading,
    problem_panel,
    tell,
    words,
)
from plantwright.doors.web.pages.plans import when
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread

SHOWN = 50
LOOK_EVERY = 1.0
MOODS = {"failed": "late", "stopped": "risk", "done": "good"}


@screen("/jobs", "Jobs", "pending_actions", "System")
async def show_jobs(seat: Seat) -> None:
    """Show long work as it goes on."""
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    head("Jobs", "Plans, imports and other long work; it goes on when the page is left.")
    place = box()
    known: dict[str, Any] = {"state": None}

    async def look() -> None:
        found = await in_thread(lambda: jobs(seat.store, SHOWN))
        now = await in_thread(lambda: milliseconds(seat.store))
        state: tuple[Any, ...] = tuple(
            (one.number, one.state, one.stage, one.share, seconds(one, now) if not one.over else 0) for one in found
        )
        if state != known["state"]:  # else what is looked at would lose its place for nothing
            known["state"] = state
            place.clear()
            with place:
                _list(seat, found, now, zone, year)

    await look()
    ui.timer(LOOK_EVERY, look, immediate=False)
    heading("By the clock")
    await _schedule(seat)


def seconds(one: Job, now: int) -> int:
    """Give how long a job has worked, or did."""
    return 0 if one.began is None else ((one.ended or now) - one.began) // 1000


def _list(seat: Seat, found: list[Job], now: int, zone: str, year: int) -> None:
    if not found:
        empty("No long work was asked for yet. Plan again, at the top, is such work.")
        return
    with box("pw-card pw-scroll"), box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for name in ("Job", "Work", "Told", "Asked by", "Asked", "State", "Stage", "Seconds", ""):
                words("th", say(name), "pw-num" if name == "Seconds" else "")
        with box(tag="tbody"):
            for one in found:
                _row(seat, one, now, zone, year)


def _row(seat: Seat, one: Job, now: int, zone: str, year: int) -> None:
    kind = JOBS.get(one.kind)
    told = ", ".join(f"{name} {value}" for name, value in one.arguments.items() if value not in (None, "", False, 0))
    with box(tag="tr"):
        with box(tag="td"):
            button(
                str(one.number), partial(_open, one, zone, year), hint=say("Job {number} in full", number=one.number)
            )
        words("td", kind.label if kind else one.kind)
        words("td", told if told != "schedule True" else "")
        words("td", one.by or (say("schedule {schedule}", schedule=one.schedule) if one.schedule else ""))
        words("td", when(_iso(one.asked), zone, year))
        with box(tag="td"):
            chip(one.state, MOODS.get(one.state, ""))
        with box(tag="td"):
            if one.state == "running":
                words("span", f"{one.stage} {wording.number(100 * one.share)} %")
                bar = ui.element("progress").props(f"max=1 value={one.share} {aria('Share done')}")
                bar.style("width: 120px; display: block")
            elif one.problems:
                words("span", one.problems[0].message, "pw-dim")
        words("td", wording.number(seconds(one, now)) if one.began else wording.NONE, "pw-num")
        with box(tag="td"):
            if not one.over and seat.person.may("jobs.run"):
                button("Stop", partial(_stop, seat, one.number), bad=True)
            elif one.over and kind and seat.person.may(kind.permission):
                button("Ask again", partial(_again, seat, one.number), icon="refresh")


def _iso(value: int) -> str:
    return datetime.fromtimestamp(value / 1000, UTC).isoformat()


def _open(one: Job, zone: str, year: int) -> None:
    with drawer(say("Job {number}: {kind}", number=one.number, kind=one.kind)):
        moments = [(name, when(_iso(value), zone, year)) for name, value in
                   (("Asked", one.asked), ("Began", one.began), ("Ended", one.ended)) if value]  # fmt: skip
        facts(
            [
                ("State", one.state),
                ("By", one.by),
                *moments,
                ("Stopped by", one.stop_by.removeprefix(ENOUGH) or wording.NONE),
            ]
        )
        if one.problems:
            problem_panel(one.problems, "What was wrong")
        if isinstance(one.result, dict):
            heading("What came of it")
            facts([(name.replace("_", " "), str(value)) for name, value in one.result.items()
                   if not isinstance(value, (dict, list))])  # fmt: skip


async def _stop(seat: Seat, number: int) -> None:
    try:
        await in_thread(lambda: stop_job(seat.store, number, seat.person.name))
    except ProblemError as error:
        tell(error.problems[0].message, bad=True)


async def _again(seat: Seat, number: int) -> None:
    try:
        new = await in_thread(lambda: ask_again(seat.store, number, seat.person.name))
    except ProblemError as error:
        tell(error.problems[0].message, bad=True)
        return
    tell(say("Asked for as job {new}.", new=new))


async def _schedule(seat: Seat) -> None:
    rows = await in_thread(lambda: seat.store.read("job_schedule").to_dicts())
    may = seat.person.may("jobs.schedule")
    if not rows:
        empty("Nothing is done by the clock. A plan each night is a good beginning.")
    else:
        with box("pw-card pw-scroll"), box("pw-table", "table"), box(tag="tbody"):
            for one in rows:
                with box(tag="tr"):
                    at = f"{one['at'] // 60:02d}:{one['at'] % 60:02d}"
                    days = "every day" if len(one["weekdays"].split()) == 7 else one["weekdays"]
                    for text in (one["name"], one["kind"], f"{at}, {days}", "" if one["active"] else "not in force"):
                        words("td", text)
                    with box(tag="td"):
                        if may:
                            button("Delete", partial(_unschedule, seat, one["name"]), bad=True)
    if may:
        with box("pw-bar").style("margin-top: 8px"):
            button("Have a job done by the clock", partial(_ask, seat), icon="schedule")


def _ask(seat: Seat) -> None:
    with drawer("A job by the clock"):
        given = {"name": "nightly plan", "kind": "plan", "at": "02:00"}
        act_form(seat, "schedule_job", given, lambda _answer: ui.navigate.reload())


async def _unschedule(seat: Seat, name: str) -> None:
    try:
        await seat.act("unschedule_job", {"name": name})
    except ProblemError as error:
        tell(error.problems[0].message, bad=True)
        return
    ui.navigate.reload()
