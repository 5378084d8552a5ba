"""What must hold of the stock ledger, its places, and how items are planned at each site."""

from __future__ import annotations

import polars as pl

from plantwright.core.circles import circles
from plantwright.core.finding import Tables, codes_where, found, setting_text
from plantwright.core.problem import Problem, problem_kind

NEGATIVE_STOCK = problem_kind(
    "negative-stock",
    "There are {balance} of {item} at {code}, which is less than nothing.",
    "Count the place and record the difference; or record the receipt that is missing.",
)
STOCK_APART = problem_kind(
    "stock-not-nettable",
    "{balance} of {item} lie at {code}, which is not planned with.",
    "Move it to a place that is planned with, once it may be used.",
    "info",
)
STOCK_INACTIVE = problem_kind(
    "stock-inactive",
    "{balance} of {item} lie at {code}, but the item is not active any more.",
    "Use it up, sell it or write it off.",
    "info",
)
STOCK_FRACTION = problem_kind(
    "stock-fraction",
    "There are {balance} of {item} at {code}, but it is counted in steps of {step}.",
    "Count it, or allow the item more decimals.",
    "warning",
)
STOCK_IDLE = problem_kind(
    "stock-idle",
    "{balance} are in stock, and nothing has come or gone since {last}, for more than a year.",
    "Count it; use up, sell or write off what is not needed.",
    "info",
)
PLACE_WITHOUT_SITE = problem_kind(
    "location-without-site",
    "The place belongs to no site, so the plan does not count its stock.",
    "Enter its site, or the place that holds it.",
    "warning",
)
PLACE_CIRCLE = problem_kind(
    "location-circle",
    "{circle}: these places hold each other.",
    "Correct the parent of one of them.",
)
MOVE_VIRTUAL = problem_kind(
    "move-between-virtual",
    "The move goes from {from_location} to {to_location}, which are both virtual, so no stock changes.",
    "Reverse it, and record the move with the place where the goods are.",
    "warning",
)
MOVE_NOWHERE = problem_kind(
    "move-to-itself", "The move goes from {from_location} to the same place.", "Reverse it.", "warning"
)
MOVE_AHEAD = problem_kind(
    "move-in-the-future",
    "The move is dated {at}, after the moment of the plan, so it does not count yet.",
    "Correct the date, if it has happened already.",
    "info",
)
REVERSAL_UNKNOWN = problem_kind(
    "reversal-unknown",
    "It takes back move {reverses}, which does not exist.",
    "Correct the number of the move that it takes back.",
)
REVERSAL_TWICE = problem_kind(
    "reversal-twice",
    "It takes back move {reverses}, which {first} took back already.",
    "Reverse this move, so that only one of the two counts.",
)
REVERSAL_UNLIKE = problem_kind(
    "reversal-unlike",
    "It takes back move {reverses}, but is not its mirror: same item and quantity, the two places exchanged.",
    "Reverse it, and take the move back with the right item, quantity and places.",
)
LOT_CROSSED = problem_kind(
    "lot-minimum-above-maximum",
    "The smallest order {lot_minimum} is above the largest {lot_maximum}.",
    "Lower the smallest or raise the largest; a largest of 0 means none.",
)
LOT_MULTIPLE = problem_kind(
    "lot-multiple-above-maximum",
    "Orders are to be a multiple of {lot_multiple}, but at most {lot_maximum}.",
    "Lower the multiple or raise the largest order.",
)
LOT_QUANTITY = problem_kind(
    "lot-quantity-missing",
    "Orders have a fixed quantity, but it is 0.",
    "Enter lot_quantity, or choose another rule.",
)
LOT_PERIOD = problem_kind(
    "lot-period-missing",
    "One order is to cover the needs of a period, but its length is 0.",
    "Enter lot_period such as 7 d, or choose another rule.",
)
LOT_COST = problem_kind(
    "lot-cost-missing",
    "The rule {lot_rule} weighs the cost of an order against that of stock, but {lacks} is 0.",
    "Enter it, or choose another rule.",
)
MIN_MAX_CROSSED = problem_kind(
    "min-max-crossed",
    "Stock is to be filled up to {order_up_to}, which is below the reorder point {reorder_point}.",
    "Raise order_up_to above the reorder point.",
)
MIN_MAX_EMPTY = problem_kind(
    "min-max-empty",
    "The rule is min-max, but both levels are 0, so it is planned lot for lot.",
    "Enter reorder_point and order_up_to, or choose another rule.",
    "warning",
)
LOT_UNUSED = problem_kind(
    "lot-value-unused",
    "{unused} is given, but the rule {lot_rule} does not use it.",
    "Choose the rule that does, or set it to 0.",
    "info",
)
PHANTOM_PLANNED = problem_kind(
    "phantom-planned",
    "{item} is a phantom and never in stock, so nothing in this row is used.",
    "Remove the row, or make the item one to make or buy.",
    "info",
)
NO_SOURCE_STOCK = problem_kind(
    "stock-without-source",
    "{item} is to be kept in stock at {site}, but nothing may bring it there.",
    "Choose a source, or set its safety stock and reorder point to 0.",
    "warning",
)

