"""Reports on stock policy: classes, policies of an item side by side, service against money, and a year replayed."""
# ruff: noqa: PLC0415 - what computes loads Numba, and declaring a report must not

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Chart, Page, Sheet, View, listed, named, rounded
from plantwright.core.parameters import Ref
from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
from plantwright.core.reader import plural, say
from plantwright.core.report import report

if TYPE_CHECKING:
    from plantwright.flows.policy.compare import Choice, Replayed
    from plantwright.flows.policy.exchange import Curve
    from plantwright.flows.policy.facts import Known
    from plantwright.flows.policy.levels import Levels

ServiceKind = Literal["", "cycle", "fill"]
EPOCH = date(1970, 1, 1)
NINE = [f"{a}{x}" for a in "ABC" for x in "XYZ"]
SERVICES = (0.80, 0.90, 0.93, 0.95, 0.97, 0.98, 0.99)
"""Services at which the exchange curve is computed."""
MOST_ITEMS = 200
"""Items of most value on the exchange curve; the others would change little of it."""


# --- classes --------------------------------------------------------------------------------------------------------


@report(label="ABC and XYZ classes")
def abc_xyz(
    plan: View, a: Decimal = Decimal(80), b: Decimal = Decimal(95), x: Decimal = Decimal("0.5"),
    y: Decimal = Decimal(1), site: Annotated[str, Ref("site")] = "", family: str = "",
) -> Page:  # fmt: skip
    """Put the items into classes by the value that is used of them in a year, and by how steady their demand is.

    Parameters
    ----------
    plan : plant and plan
    a : per cent of all value that class A makes
    b : per cent of all value that classes A and B make
    x : most variation of a week's demand, deviation over mean, in class X
    y : most variation in class Y
    site : only this site
    family : only this product family
    """
    from plantwright.flows.policy.classes import classified
    from plantwright.flows.policy.seen import known_view

    faults = [] if 0 < a < b < 100 else [BAD_ARGUMENT.at(column="a, b", value=f"{a}, {b}", must="0 < a < b < 100")]
    faults += [] if 0 < x < y else [BAD_ARGUMENT.at(column="x, y", value=f"{x}, {y}", must="0 < x < y")]
    stop_on_errors(faults)
    limits = (float(a) / 100, float(b) / 100), (float(x), float(y))
    lines = classified(known_view(plan), *limits, site=site, family=family)
    total, used = sum(line["value"] for line in lines), [line for line in lines if line["value"]]
    first = [line for line in used if line["abc"] == "A"]
    sentence = say(
        "{items}: {number} of class A make {share} of the {total} {money} that a year takes.",
        items=wording.count(len(lines), "item"), number=wording.number(len(first)), total=wording.decimal(total, 0),
        share=wording.percent(round(sum(one["value"] for one in first) * SCALE / total) if total else 0),
        money=plan.settings["currency"],
    )  # fmt: skip
    fields = _nine(lines)
    sheets = (_nine_sheet(plan, fields), listed(plan, say("Items"), _class_columns(), lines))
    return Page(sentence, sheets, {"classes": {name: len(of) for name, of in fields.items()}})


def _nine(lines: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    fields: dict[str, list[dict[str, Any]]] = {name: [] for name in NINE}
    for line in lines:
        fields[line["abc"] + line["xyz"]].append(line)
    return fields


def _nine_sheet(view: View, fields: dict[str, list[dict[str, Any]]]) -> Sheet:
    total = sum(line["value"] for lines in fields.values() for line in lines)
    rows = [
        {"class": name, "items": len(lines), "value": (value := sum(line["value"] for line in lines)),
         "share": round(value * SCALE / total) if total else 0,
         "stock_value": sum(line["stock_value"] for line in lines)}
        for name, lines in fields.items()
    ]  # fmt: skip
    columns = (
        named(Kind.TEXT, "class", "Class by value and by variation"), named(Kind.WHOLE, "items", "Items in it"),
        named(Kind.MONEY, "value", "Used in a year, at standard cost"),
        named(Kind.RATIO, "share", "Of all that is used"),
        named(Kind.MONEY, "stock_value", "In stock, at standard cost"),
    )  # fmt: skip
    return listed(view, say("Classes"), columns, rows)


def _class_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "item", "Item", target="item"), named(Kind.TEXT, "name", "Name"),
        named(Kind.TEXT, "site", "Site"), named(Kind.TEXT, "abc", "Class by value"),
        named(Kind.TEXT, "xyz", "Class by variation"),
        named(Kind.MONEY, "value", "Used in a year, at standard cost"),
        named(Kind.RATIO, "up_to", "Share of all value up to this item"),
        named(Kind.QUANTITY, "variation", "Deviation of a week's demand over its mean"),
        named(Kind.TEXT, "demand_class", "Kind of demand"), named(Kind.QUANTITY, "used", "Used in a year"),
        named(Kind.TEXT, "unit", "Unit"), named(Kind.QUANTITY, "on_hand", "In stock"),
        named(Kind.MONEY, "stock_value", "In stock, at standard cost"), named(Kind.TEXT, "family", "Product family"),
    )  # fmt: skip


