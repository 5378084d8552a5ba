"""What the master schedule builds ahead: which forecasts material makes before their month, and by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from plantwright.core.buckets import following, local_day
from plantwright.core.exact import SCALE
from plantwright.flows.plan.boms import day_starts
from plantwright.flows.plan.ragged import Ints
from plantwright.methods.working_time import finish_times, minutes_worked

if TYPE_CHECKING:
    from plantwright.flows.plan.material import Numbered

TABLE = "master_schedule"
"""Table of the plant, and setting, by which material follows the master schedule of the aggregate plan."""
WEEK = 7
MONTH_WEEKS = 365.25 / 12 / WEEK
LONGEST = 10 * 366 * 1440
MOST_LEVELS = 100
"""Levels of bills of material through which lead times are added up."""


def week_edges(today: int, end: int, zone: str) -> tuple[Ints, Ints]:
    """Give the Mondays of the weeks between two days, and the moments at which they begin and the last one ends."""
    monday = np.arange(today - (today + 3) % WEEK, end, WEEK)
    return monday, day_starts(pl.Series(np.append(monday, monday[-1] + WEEK)), zone).to_numpy().copy()


def with_wanted(n: Numbered, demands: pl.DataFrame) -> pl.DataFrame:
    """Add when material wants each demand: when it is due, or before where the master schedule builds it ahead.

    A part of a forecast is built ahead where stock and schedule, less all that customers have ordered, cover it in a
    week before its month: ``W_t = min over u >= t of (stock + receipts + made - safety stock - sent - orders, up to
    week u)``, and it is wanted in the first week in which `W_t` comes to all forecast before it and the part itself.
    What later orders of customers take is not free now, and what stock covers by itself is not built. Orders of
    customers keep their dates, and what is built ahead yields to them: it stays due when it is asked for.

    Parameters
    ----------
    n : the numbered plant; without a table master_schedule nothing is built ahead
    demands : sales orders, and what they leave of the forecast

    Returns
    -------
    The demands with the column wanted; what is built ahead of a forecast is a row of its own, by week. `wanted` is
    never after `due`, and not before the fences of the item and the time that it takes to make it from nothing: sooner
    it could only be made of what customers' orders need. Cost: linear in demands, and in items times weeks.
    """
    plain = demands.with_columns(wanted=pl.col("due"))
    schedule = n.plant.raw.get(TABLE)
    if schedule is None or not schedule.height:
        return plain
    made_at = n.nodes.number(schedule.select("item", "site", "family").unique()).drop_nulls("node").sort("node")
    monday, edges, months = _calendar(n)
    forecast = pl.col("kind") == "forecast"
    rows = demands.filter(forecast).join(made_at.select("node"), on="node", how="semi").sort("node", "due", "demand")
    rows = rows.filter(pl.col("due") < int(edges[-1]))
    if not rows.height:
        return plain
    parts = _parts(n, rows, made_at, _free(n, schedule, made_at, demands, monday, edges), edges, months)
    if not parts.height:
        return plain
    soonest = _soonest(n, demands)[parts["node"].to_numpy()]
    parts = parts.with_columns(wanted=pl.max_horizontal("wanted", pl.Series(soonest)))
    return _split(n, plain, parts.filter(pl.col("wanted") < pl.col("due")))


def _split(n: Numbered, plain: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Take the parts that are built ahead off their forecasts, and give each a row and a name of its own."""
    parts = parts.group_by("demand", "wanted", maintain_order=True).agg(pl.col("quantity").sum())
    off = parts.group_by("demand").agg(off=pl.col("quantity").sum())
    rest = plain.join(off, on="demand", how="left", maintain_order="left")
    rest = rest.with_columns(quantity=pl.col("quantity") - pl.col("off").fill_null(0)).filter(pl.col("quantity") > 0)
    own = plain.drop("quantity", "wanted").join(parts, on="demand", how="inner", maintain_order="right")
    day = pl.from_epoch(local_day(pl.col("wanted"), n.plant.settings.zone).cast(pl.Int32), "d").cast(pl.String)
    own = own.with_columns(demand=pl.concat_str("demand", pl.lit(" ahead "), day)).select(plain.columns)
    rows = pl.concat([rest.select(plain.columns), own])
    forecast = pl.col("kind") == "forecast"
    return pl.concat([rows.filter(~forecast), rows.filter(forecast).sort("due", "demand")])


