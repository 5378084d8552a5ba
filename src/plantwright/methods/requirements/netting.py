"""Netting one node: what is short, where it may be drawn from, and which lots are planned for the rest."""

from __future__ import annotations

import numpy as np

from plantwright.methods.compiled import compiled
from plantwright.methods.lot_sizing import kernel as lots
from plantwright.methods.requirements import book as b
from plantwright.methods.requirements import tables as c
from plantwright.methods.requirements.book import Book, Work, add_need, move_need, sort_rows, with_room
from plantwright.methods.requirements.exact import Floats, Ints, divided_down, round_up, scaled_up
from plantwright.methods.requirements.lead_time import offer_for, receipt_for
from plantwright.methods.requirements.orders import amount_of, effective, finish_order, place_order, write_order
from plantwright.methods.requirements.tables import Tables
from plantwright.methods.working_time import LONG_AGO, NEVER

DAY = 1440


@compiled
def hold_served(t: Tables) -> tuple[Ints, Ints]:
    """Give how much of each open supply is kept for the demand it serves, and how much of each demand is so covered."""
    kept = np.zeros(t.supply.shape[0], np.int64)
    covered = np.zeros(t.demand.shape[0], np.int64)
    for place in range(t.supply_order.size):
        row = t.supply_order[place]
        demand = t.supply[row, c.SERVES]
        if demand >= 0:
            missing = t.demand[demand, c.DEMAND_QUANTITY] - covered[demand]
            kept[row] = min(t.supply[row, c.SUPPLY_QUANTITY], missing)
            covered[demand] += kept[row]
    return kept, covered


@compiled
def gather_needs(book: Book, work: Work, node: int) -> int:
    """List the requirements of a node by time, then priority, then row."""
    count = book.needs_of[node]
    row = book.last_need[node]
    for place in range(count - 1, -1, -1):
        work.row[place] = row
        row = book.need[row, b.NEXT]
    sort_rows(work.row, count, work.spare, book.need, b.TIME, b.PRIORITY)
    return int(count)


@compiled
def gather_receipts(t: Tables, book: Book, work: Work, node: int, kept: Ints) -> int:
    """List open receipts and co-products of a node by time, as (time, kind, row, quantity)."""
    count = 0
    for place in range(t.begin[node, c.SUPPLIES], t.begin[node + 1, c.SUPPLIES]):
        row = t.supply_order[place]
        count = add_supply(work, count, t.supply[row, c.SUPPLY_TIME], 1, row, t.supply[row, c.SUPPLY_QUANTITY] - kept[row])
    row = book.last_byproduct[node]
    brought = 0
    while row >= 0:
        count = add_supply(work, count, book.byproduct[row, b.BY_TIME], 2, row, book.byproduct[row, b.BY_QUANTITY])
        brought += 1
        row = book.byproduct[row, b.BY_NEXT]
    if brought > 0:
        _turn(work.supply, count - brought, count)
        sort_rows(work.supply_row, count, work.spare, work.supply, 0, 1)
    return count


@compiled
def add_supply(work: Work, count: int, time: int, kind: int, row: int, quantity: int) -> int:
    """Write one supply into the scratch list and give the new length."""
    supply = work.supply[count]
    supply[0] = time
    supply[1] = kind
    supply[2] = row
    supply[3] = quantity
    work.supply_row[count] = count
    return count + 1


@compiled
def _turn(rows: Ints, low: int, high: int) -> None:
    """Turn rows round, so that a list read backwards stands in the order of writing."""
    while low < high - 1:
        high -= 1
        for column in range(rows.shape[1]):
            rows[low, column], rows[high, column] = rows[high, column], rows[low, column]
        low += 1


@compiled
def receipts_of(t: Tables, book: Book, node: int) -> int:
    """Count open receipts and co-products of a node."""
    count = t.begin[node + 1, c.SUPPLIES] - t.begin[node, c.SUPPLIES]
    row = book.last_byproduct[node]
    while row >= 0:
        count += 1
        row = book.byproduct[row, b.BY_NEXT]
    return int(count)


