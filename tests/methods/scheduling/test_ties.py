"""Maximum lags, blocking, batches, helpers at set-ups, deadlines: by hand, and on random shops with all at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.tied_shops import tied_shops

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import (
    RULES,
    backward,
    build_shop,
    construct,
    defer,
    dispatch,
    evaluate,
    findings,
    frozen_conflicts,
    lower_bounds,
)
from plantwright.methods.scheduling.search.shape import fits
from plantwright.methods.working_time import NEVER, working_time

many = settings(max_examples=120, deadline=None)
few = settings(max_examples=50, deadline=None)
ALLOWED = {"complete": set(), "unmet": {"schedule-deadline"}, "unfinished": {"schedule-unplaced"}}


def codes(shop, schedule):
    return {problem.code for problem in judge(Instance("drawn", "shop", shop, "makespan"), schedule).problems}


def flow(minutes, machines, time=None, calendars=None, **more):
    """Jobs of one row each: minutes on each machine in turn, jobs one after the other in the arrays."""
    n = len(minutes) * machines
    preds = [o - 1 for o in range(n) if o % machines]
    return build_shop(
        time or working_time([]),
        unit_pointer=range(machines + 1),
        unit_calendar=calendars or [-1] * machines,
        mode_center=list(range(machines)) * len(minutes),
        mode_minutes=[m for row in minutes for m in row],
        pred_pointer=[0, *np.cumsum([o % machines > 0 for o in range(n)])],
        pred_op=preds,
        **more,
    )


@many
@given(tied_shops(), st.sampled_from(RULES), st.integers(0, 50))
def test_a_dispatch_with_all_kinds_of_constraints_at_once_passes_the_judge(drawn, rule, begin):
    _, shop = drawn
    schedule = dispatch(shop, rule, start=begin)
    found = codes(shop, schedule)
    assert found <= ALLOWED[schedule.status]
    assert bool(found) == (schedule.status != "complete")


@few
@given(tied_shops())
def test_what_follows_a_dispatch_keeps_all_kinds_of_constraints(drawn):
    _, shop = drawn
    schedule = dispatch(shop)
    later = defer(shop, schedule)
    assert codes(shop, later) <= ALLOWED[schedule.status]
    assert (later.start >= schedule.start).all()
    bounds = lower_bounds(shop)
    assert (schedule.finish >= bounds.earliest_finish).all()
    assert evaluate(shop, schedule).weighted_late >= bounds.weighted_late
    if schedule.status != "unfinished":
        assert backward(shop).status == "complete"
        found = construct(shop, ("atc",), look_aheads=(2.0,), windows=(None,), passes=1).schedule
        assert codes(shop, found) <= ALLOWED[found.status]


@few
@given(tied_shops(fixed=False, deadlines=False), st.randoms(use_true_random=False))
def test_any_order_of_placing_keeps_all_kinds_of_constraints(drawn, random):
    _, shop = drawn
    order = list(range(shop.operations))
    random.shuffle(order)
    schedule = dispatch(shop, priorities=order)
    assert codes(shop, schedule) <= ALLOWED[schedule.status]


def test_the_second_job_of_a_flow_without_waiting_begins_later_on_the_first_machine():
    """Two machines, 10 and 30 minutes: the second job leaves machine 0 when machine 1 is free, at 40."""
    shop = flow([(10, 30), (10, 30)], 2, pred_max_lag=[0, 0])
    assert dispatch(shop).start.tolist() == [0, 10, 30, 40]
    assert dispatch(flow([(10, 30), (10, 30)], 2)).start.tolist() == [0, 10, 10, 40]


def test_a_maximum_lag_over_a_night_moves_the_first_operation_to_the_next_day():
    days = working_time([([0, 1440], [480, 1920])])
    shop = flow([(300, 300)], 2, days, [0, 0], pred_max_lag=[60], pausable=[False, False])
    schedule = dispatch(shop)
    assert schedule.status == "unfinished"  # 600 minutes and an hour between fit into no day, and no night is so short
    assert evaluate(shop, schedule).unfinished == 2
    shop = flow([(300, 150)], 2, days, [0, 0], release=[100, 0], pred_max_lag=[60], pausable=[False, False])
    assert dispatch(shop).start.tolist() == [1440, 1740]


def test_a_blocked_machine_is_taken_again_when_the_successor_begins():
    """Hall and Sriskandarajah (1996): with blocking, a job stays on its machine until the next one is free."""
    free = flow([(10, 30), (10, 30), (10, 30)], 2)
    blocked = flow([(10, 30), (10, 30), (10, 30)], 2, blocking=[True, False] * 3)
    assert dispatch(free).start.tolist() == [0, 10, 10, 40, 20, 70]
    assert dispatch(blocked).start.tolist() == [0, 10, 10, 40, 40, 70]


def test_two_jobs_may_change_places_on_two_blocked_machines_in_the_same_minute():
    """One goes from machine 0 to 1, the other from 1 to 0, and a lag keeps them together."""
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1, 1, 0],
        mode_minutes=[10, 10, 10, 10], pred_pointer=[0, 0, 1, 1, 3], pred_op=[0, 2, 0], pred_max_lag=[-1, -1, 0],
        blocking=[True, False, True, False],
    )  # fmt: skip
    schedule = dispatch(shop)
    assert schedule.start.tolist() == [0, 10, 0, 10]
    assert codes(shop, schedule) == set()


def test_a_started_operation_that_blocks_its_unit_keeps_it_until_its_successor_has_begun():
    shop = flow([(10, 30), (10, 30)], 2, blocking=[True] * 4, fixed_start=[0, -1, -1, -1], fixed_unit=[0, -1, -1, -1],
        release=[0, 50, 0, 0])  # fmt: skip
    assert dispatch(shop).start.tolist() == [0, 50, 50, 80]


def test_an_oven_takes_what_goes_together_up_to_its_capacity_for_as_long_as_the_longest():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0] * 5,
        mode_minutes=[30, 25, 30, 20, 5],
        center_capacity=[3], size=[1, 1, 2, 1, 1], batch_family=[0, 0, 0, 1, 0],
    )  # fmt: skip
    schedule = dispatch(shop, priorities=range(5))
    assert schedule.start.tolist() == [0, 0, 30, 60, 0]
    assert schedule.finish.tolist() == [30, 30, 60, 80, 30]
    assert codes(shop, schedule) == set()


def test_operations_without_batch_family_go_alone():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0] * 2, mode_minutes=[30, 30],
        center_capacity=[3], batch_family=[-1, -1],
    )  # fmt: skip
    assert dispatch(shop).start.tolist() == [0, 30]


def test_one_setter_sets_up_one_machine_after_the_other_while_both_run():
    """Two machines, 20 minutes of set-up by the same setter, 60 of run: the second waits for the setter only."""
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1], mode_setup=[20, 20],
        mode_minutes=[60, 60], need_pointer=[0, 1, 2], need_group=[0, 0], group_pointer=[0, 1], group_member=[0],
        member_calendar=[-1], need_in_setup=[True, True],
    )  # fmt: skip
    schedule = dispatch(shop)
    assert (schedule.start.tolist(), schedule.finish.tolist()) == ([0, 20], [80, 100])
    assert codes(shop, schedule) == set()


def test_without_set_up_nobody_is_held():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1], mode_minutes=[60, 60],
        need_pointer=[0, 1, 2], need_group=[0, 0], group_pointer=[0, 1], group_member=[0], member_calendar=[-1],
        need_in_setup=[True, True],
    )  # fmt: skip
    schedule = dispatch(shop)
    assert (schedule.start.tolist(), schedule.member.tolist()) == ([0, 0], [-1, -1])
    assert codes(shop, schedule) == set()


def test_unmet_deadlines_are_named_and_raise_the_urgency():
    shop = flow([(10,), (10,), (10,)], 1, deadline=[NEVER, 15, 12])
    schedule = dispatch(shop, "latest_start")
    assert schedule.start.tolist() == [20, 10, 0]
    assert schedule.status == "unmet"
    assert evaluate(shop, schedule).unmet.tolist() == [1]
    assert codes(shop, schedule) == {"schedule-deadline"}


def test_cost_of_modes_and_changes_is_counted():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0, 0], mode_minutes=[5, 5, 5],
        family=[0, 1, 0], center_matrix=[0], setup_matrix=[[[0, 1], [2, 0]]], setup_cost=[[[0, 10.0], [20.0, 0]]],
        mode_cost=[1.5, 2, 3],
    )  # fmt: skip
    worth = evaluate(shop, dispatch(shop, "fcfs"))
    assert (worth.mode_cost, worth.setup_cost) == (6.5, 30.0)


def test_the_search_of_sequences_refuses_what_it_does_not_know():
    shop = flow([(10, 30), (10, 30)], 2, pred_max_lag=[0, -1], blocking=[0, 0, 1, 0], deadline=[99] * 4,
        center_capacity=[1, 2])  # fmt: skip
    assert {problem.key for problem in fits(shop)} == {"0", "1", "2", "3"}
    assert len(fits(shop)) == 1 + 1 + 2 + 4


def refused(**more):
    with pytest.raises(ProblemError) as caught:
        flow([(10, 30), (20, 30)], 2, **more)
    return [(problem.code, problem.key) for problem in caught.value.problems]


def test_faults_of_lags_deadlines_and_batches_are_named_all_at_once():
    found = refused(pred_lag=[5, 0], pred_max_lag=[4, 9], release=[0, 50, 0, 0], deadline=[NEVER, 60, 10, 100],
        center_capacity=[1, 3], size=[9, 4, 1, 1])  # fmt: skip
    assert found == [
        ("lag-max-below-min", "1"),
        ("deadline-before-release", "1"),
        ("deadline-before-release", "2"),
        ("batch-too-large", "1"),
    ]


def test_modes_without_resource_negative_minutes_and_weights_that_overflow_are_named_all_at_once():
    with pytest.raises(ProblemError) as caught:
        build_shop(working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_pointer=[0, 0, 1, 2],
            mode_center=[1, 0], mode_minutes=[3, -1], weight=[1, 2, float("inf")], mode_cost=[0, 1e300])  # fmt: skip
    assert [(problem.code, problem.key) for problem in caught.value.problems] == [
        ("shop-weight", "2"),
        ("shop-weight", "1"),
        ("operation-no-mode", "0"),
        ("operation-no-resource", "1"),
        ("operation-minutes", "2"),
    ]


def test_maximum_lags_that_no_times_can_keep_are_found_round_the_circle():
    """0 before 1 before 2, ten minutes each: 2 cannot start within 5 minutes after 0 has ended, but within 10."""

    def chain(most):
        return build_shop(
            working_time([]), unit_pointer=[0, 3], unit_calendar=[-1] * 3, mode_center=[0] * 3, mode_minutes=[10] * 3,
            pred_pointer=[0, 0, 1, 3], pred_op=[0, 1, 0], pred_max_lag=[-1, -1, most])  # fmt: skip

    assert dispatch(chain(10)).start.tolist() == [0, 10, 20]
    with pytest.raises(ProblemError) as caught:
        chain(5)
    assert [(p.code, p.key) for p in caught.value.problems] == [("lags-cannot-hold", "2")]


def test_what_can_never_be_done_is_found_beforehand_and_leaves_the_schedule_unfinished():
    time = working_time([([0, 100], [60, 160]), ([], [])])
    shop = build_shop(
        time, unit_pointer=[0, 1, 2], unit_calendar=[0, 1], mode_center=[0, 1, 0, -1], mode_minutes=[70, 5, 5, 0],
        pausable=[False] * 4, need_pointer=[0, 0, 0, 1, 1], need_group=[0], need_count=[2], group_pointer=[0, 1],
        group_member=[0], member_calendar=[-1],
    )  # fmt: skip
    assert [(problem.code, problem.key) for problem in findings(shop)] == [
        ("operation-never-open", "1"),
        ("operation-too-long", "0"),
        ("operation-crew-short", "2"),
        ("operation-no-minutes", "3"),
    ]
    schedule = dispatch(shop)
    assert schedule.status == "unfinished"
    assert (schedule.finish < NEVER).tolist() == [False, False, False, True]


def test_pins_that_conflict_are_named_and_kept():
    shop = flow([(10, 30), (20, 30)], 2, fixed_start=[0, 5, 8, 90], fixed_unit=[0, 1, 0, 1], pred_max_lag=[-1, 20])
    assert [(problem.code, problem.key) for problem in frozen_conflicts(shop)] == [
        ("frozen-on-one-unit", "0 and 2"),
        ("frozen-before-predecessor", "1"),
        ("frozen-after-max-lag", "3"),
    ]
    schedule = dispatch(shop)
    assert schedule.start.tolist() == [0, 5, 8, 90]
    assert evaluate(shop, schedule).broken == 2


def test_pins_of_one_batch_do_not_conflict():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0] * 2, mode_minutes=[30, 20],
        center_capacity=[2], fixed_start=[5, 5], fixed_unit=[0, 0],
    )  # fmt: skip
    assert frozen_conflicts(shop) == []
    assert dispatch(shop).finish.tolist() == [35, 35]
