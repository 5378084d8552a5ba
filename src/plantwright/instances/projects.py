"""Projects in the format of PSPLIB: ``.sm`` (one mode) and ``.mm`` (several modes, resources that are used up)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from plantwright.instances.instance import Draft
from plantwright.instances.text import LARGEST_COUNT, MOST, Faults, Row
from plantwright.methods.scheduling.project import build_project

_COUNT = re.compile(r"^\s*(?:-\s*)?(jobs|renewable|nonrenewable)\b[^:]*:\s*(\S+)", re.IGNORECASE)
_SECTIONS = {
    "PRECEDENCE": "arcs",
    "REQUESTS": "modes",
    "RESOURCEAVAILABILIT": "amounts",
    "RESOURCE AVAILABILIT": "amounts",
}


@dataclass
class _Sections:
    """The counts of the head, and the rows of numbers of each section."""

    counts: dict[str, int]
    rows: dict[str, list[Row]]
    last: int


def is_project(text: str) -> bool:
    """Tell a PSPLIB file by its headings."""
    return "PRECEDENCE RELATIONS" in text.upper()


def project(text: str, faults: Faults) -> Draft | None:
    """Read a project; the objective is its last finish."""
    parts = _sections(text, faults)
    jobs = _count(parts, "jobs", 1, faults)
    kinds = [_count(parts, name, 0, faults) for name in ("renewable", "nonrenewable")]
    if faults.found:
        return None
    arcs = _arcs(parts, jobs, faults)
    modes = _modes(parts, jobs, sum(kinds), faults)
    amounts = _amounts(parts, sum(kinds), faults)
    if faults.found:
        return None
    return _built(arcs, modes, amounts, kinds[0])


def _sections(text: str, faults: Faults) -> _Sections:
    parts = _Sections({}, {"arcs": [], "modes": [], "amounts": []}, 0)
    section = ""
    for line, whole in enumerate(text.splitlines(), start=1):
        parts.last = line
        named = next((name for head, name in _SECTIONS.items() if whole.strip().upper().startswith(head)), "")
        section = named or section
        counted = _COUNT.match(whole)
        if not section and counted:
            _note_count(parts, counted, line, faults)
        elif section and not named and re.match(r"\s*-?\d", whole):
            parts.rows[section].append(Row(line, list(_numbers(whole, line, faults))))
    return parts


def _note_count(parts: _Sections, counted: re.Match[str], line: int, faults: Faults) -> None:
    name, value = counted[1].lower(), counted[2]
    if value.isdecimal() and int(value) <= LARGEST_COUNT:
        parts.counts[name] = int(value)
    else:
        faults.number(line, f"The number of {name}", value, 0, LARGEST_COUNT)


def _numbers(whole: str, line: int, faults: Faults) -> Iterator[int]:
    for token in whole.split():
        if token.isdecimal() and int(token) <= MOST:
            yield int(token)
        else:
            faults.number(line, "A value", token, 0, MOST)
            yield 0


def _count(parts: _Sections, name: str, low: int, faults: Faults) -> int:
    if parts.counts.get(name, -1) < low:
        faults.length(parts.last, f"The lines that give the number of {name}", 0, f"1, with {low} or more in it")
    return parts.counts.get(name, low)


def _arcs(parts: _Sections, jobs: int, faults: Faults) -> list[list[int]]:
    """Give the predecessors of each activity, from 0."""
    before: list[list[int]] = [[] for _ in range(jobs)]
    for row in parts.rows["arcs"]:
        number, told = row.values[0], row.values[2] if len(row.values) > 2 else -1
        if told != len(row.values) - 3:
            must = f"{max(told, 0)} as the line says"
            faults.length(row.line, "The successors of an activity", max(len(row.values) - 3, 0), must)
        if faults.check(Row(row.line, [number, *row.values[3:]]), "The number of an activity", 1, jobs):
            for after in row.values[3:]:
                before[after - 1].append(number - 1)
    return before


def _modes(parts: _Sections, jobs: int, resources: int, faults: Faults) -> list[list[list[int]]]:
    """Give the modes of each activity: minutes, then an amount of each resource."""
    modes: list[list[list[int]]] = [[] for _ in range(jobs)]
    number = 0
    for row in parts.rows["modes"]:
        given = row.values
        if len(given) == resources + 3:  # a line that begins with the number of the activity
            number, given = given[0], given[1:]
        if len(given) != resources + 2:
            must = f"{resources + 2} or {resources + 3}: number, mode, minutes, and {resources} resources"
            faults.length(row.line, "The numbers of a mode", len(row.values), must)
        elif not 1 <= number <= jobs:
            faults.number(row.line, "The number of an activity", number, 1, jobs)
        else:
            modes[number - 1].append(given[1:])
    for missing in (one for one, own in enumerate(modes, start=1) if not own):
        faults.length(parts.last, f"The modes of activity {missing}", 0, "1 or more")
    return modes


def _amounts(parts: _Sections, resources: int, faults: Faults) -> Sequence[int]:
    rows = parts.rows["amounts"]
    if len(rows) != 1 or len(rows[0].values) != resources:
        told = len(rows[0].values) if rows else 0
        faults.length(rows[0].line if rows else parts.last, "The amounts of the resources", told, str(resources))
        return []
    return rows[0].values


def _built(arcs: list[list[int]], modes: list[list[list[int]]], amounts: Sequence[int], renewable: int) -> Draft:
    table = np.array([mode for own in modes for mode in own], np.int64)
    several = any(len(own) > 1 for own in modes)
    built = build_project(
        mode_pointer=np.concatenate(([0], np.cumsum([len(own) for own in modes]))),
        mode_minutes=table[:, 0],
        demand=table[:, 1 : 1 + renewable],
        consumption=table[:, 1 + renewable :],
        capacity=amounts[:renewable],
        stock=amounts[renewable:],
        pred_pointer=np.concatenate(([0], np.cumsum([len(own) for own in arcs]))),
        pred_op=[first for own in arcs for first in own],
    )
    return Draft("project with modes" if several else "project", built)
