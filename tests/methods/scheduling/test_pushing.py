"""A schedule is pushed after an event: no rule breaks, nothing begins earlier, and what need not move stays."""

from copy import deepcopy

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.checker import faults
from tests.methods.scheduling.shops import HORIZON, SPAN, plain_schedule, plain_shops, shop_of

from plantwright.core.problem import ProblemError
from plantwright.methods.scheduling import build_shop, defer, dispatch
from plantwright.methods.scheduling.mending import mend
from plantwright.methods.scheduling.problem import changed
from plantwright.methods.scheduling.pulling import match_up
from plantwright.methods.scheduling.pushing import right_shift
from plantwright.methods.scheduling.repairing import repair
from plantwright.methods.scheduling.settling import CAUSES
from plantwright.methods.scheduling.tails import tails
from plantwright.methods.working_time import NEVER, working_time

few = settings(max_examples=40, deadline=None)
PATIENCE = st.sampled_from([0, 5, 60, NEVER])
LEEWAY = st.sampled_from([None, 0, 30, 400])


@st.composite
def events(draw):
    """A shop, and the same shop in which a calendar loses some of its time."""
    plain = draw(plain_shops())
    after = deepcopy(plain)
    a = draw(st.integers(0, SPAN))
    b = a + draw(st.integers(1, 80))
    place = draw(st.integers(0, len(plain["calendars"]) - 1))
    opened = plain["calendars"][place]
    parts = [(s, min(e, a)) for s, e in opened] + [(max(s, b), e) for s, e in opened]
    after["calendars"][place] = sorted(part for part in parts if part[0] < part[1])
    return plain, after


@few
@given(events(), PATIENCE, LEEWAY)
def test_pushing_breaks_no_rule_and_begins_nothing_earlier(drawn, patience, leeway):
    plain, after = drawn
    before = dispatch(shop_of(plain), "fcfs")
    assume(before.status == "complete")
    shop = shop_of(after)
    waits = {} if leeway is None else {"by": tails(shop).last_finish, "leeway": np.full(shop.operations, leeway)}
    found = right_shift(shop, before, patience=patience, **waits)
    free = shop.fixed_start < 0
    assert (found.schedule.start >= before.start)[free].all()
    assert found.schedule.status == "complete"
    assert faults(after, plain_schedule(found.schedule), HORIZON) == []
    moved = (found.schedule.start != before.start) | (found.schedule.unit != before.unit)
    moved |= found.schedule.mode != before.mode
    assert (moved[free] == found.free[free]).all()
    matched = match_up(shop, before, patience=patience, **waits).schedule
    assert matched.status == "complete"
    assert faults(after, plain_schedule(matched), HORIZON) == []
    assert (matched.start <= np.maximum(found.schedule.start, before.start))[free].all() or patience < NEVER or waits


@few
@given(plain_shops(), PATIENCE)
def test_without_an_event_nothing_moves(plain, patience):
    shop = shop_of(plain)
    before = dispatch(shop, "edd")
    assume(before.status == "complete")
    assert right_shift(shop, before, patience=patience).schedule.same_as(before)
    if patience == NEVER:
        assert match_up(shop, before).schedule.same_as(before)


@few
@given(events(), st.integers(0, 7))
def test_mending_breaks_no_rule_and_moves_no_more_than_is_asked_for(drawn, most):
    """Unless every way moves more; who lets more move never gets a later schedule for it."""
    plain, after = drawn
    before, shop = dispatch(shop_of(plain), "edd"), shop_of(after)
    assume(before.status == "complete")
    found, fewer = mend(shop, before, still=0), mend(shop, before, still=0, most=most)
    for one in (found, fewer):
        assert one.schedule.status == "complete"
        assert faults(after, plain_schedule(one.schedule), HORIZON) == []
    assert found.late <= found.late_by_repair
    assert fewer.kept == (fewer.moved.sum() <= most)
    assert fewer.kept or fewer.moved.sum() <= found.moved.sum()
    in_force = float((np.maximum(before.sink_finish - shop.sink_due, 0) * shop.sink_weight).sum())
    assert max(found.late, in_force) <= max(fewer.late, in_force)
    assert fewer.wider is None or fewer.wider.moved.sum() > most


