"""What must hold of suppliers, purchase orders and transfers."""

from __future__ import annotations

import polars as pl

from plantwright.core.circles import circles
from plantwright.core.finding import Tables, at_site, codes_where, found, main_site, never_effective, setting_text
from plantwright.core.problem import Problem, problem_kind
from plantwright.core.unit_checks import check_units

EXCHANGE_RATE_MISSING = problem_kind(
    "exchange-rate-missing",
    "The prices of {code} are in {currency}, for which no exchange rate holds now.",
    "Add the rate to exchange_rate.",
)
PRICE_TWICE = problem_kind(
    "price-twice",
    "From {from_quantity} on there is another price of {supplier} for {item} at the same time.",
    "End the earlier price the day before this one begins.",
    "warning",
)
PRICE_RISES = problem_kind(
    "price-rises-with-quantity",
    "From {from_quantity} on {item} costs {price}, more than the {before} for a smaller quantity.",
    "Check the prices.",
    "info",
)
PRICE_STARTS_LATE = problem_kind(
    "price-starts-late",
    "The lowest price break of {supplier} for {item} is {from_quantity}; smaller orders have no price of their own.",
    "Add a price from 0, or set the minimum to {from_quantity}.",
    "info",
)
PRICE_ZERO = problem_kind(
    "price-zero",
    "{item} costs nothing at {supplier}.",
    "Enter the price, or leave it at 0 if it is free.",
    "info",
)
OFFERS_ENDED = problem_kind(
    "offers-ended",
    "No price of any supplier for {item} holds now; the last ended on {last}.",
    "Enter a price that holds.",
    "warning",
)
PURCHASE_OVERDUE = problem_kind(
    "purchase-overdue",
    "It was due on {due}, {days} days ago, and {rest} are still to come.",
    "Ask the supplier for a new date and enter it, or close the line.",
    "warning",
)
OVER_RECEIVED = problem_kind(
    "over-received",
    "{received} were received of {quantity} ordered.",
    "Check the receipt; close the line if it is right.",
    "warning",
)
PURCHASE_COMPLETE = problem_kind(
    "purchase-complete", "All of it has been received, but the line is still open.", "Close the line.", "info"
)
PURCHASE_OF_MADE = problem_kind(
    "purchase-of-made",
    "{item} is on order from a supplier, though it is an item to make.",
    "Nothing, if that is so; else cancel the line.",
    "info",
)
PURCHASE_INACTIVE = problem_kind(
    "purchase-inactive",
    "{item} is on order, but not active any more.",
    "Cancel the line, or make the item active again.",
    "warning",
)
LANE_SAME_SITE = problem_kind(
    "lane-same-site", "The lane goes from {from_site} to itself.", "Name two sites, or remove the lane."
)
TRANSFER_SAME_SITE = problem_kind(
    "transfer-same-site", "The transfer goes from {from_site} to itself.", "Name two sites, or cancel it."
)
TRANSFER_OVERDUE = problem_kind(
    "transfer-overdue",
    "It was due on {due}, {days} days ago.",
    "Record its arrival, or enter a new date.",
    "warning",
)
LANE_MISSING = problem_kind(
    "lane-missing",
    "{item} is to come to {site} by transfer, but no lane leads there.",
    "Add a transfer lane to {site}, or choose another source.",
)
TRANSFER_CIRCLE = problem_kind(
    "transfer-circle",
    "{circle}: these sites wait for {item} from each other, and none makes or buys it.",
    "Let one of them make or buy it.",
)
LEAD_TIME_HISTORY = problem_kind(
    "lead-time-against-history",
    "{item} is planned with {lead} days, but the last {deliveries} deliveries of {supplier} came {apart}.",
    "Plan with the time that the supplier takes, or agree with him on the planned one.",
    "warning",
)

_OPEN = ~pl.col("state").is_in(["closed", "cancelled"])


# --- suppliers and prices -------------------------------------------------------------------------------------------


