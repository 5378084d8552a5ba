"""Are items of the min-max rule ordered only below their reorder point, and then up to their level.

The rule is about the stock that planned dates foresee: needs when planned lead times want them, orders when they are
due. What the records and the plan leave open (when co-products come, which open orders are waited for) is counted in
favour of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import Any

import numpy as np
import polars as pl

from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import MINUTE, Case
from plantwright.flows.plan.judge.codes import Ints, ints, sums_at
from plantwright.flows.plan.judge.fault import Fault

_FIX = "This is a fault of the planner: report it with the plant."
LEVEL = problem_kind(
    "verify-lot-level", "With what is due by {due} the stock comes to {stock}; the rule fills it up to {level}.", _FIX
)
REORDER = problem_kind(
    "verify-reorder-point", "It is ordered though {stock} is there, and the reorder point is {reorder_point}.", _FIX
)
FAR = 1 << 39
"""Minutes to a moment beyond every date of a plan."""


def check_levels(case: Case) -> Iterator[Fault]:
    """Run every check of this module."""
    rows = _orders(case)
    if not rows.height:
        return
    least, most = _stock_foreseen(case, rows)
    level = ints(rows, "level")
    high = least >= level + _room(case, rows)
    low = (most < level) & ~_gives_away(case)[ints(rows, "node")] & (ints(rows, "finish") < FAR)
    off = rows.with_columns(stock=pl.Series(np.where(high, least, most))).filter(pl.col("lot") & pl.Series(high | low))
    yield Fault(LEVEL, off, "planned_order", ("order",), "quantity", ("due",), ("quantity", "stock", "level"))
    rows = rows.with_columns(stock=pl.Series(least - ints(rows, "quantity")))
    off = rows.filter(pl.col("lot") & (pl.col("stock") >= pl.col("reorder_point")))
    yield Fault(REORDER, off, "planned_order", ("order",), "quantity", (), ("quantity", "stock", "reorder_point"))


def _orders(case: Case) -> pl.DataFrame:
    """Give what is ordered of each item and site of the rule by one date: the first order, the sum, and the rule.

    Columns: those of the rule, order, item, due, quantity, finish, and lot: whether there is more than what other
    sites have to spare, which is brought over as it is.
    """
    rules = case.raw("item_site").filter(pl.col("lot_rule") == "min-max").with_columns(case.site())
    rules = rules.with_columns(pl.Series("node", case.nodes(rules)), level=pl.max_horizontal(*_LEVELS)).select(
        "node", "level", "reorder_point", "safety_time", "planning_fence", "lot_minimum", "lot_multiple", rule="source"
    )
    rules = rules.filter(pl.col("node") >= 0).unique("node", keep="first", maintain_order=True)
    rows = case.orders.with_columns(pl.Series("node", case.order_nodes)).filter("new").join(rules, on="node")
    lot = (pl.col("source") != "transfer") | (pl.col("rule") == "transfer")
    groups = rows.with_columns(lot=lot).group_by("node", "due", maintain_order=True).agg(
        pl.col("order", "item").first(), pl.col("quantity").sum(), pl.col("finish").max(), pl.col("lot").any()
    )  # fmt: skip
    return groups.join(rules, on="node", how="left", maintain_order="left")


_LEVELS = ("order_up_to", "reorder_point")


def _stock_foreseen(case: Case, rows: pl.DataFrame) -> tuple[Ints, Ints]:
    """Give the stock after each date's orders and the needs that these are for: what is sure, and what may be.

    Open orders that are kept for a customer, and co-products, are no sure supply. Nor is any receipt within the fence:
    several needs share an order there, and a receipt among them may come after those that it is for.
    """
    node, due = ints(rows, "node"), ints(rows, "due")
    until = due + ints(rows, "safety_time") // MINUTE
    fence = ints(rows, "planning_fence") // MINUTE
    fenced = (fence > 0) & (due <= case.as_of + fence)
    stock = np.maximum(sums_at(ints(case.on_hand, "node"), ints(case.on_hand, "quantity"), case.node_count), 0)
    new = _until(node, due, node, due, ints(rows, "quantity"))
    base = stock[node] + new - _until(node, until, *_needs(case))
    receipts = case.existing.filter(pl.col("kind") != "production")
    at = np.maximum(ints(receipts, "due"), case.as_of)
    open_sure = ints(receipts, "open") - ints(receipts, "slack")
    sure = np.where(fenced, 0, _until(node, until, case.nodes(receipts), at, open_sure))
    every = sums_at(ints(case.outputs, "node"), ints(case.outputs, "quantity"), case.node_count)
    ordered = sums_at(node, ints(rows, "quantity"), case.node_count)
    return base + sure, base + (every - ordered)[node]


def _needs(case: Case) -> tuple[Ints, Ints, Ints]:
    """Give what demands and orders want: item and site, when by planned lead times, and how much."""
    demands, parts = case.demands, case.components
    return (
        np.concatenate([case.nodes(demands), case.nodes(parts)]),
        np.concatenate([ints(demands, "due"), ints(parts, "needed")]),
        np.concatenate([ints(demands, "quantity"), ints(parts, "quantity")]),
    )


def _until(node: Ints, until: Ints, of: Ints, at: Ints, quantity: Ints) -> Ints:
    """Add up, for each node and moment, what has that node and no later moment."""
    asked = np.isin(of, node)
    of, at, quantity, width = of[asked], at[asked], quantity[asked], 2 * FAR
    keys = of * width + np.clip(at, -FAR + 1, FAR - 1) + FAR
    order = np.argsort(keys, kind="stable")
    total = np.concatenate(([0], np.cumsum(quantity[order])))
    last = np.searchsorted(keys[order], node * width + np.clip(until, -FAR + 1, FAR - 1) + FAR, side="right")
    return np.asarray(total[last] - total[np.searchsorted(keys[order], node * width, side="right")])


def _room(case: Case, rows: pl.DataFrame) -> Ints:
    """Give how far smallest orders and multiples, by any terms, may lead beyond the level."""
    terms: dict[str, list[tuple[int, int]]] = {}
    for item, least, multiple in case.raw("supplier_item").select("item", "minimum", "multiple").iter_rows():
        terms.setdefault(item, []).append((least, multiple))
    steps = dict(case.items.select("item", "step").iter_rows())
    return np.array([_most_over(row, terms.get(row["item"], []), steps[row["item"]])
                     for row in rows.select("item", "lot_minimum", "lot_multiple").iter_rows(named=True)],
                    dtype=np.int64)  # fmt: skip


def _most_over(row: dict[str, Any], terms: list[tuple[int, int]], step: int) -> int:
    least: int = max([row["lot_minimum"], 1, *(minimum for minimum, _ in terms)])
    own: int = max(row["lot_multiple"], 1)
    multiples = [lcm(own, max(multiple, 1), step) for multiple in (0, *(m for _, m in terms))]
    return max(-(-least // multiple) * multiple for multiple in multiples)


def _gives_away(case: Case) -> np.ndarray:
    """Say which items and sites serve others out of what they have to spare, which no order of theirs is for."""
    parts = case.components
    moving = np.append((case.orders["source"] == "transfer").to_numpy(), False)[ints(parts, "n")]
    given = case.nodes(parts)[moving | (parts["replaces"] != "").to_numpy()]
    gives = np.zeros(case.node_count, bool)
    gives[given[given >= 0]] = True
    return gives
