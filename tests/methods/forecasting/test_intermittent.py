"""Sporadic demand: formulas by hand, distributions by simulation, laws, and the open sets."""

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import intermittent_forecasts, intermittent_working, sum_quantiles
from plantwright.methods.forecasting.intermittent import METHODS

SERIES = np.array([0.0, 0, 3, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 3])


def level(method, series=SERIES, horizon=1):
    return intermittent_forecasts(series, [0, len(series)], horizon, method=method).mean[0, 0]


def croston(series, alpha):
    """Croston's recursion as Syntetos and Boylan (2005) write it, begun with the means of the first half."""
    half = series[: (series.size + 1) // 2]
    size, interval, since = half[half > 0].mean(), half.size / (half > 0).sum(), 1
    square = 0.0
    for value in series:
        square += (value - size / interval) ** 2
        if value > 0:
            size, interval, since = size + alpha * (value - size), interval + alpha * (since - interval), 1
        else:
            since += 1
    return square, size / interval


def test_croston_and_sba_are_the_recursion_with_the_constant_of_least_error():
    found = {alpha: croston(SERIES, alpha) for alpha in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3)}
    best = min(found, key=lambda alpha: found[alpha][0])
    assert level("croston") == pytest.approx(found[best][1])
    assert level("sba") == pytest.approx((1 - best / 2) * found[best][1])


def test_every_method_gives_a_steady_demand_back():
    for method in METHODS:
        if method not in {"zero", "sba"}:
            assert level(method, np.full(20, 6.0)) == pytest.approx(6.0), method


def test_methods_with_a_rate_fade_when_nothing_is_asked_for():
    dead = np.concatenate((np.tile([4.0, 0.0], 20), np.zeros(40)))
    assert level("tsb", dead) < 0.2 * level("croston", dead)
    assert level("auto", dead) < 0.3 * level("croston", dead)


def test_aggregation_of_one_period_is_simple_smoothing():
    assert level("adida", np.array([3.0, 4, 5, 3, 4, 5, 6])) == level("ses", np.array([3.0, 4, 5, 3, 4, 5, 6]))


@pytest.mark.parametrize("horizon", [1, 6, 8])
def test_typical_level_lies_nearest_to_the_stretches_seen(horizon):
    stretch = max(6, horizon)
    rows = np.lib.stride_tricks.sliding_window_view(SERIES, stretch)
    weights = (1 - 0.6 / stretch) ** np.arange(rows.shape[0])[::-1]
    tried = np.linspace(0, 3, 3001)
    cost = [(weights * np.sqrt(((rows - f) ** 2).sum(axis=1))).sum() for f in tried]
    assert level("auto", horizon=horizon) == pytest.approx(tried[np.argmin(cost)], abs=0.002)


def test_series_without_demand_is_forecast_as_none():
    for series in ([0.0] * 9, [np.nan, 0.0], [-1.0, 0, 0]):
        done = intermittent_forecasts(series, [0, len(series)], 2)
        assert not done.mean.any()
        assert not done.upper.any()
        assert not done.sigma.any()


def test_gaps_are_left_out():
    gapped = np.insert(SERIES, [2, 5, 9], np.nan)
    for method in METHODS:
        assert level(method, gapped) == level(method)


def test_high_quantiles_of_sums_are_those_of_a_compound_distribution():
    """Bernoulli demand of gamma sizes, drawn two hundred thousand times; a long history pins its parts down."""
    draw = np.random.default_rng(7)
    history = np.where(draw.random(6000) < 0.3, draw.gamma(4, 2.5, 6000), 0.0)
    done = intermittent_forecasts(history, [0, 6000], 1, method="mean")
    sums = np.where(draw.random((200_000, 4)) < 0.3, draw.gamma(4, 2.5, (200_000, 4)), 0.0).sum(axis=1)
    shares = [0.8, 0.95, 0.99]
    assert sum_quantiles(done, 4, shares)[0] == pytest.approx(np.quantile(sums, shares), rel=0.12)


