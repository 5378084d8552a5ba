"""Plans are kept and given back as they were."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from plantwright.core.entity import ENTITIES
from plantwright.core.problem import BAD_ARGUMENT, ProblemError

from .conftest import codes_of, rows

TABLES = {
    "peg": rows(
        "peg", {"number": 1, "item": "A", "site": "S", "quantity": 5, "demand_kind": "forecast", "demand": "ä",
                "supply_kind": "stock", "supply": "", "available": -1, "needed": 2**62},
    ),
    "reason": ENTITIES["reason"].empty(),
}  # fmt: skip
META = {
    "as_of": 12,
    "options": {"capacity": True},
    "inputs": "ab12",
    "engine": "0.1.0",
    "seed": 7,
    "status": "optimal",
    "verified": True,
    "seconds": {"mrp": 0.5},
    "totals": {"late": 3},
    "by": "anna",
}


def test_plan_comes_back_as_it_was_kept(store):
    number = store.save_plan(META | {"problems": [BAD_ARGUMENT.at(column="x", value=1, must="2")]}, TABLES)
    meta, tables = store.load_plan(number)
    assert {name: meta[name] for name in META} == META
    assert (meta["number"], meta["scenario"], meta["pinned"]) == (1, "", False)
    assert (meta["at"], meta["tables"]) == ("2026-03-02T12:00:00.000+00:00", {"peg": 1, "reason": 0})
    assert meta["problems"][0]["code"] == "bad-argument"
    for name, frame in TABLES.items():
        assert_frame_equal(tables[name], frame)


def test_only_the_tables_asked_for_are_read(store):
    store.save_plan({}, TABLES)
    assert list(store.load_plan(tables=["reason"])[1]) == ["reason"]
    assert store.load_plan(tables=())[1] == {}


def test_latest_plan_of_a_scenario_is_found_and_the_plant_as_it_is_has_its_own(store):
    for scenario in ("", "busy", "busy", ""):
        store.save_plan({"scenario": scenario}, {})
    assert store.load_plan()[0]["number"] == 4
    assert store.load_plan(scenario="busy")[0]["number"] == 3
    assert [meta["number"] for meta in store.plans()] == [4, 3, 2, 1]


def test_plan_or_table_that_is_not_there_is_a_problem(store):
    with pytest.raises(ProblemError, match="no plan of scenario none"):
        store.load_plan()
    store.save_plan({}, TABLES)
    for how in ({"number": 9}, {"scenario": "x"}, {"tables": ["order"]}):
        with pytest.raises(ProblemError) as raised:
            store.load_plan(**how)
        assert codes_of(raised) == ["store-plan-missing"]
    with pytest.raises(ProblemError):
        store.pin_plan(9)


def test_pruning_keeps_the_latest_the_pinned_and_the_current_plan_of_the_plant(store):
    for scenario in ("", "", "busy", "busy", "busy"):
        store.save_plan({"scenario": scenario}, TABLES)
    store.pin_plan(1)
    assert store.prune_plans(2) == [3]
    assert [meta["number"] for meta in store.plans()] == [5, 4, 2, 1]
    store.pin_plan(1, pinned=False)
    assert store.prune_plans(1) == [4, 1]
    assert store.load_plan(2)[1].keys() == TABLES.keys()
    assert store.save_plan({}, {}) == 6


def test_what_is_unknown_of_a_plan_is_refused(store):
    with pytest.raises(ProblemError, match="colour"):
        store.save_plan({"colour": "red"}, {})
    with pytest.raises(ProblemError, match="at least 1"):
        store.prune_plans(0)


def test_nothing_is_kept_of_a_plan_whose_table_cannot_be_written(store):
    with pytest.raises(TypeError):
        store.save_plan({"options": {"x": object()}}, TABLES)
    assert store.plans() == []
    store.save_plan({}, {"wide": pl.DataFrame({f"c{n}": [n] for n in range(50)})})
    assert store.load_plan()[1]["wide"].width == 50
