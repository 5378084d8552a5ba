"""Tables of the kernel itself: settings of the plant, its own fields, numbering, exchange rates."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from plantwright.core import column as col
from plantwright.core.column import EVER, Column
from plantwright.core.entity import Entity

USER_KINDS = {
    "text": col.text,
    "whole number": col.whole,
    "quantity": col.quantity,
    "money": col.money,
    "ratio": col.ratio,
    "day": col.day,
    "yes or no": col.flag,
}
"""Constructor of the column for each kind that a field of the plant may have."""


class Setting(Entity, key="name"):
    """A choice that holds for the whole plant, such as its time zone or its currency."""

    name = col.code("Name of the setting, as listed on the page of settings")
    value = col.text("Its value, written as text")


class UserField(Entity, key=("entity", "name")):
    """A column that this plant adds to one of the tables; it goes through import, export, filters and reports."""

    entity = col.code("Table that gets the field, such as item")
    name = col.code("Name of the field, as it heads the column in files")
    kind = col.choice(tuple(USER_KINDS), "What it holds")
    unit = col.text("Unit shown in the header")
    help = col.text("What the field means")


class NumberSeries(Entity, key="series"):
    """How the numbers of a kind of document are made."""

    series = col.code("Kind of document, such as production_order")
    prefix = col.text("What stands before the number")
    digits = col.whole("Digits, filled with zeros from the left", default=6, at_least=1, at_most=12)
    next = col.whole("Next number to give", default=1, at_least=1)


class ExchangeRate(Entity, key=("currency", "effective_from")):
    """What one unit of a foreign currency is worth in the currency of the plant, from a day on."""

    currency = col.code("Foreign currency by its ISO 4217 code")
    effective_from = col.day("First day of the rate", default=EVER)
    rate = col.quantity("Units of the plant's currency for one unit of the foreign one", above=0)


class Unit(Entity, key="code"):
    """A unit of measure that the plant adds to the built-in ones."""

    code = col.code("Short name of the unit, such as can")
    name = col.text("Full name")
    dimension = col.choice(("count", "mass", "length", "area", "volume", "time", "energy"), "What it measures")
    factor = col.quantity("How many base units one of it is (pcs, kg, m, m2, l, s, J)", above=0, default=1)


FIELD_COLUMNS = ("entity", "name", "kind", "unit", "help")


def user_columns(entity: type[Entity], user_field: pl.DataFrame) -> dict[str, Column]:
    """Give the columns that the plant itself adds to a table; each may be empty."""
    return added_columns(entity, tuple(user_field.select(FIELD_COLUMNS).rows()))


def added_columns(entity: type[Entity], fields: tuple[tuple[str, ...], ...]) -> dict[str, Column]:
    """Give the columns that the plant itself adds to a table, from rows of user_field with `FIELD_COLUMNS`."""
    return {
        name: replace(USER_KINDS[kind](text, unit=unit, default=None), name=name)
        for table, name, kind, unit, text in fields
        if table == entity.name
    }
