"""Does every peg join a real supply with a real demand, in quantity and in time."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import Case
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


def check_pegs(case: Case) -> Iterator[Fault]:
    """Run every check of this module."""
    yield Fault(QUANTITY, case.pegs.filter(pl.col("quantity") <= 0), "peg", ("number",), amounts=("quantity",))
    yield from _demand_ends(case)
    yield from _supply_ends(case)
    yield from _needs_covered(case)
    yield from _supplies(case)
    yield from _stock(case)
    yield from _moments(case)
    yield from _kept(case)


def _demand_ends(case: Case) -> Iterator[Fault]:
    """Each peg's demand must exist, with the same item and site."""
    orders = case.pegs.filter(pl.col("demand_kind") == "order").select("number", "item", "site", "demand", "component")
    needs = case.components.select(pl.col("order").alias("demand"), "component", "item", "site").unique()
    lost = orders.join(needs, on=["demand", "component", "item", "site"], how="anti")
    others = case.pegs.filter(pl.col("demand_kind").is_in(["sales order", "forecast"]))
    lost_demands = others.join(case.demands, on=["demand", "item", "site"], how="anti")
    for rows in (lost, lost_demands):
        named = rows.with_columns(end=pl.lit("demand"), name=pl.col("demand"))
        yield Fault(REFERENCE, named, "peg", ("number",), "demand")


def _supply_ends(case: Case) -> Iterator[Fault]:
    """Each peg's order must exist and bring the item to the site."""
    supplied = case.pegs.filter(pl.col("supply_kind") == "order").select("number", "item", "site", "supply")
    outputs = case.outputs.select(pl.col("order").alias("supply"), "item", "site")
    lost = supplied.join(outputs, on=["supply", "item", "site"], how="anti")
    yield Fault(REFERENCE, lost.with_columns(end=pl.lit("supply"), name=pl.col("supply")), "peg", ("number",), "supply")


def pegged_needs(case: Case) -> pl.DataFrame:
    """Give the components with what is pegged to them: those of `Case.components`, and `pegged`."""
    pegs = case.pegs.filter(pl.col("demand_kind") == "order")
    sums = pegs.group_by(pl.col("demand").alias("order"), "component").agg(pegged=pl.col("quantity").sum())
    return case.components.join(sums, on=["order", "component"], how="left").with_columns(pl.col("pegged").fill_null(0))


def _needs_covered(case: Case) -> Iterator[Fault]:
    """The pegs of a need add up to it; less only where the order is marked late or a reason names it."""
    told = case.result("reason").select("order").unique().filter(pl.col("order") != "")["order"]
    flagged = case.orders.filter(pl.col("late") | pl.col("order").is_in(told.implode())).select("n")
    rows = pegged_needs(case)
    short = rows.filter(pl.col("pegged") < pl.col("quantity")).join(flagged, on="n", how="anti")
    over = rows.filter(pl.col("pegged") > pl.col("quantity"))
    key = ("order", "item", "operation")
    for found, words in ((short, "less, and nothing says so"), (over, "more")):
        yield Fault(
            DEMAND, found.with_columns(fault=pl.lit(words)), "planned_component", key, amounts=("pegged", "quantity")
        )
    sums = case.pegs.filter(pl.col("demand_kind").is_in(["sales order", "forecast"]))
    sums = sums.group_by("demand").agg(pegged=pl.col("quantity").sum())
    above = case.demands.join(sums, on="demand", how="inner").filter(pl.col("pegged") > pl.col("quantity"))
    above = above.with_columns(fault=pl.lit("more"))
    yield Fault(DEMAND, above, "demand_plan", ("demand",), amounts=("pegged", "quantity"))


def _supplies(case: Case) -> Iterator[Fault]:
    sums = case.pegs.filter(pl.col("supply_kind") == "order").group_by(pl.col("supply").alias("order"), "item")
    rows = sums.agg(pegged=pl.col("quantity").sum()).join(case.outputs, on=["order", "item"], how="inner")
    over = rows.filter(pl.col("pegged") > pl.col("quantity")).sort("order")
    yield Fault(SUPPLY, over, "planned_order", ("order",), amounts=("pegged", "quantity"))


def _stock(case: Case) -> Iterator[Fault]:
    sums = case.pegs.filter(pl.col("supply_kind") == "stock").group_by("item", "site")
    rows = sums.agg(pegged=pl.col("quantity").sum()).join(case.on_hand, on=["item", "site"], how="left")
    rows = rows.with_columns(pl.max_horizontal(pl.col("quantity").fill_null(0), pl.lit(0, pl.Int64)).alias("quantity"))
    over = rows.filter(pl.col("pegged") > pl.col("quantity")).sort("item", "site")
    yield Fault(STOCK, over, "peg", ("item", "site"), amounts=("pegged", "quantity"))


def _moments(case: Case) -> Iterator[Fault]:
    finishes = case.orders.select(pl.col("order").alias("supply"), "finish").unique("supply")
    rows = case.pegs.join(finishes, on="supply", how="left").with_columns(
        there=pl.when(pl.col("supply_kind") == "stock").then(pl.lit(case.as_of, pl.Int64)).otherwise("finish")
    )
    off = rows.filter(pl.col("available") != pl.col("there"))
    yield Fault(AVAILABLE, off, "peg", ("number",), "available", moments=("available", "there"))
    takes = case.components.select(pl.col("order").alias("demand"), "component", "at")
    taken = rows.filter(pl.col("demand_kind") == "order").join(takes, on=["demand", "component"], how="inner")
    early = taken.filter(pl.col("at") < pl.col("there"))
    yield Fault(TIME, early, "peg", ("number",), "needed", moments=("at", "there"))


def _kept(case: Case) -> Iterator[Fault]:
    """Orders kept for a sales line serve it before anything else, as far as quantities go."""
    kept = case.raw("production_order").filter(pl.col("serves_order") != "")
    kept = kept.select("order", "item", line="serves_line", serves="serves_order")
    lines = case.sales.select("line", "demand", "item", "site", "open", serves=pl.col("order"))
    orders = kept.join(case.orders.select("order", "site", "quantity"), on="order", how="inner")
    rows = orders.join(lines, on=["serves", "line", "item", "site"], how="inner")
    served = case.pegs.group_by(pl.col("supply").alias("order"), "demand").agg(pegged=pl.col("quantity").sum())
    rows = rows.join(served, on=["order", "demand"], how="left").with_columns(pl.col("pegged").fill_null(0))
    sums = rows.group_by("demand", "open").agg(pl.col("quantity", "pegged").sum())
    sums = sums.join(case.demands.select("demand"), on="demand", how="semi")
    sums = sums.with_columns(should=pl.min_horizontal("open", "quantity"))
    off = sums.filter(pl.col("pegged") < pl.col("should"))
    yield Fault(KEPT, off, "demand_plan", ("demand",), amounts=("pegged", "should"))
