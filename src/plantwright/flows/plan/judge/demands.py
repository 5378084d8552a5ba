"""Does the plan promise what the records ask for, and does each promise follow from its supplies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import DAY, Case
from plantwright.flows.plan.judge.codes import ints
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.pegs import Links

_FIX = "This is a fault of the planner: report it with the plant."
MISSING = problem_kind("verify-demand-missing", "The sales order line is open but not in the demand plan.", _FIX)
UNKNOWN = problem_kind("verify-demand-unknown", "There is no such open sales order line.", _FIX)
RECORD = problem_kind("verify-demand-record", "{column} is {planned} in the plan, but {recorded} on record.", _FIX)
PLANNED = problem_kind("verify-demand-planned", "{planned} is said to be covered; its supplies cover {pegged}.", _FIX)
PROJECTED = problem_kind("verify-projected", "It is promised for {projected}; its supplies are there {last}.", _FIX)
LATE_DAYS = problem_kind("verify-late-days", "{late_days} days late is not the time from {due} to {projected}.", _FIX)
STATUS = problem_kind("verify-status", "Its status {status} should be {expected}.", _FIX)
FORECAST = problem_kind("verify-forecast", "{net} is planned for forecasts of {gross}.", _FIX)


def check_demands(links: Links) -> Iterator[Fault]:
    """Run every check of this module."""
    yield from _lines(links.case)
    yield from _promises(links)
    yield from _forecasts(links.case)


def _lines(case: Case) -> Iterator[Fault]:
    """Check that every open line within the horizon is there, as recorded."""
    table, key = "demand_plan", ("demand",)
    limit = case.as_of + case.plant.settings.minutes("horizon")
    near = case.sales.filter((pl.col("due") <= limit) & (pl.col("place") < 0))
    yield Fault(MISSING, near, table, key)
    known = np.zeros(case.demands.height + 1, bool)
    known[ints(case.sales, "place")] = True
    lost = case.demands.filter((pl.col("kind") == "sales order") & ~pl.Series(known[:-1]))
    yield Fault(UNKNOWN, lost, table, key, "demand")
    lines = case.sales.filter(pl.col("place") >= 0).rename({name: f"{name}_record" for name in _RECORDED})
    both = lines.select(*(f"{name}_record" for name in _RECORDED), "open", "slack").with_columns(
        case.demands[ints(lines, "place")].get_columns()
    )
    for column in _RECORDED:
        record = f"{column}_record"
        off = both.filter(pl.col(column).ne_missing(pl.col(record)))
        off = off.with_columns(planned=pl.col(column), recorded=pl.col(record))
        moments = ("planned", "recorded") if column == "due" else ()
        yield Fault(RECORD, off, table, key, column, moments=moments)
    amount = both.filter((pl.col("quantity") - pl.col("open")).abs() > pl.col("slack"))
    amount = amount.with_columns(planned=pl.col("quantity"), recorded=pl.col("open"))
    yield Fault(RECORD, amount, table, key, "quantity", amounts=("planned", "recorded"))


_RECORDED = ("item", "site", "customer", "due", "priority")


def _promises(links: Links) -> Iterator[Fault]:
    """Check that planned quantity, projected date, days late and status follow from the pegs."""
    never = np.iinfo(np.int64).min
    rows = links.case.demands.with_columns(pl.Series("pegged", links.served), pl.Series("last", links.complete))
    key, table = ("demand",), "demand_plan"
    covered = rows.filter(pl.col("planned") != pl.col("pegged"))
    yield Fault(PLANNED, covered, table, key, "planned", amounts=("planned", "pegged"))
    whole = pl.col("planned") >= pl.col("quantity")
    rows = rows.with_columns(last=pl.when(whole & (pl.col("last") > never)).then("last"))
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
    status = rows.filter(pl.col("status") != expected).with_columns(expected=expected)
    yield Fault(STATUS, status, table, key, "status")


def _forecasts(case: Case) -> Iterator[Fault]:
    """Check that forecasts are never planned for more than they are, by item and site."""
    planned = case.demands.filter(pl.col("kind") == "forecast")
    if not planned.height:
        return
    gross = case.raw("forecast").with_columns(case.site()).group_by("item", "site").agg(gross=pl.col("quantity").sum())
    net = planned.group_by("item", "site").agg(net=_net(case))
    rows = net.join(gross, on=["item", "site"], how="left").with_columns(pl.col("gross").fill_null(0))
    over = rows.filter(pl.col("net") > pl.col("gross")).sort("item", "site")
    yield Fault(FORECAST, over, "demand_plan", ("item", "site"), amounts=("net", "gross"), value="net")


def _net(case: Case) -> pl.Expr:
    """Sum what is left of forecasts and what orders took off those that are left."""
    taken = case.result("consumed_forecast").group_by("forecast").agg(pl.col("quantity").sum())
    eaten = pl.col("demand").replace_strict(taken["forecast"], taken["quantity"], default=0, return_dtype=pl.Int64)
    return (pl.col("quantity") + eaten).sum()
