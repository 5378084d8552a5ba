"""What each operation of a schedule still waits for: operations before it, and material that is not there yet."""

from __future__ import annotations

import polars as pl


def waits_for(
    rows: pl.DataFrame, schedule: pl.DataFrame, parts: pl.DataFrame, pegs: pl.DataFrame, now: int
) -> pl.Series:
    """Say of some operations what they wait for.

    Parameters
    ----------
    rows : operations, columns order and sequence
    schedule : table scheduled_operation of the plan; what is done is not in it
    parts : table planned_component: what each order takes, and where
    pegs : table peg: what serves it, and when that is there
    now : moment of the plan, in minutes

    Returns
    -------
    A text for each row, such as ``20, B-200 by MO-000209``: the operation before it, and each item with the order that
    brings it; empty where all is there.

    Examples
    --------
    >>> schedule = pl.DataFrame({"order": ["A", "A"], "sequence": [10, 20]})
    >>> parts = pl.DataFrame({"number": [1], "order": ["A"], "operation": [0], "item": ["STEEL"]})
    >>> pegs = pl.DataFrame({"component": [1], "supply": ["PO-1"], "available": [90]})
    >>> waits_for(schedule, schedule, parts, pegs, 60).to_list()
    ['STEEL by PO-1', '10']
    """
    own = schedule.join(rows.select("order").unique(), on="order", how="semi").sort("order", "sequence")
    own = own.select(
        "order",
        pl.col("sequence").cast(pl.Int64),
        before=pl.col("sequence").shift(1).over("order").cast(pl.String),
        first=pl.col("sequence").min().over("order").cast(pl.Int64),
    )
    first = own.select("order", "first").unique()
    coming = pegs.filter((pl.col("supply") != "") & (pl.col("available") > now))
    asked = parts.join(first, on="order").join(coming, left_on="number", right_on="component")
    place = pl.when(pl.col("operation") == 0).then("first").otherwise(pl.col("operation").cast(pl.Int64))
    asked = asked.select("order", sequence=place, text=pl.concat_str("item", pl.lit(" by "), "supply"))
    material = asked.group_by("order", "sequence").agg(material=pl.col("text").unique().sort().str.join(", "))
    keys = rows.select("order", pl.col("sequence").cast(pl.Int64))
    found = keys.join(own, on=["order", "sequence"], how="left", maintain_order="left")
    found = found.join(material, on=["order", "sequence"], how="left", maintain_order="left")
    return found.select(pl.concat_str("before", "material", separator=", ", ignore_nulls=True))["before"].alias(
        "waits_for"
    )
