"""From the numbered tables to the requirements planner: every value it needs, in its own form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.calendars import Clocks
from plantwright.flows.plan.nodes import Nodes
from plantwright.flows.plan.routings import MINUTE, Routings
from plantwright.methods import requirements as mrp
from plantwright.methods.lot_sizing import LotRule
from plantwright.methods.working_time import LONG_AGO
from plantwright.plant import Plant

_RULES = {
    "lot-for-lot": LotRule.LOT_FOR_LOT,
    "fixed": LotRule.FIXED_QUANTITY,
    "period": LotRule.PERIOD,
    "economic": LotRule.ECONOMIC_QUANTITY,
    "part-period": LotRule.PART_PERIOD,
    "least-unit-cost": LotRule.LEAST_UNIT_COST,
    "silver-meal": LotRule.SILVER_MEAL,
    "wagner-whitin": LotRule.WAGNER_WHITIN,
    "min-max": LotRule.LOT_FOR_LOT,
}
_KINDS = {
    "make": mrp.NodeKind.MAKE,
    "buy": mrp.NodeKind.BUY,
    "transfer": mrp.NodeKind.TRANSFER,
    "phantom": mrp.NodeKind.PHANTOM,
    "none": mrp.NodeKind.NONE,
}


@dataclass(frozen=True)
class Offers:
    """What may be bought where. `rows` holds one offer a row: offer, node, supplier, price (plant's currency), ..."""

    rows: pl.DataFrame


def plan_offers(plant: Plant, nodes: Nodes) -> Offers:
    """Choose for each bought node the best supplier that is valid now, with all its quantity breaks."""
    today = plant.as_of // 1440
    rows = plant.raw["supplier_item"].filter((pl.col("effective_from") <= today) & (pl.col("effective_to") >= today))
    best = (
        rows.sort("item", "rank", "price", "supplier")
        .group_by("item", maintain_order=True)
        .first()
        .select("item", "supplier")
    )
    rows = rows.join(best, on=["item", "supplier"], how="semi")
    bought = nodes.frame.filter(pl.col("source") == "buy").select("node", "item")
    rows = bought.join(rows, on="item", how="inner").join(_rates(plant, today), on="supplier", how="left")
    rows = rows.with_columns(
        price=(pl.col("price").cast(pl.Float64) * pl.col("rate").fill_null(1.0)).round().cast(pl.Int64),
        lead=pl.col("lead_time") // MINUTE,
    ).join(plant.raw["supplier"].select(pl.col("code").alias("supplier"), "calendar"), on="supplier", how="left")
    rows = rows.sort("node", "from_quantity", maintain_order=True).with_row_index("offer")
    return Offers(rows.with_columns(pl.col("offer").cast(pl.Int64)))


def _rates(plant: Plant, today: int) -> pl.DataFrame:
    """Give the value of one unit of each supplier's currency in the plant's own, by the rate that holds now."""
    known = plant.raw["exchange_rate"].filter(pl.col("effective_from") <= today).sort("effective_from")
    latest = known.group_by("currency", maintain_order=True).last().select("currency", rate=pl.col("rate") / SCALE)
    own = (pl.col("currency") == "") | (pl.col("currency") == plant.settings["currency"])
    rows = plant.raw["supplier"].select(pl.col("code").alias("supplier"), "currency")
    rows = rows.join(latest, on="currency", how="left")
    return rows.select("supplier", rate=pl.when(own).then(1.0).otherwise(pl.col("rate")))


def plan_lanes(plant: Plant, nodes: Nodes) -> pl.DataFrame:
    """Give the ways by which a node may be supplied from another site, best first.

    Lanes that run in both directions would let two sites wait for each other; of such a pair only the one away from
    the site that comes first (the main site before all) is used, unless the node is planned by transfer.
    """
    frame = nodes.frame.select("node", "item", "site", "source")
    lanes = plant.raw["transfer_lane"].rename({"item": "lane_item"})
    found = frame.join(lanes, left_on="site", right_on="to_site", how="inner")
    found = found.filter((pl.col("lane_item") == "") | (pl.col("lane_item") == pl.col("item")))
    found = found.filter(pl.col("source") != "phantom")
    found = nodes.number(found, site="from_site", name="other").filter(pl.col("other").is_not_null())
    sources = frame.select(other="node", other_source="source")
    found = found.join(sources, on="other", how="left")
    order = pl.when(pl.col("from_site") == nodes.main).then(pl.lit("")).otherwise(pl.col("from_site"))
    own = pl.when(pl.col("site") == nodes.main).then(pl.lit("")).otherwise(pl.col("site"))
    forward = (order < own) & (pl.col("other_source") != "transfer")
    found = found.filter((pl.col("source") == "transfer") | forward)
    specific = (pl.col("lane_item") == "").cast(pl.Int64)
    found = found.with_columns(lead=pl.col("lead_time") // MINUTE, specific=specific)
    return found.sort("node", "rank", "specific", "from_site").unique(
        ["node", "other"], keep="first", maintain_order=True
    )


def node_inputs(
    plant: Plant, nodes: Nodes, offers: Offers, lanes: pl.DataFrame, stock: pl.DataFrame, clocks: Clocks
) -> mrp.Nodes:
    """Give the planning values of the nodes in the planner's form."""
    best = offers.rows.group_by("node", maintain_order=True).agg(
        buy_minimum=pl.col("minimum").max(), buy_multiple=pl.col("multiple").max()
    )
    chosen = lanes.filter(pl.col("source") == "transfer").group_by("node", maintain_order=True).first()
    frame = (
        nodes.frame.join(stock.rename({"quantity": "on_hand"}), on="node", how="left", maintain_order="left")
        .join(best, on="node", how="left", maintain_order="left")
        .join(chosen.select("node", "other", lane_lead="lead"), on="node", how="left", maintain_order="left")
        .with_columns(pl.col("on_hand", "buy_minimum", "buy_multiple").fill_null(0))
    )
    min_max = pl.col("lot_rule") == "min-max"
    gap = pl.max_horizontal(pl.col("order_up_to") - pl.col("reorder_point"), pl.lit(0))
    columns = frame.select(
        kind=pl.col("source").replace_strict({k: int(v) for k, v in _KINDS.items()}, return_dtype=pl.Int64),
        quantum="quantum",
        on_hand=pl.max_horizontal("on_hand", pl.lit(0)),
        safety_stock="safety_stock",
        safety_time=pl.col("safety_time") // MINUTE,
        rule=pl.col("lot_rule").replace_strict({k: int(v) for k, v in _RULES.items()}, return_dtype=pl.Int64),
        minimum=pl.max_horizontal("lot_minimum", "buy_minimum"),
        fill=pl.when(min_max).then(gap).otherwise(0),
        fixed="lot_quantity",
        period=pl.col("lot_period") // MINUTE,
        fence=pl.when(pl.col("planning_fence") > 0)
        .then(plant.as_of + pl.col("planning_fence") // MINUTE)
        .otherwise(LONG_AGO),
        lead=pl.coalesce(pl.col("lead_time") // MINUTE, "lane_lead", pl.lit(0)),
        per_unit=pl.col("lead_time_per_unit") / MINUTE,
        other=pl.col("other").fill_null(-1),
        order_cost=pl.col("order_cost") / SCALE,
        holding=pl.col("holding_rate") / SCALE * pl.col("cost") / SCALE / 365,
    )
    multiple = _common_multiple(frame["lot_multiple"].to_numpy(), frame["buy_multiple"].to_numpy())
    quantum = columns["quantum"].to_numpy()
    multiple = np.where(multiple > 0, _common_multiple(multiple, quantum), 0)
    maximum = frame["lot_maximum"].to_numpy()
    # A fixed quantity still has to be one that the supplier sells.
    fixed = np.maximum(columns["fixed"].to_numpy(), np.where(columns["fixed"].to_numpy() > 0, columns["minimum"], 0))
    step = np.maximum(multiple, quantum)
    fixed = -(-fixed // step) * step
    calendar = [
        clocks.site_calendar.get(site, -1) if per_unit > 0 else -1
        for site, per_unit in frame.select("site", "lead_time_per_unit").iter_rows()
    ]
    take = {name: columns[name].to_numpy() for name in columns.columns}
    return mrp.Nodes(
        kind=take["kind"], quantum=quantum, on_hand=take["on_hand"], safety_stock=take["safety_stock"],
        safety_time=take["safety_time"], lot_rule=take["rule"], minimum=take["minimum"], maximum=maximum,
        multiple=multiple, fill=take["fill"], fixed_quantity=fixed, period=take["period"], fence=take["fence"],
        lead_fixed=take["lead"], lead_calendar=np.array(calendar, np.int64), supplying_node=take["other"],
        lead_per_unit=take["per_unit"], order_cost=take["order_cost"], holding_cost=take["holding"],
    )  # fmt: skip


def _common_multiple(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    both = (one > 0) & (other > 0)
    return np.asarray(np.where(both, np.lcm(np.maximum(one, 1), np.maximum(other, 1)), np.maximum(one, other)))


def routing_inputs(
    nodes: Nodes, routings: Routings, links: pl.DataFrame, centers: pl.DataFrame, clocks: Clocks
) -> mrp.Routing:
    """Give the routings in the planner's form; a node with a lead time of its own is planned by that instead."""
    rows = planned_by_routing(nodes, routings)
    center = rows["center"].to_numpy()
    first_unit = clocks.unit_pointer[np.maximum(center, 0)] if len(centers) else np.zeros(len(center), np.int64)
    calendar = np.where(center >= 0, clocks.unit_calendar[first_unit] if len(clocks.unit_calendar) else -1, -1)
    return mrp.Routing(
        pointer=mrp.pointer_of(rows["node"].to_numpy(), len(nodes)), calendar=calendar.astype(np.int64),
        batch=rows["batch"].to_numpy(), queue=rows["queue"].to_numpy(), move=rows["move"].to_numpy(),
        setup=rows["setup"].to_numpy(), run=rows["run"].to_numpy(), leads_to=leads_to(rows, links),
    )  # fmt: skip


def leads_to(rows: pl.DataFrame, links: pl.DataFrame) -> np.ndarray:
    """Give, for operations sorted by node and sequence, which later ones wait for each, as bits: a line, or by links.

    A network counts as a line where a link leads to a lower number, or further on than the planner can tell.
    """
    bits = np.ones(rows.height, np.int64)
    if not links.height:
        return bits
    at = rows.select("node", "item", "site", "sequence").with_row_index("row")
    found = at.join(links, left_on=["item", "site", "sequence"], right_on=["item", "site", "before"], how="inner")
    found = found.join(at.select("node", other="row", after="sequence"), on=["node", "after"], how="inner")
    found = found.with_columns(further=pl.col("other").cast(pl.Int64) - pl.col("row").cast(pl.Int64) - 1)
    told = pl.col("further").is_between(0, mrp.FARTHEST - 1).all().over("node")
    networks = found.filter(told)
    bits[at.filter(pl.col("node").is_in(networks["node"].unique().implode()))["row"].to_numpy()] = 0
    np.bitwise_or.at(bits, networks["row"].to_numpy(), np.left_shift(1, networks["further"].to_numpy()))
    return bits


def planned_by_routing(nodes: Nodes, routings: Routings) -> pl.DataFrame:
    """Give the operations of the nodes whose lead time follows from their routing."""
    own = nodes.frame.filter(pl.col("lead_time").is_not_null()).select("node")
    return routings.operations.join(own, on="node", how="anti").sort("node", "sequence")


def offer_inputs(nodes: Nodes, offers: Offers) -> mrp.PriceBreaks:
    """Give the offers in the planner's form; a lead time set for the item at the site wins."""
    rows = offers.rows.join(nodes.frame.select("node", own="lead_time"), on="node", how="left", maintain_order="left")
    lead = pl.coalesce(pl.col("own") // MINUTE, "lead")
    return mrp.PriceBreaks(
        pointer=mrp.pointer_of(rows["node"].to_numpy(), len(nodes)),
        minimum=rows["from_quantity"].to_numpy(),
        lead=rows.select(lead.alias("lead"))["lead"].to_numpy(),
        source=rows["offer"].to_numpy(),
    )


def lane_inputs(nodes: Nodes, lanes: pl.DataFrame) -> mrp.Alternatives:
    """Give the other sites whose free stock may be brought over first."""
    rows = lanes.filter(pl.col("source").is_in(["make", "buy", "none"]))
    return mrp.Alternatives(
        pointer=mrp.pointer_of(rows["node"].to_numpy(), len(nodes)),
        node=rows["other"].to_numpy(),
        lead=rows["lead"].to_numpy(),
    )
