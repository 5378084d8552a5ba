"""What is asked for."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.column import EVER, FOREVER
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


class SalesHistory(Entity, key=("item", "site", "customer", "day"), role="record"):
    """What was asked for on a day that is past, whether or not it could be delivered then."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site that was to deliver; empty for the plant's only one", default="")
    customer = col.ref("customer", "Customer; empty for all together or not known", default="")
    day = col.day("Day on which it was wanted")
    quantity = col.quantity("Asked for; 0 says that nothing was", default=0, at_least=0)
    returned = col.quantity("Brought back on that day of what was sold before", default=0, at_least=0)
    unit = col.text("Unit of the quantities; empty for the item's own")
    stocked_out = col.flag("Whether the stock was out, so that at least so much was wanted", default=False)


class DemandEvent(Entity, key="code"):
    """What moves demand for a time: a promotion, a holiday, a price change."""

    code = col.code("Short name")
    name = col.text("What happens")
    kind = col.choice(
        ("promotion", "holiday", "price change", "other"), "Events of one kind move an item alike", default="promotion"
    )
    item = col.ref("item", "Item; empty for all of the family", default="", shared=True)
    family = col.text("Family of items; empty, with no item either, for all")
    site = col.ref("site", "Site; empty for all", default="", shared=True)
    start = col.day("First day")
    end = col.day("Last day", day_means="end")
    uplift = col.ratio(
        "Share by which it raises demand on its days, below 0 for less; empty to learn it from earlier ones",
        default=None, above=-1, at_most=100,
    )  # fmt: skip


FORECAST_METHODS = (
    "auto", "none", "naive", "seasonal-naive", "average", "ses", "holt", "damped", "theta", "optimised-theta",
    "dynamic-theta", "trend", "log-trend", "level", "seasonal", "log-seasonal", "autoregression", "aggregated",
    "log-theta", "complex", "drift", "log-drift", "proportional", "intermittent", "croston", "sba", "tsb", "adida",
    "imapa",
)  # fmt: skip
"""How an item may be forecast: auto chooses by its own past; none leaves it out."""


class ForecastSetup(Entity, key=("item", "site")):
    """How an item is forecast at a site, where it is not to be done as usual."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site; empty for the plant's only one", default="")
    method = col.choice(FORECAST_METHODS, "auto chooses by its own past; none leaves it out", default="auto")
    period = col.choice(
        ("usual", "day", "week", "month", "quarter"), "Length of its periods; usual: as the setting says",
        default="usual",
    )  # fmt: skip
    like = col.ref("item", "Item whose past stands in while its own is short", default="")
    like_share = col.ratio("Its demand as a share of that item's; empty: as what both have sold tells",
                           default=None, above=0, at_most=1000)  # fmt: skip
    by_customer = col.flag("Whether each customer is forecast apart", default=False)
    planned = col.flag("Whether the plan makes and buys for it; otherwise it is only shown", default=True)
    effective_from = col.day("First day of its past that counts, such as that of a new design", default=EVER)
    effective_to = col.day("Last day on which it is sold; empty for ever", default=FOREVER, day_means="end")


class ForecastOverride(Entity, key=("item", "site", "start", "customer")):
    """What a person knows better about one period; kept apart from what is computed."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site; empty for the plant's only one", default="")
    start = col.day("First day of the period")
    customer = col.ref("customer", "Customer, where each is forecast apart; empty for all", default="")
    change = col.choice(("set", "add", "multiply"), "What is done to the computed forecast", default="set")
    value = col.quantity("The quantity, what is added, or the factor")
    by = col.text("Who knows it")
    reason = col.text("Why")
    made_at = col.moment("When it was entered", default=None)
    statistical = col.quantity("What had been computed then, by which its worth is measured; empty: not known",
                               default=None)  # fmt: skip


