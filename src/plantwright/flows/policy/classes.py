"""Items by class: the value that is used of them in a year, and how steady their demand is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from plantwright.core.exact import SCALE
from plantwright.flows.plan.demands import on_hand
from plantwright.flows.policy.demand import YEAR
from plantwright.flows.policy.facts import Known
from plantwright.methods.stock import abc_classes, xyz_classes


def classified(
    known: Known, abc: Sequence[float], xyz: Sequence[float], *, site: str = "", family: str = ""
) -> list[dict[str, Any]]:
    """Give a line for each item at a site with its classes, the most value first, as stored values."""
    chosen = [
        node for node, row in enumerate(known.rows)
        if row["active"] and row["source"] not in {"phantom", "none"}
        and row["site"] == (site or row["site"]) and row["family"] == (family or row["family"])
    ]  # fmt: skip
    if not chosen:
        return []
    used = known.demand.mean[chosen] * 365
    costs = np.array([_cost(known, node) for node in chosen])
    means, spreads = weekly_moments(known, chosen)
    by_value, by_spread = abc_classes(used * costs, abc), xyz_classes(means, spreads, xyz)
    stock = dict(on_hand(known.plant, known.network.nodes).iter_rows())
    lines = [
        {**_line(known, node, float(used[place]), float(costs[place]), int(stock.get(node, 0))),
         "abc": by_value.letter[place], "xyz": by_spread.letter[place],
         "up_to": round(float(by_value.measure[place]) * SCALE),
         "variation": round(float(by_spread.measure[place]) * SCALE)}
        for place, node in enumerate(chosen)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line["value"], line["item"], line["site"]))


def weekly_moments(known: Known, nodes: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Give mean and deviation of a week's demand: of the last year's weeks, or of what is expected without a past."""
    means, spreads = np.zeros(len(nodes)), np.zeros(len(nodes))
    for place, node in enumerate(nodes):
        row = known.demand.weekly[node, int(known.demand.first[node]) :][-YEAR:]
        if row.size > 1:
            means[place], spreads[place] = row.mean(), row.std(ddof=1)
        else:
            means[place], spreads[place] = known.demand.mean[node] * 7, known.demand.sd[node] * np.sqrt(7)
    return means, spreads


def _line(known: Known, node: int, used: float, cost: float, stock: int) -> dict[str, Any]:
    row = known.rows[node]
    return {
        "item": row["item"], "name": row["name"], "site": row["site"], "family": row["family"], "unit": row["unit"],
        "value": round(used * cost * SCALE), "used": round(used * SCALE), "demand_class": known.demand.kind[node],
        "on_hand": stock, "stock_value": round(stock * cost),
    }  # fmt: skip


def _cost(known: Known, node: int) -> float:
    return float(str(known.rows[node]["cost"] or 0)) / SCALE


__all__ = ["classified", "weekly_moments"]
