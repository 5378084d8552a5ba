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
        self.open: dict[tuple[int, ...], Openings] = {}

    def openings(self, o: int) -> Openings:
        """Give when the unit and all members of an operation are open together."""
        unit = self.unit[o]
        own = self.shop.unit_calendar[unit] if unit >= 0 else self.shop.mode_calendar[self.mode[o]]
        known = self.shop.member_calendar
        calendars = {own} | {known[m] for m in self.members[o] if 0 <= m < len(known)}
        return self._together(tuple(sorted(calendars - {-1})))

    def _together(self, calendars: tuple[int, ...]) -> Openings:
        if calendars not in self.open:
            together = Openings([(-_FOREVER, _FOREVER)])
            for calendar in calendars:
                starts, ends = self.shop.time.intervals(calendar)
                together = together.both(Openings(list(zip(starts.tolist(), ends.tolist(), strict=True))))
            self.open[calendars] = together
        return self.open[calendars]


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
    lines = _lines(case)
    _judge_units(case, lines)
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
        family = case.shop.unit_family[unit]
        for o in line:
            own = case.shop.family[o]
            if own < 0:
                continue
            if matrix >= 0 and family >= 0 and case.fixed[o] < 0:
                case.setup[o] += int(case.shop.setup_matrix[matrix, family, own])
            family = own
    return lines


def _judge_units(case: _Case, lines: dict[int, list[int]]) -> None:
    for unit, line in lines.items():
        _judge_apart(case, line, f"unit {unit}")


def _judge_apart(case: _Case, line: Iterable[int], what: str) -> None:
    """See that what follows begins when all before it has ended; what is fixed may be given as it is."""
    last = -1
    for o in line:
        if last >= 0 and case.start[o] < case.finish[last] and (case.fixed[o] < 0 or case.fixed[last] < 0):
            case.wrong.append(rules.OVERLAP.at("", f"{last} and {o}", "start", what))
        if last < 0 or case.finish[o] > case.finish[last]:
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
    work = case.setup[o] + case.minutes[o]
    openings = case.openings(o)
    ends = openings.end_of(start, work)
    if finish != ends and not (case.ahead and finish > ends):  # a machine that is set up ahead may wait for the job
        case.wrong.append(rules.MINUTES.at("", o, "finish", finish, must=ends))
    if work and case.fixed[o] < 0:
        if openings.at(start) < 0:
            case.wrong.append(rules.CLOSED.at("", o, "start", start))
        elif not case.shop.pausable[o] and openings.at(start) != openings.at(finish - 1):
            case.wrong.append(rules.PAUSE.at("", o))


def _judge_arc(case: _Case, o: int, arc: int) -> None:
    """See that an operation waits for one before it."""
    first = case.shop.pred_op[arc]
    lag, overlap = case.shop.pred_lag[arc], case.shop.pred_overlap[arc]
    waits = case.finish[o] - case.minutes[o] if case.ahead else case.start[o]
    ready = case.finish[first] + lag
    if overlap < 0:
        if waits < ready:
            case.wrong.append(rules.PRECEDENCE.at("", o, "start", waits, must=ready, first=first))
        return
    out = case.openings(first).end_of(case.start[first], case.setup[first] + min(overlap, case.minutes[first])) + lag
    if case.start[o] < out:
        case.wrong.append(rules.PRECEDENCE.at("", o, "start", case.start[o], must=out, first=first))
    tail = min(max(case.shop.pred_tail[arc], 1), case.setup[o] + case.minutes[o])
    if case.finish[o] < ready or case.openings(o).between(ready, case.finish[o]) < tail:
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
    held = case.members[o]
    fits = len(set(held)) == len(held) == len(wanted) and all(
        member in shop.group_member[shop.group_pointer[group] : shop.group_pointer[group + 1]]
        for group, member in zip(wanted, held, strict=True)
    )
    if not fits:
        case.wrong.append(rules.CREW.at("", o, "member", f"members {held}", must=f"one of each of the groups {wanted}"))


def _judge_members(case: _Case) -> None:
    lines: dict[int, list[int]] = defaultdict(list)
    for o in sorted(range(len(case.start)), key=lambda o: (case.start[o], case.finish[o])):
        if case.finish[o] > case.start[o]:
            for member in case.members[o]:
                lines[member].append(o)
    for member, line in lines.items():
        _judge_apart(case, line, f"member {member}")


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
    worth = float(max(case.finish, default=0)) if instance.objective == "makespan" else 0.0
    shop = case.shop
    for sink, due in enumerate(shop.sink_due):
        own = range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])
        complete = max([shop.sink_release[sink], *(case.finish[shop.sink_op[k]] + shop.sink_lag[k] for k in own)])
        if case.schedule.sink_finish[sink] != complete:
            told = int(case.schedule.sink_finish[sink])
            case.wrong.append(rules.SINK.at("", sink, "sink_finish", told, must=complete))
        if instance.objective == "weighted_tardiness":
            worth += float(shop.sink_weight[sink]) * max(complete - due, 0)
    return worth
