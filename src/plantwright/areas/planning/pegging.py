"""What serves what: the pegs of a plan as a tree, down to the supplies and up to the demands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from plantwright.areas.planning.lookup import found
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.pages import Page, Sheet, View, listed, named, reached
from plantwright.core.reader import say
from plantwright.core.report import report

MOST_LINES = 2_000
Row = dict[str, Any]


@dataclass
class _Pegs:
    """Pegs by what asks and by what serves, and the orders and demands by name."""

    by_consumer: dict[tuple[bool, str], list[Row]]
    by_supply: dict[str, list[Row]]
    orders: dict[str, Row]
    demands: dict[str, Row]


def _pegs(view: View, name: str) -> _Pegs:
    """Give the pegs below and above a name; a plan may have a million others."""
    pegs = view.result("peg")
    below = reached(pegs, name, "demand", "supply")
    above = reached(pegs, name, "supply", "demand")
    down: dict[tuple[bool, str], list[Row]] = defaultdict(list)
    up: dict[str, list[Row]] = defaultdict(list)
    for row in below.sort("needed", "number").iter_rows(named=True):
        down[row["demand_kind"] == "order", row["demand"]].append(row)
    for row in above.sort("needed", "number").iter_rows(named=True):
        up[row["supply"]].append(row)
    names = pl.concat([below["supply"], above["demand"], pl.Series([name])]).unique().implode()
    orders = view.result("planned_order").filter(pl.col("order").is_in(names))
    demands = view.result("demand_plan").filter(pl.col("demand").is_in(names))
    return _Pegs(
        down,
        up,
        {row["order"]: row for row in orders.iter_rows(named=True)},
        {row["demand"]: row for row in demands.iter_rows(named=True)},
    )


@report
def pegging(plan: View, order: str, levels: int = 0) -> Page:
    """Show what serves an order or demand, and what it serves, as two trees with quantities and dates.

    Parameters
    ----------
    plan : plant and plan
    order : number of an order of the plan, of a sales order line, or name of a forecast
    levels : how many levels; 0 for all
    """
    asked, made = found(plan, order)
    pegs = _pegs(plan, order)
    down = list(_down(pegs, order, 1, levels, frozenset()))[:MOST_LINES]
    up = [] if made is None else list(_up(pegs, order, 1, levels, frozenset()))[:MOST_LINES]
    sheets = [_sheet(plan, say("What serves {order}", order=order), down)] if down else []
    sheets += [_sheet(plan, say("What {order} serves", order=order), up)] if up else []
    return Page(_sentence(order, asked, made, up), tuple(sheets))


def _sentence(order: str, asked: Row | None, made: Row | None, up: list[Row]) -> str:
    if asked is not None:
        covered = wording.decimal(asked["planned"])
        words = say(
            "{order} asks for {quantity} of {item}; {covered} is covered",
            order=order,
            quantity=wording.decimal(asked["quantity"]),
            item=asked["item"],
            covered=covered,
        )
        return f"{words}, {asked['status']}" + (
            say(" by {late}.", late=wording.days(_late(asked))) if _late(asked) else "."
        )
    assert made is not None  # noqa: S101 - one of the two was found
    ends = sorted({line["what"] for line in up if line["end"]})
    words = say(
        "{order} brings {quantity} of {item}",
        order=order,
        quantity=wording.decimal(made["quantity"]),
        item=made["item"],
    )
    if not ends:
        return say("{words}; no demand of the plan takes it.", words=words)
    shown = ", ".join(ends[:3]) + (say(" and {ends} more", ends=len(ends) - 3) if len(ends) > 3 else "")
    return say("{words}; in the end it serves {shown}.", words=words, shown=shown)


def _late(row: Row) -> float:
    return float(row["late_days"]) / 1_000_000


def _down(pegs: _Pegs, name: str, level: int, levels: int, path: frozenset[str]) -> Iterator[Row]:
    for peg in pegs.by_consumer.get((level > 1 or name not in pegs.demands, name), ()):
        supply = pegs.orders.get(peg["supply"], {"source": "", "state": "", "due": None, "late": False})
        yield {
            "level": level,
            "what": peg["supply"] or "stock",
            "item": peg["item"],
            "quantity": peg["quantity"],
            "available": peg["available"],
            "needed": peg["needed"],
            "kind": supply["source"],
            "state": supply["state"],
            "site": peg["site"],
            "end": not peg["supply"],
        }
        if peg["supply"] and peg["supply"] not in path and level != levels:
            yield from _down(pegs, peg["supply"], level + 1, levels, path | {peg["supply"]})


def _up(pegs: _Pegs, name: str, level: int, levels: int, path: frozenset[str]) -> Iterator[Row]:
    for peg in pegs.by_supply.get(name, ()):
        is_order = peg["demand_kind"] == "order"
        asks = pegs.orders.get(peg["demand"], {}) if is_order else pegs.demands.get(peg["demand"], {})
        yield {
            "level": level,
            "what": peg["demand"],
            "item": asks.get("item", peg["item"]),
            "quantity": peg["quantity"],
            "available": peg["available"],
            "needed": peg["needed"],
            "kind": asks.get("source", peg["demand_kind"]),
            "state": asks.get("state", asks.get("status", "")),
            "site": peg["site"],
            "end": not is_order,
        }
        if is_order and peg["demand"] not in path and level != levels:
            yield from _up(pegs, peg["demand"], level + 1, levels, path | {peg["demand"]})


def _sheet(view: View, title: str, lines: list[Row]) -> Sheet:
    columns = (
        named(Kind.TEXT, "what", "Order, demand or stock"),
        named(Kind.TEXT, "item", "Item that goes from one to the other", target="item"),
        named(Kind.QUANTITY, "quantity", "How much of it"),
        named(Kind.MOMENT, "available", "When the supply is there"),
        named(Kind.MOMENT, "needed", "When it is taken"),
        named(Kind.TEXT, "kind", "What it is"),
        named(Kind.TEXT, "state", "Where it stands"),
        named(Kind.TEXT, "site", "Site"),
        named(Kind.WHOLE, "level", "Level"),
    )
    return listed(view, title, columns, lines, tree="what")
