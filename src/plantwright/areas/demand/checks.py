"""What must hold of sales orders and forecasts."""

from __future__ import annotations

import polars as pl

from plantwright.areas.demand.allocations import check_allocations
from plantwright.areas.demand.history import day_of
from plantwright.core.finding import Tables, at_site, found, main_site, never_effective, zone_of
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.unit_checks import check_units

SALES_OVERDUE = problem_kind(
    "sales-order-overdue",
    "It was due on {due}, {days} days ago, and {rest} are still to deliver.",
    "Deliver it, agree on a new date and enter it, or close the line.",
    "warning",
)
OVER_DELIVERED = problem_kind(
    "over-delivered",
    "{delivered} were delivered of {quantity} ordered.",
    "Check the delivery; close the line if it is right.",
    "warning",
)
SALES_COMPLETE = problem_kind(
    "sales-order-complete", "All of it has been delivered, but the line is still open.", "Close the line.", "info"
)
SALES_INACTIVE = problem_kind(
    "sales-order-inactive",
    "{item} is on order, but not active any more.",
    "Offer the customer another item, or make this one active again.",
    "warning",
)
SALES_PHANTOM = problem_kind(
    "sales-order-phantom",
    "{item} is a phantom, which is never in stock, so it can be neither planned nor delivered.",
    "Sell the item that contains it, or make it an item to make.",
)
SALES_NO_SOURCE = problem_kind(
    "sales-order-no-source",
    "{item} is on order at {site}, where nothing may make, buy or bring it; only stock can serve it.",
    "Choose a source in item_site, or another site.",
    "warning",
)
SALES_FAR = problem_kind(
    "sales-order-far",
    "It is due on {due}, more than five years ahead.",
    "Correct the date, if it is a slip.",
    "warning",
)
FORECAST_BACKWARDS = problem_kind(
    "forecast-backwards",
    "The period ends on {end}, before it begins on {start}.",
    "Correct one of the two days.",
)
FORECAST_OVERLAP = problem_kind(
    "forecast-overlap",
    "The period begins on {start}, while the one before runs until {before}; those days count twice.",
    "Let the period begin the day after.",
    "warning",
)
FORECAST_INACTIVE = problem_kind(
    "forecast-inactive",
    "{item} is forecast, but it is {why}, so it is not planned as it should be.",
    "Forecast the item that replaces it, or change the item.",
    "warning",
)
HISTORY_AHEAD = problem_kind(
    "sales-history-ahead",
    "It is a record of {day}, which is not over yet, so it does not count.",
    "Correct the day; what is ordered for days to come belongs into the sales orders.",
    "warning",
)
HISTORY_RETURNS = problem_kind(
    "sales-history-returns",
    "{returned} were brought back up to {day}, more than the {sold} that were asked for until then.",
    "Correct the quantity, or enter the sales before.",
    "warning",
)
HISTORY_STALE = problem_kind(
    "sales-history-stale",
    "The sales history of {of_site} ends on {day}, {days} days ago; what is computed from it begins there.",
    "Bring in the sales since then.",
    "warning",
)
HISTORY_TWICE = problem_kind(
    "sales-history-adds-up",
    "{quantity} are recorded for all customers together, and {parts} of the same day for single ones; both count.",
    "Leave out one of the two, or name the customers of the rest.",
    "warning",
)
FORECAST_TWICE = problem_kind(
    "forecast-adds-up",
    "{quantity} are expected of all customers together, and {parts} of single ones in the same days; both are planned.",
    "Leave out one of the two, or take the customers off the whole.",
    "warning",
)
EVENT_BACKWARDS = problem_kind(
    "event-backwards", "It ends on {end}, before it begins on {start}.", "Correct one of the two days."
)
EVENT_FAMILY = problem_kind(
    "event-family-unknown", "No item is of the family {family}.", "Correct its name, or name an item.", "warning"
)
OVERRIDE_NEGATIVE = problem_kind(
    "override-below-zero", "The forecast cannot be {change} {value}.", "Give 0 or more; to lower it, add less than 0."
)
OVERRIDE_REASON = problem_kind(
    "override-no-reason",
    "It does not say why.",
    "Write what is known, so that its worth can be judged later.",
    "warning",
)
OVERRIDE_IDLE = problem_kind(
    "override-idle",
    "Nothing is computed for {item} at {of_site}, so there is nothing to override.",
    "Enter it as a forecast, or bring in sales history.",
    "warning",
)
LIKE_ITSELF = problem_kind(
    "forecast-like-itself", "{item} cannot stand in for itself.", "Name another item, or leave it empty."
)
LIKE_EMPTY = problem_kind(
    "forecast-like-unsold", "{like} has no sales history that could stand in.", "Name an item that was sold.", "warning"
)
_FAR = 5 * 366 * 1440
_STALE = 92


