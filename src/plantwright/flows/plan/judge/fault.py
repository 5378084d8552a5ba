"""What a check finds: rows of a frame that break one rule, turned into problems at the end, so many a code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from plantwright.core import exact
from plantwright.core.entity import ENTITIES
from plantwright.core.frames import write_series
from plantwright.core.problem import Problem, ProblemKind

SHOWN = 50
"""How many problems of one code are written out; the rest is counted."""


@dataclass(frozen=True)
class Fault:
    """Rows that break one rule, and how they are named in the problem.

    `moments`, `amounts` and `times` name the columns that hold minutes, millionths and milliseconds, to be written
    in words; every column of `rows` may stand in the wording of the kind. `value` names the column whose value the
    problem gives; where it is empty, that is `column`.
    """

    kind: ProblemKind
    rows: pl.DataFrame
    table: str
    key: tuple[str, ...]
    column: str = ""
    moments: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    value: str = ""

    def problems(self, most: int, zone: str) -> Iterator[Problem]:
        """Write out the first rows."""
        shown = self.rows.head(most)
        shown = shown.with_columns(
            *(exact.format_moment(shown[name], zone).fill_null("never") for name in self.moments),
            *(exact.format_decimal(shown[name]).fill_null("nothing") for name in self.amounts),
            *(exact.format_duration(shown[name], "min").fill_null("nothing") for name in self.times),
        )
        values = self._values(shown, zone)
        for row, value in zip(shown.iter_rows(named=True), values, strict=True):
            yield self.kind.at(self.table, tuple(row[name] for name in self.key), self.column, value, **_other(row))

    def _values(self, shown: pl.DataFrame, zone: str) -> pl.Series:
        """Give the value at fault of each row, written as people know it."""
        name = self.value or self.column
        if name not in shown.columns:
            return pl.Series([""], dtype=pl.String).new_from_index(0, shown.height)
        values, declared = shown[name], ENTITIES[self.table].columns.get(name) if self.table in ENTITIES else None
        if declared is None or name in (*self.moments, *self.amounts, *self.times):
            return values.cast(pl.String).fill_null("")
        return write_series(values, declared, zone)


def _other(row: dict[str, Any]) -> dict[str, Any]:
    """Keep what may fill the wording; the names of a problem's own places are taken."""
    return {name: value for name, value in row.items() if name not in {"table", "key", "column", "value", "where"}}


def written(faults: Iterable[Fault], zone: str) -> list[Problem]:
    """Turn faults into problems: at most `SHOWN` a code, then one that counts the rest."""
    by_code: dict[str, list[Fault]] = {}
    for fault in faults:
        if fault.rows.height:
            by_code.setdefault(fault.kind.code, []).append(fault)
    return [problem for same in by_code.values() for problem in _one_code(same, zone)]


def _one_code(faults: list[Fault], zone: str) -> Iterator[Problem]:
    left = SHOWN
    for fault in faults:
        yield from fault.problems(left, zone)
        left = max(0, left - fault.rows.height)
    more = sum(fault.rows.height for fault in faults) - SHOWN
    if more > 0:
        kind = faults[0].kind
        yield Problem(kind.code, kind.severity, f"And {more} more like these.", kind.remedy, faults[0].table)