def line(opens, minutes, units=1, **more):
    """Jobs of some minutes on the units of one work center, each due when it ends in force."""
    n = len(minutes)
    return build_shop(
        working_time([opens]), unit_pointer=[0, units], unit_calendar=[0] * units, mode_center=[0] * n,
        mode_minutes=minutes, sink_pointer=range(n + 1), sink_op=range(n), **{"sink_due": np.cumsum(minutes), **more},
    )  # fmt: skip


def test_long_work_keeps_its_turn_and_ends_sooner_than_in_the_next_gap():
    minutes = [100, 100, 100]
    before = dispatch(line(([0], [900]), minutes), "edd")
    shop = line(([0, 130], [100, 900]), minutes)
    found = mend(shop, before, still=1)
    assert repair(shop, before).schedule.start.tolist() == [0, 300, 200]
    assert found.schedule.start.tolist() == [0, 130, 230]
    assert (found.late, found.late_by_repair, found.way) == (60, 200, "matched up")
    assert [CAUSES[one] for one in found.cause] == ["stays", "event", "room"]
    assert found.behind.tolist() == [-1, -1, 1]


def test_where_fewer_may_move_a_gap_is_taken_and_what_it_costs_is_told():
    minutes = [100, 100, 100]
    before = dispatch(line(([0], [900]), minutes), "edd")
    found = mend(line(([0, 130], [100, 900]), minutes), before, still=1, most=1)
    assert found.schedule.start.tolist() == [0, 300, 200]
    assert (found.late, found.moved.sum(), found.kept) == (200, 1, True)
    assert (found.wider.late, found.wider.moved.sum()) == (60, 2)
    assert not mend(line(([0, 130], [100, 900]), minutes), before, most=0).kept


def test_what_is_displaced_gives_way_to_others_as_long_as_it_has_leeway():
    """Its own place is lost until 130; a gap between the others ends at 400."""
    minutes, more = [100] * 4, {"release": [0, 100, 200, 400], "sink_due": [100, 200, 300, 500]}
    before = dispatch(line(([0], [900]), minutes, **more), "edd")
    shop = line(([0, 130], [100, 900]), minutes, **more)
    for leeway, starts in ((-1, [0, 130, 230, 400]), (169, [0, 130, 230, 400]), (170, [0, 300, 200, 400])):
        found = right_shift(shop, before, patience=0, by=shop.sink_due, leeway=np.full(4, leeway))
        assert found.schedule.start.tolist() == starts


def test_what_a_stop_takes_away_is_won_back_before_it():
    """Two jobs just in time: the second loses its place, runs before the stop, and the first makes room for it."""
    jobs = [60, 60]
    early = line(([0], [900]), jobs, sink_due=[200, 300])
    before = defer(early, dispatch(early, "edd"))
    down = line(([0, 300], [240, 900]), jobs, sink_due=[200, 300])
    found = match_up(down, before)
    assert (before.start.tolist(), found.schedule.start.tolist()) == ([140, 240], [120, 180])
    assert [CAUSES[one] for one in found.cause] == ["earlier", "earlier"]
    alone = mend(down, before, still=1)  # it may also run ahead of the first, which then can stay
    assert (alone.schedule.start.tolist(), alone.late) == ([140, 80], 0)


def test_what_is_displaced_goes_to_another_unit_that_has_room():
    minutes, opens, more = [60, 60], ([0], [900]), {"sink_due": [60, 260], "release": [0, 200]}
    before = dispatch(line(opens, minutes, units=2, **more), "edd")
    stopped = int(before.unit[0])
    shop = build_shop(
        working_time([opens, ([600], [900])]), unit_pointer=[0, 2], unit_calendar=[int(u == stopped) for u in (0, 1)],
        mode_center=[0, 0], mode_minutes=minutes, sink_pointer=[0, 1, 2], sink_op=[0, 1], **more,
    )  # fmt: skip
    found = right_shift(shop, before)
    assert found.schedule.start.tolist() == [0, 200]
    assert found.schedule.unit.tolist() == [1 - stopped, 1 - stopped]


def test_a_unit_waits_for_what_comes_late_only_as_long_as_it_has_patience():
    """Job 0 waits for parts until 50; job 1 behind it could begin at 10."""
    parts = {
        "unit_pointer": [0, 1], "unit_calendar": [-1], "mode_center": [0, 0], "mode_minutes": [10, 10],
        "sink_pointer": [0, 1, 2], "sink_op": [0, 1], "sink_due": [10, 20],
    }  # fmt: skip
    before = dispatch(build_shop(working_time([]), **parts), "edd")
    shop = build_shop(working_time([]), **parts, release=[50, 0])
    assert right_shift(shop, before).schedule.start.tolist() == [50, 60]
    assert right_shift(shop, before, patience=0).schedule.start.tolist() == [50, 10]
    assert right_shift(shop, before, patience=40).schedule.start.tolist() == [50, 60]


