"""What is judged: the plant, the result tables of its plan, and what several checks derive from the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import polars as pl

from plantwright.core import exact, units
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.plant import Plant

MINUTE = 60_000
"""Milliseconds in a minute."""
DAY = 1440
"""Minutes in a day."""
MADE = ("make", "subcontract")
"""Sources of orders that go through a routing."""
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

        Columns: item, kind, unit, standard_cost, step (smallest difference of quantities, in millionths).
        """
        rows = self.raw("item")
        kept = {unit: self._decimals(unit) for unit in rows["unit"].unique()}
        decimals = pl.coalesce("decimals", pl.col("unit").replace_strict(kept, default=6, return_dtype=pl.Int64))
        return rows.select(pl.col("code").alias("item"), "kind", "unit", "standard_cost", step=10 ** (6 - decimals))

    def _decimals(self, unit: str) -> int:
        found = self.unit_system.find(unit)
        return 0 if found is not None and found.dimension == "count" else 6

    @cached_property
    def orders(self) -> pl.DataFrame:
        """Orders of the plan by number.

        Columns: those of planned_order, n (number of the row), new (not an existing order), makes (has a routing).
        """
        rows = self.result("planned_order").with_row_index("n").with_columns(pl.col("n").cast(pl.Int64))
        made = pl.col("source").is_in(MADE)
        return rows.with_columns(self.site(), new=pl.col("state") == "planned", makes=made)

    def number(self, rows: pl.DataFrame, column: str = "order", name: str = "n") -> pl.DataFrame:
        """Add the number of the order that a column names; rows that name none are left out."""
        known = self.orders.select(pl.col("order").alias(column), pl.col("n").alias(name)).unique(column)
        return rows.join(known, on=column, how="inner")

    @cached_property
    def demands(self) -> pl.DataFrame:
        """The demand plan, sites filled in."""
        return self.result("demand_plan").with_columns(self.site())

    @cached_property
    def components(self) -> pl.DataFrame:
        """What orders take, with n, and the moment of taking not before the plan begins."""
        rows = self.result("planned_component").rename({"number": "component"})
        clock = pl.max_horizontal("taken", pl.lit(self.as_of, pl.Int64))
        return self.number(rows).with_columns(self.site(), at=clock)

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
        names = document_names(rows, self.orders["order"])
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
        """Open sales order lines. Columns: demand, customer, item, site, open, slack, due, priority."""
        rows = self.raw("sales_order_line").filter(pl.col("state") == "open")
        rows = rows.with_columns(open=pl.col("quantity") - pl.col("delivered")).filter(pl.col("open") > 0)
        names = document_names(rows, self.demands.filter(pl.col("kind") == "sales order")["demand"]).alias("demand")
        rank = self.raw("customer").select(pl.col("code").alias("customer"), pl.col("priority").alias("rank"))
        rows = self.in_own_unit(rows.with_columns(names), "open").join(rank, on="customer", how="left")
        priority = pl.coalesce("priority", "rank", pl.lit(5, pl.Int64))
        return rows.select("order", "line", "demand", "customer", "item", self.site(), "open", "slack", "due", priority)

    @cached_property
    def outputs(self) -> pl.DataFrame:
        """What orders bring: the item and what comes out besides. Columns: n, order, item, site, quantity, finish."""
        main = self.orders.select("n", "order", "item", "site", "quantity", "finish")
        besides = self.raw("co_product").select("item", "product", pl.col("quantity").alias("each"))
        more = self.orders.filter("makes").join(besides, on="item", how="inner")
        amount = pl.col("quantity").cast(pl.Int128) * pl.col("each") // SCALE
        extra = more.select(
            "n", "order", pl.col("product").alias("item"), "site", amount.cast(pl.Int64).alias("quantity"), "finish"
        )
        both = pl.concat([main, extra])
        if not extra.height:
            return both
        return both.group_by("n", "order", "item", "site", "finish").agg(pl.col("quantity").sum())

    @cached_property
    def on_hand(self) -> pl.DataFrame:
        """Stock that can be planned with, summed from the ledger. Columns: item, site, quantity."""
        places = self._places()
        moves = self.raw("stock_move").filter(pl.col("at") <= self.as_of)
        signed = pl.concat(
            [
                moves.select("item", pl.col("to_location").alias("code"), "quantity"),
                moves.select("item", pl.col("from_location").alias("code"), -pl.col("quantity")),
            ]
        )
        stock = signed.join(places, on="code", how="inner")
        return stock.group_by("item", "site").agg(pl.col("quantity").sum())

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


def document_names(rows: pl.DataFrame, known: pl.Series) -> pl.Series:
    """Name lines of documents as the plan does: ``order/line``, or the order alone for its first line."""
    full = pl.concat_str("order", pl.lit("/"), "line")
    named = rows.select("order", "line", full=full)
    alone = (pl.col("line") == 1) & ~pl.col("full").is_in(known.unique().implode())
    return named.select(pl.when(alone).then("order").otherwise("full").alias("order")).to_series()
