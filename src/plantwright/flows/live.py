"""Plans that follow the records: what has changed since a plan read the plant, and asking for the next by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import plantwright.flows.jobs  # noqa: F401 - declares the job that is asked for
from plantwright.core.action import action
from plantwright.core.entity import ENTITIES, plant_entities, raw_frame
from plantwright.core.jobs import JOBS, insert_job, jobs, run
from plantwright.core.reader import plural, say
from plantwright.core.store import Store, Transaction
from plantwright.core.store.driver import JOBS_LOCK
from plantwright.plant import read_settings

UNREAD = frozenset({"action_message", "scenario", "scenario_edit", "user_field"})
"""Tables of the plant that a plan of it does not read."""
BY = "live"
"""Who asks for the plans that follow the records."""


def read_by_plans() -> Sequence[str]:
    """Give the tables whose rows a plan of the plant depends on."""
    return sorted(plant_entities().keys() - UNREAD)


def last_entry(store: Store) -> int:
    """Give the number of the last entry of the journal; 0 where there is none."""
    with store.reading() as connection:
        return int(connection.exec_driver_sql("SELECT max(number) FROM journal").scalar() or 0)


def changes_since(store: Store, entry: int, scenario: str = "") -> list[int]:
    """Give the entries of the journal after one that changed what a plan reads; of a scenario its edits besides."""
    tables = [*read_by_plans(), *(("scenario_edit",) if scenario else ())]
    marks = ", ".join("?" * len(tables))
    statement = (
        f"SELECT DISTINCT journal FROM journal_change WHERE journal > ? AND entity IN ({marks}) ORDER BY journal"
    )
    with store.reading() as connection:
        return [int(row[0]) for row in run(store, connection, statement, entry, *tables).fetchall()]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the latest plan is: its number (0 for none), when it was made, how many acts changed the plant since.

    `live` tells whether a new plan is made by itself, `planning` whether one is on its way.
    """

    number: int = 0
    made: datetime | None = None
    changes: int = 0
    live: bool = False
    planning: bool = False

    def words(self, now: datetime | None = None) -> str:
        """Say it in a line.

        Examples
        --------
        >>> made = datetime(2026, 1, 5, tzinfo=UTC)
        >>> Freshness(3, made, 2).words(made)
        'Plan 3, made just now, 2 changes since: plan again'
        >>> Freshness(3, made, 1, planning=True).words(made)
        'Plan 3, made just now, 1 change since: planning'
        >>> Freshness().words(made)
        'No plan yet'
        """
        if self.made is None:
            return say("No plan yet: planning") if self.planning else say("No plan yet")
        text = say(
            "Plan {number}, made {ago}",
            number=self.number,
            ago=ago(((now or datetime.now(UTC)) - self.made).total_seconds()),
        )
        if self.changes:
            text += plural(", {n} change since", ", {n} changes since", self.changes, n=self.changes)
        if self.planning:
            return say("{text}: planning", text=text)
        return say("{text}: plan again", text=text) if self.changes else text


