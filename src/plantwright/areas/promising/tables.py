"""What is kept for certain customers, and what has been promised to them."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity


class Allocation(Entity, key=("item", "family", "site", "customer", "rank", "start")):
    """A quantity, or a share of what comes, that is kept for a customer or for customers of a rank in a period."""

    item = col.ref("item", "Item; empty for every item of a family", default="")
    family = col.text("Family of items, where no item is named: each of its items is kept in this way")
    site = col.ref("site", "Site that delivers; empty for the plant's only one", default="")
    customer = col.ref("customer", "Customer; empty for all of a rank", default="")
    rank = col.whole("Rank of the customers, where none is named; 0 for none", default=0, at_least=0, at_most=9)
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    share = col.ratio("Share of stock and receipts of the period, where no quantity is given", default=0, at_least=0,
                      at_most=1)  # fmt: skip
    quantity = col.quantity("Quantity in the whole period; 0: by the share", default=0, at_least=0)


class PromiseRecord(Entity, key=("order", "line", "made_at"), role="record"):
    """A date that was promised for a sales order line, with the chance that was seen for it."""

    order = col.code("Sales order", target="sales_order_line")
    line = col.whole("Line of the order", default=1, at_least=1)
    made_at = col.moment("When it was promised")
    date = col.moment("Date that was promised", day_means="end")
    probability = col.ratio("Chance of keeping it, as it was seen then; empty: not known", default=None, at_least=0,
                            at_most=1)  # fmt: skip
    by = col.text("Who promised it")
