"""Does the plan promise what the records ask for, and does each promise follow from its supplies."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import DAY, Case
from plantwright.flows.plan.judge.fault import Fault

_FIX = "This is a fault of the planner: report it with the plant."
MISSING = problem_kind("verify-demand-missing", "The sales order line is open but not in the demand plan.", _FIX)
UNKNOWN = problem_kind("verify-demand-unknown", "There is no such open sales order line.", _FIX)
RECORD = problem_kind("verify-demand-record", "{column} is {planned} in the plan, but {recorded} on record.", _FIX)
PLANNED = problem_kind("verify-demand-planned", "{planned} is said to be covered; its supplies cover {pegged}.", _FIX)
PROJECTED = problem_kind("verify-projected", "It is promised for {projected}; its supplies are there {last}.", _FIX)
LATE_DAYS = problem_kind("verify-late-days", "{late_days} days late is not the time from {due} to {projected}.", _FIX)
STATUS = problem_kind("verify-status", "Its status {status} should be {expected}.", _FIX)
FORECAST = problem_kind("verify-forecast", "{net} is planned for forecasts of {gross}.", _FIX)


def check_demands(case: Case) -> Iterator[Fault]:
    """Run every check of this module."""
    yield from _lines(case)
    yield from _promises(case)
    yield from _forecasts(case)


def _lines(case: Case) -> Iterator[Fault]:
    """Every open line within the horizon is there once, as recorded."""
    rows = case.demands.filter(pl.col("kind") == "sales order")
    limit = case.as_of + case.plant.settings.minutes("horizon")
    near = case.sales.filter(pl.col("due") <= limit)
    yield Fault(MISSING, near.join(rows, on="demand", how="anti"), "demand_plan", ("demand",))
    yield Fault(UNKNOWN, rows.join(case.sales, on="demand", how="anti"), "demand_plan", ("demand",))
    both = rows.join(case.sales, on="demand", how="inner", suffix="_record")
    for column in ("item", "site", "customer", "due", "priority"):
        record = f"{column}_record"
        off = both.filter(pl.col(column).ne_missing(pl.col(record)))
        off = off.with_columns(planned=pl.col(column), recorded=pl.col(record))
        moments = ("planned", "recorded") if column == "due" else ()
        yield Fault(RECORD, off, "demand_plan", ("demand",), column, moments=moments)
    amount = both.filter((pl.col("quantity") - pl.col("open")).abs() > pl.col("slack"))
    amount = amount.with_columns(planned=pl.col("quantity"), recorded=pl.col("open"))
    yield Fault(RECORD, amount, "demand_plan", ("demand",), "quantity", amounts=("planned", "recorded"))


def _promises(case: Case) -> Iterator[Fault]:
    """Planned quantity, projected date, days late and status follow from the pegs."""
    pegs = case.pegs.filter(pl.col("demand_kind").is_in(["sales order", "forecast"]))
    sums = pegs.group_by("demand").agg(pegged=pl.col("quantity").sum(), last=pl.col("available").max())
    rows = case.demands.join(sums, on="demand", how="left").with_columns(pl.col("pegged").fill_null(0))
    key, table = ("demand",), "demand_plan"
    covered = rows.filter(pl.col("planned") != pl.col("pegged"))
    yield Fault(PLANNED, covered, table, key, "planned", amounts=("planned", "pegged"))
    whole = pl.col("planned") >= pl.col("quantity")
    rows = rows.with_columns(last=pl.when(whole).then("last"))
    off = rows.filter(pl.col("projected").ne_missing(pl.col("last")))
    yield Fault(PROJECTED, off, table, key, "projected", moments=("projected", "last"))
    minutes = pl.max_horizontal(pl.col("projected") - pl.col("due"), pl.lit(0, pl.Int64))
    days = rows.filter((pl.col("late_days") * DAY - minutes * SCALE).abs() > DAY)
    yield Fault(LATE_DAYS, days, table, key, "late_days", moments=("due", "projected"), amounts=("late_days",))
    expected = (
        pl.when(~whole).then(pl.lit("short"))
        .when(pl.col("projected") > pl.col("due")).then(pl.lit("late"))
        .otherwise(pl.lit("on time"))
    )  # fmt: skip
    status = rows.with_columns(expected=expected).filter(pl.col("status") != pl.col("expected"))
    yield Fault(STATUS, status, table, key, "status")


def _forecasts(case: Case) -> Iterator[Fault]:
    """What is planned for forecasts is never more than what was forecast, by item and site."""
    gross = case.raw("forecast").with_columns(case.site()).group_by("item", "site").agg(gross=pl.col("quantity").sum())
    net = case.demands.filter(pl.col("kind") == "forecast").group_by("item", "site").agg(net=_net(case))
    rows = net.join(gross, on=["item", "site"], how="left").with_columns(pl.col("gross").fill_null(0))
    over = rows.filter(pl.col("net") > pl.col("gross"))
    yield Fault(FORECAST, over, "demand_plan", ("item", "site"), amounts=("net", "gross"))


def _net(case: Case) -> pl.Expr:
    """Sum what is left of forecasts and what orders took off those that are left."""
    taken = case.result("consumed_forecast").group_by("forecast").agg(pl.col("quantity").sum())
    eaten = pl.col("demand").replace_strict(taken["forecast"], taken["quantity"], default=0, return_dtype=pl.Int64)
    return (pl.col("quantity") + eaten).sum()
