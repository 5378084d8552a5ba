"""Plans by optimisation: linear and mixed-integer programs from blocks, aggregate plan, product mix, capacity steps.

Everything here works on plain numbers and arrays: no plant is needed.
"""

from plantwright.methods.optimisation.aggregate_plan import AggregateResult, aggregate_costs, aggregate_plan
from plantwright.methods.optimisation.aggregate_problem import STRATEGIES, AggregateProblem, aggregate_problem
from plantwright.methods.optimisation.blocks import Program
from plantwright.methods.optimisation.capacity_steps import CapacityStep, StepsResult, capacity_steps
from plantwright.methods.optimisation.disaggregation import split_family, whole_units
from plantwright.methods.optimisation.product_mix import MixResult, product_mix
from plantwright.methods.optimisation.rough_cut import (
    Structure,
    bill_of_resources,
    gross_requirements,
    rough_cut,
    structure,
)
from plantwright.methods.optimisation.solution import Block, Solution

__all__ = [
    "STRATEGIES",
    "AggregateProblem",
    "AggregateResult",
    "Block",
    "CapacityStep",
    "MixResult",
    "Program",
    "Solution",
    "StepsResult",
    "Structure",
    "aggregate_costs",
    "aggregate_plan",
    "aggregate_problem",
    "bill_of_resources",
    "capacity_steps",
    "gross_requirements",
    "product_mix",
    "rough_cut",
    "split_family",
    "structure",
    "whole_units",
]
