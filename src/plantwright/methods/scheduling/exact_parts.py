"""What the parts of the exact model share: the variables, the ways to do an operation, changes of family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from plantwright.methods.scheduling.problem import NO, Shop

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


class Way(NamedTuple):
    """One way to do an operation: mode, unit, minutes without change of family, and whether it is taken."""

    mode: int
    unit: int
    minutes: int
    taken: Any


@dataclass
class Parts:
    """The variables of a model. What stands for an operation is in the order of operations.

    `begin` is when the run begins, or the set-up where it is part of the operation; `end` is the finish, and `leave`
    the moment at which the unit is free again.
    """

    model: cp_model.CpModel
    shop: Shop
    ahead: bool
    horizon: int
    begin: list[Any] = field(default_factory=list)
    end: list[Any] = field(default_factory=list)
    leave: list[Any] = field(default_factory=list)
    ways: list[list[Way]] = field(default_factory=list)
    setup: list[Any] = field(default_factory=list)
    after: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    value: dict[tuple[int, int, int], Any] = field(default_factory=dict)
    changes: list[tuple[int, float, Any]] = field(default_factory=list)
    late: dict[int, Any] = field(default_factory=dict)
    makespan: Any = None
    crew: dict[int, list[list[tuple[int, Any]]]] = field(default_factory=dict)


def ways_of(shop: Shop, o: int) -> Iterator[tuple[int, int, int]]:
    """Give mode, unit and minutes of each way to do an operation."""
    for mode in range(shop.mode_pointer[o], shop.mode_pointer[o + 1]):
        center = int(shop.mode_center[mode])
        minutes = int(shop.mode_setup[mode] + shop.mode_minutes[mode])
        units = range(shop.unit_pointer[center], shop.unit_pointer[center + 1]) if center >= 0 else (NO,)
        for unit in units:
            yield mode, int(unit), minutes


def change_of(shop: Shop, unit: int, o: int, other: int) -> int:
    """Give the minutes of the change of family from one operation (none: -1) to another on a unit."""
    at = _change_at(shop, unit, o, other)
    return int(shop.setup_matrix[at]) if at else 0


def cost_of_change(shop: Shop, unit: int, o: int, other: int) -> float:
    """Give the cost of the change of family from one operation (none: -1) to another on a unit."""
    at = _change_at(shop, unit, o, other)
    return float(shop.setup_cost[at]) if at else 0.0


def _change_at(shop: Shop, unit: int, o: int, other: int) -> tuple[int, int, int] | None:
    """Give the place in the set-up matrix; what is fixed has no change of family."""
    matrix = int(shop.center_matrix[shop.unit_center[unit]])
    family = int(shop.family[o]) if o >= 0 else int(shop.unit_family[unit])
    if matrix < 0 or family < 0 or shop.family[other] < 0 or shop.fixed_start[other] != NO:
        return None
    return matrix, family, int(shop.family[other])


def joined_spans(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give spans of time in order, with those that overlap as one.

    Examples
    --------
    >>> joined_spans([(5, 9), (0, 3), (2, 4)])
    [(0, 4), (5, 9)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
