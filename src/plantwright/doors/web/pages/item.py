"""One item: how its stock goes, what moves it, what it is made of, where it is used, and who sells it."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, Sheet, sheet
from plantwright.core.reader import say
from plantwright.doors.web.cells import cell_texts, column_label
from plantwright.doors.web.charts import PALETTE, QUIET, chart_of
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import plain_grid, sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, facts, head, heading, words
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat
from plantwright.flows.views import StoreView

BUCKETS = (("day", "day"), ("", "week"), ("month", "month"))
DATES = (("", "when things are needed"), ("plan", "when the plan has them"))
MOST_BUCKETS = 60
RECORD_LINES = (
    "gross_requirement", "scheduled_receipt", "projected_available", "net_requirement", "planned_receipt",
    "planned_release",
)  # fmt: skip
SUPPLIER = ("supplier", "from_quantity", "price", "lead_time", "minimum", "multiple", "rank", "effective_from",
            "effective_to")  # fmt: skip


@screen("/item/{code:path}", "Item")
async def item(seat: Seat) -> None:
    """Show an item from all sides."""
    code = seat.query["code"]
    view = await seat.view()
    found = view.table("item").filter(pl.col("code") == code)
    if not found.height:
        empty(say("There is no item {code}.", code=code), ("All items", address(seat, "/tables/item")))
        return
    row, zone, year = found.row(0, named=True), view.settings.zone, await seat.year()
    bucket, dates = seat.query.get("bucket", "") or "week", seat.query.get("dates", "") or "need"
    record = await seat.report("mrp", item=code, site=seat.query.get("site", ""), bucket=bucket, dates=dates)
    with head(f"{code} {row['name']}", record.sentence):
        button("Bill of material", to=address(seat, f"/bom/{code}"), icon="account_tree")
        button("Routing", to=address(seat, f"/routing/{code}"), icon="route")
        there = address(seat, "/stock-policy", item=code, site=seat.query.get("site", ""))
        button("Stock policy", to=there, icon="tune")
        button("In its table", to=address(seat, "/tables/item", row=code), icon="table_chart")
    sites = tuple((one, one) for one in view.table("site")["code"])
    fields = [Filter("bucket", "By", BUCKETS), Filter("dates", "Dated", DATES)]
    if len(sites) > 1:
        fields.append(Filter("site", "Site", (("", "the main one"), *sites)))
    filter_bar(seat, address(seat, f"/item/{code}").split("?")[0], fields)
    one = record.sheets[0]
    with box("pw-card"):
        _chart(one, view, row["unit"], code, str(record.figures["site"]), zone, year)
    heading("MRP record")
    _record(one, zone, year)
    with box("pw-cols"):
        with box():
            heading("Facts")
            with box("pw-card"):
                facts(_facts(view, row, code, str(record.figures["site"]), zone, year))
        with box():
            await _part(seat, "In stock", await seat.report("stock", item=code), year, zone)
    await _messages(seat, code, year, zone)
    await _part(seat, "Orders", await seat.report("orders_of_item", item=code), year, zone)
    suppliers = view.table("supplier_item").filter(pl.col("item") == code).sort("rank", "supplier", "from_quantity")
    if suppliers.height:
        heading("Suppliers")
        sheet_grid(seat, sheet(view, "Suppliers", "supplier_item", suppliers, *SUPPLIER), year, zone)
    with box("pw-cols"):
        with box():
            await _part(seat, "Made of", await seat.report("bom", item=code), year, zone)
        with box():
            await _part(seat, "Used in", await seat.report("where_used", item=code), year, zone)


async def _part(seat: Seat, title: str, page: Page, year: int, zone: str) -> None:
    heading(title)
    words("p", page.sentence, "pw-dim").style("margin: 0 0 6px")
    for one in page.sheets:
        if one.rows.height:
            sheet_grid(seat, one, year, zone)


async def _messages(seat: Seat, code: str, year: int, zone: str) -> None:
    page = await seat.report("messages", f"item = {code}")
    if page.sheets[0].rows.height:
        heading("What the plan asks")
        sheet_grid(seat, page.sheets[0], year, zone)


def _facts(view: StoreView, row: dict[str, Any], code: str, site: str, zone: str, year: int) -> list[tuple[str, str]]:
    columns = view.columns("item")
    rows = [(name, wording.shown(row[name], columns[name], zone, year)) for name in columns]
    rows = [one for one in rows if one[0] not in {"code", "name"}]
    rules = view.table("item_site").filter(pl.col("item") == code, pl.col("site") == site)
    if rules.height:
        rule, own = rules.row(0, named=True), view.columns("item_site")
        rows += [(name, wording.shown(rule[name], own[name], zone, year)) for name in own
                 if name not in {"item", "site"} and rule[name]]  # fmt: skip
    return [(name.replace("_", " ").capitalize(), text) for name, text in rows if text]


def _chart(one: Sheet, view: StoreView, unit: str, code: str, site: str, zone: str, year: int) -> None:
    """Draw the projected stock as steps, with what comes and goes as bars."""
    rows = one.rows.head(MOST_BUCKETS)
    days = cell_texts(rows["bucket"].to_list(), one.columns["bucket"], zone, year)
    stock = [value / SCALE for value in rows["projected_available"]]
    came = [(a + b) / SCALE for a, b in rows.select("scheduled_receipt", "planned_receipt").iter_rows()]
    went = [-value / SCALE for value in rows["gross_requirement"]]
    line = {"type": "line", "step": "end", "name": say("Projected stock [{unit}]", unit=unit),
            "data": stock, "symbolSize": 3,
            "itemStyle": {"color": PALETTE[0]}, "areaStyle": {"opacity": 0.08}}  # fmt: skip
    rules = view.table("item_site").filter(pl.col("item") == code, pl.col("site") == site)
    safety = rules["safety_stock"][0] / SCALE if rules.height else 0
    if safety:
        said = {"formatter": say("safety stock"), "position": "insideStartTop", "color": QUIET}
        line["markLine"] = {"silent": True, "symbol": "none", "data": [{"yAxis": safety}], "label": said}
    bars = [
        {"type": "bar", "stack": "moves", "name": name, "data": data, "barMaxWidth": 12, "itemStyle": {"color": color}}
        for name, data, color in ((say("Comes in"), came, PALETTE[2]), (say("Goes out"), went, PALETTE[5]))
    ]
    chart_of(days, [line, *bars], say("Stock at {site}", site=site), "280px").mark("stock-chart")


def _record(one: Sheet, zone: str, year: int) -> None:
    """Write the record as planners know it: a line for each kind of movement, a column for each bucket."""
    rows = one.rows.head(MOST_BUCKETS)
    days = cell_texts(rows["bucket"].to_list(), one.columns["bucket"], zone, year)
    data = []
    for name in RECORD_LINES:
        texts = cell_texts(rows[name].to_list(), one.columns[name], zone, year)
        dash = name != "projected_available"
        cells = {
            f"b{place}": wording.NONE if dash and value == 0 else text
            for place, (value, text) in enumerate(zip(rows[name], texts, strict=True))
        }
        data.append({"line": column_label(name, one.columns[name]), **cells})
    short = "p => String(p.value).startsWith('\N{MINUS SIGN}') ? 'pw-num pw-late' : 'pw-num'"
    columns = [{"field": "line", "headerName": "", "pinned": "left", "width": 180, "sortable": False}] + [
        {"field": f"b{place}", "headerName": day, "width": max(96, int(len(day) * 7.4) + 40), ":cellClass": short,
         "headerClass": "pw-num", "sortable": False}
        for place, day in enumerate(days)
    ]  # fmt: skip
    plain_grid({"columnDefs": columns, "rowData": data}, "232px").mark("mrp-record")
