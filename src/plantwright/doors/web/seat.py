"""What a screen works with: the plant, who looks at it, and the plan that is looked at."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextvars import copy_context
from dataclasses import InitVar, dataclass, field
from typing import Any, Protocol, TypeVar

from nicegui import run

from plantwright.core import wording
from plantwright.core.access import act
from plantwright.core.action import ACTIONS
from plantwright.core.pages import Page
from plantwright.core.problem import ProblemError
from plantwright.core.report import REPORTS
from plantwright.core.store import Store
from plantwright.doors.http import watch
from plantwright.doors.http.shelf import Shelf
from plantwright.doors.http.watch import last_plan
from plantwright.doors.web.shared import is_there, once
from plantwright.flows.edits import sites_of
from plantwright.flows.reporting import run_report
from plantwright.flows.views import StoreView

Answer = TypeVar("Answer")
VIEWS_KEPT = 4


class Asker(Protocol):
    """Who looks at the page and acts on it."""

    name: str

    def may(self, permission: str) -> bool:
        """Tell whether something is allowed."""

    def must(self, permission: str) -> None:
        """Raise a problem where it is not."""


@dataclass
class Views:
    """Views of the store that several people look at.

    Tables come from the shelf, which reads anew only what was changed; those of a plan are read once.
    """

    store: Store
    shelf: InitVar[Shelf | None] = None
    kept: OrderedDict[tuple[Any, ...], tuple[tuple[int, int], StoreView]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self, shelf: Shelf | None) -> None:
        """Take a shelf of its own where none is shared."""
        self.tables = shelf or Shelf(self.store)

    def get(
        self, number: int | None, scenario: str, *, need_plan: bool, sites: frozenset[str] | None = None
    ) -> StoreView:
        """Give a view of a plan, the latest of the scenario where none is named; of some sites, or of all."""
        self.tables.refresh()
        now, key = (self.tables.entry, last_plan(self.store)), (number, scenario, need_plan, sites)
        with self.lock:
            of, found = self.kept.get(key, ((-1, -1), None))
        if found is None or of != now:
            found = StoreView(
                self.store, number, scenario, need_plan=need_plan, read=self.tables.raw, before=found, sites=sites
            )
        with self.lock:
            self.kept[key] = now, found
            self.kept.move_to_end(key)
            while len(self.kept) > VIEWS_KEPT:
                self.kept.popitem(last=False)
        return found

    def latest(self, number: int | None, scenario: str, sites: frozenset[str] | None = None) -> StoreView:
        """Give a view of a plan, or of the plant alone while there is no plan at all."""
        return self.get(number, scenario, need_plan=last_plan(self.store) > 0, sites=sites)


def last_entry(store: Store) -> int:
    """Give the number of the latest journal entry, 0 before the first."""
    return watch.last_entry(store)


@dataclass(frozen=True)
class Seat:
    """A person before a screen; what reads the store runs in a thread, so that others do not wait for it.

    Parameters
    ----------
    store : the plant
    person : who looks
    views : shared between all seats
    query : what stands in the address, by name
    own : what the person has set for the page, by name
    """

    store: Store
    person: Asker
    views: Views
    query: Mapping[str, str]
    own: dict[str, str] = field(default_factory=dict)

    @property
    def scenario(self) -> str:
        """The scenario that is looked at, empty for the plant as it is."""
        return self.query.get("scenario", "")

    @property
    def plan(self) -> int | None:
        """The plan that is looked at, None for the latest."""
        text = self.query.get("plan", "")
        return int(text) if text.isdigit() else None

    async def view(self, *, need_plan: bool = True) -> StoreView:
        """Give the plant and the plan that is looked at, as far as the person may see their sites."""
        sites = sites_of(self.person)
        return await in_thread(lambda: self.views.get(self.plan, self.scenario, need_plan=need_plan, sites=sites))

    async def report(self, name: str, where: str = "", other: int | None = None, **arguments: Any) -> Page:
        """Make a report of the plan that is looked at."""
        self.person.must(f"report:{name}")
        declared = REPORTS.get(name)
        view = await self.view(need_plan=declared is None or "plan" in declared.wants)
        beside = None if other is None else view.other(other)
        told = ("report", name, repr(sorted(arguments.items())), where, other)
        if is_there(view, told):  # somebody else has looked at it
            return once(view, told, lambda: run_report(view, name, arguments, where, beside))
        return await in_thread(lambda: once(view, told, lambda: run_report(view, name, arguments, where, beside)))

    async def act(self, name: str, arguments: Mapping[str, Any], key: str | None = None) -> Any:
        """Do an action in the name of the person."""
        if name in ACTIONS:
            self.person.must(ACTIONS[name].permission)
        return await in_thread(lambda: act(self.store, name, arguments, self.person.name, key))

    async def year(self) -> int:
        """Give the year that goes without saying in dates."""
        view = await self.view(need_plan=False)
        return wording.year_of(view.as_of, view.settings.zone)


async def in_thread(work: Callable[[], Answer]) -> Answer:
    """Do blocking work in a thread, for the same reader, its problems raised here."""
    outcome = await run.io_bound(copy_context().run, _caught, work)
    if outcome is None:  # the server is going down
        raise asyncio.CancelledError
    found, problems = outcome
    if problems is not None:
        raise problems
    return found  # type: ignore[no-any-return]


def _caught(work: Callable[[], Any]) -> tuple[Any, ProblemError | None]:
    try:
        return work(), None
    except ProblemError as error:
        return None, error
