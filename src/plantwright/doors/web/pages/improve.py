"""Improve: search for a better schedule, watch it, take the best so far, and compare it with the one in force."""

from __future__ import annotations

import html
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.jobs import Job, ask_job, end_job, milliseconds, one_job, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web import moving
from plantwright.doors.web.acts import show_problems
from plantwright.doors.web.charts import curves, redraw
from plantwright.doors.web.choices import segments
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, problem_panel, tell, tile, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.improve import Reached, beside_state, curve, gains, moved_operations, moves_sheet, reached
from plantwright.flows.plan_store import put_in_force
from plantwright.flows.views import StoreView

TIMES = {"10": later("10 s"), "30": later("30 s"), "60": later("1 min"), "300": later("5 min")}
"""How long may be searched, in seconds."""
USUAL = "30"
LOOK_EVERY = 0.5
OBJECTIVE, BOUND = later("Weighted late days"), later("At least")
ACROSS, UP = later("Seconds of search"), later("Weighted late days")
SEEN_JOBS = 20
_SEEN: OrderedDict[int, list[tuple[float, Reached]]] = OrderedDict()
"""What searches that run now have told while somebody looked, so that a page that is opened again has its curve."""


@screen("/improve", "Improve the schedule", right="report:schedule")
async def improve(seat: Seat) -> None:
    """Ask for a search, or follow the one that stands in the address."""
    number = seat.query.get("job", "")
    if not any(one["scenario"] == seat.scenario for one in await in_thread(seat.store.plans)):
        _head(seat, "There is no plan yet.")
        empty("Plan again, at the top, makes the schedule that can be improved.")
        return
    if not number.isdigit():
        _ask(seat)
        return
    try:
        job = await in_thread(lambda: one_job(seat.store, int(number)))
    except ProblemError as error:
        _head(seat)
        problem_panel(error.problems)
        return
    if job.kind != "improve":
        _head(seat)
        empty("This job searched for no schedule.", ("Improve the schedule", address(seat, "/improve")))
    elif not job.over:
        _Watch(seat, job).draw()
    elif job.state == "done":
        await _result(seat, job)
    else:
        _head(seat, "The search ended without a schedule." if job.problems else "The search was stopped.")
        if job.problems:
            problem_panel(job.problems, "This could not be done")
        empty("Nothing was changed: the schedule in force stays.", ("Search again", address(seat, "/improve")))


def _head(seat: Seat, sentence: str = "") -> Element:
    place = head("Improve the schedule", sentence)
    with place:
        button("Schedule", to=address(seat, "/schedule"), icon="view_timeline")
    return place


# --- asking ---------------------------------------------------------------------------------------------------------


def _ask(seat: Seat) -> None:
    _head(seat, "Search for a schedule with fewer late days, at every level of the plant.")
    if not seat.person.may("jobs.run"):
        empty("Whoever may plan can search for a better schedule here.")
        return
    wish = {"seconds": seat.query["seconds"] if seat.query.get("seconds") in TIMES else USUAL}
    with box("pw-card"):
        words("p", say("The search goes on when the page is left, and the schedule in force stays until you accept."))
        with box("pw-bar"):
            words("span", say("Search for"))
            segments("Search for", TIMES, wish["seconds"], lambda value: wish.update(seconds=value))
            button("Start", partial(_start, seat, wish), icon="trending_down", main=True)


async def _start(seat: Seat, wish: dict[str, str]) -> None:
    arguments = {"seconds": wish["seconds"], "scenario": seat.scenario}
    seat.person.must("jobs.run")
    number = await in_thread(lambda: ask_job(seat.store, "improve", arguments, seat.person.name))
    ui.navigate.to(address(seat, "/improve", job=number))


# --- watching -------------------------------------------------------------------------------------------------------


