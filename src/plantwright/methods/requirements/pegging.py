"""Pegging one node: which supply serves which requirement, first come first served.

Supplies kept for a demand are pegged to it first. Then requirements, in order of time and priority, take what is on
hand and what comes in, in order of its arrival. Safety stock is stock like any other here: it is what is left over, and
a requirement that would otherwise wait uses it.
"""

from __future__ import annotations

from typing import NamedTuple

from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, put, sort_items
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.netting import gather_needs, gather_receipts
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import LONG_AGO, NEVER, primitive

PEG_WIDTH = 4
UNMET_WIDTH = 3


class Links(NamedTuple):
    """Pegs as (requirement, supply kind, supply row, quantity), shortages as (requirement, quantity, why), counts."""

    peg: Ints
    unmet: Ints
    used: Ints


@primitive
def peg_served(t: Tables, links: Links) -> None:
    """Peg the supplies that are kept for a demand to it."""
    kind = 1
    for supply in range(
        t.data[c.SUPPLIES], t.data[t.nodes * c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH
    ):  # fmt: skip
        if t.data[supply + c.KEPT] > 0:
            row, kept = t.data[supply + c.SUPPLY_ROW], t.data[supply + c.KEPT]
            _peg(links, t.data[supply + c.SERVES], kind, row, kept)


@primitive
def _peg(links: Links, need: int, kind: int, row: int, quantity: int) -> None:
    at = links.used[0] * PEG_WIDTH
    links.peg[at] = need
    links.peg[at + 1] = kind
    links.peg[at + 2] = row
    links.peg[at + 3] = quantity
    links.used[0] += 1


@primitive
def peg_node(t: Tables, book: Book, work: Work, links: Links, node: int) -> None:
    """Peg the requirements of one node, into room made before; write what nothing can serve as unmet."""
    needs = gather_needs(book, work, node)
    supplies = _all_supplies(t, book, work, node)
    used = 0
    for place in range(needs):
        need = work.row[place] * b.ITEM_WIDTH
        row, missing = work.need[need + b.ROW], work.need[need + b.AMOUNT]
        while missing > 0 and used < supplies:
            supply = work.place[used] * b.ITEM_WIDTH
            taken = min(missing, work.supply[supply + b.AMOUNT])
            if taken > 0:
                _peg(links, row, work.supply[supply + b.SECOND], work.supply[supply + b.ROW], taken)
            missing -= taken
            work.supply[supply + b.AMOUNT] -= taken
            used += 1 if work.supply[supply + b.AMOUNT] == 0 else 0
        if missing > 0:
            at = links.used[1] * UNMET_WIDTH
            links.unmet[at] = row
            links.unmet[at + 1] = missing
            links.unmet[at + 2] = 0 if t.data[node * c.NODE_WIDTH + c.KIND] == 5 else 1
            links.used[1] += 1


@primitive
def _all_supplies(t: Tables, book: Book, work: Work, node: int) -> int:
    """List stock, receipts, co-products and planned orders of a node by the moment they are there."""
    state = b.STATES + node * b.STATE_WIDTH
    count = gather_receipts(t, book, work, node)
    first, kind = min(t.as_of, LONG_AGO), 0
    count = put(work.supply, work.place, count, first, kind, node, t.data[node * c.NODE_WIDTH + c.ON_HAND])
    for row in range(book.state[state + b.FIRST_ORDER], book.state[state + b.END_ORDER]):
        order = row * b.ORDER_WIDTH
        time, amount = book.order[order + b.PROJECTED], book.order[order + b.ORDER_QUANTITY]
        kind = 4 if book.order[order + b.ORDER_KIND] == 2 else 3
        if time < NEVER:
            count = put(work.supply, work.place, count, time, kind, row, amount)
    sort_items(work.supply, work.place, count, work.spare)
    return count
