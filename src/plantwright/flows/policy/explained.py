"""Topics of the working: safety stock, reorder point, lot size, class by value, and buffer of an item."""
# ruff: noqa: PLC0415 - what computes loads Numba, and declaring a topic must not

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from plantwright.core import wording
from plantwright.core.explaining import explains
from plantwright.core.pages import Page, View
from plantwright.core.reader import say
from plantwright.flows.explain import working_page
from plantwright.methods.working import Step, Working

if TYPE_CHECKING:
    from plantwright.flows.policy.facts import Known
    from plantwright.flows.policy.levels import Facts, Levels

SPREAD = "E. A. Silver, D. F. Pyke and R. Peterson, Inventory Management and Production Planning and Scheduling, 1998"


@explains("safety-stock", label="Safety stock")
def safety_stock(plan: View, of: str, site: str = "") -> Page:
    """Give what an item keeps against surprises, from the spread of its demand and of its lead time."""
    known, node, facts, levels = _asked(plan, of, site)
    unit = str(known.rows[node]["unit"])
    steps = (
        *_spread(facts, levels), *_rest(levels),
        Step("SS*", say("safety stock in whole steps of the item"), levels.safety_stock, "level - muL"),
    )  # fmt: skip
    sentence = say(
        "{item} keeps {safety} {unit} of safety stock for a service of {wanted} ({kind}).",
        item=of, safety=wording.number(levels.safety_stock, 1), unit=unit, wanted=f"{facts.service:.1%}",
        kind=facts.kind,
    )  # fmt: skip
    working = Working(_source(levels), steps)
    return working_page(plan, say("Safety stock of {item}", item=of), sentence, working, unit)


@explains("reorder-point", label="Reorder point")
def reorder_point(plan: View, of: str, site: str = "") -> Page:
    """Give the stock of an item at which an order is placed: the demand until it is in, and the safety stock."""
    known, node, facts, levels = _asked(plan, of, site)
    unit = str(known.rows[node]["unit"])
    steps = (
        *_spread(facts, levels), *_rest(levels),
        Step("r*", say("reorder point in whole steps of the item"), levels.reorder_point, "rounded up"),
    )  # fmt: skip
    sentence = say(
        "An order of {item} is placed at {point} {unit}: {mean} for the {days} days until it is in, and {safety}"
        " against surprises.",
        item=of, point=wording.number(levels.reorder_point, 1), unit=unit, days=wording.number(levels.protected, 1),
        mean=wording.number(levels.demand.mean, 1), safety=wording.number(levels.safety_stock, 1),
    )  # fmt: skip
    working = Working(_source(levels), steps)
    return working_page(plan, say("Reorder point of {item}", item=of), sentence, working, unit)


@explains("lot-size", label="Lot size")
def lot_size(plan: View, of: str, site: str = "") -> Page:
    """Give how much of an item is ordered at once: the economic quantity, rounded to what may be ordered."""
    from plantwright.flows.policy.levels import economic_lot, usual_lot
    from plantwright.methods.stock import economic_order_quantity

    known, node, facts, _ = _asked(plan, of, site)
    unit, lot = str(known.rows[node]["unit"]), usual_lot(facts)
    if facts.lot_quantity > 0 or facts.lot_days > 0 or not economic_lot(facts):
        steps = _lot_without_cost(facts)
        source = say("The planning row of the item")
    else:
        held = facts.holding_rate * facts.unit_cost
        found = economic_order_quantity(facts.mean * 365, facts.order_cost, held).working
        given = (
            Step("c", say("standard cost of a unit"), facts.unit_cost),
            Step("i", say("share of its value that stock costs a year"), facts.holding_rate),
        )  # fmt: skip
        steps, source = (*given, *found.steps), found.source
    answer = Step("Q", say("usual order, by least, multiple and largest order"), lot, "rounded to what may be ordered")
    sentence = say("{item} is ordered {lot} {unit} at a time.", item=of, lot=wording.number(lot, 1), unit=unit)
    return working_page(plan, say("Lot size of {item}", item=of), sentence, Working(source, (*steps, answer)), unit)


def _lot_without_cost(facts: Facts) -> tuple[Step, ...]:
    if facts.lot_quantity > 0:
        return (Step("Q0", say("order quantity that is typed"), facts.lot_quantity),)
    days = facts.lot_days or 7.0
    why = say("days that an order covers, as typed") if facts.lot_days else say(
        "days that an order covers; the cost of an order is not known"
    )  # fmt: skip
    mean = Step("d", say("demand of a day"), facts.mean)
    return mean, Step("T", why, days), Step("Q0", say("demand of that time"), facts.mean * days, "d T")


