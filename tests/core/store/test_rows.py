"""Rows go in and come out exactly, whole acts or nothing."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from plantwright.core.entity import ENTITIES, plant_entities
from plantwright.core.problem import ProblemError
from plantwright.core.store import Counts, Store

from .conftest import codes, codes_of, items, key, rows, write


def test_new_store_has_every_table_empty_in_its_declared_shape(store):
    tables = store.read_all()
    assert list(tables) == list(plant_entities())
    for name, frame in tables.items():
        assert_frame_equal(frame, ENTITIES[name].empty())


FULL = rows(
    "sales_order_line",
    {"order": "SO-1", "item": "A", "quantity": 9_223_372_036_854_775_807, "due": -5, "promised": None, "price": 1},
    {"order": "SO-1", "line": 2, "item": "B", "quantity": 1, "due": 2, "promised": 7, "unit": 'a "b", ö\n\\N \\ \t,;'},
    {"order": "é\U0001f600", "item": "A", "quantity": 1, "due": 0, "state": "closed", "unit": "null"},
)


def test_rows_come_back_exactly_as_they_went_in(store):
    write(store, "item", items("A", "B", active=False))
    write(store, "sales_order_line", FULL)
    assert_frame_equal(store.read("sales_order_line"), FULL)
    assert store.read("item")["active"].to_list() == [False, False]


def test_rows_come_in_the_order_of_the_key_whatever_the_order_of_writing(store):
    write(store, "item", items("b", "B", "ä", "10", "9"))
    assert codes(store) == ["10", "9", "B", "b", "ä"]


def test_table_is_read_by_values_of_its_columns(store):
    write(store, "item", items("A", "B", "C"))
    write(store, "item", items("D", active=False))
    assert store.read("item", {"code": "B"})["name"].to_list() == ["Item B"]
    assert store.read("item", {"code": ["C", "D", "X"]})["code"].to_list() == ["C", "D"]
    assert store.read("item", {"active": True, "code": ["C", "D"]})["code"].to_list() == ["C"]
    assert store.read("item", {"code": []}).is_empty()
    write(store, "sales_order_line", FULL)
    assert store.read("sales_order_line", {"order": "SO-1", "line": [2]})["due"].to_list() == [2]


def test_upsert_tells_new_changed_and_same_rows_apart(store):
    with store.begin("anna", "import") as tx:
        assert tx.upsert("item", items("A", "B")) == Counts(inserted=2)
    with store.begin("anna", "import") as tx:
        assert tx.upsert("item", pl.concat([items("A", "C"), items("B", price=5)])) == Counts(1, 1, 1)
    read = store.read("item", versions=True)
    assert dict(zip(read["code"], read["row_version"], strict=True)) == {"A": 1, "B": 2, "C": 1}


def test_columns_that_lack_get_their_default_in_new_rows_and_stay_in_old_ones(store):
    write(store, "item", items("A", price=7))
    write(store, "item", pl.DataFrame({"code": ["A", "B"], "name": ["x", "y"], "kind": ["buy", "buy"]}))
    assert store.read("item").select("name", "price", "unit").rows() == [("x", 7, "pcs"), ("y", 0, "pcs")]


def test_update_changes_only_the_columns_given_and_counts_what_differs(store):
    write(store, "item", items("A", "B", price=7))
    with store.begin("anna", "reprice") as tx:
        assert tx.update("item", pl.DataFrame({"code": ["A", "B"], "price": [7, 8]})) == 1
        assert tx.read("item")["price"].to_list() == [7, 8]
    assert store.read("item", versions=True)["row_version"].to_list() == [1, 2]


def test_delete_takes_rows_away_and_passes_over_keys_without_a_row(store):
    write(store, "item", items("A", "B"))
    with store.begin("anna", "tidy") as tx:
        assert tx.delete("item", pl.DataFrame({"code": ["B", "C"]})) == 1
    assert codes(store) == ["A"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_kept_of_an_act_that_fails(store, error):
    def interrupted():
        with store.begin("anna", "import") as tx:
            tx.insert("item", items("A"))
            raise error

    with pytest.raises(error):
        interrupted()
    assert codes(store) == []
    write(store, "item", items("B"))
    assert codes(store) == ["B"]


def test_act_sees_its_own_changes_and_others_only_the_kept_ones(store):
    with store.begin("anna", "import") as tx:
        tx.insert("item", items("A"))
        assert tx.read("item")["code"].to_list() == ["A"]
        assert codes(store) == []
    assert codes(store) == ["A"]


def test_reading_sees_one_moment_though_others_write_meanwhile(store):
    with store.reading() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one()
        write(store, "item", items("A"))
        assert connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one() == first == 0
    assert codes(store) == ["A"]


def test_insert_refuses_rows_that_exist_and_names_them(store):
    write(store, "item", items("A", "B"))
    with pytest.raises(ProblemError) as raised, store.begin("anna", "import") as tx:
        tx.insert("item", items("A", "C", "B"))
    assert [(p.code, p.key) for p in raised.value.problems] == [("store-row-exists", "A"), ("store-row-exists", "B")]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (items("A", "A"), "store-key-twice"),
        (items("A").with_columns(colour=pl.lit("red")), "store-column-unknown"),
        (items("A").with_columns(price=pl.lit(1.5)), "store-column-type"),
        (items("A").with_columns(name=pl.lit(None, pl.String)), "store-value-missing"),
        (items("A").drop("code"), "store-value-missing"),
        (items("A").drop("name", "kind"), "store-value-missing"),
    ],
)
def test_frames_that_do_not_fit_are_refused_before_anything_is_written(store, frame, code):
    with pytest.raises(ProblemError) as raised, store.begin("anna", "import") as tx:
        tx.insert("item", frame)
    assert set(codes_of(raised)) == {code}
    assert codes(store) == []


def test_update_of_a_row_that_is_not_there_is_refused(store):
    with pytest.raises(ProblemError) as raised, store.begin("anna", "edit") as tx:
        tx.update("item", items("A"))
    assert codes_of(raised) == ["store-row-missing"]


def test_empty_frames_change_nothing_and_leave_no_entry(store):
    with store.begin("anna", "import") as tx:
        assert tx.insert("item", items()) == 0
        assert tx.upsert("item", items()) == Counts()
        assert tx.update("item", items()) == 0
        assert tx.delete("item", items().select("code")) == 0
    assert write(store, "item", items("A")) == tx.number


def test_store_is_found_again_after_closing(store, target):
    write(store, "item", items("A"))
    store.close()
    with Store.open(target) as again:
        assert codes(again) == ["A"]


def test_ten_thousand_keys_at_once_are_found(store):
    many = [f"I{number:05d}" for number in range(10_000)]
    write(store, "item", items(*many))
    with store.begin("anna", "edit") as tx:
        assert tx.upsert("item", items(*many[::2], price=3)).updated == 5_000
        assert tx.delete("item", pl.DataFrame({"code": many[::2]})) == 5_000
    assert codes(store) == many[1::2]


def test_row_with_a_key_of_several_columns_is_deleted_alone(store):
    write(store, "item", items("A", "B"))
    write(store, "sales_order_line", FULL)
    with store.begin("anna", "edit") as tx:
        assert tx.delete("sales_order_line", key("sales_order_line", order="SO-1", line=2)) == 1
    assert store.read("sales_order_line")["line"].to_list() == [1, 1]


def test_text_that_a_database_cannot_hold_is_refused_or_comes_back_whole(store, kind):
    if kind == "sqlite":
        write(store, "item", items("A\0B"))
        assert codes(store) == ["A\0B"]
    else:
        with pytest.raises(ProblemError) as raised:
            write(store, "item", items("A\0B"))
        assert codes_of(raised) == ["store-refused"]
        assert codes(store) == []
