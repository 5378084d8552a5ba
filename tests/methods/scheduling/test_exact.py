"""Exact models of shops: optima of textbooks and of all orders tried, with set-ups, calendars, modes and flow shops."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.shops import shop_of
from tests.methods.scheduling.tied_shops import tied_shops

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, instance_of, judge
from plantwright.methods.scheduling import build_shop, dispatch, lower_bounds
from plantwright.methods.scheduling.exact import solve_exact
from plantwright.methods.scheduling.exact_model import not_stated
from plantwright.methods.scheduling.permutation import order_of, schedule_in_order, search_order
from plantwright.methods.scheduling.permutation_kernel import Flow, iterate, worth_of
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.working_time import NEVER, working_time

FT06 = """6 6
2 1 0 3 1 6 3 7 5 3 4 6
1 8 2 5 4 10 5 10 0 10 3 4
2 5 3 4 5 8 0 9 1 1 4 7
1 5 0 5 2 5 3 3 4 8 5 9
2 9 1 3 4 5 5 4 0 3 3 1
1 3 3 3 5 9 0 10 4 4 2 1
"""
TARDY = Objective.of("weighted_tardiness")


def test_six_jobs_on_six_machines_take_55_fisher_and_thompson_1963():
    instance = instance_of(FT06, "ft06")
    found = solve_exact(instance.shop, seconds=20)
    assert (found.status, found.value, found.bound, found.gap) == ("optimal", 55.0, 55.0, 0.0)
    assert judge(instance, found.schedule, found.value).feasible
    assert found.history[-1][1] == 55.0


def test_same_seed_gives_the_same_schedule_on_one_worker():
    shop = instance_of(FT06, "ft06").shop
    assert solve_exact(shop, seed=5).schedule.same_as(solve_exact(shop, seed=5).schedule)


def families(open_all_day):
    """Five jobs of two families on one machine, with due times."""
    time = working_time([([0, 100, 200, 300], [60, 160, 260, 400])])
    shop = build_shop(
        time,
        unit_pointer=[0, 1],
        unit_calendar=[-1 if open_all_day else 0],
        mode_center=[0] * 5,
        mode_minutes=[20, 30, 25, 15, 10],
        family=[0, 1, 0, 1, 0],
        pausable=[False] * 5,
        center_matrix=[0],
        setup_matrix=[[[0, 15], [20, 0]]],
        unit_family=[1],
        sink_pointer=range(6),
        sink_op=range(5),
        sink_due=[40, 60, 70, 80, 200],
        sink_weight=[1, 2, 3, 1, 1],
    )
    return Instance("families", "shop", shop, "weighted_tardiness")


def best_of_all_orders(instance):
    """Give the least tardiness over all orders on the one machine, each dispatched by priorities."""
    worths = []
    for order in permutations(range(5)):
        priorities = np.empty(5)
        priorities[list(order)] = range(5)
        schedule = dispatch(instance.shop, priorities=priorities)
        verdict = judge(instance, schedule)
        assert verdict.feasible
        worths.append(verdict.objective)
    return min(worths)


@pytest.mark.parametrize("open_all_day", [True, False])
def test_set_ups_and_calendars_on_one_machine_are_as_good_as_the_best_of_all_orders(open_all_day):
    instance = families(open_all_day)
    found = solve_exact(instance.shop, objective=TARDY, seconds=20)
    assert judge(instance, found.schedule, found.value).feasible
    assert found.status == "optimal"
    assert found.value <= best_of_all_orders(instance)


machines = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=6)


@settings(max_examples=6, deadline=None)
@given(machines)
def test_unrelated_machines_are_shared_out_as_well_as_can_be(rows):
    text = f"{len(rows)}\n2\n" + "\n".join(f"{a} {b}" for a, b in rows)
    instance = instance_of(text, "machines")
    found = solve_exact(instance.shop, seconds=20)
    shares = np.array(np.meshgrid(*[[0, 1]] * len(rows))).reshape(len(rows), -1)
    first = (np.where(shares == 0, 1, 0) * np.array([[a] for a, _ in rows])).sum(axis=0)
    second = (shares * np.array([[b] for _, b in rows])).sum(axis=0)
    assert found.value == np.maximum(first, second).min()
    assert judge(instance, found.schedule, found.value).feasible


small = st.integers(2, 5).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.integers(1, 9), min_size=2, max_size=2), min_size=n, max_size=n),
        st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=2 * n, max_size=2 * n),
        st.lists(st.integers(0, 40), min_size=n, max_size=n),
    )
)


def rows_of(rows):
    return "\n".join(" ".join(map(str, row)) for row in rows)


@settings(max_examples=6, deadline=None)
@given(small)
def test_flow_shop_with_set_ups_is_as_good_as_the_best_of_all_orders_in_search_and_exact_model(drawn):
    minutes, changes, _ = drawn
    n = len(minutes)
    instance = instance_of(f"{n}\n2\n{rows_of(minutes)}\n{rows_of(changes)}\n", "flow")
    shop = instance.shop
    best = min(
        judge(instance, schedule_in_order(shop, order, setup_ahead=True)).objective for order in permutations(range(n))
    )
    searched = search_order(shop, iterations=200, setup_ahead=True)
    exact = solve_exact(shop, seconds=20, setup_ahead=True, permutation=True)
    for found in (searched, exact):
        assert found.value == best
        assert found.bound <= best
        assert judge(instance, found.schedule, found.value).feasible


@settings(max_examples=6, deadline=None)
@given(small)
def test_flow_shop_with_due_times_is_as_good_as_the_best_of_all_orders_in_search_and_exact_model(drawn):
    minutes, _, due = drawn
    n = len(minutes)
    instance = instance_of(f"{n}\n2\n{rows_of([due])}\n{rows_of(minutes)}\n", "flow")
    shop = instance.shop
    best = min(judge(instance, schedule_in_order(shop, order)).objective for order in permutations(range(n)))
    searched = search_order(shop, objective=TARDY, iterations=200)
    exact = solve_exact(shop, objective=TARDY, seconds=20, permutation=True)
    for found in (searched, exact):
        assert found.value == best
        assert found.bound <= best
        assert judge(instance, found.schedule, found.value).feasible


def test_two_machines_are_ordered_as_well_as_by_johnson_1954():
    minutes = [(5, 2), (1, 6), (9, 7), (3, 8), (10, 4)]  # Johnson's rule: 1, 3, 2, 4, 0, done at 30
    instance = instance_of(f"5\n2\n{rows_of([[0] * 5])}\n{rows_of(minutes)}\n", "johnson")
    shop = instance.shop
    assert schedule_in_order(shop, [1, 3, 2, 4, 0]).finish.max() == 30
    assert search_order(shop, iterations=100).value == 30
    assert sorted(order_of(shop).tolist()) == [0, 1, 2, 3, 4]


def test_job_is_put_where_the_whole_order_is_least_late_with_and_without_set_ups():
    random = np.random.default_rng(5)
    for apart in (0, 1):
        change = random.integers(0, 9, (7, 6, 3)) if apart else np.zeros((1, 1, 3), np.int64)
        flow = Flow(
            random.integers(1, 20, (6, 3)),
            change,
            apart,
            random.integers(0, 9, 6),
            random.integers(9, 70, 6),
            np.ones(6),
        )
        best, value = iterate(flow, np.arange(6), True, 60, np.array([8], np.uint64))  # noqa: FBT003
        orders = (worth_of(flow, np.array(order), tardy=True) for order in permutations(range(6)))
        assert value == worth_of(flow, best, tardy=True) == min(orders)


def test_search_of_orders_follows_from_its_seed():
    minutes = np.random.default_rng(3).integers(1, 99, (12, 4)).tolist()
    shop = instance_of(f"12\n4\n{rows_of([[0] * 12])}\n{rows_of(minutes)}\n", "flow").shop
    one, other = (search_order(shop, iterations=100, seed=4) for _ in "ab")
    assert one.schedule.same_as(other.schedule)


@st.composite
def stated_shops(draw):
    """Draw a shop with all that the model states: ties, overlap, fixed starts, crews, modes, set-ups, calendars."""
    plain, _ = draw(tied_shops())
    plain["pausable"] = [False] * plain["n"]
    plain["family"] = [max(family, 0) for family in plain["family"]]
    plain["ties"]["center_capacity"] = [1] * plain["centers"]
    plain["ties"]["need_in_setup"] = [False] * len(plain["ties"]["need_in_setup"])
    plain["ties"]["mode_cost"] = [draw(st.integers(0, 9)) for _ in plain["mode_center"]]
    return shop_of(plain)


@settings(max_examples=10, deadline=None)
@given(stated_shops(), st.sampled_from(["makespan", "weighted_tardiness", "mode_cost"]))
def test_the_best_of_all_schedules_passes_the_judge_and_is_no_worse_than_a_dispatch(shop, name):
    objective = Objective.of(name)
    assume(not not_stated(shop, objective))
    made = dispatch(shop)
    assume(made.status != "unfinished")
    found = solve_exact(shop, objective=objective, seconds=20, hint=made)
    problems = {problem.code for problem in judge(Instance("drawn", "shop", shop, "makespan"), found.schedule).problems}
    assert problems <= ({"schedule-deadline"} if made.status == "unmet" else set())
    assert found.bound <= found.value
    if made.status == "complete":
        assert found.status == "optimal"
        assert found.value <= objective.measure(shop, made)[name]
        assert found.bound >= min(found.value, lower_bounds(shop).makespan if name == "makespan" else 0)


def test_what_is_bound_is_solved_as_it_is_known_from_hand():
    """Two jobs of 10, 30 and 30, 10 minutes on two machines: 50 in general and with blocking; no wait takes 50 too."""
    rows = {"unit_pointer": [0, 1, 2], "unit_calendar": [-1, -1], "mode_center": [0, 1, 0, 1, 0, 1]}
    rows |= {"mode_minutes": [10, 30, 30, 10, 20, 5], "pred_pointer": [0, 0, 1, 1, 2, 2, 3], "pred_op": [0, 2, 4]}
    values = [
        solve_exact(build_shop(working_time([]), **rows, **more), seconds=20).value
        for more in ({}, {"pred_max_lag": [0, 0, 0]}, {"blocking": [1, 0, 1, 0, 1, 0]})
    ]
    assert values == [65, 65, 65]
    free = build_shop(working_time([]), **rows, deadline=[NEVER, 40, NEVER, NEVER, NEVER, NEVER])
    assert solve_exact(free, seconds=20).schedule.finish[1] == 40


def test_deadlines_that_nothing_can_meet_leave_the_schedule_unfinished():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0], mode_minutes=[10, 10],
        deadline=[12, 12],
    )  # fmt: skip
    found = solve_exact(shop, seconds=20)
    assert found.status == "unfinished"
    assert found.schedule.status == "unmet"


def test_what_the_model_cannot_state_is_named_all_at_once():
    time = working_time([([480], [960])])
    shop = build_shop(
        time, unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[5, 6], fixed_start=[480, -1],
        fixed_unit=[0, -1], center_capacity=[2],
    )  # fmt: skip
    with pytest.raises(ProblemError) as caught:
        solve_exact(shop, objective=Objective.of("earliness"), seconds=-1)
    assert [problem.code for problem in caught.value.problems] == [*["shop-not-exact"] * 4, "bad-argument"]


def test_search_of_orders_refuses_what_is_no_flow_shop():
    with pytest.raises(ProblemError):
        search_order(instance_of(FT06, "ft06").shop, seconds=1)
    with pytest.raises(ProblemError):
        schedule_in_order(instance_of("2\n2\n1 1\n1 2\n3 4\n", "flow").shop, [0, 0])
    flow = instance_of("2\n2\n1 1\n1 2\n3 4\n", "flow").shop
    tied = replace(flow, pred_max_lag=np.zeros_like(flow.pred_max_lag))
    for shop in (tied, replace(flow, deadline=np.full_like(flow.deadline, 9))):
        with pytest.raises(ProblemError):
            search_order(shop, seconds=1)
