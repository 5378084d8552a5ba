"""Policies of one item side by side: what it keeps now, what each would keep, serve and cost, and which to take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from plantwright.flows.policy.demand import WEEKS, daily_of
from plantwright.flows.policy.facts import Known
from plantwright.flows.policy.levels import Facts, Levels, all_levels, demand_within, usual_lot
from plantwright.methods.stock import Replay, ReplayPolicy, replay_policy
from plantwright.methods.working import Working

CLOSE = 0.005
"""A service this much below what is wanted counts as reached: levels are whole steps."""
TODAY = "as it is"
YEAR_DAYS = 364
LEAST_WEEKS = 26
"""So many weeks before the year that is replayed make the levels without looking into it."""


def today_levels(facts: Facts, row: dict[str, Any], units: float) -> Levels:
    """Give what the typed levels of an item keep and serve; `units` is what one stored unit is."""
    lot = usual_lot(facts)
    demand, name = demand_within(facts, under=True)
    if row["lot_rule"] == "min-max":
        low, high = row["reorder_point"] * units, row["order_up_to"] * units
        level = low + (demand.mean if facts.planned else 0.0)
        lot = max(high - low, facts.step)
    else:
        level = row["safety_stock"] * units + demand.mean
    short = max(0.0, demand.loss(level) - demand.loss(level + lot))
    stock = max(0.0, level - demand.mean + lot / 2 + short / 2)
    orders = facts.mean * 365.0 / lot
    return Levels(
        TODAY, level - demand.mean, level, level + lot, lot, facts.lead, demand.cdf(level),
        1 - min(1.0, short / lot), stock, orders, orders * facts.order_cost,
        stock * facts.unit_cost * facts.holding_rate, demand, name, Working("", ()),
    )  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """All policies of an item, and the one to take.

    Parameters
    ----------
    facts : what is known of the item
    today : what its typed levels give
    levels : every policy
    best : the one that is chosen for it, or the cheapest that reaches the service
    chosen : whether a person has chosen it
    """

    facts: Facts
    today: Levels
    levels: list[Levels]
    best: Levels
    chosen: bool


def choose(known: Known, node: int, service: float | None = None, kind: str | None = None) -> Choice:
    """Put the policies of an item side by side."""
    row, facts = known.rows[node], known.facts(node, service, kind)
    levels = all_levels(facts)
    typed = str(row["stock_policy"])
    named = [one for one in levels if one.policy == typed]
    best = named[0] if named else cheapest(levels, facts)
    return Choice(facts, today_levels(facts, typed_row(known, node), 1e-6), levels, best, bool(named))


def typed_row(known: Known, node: int) -> dict[str, Any]:
    """Give the row of an item at a site as it is in its table; that of the node keeps its reorder point twice."""
    row = known.rows[node]
    found = known.typed.get((str(row["item"]), str(row["site"])))
    return found or {**row, "safety_stock": 0, "reorder_point": 0, "order_up_to": 0, "lot_rule": "lot-for-lot"}


def cheapest(levels: list[Levels], facts: Facts) -> Levels:
    """Give the cheapest policy that reaches the service; where none does, the one that serves best."""
    able = [one for one in levels if one.reached(facts.kind) >= facts.service - CLOSE]
    if able:
        return min(able, key=lambda one: (round(one.cost, 6), one.mean_stock))
    return max(levels, key=lambda one: one.reached(facts.kind))


# --- replay ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replayed:
    """A year of an item's own demand under each policy.

    Parameters
    ----------
    facts : what the levels were computed from
    demand : units by day, the last one before the plan's day
    source : where the demand is known from
    ahead : whether the levels were computed from the time before alone
    runs : levels and what would have been
    """

    facts: Facts
    demand: np.ndarray
    source: str
    ahead: bool
    runs: list[tuple[Levels, Replay]]


def replay_year(
    known: Known, node: int, days: int = YEAR_DAYS, service: float | None = None, kind: str | None = None
) -> Replayed:
    """Replay the last days of an item's own demand under each policy, and under its typed levels."""
    asked, source = daily_of(known.plant, known.network, node, days)
    facts, ahead = _before(known, node, days, known.facts(node, service, kind))
    levels = [today_levels(facts, typed_row(known, node), 1e-6), *all_levels(facts)] if facts.known else []
    lead = max(0, round(facts.lead))
    held = facts.unit_cost * facts.holding_rate / 365.0
    runs = [
        (one, replay_policy(asked, _rule(one, facts), [lead], order_cost=facts.order_cost, holding_cost=held))
        for one in levels
    ]
    return Replayed(facts, asked, source, ahead, runs)


def _before(known: Known, node: int, days: int, facts: Facts) -> tuple[Facts, bool]:
    """Give the facts as they were before the days that are replayed, where the past reaches so far back."""
    start, end = int(known.demand.first[node]), WEEKS - -(-days // 7)
    row = known.demand.weekly[node, start:end] if end > start else np.zeros(0)
    if row.size < LEAST_WEEKS or not row.any():
        return facts, False
    year = row[-52:]
    mean, spread = float(year.mean()) / 7, float(year.std(ddof=1)) / np.sqrt(7)
    return replace(facts, mean=mean, sd=float(spread), weekly=row), True


def _rule(levels: Levels, facts: Facts) -> ReplayPolicy:
    """Give a policy in the form of the replay, which orders at the end of a day."""
    if levels.policy == "periodic":
        return ReplayPolicy(levels.order_up_to, levels.order_up_to, review=max(1, round(facts.look)))
    if levels.policy == "base stock":
        return ReplayPolicy(levels.order_up_to, levels.order_up_to)
    if levels.policy in {"min-max", "buffer"}:
        return ReplayPolicy(levels.reorder_point, max(levels.order_up_to, levels.reorder_point))
    return ReplayPolicy(levels.reorder_point, quantity=levels.order_quantity)


__all__ = ["TODAY", "Choice", "Replayed", "choose", "replay_year", "today_levels", "typed_row"]
