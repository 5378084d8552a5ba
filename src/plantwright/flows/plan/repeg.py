"""Other pegs for the same orders: who gets which supply, decided again when a schedule is known.

Planned lead times are a guess. Pegs that follow them may keep a soon delivery waiting for a late lot, while an early
lot waits for a consumer that has time. Quantities stay as they are; only who serves whom changes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.schedule import Scheduled
from plantwright.flows.plan.timing import taken_times
from plantwright.methods.requirements import match_in_order
from plantwright.methods.scheduling import tails
from plantwright.methods.working_time import NEVER

Flags = NDArray[np.bool_]


def other_pegs(
    material: Material, pegs: PegRows, made: Scheduled, soonest: Ints, consumer: Ints, place: Ints
) -> Iterator[PegRows]:
    """Give other pegs, the most promising first: requirements in another order, supplies in the order planned.

    Requirements are ordered by the latest start of what takes them (with unlimited capacity), by its start just in
    time, and halfway between the two. Purchases count from when they can come. No one order is best: measured on
    generated plants, each wins somewhere.
    """
    supply_time = _expected(material, soonest)
    latest = taken_times(made.given, material, made.steps, tails(made.shop).last_start, consumer, place)
    in_time = taken_times(made.given, material, made.steps, made.late.start, consumer, place)
    for wanted in (latest, latest + (in_time - latest) // 2, in_time):
        yield repegged(material, pegs, wanted, supply_time, consumer, place)


def _expected(material: Material, soonest: Ints) -> Ints:
    """Give when each order's goods are expected, purchases as soon as they can come; that stock, the last, is there."""
    return np.append(np.where(material.orders["kind"] == "buy", soonest, material.orders["projected"]), -1)


def repegged(
    material: Material, pegs: PegRows, wanted: Ints, supply_time: Ints, consumer: Ints, place: Ints
) -> PegRows:
    """Match supplies with requirements again, by node in order of time.

    What is kept for a demand stays with it; existing orders keep what serves them, since many of them cannot wait.
    """
    return _matched(pegs, ~_kept(material, pegs), wanted, supply_time, consumer, place)


def _matched(pegs: PegRows, free: Flags, wanted: Ints, supply_time: Ints, consumer: Ints, place: Ints) -> PegRows:
    """Match the pegs that are free again, the earliest supply of a node with the earliest requirement."""
    found = match_in_order(
        pegs.node[free], pegs.requirement[free], pegs.supply[free], pegs.quantity[free],
        wanted[pegs.requirement[free]], supply_time[pegs.supply[free]],
    )  # fmt: skip
    kept = ~free
    node, demand = np.full(len(consumer), -1, np.int64), np.full(len(consumer), -1, np.int64)
    node[pegs.requirement], demand[pegs.requirement] = pegs.node, pegs.demand
    requirement = np.concatenate([pegs.requirement[kept], found.requirement])
    return PegRows(
        requirement, np.concatenate([pegs.quantity[kept], found.quantity]), node[requirement], demand[requirement],
        consumer[requirement], place[requirement], np.concatenate([pegs.supply[kept], found.supply]),
    )  # fmt: skip


def _kept(material: Material, pegs: PegRows) -> Flags:
    """Mark the pegs that stay: supplies that are kept for a demand, and what serves existing orders."""
    existing = material.orders["existing"].to_numpy()
    return np.asarray(_reserved(material, pegs) | np.append(existing, False)[pegs.consumer])


def _reserved(material: Material, pegs: PegRows) -> Flags:
    """Mark the pegs of supplies that are kept for a demand."""
    serves = (material.orders["serves"] != "").to_numpy()
    return np.asarray(np.append(serves, False)[pegs.supply])


