"""Where in the supply tree of a plant safety stock costs least: guaranteed service over its items and sites."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from plantwright.core.exact import SCALE
from plantwright.flows.policy.compare import typed_row
from plantwright.flows.policy.facts import Known
from plantwright.methods.stock import GuaranteedService, SupplyChain, build_chain, place_in_network, place_on_tree
from plantwright.methods.stock.distributions import STANDARD
from plantwright.methods.stock.guaranteed import placement


@dataclass(frozen=True)
class Placement:
    """Safety stock over the tree.

    Parameters
    ----------
    lines : a line for each stage, as stored values
    best : of all placements the cheapest that was found, with its bound
    cost, alone, today : money a year for the safety stock of the placement, for every stage that keeps its own, and
        for the typed safety stocks
    left : stages without spread of demand, which are left out
    """

    lines: list[dict[str, Any]]
    best: GuaranteedService
    cost: float
    alone: float
    today: float
    left: int


def place_stock(known: Known, service: float, seconds: float) -> Placement | None:
    """Place safety stock at least cost over all stages whose demand has a spread; None where there are none."""
    stages = _stages(known)
    if not stages:
        return None
    chain = _chain(known, stages, service)
    rings = chain.source.size >= chain.time.size or _has_rings(chain)
    best = _searched(chain, seconds) if rings else place_on_tree(chain)
    alone = placement(chain, np.zeros(chain.time.size, np.int64), 0.0)
    costs = np.array([_unit_cost(known, node) * _rate(known, node) for node in stages])
    typed = np.array([_kept(known, node) for node in stages])
    added = _added(known)
    lines = [
        _line(known, node, best, alone, float(typed[place]), place, float(added[node]))
        for place, node in enumerate(stages)
    ]
    lines.sort(key=lambda line: (-line["value"], line["item"], line["site"]))
    asked = int((known.demand.mean > 0).sum())
    return Placement(
        lines, best, float(best.safety_stock @ costs), float(alone.safety_stock @ costs), float(typed @ costs),
        asked - len(stages),
    )  # fmt: skip


def _searched(chain: SupplyChain, seconds: float) -> GuaranteedService:
    """Search a chain with rings for so many seconds of the processor, whatever else the machine is busy with."""
    place_in_network(chain, evaluations=4)  # what the first search has to load is no part of its time
    return place_in_network(chain, evaluations=200_000, seconds=seconds, clock=time.thread_time)


def _stages(known: Known) -> list[int]:
    """Give the nodes that take part: those with spread of their own, and those that feed one that takes part."""
    network, demand = known.network, known.demand
    part = demand.own_sd > 0
    ways: list[list[int]] = [[] for _ in range(part.size)]
    for one, other in zip(network.feeding.tolist(), network.fed.tolist(), strict=True):
        ways[one].append(other)
    for node in network.order:
        part[node] |= any(part[other] for other in ways[node])
    return np.flatnonzero(part).tolist()


def _chain(known: Known, stages: list[int], service: float) -> SupplyChain:
    network, place = known.network, {node: number for number, node in enumerate(stages)}
    arcs = [
        (place[a], place[b], float(used))
        for a, b, used in zip(network.feeding.tolist(), network.fed.tolist(), network.usage.tolist(), strict=True)
        if a in place and b in place
    ]
    own = known.demand.own_sd[stages]
    return build_chain(
        np.maximum(np.round(known.supply.mean[stages]), 0).astype(np.int64),
        [_unit_cost(known, node) * _rate(known, node) / 365 for node in stages], own, [(a, b) for a, b, _ in arcs],
        usage=[used for _, _, used in arcs], service_factor=STANDARD.inv_cdf(service),
        max_service=np.where(own > 0, 0, -1),
    )  # fmt: skip


def _has_rings(chain: SupplyChain) -> bool:
    """Tell whether the arcs, without direction, close a ring."""
    part = list(range(chain.time.size))

    def root(k: int) -> int:
        while part[k] != k:
            part[k] = part[part[k]]
            k = part[k]
        return k

    for a, b in zip(chain.source.tolist(), chain.target.tolist(), strict=True):
        one, other = root(a), root(b)
        if one == other:
            return True
        part[one] = other
    return False


def _line(
    known: Known, node: int, best: GuaranteedService, alone: GuaranteedService, typed: float, place: int, added: float
) -> dict[str, Any]:
    row, cost = known.rows[node], _unit_cost(known, node)
    stock = float(best.safety_stock[place])
    return {
        "item": row["item"], "name": row["name"], "site": row["site"], "unit": row["unit"],
        "days": round(float(known.supply.mean[node])),
        "waits": int(best.inbound[place]), "quotes": int(best.service[place]), "covers": int(best.covered[place]),
        "safety_stock": round(stock * SCALE), "value": round(stock * cost * SCALE),
        "added": round(added * SCALE), "today": round(typed * SCALE),
        "today_value": round(typed * cost * SCALE),
        "alone_value": round(float(alone.safety_stock[place]) * cost * SCALE),
    }  # fmt: skip


def _added(known: Known) -> np.ndarray:
    """Give the value that each node adds: its cost less that of what goes into it."""
    network = known.network
    costs = np.array([_unit_cost(known, node) for node in range(len(network.nodes))])
    added = costs.copy()
    np.subtract.at(added, network.fed, network.usage * costs[network.feeding])
    return added


def _unit_cost(known: Known, node: int) -> float:
    return float(str(known.rows[node]["cost"] or 0)) / SCALE


def _rate(known: Known, node: int) -> float:
    return float(str(known.rows[node]["holding_rate"] or 0)) / SCALE or known.holding_rate


def _kept(known: Known, node: int) -> float:
    """Give the typed safety stock, of the min-max rule its reorder point."""
    row = typed_row(known, node)
    return float(row["reorder_point"] if row["lot_rule"] == "min-max" else row["safety_stock"]) / SCALE


__all__ = ["Placement", "place_stock"]
