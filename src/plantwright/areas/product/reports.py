"""What a product is made of, and where things are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import polars as pl

from plantwright.core import wording
from plantwright.core.column import Kind
from plantwright.core.exact import SCALE, to_decimal
from plantwright.core.pages import Page, Sheet, View, listed, missing, named, reached
from plantwright.core.problem import stop_on_errors
from plantwright.core.reader import say
from plantwright.core.report import report
from plantwright.core.units import ItemUnit, Unit, UnitSystem

MOST_LINES = 20_000
"""A product that unfolds into more lines than this is shown as far as that."""

Line = dict[str, Any]


def known_item(view: View, item: str) -> Line:
    """Give the row of an item, or raise the problem that there is none."""
    items = view.table("item")
    found = items.filter(pl.col("code") == item)
    stop_on_errors([] if found.height else [missing("item", item, items["code"])])
    return found.row(0, named=True)


@dataclass
class Products:
    """The lines that hold today, by parent and by component, and the items."""

    items: Mapping[str, Line]
    units: UnitSystem
    by_parent: Mapping[str, list[Line]]
    by_component: Mapping[str, list[Line]] = field(default_factory=dict)

    def per_unit(self, line: Line) -> Fraction:
        """Give what one unit of the parent takes, in the component's own unit.

        What is taken once an order, or by a formula, counts as nothing here; units that do not fit count one to one,
        the checks report them.
        """
        if line["per"] in {"order", "formula"}:
            return Fraction(0)
        share = Fraction(line["quantity"], SCALE) / (100 if line["per"] == "percent" else 1)
        return self._factor(line) * share / (1 - Fraction(line["scrap_factor"], SCALE))

    def _factor(self, line: Line) -> Fraction:
        own = self.items.get(line["component"], {"unit": ""})["unit"]
        if line["unit"] in {"", own}:
            return Fraction(1)
        factor = self.units.factor(line["unit"], own, line["component"])
        return factor if isinstance(factor, Fraction) else Fraction(1)


def products_of(view: View, item: str) -> Products:
    """Give the lines that hold today and lead down or up from an item; a plant may have many others."""
    today = view.as_of // 1440
    lines = view.table("bom_line").filter((pl.col("effective_from") <= today) & (pl.col("effective_to") >= today))
    lines = lines.sort("parent", "operation", "component")
    down: dict[str, list[Line]] = defaultdict(list)
    up: dict[str, list[Line]] = defaultdict(list)
    below, above = reached(lines, item, "parent", "component"), reached(lines, item, "component", "parent")
    for line in below.iter_rows(named=True):
        down[line["parent"]].append(line)
    for line in above.iter_rows(named=True):
        up[line["component"]].append(line)
    names = pl.concat([below["component"], above["parent"], above["component"]]).unique().implode()
    found = view.table("item").filter(pl.col("code").is_in(names))
    items = {row["code"]: row for row in found.iter_rows(named=True)}
    return Products(items, _units(view, items), down, up)


def _units(view: View, items: Mapping[str, Line]) -> UnitSystem:
    own = [
        Unit(row["code"], row["dimension"], _text(row["factor"])) for row in view.table("unit").iter_rows(named=True)
    ]
    of_items = [
        ItemUnit(row["item"], row["unit"], _text(row["factor"]), items[row["item"]]["unit"])
        for row in view.table("item_unit").iter_rows(named=True)
        if row["item"] in items
    ]
    return UnitSystem(tuple(own), tuple(of_items))


def _text(scaled: int) -> str:
    return str(to_decimal(scaled))


@report
def bom(plant: View, item: str, levels: int = 0) -> Page:
    """Show what an item is made of, all levels, with quantity and cost for one unit.

    Parameters
    ----------
    plant : the plant
    item : code of the item
    levels : how many levels down; 0 for all
    """
    top = known_item(plant, item)
    products = products_of(plant, item)
    lines = list(_unfold(products, item, Fraction(1), 1, levels, (item,)))[:MOST_LINES]
    rolled = sum((line["cost"] for line in lines if line["bought"]), 0)
    deepest = max((line["level"] for line in lines), default=0)
    material, standard = wording.decimal(round(rolled), 2), wording.decimal(top["standard_cost"], 2)
    sentence = f"{item} {top['name']}".strip() + (
        say(
            " takes {lines} on {levels}; bought material costs {material} {currency} a unit, the standard cost is"
            " {standard}.",
            lines=wording.count(len(lines), "line"),
            levels=wording.count(deepest, "level"),
            material=material,
            currency=plant.settings["currency"],
            standard=standard,
        )
        if lines
        else " has no bill of material."
    )
    return Page(sentence, (_bom_sheet(plant, item, lines),))


def _unfold(
    products: Products, parent: str, quantity: Fraction, level: int, levels: int, path: tuple[str, ...]
) -> Iterator[Line]:
    """Walk down the lines, depth first; a loop, which the checks report, is not followed."""
    for line in products.by_parent.get(parent, ()):
        item = products.items.get(line["component"], {"name": "", "unit": "", "kind": "", "standard_cost": 0})
        total = quantity * products.per_unit(line)
        leaf = not products.by_parent.get(line["component"]) or line["component"] in path
        yield {
            "component": line["component"],
            "name": item["name"],
            "level": level,
            "operation": line["operation"] or None,
            "quantity": round(products.per_unit(line) * SCALE) or line["quantity"],
            "per": _per(line),
            "total": round(total * SCALE),
            "unit": item["unit"],
            "kind": item["kind"],
            "unit_cost": item["standard_cost"],
            "cost": round(total * item["standard_cost"]),
            "bought": leaf,
        }
        if not leaf and level != levels:
            yield from _unfold(products, line["component"], total, level + 1, levels, (*path, line["component"]))


def _per(line: Line) -> str:
    words = {"unit": "", "order": "an order", "percent": "% of the order", "formula": line["formula"]}[line["per"]]
    scrap = (
        say("+{scrap_factor} scrap", scrap_factor=wording.percent(line["scrap_factor"], 1))
        if line["scrap_factor"]
        else ""
    )
    return ", ".join(part for part in (words, scrap) if part)


def _bom_sheet(view: View, item: str, lines: list[Line]) -> Sheet:
    columns = (
        named(Kind.TEXT, "component", "Component", target="item"),
        named(Kind.TEXT, "name", "Name"),
        named(Kind.QUANTITY, "quantity", "Taken by one unit of its parent"),
        named(Kind.QUANTITY, "total", say("Taken by one {item}, scrap included", item=item)),
        named(Kind.TEXT, "unit", "Unit"),
        named(Kind.MONEY, "cost", say("Standard cost of that in one {item}", item=item)),
        named(Kind.TEXT, "per", "What the quantity refers to"),
        named(Kind.MONEY, "unit_cost", "Standard cost of one unit"),
        named(Kind.WHOLE, "operation", "Operation at which it is used"),
        named(Kind.TEXT, "kind", "Make, buy or phantom"),
        named(Kind.WHOLE, "level", "Level"),
    )
    return listed(view, "Bill of material", columns, lines, tree="component")


@report
def where_used(plant: View, item: str, levels: int = 0) -> Page:
    """Show in what an item is used, directly and through other items, up to what is sold.

    Parameters
    ----------
    plant : the plant
    item : code of the item
    levels : how many levels up; 0 for all
    """
    known_item(plant, item)
    products = products_of(plant, item)
    lines = list(_climb(products, item, Fraction(1), 1, levels, (item,)))[:MOST_LINES]
    tops = {line["parent"] for line in lines if line["top"]}
    direct = sum(line["level"] == 1 for line in lines)
    sentence = (
        say(
            "{item} is used in {directly} directly, and in the end in {ends} that no other item takes.",
            item=item,
            directly=wording.count(direct, "item"),
            ends=wording.count(len(tops), "item"),
        )
        if lines
        else say("{item} is used in nothing.", item=item)
    )
    columns = (
        named(Kind.TEXT, "parent", "Item that uses it", target="item"),
        named(Kind.TEXT, "name", "Name"),
        named(Kind.QUANTITY, "quantity", "Taken by one unit of it"),
        named(Kind.QUANTITY, "total", say("{item} in one unit of it, scrap included", item=item)),
        named(Kind.FLAG, "top", "Whether no other item takes it"),
        named(Kind.WHOLE, "level", "Level"),
    )
    return Page(sentence, (listed(plant, "Where used", columns, lines, tree="parent"),))


def _climb(
    products: Products, component: str, quantity: Fraction, level: int, levels: int, path: tuple[str, ...]
) -> Iterator[Line]:
    for line in products.by_component.get(component, ()):
        parent = line["parent"]
        total = quantity * products.per_unit(line)
        top = not products.by_component.get(parent)
        yield {
            "parent": parent,
            "name": products.items.get(parent, {"name": ""})["name"],
            "level": level,
            "quantity": round(products.per_unit(line) * SCALE),
            "total": round(total * SCALE),
            "top": top,
        }
        if not top and parent not in path and level != levels:
            yield from _climb(products, parent, total, level + 1, levels, (*path, parent))


__all__ = ["bom", "where_used"]
