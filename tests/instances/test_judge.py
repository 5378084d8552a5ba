"""The judge passes right schedules of every kind, counts the objective, and finds each change that breaks one."""

from dataclasses import replace

import numpy as np
import pytest
from broken_schedules import ahead, broken, moved, project_broken, put, right, without_ahead
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.shops import plain_shops, shop_of

from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import dispatch, evaluate
from plantwright.methods.scheduling.problem import changed
from plantwright.methods.working_time import NEVER


def codes(problems):
    return {problem.code for problem in problems}


def test_right_schedule_with_every_kind_of_constraint_passes_and_its_tardiness_is_counted():
    instance, schedule = right()
    verdict = judge(instance, schedule, claimed=evaluate(instance.shop, schedule).weighted_late)
    assert verdict.feasible
    assert verdict.objective == 50.0


def test_right_project_passes():
    assert project_broken() == []


@settings(max_examples=40, deadline=None)
@given(plain_shops())
def test_every_schedule_of_the_dispatcher_passes(plain):
    shop = shop_of(plain)
    schedule = dispatch(shop)
    instance = Instance("random", "shop", shop, "weighted_tardiness")
    verdict = judge(instance, schedule)
    placed = bool(np.all(schedule.finish < NEVER)) and bool(np.all(schedule.member >= 0))
    assert verdict.feasible == placed, verdict.problems
    assert not placed or verdict.objective == pytest.approx(evaluate(shop, schedule).weighted_late)


@settings(max_examples=40, deadline=None)
@given(plain_shops(crews=False, fixed=False), st.integers(0, 20), st.integers(1, 30))
def test_operation_that_ends_too_early_or_too_late_is_found(plain, o, by):
    shop = shop_of(plain)
    schedule = dispatch(shop)
    o %= shop.operations
    instance = Instance("random", "shop", shop, "makespan")
    if schedule.finish[o] < NEVER:
        for step in (by, -by):
            other = put(schedule, "finish", o, schedule.finish[o] + step)
            assert "schedule-minutes" in codes(judge(instance, other).problems)


def test_one_change_of_a_set_up_is_found_alone():
    assert codes(broken(lambda schedule: put(schedule, "setup", 0, 39))) == {"schedule-setup"}


def test_operation_moved_onto_its_neighbour_overlaps():
    assert "schedule-overlap" in codes(broken(lambda schedule: moved(schedule, 0, -30)))


def test_successor_must_wait_for_the_lag():
    problems = broken(lambda schedule: moved(schedule, 1, -1))
    assert [p.code for p in problems if p.code != "schedule-sink"] == ["schedule-precedence"]


def test_member_who_does_two_things_at_once_is_found():
    instance, schedule = right()
    there = moved(schedule, 3, schedule.start[1] - schedule.start[3])
    there = put(put(there, "unit", 3, 2), "sink_finish", 1, there.finish[3])
    assert codes(judge(instance, there).problems) == {"schedule-overlap"}
    other = put(there, "member", 1, 1)
    assert judge(instance, other).feasible


def test_set_up_ahead_of_the_job_is_right_where_the_instance_allows_it_and_only_there():
    instance, schedule = ahead()
    assert judge(instance, schedule).feasible
    assert judge(instance, schedule).objective == 20.0
    assert codes(judge(without_ahead(instance), schedule).problems) == {"schedule-precedence"}


def test_run_may_not_begin_before_the_job_comes_even_with_set_up_ahead():
    instance, schedule = ahead()
    early = changed(schedule, finish=np.array([4, 9, 12, 19]), sink_finish=np.array([9, 19]))
    assert "schedule-precedence" in codes(judge(instance, early).problems)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"start": (0, 2, 6)}, "schedule-capacity"),
        ({"start": (0, 3, 2)}, "schedule-precedence"),
        ({"mode": (0, 3, 3)}, "schedule-mode"),
        ({"mode": (0, 2, 3), "start": (0, 3, 9)}, "schedule-stock"),
        ({"late": 1}, "schedule-minutes"),
        ({"start": (-1, 3, 7)}, "schedule-release"),
    ],
)
def test_change_of_a_project_schedule_is_found(change, code):
    assert code in codes(project_broken(**change))


def test_claimed_objective_must_be_the_counted_one():
    instance, schedule = right()
    assert codes(judge(instance, schedule, claimed=49.0).problems) == {"schedule-objective"}
    makespan = replace(instance, objective="makespan")
    assert judge(makespan, schedule, claimed=float(schedule.finish.max())).feasible
