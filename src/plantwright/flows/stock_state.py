"""How the stock of every item goes: on hand, projected week by week, short and in excess, by item and site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Literal

import polars as pl

from plantwright.areas.inventory.balances import balances
from plantwright.core import wording
from plantwright.core.buckets import Bucket, bucket_start, following, local_day
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import plural, say
from plantwright.core.report import report

Show = Literal["all", "short", "excess"]
KEY = ["item", "site"]
MOST_BUCKETS = 52
EPOCH = date(1970, 1, 1)
DASHED = frozenset({"blocked", "safety_stock", "short", "excess", "excess_value"})


def movements(view: View) -> pl.DataFrame:
    """Give everything that the plan takes and brings: item, site, at (minutes), quantity, below zero where it is taken.

    What is asked for counts on the day on which it is needed, what is brought on the day on which the plan has it: the
    sums show where the plan comes too late.
    """
    demands = view.result("demand_plan").select(*KEY, at="due", quantity=-pl.col("quantity"))
    takes = view.result("planned_component").select(*KEY, at="needed", quantity=-pl.col("quantity"))
    orders = view.result("planned_order")
    brings = orders.select(*KEY, at="finish", quantity="quantity")
    outputs = view.table("co_product").select("item", "product", share="quantity")
    made = orders.filter(pl.col("source") == "make").join(outputs, on="item")
    besides = (made["quantity"].cast(pl.Float64) * made["share"] / SCALE).round().cast(pl.Int64)
    by_products = made.select("site", item="product", at="finish").with_columns(quantity=besides)
    return pl.concat([demands, takes, brings, by_products.select(*KEY, "at", "quantity")])


def projected(view: View, bucket: str, count: int) -> tuple[pl.DataFrame, list[int]]:
    """Give the stock of every item and site at the end of each bucket.

    Returns
    -------
    Columns item, site, bucket (first day), available; every item that has stock or moves; and the buckets.
    """
    zone = view.settings.zone
    today = int(pl.select(local_day(pl.lit(view.as_of), zone)).item())
    starts = following(today, bucket, count)
    moves = movements(view).filter(pl.col("at") < view.as_of + 20 * 366 * 1440)
    day = pl.max_horizontal(local_day(pl.col("at"), zone), pl.lit(today))
    moves = moves.with_columns(bucket=bucket_start(day, bucket)).filter(pl.col("bucket") <= starts[-1])
    opening = on_hand(view).filter("nettable").group_by(KEY).agg(opening=pl.col("quantity").sum())
    keys = pl.concat([moves.select(KEY), opening.select(KEY)]).unique()
    grid = keys.join(pl.DataFrame({"bucket": starts}), how="cross")
    sums = moves.group_by(*KEY, "bucket").agg(pl.col("quantity").sum())
    grid = grid.join(sums, on=[*KEY, "bucket"], how="left").join(opening, on=KEY, how="left").sort(*KEY, "bucket")
    moved = pl.col("quantity").fill_null(0).cum_sum().over(KEY)
    return grid.select(*KEY, "bucket", available=pl.col("opening").fill_null(0) + moved), starts


def on_hand(view: View) -> pl.DataFrame:
    """Give the balances by item, site and whether they can be planned with."""
    return balances(view).group_by(*KEY, "nettable").agg(pl.col("quantity").sum())


def state(view: View, bucket: str = "week", count: int = 26) -> pl.DataFrame:
    """Give a row for each item and site: on hand, blocked, lowest and last projected stock, short, excess, value.

    Excess is what is in stock, can be planned with, and is neither taken by anything in the plan nor safety stock.
    """
    grid, _ = projected(view, bucket, count)
    below = grid.filter(pl.col("available") < 0).group_by(KEY).agg(first_short=pl.col("bucket").min())
    rows = grid.group_by(KEY, maintain_order=True).agg(
        lowest=pl.col("available").min(), in_26_weeks=pl.col("available").last(), projected="available"
    )
    stock = on_hand(view)
    free = stock.filter("nettable").select(*KEY, on_hand="quantity")
    blocked = stock.filter(~pl.col("nettable")).select(*KEY, blocked="quantity")
    pegged = view.result("peg").filter(pl.col("supply") == "").group_by(KEY).agg(used=pl.col("quantity").sum())
    kept = view.table("item_site").select(*KEY, "safety_stock")
    items = view.table("item").select("name", "unit", "family", item="code", unit_cost="standard_cost", kind="kind")
    for other in (free, blocked, pegged, kept, below):
        rows = rows.join(other, on=KEY, how="left")
    rows = rows.join(items, on="item", how="left").with_columns(
        pl.col("on_hand", "blocked", "used", "safety_stock", "unit_cost").fill_null(0)
    )
    short = (-pl.col("lowest")).clip(0)
    excess = (pl.col("on_hand") - pl.col("used") - pl.col("safety_stock")).clip(0)
    rows = rows.with_columns(short=short, excess=excess)
    return rows.with_columns(value=_worth("on_hand"), excess_value=_worth("excess")).sort(KEY)


def _worth(column: str) -> pl.Expr:
    return (pl.col(column).cast(pl.Float64) * pl.col("unit_cost") / SCALE).round().cast(pl.Int64)


def _chosen(rows: pl.DataFrame, show: str, item: str, site: str, family: str) -> pl.DataFrame:
    for name, value in (("item", item), ("site", site), ("family", family)):
        rows = rows.filter(pl.col(name) == value) if value else rows
    return rows if show == "all" else rows.filter(pl.col(show) > 0)


@report
def stock_state(
    plan: View, show: Show = "all", item: Annotated[str, Ref("item")] = "", site: Annotated[str, Ref("site")] = "",
    family: str = "",
) -> Page:  # fmt: skip
    """List the stock of each item and site: on hand, projected, short and in excess, with its value.

    Parameters
    ----------
    plan : plant and plan
    show : all; short, for what the plan has too late; excess, for what nothing in the plan takes
    item : only this item
    site : only this site
    family : only this product family
    """
    rows = _chosen(state(plan), show, item, site, family)
    rows = rows.sort("short", "excess_value", "item", descending=[True, True, False])
    money = plan.settings["currency"]
    total, idle = (wording.decimal(int(rows[name].sum()), 0) for name in ("value", "excess_value"))
    sentence = say(
        "{items} with stock or need, {total} {money} on hand; {short} short for a time, {idle} {money} in excess.",
        items=wording.count(rows.height, "item"),
        total=total,
        money=money,
        short=wording.number(rows.filter(pl.col("short") > 0).height),
        idle=idle,
    )
    columns = (
        "item", named(Kind.TEXT, "name", "Name"), named(Kind.TEXT, "site", "Site"),
        named(Kind.QUANTITY, "on_hand", "In stock, and can be planned with"),
        named(Kind.QUANTITY, "blocked", "In stock, and cannot be planned with"),
        named(Kind.QUANTITY, "safety_stock", "Kept for surprises"),
        named(Kind.QUANTITY, "in_26_weeks", "Projected in 26 weeks"),
        named(Kind.QUANTITY, "short", "Most that is needed before the plan has it"),
        named(Kind.DAY, "first_short", "Week in which it is short first"),
        named(Kind.QUANTITY, "excess", "In stock, and taken by nothing in the plan"),
        named(Kind.TEXT, "unit", "Unit"),
        named(Kind.MONEY, "value", "Stock on hand at standard cost"),
        named(Kind.MONEY, "excess_value", "Excess at standard cost"),
        named(Kind.TEXT, "family", "Product family"),
    )  # fmt: skip
    one = sheet(plan, "Stock", "planned_order", rows, *columns)
    return Page(sentence, (replace(one, dashed=DASHED),))


@report
def material(
    plan: View, bucket: Bucket = "week", count: int = 13, show: Show = "all",
    site: Annotated[str, Ref("site")] = "", family: str = "",
) -> Page:  # fmt: skip
    """Show the projected stock of every item by week, what is short first.

    Parameters
    ----------
    plan : plant and plan
    bucket : the periods
    count : how many periods
    show : all, only short, only excess
    site : only this site
    family : only this product family
    """
    count = min(max(count, 1), MOST_BUCKETS)
    rows = _chosen(state(plan, bucket, count), show, "", site, family)
    rows = rows.sort("first_short", "excess_value", "item", descending=[False, True, False], nulls_last=True)
    _, starts = projected(plan, bucket, count)
    periods = {str(EPOCH + timedelta(days=start)): start for start in starts}
    rows = rows.with_columns(pl.col("projected").list.get(place).alias(name) for place, name in enumerate(periods))
    columns: list[str | Column] = [
        "item", named(Kind.TEXT, "name", "Name"), named(Kind.TEXT, "site", "Site"),
        named(Kind.QUANTITY, "on_hand", "In stock, and can be planned with"),
        named(Kind.QUANTITY, "safety_stock", "Kept for surprises"),
        named(Kind.QUANTITY, "short", "Most that is needed before the plan has it"),
        named(Kind.QUANTITY, "excess", "In stock, and taken by nothing in the plan"),
    ]  # fmt: skip
    columns += [
        named(Kind.QUANTITY, day, say("Projected at the end of the {bucket} of {day}", bucket=bucket, day=day))
        for day in periods
    ]
    short = rows.filter(pl.col("short") > 0).height
    sentence = say(
        "{items}: {needed} before the plan has them. Stock at the end of each {bucket}, needs by their date and supply"
        " by the date of the plan.",
        items=wording.count(rows.height, "item"),
        needed=plural("{n} is needed", "{n} are needed", short, n=wording.number(short)),
        bucket=bucket,
    )
    one = replace(sheet(plan, "Projected stock", "planned_order", rows, *columns), dashed=DASHED)
    return Page(sentence, (one,), {"periods": list(periods)})
