"""Replay and exchange curve: against the theory over a long history, by laws, and arguments that cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import (
    Gamma,
    ReplayPolicy,
    exact_min_max,
    exchange_curve,
    lead_time_demand,
    order_up_to_level,
    poisson,
    reorder_point,
    replay_policy,
    service_min_max,
)

LONG = 100_000


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def test_exact_policy_costs_over_a_long_history_what_it_was_computed_to():
    """Snyder and Shen 2019, example 4.7: 8.0341 a period."""
    best = exact_min_max(poisson(6), 5, 1, 4)
    history = np.random.default_rng(1).poisson(6, LONG)
    policy = ReplayPolicy(best.reorder_point, best.order_up_to)
    done = replay_policy(history, policy, 0, order_cost=5, holding_cost=1, shortage_cost=4)
    assert done.cost / LONG == pytest.approx(best.cost, rel=0.01)


@pytest.mark.parametrize("fill", [0.9, 0.98])
def test_periodic_review_reaches_its_fill_rate_over_a_long_history(fill):
    history = np.random.default_rng(2).gamma(4, 25, LONG)
    weeks = [lead_time_demand(100, 50, periods, kind="gamma") for periods in (5, 3)]
    level = order_up_to_level(*weeks, fill, "fill").level
    done = replay_policy(history, ReplayPolicy(level, level, review=2), 3)
    assert done.fill_rate == pytest.approx(fill, abs=0.01)


@pytest.mark.parametrize("fill", [0.9, 0.98])
def test_min_max_for_a_fill_rate_reaches_it_over_a_long_history(fill):
    history = np.random.default_rng(3).gamma(4, 25, LONG)
    weeks = [lead_time_demand(100, 50, periods, kind="gamma") for periods in (4, 3)]
    best = service_min_max(*weeks, review_sd=50, lot=400, fill_rate=fill)
    done = replay_policy(history, ReplayPolicy(best.reorder_point, best.order_up_to), 3)
    assert done.fill_rate == pytest.approx(fill, abs=0.01)


def test_slow_item_reaches_its_cycle_service_over_a_long_history():
    history = np.random.default_rng(4).poisson(0.3, LONG)
    point = reorder_point(poisson(0.3 * 10), 5, 0.9).level
    done = replay_policy(history, ReplayPolicy(point, quantity=5), 9)
    assert done.cycle_service == pytest.approx(0.95, abs=0.06)


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.integers(0, 20),
    st.integers(0, 15),
    st.lists(st.integers(0, 4), min_size=1, max_size=3),
    st.sampled_from(["waits", "lost"]),
)
def test_units_are_neither_made_nor_lost_on_the_way(history, point, quantity, spans, unserved):
    policy = ReplayPolicy(point, point + 5, quantity)
    done = replay_policy(history, policy, spans, start_stock=7, unserved=unserved)
    received = np.zeros(len(history) + 10)
    placed = np.flatnonzero(done.ordered)
    for number, t in enumerate(placed):
        received[t + 1 + spans[number % len(spans)]] += done.ordered[t]
    asked = np.array(history) - (done.unserved if unserved == "lost" else 0)
    net = 7 + np.cumsum(received[: len(history)] - asked)
    assert done.on_hand - done.waiting == pytest.approx(net)
    assert done.orders == placed.size
    assert (done.on_hand * done.waiting).max() == pytest.approx(0)
    assert 0 <= done.fill_rate <= 1
    assert 0 <= done.cycle_service <= 1


def test_history_without_demand_is_fully_served():
    done = replay_policy([0, 0], ReplayPolicy(0, 5), 2)
    assert (done.fill_rate, done.cycle_service, done.orders, done.mean_stock) == (1, 1, 0, 5)


def test_more_service_takes_more_money_and_sharing_takes_least():
    items = [Gamma(40, 30), Gamma(400, 60), Gamma(3, 5)]
    rest = ([50, 300, 6], [10, 1, 200], [10, 100, 1], [0.8, 0.9, 0.95, 0.99])
    each, shared, cycle = (exchange_curve(items, *rest, rule) for rule in ("fill", "shared", "cycle"))
    for curve in (each, shared, cycle):
        assert (np.diff(curve.safety_money) > 0).all()
        assert (np.diff(curve.fill_rate) > 0).all()
    assert each.fill_rate == pytest.approx(rest[-1])
    assert shared.fill_rate == pytest.approx(rest[-1], abs=1e-6)
    assert (shared.safety_money <= each.safety_money + 1e-6).all()
    assert each.cycle_money.tolist() == [(500 + 300 + 1200) / 2] * 4


def test_arguments_that_cannot_be():
    assert columns(lambda: replay_policy([], ReplayPolicy(5, 3, review=0), [-1], start_stock=-1, order_cost=-1)) == [
        "review", "order_cost", "lead_times", "demand", "order_up_to", "start_stock",
    ]  # fmt: skip
    assert columns(lambda: replay_policy([1], ReplayPolicy(5, 6), 1, unserved="late")) == ["unserved"]
    assert columns(lambda: exchange_curve([], [], [], [], [1], "any")) == ["rule", "services", "demands"]
    assert columns(lambda: exchange_curve([Gamma(1, 1)], [0], [1, 1], [1], [0.5])) == ["unit_costs", "quantities"]
