"""What the planner writes while it runs: growing matrices of requirements, orders and by-products, and scratch space.

Compiled code cannot grow an array in place, so whoever is about to write asks for room first and goes on with the
book that `with_room` returns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.tables import Tables

NODE, TIME, QUANTITY, PRIORITY, ORIGIN_KIND, ORIGIN, LINE, RANK, VIA, MOVED, NEXT = range(11)
"""Columns of `Book.need`. `MOVED` is what went on to a substitute or through a phantom; `VIA` is where it came from."""

(
    ORDER_NODE, ORDER_KIND, ORDER_QUANTITY, START, LATEST_START, DUE, PROJECTED, SOURCE, FROM_NODE, ALTERNATIVE, FLAGS,
    ORDER_PRIORITY, STEP,
) = range(13)  # fmt: skip
"""Columns of `Book.order`; the start of each operation lies in `Book.step` from `STEP` on."""

BY_NODE, BY_TIME, BY_QUANTITY, BY_PARENT_KIND, BY_PARENT, BY_NEXT = range(6)
"""Columns of `Book.byproduct`."""

NEEDS, ORDERS, BYPRODUCTS, STEPS, TOO_LARGE_LINE, BAD_FORMULA_LINE = range(6)
"""Places in `Book.count`; the last two hold 1 + the BOM line that could not be computed."""


class Book(NamedTuple):
    """Everything the planner writes."""

    need: Ints
    order: Ints
    byproduct: Ints
    step: Ints
    count: Ints
    last_need: Ints
    needs_of: Ints
    total_need: Ints
    last_byproduct: Ints
    first_order: Ints


@compiled
def new_book(nodes: int, room: int) -> Book:
    """Make an empty book with room for about `room` requirements."""
    return Book(
        np.empty((room, 11), np.int64),
        np.empty((room // 2 + 16, 13), np.int64),
        np.empty((16, 6), np.int64),
        np.empty(room + 16, np.int64),
        np.zeros(6, np.int64),
        np.full(nodes, -1, np.int64),
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.int64),
        np.full(nodes, -1, np.int64),
        np.zeros((nodes, 2), np.int64),
    )


@compiled
def with_room(book: Book, needs: int, orders: int, byproducts: int, steps: int) -> Book:
    """Give a book with room for so many more rows; the old one must not be used any more."""
    count = book.count
    if (
        count[NEEDS] + needs <= book.need.shape[0]
        and count[ORDERS] + orders <= book.order.shape[0]
        and count[BYPRODUCTS] + byproducts <= book.byproduct.shape[0]
        and count[STEPS] + steps <= book.step.size
    ):
        return book
    step = book.step
    if count[STEPS] + steps > step.size:
        step = np.empty(2 * step.size + steps, np.int64)
        step[: count[STEPS]] = book.step[: count[STEPS]]
    return Book(
        _grown(book.need, count[NEEDS], needs),
        _grown(book.order, count[ORDERS], orders),
        _grown(book.byproduct, count[BYPRODUCTS], byproducts),
        step,
        count,
        book.last_need,
        book.needs_of,
        book.total_need,
        book.last_byproduct,
        book.first_order,
    )


@compiled
def _grown(rows: Ints, used: int, more: int) -> Ints:
    if used + more <= rows.shape[0]:
        return rows
    grown = np.empty((2 * rows.shape[0] + more, rows.shape[1]), np.int64)
    grown[:used] = rows[:used]
    return grown


@compiled
def add_need(
    book: Book, node: int, time: int, quantity: int, priority: int, kind: int, origin: int, line: int, rank: int, via: int
) -> int:
    """Write a requirement, into room asked for before, and give its row."""
    row = book.count[NEEDS]
    book.count[NEEDS] += 1
    need = book.need[row]
    need[NODE] = node
    need[TIME] = time
    need[QUANTITY] = quantity
    need[PRIORITY] = priority
    need[ORIGIN_KIND] = kind
    need[ORIGIN] = origin
    need[LINE] = line
    need[RANK] = rank
    need[VIA] = via
    need[MOVED] = 0
    need[NEXT] = book.last_need[node]
    book.last_need[node] = row
    book.needs_of[node] += 1
    book.total_need[node] += quantity
    return int(row)


@compiled
def add_byproduct(book: Book, node: int, time: int, quantity: int, kind: int, parent: int) -> None:
    """Write a co-product that comes in, into room asked for before."""
    row = book.count[BYPRODUCTS]
    book.count[BYPRODUCTS] += 1
    byproduct = book.byproduct[row]
    byproduct[BY_NODE] = node
    byproduct[BY_TIME] = time
    byproduct[BY_QUANTITY] = quantity
    byproduct[BY_PARENT_KIND] = kind
    byproduct[BY_PARENT] = parent
    byproduct[BY_NEXT] = book.last_byproduct[node]
    book.last_byproduct[node] = row


@compiled
def move_need(book: Book, row: int, quantity: int) -> None:
    """Note that part of a requirement is served at another node."""
    book.need[row, QUANTITY] -= quantity
    book.need[row, MOVED] += quantity
    book.total_need[book.need[row, NODE]] -= quantity


@compiled
def opened(t: Tables, nodes: int) -> Book:
    """Make the book with everything known from outside: demands, needs of open orders, co-products of open orders."""
    demands = t.demand.shape[0] - 1
    opens = t.open_need.shape[0] - 1
    book = new_book(nodes, 4 * (demands + opens) + 4 * nodes + 64)
    for row in range(demands):
        d = t.demand[row]
        add_need(
            book, d[c.DEMAND_NODE], d[c.DEMAND_TIME], d[c.DEMAND_QUANTITY], d[c.DEMAND_PRIORITY], 0, row, -1, 0, -1
        )  # fmt: skip
    for row in range(opens):
        n = t.open_need[row]
        add_need(book, n[c.OPEN_NODE], n[c.OPEN_TIME], n[c.OPEN_QUANTITY], 0, 2, n[c.OPEN_SUPPLY], -1, 0, -1)
    return book


class Work(NamedTuple):
    """Scratch space for one node: rows to sort, supplies, and net requirements."""

    row: Ints
    spare: Ints
    supply: Ints
    supply_row: Ints
    due: Ints
    net: Ints
    rank: Ints
    start: Ints


@compiled
def new_work(needs: int, supplies: int) -> Work:
    """Make scratch space for a node with so many requirements and supplies."""
    most = max(needs, supplies)
    return Work(
        np.empty(needs, np.int64),
        np.empty(most, np.int64),
        np.empty((supplies, 4), np.int64),
        np.empty(supplies, np.int64),
        np.empty(needs + 1, np.int64),
        np.empty(needs + 1, np.int64),
        np.empty(needs + 1, np.int64),
        np.empty(needs + 2, np.int64),
    )


@compiled
def with_work_room(work: Work, needs: int, supplies: int) -> Work:
    """Give scratch space that is large enough; what is in it is lost when it grows."""
    if needs <= work.row.size and supplies <= work.supply_row.size:
        return work
    return new_work(max(2 * needs, work.row.size), max(2 * supplies, work.supply_row.size))


@compiled
def sort_rows(row: Ints, count: int, spare: Ints, keys: Ints, first: int, second: int) -> None:
    """Sort row numbers, given rising, by two columns of `keys`; stable, by insertion in runs and then by merging."""
    run = 16
    for low in range(0, count, run):
        for place in range(low + 1, min(low + run, count)):
            moved = row[place]
            hole = place
            while hole > low and _before(keys, moved, row[hole - 1], first, second):
                row[hole] = row[hole - 1]
                hole -= 1
            row[hole] = moved
    while run < count:
        for low in range(0, count - run, 2 * run):
            _merge(row, spare, low, low + run, min(low + 2 * run, count), keys, first, second)
        run *= 2


@compiled
def _before(keys: Ints, a: int, b: int, first: int, second: int) -> bool:
    if keys[a, first] != keys[b, first]:
        return bool(keys[a, first] < keys[b, first])
    return bool(keys[a, second] < keys[b, second])


@compiled
def _merge(row: Ints, spare: Ints, low: int, middle: int, high: int, keys: Ints, first: int, second: int) -> None:
    if not _before(keys, row[middle], row[middle - 1], first, second):
        return
    for place in range(low, middle):
        spare[place] = row[place]
    left, right = low, middle
    for place in range(low, high):
        if left >= middle:
            return
        if right < high and _before(keys, row[right], spare[left], first, second):
            row[place] = row[right]
            right += 1
        else:
            row[place] = spare[left]
            left += 1
