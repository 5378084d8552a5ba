"""The operations of every order of the plan, with the arcs between them, in flat arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.flows.plan.nodes import Nodes
from plantwright.flows.plan.ragged import Ints, grouped, pointer_of, spread
from plantwright.flows.plan.routings import MINUTE, Routings
from plantwright.plant import Plant

NO = -1


@dataclass(frozen=True)
class Pattern:
    """What an order of each node looks like: its operations and arcs by place, the first and last of them.

    Places are counted from 0 within the node's routing. An order without a routing has one nameless operation.
    """

    op_start: Ints
    op_count: Ints
    arc_pointer: Ints
    arc_before: Ints
    arc_after: Ints
    first_pointer: Ints
    first: Ints
    last_pointer: Ints
    last: Ints


def order_patterns(plant: Plant, nodes: Nodes, routings: Routings) -> Pattern:
    """Work out, node by node, which operation waits for which."""
    ops = routings.operations
    n = len(nodes)
    counts = np.bincount(ops["node"].to_numpy(), minlength=n).astype(np.int64) if ops.height else np.zeros(n, np.int64)
    starts = pointer_of(counts)[:-1]
    size = np.maximum(counts, 1)  # the nameless operation of a node without a routing has place 0
    before, after, node = _arcs(plant, ops, starts)
    arc_pointer, order = grouped(node, n)
    before, after = before[order], after[order]
    owner, place = spread(np.zeros(n, np.int64), size)
    flat = pointer_of(size)[:-1]
    waits = np.zeros(len(place), bool)
    waited = np.zeros(len(place), bool)
    waits[flat[node[order]] + after] = True
    waited[flat[node[order]] + before] = True
    first_pointer, first_rows = grouped(owner[~waits], n)
    last_pointer, last_rows = grouped(owner[~waited], n)
    return Pattern(
        starts, counts, arc_pointer, before, after,
        first_pointer, place[~waits][first_rows], last_pointer, place[~waited][last_rows],
    )  # fmt: skip


def _arcs(plant: Plant, ops: pl.DataFrame, starts: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the arcs as places before and after, and their nodes: by the links of a network, else in sequence."""
    place = (
        np.arange(ops.height, dtype=np.int64) - starts[ops["node"].to_numpy()] if ops.height else np.zeros(0, np.int64)
    )
    rows = ops.select("node", "item", "site", "sequence").with_columns(place=pl.Series(place, dtype=pl.Int64))
    links = plant.raw["operation_link"]
    linked = rows.join(links, left_on=["item", "site", "sequence"], right_on=["item", "site", "before"], how="inner")
    linked = linked.join(rows.select("node", after_place="place", after="sequence"), on=["node", "after"], how="inner")
    network = linked["node"].unique()
    chain = rows.filter(~pl.col("node").is_in(network.implode())) if len(network) else rows
    chain = chain.filter(pl.col("place") > 0)
    before = np.concatenate([chain["place"].to_numpy() - 1, linked["place"].to_numpy()])
    after = np.concatenate([chain["place"].to_numpy(), linked["after_place"].to_numpy()])
    node = np.concatenate([chain["node"].to_numpy(), linked["node"].to_numpy()])
    return before.astype(np.int64), after.astype(np.int64), node.astype(np.int64)


@dataclass(frozen=True)
class Steps:
    """Every operation that the schedule has to place. An operation is a row of the arrays.

    Parameters
    ----------
    order : order of each operation
    row : its row of `Routings.operations`, -1 for the nameless operation of an order without a routing
    quantity : good units of the order that this operation still works on (scaled)
    at : where each place of each order lies: ``at[place_pointer[order] + place]``, -1 where it is done already
    place_pointer : see `at`
    started, pinned : moments, -1 where not
    remaining : working minutes still to go of a started operation, -1 where that follows from the quantity
    center : work center that is laid down for the operation, -1 for free choice
    unit : place of its unit in that work center, from 0, where a plan in force has laid it down; else -1
    before, after : arcs between operations of the same order
    """

    order: Ints
    row: Ints
    quantity: Ints
    at: Ints
    place_pointer: Ints
    started: Ints
    pinned: Ints
    remaining: Ints
    center: Ints
    unit: Ints
    before: Ints
    after: Ints

    def __len__(self) -> int:
        return len(self.order)


