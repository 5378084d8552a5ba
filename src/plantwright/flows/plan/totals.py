"""The figures by which plans are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.schedule import Scheduled
from plantwright.flows.plan.timing import Dates
from plantwright.methods.requirements import Origin
from plantwright.methods.scheduling import lower_bounds
from plantwright.methods.working_time import NEVER

DAY = 1440


def plan_totals(
    n: Numbered,
    material: Material,
    pegs: PegRows,
    dates: Dates,
    demand: pl.DataFrame,
    operations: int,
    hold: np.ndarray,
) -> dict[str, Any]:
    """Sum up a plan.

    Returns
    -------
    Counts, late days, and two sums of value over time (currency x days): `wip_value_days`, the material in production
    orders from issue to receipt, and `stock_value_days`, made items on hand from now to the last due date (what serves
    a demand leaves when the demand is complete).
    """
    late = demand.filter(pl.col("status") == "late")
    costs = n.nodes.frame["cost"].to_numpy() / SCALE
    stock = np.zeros(len(n.nodes), np.int64)
    np.add.at(stock, n.stock["node"].to_numpy(), n.stock["quantity"].to_numpy())
    return {
        "orders": demand.filter(pl.col("kind") == "sales order").height,
        "demands": demand.height,
        "late_orders": late.height,
        "late_days": round(float(late["late_days"].sum()) / SCALE, 1),
        "worst_days": round(max(late["late_days"].to_list(), default=0) / SCALE, 1),
        "short_orders": demand.filter(pl.col("status") == "short").height,
        "planned_orders": int((~material.orders["existing"]).sum()),
        "existing_orders": int(material.orders["existing"].sum()),
        "operations": operations,
        "wip_value_days": round(_wip(material, dates, hold)),
        "stock_value_days": round(_stock(n, material, pegs, dates, demand, stock, costs)),
        "stock_value": round(float((stock / SCALE * costs).sum()), 2),
    }


def lateness_totals(made: Scheduled, demands: int) -> dict[str, float]:
    """Sum up the lateness that the schedule minimises, and what no schedule of these orders can avoid.

    Parameters
    ----------
    made : the shop and its schedule
    demands : how many of the first sinks are demands; the others keep up safety stock

    Returns
    -------
    late_days_bound
        Late days of demands that come of chains of operations alone, each begun as soon as its material is there.
    weighted_late_days, weighted_late_days_bound, gap
        Late days times weight; their bound; and the share between them that might still be saved.
    """
    shop = made.shop
    least = np.maximum(lower_bounds(shop).sink_finish - shop.sink_due, 0)
    weighted = float(np.maximum(made.early.sink_finish - shop.sink_due, 0) @ shop.sink_weight) / DAY
    bound = min(float(least @ shop.sink_weight) / DAY, weighted)
    return {
        "late_days_bound": round(float(least[:demands].sum()) / DAY, 1),
        "weighted_late_days": round(weighted, 1),
        "weighted_late_days_bound": round(bound, 1),
        "gap": round((weighted - bound) / weighted, 4) if weighted > 0 else 0.0,
    }


def _wip(material: Material, dates: Dates, hold: np.ndarray) -> float:
    made = (material.orders["kind"] == "make").to_numpy() & (dates.finish < NEVER // 2)
    return float((hold * (dates.finish - dates.start) / DAY)[made].sum())


def _stock(
    n: Numbered, material: Material, pegs: PegRows, dates: Dates, demand: pl.DataFrame,
    stock: np.ndarray, costs: np.ndarray,
) -> float:  # fmt: skip
    demands, as_of = material.demands, n.plant.as_of
    if not demands.height:
        return 0.0
    end = int(demands["due"].max())  # type: ignore[arg-type]
    made = (n.nodes.frame["kind"] == "make").to_numpy()
    weight = np.where(made, costs, 0.0) / SCALE / DAY

    def held(node: np.ndarray, moment: np.ndarray, quantity: np.ndarray) -> float:
        return float((weight[node] * quantity * np.clip(end - np.maximum(moment, as_of), 0, None)).sum())

    orders = material.orders
    came = held(orders["node"].to_numpy(), dates.finish, orders["quantity"].to_numpy())
    besides = material.plan.co_products
    parent = besides.parent + np.where(besides.parent_kind == Origin.PLANNED, int(orders["existing"].sum()), 0)
    came += held(besides.node, dates.finish[parent], besides.quantity)
    every = np.arange(len(n.nodes))
    there = held(every, np.full(len(every), as_of), stock)
    # A demand that stays short is never complete and takes nothing away.
    complete = demand["projected"].fill_null(NEVER).to_numpy()
    leaves = np.where(pegs.demand >= 0, complete[pegs.demand], dates.taken[pegs.requirement])
    left = held(pegs.node, leaves, pegs.quantity)
    return there + came - left
