"""The data doctor: what is wrong with the records, grouped by kind, and the changes of rows that would cure it.

A fix is a pure function from a problem's row and the tables to changes; `fix_problem` does them as one act, which the
journal can take back. Only what follows from the tables themselves is offered: where people must choose, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from plantwright.areas.production.standards import actual_runs
from plantwright.areas.supply.checks import deliveries_late
from plantwright.core import wording
from plantwright.core.action import action
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES, plant_entities
from plantwright.core.finding import main_site, zone_of
from plantwright.core.frames import written
from plantwright.core.problem import Problem, ProblemError, problem_kind
from plantwright.core.store import Transaction

FIX_UNKNOWN = problem_kind(
    "fix-unknown", "How to cure {value} cannot be told from the tables.", "Correct the row by hand: see the remedy."
)
FIX_GONE = problem_kind(
    "fix-gone", "The row is not there any more, or is right by now.", "Look again what is wrong with the records."
)

DAY = 86_400_000


@dataclass(frozen=True)
class RowChange:
    """A change of one row: raw values of columns; none of them to delete it.

    Parameters
    ----------
    table : the table
    key : raw key of the row as it is
    cells : new raw values by column; empty to delete the row
    """

    table: str
    key: tuple[Any, ...]
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One problem with the row that it is about, and all tables."""

    row: Mapping[str, Any]
    tables: Mapping[str, pl.DataFrame]
    as_of: int


@dataclass(frozen=True)
class Fix:
    """A cure that is known for a kind of problem: what its button says, and the new cells; None deletes the row."""

    label: str
    cells: Callable[[Case], Mapping[str, Any] | None]
    at: pl.Expr | None = None
    """Where a problem names no whole key: which of the rows whose first key part it names."""


@dataclass(frozen=True)
class Group:
    """All problems of one kind in one table."""

    code: str
    table: str
    severity: str
    problems: tuple[Problem, ...]
    fix: Fix | None

    @property
    def title(self) -> str:
        """What the kind is called."""
        return self.code.replace("-", " ").capitalize().replace("Bom", "BOM")

    @property
    def cases(self) -> tuple[Problem, ...]:
        """The problems that name a row; the last one may only count others."""
        return tuple(problem for problem in self.problems if problem.key)


