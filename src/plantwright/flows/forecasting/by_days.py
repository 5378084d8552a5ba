"""Whether demand is counted by working days: where a calendar is, and the periods held out come out better so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plantwright.flows.forecasting.events import Events
from plantwright.flows.forecasting.past import Bools, Floats, Past, days_of
from plantwright.flows.forecasting.project import Forecaster, actual, held_out
from plantwright.flows.plan.working_days import DayWeights, working_days
from plantwright.plant import Plant

TRIED = 24
"""Series of a site, evenly chosen, on which it is tried out."""
TRIALS = 6
"""Periods held out of each."""
BETTER = 0.02
"""Share by which the error must fall, so that chance does not decide."""
LONGEST = 40 * 366
"""Days for which calendars are looked up; before them their mean holds."""


def counted_by_days(plant: Plant, past: Past, events: Events, forecaster: Forecaster, *, workers: int = 1) -> Past:
    """Give the past with the working days of the sites at which demand is to be counted by them.

    Parameters
    ----------
    plant : the plant, its calendars and the setting `forecast_working_days`
    past : the series
    events : what moves demand for a time
    forecaster : does the work
    workers : threads

    Notes
    -----
    Where it helps: the last `TRIALS` periods of up to `TRIED` series of a site are forecast one ahead with and without
    working days, errors over the mean change of each series; by `BETTER` less with them, and they are counted. A site
    decides as one, because its days are the same for all that it sells.
    """
    wanted = plant.settings["forecast_working_days"]
    if wanted == "never" or not past.count:
        return past
    days = _differing(past, _days(plant, past))
    if wanted == "where it helps":
        sums = {site: sums for site, sums in days.sums.items() if _helps(past, site, days, events, forecaster, workers)}
        days = replace(days, sums=sums)
    return replace(past, days=days) if days.sums else past


def _days(plant: Plant, past: Past) -> DayWeights:
    ends = days_of(past, np.array([past.first.min(), past.ahead, past.ahead]))
    first, last = int(ends[0][0]), int(ends[1][1])
    return working_days(plant, past.keys["site"].unique().to_list(), max(first, last - LONGEST), last)


def _differing(past: Past, days: DayWeights) -> DayWeights:
    """Leave out sites whose periods all have as many working days: nothing would change."""
    numbers = np.arange(int(past.first.min()), past.ahead + 1)
    start, end = days_of(past, numbers)
    sums = {site: sums for site, sums in days.sums.items() if np.ptp(days.worked(site, start, end + 1)) > 0}
    return replace(days, sums=sums)


def _helps(past: Past, site: str, days: DayWeights, events: Events, forecaster: Forecaster, workers: int) -> bool:
    rows = np.flatnonzero((past.keys["site"] == site).to_numpy())
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), TRIED)).astype(int)]
    plain = past.chosen(rows)
    both = replace(plain, days=replace(days, sums={site: days.sums[site]}))
    errors, told = zip(*(_errors(one, events, forecaster, workers) for one in (plain, both)), strict=True)
    fair = told[0] & told[1]
    return bool(errors[1][fair].sum() < (1.0 - BETTER) * errors[0][fair].sum()) if fair.any() else False


def _errors(past: Past, events: Events, forecaster: Forecaster, workers: int) -> tuple[Floats, Bools]:
    """Give the scaled errors one period ahead, and which of them are known."""
    held = held_out(past, events, forecaster, most=TRIALS, workers=workers)
    error = np.abs(actual(past, held.series, held.number) - held.mean) / np.where(held.scale > 0, held.scale, np.nan)
    return error, (held.ahead == 1) & np.isfinite(error)
