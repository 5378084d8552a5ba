"""Matching supplies with requirements anew: the same quantities on both sides, in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.methods.requirements.exact import Ints

MOST = 2.0**62
"""Above this sum of quantities the running totals could overflow."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Which supply serves which requirement, and how much: three arrays of one length."""

    requirement: Ints
    supply: Ints
    quantity: Ints


def match_in_order(
    node: Ints, requirement: Ints, supply: Ints, quantity: Ints, requirement_time: Ints, supply_time: Ints
) -> Matches:
    """Match the supplies of each node with its requirements again, the earliest supply with the earliest requirement.

    What each requirement gets in all and what each supply gives in all stay as they are; only who serves whom changes.
    For one node, serving in order of time keeps the greatest lateness of a requirement as low as any matching can.

    Parameters
    ----------
    node, requirement, supply, quantity
        int64[pegs], the pegs as they are: where, what is served, by what (any number; negative ones are supplies too),
        and how much. A requirement has one node; a supply may have several.
    requirement_time, supply_time
        int64[pegs], when the requirement of each peg is wanted, and when its supply is there.

    Returns
    -------
    The new pegs, by node; the quantities of every requirement and of every supply at a node add up to what they did.
    Pegs are given back as they are where the quantities are too large to be added up.

    Notes
    -----
    O(p log p) for p pegs. Each side is laid end to end on one axis of running totals, nodes in the same order; every
    stretch between two neighbouring ends is a peg. Earliest due date first minimises the greatest lateness on one
    machine (J. R. Jackson, Scheduling a production line to minimize maximum tardiness, 1955); here supplies are the
    machine's slots.

    Examples
    --------
    Two requirements of 10, two supplies of 10 that come late and soon, matched the wrong way round:

    >>> import numpy as np
    >>> same = np.zeros(2, np.int64)
    >>> ten = np.full(2, 10)
    >>> found = match_in_order(same, np.array([0, 1]), np.array([7, 8]), ten, np.array([100, 200]), np.array([90, 30]))
    >>> found.requirement.tolist(), found.supply.tolist(), found.quantity.tolist()
    ([0, 1], [8, 7], [10, 10])
    """
    if not len(quantity) or float(quantity.astype(np.float64).sum()) > MOST:
        return Matches(requirement, supply, quantity)
    asked, asked_end = _laid(node, requirement_time, requirement, quantity)
    given, given_end = _laid(node, supply_time, supply, quantity)
    ends = np.union1d(asked_end, given_end)
    return Matches(
        asked[np.searchsorted(asked_end, ends)], given[np.searchsorted(given_end, ends)], np.diff(ends, prepend=0)
    )


def _laid(node: Ints, time: Ints, name: Ints, quantity: Ints) -> tuple[Ints, Ints]:
    """Lay one side of the pegs end to end, by node, time and name: whose each stretch is, and where it ends."""
    order = np.lexsort((name, time, node))
    last = np.append((np.diff(name[order]) != 0) | (np.diff(node[order]) != 0), True)
    return name[order][last], np.cumsum(quantity[order])[last]
