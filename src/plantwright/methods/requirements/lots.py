"""From net requirements to planned orders: the lot rule of the node, and an order for each lot."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.lot_sizing import kernel as sizing
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work
from plantwright.methods.requirements.limits import limits
from plantwright.methods.requirements.orders import place_order
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import primitive

DAY = 1440


@primitive
def most_lots(t: Tables, work: Work, node: int, nets: int) -> int:
    """Count the lots that the net requirements can become at most."""
    minimum, maximum, multiple = limits(t, node)
    most = nets
    for place in range(nets):
        net = work.net[place * b.NET_WIDTH + b.NET_QUANTITY]
        most += net // sizing.next_lot(net, minimum, maximum, multiple)
    return int(most)


@primitive
def plan_lots(t: Tables, times: Calendars, book: Book, work: Work, node: int, groups: int, smallest: int) -> None:
    """Place the orders for each group of net requirements; what a lot brings too much is used up first."""
    _, maximum, multiple = limits(t, node)
    over = 0
    for group in range(groups):
        first = work.spare[group] * b.NET_WIDTH
        due, priority, missing = work.net[first + b.NET_DUE], work.net[first + b.NET_PRIORITY], -over
        for place in range(first, work.spare[group + 1] * b.NET_WIDTH, b.NET_WIDTH):
            missing += work.net[place + b.NET_QUANTITY]
            priority = min(priority, work.net[place + b.NET_PRIORITY])
        while missing > 0:
            lot = sizing.next_lot(missing, smallest, maximum, multiple)
            place_order(t, times, book, node, lot, due, priority)
            missing -= lot
        over = -missing


@compiled
def cut_lots(t: Tables, work: Work, node: int, nets: int) -> tuple[int, int]:
    """Group the net requirements by the lot rule of the node; give how many groups there are and the smallest lot.

    Where each group begins is written into the spare list of the scratch space.
    """
    minimum, maximum, multiple = limits(t, node)
    rule = t.data[node * c.NODE_WIDTH + c.LOT_RULE]
    if rule <= sizing.FIXED_QUANTITY:
        for place in range(nets + 1):
            work.spare[place] = place
        return nets, minimum
    due, net, cost = np.empty(nets, np.int64), np.empty(nets, np.int64), np.empty(1)
    for place in range(nets):
        due[place] = work.net[place * b.NET_WIDTH + b.NET_DUE]
        net[place] = work.net[place * b.NET_WIDTH + b.NET_QUANTITY]
    cost[0] = t.real[node * c.NODE_REALS + c.ORDER_COST]
    holding = t.real[node * c.NODE_REALS + c.HOLDING_COST] / (1_000_000.0 * DAY)
    if rule == sizing.ECONOMIC_QUANTITY and nets > 0:
        best = sizing.economic_quantity(due, net, cost[0], holding, DAY)
        minimum = max(minimum, sizing.next_lot(best, minimum, maximum, multiple))
    period = t.data[node * c.NODE_WIDTH + c.PERIOD]
    groups = sizing.group_starts(rule, due, net, cost, holding, period, DAY, work.spare)
    work.spare[groups] = nets
    return groups, minimum