# --- policies of one item -------------------------------------------------------------------------------------------


@report(label="Stock policies of an item")
def policy(
    plan: View, item: Annotated[str, Ref("item")], site: Annotated[str, Ref("site")] = "",
    service: Decimal | None = None, kind: ServiceKind = "",
) -> Page:  # fmt: skip
    """Put all stock policies of an item side by side: levels, service, stock and cost a year, and which to take.

    Parameters
    ----------
    plan : plant and plan
    item : code of the item
    site : site; the main one without one
    service : share that is to be served; that of the item, else of the plant, else 0.95
    kind : cycle or fill; that of the item without one
    """
    from plantwright.flows.policy.compare import choose
    from plantwright.flows.policy.seen import known_view, node_of, share

    known = known_view(plan)
    node = node_of(known, item, site)
    wanted = share("service", service)
    if known.demand.mean[node] <= 0:
        return Page(say("Nothing tells what is asked of {item}, so no policy can be computed.", item=item),
                    title=say("Stock policies of {item}", item=item))  # fmt: skip
    choice = choose(known, node, wanted, kind or None)
    return _policy_page(plan, known, node, choice)


def _policy_page(view: View, known: Known, node: int, choice: Choice) -> Page:
    facts, best = choice.facts, choice.best
    lines = [_policy_line(one, choice) for one in (choice.today, *choice.levels)]
    fact_rows = _facts(view, known, node, choice)
    notes = [say("The cost of an order is not known (order_cost), so orders cost nothing here.")]
    return Page(
        _why(choice, str(view.settings["currency"])),
        (rounded(listed(view, say("Policies"), _policy_columns(), lines)), fact_rows),
        {"best": best.policy, "service": facts.service, "kind": facts.kind, "fields": _fields(known, node, choice),
         "distribution": best.distribution, "saving": round(choice.today.cost - best.cost, 2)},
        tuple(notes if facts.order_cost <= 0 else []),
        say("Stock policies of {item} at {site}", item=facts.item, site=facts.site),
    )  # fmt: skip


def _why(choice: Choice, money: str) -> str:
    facts, best, today = choice.facts, choice.best, choice.today
    how = (
        say("{policy} was chosen for {item}", policy=best.policy.capitalize(), item=facts.item) if choice.chosen
        else say("{policy} costs least of what serves {wanted} of {item}", policy=best.policy.capitalize(),
                 item=facts.item, wanted=_percent(facts.service))
    )  # fmt: skip
    now = say(
        "as it is, {reached} are served at {cost} {money} a year.",
        reached=_percent(today.reached(facts.kind)),
        cost=wording.number(today.cost),
        money=money,
    )
    cost = wording.number(best.cost)
    return say("{how}: {cost} {money} a year for orders and stock; {now}", how=how, cost=cost, money=money, now=now)


def _percent(value: float) -> str:
    return wording.percent(round(value * SCALE), 1)


def _policy_line(one: Levels, choice: Choice) -> dict[str, Any]:
    facts = choice.facts
    served = one.reached(facts.kind) >= facts.service - 0.005
    names = ("safety_stock", "reorder_point", "order_up_to", "order_quantity", "mean_stock", "ordering", "holding")
    return {
        "policy": one.policy, "chosen": one is choice.best, "serves": served,
        **{name: round(getattr(one, name) * SCALE) for name in names},
        "cycle_service": round(one.cycle_service * SCALE), "fill_rate": round(one.fill_rate * SCALE),
        "orders": round(one.orders * SCALE), "cost": round(one.cost * SCALE), "cards": one.cards or None,
        "value": round(one.mean_stock * facts.unit_cost * SCALE),
    }  # fmt: skip


