"""Order quantities: worked examples with their source, laws, and arguments that cannot be."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import (
    all_units_discount,
    economic_order_quantity,
    economic_production_quantity,
    incremental_discount,
    joint_replenishment,
    order_cost_curve,
    planned_back_orders,
)

MONEY = st.floats(0.01, 1e4)
STEPS = ([0, 400, 800], [0.75, 0.72, 0.68])


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_candy_bars_of_snyder_and_shen_example_3_1():
    best = economic_order_quantity(1300, 8, 0.225)
    assert (best.quantity, best.cost) == (pytest.approx(304.0467800264368), pytest.approx(68.41052550594827))


def test_back_orders_of_snyder_and_shen_example_3_8():
    best = planned_back_orders(1300, 8, 0.225, 5)
    assert (best.quantity, best.cost) == (pytest.approx(310.8125551589646), pytest.approx(66.92136355097325))


def test_production_quantity_of_snyder_and_shen_problem_3_22():
    best = economic_production_quantity(80, 4, 0.08, 110)
    assert (best.quantity, best.cost) == (pytest.approx(171.2697677155351), pytest.approx(3.73679493197531))


def test_discounts_of_snyder_and_shen_example_3_5():
    every, only_beyond = all_units_discount(1300, 8, 0.3, *STEPS), incremental_discount(1300, 8, 0.3, *STEPS)
    assert (every.quantity, every.cost) == (800, pytest.approx(978.6))
    assert (only_beyond.quantity, only_beyond.cost) == (pytest.approx(304.04678003), pytest.approx(1043.41052551))


@given(MONEY, MONEY, MONEY, st.floats(0.2, 5))
def test_no_quantity_costs_less_than_the_economic_one(demand, order, holding, factor):
    best = economic_order_quantity(demand, order, holding)
    other = order_cost_curve(demand, order, holding, [best.quantity * factor]).total[0]
    assert other >= best.cost * (1 - 1e-12)
    assert best.cost == pytest.approx(best.order_cost + best.holding_cost)


def paid(quantity, breaks, prices, *, every):
    """Money for one order, by adding up each unit's price."""
    if every:
        return quantity * prices[np.searchsorted(breaks, quantity, side="right") - 1]
    ends = [*breaks[1:], np.inf]
    spans = zip(breaks, ends, prices, strict=True)
    return sum(max(0.0, min(quantity, end) - start) * price for start, end, price in spans)


@pytest.mark.parametrize("every", [True, False])
@given(st.lists(st.floats(1, 500), min_size=1, max_size=3), st.lists(st.floats(0.5, 1), min_size=3, max_size=3), MONEY)
def test_no_quantity_of_a_fine_grid_costs_less_than_the_discounted_one(every, widths, falls, order):
    breaks = [0.0, *np.cumsum(widths).tolist()]
    prices = np.cumprod([10.0, *falls])[: len(breaks)].tolist()
    best = (all_units_discount if every else incremental_discount)(900, order, 0.2, breaks, prices)

    def cost(quantity):
        money = paid(quantity, breaks, prices, every=every)
        return (order + money) * 900 / quantity + 0.2 * money / 2

    assert best.cost == pytest.approx(cost(best.quantity))
    assert all(cost(quantity) >= best.cost * (1 - 1e-12) for quantity in np.linspace(1, 3000, 200))


def test_discount_that_goes_up_is_a_problem_that_names_the_step():
    with pytest.raises(ProblemError, match=r"from 800 units on is 0\.8, more than the 0\.72"):
        all_units_discount(1300, 8, 0.3, [0, 400, 800], [0.75, 0.72, 0.80])


def test_all_faults_of_a_discount_come_at_once():
    assert columns(lambda: all_units_discount(0, -1, float("nan"), [0], [1, 2])) == [
        "demand", "order_cost", "holding_rate", "unit_costs",
    ]  # fmt: skip
    assert columns(lambda: incremental_discount(1, 1, 1, [5, 5], [2, 0])) == [
        "breakpoints",
        "breakpoints",
        "unit_costs",
    ]
    assert columns(lambda: incremental_discount(1, 1, 1, [], [])) == ["breakpoints"]


def test_holding_cost_of_nothing_and_what_is_no_number_are_problems():
    assert columns(lambda: economic_order_quantity(float("inf"), "many", 0)) == ["demand", "order_cost", "holding_cost"]
    assert columns(lambda: economic_production_quantity(80, 4, 1, 80)) == ["production_rate"]
    assert columns(lambda: planned_back_orders(80, 4, 1, None)) == ["back_order_cost"]
    assert columns(lambda: order_cost_curve(80, 4, 1, [3, 0])) == ["quantities"]


ITEM = st.tuples(st.floats(1, 1000), st.floats(0.1, 10), st.floats(0, 20))


@given(st.lists(ITEM, min_size=1, max_size=3), st.floats(1, 50))
def test_no_multiples_up_to_eight_cost_less_than_the_joint_rhythm(items, order):
    demand, holding, own = (np.array(column) for column in zip(*items, strict=True))
    plan = joint_replenishment(demand, holding, own, order)
    weight = demand * holding
    tries = np.array(list(product(range(1, 9), repeat=demand.size)))
    costs = np.sqrt(2 * (order + (own / tries).sum(axis=1)) * (tries * weight).sum(axis=1))
    assert plan.cost <= costs.min() * (1 + 1e-9)
    told = order / plan.interval + (own / plan.multiple).sum() / plan.interval
    told += (plan.multiple * weight).sum() * plan.interval / 2
    assert plan.cost == pytest.approx(told)
    assert plan.quantity == pytest.approx(demand * plan.multiple * plan.interval)


def test_joint_replenishment_of_one_item_is_its_economic_order_quantity():
    plan = joint_replenishment([1300], [0.225], [3], 5)
    assert plan.quantity[0] == pytest.approx(economic_order_quantity(1300, 8, 0.225).quantity)
    assert plan.cost == pytest.approx(plan.apart)


def test_joint_replenishment_says_what_is_wrong():
    assert columns(lambda: joint_replenishment([1, 0], [1], [1, -2], 0)) == [
        "order_cost", "item_cost", "holding_cost", "demand",
    ]  # fmt: skip
    assert columns(lambda: joint_replenishment([], [], [], 5)) == ["demand"]
    assert columns(lambda: joint_replenishment([1, 1], [1, 1], [5, 9e9], 1e-9)) == ["order_cost"]


def test_working_tells_what_went_in_the_formula_and_the_source():
    told = str(economic_order_quantity(1300, 8, 0.225).working)
    assert "D = 1300 (demand, units in a unit of time)" in told
    assert told.endswith("section 3.2")
