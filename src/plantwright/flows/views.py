"""What reports look at: a plant and a plan in memory, or those of a store, read as they are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from plantwright.core.access.sight import Sight
from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.finding import main_site
from plantwright.core.settings import Settings
from plantwright.core.store import Store
from plantwright.plant import Plan, Plant, columns_of, read_settings, with_virtual_locations

META = ("number", "scenario", "as_of", "options", "engine", "status", "verified", "seconds", "totals", "at", "by")


class MemoryView:
    """A plant in memory, and a plan made from it."""

    def __init__(self, plant: Plant, plan: Plan | None = None, others: Mapping[int, Plan] | None = None) -> None:
        self._plant, self._plan, self._others = plant, plan, others or {}
        self.as_of = plant.as_of if plan is None else plan.as_of
        self.settings = plant.settings
        self.number = 0 if plan is None else plan.number
        self.plan: Mapping[str, Any] = {} if plan is None else meta_of(plan)

    def table(self, name: str) -> pl.DataFrame:
        """Give a raw table of the plant."""
        return self._plant.raw[name]

    def result(self, name: str) -> pl.DataFrame:
        """Give a raw result table of the plan."""
        found = None if self._plan is None else self._plan.raw.get(name)
        return ENTITIES[name].empty() if found is None else found

    def columns(self, name: str) -> Mapping[str, Column]:
        """Give the columns of a table."""
        return columns_of(ENTITIES[name], self._plant.raw)

    def other(self, number: int) -> MemoryView:
        """Give the same plant with another plan."""
        return MemoryView(self._plant, self._others[number], self._others)


def meta_of(plan: Plan) -> dict[str, Any]:
    """Give a plan's own data as plain values."""
    plain = {name: getattr(plan, name, None) for name in META}
    return {**plain, **{name: dict(plain[name] or {}) for name in ("options", "seconds", "totals")}}


class StoreView:
    """A plant and a plan in a store; each table is read when it is first asked for."""

    def __init__(
        self, store: Store, number: int | None = None, scenario: str = "", *, need_plan: bool = True,
        read: Callable[[str], pl.DataFrame] | None = None, before: StoreView | None = None,
        sites: frozenset[str] | None = None,
    ) -> None:  # fmt: skip
        """Look at a plant.

        Parameters
        ----------
        store : the plant
        number, scenario : the plan; the latest of the scenario where it has no number
        need_plan : whether a plan must be there
        read : gives the raw tables, where somebody keeps them; the store otherwise
        before : an earlier view for the same sites, whose tables of the plan are taken over where it is the same one
        sites : sites whose rows are seen, as `core.access.sight` tells them; None for all
        """
        self._store = store
        self._read = read or store.read
        self._tables: dict[str, pl.DataFrame] = {}
        self._sites = sites
        self._sight: Sight | None = None
        self.results: dict[str, pl.DataFrame] = {}
        """Tables of the plan that were read."""
        self.settings: Settings = read_settings(self.table("setting"))
        now = int(time.time()) // 60
        self.as_of = self.settings["as_of"] if self.settings["as_of"] is not None else now
        self.plan: Mapping[str, Any] = {}
        self.number = 0
        if need_plan:
            self.plan, _ = store.load_plan(number, (), scenario)
            self.as_of, self.number = self.plan["as_of"], self.plan["number"]
            if before is not None and before.number == self.number:
                self.results = before.results  # a plan never changes
        if sites is not None:
            main = main_site({name: self.table(name) for name in ("setting", "site")})
            self._sight = Sight(sites, main, self._whole)

    def table(self, name: str) -> pl.DataFrame:
        """Give a raw table of the plant."""
        if name not in self._tables:
            rows = self._whole(name)
            # What the sites are called is no secret, and the first of them is meant where a row names none.
            self._tables[name] = rows if self._sight is None or name == "site" else self._sight.of(name, rows)
        return self._tables[name]

    def _whole(self, name: str) -> pl.DataFrame:
        """Read a table of the plant or of the plan, with the rows of all sites."""
        if ENTITIES[name].role == "result":
            there = name in self.plan.get("tables", ())
            return self._store.load_plan(self.number, [name])[1][name] if there else ENTITIES[name].empty()
        rows = self._read(name)
        return with_virtual_locations(rows) if name == "location" else rows

    def result(self, name: str) -> pl.DataFrame:
        """Give a raw result table of the plan."""
        if name not in self.results:
            rows = self._whole(name)
            self.results[name] = rows if self._sight is None else self._sight.of(name, rows)
        return self.results[name]

    def columns(self, name: str) -> Mapping[str, Column]:
        """Give the columns of a table."""
        return columns_of(ENTITIES[name], {"user_field": self.table("user_field")})

    def other(self, number: int) -> StoreView:
        """Give the same plant with another plan."""
        return StoreView(self._store, number, read=self._read, sites=self._sites)
