"""Reconciled forecasts: every row of a hierarchy forecast by itself, moved as little as its errors allow to add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.forecasting.hierarchy import Hierarchy, read_rows
from plantwright.methods.stock.arguments import Floats, fault, one_of, stop

Reconciling = Literal["bottom_up", "top_down", "ols", "structural", "variance", "mint"]
METHODS = ("bottom_up", "top_down", "ols", "structural", "variance", "mint")

DENSE_CELLS = 5_000_000
"""Up to so many products of aggregates and entries the equations are solved in full; above, by conjugate gradients."""
EXACT = 1e-12
LEAST_VARIANCE = 1e-6
"""Of the largest: a row without any error would otherwise hold all others to its value."""


@dataclass(frozen=True, slots=True, eq=False)
class Reconciled:
    """Forecasts that add up.

    Parameters
    ----------
    values
        float64 (rows, H); every aggregate is the sum of its bottom series.
    moved
        float64 (rows,); root mean square by which each row was moved, units.
    shrinkage
        Share of the diagonal in the covariance of ``mint``; 1 for methods without covariance.
    method
        As it was asked for.
    """

    values: Floats
    moved: Floats
    shrinkage: float
    method: Reconciling


def reconcile(
    hierarchy: Hierarchy,
    base: ArrayLike,
    method: Reconciling = "mint",
    *,
    residuals: ArrayLike | None = None,
    shares: ArrayLike | None = None,
    not_negative: bool = False,
) -> Reconciled:
    """Make the forecasts of all rows of a hierarchy add up.

    Parameters
    ----------
    hierarchy
        The structure, from `build_hierarchy` or `time_hierarchy`.
    base
        float64 (rows, H) or (rows,), each row's own forecast, units by period.
    method
        ``bottom_up``: sums of the bottom forecasts. ``top_down``: the total, shared out by `shares` or by the bottom
        forecasts. ``ols``: every row moved alike. ``structural``: by the number of its bottom series.
        ``variance``: by the variance of its own errors. ``mint``: by the covariance of all errors, shrunk to its
        diagonal; least total variance of the result when the errors are as they were.
    residuals
        float64 (rows, T), one-step errors of the same forecasts on history, for ``variance`` and ``mint``; NaN where
        there is none. Periods in which any row has none are left out by ``mint``.
    shares
        float64 (bottom,), for ``top_down``; they are scaled to a sum of 1.
    not_negative
        True sets bottom figures below 0 to 0 and sums again.

    Raises
    ------
    ProblemError
        With every argument that is out of range; without a total row for ``top_down``; without errors of two periods
        for ``variance`` and ``mint``.

    Notes
    -----
    With C = (I, -A), where A sums the bottom to the aggregates, and W the covariance of the errors,
    result = base - W C' (C W C')^-1 C base. The shrinkage of ``mint`` is that of Schaefer and Strimmer,
    sum of Var(r) / sum of r^2 over all pairs of rows, worked out without any matrix of pairs: O(rows T^2).
    C W C' has one row an aggregate; where small it is solved in full, else only applied, by conjugate gradients.

    References
    ----------
    S. L. Wickramasuriya, G. Athanasopoulos and R. J. Hyndman, "Optimal forecast reconciliation for hierarchical and
    grouped time series through trace minimization", Journal of the American Statistical Association 114(526), 2019,
    804-819.
    J. Schaefer and K. Strimmer, "A shrinkage approach to large-scale covariance matrix estimation and implications for
    functional genomics", Statistical Applications in Genetics and Molecular Biology 4(1), 2005, article 32.
    C. W. Gross and J. E. Sohl, "Disaggregation methods to expedite product line forecasting", Journal of Forecasting
    9(3), 1990, 233-254 (top-down).
    T. Di Fonzo and D. Girolimetto, "Spatio-temporal reconciliation of solar forecasts", Solar Energy 251, 2023, 13-29
    (setting negative figures to zero).

    Examples
    --------
    >>> from plantwright.methods.forecasting.hierarchy import build_hierarchy
    >>> tree = build_hierarchy({"item": ["A", "B"]}, [()])
    >>> reconcile(tree, [10, 4, 3], "ols").values.ravel().tolist()
    [9.0, 5.0, 4.0]
    >>> reconcile(tree, [10, 4, 4], "top_down").values.ravel().tolist()
    [10.0, 5.0, 5.0]
    """
    problems = one_of("method", method, METHODS)
    stop(problems)
    figures = read_rows(hierarchy, base, "base")
    errors = _errors(hierarchy, residuals, problems) if method in {"variance", "mint"} else None
    total = _total_row(hierarchy, problems) if method == "top_down" else -1
    stop(problems)
    shrinkage = 1.0
    if method == "bottom_up":
        lowest = figures[hierarchy.aggregates :]
    elif method == "top_down":
        lowest = _shared_out(hierarchy, figures, total, shares)
    else:
        weight = _weights(hierarchy, method, errors)
        patterns = np.zeros((hierarchy.rows, 0))
        if method == "mint" and errors is not None:
            shrinkage, patterns = _patterns(errors, weight)
        lowest = _least_moved(hierarchy, figures, weight, shrinkage, patterns)
    if not_negative:
        lowest = np.maximum(lowest, 0.0)
    values = hierarchy.all_rows(lowest)
    return Reconciled(values, np.sqrt(np.mean((values - figures) ** 2, axis=1)), shrinkage, method)


def _errors(hierarchy: Hierarchy, residuals: ArrayLike | None, problems: list[Problem]) -> Floats:
    """Read the errors, (rows, T)."""
    must = f"errors of {hierarchy.rows} rows and two periods or more"
    if residuals is None:
        problems.append(fault("residuals", "missing", must))
        return np.zeros((hierarchy.rows, 0))
    errors = np.array(residuals, dtype=np.float64)
    if errors.ndim != 2 or errors.shape[0] != hierarchy.rows or errors.shape[1] < 2:
        problems.append(fault("residuals", f"of shape {errors.shape}", must))
    elif np.isinf(errors).any() or (np.isfinite(errors).sum(axis=1) < 2).any():
        problems.append(fault("residuals", "infinite, or too few in a row", must))
    return errors


def _total_row(hierarchy: Hierarchy, problems: list[Problem]) -> int:
    whole = np.flatnonzero(np.diff(hierarchy.pointer) == hierarchy.bottom)
    if not whole.size:
        problems.append(fault("hierarchy", "without a total", "one with a row that sums all bottom series"))
        return 0
    return int(whole[0])


def _shared_out(hierarchy: Hierarchy, figures: Floats, total: int, shares: ArrayLike | None) -> Floats:
    given = figures[hierarchy.aggregates :] if shares is None else np.array(shares, dtype=np.float64)
    given = np.maximum(given if given.ndim == 2 else given[:, None], 0.0)
    if given.shape[0] != hierarchy.bottom or not np.isfinite(given).all():
        stop([fault("shares", f"of shape {given.shape}", f"{hierarchy.bottom} finite numbers")])
    sums = given.sum(axis=0)
    part = np.where(sums > 0, given / np.where(sums > 0, sums, 1.0), 1.0 / hierarchy.bottom)
    return np.asarray(part * figures[total])


def _weights(hierarchy: Hierarchy, method: Reconciling, errors: Floats | None) -> Floats:
    """Give the diagonal of W."""
    if errors is not None:
        variance = np.nanmean(errors * errors, axis=1)
        most = float(variance.max())
        return np.asarray(np.maximum(variance, LEAST_VARIANCE * most if most > 0 else 1.0))
    if method == "structural":
        return np.concatenate((np.diff(hierarchy.pointer), np.ones(hierarchy.bottom))).astype(np.float64)
    return np.ones(hierarchy.rows)


def _patterns(errors: Floats, weight: Floats) -> tuple[float, Floats]:
    """Give the shrinkage and the errors over all whole periods, scaled so that their products are the covariance."""
    whole = errors[:, np.isfinite(errors).all(axis=0)]
    periods = whole.shape[1]
    if periods < 2:
        return 1.0, np.zeros((errors.shape[0], 0))
    scaled = whole / np.sqrt(np.mean(whole * whole, axis=1) + 1e-12 * weight)[:, None]
    square = scaled * scaled
    products = scaled.T @ scaled
    pairs = float(np.sum(products * products)) / periods**2 - float(np.sum(np.mean(square, axis=1) ** 2))
    fourth = float(np.sum(square.sum(axis=0) ** 2)) - float(np.sum(square * square))
    spread = (fourth / periods - pairs) / max(periods - 1, 1)
    shrinkage = min(1.0, max(0.0, spread / pairs)) if pairs > 0 else 1.0
    return shrinkage, scaled * np.sqrt(weight)[:, None] / np.sqrt(periods)


def _least_moved(hierarchy: Hierarchy, figures: Floats, weight: Floats, shrinkage: float, patterns: Floats) -> Floats:
    """Give the bottom rows of base - W C' (C W C')^-1 C base, with W = s diag(w) + (1 - s) E E'."""
    top = hierarchy.aggregates
    gaps = figures[:top] - hierarchy.sums(figures[top:])
    folded = patterns[:top] - hierarchy.sums(patterns[top:])
    high, low = shrinkage * weight[:top], shrinkage * weight[top:]
    rest = 1.0 - shrinkage if patterns.shape[1] else 0.0

    def apply(x: Floats) -> Floats:
        own = high[:, None] * x + hierarchy.sums(low[:, None] * hierarchy.spread(x))
        return np.asarray(own + rest * (folded @ (folded.T @ x)))

    if top * hierarchy.member.size <= DENSE_CELLS:
        pull: Floats = np.linalg.lstsq(apply(np.eye(top)), gaps, rcond=None)[0].astype(np.float64)
    else:
        scale = high + hierarchy.sums(low) + rest * np.sum(folded * folded, axis=1)
        pull = _conjugate_gradients(apply, gaps, scale)
    back = -low[:, None] * hierarchy.spread(pull) + rest * (patterns[top:] @ (folded.T @ pull))
    return np.asarray(figures[top:] - back)


def _conjugate_gradients(apply: Callable[[Floats], Floats], right: Floats, scale: Floats) -> Floats:
    """Solve for every column at once, preconditioned by the diagonal `scale`."""
    x = np.zeros_like(right)
    rest = right.copy()
    ready = rest / scale[:, None]
    step = ready.copy()
    size = np.sum(rest * ready, axis=0)
    goal = EXACT**2 * np.maximum(size, 1e-300)
    for _ in range(10 * right.shape[0]):
        if (size <= goal).all():
            break
        image = apply(step)
        along = np.sum(step * image, axis=0)
        length = np.where(along > 0, size / np.where(along > 0, along, 1.0), 0.0)
        x += length * step
        rest -= length * image
        ready = rest / scale[:, None]
        before, size = size, np.sum(rest * ready, axis=0)
        step = ready + np.where(before > 0, size / np.where(before > 0, before, 1.0), 0.0) * step
    return x
