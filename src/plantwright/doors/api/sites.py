"""Rows by site: people who are given some sites see the rows of these alone; the store guards what they write."""

from __future__ import annotations

import polars as pl

from plantwright.core.access import Person
from plantwright.core.access.person import NOT_ALLOWED
from plantwright.core.access.sites import site_column
from plantwright.core.problem import ProblemError


def seen(rows: pl.DataFrame, column: str, person: Person, main: str) -> pl.DataFrame:
    """Keep the rows that a person may see; a row without a site belongs to the main one, `main`."""
    if not column or person.sites is None or column not in rows.columns:
        return rows
    return rows.filter(_of(column, main).is_in(sorted(person.sites)))


def _of(column: str, main: str) -> pl.Expr:
    return pl.when(pl.col(column) == "").then(pl.lit(main)).otherwise(pl.col(column))


def must_have_all_sites(person: Person) -> None:
    """Refuse people of some sites what touches the rows of all."""
    if person.sites is not None:
        raise ProblemError([NOT_ALLOWED.at(who=person.name, value="import for all sites")])


__all__ = ["must_have_all_sites", "seen", "site_column"]
