"""Forecasts of many series at once: methods fitted, tried out, weighed and put together, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from plantwright.core.problem import Problem
from plantwright.methods.forecasting.bad_input import (
    LONGEST_HORIZON,
    LONGEST_SEASON,
    a_number_each,
    fault,
    read_levels,
    read_series,
    stop,
)
from plantwright.methods.forecasting.classes import CLASSES, class_codes
from plantwright.methods.forecasting.intermittent import intermittent_forecasts
from plantwright.methods.forecasting.intervals import interval_ends, widened
from plantwright.methods.forecasting.members import AVERAGE, LONG_SEASONS, MEMBERS, all_grids, room, rough_grids
from plantwright.methods.forecasting.results import LOGNORMAL, NORMAL, SKEWED, Floats, Forecasts, Ints
from plantwright.methods.forecasting.selection import (
    CONSTANT,
    FEW,
    NEGATIVE,
    ZERO,
    Answer,
    forecast_chunk,
    trials,
)
from plantwright.methods.forecasting.shares import prior_shares

Bools = NDArray[np.bool_]

AUTO = "auto"
INTERMITTENT = "intermittent"
COMBINATION = "combination"
SPORADIC = ("croston", "sba", "tsb", "adida", "imapa")
METHODS = (AUTO, *MEMBERS, INTERMITTENT, *SPORADIC)
"""What may be asked for: the automatic choice, one method alone, or those for demand that is often 0."""

RARE = ("intermittent", "lumpy")
"""Classes that go to the methods for intermittent demand."""

CHUNK = 512
"""Series that a thread takes at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Checked arguments."""

    values: Floats
    pointer: Ints
    season: Ints
    horizon: Ints
    levels: tuple[float, ...]
    methods: tuple[str, ...]

    @property
    def count(self) -> int:
        return self.pointer.size - 1


def forecast(
    values: ArrayLike,
    pointer: ArrayLike,
    *,
    season: ArrayLike = 1,
    horizon: ArrayLike = 1,
    levels: Sequence[float] = (0.8, 0.95),
    methods: str | Sequence[str] = AUTO,
    workers: int = 1,
) -> Forecasts:
    """Forecast many series: fit, try out, weigh, put together, and say how far it may be off.

    Parameters
    ----------
    values
        float64, all series one after the other, in any unit; NaN where a value is not known.
    pointer
        int64[n + 1]; series i is ``values[pointer[i]:pointer[i + 1]]``, oldest first, evenly spaced.
    season
        Periods in a season (12 for months, 7 for days), 1 for none; one for all series or one a series. With 24, 48 or
        96 periods of a day, the week is found as well.
    horizon
        Periods ahead; one for all or one a series. All rows are as long as the longest; methods are weighed over each
        series' own.
    levels
        Probabilities of the intervals.
    methods
        ``auto``, a name of `METHODS`, or one for each series. ``auto`` takes the methods for intermittent demand where
        the class is intermittent or lumpy and no value is negative, else the combination.
    workers
        Threads.

    Returns
    -------
    `Forecasts`. Short series have an answer too: below four known values it is the naive forecast; one value alone
    is taken to be known to within half its size. Where no value is negative no forecast is.

    Raises
    ------
    ProblemError
        With every fault of every series: none of its values known, infinite or above 1e15; and of every argument.

    Notes
    -----
    The season is taken out by decomposition with shrunken indices, of logarithms where all values are well above 0.
    Smoothing runs for some hundred sets of parameters at once; what they say is averaged by their likelihood. Each
    method is fitted again to the series without its last periods, up to two times, and forecasts them; its weight
    is partly the same for all series, mostly falls with the cube of its error there. Cost about 0.3 ms for a series of
    90 months with 18 ahead, O(n T); 10 kB for a series.

    References
    ----------
    S. Makridakis, E. Spiliotis and V. Assimakopoulos, "The M4 Competition: 100,000 time series and 61 forecasting
    methods", International Journal of Forecasting 36, 2020, 54-74; see the page for each method's own source.

    Examples
    --------
    >>> sold = [12.0, 15, 11, 18, 13, 16, 12, 20, 14, 18, 13, 22, 15, 19, 14, 24]
    >>> ahead = forecast(sold, [0, 16], season=4, horizon=4)
    >>> ahead.method, ahead.mean.round().tolist()
    (('combination',), [[16.0, 21.0, 15.0, 25.0]])
    """
    asked = _read(values, pointer, season, horizon, levels, methods, workers)
    codes = class_codes(asked.values, asked.pointer, asked.season)
    rare = _rare(asked, codes)
    answer = _answer(asked.count, int(asked.horizon.max()))
    _run(asked, np.flatnonzero(~rare), answer, workers)
    return _results(asked, answer, tuple(CLASSES[code] for code in codes.tolist()), rare)


def _read(
    values: ArrayLike, pointer: ArrayLike, season: ArrayLike, horizon: ArrayLike, levels: Sequence[float],
    methods: str | Sequence[str], workers: int,
) -> _Asked:  # fmt: skip
    problems: list[Problem] = []
    flat, ends = read_series(values, pointer, problems)
    if flat.size == 0 and not problems:
        problems.append(fault("values", "empty", "one series or more"))
    count = max(ends.size - 1, 1)
    seasons = a_number_each("season", season, count, LONGEST_SEASON, problems)
    steps = a_number_each("horizon", horizon, count, LONGEST_HORIZON, problems)
    names = (methods,) * count if isinstance(methods, str) else tuple(methods)
    if len(names) != count:
        problems.append(fault("methods", f"{len(names)} names", f"one name, or one for each of the {count} series"))
    problems += [fault("methods", name, "one of " + ", ".join(METHODS)) for name in sorted({*names} - {*METHODS})]
    if not 1 <= workers <= 256:
        problems.append(fault("workers", workers, "from 1 to 256"))
    chosen = read_levels(levels, problems)
    stop(problems)
    return _Asked(flat, ends, seasons, steps, chosen, names)


def _rare(asked: _Asked, codes: Ints) -> Bools:
    """Tell which series the methods for intermittent demand forecast."""
    names = np.array(asked.methods)
    rare = (names == AUTO) & np.isin(codes, [CLASSES.index(kind) for kind in RARE])
    rare |= np.isin(names, (INTERMITTENT, *SPORADIC))
    lowest = np.fmin.reduceat(asked.values, asked.pointer[:-1])
    return np.asarray(rare & (lowest >= 0.0))


def _answer(count: int, longest: int) -> Answer:
    table, shares = np.zeros((count, longest)), np.zeros((count, len(MEMBERS)))
    whole = np.zeros(count, np.int64)
    return Answer(
        table, table.copy(), shares, shares.copy(), whole, whole.copy(), whole.copy(), np.zeros(count, np.bool_)
    )


def _run(asked: _Asked, chosen: Ints, answer: Answer, workers: int) -> None:
    """Run the kernel over the series that are chosen, a chunk a thread."""
    if not chosen.size:
        return
    prior, lengths = prior_shares(asked.season, asked.methods), np.diff(asked.pointer)
    grids, rough, wanted = all_grids(), rough_grids(), prior > 0
    parts = [chosen[k : k + CHUNK] for k in range(0, chosen.size, CHUNK)]

    def work(part: Ints) -> None:
        longest, seasons = int(lengths[part].max()), np.unique(asked.season[part])
        weeks = [min(7 * int(one), longest) for one in seasons if one in LONG_SEASONS]
        forecast_chunk(
            asked.values, asked.pointer, asked.season, asked.horizon, wanted, prior, part, grids, rough,
            room(grids, longest, max(int(seasons[-1]), 1, *weeks)), trials(answer.mean.shape[1]), np.zeros(longest),
            answer,
        )  # fmt: skip

    if workers == 1 or len(parts) == 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, parts))


def _results(asked: _Asked, answer: Answer, kinds: tuple[str, ...], rare: Bools) -> Forecasts:
    """Turn what the kernel gave into forecasts with intervals."""
    sigma = widened(answer.spread, asked.season, _fitted_to(asked, answer))
    shape = np.where(answer.positive, LOGNORMAL, NORMAL).astype(np.int64)
    lower, upper = interval_ends(answer.mean, sigma, shape, asked.levels, (answer.flags & NEGATIVE) == 0)
    names = _names(answer.weight)
    if rare.any():
        shape[rare] = SKEWED
        _fill_rare(asked, names, (answer.mean, lower, upper, sigma), np.flatnonzero(rare))
    notes = tuple(
        _notes(flags, gaps) if flags or gaps else ()
        for flags, gaps in zip(answer.flags.tolist(), answer.gaps.tolist(), strict=True)
    )
    return Forecasts(
        answer.mean, lower, upper, asked.levels, sigma, sigma[:, 0].copy(), shape, tuple(names), MEMBERS, answer.weight,
        answer.score, answer.origins, kinds, notes,
    )  # fmt: skip


def _fitted_to(asked: _Asked, answer: Answer) -> Ints:
    """Give to how many known values each series' methods were fitted; 0 where only naive ones have weight."""
    known = np.add.reduceat(~np.isnan(asked.values), asked.pointer[:-1], dtype=np.int64)
    fitted = answer.weight[:, AVERAGE:].sum(axis=1) > 0
    return np.asarray(np.where(fitted, known, 0))


