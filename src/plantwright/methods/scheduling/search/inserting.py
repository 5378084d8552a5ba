"""What a thread does in a large shop without set-ups: chains of late sinks are taken out and put in again."""

from __future__ import annotations

import numpy as np

from plantwright.methods.scheduling.deferring import defer
from plantwright.methods.scheduling.search.insertion import COSTLY, Log, Tray, empty_log, empty_tray, reinsert
from plantwright.methods.scheduling.search.net import make_net, plan_of
from plantwright.methods.scheduling.search.objective import Objective, costs_of
from plantwright.methods.scheduling.search.race import Race
from plantwright.methods.scheduling.search.relink import Plan
from plantwright.methods.scheduling.search.replaying import replay
from plantwright.methods.scheduling.search.rows import Rows, copied, rows_of, take_over
from plantwright.methods.scheduling.search.schedules import schedule_of
from plantwright.methods.scheduling.search.workers import Case, rated, seed_of, timed_plan

LARGE = 3000
"""Shops of more operations are searched by insertion, where they can be."""

BATCH = 200
"""Tries between two looks at the clock."""

HOT = 0.01
"""The temperature at the beginning, as a share of the mean cost of a sink that costs something; it falls to nothing."""

TOGETHER = 1000
"""Tries after which a thread does in the schedule of all threads what it has done in its own."""

TOLD = 60
"""How often in all a thread makes a plan of the best that it has found."""


def inserts(case: Case) -> bool:
    """Tell whether a shop is searched by insertion: large, without set-ups, and only lateness counts."""
    net, costs = case.net, case.costs
    plain = not (costs.setup or costs.span or len(costs.drift) or costs.flow.any() or costs.early.any())
    return plain and case.shop.operations > LARGE and not net.changeover.any() and not net.early


def insert_worker(case: Case, race: Race, seed: int, threads: int) -> None:
    """Take late chains out and put them in again until the race is over.

    The start is pushed as late as it can be without harm: then late chains find gaps before their time. What it has
    found, a thread does again in the schedule of all threads, and goes on from there.
    """
    random = np.random.default_rng(seed)
    rows, tray = laid_out(case, min(case.starts, key=lambda plan: plan.value)), empty_tray(len(case.shop.sink_due))
    log = empty_log(TOGETHER if threads > 1 else 0)
    with race.lock:
        case.common = case.common or copied(rows)
    rank = np.empty(case.shop.operations, np.int64)
    rank[case.shop.order] = np.arange(case.shop.operations)
    draws, best = seed_of(random), copied(rows)
    value = _tries(case, rows, tray, log, rank, draws, 0.0, 0)
    hot = HOT * value / max(int(tray.size[COSTLY]), 1)
    told, tried, unsaved = 0, 0, False
    while not race.over():
        allowed = race.left(BATCH, threads)
        cost = _tries(case, rows, tray, log, rank, draws, hot * (1 - race.share()), allowed)
        tried += allowed
        if threads > 1 and tried >= TOGETHER:
            cost, tried = _together(case, race, rows, tray, log, rank), 0
        if cost < value - 1e-6:
            value, unsaved = cost, True
            take_over(best, rows)
        due = unsaved and (int(race.share() * TOLD) > told or value <= race.bound)
        race.report(_kept(case, best) if due else None, allowed)
        if due:
            told, unsaved = int(race.share() * TOLD), False
    if unsaved:
        race.report(_kept(case, best), 0)


def _together(case: Case, race: Race, rows: Rows, tray: Tray, log: Log, rank: np.ndarray) -> float:
    """Do in the schedule of all threads what one has done, and take that over; gives its cost."""
    with race.lock:
        if case.common is None:
            raise RuntimeError("the threads of a search have a schedule in common")
        cost = replay(case.net, case.costs, case.common, tray, log, rank)
        log.size[0] = 0
        take_over(rows, case.common)
    return float(cost)


def _tries(
    case: Case, rows: Rows, tray: Tray, log: Log, rank: np.ndarray, draws: np.ndarray, heat: float, count: int
) -> float:
    flat, order = case.shop.time.flat, case.shop.order
    return reinsert(case.net, flat, case.costs, rows, tray, log, rank, order, draws, heat, count)


def laid_out(case: Case, plan: Plan) -> Rows:
    """Lay a plan out as late as it can be without harm."""
    late = defer(case.shop, schedule_of(case, plan.order.copy(), plan.option.copy()))
    return rows_of(case.net, plan_of(case.shop, case.options, case.net, late)[1], late)


def _kept(case: Case, rows: Rows) -> Plan:
    """Keep what the rows hold as a plan: in order of start everything begins as soon as it can, and nothing later."""
    place = np.empty(case.shop.operations, np.int64)
    place[case.shop.order] = np.arange(case.shop.operations)
    order = np.lexsort((place, rows.finish, rows.start)).astype(np.int64)
    return timed_plan(case, order, rows.option.copy())[0]


def warm_up() -> None:
    """Compile the kernels, with a start that may be pushed later."""
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
    race = Race(lambda: 0.0, 1.0, 10, 0.0, 1.0, None, None)
    insert_worker(case, race, 0, 1)
    rows = laid_out(case, case.starts[0])
    _together(case, race, rows, empty_tray(2), empty_log(1), shop.order)
