"""Items at the ends of their lives: new ones by a like item or a diffusion curve, ending ones by their decline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.stock.arguments import (
    Floats,
    above_zero,
    fault,
    not_negative,
    numbers,
    stop,
    whole,
)
from plantwright.methods.working import Step, Working, given


@dataclass(frozen=True, slots=True, eq=False)
class AnalogueForecast:
    """A new item's forecast from the lives of like items.

    Parameters
    ----------
    mean
        float64[H], units by period, from the first period that is not known.
    profile
        float64; the mean life of the like items, from their first period with demand, each at a mean of 1.
    scale
        What the profile is multiplied with, units by period.
    working
        How the scale came about.
    """

    mean: Floats
    profile: Floats
    scale: float
    working: Working


def analogue_forecast(
    known: ArrayLike, likes: list[ArrayLike], horizon: int, *, guess: float | None = None, trust: float = 3.0
) -> AnalogueForecast:
    """Forecast a new item by the course that like items took from their first demand on.

    Parameters
    ----------
    known
        float64[n], the new item's own periods so far, from its first one; empty before it is sold.
    likes
        Histories of like items, one or more, each with a demand; what lies before the first demand is left out.
    horizon
        Periods ahead, 1 or above.
    guess
        Expected mean demand of a period over the like items' lives, 0 or above; without it their own mean.
    trust
        How many periods of its own the guess is worth, 0 or above; with none only the item's own periods count, where
        there are any.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    With the profile p at a mean of 1, k known periods y and the guess g: scale = (sum y + trust g) /
    (sum p[:k] + trust). It is the mean of a gamma distribution of the scale after Poisson demand, which begins at g
    and weighs `trust` periods. Beyond the end of the profile its last season-free mean, of four periods, goes on.

    References
    ----------
    K. B. Kahn, New Product Forecasting: An Applied Approach, M. E. Sharpe, 2006, chapter 5 (looks-like analysis).
    A. Gelman et al., Bayesian Data Analysis, 3rd ed., CRC, 2013, section 2.6 (gamma and Poisson).

    Examples
    --------
    >>> done = analogue_forecast([6, 12], [[0, 10, 20, 30, 20, 20]], horizon=3, trust=0)
    >>> done.mean.round(1).tolist()
    [18.0, 12.0, 12.0]
    """
    problems: list[Problem] = [*whole(1, horizon=horizon), *not_negative(trust=trust)]
    problems += [] if guess is None else not_negative(guess=guess)
    own = numbers("known", known, problems)
    lives = [numbers("likes", life, problems) for life in likes]
    idle = [number for number, life in enumerate(lives) if not life.any()]
    problems += [fault("likes", "without demand", "a history with a demand", number) for number in idle]
    problems += [] if lives else [fault("likes", "none", "one history or more")]
    stop(problems)
    lives = [life[int(np.flatnonzero(life)[0]) :] for life in lives]
    profile = _mean_life([life / life.mean() for life in lives])
    level = float(np.mean([life.mean() for life in lives])) if guess is None else float(guess)
    course = np.concatenate((profile, np.full(own.size + horizon, profile[-4:].mean())))[: own.size + horizon]
    part = float(course[: own.size].sum())
    weight = trust if trust > 0 or part > 0 else 1.0
    scale = (float(own.sum()) + weight * level) / (part + weight)
    steps = (
        *given(k=("periods of its own", own.size), y=("its demand in them", own.sum()), g=("guess, a period", level)),
        Step("p", "what the profile has in these periods", part),
        Step("w", "periods that the guess is worth", weight),
        Step("scale", "units a period where the profile is 1", scale, "(y + w g) / (p + w)"),
    )
    return AnalogueForecast(scale * course[own.size :], profile, scale, Working("Kahn 2006, chapter 5", steps))


def _mean_life(lives: list[Floats]) -> Floats:
    """Average lives period by period over those that last so long."""
    longest = max(life.size for life in lives)
    rows = np.full((len(lives), longest), np.nan)
    for row, life in zip(rows, lives, strict=True):
        row[: life.size] = life
    return np.asarray(np.nanmean(rows, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class BassCurve:
    """Sales of a new product by period, as it spreads.

    Parameters
    ----------
    sales
        float64[H], units by period; the first is that of the launch.
    market, innovation, imitation
        Units in all; p, the share of the others who buy by themselves in a period; q, by those who have bought.
    peak
        The moment of most sales, in periods from the launch; 0 when they fall from the beginning.
    working
        How the peak came about.
    """

    sales: Floats
    market: float
    innovation: float
    imitation: float
    peak: float
    working: Working


def bass_curve(market: float, innovation: float, imitation: float, periods: int) -> BassCurve:
    """Give the sales of a new product that spreads from buyer to buyer.

    Parameters
    ----------
    market
        m, units that will be bought in all, above 0.
    innovation, imitation
        p above 0 and q of 0 or above, per period; yearly 0.03 and 0.38 are the means of many studies.
    periods
        How many periods, 1 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    F(t) = (1 - e^(-(p+q)t)) / (1 + (q/p) e^(-(p+q)t)); sales of period t are m (F(t) - F(t - 1)); the peak lies at
    ln(q/p) / (p + q).

    References
    ----------
    F. M. Bass, "A new product growth for model consumer durables", Management Science 15(5), 1969, 215-227.
    F. Sultan, J. U. Farley and D. R. Lehmann, "A meta-analysis of applications of diffusion models", Journal of
    Marketing Research 27(1), 1990, 70-77 (the usual p and q).

    Examples
    --------
    >>> curve = bass_curve(1000, 0.03, 0.38, 20)
    >>> round(curve.peak, 2), curve.sales[:3].round(1).tolist()
    (6.19, [35.8, 49.3, 65.4])
    """
    problems = above_zero(market=market, innovation=innovation)
    stop([*problems, *not_negative(imitation=imitation), *whole(1, periods=periods)])
    speed = innovation + imitation
    fading = np.exp(-speed * np.arange(int(periods) + 1))
    reached = (1.0 - fading) / (1.0 + imitation / innovation * fading)
    peak = max(0.0, math.log(imitation / innovation) / speed) if imitation > 0 else 0.0
    steps = (
        *given(m=("market, units", market), p=("innovation", innovation), q=("imitation", imitation)),
        Step("t*", "periods from launch to peak, 0 when sales fall from the first", peak, "ln(q / p) / (p + q)"),
        Step("S(t*)", "sales a period at the peak", market * _rate(innovation, imitation, peak), "m F'(t*)"),
    )
    return BassCurve(market * np.diff(reached), market, innovation, imitation, peak, Working("Bass 1969", steps))


def _rate(p: float, q: float, time: float) -> float:
    fading = math.exp(-(p + q) * time)
    return (p + q) ** 2 / p * fading / (1.0 + q / p * fading) ** 2


def fit_bass(sales: ArrayLike, periods: int) -> BassCurve:
    """Fit the diffusion curve to the sales so far, and give it from the launch on.

    Parameters
    ----------
    sales
        float64[n], units by period from the launch, 0 or above; four or more, of which the first is not the last.
    periods
        How many periods the curve shall have, 1 or above.

    Raises
    ------
    ProblemError
        With every argument that is out of range, and where sales do not tell a market: they rise without bending.

    Notes
    -----
    Least squares of Bass's own regression S(t) = a + b Y(t-1) + c Y(t-1)^2, with Y the sum of all sales before; then m
    is the positive root of a + b m + c m^2 = 0, p = a / m and q = -c m. The curve then comes from the same
    recursion, so that a history that obeys it is given back.

    References
    ----------
    F. M. Bass, "A new product growth for model consumer durables", Management Science 15(5), 1969, 215-227.

    Examples
    --------
    >>> curve = fit_bass([30.0, 40.16, 52.69, 67.26, 82.8, 97.21], 6)
    >>> round(curve.innovation, 3), round(curve.imitation, 2), round(curve.market)
    (0.03, 0.38, 1000)
    """
    problems = whole(1, periods=periods)
    seen = numbers("sales", sales, problems)
    problems += [] if seen.size >= 4 else [fault("sales", f"{seen.size} periods", "four periods or more")]
    stop(problems)
    before = np.concatenate(([0.0], np.cumsum(seen)[:-1]))
    unit = max(float(before[-1]), 1e-300)
    terms = np.stack((np.ones(seen.size), before / unit, (before / unit) ** 2), axis=1)
    a, b, c = np.linalg.lstsq(terms, seen, rcond=None)[0] / (1.0, unit, unit * unit)
    root = b * b - 4.0 * a * c
    if not (a > 0 and c < 0 and root >= 0):
        stop([fault("sales", seen[:6].round(1).tolist(), "a course that begins above 0 and bends towards a market")])
    market = float((-b - math.sqrt(root)) / (2.0 * c))
    p, q = float(a / market), max(float(-c * market), 0.0)
    course, total = np.zeros(int(periods)), 0.0
    for t in range(course.size):
        course[t] = max(0.0, (p + q * total / market) * (market - total))
        total += course[t]
    smooth = bass_curve(market, p, q, int(periods))
    return BassCurve(course, market, p, q, smooth.peak, smooth.working)


@dataclass(frozen=True, slots=True, eq=False)
class EndingForecast:
    """Demand that dies away.

    Parameters
    ----------
    mean
        float64[H], units by period.
    level, decay
        Units of the last period by the fitted curve; share of a period's demand that is left in the next.
    all_time
        Units in all from now on, without end; infinite where demand does not fall.
    working
        How the remaining demand came about.
    """

    mean: Floats
    level: float
    decay: float
    all_time: float
    working: Working


def ending_forecast(history: ArrayLike, horizon: int, *, decay: float | None = None) -> EndingForecast:
    """Forecast an item that is running out, and what it will need in all: the size of a last order.

    Parameters
    ----------
    history
        float64[n], units by period since the decline began, 0 or above; two or more, with a demand.
    horizon
        Periods ahead, 1 or above.
    decay
        Share left from period to period, above 0 and up to 1; without it the one that fits, 1 at the most.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    E[y(t)] = A r^t, as if demand were Poisson: r solves sum t y / sum y = sum t r^t / sum r^t (the balance of
    likelihood), A = sum y / sum r^t. Periods without demand count as such. What is left: A r^(n) / (1 - r).

    References
    ----------
    L. Fortuin, "The all-time requirement of spare parts for service after sales: theoretical analysis and practical
    results", International Journal of Operations and Production Management 1(1), 1980, 59-70.
    J. R. Moore, "Forecasting and scheduling for past-model replacement parts", Management Science 18(4), 1971,
    B200-B213.

    Examples
    --------
    >>> done = ending_forecast([80, 40, 20, 10], 3)
    >>> round(done.decay, 3), done.mean.round(2).tolist(), round(done.all_time, 2)
    (0.5, [5.0, 2.5, 1.25], 10.0)
    """
    problems = whole(1, horizon=horizon)
    seen = numbers("history", history, problems)
    if seen.size < 2 or not seen.any():
        given_so = f"{seen.size} periods, {seen.sum():g} units"
        problems.append(fault("history", given_so, "two periods or more, with a demand"))
    if decay is not None and not 0.0 < decay <= 1.0:
        problems.append(fault("decay", decay, "above 0 and at most 1"))
    stop(problems)
    time = np.arange(seen.size, dtype=np.float64)
    share = _fitted_decay(seen, time) if decay is None else float(decay)
    begin = float(seen.sum() / np.sum(share**time))
    level = begin * share ** float(seen.size - 1)
    mean = level * share ** np.arange(1.0, int(horizon) + 1.0)
    left = level * share / (1.0 - share) if share < 1.0 else math.inf
    fitted = "" if decay is not None else "sum t y / sum y = sum t r^t / sum r^t"
    steps = (
        *given(n=("periods seen", seen.size), y=("demand in them", seen.sum())),
        Step("r", "share left from period to period", share, fitted),
        Step("A", "demand of the first period", begin, "y / sum r^t"),
        Step("L", "demand of the last period", level, "A r^(n - 1)"),
        Step("R", "what is still needed in all", left, "L r / (1 - r)"),
    )
    return EndingForecast(mean, level, share, left, Working("Fortuin 1980", steps))


def _fitted_decay(seen: Floats, time: Floats) -> float:
    """Halve in on the decay whose mean age is that of the demand; the mean age rises with it."""
    centre = float(np.sum(time * seen / seen.max()) / np.sum(seen / seen.max()))
    low, high = 1e-9, 1.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        shares = middle**time
        if np.sum(time * shares) / np.sum(shares) < centre:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
