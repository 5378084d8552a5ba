"""The levels of one item under each policy: what it would keep, order, serve and cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.stock import (
    Buffer,
    Discrete,
    Distribution,
    StockPolicy,
    buffer_zones,
    economic_order_quantity,
    kanban_cards,
    lead_time_demand,
    order_up_to_level,
    reorder_point,
    windowed_lead_time_demand,
)
from plantwright.methods.stock.distributions import fixed
from plantwright.methods.working import Working

POLICIES = ("reorder point", "min-max", "periodic", "base stock", "kanban", "buffer")
USUAL_REVIEW = 7.0
"""Days between two looks at the stock, and days that an order covers, where nothing else is known."""
YEAR = 365.0
MOST_BURST = 1_000.0
"""Variance over mean up to which single units are told apart; beyond, demand comes in such bursts that it is gamma."""
MOST_UNITS = 5_000.0
"""Whole units in the demand of a lead time above which a continuous distribution takes over."""


@dataclass(frozen=True)
class Facts:
    """What is known of an item at a site; quantities in its unit, times in days, money in the plant's currency.

    Parameters
    ----------
    mean, sd : demand of a day, and the deviation of its error over a day
    lead, lead_sd : lead time and its deviation
    review : days between two looks at the stock
    service, kind : service that is wanted and its kind, cycle or fill
    demand_kind : smooth, erratic, intermittent, lumpy, or empty
    step : smallest step of a quantity
    lot_minimum, lot_maximum, lot_multiple, lot_quantity, lot_days : of the item's row; 0 for none
    order_cost, unit_cost, holding_rate : money for an order and a unit, share of value a year
    planned : whether requirements are planned for it, so that the plan knows its demand ahead
    weekly : what was asked for week by week, from the first week with demand
    under, under_variance : mean and variance of what a day takes the stock below a level that it passes
    """

    item: str
    site: str
    mean: float
    sd: float
    lead: float
    lead_sd: float
    review: float = 0.0
    service: float = 0.95
    kind: str = "fill"
    demand_kind: str = "smooth"
    step: float = 1.0
    lot_minimum: float = 0.0
    lot_maximum: float = 0.0
    lot_multiple: float = 0.0
    lot_quantity: float = 0.0
    lot_days: float = 0.0
    order_cost: float = 0.0
    unit_cost: float = 0.0
    holding_rate: float = 0.2
    planned: bool = True
    weekly: NDArray[np.float64] | None = None
    under: float = 0.0
    under_variance: float = 0.0

    @property
    def known(self) -> bool:
        """Tell whether a level can be computed."""
        return self.mean > 0

    @property
    def look(self) -> float:
        """Give the days between two looks at the stock, of policies that look every so often."""
        return self.review or USUAL_REVIEW

    def within(self, days: float) -> Distribution:
        """Give the distribution of the demand within lead time and so many days more."""
        return demand_within(self, days)[0]


@dataclass(frozen=True)
class Levels:
    """A policy for an item: its levels in units, what it serves, keeps and costs a year.

    Parameters
    ----------
    safety_stock : level less the mean demand that it has to last for
    reorder_point : position at or below which an order is placed
    order_up_to : position to which an order fills up; of a fixed quantity, reorder point and quantity
    order_quantity : usual order
    protected : days that the level has to last for
    cycle_service, fill_rate : shares
    mean_stock : units on hand on average
    orders : a year
    ordering, holding : money a year
    demand : distribution of the demand within the protected days, and its name
    cards : of kanban; 0 else
    """

    policy: str
    safety_stock: float
    reorder_point: float
    order_up_to: float
    order_quantity: float
    protected: float
    cycle_service: float
    fill_rate: float
    mean_stock: float
    orders: float
    ordering: float
    holding: float
    demand: Distribution
    distribution: str
    working: Working
    cards: int = 0

    @property
    def cost(self) -> float:
        """Money a year: orders and holding."""
        return self.ordering + self.holding

    def reached(self, kind: str) -> float:
        """Give the service of a kind."""
        return self.cycle_service if kind == "cycle" else self.fill_rate


def demand_within(facts: Facts, more: float = 0.0, *, under: bool = False) -> tuple[Distribution, str]:
    """Fit the demand within the lead time and some days more; gives it with its name.

    With `under`, what the stock lies below its level already when the order is placed counts too: it is found at the
    end of a day, and customers take more than one unit.

    Steady demand is normal while its deviation is at most half its mean, so that nothing of note lies below zero, and
    gamma beyond. Demand that comes now and then in whole units is negative binomial, or, where the past is long enough
    for the service that is asked for, as it was: each stretch of it with the same weight.
    """
    days = facts.lead + more
    mean, variance = facts.mean * days, facts.sd**2 * days + (facts.mean * facts.lead_sd) ** 2
    if under:
        mean, variance = mean + facts.under, variance + facts.under_variance
    spread = math.sqrt(variance)
    if mean <= 0 or spread <= 0:
        return fixed(mean), "fixed"
    rare = facts.demand_kind in {"intermittent", "lumpy"}
    if rare and (seen := _as_it_was(facts, days, facts.under if under else 0.0)) is not None:
        return seen, "empirical"
    whole = facts.step % 1 == 0
    if whole and mean <= MOST_UNITS and spread**2 <= MOST_BURST * mean and (rare or mean < 10):
        kind = "negative-binomial"
    elif spread <= mean / 2 and not rare:
        kind = "normal"
    else:
        kind = "gamma"
    return lead_time_demand(mean, spread, 1.0, kind=kind), kind.replace("-", " ")


def _as_it_was(facts: Facts, days: float, under: float) -> Distribution | None:
    """Give the demand of stretches of the past as long as the days, where five of them lie beyond the service."""
    weeks = max(1, round(days / 7))
    row = facts.weekly
    if facts.lead_sd or row is None or (row.size - weeks + 1) * (1 - facts.service) < 5 or row.size < 4 * weeks:
        return None
    seen = windowed_lead_time_demand(row, [weeks])
    return Discrete(seen.values + rounded_up(facts, under), seen.probabilities)


def levels_of(facts: Facts, policy: str) -> Levels:
    """Give the levels of a policy for an item.

    Parameters
    ----------
    facts : what is known of the item; its mean above 0
    policy : one of `POLICIES`; ``as typed`` stands for a reorder point with the item's own lots
    """
    made = {
        "as typed": _reorder_point, "reorder point": _reorder_point, "min-max": _min_max, "periodic": _periodic,
        "base stock": _base_stock, "kanban": _kanban, "buffer": _buffer,
    }[policy](facts)  # fmt: skip
    return replace(made, policy=policy)


def all_levels(facts: Facts) -> list[Levels]:
    """Give the levels of every policy."""
    return [levels_of(facts, policy) for policy in POLICIES]


def usual_lot(facts: Facts) -> float:
    """Give the usual order: the fixed one, that of a period, the economic one, or what a week needs."""
    if facts.lot_quantity > 0:
        wanted = facts.lot_quantity
    elif facts.lot_days > 0:
        wanted = facts.mean * facts.lot_days
    else:
        wanted = economic_lot(facts) or facts.mean * USUAL_REVIEW
    return in_lots(facts, wanted)


def economic_lot(facts: Facts) -> float:
    """Give the economic order quantity, 0 where an order or holding costs nothing."""
    held = facts.holding_rate * facts.unit_cost
    if facts.order_cost <= 0 or held <= 0 or facts.mean <= 0:
        return 0.0
    return economic_order_quantity(facts.mean * YEAR, facts.order_cost, held).quantity


def in_lots(facts: Facts, wanted: float) -> float:
    """Round a quantity to one that may be ordered."""
    multiple = max(facts.lot_multiple, facts.step)
    amount = max(wanted, facts.lot_minimum, facts.step)
    if facts.lot_maximum > 0:
        amount = min(amount, facts.lot_maximum)
    return max(multiple, math.ceil(amount / multiple - 1e-9) * multiple)


def rounded_up(facts: Facts, level: float) -> float:
    """Round a level up to the steps in which the item is counted."""
    return max(0.0, math.ceil(level / facts.step - 1e-9) * facts.step)


def _reorder_point(facts: Facts) -> Levels:
    lot = usual_lot(facts)
    demand, name = demand_within(facts, under=True)
    found = reorder_point(demand, lot, facts.service, facts.kind)
    level = rounded_up(facts, found.level)
    return _with_lots(facts, demand, name, level, level + lot, lot, found.working)


def _min_max(facts: Facts) -> Levels:
    """Fill up from where the position is found, so that an order is larger than from the reorder point."""
    lot = usual_lot(facts)
    demand, name = demand_within(facts, under=True)
    found = reorder_point(demand, lot + facts.under, facts.service, facts.kind)
    level = rounded_up(facts, found.level)
    return _with_lots(facts, demand, name, level, level + lot, lot + facts.under, found.working)


def _periodic(facts: Facts) -> Levels:
    look = facts.look
    demand, name = demand_within(facts, look)
    found = _looked_at(facts, demand, look)
    level, asked = rounded_up(facts, found.level), facts.mean * look
    short = max(0.0, demand.loss(level) - facts.within(0.0).loss(level))
    stock = max(0.0, level - demand.mean + asked / 2 + short / 2)
    return _levels(
        facts, "periodic", demand, name, level - demand.mean, rounded_up(facts, level - asked), level, asked, look,
        demand.cdf(level), 1 - min(1.0, short / asked), stock, found.working,
    )  # fmt: skip


def _looked_at(facts: Facts, demand: Distribution, look: float) -> StockPolicy:
    """Give the order-up-to level; demand as it was may hold nothing beyond the lead time in its stretches."""
    lead = facts.within(0.0)
    if demand.mean > lead.mean:
        return order_up_to_level(demand, lead, facts.service, facts.kind)
    return reorder_point(demand, facts.mean * look, facts.service, facts.kind)


def _base_stock(facts: Facts) -> Levels:
    """Order each day what was taken: the order-up-to level of a review every day."""
    demand, name = demand_within(facts, 1.0)
    found = _looked_at(facts, demand, 1.0)
    level = rounded_up(facts, found.level)
    order = max(facts.step, facts.mean)
    short = demand.loss(level)
    stock = max(0.0, level - demand.mean + short + facts.mean / 2)
    fill = _short_to_fill(demand, level, facts.mean, facts.within(0.0))
    return _levels(
        facts, "base stock", demand, name, level - demand.mean, max(0.0, level - facts.step), level, order, 1.0,
        demand.cdf(level), fill, stock, found.working,
    )  # fmt: skip


def _short_to_fill(demand: Distribution, level: float, asked: float, lead: Distribution) -> float:
    short = max(0.0, demand.loss(level) - lead.loss(level))
    return 1 - min(1.0, short / asked) if asked > 0 else 1.0


def _kanban(facts: Facts) -> Levels:
    """Take cards times container as a base stock in steps of a container: one comes back when it is empty."""
    container = in_lots(facts, facts.lot_multiple or facts.lot_quantity or facts.mean)
    demand, name = demand_within(facts, under=True)
    level = reorder_point(demand, container, facts.service, facts.kind).level
    time = max(facts.lead, 1.0 / 24)
    loop = kanban_cards(facts.mean, time, container, safety_stock=max(0.0, level - facts.mean * time + container))
    most = loop.cards * container
    made = _with_lots(facts, demand, name, max(0.0, most - container), most, container, loop.working)
    return replace(made, policy="kanban", cards=loop.cards)


def _buffer(facts: Facts) -> Levels:
    zones = zones_of(facts)
    demand, name = demand_within(facts, under=True)
    lot = in_lots(facts, max(zones.green, facts.step))
    level = rounded_up(facts, zones.top_of_yellow)
    return _with_lots(facts, demand, name, level, level + lot, lot, zones.working)


def zones_of(facts: Facts) -> Buffer:
    """Give the zones of the buffer of an item."""
    return buffer_zones(
        facts.mean, facts.lead, lead_time_factor(facts.lead), variability_factor(facts),
        minimum_order=facts.lot_minimum, order_cycle=facts.review or facts.lot_days,
    )  # fmt: skip


def lead_time_factor(lead: float) -> float:
    """Give the usual factor of a buffer by its lead time in days: long ones have small factors.

    Examples
    --------
    >>> lead_time_factor(3), lead_time_factor(20), lead_time_factor(60)
    (0.7, 0.5, 0.3)
    """
    return 0.7 if lead <= 7 else 0.5 if lead <= 28 else 0.3


def variability_factor(facts: Facts) -> float:
    """Give the usual factor of a buffer by the spread of a week's demand."""
    spread = facts.sd * math.sqrt(7) / (facts.mean * 7) if facts.mean > 0 else 0.0
    return 0.25 if spread <= 0.5 else 0.5 if spread <= 1 else 0.75


