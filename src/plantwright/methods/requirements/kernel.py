"""The planner's two compiled entries: every node in order is netted and planned, then every node is pegged."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, new_work, opened, sort_items, with_room, with_work_room
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.lead_time import operations_of, start_for
from plantwright.methods.requirements.lots import cut_lots, most_lots, plan_lots
from plantwright.methods.requirements.netting import draw_room, gather_needs, gather_receipts, net_node, receipts_of
from plantwright.methods.requirements.orders import bring_byproducts, explode
from plantwright.methods.requirements.pegging import PEG_WIDTH, UNMET_WIDTH, Links, peg_node, peg_served
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import primitive


@compiled
def plan_all(t: Tables, times: Calendars, order: Ints, first_needs: Ints) -> Book:
    """Plan the nodes in the given order."""
    operations = opens = none = 0
    for node in range(t.nodes):
        operations = max(operations, operations_of(t, node))
        opens += _byproducts_of(t, node) * receipts_in(t, node)
    book, work = with_room(opened(t.nodes, operations, first_needs), none, none, opens), new_work(opens + 64)
    _open_byproducts(t, book)
    book = with_room(book, _open_lines(t), none, none)
    _explode_open(t, times, book)
    for node in order:
        state = b.STATES + node * b.STATE_WIDTH
        book.state[state + b.FIRST_ORDER] = book.state[b.ORDERS]
        if book.state[state + b.NEED_COUNT] > 0 or t.data[node * c.NODE_WIDTH + c.SAFETY_STOCK] > 0:
            work = with_work_room(work, max(book.state[state + b.NEED_COUNT], receipts_of(t, book, node)))
            needs, receipts = gather_needs(book, work, node), gather_receipts(t, book, work, node)
            sort_items(work.supply, work.place, receipts, work.spare)
            drawn = draw_room(t, book, work, node, needs)
            book = with_room(book, drawn, drawn, none)
            nets = net_node(t, times, book, work, node, needs, receipts, drawn)
            most = most_lots(t, work, node, nets)
            book = with_room(book, most * (_lines_of(t, node) + 1), most, most * _byproducts_of(t, node))
            groups, smallest = cut_lots(t, work, node, nets)
            plan_lots(t, times, book, work, node, groups, smallest)
        book.state[state + b.END_ORDER] = book.state[b.ORDERS]
    return book


@compiled
def peg_all(t: Tables, book: Book) -> Links:
    """Peg every node."""
    most = size = 0
    for node in range(t.nodes):
        state = b.STATES + node * b.STATE_WIDTH
        orders = book.state[state + b.END_ORDER] - book.state[state + b.FIRST_ORDER]
        supplies = receipts_of(t, book, node) + orders + 1
        size = max(size, supplies, book.state[state + b.NEED_COUNT])
        most += supplies
    needs, work = book.state[b.NEEDS], new_work(size)
    links = Links(
        np.empty((needs + most) * PEG_WIDTH, np.int64), np.empty(needs * UNMET_WIDTH, np.int64), np.zeros(2, np.int64)
    )
    peg_served(t, links)
    for node in range(t.nodes):
        if book.state[b.STATES + node * b.STATE_WIDTH + b.NEED_COUNT] > 0:
            peg_node(t, book, work, links, node)
    return links


@primitive
def receipts_in(t: Tables, node: int) -> int:
    """Count the open receipts of a node."""
    n = node * c.NODE_WIDTH + c.SUPPLIES
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.SUPPLY_WIDTH


@primitive
def _lines_of(t: Tables, node: int) -> int:
    n = node * c.NODE_WIDTH + c.LINES
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.LINE_WIDTH


@primitive
def _byproducts_of(t: Tables, node: int) -> int:
    n = node * c.NODE_WIDTH + c.BYPRODUCTS
    return int(t.data[n + c.NODE_WIDTH] - t.data[n]) // c.OPTION_WIDTH


@primitive
def _open_lines(t: Tables) -> int:
    """Count the lines of bills of material that open orders still take from."""
    count = 0
    for supply in range(t.data[c.SUPPLIES], t.data[t.nodes * c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH):
        if t.data[supply + c.EXPLODE]:
            count += _lines_of(t, t.data[supply + c.SUPPLY_NODE])
    return count


@primitive
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


@primitive
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
