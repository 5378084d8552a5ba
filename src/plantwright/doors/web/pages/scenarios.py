"""Scenarios: questions to the plant, each a list of edits that is planned beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.entity import ENTITIES
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.editor import Editor
from plantwright.doors.web.forms import Field, Form, take_back
from plantwright.doors.web.kit import box, button, drawer, empty, head, heading, link, problem_panel, tell, words
from plantwright.doors.web.pages.plans import figure, side_by_side, when
from plantwright.doors.web.replan import replan
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.drafts import Draft
from plantwright.flows.edits import window


@screen("/scenarios", "Scenarios", "call_split", "Plan")
async def scenarios(seat: Seat) -> None:
    """List the scenarios with what came of each."""
    view = await seat.view(need_plan=False)
    rows, edits = view.table("scenario"), view.table("scenario_edit")
    kept = await in_thread(seat.store.plans)
    may = seat.person.may("planning.scenarios")
    with head(
        "Scenarios",
        say(
            "{scenarios}. Each is planned beside the plant, which stays as it is.",
            scenarios=wording.count(rows.height, "scenario"),
        ),
    ):
        if may:
            button("New scenario", lambda: _new(seat), icon="add", main=True)
    if not rows.height:
        empty("A scenario asks what would be if: a machine down for a week, a big order, a night shift.")
        return
    with box("pw-card pw-scroll"), box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for name in (
                "Scenario",
                "What it asks",
                "Edits",
                "Planned",
                "Orders late",
                "Days late",
                "Beside the plant",
            ):
                words("th", say(name), "pw-num" if name in {"Edits", "Orders late", "Days late"} else "")
        with box(tag="tbody"):
            base = next((one for one in kept if not one["scenario"]), None)
            for code, name in rows.select("code", "name").iter_rows():
                own = next((one for one in kept if one["scenario"] == code), None)
                count = edits.filter(pl.col("scenario") == code).height
                _line(code, name, count, own, base, view.settings.zone, await seat.year())


def _line(code: str, name: str, count: int, own: Any, base: Any, zone: str, year: int) -> None:
    with box(tag="tr"):
        with box(tag="td"):
            link(code, f"/scenarios/{code}")
        words("td", name)
        words("td", figure(count), "pw-num")
        if own is None:
            words("td", say("not yet"), "pw-dim")
            for _ in range(3):
                words("td", "")
            return
        words("td", when(own["at"], zone, year))
        words("td", figure(own["totals"].get("late_orders")), "pw-num")
        words("td", figure(own["totals"].get("late_days"), 1), "pw-num")
        with box(tag="td"):
            if base is not None:
                link(say("Compare"), f"/plans/compare?plan={base['number']}&other={own['number']}")


def _new(seat: Seat, like: str = "") -> None:
    with drawer(say("Copy of {like}", like=like) if like else "New scenario") as made:
        fields = (
            Field("code", "Short name", "Such as night-shift", required=True, value=f"{like}-2" if like else ""),
            Field("name", "What it asks", "Such as: a night shift in the paint shop for two weeks"),
        )
        form = Form(seat, fields)

        async def make() -> None:
            values = form.values
            try:
                done = await seat.act("make_scenario", {"code": values["code"], "name": values["name"], "like": like})
            except ProblemError as error:
                form.note(error.problems)
                return
            ui.navigate.to(f"/scenarios/{done['scenario']}")
            made.delete()

        button("Make it", make, main=True)


@screen("/scenarios/{code}", "Scenario")
async def scenario(seat: Seat) -> None:
    """Show one scenario: its edits, its plan, and what it changes."""
    await _Scenario(seat, seat.query["code"]).draw()


class _Scenario:
    """The screen of one scenario."""

    def __init__(self, seat: Seat, code: str) -> None:
        self.seat, self.code = seat, code
        self.looked = replace(seat, query={**seat.query, "scenario": code})

    async def draw(self) -> None:
        """Draw it all."""
        seat, view = self.seat, await self.seat.view(need_plan=False)
        found = view.table("scenario").filter(pl.col("code") == self.code)
        if not found.height:
            empty(say("There is no scenario {code}.", code=self.code), ("All scenarios", "/scenarios"))
            return
        may = seat.person.may("write:scenario_edit")
        with head(self.code, found["name"][0]):
            if seat.person.may("jobs.run"):
                button("Plan it", lambda: replan(self.looked), icon="play_arrow", main=True)
            button("Look at it", to=f"/?scenario={self.code}", icon="visibility")
            if seat.person.may("planning.scenarios"):
                button("Copy", lambda: _new(seat, self.code), icon="content_copy")
                button("Delete", self._delete, icon="delete", bad=True)
        await self._edits(editable=may)
        await self._compared()

    async def _edits(self, *, editable: bool) -> None:
        heading("Edits, made one after the other")
        rows = await self._read()
        view = await self.seat.view(need_plan=False)
        fixed = {"scenario": self.code}
        self.draft = Draft(ENTITIES["scenario_edit"], view.columns("scenario_edit"), view.settings.zone, fixed)
        self.editor = Editor(self.seat, self.draft, self._reload, editable=editable)
        if editable:
            with box("pw-bar"):
                button("Add an edit", self.editor.add, icon="add")
                button("Delete edits", self.editor.delete, icon="delete")
                words("span", say("Rows are conditions such as: item = P-100 and due >= 2026-03-01."), "pw-dim")
        self.editor.draw(self.draft.load(rows), f"{min(max(rows.height, 3), 10) * 30 + 78}px")

    async def _read(self) -> pl.DataFrame:
        view = await self.seat.view(need_plan=False)
        found = await in_thread(lambda: window(self.seat.store, view, "scenario_edit", {"scenario": f"={self.code}"}))
        return found.rows.sort("sequence")

    async def _reload(self) -> None:
        self.editor.show(self.draft.load(await self._read()))

    async def _compared(self) -> None:
        kept = await in_thread(self.seat.store.plans)
        own = next((one for one in kept if one["scenario"] == self.code), None)
        base = next((one for one in kept if not one["scenario"]), None)
        heading("Beside the plant as it is")
        if own is None or base is None:
            empty("Not planned yet." if own is None else "The plant itself has no plan yet: plan it first.")
            return
        seat = replace(self.seat, query={"plan": str(base["number"])})
        try:
            page = await seat.report("compare", other=own["number"])
        except ProblemError as error:
            problem_panel(error.problems)
            return
        words("p", page.sentence)
        await side_by_side(seat, page)

    async def _delete(self) -> None:
        try:
            done = await self.seat.act("delete_scenario", {"scenario": self.code})
        except ProblemError as error:
            tell(error.problems[0].message, bad=True)
            return

        async def back() -> None:
            if await take_back(self.seat, done["entry"]):
                ui.navigate.to(f"/scenarios/{self.code}")

        tell(say("{code} is deleted.", code=self.code), undo=back)
