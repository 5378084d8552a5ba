"""Formulas mean what arithmetic means, and nothing else gets in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.problem import ProblemError
from plantwright.methods.requirements.formula import compile_formula, value_of


@given(st.floats(0, 1000), st.integers(1, 50), st.integers(-20, 20))
def test_a_formula_gives_what_arithmetic_gives(q, a, b):
    text = f"max(min(q, 500, q * 2), {a}) / {a} - -({b}) + ceil(q / 12) * floor(q + 0.5)"
    expected = max(min(q, 500, q * 2), a) / a + b
    tail = math.ceil(q / 12 - 1e-9) * math.floor(q + 0.5 + 1e-9)
    assert value_of(compile_formula(text), q) == pytest.approx(expected + tail)


def test_names_stand_for_their_values():
    assert value_of(compile_formula("width * q + 1", {"width": 2.5}), 4) == 11


def test_a_division_by_zero_gives_no_number():
    assert math.isnan(value_of(compile_formula("1 / (q - q)"), 4))


@pytest.mark.parametrize(
    "text",
    ["", "q +", "q ** 2", "__import__('os')", "q.real", "[q]", "lambda: q", "q if q else 1", "'a'", "True", "min(q)",
     "ceil(q, 2)", "sin(q)", "ceil(q=1)", "q; q", "q < 3", "max(*q)", "(" * 300 + "q" + ")" * 300],
)  # fmt: skip
def test_everything_else_is_refused(text):
    with pytest.raises(ProblemError, match="bad-formula"):
        compile_formula(text)


def test_all_faults_of_a_formula_are_reported():
    with pytest.raises(ProblemError) as caught:
        compile_formula("q ** 2 + sin(width)")
    assert [problem.message for problem in caught.value.problems] == [
        "The formula 'q ** 2 + sin(width)' has a part that is not allowed: q ** 2.",
        "The formula 'q ** 2 + sin(width)' has an unknown name: width.",
        "The formula 'q ** 2 + sin(width)' has a call that is not allowed: sin with 1 values.",
    ]


def test_a_formula_deeper_than_the_stack_is_refused():
    with pytest.raises(ProblemError, match="more than 64"):
        compile_formula("q" + " + (q" * 70 + ")" * 70)
