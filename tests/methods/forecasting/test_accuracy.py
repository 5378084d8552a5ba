"""Measures of accuracy against numbers worked by hand and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import accuracy


def test_measures_by_hand():
    found = accuracy([[100.0, 50.0]], [[90.0, 70.0]], [[10.0, 20.0, 40.0, 30.0]], season=2)
    assert found.mae[0] == 15
    assert found.rmse[0] == pytest.approx(np.sqrt(250))
    assert found.mase[0] == pytest.approx(15 / 20)  # the past differs by 30 and 10 from two periods before
    assert found.rmsse[0] == pytest.approx(np.sqrt(250 / 500))
    assert found.smape[0] == pytest.approx(100 * (10 / 190 * 2 + 20 / 120 * 2) / 2)
    assert found.wape[0] == pytest.approx(20)
    assert found.bias[0] == 5


def test_pinball_and_coverage_by_hand():
    found = accuracy([[10.0, 10.0]], [[9.0, 9.0]], lower=[[[8.0], [11.0]]], upper=[[[12.0], [14.0]]], levels=(0.8,))
    assert found.coverage.tolist() == [[0.5]]
    assert found.pinball[0] == pytest.approx((0.2 + 0.2 + 0.9 * 1 + 0.1 * 4) / 4)


def test_what_is_not_known_is_left_out():
    found = accuracy([[10.0, np.nan]], [[8.0, 100.0]], lower=[[[7.0], [0.0]]], upper=[[[11.0], [1.0]]], levels=(0.9,))
    assert (found.mae[0], found.coverage[0, 0]) == (2.0, 1.0)


def test_a_constant_past_has_no_scaled_error():
    assert np.isnan(accuracy([[5.0]], [[4.0]], [[3.0, 3.0, 3.0]]).mase[0])


@given(st.lists(st.floats(1, 1e6), min_size=3, max_size=20), st.floats(1e-3, 1e3))
def test_shares_do_not_depend_on_the_unit(values, factor):
    row = np.array(values)
    plain, scaled = (accuracy([row[1:] * f], [row[:-1] * f], [row * f]) for f in (1.0, factor))
    for name in ("smape", "wape", "mase", "rmsse"):
        assert np.allclose(getattr(plain, name), getattr(scaled, name), equal_nan=True)


def test_every_fault_is_told_at_once():
    with pytest.raises(ProblemError) as caught:
        accuracy([[1.0, 2.0]], [[1.0]], [[1.0], [2.0]], season=0, lower=[[1.0]], upper=[[1.0]])
    assert {problem.column for problem in caught.value.problems} == {"mean", "insample", "season", "lower and upper"}
