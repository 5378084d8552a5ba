"""What moves demand from outside: promotions, prices, holidays; effects with their errors, and history without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.forecasting.classes import Bools
from plantwright.methods.forecasting.cleaning_kernel import TO_DEVIATION, expect_all
from plantwright.methods.stock.arguments import Floats, fault, not_negative, one_of, stop, whole

Acting = Literal["adds", "multiplies"]
ROUNDS = 8
SETTLED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class DriverEffects:
    """What each driver does to demand.

    Parameters
    ----------
    names
        Of the drivers.
    effect, error
        float64[k]; effect of one unit of each driver and its standard error: units a period where drivers add, the
        logarithm of the factor where they multiply.
    adjusted
        float64[n]; history as it would have been without the drivers; NaN where it is not known.
    base
        float64[n]; level and season without the drivers.
    noise
        Standard deviation of what neither base nor drivers explain, in the unit of the effects.
    acting
        Whether drivers add or multiply.
    """

    names: tuple[str, ...]
    effect: Floats
    error: Floats
    adjusted: Floats
    base: Floats
    noise: float
    acting: Acting

    @property
    def factor(self) -> Floats:
        """Give what one unit of each driver multiplies demand with; for drivers that multiply."""
        return np.exp(self.effect) if self.acting == "multiplies" else np.ones(self.effect.size)

    def added(self, mean: ArrayLike, drivers: ArrayLike) -> Floats:
        """Give a forecast of the adjusted history with the drivers of the periods to come.

        Parameters
        ----------
        mean
            float64[H], forecast of `adjusted`, units by period.
        drivers
            float64 (H, k), the drivers in those periods.
        """
        level, rows = np.atleast_1d(np.array(mean, dtype=np.float64)), np.array(drivers, dtype=np.float64)
        if rows.shape != (level.size, self.effect.size) or not np.isfinite(rows).all():
            stop([fault("drivers", f"of shape {rows.shape}", f"({level.size}, {self.effect.size}) finite numbers")])
        moved = rows @ self.effect
        return np.asarray(level * np.exp(moved) if self.acting == "multiplies" else np.maximum(level + moved, 0.0))


def driver_effects(
    values: ArrayLike,
    drivers: ArrayLike,
    names: Sequence[str],
    *,
    season: int = 1,
    acting: Acting = "adds",
    prior: float | None = None,
) -> DriverEffects:
    """Learn the effects of drivers on one series, shrunk towards none where history says little.

    Parameters
    ----------
    values
        float64[n], units by period; NaN is not known; three known periods or more.
    drivers
        float64 (n, k): 1 in the periods of a promotion and 0 elsewhere, or a driver's size, such as a price.
    names
        Of the k drivers.
    season
        Periods of a season; 1 is none.
    acting
        ``adds``: units by period; ``multiplies``: a factor, for demand above 0; periods without demand are left out.
    prior
        Standard deviation of effects before anything is seen, in their unit; by default twice the level of demand, or
        a factor of 2.7: weak, so that effects seen several times are left nearly as they are. 0 allows no effect.

    Raises
    ------
    ProblemError
        With every argument that is out of range, and each driver that never changes.

    Notes
    -----
    Base b and effects are found in turn, until they settle: b by running median and season of y - X e, then
    e = (X'X + (s^2 / v^2) I)^-1 X' (y - b), with s the robust deviation of what is left and v the prior. Errors are the
    roots of the diagonal of s^2 (X'X + (s^2 / v^2) I)^-1. Drivers that go together are shrunk together.

    References
    ----------
    A. E. Hoerl and R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics
    12(1), 1970, 55-67.
    J. R. Trapero, N. Kourentzes and R. Fildes, "On the identification of sales forecasting models in the presence of
    promotions", Journal of the Operational Research Society 66(2), 2015, 299-307.

    Examples
    --------
    >>> history = [20, 22, 21, 50, 20, 19, 21, 48, 20, 22]
    >>> promotion = [[0], [0], [0], [1], [0], [0], [0], [1], [0], [0]]
    >>> found = driver_effects(history, promotion, ["promotion"])
    >>> float(found.effect[0].round()), found.added([20.0, 20.0], [[0], [1]]).round().tolist()
    (29.0, [20.0, 49.0])
    """
    problems = [*whole(1, season=season), *one_of("acting", acting, ("adds", "multiplies"))]
    problems += [] if prior is None else not_negative(prior=prior)
    seen, rows = _read(values, drivers, names, problems)
    stop(problems)
    logs = np.where(seen > 0, np.log(np.where(seen > 0, seen, 1.0)), np.nan)
    y = logs if acting == "multiplies" else seen
    known = ~np.isnan(y)
    if known.sum() < 3:
        stop([fault("values", f"{int(known.sum())} periods with demand", "three or more")])
    width = _prior(y[known], acting) if prior is None else float(prior)
    effect, error, base, noise = _settle(y, rows, known, season, width)
    moved = rows @ effect
    adjusted = seen * np.exp(-moved) if acting == "multiplies" else np.where(seen - moved > 0, seen - moved, 0.0)
    adjusted = np.where(np.isnan(seen), np.nan, adjusted)
    base = np.exp(base) if acting == "multiplies" else base
    return DriverEffects(tuple(names), effect, error, adjusted, base, noise, acting)


def _read(
    values: ArrayLike, drivers: ArrayLike, names: Sequence[str], problems: list[Problem]
) -> tuple[Floats, Floats]:
    seen = np.atleast_1d(np.array(values, dtype=np.float64))
    rows = np.array(drivers, dtype=np.float64)
    if seen.ndim != 1 or np.isinf(seen).any():
        problems.append(fault("values", f"of shape {seen.shape}", "one row of numbers, NaN where not known"))
    if rows.shape != (seen.size, len(names)) or not np.isfinite(rows).all():
        problems.append(fault("drivers", f"of shape {rows.shape}", f"({seen.size}, {len(names)}) finite numbers"))
    else:
        still = [name for name, column in zip(names, rows.T, strict=True) if not np.ptp(column) > 0]
        problems += [fault("drivers", name, "not the same in every period") for name in still]
    return seen, rows


def _prior(y: Floats, acting: Acting) -> float:
    return 1.0 if acting == "multiplies" else 2.0 * max(float(np.median(np.abs(y))), float(np.mean(np.abs(y))))


def _settle(y: Floats, rows: Floats, known: Bools, season: int, width: float) -> tuple[Floats, Floats, Floats, float]:
    """Find base and effects in turn; the base is first taken from the periods that no driver touches."""
    count = rows.shape[1]
    quiet = known & (rows == np.median(rows, axis=0)).all(axis=1)
    base = _base(np.where(quiet if quiet.sum() >= 3 else known, y, np.nan), season)
    effect, inverse, noise = np.zeros(count), np.zeros((count, count)), 0.0
    for _ in range(ROUNDS):
        before = effect
        effect, inverse, noise = _ridge(rows[known], (y - base)[known], width)
        base = _base(y - rows @ effect, season)
        if np.abs(effect - before).max(initial=0.0) <= SETTLED * (np.abs(effect).max(initial=0.0) + noise):
            break
    return effect, np.sqrt(np.maximum(np.diag(inverse), 0.0)), base, noise


def _base(y: Floats, season: int) -> Floats:
    expected = np.zeros(y.size)
    expect_all(y, np.array([0, y.size]), np.array([season]), expected, np.zeros(1))
    return expected


def _ridge(rows: Floats, rest: Floats, width: float) -> tuple[Floats, Floats, float]:
    """Give effects, their covariance, and the robust deviation of what is left."""
    count = rows.shape[1]
    if width == 0.0:
        return np.zeros(count), np.zeros((count, count)), _deviation(rest, count)
    square = rows.T @ rows
    plain = np.linalg.lstsq(rows, rest, rcond=None)[0]
    noise = _deviation(rest - rows @ plain, count)
    pull = max(noise * noise / (width * width), 1e-12 * float(np.trace(square)))
    inverse: Floats = np.linalg.inv(square + pull * np.eye(count)).astype(np.float64)
    return inverse @ (rows.T @ rest), noise * noise * inverse, noise


def _deviation(rest: Floats, used: int) -> float:
    """Give the larger of the robust deviation and a tenth of the plain one, for what few medians do not see."""
    free = max(rest.size - used, 1)
    return max(TO_DEVIATION * float(np.median(np.abs(rest))), 0.1 * float(np.sqrt(np.sum(rest * rest) / free)))
