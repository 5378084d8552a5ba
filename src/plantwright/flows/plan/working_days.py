"""How demand falls on days: the working days of a site by its calendar, or the week as its daily history shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.areas.demand.history import day_of
from plantwright.core import worktime
from plantwright.core.worktime import Intervals, ZoneClock
from plantwright.flows.plan.calendars import exceptions_of, shifts_of
from plantwright.flows.plan.nodes import at_site, main_site
from plantwright.plant import Plant

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DAY, WEEK = 1440, 7
DAYTIME = (6 * 60, 18 * 60)
"""A day is a working day if its calendar is open on it at some time between these: a night shift's end makes none."""
WHOLE = 1_000
"""Weight of a day that counts like any other."""
DAILY = 150
"""Days with a record, of the last `PROFILE_DAYS`, from which on a history shows how demand falls on the week."""
PROFILE_DAYS = 364
"""Whole weeks, so that each day of the week comes equally often."""


def open_days(plant: Plant, sites: Iterable[str], first: int, last: int) -> dict[str, Bools]:
    """Tell which days are working days.

    Parameters
    ----------
    plant : the plant
    sites : sites that are asked about
    first, last : days since 1970-01-01

    Returns
    -------
    By site that has a calendar one bool a day. Cost: linear in the days; ten years of a calendar take milliseconds.
    """
    calendar_of = dict(plant.raw["site"].filter(pl.col("calendar") != "").select("code", "calendar").iter_rows())
    wanted = {calendar_of[site] for site in sites if site in calendar_of}
    declared = plant.raw["calendar"].filter(pl.col("code").is_in(sorted(wanted)))
    if not declared.height:
        return {}
    calendars = [
        worktime.Calendar(row["code"], row["time_zone"] or plant.settings.zone, row["country"], row["subdivision"])
        for row in declared.iter_rows(named=True)
    ]
    shifts = [one for one in shifts_of(plant) if one.calendar in wanted]
    exceptions = [one for one in exceptions_of(plant) if one.calendar in wanted]
    times = worktime.work_intervals(calendars, shifts, exceptions, first, last)
    days = np.arange(first, last + 1) * DAY
    found = {}
    for one in calendars:
        clock = ZoneClock.of(one.zone, first, last)
        begin, end = (clock.to_utc(days + minute) for minute in DAYTIME)
        found[one.code] = open_before(times[one.code], end) > open_before(times[one.code], begin)
    return {site: found[calendar_of[site]] for site in sites if calendar_of.get(site) in found}


def open_before(time: Intervals, moments: Ints) -> Ints:
    """Give the open minutes before each moment.

    Examples
    --------
    >>> open_before(Intervals(np.array([10, 50]), np.array([20, 60])), np.array([5, 15, 30, 70])).tolist()
    [0, 5, 10, 20]
    """
    if not len(time.starts):
        return np.zeros(len(moments), np.int64)
    begun = np.searchsorted(time.starts, moments, side="right")
    whole = np.concatenate([[0], np.cumsum(time.ends - time.starts)])[begun]
    over = np.where(begun > 0, np.maximum(time.ends[begun - 1] - moments, 0), 0)
    return np.asarray(whole - over, np.int64)


@dataclass(frozen=True, eq=False)
class DayWeights:
    """How much of a period's demand falls on each of its days.

    Parameters
    ----------
    first : the first day for which weights are kept
    sums : by site int64[days + 1], the weights of all days before each; sites that are not there: all days alike
    """

    first: int
    sums: Mapping[str, Ints]

    def before(self, sites: pl.Series, days: Ints) -> Ints:
        """Give the sum of the weights of all days before each day, counted from the first; beyond the last the mean."""
        found = (days - self.first) * WHOLE
        names = sites.to_numpy()
        for site in sites.unique().to_list():
            if site in self.sums:
                here = names == site
                found[here] = _sum_before(self.sums[site], days[here] - self.first)
        return found

    def worked(self, site: str, start: Ints, end: Ints) -> Ints:
        """Give the whole days that weigh, from one day up to before another, at a site that is there."""
        sums = self.sums[site]
        return (_sum_before(sums, end - self.first) - _sum_before(sums, start - self.first)) // WHOLE


