"""Sporadic demand: Croston's family with fitted constants, a combination of them, and the distribution of sums.

All forecasts are level: a sporadic series has too few demands to tell a trend or a season of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.forecasting import intermittent_kernel as kernel
from plantwright.methods.forecasting.classes import read_series, series_numbers
from plantwright.methods.stock.arguments import Floats, Ints, fault, numbers, one_of, stop, whole
from plantwright.methods.working import Step, Working, given

METHODS = ("auto", "zero", "mean", "ses", "croston", "sba", "tsb", "adida", "imapa")
CONSTANTS = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3])
"""Smoothing constants that are tried; larger ones chase single demands."""
STRETCH = (6, 13)
"""Fewest and most periods of the stretches that the typical level is taken from; between them the horizon."""
FADE = 0.6
"""How fast stretches fade: one counts 1 - FADE / k of the one a period after it, k their length."""
SIZE_PRIOR = 20.0
"""Demands that the usual variation of sizes is worth beside the item's own."""
USUAL_VARIATION = 0.5
"""Squared variation of sizes where an item has too few of its own."""
TYPICAL_SHARE = 0.75
"""Share of the typical level in the mean that stock is held against."""
GAMMA_SHARE = 0.25
"""Share of the gamma shape in quantiles of sums, beside the normal one."""
DEMANDS_TO_TRUST = 10.0
"""Demands from which on the variance seen counts for half."""
SMALLEST = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class DemandParts:
    """What the distribution of sporadic demand is made of, one a series.

    Parameters
    ----------
    rate, size
        float64[n]; probability of a demand in a period, and its mean size when there is one.
    variation
        float64[n]; squared variation of the sizes.
    doubt
        float64[n]; squared relative error of the level itself, by which sums over long times vary more.
    seen
        float64[n]; variance of a period's demand as it was seen.
    trust
        float64[n]; share of it, beside the variance that follows from the other parts: d / (d + 10) for d demands.
    """

    rate: Floats
    size: Floats
    variation: Floats
    doubt: Floats
    seen: Floats
    trust: Floats

    def variance(self, periods: int) -> Floats:
        """Give the variance of the demand of some periods together."""
        mean = periods * self.rate * self.size
        made = mean * self.size * (1.0 + self.variation - self.rate) + mean * mean * self.doubt
        return np.asarray(self.trust * periods * self.seen + (1.0 - self.trust) * made)


