"""The step of the plan that forecasts: from the sales history of a plant to the forecast that is planned."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from plantwright.areas.demand.history import has_past
from plantwright.core.finding import at_site, main_site
from plantwright.core.problem import Problem
from plantwright.plant import Plant

if TYPE_CHECKING:
    from plantwright.flows.forecasting.project import Forecaster

Tables = dict[str, pl.DataFrame]

RESULTS = ("item_forecast", "forecast_series", "forecast_history", "forecast_level", "forecast_accuracy")
READ = ("sales_history", "demand_event", "forecast_setup", "forecast_override", "forecast", "sales_order_line", "item",
        "unit", "item_unit", "site", "calendar", "calendar_shift", "calendar_exception")  # fmt: skip
"""Tables of the plant on which a forecast depends."""
TOLD = ("forecast_source", "forecast_period", "forecast_months", "forecast_working_days", "forecast_reconciling",
        "main_site", "time_zone")  # fmt: skip
"""Settings on which it depends."""
KEPT = 4
_KEPT: OrderedDict[object, Tables] = OrderedDict()
"""Forecasts made lately, by what they were made of: remedies and scenarios plan the same past again and again."""


def forecast_stage(plant: Plant) -> tuple[Plant, Tables, list[Problem]]:
    """Forecast what has a past, and give the plant with that forecast in its table `forecast`.

    Without a sales history nothing is loaded and nothing changes.

    Parameters
    ----------
    plant : the plant as it is recorded

    Returns
    -------
    The plant that is planned; the result tables `RESULTS`; problems found on the way.
    """
    source = plant.settings["forecast_source"]
    if source == "none":
        return with_forecast(plant, plant.raw["forecast"].clear()), {}, []
    if source == "typed" or not (plant.raw["sales_history"].height or plant.raw["forecast_setup"].height):
        return plant, {}, []
    if not has_past(plant.raw).height:
        return plant, {}, []
    tables = forecasts_of(plant)
    return planned_plant(plant, tables), tables, []


def planned_plant(plant: Plant, tables: Mapping[str, pl.DataFrame]) -> Plant:
    """Give the plant with the forecast of a plan's tables, so that what was computed once is not computed again.

    Parameters
    ----------
    plant : the plant as it is recorded
    tables : result tables of a plan, `item_forecast` among them
    """
    rows = tables.get("item_forecast")
    if rows is None or not rows.filter("used").height:
        return plant
    from plantwright.flows.forecasting.rows import planned  # noqa: PLC0415 - loads the planner

    return with_forecast(plant, planned(plant, rows))


def with_forecast(plant: Plant, rows: pl.DataFrame) -> Plant:
    """Give the plant with another table `forecast`."""
    return replace(plant, raw=MappingProxyType({**plant.raw, "forecast": rows}))


def forecasts_of(plant: Plant, forecaster: Forecaster | None = None, workers: int = 0) -> Tables:
    """Compute the result tables `RESULTS` of a plant.

    Parameters
    ----------
    plant : the plant as it is recorded
    forecaster : does the work elsewhere; here, in threads, without one
    workers : threads; as many as the machine has cores for 0
    """
    told = _print_of(plant)
    if told in _KEPT:
        _KEPT.move_to_end(told)
        return dict(_KEPT[told])
    from plantwright.flows.forecasting.compute import compute  # noqa: PLC0415 - loads Numba

    tables = compute(plant, used_pairs(plant), forecaster, workers or min(os.cpu_count() or 1, 8))
    _KEPT[told] = tables
    while len(_KEPT) > KEPT:
        _KEPT.popitem(last=False)
    return dict(tables)


def _print_of(plant: Plant) -> tuple[object, ...]:
    """Give what tells one past from another: the sums do not depend on the order of the rows."""
    sums = tuple((name, plant.raw[name].height, plant.raw[name].hash_rows(seed=1).sum()) for name in READ
                 if plant.raw[name].height)  # fmt: skip
    return plant.as_of, sums, tuple(plant.settings[name] for name in TOLD)


def used_pairs(plant: Plant) -> pl.DataFrame:
    """Give the items and sites whose computed forecast the plan uses: all, or those for which nobody typed one."""
    main = main_site(plant.raw)
    shown = plant.raw["forecast_setup"].filter(~pl.col("planned")).select("item", at_site("site", main))
    pairs = has_past(plant.raw).join(shown, on=["item", "site"], how="anti")
    if plant.settings["forecast_source"] == "computed":
        return pairs
    typed = plant.raw["forecast"].select("item", at_site("site", main))
    return pairs.join(typed, on=["item", "site"], how="anti")
