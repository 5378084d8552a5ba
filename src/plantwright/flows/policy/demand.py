"""What is asked of each item at a site: how much a day, how far that may be off, and its past week by week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.areas.demand.history import asked_for, day_of
from plantwright.core.buckets import local_day
from plantwright.core.exact import SCALE
from plantwright.flows.plan.demands import in_item_unit, sites_of_locations
from plantwright.flows.plan.nodes import at_site
from plantwright.flows.policy.network import Network
from plantwright.plant import Plant

Floats = NDArray[np.float64]
Tables = Mapping[str, pl.DataFrame]
WEEKS = 156
"""Weeks of the past that are looked at."""
YEAR = 52
AHEAD = 91
"""Days over which the forecast is averaged."""
LEAST_WEEKS = 8
"""So many weeks with issues make the stock's own record of an item better than what its parents say."""
PERIOD_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4}


@dataclass(frozen=True)
class Demand:
    """Demand of every node.

    Parameters
    ----------
    mean : float64[n]; units a day that are expected
    sd : float64[n]; standard deviation of the error over a day; over t days it is sd sqrt(t)
    own_sd : float64[n]; the part of it that customers bring, not parents
    weekly : float64[n, WEEKS]; units by week, the last one ending the day before the moment of the plan
    first : int64[n]; the first week with demand; WEEKS where there is none
    under, under_variance : float64[n]; mean and variance of what one day takes the stock below a level that it passes
    source : where each is known from, one of `areas.inventory.tables.DEMAND_SOURCES`
    kind : smooth, erratic, intermittent, lumpy, or empty where nothing is known
    today : the day of the plan's moment
    """

    mean: Floats
    sd: Floats
    own_sd: Floats
    weekly: Floats
    first: NDArray[np.int64]
    under: Floats
    under_variance: Floats
    source: list[str]
    kind: list[str]
    today: int


def demand_of(plant: Plant, network: Network, results: Tables) -> Demand:
    """Read the demand of every node from forecasts, sales, issues and parents.

    What is sold has the forecast's own error where it is forecast, else the spread of its past weeks. What goes into
    other things has the spread of its own issues where the stock's record shows them in enough weeks; else mean and
    variance come down from its parents, who are taken to err independently of each other.
    """
    count, today = len(network.nodes), day_of(plant.as_of, plant.settings.zone)
    asked, left = sold(plant, network), issues(plant, network)
    own, issued = by_week(asked, count, today), by_week(left, count, today)
    mean, variance, source = _own(plant, network, results, own, today)
    weekly, outside = own.copy(), variance.copy()
    stock = (issued > 0).sum(axis=1) >= LEAST_WEEKS
    for node, feeds, usages in _ways(network):
        if feeds.size:
            mean[node] += usages @ mean[feeds]
            variance[node] += usages**2 @ variance[feeds]
            weekly[node] += usages @ weekly[feeds]
            source[node] = "parents" if source[node] == "nothing" and mean[node] > 0 else source[node]
            if stock[node]:
                weekly[node] = issued[node]
                _, variance[node] = _moments(issued[node])
                source[node] = "issues"
        elif stock[node] and source[node] == "nothing":
            weekly[node] = issued[node]
            mean[node], variance[node] = _moments(issued[node])
            outside[node] = variance[node]
            source[node] = "issues"
    first = np.where((weekly > 0).any(axis=1), (weekly > 0).argmax(axis=1), WEEKS)
    under, spread = undershoots(mean, [asked.filter(~pl.col("node").is_in(np.flatnonzero(stock))),
                                       left.filter(pl.col("node").is_in(np.flatnonzero(stock)))], today)  # fmt: skip
    kind = [demand_class(row[start:]) for row, start in zip(weekly, first.tolist(), strict=True)]
    return Demand(mean, np.sqrt(variance), np.sqrt(outside), weekly, first, under, spread, source, kind, today)


