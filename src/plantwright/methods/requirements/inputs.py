"""What the requirements planner is told: tables of columns, each column one value or one value a row.

Units: quantities are whole numbers of one millionth of a unit (`SCALE`), exact decimals; moments and durations are
whole minutes; routing times are real minutes. A *node* is an item at a site. Rows that belong to a node lie together:
``pointer`` (one longer than there are owners) says where each owner's rows begin (`pointer_of` makes it).
"""

# ruff: noqa: RUF009 - a column is declared by a call that makes a dataclass field
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.requirements.columns import moment, real, refers, whole
from plantwright.methods.requirements.exact import LARGEST, SCALE
from plantwright.methods.working_time import LONG_AGO, NEVER

FARTHEST = 48
"""So many rows further on may lie an operation that waits for another."""


class NodeKind(IntEnum):
    """Where new supply of a node comes from."""

    MAKE = 0
    BUY = 1
    TRANSFER = 2
    SUBCONTRACT = 3
    PHANTOM = 4
    NONE = 5


class Origin(IntEnum):
    """What a requirement comes from."""

    DEMAND = 0
    PLANNED = 1
    OPEN = 2


class SupplyKind(IntEnum):
    """What a requirement is pegged to."""

    ON_HAND = 0
    OPEN = 1
    CO_PRODUCT = 2
    PLANNED = 3
    TRANSFER = 4


class OrderFlag(IntFlag):
    """What is remarkable about a planned order."""

    LATE_START = 1
    FENCED = 2
    NEVER_DONE = 4


class Why(IntEnum):
    """Why a requirement, or part of it, stays unmet."""

    NO_SOURCE = 0
    CALENDAR_ENDS = 1


NOTHING = field(default_factory=lambda: np.zeros(1, np.int64))
_NO_ROWS: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Nodes:
    """Items at sites, and how each is planned.

    Parameters
    ----------
    kind
        `NodeKind`; its length is the number of nodes.
    quantum
        Smallest unit, to which needs and lots are rounded up: `SCALE` for pieces, 1 for a millionth of a kilogram.
    on_hand
        Stock that may be netted.
    safety_stock
        Stock to plan for; it is kept from the first moment at which a new order could bring it.
    safety_time
        Minutes by which receipts are planned before the need.
    lot_rule
        `plantwright.methods.lot_sizing.LotRule`.
    minimum, maximum, multiple
        See `plantwright.methods.lot_sizing.adjust_lot`; 0 is no limit. A multiple is whole quanta.
    fill
        With lots for lot: how much is ordered beyond a shortage. An item that is filled up to a level when its stock
        falls below a reorder point has the reorder point as safety stock, and the gap between the two as fill.
    fixed_quantity, period, order_cost, holding_cost
        Of the lot rules: quantity, minutes, cost of an order, cost of holding a unit for a day.
    fence
        Moment before which no new receipt is planned; a shortage before it is pushed to it.
    lead_fixed, lead_per_unit, lead_calendar
        Lead time where there is no routing and no price break: minutes, and minutes a unit, on a calendar (-1 elapsed).
    lead_extra
        Elapsed minutes between the release of an order and the start of its lead time.
    supplying_node
        For a transfer: the node it draws on.
    """

    kind: ArrayLike = whole(high=5)
    quantum: ArrayLike = whole(SCALE, low=1, high=LARGEST)
    on_hand: ArrayLike = whole(0, high=LARGEST)
    safety_stock: ArrayLike = whole(0, high=LARGEST)
    safety_time: ArrayLike = whole(0)
    lot_rule: ArrayLike = whole(0, high=7)
    minimum: ArrayLike = whole(0, high=LARGEST)
    maximum: ArrayLike = whole(0, high=LARGEST)
    multiple: ArrayLike = whole(0, high=LARGEST)
    fill: ArrayLike = whole(0, high=LARGEST)
    fixed_quantity: ArrayLike = whole(0, high=LARGEST)
    period: ArrayLike = whole(0)
    fence: ArrayLike = moment(LONG_AGO)
    lead_fixed: ArrayLike = whole(0)
    lead_calendar: ArrayLike = refers("calendars", -1, low=-1)
    lead_extra: ArrayLike = whole(0)
    supplying_node: ArrayLike = refers("nodes", -1, low=-1)
    lead_per_unit: ArrayLike = real(0.0)
    order_cost: ArrayLike = real(0.0)
    holding_cost: ArrayLike = real(0.0)


