"""What the aggregate plan knows of a plant: hours that products take of each group, hours there are, and demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.core.buckets import following, local_day
from plantwright.core.exact import SCALE
from plantwright.flows.plan.boms import day_starts
from plantwright.flows.plan.material import Numbered, net_demands, number_plant
from plantwright.methods.capacity import capacity_by_bucket
from plantwright.methods.optimisation import Structure, bill_of_resources, gross_requirements, structure
from plantwright.plant import Plant

Floats = np.ndarray
Ints = np.ndarray
WEEKS = 365.25 / 12 / 7
"""Weeks in a month."""
WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True)
class Load:
    """Demand, bills of resources and open hours, by number of node, group and month.

    Parameters
    ----------
    n : the numbered plant
    months : first day of each month, the first being that of the plan's moment
    today, end : the plan's day, and the first day after the last month, in the plant's time zone
    edges : moments at which the months begin, and the end of the last
    groups : group and site of each group of work centers, sorted
    rate : money for an hour of each group
    units : machines or places of each group
    open_hours : hours open of each group in each month
    rows : what is asked for: orders, and what they leave of the forecast
    demand : the same in units, by node and month; what is past due counts in the first
    bill : the structure of all nodes
    hours : hours of each group for a unit of each node, with all that goes into it
    bought : money for what is bought for a unit of each node, with all that goes into it
    """

    n: Numbered
    months: Ints
    today: int
    end: int
    edges: Ints
    groups: tuple[tuple[str, str], ...]
    rate: Floats
    units: Floats
    open_hours: Floats
    rows: pl.DataFrame
    demand: Floats
    bill: Structure
    hours: Floats
    bought: Floats

    @property
    def cost(self) -> Floats:
        """Money for a unit of each node, at standard cost; from hours and what is bought where it has none."""
        standard = self.n.nodes.frame["cost"].fill_null(0).to_numpy() / SCALE
        return np.where(standard > 0, standard, self.bought + self.hours @ self.rate)


def look_up(plant: Plant, months: int) -> Load:
    """Work out what the aggregate plan of a plant is made from.

    Parameters
    ----------
    plant : the plant, with the forecasts that are to be planned
    months : how many months; the first is the rest of the present one
    """
    n = number_plant(plant)
    today, days, edges = _months(plant, months)
    groups, number, rate, units = _groups(n)
    open_hours = _open_hours(n, number, len(groups), edges)
    rows, _ = net_demands(n)
    demand = _demand(n, rows, edges)
    bill = _structure(n)
    gross = gross_requirements(bill, demand).mean(axis=1)
    return Load(
        n, days[:-1], today, int(days[-1]), edges, groups, rate, units, open_hours, rows, demand, bill,
        bill_of_resources(bill, _own_hours(n, number, len(groups), gross)),
        bill_of_resources(bill, _own_price(n)[:, None])[:, 0],
    )  # fmt: skip


def _months(plant: Plant, months: int) -> tuple[int, Ints, Ints]:
    zone = plant.settings.zone
    today = int(pl.select(local_day(pl.lit(plant.as_of), zone)).item())
    days = following(today, "month", months + 1)
    edges = day_starts(pl.Series(days, dtype=pl.Int64), zone).to_numpy().copy()
    edges[0] = plant.as_of
    return today, np.array(days, np.int64), edges


def _groups(n: Numbered) -> tuple[tuple[tuple[str, str], ...], Ints, Floats, Floats]:
    """Give the work centers numbers: each is a group by itself, unless a row of costs or of steps names its group."""
    named = pl.concat([n.plant.raw[table]["group"] for table in ("resource_cost", "capacity_option")])
    pooled = (pl.col("group") != "") & pl.col("group").is_in(named.implode())
    name = pl.when(pooled).then("group").otherwise("code")
    rows = n.centers.select("center", "site", "units", "cost_rate", group=name)
    known = rows.group_by("group", "site").agg(
        rate=(pl.col("cost_rate") * pl.col("units")).sum() / pl.col("units").sum() / SCALE, units=pl.col("units").sum()
    )
    known = known.sort("site", "group").with_row_index("number")
    number = rows.join(known, on=["group", "site"], how="left").sort("center")["number"].to_numpy().astype(np.int64)
    names = tuple((str(one), str(site)) for one, site in known.select("group", "site").iter_rows())
    return names, number, known["rate"].to_numpy(), known["units"].to_numpy().astype(np.float64)


def _open_hours(n: Numbered, number: Ints, groups: int, edges: Ints) -> Floats:
    out = np.zeros((groups, len(edges) - 1))
    pointer = n.clocks.unit_pointer
    if len(n.clocks.unit_calendar):
        minutes = capacity_by_bucket(n.clocks.time, n.clocks.unit_calendar, edges)
        center = np.repeat(np.arange(len(pointer) - 1), np.diff(pointer))
        np.add.at(out, number[center], minutes / 60)
    return out


def _demand(n: Numbered, rows: pl.DataFrame, edges: Ints) -> Floats:
    """Give orders and what they leave of the forecast by node and month."""
    out = np.zeros((len(n.nodes), len(edges) - 1))
    # An order is due at the end of a day, which is the first moment of the next; a forecast from its first moment on.
    due = rows["due"].to_numpy() - (rows["kind"] == "sales order").to_numpy()
    month = np.clip(np.searchsorted(edges, due, side="right") - 1, 0, None)
    on = month < out.shape[1]
    np.add.at(out, (rows["node"].to_numpy()[on], month[on]), rows["quantity"].to_numpy()[on] / SCALE)
    return out


def _structure(n: Numbered) -> Structure:
    """Join bills of material with transfers, which take a unit at the site that sends."""
    as_of = n.plant.as_of
    lines = n.boms.lines.filter((pl.col("start") <= as_of) & (pl.col("end") > as_of))
    parent, component = lines["parent"].to_numpy(), lines["component_node"].to_numpy()
    ratio = lines["numerator"].to_numpy() / np.maximum(lines["denominator"].to_numpy(), 1)
    moved = n.lanes.filter(pl.col("source") == "transfer").unique("node", keep="first", maintain_order=True)
    return structure(
        np.concatenate([parent, moved["node"].to_numpy()]), np.concatenate([component, moved["other"].to_numpy()]),
        np.concatenate([ratio, np.ones(moved.height)]), len(n.nodes),
    )  # fmt: skip


def _own_hours(n: Numbered, number: Ints, groups: int, month: Floats) -> Floats:
    """Give the hours of a unit's own routing: run time, and its share of the set-up of a lot.

    A lot is the fixed quantity or the minimum of the item; else it covers a week's need, or that of its longer period.
    """
    out = np.zeros((len(n.nodes), groups))
    ops = n.routings.operations.filter(pl.col("center") >= 0)
    node, batch = ops["node"].to_numpy(), ops["batch"].to_numpy() / SCALE
    frame = n.nodes.frame
    fixed = np.where((frame["lot_rule"] == "fixed").to_numpy(), frame["lot_quantity"].to_numpy(), 0)
    least = np.maximum(fixed, frame["lot_minimum"].to_numpy()) / SCALE
    period = np.where((frame["lot_rule"] == "period").to_numpy(), frame["lot_period"].to_numpy(), 0) / WEEK_MS
    lot = np.maximum(np.maximum(month / WEEKS * np.maximum(period, 1.0), least), 1.0)
    run = ops["run"].to_numpy() / np.where(batch > 0, batch, 1.0)
    minutes = run + ops["setup"].to_numpy() / lot[node]
    np.add.at(out, (node, number[ops["center"].to_numpy()]), minutes / 60)
    return out


def _own_price(n: Numbered) -> Floats:
    """Give what a unit of each bought node costs; what is made costs nothing of its own here."""
    frame = n.nodes.frame
    bought = (frame["source"] == "buy").to_numpy()
    return np.where(bought, frame["cost"].fill_null(0).to_numpy() / SCALE, 0.0)
