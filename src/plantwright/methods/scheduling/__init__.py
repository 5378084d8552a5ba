"""Finite-capacity scheduling of multi-level shops: build the shop, dispatch forward, defer just in time, evaluate."""

from plantwright.methods.scheduling.backward import backward
from plantwright.methods.scheduling.blaming import blame
from plantwright.methods.scheduling.bounds import Bounds, lower_bounds
from plantwright.methods.scheduling.build import CYCLE, build_shop
from plantwright.methods.scheduling.constructing import (
    Construction,
    Recipe,
    Trial,
    construct,
)
from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.dispatching import dispatch
from plantwright.methods.scheduling.evaluation import Evaluation, evaluate
from plantwright.methods.scheduling.findings import findings, frozen_conflicts
from plantwright.methods.scheduling.problem import NO, Schedule, Shop
from plantwright.methods.scheduling.rules import RULES, Rule
from plantwright.methods.scheduling.tails import Tails, tails

__all__ = [
    "CYCLE",
    "NO",
    "RULES",
    "Bounds",
    "Construction",
    "Evaluation",
    "Recipe",
    "Rule",
    "Schedule",
    "Shop",
    "Tails",
    "Trial",
    "backward",
    "blame",
    "build_shop",
    "construct",
    "defer",
    "dispatch",
    "evaluate",
    "findings",
    "frozen_conflicts",
    "lower_bounds",
    "tails",
]
