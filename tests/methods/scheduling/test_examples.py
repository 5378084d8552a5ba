"""Small shops whose schedule can be read off a sheet of paper, one for each rule of the shop."""

import numpy as np
import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling import build_shop, construct, defer, dispatch, evaluate, lower_bounds, tails
from plantwright.methods.working_time import NEVER, working_time

ALWAYS = working_time([])
DAYS = working_time([([480, 1920, 3360], [960, 2400, 3840])])


def shop(time=ALWAYS, *, units=1, minutes=(), calendar=-1, **more):
    """One work center unless told otherwise."""
    given = {"unit_pointer": [0, units], "unit_calendar": [calendar] * units, "mode_center": [0] * len(minutes)}
    return build_shop(time, mode_minutes=minutes, **{**given, **more})


def test_work_pauses_at_closing_time_unless_it_must_not():
    schedule = dispatch(shop(DAYS, minutes=[300, 300, 120], calendar=0, pausable=[True, False, True]), "fcfs")
    assert schedule.start.tolist() == [480, 1920, 780]
    assert schedule.finish.tolist() == [780, 2220, 900]


def test_a_change_of_family_adds_set_up_from_what_the_unit_was_left_with():
    matrix = [[[0, 30], [45, 0]]]
    plan = shop(minutes=[10, 10, 10], family=[1, 0, -1], unit_family=[0], center_matrix=[0], setup_matrix=matrix)
    schedule = dispatch(plan, priorities=[0, 1, 2])
    assert schedule.setup.tolist() == [30, 45, 0]
    assert schedule.finish.tolist() == [40, 95, 105]
    assert evaluate(plan, schedule).setup == 75


def test_the_set_up_aware_rule_keeps_a_family_together():
    matrix = [[[0, 50], [50, 0]]]
    plan = shop(
        minutes=[10] * 4,
        family=[0, 1, 0, 1],
        center_matrix=[0],
        setup_matrix=matrix,
        sink_pointer=range(5),
        sink_op=range(4),
        sink_due=[100] * 4,
    )
    assert evaluate(plan, dispatch(plan, "atcs")).setup == 50
    assert evaluate(plan, dispatch(plan, "fcfs")).setup == 150


def test_transfer_batches_let_the_successor_start_early_but_not_end_early():
    arcs = {"pred_pointer": [0, 0, 1], "pred_op": [0], "pred_lag": [5], "pred_overlap": [20], "pred_tail": [4]}
    slow = dispatch(
        shop(minutes=[100, 300], unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1], **arcs)
    )
    assert slow.start.tolist() == [0, 25]
    quick = dispatch(
        shop(minutes=[100, 10], unit_pointer=[0, 1, 2], unit_calendar=[-1, -1], mode_center=[0, 1], **arcs)
    )
    assert quick.finish.tolist() == [100, 109]


def test_the_mode_that_ends_first_is_taken_even_if_its_unit_is_busy_and_rank_breaks_ties():
    more = {"unit_pointer": [0, 1, 2], "unit_calendar": [-1, -1], "mode_pointer": [0, 1, 3], "mode_center": [0, 0, 1]}
    fast = dispatch(shop(minutes=[10, 20, 100], **more), priorities=[0, 1])
    assert fast.unit.tolist() == [0, 0]
    assert fast.start.tolist() == [0, 10]
    even = dispatch(shop(minutes=[0, 20, 20], mode_rank=[0, 1, 0], **more), priorities=[0, 1])
    assert even.mode.tolist() == [0, 2]


def test_fixed_operations_stay_and_others_go_around_them():
    plan = shop(minutes=[50, 30, 80, 20], fixed_start=[40, -1, -1, -1], fixed_unit=[0, -1, -1, -1])
    schedule = dispatch(plan, priorities=[0, 2, 1, 3])
    assert schedule.start.tolist() == [40, 0, 90, 170]
    assert defer(plan, schedule).start[0] == 40


def test_a_fixed_operation_keeps_its_crew_from_others():
    plan = shop(
        units=2,
        minutes=[50, 30],
        fixed_start=[10, -1],
        fixed_unit=[1, -1],
        need_pointer=[0, 1, 2],
        need_group=[0, 0],
        group_pointer=[0, 1],
        group_member=[0],
        member_calendar=[-1],
    )
    schedule = dispatch(plan)
    assert schedule.start.tolist() == [10, 60]
    assert schedule.member.tolist() == [0, 0]


