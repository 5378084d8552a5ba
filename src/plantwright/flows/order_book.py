"""The order book: every order with its days to spare, what it serves and what serves it; and what makes orders late."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, Sheet, View, listed, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import say
from plantwright.core.report import report

DAY = 1440
AT_RISK = 2 * DAY
"""Minutes to spare below which an order that is in time is at risk."""
NAMED = 3
"""So many orders are named in a link, the others counted."""
OrderKind = Literal["sales", "production", "purchase", "transfer"]
Show = Literal["all", "late", "risk", "short"]
SOURCES = {"production": ("make", "subcontract"), "purchase": ("buy",), "transfer": ("transfer",)}


@report
def order_book(
    plan: View, kind: OrderKind = "sales", show: Show = "all", customer: Annotated[str, Ref("customer")] = "",
    supplier: Annotated[str, Ref("supplier")] = "", item: Annotated[str, Ref("item")] = "",
) -> Page:  # fmt: skip
    """List orders with the days they have to spare, what they serve and what serves them, the tightest first.

    Parameters
    ----------
    plan : plant and plan
    kind : sales, production, purchase or transfer
    show : all; late; risk, for in time with less than two days to spare; short, for what cannot be served in full
    customer : with sales: only this customer
    supplier : with purchase: only this supplier
    item : only this item
    """
    rows = _sales(plan) if kind == "sales" else _orders(plan, kind)
    tests = {"customer": customer, "supplier": supplier, "item": item}
    for name, value in tests.items():
        rows = rows.filter(pl.col(name) == value) if value and name in rows.columns else rows
    counts = Counter(rows["status"])
    chosen = rows if show == "all" else rows.filter(pl.col("status") == {"risk": "at risk"}.get(show, show))
    one = _sales_sheet(plan, chosen) if kind == "sales" else _order_sheet(plan, chosen, kind)
    figures = {name: counts[name] for name in ("on time", "at risk", "late", "short")}
    return Page(_sentence(kind, rows.height, counts), (one,), figures)


def _sentence(kind: str, height: int, counts: Counter[str]) -> str:
    parts = [
        f"{wording.number(counts[name])} {say(name)}"
        for name in ("late", "short", "at risk", "on time")
        if counts[name]
    ]
    counted = {
        "sales": wording.count(height, "sales order"), "production": wording.count(height, "production order"),
        "purchase": wording.count(height, "purchase order"), "transfer": wording.count(height, "transfer order"),
    }  # fmt: skip
    return f"{counted[kind]}: {', '.join(parts) or say('none')}."


def _margin(due: str, done: str) -> pl.Expr:
    return ((pl.col(due) - pl.col(done)).cast(pl.Float64) / DAY * SCALE).round().cast(pl.Int64)


def _status(late: pl.Expr, planned: pl.Expr) -> pl.Expr:
    # What is only planned comes just in time by intent.
    tight = (pl.col("margin") < AT_RISK * SCALE // DAY) & ~planned
    return pl.when(late).then(pl.lit("late")).when(tight).then(pl.lit("at risk")).otherwise(pl.lit("on time"))


def _sales(view: View) -> pl.DataFrame:
    rows = view.result("demand_plan").filter(pl.col("kind") == "sales order")
    rows = rows.with_columns(margin=_margin("due", "projected"))
    short = pl.when(pl.col("status") == "short").then(pl.lit("short"))
    rows = rows.with_columns(status=short.otherwise(_status(pl.col("status") == "late", pl.lit(value=False))))
    return _with_links(view, rows, "demand").sort("margin", "due", "demand", nulls_last=False)


def _orders(view: View, kind: str) -> pl.DataFrame:
    rows = view.result("planned_order").filter(pl.col("source").is_in(SOURCES[kind]))
    value = (pl.col("quantity").cast(pl.Float64) / SCALE * pl.col("unit_cost")).round().cast(pl.Int64)
    rows = rows.with_columns(margin=_margin("due", "finish"), value=value)
    return _with_links(
        view, rows.with_columns(status=_status(pl.col("late"), pl.col("state") == "planned")), "order"
    ).sort("margin", "due", "order")


def _with_links(view: View, rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """Add what directly serves each row, and what it directly serves."""
    pegs = view.result("peg")
    below = pegs.with_columns(what=pl.when(pl.col("supply") == "").then(pl.lit("stock")).otherwise("supply"))
    rows = rows.join(_named(below, "demand", "what", key, "served_by"), on=key, how="left", maintain_order="left")
    above = _named(pegs.filter(pl.col("supply") != ""), "supply", "demand", key, "serves")
    return rows.join(above, on=key, how="left", maintain_order="left").with_columns(
        pl.col("served_by", "serves").fill_null("")
    )


def _named(pegs: pl.DataFrame, by: str, what: str, key: str, column: str) -> pl.DataFrame:
    groups = pegs.group_by(pl.col(by).alias(key)).agg(names=pl.col(what).unique(maintain_order=True))
    shown = pl.col("names").list.head(NAMED).list.join(", ")
    more = pl.col("names").list.len() - NAMED
    words = pl.when(pl.col("names").list.len() > NAMED).then(pl.format("{} and {} more", shown, more)).otherwise(shown)
    return groups.select(key, words.alias(column))


MARGIN = named(Kind.QUANTITY, "margin", "Days to spare before it is due; below zero it is late", unit="d")
SERVES = named(Kind.TEXT, "serves", "What it directly serves")
SERVED_BY = named(Kind.TEXT, "served_by", "What directly serves it")


def _sales_sheet(view: View, rows: pl.DataFrame) -> Sheet:
    names = ("demand", "customer", "item", "quantity", "due", "projected", MARGIN, "status", SERVED_BY, "cause",
             "planned", "value", "priority", "site")  # fmt: skip
    return sheet(view, "Sales orders", "demand_plan", rows, *names)


def _order_sheet(view: View, rows: pl.DataFrame, kind: str) -> Sheet:
    partner: tuple[str, ...] = {"purchase": ("supplier",), "transfer": ("from_site",)}.get(kind, ())
    names: tuple[str | Column, ...] = ("order", "item", *partner, "quantity", "state", "start", "finish", "due", MARGIN,
             named(Kind.TEXT, "status", "On time, at risk or late against the date it is needed"), SERVES, SERVED_BY,
             "order_by", named(Kind.MONEY, "value", "Quantity times unit cost"), "site")  # fmt: skip
    return sheet(view, say("{kind} orders", kind=kind.capitalize()), "planned_order", rows, *names)


@report
def late_causes(plan: View) -> Page:
    """Sum up what binds the late orders: for each cause how many orders, and the days they are late.

    Parameters
    ----------
    plan : plant and plan
    """
    late = plan.result("demand_plan").filter(pl.col("kind") == "sales order", pl.col("status") == "late")
    binding = plan.result("reason").filter("binding").select("demand", "object", what="kind")
    rows = late.join(binding, on="demand", how="left").with_columns(pl.col("object", "what").fill_null("unknown"))
    sums = rows.group_by("object", "what").agg(orders=pl.len().cast(pl.Int64), late_days=pl.col("late_days").sum())
    sums = sums.sort("late_days", "object", descending=[True, False])
    lines: list[dict[str, Any]] = sums.to_dicts()
    columns = (
        named(Kind.TEXT, "object", "What was waited for"),
        named(Kind.TEXT, "what", "Kind of cause"),
        named(Kind.WHOLE, "orders", "Late sales orders that it binds"),
        named(Kind.QUANTITY, "late_days", "Days they are late in all", unit="d"),
    )
    first = (
        say("; {object} binds {orders} of them", object=lines[0]["object"], orders=wording.number(lines[0]["orders"]))
        if lines
        else ""
    )
    found = listed(plan, "Causes", columns, lines)
    one = Sheet(found.title, found.rows, found.columns, chart=Chart("bar", "object", ("late_days",)))
    return Page(
        say("{sales_order} late{first}.", sales_order=wording.count(late.height, "sales order"), first=first),
        (one,) if lines else (),
    )
