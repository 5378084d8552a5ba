"""Where stock is, how it moved, and how it is kept up."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity

LOT_RULES = (
    "lot-for-lot",
    "fixed",
    "period",
    "economic",
    "part-period",
    "least-unit-cost",
    "silver-meal",
    "wagner-whitin",
    "min-max",
)
STOCK_POLICIES = (
    "as typed",
    "reorder point",
    "min-max",
    "periodic",
    "base stock",
    "kanban",
    "buffer",
)
SERVICE_KINDS = ("cycle", "fill")
DEMAND_SOURCES = ("forecast", "history", "issues", "parents", "nothing")
"""The forecast's own error; the past of sales; what left the stock; what it is used in; none of these."""
LEAD_TIME_SOURCES = ("receipts", "planned", "supplier", "routing", "lane", "nothing")
"""Receipts seen against their dates; the item's row; the best offer; its operations; the way between sites."""


class Location(Entity, key="code"):
    """A place where stock is, or a virtual one from which it comes and to which it goes."""

    code = col.code("Short name of the place")
    name = col.text("Full name")
    site = col.ref("site", "Site; empty for a virtual place", default="")
    parent = col.ref("location", "Place that holds it, such as the warehouse of a bin; empty for none", default="")
    kind = col.choice(("store", "bin", "line", "quarantine", "virtual"), "What kind of place", default="store")
    nettable = col.flag("Whether its stock can be planned with", default=True)


class StockMove(Entity, key="number", role="record", ledger=True):
    """A quantity that went from one place to another; never changed, only reversed by another move."""

    number = col.code("Number of the move")
    item = col.ref("item", "Item")
    from_location = col.ref("location", "Place it left; a virtual one such as OPENING, SUPPLIER, PRODUCTION")
    to_location = col.ref("location", "Place it came to; a virtual one such as CUSTOMER, PRODUCTION, LOSS")
    quantity = col.quantity("How much, in the item's unit", above=0)
    at = col.moment("When it happened")
    recorded_at = col.moment("When it was recorded; empty for the same moment", default=None)
    reference = col.text("Document it belongs to")
    reason = col.text("Why, for losses and corrections")
    by = col.text("Who did it")
    reverses = col.text("Number of the move that this one takes back; empty for none")


class ItemSite(Entity, key=("item", "site")):
    """How an item is planned at a site; an item without a row here is planned lot for lot."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    source = col.choice(
        ("by kind", "make", "buy", "transfer", "none"),
        "Where it comes from; by kind: as the item says",
        default="by kind",
    )
    lot_rule = col.choice(LOT_RULES, "How orders are sized", default="lot-for-lot")
    lot_minimum = col.quantity("Smallest order", default=0, at_least=0)
    lot_maximum = col.quantity("Largest order; 0 for none", default=0, at_least=0)
    lot_multiple = col.quantity("Orders are a multiple of it; 0 for none", default=0, at_least=0)
    lot_quantity = col.quantity("With the fixed rule: the order quantity", default=0, at_least=0)
    lot_period = col.duration("With the period rule: time whose needs one order covers", default=0)
    order_cost = col.money("Cost of one order or set-up", default=0, at_least=0)
    holding_rate = col.ratio("Cost of holding stock a year, as a share of its value", default=0, at_least=0)
    safety_stock = col.quantity("Stock kept for surprises", default=0, at_least=0)
    safety_time = col.duration("Receipts are planned so much before the need (elapsed)", default=0)
    reorder_point = col.quantity("With the min-max rule: stock at which an order is planned", default=0, at_least=0)
    order_up_to = col.quantity("With the min-max rule: stock to which it is filled up", default=0, at_least=0)
    lead_time = col.duration("Planned time of an order; empty: from the routing or the supplier", default=None)
    lead_time_per_unit = col.duration("Added for each unit (working time of the site)", default=0)
    planning_fence = col.duration("No new order is planned to arrive within this time from now (elapsed)", default=0)
    demand_fence = col.duration("Within this time from now only orders count, not the forecast (elapsed)", default=0)
    consume_backward = col.duration("How far before an order it consumes the forecast (elapsed)", default=0)
    consume_forward = col.duration("How far after an order it consumes the forecast (elapsed)", default=0)
    service_level = col.ratio(
        "Share that is to be served from stock; empty: the typed safety stock and levels hold",
        default=None,
        above=0,
        below=1,
    )
    service_kind = col.choice(
        SERVICE_KINDS, "What is served: the share of cycles without a stock-out, or the share of demand", default="fill"
    )
    stock_policy = col.choice(
        STOCK_POLICIES, "How its levels are computed where a service level is given", default="as typed"
    )
    review_period = col.duration("With the periodic policy: time from one look at the stock to the next", default=0)


class StockTarget(Entity, key=("item", "site"), role="result"):
    """What the plan computed for an item with a service level: its policy, levels and the service that they give."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    policy = col.choice(STOCK_POLICIES, "Policy whose levels were computed")
    service_kind = col.choice(SERVICE_KINDS, "What is served: cycles without a stock-out, or demand")
    wanted = col.ratio("Service that is wanted")
    reached = col.ratio("Service that the levels give")
    daily_demand = col.quantity("Expected demand of a day")
    lead_time = col.duration("Lead time that was reckoned with")
    lead_time_spread = col.duration("Standard deviation of the lead time")
    lead_time_demand = col.quantity("Mean demand until an order is in, with the review period where there is one")
    demand_spread = col.quantity("Standard deviation of that demand")
    distribution = col.text("Distribution of that demand")
    demand_source = col.choice(DEMAND_SOURCES, "Where the demand and its error are known from")
    lead_time_source = col.choice(LEAD_TIME_SOURCES, "Where the lead time is known from")
    safety_stock = col.quantity("Level less the mean demand that it has to last for")
    reorder_point = col.quantity("Level at or below which an order is placed")
    order_up_to = col.quantity("Level to which an order fills up")
    order_quantity = col.quantity("Usual order")
    mean_stock = col.quantity("Stock on hand on average")
    value = col.money("Mean stock at standard cost")
    typed_safety_stock = col.quantity("Safety stock in the table before")
    typed_reorder_point = col.quantity("Reorder point in the table before")
    typed_order_up_to = col.quantity("Order-up-to level in the table before")
    used_lot_rule = col.choice(LOT_RULES, "Rule by which the plan sized the orders")
    used_lot_quantity = col.quantity("Order quantity of the fixed rule in the plan")
    used_lot_period = col.duration("Period of the period rule in the plan")
    used_safety_stock = col.quantity("Safety stock in the plan")
    used_reorder_point = col.quantity("Reorder point of the min-max rule in the plan")
    used_order_up_to = col.quantity("Order-up-to level of the min-max rule in the plan")
