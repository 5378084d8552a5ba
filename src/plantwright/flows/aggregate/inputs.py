"""The aggregate problem of a plant: its families, what they take and cost, and what the tables of costs say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.aggregate.load import Floats, Ints, Load, look_up
from plantwright.flows.plan.nodes import at_site
from plantwright.methods.optimisation import AggregateProblem, aggregate_problem
from plantwright.plant import Plant

OVERTIME = 1.25
"""Cost of overtime against regular time, where nothing is said."""
OUTSIDE = 1.2
"""Price of a subcontractor against the own cost, where nothing is said."""
OWED = 2.0
"""Cost of a unit that is still owed at the end against its value; its price where that is more."""
LATE = 0.1
"""Cost of a month late as a share of value, where nothing is said."""


@dataclass(frozen=True)
class Inputs:
    """The aggregate problem with the names behind its numbers.

    Parameters
    ----------
    load : what was looked up
    families, sites : names by number
    members : item-sites of the families. Columns: node, item, site, family, f, s, source, quantum, share
        (of the family, by all demand)
    value, price : cost and sales price of a unit, by family (and site)
    problem : what is solved
    """

    load: Load
    families: tuple[str, ...]
    sites: tuple[str, ...]
    members: pl.DataFrame
    value: Floats
    price: Floats
    problem: AggregateProblem

    @property
    def months(self) -> Ints:
        """First day of each month."""
        return self.load.months


def aggregate_inputs(plant: Plant, months: int) -> Inputs | None:
    """Make the aggregate problem of a plant; None where nothing that is made is asked for.

    Parameters
    ----------
    plant : the plant, with the forecasts that are to be planned
    months : how many months; the first is the rest of the present one
    """
    load = look_up(plant, months)
    members = _members(load)
    if not members.height:
        return None
    families = tuple(members["family"].unique().sort())
    sites = tuple(members["site"].unique().sort())
    members = members.with_columns(
        f=members["family"].replace_strict(
            dict(zip(families, range(len(families)), strict=True)), return_dtype=pl.Int64
        ),
        s=members["site"].replace_strict(dict(zip(sites, range(len(sites)), strict=True)), return_dtype=pl.Int64),
    )
    value, price = _values(plant, load, members, (len(families), len(sites)))
    named = _Named(plant, load, families, sites, members, value, price)
    return Inputs(load, families, sites, members, value, price, named.problem())


def _members(load: Load) -> pl.DataFrame:
    """Find the items that are asked for and take hours, at every site where they are planned."""
    frame = load.n.nodes.frame.select(
        "node", "item", "site", "family", "source", "quantum", "safety_stock", "holding_rate"
    )
    node = frame["node"].to_numpy()
    asked = load.demand[node].sum(axis=1)
    frame = frame.with_columns(asked=pl.Series(asked), busy=pl.Series(load.hours[node].sum(axis=1) > 0))
    # An item is planned with its family wherever it is made, moved or asked for, if any of its places takes hours.
    wanted = pl.col("asked").sum().over("item") > 0
    frame = frame.filter(wanted & pl.col("busy").any().over("item") & pl.col("source").is_in(["make", "transfer"]))
    family = pl.when(pl.col("family") == "").then("item").otherwise("family")
    frame = frame.with_columns(family=family)
    total = pl.col("asked").sum()
    return frame.with_columns(share=total.over("item") / total.over("family"))


def _values(plant: Plant, load: Load, members: pl.DataFrame, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Give the cost of a unit by family and site, and its price by family, weighted by what is asked for."""
    prices = dict(plant.raw["item"].select("code", "price").iter_rows())
    price = np.array([(prices.get(item) or 0) / SCALE for item in members["item"]])
    cost = load.cost[members["node"].to_numpy()]
    family, weight = members["f"].to_numpy(), members["share"].to_numpy()
    value = _mean(cost, weight, (family, members["s"].to_numpy()), shape)
    alone = _mean(cost, weight, (family,), shape[:1])
    return np.where(value > 0, value, alone[:, None]), _mean(price, weight, (family,), shape[:1])


def _mean(values: Floats, weight: Floats, place: tuple[Ints, ...], shape: tuple[int, ...]) -> Floats:
    total, part = np.zeros(shape), np.zeros(shape)
    np.add.at(total, place, weight)
    np.add.at(part, place, values * weight)
    return np.divide(part, total, out=np.zeros(shape), where=total > 0)


