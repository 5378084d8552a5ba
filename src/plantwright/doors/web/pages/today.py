"""Today: what is late, at risk, short or full, and what changed; each number opens its rows."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Sheet
from plantwright.core.reader import say
from plantwright.doors.web.charts import PALETTE, QUIET, chart_of
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading, tile
from plantwright.doors.web.live import live
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.views import StoreView

AT_RISK = 2 * 1440
"""Minutes before its due date within which a delivery that is on time is at risk."""


@screen("/", "Today", "today", "Now")
async def today(seat: Seat) -> None:
    """Show the state of the plant in a minute's read; a new plan is shown by itself."""
    await live(seat, partial(_draw, seat), tables={"action_message"})


async def _draw(seat: Seat) -> None:
    plans = await in_thread(seat.store.plans)
    if not any(one["scenario"] == seat.scenario for one in plans):
        await _first(seat)
        return
    view = await seat.view()
    summary = await seat.report("summary")
    demands, messages = view.result("demand_plan"), view.table("action_message")
    with head("Today", summary.sentence):
        button("Schedule", to=address(seat, "/schedule"), icon="view_timeline")
    with box("pw-tiles"):
        _tiles(seat, demands, messages.filter(pl.col("state") == "open"))
    zone, year = view.settings.zone, await seat.year()
    with box("pw-cols"):
        with box():
            heading("Latest orders")
            late = await seat.report("late_orders")
            sheet_grid(seat, _first_rows(late.sheets[0], 8, "demand item due late_days cause"), year, zone, mark="late")
        with box():
            heading("What delays them")
            _bottlenecks(view)
    heading("What the plan asks for")
    page = await seat.report("messages")
    sheet_grid(seat, _first_rows(page.sheets[0], 10), year, zone, mark="messages")


async def _first(seat: Seat) -> None:
    view = await seat.view(need_plan=False)
    if view.table("item").height:
        head("Today", "The plant has no plan yet.")
        empty("Plan again, at the top, makes the first one.")
        return
    head("Today", "The plant is empty.")
    empty("Items, bills of material, routings and orders belong here.", ("Import files", "/import"))


def _tiles(seat: Seat, demands: pl.DataFrame, messages: pl.DataFrame) -> None:
    orders = demands.filter(pl.col("kind") == "sales order")
    late = orders.filter(pl.col("status") == "late")
    short = orders.filter(pl.col("status") == "short")
    close = orders.filter((pl.col("status") == "on time") & (pl.col("due") - pl.col("projected") < AT_RISK))
    days = float(late["late_days"].sum()) / SCALE
    all_late = address(seat, "/reports/late_orders")
    share = say("{late} of {orders}", late=wording.number(late.height), orders=wording.number(orders.height))
    tile(share, "orders late", all_late, "late" if late.height else "")
    tile(wording.number(days), "days late in all", all_late)
    tile(wording.number(close.height), "orders with less than 2 days to spare", address(seat, "/orders", show="risk"),
         "risk" if close.height else "")  # fmt: skip
    tile(
        wording.number(short.height),
        "orders short",
        address(seat, "/orders", show="short"),
        "late" if short.height else "",
    )
    for action in ("expedite", "release"):
        count = messages.filter(pl.col("action") == action).height
        tile(wording.number(count), say("orders to {action}", action=action), address(seat, "/messages", action=action))


def _bottlenecks(view: StoreView) -> None:
    rows = view.result("bottleneck").sort("rank").head(8)
    delays = [round(value / SCALE, 1) for value in rows["delay_days"]]
    names = [
        say("{center} · {share} full", center=center, share=wording.percent(share))
        for center, share in zip(rows["work_center"], rows["utilisation"], strict=True)
    ]
    said = {"show": True, "position": "right", "color": QUIET}
    bars = {"type": "bar", "name": "Days of delay", "data": delays, "barMaxWidth": 18, "label": said}
    bars["itemStyle"] = {"color": PALETTE[0]}
    chart_of(names, [bars], "Days of delay", "290px", lying=True)


def _first_rows(sheet: Sheet, count: int, names: str = "") -> Sheet:
    columns = {name: sheet.columns[name] for name in names.split() if name in sheet.columns} if names else sheet.columns
    return replace(sheet, rows=sheet.rows.head(count), columns=columns)
