"""Sites: whatever act it is, a person of some sites writes rows of these alone; a refused act leaves nothing."""

import pytest

from plantwright.core.access.sight import Sight
from plantwright.core.access.sites import guard_sites, owner_columns
from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.journal import entries, reverse
from plantwright.core.problem import ProblemError
from plantwright.flows.catalog import load_actions

from .conftest import act

load_actions()
PLANT = {
    "site": [{"code": "N"}, {"code": "S"}],
    "item": [{"code": "A", "kind": "make"}],
    "location": [
        {"code": "WN", "site": "N"}, {"code": "WS", "site": "S"}, {"code": "BIN", "parent": "WS", "kind": "bin"},
        {"code": "BORROWED", "kind": "virtual"},
    ],
    "work_center": [{"code": "CN", "site": "N"}, {"code": "CS", "site": "S"}],
    "production_order": [
        {"order": "PN", "item": "A", "site": "", "quantity": 1_000_000, "due": 0},
        {"order": "PS", "item": "A", "site": "S", "quantity": 1_000_000, "due": 0},
    ],
}  # fmt: skip


def rows(name, *given):
    return raw_frame(ENTITIES[name], list(given))


@pytest.fixture
def plant(store):
    """Two sites, N the main one; bob has S, and the store is guarded as the server's is."""
    with store.begin("anna", "import") as tx:
        for name, given in PLANT.items():
            tx.insert(name, rows(name, *given))
    act(store, "make_user", name="bob", roles=["planner"], sites=["S"])
    return guard_sites(store)


def write(store, by, name, **row):
    with store.begin(by, "import") as tx:
        tx.upsert(name, rows(name, row))


def test_stock_is_corrected_at_the_places_of_ones_sites_alone(plant):
    def post(location):
        return run_action(plant, "post_stock", {"item": "A", "quantity": "1", "location": location}, "bob")

    for mine in ("WS", "BIN", "BORROWED"):
        assert post(mine)
    before = entries(plant)
    with pytest.raises(ProblemError, match=r"bob may not write rows of the site N\..*site-not-allowed"):
        post("WN")
    assert plant.read("stock_move").height == 3
    assert entries(plant) == before


