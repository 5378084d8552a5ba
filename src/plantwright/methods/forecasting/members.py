"""Every method over the beginning of one series: one compiled pass, each method's forecasts and their variances."""

# ruff: noqa: FBT001 - kernels take no keywords
from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.compiled import compiled
from plantwright.methods.forecasting.complex import project_complex
from plantwright.methods.forecasting.drift import project_drift
from plantwright.methods.forecasting.grids import (
    DAMPED,
    FOLLOWING,
    HOLT,
    LAST,
    SES,
    WIDTH,
    Grid,
    complex_grid,
    rough_season_grid,
    rough_trend_grid,
    season_grid,
    theta_grid,
    trend_grid,
)
from plantwright.methods.forecasting.regression import project_changes
from plantwright.methods.forecasting.seasons import season_index
from plantwright.methods.forecasting.smoothing import (
    LOSS,
    RELATIVE,
    STATES,
    first_line,
    project_sets,
    run_grid,
    weigh_sets,
)
from plantwright.methods.forecasting.theta import project_theta

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MEMBERS = (
    "naive", "seasonal-naive", "average", "ses", "holt", "damped", "theta", "optimised-theta", "dynamic-theta",
    "trend", "log-trend", "level", "seasonal", "log-seasonal", "autoregression", "aggregated",
    "log-theta", "complex", "drift", "log-drift", "proportional",
)  # fmt: skip
(NAIVE, SEASONAL_NAIVE, AVERAGE, SIMPLE, LINEAR, FADING, THETA, STATIC, DYNAMIC, TREND_MIX, LOG_TREND, LEVEL, SEASONAL,
 LOG_SEASONAL, REGRESSION, AGGREGATED, LOG_THETA, COMPLEX, DRIFT, LOG_DRIFT, PROPORTIONAL,
) = range(len(MEMBERS))  # fmt: skip

BEST_ALONE = 1e5
"""A sharpness at which only the best set of parameters is left."""

SHARPNESS = 0.5
"""How far the fit to the past may favour a set over the others: below 1, because no set is the truth."""

SHORT = 4
"""Below so many values only naive forecasts are made."""

WINDOWS = (2, 3, 4, 6, 9, 12, 18, 24, 36)

LONG_SEASONS = (24, 48, 96)
"""Periods of a day that may have a week as well."""


class Grids(NamedTuple):
    """The sets of parameters of all methods."""

    trend: Grid
    season: Grid
    theta: Floats
    complex: Floats
    last: Floats
    following: Floats


class Work(NamedTuple):
    """Room to work in, for the longest series and season of a call."""

    base: Floats
    adjusted: Floats
    logs: Floats
    trend: Floats
    pattern: Floats
    state: Floats
    seasonal: Floats
    weight: Floats
    angles: Floats


def all_grids() -> Grids:
    """Make the sets of parameters."""
    return Grids(trend_grid(), season_grid(), theta_grid(), complex_grid(), np.array(LAST), np.array(FOLLOWING))


def rough_grids() -> Grids:
    """Make the fewer sets by which methods are tried out."""
    return Grids(
        rough_trend_grid(), rough_season_grid(), theta_grid(), complex_grid(), np.array(LAST), np.array(FOLLOWING)
    )


def room(grids: Grids, longest: int, period: int) -> Work:
    """Make room for series of a length and a season."""
    blocks = max(grids.trend.kind.shape[0], grids.season.kind.shape[0])
    row = np.zeros(longest + 1)
    return Work(
        row, row.copy(), row.copy(), row.copy(), np.zeros(period), np.zeros((blocks, STATES * WIDTH)),
        np.zeros((blocks, WIDTH * period)), np.zeros((blocks, WIDTH)), np.zeros(3 * WIDTH),
    )  # fmt: skip


