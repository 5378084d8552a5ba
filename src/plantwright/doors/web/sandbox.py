"""A warm process of its own that tries what people drag, while the server goes on answering.

It keeps the plant and the plan without the pin in memory until something is written, so that a trial takes one plan.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from plantwright.core.problem import Problem, ProblemError
from plantwright.core.store import Store
from plantwright.flows.exchange import read_plant, seen_at
from plantwright.flows.gantt import gantt
from plantwright.flows.plan import make_plan
from plantwright.flows.plan.make import with_horizon
from plantwright.flows.plan_store import load_plan
from plantwright.flows.scenario import apply_scenario
from plantwright.flows.trial import Pin, try_pin
from plantwright.plant import Plan, Plant

SHOWN = 200
"""Rows of what moved that are told."""


@dataclass(frozen=True)
class Base:
    """What a trial is set against: a plan of a store, as long as the journal ends with this entry."""

    target: str
    number: int
    entry: int


@dataclass(frozen=True)
class Look:
    """How the schedule is looked at: one work center, or one order with its chain."""

    center: str = ""
    order: str = ""


@dataclass(frozen=True)
class Tried:
    """What a pin does: figures, demands and orders that move (raw rows), when the operation starts, and the schedule.

    `verified` tells whether the judge found no fault in the tried plan. The schedule stands as JSON in `drawn`, see
    `flows.gantt`; `seconds` is the time that all this took.
    """

    figures: dict[str, float]
    demands: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    start: int
    verified: bool
    drawn: str
    seconds: float


def target_of(store: Store) -> str:
    """Give what opens the store in another process, its password included."""
    url = store.driver.engine.url
    return store.target if url.drivername.startswith("sqlite") else url.render_as_string(hide_password=False)


class Sandbox:
    """One process that is started when it is first needed, and again when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    def warm(self, base: Base) -> None:
        """Let the process read the plant and plan it once, in the background."""
        self._submit(_warm, base)

    async def try_pin(self, base: Base, pin: Pin, look: Look) -> Tried:
        """Plan the plant with a pin.

        Raises
        ------
        ProblemError
            When the pin cannot be.
        """
        for again in (True, False):
            try:
                found, problems = await asyncio.wrap_future(self._submit(_try, base, pin, look))
                break
            except BrokenProcessPool:
                self.close()
                if not again:
                    raise
        if problems:
            raise ProblemError(problems)
        return found  # type: ignore[no-any-return]

    def _submit(self, work: Any, *given: Any) -> Future[Any]:
        with self._lock:
            if self._pool is None:
                # A forked child would inherit the threads' locks of the server.
                context = multiprocessing.get_context("spawn")
                self._pool = ProcessPoolExecutor(1, context, initializer=_end_with_parent)
            pool = self._pool
        try:
            return pool.submit(work, *given)
        except BrokenProcessPool:
            self.close()
            return self._submit(work, *given)

    def close(self) -> None:
        """End the process."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=False, cancel_futures=True)


SANDBOX = Sandbox()


# --- in the other process -------------------------------------------------------------------------------------------


def _end_with_parent() -> None:
    """End when the server has died without a word."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def wait() -> None:
            parent.join()
            os._exit(0)

        threading.Thread(target=wait, daemon=True).start()


@lru_cache(maxsize=1)
def _base(base: Base) -> tuple[Plant, Plan, Plan]:
    """Give the plant, the plan that is looked at, and a plan of the plant made as a trial is made."""
    with Store.open(base.target) as store:
        looked_at = load_plan(store, base.number, tables=("planned_order", "scheduled_operation"))
        plant = read_plant(store)
    plant = seen_at(plant, looked_at.as_of)
    if looked_at.scenario:
        plant = seen_at(apply_scenario(plant, looked_at.scenario)[0], looked_at.as_of)
    plant = with_horizon(plant, looked_at.options.get("horizon_days"))
    return plant, looked_at, make_plan(plant, previous=looked_at)


def _warm(base: Base) -> None:
    _base(base)


def _try(base: Base, pin: Pin, look: Look) -> tuple[Tried | None, list[Problem]]:
    begun = time.perf_counter()
    try:
        plant, looked_at, plain = _base(base)
        trial = try_pin(plant, plain, pin, _without(looked_at, pin))
    except ProblemError as error:
        return None, list(error.problems)
    found = trial.differences
    rows = trial.view.result("scheduled_operation")
    own = rows.filter((rows["order"] == pin.order) & (rows["sequence"] == pin.operation))["start"]
    drawn = json.dumps(gantt(trial.view, look.center, look.order), separators=(",", ":"))
    tried = Tried(
        dict(trial.figures), found.demands.head(SHOWN).to_dicts(), found.orders.head(SHOWN).to_dicts(),
        int(own[0]) if own.len() else pin.start, bool(trial.view.plan["verified"]), drawn,
        round(time.perf_counter() - begun, 3),
    )  # fmt: skip
    return tried, []


def _without(plan: Plan, pin: Pin) -> Plan:
    """Leave the operation that is pinned out of what stays frozen."""
    rows = plan.raw["scheduled_operation"]
    rows = rows.filter((rows["order"] != pin.order) | (rows["sequence"] != pin.operation))
    return replace(plan, raw={**plan.raw, "scheduled_operation": rows})
