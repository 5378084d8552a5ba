"""Overtime is counted from the schedule alone, keeps the judge content, and is worked only where it pays."""

from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.shops import plain_shops, shop_of

from plantwright.core.problem import ProblemError
from plantwright.instances import Instance, judge
from plantwright.methods.scheduling import build_shop, dispatch, evaluate
from plantwright.methods.scheduling.exact_model import not_stated
from plantwright.methods.scheduling.overtime import hours_worked, overtime_worked, stretches_of, with_hours
from plantwright.methods.scheduling.search import Objective, search, search_hours
from plantwright.methods.working_time import NEVER, working_time

DAYS = range(4)
REGULAR = [(1440 * day + 480, 1440 * day + 960) for day in DAYS]
LONGER = [(start, end + 120) for start, end in REGULAR]
LATE = Objective.of("weighted_tardiness")


def one_machine(minutes, due, **more):
    """Make a shop of jobs on one machine with eight regular hours a day and two of overtime."""
    n = len(minutes)
    time = working_time([tuple(zip(*LONGER, strict=True)), tuple(zip(*REGULAR, strict=True))])
    given = {"unit_calendar": [0], "unit_regular": [1], "sink_pointer": range(n + 1), "sink_op": range(n)}
    return build_shop(
        time, unit_pointer=[0, 1], mode_center=[0] * n, mode_minutes=minutes, sink_due=due, **{**given, **more}
    )


def cheapest(minutes, due, rate):
    """Try every order, and of every overtime the first part of each half an hour; minute by minute."""
    best = np.inf
    shifts = [[(start, end + extra) for extra in range(0, 121, 30)] for start, end in REGULAR[:2]]
    for chosen in product(*shifts):
        for order in permutations(range(len(minutes))):
            open_minutes = [t for start, end in (*chosen, *REGULAR[2:]) for t in range(start, end)]
            worked = open_minutes[: sum(minutes)]
            ends = np.cumsum([minutes[o] for o in order])
            late = sum(max(worked[e - 1] + 1 - due[o], 0) for e, o in zip(ends, order, strict=True))
            extra = sum(t % 1440 >= 960 for t in worked)
            best = min(best, late + rate * extra)
    return best


def test_cheap_overtime_is_worked_and_dear_overtime_is_not():
    shop = one_machine([540], [960])
    cheap = search(shop, objective=LATE + Objective.of("overtime"), iterations=20)
    assert cheap.objective == {"weighted_tardiness": 60.0, "overtime": 60.0}
    dear = search(shop, objective=LATE + Objective.of("overtime", 100), iterations=20)
    assert dear.objective == {"weighted_tardiness": 1020.0, "overtime": 0.0}


@pytest.mark.parametrize(
    ("minutes", "due", "rate"),
    [
        ([60, 210, 360], [1260, 840, 840], 3.0),
        ([270, 180, 330], [2280, 1440, 1500], 10.0),
        ([300, 330, 90], [1020, 1020, 1020], 0.5),
        ([360, 60, 240], [960, 960, 2460], 40.0),
    ],
)
def test_search_comes_to_what_trying_everything_comes_to(minutes, due, rate):
    shop = one_machine(minutes, due)
    found = search(shop, objective=LATE + Objective.of("overtime", rate), iterations=200, seed=1)
    assert found.value <= cheapest(minutes, due, rate)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(14, 40)), min_size=2, max_size=5),
    st.sampled_from([0.5, 3, 10, 40]),
)
def test_search_is_never_worse_than_the_rule_in_all_hours_or_the_regular_ones(jobs, rate):
    shop = one_machine([30 * length for length, _ in jobs], [60 * hour for _, hour in jobs], overtime_rate=[rate])
    aim = LATE + Objective.of("overtime")
    found = search(shop, objective=aim, iterations=12, seed=1)
    stretches = stretches_of(shop)
    for until in (stretches.start, stretches.end):
        schedule = dispatch(with_hours(stretches, stretches.start, until), "atc")
        assert found.value <= aim.worth(aim.measure(shop, schedule))[0]
    instance = Instance("here", "shop", shop, "weighted_tardiness+overtime")
    assert judge(instance, found.schedule, found.value).problems == ()


def test_overtime_that_saves_no_lateness_is_left_out_where_lateness_comes_first():
    shop = one_machine([480, 120, 300], [960, 1080, 4000])
    found, worked = search_hours(shop, LATE.then(Objective.of("overtime")), iterations=40)
    assert found.objective == {"weighted_tardiness": 0.0, "overtime": 120.0}
    assert evaluate(worked, found.schedule).overtime == 120
    assert worked.time.intervals(worked.unit_calendar[0])[1].tolist() == [1080, 2400, 3840, 5280]


@settings(max_examples=15, deadline=None)
@given(plain_shops(crews=False, fixed=False))
def test_without_the_term_regular_hours_change_nothing(plain):
    shop = shop_of(plain)
    split = with_regular(shop, drop=2)
    one, other = (search(which, objective=LATE, iterations=30, seed=4) for which in (shop, split))
    assert one.schedule.same_as(other.schedule)
    same = with_regular(shop, drop=0)
    found = search(same, objective=LATE + Objective.of("overtime", 7), iterations=3)
    assert found.objective["overtime"] == 0.0


