"""The whole of a shop as a model for CP-SAT: intervals on units, circuits where set-ups depend on the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.search.objective import Objective, first_release
from plantwright.methods.working_time import NEVER

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

NOT_STATED = problem_kind(
    "shop-not-exact",
    "The exact model does not state {what}, as {key} has.",
    "Search it, schedule it by rules, or leave that out.",
)
"""Something of the shop or of the objective is not in the exact model."""

TERMS = ("makespan", "weighted_tardiness", "number_late", "total_flow", "setup_minutes")


class Way(NamedTuple):
    """One way to do an operation: mode, unit, minutes without change of family, and whether it is taken."""

    mode: int
    unit: int
    minutes: int
    taken: Any


@dataclass
class Parts:
    """The variables of a model. What stands for an operation is in the order of operations.

    `begin` is when the run begins, or the set-up where it is part of the operation; `end` is the finish.
    """

    model: cp_model.CpModel
    shop: Shop
    ahead: bool
    horizon: int
    begin: list[Any] = field(default_factory=list)
    end: list[Any] = field(default_factory=list)
    ways: list[list[Way]] = field(default_factory=list)
    setup: list[Any] = field(default_factory=list)
    after: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    value: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    changes: list[tuple[int, Any]] = field(default_factory=list)
    late: dict[int, Any] = field(default_factory=dict)
    makespan: Any = None


def not_stated(shop: Shop, objective: Objective) -> list[Problem]:
    """List what the model cannot state; an empty list: it can state all of it. O(operations + arcs + modes)."""
    units = np.append(shop.unit_calendar, NO)
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    first = np.append(shop.unit_pointer, 0)[shop.mode_center]
    calendar = np.where(shop.mode_center >= 0, units[first], shop.mode_calendar)
    found = [
        NOT_STATED.at("", f"operation {o}", what=what)
        for what, where in (
            ("a crew", np.flatnonzero(np.diff(shop.need_pointer))),
            ("a fixed start", np.flatnonzero(shop.fixed_start != NO)),
            ("no family on a unit with set-ups", _without_family(shop, owner)),
            ("work that pauses when a calendar closes", np.unique(owner[(calendar != NO) & shop.pausable[owner]])),
        )
        for o in where
    ]
    if (shop.pred_overlap != NO).any():
        found.append(NOT_STATED.at("", "the shop", what="operations that overlap"))
    found += [
        NOT_STATED.at("", "the objective", what=f"the term {term.name}")
        for term in objective.terms
        if term.name not in TERMS
    ]
    if len({term.priority for term in objective.terms}) > 1:
        found.append(NOT_STATED.at("", "the objective", what="several priorities"))
    return found


def _without_family(shop: Shop, owner: Integers) -> Integers:
    matrix = np.append(shop.center_matrix, NO)[shop.mode_center]
    works = shop.mode_minutes + shop.mode_setup > 0
    return np.unique(owner[(matrix != NO) & works & (shop.family[owner] == NO)])


def circuit_arcs(shop: Shop) -> int:
    """Count the arcs of the circuits that the model would have."""
    units = sum(
        len(line) ** 2 for unit, line in _lines(shop).items() if shop.center_matrix[shop.unit_center[unit]] >= 0
    )
    return int(units)


def _lines(shop: Shop) -> dict[int, list[int]]:
    """List the operations that each unit may do."""
    lines: dict[int, list[int]] = defaultdict(list)
    for o in range(shop.operations):
        for _, unit, minutes in ways_of(shop, o):
            if unit >= 0 and minutes > 0:
                lines[unit].append(o)
    return lines


def ways_of(shop: Shop, o: int) -> Iterator[tuple[int, int, int]]:
    """Give mode, unit and minutes of each way to do an operation."""
    for mode in range(shop.mode_pointer[o], shop.mode_pointer[o + 1]):
        center = int(shop.mode_center[mode])
        minutes = int(shop.mode_setup[mode] + shop.mode_minutes[mode])
        units = range(shop.unit_pointer[center], shop.unit_pointer[center + 1]) if center >= 0 else (NO,)
        for unit in units:
            yield mode, int(unit), minutes


def build(shop: Shop, objective: Objective, hint: Schedule, *, ahead: bool, permutation: bool) -> Parts:
    """Make the model, with a schedule as hint."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to import, and seldom needed

    parts = Parts(cp_model.CpModel(), shop, ahead, _horizon(shop, objective, hint))
    for o in range(shop.operations):
        _operation(parts, o)
    _arcs(parts)
    lines = _lines(shop)
    for unit, line in lines.items():
        _one_at_a_time(parts, unit, line)
    if permutation:
        _same_order(parts)
    else:
        for unit, line in lines.items():
            _sequence(parts, unit, line)
    _objective(parts, objective)
    _hint(parts, hint)
    return parts


