"""Does any place ever give what it does not have: the stock of every item and site over time, pegs aside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.codes import Ints, ints, running
from plantwright.flows.plan.judge.fault import Fault
from plantwright.flows.plan.judge.pegs import Links

BALANCE = problem_kind(
    "verify-balance",
    "At {at} there is {balance} of it: more is taken than there is.",
    "This is a fault of the planner: report it with the plant.",
)


@dataclass(frozen=True)
class StockCourse:
    """Every change of stock, sorted by item and site and by moment, with the balance after it."""

    node: Ints
    at: Ints
    change: Ints
    balance: Ints


def check_balance(links: Links) -> Iterator[Fault]:
    """Give the first moment at which each item and site is below nothing."""
    course = stock_over_time(links)
    below = np.flatnonzero((course.change < 0) & (course.balance < 0))
    _, first = np.unique(course.node[below], return_index=True)
    rows = below[first]
    named = links.case.named_nodes(course.node[rows])
    named = named.with_columns(pl.Series("at", course.at[rows]), pl.Series("balance", course.balance[rows]))
    yield Fault(BALANCE, named, "item_site", ("item", "site"), moments=("at",), amounts=("balance",), value="balance")


def stock_over_time(links: Links) -> StockCourse:
    """Work out the stock of every item and site over time.

    What arrives in a minute is there for what is taken in it. A need that is short takes what is pegged to it, a
    demand its planned quantity at once, when it is complete and due.
    """
    case = links.case
    stock, outputs, needs, demands = case.on_hand, case.outputs, case.components, case.demands
    shipped = np.maximum(np.maximum(links.complete, case.as_of), ints(demands, "due"))
    parts = [
        (ints(stock, "node"), np.full(stock.height, case.as_of), ints(stock, "quantity")),
        (ints(outputs, "node"), ints(outputs, "finish"), ints(outputs, "quantity")),
        (case.nodes(needs), ints(needs, "at"), -np.minimum(ints(needs, "quantity"), links.pegged)),
        (case.nodes(demands), shipped, -ints(demands, "planned")),
    ]
    node, at, change = (np.concatenate(column) for column in zip(*parts, strict=True))
    real = np.flatnonzero((node >= 0) & (change != 0))
    # Within a minute what comes stands before what goes.
    order = real[np.lexsort((change[real] < 0, at[real], node[real]))]
    node, at, change = node[order], at[order], change[order]
    return StockCourse(node, at, change, running(node, change))
