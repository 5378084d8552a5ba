"""How good forecasts were: errors in the measures of the field, of points, intervals and quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import Problem
from plantwright.methods.forecasting.bad_input import LONGEST_SEASON, a_number_each, fault, read_levels, stop

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """Errors of each series over its horizon; means over series are the caller's to take.

    A measure whose divisor is 0 (a constant past, a demand of nothing at all) has no value: it is NaN in its row.

    Parameters
    ----------
    mae, rmse
        float64[n]; mean absolute and root mean square error, units.
    mase, rmsse
        float64[n]; the same over those of the seasonal naive forecast of the past.
    smape, wape
        float64[n]; percent: mean of 200 |a - f| / (|a| + |f|), and the sum of |a - f| over the sum of |a|.
    bias
        float64[n]; mean of f - a, units: above 0 when too much was forecast.
    pinball
        float64[n]; mean pinball loss of the ends of all intervals, units; 0 without intervals.
    coverage
        float64[n, L]; share of the values that lie inside each interval.
    """

    mae: Floats
    rmse: Floats
    mase: Floats
    rmsse: Floats
    smape: Floats
    wape: Floats
    bias: Floats
    pinball: Floats
    coverage: Floats


def accuracy(
    actual: ArrayLike,
    mean: ArrayLike,
    insample: Sequence[ArrayLike] | None = None,
    season: ArrayLike = 1,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    levels: Sequence[float] = (0.8, 0.95),
) -> Accuracy:
    """Measure forecasts against what came.

    Parameters
    ----------
    actual, mean
        float64[n, H]; what came and what was forecast. NaN in `actual`: not known, and left out.
    insample
        The past of each series, for `mase` and `rmsse`, which are NaN without it.
    season
        m, periods in a season: the past's naive forecast is the value of m periods before. One for all, or one each.
    lower, upper
        float64[n, H, L]; ends of the intervals.
    levels
        Their L probabilities.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    MASE is mean |a - f| / q with q = mean |y_t - y_(t-m)| over the past; RMSSE the root of mean (a - f)^2 over mean
    (y_t - y_(t-m))^2. The pinball loss of a quantile u at p is p (a - u) above it and (1 - p) (u - a) below it. Cost
    O(n (H L + past)).

    References
    ----------
    R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", International Journal of
    Forecasting 22, 2006, 679-688; S. Makridakis and M. Hibon, "The M3-Competition", the same 16, 2000, 451-476.

    Examples
    --------
    >>> found = accuracy([[12.0, 8.0]], [[10.0, 10.0]], insample=[[9.0, 10.0, 12.0]])
    >>> found.mae.tolist(), found.mase.round(3).tolist(), found.smape.round(2).tolist(), found.bias.tolist()
    ([2.0], [1.333], [20.2], [0.0])
    """
    problems: list[Problem] = []
    came, told = _table("actual", actual, problems), _table("mean", mean, problems)
    if came.shape != told.shape:
        problems.append(fault("mean", f"of shape {told.shape}", f"of the shape of actual, {came.shape}"))
    seasons = a_number_each("season", season, came.shape[0], LONGEST_SEASON, problems)
    past = [np.asarray(one, np.float64).ravel() for one in insample] if insample is not None else []
    if insample is not None and len(past) != came.shape[0]:
        problems.append(fault("insample", f"{len(past)} long", f"one past for each of the {came.shape[0]} series"))
    ends = _ends(came, lower, upper, levels, problems)
    stop(problems)
    error = told - came
    absolute, squared = _mean(np.abs(error)), _mean(error**2)
    scale, square_scale = _scales(past, seasons.tolist(), came.shape[0])
    size = np.abs(came) + np.abs(told)
    share = np.where(size > 0, 200 * np.abs(error) / np.where(size > 0, size, 1), np.where(np.isnan(size), np.nan, 0.0))
    return Accuracy(
        absolute, np.sqrt(squared), _over(absolute, scale), np.sqrt(_over(squared, square_scale)), _mean(share),
        100 * _over(absolute, _mean(np.abs(came))), _mean(error), _pinball(came, ends, levels), _coverage(came, ends),
    )  # fmt: skip


def _table(name: str, values: ArrayLike, problems: list[Problem]) -> Floats:
    table = np.atleast_2d(np.asarray(values, np.float64))
    if table.ndim != 2 or not table.size:
        problems.append(fault(name, f"of shape {table.shape}", "a row of numbers for each series"))
        return np.zeros((1, 1))
    if np.isinf(table).any() or (name == "mean" and np.isnan(table).any()):
        problems.append(fault(name, "not finite", "numbers"))
    return table


def _ends(
    came: Floats, lower: ArrayLike | None, upper: ArrayLike | None, levels: Sequence[float], problems: list[Problem]
) -> Floats:
    """Give the ends of the intervals as float64[2, n, H, L]; L is 0 without intervals."""
    asked = read_levels(levels, problems)
    if lower is None or upper is None:
        return np.zeros((2, *came.shape, 0))
    ends = [np.asarray(one, np.float64) for one in (lower, upper)]
    wanted = (*came.shape, len(asked))
    wrong = [end.shape for end in ends if end.shape != wanted]
    if wrong:
        problems.append(fault("lower and upper", f"of shape {wrong[0]}", f"of shape {wanted}"))
        return np.zeros((2, *came.shape, 0))
    return np.stack(ends)


def _mean(table: Floats) -> Floats:
    """Give the mean of each row over what is known; NaN where nothing is."""
    known = ~np.isnan(table)
    return _over(np.where(known, table, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))


def _over(top: Floats, below: Floats) -> Floats:
    found: Floats = np.where(below > 0, top / np.where(below > 0, below, 1.0), np.nan)
    return found


def _scales(past: list[Floats], seasons: list[int], count: int) -> tuple[Floats, Floats]:
    """Give the mean absolute and square seasonal difference of each past; NaN without one."""
    found = np.full((2, count), np.nan)
    for k, row in enumerate(past):
        step = seasons[k] if row.size > seasons[k] else 1
        change = row[step:] - row[:-step]
        change = change[~np.isnan(change)]
        if change.size:
            found[:, k] = np.abs(change).mean(), (change**2).mean()
    return found[0], found[1]


def _pinball(came: Floats, ends: Floats, levels: Sequence[float]) -> Floats:
    if not ends.shape[-1]:
        return np.zeros(came.shape[0])
    tails = (1 - np.asarray(levels, np.float64)) / 2
    share = np.stack([tails, 1 - tails])[:, None, None, :]
    over = came[None, :, :, None] - ends
    loss = np.maximum(share * over, (share - 1) * over)
    return _mean(loss.mean(axis=(0, 3)))


def _coverage(came: Floats, ends: Floats) -> Floats:
    inside = (came[:, :, None] >= ends[0]) & (came[:, :, None] <= ends[1])
    known = ~np.isnan(came)
    if not inside.shape[2]:
        return np.zeros((came.shape[0], 0))
    shares = [_over((one & known).sum(axis=1) * 1.0, known.sum(axis=1) * 1.0) for one in np.moveaxis(inside, 2, 0)]
    return np.stack(shares, axis=1)