def order_steps(orders: pl.DataFrame, progress: pl.DataFrame, pattern: Pattern, routings: Routings) -> Steps:
    """Unroll the routings of all orders that take time here: made ones and transfers.

    Parameters
    ----------
    orders : columns id, node, quantity, kind, existing, state; one row an order, sorted by id
    progress : what the floor has reported. Columns: id (of the order), sequence, done (bool), left (scaled, null where
        nothing was reported), started, pinned, remaining (minutes), center, unit
    pattern : see `order_patterns`
    routings : see `plan_routings`

    Returns
    -------
    The operations, those that are done left out.
    """
    node = orders["node"].to_numpy()
    made = (orders["kind"] == "make").to_numpy()
    # A transfer under way comes when its record says; one that has not left is placed, and may wait for its material.
    moved = ((orders["kind"] == "transfer") & (~orders["existing"] | (orders["state"] == "firm"))).to_numpy()
    counts = np.where(made, np.maximum(pattern.op_count[node], 1), np.where(moved, 1, 0)).astype(np.int64)
    owner, place = spread(np.zeros(len(node), np.int64), counts)
    routed = made[owner] & (pattern.op_count[node[owner]] > 0)
    row = np.where(routed, pattern.op_start[node[owner]] + place, NO)
    pointer = pointer_of(counts)
    size = len(owner)
    quantity = orders["quantity"].to_numpy()[owner].copy()
    fields = {name: np.full(size, NO, np.int64) for name in ("started", "pinned", "remaining", "center", "unit")}
    done = np.zeros(size, bool)
    if progress.height:
        _report(progress, orders, pattern, routings, pointer, quantity, done, fields)
    keep = np.flatnonzero(~done)
    at = np.full(size, NO, np.int64)
    at[keep] = np.arange(len(keep))
    before, after = _inner_arcs(node, made, pattern, pointer, at)
    kept = {name: values[keep] for name, values in fields.items()}
    return Steps(owner[keep], row[keep], quantity[keep], at, pointer, **kept, before=before, after=after)


def _report(
    progress: pl.DataFrame, orders: pl.DataFrame, pattern: Pattern, routings: Routings,
    pointer: Ints, quantity: Ints, done: np.ndarray, fields: dict[str, Ints],
) -> None:  # fmt: skip
    """Write what has been reported over the unrolled operations."""
    ops = routings.operations.select("node", "sequence", "op")
    rows = progress.join(orders.select("id", "node"), on="id").join(ops, on=["node", "sequence"], how="inner")
    where = pointer[rows["id"].to_numpy()] + rows["op"].to_numpy() - pattern.op_start[rows["node"].to_numpy()]
    done[where] = rows["done"].to_numpy()
    left = rows["left"]
    quantity[where] = np.where(left.is_null().to_numpy(), quantity[where], left.fill_null(0).to_numpy())
    for name, values in fields.items():
        values[where] = rows[name].fill_null(NO).to_numpy()


def _inner_arcs(node: Ints, made: np.ndarray, pattern: Pattern, pointer: Ints, at: Ints) -> tuple[Ints, Ints]:
    count = np.where(made, pattern.arc_pointer[node + 1] - pattern.arc_pointer[node], 0)
    owner, arc = spread(pattern.arc_pointer[node], count)
    before = at[pointer[owner] + pattern.arc_before[arc]]
    after = at[pointer[owner] + pattern.arc_after[arc]]
    open_arc = (before >= 0) & (after >= 0)
    return before[open_arc], after[open_arc]


def ends_of(which: str, ids: Ints, node: Ints, made: np.ndarray, pattern: Pattern, steps: Steps) -> tuple[Ints, Ints]:
    """Give the first (or last) open operations of some orders.

    Parameters
    ----------
    which : "first" or "last"
    ids : orders, may repeat
    node, made : node of every order, and whether it is made here (else it has one nameless operation)
    pattern, steps : see `order_patterns`, `order_steps`

    Returns
    -------
    For each found operation the place in `ids` that it belongs to, and its number.
    """
    pointer, places = (
        (pattern.first_pointer, pattern.first) if which == "first" else (pattern.last_pointer, pattern.last)
    )
    n = node[ids]
    routed = made[ids] & (pattern.op_count[n] > 0)
    count = np.where(routed, pointer[n + 1] - pointer[n], 1)
    # An order with one nameless operation has it at place 0.
    owner, entry = spread(np.where(routed, pointer[n], 0), count)
    place = np.where(routed[owner], places[np.where(routed[owner], entry, 0)] if len(places) else 0, 0)
    there = steps.place_pointer[ids[owner]] + place
    exists = there < steps.place_pointer[ids[owner] + 1]
    step = np.where(exists, steps.at[np.where(exists, there, 0)] if len(steps.at) else NO, NO)
    found = step >= 0
    return owner[found], step[found]


