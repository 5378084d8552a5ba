"""Standard times set against what operations took: a plan is no better than its standards."""

from __future__ import annotations

import polars as pl

from plantwright.core.finding import Tables, at_site, found, main_site
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.wording import duration

STANDARD_OFF = problem_kind(
    "standard-against-actuals",
    "The run of operation {sequence} of {item} is planned with {planned}, but took {taken} in the last {orders} orders "
    "(median), for {each}.",
    "Plan with the time that it takes, or find out why it takes another.",
    "warning",
)

ORDERS = 5
"""So many orders must be known before they are set against the standard."""
ORDERS_KEPT = 12
"""The latest orders of an operation that count; earlier ones tell of earlier times."""
APART = 0.2
"""Share of the standard by which the median of the actual times must differ."""
_HOUR = 3_600_000
_KEY = ["item", "sequence", "site"]


def actual_runs(tables: Tables) -> pl.DataFrame:
    """Tell what the runs of operations took, by the reports of operations that are done.

    Returns
    -------
    A row for each operation of a routing with at least `ORDERS` reports: its key; `orders`, how many; `standard` and
    `actual`, the planned time and the median of the reported ones, in milliseconds for a unit, a batch or, where the
    standard is a rate, for a unit too; and `each`, for what.
    """
    rows = reported_runs(tables)
    if not rows.height:
        return pl.DataFrame(schema={"item": pl.String, "sequence": pl.Int64, "site": pl.String, "actual": pl.Int64})
    known = rows.group_by(_KEY, maintain_order=True).agg(
        orders=pl.len().clip(upper_bound=ORDERS_KEPT), seen=pl.len(), standard=pl.col("standard").last(),
        actual=pl.col("took").tail(ORDERS_KEPT).median(),
        each=pl.when(pl.col("run_per").last() == "batch").then(pl.lit("a batch")).otherwise(pl.lit("a unit")),
    )  # fmt: skip
    return known.filter(pl.col("seen") >= ORDERS).with_columns(pl.col("standard", "actual").round().cast(pl.Int64))


def reported_runs(tables: Tables) -> pl.DataFrame:
    """List the runs whose time was reported, the oldest first.

    Those count that say how long the run took, for how many units, and that ran where the routing has the operation:
    elsewhere it may be slower for good reason.

    Returns
    -------
    A row a report: order, item, sequence, site (of the routing), work_center, run_per, and `took` and `standard` in
    milliseconds, see `actual_runs`; no rows and no columns where nothing was reported.
    """
    reports = tables["production_operation"].filter(
        pl.col("run_taken").is_not_null(), pl.col("state") == "done", pl.col("done_quantity") > 0
    )
    if not reports.height:
        return pl.DataFrame()
    orders = tables["production_order"].select("order", "item", at_site("site", main_site(tables)), "due")
    ran = reports.rename({"work_center": "ran_at"}).join(orders, on="order").rename({"site": "made_at"})
    rows = ran.join(_routing(tables, ran), on=["item", "made_at", "sequence"])
    rows = rows.filter((pl.col("ran_at") == "") | (pl.col("ran_at") == pl.col("work_center")))
    per_unit = pl.col("run_taken") * 1_000_000 / pl.col("done_quantity")
    batch = pl.when(pl.col("run_per") == "batch").then(pl.col("batch_size") / 1_000_000).otherwise(1.0)
    rate = pl.col("rate") / 1_000_000
    standard = pl.when(pl.col("run_per") == "hour").then(_HOUR / rate).otherwise(pl.col("run").cast(pl.Float64))
    rows = rows.filter((pl.col("run_per") != "hour") | (pl.col("rate") > 0))
    return rows.with_columns(took=per_unit * batch, standard=standard).sort("due", "order")


def _routing(tables: Tables, ran: pl.DataFrame) -> pl.DataFrame:
    """Give the operations by which each item was made at a site: those of the site, else those of every site."""
    operations, made = tables["operation"], ran.select("item", "made_at").unique()
    own = made.join(operations, left_on=["item", "made_at"], right_on=["item", "site"], how="semi")
    here = own.join(operations.with_columns(made_at=pl.col("site")), on=["item", "made_at"])
    rest = made.join(own, on=["item", "made_at"], how="anti")
    every = rest.join(operations.filter(pl.col("site") == ""), on="item")
    columns = ["item", "made_at", "sequence", "site", "work_center", "run", "run_per", "batch_size", "rate"]
    return pl.concat([here.select(columns), every.select(columns)])


def standards_off(tables: Tables) -> pl.DataFrame:
    """Give the operations of `actual_runs` whose standard is far from what they take: by more than `APART` of it."""
    known = actual_runs(tables)
    if not known.height:
        return known
    return known.filter((pl.col("actual") - pl.col("standard")).abs() > pl.col("standard") * APART)


def check_standards(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find run times of routings that the reports of the floor contradict."""
    far = standards_off(tables)
    if not far.height:
        return []
    words = [
        pl.col(name).map_elements(duration, return_dtype=pl.String).alias(said)
        for name, said in (("standard", "planned"), ("actual", "taken"))
    ]
    rows = tables["operation"].join(far.with_columns(words), on=_KEY).sort(_KEY)
    return found(STANDARD_OFF, tables, "operation", rows.drop("standard", "actual", "seen"), "run")
