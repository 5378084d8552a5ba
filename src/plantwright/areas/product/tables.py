"""What a product is made of."""

from __future__ import annotations

from plantwright.core import column as col
from plantwright.core.column import EVER, FOREVER
from plantwright.core.entity import Entity


class Item(Entity, key="code"):
    """A thing that is bought, made, moved, stocked or sold."""

    code = col.code("Number by which people know the item")
    name = col.text("Name")
    kind = col.choice(("make", "buy", "phantom"), "Made here, bought, or a phantom that is exploded at order time")
    unit = col.text("Unit in which the item is stocked and planned", default="pcs")
    decimals = col.whole(
        "Decimals kept in its quantities; empty: none for pieces, six otherwise", default=None, at_least=0, at_most=6
    )
    family = col.text("Product family, for grouping")
    standard_cost = col.money("Standard cost of one unit", default=0, at_least=0)
    price = col.money("Sales price of one unit", default=0, at_least=0)
    active = col.flag("Whether it is still planned", default=True)


class ItemUnit(Entity, key=("item", "unit")):
    """A unit in which one item may also be counted, such as a can of paint."""

    item = col.ref("item", "Item")
    unit = col.code("The other unit")
    factor = col.quantity("How many of the item's own unit one of the other unit is", above=0)


class BomLine(Entity, key=("parent", "component", "operation", "effective_from")):
    """How much of a component an order of its parent takes."""

    parent = col.ref("item", "Item that is made")
    component = col.ref("item", "Item that is used")
    operation = col.whole("Operation at whose start it is used; 0 for the start of the order", default=0, at_least=0)
    effective_from = col.day("First day it holds, by the start of the order", default=EVER)
    effective_to = col.day("Last day it holds; empty for ever", default=FOREVER, day_means="end")
    quantity = col.quantity(
        "Taken per unit, per order, or in per cent of the order, as the next column says", default=1, at_least=0
    )
    per = col.choice(("unit", "order", "percent", "formula"), "What the quantity refers to", default="unit")
    formula = col.text("With per = formula: an expression in q, the quantity of the order, such as ceil(q / 12)")
    unit = col.text("Unit of the quantity; empty for the component's own")
    scrap_factor = col.ratio("Extra taken because some is lost, as a share", default=0, at_least=0, below=1)
    setup_quantity = col.quantity("Taken once per order besides, for setting up", default=0, at_least=0)
    rounding = col.quantity("Multiple to which the amount of an order is rounded up; 0 for none", default=0, at_least=0)
    note = col.text("Note for the people who use it, such as the position on the drawing")


class Substitute(Entity, key=("parent", "component", "substitute")):
    """What may be used instead of a component in one parent when the component is short."""

    parent = col.ref("item", "Item that is made")
    component = col.ref("item", "Component that may be replaced")
    substitute = col.ref("item", "What is used instead")
    rank = col.whole("Order of preference, 1 first", default=1, at_least=1)
    ratio = col.quantity("Units of the substitute for one unit of the component", default=1, above=0)
    effective_from = col.day("First day it is allowed", default=EVER)
    effective_to = col.day("Last day it is allowed; empty for ever", default=FOREVER, day_means="end")


class CoProduct(Entity, key=("item", "product")):
    """What else comes out of an order of an item."""

    item = col.ref("item", "Item whose order yields it")
    product = col.ref("item", "What comes out besides")
    quantity = col.quantity("Units of it for each good unit of the item", above=0)
    kind = col.choice(("co-product", "by-product"), "Whether it carries a share of the cost", default="co-product")
    cost_share = col.ratio("Share of the order's cost that it carries", default=0, at_least=0, below=1)