@dataclass(frozen=True, slots=True)
class Routing:
    """Operations of the nodes that are made, each before those that wait for it.

    Parameters
    ----------
    pointer
        int64[nodes + 1].
    calendar
        Calendar of the work; -1 is always open.
    setup, run
        Real minutes an order, and a unit of good output (efficiency and yield folded in) or a started batch.
    batch
        Quantity of a batch; 0 where `run` is per unit.
    queue, move
        Elapsed minutes before and after the work.
    leads_to
        Which operations wait for it: bit ``k`` is that ``k + 1`` rows further on. 1, the next one, makes a line.
    """

    pointer: ArrayLike = NOTHING
    calendar: ArrayLike = refers("calendars", _NO_ROWS, low=-1)
    batch: ArrayLike = whole(0, high=LARGEST)
    queue: ArrayLike = whole(0)
    move: ArrayLike = whole(0)
    leads_to: ArrayLike = whole(1, high=2**FARTHEST - 1)
    setup: ArrayLike = real(0.0)
    run: ArrayLike = real(0.0)


@dataclass(frozen=True, slots=True)
class Bom:
    """Lines of the bills of material, by parent node.

    Needed is (order quantity x `per` / `denominator` + `fixed`) x (1 + `scrap`), rounded up to `rounding` and to the
    component's quantum. A formula takes the place of the order quantity.

    Parameters
    ----------
    pointer
        int64[nodes + 1].
    component
        Node that is used.
    per, denominator
        Amount for a good unit as a fraction; with the denominator left at `SCALE`, `per` is scaled. Other denominators
        keep ratios exact that have no end in decimals, such as those of yields; scrap is then folded in.
    fixed, scrap, rounding
        Scaled: per order, extra share that is lost, multiple in which it is taken (0 none).
    effective_from, effective_to
        The line holds for orders that start in ``[from, to)``.
    op
        Number of the operation, from 0, at whose start it is used; -1 at the start of the order.
    formula
        Row of `Formulas`; -1 none.
    """

    pointer: ArrayLike = NOTHING
    component: ArrayLike = refers("nodes", _NO_ROWS)
    per: ArrayLike = whole(SCALE, high=LARGEST)
    denominator: ArrayLike = whole(SCALE, low=1, high=2_000_000_000)
    fixed: ArrayLike = whole(0, high=LARGEST)
    scrap: ArrayLike = whole(0, high=4 * SCALE - 1)
    rounding: ArrayLike = whole(0, high=LARGEST)
    effective_from: ArrayLike = moment(LONG_AGO)
    effective_to: ArrayLike = moment(NEVER)
    op: ArrayLike = whole(-1, low=-1)
    formula: ArrayLike = refers("formulas", -1, low=-1)


