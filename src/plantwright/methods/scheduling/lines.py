"""What stands on each unit and each member, in order of time, while operations are placed one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from plantwright.methods.scheduling.problem import Integers
from plantwright.methods.working_time import NEVER, primitive


class Lines(NamedTuple):
    """Stays by row (a unit or a member): row ``r`` fills ``pointer[r]:pointer[r] + size[r]``, in order of `start`.

    Places that are empty start and end at `NEVER`.
    """

    pointer: Integers
    size: Integers
    start: Integers
    end: Integers
    op: Integers


def empty_lines(room: Integers) -> Lines:
    """Give lines with room for so many stays on each row."""
    pointer = np.concatenate(([0], np.cumsum(room))).astype(np.int64)
    many = int(pointer[-1])
    return Lines(
        pointer,
        np.zeros(len(room), np.int64),
        np.full(many, NEVER, np.int64),
        np.full(many, NEVER, np.int64),
        np.full(many, -1, np.int64),
    )


@primitive
def begun_by(lines: Lines, row: int, t: int) -> int:
    """Give the place after the last stay of a row that starts at or before `t`."""
    low: int = lines.pointer[row]
    high = low + lines.size[row]
    while low < high:
        middle = (low + high) >> 1
        if lines.start[middle] <= t:
            low = middle + 1
        else:
            high = middle
    return low


@primitive
def place_of(lines: Lines, row: int, op: int, start: int) -> int:
    """Give the place at which an operation stands."""
    place = begun_by(lines, row, start) - 1
    while lines.op[place] != op:
        place -= 1
    return place


@primitive
def put_in(lines: Lines, row: int, start: int, end: int, op: int) -> None:
    """Let an operation stand on a row from start to end."""
    at = begun_by(lines, row, start)
    for k in range(lines.pointer[row] + lines.size[row], at, -1):
        lines.start[k], lines.end[k], lines.op[k] = lines.start[k - 1], lines.end[k - 1], lines.op[k - 1]
    lines.start[at], lines.end[at], lines.op[at] = start, end, op
    lines.size[row] += 1


@primitive
def take_out(lines: Lines, row: int, op: int, start: int) -> None:
    """Take an operation off a row."""
    at = place_of(lines, row, op, start)
    lines.size[row] -= 1
    last = lines.pointer[row] + lines.size[row]
    for k in range(at, last):
        lines.start[k], lines.end[k], lines.op[k] = lines.start[k + 1], lines.end[k + 1], lines.op[k + 1]
    lines.start[last] = lines.end[last] = NEVER
    lines.op[last] = -1
