"""When every order of the plan starts and finishes, and when it takes its material: by the schedule, or without one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows, open_arrival, supplier_calendars
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.shop import Given, consuming_steps
from plantwright.flows.plan.steps import Steps
from plantwright.flows.plan.waiting import Late, keeps_no_lead, taken_by_moved, wait_for_material
from plantwright.methods.scheduling import Schedule
from plantwright.methods.working_time import NEVER, latest_starts

NO = -1


@dataclass(frozen=True)
class Dates:
    """Dates of the plan, all in minutes.

    Parameters
    ----------
    start, finish : of each order
    taken : of each requirement: when it is taken (a demand's requirement: when it is due)
    projected : of each demand: when all that serves it is there
    """

    start: Ints
    finish: Ints
    taken: Ints
    projected: Ints


def dates_without_schedule(n: Numbered, material: Material, pegs: PegRows, consumer: Ints) -> Dates:
    """Date the orders by planned lead times; an operation whose material comes late waits for it.

    Level by level from the raw materials up, so that lateness at the bottom reaches the demand.
    """
    orders, wanted = material.orders, material.plan.requirements.time
    start, finish = orders["start"].to_numpy().copy(), orders["projected"].to_numpy().copy()
    finish = np.where(orders["existing"].to_numpy(), finish, open_arrival(n, material, finish))
    elapsed = keeps_no_lead(n, material)
    level = material.plan.level[orders["node"].to_numpy()]
    arc = np.flatnonzero((pegs.consumer >= 0) & (pegs.supply >= 0))
    arc_level = level[pegs.consumer[arc]]
    every = []
    for one in range(int(level.max(initial=0)), -1, -1):
        here = arc[arc_level == one]
        asked, there = wanted[pegs.requirement[here]], finish[pegs.supply[here]]
        late = there > asked
        waiting = Late(pegs.consumer[here][late], pegs.place[here][late], asked[late], there[late])
        moved = wait_for_material(material, elapsed, start, finish, waiting)
        start[moved.order], finish[moved.order] = moved.start, moved.finish
        every.append(moved)
    place = np.full(len(wanted), NO, np.int64)
    place[pegs.requirement] = pegs.place
    taken = taken_by_moved(every, consumer, place, wanted, orders.height)
    return Dates(start, finish, taken, _demand_dates(n, material, pegs, finish))


def dates_by_schedule(
    n: Numbered, given: Given, material: Material, pegs: PegRows, steps: Steps, schedule: Schedule,
    soonest: Ints, consumer: Ints, place: Ints,
) -> Dates:  # fmt: skip
    """Date orders by their operations, and purchases by what takes them first."""
    orders = material.orders
    count = orders.height
    start = np.full(count, NEVER, np.int64)
    finish = np.full(count, -NEVER, np.int64)
    began = np.where(steps.started >= 0, steps.started, schedule.start)
    np.minimum.at(start, steps.order, began)
    np.maximum.at(finish, steps.order, schedule.finish)
    taken = taken_times(given, material, steps, schedule.start, consumer, place)
    missing = np.flatnonzero((consumer >= 0) & (taken == NEVER))
    taken[missing] = n.plant.as_of  # what an operation that is done already still has to be given
    plain = start == NEVER
    start[plain] = orders["start"].to_numpy()[plain]
    finish[plain] = orders["projected"].to_numpy()[plain]
    _date_purchases(n, material, pegs, taken, soonest, start, finish)
    return Dates(start, finish, taken, _demand_dates(n, material, pegs, finish))


def taken_times(given: Given, material: Material, steps: Steps, begins: Ints, consumer: Ints, place: Ints) -> Ints:
    """Give when each requirement is taken: when its operation begins; a demand's when it is due.

    Parameters
    ----------
    begins : of each operation
    consumer, place : of each requirement: the order that takes it, and the place in its routing

    Returns
    -------
    Moments; `NEVER` for what no operation that is still to come takes.
    """
    taken = material.plan.requirements.time.copy()
    # What is built ahead is wanted sooner, but who gets what is decided by when it is due.
    taken[: material.demands.height] = material.demands["due"].to_numpy()
    asks = np.flatnonzero(consumer >= 0)
    kinds = material.orders.select("node", "kind", "id")
    row, step = consuming_steps(given, kinds, steps, consumer[asks], place[asks])
    taken[asks] = NEVER
    np.minimum.at(taken, asks[row], begins[step])
    return taken


def _date_purchases(
    n: Numbered, material: Material, pegs: PegRows, taken: Ints, soonest: Ints, start: Ints, finish: Ints
) -> None:
    """Let each new purchase arrive when it is first taken, its safety time before, but not before it can come.

    One that keeps up safety stock comes when the stock would fall below, though nobody takes it yet.
    """
    orders = material.orders
    safety = (n.nodes.frame["safety_time"].to_numpy() // 60_000)[orders["node"].to_numpy()]
    first = np.full(orders.height, NEVER, np.int64)
    used = pegs.supply >= 0
    np.minimum.at(first, pegs.supply[used], taken[pegs.requirement[used]])
    new = ((orders["kind"] == "buy") & ~orders["existing"]).to_numpy()
    due = orders["due"].to_numpy()
    guarded = (n.nodes.frame["safety_stock"].to_numpy() > 0)[orders["node"].to_numpy()]
    wanted = np.where(first < NEVER, first - safety, due)
    wanted = np.where(guarded, np.minimum(wanted, due), wanted)
    arrival = _delivered(n, material, np.maximum(wanted, soonest), soonest)
    finish[new] = arrival[new]
    lead = orders["projected"].to_numpy() - np.maximum(orders["latest"].to_numpy(), n.plant.as_of)
    start[new] = (arrival - lead)[new]


def _delivered(n: Numbered, material: Material, wanted: Ints, soonest: Ints) -> Ints:
    """Bring arrivals back to the last moment at which the supplier delivers, but not before they can come."""
    calendar = supplier_calendars(n, material)
    rows = np.flatnonzero((calendar >= 0) & (wanted < NEVER // 2))
    out = wanted.copy()
    if len(rows):
        # The last open minute that ends by the minute after the wanted one is the wanted one itself, where it is open.
        out[rows] = np.maximum(latest_starts(n.clocks.time, calendar[rows], wanted[rows] + 1, 1), soonest[rows])
    return out


def _demand_dates(n: Numbered, material: Material, pegs: PegRows, finish: Ints) -> Ints:
    projected = np.full(material.demands.height, n.plant.as_of, np.int64)
    serving = (pegs.demand >= 0) & (pegs.supply >= 0)
    np.maximum.at(projected, pegs.demand[serving], finish[pegs.supply[serving]])
    return projected


def order_holding(n: Numbered, material: Material, consumer: Ints) -> np.ndarray:
    """Give for each order the value of the material it takes, by the minute: what it costs to have it started early."""
    rows = material.plan.requirements
    cost = n.nodes.frame["cost"].to_numpy().astype(np.float64)
    value = np.zeros(material.orders.height)
    asks = consumer >= 0
    amounts = rows.quantity[asks] / 1e6 * cost[rows.node[asks]] / 1e6
    np.add.at(value, consumer[asks], amounts)
    return np.asarray(value)