@dataclass(frozen=True, slots=True)
class Substitutes:
    """What may be used instead of a component when it runs short, by BOM line, best first.

    Parameters
    ----------
    pointer
        int64[lines + 1].
    node
        Node that may be used.
    ratio
        Scaled: how much of it replaces one unit of the component.
    effective_from, effective_to
        It may be used for needs in ``[from, to)``.
    """

    pointer: ArrayLike = NOTHING
    node: ArrayLike = refers("nodes", _NO_ROWS)
    ratio: ArrayLike = whole(SCALE, low=1, high=LARGEST)
    effective_from: ArrayLike = moment(LONG_AGO)
    effective_to: ArrayLike = moment(NEVER)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Other nodes whose free stock may be brought over before anything new is ordered, by node, best first.

    Parameters
    ----------
    pointer
        int64[nodes + 1].
    node
        Node that gives.
    lead
        Elapsed minutes on the way.
    """

    pointer: ArrayLike = NOTHING
    node: ArrayLike = refers("nodes", _NO_ROWS)
    lead: ArrayLike = whole(0)


@dataclass(frozen=True, slots=True)
class CoProducts:
    """What else comes out of an order, by parent node.

    Parameters
    ----------
    pointer
        int64[nodes + 1].
    node
        Node that receives it.
    per
        Scaled: how much comes with one good unit of the parent; rounded down to the node's quantum.
    """

    pointer: ArrayLike = NOTHING
    node: ArrayLike = refers("nodes", _NO_ROWS)
    per: ArrayLike = whole(_NO_ROWS, high=LARGEST)


@dataclass(frozen=True, slots=True)
class PriceBreaks:
    """Offers of suppliers, by node, best first.

    The offer with the largest minimum not above the lot is taken; the first of equals. A lot below every minimum takes
    the offer with the smallest.

    Parameters
    ----------
    pointer
        int64[nodes + 1].
    minimum
        Quantity from which the offer holds.
    lead
        Minutes from order to receipt, on the node's lead calendar.
    source
        Number of the supplier or offer, given back with the planned order.
    """

    pointer: ArrayLike = NOTHING
    minimum: ArrayLike = whole(0, high=LARGEST)
    lead: ArrayLike = whole(_NO_ROWS)
    source: ArrayLike = whole(-1, low=-1)


@dataclass(frozen=True, slots=True)
class Demands:
    """What customers and forecasts ask for; a lower priority number comes first at the same moment."""

    node: ArrayLike = refers("nodes", _NO_ROWS)
    time: ArrayLike = moment(_NO_ROWS)
    quantity: ArrayLike = whole(_NO_ROWS, high=LARGEST)
    priority: ArrayLike = whole(0, low=LONG_AGO)


@dataclass(frozen=True, slots=True)
class OpenSupplies:
    """Orders already open: when and how much will still come in.

    Parameters
    ----------
    node, time, quantity
        Where, when and how much.
    kind
        `NodeKind` of the order; orders of kind make and subcontract bring co-products too.
    serves
        Row of the demand, at the same node, that keeps this supply; -1 none.
    firm
        1 where the order may not be moved, because it is firm or has started; only action messages look at it.
    explode
        1 where an order of kind make still takes all that its bill of material says; otherwise its needs are given.
    """

    node: ArrayLike = refers("nodes", _NO_ROWS)
    time: ArrayLike = moment(_NO_ROWS)
    quantity: ArrayLike = whole(_NO_ROWS, high=LARGEST)
    kind: ArrayLike = whole(0, high=3)
    serves: ArrayLike = refers("demands", -1, low=-1)
    firm: ArrayLike = whole(0, high=1)
    explode: ArrayLike = whole(0, high=1)


@dataclass(frozen=True, slots=True)
class OpenNeeds:
    """What open orders still have to be given: node, moment, quantity, and the row of the open supply."""

    node: ArrayLike = refers("nodes", _NO_ROWS)
    time: ArrayLike = moment(_NO_ROWS)
    quantity: ArrayLike = whole(_NO_ROWS, high=LARGEST)
    supply: ArrayLike = refers("supplies", _NO_ROWS)


Table = (
    Nodes | Routing | Bom | Substitutes | Alternatives | CoProducts | PriceBreaks | Demands | OpenSupplies | OpenNeeds
)


def rows_of(table: Table) -> int:
    """Count the rows of a table: the length of its longest column."""
    names: Sequence[str] = [name for name in table.__dataclass_fields__ if name != "pointer"]
    return max((np.asarray(getattr(table, name)).size for name in names if np.ndim(getattr(table, name))), default=0)
