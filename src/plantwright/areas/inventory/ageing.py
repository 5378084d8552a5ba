"""How old the stock is, how fast it turns, and what lies idle, from the ledger alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import polars as pl

from plantwright.areas.inventory.balances import places
from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import say
from plantwright.core.report import report

KEY = ("item", "site")
AGES = ((30, "up_to_30"), (90, "up_to_90"), (180, "up_to_180"), (365, "up_to_365"), (None, "older"))
"""Bounds of age in days, with the names of their columns."""
DAY = 1440
FAR = 10**9
YEAR = 365
SLOW = 180
"""Days without an issue after which stock counts as slow, and days of cover beyond a year."""
State = Literal["", "active", "slow", "dead", "no issues yet"]


@report(label="Age of stock and turns")
def ageing_turns(
    plant: View, state: State = "", item: Annotated[str, Ref("item")] = "", site: Annotated[str, Ref("site")] = "",
    family: str = "",
) -> Page:  # fmt: skip
    """List the stock by its age, with how often it turns in a year, how long it lasts, and what is slow or dead.

    Parameters
    ----------
    plant : the plant
    state : only items in this state: slow without an issue for half a year or with cover for more than a year, dead
        without one for a year
    item : only this item
    site : only this site
    family : only this product family
    """
    rows = aged(plant)
    for name, value in (("item", item), ("site", site), ("family", family), ("state", state)):
        rows = rows.filter(pl.col(name) == value) if value else rows
    rows = rows.sort("value", "item", descending=[True, False])
    total = int(rows["value"].sum() or 0)
    idle = rows.filter(pl.col("state").is_in(["slow", "dead"]))
    old = int(rows["old_value"].sum() or 0)
    sentence = say(
        "{items} in stock, worth {total} {money}; {old} {money} of it older than a year, {idle} {money} of what is slow"
        " or dead.",
        items=wording.count(rows.height, "item"), total=wording.decimal(total, 0), old=wording.decimal(old, 0),
        idle=wording.decimal(int(idle["value"].sum() or 0), 0), money=plant.settings["currency"],
    )  # fmt: skip
    used, stock = int(rows["year_value"].sum() or 0), int(rows["mean_value"].sum() or 0)
    figures = {"value": total, "older_than_a_year": old, "turns": round(used / stock, 3) if stock else None}
    one = sheet(plant, say("Stock"), "stock_move", rows, *_columns())
    return Page(sentence, (replace(one, dashed=frozenset(name for _, name in AGES)),), figures)


def _columns() -> tuple[str | Column, ...]:
    ages = [
        named(Kind.QUANTITY, name, say("In stock for {days} days at most", days=days) if days
              else say("In stock for more than a year"))
        for days, name in AGES
    ]  # fmt: skip
    return (
        "item", named(Kind.TEXT, "name", "Name"), named(Kind.TEXT, "site", "Site"),
        named(Kind.TEXT, "state", "active, slow, dead, or without any issue yet"),
        named(Kind.MONEY, "value", "In stock, at standard cost"), named(Kind.QUANTITY, "on_hand", "In stock"),
        named(Kind.TEXT, "unit", "Unit"), *ages, named(Kind.WHOLE, "age", "Mean age", unit="d"),
        named(Kind.QUANTITY, "turns", "What left in a year over the mean stock of that year"),
        named(Kind.WHOLE, "cover", "Days that it lasts at the pace of the last year", unit="d"),
        named(Kind.QUANTITY, "year", "What left in the last year, for customers and production"),
        named(Kind.DAY, "last_issue", "Day of the last issue"), named(Kind.MONEY, "old_value", "Older than a year"),
        named(Kind.TEXT, "family", "Product family"),
    )  # fmt: skip


def aged(view: View) -> pl.DataFrame:
    """Give a row for each item and site with stock: its layers by age, use, turns, cover and state.

    What was received first is taken to have left first, so the stock is made up of the latest receipts. Moves within a
    site change no age; a move to another site does.
    """
    flows = flows_of(view)
    rows = _balance(flows).join(_layers(view.as_of, flows), on=KEY, how="left")
    for other in (_year(view.as_of, flows), _mean_stock(view.as_of, flows)):
        rows = rows.join(other, on=KEY, how="left")
    items = view.table("item").select("name", "unit", "family", item="code", cost="standard_cost")
    rows = rows.join(items, on="item", how="left").with_columns(pl.col("cost", "year", "mean_stock").fill_null(0))
    days = pl.col("year").cast(pl.Float64) / YEAR
    rows = rows.with_columns(
        turns=_ratio("year", "mean_stock"),
        cover=pl.when(pl.col("year") > 0).then((pl.col("on_hand") / days).round()).cast(pl.Int64),
        value=_worth("on_hand"), old_value=_worth("older"), year_value=_worth("year"), mean_value=_worth("mean_stock"),
    )  # fmt: skip
    return rows.with_columns(state=_state(view.as_of))


def flows_of(view: View) -> pl.DataFrame:
    """Give what came to and left each site, up to the view's moment: item, site, at, quantity, used.

    `used` tells whether it left for customers or production, or came back from there.
    """
    where = places(view).select("code", "site")
    moves = view.table("stock_move").filter(pl.col("at") <= view.as_of)
    moves = moves.join(where.rename({"code": "from_location", "site": "left"}), on="from_location", how="left")
    moves = moves.join(where.rename({"code": "to_location", "site": "came"}), on="to_location", how="left")
    moves = moves.filter(pl.col("left").ne_missing(pl.col("came")))
    ends = ["CUSTOMER", "PRODUCTION"]
    came = moves.filter(pl.col("came").is_not_null()).select(
        "item", "at", "quantity", site="came", used=pl.col("from_location").is_in(ends) & (pl.col("reverses") != "")
    )
    taken = pl.col("to_location").is_in(ends) & (pl.col("reverses") == "")
    left = moves.filter(pl.col("left").is_not_null()).select("item", "at", -pl.col("quantity"), site="left", used=taken)
    columns = ["item", "site", "at", "quantity", "used"]
    return pl.concat([came.select(columns), left.select(columns)])


def _balance(flows: pl.DataFrame) -> pl.DataFrame:
    return flows.group_by(KEY).agg(on_hand=pl.col("quantity").sum()).filter(pl.col("on_hand") > 0)


def _layers(as_of: int, flows: pl.DataFrame) -> pl.DataFrame:
    """Give the stock by age: the latest receipts first, until they make up what is there."""
    came = flows.filter((pl.col("quantity") > 0) & ~pl.col("used")).sort("at", descending=True)
    there = _balance(flows)
    rows = came.join(there, on=KEY).with_columns(before=pl.col("quantity").cum_sum().over(KEY) - pl.col("quantity"))
    rows = rows.with_columns(
        kept=pl.min_horizontal("quantity", (pl.col("on_hand") - pl.col("before")).clip(0)),
        days=(as_of - pl.col("at")) // DAY,
    ).filter(pl.col("kept") > 0)
    sums, before = [], -1
    for bound, name in AGES:
        last = FAR if bound is None else bound
        inside = (pl.col("days") > before) & (pl.col("days") <= last)
        sums.append(pl.col("kept").filter(inside).sum().alias(name))
        before = last
    weight = (pl.col("kept").cast(pl.Float64) * pl.col("days")).sum() / pl.col("kept").sum()
    return rows.group_by(KEY).agg(*sums, age=weight.round().cast(pl.Int64))


def _year(as_of: int, flows: pl.DataFrame) -> pl.DataFrame:
    """Give what was used in the last year, the last issue, and the first move of all."""
    year = pl.col("at") > as_of - YEAR * DAY
    issue = pl.col("used") & (pl.col("quantity") < 0)
    return flows.group_by(KEY).agg(
        year=(-pl.col("quantity")).filter(pl.col("used") & year).sum().clip(0),
        last_issue=(pl.col("at") // DAY).filter(issue).max(), first=pl.col("at").min() // DAY,
    )  # fmt: skip


def _mean_stock(as_of: int, flows: pl.DataFrame) -> pl.DataFrame:
    """Give the mean of the stock at the ends of twelve stretches of the last year since the first move."""
    moments = [as_of - YEAR * DAY * step // 12 for step in range(12)]
    at, amount = pl.col("at"), pl.col("quantity")
    sums = [amount.filter(at <= one).sum().alias(f"_{place}") for place, one in enumerate(moments)]
    known = [(at <= one).any().alias(f"known_{place}") for place, one in enumerate(moments)]
    rows = flows.group_by(KEY).agg(*sums, *known)
    total = pl.sum_horizontal(f"_{place}" for place in range(12))
    count = pl.sum_horizontal(pl.col(f"known_{place}").cast(pl.Int64) for place in range(12))
    mean = (total.cast(pl.Float64) / count.clip(lower_bound=1)).round().cast(pl.Int64)
    return rows.select(*KEY, mean_stock=mean.clip(0))


def _ratio(above: str, below: str) -> pl.Expr:
    share = pl.col(above).cast(pl.Float64) / pl.col(below) * SCALE
    return pl.when(pl.col(below) > 0).then(share.round()).cast(pl.Int64)


def _worth(column: str) -> pl.Expr:
    return (pl.col(column).fill_null(0).cast(pl.Float64) * pl.col("cost") / SCALE).round().cast(pl.Int64)


def _state(as_of: int) -> pl.Expr:
    today = as_of // DAY
    since = today - pl.coalesce("last_issue", "first")
    return (
        pl.when(since > YEAR).then(pl.lit("dead"))
        .when((since > SLOW) | (pl.col("cover") > YEAR)).then(pl.lit("slow"))
        .when(pl.col("last_issue").is_null()).then(pl.lit("no issues yet"))
        .otherwise(pl.lit("active"))
    )  # fmt: skip


__all__ = ["aged", "ageing_turns", "flows_of"]
