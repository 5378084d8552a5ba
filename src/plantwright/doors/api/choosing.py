"""Which rows of a table are answered: conditions, order, columns, and one page after the other."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from plantwright.core.column import Column
from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError, stop_on_errors
from plantwright.core.store.tables import ROW_VERSION
from plantwright.doors.api.endpoint import option, options
from plantwright.flows.scenario import conditions

MOST, USUAL = 1000, 100

WHICH = options(
    option("where", 'Rows, as: "item = P-100 and due >= 2026-03-01"'),
    option("sort", "Columns in their order, apart by commas; a minus before one turns it round", list, None),
    option("select", "Columns that are answered, apart by commas; all where none is named", list, None),
    option("limit", f"Rows at most, up to {MOST}", int, USUAL),
    option("offset", "Rows that are passed over", int, 0),
    option("after", "Where to go on: the `next` of the answer before"),
)


@dataclass(frozen=True)
class Chosen:
    """A page of rows, how many there are on all pages, and where to go on."""

    rows: pl.DataFrame
    total: int
    next: str | None


def chosen(
    rows: pl.DataFrame,
    key: Sequence[str],
    columns: Mapping[str, Column],
    wanted: Mapping[str, Any],
    zone: str,
    name: str,
) -> Chosen:
    """Choose rows.

    Parameters
    ----------
    rows : raw rows in the order of their key
    key : columns of the key; none for rows that are only counted
    columns : what can be named
    wanted : values of `WHICH`
    zone : time zone in which moments are read
    name : the table, for the problems
    """
    order = [(part.lstrip("-"), part.startswith("-")) for part in wanted["sort"] or ()]
    picked = wanted["select"] or list(columns)
    test, problems = conditions(wanted["where"], columns, zone, name)
    problems = [replace(one, table="", key="", where="where") for one in problems]
    problems += [_unknown(n, "sort", columns) for n, _ in order if n not in columns]
    problems += [
        _unknown(n, "select", {**columns, ROW_VERSION: None}) for n in picked if n not in {*columns, ROW_VERSION}
    ]
    problems += _sizes(wanted)
    stop_on_errors(problems)
    found = rows.filter(test) if wanted["where"] else rows
    if order:
        names, down = [n for n, _ in order], [d for _, d in order]
        found = found.sort(names, descending=down, nulls_last=True, maintain_order=True)
    total = found.height
    start = _place(found, key, wanted["after"]) if wanted["after"] else wanted["offset"]
    page = found.slice(start, wanted["limit"])
    more = start + page.height < total and page.height > 0
    following = _cursor(page, key, start + page.height) if more else None
    shown = list(dict.fromkeys([*picked, *([ROW_VERSION] if ROW_VERSION in rows.columns else [])]))
    return Chosen(page if shown == page.columns else page.select(shown), total, following)


def _unknown(name: str, column: str, known: Mapping[str, Any]) -> Problem:
    return BAD_ARGUMENT.at(column=column, value=name, must="one of " + ", ".join(known))


def _sizes(wanted: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not 1 <= wanted["limit"] <= MOST:
        found.append(BAD_ARGUMENT.at(column="limit", value=wanted["limit"], must=f"from 1 to {MOST}"))
    if not 0 <= wanted["offset"] < 2**32:
        found.append(BAD_ARGUMENT.at(column="offset", value=wanted["offset"], must="at least 0"))
    return found


def _cursor(page: pl.DataFrame, key: Sequence[str], place: int) -> str:
    """Write where to go on: the place, and the key of the row before it, which finds it again."""
    parts = [place, *(page[name][-1] for name in key)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _place(rows: pl.DataFrame, key: Sequence[str], cursor: str) -> int:
    wrong = ProblemError([BAD_ARGUMENT.at(column="after", value=cursor, must="the next of an earlier answer")])
    try:
        place, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError) as error:
        raise wrong from error
    fits = isinstance(place, int) and 0 <= place < 2**32 and len(values) == len(key)
    if not fits or any(isinstance(value, (list, dict)) for value in values):
        raise wrong
    known = dict(zip(key, values, strict=True))
    if key and all(isinstance(value, str) == (rows.schema[name] == pl.String) for name, value in known.items()):
        at = rows.select(pl.all_horizontal(pl.col(n) == v for n, v in known.items()).arg_true()).to_series()
        place = int(at[0]) + 1 if at.len() else place
    return int(place)
