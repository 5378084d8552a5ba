"""From the levels of a policy to the planning fields of an item: how the plan is told to keep them.

Where the plan knows the demand ahead, by a forecast or because other things are made of the item, it plans receipts so
that stock does not fall below the safety stock: with lots of the policy's size that is the reorder point, spread over
time (J. Orlicky, Material Requirements Planning, McGraw-Hill, 1975: the time-phased order point). Where it does not,
the min-max rule orders when stock falls to the reorder point.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plantwright.core.exact import SCALE
from plantwright.flows.policy.levels import Facts, Levels, in_lots
from plantwright.flows.policy.network import DAY_MS


def planning_fields(facts: Facts, levels: Levels, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields of item_site by which the plan keeps the levels, as stored values.

    Parameters
    ----------
    facts, levels : the item, and what was computed for it
    row : its row as it stands, which says how its orders are sized
    """
    if levels.policy == "as typed":
        return _as_typed(facts, levels, row)
    if not facts.planned:
        return _min_max(levels.reorder_point, max(levels.order_up_to, levels.reorder_point + facts.step))
    floor = max(0.0, levels.safety_stock)
    if levels.policy == "periodic":
        period = round((facts.look) * DAY_MS)
        return {**_none(), "lot_rule": "period", "lot_period": period, "safety_stock": stored(facts, floor)}
    if levels.policy == "base stock":
        return {**_none(), "lot_rule": "lot-for-lot", "safety_stock": stored(facts, floor)}
    if levels.policy == "min-max":
        return _min_max(stored(facts, floor) / SCALE, stored(facts, floor) / SCALE + levels.order_quantity)
    lot = round(in_lots(facts, levels.order_quantity) * SCALE)
    return {**_none(), "lot_rule": "fixed", "lot_quantity": lot, "safety_stock": stored(facts, floor)}


def _as_typed(facts: Facts, levels: Levels, row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave the rule by which orders are sized as it is; only its levels follow from the service."""
    kept = {name: row[name] for name in ("lot_rule", "lot_quantity", "lot_period", "reorder_point", "order_up_to")}
    if row["lot_rule"] != "min-max":
        return {**kept, "safety_stock": stored(facts, max(0.0, levels.safety_stock))}
    gap = max(row["order_up_to"] - row["reorder_point"], 0) / SCALE or levels.order_quantity
    floor = max(0.0, levels.safety_stock) if facts.planned else levels.reorder_point
    low = stored(facts, floor) / SCALE
    return _min_max(low, low + gap)


def _none() -> dict[str, Any]:
    return {"lot_quantity": 0, "lot_period": 0, "reorder_point": 0, "order_up_to": 0}


def _min_max(low: float, high: float) -> dict[str, Any]:
    levels = {"reorder_point": round(low * SCALE), "order_up_to": round(high * SCALE)}
    return {**_none(), "lot_rule": "min-max", "safety_stock": 0, **levels}


def stored(facts: Facts, level: float) -> int:
    """Give a level as it is stored, in whole steps of the item, rounded up."""
    step = max(1, round(facts.step * SCALE))
    return int(-(-round(level * SCALE) // step) * step)


__all__ = ["planning_fields", "stored"]
