"""The search keeps every rule of the shop, proves what it claims, and follows from its seed."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import build_shop, evaluate
from plantwright.methods.scheduling.search import Objective, fits, search
from plantwright.methods.scheduling.search.bounds import preemptive
from plantwright.methods.scheduling.search.relink import Plan, Pool, between, parts
from plantwright.methods.working_time import working_time

FT06 = """2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1"""


def job_shop(rows, machines, **more):
    """Make a shop of jobs, each a list of (machine, minutes)."""
    lengths = [len(row) for row in rows]
    last = np.cumsum(lengths)
    firsts = set((last - lengths).tolist())
    n = int(last[-1])
    pointer = np.concatenate(([0], np.cumsum([o not in firsts for o in range(n)])))
    given = {
        "unit_pointer": range(machines + 1),
        "unit_calendar": [-1] * machines,
        "mode_center": [m for row in rows for m, _ in row],
        "mode_minutes": [p for row in rows for _, p in row],
        "pred_pointer": pointer,
        "pred_op": [o - 1 for o in range(n) if o not in firsts],
        "sink_pointer": range(len(rows) + 1),
        "sink_op": last - 1,
    }
    return build_shop(more.pop("time", working_time([])), **{**given, **more})


def ft06():
    numbers = [[int(x) for x in line.split()] for line in FT06.splitlines()]
    return job_shop(
        [list(itertools.batched(row, 2) if hasattr(itertools, "batched") else pairs(row)) for row in numbers], 6
    )


def pairs(row):
    return [(row[i], row[i + 1]) for i in range(0, len(row), 2)]


def test_ft06_of_fisher_and_thompson_1963_comes_to_its_optimum_of_55():
    found = search(ft06(), iterations=20_000, seed=3)
    assert found.value == 55
    assert found.objective == {"makespan": 55.0}
    assert judged(ft06(), found.schedule, "makespan", 55) == ()


def test_families_without_a_set_up_matrix_change_nothing():
    rows = [[(0, 3), (1, 2)], [(1, 4), (0, 1)]]
    found = search(job_shop(rows, 2, family=[4, 2, 0, 1]), iterations=100)
    assert found.value == search(job_shop(rows, 2), iterations=100).value == 6


def test_work_that_may_be_left_out_has_no_bound_by_units():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_pointer=[0, 2], mode_center=[0, 0],
        mode_minutes=[0, 5],
    )  # fmt: skip
    assert search(shop, iterations=10).value == 0


def judged(shop, schedule, objective, claimed, **more):
    return judge(Instance("here", "shop", shop, objective, **more), schedule, claimed).problems


def test_the_same_seed_gives_the_same_schedule_on_one_thread():
    one, other = (search(ft06(), iterations=3_000, seed=5) for _ in range(2))
    assert one.schedule.same_as(other.schedule)
    assert one.iterations == other.iterations


def test_a_stop_that_is_always_asked_for_leaves_the_best_start():
    found = search(ft06(), seconds=100, stop=lambda: True)
    assert found.iterations == 0
    assert found.schedule.status == "complete"


def test_the_history_falls_and_progress_is_told():
    told = []
    found = search(ft06(), iterations=5_000, seed=1, on_progress=told.append)
    values = [value for _, value, _ in found.history]
    assert values == sorted(values, reverse=True)
    assert told[-1].objective == found.value


def test_every_bad_argument_is_named_at_once():
    with pytest.raises(ProblemError) as raised:
        search(ft06(), threads=0, objective=Objective.of("makespan", -1.0))
    assert {problem.column for problem in raised.value.problems} == {"seconds", "threads", "weight"}


def test_a_shop_with_fixed_operations_is_searched_in_orders_of_dispatch():
    shop = job_shop([[(0, 3)], [(0, 4)]], 1, fixed_start=[0, -1], fixed_unit=[0, -1])
    assert [problem.key for problem in fits(shop)] == ["0"]
    found = search(shop, iterations=10)
    assert (found.value, found.bound, found.schedule.start.tolist()) == (7.0, 4.0, [0, 3])
    with pytest.raises(ProblemError):
        search(shop, iterations=10, setup_ahead=True)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(0, 20)), min_size=1, max_size=6))
def test_work_that_may_be_interrupted_ends_when_its_tightest_subset_does(work):
    # Carlier (1982), proposition 1: the greatest of least head + minutes + least tail over all subsets
    subsets = [part for size in range(1, len(work) + 1) for part in itertools.combinations(work, size)]
    tightest = max(min(r for r, _, _ in s) + sum(p for _, p, _ in s) + min(q for _, _, q in s) for s in subsets)
    assert preemptive(*np.array(work).T) == tightest


@st.composite
def shops(draw):
    """Shops with options, families, parallel units, calendars, lags, releases and due times."""
    jobs = draw(st.integers(1, 4))
    rows = [[(0, draw(st.integers(0, 9))) for _ in range(draw(st.integers(1, 3)))] for _ in range(jobs)]
    n = sum(len(row) for row in rows)
    count = draw(st.lists(st.integers(1, 2), min_size=n, max_size=n))
    modes = sum(count)
    whole = lambda low, high, size: draw(st.lists(st.integers(low, high), min_size=size, max_size=size))  # noqa: E731
    closes = draw(st.booleans())
    return job_shop(
        rows,
        3,
        time=working_time([([10 * k for k in range(300)], [10 * k + 8 for k in range(300)]), ([0, 90], [50, 5000])]),
        unit_pointer=[0, 1, 2, 4],
        unit_calendar=[0, 1, -1, 0] if closes else [-1] * 4,
        unit_family=whole(-1, 1, 4),
        center_matrix=[0, -1, 0],
        setup_matrix=[[[0, 2], [1, 0]]],
        mode_pointer=np.concatenate(([0], np.cumsum(count))),
        mode_center=whole(0, 2, modes),
        mode_minutes=whole(0, 5, modes),
        mode_setup=whole(0, 1, modes),
        family=whole(0, 1, n),
        pausable=draw(st.lists(st.booleans(), min_size=n, max_size=n)),
        release=whole(0, 20, n),
        sink_due=whole(0, 40, jobs),
        sink_weight=whole(1, 4, jobs),
    )


@settings(max_examples=40, deadline=None)
@given(shops(), st.sampled_from(["makespan", "weighted_tardiness", "number_late", "total_flow", "setup_minutes"]))
def test_random_shops_keep_every_rule_and_no_bound_is_beaten(shop, name):
    found = search(shop, objective=Objective.of(name), iterations=300, seed=2)
    claimed = found.value if name in ("makespan", "weighted_tardiness") else None
    kind = name if claimed is not None else "makespan"
    assert judged(shop, found.schedule, kind, claimed) == ()
    assert found.bound <= found.value
    if name == "weighted_tardiness":
        assert found.value == evaluate(shop, found.schedule).weighted_late


def best_by_trying_all(rows, due, weight):
    """Give the least weighted tardiness over all sequences of one machine."""
    best = float("inf")
    for sequence in itertools.permutations(range(len(rows))):
        now, late = 0, 0
        for job in sequence:
            now += rows[job]
            late += weight[job] * max(now - due[job], 0)
        best = min(best, late)
    return best


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 25), st.integers(1, 5)), min_size=1, max_size=6))
def test_weighted_tardiness_on_one_machine_is_the_least_of_all_sequences(jobs):
    minutes, due, weight = zip(*jobs, strict=True)
    shop = job_shop([[(0, p)] for p in minutes], 1, sink_due=due, sink_weight=weight)
    found = search(shop, objective=Objective.of("weighted_tardiness"), iterations=6_000, seed=1)
    assert found.value == best_by_trying_all(minutes, due, weight)


def test_a_second_priority_decides_between_equals():
    shop = job_shop(
        [[(0, 5)] for _ in range(6)], 1, family=[0, 1, 0, 1, 0, 1], center_matrix=[0],
        setup_matrix=[[[0, 1], [1, 0]]], sink_due=[1000] * 6,
    )  # fmt: skip
    objective = Objective.of("weighted_tardiness").then(Objective.of("setup_minutes"))
    found = search(shop, objective=objective, iterations=5_000, seed=1)
    assert found.objective == {"weighted_tardiness": 0.0, "setup_minutes": 1.0}


def test_two_threads_keep_the_rules_too():
    found = search(ft06(), iterations=20_000, threads=2, seed=1)
    assert judged(ft06(), found.schedule, "makespan", found.value) == ()


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3), st.data())
def test_unrelated_machines_come_to_the_best_of_all_distributions(machines, data):
    jobs = data.draw(st.integers(1, 5))
    minutes = [[data.draw(st.integers(1, 20)) for _ in range(machines)] for _ in range(jobs)]
    shop = job_shop(
        [[(0, 1)] for _ in range(jobs)], machines, mode_pointer=np.arange(jobs + 1) * machines,
        mode_center=list(range(machines)) * jobs, mode_minutes=[p for row in minutes for p in row],
    )  # fmt: skip
    found = search(shop, iterations=20_000, seed=1)
    ways = itertools.product(range(machines), repeat=jobs)
    best = min(max(sum(minutes[j][m] for j in range(jobs) if way[j] == m) for m in range(machines)) for way in ways)
    assert found.value == best
    assert judged(shop, found.schedule, "makespan", best) == ()


def test_a_unit_that_may_be_set_up_ahead_is_ready_when_the_job_comes():
    # two jobs through two machines; the second machine needs 5 minutes from job to job
    rows = [[(0, 4), (1, 3)], [(0, 4), (1, 3)]]
    change = [[[0, 0], [0, 0]], [[0, 5], [5, 0]]]
    shop = job_shop(rows, 2, family=[0, 0, 1, 1], center_matrix=[0, 1], setup_matrix=change)
    ahead, attached = (search(shop, iterations=300, setup_ahead=ahead) for ahead in (True, False))
    assert (ahead.value, attached.value) == (4 + 3 + 5 + 3, 8 + 5 + 3)
    assert judged(shop, ahead.schedule, "makespan", 15, setup_ahead=True) == ()


@settings(max_examples=30, deadline=None)
@given(shops(), st.integers(0, 1000))
def test_an_order_between_two_others_respects_every_arc(shop, seed):
    random = np.random.default_rng(seed)
    part = parts(shop)
    one, other = (Plan(by_chance(shop, random), np.zeros(shop.operations, np.int64), 0.0) for _ in range(2))
    order, _ = between(one, other, random.random(shop.operations)[part], random)
    place = Plan(order, one.option, 0.0).place
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    assert (place[shop.pred_op] < place[after]).all()


def by_chance(shop, random):
    """Give an order that respects the arcs, by chance."""
    key = random.random(shop.operations)
    for o in shop.order:
        for p in shop.pred_op[shop.pred_pointer[o] : shop.pred_pointer[o + 1]]:
            key[o] = max(key[o], key[p] + 1e-9)
    return np.argsort(key, kind="stable")


def test_a_pool_keeps_plans_that_differ_and_the_best_of_those_that_do_not():
    pool = Pool(2)
    orders = np.arange(6), np.arange(6)[::-1].copy(), np.array([2, 1, 0, 5, 4, 3])
    same = np.zeros(6, np.int64)
    given = [(0, 9.0), (0, 9.0), (0, 8.0), (1, 7.0), (2, 8.5)]
    assert [pool.add(Plan(orders[k], same, value)) for k, value in given] == [True, False, True, True, False]
    assert sorted(plan.value for plan in pool.plans) == [7.0, 8.0]
    pool.renew(1)
    assert [plan.value for plan in pool.plans] == [7.0]
