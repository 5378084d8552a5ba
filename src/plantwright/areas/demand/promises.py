"""What people do about promises."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from plantwright.core.action import action
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.core.finding import zone_of
from plantwright.core.pages import document_name, missing
from plantwright.core.problem import problem_kind, stop_on_errors
from plantwright.core.reading import read_texts
from plantwright.core.store import Transaction

NOT_OPEN = problem_kind(
    "promise-not-open", "{key} is {value}; nothing more is promised for it.", "Open the line again first."
)
CHANCE = problem_kind(
    "promise-probability", "{value} is no chance.", "Give it from 0 to 1, such as 0.8, or leave it out."
)


@action("planning.orders", label="Promise a date")
def keep_promise(
    tx: Transaction, order: str, day: date, line: int = 1, probability: Decimal | None = None
) -> dict[str, Any]:
    """Promise a date for a sales order line: it stands in the order, and its chance is kept to be judged later.

    Parameters
    ----------
    tx : the open transaction
    order : number of the sales order
    day : day by whose end it is promised
    line : line of the order
    probability : chance of keeping it, from 0 to 1, as promise or chances tell it; empty: not known
    """
    rows = tx.read("sales_order_line", {"order": [order], "line": [line]})
    name = order if line == 1 else f"{order}/{line}"
    problems = []
    if not rows.height:
        known = tx.read("sales_order_line").select(document_name(ENTITIES["sales_order_line"])).to_series()
        problems.append(missing("sales_order_line", name, known))
    elif rows["state"][0] != "open":
        problems.append(NOT_OPEN.at("sales_order_line", name, "state", rows["state"][0]))
    if probability is not None and not 0 <= probability <= 1:
        problems.append(CHANCE.at(column="probability", value=probability))
    stop_on_errors(problems)
    moment = end_of(day, zone_of({"setting": tx.read("setting")}))
    tx.update("sales_order_line", rows.with_columns(promised=pl.lit(moment, pl.Int64)))
    stated = None if probability is None else int(probability * SCALE)
    record = {"order": order, "line": line, "made_at": tx.now, "date": moment, "probability": stated, "by": tx.by}
    tx.upsert("promise_record", [record])
    return {"order": order, "line": line, "promised": day.isoformat(), "entry": tx.number}


def end_of(day: date, zone: str) -> int:
    """Give the moment that a day means to a promise: its end."""
    read = read_texts(pl.Series([day.isoformat()]), ENTITIES["promise_record"].columns["date"], zone)
    return int(read.values[0])


__all__ = ["end_of", "keep_promise"]
