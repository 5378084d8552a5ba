"""What is judged: the plant, the result tables of its plan, and what several checks derive from the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import polars as pl

from plantwright.core import exact, units
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.flows.plan.judge.codes import Ints, Names, ints
from plantwright.plant import Plant

MINUTE = 60_000
"""Milliseconds in a minute."""
DAY = 1440
"""Minutes in a day."""
MADE = ("make", "subcontract")
"""Sources of orders that go through a routing."""
LAST_SEQUENCE = 100_000
"""More than the sequence of any operation."""
OUT_OF_PLAN = {"closed", "cancelled", "completed"}
"""States in which an order brings nothing any more."""


@dataclass(frozen=True)
class Case:
    """A plan before its judge; everything derived from it is worked out once."""

    plant: Plant
    tables: Mapping[str, pl.DataFrame]
    as_of: int
    scheduled: bool

    def raw(self, name: str) -> pl.DataFrame:
        """Give a table of the plant as it is stored."""
        return self.plant.raw[name] if name in self.plant.raw else ENTITIES[name].empty()

    def result(self, name: str) -> pl.DataFrame:
        """Give a result table of the plan; empty where the plan has none."""
        return self.tables[name] if name in self.tables else ENTITIES[name].empty()

    @property
    def zone(self) -> str:
        """Time zone of the plant."""
        return self.plant.settings.zone

    @cached_property
    def main_site(self) -> str:
        """The site that is meant where a row names none."""
        sites = self.raw("site")["code"]
        return str(self.plant.settings["main_site"] or (sites[0] if len(sites) else ""))

    def site(self, column: str = "site") -> pl.Expr:
        """Read a column of sites, the main one where it is empty."""
        return pl.when(pl.col(column) == "").then(pl.lit(self.main_site)).otherwise(pl.col(column)).alias(column)

    def day(self, moment: pl.Expr) -> pl.Expr:
        """Give the local day of a moment, as days since 1970-01-01."""
        local = exact.as_datetime(moment, self.zone).dt.replace_time_zone(None)
        return local.dt.epoch("d").cast(pl.Int64)

    @cached_property
    def unit_system(self) -> units.UnitSystem:
        """Every unit of the plant."""
        own = {row[0]: row[1] for row in self.raw("item").select("code", "unit").iter_rows()}
        plain = [
            units.Unit(row["code"], row["dimension"], Fraction(row["factor"], SCALE))
            for row in self.raw("unit").iter_rows(named=True)
        ]
        of_items = [
            units.ItemUnit(row["item"], row["unit"], Fraction(row["factor"], SCALE), own.get(row["item"], "pcs"))
            for row in self.raw("item_unit").iter_rows(named=True)
        ]
        return units.UnitSystem(tuple(plain), tuple(of_items))

    @cached_property
    def items(self) -> pl.DataFrame:
        """Items with their kind, cost and the step of their quantities.

        Columns: item, kind, unit, standard_cost, step (smallest difference of quantities, in millionths). The number
        of an item is its row.
        """
        rows = self.raw("item")
        kept = {unit: self._decimals(unit) for unit in rows["unit"].unique()}
        decimals = pl.coalesce("decimals", pl.col("unit").replace_strict(kept, default=6, return_dtype=pl.Int64))
        return rows.select(
            pl.col("code").alias("item"), "kind", "unit", "standard_cost", step=(10 ** (6 - decimals)).cast(pl.Int64)
        )

    def _decimals(self, unit: str) -> int:
        found = self.unit_system.find(unit)
        return 0 if found is not None and found.dimension == "count" else 6

    @cached_property
    def site_names(self) -> pl.Series:
        """Codes of the sites; the number of a site is its place."""
        return self.raw("site")["code"]

    @cached_property
    def site_codes(self) -> Names:
        """Sites by code."""
        return Names(self.site_names)

    @cached_property
    def item_codes(self) -> Names:
        """Items by code."""
        return Names(self.items["item"])

    @cached_property
    def order_names(self) -> Names:
        """Orders of the plan by number of the document."""
        return Names(self.orders["order"])

    @cached_property
    def demand_names(self) -> Names:
        """Demands by name."""
        return Names(self.demands["demand"])

    def item_numbers(self, items: pl.Series) -> Ints:
        """Give numbers of items, -1 for those that do not exist."""
        return self.item_codes.places(items)

    def nodes(self, rows: pl.DataFrame, item: str = "item", site: str = "site") -> Ints:
        """Give numbers of pairs of item and site, -1 where one of the two does not exist."""
        items = self.item_numbers(rows[item])
        sites = self.site_codes.places(rows.select(self.site(site)).to_series())
        return np.where((items >= 0) & (sites >= 0), items * len(self.site_names) + sites, -1)

    @property
    def node_count(self) -> int:
        """How many pairs of item and site there are."""
        return self.items.height * len(self.site_names)

    def named_nodes(self, nodes: Ints) -> pl.DataFrame:
        """Give item and site of numbered pairs."""
        size = max(len(self.site_names), 1)
        return pl.DataFrame(
            {"item": self.items["item"].gather(nodes // size), "site": self.site_names.gather(nodes % size)}
        )

    @cached_property
    def orders(self) -> pl.DataFrame:
        """Orders of the plan by number.

        Columns: those of planned_order, n (number of the row), new (not an existing order), makes (has a routing).
        """
        rows = self.result("planned_order").with_row_index("n").with_columns(pl.col("n").cast(pl.Int64))
        made = pl.col("source").is_in(MADE)
        return rows.with_columns(self.site(), new=pl.col("state") == "planned", makes=made)

    @cached_property
    def order_nodes(self) -> Ints:
        """Item and site of each order."""
        return self.nodes(self.orders)

    @cached_property
    def finishes(self) -> Ints:
        """When each order is done."""
        return ints(self.orders, "finish")

    @cached_property
    def demands(self) -> pl.DataFrame:
        """The demand plan, sites filled in."""
        return self.result("demand_plan").with_columns(self.site())

    @cached_property
    def components(self) -> pl.DataFrame:
        """What orders take, with n (-1 for an order that is not there); the requirement number is `component`.

        The column `at` is the moment of taking, not before the plan begins.
        """
        rows = self.result("planned_component").rename({"number": "component"})
        clock = pl.max_horizontal("taken", pl.lit(self.as_of, pl.Int64))
        return rows.with_columns(self.site(), pl.Series("n", self.order_names.places(rows["order"])), at=clock)

    @cached_property
    def schedule(self) -> pl.DataFrame:
        """Scheduled operations with n, -1 for an order that is not there."""
        rows = self.result("scheduled_operation")
        return rows.with_columns(pl.Series("n", self.order_names.places(rows["order"])))

    @cached_property
    def pegs(self) -> pl.DataFrame:
        """The pegs, sites filled in."""
        return self.result("peg").with_columns(self.site())

    @cached_property
    def existing(self) -> pl.DataFrame:
        """Orders that exist and still bring something.

        Columns: order, kind (production, purchase, transfer), item, site, from_site, supplier, open (quantity, in the
        item's unit), slack (what the conversion of units may have left), state, due, start, firmness.
        """
        return pl.concat([self._production(), self._purchase(), self._transfer()], how="diagonal")

    def _production(self) -> pl.DataFrame:
        rows = self.raw("production_order").filter(~pl.col("state").is_in(OUT_OF_PLAN))
        left = pl.col("quantity") - pl.col("completed")
        rows = rows.select(
            "order", "item", self.site(), "state", "due", "start", "firmness",
            kind=pl.lit("production"), open=left, slack=pl.lit(0, pl.Int64),
        )  # fmt: skip
        return rows.filter(pl.col("open") > 0)

    def _purchase(self) -> pl.DataFrame:
        rows = self.raw("purchase_order_line").filter(~pl.col("state").is_in(OUT_OF_PLAN))
        rows = rows.with_columns(open=pl.col("quantity") - pl.col("received")).filter(pl.col("open") > 0)
        names, _ = document_places(rows, self.order_names)
        rows = self.in_own_unit(rows, "open").with_columns(names)
        return rows.select(
            "order", "item", self.site(), "supplier", "state", "due", "open", "slack", kind=pl.lit("purchase")
        )

    def _transfer(self) -> pl.DataFrame:
        rows = self.raw("transfer_order").filter(~pl.col("state").is_in(OUT_OF_PLAN))
        return rows.select(
            "order", "item", "from_site", "state", "due", kind=pl.lit("transfer"), site=pl.col("to_site"),
            open=pl.col("quantity"), slack=pl.lit(0, pl.Int64),
        )  # fmt: skip

    def in_own_unit(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """Bring a column of quantities to the unit of the item; `slack` is what rounding to its step may change."""
        if (rows["unit"] == "").all():
            return rows.with_columns(slack=pl.lit(0, pl.Int64))
        own = self.items.select("item", pl.col("unit").alias("own_unit"), "step")
        rows = rows.join(own, on="item", how="left", maintain_order="left")
        given = rows.select(pl.when(pl.col("unit") == "").then("own_unit").otherwise("unit").fill_null("pcs"))
        factors = self.unit_system.factors(given.to_series(), rows["own_unit"].fill_null("pcs"), rows["item"])
        value, _ = units.apply_factors(rows[column], factors)
        same = pl.Series((factors.numerator == factors.denominator).fill_null(value=True))
        slack = pl.when(same).then(0).otherwise(pl.col("step").fill_null(1))
        return rows.with_columns(value.fill_null(rows[column]).alias(column), slack=slack.cast(pl.Int64))

    @cached_property
    def sales(self) -> pl.DataFrame:
        """Open sales order lines.

        Columns: order, line, demand (name in the plan), place (row of the demand plan, -1 for none), customer, item,
        site, open, slack, due, priority.
        """
        rows = self.raw("sales_order_line").filter(pl.col("state") == "open")
        rows = rows.with_columns(open=pl.col("quantity") - pl.col("delivered")).filter(pl.col("open") > 0)
        names, places = document_places(rows, self.demand_names)
        rank = dict(self.raw("customer").select("code", "priority").iter_rows())
        ranked = pl.col("customer").replace_strict(rank, default=5, return_dtype=pl.Int64)
        rows = self.in_own_unit(rows.with_columns(names.alias("demand"), pl.Series("place", places)), "open")
        priority = pl.coalesce("priority", ranked)
        return rows.select(
            "order", "line", "demand", "place", "customer", "item", self.site(), "open", "slack", "due", priority
        )

    @cached_property
    def outputs(self) -> pl.DataFrame:
        """What orders bring: the item and what comes out besides.

        Columns: n, node, key (of order and node together), quantity, finish; sorted by key.
        """
        main = self.orders.select("n", "quantity", "finish", pl.Series("node", self.order_nodes))
        besides = self.raw("co_product").select("item", "product", pl.col("quantity").alias("each"))
        if besides.height:
            more = self.orders.filter("makes").join(besides, on="item", how="inner")
            steps = self.items.select(product="item", step="step")
            more = more.join(steps, on="product", how="left", maintain_order="left").with_columns(
                pl.col("step").fill_null(1)
            )
            # Only whole steps of the item come out: of pieces, no fractions.
            amount = pl.col("quantity").cast(pl.Int128) * pl.col("each") // SCALE // pl.col("step") * pl.col("step")
            amount = amount.cast(pl.Int64)
            nodes = pl.Series("node", self.nodes(more, "product"))
            main = pl.concat([main, more.select("n", amount, "finish", nodes)])
            main = main.group_by("n", "finish", "node").agg(pl.col("quantity").sum())
        keyed = main.filter(pl.col("node") >= 0).with_columns(key=pl.col("n") * self.node_count + pl.col("node"))
        return keyed.sort("key")

    @cached_property
    def on_hand(self) -> pl.DataFrame:
        """Stock that can be planned with, summed from the ledger. Columns: item, site, quantity, node."""
        places = self._places()
        moves = self.raw("stock_move").filter(pl.col("at") <= self.as_of)
        signed = pl.concat(
            [
                moves.select("item", pl.col("to_location").alias("code"), "quantity"),
                moves.select("item", pl.col("from_location").alias("code"), -pl.col("quantity")),
            ]
        )
        stock = signed.join(places, on="code", how="inner")
        sums = stock.group_by("item", "site").agg(pl.col("quantity").sum())
        return sums.with_columns(pl.Series("node", self.nodes(sums))).filter(pl.col("node") >= 0)

    def _places(self) -> pl.DataFrame:
        """Places whose stock counts, with their site: their own, or that of the place around them."""
        rows = self.raw("location")
        parent = dict(rows.select("code", "parent").iter_rows())
        own = dict(rows.select("code", "site").iter_rows())
        real = rows.filter(pl.col("nettable") & (pl.col("kind") != "virtual"))
        found = {code: _site_around(code, own, parent) for code in real["code"]}
        frame = pl.DataFrame(
            {"code": list(found), "site": list(found.values())}, schema={"code": pl.String, "site": pl.String}
        )
        return frame.filter(pl.col("site") != "")


def _site_around(code: str, own: Mapping[str, str], parent: Mapping[str, str]) -> str:
    seen = set()
    while code and not own.get(code) and code not in seen:
        seen.add(code)
        code = parent.get(code, "")
    return own.get(code, "")


def document_places(rows: pl.DataFrame, known: Names) -> tuple[pl.Series, Ints]:
    """Find lines of documents among names of the plan: ``order/line``, or the order alone for its first line.

    Returns
    -------
    The name of each line as the plan has it (in full where it has none), and its place, -1 for none.
    """
    full = rows.select(pl.concat_str("order", pl.lit("/"), "line").alias("order")).to_series()
    places = known.places(full)
    alone = np.flatnonzero((places < 0) & (ints(rows, "line") == 1))
    if not len(alone):
        return full, places
    found = known.places(rows["order"].gather(alone))
    places[alone] = found
    short = np.zeros(len(places), bool)
    short[alone[found >= 0]] = True
    return rows["order"].zip_with(pl.Series(short), full), places
