"""One question tried: what is free is used, the rest is bought, brought or made in the free time of the schedule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from plantwright.core import wording
from plantwright.core.reader import say
from plantwright.flows.plan.steps import NO
from plantwright.flows.promise.known import Known, Line, Mode, Operation, Supply
from plantwright.methods.lot_sizing.kernel import next_lot
from plantwright.methods.requirements import NodeKind
from plantwright.methods.requirements.exact import SCALE, round_up, with_loss
from plantwright.methods.requirements.formula import STACK, formula_quantity
from plantwright.methods.scheduling.placing import FreeTime, earliest_place, free_together, taken
from plantwright.methods.working_time import NEVER, finish_times, open_times

Waits = tuple[tuple[int, int], ...]
"""Rows of a chain, each with the minutes that must pass after it."""


class Got(NamedTuple):
    """When something is there, the row of the chain that comes last (-1 for none), and all rows that it waits for."""

    moment: int
    row: int = NO
    waits: Waits = ()

    def later(self, minutes: int) -> Got:
        """Give the same, so many minutes later."""
        return Got(self.moment + minutes, self.row, tuple((row, lag + minutes) for row, lag in self.waits))


def last_of(gots: Iterable[Got]) -> Got:
    """Give when the last of several is there; it waits for the rows of all."""
    every = list(gots)
    last = max(every, key=lambda one: one[:2])
    return Got(last.moment, last.row, tuple(dict.fromkeys(wait for one in every for wait in one.waits)))


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the chain; `behind` is the row that it waits for longest, `waits` are all of them."""

    level: int
    item: str
    what: str
    name: str
    quantity: int
    start: int
    finish: int
    text: str
    behind: int = NO
    unit: int = NO
    crew: tuple[int, ...] = ()
    waits: Waits = ()


