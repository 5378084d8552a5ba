"""Rows by site: people who are given some sites see the rows of these alone; the store guards what they write."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from plantwright.core.access.sight import Sight
from plantwright.core.entity import ENTITIES
from plantwright.doors.api.endpoint import Ask


def seen(ask: Ask, name: str, rows: pl.DataFrame, read: Callable[[str], pl.DataFrame] | None = None) -> pl.DataFrame:
    """Keep the rows of a table that the person may see; `read` gives further tables, the plant's as they are now."""
    if ask.person.sites is None:
        return rows
    shelf = ask.desk.shelf
    return Sight(ask.person.sites, shelf.main_site, read or shelf.table).of(name, rows)


def seen_of_plan(ask: Ask, name: str, number: int, there: Sequence[str]) -> pl.DataFrame:
    """Give the rows of a plan's table that the person may see; `there` are the tables that the plan has."""

    def read(table: str) -> pl.DataFrame:
        if ENTITIES[table].role != "result":
            return ask.desk.shelf.table(table)
        return ask.store.load_plan(number, [table])[1][table] if table in there else ENTITIES[table].empty()

    return seen(ask, name, read(name), read)


__all__ = ["seen", "seen_of_plan"]
