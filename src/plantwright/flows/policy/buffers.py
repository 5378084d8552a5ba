"""Buffers as they stand: zones, what is there, on the way and asked for, and what to order today."""

from __future__ import annotations

from typing import Any

import polars as pl

from plantwright.core.buckets import local_day
from plantwright.core.exact import SCALE
from plantwright.core.pages import View
from plantwright.flows.plan.demands import on_hand, open_orders
from plantwright.flows.policy.facts import Known
from plantwright.flows.policy.levels import in_lots, levels_of, zones_of
from plantwright.methods.stock import Buffer, NetFlow, net_flow

RHYTHM = ("buffer", "kanban")
MOST_DAYS = 180


def buffer_lines(view: View, known: Known, nodes: list[int]) -> list[dict[str, Any]]:
    """Give a line for each node with its zones and its net flow, the emptiest first, as stored values."""
    stock = dict(on_hand(known.plant, known.network.nodes).iter_rows())
    coming = _on_order(known)
    asked = needs_by_day(view, known)
    lines = [
        _line(known, node, stock.get(node, 0) / SCALE, coming.get(node, 0) / SCALE, asked.get(node, {}))
        for node in nodes
        if known.demand.mean[node] > 0
    ]
    return sorted(lines, key=lambda line: (line["filled"], line["item"], line["site"]))


def chosen_nodes(known: Known) -> list[int]:
    """Give the nodes that are kept as buffers or in kanban loops."""
    return [node for node, row in enumerate(known.rows) if row["stock_policy"] in RHYTHM and row["active"]]


def _on_order(known: Known) -> dict[int, int]:
    rows = open_orders(known.plant, known.network.nodes).group_by("node").agg(pl.col("quantity").sum())
    return dict(rows.iter_rows())


def needs_by_day(view: View, known: Known) -> dict[int, dict[int, float]]:
    """Give what the plan needs of each node by day from today, in units; what is late counts today."""
    nodes, zone = known.network.nodes, view.settings.zone
    orders = view.result("demand_plan").filter(pl.col("kind") == "sales order")
    sold = orders.select("item", "site", at="due", quantity="quantity")
    taken = view.result("planned_component").select("item", "site", at="needed", quantity="quantity")
    rows = nodes.number(pl.concat([sold, taken])).filter(pl.col("node").is_not_null())
    day = (local_day(pl.col("at"), zone) - known.demand.today).clip(lower_bound=0)
    rows = rows.with_columns(day=day).group_by("node", "day").agg(pl.col("quantity").sum())
    found: dict[int, dict[int, float]] = {}
    for node, when, quantity in rows.iter_rows():
        found.setdefault(node, {})[when] = quantity / SCALE
    return found


def _line(known: Known, node: int, there: float, coming: float, asked: dict[int, float]) -> dict[str, Any]:
    row, facts = known.rows[node], known.facts(node)
    zones = zones_of(facts)
    horizon = min(MOST_DAYS, max(1, round(facts.lead)))
    days = [asked.get(day, 0.0) for day in range(horizon + 1)]
    threshold = max(zones.top_of_red / 2, facts.mean, facts.step)
    flow = net_flow(zones, max(0.0, there), coming, days, threshold=threshold)
    cards = levels_of(facts, "kanban").cards if row["stock_policy"] == "kanban" else None
    amounts = {
        "on_hand": there, "on_order": coming, "qualified_demand": flow.qualified_demand, "net_flow": flow.position,
        "top_of_red": zones.top_of_red, "top_of_yellow": zones.top_of_yellow, "top_of_green": zones.top_of_green,
        "order": in_lots(facts, flow.order) if flow.order > 0 else 0.0,
    }  # fmt: skip
    filled = flow.position / zones.top_of_green if zones.top_of_green > 0 else 0.0
    return {
        "item": row["item"], "name": row["name"], "site": row["site"], "policy": row["stock_policy"],
        "zone": zone_of(zones, flow), "filled": round(filled * SCALE), "cards": cards,
        **{name: round(value * SCALE) for name, value in amounts.items()},
    }  # fmt: skip


def zone_of(zones: Buffer, flow: NetFlow) -> str:
    """Name the zone in which the net flow position stands."""
    if flow.position <= 0:
        return "out"
    if flow.position <= zones.top_of_red:
        return "red"
    if flow.position <= zones.top_of_yellow:
        return "yellow"
    return "green" if flow.position <= zones.top_of_green else "above green"


__all__ = ["buffer_lines", "chosen_nodes", "needs_by_day", "zone_of"]