class ItemForecast(Entity, key=("item", "site", "customer", "start"), role="result"):
    """What is expected of an item in one period: computed, with its limits, and as people changed it."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    customer = col.text("Customer, where each is forecast apart", target="customer")
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    working_days = col.whole("Working days of the period; empty: it is not counted by them", default=None)
    alone = col.quantity("What its own past foretells, before families and sites were made to add up; empty: no other",
                         default=None)  # fmt: skip
    statistical = col.quantity("Computed: the mean of what is to be expected")
    lower_80 = col.quantity("Four of five periods lie between this")
    upper_80 = col.quantity("and this")
    lower_95 = col.quantity("Nineteen of twenty periods lie between this")
    upper_95 = col.quantity("and this")
    override = col.quantity("What people say instead; empty: nothing", default=None)
    quantity = col.quantity("What counts, in whole units of the item")
    used = col.flag("Whether the plan uses it; otherwise a typed one stands, or it is only shown")


class ForecastSeries(Entity, key=("item", "site", "customer"), role="result"):
    """One past that is forecast: what kind it is, how it is forecast, and how well that went."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    customer = col.text("Customer, where each is forecast apart", target="customer")
    demand_class = col.text("smooth, erratic, intermittent, lumpy, new or ending; + seasonal where it is")
    method = col.text("How it is forecast")
    period = col.choice(("day", "week", "month", "quarter"), "Length of a period")
    season = col.whole("Periods of a season")
    points = col.whole("Periods of its past that are known")
    first = col.day("First day of its past")
    last = col.day("Last day of its past")
    working_days = col.quantity("Working days of the mean period to which its past is brought; empty: not by them",
                                default=None)  # fmt: skip
    level = col.quantity("Mean demand of a period, over the last year of its past")
    sigma = col.quantity("Standard deviation of the error one period ahead")
    mase = col.quantity("Mean error of the periods held out, as a multiple of the naive error before", default=None)
    bias = col.ratio("Forecast above demand in the periods held out, as a share of demand; below 0: too low",
                     default=None)  # fmt: skip
    wape = col.ratio("Error of the periods held out as a share of their demand", default=None)
    coverage_80 = col.ratio("Share of the periods held out within the limits of 80 per cent", default=None)
    coverage_95 = col.ratio("Share of the periods held out within the limits of 95 per cent", default=None)
    held_out = col.whole("Periods held out to measure it")
    outliers = col.whole("Periods that were flagged as unusual")
    stock_outs = col.whole("Periods in which the stock was out")
    used = col.flag("Whether the plan uses it; otherwise a typed one stands, or it is only shown")
    note = col.text("What was unusual")


class ForecastHistory(Entity, key=("item", "site", "customer", "start"), role="result"):
    """A period of the past: what was asked for, what the forecast was made of, and what it would have been."""

    item = col.ref("item", "Item")
    site = col.ref("site", "Site")
    customer = col.text("Customer, where each is forecast apart", target="customer")
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    working_days = col.whole("Working days of the period; empty: it is not counted by them", default=None)
    seen = col.quantity("Asked for, as recorded; empty: not known", default=None)
    used = col.quantity(
        "What the forecast was made of, in a period of mean working days; empty: not known", default=None
    )
    flag = col.text("What is unusual: outlier, stock-out, return, gap, closed, event")
    naive = col.quantity("What the naive forecast had said a period before", default=None)
    backtest = col.quantity("What the method had said a period before, from what was known then", default=None)


class ForecastLevel(Entity, key=("level", "unit", "period", "family", "item", "site", "start"), role="result"):
    """What is expected of several items or sites together in one period, and what their past foretells as a whole."""

    level = col.choice(("all", "site", "family", "family at site", "item"), "What is taken together")
    unit = col.text("Unit in which its items are counted")
    period = col.choice(("day", "week", "month", "quarter"), "Length of a period")
    family = col.text("Family of items; empty for all")
    item = col.text("Item at several sites or for several customers; empty for all", target="item")
    site = col.ref("site", "Site; empty for all", default="")
    start = col.day("First day of the period")
    end = col.day("Last day of the period")
    series = col.whole("Forecasts that are taken together")
    below = col.quantity("Sum of what each of them foretells alone")
    alone = col.quantity("What their past as a whole foretells")
    quantity = col.quantity("What counts: the sum of them, once they add up")


class ForecastAccuracy(Entity, key=("grouped", "name", "horizon"), role="result"):
    """How well the periods that were held out had been forecast: by group of series and by periods ahead."""

    grouped = col.choice(("all", "class", "method"), "By what the series are grouped")
    name = col.text("Class or method; empty for all")
    horizon = col.whole("Periods ahead; 0 for all together")
    series = col.whole("Series")
    forecasts = col.whole("Forecasts that were measured")
    mae = col.quantity("Mean absolute error, in units")
    mase = col.quantity("Mean over the series of the error as a multiple of the naive error before", default=None)
    rmsse = col.quantity("The same of squared errors, its root", default=None)
    smape = col.ratio("Mean of the symmetric percentage error", default=None)
    wape = col.ratio("Sum of errors as a share of the sum of demand", default=None)
    bias = col.ratio("Forecast above demand as a share of demand; below 0: too low", default=None)
    pinball = col.quantity("Mean loss of the limits at their levels, as a multiple of the naive error before",
                           default=None)  # fmt: skip
    coverage_80 = col.ratio("Share within the limits of 80 per cent", default=None)
    coverage_95 = col.ratio("Share within the limits of 95 per cent", default=None)


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
