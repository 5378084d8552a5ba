"""Is the plan whole: every key once, every name known, every existing order kept as it is recorded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.problem import problem_kind
from plantwright.flows.plan.judge.case import LAST_SEQUENCE, Case
from plantwright.flows.plan.judge.codes import Ints, ints, pick
from plantwright.flows.plan.judge.fault import Fault

_FIX = "This is a fault of the planner: report it with the plant."
DUPLICATE = problem_kind("verify-duplicate", "The plan has {rows} rows with this key.", _FIX)
REFERENCE = problem_kind("verify-reference", "{column} names {name}, which does not exist.", _FIX)
ORDER_MISSING = problem_kind("verify-order-missing", "The {kind} order exists but is not in the plan.", _FIX)
ORDER_UNKNOWN = problem_kind(
    "verify-order-unknown", "The plan has it as {state}, but there is no such open order.", _FIX
)
ORDER_TAKEN = problem_kind("verify-order-taken", "A new order has the number of an existing one.", _FIX)
ORDER_CHANGED = problem_kind(
    "verify-order-changed", "{column} is {planned} in the plan, but {recorded} on record.", _FIX
)
ORDER_QUANTITY = problem_kind(
    "verify-order-quantity", "The quantity {quantity} is not above 0 in steps of {step}.", _FIX
)
ORDER_DATES = problem_kind("verify-order-dates", "It finishes at {finish}, before its start at {start}.", _FIX)
ORDER_PAST = problem_kind("verify-order-past", "It has {start} to {finish}, before the plan begins at {now}.", _FIX)
ORDER_CUT = problem_kind("verify-order-cut", "Its lot was cut for {cut}, and its latest start is {expected}.", _FIX)
ORDER_BY = problem_kind("verify-order-by", "The latest start {order_by} is after the need at {due}.", _FIX)
LATE_FLAG = problem_kind("verify-late-flag", "Its late mark is {late}; finish {finish}, needed {due}.", _FIX)
RECEIPT = problem_kind("verify-receipt-date", "It arrives at {finish}; by its record it arrives at {expected}.", _FIX)

RESULTS = ("planned_order", "planned_component", "peg", "demand_plan", "scheduled_operation")


def check_records(case: Case) -> Iterator[Fault]:
    """Run every check of this module."""
    yield from _duplicates(case)
    yield from _references(case)
    yield from _orders_kept(case)
    yield from _orders_alone(case)


def _duplicates(case: Case) -> Iterator[Fault]:
    for name in RESULTS:
        key, rows = list(ENTITIES[name].key), case.result(name)
        if not _is_unique(case, name, rows):
            twice = rows.group_by(key).agg(rows=pl.len()).filter(pl.col("rows") > 1).sort(key)
            yield Fault(DUPLICATE, twice, name, tuple(key))
    numbers = case.result("planned_component")
    if numbers["number"].n_unique() < numbers.height:
        key = list(ENTITIES["planned_component"].key)
        # Rows whose whole key comes twice are said already.
        twice = numbers.unique(key).group_by("number").agg(rows=pl.len()).filter(pl.col("rows") > 1).sort("number")
        yield Fault(DUPLICATE, twice, "planned_component", ("number",))


def _is_unique(case: Case, name: str, rows: pl.DataFrame) -> bool:
    """Say whether no key comes twice, by the cheapest way there is."""
    if name == "scheduled_operation":
        keys = ints(case.schedule, "n") * LAST_SEQUENCE + ints(rows, "sequence")
        return len(np.unique(keys)) == rows.height or not rows.select("order", "sequence").is_duplicated().any()
    if name == "planned_component" and rows["number"].n_unique() == rows.height:
        return True
    if name == "planned_order":
        return case.order_names.are_unique
    if name == "demand_plan":
        return case.demand_names.are_unique
    key = ENTITIES[name].key
    distinct = rows[key[0]].n_unique() if len(key) == 1 else rows.select(pl.struct(key).n_unique()).item()
    return bool(distinct == rows.height)


def _references(case: Case) -> Iterator[Fault]:
    for table in RESULTS:
        rows, key = case.result(table), ENTITIES[table].key
        for column in ("item", "site", "order"):
            if column not in rows.columns or (table == "planned_order" and column == "order"):
                continue
            unknown = pick(rows, _places(case, table, column) < 0).filter(pl.col(column) != "")
            yield Fault(REFERENCE, unknown.with_columns(pl.col(column).alias("name")), table, key, column)


def _places(case: Case, table: str, column: str) -> Ints:
    if column == "order":
        return ints(case.components if table == "planned_component" else case.schedule, "n")
    known = case.item_codes if column == "item" else case.site_codes
    return known.places(case.result(table)[column])


def _orders_kept(case: Case) -> Iterator[Fault]:
    kept = case.orders.filter(~pl.col("new"))
    missing = case.existing.join(case.orders, on="order", how="anti")
    yield Fault(ORDER_MISSING, missing, "planned_order", ("order",))
    yield Fault(ORDER_UNKNOWN, kept.join(case.existing, on="order", how="anti"), "planned_order", ("order",), "state")
    taken = case.orders.filter("new").join(case.existing, on="order", how="semi")
    yield Fault(ORDER_TAKEN, taken, "planned_order", ("order",), "order")
    both = kept.join(case.existing, on="order", how="inner", suffix="_record")
    yield from _changed(both)
    yield from _receipts(case, both)


def _changed(both: pl.DataFrame) -> Iterator[Fault]:
    """Compare each kept order with its record."""
    source = {"production": "make", "purchase": "buy", "transfer": "transfer"}
    planned = pl.col("source").replace("subcontract", "make")
    both = both.with_columns(planned.alias("source"), source_record=pl.col("kind").replace_strict(source))
    fixed = pl.col("kind") != "production"
    rules = {
        "item": pl.lit(value=True),
        "site": pl.lit(value=True),
        "state": pl.lit(value=True),
        "source": pl.lit(value=True),
        "from_site": pl.col("kind") == "transfer",
        "supplier": pl.col("kind") == "purchase",
        "due": fixed,
    }
    for column, judged in rules.items():
        record = f"{column}_record"
        rows = both.filter(judged & (pl.col(column) != pl.col(record)))
        rows = rows.with_columns(planned=pl.col(column), recorded=pl.col(record))
        moments = ("planned", "recorded") if column == "due" else ()
        yield Fault(ORDER_CHANGED, rows, "planned_order", ("order",), column, moments=moments)
    amount = both.filter((pl.col("quantity") - pl.col("open")).abs() > pl.col("slack"))
    amount = amount.with_columns(planned=pl.col("quantity"), recorded=pl.col("open"))
    yield Fault(ORDER_CHANGED, amount, "planned_order", ("order",), "quantity", amounts=("planned", "recorded"))


def _receipts(case: Case, both: pl.DataFrame) -> Iterator[Fault]:
    """Check when existing purchases and transfers arrive: as recorded, or now where that is past.

    A transfer that has not left yet may have to wait for its material.
    """
    expected = pl.max_horizontal("due_record", pl.lit(case.as_of, pl.Int64))
    rows = both.filter(pl.col("kind") != "production").with_columns(expected=expected)
    waits = (pl.col("kind") == "transfer") & (pl.col("state") != "under way")
    off = (pl.col("finish") < pl.col("expected")) | ((pl.col("finish") > pl.col("expected")) & ~waits)
    yield Fault(RECEIPT, rows.filter(off), "planned_order", ("order",), "finish", moments=("finish", "expected"))


def _orders_alone(case: Case) -> Iterator[Fault]:
    """Check what each order must fulfil by itself."""
    orders, table, key = case.orders, "planned_order", ("order",)
    rows = orders.join(case.items.select("item", "step"), on="item", how="left")
    odd = (pl.col("quantity") <= 0) | (pl.col("new") & (pl.col("quantity") % pl.col("step") != 0))
    yield Fault(ORDER_QUANTITY, rows.filter(odd), table, key, "quantity", amounts=("quantity", "step"))
    reverse = orders.filter(pl.col("start") > pl.col("finish"))
    yield Fault(ORDER_DATES, reverse, table, key, "finish", moments=("start", "finish"))
    early = (pl.col("new") & (pl.col("start") < case.as_of)) | (pl.col("finish") < case.as_of)
    past = orders.filter(early).with_columns(now=pl.lit(case.as_of, pl.Int64))
    yield Fault(ORDER_PAST, past, table, key, "start", moments=("start", "finish", "now"))
    # What was needed before the plan begins can be started now at the earliest.
    by = orders.filter(pl.col("order_by") > pl.max_horizontal("due", pl.lit(case.as_of, pl.Int64)))
    yield Fault(ORDER_BY, by, table, key, "order_by", moments=("order_by", "due"))
    cut = orders.with_columns(expected=pl.max_horizontal("order_by", pl.lit(case.as_of, pl.Int64)))
    cut = cut.filter("new", pl.col("cut") != pl.col("expected"))
    yield Fault(ORDER_CUT, cut, table, key, "cut", moments=("cut", "expected"))
    flag = orders.filter(pl.col("late") != (pl.col("finish") > pl.col("due")))
    yield Fault(LATE_FLAG, flag, table, key, "late", moments=("finish", "due"))
