"""What is asked for."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity


class Customer(Entity, key="code"):
    """Somebody who buys."""

    code = col.code("Number or short name")
    name = col.text("Full name")
    priority = col.whole("Rank when stock or capacity is short, 1 first", default=5, at_least=1, at_most=9)


class SalesOrderLine(Entity, key=("order", "line")):
    """An item that a customer has ordered."""

    order = col.code("Number of the sales order")
    line = col.whole("Line of the order", default=1, at_least=1)
    customer = col.ref("customer", "Customer; empty for none", default="")
    item = col.ref("item", "Item")
    site = col.ref("site", "Site that delivers; empty for the plant's only one", default="")
    quantity = col.quantity("Ordered", above=0)
    delivered = col.quantity("Delivered so far", default=0, at_least=0)
    unit = col.text("Unit of the quantities; empty for the item's own")
    due = col.moment("When it shall be delivered", day_means="end")
    promised = col.moment("When it was promised; empty for no promise yet", default=None, day_means="end")
    priority = col.whole("Rank of this line, 1 first; empty for the customer's", default=None, at_least=1, at_most=9)
    price = col.money("Price of one unit", default=0, at_least=0)
    state = col.choice(("open", "closed", "cancelled"), "Where it stands", default="open")


class Forecast(Entity, key=("item", "site", "start", "customer")):
    """What is expected to be asked for in a period, before orders are taken off it."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site that delivers; empty for the plant's only one", default="")
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    customer = col.ref("customer", "Customer; empty for all", default="")
    quantity = col.quantity("Expected in the whole period", at_least=0)
