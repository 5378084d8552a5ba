"""Try a pin without writing it: the plant with the pin in memory, planned, and set beside the plan without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import polars as pl

from plantwright.areas.scheduling.actions import pin_row
from plantwright.core.entity import ENTITIES, raw_frame
from plantwright.core.exact import SCALE
from plantwright.core.problem import ProblemError, problem_kind
from plantwright.flows.compare import Differences, compare_plans
from plantwright.flows.plan import make_plan
from plantwright.flows.views import MemoryView
from plantwright.plant import Plan, Plant

PIN_NOT_IN_PLAN = problem_kind(
    "trial-order-changed",
    "Order {value} is no longer as this plan has it: the records have changed since.",
    "Plan again, then move the operation.",
)


@dataclass(frozen=True)
class Pin:
    """A wish: an operation of an order starts at a moment on a work center; empty for the planner's choice."""

    order: str
    operation: int
    start: int
    work_center: str = ""


@dataclass(frozen=True)
class Trial:
    """What a pin does: the plan with it, and what differs from the plan without it.

    `figures` has late orders, days late in all, and orders moved, each before and after where there are two.
    """

    view: MemoryView
    differences: Differences
    figures: Mapping[str, float]


def try_pin(plant: Plant, base: Plan, pin: Pin, previous: Plan | None = None) -> Trial:
    """Plan a plant with a pin.

    Parameters
    ----------
    plant : the plant at the moment of the plan
    base : the plan of that plant without the pin
    pin : what is tried; an order that is only planned is firmed first
    previous : the plan in force, whose frozen starts stay

    Raises
    ------
    ProblemError
        When the order is not in the plan, or the operation may not run there.
    """
    pinned, known = with_pin(plant, base, pin)
    made = make_plan(pinned, previous=previous)
    made = replace(made, raw=MappingProxyType(named_as(known, made.raw, {_firmed(pin): pin.order})))
    before = MemoryView(plant, replace(base, raw=MappingProxyType({**base.raw, "planned_order": known})))
    after = MemoryView(pinned, made)
    found = compare_plans(before, after)
    return Trial(after, found, _figures(before, after, found))


def _firmed(pin: Pin) -> str:
    """Name an order that a trial firms: no planned order of the trial may have the same number."""
    return f"{pin.order} firm"


def with_pin(plant: Plant, base: Plan, pin: Pin) -> tuple[Plant, pl.DataFrame]:
    """Give the plant with the pin, and the orders of the base plan with that order called firm."""
    orders = base.raw["planned_order"]
    row = orders.filter(pl.col("order") == pin.order)
    if not row.height:
        raise ProblemError([PIN_NOT_IN_PLAN.at(value=pin.order)])
    tables, order = dict(plant.raw), pin.order
    if row["state"][0] == "planned":
        order = _firmed(pin)
        kept = {name: row[name][0] for name in ("item", "site", "quantity", "start", "due")}
        made = raw_frame(ENTITIES["production_order"], [{**kept, "order": order, "state": "firm"}])
        tables["production_order"] = pl.concat([tables["production_order"], made], how="diagonal_relaxed")
        firm = pl.when(pl.col("order") == pin.order).then(pl.lit("firm")).otherwise("state")
        orders = orders.with_columns(state=firm)

    def read(name: str, where: Mapping[str, list[Any]]) -> pl.DataFrame:
        return tables[name].filter(*(pl.col(column).is_in(values) for column, values in where.items()))

    fixed = raw_frame(
        ENTITIES["production_operation"], [pin_row(read, order, pin.operation, pin.start, pin.work_center)]
    )
    others = tables["production_operation"].filter((pl.col("order") != order) | (pl.col("sequence") != pin.operation))
    tables["production_operation"] = pl.concat([others, fixed], how="diagonal_relaxed")
    return replace(plant, raw=MappingProxyType(tables)), orders


_NAMED = (
    ("planned_order", "order"), ("scheduled_operation", "order"), ("planned_component", "order"), ("peg", "demand"),
    ("peg", "supply"), ("reason", "order"),
)  # fmt: skip


def named_as(
    before: pl.DataFrame, tables: Mapping[str, pl.DataFrame], also: Mapping[str, str] | None = None
) -> dict[str, pl.DataFrame]:
    """Call the planned orders of a plan as those of another plan that they are.

    New orders get their numbers plan by plan. Here each gets the number of the order of the same item, site, source
    and need date, else of the same item, site and source in the order of their need dates; the rest are called new.

    Parameters
    ----------
    before : table planned_order of the plan whose numbers are wanted
    tables : tables of the other plan
    also : other orders with their new names
    """
    old = before.filter(pl.col("state") == "planned")
    new = tables["planned_order"].filter(pl.col("state") == "planned")
    exact = _pairs(old, new, ["item", "site", "source", "quantity", "due"])
    old = old.join(exact, left_on="order", right_on="was", how="anti")
    ranked = _pairs(old, new.join(exact, on="order", how="anti"), ["item", "site", "source"])
    pairs = pl.concat([exact, ranked])
    rest = new.join(pairs, on="order", how="anti").select("order", was="new " + pl.col("order"))
    more = also or {}
    others = pl.DataFrame({"order": list(more), "was": list(more.values())}, schema=pairs.schema)
    names = pl.concat([pairs, rest, others])
    found = dict(tables)
    for table, column in _NAMED:
        if table in found:
            told = pl.col(column).replace(names["order"], names["was"])
            found[table] = found[table].with_columns(told.alias(column))
    return found


def _pairs(old: pl.DataFrame, new: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Match orders with the same key one to one; columns order (new) and was (old)."""
    place = pl.int_range(pl.len()).over(key).alias("place")
    one = old.sort("due", "start", "order").with_columns(place).select(*key, "place", was="order")
    return new.sort("due", "start", "order").with_columns(place).join(one, on=[*key, "place"]).select("order", "was")


def _figures(before: MemoryView, after: MemoryView, found: Differences) -> dict[str, float]:
    figures: dict[str, float] = {}
    for name, view in (("before", before), ("after", after)):
        late = view.result("demand_plan").filter((pl.col("kind") == "sales order") & (pl.col("status") != "on time"))
        figures[f"late_{name}"] = late.height
        figures[f"days_{name}"] = round(float(late["late_days"].sum()) / SCALE, 1)
    figures["orders_moved"] = found.orders.height
    figures["demands_moved"] = found.demands.height
    return figures
