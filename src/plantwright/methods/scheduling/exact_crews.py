"""Crews in the exact model: who holds each place of an operation, one thing at a time, in open time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from plantwright.methods.scheduling.exact_parts import Parts, joined_spans
from plantwright.methods.scheduling.problem import NO, Integers, Schedule, Shop


def groups_wanted(shop: Shop, o: int) -> list[int]:
    """Give the group of each place of the crew of an operation."""
    needs = range(shop.need_pointer[o], shop.need_pointer[o + 1])
    return [int(shop.need_group[need]) for need in needs for _ in range(shop.need_count[need])]


def members_of(shop: Shop, group: int) -> list[int]:
    """Give the members of a group."""
    found: list[int] = shop.group_member[shop.group_pointer[group] : shop.group_pointer[group + 1]].tolist()
    return found


def state_crews(parts: Parts, hint: Schedule) -> None:
    """State who may hold each place; what is fixed keeps the members that it has in the hint."""
    shop, model = parts.shop, parts.model
    if not len(shop.need_group):
        return
    lines: dict[int, list[Any]] = defaultdict(list)
    taken: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for o in range(shop.operations):
        held = hint.member[hint.member_pointer[o] : hint.member_pointer[o + 1]].tolist()
        if shop.fixed_start[o] == NO:
            _choose(parts, o, lines)
            continue
        parts.crew[o] = [[(member, True)] for member in held]
        for member in held:
            if member >= 0 and hint.finish[o] > hint.start[o]:
                taken[member].append((int(hint.start[o]), int(hint.finish[o])))
    for member, spans in lines.items():
        away = joined_spans(taken[member] + _closed(parts, member))  # what is fixed may pause in closed time
        model.add_no_overlap(spans + [model.new_fixed_size_interval_var(a, b - a, f"c{member}_{a}") for a, b in away])


def _choose(parts: Parts, o: int, lines: dict[int, list[Any]]) -> None:
    """State that each place is held by one member of its group, and no member holds two."""
    model = parts.model
    seats = [
        [(member, model.new_bool_var(f"m{o}_{place}_{member}")) for member in members_of(parts.shop, group)]
        for place, group in enumerate(groups_wanted(parts.shop, o))
    ]
    parts.crew[o] = seats
    mine: dict[int, list[Any]] = defaultdict(list)
    for seat in seats:
        model.add_exactly_one(lit for _, lit in seat)
        for member, lit in seat:
            mine[member].append(lit)
    works = any(way.minutes for way in parts.ways[o])
    for member, lits in mine.items():
        model.add_at_most_one(lits)
        for lit in lits if works else []:
            size = model.new_int_var(0, parts.horizon, f"zm{o}_{member}")
            span = parts.begin[o], size, parts.end[o]
            lines[member].append(model.new_optional_interval_var(*span, lit, f"im{o}_{member}"))


def _closed(parts: Parts, member: int) -> list[tuple[int, int]]:
    """Give the closed time of a member; work does not pause, so it lies in none of it."""
    calendar = int(parts.shop.member_calendar[member])
    if calendar == NO:
        return []
    starts, ends = parts.shop.time.intervals(calendar)
    last = parts.horizon + 1
    edges = zip([0, *ends.tolist()], [*starts.tolist(), last], strict=True)
    return [(max(a, 0), min(b, last)) for a, b in edges if min(b, last) > max(a, 0)]


def crews_of(parts: Parts, value: Any) -> tuple[Integers, Integers]:
    """Read who holds the places from the values of the variables: pointer and members."""
    chosen = [
        [next(member for member, lit in seat if lit is True or value(lit)) for seat in parts.crew.get(o, [])]
        for o in range(parts.shop.operations)
    ]
    pointer = np.concatenate(([0], np.cumsum([len(crew) for crew in chosen]))).astype(np.int64)
    return pointer, np.array([member for crew in chosen for member in crew], np.int64)