@explains("abc-class", label="Class by value")
def abc_class(plan: View, of: str, site: str = "") -> Page:
    """Give the class of an item by the value that is used of it in a year, among all items."""
    from plantwright.flows.policy.classes import classified
    from plantwright.flows.policy.seen import known_view, node_of

    known = known_view(plan)
    node = node_of(known, of, site)
    lines = classified(known, (0.80, 0.95), (0.5, 1.0))
    at = str(known.rows[node]["site"])
    mine = next((line for line in lines if line["item"] == of and line["site"] == at), None)
    if mine is None:
        return Page(say("{item} is not kept in stock, so it has no class.", item=of))
    total = sum(line["value"] for line in lines)
    own = mine["value"] / total if total else 0.0
    steps = (
        Step("D", say("used in a year"), mine["used"] / 1e6), Step("c", say("standard cost of a unit"),
             mine["value"] / mine["used"] if mine["used"] else 0.0),
        Step("V", say("value used in a year"), mine["value"] / 1e6, "D c"),
        Step("S", say("of all items"), total / 1e6),
        Step("F0", say("share of all value before this item, the most value first"), mine["up_to"] / 1e6 - own,
             "sum of V of the items before it / S"),
        Step("F", say("share of all value up to this item"), mine["up_to"] / 1e6, "F0 + V / S"),
        Step("v", say("variation: deviation of a week's demand over its mean"), mine["variation"] / 1e6, "s / d"),
    )  # fmt: skip
    sentence = say(
        "{item} is of class {abc}{xyz}: A while F0 is below 80 %, B below 95 %; X while v is at most 0.5, Y at most 1.",
        item=of, abc=mine["abc"], xyz=mine["xyz"],
    )  # fmt: skip
    working = Working(f"{SPREAD}, chapter 3", steps)
    return working_page(plan, say("Class of {item}", item=of), sentence, working)


@explains("buffer", label="Buffer")
def buffer(plan: View, of: str, site: str = "") -> Page:
    """Give the zones of the demand-driven buffer of an item, and its net flow today."""
    from plantwright.flows.policy.buffers import buffer_lines
    from plantwright.flows.policy.levels import zones_of

    known, node, facts, _ = _asked(plan, of, site)
    line = buffer_lines(plan, known, [node])[0]
    flow = (
        Step("stock", say("on hand"), line["on_hand"] / 1e6), Step("coming", say("on order"), line["on_order"] / 1e6),
        Step("qualified", say("demand due today and late, and spikes"), line["qualified_demand"] / 1e6),
        Step("NFP", say("net flow position"), line["net_flow"] / 1e6, "stock + coming - qualified"),
        Step("order", say("to be ordered today"), line["order"] / 1e6,
             "top of green - NFP where NFP is at or below the top of yellow"),
    )  # fmt: skip
    zones = zones_of(facts)
    sentence = say(
        "The buffer of {item} is {zone}: {position} of {top}.",
        item=of, zone=say(line["zone"]), position=wording.number(line["net_flow"] / 1e6, 1),
        top=wording.number(zones.top_of_green, 1),
    )  # fmt: skip
    working = Working(zones.working.source, (*zones.working.steps, *flow))
    return working_page(plan, say("Buffer of {item}", item=of), sentence, working, str(known.rows[node]["unit"]))


def _asked(plan: View, of: str, site: str) -> tuple[Known, int, Facts, Levels]:
    """Find an item with the levels of its policy; of ``as typed`` those of a reorder point with its own lots."""
    from plantwright.core.problem import ProblemError
    from plantwright.flows.policy.levels import levels_of
    from plantwright.flows.policy.seen import known_view, node_of
    from plantwright.flows.policy.stage import NO_DEMAND

    known = known_view(plan)
    node = node_of(known, of, site)
    facts = known.facts(node)
    if not facts.known:
        where = {"item": facts.item, "site": facts.site, "wanted": f"{facts.service:.1%}"}
        raise ProblemError([NO_DEMAND.at("item_site", (facts.item, facts.site), "service_level", **where)])
    return known, node, facts, levels_of(facts, str(known.rows[node]["stock_policy"]))


def _spread(facts: Facts, levels: Levels) -> tuple[Step, ...]:
    """Give the steps from a day to the time that the level has to last for."""
    under = 0.0 if levels.policy in {"periodic", "base stock"} else facts.under
    return (
        Step("d", say("demand of a day"), facts.mean), Step("s", say("deviation of its error over a day"), facts.sd),
        Step("L", say("days until an order is in, with the time between two looks"), levels.protected),
        Step("sT", say("deviation of the lead time, days"), facts.lead_sd),
        Step("U", say("what a day takes the stock below its level, on average"), under),
        Step("sU", say("its deviation"), math.sqrt(facts.under_variance) if under else 0.0),
        Step("muL", say("demand until the order is in, {name}", name=say(levels.distribution)), levels.demand.mean,
             "d L + U"),
        Step("sL", say("its deviation"), levels.demand.sd, "sqrt(L s^2 + d^2 sT^2 + sU^2)"),
    )  # fmt: skip


def _rest(levels: Levels) -> tuple[Step, ...]:
    """Give the steps of the method that follow from the demand within the lead time."""
    return tuple(step for step in levels.working.steps if step.symbol not in {"muL", "sL"})


def _source(levels: Levels) -> str:
    own, spread = levels.working.source, f"{SPREAD}, chapter 7"
    return spread if SPREAD in own or not own else f"{own}; {spread}"


__all__ = ["abc_class", "buffer", "lot_size", "reorder_point", "safety_stock"]
