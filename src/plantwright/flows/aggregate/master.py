"""The master schedule: what is made of each family, shared among its items and weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.aggregate.inputs import Inputs
from plantwright.flows.aggregate.load import Floats, Ints
from plantwright.flows.plan.ahead import week_edges
from plantwright.flows.plan.results import shaped
from plantwright.methods.optimisation import AggregateResult, split_family, whole_units
from plantwright.methods.working_time import minutes_worked


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
    monday, edges = week_edges(load.today, load.end, load.n.plant.settings.zone)
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
