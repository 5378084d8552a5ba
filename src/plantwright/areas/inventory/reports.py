"""What is in stock, and how it will go: the MRP record of an item."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from plantwright.areas.inventory.ageing import ageing_turns
from plantwright.areas.inventory.balances import balances
from plantwright.areas.inventory.record import mrp
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, named, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import say
from plantwright.core.report import report


@report
def stock(plant: View, item: Annotated[str, Ref("item")] = "", site: Annotated[str, Ref("site")] = "") -> Page:
    """List what is in stock by item and place, with its value.

    Parameters
    ----------
    plant : the plant
    item : only this item
    site : only this site
    """
    rows = balances(plant).filter((pl.col("item") == item) | (item == ""), (pl.col("site") == site) | (site == ""))
    items = plant.table("item").select(
        pl.col("code").alias("item"), "name", "unit", "family", unit_cost="standard_cost"
    )
    rows = rows.join(items, on="item", how="left")
    value = (pl.col("quantity").cast(pl.Float64) * pl.col("unit_cost") / SCALE).round().cast(pl.Int64)
    rows = rows.with_columns(value=value, blocked=~pl.col("nettable")).sort("item", "location")
    worth = wording.decimal(int(rows["value"].sum() or 0), 0)
    blocked = rows.filter("blocked").height
    sentence = (
        say(
            "{items} in stock, worth {worth} {currency} at standard cost.",
            items=wording.count(rows["item"].n_unique(), "item"),
            worth=worth,
            currency=plant.settings["currency"],
        )
    ) + (say(" {balances} cannot be planned with.", balances=wording.count(blocked, "balance")) if blocked else "")
    columns = (
        "item",
        named(Kind.TEXT, "name", "Name"),
        named(Kind.REF, "location", "Place", target="location"),
        named(Kind.QUANTITY, "quantity", "How much is there"),
        named(Kind.TEXT, "unit", "Unit"),
        named(Kind.MONEY, "value", "At standard cost"),
        named(Kind.FLAG, "blocked", "Whether it cannot be planned with"),
        named(Kind.TEXT, "site", "Site"),
        named(Kind.MONEY, "unit_cost", "Standard cost of one unit"),
        named(Kind.TEXT, "family", "Product family"),
    )
    return Page(sentence, (sheet(plant, "Stock", "stock_move", rows, *columns),))


__all__ = ["ageing_turns", "mrp", "stock"]
