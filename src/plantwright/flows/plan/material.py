"""The material plan: read the plant's tables by number, plan requirements, and name what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.flows.plan import demands as d
from plantwright.flows.plan import mrp as inputs
from plantwright.flows.plan.ahead import with_wanted
from plantwright.flows.plan.boms import Boms, plan_boms
from plantwright.flows.plan.calendars import Clocks, plan_clocks
from plantwright.flows.plan.nodes import Nodes, plan_nodes
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.routings import Routings, number_centers, plan_routings
from plantwright.methods import requirements as mrp
from plantwright.methods.requirements.consumption import consume_forecast
from plantwright.methods.working_time import NEVER
from plantwright.plant import Plant

NO = -1


@dataclass(frozen=True)
class Numbered:
    """The plant's tables with numbers in place of names; what every later stage works on."""

    plant: Plant
    nodes: Nodes
    centers: pl.DataFrame
    clocks: Clocks
    routings: Routings
    boms: Boms
    offers: inputs.Offers
    lanes: pl.DataFrame
    stock: pl.DataFrame
    sales: pl.DataFrame
    forecast: pl.DataFrame
    open_orders: pl.DataFrame


def number_plant(plant: Plant) -> Numbered:
    """Put numbers in place of names, once for all stages."""
    nodes = plan_nodes(plant)
    centers = number_centers(plant, nodes.main)
    routings = plan_routings(plant, nodes, centers)
    return Numbered(
        plant, nodes, centers, plan_clocks(plant, nodes.main, centers), routings, plan_boms(plant, nodes, routings),
        inputs.plan_offers(plant, nodes), inputs.plan_lanes(plant, nodes), d.on_hand(plant, nodes),
        d.open_sales(plant, nodes), d.forecasts(plant, nodes), d.open_orders(plant, nodes),
    )  # fmt: skip


@dataclass(frozen=True)
class Material:
    """The material plan in numbers, with the demands and orders that its rows refer to.

    Parameters
    ----------
    demands : sales orders, then what consumption leaves of the forecast; row = number. `wanted` is when material shall
        be there for it: when it is due, or before where the master schedule builds it ahead
    consumed : columns forecast, order, quantity
    orders : existing orders, then planned ones. Columns: id, order (name), node, kind, quantity, start, due, projected,
        latest, state, existing, offer, from_node, late, serves, firm, supplier, price
    plan : the rows of the requirements planner
    open_places : place in the routing of each need of an open order; these follow the demands in its requirements
    problem : the inputs of the requirements planner, with the lead times and calendars it planned by
    """

    demands: pl.DataFrame
    consumed: pl.DataFrame
    orders: pl.DataFrame
    plan: mrp.MaterialPlan
    open_places: Ints
    problem: mrp.RequirementsProblem


def plan_material(numbered: Numbered) -> Material:
    """Plan the requirements of the whole plant; capacity is not looked at here."""
    demands, consumed = net_demands(numbered)
    demands = with_wanted(numbered, demands)
    needs = _open_needs(numbered)
    problem = _problem(numbered, demands, needs)
    names = [f"{item} {site}".strip() for item, site in numbered.nodes.frame.select("item", "site").iter_rows()]
    plan = mrp.plan_requirements(problem, names)
    return Material(demands, consumed, _orders(numbered, plan), plan, needs["place"].to_numpy(), problem)


def _problem(n: Numbered, demands: pl.DataFrame, needs: pl.DataFrame) -> mrp.RequirementsProblem:
    bom, substitutes, texts = bom_inputs(n)
    return mrp.requirements_problem(
        n.plant.as_of,
        inputs.node_inputs(n.plant, n.nodes, n.offers, n.lanes, n.stock, n.clocks),
        routing=inputs.routing_inputs(n.nodes, n.routings, n.plant.raw["operation_link"], n.centers, n.clocks),
        bom=bom,
        formula=mrp.formulas([mrp.compile_formula(text) for text in texts]),
        substitutes=substitutes,
        alternatives=inputs.lane_inputs(n.nodes, n.lanes),
        co_products=_outputs(n),
        price_breaks=inputs.offer_inputs(n.nodes, n.offers),
        demands=mrp.Demands(*(demands[name].to_numpy() for name in ("node", "wanted", "quantity", "priority"))),
        supplies=_supplies(n, demands),
        open_needs=mrp.OpenNeeds(*(needs[name].to_numpy() for name in ("node", "time", "quantity", "id"))),
        calendars=n.clocks.time,
    )


