"""Schedule: what runs where and when, drawn; an operation dragged elsewhere is tried before it is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import polars as pl
from nicegui import ui
from nicegui.element import Element

from plantwright.core import wording
from plantwright.core.jobs import ask_job, one_job
from plantwright.core.journal import entry, reverse
from plantwright.core.problem import ProblemError
from plantwright.core.reader import later, say
from plantwright.doors.web import moving
from plantwright.doors.web.choices import VALUE, choice, known, segments
from plantwright.doors.web.gantt import COLOURS, GROUPS, ZOOMS, Gantt
from plantwright.doors.web.kit import (
    address,
    aria,
    box,
    button,
    drawer,
    empty,
    facts,
    head,
    heading,
    link,
    problem_panel,
    tell,
    words,
)
from plantwright.doors.web.sandbox import SANDBOX, Base, Look, Tried, target_of
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread, last_entry
from plantwright.flows.exchange import moment_of
from plantwright.flows.gantt import BARS, gantt
from plantwright.flows.trial import Pin
from plantwright.flows.views import StoreView

PINS = "scheduling.pins"
CLOSE = 2
"""Minutes by which a start may differ from what was wished and be called the same."""
PIN_ACTS = ("firm_order", "pin_operation", "unpin_operation")
MOVED_TOLD = 12
LOOK_EVERY = 1.0
WARM_AFTER = 1.5
REST_AFTER = 0.3
FIRST = 2_500
"""Bars that are drawn at once, so that a large plant is seen early; all others follow."""
KEYS = later(
    "N and P choose an operation; arrows move it, or the picture where none is chosen; Enter tries it there or opens"
    " it, Escape takes it back; + and \N{MINUS SIGN} zoom; ? lists all keys. An operation can also be dragged."
)


@dataclass
class Desk:
    """The schedule as one person looks at it: the chart, the place of the preview, and what is shown."""

    seat: Seat
    zone: str
    year: int
    number: int = 0
    coming: asyncio.Future[Drawn] | None = None
    chart: Gantt | None = None
    ground: Element | None = None
    bar: Element | None = None

    @property
    def look(self) -> Look:
        """Give what the address asks for."""
        return Look(self.seat.query.get("center", ""), self.seat.query.get("order", ""))

    @property
    def may_pin(self) -> bool:
        """Tell whether a pin can be written: it belongs to the plant as it is, and to its latest plan."""
        return not self.seat.scenario and self.seat.plan is None and self.seat.person.may(PINS)

    def moment(self, value: int) -> str:
        """Write a moment with its time of day."""
        return wording.moment(value, self.zone, self.year, clock=True)

    async def base(self) -> Base:
        """Give what a trial is set against."""
        entry = await in_thread(lambda: last_entry(self.seat.store))
        return Base(target_of(self.seat.store), self.number, entry)


@screen("/schedule", "Schedule", "view_timeline", "Plan", right="report:schedule")
async def schedule(seat: Seat) -> None:
    """Draw the schedule."""
    plans = await in_thread(seat.store.plans)
    if not any(one["scenario"] == seat.scenario for one in plans):
        head("Schedule", "There is no plan yet.")
        empty("Plan again, at the top, makes the schedule that belongs here.")
        return
    view = await seat.view()
    desk = Desk(seat, view.settings.zone, await seat.year())
    # What is drawn is made while the browser still reads the page.
    desk.coming = asyncio.ensure_future(in_thread(lambda: _drawn(view, desk.look, FIRST)))
    page = await seat.report("schedule", work_center=desk.look.center)
    told = {"work_center": desk.look.center, "order": desk.look.order}
    chain_of = say("{order} with all that it waits for and all that waits for it.", order=desk.look.order)
    with head("Schedule", chain_of if desk.look.order else page.sentence):
        if desk.look.center:
            button("Work center", to=address(seat, f"/work-center/{desk.look.center}"), icon="precision_manufacturing")
        if seat.person.may("jobs.run") and seat.plan is None:
            if not seat.scenario:
                button("Reschedule after …", to=address(seat, "/reschedule"), icon="event_busy")
            button("Improve", to=address(seat, "/improve"), icon="trending_down", hint="Search for a better schedule")
        button("As a table", to=address(seat, "/reports/schedule", **told), icon="table_rows")
        button("Print the week", lambda: desk.chart and desk.chart.run_method("printWeek"), icon="print")
    if not page.sheets[0].rows.height:
        empty("No operation is planned here.", ("The whole schedule", address(seat, "/schedule")))
        return
    ui.add_head_html('<link rel="stylesheet" href="/static/gantt/gantt.css">')
    _tools(desk, view.table("work_center")["code"].to_list())
    desk.ground, desk.bar = box(), box()
    _chart(desk)
    words("p", say(KEYS), "pw-dim pw-gantt-keys").props("id=pw-gantt-keys")


def _tools(desk: Desk, centers: list[str]) -> None:
    seat, query = desk.seat, desk.seat.query
    with box("pw-bar"):
        choice("Work center", ["", *centers], desk.look.center, "All work centers", _go(seat, "center"))
        _order_field(desk)
        segments("Rows", GROUPS, query.get("group", "center"), lambda value: _ask(desk, "setGroup", value))
        names = {name: say("Colour by {text}", text=say(text)) for name, text in COLOURS.items()}
        choice("Colour", names, query.get("colour", "order"), "", lambda value: _ask(desk, "setColour", value))
        box("pw-space")
        segments("Zoom", ZOOMS, query.get("zoom", "week"), lambda value: _ask(desk, "zoomTo", value))


def _order_field(desk: Desk) -> None:
    made = ui.element("input").classes("pw-input").style("width: 150px")
    made.props(f"type=search {aria('Only an order with its chain')}").props["placeholder"] = say("Order")
    made.props["defaultValue"] = desk.look.order
    made.on("change", lambda event: _go(desk.seat, "order")(str(event.args).strip()),
            js_handler=VALUE)  # fmt: skip


def _go(seat: Seat, name: str) -> Any:
    kept = {one: seat.query.get(one, "") for one in ("center", "order", "group", "colour", "zoom")}
    return lambda value: ui.navigate.to(address(seat, "/schedule", **{**kept, name: value}))


def _ask(desk: Desk, method: str, value: str) -> None:
    if desk.chart:
        desk.chart.run_method(method, value)


def _chart(desk: Desk) -> None:
    query = desk.seat.query
    chart = Gantt(
        say("Schedule of operations. The same as a table is a link at the top."),
        zoom=known(query.get("zoom"), ZOOMS), group=known(query.get("group"), GROUPS),
        colour=known(query.get("colour"), COLOURS), movable=desk.seat.person.may(PINS),
    )  # fmt: skip
    desk.chart = chart

    async def ready() -> None:
        await _load(desk)
        if desk.seat.person.may(PINS) and desk.ground:
            base = await desk.base()
            with desk.ground:  # the picture comes first
                ui.timer(WARM_AFTER, lambda: SANDBOX.warm(base), once=True)

    async def moved(event: Any) -> None:
        wish = event.args
        await _try(desk, Pin(str(wish["order"]), int(wish["sequence"]), int(wish["start"]), str(wish["center"])))

    async def opened(event: Any) -> None:
        await _open(desk, str(event.args["order"]), int(event.args["sequence"]))

    chart.on("ready", ready)
    chart.on("moved", moved)
    chart.on("opened", opened)
    chart.on("discarded", lambda: _discard(desk))


@dataclass(frozen=True)
class Drawn:
    """A schedule to draw as JSON, written once for all who look at it; how many operations there are and are shown."""

    text: str
    count: int
    shown: int


_DRAWN: WeakKeyDictionary[StoreView, dict[tuple[Look, int], Drawn]] = WeakKeyDictionary()


def _drawn(view: StoreView, look: Look, most: int = BARS) -> Drawn:
    known = _DRAWN.setdefault(view, {})
    if (look, most) not in known:
        data = gantt(view, look.center, look.order, most)
        known[look, most] = Drawn(json.dumps(data, separators=(",", ":")), data["count"], len(data["ops"]["row"]))
    return known[look, most]


async def _load(desk: Desk, *, keep: bool = False) -> None:
    view = await desk.seat.view()
    desk.number = view.number
    coming, desk.coming = desk.coming, None
    drawn = await (coming or in_thread(lambda: _drawn(view, desk.look)))
    if desk.chart is None or desk.bar is None:
        return
    desk.chart.load(drawn.text, keep=keep)
    if drawn.shown == drawn.count:
        return
    if drawn.shown < BARS and desk.ground:
        with desk.ground:  # the rest comes when the first weeks are seen
            ui.timer(REST_AFTER, lambda: _load(desk, keep=True), once=True)
        return
    desk.bar.clear()
    with desk.bar:
        shown, whole = wording.number(drawn.shown), wording.number(drawn.count)
        words(
            "p",
            say(
                "The first {shown} of {whole} operations. Choose a work center to see its own.",
                shown=shown,
                whole=whole,
            ),
            "pw-dim",
        )


# --- trying ---------------------------------------------------------------------------------------------------------


async def _try(desk: Desk, pin: Pin) -> None:
    bar = desk.bar
    if bar is None or desk.chart is None:
        return
    bar.clear()
    with bar, box("pw-preview"):
        ui.spinner(size="18px")
        words(
            "p",
            say(
                "Trying {order} at {start} on {work_center} …",
                order=pin.order,
                start=desk.moment(pin.start),
                work_center=pin.work_center,
            ),
        )
    try:
        tried = await SANDBOX.try_pin(await desk.base(), pin, desk.look)
    except ProblemError as error:
        bar.clear()
        with bar:
            problem_panel(error.problems, say("{order} cannot be moved there", order=pin.order))
            button("Close", bar.clear)
        return
    bar.clear()
    desk.chart.preview(tried.drawn)
    with bar:
        _preview(desk, pin, tried)


def _preview(desk: Desk, pin: Pin, tried: Tried) -> None:
    figures = tried.figures
    with box("pw-preview").mark("preview"):
        words("b", say("{order} operation {operation}", order=pin.order, operation=pin.operation))
        words("p", _where(desk, pin, tried))
        for name, unit in (("late", say("orders late")), ("days", say("days late"))):
            before, after = figures[f"{name}_before"], figures[f"{name}_after"]
            mood = "pw-late" if after > before else "pw-good" if after < before else ""
            words("p", moving.change(before, after, unit), mood)
        words("p", say("{count} orders move or change", count=moving.figure(figures["orders_moved"])), "pw-dim")
        if not tried.verified:
            words("p", say("The check of this plan finds faults: do not rely on its dates."), "pw-risk")
        with box("pw-acts"):
            button("What moves", lambda: _moves(desk, tried))
            button("Discard", lambda: _discard(desk), hint="Keep the schedule as it is")
            if desk.may_pin:
                button("Accept", lambda: _accept(desk, pin), main=True, icon="push_pin")
            else:
                words("p", say("Pins are set in the latest plan of the plant as it is."), "pw-dim")


def _where(desk: Desk, pin: Pin, tried: Tried) -> str:
    """Say where the plan puts what was pinned, which may be later than was wished."""
    said = say("starts {start} on {work_center}", start=desk.moment(tried.start), work_center=pin.work_center)
    moved = abs(tried.start - pin.start) >= CLOSE
    return say("{said}, the first time it can from {start}", said=said, start=desk.moment(pin.start)) if moved else said


def _moves(desk: Desk, tried: Tried) -> None:
    with drawer("What moves"):
        heading("Sales orders and forecasts")
        rows = tried.demands[:MOVED_TOLD]
        shifts = [moving.shift(desk.moment, row["before"], row["after"]) for row in rows]
        moving.lines([(row["demand"], text, row["item"]) for row, text in zip(rows, shifts, strict=True)])
        moving.more(len(rows), int(tried.figures["demands_moved"]))
        heading("Orders of the plan")
        orders = tried.orders[: 3 * MOVED_TOLD]
        shifts = [moving.shift(desk.moment, row["finish_before"], row["finish"]) for row in orders]
        moving.lines(
            [(row["order"], f"{row['change']} {text}", row["item"]) for row, text in zip(orders, shifts, strict=True)]
        )
        moving.more(len(orders), int(tried.figures["orders_moved"]))


def _discard(desk: Desk) -> None:
    if desk.bar and desk.chart:
        desk.bar.clear()
        desk.chart.back()


# --- accepting ------------------------------------------------------------------------------------------------------


async def _accept(desk: Desk, pin: Pin) -> None:
    """Write the pin, an order that was only planned being firmed first, and ask for a plan."""
    before = await in_thread(lambda: last_entry(desk.seat.store))
    order = pin.order
    try:
        if await _is_planned(desk, order):
            order = str((await desk.seat.act("firm_order", {"order": order}))["order"])
        start = datetime.fromtimestamp(pin.start * 60, tz=UTC)
        pinned = {"order": order, "operation": pin.operation, "start": start, "work_center": pin.work_center}
        await desk.seat.act("pin_operation", pinned)
    except ProblemError as error:
        await _take_back(desk, before)
        _refuse(desk, error)
        return
    after = await in_thread(lambda: last_entry(desk.seat.store))
    done = (
        say("{order} is pinned", order=order)
        if order == pin.order
        else say("{order} is now {order_2}, firm and pinned", order=pin.order, order_2=order)
    )
    await _plan_again(desk, say("{done}. The plan is being made again.", done=done))

    async def undo() -> None:
        await _take_back(desk, before, after)
        _discard(desk)
        await _plan_again(desk, "Taken back. The plan is being made again.")

    _told(desk, f"{done}.", undo)


def _told(desk: Desk, text: str, undo: Callable[[], Any]) -> None:
    """Say what was done from a place that stays: the button that did it may be gone by now."""
    if desk.ground:
        with desk.ground:
            tell(text, undo=undo)


async def _is_planned(desk: Desk, order: str) -> bool:
    view = await desk.seat.view()
    rows = view.result("planned_order").filter((pl.col("order") == order) & (pl.col("state") == "planned"))
    return bool(rows.height)


def _refuse(desk: Desk, error: ProblemError) -> None:
    _discard(desk)
    if desk.bar:
        with desk.bar:
            problem_panel(error.problems, "The pin could not be written")


async def _take_back(desk: Desk, before: int, last: int | None = None) -> None:
    """Reverse this person's own entries since a moment, the latest first."""
    store, name = desk.seat.store, desk.seat.person.name
    last = (await in_thread(lambda: last_entry(store))) if last is None else last

    def work() -> None:
        for number in range(last, before, -1):
            found = entry(store, number)
            if found.by == name and found.action in PIN_ACTS:
                reverse(store, number, name)

    await in_thread(work)