def _horizon(shop: Shop, objective: Objective, hint: Schedule) -> int:
    """Give a moment by which some best schedule ends: the hint for the makespan, else all work in a row."""
    if objective.only("makespan"):
        return int(hint.finish.max(initial=0))
    longest = np.maximum.reduceat(shop.mode_setup + shop.mode_minutes, shop.mode_pointer[:-1]).sum()
    change = int(shop.setup_matrix.max(initial=0)) * shop.operations
    row = int(shop.release.max(initial=0) + longest + change + shop.pred_lag.sum())
    if (shop.unit_calendar == NO).all():
        return max(row, int(hint.finish.max(initial=0)))
    return int(shop.time.end.max(initial=0))


def _operation(parts: Parts, o: int) -> None:
    """State the times of an operation and its ways."""
    model, shop = parts.model, parts.shop
    told = list(ways_of(shop, o))
    low = max(int(shop.release[o]), 0)
    begin = model.new_int_var(low, parts.horizon, f"b{o}")
    matrices = [unit for _, unit, _ in told if unit >= 0 and shop.center_matrix[shop.unit_center[unit]] >= 0]
    changes = bool(matrices) and not parts.ahead
    setup = model.new_int_var(0, int(shop.setup_matrix.max(initial=0)), f"u{o}") if changes else 0
    alike = len({minutes for _, _, minutes in told}) == 1 and not changes
    end = begin + told[0][2] if alike else model.new_int_var(low, parts.horizon, f"e{o}")
    ways = [Way(*way, True if len(told) == 1 else model.new_bool_var(f"w{o}_{k}")) for k, way in enumerate(told)]
    if len(ways) > 1:
        model.add_exactly_one(way.taken for way in ways)
    if alike:
        model.add(end <= parts.horizon)
    else:
        for way in ways:
            _if(model.add(end == begin + setup + way.minutes), way)
    for way in ways:
        _opening(parts, begin, way, 0)
    parts.begin.append(begin)
    parts.end.append(end)
    parts.setup.append(setup)
    parts.ways.append(ways)


def _if(constraint: Any, way: Way) -> None:
    if way.taken is not True:
        constraint.only_enforce_if(way.taken)


def _opening(parts: Parts, begin: Any, way: Way, more: int, also: Any = None) -> None:
    """Let work begin only where it fits into an opening together with `more` minutes of set-up."""
    calendar = int(parts.shop.unit_calendar[way.unit]) if way.unit >= 0 else int(parts.shop.mode_calendar[way.mode])
    if calendar == NO or way.minutes + more == 0:
        return
    from ortools.sat.python import cp_model  # noqa: PLC0415

    starts, ends = parts.shop.time.intervals(calendar)
    fits = (ends - starts >= way.minutes + more) & (starts <= parts.horizon)
    spans = np.stack([starts, ends - way.minutes - more], axis=1)[fits]
    domain = cp_model.Domain.from_intervals(spans.tolist())
    rule = parts.model.add_linear_expression_in_domain(begin, domain)
    conditions = [also] if also is not None else [way.taken] if way.taken is not True else []
    if conditions:
        rule.only_enforce_if(conditions)


def _arcs(parts: Parts) -> None:
    shop = parts.shop
    for o in range(shop.operations):
        for arc in range(shop.pred_pointer[o], shop.pred_pointer[o + 1]):
            parts.model.add(parts.begin[o] >= parts.end[int(shop.pred_op[arc])] + int(shop.pred_lag[arc]))


def _one_at_a_time(parts: Parts, unit: int, line: list[int]) -> None:
    """Keep the operations of a unit apart."""
    intervals = []
    for o in line:
        for way in parts.ways[o]:
            if way.unit == unit and way.minutes > 0:
                size = parts.setup[o] + way.minutes
                name = f"i{o}_{way.mode}_{unit}"
                if way.taken is True:
                    intervals.append(parts.model.new_interval_var(parts.begin[o], size, parts.end[o], name))
                else:
                    intervals.append(
                        parts.model.new_optional_interval_var(parts.begin[o], size, parts.end[o], way.taken, name)
                    )
    parts.model.add_no_overlap(intervals)


