"""What the planner writes while it runs: growing matrices of requirements, orders and co-products, and scratch space.

Compiled code cannot grow an array in place, so the planner's main loop asks for room before each node and goes on
with the book that `with_room` returns; everything it calls writes into that room.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements.exact import Floats, Ints
from plantwright.methods.requirements.formula import STACK
from plantwright.methods.working_time import primitive

NODE, TIME, QUANTITY, PRIORITY, ORIGIN_KIND, ORIGIN, LINE, RANK, VIA, MOVED, HELD, NEXT, NEED_WIDTH = range(13)
"""A requirement. `MOVED` went on to a substitute or through a phantom, `VIA` is the row it came from, `HELD` is served
by open supplies that are kept for it, and `NEXT` is the row of the node written before."""

(
    ORDER_NODE, ORDER_KIND, ORDER_QUANTITY, START, LATEST_START, DUE, PROJECTED, SOURCE, FROM_NODE, ALTERNATIVE, FLAGS,
    ORDER_PRIORITY, ORDER_WIDTH,
) = range(13)  # fmt: skip

BY_NODE, BY_TIME, BY_QUANTITY, BY_PARENT_KIND, BY_PARENT, BY_NEXT, BYPRODUCT_WIDTH = range(7)

NEEDS, ORDERS, BYPRODUCTS, STEPS, TOO_LARGE_LINE, TOO_LARGE_NODE, BAD_FORMULA_LINE, STATES = range(8)
"""Places in `Book.state`: three counts, where the operation starts of the current order lie, and 1 + the BOM line or
node that could not be computed. The states of the nodes follow from `STATES` on."""

LAST_NEED, NEED_COUNT, NEED_TOTAL, LAST_BYPRODUCT, FIRST_ORDER, END_ORDER, STATE_WIDTH = range(7)


class Book(NamedTuple):
    """Everything the planner writes: records one after the other, as in `tables`, and the stack for formulas."""

    need: Ints
    order: Ints
    byproduct: Ints
    state: Ints
    stack: Floats


@compiled
def opened(nodes: int, operations: int, first_needs: Ints) -> Book:
    """Make the book with the requirements known from outside."""
    rows = first_needs.size // NEED_WIDTH
    room = 4 * rows + 4 * nodes + 64
    book = Book(
        np.empty(room * NEED_WIDTH, np.int64),
        np.empty(room // 2 * ORDER_WIDTH, np.int64),
        np.empty(16 * BYPRODUCT_WIDTH, np.int64),
        np.zeros(STATES + nodes * STATE_WIDTH + operations, np.int64),
        np.zeros(STACK),
    )
    book.state[STEPS] = STATES + nodes * STATE_WIDTH
    book.state[NEEDS] = rows
    for node in range(nodes):
        book.state[STATES + node * STATE_WIDTH + LAST_NEED] = -1
        book.state[STATES + node * STATE_WIDTH + LAST_BYPRODUCT] = -1
    for place in range(first_needs.size):
        book.need[place] = first_needs[place]
    for row in range(rows):
        _link(book, row)
    return book


@compiled
def with_room(book: Book, needs: int, orders: int, byproducts: int) -> Book:
    """Give a book with room for so many more records; the old one must not be used any more."""
    return Book(
        _grown(book.need, book.state[NEEDS] * NEED_WIDTH, needs * NEED_WIDTH),
        _grown(book.order, book.state[ORDERS] * ORDER_WIDTH, orders * ORDER_WIDTH),
        _grown(book.byproduct, book.state[BYPRODUCTS] * BYPRODUCT_WIDTH, byproducts * BYPRODUCT_WIDTH),
        book.state,
        book.stack,
    )


@compiled
def _grown(values: Ints, used: int, more: int) -> Ints:
    if used + more <= values.size:
        return values
    grown = np.empty(2 * values.size + more, np.int64)
    for place in range(used):
        grown[place] = values[place]
    return grown


@primitive
def _link(book: Book, row: int) -> None:
    """Count a requirement known from outside in at its node."""
    at = row * NEED_WIDTH
    state = STATES + book.need[at + NODE] * STATE_WIDTH
    book.need[at + NEXT] = book.state[state + LAST_NEED]
    book.state[state + LAST_NEED] = row
    book.state[state + NEED_COUNT] += 1
    book.state[state + NEED_TOTAL] += book.need[at + QUANTITY]


@primitive
def add_need(need: Ints, state: Ints, node: int, time: int, quantity: int, priority: int, order: int) -> int:
    """Write what a planned order asks of a node, and give its position; the caller adds the BOM line, if any."""
    row = state[NEEDS]
    state[NEEDS] += 1
    at = row * NEED_WIDTH
    own = STATES + node * STATE_WIDTH
    need[at + NODE] = node
    need[at + TIME] = time
    need[at + QUANTITY] = quantity
    need[at + PRIORITY] = priority
    need[at + ORIGIN_KIND] = 1
    need[at + ORIGIN] = order
    need[at + LINE] = -1
    need[at + RANK] = 0
    need[at + VIA] = -1
    need[at + MOVED] = 0
    need[at + HELD] = 0
    need[at + NEXT] = state[own + LAST_NEED]
    state[own + LAST_NEED] = row
    state[own + NEED_COUNT] += 1
    state[own + NEED_TOTAL] += quantity
    return int(at)


@primitive
def add_need_via(book: Book, via: int, node: int, quantity: int, line: int) -> int:
    """Write a requirement that stands in for part of another one, and give its position; the caller adds its rank."""
    at = book.state[NEEDS] * NEED_WIDTH
    other = via * NEED_WIDTH
    time, priority, origin = book.need[other + TIME], book.need[other + PRIORITY], book.need[other + ORIGIN]
    add_need(book.need, book.state, node, time, quantity, priority, origin)
    book.need[at + ORIGIN_KIND] = book.need[other + ORIGIN_KIND]
    book.need[at + LINE] = line
    book.need[at + VIA] = via
    return int(at)


@primitive
def move_need(book: Book, row: int, quantity: int) -> None:
    """Note that part of a requirement is served at another node."""
    at = row * NEED_WIDTH
    book.need[at + QUANTITY] -= quantity
    book.need[at + MOVED] += quantity
    book.state[STATES + book.need[at + NODE] * STATE_WIDTH + NEED_TOTAL] -= quantity


MOMENT, SECOND, ROW, AMOUNT, ITEM_WIDTH = range(5)
"""A requirement or a supply in the scratch space: `SECOND` is the priority of the one, the kind of the other."""

NET_DUE, NET_QUANTITY, NET_PRIORITY, NET_WIDTH = range(4)
"""A net requirement in `Work.net`."""


class Work(NamedTuple):
    """Scratch space for one node: requirements and their order, supplies and their order, and net requirements."""

    need: Ints
    row: Ints
    supply: Ints
    place: Ints
    spare: Ints
    net: Ints


@compiled
def with_work_room(work: Work, size: int) -> Work:
    """Give scratch space for so many requirements or supplies; what is in it is lost when it grows."""
    return work if size + 2 <= work.row.size else new_work(2 * size)


@compiled
def new_work(size: int) -> Work:
    """Make scratch space for so many requirements or supplies."""
    size += 2
    return Work(
        np.empty(size * ITEM_WIDTH, np.int64),
        np.empty(size, np.int64),
        np.empty(size * ITEM_WIDTH, np.int64),
        np.empty(size, np.int64),
        np.empty(size, np.int64),
        np.empty(size * NET_WIDTH, np.int64),
    )


@primitive
def put(items: Ints, order: Ints, count: int, moment: int, second: int, row: int, amount: int) -> int:
    """Write an item at the end of a list and of its order, and give the new length."""
    at = count * ITEM_WIDTH
    items[at + MOMENT] = moment
    items[at + SECOND] = second
    items[at + ROW] = row
    items[at + AMOUNT] = amount
    order[count] = count
    return count + 1


@primitive
def sort_items(items: Ints, order: Ints, count: int, spare: Ints) -> None:
    """Sort the order of a list by moment, then by the second field, then by row: insertion in runs, then merging."""
    run = 12
    for low in range(0, count, run):
        for place in range(low + 1, min(low + run, count)):
            moved = order[place]
            hole = place
            while hole > low and _before(items, moved, order[hole - 1]):
                order[hole] = order[hole - 1]
                hole -= 1
            order[hole] = moved
    while run < count:
        for low in range(0, count - run, 2 * run):
            _merge(items, order, spare, low, low + run, min(low + 2 * run, count))
        run *= 2


@primitive
def _before(items: Ints, a: int, b: int) -> bool:
    a, b = a * ITEM_WIDTH, b * ITEM_WIDTH
    if items[a + MOMENT] != items[b + MOMENT]:
        return bool(items[a + MOMENT] < items[b + MOMENT])
    if items[a + SECOND] != items[b + SECOND]:
        return bool(items[a + SECOND] < items[b + SECOND])
    return bool(items[a + ROW] < items[b + ROW])


@primitive
def _merge(items: Ints, order: Ints, spare: Ints, low: int, middle: int, high: int) -> None:
    if not _before(items, order[middle], order[middle - 1]):
        return
    for place in range(low, middle):
        spare[place] = order[place]
    left, right = low, middle
    for place in range(low, high):
        if left >= middle:
            return
        if right < high and _before(items, order[right], spare[left]):
            order[place] = order[right]
            right += 1
        else:
            order[place] = spare[left]
            left += 1
