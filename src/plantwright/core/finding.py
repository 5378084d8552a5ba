"""What the checks of all areas share: rows that break a rule become problems, written as people know the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from plantwright.core import exact, wording
from plantwright.core.column import TEXTUAL, Column, Kind
from plantwright.core.entity import ENTITIES
from plantwright.core.frames import write_series
from plantwright.core.problem import KINDS, Problem, ProblemError, ProblemKind, problem_kind
from plantwright.core.reader import PLAIN, READER
from plantwright.core.settings import SETTINGS

Tables = Mapping[str, pl.DataFrame]
"""Raw frames by the name of their table."""

SHOWN = 50
"""Problems of one rule that are written out; the rest is counted."""

EFFECTIVE_NEVER = problem_kind(
    "effective-never",
    "It ends on {effective_to}, before it begins on {effective_from}, so it never holds.",
    "Correct one of the two days, or remove the row.",
    "warning",
)


def found(
    kind: ProblemKind,
    tables: Tables,
    table: str,
    rows: pl.DataFrame,
    column: str = "",
    amounts: tuple[str, ...] = (),
    moments: tuple[str, ...] = (),
    days: tuple[str, ...] = (),
) -> list[Problem]:
    """Turn the rows that break a rule into problems.

    Parameters
    ----------
    kind : what is wrong; each column of `rows` may stand in its wording
    tables : the plant's tables, for its time zone
    table : the table that the rows come from; its key names the rows
    rows : the rows at fault, the key columns among them
    column : the column at fault, if it is one
    amounts, moments, days : columns of `rows` that the table does not have and that hold millionths, minutes or days

    Returns
    -------
    A problem a row, `SHOWN` at most, and one that counts the rest.
    """
    if not rows.height:
        return []
    key = ENTITIES[table].key
    # People look for a row by its key, and the same plant must give the same list.
    first = rows.sort(key).head(SHOWN)
    own = {name: one for name, one in ENTITIES[table].columns.items() if name in first.columns}
    kinds = ((Kind.QUANTITY, amounts), (Kind.MOMENT, moments), (Kind.DAY, days))
    more = {name: Column(one, name, name=name) for one, names in kinds for name in names}
    files = _written(tables, table, first)
    said = _said(files, first, own | more, zone_of(tables))
    problems = [
        kind.at(table, tuple(row[name] for name in key), column, row.get(column, ""), **_other(words))
        for row, words in zip(files.iter_rows(named=True), said.iter_rows(named=True), strict=True)
    ]
    return problems + and_more(kind, table, rows.height)


def _said(files: pl.DataFrame, rows: pl.DataFrame, columns: Mapping[str, Column], zone: str) -> pl.DataFrame:
    """Write what stands in the sentences of problems: as in files, or for a reader of a locale of his own in its form.

    Key and value of a problem stay as in files, because people look for a row by them.
    """
    if READER.get() == PLAIN:
        return files.with_columns(write_series(rows[name], column, zone) for name, column in columns.items())
    return files.with_columns(
        pl.Series(name, [_shown(value, column, zone) for value in rows[name]], pl.String)
        for name, column in columns.items()
        if column.kind not in TEXTUAL
    )


def _shown(value: Any, column: Column, zone: str) -> str:
    if column.kind is Kind.MOMENT and value is not None:
        return wording.moment(value, zone, clock=True, ends=wording.is_end(column))
    return wording.shown(value, column, zone)


def placed(
    tables: Tables, table: str, rows: pl.DataFrame, column: str, fault: Callable[[dict[str, Any]], Problem]
) -> list[Problem]:
    """Give each row the problem that `fault` makes of its stored values, with the place of the row.

    `SHOWN` of them are written out, then one counts the rest.
    """
    if not rows.height:
        return []
    key = ENTITIES[table].key
    rows = rows.sort(key)
    problems = []
    for row, words in zip(
        rows.head(SHOWN).iter_rows(named=True),
        _written(tables, table, rows.head(SHOWN)).iter_rows(named=True),
        strict=True,
    ):
        place = " / ".join(str(words[name]) for name in key)
        problems.append(replace(fault(row), table=table, key=place, column=column, value=str(words[column])))
    return problems + and_more(KINDS[problems[0].code], table, rows.height)


def _written(tables: Tables, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Write the columns of a table as texts."""
    columns, zone = ENTITIES[table].columns, zone_of(tables)
    return rows.with_columns(
        [write_series(rows[name], columns[name], zone) for name in rows.columns if name in columns]
    )


def and_more(kind: ProblemKind, table: str, count: int) -> list[Problem]:
    """Give the problem that counts those that are not written out, if there are any."""
    if count <= SHOWN:
        return []
    return [Problem(kind.code, kind.severity, f"And {count - SHOWN} more like these.", kind.remedy, table)]


def _other(row: dict[str, Any]) -> dict[str, Any]:
    """Keep what may fill the wording; the names of a problem's own places are taken."""
    return {name: value for name, value in row.items() if name not in {"table", "key", "column", "value", "where"}}


def setting_text(tables: Tables, name: str) -> str:
    """Give a setting of texts as it stands in the plant's table, or its default."""
    rows = tables["setting"].filter(pl.col("name") == name)["value"].drop_nulls()
    return str(rows[0]) if len(rows) and rows[0] else str(SETTINGS[name].default)


def zone_of(tables: Tables) -> str:
    """Give the plant's time zone; UTC where the setting names none that is known."""
    zone = setting_text(tables, "time_zone")
    try:
        exact.check_zone(zone)
    except ProblemError:
        return "UTC"
    return zone


def main_site(tables: Tables) -> str:
    """Give the site that is meant where a row names none."""
    sites = tables["site"]["code"]
    return setting_text(tables, "main_site") or (str(sites[0]) if len(sites) else "")


def at_site(column: str, main: str) -> pl.Expr:
    """Read a column of sites in which an empty cell means the main one."""
    return pl.when(pl.col(column) == "").then(pl.lit(main)).otherwise(pl.col(column)).alias(column)


def never_effective(tables: Tables, table: str) -> list[Problem]:
    """Find rows whose last day comes before their first."""
    rows = tables[table].filter(pl.col("effective_to") < pl.col("effective_from"))
    return found(EFFECTIVE_NEVER, tables, table, rows, "effective_to")


def codes_where(frame: pl.DataFrame, condition: pl.Expr, column: str = "code") -> pl.Series:
    """Give the codes of the rows that a condition holds for."""
    return frame.filter(condition)[column].unique()
