from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantwright.core.problem import Problem, ProblemError
from plantwright.core.units import BUILT_IN, ItemUnit, Unit, UnitSystem, apply_factors

plain = UnitSystem()
paint = UnitSystem(item_units=(ItemUnit("PAINT", "can", "2.5", "l"), ItemUnit("PAINT", "l", "1.2", "kg")))
codes = st.sampled_from([unit.code for unit in BUILT_IN])


def codes_of(error):
    return [problem.code for problem in error.value.problems]


@pytest.mark.parametrize(
    ("start", "goal", "factor"),
    [
        # NIST Handbook 44, appendix C, exact values.
        ("lb", "kg", "0.45359237"),
        ("oz", "g", "28.349523125"),
        ("gal", "l", "3.785411784"),
        ("floz", "ml", "29.5735295625"),
        ("ft2", "m2", "0.09290304"),
        ("in3", "ml", "16.387064"),
        ("ft3", "m3", "0.028316846592"),
        ("yd", "in", "36"),
        ("dozen", "pcs", "12"),
        ("kWh", "MJ", "3.6"),
        ("d", "min", "1440"),
        ("t", "mg", "1000000000"),
    ],
)
def test_built_in_factors_are_the_published_ones(start, goal, factor):
    assert plain.factor(start, goal) == Fraction(factor)


@pytest.mark.parametrize(
    ("alias", "code"),
    [
        ("KGM", "kg"),
        ("C62", "pcs"),
        ("MTR", "m"),
        ("LTR", "l"),
        ("HUR", "h"),
        ("KG", "kg"),
        ("Min", "min"),
    ],
)
def test_rec_20_codes_and_other_cases_find_the_unit(alias, code):
    assert plain.find(alias).code == code


@given(codes, codes, codes)
@settings(max_examples=60, deadline=None)
def test_going_through_a_third_unit_changes_nothing(a, b, c):
    there, on, direct = plain.factor(a, b), plain.factor(b, c), plain.factor(a, c)
    if isinstance(there, Fraction) and isinstance(on, Fraction):
        assert there * on == direct
        assert there * plain.factor(b, a) == 1


@given(codes, codes)
@settings(max_examples=60, deadline=None)
def test_units_convert_when_their_dimensions_are_the_same(a, b):
    same = plain.find(a).dimension == plain.find(b).dimension
    assert isinstance(plain.factor(a, b), Fraction) == same


def test_a_clash_names_both_kinds_and_the_remedy():
    problem = plain.factor("l", "kg", "PAINT")
    assert isinstance(problem, Problem)
    assert problem.code == "unit-clash"
    assert "volume" in problem.message
    assert "mass" in problem.message
    assert "how many kg one l is" in problem.remedy


def test_an_unknown_unit_is_a_problem():
    assert plain.factor("parsec", "m").code == "unit-unknown"
    assert paint.factor("can", "l").code == "unit-unknown"
    assert paint.factor("can", "l", "OTHER").code == "unit-unknown"


def test_an_item_bridges_dimensions_through_its_own_units():
    assert paint.factor("can", "kg", "PAINT") == 3
    assert paint.factor("g", "can", "PAINT") == Fraction(1, 3000)
    assert paint.factor("gal", "lb", "PAINT") == Fraction("3.785411784") * Fraction("1.2") / Fraction("0.45359237")
    assert paint.factor("can", "h", "PAINT").code == "unit-clash"


def test_the_order_of_item_rows_does_not_matter():
    rows = (ItemUnit("X", "box", 12, "pcs"), ItemUnit("X", "pallet", 40, "box"), ItemUnit("X", "pcs", "0.25", "kg"))
    for order in (rows, rows[::-1], (rows[1], rows[0], rows[2])):
        assert UnitSystem(item_units=order).factor("pallet", "kg", "X") == 120


