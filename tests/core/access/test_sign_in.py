"""Signing in: right and wrong passwords, lockout, the limit by address, sessions, passwords, the first link."""

import sqlite3
import threading

import pytest

from plantwright.core.access import (
    change_password,
    first_link,
    first_link_is_good,
    forget_people,
    has_users,
    passwords,
    person_of_session,
    sign_in,
    sign_out,
    use_first_link,
    users,
)
from plantwright.core.access.signing import ADDRESS_TRIES, TRIES
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import ProblemError

from .conftest import SECRET, act, codes_of


def refused(store, name="anna", password="wrong password", address=""):  # noqa: S107
    with pytest.raises(ProblemError) as raised:
        sign_in(store, name, password, address=address)
    return codes_of(raised)


def everything_kept(store):
    """All texts of all tables of the store, the compressed ones of the journal opened."""
    import zlib

    from plantwright.core.store import metadata

    found = []
    with store.reading() as connection:
        for name in metadata().tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall():
                cells = [zlib.decompress(bytes(c)) if isinstance(c, (bytes, memoryview)) else c for c in row]
                found.append((name, " ".join(map(str, cells))))
    return found


def test_first_link_makes_the_administrator_once(new):
    assert not has_users(new)
    earlier, link = first_link(new), first_link(new)
    assert not first_link_is_good(new, earlier)
    assert first_link_is_good(new, link)
    assert use_first_link(new, link, " Anna ", SECRET, "Anna Berg") == "anna"
    assert has_users(new)
    assert not first_link_is_good(new, link)
    assert person_of_session(new, sign_in(new, "ANNA", SECRET)).may("admin.users")
    for call in (lambda: use_first_link(new, link, "eve", SECRET), lambda: first_link(new)):
        with pytest.raises(ProblemError) as raised:
            call()
        assert codes_of(raised) == ["first-link-spent"]


def test_first_link_ends_after_a_day_and_stays_good_after_a_weak_password(new, clock):
    link = first_link(new)
    with pytest.raises(ProblemError) as raised:
        use_first_link(new, link, "anna", "password")
    assert set(codes_of(raised)) == {"password-weak"}
    assert first_link_is_good(new, link)
    clock.later(hours=25)
    assert not first_link_is_good(new, link)


def test_wrong_password_unknown_name_inactive_user_and_locked_account_are_told_alike(store):
    act(store, "make_user", name="bob")
    act(store, "deactivate", user="bob")
    assert refused(store) == refused(store, "nobody") == refused(store, "bob") == ["sign-in-refused"]


def test_unknown_and_locked_names_cost_the_same_hash(store, monkeypatch):
    calls = []
    real = passwords.is_right
    monkeypatch.setattr(passwords, "is_right", lambda hashed, given: calls.append(hashed) or real(hashed, given))
    refused(store, "nobody")
    for _ in range(TRIES + 1):
        refused(store)
    assert len(calls) == TRIES + 2
    assert all(hashed.startswith("$argon2id$") for hashed in calls)


def test_five_wrong_passwords_lock_the_account_longer_each_time(store, clock):
    for _ in range(TRIES):
        refused(store)
    assert refused(store, password=SECRET) == ["sign-in-refused"]
    assert users(store)[0]["locked"]
    clock.later(minutes=15)
    refused(store)
    clock.later(minutes=16)
    assert refused(store, password=SECRET) == ["sign-in-refused"]
    clock.later(minutes=15)
    assert person_of_session(store, sign_in(store, "anna", SECRET))
    assert not users(store)[0]["locked"]


def test_right_password_forgets_the_wrong_ones(store):
    for _ in range(3):
        for _ in range(TRIES - 1):
            refused(store)
        sign_in(store, "anna", SECRET)


