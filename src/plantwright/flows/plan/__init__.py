"""Plan the plant: from its tables to a verified plan, in one pass that can be read here from top to bottom."""

from plantwright.flows.plan.make import make_plan

__all__ = ["make_plan"]
