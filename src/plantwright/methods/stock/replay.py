"""Replay: what an item's own history would have been under a policy, period by period.

In each period what is due comes in, then demand is served, the oldest first, then stock is looked at. An order that is
placed at the end of period t comes in at the beginning of period t + 1 + L. So an order-up-to level that is looked at
every R periods has to last for R + L periods, and with R = 1 for L + 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.compiled import compiled
from plantwright.methods.stock.arguments import (
    Floats,
    Ints,
    fault,
    finite,
    not_negative,
    numbers,
    one_of,
    stop,
    whole,
    whole_numbers,
)

Unserved = Literal["waits", "lost"]


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """A policy to replay: at each review, order when the position is at or below ``reorder_point``.

    Parameters
    ----------
    reorder_point
        Units of the position: on hand and on order less what waits.
    order_up_to
        Order so much that the position becomes this, where `quantity` is 0.
    quantity
        Units of an order, where above 0; as many such orders as lift the position above the reorder point.
    review
        Periods from one look at the stock to the next, 1 or above.

    Examples
    --------
    (r, Q), (s, S), (R, S) and base stock:

    >>> policies = [ReplayPolicy(20, quantity=50), ReplayPolicy(20, 60), ReplayPolicy(60, 60, review=5),
    ...             ReplayPolicy(60, 60)]
    """

    reorder_point: float
    order_up_to: float = 0.0
    quantity: float = 0.0
    review: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What would have happened.

    Parameters
    ----------
    on_hand, waiting
        float64[n]; units in stock, and units that wait, at the end of each period.
    ordered, unserved
        float64[n]; units ordered at the end of each period; units of its demand not served from stock at once.
    orders
        How many orders were placed.
    cycle_service
        Share of the cycles, from receipt to receipt, in which all demand was served from stock; the last, unended one
        counts too.
    fill_rate
        Share of the demand that was served from stock at once; 1 where there was none.
    mean_stock
        Units on hand at the end of a period, on average.
    cost
        Money: orders, holding by period, and what waits by period or is lost by unit.
    """

    on_hand: Floats
    waiting: Floats
    ordered: Floats
    unserved: Floats
    orders: int
    cycle_service: float
    fill_rate: float
    mean_stock: float
    cost: float


def replay_policy(
    demand: ArrayLike,
    policy: ReplayPolicy,
    lead_times: ArrayLike,
    *,
    start_stock: float | None = None,
    unserved: Unserved = "waits",
    order_cost: float = 0.0,
    holding_cost: float = 0.0,
    shortage_cost: float = 0.0,
) -> Replay:
    """Replay a policy on demand as it was.

    Parameters
    ----------
    demand
        float64[n], units by period, 0 or above, one or more.
    policy
        See `ReplayPolicy`.
    lead_times
        One whole number of periods, 0 or above, or several that orders take in turn, such as those that were seen.
    start_stock
        Units on hand before the first period, 0 or above; without it what the policy orders up to.
    unserved
        ``waits``: what is not in stock is served when it comes in; ``lost``: it is not served at all.
    order_cost, holding_cost, shortage_cost
        Money for an order, for a unit kept for a period, and for a unit that waits for a period or is lost; 0 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Cost O(n), compiled: ten years of days in some microseconds.

    References
    ----------
    E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 3rd ed.,
    Wiley, 1998, chapter 7 (measures of service).

    Examples
    --------
    >>> done = replay_policy([3, 4, 0, 5, 2, 6], ReplayPolicy(4, quantity=8), lead_times=1, start_stock=6)
    >>> done.on_hand.tolist(), done.ordered.tolist(), round(done.fill_rate, 2), round(done.cycle_service, 2)
    ([3.0, 0.0, 7.0, 2.0, 0.0, 2.0], [8.0, 0.0, 0.0, 8.0, 0.0, 8.0], 0.95, 0.67)
    """
    problems = [*finite(reorder_point=policy.reorder_point), *not_negative(quantity=policy.quantity)]
    problems += [*whole(1, review=policy.review), *one_of("unserved", unserved, ("waits", "lost"))]
    problems += not_negative(order_cost=order_cost, holding_cost=holding_cost, shortage_cost=shortage_cost)
    asked, spans = numbers("demand", demand, problems), whole_numbers("lead_times", lead_times, problems)
    problems += [fault(name, "empty", "one value or more") for name, size in (("demand", asked.size),
                 ("lead_times", spans.size)) if not size]  # fmt: skip
    if not policy.quantity and not policy.order_up_to >= policy.reorder_point:
        problems.append(fault("order_up_to", policy.order_up_to, f"at or above {policy.reorder_point}, or a quantity"))
    stock = (
        max(0.0, policy.order_up_to or policy.reorder_point + policy.quantity) if start_stock is None else start_stock
    )
    stop([*problems, *not_negative(start_stock=stock)])
    rows = np.zeros((4, asked.size))
    orders, cycles, short_cycles = _replay(
        asked, spans, float(policy.reorder_point), float(policy.order_up_to), float(policy.quantity),
        int(policy.review), unserved == "lost", float(stock), rows,
    )  # fmt: skip
    on_hand, waiting, ordered, missed = rows
    short = missed.sum() if unserved == "lost" else waiting.sum()
    cost = order_cost * orders + holding_cost * on_hand.sum() + shortage_cost * short
    fill = 1 - missed.sum() / asked.sum() if asked.sum() > 0 else 1.0
    return Replay(
        on_hand, waiting, ordered, missed, orders, 1 - short_cycles / cycles, float(fill), float(on_hand.mean()),
        float(cost),
    )  # fmt: skip


@compiled
def _replay(
    demand: Floats,
    lead_times: Ints,
    reorder_point: float,
    order_up_to: float,
    quantity: float,
    review: int,
    lost: bool,  # noqa: FBT001
    stock: float,
    rows: Floats,
) -> tuple[int, int, int]:
    """Fill the rows on hand, waiting, ordered, unserved; give orders, cycles and cycles with something unserved."""
    count = demand.size
    coming = np.zeros(count + 1)
    waiting = on_order = 0.0
    orders = short_cycles = 0
    cycles, short = 1, False
    for t in range(count):
        if coming[t] > 0:
            on_order -= coming[t]
            stock += coming[t]
            served = min(stock, waiting)
            stock -= served
            waiting -= served
            cycles, short_cycles, short = cycles + 1, short_cycles + short, False
        served = min(stock, demand[t])
        stock -= served
        missed = demand[t] - served
        short = short or missed > 0
        if not lost:
            waiting += missed
        position = stock + on_order - waiting
        if (t + 1) % review == 0 and position <= reorder_point and (quantity > 0 or position < order_up_to):
            size = order_up_to - position
            if quantity > 0:
                size = quantity * (np.floor((reorder_point - position) / quantity) + 1)
            due = t + 1 + lead_times[orders % lead_times.size]
            coming[min(due, count)] += size
            on_order += size
            orders += 1
            rows[2, t] = size
        rows[0, t], rows[1, t], rows[3, t] = stock, waiting, missed
    return orders, cycles, short_cycles + short


def warm_up() -> None:
    """Compile the replay."""
    replay_policy([1.0, 2.0], ReplayPolicy(1.0, 3.0), 1)
