"""Placing a planned order: its dates, what else comes out of it, and what it takes."""

from __future__ import annotations

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, add_byproduct, add_need, with_room
from plantwright.methods.requirements.exact import LARGEST, round_up, scaled_down, too_large, with_loss
from plantwright.methods.requirements.formula import formula_quantity
from plantwright.methods.requirements.lead_time import offer_for, operations_of, receipt_for, start_for
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import NEVER


@compiled
def place_order(t: Tables, book: Book, node: int, quantity: int, due: int, priority: int, fenced: bool) -> Book:  # noqa: FBT001
    """Plan one order of a node from its main source, with its co-products and requirements; give the book back."""
    book = _roomy(t, book, node)
    offer = offer_for(t, node, quantity) if t.node[node, c.KIND] == 1 else -1
    at = book.count[b.STEPS]
    book.count[b.STEPS] += operations_of(t, node)
    latest = start_for(t, node, quantity, offer, due, book.step, at)
    start, projected, flags = latest, due, 2 if fenced else 0
    if latest < t.as_of:
        start = t.as_of
        projected = max(due, receipt_for(t, node, quantity, offer, start, book.step, at))
        flags |= 1 if projected < NEVER else 5
    source = t.offer[offer, c.OFFER_SOURCE] if offer >= 0 else -1
    giver = t.node[node, c.SUPPLYING_NODE] if t.node[node, c.KIND] == 2 else -1
    row = write_order(book, node, t.node[node, c.KIND], quantity, start, latest, due, projected)
    finish_order(book, row, source, giver, 0, flags, priority, at)
    if projected < NEVER:
        bring_byproducts(t, book, node, quantity, projected, 1, row)
    if giver >= 0:
        add_need(book, giver, start, round_up(quantity, t.node[giver, c.QUANTUM]), priority, 1, row, -1, 0, -1)
    elif t.node[node, c.KIND] != 1:
        _explode(t, book, node, row)
    return book


@compiled
def _roomy(t: Tables, book: Book, node: int) -> Book:
    lines = t.begin[node + 1, c.LINES] - t.begin[node, c.LINES]
    byproducts = t.begin[node + 1, c.BYPRODUCTS] - t.begin[node, c.BYPRODUCTS]
    return with_room(book, lines + 1, 1, byproducts, operations_of(t, node))


@compiled
def write_order(
    book: Book, node: int, kind: int, quantity: int, start: int, latest: int, due: int, projected: int
) -> int:
    """Write an order's place, size and dates, into room asked for before, and give its row."""
    row = book.count[b.ORDERS]
    book.count[b.ORDERS] += 1
    order = book.order[row]
    order[b.ORDER_NODE] = node
    order[b.ORDER_KIND] = kind
    order[b.ORDER_QUANTITY] = quantity
    order[b.START] = start
    order[b.LATEST_START] = latest
    order[b.DUE] = due
    order[b.PROJECTED] = projected
    return int(row)


@compiled
def finish_order(
    book: Book, row: int, source: int, giver: int, alternative: int, flags: int, priority: int, at: int
) -> None:
    """Write the rest of an order: where it comes from and what is remarkable about it."""
    order = book.order[row]
    order[b.SOURCE] = source
    order[b.FROM_NODE] = giver
    order[b.ALTERNATIVE] = alternative
    order[b.FLAGS] = flags
    order[b.ORDER_PRIORITY] = priority
    order[b.STEP] = at


@compiled
def bring_byproducts(t: Tables, book: Book, node: int, quantity: int, time: int, kind: int, parent: int) -> None:
    """Write what else comes out of an order, rounded down to whole quanta."""
    for row in range(t.begin[node, c.BYPRODUCTS], t.begin[node + 1, c.BYPRODUCTS]):
        receiver = t.byproduct[row, c.BYPRODUCT]
        per = t.byproduct[row, c.BYPRODUCT_PER]
        if too_large(quantity, per, 0):
            book.count[b.TOO_LARGE_LINE] = -1 - row
            continue
        brought = scaled_down(quantity, per)
        brought -= brought % t.node[receiver, c.QUANTUM]
        if brought > 0:
            add_byproduct(book, receiver, time, brought, kind, parent)


@compiled
def _explode(t: Tables, book: Book, node: int, row: int) -> None:
    """Write what an order takes of each component, at the start of the operation that takes it."""
    order = book.order[row]
    operations = operations_of(t, node)
    for line in range(t.begin[node, c.LINES], t.begin[node + 1, c.LINES]):
        if not effective(t, line, order[b.START]):
            continue
        op = t.line[line, c.OP]
        time = order[b.START]
        if op >= 0 and operations > 0:
            begin = book.step[order[b.STEP] + min(op, operations - 1)]
            time = max(begin, t.as_of) if begin < NEVER else time
        amount = amount_of(t, book, line, order[b.ORDER_QUANTITY])
        if amount > 0:
            add_need(book, t.line[line, c.COMPONENT], time, amount, order[b.ORDER_PRIORITY], 1, row, line, 0, -1)


@compiled
def effective(t: Tables, line: int, moment: int) -> bool:
    """Tell whether a BOM line holds for an order that starts at `moment`."""
    return bool(t.line[line, c.EFFECTIVE_FROM] <= moment < t.line[line, c.EFFECTIVE_TO])


@compiled
def amount_of(t: Tables, book: Book, line: int, quantity: int) -> int:
    """Give how much a BOM line takes for an order; note the line in the book when that cannot be computed."""
    l = t.line[line]  # noqa: E741 - one line of the bill of material
    per, base = l[c.PER], quantity
    fixed = l[c.FIXED]
    if l[c.FORMULA] >= 0:
        base = formula_quantity(t.formula_begin, t.formula_code, t.formula_value, l[c.FORMULA], quantity)
        per = 1_000_000
        if base < 0:
            book.count[b.BAD_FORMULA_LINE] = line + 1
            return 0
    if too_large(base, per, l[c.SCRAP]):
        book.count[b.TOO_LARGE_LINE] = line + 1
        return 0
    amount = with_loss(base, per, fixed, l[c.SCRAP])
    if l[c.ROUNDING] > 0:
        amount = round_up(amount, l[c.ROUNDING])
    amount = round_up(amount, t.node[l[c.COMPONENT], c.QUANTUM])
    if book.total_need[l[c.COMPONENT]] > LARGEST * 1000 - amount:
        book.count[b.TOO_LARGE_LINE] = line + 1
        return 0
    return int(amount)
