"""What a chart of the schedule is drawn from: bars, rows, open time, loads and links, in flat columns of numbers.

Names stand once, in lists of their own; a bar names its order, item and family by their places there. Moments are whole
minutes since 1970-01-01 UTC, lengths are minutes, and quantities are plain numbers. A bar's start counts from the start
of the span, its finish and due from its start, which makes the whole a third shorter.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from plantwright.core import worktime
from plantwright.core.exact import SCALE
from plantwright.core.pages import View
from plantwright.core.reader import retold
from plantwright.core.worktime import Intervals
from plantwright.flows.plan.calendars import declared_calendars
from plantwright.plant import make_plant

BARS = 40_000
"""Bars that a chart is given at most, the earliest first."""
DAY = 1440
MINUTE = 60_000
AHEAD = 800
"""Days for which open time is drawn at most."""
OUTSIDE = "Suppliers"
"""Row of what is done by suppliers."""
_CALENDARS = ("setting", "calendar", "calendar_shift", "calendar_exception")
Columns = dict[str, list[Any]]


def gantt(view: View, center: str = "", order: str = "", most: int = BARS) -> dict[str, Any]:
    """Give what the chart of a schedule is drawn from.

    Parameters
    ----------
    view : plant and plan
    center : only this work center
    order : only this order, or sales order, and the chain of orders that it waits for and that wait for it
    most : bars at most, the earliest first

    Returns
    -------
    Plain values in the terms of JSON: `ops` (bars, by columns), `rows`, `centers`, `orders`, `items`, `families`,
    `links` between orders, `demands` with `serves`, `waits`, and the whole `span`. `count` is the number of bars that
    the plan has, of which the first are given. Cost: one pass over the tables of the plan.
    """
    every = view.result("scheduled_operation").filter((pl.col("work_center") == center) | (center == ""))
    if order:
        every = every.filter(pl.col("order").is_in(list(chain(view.result("peg"), order))))
    shown = every.sort("start", "order", "sequence").head(most)
    rows, shown = _rows(view, shown)
    orders = _orders(view, shown)
    span = _span(view, shown)
    ops, names = _bars(view, shown.with_columns(since=pl.col("start") - span[0]), rows, orders)
    return {
        "asOf": view.as_of, "count": every.height, "span": span, "zone": offsets(view.settings.zone, *span),
        "frozen": view.as_of + view.settings.minutes("frozen_zone"), "center": center, "order": order,
        "rows": {"center": rows["center"].to_list(), "unit": rows["unit"].to_list()},
        "centers": _centers(view, rows, span), "ops": ops, **names, "orders": _order_columns(orders, names["items"]),
        **_links(view, orders),
    }  # fmt: skip


# --- bars -----------------------------------------------------------------------------------------------------------


def _rows(view: View, shown: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the rows of the chart, work center and unit, and the bars with their row; suppliers' work gets lanes."""
    outside = shown.filter(pl.col("work_center") == "")
    lanes = pl.Series("lane", lanes_of(outside["start"], outside["finish"]), dtype=pl.Int64)
    outside = outside.with_columns(lanes + 1).select("order", "sequence", "lane")
    shown = shown.join(outside, on=["order", "sequence"], how="left", maintain_order="left")
    shown = shown.with_columns(place=pl.coalesce("unit", "lane").fill_null(1))
    known = (
        view.table("work_center").select("code", "units").filter(pl.col("code").is_in(shown["work_center"].unique()))
    )
    known = known.with_columns(unit=pl.int_ranges(1, pl.col("units") + 1)).explode("unit")
    used = shown.select(code="work_center", unit="place").unique()
    rows = pl.concat([known.select("code", "unit"), used]).unique().sort(pl.col("code") == "", "code", "unit")
    rows = rows.with_row_index("row").with_columns(center=(pl.col("code").rle_id()))
    shown = shown.join(rows, left_on=["work_center", "place"], right_on=["code", "unit"], maintain_order="left")
    return rows, shown


def lanes_of(starts: Iterable[int], finishes: Iterable[int]) -> list[int]:
    """Put stretches of time, sorted by their starts, on as few lanes as do without overlaps.

    Examples
    --------
    >>> lanes_of([0, 5, 12], [10, 20, 15])
    [0, 1, 0]
    """
    busy: list[tuple[int, int]] = []
    free: list[int] = []
    found = []
    for start, finish in zip(starts, finishes, strict=True):
        while busy and busy[0][0] <= start:
            heapq.heappush(free, heapq.heappop(busy)[1])
        lane = heapq.heappop(free) if free else len(busy)
        heapq.heappush(busy, (finish, lane))
        found.append(lane)
    return found


