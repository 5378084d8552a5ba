"""Routings of the nodes that make: operations in order, the ways to do each, and what yields do to quantities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.nodes import Nodes, at_site
from plantwright.plant import Plant

MINUTE = 60_000
"""Milliseconds in a minute."""


@dataclass(frozen=True)
class Routings:
    """Operations and their modes, all with numbers in place of names.

    Parameters
    ----------
    operations : one row an operation, sorted by node and sequence. Columns: node, op (row number), sequence, center
        (-1 for a supplier's step), setup and run (float minutes; run per good unit of the order, or per batch), batch
        (scaled good units of a batch, 0 for none), queue, move (minutes), transfer_batch, lead (minutes away, for a
        supplier's step), and the plain columns of `operation`
    modes : one row a way to do an operation. Columns: op, center, setup, run, rank
    inflation : by operation number, how many units go in for a good unit of the order; only where it is not 1
    """

    operations: pl.DataFrame
    modes: pl.DataFrame
    inflation: dict[int, Fraction]


def plan_routings(plant: Plant, nodes: Nodes, centers: pl.DataFrame) -> Routings:
    """Choose the routing of every node that makes, and turn its times into minutes for a good unit.

    Rows for the node's own site win over rows that hold for every site.
    """
    made = nodes.frame.filter(pl.col("source") == "make").select("node", "item", pl.col("site").alias("node_site"))
    rows = made.join(plant.raw["operation"], on="item", how="inner")
    rows = rows.filter((pl.col("site") == pl.col("node_site")) | (pl.col("site") == ""))
    own = (pl.col("site") != "").any().over("node")
    rows = rows.filter(~own | (pl.col("site") != "")).sort("node", "sequence").with_row_index("op")
    rows = rows.with_columns(pl.col("op").cast(pl.Int64))
    inflation = _inflation(rows)
    rows = rows.with_columns(
        inflation=pl.Series([float(inflation.get(op, 1)) for op in range(rows.height)], dtype=pl.Float64)
        if inflation
        else pl.lit(1.0)
    )
    speeds = centers.select(pl.col("code").alias("work_center"), "center", "efficiency")
    rows = rows.join(speeds, on="work_center", how="left", maintain_order="left").with_columns(
        pl.col("center").fill_null(-1), pl.col("efficiency").fill_null(SCALE)
    )
    rows = rows.with_columns(_standard_times()).with_columns(_effective("setup", "run", "efficiency"))
    return Routings(rows, _modes(plant, rows, speeds), inflation)


def _inflation(rows: pl.DataFrame) -> dict[int, Fraction]:
    """Work out 1 / (product of the yields from the operation to the last), exactly, where a yield is below 1."""
    lossy = rows.filter((pl.col("yield_ratio") != SCALE).any().over("node"))
    found: dict[int, Fraction] = {}
    node, product = None, Fraction(1)
    for row in lossy.select("node", "op", "yield_ratio").reverse().iter_rows():
        if row[0] != node:
            node, product = row[0], Fraction(1)
        product *= Fraction(row[2], SCALE)
        found[row[1]] = 1 / product
    return found


def _standard_times() -> list[pl.Expr]:
    """Give set-up and run in minutes at standard speed, the run for a good unit of the order (or a batch)."""
    per_unit = pl.col("run") / MINUTE * pl.col("inflation")
    per_hour = pl.when(pl.col("rate") > 0).then(60 * SCALE / pl.col("rate") * pl.col("inflation")).otherwise(0.0)
    run = (
        pl.when(pl.col("run_per") == "hour").then(per_hour)
        .when(pl.col("run_per") == "batch").then(pl.col("run") / MINUTE)
        .otherwise(per_unit)
    )  # fmt: skip
    batch = (pl.col("batch_size") / pl.col("inflation")).floor().cast(pl.Int64)
    return [
        (pl.col("setup") / MINUTE).alias("standard_setup"),
        run.alias("standard_run"),
        pl.when(pl.col("run_per") == "batch").then(batch).otherwise(0).alias("batch"),
        (pl.col("queue") // MINUTE).alias("queue"),
        (pl.col("move") // MINUTE).alias("move"),
        (pl.col("lead_time") // MINUTE).alias("lead"),
        (pl.col("supplier") != "").alias("outside"),
    ]


def _effective(setup: str, run: str, efficiency: str) -> list[pl.Expr]:
    """Divide standard times by the efficiency; a supplier's step takes its lead time instead."""
    speed = pl.col(efficiency) / SCALE
    return [
        pl.when("outside")
        .then(pl.col("lead").cast(pl.Float64))
        .otherwise(pl.col(f"standard_{setup}") / speed)
        .alias(setup),
        pl.when("outside").then(0.0).otherwise(pl.col(f"standard_{run}") / speed).alias(run),
    ]


def _modes(plant: Plant, rows: pl.DataFrame, speeds: pl.DataFrame) -> pl.DataFrame:
    first = rows.select("op", "center", "setup", "run", rank=pl.lit(0, pl.Int64))
    others = plant.raw["operation_alternate"]
    if not others.height:
        return first
    keys = rows.select("op", "item", "sequence", "site", "standard_setup", "standard_run")
    other = keys.join(others.rename({"setup": "own_setup"}), on=["item", "sequence", "site"], how="inner").join(
        speeds, on="work_center", how="inner"
    )
    speed = pl.col("efficiency") / SCALE
    own_setup = pl.col("own_setup") / MINUTE
    other = other.select(
        "op",
        "center",
        setup=pl.coalesce(own_setup, "standard_setup") / speed,
        run=pl.col("standard_run") * (pl.col("run_factor") / SCALE) / speed,
        rank="rank",
    )
    return pl.concat([first, other]).sort("op", "rank", maintain_order=True)


def number_centers(plant: Plant, main: str) -> pl.DataFrame:
    """Give the work centers with numbers, their sites filled in."""
    frame = plant.raw["work_center"].sort("code").with_row_index("center")
    return frame.with_columns(pl.col("center").cast(pl.Int64), at_site("site", main))
