"""Forecast published series and hold the forecasts against what came: means over series, by period and in all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantwright.instances.series import Series
from plantwright.methods.forecasting import Forecasts, accuracy, forecast

Floats = NDArray[np.float64]

OURS = "auto"
SIMPLE = ("naive", "seasonal-naive", "ses", "holt", "damped", "theta")
LEVELS = (0.8, 0.95)
MEASURES = ("smape", "mase", "coverage_80", "coverage_95")


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Measures of one method.

    Parameters
    ----------
    table
        float64[n, 4]; `MEASURES` of each series, in their order; sMAPE in percent, coverage as a share.
    seconds
        What the forecasts took.
    """

    table: Floats
    seconds: float


def forecast_all(series: Sequence[Series], method: str = OURS, workers: int = 1) -> Forecasts:
    """Forecast series over as many periods as are held against them."""
    pointer = np.concatenate([[0], np.cumsum([one.train.size for one in series])]).astype(np.int64)
    return forecast(
        np.concatenate([one.train for one in series]), pointer, season=[one.season for one in series],
        horizon=[one.test.size for one in series], levels=LEVELS, methods=method, workers=workers,
    )  # fmt: skip


def measure_series(
    series: Sequence[Series], method: str = OURS, workers: int = 1, clock: Callable[[], float] = time.perf_counter
) -> Measured:
    """Forecast series by one method and measure the forecasts.

    Series of equal period are forecast together, so that no horizon is longer than asked for.

    Parameters
    ----------
    series
        Of `read_series`.
    method
        As in `plantwright.methods.forecasting.forecast`.
    workers
        Threads.
    clock
        Tells the seconds.

    Examples
    --------
    >>> one = Series("A", "yearly", np.array([1.0, 2, 3, 4, 5, 6]), np.array([7.0, 8]))
    >>> measure_series([one], "naive").table.round(2).tolist()
    [[21.98, 1.5, 0.5, 1.0]]
    """
    table, seconds = np.full((len(series), len(MEASURES)), np.nan), 0.0
    for period in sorted({one.period for one in series}):
        rows = [k for k, one in enumerate(series) if one.period == period]
        some = [series[k] for k in rows]
        begin = clock()
        made = forecast_all(some, method, workers)
        seconds += clock() - begin
        table[rows] = measures(some, made.mean, made.lower, made.upper)
    return Measured(table, seconds)


def measures(
    series: Sequence[Series], mean: Floats, lower: Floats | None = None, upper: Floats | None = None
) -> Floats:
    """Measure forecasts of series, ours or others'; float64[n, 4] in the order of `MEASURES`.

    Examples
    --------
    >>> measures([Series("A", "yearly", np.array([1.0, 2, 4]), np.array([5.0]))], np.array([[4.0]])).round(2).tolist()
    [[22.22, 0.67, nan, nan]]
    """
    came = np.full(mean.shape, np.nan)
    for k, one in enumerate(series):
        came[k, : one.test.size] = one.test
    past, seasons = [one.train for one in series], [one.season for one in series]
    found = accuracy(came, mean, past, seasons, lower, upper, LEVELS)
    covered = found.coverage if found.coverage.shape[1] else np.full((len(series), 2), np.nan)
    return np.column_stack([found.smape, found.mase, covered])


def means(series: Sequence[Series], table: Floats) -> dict[str, dict[str, float]]:
    """Give the means over series of each measure by period, and over all; what has no value is left out.

    Examples
    --------
    >>> one = Series("A", "yearly", np.array([1.0, 2]), np.array([3.0]))
    >>> means([one], np.array([[10.0, 1.0, 1.0, 1.0]]))["all"]["smape"]
    10.0
    """
    periods = np.array([one.period for one in series])
    groups = {**{period: periods == period for period in dict.fromkeys(periods.tolist())}, "all": periods != ""}
    return {
        name: {"series": float(chosen.sum())} | dict(zip(MEASURES, _column_means(table[chosen]), strict=True))
        for name, chosen in groups.items()
    }


def _column_means(table: Floats) -> list[float]:
    known = ~np.isnan(table)
    return [float(column[seen].mean()) if seen.any() else 0.0 for column, seen in zip(table.T, known.T, strict=True)]


def warm() -> None:
    """Load what is compiled, so that nothing but forecasting is timed."""
    forecast_all([Series("A", "quarterly", np.arange(20.0) + 1, np.zeros(2))])
