"""What a thread does in a large shop without set-ups: chains of late sinks are taken out and put in again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.search.insertion import COSTLY, Tray, empty_tray, reinsert
from plantwright.methods.scheduling.search.net import make_net, plan_of
from plantwright.methods.scheduling.search.objective import Objective, costs_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan
from plantwright.methods.scheduling.search.rows import Rows, copied, rows_of
from plantwright.methods.scheduling.search.schedules import schedule_of
from plantwright.methods.scheduling.search.workers import Case, rated, seed_of, timed_plan

LARGE = 3000
"""Shops of more operations are searched by insertion, where they can be."""

BATCH = 200
"""Tries between two looks at the clock."""

HOT = 0.01
"""The temperature at the beginning, as a share of the mean cost of a sink that costs something; it falls to nothing."""

MEETINGS = 6
"""How often in all a thread goes over to the best of all threads."""


@dataclass(frozen=True, slots=True)
class Laid(Plan):
    """A plan with the rows that it came from, gaps and all."""

    rows: Rows


def inserts(case: Case) -> bool:
    """Tell whether a shop is searched by insertion: large, without set-ups, and only lateness counts."""
    net, costs = case.net, case.costs
    plain = not (costs.setup or costs.span or len(costs.drift) or costs.flow.any() or costs.early.any())
    return plain and case.shop.operations > LARGE and not net.changeover.any() and not net.early


def insert_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Take late chains out and put them in again until the race is over.

    The start is pushed as late as it can be without harm: then late chains find gaps before their time.
    """
    random = np.random.default_rng(seed)
    best = min(case.starts, key=lambda plan: plan.value)
    rows, tray = laid_out(case, best), empty_tray(len(case.shop.sink_due))
    rank = np.empty(case.shop.operations, np.int64)
    rank[case.shop.order] = np.arange(case.shop.operations)
    draws, met = seed_of(random), 0
    value = _tries(case, rows, tray, rank, draws, 0.0, 0)
    hot = HOT * value / max(int(tray.size[COSTLY]), 1)
    while not race.over():
        allowed = race.left(BATCH, threads)
        cost = _tries(case, rows, tray, rank, draws, hot * (1 - race.share()), allowed)
        found = None
        if cost < value - 1e-6:
            value, found = cost, _kept(case, rows)
        race.report(found, allowed)
        if int(race.share() * MEETINGS) > met:
            met = int(race.share() * MEETINGS)
            if isinstance(race.best, Laid) and race.best.value < value:
                rows, value = laid_out(case, race.best), race.best.value


def _tries(case: Case, rows: Rows, tray: Tray, rank: np.ndarray, draws: np.ndarray, heat: float, count: int) -> float:
    flat, order = case.shop.time.flat, case.shop.order
    return reinsert(case.net, flat, case.costs, rows, tray, rank, order, draws, heat, count)


def laid_out(case: Case, plan: Plan) -> Rows:
    """Lay a plan out: as it was laid, or as late as it can be without harm."""
    if isinstance(plan, Laid):
        return copied(plan.rows)
    late = defer(case.shop, schedule_of(case, plan.order.copy(), plan.option.copy()))
    return rows_of(case.net, plan_of(case.shop, case.options, case.net, late)[1], late)


def _kept(case: Case, rows: Rows) -> Laid:
    """Keep what the rows hold as a plan: in order of start everything begins as soon as it can, and nothing later."""
    place = np.empty(case.shop.operations, np.int64)
    place[case.shop.order] = np.arange(case.shop.operations)
    order = np.lexsort((place, rows.finish, rows.start)).astype(np.int64)
    plan = timed_plan(case, order, rows.option.copy())[0]
    return Laid(plan.order, plan.option, plan.value, copied(rows))


def warm_up() -> None:
    """Compile the kernel, with a start that may be pushed later."""
    from plantwright.methods.scheduling.build import build_shop  # noqa: PLC0415
    from plantwright.methods.scheduling.dispatching import dispatch  # noqa: PLC0415
    from plantwright.methods.working_time import working_time  # noqa: PLC0415

    shop = build_shop(
        working_time([([0], [600])]), unit_pointer=[0, 1], unit_calendar=[0], mode_center=[0, 0], mode_minutes=[9, 9],
        sink_pointer=[0, 1, 2], sink_op=[0, 1], sink_due=[9, 9],
    )  # fmt: skip
    objective, start = Objective.of("weighted_tardiness"), dispatch(shop)
    net, options = make_net(shop, 0, early=False)
    case = Case(shop, net, options, costs_of(objective, shop, objective.measure(shop, start)), [])
    case.starts = [rated(case, start)]
    insert_worker(case, Race(lambda: 0.0, 1.0, 10, 0.0, 1.0, None, None), 0, 1)
