"""How large the lots of a node may be, and how soon a new one could be there."""

from __future__ import annotations

from plantwright.methods.lot_sizing import kernel as lots
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book
from plantwright.methods.requirements.lead_time import offer_for, receipt_for
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import NEVER, primitive


@primitive
def limits(t: Tables, node: int) -> tuple[int, int, int]:
    """Give the smallest lot, the largest (0 none) and the multiple of a node."""
    n = node * c.NODE_WIDTH
    if t.data[n + c.LOT_RULE] == lots.FIXED_QUANTITY:
        fixed = t.data[n + c.FIXED_QUANTITY]
        return fixed, fixed, fixed
    return t.data[n + c.MINIMUM], t.data[n + c.MAXIMUM], max(t.data[n + c.MULTIPLE], t.data[n + c.QUANTUM])


@primitive
def soonest(t: Tables, times: Calendars, book: Book, node: int, quantity: int) -> int:
    """Give the first moment at which a new order could bring this much (its first lot), or `NEVER`."""
    n = node * c.NODE_WIDTH
    kind = t.data[n + c.KIND]
    if kind == 5:
        return NEVER
    if kind == 4:
        return int(t.as_of)
    minimum, maximum, multiple = limits(t, node)
    lot = lots.next_lot(quantity + t.data[n + c.FILL], minimum, maximum, multiple)
    offer = offer_for(t, node, lot)
    receipt = receipt_for(t, times, node, lot, offer, t.as_of, book.state, book.state[b.STEPS])
    return int(max(receipt, t.data[n + c.FENCE]))
