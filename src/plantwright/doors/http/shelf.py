"""Tables as they were last read, kept until something changes them: they are asked for far more often than that."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

from plantwright.core.column import Column
from plantwright.core.entity import ENTITIES
from plantwright.core.settings import Settings
from plantwright.core.store import Store
from plantwright.core.store.tables import ROW_VERSION
from plantwright.doors.http.watch import last_entry
from plantwright.plant import columns_of, read_settings

Found = TypeVar("Found")
KEPT_CELLS = 20_000_000
"""Cells that are kept at most; what was read longest ago goes first."""


@dataclass
class Shelf:
    """Raw tables of a store with their row versions, each as of the last entry of the journal that changed it."""

    store: Store
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    entry: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)
    _known: dict[str, Any] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """Give a table with its column row_version, as it was at the last `refresh` or later."""
        with self.lock:
            found, entry = self.tables.get(name), self.entry
        if found is not None:
            return found
        rows = self.store.read(name, versions=True)
        with self.lock:
            if entry == self.entry:  # else somebody has looked meanwhile, and this may be older
                self._keep(name, rows)
        return rows

    def raw(self, name: str) -> pl.DataFrame:
        """Give a table without its column row_version, as reports read it."""
        return self.table(name).drop(ROW_VERSION)

    def _keep(self, name: str, rows: pl.DataFrame) -> None:
        self.tables[name] = rows
        while len(self.tables) > 1 and sum(one.height * one.width for one in self.tables.values()) > KEPT_CELLS:
            self.tables.pop(next(iter(self.tables)))

    def refresh(self) -> None:
        """Put away the tables that were changed since the last look; done once a request, before it reads."""
        newest, since = last_entry(self.store), self.entry
        if newest == since:
            return
        changed = "SELECT DISTINCT entity FROM journal_change WHERE journal > ? AND journal <= ?"
        names = {name for (name,) in self.store.rows(changed, (since, newest))}
        with self.lock:
            if newest <= self.entry or since != self.entry:
                return  # somebody else has looked meanwhile
            if {"user_field", "setting", "site"} & names or self.entry < 0:
                self.tables.clear()
                self._known.clear()
            for name in names:
                self.tables.pop(name, None)
            self.entry = newest

    def columns(self, name: str) -> dict[str, Column]:
        """Give the columns of a table, with those that the plant adds."""
        return self._once(name, lambda: columns_of(ENTITIES[name], {"user_field": self.table("user_field")}))

    def _once(self, name: str, work: Callable[[], Found]) -> Found:
        """Give what follows from the settings, sites and fields of the plant, worked out once while they stay."""
        found = self._known.get(name)
        if found is None:
            entry, found = self.entry, work()
            with self.lock:
                if entry == self.entry:
                    self._known[name] = found
        return found

    @property
    def settings(self) -> Settings:
        """The settings of the plant."""
        return self._once("#settings", lambda: read_settings(self.table("setting")))

    @property
    def main_site(self) -> str:
        """The site that is meant where a row names none: that of the settings, else the first."""
        first = self.table("site")["code"]
        return str(self.settings["main_site"]) or (str(first[0]) if len(first) else "")
