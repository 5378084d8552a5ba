"""What a stock method is given that is no number, or no distribution, it says; it never fails on it later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods import stock
from plantwright.methods.stock import Normal, poisson

USUAL = Normal(50, 8)

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a text for demand": (lambda: stock.economic_order_quantity("1300", 8, 0.2), "demand"),  # type: ignore[arg-type]
    "a text for a service": (lambda: stock.base_stock_level(USUAL, "0.9"), "service"),  # type: ignore[arg-type]
    "a row for a number": (lambda: stock.kanban_cards([1, 2], 2, 5), "demand"),  # type: ignore[arg-type]
    "a number for a distribution": (lambda: stock.newsvendor(5, 1, 4), "demand"),  # type: ignore[arg-type]
    "nothing for a distribution": (lambda: stock.reorder_point(None, 10, 0.9), "demand"),  # type: ignore[arg-type]
    "one of two distributions": (lambda: stock.order_up_to_level(USUAL, 3, 0.9), "lead_demand"),  # type: ignore[arg-type]
    "a number among distributions": (lambda: stock.exchange_curve([5], [1], [1], [1], [0.9]), "demands"),  # type: ignore[list-item]
    "a smooth distribution for single values": (
        lambda: stock.exact_min_max(USUAL, 5, 1, 4),  # type: ignore[arg-type]
        "demand",
    ),
    "a smooth distribution over lead times": (
        lambda: stock.convolved_lead_time_demand(USUAL, [1]),  # type: ignore[arg-type]
        "demand",
    ),
    "a critical ratio that rounds to 1": (lambda: stock.newsvendor(USUAL, 1e-300, 1), "overage"),
    "back-orders dear beyond all measure": (
        lambda: stock.exact_reorder_policy(5, poisson(5), 8, 1, 1e300),
        "back_order_cost",
    ),
    "a spread beyond all numbers": (lambda: stock.lead_time_demand(1e300, 2, 3, 1), "mean"),
    "a mean beside which nothing is seen": (lambda: stock.negative_binomial(1e-300, 4), "mean"),
    "a joint order that costs nearly nothing": (
        lambda: stock.joint_replenishment([10, 20], [1, 2], [3, 4], 1e-300),
        "order_cost",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_cannot_be_computed_is_told_with_its_argument(name: str) -> None:
    ask, column = CASES[name]
    with pytest.raises(ProblemError) as told:
        ask()
    assert told.value.problems[0].column == column
    assert told.value.problems[0].remedy


def test_a_number_given_as_a_text_is_shown_as_a_text() -> None:
    with pytest.raises(ProblemError, match="demand must be a number, above 0; it is '1300'"):
        stock.economic_order_quantity("1300", 8, 0.2)  # type: ignore[arg-type]
