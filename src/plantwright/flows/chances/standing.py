"""The plan in force in numbers: its orders, who serves whom, its shop, and the schedule in it."""

from __future__ import annotations

from dataclasses import dataclass

from plantwright.core.problem import ProblemError
from plantwright.flows.foreseen import SEEN, as_foreseen
from plantwright.flows.plan.make import shop_builder, with_horizon
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.shop import Given
from plantwright.flows.plan.steps import Steps
from plantwright.flows.promise.answer import NO_SCHEDULE
from plantwright.flows.reschedule.in_force import schedule_in_force
from plantwright.flows.reschedule.known import known_of
from plantwright.methods.scheduling import Schedule, Shop
from plantwright.plant import Plan, Plant

TABLES = ("planned_order", "planned_component", "peg", "scheduled_operation", "demand_plan", *SEEN)
"""What is read of the plan in force."""


@dataclass(frozen=True)
class Standing:
    """A plan in force in numbers.

    Parameters
    ----------
    plant : the plant that was planned
    n, material : it in numbers, and its orders under the names that they have in the plan
    pegs : who serves whom
    given, steps, shop : what the shop is made from, its operations, and the shop
    schedule : the schedule in force, in the numbers of the shop
    """

    plant: Plant
    n: Numbered
    material: Material
    pegs: PegRows
    given: Given
    steps: Steps
    shop: Shop
    schedule: Schedule


def plan_in_force(plant: Plant, base: Plan) -> Standing:
    """Bring a plan in force back to numbers.

    Parameters
    ----------
    plant : the plant that was planned
    base : the plan, with the tables that `TABLES` names

    Raises
    ------
    ProblemError
        Where the plan has no schedule, or the plant can no longer be planned.
    """
    if not base.options.get("schedule", True) or "scheduled_operation" not in base.raw:
        raise ProblemError([NO_SCHEDULE.at(value=base.number)])
    seen = as_foreseen(with_horizon(plant, base.options.get("horizon_days")), base.raw)
    known = known_of(seen, base)
    n, material = known.n, known.material
    given, steps, shop = shop_builder(n, material, known.soonest, known.hold, base)(known.pegs)
    before = schedule_in_force(n, material, steps, shop, base.raw)
    return Standing(seen, n, material, known.pegs, given, steps, shop, before)
