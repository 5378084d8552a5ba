"""Lot sizing against worked examples of the literature, and against trying every plan."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.lot_sizing import (
    LotRule,
    adjust_lot,
    economic_order_quantity,
    fixed_order_quantity,
    least_unit_cost,
    lot_cost,
    lot_for_lot,
    part_period_balancing,
    period_order_quantity,
    silver_meal,
    size_lots,
    wagner_whitin,
)

# Harmon Music, valve casings: S. Nahmias, Production and Operations Analysis, 5th ed., 2005, examples 7.1 to 7.4.
TRUMPETS = [42, 42, 32, 12, 26, 112, 45, 14, 76, 38]
# Ten weeks of gross requirements, set-up 100, holding 1 a week: J. Heizer and B. Render, Operations Management, ch. 14.
WEEKS, HEIZER = [2, 3, 5, 6, 7, 9, 10], [30, 40, 10, 40, 30, 30, 55]
BOXES = [10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41]  # Silver, Pyke and Peterson, 3rd ed., 1998, chapter 6


def test_heizer_and_render_lot_for_lot_costs_700():
    assert lot_cost(lot_for_lot(WEEKS, HEIZER), WEEKS, HEIZER, 100, 1) == 700


def test_heizer_and_render_part_period_balancing_costs_490():
    lots = part_period_balancing(WEEKS, HEIZER, 100, 1)
    assert lots.quantity.tolist() == [80, 100, 55]
    assert lot_cost(lots, WEEKS, HEIZER, 100, 1) == 490


def test_heizer_and_render_wagner_whitin_costs_455():
    assert lot_cost(wagner_whitin(WEEKS, HEIZER, 100, 1), WEEKS, HEIZER, 100, 1) == 455


def test_nahmias_economic_quantity_of_the_valve_casing_is_139():
    lots = economic_order_quantity(range(10), TRUMPETS, order_cost=132, holding_cost=0.6)
    assert lots.quantity.tolist() == [139] * 4
    assert lots.time.tolist() == [0, 4, 6, 9]


def test_nahmias_silver_meal_exercise():
    lots = silver_meal(range(1, 6), [18, 30, 42, 5, 20], 80, 2)
    assert list(zip(lots.time.tolist(), lots.quantity.tolist(), strict=True)) == [(1, 48), (3, 47), (5, 20)]


def test_silver_pyke_peterson_wagner_whitin_costs_501_20():
    lots = wagner_whitin(range(12), BOXES, 54, 0.4)
    assert lots.quantity.tolist() == [84, 130, 283, 140, 124, 160, 279]
    assert lot_cost(lots, range(12), BOXES, 54, 0.4) == pytest.approx(501.20)


def test_wagner_and_whitin_1958_costs_864():
    needs = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
    costs = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]
    lots = wagner_whitin(range(12), needs, costs, 1)
    assert lots.quantity.tolist() == [98, 97, 121, 112, 67, 135]
    assert lot_cost(lots, range(12), needs, costs, 1) == 864


def test_least_unit_cost_by_hand():
    # 100/20 = 5; (100 + 30)/50 = 2.6; (100 + 30 + 2 x 40)/90 = 2.33; (210 + 3 x 100)/190 = 2.68: stop after three.
    lots = least_unit_cost([0, 1, 2, 3], [20, 30, 40, 100], 100, 1)
    assert lots.quantity.tolist() == [90, 100]


def test_a_period_without_need_counts_as_covered_time_in_silver_meal():
    spread = silver_meal([0, 4], [10, 10], order_cost=30, holding_cost=1)
    dense = silver_meal(range(5), [10, 0, 0, 0, 10], order_cost=30, holding_cost=1)
    assert spread.quantity.tolist() == dense.quantity.tolist() == [10, 10]


def test_fixed_quantity_carries_the_rest_forward():
    lots = fixed_order_quantity([1, 2, 3, 4], [120, 10, 20, 1], 50)
    assert (lots.time.tolist(), lots.quantity.tolist()) == ([1, 1, 1, 4], [50, 50, 50, 50])


def test_period_quantity_counts_time_and_not_rows():
    assert period_order_quantity([0, 9, 10, 30], [1, 2, 3, 4], period=10).quantity.tolist() == [3, 3, 4]


def test_needs_of_one_moment_share_a_lot_under_every_rule():
    for rule in LotRule:
        lots = size_lots(rule, [5, 5, 5], [1, 2, 3], order_cost=1, holding_cost=1, period=3, quantity=6)
        assert lots.quantity.tolist() == [6], rule


@pytest.mark.parametrize(
    ("need", "minimum", "maximum", "multiple", "expected"),
    [
        (0, 10, 0, 5, []),
        (1, 10, 0, 0, [10]),
        (11, 10, 0, 4, [12]),
        (100, 0, 30, 0, [30, 30, 30, 10]),
        (100, 20, 30, 0, [30, 30, 30, 20]),
        (100, 0, 35, 10, [30, 30, 30, 10]),
    ],
)
def test_lot_is_raised_to_the_minimum_then_rounded_up_then_split(need, minimum, maximum, multiple, expected):
    assert adjust_lot(need, minimum, maximum, multiple).tolist() == expected


def test_minimum_that_does_not_fit_under_the_maximum_is_refused():
    with pytest.raises(ProblemError, match="maximum"):
        adjust_lot(5, minimum=9, maximum=11, multiple=4)


def test_every_bad_argument_is_reported_at_once():
    with pytest.raises(ProblemError) as caught:
        size_lots(LotRule.SILVER_MEAL, [3, 1], [4, -4], order_cost=-1, holding_cost=0, bucket=0, minimum=-1)
    assert [problem.column for problem in caught.value.problems] == [
        "time",
        "need",
        "order_cost",
        "holding_cost",
        "bucket",
        "minimum",
    ]


def test_a_fraction_is_refused_and_not_cut_off():
    with pytest.raises(ProblemError, match="whole numbers"):
        lot_for_lot([1], [0.5])


def test_no_needs_give_no_lots():
    for rule in LotRule:
        assert size_lots(rule, [], [], order_cost=1, holding_cost=1, quantity=1).quantity.size == 0


@st.composite
def needs_and_costs(draw):
    count = draw(st.integers(1, 9))
    gaps = draw(st.lists(st.integers(1, 4), min_size=count, max_size=count))
    needs = draw(st.lists(st.integers(0, 60), min_size=count, max_size=count))
    costs = draw(st.lists(st.integers(0, 200), min_size=count, max_size=count))
    return np.cumsum(gaps), needs, [float(cost) for cost in costs], draw(st.integers(1, 5))


def cheapest_by_trying(times, needs, costs, holding):
    """Try every set of rows at which to order; each need is held from the last order before it."""
    best = np.inf
    for chosen in range(1 << len(needs)):
        at, cost = None, 0.0
        for row, need in enumerate(needs):
            if chosen >> row & 1:
                at, cost = times[row], cost + costs[row]
            if need and at is None:
                break
            cost += holding * need * (times[row] - at) if need else 0
        else:
            best = min(best, cost)
    return best


@given(needs_and_costs())
@settings(deadline=None)
def test_wagner_whitin_is_never_beaten(case):
    times, needs, costs, holding = case
    lots = wagner_whitin(times, needs, costs, holding)
    assert lot_cost(lots, times, needs, costs, holding) == cheapest_by_trying(times, needs, costs, holding)


@given(needs_and_costs(), st.sampled_from(list(LotRule)), st.integers(0, 30), st.integers(0, 9), st.integers(0, 3))
@settings(deadline=None)
def test_lots_cover_each_need_in_time_within_their_limits(case, rule, minimum, multiple, room):
    times, needs, costs, holding = case
    maximum = (minimum + max(multiple, 1)) * room
    lots = size_lots(
        rule, times, needs, order_cost=max(costs[0], 1.0), holding_cost=holding, period=3, quantity=7,
        minimum=minimum, maximum=maximum, multiple=multiple,
    )  # fmt: skip
    for moment in times:
        covered = lots.quantity[lots.time <= moment].sum()
        assert covered >= sum(need for time, need in zip(times, needs, strict=True) if time <= moment)
    if rule == LotRule.FIXED_QUANTITY:
        assert set(lots.quantity.tolist()) <= {7}
    else:
        assert all(lot >= minimum and lot % max(multiple, 1) == 0 for lot in lots.quantity)
        assert not maximum or all(lots.quantity <= maximum)
    assert all(a <= b for a, b in pairwise(lots.time.tolist()))