def check_currencies(tables: Tables, as_of: int) -> list[Problem]:
    """Find suppliers whose prices cannot be compared."""
    own = setting_text(tables, "currency")
    rates = codes_where(tables["exchange_rate"], pl.col("effective_from") <= as_of // 1440, "currency")
    foreign = (pl.col("currency") != "") & (pl.col("currency") != own) & ~pl.col("currency").is_in(rates.implode())
    rows = tables["supplier"].filter(foreign)
    rows = rows.join(tables["supplier_item"].select(code="supplier").unique(), on="code", how="semi")
    return found(EXCHANGE_RATE_MISSING, tables, "supplier", rows, "currency")


def check_prices(tables: Tables, as_of: int) -> list[Problem]:
    """Find prices that exclude each other, rise with the quantity, are missing or have ended."""
    offers, day = tables["supplier_item"], as_of // 1440
    offer = ["supplier", "item"]
    breaks = [*offer, "from_quantity"]
    dated = offers.filter(pl.col("effective_from") <= pl.col("effective_to"))
    # Only few offers share a break or have several; the others need no look.
    dated = dated.filter(dated.select(breaks).is_duplicated())
    before = pl.col("effective_to").cum_max().shift(1).over(breaks)
    runs = dated.sort(*breaks, "effective_from").with_columns(before=before)
    now = offers.filter((pl.col("effective_from") <= day) & (pl.col("effective_to") >= day)).sort(breaks)
    steps = now.filter(now.select(offer).is_duplicated()).with_columns(before=pl.col("price").shift(1).over(offer))
    twice = runs.filter(pl.col("effective_from") <= pl.col("before"))
    low = now.unique(offer, keep="first", maintain_order=True)
    low = low.filter((pl.col("from_quantity") > 0) & (pl.col("minimum") < pl.col("from_quantity")))
    return [
        *never_effective(tables, "supplier_item"),
        *found(PRICE_TWICE, tables, "supplier_item", twice, "from_quantity"),
        *found(
            PRICE_RISES, tables, "supplier_item", steps.filter(pl.col("price") > pl.col("before")), "price",
            amounts=("before",),
        ),
        *found(PRICE_STARTS_LATE, tables, "supplier_item", low, "from_quantity"),
        *found(PRICE_ZERO, tables, "supplier_item", now.filter(pl.col("price") == 0), "price"),
        *_ended(tables, day),
    ]  # fmt: skip


def _ended(tables: Tables, day: int) -> list[Problem]:
    """Find items that could be bought once and cannot now."""
    active = tables["item"].filter(pl.col("active")).select(item="code")
    rows = tables["supplier_item"].join(active, on="item", how="semi")
    last = rows.sort("effective_to").group_by("item", maintain_order=True).last()
    ended = last.with_columns(last="effective_to").filter(pl.col("last") < day)
    return found(OFFERS_ENDED, tables, "supplier_item", ended, "effective_to", days=("last",))


# --- purchase orders ------------------------------------------------------------------------------------------------


def check_purchases(tables: Tables, as_of: int) -> list[Problem]:
    """Find open lines that are late, over-delivered, done, or for what is not needed."""
    rows = tables["purchase_order_line"].filter(_OPEN)
    items = tables["item"].select(item="code", item_kind="kind", active="active")
    rows = rows.join(items, on="item", how="left")
    rest = pl.col("quantity") - pl.col("received")
    late = rows.filter((pl.col("due") < as_of) & (rest > 0) & (pl.col("state") != "draft"))
    late = late.with_columns(rest=rest, days=(as_of - pl.col("due")) // 1440)
    name = "purchase_order_line"
    return [
        *found(PURCHASE_OVERDUE, tables, name, late, "due", amounts=("rest",)),
        *found(OVER_RECEIVED, tables, name, rows.filter(rest < 0), "received"),
        *found(PURCHASE_COMPLETE, tables, name, rows.filter(rest == 0), "state"),
        *found(PURCHASE_OF_MADE, tables, name, rows.filter((pl.col("item_kind") != "buy") & (rest > 0)), "item"),
        *found(PURCHASE_INACTIVE, tables, name, rows.filter(~pl.col("active") & (rest > 0)), "item"),
        *check_units(tables, name, "item"),
    ]


# --- lead times -----------------------------------------------------------------------------------------------------

DELIVERIES = 3
"""So many deliveries must be known before they are set against the planned lead time."""
DELIVERIES_KEPT = 12
"""The latest deliveries of an item that count; earlier ones tell of earlier times."""


def deliveries_late(tables: Tables, as_of: int) -> pl.DataFrame:
    """Tell how the deliveries of suppliers kept their dates.

    A delivery is the last receipt of a line of a purchase order, as the stock ledger has it: a move from SUPPLIER whose
    reference is the number of the order, with its line.

    Returns
    -------
    A row for each supplier and item with at least `DELIVERIES` of them: deliveries, and days, the median of the days
    after the date at which they were due, below zero for before.
    """
    moves = tables["stock_move"].filter((pl.col("from_location") == "SUPPLIER") & (pl.col("at") <= as_of))
    lines = tables["purchase_order_line"].filter(
        (pl.col("received") >= pl.col("quantity")) & (pl.col("supplier") != "")
    )
    if not moves.height or not lines.height:
        return pl.DataFrame(
            schema={"supplier": pl.String, "item": pl.String, "deliveries": pl.UInt32, "days": pl.Int64}
        )
    back = tables["stock_move"].filter(pl.col("reverses") != "").select(number="reverses")
    last = moves.join(back, on="number", how="anti").group_by("reference", "item").agg(pl.col("at").max())
    full = pl.concat_str("order", pl.lit("/"), "line")
    named = [lines.with_columns(reference=full), lines.filter(pl.col("line") == 1).with_columns(reference="order")]
    came = pl.concat(named).join(last, on=["reference", "item"]).unique(["order", "line"], keep="first")
    came = came.with_columns(days=(pl.col("at") - pl.col("due")) / 1440).sort("at", "order", "line")
    known = came.group_by("supplier", "item", maintain_order=True).agg(
        deliveries=pl.len().clip(upper_bound=DELIVERIES_KEPT),
        days=pl.col("days").tail(DELIVERIES_KEPT).median().round().cast(pl.Int64),
    )
    return known.filter(pl.col("deliveries") >= DELIVERIES)


def check_lead_times(tables: Tables, as_of: int) -> list[Problem]:
    """Find planned lead times that the deliveries of the past contradict: by more than two days and a tenth."""
    day = as_of // 1440
    known = deliveries_late(tables, as_of)
    offers = tables["supplier_item"].filter((pl.col("effective_from") <= day) & (pl.col("effective_to") >= day))
    lead = pl.col("lead_time") // 86_400_000
    rows = offers.join(known, on=["supplier", "item"]).with_columns(lead=lead)
    rows = rows.filter(pl.col("days").abs() > pl.max_horizontal(pl.lit(2), lead / 10))
    later = pl.concat_str(pl.col("days").abs(), pl.lit(" days "))
    apart = later + pl.when(pl.col("days") > 0).then(pl.lit("after their dates")).otherwise(
        pl.lit("before their dates")
    )
    rows = rows.with_columns(apart=apart)
    return found(LEAD_TIME_HISTORY, tables, "supplier_item", rows, "lead_time")


# --- between sites --------------------------------------------------------------------------------------------------


def check_transfers(tables: Tables, as_of: int) -> list[Problem]:
    """Find lanes and transfers that lead nowhere, and transfers that are late."""
    lanes, orders = tables["transfer_lane"], tables["transfer_order"]
    same = pl.col("from_site") == pl.col("to_site")
    late = orders.filter(_OPEN & (pl.col("due") < as_of)).with_columns(days=(as_of - pl.col("due")) // 1440)
    return [
        *found(LANE_SAME_SITE, tables, "transfer_lane", lanes.filter(same), "to_site"),
        *found(TRANSFER_SAME_SITE, tables, "transfer_order", orders.filter(same & _OPEN), "to_site"),
        *found(TRANSFER_OVERDUE, tables, "transfer_order", late, "due"),
    ]


def check_lanes(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find items that are to come by transfer where none leads, or in a circle."""
    moved = tables["item_site"].filter(pl.col("source") == "transfer")
    if not moved.height:
        return []
    moved = moved.with_columns(at_site("site", main_site(tables)))
    lanes = tables["transfer_lane"].select("from_site", "rank", site="to_site", lane_item="item")
    ways = moved.join(lanes, on="site").filter((pl.col("lane_item") == "") | (pl.col("lane_item") == pl.col("item")))
    lost = moved.join(ways, on=["item", "site"], how="anti")
    # The plan takes the best lane; sites that all wait for each other never get anything.
    best = ways.sort("rank", "from_site").unique(["item", "site"], keep="first", maintain_order=True)
    return found(LANE_MISSING, tables, "item_site", lost, "source") + _transfer_circles(best)


def _transfer_circles(ways: pl.DataFrame) -> list[Problem]:
    ends = [
        ways.select(pl.concat_str("item", pl.col(end), separator="\x1f")).to_series() for end in ("from_site", "site")
    ]
    problems = []
    for circle in circles(*ends):
        item, sites = circle[0].split("\x1f")[0], [one.split("\x1f")[1] for one in circle]
        words = " → ".join([*sites, sites[0]])
        problems.append(
            TRANSFER_CIRCLE.at("item_site", (item, sites[0]), "source", "transfer", circle=words, item=item)
        )
    return problems


CHECKS = (check_currencies, check_prices, check_purchases, check_lead_times, check_transfers, check_lanes)
"""Everything that is checked of supply."""