FOREIGN = {
    "operation of an order of the main site": ("production_operation", {"order": "PN", "sequence": 10}),
    "order of the main site": ("production_order", {**PLANT["production_order"][0], "quantity": 2_000_000}),
    "order that leaves for the main site": ("production_order", {**PLANT["production_order"][1], "site": ""}),
    "down time of a center": ("down_time", {"work_center": "CN", "start": 0, "end": 60}),
    "bin in a foreign warehouse": ("location", {"code": "B2", "parent": "WN", "kind": "bin"}),
    "transfer between others": (
        "transfer_order", {"order": "T", "item": "A", "from_site": "N", "to_site": "N", "quantity": 1, "due": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
def test_rows_about_other_sites_are_refused_and_nothing_is_written(plant, what):
    name, row = FOREIGN[what]
    before = plant.read(name, versions=True)
    with pytest.raises(ProblemError) as raised:
        write(plant, "bob", name, **row)
    assert [(one.code, one.table, one.value) for one in raised.value.problems] == [("site-not-allowed", name, "N")]
    assert plant.read(name, versions=True).equals(before)
    write(plant, "anna", name, **row)


def test_rows_about_ones_own_site_are_written(plant):
    write(plant, "bob", "production_order", **{**PLANT["production_order"][1], "quantity": 2_000_000})
    write(plant, "bob", "production_operation", order="PS", sequence=10)
    write(plant, "bob", "location", code="B2", parent="WS", kind="bin")
    write(plant, "bob", "transfer_order", order="T", item="A", from_site="N", to_site="S", quantity=1, due=0)
    write(plant, "bob", "item", code="B", kind="make")
    with plant.begin("bob", "delete") as tx:  # the order goes with its operation, which is found to be its
        tx.delete("production_operation", rows("production_operation", {"order": "PS", "sequence": 10}))
        tx.delete("production_order", rows("production_order", PLANT["production_order"][1]))
    assert plant.read("production_order")["order"].to_list() == ["PN"]


def test_what_others_did_elsewhere_cannot_be_taken_back(plant):
    write(plant, "anna", "down_time", work_center="CN", start=0, end=60)
    number = entries(plant)[0].number
    with pytest.raises(ProblemError, match="site-not-allowed"):
        reverse(plant, number, "bob")
    assert plant.read("down_time").height == 1


def test_command_line_is_the_owners_and_asks_for_no_site(plant):
    plant.guard = None
    write(plant, "bob", "down_time", work_center="CN", start=0, end=60)


def test_every_table_that_is_about_something_at_a_site_is_known():
    found = {
        name: owner_columns(name) for name in ENTITIES if owner_columns(name) and "site" not in ENTITIES[name].columns
    }
    assert found == {
        "stock_move": ("from_location", "to_location"),
        "person_skill": ("person",),
        "absence": ("person",),
        "down_time": ("work_center",),
        "production_operation": ("order",),
        "production_component": ("order",),
        "order_hold": ("order",),
        "center_load": ("work_center",),
        "bottleneck": ("work_center",),
        "reason": ("demand",),
        "consumed_forecast": ("forecast", "order"),
        "scheduled_operation": ("order",),
    }


def message(order, site):
    return {"action": "expedite", "order": order, "item": "A", "site": site}


def test_messages_are_dismissed_by_people_of_their_site_whoever_had_the_plan_made(plant):
    with plant.begin("bob", "plan") as tx:  # what a plan asks is the plan's
        tx.insert("action_message", rows("action_message", message("PN", "N"), message("PS", "S")))
    run_action(plant, "dismiss_message", {"action": "expedite", "order": "PS"}, "bob")
    for name, told in (
        ("dismiss_message", {"action": "expedite", "order": "PN"}),
        ("dismiss_messages", {"messages": ["expedite|PN|A"]}),
    ):
        with pytest.raises(ProblemError, match="expedite / PN / A: bob may not write rows of the site N"):
            run_action(plant, name, told, "bob")
    assert dict(plant.read("action_message").select("order", "state").iter_rows()) == {"PN": "open", "PS": "dismissed"}


# --- what is seen ---------------------------------------------------------------------------------------------------

MORE = {
    "stock_move": [
        {"number": "M1", "item": "A", "quantity": 1, "at": 1, "from_location": "WN", "to_location": "BORROWED"},
        {"number": "M2", "item": "A", "quantity": 1, "at": 1, "from_location": "WN", "to_location": "BIN"},
        {"number": "M3", "item": "A", "quantity": 1, "at": 1, "from_location": "BORROWED", "to_location": "BORROWED"},
    ],
    "production_operation": [{"order": "PN", "sequence": 10}, {"order": "PS", "sequence": 10}],
    "down_time": [{"work_center": "CN", "start": 0, "end": 60}, {"work_center": "CS", "start": 0, "end": 60}],
    "operation": [
        {"item": "A", "sequence": 10, "site": ""}, {"item": "A", "sequence": 10, "site": "N"},
        {"item": "A", "sequence": 10, "site": "S"},
    ],
    "transfer_order": [
        {"order": "T1", "item": "A", "from_site": "N", "to_site": "N", "quantity": 1, "due": 0},
        {"order": "T2", "item": "A", "from_site": "S", "to_site": "N", "quantity": 1, "due": 0},
    ],
}  # fmt: skip
SEEN = {
    "site": ["S"],
    "item": ["A"],
    "location": ["BIN", "BORROWED", "WS"],
    "work_center": ["CS"],
    "production_order": ["PS"],
    "production_operation": ["PS"],
    "down_time": ["CS"],
    "stock_move": ["M2", "M3"],
    "transfer_order": ["T2"],
    "operation": ["", "S"],
}


@pytest.mark.parametrize("name", SEEN)
def test_rows_of_other_sites_and_what_is_about_them_are_not_seen(name):
    tables = {one: rows(one, *given) for one, given in {**PLANT, **MORE}.items()}
    column = "site" if name == "operation" else ENTITIES[name].key[0]
    seen = Sight(frozenset({"S"}), "N", tables.__getitem__).of(name, tables[name])
    assert sorted(seen[column]) == SEEN[name]


def test_what_is_about_a_row_that_is_gone_is_not_seen():
    gone = rows("production_operation", {"order": "GONE", "sequence": 10})
    assert Sight(frozenset({"S"}), "N", rows).of("production_operation", gone).is_empty()