@compiled
def season_of(base: Floats, size: int, period: int, work: Work) -> int:
    """Put the season into `work.pattern`; give how long it is: 1 without one, a week where days of hours have one."""
    if period < 2 or size < 2 * period:
        work.pattern[0] = 0.0
        return 1
    season_index(base, size, period, work.trend, work.pattern)
    week = 7 * period
    if period not in LONG_SEASONS or size < 3 * week or week > work.pattern.size:
        return period
    day = work.pattern[:period].copy()
    for t in range(size):
        work.adjusted[t] = base[t] - day[t % period]
    season_index(work.adjusted, size, week, work.trend, work.pattern)
    for j in range(week):
        work.pattern[j] += day[j % period]
    return week


@compiled
def all_members(
    y: Floats, size: int, period: int, horizon: int, positive: bool, wanted: Bools, grids: Grids, work: Work,
    mean: Floats, spread: Floats, usable: Bools,
) -> int:  # fmt: skip
    """Fit every wanted method to the first `size` values and forecast; gives the length of the season that was found.

    Parameters
    ----------
    y
        Values of mean size 1, without gaps.
    positive
        Whether all are so far above 0 that logarithms make sense.
    mean, spread
        float64[M, >= horizon]; means and variances come here.
    usable
        bool[M]; what could be fitted comes here.
    """
    for t in range(size):
        work.base[t] = math.log(y[t]) if positive else y[t]
    found = season_of(work.base, size, period, work)
    for t in range(size):
        work.logs[t] = work.base[t] - work.pattern[t % found]
        work.adjusted[t] = math.exp(work.logs[t]) if positive else work.logs[t]
    usable[:] = wanted
    plain_members(y, size, period, horizon, work, wanted, mean, spread)
    if size < SHORT:
        usable[AVERAGE:] = False
        usable[NAIVE] = True
    else:
        trend_members(size, horizon, wanted, grids, work, mean, spread)
        theta_members(size, horizon, positive, wanted, grids, work, mean, spread)
        other_members(size, period, horizon, positive, wanted, grids, work, mean, spread)
    for m in range(len(MEMBERS)):
        if usable[m] and (AVERAGE <= m < LOG_TREND or m == LEVEL or m >= REGRESSION):
            put_back(mean[m], spread[m], size, found, horizon, positive, work.pattern)
    whole_members(y, size, period, found, horizon, positive, wanted, grids, work, mean, spread, usable)
    return found


@compiled
def whole_members(
    y: Floats, size: int, period: int, found: int, horizon: int, positive: bool, wanted: Bools, grids: Grids,
    work: Work, mean: Floats, spread: Floats, usable: Bools,
) -> None:  # fmt: skip
    """Fit what takes logarithms, and what learns the season as it goes."""
    usable[LOG_TREND] = wanted[LOG_TREND] and positive and size >= SHORT
    usable[SEASONAL] = wanted[SEASONAL] and found > 1
    usable[LOG_SEASONAL] = wanted[LOG_SEASONAL] and found > 1 and positive
    if usable[LOG_TREND]:
        grow(work.logs, size, 1, grids.trend, work, horizon, mean[LOG_TREND], spread[LOG_TREND])
        for h in range(horizon):
            mean[LOG_TREND, h] += work.pattern[(size + h) % found]
        from_logs(mean[LOG_TREND], spread[LOG_TREND], horizon)
    if usable[LOG_SEASONAL]:
        grow(work.base, size, found, grids.season, work, horizon, mean[LOG_SEASONAL], spread[LOG_SEASONAL])
        from_logs(mean[LOG_SEASONAL], spread[LOG_SEASONAL], horizon)
    if usable[SEASONAL]:
        if positive:
            season_of(y, size, period, work)
        grow(y, size, found, grids.season, work, horizon, mean[SEASONAL], spread[SEASONAL])


@compiled
def grow(x: Floats, size: int, period: int, grid: Grid, work: Work, horizon: int, mean: Floats, spread: Floats) -> None:
    """Run a grid and give the forecasts over all its sets by their shares."""
    none = np.zeros(1)
    run_grid(x, size, period, work.pattern if period > 1 else none, grid, work.state, work.seasonal)
    weigh_sets(grid, work.state, LOSS, size, SES, DAMPED, SHARPNESS, work.weight)
    project_sets(grid, work.state, work.seasonal, period, size, work.weight, horizon, mean, spread)


