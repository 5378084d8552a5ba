"""Plans: those that are kept, and two of them side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.charts import PALETTE, chart_of
from plantwright.doors.web.kit import address, box, button, chip, empty, head, link, tell, words
from plantwright.doors.web.pages.reports import show_page
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.plan_store import behind

CENTERS = 12
HEADER = ("Plan", "Scenario", "Made", "By", "Judged", "Orders late", "Days late", "Orders", "Operations", "", "")


@screen("/plans", "Plans", "event_note", "Plan")
async def plans(seat: Seat) -> None:
    """List the plans that are kept."""
    kept = await in_thread(seat.store.plans)
    view = await seat.view(need_plan=False)
    zone, year = view.settings.zone, await seat.year()
    head(
        "Plans",
        say(
            "{plans} kept, the latest first. Older ones go, except those that are pinned.",
            plans=wording.count(len(kept), "plan"),
        ),
    )
    if not kept:
        empty("Plan again, at the top, makes the first one.")
        return
    with box("pw-card pw-scroll"), box("pw-table", "table"):
        with box(tag="thead"), box(tag="tr"):
            for place, name in enumerate(HEADER):
                words("th", say(name), "pw-num" if place in {5, 6, 7, 8} else "")
        with box(tag="tbody"):
            for one in kept:
                _row(seat, one, kept, zone, year)


def _row(seat: Seat, one: dict[str, Any], kept: list[dict[str, Any]], zone: str, year: int) -> None:
    totals, number = one["totals"], one["number"]
    with box(tag="tr"):
        with box(tag="td"):
            link(
                say("Plan {number}", number=number),
                address(replace(seat, query={"scenario": behind(one["scenario"])}), "/", plan=number),
            )
        words("td", one["scenario"] or say("as it is"))
        words("td", when(one["at"], zone, year))
        words("td", one["by"])
        with box(tag="td"):
            chip("verified", "good") if one["verified"] else chip("not verified", "risk")
            if one["pinned"]:
                chip("pinned")
        words("td", figure(totals.get("late_orders")), "pw-num" + " pw-late" * bool(totals.get("late_orders")))
        words("td", figure(totals.get("late_days"), 1), "pw-num")
        words("td", figure(totals.get("planned_orders")), "pw-num")
        words("td", figure(totals.get("operations")), "pw-num")
        with box(tag="td"):
            other = next((p["number"] for p in kept if p["number"] != number and p["scenario"] == ""), None)
            if other is not None:
                link(say("Compare"), f"/plans/compare?plan={other}&other={number}")
        with box(tag="td"):
            if seat.person.may("planning.plans"):
                button("Unpin" if one["pinned"] else "Pin", partial(_pin, seat, number, off=one["pinned"]))


async def _pin(seat: Seat, number: int, *, off: bool) -> None:
    try:
        await seat.act("pin_plan", {"number": number, "off": off})
    except ProblemError as error:
        tell(error.problems[0].message, bad=True)
        return
    ui.navigate.reload()


def when(iso: str, zone: str, year: int) -> str:
    """Write a moment of the journal in the plant's time zone.

    Examples
    --------
    >>> when("2026-03-14T06:00:00+00:00", "Europe/Berlin", 2026).replace(wording.SPACE, " ")
    'Sat 14 Mar 07:00'
    """
    return wording.moment(int(datetime.fromisoformat(iso).timestamp()) // 60, zone, year, clock=True)


def figure(value: float | None, decimals: int = 0) -> str:
    """Write a figure of a plan; a dash where there is none or it is zero."""
    return wording.number(value, decimals) if value else wording.NONE


@screen("/plans/compare", "Compare plans")
async def compare(seat: Seat) -> None:
    """Set two plans side by side."""
    other = seat.query.get("other", "")
    if seat.plan is None or not other.isdigit():
        head("Two plans side by side")
        empty("Two plans are set side by side here.", ("All plans", "/plans"))
        return
    page = await seat.report("compare", other=int(other))
    with head("Two plans side by side", page.sentence):
        button("The other way round", to=f"/plans/compare?plan={other}&other={seat.plan}", icon="swap_horiz")
        button("Excel", to=f"/api/v1/reports/compare?plan={seat.plan}&other={other}&format=xlsx", icon="download")
    await side_by_side(seat, page)


async def side_by_side(seat: Seat, page: Page) -> None:
    """Draw what differs between two plans, then list it."""
    names = [say("Plan {number}", number=number) for number in page.figures["plans"]]
    with box("pw-cols"):
        _lateness(page.figures["totals"], names)
        loads = next((sheet.rows for sheet in page.sheets if sheet.title == "Load"), None)
        if loads is not None and loads.height:
            _loads(loads, names)
    await show_page(seat, page)


def _lateness(totals: dict[str, dict[str, Any]], names: list[str]) -> None:
    measures = {"late_orders": "Late orders", "late_days": "Days late in all", "short_orders": "Orders short"}
    shown = {label: totals[name] for name, label in measures.items() if name in totals}
    series = [
        {"type": "bar", "name": name, "barMaxWidth": 26, "data": [row[side] or 0 for row in shown.values()],
         "itemStyle": {"color": PALETTE[place]}, "label": {"show": True, "position": "top"}}
        for place, (name, side) in enumerate(zip(names, ("before", "after"), strict=True))
    ]  # fmt: skip
    chart_of(list(shown), series, "What is late")


def _loads(loads: pl.DataFrame, names: list[str]) -> None:
    most = loads.sort(pl.max_horizontal("utilisation_before", "utilisation"), descending=True).head(CENTERS)
    series = [
        {"type": "bar", "name": name, "barMaxWidth": 16, "itemStyle": {"color": PALETTE[place]},
         "data": [None if value is None else round(100 * value / SCALE, 1) for value in most[column]]}
        for place, (name, column) in enumerate(zip(names, ("utilisation_before", "utilisation"), strict=True))
    ]  # fmt: skip
    chart_of(most["work_center"].to_list(), series, "Load of capacity [%]")
