"""The working behind a forecast, and behind the error that was measured."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.areas.demand.forecasts import site_of
from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.pages import Page, View, missing
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say


def _series(plan: View, of: str, site: str) -> tuple[dict[str, Any], str]:
    """Give the row of a series, that of all customers together or else the first."""
    place = site or site_of(plan, of)
    every = plan.result("forecast_series")
    rows = every.filter((pl.col("item") == of) & (pl.col("site") == place)).sort("customer")
    if not rows.height:
        stop_on_errors(
            [missing("forecast", of, every["item"].unique(), say(" at {site}", site=place) if place else "")]
        )
    return rows.row(0, named=True), place


def _rows(plan: View, name: str, series: dict[str, Any]) -> pl.DataFrame:
    same = (pl.col(one) == series[one] for one in ("item", "site", "customer"))
    return plan.result(name).filter(*same).sort("start")


def _unit(plan: View, item: str) -> str:
    return "".join(plan.table("item").filter(pl.col("code") == item)["unit"])


@explains("forecast", label="Forecast")
def forecast(plan: View, of: str, site: str = "") -> Page:
    """Show how the forecast of an item for the next period came about: method, parts, and limits."""
    from plantwright.flows.explain import working_page  # noqa: PLC0415 - it imports what declares topics
    from plantwright.flows.forecasting.periods import numbers_of  # noqa: PLC0415
    from plantwright.methods.forecasting import METHODS, explain_forecast  # noqa: PLC0415 - loads Numba

    series, place = _series(plan, of, site)
    past, ahead = _rows(plan, "forecast_history", series), _rows(plan, "item_forecast", series)
    days = pl.concat([past["start"].tail(1), ahead["start"]]).to_numpy()
    steps = numbers_of(days, series["period"]) - numbers_of(days[:1], series["period"])
    asked = _method(plan, series)
    working = explain_forecast(
        past["used"].cast(pl.Float64).to_numpy() / SCALE, season=series["season"], step=int(steps[1]),
        method=asked if asked in METHODS else "auto", horizon=int(steps[-1]),
    )  # fmt: skip
    unit = _unit(plan, of)
    value = wording.decimal(int(ahead["statistical"][0]), 2)
    sentence = say(
        "{value} {unit} of {item} are expected at {site} from {start} on, by {method}.", value=value, unit=unit,
        item=of, site=place, start=wording.day(int(ahead["start"][0])), method=series["method"],
    )  # fmt: skip
    return working_page(plan, say("Forecast of {item}", item=of), sentence, working, unit)


def _method(plan: View, series: dict[str, Any]) -> str:
    """Give the method that was asked for."""
    rows = plan.table("forecast_setup").filter(
        (pl.col("item") == series["item"]) & pl.col("site").is_in(["", series["site"]])
    )
    return str(rows["method"][0]) if rows.height else "auto"


@explains("forecast-error", label="Error of a forecast")
def forecast_error(plan: View, of: str, site: str = "") -> Page:
    """Show how the error of an item's forecast was measured on the periods that were held out."""
    from plantwright.flows.explain import working_page  # noqa: PLC0415 - it imports what declares topics
    from plantwright.methods.working import Step, Working, given  # noqa: PLC0415

    series, place = _series(plan, of, site)
    rows = _rows(plan, "forecast_history", series).filter(
        pl.col("backtest").is_not_null() & pl.col("seen").is_not_null()
    )
    error = (rows["backtest"] - rows["seen"]).cast(pl.Float64) / SCALE
    count, size = rows.height, float(error.abs().sum())
    came, over = float(rows["seen"].sum() or 0) / SCALE, float(error.sum())
    steps = (
        *given(n=("periods held out, each forecast from what lay before it", count),
               y=("what was asked for in them", came), e=("sum of forecast less demand, without its sign", size),
               b=("sum of forecast less demand", over)),
        Step("MAE", "mean absolute error of a period", size / count if count else 0.0, "e / n"),
        Step("bias", "forecast above demand, as a share of demand", over / came if came else 0.0, "b / y"),
        Step("WAPE", "error as a share of demand", size / came if came else 0.0, "e / y"),
    )  # fmt: skip
    source = "Hyndman and Koehler, International Journal of Forecasting 22, 2006, 679-688"
    sentence = say("In {count} held out the forecast of {item} at {site} was off by {wape} of demand.",
                   count=wording.count(count, series["period"]), item=of, site=place,
                   wape=wording.percent(round(steps[-1].value * SCALE)))  # fmt: skip
    return working_page(plan, say("Error of the forecast of {item}", item=of), sentence, Working(source, steps), "")
