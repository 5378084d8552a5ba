"""Action messages over several plans: the same stay, new ones open, vanished are done, dismissed stay away."""

import polars as pl
import pytest

from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.journal import reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.messages import merge_messages
from plantwright.plant import Plant  # noqa: F401 - declares the tables

DAY = 1440
TOLERANCE = 7 * DAY


@pytest.fixture
def store(tmp_path):
    with Store.create(tmp_path / "plant.db") as made:
        with made.begin("t", "prepare") as tx:
            tx.insert("item", raw_frame(ENTITIES["item"], [{"code": "P", "kind": "make"}]))
        yield made


def draft(action="defer", order="WO-1", due=10 * DAY, new_due=20 * DAY, quantity=10, new_quantity=10):
    return {
        "action": action, "order": order, "item": "P", "site": "S", "quantity": quantity * SCALE,
        "new_quantity": new_quantity * SCALE, "due": due, "new_due": new_due, "text": "",
    }  # fmt: skip


def merge(store, number, *drafts):
    with store.begin("t", "plan") as tx:
        merge_messages(tx, raw_frame(ENTITIES["message_draft"], drafts), number, TOLERANCE)
    return store.read("action_message")


def dismiss(store, note="no"):
    rows = store.read("action_message").with_columns(state=pl.lit("dismissed"), note=pl.lit(note), by=pl.lit("anna"))
    with store.begin("anna", "dismiss") as tx:
        tx.update("action_message", rows)


def states(rows):
    return {(row["action"], row["order"]): row["state"] for row in rows.iter_rows(named=True)}


def test_new_message_opens(store):
    row = merge(store, 1, draft()).row(0, named=True)
    assert (row["state"], row["first_plan"], row["last_plan"]) == ("open", 1, 1)


def test_message_said_again_stays_with_its_first_plan(store):
    merge(store, 1, draft())
    row = merge(store, 2, draft(new_due=21 * DAY)).row(0, named=True)
    assert (row["state"], row["first_plan"], row["last_plan"], row["new_due"]) == ("open", 1, 2, 21 * DAY)


def test_message_that_is_not_said_again_is_done(store):
    merge(store, 1, draft(), draft("cancel", "WO-2", new_due=None))
    assert states(merge(store, 2, draft())) == {("defer", "WO-1"): "open", ("cancel", "WO-2"): "done"}


def test_message_that_comes_back_opens_again(store):
    merge(store, 1, draft())
    merge(store, 2)
    row = merge(store, 3, draft()).row(0, named=True)
    assert (row["state"], row["first_plan"]) == ("open", 3)


def test_dismissed_message_stays_away_while_it_asks_for_little_more(store):
    merge(store, 1, draft())
    dismiss(store)
    row = merge(store, 2, draft(new_due=22 * DAY)).row(0, named=True)
    assert (row["state"], row["note"], row["by"], row["last_plan"]) == ("dismissed", "no", "anna", 2)


def test_dismissed_message_opens_when_it_asks_for_clearly_more(store):
    merge(store, 1, draft())
    dismiss(store)
    assert states(merge(store, 2, draft(new_due=28 * DAY))) == {("defer", "WO-1"): "open"}


def test_small_steps_in_one_direction_add_up(store):
    merge(store, 1, draft())
    dismiss(store)
    merge(store, 2, draft(new_due=25 * DAY))
    assert states(merge(store, 3, draft(new_due=28 * DAY))) == {("defer", "WO-1"): "open"}


def test_dismissed_quantity_opens_when_it_grows_by_more_than_a_tenth(store):
    merge(store, 1, draft("decrease", new_due=None, new_quantity=8))
    dismiss(store)
    assert states(merge(store, 2, draft("decrease", new_due=None, new_quantity=7)))[("decrease", "WO-1")] == "dismissed"
    assert states(merge(store, 3, draft("decrease", new_due=None, new_quantity=5)))[("decrease", "WO-1")] == "open"


def test_dismissed_release_is_known_again_under_another_number(store):
    merge(store, 1, draft("release", "MO-3", None, 30 * DAY), draft("release", "MO-5", None, 40 * DAY))
    rows = store.read("action_message").filter(pl.col("order") == "MO-3")
    with store.begin("anna", "dismiss") as tx:
        tx.update("action_message", rows.with_columns(state=pl.lit("dismissed")))
    found = merge(store, 2, draft("release", "MO-5", None, 30 * DAY), draft("release", "MO-8", None, 40 * DAY))
    assert states(found) == {("release", "MO-5"): "dismissed", ("release", "MO-8"): "open"}
    assert found["first_plan"].to_list() == [1, 1]


def test_release_that_went_is_done(store):
    merge(store, 1, draft("release", "MO-3", None, 30 * DAY), draft("release", "MO-5", None, 40 * DAY))
    found = states(merge(store, 2, draft("release", "MO-1", None, 30 * DAY)))
    assert found == {("release", "MO-1"): "open", ("release", "MO-5"): "done"}


def test_several_messages_are_dismissed_as_one_act_and_taken_back_as_one(store):
    merge(store, 1, draft(), draft("cancel", "WO-2", new_due=None))
    told = {"messages": ["defer|WO-1|P", "cancel|WO-2|P"], "note": "later"}
    answer = run_action(store, "dismiss_messages", told, "anna")
    assert set(states(store.read("action_message")).values()) == {"dismissed"}
    reverse(store, answer["entry"], "anna")
    assert set(states(store.read("action_message")).values()) == {"open"}


def test_of_several_messages_all_are_done_or_none(store):
    merge(store, 1, draft())
    with pytest.raises(ProblemError) as caught:
        run_action(store, "dismiss_messages", {"messages": ["defer|WO-1|P", "defer|WO-9|P"]}, "anna")
    assert [one.code for one in caught.value.problems] == ["message-not-open"]
    assert states(store.read("action_message")) == {("defer", "WO-1"): "open"}


def test_several_orders_are_moved_as_one_act(store):
    with store.begin("t", "prepare") as tx:
        made = [
            {"order": name, "item": "P", "site": "", "quantity": 10 * SCALE, "due": 10 * DAY} for name in ("A", "B")
        ]
        tx.insert("production_order", raw_frame(ENTITIES["production_order"], made))
    merge(store, 1, draft(order="A"), draft(order="B", new_due=21 * DAY))
    answer = run_action(store, "accept_messages", {"messages": ["defer|A|P", "defer|B|P"]}, "anna")
    assert store.read("production_order").sort("order")["due"].to_list() == [20 * DAY, 21 * DAY]
    assert [one["order"] for one in answer["done"]] == ["A", "B"]
    reverse(store, answer["entry"], "anna")
    assert store.read("production_order")["due"].to_list() == [10 * DAY, 10 * DAY]
    assert set(states(store.read("action_message")).values()) == {"open"}
