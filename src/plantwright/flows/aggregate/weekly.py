"""The master schedule of an item by week: the record of the textbooks, and how a week of it adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

import polars as pl

from plantwright.areas.inventory.balances import balances
from plantwright.core import wording
from plantwright.core.buckets import bucket_start, following, local_day
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.pages import Chart, Page, View, listed, missing, named
from plantwright.core.parameters import Ref
from plantwright.core.problem import BAD_ARGUMENT, ProblemError, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.flows.explain import working_page
from plantwright.flows.foreseen import AHEAD
from plantwright.methods.working import Step, Working, given

SOURCE = (
    "T. E. Vollmann, W. L. Berry, D. C. Whybark and F. R. Jacobs, Manufacturing Planning and Control for Supply Chain "
    "Management, 5th ed., McGraw-Hill, 2005, chapter 6"
)
LINES = ("forecast", "orders", "made", "received")


@dataclass(frozen=True)
class Record:
    """The master schedule of an item at a site: amounts in millionths of a unit, by week.

    Parameters
    ----------
    item, site : what it is of
    weeks : Mondays; what is past counts in the first
    stock : what there is before the first week
    forecast : what orders leave of the forecast
    orders : what customers ordered
    made, received : what the schedule makes, and what comes on purchase and transfer orders
    """

    item: str
    site: str
    weeks: tuple[int, ...]
    stock: int
    forecast: tuple[int, ...]
    orders: tuple[int, ...]
    made: tuple[int, ...]
    received: tuple[int, ...]

    @property
    def projected(self) -> tuple[int, ...]:
        """Stock at the end of each week."""
        left, out = self.stock, []
        for forecast, orders, made, received in zip(*(getattr(self, name) for name in LINES), strict=True):
            left += made + received - forecast - orders
            out.append(left)
        return tuple(out)


def record_of(plan: View, item: str, site: str = "") -> Record:
    """Gather the master schedule of an item; without a site, of the one that makes it (the main one of several).

    Raises
    ------
    ProblemError
        Where the item is not there, or the plan has no master schedule of it.
    """
    items = plan.table("item")["code"]
    stop_on_errors([] if item in items else [missing("item", item, items)])
    schedule = plan.result("master_schedule")
    sites = schedule.filter(item=item)["site"].unique().sort().to_list()
    main = str(plan.settings["main_site"])
    chosen = site or (main if main in sites else next(iter(sites), main))
    own = schedule.filter(item=item, site=chosen)
    known = schedule["item"].unique()
    stop_on_errors([] if own.height else [missing("item", item, known, say(" in the master schedule of the plan"))])
    zone = plan.settings.zone
    first = int(pl.select(bucket_start(local_day(pl.lit(plan.as_of), zone), "week")).item())
    count = (int(own["week"].max()) - first) // 7 + 1  # type: ignore[arg-type]
    weeks = tuple(following(first, "week", count))
    there = plan.result("demand_plan").filter(item=item, site=chosen)
    # An order is due at the end of a day, which is the first moment of the next.
    ordered = pl.col("due") - (pl.col("kind") == "sales order").cast(pl.Int64)
    there = there.select("kind", "quantity", week=bucket_start(local_day(ordered, zone), "week"))
    comes = plan.result("planned_order").filter(
        pl.col("state") != "planned", pl.col("source") != "make", pl.col("item") == item, pl.col("site") == chosen
    ).select("quantity", week=bucket_start(local_day(pl.col("finish"), zone), "week"))  # fmt: skip
    stock = balances(plan).filter(pl.col("nettable"), pl.col("item") == item, pl.col("site") == chosen)["quantity"]
    return Record(
        item, chosen, weeks, int(stock.sum()), _sums(there.filter(kind="forecast"), weeks),
        _sums(there.filter(kind="sales order"), weeks), _sums(own, weeks), _sums(comes, weeks),
    )  # fmt: skip


def _sums(rows: pl.DataFrame, weeks: tuple[int, ...]) -> tuple[int, ...]:
    sums = rows.with_columns(pl.col("week").clip(weeks[0])).group_by("week").agg(pl.col("quantity").sum())
    found = dict(sums.iter_rows())
    return tuple(int(found.get(week, 0)) for week in weeks)


@report(label="Master schedule")
def master_schedule(plan: View, item: Annotated[str, Ref("item")], site: Annotated[str, Ref("site")] = "") -> Page:
    """Show the master schedule of an item by week beside forecast and orders, the stock that follows, and what is free.

    Parameters
    ----------
    plan : plant and plan
    item : an item that the aggregate plan makes
    site : site that makes it; the only one, or the main one, without one
    """
    from plantwright.methods.promising import discrete_atp  # noqa: PLC0415 - seldom needed

    found = record_of(plan, item, site)
    supply = [made + received for made, received in zip(found.made, found.received, strict=True)]
    free = discrete_atp(found.stock, supply, found.orders).tolist()
    columns = (
        named(Kind.DAY, "week", "Monday of the week; the first one holds what is past as well"),
        named(Kind.QUANTITY, "forecast", "What orders leave of the forecast"),
        named(Kind.QUANTITY, "orders", "What customers ordered"),
        named(Kind.QUANTITY, "made", "What the master schedule makes"),
        named(Kind.QUANTITY, "received", "What comes on purchase and transfer orders"),
        named(Kind.QUANTITY, "projected_stock", "Stock at the end of the week"),
        named(Kind.QUANTITY, "available_to_promise", "What no order has yet of the stock and of what comes that week"),
    )  # fmt: skip
    projected = found.projected
    rows = [
        {"week": week, **{name: getattr(found, name)[at] for name in LINES},
         "projected_stock": projected[at], "available_to_promise": int(free[at])}
        for at, week in enumerate(found.weeks)
    ]  # fmt: skip
    table = listed(plan, say("Master schedule of {item}", item=item), columns, rows)
    table = replace(
        table, dashed=frozenset(table.columns) - {"projected_stock"},
        chart=Chart("line", "week", ("forecast", "orders", "made", "projected_stock")),
    )  # fmt: skip
    figures = {"item": item, "site": found.site, "made": sum(found.made) / SCALE, "on_hand": found.stock / SCALE}
    return Page(_sentence(found) + " " + followed(plan), (table,), figures)


def _sentence(found: Record) -> str:
    return say(
        "{item} at {site}: {stock} in stock, {made} made in {weeks}.", item=found.item, site=found.site,
        stock=wording.decimal(found.stock), made=wording.decimal(sum(found.made)),
        weeks=wording.count(len(found.weeks), "week"),
    )  # fmt: skip


def followed(plan: View) -> str:
    """Tell what material made of the master schedule: what it orders ahead of the month that asks for it."""
    if not plan.settings["master_schedule"]:
        return say("Material does not follow it: the setting master_schedule is off.")
    ahead = plan.result("demand_plan").filter((pl.col("kind") == "forecast") & pl.col("demand").str.contains(AHEAD))
    if not ahead.height:
        return say("Material follows it; nothing is built ahead.")
    units = wording.decimal(int(ahead["quantity"].sum()))
    items = wording.count(ahead["item"].n_unique(), "item")
    return say("Material follows it; {units} units of {items} are built ahead.", units=units, items=items)


@explains("master-schedule", label="Master schedule of an item")
def master_schedule_week(plan: View, of: str, site: str = "") -> Page:
    """Show how the stock of a week follows from the master schedule; of: ITEM, or ITEM/2026-05-04."""
    name, _, when = of.rpartition("/") if "/" in of else (of, "", "")
    found = record_of(plan, name, site)
    at = _week(when, found.weeks)
    projected = found.projected
    before = projected[at - 1] if at else found.stock
    words = {
        "F": ("forecast that no order has taken", found.forecast[at]), "C": ("ordered by customers", found.orders[at]),
        "P": ("made by the master schedule", found.made[at]),
        "R": ("on purchase and transfer orders", found.received[at]),
    }  # fmt: skip
    known = {symbol: (told, amount / SCALE) for symbol, (told, amount) in words.items()}
    symbols = given(I0=("stock before", before / SCALE), **known)
    end = projected[at] / SCALE
    week = wording.day(found.weeks[at])
    working = Working(SOURCE, (*symbols, Step("I", "stock at the end of the week", end, "I0 + P + R - F - C")))
    sentence = say("{made} of {item} are made in the week of {week}.", made=wording.decimal(found.made[at]), item=name,
                   week=week)  # fmt: skip
    title = say("Master schedule of {item}, week of {week}", item=name, week=week)
    return working_page(plan, title, sentence, working, say("units"))


def _week(text: str, weeks: tuple[int, ...]) -> int:
    """Find the week of a day such as 2026-05-04; without one, the first."""
    if not text:
        return 0
    try:
        day = (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        day = -1
    if not weeks[0] <= day < weeks[-1] + 7:
        must = say("a day from {first} to {last}", first=wording.day(weeks[0]), last=wording.day(weeks[-1] + 6))
        raise ProblemError([BAD_ARGUMENT.at(column="of", value=text, must=must)])
    return sum(week <= day for week in weeks) - 1
