"""The whole of a shop as a model for CP-SAT: intervals on units, circuits where set-ups depend on the order."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.scheduling.exact_crews import groups_wanted, members_of, state_crews
from plantwright.methods.scheduling.exact_parts import Parts, Way, change_of, cost_of_change, joined_spans, ways_of
from plantwright.methods.scheduling.exact_terms import state_objective
from plantwright.methods.scheduling.findings import frozen_conflicts
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop
from plantwright.methods.scheduling.search.objective import Objective
from plantwright.methods.working_time import finish_times

NOT_STATED = problem_kind(
    "shop-not-exact",
    "The exact model does not state {what}, as {key} has.",
    "Search it, schedule it by rules, or leave that out.",
)
"""Something of the shop or of the objective is not in the exact model."""

TERMS = ("makespan", "weighted_tardiness", "number_late", "total_flow", "setup_minutes", "mode_cost", "setup_cost")


def not_stated(shop: Shop, objective: Objective, *, ahead: bool = False, permutation: bool = False) -> list[Problem]:
    """List what the model cannot state; an empty list: it can state all of it. O(operations + arcs + modes)."""
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    fixed = shop.fixed_start != NO
    kinds = [
        ("a fixed start that blocks its unit", np.flatnonzero(fixed & shop.blocking)),
        ("a helper at the set-up only", np.unique(_helped(shop))),
        ("a crew beside modes without minutes", _idle_crews(shop)),
        ("a work center that does several operations at once", _in_batches(shop, owner)),
        ("no family on a unit with set-ups", _without_family(shop, owner)),
        ("work that pauses when a calendar closes", _pausing(shop, owner)),
    ]
    if ahead or permutation:
        kinds += [
            ("a crew beside set-up ahead or one order of jobs", np.flatnonzero(np.diff(shop.need_pointer))),
            ("a fixed start beside set-up ahead or one order of jobs", np.flatnonzero(fixed)),
            ("blocking beside set-up ahead or one order of jobs", np.flatnonzero(shop.blocking)),
            ("an overlap beside set-up ahead or one order of jobs", np.unique(after[shop.pred_overlap != NO])),
        ]
    found = [NOT_STATED.at("", f"operation {o}", what=what) for what, where in kinds for o in where]
    if fixed.any() and (shop.center_matrix != NO).any() and frozen_conflicts(shop):
        found.append(NOT_STATED.at("", "the shop", what="fixed starts that conflict beside set-ups"))
    found += [
        NOT_STATED.at("", "the objective", what=f"the term {term.name}")
        for term in objective.terms
        if term.name not in TERMS
    ]
    if len({term.priority for term in objective.terms}) > 1:
        found.append(NOT_STATED.at("", "the objective", what="several priorities"))
    return found


def _helped(shop: Shop) -> Integers:
    helped = np.repeat(np.arange(shop.operations), np.diff(shop.need_pointer))
    return np.asarray(helped[shop.need_in_setup])


def _idle_crews(shop: Shop) -> Integers:
    """List the operations with a crew that take time in some modes and none in others."""
    if not shop.operations:
        return np.zeros(0, np.int64)
    works = shop.mode_setup + shop.mode_minutes > 0
    first = shop.mode_pointer[:-1]
    mixed = np.logical_or.reduceat(works, first) & ~np.logical_and.reduceat(works, first)
    return np.flatnonzero(mixed & (np.diff(shop.need_pointer) > 0))


def _pausing(shop: Shop, owner: Integers) -> Integers:
    """List the free operations that would pause on a calendar that closes."""
    closing = np.array(
        [
            o
            for o in np.flatnonzero(np.diff(shop.need_pointer) * shop.pausable * (shop.fixed_start == NO)).tolist()
            if any((shop.member_calendar[members_of(shop, group)] != NO).any() for group in groups_wanted(shop, o))
        ],
        np.int64,
    )
    units = np.append(shop.unit_calendar, NO)
    first = np.append(shop.unit_pointer, 0)[shop.mode_center]
    calendar = np.where(shop.mode_center >= 0, units[first], shop.mode_calendar)
    on_units = owner[(calendar != NO) & shop.pausable[owner] & (shop.fixed_start[owner] == NO)]
    return np.unique(np.concatenate([on_units, closing]))


def _in_batches(shop: Shop, owner: Integers) -> Integers:
    return np.unique(owner[np.append(shop.center_capacity > 1, False)[shop.mode_center]])


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
            elsewhere = shop.fixed_start[o] != NO and unit != shop.fixed_unit[o]
            if unit >= 0 and minutes > 0 and not elsewhere and lines[unit][-1:] != [o]:
                lines[unit].append(o)
    return lines


def build(shop: Shop, objective: Objective, hint: Schedule, *, ahead: bool, permutation: bool) -> Parts:
    """Make the model, with a schedule as hint."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to import, and seldom needed

    parts = Parts(cp_model.CpModel(), shop, ahead, _horizon(shop, objective, hint))
    for o in range(shop.operations):
        if shop.fixed_start[o] == NO:
            _operation(parts, o)
        else:
            _fixed(parts, o, hint)
    for o in range(shop.operations):
        _leaves(parts, o)
        for arc in range(shop.pred_pointer[o], shop.pred_pointer[o + 1]):
            if shop.fixed_start[o] == NO:
                _arc(parts, o, arc)
    lines = _lines(shop)
    for unit, line in lines.items():
        _one_at_a_time(parts, unit, line)
    if permutation:
        _same_order(parts)
    else:
        for unit, line in lines.items():
            _sequence(parts, unit, line)
    state_crews(parts, hint)
    state_objective(parts, objective)
    _hint(parts, hint)
    return parts


