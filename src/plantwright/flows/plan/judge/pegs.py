"""Does every peg join a real supply with a real demand, in quantity and in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.codes import Flags, Ints, ints, pick, place_of, sums_at
from plantwright.flows.plan.judge.fault import Fault

_FIX = "This is a fault of the planner: report it with the plant."
QUANTITY = problem_kind("verify-peg-quantity", "The quantity {quantity} is not above 0.", _FIX)
REFERENCE = problem_kind(
    "verify-peg-reference", "It joins {end} {name} with item {item} at {site}, which does not fit it.", _FIX
)
DEMAND = problem_kind("verify-peg-demand", "Supplies of {pegged} are joined with a need of {quantity}: {fault}.", _FIX)
SUPPLY = problem_kind("verify-peg-supply", "{pegged} of {item} is promised out of {quantity}.", _FIX)
STOCK = problem_kind("verify-peg-stock", "{pegged} is promised out of a stock of {quantity}.", _FIX)
AVAILABLE = problem_kind("verify-peg-available", "It says there from {available}; it is there from {there}.", _FIX)
TIME = problem_kind("verify-peg-time", "Order {demand} takes {item} at {at}, before it is there at {there}.", _FIX)
KEPT = problem_kind("verify-kept-order", "Its orders serve {pegged} of it; kept for it they serve {should}.", _FIX)


@dataclass(frozen=True)
class Links:
    """The two ends of every peg as row numbers, -1 where there is no such row."""

    case: Case

    @cached_property
    def node(self) -> Ints:
        """Item and site of each peg."""
        return self.case.nodes(self.case.pegs)

    @cached_property
    def quantity(self) -> Ints:
        """Quantity of each peg."""
        return ints(self.case.pegs, "quantity")

    @cached_property
    def for_order(self) -> Flags:
        """Whether an order of the plan asks."""
        return (self.case.pegs["demand_kind"] == "order").to_numpy()

    @cached_property
    def for_demand(self) -> Flags:
        """Whether a sales order or a forecast asks."""
        return self.case.pegs["demand_kind"].is_in(["sales order", "forecast"]).to_numpy()

    @cached_property
    def from_stock(self) -> Flags:
        """Whether stock serves."""
        return (self.case.pegs["supply_kind"] == "stock").to_numpy()

    @cached_property
    def component(self) -> Ints:
        """Row of the component that asks: the number must be its, and the order, the item and the site."""
        pegs, needs = self.case.pegs, self.case.components
        asking = np.flatnonzero(self.for_order)
        # A number that comes twice is reported elsewhere; here the order tells the two apart.
        numbers = ints(needs, "component")
        place = place_of(pegs["component"].gather(asking).fill_null(-1).to_numpy(), numbers)
        orders = self.case.orders["order"]
        row = np.maximum(place, 0)
        fits = np.zeros(len(asking), bool)
        if needs.height and len(orders):
            same = pegs["demand"].gather(asking) == needs["order"].gather(row)
            fits = (place >= 0) & same.to_numpy() & (self.node[asking] == self.case.nodes(needs)[row])
        found = np.full(pegs.height, -1, np.int64)
        found[asking[fits]] = place[fits]
        lost = asking[~fits]
        if len(lost) and needs["component"].is_duplicated().any():
            found[lost] = self._by_both(lost)
        return found

    def _by_both(self, rows: Ints) -> Ints:
        """Find components by order and number together."""
        key = ["demand", "component", "item", "site"]
        needs = self.case.components.rename({"order": "demand"}).with_row_index("row").select(*key, "row").unique(key)
        found = self.case.pegs[rows].select(key).join(needs, on=key, how="left", maintain_order="left")
        return found["row"].cast(pl.Int64).fill_null(-1).to_numpy()

    @cached_property
    def demand(self) -> Ints:
        """Row of the demand plan that asks, of the same item and site."""
        asking = np.flatnonzero(self.for_demand)
        place = self.case.demand_names.places(self.case.pegs["demand"].gather(asking))
        nodes = np.append(self.case.nodes(self.case.demands), -2)
        found = np.full(self.case.pegs.height, -1, np.int64)
        found[asking] = np.where(nodes[place] == self.node[asking], place, -1)
        return found

    @cached_property
    def order(self) -> Ints:
        """Number of the order that serves, whatever it brings."""
        serving = np.flatnonzero(~self.from_stock)
        found = np.full(self.case.pegs.height, -1, np.int64)
        found[serving] = self.case.order_names.places(self.case.pegs["supply"].gather(serving))
        return found

    @cached_property
    def output(self) -> Ints:
        """Row of the output of the order that serves."""
        key = np.where((self.order >= 0) & (self.node >= 0), self.order * self.case.node_count + self.node, -1)
        return place_of(key, ints(self.case.outputs, "key"))

    @cached_property
    def there(self) -> Ints:
        """When the supply is there: stock at once, an order when it is done."""
        done = np.append(self.case.finishes, self.case.as_of)
        return np.where(self.from_stock, self.case.as_of, done[self.order])

    @cached_property
    def pegged(self) -> Ints:
        """What each component gets."""
        return sums_at(self.component, self.quantity, self.case.components.height)

    @cached_property
    def served(self) -> Ints:
        """What each demand gets."""
        return sums_at(self.demand, self.quantity, self.case.demands.height)

    @cached_property
    def complete(self) -> Ints:
        """When the last supply of each demand is there, by what its pegs say; the smallest number for none."""
        last = np.full(self.case.demands.height, np.iinfo(np.int64).min)
        kept = self.demand >= 0
        np.maximum.at(last, self.demand[kept], ints(self.case.pegs, "available")[kept])
        return last


def check_pegs(links: Links) -> Iterator[Fault]:
    """Run every check of this module."""
    pegs = links.case.pegs
    yield Fault(QUANTITY, pegs.filter(pl.col("quantity") <= 0), "peg", ("number",), "quantity", amounts=("quantity",))
    yield from _ends(links)
    yield from _needs_covered(links)
    yield from _supplies(links)
    yield from _stock(links)
    yield from _moments(links)
    yield from _kept(links)


def _ends(links: Links) -> Iterator[Fault]:
    """Check that either end of each peg exists and is of its item and site."""
    asked = (links.for_order & (links.component < 0)) | (links.for_demand & (links.demand < 0))
    for lost, end in ((asked, "demand"), (~links.from_stock & (links.output < 0), "supply")):
        rows = pick(links.case.pegs, lost).with_columns(end=pl.lit(end), name=pl.col(end))
        yield Fault(REFERENCE, rows, "peg", ("number",), end)


def _needs_covered(links: Links) -> Iterator[Fault]:
    """Check that the pegs of a need add up to it; less only where the order is late or a reason names it."""
    case, key = links.case, ("order", "item", "operation")
    need = ints(case.components, "quantity")
    told = case.result("reason")["order"].unique().implode()
    flagged = case.orders.select(pl.col("late") | pl.col("order").is_in(told)).to_series().to_numpy()
    known = ints(case.components, "n")
    quiet = (known >= 0) & ~np.append(flagged, False)[known]
    faults = (((links.pegged < need) & quiet, "less, and nothing says so"), (links.pegged > need, "more"))
    for found, words in faults:
        rows = pick(case.components, found, pegged=links.pegged).with_columns(fault=pl.lit(words))
        yield Fault(DEMAND, rows, "planned_component", key, amounts=("pegged", "quantity"), value="pegged")
    above = pick(case.demands, links.served > ints(case.demands, "quantity"), pegged=links.served)
    above = above.with_columns(fault=pl.lit("more"))
    yield Fault(DEMAND, above, "demand_plan", ("demand",), amounts=("pegged", "quantity"), value="pegged")


def _supplies(links: Links) -> Iterator[Fault]:
    outputs = links.case.outputs
    pegged = sums_at(links.output, links.quantity, outputs.height)
    over = pick(outputs, pegged > ints(outputs, "quantity"), pegged=pegged)
    names = links.case.named_nodes(ints(over, "node"))
    over = over.with_columns(links.case.orders["order"].gather(over["n"]), names["item"])
    yield Fault(SUPPLY, over, "planned_order", ("order",), amounts=("pegged", "quantity"), value="pegged")


def _stock(links: Links) -> Iterator[Fault]:
    case = links.case
    pegged = sums_at(np.where(links.from_stock, links.node, -1), links.quantity, case.node_count)
    stock = sums_at(ints(case.on_hand, "node"), ints(case.on_hand, "quantity"), case.node_count)
    over = np.flatnonzero(pegged > np.maximum(stock, 0))
    rows = case.named_nodes(over).with_columns(pl.Series("pegged", pegged[over]), pl.Series("quantity", stock[over]))
    yield Fault(STOCK, rows, "peg", ("item", "site"), amounts=("pegged", "quantity"), value="pegged")


def _moments(links: Links) -> Iterator[Fault]:
    pegs, served = links.case.pegs, links.from_stock | (links.order >= 0)
    off = pick(pegs, served & (ints(pegs, "available") != links.there), there=links.there)
    yield Fault(AVAILABLE, off, "peg", ("number",), "available", moments=("available", "there"))
    takes = np.append(ints(links.case.components, "at"), np.iinfo(np.int64).max)
    at = takes[links.component]
    early = pick(pegs, served & (at < links.there), at=at, there=links.there)
    yield Fault(TIME, early, "peg", ("number",), "needed", moments=("at", "there"))


def _kept(links: Links) -> Iterator[Fault]:
    """Check that orders kept for a sales line serve it before anything else, as far as quantities go."""
    case = links.case
    kept = case.raw("production_order").filter(pl.col("serves_order") != "")
    if not kept.height:
        return
    kept = kept.select("order", "item", line="serves_line", serves="serves_order")
    lines = case.sales.select("line", "demand", "item", "site", "open", serves=pl.col("order"))
    orders = kept.join(case.orders.select("order", "site", "quantity"), on="order", how="inner")
    rows = orders.join(lines, on=["serves", "line", "item", "site"], how="inner")
    own = case.pegs.filter(pl.col("supply").is_in(rows["order"].unique().implode()))
    served = own.group_by(pl.col("supply").alias("order"), "demand").agg(pegged=pl.col("quantity").sum())
    rows = rows.join(served, on=["order", "demand"], how="left").with_columns(pl.col("pegged").fill_null(0))
    sums = rows.group_by("demand", "open").agg(pl.col("quantity", "pegged").sum())
    sums = sums.join(case.demands.select("demand"), on="demand", how="semi")
    sums = sums.with_columns(should=pl.min_horizontal("open", "quantity"))
    off = sums.filter(pl.col("pegged") < pl.col("should"))
    yield Fault(KEPT, off, "demand_plan", ("demand",), amounts=("pegged", "should"), value="pegged")
