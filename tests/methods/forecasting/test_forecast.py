"""Forecasts: laws that hold for any series, documented answers for odd ones, every fault told."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import METHODS, explain_forecast, forecast, quantiles

MONTHS = 100 * (1 + 0.2 * np.sin(np.arange(60) * np.pi / 6)) * (1 + 0.01 * np.arange(60))
SERIES = st.lists(st.floats(0, 1e6), min_size=1, max_size=40)


def one(values, **options):
    return forecast(values, [0, len(values)], **options)


def test_a_clean_season_and_trend_go_on():
    ahead = one(MONTHS, season=12, horizon=12)
    wanted = 100 * (1 + 0.2 * np.sin(np.arange(60, 72) * np.pi / 6)) * (1 + 0.01 * np.arange(60, 72))
    assert np.abs(ahead.mean[0] / wanted - 1).max() < 0.05
    assert ahead.method == ("combination",)
    assert ahead.weights[0].sum() == pytest.approx(1)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_finite_forecasts_inside_their_intervals(method):
    rows = np.concatenate([MONTHS, [5.0, 6, 5, 7], [0.0, 0, 3, 0, 0, 1, 0, 0, 0, 4], [-4.0, 3, -2, 5, 1, 0, -3, 2]])
    made = forecast(rows, [0, 60, 64, 74, 82], season=[12, 1, 1, 4], horizon=6, methods=method)
    assert np.isfinite(made.mean).all()
    assert (made.lower[:, :, 1] <= made.lower[:, :, 0] + 1e-9).all()
    assert (made.upper[:, :, 0] <= made.upper[:, :, 1] + 1e-9).all()
    assert (made.sigma >= 0).all()


@given(SERIES, st.integers(1, 5), st.integers(1, 9))
@settings(max_examples=40)
def test_any_series_has_a_finite_answer_never_below_zero_where_no_value_is(values, season, horizon):
    made = one(values, season=season, horizon=horizon)
    for table in (made.mean, made.lower, made.upper, made.sigma, made.weights, made.score):
        assert np.isfinite(table).all()
    assert (made.mean >= 0).all()
    assert (made.lower >= 0).all()


@given(st.lists(st.floats(1, 100), min_size=8, max_size=40), st.floats(1e-3, 1e6))
@settings(max_examples=25)
def test_scaling_the_series_scales_its_forecast(values, factor):
    plain, scaled = one(values, season=4, horizon=3), one(np.array(values) * factor, season=4, horizon=3)
    assert np.allclose(scaled.mean, plain.mean * factor, rtol=1e-6)
    assert np.allclose(scaled.sigma, plain.sigma * factor, rtol=1e-4, atol=1e-9 * factor)


def test_series_do_not_see_each_other():
    rows = [MONTHS, MONTHS[::-1].copy(), np.arange(1.0, 30), np.full(9, 4.0)]
    pointer = np.concatenate([[0], np.cumsum([row.size for row in rows])])
    together = forecast(np.concatenate(rows), pointer, season=12, horizon=5)
    for place, row in enumerate(rows):
        assert np.array_equal(together.mean[place], one(row, season=12, horizon=5).mean[0])


def test_threads_change_nothing():
    many, pointer = np.tile(MONTHS, 1100), np.arange(0, 60 * 1100 + 1, 60)
    alone = forecast(many, pointer, season=12, horizon=3, methods="ses")
    assert np.array_equal(alone.mean, forecast(many, pointer, season=12, horizon=3, methods="ses", workers=2).mean)


def test_one_value_stays_and_is_known_to_half_its_size():
    made = one([7.0], horizon=2, methods="auto")
    assert made.mean[0].tolist() == [7.0, 7.0]
    assert made.sigma[0, 0] == pytest.approx(3.5, rel=0.3)
    assert made.notes[0][0] == "short"


@pytest.mark.parametrize(
    ("values", "mean", "note"),
    [([4.0] * 12, 4.0, "constant"), ([0.0] * 12, 0.0, "all zero"), ([1e15] * 8, 1e15, "constant")],
)
def test_what_never_changes_goes_on_and_says_so(values, mean, note):
    made = one(values, season=4, horizon=3)
    assert np.allclose(made.mean, mean)
    assert note in made.notes[0]


def test_gaps_are_filled_and_counted():
    gapped = MONTHS.copy()
    gapped[[5, 20, 21, 40]] = np.nan
    gapped[:2] = np.nan
    made = one(gapped, season=12, horizon=12)
    assert made.notes[0] == ("gaps filled: 4",)
    assert np.allclose(made.mean, one(MONTHS, season=12, horizon=12).mean, rtol=0.06)


def test_negative_values_are_forecast_without_logarithms():
    made = one(np.sin(np.arange(40.0)) * 5 - 20, season=1, horizon=4)
    assert (made.mean < -10).all()
    assert "negative values" in made.notes[0]


def test_often_zero_goes_to_the_methods_for_it():
    made = one([0.0, 0, 5, 0, 0, 0, 4, 0, 0, 6, 0, 0, 0, 0, 5, 0, 0, 3], horizon=3)
    assert made.method == ("intermittent",)
    assert 0 < made.mean[0, 0] < 3


def test_hours_find_the_week():
    hours = np.arange(24 * 7 * 5)
    week = 100 + 30 * np.sin(hours * np.pi / 12) - 40 * (hours // 24 % 7 >= 5)
    week = week + np.random.default_rng(1).normal(0, 4, week.size)
    made = one(week[:-48], season=24, horizon=48)
    assert np.abs(made.mean[0] - week[-48:]).mean() < 12  # the day alone is off by 40


def test_quantiles_rise_and_hold_the_intervals():
    made = one(MONTHS + np.random.default_rng(3).normal(0, 5, 60), season=12, horizon=4)
    found = quantiles(made, [0.025, 0.1, 0.5, 0.9, 0.975])
    assert (np.diff(found, axis=2) > 0).all()
    assert np.allclose(found[:, :, [1, 3]], np.stack([made.lower[:, :, 0], made.upper[:, :, 0]], axis=2))


def test_every_fault_is_told_at_once():
    with pytest.raises(ProblemError) as caught:
        forecast([1.0, np.inf, 3.0, np.nan], [0, 2, 3, 4], season=0, horizon=0, levels=(1.0,), methods="best")
    codes = [problem.code for problem in caught.value.problems]
    assert codes.count("bad-argument") == 4
    assert {"series-value", "series-empty"} <= set(codes)


@pytest.mark.parametrize("pointer", [[0], [1, 3], [0, 2], [0, 3, 2, 3], [[0, 3]]])
def test_a_pointer_that_does_not_fit_is_a_problem(pointer):
    with pytest.raises(ProblemError, match="pointer"):
        forecast([1.0, 2, 3], pointer)


def test_no_series_is_a_problem():
    with pytest.raises(ProblemError):
        forecast([], [0])


def test_working_of_a_combination_adds_up():
    working = explain_forecast(MONTHS, season=12, step=3, horizon=6)
    value = {step.symbol: step.value for step in working.steps}
    parts = sum(value[f"w_{k}"] * value[f"f_{k}"] for k in range(1, 20) if f"w_{k}" in value)
    assert parts == pytest.approx(value["F"], rel=1e-9)
    assert "1969" in working.source


def test_working_of_intermittent_demand_is_that_of_its_method():
    assert any(step.symbol == "p" for step in explain_forecast([0.0, 0, 5, 0, 0, 0, 4, 0, 0, 6, 0, 0]).steps)
