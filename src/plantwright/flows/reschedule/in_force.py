"""The plan in force in the numbers of a new material plan: names of orders, who serves whom, when each thing runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.ragged import Ints, spread
from plantwright.flows.plan.results import pegs_table, planned_components
from plantwright.flows.plan.steps import Steps
from plantwright.flows.plan.timing import Dates
from plantwright.flows.trial import named_as
from plantwright.methods.scheduling import Schedule, Shop
from plantwright.methods.working_time import NEVER

NO, GONE = -1, -2
SAME = ("order", "item", "site", "quantity", "due")
"""What orders of two plans have in common where both plans cut the same lots."""


def with_names(
    n: Numbered, material: Material, base: Mapping[str, pl.DataFrame], kept: frozenset[str] = frozenset()
) -> Material:
    """Give the planned orders of a material plan the names that they have in the plan in force, new ones new names.

    Those in `kept` have them already.
    """
    places = n.nodes.frame.select("node", "item", "site")
    rows = material.orders.join(places, on="node", how="left", maintain_order="left").rename({"kind": "source"})
    wanted = rows.select("order", "item", "site", "source", "quantity", "start", "due", "state", "id")
    known = base["planned_order"]
    if known.select(SAME).equals(wanted.select(SAME)):
        return material
    named = pl.col("order").is_in(list(kept))
    found = named_as(known.filter(~named), {"planned_order": wanted.filter(~named)})["planned_order"]
    both = pl.concat([found.select("id", "order"), wanted.filter(named).select("id", "order")]).sort("id")
    taken = set(known["order"]) | set(material.orders["order"])
    number = 1 + max((int(name.split("-")[-1]) for name in taken if name.split("-")[-1].isdecimal()), default=0)
    names = []
    for name in both["order"].to_list():
        if name.startswith("new "):
            kind, number = name.removeprefix("new ").split("-")[0], number + 1
            name = f"{kind}-{number - 1:06d}"  # noqa: PLW2901 - the name that it gets
        names.append(name)
    return replace(material, orders=material.orders.with_columns(order=pl.Series(names, dtype=pl.String)))


# --- who serves whom ------------------------------------------------------------------------------------------------


def kept_pegs(
    n: Numbered, material: Material, pegs: PegRows, consumer: Ints, place: Ints, base: Mapping[str, pl.DataFrame]
) -> PegRows:
    """Let everybody keep what served them in the plan in force; only what is left over is shared out anew.

    Parameters
    ----------
    n, material : the new material plan, its orders named as in the plan in force
    pegs : its own pegs; what each requirement needs and each supply gives is read from them
    consumer, place : of each requirement: the order that takes it, and where
    base : tables of the plan in force

    Returns
    -------
    Pegs with the same sums by requirement and by supply. Where a lot of an item is no longer there, the item is pegged
    as the material plan does: what is left over would hang together by chance.
    """
    nothing = np.zeros(max(len(consumer), material.orders.height) + 1, np.int64)
    dates = Dates(nothing[: material.orders.height], nothing[: material.orders.height], nothing, nothing)
    names = pegs_table(n, material, pegs, dates)
    parts = planned_components(n, material, dates, consumer, place)
    asked = _keys(names, parts).with_columns(requirement=pegs.requirement)
    number = dict(asked.select("key", "requirement").unique("key").iter_rows())
    supply = {"": NO} | dict(material.orders.select("order", "id").iter_rows())
    old = _keys(base["peg"], base["planned_component"])
    need: dict[int, int] = defaultdict(int)
    have: dict[tuple[int, int], int] = defaultdict(int)
    rows = zip(pegs.requirement.tolist(), pegs.node.tolist(), pegs.supply.tolist(), pegs.quantity.tolist(), strict=True)
    node_of: dict[int, int] = {}
    for one, node, source, quantity in rows:
        need[one] += quantity
        have[node, source] += quantity
        node_of[one] = node
    found: list[tuple[int, int, int]] = []
    changed: set[int] = set()
    nodes = dict(n.nodes.frame.select(pl.concat_str("item", "site", separator="\t"), "node").iter_rows())
    for key, name, quantity, own in old.select("key", "supply", "quantity", "own").iter_rows():
        node = nodes.get(own, NO)
        one, source = number.get(key, NO), supply.get(name)
        if source is None:
            changed.add(node)
            continue
        # Who asks for less now, or for nothing any more, leaves the rest of the lot to others.
        amount = min(need.get(one, 0), have.get((node, source), 0), quantity)
        if amount > 0:
            found.append((one, source, amount))
            need[one] -= amount
            have[node, source] -= amount
    found = [row for row in found if node_of[row[0]] not in changed]
    found += _shared_out(material, need, have, {one: node for one, node in node_of.items() if node not in changed})
    rows = zip(pegs.requirement.tolist(), pegs.node.tolist(), pegs.supply.tolist(), pegs.quantity.tolist(), strict=True)
    found += [(one, source, quantity) for one, node, source, quantity in rows if node in changed]
    return _as_rows(pegs, found, consumer, place)


def same_pegs(
    n: Numbered, material: Material, pegs: PegRows, consumer: Ints, place: Ints, base: Mapping[str, pl.DataFrame]
) -> PegRows | None:
    """Give the pegs of the plan in force where the material plan is the one behind it, number by number; else None.

    Parameters
    ----------
    n, material, pegs, consumer, place, base : as for `kept_pegs`, which shares out what is another
    """
    rows, parts = material.plan.requirements, base["planned_component"].sort("number")
    keep = np.flatnonzero((consumer >= 0) & (rows.quantity > 0))
    taken = material.orders["order"].gather(consumer[keep])
    if not (np.array_equal(parts["number"], keep) and parts["order"].equals(taken)):
        return None
    demands = material.demands.select(demand_kind="kind", demand="demand", asks=pl.int_range(pl.len()))
    served = pl.DataFrame({"asks": pegs.demand, "node": pegs.node, "asked": pegs.requirement}).unique()
    stock = pl.DataFrame({"supply": [""], "source": [NO]})
    orders = pl.concat([material.orders.select(supply="order", source=pl.col("id").cast(pl.Int64)), stock])
    places = n.nodes.frame.select("item", "site", pl.col("node").cast(pl.Int64))
    found = base["peg"].join(places, on=["item", "site"], how="left", maintain_order="left")
    found = found.join(demands, on=["demand_kind", "demand"], how="left", maintain_order="left")
    found = found.join(served, on=["asks", "node"], how="left", maintain_order="left")
    found = found.join(orders, on="supply", how="left", maintain_order="left")
    found = found.with_columns(requirement=pl.coalesce("component", "asked")).sort("requirement", maintain_order=True)
    known = found.select("requirement", "source", "node", "quantity")
    if found.height != base["peg"].height or known.null_count().sum_horizontal().item():
        return None
    requirement, source, node, quantity = (known[name].to_numpy().astype(np.int64) for name in known.columns)
    sums = (_sums(requirement, source, node, quantity), _sums(pegs.requirement, pegs.supply, pegs.node, pegs.quantity))
    if not all(one.equals(other) for one, other in zip(*sums, strict=True)):
        return None
    return _peg_rows(pegs, requirement, source, quantity, consumer, place)


def _sums(requirement: Ints, source: Ints, node: Ints, quantity: Ints) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Sum up what each requirement gets, and what each supply gives of an item."""
    rows = pl.DataFrame({"requirement": requirement, "source": source, "node": node, "quantity": quantity})
    total = pl.col("quantity").sum()
    return (
        rows.group_by("requirement", "node").agg(total).sort("requirement", "node"),
        rows.group_by("source", "node").agg(total).sort("source", "node"),
    )


