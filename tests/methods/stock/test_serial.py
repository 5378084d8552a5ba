"""Stages in a row: the textbook's example, one stage as the newsvendor, bounds, and arguments that cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import Normal, newsvendor, serial_base_stock


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_three_stages_of_snyder_and_shen_example_6_1():
    """Echelon base stocks 6.49, 12.02 and 22.71, local ones 6.49, 5.53 and 10.69, cost 47.65."""
    best = serial_base_stock([1, 1, 2], [7, 4, 2], 37.12, 5, 1)
    assert best.echelon == pytest.approx([6.49, 12.02, 22.71], abs=0.02)
    assert best.local == pytest.approx([6.49, 5.53, 10.69], abs=0.02)
    assert best.cost == pytest.approx(47.65, abs=0.03)


def test_one_stage_is_the_newsvendor_of_its_lead_time():
    best, alone = serial_base_stock([4], [3], 20, 10, 4), newsvendor(Normal(40, 8), 3, 20)
    assert best.echelon[0] == pytest.approx(alone.quantity, abs=0.1)
    assert best.cost == pytest.approx(alone.cost, rel=0.001)
    assert best.lower[0] == pytest.approx(best.upper[0])


@settings(max_examples=10)
@given(st.lists(st.floats(0.5, 3), min_size=2, max_size=3), st.floats(5, 50))
def test_base_stocks_lie_between_their_bounds(times, penalty):
    best = serial_base_stock(times, np.arange(len(times), 0, -1), penalty, 8, 2)
    assert (best.echelon >= best.lower - 0.1).all()
    assert (best.echelon <= best.upper + 0.1).all()


def test_arguments_that_cannot_be():
    assert columns(lambda: serial_base_stock([1, 0], [2, 2], 0, 1, 1)) == [
        "back_order_cost", "lead_times", "holding_costs",
    ]  # fmt: skip
    assert columns(lambda: serial_base_stock([], [], 1, 1, 1)) == ["lead_times"]
    assert columns(lambda: serial_base_stock([1], [1], 1, 1e6, 1)) == ["lead_times"]
