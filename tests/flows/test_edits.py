"""Edits by hand: nothing is written with a fault, two people do not overwrite each other, and drafts go back."""

import io
import subprocess
import sys
import zipfile

import polars as pl
import pytest

from plantwright.core.access import Person, local_person
from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.journal import changes, entries, reverse
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.flows.catalog import load_actions
from plantwright.flows.drafts import Draft
from plantwright.flows.edits import RowEdit, completions, current_row, save_edits, window
from plantwright.flows.jobs import uploads
from plantwright.flows.looking_back import cells_changed, reversal_problems
from plantwright.flows.views import StoreView

ANNA = local_person("anna")
load_actions()


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("edits") / "plant.db"
    with Store.create(path) as store, store.begin("anna", "import") as tx:
        tx.insert("site", rows("site", {"code": "A", "name": "A"}, {"code": "B", "name": "B"}))
        tx.insert("item", rows("item", *({"code": f"I-{n}", "name": f"Item {n}", "kind": "make"} for n in range(5))))
        tx.insert("item_site", rows("item_site", {"item": "I-0", "site": "A"}, {"item": "I-0", "site": "B"}))
    return path


@pytest.fixture
def store(made_once, tmp_path):
    copy = tmp_path / "plant.db"
    copy.write_bytes(made_once.read_bytes())
    with Store.open(copy) as opened:
        yield opened


def rows(name, *given):
    return raw_frame(ENTITIES[name], list(given))


def drafted(store, name="item"):
    view = StoreView(store, need_plan=False)
    draft = Draft(ENTITIES[name], view.columns(name), "UTC")
    draft.load(window(store, view, name, {}).rows)
    return draft


def codes(saved):
    return [(ident, problem.code, problem.column) for ident, problem in saved.problems]


def test_one_faulty_cell_keeps_everything_from_being_written(store):
    draft = drafted(store)
    draft.put([("I-0", "name", "First"), ("I-1", "price", "dear"), ("I-2", "kind", "lend")])
    assert draft.rows["I-1"].faults
    saved = save_edits(store, "item", draft.edits(), ANNA)
    assert sorted(codes(saved)) == [("I-1", "not-a-number", "price"), ("I-2", "not-a-choice", "kind")]
    assert current_row(store, "item", ("I-0",))["name"] == "Item 0"


def test_changes_new_rows_and_deletions_are_one_act_that_is_taken_back_whole(store):
    draft = drafted(store)
    draft.put([("I-0", "name", "First"), ("I-1", "code", "J-1")], [{"code": "NEW", "name": "New", "kind": "buy"}])
    draft.delete(["I-4"])
    saved = save_edits(store, "item", draft.edits(), ANNA)
    assert (saved.added, saved.changed, saved.deleted) == (1, 2, 1)
    assert sorted(store.read("item")["code"]) == ["I-0", "I-2", "I-3", "J-1", "NEW"]
    assert current_row(store, "item", ("J-1",))["name"] == "Item 1"
    reverse(store, saved.entry, "anna")
    assert sorted(store.read("item")["code"]) == [f"I-{n}" for n in range(5)]


def test_who_saves_second_is_told_who_was_first_and_may_keep_either(store):
    first, second = drafted(store), drafted(store)
    first.put([("I-0", "name", "Of Anna")])
    second.put([("I-0", "name", "Of Bert")])
    save_edits(store, "item", first.edits(), ANNA)
    refused = save_edits(store, "item", second.edits(), local_person("bert"))
    assert codes(refused) == [("I-0", "changed-meanwhile", "")]
    assert "anna" in refused.problems[0][1].message
    row = second.renewed("I-0", current_row(store, "item", ("I-0",)), mine=True)
    assert (row.was["name"], row.now["name"]) == ("Of Anna", "Of Bert")
    assert save_edits(store, "item", second.edits(), local_person("bert")).changed == 1


def test_a_name_that_leads_nowhere_and_a_row_that_is_still_named_are_told_at_their_rows(store):
    draft = drafted(store, "item_site")
    draft.put([], [{"item": "I-O", "site": "A"}])
    assert codes(save_edits(store, "item_site", draft.edits(), ANNA)) == [("new 1", "reference-missing", "item")]
    items = drafted(store)
    items.delete(["I-0"])
    assert codes(save_edits(store, "item", items.edits(), ANNA))[0][:2] == ("I-0", "store-still-used")


def test_rows_of_other_sites_are_neither_seen_nor_written(store):
    person = Person("carl", frozenset({"write:*"}), frozenset({"A"}))
    view = StoreView(store, need_plan=False)
    seen = window(store, view, "item_site", {}, sites=person.sites)
    assert seen.rows["site"].to_list() == ["A"]
    edit = RowEdit("x", ("I-0", "B"), 1, {"safety_stock": "5"})
    assert codes(save_edits(store, "item_site", [edit], person)) == [("x", "site-not-allowed", "site")]


