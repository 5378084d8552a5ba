"""What is asked for, and how the plan serves it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import polars as pl

from plantwright.areas.demand.calibration import promise_calibration
from plantwright.areas.demand.forecasts import accuracy, forecast, forecasts, value_added
from plantwright.areas.demand.levels import forecast_levels
from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, sheet
from plantwright.core.parameters import Ref
from plantwright.core.reader import say
from plantwright.core.report import report

Customer = Annotated[str, Ref("customer")]


@report
def demand(plan: View, customer: Customer = "", item: Annotated[str, Ref("item")] = "") -> Page:
    """List every demand with its due date and what the plan promises.

    Parameters
    ----------
    plan : plant and plan
    customer : only this customer
    item : only this item
    """
    rows = _chosen(plan, customer).filter((pl.col("item") == item) | (item == "")).sort("due", "demand")
    counts = Counter(rows["status"])
    parts = [f"{wording.number(counts[status])} {status}" for status in ("on time", "late", "short") if counts[status]]
    sentence = f"{wording.count(rows.height, 'demand')}: {', '.join(parts) or 'none'}."
    columns = (
        "demand", "item", "quantity", "due", "projected", "status", "late_days", "customer", "cause", "planned",
        "value", "priority", "kind", "site",
    )  # fmt: skip
    return Page(sentence, (sheet(plan, "Demand", "demand_plan", rows, *columns),))


def _chosen(plan: View, customer: str) -> pl.DataFrame:
    return plan.result("demand_plan").filter((pl.col("customer") == customer) | (customer == ""))


@report
def late_orders(plan: View, customer: Customer = "", forecast: bool = False) -> Page:  # noqa: FBT001, FBT002
    """List the orders that are projected after their due date or never, the latest first, with the cause.

    Parameters
    ----------
    plan : plant and plan
    customer : only this customer
    forecast : also list what is only forecast
    """
    every = _chosen(plan, customer)
    rows = every.filter(pl.col("status") != "on time", (pl.col("kind") == "sales order") | forecast)
    worst_first = [pl.col("status") != "short", -pl.col("late_days"), pl.col("due"), pl.col("demand")]
    columns = (
        "demand", "item", "due", "late_days", "cause", "projected", "quantity", "customer", "status", "planned",
        "value", "priority", "kind", "site",
    )  # fmt: skip
    return Page(
        lateness(every, plan.result("bottleneck")),
        (sheet(plan, "Late orders", "demand_plan", rows.sort(worst_first), *columns),),
        notes=("The whole chain: plantwright show DB why ORDER",) if rows.height else (),
    )


def lateness(demands: pl.DataFrame, bottlenecks: pl.DataFrame) -> str:
    """Say how many orders are late, by how much, and which work center is the cause of most.

    Parameters
    ----------
    demands : rows of demand_plan
    bottlenecks : rows of bottleneck; may be empty
    """
    orders = demands.filter(pl.col("kind") == "sales order")
    forecasts = demands.filter(pl.col("kind") == "forecast")
    if not demands.height:
        return say("Nothing is asked for.")
    parts = [_late_words(orders, "order")] if orders.height else []
    late = forecasts.filter(pl.col("status") != "on time").height
    if late or not orders.height:
        parts.append(
            say(
                "{late} of {forecasts} cannot be met in time",
                late=wording.number(late),
                forecasts=wording.count(forecasts.height, "forecast"),
            )
        )
    cause = bottlenecks.filter(pl.col("delayed_orders") > 0).sort("rank").head(1)
    if cause.height:
        number = wording.number(cause["delayed_orders"][0])
        parts.append(say("{work_center} is in the way of {number}", work_center=cause["work_center"][0], number=number))
    return "; ".join(parts) + "."


def _late_words(orders: pl.DataFrame, noun: str) -> str:
    late = orders.filter(pl.col("status") == "late")
    short = orders.filter(pl.col("status") == "short").height
    every = wording.count(orders.height, noun)
    if not late.height and not short:
        return (
            say("All {every} are on time", every=every)
            if orders.height > 1
            else say("The only {noun} is on time", noun=say(noun))
        )
    parts = []
    if late.height:
        worst = float(late["late_days"].max() or 0) / SCALE  # type: ignore[arg-type]
        verb = "is" if late.height == 1 else "are"
        parts.append(
            say(
                "{late} of {every} {verb} late, worst {worst}",
                late=wording.number(late.height),
                every=every,
                verb=verb,
                worst=wording.days(worst),
            )
        )
    if short:
        parts.append(say("{short} cannot be served in full", short=wording.count(short, noun)))
    return "; ".join(parts)


__all__ = [
    "accuracy",
    "demand",
    "forecast",
    "forecast_levels",
    "forecasts",
    "late_orders",
    "lateness",
    "promise_calibration",
    "value_added",
]
