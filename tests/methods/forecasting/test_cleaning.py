"""Cleaning: each thing that stands between sales and demand, told for each point, and nothing silently lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import clean, flag_names, to_calendar

NAN = float("nan")


def one(values, **more):
    return clean(values, [0, len(values)], **more)


def flags(done):
    return {int(at): flag_names(int(done.flags[at])) for at in np.flatnonzero(done.flags)}


def test_steady_history_is_left_as_it_is():
    done = one([20, 22, 21, 19, 20, 21, 22, 20])
    assert done.used.tolist() == done.seen.tolist()
    assert flags(done) == {}


def test_returns_are_taken_off_the_latest_earlier_sales():
    done = one([20, 22, 21, 19, -25, 21, 22, 20])
    assert done.used.tolist() == [20, 22, 15, 0, 0, 21, 22, 20]
    assert done.returned.tolist() == [0, 0, 0, 0, 25, 0, 0, 0]
    assert done.unmatched.tolist() == [0]
    assert {at for at, words in flags(done).items() if "return" in words} == {2, 3, 4}


def test_returns_stay_apart_where_asked():
    done = one([20, 22, 21, 19, 20, 21], returned=[0, 0, 3, 0, 0, 0], returns="apart")
    assert done.used.tolist() == [20, 22, 21, 19, 20, 21]
    assert done.returned.tolist() == [0, 0, 3, 0, 0, 0]


def test_returns_without_a_sale_are_told():
    assert one([-4, 5, 6, -20, 7, 8]).unmatched.tolist() == [4 + 9]


def test_returns_of_one_series_are_not_taken_off_another():
    done = clean([10, 10, 10, 10, -5, 10, 10, 10], [0, 4, 8])
    assert done.used[:4].tolist() == [10, 10, 10, 10]
    assert done.unmatched.tolist() == [0, 5]


def test_gap_is_filled_by_level_and_season():
    season = [10, 20, 30, 40] * 5
    history = [*season[:9], NAN, *season[10:]]
    done = one(history, season=4)
    assert done.used[9] == pytest.approx(20)
    assert flags(done) == {9: ("gap",)}
    assert one(history, season=4, gaps="zero").used[9] == 0
    assert np.isnan(one(history, season=4, gaps="open").used[9])


def test_nothing_known_is_used_as_nothing_and_told():
    done = clean([NAN, NAN, 5, 6, 5], [0, 2, 5])
    assert done.used.tolist() == [0, 0, 5, 6, 5]
    assert flags(done) == {0: ("gap",), 1: ("gap",)}


def test_demand_per_working_day_is_level_again():
    days = np.array([22, 20, 21, 18, 23, 20, 22, 21])
    done = one(10.0 * days, workdays=days)
    assert done.used == pytest.approx(np.full(8, 10 * days.mean()))
    assert to_calendar(done.used[:2], days[:2], done.standard[0]) == pytest.approx([220, 200])
    assert flags(done)[0] == ("calendar",)


def test_closed_period_is_filled_like_a_gap():
    done = one([20, 22, 21, 0, 20, 21], workdays=[5, 5, 5, 0, 5, 5])
    assert flags(done) == {3: ("closed",)}
    assert 20 <= done.used[3] <= 22


def test_period_that_sold_without_a_working_day_keeps_its_demand():
    assert one([20, 22, 21, 4, 20, 21], workdays=[5, 5, 5, 0, 5, 5]).used[3] == 4


def test_stock_outs_hide_demand_that_comes_back_on_average():
    """Sales are the lesser of demand and stock; the mean of normal demand is found again within its own error."""
    draw = np.random.default_rng(1)
    demand = draw.normal(100, 15, 2000)
    stock = draw.normal(100, 20, 2000)
    sold, short = np.minimum(demand, stock), stock < demand
    done = one(sold, stocked_out=short)
    assert sold.mean() < 92
    assert done.used.mean() == pytest.approx(100, abs=1.5)
    assert (done.used >= sold - 1e-9).all()
    assert np.array_equal(done.used[~short], sold[~short])


def test_share_of_days_in_stock_scales_sales_up():
    done = one([20, 22, 21, 10, 20, 21], out_share=[0, 0, 0, 0.5, 0, 0])
    assert done.used[3] == 20
    assert flags(done) == {3: ("stock-out",)}


def test_sporadic_stock_out_takes_the_mean_of_demands_that_were_no_smaller():
    done = one([0, 4, 0, 0, 6, 0, 0, 2, 0, 0, 8, 0], stocked_out=[0] * 7 + [1] + [0] * 4)
    assert done.used[7] == 6


def test_outlier_is_flagged_and_stays():
    history = [20, 22, 21, 19, 20, 200, 21, 22, 20, 19]
    done = one(history)
    assert flags(done) == {5: ("outlier",)}
    assert done.used.tolist() == history
    moved = one(history, limit_outliers=True)
    assert 22 < moved.used[5] < 50
    assert moved.seen[5] == 200


def test_seasonal_peak_is_no_outlier():
    draw = np.random.default_rng(3)
    december = np.tile([20.0] * 11 + [90.0], 5) + draw.normal(0, 2, 60)
    assert not clean(december, [0, 60], 12).flags[11::12].any()
    december[40] = 55
    assert "outlier" in flags(clean(december, [0, 60], 12))[40]


def test_sporadic_demand_is_no_outlier_for_being_demand():
    done = one([0, 0, 4, 0, 0, 0, 6, 0, 0, 5, 0, 0, 0, 4, 0, 0, 400, 0])
    assert flags(done) == {16: ("outlier",)}


def test_other_unit_from_some_day_on_is_flagged_where_it_begins():
    pieces = [240, 250, 244, 238, 251, 240, 247, 243]
    dozens = [20.1, 20.8, 19.9, 20.4, 20.0, 20.7, 20.2, 20.5]
    assert "unit" in flags(one([*pieces, *dozens]))[8]
    assert sum("unit" in words for words in flags(one([*pieces, *dozens])).values()) == 1
    growing = [10 * 1.15**t for t in range(24)]
    assert not any("unit" in words for words in flags(one(growing)).values())


@pytest.mark.parametrize(
    ("more", "columns"),
    [
        ({"workdays": [1, 2]}, ["workdays"]),
        ({"out_share": [0, 0, 2, 0]}, ["out_share"]),
        ({"returned": [0, -1, 0, 0], "outlier_limit": 0}, ["outlier_limit", "returned"]),
        ({"returns": "gone", "gaps": "left"}, ["returns", "gaps"]),
    ],
)
def test_faults_are_told_together(more, columns):
    with pytest.raises(ProblemError) as caught:
        one([1, 2, 3, 4], **more)
    assert [problem.column for problem in caught.value.problems] == columns


histories = st.lists(st.one_of(st.just(NAN), st.integers(-5, 60).map(float)), min_size=1, max_size=40)


@given(histories, st.integers(1, 6), st.booleans(), st.sampled_from(["netted", "apart"]))
def test_used_is_known_and_never_below_zero_whatever_comes_in(history, season, short, returns):
    cut = [short and at % 5 == 0 for at in range(len(history))]
    done = clean(history, [0, len(history)], season, stocked_out=cut, returns=returns)
    assert np.isfinite(done.used).all()
    assert (done.used >= 0).all()
    assert np.array_equal(done.seen, np.array(history), equal_nan=True)
    touched = ~np.isclose(done.used, done.seen)
    assert (done.flags[touched] > 0).all(), "what is changed is flagged"


@given(histories, st.integers(1, 6))
def test_cleaning_does_not_depend_on_the_unit_or_on_other_series(history, season):
    pointer = [0, len(history), 2 * len(history)]
    both = clean([*history, *(np.array(history) * 8)], pointer, season)
    first, second = both.used[: len(history)], both.used[len(history) :]
    assert second == pytest.approx(first * 8, rel=1e-9, abs=1e-9)
    assert np.array_equal(both.flags[: len(history)], both.flags[len(history) :])
