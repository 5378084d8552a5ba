"""The past as series: what was asked for of each item at each site, period by period."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.areas.demand.history import asked_for, day_of, has_past
from plantwright.core.column import EVER, FOREVER
from plantwright.core.exact import SCALE
from plantwright.flows.forecasting.periods import SEASON, Ints, days_ahead, numbers_of, starts_of
from plantwright.flows.plan.demands import in_item_unit
from plantwright.flows.plan.nodes import at_site, main_site
from plantwright.flows.plan.working_days import DayWeights
from plantwright.plant import Plant

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LIKE_DAYS = 90
"""Days of the like item that its stated share weighs as much as."""
LIKE_ENDS = 730
"""Days of sales after which an item needs no other to stand in."""
GAP_SERIES = 10
"""Series of a site from which on a week, month or quarter without any record is a hole in the records."""


@dataclass(frozen=True, eq=False)
class Past:
    """Series of one length of period, one behind the other.

    Parameters
    ----------
    keys : one row a series: item, site, customer, method, like, like_share, since and until (days between which it is
        sold), family, counted (its unit)
    pointer : int64[n + 1], where each series begins
    values : float64, asked for, in units of the item; NaN: not known
    returned : float64, brought back
    stocked_out : bool, whether the stock was out, so that at least so much was wanted
    stood_in : bool, whether the demand is that of a like item, before the item itself was sold
    first : int64[n], number of the first period of each series
    period : day, week, month or quarter
    ahead : number of the last period for which a forecast is wanted
    running : number of the period that has begun and is not over
    days : working days of the sites at which demand is counted by them; None for none
    """

    keys: pl.DataFrame
    pointer: Ints
    values: Floats
    returned: Floats
    stocked_out: Bools
    stood_in: Bools
    first: Ints
    period: str
    ahead: int
    running: int
    days: DayWeights | None = None

    @property
    def season(self) -> int:
        """Periods of a season."""
        return SEASON[self.period]

    @property
    def count(self) -> int:
        """How many series there are."""
        return len(self.pointer) - 1

    @property
    def lengths(self) -> Ints:
        """Give the periods of each series."""
        return np.diff(self.pointer)

    @property
    def series(self) -> Ints:
        """Give the series of each point."""
        return np.repeat(np.arange(self.count), self.lengths)

    @property
    def numbers(self) -> Ints:
        """Give the number of the period of each point."""
        within = np.arange(len(self.values)) - np.repeat(self.pointer[:-1], self.lengths)
        return within + np.repeat(self.first, self.lengths)

    @property
    def last(self) -> Ints:
        """Give the number of the last period of each series."""
        return self.first + self.lengths - 1

    @property
    def horizon(self) -> int:
        """Periods ahead of the series that ends first."""
        return int(self.ahead - self.last.min()) if self.count else 0

    def chosen(self, which: Ints, upto: Ints | None = None) -> Past:
        """Give some of the series, also several times, each with so many of its periods.

        Parameters
        ----------
        which : int64[m], series
        upto : int64[m], how many periods of each; all where it is left out
        """
        lengths = self.lengths[which] if upto is None else upto
        pointer = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(pointer[-1]) - np.repeat(pointer[:-1] - self.pointer[which], lengths)
        return replace(
            self, keys=self.keys[which.tolist()], pointer=pointer, values=self.values[at], returned=self.returned[at],
            stocked_out=self.stocked_out[at], stood_in=self.stood_in[at], first=self.first[which],
        )  # fmt: skip


def read_pasts(plant: Plant) -> list[Past]:
    """Give the series of a plant, apart by the length of their periods; none without a past."""
    wanted = _wanted(plant)
    if not wanted.height:
        return []
    rows = _asked(plant, wanted)
    today = day_of(plant.as_of, plant.settings.zone)
    pasts = [
        _series(rows.filter(pl.col("period") == period), period, today, plant.settings["forecast_months"])
        for period in SEASON
    ]
    return [one for one in pasts if one is not None and one.count]


def _wanted(plant: Plant) -> pl.DataFrame:
    """Give how each item and site that is to be forecast is set up."""
    main = main_site(plant)
    setup = plant.raw["forecast_setup"].with_columns(at_site("site", main)).unique(["item", "site"], keep="first")
    item = plant.raw["item"].select("family", counted="unit", item="code")
    usual = plant.settings["forecast_period"]
    chosen = pl.col("period").fill_null("usual")
    return has_past(plant.raw).join(setup, on=["item", "site"], how="left").join(item, on="item", how="left").select(
        "item", "site", "family", "counted", pl.col("method").fill_null("auto"), pl.col("like").fill_null(""),
        pl.col("like_share").cast(pl.Float64) / SCALE, pl.col("by_customer").fill_null(value=False),
        pl.when(chosen == "usual").then(pl.lit(usual)).otherwise(chosen).alias("period"),
        since=pl.col("effective_from").fill_null(EVER), until=pl.col("effective_to").fill_null(FOREVER),
    ).sort("item", "site")  # fmt: skip


def _asked(plant: Plant, wanted: pl.DataFrame) -> pl.DataFrame:
    """Give what was asked for, in units of the item, with the set-up of its series."""
    rows = in_item_unit(plant, asked_for(plant.raw, plant.as_of))
    back = in_item_unit(plant, rows.drop("own_unit").with_columns(quantity=pl.col("returned")))["quantity"]
    rows = rows.with_columns(
        quantity=pl.col("quantity").cast(pl.Float64) / SCALE, returned=back.cast(pl.Float64) / SCALE,
        stood_in=pl.lit(value=False),
    ).drop("unit", "own_unit")  # fmt: skip
    rows = pl.concat([rows, stand_ins(rows, wanted, day_of(plant.as_of, plant.settings.zone)).select(rows.columns)])
    rows = rows.join(wanted, on=["item", "site"], how="inner")
    # A customer is a series of its own only where that is asked for.
    customer = pl.when("by_customer").then(pl.col("customer")).otherwise(pl.lit(""))
    own = pl.col("stood_in") | (pl.col("day") >= pl.col("since"))
    return rows.filter(own).with_columns(customer=customer)


def stand_ins(rows: pl.DataFrame, wanted: pl.DataFrame, today: int) -> pl.DataFrame:
    """Give the demand of like items from before those were sold that they stand in for, in their proportion.

    The proportion is (y + g w) / (x + w): y and x are what the item and the like one were asked for since the item is
    sold, g is the share that was stated, 1 without one, and w what the like one is asked for in `LIKE_DAYS` days.
    Items that have been sold for `LIKE_ENDS` days stand for themselves.
    """
    pairs = wanted.filter((pl.col("like") != "") & ~pl.col("by_customer")).select("item", "site", "like", "like_share",
                                                                                  "since")  # fmt: skip
    own = rows.join(pairs.select("item", "site", "since"), on=["item", "site"]).filter(pl.col("day") >= pl.col("since"))
    begun = own.group_by("item", "site").agg(begin=pl.col("day").min(), sold=pl.col("quantity").sum())
    pairs = pairs.join(begun, on=["item", "site"], how="left").with_columns(
        pl.col("begin").fill_null(pl.when(pl.col("since") > 0).then("since").otherwise(today).clip(upper_bound=today)),
        pl.col("sold").fill_null(0.0),
    )  # fmt: skip
    pairs = pairs.filter(pl.col("begin") > today - LIKE_ENDS)
    theirs = rows.drop("item").with_columns(like=rows["item"]).join(pairs, on=["like", "site"], how="inner")
    since = pl.col("day") >= pl.col("begin")
    usual = pl.col("quantity").sum() * LIKE_DAYS / (today - pl.col("day").min()).clip(LIKE_DAYS)
    shares = theirs.group_by("item", "site").agg(
        beside=pl.col("quantity").filter(since).sum(), usual=usual, sold=pl.col("sold").first(),
        stated=pl.col("like_share").first().fill_null(1.0),
    )  # fmt: skip
    share = (pl.col("sold") + pl.col("stated") * pl.col("usual")) / (pl.col("beside") + pl.col("usual"))
    shares = shares.filter(pl.col("usual") > 0).select("item", "site", share=share)
    found = theirs.filter(~since).join(shares, on=["item", "site"])
    return found.with_columns(
        pl.col("quantity", "returned") * pl.col("share"), customer=pl.lit(""), stood_in=pl.lit(value=True)
    )


def _series(rows: pl.DataFrame, period: str, today: int, months: int) -> Past | None:
    """Sum what was asked for by series and period, and lay the series one behind the other."""
    running = int(numbers_of(np.array([today]), period)[0])
    rows = rows.with_columns(number=pl.Series(numbers_of(rows["day"].to_numpy(), period), dtype=pl.Int64))
    rows = rows.filter(pl.col("number") < running)
    if not rows.height:
        return None
    of = ["item", "site", "customer"]
    points = rows.group_by(*of, "number").agg(
        pl.col("quantity", "returned").sum(), pl.col("stocked_out", "stood_in").any()
    )  # fmt: skip
    ends = points.group_by("site").agg(last=pl.col("number").max())
    told = ["family", "counted", "method", "like", "like_share", "since", "until"]
    keys = rows.group_by(of).agg(pl.col(told).first(), first=pl.col("number").min())
    keys = keys.join(ends, on="site").sort(of).with_row_index("series").with_columns(pl.col("series").cast(pl.Int64))
    lengths = (keys["last"] - keys["first"] + 1).to_numpy()
    pointer = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    points = points.join(keys.select(*of, "series", "first"), on=of)
    at = pointer[points["series"].to_numpy()] + (points["number"] - points["first"]).to_numpy()
    total = int(pointer[-1])
    values, returned = np.zeros(total), np.zeros(total)
    stocked_out, stood_in = np.zeros(total, np.bool_), np.zeros(total, np.bool_)
    values[at], returned[at] = points["quantity"].to_numpy(), points["returned"].to_numpy()
    stocked_out[at] = points["stocked_out"].to_numpy()
    stood_in[at] = points["stood_in"].to_numpy()
    month = int(starts_of(numbers_of(np.array([today]), "month"), "month")[0])
    ahead = int(numbers_of(np.array([days_ahead(month, months)]), period)[0])
    past = Past(
        keys.drop("series", "first", "last"), pointer, values, returned, stocked_out, stood_in,
        keys["first"].to_numpy(), period, ahead, running,
    )  # fmt: skip
    return _with_gaps(past, points.select("site", "number").unique(), keys["site"])


def _with_gaps(past: Past, recorded: pl.DataFrame, sites: pl.Series) -> Past:
    """Mark the periods in which nothing at all was recorded at a site where much is sold: they are not known."""
    if past.period == "day":  # days without any sale are closed days
        return past
    values = past.values.copy()
    of_point = sites.to_numpy()[past.series]
    for site, count in sites.value_counts().iter_rows():
        if count >= GAP_SERIES:
            known = recorded.filter(pl.col("site") == site)["number"].to_numpy()
            values[(of_point == site) & ~np.isin(past.numbers, known)] = np.nan
    return replace(past, values=values)


def days_of(past: Past, numbers: Ints) -> tuple[Ints, Ints]:
    """Give the first and the last day of periods."""
    return starts_of(numbers, past.period), starts_of(numbers + 1, past.period) - 1


def worked(past: Past, series: Ints, numbers: Ints) -> Floats:
    """Give the working days of periods of series; NaN at sites where demand is not counted by them."""
    found = np.full(len(numbers), np.nan)
    if past.days is None:
        return found
    start, end = days_of(past, numbers)
    site = past.keys["site"].to_numpy()[series]
    for name in past.days.sums:
        here = site == name
        found[here] = past.days.worked(name, start[here], end[here] + 1)
    return found
