"""Other pegs for the same orders: who gets which supply, decided again when a schedule is known.

Planned lead times are a guess. Pegs that follow them may keep a soon delivery waiting for a late lot, while an early
lot waits for a consumer that has time. Quantities stay as they are; only who serves whom changes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from plantwright.flows.plan.material import Material
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.schedule import Scheduled
from plantwright.flows.plan.timing import taken_times
from plantwright.methods.requirements import match_in_order
from plantwright.methods.scheduling import tails


def other_pegs(
    material: Material, pegs: PegRows, made: Scheduled, soonest: Ints, consumer: Ints, place: Ints
) -> Iterator[PegRows]:
    """Give other pegs, the most promising first: requirements in another order, supplies in the order planned.

    Requirements are ordered by the latest start of what takes them (with unlimited capacity), by its start just in
    time, and halfway between the two. Purchases count from when they can come. No one order is best: measured on
    generated plants, each wins somewhere.
    """
    supply_time = np.append(np.where(material.orders["kind"] == "buy", soonest, material.orders["projected"]), -1)
    latest = taken_times(made.given, material, made.steps, tails(made.shop).last_start, consumer, place)
    in_time = taken_times(made.given, material, made.steps, made.late.start, consumer, place)
    for wanted in (latest, latest + (in_time - latest) // 2, in_time):
        yield repegged(material, pegs, wanted, supply_time, consumer, place)


def repegged(
    material: Material, pegs: PegRows, wanted: Ints, supply_time: Ints, consumer: Ints, place: Ints
) -> PegRows:
    """Match supplies with requirements again, by node in order of time.

    What is kept for a demand stays with it; existing orders keep what serves them, since many of them cannot wait.
    """
    serves = (material.orders["serves"] != "").to_numpy()
    existing = material.orders["existing"].to_numpy()
    kept = np.append(serves, False)[pegs.supply] | np.append(existing, False)[pegs.consumer]
    free = ~kept
    found = match_in_order(
        pegs.node[free], pegs.requirement[free], pegs.supply[free], pegs.quantity[free],
        wanted[pegs.requirement[free]], supply_time[pegs.supply[free]],
    )  # fmt: skip
    node, demand = np.full(len(consumer), -1, np.int64), np.full(len(consumer), -1, np.int64)
    node[pegs.requirement], demand[pegs.requirement] = pegs.node, pegs.demand
    requirement = np.concatenate([pegs.requirement[kept], found.requirement])
    return PegRows(
        requirement, np.concatenate([pegs.quantity[kept], found.quantity]), node[requirement], demand[requirement],
        consumer[requirement], place[requirement], np.concatenate([pegs.supply[kept], found.supply]),
    )  # fmt: skip