def _policy_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "policy", "Policy"), named(Kind.FLAG, "chosen", "The one to take"),
        named(Kind.RATIO, "fill_rate", "Share of the demand that is served from stock"),
        named(Kind.RATIO, "cycle_service", "Share of cycles without a stock-out"),
        named(Kind.MONEY, "cost", "Orders and holding, a year"),
        named(Kind.MONEY, "value", "Mean stock at standard cost"),
        named(Kind.QUANTITY, "mean_stock", "Stock on hand on average"),
        named(Kind.QUANTITY, "safety_stock", "Level less the mean demand that it has to last for"),
        named(Kind.QUANTITY, "reorder_point", "Position at or below which an order is placed"),
        named(Kind.QUANTITY, "order_up_to", "Position to which an order fills up"),
        named(Kind.QUANTITY, "order_quantity", "Usual order"), named(Kind.QUANTITY, "orders", "Orders a year"),
        named(Kind.MONEY, "ordering", "Cost of the orders, a year"),
        named(Kind.MONEY, "holding", "Cost of holding stock, a year"),
        named(Kind.FLAG, "serves", "Whether it reaches the service that is wanted"),
        named(Kind.WHOLE, "cards", "Cards of the kanban loop"),
    )  # fmt: skip


def _facts(view: View, known: Known, node: int, choice: Choice) -> Sheet:
    facts, demand, supply = choice.facts, known.demand, known.supply
    spread = say("{sd} d, from {n} receipts", sd=wording.number(facts.lead_sd, 1), n=int(supply.seen[node]))
    values = (
        (say("Service wanted"), f"{_percent(facts.service)} ({facts.kind})"),
        (say("Demand of a day"), wording.number(facts.mean, 2)),
        (say("Deviation over a day"), wording.number(facts.sd, 2)),
        (say("Known from"), say(demand.source[node])),
        (say("Kind of demand"), say(demand.kind[node] or "not known")),
        (say("Distribution"), say(choice.best.distribution)),
        (say("Lead time"), say("{days} d, {source}", days=wording.number(facts.lead, 1),
                               source=say(supply.source[node]))),
        (say("Spread of the lead time"), spread if supply.seen[node] else say("none: no receipts show one")),
        (say("Cost of an order"), wording.number(facts.order_cost, 2)),
        (say("Holding a year"), say("{rate} of {cost}", rate=_percent(facts.holding_rate),
                                    cost=wording.number(facts.unit_cost, 2))),
    )  # fmt: skip
    columns = (named(Kind.TEXT, "what", "What goes in"), named(Kind.TEXT, "value", "Its value"))
    lines = [{"what": what, "value": value} for what, value in values]
    return replace(listed(view, say("What goes in"), columns, lines, right="value"), in_words=True)


def _fields(known: Known, node: int, choice: Choice) -> dict[str, dict[str, Any]]:
    """Give for each policy the planning fields that accepting it writes, in units and days."""
    from plantwright.flows.policy.compare import typed_row
    from plantwright.flows.policy.fields import planning_fields

    row = typed_row(known, node)
    found = {}
    for one in choice.levels:
        made = planning_fields(choice.facts, one, row)
        units = {name: value / SCALE for name, value in made.items() if name not in {"lot_rule", "lot_period"}}
        found[one.policy] = {"lot_rule": made["lot_rule"], "lot_days": made["lot_period"] / 86_400_000, **units}
    return found


# --- the exchange curve ---------------------------------------------------------------------------------------------