def bom_inputs(n: Numbered) -> tuple[mrp.Bom, mrp.Substitutes, list[str]]:
    """Give bills of material and substitutes in the planner's form."""
    lines, count = n.boms.lines, len(n.nodes)
    own_lead = n.nodes.frame["lead_time"].is_not_null().to_numpy()
    parent = lines["parent"].to_numpy()
    place = np.where(own_lead[parent], NO, lines["place"].to_numpy()) if lines.height else np.zeros(0, np.int64)
    bom = mrp.Bom(
        pointer=mrp.pointer_of(parent, count), component=lines["component_node"].to_numpy(),
        per=lines["numerator"].to_numpy(), denominator=lines["denominator"].to_numpy(),
        fixed=lines["fixed"].to_numpy(), rounding=lines["rounding"].to_numpy(),
        effective_from=lines["start"].to_numpy(), effective_to=lines["end"].to_numpy(), op=place,
        formula=lines["formula"].to_numpy(),
    )  # fmt: skip
    rows = n.boms.substitutes
    substitutes = mrp.Substitutes(
        pointer=mrp.pointer_of(rows["line"].to_numpy(), lines.height), node=rows["node"].to_numpy(),
        ratio=rows["ratio"].to_numpy(), effective_from=rows["start"].to_numpy(), effective_to=rows["end"].to_numpy(),
    )  # fmt: skip
    return bom, substitutes, n.boms.formulas


def _outputs(n: Numbered) -> mrp.CoProducts:
    rows = n.boms.outputs
    return mrp.CoProducts(
        pointer=mrp.pointer_of(rows["parent"].to_numpy(), len(n.nodes)), node=rows["node"].to_numpy(),
        per=rows["quantity"].to_numpy(),
    )  # fmt: skip


_OPEN_KINDS = {"make": 0, "buy": 1, "transfer": 2}


def _supplies(n: Numbered, demands: pl.DataFrame) -> mrp.OpenSupplies:
    rows = n.open_orders
    served = demands.with_row_index("row").select("demand", "node", pl.col("row").cast(pl.Int64))
    rows = rows.join(served, left_on=["serves", "node"], right_on=["demand", "node"], how="left", maintain_order="left")
    # An order that has no component rows of its own takes what the bill of material says.
    own = n.plant.raw["production_component"]["order"].unique().implode()
    begun = n.plant.raw["production_operation"].filter(pl.col("state") != "waiting")["order"].unique().implode()
    explode = (pl.col("kind") == "make") & ~pl.col("order").is_in(own) & ~pl.col("order").is_in(begun)
    rows = rows.with_columns(
        kind_number=pl.col("kind").replace_strict(_OPEN_KINDS, return_dtype=pl.Int64), explode=explode.cast(pl.Int64)
    )
    return mrp.OpenSupplies(
        node=rows["node"].to_numpy(), time=rows["time"].to_numpy(), quantity=rows["quantity"].to_numpy(),
        kind=rows["kind_number"].to_numpy(), serves=rows["row"].fill_null(NO).to_numpy(),
        firm=rows["firm"].cast(pl.Int64).to_numpy(), explode=rows["explode"].to_numpy(),
    )  # fmt: skip


def _open_needs(n: Numbered) -> pl.DataFrame:
    """Give what production orders on the floor still take, and what firm transfers still take from their sender."""
    orders = n.open_orders.with_row_index("id").with_columns(pl.col("id").cast(pl.Int64))
    rows = n.plant.raw["production_component"].filter(pl.col("required") > pl.col("issued"))
    rows = rows.join(orders.filter(pl.col("kind") == "make").select("order", "site", "id", "due"), on="order")
    start = n.plant.raw["production_order"].select("order", begin="start")
    rows = rows.join(start, on="order", how="left").with_columns(
        time=pl.max_horizontal(pl.coalesce("begin", "due"), pl.lit(n.plant.as_of)),
        quantity=pl.col("required") - pl.col("issued"),
    )
    taken = n.nodes.number(rows, item="component").select("node", "time", "quantity", "id", "operation")
    moved = orders.with_columns(time=pl.Series(_leaves(n))).filter(d.FIRM_TRANSFER).drop("node", "site")
    moved = n.nodes.number(moved, site="from_site").with_columns(operation=pl.lit(0, pl.Int64))
    every = pl.concat([taken, moved.select("node", "time", "quantity", "id", "operation")]).drop_nulls("node")
    return every.with_columns(place=pl.Series(_places(n, orders, every), dtype=pl.Int64))


def _leaves(n: Numbered) -> Ints:
    """Give for each open order when it leaves: a firm transfer so that it arrives as recorded, all others now."""
    lanes = n.lanes.select("item", "from_site", "site", "lead").unique(["item", "from_site", "site"])
    rows = n.open_orders.join(lanes, on=["item", "from_site", "site"], how="left", maintain_order="left")
    leaves = pl.max_horizontal(pl.col("due") - pl.col("lead").fill_null(0), pl.lit(n.plant.as_of))
    return rows.select(pl.when(d.FIRM_TRANSFER).then(leaves).otherwise(n.plant.as_of)).to_series().to_numpy()


