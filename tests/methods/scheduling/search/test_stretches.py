"""Shops annealed stretch by stretch: rules kept, nothing worse, seeds repeat; prices are what a minute later costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.search.test_search import job_shop, judged, shops

from plantwright.methods.scheduling import dispatch
from plantwright.methods.scheduling.search import Objective, search, workers
from plantwright.methods.scheduling.search.net import make_net, plan_of
from plantwright.methods.scheduling.search.objective import costs_of
from plantwright.methods.scheduling.search.prices import reckon
from plantwright.methods.scheduling.search.turns import Turns
from plantwright.methods.scheduling.search.workers import Case, annealed, desk_of

LATENESS = Objective.of("weighted_tardiness")


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch):
    monkeypatch.setattr(workers, "WHOLE", 0)
    monkeypatch.setattr(workers, "STRETCH", 3)
    monkeypatch.setattr(workers, "MOST", 2)


@settings(max_examples=40, deadline=None)
@given(shops(), st.integers(1, 2), st.sampled_from(["weighted_tardiness", "total_flow", "number_late"]))
def test_stretch_by_stretch_every_rule_is_kept_and_nothing_gets_worse(shop, threads, name):
    objective, start = Objective.of(name), dispatch(shop, "fcfs")
    begun = objective.measure(shop, start)[name]
    found = search(shop, objective=objective, start=start, start_only=True, iterations=900, seed=2, threads=threads)
    claimed = found.value if name == "weighted_tardiness" else None
    assert judged(shop, found.schedule, "weighted_tardiness", claimed) == ()
    assert found.bound <= found.value <= begun + 1e-6


@settings(max_examples=10, deadline=None)
@given(shops())
def test_the_seed_decides_all_on_one_thread(shop):
    one, other = (search(shop, objective=LATENESS, iterations=900, seed=4) for _ in range(2))
    assert one.schedule.same_as(other.schedule)
    assert one.history[-1][1] == other.history[-1][1]


def families(count):
    """Give jobs of two families in turn on one machine, all due at once; a change takes 5 minutes."""
    return job_shop(
        [[(0, 1)] for _ in range(count)], 1, family=[k % 2 for k in range(count)], center_matrix=[0],
        setup_matrix=[[[0, 5], [5, 0]]], sink_due=[0] * count, sink_weight=[1] * count,
    )  # fmt: skip


def test_families_are_brought_together_across_stretches():
    shop = families(8)
    start = dispatch(shop, priorities=range(8))
    found = search(shop, objective=LATENESS, start=start, start_only=True, iterations=20_000, seed=1)
    assert (start.setup.sum(), found.value <= 80) == (35, True)
    assert found.schedule.setup.sum() <= 10


def priced(shop, order):
    """Give the prices in the schedule of an order of dispatch."""
    schedule = dispatch(shop, priorities=order)
    net, options = make_net(shop, 0, early=False)
    costs = costs_of(LATENESS, shop, LATENESS.measure(shop, schedule))
    case = Case(shop, net, options, costs, [])
    desk = desk_of(case)
    annealed(case, desk, *plan_of(shop, options, net, schedule), best=np.inf, fresh=True)
    reckon(net, costs, desk.state, desk.prices, desk.journal.done, 0)
    return desk.prices.job[:-1].tolist(), desk.prices.unit[:-1].tolist()


def test_a_minute_later_costs_the_weights_of_all_that_wait_behind():
    shop = job_shop(
        [[(0, 5)] for _ in range(4)], 1, release=[100] * 4, sink_due=[0] * 4, sink_weight=[1, 2, 3, 4],
    )  # fmt: skip
    assert priced(shop, [3, 0, 1, 2]) == ([1, 2, 3, 4], [0, 8, 5, 1])


def test_who_waits_for_the_job_pays_to_the_job_and_who_waits_for_both_to_each_a_half():
    # the second step of job 0 begins at 105 behind its first; that of job 1 when job 0 leaves the machine, as it comes
    shop = job_shop(
        [[(0, 5), (1, 5)], [(2, 10), (1, 5)]], 3, release=[100] * 4, sink_due=[0, 0], sink_weight=[2, 4],
    )  # fmt: skip
    job, unit = priced(shop, [0, 1, 2, 3])
    assert (job, unit) == ([4, 2, 2, 4], [0, 2, 0, 0])


def test_working_minutes_are_dearer_where_the_unit_is_closed_for_long():
    from plantwright.methods.working_time import working_time

    days = np.arange(50) * 100
    shop = job_shop(
        [[(0, 5)] for _ in range(2)], 1, time=working_time([(days, days + 50)]), unit_calendar=[0],
        sink_due=[0, 0], sink_weight=[1, 3], release=[100, 100],
    )  # fmt: skip
    job, unit = priced(shop, [0, 1])
    assert job == [1, 3]
    assert unit == [pytest.approx(3 * 4950 / 2500), 0]


def test_no_two_threads_get_the_same_operations_and_all_get_their_turn():
    turns, seen = Turns(), np.zeros(100, np.int64)
    for _ in range(60):
        low, stop = turns.take(100, 20)
        seen[low:stop] += 1
        if len(turns.busy) > 1:
            (first, end), (other, _) = sorted(turns.busy)
            assert first < end <= other
            turns.busy.pop(0)
    assert (seen > 5).all()


def test_where_all_is_taken_there_is_nothing_to_do():
    turns = Turns(busy=[(0, 2)])
    assert turns.take(2, 1) == (2, 2)
