"""The points at which stock is planned: an item at a site. Everything else refers to them by number."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.units import ItemUnit, Unit, UnitSystem
from plantwright.plant import Plant

SOURCES = ("make", "buy", "transfer", "phantom", "none")


def main_site(plant: Plant) -> str:
    """Give the site that is meant where a row names none."""
    sites = plant.raw["site"]["code"]
    return str(plant.settings["main_site"] or (sites[0] if len(sites) else ""))


def at_site(column: str, main: str) -> pl.Expr:
    """Read a column of sites in which an empty cell means the main one."""
    return pl.when(pl.col(column) == "").then(pl.lit(main)).otherwise(pl.col(column)).alias("site")


@dataclass(frozen=True)
class Nodes:
    """Every planned item-site with its planning values, one row a node; `frame` is sorted by node number.

    Columns: node, item, site, source (one of `SOURCES`), quantum (smallest step, scaled), cost, unit,
    and the planning columns of `item_site` in stored form; safety_stock is what stock should not fall below, by any
    rule.
    """

    frame: pl.DataFrame
    main: str

    def __len__(self) -> int:
        return self.frame.height

    def number(self, rows: pl.DataFrame, item: str = "item", site: str = "site", name: str = "node") -> pl.DataFrame:
        """Add the node's number to rows that name an item and a site; null where there is no such node."""
        keys = self.frame.select(pl.col("item").alias(item), pl.col("site").alias(site), pl.col("node").alias(name))
        return rows.join(keys, on=[item, site], how="left", maintain_order="left")


def plan_nodes(plant: Plant) -> Nodes:
    """Find the item-sites that the plan must look at, and how each is planned."""
    main = main_site(plant)
    pairs = _first_pairs(plant, main)
    known = pairs
    for _ in range(100):  # one round a BOM level or transfer; a loop ends because no new pair is found
        described = _describe(plant, pairs, main)
        new = pl.concat([_component_pairs(plant, described), _sending_pairs(plant, described)]).unique()
        pairs = new.join(known, on=["item", "site"], how="anti")
        if not pairs.height:
            break
        known = pl.concat([known, pairs])
    known = known.join(plant.raw["item"].select(item="code"), on="item", how="semi").sort("site", "item")
    frame = (
        _describe(plant, known, main)
        .sort("site", "item")
        .with_row_index("node")
        .with_columns(pl.col("node").cast(pl.Int64))
    )
    return Nodes(frame, main)


def _first_pairs(plant: Plant, main: str) -> pl.DataFrame:
    raw = plant.raw
    plain = [
        raw[name].select("item", at_site("site", main))
        for name in ("sales_order_line", "forecast", "purchase_order_line", "production_order", "item_site")
    ]
    moves = raw["stock_move"].select("item", code="to_location").unique()
    stocked = moves.join(raw["location"].select("code", "site", "kind"), on="code").filter(pl.col("kind") != "virtual")
    transfers = [raw["transfer_order"].select("item", at_site(name, main)) for name in ("from_site", "to_site")]
    orders = raw["production_component"].join(raw["production_order"].select("order", "site"), on="order")
    taken = orders.select(pl.col("component").alias("item"), at_site("site", main))
    return pl.concat([*plain, stocked.select("item", at_site("site", main)), *transfers, taken]).unique()


