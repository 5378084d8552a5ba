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

DAY = 1440


@compiled
def most_lots(t: Tables, work: Work, node: int, nets: int) -> int:
    """Count the lots that the net requirements can become at most."""
    minimum, maximum, multiple = limits(t, node)
    most = nets
    for place in range(nets):
        net = work.net[place * b.NET_WIDTH + b.NET_QUANTITY]
        most += net // sizing.next_lot(net, minimum, maximum, multiple)
    return int(most)


@compiled
def plan_lots(t: Tables, times: Calendars, book: Book, work: Work, node: int, nets: int) -> None:
    """Cut the net requirements into lots and place an order for each; what a lot brings too much is used up first."""
    minimum, maximum, multiple = limits(t, node)
    groups = nets
    if t.data[node * c.NODE_WIDTH + c.LOT_RULE] > sizing.FIXED_QUANTITY:
        groups, minimum = _group(t, work, node, nets)
    else:
        for place in range(nets):
            work.spare[place] = place
    work.spare[groups] = nets
    over = 0
    for group in range(groups):
        first = work.spare[group] * b.NET_WIDTH
        due, priority, missing = work.net[first + b.NET_DUE], work.net[first + b.NET_PRIORITY], -over
        for place in range(first, work.spare[group + 1] * b.NET_WIDTH, b.NET_WIDTH):
            missing += work.net[place + b.NET_QUANTITY]
            priority = min(priority, work.net[place + b.NET_PRIORITY])
        while missing > 0:
            lot = sizing.next_lot(missing, minimum, maximum, multiple)
            place_order(t, times, book, node, lot, due, priority)
            missing -= lot
        over = -missing


@compiled
def _group(t: Tables, work: Work, node: int, nets: int) -> tuple[int, int]:
    """Run the lot rules that weigh costs or look ahead; give how many groups there are and the smallest lot."""
    n, real = node * c.NODE_WIDTH, node * c.NODE_REALS
    due, net, cost = np.empty(nets, np.int64), np.empty(nets, np.int64), np.empty(1)
    for place in range(nets):
        due[place] = work.net[place * b.NET_WIDTH + b.NET_DUE]
        net[place] = work.net[place * b.NET_WIDTH + b.NET_QUANTITY]
    cost[0] = t.real[real + c.ORDER_COST]
    holding = t.real[real + c.HOLDING_COST] / (1_000_000.0 * DAY)
    rule, bucket = t.data[n + c.LOT_RULE], DAY
    minimum, maximum, multiple = limits(t, node)
    if rule == sizing.ECONOMIC_QUANTITY:
        best = sizing.economic_quantity(due, net, cost[0], holding, bucket)
        minimum = max(minimum, sizing.next_lot(best, minimum, maximum, multiple))
    groups = sizing.group_starts(rule, due, net, cost, holding, t.data[n + c.PERIOD], bucket, work.spare)
    return groups, minimum
