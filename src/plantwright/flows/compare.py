"""The difference of two plans: dates that moved, orders that changed, load, and the figures side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from plantwright.core.exact import SCALE

HOUR = 60
"""Moves of an order by less than an hour are no news."""
TOTALS = (
    "service", "orders", "late_orders", "late_days", "late_days_bound", "short_orders", "planned_orders", "operations",
    "load_hours", "cost_of_new_orders", "stock_value", "wip_value_days", "stock_value_days",
)  # fmt: skip


class Results(Protocol):
    """A plan's own data and its raw result tables; `core.pages.View` is one."""

    plan: Mapping[str, Any]

    def result(self, name: str) -> pl.DataFrame:
        """Give a raw result table."""


@dataclass(frozen=True)
class Differences:
    """What differs between two plans: raw tables, `before` from the first and `after` from the second.

    Parameters
    ----------
    totals : measure, before, after, change
    demands : demands whose date or status changed: demand, item, customer, due, before, after (moments; empty for
        never), days (later above 0, scaled), status_before, status_after, cause
    orders : change (added, removed, moved, resized, moved and resized), order, item, site, source, quantity_before,
        quantity, start_before, start, finish_before, finish, days
    loads : work_center, capacity, load_before, load, change (milliseconds), utilisation_before, utilisation
    """

    totals: pl.DataFrame
    demands: pl.DataFrame
    orders: pl.DataFrame
    loads: pl.DataFrame


def compare_plans(before: Results, after: Results) -> Differences:
    """Set two plans side by side.

    Parameters
    ----------
    before, after : the two plans; they may come from different scenarios
    """
    return Differences(
        _totals(before, after),
        moved_demands(before.result("demand_plan"), after.result("demand_plan")),
        changed_orders(before.result("planned_order"), after.result("planned_order")),
        changed_loads(before.result("center_load"), after.result("center_load")),
    )


# --- totals ---------------------------------------------------------------------------------------------------------


def plan_figures(plan: Results) -> dict[str, float | None]:
    """Give the figures of a plan by which plans are compared, those of its totals and some from its tables."""
    totals = plan.plan.get("totals", {})
    found: dict[str, float | None] = {name: totals.get(name) for name in TOTALS if name in totals}
    demands = plan.result("demand_plan").filter(pl.col("kind") == "sales order")
    found["service"] = (
        round(demands.filter(pl.col("status") == "on time").height / demands.height, 4) if demands.height else None
    )
    load = plan.result("center_load")
    found["load_hours"] = round(float((load["setup"] + load["run"]).sum()) / 3_600_000, 1) if load.height else None
    orders = plan.result("planned_order").filter(pl.col("state") == "planned")
    cost = (orders["quantity"].cast(pl.Float64) * orders["unit_cost"].cast(pl.Float64)).sum() / SCALE**2
    found["cost_of_new_orders"] = round(float(cost), 2)
    return {name: found.get(name) for name in TOTALS}


def _totals(before: Results, after: Results) -> pl.DataFrame:
    one, other = plan_figures(before), plan_figures(after)
    rows = [{"measure": name, "before": one[name], "after": other[name]} for name in TOTALS]
    schema = {"measure": pl.String, "before": pl.Float64, "after": pl.Float64}
    return pl.DataFrame(rows, schema=schema).with_columns(change=pl.col("after") - pl.col("before"))


# --- demands --------------------------------------------------------------------------------------------------------


