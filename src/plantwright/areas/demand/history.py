"""What was asked for in the past, from the records of sales and from past order lines."""

from __future__ import annotations

import polars as pl

from plantwright.core.buckets import local_day
from plantwright.core.finding import Tables, at_site, main_site, zone_of

KEY = ("item", "site", "customer", "day")
COLUMNS = (*KEY, "quantity", "returned", "unit", "stocked_out")


def asked_for(tables: Tables, as_of: int) -> pl.DataFrame:
    """Give what was asked for on each day before a moment's own day.

    The sales history is the record. A past order line that is not cancelled counts where the history is silent: where
    it has no row of that item, site and day, for the line's customer or for all together.

    Parameters
    ----------
    tables : the plant's tables
    as_of : the moment, in minutes since 1970-01-01 UTC

    Returns
    -------
    Columns: item, site, customer, day, quantity, returned, unit, stocked_out. Days from the moment's own on are left
    out, because their demand is not complete.
    """
    main, zone = main_site(tables), zone_of(tables)
    today = day_of(as_of, zone)
    history = tables["sales_history"].select(COLUMNS).with_columns(at_site("site", main)).filter(pl.col("day") < today)
    lines = _past_lines(tables, main, zone, as_of)
    lines = lines.filter(pl.col("day") < today).join(history, on=KEY, how="anti")
    for_all = history.filter(pl.col("customer") == "")
    lines = lines.join(for_all, on=["item", "site", "day"], how="anti")
    return pl.concat([history, lines.select(COLUMNS)])


def _past_lines(tables: Tables, main: str, zone: str, as_of: int) -> pl.DataFrame:
    rows = tables["sales_order_line"].filter((pl.col("state") != "cancelled") & (pl.col("due") <= as_of))
    # A line is due at the end of its day, which is the first minute of the next one.
    return rows.with_columns(
        at_site("site", main), day=local_day(pl.col("due") - 1, zone), returned=pl.lit(0, pl.Int64),
        stocked_out=pl.lit(value=False),
    )  # fmt: skip


def day_of(moment: int, zone: str) -> int:
    """Give the day of a moment in a time zone, in days since 1970-01-01."""
    return int(pl.select(local_day(pl.lit(moment, pl.Int64), zone)).item())


def has_past(tables: Tables) -> pl.DataFrame:
    """Give the items and sites that are to be forecast: those with a sales history, and those that are set up so."""
    main = main_site(tables)
    setup = tables["forecast_setup"].select("item", at_site("site", main), "method")
    named = setup.filter(pl.col("method") != "none").select("item", "site")
    recorded = tables["sales_history"].select("item", at_site("site", main))
    left_out = setup.filter(pl.col("method") == "none")
    planned = tables["item"].filter(pl.col("active") & (pl.col("kind") != "phantom")).select(item="code")
    found = pl.concat([recorded, named]).unique()
    return found.join(left_out, on=["item", "site"], how="anti").join(planned, on="item", how="semi")