POLICY_UNUSED = problem_kind(
    "policy-without-service",
    "The policy {stock_policy} is chosen, but no service level is given, so its typed levels hold.",
    "Enter service_level such as 0.95, or the setting default_service_level.",
    "info",
)
POLICY_REVIEW = problem_kind(
    "policy-without-review",
    "Stock is to be looked at every so often, but the time between two looks is not given; a week is taken.",
    "Enter review_period such as 14 d, or choose another policy.",
    "info",
)
SERVICE_UNUSED = problem_kind(
    "service-not-stocked",
    "{item} is to be served from stock, but {why}, so no level is computed.",
    "Empty its service_level, or change how it is got.",
    "warning",
)

_COSTED = ["economic", "part-period", "least-unit-cost", "silver-meal", "wagner-whitin"]


# --- the ledger -----------------------------------------------------------------------------------------------------


def balances(tables: Tables, as_of: int) -> pl.DataFrame:
    """Project the ledger: what lies at each real place. Columns: item, balance, and those of location."""
    moves = tables["stock_move"].filter(pl.col("at") <= as_of)
    came = moves.select("item", code="to_location", balance="quantity")
    left = moves.select("item", code="from_location", balance=-pl.col("quantity"))
    sums = pl.concat([came, left]).group_by("item", "code").agg(pl.col("balance").sum())
    places = tables["location"].filter(pl.col("kind") != "virtual")
    return sums.filter(pl.col("balance") != 0).join(places, on="code").sort("code", "item")


def check_balances(tables: Tables, as_of: int) -> list[Problem]:
    """Find stock below nothing, stock that is not planned with, and stock of what is not used any more."""
    stock = balances(tables, as_of)
    items = tables["item"].select(item="code", unit="unit", decimals="decimals", active="active")
    known = stock.join(items, on="item")
    dead = known.filter(~pl.col("active") & (pl.col("balance") > 0))
    pieces = pl.col("unit").is_in(["pcs", "pc", "ea"])
    places = pl.col("decimals").fill_null(pl.when(pieces).then(0).otherwise(6))
    stepped = known.with_columns(step=(10 ** (6 - places)).cast(pl.Int64))
    broken = stepped.filter(pl.col("balance") % pl.col("step") != 0)
    apart = stock.filter(~pl.col("nettable") & (pl.col("balance") > 0))
    shown = ("balance",)
    return [
        *found(NEGATIVE_STOCK, tables, "location", stock.filter(pl.col("balance") < 0), amounts=shown),
        *found(STOCK_FRACTION, tables, "location", broken, amounts=("balance", "step")),
        *found(STOCK_APART, tables, "location", apart, "nettable", amounts=shown),
        *found(STOCK_INACTIVE, tables, "location", dead, amounts=shown),
    ]


