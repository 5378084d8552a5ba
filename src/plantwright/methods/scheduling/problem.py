"""The finite shop: what has to be done, with what, in which order, by when; checked once, then never changed.

Everything lies in flat int64 arrays. A list of lists is a pointer and its values: entry ``i`` owns
``values[pointer[i]:pointer[i + 1]]``. Moments are whole minutes since any origin, durations are whole minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.working_time import WorkingTime

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

NO = -1
"""Stands for none: no unit, no family, no calendar, not fixed, no overlap."""


class Modes(NamedTuple):
    """The ways to do each operation, as kernels take them."""

    pointer: Integers
    center: Integers
    setup: Integers
    minutes: Integers
    rank: Integers
    calendar: Integers


class Units(NamedTuple):
    """The parallel units of each work center, as kernels take them."""

    pointer: Integers
    center: Integers
    calendar: Integers
    family: Integers
    matrix: Integers
    changeover: Integers


class Links(NamedTuple):
    """Arcs by successor and by predecessor, as kernels take them."""

    pred_pointer: Integers
    pred_op: Integers
    lag: Integers
    overlap: Integers
    tail: Integers
    succ_pointer: Integers
    succ_arc: Integers
    succ_op: Integers


class Crews(NamedTuple):
    """Who and what else an operation holds, as kernels take them."""

    need_pointer: Integers
    need_group: Integers
    need_count: Integers
    group_pointer: Integers
    group_member: Integers
    calendar: Integers


class Sinks(NamedTuple):
    """What has to be delivered, as kernels take it."""

    pointer: Integers
    op: Integers
    lag: Integers
    due: Integers
    release: Integers


class Ties(NamedTuple):
    """What binds operations to each other beyond lags: maximum lags, blocking, batches, people for set-ups only.

    `seat_in_setup` tells of each place of a crew, in the order of `Schedule.member`, whether it is held only during the
    set-up.
    """

    max_lag: Integers
    blocking: Flags
    capacity: Integers
    size: Integers
    batch_family: Integers
    seat_in_setup: Flags


@dataclass(frozen=True, slots=True)
class Shop:
    """A finite, multi-level shop; make it with `build_shop`, which explains each array and checks it."""

    time: WorkingTime
    mode_pointer: Integers
    mode_center: Integers
    mode_setup: Integers
    mode_minutes: Integers
    mode_rank: Integers
    mode_calendar: Integers
    family: Integers
    pausable: Flags
    release: Integers
    due: Integers
    weight: Numbers
    hold_rate: Numbers
    unit_pointer: Integers
    unit_calendar: Integers
    unit_family: Integers
    center_matrix: Integers
    setup_matrix: Integers
    pred_pointer: Integers
    pred_op: Integers
    pred_lag: Integers
    pred_overlap: Integers
    pred_tail: Integers
    need_pointer: Integers
    need_group: Integers
    need_count: Integers
    group_pointer: Integers
    group_member: Integers
    member_calendar: Integers
    fixed_start: Integers
    fixed_unit: Integers
    sink_pointer: Integers
    sink_op: Integers
    sink_lag: Integers
    sink_due: Integers
    sink_weight: Numbers
    sink_release: Integers
    unit_center: Integers
    succ_pointer: Integers
    succ_arc: Integers
    succ_op: Integers
    order: Integers
    mode_cost: Numbers
    pred_max_lag: Integers
    blocking: Flags
    center_capacity: Integers
    size: Integers
    batch_family: Integers
    deadline: Integers
    need_in_setup: Flags
    setup_cost: Numbers
    unit_regular: Integers
    overtime_rate: Numbers

    @property
    def operations(self) -> int:
        """How many operations there are."""
        return len(self.mode_pointer) - 1

    @property
    def modes(self) -> Modes:
        """The modes, for kernels."""
        return Modes(
            self.mode_pointer,
            self.mode_center,
            self.mode_setup,
            self.mode_minutes,
            self.mode_rank,
            self.mode_calendar,
        )

    @property
    def units(self) -> Units:
        """The units, for kernels."""
        return Units(
            self.unit_pointer,
            self.unit_center,
            self.unit_calendar,
            self.unit_family,
            self.center_matrix,
            self.setup_matrix,
        )

    @property
    def links(self) -> Links:
        """The arcs, for kernels."""
        return Links(
            self.pred_pointer,
            self.pred_op,
            self.pred_lag,
            self.pred_overlap,
            self.pred_tail,
            self.succ_pointer,
            self.succ_arc,
            self.succ_op,
        )

    @property
    def crews(self) -> Crews:
        """The needs and members, for kernels."""
        return Crews(
            self.need_pointer,
            self.need_group,
            self.need_count,
            self.group_pointer,
            self.group_member,
            self.member_calendar,
        )

    @property
    def tied(self) -> bool:
        """Whether operations are bound by maximum lags, blocking, batches, or people who are held for a set-up only."""
        return bool(
            self.blocking.any()
            or self.need_in_setup.any()
            or (self.center_capacity > 1).any()
            or (self.pred_max_lag >= 0).any()
        )

    @property
    def ties(self) -> Ties:
        """What binds operations, for kernels."""
        seat_in_setup = np.repeat(self.need_in_setup, self.need_count)
        return Ties(self.pred_max_lag, self.blocking, self.center_capacity, self.size, self.batch_family, seat_in_setup)

    def untied(self) -> Shop:
        """Give the shop without maximum lags, blocking and batches; who helps at a set-up is held to the end."""
        return replace(
            self,
            pred_max_lag=np.full_like(self.pred_max_lag, NO),
            blocking=np.zeros_like(self.blocking),
            center_capacity=np.ones_like(self.center_capacity),
            need_in_setup=np.zeros_like(self.need_in_setup),
        )

    @property
    def sinks(self) -> Sinks:
        """The sinks, for kernels."""
        return Sinks(self.sink_pointer, self.sink_op, self.sink_lag, self.sink_due, self.sink_release)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When, how, where and with whom each operation is done.

    Parameters
    ----------
    start, finish
        int64[n]; the set-up begins at `start`; `NEVER` where the operation could not be placed.
    setup
        int64[n]; working minutes of set-up, its own and those for the change of family.
    mode, unit
        int64[n]; the chosen mode (a place in the mode arrays) and unit; -1 where there is none.
    member_pointer, member
        Operation ``o`` holds ``member[member_pointer[o]:member_pointer[o + 1]]``; -1 where nobody could be had, or
        nobody is needed because there is no set-up.
    sink_finish
        int64[d]; when each sink is complete.
    status
        ``complete``; ``unfinished`` when some operations could not be placed, because calendars or members end before
        the work or because lags cannot be kept; ``unmet`` when all are placed, but not all by their deadlines.
    """

    start: Integers
    finish: Integers
    setup: Integers
    mode: Integers
    unit: Integers
    member_pointer: Integers
    member: Integers
    sink_finish: Integers
    status: str

    def same_as(self, other: Schedule) -> bool:
        """Tell whether another schedule is the same in every array."""
        return all(np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))


def changed(schedule: Schedule, **more: Any) -> Schedule:
    """Give the schedule with some of its parts replaced."""
    return Schedule(**{f.name: more.get(f.name, getattr(schedule, f.name)) for f in fields(schedule)})
