"""Available to promise: textbook tables, laws, what is kept for classes; and whether stated chances come true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.promising import (
    atp_working,
    class_atp,
    cumulative_atp,
    discrete_atp,
    first_bucket,
    reliability,
)

amounts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=12)


def test_industrial_pumps():
    """W. J. Stevenson, Operations Management, master scheduling: 64 pumps in stock, lots of 70 in weeks 3, 5, 7, 8."""
    receipts = [0, 0, 70, 0, 70, 0, 70, 70]
    orders = [33, 20, 10, 4, 2, 0, 0, 0]
    assert discrete_atp(64, receipts, orders).tolist() == [11, 0, 56, 0, 68, 0, 70, 70]
    assert cumulative_atp(64, receipts, orders).tolist() == [11, 11, 67, 67, 135, 135, 205, 275]


def test_master_schedule_with_orders_above_the_forecast():
    """L. J. Krajewski, L. P. Ritzman and M. K. Malhotra, Operations Management, master production scheduling."""
    receipts = [250, 0, 0, 200, 0, 0, 150, 0]
    orders = [25, 150, 49, 26, 75, 22, 68, 10]
    assert discrete_atp(65, receipts, orders).tolist() == [91, 0, 0, 77, 0, 0, 72, 0]


def test_orders_of_a_stretch_that_its_receipt_cannot_serve_take_from_the_one_before():
    assert discrete_atp(0, [100, 0, 30], [20, 0, 50]).tolist() == [60, 0, 0]
    assert discrete_atp(0, [100, 0, 30], [20, 0, 50], look_back=False).tolist() == [80, 0, -20]


def test_without_look_ahead_the_stock_that_later_orders_live_on_is_promised_twice():
    given_ = 30, [0, 0], [0, 25]
    assert cumulative_atp(*given_, look_ahead=False).tolist() == [30, 5]
    assert cumulative_atp(*given_).tolist() == [5, 5]


def test_more_has_been_promised_than_there_will_be():
    assert discrete_atp(5, [0, 10], [20, 0]).tolist() == [-15, 10]
    assert cumulative_atp(5, [0, 10], [20, 0]).tolist() == [-15, -5]


@given(st.integers(-20, 60), amounts)
def test_cumulative_is_the_running_sum_of_discrete_and_never_falls(on_hand, rows):
    receipts, orders = ([row[k] for row in rows] for k in (0, 1))
    free = cumulative_atp(on_hand, receipts, orders)
    assert np.cumsum(discrete_atp(on_hand, receipts, orders)).tolist() == free.tolist()
    assert np.all(np.diff(free) >= 0)


@given(st.integers(0, 60), amounts, st.integers(0, 11), st.data())
def test_what_is_free_can_be_ordered_and_nothing_becomes_short(on_hand, rows, place, data):
    receipts, orders = ([row[k] for row in rows] for k in (0, 1))
    place %= len(rows)
    free = cumulative_atp(on_hand, receipts, orders)
    more = data.draw(st.integers(0, max(int(free[place]), 0)))
    taken = [one + more * (t == place) for t, one in enumerate(orders)]
    left = np.cumsum(np.array(receipts) - taken) + on_hand
    assert left.min(initial=0, where=np.arange(len(rows)) >= place) >= min(free[place], 0)


@given(st.integers(0, 60), amounts, st.lists(st.integers(0, 40), min_size=3, max_size=3))
def test_more_important_classes_reach_more_and_borrowing_only_helps(on_hand, rows, kept):
    receipts, orders = ([row[k] for row in rows] for k in (0, 1))
    held = [[one] * len(rows) for one in kept]
    nested = class_atp(on_hand, receipts, orders, held)
    assert np.all(np.diff(nested, axis=0) <= 0)
    assert np.all(nested >= class_atp(on_hand, receipts, orders, held, nested=False))
    assert nested[0].tolist() == np.maximum(cumulative_atp(on_hand, receipts, orders), 0).tolist()


def test_what_is_kept_is_free_again_after_its_period():
    found = class_atp(50, [0, 0], [0, 0], [[30, 0], [0, 0]])
    assert found.tolist() == [[50, 50], [20, 50]]


def test_first_bucket_that_is_enough():
    assert [first_bucket([5, 5, 40], quantity) for quantity in (5, 6, 41)] == [0, 2, -1]


def test_working_ends_in_the_answer():
    working = atp_working(64, [0, 0, 70], [33, 20, 10], 0)
    assert (working.steps[-1].symbol, working.steps[-1].value) == ("ATP", 11)


@pytest.mark.parametrize(
    "call",
    [
        lambda: discrete_atp(0, [], []),
        lambda: discrete_atp(0, [1, 2], [1]),
        lambda: discrete_atp(0, [-1], [0]),
        lambda: cumulative_atp(float("nan"), [1], [0]),
        lambda: cumulative_atp(0, [float("inf")], [0]),
        lambda: class_atp(0, [1], [0], [1]),
        lambda: class_atp(0, [1], [0], [[-1]]),
        lambda: atp_working(0, [1], [0], 1),
        lambda: reliability([1.2], [True]),
        lambda: reliability([0.5], [True, False]),
        lambda: reliability([0.5], [True], [1, 0]),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ProblemError):
        call()


def test_chances_that_come_true_lie_in_their_interval():
    """E. B. Wilson 1927: 81 of 263 give 0.2553 to 0.3662 (the example of R. G. Newcombe, Stat. Med. 17, 1998)."""
    found = reliability([0.4] * 263, [True] * 81 + [False] * 182, [0, 1])
    assert (round(found.least[0], 4), round(found.most[0], 4)) == (0.2553, 0.3662)
    assert found.least[0] < found.kept[0] < found.most[0]


def test_bands_without_cases_have_no_share():
    found = reliability([0.9, 0.96], [True, True])
    assert found.count.tolist() == [0, 0, 1, 1]
    assert np.isnan(found.kept[:2]).all()
