"""Every schedule keeps every rule of the shop: calendars, units, set-ups, arcs, overlaps, crews, fixed operations."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.scheduling.checker import faults, sink_times
from tests.methods.scheduling.shops import HORIZON, plain_schedule, plain_shops, shop_of

from plantwright.methods.scheduling import RULES, backward, construct, defer, dispatch, evaluate, lower_bounds

many = settings(max_examples=300, deadline=None)
few = settings(max_examples=60, deadline=None)


@many
@given(plain_shops(), st.sampled_from(RULES), st.integers(0, 50), st.sampled_from([None, 0, 100]))
def test_a_dispatch_keeps_every_rule_of_the_shop(plain, rule, begin, window):
    shop = shop_of(plain)
    schedule = dispatch(shop, rule, start=begin, window=window)
    assert schedule.status == "complete"
    assert faults(plain, plain_schedule(schedule), HORIZON, begin) == []
    assert schedule.sink_finish.tolist() == sink_times(plain, plain_schedule(schedule))


@many
@given(plain_shops(), st.sampled_from(RULES))
def test_defer_keeps_every_rule_makes_no_sink_later_and_starts_nothing_earlier(plain, rule):
    shop = shop_of(plain)
    schedule = dispatch(shop, rule)
    later = defer(shop, schedule)
    assert faults(plain, plain_schedule(later), HORIZON) == []
    assert (later.start >= schedule.start).all()
    bound = [max(a, b) for a, b in zip(schedule.sink_finish.tolist(), plain["sink_due"], strict=True)]
    assert all(a <= b for a, b in zip(later.sink_finish.tolist(), bound, strict=True))
    assert (later.mode == schedule.mode).all()


@many
@given(plain_shops(crews=False, fixed=False, families=False, alternates=False, overlaps=False))
def test_the_simple_shop_keeps_every_rule_and_is_deferred_to_its_limits(plain):
    plain["pausable"] = [True] * plain["n"]
    shop = shop_of(plain)
    later = defer(shop, dispatch(shop))
    assert faults(plain, plain_schedule(later), HORIZON) == []
    assert defer(shop, later).sink_finish.tolist() == later.sink_finish.tolist()


@few
@given(plain_shops(), st.lists(st.floats(-10, 10), min_size=7, max_size=7))
def test_given_priorities_keep_every_rule(plain, numbers):
    schedule = dispatch(shop_of(plain), priorities=numbers[: plain["n"]])
    assert faults(plain, plain_schedule(schedule), HORIZON) == []


@few
@given(plain_shops())
def test_a_construction_keeps_every_rule_and_is_the_best_of_its_trials(plain):
    shop = shop_of(plain)
    found = construct(shop, ("atc", "edd"), passes=2)
    assert faults(plain, plain_schedule(found.schedule), HORIZON) == []
    assert found.best.objective == min(trial.objective for trial in found.trials)
    assert evaluate(shop, found.schedule).weighted_late == found.best.worth.weighted_late


@few
@given(plain_shops())
def test_no_schedule_beats_the_bounds(plain):
    shop = shop_of(plain)
    bounds = lower_bounds(shop)
    for rule in ("atc", "spt"):
        schedule = dispatch(shop, rule)
        assert (schedule.start >= bounds.earliest_start).all()
        assert (schedule.finish >= bounds.earliest_finish).all()
        assert (schedule.sink_finish >= bounds.sink_finish).all()
        assert evaluate(shop, schedule).weighted_late >= bounds.weighted_late


@few
@given(plain_shops(fixed=False))
def test_a_backward_schedule_places_everything_before_what_follows_it(plain):
    shop = shop_of(plain)
    latest = backward(shop)
    assert latest.status == "complete"
    for o, arcs in enumerate(plain["preds"]):
        for p, lag, overlap, _ in arcs:
            if overlap < 0:
                assert latest.finish[p] + lag <= latest.start[o]
    for ops, due in zip(plain["sinks"], plain["sink_due"], strict=True):
        for o, lag in ops:
            assert latest.finish[o] + lag <= due
