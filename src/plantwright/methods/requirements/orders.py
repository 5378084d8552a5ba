"""Placing a planned order: its dates, what else comes out of it, and what it takes.

The caller has made room in the book for every record that is written here.
"""

from __future__ import annotations

from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, add_need
from plantwright.methods.requirements.exact import (
    LARGEST,
    SCALE,
    Floats,
    Ints,
    round_up,
    scaled_down,
    too_large,
    with_loss,
)
from plantwright.methods.requirements.formula import formula_quantity
from plantwright.methods.requirements.lead_time import offer_for, operations_of, receipt_for, start_for
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive


@primitive
def place_order(t: Tables, times: Calendars, book: Book, node: int, quantity: int, due: int, priority: int) -> None:
    """Plan one order of a node from its main source, with its co-products and requirements."""
    n = node * c.NODE_WIDTH
    kind = t.data[n + c.KIND]
    offer = offer_for(t, node, quantity) if kind == 1 else -1
    at = book.state[b.STEPS]
    latest = start_for(t, times, node, quantity, offer, due, book.state, at)
    start, projected = latest, due
    flags = 2 if LONG_AGO < t.data[n + c.FENCE] == due else 0
    if latest < t.as_of:
        start = t.as_of
        projected = max(due, receipt_for(t, times, node, quantity, offer, start, book.state, at))
        flags += 1 if projected < NEVER else 5
    row = write_order(book.order, book.state, node, quantity, start, latest, due, projected)
    order = row * b.ORDER_WIDTH
    book.order[order + b.ORDER_KIND] = kind
    book.order[order + b.SOURCE] = t.data[offer + c.OFFER_SOURCE] if offer >= 0 else -1
    book.order[order + b.FLAGS] = flags
    book.order[order + b.ORDER_PRIORITY] = priority
    if projected < NEVER and t.data[n + c.BYPRODUCTS] < t.data[n + c.NODE_WIDTH + c.BYPRODUCTS]:
        _bring(t, book, row)
    if kind == 2:
        giver = t.data[n + c.SUPPLYING_NODE]
        book.order[order + b.FROM_NODE] = giver
        add_need(
            book.need,
            book.state,
            giver,
            start,
            round_up(quantity, t.data[giver * c.NODE_WIDTH + c.QUANTUM]),
            priority,
            row,
        )
    elif kind != 1:
        _explode(t, book, row)


@primitive
def write_order(
    order: Ints, state: Ints, node: int, quantity: int, start: int, latest: int, due: int, projected: int
) -> int:
    """Write an order's place, size and dates, and give its row; it counts as a transfer from nowhere until told."""
    row = state[b.ORDERS]
    state[b.ORDERS] += 1
    at = row * b.ORDER_WIDTH
    order[at + b.ORDER_NODE] = node
    order[at + b.ORDER_KIND] = 2
    order[at + b.ORDER_QUANTITY] = quantity
    order[at + b.START] = start
    order[at + b.LATEST_START] = latest
    order[at + b.DUE] = due
    order[at + b.PROJECTED] = projected
    order[at + b.SOURCE] = -1
    order[at + b.FROM_NODE] = -1
    order[at + b.ALTERNATIVE] = 0
    return int(row)


@primitive
def _bring(t: Tables, book: Book, row: int) -> None:
    """Write what comes out of a planned order besides."""
    order = row * b.ORDER_WIDTH
    node, quantity = book.order[order + b.ORDER_NODE], book.order[order + b.ORDER_QUANTITY]
    first = book.state[b.BYPRODUCTS]
    bring_byproducts(t, book, node, quantity, book.order[order + b.PROJECTED])
    for other in range(first, book.state[b.BYPRODUCTS]):
        book.byproduct[other * b.BYPRODUCT_WIDTH + b.BY_PARENT_KIND] = 1
        book.byproduct[other * b.BYPRODUCT_WIDTH + b.BY_PARENT] = row


