"""Documents whose names would be the same in a plan, which knows each by one name.

A line is called by the number of its order, with the line after a stroke where it is not the first. So line 2 of order
A and line 1 of an order "A/2" have one name; and so have a production order and a purchase order of one number.
"""

from __future__ import annotations

import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.finding import found
from plantwright.core.pages import document_name
from plantwright.core.problem import Problem, problem_kind
from plantwright.plant import Plant

NAME_TWICE = problem_kind(
    "document-name-twice",
    "In a plan it is called {name}, and so is {other}.",
    "Give one of the orders another number; a prefix such as PO- keeps kinds of orders apart.",
)
TOGETHER = (("sales_order_line",), ("production_order", "purchase_order_line", "transfer_order"))
"""Tables whose documents stand together in one table of a plan."""
_OVER = ("closed", "cancelled", "completed")


def check_document_names(plant: Plant) -> list[Problem]:
    """Find documents that are not over and have the name of another."""
    problems = []
    for tables in TOGETHER:
        names = pl.concat([_names(plant, table) for table in tables])
        again = names.filter(pl.col("name").is_duplicated())
        again = again.with_columns(other=pl.col("words").first().over("name"))
        again = again.filter(pl.col("words") != pl.col("other"))
        for table in tables if again.height else ():
            key = list(ENTITIES[table].key)
            rows = again.filter(pl.col("table") == table).select(*key, "name", "other")
            full = plant.raw[table].join(rows, on=key, how="inner", maintain_order="left")
            problems += found(NAME_TWICE, plant.raw, table, full, "order")
    return problems


def _names(plant: Plant, table: str) -> pl.DataFrame:
    """Give the documents of a table: order, line, their name in a plan, and what they are in words."""
    entity = ENTITIES[table]
    rows = plant.raw[table].filter(~pl.col("state").is_in(_OVER))
    line = pl.col("line") if "line" in entity.columns else pl.lit(None, pl.Int64)
    rows = rows.select("order", line=line, name=document_name(entity), table=pl.lit(table))
    ending = pl.when(pl.col("line").is_null()).then(pl.lit("")).otherwise(pl.format(" line {}", "line"))
    return rows.with_columns(words=pl.format(f"{entity.title.lower().removesuffix(' line')} {{}}{{}}", "order", ending))