@dataclass(frozen=True, slots=True, eq=False)
class IntermittentForecasts:
    """Forecasts of sporadic series.

    Parameters
    ----------
    mean
        float64 (n, H), units by period; level.
    lower, upper
        float64 (n, H, k); the middle share of one period's demand at each level asked for.
    sigma
        float64 (n, H); standard deviation of one period's demand around its forecast.
    method
        One a series.
    parts
        What the distribution of demand is made of.
    constants
        float64 (n, 4); fitted alpha of SES, alpha of Croston and SBA, alpha and beta of TSB.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    sigma: Floats
    method: tuple[str, ...]
    parts: DemandParts
    constants: Floats


def intermittent_forecasts(
    values: ArrayLike,
    pointer: ArrayLike,
    horizon: int,
    levels: Sequence[float] = (0.8, 0.95),
    *,
    method: str = "auto",
) -> IntermittentForecasts:
    """Forecast sporadic series.

    Parameters
    ----------
    values
        float64, all series one behind the other, units by period; NaN is not known and left out; below 0 counts as no
        demand.
    pointer
        int64[n + 1], where each series begins, and the end.
    horizon
        Periods ahead, 1 or above.
    levels
        Shares of the intervals, each above 0 and below 1.
    method
        ``croston``: mean size over mean interval, both smoothed at demands. ``sba``: that times 1 - alpha / 2, which
        takes off its bias. ``tsb``: probability of a demand, smoothed every period, times mean size, so that an item
        nobody asks for fades. ``ses``: simple exponential smoothing. ``adida``: the same of sums over as many periods
        as lie between demands. ``imapa``: the mean over all sums up to that many. ``mean``, ``zero``. ``auto``: the
        typical level, see Notes.

    Returns
    -------
    The forecasts; a series that never had a demand has 0 in all of them.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Constants have the least squared one-step errors on the series, of 0.02 to 0.3. The typical level f lies nearest
    to the stretches of k periods that were seen, k the horizon but 6 at least and 13 at most: least sum of
    w sqrt(sum of (y - f)^2), w = (1 - 0.6 / k)^age. It is the spatial median, where the mean has the least sum of
    squares: single large demands pull it less, and an item that is hardly asked for has the level 0. Its distribution,
    for intervals and `sum_quantiles`, has as its mean three quarters of the level and one of the mean of SES, TSB and
    IMAPA, which no rarity takes to 0. Compiled; about
    50 microseconds a series of 60 periods.

    References
    ----------
    J. D. Croston, "Forecasting and stock control for intermittent demands", Operational Research Quarterly 23(3),
    1972, 289-303.
    A. A. Syntetos and J. E. Boylan, "The accuracy of intermittent demand estimates", International Journal of
    Forecasting 21(2), 2005, 303-314 (SBA).
    R. H. Teunter, A. A. Syntetos and M. Z. Babai, "Intermittent demand: linking forecasting to inventory
    obsolescence", European Journal of Operational Research 214(3), 2011, 606-615 (TSB).
    K. Nikolopoulos et al., "An aggregate-disaggregate intermittent demand approach (ADIDA) to forecasting", Journal of
    the Operational Research Society 62(3), 2011, 544-554.
    F. Petropoulos and N. Kourentzes, "Forecast combinations for intermittent demand", Journal of the Operational
    Research Society 66(6), 2015, 914-924 (IMAPA).
    Y. Vardi and C.-H. Zhang, "The multivariate L1-median and associated data depth", Proceedings of the National
    Academy of Sciences 97(4), 2000, 1423-1426.

    Examples
    --------
    >>> series = [0, 0, 3, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 3]
    >>> done = intermittent_forecasts(series, [0, 14], 2, method="sba")
    >>> done.mean.round(2).tolist()
    [[0.73, 0.73]]
    """
    rows, starts, _ = read_series(values, pointer)
    problems = [*whole(1, horizon=horizon), *one_of("method", method, METHODS)]
    shares = _shares("levels", levels, problems)
    stop(problems)
    rows, starts = known_demand(rows, starts)
    smoothed, constants = _smoothed(rows, starts)
    level, expected = _levels(rows, starts, smoothed, method, int(horizon))
    count = starts.size - 1
    parts = _parts(rows, starts, smoothed, expected, constants)
    ends = np.concatenate(((1.0 - shares) / 2.0, (1.0 + shares) / 2.0))
    quantile = _quantiles(parts, 1, ends)[:, None, :].repeat(horizon, axis=1)
    deviation = np.sqrt(parts.variance(1))
    return IntermittentForecasts(
        np.repeat(level[:, None], horizon, axis=1), quantile[:, :, : shares.size], quantile[:, :, shares.size :],
        np.repeat(deviation[:, None], horizon, axis=1), (method,) * count, parts, constants,
    )  # fmt: skip


def sum_quantiles(forecasts: IntermittentForecasts, periods: int, probabilities: Sequence[float]) -> Floats:
    """Give quantiles of the demand of some periods together, such as a lead time and a review.

    Parameters
    ----------
    forecasts
        From `intermittent_forecasts`.
    periods
        How many, 1 or above.
    probabilities
        Each above 0 and below 1.

    Returns
    -------
    float64 (n, k), units; 0 where no demand at all is that probable.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Mean k p z. Variance k (p z^2 (1 + c) - (p z)^2) + (k p z)^2 u, with rate p, size z, squared variation of sizes c
    and doubt u; mixed with k times the variance seen, the more so the more demands were seen. A quarter of the quantile
    comes from a demand that is 0 with probability (1 - p)^k and else gamma, with that mean and variance; the rest from
    a normal distribution, cut at 0: neither shape fits all items, and the gamma tail alone overstocks rare ones.
    It scales with the unit, unlike a negative binomial.

    References
    ----------
    J. E. Boylan and A. A. Syntetos, Intermittent Demand Forecasting: Context, Methods and Applications, Wiley, 2021,
    chapters 4 and 5 (compound distributions of demand over lead time).

    Examples
    --------
    >>> done = intermittent_forecasts([0, 0, 3, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 3], [0, 14], 1)
    >>> sum_quantiles(done, 3, [0.2, 0.5, 0.95]).round(1).tolist()
    [[0.0, 2.2, 7.8]]
    """
    problems = whole(1, periods=periods)
    shares = _shares("probabilities", probabilities, problems)
    stop(problems)
    parts = forecasts.parts
    mean = int(periods) * parts.rate * parts.size
    score = np.array([NormalDist().inv_cdf(float(share)) for share in shares])
    normal = np.maximum(mean[:, None] + np.sqrt(parts.variance(int(periods)))[:, None] * score, 0.0)
    normal[mean == 0] = 0.0
    return np.asarray(GAMMA_SHARE * _quantiles(parts, int(periods), shares) + (1.0 - GAMMA_SHARE) * normal)


def intermittent_working(values: ArrayLike, method: str = "sba", horizon: int = 1) -> Working:
    """Show how the forecast of one sporadic series comes about.

    Parameters
    ----------
    values, method, horizon
        As in `intermittent_forecasts`; one series.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Examples
    --------
    >>> print(intermittent_working([0, 0, 3, 0, 0, 0, 4, 0, 0, 2, 0, 0, 0, 3], "sba"))
    n = 14 (periods known)
    d = 4 (periods with demand)
    a = 0.3 (smoothing constant, least squared one-step errors)
    p = 0.238292 (probability of a demand in a period)
    z = f / p = 3.05705 (mean size of a demand)
    f = (1 - a / 2) smoothed size / smoothed interval = 0.728471 (forecast, units a period)
    Source: Syntetos and Boylan 2005
    """
    rows = np.atleast_1d(np.array(values, dtype=np.float64))
    done = intermittent_forecasts(rows, [0, rows.size], horizon, method=method)
    alpha_ses, alpha_croston, alpha, beta = done.constants[0]
    constants = {
        "ses": (("a", "smoothing constant, least squared one-step errors", alpha_ses),),
        "croston": (("a", "smoothing constant, least squared one-step errors", alpha_croston),),
        "sba": (("a", "smoothing constant, least squared one-step errors", alpha_croston),),
        "tsb": (("a", "smoothing constant of the size", alpha), ("b", "smoothing constant of the rate", beta)),
    }.get(method, ())
    steps = (
        *given(n=("periods known", np.isfinite(rows).sum()), d=("periods with demand", (rows > 0).sum())),
        *(Step(symbol, meaning, float(value)) for symbol, meaning, value in constants),
        Step("p", "probability of a demand in a period", float(done.parts.rate[0])),
        Step("z", "mean size of a demand", float(done.parts.size[0]), "" if method == "auto" else "f / p"),
        Step("f", "forecast, units a period", float(done.mean[0, 0]), FORMULAS.get(method, "")),
    )
    return Working(SOURCES.get(method, "Boylan and Syntetos 2021"), steps)


FORMULAS = {
    "croston": "smoothed size / smoothed interval",
    "sba": "(1 - a / 2) smoothed size / smoothed interval",
    "tsb": "smoothed rate x smoothed size",
    "auto": "least sum of w sqrt(sum of (y - f)^2) over stretches of 6 to 13 periods",
}
SOURCES = {
    "croston": "Croston 1972",
    "sba": "Syntetos and Boylan 2005",
    "tsb": "Teunter, Syntetos and Babai 2011",
    "adida": "Nikolopoulos et al. 2011",
    "imapa": "Petropoulos and Kourentzes 2015",
    "auto": "Vardi and Zhang 2000",
}


def known_demand(values: Floats, pointer: Ints) -> tuple[Floats, Ints]:
    """Leave out what is not known and cut what is below 0; give the series and their pointer anew."""
    known = ~np.isnan(values)
    counts = np.bincount(series_numbers(pointer)[known], minlength=pointer.size - 1)
    return np.maximum(values[known], 0.0), np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _shares(name: str, given_shares: Sequence[float], problems: list[Problem]) -> Floats:
    shares = numbers(name, list(given_shares), problems)
    problems += [fault(name, float(share), "above 0 and below 1") for share in shares if not 0 < share < 1]
    return shares


def _smoothed(values: Floats, pointer: Ints) -> tuple[Floats, Floats]:
    count = pointer.size - 1
    out, fitted = np.zeros((count, kernel.COLUMNS)), np.zeros((count, 4))
    kernel.smooth_all(values, pointer, CONSTANTS, out, fitted)
    return out, fitted


def _levels(values: Floats, pointer: Ints, smoothed: Floats, method: str, horizon: int) -> tuple[Floats, Floats]:
    """Give the level of each series by one method, and the mean that its distribution has."""
    if method == "auto":
        typical = np.zeros(pointer.size - 1)
        stretch = min(max(horizon, STRETCH[0]), STRETCH[1])
        kernel.typical_all(values, pointer, stretch, 1.0 - FADE / stretch, typical)
        mean = smoothed[:, [kernel.SES, kernel.TSB, kernel.IMAPA]].mean(axis=1)
        return typical, TYPICAL_SHARE * typical + (1.0 - TYPICAL_SHARE) * mean
    if method == "zero":
        level = np.zeros(pointer.size - 1)
    elif method == "mean":
        sums = np.bincount(series_numbers(pointer), values, minlength=pointer.size - 1)
        level = sums / np.maximum(np.diff(pointer), 1)
    else:
        level = smoothed[:, getattr(kernel, method.upper())]
    return level, level


def _parts(values: Floats, pointer: Ints, smoothed: Floats, level: Floats, constants: Floats) -> DemandParts:
    """Give what the distribution of each series is made of."""
    count = pointer.size - 1
    number, asked = series_numbers(pointer), values > 0
    demands = np.bincount(number[asked], minlength=count)
    many = np.maximum(demands, 1)
    mean = np.bincount(number[asked], values[asked], minlength=count) / many
    off = values[asked] / mean[number[asked]] - 1.0
    squares = np.bincount(number[asked], off * off, minlength=count)
    variation = (squares + SIZE_PRIOR * USUAL_VARIATION) / (many - 1 + SIZE_PRIOR)
    usual = smoothed[:, kernel.SIZE]
    rate = np.clip(level / np.where(usual > 0, usual, 1.0), SMALLEST, 1.0)  # so that sizes stay what sizes were
    beta = np.maximum(constants[:, 3], CONSTANTS[0])
    reach = np.maximum(np.minimum(np.diff(pointer), 2.0 / beta), 1.0)
    doubt = np.where(demands > 0, (1.0 - rate + variation) / np.maximum(rate * reach, 1.0), 0.0)
    periods = np.maximum(np.diff(pointer), 1)
    middle = np.bincount(number, values, minlength=count) / periods
    seen = np.bincount(number, (values - middle[number]) ** 2, minlength=count) / periods
    return DemandParts(rate, level / rate, variation, doubt, seen, demands / (demands + DEMANDS_TO_TRUST))


def _quantiles(parts: DemandParts, periods: int, shares: Floats) -> Floats:
    none = (1.0 - parts.rate) ** periods
    asked = np.maximum(1.0 - none, SMALLEST)
    mean = periods * parts.rate * parts.size
    above = mean / asked
    spread = np.maximum((parts.variance(periods) + mean * mean) / asked - above * above, 0.0)
    out = np.zeros((mean.size, shares.size))
    kernel.hurdle_quantiles(none, above, spread, shares, out)
    return out