@compiled
def free_stock(t: Tables, book: Book, node: int, moment: int) -> int:
    """Give what nobody known so far needs of the stock and receipts that are there by `moment`."""
    low, high = t.begin[node, c.SUPPLIES], t.begin[node + 1, c.SUPPLIES]
    first = low
    while low < high:
        middle = (low + high) >> 1
        if t.supply[t.supply_order[middle], c.SUPPLY_TIME] <= moment:
            low = middle + 1
        else:
            high = middle
    free = t.supply_sum[low] - t.supply_sum[first] + t.node[node, c.ON_HAND] - t.node[node, c.SAFETY_STOCK]
    row = book.last_byproduct[node]
    while row >= 0:
        if book.byproduct[row, b.BY_TIME] <= moment:
            free += book.byproduct[row, b.BY_QUANTITY]
        row = book.byproduct[row, b.BY_NEXT]
    return int(max(free - book.total_need[node], 0))


@compiled
def soonest(t: Tables, book: Book, node: int, quantity: int) -> int:
    """Give the first moment at which a new order could bring this much (its first lot), or `NEVER`."""
    kind = t.node[node, c.KIND]
    if kind == 5:
        return NEVER
    if kind == 4:
        return t.as_of
    minimum, maximum, multiple = limits(t, node)
    lot = lots.next_lot(max(quantity, 1), minimum, maximum, multiple)
    offer = offer_for(t, node, lot) if kind == 1 else -1
    receipt = receipt_for(t, node, lot, offer, t.as_of, book.step, book.count[b.STEPS])
    return int(max(receipt, t.node[node, c.FENCE]))


@compiled
def limits(t: Tables, node: int) -> tuple[int, int, int]:
    """Give the smallest lot, the largest (0 none) and the multiple of a node."""
    n = t.node[node]
    if n[c.LOT_RULE] == lots.FIXED_QUANTITY:
        return n[c.FIXED_QUANTITY], n[c.FIXED_QUANTITY], n[c.FIXED_QUANTITY]
    return n[c.MINIMUM], n[c.MAXIMUM], max(n[c.MULTIPLE], n[c.QUANTUM])


@compiled
def net_node(t: Tables, book: Book, work: Work, node: int, needs: int, receipts: int, covered: Ints) -> tuple[Book, int]:
    """Go through the requirements in order of time; write net requirements into the scratch space and count them."""
    kind = t.node[node, c.KIND]
    safety = t.node[node, c.SAFETY_STOCK] if kind < 4 else 0
    ready = soonest(t, book, node, safety) if safety > 0 else NEVER
    balance = t.node[node, c.ON_HAND]
    used = nets = 0
    for place in range(needs):
        row = work.row[place]
        time = book.need[row, b.TIME]
        if safety > 0 and ready < time:
            balance, used = _cover(t, book, work, node, ready, balance - safety, used, receipts, nets)
            balance, nets = _ask(t, work, node, ready, balance, nets, NEVER)
            safety = 0
        asked = book.need[row, b.QUANTITY] - (covered[row] if row < covered.size - 1 else 0)
        balance, used = _cover(t, book, work, node, time, balance - asked, used, receipts, nets)
        if balance < 0:
            book, taken = _draw(t, book, node, row, min(asked, -balance))
            balance += taken
        if balance < 0 and kind < 4:
            balance, nets = _ask(t, work, node, time, balance, nets, book.need[row, b.PRIORITY])
    if safety > 0 and ready < NEVER:
        balance, used = _cover(t, book, work, node, ready, balance - safety, used, receipts, nets)
        balance, nets = _ask(t, work, node, ready, balance, nets, NEVER)
    return book, nets