def reported(plant: Plant, orders: pl.DataFrame, centers: pl.DataFrame, routings: Routings) -> pl.DataFrame:
    """Give what is laid down for the open production orders, in the form that `order_steps` takes.

    That is what the floor has reported of each operation, what the planner has pinned, and the start of orders that
    may not be moved: frozen or pinned ones, and those that start within the frozen zone.
    """
    rows = plant.raw["production_operation"].join(
        plant.raw["production_order"].select("order", total="quantity", order_done="completed"), on="order"
    )
    rows = rows.join(orders.filter(pl.col("kind") == "make").select("order", "id"), on="order")
    rows = rows.join(centers.select(pl.col("code").alias("work_center"), "center"), on="work_center", how="left")
    left = pl.col("total") - pl.max_horizontal("done_quantity", "order_done")
    progress = rows.select(
        "id", "sequence",
        done=(pl.col("state") == "done") | (left <= 0),
        left=pl.max_horizontal(left, pl.lit(0)),
        started=pl.when(pl.col("state") == "started").then(pl.coalesce("started_at", pl.lit(plant.as_of))),
        pinned=pl.col("pinned_start"),
        remaining=(pl.col("remaining") + MINUTE - 1) // MINUTE,
        center=pl.col("center"),
        unit=pl.lit(None, pl.Int64),
    )  # fmt: skip
    return _after_holds(_with_kept_starts(progress, _kept_starts(plant, orders, routings)), orders)


def _after_holds(progress: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """Let no pin stand before the end of a hold on its order: the hold is the stronger word."""
    rows = progress.join(orders.select("id", "release"), on="id", how="left", maintain_order="left")
    later = pl.max_horizontal("pinned", "release")
    return rows.with_columns(pinned=pl.when(pl.col("pinned").is_not_null()).then(later)).drop("release")


def _kept_starts(plant: Plant, orders: pl.DataFrame, routings: Routings) -> pl.DataFrame:
    """Give the first operation of each order that may not be moved, with its start. Columns: id, sequence, kept."""
    zone = plant.as_of + plant.settings.minutes("frozen_zone")
    held = plant.raw["production_order"].filter(
        pl.col("start").is_not_null()
        & (pl.col("state") != "started")
        & ((pl.col("firmness") != "free") | ((pl.col("start") < zone) & (pl.col("start") >= plant.as_of)))
    )
    first = routings.operations.group_by("node").agg(pl.col("sequence").min())
    rows = orders.filter(pl.col("existing") & (pl.col("kind") == "make")).select("order", "id", "node")
    return (
        rows.join(held.select("order", kept="start"), on="order")
        .join(first, on="node")
        .select("id", "sequence", "kept")
    )


def _with_kept_starts(progress: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Pin the first operations of orders that may not be moved, unless one of their operations has begun."""
    begun = progress.filter(pl.col("done") | pl.col("started").is_not_null()).select("id").unique()
    kept = kept.join(begun, on="id", how="anti")
    joined = progress.join(kept, on=["id", "sequence"], how="full", coalesce=True)
    return joined.with_columns(pl.col("done").fill_null(value=False), pinned=pl.coalesce("pinned", "kept")).select(
        progress.columns
    )


def with_frozen(
    progress: pl.DataFrame, previous: pl.DataFrame, orders: pl.DataFrame, centers: pl.DataFrame, zone: tuple[int, int]
) -> pl.DataFrame:
    """Pin the operations of existing orders that the plan in force starts within the frozen zone.

    Parameters
    ----------
    progress : what the floor has reported, see `reported`; what has been started or pinned there stays so
    previous : table scheduled_operation of the plan in force
    orders : orders of the plan that is made, columns id, order, existing, release
    centers : work centers by number
    zone : the moment of the plan, and the end of the frozen zone

    Returns
    -------
    The progress with the frozen operations pinned at their starts, work centers and units. What should have started
    before the moment of the plan and has not, or belongs to an order that is held, cannot stay and is free.
    """
    rows = previous.filter((pl.col("start") >= zone[0]) & (pl.col("start") < zone[1]) & (pl.col("state") != "started"))
    rows = rows.join(orders.filter("existing").select("order", "id", "release"), on="order")
    rows = rows.filter(pl.col("release") <= pl.col("start"))
    rows = rows.join(centers.select(pl.col("code").alias("work_center"), "center"), on="work_center", how="left")
    frozen = rows.select(
        "id", "sequence", frozen="start", frozen_center="center", frozen_unit=pl.col("unit").cast(pl.Int64) - 1
    )
    joined = progress.join(frozen, on=["id", "sequence"], how="full", coalesce=True)
    free = pl.col("started").is_null() & pl.col("pinned").is_null() & ~pl.col("done").fill_null(value=False)
    return joined.with_columns(
        pl.col("done").fill_null(value=False),
        pl.when(free).then(pl.col("frozen")).otherwise(pl.col("pinned")).alias("pinned"),
        pl.when(free).then(pl.coalesce("frozen_center", "center")).otherwise(pl.col("center")).alias("center"),
        pl.when(free).then("frozen_unit").alias("unit"),
    ).select(progress.columns)
