"""The plan in force in numbers, worked out once: what an event that only takes working time away leaves as it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.flows.plan import reasons
from plantwright.flows.plan.material import Material, Numbered, number_plant, plan_material
from plantwright.flows.plan.pegs import (
    PegRows,
    earliest,
    never_made,
    number_pegs,
    order_of_requirement,
    without_demands,
)
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.timing import order_holding
from plantwright.flows.reschedule.around import plan_around
from plantwright.flows.reschedule.in_force import kept_pegs, same_pegs, with_names
from plantwright.plant import Plan, Plant


@dataclass(frozen=True)
class Known:
    """Orders and pegs of a plan, by number; no operation has a time yet.

    Parameters
    ----------
    n, material : the plant in numbers, and its orders under the names that they have in the plan in force
    pegs : who serves whom, as in the plan in force where the lots are the same
    lost : reasons of demands that have no source
    soonest : when each order can be there at the earliest
    hold : cost of a minute in which an order's material lies in it
    consumer, place : of each requirement: the order that takes it, and where in its routing
    """

    n: Numbered
    material: Material
    pegs: PegRows
    lost: pl.DataFrame
    soonest: Ints
    hold: np.ndarray
    consumer: Ints
    place: Ints


_LAST: dict[tuple[object, ...], Known] = {}
_LOCK = threading.Lock()


def known_of(plant: Plant, base: Plan) -> Known:
    """Plan the material of a plant, with the names and pegs of the plan in force; this process keeps the last answer.

    Parameters
    ----------
    plant : the plant
    base : the plan in force, with its tables
    """
    names = ("planned_order", "planned_component", "peg")
    key = (plant.hash(), base.number, *(base.raw[name].hash_rows(seed=1).sum() for name in names))
    with _LOCK:
        if key not in _LAST:
            _LAST.clear()  # one plan is asked about again and again; older ones are not in force any more
            _LAST[key] = known_anew(plant, base)
        return _LAST[key]


def known_around(plant: Plant, base: Plan, before: Known) -> Known:
    """Plan the material of a plant that has to make more, around the orders that are planned already.

    Parameters
    ----------
    plant : the plant after it
    base : the plan in force, with its tables
    before : the plant before it, see `known_of`
    """
    n = number_plant(plant)
    material, kept = plan_around(n, before.n, before.material)
    return _with_pegs(n, with_names(n, material, base.raw, kept), base)


def known_anew(plant: Plant, base: Plan) -> Known:
    """Plan the material of a plant anew, with the names and pegs of the plan in force where lots are the same."""
    n = number_plant(plant)
    return _with_pegs(n, with_names(n, plan_material(n), base.raw), base)


def _with_pegs(n: Numbered, material: Material, base: Plan) -> Known:
    pegs = number_pegs(n, material)
    _, consumer, place = order_of_requirement(n, material)
    if len(pegs.quantity):
        given = (n, material, pegs, consumer, place, base.raw)
        pegs = same_pegs(*given) or kept_pegs(*given)
    missing = never_made(material, pegs, consumer)
    lost = reasons.without_source(n, material, pegs, missing)
    pegs = without_demands(pegs, missing)
    hold, soonest = order_holding(n, material, consumer), earliest(n, material)
    return Known(n, material, pegs, lost, soonest, hold, consumer, place)