def check_idle_stock(tables: Tables, as_of: int) -> list[Problem]:
    """Find stock that has not moved and was not counted for more than a year."""
    moves = tables["stock_move"].filter(pl.col("at") <= as_of)
    last = moves.group_by("item").agg(last=pl.col("at").max() // 1440)
    idle = last.filter(pl.col("last") < as_of // 1440 - 366)
    if not idle.height:
        return []
    stock = balances(tables, as_of).group_by("item").agg(pl.col("balance").sum())
    rows = stock.filter(pl.col("balance") > 0).join(idle, on="item").select("balance", "last", code="item")
    return found(STOCK_IDLE, tables, "item", rows, amounts=("balance",), days=("last",))


def check_moves(tables: Tables, as_of: int) -> list[Problem]:
    """Find moves that change nothing, or that have not happened yet."""
    moves = tables["stock_move"]
    virtual = codes_where(tables["location"], pl.col("kind") == "virtual").implode()
    nowhere = pl.col("from_location") == pl.col("to_location")
    unreal = pl.col("from_location").is_in(virtual) & pl.col("to_location").is_in(virtual) & ~nowhere
    return [
        *found(MOVE_VIRTUAL, tables, "stock_move", moves.filter(unreal), "to_location"),
        *found(MOVE_NOWHERE, tables, "stock_move", moves.filter(nowhere), "to_location"),
        *found(MOVE_AHEAD, tables, "stock_move", moves.filter(pl.col("at") > as_of), "at"),
    ]


def check_reversals(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find reversals of what does not exist, has been taken back already, or was different."""
    moves = tables["stock_move"]
    back = moves.filter(pl.col("reverses") != "")
    if not back.height:
        return []
    lost = back.join(moves.select(reverses="number"), on="reverses", how="anti")
    again = back.sort("number").with_columns(first=pl.col("number").first().over("reverses"))
    mirror = moves.select(
        reverses="number", item="item", quantity="quantity", from_location="to_location", to_location="from_location"
    )
    unlike = back.join(lost, on="number", how="anti").join(mirror, on=mirror.columns, how="anti")
    return [
        *found(REVERSAL_UNKNOWN, tables, "stock_move", lost, "reverses"),
        *found(REVERSAL_TWICE, tables, "stock_move", again.filter(pl.col("first") != pl.col("number")), "reverses"),
        *found(REVERSAL_UNLIKE, tables, "stock_move", unlike, "reverses"),
    ]


def check_places(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find places that hold each other, and places at no site."""
    places = tables["location"].filter(pl.col("kind") != "virtual")
    held = places.filter(pl.col("parent") != "").select("code", "parent")
    circle = circles(held["code"], held["parent"])
    lost = places.filter((pl.col("site") == "") & (pl.col("parent") == ""))
    return [
        *(PLACE_CIRCLE.at("location", one[0], "parent", one[-1], circle=" → ".join((*one, one[0]))) for one in circle),
        *found(PLACE_WITHOUT_SITE, tables, "location", lost, "site"),
    ]


# --- how items are planned ------------------------------------------------------------------------------------------


def check_lot_sizes(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find lot sizes that contradict each other, and rules without what they need."""
    rows, rule = tables["item_site"], pl.col("lot_rule")
    limited = pl.col("lot_maximum") > 0
    crossed = limited & (pl.col("lot_minimum") > pl.col("lot_maximum"))
    multiple = limited & (pl.col("lot_multiple") > pl.col("lot_maximum"))
    min_max = rule == "min-max"
    below = min_max & (pl.col("order_up_to") < pl.col("reorder_point"))
    empty = min_max & (pl.col("order_up_to") == 0) & (pl.col("reorder_point") == 0)
    no_quantity = (rule == "fixed") & (pl.col("lot_quantity") == 0)
    no_period = (rule == "period") & (pl.col("lot_period") == 0)
    return [
        *found(LOT_CROSSED, tables, "item_site", rows.filter(crossed), "lot_minimum"),
        *found(LOT_MULTIPLE, tables, "item_site", rows.filter(multiple), "lot_multiple"),
        *found(LOT_QUANTITY, tables, "item_site", rows.filter(no_quantity), "lot_quantity"),
        *found(LOT_PERIOD, tables, "item_site", rows.filter(no_period), "lot_period"),
        *found(MIN_MAX_CROSSED, tables, "item_site", rows.filter(below), "order_up_to"),
        *found(MIN_MAX_EMPTY, tables, "item_site", rows.filter(empty), "order_up_to"),
    ]


def check_lot_costs(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find rules that weigh costs which are not known."""
    rows = tables["item_site"].filter(pl.col("lot_rule").is_in(_COSTED))
    rows = rows.join(tables["item"].select(item="code", cost="standard_cost"), on="item")
    lacks = (
        pl.when(pl.col("order_cost") == 0).then(pl.lit("the cost of an order (order_cost)"))
        .when(pl.col("holding_rate") == 0).then(pl.lit("the cost of holding stock (holding_rate)"))
        .when(pl.col("cost") == 0).then(pl.lit("the standard cost of the item"))
    )  # fmt: skip
    rows = rows.with_columns(lacks=lacks).filter(pl.col("lacks").is_not_null())
    return found(LOT_COST, tables, "item_site", rows, "lot_rule")


def check_unused_values(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find values that the chosen rule or source leaves aside."""
    rows, rule = tables["item_site"], pl.col("lot_rule")
    unused = (
        pl.when((rule != "fixed") & (pl.col("lot_quantity") > 0)).then(pl.lit("lot_quantity"))
        .when((rule != "period") & (pl.col("lot_period") > 0)).then(pl.lit("lot_period"))
        .when((rule != "min-max") & (pl.col("reorder_point") > 0)).then(pl.lit("reorder_point"))
        .when((rule != "min-max") & (pl.col("order_up_to") > 0)).then(pl.lit("order_up_to"))
        .when((rule == "min-max") & (pl.col("safety_stock") > 0)).then(pl.lit("safety_stock"))
    )  # fmt: skip
    aside = rows.with_columns(unused=unused).filter(pl.col("unused").is_not_null())
    phantoms = codes_where(tables["item"], pl.col("kind") == "phantom").to_frame("item")
    kept = (pl.col("safety_stock") > 0) | (pl.col("reorder_point") > 0)
    return [
        *found(LOT_UNUSED, tables, "item_site", aside, "lot_rule"),
        *found(PHANTOM_PLANNED, tables, "item_site", rows.join(phantoms, on="item", how="semi")),
        *found(NO_SOURCE_STOCK, tables, "item_site", rows.filter((pl.col("source") == "none") & kept), "source"),
    ]


def check_policies(tables: Tables, as_of: int) -> list[Problem]:  # noqa: ARG001
    """Find policies whose levels cannot be computed, and service levels of what is never in stock."""
    rows = tables["item_site"]
    usual = setting_text(tables, "default_service_level") not in {"", "None"}
    chosen = pl.col("stock_policy") != "as typed"
    bare = rows.filter(chosen & pl.col("service_level").is_null()) if not usual else rows.clear()
    look = rows.filter((pl.col("stock_policy") == "periodic") & (pl.col("review_period") == 0))
    phantoms = codes_where(tables["item"], pl.col("kind") == "phantom")
    why = (
        pl.when(pl.col("item").is_in(phantoms.implode())).then(pl.lit("it is a phantom and never in stock"))
        .when(pl.col("source") == "none").then(pl.lit("nothing may bring it there"))
    )  # fmt: skip
    idle = rows.filter(pl.col("service_level").is_not_null()).with_columns(why=why).filter(pl.col("why").is_not_null())
    return [
        *found(POLICY_UNUSED, tables, "item_site", bare, "stock_policy"),
        *found(POLICY_REVIEW, tables, "item_site", look, "review_period"),
        *found(SERVICE_UNUSED, tables, "item_site", idle, "service_level"),
    ]


CHECKS = (
    check_balances,
    check_idle_stock,
    check_moves,
    check_reversals,
    check_places,
    check_lot_sizes,
    check_lot_costs,
    check_unused_values,
    check_policies,
)
"""Everything that is checked of stock and how it is kept up."""