def _keys(pegs: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Name each requirement by who asks for what, and where: its number changes from plan to plan."""
    own = ["order", "operation", "item", "site", "replaces"]
    rank = pl.col("number").rank("ordinal").over(own)
    told = parts.select("number", "order", key=pl.concat_str([*own, rank], separator="\t"))
    rows = pegs.join(told.select("number", "key"), left_on="component", right_on="number", how="left",
                     maintain_order="left")  # fmt: skip
    plain = pl.concat_str(["demand_kind", "demand", "item", "site"], separator="\t")
    own_place = pl.concat_str("item", "site", separator="\t")
    return rows.select(pl.coalesce("key", plain).alias("key"), "supply", "quantity", own=own_place)


def _shared_out(
    material: Material, need: dict[int, int], have: dict[tuple[int, int], int], node_of: dict[int, int]
) -> list[tuple[int, int, int]]:
    """Share out what is left, by item in order of time."""
    wanted = material.plan.requirements.time
    comes = material.orders["projected"].to_numpy()
    asks: dict[int, list[int]] = defaultdict(list)
    gives: dict[int, list[int]] = defaultdict(list)
    for one in sorted((one for one in node_of if need[one]), key=lambda one: int(wanted[one])):
        asks[node_of[one]].append(one)
    left = [pair for pair, amount in have.items() if amount]
    for node, source in sorted(left, key=lambda pair: int(comes[pair[1]]) if pair[1] >= 0 else NO):
        gives[node].append(source)
    found = []
    for node, ones in asks.items():
        sources = iter(gives[node])
        source = next(sources, GONE)
        for one in ones:
            while need[one] and source != GONE:
                amount = min(need[one], have[node, source])
                found.append((one, source, amount))
                need[one] -= amount
                have[node, source] -= amount
                if not have[node, source]:
                    source = next(sources, GONE)
    return found


def _as_rows(pegs: PegRows, found: list[tuple[int, int, int]], consumer: Ints, place: Ints) -> PegRows:
    requirement, supply, quantity = (np.array(part, np.int64) for part in zip(*found, strict=True))
    order = np.argsort(requirement, kind="stable")
    return _peg_rows(pegs, requirement[order], supply[order], quantity[order], consumer, place)


def _peg_rows(pegs: PegRows, requirement: Ints, supply: Ints, quantity: Ints, consumer: Ints, place: Ints) -> PegRows:
    """Give pegs, in order of their requirements, with what is known of those."""
    node, demand = np.full(len(consumer), NO, np.int64), np.full(len(consumer), NO, np.int64)
    node[pegs.requirement], demand[pegs.requirement] = pegs.node, pegs.demand
    return PegRows(
        requirement, quantity, node[requirement], demand[requirement], consumer[requirement], place[requirement], supply
    )


# --- when each thing runs -------------------------------------------------------------------------------------------


def schedule_in_force(
    n: Numbered, material: Material, steps: Steps, shop: Shop, base: Mapping[str, pl.DataFrame]
) -> Schedule:
    """Give the schedule in force in the numbers of a shop; what it does not hold has the start `NEVER`."""
    rows = _named_steps(n, material, steps).join(_placed(base), on=["order", "sequence"], how="left",
                                                 maintain_order="left")  # fmt: skip
    codes = n.centers.select("center", work_center="code")
    rows = rows.join(codes, on="work_center", how="left", maintain_order="left")
    center = rows["center"].fill_null(NO).to_numpy().astype(np.int64)
    start = rows["start"].fill_null(NEVER).to_numpy().copy()
    place = rows["unit"].fill_null(0).to_numpy().astype(np.int64) - 1
    unit = np.where(center >= 0, shop.unit_pointer[np.maximum(center, 0)] + place, NO)
    beyond = (center >= 0) & ((place < 0) | (unit >= shop.unit_pointer[np.maximum(center, 0) + 1]))
    mode = _modes(shop, center)
    begun = steps.started >= 0  # the plan tells when it really began; in the shop it goes on from now
    start[begun], unit[begun] = shop.fixed_start[begun], shop.fixed_unit[begun]
    mode[begun] = shop.mode_pointer[:-1][begun]
    lost = (start >= NEVER) | (mode < 0) | beyond
    pointer = np.zeros(shop.operations + 1, np.int64)
    counts = np.concatenate(([0], np.cumsum(shop.need_count))).astype(np.int64)
    pointer[:] = counts[shop.need_pointer]
    finish = rows["finish"].fill_null(NEVER).to_numpy()
    member, unmanned = _members(n, shop, rows["people"].fill_null(""), (start, finish), pointer)
    lost |= unmanned
    none = np.where(lost, NO, mode).astype(np.int64)
    finish = np.where(lost, NEVER, finish)
    setup = np.where(lost, 0, (rows["setup"].fill_null(0) // 60_000).to_numpy())
    return Schedule(
        np.where(lost, NEVER, start).astype(np.int64), finish.astype(np.int64), setup.astype(np.int64), none,
        np.where(lost, NO, unit).astype(np.int64), pointer, member, np.full(len(shop.sink_due), NEVER, np.int64),
        "in force",
    )  # fmt: skip


def _named_steps(n: Numbered, material: Material, steps: Steps) -> pl.DataFrame:
    ops = n.routings.operations
    routed = steps.row >= 0
    sequence = ops["sequence"].to_numpy()[np.where(routed, steps.row, 0)] if ops.height else np.zeros(len(steps))
    return pl.DataFrame({
        "order": material.orders["order"].gather(steps.order),
        "sequence": pl.Series(np.where(routed, sequence, NO), dtype=pl.Int64),
    })  # fmt: skip


def _placed(base: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Give when and where each operation runs; an order without a routing runs as a whole, as operation -1."""
    names = ["order", "sequence", "work_center", "unit", "start", "finish", "setup", "people"]
    known = base["scheduled_operation"].select(names).with_columns(pl.col("sequence").cast(pl.Int64))
    whole = base["planned_order"].filter(pl.col("source") != "buy").select(
        "order", sequence=pl.lit(NO, pl.Int64), work_center=pl.lit(""), unit=pl.lit(None, known.schema["unit"]),
        start="start", finish="finish", setup=pl.lit(0, pl.Int64), people=pl.lit(""),
    )  # fmt: skip
    return pl.concat([known, whole.select(names)], how="vertical_relaxed")


def _modes(shop: Shop, center: Ints) -> Ints:
    """Give the first mode of each operation on a work center, -1 where it has none there."""
    owner, mode = spread(shop.mode_pointer[:-1], np.diff(shop.mode_pointer))
    fits = np.flatnonzero(shop.mode_center[mode] == center[owner])[::-1]
    found = np.full(shop.operations, NO, np.int64)
    found[owner[fits]] = mode[fits]
    return found


def _members(
    n: Numbered, shop: Shop, people: pl.Series, times: tuple[Ints, Ints], pointer: Ints
) -> tuple[Ints, np.ndarray]:
    """Read who holds what; tells also which operations lack somebody. Copies of a tool are taken in turn."""
    member = np.full(int(pointer[-1]), NO, np.int64)
    lacking = np.zeros(shop.operations, np.bool_)
    crowd = np.flatnonzero(np.diff(pointer) > 0)
    if not len(crowd):
        return member, lacking
    known: dict[str, list[int]] = defaultdict(list)
    for one, code in n.clocks.members.select("member", "code").iter_rows():
        known[code].append(one)
    busy: dict[int, int] = {}
    for o in crowd[np.argsort(times[0][crowd], kind="stable")].tolist():
        names = [name for name in people[o].split(", ") if name]
        if len(names) != pointer[o + 1] - pointer[o]:
            lacking[o] = True
            continue
        for seat, name in enumerate(names):
            able = known.get(name.split("#")[0], [])
            if not able:
                lacking[o] = True
                break
            best = min(able, key=lambda one: busy.get(one, 0))
            busy[best] = int(times[1][o])
            member[pointer[o] + seat] = best
    return member, lacking
