"""One warehouse and its retailers: special cases that are known, a simulation, and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.stock import poisson, warehouse_base_stock, warehouse_service

TWO = {"demand": [0.8, 0.4], "transport": [1.0, 2.0], "warehouse_time": 3.0}


def test_warehouse_with_plenty_leaves_each_retailer_its_transport_time():
    found = warehouse_service(**TWO, warehouse_stock=30, retailer_stock=[2, 2])
    assert found.fill_rate == pytest.approx([poisson(0.8).cdf(1), poisson(0.8).cdf(1)], abs=1e-9)
    assert found.warehouse_waiting == pytest.approx(0, abs=1e-9)


def test_empty_warehouse_adds_its_whole_time_for_every_retailer():
    found = warehouse_service(**TWO, warehouse_stock=0, retailer_stock=[5, 4])
    assert found.fill_rate == pytest.approx([poisson(3.2).cdf(4), poisson(2.0).cdf(3)], abs=1e-9)
    assert found.delay == pytest.approx(3.0)


def test_both_methods_agree_on_the_mean_of_what_waits_at_the_warehouse_but_not_at_retailers():
    exact, metric = (
        warehouse_service(**TWO, warehouse_stock=3, retailer_stock=[2, 2], method=one) for one in ("exact", "metric")
    )
    assert exact.warehouse_waiting == pytest.approx(metric.warehouse_waiting)
    assert (exact.waiting > metric.waiting).all()  # a Poisson pipeline is too narrow


def test_exact_service_is_that_of_a_simulation():
    demand, transport, time, stock, levels = [0.8, 0.4], [1.0, 2.0], 3.0, 3, [2, 2]
    found = warehouse_service(demand, transport, time, stock, levels)
    seen = simulated(demand, transport, time, stock, levels, orders=200_000)
    assert found.fill_rate == pytest.approx(seen, abs=0.006)


def simulated(demand, transport, time, stock, levels, orders):
    """Share of customers who are served at once: unit for unit, in the order in which they came."""
    draw = np.random.default_rng(7)
    at = np.cumsum(draw.exponential(1 / sum(demand), orders))
    whose = draw.choice(len(demand), orders, p=np.array(demand) / sum(demand))
    # The unit that serves an order at the warehouse is the one that came in for the order `stock` before it.
    there = np.append(np.zeros(stock), at[: orders - stock] + time) if stock else at + time
    sent = np.maximum(at, there)
    shares = []
    for one, (span, level) in enumerate(zip(transport, levels, strict=True)):
        mine = np.flatnonzero(whose == one)
        ready = np.append(np.zeros(level), sent[mine][: mine.size - level] + span)
        shares.append(float((ready <= at[mine]).mean()))
    return shares


def test_best_base_stocks_cost_no_more_than_their_neighbours():
    costs = {"holding_costs": [2.0, 2.0], "warehouse_holding_cost": 1.0, "back_order_costs": [25.0, 40.0]}
    best = warehouse_base_stock(**TWO, **costs)
    for change in (-1, 1):
        for place in (0, 1):
            levels = best.retailers.copy()
            levels[place] += change
            other = warehouse_service(**TWO, warehouse_stock=best.warehouse, retailer_stock=levels)
            assert cost_of(other, costs) >= best.cost - 1e-9


def cost_of(service, costs):
    held = np.array(costs["holding_costs"]) @ service.on_hand + np.array(costs["back_order_costs"]) @ service.waiting
    return held + costs["warehouse_holding_cost"] * service.warehouse_on_hand


@settings(max_examples=25)
@given(st.integers(0, 8), st.integers(0, 6), st.floats(0.1, 2.0))
def test_more_stock_anywhere_never_serves_worse(stock, level, rate):
    def fill(at_warehouse, at_retailer):
        found = warehouse_service([rate, 0.5], [1.0, 1.5], 2.0, at_warehouse, [at_retailer, 1])
        return float(found.fill_rate[0])

    assert fill(stock + 1, level) >= fill(stock, level) - 1e-9
    assert fill(stock, level + 1) >= fill(stock, level) - 1e-9


def test_stock_on_hand_less_what_waits_is_the_base_stock_less_what_is_on_order():
    found = warehouse_service(**TWO, warehouse_stock=2, retailer_stock=[3, 3])
    on_order = np.array(TWO["demand"]) * (np.array(TWO["transport"]) + found.delay)
    assert found.on_hand - found.waiting == pytest.approx(3 - on_order, abs=1e-6)


def test_every_wrong_argument_is_told():
    with pytest.raises(ProblemError) as caught:
        warehouse_service([1.0, 0.0], [1.0], -1.0, 0.5, [1, 2], method="guess")
    assert {problem.column for problem in caught.value.problems} == {
        "demand", "transport", "warehouse_time", "method", "warehouse_stock",
    }  # fmt: skip
    with pytest.raises(ProblemError, match="3000"):
        warehouse_service([1.0], [1.0], 1e5, 1, [1])
