"""What a report looks at, and what it gives: a `View` of a plant and a plan goes in, a `Page` comes out.

Reports are declared by `core.report.report`; their parameter `plan`, `other` or `plant` is a `View`, which reads tables
only when they are asked for. A `Page` holds raw rows with their columns, so that a door can write each value exactly:
as people read it, as JSON, CSV or Excel, as a page of the web; `Sheet.presented` gives a plain frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

import polars as pl

from plantwright.core.column import Column, Kind
from plantwright.core.entity import ENTITIES, Entity
from plantwright.core.exact import SCALE
from plantwright.core.frames import present
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.reading import did_you_mean
from plantwright.core.settings import Settings

NOT_THERE = problem_kind(
    "not-there", "There is no {table} {value}{within}.{hint}", "Check the name; codes are written exactly."
)
"""Something that was asked about does not exist."""


class View(Protocol):
    """A plant, and the plan that is looked at; tables are read when they are first asked for."""

    as_of: int
    settings: Settings
    number: int
    plan: Mapping[str, Any]
    """The plan's own data: totals, seconds, verified, scenario, status, options; empty without a plan."""

    def table(self, name: str) -> pl.DataFrame:
        """Give a raw table of the plant."""

    def result(self, name: str) -> pl.DataFrame:
        """Give a raw result table of the plan; empty where the plan has none of that name."""

    def columns(self, name: str) -> Mapping[str, Column]:
        """Give the columns of a table, with those that the plant adds."""

    def other(self, number: int) -> View:
        """Give the same plant with another plan."""


@dataclass(frozen=True, slots=True)
class Chart:
    """How a table may be drawn, for doors that can: it names columns of the table.

    Parameters
    ----------
    kind : bar and line draw the `series` over `x`; gantt draws a bar from `x` to the first of the `series`
    x : column of the days, moments or names below
    series : columns that are drawn
    by : column that parts the rows: one drawing, or one lane of a gantt chart, for each of its values
    """

    kind: Literal["bar", "line", "gantt"]
    x: str
    series: tuple[str, ...]
    by: str = ""

    def columns(self) -> set[str]:
        """Give the names of the columns that are drawn."""
        return {self.x, *self.series} | ({self.by} if self.by else set())


@dataclass(frozen=True)
class Sheet:
    """One table of a report: raw rows, and the columns that are shown, the most important first.

    Parameters
    ----------
    title : heading, by which the table is known in its page
    rows : raw frame
    columns : what each column is, in the order in which they are shown: its kind, `unit`, and `help`, its meaning
    clock : columns of moments that are shown with their time of day
    tree : column that is set in by the level of its row, which stands in the column `level`, from 1
    right : columns of texts that are set to the right, such as figures of several kinds below each other
    dashed : columns of quantities in which nothing is written as a dash
    in_words : whether it only says what stands in the figures of its page, so that programs do without it
    chart : how it may be drawn
    """

    title: str
    rows: pl.DataFrame
    columns: Mapping[str, Column]
    clock: frozenset[str] = frozenset()
    tree: str = ""
    right: frozenset[str] = frozenset()
    dashed: frozenset[str] = frozenset()
    in_words: bool = False
    chart: Chart | None = None

    def shown(self) -> pl.DataFrame:
        """Give the rows with the shown columns only."""
        return self.rows.select(list(self.columns))

    def presented(self, zone: str) -> pl.DataFrame:
        """Give the shown columns as decimals, dates and durations, moments in the time zone."""
        return present(self.shown(), self.columns, zone)


