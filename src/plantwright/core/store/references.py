"""Columns that name rows of other tables: every change leaves each name with its row, or is refused whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import polars as pl

from plantwright.core.entity import ENTITIES, stored_entities
from plantwright.core.problem import Problem
from plantwright.core.store import problems
from plantwright.core.store.journal_rows import Change
from plantwright.core.store.rows import SHOWN

BUILT_IN: dict[str, frozenset[str]] = {}
"""Codes that exist in every plant without a row of their own, such as virtual places, by the entity they belong to."""

Read = Callable[[str, str, Sequence[str]], pl.Series]
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
        written = [c.after for c in changes if c.entity == name and c.after is not None]
        for column, target in ENTITIES[name].references().items():
            rows = [part for part in written if column in part.columns]
            if rows and target in stored_entities():
                found += _broken_in(name, column, target, rows, read)
    return found


def _broken_in(name: str, column: str, target: str, rows: list[pl.DataFrame], read: Read) -> list[Problem]:
    named = pl.concat([part[column] for part in rows]).drop_nulls().unique()
    named = named.filter(~named.is_in(["", *BUILT_IN.get(target, ())]))
    there = read(target, ENTITIES[target].key[0], named.to_list()) if named.len() else named
    missing = named.filter(~named.is_in(there.implode()))
    if missing.is_empty():
        return []
    key = list(ENTITIES[name].key)
    bad = pl.concat([part.select(pl.struct(key).alias("key"), column) for part in rows], how="vertical")
    bad = bad.filter(pl.col(column).is_in(missing.implode())).unique(maintain_order=True).head(SHOWN)
    return [
        problems.REFERENCE_BROKEN.at(
            table=name, key=tuple(row["key"].values()), column=column, value=row[column], target=target
        )
        for row in bad.iter_rows(named=True)
    ]


def _still_used(changes: Sequence[Change], read: Read) -> list[Problem]:
    found = []
    for name in {c.entity: None for c in changes if c.before is not None and c.after is None}:
        key = ENTITIES[name].key[0]
        gone = pl.concat([c.before[key] for c in changes if c.entity == name and c.before is not None])
        gone = gone.filter(~gone.is_in(list(BUILT_IN.get(name, ())))).unique() if gone.dtype == pl.String else gone[:0]
        users = [
            (user.name, c) for user in stored_entities().values() for c, t in user.references().items() if t == name
        ]
        if users and gone.len():
            gone = gone.filter(~gone.is_in(read(name, key, gone.to_list()).implode()))
            found += [problem for user, column in users for problem in _users_of(name, gone, user, column, read)]
    return found


def _users_of(name: str, gone: pl.Series, user: str, column: str, read: Read) -> list[Problem]:
    counts = read(user, column, gone.to_list()).value_counts().head(SHOWN)
    return [
        problems.STILL_USED.at(table=name, key=value, user=user, column=column, count=count)
        for value, count in counts.iter_rows()
    ]
