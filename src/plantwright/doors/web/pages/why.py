"""Why late: the chain of what an order waited for, what serves it, and what would bring it forward."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable

import polars as pl
from nicegui import ui
from nicegui.element import Element

from plantwright.areas.planning.lookup import demand_row
from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.jobs import Job, ask_job, jobs, one_job, stop_job
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.acts import act, preview, show_problems
from plantwright.doors.web.chain import draw_chain
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import (
    address,
    aria,
    box,
    button,
    chip,
    empty,
    facts,
    head,
    heading,
    link,
    problem_panel,
    words,
)
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.views import StoreView

LOOK_EVERY = 0.4
JOBS_SEARCHED = 50
EXPEDITE = 10
"""Per cent of the value that coming sooner is taken to cost, where nobody says otherwise."""


@screen("/why/{demand:path}", "Why late", right="report:why")
async def why(seat: Seat) -> None:
    """Show why a demand is late, link by link, and what helps."""
    name = seat.query["demand"]
    view = await seat.view()
    row = await in_thread(lambda: demand_row(view, name))
    if row is None:
        empty(say("The plan has no demand {name}. Orders that were added after it was made come with the next one.",
                  name=name),
              ("Late orders", address(seat, "/late")), ("All orders", address(seat, "/orders")))  # fmt: skip
        return
    page = await seat.report("why", order=name)
    zone, year = view.settings.zone, await seat.year()
    with head(say("Why is {name} late?", name=name) if row["status"] != "on time" else name, page.sentence):
        button("Late orders", to=address(seat, "/late"), icon="arrow_back")
        button("The order", to=address(seat, f"/order/{name}"), icon="assignment")
    links = view.result("reason").filter(pl.col("demand") == name).sort("step").to_dicts()
    if links:
        _key()
        draw_chain(seat, links, row, zone, year)
    elif row["status"] == "late":
        words("p", say("Nothing was waited for: the work itself takes longer than there is time."), "pw-dim")
    if row["status"] == "late":
        heading("What would help")
        await Remedies(seat, name, view).draw()
    with box("pw-cols"):
        with box():
            heading("The order")
            with box("pw-card"):
                facts(_facts(row, view, zone, year))
        with box():
            heading("What serves it")
            pegging = await seat.report("pegging", order=name, levels=3)
            for sheet in pegging.sheets[:1]:
                sheet_grid(seat, sheet, year, zone, mark="pegging", height="300px")


def _key() -> None:
    with box("pw-key"):
        for look, text in (("wait", "waits"), ("work", "is worked on, or under way"), ("late", "the cause")):
            with box(tag="span"):
                box(f"pw-span {look}", "i")
                words("span", text)
        words("span", say("Dashed: due"), "pw-late")


def _facts(row: dict[str, object], view: StoreView, zone: str, year: int) -> list[tuple[str, str]]:
    columns = view.columns("demand_plan")
    shown = ("item", "customer", "quantity", "planned", "due", "projected", "priority", "value", "site")
    found = [
        (name.replace("_", " ").capitalize(), wording.shown(row[name], columns[name], zone, year)) for name in shown
    ]
    return [(name, text) for name, text in found if text]


class Remedies:
    """The part of the page in which remedies are tried, listed and accepted."""

    def __init__(self, seat: Seat, order: str, view: StoreView) -> None:
        self.seat, self.order, self.view = seat, order, view
        self.place: Element = None  # type: ignore[assignment]
        self.share = EXPEDITE

    async def draw(self) -> None:
        """Show what was tried for the order and this plan, or offer to try."""
        self.place = box("pw-card").mark("remedies")
        latest = await in_thread(self._latest)
        if latest is None:
            self._offer()
        elif latest.over:
            self._show(latest)
        else:
            self._follow(latest.number)

    def _latest(self) -> Job | None:
        for one in jobs(self.seat.store, JOBS_SEARCHED, kind="remedies"):
            wanted = (
                one.arguments.get("order") == self.order and one.arguments.get("scenario", "") == self.seat.scenario
            )
            same = not one.over or (one.state == "done" and one.result["plan"] == self.view.number)
            if wanted and same:
                return one
        return None

    def _offer(self) -> None:
        with self.place:
            words(
                "p",
                say("Overtime, another machine, split lots, parts that come sooner, a swap with another order: each is"
                    " planned on a copy of the plant, and priced. The plant stays as it is."),
                "pw-dim",
            )  # fmt: skip
            self._bar("Try remedies", main=True)

    def _bar(self, label: str, *, main: bool = False) -> None:
        def changed(event: object) -> None:
            text = str(event.args)  # type: ignore[attr-defined]
            self.share = int(text) if text.isdigit() else EXPEDITE

        with box("pw-bar").style("margin: 6px 0 0"):
            if self.seat.person.may("jobs.run"):
                button(label, self.try_all, icon="science", main=main)
            with box(tag="label"):
                words("span", say("Coming sooner costs, in % of the value "), "pw-dim")
                field = ui.element("input").classes("pw-input").props(f"type=number min=0 max=500 {aria('Per cent')}")
                field.props["defaultValue"] = str(self.share)
                field.style("width: 70px")
                field.on("change", changed, js_handler="(event) => emit(event.target.value)")

    async def try_all(self) -> None:
        """Ask for the job and follow it."""
        told = {"order": self.order, "scenario": self.seat.scenario, "expedite_percent": self.share}
        try:
            self.seat.person.must("jobs.run")
            number = await in_thread(lambda: ask_job(self.seat.store, "remedies", told, self.seat.person.name))
        except ProblemError as error:
            show_problems(error.problems)
            return
        self._follow(number)

    def _follow(self, number: int) -> None:
        self.place.clear()
        with self.place:
            stage = words("p", say("Waiting for a free worker"), "pw-dim").props("aria-live=polite")
            bar = ui.linear_progress(0, show_value=False).props("instant-feedback")
            with box("pw-bar").style("margin: 8px 0 0"):
                button("Stop", lambda: self._stop(number), bad=True, icon="stop")
                words("span", say("It goes on if you leave the page."), "pw-dim")

            async def look() -> None:
                job = await in_thread(lambda: one_job(self.seat.store, number))
                stage.set_content(html.escape(job.stage or "Waiting for a free worker"))  # type: ignore[attr-defined]
                bar.set_value(job.share)
                if job.over:
                    timer.cancel()
                    self._show(job)

            timer = ui.timer(LOOK_EVERY, look)

    async def _stop(self, number: int) -> None:
        try:
            await in_thread(lambda: stop_job(self.seat.store, number, self.seat.person.name))
        except ProblemError as error:
            show_problems(error.problems)

    def _show(self, job: Job) -> None:
        self.place.clear()
        with self.place:
            if job.state != "done":
                if job.state == "failed":
                    problem_panel(job.problems, "The remedies could not be tried")
                else:
                    words("p", say("Stopped. Nothing was changed."), "pw-dim")
                self._bar("Try remedies", main=True)
                return
            words("p", job.result["sentence"], "pw-dim")
            for place, one in enumerate(job.result["remedies"]):
                self._remedy(one, main=place == 0)
            idle = job.result["idle"]
            if idle:
                with ui.element("details").style("margin: 8px 0"):
                    words(
                        "summary",
                        say(
                            "{more_was} tried and wins no day",
                            more_was=wording.count(len(idle), "more was", "more were"),
                        ),
                    )
                    with box(tag="ul").style("margin: 4px 0; padding-left: 18px"):
                        for text in idle:
                            words("li", text, "pw-dim")
            self.share = int(job.arguments.get("expedite_percent", EXPEDITE))
            self._bar("Try again")

    def _remedy(self, one: dict[str, object], *, main: bool) -> None:
        with box("pw-remedy").mark("remedy"):
            with box():
                chip(str(one["kind"]))
                words("span", f" {one['remedy']}")
            with box("pw-acts"):
                if self.seat.person.may("planning.orders") and not self.seat.scenario:
                    button("Accept", lambda: self.accept(one), main=main)
                if self.seat.person.may("planning.scenarios"):
                    button("As a scenario", lambda: self.keep(one), icon="alt_route")
            with box():
                words("span", say("{days} sooner", days=wording.days(_float(one["days"]))), "pw-gain")
                words("span", f" · {self._cost(one)} · {_rest(one)} · {_others(one)}", "pw-dim")

    def _cost(self, one: dict[str, object]) -> str:
        if one["cost"] is None:
            return "no cost known"
        money = f"{wording.decimal(int(str(one['cost'])), 0)} {self.view.settings['currency']}"
        return f"{money} ({one['basis']})" if one["cost"] else str(one["basis"])

    def accept(self, one: dict[str, object]) -> None:
        """Show what would be changed, change it, and offer to take it back."""

        async def go(note: str) -> None:
            told = {"edits": one["edits"], "note": note or one["remedy"]}
            await act(
                self.seat, "accept_remedy", told, say("Accepted: {remedy}.", remedy=one["remedy"]), self._accepting(one)
            )

        won = wording.days(_float(one["days"]))
        lines = [str(one["remedy"]), say("{order} is complete {days} sooner", order=self.order, days=won),
                 say("Cost: {cost}", cost=self._cost(one)), _others(one).capitalize()]  # fmt: skip
        preview("Accept this remedy?", lines, "Accept", go, "Note for the journal")

    def _accepting(self, one: dict[str, object]) -> Callable[[], object]:
        """Give what draws the part anew: that a remedy was accepted, and when it was taken back all as before."""
        states = itertools.cycle((True, False))

        async def redraw() -> None:
            accepted = next(states)
            self.place.clear()
            with self.place:
                if accepted:
                    words("p", say("Accepted: {remedy}. Plan again to see what comes of it.", remedy=one["remedy"]))
            latest = await in_thread(self._latest)
            if not accepted and latest is not None:
                self._show(latest)

        return redraw

    def keep(self, one: dict[str, object]) -> None:
        """Ask for a name and keep the remedy as a scenario."""

        async def go(code: str) -> None:
            told = {
                "code": code or say("{order} sooner", order=self.order),
                "edits": one["edits"],
                "name": one["remedy"],
            }
            answer = await act(
                self.seat, "keep_remedy", told, say("Scenario {code} was made.", code=told["code"]), lambda: None
            )
            if answer is not None:
                with self.place:
                    link(say("Scenario {code}", code=told["code"]), address(self.seat, "/scenarios"))

        lines = [str(one["remedy"]), "The plant stays as it is; the scenario can be planned and compared."]
        preview("Keep it as a scenario?", lines, "Make the scenario", go, "Short name of the scenario")


def _float(scaled: object) -> float:
    return int(str(scaled)) / SCALE


def _rest(one: dict[str, object]) -> str:
    late = _float(one["late_days"])
    return say("still {late} late", late=wording.days(late)) if late >= 0.05 else "in time then"


def _others(one: dict[str, object]) -> str:
    """Say what happens to other orders.

    Examples
    --------
    >>> _others({"others": 2_000_000}), _others({"others": 0})
    ('others lose 2 days in all', 'others stay as they are')
    """
    days = _float(one["others"])
    if abs(days) < 0.05:
        return "others stay as they are"
    return (
        say("others lose {days} in all", days=wording.days(days))
        if days > 0
        else say("others win {days} in all", days=wording.days(-days))
    )
