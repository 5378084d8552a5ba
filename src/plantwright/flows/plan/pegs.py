"""Pegs of the material plan as links between orders: what the schedule must respect and the reports show."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.shop import Links
from plantwright.methods.requirements import Origin, SupplyKind
from plantwright.methods.working_time import NEVER, open_times

NO = -1


@dataclass(frozen=True)
class PegRows:
    """Every peg with numbers of the plan's orders and demands.

    Parameters
    ----------
    requirement, quantity : the requirement that is served, and how much
    node : item-site
    demand : number of the demand, -1 for an order's requirement
    consumer : order that takes it, -1 for a demand
    place : operation place of the consumer, -1 for its start
    supply : order that serves it, -1 for stock
    """

    requirement: Ints
    quantity: Ints
    node: Ints
    demand: Ints
    consumer: Ints
    place: Ints
    supply: Ints


def order_of_requirement(n: Numbered, material: Material) -> tuple[Ints, Ints, Ints]:
    """Give for each requirement its demand, the order that takes it, and the place in that order's routing."""
    rows = material.plan.requirements
    existing = int(material.orders["existing"].sum())
    demand = np.where(rows.origin_kind == Origin.DEMAND, rows.origin, NO)
    consumer = np.where(rows.origin_kind == Origin.PLANNED, rows.origin + existing, NO)
    consumer = np.where(rows.origin_kind == Origin.OPEN, rows.origin, consumer)
    return demand, consumer, _places(n, material, consumer)


def _places(n: Numbered, material: Material, consumer: Ints) -> Ints:
    """Find where in the consumer's routing a requirement is taken.

    What goes through a phantom, or is met by a substitute, is taken where the phantom or the component would be: the
    way back runs along `via` to the requirement that the consumer itself raised.
    """
    via, line = material.plan.requirements.via, material.plan.requirements.line
    root = np.arange(len(via), dtype=np.int64)
    while np.any(up := via[root] >= 0):
        root = np.where(up, via[root], root)
    places = n.boms.lines["place"].to_numpy()
    own = line[root]
    place = np.where(own >= 0, places[np.maximum(own, 0)], NO) if len(places) else np.full(len(own), NO, np.int64)
    laid = np.full(len(via), NO, np.int64)
    first = material.demands.height
    laid[first : first + len(material.open_places)] = material.open_places
    return np.where(consumer >= 0, np.maximum(place, laid[root]), NO)


def number_pegs(n: Numbered, material: Material) -> PegRows:
    """Bring the planner's pegs to numbers of orders and demands."""
    plan, pegs = material.plan, material.plan.pegs
    existing = int(material.orders["existing"].sum())
    demand, consumer, place = order_of_requirement(n, material)
    supply = np.full(len(pegs.supply), NO, np.int64)
    is_open = pegs.supply_kind == SupplyKind.OPEN
    planned = (pegs.supply_kind == SupplyKind.PLANNED) | (pegs.supply_kind == SupplyKind.TRANSFER)
    byproduct = pegs.supply_kind == SupplyKind.CO_PRODUCT
    supply[is_open] = pegs.supply[is_open]
    supply[planned] = pegs.supply[planned] + existing
    receipts = plan.co_products
    parent = receipts.parent[pegs.supply[byproduct]]
    offset = np.where(receipts.parent_kind[pegs.supply[byproduct]] == Origin.PLANNED, existing, 0)
    supply[byproduct] = parent + offset
    r = pegs.requirement
    return PegRows(r, pegs.quantity, plan.requirements.node[r], demand[r], consumer[r], place[r], supply)


def never_made(material: Material, pegs: PegRows, consumer: Ints) -> Ints:
    """Give for each order the requirement without a source that keeps it from being made, -1 where none does.

    What is missing below is missing above: the requirement is handed up along the pegs.
    """
    missing = np.full(material.orders.height, NO, np.int64)
    unmet = material.plan.unmet.requirement
    asked = consumer[unmet]
    missing[asked[asked >= 0]] = unmet[asked >= 0]
    arcs = np.flatnonzero((pegs.consumer >= 0) & (pegs.supply >= 0))
    while len(arcs):
        hit = arcs[(missing[pegs.supply[arcs]] >= 0) & (missing[pegs.consumer[arcs]] < 0)]
        if not len(hit):
            break
        missing[pegs.consumer[hit]] = missing[pegs.supply[hit]]
    return missing