def test_a_ledger_and_a_table_without_the_right_are_refused(store):
    with pytest.raises(ProblemError, match="table-read-only"):
        save_edits(store, "stock_move", [RowEdit("x", None, 0, {})], ANNA)
    with pytest.raises(ProblemError, match="not-allowed"):
        save_edits(store, "item", [RowEdit("x", None, 0, {})], Person("dora", frozenset({"read:*"})))


def test_a_draft_goes_back_step_by_step_to_where_it_was(store):
    draft = drafted(store)
    draft.put([("I-0", "name", "First"), ("I-1", "name", "Second")])
    draft.put([], [{"code": "NEW"}])
    draft.delete(["I-2"])
    assert len(draft.changes()) == 4
    for expected in (3, 2, 0):
        draft.undo()
        assert len(draft.changes()) == expected
    assert draft.undo() == []


def test_a_window_filters_sorts_and_counts(store):
    view = StoreView(store, need_plan=False)
    found = window(store, view, "item", {"name": "item"}, [("code", True)], start=1, count=2)
    assert (found.rows["code"].to_list(), found.fitting, found.total) == (["I-3", "I-2"], 5, 5)
    assert window(store, view, "item", {"code": "=i-3"}).rows["code"].to_list() == ["I-3"]
    assert completions(view, "item", "4") == [("I-4", "Item 4")]


def test_a_preview_of_a_reversal_tells_what_stands_against_it_and_keeps_nothing(store):
    draft = drafted(store)
    draft.put([("I-0", "name", "First")])
    first = save_edits(store, "item", draft.edits(), ANNA)
    view = StoreView(store, need_plan=False)
    assert cells_changed(changes(store, first.entry)[0], view.columns("item"), "UTC") == [
        ("I-0", "name", "Item 0", "First")
    ]
    latest = entries(store, 1)[0].number
    assert reversal_problems(store, first.entry) == []
    assert entries(store, 1)[0].number == latest
    again = drafted(store)
    again.put([("I-0", "name", "Second")])
    save_edits(store, "item", again.edits(), ANNA)
    assert [problem.code for problem in reversal_problems(store, first.entry)] == ["journal-changed-since"]


def test_a_preview_sees_references_that_a_reversal_would_break(store):
    draft = drafted(store)
    draft.put([], [{"code": "NEW", "kind": "buy"}])
    made = save_edits(store, "item", draft.edits(), ANNA)
    with store.begin("anna", "edit") as tx:
        tx.insert("item_site", rows("item_site", {"item": "NEW", "site": "A"}))
    assert [problem.code for problem in reversal_problems(store, made.entry)] == ["store-still-used"]
    assert current_row(store, "item", ("NEW",)) is not None


def test_a_scenario_is_copied_with_its_edits_and_deleted_with_them_by_actions_that_are_taken_back(store):
    def act(called, /, **arguments):
        return run_action(store, called, arguments, "anna")

    assert act("make_scenario", code="one", name="What if")["scenario"] == "one"
    edit = {"scenario": "one", "sequence": 1, "table": "item", "change": "delete", "rows": "code = I-4"}
    with store.begin("anna", "edit") as tx:
        tx.insert("scenario_edit", rows("scenario_edit", edit))
    act("make_scenario", code="two", like="one")
    assert store.read("scenario_edit")["scenario"].to_list() == ["one", "two"]
    done = act("delete_scenario", scenario="one")
    assert store.read("scenario_edit").select("scenario", "rows").rows() == [("two", "code = I-4")]
    for code, like, wrong in (("two", "", "scenario-exists"), ("", "", "scenario-name"), ("x", "no", "scenario-unkn")):
        with pytest.raises(ProblemError, match=wrong):
            act("make_scenario", code=code, like=like)
    with pytest.raises(ProblemError, match="scenario-unknown"):
        act("delete_scenario", scenario="one")
    reverse(store, done["entry"], "anna")
    assert store.read("scenario_edit")["scenario"].to_list() == ["one", "two"]
    assert [(one.action, one.arguments.get("like")) for one in entries(store, action="make_scenario")] == [
        ("make_scenario", "one"), ("make_scenario", ""),
    ]  # fmt: skip


def packed(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in files.items():
            parcel.writestr(name, content)
    return data.getvalue()


def test_an_emptied_frame_is_still_a_window(store):
    view = StoreView(store, need_plan=False)
    found = window(store, view, "item", {"code": "nothing"})
    assert (found.rows.height, found.fitting, found.total) == (0, 0, 5)
    assert isinstance(found.rows, pl.DataFrame)


def test_asking_for_the_folder_of_uploads_leaves_the_locks_of_an_open_plant_alone(store):
    """Whoever opens and closes the file beside SQLite drops its locks: another process would clear the log away."""
    store.read("item")
    uploads(store)
    act = """
import sys
import polars as pl
import plantwright.plant
from plantwright.core.store import Store
with Store.open(sys.argv[1]) as store, store.begin("x", "edit") as tx:
    tx.delete("item", pl.DataFrame({"code": [sys.argv[2]]}))
"""
    for code in ("I-4", "I-3"):
        subprocess.run([sys.executable, "-c", act, store.target, code], check=True)
        assert code not in store.read("item")["code"].to_list()
