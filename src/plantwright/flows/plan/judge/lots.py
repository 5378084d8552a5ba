"""Do new orders keep the rules of their item, site, supplier or lane: source, lot, level, fence, lead time, cost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.calendars import Calendars
from plantwright.flows.plan.judge.case import MINUTE, Case
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.levels import check_levels

_FIX = "This is a fault of the planner: report it with the plant."
SOURCE = problem_kind("verify-source", "It may not be got by {source}{of}; its source is {rule}.", _FIX)
MINIMUM = problem_kind("verify-lot-minimum", "{quantity} is below the smallest order of {minimum}.", _FIX)
MAXIMUM = problem_kind("verify-lot-maximum", "{quantity} is above the largest order of {lot_maximum}.", _FIX)
MULTIPLE = problem_kind("verify-lot-multiple", "{quantity} is no multiple of {multiple}.", _FIX)
FENCE = problem_kind("verify-fence", "It arrives at {finish}, inside the planning fence that ends {fence}.", _FIX)
LEAD_TIME = problem_kind("verify-lead-time", "{start} to {finish} is less than the lead time of {lead} min.", _FIX)
CLOSED = problem_kind("verify-arrival-closed", "It arrives at {finish}, when {supplier} delivers nothing.", _FIX)
COST = problem_kind("verify-unit-cost", "A unit costs {unit_cost} in the plan and {cost} by the records.", _FIX)
KEY = ("order",)


def check_lots(case: Case, calendars: Calendars) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = _new_orders(case)
    yield from _sources(case, rows)
    yield from _sizes(rows)
    yield from check_levels(case)
    fence = rows.with_columns(fence=case.as_of + pl.col("planning_fence").fill_null(0) // MINUTE)
    fence = fence.filter(pl.col("finish") < pl.col("fence"))
    yield Fault(FENCE, fence, "planned_order", KEY, "finish", moments=("finish", "fence"))
    yield from _lead_times(rows)
    yield from _arrivals(case, calendars)
    yield from _costs(rows)


def _new_orders(case: Case) -> pl.DataFrame:
    """Give new orders with the rules that hold for them; two rows where the supplier's terms change meanwhile."""
    policy = case.raw("item_site").with_columns(case.site()).rename({"source": "rule", "lead_time": "own_lead"})
    policy = policy.with_columns(pl.Series("node", case.nodes(policy))).drop("item", "site").filter(pl.col("node") >= 0)
    rows = case.orders.with_columns(pl.Series("node", case.order_nodes)).filter("new")
    rows = rows.join(policy, on="node", how="left")
    facts = case.items.select("kind", "standard_cost").with_columns(item_number=np.arange(case.items.height))
    rows = rows.with_columns(item_number=pl.col("node") // max(len(case.site_names), 1))
    rows = rows.join(facts, on="item_number", how="left")
    rows = rows.with_columns(pl.col("rule").fill_null("by kind"))
    kinds = {source: rows.filter(pl.col("source") == source) for source in ("buy", "transfer")}
    terms, lanes = _supplier_terms(case, kinds["buy"]), _lanes(case, kinds["transfer"])
    terms = pl.concat([terms, lanes])
    if not terms.height:
        return rows.with_columns(pl.lit(None, pl.Int64).alias(name) for name in _TERMS if name != "n")
    return rows.join(terms, on="n", how="left")


_TERMS = {"n": pl.Int64, "minimum": pl.Int64, "multiple": pl.Int64, "lead": pl.Int64, "price": pl.Int64}


def _supplier_terms(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the price break of each quantity, by the terms of today and by those of the day of the order."""
    terms = case.raw("supplier_item").rename({"lead_time": "lead"})
    pairs = rows.select("n", "supplier", "item", "quantity", case.day(pl.col("start")).alias("day")).join(
        terms, on=["supplier", "item"], how="inner"
    )
    today = case.day(pl.lit(case.as_of, pl.Int64))
    days = pl.concat([pairs, pairs.with_columns(day=today)]).filter(
        (pl.col("from_quantity") <= pl.col("quantity"))
        & pl.col("day").is_between(pl.col("effective_from"), pl.col("effective_to"))
    )
    chosen = days.sort("n", "day", "from_quantity", "effective_from").group_by("n", "day", maintain_order=True).last()
    chosen = _in_plant_currency(case, chosen)
    return chosen.select(*_TERMS).unique(maintain_order=True)


def _in_plant_currency(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Turn prices into the plant's currency at the rate of the day; unknown where there is no rate."""
    own = str(case.plant.settings["currency"])
    currency = case.raw("supplier").select(pl.col("code").alias("supplier"), "currency")
    rates = case.raw("exchange_rate").rename({"effective_from": "since"}).sort("since")
    rows = rows.join(currency, on="supplier", how="left").sort("day")
    rows = rows.join_asof(rates, left_on="day", right_on="since", by="currency", check_sortedness=False)
    same = pl.col("currency").is_null() | pl.col("currency").is_in(["", own])
    wide = pl.col("price").cast(pl.Int128) * pl.col("rate") + SCALE // 2
    return rows.with_columns(price=pl.when(same).then("price").otherwise((wide // SCALE).cast(pl.Int64)))


def _lanes(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Find the lane of each transfer: the item's own before that of every item."""
    lanes = case.raw("transfer_lane").select("from_site", "to_site", pl.col("item").alias("lane_item"), "lead_time")
    pairs = rows.select("n", "from_site", "item", pl.col("site").alias("to_site")).join(
        lanes, on=["from_site", "to_site"], how="inner"
    )
    pairs = pairs.filter((pl.col("lane_item") == pl.col("item")) | (pl.col("lane_item") == ""))
    pairs = pairs.sort("n", "lane_item").group_by("n", maintain_order=True).last()
    zero = pl.lit(0, pl.Int64)
    return pairs.select("n", minimum=zero, multiple=zero, lead="lead_time", price=pl.lit(None, pl.Int64))


def _sources(case: Case, rows: pl.DataFrame) -> Iterator[Fault]:
    """Check that the source is the one of the item's row for the site, or of its kind, with terms of its own."""
    source = pl.col("source").replace("subcontract", "make")
    by_kind = (pl.col("rule") == "by kind") & ((source == pl.col("kind")) | (source == "transfer"))
    unknown = (pl.col("lead").is_null()) & ((source == "transfer") | ((source == "buy") & (pl.col("supplier") != "")))
    listed = case.raw("supplier_item").select("supplier", "item").unique().with_columns(listed=pl.lit(value=True))
    off = rows.filter(~(by_kind | (source == pl.col("rule"))) | unknown)
    if not off.height:
        return
    off = off.join(listed, on=["supplier", "item"], how="left")
    # A quantity below the first price break is a matter of the lot, not of the source.
    small = (
        (pl.col("source") == "buy") & pl.col("listed").fill_null(value=False) & (by_kind | (source == pl.col("rule")))
    )
    of = pl.when(pl.col("supplier") != "").then(pl.lit(" of ") + pl.col("supplier")).otherwise(pl.lit(""))
    yield Fault(SOURCE, off.filter(~small).unique("n").with_columns(of=of), "planned_order", KEY, "source")


def _sizes(rows: pl.DataFrame) -> Iterator[Fault]:
    """Smallest and largest lot and multiples, of the plant and of the supplier; any of two valid terms will do."""
    rows = rows.with_columns(pl.col("minimum", "multiple", "lot_minimum", "lot_multiple", "lot_maximum").fill_null(0))
    rows = rows.with_columns(minimum=pl.max_horizontal("minimum", "lot_minimum"))
    small = _for_all_terms(rows, pl.col("quantity") < pl.col("minimum"))
    yield Fault(MINIMUM, small, "planned_order", KEY, "quantity", amounts=("quantity", "minimum"))
    large = rows.filter((pl.col("lot_maximum") > 0) & (pl.col("quantity") > pl.col("lot_maximum"))).unique("n")
    yield Fault(MAXIMUM, large, "planned_order", KEY, "quantity", amounts=("quantity", "lot_maximum"))
    own = rows.with_columns(multiple=pl.col("lot_multiple")).unique("n")
    for part in (rows, own):
        odd = _for_all_terms(part, (pl.col("multiple") > 0) & (pl.col("quantity") % pl.col("multiple") != 0))
        yield Fault(MULTIPLE, odd, "planned_order", KEY, "quantity", amounts=("quantity", "multiple"))


def _for_all_terms(rows: pl.DataFrame, broken: pl.Expr) -> pl.DataFrame:
    """Keep the orders that break a rule by every set of terms that may hold for them."""
    found = rows.filter(broken)
    if not found.height:
        return found
    fine = rows.filter(pl.col("n").is_in(found["n"].unique().implode()) & ~broken)
    return found.join(fine, on="n", how="anti").unique("n", keep="first", maintain_order=True)


def _lead_times(rows: pl.DataFrame) -> Iterator[Fault]:
    """Bought and moved orders take their lead time: the item's own at the site, else the supplier's or the lane's."""
    lead = pl.coalesce("own_lead", "lead", pl.lit(0)) // MINUTE
    rows = rows.filter(pl.col("source").is_in(["buy", "transfer"])).with_columns(lead=lead)
    early = _for_all_terms(rows, (pl.col("finish") - pl.col("start")).is_between(0, pl.col("lead") - 1))
    yield Fault(LEAD_TIME, early, "planned_order", KEY, "finish", moments=("start", "finish"))


def _arrivals(case: Case, calendars: Calendars) -> Iterator[Fault]:
    """Goods arrive while the calendar of their supplier is open, its closing minute included."""
    suppliers = case.raw("supplier").filter(pl.col("calendar") != "")
    bought = case.orders.filter(pl.col("new") & (pl.col("source") == "buy"))
    for code, calendar in suppliers.select("code", "calendar").iter_rows():
        rows, time = bought.filter(pl.col("supplier") == code), calendars.of(calendar)
        at = rows["finish"].to_numpy()
        begun = np.searchsorted(time.starts, at, side="right")
        over = np.searchsorted(time.ends, at, side="left")
        closed = rows.filter(pl.Series(begun == over, dtype=pl.Boolean))
        yield Fault(CLOSED, closed, "planned_order", KEY, "finish", moments=("finish",))


def _costs(rows: pl.DataFrame) -> Iterator[Fault]:
    """Made units cost their standard; bought ones the price at their quantity, where a price is known."""
    made = pl.col("source").is_in(["make", "subcontract"])
    bought = (pl.col("source") == "buy") & (pl.col("price") > 0)
    rows = rows.with_columns(cost=pl.when(made).then("standard_cost").when(bought).then("price"))
    off = _for_all_terms(rows, ((pl.col("unit_cost") - pl.col("cost")).abs() > 1).fill_null(value=False))
    yield Fault(COST, off, "planned_order", KEY, "unit_cost", amounts=("unit_cost", "cost"))
