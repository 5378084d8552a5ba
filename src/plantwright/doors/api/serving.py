"""Put the declared endpoints on the server."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import copy_context
from typing import Any

from fastapi import FastAPI, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from plantwright.core.problem import ProblemError
from plantwright.core.store import Store
from plantwright.doors.api.endpoint import ENDPOINTS, Ask, Desk, Endpoint, Upload
from plantwright.doors.http.threads import new_threads
from plantwright.doors.http.told import BODY_WRONG, answer, refusal
from plantwright.doors.http.watch import Watch

ROOT = "/api/v1"
PARTS = ("start", "tables", "acts", "looks", "plans", "history", "work", "files", "events")


def declared() -> list[Endpoint]:
    """Give every endpoint."""
    for part in PARTS:
        importlib.import_module(f"plantwright.doors.api.{part}")
    return ENDPOINTS


def mount(app: FastAPI, store: Store, watch: Watch) -> None:
    """Put every endpoint on the application."""
    desk = Desk(store, app.state.shelf, watch)
    app.state.desk = desk
    app.state.threads = new_threads()
    answering = [(one, _answering(desk, one, app)) for one in declared()]
    for one, work in answering:
        # Plain routes: the declarations read and describe what is sent, so that FastAPI need not do it again.
        app.add_route(ROOT + one.path, work, methods=[one.method], include_in_schema=False)
    app.add_middleware(Shortcut, answering=[(one, work) for one, work in answering if one.body != "file"])
    events = importlib.import_module("plantwright.doors.api.events")
    app.add_route(f"{ROOT}/events", events.stream(desk), methods=["GET"], include_in_schema=False)


Work = Callable[[Request], Awaitable[Response]]


class Shortcut:
    """Answers the API before the layers that pages need: they took as long as most of its answers.

    What it does not know goes on to the routes, which are the same: an unknown path, another method, files.
    """

    def __init__(self, app: ASGIApp, answering: Sequence[tuple[Endpoint, Work]]) -> None:
        self.app = app
        self.known: dict[tuple[str, int], list[tuple[re.Pattern[str], Work]]] = {}
        for one, work in answering:
            path = ROOT + one.path
            self.known.setdefault((one.method, path.count("/")), []).append((compile_path(path)[0], work))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        found = self._found(scope) if scope["type"] == "http" and not scope.get("root_path") else None
        if found is None:
            await self.app(scope, receive, send)
            return
        work, scope["path_params"] = found
        try:
            response = await work(Request(scope, receive))
        except ClientDisconnect:
            return  # nobody hears an answer
        await response(scope, receive, send)

    def _found(self, scope: Scope) -> tuple[Work, Mapping[str, str]] | None:
        path: str = scope["path"]
        if path.startswith(ROOT):
            for pattern, work in self.known.get((scope["method"], path.count("/")), ()):
                if matched := pattern.match(path):
                    return work, matched.groupdict()
        return None


def _answering(desk: Desk, one: Endpoint, app: FastAPI) -> Work:
    async def work(request: Request) -> Response:
        """Read what is asked, do it in a thread, and answer; what is refused is told as problems."""
        try:
            file = await _file(request) if one.body == "file" else None
            body = await request.body() if one.body == "json" else b""
            ask = Ask(
                desk, request.state.person, request.path_params, _query(request), request.headers, body, file,
                request.state.csrf,
            )  # fmt: skip
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(app.state.threads, copy_context().run, _done, one, ask)
        except ProblemError as error:
            return refusal(error.problems)

    return work


def _done(one: Endpoint, ask: Ask) -> Response:
    ask.desk.shelf.refresh()
    found: Any = one.function(ask)
    return found if isinstance(found, Response) else answer(found, one.status)


def _query(request: Request) -> dict[str, str]:
    """Read what stands after the question mark; a name that comes twice is a list, as forms send it."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


async def _file(request: Request) -> Upload:
    must = "a form (multipart/form-data) with the field file"
    try:
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise ProblemError([BODY_WRONG.at(what="there is no file", must=must)])
            return Upload(file.filename or "", await file.read())
    except HTTPException as error:
        raise ProblemError([BODY_WRONG.at(what=str(error.detail), must=must)]) from error
