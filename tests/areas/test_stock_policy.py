"""Stock from the ledger by age and use; service levels that are checked; and policies accepted and taken back."""

import polars as pl
import pytest

from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.journal import entries, reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions, load_reports
from plantwright.flows.reporting import run_report
from plantwright.flows.views import MemoryView
from plantwright.plant import make_plant

load_actions(), load_reports()
DAY = 1440
TODAY = 20_521
AS_OF = TODAY * DAY


def move(number, quantity, days_ago, source="SUPPLIER", to="WH", **more):
    return {"number": number, "item": "A", "from_location": source, "to_location": to, "quantity": quantity * SCALE,
            "at": AS_OF - days_ago * DAY, **more}  # fmt: skip


def aged(*moves, sites=("S",)):
    tables = {
        "setting": [{"name": "time_zone", "value": "UTC"}], "site": [{"code": code} for code in sites],
        "location": [{"code": "WH", "site": "S"}, {"code": "BIN", "site": "S"}, {"code": "FAR", "site": sites[-1]}],
        "item": [{"code": "A", "kind": "buy", "standard_cost": 2 * SCALE}], "stock_move": list(moves),
    }  # fmt: skip
    frames = {name: raw_frame(ENTITIES[name], rows) for name, rows in tables.items()}
    page = run_report(MemoryView(make_plant(frames, AS_OF)), "ageing_turns", {})
    return page.sheets[0].rows.to_dicts()


def test_stock_is_made_up_of_the_latest_receipts():
    (row,) = aged(move("1", 100, 400), move("2", 30, 100), move("3", 20, 10), move("4", 90, 5, "WH", "CUSTOMER"))
    layers = {name: row[name] // SCALE for name in ("up_to_30", "up_to_90", "up_to_180", "up_to_365", "older")}
    assert layers == {"up_to_30": 20, "up_to_90": 0, "up_to_180": 30, "up_to_365": 0, "older": 10}
    assert row["on_hand"] == 60 * SCALE
    assert row["state"] == "active"


def test_layers_always_add_up_to_what_is_there():
    (row,) = aged(move("1", 7, 300), move("2", 5, 200), move("3", 4, 150, "WH", "PRODUCTION"), move("4", 9, 20))
    layers = ("up_to_30", "up_to_90", "up_to_180", "up_to_365", "older")
    assert sum(row[name] for name in layers) == row["on_hand"] == 17 * SCALE


def test_stock_without_an_issue_for_a_year_is_dead_and_with_long_cover_slow():
    (dead,) = aged(move("1", 10, 500), move("2", 1, 400, "WH", "CUSTOMER"))
    (slow,) = aged(move("1", 1000, 300), move("2", 1, 10, "WH", "CUSTOMER"))
    (new,) = aged(move("1", 10, 5))
    assert [one["state"] for one in (dead, slow, new)] == ["dead", "slow", "no issues yet"]


def test_moves_within_a_site_change_no_age_and_reversed_issues_no_use():
    (row,) = aged(
        move("1", 10, 200), move("2", 10, 5, "WH", "BIN"), move("3", 4, 4, "BIN", "CUSTOMER"),
        move("4", 4, 3, "CUSTOMER", "BIN", reverses="3"),
    )  # fmt: skip
    assert row["up_to_365"] == row["on_hand"] == 10 * SCALE
    assert row["year"] == 0


def test_turns_are_what_left_over_the_mean_stock():
    steady = [move(f"I{n}", 1, n, "WH", "CUSTOMER") for n in range(1, 365)]
    (row,) = aged(move("0", 464, 370), *steady)
    assert row["year"] == 364 * SCALE
    assert row["turns"] / SCALE == pytest.approx(364 / 282, rel=0.1)
    assert row["cover"] == 100


# --- checks ---------------------------------------------------------------------------------------------------------

BASE = {"site": "code ; MAIN", "item": "code,kind ; A,buy ; P,phantom"}


def test_policies_that_cannot_be_computed_are_told(codes):
    found = codes(**BASE, item_site="item,site,stock_policy ; A,MAIN,kanban")
    assert "policy-without-service" in found
    found = codes(**BASE, item_site="item,site,stock_policy,service_level ; A,MAIN,periodic,0.95 ; P,MAIN,,0.9")
    assert {"policy-without-review", "service-not-stocked"} <= found


def test_service_level_of_the_plant_is_enough_for_a_policy(codes):
    found = codes(
        **BASE, item_site="item,site,stock_policy ; A,MAIN,kanban", setting="name,value ; default_service_level,0.95"
    )
    assert "policy-without-service" not in found


# --- accepting ------------------------------------------------------------------------------------------------------

WISH = {"item": "A", "policy": "min-max", "reason": "Cheaper by a third", "lot_rule": "min-max", "reorder_point": "12",
        "order_up_to": "40", "service_level": "0.97"}  # fmt: skip


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "plant.db"
    with Store.create(path) as made, made.begin("anna", "import") as tx:
        tx.insert("site", [{"code": "S"}])
        tx.insert("item", [{"code": "A", "kind": "buy"}])
    with Store.open(path) as opened:
        yield opened


def test_accepted_policy_writes_the_planning_fields_with_its_reason_and_comes_back(store):
    run_action(store, "accept_policy", WISH, "anna")
    row = store.read("item_site").row(0, named=True)
    assert (row["site"], row["lot_rule"], row["stock_policy"]) == ("S", "min-max", "min-max")
    assert (row["reorder_point"], row["order_up_to"], row["service_level"]) == (12 * SCALE, 40 * SCALE, 970_000)
    (entry,) = entries(store, 1)
    assert entry.arguments["reason"] == "Cheaper by a third"
    run_action(store, "accept_policy", {"item": "A", "policy": "base stock", "reason": "again"}, "anna")
    again = store.read("item_site").row(0, named=True)
    assert (again["stock_policy"], again["reorder_point"]) == ("base stock", 12 * SCALE)
    for one in entries(store, 2):
        reverse(store, one.number, "anna")
    assert not store.read("item_site").height


def test_all_that_is_wrong_with_a_policy_is_told_at_once(store):
    wrong = {**WISH, "reason": "", "service_level": "1", "order_up_to": "5", "lot_rule": "guess", "safety_stock": "-2"}
    with pytest.raises(ProblemError) as caught:
        run_action(store, "accept_policy", wrong, "anna")
    assert {problem.code for problem in caught.value.problems} == {
        "policy-no-reason", "policy-service", "policy-levels-crossed", "argument-wrong", "policy-negative",
    }  # fmt: skip
    assert not store.read("item_site").height
    assert isinstance(store.read("item_site"), pl.DataFrame)
