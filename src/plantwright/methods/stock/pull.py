"""Pull: how many kanban cards a loop needs, and the zones of a demand-driven buffer."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import above_zero, not_negative, numbers, stop
from plantwright.methods.working import Step, Working, given


@dataclass(frozen=True, slots=True)
class KanbanLoop:
    """Cards of a kanban loop.

    Parameters
    ----------
    cards
        How many containers circulate.
    most_stock
        Units when all are full.
    working
        The formula, what went in, and the source.
    """

    cards: int
    most_stock: float
    working: Working = field(default=Working("", ()), compare=False, repr=False)


def kanban_cards(
    demand: float, replenishment_time: float, container: float, *, safety: float = 0.0, safety_stock: float = 0.0
) -> KanbanLoop:
    """Give the number of cards of a loop: N = (D T (1 + X) + safety stock) / C, rounded up.

    Parameters
    ----------
    demand
        D, units in a unit of time, above 0.
    replenishment_time
        T, from the emptying of a container to its return full, in the same unit of time, above 0.
    container
        C, units in a container, above 0.
    safety
        X, addition as a share of the demand while waiting, 0 or above.
    safety_stock
        Addition in units, 0 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    Y. Monden, Toyota Production System, 2nd ed., Industrial Engineering and Management Press, 1993;
    W. J. Stevenson, Operations Management, 9th ed., McGraw-Hill, 2007, chapter 15, example 1;
    J. Heizer and B. Render, Operations Management, 10th ed., Pearson, 2011, chapter 16, example 1.

    Examples
    --------
    300 parts a day, a container of 25, 0.12 day, a fifth more to be safe:

    >>> kanban_cards(300, 0.12, 25, safety=0.20).cards
    2

    Cakes: 500 a day, two days, 250 a container, half a day's safety stock:

    >>> kanban_cards(500, 2, 250, safety_stock=250).cards
    5
    """
    problems = above_zero(demand=demand, replenishment_time=replenishment_time, container=container)
    stop([*problems, *not_negative(safety=safety, safety_stock=safety_stock)])
    needed = (demand * replenishment_time * (1 + safety) + safety_stock) / container
    cards = max(1, math.ceil(needed - 1e-9))  # a whole number of cards that came out a hair above is that number
    steps = (
        *given(
            D=("demand, units in a unit of time", demand),
            T=("time to replenish a container", replenishment_time),
            C=("units in a container", container),
            X=("safety, share", safety),
            SS=("safety stock, units", safety_stock),
        ),
        Step("n", "containers needed", needed, "(D T (1 + X) + SS) / C"),
        Step("N", "cards", cards, "n rounded up"),
    )
    return KanbanLoop(cards, cards * container, Working("Monden 1993; Stevenson 2007, chapter 15", steps))


@dataclass(frozen=True, slots=True)
class Buffer:
    """The zones of a demand-driven buffer, in units.

    Parameters
    ----------
    red_base, red_safety
        The two parts of the red zone.
    yellow, green
        The other zones.
    top_of_red, top_of_yellow, top_of_green
        Where each zone ends, counted from nothing: the safety stock, the order point, the order-up-to level.
    working
        The formulas, what went in, and the source.
    """

    red_base: float
    red_safety: float
    yellow: float
    green: float
    top_of_red: float
    top_of_yellow: float
    top_of_green: float
    working: Working = field(default=Working("", ()), compare=False, repr=False)


def buffer_zones(
    daily_usage: float,
    lead_time: float,
    lead_time_factor: float,
    variability_factor: float,
    *,
    minimum_order: float = 0.0,
    order_cycle: float = 0.0,
) -> Buffer:
    """Give the zones of a buffer of demand-driven material requirements planning.

    Yellow is the usage within the lead time. Green is the largest of the usage within the lead time times its factor,
    the usage within the order cycle, and the least order. Red is a base, the usage within the lead time times its
    factor, and a safety, the base times the factor of variability.

    Parameters
    ----------
    daily_usage
        ADU, units a day, 0 or above.
    lead_time
        DLT, the decoupled lead time in days, 0 or above: with 0, only the least order and the order cycle count.
    lead_time_factor, variability_factor
        LTF and VF, above 0 and 0 or above: long lead times have small factors, unsteady demand has large ones.
    minimum_order
        MOQ, units, 0 or above.
    order_cycle
        DOC, days between orders where a rhythm is imposed, 0 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    C. Ptak and C. Smith, Demand Driven Material Requirements Planning (DDMRP), Industrial Press, 2016.

    Examples
    --------
    >>> zones = buffer_zones(10, 12, 0.5, 0.5, minimum_order=50, order_cycle=7)
    >>> zones.top_of_red, zones.top_of_yellow, zones.top_of_green
    (90.0, 210.0, 280.0)
    """
    problems = not_negative(daily_usage=daily_usage, lead_time=lead_time, variability_factor=variability_factor)
    problems += above_zero(lead_time_factor=lead_time_factor)
    stop([*problems, *not_negative(minimum_order=minimum_order, order_cycle=order_cycle)])
    yellow = daily_usage * lead_time
    base = yellow * lead_time_factor
    red = base * (1 + variability_factor)
    green = max(base, daily_usage * order_cycle, minimum_order)
    steps = (
        *given(
            ADU=("average daily usage, units", daily_usage),
            DLT=("decoupled lead time, days", lead_time),
            LTF=("lead time factor", lead_time_factor),
            VF=("variability factor", variability_factor),
            MOQ=("least order, units", minimum_order),
            DOC=("order cycle, days", order_cycle),
        ),
        Step("yellow", "yellow zone, units", yellow, "ADU DLT"),
        Step("base", "red base, units", base, "ADU DLT LTF"),
        Step("red", "red zone, units", red, "base (1 + VF)"),
        Step("green", "green zone, units", green, "max(base, ADU DOC, MOQ)"),
    )
    working = Working("Ptak and Smith 2016", steps)
    return Buffer(base, red - base, yellow, green, red, red + yellow, red + yellow + green, working)


@dataclass(frozen=True, slots=True)
class NetFlow:
    """What to order for a buffer today.

    Parameters
    ----------
    qualified_demand
        Units: due today and late, and the spikes within the horizon.
    position
        Units: on hand and on order less the qualified demand.
    order
        Units to order: up to the top of green where the position is at or below the top of yellow, else 0.
    """

    qualified_demand: float
    position: float
    order: float


def net_flow(zones: Buffer, on_hand: float, on_order: float, demand: ArrayLike, *, threshold: float) -> NetFlow:
    """Give the net flow position of a buffer and the order that follows from it.

    Parameters
    ----------
    zones
        The buffer.
    on_hand, on_order
        Units in stock and on the way, 0 or above.
    demand
        float64[n], units by day: the first what is due today or late, the others the days of the spike horizon.
    threshold
        A later day counts with all its demand where this is at or above `threshold` units, above 0; half the red zone
        and the demand of the horizon's average day are usual.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    References
    ----------
    C. Ptak and C. Smith, Demand Driven Material Requirements Planning (DDMRP), Industrial Press, 2016.

    Examples
    --------
    >>> zones = buffer_zones(10, 12, 0.5, 0.5, minimum_order=50, order_cycle=7)
    >>> net_flow(zones, on_hand=80, on_order=120, demand=[10, 12, 60, 9], threshold=45)
    NetFlow(qualified_demand=70.0, position=130.0, order=150.0)
    """
    problems: list[Problem] = not_negative(on_hand=on_hand, on_order=on_order)
    problems += above_zero(threshold=threshold)
    days = numbers("demand", demand, problems)
    stop(problems)
    qualified = float(days[:1].sum() + days[1:][days[1:] >= threshold].sum())
    position = on_hand + on_order - qualified
    order = zones.top_of_green - position if position <= zones.top_of_yellow else 0.0
    return NetFlow(qualified, position, order)
