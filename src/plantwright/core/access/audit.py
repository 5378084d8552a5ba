"""Who came in, who was refused, and whose passwords and tokens were made or ended: when, and from where.

It stands beside the journal, because it changes nothing of the plant: no plan grows old by it, and it is never taken
back. It is bounded, and holds nothing secret: not even the name that was tried where nobody has it, since people type
passwords into the wrong field.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields
from typing import Any

from plantwright.core.store import Store

ADDRESS: ContextVar[str] = ContextVar("address", default="")
"""From where is asked just now; doors set it for each request. Empty: the machine itself."""

REFUSED = "refused"
KEPT = {True: 2_000, False: 20_000}
"""Refusals that are kept, and others: whoever tries many names pushes out no sign-in."""
TIDIED = 50
"""So many more than are kept may stand there: not every event looks for old ones."""
TOGETHER_SECONDS = 3600
"""Refusals of one name from one address within this time are counted in one line."""

Run = Callable[..., Any]
"""Runs a statement with its values, which are marked by ?."""


@dataclass(frozen=True, slots=True)
class SignEvent:
    """What happened to an account. Times are seconds since 1970, UTC.

    Parameters
    ----------
    number : its number, which grows
    what : signed in, refused, locked, signed out, password changed, password given, token made, token ended
    user : whose account; empty for a name that nobody has
    by : who did it
    detail : name of the token
    address, agent : from where and by what program; empty for the machine itself
    first, last, count : of refusals: the first and the last of as many
    """

    number: int
    what: str
    user: str
    by: str
    detail: str
    address: str
    agent: str
    first: int
    last: int
    count: int


_COLUMNS = ", ".join(f'"{part.name}"' for part in fields(SignEvent))


def note(
    run: Run, now: int, what: str, user: str, by: str, detail: str = "", agent: str = "", address: str = ""
) -> None:
    """Keep an event, in the transaction of what happened.

    Parameters
    ----------
    run : runs a statement
    now : seconds since 1970
    what, user, by, detail, agent, address : see `SignEvent`; without an address that of the request is taken
    """
    address = (address or ADDRESS.get())[:100]
    if what == REFUSED and _counted(run, now, user, address):
        return
    number = int(run("SELECT max(number) FROM sign_event").scalar() or 0) + 1
    row = SignEvent(number, what, user, by, detail[:200], address, agent[:200], now, now, 1)
    run(f"INSERT INTO sign_event ({_COLUMNS}) VALUES ({', '.join('?' * len(fields(row)))})", *astuple(row))
    if number % TIDIED == 0:
        _tidy(run)


def _counted(run: Run, now: int, user: str, address: str) -> bool:
    """Count a refusal to the one before it."""
    statement = (
        'UPDATE sign_event SET count = count + 1, "last" = ?'
        ' WHERE what = ? AND "user" = ? AND address = ? AND "first" > ?'
    )
    return bool(run(statement, now, REFUSED, user, address, now - TOGETHER_SECONDS).rowcount)


def _tidy(run: Run) -> None:
    """Forget what is older than what is kept."""
    for refused, kept in KEPT.items():
        test = "what = ?" if refused else "what <> ?"
        statement = (
            f"DELETE FROM sign_event WHERE {test} AND number <="
            f" (SELECT number FROM sign_event WHERE {test} ORDER BY number DESC LIMIT 1 OFFSET {kept})"
        )
        run(statement, REFUSED, REFUSED)


def sign_events(store: Store, limit: int = 200, user: str = "", before: int = 0) -> list[SignEvent]:
    """Give events, the latest first.

    Parameters
    ----------
    store : the plant
    limit : how many at most
    user : only those of an account
    before : only those before this number, for reading on
    """
    tests = {'"user" = ?': user, "number < ?": before}
    wanted = {test: value for test, value in tests.items() if value}
    where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
    statement = f"SELECT {_COLUMNS} FROM sign_event{where} ORDER BY number DESC LIMIT ?"
    with store.reading() as connection:
        marked = store.driver.marked(statement)
        return [SignEvent(*row) for row in connection.exec_driver_sql(marked, (*wanted.values(), limit)).fetchall()]
