"""What an order takes, worked out by hand and by the judge."""

from fractions import Fraction

import polars as pl
import pytest
from small_plant import ONE, Rows, at, frames, operation, order, plant_of

from plantwright.flows.plan.judge.case import Case
from plantwright.flows.plan.judge.formula import evaluate
from plantwright.flows.plan.judge.needs import expected_needs

NOTHING = pl.DataFrame(schema={"n": pl.Int64, "operation": pl.Int64, "item": pl.Int64, "taken": pl.Int64})


def rows_for(*lines: dict, yields: tuple[float, float] = (1, 1)) -> Rows:
    return {
        "site": [{"code": "P"}],
        "item": [
            {"code": "A", "kind": "make"},
            {"code": "SCREW", "kind": "buy"},
            {"code": "PAINT", "kind": "buy", "unit": "kg"},
            {"code": "KIT", "kind": "phantom"},
            {"code": "BAG", "kind": "phantom"},
        ],
        "item_unit": [{"item": "PAINT", "unit": "can", "factor": 5 * ONE // 2}],
        "bom_line": [{"parent": "A", **line} for line in lines],
        "operation": [operation("A", 10 * (k + 1), "W", yield_ratio=int(y * ONE)) for k, y in enumerate(yields)],
    }


def needs_of(rows: Rows, quantity: float = 10, own: pl.DataFrame = NOTHING) -> dict[str, float]:
    planned = {"planned_order": [order("M1", "A", "make", quantity, at(1), at(2), at(3))]}
    case = Case(plant_of(rows), frames(planned), at(0), scheduled=True)
    found = expected_needs(case, own)
    names = case.items["item"].gather(found["item"]).to_list()
    return {name: need / ONE for name, need in zip(names, found["need"], strict=True)}


@pytest.mark.parametrize(
    ("line", "need"),
    [
        ({"component": "SCREW", "quantity": 4 * ONE}, 40),
        ({"component": "SCREW", "quantity": 4 * ONE, "setup_quantity": 3 * ONE}, 43),
        ({"component": "SCREW", "quantity": 4 * ONE, "setup_quantity": 3 * ONE, "rounding": 25 * ONE}, 50),
        ({"component": "SCREW", "quantity": 4 * ONE, "scrap_factor": 30_000}, 42),  # 41.2
        ({"component": "SCREW", "quantity": 3 * ONE, "per": "order"}, 3),
        ({"component": "PAINT", "quantity": 300_000}, 3),
        ({"component": "PAINT", "quantity": 333_333}, 3.33333),
        ({"component": "PAINT", "quantity": 250 * ONE, "unit": "g"}, 2.5),
        ({"component": "PAINT", "quantity": ONE // 5, "unit": "can"}, 5),
        ({"component": "PAINT", "quantity": 5 * ONE, "per": "percent"}, 0.5),
        ({"component": "PAINT", "quantity": 5 * ONE, "per": "percent", "scrap_factor": 100_000}, 0.55),
        ({"component": "PAINT", "quantity": ONE, "unit": "lb"}, 4.535924),  # 4.5359237, up to a millionth
        ({"component": "SCREW", "per": "formula", "formula": "ceil(q / 4) + 1"}, 4),
    ],
)
def test_one_line_takes_what_it_says_for_ten_units(line, need):
    assert needs_of(rows_for(line)) == {line["component"]: need}


@pytest.mark.parametrize(("sequence", "need"), [(0, 56), (10, 56), (15, 50), (20, 50), (30, 40)])
def test_losses_from_the_operation_on_raise_the_need(sequence, need):
    """Ten good units need 10 / 0.8 = 12.5 into operation 20, and 12.5 / 0.9 = 13.89 into operation 10."""
    line = {"component": "SCREW", "quantity": 4 * ONE, "operation": sequence}
    assert needs_of(rows_for(line, yields=(0.9, 0.8))) == {"SCREW": need}


def test_huge_fractions_are_exact():
    """Losses of 0.999999 and 0.999983 do not fit 64 bits with a pound, and the need is still rounded up exactly."""
    line = {"component": "PAINT", "quantity": 1_234_567, "unit": "lb", "scrap_factor": 12_347}
    exact = Fraction(1_234_567, ONE) * Fraction("0.45359237") * (1 + Fraction(12_347, ONE)) * 10
    exact = exact / Fraction(999_999, ONE) / Fraction(999_983, ONE) * ONE
    assert needs_of(rows_for(line, yields=(0.999999, 0.999983))) == {"PAINT": -(-exact // 1) / ONE}


def test_only_lines_of_the_day_on_which_the_order_starts_count():
    day = at(1) // 1440
    early = {"component": "SCREW", "effective_to": day - 1}
    today = {"component": "PAINT", "effective_from": day, "effective_to": day}
    assert needs_of(rows_for(early, today)) == {"PAINT": 10}


def phantom_rows() -> Rows:
    """A kit of three screws and two bags, a bag of five screws."""
    rows = rows_for({"component": "KIT", "operation": 10})
    rows["bom_line"] += [
        {"parent": "KIT", "component": "SCREW", "quantity": 3 * ONE},
        {"parent": "KIT", "component": "BAG", "quantity": 2 * ONE},
        {"parent": "BAG", "component": "SCREW", "quantity": 5 * ONE},
    ]
    return rows


def screws(rows: Rows, own: pl.DataFrame = NOTHING) -> int:
    planned = {"planned_order": [order("M1", "A", "make", 10, at(1), at(2), at(3))]}
    case = Case(plant_of(rows), frames(planned), at(0), scheduled=True)
    return int(expected_needs(case, own).filter(pl.col("item") == 1)["need"].sum()) // ONE


def test_phantoms_in_phantoms_are_exploded():
    assert screws(phantom_rows()) == 10 * (3 + 2 * 5)


def test_the_stock_of_a_phantom_serves_first():
    own = pl.DataFrame({"n": [0, 0], "operation": [10, 10], "item": [3, 4], "taken": [4 * ONE, 7 * ONE]})
    assert screws(phantom_rows(), own) == 6 * 3 + (12 - 7) * 5


@pytest.mark.parametrize(
    ("text", "value"),
    [("q", 30), ("ceil(q / 12)", 3), ("floor(q/12) * 2.5", 5), ("max(q, 40) - 1", 39), ("2 if q > 20 else 1", 2)],
)
def test_formulas_are_exact_arithmetic_in_q(text, value):
    assert evaluate(text, Fraction(30)) == value


@pytest.mark.parametrize("text", ["", "p", "q +", "__import__('os')", "open('x')", "q / 0", "q if q else 1", "'a'"])
def test_a_formula_that_is_more_than_arithmetic_has_no_value(text):
    assert evaluate(text, Fraction(30)) is None
