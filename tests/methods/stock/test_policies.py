"""Lead-time demand and policies: against trying all, against convolution by hand, and arguments that cannot be."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import (
    Discrete,
    Gamma,
    Normal,
    base_stock_level,
    convolved_lead_time_demand,
    economic_order_quantity,
    exact,
    exact_min_max,
    exact_reorder_policy,
    fixed,
    lead_time_demand,
    newsvendor,
    order_up_to_level,
    poisson,
    power_approximation,
    reorder_point,
    service_min_max,
    windowed_lead_time_demand,
)

COSTS = {"order_cost": 5, "holding_cost": 1, "back_order_cost": 4}


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def long_run_cost(shares, low, high, order, holding, back_order):
    """The cost of a period under (s, S), from the stationary chain of the position after ordering."""
    states = high - low
    chain = np.zeros((states, states))
    for place, (asked, share) in product(range(states), enumerate(shares)):
        after = high - place - asked
        chain[place, 0 if after <= low else high - after] += share
    left = np.linalg.lstsq(np.vstack([chain.T - np.eye(states), np.ones(states)]), [0.0] * states + [1.0], rcond=None)[
        0
    ]
    cost = 0.0
    for place, weight in enumerate(left):
        position = high - place
        for asked, share in enumerate(shares):
            end = position - asked
            cost += weight * share * (max(end, 0) * holding + max(-end, 0) * back_order + order * (end <= low))
    return cost


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=5), st.integers(0, 30), st.integers(1, 9))
def test_exact_policy_costs_least_of_all_pairs(weights, order, back_order):
    shares = np.array([1, *weights, 1]) / (sum(weights) + 2)
    best = exact_min_max(Discrete(np.arange(shares.size), shares), order, 1.0, float(back_order))
    low, high = int(best.reorder_point), int(best.order_up_to)
    assert best.cost == pytest.approx(long_run_cost(shares, low, high, order, 1.0, back_order))
    pairs = [(s, top) for s in range(low - 3, low + 4) for top in range(max(s + 1, high - 3), high + 4)]
    assert best.cost <= min(long_run_cost(shares, *pair, order, 1.0, back_order) for pair in pairs) + 1e-9


def test_exact_policy_of_snyder_and_shen_problem_4_31():
    best = exact_min_max(poisson(4), 150, 40, 125)
    assert (best.reorder_point, best.order_up_to, best.cost) == (2, 7, pytest.approx(223.5748295669688))


def test_exact_policy_without_order_cost_is_the_newsvendors_base_stock():
    best = exact_min_max(poisson(6), 0, 1, 4)
    assert (best.reorder_point, best.order_up_to) == (7, 8)
    assert best.cost == pytest.approx(newsvendor(poisson(6), 1, 4).cost)


def test_exact_policy_with_lead_time_meets_the_demand_of_lead_time_and_a_period():
    best = exact_min_max(poisson(6), **COSTS, lead_time_demand=poisson(18))
    assert exact_min_max(poisson(6), **COSTS).order_up_to < best.order_up_to < 30
    wide = exact_min_max(poisson(6), 5000, 1, 4)
    assert wide.order_up_to - wide.reorder_point == pytest.approx(
        economic_order_quantity(6, 5000, 0.8).quantity, rel=0.05
    )


def test_exact_reorder_policy_costs_least_of_all_pairs():
    demand, best = poisson(5), exact_reorder_policy(50, poisson(5), 100, 10, 25)

    def cost(low, size):
        positions = [low + place for place in range(1, size + 1)]
        waits = [demand.loss(y) for y in positions]
        kept = sum(10 * (y - 5 + wait) + 25 * wait for y, wait in zip(positions, waits, strict=True))
        return (100 * 50 + kept) / size

    low, size = int(best.reorder_point), int(best.order_up_to - best.reorder_point)
    assert best.cost == pytest.approx(cost(low, size))
    assert best.cost <= min(cost(low + a, size + b) for a in range(-4, 5) for b in range(-4, 5)) + 1e-9


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.lists(st.integers(0, 4), min_size=1, max_size=4))
def test_convolved_demand_is_the_sum_of_all_ways(seen, spans):
    values, counts = np.unique(seen, return_counts=True)
    found = convolved_lead_time_demand(Discrete(values, counts), spans)
    by_hand = {}
    for span in spans:
        for way in product(seen, repeat=span):
            by_hand[sum(way)] = by_hand.get(sum(way), 0.0) + 1 / len(seen) ** span / len(spans)
    assert found.values.tolist() == sorted(by_hand)
    assert found.probabilities == pytest.approx([by_hand[value] for value in sorted(by_hand)], abs=1e-12)


def test_windows_keep_what_comes_in_bursts():
    bursts = [0, 0, 0, 5, 5, 0, 0, 0, 5, 5]
    together = windowed_lead_time_demand(bursts, [2])
    apart = convolved_lead_time_demand(Discrete([0, 5], [0.6, 0.4]), [2])
    assert together.sd > apart.sd
    assert windowed_lead_time_demand(bursts, [0, 0]).values.tolist() == [0]


@pytest.mark.parametrize("kind", ["normal", "gamma", "negative-binomial", "poisson"])
def test_lead_time_of_nothing_needs_no_stock(kind):
    policy = reorder_point(lead_time_demand(5, 3, 0, kind=kind), 10, 0.95)
    assert (policy.level, policy.safety_stock, policy.fill_rate) == (0, 0, 1)


@pytest.mark.parametrize("kind", ["normal", "gamma", "negative-binomial"])
def test_spread_of_demand_and_lead_time_add_up(kind):
    demand = lead_time_demand(20, 15, 3, 0.5, kind=kind)
    assert (demand.mean, demand.sd) == (pytest.approx(60), pytest.approx((3 * 225 + 400 * 0.25) ** 0.5, rel=1e-4))


def test_whole_demand_that_is_hardly_spread_out_is_poisson():
    assert lead_time_demand(9, 1, 4, kind="negative-binomial").sd == pytest.approx(6)
    assert lead_time_demand(9, 0, 4, kind="poisson").sd == pytest.approx(6)
    assert lead_time_demand(9, 0, 4).sd == 0


DEMANDS = [Normal(400, 116), Gamma(400, 116), poisson(40), lead_time_demand(4, 9, 5, kind="negative-binomial")]


@pytest.mark.parametrize("demand", DEMANDS, ids=lambda of: type(of).__name__)
@pytest.mark.parametrize("service", [0.5, 0.9, 0.99, 0.9999])
def test_levels_reach_their_service_and_one_less_does_not(demand, service):
    cycle, fill = (reorder_point(demand, 50, service, measure) for measure in ("cycle", "fill"))
    assert cycle.cycle_service >= service - 1e-9
    assert fill.fill_rate >= service - 1e-9
    assert demand.cdf(cycle.level - 1) < service
    less = fill.level - 1
    assert fill.level == 0 or 1 - (demand.loss(less) - demand.loss(less + 50)) / 50 < service
    assert base_stock_level(demand, service).fill_rate >= service - 1e-9
    assert base_stock_level(demand, service, "cycle").cycle_service >= service - 1e-9


def test_longer_review_needs_more_stock():
    levels = [order_up_to_level(lead_time_demand(100, 30, 4 + r), lead_time_demand(100, 30, 4), 0.98, m).level
              for m in ("cycle", "fill") for r in (1, 3)]  # fmt: skip
    assert levels[0] < levels[1]
    assert levels[2] < levels[3]


def test_larger_lots_need_a_lower_reorder_point():
    weeks = lead_time_demand(100, 30, 5), lead_time_demand(100, 30, 4)
    small, large = (service_min_max(*weeks, 30, lot, 0.95).reorder_point for lot in (150, 1500))
    assert large < small


def test_base_stock_of_feeney_and_sherbrooke_is_the_poisson_table():
    """P(D <= 10) = 0.9574 and P(D <= 9) = 0.9161 for a mean of 6: the printed Poisson tables."""
    policy = base_stock_level(poisson(6), 0.95)
    assert (policy.level, round(policy.fill_rate, 4)) == (11, 0.9574)
    assert base_stock_level(poisson(6), 0.91).level == 10


@pytest.mark.parametrize("service", [0, 1, 1.2, -0.5, float("nan"), "all"])
def test_service_of_one_or_above_is_a_problem(service):
    demand = Normal(4, 1)
    assert columns(lambda: reorder_point(demand, 1, service)) == ["service"]
    assert columns(lambda: order_up_to_level(demand, fixed(2), service, "fill")) == ["service"]
    assert columns(lambda: base_stock_level(demand, service)) == ["service"]
    assert columns(lambda: service_min_max(demand, fixed(2), 1, 1, service)) == ["fill_rate"]


def test_lots_too_large_to_search_are_a_problem(monkeypatch):
    monkeypatch.setattr(exact, "WIDEST", 1 << 11)
    assert columns(lambda: exact_min_max(poisson(0.01), 1e15, 1, 1)) == ["order_cost"]


def test_other_arguments_that_cannot_be():
    assert columns(lambda: reorder_point(Normal(4, 1), 0, 0.9, "type 1")) == ["measure", "quantity"]
    assert columns(lambda: order_up_to_level(fixed(2), fixed(2), 0.9)) == ["review_demand"]
    assert columns(lambda: service_min_max(fixed(2), fixed(2), -1, 0, 0.9)) == ["lot", "review_sd", "review_demand"]
    assert columns(lambda: exact_min_max(Discrete([0.5], [1]), -1, 0, 0)) == [
        "order_cost", "holding_cost", "back_order_cost", "demand", "lead_time_demand",
    ]  # fmt: skip
    assert columns(lambda: exact_min_max(fixed(0), 1, 1, 1)) == ["demand"]
    assert columns(lambda: exact_reorder_policy(0, Discrete([0.5], [1]), 1, 1, 1)) == [
        "demand_rate",
        "lead_time_demand",
    ]
    assert columns(lambda: exact_reorder_policy(1, poisson(5), 1e15, 1, 1)) == ["order_cost"]
    assert columns(lambda: power_approximation(0, 1, 1, 0, 1, -1)) == ["mean", "holding_cost", "lead_time"]
    assert columns(lambda: lead_time_demand(0, -1, -1, -1, kind="odd")) == [
        "mean", "sd", "lead_time", "lead_time_sd", "kind",
    ]  # fmt: skip
    assert columns(lambda: windowed_lead_time_demand([], [])) == ["history", "lead_times"]
    assert columns(lambda: windowed_lead_time_demand([1, 2], [3])) == ["lead_times"]
    assert columns(lambda: convolved_lead_time_demand(Discrete([0.5], [1]), [])) == ["demand", "lead_times"]
    assert columns(lambda: convolved_lead_time_demand(fixed(1e6), [9])) == ["lead_times"]
