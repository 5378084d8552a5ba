"""What is planned where, what feeds what, and how long each step takes: the supply tree behind stock policies."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.core.exact import SCALE
from plantwright.flows.plan.boms import plan_boms
from plantwright.flows.plan.mrp import plan_lanes, plan_offers
from plantwright.flows.plan.nodes import Nodes, plan_nodes
from plantwright.flows.plan.routings import Routings, number_centers, plan_routings
from plantwright.plant import Plant

Floats = NDArray[np.float64]
DAY_MS = 86_400_000
WEEK = 7 * 1440


@dataclass(frozen=True)
class Network:
    """Items at sites as numbered nodes, the arcs between them, and the way through them.

    Parameters
    ----------
    nodes : as the plan numbers them
    feeding, fed : nodes at the two ends of each arc: a component and what it is used in, or two sites
    usage : units of the feeding node in one unit of the fed one
    order : nodes so that what is fed stands before what feeds it
    lead_days : planned time from an order to its receipt, in days; of a made item for its usual order
    lead_source : where it is known from
    """

    nodes: Nodes
    feeding: NDArray[np.int64]
    fed: NDArray[np.int64]
    usage: Floats
    order: list[int]
    lead_days: Floats
    lead_source: list[str]

    def node(self, item: str, site: str) -> int | None:
        """Give the number of an item at a site, the main one where none is named."""
        rows = self.nodes.frame.filter((pl.col("item") == item) & (pl.col("site") == (site or self.nodes.main)))
        return int(rows["node"][0]) if rows.height else None

    def above(self, node: int) -> list[int]:
        """Give a node and all that it goes into, what is fed last standing first."""
        into: dict[int, list[int]] = defaultdict(list)
        for one, other in zip(self.feeding.tolist(), self.fed.tolist(), strict=True):
            into[one].append(other)
        found, front = {node}, [node]
        while front:
            for other in into[front.pop()]:
                if other not in found:
                    found.add(other)
                    front.append(other)
        return [one for one in self.order if one in found]


def network_of(plant: Plant) -> Network:
    """Give numbers to a plant's items at sites, and read what feeds what: bills of material, ways between sites."""
    nodes = plan_nodes(plant)
    centers = number_centers(plant, nodes.main)
    routings = plan_routings(plant, nodes, centers)
    lanes = plan_lanes(plant, nodes).filter(pl.col("source") == "transfer")
    lanes = lanes.group_by("node", maintain_order=True).first()
    feeding, fed, usage = _arcs(plant, nodes, routings, lanes)
    days, source = _lead_times(plant, nodes, routings, centers, lanes)
    return Network(nodes, feeding, fed, usage, _order(len(nodes), feeding, fed), days, source)