def test_an_operation_that_the_schedule_does_not_hold_yet_is_placed_in_its_turn():
    before = dispatch(line(([0], [900]), [60, 60, 60]), "edd")
    start = before.start.copy()
    start[1] = NEVER
    found = right_shift(line(([0], [900]), [60, 60, 60]), changed(before, start=start), order=np.array([0, 0, 120]))
    assert found.schedule.start.tolist() == [0, 60, 120]
    assert [CAUSES[one] for one in found.cause] == ["stays", "new", "stays"]


@pytest.mark.parametrize(
    "binding",
    [{"blocking": [True, False]}, {"center_capacity": [2], "size": [1, 1], "batch_family": [0, 0]}],
    ids=["blocking", "batches"],
)
@pytest.mark.parametrize("call", [repair, right_shift, match_up, mend])
def test_what_binds_operations_to_each_other_is_refused(call, binding):
    shop = build_shop(
        working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0], mode_minutes=[10, 10], **binding
    )
    with pytest.raises(ProblemError) as caught:
        call(shop, dispatch(shop))
    assert [problem.column for problem in caught.value.problems] == ["shop"]


def test_a_missed_deadline_is_told():
    before = dispatch(line(([0], [900]), [60]), "edd")
    shop = line(([100], [900]), [60], deadline=[120])
    assert {repair(shop, before).schedule.status, right_shift(shop, before).schedule.status} == {"unmet"}


def test_bad_arguments_are_told_at_once():
    shop = line(([0], [900]), [60, 60])
    before = dispatch(shop, "edd")
    with pytest.raises(ProblemError) as caught:
        right_shift(shop, changed(before, mode=np.array([0, -1])), patience=-1)
    assert [problem.column for problem in caught.value.problems] == ["before", "patience"]
    with pytest.raises(ProblemError) as caught:
        right_shift(line(([0], [900]), [60]), before)
    assert [problem.column for problem in caught.value.problems] == ["before"]


def chains_on_two_work_centers(seed):
    """Chains of three operations on two work centers of two units, one of which stops; the short ones give way."""
    draw = np.random.default_rng(seed)
    jobs, steps = int(draw.integers(6, 16)), 3
    n = jobs * steps
    minutes = draw.integers(1, 5, n) * 10
    minutes[draw.random(n) < 0.1] *= 10
    parts = {
        "unit_pointer": [0, 2, 4], "mode_center": draw.integers(0, 2, n), "mode_minutes": minutes,
        "pred_pointer": np.concatenate([[0], np.cumsum(np.arange(n) % steps > 0)]),
        "pred_op": [one - 1 for one in range(n) if one % steps], "sink_pointer": range(jobs + 1),
        "sink_op": range(steps - 1, n, steps), "sink_due": draw.integers(5, 60, jobs) * 10,
    }  # fmt: skip
    stops = int(draw.integers(1, 30)) * 10
    goes = stops + int(draw.integers(2, 20)) * 10
    before = dispatch(build_shop(working_time([([0], [9000])]), unit_calendar=[0] * 4, **parts), "edd")
    down = working_time([([0], [9000]), ([0, goes], [stops, 9000])])
    leeway = np.where(minutes <= np.quantile(minutes, draw.random()), 10**9, -1)
    return build_shop(down, unit_calendar=[1, 0, 0, 0], **parts), before, leeway


@pytest.mark.parametrize("make", [right_shift, match_up])
@pytest.mark.parametrize("seed", [194, 467, 485, 829, 908, 1437])
def test_who_finds_no_turn_at_a_gap_stays_on_its_own_unit(make, seed):
    # With these it was sent to the unit of a gap whose turn was over, at the time of its own unit: two ran at once.
    shop, before, leeway = chains_on_two_work_centers(seed)
    made = make(shop, before, patience=0, by=tails(shop).last_finish, leeway=leeway).schedule
    for unit in range(4):
        own = np.flatnonzero(made.unit == unit)
        own = own[np.argsort(made.start[own])]
        assert (made.start[own][1:] >= made.finish[own][:-1]).all()
