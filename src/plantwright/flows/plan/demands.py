"""What the plan must serve and what is there already: demands, stock, open orders, by numbers."""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.core.units import apply_factors
from plantwright.flows.plan.boms import day_starts
from plantwright.flows.plan.nodes import Nodes, at_site, unit_system
from plantwright.flows.plan.working_days import DayWeights, asked_before, day_weights
from plantwright.plant import Plant

DAY, WEEK = 1440, 7
FAR = 800
"""Days before the plan and after its horizon, as for a period of two years that runs into it."""
FIRM_TRANSFER = (pl.col("kind") == "transfer") & (pl.col("state") == "firm")
"""A transfer that is promised but has not left: it leaves as recorded, or later where its material comes later."""


def open_sales(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    """Give what is still to deliver of each open sales order line within the horizon.

    Returns
    -------
    Sorted by due date. Columns: demand (order / line), kind, customer, item, site, node, quantity (scaled, in the
    item's unit), due (moment), priority, price (of the item's unit).
    """
    rows = plant.raw["sales_order_line"].filter(
        (pl.col("state") == "open")
        & (pl.col("quantity") > pl.col("delivered"))
        & (pl.col("due") <= plant.as_of + plant.settings.minutes("horizon"))
    )
    rows = rows.with_columns(at_site("site", nodes.main), quantity=pl.col("quantity") - pl.col("delivered"))
    rows = in_item_unit(plant, rows)
    rank = plant.raw["customer"].select(pl.col("code").alias("customer"), pl.col("priority").alias("customer_rank"))
    rows = rows.join(rank, on="customer", how="left", maintain_order="left")
    rows = rows.with_columns(
        demand=document(),
        kind=pl.lit("sales order"),
        priority=pl.coalesce("priority", "customer_rank", pl.lit(5)),
    )
    return nodes.number(rows).sort("due", "priority", "demand").select(DEMAND_COLUMNS)


DEMAND_COLUMNS = (
    "demand", "kind", "customer", "item", "site", "node", "quantity", "due", "priority", "price",
)  # fmt: skip


def document() -> pl.Expr:
    """Name a line of a document: its number, with the line where it is not the first."""
    line = pl.when(pl.col("line") == 1).then(pl.lit("")).otherwise(pl.concat_str(pl.lit("/"), pl.col("line")))
    return pl.concat_str(pl.col("order"), line)


def in_item_unit(plant: Plant, rows: pl.DataFrame) -> pl.DataFrame:
    """Turn quantities (and prices) given in another unit into the item's own; the checks have reported clashes."""
    own = plant.raw["item"].select(pl.col("code").alias("item"), pl.col("unit").alias("own_unit"))
    rows = rows.join(own, on="item", how="left", maintain_order="left")
    other = (pl.col("unit") != "") & (pl.col("unit") != pl.col("own_unit"))
    if not rows.filter(other).height:
        return rows
    factors = unit_system(plant).factors(
        rows["unit"].replace("", None).fill_null(rows["own_unit"]), rows["own_unit"], rows["item"]
    )
    quantity, _ = apply_factors(rows["quantity"], factors)
    per_unit = factors.denominator / factors.numerator
    price = (rows["price"] * per_unit).round().cast(pl.Int64) if "price" in rows.columns else None
    rows = rows.with_columns(quantity.fill_null(rows["quantity"]).alias("quantity"))
    return rows if price is None else rows.with_columns(price.fill_null(rows["price"]).alias("price"))


def forecasts(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    """Give the forecast in parts of a week, each due at its start, from now to the horizon.

    Weeks are counted from the first day of the period. Each has what its days weigh, by the working days of the site or
    its daily history, in whole units of the item; the sum is kept. What is over before the plan's moment falls away.
    """
    rows = plant.raw["forecast"].filter(pl.col("quantity") > 0).with_columns(at_site("site", nodes.main))
    rows = nodes.number(rows).filter(pl.col("node").is_not_null())
    limit = plant.as_of + plant.settings.minutes("horizon")
    rows = rows.filter((pl.col("start") <= limit // DAY + 1) & (pl.col("end") >= plant.as_of // DAY - 1))
    if not rows.height:
        return pl.DataFrame(
            schema={
                **dict.fromkeys((*DEMAND_COLUMNS, "until"), pl.Int64),
                **dict.fromkeys(("demand", "kind", "customer", "item", "site"), pl.String),
            }
        )
    rows = rows.join(nodes.frame.select("node", "quantum"), on="node", how="left", maintain_order="left")
    parts = in_weeks(rows, weights_for(plant, rows))
    zone = plant.settings.zone
    name = pl.concat_str(
        pl.lit("F "), "item", pl.lit(" "), pl.from_epoch(pl.col("start").cast(pl.Int32), "d").cast(pl.String)
    )
    site = pl.when(pl.col("site") == nodes.main).then(pl.lit("")).otherwise(pl.concat_str(pl.lit(" "), pl.col("site")))
    customer = (
        pl.when(pl.col("customer") == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit(" "), pl.col("customer")))
    )
    parts = parts.with_columns(
        day_starts(parts["start"], zone).alias("due"), day_starts(parts["next"], zone).alias("until"),
        demand=pl.concat_str(name, site, customer), kind=pl.lit("forecast"),
        priority=pl.lit(9, pl.Int64), price=pl.lit(0, pl.Int64),
    )  # fmt: skip
    # A week that has begun still counts: its demand is due now.
    running = pl.col("until") > plant.as_of
    return (
        parts.filter((pl.col("quantity") > 0) & running & (pl.col("due") <= limit))
        .with_columns(due=pl.max_horizontal("due", pl.lit(plant.as_of)))
        .sort("due", "demand")
        .select(*DEMAND_COLUMNS, "until")
    )


def weights_for(plant: Plant, rows: pl.DataFrame) -> DayWeights:
    """Weigh the days of forecast periods; of those far from the plan's moment the mean is enough."""
    today, horizon = plant.as_of // DAY, plant.settings.minutes("horizon") // DAY
    first = max(int(rows["start"].to_numpy().min()), today - FAR)
    last = min(int(rows["end"].to_numpy().max()), today + horizon + FAR)
    return day_weights(plant, rows["site"].unique().to_list(), min(first, last), max(first, last))


def in_weeks(rows: pl.DataFrame, weights: DayWeights) -> pl.DataFrame:
    """Cut periods into weeks counted from their first day, in whole steps that add up to the period.

    Parameters
    ----------
    rows : periods with site, start, end, quantity and quantum
    weights : of the days

    Returns
    -------
    The rows a week each, with its start, its quantity, and `next`, the day after its last.
    """
    weeks = (pl.col("end") - pl.col("start") + WEEK) // WEEK
    parts = rows.with_columns(part=pl.int_ranges(0, weeks)).explode("part", empty_as_null=True)
    begin = parts["start"] + parts["part"] * WEEK
    following = pl.Series(np.minimum(begin.to_numpy() + WEEK, parts["end"].to_numpy() + 1))
    share = asked_before(weights, parts, following) - asked_before(weights, parts, begin)
    return parts.with_columns(quantity=share, start=begin, next=following).drop("part")


def on_hand(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    """Sum the ledger over all places of a site that can be planned with. Columns: node, quantity."""
    places = sites_of_locations(plant).filter(pl.col("nettable") & (pl.col("site") != ""))
    stock = balances(plant).join(places, left_on="location", right_on="code", how="inner")
    rows = stock.group_by("item", "site").agg(pl.col("quantity").sum())
    return nodes.number(rows).filter(pl.col("node").is_not_null()).select("node", "quantity")


def balances(plant: Plant) -> pl.DataFrame:
    """Project the ledger: what lies at each place now. Columns: item, location, quantity."""
    moves = plant.raw["stock_move"].filter(pl.col("at") <= plant.as_of)
    came = moves.select("item", location="to_location", quantity="quantity")
    left = moves.select("item", location="from_location", quantity=-pl.col("quantity"))
    return (
        pl.concat([came, left])
        .group_by("item", "location")
        .agg(pl.col("quantity").sum())
        .filter(pl.col("quantity") != 0)
    )


def sites_of_locations(plant: Plant) -> pl.DataFrame:
    """Give each place with the site it stands at: its own, or that of the place that holds it."""
    places = plant.raw["location"].select("code", "site", "parent", "nettable", "kind")
    for _ in range(20):  # depth of a tree of bins
        upper = places.select(
            pl.col("code").alias("parent"), upper_site="site", upper_parent="parent", upper_net="nettable"
        )
        joined = places.join(upper, on="parent", how="left", maintain_order="left")
        if not joined.filter((pl.col("site") == "") & pl.col("upper_site").is_not_null()).height:
            break
        places = joined.with_columns(
            site=pl.when(pl.col("site") == "").then(pl.col("upper_site").fill_null("")).otherwise(pl.col("site")),
            parent=pl.when(pl.col("site") == "").then(pl.col("upper_parent").fill_null("")).otherwise(pl.col("parent")),
        ).select("code", "site", "parent", "nettable", "kind")
    return places.select("code", "site", "nettable", "kind").filter(pl.col("kind") != "virtual")


def open_orders(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    """Give every existing order that will still bring something: purchase, production, transfer.

    Returns
    -------
    Columns: order, kind (buy, make, transfer), state, item, site, node, quantity (still to come), due (as recorded),
    time (when it can be expected: not before now), firm, supplier, from_site, serves (demand, empty for none), price.
    """
    main, now = nodes.main, plant.as_of
    bought = plant.raw["purchase_order_line"].filter(
        ~pl.col("state").is_in(["closed", "cancelled"]) & (pl.col("quantity") > pl.col("received"))
    ).with_columns(at_site("site", main), quantity=pl.col("quantity") - pl.col("received"))  # fmt: skip
    bought = in_item_unit(plant, bought).select(
        order=document(), kind=pl.lit("buy"), state="state", item="item", site="site", quantity="quantity", due="due",
        firm=pl.col("state") != "draft", supplier="supplier", from_site=pl.lit(""), serves=pl.lit(""), price="price",
    )  # fmt: skip
    serving = (
        pl.when(pl.col("serves_line") == 1)
        .then(pl.lit(""))
        .otherwise(pl.concat_str(pl.lit("/"), pl.col("serves_line")))
    )
    made = plant.raw["production_order"].filter(
        pl.col("state").is_in(["firm", "released", "started"]) & (pl.col("quantity") > pl.col("completed"))
    ).select(
        order="order", kind=pl.lit("make"), state="state", item="item", site=at_site("site", main),
        quantity=pl.col("quantity") - pl.col("completed"), due="due", firm=pl.lit(value=True),
        supplier=pl.lit(""), from_site=pl.lit(""),
        serves=pl.when(pl.col("serves_order") == "").then(pl.lit("")).otherwise(pl.concat_str("serves_order", serving)),
        price=pl.lit(0, pl.Int64),
    )  # fmt: skip
    moved = plant.raw["transfer_order"].filter(~pl.col("state").is_in(["closed", "cancelled"])).select(
        order="order", kind=pl.lit("transfer"), state="state", item="item", site="to_site", quantity="quantity",
        due="due", firm=pl.lit(value=True), supplier=pl.lit(""), from_site="from_site", serves=pl.lit(""),
        price=pl.lit(0, pl.Int64),
    )  # fmt: skip
    rows = nodes.number(pl.concat([bought, made, moved])).filter(pl.col("node").is_not_null())
    return rows.with_columns(time=pl.max_horizontal("due", pl.lit(now, pl.Int64))).sort("time", "kind", "order")
