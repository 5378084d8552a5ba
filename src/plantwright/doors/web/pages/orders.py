"""Orders: sales, production, purchase and transfer orders with their days to spare and what they hang on."""

from __future__ import annotations

from typing import Any

from plantwright.core import wording
from plantwright.doors.web.filters import Filter, filter_bar, tabs
from plantwright.doors.web.grid import sheet_grid
from plantwright.doors.web.kit import address, box, empty, head, tile
from plantwright.doors.web.screens import screen
from plantwright.doors.web.seat import Seat

KINDS = (("sales", "Sales"), ("production", "Production"), ("purchase", "Purchase"), ("transfer", "Transfers"))
SHOWS = (("", "all"), ("late", "late"), ("risk", "at risk"), ("short", "short"))
TILES = (("late", "late", "late"), ("short", "short", "late"), ("at risk", "risk", "risk"), ("on time", "", ""))


@screen("/orders", "Orders", "assignment", "Orders")
async def orders(seat: Seat) -> None:
    """List the orders of a kind, the tightest first."""
    view = await seat.view()
    kind = seat.query.get("kind", "sales")
    kind = kind if kind in dict(KINDS) else "sales"
    partner = {"sales": ("customer", "Customer"), "purchase": ("supplier", "Supplier")}.get(kind)
    told: dict[str, Any] = {name: seat.query[name] for name in ("show", "item") if seat.query.get(name)}
    if partner and seat.query.get(partner[0]):
        told[partner[0]] = seat.query[partner[0]]
    page = await seat.report("order_book", kind=kind, **told)
    head("Orders", page.sentence)
    tabs(seat, "/orders", "kind", KINDS, kind)
    with box("pw-tiles"):
        for name, show, mood in TILES:
            count = int(page.figures[name])
            if count or name in {"late", "on time"}:
                to = address(seat, "/orders", kind=kind, **{**told, "show": show})
                tile(wording.number(count), name, to, mood if count else "")
    fields = [Filter("show", "Show", SHOWS), Filter("item", "Item", known=view.table("item")["code"].to_list())]
    if partner:
        fields.append(Filter(*partner, known=view.table(partner[0])["code"].to_list()))
    filter_bar(seat, "/orders", fields, kind=kind)
    sheet = page.sheets[0]
    if sheet.rows.height:
        sheet_grid(seat, sheet, await seat.year(), view.settings.zone, mark="orders")
    elif told:
        empty("No order is like that.", ("All of them", address(seat, "/orders", kind=kind)))
    else:
        empty("Orders of this kind stand here once they are entered or planned.", ("Import files", "/import"))
