"""Which shops the search takes, and which it leaves to others."""

from __future__ import annotations

import numpy as np

from plantwright.core.problem import Problem, problem_kind
from plantwright.methods.scheduling.problem import NO, Flags, Integers, Shop
from plantwright.methods.working_time import NEVER

NOT_SEARCHED = problem_kind(
    "shop-not-searched",
    "The search of sequences does not know {what}, as operation {key} has.",
    "Schedule the shop by rules, or leave that out.",
)
"""A shop has something that the search of sequences does not know."""

SETUP_AHEAD = problem_kind(
    "setup-ahead-calendar",
    "The search sets up ahead only where calendars are always open; unit {key} has one that closes.",
    "Leave out the calendars, or set-up ahead.",
)
"""Set-up before the operation can begin is asked for on a unit that closes."""


def fits(shop: Shop, *, setup_ahead: bool = False) -> list[Problem]:
    """List why a shop cannot be searched; an empty list: it can.

    Parameters
    ----------
    shop
        The shop, see `build_shop`.
    setup_ahead
        Whether set-ups may be done before the operation can begin.

    Notes
    -----
    O(operations + arcs + modes). Fixed operations, crews, overlapping arcs, maximum lags, blocking, batches and
    deadlines are not searched, nor operations without family on a unit with a set-up matrix: the set-up after them would
    depend on more than the one before.

    Examples
    --------
    >>> from plantwright.methods.scheduling import build_shop
    >>> from plantwright.methods.working_time import working_time
    >>> shop = build_shop(working_time([]), unit_pointer=[0, 1], unit_calendar=[-1], mode_center=[0, 0],
    ...     mode_minutes=[3, 4], fixed_start=[0, -1], fixed_unit=[0, -1])
    >>> [str(problem) for problem in fits(shop)]
    ['0: The search of sequences does not know a fixed start, as operation 0 has. Schedule the shop by rules, or leave that out. [shop-not-searched]']
    """  # noqa: E501  one line of output
    found = []
    crews = np.flatnonzero(np.diff(shop.need_pointer))
    fixed = np.flatnonzero(shop.fixed_start != NO)
    for what, where in (
        ("a crew", crews),
        ("an overlap with the operation before", _after(shop, shop.pred_overlap != NO)),
        ("a fixed start", fixed),
        ("no family on a unit with set-ups", _without_family(shop)),
        ("a maximum lag after the operation before", _after(shop, shop.pred_max_lag != NO)),
        ("blocking", np.flatnonzero(shop.blocking)),
        ("a work center that does several operations at once", _in_batches(shop)),
        ("a deadline", np.flatnonzero(shop.deadline < NEVER)),
        ("a cost of modes or changes", _costs(shop)),
    ):
        found += [NOT_SEARCHED.at("", int(o), what=what) for o in where]
    if setup_ahead:
        found += [SETUP_AHEAD.at("", int(unit)) for unit in np.flatnonzero(shop.unit_calendar != NO)]
    return found


def _after(shop: Shop, arcs: Flags) -> Integers:
    """List the operations that such arcs lead to."""
    return np.unique(np.searchsorted(shop.pred_pointer, np.flatnonzero(arcs), side="right") - 1)


def _in_batches(shop: Shop) -> Integers:
    """List the operations that can be done where several are done at once."""
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    return np.unique(owner[np.append(shop.center_capacity > 1, False)[shop.mode_center]])


def _costs(shop: Shop) -> Integers:
    """List the operations whose modes cost something; all of them where changes of family do."""
    costly = np.add.reduceat(np.abs(shop.mode_cost), shop.mode_pointer[:-1]) > 0 if shop.operations else shop.blocking
    return np.flatnonzero(costly | shop.setup_cost.any())


def _without_family(shop: Shop) -> list[int]:
    owner = np.repeat(np.arange(shop.operations), np.diff(shop.mode_pointer))
    matrix = np.append(shop.center_matrix, NO)[shop.mode_center]
    work = shop.mode_minutes + shop.mode_setup > 0
    where: list[int] = np.unique(owner[(matrix != NO) & work & (shop.family[owner] == NO)]).tolist()
    return where
