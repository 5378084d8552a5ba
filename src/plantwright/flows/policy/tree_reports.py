"""Reports on stock policy that look at the whole tree: where to hold safety stock, and buffers as they stand."""
# ruff: noqa: PLC0415 - what computes loads Numba, and declaring a report must not

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from plantwright.core import wording
from plantwright.core.column import Column, Kind
from plantwright.core.exact import SCALE
from plantwright.core.pages import Page, View, listed, named, rounded
from plantwright.core.parameters import Ref
from plantwright.core.reader import plural, say
from plantwright.core.report import report

MOST_SECONDS = 10


@report(label="Where to hold safety stock")
def multi_echelon(
    plan: View, service: Decimal | None = None, site: Annotated[str, Ref("site")] = "", seconds: int = 2
) -> Page:
    """Tell at which items safety stock costs least, over bills of material and sites together: guaranteed service.

    Parameters
    ----------
    plan : plant and plan
    service : share of days on which demand stays within what the stock covers; that of the plant, else 0.95
    site : only the stages of this site are listed
    seconds : time of the processor for the search where the tree has rings
    """
    from plantwright.flows.policy.echelons import place_stock
    from plantwright.flows.policy.seen import known_view, share

    usual = plan.settings["default_service_level"]
    wanted = share("service", service) or (usual / SCALE if usual else 0.95)
    found = place_stock(known_view(plan), wanted, float(min(max(seconds, 1), MOST_SECONDS)))
    if found is None:
        return Page(say("No item shows how far its demand may be off, so nothing tells where to hold stock."))
    lines = [line for line in found.lines if not site or line["site"] == site]
    holding = sum(line["safety_stock"] > 0 for line in found.lines)
    sentence = say(
        "Safety stock at {holding} of {stages} costs {cost} {money} a year; {alone} where every stage keeps its own,"
        " and {today} as it is.",
        holding=wording.number(holding), stages=wording.count(len(found.lines), "stage"),
        money=plan.settings["currency"], cost=wording.number(found.cost), alone=wording.number(found.alone),
        today=wording.number(found.today),
    )  # fmt: skip
    gap = 1 - found.best.bound / found.best.cost if found.best.cost > 0 else 0.0
    notes = [
        say("No other placement costs less.") if found.best.status == "optimal"
        else say("No other placement costs noticeably less.") if gap < 0.0005
        else say("At most {gap} could be saved by another placement.", gap=wording.percent(round(gap * SCALE), 1)),
        say("Demand beyond what the stock covers is met by other means, such as overtime."),
    ]  # fmt: skip
    if found.left:
        one, many = (
            "{n} item without any known spread of demand is left out.",
            "{n} items without any known spread of demand are left out.",
        )
        notes.append(plural(one, many, found.left, n=found.left))
    figures = {"cost": round(found.cost, 2), "alone": round(found.alone, 2), "today": round(found.today, 2),
               "status": found.best.status, "stages": len(found.lines), "holding": holding}  # fmt: skip
    return Page(sentence, (rounded(listed(plan, say("Stages"), _stage_columns(), lines)),), figures, tuple(notes))


@report(label="Stock policies")
def stock_policies(
    plan: View, group: str = "", site: Annotated[str, Ref("site")] = "", family: str = "",
    show: Literal["all", "chosen", "computed"] = "all",
) -> Page:  # fmt: skip
    """List the items with their class, policy, service and levels, and what their stock is worth.

    Parameters
    ----------
    plan : plant and plan
    group : only items of this class, such as AX, A or X
    site : only this site
    family : only this product family
    show : all; chosen, with a service level; computed, whose levels the plan computed
    """
    from plantwright.flows.policy.listing import policy_lines
    from plantwright.flows.policy.seen import known_view

    lines = policy_lines(known_view(plan), plan.result("stock_target"), site=site, family=family)
    lines = [line for line in lines if not group or group in {line["class"], *line["class"]}]
    if show != "all":
        lines = [line for line in lines if line["computed" if show == "computed" else "wanted"]]
    worth = sum(line["stock_value"] for line in lines)
    computed = sum(line["computed"] for line in lines)
    sentence = say(
        "{items}, {worth} {money} in stock; the plan computed the levels of {computed}.",
        items=wording.count(len(lines), "item"), worth=wording.decimal(worth, 0), money=plan.settings["currency"],
        computed=wording.number(computed),
    )  # fmt: skip
    one = listed(plan, say("Items"), _list_columns(), lines)
    dashed = frozenset({"safety_stock", "reorder_point", "order_up_to", "on_hand"})
    return Page(sentence, (replace(one, dashed=dashed),), {"computed": computed})


