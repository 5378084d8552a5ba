"""From orders and pegs to the finite shop: who waits for whom, with what each operation is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from plantwright.flows.plan.calendars import Clocks
from plantwright.flows.plan.demands import FIRM_TRANSFER
from plantwright.flows.plan.ragged import Ints, grouped, pointer_of, spread
from plantwright.flows.plan.routings import Routings
from plantwright.flows.plan.steps import NO, Pattern, Steps, ends_of
from plantwright.methods.scheduling import Shop, build_shop
from plantwright.methods.working_time import NEVER, finish_times, latest_starts, open_times
from plantwright.plant import Plant


@dataclass(frozen=True)
class Links:
    """Pegs as the schedule sees them; everything by number.

    Parameters
    ----------
    supply, consumer, place : an order that supplies an order, and the place in the consumer's routing where the
        material is needed (-1: at its start)
    ready, ready_consumer, ready_place : supplies that are no operations (stock, purchases): the moment they are there
    sink_supply, sink : an order that serves a demand
    sink_ready, sink_ready_at : a supply that is no operation and serves a demand: the demand, and the moment
    """

    supply: Ints
    consumer: Ints
    place: Ints
    ready: Ints
    ready_consumer: Ints
    ready_place: Ints
    sink_supply: Ints
    sink: Ints
    sink_ready: Ints
    sink_ready_at: Ints


@dataclass(frozen=True)
class Given:
    """What else the shop is made from: the plant's numbered tables."""

    plant: Plant
    centers: pl.DataFrame
    clocks: Clocks
    routings: Routings
    pattern: Pattern


def plan_shop(given: Given, orders: pl.DataFrame, steps: Steps, links: Links, demands: pl.DataFrame) -> Shop:
    """Make the finite shop of a plan.

    Parameters
    ----------
    given : numbered tables of the plant
    orders : columns id, node, kind, quantity, due, lead (elapsed minutes of an order without operations), release
        (moment before which it may not start), safety_stock, safety_time and ahead (of its item), fence
        (moment before which it may not arrive, if it is new), hold (cost of a minute in which its
        material lies in the order)
    steps : operations of all orders
    links : pegs
    demands : one row a sink: due, priority

    Returns
    -------
    The shop; operation numbers are those of `steps`, sink numbers the rows of `demands`, and after them one for each
    order that keeps up safety stock or time or is built ahead, and for each firm transfer: it is due when planned so,
    and its lateness counts for nothing.
    """
    as_of = given.plant.as_of
    modes = _modes(given, orders, steps)
    arcs = _arcs(given, orders, steps, links, modes)
    needs = _needs(given, steps)
    fixed_start, fixed_unit = _fixed(given, steps, modes, needs)
    pausable, family = _plain(given, steps)
    sinks = _sinks(given, orders, steps, links, demands, as_of)
    matrix, center_matrix, unit_family = setup_matrices(given)
    _allow_change(modes, steps, family, matrix, center_matrix)
    return build_shop(
        given.clocks.time,
        unit_pointer=given.clocks.unit_pointer, unit_calendar=given.clocks.unit_calendar, unit_family=unit_family,
        center_matrix=center_matrix, setup_matrix=matrix,
        mode_pointer=modes["pointer"], mode_center=modes["center"], mode_setup=modes["setup"],
        mode_minutes=modes["minutes"], mode_rank=modes["rank"],
        family=family, pausable=pausable,
        release=_release(given, orders, steps, links, modes, as_of),
        due=orders["due"].to_numpy()[steps.order] if len(steps) else None,
        hold_rate=_hold(orders, steps),
        fixed_start=fixed_start, fixed_unit=fixed_unit,
        **sinks, **arcs, **needs,
    )  # fmt: skip


def priority_weights(priority: Ints) -> np.ndarray:
    """Weigh lateness by rank: 1 for rank 5, more for better ranks; a step of one rank is a factor of 1.25."""
    return np.asarray(1.25 ** (5.0 - priority))


