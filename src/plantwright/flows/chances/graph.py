"""The graph of the plan in force, as the simulation takes it: operations, receipts, rows of machines, demands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from plantwright.core.worktime import union
from plantwright.flows.chances.spreads import Known, Spreads
from plantwright.flows.chances.standing import Standing
from plantwright.flows.plan.pegs import supplier_calendars
from plantwright.flows.plan.ragged import Ints, spread
from plantwright.flows.plan.shop import consuming_steps
from plantwright.methods.simulation import Network, Spread, build_network, row_arcs
from plantwright.methods.working_time import NEVER, WorkingTime, working_time

NO = -1


@dataclass
class Columns:
    """What is known of the nodes of a graph, column by column; rows are added in blocks.

    Parameters
    ----------
    start, finish, setup, run, earliest, rank : see `build_network`
    pausable, receipt : the same
    calendars : of each node, those that must be open together
    mean, deviation, failures, repair : see `Spread`
    """

    start: list[Ints] = field(default_factory=list)
    finish: list[Ints] = field(default_factory=list)
    setup: list[Ints] = field(default_factory=list)
    run: list[Ints] = field(default_factory=list)
    earliest: list[Ints] = field(default_factory=list)
    rank: list[Ints] = field(default_factory=list)
    pausable: list[np.ndarray] = field(default_factory=list)
    receipt: list[np.ndarray] = field(default_factory=list)
    mean: list[np.ndarray] = field(default_factory=list)
    deviation: list[np.ndarray] = field(default_factory=list)
    failures: list[np.ndarray] = field(default_factory=list)
    repair: list[np.ndarray] = field(default_factory=list)
    calendars: list[Sequence[int]] = field(default_factory=list)

    def add(self, calendars: Sequence[Sequence[int]], **more: np.ndarray) -> int:
        """Add some nodes; gives the number of the first."""
        first = len(self.calendars)
        self.calendars += calendars
        for name, values in more.items():
            getattr(self, name).append(values)
        return first

    def of(self, name: str) -> np.ndarray:
        """Give a column as one array."""
        return np.concatenate(getattr(self, name))


@dataclass
class Links:
    """Waits between nodes, as lists of arrays."""

    before: list[Ints] = field(default_factory=list)
    after: list[Ints] = field(default_factory=list)
    lag: list[Ints] = field(default_factory=list)
    overlap: list[Ints] = field(default_factory=list)
    tail: list[Ints] = field(default_factory=list)

    def add(
        self, before: Ints, after: Ints, lag: Ints | int = 0, overlap: Ints | int = NO, tail: Ints | int = 0
    ) -> None:
        """Add some waits."""
        for name, values in (("lag", lag), ("overlap", overlap), ("tail", tail)):
            getattr(self, name).append(np.broadcast_to(np.asarray(values, np.int64), before.shape))
        self.before.append(before)
        self.after.append(after)


@dataclass
class Graph:
    """The plan in force as nodes and waits, to which the steps of a question can be added.

    Parameters
    ----------
    made : the plan in force in numbers
    spreads : how much things vary
    time, teams : all calendars, and which of them each group of people or tools has together
    nodes, links : what is done or comes, and who waits for whom
    held : resources, nodes, starts and finishes: who holds what when
    ends : nodes that serve each demand, and when the plan has it complete
    receipt_of : node of each receipt by its order
    """

    made: Standing
    spreads: Spreads
    time: WorkingTime
    teams: Sequence[int]
    nodes: Columns
    links: Links
    held: list[tuple[Ints, Ints, Ints, Ints]]
    ends: list[tuple[Ints, int]]
    receipt_of: Mapping[str, int]

    def network(self) -> tuple[Network, Spread]:
        """Make the network of all that has been gathered, and how much each of its nodes varies."""
        nodes, links = self.nodes, self.links
        resource, node, start, finish = (np.concatenate(parts) for parts in zip(*self.held, strict=True))
        before, after = row_arcs(resource, node, start, finish)
        all_links = Links(*(list(getattr(links, name)) for name in ("before", "after", "lag", "overlap", "tail")))
        all_links.add(before, after)
        joined = {name: np.concatenate(getattr(all_links, name)) for name in vars(all_links)}
        own = {name: nodes.of(name) for name in ("start", "finish", "setup", "run", "earliest", "rank")}
        flags = {name: nodes.of(name) for name in ("pausable", "receipt")}
        lengths = [len(one) for one in nodes.calendars]
        flat = [one for some in nodes.calendars for one in some]
        serving = [part for part, _ in self.ends]
        network = build_network(
            self.time, **own, **flags,
            calendar_pointer=np.concatenate(([0], np.cumsum(lengths))), calendar=np.array(flat, np.int64), **joined,
            end_pointer=np.concatenate(([0], np.cumsum([len(part) for part in serving]))),
            end_node=np.concatenate([np.zeros(0, np.int64), *serving]), end_planned=[moment for _, moment in self.ends],
        )  # fmt: skip
        return network, Spread(*(nodes.of(name) for name in ("mean", "deviation", "failures", "repair")))


def plan_graph(made: Standing, planned: Mapping[str, pl.DataFrame], spreads: Spreads) -> Graph:
    """Make the graph of the plan in force.

    Parameters
    ----------
    made : the plan in force in numbers
    planned : its tables planned_order and demand_plan
    spreads : how much things vary
    """
    nodes, links = Columns(), Links()
    time, teams = _with_teams(made)
    _add_operations(made, teams, spreads, nodes)
    shop = made.shop
    after = np.repeat(np.arange(shop.operations), np.diff(shop.pred_pointer))
    links.add(shop.pred_op, after, shop.pred_lag, shop.pred_overlap, shop.pred_tail)
    receipts = _add_receipts(made, planned["planned_order"], spreads, nodes)
    _link_receipts(made, receipts, links)
    names = made.material.orders["order"]
    by_name = {names[order]: node for order, node in enumerate(receipts.tolist()) if node >= 0}
    ends = _ends(made, planned["demand_plan"], receipts)
    return Graph(made, spreads, time, teams, nodes, links, [_units_held(made), _members_held(made)], ends, by_name)


def _add_operations(made: Standing, teams: Sequence[int], spreads: Spreads, nodes: Columns) -> None:
    """Add the operations; one that is fixed begins when the plan says, others a little before at most."""
    shop, plan = made.shop, made.schedule
    count, as_of = shop.operations, made.plant.as_of
    ahead = np.where(shop.fixed_start == NO, made.plant.settings.minutes("work_ahead"), 0)
    mode = np.maximum(plan.mode, 0)
    run = np.where(plan.mode >= 0, shop.mode_minutes[mode], 0) if len(shop.mode_minutes) else np.zeros(count, np.int64)
    center = np.where(plan.unit >= 0, shop.unit_center[np.maximum(plan.unit, 0)], NO)
    codes = made.n.centers["code"].to_list()
    known = [spreads.runs.get(codes[one]) if one >= 0 else None for one in center.tolist()]
    breaks = [spreads.breaks.get(codes[one]) if one >= 0 else None for one in center.tolist()]
    # What runs on no work center here takes a lead time: a supplier's step, a transfer, an order without routing.
    other = np.where(center >= 0, spreads.run_time, spreads.lead_time)
    lost = plan.start >= NEVER // 2
    rank = np.empty(count, np.int64)
    rank[shop.order] = np.arange(count)
    earliest = np.maximum(np.minimum(shop.release, plan.start), np.maximum(plan.start - ahead, as_of))
    nodes.add(
        _calendars(made, teams),
        start=plan.start, finish=plan.finish, setup=plan.setup, run=run, rank=rank,
        earliest=np.where(lost, NEVER, np.minimum(earliest, plan.start)),
        pausable=shop.pausable, receipt=np.zeros(count, np.bool_),
        mean=np.array([1.0 if one is None else one.mean for one in known]),
        deviation=np.array([share if one is None else one.deviation for one, share in zip(known, other, strict=True)]),
        failures=np.array([0.0 if one is None else one.rate for one in breaks]),
        repair=np.array([0.0 if one is None else one.repair for one in breaks]),
    )  # fmt: skip


def _calendars(made: Standing, teams: Sequence[int]) -> list[list[int]]:
    """Give the calendars of each operation: of its unit, and of those who can do it, one of whom must be there."""
    shop, plan = made.shop, made.schedule
    own = shop.mode_calendar[np.maximum(plan.mode, 0)] if len(shop.mode_calendar) else np.zeros(0, np.int64)
    unit = shop.unit_calendar[np.maximum(plan.unit, 0)] if len(shop.unit_calendar) else own
    calendars = [[one] if one >= 0 else [] for one in np.where(plan.unit >= 0, unit, own).tolist()]
    for step in np.flatnonzero(np.diff(shop.need_pointer)).tolist():
        for group in shop.need_group[shop.need_pointer[step] : shop.need_pointer[step + 1]].tolist():
            if teams[group] >= 0 and teams[group] not in calendars[step]:
                calendars[step].append(teams[group])
    return calendars


def _with_teams(made: Standing) -> tuple[WorkingTime, list[int]]:
    """Add a calendar for each group of people or tools, open while one of them is there; gives them by group.

    Who begins an operation need not end it: whoever can do it goes on when the shift is over.
    """
    time, shop = made.n.clocks.time, made.shop
    known = [time.intervals(one) for one in range(len(time.pointer) - 1)]
    teams = []
    for group in range(len(shop.group_pointer) - 1):
        own = shop.group_member[shop.group_pointer[group] : shop.group_pointer[group + 1]]
        calendars = np.unique(shop.member_calendar[own])
        if not len(calendars) or calendars[0] < 0:
            teams.append(NO)
        elif len(calendars) == 1:
            teams.append(int(calendars[0]))
        else:
            parts = [known[one] for one in calendars.tolist()]
            together = union(np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]))
            teams.append(len(known))
            known.append((together.starts, together.ends))
    return working_time(known), teams


def _add_receipts(made: Standing, planned: pl.DataFrame, spreads: Spreads, nodes: Columns) -> Ints:
    """Add what is bought or under way; gives the node of each order, -1 where it has none."""
    orders = made.material.orders
    comes = (orders["kind"] == "buy") | ((orders["kind"] == "transfer") & orders["existing"])
    rows = orders.with_row_index("place").filter(comes).join(
        planned.select("order", moment="finish", begun="start"), on="order", how="left", maintain_order="left"
    )  # fmt: skip
    place = rows["place"].to_numpy().astype(np.int64)
    moment = np.minimum(rows["moment"].fill_null(NEVER).to_numpy(), NEVER)
    lead = np.clip(moment - rows["begun"].fill_null(0).to_numpy(), 0, 3 * 366 * 1440)
    known = [spreads.receipts.get(name or "") for name in rows["supplier"].to_list()]
    calendar = supplier_calendars(made.n, made.material)[place]
    first = nodes.add(
        [[one] if one >= 0 else [] for one in calendar.tolist()],
        **receipt_columns(moment, lead, known, spreads.lead_time, made.plant.as_of),
    )  # fmt: skip
    found = np.full(orders.height, NO, np.int64)
    found[place] = first + np.arange(len(place))
    return found


def receipt_columns(
    moment: Ints, lead: Ints, known: Sequence[Known | None], share: float, as_of: int
) -> dict[str, np.ndarray]:
    """Give the columns of some receipts: when the plan has them, and by how much they may be late or early."""
    count, zero = len(moment), np.zeros(len(moment), np.int64)
    deviation = [one.deviation if one else share * span for one, span in zip(known, lead.tolist(), strict=True)]
    return {
        "start": moment, "finish": moment, "setup": zero, "run": zero, "rank": np.full(count, NO, np.int64),
        "earliest": np.minimum(moment, as_of), "pausable": np.ones(count, np.bool_),
        "receipt": np.ones(count, np.bool_), "mean": np.array([one.mean if one else 0.0 for one in known], np.float64),
        "deviation": np.array(deviation, np.float64), "failures": np.zeros(count), "repair": np.zeros(count),
    }  # fmt: skip


def _link_receipts(made: Standing, receipts: Ints, links: Links) -> None:
    """Let operations wait for what they take of receipts."""
    pegs, orders = made.pegs, made.material.orders
    node = np.append(receipts, NO)[pegs.supply]
    rows = np.flatnonzero((node >= 0) & (pegs.consumer >= 0))
    kinds = orders.select("node", "kind", "id")
    row, step = consuming_steps(made.given, kinds, made.steps, pegs.consumer[rows], pegs.place[rows])
    pairs = np.unique(np.stack([node[rows[row]], step], axis=1), axis=0) if len(row) else np.zeros((0, 2), np.int64)
    links.add(pairs[:, 0].copy(), pairs[:, 1].copy())


def _units_held(made: Standing) -> tuple[Ints, Ints, Ints, Ints]:
    plan = made.schedule
    works = np.flatnonzero((plan.unit >= 0) & (plan.finish > plan.start) & (plan.finish < NEVER // 2))
    return plan.unit[works], works, plan.start[works], plan.finish[works]


def _members_held(made: Standing) -> tuple[Ints, Ints, Ints, Ints]:
    """People and copies of tools are counted after the units."""
    plan = made.schedule
    owner, seat = spread(plan.member_pointer[:-1], np.diff(plan.member_pointer))
    member = plan.member[seat] if len(seat) else np.zeros(0, np.int64)
    some = (member >= 0) & (plan.finish[owner] < NEVER // 2)
    owner, member = owner[some], member[some]
    units = len(made.shop.unit_calendar)
    return units + member, owner, plan.start[owner], plan.finish[owner]


def _ends(made: Standing, demand: pl.DataFrame, receipts: Ints) -> list[tuple[Ints, int]]:
    """Give for each demand the nodes that serve it, and when the plan has it complete."""
    shop, pegs, demands = made.shop, made.pegs, made.material.demands
    serving: list[list[int]] = [
        shop.sink_op[shop.sink_pointer[one] : shop.sink_pointer[one + 1]].tolist() for one in range(demands.height)
    ]
    node = np.append(receipts, NO)[pegs.supply]
    for row in np.flatnonzero((node >= 0) & (pegs.demand >= 0)).tolist():
        serving[int(pegs.demand[row])].append(int(node[row]))
    told = demands.select("demand").join(
        demand.select("demand", "projected"), on="demand", how="left", maintain_order="left"
    )
    moments = told["projected"].fill_null(NEVER).to_list()
    return [(np.array(some, np.int64), int(moment)) for some, moment in zip(serving, moments, strict=True)]


def team_of(graph: Graph, resource: int) -> int:
    """Give the calendar of the first group that a person or a copy of a tool belongs to; resources as in the rows."""
    shop = graph.made.shop
    place = np.flatnonzero(shop.group_member == resource - len(shop.unit_calendar))
    return graph.teams[int(np.searchsorted(shop.group_pointer, place[0], side="right")) - 1] if len(place) else NO


def operations_of(made: Standing, order: str) -> Ints:
    """Give the operations of an order by its name."""
    number = made.material.orders["order"].index_of(order)
    return np.flatnonzero(made.steps.order == (NO if number is None else number))


__all__ = ["NO", "Columns", "Graph", "Links", "operations_of", "plan_graph", "receipt_columns", "team_of"]
