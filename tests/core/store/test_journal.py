"""The journal knows every change, and takes acts back whole."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from plantwright.core import journal
from plantwright.core.problem import ProblemError

from .conftest import codes, codes_of, items, rows, write


def moves(*numbers):
    shape = {"item": "A", "from_location": "SUPPLIER", "to_location": "CUSTOMER", "quantity": 1, "at": 0}
    return rows("stock_move", *({"number": number, **shape} for number in numbers))


@pytest.fixture
def swapped(monkeypatch):
    """A move is taken back by one from where it came to where it was."""

    def swap(tx, row):
        ends = {"from_location": row["to_location"], "to_location": row["from_location"]}
        return {**row, **ends, "number": tx.next_number("stock_move", "R"), "reverses": row["number"]}

    monkeypatch.setitem(journal.REVERSALS, "stock_move", swap)


def test_entry_tells_who_did_what_and_when_and_what_was_answered(store):
    with store.begin("anna", "import", {"folder": "plant/"}, key="k") as tx:
        tx.insert("item", items("A"))
        tx.answer("1 row")
    (entry,) = journal.entries(store)
    assert entry == journal.entry(store, tx.number)
    assert (entry.number, entry.by, entry.action, entry.arguments) == (1, "anna", "import", {"folder": "plant/"})
    assert (entry.at, entry.key, entry.answer) == ("2026-03-02T12:00:00.000+00:00", "k", "1 row")


def test_entries_are_listed_latest_first_and_by_person_and_action(store):
    for number, (by, action) in enumerate([("anna", "import"), ("bob", "edit"), ("anna", "edit")]):
        write(store, "item", items(f"I{number}"), by=by, action=action)
    numbers = [
        [entry.number for entry in journal.entries(store, **how)]
        for how in ({}, {"limit": 2}, {"by": "anna"}, {"by": "anna", "action": "edit"}, {"before": 2})
    ]
    assert numbers == [[3, 2, 1], [3, 2], [3, 1], [3], [1]]


def test_act_that_changed_nothing_leaves_no_entry(store):
    with store.begin("anna", "look") as tx:
        tx.read("item")
    assert journal.entries(store) == []


def test_changes_hold_the_rows_before_and_after(store):
    write(store, "item", items("A", "B"))
    number = write(store, "item", items("B", "C", price=5))
    updated, inserted = journal.changes(store, number)
    assert updated.before.select("code", "price", "row_version").rows() == [("B", 0, 1)]
    assert updated.after.select("code", "price", "row_version").rows() == [("B", 5, 2)]
    assert inserted.before is None
    assert inserted.after["code"].to_list() == ["C"]


def test_history_of_a_row_finds_changes_of_one_row_and_of_many(store):
    write(store, "item", items("A", "B", "C"))
    write(store, "item", items("B", price=1), by="bob")
    write(store, "item", items("A", "C", price=9))
    with store.begin("carl", "tidy") as tx:
        tx.update("item", items("B", price=2))
        tx.delete("item", items("B").select("code"))
    steps = [
        (step.entry.by, step.before and step.before["price"], step.after and step.after["price"])
        for step in journal.history(store, "item", "B")
    ]
    assert steps == [("carl", 2, None), ("carl", 1, 2), ("bob", 0, 1), ("anna", None, 0)]


def test_rows_of_a_ledger_are_journaled_by_their_keys_only(store):
    write(store, "item", items("A"))
    number = write(store, "stock_move", moves("1", "2"))
    (change,) = journal.changes(store, number)
    assert change.after.columns == ["number"]
    assert [step.entry.number for step in journal.history(store, "stock_move", "2")] == [number]


def everything(store):
    return {name: frame for name, frame in store.read_all().items() if name != "number_series"}


def mixed_act(store):
    with store.begin("bob", "edit") as tx:
        tx.update("item", items("A", "B", price=7))
        tx.delete("item", items("C").select("code"))
        tx.insert("item", items("D", "E"))
        tx.insert("bom_line", rows("bom_line", {"parent": "A", "component": "D"}))
        tx.update("item", items("D", price=8))
    return tx.number


def test_reversal_restores_every_row_and_reversing_the_reversal_brings_the_act_back(store):
    write(store, "item", items("A", "B", "C"))
    before = everything(store)
    number = mixed_act(store)
    after = everything(store)
    back = journal.reverse(store, number, "anna")
    assert all(frame.equals(before[name]) for name, frame in everything(store).items())
    assert journal.entry(store, number).reversed_by == back
    assert journal.entry(store, back).reverses == number
    again = journal.reverse(store, back, "anna")
    assert all(frame.equals(after[name]) for name, frame in everything(store).items())
    assert journal.entry(store, number).reversed_by is None
    journal.reverse(store, again, "anna")
    assert all(frame.equals(before[name]) for name, frame in everything(store).items())


def test_restored_row_never_has_a_version_that_somebody_has_seen(store):
    write(store, "item", items("A"))
    seen = store.read("item", versions=True)
    with store.begin("bob", "tidy") as tx:
        tx.delete("item", seen)
    journal.reverse(store, tx.number, "bob")
    with pytest.raises(ProblemError, match="changed by bob"), store.begin("carl", "edit") as tx:
        tx.update("item", seen)


def test_reversal_is_refused_with_the_later_entry_when_rows_were_changed_since(store):
    write(store, "item", items("A", "B", "C"))
    number = mixed_act(store)
    later = write(store, "item", items("B", price=1), by="carl")
    before = everything(store)
    with pytest.raises(ProblemError) as raised:
        journal.reverse(store, number, "anna")
    (problem,) = raised.value.problems
    assert (problem.code, problem.table, problem.key) == ("journal-changed-since", "item", "B")
    assert f"by carl at 2026-03-02T12:02:00.000+00:00 (entry {later})" in problem.message
    assert all(frame.equals(before[name]) for name, frame in everything(store).items())


def test_reversal_is_refused_while_other_rows_name_the_new_ones(store):
    number = write(store, "item", items("A", "B"))
    write(store, "bom_line", rows("bom_line", {"parent": "A", "component": "B"}))
    with pytest.raises(ProblemError) as raised:
        journal.reverse(store, number, "anna")
    assert codes_of(raised) == ["store-still-used", "store-still-used"]
    assert codes(store) == ["A", "B"]


def test_entry_is_taken_back_once_and_only_if_it_is_there_and_changed_rows(store):
    number = write(store, "item", items("A"))
    with store.begin("anna", "note") as tx:
        tx.answer("noted")
    journal.reverse(store, number, "anna")
    found = []
    for entry in (number, tx.number, 99):
        with pytest.raises(ProblemError) as raised:
            journal.reverse(store, entry, "anna")
        found += codes_of(raised)
    assert found == ["journal-reversed", "journal-nothing", "journal-entry-missing"]


def test_reversal_with_a_key_is_done_once(store):
    number = write(store, "item", items("A"))
    assert journal.reverse(store, number, "anna", "k") == journal.reverse(store, number, "anna", "k") == number + 1


@pytest.mark.usefixtures("swapped")
def test_ledger_is_taken_back_by_reversing_rows_and_restored_by_reversing_those(store):
    write(store, "item", items("A"))
    number = write(store, "stock_move", moves("1", "2"))
    back = journal.reverse(store, number, "anna")
    shown = store.read("stock_move").select("number", "from_location", "reverses").rows()
    assert shown[2:] == [("R000001", "CUSTOMER", "1"), ("R000002", "CUSTOMER", "2")]
    journal.reverse(store, back, "anna")
    read = store.read("stock_move").select("from_location", "quantity")
    balance = read.group_by("from_location").agg(pl.col("quantity").sum()).sort("from_location")
    assert balance.rows() == [("CUSTOMER", 2), ("SUPPLIER", 4)]


def test_ledger_without_a_reversal_of_its_own_is_not_taken_back(store, monkeypatch):
    monkeypatch.delitem(journal.REVERSALS, "stock_move", raising=False)
    write(store, "item", items("A"))
    number = write(store, "stock_move", moves("1"))
    with pytest.raises(ProblemError) as raised:
        journal.reverse(store, number, "anna")
    assert codes_of(raised) == ["journal-no-reversal"]


def test_reversal_is_declared_by_its_entity(monkeypatch):
    monkeypatch.setattr(journal, "REVERSALS", {})
    assert journal.reversal_of("x")(len) is len
    assert {"x": len} == journal.REVERSALS


def test_fields_of_the_plant_are_journaled_and_restored(store):
    write(store, "user_field", rows("user_field", {"entity": "item", "name": "colour", "kind": "text"}))
    write(store, "item", items("A").with_columns(colour=pl.lit("red")))
    number = write(store, "item", items("A").with_columns(colour=pl.lit(None, pl.String)))
    journal.reverse(store, number, "anna")
    assert store.read("item")["colour"].to_list() == ["red"]


steps = st.lists(
    st.tuples(st.sampled_from(["upsert", "delete"]), st.sets(st.sampled_from("ABCDE"), min_size=1), st.integers(0, 3)),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_taking_back_all_acts_from_the_last_to_the_first_leaves_what_was_before(store, acts):
    before = store.read("item")
    numbers = []
    for change, chosen, price in acts:
        with store.begin("anna", change) as tx:
            frame = items(*sorted(chosen), price=price)
            tx.upsert("item", frame) if change == "upsert" else tx.delete("item", frame.select("code"))
        if tx.changes:
            numbers.append(tx.number)
    for number in reversed(numbers):
        journal.reverse(store, number, "anna")
    assert_frame_equal(store.read("item"), before)