@report(label="Service against money")
def exchange_curve(
    plan: View, service: Decimal | None = None, kind: ServiceKind = "", site: Annotated[str, Ref("site")] = "",
    family: str = "", most: int = MOST_ITEMS,
) -> Page:  # fmt: skip
    """Show what service costs in stock over many items together, and how it is cheapest to share it out.

    Parameters
    ----------
    plan : plant and plan
    service : service at which the items are listed; that of the plant, else 0.95
    kind : cycle or fill; fill without one
    site : only this site
    family : only this product family
    most : items of most value that are looked at
    """
    from plantwright.flows.policy.exchange import curve_of
    from plantwright.flows.policy.seen import known_view, share

    known = known_view(plan)
    usual = plan.settings["default_service_level"]
    wanted = share("service", service) or (usual / SCALE if usual else 0.95)
    found = curve_of(known, wanted, kind or "fill", SERVICES, site=site, family=family, most=max(1, most))
    if not found.items:
        return Page(say("Of no item is it known what is asked, so there is no curve yet."))
    money = plan.settings["currency"]
    at = min(found.points, key=lambda one: abs(one["service"] / SCALE - wanted))
    sentence = say(
        "{items}: today {today} {money} of safety stock serve {reached}; {wanted} for each item takes {each} {money},"
        " and shared out best {shared} {money}.",
        items=wording.count(len(found.items), "item"), money=money, today=wording.decimal(found.today_money, 0),
        reached=wording.percent(found.today_fill, 1), wanted=_percent(wanted),
        each=wording.decimal(at["each"], 0), shared=wording.decimal(at["shared"], 0),
    )  # fmt: skip
    chart = Chart("line", "service", ("total", "total_shared"))
    curve = replace(listed(plan, say("Curve"), _curve_columns(), found.points), chart=chart)
    items = rounded(listed(plan, say("Items"), _curve_item_columns(), found.items))
    notes = _curve_notes(found)
    figures = {"today_money": found.today_money / SCALE, "today_fill": found.today_fill / SCALE, "service": wanted}
    return Page(sentence, (curve, items), figures, notes)


def _curve_notes(found: Curve) -> tuple[str, ...]:
    notes = []
    if any(min(one["each"], one["shared"]) < 0 for one in found.points):
        notes.append(say(
            "Safety stock is the order level less what is asked for until an order comes in. At little service that is"
            " below 0: the lots alone serve so much, and stock runs out before the next one comes."
        ))  # fmt: skip
    if found.left:
        notes.append(say("{left} of less value are left out.", left=wording.count(found.left, "item")))
    return tuple(notes)


def _curve_columns() -> tuple[Column, ...]:
    return (
        named(Kind.RATIO, "service", "Service that is wanted"),
        named(Kind.MONEY, "each", "Safety stock where each item serves so much; below 0 where lots alone serve more"),
        named(Kind.MONEY, "shared", "Safety stock where all items together do, at least cost; below 0 as before"),
        named(Kind.RATIO, "fill_each", "Share of all demand in money that is served where each item serves so much"),
        named(Kind.MONEY, "cycle", "Stock of half a usual order of each item"),
        named(Kind.MONEY, "total", "Safety and cycle stock where each item serves so much"),
        named(Kind.MONEY, "total_shared", "Safety and cycle stock where all items together do, at least cost"),
    )


def _curve_item_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "item", "Item", target="item"), named(Kind.TEXT, "site", "Site"),
        named(Kind.QUANTITY, "today", "Safety stock today"),
        named(Kind.RATIO, "today_fill", "Share of its demand that today's serves"),
        named(Kind.QUANTITY, "each", "Safety stock where each item serves so much"),
        named(Kind.QUANTITY, "shared", "Safety stock where the service is shared out best"),
        named(Kind.MONEY, "each_value", "The first at standard cost"),
        named(Kind.MONEY, "shared_value", "The second at standard cost"),
        named(Kind.QUANTITY, "lot", "Usual order"), named(Kind.TEXT, "unit", "Unit"),
    )  # fmt: skip


# --- replay ---------------------------------------------------------------------------------------------------------


