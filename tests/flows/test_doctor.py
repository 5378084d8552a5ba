"""The data doctor: problems by kind, and cures that are acts which can be taken back."""

import pytest

from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, plant_entities, raw_frame
from plantwright.core.journal import reverse
from plantwright.core.problem import KINDS, ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions
from plantwright.flows.check import check_plant
from plantwright.flows.doctor import FIXES, changes_of, grouped, lines_of
from plantwright.flows.exchange import read_plant
from plantwright.plant import make_plant

MONDAY = 20_458 * 1440
DAY = 86_400_000


def plant(**tables):
    return make_plant({name: raw_frame(ENTITIES[name], rows) for name, rows in tables.items()}, MONDAY)


def cured(made, code):
    """Give what the cure of the problems of a kind would do, in lines."""
    (group,) = [one for one in grouped(check_plant(made)) if one.code == code]
    keys = [problem.key for problem in group.cases]
    return lines_of(changes_of(code, group.table, keys, made.raw, made.as_of), made.raw)


def history(*late):
    """Give the tables of a supplier whose deliveries came so many days after their dates."""
    lines = [
        {"order": f"P{n}", "supplier": "S", "item": "A", "quantity": 5, "received": 5, "state": "closed",
         "due": MONDAY - (100 + 10 * n) * 1440}
        for n in range(len(late))
    ]  # fmt: skip
    moves = [
        {"number": f"M{n}", "item": "A", "from_location": "SUPPLIER", "to_location": "STORE", "quantity": 5,
         "at": MONDAY - (100 + 10 * n - days) * 1440, "reference": f"P{n}"}
        for n, days in enumerate(late)
    ]  # fmt: skip
    return {
        "item": [{"code": "A", "kind": "buy"}], "supplier": [{"code": "S"}],
        "supplier_item": [{"supplier": "S", "item": "A", "price": 1, "lead_time": 10 * DAY}],
        "purchase_order_line": lines, "stock_move": moves,
    }  # fmt: skip


def test_every_cure_is_of_a_kind_of_problem_that_exists():
    assert sorted(set(FIXES) - set(KINDS)) == []


