"""Serving a shortage elsewhere: through a phantom, by a transfer of free stock, or by a substitute."""

from __future__ import annotations

from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, add_need, add_need_via, move_need
from plantwright.methods.requirements.exact import divided_down, round_up, scaled_up
from plantwright.methods.requirements.limits import soonest
from plantwright.methods.requirements.orders import amount_of, write_order
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import primitive


@primitive
def free_stock(t: Tables, book: Book, node: int, moment: int) -> int:
    """Give what nobody known so far needs of the stock and receipts that are there by `moment`."""
    n, state = node * c.NODE_WIDTH, b.STATES + node * b.STATE_WIDTH
    first = t.data[n + c.SUPPLIES]
    low, high = 0, (t.data[n + c.NODE_WIDTH + c.SUPPLIES] - first) // c.SUPPLY_WIDTH
    while low < high:
        middle = (low + high) >> 1
        if t.data[first + middle * c.SUPPLY_WIDTH + c.SUPPLY_TIME] <= moment:
            low = middle + 1
        else:
            high = middle
    free = t.data[first + low * c.SUPPLY_WIDTH + c.SUPPLY_SUM] - t.data[first + c.SUPPLY_SUM]
    free += t.data[n + c.ON_HAND] - t.data[n + c.SAFETY_STOCK] - book.state[state + b.NEED_TOTAL]
    row = book.state[state + b.LAST_BYPRODUCT]
    while row >= 0:
        at = row * b.BYPRODUCT_WIDTH
        if book.byproduct[at + b.BY_TIME] <= moment:
            free += book.byproduct[at + b.BY_QUANTITY]
        row = book.byproduct[at + b.BY_NEXT]
    return int(max(free, 0))


@primitive
def pass_through(t: Tables, book: Book, node: int, row: int, short: int) -> None:
    """Ask the components of a phantom for what its own stock lacks, on behalf of the order that asked for it."""
    n, need = node * c.NODE_WIDTH, row * b.NEED_WIDTH
    start = book.need[need + b.TIME]
    if book.need[need + b.ORIGIN_KIND] == 1:
        start = book.order[book.need[need + b.ORIGIN] * b.ORDER_WIDTH + b.START]
    for line in range(t.data[n + c.LINES], t.data[n + c.NODE_WIDTH + c.LINES], c.LINE_WIDTH):
        amount = amount_of(t, book.state, book.stack, line, short, start)
        if amount > 0:
            add_need_via(book, row, t.data[line + c.COMPONENT], amount, t.data[line + c.LINE_ROW])
    move_need(book, row, short)


@primitive
def bring_over(t: Tables, times: Calendars, book: Book, node: int, row: int, short: int) -> int:
    """Plan transfers of free stock from the alternatives of a node, best first; give how much they bring."""
    n, need = node * c.NODE_WIDTH, row * b.NEED_WIDTH
    time, quantum = book.need[need + b.TIME], t.data[n + c.QUANTUM]
    if t.data[n + c.FENCE] > time:
        return 0
    limit = max(time, soonest(t, times, book, node, short))
    due, taken, rank = time - t.data[n + c.SAFETY_TIME], 0, 0
    for option in range(t.data[n + c.OTHERS], t.data[n + c.NODE_WIDTH + c.OTHERS], c.OPTION_WIDTH):
        rank += 1  # noqa: SIM113 - Numba counts faster than it enumerates
        giver, lead = t.data[option + c.OPTION_NODE], t.data[option + c.OPTION_VALUE]
        start = max(due - lead, t.as_of)
        free = free_stock(t, book, giver, start) // quantum * quantum
        quantity = min(free, round_up(short - taken, quantum))
        if quantity > 0 and start + lead <= limit and giver != node:
            _transfer(t, book, row, giver, lead, due, quantity, rank)
            taken += quantity
        if taken >= short:
            break
    return taken


@primitive
def _transfer(t: Tables, book: Book, row: int, giver: int, lead: int, due: int, quantity: int, rank: int) -> None:
    """Plan one transfer of free stock for a requirement."""
    need = row * b.NEED_WIDTH
    start = max(due - lead, t.as_of)
    order = write_order(
        book.order, book.state, book.need[need + b.NODE], quantity, start, due - lead, due, max(due, start + lead)
    )
    at = order * b.ORDER_WIDTH
    book.order[at + b.FROM_NODE] = giver
    book.order[at + b.ALTERNATIVE] = rank
    book.order[at + b.FLAGS] = 1 if due - lead < t.as_of else 0
    book.order[at + b.ORDER_PRIORITY] = book.need[need + b.PRIORITY]
    add_need(book.need, book.state, giver, start, quantity, book.need[need + b.PRIORITY], order)


@primitive
def substitute(t: Tables, book: Book, node: int, row: int, short: int) -> int:
    """Move part of a requirement to the substitutes of its BOM line, as far as they have free stock, best first."""
    need = row * b.NEED_WIDTH
    line, time = book.need[need + b.LINE], book.need[need + b.TIME]
    at = t.data[c.LINES] + line * c.LINE_WIDTH + c.SUBSTITUTES
    quantum = t.data[node * c.NODE_WIDTH + c.QUANTUM]
    taken = rank = 0
    for option in range(t.data[at], t.data[at + c.LINE_WIDTH], c.OPTION_WIDTH):
        rank += 1
        giver, ratio = t.data[option + c.OPTION_NODE], t.data[option + c.OPTION_VALUE]
        if not t.data[option + c.OPTION_FROM] <= time < t.data[option + c.OPTION_TO] or giver == node:
            continue
        step = t.data[giver * c.NODE_WIDTH + c.QUANTUM]
        replaced = divided_down(free_stock(t, book, giver, time) // step * step, ratio)
        replaced = short - taken if replaced >= short - taken else replaced - replaced % quantum
        if replaced > 0:
            other = add_need_via(book, row, giver, round_up(scaled_up(replaced, ratio), step), line)
            book.need[other + b.RANK] = rank
            move_need(book, row, replaced)
            taken += replaced
    return taken