class _Watch:
    """A search that runs, with its curve."""

    def __init__(self, seat: Seat, job: Job) -> None:
        self.seat, self.job = seat, job
        self.points = _SEEN.setdefault(job.number, [])
        while len(_SEEN) > SEEN_JOBS:
            _SEEN.popitem(last=False)

    def draw(self) -> None:
        """Draw what is known, and look again and again."""
        seconds = float(self.job.arguments.get("seconds", USUAL))
        _head(self.seat, say("A search of {seconds} s. The schedule in force stays.", seconds=wording.number(seconds)))
        with box("pw-card"):
            self.said: Any = words("p", say("Waiting for a free worker")).props("role=status aria-live=polite")
            self.bar: Any = ui.element("progress").props("max=1 value=0").style("width: 100%")
            self.bar.props["aria-label"] = say("Share done")
            self.chart = curves(_lines(self.points), ACROSS, UP)
        if self.seat.person.may("jobs.run"):
            with box("pw-bar").style("margin-top: 10px"):
                self.take = button("Stop and take the best so far", self._enough, icon="done", main=True)
                button("Cancel", self._cancel, icon="close", hint="Stop the search and keep nothing of it")
        self.timer = ui.timer(LOOK_EVERY, self._look)

    async def _look(self) -> None:
        number = self.job.number
        self.job = job = await in_thread(lambda: one_job(self.seat.store, number))
        if job.over:
            self.timer.cancel()
            ui.navigate.to(address(self.seat, "/improve", job=number))
            return
        now = await in_thread(lambda: milliseconds(self.seat.store))
        found, since = reached(job), (now - (job.began or now)) / 1000
        if found and (not self.points or self.points[-1][1] != found):
            self.points.append((time.monotonic(), found))
            redraw(self.chart, _lines(self.points))
        text = told(found) if found else say(job.stage or "Waiting for a free worker")
        line = say("{text} · {seconds} s", text=text, seconds=wording.number(since))
        self.said.set_content(html.escape(line))
        self.bar.props["value"] = job.share
        self.bar.update()

    async def _enough(self) -> None:
        await self._told(end_job)
        self.take.props["disabled"] = True
        self.take.update()
        tell("The search ends with the best so far.")

    async def _cancel(self) -> None:
        await self._told(stop_job)

    async def _told(self, what: Any) -> None:
        try:
            self.seat.person.must("jobs.run")
            await in_thread(lambda: what(self.seat.store, self.job.number, self.seat.person.name))
        except ProblemError as error:
            show_problems(error.problems)


def told(found: Reached) -> str:
    """Say how far a search is.

    Examples
    --------
    >>> told(Reached(200, 150)).replace(wording.SPACE, " ")
    '200.0 weighted late days; no schedule has fewer than 150.0, so at most 25 % can still be saved'
    """
    return say(
        "{objective} weighted late days; no schedule has fewer than {bound}, so at most {gap} can still be saved",
        objective=wording.number(found.objective, 1),
        bound=wording.number(found.bound, 1),
        gap=wording.percent(round(found.gap * 1_000_000), 0),
    )


def _lines(points: list[tuple[float, Reached]]) -> dict[str, list[tuple[float, float]]]:
    first = points[0][0] if points else 0.0
    times = [round(at - first, 1) for at, _ in points]
    return {
        OBJECTIVE: list(zip(times, [one.objective for _, one in points], strict=True)),
        BOUND: list(zip(times, [one.bound for _, one in points], strict=True)),
    }


# --- the end --------------------------------------------------------------------------------------------------------


async def _result(seat: Seat, job: Job) -> None:
    """Show what was found; it is drawn anew when it was accepted, and when that was taken back."""
    place = box()

    async def again() -> None:
        place.clear()
        with place:
            await _found(seat, job, again)

    await again()