@compiled
def _cover(
    t: Tables, book: Book, work: Work, node: int, time: int, balance: int, used: int, receipts: int, nets: int
) -> tuple[int, int]:
    """Add what is there by `time`, and later receipts while the stock is short and nothing new is sooner."""
    while used < receipts and work.supply[work.supply_row[used], 0] <= time:
        balance += work.supply[work.supply_row[used], 3]
        used += 1
    if balance < 0 and nets > 0:
        balance += _left_over(t, work, node, nets - 1, time)
    if balance >= 0 or used == receipts:
        return balance, used
    limit = max(time, soonest(t, book, node, -balance))
    while balance < 0 and used < receipts and work.supply[work.supply_row[used], 0] <= limit:
        balance += work.supply[work.supply_row[used], 3]
        used += 1
    return balance, used


@compiled
def _due(t: Tables, node: int, time: int) -> int:
    return int(max(time - t.node[node, c.SAFETY_TIME], t.node[node, c.FENCE]))


@compiled
def _left_over(t: Tables, work: Work, node: int, last: int, time: int) -> int:
    """Give, once time has moved on, what the lots for the last net requirement bring beyond it.

    Rules that look ahead cannot tell that yet: their lots are rounded in `plan_lots`.
    """
    if t.node[node, c.LOT_RULE] > lots.FIXED_QUANTITY or _due(t, node, time) <= work.due[last]:
        return 0
    minimum, maximum, multiple = limits(t, node)
    total = lots.lots_total(work.net[last], minimum, maximum, multiple)
    over = total - work.net[last]
    work.net[last] = total
    return int(over)


@compiled
def _ask(t: Tables, work: Work, node: int, time: int, balance: int, nets: int, priority: int) -> tuple[int, int]:
    """Write a shortage as a net requirement; those that are due at one moment are added up."""
    if balance >= 0:
        return balance, nets
    due = _due(t, node, time)
    if nets > 0 and work.due[nets - 1] >= due:
        work.net[nets - 1] -= balance
        work.rank[nets - 1] = min(work.rank[nets - 1], priority)
        return 0, nets
    work.due[nets] = due
    work.net[nets] = -balance
    work.rank[nets] = priority
    return 0, nets + 1


@compiled
def _draw(t: Tables, book: Book, node: int, row: int, short: int) -> tuple[Book, int]:
    """Serve part of a requirement elsewhere: through a phantom, from another site, or by a substitute."""
    if t.node[node, c.KIND] == 4:
        return _pass_through(t, book, node, row, short), short
    book, taken = _bring_over(t, book, node, row, short)
    line = book.need[row, b.LINE]
    if line < 0 or taken >= short or book.need[row, b.RANK] > 0:
        return book, taken
    book, replaced = _substitute(t, book, node, row, line, short - taken)
    return book, taken + replaced


@compiled
def _pass_through(t: Tables, book: Book, node: int, row: int, short: int) -> Book:
    """Ask the components of a phantom for what its own stock lacks, on behalf of the order that asked for it."""
    book = with_room(book, t.begin[node + 1, c.LINES] - t.begin[node, c.LINES], 0, 0, 0)
    need = book.need[row]
    time, priority, kind, origin = need[b.TIME], need[b.PRIORITY], need[b.ORIGIN_KIND], need[b.ORIGIN]
    start = book.order[origin, b.START] if kind == 1 else time
    for line in range(t.begin[node, c.LINES], t.begin[node + 1, c.LINES]):
        amount = amount_of(t, book, line, short) if effective(t, line, start) else 0
        if amount > 0:
            add_need(book, t.line[line, c.COMPONENT], time, amount, priority, kind, origin, line, 0, row)
    move_need(book, row, short)
    return book


