"""The rules of a shop."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from plantwright.core.problem import Problem
from plantwright.instances import rules
from plantwright.instances.instance import Instance
from plantwright.methods.scheduling import Schedule, Shop

_FOREVER = 2**60
Spans = list[tuple[int, int]]


class Openings:
    """When something is open: spans in order that do not touch."""

    def __init__(self, spans: Spans) -> None:
        self.spans = spans
        self.starts = [start for start, _ in spans]

    def at(self, moment: int) -> int:
        """Give the place of the span that holds a moment, or -1."""
        place = bisect_right(self.starts, moment) - 1
        return place if place >= 0 and moment < self.spans[place][1] else -1

    def end_of(self, moment: int, minutes: int) -> int:
        """Give when work of so many minutes from a moment on is done."""
        if minutes <= 0:
            return moment
        place = max(bisect_right(self.starts, moment) - 1, 0)
        for at in range(place, len(self.spans)):
            start, end = self.spans[at]
            begin = max(start, moment)
            if begin < end:
                if minutes <= end - begin:
                    return begin + minutes
                minutes -= end - begin
        return _FOREVER

    def between(self, moment: int, until: int) -> int:
        """Give the open minutes from a moment until another."""
        first = max(bisect_right(self.starts, moment) - 1, 0)
        last = bisect_right(self.starts, until)
        return sum(max(min(end, until) - max(start, moment), 0) for start, end in self.spans[first:last])

    def both(self, other: Openings) -> Openings:
        """Give when both are open."""
        spans, here, there = [], 0, 0
        while here < len(self.spans) and there < len(other.spans):
            (start, end), (begin, close) = self.spans[here], other.spans[there]
            if max(start, begin) < min(end, close):
                spans.append((max(start, begin), min(end, close)))
            here, there = (here + 1, there) if end < close else (here, there + 1)
        return Openings(spans)


class _Case:
    """A schedule of a shop as plain lists, and what is wrong with it."""

    def __init__(self, instance: Instance, schedule: Schedule) -> None:
        self.shop = _plain(instance.shop)
        self.ahead = instance.setup_ahead
        self.schedule = schedule
        self.wrong: list[Problem] = []
        self.start = schedule.start.tolist()
        self.finish = schedule.finish.tolist()
        self.mode = schedule.mode.tolist()
        self.unit = schedule.unit.tolist()
        self.fixed: list[int] = self.shop.fixed_start
        self.minutes = [self.shop.mode_minutes[mode] for mode in self.mode]
        self.own_setup = [self.shop.mode_setup[mode] for mode in self.mode]
        self.setup = list(self.own_setup)
        self.told_setup = schedule.setup.tolist()
        pointer = schedule.member_pointer.tolist()
        held = schedule.member.tolist()
        self.members = [held[a:b] for a, b in pairwise(pointer)]
        self.in_setup = _seats_in_setup(self.shop, self.members)
        self.batch = [[o] for o in range(len(self.start))]
        self.open: dict[tuple[int, ...], Openings] = {}

    def calendars(self, o: int, *, in_setup: bool) -> set[int]:
        """Give the calendars of the unit and of the members of an operation, those of the set-up alone or the rest."""
        unit = self.unit[o]
        known = self.shop.member_calendar
        seats = zip(self.members[o], self.in_setup[o], strict=False)
        found = {known[m] for m, only in seats if 0 <= m < len(known) and only == in_setup}
        own = self.shop.unit_calendar[unit] if unit >= 0 else self.shop.mode_calendar[self.mode[o]]
        return found - {-1} if in_setup else (found | {own}) - {-1}

    def openings(self, o: int) -> Openings:
        """Give when the units and members that the batch of an operation holds to its end are open together."""
        return self._together(tuple(sorted(set().union(*(self.calendars(q, in_setup=False) for q in self.batch[o])))))

    def setup_openings(self, o: int) -> Openings:
        """Give when they and those who help at the set-up of the operation are open together."""
        helpers = self.calendars(o, in_setup=True)
        if not helpers:
            return self.openings(o)
        all_of = helpers.union(*(self.calendars(q, in_setup=False) for q in self.batch[o]))
        return self._together(tuple(sorted(all_of)))

    def ready(self, o: int) -> int:
        """Give when the set-up of an operation is done."""
        return self.setup_openings(o).end_of(self.start[o], self.setup[o])

    def regular(self, o: int, *, in_setup: bool = False) -> Openings | None:
        """Give when they are together in the regular hours of the unit, with helpers or not; None: all are regular."""
        own = self.shop.unit_regular[self.unit[o]] if self.unit[o] >= 0 else -1
        if own < 0:
            return None
        held = [self.calendars(q, in_setup=False) for q in self.batch[o]]
        helpers = self.calendars(o, in_setup=True) if in_setup else set()
        return self._together(tuple(sorted({own}.union(helpers, *held))))

    def latest_end(self, o: int) -> int:
        """Give when an operation ends that rests in all overtime; at once where there is none, or it may not pause."""
        run, whole = self.regular(o), self.regular(o, in_setup=True)
        if run is None or whole is None or not (self.shop.pausable[o] or self.fixed[o] >= 0):
            return self.openings(o).end_of(self.ready(o), self.minutes[o])
        return run.end_of(whole.end_of(self.start[o], self.setup[o]), self.minutes[o])

    def overtime(self, o: int) -> float:
        """Give what the batch of an operation costs in overtime: its minutes beyond the regular ones of its span."""
        regular = self.regular(o)
        if regular is None or self.batch[o][0] != o:
            return 0.0
        work = max(self.setup[q] + self.minutes[q] for q in self.batch[o])
        extra = max(work - regular.between(self.start[o], self.finish[o]), 0)
        cost: float = self.shop.overtime_rate[self.unit[o]] * extra
        return cost

    def worked(self, o: int, moment: int, until: int) -> int:
        """Give the minutes from a moment until another in which an operation makes progress."""
        ready = self.ready(o)
        before = self.setup_openings(o).between(moment, min(ready, until))
        return before + self.openings(o).between(max(ready, moment), until)

    def _together(self, calendars: tuple[int, ...]) -> Openings:
        if calendars not in self.open:
            together = Openings([(-_FOREVER, _FOREVER)])
            for calendar in calendars:
                starts, ends = self.shop.time.intervals(calendar)
                together = together.both(Openings(list(zip(starts.tolist(), ends.tolist(), strict=True))))
            self.open[calendars] = together
        return self.open[calendars]


def _seats_in_setup(shop: Any, members: list[list[int]]) -> list[list[bool]]:
    """Give of each place of each crew whether it is held in the set-up only."""
    rows = []
    for o in range(len(members)):
        needs = range(shop.need_pointer[o], shop.need_pointer[o + 1])
        rows.append([shop.need_in_setup[need] for need in needs for _ in range(shop.need_count[need])])
    return rows


def _plain(shop: Shop) -> Any:
    """Give the shop with its rows as lists, which plain Python reads faster."""
    values = {field.name: getattr(shop, field.name) for field in fields(shop)}
    rows = {name: value.tolist() for name, value in values.items() if isinstance(value, np.ndarray) and value.ndim == 1}
    return SimpleNamespace(**values | rows)


def shop_faults(instance: Instance, schedule: Schedule) -> tuple[list[Problem], float | None]:
    """List every rule that is broken, and give the objective."""
    wrong = _shape_faults(instance.shop, schedule) or _mode_faults(_plain(instance.shop), schedule)
    if wrong:
        return wrong, None
    case = _Case(instance, schedule)
    lines, until = _lines(case), _held_until(case)
    for unit, line in lines.items():
        _judge_apart(case, line, f"unit {unit}", until)
        _judge_batches(case, unit, line)
    for o in range(len(case.start)):
        _judge_times(case, o)
        _judge_crew(case, o)
        if case.fixed[o] < 0:
            for arc in range(case.shop.pred_pointer[o], case.shop.pred_pointer[o + 1]):
                _judge_arc(case, o, arc)
    _judge_members(case)
    if instance.permutation:
        _judge_order(case)
    return case.wrong, _objective(case, instance)


def _shape_faults(shop: Shop, schedule: Schedule) -> list[Problem]:
    n = shop.operations
    lengths = {name: (len(getattr(schedule, name)), n) for name in ("start", "finish", "setup", "mode", "unit")}
    lengths["member_pointer"] = (len(schedule.member_pointer), n + 1)
    lengths["sink_finish"] = (len(schedule.sink_finish), len(shop.sink_due))
    return [rules.SHAPE.at("", "", name, told, must=must) for name, (told, must) in lengths.items() if told != must]


def _mode_faults(shop: Any, schedule: Schedule) -> list[Problem]:
    """See that each operation is placed, in a mode and on a unit of its own."""
    wrong = []
    start, finish = schedule.start.tolist(), schedule.finish.tolist()
    for o, (mode, unit) in enumerate(zip(schedule.mode.tolist(), schedule.unit.tolist(), strict=True)):
        if abs(start[o]) >= _FOREVER or abs(finish[o]) >= _FOREVER:
            wrong.append(rules.UNPLACED.at("", o))
        elif not shop.mode_pointer[o] <= mode < shop.mode_pointer[o + 1]:
            wrong.append(rules.MODE.at("", o, "mode", mode))
        else:
            center = shop.mode_center[mode]
            low, high = (shop.unit_pointer[center], shop.unit_pointer[center + 1]) if center >= 0 else (-1, 0)
            if not low <= unit < high:
                wrong.append(rules.UNIT.at("", o, "unit", unit))
    return wrong


def _lines(case: _Case) -> dict[int, list[int]]:
    """Give the operations that take time on each unit, in their order; and note the changes of family they need."""
    lines: dict[int, list[int]] = defaultdict(list)
    for o in sorted(range(len(case.start)), key=lambda o: (case.start[o], case.finish[o])):
        if case.unit[o] >= 0 and case.minutes[o] + case.own_setup[o] > 0:
            lines[case.unit[o]].append(o)
    for unit, line in lines.items():
        matrix = case.shop.center_matrix[case.shop.unit_center[unit]]
        before = family = case.shop.unit_family[unit]
        if case.shop.center_capacity[case.shop.unit_center[unit]] > 1:
            _note_batches(case, line)
        for o in line:
            own = case.shop.family[o]
            if case.batch[o][0] == o:
                before = family
            if own < 0:
                continue
            if matrix >= 0 and before >= 0 and case.fixed[o] < 0:
                case.setup[o] += int(case.shop.setup_matrix[matrix, before, own])
            family = own
    return lines


def _note_batches(case: _Case, line: list[int]) -> None:
    """Note which operations begin together on a unit that does several at once."""
    for o, other in pairwise(line):
        if case.start[o] == case.start[other]:
            case.batch[o].append(other)
            case.batch[other] = case.batch[o]


def _judge_batches(case: _Case, unit: int, line: list[int]) -> None:
    """See that a batch is of one kind and not too large; what is fixed may be given as it is."""
    shop = case.shop
    capacity = shop.center_capacity[shop.unit_center[unit]]
    for o in line:
        batch = case.batch[o]
        if batch[0] != o or len(batch) == 1 or all(case.fixed[q] >= 0 for q in batch):
            continue
        kinds = {(shop.batch_family[q], shop.family[q]) for q in batch}
        size = sum(shop.size[q] for q in batch)
        if len(kinds) > 1 or shop.batch_family[o] < 0:
            case.wrong.append(rules.BATCH.at("", batch, "batch_family", "operations that do not go together"))
        if size > capacity:
            case.wrong.append(rules.BATCH.at("", batch, "size", f"size {size}, more than {capacity}"))


def _held_until(case: _Case) -> list[int]:
    """Give until when each operation holds its unit: to its finish, or to the last start it is blocked for."""
    until = list(case.finish)
    shop = case.shop
    for o in range(len(until)):
        for arc in range(shop.pred_pointer[o], shop.pred_pointer[o + 1]):
            first = shop.pred_op[arc]
            if shop.blocking[first]:
                until[first] = max(until[first], case.start[o])
    return until


def _judge_apart(case: _Case, line: Iterable[int], what: str, until: list[int]) -> None:
    """See that what follows begins when all before it has left; what is fixed may be given as it is."""
    last = -1
    for o in line:
        apart = last < 0 or (case.fixed[o] >= 0 and case.fixed[last] >= 0) or case.batch[o] is case.batch[last]
        if not apart and case.start[o] < until[last]:
            kind = rules.OVERLAP if case.start[o] < case.finish[last] else rules.BLOCKED
            case.wrong.append(kind.at("", f"{last} and {o}", "start", what, first=last))
        if last < 0 or until[o] > until[last]:
            last = o


def _judge_times(case: _Case, o: int) -> None:
    """See that an operation starts when it may, and lasts as long as its set-up and run take in open time."""
    start, finish = case.start[o], case.finish[o]
    if case.told_setup[o] != case.setup[o]:
        case.wrong.append(rules.SETUP.at("", o, "setup", case.told_setup[o], must=case.setup[o]))
    if case.fixed[o] >= 0:
        told, must = (start, case.unit[o]), (case.fixed[o], case.shop.fixed_unit[o])
        if told != must:
            case.wrong.append(
                rules.FIXED.at("", o, "start", f"{told[0]} on unit {told[1]}", must=f"{must[0]} on unit {must[1]}")
            )
    elif start < case.shop.release[o]:
        case.wrong.append(rules.RELEASE.at("", o, "start", start, must=case.shop.release[o]))
    if finish > case.shop.deadline[o]:
        case.wrong.append(rules.DEADLINE.at("", o, "finish", finish, must=case.shop.deadline[o]))
    openings = case.openings(o)
    ends = max(openings.end_of(case.ready(q), case.minutes[q]) for q in case.batch[o])
    latest = max(case.latest_end(q) for q in case.batch[o])  # later than at once where it rests in overtime
    rests = ends < finish <= latest and openings.at(finish - 1) >= 0
    if finish != ends and not rests and not (case.ahead and finish > ends):  # set up ahead, a machine may wait
        case.wrong.append(rules.MINUTES.at("", o, "finish", finish, must=ends))
    if case.setup[o] + case.minutes[o] and case.fixed[o] < 0:
        first = case.setup_openings(o) if case.setup[o] else openings
        if first.at(start) < 0:
            case.wrong.append(rules.CLOSED.at("", o, "start", start))
        elif not case.shop.pausable[o] and (
            openings.at(start) != openings.at(finish - 1) or case.ready(o) != start + case.setup[o]
        ):
            case.wrong.append(rules.PAUSE.at("", o))


def _judge_arc(case: _Case, o: int, arc: int) -> None:
    """See that an operation waits for one before it."""
    first = case.shop.pred_op[arc]
    lag, overlap = case.shop.pred_lag[arc], case.shop.pred_overlap[arc]
    waits = case.finish[o] - case.minutes[o] if case.ahead else case.start[o]
    ready = case.finish[first] + lag
    most = case.shop.pred_max_lag[arc]
    if most >= 0 and waits > case.finish[first] + most:
        must = case.finish[first] + most
        case.wrong.append(rules.MAX_LAG.at("", o, "start", waits, must=must, first=first))
    if overlap < 0:
        if waits < ready:
            case.wrong.append(rules.PRECEDENCE.at("", o, "start", waits, must=ready, first=first))
        return
    out = case.openings(first).end_of(case.ready(first), min(overlap, case.minutes[first])) + lag
    if case.start[o] < out:
        case.wrong.append(rules.PRECEDENCE.at("", o, "start", case.start[o], must=out, first=first))
    tail = min(max(case.shop.pred_tail[arc], 1), case.setup[o] + case.minutes[o])
    if case.finish[o] < ready or case.worked(o, max(ready, case.start[o]), case.finish[o]) < tail:
        must = case.openings(o).end_of(ready, tail)
        case.wrong.append(rules.PRECEDENCE.at("", o, "finish", case.finish[o], must=must, first=first))


def _judge_crew(case: _Case, o: int) -> None:
    """See that an operation holds as many members of each group as it needs, nobody twice."""
    shop = case.shop
    wanted = [
        shop.need_group[need]
        for need in range(shop.need_pointer[o], shop.need_pointer[o + 1])
        for _ in range(shop.need_count[need])
    ]
    seats = zip(wanted, case.in_setup[o], strict=True)
    needed = [-1 if only and case.setup[o] == 0 else group for group, only in seats]
    held = case.members[o]
    real = [member for member in held if member >= 0]
    fits = len(set(real)) == len(real) and len(held) == len(needed)
    fits = fits and all(
        member == -1
        if group < 0
        else member in shop.group_member[shop.group_pointer[group] : shop.group_pointer[group + 1]]
        for group, member in zip(needed, held, strict=True)
    )
    if not fits:
        case.wrong.append(rules.CREW.at("", o, "member", f"members {held}", must=f"one of each of the groups {needed}"))


def _judge_members(case: _Case) -> None:
    """See that everyone does one thing at a time; who helps at a set-up is free after it."""
    lines: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for o in range(len(case.start)):
        for member, only in zip(case.members[o], case.in_setup[o], strict=False):
            end = case.ready(o) if only else case.finish[o]
            if end > case.start[o] and member >= 0:
                lines[member].append((case.start[o], end, o))
    for member, line in lines.items():
        until, last = -_FOREVER, -1
        for start, end, o in sorted(line):
            if start < until and (case.fixed[o] < 0 or case.fixed[last] < 0):
                case.wrong.append(rules.OVERLAP.at("", f"{last} and {o}", "start", f"member {member}"))
            if end > until:
                until, last = end, o


def _judge_order(case: _Case) -> None:
    """See that one order of the jobs is kept on all machines: nothing of a later job comes first anywhere."""
    shop = case.shop
    count = len(case.start)
    roots = [o for o in range(count) if shop.pred_pointer[o] == shop.pred_pointer[o + 1]]
    ends = [*roots[1:], count]
    jobs = [list(range(first, end)) for first, end in zip(roots, ends, strict=True)]
    line = sorted(jobs, key=lambda job: [(case.start[o], case.finish[o]) for o in job])
    for one, other in pairwise(line):
        for before, after in zip(one, other, strict=True):
            if case.start[after] < case.start[before] or case.finish[after] < case.finish[before]:
                machine, first = case.unit[after], case.unit[roots[0]]
                case.wrong.append(rules.ORDER.at("", f"{before} and {after}", "unit", machine, first=first))


def _objective(case: _Case, instance: Instance) -> float:
    """Count the objective from the finishes."""
    terms = instance.objective.split("+")
    worth = float(max(case.finish, default=0)) if "makespan" in terms else 0.0
    worth += sum(case.overtime(o) for o in range(len(case.start))) if "overtime" in terms else 0.0
    shop = case.shop
    for sink, due in enumerate(shop.sink_due):
        own = range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])
        complete = max([shop.sink_release[sink], *(case.finish[shop.sink_op[k]] + shop.sink_lag[k] for k in own)])
        if case.schedule.sink_finish[sink] != complete:
            told = int(case.schedule.sink_finish[sink])
            case.wrong.append(rules.SINK.at("", sink, "sink_finish", told, must=complete))
        if "weighted_tardiness" in terms:
            worth += float(shop.sink_weight[sink]) * max(complete - due, 0)
    return worth
