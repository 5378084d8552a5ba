"""Rules that every change keeps: lost updates, ledgers, references, numbers, repeated requests, own fields."""

import polars as pl
import pytest

from plantwright.core.column import EVER
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store, built_in, references

from .conftest import codes, codes_of, items, rows, write


def moves(*numbers, item="A", **more):
    shape = {"item": item, "from_location": "SUPPLIER", "to_location": "CUSTOMER", "quantity": 1, "at": 0, **more}
    return rows("stock_move", *({"number": number, **shape} for number in numbers))


def fail(store, what, **more):
    """Do something in an act that then fails."""

    def act():
        with store.begin("anna", "report", **more) as tx:
            what(tx)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()


def test_update_with_an_old_version_is_refused_and_names_who_changed_it_and_when(store):
    write(store, "item", items("A", "B"))
    seen = store.read("item", versions=True)
    with store.begin("bob", "edit") as tx:
        tx.update("item", seen.with_columns(price=pl.lit(5, pl.Int64)).filter(code="A"))
    with pytest.raises(ProblemError) as raised, store.begin("carl", "edit") as tx:
        tx.update("item", seen.with_columns(price=pl.lit(9, pl.Int64)))
    (problem,) = raised.value.problems
    assert (problem.code, problem.table, problem.key) == ("changed-meanwhile", "item", "A")
    assert "changed by bob at 2026-03-02T12:01" in problem.message
    assert store.read("item")["price"].to_list() == [5, 0]


def test_update_and_delete_of_a_row_that_was_deleted_or_changed_meanwhile_are_refused(store):
    write(store, "item", items("A", "B"))
    seen = store.read("item", versions=True)
    with store.begin("bob", "tidy") as tx:
        tx.delete("item", seen.filter(code="A"))
        tx.update("item", items("B", price=1))
    with pytest.raises(ProblemError, match="A was deleted by bob"), store.begin("carl", "edit") as tx:
        tx.update("item", seen)
    with pytest.raises(ProblemError, match="B was changed by bob"), store.begin("carl", "edit") as tx:
        tx.delete("item", seen)


def test_change_within_a_big_import_is_found_by_who_and_when(store):
    write(store, "item", items("A"))
    seen = store.read("item", versions=True)
    write(store, "item", items("A", "B", "C", price=3), by="importer")
    with pytest.raises(ProblemError, match="changed by importer"), store.begin("carl", "edit") as tx:
        tx.update("item", seen)


def test_ledger_takes_new_rows_and_refuses_to_change_or_delete_them(store):
    write(store, "item", items("A"))
    write(store, "stock_move", moves("1"))
    write(store, "stock_move", moves("1", "2"))
    with pytest.raises(ProblemError) as changed, store.begin("anna", "edit") as tx:
        tx.upsert("stock_move", moves("2", quantity=2))
    with pytest.raises(ProblemError) as deleted, store.begin("anna", "edit") as tx:
        tx.delete("stock_move", moves("2").select("number"))
    assert codes_of(changed) == codes_of(deleted) == ["store-ledger"]
    assert store.read("stock_move")["quantity"].to_list() == [1, 1]


def test_row_that_names_a_missing_row_is_refused_with_its_key_and_column(store):
    write(store, "item", items("A"))
    lines = rows(
        "bom_line",
        {"parent": "A", "component": "X", "quantity": 1},
        {"parent": "Y", "component": "A", "quantity": 1},
        {"parent": "A", "component": "A", "quantity": 1},
    )
    with pytest.raises(ProblemError) as raised, store.begin("anna", "import") as tx:
        tx.insert("bom_line", lines)
    places = {(p.code, p.key, p.column, p.value) for p in raised.value.problems}
    assert places == {
        ("store-reference-broken", f"Y / A / 0 / {EVER}", "parent", "Y"),
        ("store-reference-broken", f"A / X / 0 / {EVER}", "component", "X"),
    }
    assert store.read("bom_line").is_empty()


def test_rows_may_name_rows_that_come_later_in_the_same_act_and_empty_means_none(store):
    with store.begin("anna", "import") as tx:
        tx.insert("bom_line", rows("bom_line", {"parent": "A", "component": "B"}))
        tx.insert("sales_order_line", rows("sales_order_line", {"order": "1", "item": "A", "quantity": 1, "due": 0}))
        tx.insert("item", items("A", "B"))
    assert store.read("bom_line").height == 1


def test_row_that_is_still_named_cannot_be_deleted_unless_what_names_it_goes_too(store):
    write(store, "item", items("A", "B", "C"))
    write(store, "bom_line", rows("bom_line", {"parent": "A", "component": "B"}, {"parent": "C", "component": "B"}))
    with pytest.raises(ProblemError) as raised, store.begin("anna", "tidy") as tx:
        tx.delete("item", items("B").select("code"))
    (problem,) = raised.value.problems
    assert (problem.code, problem.key) == ("store-still-used", "B")
    assert "2 rows of bom_line" in problem.message
    with store.begin("anna", "tidy") as tx:
        tx.delete("item", items("B").select("code"))
        tx.delete("bom_line", tx.read("bom_line"))
    assert codes(store) == ["A", "C"]


def test_row_may_be_deleted_and_written_anew_in_one_act(store):
    write(store, "item", items("A", "B"))
    write(store, "bom_line", rows("bom_line", {"parent": "A", "component": "B"}))
    with store.begin("anna", "replace") as tx:
        tx.delete("item", items("B").select("code"))
        tx.insert("item", items("B", price=2))
    assert store.read("item")["price"].to_list() == [0, 2]