@compiled
def trend_members(
    size: int, horizon: int, wanted: Bools, grids: Grids, work: Work, mean: Floats, spread: Floats
) -> None:
    """Fit simple, linear and damped smoothing and their mixtures to what is left without the season."""
    grid, none = grids.trend, np.zeros(1)
    run_grid(work.adjusted, size, 1, none, grid, work.state, work.seasonal)
    for m in (SIMPLE, LINEAR, FADING, LEVEL, TREND_MIX, THETA, PROPORTIONAL):
        if not wanted[m]:
            continue
        low, high, sharpness, which = SES, SES, BEST_ALONE, LOSS
        if m == LINEAR:
            low, high = HOLT, HOLT
        elif m == FADING:
            low, high = DAMPED, DAMPED
        elif m == TREND_MIX:
            low, high, sharpness = HOLT, DAMPED, SHARPNESS
        elif m == LEVEL:
            sharpness = SHARPNESS
        elif m == PROPORTIONAL:
            high, sharpness, which = DAMPED, SHARPNESS, RELATIVE
        weigh_sets(grid, work.state, which, size, low, high, sharpness, work.weight)
        project_sets(grid, work.state, work.seasonal, 1, size, work.weight, horizon, mean[m], spread[m])
        if m == THETA:
            add_drift(size, horizon, grid, work, mean[m])


@compiled
def add_drift(size: int, horizon: int, grid: Grid, work: Work, mean: Floats) -> None:
    """Add half the slope of the whole series to simple smoothing: the Theta method.

    R. J. Hyndman and B. Billah, "Unmasking the Theta method", International Journal of Forecasting 19, 2003, 287-290.
    """
    alpha, most = 1.0, 0.0
    for block in range(grid.kind.shape[0]):
        for k in range(WIDTH):
            if work.weight[block, k] > most:
                alpha, most = grid.numbers[block, k], work.weight[block, k]
    slope = first_line(work.adjusted, size, 1, np.zeros(1))[1]
    begin = (1.0 - (1.0 - alpha) ** size) / alpha
    for h in range(horizon):
        mean[h] += 0.5 * slope * (h + begin)


@compiled
def theta_members(
    size: int, horizon: int, positive: bool, wanted: Bools, grids: Grids, work: Work, mean: Floats, spread: Floats
) -> None:
    """Fit the Theta models with a chosen angle, one of them to logarithms where that makes sense."""
    for m in (STATIC, DYNAMIC, LOG_THETA):
        if wanted[m]:
            x = work.logs if m == LOG_THETA else work.adjusted
            project_theta(x, size, grids.theta, work.angles, m != STATIC, SHARPNESS, horizon, mean[m], spread[m])
    if wanted[LOG_THETA] and positive:
        from_logs(mean[LOG_THETA], spread[LOG_THETA], horizon)


