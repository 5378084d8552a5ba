"""The exchange curve of a plant: service against money over its items, and how far today's stock is from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plantwright.core.exact import SCALE
from plantwright.flows.policy.compare import today_levels, typed_row
from plantwright.flows.policy.facts import Known
from plantwright.flows.policy.levels import Facts, usual_lot
from plantwright.methods.stock import ExchangeCurve, exchange_curve


@dataclass(frozen=True)
class Curve:
    """The curve as stored values.

    Parameters
    ----------
    points : a line for each service
    items : a line for each item at the service that is wanted
    today_money, today_fill : of the typed levels
    left : items of less value that were left out
    """

    points: list[dict[str, Any]]
    items: list[dict[str, Any]]
    today_money: int
    today_fill: int
    left: int


def curve_of(
    known: Known, wanted: float, kind: str, services: Sequence[float], *, site: str = "", family: str = "",
    most: int = 200,
) -> Curve:  # fmt: skip
    """Compute the curve over the items of most value whose demand and cost are known."""
    nodes, left = _chosen(known, site, family, most)
    if not nodes:
        return Curve([], [], 0, 0, 0)
    facts = [known.facts(node, wanted, kind) for node in nodes]
    levels = sorted({*services, wanted})
    demands, lots = [one.within(0.0) for one in facts], [usual_lot(one) for one in facts]
    costs, rates = [one.unit_cost for one in facts], [one.mean for one in facts]
    each, shared = (exchange_curve(demands, lots, costs, rates, levels, rule) for rule in (kind, "shared"))
    points = [_point(each, shared, place) for place in range(len(levels))]
    today = [today_levels(one, typed_row(known, node), 1 / SCALE) for one, node in zip(facts, nodes, strict=True)]
    money = np.array(costs) * np.array(rates)
    fill = float(money @ np.array([one.fill_rate for one in today]) / money.sum())
    kept = sum(max(0.0, one.safety_stock) * of.unit_cost for one, of in zip(today, facts, strict=True))
    at = levels.index(wanted)
    means = np.array([of.mean for of in demands])
    rows = [
        _item(known.rows[node], of, one, float(each.reorder_point[at, place] - means[place]),
              float(shared.reorder_point[at, place] - means[place]), lots[place])
        for place, (node, of, one) in enumerate(zip(nodes, facts, today, strict=True))
    ]  # fmt: skip
    return Curve(points, rows, round(kept * SCALE), round(fill * SCALE), left)


def _chosen(known: Known, site: str, family: str, most: int) -> tuple[list[int], int]:
    able = [
        node for node, row in enumerate(known.rows)
        if row["active"] and row["source"] not in {"phantom", "none"} and known.demand.mean[node] > 0
        and float(str(row["cost"] or 0)) > 0 and known.demand.sd[node] > 0
        and row["site"] == (site or row["site"]) and row["family"] == (family or row["family"])
    ]  # fmt: skip
    worth = {node: float(known.demand.mean[node]) * float(str(known.rows[node]["cost"])) for node in able}
    ranked = sorted(able, key=lambda node: (-worth[node], node))
    return ranked[:most], max(0, len(ranked) - most)


def _point(each: ExchangeCurve, shared: ExchangeCurve, place: int) -> dict[str, Any]:
    def money(value: float) -> int:
        return round(float(value) * SCALE)

    return {
        "service": money(each.service[place]), "each": money(each.safety_money[place]),
        "shared": money(shared.safety_money[place]), "fill_each": money(each.fill_rate[place]),
        "cycle": money(each.cycle_money[place]), "total": money(each.safety_money[place] + each.cycle_money[place]),
        "total_shared": money(shared.safety_money[place] + shared.cycle_money[place]),
    }  # fmt: skip


def _item(row: dict[str, Any], of: Facts, today: Any, each: float, shared: float, lot: float) -> dict[str, Any]:
    return {
        "item": of.item, "site": of.site, "unit": row["unit"], "today": round(today.safety_stock * SCALE),
        "today_fill": round(today.fill_rate * SCALE), "each": round(each * SCALE), "shared": round(shared * SCALE),
        "each_value": round(each * of.unit_cost * SCALE), "shared_value": round(shared * of.unit_cost * SCALE),
        "lot": round(lot * SCALE),
    }  # fmt: skip


__all__ = ["Curve", "curve_of"]
