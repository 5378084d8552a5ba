"""The figures of a plan, worked out again from its result tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.judge.case import DAY, Case
from plantwright.flows.plan.judge.codes import Ints, ints
from plantwright.flows.plan.judge.fault import Fault, written
from plantwright.flows.plan.judge.pegs import Links
from plantwright.plant import Plant

TOTALS = problem_kind(
    "verify-totals",
    "The plan gives {given} as its {name}; worked out again it is {again}.",
    "This is a fault of the planner: report it with the plant.",
)
LONG = 300 * 366 * DAY
"""What is so far ahead of the plan never happens: no calendar is planned so long."""


def recompute_totals(plant: Plant, tables: Mapping[str, pl.DataFrame], as_of: int) -> dict[str, float]:
    """Work out the figures of a plan from its result tables.

    Parameters
    ----------
    plant : the plant that was planned
    tables : raw result tables of the plan
    as_of : moment at which the plan begins, in minutes

    Returns
    -------
    orders, demands
        Sales order lines in the plan; these and the forecasts.
    late_orders, late_days, worst_days
        Demands, forecasts among them, that are complete after they are due; their days late together, and the most.
    short_orders
        Demands that are never complete.
    planned_orders, existing_orders
        Orders that are new, and those that exist.
    cost_of_new_orders
        Quantity times unit cost of the new orders.
    wip_value_days
        Over all orders that make: standard cost of the components that the plan issues, times days from the start
        of the order to its finish.
    stock_value
        Standard cost of the stock that the plan begins with.
    stock_value_days
        Standard cost of what is made and on hand, integrated in days from the beginning of the plan to the last due
        date. What a demand takes leaves the count as soon as the demand is complete, due or not.

    Notes
    -----
    Cost: linear in the rows of the result tables.
    """
    return totals_of(Links(Case(plant, tables, as_of, scheduled=False)))


def verify_totals(
    plant: Plant, tables: Mapping[str, pl.DataFrame], as_of: int, totals: Mapping[str, Any]
) -> list[Problem]:
    """Compare the figures that a plan gives with those worked out again; figures of other names are let be."""
    case = Case(plant, tables, as_of, scheduled=False)
    return written(check_totals(Links(case), totals), case.zone)


def check_totals(links: Links, totals: Mapping[str, Any]) -> Iterator[Fault]:
    """Give the figures that differ from those worked out again."""
    again, demands = totals_of(links), links.case.demands.height
    for name, value in again.items():
        if name in totals and not _alike(name, totals[name], value, demands):
            row = pl.DataFrame({"name": [name], "given": [str(totals[name])], "again": [str(round(value, 2))]})
            yield Fault(TOTALS, row, "plan", ("name",), name, value="given")


ROUNDED = {
    "late_days": 0.05, "worst_days": 0.05, "cost_of_new_orders": 0.005, "stock_value": 0.005,
    "wip_value_days": 0.5, "stock_value_days": 0.5,
}  # fmt: skip
"""What rounding may change in the figures that are no counts."""


def _alike(name: str, given: Any, value: float, demands: int) -> bool:
    """Say whether a figure is that which was worked out again, but for rounding and the order of sums of floats."""
    if not isinstance(given, (int, float)) or name not in ROUNDED:
        return bool(given == value)
    # The days of each demand are cut to a millionth before they are added.
    cut = demands / SCALE if name == "late_days" else 0.0
    return abs(given - value) <= ROUNDED[name] + cut + 1e-6 + 1e-9 * abs(value)


def totals_of(links: Links) -> dict[str, float]:
    """Work out all figures."""
    case = links.case
    orders, fresh = case.orders, case.orders.filter("new")
    worth = (ints(fresh, "quantity") / SCALE) * (ints(fresh, "unit_cost") / SCALE)
    return {
        **_lateness(case),
        "planned_orders": fresh.height,
        "existing_orders": orders.height - fresh.height,
        "cost_of_new_orders": float(worth.sum()),
        "wip_value_days": _wip(case),
        "stock_value": float((_cost(case)[ints(case.on_hand, "node")] * ints(case.on_hand, "quantity")).sum()) / SCALE,
        "stock_value_days": _stock(links),
    }


def _lateness(case: Case) -> dict[str, float]:
    demands = case.demands
    whole = demands.filter((pl.col("planned") >= pl.col("quantity")) & pl.col("projected").is_not_null())
    late = (ints(whole, "projected") - ints(whole, "due")).clip(0)
    return {
        "orders": demands.filter(pl.col("kind") == "sales order").height,
        "demands": demands.height,
        "late_orders": int((late > 0).sum()),
        "late_days": float(late.sum()) / DAY,
        "worst_days": float(late.max(initial=0)) / DAY,
        "short_orders": demands.height - whole.height,
    }


def _cost(case: Case) -> np.ndarray:
    """Give the standard cost of the item of each pair of item and site."""
    return np.repeat(ints(case.items, "standard_cost") / SCALE, len(case.site_names))


def _wip(case: Case) -> float:
    # What is never finished ties nothing up in the figure: there is no receipt to count to.
    counts = case.orders["makes"].to_numpy() & (case.finishes < case.as_of + LONG)
    days = np.where(counts, (case.finishes - ints(case.orders, "start")) / DAY, 0.0)
    cost = ints(case.items, "standard_cost") / SCALE
    needs = case.components
    # The place -1, for what does not exist, is the last one: nothing.
    value = np.append(cost, 0.0)[case.item_numbers(needs["item"])] * (ints(needs, "quantity") / SCALE)
    return float((value * np.append(days, 0.0)[ints(needs, "n")]).sum())


def _stock(links: Links) -> float:
    """Integrate the value of what is made: every change of stock counts from its moment to the last due date."""
    case = links.case
    if case.demands.is_empty():
        return 0.0
    end = ints(case.demands, "due").max()
    made = np.repeat((case.items["kind"] == "make").to_numpy(), len(case.site_names))
    weight = np.append(np.where(made, _cost(case), 0.0), 0.0)
    total = 0.0
    for node, at, change in _changes(links):
        days = np.clip(end - np.maximum(at, case.as_of), 0, None) / DAY
        total += float((weight[node] * (change / SCALE) * days).sum())
    return total


def _changes(links: Links) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Give what is there, what comes, what orders take and what leaves with demands: item and site, moment, change."""
    case = links.case
    stock, outputs, needs, demands = case.on_hand, case.outputs, case.components, case.demands
    yield ints(stock, "node"), np.full(stock.height, case.as_of), ints(stock, "quantity")
    yield ints(outputs, "node"), ints(outputs, "finish"), ints(outputs, "quantity")
    yield case.nodes(needs), ints(needs, "at"), -np.minimum(ints(needs, "quantity"), links.pegged)
    # What is short is never complete and never leaves.
    leaves = demands["projected"].fill_null(case.as_of + LONG).to_numpy()
    yield case.nodes(demands), leaves, -ints(demands, "planned")
