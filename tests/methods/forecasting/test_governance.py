"""Governance: what each stage adds, group by group, and signals that tell when a forecast has gone astray."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.forecasting import tracking_signal, value_added

STAGES = {"naive": [10, 10, 10, 10], "statistical": [11, 13, 9, 12], "override": [12, 16, 9, 12]}
ACTUAL = [12, 14, 8, 12]
PERSON = ["anna", "bert", "anna", "bert"]


def test_each_stage_is_measured_against_the_one_before():
    naive, statistical, override = value_added(ACTUAL, STAGES)
    assert (naive.mae, statistical.mae, override.mae) == (2.5, 0.75, 0.75)
    assert (naive.added, statistical.added, override.added) == (0.0, 1 - 0.75 / 2.5, 0.0)
    assert statistical.wape == 3 / 46
    assert override.bias == pytest.approx(-0.75)


def test_persons_are_told_apart():
    rows = {(row.group, row.stage): row for row in value_added(ACTUAL, STAGES, [PERSON])}
    assert rows[("anna",), "override"].added == pytest.approx(0.5)
    assert rows[("bert",), "override"].added == pytest.approx(-1.0)
    assert rows[("bert",), "override"].bias == -1.0
    assert rows[(), "naive"].count == 4
    assert rows[("anna",), "naive"].count == 2


def test_groups_may_be_crossed_and_errors_scaled():
    rows = value_added(ACTUAL, STAGES, [PERSON, [1, 1, 2, 2]], scale=[2.0] * 4)
    assert {row.group for row in rows} == {(), ("anna", "1"), ("anna", "2"), ("bert", "1"), ("bert", "2")}
    assert all(row.mase == row.mae / 2 for row in rows)


def test_nothing_asked_for_is_told_without_dividing_by_it():
    row, *_ = value_added([0, 0], {"naive": [0, 1], "statistical": [0, 0]})
    assert row.wape == math.inf
    assert value_added([0, 0], {"naive": [0, 0]})[0].wape == 0


def test_brown_s_signal_counts_to_its_limit():
    signal = tracking_signal([10, 10, 10, 10, 10])
    assert signal.brown.tolist() == [1, 2, 3, 4, 5]
    assert signal.astray[-1]


def test_trigg_s_signal_is_one_where_all_errors_lean_one_way_and_none_where_they_alternate():
    assert tracking_signal([5.0] * 200).trigg[-1] == pytest.approx(1.0)
    assert abs(tracking_signal([5.0, -5.0] * 100).trigg[-1]) < 0.1


def test_trigg_s_limit_gives_the_false_alarms_that_it_states():
    errors = np.random.default_rng(3).normal(0, 7, (40, 1000))
    trigg = np.concatenate([tracking_signal(row).trigg[100:] for row in errors])
    assert np.mean(np.abs(trigg) > tracking_signal([1.0]).trigg_limit) == pytest.approx(0.05, abs=0.02)


def test_forecast_without_errors_is_never_astray():
    signal = tracking_signal([0.0, 0.0, 0.0])
    assert not signal.astray.any()
    assert np.isfinite(signal.trigg).all()


def test_working_ends_with_the_signals():
    steps = {step.symbol: step.value for step in tracking_signal([1, -1, 2, 3]).working.steps}
    assert steps["B"] == pytest.approx(steps["e"] / steps["m"])
    assert steps["T"] == pytest.approx(steps["E"] / steps["M"])


@pytest.mark.parametrize(
    ("call", "columns"),
    [
        (lambda: value_added([], {}), ["stages", "actual"]),
        (lambda: value_added([1, 2], {"naive": [1]}, [["a"]], scale=[1, 0]), ["scale", "naive", "groups"]),
        (lambda: tracking_signal([], limit=0, smoothing=1), ["limit", "errors", "smoothing"]),
    ],
)
def test_faults_are_told_together(call, columns):
    with pytest.raises(ProblemError) as caught:
        call()
    assert sorted(problem.column for problem in caught.value.problems) == sorted(columns)


errors = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(errors, st.sampled_from([0.5, 1024.0]))
def test_signals_do_not_depend_on_the_unit_and_lie_in_their_bounds(row, unit):
    once, again = tracking_signal(row), tracking_signal(np.array(row) * unit)
    assert again.trigg == pytest.approx(once.trigg)
    assert (np.abs(once.trigg) <= 1 + 1e-9).all()
    assert (np.abs(once.brown) <= np.arange(1, len(row) + 1) + 1e-6).all()
