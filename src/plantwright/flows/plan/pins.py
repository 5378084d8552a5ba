"""Where fixed operations can stay: a unit does one at a time, and nothing starts in closed time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.steps import NO, Steps
from plantwright.methods.scheduling import Shop
from plantwright.methods.working_time import NEVER, finish_times, open_times

MOST_MOVES = 1_000
"""So often the start of one operation is moved on before it is taken as it is."""


def settle_pins(shop: Shop, steps: Steps, as_of: int) -> Shop:
    """Move the fixed starts that cannot be kept on to the first moment at which they can.

    What has started goes on; then come what people have pinned and what a plan in force starts within the frozen
    zone. A pin in closed time, or while its units do other fixed work, or while too few people are at work, waits
    until that is over. What the plan in force has laid on a unit stays there as long as no pin needs it; it is free
    where its material or the operation before it comes too late.

    Parameters
    ----------
    shop : the finite shop with its fixed operations
    steps : the operations of the shop
    as_of : moment of the plan, before which nothing starts

    Returns
    -------
    The shop with other fixed starts and units; it is the same where nothing is fixed. Cost: a few searches for each
    fixed operation.
    """
    fixed = np.flatnonzero(shop.fixed_start != NO)
    pinned = fixed[steps.started[fixed] < 0]
    if not len(pinned):
        return shop
    floor = _Floor(shop, shop.fixed_start.copy(), shop.fixed_unit.copy())
    frozen = {int(one): floor.unit_at(int(one), int(steps.unit[one])) for one in pinned if steps.unit[one] >= 0}
    for one in fixed[steps.started[fixed] >= 0].tolist():
        floor.take(one, int(floor.start[one]), int(floor.unit[one]))
    for one in sorted((one for one in pinned.tolist() if one not in frozen), key=lambda one: int(steps.pinned[one])):
        floor.settle(one, max(int(steps.pinned[one]), as_of), floor.units_for(one, avoided=set(frozen.values())))
    for one in sorted(frozen, key=lambda one: int(steps.pinned[one])):
        if not floor.is_ready(one, int(steps.pinned[one])):
            floor.start[one] = floor.unit[one] = NO
            continue
        others = [unit for unit in floor.units_for(one, avoided=set()) if unit != frozen[one]]
        floor.settle(one, int(steps.pinned[one]), [frozen[one], *others])
    return replace(shop, fixed_start=floor.start, fixed_unit=floor.unit)


@dataclass
class _Floor:
    """What fixed operations hold: stretches of time by unit and by person or tool."""

    shop: Shop
    start: Ints
    unit: Ints
    units: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    members: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    finish: dict[int, int] = field(default_factory=dict)

    def center(self, one: int) -> int:
        """Give the work center that an operation is fixed to; -1 for none."""
        return int(self.shop.mode_center[self.shop.mode_pointer[one]])

    def unit_at(self, one: int, place: int) -> int:
        """Give the unit at a place of the work center, or the one that was chosen where there is none."""
        center = self.center(one)
        first, end = (self.shop.unit_pointer[center], self.shop.unit_pointer[center + 1]) if center >= 0 else (0, 0)
        return int(first + place) if first + place < end else int(self.unit[one])

    def units_for(self, one: int, avoided: set[int]) -> list[int]:
        """Give the units that may do an operation, those to be avoided last; -1 alone where it needs none."""
        center = self.center(one)
        if center < 0:
            return [NO]
        units = range(int(self.shop.unit_pointer[center]), int(self.shop.unit_pointer[center + 1]))
        return sorted(units, key=lambda unit: (unit in avoided, unit))

    def is_ready(self, one: int, start: int) -> bool:
        """Say whether what is bought, and the fixed operations before it, let an operation start at a moment.

        Operations before it that were frozen and could not stay are free by now, so it cannot count on them.
        """
        shop = self.shop
        arcs = range(int(shop.pred_pointer[one]), int(shop.pred_pointer[one + 1]))
        before = [(int(shop.pred_op[arc]), int(shop.pred_lag[arc])) for arc in arcs if shop.pred_overlap[arc] < 0]
        fixed = [(other, lag) for other, lag in before if shop.fixed_start[other] != NO]
        done = all(self.start[other] != NO and self.finish.get(other, NEVER) + lag <= start for other, lag in fixed)
        return done and int(shop.release[one]) <= start

    def settle(self, one: int, wanted: int, units: list[int]) -> None:
        """Put an operation on the unit where it can start first, the first of the list if several can."""
        best = min(units, key=lambda unit: self._first(one, unit, wanted))
        self.take(one, self._first(one, best, wanted), best)

    def take(self, one: int, start: int, unit: int) -> None:
        """Hold the unit, and people and tools, from a start on."""
        self.start[one], self.unit[one] = start, unit
        span = (start, self._finish(one, unit, start))
        self.finish[one] = span[1]
        if unit >= 0:
            self.units.setdefault(unit, []).append(span)
        for members, count in self._needs(one):
            for member in sorted(members, key=lambda who: (self._there(who, start, span[1]), who))[:count]:
                self.members.setdefault(member, []).append(span)

    def _first(self, one: int, unit: int, moment: int) -> int:
        """Give the first start from a moment on at which everything that the operation needs is open and free."""
        for _ in range(MOST_MOVES):
            finish = self._finish(one, unit, moment)
            after = moment if unit < 0 else self._open(int(self.shop.unit_calendar[unit]), moment)
            after = max(after, _free_from(self.units.get(unit, []), moment, finish))
            for members, count in self._needs(one):
                there = sorted(self._there(member, moment, finish) for member in members)
                after = max(after, there[count - 1] if len(there) >= count else moment)
            if after <= moment or after >= NEVER // 2:
                break
            moment = after
        return moment

    def _there(self, member: int, moment: int, finish: int) -> int:
        busy = _free_from(self.members.get(member, []), moment, finish)
        return self._open(int(self.shop.member_calendar[member]), busy)

    def _open(self, calendar: int, moment: int) -> int:
        return int(open_times(self.shop.time, [calendar], [moment])[0]) if calendar >= 0 else moment

    def _finish(self, one: int, unit: int, start: int) -> int:
        mode = self.shop.mode_pointer[one]
        minutes = int(self.shop.mode_setup[mode] + self.shop.mode_minutes[mode])
        calendar = int(self.shop.unit_calendar[unit]) if unit >= 0 else NO
        return int(finish_times(self.shop.time, [calendar], [start], [minutes])[0])

    def _needs(self, one: int) -> list[tuple[list[int], int]]:
        """Give the groups that an operation needs, and how many of each."""
        shop = self.shop
        if not len(shop.need_group):
            return []
        found = []
        for need in range(int(shop.need_pointer[one]), int(shop.need_pointer[one + 1])):
            group = int(shop.need_group[need])
            members = shop.group_member[shop.group_pointer[group] : shop.group_pointer[group + 1]]
            found.append((members.tolist(), int(shop.need_count[need])))
        return found


def _free_from(busy: list[tuple[int, int]], start: int, finish: int) -> int:
    """Give when what is busy in a stretch is free again; the start where it is free throughout."""
    return max((end for begin, end in busy if begin < max(finish, start + 1) and end > start), default=start)
