"""What keeps any schedule of a shop from being complete, and what is fixed against the rules."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.scheduling.fixing import place_fixed
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Shop
from plantwright.methods.scheduling.state import Placed, empty_placed
from plantwright.methods.working_time import NEVER

NEVER_OPEN = problem_kind(
    "operation-never-open",
    "Operation {key} can only be done on {value}, which never opens.",
    "Give the calendar open time, or the operation another mode.",
)
TOO_LONG = problem_kind(
    "operation-too-long",
    "Operation {key} takes {value} minutes and must not pause, but no opening is longer than {must}.",
    "Split it, let it pause, or lengthen an opening.",
)
CREW_SHORT = problem_kind(
    "operation-crew-short",
    "Operation {key} needs {value} of group {group}, which has {must}.",
    "Add members to the group, or need fewer.",
)
NO_MINUTES = problem_kind(
    "operation-no-minutes",
    "Operation {key} takes no time in any mode, so it occupies nothing.",
    "Give its minutes, if it is work.",
    severity="warning",
)
FROZEN_UNIT = problem_kind(
    "frozen-on-one-unit",
    "Fixed operations {key} are on unit {value} at the same time.",
    "Move or free one of them.",
    severity="warning",
)
FROZEN_ORDER = problem_kind(
    "frozen-before-predecessor",
    "Fixed operation {key} starts at {value}, but operation {first}, which is fixed too, lets it start at {must}.",
    "Move or free one of them.",
    severity="warning",
)
FROZEN_LATE = problem_kind(
    "frozen-after-max-lag",
    "Fixed operation {key} starts at {value}, later than {must}, the last minute that operation {first} allows.",
    "Move or free one of them.",
    severity="warning",
)


def findings(shop: Shop) -> list[Problem]:
    """List what keeps every schedule from being complete, and what is doubtful.

    Errors: operations all of whose modes are on calendars that never open; operations that must not pause and are
    longer than any opening; crews larger than their group. Warnings: operations without minutes, and what
    `frozen_conflicts` finds. O(n + modes x units + openings).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([([0], [60])]), unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0],
    ...     mode_minutes=[50, 90], pausable=[False, False])
    >>> [problem.code for problem in findings(shop)]
    ['operation-too-long']
    """
    found = [*_closed(shop), *_too_long(shop), *_short_crews(shop)]
    most = _most_minutes(shop)
    found += [NO_MINUTES.at("", int(o)) for o in np.flatnonzero(most == 0)]
    return found + frozen_conflicts(shop)


def _openings(shop: Shop) -> tuple[Integers, Integers]:
    """Give the longest opening of each calendar, and of each work center's best unit; `NEVER` where it never closes."""
    longest = np.zeros(len(shop.time.pointer), np.int64)
    for calendar in range(len(longest) - 1):
        start, end = shop.time.intervals(calendar)
        longest[calendar] = (end - start).max(initial=0)
    longest[-1] = NEVER  # the calendar -1
    center = np.zeros(len(shop.center_matrix), np.int64)
    np.maximum.at(center, shop.unit_center, longest[shop.unit_calendar])
    return longest, center


def _by_mode(shop: Shop) -> Integers:
    """Give the longest opening for each mode."""
    longest, center = _openings(shop)
    return np.asarray(
        np.where(shop.mode_center >= 0, np.append(center, 0)[shop.mode_center], longest[shop.mode_calendar])
    )


def _most_minutes(shop: Shop) -> Integers:
    both = shop.mode_setup + shop.mode_minutes
    return np.maximum.reduceat(both, shop.mode_pointer[:-1]) if len(both) else both


def _everywhere(shop: Shop, modes: Flags) -> Integers:
    """List the free operations of which all modes are marked."""
    if not len(modes):
        return np.zeros(0, np.int64)
    every = np.logical_and.reduceat(modes, shop.mode_pointer[:-1])
    return np.flatnonzero(every & (shop.fixed_start == NO))


def _closed(shop: Shop) -> list[Problem]:
    opening, minutes = _by_mode(shop), shop.mode_setup + shop.mode_minutes
    found = []
    for o in _everywhere(shop, (opening == 0) & (minutes > 0)):
        center = int(shop.mode_center[shop.mode_pointer[o]])
        where = f"work center {center}" if center >= 0 else f"calendar {shop.mode_calendar[shop.mode_pointer[o]]}"
        found.append(NEVER_OPEN.at("", int(o), "", where))
    return found


