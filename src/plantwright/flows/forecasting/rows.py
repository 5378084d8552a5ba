"""What the forecasts say as tables: of the plan, and of the plant that is planned."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.flows.forecasting.measure import LARGEST, by_group, by_series, stored
from plantwright.flows.forecasting.past import Floats, Past, days_of, worked
from plantwright.flows.forecasting.periods import YEAR, Ints, numbers_of
from plantwright.flows.forecasting.project import LEVELS, Projected
from plantwright.flows.plan.nodes import at_site, main_site, unit_system
from plantwright.flows.plan.results import shaped
from plantwright.plant import Plant

LIMITS = ("lower_80", "upper_80", "lower_95", "upper_95")
OF = ["item", "site", "customer"]


def scaled(values: Floats) -> Ints:
    """Give quantities as the store holds them."""
    return np.asarray(np.round(np.clip(values, -LARGEST, LARGEST) * SCALE), np.int64)


def keyed(past: Past, series: Ints, numbers: Ints) -> pl.DataFrame:
    """Give item, site, customer, start and end of periods of series."""
    start, end = days_of(past, numbers)
    keys = past.keys.select(OF)[series.tolist()] if len(series) else past.keys.select(OF).clear()
    return keys.with_columns(start=pl.Series(start, dtype=pl.Int64), end=pl.Series(end, dtype=pl.Int64))


# --- what is expected -----------------------------------------------------------------------------------------------


def expected_rows(plant: Plant, past: Past, made: Projected, used: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of `item_forecast`: what was computed from the running period on, and what people say instead.

    Parameters
    ----------
    plant : the plant
    past, made : series and their forecasts
    used : items and sites whose computed forecast the plan uses
    """
    ahead = np.maximum(past.ahead - past.running + 1, 0)
    series = np.repeat(np.arange(past.count), ahead)
    numbers = np.tile(np.arange(past.running, past.running + ahead), past.count)
    step = numbers - past.last[series] - 1
    rows = keyed(past, series, numbers).with_columns(
        series=pl.Series(series), statistical=pl.Series(scaled(made.mean[series, step])),
        alone=pl.Series(scaled(made.alone[series, step])), working_days=_days(past, made, series, numbers),
        **{
            f"{side}_{round(level * 100)}": pl.Series(scaled(ends[series, step, place]))
            for place, level in enumerate(LEVELS) for side, ends in (("lower", made.lower), ("upper", made.upper))
        },
    )  # fmt: skip
    moved = (pl.col("alone") - pl.col("statistical")).abs() > 1
    rows = rows.with_columns(alone=pl.when(moved).then("alone"))
    rows = in_whole(plant, overridden(plant, past, rows))
    marks = used.with_columns(used=pl.lit(value=True))
    rows = rows.join(marks, on=["item", "site"], how="left", maintain_order="left")
    return shaped("item_forecast", rows.with_columns(pl.col("used").fill_null(value=False)))


def _days(past: Past, made: Projected, series: Ints, numbers: Ints) -> pl.Series:
    """Give the working days of periods, empty where their series is not counted by them."""
    days = worked(past, series, numbers)
    none = np.isnan(days) | np.isnan(made.standard[series])
    return pl.Series(np.where(none, 0.0, days).astype(np.int64)).set(pl.Series(none), None)


