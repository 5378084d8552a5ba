"""What changes, as server-sent events: entries of the journal with their tables, new plans, and how far jobs are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from anyio import to_thread
from fastapi import Request
from starlette.responses import Response, StreamingResponse

from plantwright.core.access import Person
from plantwright.core.jobs import JOBS
from plantwright.core.problem import BAD_ARGUMENT
from plantwright.core.store.plain import plain
from plantwright.doors.api.endpoint import Desk
from plantwright.doors.http.told import refusal
from plantwright.doors.http.watch import News, entry_news

ALIVE_SECONDS = 15.0
"""So often a line is sent where nothing happens, so that nobody on the way thinks that the connection is dead."""
HELP = """Tell what changes, as it happens, as server-sent events.

`change` is an entry of the journal with the tables that it changed, `plan` a new plan, `job` how far a job is. The
header Last-Event-ID, which browsers send by themselves, gives what was missed since that entry."""


def stream(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    """Give the function that answers /events."""

    async def events(request: Request) -> Response:
        given = request.headers.get("last-event-id", "")
        if given and not (given.isascii() and given.isdigit() and len(given) < 19):
            return refusal([BAD_ARGUMENT.at(column="Last-Event-ID", value=given[:40], must="a whole number")])
        lines = _lines(desk, request.state.person, int(given) if given else None)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="text/event-stream", headers=headers)

    return events


async def _lines(desk: Desk, person: Person, since: int | None) -> AsyncIterator[str]:
    async with desk.watch.listening() as queue:
        yield "retry: 2000\n\n"
        told = since or 0
        missed = [] if since is None else await to_thread.run_sync(entry_news, desk.store, since)
        for news in missed:
            told = max(told, news.number)
            yield event(news, person)
        while not desk.watch.closing.is_set():
            try:
                found = await asyncio.wait_for(queue.get(), ALIVE_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if found is None:
                return
            if found.kind != "change" or found.number > told:
                yield event(found, person)


def event(news: News, person: Person) -> str:
    """Write one event as far as a person may see it; empty where that is nothing."""
    seen = seen_by(news, person)
    if seen is None:
        return ""
    number = f"id: {news.number}\n" if news.kind == "change" else ""
    return f"{number}event: {news.kind}\ndata: {json.dumps(plain(seen), ensure_ascii=False)}\n\n"


def seen_by(news: News, person: Person) -> dict[str, Any] | None:
    """Give what a person may know of news."""
    if news.kind == "change":
        tables = [name for name in news.tables if person.may(f"read:{name}")]
        mine = news.values["by"] == person.name or person.may("admin.audit")
        values = dict(news.values) if mine else {"entry": news.number, "at": news.values["at"]}
        return {**values, "tables": tables} if tables or mine else None
    if news.kind == "plan":
        return dict(news.values) if person.may("report:summary") else None
    kind = JOBS.get(str(news.values["kind"]))
    allowed = person.may(kind.permission if kind else "jobs.run") or news.values["by"] == person.name
    return dict(news.values) if allowed else None
