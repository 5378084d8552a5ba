"""What a supplier or a process allows: the smallest lot, the largest, and whole multiples."""

from __future__ import annotations

from itertools import repeat

import numpy as np

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.lot_sizing.kernel import Ints, next_lot
from plantwright.methods.reading import LARGEST, is_whole

MOST_LOTS = 10_000_000
"""No need is split into more lots than this."""


def modifier_faults(minimum: int, maximum: int, multiple: int) -> list[Problem]:
    """Give what is wrong with the three modifiers, alone and together."""
    values = {"minimum": minimum, "maximum": maximum, "multiple": multiple}
    found = [
        BAD_ARGUMENT.at(column=name, value=value, must="a whole number, 0 or above")
        for name, value in values.items()
        if not is_whole(value)
    ]
    if found or maximum == 0:
        return found
    step = max(multiple, 1)
    if maximum - maximum % step < max(-(-minimum // step) * step, step):
        must = f"large enough for the minimum {minimum} in multiples of {step}"
        found.append(BAD_ARGUMENT.at(column="maximum", value=maximum, must=must))
    return found


def adjust_lot(need: int, minimum: int = 0, maximum: int = 0, multiple: int = 0) -> Ints:
    """Turn a need into the lots that may be ordered for it.

    The minimum comes first, then rounding up to the multiple, then the maximum, which splits the need into several
    lots (the last one again raised to the minimum and rounded up).

    Parameters
    ----------
    need, minimum, maximum, multiple
        Whole numbers of the smallest unit. 0 means that there is no such limit. Of the maximum only its whole multiples
        can be used.

    Returns
    -------
    int64 array of lots that add up to the need or more; empty when nothing is needed.

    Raises
    ------
    ProblemError
        When a value is negative or not whole, the minimum does not fit under the maximum, or ten million lots and more
        would be needed.

    Examples
    --------
    >>> adjust_lot(130, minimum=50, maximum=60, multiple=4).tolist()
    [60, 60, 52]
    >>> adjust_lot(5, minimum=20).tolist()
    [20]
    """
    problems = modifier_faults(minimum, maximum, multiple)
    if not is_whole(need, least=-int(LARGEST)):
        problems.append(BAD_ARGUMENT.at(column="need", value=need, must="a whole number"))
    if problems:
        raise ProblemError(problems)
    largest = next_lot(max(int(need), 0), int(minimum), int(maximum), int(multiple))
    if need <= 0:
        return np.zeros(0, np.int64)
    whole = int(need) // largest if largest < need else 0
    if whole > MOST_LOTS:
        raise ProblemError([BAD_ARGUMENT.at(column="maximum", value=maximum, must=f"above 1/{MOST_LOTS} of the need")])
    rest = int(need) - whole * largest
    lots = list(repeat(largest, whole))
    if rest > 0:
        lots.append(next_lot(rest, int(minimum), int(maximum), int(multiple)))
    return np.array(lots, dtype=np.int64)