async def _plan_again(desk: Desk, said: str) -> None:
    """Ask for a plan, and draw it when it is there; what was tried is shown until then."""
    if desk.bar is None:
        return
    desk.bar.clear()
    with desk.bar, box("pw-preview"):
        words("p", said)
    if not desk.seat.person.may("jobs.run"):
        return
    number = await in_thread(lambda: ask_job(desk.seat.store, "plan", {"scenario": ""}, desk.seat.person.name))
    with desk.bar:
        timer = ui.timer(LOOK_EVERY, lambda: _followed(desk, number, timer))


async def _followed(desk: Desk, number: int, timer: ui.timer) -> None:
    job = await in_thread(lambda: one_job(desk.seat.store, number))
    if not job.over or desk.bar is None:
        return
    timer.cancel()
    desk.bar.clear()
    if job.problems:
        with desk.bar:
            problem_panel(job.problems, "This could not be planned")
    await _load(desk, keep=True)


# --- one operation --------------------------------------------------------------------------------------------------


async def _open(desk: Desk, order: str, sequence: int) -> None:
    """Show an operation, with a form that moves it without a mouse."""
    view = await desk.seat.view()
    rows = view.result("scheduled_operation").filter((pl.col("order") == order) & (pl.col("sequence") == sequence))
    if not rows.height:
        return
    row = rows.row(0, named=True)
    center = say("{center} unit {unit}", center=row["work_center"], unit=row["unit"])
    with drawer(say("{order} operation {sequence}", order=order, sequence=sequence)):
        facts([
            ("Item", row["item"]), ("Quantity", wording.decimal(row["quantity"])),
            ("Work center", center if row["work_center"] else say("a supplier")),
            ("Start", desk.moment(row["start"])), ("Finish", desk.moment(row["finish"])),
            ("Due by planned lead times", desk.moment(row["due"])), ("Set-up", wording.duration(row["setup"])),
            ("Run", wording.duration(row["run"])), ("People and tools", row["people"] or wording.NONE),
            ("State", row["state"]),
        ])  # fmt: skip
        with box("pw-bar").style("margin-top: 12px"):
            link(say("The order"), address(desk.seat, f"/order/{order}"))
            if row["work_center"]:
                link(say("The work center"), address(desk.seat, f"/work-center/{row['work_center']}"))
            link(say("Its chain alone"), address(desk.seat, "/schedule", order=order, group="order"))
        if desk.seat.person.may(PINS) and row["work_center"] and row["state"] != "started":
            _move_form(desk, row, _able(view, row["item"], sequence, row["work_center"]))
        if row["state"] == "pinned" and desk.may_pin:
            button("Free the pin", lambda: _free(desk, order, sequence), icon="lock_open")


