"""What changes in the plant, told to whoever listens: looked for once a second, however many listen."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread

from plantwright.core.entity import plant_entities
from plantwright.core.jobs import jobs
from plantwright.core.journal import entries
from plantwright.core.problem import ProblemError
from plantwright.core.store import Store

LOG = logging.getLogger("plantwright.watch")
PERIOD = 0.5
"""Seconds between two looks at everything."""
GLANCE = 0.1
"""Seconds between two glances at the numbers of the last entry and the last plan, which pages wait for."""
WAITING = 1000
"""News that wait for a slow listener; one that lets more wait is told to begin anew."""
CAUGHT_UP = 500
"""Entries of the journal that are told at once."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that has happened: an entry of the journal with its tables, a plan, or how far a job is."""

    kind: str
    number: int
    tables: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


class Watch:
    """Looks what is new in a store, and tells it to its listeners."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.closing = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: set[asyncio.Queue[News | None]] = set()
        self._entry = self._plan = 0
        self._jobs: dict[int, tuple[str, str, float]] = {}

    async def run(self) -> None:
        """Look again and again, until the server ends."""
        self._loop = asyncio.get_running_loop()
        await self._tried(self._begin)
        while not self.closing.is_set():
            for news in await self._tried(self.look) or ():
                self.tell(news)
            await self._calm()

    async def _calm(self) -> None:
        """Wait until something has happened to the plant, or a period is over."""
        until = time.monotonic() + PERIOD
        while not self.closing.is_set() and time.monotonic() < until:
            await _pause(self.closing, GLANCE)
            if await self._tried(self._stirred):
                return

    def _stirred(self) -> bool:
        statement = "SELECT (SELECT max(number) FROM journal), (SELECT max(number) FROM plan)"
        entry, plan = self.store.rows(statement)[0]
        return (entry or 0) > self._entry or (plan or 0) > self._plan

    async def _tried(self, work: Any) -> Any:
        try:
            return await to_thread.run_sync(work)
        except ProblemError as error:  # a store that cannot be reached now may be there again in a moment
            LOG.warning("The store cannot be watched: %s", error)
            return None

    def _begin(self) -> None:
        self._entry, self._plan = last_entry(self.store), last_plan(self.store)
        self._jobs = {job.number: (job.state, job.stage, job.share) for job in jobs(self.store, limit=50)}

    def look(self) -> list[News]:
        """Give what is new since the last look."""
        found = entry_news(self.store, self._entry)
        self._entry = max([self._entry, *(news.number for news in found)])
        plan = last_plan(self.store)
        found += [plan_news(self.store, number) for number in range(max(self._plan, plan - 20) + 1, plan + 1)]
        self._plan = plan
        for job in reversed(jobs(self.store, limit=50)):
            state = (job.state, job.stage, job.share)
            if self._jobs.get(job.number) != state:
                self._jobs[job.number] = state
                values = {"kind": job.kind, "by": job.by, "state": job.state, "stage": job.stage, "share": job.share}
                found.append(News("job", job.number, (), {"job": job.number, **values}))
        return found

    def tell(self, news: News) -> None:
        """Tell all listeners; one that does not keep up is dropped, and will ask again from where it stood."""
        for listener in list(self._listeners):
            try:
                listener.put_nowait(news)
            except asyncio.QueueFull:
                self._listeners.discard(listener)
                listener.get_nowait()
                listener.put_nowait(None)

    def close(self) -> None:
        """Let everybody who listens go; may be called from any thread."""
        if self._loop is None or self._loop.is_closed():
            self.closing.set()
        else:
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self.closing.set()
        for listener in self._listeners:
            if not listener.full():
                listener.put_nowait(None)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Queue[News | None]]:
        """Give a queue that gets all news; None in it is the end."""
        queue: asyncio.Queue[News | None] = asyncio.Queue(WAITING)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)


async def _pause(closing: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(closing.wait(), seconds)
    except TimeoutError:
        return


def last_entry(store: Store) -> int:
    """Give the number of the last entry of the journal; 0 where there is none."""
    return int(store.rows("SELECT max(number) FROM journal")[0][0] or 0)


def last_plan(store: Store) -> int:
    """Give the number of the last plan; 0 where there is none."""
    return int(store.rows("SELECT max(number) FROM plan")[0][0] or 0)


def entry_news(store: Store, since: int) -> list[News]:
    """Give the entries after one, with the tables of the plant that each changed, the oldest first."""
    statement = store.driver.marked(
        "SELECT journal, entity FROM journal_change WHERE journal > ? GROUP BY journal, entity ORDER BY journal"
    )
    with store.reading() as connection:
        newest = int(connection.exec_driver_sql("SELECT max(number) FROM journal").scalar() or 0)
        if newest <= since:
            return []
        since = max(since, newest - CAUGHT_UP)
        pairs = connection.exec_driver_sql(statement, (since,)).fetchall()
    own = plant_entities()
    tables: dict[int, list[str]] = {}
    for number, entity in pairs:
        if entity in own:
            tables.setdefault(number, []).append(entity)
    found = [entry for entry in entries(store, newest - since) if entry.number > since]
    return [
        News("change", one.number, tuple(tables.get(one.number, ())),
             {"entry": one.number, "at": one.at, "by": one.by, "action": one.action})
        for one in reversed(found)
    ]  # fmt: skip


def plan_news(store: Store, number: int) -> News:
    """Give the news of a plan."""
    with store.reading() as connection:
        row = connection.exec_driver_sql(
            store.driver.marked('SELECT scenario, "at", "by", verified FROM plan WHERE number = ?'), (number,)
        ).fetchone()
    names = ("scenario", "at", "by", "verified")
    known = dict(zip(names, row, strict=True)) if row else {}
    return News("plan", number, (), {"plan": number, **known, "verified": bool(known.get("verified"))})