def check_sales_orders(tables: Tables, as_of: int) -> list[Problem]:
    """Find open lines that are late, done, or for what cannot be delivered."""
    name = "sales_order_line"
    rows = tables[name].filter(pl.col("state") == "open")
    rows = rows.join(tables["item"].select(item="code", item_kind="kind", active="active"), on="item", how="left")
    rest = pl.col("quantity") - pl.col("delivered")
    late = rows.filter((pl.col("due") < as_of) & (rest > 0))
    late = late.with_columns(rest=rest, days=(as_of - pl.col("due")) // 1440)
    return [
        *found(SALES_OVERDUE, tables, name, late, "due", amounts=("rest",)),
        *found(OVER_DELIVERED, tables, name, rows.filter(rest < 0), "delivered"),
        *found(SALES_COMPLETE, tables, name, rows.filter(rest == 0), "state"),
        *found(SALES_INACTIVE, tables, name, rows.filter(~pl.col("active") & (rest > 0)), "item"),
        *found(SALES_PHANTOM, tables, name, rows.filter((pl.col("item_kind") == "phantom") & (rest > 0)), "item"),
        *found(SALES_FAR, tables, name, rows.filter(pl.col("due") > as_of + _FAR), "due"),
        *check_units(tables, name, "item"),
    ]


def check_sources(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find open lines for what nothing may bring."""
    main = main_site(tables)
    none = tables["item_site"].filter(pl.col("source") == "none").select("item", at_site("site", main))
    if not none.height:
        return []
    rows = tables["sales_order_line"].filter(
        (pl.col("state") == "open") & (pl.col("quantity") > pl.col("delivered"))
    ).with_columns(at_site("site", main))  # fmt: skip
    return found(SALES_NO_SOURCE, tables, "sales_order_line", rows.join(none, on=["item", "site"], how="semi"), "item")


def check_forecasts(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find periods that end before they begin or overlap, and forecasts for what is not planned."""
    rows = tables["forecast"]
    group = ["item", "site", "customer"]
    runs = rows.filter(pl.col("end") >= pl.col("start")).sort(*group, "start")
    runs = runs.with_columns(before=pl.col("end").cum_max().shift(1).over(group))
    why = pl.when(~pl.col("active")).then(pl.lit("not active any more")).when(pl.col("kind") == "phantom")
    odd = rows.filter(pl.col("quantity") > 0).join(tables["item"].select("kind", "active", item="code"), on="item")
    odd = odd.with_columns(why=why.then(pl.lit("a phantom"))).filter(pl.col("why").is_not_null())
    odd = odd.unique(["item", "site", "customer"], keep="first", maintain_order=True)
    whole, parts = _whole_and_parts(rows, ["item", "site"], ["start", "end"])
    twice = whole.join_where(
        parts.rename({name: f"{name}_part" for name in parts.columns}), pl.col("item") == pl.col("item_part"),
        pl.col("site") == pl.col("site_part"), pl.col("start") <= pl.col("end_part"),
        pl.col("end") >= pl.col("start_part"),
    )  # fmt: skip
    twice = twice.group_by("item", "site", "start").agg(
        pl.col("end", "customer", "quantity").first(), parts=pl.col("parts_part").sum()
    )
    both = runs.filter(pl.col("start") <= pl.col("before"))
    return [
        *found(FORECAST_BACKWARDS, tables, "forecast", rows.filter(pl.col("end") < pl.col("start")), "end"),
        *found(FORECAST_OVERLAP, tables, "forecast", both, "start", days=("before",)),
        *found(FORECAST_TWICE, tables, "forecast", twice, "quantity", amounts=("parts",)),
        *found(FORECAST_INACTIVE, tables, "forecast", odd, "item"),
    ]


def _whole_and_parts(rows: pl.DataFrame, of: list[str], when: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the rows of all customers together, and the sums of single ones at the same time as `parts`."""
    sold = rows.filter(pl.col("quantity") > 0)
    single = sold.filter(pl.col("customer") != "").group_by(*of, *when).agg(parts=pl.col("quantity").sum())
    return sold.filter(pl.col("customer") == "").select(*of, *when, "customer", "quantity"), single


def check_history(tables: Tables, as_of: int) -> list[Problem]:
    """Find records of days to come, more returns than sales, and histories that end long ago."""
    rows = tables["sales_history"]
    if not rows.height:
        return []
    today, main = day_of(as_of, zone_of(tables)), main_site(tables)
    name, of = "sales_history", ["item", "site"]
    back = rows.filter(pl.col("day") < today).sort(*of, "day").with_columns(
        sold=pl.col("quantity").cum_sum().over(of), back=pl.col("returned").cum_sum().over(of)
    ).filter((pl.col("back") > pl.col("sold")) & (pl.col("returned") > 0))  # fmt: skip
    back = back.unique(of, keep="first", maintain_order=True).with_columns(returned=pl.col("back"))
    whole, parts = _whole_and_parts(rows, of, ["day"])
    twice = whole.join(parts, on=[*of, "day"]).sort("day").unique(of, keep="first", maintain_order=True)
    last = rows.filter(pl.col("day") < today).sort("day").unique("site", keep="last")
    last = last.with_columns(days=today - pl.col("day"), of_site=at_site("site", main)).filter(pl.col("days") > _STALE)
    return [
        *found(HISTORY_AHEAD, tables, name, rows.filter(pl.col("day") >= today), "day"),
        *found(HISTORY_RETURNS, tables, name, back.drop("back"), "returned", amounts=("sold",)),
        *found(HISTORY_TWICE, tables, name, twice, "quantity", amounts=("parts",)),
        *found(HISTORY_STALE, tables, name, last, "day"),
        *check_units(tables, name, "item"),
    ]


def check_events(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find events that end before they begin, or are of a family that is not there."""
    rows = tables["demand_event"]
    odd = rows.filter((pl.col("family") != "") & (pl.col("item") == ""))
    odd = odd.join(tables["item"].select("family").unique(), on="family", how="anti")
    return [
        *found(EVENT_BACKWARDS, tables, "demand_event", rows.filter(pl.col("end") < pl.col("start")), "end"),
        *found(EVENT_FAMILY, tables, "demand_event", odd, "family"),
    ]


def check_overrides(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find overrides that say nothing, cannot be, or have nothing to work on."""
    rows, name = tables["forecast_override"], "forecast_override"
    below = rows.filter((pl.col("change") != "add") & (pl.col("value") < 0))
    main = main_site(tables)
    known = pl.concat(
        [tables[one].select("item", at_site("site", main)) for one in ("sales_history", "forecast_setup")]
    )
    idle = rows.with_columns(of_site=at_site("site", main))
    idle = idle.join(known, left_on=["item", "of_site"], right_on=["item", "site"], how="anti")
    return [
        *found(OVERRIDE_NEGATIVE, tables, name, below, "value"),
        *found(OVERRIDE_REASON, tables, name, rows.filter(pl.col("reason").str.strip_chars() == ""), "reason"),
        *found(OVERRIDE_IDLE, tables, name, idle, "item"),
    ]


def check_setups(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find set-ups that lean on nothing, or never hold."""
    rows, name = tables["forecast_setup"], "forecast_setup"
    unsold = rows.filter((pl.col("like") != "") & (pl.col("like") != pl.col("item")))
    unsold = unsold.join(tables["sales_history"].select(like="item").unique(), on="like", how="anti")
    return [
        *found(LIKE_ITSELF, tables, name, rows.filter(pl.col("like") == pl.col("item")), "like"),
        *found(LIKE_EMPTY, tables, name, unsold, "like"),
        *never_effective(tables, name),
    ]


CHECKS = (
    check_sales_orders, check_sources, check_forecasts, check_history, check_events, check_overrides, check_setups,
    check_allocations,
)  # fmt: skip
"""Everything that is checked of demand."""
