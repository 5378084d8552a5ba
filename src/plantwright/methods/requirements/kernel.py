"""The planner's two compiled entries: every node in order is netted and planned, then every node is pegged."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, new_work, opened, sort_items, with_room, with_work_room
from plantwright.methods.requirements.borrow import borrowed, lend_book, lend_inputs, lend_work
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.lead_time import operations_of, start_for
from plantwright.methods.requirements.lots import most_lots, plan_lots
from plantwright.methods.requirements.netting import draw_room, gather_needs, gather_receipts, net_node, receipts_of
from plantwright.methods.requirements.orders import bring_byproducts, explode
from plantwright.methods.requirements.pegging import PEG_WIDTH, UNMET_WIDTH, Links, peg_node, peg_served
from plantwright.methods.requirements.tables import Calendars, Tables


@compiled
def plan_all(
    tables: Tables, calendars: Calendars, order: Ints, first_needs: Ints
) -> tuple[Book, Work, Tables, Calendars]:
    """Plan the nodes in the given order; everything that was lent comes back, so that it lives as long as its views."""
    t, times = lend_inputs(tables, calendars)
    operations = opens = none = 0
    for node in range(t.nodes):
        operations = max(operations, operations_of(t, node))
        opens += _byproducts_of(t, node) * receipts_in(t, node)
    owned, scratch = with_room(opened(t.nodes, operations, first_needs), none, none, opens), new_work(opens + 64)
    book, work = lend_book(owned), lend_work(scratch)
    _open_byproducts(t, book)
    owned = with_room(owned, _open_lines(t), none, none)
    book = lend_book(owned)
    _explode_open(t, times, book)
    for node in order:
        state = b.STATES + node * b.STATE_WIDTH
        book.state[state + b.FIRST_ORDER] = book.state[b.ORDERS]
        if book.state[state + b.NEED_COUNT] > 0 or t.data[node * c.NODE_WIDTH + c.SAFETY_STOCK] > 0:
            scratch = with_work_room(scratch, max(book.state[state + b.NEED_COUNT], receipts_of(t, book, node)))
            work = lend_work(scratch)
            needs, receipts = gather_needs(book, work, node), gather_receipts(t, book, work, node)
            sort_items(work.supply, work.place, receipts, work.spare)
            drawn = draw_room(t, book, work, node, needs)
            owned = with_room(owned, drawn, drawn, none)
            book = lend_book(owned)
            nets = net_node(t, times, book, work, node, needs, receipts, drawn)
            most = most_lots(t, work, node, nets)
            owned = with_room(owned, most * (_lines_of(t, node) + 1), most, most * _byproducts_of(t, node))
            book = lend_book(owned)
            plan_lots(t, times, book, work, node, nets)
        book.state[state + b.END_ORDER] = book.state[b.ORDERS]
    return owned, scratch, tables, calendars


@compiled
def peg_all(tables: Tables, calendars: Calendars, owned: Book) -> tuple[Links, Book, Work, Tables]:
    """Peg every node; everything that was lent comes back."""
    t, _ = lend_inputs(tables, calendars)
    book = lend_book(owned)
    most = size = 0
    for node in range(t.nodes):
        state = b.STATES + node * b.STATE_WIDTH
        orders = book.state[state + b.END_ORDER] - book.state[state + b.FIRST_ORDER]
        supplies = receipts_of(t, book, node) + orders + 1
        size = max(size, supplies, book.state[state + b.NEED_COUNT])
        most += supplies
    needs, scratch = book.state[b.NEEDS], new_work(size)
    links = Links(
        np.empty((needs + most) * PEG_WIDTH, np.int64), np.empty(needs * UNMET_WIDTH, np.int64), np.zeros(2, np.int64)
    )
    lent, work = Links(borrowed(links.peg), borrowed(links.unmet), borrowed(links.used)), lend_work(scratch)
    peg_served(t, lent)
    for node in range(t.nodes):
        if book.state[b.STATES + node * b.STATE_WIDTH + b.NEED_COUNT] > 0:
            peg_node(t, book, work, lent, node)
    return links, owned, scratch, tables


@compiled
def receipts_in(t: Tables, node: int) -> int:
    """Count the open receipts of a node."""
    n = node * c.NODE_WIDTH + c.SUPPLIES
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.SUPPLY_WIDTH


@compiled
def _lines_of(t: Tables, node: int) -> int:
    n = node * c.NODE_WIDTH + c.LINES
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.LINE_WIDTH


@compiled
def _byproducts_of(t: Tables, node: int) -> int:
    n = node * c.NODE_WIDTH + c.BYPRODUCTS
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.OPTION_WIDTH


@compiled
def _open_lines(t: Tables) -> int:
    """Count the lines of bills of material that open orders still take from."""
    count = 0
    for supply in range(t.data[c.SUPPLIES], t.data[t.nodes * c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH):
        if t.data[supply + c.EXPLODE]:
            count += _lines_of(t, t.data[supply + c.SUPPLY_NODE])
    return count


@compiled
def _explode_open(t: Tables, times: Calendars, book: Book) -> None:
    """Write what open orders take by their bill of material, at the start that planned lead times give them."""
    for supply in range(t.data[c.SUPPLIES], t.data[t.nodes * c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH):
        if t.data[supply + c.EXPLODE]:
            node, quantity = t.data[supply + c.SUPPLY_NODE], t.data[supply + c.SUPPLY_QUANTITY]
            due, step = t.data[supply + c.SUPPLY_TIME], book.state[b.STEPS]
            start = max(start_for(t, times, node, quantity, -1, due, book.state, step), t.as_of)
            for at in explode(t, book, node, quantity, start, 0):
                book.need[at + b.ORIGIN_KIND] = 2
                book.need[at + b.ORIGIN] = t.data[supply + c.SUPPLY_ROW]


@compiled
def _open_byproducts(t: Tables, book: Book) -> None:
    """Write the co-products of open orders that make something."""
    for supply in range(t.data[c.SUPPLIES], t.data[t.nodes * c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH):
        kind = t.data[supply + c.SUPPLY_TYPE]
        first = book.state[b.BYPRODUCTS]
        if kind == 0 or kind == 3:  # noqa: PLR1714 - as Numba likes it
            quantity, time = t.data[supply + c.SUPPLY_QUANTITY], t.data[supply + c.SUPPLY_TIME]
            bring_byproducts(t, book, t.data[supply + c.SUPPLY_NODE], quantity, time)
        for other in range(first, book.state[b.BYPRODUCTS]):
            book.byproduct[other * b.BYPRODUCT_WIDTH + b.BY_PARENT_KIND] = 2
            book.byproduct[other * b.BYPRODUCT_WIDTH + b.BY_PARENT] = t.data[supply + c.SUPPLY_ROW]
