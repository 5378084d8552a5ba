"""Reschedule after something that happened: what moves, why, and what it costs, before it is kept."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.jobs import Job, ask_job, one_job, stop_job
from plantwright.core.journal import reverse
from plantwright.core.pages import Sheet, listed, named
from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web import moving
from plantwright.doors.web.acts import show_problems
from plantwright.doors.web.charts import PALETTE, QUIET, chart_of
from plantwright.doors.web.choices import choice
from plantwright.doors.web.forms import Field, Form
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import (
    address,
    box,
    button,
    empty,
    head,
    heading,
    problem_panel,
    tell,
    tile,
    words,
)
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.plan_store import put_in_force
from plantwright.flows.views import StoreView

LOOK_EVERY = 0.3
BARS = 12


@dataclass(frozen=True)
class Happening:
    """One kind of event: how people call it, the word that it is typed with, and its fields in that order."""

    label: str
    word: str
    fields: tuple[Field, ...]


def _from_to(what: Field) -> tuple[Field, ...]:
    return (
        what,
        Field("start", later("From"), kind="moment", required=True),
        Field("end", later("To"), kind="moment", required=True),
    )


DUE = Field("due", later("Wanted by"), kind="day", required=True)
MOST_MOVED = Field(
    "most_moved", later("Move at most"), later("percent of the operations; 10 where it is empty"), kind="number"
)
PRIORITY = Field("priority", later("Priority"), later("1 comes first"), kind="number")
HAPPENINGS = {
    "down": Happening(later("A work center stands still"), "down", (
        *_from_to(Field("work_center", later("Work center"), required=True, target="work_center")),
        Field("units", later("Units"), later("how many of its units; all where it is empty"), kind="number"),
    )),
    "rush": Happening(later("A rush order comes in"), "rush", (
        Field("item", later("Item"), required=True, target="item"),
        Field("quantity", later("Quantity"), kind="number", required=True), DUE, PRIORITY,
    )),
    "urgent": Happening(later("An order is wanted sooner"), "urgent", (
        Field("order", later("Sales order"), required=True, target="sales_order_line"), DUE, PRIORITY,
    )),
    "late": Happening(later("A purchase comes late"), "late", (
        Field("order", later("Purchase order"), required=True, target="purchase_order_line"),
        Field("due", later("Comes on"), kind="day", required=True),
    )),
    "late_item": Happening(later("An item comes late"), "late", (
        Field("item", later("Item"), required=True, target="item"),
        Field("days", later("Days later"), kind="number", required=True, value="5"),
    )),
    "absent": Happening(later("Somebody is absent"), "absent", (
        *_from_to(Field("person", later("Person"), required=True, target="person")),
    )),
}  # fmt: skip
"""What may happen, the most frequent first."""


def typed(word: str, values: Sequence[str]) -> str:
    """Write an event as it is typed; what is left open at its end is left out.

    Examples
    --------
    >>> typed("down", ["PAINT 1", "2026-03-02T06:00", "2026-03-03T06:00", ""])
    "down 'PAINT 1' 2026-03-02T06:00 2026-03-03T06:00"
    """
    given = list(values)
    while given and not given[-1]:
        given.pop()
    return shlex.join([word, *given])


@screen("/reschedule", "Reschedule", right="jobs.run")
async def reschedule(seat: Seat) -> None:
    """Ask what happened, and show what the schedule makes of it."""
    kind = seat.query["kind"] if seat.query.get("kind") in HAPPENINGS else "down"
    with head(
        "Reschedule after …",
        "What happened is tried on the schedule in force: little moves, and you see what.",
    ):
        button("Schedule", to=address(seat, "/schedule"), icon="view_timeline")
    plans = await in_thread(seat.store.plans)
    if seat.scenario or seat.plan is not None:
        empty(
            "Only the schedule in force is rescheduled.",
            ("The schedule in force", "/reschedule"),
        )
        return
    if not any(not one["scenario"] for one in plans):
        empty("Plan again, at the top, makes the schedule that can be rescheduled.")
        return
    view = await seat.view()
    desk = _Desk(seat, view, kind, await seat.year())
    desk.draw()
    if seat.query.get("job", "").isdigit():
        await desk.follow(int(seat.query["job"]))


class _Desk:
    """The form, and below it the place of the answer."""

    def __init__(self, seat: Seat, view: StoreView, kind: str, year: int) -> None:
        self.seat, self.view, self.kind, self.year = seat, view, kind, year
        self.zone = view.settings.zone
        self.happening = HAPPENINGS[kind]

    def draw(self) -> None:
        """Draw the form."""
        names = {name: one.label for name, one in HAPPENINGS.items()}
        with box("pw-card").on("keydown.enter", self.preview):
            with box("pw-bar"):
                words("span", say("What happened"))
                choice("What happened", names, self.kind, "", self._other)
            fields = [
                replace(one, value=self.seat.query.get(one.name) or self._usual(one))
                for one in (*self.happening.fields, MOST_MOVED)
            ]
            self.form = Form(self.seat, fields)
            button("Show what moves", self.preview, icon="search", main=True)
        self.answer = box()

    def _other(self, kind: str) -> None:
        ui.navigate.to(address(self.seat, "/reschedule", kind=kind))

    def _usual(self, one: Field) -> str:
        """Give what a field begins with: the next hour, and a day from then."""
        if one.kind not in {"moment", "day"}:
            return one.value
        hour = -(-self.view.as_of // 60) * 60 + (1440 if one.name == "end" else 0)
        week = 7 * 1440 if one.kind == "day" else 0
        local = datetime.fromtimestamp((hour + week) * 60, tz=UTC).astimezone(ZoneInfo(self.zone))
        return local.strftime("%Y-%m-%dT%H:%M" if one.kind == "moment" else "%Y-%m-%d")

    async def preview(self) -> None:
        """Have the event tried, nothing being written."""
        values = self._given()
        if values is None:
            return
        text = typed(
            self.happening.word,
            [values.get(one.name, "") for one in self.happening.fields],
        )
        number = await self.asked([text], values.get(MOST_MOVED.name, ""), dry_run=True)
        where = address(self.seat, "/reschedule", kind=self.kind, job=number, **values)
        ui.run_javascript(f"history.replaceState(null, '', {where!r})")
        await self.follow(number)

    def _given(self) -> dict[str, str] | None:
        """Give what was filled in, moments as they stand there; a field that must be filled in and is not says so."""
        try:
            found = self.form.given()
        except ProblemError as error:
            self.form.note(error.problems)
            return None
        fields = (*self.happening.fields, MOST_MOVED)
        lacking = [one.name for one in fields if one.required and not found.get(one.name)]
        self.form.note([BAD_ARGUMENT.at(column=name, value="nothing", must="filled in") for name in lacking])
        moments = {one.name: self.form.values[one.name] for one in fields if one.kind == "moment"}
        return None if lacking else {**found, **moments}

    async def asked(self, after: list[str], most_moved: str, *, dry_run: bool) -> int:
        self.seat.person.must("jobs.run")
        arguments = {"after": after, "dry_run": dry_run} | ({"most_moved": most_moved} if most_moved else {})
        return await in_thread(lambda: ask_job(self.seat.store, "reschedule", arguments, self.seat.person.name))

    async def follow(self, number: int, done: Callable[[Job], None] | None = None) -> None:
        """Show how far the try is, then what came of it."""
        self.answer.clear()
        with self.answer, box("pw-preview").props("role=status"):
            ui.spinner(size="18px")
            said = ui.label(say("Waiting for a free worker"))
            button(
                "Stop",
                lambda: in_thread(lambda: stop_job(self.seat.store, number, self.seat.person.name)),
            )

        async def look() -> None:
            try:
                job = await in_thread(lambda: one_job(self.seat.store, number))
            except ProblemError as error:
                timer.cancel()
                self._refused(error.problems)
                return
            if job.over:
                timer.cancel()
                self._over(job, done)
            elif job.stage:
                said.set_text(say(job.stage))

        with self.answer:
            timer = ui.timer(LOOK_EVERY, look)

    def _refused(self, problems: Sequence[Problem]) -> None:
        self.answer.clear()
        with self.answer:
            problem_panel(problems, "This could not be tried")

    def _over(self, job: Job, done: Callable[[Job], None] | None) -> None:
        if job.kind != "reschedule" or not isinstance(job.result, dict):
            self._refused(job.problems)
            if not job.problems:
                with self.answer:
                    words("p", say("Stopped. Nothing was changed."))
            return
        self.answer.clear()
        with self.answer:
            _Outcome(self, job).draw()
        if done:
            done(job)


# --- what comes of it -----------------------------------------------------------------------------------------------


class _Outcome:
    """What moves and what it costs, with the acts that keep it and take it back."""

    def __init__(self, desk: _Desk, job: Job) -> None:
        self.desk, self.seat, self.job = desk, desk.seat, job
        self.told: Mapping[str, Any] = job.result
        self.kept = bool(job.result.get("plan"))

    def draw(self) -> None:
        """Draw it all."""
        figures, seat = self.told["figures"], self.seat
        heading(_said(figures, kept=self.kept))
        for event in self.told["events"]:
            words("p", event if isinstance(event, str) else event["said"], "pw-dim")
        if text := _limited(figures):
            words("p", text)
        with box("pw-tiles"):
            _tiles(figures, self.desk.view.settings["currency"])
        with box("pw-bar"):
            if not self.kept:
                button(
                    "Accept",
                    self._accept,
                    icon="done",
                    main=True,
                    hint="Record what happened, keep this schedule",
                )
                button("Discard", self.desk.answer.clear, hint="Keep the schedule as it is")
            else:
                button(
                    "Look at it",
                    to=address(seat, "/schedule", plan=self.told["plan"]),
                    icon="visibility",
                )
        moved, late = self._moved(), self._late()
        _where(moved)
        for sheet, none in (
            (moved, "No operation moves."),
            (late, "No order gets another date."),
        ):
            heading(sheet.title)
            if sheet.rows.height:
                sheet_grid(seat, sheet, self.desk.year, self.desk.zone, mark=sheet.title)
            else:
                words("p", say(none), "pw-dim")

    def _moved(self) -> Sheet:
        known = self.desk.view.columns("scheduled_operation")
        lines = [{**row, "days": _days(row.get("minutes"))} for row in self.told["moved"]]
        columns = (
            known["order"], known["sequence"], known["item"], known["work_center"],
            named(Kind.MOMENT, "start_before", "Start in the schedule in force"), known["start"],
            named(Kind.QUANTITY, "days", "Days by which it moves; later above 0", unit="d"),
            named(Kind.TEXT, "text", "Why it moves"),
        )  # fmt: skip
        return listed(self.desk.view, "What moves", columns, lines, clock="start_before start")

    def _late(self) -> Sheet:
        known = self.desk.view.columns("demand_plan")
        columns = (
            known["demand"], known["item"], known["customer"], known["due"],
            named(Kind.MOMENT, "projected_before", "Date in the schedule in force"), known["projected"],
            named(Kind.QUANTITY, "days", "Days by which it moves; later above 0", unit="d"), known["status"],
        )  # fmt: skip
        return listed(self.desk.view, "Orders with another date", columns, self.told["late"])

    async def _accept(self) -> None:
        """Have it done: what happened is recorded, and the schedule kept."""
        most = str(self.job.arguments.get("most_moved") or "")
        number = await self.desk.asked(list(self.job.arguments["after"]), most, dry_run=False)
        base = self.desk.view.number
        await self.desk.follow(number, lambda job: self._told(job, base))

    def _told(self, job: Job, base: int) -> None:
        entry = int(job.result["entry"])

        async def undo() -> None:
            try:
                await in_thread(lambda: reverse(self.seat.store, entry, self.seat.person.name))
                await in_thread(lambda: put_in_force(self.seat.store, base, by=self.seat.person.name))
            except ProblemError as error:
                show_problems(error.problems, "This could not be taken back")
                return
            tell("Taken back.")
            self.desk.answer.clear()

        tell(say("Plan {plan} is in force.", plan=job.result["plan"]), undo=undo)


def _said(figures: Mapping[str, Any], *, kept: bool) -> str:
    share = {
        "moved": wording.number(figures["moved"]),
        "operations": wording.number(figures["operations"]),
        "share": wording.percent(round(1_000_000 * figures["share_moved"]), 1),
    }
    if kept:
        return say("Kept: {moved} of {operations} operations moved, {share}", **share)
    return say("{moved} of {operations} operations would move, {share}", **share)


def _limited(figures: Mapping[str, Any]) -> str:
    """Say that no way moves so few, or what moving more would gain."""
    if not figures.get("limit_kept", True):
        return say("Every way moves more than that; this one moves least.")
    if "wider_share" not in figures:
        return ""
    share = wording.percent(round(SCALE * figures["wider_share"]), 1)
    return say("Moving {share} would save {days} late.", share=share, days=wording.days(figures["wider_saves_days"]))


def _tiles(figures: Mapping[str, Any], money: str) -> None:
    names = {
        "late": later("orders late"),
        "late_days": later("days late in all"),
        "late_value": "",
    }
    for name, label in names.items():
        old, new = float(figures[f"{name}_before"]), float(figures[f"{name}_after"])
        texts = [wording.number(one) if not label else moving.figure(round(one, 1)) for one in (old, new)]
        tile(moving.ARROW.join(texts), label or say("{money} of orders late", money=money),
             mood="late" if new > old else "")  # fmt: skip


def _days(minutes: float | None) -> int | None:
    """Give minutes as stored days."""
    return None if minutes is None else round(minutes / 1440 * SCALE)


def _where(moved: Sheet) -> None:
    """Draw how many operations move at each work center."""
    counts = moved.rows.filter(moved.rows["work_center"] != "")["work_center"].value_counts(sort=True).head(BARS)
    if counts.height < 2:
        return
    said = {"show": True, "position": "right", "color": QUIET}
    bars = {
        "type": "bar",
        "name": "Operations",
        "data": counts["count"].to_list(),
        "barMaxWidth": 18,
        "label": said,
    }
    bars["itemStyle"] = {"color": PALETTE[0]}
    names, height = counts["work_center"].to_list(), f"{60 + 26 * counts.height}px"
    chart_of(names, [bars], "Operations that move", height, lying=True)
