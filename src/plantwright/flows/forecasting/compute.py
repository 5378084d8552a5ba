"""Compute the forecasts of a plant: its series, what becomes of them, and the tables that tell it."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from plantwright.flows.forecasting.by_days import counted_by_days
from plantwright.flows.forecasting.events import Events
from plantwright.flows.forecasting.levels import WAYS
from plantwright.flows.forecasting.measure import errors_of
from plantwright.flows.forecasting.past import Past, read_pasts
from plantwright.flows.forecasting.project import Forecaster, held_out, project
from plantwright.flows.forecasting.rows import (
    accuracy_rows,
    expected_rows,
    history_rows,
    level_rows,
    series_rows,
    together,
)
from plantwright.plant import Plant


def compute(
    plant: Plant, used: pl.DataFrame, forecaster: Forecaster | None = None, workers: int = 1
) -> dict[str, pl.DataFrame]:
    """Forecast every past of a plant.

    Parameters
    ----------
    plant : the plant as it is recorded
    used : items and sites whose computed forecast is planned
    forecaster : does the work; the compiled methods on this machine without one
    workers : threads

    Returns
    -------
    The result tables item_forecast, forecast_series, forecast_history, forecast_level and forecast_accuracy. A series
    is forecast about `periods.HELD_OUT` times more for the hold-out; 2,400 monthly forecasts take about a second.
    """
    from plantwright.methods.forecasting import forecast  # noqa: PLC0415 - loads Numba

    does = forecaster or forecast
    events = Events(plant.raw["demand_event"])
    found = [_one(plant, past, used, events, does, workers) for past in read_pasts(plant)]
    tables = {name: together(name, [part[name] for part in found])
              for name in ("item_forecast", "forecast_series", "forecast_history", "forecast_level")}  # fmt: skip
    return {**tables, "forecast_accuracy": accuracy_rows([part["errors"] for part in found])}


def _one(
    plant: Plant, past: Past, used: pl.DataFrame, events: Events, forecaster: Forecaster, workers: int
) -> Mapping[str, pl.DataFrame]:
    """Forecast the series of one length of period."""
    way = WAYS[plant.settings["forecast_reconciling"]]
    past = counted_by_days(plant, past, events, forecaster, workers=workers)
    made = project(past, events, past.horizon, forecaster, way=way, shown=True, workers=workers)
    errors = errors_of(past, made, held_out(past, events, forecaster, way=way, workers=workers))
    return {
        "item_forecast": expected_rows(plant, past, made, used),
        "forecast_series": series_rows(past, made, errors, used),
        "forecast_history": history_rows(past, made, errors),
        "forecast_level": level_rows(past, made),
        "errors": errors,
    }