def without_demands(pegs: PegRows, missing: Ints) -> PegRows:
    """Leave out the pegs by which orders that cannot be made would serve a demand: it stays short."""
    keep = (pegs.demand < 0) | (np.append(missing, NO)[pegs.supply] < 0)
    return PegRows(*(getattr(pegs, part.name)[keep] for part in fields(pegs)))


def earliest(n: Numbered, material: Material) -> Ints:
    """Give when each order can be there at the earliest, with no regard to capacity.

    A new purchase can come as soon as its lead time allows, not only when planned lead times want it: the schedule may
    need it earlier than that, and the purchase is then dated by the schedule.
    """
    orders = material.orders
    as_of = n.plant.as_of
    lead = orders["projected"].to_numpy() - np.maximum(orders["latest"].to_numpy(), as_of)
    soonest = as_of + np.maximum(lead, 0)
    late = orders["latest"].to_numpy() < as_of
    soonest = np.where(late, orders["projected"].to_numpy(), soonest)
    soonest = np.maximum(
        np.where(orders["fenced"].to_numpy(), orders["projected"].to_numpy(), soonest), fences(n, orders)
    )
    soonest = open_arrival(n, material, soonest)
    return np.where(orders["existing"].to_numpy(), orders["projected"].to_numpy(), soonest).astype(np.int64)


def fences(n: Numbered, orders: pl.DataFrame) -> Ints:
    """Give the moment before which no new order for the item may arrive: now, where it has no planning fence."""
    span = n.nodes.frame["planning_fence"].fill_null(0).to_numpy()[orders["node"].to_numpy()]
    return np.asarray(n.plant.as_of + span // 60_000, np.int64)


def open_arrival(n: Numbered, material: Material, moment: Ints) -> Ints:
    """Move arrivals of new purchases on to the next moment at which their supplier delivers."""
    calendar = supplier_calendars(n, material)
    closed = np.flatnonzero((calendar >= 0) & (moment < NEVER // 2))
    out = moment.copy()
    if len(closed):
        out[closed] = open_times(n.clocks.time, calendar[closed], moment[closed])
    return out


def supplier_calendars(n: Numbered, material: Material) -> Ints:
    """Give the calendar on which each new purchase can arrive, -1 where it can arrive at any time."""
    codes = n.offers.rows["calendar"].fill_null("")
    number = codes.replace_strict(n.clocks.by_code, default=NO, return_dtype=pl.Int64).to_numpy()
    offer = material.orders["offer"].to_numpy()
    if not len(number):
        return np.full(len(offer), NO, np.int64)
    return np.where(offer >= 0, number[np.maximum(offer, 0)], NO)


def schedule_links(pegs: PegRows, material: Material, soonest: Ints, as_of: int) -> Links:
    """Split the pegs into arcs between orders and moments at which other supplies are there."""
    kind = material.orders["kind"].to_numpy()
    bought = np.zeros(len(kind) + 1, bool)
    orders = material.orders
    moving = (orders["kind"] == "transfer") & orders["existing"] & (orders["state"] != "firm")
    bought[:-1] = (kind == "buy") | moving.to_numpy()
    bought[-1] = True  # stock, numbered -1
    ready_at = np.concatenate([soonest, [as_of]])
    plain = bought[pegs.supply]
    asking, sinks = pegs.consumer >= 0, pegs.demand >= 0
    a, b = asking & ~plain, asking & plain & (ready_at[pegs.supply] > as_of)
    c, e = sinks & ~plain, sinks & plain
    return Links(
        pegs.supply[a], pegs.consumer[a], pegs.place[a],
        ready_at[pegs.supply[b]], pegs.consumer[b], pegs.place[b],
        pegs.supply[c], pegs.demand[c], pegs.demand[e], ready_at[pegs.supply[e]],
    )  # fmt: skip


__all__ = [
    "PegRows",
    "earliest",
    "never_made",
    "number_pegs",
    "open_arrival",
    "order_of_requirement",
    "schedule_links",
    "supplier_calendars",
    "without_demands",
]
