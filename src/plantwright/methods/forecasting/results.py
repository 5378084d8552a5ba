"""What a forecast is: its mean, its spread, where it came from, and how good it was when it was tried out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.methods.forecasting.bad_input import fault, stop

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NORMAL, LOGNORMAL, SKEWED = 0, 1, 2
"""Shapes of the error: symmetric; a factor (what is never near 0); a gamma distribution (what is often 0)."""

TAILS = 5.0
"""Degrees of freedom: errors of forecasts have longer tails than the normal distribution; see the page for why."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """Forecasts of many series; row i belongs to series i, column j to the (j + 1)-th period after its end.

    Parameters
    ----------
    mean
        float64[n, H]; in the unit of the series.
    lower, upper
        float64[n, H, L]; the ends of the interval that holds the value with probability `levels[l]`.
    levels
        The probabilities, such as (0.8, 0.95).
    sigma
        float64[n, H]; standard deviation of the error of each step.
    scale
        float64[n]; the same of the first step, as the residuals of the past show it.
    shape
        int64[n]; `NORMAL`, `LOGNORMAL` or `SKEWED`: how errors are spread, for `quantiles`.
    method
        The method of each series: ``combination``, or the name of the only one that has weight.
    members
        Names of the methods that may have weight.
    weights
        float64[n, M]; share of each member; a row adds up to 1.
    score
        float64[n, M]; mean absolute error of each member when it was tried out on the last periods (`origins` times,
        each time fitted only to what lay before), over the mean absolute seasonal difference; 0 where `origins` is 0.
    origins
        int64[n]; how often it was tried out; 0 where the series is too short for it.
    kind
        Class of each series; see `classify`.
    notes
        What is unusual about each series, such as ``constant`` or ``gaps filled: 3``.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    levels: tuple[float, ...]
    sigma: Floats
    scale: Floats
    shape: Ints
    method: tuple[str, ...]
    members: tuple[str, ...]
    weights: Floats
    score: Floats
    origins: Ints
    kind: tuple[str, ...]
    notes: tuple[tuple[str, ...], ...]


def quantiles(forecasts: Forecasts, probabilities: ArrayLike) -> Floats:
    """Give what the demand stays below with given probabilities.

    Parameters
    ----------
    forecasts
        Of `forecast`.
    probabilities
        float64[k], each above 0 and below 1.

    Returns
    -------
    float64[n, H, k], in the unit of the series.

    Raises
    ------
    ProblemError
        When a probability is not above 0 and below 1.

    Notes
    -----
    Around the mean F with deviation s, for the Student quantile t(p) scaled to variance 1: F + s t(p); where all values
    are well above 0, F exp(t(p) v) with v^2 = ln(1 + s^2 / F^2); for intermittent demand a gamma distribution of the
    same mean and deviation by the cube-root rule of Wilson and Hilferty. Cost O(n H k).

    References
    ----------
    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964, 26.7.5 and 26.4.17.

    Examples
    --------
    >>> from plantwright.methods.forecasting import forecast
    >>> ahead = forecast([10.0, 12, 11, 13, 12, 11, 12, 13], [0, 8], season=1, horizon=2)
    >>> low, high = quantiles(ahead, [0.1, 0.9])[0, 0]
    >>> bool(low < ahead.mean[0, 0] < high)
    True
    """
    asked = np.atleast_1d(np.asarray(probabilities, np.float64))
    stop([fault("probabilities", float(p), "above 0 and below 1", k) for k, p in enumerate(asked) if not 0 < p < 1])
    return spread_quantiles(forecasts.mean, forecasts.sigma, forecasts.shape, asked)


def spread_quantiles(mean: Floats, sigma: Floats, shape: Ints, probabilities: Floats) -> Floats:
    """Give the quantiles of errors of the given shapes around a mean."""
    points = np.array([student(float(p)) for p in probabilities])
    found: Floats = np.empty((*mean.shape, points.size))
    for kind in np.unique(shape).tolist():
        rows = shape == kind
        middle, deviation = mean[rows, :, None], sigma[rows, :, None]
        share = np.minimum(deviation, 1e3 * np.abs(middle)) / np.maximum(np.abs(middle), 1e-300)
        if kind == LOGNORMAL:
            found[rows] = middle * np.exp(np.minimum(np.sqrt(np.log1p(share**2)) * points, 50.0))
        elif kind == SKEWED:
            normal = np.array([NormalDist().inv_cdf(float(p)) for p in probabilities])
            found[rows] = middle * np.maximum(1.0 - share**2 / 9.0 + normal * share / 3.0, 0.0) ** 3
        else:
            found[rows] = middle + deviation * points
    return found


def student(probability: float, freedom: float = TAILS) -> float:
    """Give the quantile of Student's distribution, scaled to variance 1.

    Examples
    --------
    >>> round(student(0.975, 1e9), 3), round(student(0.975) * (5 / 3) ** 0.5, 2)
    (1.96, 2.57)
    """
    z = NormalDist().inv_cdf(probability)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    found = z + first / freedom + second / freedom**2 + third / freedom**3
    return found * math.sqrt((freedom - 2) / freedom) if freedom > 2 else found
