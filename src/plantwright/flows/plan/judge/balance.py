"""Does any place ever give what it does not have: the stock of every item and site over time, pegs aside."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.pegs import pegged_needs

BALANCE = problem_kind(
    "verify-balance",
    "At {at} there is {balance} of it: more is taken than there is.",
    "This is a fault of the planner: report it with the plant.",
)


def check_balance(case: Case) -> Iterator[Fault]:
    """Give the first moment at which each item and site is below nothing."""
    rows = stock_over_time(case)
    below = rows.filter((pl.col("change") < 0) & (pl.col("balance") < 0))
    first = below.group_by("item", "site", maintain_order=True).first()
    yield Fault(BALANCE, first, "item_site", ("item", "site"), moments=("at",), amounts=("balance",))


def stock_over_time(case: Case, *, when_due: bool = True) -> pl.DataFrame:
    """Give every change of stock with the balance after it.

    What arrives in a minute is there for what is taken in it. A need that is short takes what is pegged to it.

    Returns
    -------
    Sorted by item, site, moment. Columns: item, site, at, change, balance.
    """
    start = case.on_hand.select("item", "site", at=pl.lit(case.as_of, pl.Int64), change=pl.col("quantity"))
    came = case.outputs.select("item", "site", at=pl.col("finish"), change=pl.col("quantity"))
    taken = pegged_needs(case).select("item", "site", "at", change=-pl.min_horizontal("quantity", "pegged"))
    rows = pl.concat([start, came, taken, shipments(case, when_due=when_due)])
    # Within a minute what comes stands before what goes.
    rows = rows.sort("item", "site", "at", -pl.col("change"))
    return rows.with_columns(balance=pl.col("change").cum_sum().over("item", "site"))


def shipments(case: Case, *, when_due: bool = True) -> pl.DataFrame:
    """Give what demands take: the planned quantity at once, when it is complete and, if asked, due."""
    served = case.pegs.filter(pl.col("demand_kind").is_in(["sales order", "forecast"]))
    last = served.group_by("demand").agg(pl.col("available").max())
    rows = case.demands.filter(pl.col("planned") > 0).join(last, on="demand", how="left")
    asked = ["due", "available"] if when_due else ["available"]
    moment = pl.max_horizontal(*asked, pl.lit(case.as_of, pl.Int64))
    return rows.select("item", "site", at=moment, change=-pl.col("planned"))
