"""Large shops: chains put in again, and orders of dispatch; the rules are kept, nothing gets worse, seeds repeat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.checker import faults
from tests.methods.scheduling.shops import HORIZON, plain_schedule, plain_shops, shop_of

from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import Schedule, build_shop, defer, dispatch
from plantwright.methods.scheduling.dispatching import sink_completions
from plantwright.methods.scheduling.search import Objective, inserting, search
from plantwright.methods.scheduling.search.inserting import inserts
from plantwright.methods.scheduling.search.insertion import empty_log, empty_tray, reinsert
from plantwright.methods.scheduling.search.net import make_net, plan_of
from plantwright.methods.scheduling.search.objective import costs_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.replaying import replay
from plantwright.methods.scheduling.search.rows import copied, put, rows_of, take
from plantwright.methods.scheduling.search.workers import Case
from plantwright.methods.working_time import working_time

LATENESS = Objective.of("weighted_tardiness")
DAYS = np.arange(60) * 60


@st.composite
def shops(draw):
    """Jobs of up to four steps on work centers of one to three units, by day or always open, some due too early."""
    time = working_time([(DAYS + 5, DAYS + 35), (DAYS, DAYS + 50)])
    units = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    jobs = draw(st.lists(st.lists(st.integers(0, len(units) - 1), min_size=1, max_size=4), min_size=1, max_size=7))
    n, count = sum(map(len, jobs)), len(jobs)
    last = np.cumsum([len(job) for job in jobs])
    firsts = {0, *last[:-1].tolist()}
    unit_pointer = np.concatenate(([0], np.cumsum(units)))

    def whole(low, high, size):
        return draw(st.lists(st.integers(low, high), min_size=size, max_size=size))

    return build_shop(
        time, unit_pointer=unit_pointer, unit_calendar=whole(-1, 1, sum(units)),
        mode_center=[center for job in jobs for center in job], mode_minutes=whole(0, 20, n), mode_setup=whole(0, 5, n),
        release=whole(0, 30, n), pausable=draw(st.lists(st.booleans(), min_size=n, max_size=n)),
        pred_pointer=np.concatenate(([0], np.cumsum([o not in firsts for o in range(n)]))),
        pred_op=[o - 1 for o in range(n) if o not in firsts], pred_lag=whole(0, 9, n - count),
        sink_pointer=range(count + 1), sink_op=last - 1, sink_lag=whole(0, 5, count), sink_due=whole(0, 150, count),
        sink_weight=draw(st.lists(st.sampled_from([0.0, 1e-9, 1.0, 2.5]), min_size=count, max_size=count)),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def every_shop_is_large(monkeypatch):
    monkeypatch.setattr(inserting, "LARGE", 0)


@given(shops(), st.integers(1, 2))
@settings(max_examples=40, deadline=None)
def test_late_chains_put_in_again_keep_every_rule_and_nothing_gets_worse(shop, threads):
    start = dispatch(shop, "fcfs")
    begun = LATENESS.measure(shop, start)["weighted_tardiness"]
    found = search(shop, objective=LATENESS, start=start, start_only=True, iterations=200, seed=3, threads=threads)
    assert judge(Instance("shop", "", shop, "weighted_tardiness"), found.schedule, found.value).problems == ()
    assert found.bound <= found.value <= begun + 1e-6


@given(shops())
@settings(max_examples=40, deadline=None)
def test_what_a_thread_has_done_is_done_again_where_it_fits_and_nowhere_else(shop):
    start = dispatch(shop, "fcfs")
    net, options = make_net(shop, 0, early=False)
    case = Case(shop, net, options, costs_of(LATENESS, shop, LATENESS.measure(shop, start)), [])
    late = defer(shop, start)
    rows = rows_of(net, plan_of(shop, options, net, late)[1], late)
    rank = np.argsort(shop.order)
    tray, log, other = empty_tray(len(shop.sink_due)), empty_log(300), copied(rows)
    draws = np.array([12345])
    cost = reinsert(net, shop.time.flat, case.costs, rows, tray, log, rank, shop.order, draws, 5.0, 100)
    assert replay(net, case.costs, other, tray, log, rank) == pytest.approx(cost)
    for one, two in zip(rows[:3], other[:3], strict=True):
        assert np.array_equal(one, two)
    log.size[0] = 0
    reinsert(net, shop.time.flat, case.costs, rows, tray, log, rank, shop.order, draws, 5.0, 100)
    moved = copied(other)
    reinsert(net, shop.time.flat, case.costs, moved, tray, empty_log(0), rank, shop.order, draws, 5.0, 100)
    replay(net, case.costs, moved, tray, log, rank)
    plan = Schedule(
        moved.start, moved.finish, late.setup, options.mode[moved.option], options.unit[moved.option],
        late.member_pointer, late.member, sink_completions(shop.sinks, moved.finish), "complete",
    )  # fmt: skip
    assert judge(Instance("shop", "", shop, "weighted_tardiness"), plan, None).problems == ()


@given(shops())
@settings(max_examples=15, deadline=None)
def test_two_threads_that_go_on_from_one_schedule_keep_every_rule(shop):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inserting, "BATCH", 5)
        patch.setattr(inserting, "TOGETHER", 10)
        start = dispatch(shop, "fcfs")
        found = search(shop, objective=LATENESS, start=start, start_only=True, iterations=200, seed=3, threads=2)
    assert judge(Instance("shop", "", shop, "weighted_tardiness"), found.schedule, found.value).problems == ()
    assert found.value <= LATENESS.measure(shop, start)["weighted_tardiness"] + 1e-6


def crowded():
    """Three jobs on one machine; the two that are due first come last."""
    return build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0, 0], mode_minutes=[50, 10, 10],
        sink_pointer=[0, 1, 2, 3], sink_op=[0, 1, 2], sink_due=[90, 10, 20],
    )  # fmt: skip


def test_urgent_jobs_come_before_the_long_one_and_the_seed_decides_all():
    shop = crowded()
    start = dispatch(shop, priorities=[0, 1, 2])
    assert LATENESS.measure(shop, start) == {"weighted_tardiness": 100.0}
    found = [search(shop, objective=LATENESS, start=start, start_only=True, iterations=200, seed=7) for _ in range(2)]
    assert found[0].value == 0
    assert found[0].status == "optimal"
    assert found[0].schedule.same_as(found[1].schedule)


def test_what_fails_in_one_thread_ends_the_race_for_all():
    race = Race(lambda: 0.0, 60.0, np.inf, 0.0, 1.0, None, None)
    with pytest.raises(ZeroDivisionError):
        race.guard(lambda: 1 / 0)
    assert race.over()


def test_set_ups_and_other_objectives_are_left_to_annealing():
    shop = crowded()
    start = dispatch(shop)
    net, options = make_net(shop, 0, early=False)
    for objective, wanted in ((LATENESS, True), (Objective.of("total_flow"), False), (Objective.of("makespan"), False)):
        costs = costs_of(objective, shop, objective.measure(shop, start))
        assert inserts(Case(shop, net, options, costs, [])) == wanted


@given(shops())
@settings(max_examples=15, deadline=None)
def test_what_is_taken_out_and_put_back_leaves_everything_as_it_was(shop):
    late = defer(shop, dispatch(shop))
    net, options = make_net(shop, 0, early=False)
    rows = rows_of(net, plan_of(shop, options, net, late)[1], late)
    before = [row.copy() for row in rows]
    for v in range(shop.operations):
        take(net, rows, v)
    assert rows.held.sum() == 0
    for v in reversed(range(shop.operations)):
        put(net, rows, v, rows.option[v], rows.start[v], rows.finish[v])
    used = np.concatenate([np.arange(a, a + k) for a, k in zip(rows.pointer[:-1], rows.held, strict=True)]).astype(int)
    n = len(rows.out)
    assert all(np.array_equal(one[:n], two[:n]) for one, two in zip(before[:4], rows[:4], strict=True))
    assert np.array_equal(before[6][used], rows.op[used])


@given(plain_shops())
@settings(max_examples=25, deadline=None)
def test_every_shop_is_searched_crews_overlap_and_fixed_starts_too(plain):
    shop = shop_of(plain)
    start = dispatch(shop, "spt")
    if start.status != "complete":
        return
    found = [search(shop, objective=LATENESS, start=start, start_only=True, iterations=6, seed=3) for _ in range(2)]
    assert found[0].value <= LATENESS.measure(shop, start)["weighted_tardiness"]
    assert found[0].bound <= found[0].value
    assert faults(plain, plain_schedule(found[0].schedule), HORIZON) == []
    assert found[0].schedule.same_as(found[1].schedule)
