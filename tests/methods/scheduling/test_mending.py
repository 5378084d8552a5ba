"""A schedule is mended after an event: little moves, and what counts for nothing is not searched for."""

import itertools

import numpy as np
import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling import build_shop, dispatch
from plantwright.methods.scheduling.mending import mend
from plantwright.methods.working_time import working_time


def two_jobs(opens, weights):
    """One machine that opens at a minute, two jobs of an hour, both due after the first."""
    return build_shop(
        working_time([([opens], [9_000])]), unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0],
        mode_minutes=[60, 60], sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[60, 60], sink_weight=weights,
    )  # fmt: skip


@pytest.mark.parametrize("weights", [[1, 1e-9], [1e-9, 1e-9]])
def test_search_ends_where_only_safety_stock_is_late(weights):
    before = dispatch(two_jobs(0, weights), "fcfs")
    ticks = itertools.count()
    found = mend(two_jobs(0, weights), before, seconds=5, clock=lambda: float(next(ticks)))
    assert found.schedule.same_as(before)
    assert not found.moved.any()


def test_what_an_event_makes_impossible_moves_and_its_lateness_is_told():
    before = dispatch(two_jobs(0, [1, 1]), "fcfs")
    found = mend(two_jobs(60, [1, 1]), before)
    assert sorted(found.schedule.start.tolist()) == [60, 120]
    assert found.moved.tolist() == (found.schedule.start != before.start).tolist()
    assert found.late == np.maximum(found.schedule.finish - 60, 0).sum() == 180


def test_moves_that_must_win_less_than_nothing_are_refused():
    shop = two_jobs(0, [1, 1])
    with pytest.raises(ProblemError) as caught:
        mend(shop, dispatch(shop), still=-1)
    assert [problem.column for problem in caught.value.problems] == ["still"]
