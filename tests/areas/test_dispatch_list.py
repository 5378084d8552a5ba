"""The dispatch list says what each operation still waits for."""

import polars as pl

from plantwright.areas.scheduling.waiting import waits_for

SCHEDULE = pl.DataFrame({"order": ["A", "A", "B"], "sequence": [20, 30, 10]})
PARTS = pl.DataFrame({
    "number": [1, 2, 3], "order": ["A", "A", "B"], "operation": [0, 30, 10], "item": ["STEEL", "SEAL", "STEEL"],
})  # fmt: skip
PEGS = pl.DataFrame({
    "component": [1, 2, 2, 3], "supply": ["", "PO-1", "PO-2", "PO-3"], "available": [0, 90, 120, 60],
})  # fmt: skip


def texts(now):
    return waits_for(SCHEDULE, SCHEDULE, PARTS, PEGS, now).to_list()


def test_operation_waits_for_the_one_before_it_and_for_what_comes():
    assert texts(50) == ["", "20, SEAL by PO-1, SEAL by PO-2", "STEEL by PO-3"]


def test_what_has_come_is_not_waited_for():
    assert texts(100) == ["", "20, SEAL by PO-2", ""]


def test_rows_keep_their_order():
    rows = pl.DataFrame({"order": ["B", "A"], "sequence": [10, 30]})
    assert waits_for(rows, SCHEDULE, PARTS, PEGS, 50).to_list() == ["STEEL by PO-3", "20, SEAL by PO-1, SEAL by PO-2"]