def test_many_guesses_at_once_are_no_more_than_five(store, monkeypatch):
    tried = []
    monkeypatch.setattr(passwords, "is_right", lambda hashed, _: tried.append(hashed) or False)
    threads = [threading.Thread(target=refused, args=(store, "anna", "guess", str(n))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    nobody = passwords.nobodys_hash()
    assert len(tried) == 12
    assert len([hashed for hashed in tried if hashed != nobody]) == TRIES


def test_address_of_many_wrong_passwords_waits_and_others_do_not(store, clock, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", lambda _hashed, given: given == SECRET)
    for number in range(ADDRESS_TRIES):
        refused(store, f"user{number}", address="192.0.2.1")
    assert refused(store, "anna", SECRET, "192.0.2.1") == ["sign-in-too-many"]
    assert sign_in(store, "anna", SECRET, address="192.0.2.2")
    clock.later(minutes=5)
    assert sign_in(store, "anna", SECRET, address="192.0.2.1")


def test_right_passwords_of_one_address_are_not_counted(store, monkeypatch):
    monkeypatch.setattr(passwords, "is_right", lambda _hashed, given: given == SECRET)
    for _ in range(ADDRESS_TRIES + 5):
        sign_in(store, "anna", SECRET, address="192.0.2.1")


def test_session_ends_when_nothing_is_asked_and_goes_on_when_something_is(store, clock):
    token = sign_in(store, "anna", SECRET, "Firefox", "192.0.2.1")
    for _ in range(4):
        clock.later(hours=11)
        assert person_of_session(store, token).name == "anna"
    clock.later(hours=12, minutes=1)
    assert person_of_session(store, token) is None


def test_setting_says_how_long_a_session_lasts(store, clock):
    with store.begin("anna", "edit") as tx:
        tx.insert("setting", raw_frame(ENTITIES["setting"], [{"name": "session_hours", "value": "1"}]))
    token = sign_in(store, "anna", SECRET)
    clock.later(minutes=61)
    assert person_of_session(store, token) is None


def test_sign_out_ends_the_session_at_once_and_unknown_tokens_are_nobodys(store):
    token = sign_in(store, "anna", SECRET)
    assert person_of_session(store, token)
    sign_out(store, token)
    assert person_of_session(store, token) is None
    assert person_of_session(store, "made-up") is None


def test_temporary_password_allows_nothing_but_to_choose_another(store):
    given = act(store, "make_user", name="bob", roles=["planner"], full_name="Bob", sites=[])["password"]
    token = sign_in(store, "bob", given)
    assert person_of_session(store, token).must_change
    assert not person_of_session(store, token).may("read:item")
    change_password(store, "bob", given, "three green bottles")
    assert person_of_session(store, token) is None
    person = person_of_session(store, sign_in(store, "bob", "three green bottles"))
    assert person.may("read:item")
    assert not person.may("admin.users")


def test_new_password_of_an_administrator_ends_sessions_and_unlocks(store):
    given = act(store, "make_user", name="bob")["password"]
    token = sign_in(store, "bob", given)
    for _ in range(TRIES):
        refused(store, "bob")
    again = act(store, "set_password", user="bob")["password"]
    assert again != given
    assert person_of_session(store, token) is None
    assert refused(store, "bob", given) == ["sign-in-refused"]
    assert sign_in(store, "bob", again)


def test_own_password_needs_the_old_one_and_a_good_new_one(store):
    with pytest.raises(ProblemError) as raised:
        change_password(store, "anna", "wrong password", "three green bottles")
    assert codes_of(raised) == ["password-old-wrong"]
    for new, code in ((SECRET, "password-same"), ("short", "password-weak")):
        with pytest.raises(ProblemError) as raised:
            change_password(store, "anna", SECRET, new)
        assert codes_of(raised) == [code]
    assert sign_in(store, "anna", SECRET)


def test_wrong_old_passwords_lock_like_wrong_sign_ins(store):
    for _ in range(TRIES):
        with pytest.raises(ProblemError):
            change_password(store, "anna", "wrong password", "three green bottles")
    assert refused(store, password=SECRET) == ["sign-in-refused"]


@pytest.mark.parametrize(
    "weak",
    ["short", "1234567890", "password1234", "P@ssw0rd2026!", "Qwertyuiop", "aaaaaaaaaaaa", "abcabcabcabc", "x" * 501,
     "anna123456", "welcome2026", "abcdefghijk"],
)  # fmt: skip
def test_weak_password_is_refused_without_being_repeated(weak):
    faults = passwords.faults_of(weak, "anna1234")
    assert faults
    assert all(fault.remedy and weak not in str(fault) for fault in faults)


@pytest.mark.parametrize(
    "good", ["correct horse battery", "Xu7#pq0_Lm2", "drei grüne Flaschen", "annas lange reise nach süden"]
)
def test_good_password_is_taken(good):
    assert passwords.faults_of(good, "anna") == []


def test_deactivated_user_is_signed_out_and_comes_back_when_activated(store):
    given = act(store, "make_user", name="bob")["password"]
    token = sign_in(store, "bob", given)
    act(store, "deactivate", user="bob")
    forget_people(store)
    assert person_of_session(store, token) is None
    act(store, "activate", user="bob")
    assert sign_in(store, "bob", given)


def test_store_and_journal_hold_no_password_and_no_token(store):
    given = act(store, "make_user", name="bob")["password"]
    token = sign_in(store, "bob", given)
    made = act(store, "add_token", user="bob", name="robot", rights=["read:*"])["token"]
    change_password(store, "bob", given, "three green bottles")
    kept = everything_kept(store)
    for secret in (SECRET, given, token, made, "three green bottles"):
        assert not [name for name, text in kept if secret in text]
    hashes = [name for name, text in kept if "$argon2id$" in text or passwords.token_hash(made) in text]
    assert set(hashes) == {"password", "api_secret"}


def test_request_does_not_wait_while_an_import_writes(store, clock, kind):
    token = sign_in(store, "anna", SECRET)
    clock.later(hours=1)
    with store.begin("anna", "import"):
        assert person_of_session(store, token).name == "anna"
    if kind == "sqlite":
        with sqlite3.connect(store.target) as file:
            assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        file.close()
