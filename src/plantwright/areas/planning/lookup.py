"""Single rows of a plan by their name."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.core.pages import View, missing
from plantwright.core.problem import stop_on_errors

Row = dict[str, Any]


def order_row(view: View, order: str) -> dict[str, Any] | None:
    """Give the row of an order of the plan, or nothing."""
    found = view.result("planned_order").filter(pl.col("order") == order)
    return found.row(0, named=True) if found.height else None


def demand_row(view: View, demand: str) -> dict[str, Any] | None:
    """Give the row of a demand of the plan, or nothing."""
    found = view.result("demand_plan").filter(pl.col("demand") == demand)
    return found.row(0, named=True) if found.height else None


def found(view: View, name: str) -> tuple[Row | None, Row | None]:
    """Give the demand and the order of that name; one of the two is there.

    Raises
    ------
    ProblemError
        When the plan has neither.
    """
    asked, made = demand_row(view, name), order_row(view, name)
    if asked is None and made is None:
        known = view.result("planned_order")["order"].append(view.result("demand_plan")["demand"])
        stop_on_errors([missing("order", name, known, " in the plan")])
    return asked, made
