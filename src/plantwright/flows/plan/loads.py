"""Load and capacity of the work centers by day, and the bottleneck named."""

from __future__ import annotations

import numpy as np
import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.boms import day_starts
from plantwright.flows.plan.material import Numbered
from plantwright.flows.plan.results import shaped
from plantwright.methods.capacity import capacity_by_bucket, load_by_bucket
from plantwright.methods.scheduling import Schedule, Shop

MINUTE = 60_000
MOST_DAYS = 1500


def center_loads(n: Numbered, shop: Shop, schedule: Schedule) -> pl.DataFrame:
    """Give open time and work of every work center on every day, from now to the last operation."""
    on = np.flatnonzero((schedule.unit >= 0) & (schedule.start < 2**60))
    if not len(on) or not n.centers.height:
        return shaped("center_load", _empty())
    first = n.plant.as_of // 1440
    last = min(int(schedule.finish[on].max()) // 1440, first + MOST_DAYS)
    days = np.arange(first, last + 2)
    edges = day_starts(pl.Series(days), n.plant.settings.zone).to_numpy()
    calendar = shop.unit_calendar[schedule.unit[on]]
    center = shop.mode_center[schedule.mode[on]]
    setup, run = load_by_bucket(
        shop.time, calendar, center, schedule.start[on], schedule.setup[on], shop.mode_minutes[schedule.mode[on]],
        n.centers.height, edges,
    )  # fmt: skip
    open_time = capacity_by_bucket(shop.time, shop.unit_calendar, edges)
    capacity = np.add.reduceat(open_time, shop.unit_pointer[:-1], axis=0)
    required = _required(shop, n, edges)
    grid = pl.DataFrame({
        "work_center": n.centers["code"].gather(np.repeat(np.arange(n.centers.height), len(days) - 1)),
        "day": np.tile(days[:-1], n.centers.height), "capacity": capacity.ravel() * MINUTE,
        "setup": setup.ravel() * MINUTE, "run": run.ravel() * MINUTE, "required": required.ravel() * MINUTE,
    })  # fmt: skip
    return shaped("center_load", grid.filter((pl.col("capacity") > 0) | (pl.col("run") > 0) | (pl.col("required") > 0)))


def _empty() -> pl.DataFrame:
    names = ("day", "capacity", "setup", "run", "required")
    return pl.DataFrame(schema={"work_center": pl.String, **dict.fromkeys(names, pl.Int64)})


def _required(shop: Shop, n: Numbered, edges: np.ndarray) -> np.ndarray:
    """Book each operation's time on the day on which planned lead times would have it done."""
    mode = shop.mode_pointer[:-1]
    center = shop.mode_center[mode]
    minutes = shop.mode_setup[mode] + shop.mode_minutes[mode]
    bucket = np.clip(np.searchsorted(edges, shop.due, side="right") - 1, 0, len(edges) - 2)
    out = np.zeros((n.centers.height, len(edges) - 1), np.int64)
    on = (center >= 0) & (shop.due < edges[-1])
    np.add.at(out, (center[on], bucket[on]), minutes[on])
    return out


def bottlenecks(n: Numbered, load: pl.DataFrame, waits: np.ndarray, reasons: pl.DataFrame) -> pl.DataFrame:
    """Rank the work centers by what they delay, then by how full they are.

    Parameters
    ----------
    n : numbered plant
    load : table center_load
    waits : minutes that operations waited, by work center
    reasons : table reason
    """
    used = (pl.col("setup") + pl.col("run")).sum() * SCALE // pl.max_horizontal(pl.col("capacity").sum(), pl.lit(1))
    totals = load.group_by("work_center").agg(utilisation=used)
    blamed = (
        reasons.filter(pl.col("kind") == "work center")
        .group_by(pl.col("object").alias("work_center"))
        .agg(delayed_orders=pl.col("demand").n_unique(), delay_days=pl.col("days").sum())
    )
    rows = n.centers.select(work_center="code").with_columns(
        waiting_days=pl.Series((waits * SCALE / 1440).astype(np.int64), dtype=pl.Int64)
    )
    rows = rows.join(totals, on="work_center", how="left").join(blamed, on="work_center", how="left")
    rows = rows.with_columns(pl.col("utilisation", "delayed_orders", "delay_days").fill_null(0).cast(pl.Int64))
    rows = rows.sort(["delay_days", "utilisation", "work_center"], descending=[True, True, False])
    return shaped("bottleneck", rows.with_row_index("rank", offset=1))