def _bars(view: View, shown: pl.DataFrame, rows: pl.DataFrame, orders: pl.DataFrame) -> tuple[Columns, dict[str, Any]]:
    items = sorted(set(orders["item"]) | set(shown["item"]))
    families = sorted(set(shown["family"]) | {""})
    states = sorted(set(shown["state"]))
    waits, text = _waits(view, shown)
    joined = shown.join(orders.select("order", place_of="place"), on="order", how="left", maintain_order="left")
    joined = joined.join(waits, on=["order", "sequence"], how="left", maintain_order="left").with_columns(
        family=_place(families, "family"), state=_place(states, "state"), of_item=_place(items, "item"),
        setup=pl.col("setup") // MINUTE, quantity=pl.col("quantity") / SCALE, other=pl.col("alternate").cast(pl.Int8),
        paths=_paths(view, shown), length=pl.col("finish") - pl.col("start"), until=pl.col("due") - pl.col("start"),
    )  # fmt: skip
    kept = {
        "row": "row", "order": "place_of", "seq": "sequence", "item": "of_item", "start": "since", "length": "length",
        "due": "until", "setup": "setup", "qty": "quantity", "family": "family", "state": "state", "other": "other",
        "wait": "wait", "path": "paths",
    }  # fmt: skip
    columns = {name: joined[column].to_list() for name, column in kept.items()}
    named = dict(view.table("item").select("code", "name").iter_rows())
    told: dict[str, Any] = {
        "items": items, "itemNames": [named.get(one, "") for one in items], "families": families, "states": states,
        "waits": text, "paths": _path_centers(view, shown, rows),
    }  # fmt: skip
    return columns, told


def _place(names: list[str], column: str) -> pl.Expr:
    return pl.col(column).replace_strict({name: place for place, name in enumerate(names)}, return_dtype=pl.Int64)


