"""How a forecast came about: each method's part in it, with its parameters, step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from plantwright.methods.forecasting.combining import AUTO, COMBINATION, INTERMITTENT, SPORADIC, forecast
from plantwright.methods.forecasting.intermittent import intermittent_working
from plantwright.methods.forecasting.results import Floats, Forecasts
from plantwright.methods.working import Step, Working

SOURCES = {
    "naive": "Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition 2021, section 5.2",
    "seasonal-naive": "Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition 2021, section 5.2",
    "average": "Makridakis, Wheelwright and Hyndman, Forecasting, 3rd edition 1998, section 4/2",
    "ses": "Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, section 2.3.1",
    "holt": "Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, section 2.3.2",
    "damped": "Gardner and McKenzie, Management Science 31, 1985, 1237-1246",
    "theta": "Assimakopoulos and Nikolopoulos, International Journal of Forecasting 16, 2000, 521-530",
    "optimised-theta": "Fiorucci and others, International Journal of Forecasting 32, 2016, 1151-1161",
    "dynamic-theta": "Fiorucci and others, International Journal of Forecasting 32, 2016, 1151-1161",
    "log-theta": "Fiorucci and others, International Journal of Forecasting 32, 2016, 1151-1161",
    "complex": "Svetunkov, Kourentzes and Ord, Naval Research Logistics 69, 2022, 1108-1123",
    "drift": "Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition 2021, section 5.2",
    "log-drift": "Hyndman and Billah, International Journal of Forecasting 19, 2003, 287-290",
    COMBINATION: "Bates and Granger, Operational Research Quarterly 20, 1969, 451-468",
}
OTHERS = "Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing, 2008, chapter 2"


def explain_forecast(
    values: ArrayLike, *, season: int = 1, step: int = 1, method: str = AUTO, horizon: int | None = None
) -> Working:
    """Show how the forecast of one series came about.

    Parameters
    ----------
    values
        float64; the series, oldest first, NaN where not known.
    season
        Periods in a season, 1 for none.
    step
        Which period ahead is shown, from 1.
    method
        As in `forecast`.
    horizon
        Periods ahead over which methods are weighed; `step` without it. For the same number as in a longer forecast,
        state the same horizon.

    Returns
    -------
    For each method that has weight its own forecast, its error when it was tried out, and its weight; then their sum,
    the deviation of the error and the 80 percent interval.

    Raises
    ------
    ProblemError
        As `forecast` does.

    Notes
    -----
    Cost: that of a forecast by each method that has weight.

    Examples
    --------
    >>> print(explain_forecast([4.0, 6, 5, 7, 6, 8], method="naive"))
    n = 6 (values that are known)
    y_n = 8 (last value)
    F = y_n = 8 (forecast of step 1)
    s = 1.70259 (standard deviation of its error)
    low = quantile 0.1 = 6.28927 (lower end of the 80 percent interval)
    high = quantile 0.9 = 10.1761 (upper end of the 80 percent interval)
    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition 2021, section 5.2
    """
    row = np.atleast_1d(np.asarray(values, np.float64)).ravel()
    ahead = max(step, horizon or step)
    made = forecast(row, [0, row.size], season=season, horizon=ahead, levels=(0.8,), methods=method)
    if made.method[0] in (INTERMITTENT, *SPORADIC):
        return intermittent_working(row, "auto" if made.method[0] == INTERMITTENT else made.method[0], ahead)
    known = row[~np.isnan(row)]
    steps = [Step("n", "values that are known", float(known.size)), Step("y_n", "last value", float(known[-1]))]
    if season > 1:
        steps.append(Step("m", "periods in a season", float(season)))
    steps += _parts(row, made, season, step, ahead) if made.method[0] == COMBINATION else []
    steps += _result(made, step)
    return Working(SOURCES.get(made.method[0], OTHERS), tuple(steps))


def _parts(row: Floats, made: Forecasts, season: int, step: int, ahead: int) -> list[Step]:
    """Give the lines of each method in a combination."""
    steps = []
    for number, m in enumerate(np.flatnonzero(made.weights[0] > 0).tolist(), start=1):
        name = made.members[m]
        alone = forecast(row, [0, row.size], season=season, horizon=ahead, methods=name)
        steps.append(Step(f"f_{number}", f"forecast of {name}", float(alone.mean[0, step - 1])))
        if made.origins[0]:
            steps.append(Step(f"e_{number}", f"error of {name} when tried out, scaled", float(made.score[0, m])))
        steps.append(Step(f"w_{number}", f"weight of {name}", float(made.weights[0, m])))
    return steps


def _result(made: Forecasts, step: int) -> list[Step]:
    how = {COMBINATION: "sum of w_k f_k", "naive": "y_n"}.get(made.method[0], made.method[0])
    mean, sigma = float(made.mean[0, step - 1]), float(made.sigma[0, step - 1])
    low, high = float(made.lower[0, step - 1, 0]), float(made.upper[0, step - 1, 0])
    return [
        Step("F", f"forecast of step {step}", mean, how),
        Step("s", "standard deviation of its error", sigma),
        Step("low", "lower end of the 80 percent interval", low, "quantile 0.1"),
        Step("high", "upper end of the 80 percent interval", high, "quantile 0.9"),
    ]