@dataclass
class Trial:
    """What one question has used so far; the schedule and the stock in force stay as they are.

    Parameters
    ----------
    known : what is looked up
    left : by node, what is still free; nodes that were not asked are as in `known`
    free : by unit, its free time with what this question has placed
    rows : the chain
    """

    known: Known
    left: dict[int, tuple[Supply, ...]] = field(default_factory=dict)
    free: dict[int, FreeTime] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def get(self, node: int, quantity: int, level: int = 1) -> Got:
        """Get a quantity as early as possible: from stock, else from free receipts or new orders, whichever is sooner.

        New orders are tried for all that the stock lacks; then free receipts that come before those take their part.
        """
        have, first = self._take(node, quantity, self.known.as_of, level)
        missing = quantity - have
        if missing <= 0:
            return first
        before = self._state()
        new = self._new(node, missing, level)
        after = self._state()
        coming = sum(one.quantity for one in before[0].get(node, self._free(node)) if one.time < new.moment)
        if coming:
            self._back(before)
            have, receipt = self._take(node, missing, new.moment - 1, level)
            rest = self._new(node, missing - have, level) if have < missing else receipt
            both = last_of((receipt, rest))
            if both.moment <= new.moment:
                return last_of((first, both))
            self._back(after)
        return last_of((first, new))

    def _state(self) -> tuple[dict[int, tuple[Supply, ...]], dict[int, FreeTime], list[Row]]:
        return dict(self.left), dict(self.free), list(self.rows)

    def _back(self, state: tuple[dict[int, tuple[Supply, ...]], dict[int, FreeTime], list[Row]]) -> None:
        self.left, self.free, self.rows = dict(state[0]), dict(state[1]), list(state[2])

    def _add(self, row: Row) -> Got:
        """Put a row into the chain; gives when it is done."""
        self.rows.append(row)
        number = len(self.rows) - 1
        return Got(row.finish, number, ((number, 0),))

    # --- what is there ----------------------------------------------------------------------------------------------

    def _free(self, node: int) -> tuple[Supply, ...]:
        return self.left.get(node, self.known.supplies.get(node, ()))

    def _take(self, node: int, quantity: int, until: int, level: int) -> tuple[int, Got]:
        """Take what is free by a moment; gives how much, and when the last of it is there."""
        kept, have, last = [], 0, Got(self.known.as_of)
        for one in self._free(node):
            amount = min(one.quantity, quantity - have) if one.time <= until else 0
            if amount < one.quantity:
                kept.append(Supply(one.time, one.quantity - amount, one.order))
            if amount:
                have += amount
                last = last_of((last, self._add(self._taken(node, one, amount, level))))
        if have:
            self.left[node] = tuple(kept)
        return have, last

    def _taken(self, node: int, one: Supply, amount: int, level: int) -> Row:
        what, text = ("stock", say("is in stock and serves nobody"))
        if one.order:
            what, text = "receipt", say("comes with {order} and serves nobody", order=one.order)
        return Row(level, self.known.items[node], what, one.order, amount, one.time, one.time, text)

    # --- what is new ------------------------------------------------------------------------------------------------

    def _new(self, node: int, quantity: int, level: int) -> Got:
        """Get a quantity by new orders, lot by lot; what the last lot has too much is free for others."""
        kind = self.known.planning.kind[node]
        if kind == NodeKind.PHANTOM:
            return last_of((Got(self.known.as_of), *(got for _, got in self._parts(node, quantity, level))))
        if kind == NodeKind.NONE:
            return self._add(self._nowhere(node, quantity, level))
        get = {NodeKind.BUY: self._buy, NodeKind.TRANSFER: self._bring}.get(NodeKind(kind), self._make)
        smallest, largest, multiple = self.known.limits(node)
        missing, last = quantity, Got(self.known.as_of)
        while missing > 0 and last.moment < NEVER:
            lot = int(next_lot(missing, smallest, largest, multiple))
            got = get(node, lot, level)
            last = last_of((last, got._replace(moment=max(got.moment, self.known.planning.fence[node]))))
            missing -= lot
        if missing < 0 and last.moment < NEVER:
            self.left[node] = tuple(sorted([*self._free(node), Supply(last.moment, -missing)], key=lambda s: s.time))
        return last

    def _nowhere(self, node: int, quantity: int, level: int) -> Row:
        text = say("is neither made nor bought nor brought here")
        return Row(level, self.known.items[node], "missing", "", quantity, NEVER, NEVER, text)

    def _buy(self, node: int, lot: int, level: int) -> Got:
        """Buy a lot now, by the lead time of the offer that holds for it."""
        offers = self.known.offers.get(node, ())
        begin = self.known.as_of
        if not offers:
            return self._by_lead(node, lot, level, Got(begin), "purchase", say("is ordered now"))
        fitting = [one for one in offers if one.from_quantity <= lot]
        offer = fitting[-1] if fitting else offers[0]
        comes = max(begin + offer.lead, self.known.planning.fence[node])
        comes = int(open_times(self.known.n.clocks.time, [offer.calendar], [comes])[0])
        text = say("is ordered now from {supplier}", supplier=offer.supplier)
        return self._add(Row(level, self.known.items[node], "purchase", offer.supplier, lot, begin, comes, text))

    def _by_lead(self, node: int, lot: int, level: int, ready: Got, what: str, text: str) -> Got:
        """Let an order take the lead time that stands at the item."""
        own = self.known.planning
        minutes = math.ceil(own.lead_fixed[node] + own.lead_per_unit[node] * lot / SCALE - 1e-9)
        calendar = own.lead_calendar[node]
        start = ready.moment
        finish = int(finish_times(self.known.n.clocks.time, [calendar], [start], [minutes])[0])
        item = self.known.items[node]
        return self._add(Row(level, item, what, "", lot, start, finish, text, ready.row, waits=ready.waits))

    def _bring(self, node: int, lot: int, level: int) -> Got:
        """Bring a lot from the site that supplies it, where it is got in turn."""
        giver = self.known.planning.supplying_node[node]
        if giver < 0:
            return self._add(self._nowhere(node, lot, level))
        there = self.get(giver, lot, level + 1)
        if there.moment >= NEVER:
            return there
        text = say("comes from {site}", site=self.known.sites[giver])
        return self._by_lead(node, lot, level, there, "transfer", text)

    # --- what is made -----------------------------------------------------------------------------------------------

    def _make(self, node: int, lot: int, level: int) -> Got:
        """Make a lot: its parts first, then each operation in the earliest gap that holds it."""
        known = self.known
        operations = known.operations.get(node, ())
        parts: dict[int, Got] = {}
        for place, got in self._parts(node, lot, level + 1):
            at = place if operations else NO
            parts[at] = last_of((parts.get(at, Got(known.as_of)), got))
        last = last_of((Got(known.as_of), *parts.values()))
        if last.moment >= NEVER:
            return last
        if not operations:
            return self._by_lead(node, lot, level, last, "lead time", say("takes its lead time"))
        ends: dict[int, Got] = {}
        whole = Got(known.as_of)
        for place, before in known.network(node):
            op = operations[place]
            waits = [ends[one].later(operations[one].move + op.queue) for one in before]
            own = [parts[at] for at in (place, *(() if before else (NO,))) if at in parts]
            ends[place] = self._run(node, op, lot, level, last_of([Got(known.as_of), *waits, *own]))
            whole = last_of((whole, ends[place]))
            if whole.moment >= NEVER:
                return whole
        if level == 1:  # what is delivered is ready when it is made; what is used inside is moved there first
            return whole
        return last_of(got.later(operations[place].move) for place, got in ends.items())

    def _parts(self, node: int, quantity: int, level: int, place: int | None = None) -> Iterator[tuple[int, Got]]:
        """Get what an order takes, each part with the place of the operation that takes it; phantoms pass it on."""
        for line in self.known.lines.get(node, ()):
            amount = self._amount(line, quantity)
            if amount <= 0:
                continue
            at = line.place if place is None else place
            if self.known.planning.kind[line.component] != NodeKind.PHANTOM:
                yield at, self.get(line.component, amount, level)
                continue
            have, got = self._take(line.component, amount, self.known.as_of, level)
            if have:
                yield at, got
            if have < amount:
                yield from self._parts(line.component, amount - have, level, at)

    def _amount(self, line: Line, quantity: int) -> int:
        """Give how much a line takes for an order, as the material plan does, if it holds now."""
        if not line.start <= self.known.as_of < line.end:
            return 0
        if line.formula >= 0:
            steps = self.known.formulas[line.formula].steps
            quantity = max(int(formula_quantity(steps, 0, steps.size, quantity, np.zeros(STACK))), 0)
        amount = int(with_loss(quantity, line.numerator, line.denominator, line.fixed, 0))
        if line.rounding > 0:
            amount = int(round_up(amount, line.rounding))
        return int(round_up(amount, self.known.planning.quantum[line.component]))

    def _run(self, node: int, op: Operation, lot: int, level: int, ready: Got) -> Got:
        """Put an operation into the earliest gap of any unit that can do it."""
        ways = [(mode, unit) for mode in op.modes for unit in self.known.units(mode.center)]
        alone = [
            (*self._place(op, mode, unit, lot, ready.moment)[::-1], number) for number, (mode, unit) in enumerate(ways)
        ]
        finish, start, number = NEVER, NEVER, NO
        crew: tuple[int, ...] = ()
        for soonest, _, one in sorted(alone):
            if soonest >= finish:
                break  # with people and tools it cannot be done sooner than without
            there, done, who = self._manned(op, *ways[one], lot, ready.moment)
            if done < finish:
                finish, start, number, crew = done, there, one, who
        mode, unit = ways[number] if number >= 0 else (None, NO)
        known = self.known
        name = known.n.centers["code"][mode.center] if mode is not None and mode.center >= 0 else ""
        for one in (unit, *crew):
            if one >= 0 and finish < NEVER:
                self.free[one] = taken(self._free_of(one), start, finish)
        text = say("has no room within the calendar") if finish >= NEVER else _waiting(start - ready.moment, name)
        what = f"{say('operation')} {op.sequence}"
        return self._add(
            Row(level, known.items[node], what, name, lot, start, finish, text, ready.row, unit, crew, ready.waits)
        )

    def _free_of(self, unit: int) -> FreeTime:
        return self.free[unit] if unit in self.free else self.known.free_of(unit)

    def _manned(self, op: Operation, mode: Mode, unit: int, lot: int, ready: int) -> tuple[int, int, tuple[int, ...]]:
        """Place an operation with its people and tools, chosen one by one: whoever lets it be done first."""
        crew: list[int] = []
        start, finish = self._place(op, mode, unit, lot, ready)
        if unit < 0:
            return start, finish, ()
        free = self._free_of(unit)
        for group, count in op.needs:
            for _ in range(count):
                best = (NEVER, NEVER, NO, free)
                for one in self.known.members[group]:
                    if one not in crew and best[0] > finish:
                        both = free_together(free, self._free_of(one))
                        begun, done = self._place(op, mode, unit, lot, ready, both)
                        best = min(best, (done, begun, one, both), key=lambda way: way[:3])
                finish, start, chosen, free = best
                if finish >= NEVER:
                    return NEVER, NEVER, ()
                crew.append(chosen)
        return start, finish, tuple(crew)

    def _place(
        self, op: Operation, mode: Mode, unit: int, lot: int, ready: int, free: FreeTime | None = None
    ) -> tuple[int, int]:
        amount = -(-lot // op.batch) if op.batch > 0 else lot / SCALE
        minutes = math.ceil(mode.setup + mode.run * amount - 1e-9)
        if unit < 0:
            return ready, ready + minutes
        change, after = self.known.change(mode.center, op.family)
        own = self._free_of(unit) if free is None else free
        return earliest_place(own, ready, minutes + change, after=after, pausable=op.pausable)


def _waiting(minutes: int, center: str) -> str:
    if minutes < 60:
        return say("begins as soon as all is there")
    days = wording.days(round(minutes / 1440, 1)) if minutes >= 1440 else wording.duration(minutes * 60_000)
    return say("begins {days} later, in the first gap on {center} that holds it", days=days, center=center)
