"""The MRP record: how the stock of an item goes, bucket by bucket.

Gross requirement, scheduled receipt, projected available, net requirement, planned receipt and planned release are the
lines of the classic record (Orlicky's Material Requirements Planning, 3rd edition, chapter 7; APICS Dictionary).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import polars as pl

from plantwright.areas.inventory.balances import balances
from plantwright.core import wording
from plantwright.core.buckets import Bucket, bucket_start, following, local_day
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, Sheet, View, listed, missing, named
from plantwright.core.parameters import Ref
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report

MOST_BUCKETS = 1_000
COLUMNS = (
    named(Kind.DAY, "bucket", "First day of the bucket; the first one holds what is past as well"),
    named(Kind.QUANTITY, "gross_requirement", "What demands and orders want in the bucket"),
    named(Kind.QUANTITY, "scheduled_receipt", "What existing orders bring"),
    named(Kind.QUANTITY, "projected_available", "Stock at the end of the bucket, planned receipts included"),
    named(Kind.QUANTITY, "net_requirement", "What is short of need and safety stock without new orders"),
    named(Kind.QUANTITY, "planned_receipt", "What new orders bring"),
    named(Kind.QUANTITY, "planned_release", "New orders that must be started or placed in the bucket"),
)


@report
def mrp(
    plan: View,
    item: Annotated[str, Ref("item")],
    site: Annotated[str, Ref("site")] = "",
    bucket: Bucket = "week",
    dates: Literal["need", "plan"] = "need",
) -> Page:
    """Show the MRP record of an item: requirements, receipts and projected stock by bucket.

    Parameters
    ----------
    plan : plant and plan
    item : code of the item
    site : site; empty for the only one that has it, or the main one
    bucket : the periods
    dates : need: by the dates on which things are needed; plan: by the dates of the finite plan
    """
    items = plan.table("item")["code"]
    stop_on_errors([] if item in items else [missing("item", item, items)])
    chosen = site or _site(plan, item)
    events = _events(plan, item, chosen, by_plan=dates == "plan")
    opening, safety = _opening(plan, item, chosen), _safety_stock(plan, item, chosen)
    lines = _record(plan, events, opening, safety, bucket)
    short = [line for line in lines if line["projected_available"] < 0]
    sentence = say(
        "{item} at {chosen}: {opening} in stock", item=item, chosen=chosen, opening=wording.decimal(opening)
    ) + (say(", safety stock {safety}.", safety=wording.decimal(safety)) if safety else ".")
    if short:
        first = wording.day(short[0]["bucket"], wording.year_of(plan.as_of, plan.settings.zone))
        sentence += say(" Projected short from the {bucket} of {first}.", bucket=bucket, first=first)
    return Page(sentence, (_sheet(plan, item, lines),), {"item": item, "site": chosen, "on_hand": opening / SCALE})


def _sheet(plan: View, item: str, lines: list[dict[str, Any]]) -> Sheet:
    table = listed(plan, say("MRP record of {item}", item=item), COLUMNS, lines)
    chart = Chart("line", "bucket", ("projected_available",))
    return replace(table, dashed=frozenset(table.columns) - {"projected_available"}, chart=chart)


def _site(plan: View, item: str) -> str:
    """Give the site of an item: the main one, or the one where the plan has it."""
    main = str(plan.settings["main_site"]) or next(iter(plan.table("site")["code"]), "")
    found = plan.result("planned_order").filter(pl.col("item") == item)["site"].unique().sort()
    asked = plan.result("planned_component").filter(pl.col("item") == item)["site"].unique().sort()
    sites = [*found, *asked]
    return main if main in sites or not sites else sites[0]


def _opening(plan: View, item: str, site: str) -> int:
    rows = balances(plan).filter(pl.col("nettable"), pl.col("item") == item, pl.col("site") == site)
    return int(rows["quantity"].sum())


def _safety_stock(plan: View, item: str, site: str) -> int:
    """Give what the plan keeps: computed for a service level, else as typed."""
    here = (pl.col("item") == item) & (pl.col("site") == site)
    computed = plan.result("stock_target").filter(here)
    if computed.height:
        return int(computed["used_safety_stock"].sum())
    return int(plan.table("item_site").filter(here)["safety_stock"].sum())


def _events(plan: View, item: str, site: str, *, by_plan: bool) -> pl.DataFrame:
    """Give everything that moves the item there. Columns: line, at, quantity."""
    here = (pl.col("item") == item) & (pl.col("site") == site)
    projected = pl.coalesce("projected", "due") if by_plan else pl.col("due")
    demands = plan.result("demand_plan").filter(here).select(at=projected, quantity="quantity")
    takes = plan.result("planned_component").filter(here)
    takes = takes.select(at="taken" if by_plan else "needed", quantity="quantity")
    orders = plan.result("planned_order").filter(here)
    orders = pl.concat([_receipts(orders, by_plan=by_plan), _by_products(plan, item, site, by_plan=by_plan)])
    new = orders.filter(pl.col("state") == "planned")
    return pl.concat([
        _as_line("gross_requirement", pl.concat([demands, takes])),
        _as_line("scheduled_receipt", orders.filter(pl.col("state") != "planned").select("at", "quantity")),
        _as_line("planned_receipt", new.select("at", "quantity")),
        _as_line("planned_release", new.filter("own").select("quantity", at="release").select("at", "quantity")),
    ])  # fmt: skip


def _as_line(line: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(pl.lit(line).alias("line"), "at", "quantity")


def _receipts(orders: pl.DataFrame, *, by_plan: bool) -> pl.DataFrame:
    at, release = ("finish", "start") if by_plan else ("due", "order_by")
    return orders.select("state", "quantity", at=pl.col(at), release=pl.col(release), own=pl.lit(value=True))


def _by_products(plan: View, item: str, site: str, *, by_plan: bool) -> pl.DataFrame:
    """Give what orders for other items bring of this one besides."""
    outputs = plan.table("co_product").filter(pl.col("product") == item).select("item", share="quantity")
    orders = plan.result("planned_order").filter((pl.col("site") == site) & (pl.col("source") == "make"))
    rows = _receipts(orders.join(outputs, on="item"), by_plan=by_plan)
    share = orders.join(outputs, on="item")["share"]
    quantity = (rows["quantity"].cast(pl.Float64) * share / SCALE).round().cast(pl.Int64)
    return rows.with_columns(quantity.alias("quantity"), own=pl.lit(value=False))


def _record(plan: View, events: pl.DataFrame, opening: int, safety: int, bucket: str) -> list[dict[str, Any]]:
    """Sum the events by bucket and carry the stock on from one to the next."""
    today = int(pl.select(local_day(pl.lit(plan.as_of), plan.settings.zone)).item())
    # What is past counts in the first bucket; what never comes is left out.
    events = events.filter(pl.col("at") < plan.as_of + 20 * 366 * 1440)
    day = pl.max_horizontal(local_day(pl.col("at"), plan.settings.zone), pl.lit(today))
    events = events.with_columns(bucket=bucket_start(day, bucket))
    sums = {(line, first): quantity for line, first, quantity in _sums(events).iter_rows()}
    last = max((first for _, first in sums), default=today)
    starts = [start for start in following(today, bucket, MOST_BUCKETS) if start <= max(last, today)]
    lines = []
    available = opening
    for start in starts:
        gross, scheduled, planned, release = (
            sums.get((line, start), 0)
            for line in ("gross_requirement", "scheduled_receipt", "planned_receipt", "planned_release")
        )
        net = max(gross + safety - available - scheduled, 0)
        available += scheduled + planned - gross
        lines.append({
            "bucket": start, "gross_requirement": gross, "scheduled_receipt": scheduled,
            "projected_available": available, "net_requirement": net, "planned_receipt": planned,
            "planned_release": release,
        })  # fmt: skip
    return lines


def _sums(events: pl.DataFrame) -> pl.DataFrame:
    return events.group_by("line", "bucket").agg(pl.col("quantity").sum())
