"""A plan in force, ready to be followed many times: the chances of its demands, and of a question beside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from plantwright.core import wording
from plantwright.core.exact import SCALE
from plantwright.flows.chances.curve import LEVELS, Curve
from plantwright.flows.chances.graph import (
    NO,
    Columns,
    Graph,
    Links,
    operations_of,
    plan_graph,
    receipt_columns,
    team_of,
)
from plantwright.flows.chances.spreads import Spreads, read_spreads
from plantwright.flows.chances.standing import TABLES, plan_in_force
from plantwright.flows.promise.trial import Row, Waits
from plantwright.methods.simulation import Network, Outcome, Spread, ancestors, replicate
from plantwright.methods.working_time import NEVER, WorkingTime, intersect
from plantwright.plant import Plan, Plant

__all__ = ["TABLES", "Case", "Question", "make_case"]


@dataclass(frozen=True)
class Question:
    """Steps that are put into the gaps of a schedule, and when the last of them is done.

    Parameters
    ----------
    steps : the steps, in the order in which they were placed
    waits : steps that what is asked for waits for
    calendars : calendar of each resource, units before people and tools; -1 is always open
    complete : when all of it is there
    """

    steps: Sequence[Row]
    waits: Waits
    calendars: Sequence[int]
    complete: int


@dataclass(frozen=True)
class Case:
    """A plan in force as a network.

    Parameters
    ----------
    plant : the plant
    graph : the plan as nodes and waits
    network, spread : the same, ready to be followed
    demands : table demand_plan, in the order of the network's deliveries
    found : what the last question about all demands found, by its replications and seed: who looks at one customer
        after another waits once
    """

    plant: Plant
    graph: Graph
    network: Network
    spread: Spread
    demands: pl.DataFrame
    found: dict[tuple[int, int], pl.DataFrame] = field(default_factory=dict)

    @property
    def spreads(self) -> Spreads:
        """How much things vary."""
        return self.graph.spreads

    def chances(self, replications: int, seed: int) -> pl.DataFrame:
        """Follow the plan many times.

        Returns
        -------
        The rows of demand_plan with `chance`, the scaled share of replications in which each is complete when it is
        due, and `date_50`, `date_80`, `date_95`, moments by which it is complete in so many of a hundred (null: never).
        """
        told = self.found.get((replications, seed))
        if told is None:
            told = self._chances(replications, seed)
            self.found.clear()
            self.found[replications, seed] = told
        return told

    def _chances(self, replications: int, seed: int) -> pl.DataFrame:
        if not self.demands.height:
            names = [f"date_{round(level * 100)}" for level in LEVELS]
            return self.demands.with_columns(pl.lit(0, pl.Int64).alias(name) for name in ("chance", *names))
        found = _followed(self.network, self.spread, replications, seed)
        chance = np.rint(found.probability(self.demands["due"].to_numpy()) * SCALE).astype(np.int64)
        dates = found.quantiles(LEVELS)
        columns = [pl.Series("chance", chance)]
        for place, level in enumerate(LEVELS):
            moments = pl.Series(f"date_{round(level * 100)}", dates[:, place].copy())
            columns.append(moments.to_frame().select(pl.when(pl.first() < NEVER // 2).then(pl.first())).to_series())
        return self.demands.with_columns(columns)

    def curve(self, demand: str, replications: int, seed: int) -> Curve:
        """Give how sure the date of one demand of the plan is."""
        place = int(self.demands["demand"].index_of(demand) or 0)
        found = _followed(ancestors(self.network, [place]), self.spread, replications, seed)
        return self._curve(found.complete[0], int(found.planned[0]), int(self.demands["due"][place]), seed)

    def question(self, asked: Question, due: int | None, replications: int, seed: int) -> Curve:
        """Give how sure the date of something is that is put beside the plan in force."""
        network, spread = with_question(self.graph, asked).network()
        last = len(network.ends.planned) - 1
        found = _followed(ancestors(network, [last]), spread, replications, seed)
        return self._curve(found.complete[0], asked.complete, due, seed)

    def _curve(self, moments: np.ndarray, planned: int, due: int | None, seed: int) -> Curve:
        zone = self.plant.settings.zone
        year = wording.year_of(self.plant.as_of, zone)
        return Curve(moments, planned, due, zone, year, seed, self.spreads.notes())


def _followed(network: Network, spread: Spread, replications: int, seed: int) -> Outcome:
    """Follow a network on all cores; the outcome is the same on one."""
    return replicate(network, spread, replications=replications, seed=seed, threads=os.cpu_count() or 1)


def make_case(plant: Plant, base: Plan) -> Case:
    """Prepare a plan in force to be followed.

    Parameters
    ----------
    plant : the plant that was planned
    base : the plan in force, with the tables that `TABLES` names

    Raises
    ------
    ProblemError
        Where the plan has no schedule, or the plant can no longer be planned.
    """
    made = plan_in_force(plant, base)
    graph = plan_graph(made, base.raw, read_spreads(plant))
    network, spread = graph.network()
    demands = made.material.demands.select("demand").join(
        base.raw["demand_plan"], on="demand", how="left", maintain_order="left"
    )
    due = pl.coalesce("due", pl.Series(made.material.demands["due"]))
    return Case(plant, graph, network, spread, demands.with_columns(due=due))


def with_question(graph: Graph, asked: Question) -> Graph:
    """Put the steps of a question into the graph of a plan; what was there stays as it is."""
    nodes = Columns(**{name: list(values) for name, values in vars(graph.nodes).items()})
    links = Links(**{name: list(values) for name, values in vars(graph.links).items()})
    held = list(graph.held)
    found: list[list[int]] = []
    for row in asked.steps:
        found.append(_nodes_of(graph, row, asked.calendars, nodes))
        if row.what in {"stock", "receipt"}:
            continue
        for number, lag in row.waits:
            before = np.array(found[number], np.int64)
            links.add(before, np.full(len(before), found[-1][0], np.int64), lag)
        holds = [one for one in (row.unit, *row.crew) if one >= 0]
        if holds and row.start < row.finish < NEVER // 2:
            node, start, finish = (np.full(len(holds), one, np.int64) for one in (found[-1][0], row.start, row.finish))
            held.append((np.array(holds, np.int64), node, start, finish))
    last = np.array(sorted({node for number, _ in asked.waits for node in found[number]}), np.int64)
    return replace(graph, nodes=nodes, links=links, held=held, ends=[*graph.ends, (last, asked.complete)])


def _nodes_of(graph: Graph, row: Row, calendars: Sequence[int], nodes: Columns) -> list[int]:
    """Give the nodes that a step stands for, added where they are new; stock is there and stands for none."""
    if row.what == "stock":
        return []
    if row.what == "receipt":
        known = graph.receipt_of.get(row.name)
        return [known] if known is not None else operations_of(graph.made, row.name).tolist()
    if row.what == "purchase":
        return [_bought(graph, row, nodes)]
    return [_done(graph, row, calendars, nodes)]


def _bought(graph: Graph, row: Row, nodes: Columns) -> int:
    moment = np.array([min(row.finish, NEVER)])
    lead = np.clip(moment - row.start, 0, 3 * 366 * 1440)
    known = graph.spreads.receipts.get(row.name)
    calendar = graph.made.n.plant.raw["supplier"].filter(pl.col("code") == row.name)["calendar"].to_list()
    number = graph.made.n.clocks.by_code.get(calendar[0] or "") if calendar else None
    columns = receipt_columns(moment, lead, [known], graph.spreads.lead_time, graph.made.plant.as_of)
    return nodes.add([[] if number is None else [number]], **columns)


def _done(graph: Graph, row: Row, calendars: Sequence[int], nodes: Columns) -> int:
    """Add an operation, a transfer or a lead time; it keeps the place that it was given, and begins no sooner."""
    planned = {calendars[one] for one in (row.unit, *row.crew) if one >= 0 and calendars[one] >= 0}
    start, finish = min(row.start, NEVER), min(row.finish, NEVER)
    run = _worked(graph.time, sorted(planned), start, finish)
    teams = [calendars[row.unit] if row.unit >= 0 else NO, *(team_of(graph, one) for one in row.crew)]
    own = sorted({one for one in teams if one >= 0})
    center = row.name if row.unit >= 0 else ""
    known, breaks = graph.spreads.runs.get(center), graph.spreads.breaks.get(center)
    share = graph.spreads.run_time if center else graph.spreads.lead_time
    numbers = {
        "start": start, "finish": finish, "setup": 0, "run": run, "rank": len(nodes.calendars), "earliest": start,
    }  # fmt: skip
    shares = {
        "mean": known.mean if known else 1.0, "deviation": known.deviation if known else share,
        "failures": breaks.rate if breaks else 0.0, "repair": breaks.repair if breaks else 0.0,
    }  # fmt: skip
    return nodes.add(
        [own],
        **{name: np.array([value], np.int64) for name, value in numbers.items()},
        **{name: np.array([value], np.float64) for name, value in shares.items()},
        pausable=np.ones(1, np.bool_), receipt=np.zeros(1, np.bool_),
    )  # fmt: skip


def _worked(time: WorkingTime, calendars: Sequence[int], start: int, finish: int) -> int:
    """Count the minutes of a stretch in which all of some calendars are open."""
    if finish >= NEVER // 2:
        return 0
    begins, ends = np.array([start]), np.array([finish])
    for one in calendars:
        begins, ends = intersect(begins, ends, *time.intervals(one))
    return int((ends - begins).sum())
