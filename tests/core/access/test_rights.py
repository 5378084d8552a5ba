"""Rights are patterns matched part by part; roles name them; a token has what it and its user both have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantwright.core.access import BUILT_IN_ROLES, Person, known_rights, local_person, person_named, roles
from plantwright.core.access.person import matches, meet
from plantwright.core.entity import plant_entities
from plantwright.core.problem import ProblemError
from plantwright.flows.catalog import load_actions, load_reports

from .conftest import act, codes_of

PARTS = st.sampled_from(["*", "a", "b", "c"])


def joined(parts, most):
    """Rights of parts with either sign between them."""
    more = st.lists(st.tuples(st.sampled_from(".:"), parts).map("".join), max_size=most - 1).map("".join)
    return st.tuples(parts, more).map("".join)


PATTERNS = joined(PARTS, 3)
RIGHTS = joined(st.sampled_from("abc"), 4)


@pytest.mark.parametrize(
    ("pattern", "right", "covered"),
    [
        ("read:item", "read:item", True),
        ("read:item", "read:item_site", False),
        ("read:*", "read:item", True),
        ("*:item", "write:item", True),
        ("*:item", "write.item", False),
        ("planning.*", "planning.messages.accept", True),
        ("planning.*", "planning", False),
        ("*.messages", "planning.messages.accept", False),
        ("*", "admin.users", True),
    ],
)
def test_pattern_covers_part_by_part(pattern, right, covered):
    assert matches(pattern, right) is covered


@given(PATTERNS, PATTERNS, RIGHTS)
def test_what_two_patterns_share_covers_exactly_what_both_cover(one, other, right):
    both = meet(one, other)
    assert (bool(both) and matches(both, right)) is (matches(one, right) and matches(other, right))


def test_person_without_a_right_is_refused_by_name():
    with pytest.raises(ProblemError) as raised:
        Person("bob", frozenset({"read:*"})).must("write:item")
    assert codes_of(raised) == ["not-allowed"]
    assert "bob" in raised.value.problems[0].message


def test_person_with_a_temporary_password_may_nothing():
    person = Person("bob", frozenset({"*"}), must_change=True)
    assert not person.may("read:item")
    with pytest.raises(ProblemError) as raised:
        person.must("read:item")
    assert codes_of(raised) == ["password-must-change"]


def test_person_at_the_machine_may_all():
    assert local_person("me").may("admin.users")
    assert local_person("me").sites is None, "all of them"


def test_nine_roles_are_built_in_and_only_the_administrator_gives_rights():
    assert len(BUILT_IN_ROLES) == 9
    able = [name for name, role in BUILT_IN_ROLES.items() if Person("x", frozenset(role.rights)).may("admin.users")]
    assert able == ["administrator"]


def test_every_right_of_a_table_that_a_built_in_role_names_exists():
    named = {
        right for role in BUILT_IN_ROLES.values() for right in role.rights if right.startswith(("read:", "write:"))
    }
    assert {right.split(":")[1] for right in named} - {"*"} <= set(plant_entities())


def test_known_rights_hold_those_of_actions_reports_tables_and_jobs():
    actions, reports = load_actions(), load_reports()
    rights = known_rights()
    assert {action.permission for action in actions.values()} <= set(rights)
    assert {f"report:{name}" for name in reports} <= set(rights)
    assert {"read:item", "write:item", "jobs.run", "admin.users", "admin.audit", "data.import"} <= set(rights)
    assert not {"read:user", "write:user", "read:api_token"} & set(rights)
    assert all(rights.values())


def test_viewer_may_look_at_every_table_and_report_and_change_none():
    load_actions()
    load_reports()
    viewer = Person("x", frozenset(BUILT_IN_ROLES["viewer"].rights))
    allowed = {right for right in known_rights() if viewer.may(right)}
    assert allowed == {right for right in known_rights() if right.startswith(("read:", "report:"))}


def test_plant_makes_a_role_of_its_own_and_one_in_the_place_of_a_built_in_one(store):
    act(store, "set_role", name="Storekeeper", rights=["inventory.*"], help="Keeps the store")
    act(store, "set_role", name="viewer", rights=["read:item"])
    act(store, "make_user", name="bob", roles=["storekeeper", "viewer"])
    assert person_named(store, "bob").permissions == {"inventory.*", "read:item"}
    assert roles(store)["viewer"].rights == ("read:item",)
    act(store, "delete_role", name="viewer")
    assert person_named(store, "bob").may("report:late_orders")


def test_role_that_somebody_has_cannot_be_deleted(store):
    act(store, "set_role", name="storekeeper", rights=["inventory.*"])
    act(store, "make_user", name="bob", roles=["storekeeper"])
    with pytest.raises(ProblemError) as raised:
        act(store, "delete_role", name="storekeeper")
    assert codes_of(raised) == ["store-still-used"]


@pytest.mark.parametrize("right", ["", "read item", "read:;", "a..b"])
def test_right_that_is_none_is_refused(store, right):
    with pytest.raises(ProblemError) as raised:
        act(store, "set_role", name="odd", rights=[right, "read:item"] if right else ["x y"])
    assert codes_of(raised) == ["right-wrong"]