@report(label="A year replayed")
def replay(
    plan: View, item: Annotated[str, Ref("item")], site: Annotated[str, Ref("site")] = "", days: int = 364,
    service: Decimal | None = None, kind: ServiceKind = "",
) -> Page:  # fmt: skip
    """Replay an item's own past under each policy: what would have been served, kept, ordered and spent.

    Parameters
    ----------
    plan : plant and plan
    item : code of the item
    site : site; the main one without one
    days : days that are replayed, 28 to 1092
    service : share that is to be served; that of the item, else of the plant, else 0.95
    kind : cycle or fill; that of the item without one
    """
    from plantwright.flows.policy.compare import replay_year
    from plantwright.flows.policy.seen import known_view, node_of, share

    known = known_view(plan)
    node = node_of(known, item, site)
    span = min(max(days, 28), 1092) // 7 * 7
    done = replay_year(known, node, span, share("service", service), kind or None)
    title = say("{item} replayed", item=item)
    if not done.demand.any() or not done.runs:
        return Page(say("The records show no demand of {item} in these days.", item=item), title=title)
    lines = [_replay_line(levels, run, done) for levels, run in done.runs]
    reached = [one for one in lines if one["fill_rate"] >= (done.facts.service - 0.005) * SCALE] or lines
    best = min(reached, key=lambda one: one["cost"])
    sentence = say(
        "Over {days} days {asked} were asked for in all; {policy} would have served {fill} with {stock} in stock on"
        " average, at a cost of {cost} {money}.",
        days=span, asked=wording.number(float(done.demand.sum())), policy=best["policy"],
        fill=wording.percent(best["fill_rate"], 1), stock=wording.decimal(best["mean_stock"], 1),
        cost=wording.decimal(best["cost"], 0), money=plan.settings["currency"],
    )  # fmt: skip
    sheets = (rounded(listed(plan, say("Policies"), _replay_columns(), lines)), _course(plan, known, done))
    return Page(sentence, sheets, {"best": best["policy"], "source": done.source, "ahead": done.ahead},
                tuple(_replay_notes(done)), title)  # fmt: skip


def _replay_line(levels: Levels, run: Any, done: Replayed) -> dict[str, Any]:
    return {
        "policy": levels.policy, "fill_rate": round(run.fill_rate * SCALE),
        "cycle_service": round(run.cycle_service * SCALE), "mean_stock": round(run.mean_stock * SCALE),
        "value": round(run.mean_stock * done.facts.unit_cost * SCALE), "orders": run.orders,
        "cost": round(run.cost * SCALE), "most_waiting": round(float(run.waiting.max()) * SCALE),
        "expected_fill": round(levels.fill_rate * SCALE), "reorder_point": round(levels.reorder_point * SCALE),
        "order_up_to": round(levels.order_up_to * SCALE),
    }  # fmt: skip


def _replay_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "policy", "Policy"), named(Kind.RATIO, "fill_rate", "Share of the demand served from stock"),
        named(Kind.RATIO, "expected_fill", "Share that was computed for it"),
        named(Kind.RATIO, "cycle_service", "Share of cycles without a stock-out"),
        named(Kind.QUANTITY, "mean_stock", "Stock on hand on average"),
        named(Kind.MONEY, "value", "Mean stock at standard cost"), named(Kind.WHOLE, "orders", "Orders"),
        named(Kind.MONEY, "cost", "Cost of orders and holding"),
        named(Kind.QUANTITY, "most_waiting", "Most that waited on one day"),
        named(Kind.QUANTITY, "reorder_point", "Position at or below which an order is placed"),
        named(Kind.QUANTITY, "order_up_to", "Position to which an order fills up"),
    )  # fmt: skip


def _course(view: View, known: Known, done: Replayed) -> Sheet:
    """Give demand and stock at the end of each week."""
    count = done.demand.size // 7
    first = known.demand.today - count * 7
    names = [levels.policy for levels, _ in done.runs]
    lines = [
        {"week": first + 7 * place, "demand": round(float(done.demand[7 * place : 7 * place + 7].sum()) * SCALE),
         **{levels.policy: round(float(run.on_hand[7 * place + 6]) * SCALE) for levels, run in done.runs}}
        for place in range(count)
    ]  # fmt: skip
    columns = [
        named(Kind.DAY, "week", "First day of the week"), named(Kind.QUANTITY, "demand", "Asked for in the week"),
        *(named(Kind.QUANTITY, name, say("Stock at its end: {policy}", policy=name)) for name in names),
    ]  # fmt: skip
    chart = Chart("line", "week", ("demand", *names))
    return replace(rounded(listed(view, say("Week by week"), columns, lines)), chart=chart)


def _replay_notes(done: Replayed) -> list[str]:
    notes = [
        say("The levels were computed from the time before alone.") if done.ahead
        else say("The past is too short to compute the levels from the time before; they know these days already."),
        plural("Each order comes in after {n} day; the spread of lead times is not replayed.",
               "Each order comes in after {n} days; the spread of lead times is not replayed.",
               round(done.facts.lead), n=round(done.facts.lead)),
    ]  # fmt: skip
    if done.source == "parents":
        notes.append(say("Its own issues are not recorded; its demand is what its parents were asked for."))
    return notes


__all__ = ["abc_xyz", "exchange_curve", "policy", "replay"]
