"""The inputs as the kernels read them: records of whole numbers, one after the other, in one array.

Few arrays, because each one costs compile time and time at every call. A record begins at a position; a field is read
as ``data[position + FIELD]``. Nodes come first, so that node ``n`` begins at ``n * NODE_WIDTH``. The records of a node
in the other tables begin at the position in its field (`OPS`, `LINES`, ...) and end where those of the next node begin;
one spare record closes each table. The first fields of each record are the declared columns of `inputs`, in their order
(a test holds the two together); what the planner adds for itself comes after them.
"""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.requirements.exact import Floats, Ints

(
    KIND, QUANTUM, ON_HAND, SAFETY_STOCK, SAFETY_TIME, LOT_RULE, MINIMUM, MAXIMUM, MULTIPLE, FILL, FIXED_QUANTITY,
    PERIOD, FENCE, LEAD_FIXED, LEAD_CALENDAR, LEAD_EXTRA, SUPPLYING_NODE,
    OPS, LINES, OTHERS, BYPRODUCTS, OFFERS, SUPPLIES,
) = range(23)  # fmt: skip
NODE_WIDTH = 23

CALENDAR, BATCH, QUEUE, MOVE, LEADS_TO, OP_REAL = range(6)
OP_WIDTH = 6
"""An operation; `LEADS_TO` has a bit for each later operation that waits for it, the lowest for the next one; `OP_REAL`
is the position of its set-up and run time among the real numbers."""

(
    COMPONENT, PER, DENOMINATOR, FIXED, SCRAP, ROUNDING, EFFECTIVE_FROM, EFFECTIVE_TO, OP, FORMULA,
    SUBSTITUTES, FORMULA_FIRST, FORMULA_END, LINE_ROW,
) = range(14)  # fmt: skip
LINE_WIDTH = 14

OPTION_NODE, OPTION_VALUE, OPTION_FROM, OPTION_TO = range(4)
OFFER_MINIMUM, OFFER_LEAD, OFFER_SOURCE = range(3)
OPTION_WIDTH = 4
"""Substitutes (with their ratio), alternatives (lead) and co-products (per); and offers."""

SUPPLY_NODE, SUPPLY_TIME, SUPPLY_QUANTITY, SUPPLY_TYPE, SERVES, FIRM, EXPLODE, SUPPLY_ROW, KEPT, SUPPLY_SUM = range(10)
SUPPLY_WIDTH = 10
"""An open supply, sorted by node and time; with its given row, what it keeps for the demand that it serves, and the sum
of the quantities before it."""

DEMAND_NODE, DEMAND_TIME, DEMAND_QUANTITY, DEMAND_PRIORITY = range(4)
OPEN_NODE, OPEN_TIME, OPEN_QUANTITY, OPEN_SUPPLY = range(4)

LEAD_PER_UNIT, ORDER_COST, HOLDING_COST, NODE_REALS = range(4)
"""Real numbers of a node, from ``node * NODE_REALS`` on."""


class Tables(NamedTuple):
    """Every input in the form of the kernels."""

    as_of: int
    factor: float
    nodes: int
    data: Ints
    real: Floats


class Calendars(NamedTuple):
    """The flat calendars of `plantwright.methods.working_time.WorkingTime`."""

    begin: Ints
    start: Ints
    end: Ints
    before: Ints