def _horizon(shop: Shop, objective: Objective, hint: Schedule) -> int:
    """Give a moment by which some best schedule ends: the hint for the makespan, else all work in a row."""
    last = int(hint.finish.max(initial=0)) if hint.status != "unfinished" else 0
    if objective.only("makespan") and hint.status == "complete":
        return last
    longest = np.maximum.reduceat(shop.mode_setup + shop.mode_minutes, shop.mode_pointer[:-1]).sum()
    change = int(shop.setup_matrix.max(initial=0)) * shop.operations
    row = int(shop.release.max(initial=0) + longest + change + shop.pred_lag.sum())
    row += int(np.maximum(shop.pred_max_lag, 0).sum() + shop.pred_tail.sum())
    row += int(hint.finish[shop.fixed_start != NO].max(initial=0))
    if (shop.unit_calendar == NO).all():
        return max(row, last)
    return max(int(shop.time.end.max(initial=0)), last)


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
        if changes and (way.unit not in matrices or way.minutes == 0):
            _if(model.add(setup == 0), way)
    if shop.deadline[o] <= parts.horizon:
        model.add(end <= int(shop.deadline[o]))
    parts.begin.append(begin)
    parts.end.append(end)
    parts.setup.append(setup)
    parts.ways.append(ways)


def _fixed(parts: Parts, o: int, hint: Schedule) -> None:
    """State a fixed operation as it stands in the hint."""
    mode, unit = int(hint.mode[o]), int(hint.unit[o])
    minutes = int(parts.shop.mode_setup[mode] + parts.shop.mode_minutes[mode])
    parts.begin.append(parts.model.new_constant(int(hint.start[o])))
    parts.end.append(parts.model.new_constant(int(hint.finish[o])))
    parts.setup.append(0)
    parts.ways.append([Way(mode, unit, minutes, taken=True)])


def _leaves(parts: Parts, o: int) -> None:
    """State until when an operation holds its unit: to its end, or until all successors that it blocks it for begin."""
    shop, model = parts.shop, parts.model
    followers = shop.succ_op[shop.succ_pointer[o] : shop.succ_pointer[o + 1]].tolist()
    if not shop.blocking[o] or not followers:
        parts.leave.append(parts.end[o])
        return
    leave = model.new_int_var(0, parts.horizon, f"h{o}")
    model.add_max_equality(leave, [parts.end[o], *(parts.begin[s] for s in followers)])
    parts.leave.append(leave)


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
    conditions = [lit for lit in (also, way.taken) if lit is not None and lit is not True]
    if conditions:
        rule.only_enforce_if(conditions)


def _arc(parts: Parts, o: int, arc: int) -> None:
    """State that an operation waits for one before it, and does not wait for longer than it may."""
    shop, model = parts.shop, parts.model
    p, lag, most = int(shop.pred_op[arc]), int(shop.pred_lag[arc]), int(shop.pred_max_lag[arc])
    if most >= 0:
        model.add(parts.begin[o] <= parts.end[p] + most)
    if shop.pred_overlap[arc] == NO:
        model.add(parts.begin[o] >= parts.end[p] + lag)
        return
    for way in parts.ways[p]:
        _if(model.add(parts.begin[o] >= _first_batch(parts, p, way, int(shop.pred_overlap[arc])) + lag), way)
    tail = max(int(shop.pred_tail[arc]), 1)
    for way in parts.ways[o]:
        rest: Any = min(tail, way.minutes)
        if rest < tail and not isinstance(parts.setup[o], int):
            rest = model.new_int_var(0, tail, f"r{o}_{arc}_{way.mode}")
            model.add_min_equality(rest, [tail, parts.setup[o] + way.minutes])
        _if(model.add(parts.end[o] >= parts.end[p] + lag + rest), way)