def _calendar(n: Numbered) -> tuple[Ints, Ints, Ints]:
    """Give Mondays and edges of the weeks, and the moments at which the months of the aggregate plan begin."""
    zone, as_of = n.plant.settings.zone, n.plant.as_of
    today = int(pl.select(local_day(pl.lit(as_of), zone)).item())
    days = following(today, "month", int(n.plant.settings["aggregate_months"]) + 1)
    monday, edges = week_edges(today, days[-1], zone)
    months = day_starts(pl.Series(days, dtype=pl.Int64), zone).to_numpy().copy()
    edges[0], edges[-1] = as_of, max(months[-1], edges[-2] + 1)
    months[0] = as_of
    return monday, edges, months


def _parts(
    n: Numbered, rows: pl.DataFrame, made_at: pl.DataFrame, free: tuple[Ints, Ints], edges: Ints, months: Ints
) -> pl.DataFrame:
    """Give the parts of forecasts that are built before their month, wanted as the week begins that builds them.

    Columns: demand, node, due, quantity, wanted.
    """
    due, quantity = rows["due"].to_numpy(), rows["quantity"].to_numpy()
    before = rows.select(pl.col("quantity").cum_sum().over("node")).to_series().to_numpy() - quantity
    place = np.searchsorted(made_at["node"].to_numpy(), rows["node"].to_numpy())
    month = np.clip(np.searchsorted(months, due, side="right") - 1, 0, len(months) - 1)
    first = np.searchsorted(edges, months[month], side="right") - 1  # so many weeks lie wholly before its month
    lead_in = _share_before(n, made_at["site"].to_list(), edges, months)[place, month]
    upto, alone = _lowest_from_here(free[0]), _lowest_from_here(free[1])
    stock = np.clip(alone[place, np.searchsorted(edges, due, side="right") - 1] - before, 0, quantity)
    most = _family_ahead(n, made_at, len(months))[place, month]
    step = n.nodes.frame.sort("node")["quantum"].to_numpy()[rows["node"].to_numpy()]
    row: list[int] = []
    part: list[int] = []
    week: list[int] = []
    for one in np.flatnonzero((first > 0) & (most > 0) & (upto[place, first] - before > stock)).tolist():
        made = upto[place[one], : first[one] + 1].copy()
        made[-1] = _at_month(made, lead_in[one])
        made = np.clip(made - before[one], stock[one], quantity[one]) - stock[one]
        built = np.diff(made // step[one] * step[one], prepend=0)
        weeks = np.flatnonzero(built)
        row += [one] * len(weeks)
        part += built[weeks].tolist()
        week += weeks.tolist()
    known = rows.select("demand", "node", "due", month=pl.Series(month), most=pl.Series(most), step=pl.Series(step))
    known = known.join(made_at.select("node", "family", "site"), on="node", how="left", maintain_order="left")
    built_in = pl.Series(edges[week], dtype=pl.Int64)
    return _at_most(known[row].with_columns(quantity=pl.Series(part, dtype=pl.Int64), wanted=built_in))


def _at_month(upto: Ints, share: float) -> int:
    """Give what there is when a month begins in the last of these weeks, so far into it."""
    before = int(upto[-2]) if len(upto) > 1 else 0
    return before + int((int(upto[-1]) - before) * share) if len(upto) > 1 else min(int(upto[-1]), 0)


def _share_before(n: Numbered, sites: list[str], edges: Ints, months: Ints) -> NDArray[np.float64]:
    """Give by site and month the share of the working time of the week in which it begins that lies before it."""
    week = np.clip(np.searchsorted(edges, months, side="right") - 1, 0, len(edges) - 2)
    calendars = {site: n.clocks.site_calendar.get(site, -1) for site in sites}
    found = {}
    for calendar in set(calendars.values()):
        row = np.full(len(months), calendar, np.int64)
        part, whole = (minutes_worked(n.clocks.time, row, edges[week], to) for to in (months, edges[week + 1]))
        found[calendar] = part / np.maximum(whole, 1)
    return np.array([found[calendars[site]] for site in sites])


def _family_ahead(n: Numbered, made_at: pl.DataFrame, months: int) -> Ints:
    """Give by item and month what its family holds beyond its safety stock when the month begins.

    What a family makes is shared so that its items run out together: where the family holds nothing, an item that gets
    more for that is not built ahead.
    """
    name = pl.when(pl.col("family") == "").then("item").otherwise("family")
    kept = n.nodes.frame.with_columns(family=name).group_by("family", "site").agg(pl.col("safety_stock").sum())
    ends = n.plant.raw["aggregate_period"].select("family", "site", "month", "stock").join(kept, on=["family", "site"])
    days = ends["month"].unique().sort().to_numpy()
    own = made_at.with_row_index("place").select("place", "family", "site").join(ends, on=["family", "site"])
    over = own["stock"].to_numpy() - own["safety_stock"].to_numpy()
    out = np.zeros((made_at.height, months + 1), np.int64)
    out[own["place"].to_numpy(), np.searchsorted(days, own["month"].to_numpy()) + 1] = np.where(over < SCALE, 0, over)
    return out


def _at_most(parts: pl.DataFrame) -> pl.DataFrame:
    """Leave out what comes last where a family would have more built ahead of a month than it begins that with."""
    group = ("family", "site", "month")
    parts = parts.sort("wanted", "demand")
    upto = pl.col("quantity").cum_sum().over(group)
    room = (pl.col("most") - upto + pl.col("quantity")).clip(0, pl.col("quantity"))
    return parts.with_columns(quantity=room // pl.col("step") * pl.col("step")).filter(pl.col("quantity") > 0)


def _free(
    n: Numbered, schedule: pl.DataFrame, made_at: pl.DataFrame, demands: pl.DataFrame, monday: Ints, edges: Ints
) -> tuple[Ints, Ints]:
    """Give what is free for forecasts up to each week, by item: of stock and schedule, and of stock alone."""
    node = made_at["node"].to_numpy()
    planned = n.nodes.number(schedule).drop_nulls("node").filter(pl.col("week").is_between(monday[0], monday[-1]))
    made = np.zeros((len(node), len(monday)), np.int64)
    at = np.searchsorted(node, planned["node"].to_numpy()), np.searchsorted(monday, planned["week"].to_numpy())
    np.add.at(made, at, planned["quantity"].to_numpy())
    orders, every = _by_week(n, demands.filter(pl.col("kind") == "sales order"), edges), _by_week(n, demands, edges)
    coming = n.open_orders.filter(pl.col("kind") != "make").select("node", "quantity", due=pl.col("time") + 1)
    come = _by_week(n, coming.with_columns(kind=pl.lit("sales order")), edges)
    np.add.at(come[:, 0], n.stock["node"].to_numpy(), n.stock["quantity"].to_numpy())
    safety = n.nodes.frame.sort("node")["safety_stock"].fill_null(0).to_numpy()[node]
    alone = np.cumsum(come[node] - orders[node], axis=1) - safety[:, None] - _sent(n, made_at, come, every)
    return alone + np.cumsum(made, axis=1), alone


def _lowest_from_here(amounts: Ints) -> Ints:
    found: Ints = np.minimum.accumulate(amounts[:, ::-1], axis=1)[:, ::-1]
    return found


def _by_week(n: Numbered, rows: pl.DataFrame, edges: Ints) -> Ints:
    """Sum quantities by node and week; what is past counts in the first week, and what comes after the last in none."""
    # An order is due at the end of a day, which is the first moment of the next; a forecast from its first moment on.
    due = rows["due"].to_numpy() - (rows["kind"] == "sales order").to_numpy()
    week = np.clip(np.searchsorted(edges, due, side="right") - 1, 0, None)
    on = week < len(edges) - 1
    out = np.zeros((len(n.nodes), len(edges) - 1), np.int64)
    np.add.at(out, (rows["node"].to_numpy()[on], week[on]), rows["quantity"].to_numpy()[on])
    return out


def _sent(n: Numbered, made_at: pl.DataFrame, come: Ints, asked: Ints) -> Ints:
    """Give what other sites take of each item up to each week, beyond their own stock, in equal parts of its makers."""
    out = np.zeros((made_at.height, asked.shape[1]), np.int64)
    makers = made_at.with_row_index("at").group_by("item", maintain_order=True).agg("at")
    brought = n.nodes.frame.filter(pl.col("source") == "transfer").group_by("item").agg("node").join(makers, on="item")
    for nodes, at in brought.select("node", "at").iter_rows():
        taken = np.cumsum((asked[nodes] - come[nodes]).sum(axis=0))
        out[at] = np.maximum(np.maximum.accumulate(taken), 0) // len(at)
    return out


# --- how soon something can be made from nothing --------------------------------------------------------------------


def _soonest(n: Numbered, demands: pl.DataFrame) -> Ints:
    """Give the moment from which each node can be had without what is there: beyond its fences and all lead times."""
    frame = n.nodes.frame.sort("node")
    fences = (frame["demand_fence"].fill_null(0).to_numpy(), frame["planning_fence"].fill_null(0).to_numpy())
    return np.asarray(n.plant.as_of + np.maximum(np.maximum(*fences) // 60_000, cumulative_lead(n, demands)), np.int64)


def cumulative_lead(n: Numbered, demands: pl.DataFrame) -> Ints:
    """Give the longest chain of planned lead times below each node, its own among them, in minutes.

    A make node takes its routing for a week's need, or its minimum or fixed lot, in the working time of its site.

    Parameters
    ----------
    n : the numbered plant
    demands : node, due and quantity of what is asked for
    """
    from plantwright.methods.optimisation import gross_requirements, structure  # noqa: PLC0415 - seldom needed

    lines = n.boms.lines.filter((pl.col("start") <= n.plant.as_of) & (pl.col("end") > n.plant.as_of))
    moved = n.lanes.filter(pl.col("source") == "transfer").unique("node", keep="first", maintain_order=True)
    parent = np.concatenate([lines["parent"].to_numpy(), moved["node"].to_numpy()])
    component = np.concatenate([lines["component_node"].to_numpy(), moved["other"].to_numpy()])
    ratio = lines["numerator"].to_numpy() / np.maximum(lines["denominator"].to_numpy(), 1)
    asked = np.zeros((len(n.nodes), 1))
    np.add.at(asked[:, 0], demands["node"].to_numpy(), demands["quantity"].to_numpy() / SCALE)
    bill = structure(parent, component, np.concatenate([ratio, np.ones(moved.height)]), len(n.nodes))
    weeks = max((int(demands["due"].to_numpy().max()) - n.plant.as_of) / 1440 / WEEK, 1.0)
    own = _own_lead(n, gross_requirements(bill, asked)[:, 0] / weeks)
    total = own.copy()
    for _ in range(MOST_LEVELS):
        longer = total.copy()
        np.maximum.at(longer, parent, own[parent] + total[component])
        if (longer == total).all():
            break
        total = longer
    return total


def _own_lead(n: Numbered, week: NDArray[np.float64]) -> Ints:
    frame = n.nodes.frame.sort("node")
    fixed = np.where((frame["lot_rule"] == "fixed").to_numpy(), frame["lot_quantity"].to_numpy(), 0)
    lot = np.maximum(np.maximum(week, np.maximum(fixed, frame["lot_minimum"].to_numpy()) / SCALE), 1.0)
    bought = n.offers.rows.group_by("node").agg(offered=pl.col("lead").max())
    moved = n.lanes.filter(pl.col("source") == "transfer").group_by("node").agg(moved=pl.col("lead").max())
    work = n.routings.operations.join(frame.select("node", "site"), on="node", how="left", maintain_order="left")
    amount, batch = lot[work["node"].to_numpy()], work["batch"].to_numpy() / SCALE
    times = np.where(batch > 0, np.ceil(amount / np.where(batch > 0, batch, 1.0)), amount)
    minutes = np.ceil(work["setup"].to_numpy() + work["run"].to_numpy() * times).astype(np.int64)
    calendar = np.array([n.clocks.site_calendar.get(site, -1) for site in work["site"]], np.int64)
    took = finish_times(n.clocks.time, calendar, np.full(len(minutes), n.plant.as_of), minutes) - n.plant.as_of
    made = work.select("node", took=pl.Series(took) + pl.col("queue") + pl.col("move")).group_by("node").agg(
        pl.col("took").sum()
    )  # fmt: skip
    rows = frame.select("node", "lead_time")
    for other in (bought, moved, made):
        rows = rows.join(other, on="node", how="left", maintain_order="left")
    lead = rows.select(pl.coalesce(pl.col("lead_time") // 60_000, "offered", "moved", "took", pl.lit(0)).cast(pl.Int64))
    return np.asarray(np.minimum(lead.to_series().to_numpy(), LONGEST), np.int64)
