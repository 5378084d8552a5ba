"""What is bought and moved between sites."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.column import EVER, FOREVER
from plantwright.core.entity import Entity


class Supplier(Entity, key="code"):
    """Somebody who sells to us or works for us."""

    code = col.code("Number or short name")
    name = col.text("Full name")
    currency = col.text("Currency of prices by its ISO 4217 code; empty for the plant's")
    calendar = col.ref("calendar", "When goods can arrive; empty for always", default="")


class SupplierItem(Entity, key=("supplier", "item", "from_quantity", "effective_from")):
    """What a supplier asks for an item, with price and lead time by quantity."""

    supplier = col.ref("supplier", "Supplier")
    item = col.ref("item", "Item")
    from_quantity = col.quantity("Quantity from which this price and lead time hold", default=0, at_least=0)
    effective_from = col.day("First day it holds", default=EVER)
    effective_to = col.day("Last day it holds; empty for ever", default=FOREVER, day_means="end")
    price = col.money("Price of one unit, in the supplier's currency", default=0, at_least=0)
    lead_time = col.duration("Time from order to receipt (elapsed)", default=0)
    minimum = col.quantity("Smallest order", default=0, at_least=0)
    multiple = col.quantity("Orders are a multiple of it; 0 for none", default=0, at_least=0)
    rank = col.whole("Order of preference among suppliers, 1 first", default=1, at_least=1)


class PurchaseOrderLine(Entity, key=("order", "line")):
    """An item that is on order from a supplier."""

    order = col.code("Number of the purchase order")
    line = col.whole("Line of the order", default=1, at_least=1)
    supplier = col.ref("supplier", "Supplier", default="")
    item = col.ref("item", "Item")
    site = col.ref("site", "Site that receives; empty for the plant's only one", default="")
    quantity = col.quantity("Ordered", above=0)
    received = col.quantity("Received so far", default=0, at_least=0)
    unit = col.text("Unit of the quantities; empty for the item's own")
    due = col.moment("When it is expected")
    price = col.money("Price of one unit", default=0, at_least=0)
    state = col.choice(
        ("draft", "approved", "sent", "acknowledged", "closed", "cancelled"), "Where it stands", default="sent"
    )


class TransferLane(Entity, key=("from_site", "to_site", "item")):
    """That an item, or every item, can be moved from one site to another."""

    from_site = col.ref("site", "Site that sends")
    to_site = col.ref("site", "Site that receives")
    item = col.ref("item", "Item; empty for every item", default="")
    lead_time = col.duration("Time under way (elapsed)", default=0)
    rank = col.whole("Order of preference, 1 first", default=1, at_least=1)
    unit_cost = col.money("Cost of moving one unit", default=0, at_least=0)


class TransferOrder(Entity, key="order"):
    """A quantity that is to move, or is moving, from one site to another."""

    order = col.code("Number of the transfer")
    item = col.ref("item", "Item")
    from_site = col.ref("site", "Site that sends")
    to_site = col.ref("site", "Site that receives")
    quantity = col.quantity("How much", above=0)
    due = col.moment("When it is expected to arrive")
    state = col.choice(("firm", "under way", "closed", "cancelled"), "Where it stands", default="firm")