def test_conversion_reports_what_rounding_left():
    done = plain.convert(1_000_000, "g", "lb")
    exact = Fraction(1_000_000, 1) / Fraction("453.59237")
    assert done.value == 2205
    assert done.residue == exact - 2205
    assert plain.convert(1_000_000, "g", "lb", rounding="floor").value == 2204
    with pytest.raises(ProblemError, match="rounding"):
        plain.convert(1_000_000, "g", "lb", rounding="exact")
    with pytest.raises(ProblemError, match="unit-clash"):
        plain.convert(1, "g", "m")


def test_a_plant_adds_units_of_its_own():
    system = UnitSystem((Unit("sheet", "area", "2.5", ("SHT",)), Unit("spin", "rotation", 1)))
    assert system.factor("SHT", "cm2") == 25_000
    assert system.factor("spin", "sheet").code == "unit-clash"


def test_all_faults_of_the_declarations_are_raised_together():
    units = (Unit("kg", "mass", 2), Unit("nil", "mass", 0), Unit("tenth", "mass", 0.1), Unit("text", "mass", "x"))
    items = (
        ItemUnit("A", "box", 12, "crate"),
        ItemUnit("A", "l", 1, "kg"),
        ItemUnit("A", "m3", 900, "kg"),
        ItemUnit("A", "dozen", 10, "pcs"),
        ItemUnit("A", "tub", -1, "pcs"),
    )
    with pytest.raises(ProblemError) as error:
        UnitSystem(units, items)
    assert codes_of(error) == [
        "unit-twice",
        *["unit-factor"] * 3,
        "unit-unknown",
        *["unit-contradiction"] * 2,
        "unit-factor",
    ]
    assert "900 kg here, but 1000 kg" in str(error.value)


def test_saying_a_known_thing_again_is_no_fault():
    system = UnitSystem((Unit("KGM", "mass", 1),), (ItemUnit("A", "dozen", 12, "pcs"), ItemUnit("A", "kg", 1000, "g")))
    assert system.factor("KGM", "g", "A") == 1000


def test_a_spelling_with_two_meanings_is_found_only_in_its_own_case():
    system = UnitSystem((Unit("Sh", "shots", 1), Unit("SH", "shades", 1)))
    assert system.find("Sh").dimension == "shots"
    assert system.find("sh") is None


def test_columns_convert_as_single_values_do():
    starts, goals, items = ["lb", "can", "l", "can"], ["kg", "kg", "kg", "pcs"], ["", "PAINT", "", "PAINT"]
    found = paint.factors(*(pl.Series(one) for one in (starts * 2, goals * 2, items * 2)))
    assert found.numerator.to_list() == [45359237, 3, None, None] * 2
    assert found.denominator.to_list() == [100_000_000, 1, None, None] * 2
    assert [problem.code for problem in found.problems] == ["unit-clash", "unit-clash"]


@given(st.lists(st.tuples(st.integers(-(2**50), 2**50), codes, codes), min_size=1))
@settings(max_examples=40, deadline=None)
def test_bulk_conversion_agrees_with_the_scalar_one(rows):
    rows = [row for row in rows if isinstance(plain.factor(row[1], row[2]), Fraction)]
    amounts, starts, goals = ([row[k] for row in rows] for k in range(3))
    series = [pl.Series(starts, dtype=pl.String), pl.Series(goals, dtype=pl.String)]
    found, left = apply_factors(pl.Series(amounts, dtype=pl.Int64), plain.factors(*series))
    expected = [plain.convert(*row) for row in rows]
    assert left.to_list() == [one.residue != 0 for one in expected]
    assert found.to_list() == [one.value if abs(one.value) < 2**63 else None for one in expected]


def test_a_factor_beyond_64_bits_is_a_problem():
    system = UnitSystem((Unit("huge", "mass", 10**30),))
    assert [problem.code for problem in system.factors(pl.Series(["huge"]), pl.Series(["g"])).problems] == [
        "unit-factor"
    ]
