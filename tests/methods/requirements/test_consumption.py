"""Orders consume the forecast of their node: own period first, then backward, then forward."""

from hypothesis import given
from hypothesis import strategies as st

from plantwright.methods.requirements.consumption import consume_forecast

WEEK = 7 * 1440


def consumed(orders, forecasts, backward=0, forward=0, fence=-(10**9)):
    """Consume for one node; orders are (week, quantity), forecasts the quantities of weeks 0, 1, 2, ..."""
    starts = [week * WEEK for week in range(len(forecasts))]
    return consume_forecast(
        order_node=[0] * len(orders),
        order_time=[int(week * WEEK) for week, _ in orders],
        order_quantity=[quantity for _, quantity in orders],
        forecast_node=[0] * len(forecasts),
        forecast_start=starts,
        forecast_end=[start + WEEK for start in starts],
        forecast_quantity=forecasts,
        backward=[backward * WEEK],
        forward=[forward * WEEK],
        fence=[fence],
    )


def test_an_order_takes_from_its_own_week_alone_without_windows():
    assert consumed([(1.5, 30)], [100, 20, 100]).quantity.tolist() == [100, 0, 100]


def test_backward_comes_before_forward():
    net = consumed([(1.5, 150)], [100, 20, 100], backward=1, forward=1)
    assert net.quantity.tolist() == [0, 0, 70]
    assert net.amount.tolist() == [20, 100, 30]


def test_inside_the_demand_fence_only_orders_count():
    net = consumed([(0.5, 10)], [100, 50], fence=WEEK)
    assert net.quantity.tolist() == [0, 50]
    assert list(zip(net.order.tolist(), net.amount.tolist(), strict=True)) == [(0, 10), (-1, 90)]


def test_other_nodes_keep_their_forecast():
    net = consume_forecast(
        order_node=[1], order_time=[5], order_quantity=[9], forecast_node=[0, 1], forecast_start=[0, 0],
        forecast_end=[WEEK, WEEK], forecast_quantity=[10, 10], backward=[0, 0], forward=[0, 0], fence=[0, 0],
    )  # fmt: skip
    assert net.quantity.tolist() == [10, 1]


amounts = st.lists(st.integers(0, 50), min_size=1, max_size=6)
weeks_and_amounts = st.lists(st.tuples(st.floats(0, 6), st.integers(0, 80)), max_size=6)


@given(weeks_and_amounts, amounts, st.integers(0, 3), st.integers(0, 3))
def test_nothing_is_taken_twice_and_nobody_takes_more_than_he_ordered(orders, forecasts, backward, forward):
    net = consumed(orders, forecasts, backward, forward)
    for period, quantity in enumerate(forecasts):
        assert net.quantity[period] + net.amount[net.forecast == period].sum() == quantity
    for row, (_, quantity) in enumerate(orders):
        assert net.amount[net.order == row].sum() <= quantity
    assert all(net.amount > 0)
