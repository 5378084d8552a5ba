"""Complex smoothing against its published equations; how much wider the intervals of short series are."""

from itertools import pairwise

import numpy as np
import pytest

from plantwright.methods.forecasting import classify, forecast
from plantwright.methods.forecasting.classes import class_codes
from plantwright.methods.forecasting.grids import complex_grid
from plantwright.methods.forecasting.intervals import widened
from plantwright.methods.forecasting.shares import prior_shares

SOLD = np.array([20.0, 23, 21, 26, 25, 29, 28, 33, 31, 36, 38, 37, 42, 41, 47, 46])


def by_matrices(y, steps):
    """State v = (l, c): v <- F v + g e as Svetunkov, Kourentzes and Ord (2022) write it; a mean by likelihood."""
    ahead, loss = [], []
    for a0, a1 in complex_grid().T:
        move, gain = np.array([[1, a1 - 1], [1, 1 - a0]]), np.array([a0 - a1, a0 + a1])
        state = y[:2].mean() * np.array([1, 1 / a0])  # half of the first five values
        squares = 0.0
        for value in y:
            error = value - state[0]
            state, squares = move @ state + gain * error, squares + error**2
        ahead.append([(np.linalg.matrix_power(move, step) @ state)[0] for step in range(steps)])
        loss.append(squares)
    share = (np.array(loss) / min(loss)) ** (-0.25 * y.size)
    share[share < 0.02] = 0
    return share @ np.array(ahead) / share.sum()


def test_complex_smoothing_is_its_published_recursion_in_a_mean_by_likelihood():
    made = forecast(SOLD, [0, SOLD.size], horizon=5, methods="complex")
    assert made.mean[0] == pytest.approx(by_matrices(SOLD, 5), rel=1e-9)


def test_growth_by_a_share_of_the_level_goes_on():
    grown = 100 * 1.1 ** np.arange(20.0)
    made = forecast(grown, [0, 20], horizon=4, methods="complex")
    assert made.mean[0] == pytest.approx(100 * 1.1 ** np.arange(20.0, 24), rel=0.05)


def test_growth_stays_finite_however_far_ahead():
    made = forecast(100 * 1.25 ** np.arange(20.0), [0, 20], horizon=9000, methods="complex")
    assert np.isfinite(made.upper).all()


def test_intervals_of_fewer_values_are_wider_and_the_factor_goes_to_that_of_long_series():
    known = np.array([4, 9, 14, 30, 100, 10_000])
    factor = widened(np.ones((6, 1)), np.ones(6, np.int64), known)[:, 0]
    assert all(short >= long for short, long in pairwise(factor))
    assert factor[-1] == pytest.approx(1.0, abs=1e-3)


def test_classes_alone_are_those_of_the_whole_classification():
    draw = np.random.default_rng(2)
    rows = draw.poisson(draw.uniform(0.1, 3, (40, 1)), (40, 30)).astype(np.float64)
    pointer, season = np.arange(41) * 30, np.full(40, 12)
    assert class_codes(rows.ravel(), pointer, season).tolist() == classify(rows.ravel(), pointer, season).code.tolist()


def test_shares_add_up_to_one_for_every_season_and_method():
    season, methods = np.array([1, 4, 7, 12, 24, 52, 4]), ("auto",) * 5 + ("theta", "croston")
    assert prior_shares(season, methods).sum(axis=1) == pytest.approx(1.0)
