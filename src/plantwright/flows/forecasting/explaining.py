"""The working behind a forecast, and behind the error that was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from plantwright.areas.demand.forecasts import site_of
from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.pages import Page, View, missing
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from plantwright.methods.working import Step, Working


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
    from plantwright.flows.forecasting.lives import CURVE  # noqa: PLC0415

    series, place = _series(plan, of, site)
    past, ahead = _rows(plan, "forecast_history", series), _rows(plan, "item_forecast", series)
    working = _life(plan, series, past) if series["method"] == CURVE else _computed(plan, series, past, ahead)
    working = replace(working, steps=(*working.steps, *_brought(series, ahead.row(0, named=True), working)))
    unit = _unit(plan, of)
    value = wording.decimal(int(ahead["statistical"][0]), 2)
    sentence = say(
        "{value} {unit} of {item} are expected at {site} from {start} on, by {method}.", value=value, unit=unit,
        item=of, site=place, start=wording.day(int(ahead["start"][0])), method=series["method"],
    )  # fmt: skip
    return working_page(plan, say("Forecast of {item}", item=of), sentence, working, unit)


def _computed(plan: View, series: dict[str, Any], past: pl.DataFrame, ahead: pl.DataFrame) -> Working:
    """Show how the method came to its forecast of the first period ahead."""
    from plantwright.flows.forecasting.periods import numbers_of  # noqa: PLC0415
    from plantwright.methods.forecasting import METHODS, explain_forecast  # noqa: PLC0415 - loads Numba

    days = pl.concat([past["start"].tail(1), ahead["start"]]).to_numpy()
    steps = numbers_of(days, series["period"]) - numbers_of(days[:1], series["period"])
    asked = _setup(plan, series).get("method", "auto")
    return explain_forecast(
        past["used"].cast(pl.Float64).to_numpy() / SCALE, season=series["season"], step=int(steps[1]),
        method=asked if asked in METHODS else "auto", horizon=int(steps[-1]),
    )  # fmt: skip


def _life(plan: View, series: dict[str, Any], past: pl.DataFrame) -> Working:
    """Show the level at which a new item takes the course of its like one."""
    from plantwright.flows.forecasting.lives import course, from_first_demand  # noqa: PLC0415 - loads Numba
    from plantwright.methods.working import Step  # noqa: PLC0415

    setup = _setup(plan, series)
    other = {**series, "item": setup["like"], "customer": ""}
    own, life = (from_first_demand(_seen(rows)) for rows in (past, _rows(plan, "forecast_history", other)))
    share = None if setup["like_share"] is None else setup["like_share"] / SCALE
    done = course(own, life, share, 1)
    shape = done.mean[0] / done.scale if done.scale else 0.0
    last = (Step("p_1", f"what the course of {setup['like']} has in the next period", float(shape)),
            Step("F", "forecast of the next period", float(done.mean[0]), "scale p_1"))  # fmt: skip
    return replace(done.working, steps=(*done.working.steps, *last))


def _seen(rows: pl.DataFrame) -> NDArray[np.float64]:
    return rows["seen"].cast(pl.Float64).fill_null(float("nan")).to_numpy() / SCALE


def _brought(series: dict[str, Any], first: dict[str, Any], working: Working) -> tuple[Step, ...]:
    """Give the steps from the forecast of a mean period to that of the first period ahead."""
    from plantwright.methods.working import Step  # noqa: PLC0415

    value = next(step.value for step in working.steps if step.symbol == "F")
    steps, told = [], "F"
    if series.get("working_days") is not None and first.get("working_days") is not None:
        mean, days = series["working_days"] / SCALE, first["working_days"]
        value, told = value * days / mean, "F_d"
        steps += [Step("d", "working days of the period", float(days)), Step("m", "of the mean period", mean),
                  Step("F_d", "forecast by working days", value, "F d / m")]  # fmt: skip
    alone = (first["statistical"] if first.get("alone") is None else first["alone"]) / SCALE
    if abs(alone - value) > 1e-3 * max(abs(value), 1e-3):  # less is rounding
        steps.append(
            Step("F_e", "with the effect of events, and until the last day of sale", alone, f"{told} times both")
        )
        told = "F_e"
    if first.get("alone") is not None:
        agreed = first["statistical"] / SCALE
        steps.append(Step("F_r", "once items, families and sites add up", agreed, f"{told} moved by its levels"))
    return tuple(steps)


def _setup(plan: View, series: dict[str, Any]) -> dict[str, Any]:
    """Give how the item is set up; nothing where it is forecast as usual."""
    rows = plan.table("forecast_setup").filter(
        (pl.col("item") == series["item"]) & pl.col("site").is_in(["", series["site"]])
    )
    return rows.row(0, named=True) if rows.height else {}


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
