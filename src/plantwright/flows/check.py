"""Check a plant: every fault at once, the gravest first; nothing is raised and nothing is changed."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable

import plantwright.areas
from plantwright.core import checks as core_checks
from plantwright.core.finding import Tables
from plantwright.core.problem import Problem
from plantwright.plant import VIRTUAL_LOCATIONS, Plant

Check = Callable[[Tables, int], list[Problem]]
_GRAVITY = {"error": 0, "warning": 1, "info": 2}


def area_checks() -> list[Check]:
    """Give the checks of all areas."""
    found: list[Check] = []
    for area in pkgutil.iter_modules(plantwright.areas.__path__):
        name = f"plantwright.areas.{area.name}.checks"
        if importlib.util.find_spec(name):
            found += importlib.import_module(name).CHECKS
    return found


CHECKS = tuple(area_checks())
"""The checks of all areas, in the order of their names."""


def check_plant(plant: Plant) -> list[Problem]:
    """Check everything that must hold in a plant.

    Parameters
    ----------
    plant : the plant, as of its moment

    Returns
    -------
    Every problem: errors, with which no plan can be right, then warnings, then what is worth knowing. Cost: linear in
    the rows.
    """
    problems = core_checks.check_plant(plant.raw, {"location": VIRTUAL_LOCATIONS}, plant.settings.zone)
    for check in CHECKS:
        problems += check(plant.raw, plant.as_of)
    return sorted(problems, key=lambda problem: _GRAVITY[problem.severity])