def _describe(plant: Plant, pairs: pl.DataFrame, main: str) -> pl.DataFrame:
    """Add to item-sites what the tables say about their planning."""
    raw, entity = plant.raw, ENTITIES["item_site"]
    planning = raw["item_site"].with_columns(at_site("site", main)).unique(["item", "site"], keep="first")
    defaults = [
        pl.col(name).fill_null(column.raw_default)
        for name, column in entity.columns.items()
        if not column.required and column.raw_default is not None
    ]
    item = raw["item"].select(
        pl.col("code").alias("item"), "kind", "unit", "decimals", "active", "family", "name",
        pl.col("standard_cost").alias("cost"),
    )  # fmt: skip
    rows = pairs.join(item, on="item", how="inner").join(planning, on=["item", "site"], how="left")
    rows = rows.with_columns(defaults).with_columns(_quantum(plant))
    lanes = raw["transfer_lane"].select(pl.col("to_site").alias("site"), pl.col("item").alias("lane_item"))
    every = lanes.filter(pl.col("lane_item") == "")["site"].unique().to_list()
    own = (
        lanes.filter(pl.col("lane_item") != "")
        .unique()
        .rename({"lane_item": "item"})
        .with_columns(lane=pl.lit(value=True))
    )
    made = _made_at(plant, main)
    rows = rows.join(own, on=["item", "site"], how="left").join(made, on=["item", "site"], how="left")
    has_lane = pl.col("lane").fill_null(value=False) | pl.col("site").is_in(every)
    makes = pl.col("made").fill_null(value=False) | (pl.col("site") == main)
    # At another site, an item that is not made there and can be brought there is brought there.
    by_kind = pl.when((pl.col("kind") == "make") & ~makes & has_lane).then(pl.lit("transfer")).otherwise(pl.col("kind"))
    source = (
        pl.when(pl.col("kind") == "phantom").then(pl.lit("phantom"))
        .when(pl.col("source") == "by kind").then(by_kind)
        .otherwise(pl.col("source"))
    )  # fmt: skip
    # With the min-max rule the reorder point is what stock should not fall below: to every stage, the safety stock.
    kept = pl.when(pl.col("lot_rule") == "min-max").then("reorder_point").otherwise("safety_stock")
    return rows.with_columns(source.alias("source"), kept.alias("safety_stock")).drop("lane", "made")


def _made_at(plant: Plant, main: str) -> pl.DataFrame:
    operation, center = (
        plant.raw["operation"],
        plant.raw["work_center"].select(pl.col("code").alias("work_center"), center_site=at_site("site", main)),
    )
    placed = operation.join(center, on="work_center", how="left").with_columns(
        site=pl.when(pl.col("site") != "").then(pl.col("site")).otherwise(pl.col("center_site").fill_null(main))
    )
    return placed.select("item", "site").unique().with_columns(made=pl.lit(value=True))


def _quantum(plant: Plant) -> pl.Expr:
    system = unit_system(plant)
    units = plant.raw["item"]["unit"].unique().to_list()
    pieces = [code for code in units if (found := system.find(code)) is not None and found.dimension == "count"]
    decimals = pl.col("decimals").fill_null(pl.when(pl.col("unit").is_in(pieces)).then(0).otherwise(6))
    return (10 ** (6 - decimals)).cast(pl.Int64).alias("quantum")


def unit_system(plant: Plant) -> UnitSystem:
    """Give the units of the plant: the built-in ones, its own, and those of single items."""
    own = tuple(
        Unit(row["code"], row["dimension"], _decimal(row["factor"])) for row in plant.raw["unit"].iter_rows(named=True)
    )
    units = dict(plant.raw["item"].select("code", "unit").iter_rows())
    items = tuple(
        ItemUnit(row["item"], row["unit"], _decimal(row["factor"]), units.get(row["item"], "pcs"))
        for row in plant.raw["item_unit"].iter_rows(named=True)
    )
    return UnitSystem(own, items)


def _decimal(scaled: int) -> str:
    return f"{scaled // 1_000_000}.{scaled % 1_000_000:06d}"


def _component_pairs(plant: Plant, described: pl.DataFrame) -> pl.DataFrame:
    parents = described.filter(pl.col("source").is_in(["make", "phantom"])).select("item", "site")
    lines = plant.raw["bom_line"].select(item="parent", component="component").unique()
    others = plant.raw["substitute"].select(item="parent", component="substitute").unique()
    outputs = plant.raw["co_product"].select(item="item", component="product").unique()
    found = parents.join(pl.concat([lines, others, outputs]), on="item")
    return found.select(pl.col("component").alias("item"), "site")


def _sending_pairs(plant: Plant, described: pl.DataFrame) -> pl.DataFrame:
    """Item-sites that may send to those that are planned, by the lanes."""
    lanes = plant.raw["transfer_lane"].select(site="to_site", other="from_site", lane_item="item")
    found = described.select("item", "site", "source").join(lanes, on="site")
    served = (pl.col("lane_item") == "") | (pl.col("lane_item") == pl.col("item"))
    return found.filter(served & (pl.col("source") != "phantom")).select("item", pl.col("other").alias("site"))
