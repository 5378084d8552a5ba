"""Result tables of a plan: numbers become names again, once, at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.flows.plan.cut import cut_times
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.ragged import Ints
from plantwright.flows.plan.steps import Steps
from plantwright.flows.plan.timing import Dates
from plantwright.methods.scheduling import Schedule, Shop, tails
from plantwright.methods.working_time import NEVER

NO = -1
DAY = 1440


def shaped(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Bring a frame to the declared columns and types of a result table."""
    schema = ENTITIES[name].schema()
    return frame.select(pl.col(column).cast(dtype) for column, dtype in schema.items())


def _nodes(n: Numbered, node: Ints) -> pl.DataFrame:
    return n.nodes.frame.select("item", "site")[node.tolist() if len(node) < 2 else node]


def planned_orders(n: Numbered, material: Material, dates: Dates) -> pl.DataFrame:
    """Give the table of orders, existing and new."""
    orders = material.orders
    places = n.nodes.frame.select("node", "item", "site", "cost")
    rows = orders.with_columns(
        start=pl.Series(dates.start),
        finish=pl.Series(np.minimum(dates.finish, NEVER)),
        order_by=pl.when("existing").then(pl.min_horizontal("latest", "due")).otherwise(pl.col("latest")),
        cut=pl.Series(cut_times(n, material)),
    ).join(places, on="node", how="left", maintain_order="left")
    cost = pl.when((pl.col("kind") == "buy") & (pl.col("price") > 0)).then(pl.col("price")).otherwise(pl.col("cost"))
    return shaped(
        "planned_order",
        rows.with_columns(source=pl.col("kind"), unit_cost=cost, late=pl.col("finish") > pl.col("due")),
    )


def planned_components(n: Numbered, material: Material, dates: Dates, consumer: Ints, place: Ints) -> pl.DataFrame:
    """Give what each order takes, as it is really served: phantoms and replaced parts leave no row of their own."""
    rows = material.plan.requirements
    keep = np.flatnonzero((consumer >= 0) & (rows.quantity > 0))
    sequences = n.routings.operations["sequence"].to_numpy()
    first = _first_op(n)
    node = material.orders["node"].to_numpy()[consumer[keep]]
    has = (place[keep] >= 0) & (first[node] >= 0)
    op = np.where(has, first[node] + place[keep], 0)
    operation = np.where(has, sequences[op] if len(sequences) else 0, 0)
    items = n.nodes.frame["item"]
    replaced = np.where((rows.rank[keep] > 0) & (rows.via[keep] >= 0), rows.node[np.maximum(rows.via[keep], 0)], NO)
    names = (
        pl.Series("replaces", ["" if one < 0 else items[int(one)] for one in replaced.tolist()], dtype=pl.String)
        if np.any(replaced >= 0)
        else pl.Series("replaces", [""], dtype=pl.String).new_from_index(0, len(keep))
    )
    frame = pl.DataFrame({
        "number": keep, "order": material.orders["order"].gather(consumer[keep]), "operation": operation,
        "quantity": rows.quantity[keep], "needed": rows.time[keep], "taken": np.minimum(dates.taken[keep], NEVER),
    }).hstack(_nodes(n, rows.node[keep])).with_columns(names.alias("replaces"))  # fmt: skip
    return shaped("planned_component", frame)


def _first_op(n: Numbered) -> Ints:
    first = np.full(len(n.nodes), NO, np.int64)
    found = n.routings.operations.group_by("node").agg(pl.col("op").min())
    first[found["node"].to_numpy()] = found["op"].to_numpy()
    return first


def pegs_table(n: Numbered, material: Material, pegs: PegRows, dates: Dates) -> pl.DataFrame:
    """Give every peg by names."""
    orders, demands = material.orders, material.demands
    names = pl.concat([orders["order"], pl.Series([""])])
    asks = pl.concat([demands["demand"], pl.Series([""])]) if demands.height else pl.Series([""])
    kinds = pl.concat([demands["kind"], pl.Series(["order"])]) if demands.height else pl.Series(["order"])
    finish = np.concatenate([dates.finish, [n.plant.as_of]])
    by_demand = pegs.demand >= 0
    frame = pl.DataFrame({
        "number": np.arange(1, len(pegs.quantity) + 1), "quantity": pegs.quantity,
        "demand_kind": kinds.gather(np.where(by_demand, pegs.demand, demands.height)),
        "by_demand": by_demand, "component": pegs.requirement,
        "as_demand": asks.gather(np.where(by_demand, pegs.demand, demands.height)),
        "as_order": names.gather(np.where(by_demand, orders.height, pegs.consumer)),
        "supply": names.gather(np.where(pegs.supply >= 0, pegs.supply, orders.height)),
        "available": np.minimum(finish[pegs.supply], NEVER), "needed": np.minimum(dates.taken[pegs.requirement], NEVER),
    }).hstack(_nodes(n, pegs.node)).with_columns(
        demand=pl.when("by_demand").then("as_demand").otherwise("as_order"),
        component=pl.when("by_demand").then(None).otherwise("component"),
        supply_kind=pl.when(pl.col("supply") == "").then(pl.lit("stock")).otherwise(pl.lit("order")),
    )  # fmt: skip
    return shaped("peg", frame)