def _list_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "item", "Item", target="item"), named(Kind.TEXT, "name", "Name"),
        named(Kind.TEXT, "site", "Site"), named(Kind.TEXT, "class", "Class by value and variation"),
        named(Kind.TEXT, "policy", "Policy"), named(Kind.RATIO, "wanted", "Service that is wanted"),
        named(Kind.RATIO, "reached", "Service that the computed levels give"),
        named(Kind.MONEY, "stock_value", "In stock, at standard cost"), named(Kind.QUANTITY, "on_hand", "In stock"),
        named(Kind.QUANTITY, "safety_stock", "Safety stock that the plan keeps"),
        named(Kind.QUANTITY, "reorder_point", "Position at or below which an order is placed"),
        named(Kind.QUANTITY, "order_up_to", "Position to which an order fills up"),
        named(Kind.TEXT, "unit", "Unit"), named(Kind.MONEY, "value", "Used in a year, at standard cost"),
        named(Kind.TEXT, "demand_class", "Kind of demand"), named(Kind.FLAG, "computed", "Levels are computed"),
        named(Kind.TEXT, "family", "Product family"),
    )  # fmt: skip


def _stage_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "item", "Item", target="item"),
        named(Kind.TEXT, "name", "Name"),
        named(Kind.TEXT, "site", "Site"),
        named(Kind.QUANTITY, "safety_stock", "Safety stock to hold here"),
        named(Kind.TEXT, "unit", "Unit"),
        named(Kind.MONEY, "value", "The same at standard cost"),
        named(Kind.WHOLE, "days", "Days that the stage takes", unit="d"),
        named(Kind.WHOLE, "waits", "Days that it waits for what feeds it", unit="d"),
        named(Kind.WHOLE, "quotes", "Days after which it delivers to those that it feeds", unit="d"),
        named(Kind.WHOLE, "covers", "Days of demand that its stock covers", unit="d"),
        named(Kind.QUANTITY, "today", "Safety stock as it is"),
        named(Kind.MONEY, "today_value", "The same at standard cost"),
        named(Kind.MONEY, "alone_value", "Safety stock where every stage keeps its own, at standard cost"),
        named(Kind.MONEY, "added", "Value that the stage adds to a unit"),
    )


@report(label="Buffers")
def buffers(
    plan: View, show: Literal["chosen", "all"] = "chosen", item: Annotated[str, Ref("item")] = "",
    site: Annotated[str, Ref("site")] = "",
) -> Page:  # fmt: skip
    """Show demand-driven buffers and kanban loops as they stand: zones, net flow, and what to order today.

    Parameters
    ----------
    plan : plant and plan
    show : chosen, those whose policy is buffer or kanban; all, as if every item were one
    item : only this item
    site : only this site
    """
    from plantwright.flows.policy.buffers import buffer_lines, chosen_nodes
    from plantwright.flows.policy.seen import known_view

    known = known_view(plan)
    kept = {"make", "buy", "transfer"}
    able = [node for node, row in enumerate(known.rows) if row["active"] and row["source"] in kept]
    nodes = able if show == "all" or item else chosen_nodes(known)
    nodes = [node for node in nodes if known.rows[node]["item"] == (item or known.rows[node]["item"])]
    nodes = [node for node in nodes if known.rows[node]["site"] == (site or known.rows[node]["site"])]
    if not nodes:
        return Page(say("No item is kept as a buffer or in a kanban loop; the policy of an item makes it one."))
    lines = buffer_lines(plan, known, nodes)
    red = sum(line["zone"] in {"out", "red"} for line in lines)
    order = sum(line["order"] > 0 for line in lines)
    sentence = say(
        "{buffers}: {red} in the red, {order} to be ordered today.",
        buffers=wording.count(len(lines), "buffer"), red=wording.number(red), order=wording.number(order),
    )  # fmt: skip
    one = listed(plan, say("Buffers"), _buffer_columns(), lines)
    return Page(sentence, (replace(one, dashed=frozenset({"order", "on_order", "qualified_demand"})),),
                {"red": red, "order": order})  # fmt: skip


def _buffer_columns() -> tuple[Column, ...]:
    return (
        named(Kind.TEXT, "item", "Item", target="item"), named(Kind.TEXT, "name", "Name"),
        named(Kind.TEXT, "site", "Site"), named(Kind.TEXT, "zone", "Zone in which the net flow stands"),
        named(Kind.RATIO, "filled", "Net flow as a share of the top of green"),
        named(Kind.QUANTITY, "order", "To be ordered today"),
        named(Kind.QUANTITY, "net_flow", "On hand and on order less the qualified demand"),
        named(Kind.QUANTITY, "on_hand", "In stock"), named(Kind.QUANTITY, "on_order", "On the way"),
        named(Kind.QUANTITY, "qualified_demand", "Due today and late, and the spikes within the lead time"),
        named(Kind.QUANTITY, "top_of_red", "Top of red: the safety stock"),
        named(Kind.QUANTITY, "top_of_yellow", "Top of yellow: the order point"),
        named(Kind.QUANTITY, "top_of_green", "Top of green: to which an order fills up"),
        named(Kind.TEXT, "policy", "Policy"), named(Kind.WHOLE, "cards", "Cards of the kanban loop"),
    )  # fmt: skip


__all__ = ["buffers", "multi_echelon", "stock_policies"]