def daily_of(plant: Plant, network: Network, node: int, days: int) -> tuple[Floats, str]:
    """Give what was asked of one node day by day, the last day being the one before the plan's, and where from."""
    today = day_of(plant.as_of, plant.settings.zone)
    count = len(network.nodes)
    issued = by_day(issues(plant, network), count, today, days)
    above = network.above(node)
    feeds = network.fed[network.feeding == node]
    own = by_day(sold(plant, network), count, today, days)
    weeks = issued[node, days % 7 :].reshape(-1, 7).sum(axis=1)
    if (weeks > 0).sum() >= LEAST_WEEKS and (feeds.size or not own[node].any()):
        return issued[node], "issues"
    total = np.zeros((count, days))
    ways = {one: (fed, usage) for one, fed, usage in _ways(network) if one in set(above)}
    for one in above:
        fed, usage = ways[one]
        total[one] = own[one] + (usage @ total[fed] if fed.size else 0.0)
    if own[node].any():
        return total[node], "history"
    return total[node], "parents" if total[node].any() else "nothing"


def _ways(network: Network) -> list[tuple[int, NDArray[np.int64], Floats]]:
    """Give each node with the nodes that it feeds and how much of it goes into one of each, what is fed first."""
    sort = np.argsort(network.feeding, kind="stable")
    feeding, fed, usage = network.feeding[sort], network.fed[sort], network.usage[sort]
    at = np.searchsorted(feeding, np.arange(len(network.nodes) + 1))
    return [(one, fed[at[one] : at[one + 1]], usage[at[one] : at[one + 1]]) for one in network.order]


# --- what the records say -------------------------------------------------------------------------------------------


def sold(plant: Plant, network: Network) -> pl.DataFrame:
    """Give what customers asked for: node, day, quantity (units)."""
    rows = in_item_unit(plant, asked_for(plant.raw, plant.as_of))
    return _numbered(network, rows.select("item", "site", "day", "quantity"))


def issues(plant: Plant, network: Network) -> pl.DataFrame:
    """Give what left the stock for customers and production, less what came back: node, day, quantity (units)."""
    places = sites_of_locations(plant).filter(pl.col("site") != "").select("code", "site")
    moves = plant.raw["stock_move"].filter(pl.col("at") <= plant.as_of)
    out = moves.filter(pl.col("to_location").is_in(["CUSTOMER", "PRODUCTION"]))
    back = moves.filter(pl.col("from_location").is_in(["CUSTOMER", "PRODUCTION"]) & (pl.col("reverses") != ""))
    day = local_day(pl.col("at"), plant.settings.zone)
    went = out.join(places, left_on="from_location", right_on="code").select("item", "site", "quantity", day=day)
    came = back.join(places, left_on="to_location", right_on="code").select(
        "item", "site", -pl.col("quantity"), day=day
    )
    columns = ("item", "site", "day", "quantity")
    return _numbered(network, pl.concat([went.select(columns), came.select(columns)]))


