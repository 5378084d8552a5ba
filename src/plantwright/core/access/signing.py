"""Signing in: passwords, lockout, sessions, and who a session or a token of the API stands for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

from plantwright.core.access import passwords
from plantwright.core.access.audit import ADDRESS, note
from plantwright.core.access.names import tidy
from plantwright.core.access.person import Person, narrowed
from plantwright.core.access.roles import BUILT_IN_ROLES
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.settings import SETTINGS
from plantwright.core.store import Store

REFUSED = problem_kind(
    "sign-in-refused",
    "The name or the password is wrong, or the account is locked.",
    "Try again. After five wrong passwords an account is locked for a quarter of an hour, then longer each time; an "
    "administrator can give a new password.",
)
TOO_MANY = problem_kind(
    "sign-in-too-many", "Too many wrong passwords came from this address.", "Wait {minutes} minutes, then try again."
)

TRIES, LOCKED_SECONDS, LONGEST_LOCK = 5, 15 * 60, 4 * 3600
ADDRESS_TRIES, ADDRESS_SECONDS = 30, 5 * 60
CACHED_SECONDS = 3
"""So long a change of rights or a sign-out in another process may take to be seen."""
SEEN_EVERY = 120
"""Seconds between two notes that a session or a token was used: a request must not cost a write each time."""


def seconds_now(store: Store) -> int:
    """Give the moment in whole seconds since 1970, by the clock of the store."""
    return int(store.clock().timestamp())


# --- what a process remembers ---------------------------------------------------------------------------------------


@dataclass
class Memory:
    """What a process remembers of a store: wrong passwords by address, and people for a few seconds."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    wrong: dict[str, deque[int]] = field(default_factory=dict)
    people: dict[str, tuple[int, Person]] = field(default_factory=dict)

    def note_try(self, address: str, now: int) -> None:
        """Count a try before its password is looked at, so that many at once do not slip through.

        Raises
        ------
        ProblemError : sign-in-too-many
        """
        with self.lock:
            for known in [a for a, times in self.wrong.items() if times[-1] <= now - ADDRESS_SECONDS]:
                del self.wrong[known]
            times = self.wrong.setdefault(address, deque(maxlen=ADDRESS_TRIES))
            while times and times[0] <= now - ADDRESS_SECONDS:
                times.popleft()
            if len(times) == ADDRESS_TRIES:
                minutes = -(-(times[0] + ADDRESS_SECONDS - now) // 60)
                raise ProblemError([TOO_MANY.at(minutes=minutes)])
            times.append(now)

    def forgive(self, address: str) -> None:
        """Take back the last try of an address, because its password was right."""
        with self.lock:
            times = self.wrong.get(address)
            if times:
                times.pop()
            if not times:
                self.wrong.pop(address, None)

    def person(self, hashed: str, now: int) -> Person | None:
        """Give a person who was looked up a moment ago."""
        until, person = self.people.get(hashed, (0, None))
        return person if until > now else None

    def remember(self, hashed: str, now: int, person: Person) -> None:
        """Keep a person for a few seconds."""
        if len(self.people) > 10_000:
            self.people.clear()
        self.people[hashed] = (now + CACHED_SECONDS, person)


_MEMORIES: WeakKeyDictionary[Store, Memory] = WeakKeyDictionary()


def memory(store: Store) -> Memory:
    """Give what this process remembers of a store."""
    return _MEMORIES.setdefault(store, Memory())


def forget_people(store: Store) -> None:
    """Look everybody up again at the next request, because rights or sessions were changed."""
    memory(store).people.clear()


def remembered_person(store: Store, token: str) -> Person | None:
    """Give the person of a token, of a session or the API, who was looked up a moment ago; asks no database."""
    return memory(store).person(passwords.token_hash(token), seconds_now(store))


_MACHINE = "the machine itself"
"""Stands among the hashes of tokens for whoever is at the machine; no token has this hash."""


def remembered_local(store: Store) -> Person | None:
    """Give the person at the machine, if the plant had no user a moment ago; asks no database."""
    return memory(store).person(_MACHINE, seconds_now(store))


def remember_local(store: Store, person: Person) -> Person:
    """Keep that the plant has no user for a few seconds, or until `forget_people`."""
    memory(store).remember(_MACHINE, seconds_now(store), person)
    return person


# --- signing in -----------------------------------------------------------------------------------------------------


def sign_in(store: Store, name: str, password: str, agent: str = "", address: str = "") -> str:
    """Begin a session.

    Parameters
    ----------
    store : the plant
    name, password : as they were typed
    agent, address : the program and address that ask, for the list of sessions; wrong passwords are counted by address

    Returns
    -------
    The token of the session: 32 random bytes as text. The store keeps only its hash.

    Raises
    ------
    ProblemError : sign-in-refused, the same whatever is wrong; sign-in-too-many
    """
    now, user = seconds_now(store), tidy(name)
    address = address or ADDRESS.get()
    remembered = memory(store)
    remembered.note_try(address, now)
    hashed = hash_to_try(store, user, now)
    # An unknown name and a locked account take as long as a wrong password, and are answered alike.
    right = passwords.is_right(hashed or passwords.nobodys_hash(), password)
    if not (right and hashed):
        note_refused(store, user, now, agent, address, tried=bool(hashed))
        raise ProblemError([REFUSED.at()])
    remembered.forgive(address)
    fresh = passwords.hash_of(password) if passwords.is_old(hashed) else hashed
    token = passwords.new_token()
    with store.writing() as connection:
        run = runner(store, connection)
        statement = 'UPDATE password SET failed = 0, locked_until = 0, hash = ? WHERE "user" = ? AND hash = ?'
        if run(statement, fresh, user, hashed).rowcount != 1:  # it was changed in this very moment
            raise ProblemError([REFUSED.at()])
        run("DELETE FROM session WHERE seen < ?", now - idle_seconds(store))
        statement = 'INSERT INTO session (hash, "user", agent, address, began, seen) VALUES (?, ?, ?, ?, ?, ?)'
        run(statement, passwords.token_hash(token), user, agent[:200], address[:100], now, now)
        note(run, now, "signed in", user, user, "", agent, address)
    return token


def note_refused(store: Store, user: str, now: int, agent: str = "", address: str = "", *, tried: bool) -> None:
    """Keep that a password was refused, and that the account was locked by it.

    Parameters
    ----------
    store : the plant
    user : the name as it was typed; it is kept only where somebody has it
    now : seconds since 1970
    agent, address : program that asked, and from where
    tried : whether the password was looked at, which is not so while the account is locked
    """
    with store.writing() as connection:
        run = runner(store, connection)
        found = run('SELECT locked_until FROM password WHERE "user" = ?', user).fetchone()
        known = user if found else ""
        note(run, now, "refused", known, known, "", agent, address)
        if found and tried and found[0] > now:
            note(run, now, "locked", user, "", "", agent, address)


def hash_to_try(store: Store, user: str, now: int) -> str | None:
    """Give the hash of a user's password, and count the try as a wrong one until the password was looked at."""
    passwords.nobodys_hash()  # made once; whoever comes first waits for it, with a known name or an unknown one
    with store.writing() as connection:
        run = runner(store, connection)
        # One statement, so that of many who try at once each sees the count of the others.
        found = run(
            'UPDATE password SET failed = failed + 1 WHERE "user" = ? AND locked_until <= ?'
            ' AND EXISTS (SELECT 1 FROM "user" u WHERE u.name = password."user" AND u.active) RETURNING hash, failed',
            user,
            now,
        ).fetchone()
        if found is None:
            return None
        if found[1] >= TRIES:
            run('UPDATE password SET locked_until = ? WHERE "user" = ?', now + lock_seconds(found[1]), user)
        return str(found[0])


def lock_seconds(failed: int) -> int:
    """Give how long an account is locked after so many wrong passwords: 15 minutes, then twice as long each time.

    >>> [lock_seconds(failed) // 60 for failed in (4, 5, 6, 7, 20)]
    [0, 15, 30, 60, 240]
    """
    if failed < TRIES:
        return 0
    return min(LOCKED_SECONDS << min(failed - TRIES, 10), LONGEST_LOCK)


def idle_seconds(store: Store) -> int:
    """Give after how long without a request a session ends."""
    with store.reading() as connection:
        found = runner(store, connection)("SELECT value FROM setting WHERE name = 'session_hours'").fetchone()
    text = found[0].strip() if found else ""
    hours = int(text) if text.isdigit() and 0 < int(text) <= 720 else int(SETTINGS["session_hours"].default)
    return hours * 3600


def sign_out(store: Store, token: str) -> None:
    """End a session; nothing happens where it has ended already."""
    with store.writing() as connection:
        run = runner(store, connection)
        found = run('DELETE FROM session WHERE hash = ? RETURNING "user"', passwords.token_hash(token)).fetchone()
        if found:
            note(run, seconds_now(store), "signed out", found[0], found[0])
    forget_people(store)


# --- who it is ------------------------------------------------------------------------------------------------------


_BROWSER = 'SELECT "user", NULL, seen FROM session WHERE hash = ? AND seen >= ?'
_PROGRAM = (
    'SELECT t."user", t.rights, s.last_used FROM api_secret s JOIN api_token t'
    ' ON t."user" = s."user" AND t.name = s.name WHERE s.hash = ? AND t.expires > ?'
)


def person_of_session(store: Store, token: str) -> Person | None:
    """Give the person of a session; None where there is no such session, or it has ended."""
    used = "UPDATE session SET seen = ? WHERE hash = ?"
    return _person_by(store, token, _BROWSER, lambda now: now - idle_seconds(store), used)


def person_of_token(store: Store, token: str) -> Person | None:
    """Give the person for whom a token of the API acts, with the rights that both have; None where it is not valid."""
    return _person_by(
        store, token, _PROGRAM, lambda now: now // 60, "UPDATE api_secret SET last_used = ? WHERE hash = ?"
    )


def _person_by(store: Store, token: str, look: str, limit: Callable[[int], int], used: str) -> Person | None:
    """Look up whose a token is.

    Parameters
    ----------
    store : the plant
    token : as it was sent
    look : gives for its hash and a limit the user, the rights to which it is narrowed (NULL: all), and the last use
    limit : gives the limit for the seconds now
    used : notes the use
    """
    hashed, now = passwords.token_hash(token), seconds_now(store)
    known = memory(store).person(hashed, now)
    if known is not None:
        return known
    least = limit(now)
    with store.reading() as connection:
        run = runner(store, connection)
        found = run(look, hashed, least).fetchone()
        user = person_in(run, found[0]) if found else None
    if user is None or found is None:
        return None
    person = user if found[1] is None else narrowed(user, found[1].split())
    if found[2] < now - SEEN_EVERY:
        _note_use(store, used, now, hashed)
    memory(store).remember(hashed, now, person)
    return person


def _note_use(store: Store, statement: str, now: int, hashed: str) -> None:
    """Note the use where nobody else writes; while an import runs, no request waits for that."""
    try:
        with store.writing(patient=False) as connection:
            runner(store, connection)(statement, now, hashed)
    except ProblemError as error:
        if error.problems[0].code != "store-locked":
            raise


def person_named(store: Store, name: str) -> Person | None:
    """Give an active user by name, for what that user has asked for before; a temporary password is no matter."""
    with store.reading() as connection:
        found = person_in(runner(store, connection), tidy(name))
    return found and replace(found, must_change=False)


_RIGHTS = """
SELECT 'role', ur.role FROM user_role ur
  WHERE ur."user" = ? AND NOT EXISTS (SELECT 1 FROM role r WHERE r.name = ur.role)
UNION ALL SELECT 'right', rr."right" FROM user_role ur JOIN role_right rr ON rr.role = ur.role
  JOIN role r ON r.name = ur.role WHERE ur."user" = ?
UNION ALL SELECT 'site', site FROM user_site WHERE "user" = ?
"""


def person_in(run: Any, user: str) -> Person | None:
    """Look an active user up."""
    found = run(
        'SELECT p.must_change FROM "user" u JOIN password p ON p."user" = u.name WHERE u.name = ? AND u.active', user
    ).fetchone()
    if found is None:
        return None
    parts: dict[str, set[str]] = {"role": set(), "right": set(), "site": set()}
    for kind, value in run(_RIGHTS, user, user, user).fetchall():
        parts[kind].add(value)
    built_in = (BUILT_IN_ROLES[role].rights for role in parts["role"] if role in BUILT_IN_ROLES)
    rights = parts["right"].union(*built_in)
    return Person(user, frozenset(rights), frozenset(parts["site"]) or None, bool(found[0]))


def runner(store: Store, connection: Connection) -> Any:
    """Give a function that runs a statement with its values, which are marked by ?."""

    def run(statement: str, *values: Any) -> Any:
        return connection.exec_driver_sql(store.driver.marked(statement), values)

    return run