def _present(parts: Parts, o: int, unit: int) -> Any:
    """Give what tells whether an operation is on a unit."""
    taken = [way.taken for way in parts.ways[o] if way.unit == unit]
    if len(taken) == 1:
        return taken[0]
    present = parts.model.new_bool_var(f"p{o}_{unit}")
    parts.model.add(sum(taken) == present)
    return present


def _sequence(parts: Parts, unit: int, line: list[int]) -> None:
    """State the order on a unit whose set-ups depend on it, as a circuit through its operations."""
    if parts.shop.center_matrix[parts.shop.unit_center[unit]] < 0:
        return
    model = parts.model
    present = [_present(parts, o, unit) for o in line]
    arcs = [(node, node, lit.negated()) for node, lit in enumerate(present, start=1) if lit is not True]
    if len(arcs) == len(line):
        arcs.append((0, 0, model.new_bool_var(f"empty{unit}")))
    into: list[list[tuple[int, Any]]] = [[] for _ in line]
    for node, o in enumerate(line, start=1):
        first = model.new_bool_var(f"f{unit}_{o}")
        arcs += [(0, node, first), (node, 0, model.new_bool_var(f"l{unit}_{o}"))]
        into[node - 1].append((_follow(parts, unit, NO, o, first), first))
        for place, other in enumerate(line, start=1):
            if place != node:
                lit = model.new_bool_var(f"a{unit}_{o}_{other}")
                arcs.append((node, place, lit))
                into[place - 1].append((_follow(parts, unit, o, other, lit), lit))
    model.add_circuit(arcs)
    for o, lit, entering in zip(line, present, into, strict=True):
        _set_up(parts, unit, o, lit, entering)


def _follow(parts: Parts, unit: int, o: int, other: int, lit: Any) -> int:
    """State what follows if one operation comes right after another on a unit; gives the change of family."""
    change = change_of(parts.shop, unit, o, other)
    parts.after[unit, o, other] = lit
    ends = parts.end[o] if o >= 0 else 0
    if parts.ahead:
        ends = ends + change
    if o >= 0 or change:
        parts.model.add(parts.begin[other] >= ends).only_enforce_if(lit)
    if change:
        parts.changes.append((change, lit))
    return change


def change_of(shop: Shop, unit: int, o: int, other: int) -> int:
    """Give the minutes of the change of family from one operation (none: -1) to another on a unit."""
    matrix = int(shop.center_matrix[shop.unit_center[unit]])
    family = int(shop.family[o]) if o >= 0 else int(shop.unit_family[unit])
    if matrix < 0 or family < 0 or shop.family[other] < 0:
        return 0
    return int(shop.setup_matrix[matrix, family, shop.family[other]])


def _set_up(parts: Parts, unit: int, o: int, present: Any, entering: list[tuple[int, Any]]) -> None:
    """Let the set-up of an operation be what the arc into it asks for."""
    if parts.ahead:
        return
    model = parts.model
    told = {change for change, _ in entering}
    for change in told:
        value = present if len(told) == 1 else model.new_bool_var(f"s{unit}_{o}_{change}")
        if len(told) > 1:
            model.add(sum(lit for one, lit in entering if one == change) == value)
            parts.value[unit, o, change] = value
        rule = model.add(parts.setup[o] == change)
        if value is not True:
            rule.only_enforce_if(value)
        for way in parts.ways[o]:
            if way.unit == unit and change:
                _opening(parts, parts.begin[o], way, change, None if value is True else value)


def _same_order(parts: Parts) -> None:
    """State one order of the jobs for all units, as a circuit through the jobs."""
    model, jobs = parts.model, jobs_of(parts.shop)
    arcs = []
    for node, job in enumerate(jobs, start=1):
        first = model.new_bool_var(f"f{node}")
        arcs += [(0, node, first), (node, 0, model.new_bool_var(f"l{node}"))]
        for o in job:
            _follow(parts, parts.ways[o][0].unit, NO, o, first)
        for place, other in enumerate(jobs, start=1):
            if place != node:
                lit = model.new_bool_var(f"a{node}_{place}")
                arcs.append((node, place, lit))
                for one, next_ in zip(job, other, strict=True):
                    _follow(parts, parts.ways[one][0].unit, one, next_, lit)
    model.add_circuit(arcs)


