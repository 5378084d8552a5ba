"""Scenarios: a named list of edits makes another plant beside the base; neither the store nor the base is touched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import polars as pl

from plantwright.core.column import EXACT, Column, Kind
from plantwright.core.entity import Entity, stored_entities
from plantwright.core.exact import SCALE
from plantwright.core.problem import Problem, problem_kind, stop_on_errors
from plantwright.core.reading import read_table, read_texts
from plantwright.plant import Plant, columns_of, make_plant

SCENARIO_UNKNOWN = problem_kind(
    "scenario-unknown", "There is no scenario {value}.", "Use one of: {known}; or add it to the table scenario."
)
EDIT_TABLE = problem_kind(
    "scenario-table", "A scenario can edit a table of the plant; {value} is none.", "Name a table such as item_site."
)
EDIT_COLUMN = problem_kind("scenario-column", "{target} has no column {value}.", "Use one of its columns: {known}.")
EDIT_ROWS = problem_kind(
    "scenario-rows",
    "{column} must be conditions such as: item = P-100 and due >= 2026-03-01; it is {value!r}.",
    "Write column, comparison and value, joined by and.",
)
EDIT_VALUE = problem_kind(
    "scenario-value", "{target} must be {must}; it is {value!r}.", "Correct the value of the edit."
)
EDIT_NOTHING = problem_kind(
    "scenario-no-rows", "The edit finds no row in {target}: {value}.", "Check the conditions of the edit.", "warning"
)

_CONDITION = re.compile(r"^\s*(\w+)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*$")
_NUMERIC = EXACT | {Kind.WHOLE, Kind.DURATION, Kind.MOMENT, Kind.DAY}


def apply_scenario(plant: Plant, code: str) -> tuple[Plant, list[Problem]]:
    """Make the plant of a scenario.

    Parameters
    ----------
    plant : the base
    code : name of the scenario in the table `scenario`

    Returns
    -------
    The plant with all edits made in their order, and what was odd about them (an edit that finds no row).

    Raises
    ------
    ProblemError
        With every fault of every edit.
    """
    known = plant.raw["scenario"]["code"].to_list()
    if code not in known:
        stop_on_errors([SCENARIO_UNKNOWN.at("scenario", code, "code", code, known=", ".join(known) or "none yet")])
    edits = plant.raw["scenario_edit"].filter(pl.col("scenario") == code).sort("sequence")
    tables, problems = dict(plant.raw), []
    for edit in edits.iter_rows(named=True):
        changed, found = _apply(tables, edit, plant.settings.zone)
        tables[edit["table"]] = changed
        problems += found
    stop_on_errors(problems)
    made = make_plant(tables, plant.as_of, scenario=code)
    return replace(made, raw=MappingProxyType(dict(made.raw))), problems


def _apply(tables: dict[str, pl.DataFrame], edit: dict[str, Any], zone: str) -> tuple[pl.DataFrame, list[Problem]]:
    key = (edit["scenario"], edit["sequence"])
    name = edit["table"]
    entity = stored_entities().get(name)
    if entity is None or entity.role == "system":
        return pl.DataFrame(), [EDIT_TABLE.at("scenario_edit", key, "table", name)]
    columns = columns_of(entity, tables)
    if edit["change"] == "insert":
        return _insert(tables[name], entity, columns, edit, zone)
    chosen, problems = conditions(edit["rows"], columns, zone, name, key)
    if not problems and not tables[name].filter(chosen).height:
        problems = [EDIT_NOTHING.at("scenario_edit", key, "rows", edit["rows"], target=name)]
    if problems:
        return tables[name], problems
    if edit["change"] == "delete":
        return tables[name].filter(~chosen), []
    return _changed(tables[name], chosen, columns, edit, zone)


def _changed(
    frame: pl.DataFrame, chosen: pl.Expr, columns: Mapping[str, Column], edit: dict[str, Any], zone: str
) -> tuple[pl.DataFrame, list[Problem]]:
    key = (edit["scenario"], edit["sequence"])
    column = columns.get(edit["column"])
    if column is None:
        known = ", ".join(columns)
        return frame, [
            EDIT_COLUMN.at("scenario_edit", key, "column", edit["column"], target=edit["table"], known=known)
        ]
    value, problems = _new_value(edit, column, zone, key)
    if problems:
        return frame, problems
    return frame.with_columns(pl.when(chosen).then(value).otherwise(pl.col(column.name)).alias(column.name)), []


def _new_value(edit: dict[str, Any], column: Column, zone: str, key: object) -> tuple[pl.Expr, list[Problem]]:
    change, text = edit["change"], edit["value"]
    if change == "multiply":
        factor = Column(Kind.RATIO, "factor", name=column.name)
        must = "a factor such as 1.2, on a column of numbers"
    elif change == "add":
        # What is added to a moment or a day is a length of time or a number of days.
        kind = {Kind.MOMENT: Kind.DURATION, Kind.DAY: Kind.WHOLE}.get(column.kind, column.kind)
        factor = Column(kind, "addend", name=column.name)
        must = "a number to add, on a column of numbers, days or moments"
    else:
        factor, must = column, column.describe_bounds() or column.kind.value
    read = read_texts(pl.Series([text]), factor, zone)
    if read.fault[0] is not None or (change != "set" and column.kind not in _NUMERIC):
        return pl.lit(None), [EDIT_VALUE.at("scenario_edit", key, "value", text, target=column.name, must=must)]
    value, present = read.values[0], pl.col(column.name)
    if change == "set":
        return pl.lit(value, dtype=column.dtype), []
    if change == "add":
        return present + (value // 60_000 if column.kind is Kind.MOMENT else value), []
    # Millionths times millionths would overflow, so the whole and the broken part are multiplied apart.
    product = present // SCALE * value + (present % SCALE * value) // SCALE
    return (product if column.kind in EXACT else present * value // SCALE), []


def conditions(
    text: str, columns: Mapping[str, Column], zone: str, table: str, key: object = ""
) -> tuple[pl.Expr, list[Problem]]:
    """Read conditions such as ``item = P-100 and due >= 2026-03-01`` into a filter on a raw frame.

    Parameters
    ----------
    text : conditions joined by "and"; empty for every row
    columns : the columns that may be named
    zone : time zone in which moments are read
    table, key : where the text stands, for the problems

    Returns
    -------
    The filter, and a problem for each condition that cannot be read.
    """
    chosen, problems = pl.lit(value=True), []
    for part in re.split(r"\s+and\s+", text.strip()) if text.strip() else []:
        match = _CONDITION.match(part)
        if match is None:
            problems.append(EDIT_ROWS.at("scenario_edit", key, "rows", part))
            continue
        name, comparison, value = match.groups()
        if name not in columns:
            problems.append(EDIT_COLUMN.at("scenario_edit", key, "rows", name, target=table, known=", ".join(columns)))
            continue
        read = read_texts(pl.Series([value]), columns[name], zone)
        if value and read.fault[0] is not None:
            must = columns[name].kind.value
            problems.append(EDIT_VALUE.at("scenario_edit", key, "rows", value, target=name, must=must))
            continue
        chosen = chosen & _compare(pl.col(name), comparison, read.values[0])
    return chosen, problems


def _compare(left: pl.Expr, comparison: str, right: Any) -> pl.Expr:
    if right is None:  # nothing stands behind the sign: the cell is to be empty, or not
        return {"=": left.is_null(), "!=": left.is_not_null()}.get(comparison, pl.lit(value=False))
    compare: dict[str, pl.Expr] = {
        "=": left == right, "!=": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }  # fmt: skip
    return compare[comparison]


def _insert(
    frame: pl.DataFrame, entity: type[Entity], columns: Mapping[str, Column], edit: dict[str, Any], zone: str
) -> tuple[pl.DataFrame, list[Problem]]:
    key = (edit["scenario"], edit["sequence"])
    values: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", edit["rows"].strip()):
        match = _CONDITION.match(part)
        if match is None or match.group(2) != "=":
            return frame, [EDIT_ROWS.at("scenario_edit", key, "rows", part)]
        values[match.group(1)] = match.group(3)
    texts = pl.DataFrame({**{name: [value] for name, value in values.items()}})
    new, problems = read_table(entity, texts, columns, zone, f"scenario {edit['scenario']} edit {edit['sequence']}")
    return (frame if problems else pl.concat([frame, new], how="diagonal_relaxed")), problems
