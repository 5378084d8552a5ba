"""The inputs as the kernels read them: one matrix a table, and names for its columns.

The numbers of the columns are their places among the declared columns in `inputs` (a test holds the two together).
"""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.requirements.exact import Floats, Ints

(
    KIND, QUANTUM, ON_HAND, SAFETY_STOCK, SAFETY_TIME, LOT_RULE, MINIMUM, MAXIMUM, MULTIPLE, FIXED_QUANTITY, PERIOD,
    FENCE, LEAD_FIXED, LEAD_CALENDAR, LEAD_EXTRA, SUPPLYING_NODE,
) = range(16)  # fmt: skip
LEAD_PER_UNIT, ORDER_COST, HOLDING_COST = range(3)
"""Columns of `Tables.node` and `Tables.node_real`."""

OPS, LINES, OFFERS, OTHERS, BYPRODUCTS, SUPPLIES = range(6)
"""Columns of `Tables.begin`: where the rows of a node begin in each table that is sorted by node."""

CALENDAR, BATCH, QUEUE, MOVE = range(4)
SETUP, RUN = range(2)
COMPONENT, PER, FIXED, SCRAP, ROUNDING, EFFECTIVE_FROM, EFFECTIVE_TO, OP, FORMULA = range(9)
SUBSTITUTE, RATIO, SUBSTITUTE_FROM, SUBSTITUTE_TO = range(4)
OTHER, OTHER_LEAD = range(2)
BYPRODUCT, BYPRODUCT_PER = range(2)
OFFER_MINIMUM, OFFER_LEAD, OFFER_SOURCE = range(3)
DEMAND_NODE, DEMAND_TIME, DEMAND_QUANTITY, DEMAND_PRIORITY = range(4)
SUPPLY_NODE, SUPPLY_TIME, SUPPLY_QUANTITY, SUPPLY_TYPE, SERVES, FIRM = range(6)
OPEN_NODE, OPEN_TIME, OPEN_QUANTITY, OPEN_SUPPLY = range(4)


class Tables(NamedTuple):
    """Every input in the form of the kernels; matrices end with a spare row so that ``begin[node + 1]`` exists."""

    as_of: int
    factor: float
    node: Ints
    node_real: Floats
    begin: Ints
    op: Ints
    op_real: Floats
    line: Ints
    first_substitute: Ints
    substitute: Ints
    other: Ints
    byproduct: Ints
    offer: Ints
    formula_begin: Ints
    formula_code: Ints
    formula_value: Floats
    demand: Ints
    supply: Ints
    supply_order: Ints
    supply_sum: Ints
    open_need: Ints
    calendar_begin: Ints
    calendar_start: Ints
    calendar_end: Ints
    calendar_before: Ints