def _sum_before(sums: Ints, place: Ints) -> Ints:
    inside = np.clip(place, 0, len(sums) - 1)
    return np.asarray(sums[inside] + (place - inside) * (sums[-1] // max(len(sums) - 1, 1)), np.int64)


def working_days(plant: Plant, sites: Iterable[str], first: int, last: int) -> DayWeights:
    """Count the working days of the sites that have a calendar, whatever the history shows of the week."""
    opened = open_days(plant, sorted(set(sites)), first, last)
    sums = {site: np.concatenate([[0], np.cumsum(days)]).astype(np.int64) * WHOLE for site, days in opened.items()}
    return DayWeights(first, sums)


def day_weights(plant: Plant, sites: Iterable[str], first: int, last: int) -> DayWeights:
    """Weigh the days of sites: working days alike and others nothing, or as the daily history of a site shows.

    What the history shows of the week counts before the calendar, but a day that is closed while others of its weekday
    are open, such as a holiday, has none of it. Without a calendar and a daily history all days count alike.

    Parameters
    ----------
    plant : the plant
    sites : sites that are asked about
    first, last : days since 1970-01-01
    """
    names = sorted(set(sites))
    opened, week = open_days(plant, names, first, last), week_profiles(plant)
    weekday = (np.arange(first, last + 1) + 3) % WEEK  # 1970-01-01 was a Thursday
    sums = {}
    for site in names:
        if site in opened or site in week:
            weight = _weights(opened.get(site), week.get(site), weekday)
            sums[site] = np.concatenate([[0], np.cumsum(weight)]).astype(np.int64)
    return DayWeights(first, sums)


def _weights(opened: Bools | None, week: Ints | None, weekday: Ints) -> Ints:
    if week is None:
        return np.where(opened, WHOLE, 0).astype(np.int64) if opened is not None else np.full(len(weekday), WHOLE)
    weight = week[weekday]
    if opened is None:
        return weight
    days = np.maximum(np.bincount(weekday, minlength=WEEK), 1)
    usual = np.bincount(weekday, opened, minlength=WEEK) * 2 > days
    return np.where(usual[weekday] & ~opened, 0, weight)


def week_profiles(plant: Plant) -> dict[str, Ints]:
    """Give the weights of Monday to Sunday by site, where the sales of the last year stand there day by day.

    Each item counts by how many records it has, whatever its size; `DAILY` days with a record must be there.
    """
    history = plant.raw["sales_history"]
    if not history.height:
        return {}
    today = day_of(plant.as_of, plant.settings.zone)
    rows = history.filter(pl.col("day").is_between(today - PROFILE_DAYS, today - 1) & (pl.col("quantity") > 0))
    rows = rows.select("item", at_site("site", main_site(plant)), "day", "quantity", "unit")
    rows = rows.filter(pl.col("day").n_unique().over("site") >= DAILY).with_columns(
        size=pl.col("quantity") / pl.col("quantity").mean().over("item", "site", "unit"),
        weekday=(pl.col("day") + 3) % WEEK,
    )  # fmt: skip
    sums = rows.group_by("site", "weekday").agg(pl.col("size").sum()).sort("site", "weekday")
    found = {}
    for (site,), part in sums.partition_by("site", as_dict=True).items():
        size = np.zeros(WEEK)
        size[part["weekday"].to_numpy()] = part["size"].to_numpy()
        found[str(site)] = np.round(size / size.sum() * WEEK * WHOLE).astype(np.int64)
    return found


def asked_before(weights: DayWeights, rows: pl.DataFrame, day: pl.Series) -> pl.Series:
    """Give how much of a period's quantity is asked for before a day: by the weights of its days, in whole steps.

    Parameters
    ----------
    weights : of the days
    rows : periods: site, start, end (the last day), quantity and quantum (scaled)
    day : one a row; before the start it is nothing, after the end the whole quantity

    Returns
    -------
    Scaled quantities that never fall with the day, so that what lies between the cuts of a period adds up to it. A
    period without any weight is cut by its days.
    """
    sites = rows["site"]
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy() + 1
    at = np.clip(day.to_numpy(), start, end)
    begin = weights.before(sites, start)
    part, whole = weights.before(sites, at) - begin, weights.before(sites, end) - begin
    idle = whole <= 0
    part, whole = np.where(idle, at - start, part), np.maximum(np.where(idle, end - start, whole), 1)
    quantity, quantum = rows["quantity"].to_numpy(), rows["quantum"].to_numpy()
    steps = quantity // quantum
    # In two parts, because steps times weights may be more than a whole number holds.
    upto = (steps // whole * part + steps % whole * part // whole) * quantum
    return pl.Series(np.where(part >= whole, quantity, upto), dtype=pl.Int64)