def test_a_successor_of_a_fixed_operation_waits_and_a_broken_arc_is_counted():
    arcs = {"pred_pointer": [0, 0, 1, 2], "pred_op": [0, 1]}
    plan = shop(units=2, minutes=[50, 10, 10], fixed_start=[-1, 20, -1], fixed_unit=[-1, 1, -1], **arcs)
    schedule = dispatch(plan)
    assert schedule.start.tolist() == [0, 20, 30]
    assert evaluate(plan, schedule).broken == 1


def test_a_crew_is_matched_so_that_the_only_expert_is_left_for_the_place_only_he_can_fill():
    plan = shop(
        minutes=[10],
        need_pointer=[0, 2],
        need_group=[0, 1],
        need_count=[1, 1],
        group_pointer=[0, 2, 3],
        group_member=[0, 1, 0],
        member_calendar=[-1, -1],
    )
    assert dispatch(plan).member.tolist() == [1, 0]


def test_work_goes_on_only_while_unit_and_crew_are_both_there():
    time = working_time([([0], [1000]), ([20, 60], [40, 200])])
    needs = {"need_pointer": [0, 1], "need_group": [0], "group_pointer": [0, 1], "group_member": [0]}
    plan = shop(time, minutes=[30], calendar=0, member_calendar=[1], **needs)
    assert (dispatch(plan).start[0], dispatch(plan).finish[0]) == (20, 70)
    whole = shop(time, minutes=[30], calendar=0, member_calendar=[1], pausable=[False], **needs)
    assert (dispatch(whole).start[0], dispatch(whole).finish[0]) == (60, 90)


def test_two_operations_for_one_person_follow_each_other_on_different_units():
    needs = {"need_pointer": [0, 1, 2], "need_group": [0, 0], "group_pointer": [0, 1], "group_member": [0]}
    schedule = dispatch(shop(units=2, minutes=[30, 20], member_calendar=[-1], **needs), priorities=[0, 1])
    assert schedule.start.tolist() == [0, 30]


def test_subcontracting_takes_elapsed_time_or_the_time_of_its_own_calendar():
    more = {"unit_pointer": [0], "unit_calendar": [], "mode_center": [-1, -1], "mode_calendar": [-1, 0]}
    schedule = dispatch(shop(DAYS, minutes=[600, 600], **more))
    assert schedule.finish.tolist() == [600, 2040]
    assert schedule.unit.tolist() == [-1, -1]


def test_deferring_passes_work_that_is_due_later_and_leaves_what_serves_nothing():
    plan = shop(minutes=[10, 10, 10], sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[100, 20])
    later = defer(plan, dispatch(plan, priorities=[0, 1, 2]))
    assert later.start.tolist() == [90, 10, 20]


def test_a_window_holds_work_back_until_it_is_nearly_time():
    plan = shop(minutes=[10], sink_pointer=[0, 1], sink_op=[0], sink_due=[100])
    assert dispatch(plan, window=30).start.tolist() == [60]


def test_a_calendar_that_ends_leaves_work_unplaced_and_says_so():
    plan = shop(
        DAYS, minutes=[1000, 1000], calendar=0, pred_pointer=[0, 0, 1], pred_op=[0], sink_pointer=[0, 1], sink_op=[1]
    )
    schedule = dispatch(plan)
    assert schedule.status == "unfinished"
    assert schedule.finish.tolist() == [3400, NEVER]
    worth = evaluate(plan, defer(plan, schedule))
    assert (worth.unfinished, worth.makespan) == (1, 3400)


def test_tails_count_time_work_and_weight_from_the_end():
    plan = shop(
        DAYS,
        minutes=[60, 120],
        calendar=0,
        pred_pointer=[0, 0, 1],
        pred_op=[0],
        pred_lag=[30],
        sink_pointer=[0, 1, 2],
        sink_op=[1, 1],
        sink_due=[2000, 2400],
        sink_weight=[1, 2],
    )
    ahead = tails(plan)
    assert ahead.last_start.tolist() == [830, 920]
    assert ahead.work.tolist() == [180, 120]
    assert ahead.left.tolist() == [2, 1]
    assert ahead.weight.tolist() == [3, 3]
    assert ahead.due.tolist() == [2000, 2000]


def test_bounds_see_an_overloaded_work_center_and_an_unavoidable_delay():
    plan = shop(DAYS, minutes=[300, 300], calendar=0, sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[700, 960])
    bounds = lower_bounds(plan)
    assert bounds.utilisation.tolist() == [1.25]
    assert bounds.weighted_late == 80