def _able(view: StoreView, item: str, sequence: int, own: str) -> list[str]:
    """Give the work centers that may do an operation, the one where it is planned first."""
    found = [own]
    for table in ("operation", "operation_alternate"):
        rows = view.table(table).filter((pl.col("item") == item) & (pl.col("sequence") == sequence))
        found += rows["work_center"].to_list()
    return list(dict.fromkeys(code for code in found if code))


def _move_form(desk: Desk, row: dict[str, Any], centers: list[str]) -> None:
    heading("Try another time or machine")
    local = datetime.fromtimestamp(row["start"] * 60, tz=UTC).astimezone(ZoneInfo(desk.zone))
    wish = {"at": local.strftime("%Y-%m-%dT%H:%M"), "center": row["work_center"]}
    with box("pw-bar"):
        field_of = ui.element("input").classes("pw-input").props(f"type=datetime-local {aria('Start')}")
        field_of.props["defaultValue"] = wish["at"]
        field_of.on("change", lambda event: wish.update(at=str(event.args)), js_handler=VALUE)
        choice("Machine", centers, row["work_center"], "", lambda value: wish.update(center=value))

        async def go() -> None:
            try:
                start = moment_of(wish["at"], desk.zone)
            except ProblemError:
                tell("Give a day and a time.", bad=True)
                return
            await _try(desk, Pin(row["order"], row["sequence"], start, wish["center"]))

        button("Try it", go, main=True)


async def _free(desk: Desk, order: str, sequence: int) -> None:
    await desk.seat.act("unpin_operation", {"order": order, "operation": sequence})
    number = await in_thread(lambda: last_entry(desk.seat.store))

    async def undo() -> None:
        await _take_back(desk, number - 1, number)
        await _plan_again(desk, "Taken back. The plan is being made again.")

    await _plan_again(
        desk, say("{order} operation {sequence} is free. The plan is being made again.", order=order, sequence=sequence)
    )
    _told(desk, say("{order} operation {sequence} is free.", order=order, sequence=sequence), undo)
