"""Declare a table of the plant once; everything that handles it reads this declaration.

An entity is a class whose attributes are columns::

    class BomLine(Entity, key=("parent", "component")):
        \"\"\"How much of a component one unit of its parent takes.\"\"\"

        parent = col.ref("item", "Item that is made")
        component = col.ref("item", "Item that is used")
        quantity = col.quantity("Taken per unit of the parent", above=0)

From it come the SQL table and its migration check, the headers and import checks of CSV and Excel files, the shape of
the frames, the documentation page, and the bad values that the tests try.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal

import polars as pl

from plantwright.core.column import Column, Kind

Role = Literal["input", "record", "result", "system"]


class Entity:
    """Base of every declared table; see the module's text for how one is written."""

    name: ClassVar[str]
    title: ClassVar[str]
    area: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    role: ClassVar[Role]
    ledger: ClassVar[bool]
    columns: ClassVar[dict[str, Column]]

    def __init_subclass__(
        cls, *, key: Sequence[str] | str, role: Role = "input", ledger: bool = False, name: str = ""
    ) -> None:
        """Collect the columns and enter the table in the register."""
        # The columns come first: one of them may be called `name` or `key`, like what is set below.
        columns = {n: replace(c, name=n) for n, c in vars(cls).items() if isinstance(c, Column)}
        cls.columns = columns
        cls.name = name or _snake(cls.__name__)
        cls.title = cls.name.replace("_", " ").capitalize()
        cls.area = cls.__module__.rsplit(".", 2)[-2]
        cls.key = (key,) if isinstance(key, str) else tuple(key)
        cls.role = role
        cls.ledger = ledger
        missing = [k for k in cls.key if k not in cls.columns]
        if missing or not cls.__doc__:
            raise TypeError(f"{cls.name}: needs a docstring, and its key columns {missing} declared")
        if cls.name in ENTITIES:
            raise TypeError(f"{cls.name} is declared twice")
        ENTITIES[cls.name] = cls

    @classmethod
    def schema(cls) -> dict[str, pl.DataType]:
        """Give the columns and types of a raw frame of this entity."""
        return {name: column.dtype for name, column in cls.columns.items()}

    @classmethod
    def empty(cls) -> pl.DataFrame:
        """Give a raw frame without rows."""
        return pl.DataFrame(schema=cls.schema())

    @classmethod
    def references(cls) -> dict[str, str]:
        """Give the columns that name rows of other entities, with the entity that each names."""
        return {name: column.target for name, column in cls.columns.items() if column.kind is Kind.REF}


ENTITIES: dict[str, type[Entity]] = {}
"""Every declared entity by name, in the order of declaration."""


def stored_entities() -> dict[str, type[Entity]]:
    """Give the entities that have a table of their own in the store (results are kept with their plan)."""
    return {name: entity for name, entity in ENTITIES.items() if entity.role != "result"}


def plant_entities() -> dict[str, type[Entity]]:
    """Give the stored entities that make up the plant: not those that the program keeps for itself, such as users."""
    return {name: entity for name, entity in stored_entities().items() if entity.role != "system"}


def raw_frame(entity: type[Entity], rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Build a raw frame from rows of raw values, defaults filled in.

    Parameters
    ----------
    entity : the declared table
    rows : one dictionary a row; raw values (scaled integers, minutes, days)

    Returns
    -------
    A frame with exactly the entity's columns.
    """
    defaults = {n: c.raw_default for n, c in entity.columns.items() if not c.required}
    return pl.DataFrame([{**defaults, **row} for row in rows], schema=entity.schema(), orient="row")


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