def test_held_value_counts_from_the_start_until_the_goods_leave():
    plan = shop(minutes=[10], hold_rate=[2.0], sink_pointer=[0, 1], sink_op=[0], sink_due=[100])
    assert evaluate(plan, dispatch(plan)).held == 200
    found = construct(plan, windows=(None,))
    assert found.best.worth.held == 20


def test_late_minutes_and_held_value_can_be_weighed_against_each_other():
    plan = shop(minutes=[10, 90], sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[50, 90], hold_rate=[0, 1])
    found = construct(plan, ("edd", "spt"), windows=(None,), late_cost=1.0)
    assert found.best.objective[0] == min(trial.objective[0] for trial in found.trials)


def test_an_empty_shop_has_an_empty_schedule():
    plan = shop()
    schedule = defer(plan, dispatch(plan))
    assert (schedule.status, len(schedule.start)) == ("complete", 0)


def test_all_faults_of_a_shop_are_reported_at_once():
    with pytest.raises(ProblemError) as caught:
        shop(minutes=[-1, 5], mode_center=[0, 7], sink_pointer=[0, 1], sink_op=[9], unit_calendar=[3])
    assert {problem.column for problem in caught.value.problems} == {
        "mode_minutes",
        "mode_center",
        "sink_op",
        "unit_calendar",
    }
    with pytest.raises(ProblemError) as caught:
        shop(minutes=[1, 2], release=[0], due=[1, 2, 3], pred_pointer=[0, 2, 1], pred_op=[0])
    assert {problem.column for problem in caught.value.problems} == {"release", "due", "pred_pointer"}


def test_a_circle_of_operations_is_reported_with_those_in_it():
    with pytest.raises(ProblemError) as caught:
        shop(minutes=[1, 1, 1], pred_pointer=[0, 1, 2, 2], pred_op=[1, 0])
    assert [(p.code, p.key) for p in caught.value.problems] == [("operation-cycle", "0"), ("operation-cycle", "1")]


@pytest.mark.parametrize(
    ("more", "column"),
    [
        ({"mode_pointer": [0, 0, 1]}, "mode_pointer"),
        ({"fixed_start": [5], "fixed_unit": [-1]}, "fixed_unit"),
        ({"unit_pointer": [0, 0], "unit_calendar": []}, "unit_pointer"),
        ({"setup_matrix": [[0, 1]]}, "setup_matrix"),
    ],
)
def test_a_fault_names_its_column(more, column):
    with pytest.raises(ProblemError) as caught:
        shop(minutes=[1], **more)
    assert column in {problem.column for problem in caught.value.problems}


def test_bad_options_are_reported_together():
    plan = shop(minutes=[1])
    with pytest.raises(ProblemError) as caught:
        dispatch(plan, "magic", priorities=[1, 2], look_ahead=0, window=-1)
    assert len(caught.value.problems) == 4
    with pytest.raises(ProblemError) as caught:
        construct(plan, (), passes=-1, workers=0)
    assert len(caught.value.problems) == 3


def test_a_crew_of_many_is_refilled_when_one_of_them_is_taken():
    rng = np.random.default_rng(0)
    n = 40
    plan = shop(
        units=5,
        minutes=rng.integers(5, 50, n),
        need_pointer=range(n + 1),
        need_group=rng.integers(0, 2, n),
        need_count=rng.integers(1, 3, n),
        group_pointer=[0, 3, 6],
        group_member=[0, 1, 2, 2, 3, 4],
        member_calendar=[-1] * 5,
    )
    schedule = dispatch(plan)
    assert schedule.status == "complete"
    assert (schedule.member >= 0).all()


def test_a_deferred_start_lies_in_open_time_even_when_the_first_batch_is_out_at_once():
    time = working_time([([0, 50], [20, 60])])
    arcs = {"pred_pointer": [0, 0, 1], "pred_op": [0], "pred_overlap": [0], "pred_tail": [1]}
    more = {"unit_pointer": [0, 1, 2], "unit_calendar": [0, -1], "mode_center": [0, 1]}
    plan = shop(time, minutes=[3, 30], sink_pointer=[0, 1], sink_op=[1], sink_due=[60], **more, **arcs)
    later = defer(plan, dispatch(plan))
    assert later.start.tolist() == [19, 30]
