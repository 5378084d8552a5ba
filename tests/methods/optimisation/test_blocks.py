"""Programs from blocks: duals and ranges tell the truth, faults are found, and what is lacking is the least."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.optimisation import Program


def mix(hours, limits=(4.0, 12.0, 18.0)):
    """Wyndor Glass (Hillier and Lieberman, Introduction to Operations Research, section 3.1)."""
    program = Program()
    made = program.variables("batches", {"product": 2}, cost=[-3, -5])
    plants = program.rows("plants", {"plant": 3}, upper=np.array(limits) + np.array(hours))
    program.put(plants.index[:, None], made.index, [[1, 0], [0, 2], [3, 2]])
    return program, made, plants


def test_wyndor_glass_has_the_published_mix_prices_and_ranges():
    program, made, plants = mix([0, 0, 0])
    found = program.solve(ranges=True)
    assert found.of(made).tolist() == pytest.approx([2, 6])
    assert found.objective == pytest.approx(-36)
    assert (-found.dual_of(plants)).tolist() == pytest.approx([0, 1.5, 1])
    low, high = found.range_of(plants)
    assert (low[1], high[1]) == pytest.approx((6, 18))
    assert (low[2], high[2]) == pytest.approx((12, 24))


@given(st.integers(1, 2), st.floats(-5.9, 5.9))
@settings(max_examples=25, deadline=None)
def test_price_times_hours_is_the_gain_within_the_range(plant, more):
    hours = [0.0, 0.0, 0.0]
    hours[plant] = more
    program, _, plants = mix([0, 0, 0])
    base = program.solve()
    changed = mix(hours)[0].solve()
    assert changed.objective - base.objective == pytest.approx(base.dual_of(plants)[plant] * more, abs=1e-6)


def test_entries_put_twice_are_added():
    program = Program()
    x = program.variables("x", {"one": 1}, cost=-1)
    row = program.rows("row", {"one": 1}, upper=6)
    program.put(row.index, x.index, 1)
    program.put(row.index, x.index, 2)
    assert program.solve().of(x).tolist() == pytest.approx([2])


def test_whole_variables_are_whole_and_the_bound_is_told():
    program = Program()
    taken = program.variables("taken", {"thing": 3}, upper=1, cost=[-10, -13, -7], whole=True)
    room = program.rows("room", {"sack": 1}, upper=5)
    program.put(room.index, taken.index, [3, 4, 2])
    found = program.solve()
    assert found.of(taken).round().tolist() == [1, 0, 1]
    assert found.bound == pytest.approx(-17)


def test_least_that_is_lacking_is_found_by_its_place():
    program = Program()
    made = program.variables("made", {"month": 2}, lower=[5, 9])
    hours = program.rows("hours", {"month": 2}, upper=[6, 6])
    program.put(hours.index, made.index, 1)
    assert program.solve().status == "infeasible"
    _, by = program.lacking({"hours": 1.0})
    assert by["hours"].tolist() == pytest.approx([0, 3])


def test_endless_program_is_told():
    program = Program()
    program.variables("x", {"one": 1}, cost=-1)
    assert program.solve().status in {"unbounded", "infeasible"}


def test_program_without_rows_or_variables_is_solved():
    assert Program().solve().found


def test_crossed_bounds_and_names_taken_are_refused():
    program = Program()
    program.variables("x", {"one": 1})
    with pytest.raises(ProblemError, match="no other block"):
        program.rows("x", {"one": 1})
    with pytest.raises(ProblemError, match="at most the upper"):
        program.variables("y", {"one": 1}, lower=2, upper=1)
