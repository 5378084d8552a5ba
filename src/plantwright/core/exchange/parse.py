"""Read a source of texts as the plant's tables: settings and own fields first, since the others depend on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, Entity, plant_entities
from plantwright.core.exact import check_zone
from plantwright.core.exchange.source import TABLE_TWICE, Source, SourceTable
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.reading import ROW, RowPlaces, did_you_mean, read_table
from plantwright.core.system import UserField

TABLE_UNKNOWN = problem_kind(
    "table-unknown",
    "{value} is not a table of the plant.{hint}",
    "Rename it; or hide the sheet, or begin the name with _, if it is only a note.",
)
TABLE_COMPUTED = problem_kind(
    "table-computed", "{value} is computed by the program and cannot be imported.", "Remove it from the import."
)

ColumnsOf = Callable[[type[Entity], Mapping[str, pl.DataFrame]], Mapping[str, Column]]
"""Gives all columns of a table, those that the plant adds included, from the plant's tables (its own fields)."""


@dataclass(frozen=True)
class Parsed:
    """The raw frames that were read, every problem, the files, and where each row stands."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    places: dict[str, RowPlaces] = field(default_factory=dict)
    zone: str = "UTC"


def importable() -> dict[str, type[Entity]]:
    """Give the tables that people bring in: neither results nor the program's own."""
    return plant_entities()


def declared_columns(entity: type[Entity], _tables: Mapping[str, pl.DataFrame]) -> Mapping[str, Column]:
    """Give the declared columns of a table, for a plant without fields of its own."""
    return entity.columns


def parse_source(
    source: Source,
    columns_of: ColumnsOf = declared_columns,
    known: Mapping[str, pl.DataFrame] | None = None,
    zone: str = "UTC",
) -> Parsed:
    """Read every table of a source into raw frames.

    Parameters
    ----------
    source : texts, as `read_source` or `read_mapping` found them
    columns_of : gives the columns of a table with those that the plant adds
    known : raw tables that the plant has already; of them `user_field` is used
    zone : time zone of the plant, unless the source itself has a setting `time_zone`

    Returns
    -------
    Raw frames by the name of their table, null where a cell is at fault; every problem; where each row stands.
    """
    tables, problems = _known_tables(source)
    zone = _zone(tables.get("setting"), zone)
    parsed = Parsed(problems=[*source.problems, *problems], files=list(source.files), zone=zone)
    first: list[str] = [name for name in ("setting", "user_field") if name in tables]
    own: dict[str, pl.DataFrame] = {}
    for name in first:
        _read_into(parsed, tables[name], declared_columns, own)
    own = {"user_field": _own_fields(parsed.tables, known or {})}
    for name in _in_order(tables):
        if name not in first:
            _read_into(parsed, tables[name], columns_of, own)
    return parsed


def _in_order(names: Iterable[str]) -> list[str]:
    return [name for name in ENTITIES if name in set(names)]


def _known_tables(source: Source) -> tuple[dict[str, SourceTable], list[Problem]]:
    """Keep the tables of the plant under their names; a sheet called "BOM line" is as good as ``bom_line``."""
    tables: dict[str, SourceTable] = {}
    problems = []
    for title, table in source.tables.items():
        name = "_".join(title.lower().split())
        where = table.place.source
        if name in tables:
            first = tables[name].place.source
            problems.append(TABLE_TWICE.at(name, where=where, first=first, second=where))
        elif name in importable():
            tables[name] = replace(table, name=name)
        elif name in ENTITIES:
            problems.append(TABLE_COMPUTED.at(name, value=title, where=where))
        elif not title.startswith("_"):
            hint = did_you_mean(name, importable())
            problems.append(TABLE_UNKNOWN.at(value=title, where=where, hint=hint))
    return tables, problems


def _zone(setting: SourceTable | None, zone: str) -> str:
    """Take the time zone from the settings of the source; a wrong one is reported by the checks."""
    if setting is None or not {"name", "value"} <= set(setting.texts.columns):
        return zone
    named = dict(zip(setting.texts["name"].str.strip_chars(), setting.texts["value"].str.strip_chars(), strict=True))
    try:
        check_zone(named.get("time_zone") or zone)
    except ProblemError:
        return zone
    return named.get("time_zone") or zone


def _own_fields(tables: Mapping[str, pl.DataFrame], known: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Unite the plant's own fields with those of the source, which win; what is at fault stays out."""
    frames = [each["user_field"] for each in (tables, known) if "user_field" in each]
    own = pl.concat(frames) if frames else UserField.empty()
    return own.drop_nulls(["entity", "name", "kind"]).unique(["entity", "name"], keep="first", maintain_order=True)


def _read_into(parsed: Parsed, table: SourceTable, columns_of: ColumnsOf, own: Mapping[str, pl.DataFrame]) -> None:
    entity = ENTITIES[table.name]
    columns = columns_of(entity, own)
    frame, problems = read_table(entity, table.texts, columns, parsed.zone, table.place)
    parsed.tables[table.name] = frame
    parsed.problems.extend(problems)
    parsed.places[table.name] = RowPlaces(table.place, table.texts[ROW])
