"""What promising looks up, prepared once: what is free, how each item is got, and the free time of each unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from graphlib import TopologicalSorter
from types import MappingProxyType

import numpy as np
import polars as pl

from plantwright.flows.plan import mrp as inputs
from plantwright.flows.plan.material import Numbered, number_plant
from plantwright.flows.plan.nodes import at_site, main_site
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.shop import Given, family_codes, setup_matrices
from plantwright.flows.plan.steps import Pattern, order_patterns
from plantwright.methods import requirements as mrp
from plantwright.methods.lot_sizing import LotRule
from plantwright.methods.scheduling.placing import FreeTime, free_time
from plantwright.methods.working_time import ALWAYS_OPEN, NEVER
from plantwright.plant import Plan, Plant

NO = -1


@dataclass(frozen=True, slots=True)
class Supply:
    """What is there or comes and serves nobody in the plan: how much, from when on, and the order that brings it."""

    time: int
    quantity: int
    order: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill of material: how much of which node, for which operation (-1: the start), and when it holds."""

    component: int
    numerator: int
    denominator: int
    fixed: int
    rounding: int
    place: int
    formula: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to do an operation: work center (-1: a supplier's step), minutes of set-up, and for each good unit."""

    center: int
    setup: float
    run: float


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a routing; `needs` are groups of people or tools, each with how many it holds."""

    row: int
    sequence: int
    batch: int
    queue: int
    move: int
    pausable: bool
    family: int
    needs: tuple[tuple[int, int], ...]
    modes: tuple[Mode, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier offers from a quantity on: lead time in minutes, supplier, and calendar of deliveries."""

    from_quantity: int
    lead: int
    supplier: str
    calendar: int


@dataclass(frozen=True)
class Planning:
    """How each node is planned, by node; the values that the material plan plans by."""

    kind: list[int]
    quantum: list[int]
    minimum: list[int]
    maximum: list[int]
    multiple: list[int]
    lot_rule: list[int]
    fixed_quantity: list[int]
    lead_fixed: list[int]
    lead_per_unit: list[float]
    lead_calendar: list[int]
    supplying_node: list[int]
    fence: list[int]
    """Moment before which no new order may come: now, where there is no fence."""


@dataclass(frozen=True)
class Known:
    """All that promising looks up, by node, operation and resource.

    Resources are the units, and after them people and copies of tools; `busy` and `calendar` go by them, `members`
    gives those of each group, and `free` keeps their free time once it was asked for.
    """

    n: Numbered
    items: Sequence[str]
    sites: Sequence[str]
    node_of: Mapping[tuple[str, str], int]
    planning: Planning
    pattern: Pattern
    lines: Mapping[int, tuple[Line, ...]]
    operations: Mapping[int, tuple[Operation, ...]]
    offers: Mapping[int, tuple[Offer, ...]]
    formulas: Sequence[mrp.Formulas]
    supplies: Mapping[int, tuple[Supply, ...]]
    changes: np.ndarray
    center_matrix: Ints
    busy: Mapping[int, tuple[Ints, Ints]]
    calendar: Sequence[int]
    members: Mapping[int, tuple[int, ...]]
    free: dict[int, FreeTime] = field(default_factory=dict)
    networks: dict[int, list[tuple[int, list[int]]]] = field(default_factory=dict)

    @property
    def as_of(self) -> int:
        """The moment of the plan."""
        return self.n.plant.as_of

    def limits(self, node: int) -> tuple[int, int, int]:
        """Give the smallest lot, the largest (0 none) and the multiple of a node, as the material plan has them."""
        own = self.planning
        if own.lot_rule[node] == LotRule.FIXED_QUANTITY:
            return own.fixed_quantity[node], own.fixed_quantity[node], own.fixed_quantity[node]
        return own.minimum[node], own.maximum[node], max(own.multiple[node], own.quantum[node])

    def free_of(self, unit: int) -> FreeTime:
        """Give the free time of a resource in the schedule in force."""
        if unit not in self.free:
            opens, closes = self._open(self.calendar[unit])
            self.free[unit] = free_time(opens, closes, *self.busy.get(unit, ((), ())))
        return self.free[unit]

    def _open(self, calendar: int) -> tuple[Ints, Ints]:
        if calendar == ALWAYS_OPEN:
            return np.array([self.as_of]), np.array([NEVER])
        opens, closes = self.n.clocks.time.intervals(calendar)
        first = int(np.searchsorted(closes, self.as_of, side="right"))
        return np.maximum(opens[first:], self.as_of), closes[first:]

    def units(self, center: int) -> range:
        """Give the units of a work center; for a supplier's step only the unit -1."""
        if center < 0:
            return range(NO, 0)
        pointer = self.n.clocks.unit_pointer
        return range(int(pointer[center]), int(pointer[center + 1]))

    def network(self, node: int) -> list[tuple[int, list[int]]]:
        """Give the operations of a routing by their places, each with those that it waits for, which come before it."""
        if node not in self.networks:
            own = slice(int(self.pattern.arc_pointer[node]), int(self.pattern.arc_pointer[node + 1]))
            waits: dict[int, list[int]] = {place: [] for place in range(len(self.operations[node]))}
            pairs = zip(self.pattern.arc_before[own].tolist(), self.pattern.arc_after[own].tolist(), strict=True)
            for before, after in pairs:
                waits[after].append(before)
            self.networks[node] = [(place, waits[place]) for place in TopologicalSorter(waits).static_order()]
        return self.networks[node]

    def change(self, center: int, family: int) -> tuple[int, int]:
        """Give the longest change of set-up to a family on a work center, and from it to what runs next."""
        matrix = int(self.center_matrix[center])
        if matrix < 0 or family < 0:
            return 0, 0
        return int(self.changes[matrix, :, family].max()), int(self.changes[matrix, family, :].max())


def look_up(plant: Plant, plan: Plan) -> Known:
    """Prepare what promising looks up, from a plant and its plan in force."""
    n = number_plant(with_all_items(plant))
    pattern = order_patterns(plant, n.nodes, n.routings)
    given = Given(plant, n.centers, n.clocks, n.routings, pattern)
    matrix, center_matrix, _ = setup_matrices(given)
    items, sites = n.nodes.frame["item"].to_list(), n.nodes.frame["site"].to_list()
    return Known(
        n, items, sites, {pair: node for node, pair in enumerate(zip(items, sites, strict=True))}, _planning(n),
        pattern, _lines(n), _operations(given), _offers(n),
        [mrp.formulas([mrp.compile_formula(text)]) for text in n.boms.formulas],
        _supplies(n, plan), matrix, center_matrix, _busy(n, plan),
        [*n.clocks.unit_calendar.tolist(), *n.clocks.members["calendar"].to_list()], _members(n),
    )  # fmt: skip


def with_all_items(plant: Plant) -> Plant:
    """Let every active item be planned at the main site, also one that nobody has asked for yet."""
    main, own = main_site(plant), plant.raw["item_site"]
    known = own.select("item", at_site("site", main)).filter(pl.col("site") == main)
    new = plant.raw["item"].filter("active").select(item="code").join(known, on="item", how="anti")
    rows = pl.concat([own, new.with_columns(site=pl.lit(main))], how="diagonal")
    return replace(plant, raw=MappingProxyType({**plant.raw, "item_site": rows}))


def _planning(n: Numbered) -> Planning:
    nodes = inputs.node_inputs(n.plant, n.nodes, n.offers, n.lanes, n.stock, n.clocks)
    fence = n.plant.as_of + n.nodes.frame["planning_fence"].fill_null(0).to_numpy() // 60_000
    own = {one.name: np.asarray(getattr(nodes, one.name)).tolist() for one in fields(Planning) if one.name != "fence"}
    return Planning(**own, fence=fence.tolist())


def _lines(n: Numbered) -> dict[int, tuple[Line, ...]]:
    found: dict[int, list[Line]] = defaultdict(list)
    names = ("component_node", "numerator", "denominator", "fixed", "rounding", "place", "formula", "start", "end")
    for parent, *rest in n.boms.lines.select("parent", *names).iter_rows():
        found[parent].append(Line(*rest))
    return {parent: tuple(lines) for parent, lines in found.items()}


def _operations(given: Given) -> dict[int, tuple[Operation, ...]]:
    modes: dict[int, list[Mode]] = defaultdict(list)
    for op, *rest in given.routings.modes.select("op", "center", "setup", "run").iter_rows():
        modes[op].append(Mode(*rest))
    families = family_codes(given)
    named = given.clocks.groups.select("kind", "name", "group").unique()
    groups = {(kind, name): group for kind, name, group in named.iter_rows()}
    found: dict[int, list[Operation]] = defaultdict(list)
    names = ("node", "op", "sequence", "batch", "queue", "move", "pausable", "setup_family", "skill", "people", "tool")
    for node, op, sequence, batch, queue, move, pausable, family, skill, people, tool in (
        given.routings.operations.select(names).iter_rows()
    ):  # fmt: skip
        ways = tuple(modes[op])
        asked = ((("people", skill), int(people or 0)), (("tool", tool), 1))
        found[node].append(
            Operation(
                op,
                sequence,
                batch,
                queue,
                move,
                pausable,
                families.get(family, NO),
                tuple((groups[one], many) for one, many in asked if one in groups and many > 0),
                ways,
            )
        )
    return {node: tuple(operations) for node, operations in found.items()}


def _offers(n: Numbered) -> dict[int, tuple[Offer, ...]]:
    own = n.nodes.frame.select("node", own="lead_time")
    rows = n.offers.rows.join(own, on="node", how="left", maintain_order="left")
    lead = pl.coalesce(pl.col("own") // 60_000, "lead").alias("lead")
    found: dict[int, list[Offer]] = defaultdict(list)
    for node, start, minutes, supplier, calendar in rows.select(
        "node", "from_quantity", lead, "supplier", "calendar"
    ).iter_rows():
        found[node].append(Offer(start, minutes, supplier, n.clocks.by_code.get(calendar or "", ALWAYS_OPEN)))
    return {node: tuple(offers) for node, offers in found.items()}


def _supplies(n: Numbered, plan: Plan) -> dict[int, tuple[Supply, ...]]:
    """List by node what no demand of the plan has: stock first, then orders by their finish, safety stock left out."""
    taken = plan.raw["peg"].group_by("item", "site", order="supply").agg(pl.col("quantity").sum().alias("pegged"))
    orders = plan.raw["planned_order"].select("item", "site", "order", "quantity", time="finish")
    stock = n.stock.join(n.nodes.frame.select("node", "item", "site"), on="node").select(
        "item", "site", "quantity", order=pl.lit(""), time=pl.lit(n.plant.as_of, pl.Int64)
    )
    rows = pl.concat([stock.select(orders.columns), orders], how="vertical_relaxed")
    rows = rows.join(taken, on=["item", "site", "order"], how="left").with_columns(
        quantity=pl.col("quantity") - pl.col("pegged").fill_null(0)
    )
    rows = n.nodes.number(rows).filter((pl.col("quantity") > 0) & pl.col("node").is_not_null())
    reserve = dict(n.nodes.frame.select("node", "safety_stock").iter_rows())
    found: dict[int, list[Supply]] = defaultdict(list)
    soon = pl.max_horizontal(pl.col("time").fill_null(NEVER), pl.lit(n.plant.as_of))
    for node, order, quantity, time in rows.with_columns(time=soon).sort("node", "time", "order").select(
        "node", "order", "quantity", "time"
    ).iter_rows():  # fmt: skip
        kept = min(reserve[node] or 0, quantity)
        reserve[node] = (reserve[node] or 0) - kept
        if quantity > kept and time < NEVER // 2:
            found[node].append(Supply(time, quantity - kept, order))
    return {node: tuple(supplies) for node, supplies in found.items()}


def _members(n: Numbered) -> dict[int, tuple[int, ...]]:
    """Give the resources of each group."""
    first = len(n.clocks.unit_calendar)
    rows = n.clocks.groups.sort("group", "member").group_by("group", maintain_order=True).agg("member")
    return {group: tuple(first + one for one in own) for group, own in rows.select("group", "member").iter_rows()}


def _busy(n: Numbered, plan: Plan) -> dict[int, tuple[Ints, Ints]]:
    """Give when each resource is held in the schedule in force."""
    codes = n.centers.select("center", work_center="code")
    rows = plan.raw["scheduled_operation"].join(codes, on="work_center", how="left").drop_nulls(["start", "finish"])
    held: dict[int, list[tuple[int, int]]] = defaultdict(list)
    pointer = n.clocks.unit_pointer.tolist()
    known: dict[str, list[int]] = defaultdict(list)
    for member, code in n.clocks.members.select("member", "code").iter_rows():
        known[code].append(len(n.clocks.unit_calendar) + member)
    columns = ("center", "unit", "start", "finish", "people")
    for center, unit, start, finish, people in rows.sort("start").select(columns).iter_rows():
        if center is not None and unit is not None:
            held[pointer[center] + unit - 1].append((start, finish))
        for name in (people or "").split(", "):
            copies = known.get(name.split("#")[0], [])
            if copies:  # copies of a tool are taken in turn
                held[min(copies, key=lambda one: held[one][-1][1] if held[one] else NO)].append((start, finish))
    arrays = {one: np.array(spans, np.int64) for one, spans in held.items() if spans}
    return {one: (spans[:, 0], spans[:, 1]) for one, spans in arrays.items()}
