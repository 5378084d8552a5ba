"""The material plan around the orders that are planned already: they stay, and only what is short is planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from plantwright.flows.plan.material import Material, Numbered, plan_material
from plantwright.flows.plan.ragged import Ints
from plantwright.methods.requirements import MaterialPlan, Origin, SupplyKind

KEPT = ("make", "buy")
"""Kinds of planned orders that stay; what is only moved between sites is planned anew."""
FILLED = "min-max"
"""Rule whose orders fill stock up to a level: how much that is follows from all that is asked."""
FACTS = ("start", "latest", "projected", "offer", "supplier", "price", "priority", "fenced")


def plan_around(n: Numbered, old: Numbered, before: Material) -> tuple[Material, frozenset[str]]:
    """Plan the material of a plant whose demands or receipts have changed; what was planned before stays as it was cut.

    Parameters
    ----------
    n : the plant after the change, numbered
    old, before : the plant before it, and its material plan, orders named as in the plan in force

    Returns
    -------
    The material plan, and the names of the orders that stayed. Their lots, dates and suppliers are those of before; new
    orders are there only for what is short with them. Where the change brings an item into the plan, all is planned
    anew and nothing is named.
    """
    places = ["item", "site"]
    if not n.nodes.frame.select(places).equals(old.nodes.frame.select(places)):
        return plan_material(n), frozenset()
    kept = before.orders.filter(~pl.col("existing") & pl.col("kind").is_in(KEPT))
    rules = n.nodes.frame.select("node", "lot_rule", *places)
    kept = kept.join(rules, on="node", how="left", maintain_order="left").filter(pl.col("lot_rule") != FILLED)
    # When it is due says when its lot was cut, however late it comes: so it takes what it took.
    now = pl.lit(n.plant.as_of, pl.Int64)
    as_open = kept.with_columns(firm=pl.lit(value=False), serves=pl.lit(""), time=pl.max_horizontal("due", now))
    as_open = as_open.select(pl.col(name).cast(kind) for name, kind in n.open_orders.schema.items())
    own = n.open_orders.height
    material = plan_material(replace(n, open_orders=pl.concat([n.open_orders, as_open])))
    orders = _orders(material.orders, kept, own)
    plan = _as_planned(material.plan, own, kept.height)
    return replace(material, orders=orders, plan=plan), frozenset(kept["order"])


def _orders(orders: pl.DataFrame, kept: pl.DataFrame, own: int) -> pl.DataFrame:
    """Call the orders that stayed planned again, with the facts that they had; new ones get names of their own."""
    first, stayed, new = orders[:own], orders[own : own + kept.height], orders[own + kept.height :]
    stayed = stayed.with_columns(
        *(kept[name].cast(orders.schema[name]) for name in FACTS), existing=pl.lit(value=False)
    )
    new = new.with_columns(order=pl.col("order").str.replace("-", "-new-", literal=True))
    return pl.concat([first, stayed, new])


def _as_planned(plan: MaterialPlan, own: int, count: int) -> MaterialPlan:
    """Count the orders that stayed among the planned ones, before those that are new."""
    rows, pegs, receipts = plan.requirements, plan.pegs, plan.co_products
    kind, origin = _moved(rows.origin_kind, rows.origin, own, count)
    parent_kind, parent = _moved(receipts.parent_kind, receipts.parent, own, count)
    planned = (pegs.supply_kind == SupplyKind.PLANNED) | (pegs.supply_kind == SupplyKind.TRANSFER)
    stayed = (pegs.supply_kind == SupplyKind.OPEN) & (pegs.supply >= own)
    supply = np.where(stayed, pegs.supply - own, pegs.supply + np.where(planned, count, 0))
    supply_kind = np.where(stayed, int(SupplyKind.PLANNED), pegs.supply_kind)
    return replace(
        plan,
        requirements=replace(rows, origin_kind=kind, origin=origin),
        co_products=replace(receipts, parent_kind=parent_kind, parent=parent),
        pegs=replace(pegs, supply=supply, supply_kind=supply_kind),
    )


def _moved(kind: Ints, row: Ints, own: int, count: int) -> tuple[Ints, Ints]:
    stayed = (kind == Origin.OPEN) & (row >= own)
    planned = kind == Origin.PLANNED
    number = np.where(stayed, row - own, row + np.where(planned, count, 0))
    return np.where(stayed, int(Origin.PLANNED), kind).astype(np.int64), number.astype(np.int64)
