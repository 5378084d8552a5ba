"""Planning from the page: a job in another process, with its stage, its share, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from plantwright.core.jobs import Job, ask_job, one_job, stop_job
from plantwright.core.reader import say
from plantwright.doors.web.kit import box, button, problem_panel, tell, words
from plantwright.doors.web.seat import Seat, in_thread

LOOK_EVERY = 0.5


def replan_button(seat: Seat) -> None:
    """Offer to plan again what is looked at."""
    if seat.person.may("jobs.run"):
        button("Plan again", lambda: replan(seat), icon="refresh", hint="Make a new plan from the records as they are")


async def replan(seat: Seat, **wishes: object) -> None:
    """Ask for a plan and follow it; leaving the page does not stop it."""
    arguments = {"scenario": seat.scenario, **wishes}
    number = await in_thread(lambda: ask_job(seat.store, "plan", arguments, seat.person.name))
    await follow(seat, number, "Planning")


async def follow(seat: Seat, number: int, title: str, done: Callable[[Job], Any] | None = None) -> None:
    """Show how far a job is until it ends; then call `done`, or load the page anew, or list the job's problems."""
    with ui.dialog(value=True) as dialog, ui.card().style("min-width: 360px"):
        words("b", say(title))
        stage = ui.label(say("Waiting for a free worker")).classes("pw-dim")
        bar = ui.linear_progress(0, show_value=False).props("instant-feedback")
        with box("pw-bar"):
            button("Stop", lambda: in_thread(lambda: stop_job(seat.store, number, seat.person.name)), bad=True)
            button("Go on in the background", dialog.close)

    async def look() -> None:
        job = await in_thread(lambda: one_job(seat.store, number))
        stage.set_text(say(job.stage or "Waiting for a free worker"))
        bar.set_value(job.share)
        if job.state in {"waiting", "running"}:
            return
        timer.cancel()
        dialog.close()
        if job.state == "done" and done is not None:
            found = done(job)
            if hasattr(found, "__await__"):
                await found
        elif job.state == "done":
            ui.navigate.reload()
        elif job.state == "stopped":
            tell("Stopped. Nothing was changed.")
        else:
            with ui.dialog(value=True), ui.card():
                problem_panel(job.problems, "This could not be done")

    timer = ui.timer(LOOK_EVERY, look)
