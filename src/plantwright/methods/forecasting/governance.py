"""Is forecasting worth its trouble: what each hand adds, who leans which way, and when a forecast has gone astray."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from plantwright.core.problem import Problem
from plantwright.methods.forecasting.classes import Bools
from plantwright.methods.stock.arguments import Floats, above_zero, fault, numbers, same_length, stop
from plantwright.methods.working import Step, Working, given


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """The errors of one group of forecasts; an error is actual less forecast.

    Parameters
    ----------
    group
        What the forecasts have in common, such as a person, a method, a class or a horizon.
    stage
        Which forecast it is, such as ``naive``, ``statistical``, ``override``.
    count
        How many forecasts.
    mae, bias
        Mean absolute error and mean error, units; a bias above 0 is too low a forecast.
    wape
        Sum of absolute errors over the sum of actual demand; 0 where both are 0, infinite where only demand is 0.
    mase
        Mean of absolute errors, each over the scale of its series.
    added
        What the stage took off the absolute error of the stage before it, as a share of that; 0 for the first stage
        and where there was no error to take off.
    """

    group: tuple[str, ...]
    stage: str
    count: int
    mae: float
    bias: float
    wape: float
    mase: float
    added: float


def value_added(
    actual: ArrayLike,
    stages: Mapping[str, ArrayLike],
    groups: Sequence[Sequence[object]] = (),
    scale: ArrayLike | None = None,
) -> tuple[ErrorRow, ...]:
    """Compare the stages that a forecast went through, group by group: forecast value added.

    Parameters
    ----------
    actual
        float64[n], demand as it came, units.
    stages
        Forecasts of the same n by stage, in the order in which they were made: naive, statistical, override.
    groups
        Columns of n codes each, such as person, method, class, horizon; rows are made for every group that occurs,
        after one for all with the group ``()``.
    scale
        float64[n], above 0: mean absolute error of the (seasonal) naive method on the history of the series of each
        forecast; without it 1, and `mase` is the mean absolute error.

    Returns
    -------
    Rows by group in the order of their codes, and in each by stage.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    added = 1 - MAE(stage) / MAE(stage before). Cost O(n x stages).

    References
    ----------
    M. Gilliland, The Business Forecasting Deal, Wiley, 2010, chapter 4 (forecast value added).
    R. J. Hyndman and A. B. Koehler, "Another look at measures of forecast accuracy", International Journal of
    Forecasting 22(4), 2006, 679-688 (scaled errors).

    Examples
    --------
    >>> stages = {"naive": [10, 10], "statistical": [11, 13], "override": [14, 16]}
    >>> for row in value_added([12, 14], stages, [["anna", "bert"]])[:3]:
    ...     print(row.stage, row.mae, row.bias, round(row.wape, 3), round(row.added, 2))
    naive 3.0 3.0 0.231 0.0
    statistical 1.0 1.0 0.077 0.67
    override 2.0 -2.0 0.154 -1.0
    """
    problems: list[Problem] = []
    asked = numbers("actual", actual, problems, least=None)
    made = {name: numbers(f"stages[{name}]", row, problems, least=None) for name, row in stages.items()}
    unit = np.ones(asked.size) if scale is None else numbers("scale", scale, problems)
    problems += [fault("scale", float(unit[at]), "above 0", int(at)) for at in np.flatnonzero(unit <= 0)[:20]]
    problems += [] if made else [fault("stages", "none", "one forecast or more")]
    problems += [] if asked.size else [fault("actual", "empty", "one value or more")]
    same_length(problems, actual=asked, scale=unit, **made)
    sized = {len(column) for column in groups} - {asked.size}
    problems += [fault("groups", f"{size} long", f"as long as actual, {asked.size}") for size in sorted(sized)]
    stop(problems)
    names = list(zip(*([str(code) for code in column] for column in groups), strict=True))
    members: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(names):
        members.setdefault(name, []).append(place)
    found = _stages((), asked, made, unit)
    for name in sorted(members):
        at = np.array(members[name])
        found += _stages(name, asked[at], {stage: row[at] for stage, row in made.items()}, unit[at])
    return tuple(found)


def _stages(group: tuple[str, ...], actual: Floats, stages: Mapping[str, Floats], scale: Floats) -> list[ErrorRow]:
    rows: list[ErrorRow] = []
    for stage, forecast in stages.items():
        error = actual - forecast
        size = np.abs(error)
        mae, before = float(size.mean()), rows[-1].mae if rows else 0.0
        rows.append(
            ErrorRow(
                group, stage, actual.size, mae, float(error.mean()), _share(float(size.sum()), float(actual.sum())),
                float((size / scale).mean()), 1.0 - mae / before if before > 0 else 0.0,
            )
        )  # fmt: skip
    return rows


def _share(part: float, whole: float) -> float:
    if part == 0:
        return 0.0
    return part / whole if whole > 0 else math.inf


@dataclass(frozen=True, slots=True, eq=False)
class TrackingSignal:
    """Whether a forecast has gone astray.

    Parameters
    ----------
    brown
        float64[n]; the sum of errors so far over the mean absolute error so far; 0 before the first error.
    trigg
        float64[n]; the smoothed error over the smoothed absolute error, between -1 and 1.
    brown_limit, trigg_limit
        Beyond them, on either side, chance is not enough.
    astray
        bool[n]; whether Trigg's signal, or Brown's, is beyond its limit after the period.
    working
        How the last two signals came about.
    """

    brown: Floats
    trigg: Floats
    brown_limit: float
    trigg_limit: float
    astray: Bools
    working: Working


def tracking_signal(
    errors: ArrayLike, *, limit: float = 4.0, smoothing: float = 0.1, deviations: float = 1.96
) -> TrackingSignal:
    """Give Brown's and Trigg's tracking signals of a row of errors, and where they leave their limits.

    Parameters
    ----------
    errors
        float64[n], actual less forecast in the order of time, units; one or more.
    limit
        Of Brown's signal, in mean absolute errors; above 0. 4 is usual; a sum of n errors that are only chance reaches
        1.25 sqrt(n) often, so it is meant to begin anew now and then.
    smoothing
        Of Trigg's signal, above 0 and below 1.
    deviations
        Standard deviations of Trigg's signal that make its limit, above 0: 1.96 for one false alarm in twenty.

    Raises
    ------
    ProblemError
        With every argument that is out of range.

    Notes
    -----
    Brown: sum(e) / mean(|e|). Trigg: E(t) = E + a (e - E), M(t) = M + a (|e| - M), signal E / M. Where the errors are
    normal and independent its deviation is 1.2533 sqrt(a / (2 - a)), from sd(e) = 1.2533 E|e|. M begins with the first
    absolute error and E with 0, so that a first error is no alarm.

    References
    ----------
    R. G. Brown, Smoothing, Forecasting and Prediction of Discrete Time Series, Prentice-Hall, 1963, chapter 20.
    D. W. Trigg, "Monitoring a forecasting system", Operational Research Quarterly 15(3), 1964, 271-274.

    Examples
    --------
    >>> signal = tracking_signal([1, -1, 2, 3, 4, 5], limit=4)
    >>> float(signal.brown[-1]), signal.astray.tolist(), round(signal.trigg_limit, 2)
    (5.25, [False, False, False, False, True, True], 0.56)
    """
    problems = above_zero(limit=limit, deviations=deviations)
    row = numbers("errors", errors, problems, least=None)
    problems += [] if row.size else [fault("errors", "empty", "one value or more")]
    problems += [] if 0 < smoothing < 1 else [fault("smoothing", smoothing, "above 0 and below 1")]
    stop(problems)
    sums, sizes = np.cumsum(row), np.cumsum(np.abs(row)) / np.arange(1, row.size + 1)
    brown = np.divide(sums, sizes, out=np.zeros(row.size), where=sizes > 0)
    lean, size = _smoothed(row, smoothing)
    trigg = np.divide(lean, size, out=np.zeros(row.size), where=size > 0)
    bound = deviations * math.sqrt(math.pi / 2.0) * math.sqrt(smoothing / (2.0 - smoothing))
    steps = (
        *given(n=("errors seen", row.size), e=("sum of the errors", sums[-1]), m=("mean absolute error", sizes[-1])),
        Step("B", "Brown's signal", float(brown[-1]), "e / m"),
        *given(a=("smoothing", smoothing), E=("smoothed error", lean[-1]), M=("smoothed absolute error", size[-1])),
        Step("T", "Trigg's signal", float(trigg[-1]), "E / M"),
        Step("L", "limit of Trigg's signal", bound, f"{deviations:g} x 1.2533 sqrt(a / (2 - a))"),
    )
    astray = (np.abs(brown) > limit) | (np.abs(trigg) > bound)
    working = Working("Brown 1963, chapter 20; Trigg 1964", steps)
    return TrackingSignal(brown, trigg, float(limit), bound, astray, working)


def _smoothed(row: Floats, share: float) -> tuple[Floats, Floats]:
    lean, size = 0.0, abs(float(row[0]))
    leans, sizes = np.zeros(row.size), np.zeros(row.size)
    for t, error in enumerate(row.tolist()):
        lean += share * (error - lean)
        size += share * (abs(error) - size)
        leans[t], sizes[t] = lean, size
    return leans, sizes
