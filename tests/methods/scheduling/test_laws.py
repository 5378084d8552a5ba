"""Laws of dispatching: known optima on one machine, more capacity, permuted rows, same result for any threads."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.checker import faults
from tests.methods.scheduling.shops import HORIZON, plain_schedule, plain_shops, shop_of

from plantwright.methods.scheduling import backward, build_shop, construct, dispatch, evaluate, lower_bounds
from plantwright.methods.working_time import working_time

few = settings(max_examples=60, deadline=None)
jobs = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 60)), min_size=1, max_size=6)


def one_machine(rows):
    return build_shop(
        working_time([]),
        unit_pointer=[0, 1],
        unit_calendar=[-1],
        mode_center=[0] * len(rows),
        mode_minutes=[p for p, _ in rows],
        sink_pointer=range(len(rows) + 1),
        sink_op=range(len(rows)),
        sink_due=[d for _, d in rows],
    )


def by_sequence(rows, worth):
    """Give the least worth over all sequences of the jobs on one machine."""
    best = None
    for sequence in permutations(rows):
        ends = np.cumsum([p for p, _ in sequence])
        value = worth(ends, np.array([d for _, d in sequence]))
        best = value if best is None else min(best, value)
    return best


@few
@given(jobs)
def test_earliest_due_date_has_the_least_greatest_lateness_on_one_machine_jackson_1955(rows):
    schedule = dispatch(one_machine(rows), "edd")
    late = (schedule.finish - np.array([d for _, d in rows])).max()
    assert late == by_sequence(rows, lambda ends, due: (ends - due).max())


@few
@given(jobs)
def test_shortest_first_has_the_least_total_completion_on_one_machine_smith_1956(rows):
    schedule = dispatch(one_machine(rows), "spt")
    assert schedule.finish.sum() == by_sequence(rows, lambda ends, _: ends.sum())


@few
@given(plain_shops(crews=False, fixed=False, families=False), st.integers(0, 2))
def test_more_capacity_never_hurts_a_bound_and_never_breaks_a_rule(plain, c):
    before = lower_bounds(shop_of(plain))
    c = min(c, plain["centers"] - 1)
    plain["unit_calendar"].insert(plain["unit_pointer"][c + 1], -1)
    plain["unit_family"].append(-1)
    plain["unit_pointer"] = [p + (k > c) for k, p in enumerate(plain["unit_pointer"])]
    more = shop_of(plain)
    after = lower_bounds(more)
    assert (after.sink_finish <= before.sink_finish).all()
    assert (after.capacity >= before.capacity).all()
    assert faults(plain, plain_schedule(dispatch(more)), HORIZON) == []
    plain["calendars"] = [[(0, HORIZON)] for _ in plain["calendars"]]
    open_always = shop_of(plain)
    assert (lower_bounds(open_always).sink_finish <= after.sink_finish).all()
    assert faults(plain, plain_schedule(dispatch(open_always)), HORIZON) == []


def permuted(plain, order):
    """Give the same shop with its operations in another order; operation order[k] becomes k."""
    place = {o: k for k, o in enumerate(order)}
    new = dict(plain)
    for name in ("family", "pausable", "release", "fixed_start", "fixed_unit", "needs", "due"):
        new[name] = [plain[name][o] for o in order]
    new["preds"] = [[(place[p], *rest) for p, *rest in plain["preds"][o]] for o in order]
    new["sinks"] = [[(place[o], lag) for o, lag in ops] for ops in plain["sinks"]]
    spans = [range(plain["mode_pointer"][o], plain["mode_pointer"][o + 1]) for o in order]
    new["mode_pointer"] = [sum(len(span) for span in spans[:k]) for k in range(len(spans) + 1)]
    for name in ("mode_center", "mode_setup", "mode_minutes", "mode_rank", "mode_calendar"):
        new[name] = [plain[name][mode] for span in spans for mode in span]
    return new


@few
@given(plain_shops(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(plain, random):
    order = list(range(plain["n"]))
    random.shuffle(order)
    urgency = list(range(plain["n"]))
    random.shuffle(urgency)
    first = dispatch(shop_of(plain), priorities=urgency)
    second = dispatch(shop_of(permuted(plain, order)), priorities=[urgency[o] for o in order])
    assert first.sink_finish.tolist() == second.sink_finish.tolist()
    assert first.start[order].tolist() == second.start.tolist()


@few
@given(plain_shops())
def test_the_number_of_threads_does_not_matter(plain):
    shop = shop_of(plain)
    one, two = (construct(shop, ("atc", "spt"), passes=1, workers=workers) for workers in (1, 2))
    assert one.schedule.same_as(two.schedule)
    assert [trial.objective for trial in one.trials] == [trial.objective for trial in two.trials]


@few
@given(plain_shops())
def test_the_same_call_gives_the_same_schedule_and_changes_nothing_it_was_given(plain):
    shop = shop_of(plain)
    assert dispatch(shop, "fcfs").same_as(dispatch(shop, "fcfs"))
    assert backward(shop).same_as(backward(shop))
    assert dispatch(shop).same_as(dispatch(shop_of(plain)))


FT06 = [
    [(2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)],
    [(1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)],
    [(2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)],
    [(1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)],
    [(2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)],
    [(1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)],
]


def test_the_six_by_six_job_shop_is_bounded_below_and_scheduled_near_its_optimum_of_55():
    """Fisher and Thompson (1963), instance ft06, optimal makespan 55."""
    machine = [m for job in FT06 for m, _ in job]
    shop = build_shop(
        working_time([]),
        unit_pointer=range(7),
        unit_calendar=[-1] * 6,
        mode_center=machine,
        mode_minutes=[p for job in FT06 for _, p in job],
        pred_pointer=[o - o // 6 - (o % 6 > 0) for o in range(36)] + [30],
        pred_op=[o - 1 for o in range(36) if o % 6],
        sink_pointer=range(7),
        sink_op=range(5, 36, 6),
        sink_due=[0] * 6,
    )
    bounds = lower_bounds(shop)
    assert max(bounds.makespan, bounds.load.max()) <= 55
    spans = [evaluate(shop, dispatch(shop, priorities=-backward(shop).start)).makespan]
    spans += [evaluate(shop, dispatch(shop, rule)).makespan for rule in ("atc", "edd", "latest_start", "slack", "cr")]
    assert 55 <= min(spans) <= 66
