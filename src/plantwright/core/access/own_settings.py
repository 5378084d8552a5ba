"""What a person has set for the page, such as how tables look: nobody else's matter, so no journal holds it."""

from __future__ import annotations

from plantwright.core.access.signing import runner
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.core.store import Store

TOO_LONG = problem_kind(
    "own-setting-too-long",
    "This setting is too long to be kept.",
    "Keep a name under 200 and a value under 20,000 signs.",
)
LONGEST_NAME, LONGEST_VALUE = 200, 20_000


def own_settings(store: Store, user: str) -> dict[str, str]:
    """Give all that a person has set, by name.

    Parameters
    ----------
    store : the plant
    user : name of the person; the one at the machine of a plant without users has settings too
    """
    with store.reading() as connection:
        statement = 'SELECT name, value FROM own_setting WHERE "user" = ?'
        return {str(name): str(value) for name, value in runner(store, connection)(statement, user).fetchall()}


def set_own(store: Store, user: str, name: str, value: str) -> None:
    """Keep a setting of a person; an empty value takes it away.

    Raises
    ------
    ProblemError : own-setting-too-long
    """
    if len(name) > LONGEST_NAME or len(value) > LONGEST_VALUE:
        raise ProblemError([TOO_LONG.at(column="value", key=name[:LONGEST_NAME])])
    with store.writing() as connection:
        run = runner(store, connection)
        run('DELETE FROM own_setting WHERE "user" = ? AND name = ?', user, name)
        if value:
            run('INSERT INTO own_setting ("user", name, value) VALUES (?, ?, ?)', user, name, value)
