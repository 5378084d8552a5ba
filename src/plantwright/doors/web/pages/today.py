"""Today: what is late, at risk, short or full, and what changed; each number opens its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet
from plantwright.core.problem import ProblemError
from plantwright.core.reader import say
from plantwright.doors.web.charts import PALETTE, QUIET, chart_of
from plantwright.doors.web.grid import Cells, cells_of, sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, tile
from plantwright.doors.web.live import Parts, live
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.doors.web.shared import is_there, once
from plantwright.flows.views import StoreView

AT_RISK = 2 * 1440
"""Minutes before its due date within which a delivery that is on time is at risk."""
REPORTS = ("summary", "late_orders", "messages")
TABLES = {"action_message"}
"""Tables of the plant that are shown beside the plan."""


@screen("/", "Today", "today", "Now")
async def today(seat: Seat) -> None:
    """Show the state of the plant in a minute's read; a new plan is shown by itself."""
    parts = Parts(seat, partial(_read, seat), TABLES)
    try:
        await parts.begin()
    except ProblemError as error:
        if error.problems[0].code != "store-plan-missing":
            raise
        await _first(seat)
        return
    zone, year = (await seat.view()).settings.zone, await seat.year()
    parts.part("head", partial(_head, seat))
    parts.part("tiles", partial(_tiles, seat), "pw-tiles")
    with box("pw-cols"):
        with box():
            heading("Latest orders")
            parts.part("late", partial(_grid, seat, "late", zone, year))
        with box():
            heading("What delays them")
            parts.part("centers", _bottlenecks)
    heading("What the plan asks for")
    parts.part("messages", partial(_grid, seat, "messages", zone, year))


async def _first(seat: Seat) -> None:
    async def draw() -> None:
        if drawn:  # there is a plan by now, or something of a plant
            ui.navigate.reload()
        drawn.append(True)
        await _no_plan(seat)

    drawn: list[bool] = []
    await live(seat, draw, {"item"})


async def _no_plan(seat: Seat) -> None:
    view = await seat.view(need_plan=False)
    if view.table("item").height:
        head("Today", "The plant has no plan yet.")
        empty("Plan again, at the top, makes the first one.")
        return
    head("Today", "The plant is empty.")
    empty("Items, bills of material, routings and orders belong here.", ("Import files", "/import"))


# --- what is shown: the same for all who read alike -----------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """The figures of the tiles."""

    orders: int
    late: int
    days: float
    close: int
    short: int
    asked: tuple[tuple[str, int], ...]


async def _read(seat: Seat) -> Mapping[str, Any]:
    for name in REPORTS:
        seat.person.must(f"report:{name}")
    view = await seat.view()
    if is_there(view, "today"):
        return once(view, "today", dict)  # somebody else looks at the same
    reports = {name: await seat.report(name) for name in REPORTS}
    year = await seat.year()
    return await in_thread(lambda: once(view, "today", lambda: _shown(view, reports, year)))


def _shown(view: StoreView, reports: Mapping[str, Page], year: int) -> Mapping[str, Any]:
    late = _first_rows(reports["late_orders"].sheets[0], 8, "demand item due late_days cause")
    messages = _first_rows(reports["messages"].sheets[0], 10)
    zone = view.settings.zone
    return {
        "head": reports["summary"].sentence, "tiles": _figures(view), "late": cells_of(late, year, zone),
        "centers": _busiest(view), "messages": cells_of(messages, year, zone),
    }  # fmt: skip


def _figures(view: StoreView) -> Figures:
    orders = view.result("demand_plan").filter(pl.col("kind") == "sales order")
    late = orders.filter(pl.col("status") == "late")
    close = orders.filter((pl.col("status") == "on time") & (pl.col("due") - pl.col("projected") < AT_RISK))
    open_ones = view.table("action_message").filter(pl.col("state") == "open")["action"]
    return Figures(
        orders.height, late.height, float(late["late_days"].sum()) / SCALE, close.height,
        orders.filter(pl.col("status") == "short").height,
        tuple((action, int((open_ones == action).sum())) for action in ("expedite", "release")),
    )  # fmt: skip


def _busiest(view: StoreView) -> list[tuple[str, float]]:
    """Give the work centers that delay most: each with how full it is, and the days of delay."""
    rows = view.result("bottleneck").sort("rank").head(8)
    return [
        (say("{center} · {share} full", center=center, share=wording.percent(share)), round(delay / SCALE, 1))
        for center, share, delay in rows.select("work_center", "utilisation", "delay_days").iter_rows()
    ]


def _first_rows(sheet: Sheet, count: int, names: str = "") -> Sheet:
    columns = {name: sheet.columns[name] for name in names.split() if name in sheet.columns} if names else sheet.columns
    return replace(sheet, rows=sheet.rows.head(count), columns=columns)


# --- how it is drawn ------------------------------------------------------------------------------------------------


def _head(seat: Seat, sentence: str) -> None:
    with head("Today", sentence):
        button("Schedule", to=address(seat, "/schedule"), icon="view_timeline")


def _tiles(seat: Seat, now: Figures) -> None:
    all_late = address(seat, "/reports/late_orders")
    share = say("{late} of {orders}", late=wording.number(now.late), orders=wording.number(now.orders))
    risk, short = address(seat, "/orders", show="risk"), address(seat, "/orders", show="short")
    tile(share, "orders late", all_late, "late" if now.late else "")
    tile(wording.number(now.days), "days late in all", all_late)
    tile(wording.number(now.close), "orders with less than 2 days to spare", risk, "risk" if now.close else "")
    tile(wording.number(now.short), "orders short", short, "late" if now.short else "")
    for action, count in now.asked:
        tile(wording.number(count), say("orders to {action}", action=action), address(seat, "/messages", action=action))


def _grid(seat: Seat, mark: str, zone: str, year: int, cells: Cells) -> None:
    sheet_grid(seat, cells.sheet, year, zone, mark=mark, cells=cells)


def _bottlenecks(rows: list[tuple[str, float]]) -> None:
    said = {"show": True, "position": "right", "color": QUIET}
    bars = {"type": "bar", "name": "Days of delay", "data": [days for _, days in rows], "barMaxWidth": 18,
            "label": said, "itemStyle": {"color": PALETTE[0]}}  # fmt: skip
    chart_of([name for name, _ in rows], [bars], "Days of delay", "290px", lying=True)
