"""Columns that name rows of other tables: every change leaves each name with its row, or is refused whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from plantwright.core.entity import ENTITIES, stored_entities
from plantwright.core.problem import Problem
from plantwright.core.store import problems
from plantwright.core.store.blocks import Block
from plantwright.core.store.journal_rows import Change
from plantwright.core.store.rows import SHOWN

BUILT_IN: dict[str, frozenset[str]] = {}
"""Codes that exist in every plant without a row of their own, such as virtual places, by the entity they belong to."""

Read = Callable[[str, str, Collection[str]], list[str]]
"""Gives, for a table, a column and values, those of the values that stand in the column, as often as they do."""


def built_in(entity: str, codes: Iterable[str]) -> None:
    """Declare codes that may be named although they have no row."""
    BUILT_IN[entity] = BUILT_IN.get(entity, frozenset()) | frozenset(codes)


def check(changes: Sequence[Change], read: Read) -> list[Problem]:
    """Check the names in rows that were written, and those of rows that were deleted."""
    return [*_broken(changes, read), *_still_used(changes, read)]


def _broken(changes: Sequence[Change], read: Read) -> list[Problem]:
    found = []
    for name in {change.entity: None for change in changes}:
        written = [c.new for c in changes if c.entity == name and c.new is not None]
        for column, target in ENTITIES[name].references().items():
            rows = [part for part in written if column in part.names]
            if rows and target in stored_entities():
                found += _broken_in(name, column, target, rows, read)
    return found


def _broken_in(name: str, column: str, target: str, rows: list[Block], read: Read) -> list[Problem]:
    # Plain sets: for the few rows of most acts they are quicker than expressions, for many rows as quick.
    named = set().union(*(part.values(column) for part in rows)) - {"", None} - BUILT_IN.get(target, frozenset())
    missing = named.difference(read(target, ENTITIES[target].key[0], named)) if named else named
    if not missing:
        return []
    bad = dict.fromkeys(pair for part in rows for pair in part.named(column, missing, ENTITIES[name].key))
    return [
        problems.REFERENCE_BROKEN.at(table=name, key=key, column=column, value=value, target=target)
        for *key, value in list(bad)[:SHOWN]
    ]


def _still_used(changes: Sequence[Change], read: Read) -> list[Problem]:
    found = []
    for name in {c.entity: None for c in changes if c.old is not None and c.new is None}:
        users = [
            (user.name, c) for user in stored_entities().values() for c, t in user.references().items() if t == name
        ]
        if users:
            key = ENTITIES[name].key[0]
            gone = set().union(*(c.old.values(key) for c in changes if c.entity == name and c.old is not None))
            gone = gone.difference(BUILT_IN.get(name, ()), read(name, key, gone))
            found += [problem for user, column in users for problem in _users_of(name, gone, user, column, read)]
    return found


def _users_of(name: str, gone: set[str], user: str, column: str, read: Read) -> list[Problem]:
    counts = Counter(read(user, column, gone)) if gone else Counter()
    return [
        problems.STILL_USED.at(table=name, key=value, user=user, column=column, count=count)
        for value, count in counts.most_common(SHOWN)
    ]
