"""Capacitated lots: against trying every set-up, the judge, the reader, and arguments that cannot be."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods.lot_sizing import (
    capacitated_problem,
    judge_capacitated,
    lot_cost,
    read_capacitated,
    size_capacitated_lots,
    wagner_whitin,
)

INSTANCES = Path(__file__).resolve().parents[3] / "shared" / "data" / "instances" / "lot_sizing"


def columns(call):
    with pytest.raises(ProblemError) as caught:
        call()
    return [problem.column for problem in caught.value.problems]


def least_cost(asked):
    """Try every whole plan of a tiny problem: each item makes the needs of some later periods at each set-up."""
    items, periods = asked.demand.shape
    total = int(asked.demand.sum(axis=1).max())
    rows = [np.array(row, float) for row in product(range(total + 1), repeat=periods)]
    plans = [[row for row in rows if row.sum() == asked.demand[i].sum()] for i in range(items)]
    return min(judge_capacitated(asked, np.array(plan)) for plan in product(*plans))


@pytest.mark.parametrize("capacity", [5, 6, 8, 20])
def test_plan_costs_least_of_all(capacity):
    asked = capacitated_problem([[2, 0, 3], [1, 2, 1]], capacity, 1, [1, 0], [1, 2], [4, 5])
    plan = size_capacitated_lots(asked, seconds=20)
    assert plan.status == "optimal"
    assert plan.cost == pytest.approx(least_cost(asked))
    assert judge_capacitated(asked, plan.quantity) == plan.cost


def test_a_resource_with_time_to_spare_gives_each_item_its_wagner_whitin_lots():
    needs = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
    asked = capacitated_problem([needs], 10_000, 1, 5, 1, 100)
    lots = wagner_whitin(range(12), needs, 100, 1)
    assert size_capacitated_lots(asked, seconds=20).cost == pytest.approx(lot_cost(lots, range(12), needs, 100, 1))


def test_search_without_an_end_of_the_whole_program_still_gives_a_judged_plan():
    random = np.random.default_rng(1)
    asked = capacitated_problem(random.integers(20, 90, (8, 15)), 700, 1, 12, 1, random.integers(300, 900, 8))
    plan = size_capacitated_lots(asked, seconds=1)
    assert plan.status in {"feasible", "optimal"}
    assert plan.bound <= plan.cost == pytest.approx(judge_capacitated(asked, plan.quantity))


def test_problem_without_a_plan_is_infeasible():
    """Three lots of three hours, two periods of 4.6: one lot has to be split, and its second set-up does not fit."""
    asked = capacitated_problem([[0, 2], [0, 2], [0, 2]], 4.6, 1, 1, 1, 1)
    plan = size_capacitated_lots(asked, seconds=20)
    assert (plan.status, plan.cost) == ("infeasible", np.inf)
    assert not plan.quantity.any()


def test_judge_refuses_what_is_late_and_what_takes_too_long():
    asked = capacitated_problem([[2, 2]], 4, 1, 1, 1, 10)
    assert judge_capacitated(asked, [[2, 2]]) == 20
    assert judge_capacitated(asked, [[1, 3]]) == np.inf
    assert judge_capacitated(asked, [[4, 0]]) == np.inf
    assert judge_capacitated(asked, [[3, -1]]) == np.inf


@pytest.mark.skipif(not INSTANCES.exists(), reason="the reference data is not beside the checkout")
@pytest.mark.parametrize(("name", "shape"), [("trigeiro_FG/F1.DAT", (6, 15)), ("trigeiro_X/X12429A.txt", (10, 20))])
def test_published_instances_are_read(name, shape):
    asked = read_capacitated((INSTANCES / name).read_text(encoding="utf-8"))
    assert asked.demand.shape == shape
    assert (asked.setup_time > asked.unit_time).all()


def test_demands_in_two_blocks_are_put_side_by_side():
    lines = ["16 2", "1", "999", *["1 1 1 1"] * 16, *[" ".join(map(str, range(15)))] * 2, "15", "15"]
    assert read_capacitated("\n".join(lines)).demand[:, 1].tolist() == list(range(16))


def test_arguments_that_cannot_be():
    assert columns(lambda: capacitated_problem([[1, -1]], [5], 1, np.nan, 1, 1)) == ["capacity", "demand", "setup_time"]
    assert columns(lambda: capacitated_problem([[]], 5, 1, 1, 1, 1)) == ["demand"]
    assert columns(lambda: capacitated_problem([[9, 1]], 5, 1, 1, 1, 1)) == ["capacity"]
    assert columns(lambda: read_capacitated("good morning")) == ["text"]
    asked = capacitated_problem([[1]], 5, 1, 1, 1, 1)
    assert columns(lambda: size_capacitated_lots(asked, seconds=0)) == ["seconds"]
