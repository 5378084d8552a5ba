"""What administrators do: users, sites, tokens, webhooks; each act is in the journal, without a secret, and undone."""

import pytest

from plantwright.core import journal
from plantwright.core.access import forget_people, make_token, person_named, person_of_token, users, webhooks
from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, plant_entities, raw_frame, stored_entities
from plantwright.core.problem import ProblemError
from plantwright.core.secret import KEPT_OUT
from plantwright.flows.exchange import exported, read_plant

from .conftest import act, codes_of


def refused(call):
    with pytest.raises(ProblemError) as raised:
        call()
    return codes_of(raised)


def test_tables_of_people_are_no_part_of_the_plant(store):
    kept = {"user", "role", "role_right", "user_role", "user_site", "api_token", "webhook", "job_schedule"}
    assert kept <= set(stored_entities())
    assert not kept & set(plant_entities())
    assert not kept & set(store.read_all())
    plant = read_plant(store)
    assert not kept & set(plant)
    assert not kept & set(exported(plant, template=True))


def test_hash_of_the_plant_is_the_same_whoever_may_sign_in(store):
    before = read_plant(store, 0).hash()
    act(store, "make_user", name="bob")
    assert read_plant(store, 0).hash() == before


def test_user_has_the_roles_and_sites_that_were_set(store):
    with store.begin("anna", "import") as tx:
        tx.insert("site", raw_frame(ENTITIES["site"], [{"code": "N"}, {"code": "S"}]))
    act(store, "make_user", name="Bob", roles=["viewer"], sites=["N"], full_name="Bob B", email="b@example.com")
    person = person_named(store, "bob")
    assert person.sites == {"N"}
    act(store, "set_sites", user="bob", sites=[])
    act(store, "set_roles", user="bob", roles=["planner", "buyer"])
    act(store, "set_user", user="bob", email="bob@example.com")
    found = next(user for user in users(store) if user["name"] == "bob")
    assert found["roles"] == ["buyer", "planner"]
    assert (found["sites"], found["email"], found["full_name"]) == ([], "bob@example.com", "Bob B")
    assert person_named(store, "bob").sites is None


def test_names_that_exist_are_odd_or_unknown_are_refused(store):
    assert refused(lambda: act(store, "make_user", name="ANNA")) == ["user-exists"]
    assert refused(lambda: act(store, "make_user", name="a b<c>")) == ["access-name"]
    assert refused(lambda: act(store, "set_password", user="nobody")) == ["user-missing"]
    assert refused(lambda: act(store, "make_user", name="bob", roles=["king"])) == ["store-reference-broken"]
    assert [user["name"] for user in users(store)] == ["anna"]


def test_last_administrator_stays(store):
    assert refused(lambda: act(store, "deactivate", user="anna")) == ["last-administrator"]
    assert refused(lambda: act(store, "set_roles", user="anna", roles=["viewer"])) == ["last-administrator"]
    assert refused(lambda: act(store, "set_role", name="administrator", rights=["read:*"])) == ["last-administrator"]
    act(store, "make_user", name="bob", roles=["administrator"])
    act(store, "deactivate", user="anna")


def test_acts_stand_in_the_journal_with_names_and_without_secrets(store):
    answer = act(store, "make_user", name="bob", roles=["viewer"])
    entry = journal.entries(store)[0]
    assert (entry.by, entry.action, entry.arguments["name"]) == ("anna", "make_user", "bob")
    assert entry.answer == {"user": "bob", "password": KEPT_OUT}
    assert answer["password"] != KEPT_OUT
    assert {change.entity for change in journal.changes(store, entry.number)} == {"user", "user_role"}


def test_repeated_act_with_a_key_is_done_once_and_shows_the_secret_once(store):
    first, second = (run_action(store, "make_user", {"name": "bob"}, "anna", "k1") for _ in range(2))
    assert first["password"] != KEPT_OUT
    assert second == {"user": "bob", "password": KEPT_OUT}


def test_acts_can_be_taken_back(store):
    act(store, "make_user", name="bob", roles=["viewer"])
    act(store, "set_roles", user="bob", roles=["administrator"])
    journal.reverse(store, journal.entries(store)[0].number, "anna")
    assert not person_named(store, "bob").may("admin.users")
    made = next(entry for entry in journal.entries(store) if entry.action == "make_user")
    journal.reverse(store, made.number, "anna")
    assert person_named(store, "bob") is None


def test_token_may_what_both_it_and_its_user_may(store, clock):
    act(store, "make_user", name="bob", roles=["planner"])
    token = make_token(store, "bob", "robot", ["read:item", "admin.users", "write:*"], days=10, by="anna")
    person = person_of_token(store, token)
    assert person.name == "bob"
    assert person.may("read:item")
    assert person.may("write:item")
    assert not person.may("read:bom_line")
    assert not person.may("write:supplier")
    assert not person.may("admin.users")
    act(store, "set_roles", user="bob", roles=["viewer"])
    clock.later(seconds=4)
    assert not person_of_token(store, token).may("write:item")
    clock.later(days=10)
    assert person_of_token(store, token) is None


def test_token_ends_when_it_is_ended_replaced_or_its_user_is(store):
    act(store, "make_user", name="bob", roles=["viewer"])
    first = make_token(store, "bob", "robot", ["*"], 10, "anna")
    second = make_token(store, "bob", "robot", ["*"], 10, "anna")
    assert person_of_token(store, first) is None
    assert person_of_token(store, second)
    act(store, "end_token", user="bob", name="robot")
    forget_people(store)
    assert person_of_token(store, second) is None
    third = make_token(store, "bob", "robot", ["*"], 10, "anna")
    act(store, "deactivate", user="bob")
    assert person_of_token(store, third) is None
    assert person_of_token(store, "made-up") is None


def test_odd_tokens_are_refused_with_all_faults(store):
    codes = refused(lambda: act(store, "add_token", user="anna", name="", rights=["a b"], days=0))
    assert codes == ["access-name", "right-wrong", "token-days"]
    assert refused(lambda: act(store, "end_token", user="anna", name="none")) == ["access-missing"]


def test_webhook_is_told_with_a_secret_that_is_shown_once(store):
    answer = act(store, "set_webhook", name="erp", url="https://example.com/in", events=["plan", "item"])
    (hook,) = webhooks(store)
    assert (hook.name, hook.url, hook.events) == ("erp", "https://example.com/in", ("plan", "item"))
    assert hook.secret == answer["secret"]
    assert journal.entries(store)[0].answer["secret"] == KEPT_OUT
    act(store, "delete_webhook", name="erp")
    assert webhooks(store) == []


@pytest.mark.parametrize("url", ["example.com", "file:///etc/passwd", "https://", "https://anna:pw@example.com"])
def test_webhook_needs_an_address_of_the_web(store, url):
    assert refused(lambda: act(store, "set_webhook", name="erp", url=url)) == ["webhook-address"]