def _arcs(
    plant: Plant, nodes: Nodes, routings: Routings, lanes: pl.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Give the arcs; what an order takes once, whatever its size, is left aside, and so are lines with a formula."""
    lines = plan_boms(plant, nodes, routings).lines
    now = lines.filter((pl.col("start") <= plant.as_of) & (pl.col("end") > plant.as_of) & (pl.col("formula") < 0))
    made = now.select(
        feeding="component_node", fed="parent", usage=pl.col("numerator").cast(pl.Float64) / pl.col("denominator")
    ).filter(pl.col("usage") > 0)
    moved = lanes.select(feeding="other", fed="node", usage=pl.lit(1.0))
    arcs = pl.concat([made.cast({"feeding": pl.Int64, "fed": pl.Int64}), moved.cast({"feeding": pl.Int64})])
    arcs = arcs.filter(pl.col("feeding") != pl.col("fed")).group_by("feeding", "fed").agg(pl.col("usage").sum())
    arcs = arcs.sort("feeding", "fed")
    return arcs["feeding"].to_numpy(), arcs["fed"].to_numpy(), arcs["usage"].to_numpy()


def _order(count: int, feeding: NDArray[np.int64], fed: NDArray[np.int64]) -> list[int]:
    """Put what is fed before what feeds it; nodes in a circle, which the checks report, stand last."""
    waits = np.bincount(feeding, minlength=count) if feeding.size else np.zeros(count, np.int64)
    behind: list[list[int]] = [[] for _ in range(count)]
    for one, other in zip(feeding.tolist(), fed.tolist(), strict=True):
        behind[other].append(one)
    order = np.flatnonzero(waits == 0).tolist()
    for node in order:
        for one in behind[node]:
            waits[one] -= 1
            if waits[one] == 0:
                order.append(one)
    return [*order, *np.flatnonzero(waits > 0).tolist()]


def _lead_times(
    plant: Plant, nodes: Nodes, routings: Routings, centers: pl.DataFrame, lanes: pl.DataFrame
) -> tuple[Floats, list[str]]:
    """Give the lead time of each node in days: its own, the supplier's, the way's, or that of its operations."""
    offers = plan_offers(plant, nodes).rows.group_by("node", maintain_order=True).agg(supplier=pl.col("lead").max())
    offers = offers.select("node", supplier=pl.col("supplier") / 1440)
    ways = lanes.select("node", lane=pl.col("lead") / 1440)
    made = _making(plant, nodes, routings, centers)
    rows = nodes.frame.select("node", "source", "lead_time")
    for other in (offers, ways, made):
        rows = rows.join(other.cast({"node": pl.Int64}), on="node", how="left", maintain_order="left")
    by_source = {"buy": "supplier", "transfer": "lane", "make": "routing"}
    days, sources = np.zeros(rows.height), []
    for place, row in enumerate(rows.iter_rows(named=True)):
        known = by_source.get(row["source"], "")
        if row["lead_time"] is not None:
            days[place], source = row["lead_time"] / DAY_MS, "planned"
        else:
            value = row[known] if known else None
            days[place], source = (0.0, "nothing") if value is None else (float(value), known)
        sources.append(source)
    return days, sources


def _making(plant: Plant, nodes: Nodes, routings: Routings, centers: pl.DataFrame) -> pl.DataFrame:
    """Give the days that a usual order of each made node takes: its working time stretched by the closed hours."""
    lots = nodes.frame.select("node", lot=_usual_lot())
    rows = routings.operations.join(lots, on="node", how="left").join(
        _open_share(plant, centers), on="center", how="left"
    )
    batch = pl.col("batch").cast(pl.Float64)
    runs = pl.when(batch > 0).then((pl.col("lot") * SCALE / batch).ceil()).otherwise("lot")
    stretched = (pl.col("setup") + pl.col("run") * runs) / pl.col("open").fill_null(1.0)
    minutes = pl.when("outside").then(pl.col("lead").cast(pl.Float64)).otherwise(stretched)
    whole = (minutes + pl.col("queue") + pl.col("move")).sum() / 1440
    return rows.group_by("node").agg(routing=whole)


def _usual_lot() -> pl.Expr:
    fixed = pl.when(pl.col("lot_rule") == "fixed").then("lot_quantity").otherwise(0)
    return pl.max_horizontal("lot_minimum", "lot_multiple", fixed, pl.lit(10 * SCALE)).cast(pl.Float64) / SCALE


def _open_share(plant: Plant, centers: pl.DataFrame) -> pl.DataFrame:
    """Give the share of the week in which each work center is open, by its calendar or that of its site."""
    today = plant.as_of // 1440
    shifts = plant.raw["calendar_shift"].filter((pl.col("effective_from") <= today) & (pl.col("effective_to") >= today))
    hours = shifts.group_by("calendar").agg(open=((pl.col("end") - pl.col("start")) % 1440).replace(0, 1440).sum())
    hours = hours.select("calendar", open=(pl.col("open") / WEEK).clip(0.01, 1.0))
    sites = plant.raw["site"].select(site="code", site_calendar="calendar")
    rows = centers.join(sites, on="site", how="left")
    calendar = pl.when(pl.col("calendar") == "").then("site_calendar").otherwise("calendar")
    rows = rows.with_columns(calendar=calendar).join(hours, on="calendar", how="left")
    return rows.select("center", pl.col("open").fill_null(1.0))


__all__ = ["Network", "network_of"]
