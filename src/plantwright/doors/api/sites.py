"""Rows by site: people who are given some sites see and write the rows of these alone."""

from __future__ import annotations

import polars as pl

from plantwright.core.access import Person
from plantwright.core.access.person import NOT_ALLOWED
from plantwright.core.entity import Entity
from plantwright.core.problem import ProblemError


def site_column(entity: type[Entity]) -> str:
    """Give the column that tells the site of a row; empty where rows belong to no site."""
    if entity.name == "site":
        return entity.key[0]
    column = entity.columns.get("site")
    return "site" if column is not None and column.target == "site" else ""


def seen(rows: pl.DataFrame, column: str, person: Person, main: str) -> pl.DataFrame:
    """Keep the rows that a person may see; a row without a site belongs to the main one, `main`."""
    if not column or person.sites is None or column not in rows.columns:
        return rows
    return rows.filter(_of(column, main).is_in(sorted(person.sites)))


def must_write(rows: pl.DataFrame, entity: type[Entity], person: Person, main: str) -> None:
    """Refuse rows of sites that a person may not write."""
    column = site_column(entity)
    if not column or person.sites is None or column not in rows.columns:
        return
    foreign = rows.filter(~_of(column, main).is_in(sorted(person.sites)))[column].unique().sort()
    if foreign.len():
        raise ProblemError(
            [NOT_ALLOWED.at(entity.name, column=column, value=f"site {s}".strip(), who=person.name) for s in foreign]
        )


def _of(column: str, main: str) -> pl.Expr:
    return pl.when(pl.col(column) == "").then(pl.lit(main)).otherwise(pl.col(column))


def must_have_all_sites(person: Person) -> None:
    """Refuse people of some sites what touches the rows of all."""
    if person.sites is not None:
        raise ProblemError([NOT_ALLOWED.at(who=person.name, value="import for all sites")])