def with_fixed_served(
    n: Numbered, material: Material, pegs: PegRows, soonest: Ints, consumer: Ints, place: Ints
) -> PegRows:
    """Let orders that people have fixed take what is there when they start, where others would have it.

    Requirements are served in order of time, so that what is overdue comes before an order that starts tomorrow, and
    leaves it to wait for a new lot, which a fixed start cannot. At such nodes orders on the floor go first.

    Parameters
    ----------
    n, material, pegs : the numbered plant, its material plan, and who serves whom
    soonest : of each order: when it can come, for purchases
    consumer, place : of each requirement: the order that takes it, and where in its routing
    """
    fixed = n.plant.raw["production_order"].filter((pl.col("firmness") != "free") & pl.col("start").is_not_null())
    stays = material.orders["order"].is_in(fixed["order"].implode()).to_numpy()
    existing = material.orders["existing"].to_numpy()
    held, on_floor, new = (np.append(one, False) for one in (stays, existing, ~existing))
    there = _expected(material, soonest)
    there = np.where(new, np.maximum(there, n.plant.as_of) + NEVER // 4, there)  # of a new lot no one knows yet
    wanted = material.plan.requirements.time
    waits = held[pegs.consumer] & (there[pegs.supply] > wanted[pegs.requirement])
    if not waits.any():
        return pegs
    here = np.isin(pegs.node, pegs.node[waits]) & ~_reserved(material, pegs)
    return _matched(pegs, here, np.where(on_floor[consumer], wanted - NEVER // 4, wanted), there, consumer, place)


def regranted(
    material: Material, pegs: PegRows, made: Scheduled, soonest: Ints, consumer: Ints, place: Ints
) -> PegRows:
    """Give pegs with which the schedule just in time can stay as it is, and what is late need not wait where it does.

    What is taken late to be in time goes before others in the order in which supplies are handed out, for as long as
    all that it passes still gets its supplies before it takes them.
    """
    there = _supplied(material, made, soonest)
    latest = taken_times(made.given, material, made.steps, tails(made.shop).last_start, consumer, place)
    taken = taken_times(made.given, material, made.steps, made.late.start, consumer, place)
    asked = pegs.demand >= 0
    complete = made.late.sink_finish[pegs.demand[asked]]
    taken[pegs.requirement[asked]] = np.maximum(taken[pegs.requirement[asked]], complete)
    rank = taken.copy()
    free = ~_kept(material, pegs)
    hurried = np.flatnonzero(free & (latest[pegs.requirement] < taken[pegs.requirement]))
    here = np.flatnonzero(free & np.isin(pegs.node, pegs.node[hurried]))
    here = here[np.argsort(pegs.node[here], kind="stable")]
    for rows in np.split(here, np.flatnonzero(np.diff(pegs.node[here])) + 1):
        if len(np.unique(pegs.supply[rows])) > 1:
            order = order_of_taking(
                pegs.requirement[rows], pegs.quantity[rows], there[pegs.supply[rows]], taken, latest
            )
            rank[order] = np.arange(len(order))
    return repegged(material, pegs, rank, there, consumer, place)


def _supplied(material: Material, made: Scheduled, soonest: Ints) -> Ints:
    """Give when each order's goods are there by the schedule just in time, moved; that stock, the last, is there."""
    orders, steps, operations = material.orders, made.steps, made.given.routings.operations
    there = np.append(np.where(orders["kind"] == "buy", soonest, orders["projected"]), -1)
    move = np.append(operations["move"].to_numpy(), 0)  # a step without a row in the routing is not moved
    finish = np.full(len(there), -1, np.int64)
    np.maximum.at(finish, steps.order, made.late.finish + move[steps.row])
    return np.where(finish >= 0, finish, there)


def order_of_taking(requirement: Ints, quantity: Ints, there: Ints, taken: Ints, latest: Ints) -> Ints:
    """Order the requirements of one node: as they are taken, but late ones before those that can wait for more.

    Parameters
    ----------
    requirement, quantity, there : of each peg of the node: who takes, how much, and when the supply is there
    taken, latest : of each requirement of the plan: when it is taken, and when it should be to be in time
    """
    by_time = np.argsort(there, kind="stable")
    ends, times = np.cumsum(quantity[by_time]), there[by_time]
    known, which = np.unique(requirement, return_inverse=True)
    need = np.zeros(len(known), np.int64)
    np.add.at(need, which, quantity)
    order = np.argsort(taken[known], kind="stable")
    row, amount = known[order].tolist(), need[order].tolist()
    end = np.cumsum(amount).tolist()
    for one in sorted((r for r in row if latest[r] < taken[r]), key=lambda r: int(latest[r])):
        at = row.index(one)
        while at and latest[row[at - 1]] > latest[one] and times[np.searchsorted(ends, end[at])] <= taken[row[at - 1]]:
            row[at - 1], row[at] = row[at], row[at - 1]
            amount[at - 1], amount[at] = amount[at], amount[at - 1]
            end[at - 1] = end[at] - amount[at]
            at -= 1
    return np.array(row, np.int64)