def test_problems_are_grouped_by_kind_and_table_the_gravest_first():
    lines = [{"parent": "A", "component": "A", "quantity": 0}, {"parent": "A", "component": "B", "quantity": 0}]
    found = grouped(
        check_plant(plant(item=[{"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}], bom_line=lines))
    )
    assert found[0].severity == "error"
    (zero,) = [one for one in found if one.code == "bom-line-zero"]
    assert (zero.title, zero.table, len(zero.cases), zero.fix is not None) == ("BOM line zero", "bom_line", 2, True)


def test_line_of_an_item_in_itself_is_found_by_the_item_alone():
    lines = [{"parent": "A", "component": one, "quantity": 1, "operation": 0} for one in ("A", "B")]
    made = plant(item=[{"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}], bom_line=lines)
    assert cured(made, "bom-self") == ["Bom line A / A / 0: the row is removed"]


def test_lead_time_is_set_to_what_the_deliveries_took():
    assert cured(plant(**history(6, 5, 8)), "lead-time-against-history") == [
        "Supplier item S / A / 0: lead time 10\N{NO-BREAK SPACE}d → 16\N{NO-BREAK SPACE}d"
    ]


@pytest.mark.parametrize("late", [(6, 5), (1, 2, 1), (0, 0, 30)])
def test_few_or_small_differences_say_nothing_about_a_lead_time(late):
    assert "lead-time-against-history" not in {one.code for one in check_plant(plant(**history(*late)))}


def floor(*taken, at="", **routing):
    """Give the tables of an item whose runs of ten took so many minutes a unit, at the main site of two."""
    operation = {"item": "A", "sequence": 10, "work_center": "C", "run": 60_000, **routing}
    orders = [
        {"order": f"W{n}", "item": "A", "quantity": 10_000_000, "completed": 10_000_000, "state": "closed", "due": n}
        for n in range(len(taken))
    ]
    reports = [
        {"order": f"W{n}", "sequence": 10, "state": "done", "done_quantity": 10_000_000, "work_center": at,
         "run_taken": None if minutes is None else round(minutes * 600_000)}
        for n, minutes in enumerate(taken)
    ]  # fmt: skip
    return {
        "site": [{"code": "M"}, {"code": "N"}], "item": [{"code": "A", "kind": "make"}],
        "work_center": [{"code": "C"}, {"code": "D"}], "operation": [operation],
        "production_order": orders, "production_operation": reports,
    }  # fmt: skip


OFF = "standard-against-actuals"


@pytest.mark.parametrize(
    ("routing", "line"),
    [
        ({}, "Operation A / 10: run 1 min → 1.5 min"),
        ({"site": "M"}, "Operation A / 10 / M: run 1 min → 1.5 min"),
        ({"run_per": "batch", "batch_size": 4_000_000}, "Operation A / 10: run 1 min → 6 min"),
        ({"run_per": "hour", "rate": 60_000_000}, "Operation A / 10: rate 60 → 40"),
    ],
)
def test_standard_is_set_to_the_median_of_what_runs_took(routing, line):
    made = plant(**floor(1.4, 1.5, 9, 1.5, 0.1, **routing))
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in cured(made, OFF)] == [line]


@pytest.mark.parametrize(
    "tables",
    [
        floor(2, 2, 2, 2), floor(2, 2, 2, 2, None), floor(1.2, 1.1, 0.9, 1.2, 1.2), floor(2, 2, 2, 2, 2, at="D"),
        floor(2, 2, 2, 2, 2, site="N"),
    ],
    ids=["few orders", "one without a time", "small differences", "another work center", "another site's routing"],
)  # fmt: skip
def test_standard_stands_while_nothing_tells_against_it(tables):
    assert OFF not in {one.code for one in check_plant(plant(**tables))}


def test_only_the_latest_runs_tell_against_a_standard():
    assert OFF not in {one.code for one in check_plant(plant(**floor(*[9] * 9, *[1] * 12)))}


def test_receipt_that_was_taken_back_is_no_delivery():
    tables = history(6, 5, 8)
    tables["stock_move"].append(
        {
            **tables["stock_move"][0],
            "number": "M9",
            "from_location": "STORE",
            "to_location": "SUPPLIER",
            "reverses": "M0",
        }
    )
    assert "lead-time-against-history" not in {one.code for one in check_plant(plant(**tables))}


def test_stock_that_was_counted_lately_is_not_idle():
    move = {"item": "A", "from_location": "OPENING", "to_location": "STORE", "quantity": 5_000_000}
    tables = {
        "item": [{"code": "A", "kind": "buy"}],
        "site": [{"code": "S"}],
        "location": [{"code": "STORE", "site": "S"}],
    }
    old = {**move, "number": "1", "at": MONDAY - 500 * 1440}
    new = {**move, "number": "2", "at": MONDAY - 5 * 1440}
    assert "stock-idle" in {one.code for one in check_plant(plant(**tables, stock_move=[old]))}
    assert "stock-idle" not in {one.code for one in check_plant(plant(**tables, stock_move=[old, new]))}


def test_cure_is_one_act_that_is_taken_back_whole(tmp_path):
    load_actions()
    with Store.create(tmp_path / "plant.db") as store:
        with store.begin("anna", "import") as tx:
            tx.insert("item", raw_frame(ENTITIES["item"], [{"code": "A", "kind": "buy"}]))
            rows = [{"order": f"P{n}", "item": "A", "quantity": 5, "received": 5, "due": MONDAY} for n in (1, 2)]
            tx.insert("purchase_order_line", raw_frame(ENTITIES["purchase_order_line"], rows))
        keys = [one.key for one in check_plant(read_plant(store)) if one.code == "purchase-complete"]
        given = {"code": "purchase-complete", "table": "purchase_order_line", "keys": keys}
        done = run_action(store, "fix_problem", given, "bob")
        assert done["changed"] == 2
        assert done["lines"][0] == "Purchase order line P1 / 1: state sent → closed"
        assert "purchase-complete" not in {one.code for one in check_plant(read_plant(store))}
        with pytest.raises(ProblemError, match="fix-gone"):
            run_action(store, "fix_problem", given, "bob")
        reverse(store, done["entry"], "bob")
        assert store.read("purchase_order_line")["state"].to_list() == ["sent", "sent"]


def test_cure_that_changes_the_key_of_a_row_moves_the_row(tmp_path):
    load_actions()
    line = {"parent": "A", "component": "B", "operation": 30, "quantity": 5, "note": "left"}
    with Store.create(tmp_path / "plant.db") as store:
        with store.begin("anna", "import") as tx:
            items = [{"code": "A", "kind": "make"}, {"code": "B", "kind": "buy"}]
            tx.insert("item", raw_frame(ENTITIES["item"], items))
            tx.insert("bom_line", raw_frame(ENTITIES["bom_line"], [line]))
        (key,) = [one.key for one in check_plant(read_plant(store)) if one.code == "bom-operation-unknown"]
        given = {"code": "bom-operation-unknown", "table": "bom_line", "keys": [key]}
        done = run_action(store, "fix_problem", given, "bob")
        assert store.read("bom_line").select("operation", "note").rows() == [(0, "left")]
        reverse(store, done["entry"], "bob")
        assert store.read("bom_line")["operation"].to_list() == [30]


def test_nothing_is_offered_where_people_must_choose():
    with pytest.raises(ProblemError, match="fix-unknown"):
        changes_of("bom-loop", "bom_line", ["A"], plant().raw, MONDAY)
    assert {"user", "role"}.isdisjoint(plant_entities())
