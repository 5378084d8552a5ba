"""Cost and lead time of an item, rolled up from what it is made of and how: material, work, and the longest way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl

from plantwright.areas.product.reports import MOST_LINES, Line, Products, known_item, products_of
from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE
from plantwright.core.explaining import explains
from plantwright.core.finding import main_site
from plantwright.core.pages import Page, Sheet, View, listed, named
from plantwright.core.problem import BAD_ARGUMENT, stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.flows.explain import working_page
from plantwright.methods.working import Step, Working

HOUR = 3_600_000
USUAL = Decimal(10)
"""Units that are ordered at once where nobody says how many."""


@dataclass(frozen=True, slots=True)
class Rolled:
    """What one unit of an item costs (in the plant's currency), and how long it takes (in milliseconds).

    Parameters
    ----------
    material : bought material in it, at all levels
    making : work and subcontracted steps in it, at all levels
    work : work of its own operations alone
    own_time : time of one order of it
    time : own time and the longest way below it
    """

    material: Fraction = Fraction(0)
    making: Fraction = Fraction(0)
    work: Fraction = Fraction(0)
    own_time: int = 0
    time: int = 0

    @property
    def cost(self) -> Fraction:
        """Material and making."""
        return self.material + self.making


@dataclass
class Roller:
    """Rolls up items of a plant, each once.

    Parameters
    ----------
    products : bills of material that hold today
    operations : operations of each item at the site that is looked at, in their order
    links : pairs of operations of each item where its routing is a network
    centers : rows of work_center by code
    lots : smallest order of each item, in its unit
    order : units that are ordered at once where the smallest order is no more
    times : planned times of items that say so, in milliseconds
    offers : lead time of the best offer of each bought item, in milliseconds
    """

    products: Products
    operations: Mapping[str, Sequence[Line]]
    links: Mapping[str, Sequence[tuple[int, int]]]
    centers: Mapping[str, Line]
    lots: Mapping[str, Fraction]
    order: Fraction
    times: Mapping[str, int]
    offers: Mapping[str, int]
    known: dict[str, Rolled] = field(default_factory=dict)

    def of(self, item: str, above: frozenset[str] = frozenset()) -> Rolled:
        """Roll an item up; a loop, which the checks report, is not followed."""
        if item in self.known:
            return self.known[item]
        if item in above:
            return Rolled()
        lines = self.products.by_parent.get(item, ()) if self.is_made(item) else ()
        work, own_time = self._work(item)
        parts = [(self.per_unit(line, item), self.of(line["component"], above | {item})) for line in lines]
        bought = Fraction(self.row(item).get("standard_cost", 0), SCALE) if not lines and not work else Fraction(0)
        found = Rolled(
            bought + sum((share * part.material for share, part in parts), Fraction(0)),
            work + sum((share * part.making for share, part in parts), Fraction(0)),
            work,
            own_time,
            own_time + max((part.time for _, part in parts), default=0),
        )
        self.known[item] = found
        return found

    def row(self, item: str) -> Mapping[str, Any]:
        """Give the row of an item; empty where it has none."""
        return self.products.items.get(item, {})

    def is_made(self, item: str) -> bool:
        """Tell whether an item is made here, so that its bill of material and routing count."""
        return bool(self.row(item).get("kind", "make") != "buy")

    def per_unit(self, line: Line, parent: str) -> Fraction:
        """Give what one unit takes; what an order takes once is spread over a usual order."""
        once = Fraction(line["setup_quantity"], SCALE)
        if line["per"] == "order":
            once += Fraction(line["quantity"], SCALE) / (1 - Fraction(line["scrap_factor"], SCALE))
        return self.products.per_unit(line) + once / self.lot(parent)

    def lot(self, item: str) -> Fraction:
        """Give the units of an order of an item, over which set-up is spread."""
        return max(self.lots.get(item, self.order), self.order)

    def _work(self, item: str) -> tuple[Fraction, int]:
        """Give the cost of the operations for one unit, and the time of a usual order."""
        if not self.is_made(item):
            return Fraction(0), self.times.get(item, self.offers.get(item, 0))
        cost, spans, more = Fraction(0), {}, Fraction(1)
        for one in reversed(self.operations.get(item, ())):
            more /= Fraction(one["yield_ratio"], SCALE)  # what is lost at it and after it must go in
            minutes, price = self._operation(one, item, more)
            cost += price
            spans[one["sequence"]] = minutes
        time = self.times.get(item)
        return cost, longest(spans, self.links.get(item)) if time is None else time

    def _operation(self, one: Line, item: str, more: Fraction) -> tuple[int, Fraction]:
        lot = self.lot(item)
        if one["supplier"]:
            return one["lead_time"] + one["queue"] + one["move"], more * Fraction(one["cost"], SCALE)
        center = self.centers.get(one["work_center"], {"efficiency": SCALE, "cost_rate": 0})
        work = (one["setup"] + run_time(one, lot * more)) * SCALE / Fraction(center["efficiency"])
        price = work / HOUR * Fraction(center["cost_rate"], SCALE) / lot
        return int(work) + one["queue"] + one["move"], price


def run_time(one: Line, quantity: Fraction) -> Fraction:
    """Give the run time of a quantity at an operation, in milliseconds at standard speed."""
    if one["run_per"] == "hour":
        return quantity * HOUR * SCALE / one["rate"] if one["rate"] else Fraction(0)
    if one["run_per"] == "batch":
        batches = -(-quantity // Fraction(one["batch_size"], SCALE))
        return Fraction(batches * one["run"])
    return quantity * int(one["run"])


def longest(spans: Mapping[int, int], links: Sequence[tuple[int, int]] | None) -> int:
    """Give the length of the longest way through operations: one after the other, or by their links.

    Examples
    --------
    >>> longest({10: 5, 20: 7, 30: 1}, None), longest({10: 5, 20: 7, 30: 1}, [(10, 30), (20, 30)])
    (13, 8)
    """
    if not links:
        return sum(spans.values())
    before: dict[int, list[int]] = defaultdict(list)
    for first, last in links:
        before[last].append(first)
    ends: dict[int, int] = {}

    def end(one: int, above: frozenset[int]) -> int:
        if one in above or one not in spans:
            return 0
        if one not in ends:
            ends[one] = spans[one] + max((end(first, above | {one}) for first in before[one]), default=0)
        return ends[one]

    return max((end(one, frozenset()) for one in spans), default=0)


def roller_of(view: View, item: str, order: Fraction = Fraction(1)) -> Roller:
    """Read what is needed to roll up an item at the main site, in orders of so many units."""
    products = products_of(view, item)
    products = replace(products, items={**products.items, item: known_item(view, item)})
    own = pl.col("item").is_in(list(products.items))
    site = main_site({"setting": view.table("setting"), "site": view.table("site")})
    operations = routing_at(view.table("operation").filter(own), site)
    links = routing_at(view.table("operation_link").filter(own), site)
    planned = view.table("item_site").filter(own & (pl.col("site") == site))
    day = view.as_of // 1440
    offers = view.table("supplier_item").filter(
        own & (pl.col("effective_from") <= day) & (pl.col("effective_to") >= day)
    )
    best = offers.sort("rank", "from_quantity").unique("item", keep="first", maintain_order=True)
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for code, first, last in links.select("item", "before", "after").iter_rows():
        pairs[code].append((first, last))
    steps: dict[str, list[Line]] = defaultdict(list)
    for row in operations.sort("item", "sequence").iter_rows(named=True):
        steps[row["item"]].append(row)
    return Roller(
        products, steps, pairs,
        {row["code"]: row for row in view.table("work_center").iter_rows(named=True)},
        {row["item"]: _lot(row) for row in planned.iter_rows(named=True)}, order,
        {row["item"]: row["lead_time"] for row in planned.iter_rows(named=True) if row["lead_time"] is not None},
        dict(best.select("item", "lead_time").iter_rows()),
    )  # fmt: skip


def routing_at(rows: pl.DataFrame, site: str) -> pl.DataFrame:
    """Keep the rows of routings that hold at a site: its own where an item has some, else those for every site."""
    own = rows.filter((pl.col("site") == site) & (pl.col("site") != ""))
    return pl.concat([own, rows.filter(pl.col("site") == "").join(own, on="item", how="anti")])


def _lot(row: Line) -> Fraction:
    fixed = row["lot_quantity"] if row["lot_rule"] == "fixed" else 0
    return Fraction(max(row["lot_minimum"], row["lot_multiple"], fixed), SCALE)


@report(label="Cost and time roll-up")
def roll_up(plant: View, item: str, order: Decimal = USUAL, levels: int = 0) -> Page:
    """Show what one unit of an item costs and takes, level by level: material, work by rates, and the longest way.

    Parameters
    ----------
    plant : the plant
    item : code of the item
    order : units that are ordered at once, over which set-up is spread; more where the smallest order is more
    levels : how many levels down; 0 for all
    """
    top = known_item(plant, item)
    stop_on_errors([] if order > 0 else [BAD_ARGUMENT.at(column="order", value=order, must="above 0")])
    roller = roller_of(plant, item, Fraction(order))
    rolled = roller.of(item)
    lines = [_shown(roller, item, Fraction(1), 0, {"per": ""}), *_below(roller, item, Fraction(1), 1, levels, (item,))]
    currency, names = plant.settings["currency"], ("material", "making", "cost")
    texts = {name: wording.decimal(round(getattr(rolled, name) * SCALE), 2) for name in names}
    standard = wording.decimal(top["standard_cost"], 2)
    sentence = say("One {item} {name}", item=item, name=top["name"]).strip() + say(
        " costs {cost} {currency} in orders of {order}: {material} bought material and {making} work; the standard cost"
        " is {standard}. From nothing it takes {time}, closed time not counted.",
        cost=texts["cost"],
        currency=currency,
        order=order,
        material=texts["material"],
        making=texts["making"],
        standard=standard,
        time=wording.duration(rolled.time),
    )
    figures = {name: round(getattr(rolled, name) * SCALE) for name in names} | {"time": rolled.time}
    return Page(sentence, (_sheet(plant, item, lines[:MOST_LINES]),), figures)


@explains("unit-cost", label="Cost of one unit")
def unit_cost(plan: View, of: str, site: str = "") -> Page:
    """Give the cost of one unit of an item: its components, each with its own cost, and the work at it."""
    del site  # costs are rolled up at the main site
    name = known_item(plan, of)["name"]
    roller = roller_of(plan, of, Fraction(USUAL))
    rolled, lines = roller.of(of), roller.products.by_parent.get(of, ()) if roller.is_made(of) else ()
    steps = []
    for place, line in enumerate(lines, start=1):
        share, cost = roller.per_unit(line, of), roller.of(line["component"]).cost
        steps += [
            Step(f"q{place}", say("{item} in one {parent}", item=line["component"], parent=of), float(share)),
            Step(f"c{place}", say("cost of one {item}", item=line["component"]), float(cost)),
        ]
    own = [Step("b", say("price where it is bought"), float(rolled.material))] if not lines else []
    work = Step("w", say("work at it, set-up spread over {order}", order=USUAL), float(rolled.work))
    terms = " + ".join([*(f"q{place} c{place}" for place in range(1, len(lines) + 1)), *("b" for _ in own), "w"])
    answer = Step("c", say("cost of one unit"), float(rolled.cost), terms)
    currency = str(plan.settings["currency"])
    sentence = say("One {item} {name}", item=of, name=name).strip() + say(
        " costs {cost} {currency}.", cost=wording.decimal(round(rolled.cost * SCALE), 2), currency=currency
    )
    source = say("Bills of material, routings and rates of the plant, rolled up from the lowest level")
    working = Working(source, (*steps, *own, work, answer))
    return working_page(plan, say("Cost of one {item}", item=of), sentence, working, currency)


def _below(
    roller: Roller, parent: str, quantity: Fraction, level: int, levels: int, path: tuple[str, ...]
) -> Iterator[Line]:
    if not roller.is_made(parent):
        return
    for line in roller.products.by_parent.get(parent, ()):
        code = line["component"]
        share = roller.per_unit(line, parent)
        yield _shown(roller, code, quantity * share, level, line, share)
        if code not in path and level != levels:
            yield from _below(roller, code, quantity * share, level + 1, levels, (*path, code))


def _shown(
    roller: Roller, code: str, total: Fraction, level: int, line: Line, share: Fraction = Fraction(1)
) -> Line:  # fmt: skip
    row, rolled = roller.row(code), roller.of(code)
    return {
        "component": code, "name": row.get("name", ""), "level": level + 1, "quantity": round(share * SCALE),
        "total": round(total * SCALE), "unit": row.get("unit", ""), "scrap": line.get("scrap_factor", 0),
        "material": round(total * rolled.material * SCALE), "making": round(total * rolled.making * SCALE),
        "work": round(total * rolled.work * SCALE), "cost": round(total * rolled.cost * SCALE),
        "unit_cost": round(rolled.cost * SCALE), "standard": row.get("standard_cost", 0), "own_time": rolled.own_time,
        "time": rolled.time, "kind": row.get("kind", ""), "per": line["per"] if line["per"] != "unit" else "",
    }  # fmt: skip


def _sheet(view: View, item: str, lines: list[Line]) -> Sheet:
    columns = (
        named(Kind.TEXT, "component", "Item", target="item"),
        named(Kind.TEXT, "name", "Name"),
        named(Kind.QUANTITY, "quantity", "Taken by one unit of its parent, scrap included"),
        named(Kind.QUANTITY, "total", say("Taken by one {item}", item=item)),
        named(Kind.TEXT, "unit", "Unit"),
        named(Kind.RATIO, "scrap", "Extra taken because some is lost"),
        named(Kind.MONEY, "material", say("Bought material of that in one {item}", item=item)),
        named(Kind.MONEY, "work", say("Work at it alone, by the rates of work centers, in one {item}", item=item)),
        named(Kind.MONEY, "cost", say("Material and all work below and at it, in one {item}", item=item)),
        named(Kind.MONEY, "unit_cost", "The same for one unit of it"),
        named(Kind.MONEY, "standard", "Standard cost of one unit as the item has it"),
        named(Kind.DURATION, "own_time", "Time of a usual order of it, or of the supplier; closed time not counted"),
        named(Kind.DURATION, "time", "From nothing: its own time and the longest way below it"),
        named(Kind.TEXT, "kind", "Make, buy or phantom"),
        named(Kind.WHOLE, "level", "Level"),
    )
    return listed(view, "Roll-up", columns, lines, tree="component")


__all__ = ["Rolled", "Roller", "longest", "roll_up", "roller_of", "routing_at", "run_time", "unit_cost"]
