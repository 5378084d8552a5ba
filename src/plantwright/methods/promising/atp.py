"""Available to promise: what of stock and receipts no order has yet, by bucket, and for classes of customers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, Problem, ProblemError
from plantwright.methods.working import Step, Working, given

Amounts = NDArray[Any]
"""Whole numbers where whole numbers were given (millionths of a unit, say), else float64."""
SOURCE = (
    "T. E. Vollmann, W. L. Berry, D. C. Whybark and F. R. Jacobs, Manufacturing Planning and Control for Supply Chain "
    "Management, 5th ed., McGraw-Hill, 2005, chapter 6 (order promising); APICS Dictionary, available-to-promise"
)


def discrete_atp(on_hand: float, receipts: ArrayLike, committed: ArrayLike, *, look_back: bool = True) -> Amounts:
    """Give what each receipt still has free for new orders.

    A receipt serves the orders from its own bucket until the next receipt; the stock counts as a receipt of the first
    bucket.

    Parameters
    ----------
    on_hand
        Stock at the beginning, in units; below 0 for what is owed.
    receipts
        float64[n] or int64[n], 0 or above: what comes in each bucket.
    committed
        float64[n] or int64[n], 0 or above: what has been promised for each bucket.
    look_back
        Where orders of a stretch ask for more than its receipt, whether earlier receipts give the rest (backwards, the
        nearest first). Without, such a bucket is below 0.

    Returns
    -------
    One value a bucket, 0 in buckets without a receipt. With `look_back` only the first can be below 0: so much more
    has been promised than there will be.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    ``ATP_t = R_t - sum(C_s for s = t .. u - 1)`` where u is the bucket of the next receipt, and R_1 holds the stock.
    Cost O(n).

    References
    ----------
    Vollmann, Berry, Whybark and Jacobs 2005, chapter 6; APICS Dictionary, "discrete available-to-promise".

    Examples
    --------
    Stock of 20, orders for 5, 3 and 2, and a receipt of 30 in the fourth week:

    >>> discrete_atp(20, [0, 0, 0, 30], [5, 3, 2, 0]).tolist()
    [10, 0, 0, 30]
    """
    supply, asked = _series(on_hand, receipts, committed)
    free = np.zeros_like(supply)
    own = 0
    for t in range(len(supply)):
        own = t if supply[t] > 0 else own
        free[own] += supply[t] - asked[t]
    for t in range(len(supply) - 1, 0, -1) if look_back else ():
        if free[t] < 0:
            before = max((s for s in range(t) if supply[s] > 0), default=0)
            free[before] += free[t]
            free[t] = 0
    return free


def cumulative_atp(on_hand: float, receipts: ArrayLike, committed: ArrayLike, *, look_ahead: bool = True) -> Amounts:
    """Give how much of new orders, due in a bucket or later, can be promised in all up to each bucket.

    Parameters
    ----------
    on_hand, receipts, committed
        See `discrete_atp`.
    look_ahead
        Whether later orders keep what they need of earlier supply. Without, each bucket is the stock that is left when
        all orders until then are served: too much, if later orders live on it.

    Returns
    -------
    One value a bucket. With `look_ahead` it never falls from bucket to bucket, and it is the running sum of
    `discrete_atp`.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Without look-ahead ``A_t = A_(t-1) + R_t - C_t``; with it ``min(A_s for s >= t)``. Cost O(n).

    References
    ----------
    APICS Dictionary, "cumulative available-to-promise", with and without look-ahead calculation.

    Examples
    --------
    >>> cumulative_atp(20, [0, 0, 0, 30], [5, 3, 2, 0]).tolist()
    [10, 10, 10, 40]
    >>> cumulative_atp(20, [0, 0, 0, 30], [5, 3, 2, 0], look_ahead=False).tolist()
    [15, 12, 10, 40]
    """
    supply, asked = _series(on_hand, receipts, committed)
    left = np.cumsum(supply - asked)
    return np.minimum.accumulate(left[::-1])[::-1].copy() if look_ahead else left


def class_atp(
    on_hand: float, receipts: ArrayLike, committed: ArrayLike, kept: ArrayLike, *, nested: bool = True
) -> Amounts:
    """Give what each class of customers may be promised, where some quantities are kept for certain classes.

    Parameters
    ----------
    on_hand, receipts, committed
        See `discrete_atp`.
    kept
        [k, n], 0 or above: what is held for each class in each bucket, the most important class first. What a class
        has used of its share is no longer held for it; what is held and not used is free again after its period.
    nested
        Whether a class may take what is kept for less important ones (nested borrowing). Without, each class has its
        own share and what is kept for nobody.

    Returns
    -------
    [k, n], like `cumulative_atp` with look-ahead: how much in all up to each bucket, at least 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    With ``K_j(s)`` what is held for class j in bucket s: ``max(0, min over s >= t of (A_s - sum over j of K_j(s)))``.
    The sum goes over the more important classes, or over all others without borrowing. Nested limits and their
    protection levels: K. T. Talluri and G. J. van Ryzin, The Theory and Practice of Revenue Management, Kluwer, 2004,
    section 2.1. Cost O(k n).

    Examples
    --------
    Of 100 pieces 60 are kept for the first class and 20 for the second; the third has what is left, the first may have
    all:

    >>> class_atp(100, [0, 0], [0, 0], [[60, 60], [20, 20], [0, 0]])[:, 0].tolist()
    [100, 40, 20]
    >>> class_atp(100, [0, 0], [0, 0], [[60, 60], [20, 20], [0, 0]], nested=False)[:, 0].tolist()
    [80, 40, 20]
    """
    supply, asked = _series(on_hand, receipts, committed)
    shares = np.asarray(kept)
    shares = shares if shares.dtype.kind in "iu" else shares.astype(np.float64)
    if shares.ndim != 2 or shares.shape[1] != len(supply):
        must = f"a row of {len(supply)} buckets for each class"
        raise ProblemError([BAD_ARGUMENT.at("", "", "kept", shares.shape, must=must)])
    problems = _below("kept", shares.ravel())
    if problems:
        raise ProblemError(problems)
    above = np.cumsum(shares, axis=0) - shares
    others = above if nested else shares.sum(axis=0) - shares
    left = np.cumsum(supply - asked) - others
    return np.maximum(np.minimum.accumulate(left[:, ::-1], axis=1)[:, ::-1], 0)


def first_bucket(cumulative: ArrayLike, quantity: float) -> int:
    """Give the first bucket in which a quantity can be promised by cumulative available to promise, -1 for none.

    Examples
    --------
    >>> first_bucket([10, 10, 10, 40], 15), first_bucket([10, 10], 15)
    (3, -1)
    """
    enough = np.flatnonzero(np.asarray(cumulative) >= quantity)
    return int(enough[0]) if len(enough) else -1


def atp_working(on_hand: float, receipts: ArrayLike, committed: ArrayLike, bucket: int) -> Working:
    """Show how the cumulative available to promise of a bucket comes about, with look-ahead.

    Parameters
    ----------
    on_hand, receipts, committed
        See `discrete_atp`.
    bucket
        The bucket, from 0.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Examples
    --------
    >>> print(atp_working(20, [0, 0, 0, 30], [5, 3, 2, 0], 0))
    I = 20 (stock at the beginning)
    R = 0 (receipts up to the bucket)
    C = 5 (promised up to the bucket)
    N = I + R - C = 15 (left when all orders up to the bucket are served)
    L = N - min(N of this and later buckets) = 5 (what later orders need of it)
    ATP = N - L = 10 (available to promise up to the bucket)
    Source: T. E. Vollmann, W. L. Berry, D. C. Whybark and F. R. Jacobs, Manufacturing Planning and Control for Supply \
