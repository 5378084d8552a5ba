"""The master schedule: what is made of each family, shared among its items and weeks, and planned to by material."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.aggregate.inputs import Inputs
from plantwright.flows.aggregate.load import Floats, Ints
from plantwright.flows.plan.boms import day_starts
from plantwright.flows.plan.demands import weights_for
from plantwright.flows.plan.nodes import at_site
from plantwright.flows.plan.results import shaped
from plantwright.flows.plan.working_days import asked_before
from plantwright.methods.optimisation import AggregateResult, split_family, whole_units
from plantwright.methods.working_time import minutes_worked
from plantwright.plant import Plant

WEEK = 7


@dataclass(frozen=True)
class Weeks:
    """The weeks of an aggregate plan: Mondays, the edges between them, and the share of each month in each."""

    monday: Ints
    edges: Ints
    share: Floats


def weeks_of(inputs: Inputs, site: str) -> Weeks:
    """Cut the months into weeks, by the working time of a site."""
    load = inputs.load
    last = int(load.edges[-1])
    monday = np.arange(load.today - (load.today + 3) % WEEK, load.end, WEEK)
    edges = day_starts(pl.Series(np.append(monday, monday[-1] + WEEK)), load.n.plant.settings.zone).to_numpy().copy()
    edges[0], edges[-1] = load.edges[0], max(last, edges[-2] + 1)
    cuts = np.unique(np.concatenate([edges, load.edges]))
    calendar = load.n.clocks.site_calendar.get(site, -1)
    row = np.full(len(cuts) - 1, calendar, np.int64)
    minutes = minutes_worked(load.n.clocks.time, row, cuts[:-1], cuts[1:]).astype(np.float64)
    month = np.searchsorted(load.edges, cuts[:-1], side="right") - 1
    week = np.searchsorted(edges, cuts[:-1], side="right") - 1
    share = np.zeros((len(load.months), len(monday)))
    inside = (month >= 0) & (month < len(load.months))
    lengths = (cuts[1:] - cuts[:-1]).astype(np.float64)
    np.add.at(share, (month[inside], week[inside]), minutes[inside] + 1e-6 * lengths[inside])
    return Weeks(monday, edges, share / np.maximum(share.sum(axis=1, keepdims=True), 1e-12))


def master_schedule(inputs: Inputs, result: AggregateResult) -> pl.DataFrame:
    """Share what is made of each family at each site among its items, and over the weeks of each month.

    Returns
    -------
    Table master_schedule; whole steps of each item, so that sums up to any week are off by less than a step.
    """
    made = inputs.members.filter(pl.col("source") == "make").sort("f", "s", "node")
    frames: list[pl.DataFrame] = []
    weeks: dict[str, Weeks] = {}
    for (_, s), rows in made.group_by(["f", "s"], maintain_order=True):
        site = inputs.sites[int(s)]
        weeks.setdefault(site, weeks_of(inputs, site))
        frames.append(_of_family(inputs, result, rows, weeks[site]))
    return shaped("master_schedule", pl.concat(frames) if frames else _nothing())


def _nothing() -> pl.DataFrame:
    texts = dict.fromkeys(("item", "site", "family"), pl.String)
    return pl.DataFrame(schema={**texts, "week": pl.Int64, "quantity": pl.Int64})


def _of_family(inputs: Inputs, result: AggregateResult, rows: pl.DataFrame, weeks: Weeks) -> pl.DataFrame:
    f, s = int(rows["f"][0]), int(rows["s"][0])
    monthly = _items(inputs, result.made[f, s], rows)
    frames = []
    for row, amounts in zip(rows.iter_rows(named=True), monthly, strict=True):
        quantity, _ = whole_units(amounts @ weeks.share, row["quantum"] / SCALE)
        stored = np.round(quantity * SCALE).astype(np.int64)
        names = {name: pl.lit(row[name]) for name in ("item", "site", "family")}
        found = pl.DataFrame({"week": weeks.monday, "quantity": stored}).filter(pl.col("quantity") > 0)
        frames.append(found.with_columns(**names))
    return pl.concat(frames)


def _items(inputs: Inputs, made: Floats, rows: pl.DataFrame) -> Floats:
    """Share the months of a family at a site among its items, so that they run out at the same time."""
    demand, stock = _demand_of(inputs, rows)
    out = np.zeros_like(demand)
    following = np.concatenate([demand[:, 1:], demand[:, -1:]], axis=1)
    for month in range(demand.shape[1]):
        later = following[:, month:].mean(axis=1)
        out[:, month] = split_family(float(made[month]), demand[:, month], stock, later)
        stock = stock + out[:, month] - demand[:, month]
    return out


def _demand_of(inputs: Inputs, rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """Give the demand that items made here serve, by month, and their stock, with those of sites they send to."""
    load = inputs.load
    everywhere = inputs.members.join(rows.select("item"), on="item", how="semi")
    makers = inputs.members.filter(pl.col("source") == "make").group_by("item").agg(makers=pl.len())
    everywhere = everywhere.join(makers, on="item", how="left")
    place = {item: number for number, item in enumerate(rows["item"])}
    number = np.array([place[item] for item in everywhere["item"]], np.int64)
    node = everywhere["node"].to_numpy()
    own = (everywhere["site"] == rows["site"][0]).to_numpy()
    # Demand of a site that makes nothing of the item is served by those that do, in equal parts.
    brought = (everywhere["source"] == "transfer").to_numpy()
    part = np.where(own, 1.0, np.where(brought, 1 / everywhere["makers"].to_numpy(), 0.0))
    held = np.zeros(len(load.n.nodes))
    held[load.n.stock["node"].to_numpy()] = load.n.stock["quantity"].to_numpy() / SCALE
    demand, stock = np.zeros((rows.height, len(load.months))), np.zeros(rows.height)
    np.add.at(demand, number, load.demand[node] * part[:, None])
    np.add.at(stock, number, held[node] * part)
    return demand, stock


# --- what material plans to -----------------------------------------------------------------------------------------


def planned_to(plant: Plant, inputs: Inputs, schedule: pl.DataFrame) -> Plant:
    """Give the plant whose forecast asks for each item when the master schedule makes it.

    What is made ahead of a peak is asked for ahead of it. Orders of customers keep their dates; what they leave of the
    forecast is moved: up to each week, demand is what the schedule makes and what is in stock above the safety stock.
    Within the demand fence, and for items without a row in the schedule, the forecast stays as it is.

    Parameters
    ----------
    plant : the plant
    inputs : what the aggregate plan was made from
    schedule : table master_schedule
    """
    if not schedule.height:
        return plant
    rows = [_moved(inputs, one, weeks_of(inputs, one["site"][0])) for one in schedule.partition_by("item", "site")]
    new = pl.concat(rows)
    forecast, main = plant.raw["forecast"], inputs.load.n.nodes.main
    limits = schedule.group_by("item", "site").agg(pl.len()).join(_fences(inputs), on=["item", "site"])
    last = inputs.load.end
    placed = forecast.with_columns(at_site("site", main), _site="site").join(limits, on=["item", "site"], how="left")
    beyond = pl.col("first").is_not_null() & (pl.col("end") >= pl.col("first")) & (pl.col("start") < last)
    kept = placed.filter(~beyond).with_columns(site="_site").select(forecast.columns)
    edges = _at_the_edges(plant, placed.filter(beyond), last).with_columns(site="_site")
    own = new.with_columns(customer=pl.lit("")).with_columns(
        site=pl.when(pl.col("site") == main).then(pl.lit("")).otherwise("site")
    )
    extra = [one for one in forecast.columns if one not in own.columns]
    own = own.with_columns(pl.lit(None, forecast.schema[one]).alias(one) for one in extra).select(forecast.columns)
    whole = pl.concat([kept, edges.select(forecast.columns), own.cast(forecast.schema)])
    key = ["item", "site", "start", "customer"]
    whole = whole.group_by(key, maintain_order=True).agg(
        pl.col("quantity").sum(), pl.exclude("quantity").last()
    ).select(forecast.columns)  # fmt: skip
    return replace(plant, raw=MappingProxyType({**plant.raw, "forecast": whole}))


def _fences(inputs: Inputs) -> pl.DataFrame:
    """Give the first day beyond the demand fence of each item and site, whether it has one, and its smallest step."""
    frame, as_of = inputs.load.n.nodes.frame, inputs.load.n.plant.as_of
    fence = pl.col("demand_fence") // 60_000
    day = pl.when(fence > 0).then((pl.lit(as_of) + fence + 1439) // 1440).otherwise(inputs.load.today)
    return frame.select("item", "site", "quantum", first=day, fenced=fence > 0)


def _at_the_edges(plant: Plant, rows: pl.DataFrame, last: int) -> pl.DataFrame:
    """Keep of periods that reach over the fence or the end of the plan the weeks outside, as the planner cuts them."""
    if not rows.height:
        return rows
    weeks = (pl.col("end") - pl.col("start") + WEEK) // WEEK
    gone = pl.col("first") - pl.col("start")  # without a fence, a week that has begun still counts
    before = pl.when("fenced").then((gone + WEEK - 1) // WEEK).otherwise(gone // WEEK)
    after = (last - pl.col("start") + WEEK - 1) // WEEK
    rows = rows.with_columns(weeks=weeks, before=before.clip(0, weeks), after=after.clip(0, weeks))
    weights = weights_for(plant, rows)
    until, since = (rows["start"] + WEEK * rows[name] for name in ("before", "after"))
    early = rows.with_columns(quantity=asked_before(weights, rows, until), end=pl.min_horizontal("end", until - 1))
    late = rows.with_columns(quantity=pl.col("quantity") - asked_before(weights, rows, since), start=since)
    return pl.concat([early.filter(pl.col("before") > 0), late.filter(pl.col("after") < pl.col("weeks"))])


def _moved(inputs: Inputs, schedule: pl.DataFrame, weeks: Weeks) -> pl.DataFrame:
    """Give the forecast of one item and site by week, from what the master schedule makes."""
    item, site = schedule["item"][0], schedule["site"][0]
    load = inputs.load
    row = load.n.nodes.frame.filter((pl.col("item") == item) & (pl.col("site") == site)).row(0, named=True)
    made = np.zeros(len(weeks.monday), np.int64)
    made[np.searchsorted(weeks.monday, schedule["week"].to_numpy())] = schedule["quantity"].to_numpy()
    orders, expected = _weekly(inputs, [row["node"]], weeks)
    supply = np.cumsum(made) + _held(inputs, [row["node"]]) - row["safety_stock"] - _sent(inputs, item, weeks)
    asked = np.cumsum(orders + expected)
    # Before the first is made nothing is moved; from then on demand up to a week is what is there up to it.
    total = np.where(np.cumsum(made) > 0, supply, asked)
    wanted = np.maximum.accumulate(np.maximum(total - np.cumsum(orders), 0))
    net = np.diff(np.concatenate([[0], wanted]))
    fence = load.n.plant.as_of + row["demand_fence"] // 60_000
    inside = weeks.edges[1:] <= fence
    net = np.where(inside, 0, net)
    # An order takes its own part off the forecast of its week again, so that it stands on top here.
    quantity = net + np.where(inside | (net == 0), 0, orders)
    found = pl.DataFrame({"start": weeks.monday, "quantity": quantity}).filter(pl.col("quantity") > 0)
    first = (fence + 1439) // 1440 if row["demand_fence"] > 0 else load.today
    return found.with_columns(
        item=pl.lit(item), site=pl.lit(site), end=pl.col("start") + WEEK - 1,
        start=pl.max_horizontal("start", pl.lit(first, pl.Int64)),
    ).filter(pl.col("end") >= pl.col("start"))  # fmt: skip


def _weekly(inputs: Inputs, nodes: list[int], weeks: Weeks) -> tuple[Ints, Ints]:
    """Give the orders of nodes by week, and what they leave of their forecast."""
    rows = inputs.load.rows.filter(pl.col("node").is_in(nodes))
    found = []
    for kind in ("sales order", "forecast"):
        own = rows.filter(pl.col("kind") == kind)
        week = np.clip(
            np.searchsorted(weeks.edges, own["due"].to_numpy() - (kind == "sales order"), side="right") - 1, 0, None
        )
        amount = np.zeros(len(weeks.monday), np.int64)
        on = week < len(amount)
        np.add.at(amount, week[on], own["quantity"].to_numpy()[on])
        found.append(amount)
    return found[0], found[1]


def _held(inputs: Inputs, nodes: list[int]) -> int:
    stock = inputs.load.n.stock
    return int(stock.filter(pl.col("node").is_in(nodes))["quantity"].sum())


def _sent(inputs: Inputs, item: str, weeks: Weeks) -> Ints:
    """Give what other sites take of an item up to each week, beyond their own stock, in equal parts from its makers."""
    places = inputs.members.filter(pl.col("item") == item)
    brought = places.filter(pl.col("source") == "transfer")["node"].to_list()
    makers = max(places.height - len(brought), 1)
    asked = np.cumsum(np.sum(_weekly(inputs, brought, weeks), axis=0))
    sent: Ints = np.maximum(asked - _held(inputs, brought), 0) // makers
    return sent
