"""Netting one node: what is short, where it may be drawn from, and which net requirements are left."""

from __future__ import annotations

from plantwright.methods.lot_sizing import kernel as lots
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, put, sort_items
from plantwright.methods.requirements.draws import bring_over, pass_through, substitute
from plantwright.methods.requirements.exact import Ints
from plantwright.methods.requirements.limits import limits, soonest
from plantwright.methods.requirements.tables import Calendars, Tables
from plantwright.methods.working_time import NEVER, primitive


@primitive
def gather_needs(book: Book, work: Work, node: int) -> int:
    """List the requirements of a node by time, then priority, then row."""
    row = book.state[b.STATES + node * b.STATE_WIDTH + b.LAST_NEED]
    count = 0
    while row >= 0:
        at = row * b.NEED_WIDTH
        asked = book.need[at + b.QUANTITY] - book.need[at + b.HELD]
        count = put(work.need, work.row, count, book.need[at + b.TIME], book.need[at + b.PRIORITY], row, asked)
        row = book.need[at + b.NEXT]
    sort_items(work.need, work.row, count, work.spare)
    return int(count)


@primitive
def gather_receipts(t: Tables, book: Book, work: Work, node: int) -> int:
    """List open receipts, without what they keep, and co-products of a node by time."""
    n, count, kind = node * c.NODE_WIDTH, 0, 1
    for supply in range(t.data[n + c.SUPPLIES], t.data[n + c.NODE_WIDTH + c.SUPPLIES], c.SUPPLY_WIDTH):
        amount = t.data[supply + c.SUPPLY_QUANTITY] - t.data[supply + c.KEPT]
        time, row = t.data[supply + c.SUPPLY_TIME], t.data[supply + c.SUPPLY_ROW]
        count = put(work.supply, work.place, count, time, kind, row, amount)
    row = book.state[b.STATES + node * b.STATE_WIDTH + b.LAST_BYPRODUCT]
    kind += 1
    while row >= 0:
        at = row * b.BYPRODUCT_WIDTH
        amount = book.byproduct[at + b.BY_QUANTITY]
        count = put(work.supply, work.place, count, book.byproduct[at + b.BY_TIME], kind, row, amount)
        row = book.byproduct[at + b.BY_NEXT]
    return count


@primitive
def receipts_of(t: Tables, book: Book, node: int) -> int:
    """Count open receipts and co-products of a node."""
    n = node * c.NODE_WIDTH
    count = (t.data[n + c.NODE_WIDTH + c.SUPPLIES] - t.data[n + c.SUPPLIES]) // c.SUPPLY_WIDTH
    row = book.state[b.STATES + node * b.STATE_WIDTH + b.LAST_BYPRODUCT]
    while row >= 0:
        count += 1
        row = book.byproduct[row * b.BYPRODUCT_WIDTH + b.BY_NEXT]
    return int(count)


@primitive
def net_node(
    t: Tables, times: Calendars, book: Book, work: Work, node: int, needs: int, receipts: int, drawn: int
) -> int:
    """Go through the requirements in order of time; write net requirements into the scratch space and count them.

    Safety stock is one more requirement, at the first moment at which a new order could bring it. `drawn` is 0 where
    nothing but orders can serve a shortage. The balance is what is there beyond the safety stock, once that is asked.
    """
    n = node * c.NODE_WIDTH
    made, safety_time, fence = t.data[n + c.KIND] < 4, t.data[n + c.SAFETY_TIME], t.data[n + c.FENCE]
    minimum, maximum, multiple = limits(t, node)
    fill, rounded = t.data[n + c.FILL], t.data[n + c.LOT_RULE] <= lots.FIXED_QUANTITY
    each = _order_each(t, node)
    safety = t.data[n + c.SAFETY_STOCK] if made else 0
    ready = soonest(t, times, book, node, safety) if safety > 0 else NEVER
    balance, used, nets, place, uncounted = t.data[n + c.ON_HAND], 0, 0, 0, 0
    while place < needs or (safety > 0 and ready < NEVER):
        item = work.row[min(place, needs - 1)] * b.ITEM_WIDTH if needs > 0 else 0
        row, time, asked, priority = -1, ready, safety, NEVER
        if place < needs and (safety == 0 or work.need[item + b.MOMENT] <= ready):
            row, time = work.need[item + b.ROW], work.need[item + b.MOMENT]
            asked, priority = work.need[item + b.AMOUNT], work.need[item + b.SECOND]
            place += 1
        else:
            safety = 0
        balance -= asked
        while used < receipts and work.supply[work.place[used] * b.ITEM_WIDTH + b.MOMENT] <= time:
            balance += work.supply[work.place[used] * b.ITEM_WIDTH + b.AMOUNT]
            used += 1
        if balance >= 0:
            continue
        due = max(time - safety_time, fence)
        if rounded and nets > 0 and (each or due > work.net[(nets - 1) * b.NET_WIDTH]):
            balance += uncounted + _left_over(work.net, nets, minimum, maximum, multiple)
            uncounted = 0
        if balance < 0 and used < receipts:
            limit = max(time, soonest(t, times, book, node, -balance))
            while balance < 0 and used < receipts and work.supply[work.place[used] * b.ITEM_WIDTH + b.MOMENT] <= limit:
                balance += work.supply[work.place[used] * b.ITEM_WIDTH + b.AMOUNT]
                used += 1
        if balance < 0 and row >= 0 and drawn > 0:
            balance += _draw(t, times, book, node, row, min(asked, -balance))
        if balance < 0 and made:
            along = _safety_along(safety, fill, ready)
            nets = _ask(work.net, nets, due, along - balance, fill, priority, each)
            balance, uncounted, safety = 0, fill, safety - along
    return nets


