"""What lot-sizing and optimisation methods are given that is no number is told with its argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plantwright.core.problem import ProblemError
from plantwright.methods.lot_sizing import (
    adjust_lot,
    capacitated_problem,
    read_capacitated,
    silver_meal,
    size_lots,
    wagner_whitin,
)
from plantwright.methods.optimisation import product_mix, rough_cut, split_family, structure, whole_units

given: Any = None  # what follows is wrong on purpose, and typed so that the checker lets it through
TEXT: Any = ["a", "b"]
NAN = float("nan")

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a time that is no number": (lambda: wagner_whitin([NAN], [3], 5, 1), "time"),
    "times that are words": (lambda: wagner_whitin(TEXT, [3, 4], 5, 1), "time"),
    "a need beyond 64 bits": (lambda: wagner_whitin([0], [10**30], 5, 1), "need"),
    "no needs at all": (lambda: wagner_whitin([0], given, 5, 1), "need"),
    "a word for an order cost": (lambda: wagner_whitin([0], [3], "x", 1), "order_cost"),  # type: ignore[arg-type]
    "no holding cost": (lambda: wagner_whitin([0], [3], 5, given), "holding_cost"),
    "a holding cost of 0": (lambda: wagner_whitin([0], [3], 5, 0), "holding_cost"),
    "a row of holding costs": (lambda: wagner_whitin([0], [3], 5, [1, 2]), "holding_cost"),  # type: ignore[arg-type]
    "a need beyond what is counted": (lambda: adjust_lot(10**30), "need"),
    "periods that do not fit": (lambda: rough_cut([[1, 2]], [[2]], [[4]]), "available"),
    "hours that are no number": (lambda: rough_cut([[1]], [[NAN]], [[4]]), "hours"),
    "a step of 0": (lambda: whole_units([1.5], 0), "step"),
    "an amount that is no number": (lambda: whole_units([NAN], 1), "values"),
    "no bucket": (lambda: silver_meal([0], [3], 5, 1, given), "bucket"),
    "a rule that is none": (lambda: size_lots("x", [0], [3]), "rule"),  # type: ignore[arg-type]
    "a least lot that is no number": (lambda: adjust_lot(7, minimum=NAN), "minimum"),  # type: ignore[arg-type]
    "a largest lot without end": (lambda: adjust_lot(7, maximum=float("inf")), "maximum"),  # type: ignore[arg-type]
    "words for demand": (lambda: capacitated_problem(TEXT, 9, 1, 1, 1, 5), "demand"),
    "words for capacity": (lambda: capacitated_problem([[1, 2]], TEXT, 1, 1, 1, 5), "capacity"),
    "words for money": (lambda: product_mix(TEXT, [[1, 2]], [9]), "throughput"),
    "a table for money": (lambda: product_mix([[5, 6], [7, 8]], [[1, 2]], [9]), "throughput"),
    "a parent that is no node": (lambda: structure([7], [1], [2], 3), "parent"),
    "a component below all nodes": (lambda: structure([0], [-1], [2], 3), "component"),
    "a ratio that is no number": (lambda: structure([0], [1], [NAN], 3), "ratio"),
    "edges of different lengths": (lambda: structure([0, 1], [1], [2], 3), "component"),
    "more nodes than memory": (lambda: structure([], [], [], 10**12), "nodes"),
    "more lots than memory": (lambda: adjust_lot(10**12, maximum=5), "maximum"),
    "no text of lots": (lambda: read_capacitated(given), "text"),
    "words for a family": (lambda: split_family(9, TEXT, [1, 2], [1, 2]), "demand"),
    "stocks that do not fit": (lambda: split_family(9, [1, 2], [1], [1, 2]), "stock"),
    "a family of no items": (lambda: split_family(9, [], [], []), "demand"),
    "less than nothing made": (lambda: split_family(-1, [1], [1], [1]), "made"),
    "less than no nodes": (lambda: structure([], [], [], -1), "nodes"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_number_is_told_with_its_argument(name: str) -> None:
    ask, column = CASES[name]
    with pytest.raises(ProblemError) as told:
        ask()
    assert told.value.problems[0].column == column
    assert told.value.problems[0].remedy
