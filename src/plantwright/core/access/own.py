"""What is done without an administrator: the first one is made, and people change their own password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from plantwright.core.access import passwords
from plantwright.core.access.actions import add_user, put_password
from plantwright.core.access.audit import note
from plantwright.core.access.names import tidy
from plantwright.core.access.signing import forget_people, hash_to_try, note_refused, runner, seconds_now
from plantwright.core.action import run_action
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.problem import ProblemError, problem_kind, stop_on_errors
from plantwright.core.store import Store

LINK_SPENT = problem_kind(
    "first-link-spent",
    "This link was used, is too old, or was never given.",
    "Start the server again: while there is no user it shows a new link.",
)
OLD_WRONG = problem_kind(
    "password-old-wrong",
    "The old password is wrong, or the account is locked.",
    "Type it again; after five wrong ones wait a quarter of an hour. An administrator can give a new one.",
)
SAME = problem_kind("password-same", "The new password is the old one.", "Choose another.")

LINK_SECONDS = 24 * 3600


def has_users(store: Store) -> bool:
    """Tell whether anybody may sign in; without users the machine itself is trusted, or a first link is given."""
    with store.reading() as connection:
        return runner(store, connection)('SELECT 1 FROM "user" LIMIT 1').fetchone() is not None


def first_link(store: Store) -> str:
    """Give the token of a link that makes the administrator; it is good once, for a day, and ends earlier ones.

    Raises
    ------
    ProblemError : first-link-spent, where there is a user already
    """
    if has_users(store):
        raise ProblemError([LINK_SPENT.at()])
    token = passwords.new_token()
    with store.writing() as connection:
        run = runner(store, connection)
        run("DELETE FROM first_link")
        values = (passwords.token_hash(token), seconds_now(store) + LINK_SECONDS)
        run("INSERT INTO first_link (hash, expires) VALUES (?, ?)", *values)
    return token


def first_link_is_good(store: Store, token: str) -> bool:
    """Tell whether a link can still be used, before a form is shown for it."""
    with store.reading() as connection:
        return _link(runner(store, connection), token, seconds_now(store)) and not _any_user(runner(store, connection))


def use_first_link(store: Store, token: str, name: str, password: str, full_name: str = "") -> str:
    """Make the administrator of a plant that has no user yet.

    Returns
    -------
    The name, as it is kept.

    Raises
    ------
    ProblemError : first-link-spent, password-weak, access-name; the link stays good then
    """
    user = tidy(name)
    with store.begin(user, "use_first_link", {"user": user}) as tx:
        run = _of(tx)
        if not _link(run, token, seconds_now(store)) or _any_user(run):
            raise ProblemError([LINK_SPENT.at()])
        stop_on_errors(passwords.faults_of(password, user))
        add_user(tx, user, full_name, "", password, must_change=False)
        tx.insert("user_role", raw_frame(ENTITIES["user_role"], [{"user": user, "role": "administrator"}]))
        run("DELETE FROM first_link")
    forget_people(store)
    return user


def _link(run: Any, token: str, now: int) -> bool:
    hashed = passwords.token_hash(token)
    return run("SELECT 1 FROM first_link WHERE hash = ? AND expires > ?", hashed, now).fetchone() is not None


def _any_user(run: Any) -> bool:
    return run('SELECT 1 FROM "user" LIMIT 1').fetchone() is not None


def _of(tx: Any) -> Any:
    return lambda statement, *values: tx.connection.exec_driver_sql(tx.driver.marked(statement), values)


def make_token(store: Store, user: str, name: str, rights: Sequence[str], days: int, by: str = "") -> str:
    """Make a token of the API for a user, as the action add_token does; gives the token, which is kept nowhere."""
    arguments = {"user": user, "name": name, "rights": list(rights), "days": days}
    return str(run_action(store, "add_token", arguments, by or user)["token"])


@dataclass(frozen=True)
class Webhook:
    """An address that is told of changes, with the secret that signs what is sent to it."""

    name: str
    url: str
    events: tuple[str, ...]
    secret: str


def webhooks(store: Store) -> list[Webhook]:
    """Give the webhooks in force, for the one who sends."""
    with store.reading() as connection:
        statement = (
            "SELECT w.name, w.url, w.events, s.secret FROM webhook w JOIN webhook_secret s ON s.name = w.name"
            " WHERE w.active ORDER BY w.name"
        )
        found = runner(store, connection)(statement).fetchall()
    return [Webhook(name, url, tuple(events.split()), secret) for name, url, events, secret in found]


def users(store: Store) -> list[dict[str, Any]]:
    """Give every user with roles, sites, and the last time seen (seconds since 1970, 0: no session); no secrets."""
    tables = store.read_all(["user", "user_role", "user_site"])
    with store.reading() as connection:
        run = runner(store, connection)
        seen = dict(run('SELECT "user", max(seen) FROM session GROUP BY "user"').fetchall())
        statement = 'SELECT "user", must_change, locked_until FROM password'
        kept = {user: (bool(must), locked) for user, must, locked in run(statement).fetchall()}
    now = seconds_now(store)
    found = []
    for row in tables["user"].select("name", "full_name", "email", "active").iter_rows(named=True):
        mine = pl.col("user") == row["name"]
        must_change, locked = kept.get(row["name"], (False, 0))
        found.append(
            {
                **row,
                "roles": tables["user_role"].filter(mine)["role"].to_list(),
                "sites": tables["user_site"].filter(mine)["site"].to_list(),
                "must_change": must_change,
                "locked": locked > now,
                "seen": seen.get(row["name"], 0),
            }
        )
    return found


def change_password(store: Store, name: str, old: str, new: str) -> None:
    """Let a user choose a password; all sessions of the user end, so the door signs in anew.

    Parameters
    ----------
    store : the plant
    name : the user
    old : the password so far; wrong ones are counted as at the sign-in
    new : the password to be

    Raises
    ------
    ProblemError : password-old-wrong; password-weak, all its faults; password-same
    """
    user = tidy(name)
    hashed = hash_to_try(store, user, seconds_now(store))
    right = passwords.is_right(hashed or passwords.nobodys_hash(), old)
    if not (right and hashed):
        note_refused(store, user, seconds_now(store), tried=bool(hashed))
        raise ProblemError([OLD_WRONG.at(column="old")])
    with store.writing() as connection:
        runner(store, connection)('UPDATE password SET failed = 0, locked_until = 0 WHERE "user" = ?', user)
    faults = passwords.faults_of(new, user)
    if new == old:
        faults.append(SAME.at(column="new"))
    stop_on_errors(faults)
    with store.begin(user, "change_password", {"user": user}) as tx:
        put_password(tx, user, new, must_change=False)
        note(_of(tx), seconds_now(store), "password changed", user, user)
        tx.answer({"user": user})
    forget_people(store)
