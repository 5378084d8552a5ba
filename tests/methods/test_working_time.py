"""Calendar arithmetic against a minute-by-minute count that shares no code with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.working_time import (
    LONG_AGO,
    NEVER,
    earliest_fits,
    finish_times,
    intersect,
    latest_fits,
    latest_starts,
    minutes_worked,
    open_times,
    subtract,
    working_time,
)

HORIZON = 60


@st.composite
def masks(draw):
    return draw(st.lists(st.booleans(), min_size=HORIZON, max_size=HORIZON))


def runs(mask):
    starts = [i for i in range(HORIZON) if mask[i] and (i == 0 or not mask[i - 1])]
    ends = [i + 1 for i in range(HORIZON) if mask[i] and (i == HORIZON - 1 or not mask[i + 1])]
    return starts, ends


def mask_of(starts, ends):
    return [any(a <= i < b for a, b in zip(starts, ends, strict=True)) for i in range(HORIZON)]


@settings(max_examples=150, deadline=None)
@given(masks(), masks(), st.integers(0, HORIZON), st.integers(1, 20))
def test_every_primitive_agrees_with_a_count_of_minutes(other, mask, t, minutes):
    time = working_time([runs(other), runs(mask)])
    later = [i for i in range(t, HORIZON) if mask[i]]
    earlier = [i for i in range(t) if mask[i]]
    assert open_times(time, 1, t) == (later[0] if later else NEVER)
    assert finish_times(time, 1, t, minutes) == (later[minutes - 1] + 1 if len(later) >= minutes else NEVER)
    assert latest_starts(time, 1, t, minutes) == (earlier[-minutes] if len(earlier) >= minutes else LONG_AGO)
    assert minutes_worked(time, 1, minutes, t) == sum(mask[minutes:t])
    whole = [s for s in range(HORIZON - minutes + 1) if all(mask[s : s + minutes])]
    assert earliest_fits(time, 1, t, minutes) == min((s for s in whole if s >= t), default=NEVER)
    assert latest_fits(time, 1, t, minutes) == max((s for s in whole if s + minutes <= t), default=LONG_AGO)


@settings(max_examples=150, deadline=None)
@given(masks(), masks())
def test_intersection_and_subtraction_agree_with_sets_of_minutes(a, b):
    both = intersect(*runs(a), *runs(b))
    assert mask_of(*both) == [x and y for x, y in zip(a, b, strict=True)]
    left = subtract(*runs(a), *runs(b))
    assert mask_of(*left) == [x and not y for x, y in zip(a, b, strict=True)]
    working_time([both, left])  # sorted and apart, or it raises


def test_no_work_takes_no_time_and_the_calendar_minus_one_never_closes():
    time = working_time([([10], [20])])
    assert finish_times(time, [0, -1], 5, 0).tolist() == [5, 5]
    assert latest_starts(time, [0, -1], 50, 0).tolist() == [50, 50]
    assert finish_times(time, -1, 5, 7) == 12
    assert latest_fits(time, -1, 12, 7) == 5
    assert earliest_fits(time, -1, 5, 7) == 5
    assert open_times(time, -1, 5) == 5


def test_touching_intervals_are_one():
    time = working_time([([0, 10, 30], [10, 20, 40]), ([], [])])
    assert time.start.tolist() == [0, 30]
    assert earliest_fits(time, 0, 5, 15) == 5
    assert time.intervals(1)[0].tolist() == []
    assert finish_times(time, 1, 0, 1) == NEVER
    assert latest_starts(time, 1, 0, 1) == LONG_AGO


def test_all_faults_are_reported_at_once():
    with pytest.raises(ProblemError) as caught:
        working_time([([0, 5], [10, 5]), ([1], [2, 3]), ([20, 0], [30, 10])])
    assert len(caught.value.problems) == 4
    with pytest.raises(ProblemError) as caught:
        finish_times(working_time([([0], [1])]), [0, 1, -2], 0, 1)
    assert len(caught.value.problems) == 2


def test_lost_time_may_overlap_and_come_in_any_order():
    starts, ends = subtract([0], [100], [50, 10, 15], [60, 30, 20])
    assert np.stack((starts, ends), 1).tolist() == [[0, 10], [30, 50], [60, 100]]