def _first_batch(parts: Parts, p: int, way: Way, overlap: int) -> Any:
    """Give when the first transfer batch of an operation is out; work does not pause, but for what is fixed."""
    shop = parts.shop
    minutes = int(shop.mode_setup[way.mode]) + min(overlap, int(shop.mode_minutes[way.mode]))
    if shop.fixed_start[p] == NO:
        return parts.begin[p] + parts.setup[p] + minutes
    calendar = int(shop.unit_calendar[way.unit]) if way.unit >= 0 else int(shop.mode_calendar[way.mode])
    return int(finish_times(shop.time, calendar, int(shop.fixed_start[p]), minutes))


def _one_at_a_time(parts: Parts, unit: int, line: list[int]) -> None:
    """Keep the operations of a unit apart."""
    intervals = _fixed_stays(parts, line)
    for o in line:
        if parts.shop.fixed_start[o] != NO:
            continue
        for way in parts.ways[o]:
            if way.unit == unit and way.minutes > 0:
                size = parts.setup[o] + way.minutes
                if parts.leave[o] is not parts.end[o]:
                    size = parts.model.new_int_var(0, parts.horizon, f"z{o}_{way.mode}_{unit}")
                name = f"i{o}_{way.mode}_{unit}"
                span = parts.begin[o], size, parts.leave[o]
                if way.taken is True:
                    intervals.append(parts.model.new_interval_var(*span, name))
                else:
                    intervals.append(parts.model.new_optional_interval_var(*span, way.taken, name))
    parts.model.add_no_overlap(intervals)


def _fixed_stays(parts: Parts, line: list[int]) -> list[Any]:
    """Give intervals for what is fixed on a unit; such operations may overlap, and are then one interval."""
    model, shop = parts.model, parts.shop
    told = {o: parts.model.proto.variables[parts.end[o].index].domain[0] for o in line if shop.fixed_start[o] != NO}
    spans = joined_spans(
        [(int(shop.fixed_start[o]), int(end)) for o, end in told.items() if parts.leave[o] is parts.end[o]]
    )
    intervals = [model.new_fixed_size_interval_var(start, end - start, f"x{start}") for start, end in spans]
    for o in told:
        if parts.leave[o] is not parts.end[o]:
            size = model.new_int_var(0, parts.horizon, f"z{o}")
            intervals.append(model.new_interval_var(parts.begin[o], size, parts.leave[o], f"x{o}"))
    return intervals


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
    ends = parts.leave[o] if o >= 0 else 0
    if parts.ahead:
        ends = ends + change
    if o >= 0 or change:
        parts.model.add(parts.begin[other] >= ends).only_enforce_if(lit)
    cost = cost_of_change(parts.shop, unit, o, other)
    if change or cost:
        parts.changes.append((change, cost, lit))
    return change


def _set_up(parts: Parts, unit: int, o: int, present: Any, entering: list[tuple[int, Any]]) -> None:
    """Let the set-up of an operation be what the arc into it asks for."""
    if parts.ahead or parts.shop.fixed_start[o] != NO:
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


def _hint(parts: Parts, hint: Schedule) -> None:
    """Give the solver a schedule to begin with, in every variable that it has a value for."""
    model, shop = parts.model, parts.shop
    lines: dict[int, list[int]] = defaultdict(list)
    known: set[int] = set()
    for o in np.lexsort((hint.finish, hint.start)).tolist():
        ways = parts.ways[o]
        chosen = next(way for way in ways if (way.mode, way.unit) == (int(hint.mode[o]), int(hint.unit[o])))
        _hint_times(parts, hint, o, chosen, known)
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


def _hint_times(parts: Parts, hint: Schedule, o: int, chosen: Way, known: set[int]) -> None:
    """Give the solver when an operation begins and ends; an end may be an expression, or the begin itself."""
    finish = int(hint.finish[o])
    begin = finish - chosen.minutes if parts.ahead else int(hint.start[o])
    for var, value in ((parts.begin[o], begin), (parts.end[o], finish)):
        if hasattr(var, "index") and var.index not in known:
            known.add(var.index)
            parts.model.add_hint(var, value)
