"""Pegging one node: which supply serves which requirement, first come first served.

Supplies kept for a demand are pegged to it first. Then requirements, in order of time and priority, take what is on
hand and what comes in, in order of its arrival. Safety stock is stock like any other here: it is what is left over, and
a requirement that would otherwise wait uses it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, with_work_room
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.netting import add_supply, gather_needs, gather_receipts, receipts_of
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import LONG_AGO, NEVER


class Links(NamedTuple):
    """Pegs as (requirement, supply kind, supply row, quantity), shortages as (requirement, quantity, why), and counts."""

    peg: Ints
    unmet: Ints
    count: Ints


@compiled
def with_link_room(links: Links, more: int) -> Links:
    """Give links with room for so many more pegs and shortages."""
    pegs, unmet = links.count[0], links.count[1]
    if pegs + more <= links.peg.shape[0] and unmet + more <= links.unmet.shape[0]:
        return links
    peg = np.empty((2 * links.peg.shape[0] + more, 4), np.int64)
    peg[:pegs] = links.peg[:pegs]
    missing = np.empty((2 * links.unmet.shape[0] + more, 3), np.int64)
    missing[:unmet] = links.unmet[:unmet]
    return Links(peg, missing, links.count)


@compiled
def _peg(links: Links, row: int, kind: int, supply: int, quantity: int) -> None:
    peg = links.peg[links.count[0]]
    peg[0], peg[1], peg[2], peg[3] = row, kind, supply, quantity
    links.count[0] += 1


@compiled
def peg_served(t: Tables, links: Links, kept: Ints) -> Links:
    """Peg the supplies that are kept for a demand to it."""
    links = with_link_room(links, kept.size)
    for place in range(t.supply_order.size):
        row = t.supply_order[place]
        if kept[row] > 0:
            _peg(links, t.supply[row, c.SERVES], 1, row, kept[row])
    return links


@compiled
def peg_node(t: Tables, book: Book, work: Work, links: Links, node: int, kept: Ints, covered: Ints) -> tuple[Work, Links]:
    """Peg the requirements of one node; write what nothing can serve as unmet."""
    first, last = book.first_order[node, 0], book.first_order[node, 1]
    most = receipts_of(t, book, node) + last - first + 1
    if book.needs_of[node] == 0:
        return work, links
    work = with_work_room(work, book.needs_of[node], most)
    links = with_link_room(links, book.needs_of[node] + most)
    needs = gather_needs(book, work, node)
    supplies = _all_supplies(t, book, work, node, kept)
    used = 0
    for place in range(needs):
        row = work.row[place]
        missing = book.need[row, b.QUANTITY] - (covered[row] if row < covered.size - 1 else 0)
        while missing > 0 and used < supplies:
            supply = work.supply[work.supply_row[used]]
            taken = min(missing, supply[3])
            if taken > 0:
                _peg(links, row, supply[1], supply[2], taken)
            missing -= taken
            supply[3] -= taken
            used += 1 if supply[3] == 0 else 0
        if missing > 0:
            unmet = links.unmet[links.count[1]]
            unmet[0], unmet[1], unmet[2] = row, missing, 0 if t.node[node, c.KIND] == 5 else 1
            links.count[1] += 1
    return work, links


@compiled
def _all_supplies(t: Tables, book: Book, work: Work, node: int, kept: Ints) -> int:
    """List stock, receipts, co-products and planned orders of a node by the moment they are there."""
    count = gather_receipts(t, book, work, node, kept)
    count = add_supply(work, count, LONG_AGO, 0, node, t.node[node, c.ON_HAND])
    for order in range(book.first_order[node, 0], book.first_order[node, 1]):
        o = book.order[order]
        if o[b.PROJECTED] < NEVER:
            count = add_supply(work, count, o[b.PROJECTED], 4 if o[b.ORDER_KIND] == 2 else 3, order, o[b.ORDER_QUANTITY])
    for place in range(count):
        work.supply_row[place] = place
    b.sort_rows(work.supply_row, count, work.spare, work.supply, 0, 1)
    return count
