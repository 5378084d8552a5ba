"""Late orders: which are late, by how much, and what makes them so."""

from __future__ import annotations

from dataclasses import replace

from plantwright.doors.web.charts import PALETTE, QUIET, chart_of
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, heading
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

MOST_CAUSES = 10
SHOWN = ("demand", "customer", "item", "quantity", "due", "projected", "late_days", "status", "cause", "value")


@screen("/late", "Late orders", "schedule", "Now")
async def late(seat: Seat) -> None:
    """List what is late, the latest first, with its cause; a row opens why."""
    view = await seat.view()
    customer, item = seat.query.get("customer", ""), seat.query.get("item", "")
    forecast = seat.query.get("forecast", "") == "yes"
    where = f"item = {item}" if item else ""
    page = await seat.report("late_orders", where, customer=customer, forecast=forecast)
    causes = await seat.report("late_causes")
    with head("Late orders", page.sentence):
        button("All orders", to=address(seat, "/orders"), icon="assignment")
    fields = (
        Filter("customer", "Customer", known=view.table("customer")["code"].to_list()),
        Filter("item", "Item", known=view.table("item")["code"].to_list()),
        Filter("forecast", "Forecasts", (("", "left out"), ("yes", "shown too"))),
    )
    filter_bar(seat, "/late", fields)
    sheet = page.sheets[0]
    if not sheet.rows.height:
        empty("Nothing is late here. Orders that the plan has after their due date stand in this list.",
              ("All orders", address(seat, "/orders")))  # fmt: skip
        return
    shown = replace(sheet, columns={name: sheet.columns[name] for name in SHOWN})
    sheet_grid(seat, shown, await seat.year(), view.settings.zone, mark="late-orders")
    if causes.sheets:
        heading("What binds them")
        rows = causes.sheets[0].rows.head(MOST_CAUSES)
        names = [f"{name} · {kind}" for name, kind in rows.select("object", "what").iter_rows()]
        days = [round(value / 1_000_000, 1) for value in rows["late_days"]]
        said = {"show": True, "position": "right", "color": QUIET}
        bars = {"type": "bar", "name": "Days late in all", "data": days, "barMaxWidth": 18, "label": said,
                "itemStyle": {"color": PALETTE[0]}}  # fmt: skip
        with box("pw-card"):
            chart_of(names, [bars], "Days late, by what binds", f"{60 + 26 * len(names)}px", lying=True)
