"""The simulation of a plan: worked by hand, by its laws, and against what is known in closed form."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.simulation import (
    Spread,
    ancestors,
    build_network,
    durations,
    replicate,
    row_arcs,
    standard_draws,
)
from plantwright.methods.working_time import NEVER, finish_times, working_time

ALWAYS = working_time([])
TWO_DAYS = working_time([([480, 1920, 3360], [960, 2400, 3840])])


def spread(count, deviation=0.0, mean=1.0, failures=0.0, repair=0.0):
    return Spread(*(np.full(count, one, np.float64) for one in (mean, deviation, failures, repair)))


def chain(run, **more):
    """Steps one after the other from 0 on."""
    ends = np.cumsum(run)
    count = len(run)
    parts = {"before": np.arange(count - 1), "after": np.arange(1, count), "end_pointer": [0, 1],
             "end_node": [count - 1], "end_planned": [ends[-1]]}  # fmt: skip
    return build_network(ALWAYS, **({"start": ends - run, "finish": ends, "run": run} | parts | more))


def test_without_spread_the_plan_is_what_happens():
    made = chain([60, 30, 90])
    assert set(replicate(made, spread(3), replications=7).complete.ravel().tolist()) == {180}


def test_work_pauses_at_closing_time_and_goes_on_the_next_day():
    """Seven hours from 8:00 end at 15:00; half as much again is three hours and a half more: 1 h, then 2.5 h."""
    made = build_network(
        TWO_DAYS, start=[480], finish=[900], run=[420], calendar_pointer=[0, 1], calendar=[0],
        end_pointer=[0, 1], end_node=[0], end_planned=[900],
    )  # fmt: skip
    assert replicate(made, spread(1, mean=1.5), replications=1).complete.item() == 1920 + 150


@pytest.mark.parametrize(("mean", "complete"), [(1.3, 990), (1.0, 900)])
def test_work_that_must_not_pause_goes_on_after_closing_time(mean, complete):
    """Five hours from 10:00 fit into the day; if they take longer than they should, they are not broken off."""
    made = build_network(
        TWO_DAYS, start=[600], finish=[900], run=[300], pausable=[False], calendar_pointer=[0, 1], calendar=[0],
        end_pointer=[0, 1], end_node=[0], end_planned=[900],
    )  # fmt: skip
    assert replicate(made, spread(1, mean=mean), replications=1).complete.item() == complete


def test_work_that_must_not_pause_waits_for_a_day_that_holds_its_standard_time():
    """What comes before it ends at 14:00 instead of 10:00: five hours no longer fit before 16:00."""
    made = build_network(
        TWO_DAYS, start=[480, 600], finish=[600, 900], run=[120, 300], pausable=[True, False],
        calendar_pointer=[0, 1, 2], calendar=[0, 0], before=[0], after=[1],
        end_pointer=[0, 1], end_node=[1], end_planned=[900],
    )  # fmt: skip
    slow = Spread(np.array([3.0, 0.5]), np.zeros(2), np.zeros(2), np.zeros(2))
    assert replicate(made, slow, replications=1).complete.item() == 1920 + 150


def test_setup_does_not_vary():
    made = build_network(
        ALWAYS, start=[0], finish=[90], setup=[30], run=[60], end_pointer=[0, 1], end_node=[0], end_planned=[90]
    )
    assert replicate(made, spread(1, mean=2.0), replications=1).complete.item() == 150


def test_order_behind_on_the_machine_waits_for_the_one_before():
    before, after = row_arcs([0, 0], [1, 0], [0, 60], [60, 100])
    made = build_network(
        ALWAYS, start=[60, 0], finish=[100, 60], run=[40, 60], before=before, after=after,
        end_pointer=[0, 1, 2], end_node=[0, 1], end_planned=[100, 60],
    )  # fmt: skip
    slow = Spread(np.array([1.0, 2.0]), np.zeros(2), np.zeros(2), np.zeros(2))
    assert replicate(made, slow, replications=1).complete.ravel().tolist() == [160, 120]


def test_late_receipt_makes_what_takes_it_late_and_an_early_one_changes_nothing():
    parts = {
        "start": [100, 100], "finish": [100, 160], "run": [0, 60], "receipt": [True, False], "earliest": [0, 100],
        "before": [0], "after": [1], "end_pointer": [0, 1], "end_node": [1], "end_planned": [160],
    }  # fmt: skip
    made = build_network(ALWAYS, **parts)
    for delay, complete in ((45.0, 205), (-45.0, 160)):
        moved = Spread(np.array([delay, 1.0]), np.zeros(2), np.zeros(2), np.zeros(2))
        assert replicate(made, moved, replications=1).complete.item() == complete


def test_work_ahead_makes_up_for_what_takes_longer():
    """Planned for 100 to 160, it may begin at 70: 80 minutes are done by 150, and are delivered when planned."""
    parts = {"start": [100], "finish": [160], "run": [60], "end_pointer": [0, 1], "end_node": [0], "end_planned": [160]}
    late, ahead = (build_network(ALWAYS, **parts, earliest=[one]) for one in (100, 70))
    longer = spread(1, mean=4 / 3)
    assert [replicate(one, longer, replications=1).complete.item() for one in (late, ahead)] == [180, 160]


def test_next_step_begins_after_the_first_batch_and_ends_after_the_last():
    """A first batch after 20 of 60 minutes, and 10 minutes of work for the last one."""
    made = build_network(
        ALWAYS, start=[0, 30], finish=[60, 70], run=[60, 40], before=[0], after=[1], overlap=[20], tail=[10],
        end_pointer=[0, 1], end_node=[1], end_planned=[70],
    )  # fmt: skip
    assert made.dropped == 0
    slow = Spread(np.array([2.0, 1.0]), np.zeros(2), np.zeros(2), np.zeros(2))
    assert replicate(made, slow, replications=1).complete.item() == 130
    slower = Spread(np.array([1.0, 2.0]), np.zeros(2), np.zeros(2), np.zeros(2))
    assert replicate(made, slower, replications=1).complete.item() == 110


def test_draws_have_the_mean_and_deviation_that_they_should():
    made = build_network(ALWAYS, start=[0, 0], finish=[1000, 1000], run=[1000, 1000])
    found = durations(made, spread(2, deviation=0.2, mean=1.1), 1000, 1)
    assert found.mean(axis=1) == pytest.approx([1100, 1100], abs=0.5)
    assert found.std(axis=1) == pytest.approx([200, 200], abs=0.5)
    assert found[0].tolist() != found[1].tolist()
    assert (sum(standard_draws(7)), standard_draws(1)) == (pytest.approx(0, abs=1e-12), (0.0,))


def test_sum_of_many_steps_is_spread_as_the_central_limit_theorem_says():
    """Of 36 steps of 1,000 minutes with a spread of a tenth the sum has a mean of 36,000 and a deviation of 600."""
    made = chain([1000] * 36, end_planned=[0], earliest=np.zeros(36, np.int64))
    found = replicate(made, spread(36, deviation=0.1), replications=4000).complete[0]
    assert found.mean() == pytest.approx(36_000, abs=5)
    assert found.std() == pytest.approx(600, rel=0.06)


def test_later_of_two_is_later_on_average_than_either():
    """For two normal steps of mean 1000 and deviation 100: 1000 + 100 / sqrt(pi), C. E. Clark, Oper. Res. 9, 1961."""
    made = build_network(
        ALWAYS,
        start=[0, 0],
        finish=[1000, 1000],
        run=[1000, 1000],
        end_pointer=[0, 2],
        end_node=[0, 1],
        end_planned=[0],
    )
    found = replicate(made, spread(2, deviation=0.1), replications=10_000).complete
    assert found.mean() == pytest.approx(1000 + 100 / math.sqrt(math.pi), abs=4)


def test_breakdowns_cost_as_much_time_as_they_should_on_average():
    """A breakdown every 200 minutes of run, 30 minutes each: 1000 minutes take 1150 on average."""
    made = chain([1000], end_planned=[0])
    found = replicate(made, spread(1, failures=1 / 200, repair=30.0), replications=10_000).complete
    assert found.mean() == pytest.approx(1150, abs=3)
    assert found.min() == 1000


@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_seed_decides_and_chances_and_quantiles_are_in_order(seed, replications):
    made = chain([60, 30, 90])
    found = replicate(made, spread(3, deviation=0.3), replications=replications, seed=seed)
    again = replicate(made, spread(3, deviation=0.3), replications=replications, seed=seed)
    assert found.complete.tolist() == again.complete.tolist()
    levels = found.quantiles([0.5, 0.8, 0.95, 1.0])[0]
    assert np.all(np.diff(levels) >= 0)
    shares = [float(found.probability(int(moment))[0]) for moment in levels]
    assert all(share >= level - 1e-9 for share, level in zip(shares, (0.5, 0.8, 0.95, 1.0), strict=True))
    assert all(0 <= share <= 1 for share in shares)


@st.composite
def networks(draw):
    """Plans of some steps on always open time: each waits for some before it, and begins when they are done."""
    count = draw(st.integers(1, 8))
    start, finish, run, before, after = [], [], [], [], []
    for one in range(count):
        waits = draw(st.sets(st.integers(0, one - 1), max_size=2)) if one else set()
        start.append(max((finish[other] for other in waits), default=0) + draw(st.integers(0, 50)))
        run.append(draw(st.integers(100, 10_000)))
        finish.append(start[-1] + run[-1])
        before += sorted(waits)
        after += [one] * len(waits)
    ahead = draw(st.integers(0, 100))
    ends = np.arange(count)
    return build_network(
        ALWAYS, start=start, finish=finish, run=run, earliest=np.maximum(np.array(start) - ahead, 0), before=before,
        after=after, end_pointer=np.arange(count + 1), end_node=ends, end_planned=finish,
    )  # fmt: skip


@given(networks(), st.integers(0, 1000))
def test_more_spread_is_never_earlier_on_average(network, seed):
    count = len(network.nodes.start)
    means = [
        replicate(network, spread(count, deviation=one), replications=40, seed=seed).complete.mean(axis=1)
        for one in (0.0, 0.1, 0.2, 0.4)
    ]
    assert np.all(means[0] == network.ends.planned)
    assert np.all(np.diff(means, axis=0) >= -1.0 * count)  # moments are whole minutes


@given(networks(), st.integers(0, 1000))
def test_what_takes_longer_everywhere_makes_nothing_earlier(network, seed):
    count = len(network.nodes.start)
    usual, longer = (
        replicate(network, spread(count, deviation=0.2, mean=mean), replications=20, seed=seed).complete
        for mean in (1.0, 1.2)
    )
    assert np.all(longer >= usual)


@given(networks(), st.data())
def test_part_of_a_plan_that_a_delivery_hangs_on_gives_the_same_dates(network, data):
    place = data.draw(st.integers(0, len(network.ends.planned) - 1))
    count = len(network.nodes.start)
    part = ancestors(network, [place])
    known = spread(count, mean=1.3, deviation=0.3, failures=1 / 500, repair=60.0)
    whole = replicate(network, known, replications=130).complete[place]
    assert replicate(part, known, replications=130).complete[0].tolist() == whole.tolist()


@st.composite
def calendars(draw):
    """Open intervals in order, of one minute to a day, with pauses between them."""
    lengths = draw(st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 1440)), min_size=1, max_size=30))
    ends = np.cumsum([pause + length for pause, length in lengths])
    return ends - [length for _, length in lengths], ends


@given(calendars(), st.integers(-2000, 90_000), st.integers(1, 4000), st.floats(0.2, 3.0))
def test_work_ends_when_calendar_arithmetic_says(calendar, begin, run, mean):
    """A plan that cannot be kept, so that its end is reckoned and not taken over."""
    time = working_time([calendar])
    made = build_network(
        time, start=[begin - 1], finish=[begin], run=[run], earliest=[begin], calendar_pointer=[0, 1], calendar=[0],
        end_pointer=[0, 1], end_node=[0], end_planned=[-NEVER],
    )  # fmt: skip
    minutes = durations(made, spread(1, mean=mean), 1).item()
    expected = finish_times(time, [0], [begin], [max(minutes, 1)]).item() if minutes else begin
    found = replicate(made, spread(1, mean=mean), replications=1).complete.item()
    assert found == expected or minutes == 0


def test_threads_change_nothing_and_progress_is_told():
    made, known, told = chain([60, 30, 90]), spread(3, deviation=0.3), []
    usual = replicate(made, known, replications=250, seed=4)
    wide = replicate(made, known, replications=250, seed=4, threads=3, progress=told.append)
    assert usual.complete.tolist() == wide.complete.tolist()
    assert told == [1 / 3, 2 / 3, 1.0]


def test_work_that_is_cancelled_ends_at_once():
    def stop(part):
        raise InterruptedError(part)

    with pytest.raises(InterruptedError):
        replicate(chain([60]), spread(1), replications=1000, progress=stop)


def gamma_4(value):
    """Probability that a standardised gamma variable of shape 4 is at most so much."""
    x = 4 + 2 * value
    return 1 - math.exp(-x) * (1 + x + x**2 / 2 + x**3 / 6)


def test_one_uncertain_step_of_a_chain_gives_the_curve_of_its_distribution():
    """60 minutes, then 1,000 with a spread of a fifth, then 40: complete by 1,100 + 200 z with probability G(z)."""
    made = chain([60, 1000, 40], end_planned=[0], earliest=np.zeros(3, np.int64))
    one = Spread(np.ones(3), np.array([0.0, 0.2, 0.0]), np.zeros(3), np.zeros(3))
    found = replicate(made, one, replications=1000)
    for z in (-1.5, -0.5, 0.0, 0.5, 1.0, 2.0):
        # Each thousandth of the distribution is drawn once, so that the error is far below the binomial one.
        assert found.probability(1100 + int(200 * z)).item() == pytest.approx(gamma_4(z), abs=0.004)


def test_two_uncertain_steps_give_the_curve_of_the_sum_of_their_distributions():
    """Two gamma variables of shape 4 sum to one of shape 8; the tolerance is four binomial standard errors."""
    made = chain([1000, 1000], end_planned=[0], earliest=np.zeros(2, np.int64))
    found = replicate(made, spread(2, deviation=0.2), replications=4000)
    for z in (-1.0, 0.0, 1.0, 2.0):
        x = 8 + math.sqrt(8) * z
        share = 1 - math.exp(-x) * sum(x**k / math.factorial(k) for k in range(8))
        moment = 2000 + int(math.sqrt(2) * 200 * z)
        error = 4 * math.sqrt(share * (1 - share) / 4000)
        assert found.probability(moment).item() == pytest.approx(share, abs=error)


def test_long_run_takes_its_time_over_the_availability_of_its_machine():
    """With 300 minutes between breakdowns and 100 for a repair, A = 300 / 400; a run is whole with exp(-run/300)."""
    made = chain([3000, 150], end_pointer=[0, 1, 2], end_node=[0, 1], end_planned=[0, 0], before=[], after=[],
                 start=[0, 0], finish=[3000, 150], earliest=[0, 0])  # fmt: skip
    found = replicate(made, spread(2, failures=1 / 300, repair=100.0), replications=10_000)
    assert found.complete[0].mean() == pytest.approx(3000 / 0.75, rel=0.01)
    assert found.probability([0, 150])[1] == pytest.approx(math.exp(-0.5), abs=0.02)


def test_what_has_no_place_is_never_complete():
    made = build_network(
        ALWAYS, start=[NEVER, NEVER], finish=[NEVER, NEVER], run=[10, 10], before=[0], after=[1], end_pointer=[0, 1],
        end_node=[1], end_planned=[NEVER],
    )  # fmt: skip
    found = replicate(made, spread(2, deviation=0.5), replications=10)
    assert (found.probability(10**9).item(), found.quantiles(0.5).item()) == (0.0, NEVER)


def test_wait_that_the_plan_does_not_keep_is_left_out_and_counted():
    made = build_network(ALWAYS, start=[0, 10], finish=[60, 40], run=[60, 30], before=[0], after=[1])
    assert (made.dropped, len(made.arcs.before)) == (1, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: build_network(ALWAYS, start=[0], finish=[1, 2], run=[1]),
        lambda: build_network(ALWAYS, start=[0], finish=[1], run=[-1]),
        lambda: build_network(ALWAYS, start=[0], finish=[1], run=[1], before=[0], after=[1]),
        lambda: build_network(ALWAYS, start=[0], finish=[1], run=[1], calendar_pointer=[0, 2], calendar=[0]),
        lambda: build_network(
            ALWAYS, start=[0], finish=[1], run=[1], end_pointer=[0, 1], end_node=[3], end_planned=[1]
        ),
        lambda: replicate(chain([1]), spread(1), replications=0),
        lambda: replicate(chain([1]), spread(0)),
        lambda: replicate(chain([1]), spread(1, deviation=-1.0)),
        lambda: replicate(chain([1]), spread(1), replications=1).quantiles([0.0]),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ProblemError):
        call()
