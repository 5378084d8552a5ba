"""Production and operations management on one model of the plant: plan, record, learn.

Examples
--------
::

    import plantwright as pw

    plant = pw.load("plant.db")  # or a folder of CSV files, or a workbook
    plan = pw.plan(plant)
    plan["planned_order"]  # a Polars frame
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from plantwright.core.problem import Problem
    from plantwright.plant import Plan, Plant

__all__ = ["check", "load", "plan"]


def load(source: str | Path, *, mapping: str | Path | None = None, as_of: str | datetime | None = None) -> Plant:
    """Load a plant from a store, a folder of CSV files or an Excel workbook.

    Parameters
    ----------
    source : path of the SQLite file, folder or workbook, or ``postgresql://`` address
    mapping : for the export of another system: the name of a mapping, or its folder
    as_of : moment for which the plant is seen, in its time zone; None for its own setting, or now

    Returns
    -------
    The frozen plant; ``plant["item"]`` is a Polars frame.

    Raises
    ------
    plantwright.core.problem.ProblemError
        With every fault of the files, or that of the store.
    """
    from plantwright.flows.exchange import load_plant, moment_of, seen_at  # noqa: PLC0415 - keeps the import light

    plant = load_plant(source, mapping)
    return plant if as_of is None else seen_at(plant, moment_of(str(as_of), plant.settings.zone))


def check(plant: Plant) -> list[Problem]:
    """Check a plant: everything that is odd, errors and warnings, each with place and remedy."""
    from plantwright.flows.check import check_plant  # noqa: PLC0415 - keeps the import light

    return check_plant(plant)


def plan(
    plant: Plant,
    *,
    scenario: str = "",
    schedule: bool = True,
    horizon_days: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    previous: Plan | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Plan:
    """Plan a plant: orders, schedule, promises, reasons and messages, judged by separate code.

    Parameters
    ----------
    plant : what to plan
    scenario : name of the scenario whose edits are made first; empty for the plant as it is
    schedule : whether operations are scheduled at finite capacity
    horizon_days : how far ahead demand is planned, in days; None for the plant's setting
    seconds : time that the search for a better schedule may take; None for the planner's own choice
    seed : number that decides random choices; the same input and seed give the same plan
    previous : the last plan, whose frozen part is kept
    progress : called with the stage and the share done

    Returns
    -------
    The plan; ``plan["planned_order"]`` is a Polars frame.

    Raises
    ------
    plantwright.core.problem.ProblemError
        When the plant has faults that forbid planning; all of them.
    """
    from plantwright.flows.plan import make_plan  # noqa: PLC0415 - keeps the import light
    from plantwright.flows.scenario import apply_scenario  # noqa: PLC0415

    if scenario:
        plant, _ = apply_scenario(plant, scenario)
    options: dict[str, Any] = {"schedule": schedule, "seed": seed, "seconds": seconds, "horizon_days": horizon_days}
    return make_plan(plant, **options, previous=previous, progress=progress)
