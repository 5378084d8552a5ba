"""Why a demand is late: the chain of what it waited for, from the demand down to the cause.

The chain follows, from each operation, the predecessor or material that came last. Where an operation could have
started and did not, it waited for its work center, its people, open time, or the planner's word. Lost are the days of
a wait after the latest start that would have kept the due date had capacity been without limit: waiting before it
harms nobody, and no link loses more than the demand is late; links that each hold the demand up may add up to more.
The link with most days is the cause that binds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from plantwright.areas.planning import words
from plantwright.core.entity import ENTITIES
from plantwright.core.exact import SCALE
from plantwright.flows.plan.material import Material, Numbered
from plantwright.flows.plan.pegs import PegRows
from plantwright.flows.plan.ragged import Ints, grouped, spread
from plantwright.flows.plan.results import shaped
from plantwright.flows.plan.shop import Given, consuming_steps
from plantwright.flows.plan.steps import Steps
from plantwright.methods.requirements import Origin
from plantwright.methods.scheduling import Schedule, Shop, tails
from plantwright.methods.working_time import NEVER, open_times

NO = -1
DAY = 1440
SHORTEST = 60
"""Waits below this many minutes are not worth a link."""
MOST_LINKS = 60


TOLD = ("kind", "object", "order", "operation", "start", "end", "behind", "text")
"""Columns of table `reason` that say the same for every demand."""


@dataclass(eq=False)
class Link:
    """One link of a chain."""

    kind: str
    what: str
    order: int
    operation: int | None
    start: int
    end: int
    text: str
    behind: str = ""
    lost: int = 0

    def values(self, names: list[str]) -> tuple[Any, ...]:
        """Give what table `reason` says of it, whichever demand waits for it: `TOLD`."""
        order = names[self.order] if self.order >= 0 else ""
        return self.kind, self.what, order, self.operation, self.start, self.end, self.behind, self.text


@dataclass
class Tracer:
    """What is looked at when a chain is followed; made once for all demands."""

    n: Numbered
    material: Material
    steps: Steps
    shop: Shop
    schedule: Schedule
    arrival: Ints
    soonest: Ints
    by_demand: tuple[Ints, Ints]
    supply: Ints
    names: list[str]
    items: list[str]
    centers: list[str]
    sequences: list[int]
    latest_start: list[int]
    on_center: dict[int, tuple[Ints, Ints]] = field(default_factory=dict)
    known: dict[int, tuple[list[Link], int]] = field(default_factory=dict)


def make_tracer(
    n: Numbered,
    given: Given,
    material: Material,
    pegs: PegRows,
    steps: Steps,
    shop: Shop,
    schedule: Schedule,
    soonest: Ints,
) -> Tracer:
    """Prepare the lookups: which bought material each operation waits for last, which pegs serve each demand."""
    kind = material.orders["kind"].to_numpy()
    served = np.flatnonzero((pegs.demand >= 0) & (pegs.supply >= 0))
    pointer, rows = grouped(pegs.demand[served], material.demands.height)
    arrival = np.full(len(steps), NO, np.int64)
    is_bought = np.append(kind == "buy", False)
    bought = np.flatnonzero((pegs.consumer >= 0) & is_bought[pegs.supply])
    row, step = consuming_steps(given, material.orders, steps, pegs.consumer[bought], pegs.place[bought])
    supply = pegs.supply[bought][row]
    for one in np.argsort(soonest[supply], kind="stable"):
        arrival[step[one]] = supply[one]
    items = n.nodes.frame["item"].gather(material.orders["node"]).to_list()
    return Tracer(
        n, material, steps, shop, schedule, arrival, soonest, (pointer, served[rows]), pegs.supply,
        material.orders["order"].to_list(), items, n.centers["code"].to_list(),
        n.routings.operations["sequence"].to_list(), np.minimum(tails(shop).last_start, NEVER).tolist(),
    )  # fmt: skip


def trace(tracer: Tracer, late: Ints) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Follow the chain of every late demand.

    Parameters
    ----------
    tracer : see `make_tracer`
    late : numbers of the late demands

    Returns
    -------
    The table `reason`, and for each demand its cause in words (columns demand, cause).
    """
    demands, due = tracer.material.demands["demand"], tracer.material.demands["due"].to_numpy()
    chains = [_chain(tracer, number, int(due[number])) for number in late.tolist()]
    who, place = spread(np.zeros(len(late), np.int64), np.array([len(chain) for chain in chains], np.int64))
    chained = [link for chain in chains for link in chain]
    late_by = tracer.schedule.sink_finish[late] - due[late]
    lost = np.minimum(np.array([link.lost for link in chained], np.int64), late_by[who])
    best = _binding(who, place, lost)
    frame = _written(chained, tracer.names).with_columns(
        demand=demands.gather(late[who]), step=pl.Series(place + 1), days=pl.Series(lost * SCALE // DAY),
        binding=pl.Series(np.isin(np.arange(len(chained)), best)),
    )  # fmt: skip
    causes = [_cause(chained[one], int(lost[one])) for one in best.tolist()]
    cause = pl.DataFrame({"demand": demands.gather(late[who[best]]), "cause": pl.Series(causes, dtype=pl.String)})
    return shaped("reason", frame), cause


def _binding(who: Ints, place: Ints, lost: Ints) -> Ints:
    """Give the link of each chain that loses most; of several the last one."""
    order = np.lexsort((place, lost, who))
    last = np.ones(len(order), np.bool_)
    last[:-1] = who[order][1:] != who[order][:-1]
    return order[last]


def _written(links: list[Link], names: list[str]) -> pl.DataFrame:
    """Give the columns `TOLD` of links; chains share them, so each is written once and said of many."""
    rows = {link: row for row, link in enumerate(dict.fromkeys(links))}
    schema = ENTITIES["reason"].schema()
    told = [link.values(names) for link in rows]
    frame = pl.DataFrame(told, schema={name: schema[name] for name in TOLD}, orient="row")
    return frame[np.array([rows[link] for link in links], np.int64)]


def _cause(link: Link, lost: int) -> str:
    return words.LOST.format(cause=link.text, days=f"{lost / DAY:.1f}") if lost else link.text


def _chain(t: Tracer, demand: int, due: int) -> list[Link]:
    """Walk from the demand to the cause."""
    links: list[Link] = []
    supply = _last_supply(t, demand)
    if supply < 0:
        return _overdue(t, demand, due)
    step = _last_step(t, supply)
    if step < 0:
        return [_bought(t, supply, NO, due)]
    seen = 0
    while step >= 0 and seen < MOST_LINKS:
        seen += 1
        if step not in t.known:
            # Late demands share the lower part of their chains: each operation is looked at once.
            own: list[Link] = []
            t.known[step] = own, _one_link(t, step, own)
        links += t.known[step][0]
        step = t.known[step][1]
    return links


def _overdue(t: Tracer, demand: int, due: int) -> list[Link]:
    """Say of what only stock serves that nothing but time has passed."""
    as_of = t.n.plant.as_of
    if due >= as_of:
        return []
    item = t.material.demands["item"][demand]
    text = words.IN_STOCK.format(item=item, days=f"{(as_of - due) / DAY:.1f}")
    return [Link("in stock", item, NO, None, due, as_of, text, lost=as_of - due)]


def _last_supply(t: Tracer, demand: int) -> int:
    pointer, rows = t.by_demand
    own = t.supply[rows[pointer[demand] : pointer[demand + 1]]]
    if not len(own):
        return NO
    ends = [_order_end(t, int(one)) for one in own]
    return int(own[int(np.argmax(ends))])


def _order_end(t: Tracer, order: int) -> int:
    step = _last_step(t, order)
    return int(t.schedule.finish[step]) if step >= 0 else int(t.soonest[order])


def _last_step(t: Tracer, order: int) -> int:
    at = t.steps.at[t.steps.place_pointer[order] : t.steps.place_pointer[order + 1]]
    at = at[at >= 0]
    return int(at[int(np.argmax(t.schedule.finish[at]))]) if len(at) else NO


def _one_link(t: Tracer, step: int, links: list[Link]) -> int:
    """Write what this operation waited for, and give the operation to go on with, or -1 at the end of the chain."""
    shop, schedule = t.shop, t.schedule
    start = int(schedule.start[step])
    before, ready_before = _last_predecessor(t, step)
    released = int(shop.release[step])
    as_of = t.n.plant.as_of
    ready = max(ready_before, released, as_of)
    _run_link(t, step, links)
    if start - max(ready, t.latest_start[step]) >= SHORTEST:
        links.append(_wait(t, step, ready, start))
    if before >= 0 and ready_before >= released:
        return before
    links += _root(t, step, released)
    return NO


def _root(t: Tracer, step: int, released: int) -> list[Link]:
    """Say what an operation waits for that no other operation brings: material, a hold, a fence, or time itself."""
    order, as_of, sequence = int(t.steps.order[step]), t.n.plant.as_of, _sequence(t, step)
    name, item = t.names[order], t.items[order]
    lost = max(released - max(t.latest_start[step], as_of), 0)
    if released > as_of:
        arrival = int(t.arrival[step])
        if arrival >= 0 and int(t.soonest[arrival]) >= released:
            return [_bought(t, arrival, step, t.latest_start[step])]
        if t.material.orders["fenced"][order]:
            text = words.ORDER_FENCED.format(order=name, item=item)
            return [Link("fence", name, order, sequence, as_of, released, text, lost=lost)]
        return [Link("hold", name, order, sequence, as_of, released, words.ON_HOLD.format(order=name), lost=lost)]
    late = max(as_of - t.latest_start[step], 0)
    if not late:
        return []
    text = words.LATE_START.format(order=name, item=item, days=f"{late / DAY:.1f}")
    return [Link("late start", name, order, sequence, t.latest_start[step], as_of, text, lost=late)]


def _last_predecessor(t: Tracer, step: int) -> tuple[int, int]:
    shop = t.shop
    arcs = range(int(shop.pred_pointer[step]), int(shop.pred_pointer[step + 1]))
    best, when = NO, -(2**62)
    for arc in arcs:
        before = int(shop.pred_op[arc])
        base = int(t.schedule.finish[before]) if shop.pred_overlap[arc] < 0 else int(t.schedule.start[before])
        moment = base + int(shop.pred_lag[arc])
        if moment > when:
            best, when = before, moment
    return best, when


def _run_link(t: Tracer, step: int, links: list[Link]) -> None:
    """Name a long operation itself as a link, because time may be lost in the work as well as in waiting."""
    order = int(t.steps.order[step])
    start, finish = int(t.schedule.start[step]), int(t.schedule.finish[step])
    if finish - start < DAY // 2:
        return
    place = _center_name(t, step)
    kind = "run time" if place else ("transfer" if t.material.orders["kind"][order] == "transfer" else "lead time")
    days = f"{(finish - start) / DAY:.1f}"
    text = (words.RUNS_ON if place else words.RUNS).format(**_named(t, order), days=days, place=place)
    links.append(Link(kind, place or t.names[order], order, _sequence(t, step), start, finish, text))


def _center_name(t: Tracer, step: int) -> str:
    mode = int(t.schedule.mode[step])
    center = int(t.shop.mode_center[mode]) if mode >= 0 else NO
    return t.centers[center] if center >= 0 else ""


def _sequence(t: Tracer, step: int) -> int | None:
    row = int(t.steps.row[step])
    return t.sequences[row] if row >= 0 else None


def _wait(t: Tracer, step: int, ready: int, start: int) -> Link:
    """Say what an operation waited for though it was ready: open time, people, a tool, or other orders."""
    order, place = int(t.steps.order[step]), _center_name(t, step)
    lost = max(start - max(ready, t.latest_start[step]), 0)
    sequence = _sequence(t, step)
    unit = int(t.schedule.unit[step])
    if unit >= 0:
        ahead = _ahead(t, step, ready, start)
        if ahead and not _for_people(t, step, ready, start):
            names, more = ", ".join(ahead[:5]), len(ahead) - 5
            told = words.BUSY_AND_MORE if more > 0 else words.BUSY
            text = told.format(**_named(t, order), place=place, orders=names, more=more)
            names += f" and {more} more" if more > 0 else ""
            return Link("work center", place, order, sequence, ready, start, text, names, lost)
        if t.shop.need_pointer[step + 1] > t.shop.need_pointer[step]:
            group = int(t.shop.need_group[t.shop.need_pointer[step]])
            found = t.n.clocks.groups.filter(pl.col("group") == group)
            name, kind = str(found["name"][0]), str(found["kind"][0])
            text = words.WAITS_ON.format(**_named(t, order), place=place, name=name)
            return Link(kind, name, order, sequence, ready, start, text, "", lost)
        opened = int(open_times(t.shop.time, [int(t.shop.unit_calendar[unit])], [ready])[0])
        if opened >= start - SHORTEST or not t.shop.pausable[step]:
            text = words.CLOSED.format(**_named(t, order), place=place)
            return Link("calendar", place, order, sequence, ready, start, text, "", lost)
    text = (words.WAITS if place else words.ITS_TURN).format(**_named(t, order), place=place)
    return Link("work center" if place else "frozen", place, order, sequence, ready, start, text, "", lost)


def _named(t: Tracer, order: int) -> dict[str, str]:
    return {"order": t.names[order], "item": t.items[order]}


def _ahead(t: Tracer, step: int, ready: int, start: int) -> list[str]:
    """Name the orders that ran on the work center while the operation waited."""
    center = int(t.shop.mode_center[int(t.schedule.mode[step])])
    if center not in t.on_center:
        on_it = (t.shop.unit_center[np.maximum(t.schedule.unit, 0)] == center) & (t.schedule.unit >= 0)
        units = np.flatnonzero(on_it)
        order = units[np.argsort(t.schedule.start[units], kind="stable")]
        t.on_center[center] = (order, t.schedule.start[order])
    rows, starts = t.on_center[center]
    upto = int(np.searchsorted(starts, start, side="left"))
    near = rows[max(0, upto - 100) : upto]
    near = near[(t.schedule.finish[near] > ready) & (near != step)]
    orders = dict.fromkeys(t.steps.order[near[::-1]].tolist())
    return [t.names[one] for one in orders]


def _for_people(t: Tracer, step: int, ready: int, start: int) -> bool:
    """Tell whether an operation that needs people or a tool waited for them: its work center had a unit to spare."""
    shop = t.shop
    if shop.need_pointer[step + 1] == shop.need_pointer[step]:
        return False
    center = int(shop.mode_center[int(t.schedule.mode[step])])
    rows, starts = t.on_center[center]
    upto = int(np.searchsorted(starts, start, side="left"))
    near = rows[max(0, upto - 100) : upto]
    busy = np.clip(t.schedule.finish[near], ready, start) - np.clip(t.schedule.start[near], ready, start)
    units = int(shop.unit_pointer[center + 1] - shop.unit_pointer[center])
    return int(busy.sum()) < 0.9 * units * (start - ready)


def _bought(t: Tracer, supply: int, step: int, need: int) -> Link:
    """Name a purchase that comes late; `need` is the moment from which waiting for it harms."""
    orders = t.material.orders
    when, as_of = int(t.soonest[supply]), t.n.plant.as_of
    supplier = orders["supplier"][supply]
    waiting = int(t.steps.order[step]) if step >= 0 else supply
    sequence = _sequence(t, step) if step >= 0 else None
    lost = max(when - max(need, as_of), 0)
    item, name = t.items[supply], t.names[supply]
    if orders["existing"][supply]:
        told = words.COMES_FROM if supplier else words.COMES
        text = told.format(item=item, order=name, supplier=supplier)
        return Link("material", name, waiting, sequence, as_of, when, text, lost=lost)
    if orders["fenced"][supply]:
        text = words.FENCED.format(item=item)
        return Link("fence", item, waiting, sequence, as_of, when, text, lost=lost)
    told, days = words.TO_BUY_FROM if supplier else words.TO_BUY, f"{(when - as_of) / DAY:.0f}"
    text = told.format(item=item, days=days, supplier=supplier)
    return Link("supplier", supplier or item, waiting, sequence, as_of, when, text, lost=lost)


def without_source(n: Numbered, material: Material, pegs: PegRows, missing: Ints) -> pl.DataFrame:
    """Name for each demand that cannot be served in full the item that nothing brings."""
    plan, orders = material.plan, material.orders["order"]
    items, demands = n.nodes.frame["item"], material.demands["demand"]
    demand_of = np.where(plan.requirements.origin_kind == Origin.DEMAND, plan.requirements.origin, NO)
    found: dict[int, tuple[int, str]] = {}
    for requirement in plan.unmet.requirement.tolist():
        if demand_of[requirement] >= 0:
            found[int(demand_of[requirement])] = (requirement, "")
    held = np.flatnonzero((pegs.demand >= 0) & (np.append(missing, NO)[pegs.supply] >= 0))
    for peg in held.tolist():
        order = int(pegs.supply[peg])
        found.setdefault(int(pegs.demand[peg]), (int(missing[order]), orders[order]))
    rows = []
    for number, (requirement, waiting) in sorted(found.items()):
        item = items[int(plan.requirements.node[requirement])]
        text = words.NO_SOURCE.format(item=item)
        rows.append((demands[number], 1, "no source", item, waiting, None, None, None, 0, "", text, True))
    columns = ENTITIES["reason"].schema()
    return shaped("reason", pl.DataFrame(rows, schema=columns, orient="row"))


def waits_by_center(shop: Shop, schedule: Schedule, steps: Steps, as_of: int) -> np.ndarray:
    """Give the minutes that operations waited before each work center, ready and past their latest start."""
    n = len(steps)
    arc_after = np.repeat(np.arange(n), np.diff(shop.pred_pointer))
    base = np.where(shop.pred_overlap < 0, schedule.finish[shop.pred_op], schedule.start[shop.pred_op]) + shop.pred_lag
    ready = np.maximum(shop.release, as_of)
    np.maximum.at(ready, arc_after, base)
    wait = np.maximum(schedule.start - np.maximum(ready, tails(shop).last_start), 0)
    out = np.zeros(len(shop.unit_pointer) - 1)
    on = (schedule.mode >= 0) & (schedule.start < 2**60)
    center = shop.mode_center[np.maximum(schedule.mode, 0)]
    on &= center >= 0
    np.add.at(out, center[on], wait[on])
    return out