def grouped(problems: Sequence[Problem]) -> list[Group]:
    """Group problems by kind and table, in the order in which they come: the gravest first."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.code, problem.table), []).append(problem)
    return [
        Group(code, table, some[0].severity, tuple(some), FIXES.get(code) if table in plant_entities() else None)
        for (code, table), some in found.items()
    ]


# --- what is known ---------------------------------------------------------------------------------------------------


def _set(label: str, **cells: Any) -> Fix:
    return Fix(label, lambda _case: cells)


def _remove(label: str = "Remove the row") -> Fix:
    return Fix(label, lambda _case: None)


def _to_history(case: Case) -> Mapping[str, Any]:
    """Plan with the time that the deliveries of the past took."""
    late = deliveries_late(case.tables, case.as_of)
    row = late.filter(pl.col("supplier") == case.row["supplier"], pl.col("item") == case.row["item"])
    if not row.height:
        raise ProblemError([FIX_GONE.at("supplier_item", (case.row["supplier"], case.row["item"]))])
    return {"lead_time": max(DAY, case.row["lead_time"] + int(row["days"][0]) * DAY)}


def _to_actuals(case: Case) -> Mapping[str, Any]:
    """Plan a run with the time that it took in the orders of the past."""
    known, row = actual_runs(case.tables), case.row
    same = known.filter(pl.col(name) == row[name] for name in ("item", "sequence", "site")) if known.height else known
    if not same.height:
        raise ProblemError([FIX_GONE.at("operation", (row["item"], row["sequence"], row["site"]))])
    actual = int(same["actual"][0])
    if row["run_per"] == "hour":
        return {"rate": round(3_600_000 * 1_000_000 / max(actual, 1))}
    return {"run": actual}


def _unused(case: Case) -> Mapping[str, Any]:
    """Clear what the rule of lot sizes leaves aside."""
    rule = case.row["lot_rule"]
    used = {"fixed": {"lot_quantity"}, "period": {"lot_period"}, "min-max": {"reorder_point"}}.get(rule, set())
    spare = {"lot_quantity", "lot_period", "reorder_point"} - used | ({"safety_stock"} if rule == "min-max" else set())
    return {name: 0 for name in sorted(spare) if case.row[name]}


def _unit_of_parent(case: Case) -> Mapping[str, Any]:
    items = case.tables["item"]
    return {"unit": items.filter(pl.col("code") == case.row["parent"])["unit"][0]}


def _units_per_batch(_case: Case) -> Mapping[str, Any]:
    return {"batch_size": 1_000_000}


FIXES: Mapping[str, Fix] = {
    "alternate-unknown": _remove(),
    "batch-under-one": Fix("Make it one unit", _units_per_batch),
    "bom-line-zero": _remove("Remove the line"),
    "bom-operation-unknown": _set("Use it at the start", operation=0),
    "bom-self": Fix("Remove the line", lambda _case: None, pl.col("component") == pl.col("parent")),
    "by-product-cost": _set("Carry no cost", cost_share=0),
    "co-product-same": _remove(),
    "effective-never": _remove(),
    "formula-unused": _set("Clear the formula", formula=""),
    "lane-same-site": _remove("Remove the lane"),
    "lead-time-against-history": Fix("Plan as delivered", _to_history),
    "link-unknown": _remove("Remove the link"),
    "location-without-site": Fix("Put it at the main site", lambda case: {"site": main_site(case.tables)}),
    "lot-value-unused": Fix("Clear what is not used", _unused),
    "min-max-empty": _set("Plan lot for lot", lot_rule="lot-for-lot"),
    "operation-repeated": _remove("Remove the operation"),
    "percent-unit": Fix("Take the parent's unit", _unit_of_parent),
    "phantom-planned": _remove(),
    "production-complete": _set("Complete the order", state="completed"),
    "production-inactive": _set("Cancel the order", state="cancelled"),
    "purchase-complete": _set("Close the line", state="closed"),
    "purchase-inactive": _set("Cancel the line", state="cancelled"),
    "sales-order-complete": _set("Close the line", state="closed"),
    "scenario-empty": _remove("Remove the scenario"),
    "setting-unknown": _remove("Remove the setting"),
    "standard-against-actuals": Fix("Plan as it ran", _to_actuals),
    "stock-without-source": _set("Keep none in stock", safety_stock=0, reorder_point=0),
    "substitute-same": _remove(),
    "substitute-unused": _remove(),
    "supplier-missing-idle": _set("Plan it no more", active=False),
    "transfer-same-site": _set("Cancel the transfer", state="cancelled"),
}
"""Cures by the code of the problem."""


# --- from problems to changes ---------------------------------------------------------------------------------------


def changes_of(
    code: str, table: str, keys: Sequence[str], tables: Mapping[str, pl.DataFrame], as_of: int
) -> list[RowChange]:
    """Give the changes that cure problems of a kind.

    Parameters
    ----------
    code : the kind of problem
    table : the table that is at fault
    keys : keys of the rows as problems write them: parts with " / " between them
    tables : raw tables of the plant by name
    as_of : the moment of the plant

    Raises
    ------
    ProblemError : no cure is known (fix-unknown), or a row is not there any more (fix-gone)
    """
    fix = FIXES.get(code)
    if fix is None or table not in plant_entities():
        raise ProblemError([FIX_UNKNOWN.at(table, value=code)])
    entity = ENTITIES[table]
    rows = rows_of(table, keys, tables, fix.at)
    gone = [key for key in keys if key not in rows]
    if gone:
        raise ProblemError([FIX_GONE.at(table, key) for key in gone])
    made = []
    for row in (row for key in keys for row in rows[key]):
        cells = fix.cells(Case(row, tables, as_of))
        if cells is None or any(row[name] != value for name, value in cells.items()):
            made.append(RowChange(table, tuple(row[name] for name in entity.key), cells or {}))
    if not made:
        raise ProblemError([FIX_GONE.at(table, keys[0] if keys else "")])
    return made


def rows_of(
    table: str, keys: Sequence[str], tables: Mapping[str, pl.DataFrame], at: pl.Expr | None = None
) -> dict[str, list[dict[str, Any]]]:
    """Give raw rows by their keys as problems write them; with `at` by the first part, those for which it holds."""
    entity, rows = ENTITIES[table], tables[table]
    named = entity.key if at is None else entity.key[:1]
    texts = written(rows.select(named), entity.columns, zone_of(tables))
    names = texts.select(pl.concat_str(list(named), separator=" / ").alias("#key"))["#key"]
    # An empty last part leaves a space at the end, which may be lost on the way.
    wanted = {key.strip(): key for key in keys}
    kept = rows.with_columns(names.str.strip_chars()).filter(pl.col("#key").is_in(list(wanted)))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (kept if at is None else kept.filter(at)).to_dicts():
        found.setdefault(wanted[row.pop("#key")], []).append(row)
    return found


def lines_of(changes: Sequence[RowChange], tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """Say in lines what changes would do."""
    return [_line(change, tables) for change in changes]


def _line(change: RowChange, tables: Mapping[str, pl.DataFrame]) -> str:
    entity, zone = ENTITIES[change.table], zone_of(tables)
    row = tables[change.table].filter(pl.col(n) == v for n, v in zip(entity.key, change.key, strict=True))
    key = written(row.select(entity.key), entity.columns, zone).row(0)
    name = f"{entity.title} {' / '.join(str(part) for part in key if part != '')}"
    if not change.cells:
        return f"{name}: the row is removed"
    parts = []
    for column, value in change.cells.items():
        before, after = (wording.shown(one, entity.columns[column], zone, 0) for one in (row[column][0], value))
        parts.append(f"{column.replace('_', ' ')} {before or 'empty'} → {after or 'empty'}")
    return f"{name}: {', '.join(parts)}"


class _Read(Mapping[str, pl.DataFrame]):
    """The tables of an open transaction, each read when it is asked for."""

    def __init__(self, tx: Transaction) -> None:
        self._tx, self._read = tx, dict[str, pl.DataFrame]()

    def __getitem__(self, name: str) -> pl.DataFrame:
        if name not in self._read:
            self._read[name] = self._tx.read(name)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(plant_entities())

    def __len__(self) -> int:
        return len(plant_entities())


@action("data.fix", label="Cure a fault of the records")
def fix_problem(tx: Transaction, code: str, table: str, keys: list[str]) -> dict[str, Any]:
    """Cure faults of the records of which the tables tell how, all of one kind in one act.

    Parameters
    ----------
    tx : the open transaction
    code : the kind of problem, such as purchase-complete
    table : the table that is at fault
    keys : keys of the rows as the problems write them, such as "PO-1 / 2"
    """
    tables = _Read(tx)
    changes = changes_of(code, table, keys, tables, tx.now)
    lines = lines_of(changes, tables)
    for change in changes:
        _write(tx, change, tables)
    return {"entry": tx.number, "changed": len(changes), "lines": lines}


def _write(tx: Transaction, change: RowChange, tables: Mapping[str, pl.DataFrame]) -> None:
    entity = ENTITIES[change.table]
    schema = {name: entity.columns[name].dtype for name in entity.key}
    key = pl.DataFrame([change.key], schema=schema, orient="row")
    if not change.cells:
        tx.delete(change.table, key)
        return
    if set(change.cells) & set(entity.key):  # a row with another key is another row
        row = tables[change.table].join(key, on=list(schema), how="semi")
        tx.delete(change.table, key)
        tx.insert(change.table, row.with_columns(_cell(entity.columns[n], v) for n, v in change.cells.items()))
        return
    tx.update(change.table, key.with_columns(_cell(entity.columns[n], v) for n, v in change.cells.items()))


def _cell(column: Column, value: Any) -> pl.Expr:
    return pl.lit(value, dtype=column.dtype).alias(column.name)


__all__ = ["FIXES", "Fix", "Group", "RowChange", "changes_of", "fix_problem", "grouped", "lines_of", "rows_of"]