def jobs_of(shop: Shop) -> list[list[int]]:
    """Give the operations of each job of a flow shop, in the order of its machines."""
    roots = [o for o in range(shop.operations) if shop.pred_pointer[o] == shop.pred_pointer[o + 1]]
    return [list(range(first, end)) for first, end in zip(roots, [*roots[1:], shop.operations], strict=True)]


def _objective(parts: Parts, objective: Objective) -> None:
    shop, model = parts.shop, parts.model
    complete = []
    for sink in range(len(shop.sink_due)):
        last = [int(shop.sink_op[k]) for k in range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])]
        lags = [int(shop.sink_lag[k]) for k in range(shop.sink_pointer[sink], shop.sink_pointer[sink + 1])]
        done = model.new_int_var(0, parts.horizon + max(lags, default=0), f"c{sink}")
        for o, lag in zip(last, lags, strict=True):
            model.add(done >= parts.end[o] + lag)
        if shop.sink_release[sink] > 0:
            model.add(done >= int(shop.sink_release[sink]))
        complete.append(done)
    total = sum(_weight(term.weight) * _term(parts, term.name, complete) for term in objective.terms)
    model.minimize(total)


def _weight(weight: float) -> Any:
    return int(weight) if float(weight).is_integer() else float(weight)


def _term(parts: Parts, name: str, complete: list[Any]) -> Any:
    """Give the expression of one term of the objective."""
    shop, model = parts.shop, parts.model
    if name == "makespan":
        last = model.new_int_var(0, parts.horizon, "makespan")
        for o in range(shop.operations):
            if shop.succ_pointer[o] == shop.succ_pointer[o + 1]:
                model.add(last >= parts.end[o])
        parts.makespan = last
        return last
    if name == "setup_minutes":
        return sum(change * lit for change, lit in parts.changes)
    if name == "total_flow":
        return sum(complete) - int(first_release(shop).sum())
    total: Any = 0
    for sink, done in enumerate(complete):
        due = int(shop.sink_due[sink])
        if due >= NEVER:
            continue
        if name == "number_late":
            late = model.new_bool_var(f"late{sink}")
            model.add(done <= due).only_enforce_if(late.negated())
            total = total + late
        else:
            late = model.new_int_var(0, max(parts.horizon * 2 - due, 0), f"late{sink}")
            model.add(late >= done - due)
            parts.late[sink] = late
            total = total + _weight(float(shop.sink_weight[sink])) * late
    return total


def _hint(parts: Parts, hint: Schedule) -> None:
    """Give the solver a schedule to begin with, in every variable that it has a value for."""
    model, shop = parts.model, parts.shop
    lines: dict[int, list[int]] = defaultdict(list)
    for o in np.lexsort((hint.finish, hint.start)).tolist():
        ways = parts.ways[o]
        chosen = next(way for way in ways if (way.mode, way.unit) == (int(hint.mode[o]), int(hint.unit[o])))
        finish = int(hint.finish[o])
        model.add_hint(parts.begin[o], finish - chosen.minutes if parts.ahead else int(hint.start[o]))
        if not hasattr(parts.end[o], "coefficient"):
            model.add_hint(parts.end[o], finish)
        for way in ways if len(ways) > 1 else ():
            model.add_hint(way.taken, way is chosen)
        if chosen.unit >= 0 and chosen.minutes > 0:
            lines[chosen.unit].append(o)
        if not isinstance(parts.setup[o], int):
            model.add_hint(parts.setup[o], int(hint.setup[o] - shop.mode_setup[hint.mode[o]]))
    taken = {(unit, o, other) for unit, line in lines.items() for o, other in pairwise([NO, *line])}
    done = set()
    for key, lit in parts.after.items():
        if lit.index not in done:
            done.add(lit.index)
            model.add_hint(lit, key in taken)
    for sink, late in parts.late.items():
        model.add_hint(late, max(int(hint.sink_finish[sink] - shop.sink_due[sink]), 0))
    if parts.makespan is not None:
        model.add_hint(parts.makespan, int(hint.finish.max(initial=0)))
