"""Projects: optima, bounds that hold, schedules that the judge passes, and the same result for the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, judge
from plantwright.methods.scheduling.project import ProjectSchedule, build_project
from plantwright.methods.scheduling.project_kernel import FINE, empty_people, horizon_of, settle, work_of
from plantwright.methods.scheduling.projects import project_bound, solve_project


def judged(project, found):
    return judge(Instance("project", "project", project, "makespan"), found.schedule, found.value)


@st.composite
def projects(draw, modes=1):
    n = draw(st.integers(1, 6))
    count = [draw(st.integers(1, modes)) for _ in range(n)]
    total = sum(count)
    preds = [sorted(draw(st.sets(st.integers(0, o - 1), max_size=2))) if o else [] for o in range(n)]
    return build_project(
        mode_pointer=np.concatenate(([0], np.cumsum(count))),
        mode_minutes=[draw(st.integers(0, 5)) for _ in range(total)],
        demand=[[draw(st.integers(0, 3)), draw(st.integers(0, 3))] for _ in range(total)],
        capacity=[3, 3],
        consumption=[[draw(st.integers(0, 2))] for _ in range(total)],
        stock=[2 * n],
        release=[draw(st.integers(0, 4)) for _ in range(n)],
        pred_pointer=np.concatenate(([0], np.cumsum([len(own) for own in preds]))),
        pred_op=[p for own in preds for p in own],
        pred_lag=[draw(st.integers(0, 2)) for own in preds for _ in own],
    )


@settings(max_examples=40, deadline=None)
@given(projects(modes=3))
def test_lists_give_schedules_that_keep_every_rule_and_are_no_better_than_the_bound(project):
    found = solve_project(project, iterations=100)
    assert judged(project, found).feasible
    assert project_bound(project) <= found.value
    assert found.bound <= found.value


@settings(max_examples=20, deadline=None)
@given(projects())
def test_no_activity_of_a_schedule_by_lists_could_begin_a_minute_earlier(project):
    found = solve_project(project, iterations=60)
    for o in range(project.activities):
        start, finish = found.schedule.start.copy(), found.schedule.finish.copy()
        start[o] -= 1
        finish[o] -= 1
        moved = ProjectSchedule(start, finish, found.schedule.mode)
        assert not judge(Instance("project", "project", project, "makespan"), moved).feasible or start[o] == finish[o]


def test_amounts_of_any_size_are_told_apart_one_by_one():
    # Each pair of activities asks for one unit too many of another one of 40 resources, so that none run together.
    large = 2**31 - 1
    demand = np.ones((4, 40), np.int64)
    demand[[0, 1], 0] = demand[[2, 3], 1] = large // 2 + 1
    demand[[0, 2], 38] = demand[[1, 3], 39] = 4
    demand[[0, 3], 20] = demand[[1, 2], 21] = 2
    capacity = np.array([large, large, *[3] * 36, 7, 7])
    project = build_project(mode_minutes=[1, 2, 3, 4], demand=demand, capacity=capacity)
    found = solve_project(project, iterations=60)
    assert judged(project, found).feasible
    assert found.value == 10.0


@settings(max_examples=8, deadline=None)
@given(projects(modes=2))
def test_lists_and_the_exact_model_agree_on_small_projects(project):
    lists = solve_project(project, iterations=400)
    exact = solve_project(project, seconds=20, lists=False)
    assert judged(project, exact).feasible
    assert exact.status == "optimal"
    assert lists.value == exact.value


def test_worth_is_the_last_finish_and_of_equals_the_work_that_starts_earlier_is_better():
    random = np.random.default_rng(2)
    minutes, demand = random.integers(1, 9, 20), random.integers(1, 4, (20, 1))
    project = build_project(mode_minutes=minutes, demand=demand, capacity=[4])
    work = work_of(project)
    people = empty_people(work, 30, horizon_of(project))
    settle(work, np.arange(20), people, np.array([7], np.uint64))
    last = (people.start + minutes).max(axis=1)
    mean = people.start @ (minutes * demand[:, 0]) / last
    assert (people.worth // FINE).tolist() == last.tolist()
    assert len(set(last.tolist())) < len(last)
    ranked = np.lexsort((mean, last))
    assert np.all(np.diff(people.worth[ranked]) >= 0)


def test_three_workers_share_out_five_activities_in_seven_minutes():
    # Two workers for 3, 2 and 2 minutes, one worker for 4 and 3: the work of 21 worker-minutes fills 7 minutes exactly.
    project = build_project(mode_minutes=[3, 2, 2, 4, 3], demand=[[2], [2], [2], [1], [1]], capacity=[3])
    found = solve_project(project, iterations=200)
    assert (found.value, found.bound, found.status) == (7.0, 7.0, "optimal")


def test_quick_mode_is_left_where_it_would_use_up_too_much():
    project = build_project(
        mode_pointer=[0, 2, 4], mode_minutes=[1, 5, 1, 6], demand=[[1]] * 4, capacity=[1],
        consumption=[[3], [0], [3], [0]], stock=[3],
    )  # fmt: skip
    found = solve_project(project, iterations=200)
    assert found.value == 6.0
    assert found.schedule.mode.tolist() == [1, 2]


def test_same_seed_gives_the_same_schedule():
    random = np.random.default_rng(1)
    project = build_project(
        mode_minutes=random.integers(1, 9, 20), demand=random.integers(1, 4, (20, 1)), capacity=[4],
        pred_pointer=[0, *range(20)], pred_op=[max(o - 3, 0) for o in range(1, 20)],
    )  # fmt: skip
    one, other = (solve_project(project, iterations=1000, seed=3) for _ in "ab")
    assert one.schedule.start.tolist() == other.schedule.start.tolist()
    assert [step[1] for step in one.history] == sorted((step[1] for step in one.history), reverse=True)


def test_project_that_uses_up_more_than_there_is_says_so():
    project = build_project(mode_minutes=[1, 1], demand=[[1], [1]], capacity=[1], consumption=[[2], [2]], stock=[3])
    with pytest.raises(ProblemError) as caught:
        solve_project(project, seconds=0.2)
    assert [problem.code for problem in caught.value.problems] == ["project-without-modes"]


def test_faults_of_a_project_are_told_at_once():
    with pytest.raises(ProblemError) as caught:
        build_project(mode_minutes=[1, -1], demand=[[1], [5]], capacity=[3], pred_pointer=[0, 0, 1], pred_op=[7])
    assert {problem.column for problem in caught.value.problems} == {"mode_minutes", "pred_op"}
    with pytest.raises(ProblemError) as caught:
        build_project(mode_minutes=[1, 1], demand=[[1], [5]], capacity=[3])
    assert [problem.key for problem in caught.value.problems] == ["1"]
    with pytest.raises(ProblemError) as caught:
        build_project(mode_minutes=[1, 1], demand=[[1]], capacity=[3, 3], release=[0])
    assert {problem.column for problem in caught.value.problems} == {"demand", "release"}