@dataclass(frozen=True)
class _Named:
    """What the parts of the problem are made from."""

    plant: Plant
    load: Load
    families: tuple[str, ...]
    sites: tuple[str, ...]
    members: pl.DataFrame
    value: Floats
    price: Floats

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.families), len(self.sites), len(self.load.months)

    def problem(self) -> AggregateProblem:
        """Give the problem in units and hours, families by sites by months, as the plant records it."""
        load, members = self.load, self.members
        place = members["f"].to_numpy(), members["s"].to_numpy()
        demand = np.zeros(self.shape)
        np.add.at(demand, place, load.demand[members["node"].to_numpy()])
        can_make = np.zeros(self.shape[:2], np.bool_)
        made = members.filter(pl.col("source") == "make")
        can_make[made["f"].to_numpy(), made["s"].to_numpy()] = True
        start, receipts = self._stock()
        uses = self._uses(made)
        own = self._work_cost(uses)
        return aggregate_problem(
            demand, uses=uses, lanes=self._lanes(), can_make=can_make, start_stock=start, receipts=receipts,
            least_stock=self._least(start), make_cost=np.maximum(self.value - own, 0.0), **self._groups(),
            **self._families(),
        )  # fmt: skip

    def _uses(self, made: pl.DataFrame) -> list[tuple[int, int, int, float]]:
        """Give the mean hours of each group for a unit of each family at each site that makes it."""
        count = len(self.load.groups)
        hours, weight = np.zeros((*self.shape[:2], count)), np.zeros(self.shape[:2])
        place = made["f"].to_numpy(), made["s"].to_numpy()
        share = np.maximum(made["share"].to_numpy(), 1e-9)
        np.add.at(hours, place, self.load.hours[made["node"].to_numpy()] * share[:, None])
        np.add.at(weight, place, share)
        hours = np.divide(hours, weight[:, :, None], out=hours, where=weight[:, :, None] > 0)
        return [(int(f), int(s), int(g), float(hours[f, s, g])) for f, s, g in np.argwhere(hours > 0)]

    def _work_cost(self, uses: Sequence[tuple[int, int, int, float]]) -> Floats:
        """Give what the hours of a unit cost at the rates of the groups."""
        out = np.zeros(self.shape[:2])
        for f, s, g, hours in uses:
            out[f, s] += hours * self.load.rate[g]
        return out

    def _lanes(self) -> list[tuple[int, int, int, float]]:
        """Give the ways by which families move; the cost is the mean of what the lanes of its items cost."""
        n, number = self.load.n, dict(zip(self.sites, range(len(self.sites)), strict=True))
        rows = n.lanes.join(self.members.select("node", "f", "share"), on="node").filter(
            pl.col("from_site").is_in(self.sites)
        )
        cost = (pl.col("unit_cost") * (pl.col("share") + 1e-9)).sum() / (pl.col("share") + 1e-9).sum() / SCALE
        rows = rows.group_by("f", "from_site", "site").agg(cost=cost).sort("f", "from_site", "site")
        return [(f, number[one], number[other], cost) for f, one, other, cost in rows.iter_rows()]

    def _stock(self) -> tuple[Floats, Floats]:
        """Give what is in stock, and what comes on purchase and transfer orders; what is to be made is planned anew."""
        n = self.load.n
        start, receipts = np.zeros(self.shape[:2]), np.zeros(self.shape)
        keys = self.members.select("node", "f", "s")
        stock = n.stock.join(keys, on="node")
        np.add.at(start, (stock["f"].to_numpy(), stock["s"].to_numpy()), stock["quantity"].to_numpy() / SCALE)
        coming = n.open_orders.filter(pl.col("kind") != "make").join(keys, on="node")
        month = np.clip(np.searchsorted(self.load.edges, coming["time"].to_numpy(), side="right") - 1, 0, None)
        on = month < self.shape[2]
        place = coming["f"].to_numpy()[on], coming["s"].to_numpy()[on], month[on]
        np.add.at(receipts, place, coming["quantity"].to_numpy()[on] / SCALE)
        leaving = n.open_orders.filter((pl.col("kind") == "transfer") & (pl.col("state") == "firm"))
        leaving = leaving.select("item", "quantity", site="from_site").join(
            self.members.select("item", "site", "f", "s"), on=["item", "site"]
        )
        np.add.at(start, (leaving["f"].to_numpy(), leaving["s"].to_numpy()), -leaving["quantity"].to_numpy() / SCALE)
        return np.maximum(start, 0.0), receipts

    def _least(self, start: Floats) -> Floats:
        """Give the safety stock; in the first month no more than there is, for it takes time to build it up."""
        least = np.zeros(self.shape[:2])
        place = self.members["f"].to_numpy(), self.members["s"].to_numpy()
        np.add.at(least, place, self.members["safety_stock"].to_numpy() / SCALE)
        out = np.repeat(least[:, :, None], self.shape[2], axis=2)
        out[:, :, 0] = np.minimum(out[:, :, 0], start)
        return out

    def _groups(self) -> dict[str, Any]:
        load, main = self.load, self.load.n.nodes.main
        rows = self.plant.raw["resource_cost"].with_columns(at_site("site", main))
        known = {(row["group"], row["site"]): row for row in rows.iter_rows(named=True)}
        usable, share, wage, hire, fire = (np.zeros(len(load.groups)) for _ in range(5))
        usable += 1.0
        over, workers = load.rate * OVERTIME, np.full(len(load.groups), np.nan)
        for number, group in enumerate(load.groups):
            row = known.get(group)
            if row is None:
                continue
            usable[number], share[number] = row["usable"] / SCALE, row["overtime_share"] / SCALE
            wage[number], hire[number], fire[number] = (row[one] / SCALE for one in ("wage", "hire_cost", "fire_cost"))
            if row["overtime_cost"] is not None:
                over[number] = row["overtime_cost"] / SCALE
            if row["workers"] is not None:
                workers[number] = row["workers"] / SCALE
        capacity = load.open_hours * usable[:, None]
        paid = np.isnan(workers) | (wage <= 0)  # people who have a wage are paid by the month, not by the hour
        return {
            "capacity": capacity, "overtime": capacity * share[:, None], "overtime_cost": over,
            "hour_cost": np.where(paid, load.rate, 0.0), "workers": workers, "wage": wage, "hire_cost": hire,
            "fire_cost": fire, "worker_hours": capacity / np.maximum(load.units, 1.0)[:, None],
            "share": _share(capacity),
        }  # fmt: skip

    def _families(self) -> dict[str, Any]:
        shape = self.shape[:2]
        holding = self.value * self._holding_rate() / 12
        late, outside = self.value * LATE, self.value * OUTSIDE
        limit, end = np.zeros(shape), np.zeros(shape)
        rows = self.plant.raw["family_cost"].sort("family", "site")  # a site's own row comes after that for all
        for row in rows.iter_rows(named=True):
            if row["family"] not in self.families or (row["site"] and row["site"] not in self.sites):
                continue
            place = self.families.index(row["family"]), self.sites.index(row["site"]) if row["site"] else slice(None)
            for array, name in ((holding, "holding_cost"), (late, "back_order_cost"), (outside, "subcontract_cost")):
                if row[name] is not None:
                    array[place] = row[name] / SCALE
            if not row["back_orders"]:
                late[place] = np.inf
            limit[place], end[place] = row["subcontract_limit"] / SCALE, row["end_stock"] / SCALE
        return {
            "holding_cost": holding, "back_order_cost": late, "subcontract_cost": outside,
            "owed_cost": np.maximum(self.value * OWED, self.price[:, None]), "subcontract": limit, "end_stock": end,
        }  # fmt: skip

    def _holding_rate(self) -> Floats:
        """Give the yearly cost of holding as a share of value: the mean of the items' own, else the setting."""
        rate = self.members["holding_rate"].to_numpy() / SCALE
        place = self.members["f"].to_numpy(), self.members["s"].to_numpy()
        mean = _mean(rate, np.maximum(self.members["share"].to_numpy(), 1e-9), place, self.shape[:2])
        return np.where(mean > 0, mean, self.plant.settings["default_holding_rate"] / SCALE)


def _share(capacity: Floats) -> Floats:
    """Give the length of each month in working time, the mean month being 1."""
    total = capacity.sum(axis=0)
    return total / total.mean() if total.sum() > 0 else np.ones(capacity.shape[1])


def limited(inputs: Inputs, **arrays: Floats) -> Inputs:
    """Give the same inputs with other arrays of the problem."""
    return replace(inputs, problem=replace(inputs.problem, **arrays))


def usable_share(plant: Plant, load: Load) -> Floats:
    """Give the share of the open hours of each group that can be planned."""
    rows = plant.raw["resource_cost"].with_columns(at_site("site", load.n.nodes.main))
    known = {
        (group, site): usable / SCALE for group, site, usable in rows.select("group", "site", "usable").iter_rows()
    }
    return np.array([known.get(group, 1.0) for group in load.groups])
