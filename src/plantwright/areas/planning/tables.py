"""Plans, their result tables, scenarios and action messages."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.entity import Entity

ACTIONS = ("release", "expedite", "defer", "increase", "decrease", "cancel")


class Scenario(Entity, key="code"):
    """A named list of edits over the plant, planned beside it."""

    code = col.code("Short name of the scenario")
    name = col.text("What it asks, such as: press 2 down for a week")


class ScenarioEdit(Entity, key=("scenario", "sequence")):
    """One change of a scenario: to some rows of a table, or a new row."""

    scenario = col.ref("scenario", "Scenario")
    sequence = col.whole("Order in which the edits are made", at_least=1)
    table = col.code("Table that is changed, such as sales_order_line")
    change = col.choice(("set", "add", "multiply", "insert", "delete"), "What is done")
    rows = col.text("Which rows: column = value, joined by and; empty for all. With insert: the new row")
    column = col.text("Column that is changed; empty with insert and delete")
    value = col.text("The new value, what is added, or the factor")


class ActionMessage(Entity, key=("action", "order", "item"), role="record"):
    """What the plan asks a person to do about an order; it stays until done, dismissed or no longer true."""

    action = col.choice(ACTIONS, "What to do")
    order = col.code("Order it is about")
    item = col.ref("item", "Item of the order")
    site = col.text("Site of the order", target="site")
    quantity = col.quantity("Present quantity", default=0)
    new_quantity = col.quantity("Quantity asked for", default=0)
    due = col.moment("Present date", default=None)
    new_due = col.moment("Date asked for", default=None)
    state = col.choice(("open", "dismissed", "done"), "Where it stands", default="open")
    first_plan = col.whole("Plan that said it first", default=0)
    last_plan = col.whole("Plan that said it last", default=0)
    note = col.text("Why it was dismissed, or what was done")
    by = col.text("Who dismissed it or did it")


class PlannedOrder(Entity, key="order", role="result"):
    """An order of the plan: new, or one that exists already and is kept."""

    order = col.code("Number of the order")
    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    source = col.choice(("make", "buy", "transfer", "subcontract"), "How it is got")
    state = col.text("planned for a new order, else the state of the existing one")
    quantity = col.quantity("How much")
    start = col.moment("Start in the plan: of the first operation, or the day to order")
    finish = col.moment("When the plan has it done")
    due = col.moment("When it is needed")
    order_by = col.moment("Latest start that keeps the need date, by planned lead times")
    cut = col.moment("When it starts by planned lead times: the bill of material of this day says what it takes")
    supplier = col.text("Supplier, with buy")
    from_site = col.text("Site that sends, with transfer")
    unit_cost = col.money("Cost of one unit")
    late = col.flag("Whether it is done after it is needed")


class PlannedComponent(Entity, key=("order", "item", "operation", "number"), role="result"):
    """What an order of the plan takes of a component."""

    number = col.whole("Number of the requirement within the plan")
    order = col.code("Order that takes it")
    item = col.ref("item", "Component, or the substitute used instead")
    site = col.ref("site", "Site")
    operation = col.whole("Operation at whose start it is taken; 0 for the start of the order")
    quantity = col.quantity("How much")
    needed = col.moment("When it is needed by planned lead times")
    taken = col.moment("When the plan takes it")
    replaces = col.text("Component that it replaces, when it is a substitute")


class Peg(Entity, key=("number",), role="result"):
    """That a quantity of a supply serves a demand."""

    number = col.whole("Number of the peg within the plan")
    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    quantity = col.quantity("How much")
    demand_kind = col.choice(("sales order", "forecast", "order", "safety stock"), "What asks for it")
    demand = col.code("Number of what asks for it: sales order / line, forecast, or order of the plan")
    component = col.whole("Requirement of the consuming order; empty for a sales order or forecast", default=None)
    supply_kind = col.choice(("stock", "order"), "What serves it")
    supply = col.text("Order of the plan that serves it; empty for stock")
    available = col.moment("When the supply is there")
    needed = col.moment("When the demand wants it")


class DemandPlan(Entity, key="demand", role="result"):
    """What the plan promises to a demand."""

    demand = col.code("Sales order / line, or forecast")
    kind = col.choice(("sales order", "forecast"), "Kind of demand")
    customer = col.text("Customer")
    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    quantity = col.quantity("Still to deliver")
    planned = col.quantity("Of it covered by the plan")
    priority = col.whole("Rank, 1 first")
    due = col.moment("When it shall be delivered")
    projected = col.moment("When the plan has it complete; empty when it is never", default=None)
    late_days = col.quantity("Days from due to projected, where late", unit="d")
    status = col.choice(("on time", "late", "short"), "How it stands")
    cause = col.text("What binds it, in words", kept=True)
    value = col.money("Value at the sales price, or at cost where there is none")


class Reason(Entity, key=("demand", "step"), role="result"):
    """One link of the chain of what a late demand waited for, from the demand down to the cause."""

    demand = col.code("Sales order / line, or forecast", target="demand_plan")
    step = col.whole("Link of the chain, 1 at the demand")
    kind = col.choice(
        (
            "work center",
            "material",
            "supplier",
            "calendar",
            "people",
            "tool",
            "fence",
            "hold",
            "frozen",
            "no source",
            "run time",
            "lead time",
            "transfer",
            "late start",
            "in stock",
        ),
        "What it waited for",
    )
    object = col.text("Name of what it waited for: work center, order, supplier")
    order = col.text("Order that waited")
    operation = col.whole("Operation that waited", default=None)
    start = col.moment("From when", default=None)
    end = col.moment("Until when", default=None)
    days = col.quantity("Days lost at this link", unit="d")
    behind = col.text("Orders that were before it")
    text = col.text("The link in words", kept=True)
    binding = col.flag("Whether it is the cause at the end of the chain")


class MessageDraft(Entity, key=("action", "order", "item"), role="result"):
    """An action message as one plan gives it, before it is set against those of earlier plans."""

    action = col.choice(ACTIONS, "What to do")
    order = col.code("Order it is about")
    item = col.ref("item", "Item of the order")
    site = col.text("Site of the order", target="site")
    quantity = col.quantity("Present quantity")
    new_quantity = col.quantity("Quantity asked for")
    due = col.moment("Present date", default=None)
    new_due = col.moment("Date asked for", default=None)
    text = col.text("The message in words", kept=True)


class ConsumedForecast(Entity, key=("number",), role="result"):
    """What a sales order took off a forecast."""

    number = col.whole("Number within the plan")
    forecast = col.code("Forecast", target="demand_plan")
    order = col.code(
        "Sales order / line that consumed it; empty for the part dropped inside the demand fence", target="demand_plan"
    )
    quantity = col.quantity("How much")


class PlannedForecast(Entity, key=("item", "site", "start", "customer"), role="result"):
    """What a plan took as forecast, where some of it was computed."""

    item = col.ref("item", "Item")
    site = col.text("Site that delivers; empty for the plant's only one", target="site")
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    customer = col.text("Customer; empty for all", target="customer")
    quantity = col.quantity("Expected in the whole period")


class ResourceCost(Entity, key=("group", "site")):
    """What more hours of a work center cost, and how many there can be, for the aggregate plan.

    A row for a group of work centers plans them as one; the others are planned each by itself.
    """

    group = col.code("Work center, or a group of them that is planned as one")
    site = col.ref("site", "Site of the group; empty for the plant's only one", default="")
    usable = col.ratio(
        "Share of the open hours that can be planned; the rest is lost to stops and waiting",
        default=1,
        above=0,
        at_most=1,
    )
    overtime_share = col.ratio("Hours of overtime at most, as a share of the open hours", default=0, at_least=0)
    overtime_cost = col.money(
        "Cost of an hour of overtime; empty: 1.25 times the cost rate", default=None, at_least=0, unit="per h"
    )
    workers = col.quantity("People at first; empty where they are no limit", default=None, at_least=0)
    wage = col.money("Wage of one person a month, where people are counted", default=0, at_least=0)
    hire_cost = col.money("Cost of hiring one person", default=0, at_least=0)
    fire_cost = col.money("Cost of letting one person go", default=0, at_least=0)


class FamilyCost(Entity, key=("family", "site")):
    """What holding, lateness and subcontracting of a product family cost, for the aggregate plan."""

    family = col.code("Product family, or the code of an item that is in none")
    site = col.ref("site", "Site for which it holds; empty for every site", default="", shared=True)
    holding_cost = col.money(
        "Cost of holding one unit for a month; empty: from the holding rate", default=None, at_least=0
    )
    back_orders = col.flag("Whether demand may be met later than asked for", default=True)
    back_order_cost = col.money(
        "Cost of one unit that is a month late; empty: a tenth of its value", default=None, at_least=0
    )
    subcontract_limit = col.quantity(
        "Units that a subcontractor can make in a month; 0 for none", default=0, at_least=0
    )
    subcontract_cost = col.money(
        "Price of one unit from a subcontractor; empty: 1.2 times its value", default=None, at_least=0
    )
    end_stock = col.quantity("Units that shall be left at the end of the plan", default=0, at_least=0)


BUDGET_KINDS = ("sales", "production", "stock", "overtime", "subcontracting", "wages")


class BudgetLine(Entity, key=("kind", "of", "month")):
    """Money that is budgeted for a month, to be set beside the aggregate plan."""

    kind = col.choice(BUDGET_KINDS, "What the money is for")
    of = col.text("Product family or group of work centers; empty for all", default="")
    month = col.day("Any day of the month")
    amount = col.money("How much", at_least=0)


class CapacityOption(Entity, key="code"):
    """A way to have more hours: a machine, a shift, a site; the report capacity_steps tells which one pays."""

    code = col.code("Short name of the step")
    name = col.text("What it is, such as: second paint booth")
    group = col.code("Work center whose hours it adds, or a group of them that is planned as one")
    site = col.ref("site", "Site of the group; empty for the plant's only one", default="")
    hours = col.quantity("Hours that it adds a year", unit="h", above=0)
    investment = col.money("Money paid at first", default=0, at_least=0)
    yearly = col.money("Money paid each year, such as wages", default=0, at_least=0)
    rest = col.money("Money that it is worth at the end of the years looked at", default=0, at_least=0)


class AggregatePeriod(Entity, key=("family", "site", "month"), role="result"):
    """What the aggregate plan makes, moves and keeps of a product family in a month."""

    family = col.code("Product family, or an item that is in none")
    site = col.ref("site", "Site")
    month = col.day("First day of the month")
    demand = col.quantity("Units that are asked for")
    made = col.quantity("Units made, in regular time and overtime")
    overtime = col.quantity("Of these in overtime, by the busiest group")
    subcontracted = col.quantity("Units bought from a subcontractor")
    received = col.quantity("Units that come on orders that exist")
    moved_in = col.quantity("Units brought from other sites")
    moved_out = col.quantity("Units sent to other sites")
    stock = col.quantity("Units in stock at the end of the month")
    back_order = col.quantity("Units owed at the end of the month")
    lacking = col.quantity("Units that no hours could give")
    unit_price = col.money("What one more unit of demand would cost")
    sales = col.money("Demand at the sales price")
    production = col.money("What is made, at standard cost")
    stock_value = col.money("Stock at standard cost")


class AggregateCapacity(Entity, key=("group", "site", "month"), role="result"):
    """How a work center is used by the aggregate plan in a month, and what an hour more would be worth."""

    group = col.code("Work center, or a group of them that is planned as one")
    site = col.ref("site", "Site")
    month = col.day("First day of the month")
    available = col.duration("Hours of regular time that can be planned")
    used = col.duration("Hours used, overtime among them")
    overtime = col.duration("Of these in overtime")
    overtime_limit = col.duration("Overtime that there can be at most")
    lacking = col.duration("Hours by which there is too little")
    shadow_price = col.money("What one more hour would save", unit="per h")
    holds_from = col.duration("Hours of the group from which on that holds; empty where it is not known", default=None)
    holds_to = col.duration("Hours of the group up to which it holds; empty for any", default=None)
    workers = col.quantity("People; 0 where they are no limit")
    hired = col.quantity("People hired at the start of the month")
    let_go = col.quantity("People let go at the start of the month")


class AggregateCost(Entity, key=("strategy", "kind"), role="result"):
    """What the aggregate plan costs."""

    strategy = col.choice(("mixed", "chase", "level"), "Strategy of the plan")
    kind = col.text("Kind of cost")
    amount = col.money("How much")


class MasterSchedule(Entity, key=("item", "site", "week"), role="result"):
    """What of an item is to be made in a week, as the aggregate plan has it."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site that makes it")
    week = col.day("Monday of the week")
    family = col.code("Product family")
    quantity = col.quantity("How much")