def test_interval_covers_what_it_says_on_demand_that_stays_as_it_was():
    draw = np.random.default_rng(11)
    demand = np.where(draw.random((400, 80)) < 0.5, draw.gamma(4, 2.5, (400, 80)), 0.0)
    done = intermittent_forecasts(demand[:, :60].ravel(), np.arange(401) * 60, 20, [0.8, 0.95], method="mean")
    inside = (demand[:, 60:, None] >= done.lower) & (demand[:, 60:, None] <= done.upper)
    assert inside.mean(axis=(0, 1)) == pytest.approx([0.9, 0.975], abs=0.03), "the lower end is 0: one side is cut"


def test_working_multiplies_out():
    steps = {step.symbol: step.value for step in intermittent_working(SERIES, "tsb").steps}
    assert steps["p"] * steps["z"] == pytest.approx(steps["f"])
    assert steps["n"] == 14
    assert "Teunter" in str(intermittent_working(SERIES, "tsb"))


def test_faults_are_told_together():
    with pytest.raises(ProblemError) as caught:
        intermittent_forecasts(SERIES, [0, 14], 0, [0.8, 1.0], method="best")
    assert [problem.column for problem in caught.value.problems] == ["horizon", "method", "levels"]
    done = intermittent_forecasts(SERIES, [0, 14], 1)
    with pytest.raises(ProblemError) as caught:
        sum_quantiles(done, 0, [0.0])
    assert [problem.column for problem in caught.value.problems] == ["periods", "probabilities"]


@pytest.mark.parametrize(("name", "horizon"), [("carparts", 6), ("auto_ijf_3000_monthly", 6), ("man_weekly_odd", 13)])
def test_combination_is_ahead_of_rivals_on_open_sets(shared, name, horizon):
    """RMSSE and bias on the last periods of each open set; rivals with fitted constants."""
    with gzip.open(shared / f"data/forecasting/intermittent/{name}.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    periods = [key for key in rows[0] if key[0] in "mX2" and key[1:2].isdigit()]
    demand = np.array([[float(row[key]) for key in periods] for row in rows if row[periods[-1]] not in {"", "NA"}])
    demand = demand[~np.isnan(demand).any(axis=1)]
    history, actual = demand[:, :-horizon], demand[:, -horizon:]
    scale = (np.diff(history, axis=1) ** 2).mean(axis=1)
    used = scale > 0

    def judged(method):
        pointer = np.arange(history.shape[0] + 1) * history.shape[1]
        error = (actual - intermittent_forecasts(history.ravel(), pointer, horizon, method=method).mean)[used]
        return np.sqrt((error**2).mean(axis=1) / scale[used]).mean(), abs(error.mean())

    ours = judged("auto")
    for rival in ("zero", "sba", "tsb"):
        rmsse, bias = judged(rival)
        assert ours[0] < rmsse, rival
        assert ours[1] < bias, rival


rows = st_numpy.arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 30)), elements=st.integers(0, 5).map(float))


@given(rows, st.sampled_from(METHODS), st.sampled_from([0.25, 8.0]))
def test_forecasts_and_quantiles_scale_with_the_unit(history, method, unit):
    pointer = np.arange(history.shape[0] + 1) * history.shape[1]
    once, again = (
        intermittent_forecasts(values.ravel(), pointer, 3, method=method) for values in (history, history * unit)
    )
    for name in ("mean", "lower", "upper", "sigma"):
        assert getattr(again, name) == pytest.approx(getattr(once, name) * unit, rel=1e-6, abs=1e-9)
        assert np.isfinite(getattr(once, name)).all()
    assert (once.mean >= 0).all()
    assert (once.lower <= once.upper).all()


@given(rows, st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_forecast_of_a_series_does_not_depend_on_the_others(history, method, draw):
    pointer = np.arange(history.shape[0] + 1) * history.shape[1]
    order = list(range(history.shape[0]))
    draw.shuffle(order)
    once = intermittent_forecasts(history.ravel(), pointer, 2, method=method)
    again = intermittent_forecasts(history[order].ravel(), pointer, 2, method=method)
    assert again.mean == pytest.approx(once.mean[order])
    assert again.upper == pytest.approx(once.upper[order])
