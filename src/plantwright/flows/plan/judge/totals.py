"""The figures of a plan, worked out again from its result tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import Problem, problem_kind
from plantwright.flows.plan.judge.balance import StockCourse, stock_over_time
from plantwright.flows.plan.judge.case import DAY, Case
from plantwright.flows.plan.judge.codes import ints
from plantwright.flows.plan.judge.pegs import Links
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
    late_orders
        Sales order lines that are promised after they are due.
    wip_value_days
        Over all orders that make: standard cost of the components that the plan issues, times days from the start
        of the order to its finish.
    stock_value_days
        Standard cost of what is made and on hand, integrated in days from the beginning of the plan to the last due
        date. What a demand takes leaves the count as soon as it is complete, due or not.
    on_hand_value_days
        The same, but what a demand takes leaves when it is complete and due, as it does in the store.
    """
    case = Case(plant, tables, as_of, scheduled=False)
    links = Links(case)
    sales = case.demands.filter(pl.col("kind") == "sales order")
    end = case.demands["due"].max()
    return {
        "late_days": float(sales["late_days"].sum()) / SCALE,
        "late_orders": float(sales.filter(pl.col("projected") > pl.col("due")).height),
        "wip_value_days": _wip(case),
        "stock_value_days": _stock(case, stock_over_time(links, when_due=False), end),
        "on_hand_value_days": _stock(case, stock_over_time(links), end),
    }


def verify_totals(
    plant: Plant, tables: Mapping[str, pl.DataFrame], as_of: int, totals: Mapping[str, Any]
) -> list[Problem]:
    """Compare the figures that a plan gives with those worked out again; figures of other names are let be."""
    return list(_differences(recompute_totals(plant, tables, as_of), totals))


def _differences(again: Mapping[str, float], totals: Mapping[str, Any]) -> Iterator[Problem]:
    for name, value in again.items():
        # Plans give days to one decimal and values to a whole number; beyond that, sums of floats differ a little.
        room = (0.051 if name == "late_days" else 0.51) + 1e-6 * abs(value)
        if name in totals and abs(float(totals[name]) - value) > room:
            yield TOTALS.at("plan", column=name, value=totals[name], again=value)


def _wip(case: Case) -> float:
    begun = ints(case.orders, "start")
    days = np.where(case.orders["makes"].to_numpy(), (case.finishes - begun) / DAY, 0.0)
    cost = case.items["standard_cost"].to_numpy() / SCALE
    needs = case.components
    # The place -1, for what does not exist, is the last one: nothing.
    value = np.append(cost, 0.0)[case.item_numbers(needs["item"])] * (ints(needs, "quantity") / SCALE)
    return float((value * np.append(days, 0.0)[ints(needs, "n")]).sum())


def _stock(case: Case, course: StockCourse, end: Any) -> float:
    """Integrate the value of what is made: each balance holds until the next change, at most until the end."""
    if end is None or not len(course.node):
        return 0.0
    item = course.node // len(case.site_names)
    made = (case.items["kind"] == "make").to_numpy()
    cost = np.where(made, case.items["standard_cost"].to_numpy() / SCALE, 0.0)
    last = np.append(course.node[1:] != course.node[:-1], True)
    until = np.where(last, int(end), np.append(course.at[1:], int(end)))
    days = (np.minimum(until, int(end)) - np.minimum(course.at, int(end))) / DAY
    return float((course.balance / SCALE * cost[item] * days).sum())