@primitive
def bring_byproducts(t: Tables, book: Book, node: int, quantity: int, time: int) -> None:
    """Write what else comes out of an order, rounded down to whole quanta; the caller adds of which order."""
    n = node * c.NODE_WIDTH
    for option in range(t.data[n + c.BYPRODUCTS], t.data[n + c.NODE_WIDTH + c.BYPRODUCTS], c.OPTION_WIDTH):
        receiver, per = t.data[option + c.OPTION_NODE], t.data[option + c.OPTION_VALUE]
        if too_large(quantity, per, SCALE):
            book.state[b.TOO_LARGE_NODE] = node + 1
            continue
        quantum = t.data[receiver * c.NODE_WIDTH + c.QUANTUM]
        brought = scaled_down(quantity, per) // quantum * quantum
        if brought > 0:
            _add_byproduct(book, receiver, time, brought)


@primitive
def _add_byproduct(book: Book, node: int, time: int, quantity: int) -> None:
    row = book.state[b.BYPRODUCTS]
    book.state[b.BYPRODUCTS] += 1
    at = row * b.BYPRODUCT_WIDTH
    last = b.STATES + node * b.STATE_WIDTH + b.LAST_BYPRODUCT
    book.byproduct[at + b.BY_NODE] = node
    book.byproduct[at + b.BY_TIME] = time
    book.byproduct[at + b.BY_QUANTITY] = quantity
    book.byproduct[at + b.BY_NEXT] = book.state[last]
    book.state[last] = row


@primitive
def _explode(t: Tables, book: Book, row: int) -> None:
    """Write what a planned order takes of each component."""
    order = row * b.ORDER_WIDTH
    node, start = book.order[order + b.ORDER_NODE], book.order[order + b.START]
    quantity, priority = book.order[order + b.ORDER_QUANTITY], book.order[order + b.ORDER_PRIORITY]
    for at in explode(t, book, node, quantity, start, priority):
        book.need[at + b.ORIGIN] = row


@primitive
def explode(t: Tables, book: Book, node: int, quantity: int, start: int, priority: int) -> range:
    """Write what an order takes of each component, at the start of the operation that takes it.

    The starts of the operations lie in the book's scratch; gives the positions of what was written, for the caller to
    say of which order.
    """
    first = book.state[b.NEEDS]
    operations = operations_of(t, node)
    n = node * c.NODE_WIDTH
    for line in range(t.data[n + c.LINES], t.data[n + c.NODE_WIDTH + c.LINES], c.LINE_WIDTH):
        amount = amount_of(t, book.state, book.stack, line, quantity, start)
        if amount > 0:
            time, op = start, t.data[line + c.OP]
            if op >= 0 and operations > 0:
                begin = book.state[book.state[b.STEPS] + min(op, operations - 1)]
                time = max(begin, t.as_of) if begin < NEVER else start
            need = add_need(book.need, book.state, t.data[line + c.COMPONENT], time, amount, priority, -1)
            book.need[need + b.LINE] = t.data[line + c.LINE_ROW]
    return range(first * b.NEED_WIDTH, book.state[b.NEEDS] * b.NEED_WIDTH, b.NEED_WIDTH)


@primitive
def amount_of(t: Tables, state: Ints, stack: Floats, line: int, quantity: int, start: int) -> int:
    """Give how much a BOM line takes for an order that starts at `start`: none while it is not effective.

    A line whose amount cannot be computed is noted in the book.
    """
    if not t.data[line + c.EFFECTIVE_FROM] <= start < t.data[line + c.EFFECTIVE_TO]:
        return 0
    per, base = t.data[line + c.PER], quantity
    if t.data[line + c.FORMULA] >= 0:
        first, end = t.data[line + c.FORMULA_FIRST], t.data[line + c.FORMULA_END]
        base = formula_quantity(t.real, first, end, quantity, stack)
    if base < 0:
        state[b.BAD_FORMULA_LINE] = t.data[line + c.LINE_ROW] + 1
        return 0
    component = t.data[line + c.COMPONENT]
    asked = state[b.STATES + component * b.STATE_WIDTH + b.NEED_TOTAL]
    if too_large(base, per, t.data[line + c.DENOMINATOR]) or asked > 1000 * LARGEST:
        state[b.TOO_LARGE_LINE] = t.data[line + c.LINE_ROW] + 1
        return 0
    amount = with_loss(base, per, t.data[line + c.DENOMINATOR], t.data[line + c.FIXED], t.data[line + c.SCRAP])
    if t.data[line + c.ROUNDING] > 0:
        amount = round_up(amount, t.data[line + c.ROUNDING])
    return round_up(amount, t.data[component * c.NODE_WIDTH + c.QUANTUM])
