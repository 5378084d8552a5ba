"""What comes before material planning: what will be asked for, how much to hold, and whether the plant can do it.

Each stage takes the plant and the result tables so far and gives a new plant, whose tables `forecast` and `item_site`
hold what was computed, more result tables, and problems. Material planning sees no difference to typed numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.problem import Problem
from plantwright.flows.aggregate.stage import aggregate_stage
from plantwright.flows.forecasting.stage import forecast_stage
from plantwright.flows.foreseen import FORECAST
from plantwright.flows.policy.stage import target_stage
from plantwright.plant import Plant


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
