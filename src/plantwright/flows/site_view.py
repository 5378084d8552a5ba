"""What stands at each site: work centers with their open time and load, people, places of stock."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from plantwright.areas.process.calendar_checks import calendar_rows, center_calendars
from plantwright.core.exact import SCALE
from plantwright.core.finding import at_site, main_site
from plantwright.core.pages import View
from plantwright.core.worktime import work_intervals

DAYS = 28
"""Days ahead that are shown of each calendar."""
MINUTE = 60_000


@dataclass(frozen=True)
class SiteView:
    """One site.

    Parameters
    ----------
    row : its row
    centers : rows of work_center with the calendar that holds, and load and capacity ahead in milliseconds
    people : rows of person
    places : rows of location with how many items lie there and what they are worth at standard cost
    calendars : calendars that its work centers and people work by, in their order
    """

    row: Mapping[str, Any]
    centers: tuple[Mapping[str, Any], ...]
    people: tuple[Mapping[str, Any], ...]
    places: tuple[Mapping[str, Any], ...]
    calendars: tuple[str, ...]

    @property
    def load(self) -> float | None:
        """Load over capacity of its work centers in the days ahead; None without a schedule."""
        capacity = sum(one["capacity"] or 0 for one in self.centers)
        return sum(one["load"] or 0 for one in self.centers) / capacity if capacity else None


class _Tables(Mapping[str, pl.DataFrame]):
    """The tables of a view as a mapping."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self._view.table(name)

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def sites(view: View, days: int = DAYS) -> list[SiteView]:
    """Give every site with what stands there; rows that name no site belong to the main one."""
    tables = _Tables(view)
    main = main_site(tables)
    centers = _centers(view, tables, days)
    people = tables["person"].with_columns(at_site("site", main)).sort("code")
    places = _places(view, tables)
    found = []
    for row in tables["site"].iter_rows(named=True):
        here = pl.col("site") == row["code"]
        own = centers.filter(here).to_dicts()
        persons = people.filter(here).with_columns(
            calendar=pl.when(pl.col("calendar") == "").then(pl.lit(row["calendar"])).otherwise("calendar")
        )
        used = dict.fromkeys([row["calendar"], *(one["calendar"] for one in own), *persons["calendar"]])
        stock = places.filter(here).to_dicts()
        calendars = tuple(code for code in used if code)
        found.append(SiteView(row, tuple(own), tuple(persons.to_dicts()), tuple(stock), calendars))
    return found


def _centers(view: View, tables: Mapping[str, pl.DataFrame], days: int) -> pl.DataFrame:
    today = view.as_of // 1440
    loads = view.result("center_load").filter(pl.col("day").is_between(today, today + days - 1))
    sums = loads.group_by("work_center").agg(
        load=(pl.col("setup") + pl.col("run")).sum(), capacity=pl.col("capacity").sum()
    )
    calendars = center_calendars(tables).select("code", "calendar")
    rows = tables["work_center"].drop("calendar").with_columns(at_site("site", main_site(tables)))
    rows = rows.join(calendars, on="code", how="left").join(sums, left_on="code", right_on="work_center", how="left")
    return rows.sort("group", "code")


def _places(view: View, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    moves = tables["stock_move"].filter(pl.col("at") <= view.as_of)
    came = moves.select("item", code="to_location", balance="quantity")
    left = moves.select("item", code="from_location", balance=-pl.col("quantity"))
    stock = pl.concat([came, left]).group_by("item", "code").agg(pl.col("balance").sum()).filter(pl.col("balance") != 0)
    costs = tables["item"].select(item="code", cost="standard_cost")
    worth = (pl.col("balance") / SCALE * pl.col("cost")).sum().round().cast(pl.Int64)
    sums = stock.join(costs, on="item", how="left").group_by("code").agg(items=pl.len().cast(pl.Int64), value=worth)
    rows = tables["location"].filter(pl.col("kind") != "virtual").join(sums, on="code", how="left")
    rows = rows.with_columns(pl.col("items", "value").fill_null(0), _site_of(tables["location"]))
    return rows.with_columns(at_site("site", main_site(tables))).sort("code")


def _site_of(places: pl.DataFrame) -> pl.Expr:
    """Say the site of a place: its own, or that of the place that holds it."""
    site = dict(places.select("code", "site").iter_rows())
    parent = dict(places.select("code", "parent").iter_rows())
    found = {}
    for code in site:
        one, seen = code, set[str]()
        while one and not site.get(one) and one not in seen:
            seen.add(one)
            one = parent.get(one, "")
        found[code] = site.get(one, "")
    return pl.col("code").replace_strict(found, default="", return_dtype=pl.String).alias("site")


def open_hours(view: View, days: int = DAYS) -> dict[str, list[float]]:
    """Give the hours that each calendar is open on each of the days ahead, which begin in the time zone of the plant.

    Raises
    ------
    ProblemError : a calendar is at fault
    """
    first = view.as_of // 1440
    opened = work_intervals(*calendar_rows(_Tables(view)), first_day=first - 1, last_day=first + days)
    begins = _midnights(view, days)
    found = {}
    for code, times in opened.items():
        hours = []
        for start, end in itertools.pairwise(begins):
            inside = np.minimum(times.ends, end) - np.maximum(times.starts, start)
            hours.append(float(np.maximum(inside, 0).sum()) / 60)
        found[code] = hours
    return found


def today(view: View) -> date:
    """Give the day of the view's moment in the plant's time zone."""
    return datetime.fromtimestamp(view.as_of * 60, UTC).astimezone(ZoneInfo(view.settings.zone)).date()


def _midnights(view: View, days: int) -> list[int]:
    """Give when each day begins in the plant's time zone, in minutes since 1970 UTC, and when the last one ends."""
    zone, first = ZoneInfo(view.settings.zone), today(view)
    ahead = [first + timedelta(n) for n in range(days + 1)]
    return [int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) // 60 for d in ahead]


__all__ = ["DAYS", "SiteView", "open_hours", "sites", "today"]