@compiled
def _bring_over(t: Tables, book: Book, node: int, row: int, short: int) -> tuple[Book, int]:
    """Plan transfers of free stock from the alternatives of a node, best first."""
    first, last = t.begin[node, c.OTHERS], t.begin[node + 1, c.OTHERS]
    if first == last or t.node[node, c.FENCE] > book.need[row, b.TIME]:
        return book, 0
    time, priority = book.need[row, b.TIME], book.need[row, b.PRIORITY]
    quantum = t.node[node, c.QUANTUM]
    limit = max(time, soonest(t, book, node, short))
    taken = 0
    for other in range(first, last):
        giver, lead = t.other[other, c.OTHER], t.other[other, c.OTHER_LEAD]
        due = time - t.node[node, c.SAFETY_TIME]
        start = max(due - lead, t.as_of)
        free = free_stock(t, book, giver, start) // quantum * quantum
        quantity = min(free, round_up(short - taken, quantum))
        if quantity <= 0 or start + lead > limit or giver == node:
            continue
        book = with_room(book, 1, 1, 0, 0)
        order = write_order(book, node, 2, quantity, start, due - lead, due, max(due, start + lead))
        late = 1 if due - lead < t.as_of else 0
        finish_order(book, order, -1, giver, other - first + 1, late, priority, book.count[b.STEPS])
        add_need(book, giver, start, quantity, priority, 1, order, -1, 0, -1)
        taken += quantity
        if taken >= short:
            break
    return book, taken


@compiled
def _substitute(t: Tables, book: Book, node: int, row: int, line: int, short: int) -> tuple[Book, int]:
    """Move part of a requirement to the substitutes of its BOM line, as far as they have free stock, best first."""
    first, last = t.first_substitute[line], t.first_substitute[line + 1]
    if first == last:
        return book, 0
    book = with_room(book, last - first, 0, 0, 0)
    need = book.need[row]
    time, priority, kind, origin = need[b.TIME], need[b.PRIORITY], need[b.ORIGIN_KIND], need[b.ORIGIN]
    quantum = t.node[node, c.QUANTUM]
    taken = 0
    for place in range(first, last):
        other = t.substitute[place]
        node_used, ratio = other[c.SUBSTITUTE], other[c.RATIO]
        if not (other[c.SUBSTITUTE_FROM] <= time < other[c.SUBSTITUTE_TO]) or taken >= short or node_used == node:
            continue
        free = free_stock(t, book, node_used, time)
        free -= free % t.node[node_used, c.QUANTUM]
        replaced = min(short - taken, divided_down(free, ratio))
        if replaced < short - taken:
            replaced -= replaced % quantum
        if replaced <= 0:
            continue
        used = round_up(scaled_up(replaced, ratio), t.node[node_used, c.QUANTUM])
        add_need(book, node_used, time, used, priority, kind, origin, line, place - first + 1, row)
        move_need(book, row, replaced)
        taken += replaced
    return book, taken


@compiled
def plan_lots(t: Tables, book: Book, work: Work, node: int, nets: int) -> Book:
    """Cut the net requirements of a node into lots by its rule and place an order for each."""
    n = t.node[node]
    rule = n[c.LOT_RULE]
    minimum, maximum, multiple = limits(t, node)
    due, net = work.due[:nets], work.net[:nets]
    cost = _order_cost(t, node)
    holding = t.node_real[node, c.HOLDING_COST] / (1_000_000.0 * DAY)
    if rule == lots.ECONOMIC_QUANTITY:
        best = lots.economic_quantity(due, net, cost[0], holding, DAY)
        minimum = max(minimum, lots.next_lot(best, minimum, maximum, multiple))
    groups = lots.group_starts(rule, due, net, cost, holding, n[c.PERIOD], DAY, work.start)
    work.start[groups] = nets
    over = 0
    for group in range(groups):
        first, last = work.start[group], work.start[group + 1]
        missing = net[first:last].sum() - over
        priority = work.rank[first:last].min()
        while missing > 0:
            lot = lots.next_lot(missing, minimum, maximum, multiple)
            book = place_order(t, book, node, lot, due[first], priority, due[first] == n[c.FENCE] > LONG_AGO)
            missing -= lot
        over = -missing
    return book


@compiled
def _order_cost(t: Tables, node: int) -> Floats:
    return np.full(1, t.node_real[node, c.ORDER_COST])