def demand_plans(
    n: Numbered, material: Material, pegs: PegRows, dates: Dates, cause: pl.DataFrame | None
) -> pl.DataFrame:
    """Give what the plan promises to each demand, with the cause where it is late."""
    demands = material.demands
    covered = np.zeros(demands.height, np.int64)
    serving = pegs.demand >= 0
    np.add.at(covered, pegs.demand[serving], pegs.quantity[serving])
    values = n.nodes.frame.select("node", "cost")
    rows = demands.join(values, on="node", how="left", maintain_order="left").with_columns(
        planned=pl.Series(np.minimum(covered, demands["quantity"].to_numpy()), dtype=pl.Int64),
        projected=pl.Series(np.minimum(dates.projected, NEVER), dtype=pl.Int64),
    )
    short = pl.col("planned") < pl.col("quantity")
    never = short | (pl.col("projected") >= NEVER // 2)
    late = (
        pl.max_horizontal(pl.col("projected") - pl.col("due"), pl.lit(0)) * (SCALE // DAY)
        + pl.max_horizontal(pl.col("projected") - pl.col("due"), pl.lit(0)) * (SCALE % DAY) // DAY
    )
    unit = pl.when(pl.col("price") > 0).then(pl.col("price")).otherwise(pl.col("cost"))
    worth = (unit.cast(pl.Float64) * pl.col("quantity") / SCALE).round().cast(pl.Int64)
    rows = rows.with_columns(
        late_days=pl.when(never).then(0).otherwise(late),
        status=pl.when(never).then(pl.lit("short")).when(late > 0).then(pl.lit("late")).otherwise(pl.lit("on time")),
        value=worth,
        projected=pl.when(never).then(None).otherwise("projected"),
    )
    if cause is not None and cause.height:
        rows = rows.join(cause.select("demand", "cause"), on="demand", how="left", maintain_order="left")
        rows = rows.with_columns(pl.col("cause").fill_null(""))
    else:
        rows = rows.with_columns(cause=pl.lit(""))
    return shaped("demand_plan", rows)


def scheduled_operations(n: Numbered, material: Material, steps: Steps, shop: Shop, schedule: Schedule) -> pl.DataFrame:
    """Give the schedule by names."""
    ops = n.routings.operations
    routed = steps.row >= 0
    row = np.where(routed, steps.row, 0)
    own = np.where(routed, ops["center"].to_numpy()[row], NO) if ops.height else np.full(len(steps), NO)
    center = np.where(schedule.mode >= 0, shop.mode_center[np.maximum(schedule.mode, 0)], NO)
    unit = np.where(schedule.unit >= 0, schedule.unit - shop.unit_pointer[np.maximum(center, 0)] + 1, 0)
    started = steps.started >= 0
    codes = pl.concat([n.centers["code"], pl.Series([""])])
    sequence = np.where(routed, ops["sequence"].to_numpy()[row], 10) if ops.height else np.full(len(steps), 10)
    family = ops["setup_family"].gather(row) if ops.height else pl.Series([""] * len(steps))
    kept = np.where(steps.unit >= 0, "frozen", "pinned")
    state = np.where(started, "started", np.where(shop.fixed_start != NO, kept, "waiting"))
    frame = pl.DataFrame({
        "order": material.orders["order"].gather(steps.order), "sequence": sequence, "routed": routed,
        "node": material.orders["node"].to_numpy()[steps.order],
        "work_center": codes.gather(np.where(center >= 0, center, n.centers.height)),
        "unit": pl.Series(unit).replace(0, None),
        "start": np.where(started, steps.started, schedule.start), "finish": schedule.finish,
        "due": np.minimum(tails(shop).last_finish, NEVER), "setup": schedule.setup * 60_000,
        "run": shop.mode_minutes[np.maximum(schedule.mode, 0)] * 60_000, "quantity": steps.quantity,
        "family": family, "state": pl.Series(state, dtype=pl.String), "alternate": (center >= 0) & (center != own),
        "people": _people(n, schedule),
    }).join(n.nodes.frame.select("node", "item"), on="node", how="left", maintain_order="left")  # fmt: skip
    # Transfers and orders without a routing are placed in the schedule too, but have no operation to show.
    return shaped("scheduled_operation", frame.filter("routed"))


def _people(n: Numbered, schedule: Schedule) -> pl.Series:
    count = np.diff(schedule.member_pointer)
    if not len(schedule.member):
        return pl.Series([""], dtype=pl.String).new_from_index(0, len(schedule.start))
    codes = n.clocks.members["code"]
    texts = [""] * len(count)
    for step in np.flatnonzero(count).tolist():
        held = schedule.member[schedule.member_pointer[step] : schedule.member_pointer[step + 1]]
        texts[step] = ", ".join(codes[int(one)] for one in held.tolist() if one >= 0)
    return pl.Series(texts, dtype=pl.String)


def consumed_table(material: Material) -> pl.DataFrame:
    """Give which order took how much off which forecast."""
    return shaped("consumed_forecast", material.consumed.with_row_index("number", offset=1))


def improvement_table(improvement: Sequence[tuple[float, float, float]]) -> pl.DataFrame:
    """Make the record of a search: seconds, weighted late minutes and their bound, step by step."""
    found = np.array(improvement, np.float64).reshape(-1, 3)
    scaled = np.round(found * SCALE / (1, DAY, DAY)).astype(np.int64)
    names = ("seconds", "objective", "bound")
    columns = {name: scaled[:, k] for k, name in enumerate(names)}
    return pl.DataFrame({"step": np.arange(1, len(found) + 1, dtype=np.int64), **columns})
