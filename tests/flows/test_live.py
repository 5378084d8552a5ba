"""Plans that follow the records: what counts as a change, and that one plan at a time is asked for."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.jobs import jobs
from plantwright.core.journal import reverse
from plantwright.core.store import Store
from plantwright.core.worker import do_job, identity, take_job
from plantwright.flows.catalog import load_actions
from plantwright.flows.live import changes_since, follower, freshness, last_entry, read_by_plans
from plantwright.flows.plan_store import plan_store


@pytest.fixture
def store(tmp_path):
    load_actions()
    with Store.create(tmp_path / "plant.db") as made:
        with made.begin("anna", "import") as tx:
            tx.insert("item", rows("item", {"code": "A", "kind": "buy"}))
            tx.insert("site", rows("site", {"code": "S"}))
        yield made


def rows(table, *given):
    return raw_frame(ENTITIES[table], list(given))


def add_customer(store, code):
    with store.begin("anna", "edit") as tx:
        tx.insert("customer", rows("customer", {"code": code}))
    return tx.number


def live(store):
    run_action(store, "set_replan_live", {"on": True}, "anna")


def do_waiting(store):
    taken = take_job(store, identity())
    return do_job(store, taken, identity())


def test_what_changed_since_a_plan_counts_until_the_next_plan(store):
    assert freshness(store).words() == "No plan yet"
    first = plan_store(store, by="anna")
    assert freshness(store).changes == 0
    entry = add_customer(store, "C")
    assert changes_since(store, first.options["entry"]) == [entry]
    assert freshness(store).words() == "Plan 1, made just now, 1 change since: plan again"
    reverse(store, entry, "anna")
    assert freshness(store).changes == 2
    plan_store(store, by="anna")
    assert freshness(store).changes == 0


def test_tables_that_no_plan_reads_make_no_plan_old(store):
    plan_store(store, by="anna")
    with store.begin("anna", "edit") as tx:
        tx.insert("scenario", rows("scenario", {"code": "X"}))
    assert freshness(store).changes == 0
    assert {"action_message", "scenario", "user", "job_schedule"}.isdisjoint(read_by_plans())


def test_edit_of_a_scenario_makes_only_its_own_plan_old(store):
    with store.begin("anna", "edit") as tx:
        tx.insert("scenario", rows("scenario", {"code": "X"}))
    for scenario in ("", "X"):
        with store.begin("anna", "plan"):
            pass
        store.save_plan({"scenario": scenario, "options": {"entry": last_entry(store)}}, {})
    edit = {"scenario": "X", "sequence": 1, "table": "item", "change": "set", "column": "price", "value": "5"}
    with store.begin("anna", "edit") as tx:
        tx.insert("scenario_edit", rows("scenario_edit", edit))
    assert (freshness(store).changes, freshness(store, "X").changes) == (0, 1)


def test_plan_of_an_earlier_version_counts_by_the_clock(store):
    store.save_plan({"options": {}}, {})
    assert freshness(store).changes == 0
    store.clock = lambda: datetime.now(UTC) + timedelta(minutes=1)
    add_customer(store, "C")
    assert freshness(store).changes == 1


def test_nothing_is_asked_for_where_the_plant_is_not_set_to_it(store):
    look = follower(store)
    assert look() is None
    add_customer(store, "C")
    assert look() is None
    assert jobs(store) == []


def test_any_change_asks_for_one_plan_and_what_follows_joins_it(store):
    look = follower(store)
    live(store)
    number = look()
    assert number == 1
    add_customer(store, "C")
    assert look() is None
    assert freshness(store).planning
    assert do_waiting(store) == "done"
    assert look() is None
    assert freshness(store).words() == "Plan 1, made just now"
    assert [(job.kind, job.by, json.dumps(job.arguments["scenario"])) for job in jobs(store)] == [
        ("plan", "live", '""')
    ]


def test_change_while_a_plan_is_made_asks_for_the_next_one(store):
    look = follower(store)
    live(store)
    look()
    taken = take_job(store, identity())
    later = datetime.now(UTC) + timedelta(seconds=1)
    store.clock = lambda: later
    add_customer(store, "C")
    second = look()
    assert second is not None
    assert second > taken.number


def test_plan_that_began_after_the_change_is_enough_for_a_second_worker(store):
    live(store)
    follower(store)()
    take_job(store, identity())
    assert follower(store)() is None
