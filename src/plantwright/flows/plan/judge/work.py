"""The operations that the plan must have, set beside those it has, with the work that each needs at least."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from plantwright.core.exact import SCALE
from plantwright.flows.plan.judge.calendars import Calendars, Ints, OpenTime
from plantwright.flows.plan.judge.case import LAST_SEQUENCE, MINUTE, Case
from plantwright.flows.plan.judge.codes import Names, ints, place_of
from plantwright.flows.plan.judge.routings import routing_rows

_OWN = ("setup", "run", "work_center", "quantity", "state", "start", "finish", "name", "people")
HOUR = 60 * MINUTE


@dataclass(frozen=True)
class Work:
    """Operations of a scheduled plan beside what the plant asks of them."""

    case: Case
    calendars: Calendars

    @cached_property
    def routing(self) -> pl.DataFrame:
        """Routings of what is made, see `routing_rows`."""
        return routing_rows(self.case)

    @cached_property
    def asked(self) -> pl.DataFrame:
        """Operations that the plan must have: the routing of each order less what is done; sorted by `key`.

        Columns of the routing carry ``r_`` where the schedule has one of the same name; those of the record ``p_``.
        """
        taken = {name: f"r_{name}" for name in _OWN if name in self.routing.columns}
        case = self.case
        orders = case.orders.select(
            "n", "order", "new", "makes", pl.Series("node", case.order_nodes), ordered="quantity"
        )
        # The sort of the orders is kept by the join, and the routing is in the order of its sequences.
        routing = self.routing.rename(taken)
        rows = orders.filter("makes").drop("makes").join(routing, on="node", how="inner", maintain_order="left_right")
        rows = _with_records(case, rows).with_columns(key=pl.col("n") * LAST_SEQUENCE + pl.col("sequence"))
        return rows.filter(pl.col("p_state") != "done")

    @cached_property
    def planned(self) -> pl.DataFrame:
        """Operations of the schedule with the number of their order, sorted by `key`."""
        rows = self.case.schedule.filter(pl.col("n") >= 0).rename({"item": "said_item"})
        rows = rows.with_columns(key=pl.col("n") * LAST_SEQUENCE + pl.col("sequence"))
        return rows if rows["key"].is_sorted() else rows.sort("key")

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Operations that are both asked and planned, with the work they need; sorted by `key`.

        Adds: outside (done by a supplier), own (at its own work center), known (at a place that may do it), started,
        begin (start, not before the plan), need_setup, need_run, need (milliseconds).
        """
        place = place_of(ints(self.planned, "key"), ints(self.asked, "key"))
        asked = self.asked.drop("order", "key", "n", "sequence")
        both = self.planned.filter(pl.Series(place >= 0)).with_columns(asked[place[place >= 0]].get_columns())
        both = _with_centers(self.case, _with_alternates(self.case, both))
        outside = (pl.col("supplier") != "") | (pl.col("r_work_center") == "")
        own = pl.col("work_center") == pl.col("r_work_center")
        clock = pl.max_horizontal("start", pl.lit(self.case.as_of, pl.Int64))
        both = both.with_columns(
            outside=outside, own=own, started=pl.col("p_state") == "started", begin=clock,
            known=pl.when(pl.col("p_center") != "").then(pl.col("work_center") == pl.col("p_center"))
            .otherwise(own | pl.col("run_factor").is_not_null()),
        )  # fmt: skip
        return _with_needs(both)

    @cached_property
    def held_until(self) -> pl.DataFrame:
        """Orders that are held now, and until when; while nobody knows, to the horizon. Columns: order, until."""
        now = self.case.as_of
        rows = self.case.raw("order_hold").filter(~pl.col("released") & (pl.col("start") <= now))
        until = pl.col("until").fill_null(now + self.case.plant.settings.minutes("horizon"))
        return rows.with_columns(until).filter(pl.col("until") > now).group_by("order").agg(pl.col("until").max())

    @cached_property
    def _time(self) -> tuple[OpenTime, Ints]:
        return self.calendars.numbered(self.rows)

    @property
    def time(self) -> OpenTime:
        """Open time by the numbers in `calendar`."""
        return self._time[0]

    @property
    def calendar(self) -> Ints:
        """Number of the open time of each of `rows`."""
        return self._time[1]

    @cached_property
    def worked(self) -> Ints:
        """Open minutes within each of `rows`, from the plan's beginning at the earliest."""
        rows = self.rows
        return self.time.worked(self.calendar, rows["begin"].to_numpy(), rows["finish"].to_numpy())


