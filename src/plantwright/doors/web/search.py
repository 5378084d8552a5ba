"""Search over everything that has a number or a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from nicegui import ui

from plantwright.core.reader import say
from plantwright.doors.web.kit import address, aria, box, words
from plantwright.doors.web.screens import SCREENS
from plantwright.doors.web.seat import Seat, in_thread
from plantwright.flows.edits import sites_of
from plantwright.flows.views import StoreView

MOST = 12


@dataclass(frozen=True)
class Place:
    """A table in which is searched: its columns, and the address of what is found."""

    table: str
    columns: tuple[str, ...]
    to: str


PLACES = (
    Place("item", ("code", "name"), "/item/{}"),
    Place("sales_order_line", ("order",), "/why/{}"),
    Place("production_order", ("order",), "/order/{}"),
    Place("purchase_order_line", ("order",), "/order/{}"),
    Place("customer", ("code", "name"), "/tables/customer?row={}"),
    Place("supplier", ("code", "name"), "/tables/supplier?row={}"),
    Place("work_center", ("code", "name"), "/work-center/{}"),
)


@dataclass(frozen=True)
class Hit:
    """Something that was found: what it is, its code and name, and where it is shown."""

    kind: str
    code: str
    name: str
    to: str


def search(view: StoreView, text: str, most: int = MOST) -> list[Hit]:
    """Find rows whose code or name holds the text, codes that begin with it first; orders of the plan too."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    hits = [hit for place in PLACES for hit in _in_table(view.table(place.table), place, wanted, most)]
    if view.plan:
        orders = view.result("planned_order")
        hits += _in_table(
            orders.filter(pl.col("state") == "planned"), Place("planned_order", ("order",), "/order/{}"), wanted, most
        )
    return sorted(hits, key=lambda hit: (not hit.code.lower().startswith(wanted), len(hit.code)))[:most]


def _in_table(rows: pl.DataFrame, place: Place, wanted: str, most: int) -> list[Hit]:
    holds = pl.any_horizontal(
        pl.col(name).str.to_lowercase().str.contains(wanted, literal=True) for name in place.columns
    )
    found = rows.filter(holds).unique(place.columns[0], maintain_order=True).head(most)
    names = found[place.columns[1]].to_list() if len(place.columns) > 1 else [""] * found.height
    kind = place.table.replace("_line", "").replace("_", " ")
    return [
        Hit(kind, code, name, place.to.format(code)) for code, name in zip(found[place.columns[0]], names, strict=True)
    ]


def search_box(seat: Seat) -> None:
    """Offer the search; the key / goes to it."""
    with box().style("position: relative"):
        field = ui.element("input").classes("pw-input")
        field.props(f"id=pw-search type=search autocomplete=off {aria('Search items and orders')}")
        field.props["placeholder"] = say("Search") + "  /"
        with ui.menu().props("no-focus no-parent-event fit") as menu:
            results = box().style("min-width: 300px; padding: 6px")

    async def find(event: Any) -> None:
        text = str(event.args)
        sites = sites_of(seat.person)
        hits = await in_thread(lambda: search(seat.views.latest(seat.plan, seat.scenario, sites), text))
        screens = [one for one in SCREENS.values() if one.group and text and text.lower() in say(one.label).lower()]
        results.clear()
        with results:
            for one in screens[:4]:
                _line(seat, "page", say(one.label), "", one.path)
            for hit in hits:
                _line(seat, hit.kind, hit.code, hit.name, hit.to)
            if text and not hits and not screens:
                words("p", say("Nothing is called {text}.", text=text), "pw-dim")
        menu.open() if text else menu.close()

    field.on("input", find, js_handler="(event) => emit(event.target.value)", throttle=0.15, leading_events=False)


def _line(seat: Seat, kind: str, code: str, name: str, to: str) -> None:
    path, _, query = to.partition("?")
    more = dict(part.split("=") for part in query.split("&") if part)
    with (
        ui.element("a")
        .props(f'href="{address(seat, path, **more)}"')
        .style("display: flex; gap: 8px; padding: 3px 6px")
    ):
        words("b", code)
        words("span", name, "pw-dim")
        words("span", say(kind), "pw-chip").style("margin-left: auto")
