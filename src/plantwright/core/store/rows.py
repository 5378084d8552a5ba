"""Rows that are to be written: checked and completed before the database sees them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import Entity
from plantwright.core.problem import Problem, ProblemKind, stop_on_errors
from plantwright.core.store import problems
from plantwright.core.store.blocks import Block, Given, block_of, fitting
from plantwright.core.store.tables import ROW_VERSION

SHOWN = 20
"""So many rows of a fault are named; the rest would not be read."""


def checked(entity: type[Entity], columns: Mapping[str, Column], given: Given) -> Block:
    """Check rows against the columns of their table, and give them in their types and order.

    Raises
    ------
    ProblemError : columns that are unknown, of the wrong type or without a value; keys that are missing or given twice
    """
    rows = block_of(entity, given)
    known = {name: column.dtype for name, column in columns.items()} | {ROW_VERSION: pl.Int64()}
    found = [problems.COLUMN_UNKNOWN.at(table=entity.name, column=name) for name in rows.names if name not in known]
    found += [
        problems.VALUE_MISSING.at(table=entity.name, column=name) for name in entity.key if name not in rows.names
    ]
    found += [
        problems.COLUMN_TYPE.at(table=entity.name, column=name, value=value, must=str(known[name]))
        for name, value in rows.misfits(known)
    ]
    stop_on_errors(found)
    typed = fitting(rows.shaped(known))
    stop_on_errors([*_empty(entity, columns, typed), *_twice(entity, typed)])
    return typed


def _empty(entity: type[Entity], columns: Mapping[str, Column], rows: Block) -> list[Problem]:
    return [
        problems.VALUE_MISSING.at(table=entity.name, column=name)
        for name in rows.names
        if name in columns and not columns[name].nullable and rows.lacks(name)
    ]


def _twice(entity: type[Entity], rows: Block) -> list[Problem]:
    if rows.height < 2:
        return []
    return [problems.KEY_TWICE.at(table=entity.name, key=key) for key in rows.repeated(entity.key)[:SHOWN]]


def completed(entity: type[Entity], columns: Mapping[str, Column], rows: Block) -> Block:
    """Add the columns that new rows lack, with their defaults; a required one must be there."""
    there = set(rows.names)
    lacking = [column for name, column in columns.items() if name not in there]
    stop_on_errors(problems.VALUE_MISSING.at(table=entity.name, column=c.name) for c in lacking if c.required)
    full = rows.filled({c.name: (c.raw_default, c.dtype) for c in lacking}) if lacking else rows
    return full.select(list(columns))


def about_keys(kind: ProblemKind, entity: type[Entity], rows: Block) -> list[Problem]:
    """Give a problem for each of the first keys."""
    return [kind.at(table=entity.name, key=key) for key in rows.keys(entity.key, SHOWN)]