def _with_lots(
    facts: Facts, demand: Distribution, name: str, level: float, up_to: float, lot: float, working: Working
) -> Levels:
    """Describe a policy that orders lots when the position falls to a level."""
    short = max(0.0, demand.loss(level) - demand.loss(level + lot))
    stock = max(0.0, level - demand.mean + lot / 2 + (short / 2 if short else 0.0))
    return _levels(
        facts, "reorder point", demand, name, level - demand.mean, level, up_to, lot, 0.0, demand.cdf(level),
        1 - min(1.0, short / lot), stock, working,
    )  # fmt: skip


def _levels(
    facts: Facts, policy: str, demand: Distribution, name: str, safety: float, level: float, up_to: float, lot: float,
    more: float, cycle: float, fill: float, stock: float, working: Working,
) -> Levels:  # fmt: skip
    orders = facts.mean * YEAR / lot if lot > 0 else 0.0
    return Levels(
        policy, safety, level, up_to, lot, facts.lead + more, cycle, fill, stock, orders, orders * facts.order_cost,
        stock * facts.unit_cost * facts.holding_rate, demand, name, working,
    )  # fmt: skip


__all__ = ["POLICIES", "Facts", "Levels", "all_levels", "demand_within", "levels_of", "usual_lot", "zones_of"]
