"""Sign-ins, refusals, locks, passwords and tokens are kept with who, when and from where: bounded, and no secret."""

import pytest

from plantwright.core.access import audit, change_password, passwords, person_named, sign_in, sign_out
from plantwright.core.access.audit import ADDRESS, sign_events
from plantwright.core.problem import ProblemError

from .conftest import SECRET, act


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Hashes that cost nothing: what is kept does not depend on them."""
    monkeypatch.setattr(passwords, "hash_of", passwords.token_hash)
    monkeypatch.setattr(passwords, "nobodys_hash", lambda: "nobody")
    monkeypatch.setattr(passwords, "is_right", lambda hashed, given: hashed == passwords.token_hash(given))
    monkeypatch.setattr(passwords, "is_old", lambda _hashed: False)


def told(store):
    return [(one.what, one.user, one.by, one.address) for one in reversed(sign_events(store))]


def refused(store, name, password="wrong password", address="192.0.2.1"):  # noqa: S107
    with pytest.raises(ProblemError):
        sign_in(store, name, password, "Firefox", address)


def test_coming_and_going_is_kept_with_who_when_and_from_where(store, clock):
    before = sign_events(store)[0].number if sign_events(store) else 0
    token = sign_in(store, "Anna", SECRET, "Firefox", "192.0.2.1")
    found = sign_events(store)[0]
    assert (found.what, found.user, found.agent, found.address) == ("signed in", "anna", "Firefox", "192.0.2.1")
    assert found.last == clock().timestamp()
    sign_out(store, token)
    sign_out(store, token)
    assert [one.what for one in sign_events(store) if one.number > before] == ["signed out", "signed in"]


def test_refusals_are_counted_in_one_line_and_a_lock_is_told(store, clock):
    for _ in range(5):
        refused(store, "anna")
        clock.later(seconds=1)
    refused(store, "anna")
    lines = sign_events(store)[:2]
    assert [(one.what, one.user, one.count) for one in lines] == [("locked", "anna", 1), ("refused", "anna", 6)]
    assert lines[1].last - lines[1].first == 5
    clock.later(hours=2)
    refused(store, "anna")
    assert [one.count for one in sign_events(store, user="anna") if one.what == "refused"] == [1, 6]


def test_names_that_nobody_has_are_not_kept_and_do_not_let_the_list_grow(store, clock, monkeypatch):
    monkeypatch.setattr(audit, "KEPT", {True: 3, False: 100})
    monkeypatch.setattr(audit, "TIDIED", 1)
    signed = sign_in(store, "anna", SECRET)
    for n in range(6):
        refused(store, f"{SECRET} {n}")  # a password in the wrong field
    assert [(one.user, one.count) for one in sign_events(store) if one.what == "refused"] == [("", 6)]
    for n in range(6):
        refused(store, "nobody", address=f"192.0.2.{n + 10}")
        clock.later(minutes=10)
    kept = sign_events(store)
    assert [one.address for one in kept if one.what == "refused"] == ["192.0.2.15", "192.0.2.14", "192.0.2.13"]
    assert [one.what for one in kept].count("signed in") == 1
    assert not [one for one in kept if SECRET in str(one) or signed in str(one)]


def test_passwords_and_tokens_are_kept_with_who_did_it(store):
    given = str(act(store, "make_user", name="bob", roles=["viewer"])["password"])
    ADDRESS.set("192.0.2.7")
    try:
        with pytest.raises(ProblemError):
            change_password(store, "bob", "wrong password", "three green bottles")
        change_password(store, "bob", given, "three green bottles")
        token = str(act(store, "add_token", user="bob", name="till", rights=["*"])["token"])
        act(store, "end_token", user="bob", name="till")
        again = str(act(store, "set_password", user="bob")["password"])
    finally:
        ADDRESS.set("")
    assert told(store)[-5:] == [
        ("refused", "bob", "bob", "192.0.2.7"),
        ("password changed", "bob", "bob", "192.0.2.7"),
        ("token made", "bob", "anna", "192.0.2.7"),
        ("token ended", "bob", "anna", "192.0.2.7"),
        ("password given", "bob", "anna", "192.0.2.7"),
    ]
    assert [one.detail for one in sign_events(store, user="bob") if one.what.startswith("token")] == ["till", "till"]
    assert person_named(store, "bob")
    for secret in (given, token, again, "three green bottles"):
        assert secret not in str(sign_events(store))


def test_an_act_that_is_refused_leaves_no_line(store):
    before = sign_events(store)
    with pytest.raises(ProblemError):
        act(store, "end_token", user="anna", name="none")
    assert sign_events(store) == before
    assert len(sign_events(store, limit=1)) <= 1
