"""How surely supply comes: the spread of lead times that receipts show against the dates for which they were due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.flows.plan.demands import document, sites_of_locations
from plantwright.flows.plan.nodes import at_site
from plantwright.flows.policy.network import Network
from plantwright.plant import Plant

Floats = NDArray[np.float64]
LEAST_OF_ITEM = 3
"""So many receipts of an item tell its own spread."""
LEAST_OF_SUPPLIER = 5
"""So many receipts of a supplier stand in for an item with fewer."""


@dataclass(frozen=True)
class Supply:
    """Lead times of every node, in days.

    Parameters
    ----------
    mean : float64[n]; the planned lead time, longer or shorter by what receipts were late on average
    sd : float64[n]; standard deviation, 0 where no record shows one
    source : where the mean is known from, one of `areas.inventory.tables.LEAD_TIME_SOURCES`
    seen : int64[n]; receipts on which the spread rests; 0 for none
    """

    mean: Floats
    sd: Floats
    source: list[str]
    seen: NDArray[np.int64]


def supply_of(plant: Plant, network: Network) -> Supply:
    """Read the lead times of all nodes, with what receipts say about them."""
    mean, source = network.lead_days.copy(), list(network.lead_source)
    sd, seen = np.zeros(mean.size), np.zeros(mean.size, np.int64)
    for node, late, spread, count in _seen(receipts(plant, network)).iter_rows():
        mean[node] = max(0.0, mean[node] + late)
        sd[node], seen[node] = spread, count
        source[node] = "receipts" if source[node] != "nothing" or mean[node] > 0 else source[node]
    return Supply(mean, sd, source, seen)


def receipts(plant: Plant, network: Network) -> pl.DataFrame:
    """Give each receipt of an order with how late it was: node, supplier, late (days, below 0 for early)."""
    raw, main = plant.raw, network.nodes.main
    bought = raw["purchase_order_line"].select(
        "item", "supplier", at_site("site", main), "due", reference=document(), order="order"
    )
    made = raw["production_order"].select(
        "item", at_site("site", main), "due", supplier=pl.lit(""), reference="order", order="order"
    )
    known = pl.concat([bought.select(_DATED), made.select(_DATED)])
    places = sites_of_locations(plant).filter(pl.col("site") != "")["code"].implode()
    came = raw["stock_move"].filter(
        pl.col("from_location").is_in(["SUPPLIER", "PRODUCTION"])
        & pl.col("to_location").is_in(places)
        & (pl.col("at") <= plant.as_of) & (pl.col("reference") != "") & (pl.col("reverses") == "")
    )  # fmt: skip
    taken_back = raw["stock_move"].filter(pl.col("reverses") != "").select(number="reverses")
    came = came.join(taken_back, on="number", how="anti").select("item", "reference", "at")
    # A document may be named with its line or without it.
    whole = known.with_columns(reference="order")
    both = pl.concat([known, whole]).unique(["item", "reference"], keep="first", maintain_order=True)
    rows = came.join(both, on=["item", "reference"])
    rows = rows.group_by("item", "site", "supplier", "reference").agg(pl.col("at").max(), pl.col("due").max())
    rows = rows.with_columns(late=(pl.col("at") - pl.col("due")) / 1440)
    return network.nodes.number(rows).filter(pl.col("node").is_not_null()).select("node", "supplier", "late")


_DATED = ("item", "site", "supplier", "due", "reference", "order")


def _seen(rows: pl.DataFrame) -> pl.DataFrame:
    """Give node, mean lateness, its deviation and the receipts behind them, by item or else by supplier."""
    told = [pl.col("late").mean().alias("mean"), pl.col("late").std().alias("spread"), pl.len().alias("count")]
    own = rows.group_by("node").agg(told).filter(pl.col("count") >= LEAST_OF_ITEM)
    by_supplier = rows.filter(pl.col("supplier") != "").group_by("supplier").agg(told)
    by_supplier = by_supplier.filter(pl.col("count") >= LEAST_OF_SUPPLIER)
    some = rows.select("node", "supplier").unique().join(by_supplier, on="supplier").join(own, on="node", how="anti")
    some = some.sort("node", "count", descending=[False, True]).unique("node", keep="first", maintain_order=True)
    return pl.concat([own.select(_TOLD), some.select(_TOLD)]).sort("node")


_TOLD = ("node", "mean", "spread", "count")


__all__ = ["Supply", "receipts", "supply_of"]