def moved_demands(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Find the demands that get another date or status, the worst moved first; those only in one plan are left out."""
    old = before.select("demand", before="projected", status_before="status", planned_before="planned")
    rows = after.select(
        "demand", "item", "customer", "quantity", "due", "cause", "planned", after="projected", status_after="status"
    ).join(old, on="demand", how="inner", maintain_order="left")
    moved = (pl.col("after") - pl.col("before")).abs() >= HOUR
    other = (pl.col("status_after") != pl.col("status_before")) | (pl.col("planned") != pl.col("planned_before"))
    days = (pl.col("after") - pl.col("before")).cast(pl.Float64) / 1440 * SCALE
    rows = rows.filter(moved.fill_null(value=False) | other).with_columns(days=days.round().cast(pl.Int64))
    # What became short, or was, has no number of days; it stands first.
    return rows.sort(pl.col("days").is_not_null(), -pl.col("days").abs(), "demand")


# --- orders ---------------------------------------------------------------------------------------------------------


def changed_orders(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Find the orders that were added, removed, moved or resized.

    An existing order is known by its number. New orders get their numbers plan by plan, so they are matched by what
    they are: first those of the same item, site, source, quantity and need date, then the rest of the same item, site
    and source by the order of their need dates.
    """
    known = _matched(_existing(before), _existing(after), ["order"])
    exact, old_rest, new_rest = _pairs(_new(before), _new(after), ["item", "site", "source", "quantity", "due"])
    ranked, removed, added = _pairs(old_rest, new_rest, ["item", "site", "source"])
    gone = pl.concat([removed, _existing(before).join(_existing(after), on="order", how="anti")], how="diagonal")
    come = pl.concat([added, _existing(after).join(_existing(before), on="order", how="anti")], how="diagonal")
    both = pl.concat([known, exact, ranked], how="diagonal").with_columns(change=_change())
    rows = pl.concat([
        both.filter(pl.col("change") != ""),
        _alone(come, "added", ""),
        _alone(gone, "removed", "_before"),
    ], how="diagonal")  # fmt: skip
    days = (pl.col("finish") - pl.col("finish_before")).cast(pl.Float64) / 1440 * SCALE
    rows = rows.with_columns(days=days.round().cast(pl.Int64))
    return rows.select(ORDER_COLUMNS).sort("change", "item", "start", "start_before", "order", nulls_last=True)


ORDER_COLUMNS = (
    "change", "order", "item", "site", "source", "quantity_before", "quantity", "start_before", "start",
    "finish_before", "finish", "days",
)  # fmt: skip
_KEPT = ("order", "item", "site", "source", "quantity", "start", "finish", "due")


def _new(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.filter(pl.col("state") == "planned").select(_KEPT).sort("due", "start", "order")


def _existing(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.filter(pl.col("state") != "planned").select(_KEPT)


def _matched(before: pl.DataFrame, after: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    old = before.select(*key, quantity_before="quantity", start_before="start", finish_before="finish")
    return after.join(old, on=key, how="inner", maintain_order="left")


def _pairs(
    before: pl.DataFrame, after: pl.DataFrame, key: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Match rows with the same key one to one, in their order; give the pairs and what is left of either side."""
    place = pl.int_range(pl.len()).over(key).alias("place")
    old, new = before.with_columns(place), after.with_columns(place)
    by = [*key, "place"]
    values = old.select(*by, quantity_before=pl.col("quantity"), start_before="start", finish_before="finish")
    pairs = new.join(values, on=by, how="inner", maintain_order="left")
    if "quantity" in key:
        pairs = pairs.with_columns(quantity_before=pl.col("quantity"))
    left_old = old.join(new, on=by, how="anti", maintain_order="left").drop("place")
    left_new = new.join(old, on=by, how="anti", maintain_order="left").drop("place")
    return pairs.drop("place"), left_old, left_new


def _change() -> pl.Expr:
    resized = pl.col("quantity") != pl.col("quantity_before")
    shift = pl.max_horizontal(
        (pl.col("start") - pl.col("start_before")).abs(), (pl.col("finish") - pl.col("finish_before")).abs()
    )
    moved = shift >= HOUR
    both = pl.when(moved & resized).then(pl.lit("moved and resized")).when(moved).then(pl.lit("moved"))
    return both.when(resized).then(pl.lit("resized")).otherwise(pl.lit(""))


def _alone(rows: pl.DataFrame, change: str, ending: str) -> pl.DataFrame:
    values = {f"{name}{ending}": pl.col(name) for name in ("quantity", "start", "finish")}
    return rows.select("order", "item", "site", "source", change=pl.lit(change), **values)


# --- load -----------------------------------------------------------------------------------------------------------


def changed_loads(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Set the load of each work center in two plans side by side, the largest change first."""
    rows = _load(before, "_before").join(_load(after, ""), on="work_center", how="full", coalesce=True).fill_null(0)
    rows = rows.with_columns(
        change=pl.col("load") - pl.col("load_before"),
        utilisation=_share("load", "capacity"), utilisation_before=_share("load_before", "capacity_before"),
    )  # fmt: skip
    return rows.sort(-pl.col("change").abs(), "work_center")


def _load(rows: pl.DataFrame, ending: str) -> pl.DataFrame:
    return rows.group_by("work_center").agg(
        (pl.col("setup") + pl.col("run")).sum().alias(f"load{ending}"),
        pl.col("capacity").sum().alias(f"capacity{ending}"),
    )


def _share(part: str, whole: str) -> pl.Expr:
    share = (pl.col(part).cast(pl.Float64) * SCALE / pl.col(whole)).round()
    return pl.when(pl.col(whole) > 0).then(share).otherwise(None).cast(pl.Int64)
