"""Drivers: effects that were put in are found again, with honest errors, and shrunk where little is seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import driver_effects


def promoted(seed=1, effect=40.0, periods=104, every=9):
    draw = np.random.default_rng(seed)
    drivers = (np.arange(periods) % every == 4).astype(float)[:, None]
    level = 100 + 20 * np.sin(2 * np.pi * np.arange(periods) / 13)
    return level + effect * drivers[:, 0] + draw.normal(0, 5, periods), drivers, level


def test_effect_is_found_within_its_error_and_taken_off_history():
    values, drivers, _ = promoted()
    found = driver_effects(values, drivers, ["promotion"], season=13)
    assert found.effect[0] == pytest.approx(40, abs=3 * found.error[0])
    assert 0.5 < found.error[0] < 6
    gained = values[drivers[:, 0] > 0].mean() - found.adjusted[drivers[:, 0] > 0].mean()
    assert gained == pytest.approx(found.effect[0])


def test_stated_error_is_the_spread_of_the_effect_over_many_histories():
    found = [driver_effects(*promoted(seed)[:2], ["promotion"], season=13) for seed in range(60)]
    effects = np.array([one.effect[0] for one in found])
    assert effects.mean() == pytest.approx(40, abs=1.5)
    assert np.mean([one.error[0] for one in found]) == pytest.approx(effects.std(), rel=0.5)


def test_drivers_that_multiply_are_factors():
    draw = np.random.default_rng(20)
    drivers = (np.arange(80) % 8 == 3).astype(float)[:, None]
    values = 50 * 1.8 ** drivers[:, 0] * np.exp(draw.normal(0, 0.05, 80))
    found = driver_effects(values, drivers, ["promotion"], acting="multiplies")
    assert found.factor[0] == pytest.approx(1.8, rel=0.05)
    assert found.added([50.0, 50.0], [[0], [1]]) == pytest.approx([50, 90], rel=0.05)


def test_effect_seen_once_is_shrunk_by_a_tight_prior_and_gone_with_none():
    values, drivers, _ = promoted(periods=20, every=20)
    loose, tight, none = (driver_effects(values, drivers, ["p"], prior=prior).effect[0] for prior in (1000, 3, 0))
    assert loose > tight > none == 0


def test_two_drivers_are_told_apart():
    draw = np.random.default_rng(4)
    drivers = (draw.random((120, 2)) < 0.15).astype(float)
    values = 60 + drivers @ [25.0, -15.0] + draw.normal(0, 2, 120)
    found = driver_effects(values, drivers, ["promotion", "holiday"])
    assert found.effect == pytest.approx([25, -15], abs=2.5)


def test_gaps_stay_gaps_and_nothing_falls_below_zero():
    found = driver_effects([20, np.nan, 21, 2, 19, 20], [[0], [0], [0], [1], [0], [0]], ["strike"])
    assert np.isnan(found.adjusted[1])
    assert found.effect[0] < 0
    assert found.added([5.0], [[1]])[0] >= 0


@pytest.mark.parametrize(
    ("call", "columns"),
    [
        (lambda: driver_effects([1, 2, 3], [[0], [0], [0]], ["still"]), ["drivers"]),
        (lambda: driver_effects([1, 2, 3], [[0], [1]], ["short"], season=0), ["season", "drivers"]),
        (lambda: driver_effects([1, np.inf, 3], [[0], [1], [0]], ["p"], acting="divides"), ["acting", "values"]),
        (lambda: driver_effects([np.nan, 2, 3], [[0], [1], [0]], ["p"]), ["values"]),
        (lambda: driver_effects([1, 2, 3], [[0], [1], [0]], ["p"]).added([1.0], [[1, 2]]), ["drivers"]),
    ],
)
def test_faults_are_told_together(call, columns):
    with pytest.raises(ProblemError) as caught:
        call()
    assert [problem.column for problem in caught.value.problems] == columns


@given(st.integers(0, 200), st.sampled_from([0.5, 16.0]))
def test_effects_scale_with_the_unit(seed, unit):
    values, drivers, _ = promoted(seed, periods=30, every=7)
    once, again = driver_effects(values, drivers, ["p"]), driver_effects(values * unit, drivers, ["p"])
    assert again.effect == pytest.approx(once.effect * unit, rel=1e-6)
    assert again.adjusted == pytest.approx(once.adjusted * unit, rel=1e-6)
