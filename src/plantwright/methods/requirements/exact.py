"""Exact arithmetic on scaled whole numbers: a quantity of 1.5 is 1,500,000.

Products of two scaled numbers would leave 64 bits, so they are taken apart first. Every rounding is named: needs are
rounded up, supplies down.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plantwright.methods.working_time import primitive

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SCALE = 1_000_000
"""How many parts a unit of quantity, and a ratio of 1, is divided into."""

LARGEST = 10**15
"""The largest quantity of one row: a thousand million units. Sums of thousands of such rows stay within 64 bits."""


@primitive
def round_up(quantity: int, step: int) -> int:
    """Round up to a whole number of steps."""
    return -(-quantity // step) * step


@primitive
def scaled_down(quantity: int, ratio: int) -> int:
    """Give quantity x ratio / SCALE, rounded down; exact for every pair whose result fits."""
    return quantity // SCALE * ratio + quantity % SCALE * ratio // SCALE


@primitive
def scaled_up(quantity: int, ratio: int) -> int:
    """Give quantity x ratio / SCALE, rounded up."""
    return quantity // SCALE * ratio - (-(quantity % SCALE) * ratio // SCALE)


@primitive
def divided_down(quantity: int, ratio: int) -> int:
    """Give quantity x SCALE / ratio, rounded down."""
    return quantity // ratio * SCALE + quantity % ratio * SCALE // ratio


@primitive
def with_loss(quantity: int, per: int, denominator: int, fixed: int, scrap: int) -> int:
    """Give (quantity x per / denominator + fixed) x (1 + scrap), rounded up once at the end.

    Without scrap any denominator goes; with scrap it is SCALE.

    With S = SCALE and m = S + scrap, the first product is w + r/S in whole parts w and rest r; then w = u S + v, and
    the result is u m + (v m S + r m) / S^2, where nothing exceeds 64 bits while scrap is below 4.
    """
    rest = quantity % denominator * per
    whole = quantity // denominator * per + rest // denominator + fixed
    if scrap == 0:
        return whole + (1 if rest % denominator else 0)
    share = SCALE + scrap
    small = whole % SCALE * share * SCALE + rest % SCALE * share
    return whole // SCALE * share - (-small // (SCALE * SCALE))


@primitive
def too_large(quantity: int, per: int, denominator: int) -> bool:
    """Tell whether quantity x per / denominator would pass `LARGEST`, without forming it."""
    return bool(float(quantity) * float(per) > float(LARGEST) * denominator)