def _names(weight: Floats) -> list[str]:
    """Give the only method that has weight, or say that it is a combination."""
    carrying = weight > 0
    alone, first = carrying.sum(axis=1) == 1, carrying.argmax(axis=1)
    return [MEMBERS[m] if one else COMBINATION for one, m in zip(alone.tolist(), first.tolist(), strict=True)]


def _notes(flags: int, gaps: int) -> tuple[str, ...]:
    words = {FEW: "short", CONSTANT: "constant", ZERO: "all zero", NEGATIVE: "negative values"}
    found = [word for flag, word in words.items() if flags & flag]
    return tuple(found + ([f"gaps filled: {gaps}"] if gaps else []))


def _fill_rare(asked: _Asked, names: list[str], into: tuple[Floats, Floats, Floats, Floats], rows: Ints) -> None:
    """Put the forecasts of intermittent demand into their rows, a method at a time."""
    mean, lower, upper, sigma = into
    for method in sorted({asked.methods[i] for i in rows}):
        some = np.array([i for i in rows if asked.methods[i] == method])
        pieces = [asked.values[asked.pointer[i] : asked.pointer[i + 1]] for i in some]
        pointer = np.concatenate([[0], np.cumsum([piece.size for piece in pieces])]).astype(np.int64)
        wanted = method if method in SPORADIC else AUTO
        found = intermittent_forecasts(np.concatenate(pieces), pointer, mean.shape[1], asked.levels, method=wanted)
        mean[some], lower[some], upper[some], sigma[some] = found.mean, found.lower, found.upper, found.sigma
        for i in some:
            names[i] = wanted if wanted in SPORADIC else INTERMITTENT


def warm_up() -> None:
    """Compile the kernels."""
    forecast([3.0, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10], [0, 12], season=2, horizon=2)