def overridden(plant: Plant, past: Past, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the column `override`: what people say of the period in which the day of their entry lies."""
    said = plant.raw["forecast_override"].with_columns(at_site("site", main_site(plant)))
    starts, _ = days_of(past, numbers_of(said["start"].to_numpy(), past.period))
    said = said.with_columns(start=pl.Series(starts, dtype=pl.Int64)).sort("made_at", nulls_last=False)
    said = said.unique([*OF, "start"], keep="last", maintain_order=True).select(*OF, "start", "change", "value")
    rows = rows.join(said, on=[*OF, "start"], how="left", maintain_order="left")
    times = (pl.col("statistical").cast(pl.Float64) * pl.col("value") / SCALE).round().cast(pl.Int64)
    changed = (
        pl.when(pl.col("change") == "set").then("value")
        .when(pl.col("change") == "add").then(pl.col("statistical") + pl.col("value"))
        .when(pl.col("change") == "multiply").then(times)
    )  # fmt: skip
    return rows.with_columns(override=changed.clip(0)).drop("change", "value")


def in_whole(plant: Plant, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the column `quantity`: what counts, in whole steps of each item, so that a series adds up to its total.

    What is left over of one period goes into the next; 0.3 a month becomes one piece in three or four months. What
    people say is rounded by itself.
    """
    computed = pl.when(pl.col("override").is_null()).then("statistical").otherwise(0)
    rows = rows.join(quanta(plant), on="item", how="left", maintain_order="left")
    rows = rows.with_columns(upto=computed.cum_sum().over(OF))
    step = pl.col("quantum")
    rows = rows.with_columns(upto=(pl.col("upto") + step // 2) // step * step)
    share = pl.col("upto") - pl.col("upto").shift(1, fill_value=0).over(OF)
    said = (pl.col("override") + step // 2) // step * step
    return rows.with_columns(quantity=pl.coalesce(said, share)).drop("upto", "quantum")


def quanta(plant: Plant) -> pl.DataFrame:
    """Give the smallest step of each item. Columns: item, quantum (scaled)."""
    system = unit_system(plant)
    items = plant.raw["item"].select("unit", "decimals", item="code")
    pieces = [one for one in items["unit"].unique() if (found := system.find(one)) and found.dimension == "count"]
    decimals = pl.col("decimals").fill_null(pl.when(pl.col("unit").is_in(pieces)).then(0).otherwise(6))
    return items.select("item", quantum=(10 ** (6 - decimals)).cast(pl.Int64))


# --- what is known of each series -----------------------------------------------------------------------------------


def series_rows(past: Past, made: Projected, errors: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of `forecast_series`."""
    from plantwright.methods.forecasting.cleaning import OUTLIER, STOCK_OUT  # noqa: PLC0415 - loads Numba

    n, series = past.count, past.series
    start, _ = days_of(past, past.first)
    _, end = days_of(past, past.last)
    recent = past.numbers > (past.last - YEAR[past.period])[series]
    level = np.bincount(series[recent], made.used[recent], n) / np.maximum(np.bincount(series[recent], minlength=n), 1)
    known = np.bincount(series[~np.isnan(made.seen)], minlength=n)
    rows = past.keys.select(OF).with_columns(
        series=pl.int_range(pl.len()), demand_class=pl.Series(made.kind), method=pl.Series(made.method),
        period=pl.lit(past.period), season=pl.lit(past.season), points=pl.Series(known), first=pl.Series(start),
        last=pl.Series(end), working_days=_stored(made.standard), level=pl.Series(scaled(level)),
        sigma=pl.Series(scaled(made.sigma)),
        outliers=pl.Series(np.bincount(series, (made.flags & OUTLIER) > 0, n).astype(np.int64)),
        stock_outs=pl.Series(np.bincount(series, (made.flags & STOCK_OUT) > 0, n).astype(np.int64)),
        note=pl.Series(made.note),
    )  # fmt: skip
    names = ("mase", "bias", "wape", "coverage_80", "coverage_95")
    rows = rows.join(stored(by_series(errors), names), on="series", how="left", maintain_order="left")
    marks = used.with_columns(used=pl.lit(value=True))
    rows = rows.join(marks, on=["item", "site"], how="left", maintain_order="left")
    return shaped("forecast_series", rows.with_columns(pl.col("held_out").fill_null(0),
                                                       pl.col("used").fill_null(value=False)))  # fmt: skip


def history_rows(past: Past, made: Projected, errors: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of `forecast_history`."""
    rows = keyed(past, past.series, past.numbers).with_columns(
        series=pl.Series(past.series), number=pl.Series(past.numbers), seen=_stored(made.seen),
        used=_stored(made.used), working_days=_days(past, made, past.series, past.numbers),
        flag=pl.Series(flags(past, made), dtype=pl.String),
    )  # fmt: skip
    ahead = errors.filter(pl.col("ahead") == 1).select("series", "number", "naive", backtest="told")
    rows = rows.join(stored(ahead, ("naive", "backtest")), on=["series", "number"], how="left", maintain_order="left")
    return shaped("forecast_history", rows)


def _stored(values: Floats) -> pl.Series:
    known = ~np.isnan(values)
    return pl.Series(scaled(np.where(known, values, 0.0))).set(pl.Series(~known), None)


def flags(past: Past, made: Projected) -> list[str]:
    """Say of each point what is unusual about it."""
    from plantwright.methods.forecasting.cleaning import CALENDAR, GAP, flag_names  # noqa: PLC0415 - loads Numba

    found = [""] * len(past.values)
    # What an event moved was left open for the cleaning; it is no gap.
    bits = np.where(made.event & ~np.isnan(past.values), made.flags & ~GAP, made.flags)
    bits &= ~CALENDAR  # the working days stand beside it
    for at in np.flatnonzero((bits != 0) | made.event | past.stood_in).tolist():
        own = [word for word, marks in (("event", made.event), ("like item", past.stood_in)) if marks[at]]
        found[at] = ", ".join([*flag_names(int(bits[at])), *own])
    return found


# --- putting them together ------------------------------------------------------------------------------------------


def level_rows(past: Past, made: Projected) -> pl.DataFrame:
    """Give the rows of `forecast_level`: families and sites from the running period on."""
    found = [ENTITIES["forecast_level"].empty()]
    for one in made.levels:
        last = int(past.last[one.series[0]])
        numbers = np.arange(past.running, past.ahead + 1)
        step = numbers - last - 1
        start, end = days_of(past, numbers)
        row, at = np.repeat(np.arange(one.keys.height), len(step)), np.tile(np.arange(len(step)), one.keys.height)
        figures = {"alone": one.alone, "below": one.tree.sums(made.alone[one.series]),
                   "quantity": one.tree.sums(made.mean[one.series])}  # fmt: skip
        rows = one.keys[row.tolist()].with_columns(
            period=pl.lit(past.period), start=pl.Series(start[at]), end=pl.Series(end[at]),
            series=pl.Series(np.diff(one.tree.pointer)[row]),
            **{name: pl.Series(scaled(values[:, step].ravel())) for name, values in figures.items()},
        )  # fmt: skip
        found.append(shaped("forecast_level", rows))
    return pl.concat(found)


def together(name: str, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put the rows of series of all lengths of period together."""
    key = ENTITIES[name].key
    return pl.concat([ENTITIES[name].empty(), *parts]).sort(key)


def accuracy_rows(errors: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Give the rows of `forecast_accuracy`; each length of period has its own series."""
    parts = [rows.with_columns(series=pl.col("series") + place * 10**9) for place, rows in enumerate(errors)]
    return shaped("forecast_accuracy", by_group(pl.concat(parts))) if parts else ENTITIES["forecast_accuracy"].empty()


def planned(plant: Plant, rows: pl.DataFrame) -> pl.DataFrame:
    """Give the plant's table `forecast` with what was computed in the place of what it replaces.

    Parameters
    ----------
    plant : the plant with its typed forecasts
    rows : rows of item_forecast, those with `used` count
    """
    mine = rows.filter("used")
    typed = plant.raw["forecast"]
    of_site = typed.with_row_index("row").with_columns(at_site("site", main_site(plant)))
    kept = of_site.join(mine.select("item", "site").unique(), on=["item", "site"], how="anti")["row"]
    asked = mine.filter(pl.col("quantity") > 0).select(list(ENTITIES["forecast"].columns))
    return pl.concat([typed[kept.sort().to_list()] if len(kept) else typed.clear(), asked], how="diagonal")
