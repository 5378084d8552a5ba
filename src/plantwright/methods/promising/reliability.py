"""Whether stated chances come true: by band, with the uncertainty that few cases leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import BAD_ARGUMENT, ProblemError

Numbers = NDArray[np.float64]
NORMAL_95 = 1.959963984540054
"""Quantile of the standard normal distribution that leaves 2.5 % on either side."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Stated chances against what happened; each array has one value a band.

    Parameters
    ----------
    lower, upper
        Ends of the bands; a chance that equals an end between two belongs to the band above.
    count
        Cases.
    stated
        Mean chance that was stated; NaN without cases.
    kept
        Share that came true; NaN without cases.
    least, most
        95 % interval of that share.
    brier
        Mean squared difference of chance and outcome over all cases, 0 best; NaN without cases.
    base
        The same, had each chance been the share that came true; what states chances must be better to be of use.
    z
        Standardised difference of the score from what it is on average where every stated chance is right: within
        1.96 of 0 in 95 of 100 such cases. NaN where it cannot vary.
    """

    lower: Numbers
    upper: Numbers
    count: NDArray[np.int64]
    stated: Numbers
    kept: Numbers
    least: Numbers
    most: Numbers
    brier: float
    base: float
    z: float


def reliability(probability: ArrayLike, kept: ArrayLike, edges: ArrayLike = (0.0, 0.5, 0.8, 0.95, 1.0)) -> Reliability:
    """Set stated chances against what happened, band by band.

    Parameters
    ----------
    probability
        float64[n], the chances, from 0 to 1.
    kept
        bool[n], whether it came true.
    edges
        float64[k + 1], rising, the ends of the bands.

    Returns
    -------
    The figures by band. A forecaster is well calibrated where `stated` lies between `least` and `most`.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Interval of a share p of n cases: Wilson's, ``(p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)``, which
    holds for few cases too. Score: Brier's. With chances p and outcomes o, 1 or 0, Spiegelhalter's test is
    ``z = sum((o - p) (1 - 2p)) / sqrt(sum((1 - 2p)^2 p (1 - p)))``. Cost O(n log k).

    References
    ----------
    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22, 1927, 209-212. G. W. Brier, "Verification of forecasts expressed in terms of
    probability", Monthly Weather Review 78(1), 1950, 1-3. D. J. Spiegelhalter, "Probabilistic prediction in patient
    management and clinical trials", Statistics in Medicine 5(5), 1986, 421-433.

    Examples
    --------
    Ten promises at 90 %, of which eight were kept:

    >>> found = reliability([0.9] * 10, [True] * 8 + [False] * 2)
    >>> found.count.tolist(), float(found.kept[2]), round(float(found.least[2]), 3), round(float(found.most[2]), 3)
    ([0, 0, 10, 0], 0.8, 0.49, 0.943)
    >>> round(found.brier, 3), round(found.base, 3), round(found.z, 2)
    (0.17, 0.16, 1.05)
    """
    chance, came, ends = (np.atleast_1d(np.asarray(one, np.float64)) for one in (probability, kept, edges))
    _check(chance, came, ends)
    band = np.clip(np.searchsorted(ends, chance, side="right") - 1, 0, len(ends) - 2)
    count = np.bincount(band, minlength=len(ends) - 1).astype(np.int64)
    some = np.where(count > 0, count, np.nan)
    stated = np.bincount(band, chance, len(count)) / some
    share = np.bincount(band, came, len(count)) / some
    least, most = wilson(share, some)
    brier = float(np.mean((chance - came) ** 2)) if chance.size else float("nan")
    mean = float(came.mean()) if chance.size else float("nan")
    z = spiegelhalter(chance, came)
    return Reliability(ends[:-1], ends[1:], count, stated, share, least, most, brier, mean * (1 - mean), z)


def spiegelhalter(chance: Numbers, came: Numbers) -> float:
    """Give the standardised difference of Brier's score from its mean under right chances; NaN where none varies.

    Examples
    --------
    >>> round(spiegelhalter(np.full(10, 0.9), np.repeat([1.0, 0.0], [8, 2])), 3)
    1.054
    """
    weight = 1 - 2 * chance
    variance = float((weight**2 * chance * (1 - chance)).sum())
    return float(((came - chance) * weight).sum()) / variance**0.5 if variance > 0 else float("nan")


def wilson(share: Any, count: Any) -> tuple[Any, Any]:
    """Give the 95 % interval of a share that was seen in so many cases.

    Examples
    --------
    >>> [round(float(end), 3) for end in wilson(1.0, 10)]
    [0.722, 1.0]
    """
    z2 = NORMAL_95**2
    middle = share + z2 / (2 * count)
    half = NORMAL_95 * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return (middle - half) / (1 + z2 / count), (middle + half) / (1 + z2 / count)


def _check(chance: Numbers, came: Numbers, ends: Numbers) -> None:
    problems = []
    if chance.shape != came.shape:
        problems.append(BAD_ARGUMENT.at("", "", "kept", came.shape, must="as many as the probabilities"))
    if not np.all((chance >= 0) & (chance <= 1)):
        problems.append(BAD_ARGUMENT.at("", "", "probability", float(chance.max()), must="from 0 to 1"))
    if len(ends) < 2 or not np.all(np.diff(ends) > 0):
        problems.append(BAD_ARGUMENT.at("", "", "edges", ends.tolist(), must="two or more, rising"))
    if problems:
        raise ProblemError(problems)
