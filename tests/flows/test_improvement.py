"""The improvement of the plan's schedule: never worse, told while it runs, ended when it is enough, kept by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from tests.methods.scheduling.checker import faults
from tests.methods.scheduling.shops import HORIZON, plain_schedule, plain_shops, shop_of

from plantwright.flows.plan.results import improvement_table
from plantwright.flows.plan.schedule import Scheduled, improved, weighted_lateness
from plantwright.flows.plan.totals import lateness_totals
from plantwright.methods.scheduling import blame, build_shop, defer, dispatch
from plantwright.methods.working_time import working_time


def scheduled(shop, early):
    return Scheduled(None, None, shop, early, defer(shop, early))


@given(plain_shops())
@settings(max_examples=6, deadline=None)
def test_improvement_is_never_worse_and_keeps_the_rules(plain):
    shop = shop_of(plain)
    early = dispatch(shop, "spt")
    if early.status != "complete":
        return
    better = improved(scheduled(shop, early), 0.02, seed=3)
    assert weighted_lateness(shop, better.early) <= weighted_lateness(shop, early)
    assert weighted_lateness(shop, better.late) <= weighted_lateness(shop, better.early)
    for schedule in (better.early, better.late):
        assert faults(plain, plain_schedule(schedule), HORIZON) == []
    values = [value for _, value, _ in better.improvement]
    assert values[0] == weighted_lateness(shop, early)
    assert values == sorted(values, reverse=True)


@given(plain_shops())
@settings(max_examples=25, deadline=None)
def test_nothing_is_blamed_for_more_than_the_worst_delay_and_nothing_where_all_is_in_time(plain):
    shop = shop_of(plain)
    early = dispatch(shop, "edd")
    late = np.maximum(early.sink_finish - shop.sink_due, 0)
    assert blame(shop, early).max(initial=0) <= late.max(initial=0)
    assert not blame(shop, early, np.zeros(len(late), np.bool_)).any()


def crowded(due=10):
    """Two jobs on one machine; the shorter is due first, and comes last."""
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0], mode_minutes=[1440, 10],
        sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[1450, due],
    )  # fmt: skip
    return scheduled(shop, dispatch(shop, priorities=[0, 1]))


def test_urgent_job_behind_a_long_one_comes_first_and_each_step_is_kept():
    better = improved(crowded(), 5.0, seed=0)
    assert weighted_lateness(better.shop, better.early) == 0
    table = improvement_table(better.improvement)
    assert table["step"].to_list() == [1, 2]
    assert table["objective"].to_list() == [1_000_000, 0]
    assert table["bound"].to_list() == [0, 0]


def test_who_has_enough_ends_the_search_with_what_there_is():
    told = []
    better = improved(crowded(due=5), 60.0, seed=0, tell=lambda *step: told.append(step) or True)
    assert weighted_lateness(better.shop, better.early) == pytest.approx(told[-1][1] * 1440)
    assert told[0][0] < 60
    assert told[0][2] * 1440 == pytest.approx(5)


def test_totals_tell_what_no_schedule_can_avoid():
    totals = lateness_totals(crowded(due=5), 2)
    assert totals == {
        "late_days_bound": 0.0, "weighted_late_days": 1.0, "weighted_late_days_bound": 0.0, "gap": 0.9965,
    }  # fmt: skip