async def _found(seat: Seat, job: Job, again: Callable[[], Awaitable[None]]) -> None:
    number, scenario = int(job.result["plan"]), str(job.result["scenario"])
    plans = await in_thread(seat.store.plans)
    base, taken = beside_state(plans, number, scenario)
    if not base or not any(one["number"] == number for one in plans):
        _head(seat, "The plan that was found is no longer kept.")
        empty("Older plans go when newer ones come.", ("Search again", address(seat, "/improve")))
        return
    looked = [replace(seat, query={"scenario": scenario, "plan": str(one)}) for one in (base, number)]
    before, after = [await one.view() for one in looked]
    found = await in_thread(lambda: gains(before, after))
    with _head(seat, _sentence(found, taken)):
        button("Search again", to=address(seat, "/improve"), icon="refresh")
    if not job.result["verified"]:
        words("p", say("The check of this plan finds faults: do not rely on its dates."), "pw-risk")
    with box("pw-tiles"):
        _tiles(seat, found, before.settings["currency"], number, base)
    with box("pw-bar"):
        _decide(seat, (number, base, taken), again)
    await _shown(seat, before, after)


def _sentence(found: dict[str, float], taken: int) -> str:
    if taken:
        return say("It is in force, as plan {plan}.", plan=taken)
    saved = found["late_days_before"] - found["late_days_after"]
    if saved > 0:
        return say("A schedule with {days} late days fewer was found.", days=moving.figure(round(saved, 1)))
    return "No schedule with fewer late days was found."


def _tiles(seat: Seat, found: dict[str, float], money: str, number: int, before: int) -> None:
    to = address(seat, "/plans/compare", plan=before, other=number)
    for name, label in (("late", later("orders late")), ("late_days", later("days late in all"))):
        old, new = found[f"{name}_before"], found[f"{name}_after"]
        tile(f"{moving.figure(old)}{moving.ARROW}{moving.figure(new)}", label, to, "late" if new > old else "")
    values = [wording.number(found[f"late_value_{name}"]) for name in ("before", "after")]
    tile(moving.ARROW.join(values), say("{money} of orders late", money=money), to)
    share = say("{moved} of {all}", moved=wording.number(found["moved"]), all=wording.number(found["operations"]))
    tile(share, "operations move by an hour or more", "#pw-moved")


def _decide(seat: Seat, numbers: tuple[int, int, int], again: Callable[[], Awaitable[None]]) -> None:
    number, base, taken = numbers
    if not taken and seat.person.may("jobs.run"):
        button("Accept", partial(_accept, seat, number, base, again), icon="done", main=True,
               hint="Make it the plan in force")  # fmt: skip
        button("Keep the old", to=address(seat, "/schedule"), hint="Leave the schedule in force as it is")
    button("Look at it", to=address(seat, "/schedule", plan=number), icon="visibility")
    button("Compare in full", to=address(seat, "/plans/compare", plan=base, other=number), icon="compare_arrows")


async def _accept(seat: Seat, number: int, base: int, again: Callable[[], Awaitable[None]]) -> None:
    made = await _in_force(seat, number)
    if made is None:
        return

    async def undo() -> None:
        if await _in_force(seat, base) is not None:
            tell("Taken back.")
            await again()

    tell(say("Plan {plan} is in force.", plan=made), undo=undo)
    await again()


async def _in_force(seat: Seat, number: int) -> int | None:
    try:
        seat.person.must("jobs.run")
        return (await in_thread(lambda: put_in_force(seat.store, number, by=seat.person.name))).number
    except ProblemError as error:
        show_problems(error.problems)
        return None


async def _shown(seat: Seat, before: StoreView, after: StoreView) -> None:
    steps = curve(after)
    if steps:
        heading("How the search went")
        with box("pw-card"):
            words("p", told(Reached(steps[-1][1], steps[-1][2])))
            lines = {OBJECTIVE: [(s, value) for s, value, _ in steps], BOUND: [(s, bound) for s, _, bound in steps]}
            curves(lines, ACROSS, UP)
    words("h2", say("Operations that move"), "pw").props("id=pw-moved")
    rows = await in_thread(lambda: moved_operations(before, after))
    sheet_grid(seat, moves_sheet(after, rows), await seat.year(), after.settings.zone, mark="moved")