def _with_records(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Add how far the operations of existing orders are; a plan of new orders needs no join."""
    record = case.raw("production_operation").rename(
        {"state": "p_state", "work_center": "p_center", "done_quantity": "p_done"}
    )
    if record.height:
        rows = rows.join(record, on=["order", "sequence"], how="left", maintain_order="left")
    else:
        absent = {name: dtype for name, dtype in record.schema.items() if name not in {"order", "sequence"}}
        rows = rows.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in absent.items())
    orders = case.raw("production_order").select("order", whole="quantity")
    rows = (
        rows.join(orders, on="order", how="left", maintain_order="left")
        if orders.height
        else rows.with_columns(whole=pl.lit(None, pl.Int64))
    )
    return rows.with_columns(
        pl.col("p_state").fill_null("waiting"), pl.col("p_center").fill_null(""), pl.col("p_done").fill_null(0),
        pl.coalesce("whole", "ordered"),
    )  # fmt: skip


def _with_alternates(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what another work center changes."""
    alternates = case.raw("operation_alternate").select(
        "item", "sequence", "work_center", "run_factor", row_site="site", other_setup="setup"
    )
    if not alternates.height:
        return rows.with_columns(run_factor=pl.lit(None, pl.Int64), other_setup=pl.lit(None, pl.Int64))
    key = ["item", "sequence", "row_site", "work_center"]
    return rows.join(alternates, on=key, how="left", maintain_order="left")


def _with_centers(case: Case, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the work center: its number, efficiency, set-up matrix and units."""
    centers = case.raw("work_center")
    number = Names(centers["code"]).places(rows["work_center"])
    found = pl.Series("center", number).to_frame().select(pl.when(pl.col("center") >= 0).then("center")).to_series()
    return rows.with_columns(
        pl.Series("center", number),
        *(centers[name].gather(found).alias(name) for name in ("efficiency", "setup_matrix")),
        centers["units"].gather(found).alias("center_units"),
    )


def _with_needs(rows: pl.DataFrame) -> pl.DataFrame:
    """Work out set-up and run times, in milliseconds as floats; a minute of tolerance is far above their error."""
    left_in = _left_in()
    batches = (left_in / (pl.col("batch_size") / SCALE) - 1e-9).ceil()
    per_hour = pl.when(pl.col("rate") > 0).then(HOUR * SCALE / pl.col("rate") * left_in).otherwise(0.0)
    standard = (
        pl.when(pl.col("run_per") == "hour").then(per_hour)
        .when(pl.col("run_per") == "batch").then(pl.col("r_run") * batches)
        .otherwise(pl.col("r_run") * left_in)
    )  # fmt: skip
    speed = pl.col("efficiency").fill_null(SCALE) / SCALE
    slower = pl.when("own").then(1.0).otherwise(pl.col("run_factor").fill_null(SCALE) / SCALE)
    setup = pl.when("own").then("r_setup").otherwise(pl.coalesce("other_setup", "r_setup"))
    inside = ~pl.col("outside")
    rows = rows.with_columns(
        need_setup=pl.when(inside & ~pl.col("started")).then(setup / speed).otherwise(0.0),
        need_run=pl.when(inside).then(standard * slower / speed).otherwise(0.0),
    )
    known = pl.col("remaining").is_not_null() & inside
    total = pl.when(known).then(pl.col("remaining").cast(pl.Float64))
    return rows.with_columns(
        need=total.otherwise(pl.col("need_setup") + pl.col("need_run")),
        need_setup=pl.when(known).then(0.0).otherwise("need_setup"),
        need_run=pl.when(known).then(0.0).otherwise("need_run"),
    )


def _left_in() -> pl.Expr:
    """Give how many units go in still: of the open quantity, or less when some are done already."""
    share = pl.col("yield_ratio") / SCALE
    whole_out = pl.col("whole") / pl.col("after")
    undone = pl.max_horizontal(whole_out - pl.col("p_done"), pl.lit(0.0)) / share
    left = pl.when(pl.col("p_done") > 0).then(pl.min_horizontal(undone, pl.col("ordered") / pl.col("passed")))
    return left.otherwise(pl.col("ordered") / pl.col("passed")) / SCALE
