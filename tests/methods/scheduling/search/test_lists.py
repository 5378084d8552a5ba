"""Starts by lists: orders respect the arcs, units take what fits and is most urgent, families stay together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.search.test_search import job_shop, judged, shops

from plantwright.methods.scheduling import dispatch
from plantwright.methods.scheduling.search import Objective, search
from plantwright.methods.scheduling.search.lists import FIRST, Lists, listed
from plantwright.methods.scheduling.search.net import make_net
from plantwright.methods.scheduling.search.objective import costs_of
from plantwright.methods.scheduling.search.schedules import schedule_of
from plantwright.methods.scheduling.search.workers import Case, desk_of
from plantwright.methods.working_time import working_time

LATENESS = Objective.of("weighted_tardiness")


def case_of(shop):
    net, options = make_net(shop, 0, early=False)
    return Case(shop, net, options, costs_of(LATENESS, shop, {"weighted_tardiness": 1.0}), [])


def by_lists(shop, knobs=FIRST):
    """Give plan and schedule by the knobs."""
    case = case_of(shop)
    plan = Lists(case, desk_of(case)).plan(np.array(knobs))
    return plan, schedule_of(case, plan.order, plan.option)


@settings(max_examples=40, deadline=None)
@given(shops(), st.lists(st.floats(0.05, 20), min_size=len(FIRST), max_size=len(FIRST)))
def test_lists_keep_every_rule_and_count_what_the_judge_counts(shop, knobs):
    plan, schedule = by_lists(shop, knobs)
    place = plan.place
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    assert (place[shop.pred_op] < place[after]).all()
    assert judged(shop, schedule, "weighted_tardiness", plan.value) == ()


def test_the_unit_that_is_free_takes_what_waits_and_no_unit_is_promised_before():
    # jobs of 9, 9 and 2 minutes for either of two machines: the short one goes first, the long ones share the rest
    shop = job_shop(
        [[(0, 9)], [(0, 9)], [(0, 2)]], 2, mode_pointer=[0, 2, 4, 6], mode_center=[0, 1] * 3,
        mode_minutes=[9, 9, 9, 9, 2, 2], sink_due=[0] * 3, family=[0] * 3, center_matrix=[0, 0], setup_matrix=[[[0]]],
    )  # fmt: skip
    _, schedule = by_lists(shop)
    assert sorted(schedule.finish.tolist()) == [2, 9, 11]
    assert schedule.finish[2] == 2


def test_what_fits_into_the_rest_of_an_opening_goes_before_what_does_not():
    shop = job_shop(
        [[(0, 8)], [(0, 5)]], 1, time=working_time([([0, 20, 40], [6, 30, 50])]), unit_calendar=[0],
        pausable=[False, False], sink_due=[0, 40], sink_weight=[9, 1], family=[0, 0], center_matrix=[0],
        setup_matrix=[[[0]]],
    )  # fmt: skip
    _, schedule = by_lists(shop)
    assert schedule.start.tolist() == [20, 0]


def test_a_small_set_up_scale_keeps_families_together():
    shop = job_shop(
        [[(0, 1)] for _ in range(8)], 1, family=[0, 1] * 4, center_matrix=[0], setup_matrix=[[[0, 5], [5, 0]]],
        sink_due=[0] * 8, sink_weight=[1, 2] * 4,
    )  # fmt: skip
    assert by_lists(shop, (4.0, 0.01, 1.0, 0.3))[1].setup.sum() == 5
    assert listed(case_of(shop))


def test_a_start_that_is_given_alone_is_not_joined_by_lists():
    shop = job_shop(
        [[(0, 50)], [(0, 1)]], 1, family=[0, 1], center_matrix=[0], setup_matrix=[[[0, 5], [5, 0]]], sink_due=[0, 0],
    )  # fmt: skip
    start = dispatch(shop, priorities=[0, 1])
    alone = search(shop, objective=LATENESS, start=start, start_only=True, iterations=1, seed=1)
    assert alone.history[0][1] == 106
    assert min(value for _, value, _ in search(shop, objective=LATENESS, start=start, iterations=1).history) == 57
