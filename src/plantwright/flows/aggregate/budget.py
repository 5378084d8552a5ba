"""Money in the aggregate plan beside what is budgeted."""

from __future__ import annotations

import polars as pl

from plantwright.core.buckets import bucket_start
from plantwright.flows.aggregate.inputs import Inputs

HOUR = 3_600_000


def beside_budget(budget: pl.DataFrame, periods: pl.DataFrame, capacity: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """Set each budget line of the months of a plan beside the money that the plan comes to.

    Parameters
    ----------
    budget : table budget_line
    periods, capacity : tables aggregate_period and aggregate_capacity
    inputs : what the plan was made from

    Returns
    -------
    kind, of, month, planned, amount, difference (money)
    """
    lines = budget.with_columns(month=bucket_start(pl.col("month"), "month"))
    lines = lines.group_by("kind", "of", "month").agg(pl.col("amount").sum())
    lines = lines.filter(pl.col("month").is_in(inputs.months.tolist()))
    planned = _planned(periods, capacity, inputs)
    every = planned.group_by("kind", "month").agg(pl.col("planned").sum()).with_columns(of=pl.lit(""))
    known = pl.concat([planned.group_by("kind", "of", "month").agg(pl.col("planned").sum()),
                       every.select("kind", "of", "month", "planned")])  # fmt: skip
    rows = lines.join(known, on=["kind", "of", "month"], how="left").with_columns(pl.col("planned").fill_null(0))
    return rows.with_columns(difference=pl.col("planned") - pl.col("amount")).sort("month", "kind", "of")


def _planned(periods: pl.DataFrame, capacity: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """Give the money of the plan by kind, family or group, and month."""
    p = inputs.problem
    frames = [
        periods.select(kind=pl.lit(kind), of="family", month="month", planned=column)
        for kind, column in (("sales", "sales"), ("production", "production"), ("stock", "stock_value"))
    ]
    place = {name: number for number, name in enumerate(inputs.families)}
    site = {name: number for number, name in enumerate(inputs.sites)}
    price = [float(p.subcontract_cost[place[f], site[s]]) for f, s in periods.select("family", "site").iter_rows()]
    money = (pl.col("subcontracted") * pl.Series(price, dtype=pl.Float64)).round().cast(pl.Int64)
    frames.append(periods.select(kind=pl.lit("subcontracting"), of="family", month="month", planned=money))
    number = {group: g for g, group in enumerate(inputs.load.groups)}
    at = [number[group] for group in capacity.select("group", "site").iter_rows()]
    for kind, column, rate in (("overtime", pl.col("overtime") / HOUR * 1_000_000, p.overtime_cost),
                               ("wages", pl.col("workers"), p.wage)):  # fmt: skip
        cost = pl.Series([float(rate[g]) for g in at], dtype=pl.Float64)
        frames.append(
            capacity.select(
                kind=pl.lit(kind), of="group", month="month", planned=(column * cost).round().cast(pl.Int64)
            )
        )
    return pl.concat(frames)