def _places(n: Numbered, orders: pl.DataFrame, rows: pl.DataFrame) -> Ints:
    ops = n.routings.operations.select(
        pl.col("node").alias("parent"), pl.col("sequence").alias("operation"),
        place=pl.col("op") - pl.col("op").min().over("node"),
    )  # fmt: skip
    parents = rows.with_columns(pl.col("operation").cast(pl.Int64)).join(
        orders.select("id", parent="node"), on="id", how="left", maintain_order="left"
    )
    found = parents.join(ops, on=["parent", "operation"], how="left", maintain_order="left")
    return found["place"].fill_null(NO).to_numpy()


_TAKEN = {"node": "node", "time": "due", "quantity": "quantity"}
_EXPECTED = {"node": "node", "start": "due", "end": "until", "quantity": "quantity"}


def net_demands(n: Numbered) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Let orders consume the forecast, and drop the forecast within the demand fence."""
    columns = ["forecast", "order", "quantity"]
    nothing = pl.DataFrame(schema=dict(zip(columns, (pl.String, pl.String, pl.Int64), strict=True)))
    sales = n.sales.filter(pl.col("node").is_not_null())
    forecast = n.forecast.filter(pl.col("node").is_not_null())
    if not forecast.height:
        return sales, nothing
    planning = n.nodes.frame.sort("node")
    window = {
        name: (planning[name] // 60_000).to_numpy() for name in ("consume_backward", "consume_forward", "demand_fence")
    }
    fence = np.where(window["demand_fence"] > 0, n.plant.as_of + window["demand_fence"], n.plant.as_of)
    ordered = {f"order_{name}": sales[column].to_numpy() for name, column in _TAKEN.items()}
    expected = {f"forecast_{name}": forecast[column].to_numpy() for name, column in _EXPECTED.items()}
    net = consume_forecast(
        **ordered, **expected, backward=window["consume_backward"], forward=window["consume_forward"], fence=fence
    )
    left = forecast.with_columns(quantity=pl.Series(net.quantity)).filter(pl.col("quantity") > 0)
    names = forecast["demand"].gather(net.forecast)
    orders = ["" if order < 0 else sales["demand"][int(order)] for order in net.order]
    consumed = pl.DataFrame({"forecast": names, "order": orders, "quantity": net.amount}, schema=nothing.schema)
    return pl.concat([sales, left.drop("until")]), consumed


_PLANNED_KINDS = {0: "make", 1: "buy", 2: "transfer", 3: "make"}


def _orders(n: Numbered, plan: mrp.MaterialPlan) -> pl.DataFrame:
    """List existing and planned orders together; a planned one is named by its kind and its place in the plan."""
    existing = n.open_orders.select(
        "order", "node", "kind", "quantity", start=pl.Series(_leaves(n), dtype=pl.Int64), due="due", projected="time",
        latest=pl.lit(n.plant.as_of, pl.Int64), state="state", existing=pl.lit(value=True), offer=pl.lit(NO, pl.Int64),
        from_site="from_site", supplier="supplier", serves="serves", firm="firm", price="price",
        priority=pl.lit(5, pl.Int64), fenced=pl.lit(value=False),
    )  # fmt: skip
    o = plan.orders
    sites = n.nodes.frame["site"]
    prefix = {"make": "MO", "buy": "PO", "transfer": "TO"}
    planned = pl.DataFrame({
        "node": o.node, "kind": pl.Series(o.kind).replace_strict(_PLANNED_KINDS, return_dtype=pl.String),
        "quantity": o.quantity, "start": o.start, "due": o.due, "projected": np.minimum(o.projected, NEVER),
        "latest": o.latest_start, "offer": o.source, "priority": o.priority,
        "from_site": pl.Series([sites[int(one)] if one >= 0 else "" for one in o.from_node], dtype=pl.String)
        if np.any(o.from_node >= 0) else pl.Series([""], dtype=pl.String).new_from_index(0, len(o.node)),
        "fenced": (o.flags & 2) > 0,
    }).with_row_index("number")  # fmt: skip
    name = pl.concat_str(
        pl.col("kind").replace_strict(prefix, return_dtype=pl.String), pl.lit("-"),
        (pl.col("number") + 1).cast(pl.String).str.zfill(6),
    )  # fmt: skip
    offers = n.offers.rows.select("offer", "supplier", "price")
    planned = planned.join(offers, on="offer", how="left", maintain_order="left").select(
        order=name, node="node", kind="kind", quantity="quantity", start="start", due="due", projected="projected",
        latest="latest", state=pl.lit("planned"), existing=pl.lit(value=False), offer="offer", from_site="from_site",
        supplier=pl.col("supplier").fill_null(""), serves=pl.lit(""), firm=pl.lit(value=False),
        price=pl.col("price").fill_null(0), priority="priority", fenced="fenced",
    )  # fmt: skip
    return pl.concat([existing, planned]).with_row_index("id").with_columns(pl.col("id").cast(pl.Int64))
