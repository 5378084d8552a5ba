"""The plant as a plan saw it: forecasts and stock targets that were computed stand in the place of typed ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import polars as pl

from plantwright.core.finding import main_site
from plantwright.plant import Plant

FORECAST, TARGET = "planned_forecast", "stock_target"
SCHEDULE = ("master_schedule", "aggregate_period")
SEEN = (FORECAST, TARGET, *SCHEDULE)
"""Result tables by which a plan saw the plant differently than it is recorded."""
CARRIED = (
    *SEEN, "item_forecast", "forecast_series", "forecast_history", "forecast_level",
    "forecast_accuracy",
    "aggregate_capacity", "aggregate_cost",
)  # fmt: skip
"""Result tables that are made here: a plan that follows from another, as after an event, keeps those of that one."""
AHEAD = r" ahead \d{4}-\d\d-\d\d$"
"""How the name of a demand ends that is built ahead; `flows.plan.ahead` gives it."""
USED = ("lot_rule", "lot_quantity", "lot_period", "safety_stock", "reorder_point", "order_up_to")
"""Fields of item_site that a policy sets."""


def as_foreseen(plant: Plant, tables: Mapping[str, pl.DataFrame]) -> Plant:
    """Give the plant as a plan saw it: with the forecasts, levels and master schedule that it had computed.

    Parameters
    ----------
    plant : the plant
    tables : result tables of the plan
    """
    if FORECAST in tables and tables[FORECAST].height:
        plant = replace(plant, raw=MappingProxyType({**plant.raw, "forecast": tables[FORECAST]}))
    plant = with_schedule(plant, tables)
    return with_targets(plant, tables[TARGET]) if TARGET in tables else plant


def with_schedule(plant: Plant, tables: Mapping[str, pl.DataFrame]) -> Plant:
    """Give the plant with the master schedule that material follows, where the settings ask for it."""
    wanted = plant.settings["aggregate_months"] and plant.settings["master_schedule"]
    if not (wanted and all(name in tables and tables[name].height for name in SCHEDULE)):
        return plant
    return replace(plant, raw=MappingProxyType({**plant.raw, **{name: tables[name] for name in SCHEDULE}}))


def with_targets(plant: Plant, targets: pl.DataFrame) -> Plant:
    """Give the plant as material planning sees it: with the levels of a table of targets in place of the typed ones."""
    if not targets.height:
        return plant
    table = plant.raw["item_site"]
    computed = targets.select("item", "site", *(pl.col(f"used_{name}").alias(name) for name in USED))
    site = pl.when(pl.col("site") == "").then(pl.lit(main_site(plant.raw))).otherwise(pl.col("site"))
    rows = table.with_columns(_site=site).update(computed.rename({"site": "_site"}), on=["item", "_site"], how="left")
    return replace(plant, raw=MappingProxyType({**plant.raw, "item_site": rows.select(table.columns)}))