Chain Management, 5th ed., McGraw-Hill, 2005, chapter 6 (order promising); APICS Dictionary, available-to-promise
    """
    supply, asked = _series(on_hand, receipts, committed)
    if not 0 <= bucket < len(supply):
        must = f"from 0 to {len(supply) - 1}"
        raise ProblemError([BAD_ARGUMENT.at("", "", "bucket", bucket, must=must)])
    left = float(np.cumsum(supply - asked)[bucket])
    least = float(cumulative_atp(on_hand, receipts, committed)[bucket])
    came = float(np.sum(np.asarray(receipts)[: bucket + 1]))
    steps = (
        *given(
            I=("stock at the beginning", on_hand), R=("receipts up to the bucket", came),
            C=("promised up to the bucket", float(asked[: bucket + 1].sum())),
        ),
        Step("N", "left when all orders up to the bucket are served", left, "I + R - C"),
        Step("L", "what later orders need of it", left - least, "N - min(N of this and later buckets)"),
        Step("ATP", "available to promise up to the bucket", least, "N - L"),
    )  # fmt: skip
    return Working(SOURCE, steps)


def _series(on_hand: float, receipts: ArrayLike, committed: ArrayLike) -> tuple[Amounts, Amounts]:
    """Check the series; gives what comes, with the stock in the first bucket, and what is asked for."""
    supply, asked = (_plain(one) for one in (receipts, committed))
    problems = []
    if supply.ndim != 1 or supply.shape != asked.shape or not supply.size:
        must = "one value or more, and as many as committed"
        problems.append(BAD_ARGUMENT.at("", "", "receipts", f"{supply.shape} and {asked.shape}", must=must))
    problems += _below("receipts", supply.ravel()) + _below("committed", asked.ravel())
    if not np.isfinite(on_hand):
        problems.append(BAD_ARGUMENT.at("", "", "on_hand", on_hand, must="a number"))
    if problems:
        raise ProblemError(problems)
    kind = np.int64 if all(one.dtype.kind == "i" for one in (supply, asked)) and on_hand == int(on_hand) else np.float64
    supply, asked = supply.astype(kind), asked.astype(kind)
    supply[0] += int(on_hand) if kind is np.int64 else on_hand
    return supply, asked


def _plain(values: ArrayLike) -> Amounts:
    found = np.array(values)
    return found if found.dtype.kind == "i" else found.astype(np.float64)


def _below(name: str, values: Amounts) -> list[Problem]:
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    return [BAD_ARGUMENT.at("", int(place), name, values[place].item(), must="0 or above") for place in wrong[:10]]
