"""The frozen bundles: a plant as of a moment, and a plan made from it."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import polars as pl

import plantwright.areas
import plantwright.core.access.tables
import plantwright.core.job_schedules
from plantwright.core import frames
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity, plant_entities
from plantwright.core.reading import read_texts
from plantwright.core.settings import SETTINGS, Settings
from plantwright.core.system import user_columns

for _area in pkgutil.iter_modules(plantwright.areas.__path__):
    importlib.import_module(f"plantwright.areas.{_area.name}.tables")

VIRTUAL_LOCATIONS = ("OPENING", "SUPPLIER", "PRODUCTION", "CUSTOMER", "LOSS", "TRANSIT")
"""Places that every plant has, from which stock comes and to which it goes."""


@dataclass(frozen=True)
class Plant(Mapping[str, pl.DataFrame]):
    """Every table of a plant as of a moment; nothing that is computed from it changes it.

    ``plant["item"]`` is the table as people see it; ``plant.raw["item"]`` holds the stored values that the flows
    compute with.
    """

    raw: Mapping[str, pl.DataFrame]
    as_of: int
    settings: Settings = field(default_factory=Settings)
    scenario: str = ""

    def __getitem__(self, name: str) -> pl.DataFrame:
        entity = ENTITIES[name]
        return frames.present(self.raw[name], columns_of(entity, self.raw), self.settings.zone)

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def hash(self) -> str:
        """Give a fingerprint of all the tables, the settings and the moment, the same for the same plant."""
        digest = hashlib.sha256(repr((self.as_of, self.scenario, sorted(self.settings.items()))).encode())
        for name in sorted(self.raw.keys() - {"action_message"}):  # what plans write is no input of plans
            rows = self.raw[name]
            if rows.height:
                rows = rows.select(sorted(rows.columns))
                # A sum of row hashes does not depend on the order in which the rows were read.
                digest.update(f"{name} {rows.height} {rows.hash_rows(seed=1).sum()} ".encode())
        return digest.hexdigest()[:16]


def make_plant(tables: Mapping[str, pl.DataFrame], as_of: int, scenario: str = "") -> Plant:
    """Bundle raw tables into a plant: tables that are missing are empty, virtual places are added.

    Parameters
    ----------
    tables : raw frames by the name of their entity
    as_of : the moment for which the plant is seen, in minutes since 1970-01-01 UTC, where the settings name none
    scenario : name of the scenario whose edits the tables hold

    Returns
    -------
    The frozen plant.
    """
    raw = {name: tables.get(name, entity.empty()) for name, entity in plant_entities().items()}
    raw["location"] = with_virtual_locations(raw["location"])
    settings = read_settings(raw["setting"])
    moment = as_of if settings["as_of"] is None else settings["as_of"]
    return Plant(MappingProxyType(raw), moment, settings, scenario)


def with_virtual_locations(location: pl.DataFrame) -> pl.DataFrame:
    """Add the virtual places that a table of locations does not have yet."""
    entity = ENTITIES["location"]
    known = set(location["code"])
    rows = [
        {"code": code, "name": code.capitalize(), "site": "", "parent": "", "kind": "virtual", "nettable": False}
        for code in VIRTUAL_LOCATIONS
        if code not in known
    ]
    return pl.concat([location, pl.DataFrame(rows, schema=entity.schema())], how="diagonal") if rows else location


def read_settings(table: pl.DataFrame) -> Settings:
    """Read the settings from their table of texts; those that cannot be read are left at their default.

    `check` reports them; here nothing may fail, because a plant with a wrong setting must still be shown.
    """
    return _settings_of(tuple(zip(table["name"], table["value"], strict=True)))


@lru_cache(maxsize=16)
def _settings_of(rows: tuple[tuple[str, str], ...]) -> Settings:
    """Read settings once: a plan of a plant with scenarios asks for the same ones again and again."""
    texts = dict(rows)
    zone = texts.get("time_zone") or "UTC"
    values: dict[str, Any] = {}
    for name, column in SETTINGS.items():
        if texts.get(name):
            read = read_texts(pl.Series([texts[name]]), column, zone)
            if read.fault[0] is None:
                values[name] = read.values[0]
    return Settings(values)


def columns_of(entity: type[Entity], raw: Mapping[str, pl.DataFrame]) -> dict[str, Column]:
    """Give all columns of a table: the declared ones and those that the plant adds."""
    own = user_columns(entity, raw["user_field"]) if "user_field" in raw else {}
    return {**entity.columns, **own}


@dataclass(frozen=True)
class Plan(Mapping[str, pl.DataFrame]):
    """A plan: its result tables and where they come from. It never changes once it is made.

    ``plan["planned_order"]`` is a result table as people see it; ``plan.raw["planned_order"]`` holds stored values.
    """

    raw: Mapping[str, pl.DataFrame]
    as_of: int
    zone: str
    options: Mapping[str, Any]
    inputs: str
    engine: str
    scenario: str = ""
    number: int = 0
    status: str = "feasible"
    verified: bool = False
    problems: tuple[Any, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    totals: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pl.DataFrame:
        return frames.present(self.raw[name], ENTITIES[name].columns, self.zone)

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)
