"""Where, when and how things are made."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.column import EVER, FOREVER
from plantwright.core.entity import Entity

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Site(Entity, key="code"):
    """A plant or warehouse with an address of its own."""

    code = col.code("Short name of the site")
    name = col.text("Full name")
    time_zone = col.text("Time zone by its IANA name; empty for the plant's")
    country = col.text("Country by its ISO 3166 code, for public holidays")
    calendar = col.ref("calendar", "Working time where nothing else is said; empty for always open", default="")


class Calendar(Entity, key="code"):
    """A pattern of working time: its shifts and exceptions stand in two tables of their own."""

    code = col.code("Short name of the calendar")
    name = col.text("Full name")
    time_zone = col.text("Time zone by its IANA name; empty for the plant's")
    country = col.text("Country whose public holidays are closed, by its ISO 3166 code; empty for none")
    subdivision = col.text("State or province of the country, for its own holidays")


class CalendarShift(Entity, key=("calendar", "weekday", "start", "effective_from")):
    """A stretch of working time that comes every week."""

    calendar = col.ref("calendar", "Calendar")
    weekday = col.choice(WEEKDAYS, "Day on which it starts")
    start = col.clock("When it starts")
    end = col.clock("When it ends; the same or an earlier time means on the next day")
    effective_from = col.day("First day it holds", default=EVER)
    effective_to = col.day("Last day it holds; empty for ever", default=FOREVER)
    name = col.text("Name of the shift, such as early")


class CalendarException(Entity, key=("calendar", "start")):
    """A stretch of time that differs from the weekly pattern: shut-down, overtime, holiday."""

    calendar = col.ref("calendar", "Calendar")
    start = col.moment("When it starts")
    end = col.moment("When it ends", day_means="end")
    open = col.flag("Whether it is worked (yes) or closed (no)", default=False)
    name = col.text("Why, such as summer shut-down")


class WorkCenter(Entity, key="code"):
    """A machine, or a group of like machines or places, that takes one order a unit at a time."""

    code = col.code("Short name of the work center")
    name = col.text("Full name")
    site = col.ref("site", "Site where it stands; empty for the plant's only one", default="")
    calendar = col.ref("calendar", "Working time; empty for the site's", default="")
    units = col.whole("Machines or places that work side by side", default=1, at_least=1, at_most=10_000)
    efficiency = col.ratio("Speed against the standard times, 1 for as planned", default=1, above=0, at_most=10)
    cost_rate = col.money("Cost of one hour of one unit", default=0, at_least=0, unit="per h")
    setup_matrix = col.text("Name of the set-up matrix that holds between orders here; empty for none")
    group = col.text("Group of work centers, for load reports")


class DownTime(Entity, key=("work_center", "start")):
    """Planned time in which a work center, or some of its units, cannot be used."""

    work_center = col.ref("work_center", "Work center")
    start = col.moment("When it starts")
    end = col.moment("When it ends", day_means="end")
    units = col.whole("Units that are down; empty for all", default=None, at_least=1)
    reason = col.text("Why, such as yearly service")


class SetupChange(Entity, key=("matrix", "from_family", "to_family")):
    """Time to change a unit over from one set-up family to another, on top of an operation's own set-up."""

    matrix = col.code("Name of the set-up matrix")
    from_family = col.code("Family that was run before; * for any other")
    to_family = col.code("Family that is run next; * for any other")
    minutes = col.duration("Time it takes")


class Skill(Entity, key="code"):
    """Something that a person must be able to do, such as weld or set a lathe."""

    code = col.code("Short name of the skill")
    name = col.text("Full name")


class Tool(Entity, key="code"):
    """A die, jig, mould or gauge of which there are few."""

    code = col.code("Short name of the tool")
    name = col.text("Full name")
    units = col.whole("How many there are", default=1, at_least=1, at_most=1_000)
    calendar = col.ref("calendar", "When they can be used; empty for always", default="")


class Operation(Entity, key=("item", "sequence", "site")):
    """A step by which an item is made."""

    item = col.ref("item", "Item that is made")
    sequence = col.whole("Place in the routing: 10, 20, 30 ...", at_least=1, at_most=99_999)
    site = col.ref("site", "Site for which it holds; empty for every site", default="", shared=True)
    name = col.text("What is done")
    work_center = col.ref("work_center", "Where it is done; empty only for a step done by a supplier", default="")
    setup = col.duration("Set-up time, once per order", default=0)
    run = col.duration("Run time per unit, or per batch", default=0)
    run_per = col.choice(
        ("unit", "batch", "hour"), "Run time is per unit, per batch, or given as units per hour", default="unit"
    )
    batch_size = col.quantity("With run_per = batch: units in a batch", default=1, above=0)
    rate = col.quantity("With run_per = hour: units per hour", default=0, at_least=0)
    yield_ratio = col.ratio("Share of what goes in that comes out good", default=1, above=0, at_most=1)
    queue = col.duration("Time to wait before it, as the plan allows for (elapsed)", default=0)
    move = col.duration("Time to move to the next step (elapsed)", default=0)
    transfer_batch = col.quantity(
        "Units after which the next step may start; 0 for the whole order", default=0, at_least=0
    )
    setup_family = col.text("Set-up family, for the set-up matrix of the work center")
    pausable = col.flag("Whether it may pause over closed time", default=True)
    skill = col.ref("skill", "Skill of the people it needs; empty for none", default="")
    people = col.whole("People it needs with that skill", default=1, at_least=0, at_most=100)
    tool = col.ref("tool", "Tool it needs; empty for none", default="")
    supplier = col.ref("supplier", "Supplier who does it, for a subcontracted step; empty for own work", default="")
    lead_time = col.duration("With a supplier: time away (elapsed)", default=0)
    cost = col.money("With a supplier: price of one unit", default=0, at_least=0)


class OperationAlternate(Entity, key=("item", "sequence", "site", "work_center")):
    """Another work center that may do an operation."""

    item = col.ref("item", "Item that is made")
    sequence = col.whole("Operation", at_least=1)
    site = col.ref("site", "Site of the operation's row; empty as there", default="", shared=True)
    work_center = col.ref("work_center", "The other work center")
    rank = col.whole("Order of preference, 1 first after the operation's own", default=1, at_least=1)
    setup = col.duration("Set-up time there; empty for the same", default=None)
    run_factor = col.ratio("Run time there against the operation's own", default=1, above=0)


class OperationLink(Entity, key=("item", "site", "before", "after")):
    """That one operation must wait for another, where the routing is a network and not a line."""

    item = col.ref("item", "Item that is made")
    site = col.ref("site", "Site of the operations' rows; empty as there", default="", shared=True)
    before = col.whole("Operation that comes first", at_least=1)
    after = col.whole("Operation that waits for it", at_least=1)
