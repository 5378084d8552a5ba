"""Orders that have been given to the floor."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity


class ProductionOrder(Entity, key="order"):
    """An order to make a quantity of an item."""

    order = col.code("Number of the production order")
    item = col.ref("item", "Item that is made")
    site = col.ref("site", "Site that makes it; empty for the plant's only one", default="")
    quantity = col.quantity("Good units to make", above=0)
    completed = col.quantity("Good units received into stock so far", default=0, at_least=0)
    scrapped = col.quantity("Units lost so far", default=0, at_least=0)
    state = col.choice(
        ("firm", "released", "started", "completed", "closed", "cancelled"), "Where it stands", default="released"
    )
    firmness = col.choice(("free", "frozen", "pinned"), "What the planner may move", default="free")
    start = col.moment("Planned start; empty for none", default=None)
    due = col.moment("When it shall be done", day_means="end")
    serves_order = col.text("Sales order that it is kept for; empty for stock")
    serves_line = col.whole("Line of that order", default=1, at_least=1)


class ProductionOperation(Entity, key=("order", "sequence")):
    """How far one operation of a production order is, and what is fixed about it."""

    order = col.ref("production_order", "Production order")
    sequence = col.whole("Operation", at_least=1)
    state = col.choice(("waiting", "started", "done"), "Where it stands", default="waiting")
    done_quantity = col.quantity("Units done so far", default=0, at_least=0)
    work_center = col.ref("work_center", "Where it runs or must run; empty for free choice", default="")
    started_at = col.moment("When it was started; empty for not yet", default=None)
    remaining = col.duration("Working time still to go; empty: from the quantity left", default=None)
    run_taken = col.duration("Working time that its run has taken, without set-up; empty: not noted", default=None)
    pinned_start = col.moment("Start that the planner has fixed; empty for free", default=None)


class ProductionComponent(Entity, key=("order", "component", "operation")):
    """What a production order still takes of a component; frozen when the order is released."""

    order = col.ref("production_order", "Production order")
    component = col.ref("item", "Item that is used")
    operation = col.whole("Operation at whose start it is used; 0 for the start of the order", default=0, at_least=0)
    required = col.quantity("Taken by the whole order", at_least=0)
    issued = col.quantity("Issued so far", default=0, at_least=0)


class OrderHold(Entity, key=("order", "start")):
    """A reason why an order must not go on for the time being."""

    order = col.ref("production_order", "Production order")
    start = col.moment("Since when")
    until = col.moment("Until when; empty while nobody knows", default=None, day_means="end")
    reason = col.choice(("material", "machine", "quality", "engineering change", "other"), "Why", default="other")
    owner = col.text("Who will release it")
    released = col.flag("Whether it has been released", default=False)