def _waits(view: View, shown: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Give the longest wait of each operation on the chain of a late demand, as the place of its text."""
    rows = view.result("reason").filter(pl.col("operation").is_not_null()).sort("days", descending=True)
    rows = rows.unique(["order", "operation"], keep="first", maintain_order=True).rename({"operation": "sequence"})
    rows = rows.join(shown.select("order", "sequence"), on=["order", "sequence"], how="semi")
    texts = sorted(set(rows["text"]))
    return rows.select("order", "sequence", wait=_place(texts, "text")), [retold(text) for text in texts]


def _paths(view: View, shown: pl.DataFrame) -> pl.Series:
    """Give each operation the number of its choice of work centers."""
    keys = _choices(view, shown)
    return keys["choice"].rank("dense").cast(pl.Int64) - 1


def _path_centers(view: View, shown: pl.DataFrame, rows: pl.DataFrame) -> list[list[int]]:
    """Give, for each choice, the places of the work centers; the operation's own stands among them."""
    keys = _choices(view, shown)["choice"].unique().sort()
    places = dict(rows.select("code", "center").unique().iter_rows())
    return [[places[code] for code in choice.split("\n") if code in places] for choice in keys]


def _choices(view: View, shown: pl.DataFrame) -> pl.DataFrame:
    """Give the work centers that may do each operation, joined in one text: its own, and its alternates."""
    routing = view.table("operation").select("item", "sequence", own="work_center")
    other = view.table("operation_alternate").select("item", "sequence", own="work_center")
    every = pl.concat([routing, other]).unique().sort("item", "sequence", "own")
    joined = every.group_by("item", "sequence", maintain_order=True).agg(choice=pl.col("own").str.join("\n"))
    rows = shown.join(joined, on=["item", "sequence"], how="left", maintain_order="left")
    return rows.select(choice=pl.coalesce("choice", "work_center"))


# --- orders and links -----------------------------------------------------------------------------------------------


def _orders(view: View, shown: pl.DataFrame) -> pl.DataFrame:
    """Give the orders that have bars, and transfers, through which chains pass."""
    rows = view.result("planned_order").filter(
        pl.col("order").is_in(shown["order"].unique().implode()) | (pl.col("source") == "transfer")
    )
    return rows.with_row_index("place")


def _order_columns(orders: pl.DataFrame, items: list[str]) -> Columns:
    rows = orders.with_columns(_place(items, "item").alias("of_item"), pl.col("quantity") / SCALE)
    kept = {
        "name": "order", "item": "of_item", "qty": "quantity", "due": "due", "finish": "finish", "state": "state",
        "late": "late", "source": "source",
    }  # fmt: skip
    return {name: rows[column].to_list() for name, column in kept.items()}


def _links(view: View, orders: pl.DataFrame) -> dict[str, Any]:
    """Give which order serves which, and which sales orders and forecasts they serve, by place."""
    pegs = view.result("peg").filter(pl.col("supply_kind") == "order")
    places = orders.select("order", "place")
    pegs = pegs.join(places.rename({"order": "supply", "place": "from"}), on="supply")
    to = pegs.filter(pl.col("demand_kind") == "order")
    to = to.join(places.rename({"order": "demand", "place": "to"}), on="demand").select("from", "to").unique()
    served = pegs.filter(pl.col("demand_kind").is_in(["sales order", "forecast"]))
    plans = view.result("demand_plan").filter(pl.col("demand").is_in(served["demand"].unique().implode()))
    plans = plans.with_row_index("of")
    served = served.join(plans.select("demand", "of"), on="demand").select("from", "of").unique()
    kept = ("demand", "customer", "due", "projected", "status")
    return {
        "links": _pairs(to.sort("from", "to")),
        "serves": _pairs(served.sort("from", "of")),
        "demands": {name: plans[name].to_list() for name in kept},
    }


def _pairs(rows: pl.DataFrame) -> list[list[int]]:
    return [rows.to_series(0).to_list(), rows.to_series(1).to_list()]


def chain(pegs: pl.DataFrame, start: str) -> set[str]:
    """Give the orders that an order, or a demand, waits for through all levels, and those that wait for it.

    Parameters
    ----------
    pegs : table peg
    start : order of the plan, sales order / line, or forecast
    """
    rows = pegs.filter(pl.col("supply_kind") == "order").select("demand", "supply").unique()
    serving: dict[str, list[str]] = {}
    served: dict[str, list[str]] = {}
    for demand, supply in rows.iter_rows():
        serving.setdefault(demand, []).append(supply)
        served.setdefault(supply, []).append(demand)
    return _reached(serving, start) | _reached(served, start)


def _reached(ways: dict[str, list[str]], start: str) -> set[str]:
    found, open_ones = {start}, [start]
    while open_ones:
        for one in ways.get(open_ones.pop(), ()):
            if one not in found:
                found.add(one)
                open_ones.append(one)
    return found


# --- time and load --------------------------------------------------------------------------------------------------


def _span(view: View, shown: pl.DataFrame) -> tuple[int, int]:
    first = min([view.as_of, *shown["start"].drop_nulls()[:1]])
    last = shown["finish"].max() if shown.height else view.as_of + 30 * DAY
    assert isinstance(last, int)  # noqa: S101 - a column of whole numbers
    return first // DAY * DAY - DAY, last // DAY * DAY + 2 * DAY


def offsets(zone: str, first: int, last: int) -> list[list[int]]:
    """Give from which moment the clocks of a zone are how many minutes ahead of UTC.

    Examples
    --------
    >>> offsets("Europe/Berlin", 29_577_600, 29_583_360)  # the clocks change on 29 March 2026 at 01:00 UTC
    [[29577600, 60], [29579100, 120]]
    """
    info, found = ZoneInfo(zone), list[list[int]]()
    for moment in range(first, last, 60):
        away = datetime.fromtimestamp(moment * 60, tz=UTC).astimezone(info).utcoffset()
        minutes = int(away.total_seconds()) // 60 if away else 0
        if not found or found[-1][1] != minutes:
            found.append([moment, minutes])
    return found


def _centers(view: View, rows: pl.DataFrame, span: tuple[int, int]) -> list[dict[str, Any]]:
    """Give each work center with its open time, its stops, and its load by day."""
    codes = rows["code"].unique(maintain_order=True).to_list()
    known = {row["code"]: row for row in view.table("work_center").iter_rows(named=True)}
    sites = dict(view.table("site").select("code", "calendar").iter_rows())
    opened = _opened(view, span)
    load = view.result("center_load").filter(pl.col("work_center").is_in(codes)).sort("day")
    loads = {str(code): part for (code,), part in load.group_by("work_center", maintain_order=True)}
    stops = view.table("down_time").filter((pl.col("end") > span[0]) & (pl.col("start") < span[1]))
    found = []
    for code in codes:
        row = known.get(code, {})
        calendar = row.get("calendar") or sites.get(row.get("site") or next(iter(sites), ""), "")
        own = stops.filter(pl.col("work_center") == code).select("start", "end", pl.col("units").fill_null(0))
        found.append({
            "code": code or OUTSIDE, "name": row.get("name", ""), "units": row.get("units", 0), "own": bool(code),
            "open": calendar if calendar in opened else "", "down": own.rows(),
            "load": _load(loads.get(code, load.clear())),
        })  # fmt: skip
    used = {one["open"] for one in found}
    return [{"hours": {code: _flat(one) for code, one in opened.items() if code in used}}, *found]


def _opened(view: View, span: tuple[int, int]) -> dict[str, Intervals]:
    plant = make_plant({name: view.table(name) for name in _CALENDARS}, view.as_of)
    found = declared_calendars(plant, span[0] // DAY, min(span[1] // DAY, span[0] // DAY + AHEAD))
    return {code: worktime.union(one.starts, one.ends) for code, one in found.items()}


def _flat(one: Intervals) -> list[int]:
    """Give starts and ends in turn, each as the minutes since the one before, which makes for short texts."""
    moments = [moment for pair in zip(one.starts.tolist(), one.ends.tolist(), strict=True) for moment in pair]
    return [moment - before for before, moment in zip([0, *moments], moments, strict=False)]


def _load(rows: pl.DataFrame) -> Columns:
    minutes = {name: (rows[name] // MINUTE).to_list() for name in ("capacity", "setup", "run", "required")}
    return {"day": rows["day"].to_list(), **minutes}
