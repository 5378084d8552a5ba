"""What must hold across tables: references exist, keys are unique, settings and own fields are known and readable."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import polars as pl

from plantwright.core import exact
from plantwright.core.entity import ENTITIES, Entity, stored_entities
from plantwright.core.frames import write_series
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.reading import (
    CAP,
    CELL_FAULTS,
    KEY_TWICE,
    RowPlaces,
    did_you_mean,
    more,
    must_be,
    read_texts,
)
from plantwright.core.settings import SETTINGS

REFERENCE_MISSING = problem_kind(
    "reference-missing", "{column} names {value}, which is not in {target}.{hint}", "Add it to {target}, or correct it."
)
SETTING_UNKNOWN = problem_kind(
    "setting-unknown", "There is no setting {value}.{hint}", "Use one of those on the page of settings."
)
CURRENCY_UNKNOWN = problem_kind(
    "currency-unknown", "{value} is not the code of a currency.", "Write its ISO 4217 code, such as EUR."
)
FIELD_OF_NOTHING = problem_kind(
    "field-of-nothing", "{value} is not a table that can have fields of its own.{hint}", "Name a table such as item."
)
FIELD_NAME = problem_kind(
    "field-name",
    "{value} cannot be the name of a field.",
    "Begin with a letter; use small letters, digits and _ only.",
)
FIELD_CLASH = problem_kind(
    "field-clash", "{entity} has a column {value} already.", "Choose another name, or use that column."
)

Tables = Mapping[str, pl.DataFrame]
Places = Mapping[str, RowPlaces]


def check_plant(tables: Tables, extra: Mapping[str, Collection[str]] | None = None, zone: str = "UTC") -> list[Problem]:
    """Check all tables of a plant against each other.

    Parameters
    ----------
    tables : raw frames by the name of their table
    extra : codes that exist besides the rows of a table, such as the virtual places of `location`
    zone : time zone in which the moments of a key are written in the problems

    Returns
    -------
    Every problem; nothing is raised. Cost: one hash join for each reference.
    """
    return [*check_keys(tables, zone), *check_import(tables, None, extra, None, zone)]


def check_import(
    tables: Tables,
    known: Tables | None = None,
    extra: Mapping[str, Collection[str]] | None = None,
    places: Places | None = None,
    zone: str = "UTC",
) -> list[Problem]:
    """Check new rows against themselves and the plant's own; their keys were checked when they were read.

    Parameters
    ----------
    tables : raw frames of the new rows
    known : raw frames that the plant has already
    extra : codes that exist besides the rows of a table
    places : where the new rows stand in their files
    zone : time zone in which the moments of a key are written in the problems

    Returns
    -------
    Every problem of the new rows.
    """
    places = places or {}
    return [
        *check_settings(tables, places, zone),
        *check_user_fields(tables, places),
        *check_references(tables, known or {}, extra or {}, places, zone),
    ]


# --- references and keys --------------------------------------------------------------------------------------------


def check_references(
    tables: Tables, known: Tables, extra: Mapping[str, Collection[str]], places: Places, zone: str = "UTC"
) -> list[Problem]:
    """Find every reference in `tables` to a row that is neither there nor in `known` nor in `extra`."""
    codes: dict[str, pl.Series] = {}
    problems = []
    for name, frame in _known_frames(tables):
        entity = ENTITIES[name]
        for column, target in entity.references().items():
            if target not in codes:
                codes[target] = _codes(target, (tables, known), extra)
            problems += _missing(entity, frame, column, codes[target], places.get(name), zone)
    return problems


def _known_frames(tables: Tables) -> list[tuple[str, pl.DataFrame]]:
    return [(name, frame) for name, frame in tables.items() if name in ENTITIES and frame.height]


def _codes(target: str, sources: Collection[Tables], extra: Mapping[str, Collection[str]]) -> pl.Series:
    """Give every code by which a row of a table can be named."""
    key = ENTITIES[target].key[0]
    found = [source[target][key] for source in sources if target in source]
    own = pl.Series(key, list(extra.get(target, ())), dtype=pl.String)
    return pl.concat([own, *found]).unique().drop_nulls()


def _missing(
    entity: type[Entity], frame: pl.DataFrame, column: str, codes: pl.Series, places: RowPlaces | None, zone: str
) -> list[Problem]:
    """Find the rows whose reference leads nowhere; empty means none where the column has that default."""
    none = pl.Series(["" if entity.columns[column].default == "" else None], dtype=pl.String)
    named = frame.select(column).with_row_index("#index").drop_nulls()
    lost = named.join(pl.concat([codes, none]).to_frame(column), on=column, how="anti", maintain_order="left")
    target = entity.columns[column].target
    found = [
        REFERENCE_MISSING.at(
            entity.name,
            key_text(entity, frame, index, zone),
            column,
            value or "nothing",
            places.at(index, column) if places else "",
            target=target,
            hint=_near(value, codes),
        )
        for index, value in lost.head(CAP).iter_rows()
    ]
    return found + more(lost.height, REFERENCE_MISSING, entity.name, column, places.place.source if places else "")


def _near(value: str, codes: pl.Series) -> str:
    """Suggest a code that differs by case or spaces, or in a short list a similar one."""
    if len(codes) <= 1_000:
        return did_you_mean(value, codes)
    same = codes.filter(codes.str.to_lowercase() == value.lower())
    return f" Did you mean {same[0]}?" if len(same) else ""


def key_text(entity: type[Entity], frame: pl.DataFrame, index: int, zone: str) -> tuple[str, ...]:
    """Write the key of one row of a raw frame as people know it."""
    row = frame[index]
    return tuple(str(write_series(row[name], entity.columns[name], zone)[0]) for name in entity.key)


def check_keys(tables: Tables, zone: str = "UTC") -> list[Problem]:
    """Find rows of one table with the same key."""
    problems = []
    for name, frame in _known_frames(tables):
        entity = ENTITIES[name]
        again = frame.select(entity.key).is_duplicated()
        if not again.any():
            continue
        rows = frame.select(entity.key).with_row_index("#index").filter(again)
        rows = rows.with_columns(first=pl.col("#index").first().over(entity.key))
        rows = rows.filter(pl.col("first") != pl.col("#index"))
        for first, second in rows.head(CAP).select("first", "#index").iter_rows():
            key = key_text(entity, frame, second, zone)
            places = {"first": f"row {first + 1}", "second": f"row {second + 1}"}
            problems.append(KEY_TWICE.at(name, key, entity.key[0], **places))
        problems += more(rows.height, KEY_TWICE, name, " / ".join(entity.key))
    return problems


# --- settings and own fields ----------------------------------------------------------------------------------------


def check_settings(tables: Tables, places: Places, zone: str = "UTC") -> list[Problem]:
    """Find settings that are not known or cannot be read."""
    if "setting" not in tables:
        return []
    problems = []
    frame = tables["setting"].with_row_index("#index").drop_nulls(["name", "value"])
    for index, name, value in frame.select("#index", "name", "value").iter_rows():
        where = places["setting"].at(index, "value") if "setting" in places else ""
        problems += _check_setting(name, value, where, zone)
    return problems


def _check_setting(name: str, value: str, where: str, zone: str) -> list[Problem]:
    if name not in SETTINGS:
        return [SETTING_UNKNOWN.at("setting", name, "name", name, where, hint=did_you_mean(name, SETTINGS))]
    if name == "time_zone" and value:
        try:
            exact.check_zone(value)
        except ProblemError:
            return [exact.TIME_ZONE_UNKNOWN.at("setting", name, "value", value, where)]
    if name == "currency" and not re.fullmatch("[A-Z]{3}|", value):
        return [CURRENCY_UNKNOWN.at("setting", name, "value", value, where)]
    column = SETTINGS[name]
    fault = read_texts(pl.Series([value]), column, zone).fault[0] if value else None
    if fault is None:
        return []
    words = {"must": must_be(column), "choices": ", ".join(column.choices)}
    problem = CELL_FAULTS[fault].at("setting", name, name, value, where, **words)
    return [problem]


_FIELD_NAME = re.compile("[a-z][a-z0-9_]{0,59}")


def check_user_fields(tables: Tables, places: Places) -> list[Problem]:
    """Find own fields of tables that are none, with impossible names, or with the name of a declared column."""
    if "user_field" not in tables:
        return []
    open_tables = {name: entity for name, entity in stored_entities().items() if entity.role != "system"}
    problems = []
    frame = tables["user_field"].with_row_index("#index").drop_nulls(["entity", "name"])
    for index, entity, name in frame.select("#index", "entity", "name").iter_rows():
        here, key = places.get("user_field"), (entity, name)
        where = here.at(index, "entity" if entity not in open_tables else "name") if here else ""
        if entity not in open_tables:
            hint = did_you_mean(entity, open_tables)
            problems.append(FIELD_OF_NOTHING.at("user_field", key, "entity", entity, where, hint=hint))
        elif name in open_tables[entity].columns:
            problems.append(FIELD_CLASH.at("user_field", key, "name", name, where, entity=entity))
        elif not _FIELD_NAME.fullmatch(name):
            problems.append(FIELD_NAME.at("user_field", key, "name", name, where))
    return problems