@primitive
def _order_each(t: Tables, node: int) -> bool:
    """Tell whether each shortage gets an order of its own: of what is made lot for lot.

    One order for all that is due at a moment would hold back the urgent and small part until the whole is done, and
    until the components of the whole are there.
    """
    n = node * c.NODE_WIDTH
    inside = t.data[n + c.KIND] == 0 or t.data[n + c.KIND] == 3
    return bool(inside and t.data[n + c.LOT_RULE] == lots.LOT_FOR_LOT and t.data[n + c.FILL] == 0)


@primitive
def _safety_along(safety: int, fill: int, ready: int) -> int:
    """Give the safety stock that an order for a shortage brings along: all, where one order fills up to a level."""
    return safety if fill > 0 and ready < NEVER else 0


@primitive
def _left_over(net: Ints, nets: int, minimum: int, maximum: int, multiple: int) -> int:
    """Give what the lots for the last net requirement bring beyond it (its fill is part of it), and count that in.

    Rules that look ahead cannot tell that yet: their lots are rounded when they are planned.
    """
    last = (nets - 1) * b.NET_WIDTH + b.NET_QUANTITY
    total = lots.lots_total(net[last], minimum, maximum, multiple)
    over = total - net[last]
    net[last] = total
    return int(over)


@primitive
def _ask(net: Ints, nets: int, due: int, short: int, fill: int, priority: int, each: bool) -> int:  # noqa: FBT001
    """Write a shortage and the fill as a net requirement; what is due at one moment is one, but for `each` alone."""
    last = (nets - 1) * b.NET_WIDTH
    if nets > 0 and net[last + b.NET_DUE] >= due and not each:
        net[last + b.NET_QUANTITY] += short
        net[last + b.NET_PRIORITY] = min(net[last + b.NET_PRIORITY], priority)
        return nets
    at = nets * b.NET_WIDTH
    net[at + b.NET_DUE] = due
    net[at + b.NET_QUANTITY] = short + fill
    net[at + b.NET_PRIORITY] = priority
    return nets + 1


@primitive
def draw_room(t: Tables, book: Book, work: Work, node: int, needs: int) -> int:
    """Count the most requirements, or transfers, that serving shortages elsewhere can add; above 0 for a phantom."""
    n = node * c.NODE_WIDTH
    following = n + c.NODE_WIDTH
    if t.data[n + c.KIND] == 4:
        return int(needs * (t.data[following + c.LINES] - t.data[n + c.LINES]) // c.LINE_WIDTH) + 1
    room = needs * (t.data[following + c.OTHERS] - t.data[n + c.OTHERS])
    for place in range(needs):
        line = book.need[work.need[place * b.ITEM_WIDTH + b.ROW] * b.NEED_WIDTH + b.LINE]
        if line >= 0:
            at = t.data[c.LINES] + line * c.LINE_WIDTH + c.SUBSTITUTES
            room += t.data[at + c.LINE_WIDTH] - t.data[at]
    return int(room // c.OPTION_WIDTH)


@primitive
def _draw(t: Tables, times: Calendars, book: Book, node: int, row: int, short: int) -> int:
    """Serve part of a requirement elsewhere: through a phantom, from another site, or by a substitute."""
    n = node * c.NODE_WIDTH
    if t.data[n + c.KIND] == 4:
        pass_through(t, book, node, row, short)
        return short
    taken = 0
    if t.data[n + c.OTHERS] < t.data[n + c.NODE_WIDTH + c.OTHERS]:
        taken = bring_over(t, times, book, node, row, short)
    need = row * b.NEED_WIDTH
    if taken < short and book.need[need + b.LINE] >= 0 and book.need[need + b.RANK] == 0:
        taken += substitute(t, book, node, row, short - taken)
    return taken
