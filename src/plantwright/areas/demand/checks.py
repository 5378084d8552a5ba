"""What must hold of sales orders and forecasts."""

from __future__ import annotations

import polars as pl

from plantwright.core.finding import Tables, at_site, found, main_site
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.unit_checks import check_units

SALES_OVERDUE = problem_kind(
    "sales-order-overdue",
    "It was due on {due}, {days} days ago, and {rest} are still to deliver.",
    "Deliver it, agree on a new date and enter it, or close the line.",
    "warning",
)
OVER_DELIVERED = problem_kind(
    "over-delivered",
    "{delivered} were delivered of {quantity} ordered.",
    "Check the delivery; close the line if it is right.",
    "warning",
)
SALES_COMPLETE = problem_kind(
    "sales-order-complete", "All of it has been delivered, but the line is still open.", "Close the line.", "info"
)
SALES_INACTIVE = problem_kind(
    "sales-order-inactive",
    "{item} is on order, but not active any more.",
    "Offer the customer another item, or make this one active again.",
    "warning",
)
SALES_PHANTOM = problem_kind(
    "sales-order-phantom",
    "{item} is a phantom, which is never in stock, so it can be neither planned nor delivered.",
    "Sell the item that contains it, or make it an item to make.",
)
SALES_NO_SOURCE = problem_kind(
    "sales-order-no-source",
    "{item} is on order at {site}, where nothing may make, buy or bring it; only stock can serve it.",
    "Choose a source in item_site, or another site.",
    "warning",
)
SALES_FAR = problem_kind(
    "sales-order-far",
    "It is due on {due}, more than five years ahead.",
    "Correct the date, if it is a slip.",
    "warning",
)
FORECAST_BACKWARDS = problem_kind(
    "forecast-backwards",
    "The period ends on {end}, before it begins on {start}.",
    "Correct one of the two days.",
)
FORECAST_OVERLAP = problem_kind(
    "forecast-overlap",
    "The period begins on {start}, while the one before runs until {before}; those days count twice.",
    "Let the period begin the day after.",
    "warning",
)
FORECAST_INACTIVE = problem_kind(
    "forecast-inactive",
    "{item} is forecast, but it is {why}, so it is not planned as it should be.",
    "Forecast the item that replaces it, or change the item.",
    "warning",
)
_FAR = 5 * 366 * 1440


def check_sales_orders(tables: Tables, as_of: int) -> list[Problem]:
    """Find open lines that are late, done, or for what cannot be delivered."""
    name = "sales_order_line"
    rows = tables[name].filter(pl.col("state") == "open")
    rows = rows.join(tables["item"].select(item="code", item_kind="kind", active="active"), on="item", how="left")
    rest = pl.col("quantity") - pl.col("delivered")
    late = rows.filter((pl.col("due") < as_of) & (rest > 0))
    late = late.with_columns(rest=rest, days=(as_of - pl.col("due")) // 1440)
    return [
        *found(SALES_OVERDUE, tables, name, late, "due", amounts=("rest",)),
        *found(OVER_DELIVERED, tables, name, rows.filter(rest < 0), "delivered"),
        *found(SALES_COMPLETE, tables, name, rows.filter(rest == 0), "state"),
        *found(SALES_INACTIVE, tables, name, rows.filter(~pl.col("active") & (rest > 0)), "item"),
        *found(SALES_PHANTOM, tables, name, rows.filter((pl.col("item_kind") == "phantom") & (rest > 0)), "item"),
        *found(SALES_FAR, tables, name, rows.filter(pl.col("due") > as_of + _FAR), "due"),
        *check_units(tables, name, "item"),
    ]


def check_sources(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find open lines for what nothing may bring."""
    main = main_site(tables)
    none = tables["item_site"].filter(pl.col("source") == "none").select("item", at_site("site", main))
    if not none.height:
        return []
    rows = tables["sales_order_line"].filter(
        (pl.col("state") == "open") & (pl.col("quantity") > pl.col("delivered"))
    ).with_columns(at_site("site", main))  # fmt: skip
    return found(SALES_NO_SOURCE, tables, "sales_order_line", rows.join(none, on=["item", "site"], how="semi"), "item")


def check_forecasts(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find periods that end before they begin or overlap, and forecasts for what is not planned."""
    rows = tables["forecast"]
    group = ["item", "site", "customer"]
    runs = rows.filter(pl.col("end") >= pl.col("start")).sort(*group, "start")
    runs = runs.with_columns(before=pl.col("end").cum_max().shift(1).over(group))
    why = pl.when(~pl.col("active")).then(pl.lit("not active any more")).when(pl.col("kind") == "phantom")
    odd = rows.filter(pl.col("quantity") > 0).join(tables["item"].select("kind", "active", item="code"), on="item")
    odd = odd.with_columns(why=why.then(pl.lit("a phantom"))).filter(pl.col("why").is_not_null())
    odd = odd.unique(["item", "site", "customer"], keep="first", maintain_order=True)
    both = runs.filter(pl.col("start") <= pl.col("before"))
    return [
        *found(FORECAST_BACKWARDS, tables, "forecast", rows.filter(pl.col("end") < pl.col("start")), "end"),
        *found(FORECAST_OVERLAP, tables, "forecast", both, "start", days=("before",)),
        *found(FORECAST_INACTIVE, tables, "forecast", odd, "item"),
    ]


CHECKS = (check_sales_orders, check_sources, check_forecasts)
"""Everything that is checked of demand."""
