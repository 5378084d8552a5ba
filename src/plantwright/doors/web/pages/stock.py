"""Stock: what is on hand, projected, short and in excess by item and site, with its value."""

from __future__ import annotations

from typing import Any

from plantwright.core import wording
from plantwright.core.reader import say
from plantwright.doors.web.filters import Filter, filter_bar
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, button, empty, head, tile
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

SHOWS = (("", "all"), ("short", "short"), ("excess", "in excess"))


@screen("/stock", "Stock", "warehouse", "Orders")
async def stock(seat: Seat) -> None:
    """List the stock with what is too much and what is too little."""
    view = await seat.view()
    names = ("show", "item", "site", "family")
    told: dict[str, Any] = {name: seat.query[name] for name in names if seat.query.get(name)}
    page = await seat.report("stock_state", **told)
    rows, money = page.sheets[0].rows, view.settings["currency"]
    with head("Stock", page.sentence):
        button("By place", to=address(seat, "/reports/stock"), icon="shelves")
        button("Week by week", to=address(seat, "/material"), icon="inventory")
    with box("pw-tiles"):
        tile(wording.decimal(int(rows["value"].sum()), 0), say("{money} on hand", money=money))
        short = int((rows["short"] > 0).sum())
        tile(wording.number(short), "items short for a time", address(seat, "/stock", **{**told, "show": "short"}),
             "late" if short else "")  # fmt: skip
        idle = wording.decimal(int(rows["excess_value"].sum()), 0)
        tile(
            idle,
            say("{money} that nothing in the plan takes", money=money),
            address(seat, "/stock", **{**told, "show": "excess"}),
        )
    families = sorted({one for one in view.table("item")["family"] if one})
    sites = tuple((one, one) for one in view.table("site")["code"])
    filter_bar(seat, "/stock", [
        Filter("show", "Show", SHOWS), Filter("site", "Site", (("", "all"), *sites)),
        Filter("item", "Item", known=view.table("item")["code"].to_list()), Filter("family", "Family", known=families),
    ])  # fmt: skip
    if rows.height:
        sheet_grid(seat, page.sheets[0], await seat.year(), view.settings.zone, mark="stock",
                   height="calc(100vh - 310px)")  # fmt: skip
    elif told:
        empty("No item is like that.", ("All of them", address(seat, "/stock")))
    else:
        empty("Stock stands here once opening balances or receipts are brought in.", ("Import files", "/import"))
