"""The improvement of a schedule: never worse, the same for the same seed, and it keeps every rule of the shop."""

import numpy as np
from hypothesis import given, settings
from tests.methods.scheduling.checker import faults
from tests.methods.scheduling.shops import HORIZON, plain_schedule, plain_shops, shop_of

from plantwright.flows.plan.schedule import improved, weighted_lateness
from plantwright.methods.scheduling import blame, build_shop, dispatch
from plantwright.methods.working_time import working_time


def rounds(number):
    left = iter(range(number))
    return lambda: next(left, None) is not None


@given(plain_shops())
@settings(max_examples=25, deadline=None)
def test_improvement_is_never_worse_keeps_the_rules_and_repeats_itself(plain):
    shop = shop_of(plain)
    early = dispatch(shop, "spt")
    if early.status != "complete":
        return
    better = improved(shop, early, rounds(6), seed=3)
    assert weighted_lateness(shop, better) <= weighted_lateness(shop, early)
    assert faults(plain, plain_schedule(better), HORIZON) == []
    assert better.same_as(improved(shop, early, rounds(6), seed=3))


@given(plain_shops())
@settings(max_examples=25, deadline=None)
def test_nothing_is_blamed_for_more_than_the_worst_delay_and_nothing_where_all_is_in_time(plain):
    shop = shop_of(plain)
    early = dispatch(shop, "edd")
    late = np.maximum(early.sink_finish - shop.sink_due, 0)
    assert blame(shop, early).max(initial=0) <= late.max(initial=0)
    assert not blame(shop, early, np.zeros(len(late), np.bool_)).any()


def test_urgent_job_behind_a_long_one_comes_first():
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0], mode_minutes=[100, 10],
        sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[110, 10],
    )  # fmt: skip
    early = dispatch(shop, priorities=np.array([0, 1]))
    assert weighted_lateness(shop, early) == 100
    assert weighted_lateness(shop, improved(shop, early, rounds(40), seed=0)) == 0
