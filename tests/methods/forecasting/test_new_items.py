"""New and ending items: curves with known answers, what is refused, laws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import analogue_forecast, bass_curve, ending_forecast, fit_bass


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_new_item_follows_the_like_item_at_its_own_scale():
    done = analogue_forecast([5, 10, 15], [[0, 0, 10, 20, 30, 40, 30, 20]], 3, trust=0)
    assert done.mean == pytest.approx([20, 15, 10])


def test_guess_counts_until_the_item_speaks_for_itself():
    like = [[10.0] * 12]
    guesses = [analogue_forecast([40.0] * known, like, 1, guess=10.0).mean[0] for known in (0, 1, 3, 50)]
    assert guesses[0] == pytest.approx(10)
    assert guesses[1] == pytest.approx((40 + 3 * 10) / 4)
    assert guesses[2] == pytest.approx(25)
    assert guesses == sorted(guesses)
    assert guesses[3] > 38


def test_lives_of_several_like_items_are_averaged_over_those_that_last():
    done = analogue_forecast([], [[10, 30], [4, 4, 4]], 4, guess=1.0)
    assert done.profile == pytest.approx([0.75, 1.25, 1.0])


def test_curve_goes_on_after_the_profile_ends():
    assert analogue_forecast([10.0] * 6, [[10.0] * 4], 2).mean == pytest.approx([10, 10])


def test_bass_curve_peaks_where_and_as_high_as_the_formula_says():
    """Bass 1969, equations 9 and 11: ln(q / p) / (p + q), m (p + q)^2 / 4q."""
    curve = bass_curve(1000, 0.03, 0.38, 40)
    assert curve.peak == pytest.approx(math.log(0.38 / 0.03) / 0.41)
    assert curve.working.steps[-1].value == pytest.approx(1000 * 0.41**2 / (4 * 0.38))
    assert curve.sales.argmax() == int(curve.peak)
    assert curve.sales.sum() == pytest.approx(1000, rel=0.001)


def test_bass_without_imitation_falls_from_the_first_period():
    curve = bass_curve(100, 0.5, 0.0, 3)
    assert curve.sales == pytest.approx([100 * (math.exp(-0.5 * t) - math.exp(-0.5 * (t + 1))) for t in range(3)])
    assert curve.peak == 0


@given(st.floats(0.005, 0.1), st.floats(0.1, 0.6), st.floats(1e2, 1e6))
def test_bass_finds_the_curve_that_a_history_obeys(p, q, market):
    sales, total = [], 0.0
    for _ in range(12):
        sales.append((p + q * total / market) * (market - total))
        total += sales[-1]
    found = fit_bass(sales, 12)
    assert (found.innovation, found.imitation, found.market) == pytest.approx((p, q, market), rel=1e-3)
    assert found.sales == pytest.approx(sales, rel=1e-3, abs=1e-3)


def test_sales_that_tell_no_market_are_refused():
    assert columns(lambda: fit_bass([5, 6, 8, 11, 16, 24], 6)) == ["sales"]
    assert columns(lambda: fit_bass([1, 2], 0)) == ["periods", "sales"]


def test_ending_item_halves_and_its_last_order_is_the_sum_of_what_is_left():
    done = ending_forecast([80, 40, 20, 10], 60)
    assert done.decay == pytest.approx(0.5)
    assert done.all_time == pytest.approx(done.mean.sum())


def test_item_that_does_not_fall_is_needed_for_ever():
    done = ending_forecast([5, 6, 7, 8], 3)
    assert done.mean == pytest.approx([6.5, 6.5, 6.5])
    assert done.all_time > 1e6
    assert ending_forecast([5, 5], 1, decay=1.0).all_time == math.inf


def test_decay_given_is_taken():
    assert ending_forecast([8, 4], 2, decay=0.5).mean == pytest.approx([2, 1])


@given(st.lists(st.integers(0, 50), min_size=2, max_size=20).filter(any), st.sampled_from([0.5, 16.0]))
def test_ending_forecast_scales_never_rises_and_keeps_the_total(history, unit):
    once, again = ending_forecast(history, 5), ending_forecast(np.array(history) * unit, 5)
    assert again.mean == pytest.approx(once.mean * unit)
    assert (np.diff(once.mean) <= 1e-9).all()
    assert 0 < once.decay <= 1


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda: analogue_forecast([1], [], 1), ["likes"]),
        (lambda: analogue_forecast([-1], [[0, 0]], 0), ["horizon", "known", "likes"]),
        (lambda: bass_curve(0, 0, -1, 0), ["market", "innovation", "imitation", "periods"]),
        (lambda: ending_forecast([0, 0], 1, decay=2), ["history", "decay"]),
    ],
)
def test_faults_are_told_together(call, found):
    assert columns(call) == found