@compiled
def plain_members(
    y: Floats, size: int, period: int, horizon: int, work: Work, wanted: Bools, mean: Floats, spread: Floats
) -> None:
    """Give the naive forecasts, and the average over the last values that did best one step ahead."""
    step = period if size > period else 1
    variance, seasonal = 0.25 * y[size - 1] ** 2, 0.0
    if size > 1:
        variance = mean_square_change(y, size, 1)
        seasonal = mean_square_change(y, size, step)
    for h in range(horizon):
        mean[NAIVE, h] = y[size - 1]
        spread[NAIVE, h] = variance * (h + 1)
        mean[SEASONAL_NAIVE, h] = y[size - step + h % step] if size > 1 else y[0]
        spread[SEASONAL_NAIVE, h] = seasonal * (1 + h // step) if size > 1 else variance * (h + 1)
    if wanted[AVERAGE] and size >= SHORT:
        window, loss = best_window(work.adjusted, size)
        last = 0.0
        for t in range(size - window, size):
            last += work.adjusted[t] / window
        for h in range(horizon):
            mean[AVERAGE, h] = last
            spread[AVERAGE, h] = loss * (1.0 + h / (window * window))


@compiled
def mean_square_change(y: Floats, size: int, step: int) -> float:
    """Give the mean of (y_t - y_(t - step))^2."""
    total = 0.0
    for t in range(step, size):
        total += (y[t] - y[t - step]) ** 2
    return total / (size - step)


@compiled
def best_window(x: Floats, size: int) -> tuple[int, float]:
    """Give over how many last values the average did best one step ahead, and its mean square error."""
    best, least = 1, np.inf
    for window in WINDOWS:
        if 2 * window > size:
            break
        total, loss = 0.0, 0.0
        for t in range(size):
            if t >= window:
                loss += (x[t] - total / window) ** 2
                total -= x[t - window]
            total += x[t]
        loss /= size - window
        if loss < least:
            best, least = window, loss
    return best, least


@compiled
def put_back(mean: Floats, spread: Floats, size: int, period: int, horizon: int, positive: bool, index: Floats) -> None:
    """Put the season back."""
    for h in range(horizon):
        season = index[(size + h) % period]
        if positive:
            mean[h] *= math.exp(season)
            spread[h] *= math.exp(2.0 * season)
        else:
            mean[h] += season


@compiled
def from_logs(mean: Floats, spread: Floats, horizon: int) -> None:
    """Give forecasts of logarithms as medians and variances of the values themselves."""
    for h in range(horizon):
        mean[h] = math.exp(min(mean[h], 30.0))
        spread[h] = mean[h] ** 2 * math.expm1(min(spread[h], 2.0))


@compiled
def other_members(
    size: int, period: int, horizon: int, positive: bool, wanted: Bools, grids: Grids, work: Work, mean: Floats,
    spread: Floats,
) -> None:  # fmt: skip
    """Fit the autoregression, of logarithms where that makes sense, complex smoothing, and that of longer periods."""
    if wanted[REGRESSION]:
        project_changes(work.logs, size, horizon, mean[REGRESSION], spread[REGRESSION])
        if positive:
            from_logs(mean[REGRESSION], spread[REGRESSION], horizon)
    if wanted[COMPLEX]:
        project_complex(
            work.adjusted, size, grids.complex, work.angles, SHARPNESS, horizon, mean[COMPLEX], spread[COMPLEX]
        )
    for m in (DRIFT, LOG_DRIFT):
        if wanted[m]:
            x, weights = (work.logs, grids.following) if m == LOG_DRIFT else (work.adjusted, grids.last)
            project_drift(x, size, weights, m == LOG_DRIFT, SHARPNESS, horizon, mean[m], spread[m])
    if wanted[LOG_DRIFT] and positive:
        from_logs(mean[LOG_DRIFT], spread[LOG_DRIFT], horizon)
    if wanted[AGGREGATED]:
        add_up(size, max(period // 4, 2), horizon, grids.trend, work, mean[AGGREGATED], spread[AGGREGATED])


@compiled
def add_up(size: int, length: int, horizon: int, grid: Grid, work: Work, mean: Floats, spread: Floats) -> None:
    """Smooth the means of some periods each, and go on along the line through what is forecast of them.

    F. Petropoulos and N. Kourentzes, "Forecast combinations for intermittent demand" and, with regular demand, N.
    Kourentzes, F. Petropoulos and J. R. Trapero, "Improving forecasting by estimating time series structural components
    across multiple frequencies", International Journal of Forecasting 30, 2014, 291-302.
    """
    count = size // length
    if count < SHORT:
        length, count = 1, size
    blocks = np.zeros(count)
    for t in range(count * length):
        blocks[t // length] += work.adjusted[size - count * length + t] / length
    ahead = horizon // length + 2
    middle, variance = np.zeros(ahead), np.zeros(ahead)
    run_grid(blocks, count, 1, np.zeros(1), grid, work.state, work.seasonal)
    weigh_sets(grid, work.state, LOSS, count, SES, DAMPED, SHARPNESS, work.weight)
    project_sets(grid, work.state, work.seasonal, 1, count, work.weight, ahead, middle, variance)
    for h in range(horizon):
        place = (h + 1 - 0.5 * (length + 1)) / length
        block = max(int(place), 0)
        mean[h] = middle[block] + (place - block) * (middle[block + 1] - middle[block])
        spread[h] = variance[block] * length
