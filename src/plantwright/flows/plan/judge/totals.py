"""The figures of a plan, worked out again from its result tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.judge.balance import stock_over_time
from plantwright.flows.plan.judge.case import DAY, Case
from plantwright.plant import Plant

TOTALS = problem_kind(
    "verify-totals",
    "The plan gives {value} as its {column}; worked out again it is {again}.",
    "This is a fault of the planner: report it with the plant.",
)


def recompute_totals(plant: Plant, tables: Mapping[str, pl.DataFrame], as_of: int) -> dict[str, float]:
    """Work out the figures of a plan from its result tables.

    Parameters
    ----------
    plant : the plant that was planned
    tables : raw result tables of the plan
    as_of : moment at which the plan begins, in minutes

    Returns
    -------
    late_days
        Days late of all sales order lines together.
    orders_late
        Sales order lines that are promised after they are due.
    wip_value_days
        Over all orders that make: standard cost of the components that the plan issues, times days from the start
        of the order (not before the plan begins) to its finish.
    stock_value_days
        Standard cost of what is made and on hand, integrated in days from the beginning of the plan to the last due
        date of a sales order line. What a demand takes leaves when it is due and complete.
    reserved_stock_value_days
        The same, but what a demand takes leaves the count as soon as it is complete, due or not.
    """
    case = Case(plant, tables, as_of, scheduled=False)
    sales = case.demands.filter(pl.col("kind") == "sales order")
    end = sales["due"].max()
    return {
        "late_days": float(sales["late_days"].sum()) / SCALE,
        "orders_late": float(sales.filter(pl.col("projected") > pl.col("due")).height),
        "wip_value_days": _wip(case),
        "stock_value_days": _stock(case, stock_over_time(case), end),
        "reserved_stock_value_days": _stock(case, stock_over_time(case, when_due=False), end),
    }


def verify_totals(
    plant: Plant, tables: Mapping[str, pl.DataFrame], as_of: int, totals: Mapping[str, Any]
) -> list[Problem]:
    """Compare the figures that a plan gives with those worked out again; figures of other names are let be."""
    return list(_differences(recompute_totals(plant, tables, as_of), totals))


def _differences(again: Mapping[str, float], totals: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in again.items():
        # A ten-thousandth is room for a sum of rounded parts.
        if name in totals and abs(float(totals[name]) - value) > 1e-4 * max(1.0, abs(value)):
            yield TOTALS.at("plan", column=name, value=totals[name], again=value)


def _wip(case: Case) -> float:
    orders = case.orders.filter("makes").select("n", "finish", begun=pl.max_horizontal("start", pl.lit(case.as_of)))
    costs = case.items.select("item", "standard_cost")
    rows = case.components.join(orders, on="n", how="inner").join(costs, on="item", how="left")
    value = pl.col("standard_cost").fill_null(0) / SCALE * pl.col("quantity") / SCALE
    days = (pl.col("finish") - pl.col("begun")) / DAY
    return float(rows.select((value * days).sum()).item())


def _stock(case: Case, rows: pl.DataFrame, end: Any) -> float:
    if end is None:
        return 0.0
    made = case.items.filter(pl.col("kind") == "make").select("item", "standard_cost")
    limit = pl.lit(int(end), pl.Int64)
    rows = rows.join(made, on="item", how="inner", maintain_order="left")
    until = pl.col("at").shift(-1).over("item", "site").fill_null(limit)
    days = (pl.min_horizontal(until, limit) - pl.min_horizontal("at", limit)) / DAY
    value = pl.col("balance") / SCALE * pl.col("standard_cost") / SCALE
    return float(rows.select((value * days).sum()).item())