def test_references_of_thousands_of_rows_are_checked_like_those_of_one(store):
    many = [f"I{number:04d}" for number in range(3000)]
    write(store, "item", items(*many[1:]))
    with pytest.raises(ProblemError) as raised, store.begin("anna", "import") as tx:
        tx.insert("bom_line", rows("bom_line", *({"parent": code, "component": "I0001"} for code in many)))
    assert [problem.value for problem in raised.value.problems] == ["I0000"]


def test_codes_that_are_built_in_may_be_named_without_a_row(store, monkeypatch):
    write(store, "item", items("A"))
    monkeypatch.setattr(references, "BUILT_IN", {})
    with pytest.raises(ProblemError, match="names location SUPPLIER"):
        write(store, "stock_move", moves("1"))
    built_in("location", ["SUPPLIER"])
    built_in("location", ["CUSTOMER"])
    write(store, "stock_move", moves("1"))


def test_numbers_run_without_gaps_though_an_act_that_took_some_was_rolled_back(store):
    with store.begin("anna", "release") as tx:
        assert tx.next_number("production_order", "PO-") == "PO-000001"
        assert tx.next_numbers("production_order", 2) == ["PO-000002", "PO-000003"]
    fail(store, lambda tx: tx.next_number("production_order"))
    with store.begin("anna", "release") as tx:
        assert tx.next_number("production_order", "ignored") == "PO-000004"


def test_numbers_look_as_the_plant_has_said(store):
    write(store, "number_series", rows("number_series", {"series": "lot", "prefix": "L", "digits": 3, "next": 41}))
    with store.begin("anna", "receive") as tx:
        assert tx.next_number("lot", "X", 9) == "L041"
    assert store.read("number_series")["next"].to_list() == [42]


def test_act_with_the_same_key_is_done_once_and_answered_twice(store):
    arguments = {"quantity": "1.5"}
    for first in (True, False):
        with store.begin("anna", "report", arguments, key="terminal-7/12") as tx:
            assert tx.replayed is not first
            if first:
                tx.insert("item", items("A"))
                tx.answer({"number": 5, "codes": ("A", "B")})
        assert tx.answered == {"number": 5, "codes": ["A", "B"]}
    assert codes(store) == ["A"]


def test_act_that_failed_may_be_repeated_with_its_key(store):
    fail(store, lambda tx: tx.answer("first"), key="k")
    with store.begin("anna", "report", key="k") as tx:
        assert not tx.replayed


def test_repeated_act_cannot_write_and_another_act_cannot_take_its_key(store):
    write(store, "item", items("A"), key="k", arguments={"n": 1})
    with pytest.raises(RuntimeError, match="answered before"):
        write(store, "item", items("B"), key="k", arguments={"n": 1})
    with pytest.raises(ProblemError) as raised:
        write(store, "item", items("B"), key="k", arguments={"n": 2})
    assert codes_of(raised) == ["store-key-reused"]
    assert codes(store) == ["A"]


def test_moment_of_an_act_is_the_clocks_in_whole_minutes(store):
    with store.begin("anna", "report") as tx:
        assert tx.now == int(tx.moment.timestamp()) // 60
        assert tx.moment.isoformat() == "2026-03-02T12:00:00+00:00"


def user_fields(*fields):
    return rows("user_field", *({"entity": "item", "name": name, "kind": kind} for name, kind in fields))


FIELDS = (("colour", "text"), ("weight", "quantity"), ("checked_on", "day"), ("export", "yes or no"))


def test_fields_of_the_plant_are_read_as_columns_after_the_declared_ones(store):
    write(store, "item", items("A"))
    write(store, "user_field", user_fields(*FIELDS))
    own = pl.DataFrame({"code": ["B"], "name": ["b"], "kind": ["buy"], "colour": ['ré"d'], "weight": [1_500_000]})
    write(store, "item", own.with_columns(export=pl.lit(value=False)))
    read = store.read("item")
    assert read.columns[-5:] == ["active", "checked_on", "colour", "export", "weight"]
    assert read.dtypes[-4:] == [pl.Int64, pl.String, pl.Boolean, pl.Int64]
    assert read.select("code", "colour", "weight", "checked_on", "export").rows() == [
        ("A", None, None, None, None),
        ("B", 'ré"d', 1_500_000, None, False),
    ]
    assert store.read("item", versions=True).columns[-1] == "row_version"


def test_fields_of_the_plant_are_updated_like_other_columns(store):
    write(store, "user_field", user_fields(*FIELDS))
    write(store, "item", items("A", "B").with_columns(colour=pl.lit("red"), weight=pl.lit(9, pl.Int64)))
    with store.begin("anna", "edit") as tx:
        assert tx.update("item", pl.DataFrame({"code": ["A", "B"], "colour": ["red", None]})) == 1
    assert store.read("item").select("colour", "weight").rows() == [("red", 9), (None, 9)]
    write(store, "item", items("A", price=4))
    assert store.read("item")["colour"].to_list() == ["red", None]


def test_field_that_the_plant_gives_up_is_no_longer_read_nor_written(store):
    write(store, "user_field", user_fields(*FIELDS))
    write(store, "item", items("A").with_columns(colour=pl.lit("red"), weight=pl.lit(9, pl.Int64)))
    with store.begin("anna", "edit") as tx:
        tx.delete("user_field", user_fields(("colour", "text")))
        assert "colour" not in tx.read("item").columns
        tx.update("item", items("A", price=1))
        tx.insert("user_field", user_fields(("colour", "text")))
    assert store.read("item").select("colour", "weight").rows() == [(None, 9)]


def test_two_stores_on_one_database_see_each_others_acts(store, target):
    with Store.open(target) as other:
        write(store, "item", items("A"))
        assert codes(other) == ["A"]
        write(other, "item", items("B"))
    assert codes(store) == ["A", "B"]
