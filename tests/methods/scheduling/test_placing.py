"""One more operation beside a schedule: it overlaps nothing, lies in open time, and no earlier place would do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling.placing import earliest_place, free_time, free_together, taken
from plantwright.methods.working_time import NEVER

LAST = 60


@st.composite
def units(draw):
    """Give the open minutes of a unit and the spans that its schedule holds, apart from each other."""
    cuts = sorted(draw(st.sets(st.integers(0, LAST), min_size=2, max_size=12)))
    opens = list(zip(cuts[::2], cuts[1::2], strict=False))
    marks = sorted(draw(st.sets(st.integers(0, LAST), max_size=8)))
    busy = list(zip(marks[::2], marks[1::2], strict=False))
    return opens, busy


def free_of(opens, busy):
    return free_time(*np.array(opens, np.int64).reshape(-1, 2).T, *np.array(busy, np.int64).reshape(-1, 2).T)


def by_minutes(opens, busy, ready, minutes, after, pausable):
    """Find the place minute by minute."""
    is_open = {t for a, b in opens for t in range(a, b)}
    held = {t for a, b in busy for t in range(a, b)}
    for start in range(ready, LAST):
        worked, finish, t = 0, None, start
        if start not in is_open or start in held:
            continue
        while t < LAST and t not in held and worked < minutes + after:
            if t in is_open:
                worked += 1
                finish = t + 1 if worked == minutes else finish
            elif not pausable:
                break
            t += 1
        if worked == minutes + after:
            return start, finish
    return NEVER, NEVER


@given(units(), st.integers(0, LAST), st.integers(1, 20), st.integers(0, 5), st.booleans())
def test_place_is_the_one_that_trying_every_minute_finds(unit, ready, minutes, after, pausable):
    found = earliest_place(free_of(*unit), ready, minutes, after=after, pausable=pausable)
    assert found == by_minutes(*unit, ready, minutes, after, pausable)


@given(units(), st.integers(0, LAST), st.integers(1, 20), st.integers(1, 10), st.booleans())
def test_more_work_is_never_done_earlier(unit, ready, minutes, more, pausable):
    free = free_of(*unit)
    less, longer = (earliest_place(free, ready, one, pausable=pausable) for one in (minutes, minutes + more))
    assert less[0] <= longer[0]
    assert less[1] <= longer[1]


@given(units(), st.integers(0, LAST), st.lists(st.integers(1, 9), max_size=4), st.booleans())
def test_what_is_placed_is_taken_as_if_the_schedule_had_held_it(unit, ready, works, pausable):
    opens, busy = unit
    free = free_of(opens, busy)
    for work in works:
        start, finish = earliest_place(free, ready, work, pausable=pausable)
        if finish >= NEVER:
            continue
        assert all(finish <= a or b <= start for a, b in busy)
        free, busy = taken(free, start, finish), [*busy, (start, finish)]
        whole = free_of(opens, busy)
        assert (free.start.tolist(), free.end.tolist()) == (whole.start.tolist(), whole.end.tolist())
        gaps = [len(set(one.gap.tolist())) for one in (free, whole)]
        assert gaps[0] == gaps[1]


@given(units(), units(), st.integers(0, LAST), st.integers(1, 20), st.booleans())
def test_two_are_free_together_where_both_are_open_and_neither_is_held(one, other, ready, minutes, pausable):
    opens = [(t, t + 1) for t in range(LAST) if all(any(a <= t < b for a, b in unit[0]) for unit in (one, other))]
    found = earliest_place(free_together(free_of(*one), free_of(*other)), ready, minutes, pausable=pausable)
    assert found == by_minutes(opens, [*one[1], *other[1]], ready, minutes, 0, pausable)


def test_work_of_no_time_needs_no_room():
    assert earliest_place(free_time([0], [10], [0], [10]), 5, 0) == (5, 5)


def test_busy_time_that_ends_before_it_starts_is_refused():
    with pytest.raises(ProblemError):
        free_time([0], [10], [5], [4])