def _numbered(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    rows = network.nodes.number(rows).filter(pl.col("node").is_not_null())
    rows = rows.group_by("node", "day").agg(quantity=pl.col("quantity").sum().cast(pl.Float64) / SCALE)
    return rows.select("node", "day", pl.col("quantity").clip(0.0))


def by_week(rows: pl.DataFrame, count: int, today: int) -> Floats:
    """Sum rows of node, day and quantity up to whole weeks before today."""
    return by_place(rows, count, today, WEEKS * 7, 7)


def by_day(rows: pl.DataFrame, count: int, today: int, days: int) -> Floats:
    """Put rows of node, day and quantity into days before today."""
    return by_place(rows, count, today, days, 1)


def by_place(rows: pl.DataFrame, count: int, today: int, days: int, step: int) -> Floats:
    """Sum rows up to `days` // `step` stretches that end before today."""
    made = np.zeros((count, days // step))
    inside = rows.filter((pl.col("day") >= today - days) & (pl.col("day") < today))
    if inside.height:
        place = (inside["day"].to_numpy() - (today - days)) // step
        np.add.at(made, (inside["node"].to_numpy(), place), inside["quantity"].to_numpy())
    return made


# --- mean and error of what is sold ---------------------------------------------------------------------------------


def _own(
    plant: Plant, network: Network, results: Tables, weekly: Floats, today: int
) -> tuple[Floats, Floats, list[str]]:
    """Give mean a day, variance of a day's error, and source of what customers ask of each node."""
    count = len(network.nodes)
    mean, variance, source = np.zeros(count), np.zeros(count), ["nothing"] * count
    for node in np.flatnonzero(weekly.any(axis=1)).tolist():
        mean[node], variance[node] = _moments(weekly[node])
        source[node] = "history"
    for node, value in _expected(plant, network, today):
        mean[node] = value
    for node, value in _errors(network, results):
        variance[node] = value
        source[node] = "forecast"
    return mean, variance, source


def _moments(weekly: Floats) -> tuple[float, float]:
    """Give mean and variance of a day from the weeks of the last year, from the first with demand on."""
    if not weekly.any():
        return 0.0, 0.0
    row = weekly[int((weekly > 0).argmax()) :][-YEAR:]
    spread = float(row.var(ddof=1)) if row.size > 1 else 0.0
    return float(row.mean()) / 7, spread / 7


def _expected(plant: Plant, network: Network, today: int) -> list[tuple[int, float]]:
    """Give the mean a day of what is forecast for the next weeks, typed or computed."""
    rows = plant.raw["forecast"].filter((pl.col("end") >= today) & (pl.col("start") < today + AHEAD))
    if not rows.height:
        return []
    first, last = pl.max_horizontal("start", pl.lit(today)), pl.min_horizontal("end", pl.lit(today + AHEAD - 1))
    share = (last - first + 1) / (pl.col("end") - pl.col("start") + 1)
    rows = rows.select("item", at_site("site", network.nodes.main), part=pl.col("quantity") * share / SCALE)
    rows = network.nodes.number(rows).filter(pl.col("node").is_not_null())
    sums = rows.group_by("node").agg(pl.col("part").sum() / AHEAD).sort("node")
    return [(int(node), float(part)) for node, part in sums.iter_rows()]


def _errors(network: Network, results: Tables) -> list[tuple[int, float]]:
    """Give the variance of a day's error of what is forecast, from the error one period ahead."""
    rows = results.get("forecast_series")
    if rows is None or not rows.height:
        return []
    days = pl.col("period").replace_strict(PERIOD_DAYS, return_dtype=pl.Float64)
    rows = network.nodes.number(rows.filter(pl.col("sigma") > 0).select(
        "item", "site", part=(pl.col("sigma") / SCALE) ** 2 / days
    )).filter(pl.col("node").is_not_null())  # fmt: skip
    sums = rows.group_by("node").agg(pl.col("part").sum()).sort("node")
    return [(int(node), float(part)) for node, part in sums.iter_rows()]


def undershoots(mean: Floats, records: list[pl.DataFrame], today: int) -> tuple[Floats, Floats]:
    """Give by how much the demand of a day passes a level: mean E[X^2] / 2 E[X], second moment E[X^3] / 3 E[X].

    X is what is asked for on a day with demand, in the last year; without a record the demand is taken to be steady.
    S. Asmussen, Applied Probability and Queues, 2nd ed., Springer, 2003 (renewal theory).
    """
    under, second = mean / 2, mean**2 / 3
    size = pl.col("quantity")
    rows = pl.concat(records).filter((pl.col("day") >= today - 7 * YEAR) & (pl.col("day") < today) & (size > 0))
    sums = rows.group_by("node").agg(one=size.sum(), two=(size**2).sum(), three=(size**3).sum())
    node, one = sums["node"].to_numpy(), sums["one"].to_numpy()
    under[node], second[node] = sums["two"].to_numpy() / (2 * one), sums["three"].to_numpy() / (3 * one)
    return under, np.maximum(second - under**2, 0.0)


def demand_class(weekly: Floats) -> str:
    """Give the class of a demand by its intervals and its spread, by the cut-offs of Syntetos, Boylan and Croston.

    Examples
    --------
    >>> demand_class(np.array([4.0, 5, 6, 5])), demand_class(np.array([4.0, 0, 0, 4, 0, 0])), demand_class(np.zeros(3))
    ('smooth', 'intermittent', '')
    """
    seen = weekly[weekly > 0]
    if not seen.size:
        return ""
    rare = weekly.size / seen.size > 1.32
    wild = float(seen.var() / seen.mean() ** 2) > 0.49
    return {(False, False): "smooth", (False, True): "erratic", (True, False): "intermittent"}.get(
        (rare, wild), "lumpy"
    )


__all__ = ["WEEKS", "Demand", "daily_of", "demand_class", "demand_of"]
