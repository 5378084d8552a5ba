"""The planner's one compiled entry: every node in order, first netted and planned, then pegged."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, new_work, opened, with_room, with_work_room
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.lead_time import operations_of
from plantwright.methods.requirements.netting import (
    gather_needs,
    gather_receipts,
    hold_served,
    net_node,
    plan_lots,
    receipts_of,
)
from plantwright.methods.requirements.orders import bring_byproducts
from plantwright.methods.requirements.pegging import Links, peg_node, peg_served
from plantwright.methods.requirements.tables import Tables


@compiled
def run(t: Tables, order: Ints) -> tuple[Book, Links]:
    """Plan and peg the nodes in the given order."""
    book = _open_byproducts(t, opened(t, order.size))
    work = new_work(64, 64)
    kept, covered = hold_served(t)
    for node in order:
        book, work = _plan_node(t, book, work, node, kept, covered)
    rows = book.count[b.NEEDS] + book.count[b.ORDERS] + 16
    links = Links(np.empty((rows, 4), np.int64), np.empty((16, 3), np.int64), np.zeros(2, np.int64))
    links = peg_served(t, links, kept)
    for node in range(order.size):
        work, links = peg_node(t, book, work, links, node, kept, covered)
    return book, links


@compiled
def _open_byproducts(t: Tables, book: Book) -> Book:
    """Write the co-products of open orders."""
    for row in range(t.supply.shape[0] - 1):
        node, kind = t.supply[row, c.SUPPLY_NODE], t.supply[row, c.SUPPLY_TYPE]
        count = t.begin[node + 1, c.BYPRODUCTS] - t.begin[node, c.BYPRODUCTS]
        if count > 0 and (kind == 0 or kind == 3):  # noqa: PLR1714 - as Numba likes it
            book = with_room(book, 0, 0, count, 0)
            bring_byproducts(t, book, node, t.supply[row, c.SUPPLY_QUANTITY], t.supply[row, c.SUPPLY_TIME], 2, row)
    return book


@compiled
def _plan_node(t: Tables, book: Book, work: Work, node: int, kept: Ints, covered: Ints) -> tuple[Book, Work]:
    """Net one node and place its orders."""
    book.first_order[node, 0] = book.count[b.ORDERS]
    if book.needs_of[node] > 0 or t.node[node, c.SAFETY_STOCK] > 0:
        work = with_work_room(work, book.needs_of[node] + 1, receipts_of(t, book, node) + 1)
        book = with_room(book, 0, 0, 0, operations_of(t, node))
        needs = gather_needs(book, work, node)
        receipts = gather_receipts(t, book, work, node, kept)
        book, nets = net_node(t, book, work, node, needs, receipts, covered)
        if nets > 0:
            book = plan_lots(t, book, work, node, nets)
    book.first_order[node, 1] = book.count[b.ORDERS]
    return book, work
