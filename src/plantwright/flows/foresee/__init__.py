"""What comes before material planning: what will be asked for, how much to hold, and whether the plant can do it.

Each stage takes the plant and the result tables so far and gives a new plant, whose tables `forecast` and `item_site`
hold what was computed, more result tables, and problems. Material planning sees no difference to typed numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.problem import Problem
from plantwright.flows.aggregate.stage import aggregate_stage
from plantwright.flows.forecasting.stage import forecast_stage
from plantwright.flows.policy.stage import target_stage, with_targets
from plantwright.plant import Plant

FORECAST, TARGET = "planned_forecast", "stock_target"
SEEN = (FORECAST, TARGET)
"""Result tables by which a plan saw the plant differently than it is recorded."""
CARRIED = (
    *SEEN, "item_forecast", "forecast_series", "forecast_history", "forecast_level",
    "forecast_accuracy",
    "aggregate_period", "aggregate_capacity", "aggregate_cost", "master_schedule",
)  # fmt: skip
"""Result tables that are made here: a plan that follows from another, as after an event, keeps those of that one."""


@dataclass(frozen=True)
class Foreseen:
    """The plant as material planning sees it, the result tables of what was computed, and problems found."""

    plant: Plant
    tables: Mapping[str, pl.DataFrame]
    problems: tuple[Problem, ...] = ()


def foresee(plant: Plant) -> Foreseen:
    """Compute forecasts, stock targets and the aggregate plan, as far as the plant asks for them.

    A plant without sales history, service levels and an aggregate plan comes back as it is.
    """
    seen, tables, problems = forecast_stage(plant)
    seen, targets, odd = target_stage(seen, tables)
    tables = {**tables, **targets}
    seen, aggregate, more = aggregate_stage(seen, tables)
    tables = {**tables, **aggregate}
    if seen.raw["forecast"] is not plant.raw["forecast"]:
        tables[FORECAST] = seen.raw["forecast"].select(list(ENTITIES[FORECAST].columns))
    return Foreseen(seen, MappingProxyType(tables), (*problems, *odd, *more))


def as_foreseen(plant: Plant, tables: Mapping[str, pl.DataFrame]) -> Plant:
    """Give the plant as a plan saw it: what it had computed then stands for the forecasts and levels.

    Parameters
    ----------
    plant : the plant
    tables : result tables of the plan
    """
    if FORECAST in tables and tables[FORECAST].height:
        plant = replace(plant, raw=MappingProxyType({**plant.raw, "forecast": tables[FORECAST]}))
    return with_targets(plant, tables[TARGET]) if TARGET in tables else plant


__all__ = ["CARRIED", "FORECAST", "SEEN", "Foreseen", "as_foreseen", "foresee"]
