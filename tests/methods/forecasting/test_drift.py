"""Drift and errors in proportion to the level: worked by hand, and against the published formula."""

import numpy as np
import pytest

from plantwright.methods.forecasting import forecast
from plantwright.methods.forecasting.drift import mean_change
from plantwright.methods.forecasting.grids import WIDTH, trend_grid
from plantwright.methods.forecasting.smoothing import over_level

SOLD = np.array([20.0, 23, 21, 26, 25, 29, 28, 33, 31, 36])


def test_random_walk_with_drift_goes_on_by_the_mean_change():
    """Hyndman and Athanasopoulos 2021, section 5.2: y_T + h (y_T - y_1) / (T - 1)."""
    made = forecast(SOLD, [0, SOLD.size], horizon=4, methods="drift")
    assert made.mean[0] == pytest.approx(36 + np.arange(1, 5) * 16 / 9, rel=1e-9)
    assert made.method == ("drift",)
    assert (np.diff(made.sigma[0]) > 0).all()


def test_season_is_put_back_on_the_drift():
    seasons = np.tile([0.8, 1.1, 1.3, 0.8], 8)
    made = forecast(100 * seasons, [0, 32], season=4, horizon=4, methods="drift")
    assert made.mean[0] == pytest.approx(100 * seasons[:4], rel=0.02)


def test_drift_of_logarithms_is_growth_where_it_is_sure():
    grown = 100 * 1.1 ** np.arange(20.0)
    made = forecast(grown, [0, 20], horizon=4, methods="log-drift")
    assert made.mean[0] == pytest.approx(100 * 1.1 ** np.arange(20.0, 24), rel=1e-3)


def test_drift_that_may_be_chance_is_shrunk_to_nothing():
    swinging = np.array([1.0, 3, 0, 4, 0, 3, 1, 2])
    assert mean_change(swinging, 8, shrunk=True) == 0.0
    assert mean_change(swinging, 8, shrunk=False) == pytest.approx(1 / 7)
    # changes 2, 1, 3, 2: mean 2, variance of the mean (0 + 1 + 1 + 0) / 4 / 4 = 1/8, factor 1 - 1/8 / 4 = 31/32
    assert mean_change(np.array([0.0, 2, 3, 6, 8]), 5, shrunk=True) == pytest.approx(2 * 31 / 32)


def test_errors_are_divided_by_the_level_before_them():
    # level 2, then 2 + 0.4 (4 - 2) = 2.8; never below 0.05
    assert over_level(np.array([4.0, 1.0]), 2, 2.0) == pytest.approx([1 / 2, 1 / 2.8])
    assert over_level(np.array([0.0]), 1, 0.0) == pytest.approx([20.0])


def by_loops(y, steps):
    """Every set of the grid one after the other: squares of errors over the level, shares (loss)^(-n / 4)."""
    grid = trend_grid()
    numbers = grid.numbers.reshape(-1, 5, WIDTH).transpose(0, 2, 1).reshape(-1, 5)
    window = 5  # of ten values
    slope, middle = np.polyfit(np.arange(window) - 2, y[:window], 1)
    over = over_level(y, y.size, middle)
    ahead, loss = [], []
    for alpha, beta, _, phi, begin in numbers:
        trend = begin * slope
        level, squares = middle - 3 * trend, 0.0
        for value, part in zip(y, over, strict=True):
            error = value - level - phi * trend
            level, trend = level + phi * trend + alpha * error, phi * trend + beta * error
            squares += error**2 * part
        ahead.append([level + sum(phi ** (k + 1) for k in range(h + 1)) * trend for h in range(steps)])
        loss.append(squares)
    share = np.exp(grid.prior.ravel()) * (np.array(loss) / min(loss)) ** (-0.25 * y.size)
    share[share < 0.02 * share.max()] = 0
    return share @ np.array(ahead) / share.sum()


def test_errors_in_proportion_to_the_level_choose_the_sets():
    level = SOLD / SOLD.mean()
    made = forecast(SOLD, [0, SOLD.size], horizon=4, methods="proportional")
    assert made.mean[0] == pytest.approx(by_loops(level, 4) * SOLD.mean(), rel=1e-6)
    assert made.mean[0] != pytest.approx(forecast(SOLD, [0, SOLD.size], horizon=4, methods="trend").mean[0], rel=1e-3)