def ago(seconds: float) -> str:
    """Say how long ago something was.

    Examples
    --------
    >>> ago(20), ago(600), ago(7_300), ago(200_000)
    ('just now', '10 min ago', '2 h ago', '2 days ago')
    """
    minutes = int(seconds // 60)
    if minutes < 1:
        return say("just now")
    if minutes < 60:
        return say("{minutes} min ago", minutes=minutes)
    hours = minutes // 60
    return say("{hours} h ago", hours=hours) if hours < 48 else say("{hours} days ago", hours=hours // 24)


def freshness(store: Store, scenario: str = "") -> Freshness:
    """Tell how fresh the latest plan of the plant, or of a scenario, is."""
    planning = any(job.arguments.get("scenario", "") == scenario for job in _plans_on_their_way(store))
    live = is_live(store)
    found = _latest_plan(store, scenario)
    if found is None:
        return Freshness(live=live, planning=planning)
    number, at, entry = found
    return Freshness(number, _moment(at), len(changes_since(store, entry, scenario)), live, planning)


def is_live(store: Store) -> bool:
    """Tell whether the plant is planned again by itself when something changes."""
    return bool(read_settings(store.read("setting", {"name": "replan_live"}))["replan_live"])


def _latest_plan(store: Store, scenario: str) -> tuple[int, str, int] | None:
    """Give number and moment of the latest plan, and the last entry of the journal that it knew."""
    statement = 'SELECT number, "at", options FROM plan WHERE scenario = ? ORDER BY number DESC LIMIT 1'
    with store.reading() as connection:
        row = run(store, connection, statement, scenario).fetchone()
        if row is None:
            return None
        entry = read_entry(row[2])
        if entry is None:  # made by an earlier version: by the clock, then
            before = run(store, connection, 'SELECT max(number) FROM journal WHERE "at" <= ?', row[1]).fetchone()
            entry = int(before[0] or 0)
    return int(row[0]), str(row[1]), entry


def read_entry(options: Any) -> int | None:
    """Read the entry that a plan knew from its options as they are stored; None where it does not say."""
    found = json.loads(options).get("entry")
    return None if found is None else int(found)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plans_on_their_way(store: Store) -> list[Any]:
    return [*jobs(store, 20, "waiting", "plan"), *jobs(store, 20, "running", "plan")]


# --- planning by itself ---------------------------------------------------------------------------------------------


def follower(store: Store) -> Callable[[], int | None]:
    """Give what asks for a plan whenever something has changed that a plan reads, where the plant is set to it.

    A worker calls it again and again, twenty times a second; most times it looks at one number and no more. Only one
    such job waits at a time: what changes while a plan is made is planned together by the next one.
    """
    seen = -1

    def look() -> int | None:
        nonlocal seen
        newest = last_entry(store)
        if newest == seen:
            return None
        asked = _ask_if_changed(store) if is_live(store) else None
        seen = newest
        return asked

    return look


def _ask_if_changed(store: Store) -> int | None:
    found = _latest_plan(store, "")
    changed = changes_since(store, found[2] if found else 0)
    return ask_plan(store, changed[-1]) if changed else None


def ask_plan(store: Store, entry: int) -> int | None:
    """Ask for a plan that knows an entry of the journal, unless one is on its way; gives its number."""
    made = _entry_moment(store, entry)
    with store.writing() as connection:
        store.driver.lock(connection, JOBS_LOCK)
        statement = "SELECT state, arguments, began FROM job WHERE kind = 'plan' AND state IN ('waiting', 'running')"
        for state, arguments, began in run(store, connection, statement).fetchall():
            own = not json.loads(arguments).get("scenario")
            if own and (state == "waiting" or (began or 0) > made):
                return None
        wanted = {name: one.default for name, one in JOBS["plan"].parameters.items()}
        return insert_job(store, connection, "plan", wanted, BY)


def _entry_moment(store: Store, entry: int) -> int:
    """Give when an entry was made, in milliseconds since 1970."""
    with store.reading() as connection:
        row = run(store, connection, 'SELECT "at" FROM journal WHERE number = ?', entry).fetchone()
    return int(_moment(str(row[0])).timestamp() * 1000) if row else 0


@action("planning.live", label="Plan live")
def set_replan_live(tx: Transaction, on: bool) -> dict[str, Any]:  # noqa: FBT001 - given by name
    """Let the plant be planned again by itself whenever its records change, or let people ask for each plan.

    Parameters
    ----------
    tx : the open transaction
    on : whether plans follow the records
    """
    row = {"name": "replan_live", "value": "yes" if on else "no"}
    tx.upsert("setting", raw_frame(ENTITIES["setting"], [row]))
    return {"entry": tx.number, "live": on}


__all__ = ["Freshness", "ask_plan", "changes_since", "follower", "freshness", "is_live", "set_replan_live"]