def with_regular(shop, drop):
    """Make all but every so many intervals of each calendar regular."""
    count = len(shop.time.pointer) - 1
    whole = [shop.time.intervals(c) for c in range(count)]
    fewer = [
        tuple(part[[k for k in range(len(part)) if not drop or k % drop or k == len(part) - 1]] for part in one)
        for one in whole
    ]
    regular = np.where(shop.unit_calendar >= 0, shop.unit_calendar + count, -1)
    return replace(shop, time=working_time(whole + fewer), unit_regular=regular)


@settings(max_examples=40, deadline=None)
@given(plain_shops(), st.integers(2, 3), st.randoms(use_true_random=False))
def test_whatever_hours_are_worked_the_judge_passes_and_counts_the_same(plain, drop, random):
    shop = with_regular(shop_of(plain), drop)
    stretches = stretches_of(shop)
    cuts = [sorted(random.choices(range(a, b + 1), k=2)) for a, b in zip(stretches.start, stretches.end, strict=True)]
    since, until = np.array(cuts, np.int64).reshape(-1, 2).T.copy()
    worked = with_hours(stretches, since, until)
    schedule = dispatch(worked)
    if np.all(schedule.finish < NEVER) and np.all(schedule.member >= 0):
        verdict = judge(Instance("random", "shop", shop, "weighted_tardiness+overtime"), schedule)
        assert verdict.problems == ()
        worth = evaluate(shop, schedule)
        assert verdict.objective == pytest.approx(worth.weighted_late + worth.overtime_cost)
        assert evaluate(worked, schedule).overtime == worth.overtime
        hours_worked(stretches, schedule, since, until)
        assert dispatch(with_hours(stretches, since, until)).status == "complete"
        assert judge(Instance("trimmed", "shop", with_hours(stretches, since, until), "makespan"), schedule).feasible


def test_schedule_that_ends_too_late_even_without_overtime_is_found():
    shop = one_machine([540], [960])
    schedule = dispatch(shop)
    instance = Instance("here", "shop", shop, "weighted_tardiness+overtime")
    for finish, codes in (
        (1019, ["schedule-minutes"]),
        (1030, []),
        (1500, ["schedule-minutes"]),
        (1981, ["schedule-minutes"]),
    ):
        other = replace(schedule, finish=np.array([finish]), sink_finish=np.array([finish]))
        assert [problem.code for problem in judge(instance, other).problems] == codes, finish


def test_batch_works_overtime_once_and_people_count_only_while_they_are_there():
    time = working_time([([0], [100]), ([0], [40]), ([20], [100])])
    oven = build_shop(
        time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], mode_center=[0, 0], mode_minutes=[60, 60],
        center_capacity=[2], overtime_rate=[0.5],
    )  # fmt: skip
    baked = dispatch(oven)
    assert baked.start.tolist() == [0, 0]
    assert (overtime_worked(oven, baked).tolist(), evaluate(oven, baked).overtime_cost) == ([20, 0], 10.0)
    held = build_shop(
        time, unit_pointer=[0, 1], unit_calendar=[0], unit_regular=[1], mode_center=[0], mode_minutes=[30],
        need_pointer=[0, 1], need_group=[0], group_pointer=[0, 1], group_member=[0], member_calendar=[2],
    )  # fmt: skip
    assert overtime_worked(held, dispatch(held)).tolist() == [10]


def test_bad_hours_are_named():
    time = working_time([([0], [100]), ([50], [120])])
    given = {"unit_pointer": [0, 1, 2, 3], "mode_center": [0], "mode_minutes": [10]}
    with pytest.raises(ProblemError) as raised:
        build_shop(time, unit_calendar=[0, -1, 1], unit_regular=[1, 0, 1], overtime_rate=[1, -2, 0], **given)
    found = [(problem.code, problem.key, problem.column) for problem in raised.value.problems]
    assert found == [
        ("bad-argument", "1", "overtime_rate"), ("regular-hours", "0", "unit_regular"),
        ("regular-hours", "1", "unit_regular"),
    ]  # fmt: skip
    with pytest.raises(ProblemError) as raised:
        build_shop(time, unit_calendar=[0, 0, 0], unit_regular=[5, -1, 0], **given)
    assert [problem.column for problem in raised.value.problems] == ["unit_regular"]


def test_exact_model_says_that_it_does_not_state_overtime():
    shop = one_machine([60], [960])
    assert "overtime" in str(not_stated(shop, LATE + Objective.of("overtime"))[-1])


def test_the_same_seed_gives_the_same_hours():
    shop = one_machine([300, 270, 410, 90], [900, 1000, 2500, 980])
    aim = LATE + Objective.of("overtime", 2)
    one, other = (search_hours(shop, aim, iterations=50, seed=9) for _ in range(2))
    assert one[0].schedule.same_as(other[0].schedule)
    assert np.array_equal(one[1].time.start, other[1].time.start)
