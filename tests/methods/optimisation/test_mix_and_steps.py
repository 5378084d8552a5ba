"""Product mix, steps of capacity, rough-cut capacity and shares of a family: worked examples and laws."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.optimisation import (
    CapacityStep,
    bill_of_resources,
    capacity_steps,
    gross_requirements,
    product_mix,
    rough_cut,
    split_family,
    structure,
    whole_units,
)

PQ = [[15, 10], [15, 30], [15, 5], [15, 5]]


def test_mix_of_goldratts_products_is_the_published_one():
    """The Haystack Syndrome, chapter 12: 100 P and 30 Q bring 6,300; B is the constraint."""
    found = product_mix([45, 60], PQ, [2400] * 4, most=[100, 50])
    assert found.quantity.tolist() == pytest.approx([100, 30])
    assert found.throughput == pytest.approx(6300)
    assert found.constraint == 1
    assert found.per_hour.tolist() == pytest.approx([3, 2])


def test_mix_by_throughput_for_an_hour_is_the_best_where_one_constraint_binds():
    found = product_mix([45, 60], PQ, [2400] * 4, most=[100, 50])
    left, total = 2400.0, 0.0
    for product in found.rank:
        made = min([100, 50][product], left / PQ[1][product])
        left, total = left - made * PQ[1][product], total + made * [45, 60][product]
    assert found.throughput == pytest.approx(total)


def test_everything_is_made_where_nothing_is_scarce():
    found = product_mix([5], [[1]], [100], most=[20])
    assert found.constraint == -1
    assert found.quantity.tolist() == [20]
    assert found.price.tolist() == [0]


def test_least_quantities_that_do_not_fit_lack_hours():
    found = product_mix([5], [[2]], [10], most=[9], least=[8])
    assert found.status == "infeasible"
    assert found.lacking.tolist() == pytest.approx([6])


@pytest.mark.parametrize(
    "arguments",
    [
        ([5], [[1, 2]], [10], {}),
        ([5], [[1]], [10], {"most": [3], "least": [4]}),
        ([5], [[0]], [10], {}),
        ([np.nan], [[1]], [10], {"most": [3]}),
        ([5], [[-1]], [10], {"most": [3]}),
        ([5], [[1]], [10], {"most": [3, 4]}),
    ],
)
def test_wrong_mix_is_refused(arguments):
    *plain, named = arguments
    with pytest.raises(ProblemError):
        product_mix(*plain, **named)


def test_step_is_worth_its_discounted_gain_less_its_cost():
    """40 hours more for 500 where 50 units at 10 go unmade: 400 a year for two years at 10 %."""
    found = capacity_steps([CapacityStep("shift", 0, 40, 500)], [10], [[1]], [100], [[[150], [150]]], interest=0.1)
    assert found.value[0] == pytest.approx(-500 + 400 / 1.1 + 400 / 1.21)
    assert found.payback[0] == pytest.approx(1.25)
    assert found.price.tolist() == [pytest.approx([10, 10])]
    even = capacity_steps([CapacityStep("shift", 0, 40, 500)], [10], [[1]], [100],
                          [[[150 * found.break_even[0]]] * 2], interest=0.1)  # fmt: skip
    assert even.value[0] == pytest.approx(0, abs=0.01)


def test_step_that_never_pays_is_not_taken():
    found = capacity_steps([CapacityStep("hall", 0, 40, 9e9)], [10], [[1]], [100], [[[150], [150]]])
    assert found.chosen.tolist() == [-1]
    assert np.isinf(found.break_even[0])
    assert np.isinf(found.payback[0])
    assert found.chosen_value == pytest.approx(0, abs=1e-6)


def test_better_of_two_steps_is_taken_and_waits_for_the_year_in_which_it_pays():
    steps = [CapacityStep("dear", 0, 50, 400), CapacityStep("cheap", 0, 50, 300)]
    found = capacity_steps(steps, [10], [[1]], [100], [[[100], [150], [150]]], interest=0.05)
    assert found.chosen.tolist() == [-1, 1]
    later = (500 / 1.05**2 + 500 / 1.05**3) - 300 / 1.05
    assert found.chosen_value == pytest.approx(later)


def test_scenarios_count_by_their_chance():
    demand = [[[100]], [[200]]]
    found = capacity_steps([CapacityStep("step", 0, 100, 0)], [1], [[1]], [100], demand, chance=[3, 1])
    assert found.gain.tolist() == [pytest.approx([25])]


def test_wrong_steps_are_refused_with_all_faults():
    with pytest.raises(ProblemError) as raised:
        capacity_steps([CapacityStep("x", 4, -1, 0)], [1], [[1]], [1], [[[-1]]], interest=-2)
    assert len(raised.value.problems) == 4
    with pytest.raises(ProblemError, match="not all 0"):
        capacity_steps([], [1], [[1]], [1], [[[1]]], chance=[0])


def test_bill_of_resources_goes_through_all_levels():
    """A takes 2 B and 1 C; B takes 3 C. Hours: A 1, B 0.5, C 0.1."""
    bill = structure([0, 0, 1], [1, 2, 2], [2, 1, 3], 3)
    hours = bill_of_resources(bill, [[1.0], [0.5], [0.1]])
    assert hours[:, 0].tolist() == pytest.approx([1 + 2 * 0.8 + 0.1, 0.8, 0.1])
    assert gross_requirements(bill, [[10.0], [0.0], [0.0]])[:, 0].tolist() == pytest.approx([10, 20, 70])


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_load_by_bills_is_the_load_of_all_requirements(seed):
    rng = np.random.default_rng(seed)
    edges = [(a, b) for a in range(8) for b in range(a + 1, 8) if rng.random() < 0.3]
    parent, component = [a for a, _ in edges], [b for _, b in edges]
    bill = structure(parent, component, rng.integers(1, 4, len(edges)), 8)
    own, demand = rng.random((8, 2)), rng.random((8, 3)) * 10
    load, _ = rough_cut(demand, bill_of_resources(bill, own), np.zeros((2, 3)))
    assert load == pytest.approx(own.T @ gross_requirements(bill, demand))


def test_item_that_takes_itself_is_refused():
    with pytest.raises(ProblemError, match="takes itself"):
        structure([0, 1], [1, 0], [1, 1], 2)


@given(
    st.lists(st.tuples(st.floats(0, 50), st.floats(-20, 80), st.floats(0, 30)), min_size=1, max_size=8),
    st.floats(0, 400),
)
@example([(5e-324, 0.0, 0.0)], 1.0)  # the smallest number there is
@settings(max_examples=100, deadline=None)
def test_shares_add_up_and_no_item_that_gets_something_lasts_longer_than_another(items, made):
    demand, stock, rate = (np.array(column) for column in zip(*items, strict=True))
    shares = split_family(made, demand, stock, rate)
    assert shares.sum() == pytest.approx(made, abs=1e-6 * max(made, 1))
    assert (shares >= -1e-9).all()
    if (rate > 0.01).all():
        lasts = (stock + shares - demand) / rate
        assert all(lasts[shares > 1e-6] <= lasts.min() + 1e-3 * (1 + abs(lasts.min())) + 1e-2) or made < 1e-3


def test_whole_units_never_stray_by_a_unit():
    rounded, left = whole_units([0.7, 0.7, 0.7, 0.7], 1)
    assert rounded.tolist() == [0, 1, 1, 0]
    assert left == pytest.approx(0.8)


def test_wrong_family_is_refused():
    with pytest.raises(ProblemError):
        split_family(-1, [1], [1], [1])