def _too_long(shop: Shop) -> list[Problem]:
    opening, minutes = _by_mode(shop), shop.mode_setup + shop.mode_minutes
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    closed = set(_everywhere(shop, opening == 0).tolist())
    long = _everywhere(shop, (minutes > opening) & ~shop.pausable[owner])
    least = np.minimum.reduceat(minutes, shop.mode_pointer[:-1]) if len(minutes) else minutes
    longest = np.maximum.reduceat(opening, shop.mode_pointer[:-1]) if len(minutes) else opening
    return [TOO_LONG.at("", int(o), "", int(least[o]), must=int(longest[o])) for o in long if o not in closed]


def _short_crews(shop: Shop) -> list[Problem]:
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.need_pointer))
    there = np.diff(shop.group_pointer)[shop.need_group] if len(shop.need_group) else shop.need_count
    return [
        CREW_SHORT.at("", int(owner[k]), "", int(shop.need_count[k]), must=int(there[k]), group=int(shop.need_group[k]))
        for k in np.flatnonzero(shop.need_count > there)
    ]


def frozen_conflicts(shop: Shop) -> list[Problem]:
    """List which fixed operations contradict each other: on one unit at once, or against an arc between them.

    They are kept where they are all the same; `evaluate` counts the arcs as `broken`. Batches that go together are no
    contradiction. O(fixed log fixed + arcs).

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0],
    ...     mode_minutes=[50, 90], fixed_start=[0, 20], fixed_unit=[0, 0])
    >>> [problem.message for problem in frozen_conflicts(shop)]
    ['Fixed operations 0 and 1 are on unit 0 at the same time.']
    """
    if not (shop.fixed_start != NO).any():
        return []
    placed = empty_placed(shop)
    place_fixed(shop, placed)
    return _frozen_on_units(shop, placed) + _frozen_arcs(shop, placed)


def _frozen_on_units(shop: Shop, placed: Placed) -> list[Problem]:
    stays = np.flatnonzero((shop.fixed_start != NO) & (placed.unit >= 0) & (placed.finish > placed.start))
    line = stays[np.lexsort((placed.finish[stays], placed.start[stays], placed.unit[stays]))].tolist()
    found, last = [], -1
    for o, other in pairwise([-1, *line]):
        last = o if last < 0 or placed.unit[o] != placed.unit[last] or placed.finish[o] > placed.finish[last] else last
        if last < 0 or placed.unit[other] != placed.unit[last] or placed.start[other] >= placed.finish[last]:
            continue
        if not _one_batch(shop, placed, last, other):
            found.append(FROZEN_UNIT.at("", f"{last} and {other}", "", int(placed.unit[other])))
    return found


def _one_batch(shop: Shop, placed: Placed, o: int, other: int) -> bool:
    """Tell whether two fixed operations may be of one batch, as far as the two of them go."""
    kinds = (shop.batch_family[o], shop.family[o]) == (shop.batch_family[other], shop.family[other])
    room = shop.size[o] + shop.size[other] <= shop.center_capacity[shop.unit_center[placed.unit[o]]]
    return bool(kinds and room and shop.batch_family[o] >= 0 and placed.start[o] == placed.start[other])


def _frozen_arcs(shop: Shop, placed: Placed) -> list[Problem]:
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    first = shop.pred_op
    arcs = np.flatnonzero((shop.fixed_start[after] != NO) & (shop.fixed_start[first] != NO))
    found = []
    for arc in arcs.tolist():
        o, p = int(after[arc]), int(first[arc])
        begun = placed.finish[p] if shop.pred_overlap[arc] < 0 else placed.start[p]
        ready, most = int(begun + shop.pred_lag[arc]), int(shop.pred_max_lag[arc])
        start = int(placed.start[o])
        if start < ready:
            found.append(FROZEN_ORDER.at("", o, "", start, must=ready, first=p))
        elif most >= 0 and start > placed.finish[p] + most:
            found.append(FROZEN_LATE.at("", o, "", start, must=int(placed.finish[p]) + most, first=p))
    return found
