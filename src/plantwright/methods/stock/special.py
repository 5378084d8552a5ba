"""Special functions of statistics that Python's own library lacks, in plain floating point."""

from __future__ import annotations

import math

ENOUGH = 2.0**-53
TINY = 1e-300


def gamma_tail(shape: float, x: float) -> float:
    """Give Q(a, x), the share of a gamma distribution of scale 1 that lies above `x`.

    Below a + 1 from the series of P, above it from the continued fraction of Q (by Lentz's rule): both converge fast
    there and neither subtracts.

    Parameters
    ----------
    shape
        a, above 0.
    x
        0 or above.

    Notes
    -----
    Cost O(sqrt(a)) terms; the error is about 1e-15 (1 + a), because a^x e^-x / Gamma(a) comes from logarithms.

    References
    ----------
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964, 6.5.29 and 6.5.31.

    Examples
    --------
    >>> round(gamma_tail(1.0, 2.0), 12) == round(math.exp(-2.0), 12)
    True
    """
    if x <= 0.0:
        return 1.0
    factor = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        return max(0.0, 1.0 - factor * _series(shape, x))
    return factor * _fraction(shape, x)


def _series(shape: float, x: float) -> float:
    term = total = 1.0 / shape
    step = shape
    while term > total * ENOUGH:
        step += 1.0
        term *= x / step
        total += term
    return total


def _fraction(shape: float, x: float) -> float:
    b = x + 1.0 - shape
    c = 1.0 / TINY
    d = 1.0 / b
    result = d
    change = 0.0
    step = 0
    while abs(change - 1.0) > ENOUGH * 4.0:
        step += 1
        a = -step * (step - shape)
        b += 2.0
        d = 1.0 / _away(a * d + b)
        c = _away(b + a / c)
        change = c * d
        result *= change
    return result


def _away(value: float) -> float:
    """Keep a divisor away from 0."""
    return value if abs(value) > TINY else TINY


def normal_density(z: float) -> float:
    """Give the density of the standard normal distribution."""
    return math.exp(-z * z / 2.0) / math.sqrt(2.0 * math.pi)


def normal_tail(z: float) -> float:
    """Give the share of the standard normal distribution that lies above `z`, right far out too."""
    return math.erfc(z / math.sqrt(2.0)) / 2.0