def _modes(given: Given, orders: pl.DataFrame, steps: Steps) -> dict[str, Ints]:
    """Give the ways to do every operation, times worked out for its quantity and rounded up to whole minutes."""
    table = given.routings.modes
    ops = given.routings.operations
    per_op_pointer, _ = grouped(table["op"].to_numpy(), ops.height)
    routed = steps.row >= 0
    row = np.where(routed, steps.row, 0)
    count = np.where(routed, per_op_pointer[row + 1] - per_op_pointer[row] if ops.height else 1, 1)
    count = np.where(steps.started >= 0, 1, count)  # a started operation stays where it is
    owner, entry = spread(np.where(routed, per_op_pointer[row] if ops.height else 0, 0), count)
    owner, entry = _laid_down(steps, table["center"].to_numpy(), routed, owner, entry)
    count = np.bincount(owner, minlength=len(steps))
    known = routed[owner]
    entry = np.where(known, entry, 0)

    def take(name: str, default: float) -> np.ndarray:
        values = table[name].to_numpy()
        return np.where(known, values[entry], default) if len(values) else np.full(len(owner), default)

    quantity = steps.quantity[owner]
    batch = (
        np.where(known, ops["batch"].to_numpy()[np.where(known, steps.row[owner], 0)], 0)
        if ops.height
        else np.zeros(len(owner), np.int64)
    )
    amount = np.where(batch > 0, -(-quantity // np.maximum(batch, 1)), quantity / 1_000_000)
    lead = orders["lead"].to_numpy()[steps.order[owner]]
    setup = np.ceil(take("setup", 0.0) - 1e-9).astype(np.int64)
    total = np.ceil(take("setup", 0.0) + take("run", 0.0) * amount - 1e-9).astype(np.int64)
    outside = known & (take("center", NO) < 0)
    setup = np.where(outside, 0, setup)
    minutes = np.where(known, total - setup, lead)
    started = steps.started[owner] >= 0
    left = steps.remaining[owner]
    minutes = np.where(started & (left >= 0), left, minutes)
    setup = np.where(started, 0, setup)
    center = take("center", NO).astype(np.int64)
    laid = steps.center[owner]
    center = np.where(laid >= 0, laid, center)
    return {
        "pointer": pointer_of(count), "center": center, "setup": setup, "minutes": minutes,
        "rank": take("rank", 0).astype(np.int64), "owner": owner, "entry": np.where(known, entry, NO),
    }  # fmt: skip


def _laid_down(steps: Steps, center: Ints, routed: np.ndarray, owner: Ints, entry: Ints) -> tuple[Ints, Ints]:
    """Leave an operation whose work center is laid down, and which has not begun, only the ways to do it there."""
    laid = steps.center[owner]
    bound = routed[owner] & (laid >= 0) & (steps.started[owner] < 0)
    if not bound.any():
        return owner, entry
    there = bound & (center[np.where(bound, entry, 0)] == laid)
    possible = np.zeros(len(steps), np.bool_)
    possible[owner[there]] = True
    first = np.append(True, owner[1:] != owner[:-1])[: len(owner)]  # elsewhere than planned: by the standard times
    kept = ~bound | there | (first & ~possible[owner])
    return owner[kept], entry[kept]


def _allow_change(modes: dict[str, Ints], steps: Steps, family: Ints, matrix: np.ndarray, center_matrix: Ints) -> None:
    """Give pinned operations the longest change to their family: they are placed before what runs ahead is known."""
    for step in np.flatnonzero((steps.pinned >= 0) & (steps.started < 0) & (family >= 0)).tolist():
        first = int(modes["pointer"][step])
        center = int(modes["center"][first])
        if center >= 0 and center_matrix[center] >= 0:
            modes["setup"][first] += int(matrix[center_matrix[center], :, family[step]].max())


def _plain(given: Given, steps: Steps) -> tuple[np.ndarray, Ints]:
    ops = given.routings.operations
    routed = steps.row >= 0
    row = np.where(routed, steps.row, 0)
    if not ops.height:
        return np.ones(len(steps), bool), np.full(len(steps), NO, np.int64)
    pausable = np.where(routed, ops["pausable"].to_numpy()[row], True)  # noqa: FBT003
    codes = family_codes(given)
    numbers = ops["setup_family"].replace_strict(codes, default=NO, return_dtype=pl.Int64).to_numpy()
    return pausable, np.where(routed, numbers[row], NO)


def family_codes(given: Given) -> dict[str, int]:
    """Give numbers to the set-up families."""
    names = (
        given.routings.operations["setup_family"].unique().sort().to_list() if given.routings.operations.height else []
    )
    return {name: number for number, name in enumerate(name for name in names if name)}


def setup_matrices(given: Given) -> tuple[np.ndarray, Ints, Ints]:
    """Write out the set-up matrices of the work centers; a row for named families wins over one with a star."""
    names = [name for name in given.centers["setup_matrix"].unique().sort().to_list() if name]
    codes = family_codes(given)
    matrix = np.zeros((len(names), len(codes), len(codes)), np.int64)
    for number, name in enumerate(names):
        rows = given.plant.raw["setup_change"].filter(pl.col("matrix") == name)
        stars = pl.col("from_family").eq("*").cast(pl.Int8) + pl.col("to_family").eq("*").cast(pl.Int8)
        for row in rows.sort(stars, descending=True).iter_rows(named=True):
            came = range(len(codes)) if row["from_family"] == "*" else [codes.get(row["from_family"], NO)]
            goes = range(len(codes)) if row["to_family"] == "*" else [codes.get(row["to_family"], NO)]
            minutes = -(-row["minutes"] // 60_000)
            for a in came:
                for b in goes:
                    if a >= 0 and b >= 0 and (a != b or "*" not in (row["from_family"], row["to_family"])):
                        matrix[number, a, b] = minutes
    index = {name: number for number, name in enumerate(names)}
    center_matrix = np.array([index.get(name, NO) for name in given.centers["setup_matrix"]], np.int64)
    return matrix, center_matrix, np.full(len(given.clocks.unit_calendar), NO, np.int64)


def _needs(given: Given, steps: Steps) -> dict[str, Ints]:
    """Say which people and tools every operation holds."""
    groups = given.clocks.groups.select("group", "name", "kind").unique(maintain_order=True)
    ops = given.routings.operations
    wanted = [
        ops.select("op", name="skill", kind=pl.lit("people"), count=pl.col("people").cast(pl.Int64)),
        ops.select("op", name="tool", kind=pl.lit("tool"), count=pl.lit(1, pl.Int64)),
    ]
    rows = pl.concat(wanted).filter((pl.col("name") != "") & (pl.col("count") > 0))
    rows = rows.join(groups, on=["name", "kind"], how="left").sort("op", "kind")
    if not rows.height:
        return {}
    rows = rows.filter(pl.col("group").is_not_null())
    pointer, _ = grouped(rows["op"].to_numpy(), ops.height)
    row = np.where(steps.row >= 0, steps.row, 0)
    count = np.where(steps.row >= 0, pointer[row + 1] - pointer[row], 0)
    _, entry = spread(pointer[row], count)
    members = given.clocks.groups.sort("group", "member")
    group_pointer, _ = grouped(members["group"].to_numpy(), groups.height)
    return {
        "need_pointer": pointer_of(count),
        "need_group": rows["group"].to_numpy()[entry],
        "need_count": rows["count"].to_numpy()[entry],
        "group_pointer": group_pointer,
        "group_member": members["member"].to_numpy(),
        "member_calendar": given.clocks.members["calendar"].to_numpy(),
    }


def _fixed(given: Given, steps: Steps, modes: dict[str, Ints], needs: dict[str, Ints]) -> tuple[Ints, Ints]:
    """Fix started and pinned operations, each on a unit of its work center that is free of other fixed ones."""
    start = np.where(steps.pinned >= 0, np.maximum(steps.pinned, given.plant.as_of), NO)
    # What has been started goes on as soon as its people are there: its remaining time is what counts.
    for step in np.flatnonzero(steps.started >= 0).tolist():
        start[step] = _manned(given, needs, step)
    unit = np.full(len(steps), NO, np.int64)
    taken: dict[int, int] = {}
    pointer = given.clocks.unit_pointer
    for step in sorted(np.flatnonzero(start >= 0).tolist(), key=lambda one: (int(start[one]), one)):
        center = int(modes["center"][modes["pointer"][step]])
        if center < 0:
            continue
        units = range(int(pointer[center]), int(pointer[center + 1]))
        best = min(units, key=lambda one: (taken.get(one, -1) > start[step], taken.get(one, -1), one))
        start[step] = max(int(start[step]), taken.get(best, -1))
        unit[step] = best
        minutes = int(modes["setup"][modes["pointer"][step]] + modes["minutes"][modes["pointer"][step]])
        taken[best] = finish_on(given.clocks, best, int(start[step]), minutes)
    return start, unit


def _manned(given: Given, needs: dict[str, Ints], step: int) -> int:
    """Give the first moment from now at which somebody of each group that an operation needs is at work."""
    moment = given.plant.as_of
    if not needs:
        return moment
    for need in range(int(needs["need_pointer"][step]), int(needs["need_pointer"][step + 1])):
        group = int(needs["need_group"][need])
        members = needs["group_member"][needs["group_pointer"][group] : needs["group_pointer"][group + 1]]
        opens = open_times(given.clocks.time, needs["member_calendar"][members], np.full(len(members), moment))
        moment = max(moment, int(opens.min()))
    return moment


def finish_on(clocks: Clocks, unit: int, start: int, minutes: int) -> int:
    """Give when work ends that starts at a moment on a unit."""
    return int(finish_times(clocks.time, [clocks.unit_calendar[unit]], [start], [minutes])[0])


def _hold(orders: pl.DataFrame, steps: Steps) -> np.ndarray:
    """Give the cost of a minute in which an order's material lies in it, at its first operation."""
    rate = np.zeros(len(steps))
    if len(steps):
        first = np.concatenate(([True], steps.order[1:] != steps.order[:-1]))
        rate[first] = orders["hold"].to_numpy()[steps.order[first]]
    return rate


def _release(
    given: Given, orders: pl.DataFrame, steps: Steps, links: Links, modes: dict[str, Ints], as_of: int
) -> Ints:
    """Give the earliest start: now, the order's own release, and the arrival of what is bought."""
    release = np.maximum(orders["release"].to_numpy()[steps.order], as_of) if len(steps) else np.zeros(0, np.int64)
    peg, step = consuming_steps(given, orders, steps, links.ready_consumer, links.ready_place)
    np.maximum.at(release, step, links.ready[peg])
    _hold_to_fence(given, orders, steps, modes, release)
    return release


def _hold_to_fence(given: Given, orders: pl.DataFrame, steps: Steps, modes: dict[str, Ints], release: Ints) -> None:
    """Let the last operations of orders that a planning fence holds back end after the fence, not before."""
    held = (pl.col("fence") > given.plant.as_of) & ~pl.col("existing")
    fenced = orders.filter(held & (pl.col("kind") == "make"))
    if not fenced.height:
        return
    node, made = orders["node"].to_numpy(), (orders["kind"] == "make").to_numpy()
    owner, last = ends_of("last", fenced["id"].to_numpy(), node, made, given.pattern, steps)
    mode = modes["pointer"][:-1][last]
    center = modes["center"][mode]
    unit = given.clocks.unit_pointer[np.maximum(center, 0)]
    calendar = np.where(center >= 0, given.clocks.unit_calendar[unit] if len(given.clocks.unit_calendar) else NO, NO)
    after = open_times(given.clocks.time, calendar, fenced["fence"].to_numpy()[owner]) + 1
    start = latest_starts(given.clocks.time, calendar, after, modes["setup"][mode] + modes["minutes"][mode])
    np.maximum.at(release, last, start)


def consuming_steps(given: Given, orders: pl.DataFrame, steps: Steps, consumer: Ints, place: Ints) -> tuple[Ints, Ints]:
    """Find the operations at whose start something is taken: the row of the peg, and the operation."""
    node, made = orders["node"].to_numpy(), (orders["kind"] == "make").to_numpy()
    at_start = np.flatnonzero(place < 0)
    owner, first = ends_of("first", consumer[at_start], node, made, given.pattern, steps)
    inside = np.flatnonzero(place >= 0)
    step = steps.at[steps.place_pointer[consumer[inside]] + place[inside]] if len(inside) else np.zeros(0, np.int64)
    still = step >= 0
    return np.concatenate([at_start[owner], inside[still]]), np.concatenate([first, step[still]])


def _arcs(given: Given, orders: pl.DataFrame, steps: Steps, links: Links, modes: dict[str, Ints]) -> dict[str, Ints]:
    """List the arcs by successor: within orders with queue, move and overlap, and from order to order by pegs."""
    node, made = orders["node"].to_numpy(), (orders["kind"] == "make").to_numpy()
    peg, last = ends_of("last", links.supply, node, made, given.pattern, steps)
    again, target = consuming_steps(given, orders, steps, links.consumer[peg], links.place[peg])
    across = np.unique(np.stack([last[again], target], axis=1), axis=0) if len(target) else np.zeros((0, 2), np.int64)
    inner_lag, overlap, tail = _inner(given, steps, modes)
    before = np.concatenate([steps.before, across[:, 0]])
    after = np.concatenate([steps.after, across[:, 1]])
    move = _op_value(given, "move", steps.row)
    lag = np.concatenate([inner_lag, move[across[:, 0]]])
    none = np.full(len(across), NO, np.int64)
    pointer, order = grouped(after, len(steps))
    return {
        "pred_pointer": pointer, "pred_op": before[order], "pred_lag": lag[order],
        "pred_overlap": np.concatenate([overlap, none])[order],
        "pred_tail": np.concatenate([tail, np.zeros(len(across), np.int64)])[order],
    }  # fmt: skip


def _op_value(given: Given, name: str, row: Ints) -> Ints:
    ops = given.routings.operations
    if not ops.height:
        return np.zeros(len(row), np.int64)
    return np.where(row >= 0, ops[name].to_numpy()[np.maximum(row, 0)], 0).astype(np.int64)


def _op_share(given: Given, row: Ints) -> np.ndarray:
    """Give how many units come out of an operation for a good unit of its order."""
    ops = given.routings.operations
    if not ops.height:
        return np.ones(len(row))
    share = (ops["inflation"] * ops["yield_ratio"] / 1_000_000).to_numpy()
    return np.where(row >= 0, share[np.maximum(row, 0)], 1.0)


def _outside(given: Given, row: Ints) -> np.ndarray:
    """Tell which operations a supplier does; they hand over whole orders."""
    ops = given.routings.operations
    return (row >= 0) & (ops["outside"].to_numpy()[np.maximum(row, 0)] if ops.height else False)


def _inner(given: Given, steps: Steps, modes: dict[str, Ints]) -> tuple[Ints, Ints, Ints]:
    """Give lag, overlap and tail of the arcs within orders."""
    before, after = steps.row[steps.before], steps.row[steps.after]
    lag = _op_value(given, "move", before) + _op_value(given, "queue", after)
    batch = _op_value(given, "transfer_batch", before)
    put_out = steps.quantity[steps.before] * _op_share(
        given, before
    )  # what comes out of the step, later losses included
    first_mode = modes["pointer"][:-1]
    run_before = modes["minutes"][first_mode][steps.before]
    run_after = modes["minutes"][first_mode][steps.after]
    overlaps = (batch > 0) & (batch < put_out) & ~_outside(given, before) & ~_outside(given, after)
    safe_batch, safe_out = np.maximum(batch, 1), np.maximum(put_out, 1)
    overlap = np.where(overlaps, np.ceil(run_before * np.minimum(batch / safe_out, 1.0)).astype(np.int64), NO)
    last = put_out - batch * (np.ceil(put_out / safe_batch) - 1)
    tail = np.where(overlaps, np.maximum(np.ceil(run_after * last / safe_out).astype(np.int64), 1), 0)
    return lag, overlap, tail


SLIGHT = 1e-9
"""Weight of the lateness of an order for safety stock: it orders what is otherwise equal."""


def _sinks(
    given: Given, orders: pl.DataFrame, steps: Steps, links: Links, demands: pl.DataFrame, as_of: int
) -> dict[str, np.ndarray]:
    node, made = orders["node"].to_numpy(), (orders["kind"] == "make").to_numpy()
    peg, last = ends_of("last", links.sink_supply, node, made, given.pattern, steps)
    kept = (pl.col("safety_stock") > 0) | (pl.col("safety_time") > 0) | pl.col("ahead")
    guarded = kept & (pl.col("kind") == "make")
    guards = orders.filter(guarded | FIRM_TRANSFER)
    guard, guard_last = ends_of("last", guards["id"].to_numpy(), node, made, given.pattern, steps)
    sink = np.concatenate([links.sink[peg], demands.height + guard])
    pairs = np.unique(np.stack([sink, np.concatenate([last, guard_last])], axis=1), axis=0)
    count = demands.height + guards.height
    release = np.full(count, as_of, np.int64)
    np.maximum.at(release, links.sink_ready, np.minimum(links.sink_ready_at, NEVER))
    pointer, _ = grouped(pairs[:, 0], count)
    return {
        "sink_pointer": pointer,
        "sink_op": pairs[:, 1].copy(),
        "sink_release": release,
        "sink_due": np.concatenate([demands["due"].to_numpy(), guards["due"].to_numpy()]),
        "sink_weight": np.concatenate(
            [priority_weights(demands["priority"].to_numpy()), np.full(guards.height, SLIGHT)]
        ),
    }
