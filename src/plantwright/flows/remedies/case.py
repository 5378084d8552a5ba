"""What remedies are made from: a late demand, its chain, and the rows of the plant that the chain names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from plantwright.core.exact import to_decimal
from plantwright.core.pages import View, reached

Row = dict[str, Any]
Edit = Mapping[str, str]
"""One change of the plant in the terms of a scenario: table, change, rows, column, value."""

DAY = 1440


@dataclass(frozen=True)
class Window:
    """A stretch of time that is opened in some calendars; moments in minutes."""

    calendars: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Remedy:
    """Something that may bring a late demand forward.

    Parameters
    ----------
    kind : overtime, other machine, split, expedite, other supplier, swap, buy
    text : what is done, in words
    edits : the changes of the plant
    cost : scaled money; None where no cost is known, or where it follows from the plan that is tried
    basis : what the cost is reckoned from
    windows : time that is opened, by which overtime is priced
    """

    kind: str
    text: str
    edits: tuple[Edit, ...]
    cost: int | None = None
    basis: str = "no cost known"
    windows: tuple[Window, ...] = ()


def change(table: str, rows: Mapping[str, Any], column: str, value: Any) -> Edit:
    """Write the change of one value."""
    return {"table": table, "change": "set", "rows": where(rows), "column": column, "value": str(value)}


def new_row(table: str, values: Mapping[str, Any]) -> Edit:
    """Write a new row; empty values are left out."""
    given = {name: value for name, value in values.items() if value not in {"", None}}
    return {"table": table, "change": "insert", "rows": where(given), "column": "", "value": ""}


def where(rows: Mapping[str, Any]) -> str:
    """Write conditions as scenarios read them."""
    return " and ".join(f"{name} = {value}" for name, value in rows.items())


def exact(value: int) -> str:
    """Write a stored decimal as files have it."""
    return f"{to_decimal(value).normalize():f}"


@dataclass
class Case:
    """A late demand of a plan, and what stands around it.

    Parameters
    ----------
    view : plant and plan
    demand : its row of demand_plan
    share : what a supplier asks for coming sooner, as a share of the value
    """

    view: View
    demand: Row
    share: float = 0.1
    numbers: int = field(default=0)

    @cached_property
    def links(self) -> list[Row]:
        """The chain, what binds first and what loses most next."""
        rows = self.view.result("reason").filter(pl.col("demand") == self.demand["demand"])
        return rows.sort(~pl.col("binding"), -pl.col("days"), "step").to_dicts()

    @cached_property
    def orders(self) -> dict[str, Row]:
        """Orders of the chain by number, the nearest to the demand first."""
        chain = [link["order"] for link in sorted(self.links, key=lambda one: one["step"])]
        names = list(dict.fromkeys(name for name in chain if name))
        rows = self.rows(self.view.result("planned_order"), "order", names)
        return {name: rows[name] for name in names if name in rows}

    @cached_property
    def operations(self) -> dict[tuple[str, int], Row]:
        """Scheduled operations of the orders of the chain and of those that stood before them."""
        names = {*self.orders, *(name for link in self.links for name in ahead(link))}
        rows = self.view.result("scheduled_operation").filter(pl.col("order").is_in(list(names)))
        return {(row["order"], row["sequence"]): row for row in rows.iter_rows(named=True)}

    @cached_property
    def centers(self) -> dict[str, Row]:
        """Work centers by code."""
        return {row["code"]: row for row in self.view.table("work_center").iter_rows(named=True)}

    def rows(self, table: pl.DataFrame, key: str, names: Iterable[str]) -> dict[str, Row]:
        """Give rows by their key."""
        return {row[key]: row for row in table.filter(pl.col(key).is_in(list(names))).iter_rows(named=True)}

    def center_of(self, link: Row) -> str:
        """Give the work center of a link; empty where it has none."""
        if link["object"] in self.centers:
            return str(link["object"])
        operation = self.operations.get((link["order"], link["operation"]))
        return str(operation["work_center"]) if operation else ""

    def pegged(self, order: str) -> int:
        """Give how much of an order goes into the chain of the demand."""
        pegs = self.view.result("peg").filter(pl.col("supply") == order)
        chain = [*self.orders, self.demand["demand"]]
        return int(pegs.filter(pl.col("demand").is_in(chain))["quantity"].sum())

    def demands_of(self, orders: Iterable[str]) -> pl.DataFrame:
        """Give the sales orders that some orders serve in the end."""
        pegs = self.view.result("peg")
        names = {name for order in orders for name in reached(pegs, order, "supply", "demand")["demand"]}
        found = self.view.result("demand_plan").filter(pl.col("demand").is_in(list(names)))
        return found.filter(pl.col("kind") == "sales order", pl.col("demand") != self.demand["demand"])

    def local(self, moment: int) -> datetime:
        """Give a moment in the time of the plant."""
        return datetime.fromtimestamp(moment * 60, tz=UTC).astimezone(ZoneInfo(self.view.settings.zone))

    def moment(self, when: datetime) -> int:
        """Give a moment of the plant's time as it is stored."""
        return int(when.replace(tzinfo=ZoneInfo(self.view.settings.zone)).timestamp()) // 60

    def text(self, moment: int) -> str:
        """Write a moment as scenarios read it."""
        return f"{self.local(moment):%Y-%m-%dT%H:%M}"

    def new_number(self) -> str:
        """Name an order that does not exist yet; it gets its number when the remedy is accepted."""
        self.numbers += 1
        return f"NEW-{self.numbers}"


def ahead(link: Row) -> list[str]:
    """Give the orders that were before the one of a link.

    Examples
    --------
    >>> ahead({"behind": "MO-1, MO-2 and 3 more"})
    ['MO-1', 'MO-2']
    """
    names = link["behind"].split(" and ")[0]
    return [name for name in names.split(", ") if name]


def line_of(demand: str, orders: pl.Series) -> tuple[str, int]:
    """Give order and line of a demand by the name that plans give it.

    Examples
    --------
    >>> line_of("SO-1/2", pl.Series(["SO-1"])), line_of("SO-1", pl.Series(["SO-1"]))
    (('SO-1', 2), ('SO-1', 1))
    """
    order, _, line = demand.rpartition("/")
    return (order, int(line)) if order and line.isdigit() and demand not in orders else (demand, 1)