@dataclass(frozen=True)
class Page:
    """What every report gives, whatever door shows it.

    Parameters
    ----------
    sentence : the state in words, the answer to what was asked
    sheets : tables, the most important first, each with a title of its own
    figures : single values by name, for programs
    notes : lines that stand below, such as what to look at next
    title : heading; where the report leaves it empty, its label
    """

    sentence: str
    sheets: tuple[Sheet, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    title: str = ""

    def sheet(self, title: str) -> Sheet:
        """Give the table with the title; KeyError where there is none."""
        return {one.title: one for one in self.sheets}[title]


def sheet(view: View, title: str, entity: str, rows: pl.DataFrame, *names: str | Column, clock: str = "") -> Sheet:
    """Make a table of a report from the rows of an entity.

    Parameters
    ----------
    view : tells the plant's own columns
    title : heading
    entity : entity whose columns are named
    rows : raw frame
    names : columns in the order in which they are shown; a `Column` for one that the entity does not have
    clock : columns of moments that are shown with their time of day, apart by spaces
    """
    known = view.columns(entity)
    columns = [known[name] if isinstance(name, str) else name for name in names]
    chosen = {column.name: column for column in columns}
    return Sheet(title, rows, with_units(view, chosen), frozenset(clock.split()))


def named(kind: Kind, name: str, help: str, **more: Any) -> Column:
    """Declare a column of a report that no entity has."""
    return Column(kind, help, name=name, default=None, **more)


def listed(
    view: View,
    title: str,
    columns: Iterable[Column],
    lines: Iterable[Mapping[str, Any]],
    *,
    clock: str = "",
    tree: str = "",
    right: str = "",
) -> Sheet:
    """Make a table of a report from lines of stored values; what a line has besides the columns is left out.

    Parameters
    ----------
    view : tells the currency
    title : heading
    columns : the columns in the order in which they are shown
    lines : one mapping a row
    clock : columns of moments that are shown with their time of day, apart by spaces
    tree : column that is set in by the level of its row
    right : columns of texts that are set to the right
    """
    chosen = {column.name: column for column in columns}
    schema = {name: column.dtype for name, column in chosen.items()}
    rows = pl.DataFrame([[line[name] for name in schema] for line in lines], schema=schema, orient="row")
    return Sheet(title, rows, with_units(view, chosen), frozenset(clock.split()), tree, frozenset(right.split()))


def rounded(one: Sheet) -> Sheet:
    """Give a table whose quantities are rounded to what is known of them, all of a column alike.

    A tenth where some are ten or more, a hundredth where some are one or more, else a thousandth; where there are
    several units, each quantity by itself. For what is computed, such as a mean or a forecast; what people have typed
    stays as they typed it.
    """
    alike = "unit" not in one.columns or one.rows["unit"].n_unique() < 2
    names = [name for name, column in one.columns.items() if column.kind is Kind.QUANTITY]
    return replace(one, rows=one.rows.with_columns(as_known(name, alike=alike) for name in names))


def as_known(name: str, *, alike: bool = True) -> pl.Expr:
    """Round a column of computed quantities to tenths, small ones finer; `alike` for all by the largest one."""
    value = pl.col(name)
    size = value.abs()
    most = size.max() if alike else size
    step = pl.when(most >= 10 * SCALE).then(SCALE // 10).when(most >= SCALE).then(SCALE // 100).otherwise(SCALE // 1000)
    return (value.sign() * ((size + step // 2) // step * step)).cast(pl.Int64).alias(name)


def hours(one: Sheet) -> Sheet:
    """Give a table whose durations are working time, written in hours."""
    columns = {n: replace(c, unit="h") if c.kind is Kind.DURATION else c for n, c in one.columns.items()}
    return replace(one, columns=columns)


def with_units(view: View, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Give columns of money the currency of the plant as their unit."""
    currency = str(view.settings["currency"])
    return {
        name: replace(column, unit=f"{currency} {column.unit}".strip()) if column.kind is Kind.MONEY else column
        for name, column in columns.items()
    }


def own_fields(view: View, page: Page) -> Page:
    """Add to every table of a page the fields that the plant has added to the things it names.

    A table with a column `item` gets the plant's own fields of the items, and so on; a field whose name is taken is
    left out.
    """
    return replace(page, sheets=tuple(_with_own(view, one) for one in page.sheets))


def _with_own(view: View, one: Sheet) -> Sheet:
    rows, columns = one.rows, dict(one.columns)
    for name, column in one.columns.items():
        target = ENTITIES.get(column.target or (name if name in ENTITIES else ""))
        if target is None or target.role == "result" or rows.schema.get(name) != pl.String:
            continue
        all_columns = view.columns(target.name)
        own = {n: c for n, c in all_columns.items() if n not in target.columns and n not in rows.columns}
        if own:
            values = view.table(target.name).select(pl.col(target.key[0]).alias(name), *own)
            rows = rows.join(values.unique(name), on=name, how="left", maintain_order="left")
            columns |= own
    for name in DOCUMENTS:
        if name in one.columns and rows.schema.get(name) == pl.String:
            rows, columns = _with_document_fields(view, name, rows, columns)
    return replace(one, rows=rows, columns=columns)


DOCUMENTS = {"demand": ("sales_order_line",), "order": ("production_order", "purchase_order_line")}
"""Tables whose rows are named by a column of a plan: by the number of a document, with its line after a stroke."""


def _with_document_fields(
    view: View, name: str, rows: pl.DataFrame, columns: dict[str, Column]
) -> tuple[pl.DataFrame, dict[str, Column]]:
    for entity in (ENTITIES[one] for one in DOCUMENTS[name] if one in ENTITIES):
        own = {n: c for n, c in view.columns(entity.name).items() if n not in entity.columns and n not in rows.columns}
        if own:
            values = view.table(entity.name).select(document_name(entity).alias(name), *own)
            rows = rows.join(values, on=name, how="left", maintain_order="left")
            columns = {**columns, **own}
    return rows, columns


def document_name(entity: type[Entity]) -> pl.Expr:
    """Name a row as plans do: its number, with the line where that is not the first."""
    if "line" not in entity.columns:
        return pl.col("order")
    line = pl.concat_str(pl.col("order"), pl.lit("/"), pl.col("line"))
    return pl.when(pl.col("line") == 1).then(pl.col("order")).otherwise(line)


def reached(links: pl.DataFrame, name: str, source: str, target: str) -> pl.DataFrame:
    """Keep the rows that can be reached from a name by going from the column `source` to the column `target`."""
    front, seen, found = pl.Series([name]), {name}, []
    while front.len():
        rows = links.filter(pl.col(source).is_in(front.implode()))
        found.append(rows)
        front = pl.Series(sorted(set(rows[target]) - seen - {""}), dtype=pl.String)
        seen.update(front)
    return pl.concat(found)


def missing(table: str, value: str, known: pl.Series, within: str = "") -> Problem:
    """Make the problem that something asked about is not there, with the nearest name."""
    near = did_you_mean(value, known) if len(known) <= 100_000 else ""
    return NOT_THERE.at(table, value, value=value, within=within, hint=near)
